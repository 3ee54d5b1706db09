//! The regulator's home page: cards, each a question about a measure, all counted at one position.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use projections::statistics::{Measure, measure};
use schema::read_model::Within;
use signing::bytes::Date;

use super::paths::asking;
use super::scalars::{inner, plain};
use super::statistics::{OfLine, OfMeasure, group, lines, moment, moments, place, text};
use super::{Moment, node, viewer};
use crate::error::ApiError;
use crate::statistics::{Asked, Condition, Line};

/// A card of the home page.
struct Card {
    name: &'static str,
    labels: (&'static str, &'static str),
    measure: &'static Measure,
    whole: Option<Line>,
    parts: Vec<Line>,
}

/// The home page.
struct Home {
    position: Option<u64>,
    on: Date,
    cards: Vec<Arc<Card>>,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let string = || TypeRef::named_nn(TypeRef::STRING);
    let card = Object::new("Card")
        .description("首页指标卡 · A number of the home page.")
        .field(plain("name", string(), "名称 · Name.", |card: &Arc<Card>| text(card.name)))
        .field(plain("zh", string(), "中文名称 · Label in Chinese.", |card: &Arc<Card>| text(card.labels.0)))
        .field(plain("en", string(), "英文名称 · Label in English.", |card: &Arc<Card>| text(card.labels.1)))
        .field(inner(
            "measure",
            TypeRef::named_nn("StatisticMeasure"),
            "指标与定义 · Measure and definition.",
            |card: &Arc<Card>| Some(FieldValue::owned_any(OfMeasure(card.measure))),
        ))
        .field(inner(
            "total",
            TypeRef::named("StatisticRow"),
            "合计；读者无权时为空 · The number; absent when it is not the reader's.",
            |card: &Arc<Card>| card.whole.clone().map(|line| FieldValue::owned_any(OfLine(card.measure, line))),
        ))
        .field(inner(
            "parts",
            TypeRef::named_nn_list_nn("StatisticRow"),
            "分布 · How it is spread.",
            |card: &Arc<Card>| lines(card.measure, &card.parts),
        ));
    let home = Object::new("Home")
        .description("统计首页 · The regulator's home page.")
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "统计截至的位置 · Last position counted.",
            |home: &Home| home.position.map_or(Value::Null, |at| Value::from(at.to_string())),
        ))
        .field(plain(
            "on",
            TypeRef::named_nn("Date"),
            "所依日期 · Day from which periods are counted.",
            |home: &Home| Value::from(home.on.to_string()),
        ))
        .field(inner("cards", TypeRef::named_nn_list_nn("Card"), "指标卡 · Cards.", |home: &Home| {
            let cards: Vec<_> = home.cards.iter().map(|card| FieldValue::owned_any(card.clone())).collect();
            Some(FieldValue::list(cards))
        }));
    builder.register(card).register(home)
}

/// `home` of the query root.
pub fn field() -> Field {
    let field = Field::new("home", TypeRef::named("Home"), |ctx| asking(ctx.ctx, home(ctx)))
        .description("统计首页：全部取自计数 · The regulator's home page, read from counters alone.")
        .argument(
            InputValue::new("on", TypeRef::named("Date"))
                .description("期间起算日，默认今天 · Day from which periods are counted; today when absent."),
        );
    moments(field)
}

/// A card as it is declared: what it counts, of what it is a part, and how it is spread.
struct Declared {
    name: &'static str,
    labels: (&'static str, &'static str),
    measure: &'static str,
    conditions: &'static [(&'static str, Wanted)],
    out_of: Option<&'static [(&'static str, Wanted)]>,
    by: &'static [&'static str],
}

/// Values of a condition of a card; days are counted from that of the question.
#[derive(Clone, Copy)]
enum Wanted {
    Any(&'static [&'static str]),
    From(i64),
    Within(i64),
    Before,
    Year,
}

const IN_BUSINESS: (&str, Wanted) = ("state", Wanted::Any(&["ACTIVE", "SUSPENDED_BUSINESS"]));
const IN_FORCE: (&str, Wanted) = ("state", Wanted::Any(&["VALID", "DEFERRED"]));
const RADIOLOGY: (&str, Wanted) = ("type", Wanted::Any(&["LIC"]));
const AT_WORK: (&str, Wanted) = ("state", Wanted::Any(&["ACTIVE", "ON_LEAVE", "SUSPENDED"]));

const NOT_OVER: (&str, Wanted) = (
    "state",
    Wanted::Any(&[
        "OPEN",
        "ACKNOWLEDGED",
        "RECTIFYING",
        "SUBMITTED",
        "RETURNED",
        "PENDING_CLOSE",
        "DISPUTED",
        "SUSPENDED",
        "WAIVED",
    ]),
);

const CARDS: &[Declared] = &[
    Declared {
        name: "warnings",
        labels: ("未了结预警", "warnings that are not over"),
        measure: "warnings",
        conditions: &[NOT_OVER],
        out_of: None,
        by: &["grade"],
    },
    Declared {
        name: "warnings_red",
        labels: ("红色预警", "red warnings"),
        measure: "warnings",
        conditions: &[NOT_OVER, ("grade", Wanted::Any(&["RED"]))],
        out_of: None,
        by: &["area"],
    },
    Declared {
        name: "warnings_to_close",
        labels: ("待核销预警", "warnings that wait to be closed"),
        measure: "warnings",
        conditions: &[("state", Wanted::Any(&["PENDING_CLOSE"]))],
        out_of: None,
        by: &[],
    },
    Declared {
        name: "radiology_institutions",
        labels: ("放射诊疗机构", "radiological institutions"),
        measure: "institutions",
        conditions: &[("kinds", Wanted::Any(&["RAD"])), IN_BUSINESS],
        out_of: None,
        by: &["area"],
    },
    Declared {
        name: "service_organisations",
        labels: ("放射卫生技术服务机构", "technical-service organisations"),
        measure: "institutions",
        conditions: &[("kinds", Wanted::Any(&["TSO"])), IN_BUSINESS],
        out_of: None,
        by: &[],
    },
    Declared {
        name: "health_exam_organisations",
        labels: ("职业健康检查机构", "health-exam organisations"),
        measure: "institutions",
        conditions: &[("kinds", Wanted::Any(&["HEO"])), IN_BUSINESS],
        out_of: None,
        by: &[],
    },
    Declared {
        name: "devices_in_use",
        labels: ("在用设备", "devices in use"),
        measure: "devices",
        conditions: &[("state", Wanted::Any(&["IN_USE"]))],
        out_of: None,
        by: &["area"],
    },
    Declared {
        name: "device_kinds",
        labels: ("在用设备（按类别）", "devices in use, by kind"),
        measure: "devices",
        conditions: &[("state", Wanted::Any(&["IN_USE"]))],
        out_of: None,
        by: &["kind"],
    },
    Declared {
        name: "workers",
        labels: ("放射工作人员（岗位）", "radiation workers, by post"),
        measure: "employments",
        conditions: &[AT_WORK],
        out_of: None,
        by: &["category"],
    },
    Declared {
        name: "verification_rate",
        labels: ("许可按期校验率", "licences verified in time"),
        measure: "licences_due",
        conditions: &[RADIOLOGY, IN_FORCE, ("verify_due_on", Wanted::From(0))],
        out_of: Some(&[RADIOLOGY, IN_FORCE]),
        by: &["area"],
    },
    Declared {
        name: "verification_overdue",
        labels: ("逾期未校验", "verification overdue"),
        measure: "licences_due",
        conditions: &[RADIOLOGY, IN_FORCE, ("verify_due_on", Wanted::Before)],
        out_of: None,
        by: &["area"],
    },
    Declared {
        name: "verification_due_30",
        labels: ("30 天内应校验", "verification due within 30 days"),
        measure: "licences_due",
        conditions: &[RADIOLOGY, IN_FORCE, ("verify_due_on", Wanted::Within(30))],
        out_of: None,
        by: &[],
    },
    Declared {
        name: "verification_due_90",
        labels: ("90 天内应校验", "verification due within 90 days"),
        measure: "licences_due",
        conditions: &[RADIOLOGY, IN_FORCE, ("verify_due_on", Wanted::Within(90))],
        out_of: None,
        by: &["verify_due_on_month"],
    },
    Declared {
        name: "licences_expiring_90",
        labels: ("90 天内到期的许可", "licences that expire within 90 days"),
        measure: "licences_expiring",
        conditions: &[IN_FORCE, ("until", Wanted::Within(90))],
        out_of: None,
        by: &["until_month"],
    },
    Declared {
        name: "workers_monitored",
        labels: ("本年度监测人数与集体剂量", "workers monitored and collective dose of the year"),
        measure: "annual_doses",
        conditions: &[("dose_year", Wanted::Year)],
        out_of: None,
        by: &["band"],
    },
    Declared {
        name: "dose_results_of_the_year",
        labels: ("本年度个人剂量结果", "dose results of the year"),
        measure: "dose_results",
        conditions: &[("dose_year", Wanted::Year)],
        out_of: None,
        by: &["band"],
    },
];

impl Declared {
    fn asked(&self, on: Date) -> Option<Asked> {
        let measure = measure(self.measure)?;
        let conditions = |declared: &[(&str, Wanted)]| -> Option<Vec<Condition>> {
            let day = |days: i64| Some(on.add_days(days).to_string());
            let condition = |(dimension, wanted): &(&str, Wanted)| {
                let within = match wanted {
                    Wanted::Any(values) => Within::Any(values.iter().map(|value| (*value).to_owned()).collect()),
                    Wanted::From(days) => Within::Between(day(*days), None),
                    // The day itself, and as many after it.
                    Wanted::Within(days) => Within::Between(day(0), day(*days + 1)),
                    Wanted::Before => Within::Between(None, day(0)),
                    Wanted::Year => Within::Any(vec![on.to_string().get(..4)?.to_owned()]),
                };
                Some(Condition { place: measure.place(dimension)?, within })
            };
            declared.iter().map(condition).collect()
        };
        Some(Asked {
            conditions: conditions(self.conditions)?,
            out_of: self.out_of.map(conditions).unwrap_or_default(),
            ..Asked::all(measure)
        })
    }
}

async fn home<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let node = node(&ctx);
    let on = match ctx.args.get("on").filter(|on| !on.is_null()) {
        Some(on) => on.string()?.parse().map_err(|_| ApiError::Argument("on", "YYYY-MM-DD"))?,
        None => (node.clock)().civil_day(),
    };
    let place = place(&ctx)?;
    let Some(at) = moment(&ctx).await? else {
        return Ok(Some(FieldValue::owned_any(Home { position: None, on, cards: Vec::new() })));
    };
    // All cards of one page are counted at one position.
    let at = Moment { as_of: Some(at.position), ..at };
    node.counted(at, None).await?;
    // Each card asks for its number, and for how it is spread where it is: all of them at once.
    let mut questions = Vec::with_capacity(2 * CARDS.len());
    let mut asked = Vec::with_capacity(CARDS.len());
    for declared in CARDS {
        let Some(whole) = declared.asked(on) else { continue };
        let whole = Asked { area: place.0.clone(), org: place.1, ..whole };
        let by: Vec<_> = declared.by.iter().filter_map(|name| group(whole.measure, name)).collect();
        let parts = (!by.is_empty()).then(|| Asked { by, ..whole.clone() });
        asked.push((declared, whole.measure, parts.is_some()));
        questions.extend([whole].into_iter().chain(parts));
    }
    let (answers, _) = node.numbers_of(viewer(&ctx)?, &questions, at).await?;
    let mut answers = answers.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let cards = asked.into_iter().map(|(declared, measure, is_spread)| {
        let whole = next().into_iter().next();
        let parts = if is_spread { next() } else { Vec::new() };
        Arc::new(Card { name: declared.name, labels: declared.labels, measure, whole, parts })
    });
    Ok(Some(FieldValue::owned_any(Home { position: Some(at.position), on, cards: cards.collect() })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_asks_what_its_measure_can_answer() {
        let day: Date = "2026-11-28".parse().expect("a day");
        for card in CARDS {
            let asked = card.asked(day).unwrap_or_else(|| panic!("{}", card.name));
            assert_eq!(asked.out_of.is_some(), card.out_of.is_some(), "{}", card.name);
            assert!(card.by.iter().all(|by| group(asked.measure, by).is_some()), "{}", card.name);
            assert_eq!(CARDS.iter().filter(|other| other.name == card.name).count(), 1);
        }
    }

    #[test]
    fn a_warning_is_over_or_counted_as_not_over() {
        let (_, Wanted::Any(counted)) = NOT_OVER else { panic!("a list of states") };
        let over = ["CLEARED", "CLOSED"];
        let all: Vec<&str> = domain::warning_codes::WarningState::ALL.iter().map(|state| state.as_str()).collect();
        assert!(all.iter().all(|state| counted.contains(state) != over.contains(state)), "{all:?}");
        assert_eq!(counted.len() + over.len(), all.len());
    }
}

//! Statistics: numbers with their definition, the moment at which they were counted, and the list behind each.

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldValue, InputObject, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef, ValueAccessor,
};
use domain::field::CodeList;
use projections::statistics::{Dimension, MEASURES, Measure, measure};
use schema::read_model::Within;

use super::paths::asking;
use super::record::look;
use super::scalars::{inner, plain};
use super::{AsOf, Moment, node, position, viewer};
use crate::error::ApiError;
use crate::statistics::{Asked, Condition, Drill, Group, Line, Numbers, month_name};

/// A measure, as a parent.
#[derive(Clone, Copy)]
pub(super) struct OfMeasure(pub(super) &'static Measure);

/// A dimension of a measure; by month when so.
struct OfDimension(&'static Dimension, bool);

/// A line of a measure.
pub(super) struct OfLine(pub(super) &'static Measure, pub(super) Line);

/// A value of a dimension.
struct OfValue(&'static Measure, String, String);

/// A condition of a drill.
struct OfFacet(String, Within);

/// An answer.
struct Answer {
    measure: &'static Measure,
    lines: Vec<Line>,
    position: Option<u64>,
}

pub(super) fn text(value: &str) -> Value {
    Value::from(value)
}

fn long(value: i64) -> Value {
    Value::from(value.to_string())
}

pub(super) fn lines(measure: &'static Measure, lines: &[Line]) -> Option<FieldValue<'static>> {
    let lines: Vec<_> = lines.iter().map(|line| FieldValue::owned_any(OfLine(measure, line.clone()))).collect();
    Some(FieldValue::list(lines))
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let string = || TypeRef::named_nn(TypeRef::STRING);
    let dimension = Object::new("StatisticDimension")
        .description("统计维度 · What a measure is split by.")
        .field(plain(
            "name",
            string(),
            "名称，用于 by 与 where · Name, for `by` and `where`.",
            |of: &OfDimension| {
                if of.1 { Value::from(month_name(of.0)) } else { text(of.0.name) }
            },
        ))
        .field(plain("zh", string(), "中文名称 · Name in Chinese.", |of: &OfDimension| {
            if of.1 { Value::from(format!("{}（月）", of.0.labels.0)) } else { text(of.0.labels.0) }
        }))
        .field(plain("en", string(), "英文名称 · Name in English.", |of: &OfDimension| {
            if of.1 { Value::from(format!("{}, by month", of.0.labels.1)) } else { text(of.0.labels.1) }
        }))
        .field(plain(
            "onlyBy",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "仅可用于 by · True when it can be split by but not asked for: ask for the days instead.",
            |of: &OfDimension| Value::from(of.1),
        ));
    let measured = Object::new("StatisticMeasure")
        .description("统计指标 · What is counted, and how it is defined.")
        .field(plain("name", string(), "名称 · Name.", |of: &OfMeasure| text(of.0.name)))
        .field(plain("kind", string(), "所统计的档案类别 · Kind of the records counted.", |of: &OfMeasure| {
            text(of.0.kind.as_str())
        }))
        .field(plain("zh", string(), "中文名称 · Name in Chinese.", |of: &OfMeasure| text(of.0.labels.0)))
        .field(plain("en", string(), "英文名称 · Name in English.", |of: &OfMeasure| text(of.0.labels.1)))
        .field(plain("definitionZh", string(), "中文定义 · Definition in Chinese.", |of: &OfMeasure| {
            text(of.0.definition.0)
        }))
        .field(plain("definitionEn", string(), "英文定义 · Definition in English.", |of: &OfMeasure| {
            text(of.0.definition.1)
        }))
        .field(plain("source", string(), "所依报表 · Tables that use it.", |of: &OfMeasure| text(of.0.source)))
        .field(plain(
            "amountZh",
            TypeRef::named(TypeRef::STRING),
            "合计量名称，无合计时为空 · Name of the amount in Chinese; absent where nothing is added up.",
            |of: &OfMeasure| of.0.amount.map_or(Value::Null, |amount| text(amount.labels.0)),
        ))
        .field(plain(
            "amountEn",
            TypeRef::named(TypeRef::STRING),
            "合计量英文名称 · Name of the amount in English.",
            |of: &OfMeasure| of.0.amount.map_or(Value::Null, |amount| text(amount.labels.1)),
        ))
        .field(inner(
            "dimensions",
            TypeRef::named_nn_list_nn("StatisticDimension"),
            "维度；另可按 area · Dimensions; `area` besides.",
            |of: &OfMeasure| {
                let months = of.0.dimensions.iter().filter(|dimension| dimension.day);
                let all = of.0.dimensions.iter().map(|dimension| OfDimension(dimension, false));
                let all = all.chain(months.map(|dimension| OfDimension(dimension, true)));
                Some(FieldValue::list(all.map(FieldValue::owned_any)))
            },
        ));
    let value = Object::new("StatisticValue")
        .description("维度取值 · A value of a dimension.")
        .field(plain("dimension", string(), "维度 · Dimension.", |of: &OfValue| text(&of.1)))
        .field(plain(
            "value",
            string(),
            "取值，无值时为空文本 · Value; empty text when absent.",
            |of: &OfValue| text(&of.2),
        ))
        .field(plain("zh", string(), "中文名称 · Label in Chinese.", |of: &OfValue| Value::from(label(of).0)))
        .field(plain("en", string(), "英文名称 · Label in English.", |of: &OfValue| Value::from(label(of).1)));
    let facet = Object::new("DrillFacet")
        .description("分面条件，同 FacetInput · A condition on a facet, in the form of `FacetInput`.")
        .field(plain("name", string(), "分面 · Facet.", |of: &OfFacet| text(&of.0)))
        .field(plain("value", TypeRef::named(TypeRef::STRING), "值 · Value.", |of: &OfFacet| match &of.1 {
            Within::Any(values) => values.first().filter(|_| values.len() == 1).map_or(Value::Null, |one| text(one)),
            Within::Between(..) => Value::Null,
        }))
        .field(plain(
            "anyOf",
            TypeRef::named_nn_list(TypeRef::STRING),
            "任一值 · One of these values.",
            |of: &OfFacet| match &of.1 {
                Within::Any(values) if values.len() != 1 => {
                    Value::List(values.iter().map(|value| text(value)).collect())
                }
                _ => Value::Null,
            },
        ))
        .field(plain("from", TypeRef::named(TypeRef::STRING), "起，含 · From this value on.", |of: &OfFacet| {
            match &of.1 {
                Within::Between(Some(from), _) => text(from),
                _ => Value::Null,
            }
        }))
        .field(plain(
            "until",
            TypeRef::named(TypeRef::STRING),
            "止，不含 · Before this value.",
            |of: &OfFacet| match &of.1 {
                Within::Between(_, Some(until)) => text(until),
                _ => Value::Null,
            },
        ));
    let filter = Object::new("DrillFilter")
        .description("筛选条件，同 RecordFilter · A filter in the form of `RecordFilter`.")
        .field(plain("area", TypeRef::named(TypeRef::STRING), "监督辖区 · Supervision area.", |drill: &Drill| {
            drill.area.as_deref().map_or(Value::Null, text)
        }))
        .field(plain("org", TypeRef::named("UUID"), "所属机构 · Organisation.", |drill: &Drill| {
            drill.org.map_or(Value::Null, |org| Value::from(org.to_string()))
        }))
        .field(plain(
            "state",
            TypeRef::named_nn_list(TypeRef::STRING),
            "状态，任一 · Any of these states.",
            |drill: &Drill| match drill.states.as_slice() {
                [] => Value::Null,
                states => Value::List(states.iter().map(|state| text(state)).collect()),
            },
        ))
        .field(inner("facets", TypeRef::named_nn_list_nn("DrillFacet"), "分面 · Facets.", |drill: &Drill| {
            let facets: Vec<_> = drill
                .facets
                .iter()
                .map(|(name, within)| FieldValue::owned_any(OfFacet(name.clone(), within.clone())))
                .collect();
            Some(FieldValue::list(facets))
        }));
    let drill = Object::new("Drill")
        .description("下钻：列出该数字所含档案的查询 · The query that lists what a number counts.")
        .field(plain("list", string(), "列表查询名 · Field of `Query` that lists them.", |drill: &Drill| {
            measure(drill.measure).map_or(Value::Null, |measure| {
                text(if measure.persons { super::person_years::LIST } else { look(measure.kind).list })
            })
        }))
        .field(inner("filter", TypeRef::named_nn("DrillFilter"), "筛选 · Its filter.", |drill: &Drill| {
            Some(FieldValue::owned_any(drill.clone()))
        }))
        .field(plain(
            "asOf",
            TypeRef::named_nn("Position"),
            "截至位置，此时列表总数等于该数字 · Position at which the list's total is the number.",
            |drill: &Drill| Value::from(drill.as_of.to_string()),
        ));
    let row = Object::new("StatisticRow")
        .description("统计数字 · A number.")
        .field(plain(
            "area",
            TypeRef::named(TypeRef::STRING),
            "监督辖区，按辖区分组时 · Supervision area, when numbers are split by it.",
            |of: &OfLine| of.1.area.as_deref().map_or(Value::Null, text),
        ))
        .field(inner(
            "values",
            TypeRef::named_nn_list_nn("StatisticValue"),
            "各维度取值 · Values of the dimensions by which numbers are split.",
            |of: &OfLine| {
                let values: Vec<_> =
                    of.1.values
                        .iter()
                        .map(|(name, value)| FieldValue::owned_any(OfValue(of.0, name.clone(), value.clone())))
                        .collect();
                Some(FieldValue::list(values))
            },
        ))
        .field(plain("value", TypeRef::named_nn("Long"), "数字 · The number.", |of: &OfLine| long(of.1.number)))
        .field(plain(
            "amount",
            TypeRef::named("Nsv"),
            "合计剂量 · The amount, where the measure has one.",
            |of: &OfLine| of.1.amount.map_or(Value::Null, long),
        ))
        .field(plain(
            "numerator",
            TypeRef::named("Long"),
            "分子，问及比例时 · Numerator, when a share is asked for.",
            |of: &OfLine| of.1.whole.map_or(Value::Null, |_| long(of.1.number)),
        ))
        .field(plain("denominator", TypeRef::named("Long"), "分母 · Denominator.", |of: &OfLine| {
            of.1.whole.map_or(Value::Null, long)
        }))
        .field(plain(
            "percent",
            TypeRef::named(TypeRef::STRING),
            "百分比，一位小数，四舍五入；0/0 为空 · Percent with one decimal, half up; absent for nothing of nothing.",
            |of: &OfLine| {
                of.1.share().map_or(Value::Null, |share| Value::from(format!("{}.{}", share / 10, share % 10)))
            },
        ))
        .field(inner(
            "drill",
            TypeRef::named("Drill"),
            "下钻；跨辖区、机构合计时为空 · The list behind it; absent when what areas, institutions and the reader's own account open is added up.",
            |of: &OfLine| of.1.drill.clone().map(FieldValue::owned_any),
        ));
    let statistics = Object::new("Statistics")
        .description("统计结果 · Numbers of a measure.")
        .field(inner(
            "measure",
            TypeRef::named_nn("StatisticMeasure"),
            "指标与定义 · Measure and definition.",
            |of: &Answer| Some(FieldValue::owned_any(OfMeasure(of.measure))),
        ))
        .field(inner(
            "rows",
            TypeRef::named_nn_list_nn("StatisticRow"),
            "数字，零不列出 · Numbers; those that are zero are left out.",
            |of: &Answer| lines(of.measure, &of.lines),
        ))
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "统计截至的位置 · Last position counted; absent while the ledger is empty.",
            |of: &Answer| of.position.map_or(Value::Null, |at| Value::from(at.to_string())),
        ));
    let condition = InputObject::new("StatisticCondition")
        .description("统计条件：取值之一，或区间 · A condition on a dimension: one of several values, or a range.")
        .field(InputValue::new("dimension", string()).description("维度 · Dimension."))
        .field(
            InputValue::new("anyOf", TypeRef::named_nn_list(TypeRef::STRING))
                .description("任一值 · One of these values."),
        )
        .field(InputValue::new("from", TypeRef::named(TypeRef::STRING)).description("起，含 · From this value on."))
        .field(InputValue::new("until", TypeRef::named(TypeRef::STRING)).description("止，不含 · Before this value."));
    let objects = [dimension, measured, value, facet, filter, drill, row, statistics];
    objects.into_iter().fold(builder.register(condition), SchemaBuilder::register)
}

/// Labels of a value, from the code list of its member; a rule has its names.
fn label(of: &OfValue) -> (String, String) {
    if let ("warning", "rule", Some(rule)) = (of.0.kind.as_str(), of.1.as_str(), domain::rules::rule(&of.2)) {
        return (rule.zh.to_owned(), rule.en.to_owned());
    }
    let found = code_list(of.0, &of.1).and_then(|list| list.codes.iter().find(|(code, ..)| *code == of.2));
    found.map_or_else(|| (of.2.clone(), of.2.clone()), |(_, zh, en)| ((*zh).to_owned(), (*en).to_owned()))
}

fn code_list(measure: &Measure, dimension: &str) -> Option<CodeList> {
    use domain::codes::{DeviceKind, DeviceState, Grade, InstitutionKind, InstitutionState, MedicalType, RayClass};
    use domain::dose_codes::ResultFlag;
    use domain::licence_codes::{LicenceClass, LicenceState, LicenceType};
    use domain::person_codes::{EmploymentState, OccupationalCategory};
    use domain::warning_codes::{WarningGrade, WarningState};
    Some(match (measure.kind.as_str(), dimension) {
        ("institution", "kinds") => InstitutionKind::LIST,
        ("institution", "medical_type") => MedicalType::LIST,
        ("institution", "grade") => Grade::LIST,
        ("institution", "state") => InstitutionState::LIST,
        ("device", "kind") => DeviceKind::LIST,
        ("device", "ray_class") => RayClass::LIST,
        ("device", "state") => DeviceState::LIST,
        ("employment", "state") => EmploymentState::LIST,
        ("licence", "type") => LicenceType::LIST,
        ("licence", "classes") => LicenceClass::LIST,
        ("licence", "state") => LicenceState::LIST,
        ("warning", "grade") => WarningGrade::LIST,
        ("warning", "state") => WarningState::LIST,
        (_, "category") => OccupationalCategory::LIST,
        (_, "flag") => ResultFlag::LIST,
        _ => return None,
    })
}

/// The moments that a field of this file can be asked for.
pub(super) fn moments(field: Field) -> Field {
    field
        .argument(
            InputValue::new("area", TypeRef::named(TypeRef::STRING))
                .description("监督辖区 · In this supervision area."),
        )
        .argument(InputValue::new("org", TypeRef::named("UUID")).description("机构 · Of this institution."))
        .argument(
            InputValue::new("asOf", TypeRef::named("Position"))
                .description("截至账本位置，含该位置 · As of this position, included."),
        )
        .argument(
            InputValue::new("asOfTime", TypeRef::named("Instant"))
                .description("截至账本时间 · As of this time of the ledger."),
        )
        .argument(
            InputValue::new("atLeast", TypeRef::named("Position"))
                .description("至少读到此位置，否则等待 · Wait until this position has been counted."),
        )
}

/// `statisticMeasures` of the query root.
pub fn measures_field() -> Field {
    Field::new("statisticMeasures", TypeRef::named_nn_list_nn("StatisticMeasure"), |ctx| {
        asking(ctx.ctx, async move {
            viewer(&ctx)?;
            Ok(Some(FieldValue::list(MEASURES.iter().map(|measure| FieldValue::owned_any(OfMeasure(measure))))))
        })
    })
    .description("全部统计指标及定义 · Every measure with its definition.")
}

/// `statistics` of the query root.
pub fn field() -> Field {
    let field = Field::new("statistics", TypeRef::named("Statistics"), |ctx| asking(ctx.ctx, statistics(ctx)))
        .description(
            "统计：读者可见范围内的计数，可截至任一位置 · Numbers of what the reader may see, at any position. They are read from counters, never counted.",
        )
        .argument(InputValue::new("measure", TypeRef::named_nn(TypeRef::STRING)).description("指标 · Name of the measure."))
        .argument(
            InputValue::new("by", TypeRef::named_nn_list(TypeRef::STRING))
                .description("分组维度，可含 area · Dimensions to split by, `area` among them; one number when absent."),
        )
        .argument(
            InputValue::new("where", TypeRef::named_nn_list("StatisticCondition")).description("条件，同时成立 · Conditions that all hold."),
        )
        .argument(
            InputValue::new("outOf", TypeRef::named_nn_list("StatisticCondition"))
                .description("分母的条件 · Conditions of the whole of which each number is a part: numerator and denominator."),
        );
    moments(field)
}

/// The moment asked for; none while the ledger is empty.
pub(super) async fn moment(ctx: &ResolverContext<'_>) -> async_graphql::Result<Option<Moment>> {
    let asked = AsOf::read(ctx.args.get("asOf"), ctx.args.get("asOfTime"))?;
    // Without a session nothing is waited for, and nothing is looked up.
    viewer(ctx)?;
    let at_least = position(ctx, "atLeast")?;
    let Some(at) = node(ctx).moment(asked, at_least).await? else { return Ok(None) };
    node(ctx).counted(at, at_least).await?;
    Ok(Some(at))
}

async fn statistics<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let name = ctx.args.try_get("measure")?;
    let measure = measure(name.string()?).ok_or(ApiError::Argument("measure", "a name of statisticMeasures"))?;
    let mut asked =
        Asked { conditions: conditions(&ctx, measure, "where")?.unwrap_or_default(), ..Asked::all(measure) };
    asked.out_of = conditions(&ctx, measure, "outOf")?;
    if let Some(by) = ctx.args.get("by").filter(|by| !by.is_null()) {
        for name in by.list()?.iter() {
            let group = group(measure, name.string()?).ok_or(ApiError::Argument("by", "dimensions of the measure"))?;
            if !asked.by.contains(&group) {
                asked.by.push(group);
            }
        }
    }
    (asked.area, asked.org) = place(&ctx)?;
    let Some(at) = moment(&ctx).await? else {
        return Ok(Some(FieldValue::owned_any(Answer { measure, lines: Vec::new(), position: None })));
    };
    let Numbers { lines, position } = node(&ctx).numbers(viewer(&ctx)?, &asked, at).await?;
    Ok(Some(FieldValue::owned_any(Answer { measure, lines, position: Some(position) })))
}

pub(super) type Place = (Option<String>, Option<uuid::Uuid>);

pub(super) fn place(ctx: &ResolverContext<'_>) -> async_graphql::Result<Place> {
    let area = ctx.args.get("area").filter(|area| !area.is_null());
    let area = area.map(|area| area.string().map(str::to_owned)).transpose()?;
    Ok((area, super::id(ctx, "org")?))
}

pub(super) fn group(measure: &'static Measure, name: &str) -> Option<Group> {
    if name == "area" {
        return Some(Group::Area);
    }
    let month = || measure.dimensions.iter().position(|known| known.day && month_name(known) == name);
    measure.place(name).map(Group::Value).or_else(|| month().map(Group::Month))
}

fn conditions(
    ctx: &ResolverContext<'_>,
    measure: &'static Measure,
    argument: &'static str,
) -> async_graphql::Result<Option<Vec<Condition>>> {
    let limit = node(ctx).limits.filter_values;
    let Some(given) = ctx.args.get(argument).filter(|given| !given.is_null()) else { return Ok(None) };
    let mut conditions: Vec<Condition> = Vec::new();
    for condition in given.list()?.iter() {
        let condition = condition.object()?;
        let named = condition.try_get("dimension")?;
        let place = measure.place(named.string()?);
        let place = place.ok_or(ApiError::Argument(argument, "a dimension of the measure"))?;
        if conditions.iter().any(|known| known.place == place) {
            return Err(ApiError::Argument(argument, "one condition for each dimension").into());
        }
        let within = within(condition.get("anyOf"), condition.get("from"), condition.get("until"), limit)?;
        let within = within.ok_or(ApiError::Argument(argument, "anyOf, or from and until"))?;
        if measure.dimensions[place].name == "state" && matches!(within, Within::Between(..)) {
            return Err(ApiError::Argument(argument, "states by anyOf").into());
        }
        conditions.push(Condition { place, within });
    }
    if conditions.len() > limit {
        return Err(ApiError::Limit { what: "filterValues", limit }.into());
    }
    Ok(Some(conditions))
}

/// Values among several or between two, from the arguments of a condition; none when they say nothing.
///
/// # Errors
/// [`ApiError`] when they say two things, or too many.
pub fn within(
    any_of: Option<ValueAccessor<'_>>,
    from: Option<ValueAccessor<'_>>,
    until: Option<ValueAccessor<'_>>,
    limit: usize,
) -> async_graphql::Result<Option<Within>> {
    let end = |end: Option<ValueAccessor<'_>>| -> async_graphql::Result<Option<String>> {
        end.filter(|end| !end.is_null()).map(|end| end.string().map(str::to_owned)).transpose()
    };
    let (from, until) = (end(from)?, end(until)?);
    match any_of.filter(|any_of| !any_of.is_null()) {
        Some(_) if from.is_some() || until.is_some() => {
            Err(ApiError::Argument("anyOf", "anyOf, or from and until, not both").into())
        }
        Some(any_of) => {
            let values: Result<Vec<String>, _> =
                any_of.list()?.iter().map(|value| value.string().map(str::to_owned)).collect();
            let values = values?;
            if values.is_empty() {
                return Err(ApiError::Argument("anyOf", "a value or several").into());
            }
            if values.len() > limit {
                return Err(ApiError::Limit { what: "filterValues", limit }.into());
            }
            Ok(Some(Within::Any(values)))
        }
        None if from.is_none() && until.is_none() => Ok(None),
        None => Ok(Some(Within::Between(from, until))),
    }
}

//! Warnings: what a rule found, with its law, and what became of it; and the rules themselves.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field as Resolved, FieldValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::catalog::Kind;
use domain::field::{Field, PARAGRAPH, Shape, Subject};
use domain::records::{holiday_table, warning};
use domain::rules::{self, RULES, Version, WarningRule, rule};
use domain::warning_codes::{WarningGrade, WarningState};

use super::paths::asking;
use super::record::{Look, View, edge, today};
use super::scalars::{Code, inner, plain};
use super::viewer;

/// How a warning looks.
pub const LOOK: Look = Look {
    kind: Kind::Warning,
    type_name: "Warning",
    list: "warnings",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&WarningState::LIST), zh: "状态", en: "state" },
        Field { name: "raised_on", required: true, shape: Shape::Day, zh: "产生日期", en: "raised on" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始日期",
            en: "day from which it stands so",
        },
        Field {
            name: "red_since",
            required: false,
            shape: Shape::Day,
            zh: "转红日期",
            en: "day on which it became red",
        },
        Field {
            name: "acknowledged_on",
            required: false,
            shape: Shape::Day,
            zh: "签收日期",
            en: "day on which whoever is responsible took note of its grade",
        },
        Field {
            name: "worker_informed_on",
            required: false,
            shape: Shape::Day,
            zh: "本人知悉日期",
            en: "day on which the worker took note",
        },
        Field {
            name: "planned_by",
            required: false,
            shape: Shape::Day,
            zh: "计划完成日期",
            en: "planned to be put right by",
        },
        Field {
            name: "measures",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Record),
            zh: "整改情况",
            en: "what was done",
        },
        Field {
            name: "returns",
            required: true,
            shape: Shape::Integer(0, 1_000_000, ""),
            zh: "退回次数",
            en: "how often the rectification was sent back",
        },
        Field {
            name: "waived_until",
            required: false,
            shape: Shape::Day,
            zh: "豁免截止日",
            en: "last day on which it is waived",
        },
        Field {
            name: "with_city",
            required: true,
            shape: Shape::Flag,
            zh: "已报市级",
            en: "went to the city because nobody took note of it",
        },
        Field {
            name: "accepted_by",
            required: false,
            shape: Shape::Id("institution"),
            zh: "承接单位",
            en: "institution that took it over with the file",
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker whom it concerns."))
            .field(
                Resolved::new("law", TypeRef::named(RULE), |ctx| {
                    asking(ctx.ctx, async move {
                        let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
                        let named = view.row.json.get("rule").and_then(|rule| rule.as_str());
                        Ok(named.and_then(rule).map(FieldValue::owned_any))
                    })
                })
                .description("预警规则及其依据 · The rule, with its law and what clears it."),
            )
            .field(Resolved::new("ahead", TypeRef::named(AHEAD), |ctx| asking(ctx.ctx, ahead(ctx))).description(
                "若无人处理，下一步何时发生；已到头、计时停止或查看更早的日子时为空 · What becomes of it next when nobody does anything; none where it rises no further, its clock stands, or an earlier day is looked at.",
            ))
            .field(edge(
                "responsible",
                &super::institution::LOOK,
                "institution",
                "责任单位 · Whose duty it is and stays.",
            ))
    },
};

const AHEAD: &str = "WarningAhead";
const RULE: &str = "WarningRule";
const VERSION: &str = "WarningRuleVersion";

/// What becomes of a warning, and how many working days are left until then.
struct Ahead {
    what: rules::Ahead,
    workdays: i64,
}

async fn ahead<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let ahead = today(&ctx, |id, day, facts| {
        let entry = facts.entry(&warning::reference(id))?;
        let Some(warning) = entry.as_ref().and_then(|entry| entry.state.warning()) else { return Ok(None) };
        let Some(what) = rules::ahead(warning, day, facts)? else { return Ok(None) };
        let workdays = holiday_table::calendar(facts)?.between(day, what.on.add_days(-1)).max(0);
        Ok(Some(Ahead { what, workdays }))
    });
    Ok(ahead.await?.map(FieldValue::owned_any))
}

type Of = &'static WarningRule;
type OfVersion = &'static Version;

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    let maybe = || TypeRef::named(TypeRef::STRING);
    let flag = || TypeRef::named_nn(TypeRef::BOOLEAN);
    let ahead = Object::new(AHEAD)
        .description("预警的下一步 · What becomes of a warning next.")
        .field(plain("on", TypeRef::named_nn("Date"), "日期 · First day on which it is so.", |ahead: &Ahead| {
            Value::from(ahead.what.on.to_string())
        }))
        .field(inner(
            "grade",
            TypeRef::named("Code"),
            "届时级别；为空则报市级 · The grade that it then has; none where it goes to the city.",
            |ahead: &Ahead| {
                let code = |grade: WarningGrade| Code::new(&WarningGrade::LIST, grade.as_str());
                ahead.what.grade.map(|grade| FieldValue::owned_any(code(grade)))
            },
        ))
        .field(plain(
            "workdays",
            TypeRef::named_nn(TypeRef::INT),
            "此前剩余工作日 · Working days left until then.",
            |ahead: &Ahead| Value::from(ahead.workdays),
        ));
    let version = Object::new(VERSION)
        .description("规则的一个版本 · A version of a rule.")
        .field(plain("version", TypeRef::named_nn(TypeRef::INT), "版本号 · Its number.", |version: &OfVersion| {
            Value::from(version.version)
        }))
        .field(plain(
            "from",
            TypeRef::named_nn("Date"),
            "施行日期 · First day on which it holds.",
            |version: &OfVersion| Value::from(version.from.to_string()),
        ))
        .field(plain(
            "law",
            TypeRef::named_nn_list_nn(TypeRef::STRING),
            "依据（含版本） · The law, with its editions.",
            |version: &OfVersion| {
                Value::List(version.citations.iter().map(|law| Value::from(law.to_string())).collect())
            },
        ));
    let rule = Object::new(RULE)
        .description("预警规则 · A warning rule, with its law.")
        .field(plain("id", text(), "编号 · Its number.", |rule: &Of| Value::from(rule.id)))
        .field(plain("zh", text(), "名称 · Name in Chinese.", |rule: &Of| Value::from(rule.zh)))
        .field(plain("en", text(), "英文名称 · Name in English.", |rule: &Of| Value::from(rule.en)))
        .field(plain("subject", text(), "预警对象类别 · Kind of the records that it looks at.", |rule: &Of| {
            Value::from(rule.subject.as_str())
        }))
        .field(inner(
            "versions",
            TypeRef::named_nn_list_nn(VERSION),
            "各版本，先旧后新 · Its versions, oldest first.",
            |rule: &Of| Some(FieldValue::list(rule.versions.iter().map(FieldValue::owned_any))),
        ))
        .field(plain("clearedZh", text(), "解除条件 · What clears it, in Chinese.", |rule: &Of| {
            Value::from(rule.cleared_zh)
        }))
        .field(plain("clearedEn", text(), "解除条件（英文） · What clears it, in English.", |rule: &Of| {
            Value::from(rule.cleared_en)
        }))
        .field(plain(
            "closedBy",
            text(),
            "转红后由谁核销：county、city、audit · Who closes it once it was red.",
            |rule: &Of| Value::from(rule.closer.as_str()),
        ))
        .field(plain("waivable", flag(), "可否豁免 · Whether it may be waived for a time.", |rule: &Of| {
            Value::from(rule.waivable)
        }))
        .field(plain(
            "lasting",
            flag(),
            "事实不会消失，经处理后核销 · A fact that does not go away: it is closed by a decision on it.",
            |rule: &Of| Value::from(rule.lasting),
        ))
        .field(plain(
            "toldWorker",
            maybe(),
            "告知本人的最低级别 · Grade from which the worker is told.",
            |rule: &Of| told(rule.told.worker),
        ))
        .field(plain(
            "toldUnit",
            maybe(),
            "告知单位的最低级别 · Grade from which the institution is told.",
            |rule: &Of| told(rule.told.unit),
        ))
        .field(plain(
            "toldCounty",
            maybe(),
            "告知县级的最低级别 · Grade from which the county is told.",
            |rule: &Of| told(rule.told.county),
        ))
        .field(plain(
            "toldCity",
            maybe(),
            "告知市级的最低级别 · Grade from which the city is told.",
            |rule: &Of| told(rule.told.city),
        ));
    builder.register(ahead).register(version).register(rule)
}

fn told(grade: Option<WarningGrade>) -> Value {
    grade.map_or(Value::Null, |grade| Value::from(grade.as_str()))
}

/// The field of the root.
pub fn rules_field() -> Resolved {
    Resolved::new("warningRules", TypeRef::named_nn_list_nn(RULE), |ctx| {
        asking(ctx.ctx, async move {
            viewer(&ctx)?;
            Ok(Some(FieldValue::list(RULES.iter().map(|rule| FieldValue::owned_any(*rule)))))
        })
    })
    .description("全部预警规则 · Every warning rule.")
}

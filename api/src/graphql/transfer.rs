//! Transfers of workers' files: the case, its chain step by step, and the flow between districts.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::catalog::Kind;
use domain::custody::limit;
use domain::field::{Field as Member, Shape};
use domain::records::transfer::passages_by;
use domain::transfer_codes::{ConsentScope, TransferParty, TransferState, TransferStep, TransferUndertaking};
use domain::workdays::Calendar;
use signing::bytes::Date;
use uuid::Uuid;

use super::paths::asking;
use super::record::{Look, View, edge};
use super::scalars::{Code, inner, plain};
use super::{node, viewer};
use crate::error::{ApiError, fault};
use schema::read_model::Flow;

const YEAR: &[Member] = &[
    Member { name: "year", required: true, shape: Shape::Integer(1950, 2100, ""), zh: "剂量年度", en: "dose year" },
    Member {
        name: "effective_nsv",
        required: false,
        shape: Shape::Integer(0, 10_000_000_000, "nSv"),
        zh: "有效剂量",
        en: "effective dose; absent when it is not known",
    },
    Member {
        name: "months",
        required: false,
        shape: Shape::Integer(1, 12, ""),
        zh: "监测月数",
        en: "months monitored",
    },
    Member {
        name: "confidence",
        required: true,
        shape: Shape::Code(&domain::transfer_codes::HistoryConfidence::LIST),
        zh: "证据等级",
        en: "how well it is evidenced",
    },
    Member { name: "source", required: true, shape: domain::field::LINE, zh: "来源单位", en: "who measured it" },
    Member {
        name: "event", required: true, shape: Shape::Id(""), zh: "申报事件", en: "the event that declared it"
    },
    Member {
        name: "accepted",
        required: false,
        shape: Shape::Flag,
        zh: "是否属实",
        en: "whether the evidence holds; absent until somebody looked at it",
    },
];

const DONE: &[Member] = &[
    Member { name: "step", required: true, shape: Shape::Code(&TransferStep::LIST), zh: "环节", en: "step" },
    Member { name: "act", required: true, shape: domain::field::LINE, zh: "办理", en: "what was done" },
    Member { name: "from", required: true, shape: Shape::Day, zh: "起始日期", en: "day from which it waited" },
    Member { name: "on", required: true, shape: Shape::Day, zh: "办结日期", en: "day on which it was done" },
    Member { name: "event", required: true, shape: Shape::Id(""), zh: "事件", en: "the event" },
];

const REMINDER: &[Member] = &[
    Member { name: "step", required: true, shape: Shape::Code(&TransferStep::LIST), zh: "环节", en: "step" },
    Member {
        name: "by",
        required: false,
        shape: Shape::Code(&TransferParty::LIST),
        zh: "催办方",
        en: "who asked; absent: the city",
    },
    Member { name: "on", required: true, shape: Shape::Day, zh: "催办日期", en: "day" },
    Member { name: "event", required: true, shape: Shape::Id(""), zh: "事件", en: "the event" },
];

/// How a transfer looks.
pub const LOOK: Look = Look {
    kind: Kind::Transfer,
    type_name: "Transfer",
    list: "transfers",
    not_kept: &[],
    adds: &[
        Member {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Member { name: "state", required: true, shape: Shape::Code(&TransferState::LIST), zh: "状态", en: "state" },
        Member {
            name: "step",
            required: true,
            shape: Shape::Code(&TransferStep::LIST),
            zh: "所在环节",
            en: "step that it waits at, or ended at",
        },
        Member {
            name: "ruled",
            required: true,
            shape: Shape::Flag,
            zh: "市级已裁定不予流动",
            en: "the city has ruled that it is rejected for good",
        },
        Member { name: "requested_on", required: true, shape: Shape::Day, zh: "申请日期", en: "asked for on" },
        Member {
            name: "since",
            required: true,
            shape: Shape::Day,
            zh: "环节起始日期",
            en: "day from which it waits, or on which it ended",
        },
        Member {
            name: "consent",
            required: false,
            shape: Shape::Code(&ConsentScope::LIST),
            zh: "本人同意范围",
            en: "what the new employer may see",
        },
        Member {
            name: "undertaking",
            required: false,
            shape: Shape::Code(&TransferUndertaking::LIST),
            zh: "承诺",
            en: "undertaking under which something that is missing was let pass",
        },
        Member {
            name: "passages",
            required: true,
            shape: Shape::List(0, 1_000, &Shape::Object(DONE)),
            zh: "已办环节",
            en: "what was done, in order",
        },
        Member {
            name: "reminders",
            required: false,
            shape: Shape::List(0, 1_000, &Shape::Object(REMINDER)),
            zh: "催办",
            en: "who was asked to act",
        },
        Member {
            name: "package",
            required: false,
            shape: Shape::Object(<domain::records::transfer::PackageSealed as domain::field::Data>::FIELDS),
            zh: "移交的档案",
            en: "what was handed over",
        },
        Member {
            name: "paper_place",
            required: false,
            shape: domain::field::LINE,
            zh: "纸质档案存放地",
            en: "where the papers are kept",
        },
        Member {
            name: "history",
            required: false,
            shape: Shape::List(0, 200, &Shape::Object(YEAR)),
            zh: "市外剂量史",
            en: "years that were received outside",
        },
        Member {
            name: "practice_ended_on",
            required: false,
            shape: Shape::Day,
            zh: "多点执业结束日期",
            en: "first day without multi-site practice",
        },
    ],
    edges: |object| {
        object
            .field(edge("releasing", &super::institution::LOOK, "from_institution", "转出单位 · Releasing institution."))
            .field(edge("receiving", &super::institution::LOOK, "to_institution", "接收单位 · Receiving institution."))
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(
                Field::new("chain", TypeRef::named_nn_list(PASSAGE), |ctx| asking(ctx.ctx, chain(ctx))).description(
                    "流转链：每一环节何时由谁办结、用时、是否逾期 · The chain: each step with who, when, how long, and whether late.",
                ),
            )
    },
};

const PASSAGE: &str = "TransferPassage";

/// A step of a chain; without an event the one that it waits at.
struct Passage {
    step: Code,
    act: Option<String>,
    from: Date,
    on: Option<Date>,
    workdays: i64,
    limit: Option<i64>,
    event: Option<Uuid>,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let passage =
        Object::new(PASSAGE)
            .description("流动的一个环节 · One step of a transfer.")
            .field(inner("step", TypeRef::named_nn("Code"), "环节 · Step.", |passage: &Passage| {
                Some(FieldValue::owned_any(passage.step.clone()))
            }))
            .field(plain(
                "act",
                TypeRef::named(TypeRef::STRING),
                "办理结果（事件名）；待办时为空 · What was done, as in the event's type; absent while it waits.",
                |passage: &Passage| passage.act.as_deref().map_or(Value::Null, Value::from),
            ))
            .field(plain(
                "from",
                TypeRef::named_nn("Date"),
                "起始日期 · Day from which it waited.",
                |passage: &Passage| Value::from(passage.from.to_string()),
            ))
            .field(plain(
                "on",
                TypeRef::named("Date"),
                "办结日期；待办时为空 · Day on which it was done; absent while it waits.",
                |passage: &Passage| passage.on.map_or(Value::Null, |on| Value::from(on.to_string())),
            ))
            .field(plain(
                "workdays",
                TypeRef::named_nn(TypeRef::INT),
                "所用工作日 · Working days that it took so far.",
                |passage: &Passage| Value::from(passage.workdays),
            ))
            .field(plain(
                "limit",
                TypeRef::named(TypeRef::INT),
                "时限（工作日）；中止期间不计时，为空 · Working days that it may take; absent while the case is suspended: the clock stands.",
                |passage: &Passage| passage.limit.map_or(Value::Null, Value::from),
            ))
            .field(plain(
                "late",
                TypeRef::named_nn(TypeRef::BOOLEAN),
                "是否逾期 · Whether it is late.",
                |passage: &Passage| Value::from(passage.limit.is_some_and(|limit| passage.workdays > limit)),
            ))
            .field(Field::new("event", TypeRef::named("Event"), |ctx| asking(ctx.ctx, event(ctx))).description(
                "办结事件：签署人、时间、证明 · The event that ended it: who signed, when, with its proof.",
            ));
    let flow = Object::new("TransferFlow")
        .description("县区间流动 · Transfers from one district to another.")
        .field(plain(
            "fromArea",
            TypeRef::named(TypeRef::STRING),
            "转出县区；市外调入时为空 · Releasing district; absent from outside the city.",
            |flow: &Flow| flow.from_area.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "toArea",
            TypeRef::named(TypeRef::STRING),
            "接收县区；调往市外或存档时为空 · Receiving district; absent out of the city or into the archive.",
            |flow: &Flow| flow.to_area.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(plain("requested", TypeRef::named_nn(TypeRef::INT), "申请数 · Asked for.", |flow: &Flow| {
            Value::from(flow.requested)
        }))
        .field(plain("completed", TypeRef::named_nn(TypeRef::INT), "已完成数 · Completed.", |flow: &Flow| {
            Value::from(flow.completed)
        }))
        .field(plain("open", TypeRef::named_nn(TypeRef::INT), "办理中数 · Still open.", |flow: &Flow| {
            Value::from(flow.open)
        }))
        .field(plain(
            "medianDays",
            TypeRef::named(TypeRef::INT),
            "已完成者用时中位数（天） · Median of the days that those completed took.",
            |flow: &Flow| flow.median_days.map_or(Value::Null, Value::from),
        ));
    builder.register(passage).register(flow)
}

/// The field of the root.
pub fn flow_field() -> Field {
    let day = |name: &'static str, description: &'static str| {
        InputValue::new(name, TypeRef::named_nn("Date")).description(description)
    };
    Field::new("transferFlow", TypeRef::named_nn_list("TransferFlow"), |ctx| asking(ctx.ctx, flow(ctx)))
        .description("县区间流动矩阵：在读者可见范围内 · Flow matrix between districts, of what the reader may see.")
        .argument(day("from", "申请日期自 · Asked for from this day."))
        .argument(day("until", "申请日期止，不含 · Asked for before this day."))
        .argument(
            InputValue::new("asOf", TypeRef::named("Position")).description("账本位置，含该位置 · Position, included."),
        )
        .argument(InputValue::new("asOfTime", TypeRef::named("Instant")).description("入账时间 · Time of the ledger."))
}

async fn flow<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let node = node(&ctx);
    let asked = super::AsOf::read(ctx.args.get("asOf"), ctx.args.get("asOfTime"))?;
    let day = |name: &'static str| -> async_graphql::Result<Date> {
        Ok(ctx.args.try_get(name)?.string()?.parse().map_err(|_| ApiError::Argument(name, "YYYY-MM-DD"))?)
    };
    let (from, until) = (day("from")?, day("until")?);
    let Some(at) = node.moment(asked, None).await? else {
        return Ok(Some(FieldValue::list(Vec::<FieldValue<'_>>::new())));
    };
    let flows = node.transfer_flow(viewer, from, until, at).await?;
    Ok(Some(FieldValue::list(flows.into_iter().map(FieldValue::owned_any))))
}

async fn chain<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let node = node(&ctx);
    let chain = passages_by(&view.row.json).map_err(|member| fault("read a transfer", &member))?;
    let calendar = node.calendar(view.at).await?;
    let today = node.day_of(view.at).await?;
    let passage = |step: TransferStep, from: Date, on: Option<Date>, suspended: bool| Passage {
        step: Code::new(&TransferStep::LIST, step.as_str()),
        act: None,
        from,
        on,
        workdays: workdays(&calendar, from, on.unwrap_or(today)),
        limit: (!suspended).then(|| limit(step)),
        event: None,
    };
    let mut passages: Vec<Passage> = Vec::with_capacity(chain.done.len() + 1);
    for done in chain.done {
        let (event, suspended) = (Some(done.event), done.is_suspended());
        passages.push(Passage {
            act: Some(done.act.to_string()),
            event,
            ..passage(done.step, done.from, Some(done.on), suspended)
        });
    }
    passages.extend(chain.waits.map(|(step, since)| passage(step, since, None, chain.suspended)));
    Ok(Some(FieldValue::list(passages.into_iter().map(FieldValue::owned_any))))
}

fn workdays(calendar: &Calendar, from: Date, until: Date) -> i64 {
    calendar.between(from, until).max(0)
}

async fn event<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let passage = ctx.parent_value.try_downcast_ref::<Passage>()?;
    let Some(id) = passage.event else { return Ok(None) };
    Ok(node(&ctx).event_by_id(viewer(&ctx)?, id).await?.map(|event| event.value()))
}

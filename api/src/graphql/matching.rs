//! `doseWorkers`: who the lines of a laboratory's report are about.

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputObject, InputValue, Object, ObjectAccessor, ResolverContext, SchemaBuilder,
    TypeRef,
};
use signing::bytes::Date;

use super::paths::asking;
use super::scalars::plain;
use super::{AsOf, id, node, position, viewer};
use crate::error::ApiError;
use crate::matching::{LINES_MAX, Line, Match, Mismatch};

type Matched = Result<Match, Mismatch>;

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let mut mismatches =
        Enum::new("DoseWorkerMismatch").description("行与人员不符的原因 · Why a line is about nobody.");
    for (_, code, label) in Mismatch::ALL {
        mismatches = mismatches.item(EnumItem::new(code).description(label));
    }
    let text = |name: &str, what: &str| InputValue::new(name, TypeRef::named(TypeRef::STRING)).description(what);
    let line = InputObject::new("DoseWorkerLine")
        .description("报告中的一行 · A line of a report.")
        .field(
            InputValue::new("workerNo", TypeRef::named_nn(TypeRef::STRING))
                .description("工作人员编号 · Number of the worker within the institution."),
        )
        .field(text("name", "姓名；给出则核对 · Name; compared when given."))
        .field(text("idTail", "身份证后四位；给出则核对 · Last four of the identity number; compared when given."))
        .field(
            InputValue::new("position", TypeRef::named_nn(TypeRef::STRING))
                .description("佩戴部位 · Where the dosimeter was worn."),
        )
        .field(InputValue::new("wearFrom", TypeRef::named_nn("Date")).description("佩戴起始日 · First day worn."))
        .field(InputValue::new("wearTo", TypeRef::named_nn("Date")).description("佩戴终止日 · Last day worn."));
    let worker = Object::new("DoseWorker")
        .description("行所指的人员 · Who a line is about.")
        .field(plain(
            "mismatch",
            TypeRef::named("DoseWorkerMismatch"),
            "不符的原因；相符则为空 · Why it is about nobody; absent when it fits.",
            |matched: &Matched| {
                matched
                    .as_ref()
                    .err()
                    .map_or(Value::Null, |mismatch| Value::Enum(async_graphql::Name::new(mismatch.code())))
            },
        ))
        .field(plain("person", TypeRef::named("UUID"), "放射工作人员 · The worker.", |matched: &Matched| {
            of(matched, |found| found.person.to_string())
        }))
        .field(plain("employment", TypeRef::named("UUID"), "用人关系 · His employment.", |matched: &Matched| {
            of(matched, |found| found.employment.to_string())
        }))
        .field(plain(
            "category",
            TypeRef::named(TypeRef::STRING),
            "职业类别 · His category in it.",
            |matched: &Matched| of(matched, |found| found.category.clone()),
        ))
        .field(plain(
            "reported",
            TypeRef::named("UUID"),
            "同一部位、同期已有的有效结果 · A result that counts already for the same place on some of the days.",
            |matched: &Matched| {
                matched
                    .as_ref()
                    .ok()
                    .and_then(|found| found.reported)
                    .map_or(Value::Null, |id| Value::from(id.to_string()))
            },
        ));
    builder.register(mismatches).register(line).register(worker)
}

fn of(matched: &Matched, get: fn(&Match) -> String) -> Value {
    matched.as_ref().map_or(Value::Null, |found| Value::from(get(found)))
}

/// Adds the question to the root.
pub fn queries(query: Object) -> Object {
    query.field(
        Field::new("doseWorkers", TypeRef::named_nn_list("DoseWorker"), |ctx| asking(ctx.ctx, workers(ctx)))
            .description("监测机构核对报告各行所指人员；姓名与证件号只比对不返回 · For the laboratory of a contract: who the lines of its report are about. Names and numbers are compared, never returned. Null for anybody else.")
            .argument(InputValue::new("contract", TypeRef::named_nn("UUID")).description("监测委托 · The contract."))
            .argument(InputValue::new("lines", TypeRef::named_nn_list_nn("DoseWorkerLine")).description("各行，至多 1000 · The lines, at most 1000."))
            .argument(InputValue::new("atLeast", TypeRef::named("Position")).description("至少包含到此位置 · Position that the answer includes at least.")),
    )
}

async fn workers<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, node) = (viewer(&ctx)?, node(&ctx));
    let contract = id(&ctx, "contract")?.unwrap_or_default();
    let given = ctx.args.try_get("lines")?.list()?;
    if given.len() > LINES_MAX {
        return Err(ApiError::Limit { what: "doseLines", limit: LINES_MAX }.into());
    }
    let lines = given.iter().map(|line| read(&line.object()?)).collect::<async_graphql::Result<Vec<Line>>>()?;
    let Some(at) = node.moment(AsOf::Now, position(&ctx, "atLeast")?).await? else { return Ok(None) };
    let matched = node.match_lines(viewer, contract, &lines, at).await?;
    Ok(matched.map(|matched| FieldValue::list(matched.into_iter().map(FieldValue::owned_any))))
}

fn read(line: &ObjectAccessor<'_>) -> async_graphql::Result<Line> {
    let text = |name: &str| -> async_graphql::Result<String> { Ok(line.try_get(name)?.string()?.to_owned()) };
    let maybe = |name: &str| -> async_graphql::Result<Option<String>> {
        line.get(name).filter(|value| !value.is_null()).map(|value| Ok(value.string()?.to_owned())).transpose()
    };
    let day = |name: &'static str| -> async_graphql::Result<Date> {
        text(name)?.parse().map_err(|_| ApiError::Argument(name, "YYYY-MM-DD").into())
    };
    Ok(Line {
        worker_no: text("workerNo")?,
        name: maybe("name")?,
        id_tail: maybe("idTail")?,
        position: text("position")?,
        from: day("wearFrom")?,
        to: day("wearTo")?,
    })
}

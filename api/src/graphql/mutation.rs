//! The two writes: `prepare` makes the bytes to sign, `append` takes what was signed. For all kinds; what is signed
//! decides, not the name of a field. A refusal is an answer, not an error.

use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef, Union};
use async_graphql::{PathSegment, Value};
use domain::refusal::{Code, Refusal, RefusalView};

use super::paths::asking;
use super::scalars::{inner, plain};
use super::{node, prepare};
use crate::error::{ApiError, fault};
use crate::submit::Receipt;

/// Registers the types and the mutation root.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let builder = prepare::register(builder);
    let appended = Object::new("Appended").description("已入账 · The unit is durable.").field(inner(
        "receipts",
        TypeRef::named_nn_list_nn("Receipt"),
        "回执，每个签署的事件一份 · Receipts, one for each signed event.",
        |receipts: &Vec<Receipt>| Some(FieldValue::list(receipts.iter().cloned().map(FieldValue::owned_any))),
    ));
    let result = Union::new("AppendResult")
        .description("提交结果 · What became of a unit.")
        .possible_type("Appended")
        .possible_type("Refused");
    builder.register(appended).register(refused()).register(result).register(mutation())
}

fn mutation() -> Object {
    let mutation = Object::new("Mutation").description(
        "写入 · Writes to the ledger: prepare what is to be signed, append what was signed. The others concern one person and leave the ledger as it is.",
    );
    super::imports::mutations(super::inbox::mutations(super::private::mutations(mutation)))
        .field(
            Field::new("prepare", TypeRef::named("Prepared"), |ctx| asking(ctx.ctx, prepare::prepare(ctx)))
                .description("预演：生成待签内容，不写入任何数据 · Dry run: the exact bytes to sign, what they say, and what would follow. Writes nothing. Recompute every seal from its opening before signing.")
                .argument(InputValue::new("input", TypeRef::named_nn("PrepareInput")).description("拟签署的内容 · What is to be signed.")),
        )
        .field(
            Field::new("append", TypeRef::named_nn_list("AppendResult"), |ctx| asking(ctx.ctx, append(ctx)))
                .description("提交已签署的单元，依次裁决，各自全部入账或全部不入账；签名即身份，无需登录 · Appends signed units, judged one after the other, each all or nothing. Signatures authenticate: no session is needed.")
                .argument(InputValue::new("units", TypeRef::named_nn_list_nn("JSON")).description("单元 {envelopes, openings} · Units: {envelopes, openings}, one list of openings per envelope.")),
        )
}

fn refused() -> Object {
    let text = || TypeRef::named(TypeRef::STRING);
    Object::new("Refused")
        .description("不予入账，未写入任何数据 · A refusal. Nothing was written.")
        .field(plain(
            "code",
            TypeRef::named_nn(TypeRef::STRING),
            "拒绝代码 · Code of the wire format; `busy` and `read_only` mean: send the same bytes again.",
            |refusal: &RefusalView| Value::from(refusal.code),
        ))
        .field(plain(
            "index",
            TypeRef::named_nn(TypeRef::INT),
            "单元内第几个事件，从 0 起 · Index of the event in its unit, from 0.",
            |refusal: &RefusalView| Value::from(refusal.index as u64),
        ))
        .field(plain(
            "pointer",
            TypeRef::named_nn(TypeRef::STRING),
            "所指位置（RFC 6901） · Pointer into the statement, RFC 6901; empty for the whole.",
            |refusal: &RefusalView| Value::from(refusal.pointer.as_str()),
        ))
        .field(plain("rule", text(), "规则编号 · Rule, for `refused`.", |refusal: &RefusalView| {
            refusal.rule.map_or(Value::Null, Value::from)
        }))
        .field(plain("citation", text(), "依据 · Citation, for `refused`.", |refusal: &RefusalView| {
            refusal.citation.as_deref().map_or(Value::Null, Value::from)
        }))
        .field(plain(
            "headVersion",
            TypeRef::named("Version"),
            "当前版本 · Version of the record's head, for `conflict`; 0 when there is no record.",
            |refusal: &RefusalView| {
                refusal.head_version.map_or(Value::Null, |version| Value::from(version.to_string()))
            },
        ))
        .field(plain(
            "headHash",
            TypeRef::named("Hash"),
            "当前版本的哈希 · Hash of the record's head, for `conflict`.",
            |refusal: &RefusalView| refusal.head_hash.map_or(Value::Null, |hash| Value::from(hash.to_string())),
        ))
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "已有记录的位置 · Position of what is there already.",
            |refusal: &RefusalView| refusal.position.map_or(Value::Null, |position| Value::from(position.to_string())),
        ))
        .field(plain(
            "messageZh",
            TypeRef::named_nn(TypeRef::STRING),
            "说明（中文） · What it means and what to do, in Chinese.",
            |refusal: &RefusalView| Value::from(refusal.message_zh),
        ))
        .field(plain(
            "messageEn",
            TypeRef::named_nn(TypeRef::STRING),
            "说明（英文） · The same in English.",
            |refusal: &RefusalView| Value::from(refusal.message_en),
        ))
}

async fn append<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let node = node(&ctx);
    let units = ctx.args.try_get("units")?.list()?;
    if units.len() > node.limits.units_max {
        return Err(ApiError::Limit { what: "unitsMax", limit: node.limits.units_max }.into());
    }
    let mut results = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        let json =
            unit.as_value().clone().into_json().map_err(|_| ApiError::Argument("units", "{envelopes, openings}"))?;
        let bytes = serde_json::to_vec(&json).map_err(|error| fault("write a unit", &error))?;
        let result = node.door.submit(&bytes).await;
        results.push(match result {
            Ok(receipts) => FieldValue::owned_any(receipts).with_type("Appended"),
            Err(error) => match error.refusal() {
                Some(refusal) => FieldValue::owned_any(RefusalView::from(&refusal)).with_type("Refused"),
                None if units.len() == 1 => return Err(ApiError::from(error).into()),
                // Others of this request may be in the ledger already: their receipts must not be lost with it.
                None => {
                    let failed = ApiError::from(error);
                    let mut server_error = failed.into_server_error();
                    server_error.path = vec![
                        PathSegment::Field(ctx.ctx.item.node.response_key().node.to_string()),
                        PathSegment::Index(index),
                    ];
                    ctx.ctx.add_error(server_error);
                    FieldValue::owned_any(RefusalView::from(&Refusal::new(Code::Busy, 0))).with_type("Refused")
                }
            },
        });
    }
    Ok(Some(FieldValue::list(results)))
}

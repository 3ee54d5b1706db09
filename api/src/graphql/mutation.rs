//! The two writes: `prepare` makes the bytes to sign, `append` takes what was signed. For all kinds; what is signed
//! decides, not the name of a field. A refusal is an answer, not an error.

use async_graphql::dynamic::{Field, FieldFuture, FieldValue, InputObject, InputValue, Object, ObjectAccessor, ResolverContext, SchemaBuilder, TypeRef, Union};
use async_graphql::{PathSegment, Value};
use domain::catalog::{Kind, event_type};
use domain::prepare::Request;
use domain::refusal::{Code, Refusal, RefusalView};
use signing::bytes::{b64, b64url_decode, parse_uuid_v4};
use signing::json::{Object as Data, read_loose};
use signing::statement::{Batch, EventRef, Meaning, Read, RecordRef};
use uuid::Uuid;

use super::scalars::{RecordName, inner, plain};
use super::{AsOf, node, viewer};
use crate::error::{ApiError, fault};
use crate::submit::{Prepared, Receipt, SubmitError};
use crate::summary::{Summary, summary};

/// Registers the types and the mutation root.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    for input in inputs() {
        builder = builder.register(input);
    }
    let appended = Object::new("Appended")
        .description("已入账 · The unit is durable.")
        .field(inner("receipts", TypeRef::named_nn_list_nn("Receipt"), "回执，每个签署的事件一份 · Receipts, one for each signed event.", |receipts: &Vec<Receipt>| {
            Some(FieldValue::list(receipts.iter().cloned().map(FieldValue::owned_any)))
        }));
    let result = Union::new("AppendResult").description("提交结果 · What became of a unit.").possible_type("Appended").possible_type("Refused");
    builder.register(appended).register(refused()).register(result).register(head()).register(consequence()).register(prepared()).register(mutation())
}

fn mutation() -> Object {
    Object::new("Mutation")
        .description("写入 · Writes: prepare what is to be signed, append what was signed.")
        .field(
            Field::new("prepare", TypeRef::named("Prepared"), |ctx| FieldFuture::new(prepare(ctx)))
                .description("预演：生成待签内容，不写入任何数据 · Dry run: the exact bytes to sign, what they say, and what would follow. Writes nothing. Recompute every seal from its opening before signing.")
                .argument(InputValue::new("input", TypeRef::named_nn("PrepareInput")).description("拟签署的内容 · What is to be signed.")),
        )
        .field(
            Field::new("append", TypeRef::named_nn_list("AppendResult"), |ctx| FieldFuture::new(append(ctx)))
                .description("提交已签署的单元，依次裁决，各自全部入账或全部不入账；签名即身份，无需登录 · Appends signed units, judged one after the other, each all or nothing. Signatures authenticate: no session is needed.")
                .argument(InputValue::new("units", TypeRef::named_nn_list_nn("JSON")).description("单元 {envelopes, openings} · Units: {envelopes, openings}, one list of openings per envelope.")),
        )
}

fn refused() -> Object {
    let text = || TypeRef::named(TypeRef::STRING);
    Object::new("Refused")
        .description("不予入账，未写入任何数据 · A refusal. Nothing was written.")
        .field(plain("code", TypeRef::named_nn(TypeRef::STRING), "拒绝代码 · Code of the wire format; `busy` and `read_only` mean: send the same bytes again.", |refusal: &RefusalView| Value::from(refusal.code)))
        .field(plain("index", TypeRef::named_nn(TypeRef::INT), "单元内第几个事件，从 0 起 · Index of the event in its unit, from 0.", |refusal: &RefusalView| Value::from(refusal.index as u64)))
        .field(plain("pointer", TypeRef::named_nn(TypeRef::STRING), "所指位置（RFC 6901） · Pointer into the statement, RFC 6901; empty for the whole.", |refusal: &RefusalView| Value::from(refusal.pointer.as_str())))
        .field(plain("rule", text(), "规则编号 · Rule, for `refused`.", |refusal: &RefusalView| refusal.rule.map_or(Value::Null, Value::from)))
        .field(plain("citation", text(), "依据 · Citation, for `refused`.", |refusal: &RefusalView| refusal.citation.as_deref().map_or(Value::Null, Value::from)))
        .field(plain("headVersion", TypeRef::named("Version"), "当前版本 · Version of the record's head, for `conflict`; 0 when there is no record.", |refusal: &RefusalView| {
            refusal.head_version.map_or(Value::Null, |version| Value::from(version.to_string()))
        }))
        .field(plain("headHash", TypeRef::named("Hash"), "当前版本的哈希 · Hash of the record's head, for `conflict`.", |refusal: &RefusalView| refusal.head_hash.map_or(Value::Null, |hash| Value::from(hash.to_string()))))
        .field(plain("position", TypeRef::named("Position"), "已有记录的位置 · Position of what is there already.", |refusal: &RefusalView| refusal.position.map_or(Value::Null, |position| Value::from(position.to_string()))))
        .field(plain("messageZh", TypeRef::named_nn(TypeRef::STRING), "说明（中文） · What it means and what to do, in Chinese.", |refusal: &RefusalView| Value::from(refusal.message_zh)))
        .field(plain("messageEn", TypeRef::named_nn(TypeRef::STRING), "说明（英文） · The same in English.", |refusal: &RefusalView| Value::from(refusal.message_en)))
}

fn head() -> Object {
    Object::new("Head")
        .description("档案当前版本 · The head of a record.")
        .field(plain("version", TypeRef::named_nn("Version"), "版本 · Version.", |head: &(u32, signing::bytes::Hash)| Value::from(head.0.to_string())))
        .field(plain("hash", TypeRef::named_nn("Hash"), "声明哈希 · Statement hash of that version.", |head: &(u32, signing::bytes::Hash)| Value::from(head.1.to_string())))
}

struct Consequence {
    name: String,
    record: RecordRef,
}

fn consequence() -> Object {
    Object::new("Consequence")
        .description("后果：系统将随之签署的事件 · An event that the system would sign in the same append.")
        .field(plain("type", TypeRef::named_nn(TypeRef::STRING), "类型 · Type.", |follows: &Consequence| Value::from(follows.name.as_str())))
        .field(plain("labelZh", TypeRef::named_nn(TypeRef::STRING), "类型名称（中文） · Name of the type in Chinese.", |follows: &Consequence| Value::from(event_type(&follows.name, 1).map_or(follows.name.as_str(), |known| known.zh))))
        .field(plain("labelEn", TypeRef::named_nn(TypeRef::STRING), "类型名称（英文） · Name of the type in English.", |follows: &Consequence| Value::from(event_type(&follows.name, 1).map_or(follows.name.as_str(), |known| known.en))))
        .field(inner("record", TypeRef::named_nn("RecordRef"), "档案 · Its record.", |follows: &Consequence| {
            Some(FieldValue::owned_any(RecordName { kind: follows.record.kind.to_string(), id: follows.record.id.to_string() }))
        }))
}

/// What `prepare` answers: the draft where there is one, the refusal where there would be one.
struct Answer {
    made: Option<(Prepared, Summary)>,
    refusal: Option<RefusalView>,
    at: Option<u64>,
}

fn prepared() -> Object {
    let text = || TypeRef::named(TypeRef::STRING);
    fn of<T>(answer: &Answer, read: impl Fn(&Prepared, &Summary) -> T) -> Option<T> {
        answer.made.as_ref().map(|(prepared, summary)| read(prepared, summary))
    }
    Object::new("Prepared")
        .description("待签内容 · What is to be signed. Absent members: the wish cannot be made into a statement; see `refusal`.")
        .field(plain("payload", text(), "待签原文 · The exact text to sign.", |answer: &Answer| of(answer, |made, _| Value::from(String::from_utf8_lossy(&made.payload).into_owned())).unwrap_or(Value::Null)))
        .field(plain("payloadBase64", text(), "待签原文（标准 base64，即信封的 payload） · The same in standard base64, as the envelope carries it.", |answer: &Answer| of(answer, |made, _| Value::from(b64(&made.payload))).unwrap_or(Value::Null)))
        .field(plain("id", TypeRef::named("UUID"), "事件号 · Id of the event.", |answer: &Answer| of(answer, |made, _| Value::from(made.statement.id.to_string())).unwrap_or(Value::Null)))
        .field(inner("record", TypeRef::named("RecordRef"), "档案 · The record.", |answer: &Answer| {
            of(answer, |made, _| FieldValue::owned_any(RecordName { kind: made.statement.record.kind.to_string(), id: made.statement.record.id.to_string() }))
        }))
        .field(plain("version", TypeRef::named("Version"), "将成版本 · Version that it would make.", |answer: &Answer| of(answer, |made, _| Value::from(made.statement.version.to_string())).unwrap_or(Value::Null)))
        .field(plain("openings", TypeRef::named_nn_list("JSON"), "开封信息，随信封一并提交 · Openings of its seals, to go beside the envelope.", |answer: &Answer| {
            of(answer, |made, _| Value::List(made.openings.iter().map(|opening| wire_json(&opening.to_value())).collect())).unwrap_or(Value::Null)
        }))
        .field(plain("summaryZh", text(), "内容摘要（中文） · What the signature would say, in Chinese.", |answer: &Answer| of(answer, |_, summary| Value::from(summary.zh.as_str())).unwrap_or(Value::Null)))
        .field(plain("summaryEn", text(), "内容摘要（英文） · The same in English.", |answer: &Answer| of(answer, |_, summary| Value::from(summary.en.as_str())).unwrap_or(Value::Null)))
        .field(inner("consequences", TypeRef::named_nn_list_nn("Consequence"), "后果 · What the system would add in the same append.", |answer: &Answer| {
            let follows = answer.made.iter().flat_map(|(made, _)| &made.consequences);
            Some(FieldValue::list(follows.map(|(name, record)| FieldValue::owned_any(Consequence { name: name.clone(), record: record.clone() }))))
        }))
        .field(inner("head", TypeRef::named("Head"), "档案当前版本；新档案为空 · Head of the record that it continues; absent for a new one.", |answer: &Answer| {
            answer.made.as_ref().and_then(|(made, _)| made.head).map(FieldValue::owned_any)
        }))
        .field(inner("refusal", TypeRef::named("Refused"), "按当前情况会被拒绝的理由 · What it would be refused for, as things stand.", |answer: &Answer| answer.refusal.clone().map(FieldValue::owned_any)))
        .field(plain("position", TypeRef::named("Position"), "预演所依据的位置 · Last position that it was judged upon.", |answer: &Answer| answer.at.map_or(Value::Null, |at| Value::from(at.to_string()))))
}

fn inputs() -> [InputObject; 6] {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    [
        InputObject::new("PrepareInput")
            .description("拟签署的内容 · What is to be signed.")
            .field(InputValue::new("type", text()).description("事件类型 · Type, as `device.corrected`."))
            .field(InputValue::new("schema", TypeRef::named(TypeRef::INT)).description("版式，缺省 1 · Schema, 1 when absent."))
            .field(InputValue::new("id", TypeRef::named("UUID")).description("事件号，缺省由节点给出随机值 · Id of the event; random when absent."))
            .field(InputValue::new("record", TypeRef::named_nn("RecordInput")).description("档案 · The record."))
            .field(InputValue::new("meaning", TypeRef::named(TypeRef::STRING)).description("签署含义，缺省取该类型第一项 · Meaning; the first of the type when absent."))
            .field(InputValue::new("reason", TypeRef::named("ReasonInput")).description("理由 · Reason."))
            .field(InputValue::new("effectiveOn", TypeRef::named("Date")).description("业务日期 · Business date."))
            .field(InputValue::new("corrects", TypeRef::named("EventRefInput")).description("所更正的事件 · Event that is corrected."))
            .field(InputValue::new("reads", TypeRef::named_nn_list("ReadInput")).description("所依据的档案 · Records relied on."))
            .field(InputValue::new("data", TypeRef::named("JSON")).description("内容，封存项填原文 · Data as of the catalogue, plain where it seals; an object."))
            .field(InputValue::new("batch", TypeRef::named("BatchInput")).description("批次 · Membership in a batch."))
            .field(InputValue::new("account", TypeRef::named("UUID")).description("签署账户，缺省为会话账户 · Account that will sign; the session's when absent."))
            .field(InputValue::new("key", TypeRef::named("Hash")).description("签署密钥，缺省为会话密钥 · Key that will sign; the session's when absent."))
            .field(InputValue::new("grant", TypeRef::named("UUID")).description("所依据的授权，缺省由节点选取 · Grant to rely on; chosen when absent."))
            .field(InputValue::new("salts", TypeRef::named_nn_list("Bytes")).description("盐，按封存项顺序，缺省随机 · Salts of 32 bytes, in the order of the seals; random when absent.")),
        InputObject::new("RecordInput")
            .description("档案 · A record.")
            .field(InputValue::new("kind", text()).description("类别 · Kind."))
            .field(InputValue::new("id", TypeRef::named("UUID")).description("档案号，新建时可缺省 · Id; a random one when absent.")),
        InputObject::new("ReasonInput")
            .description("理由 · A reason.")
            .field(InputValue::new("code", text()).description("代码 · Code."))
            .field(InputValue::new("text", TypeRef::named(TypeRef::STRING)).description("说明，将被封存 · Text; it will be sealed.")),
        InputObject::new("EventRefInput")
            .description("事件引用 · An event.")
            .field(InputValue::new("event", TypeRef::named_nn("UUID")).description("事件号 · Id."))
            .field(InputValue::new("hash", TypeRef::named_nn("Hash")).description("声明哈希 · Statement hash.")),
        InputObject::new("ReadInput")
            .description("所依据的档案 · A record as it was seen.")
            .field(InputValue::new("kind", text()).description("类别 · Kind."))
            .field(InputValue::new("id", TypeRef::named_nn("UUID")).description("档案号 · Id."))
            .field(InputValue::new("version", TypeRef::named_nn("Version")).description("版本 · Version."))
            .field(InputValue::new("hash", TypeRef::named_nn("Hash")).description("声明哈希 · Statement hash of that version.")),
        InputObject::new("BatchInput")
            .description("批次 · Membership in a batch.")
            .field(InputValue::new("id", TypeRef::named_nn("UUID")).description("批次号 · Id."))
            .field(InputValue::new("index", TypeRef::named_nn(TypeRef::INT)).description("序号 · Place, from 0."))
            .field(InputValue::new("count", TypeRef::named_nn(TypeRef::INT)).description("总数 · Number of events.")),
    ]
}

async fn append<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let node = node(&ctx);
    let units = ctx.args.try_get("units")?.list()?;
    if units.len() > node.limits.units_max {
        return Err(ApiError::Limit { what: "unitsMax", limit: node.limits.units_max }.into());
    }
    let mut results = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        let json = unit.as_value().clone().into_json().map_err(|_| ApiError::Argument("units", "{envelopes, openings}"))?;
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
                    server_error.path = vec![PathSegment::Field(ctx.ctx.item.node.response_key().node.to_string()), PathSegment::Index(index)];
                    ctx.ctx.add_error(server_error);
                    FieldValue::owned_any(RefusalView::from(&Refusal::new(Code::Busy, 0))).with_type("Refused")
                }
            },
        });
    }
    Ok(Some(FieldValue::list(results)))
}

async fn prepare<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let node = node(&ctx);
    let argument = ctx.args.try_get("input")?;
    let input = argument.object()?;
    let request = request(&input, viewer)?;
    let id = match text(&input, "id")? {
        Some(id) => parse_uuid_v4(id).ok_or(ApiError::Argument("id", "UUID v4"))?,
        None => Uuid::new_v4(),
    };
    let mut given = salts(&input)?.into_iter();
    let mut exhausted = false;
    let drawn = || {
        given.next().unwrap_or_else(|| {
            let mut salt = [0; 32];
            exhausted |= getrandom::fill(&mut salt).is_err();
            salt
        })
    };
    // What is durable must be visible before the head of a record is told to somebody who may see it.
    let durable = node.durable();
    let at = node.moment(AsOf::Now, durable.checked_sub(1)).await?;
    let answer = match node.door.prepare(&request, id, drawn).await {
        Ok(_) if exhausted => return Err(fault("salt", &"no randomness").into()),
        Ok(made) => made,
        Err(error) => {
            let Some(refusal) = error.refusal().filter(|_| !matches!(error, SubmitError::Busy)) else { return Err(ApiError::from(error).into()) };
            return Ok(Some(FieldValue::owned_any(Answer { made: None, refusal: Some(RefusalView::from(&refusal)), at: at.map(|at| at.position) })));
        }
    };
    let kind = Kind::parse(&request.record.kind);
    let visible = match (kind, at, answer.head) {
        (_, _, None) => true,
        (Some(kind), Some(at), Some(_)) => node.get(viewer, kind, request.record.id, at).await?.is_some(),
        _ => false,
    };
    let at = at.map(|at| at.position);
    if !visible {
        // A no tells no more of a record than the reader may know.
        let refusal = Refusal::new(Code::NotAuthorised, 0);
        return Ok(Some(FieldValue::owned_any(Answer { made: None, refusal: Some(RefusalView::from(&refusal)), at })));
    }
    let summary = summary(&answer.statement, &answer.payload);
    let refusal = answer.refusal.as_ref().map(RefusalView::from);
    Ok(Some(FieldValue::owned_any(Answer { made: Some((answer, summary)), refusal, at })))
}

fn request(input: &ObjectAccessor<'_>, viewer: &crate::scope::Viewer) -> async_graphql::Result<Request> {
    let record = input.try_get("record")?;
    let record = record.object()?;
    let record = RecordRef {
        kind: record.try_get("kind")?.string()?.into(),
        id: match text(&record, "id")? {
            Some(id) => Uuid::try_parse(id).map_err(|_| ApiError::Argument("record", "UUID"))?,
            None => Uuid::new_v4(),
        },
    };
    let reason = match input.get("reason").filter(|value| !value.is_null()) {
        Some(reason) => {
            let reason = reason.object()?;
            Some((reason.try_get("code")?.string()?.into(), text(&reason, "text")?.map(str::to_owned)))
        }
        None => None,
    };
    let corrects = match input.get("corrects").filter(|value| !value.is_null()) {
        Some(corrects) => {
            let corrects = corrects.object()?;
            Some(EventRef { event: required(&corrects, "event")?, hash: required(&corrects, "hash")? })
        }
        None => None,
    };
    let mut reads = Vec::new();
    if let Some(listed) = input.get("reads").filter(|value| !value.is_null()) {
        for read in listed.list()?.iter() {
            let read = read.object()?;
            let record = RecordRef { kind: read.try_get("kind")?.string()?.into(), id: required(&read, "id")? };
            reads.push(Read { record, version: required(&read, "version")?, hash: required(&read, "hash")? });
        }
    }
    reads.sort_by(|a, b| (&a.record.kind, a.record.id).cmp(&(&b.record.kind, b.record.id)));
    let batch = match input.get("batch").filter(|value| !value.is_null()) {
        Some(batch) => {
            let batch = batch.object()?;
            let small = |name| -> async_graphql::Result<u16> { Ok(u16::try_from(batch.try_get(name)?.u64()?).map_err(|_| ApiError::Argument("batch", "0..1000"))?) };
            Some(Batch { id: required(&batch, "id")?, index: small("index")?, count: small("count")? })
        }
        None => None,
    };
    let schema = match input.get("schema").filter(|value| !value.is_null()) {
        Some(schema) => u16::try_from(schema.u64()?).map_err(|_| ApiError::Argument("schema", "1..32767"))?,
        None => 1,
    };
    let meaning = text(input, "meaning")?.map(|word| Meaning::parse(word).ok_or(ApiError::Argument("meaning", "a meaning of the wire format"))).transpose()?;
    Ok(Request {
        event_type: input.try_get("type")?.string()?.into(),
        schema,
        record,
        meaning,
        reason,
        effective_on: optional(input, "effectiveOn")?,
        corrects,
        reads,
        data: data(input)?,
        batch,
        account: optional(input, "account")?.unwrap_or(viewer.account),
        key: optional(input, "key")?.unwrap_or(viewer.key),
        grant: optional(input, "grant")?,
    })
}

/// The data, read by the wire's own reader: no null, no fractions, nothing that could be read in two ways.
fn data(input: &ObjectAccessor<'_>) -> Result<Data, ApiError> {
    const RIGHT: &str = "an object of the wire format: no null, no fractions";
    let Some(value) = input.get("data").filter(|value| !value.is_null()) else { return Ok(Data::default()) };
    let json = value.as_value().clone().into_json().map_err(|_| ApiError::Argument("data", RIGHT))?;
    let bytes = serde_json::to_vec(&json).map_err(|_| ApiError::Argument("data", RIGHT))?;
    read_loose(&bytes, 2 << 20).map_err(|_| ApiError::Argument("data", RIGHT))
}

fn salts(input: &ObjectAccessor<'_>) -> async_graphql::Result<Vec<[u8; 32]>> {
    let Some(listed) = input.get("salts").filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let mut salts = Vec::new();
    for salt in listed.list()?.iter() {
        let bytes = b64url_decode(salt.string()?).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        salts.push(bytes.ok_or(ApiError::Argument("salts", "32 bytes in base64url each"))?);
    }
    Ok(salts)
}

fn text<'a>(input: &'a ObjectAccessor<'_>, name: &'static str) -> async_graphql::Result<Option<&'a str>> {
    match input.get(name) {
        Some(value) if !value.is_null() => Ok(Some(value.string()?)),
        _ => Ok(None),
    }
}

fn optional<T: std::str::FromStr>(input: &ObjectAccessor<'_>, name: &'static str) -> async_graphql::Result<Option<T>> {
    text(input, name)?.map(|text| text.parse().map_err(|_| ApiError::Argument(name, "the form of its type").into())).transpose()
}

fn required<T: std::str::FromStr>(input: &ObjectAccessor<'_>, name: &'static str) -> async_graphql::Result<T> {
    optional(input, name)?.ok_or_else(|| ApiError::Argument(name, "required").into())
}

/// A value of the wire as JSON for GraphQL.
fn wire_json(value: &signing::json::Value) -> Value {
    let json: Result<serde_json::Value, _> = serde_json::from_slice(&signing::json::canonical(value));
    json.ok().and_then(|json| Value::from_json(json).ok()).unwrap_or(Value::Null)
}

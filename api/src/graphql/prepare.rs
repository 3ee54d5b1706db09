//! The dry run: what somebody wants to sign, as the exact bytes, with what they say and what would follow.

use async_graphql::Value;
use async_graphql::dynamic::{
    FieldValue, InputObject, InputValue, Object, ObjectAccessor, ResolverContext, SchemaBuilder, TypeRef,
};
use domain::catalog::{Kind, event_type};
use domain::prepare::Request;
use domain::refusal::{Code, Refusal, RefusalView};
use signing::bytes::{b64, b64url_decode, parse_uuid_v4};
use signing::json::{Object as Data, read_loose};
use signing::statement::{Batch, EventRef, Meaning, Read, RecordRef};
use uuid::Uuid;

use super::scalars::{RecordName, inner, plain};
use super::{node, viewer};
use crate::error::{ApiError, fault};
use crate::submit::{Prepared, SubmitError};
use crate::summary::{Summary, summary};

/// Registers the inputs and what `prepare` answers.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    for input in inputs() {
        builder = builder.register(input);
    }
    builder.register(head()).register(consequence()).register(prepared())
}

fn head() -> Object {
    Object::new("Head")
        .description("档案当前版本 · The head of a record.")
        .field(plain(
            "version",
            TypeRef::named_nn("Version"),
            "版本 · Version.",
            |head: &(u32, signing::bytes::Hash)| Value::from(head.0.to_string()),
        ))
        .field(plain(
            "hash",
            TypeRef::named_nn("Hash"),
            "声明哈希 · Statement hash of that version.",
            |head: &(u32, signing::bytes::Hash)| Value::from(head.1.to_string()),
        ))
}

struct Consequence {
    name: String,
    record: RecordRef,
}

fn consequence() -> Object {
    Object::new("Consequence")
        .description("后果：系统将随之签署的事件 · An event that the system would sign in the same append.")
        .field(plain("type", TypeRef::named_nn(TypeRef::STRING), "类型 · Type.", |follows: &Consequence| {
            Value::from(follows.name.as_str())
        }))
        .field(plain(
            "labelZh",
            TypeRef::named_nn(TypeRef::STRING),
            "类型名称（中文） · Name of the type in Chinese.",
            |follows: &Consequence| {
                Value::from(event_type(&follows.name, 1).map_or(follows.name.as_str(), |known| known.zh))
            },
        ))
        .field(plain(
            "labelEn",
            TypeRef::named_nn(TypeRef::STRING),
            "类型名称（英文） · Name of the type in English.",
            |follows: &Consequence| {
                Value::from(event_type(&follows.name, 1).map_or(follows.name.as_str(), |known| known.en))
            },
        ))
        .field(inner("record", TypeRef::named_nn("RecordRef"), "档案 · Its record.", |follows: &Consequence| {
            Some(FieldValue::owned_any(RecordName {
                kind: follows.record.kind.to_string(),
                id: follows.record.id.to_string(),
            }))
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
        .description(
            "待签内容 · What is to be signed. Absent members: the wish cannot be made into a statement; see `refusal`.",
        )
        .field(plain("payload", text(), "待签原文 · The exact text to sign.", |answer: &Answer| {
            of(answer, |made, _| Value::from(String::from_utf8_lossy(&made.payload).into_owned()))
                .unwrap_or(Value::Null)
        }))
        .field(plain(
            "payloadBase64",
            text(),
            "待签原文（标准 base64，即信封的 payload） · The same in standard base64, as the envelope carries it.",
            |answer: &Answer| of(answer, |made, _| Value::from(b64(&made.payload))).unwrap_or(Value::Null),
        ))
        .field(plain("id", TypeRef::named("UUID"), "事件号 · Id of the event.", |answer: &Answer| {
            of(answer, |made, _| Value::from(made.statement.id.to_string())).unwrap_or(Value::Null)
        }))
        .field(inner("record", TypeRef::named("RecordRef"), "档案 · The record.", |answer: &Answer| {
            of(answer, |made, _| {
                FieldValue::owned_any(RecordName {
                    kind: made.statement.record.kind.to_string(),
                    id: made.statement.record.id.to_string(),
                })
            })
        }))
        .field(plain(
            "version",
            TypeRef::named("Version"),
            "将成版本 · Version that it would make.",
            |answer: &Answer| {
                of(answer, |made, _| Value::from(made.statement.version.to_string())).unwrap_or(Value::Null)
            },
        ))
        .field(plain(
            "openings",
            TypeRef::named_nn_list("JSON"),
            "开封信息，随信封一并提交 · Openings of its seals, to go beside the envelope.",
            |answer: &Answer| {
                of(answer, |made, _| {
                    Value::List(made.openings.iter().map(|opening| wire_json(&opening.to_value())).collect())
                })
                .unwrap_or(Value::Null)
            },
        ))
        .field(plain(
            "summaryZh",
            text(),
            "内容摘要（中文） · What the signature would say, in Chinese.",
            |answer: &Answer| of(answer, |_, summary| Value::from(summary.zh.as_str())).unwrap_or(Value::Null),
        ))
        .field(plain("summaryEn", text(), "内容摘要（英文） · The same in English.", |answer: &Answer| {
            of(answer, |_, summary| Value::from(summary.en.as_str())).unwrap_or(Value::Null)
        }))
        .field(inner(
            "consequences",
            TypeRef::named_nn_list_nn("Consequence"),
            "后果 · What the system would add in the same append.",
            |answer: &Answer| {
                let follows = answer.made.iter().flat_map(|(made, _)| &made.consequences);
                Some(FieldValue::list(follows.map(|(name, record)| {
                    FieldValue::owned_any(Consequence { name: name.clone(), record: record.clone() })
                })))
            },
        ))
        .field(inner(
            "head",
            TypeRef::named("Head"),
            "档案当前版本；新档案为空 · Head of the record that it continues; absent for a new one.",
            |answer: &Answer| answer.made.as_ref().and_then(|(made, _)| made.head).map(FieldValue::owned_any),
        ))
        .field(inner(
            "refusal",
            TypeRef::named("Refused"),
            "按当前情况会被拒绝的理由 · What it would be refused for, as things stand.",
            |answer: &Answer| answer.refusal.clone().map(FieldValue::owned_any),
        ))
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "预演所依据的位置 · Last position that it was judged upon.",
            |answer: &Answer| answer.at.map_or(Value::Null, |at| Value::from(at.to_string())),
        ))
}

fn inputs() -> [InputObject; 6] {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    [
        InputObject::new("PrepareInput")
            .description("拟签署的内容 · What is to be signed.")
            .field(InputValue::new("type", text()).description("事件类型 · Type, as `device.corrected`."))
            .field(
                InputValue::new("schema", TypeRef::named(TypeRef::INT))
                    .description("版式，缺省 1 · Schema, 1 when absent."),
            )
            .field(
                InputValue::new("id", TypeRef::named("UUID"))
                    .description("事件号，缺省由节点给出随机值 · Id of the event; random when absent."),
            )
            .field(InputValue::new("record", TypeRef::named_nn("RecordInput")).description("档案 · The record."))
            .field(
                InputValue::new("meaning", TypeRef::named(TypeRef::STRING))
                    .description("签署含义，缺省取该类型第一项 · Meaning; the first of the type when absent."),
            )
            .field(InputValue::new("reason", TypeRef::named("ReasonInput")).description("理由 · Reason."))
            .field(InputValue::new("effectiveOn", TypeRef::named("Date")).description("业务日期 · Business date."))
            .field(
                InputValue::new("corrects", TypeRef::named("EventRefInput"))
                    .description("所更正的事件 · Event that is corrected."),
            )
            .field(
                InputValue::new("cause", TypeRef::named("EventRefInput"))
                    .description("所属导入 · The import of which it is a row."),
            )
            .field(
                InputValue::new("attachments", TypeRef::named_nn_list("UUID"))
                    .description("所依据的附件 · Attachments that it rests on, by id."),
            )
            .field(
                InputValue::new("reads", TypeRef::named_nn_list("ReadInput"))
                    .description("所依据的档案 · Records relied on."),
            )
            .field(
                InputValue::new("data", TypeRef::named("JSON"))
                    .description("内容，封存项填原文 · Data as of the catalogue, plain where it seals; an object."),
            )
            .field(InputValue::new("batch", TypeRef::named("BatchInput")).description("批次 · Membership in a batch."))
            .field(
                InputValue::new("key", TypeRef::named("Hash"))
                    .description("签署密钥，须属本账户，缺省为会话密钥 · Key that will sign, one of the account's own; the session's when absent."),
            )
            .field(
                InputValue::new("grant", TypeRef::named("UUID"))
                    .description("所依据的授权，缺省由节点选取 · Grant to rely on; chosen when absent."),
            )
            .field(InputValue::new("salts", TypeRef::named_nn_list("Bytes")).description(
                "盐，按封存项顺序，缺省随机 · Salts of 32 bytes, in the order of the seals; random when absent.",
            )),
        InputObject::new("RecordInput")
            .description("档案 · A record.")
            .field(InputValue::new("kind", text()).description("类别 · Kind."))
            .field(
                InputValue::new("id", TypeRef::named("UUID"))
                    .description("档案号，新建时可缺省 · Id; a random one when absent."),
            ),
        InputObject::new("ReasonInput")
            .description("理由 · A reason.")
            .field(InputValue::new("code", text()).description("代码 · Code."))
            .field(
                InputValue::new("text", TypeRef::named(TypeRef::STRING))
                    .description("说明，将被封存 · Text; it will be sealed."),
            ),
        InputObject::new("EventRefInput")
            .description("事件引用 · An event.")
            .field(InputValue::new("event", TypeRef::named_nn("UUID")).description("事件号 · Id."))
            .field(InputValue::new("hash", TypeRef::named_nn("Hash")).description("声明哈希 · Statement hash.")),
        InputObject::new("ReadInput")
            .description("所依据的档案 · A record as it was seen.")
            .field(InputValue::new("kind", text()).description("类别 · Kind."))
            .field(InputValue::new("id", TypeRef::named_nn("UUID")).description("档案号 · Id."))
            .field(InputValue::new("version", TypeRef::named_nn("Version")).description("版本 · Version."))
            .field(
                InputValue::new("hash", TypeRef::named_nn("Hash"))
                    .description("声明哈希 · Statement hash of that version."),
            ),
        InputObject::new("BatchInput")
            .description("批次 · Membership in a batch.")
            .field(InputValue::new("id", TypeRef::named_nn("UUID")).description("批次号 · Id."))
            .field(InputValue::new("index", TypeRef::named_nn(TypeRef::INT)).description("序号 · Place, from 0."))
            .field(InputValue::new("count", TypeRef::named_nn(TypeRef::INT)).description("总数 · Number of events.")),
    ]
}

/// Answers `prepare`.
///
/// # Errors
/// Without a session, for input that cannot be meant, or when the database does not answer.
pub async fn prepare<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let node = node(&ctx);
    let argument = ctx.args.try_get("input")?;
    let input = argument.object()?;
    let request = request(&input, viewer)?;
    // Whoever prepares for somebody else's key would read that account's grants out of the bytes.
    let owner = node.door.owner(request.key).await.map_err(ApiError::from)?;
    if owner.is_none_or(|owner| owner.account != viewer.account) {
        return Err(ApiError::Argument("key", "a key of the session's own account").into());
    }
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
    let at = node.durable().checked_sub(1);
    let refused = |refusal: &Refusal| {
        Ok(Some(FieldValue::owned_any(Answer { made: None, refusal: Some(RefusalView::from(refusal)), at })))
    };
    // The bytes would tell what a file is: it is one that the reader may see.
    for file in &request.attachments {
        if node.seen(viewer, Kind::Attachment, *file).await?.is_none() {
            return refused(&Refusal::new(Code::BadReference, 0).at("/attachments"));
        }
    }
    let answer = match node.door.prepare(&request, id, drawn).await {
        Ok(_) if exhausted => return Err(fault("salt", &"no randomness").into()),
        Ok(made) => made,
        Err(error) => {
            let Some(refusal) = error.refusal().filter(|_| !matches!(error, SubmitError::Busy)) else {
                return Err(ApiError::from(error).into());
            };
            return refused(&refusal);
        }
    };
    let visible = match (Kind::parse(&request.record.kind), answer.head) {
        (_, None) => true,
        (Some(kind), Some(_)) => node.seen(viewer, kind, request.record.id).await?.is_some(),
        (None, Some(_)) => false,
    };
    if !visible {
        // A no tells no more of a record than the reader may know.
        return refused(&Refusal::new(Code::NotAuthorised, 0));
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
    let event = |name| -> async_graphql::Result<Option<EventRef>> {
        let Some(named) = input.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let named = named.object()?;
        Ok(Some(EventRef { event: required(&named, "event")?, hash: required(&named, "hash")? }))
    };
    let (corrects, cause) = (event("corrects")?, event("cause")?);
    let mut attachments = Vec::new();
    if let Some(listed) = input.get("attachments").filter(|value| !value.is_null()) {
        for id in listed.list()?.iter() {
            attachments.push(parse_uuid_v4(id.string()?).ok_or(ApiError::Argument("attachments", "UUID v4"))?);
        }
    }
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
            let small = |name| -> async_graphql::Result<u16> {
                Ok(u16::try_from(batch.try_get(name)?.u64()?).map_err(|_| ApiError::Argument("batch", "0..1000"))?)
            };
            Some(Batch { id: required(&batch, "id")?, index: small("index")?, count: small("count")? })
        }
        None => None,
    };
    let schema = match input.get("schema").filter(|value| !value.is_null()) {
        Some(schema) => u16::try_from(schema.u64()?).map_err(|_| ApiError::Argument("schema", "1..32767"))?,
        None => 1,
    };
    let meaning = text(input, "meaning")?
        .map(|word| Meaning::parse(word).ok_or(ApiError::Argument("meaning", "a meaning of the wire format")))
        .transpose()?;
    Ok(Request {
        event_type: input.try_get("type")?.string()?.into(),
        schema,
        record,
        meaning,
        reason,
        effective_on: optional(input, "effectiveOn")?,
        corrects,
        cause,
        attachments,
        reads,
        data: data(input)?,
        batch,
        account: viewer.account,
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
    text(input, name)?
        .map(|text| text.parse().map_err(|_| ApiError::Argument(name, "the form of its type").into()))
        .transpose()
}

fn required<T: std::str::FromStr>(input: &ObjectAccessor<'_>, name: &'static str) -> async_graphql::Result<T> {
    optional(input, name)?.ok_or_else(|| ApiError::Argument(name, "required").into())
}

/// A value of the wire as JSON for GraphQL.
pub(super) fn wire_json(value: &signing::json::Value) -> Value {
    let json: Result<serde_json::Value, _> = serde_json::from_slice(&signing::json::canonical(value));
    json.ok().and_then(|json| Value::from_json(json).ok()).unwrap_or(Value::Null)
}

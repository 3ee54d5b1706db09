//! Events as they look from outside: who signed what, when, why, and the exact bytes.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::catalog::{EventType, Kind, event_type};
use schema::StoredEvent;
use signing::bytes::{Hash, Instant, b64url};
use signing::json::Object as Data;
use signing::statement::{Faults, Statement};

use super::connection::PageInfo;
use super::paths::asking;
use super::record::look as look_of;
use super::scalars::{EventName, RecordName, inner, plain};
use super::sealed::{self, Opener};
use super::{Moment, node, viewer};
use crate::error::{ApiError, fault};
use crate::reads::EventPage;
use crate::submit::{Receipt, ReceiptState};

/// A stored event, read.
pub struct View {
    /// The row.
    pub stored: StoredEvent,
    /// Its signed members.
    pub statement: Statement,
    known: Option<&'static EventType>,
    opener: Opener,
}

impl View {
    /// Reads a stored event.
    ///
    /// # Errors
    /// When the stored bytes are no statement: a damaged log.
    pub fn new(stored: StoredEvent) -> Result<Arc<Self>, ApiError> {
        let damaged =
            || fault("read a stored event", &format_args!("position {} does not hold a statement", stored.position));
        let object: Data = signing::json::read_stored(&stored.payload).map_err(|_| damaged())?;
        let statement = Statement::read(&object, &mut Faults::default()).ok_or_else(damaged)?;
        let known = event_type(&statement.event_type, statement.schema);
        let opener = Opener::new(vec![stored.id]);
        Ok(Arc::new(Self { stored, statement, known, opener }))
    }

    /// As the parent of an `Event`.
    #[must_use]
    pub fn value(self: &Arc<Self>) -> FieldValue<'static> {
        FieldValue::owned_any(self.clone())
    }

    /// A member of its data that is a text.
    #[must_use]
    pub fn said(&self, name: &str) -> Option<String> {
        let object = signing::json::read_stored(&self.stored.payload).ok()?;
        Some(object.get("data")?.as_object()?.get(name)?.as_text()?.to_owned())
    }

    fn recorded_at(&self) -> Instant {
        Instant::from_micros(self.stored.recorded_at)
    }

    fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.stored.kind)
    }
}

/// A page of events.
pub struct Connection {
    events: Vec<Arc<View>>,
    cursors: Vec<String>,
    more: bool,
    at: Option<Moment>,
}

struct Edge(Arc<View>, String);

impl Connection {
    /// A page, read at a moment.
    #[must_use]
    pub fn new(page: EventPage, at: Moment) -> Self {
        let EventPage { events, cursors, more, .. } = page;
        Self { events, cursors, more, at: Some(at) }
    }

    /// A page of an empty ledger.
    #[must_use]
    pub fn empty() -> Self {
        Self { events: Vec::new(), cursors: Vec::new(), more: false, at: None }
    }

    /// As the parent of an `EventConnection`.
    #[must_use]
    pub fn value(self) -> FieldValue<'static> {
        FieldValue::owned_any(self)
    }
}

/// In which capacity an event was signed.
struct Signer {
    account: String,
    key: String,
    grant: Option<String>,
    role: &'static str,
    org: Option<String>,
    area: Option<String>,
}

/// One member that an event changed.
struct Difference {
    member: String,
    zh: &'static str,
    en: &'static str,
    old: Option<serde_json::Value>,
    new: Option<serde_json::Value>,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let builder = builder
        .register(connection())
        .register(edge())
        .register(signer())
        .register(difference())
        .register(reason())
        .register(batch());
    builder.register(receipt()).register(event())
}

fn event() -> Object {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    Object::new("Event")
        .description("签署的事件 · A signed event: the statement as signed, and where it lies in the ledger.")
        .field(plain("id", TypeRef::named_nn("UUID"), "事件号 · Id, chosen by the signer.", |event: &Arc<View>| Value::from(event.stored.id.to_string())))
        .field(plain("position", TypeRef::named_nn("Position"), "账本位置 · Position in the ledger.", |event: &Arc<View>| Value::from(event.stored.position.to_string())))
        .field(plain("type", text(), "类型 · Type, as signed.", |event: &Arc<View>| Value::from(event.statement.event_type.as_str())))
        .field(plain("schema", TypeRef::named_nn(TypeRef::INT), "版式 · Schema of its data.", |event: &Arc<View>| Value::from(event.statement.schema)))
        .field(plain("labelZh", text(), "类型名称（中文） · Name of the type in Chinese.", |event: &Arc<View>| Value::from(event.known.map_or(event.statement.event_type.as_str(), |known| known.zh))))
        .field(plain("labelEn", text(), "类型名称（英文） · Name of the type in English.", |event: &Arc<View>| Value::from(event.known.map_or(event.statement.event_type.as_str(), |known| known.en))))
        .field(plain("meaning", text(), "签署含义 · What the signature means.", |event: &Arc<View>| Value::from(event.statement.meaning.as_str())))
        .field(Field::new("reason", TypeRef::named("Reason"), |ctx| asking(ctx.ctx, read_reason(ctx))).description("理由 · Reason, where one was given."))
        .field(inner("record", TypeRef::named_nn("RecordRef"), "所属档案 · Record of which it makes a version.", |event: &Arc<View>| {
            Some(FieldValue::owned_any(RecordName { kind: event.stored.kind.clone(), id: event.stored.record.to_string() }))
        }))
        .field(plain("version", TypeRef::named_nn("Version"), "所成版本 · Version that it makes.", |event: &Arc<View>| Value::from(event.stored.version.to_string())))
        .field(plain("prev", TypeRef::named("Hash"), "前一版本的哈希 · Hash of the statement that made the version before.", |event: &Arc<View>| {
            event.statement.prev.map_or(Value::Null, |prev| Value::from(prev.to_string()))
        }))
        .field(Field::new("signer", TypeRef::named("Signer"), |ctx| asking(ctx.ctx, read_signer(ctx))).description("签署人 · Who signed, and in which capacity."))
        .field(plain("signedAt", TypeRef::named_nn("Instant"), "签署时间（签署人所称） · When it was signed, as the signer says.", |event: &Arc<View>| Value::from(event.statement.signed_at.to_string())))
        .field(plain("recordedAt", TypeRef::named_nn("Instant"), "入账时间（以账本为准） · When it was recorded: the ledger's time, which counts.", |event: &Arc<View>| Value::from(event.recorded_at().to_string())))
        .field(plain("effectiveOn", TypeRef::named("Date"), "业务日期 · Business date, where the type has one.", |event: &Arc<View>| {
            event.statement.effective_on.map_or(Value::Null, |date| Value::from(date.to_string()))
        }))
        .field(inner("corrects", TypeRef::named("EventRef"), "所更正的事件 · Event that it corrects.", |event: &Arc<View>| event.statement.corrects.as_ref().map(EventName::of).map(FieldValue::owned_any)))
        .field(inner("cause", TypeRef::named("EventRef"), "起因 · Event that led to it.", |event: &Arc<View>| event.statement.cause.as_ref().map(EventName::of).map(FieldValue::owned_any)))
        .field(inner("batch", TypeRef::named("Batch"), "批次 · Batch that it belongs to.", |event: &Arc<View>| event.statement.batch.map(FieldValue::owned_any)))
        .field(Field::new("suspect", TypeRef::named(TypeRef::BOOLEAN), |ctx| asking(ctx.ctx, is_suspect(ctx))).description("存疑：签署密钥其时可能已失控 · Signed while the key may have been in other hands, and not confirmed since."))
        .field(plain("payload", text(), "签署原文 · The exact text that was signed.", |event: &Arc<View>| Value::from(String::from_utf8_lossy(&event.stored.payload).into_owned())))
        .field(plain("hash", TypeRef::named_nn("Hash"), "声明哈希 · Statement hash: SHA-256 of the DSSE encoding of the payload.", |event: &Arc<View>| Value::from(Hash(event.stored.hash).to_string())))
        .field(plain("signature", TypeRef::named_nn("Bytes"), "签名 · The signature.", |event: &Arc<View>| Value::from(b64url(&event.stored.signature))))
        .field(plain("algorithm", TypeRef::named_nn(TypeRef::INT), "算法（1 = Ed25519） · Algorithm (1 = Ed25519).", |event: &Arc<View>| Value::from(event.stored.alg)))
        .field(Field::new("publicKey", TypeRef::named("Bytes"), |ctx| asking(ctx.ctx, read_key(ctx))).description("验签公钥（SubjectPublicKeyInfo） · Key that verifies the signature, as SubjectPublicKeyInfo; its SHA-256 is the key id that the payload names."))
        .field(
            Field::new("changes", TypeRef::named_nn_list("Change"), |ctx| asking(ctx.ctx, read_changes(ctx)))
                .description("改动 · Members that the event changed, with the value before and after; sealed values stay sealed."),
        )
        .field(Field::new("receipt", TypeRef::named_nn("Receipt"), |ctx| {
            let receipt = ctx.parent_value.downcast_ref::<Arc<View>>().map(|event| node(&ctx).door.receipt_of(&event.stored));
            FieldFuture::Value(receipt.map(FieldValue::owned_any))
        }).description("回执 · Receipt."))
}

fn reason() -> Object {
    Object::new("Reason")
        .description("理由 · A reason: a code, and a text that is always sealed.")
        .field(plain("code", TypeRef::named_nn(TypeRef::STRING), "代码 · Code.", |reason: &ReasonView| {
            Value::from(reason.code.as_str())
        }))
        .field(
            Field::new("text", TypeRef::named("Sealed"), |ctx| {
                asking(ctx.ctx, async move {
                    let reason = ctx.parent_value.try_downcast_ref::<ReasonView>()?;
                    let Some(seal) = &reason.text else { return Ok(None) };
                    let event = &reason.event;
                    let value = sealed::look(
                        node(&ctx),
                        viewer(&ctx)?,
                        event.kind(),
                        &event.opener,
                        seal,
                        event.stored.id,
                        domain::seals::REASON_TEXT,
                    )
                    .await?;
                    Ok(Some(value))
                })
            })
            .description("说明（封存） · Its text, sealed."),
        )
}

struct ReasonView {
    event: Arc<View>,
    code: String,
    text: Option<String>,
}

fn batch() -> Object {
    use signing::statement::Batch;
    Object::new("Batch")
        .description("批次 · Membership in an append of several events.")
        .field(plain("id", TypeRef::named_nn("UUID"), "批次号 · Id of the batch.", |batch: &Batch| {
            Value::from(batch.id.to_string())
        }))
        .field(plain("index", TypeRef::named_nn(TypeRef::INT), "序号 · Place in it, from 0.", |batch: &Batch| {
            Value::from(batch.index)
        }))
        .field(plain("count", TypeRef::named_nn(TypeRef::INT), "总数 · Number of its events.", |batch: &Batch| {
            Value::from(batch.count)
        }))
}

fn signer() -> Object {
    Object::new("Signer")
        .description("签署人 · Who signed, with which key, in which capacity.")
        .field(plain("account", TypeRef::named_nn("UUID"), "账户 · Account.", |signer: &Signer| {
            Value::from(signer.account.as_str())
        }))
        .field(plain("key", TypeRef::named_nn("Hash"), "密钥标识 · Key id.", |signer: &Signer| {
            Value::from(signer.key.as_str())
        }))
        .field(plain(
            "grant",
            TypeRef::named("UUID"),
            "所依据的授权 · Grant relied on; absent for root holders and the service.",
            |signer: &Signer| signer.grant.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "role",
            TypeRef::named_nn(TypeRef::STRING),
            "角色 · Role of that grant; ROOT or SERVICE without one.",
            |signer: &Signer| Value::from(signer.role),
        ))
        .field(plain("org", TypeRef::named("UUID"), "机构 · Organisation of that grant.", |signer: &Signer| {
            signer.org.as_deref().map_or(Value::Null, Value::from)
        }))
        .field(plain(
            "area",
            TypeRef::named(TypeRef::STRING),
            "监督辖区 · Supervision area of that grant.",
            |signer: &Signer| signer.area.as_deref().map_or(Value::Null, Value::from),
        ))
}

fn difference() -> Object {
    Object::new("Change")
        .description("一项改动 · One member before and after an event.")
        .field(plain(
            "member",
            TypeRef::named_nn(TypeRef::STRING),
            "项目 · Member, as signed.",
            |change: &Difference| Value::from(change.member.as_str()),
        ))
        .field(plain(
            "labelZh",
            TypeRef::named_nn(TypeRef::STRING),
            "项目名称（中文） · Label in Chinese.",
            |change: &Difference| Value::from(change.zh),
        ))
        .field(plain(
            "labelEn",
            TypeRef::named_nn(TypeRef::STRING),
            "项目名称（英文） · Label in English.",
            |change: &Difference| Value::from(change.en),
        ))
        .field(plain(
            "old",
            TypeRef::named("JSON"),
            "原值 · Value before; absent when there was none.",
            |change: &Difference| json_value(change.old.as_ref()),
        ))
        .field(plain(
            "new",
            TypeRef::named("JSON"),
            "新值 · Value after; absent when there is none.",
            |change: &Difference| json_value(change.new.as_ref()),
        ))
}

fn json_value(json: Option<&serde_json::Value>) -> Value {
    json.cloned().and_then(|json| Value::from_json(json).ok()).unwrap_or(Value::Null)
}

/// The `Receipt` type; also what `append` answers with.
fn receipt() -> Object {
    Object::new("Receipt")
        .description("回执：durable 只是业务答复，published 之后的证明才是证据 · A receipt. `durable` is an operational answer; only `published`, with its proof, is evidence.")
        .field(plain("ledger", TypeRef::named_nn(TypeRef::STRING), "账本 · Ledger.", |receipt: &Receipt| Value::from(receipt.ledger.to_string())))
        .field(plain("id", TypeRef::named_nn("UUID"), "事件号 · Id of the event.", |receipt: &Receipt| Value::from(receipt.id.to_string())))
        .field(inner("record", TypeRef::named_nn("RecordRef"), "档案 · Record.", |receipt: &Receipt| {
            Some(FieldValue::owned_any(RecordName { kind: receipt.record.kind.to_string(), id: receipt.record.id.to_string() }))
        }))
        .field(plain("version", TypeRef::named_nn("Version"), "版本 · Version.", |receipt: &Receipt| Value::from(receipt.version.to_string())))
        .field(plain("position", TypeRef::named_nn("Position"), "账本位置 · Position.", |receipt: &Receipt| Value::from(receipt.position.to_string())))
        .field(plain("recordedAt", TypeRef::named_nn("Instant"), "入账时间 · When it was recorded.", |receipt: &Receipt| Value::from(receipt.recorded_at.to_string())))
        .field(plain("leaf", TypeRef::named_nn("Bytes"), "叶子（73 字节） · The 73 bytes of its leaf.", |receipt: &Receipt| Value::from(b64url(&receipt.leaf))))
        .field(plain("state", TypeRef::named_nn(TypeRef::STRING), "durable 或 published · durable or published.", |receipt: &Receipt| Value::from(match receipt.state { ReceiptState::Durable => "durable", ReceiptState::Published => "published" })))
        .field(
            Field::new("proof", TypeRef::named(TypeRef::STRING), |ctx| asking(ctx.ctx, async move {
                let receipt = ctx.parent_value.try_downcast_ref::<Receipt>()?;
                Ok(node(&ctx).proof(receipt.position).await?.map(FieldValue::value))
            }))
            .description("包含证明（C2SP tlog-proof）；尚未公布时为空 · Inclusion proof, C2SP tlog-proof; absent until it is published."),
        )
}

fn connection() -> Object {
    Object::new("EventConnection")
        .description("事件列表 · A page of events.")
        .field(inner("nodes", TypeRef::named_nn_list_nn("Event"), "事件 · The events.", |page: &Connection| {
            Some(FieldValue::list(page.events.iter().map(View::value)))
        }))
        .field(inner(
            "edges",
            TypeRef::named_nn_list_nn("EventEdge"),
            "事件及游标 · The events with their cursors.",
            |page: &Connection| {
                Some(FieldValue::list(
                    page.events
                        .iter()
                        .zip(&page.cursors)
                        .map(|(event, cursor)| FieldValue::owned_any(Edge(event.clone(), cursor.clone()))),
                ))
            },
        ))
        .field(inner(
            "pageInfo",
            TypeRef::named_nn("PageInfo"),
            "分页信息 · Where the page stands.",
            |page: &Connection| {
                Some(FieldValue::owned_any(PageInfo {
                    more: page.more,
                    start: page.cursors.first().cloned(),
                    end: page.cursors.last().cloned(),
                }))
            },
        ))
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "查询所依据的位置 · Last position that this answer includes.",
            |page: &Connection| page.at.map_or(Value::Null, |at| Value::from(at.position.to_string())),
        ))
}

fn edge() -> Object {
    Object::new("EventEdge")
        .description("事件及游标 · An event with its cursor.")
        .field(inner("node", TypeRef::named_nn("Event"), "事件 · The event.", |edge: &Edge| Some(edge.0.value())))
        .field(plain("cursor", TypeRef::named_nn(TypeRef::STRING), "游标 · Its cursor.", |edge: &Edge| {
            Value::from(edge.1.as_str())
        }))
}

async fn read_reason<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let event = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let reason = event.statement.reason.as_ref();
    let view = reason.map(|reason| ReasonView {
        event: event.clone(),
        code: reason.code.to_string(),
        text: reason.text.map(|seal| seal.to_string()),
    });
    Ok(view.map(FieldValue::owned_any))
}

async fn read_signer<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let event = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let named = &event.statement.signer;
    let mut signer = Signer {
        account: named.account.to_string(),
        key: named.key.to_string(),
        grant: None,
        role: "ROOT",
        org: None,
        area: None,
    };
    match named.grant {
        Some(id) => {
            signer.grant = Some(id.to_string());
            signer.role = "";
            let authority = node(&ctx).door.authority(named.account).await.map_err(ApiError::from)?;
            if let Some((_, grant)) = authority.grants.iter().find(|(known, _)| *known == id) {
                signer.role = grant.role.as_str();
                signer.org = grant.given.org.map(|org| org.to_string());
                signer.area = grant.given.area.as_ref().map(ToString::to_string);
            }
        }
        None if named.account == node(&ctx).installation.service.account => signer.role = "SERVICE",
        None => {}
    }
    Ok(Some(FieldValue::owned_any(signer)))
}

async fn read_key<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let event = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let owner = node(&ctx).door.owner(event.statement.signer.key).await.map_err(ApiError::from)?;
    Ok(owner.map(|owner| FieldValue::value(b64url(&owner.key.spki()))))
}

async fn is_suspect<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let event = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let named = &event.statement.signer;
    if named.grant.is_none() {
        return Ok(Some(FieldValue::value(false)));
    }
    let authority = node(&ctx).door.authority(named.account).await.map_err(ApiError::from)?;
    let suspect = authority
        .credential(&named.key)
        .is_some_and(|credential| credential.suspects(event.stored.id, event.recorded_at()));
    Ok(Some(FieldValue::value(suspect)))
}

async fn read_changes<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let event = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let (Some(kind), viewer) = (event.kind(), viewer(&ctx)?) else {
        return Ok(Some(FieldValue::list(Vec::<FieldValue<'static>>::new())));
    };
    let node = node(&ctx);
    let at = |position| Moment { position, as_of: Some(position) };
    let after = node.get(viewer, kind, event.stored.record, at(event.stored.position)).await?;
    let before = match event.stored.position.checked_sub(1).filter(|_| event.stored.version > 1) {
        Some(position) => node.get(viewer, kind, event.stored.record, at(position)).await?,
        None => None,
    };
    let empty = serde_json::Value::Null;
    let differences = differences(
        kind,
        before.as_ref().map_or(&empty, |row| &row.json),
        after.as_ref().map_or(&empty, |row| &row.json),
    );
    Ok(Some(FieldValue::list(differences.into_iter().map(FieldValue::owned_any))))
}

/// Members that differ between two states, in the order of the table.
fn differences(kind: Kind, before: &serde_json::Value, after: &serde_json::Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for member in look_of(kind).members() {
        let value = |state: &serde_json::Value| state.get(member.name).filter(|value| !value.is_null()).cloned();
        let (old, new) = (value(before), value(after));
        if old != new {
            found.push(Difference { member: member.name.to_owned(), zh: member.zh, en: member.en, old, new });
        }
    }
    found
}

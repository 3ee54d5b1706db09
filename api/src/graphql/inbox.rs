//! The inbox: what somebody is told, how far he has read it, and a subscription that brings what is new.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, SchemaBuilder, TypeRef};
use domain::catalog::Kind;

use super::paths::asking;
use super::record::View;
use super::scalars::{inner, plain};
use super::{AsOf, Moment, event, first, node, position, viewer};
use crate::inbox;

const INBOX: &str = "Inbox";
/// Name of the type of an entry.
pub const ENTRY: &str = "InboxEntry";

/// An entry as it is shown.
struct Entry {
    event: Arc<event::View>,
    record: Option<Arc<View>>,
    unread: bool,
}

/// A stretch of an inbox as it is shown.
struct Inbox {
    entries: Vec<Arc<Entry>>,
    looked_at: u64,
    more: bool,
    read_to: Option<u64>,
}

/// An entry, as the parent of its type.
#[must_use]
pub fn value(entry: inbox::Entry, at: Moment) -> FieldValue<'static> {
    FieldValue::owned_any(shown(entry, at))
}

fn shown(entry: inbox::Entry, at: Moment) -> Arc<Entry> {
    let inbox::Entry { event, row, unread } = entry;
    Arc::new(Entry { event, record: View::page(vec![row], at).pop(), unread })
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let entry = Object::new(ENTRY)
        .description("收件箱的一条 · An entry of the inbox.")
        .field(inner("event", TypeRef::named_nn("Event"), "事件 · The event.", |entry: &Arc<Entry>| {
            Some(entry.event.value())
        }))
        .field(inner(
            "warning",
            TypeRef::named(super::warning::LOOK.type_name),
            "预警，按当前状态 · The warning, as it stands.",
            |entry: &Arc<Entry>| record(entry, Kind::Warning),
        ))
        .field(inner(
            "notification",
            TypeRef::named(super::notification::LOOK.type_name),
            "未送达的通知，按当前状态 · The message that did not arrive, as it stands.",
            |entry: &Arc<Entry>| record(entry, Kind::Notification),
        ))
        .field(plain(
            "unread",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "未读 · Not read yet.",
            |entry: &Arc<Entry>| Value::from(entry.unread),
        ));
    let inbox = Object::new(INBOX)
        .description("收件箱：按规则应告知本人所在职务的预警事件，以及未送达的短信 · What the reader's office is told: events of warnings by their rules, and messages that did not arrive.")
        .field(inner(
            "entries",
            TypeRef::named_nn_list_nn(ENTRY),
            "各条，按账本顺序 · The entries, in the order of the ledger.",
            |inbox: &Inbox| {
                Some(FieldValue::list(inbox.entries.iter().cloned().map(FieldValue::owned_any)))
            },
        ))
        .field(plain(
            "lookedAt",
            TypeRef::named_nn("Position"),
            "已查看到的位置：下一页的 after，或标记已读 · Everything up to here was looked at: `after` of the next page, and what to mark as read.",
            |inbox: &Inbox| Value::from(inbox.looked_at.to_string()),
        ))
        .field(plain("more", TypeRef::named_nn(TypeRef::BOOLEAN), "其后可能还有 · There may be more.", |inbox: &Inbox| {
            Value::from(inbox.more)
        }))
        .field(plain(
            "readTo",
            TypeRef::named("Position"),
            "已读到的位置 · The last position that was read.",
            |inbox: &Inbox| inbox.read_to.map_or(Value::Null, |read_to| Value::from(read_to.to_string())),
        ));
    builder.register(entry).register(inbox)
}

fn record(entry: &Arc<Entry>, kind: Kind) -> Option<FieldValue<'static>> {
    entry.record.as_ref().filter(|record| record.row.kind == kind).map(View::value)
}

/// Adds the question to the root.
pub fn queries(query: Object) -> Object {
    query.field(
        Field::new("inbox", TypeRef::named(INBOX), |ctx| {
            asking(ctx.ctx, async move {
                let viewer = viewer(&ctx)?;
                let Some(at) = node(&ctx).moment(AsOf::Now, position(&ctx, "atLeast")?).await? else {
                    return Ok(None);
                };
                let found = node(&ctx).inbox(viewer, position(&ctx, "after")?, first(&ctx)?, at).await?;
                let inbox::Inbox { entries, looked_at, more, read_to } = found;
                let entries = entries.into_iter().map(|entry| shown(entry, at)).collect();
                Ok(Some(FieldValue::owned_any(Inbox { entries, looked_at, more, read_to })))
            })
        })
        .description("收件箱：缺省为未读；从未读过的为近30天 · The inbox: what was not read, by default; of who never read it, the last thirty days.")
        .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of entries."))
        .argument(InputValue::new("after", TypeRef::named("Position")).description("此位置之后 · After this position."))
        .argument(InputValue::new("atLeast", TypeRef::named("Position")).description("至少含此位置 · Not before this position is included.")),
    )
}

/// Adds the act to the root of mutations.
pub fn mutations(mutation: Object) -> Object {
    mutation.field(
        Field::new("markRead", TypeRef::named_nn("Position"), |ctx| {
            asking(ctx.ctx, async move {
                let viewer = viewer(&ctx)?;
                let read = position(&ctx, "to")?.unwrap_or_default();
                let read_to = node(&ctx).mark_read(viewer, read).await?;
                Ok(Some(FieldValue::value(read_to.to_string())))
            })
        })
        .description("标记收件箱已读到此位置，不会后退；返回已读到的位置 · Marks the inbox as read up to a position; it never goes back. Answers how far it is read.")
        .argument(InputValue::new("to", TypeRef::named_nn("Position")).description("位置 · The position.")),
    )
}

//! Sealed members: `{state, masked}`, opened through the key store and masked where they are opened.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Enum, EnumItem, FieldValue, Object, SchemaBuilder, TypeRef};
use domain::catalog::Kind;
use serde_json::Value as Json;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::scalars::plain;
use crate::error::ApiError;
use crate::mask::Shown;
use crate::node::Node;
use crate::reads::Ciphertext;
use crate::scope::Viewer;

/// Fetches the ciphertexts of all events of a page together, when the first is asked for.
pub struct Opener {
    events: Vec<Uuid>,
    fetched: OnceCell<HashMap<(Uuid, String), Ciphertext>>,
}

impl Opener {
    /// For the seals of these events.
    #[must_use]
    pub fn new(mut events: Vec<Uuid>) -> Self {
        events.sort_unstable();
        events.dedup();
        Self { events, fetched: OnceCell::new() }
    }

    /// What can be shown of the seal at a pointer of an event of a record of this kind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn show(
        &self,
        node: &Node,
        viewer: &Viewer,
        kind: Option<Kind>,
        event: Uuid,
        pointer: &str,
    ) -> Result<Shown, ApiError> {
        let fetched = self.fetched.get_or_try_init(|| node.ciphertexts(&self.events)).await?;
        Ok(match fetched.get(&(event, pointer.to_owned())) {
            Some(ciphertext) => node.open(viewer, kind, ciphertext),
            None => Shown::Unavailable,
        })
    }
}

/// A sealed member, looked at.
pub struct Sealed {
    seal: String,
    event: Uuid,
    pointer: String,
    shown: Shown,
}

/// Ids of the events whose seals a state refers to.
pub fn events_of(json: &Json, events: &mut Vec<Uuid>) {
    match json {
        Json::Object(members) => {
            if members.contains_key("$sealed") {
                events.extend(members.get("event").and_then(Json::as_str).and_then(|id| Uuid::try_parse(id).ok()));
            } else {
                members.values().for_each(|value| events_of(value, events));
            }
        }
        Json::Array(items) => items.iter().for_each(|value| events_of(value, events)),
        _ => {}
    }
}

/// A `{"$sealed", event, pointer}` of a state as the parent of a `Sealed`.
///
/// # Errors
/// When the database does not answer.
pub async fn sealed_field_value(
    node: &Arc<Node>,
    viewer: &Viewer,
    kind: Kind,
    opener: &Opener,
    json: &Json,
) -> Result<FieldValue<'static>, ApiError> {
    let text = |name| json.get(name).and_then(Json::as_str).unwrap_or_default();
    let event = Uuid::try_parse(text("event")).unwrap_or_default();
    look(node, viewer, Some(kind), opener, text("$sealed"), event, text("pointer")).await
}

/// The seal at a pointer of an event as the parent of a `Sealed`.
///
/// # Errors
/// When the database does not answer.
pub async fn look(
    node: &Arc<Node>,
    viewer: &Viewer,
    kind: Option<Kind>,
    opener: &Opener,
    seal: &str,
    event: Uuid,
    pointer: &str,
) -> Result<FieldValue<'static>, ApiError> {
    let shown = opener.show(node, viewer, kind, event, pointer).await?;
    Ok(FieldValue::owned_any(Sealed { seal: seal.to_owned(), event, pointer: pointer.to_owned(), shown }))
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let states =
        Enum::new("SealState")
            .description("封存值的状态 · What can be said of a sealed value.")
            .item(EnumItem::new("OPEN").description("可以开封 · It can be opened."))
            .item(EnumItem::new("ERASED").description(
                "已依法删除 · Its key was destroyed: the value is gone for good, the signature stays valid.",
            ))
            .item(
                EnumItem::new("UNAVAILABLE")
                    .description("暂时无法开封 · It cannot be opened at the moment; this is a fault, not an erasure."),
            );
    let sealed = Object::new("Sealed")
        .description("封存值：账本中只有承诺，原文另行加密保存 · A sealed value: the ledger holds a commitment, the value lies encrypted beside it.")
        .field(plain("state", TypeRef::named_nn("SealState"), "状态 · State.", |sealed: &Sealed| Value::Enum(async_graphql::Name::new(sealed.shown.state()))))
        .field(plain("masked", TypeRef::named(TypeRef::STRING), "掩码后的值 · The value, masked; absent when it is not open, and for roles that see nothing sealed.", |sealed: &Sealed| {
            sealed.shown.masked().map_or(Value::Null, Value::from)
        }))
        .field(plain("seal", TypeRef::named_nn("Hash"), "承诺 · The commitment, as signed.", |sealed: &Sealed| Value::from(sealed.seal.as_str())))
        .field(plain("event", TypeRef::named_nn("UUID"), "所在事件 · Event that carries it.", |sealed: &Sealed| Value::from(sealed.event.to_string())))
        .field(plain("pointer", TypeRef::named_nn(TypeRef::STRING), "所在位置 · Pointer into that event.", |sealed: &Sealed| Value::from(sealed.pointer.as_str())));
    builder.register(states).register(sealed)
}

//! Records as they look from outside: one machinery for every kind, built from the field tables.
//!
//! A kind's file says only what is special to it: which members of its first event its state does not keep, which
//! it adds, and its edges to other records. Names, descriptions and units come from the one table that also makes
//! the catalogue, so they cannot disagree.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Interface, InterfaceField, Object, ResolverContext, SchemaBuilder,
    TypeRef,
};
use domain::catalog::Kind;
use domain::field::{Field as Member, Shape};
use domain::record::{Facts, Need};
use serde_json::Value as Json;
use signing::bytes::Date;
use uuid::Uuid;

use super::paths::asking;
use super::scalars::{camel, leaf_type, leaf_value, pascal, plain};
use super::sealed::{Opener, sealed_field_value};
use super::{Moment, event, node, viewer};
use crate::error::ApiError;
use crate::reads::Row;

/// How one kind looks from outside.
pub struct Look {
    /// The kind.
    pub kind: Kind,
    /// Name of its type.
    pub type_name: &'static str,
    /// Name of its list.
    pub list: &'static str,
    /// Members of its first event that the state does not keep.
    pub not_kept: &'static [&'static str],
    /// Members that the state has beyond those.
    pub adds: &'static [Member],
    /// Edges to other records.
    pub edges: fn(Object) -> Object,
}

/// Every kind, in the order of the catalogue.
pub const LOOKS: &[&Look] = &[
    &super::ledger::LOOK,
    &super::policy::LOOK,
    &super::account::LOOK,
    &super::credential::LOOK,
    &super::grant::LOOK,
    &super::erasure::LOOK,
    &super::institution::LOOK,
    &super::device::LOOK,
    &super::person::LOOK,
    &super::employment::LOOK,
    &super::licence::LOOK,
    &super::monitoring_contract::LOOK,
    &super::dosimeter::LOOK,
    &super::dose_report::LOOK,
    &super::dose_result::LOOK,
    &super::parameter::LOOK,
    &super::holiday_table::LOOK,
    &super::code_list::LOOK,
    &super::import::LOOK,
    &super::attachment::LOOK,
    &super::device_test::LOOK,
    &super::investigation::LOOK,
    &super::exam_result::LOOK,
    &super::restriction::LOOK,
    &super::training_record::LOOK,
    &super::certificate::LOOK,
    &super::transfer::LOOK,
    &super::warning::LOOK,
    &super::desk::LOOK,
    &super::notification::LOOK,
];

/// The look of a kind.
#[must_use]
pub fn look(kind: Kind) -> &'static Look {
    LOOKS
        .iter()
        .copied()
        .find(|look| look.kind == kind)
        .expect("every kind of the catalogue has a look: a test says so")
}

impl Look {
    /// The members of the state, as a table.
    #[must_use]
    pub fn members(&self) -> Vec<&'static Member> {
        let first = self.kind.types().iter().rev().find(|known| known.creates).map_or(&[][..], |known| known.data);
        let kept = first.iter().filter(|member| !self.not_kept.contains(&member.name));
        let kept = kept.filter(|member| !self.adds.iter().any(|added| added.name == member.name));
        kept.chain(self.adds).collect()
    }
}

/// A record at a moment of the ledger.
pub struct View {
    /// The row.
    pub row: Row,
    /// When it was read.
    pub at: Moment,
    /// Opens the sealed values of this and the other rows of its page.
    pub opener: Arc<Opener>,
}

impl View {
    /// Rows of one answer: their sealed values are fetched together.
    #[must_use]
    pub fn page(rows: Vec<Row>, at: Moment) -> Vec<Arc<Self>> {
        let mut events = Vec::new();
        for row in &rows {
            super::sealed::events_of(&row.json, &mut events);
        }
        let opener = Arc::new(Opener::new(events));
        rows.into_iter().map(|row| Arc::new(Self { row, at, opener: opener.clone() })).collect()
    }

    /// As the parent of its own type.
    #[must_use]
    pub fn value(self: &Arc<Self>) -> FieldValue<'static> {
        FieldValue::owned_any(self.clone())
    }

    /// As a member of the interface.
    #[must_use]
    pub fn typed(self: &Arc<Self>) -> FieldValue<'static> {
        self.value().with_type(look(self.row.kind).type_name)
    }

    /// Global id.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.row.kind.as_str(), self.row.id)
    }
}

/// Members of a record, or of an object inside it.
struct Part {
    view: Arc<View>,
    json: Arc<Json>,
}

/// Registers the interfaces, and the types and objects of every kind.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    builder = builder.register(
        Interface::new("Node")
            .description("有全局标识的对象 · Anything with a global id.")
            .field(InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID)).description("全局标识 · Global id.")),
    );
    let mut interface = Interface::new("Record")
        .description("档案 · A record: what signed events have made of one thing.")
        .implement("Node");
    for (name, type_ref, description, _) in COMMON {
        interface = interface.field(InterfaceField::new(*name, type_ref()).description(*description));
    }
    interface = interface.field(InterfaceField::new("state", TypeRef::named_nn(TypeRef::STRING)).description(STATE));
    let history = InterfaceField::new("history", TypeRef::named("EventConnection")).description(HISTORY);
    builder = builder.register(interface.field(history_arguments(history, InterfaceField::argument)));
    for look in LOOKS {
        builder = register_kind(builder, look);
    }
    builder
}

type Common = (&'static str, fn() -> TypeRef, &'static str, fn(&Arc<View>) -> Value);

/// What every record has.
const COMMON: &[Common] = &[
    ("id", || TypeRef::named_nn(TypeRef::ID), "全局标识 · Global id.", |view| Value::from(view.id())),
    ("kind", || TypeRef::named_nn(TypeRef::STRING), "类别 · Kind.", |view| Value::from(view.row.kind.as_str())),
    (
        "recordId",
        || TypeRef::named_nn("UUID"),
        "档案号 · Id within the kind, as signed.",
        |view| Value::from(view.row.id.to_string()),
    ),
    ("version", || TypeRef::named_nn("Version"), "版本 · Version.", |view| Value::from(view.row.version.to_string())),
    (
        "position",
        || TypeRef::named_nn("Position"),
        "该版本所在位置 · Position of the event that made this version.",
        |view| Value::from(view.row.since.to_string()),
    ),
    (
        "recordedAt",
        || TypeRef::named_nn("Instant"),
        "入账时间 · When that event was recorded.",
        |view| Value::from(view.row.recorded_at.to_string()),
    ),
    (
        "readAt",
        || TypeRef::named_nn("Position"),
        "查询所依据的位置 · Last position of the ledger that this answer includes.",
        |view| Value::from(view.row.read_at.to_string()),
    ),
    (
        "label",
        || TypeRef::named_nn(TypeRef::STRING),
        "名称 · Text by which people find it; never a personal value.",
        |view| Value::from(view.row.label.as_str()),
    ),
    (
        "org",
        || TypeRef::named("UUID"),
        "所属机构 · Organisation that it belongs to.",
        |view| view.row.org.map_or(Value::Null, |org| Value::from(org.to_string())),
    ),
    (
        "area",
        || TypeRef::named(TypeRef::STRING),
        "监督辖区 · Supervision area.",
        |view| view.row.area.as_deref().map_or(Value::Null, Value::from),
    ),
];

const STATE: &str = "状态代码 · State, as a code.";
const HISTORY: &str = "历史：签署的事件，新的在前 · Its signed events, newest first.";

fn register_kind(mut builder: SchemaBuilder, look: &'static Look) -> SchemaBuilder {
    let (zh, en) = look.kind.labels();
    let mut object = Object::new(look.type_name)
        .description(format!("{zh} · {}.", capital(en)))
        .implement("Node")
        .implement("Record");
    for (name, type_ref, description, read) in COMMON {
        object = object.field(plain(name, type_ref(), description, *read));
    }
    object = object.field(plain("state", TypeRef::named_nn(TypeRef::STRING), STATE, |view: &Arc<View>| {
        Value::from(view.row.state.as_str())
    }));
    let members = format!("{}Members", look.type_name);
    object = object
        .field(
            Field::new("members", TypeRef::named_nn(members.as_str()), |ctx| {
                let part = ctx
                    .parent_value
                    .downcast_ref::<Arc<View>>()
                    .map(|view| Part { view: view.clone(), json: view.row.json.clone() });
                FieldFuture::Value(part.map(FieldValue::owned_any))
            })
            .description("内容 · Its members, as the signed events left them."),
        )
        .field(history_arguments(
            Field::new("history", TypeRef::named("EventConnection"), |ctx| asking(ctx.ctx, history(ctx)))
                .description(HISTORY),
            Field::argument,
        ))
        .field(
            Field::new("asOf", TypeRef::named(look.type_name), |ctx| asking(ctx.ctx, as_of(ctx)))
                .description("同一档案在另一时刻 · The same record at another moment of the ledger.")
                .argument(
                    InputValue::new("position", TypeRef::named("Position"))
                        .description("账本位置，含该位置 · Position, included."),
                )
                .argument(
                    InputValue::new("time", TypeRef::named("Instant")).description("入账时间 · Time of the ledger."),
                ),
        );
    builder = object_of(builder, &members, &format!("{zh}内容 · Members of: {en}."), &look.members());
    builder.register((look.edges)(object))
}

fn history_arguments<T>(field: T, argument: fn(T, InputValue) -> T) -> T {
    let field = argument(
        field,
        InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of events, at most a page."),
    );
    argument(
        field,
        InputValue::new("after", TypeRef::named(TypeRef::STRING)).description("游标：其后 · Cursor: events after it."),
    )
}

async fn history<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let node = node(&ctx);
    let first = super::first(&ctx)?;
    // The history of this version: what was appended since this answer was read is not part of it.
    let end = view.row.since.saturating_add(1);
    let before = match ctx.args.get("after").filter(|after| !after.is_null()) {
        Some(after) => end.min(super::parse_number("after", after.string()?)?),
        None => end,
    };
    let page = node.history(viewer(&ctx)?, view.row.kind, view.row.id, Some(before), first).await?;
    Ok(Some(event::Connection::new(page, view.at).value()))
}

async fn as_of<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let node = node(&ctx);
    let asked = super::AsOf::read(ctx.args.get("position"), ctx.args.get("time"))?;
    let at = node.moment(asked, None).await?;
    let row = match at {
        Some(at) => node.get(viewer(&ctx)?, view.row.kind, view.row.id, at).await?,
        None => None,
    };
    Ok(row.zip(at).and_then(|(row, at)| View::page(vec![row], at).pop()).map(|view| view.value()))
}

/// What the rules say of a record on the present day, of the ledger as it stands; nothing where an earlier day is looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn today<T>(
    ctx: &ResolverContext<'_>,
    question: impl Fn(Uuid, Date, &dyn Facts) -> Result<Option<T>, Need>,
) -> async_graphql::Result<Option<T>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let (node, at) = (node(ctx), view.at);
    let today = node.door.now().civil_day();
    if !node.is_on(at, today).await? {
        return Ok(None);
    }
    let asked = node.door.ask(&[view.row.id], |id, facts| question(*id, today, facts)).await;
    Ok(asked.map_err(ApiError::from)?.pop().flatten())
}

/// An edge to one record, by an id in the members.
pub fn edge(name: &'static str, target: &'static Look, member: &'static str, description: &'static str) -> Field {
    Field::new(name, TypeRef::named(target.type_name), move |ctx| {
        asking(ctx.ctx, async move {
            let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
            let named = view.row.json.get(member).map(|named| named.get("id").unwrap_or(named));
            let id = named.and_then(Json::as_str).and_then(|text| Uuid::try_parse(text).ok());
            let Some(id) = id else { return Ok(None) };
            let row = node(&ctx).get(viewer(&ctx)?, target.kind, id, view.at).await?;
            Ok(row.and_then(|row| View::page(vec![row], view.at).pop()).map(|view| view.value()))
        })
    })
    .description(description)
}

/// How the records of a list belong to the one they hang from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// It is their organisation.
    Org,
    /// It is their account.
    Account,
}

/// An edge to the records that belong to this one.
pub fn edges(name: &'static str, target: &'static Look, belongs: Belongs, description: &'static str) -> Field {
    list_edge(name, target, description, move |view, query| match belongs {
        Belongs::Org => query.org = Some(view.row.id),
        Belongs::Account => query.account = Some(view.row.id),
    })
}

/// An edge to the records that name this one in a facet.
pub fn edges_by(name: &'static str, target: &'static Look, facet: &'static str, description: &'static str) -> Field {
    list_edge(name, target, description, move |view, query| {
        query.facets.push((facet.to_owned(), view.row.id.to_string()))
    })
}

fn list_edge(
    name: &'static str,
    target: &'static Look,
    description: &'static str,
    narrow: impl Fn(&View, &mut crate::reads::Query) + Copy + Send + Sync + 'static,
) -> Field {
    let field = Field::new(name, TypeRef::named(format!("{}Connection", target.type_name)), move |ctx| {
        asking(ctx.ctx, async move {
            let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
            let mut query = super::connection::query(&ctx, target)?;
            narrow(view, &mut query);
            super::connection::answer(&ctx, target, query, view.at).await.map(Some)
        })
    });
    super::connection::arguments(field, target).description(description)
}

/// Registers the object of a table, and the objects inside it.
fn object_of(mut builder: SchemaBuilder, name: &str, description: &str, members: &[&'static Member]) -> SchemaBuilder {
    let mut object = Object::new(name).description(description);
    for member in members.iter().copied() {
        let inner_name = format!("{}{}", name.strip_suffix("Members").unwrap_or(name), pascal(member.name));
        if let Some(fields) = object_inside(&member.shape) {
            builder = object_of(
                builder,
                &inner_name,
                &format!("{} · {}.", member.zh, capital(member.en)),
                &fields.iter().collect::<Vec<_>>(),
            );
        }
        let type_ref = type_of(&member.shape, &inner_name, member.required);
        object = object.field(
            Field::new(camel(member.name), type_ref, move |ctx| resolve(member, ctx)).description(describe(member)),
        );
    }
    builder.register(object)
}

fn object_inside(shape: &'static Shape) -> Option<&'static [Member]> {
    match shape {
        Shape::Object(fields) => Some(fields),
        Shape::List(_, _, item) => object_inside(item),
        _ => None,
    }
}

fn type_of(shape: &Shape, inner_name: &str, required: bool) -> TypeRef {
    let type_ref = match shape {
        Shape::List(_, _, item) => TypeRef::List(Box::new(type_of(item, inner_name, true))),
        Shape::Object(_) => TypeRef::named(inner_name),
        Shape::Sealed(..) => TypeRef::named("Sealed"),
        leaf => TypeRef::named(leaf_type(leaf).unwrap_or("JSON")),
    };
    if required { TypeRef::NonNull(Box::new(type_ref)) } else { type_ref }
}

fn describe(member: &Member) -> String {
    let mut text = format!("{} · {}", member.zh, capital(member.en));
    let mut shape = &member.shape;
    while let Shape::List(_, _, item) = shape {
        shape = item;
    }
    match shape {
        Shape::Integer(_, _, unit) if !unit.is_empty() => text.push_str(&format!(", in {unit}")),
        Shape::Id(kind) if !kind.is_empty() => text.push_str(&format!(" (record of kind {kind})")),
        Shape::Code(list) => text.push_str(&format!(" (code list {})", list.name)),
        _ => {}
    }
    text.push_str(&format!(". `{}` as signed.", member.name));
    text
}

fn resolve<'a>(member: &'static Member, ctx: ResolverContext<'a>) -> FieldFuture<'a> {
    let Some(part) = ctx.parent_value.downcast_ref::<Part>() else { return FieldFuture::Value(None) };
    let Some(json) = part.json.get(member.name).filter(|json| !json.is_null()) else { return FieldFuture::Value(None) };
    if let Shape::Sealed(..) = member.shape {
        let json = json.clone();
        let view = part.view.clone();
        return asking(ctx.ctx, async move {
            let viewer = viewer(&ctx)?;
            Ok(Some(sealed_field_value(node(&ctx), viewer, view.row.kind, &view.opener, &json).await?))
        });
    }
    FieldFuture::Value(value_of(&member.shape, json, &part.view))
}

fn value_of(shape: &'static Shape, json: &Json, view: &Arc<View>) -> Option<FieldValue<'static>> {
    match shape {
        Shape::Object(_) => Some(FieldValue::owned_any(Part { view: view.clone(), json: Arc::new(json.clone()) })),
        Shape::List(_, _, item) => {
            Some(FieldValue::list(json.as_array()?.iter().filter_map(|json| value_of(item, json, view))))
        }
        leaf => leaf_value(leaf, json),
    }
}

/// Splits a global id.
///
/// # Errors
/// [`ApiError::Argument`] when it is none.
pub fn parse_id(id: &str) -> Result<(Kind, Uuid), ApiError> {
    let parsed = id.split_once('/').and_then(|(kind, id)| Some((Kind::parse(kind)?, Uuid::try_parse(id).ok()?)));
    parsed.ok_or(ApiError::Argument("id", "kind/uuid"))
}

/// Labels in English begin a sentence here.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_look() {
        for (kind, look) in Kind::ALL.iter().zip(LOOKS) {
            assert_eq!(*kind, look.kind, "in the order of the catalogue");
            for name in look.not_kept {
                assert!(
                    kind.types().iter().any(|known| known.data.iter().any(|member| member.name == *name)),
                    "{name}"
                );
            }
        }
        assert_eq!(Kind::ALL.len(), LOOKS.len());
    }
}

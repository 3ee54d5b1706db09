//! The product's face: the schema with its roots. It is built at run time from the field tables (see [`record`]).
//!
//! Reads are typed queries; writes are the two mutations `prepare` and `append` for all kinds; the subscription
//! resumes from a position. Every answer says the position at which it was read.
//! A field that has to ask somebody may be absent when that fails; its error says where.

pub mod account;
mod attachment;
mod certificate;
mod changes;
mod code_list;
pub mod connection;
pub mod credential;
mod desk;
pub mod device;
mod device_test;
mod dose_report;
mod dose_result;
mod doses;
mod dosimeter;
mod employment;
pub mod erasure;
pub mod event;
mod exam_result;
pub mod grant;
mod holiday_table;
mod home;
mod import;
mod imports;
pub mod inbox;
pub mod info;
mod institution;
mod investigation;
pub mod ledger;
mod licence;
mod matching;
mod monitoring_contract;
pub mod mutation;
mod notification;
mod parameter;
pub(crate) mod paths;
mod person;
pub mod person_years;
pub mod policy;
pub mod prepare;
mod private;
pub mod record;
mod restriction;
pub mod scalars;
pub mod sealed;
pub mod search;
pub mod statistics;
pub mod subscription;
mod training_record;
mod transfer;
mod warning;

use std::sync::Arc;

use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, Schema, TypeRef, ValueAccessor};
use signing::bytes::Instant;
use uuid::Uuid;

use self::paths::asking;
use crate::error::ApiError;
use crate::node::Node;
use crate::scope::Viewer;

/// A moment of the ledger at which an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Last position that the answer includes.
    pub position: u64,
    /// The position that was asked for; none reads the present rows.
    pub as_of: Option<u64>,
}

/// A moment as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AsOf {
    /// The present.
    #[default]
    Now,
    /// A position, included.
    Position(u64),
    /// The last position recorded at or before a time.
    Time(Instant),
}

impl AsOf {
    /// Reads the two arguments, of which one at most may be given.
    ///
    /// # Errors
    /// [`ApiError::Argument`].
    pub fn read(position: Option<ValueAccessor<'_>>, time: Option<ValueAccessor<'_>>) -> async_graphql::Result<Self> {
        let position = position.filter(|value| !value.is_null());
        let time = time.filter(|value| !value.is_null());
        match (position, time) {
            (None, None) => Ok(Self::Now),
            (Some(position), None) => Ok(Self::Position(parse_number("asOf", position.string()?)?)),
            (None, Some(time)) => Ok(Self::Time(
                time.string()?.parse().map_err(|_| ApiError::Argument("asOfTime", "YYYY-MM-DDTHH:MM:SS.ffffffZ"))?,
            )),
            (Some(_), Some(_)) => Err(ApiError::Argument("asOf", "a position or a time, not both").into()),
        }
    }
}

/// Builds the schema; what it reads comes with each request.
///
/// # Panics
/// When the types do not fit together: a test builds it.
#[must_use]
pub fn build() -> Schema {
    let mut builder = Schema::build("Query", Some("Mutation"), Some("Subscription"));
    builder = scalars::register(builder);
    builder = sealed::register(builder);
    builder = event::register(builder);
    builder = record::register(builder);
    builder = doses::register(builder);
    builder = transfer::register(builder);
    builder = warning::register(builder);
    builder = dose_report::register(builder);
    builder = statistics::register(builder);
    builder = person_years::register(builder);
    builder = home::register(builder);
    builder = private::register(builder);
    builder = inbox::register(builder);
    builder = search::register(builder);
    builder = changes::register(builder);
    builder = matching::register(builder);
    builder = imports::register(builder);
    builder = connection::register(builder);
    builder = info::register(builder);
    builder = mutation::register(builder);
    builder = subscription::register(builder);
    builder.register(query()).finish().expect("the types of the schema fit together: a test builds it")
}

fn query() -> Object {
    let position = |name: &str| InputValue::new(name, TypeRef::named("Position")).description("账本位置 · Position.");
    let mut query = Object::new("Query")
        .description("查询 · Questions to the ledger. All but `ledger` and `catalogue` need a session.");
    for look in record::LOOKS {
        query = query.field(connection::root(look));
    }
    imports::queries(matching::queries(search::queries(inbox::queries(private::queries(query)))))
        .field(
            Field::new("node", TypeRef::named("Node"), |ctx| asking(ctx.ctx, node_by_id(ctx)))
                .description("按全局标识取档案 · A record by its global id, `kind/uuid`.")
                .argument(InputValue::new("id", TypeRef::named_nn(TypeRef::ID)).description("全局标识 · Global id."))
                .argument(position("asOf"))
                .argument(InputValue::new("asOfTime", TypeRef::named("Instant")).description("账本时间 · Time of the ledger."))
                .argument(position("atLeast")),
        )
        .field(
            Field::new("event", TypeRef::named("Event"), |ctx| asking(ctx.ctx, one_event(ctx)))
                .description("按事件号或位置取事件 · An event by its id or by its position.")
                .argument(InputValue::new("id", TypeRef::named("UUID")).description("事件号 · Id of the event."))
                .argument(position("position"))
                .argument(position("atLeast")),
        )
        .field(
            Field::new("receipt", TypeRef::named("Receipt"), |ctx| asking(ctx.ctx, receipt(ctx)))
                .description("按事件号取回执，入账即可取得 · The receipt of an event, available as soon as it is durable.")
                .argument(InputValue::new("id", TypeRef::named_nn("UUID")).description("事件号 · Id of the event.")),
        )
        .field(
            Field::new("proof", TypeRef::named(TypeRef::STRING), |ctx| asking(ctx.ctx, proof(ctx)))
                .description("包含证明（C2SP tlog-proof）；尚未公布时为空 · Inclusion proof of a position, C2SP tlog-proof; absent until it is published.")
                .argument(InputValue::new("position", TypeRef::named_nn("Position")).description("账本位置 · Position.")),
        )
        .field(
            Field::new("events", TypeRef::named("EventConnection"), |ctx| asking(ctx.ctx, events(ctx)))
                .description("按账本顺序的事件，在读者可见范围内 · Events in the order of the ledger, of those the reader may see.")
                .argument(position("after"))
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of events, at most a page."))
                .argument(InputValue::new("kinds", TypeRef::named_nn_list(TypeRef::STRING)).description("类别 · Kinds; all when absent."))
                .argument(position("atLeast")),
        )
        .field(changes::field())
        .field(statistics::field())
        .field(statistics::measures_field())
        .field(person_years::field())
        .field(home::field())
        .field(transfer::flow_field())
        .field(warning::rules_field())
        .field(info::ledger_field())
        .field(info::catalogue_field())
        .field(info::viewer_field())
}

async fn node_by_id<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let (kind, id) = record::parse_id(ctx.args.try_get("id")?.string()?)?;
    let asked = AsOf::read(ctx.args.get("asOf"), ctx.args.get("asOfTime"))?;
    let node = node(&ctx);
    let Some(at) = node.moment(asked, position(&ctx, "atLeast")?).await? else { return Ok(None) };
    let row = node.get(viewer, kind, id, at).await?;
    Ok(row.and_then(|row| record::View::page(vec![row], at).pop()).map(|view| view.typed()))
}

async fn one_event<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let node = node(&ctx);
    node.moment(AsOf::Now, position(&ctx, "atLeast")?).await?;
    let stored = match (id(&ctx, "id")?, position(&ctx, "position")?) {
        (Some(id), None) => node.event_by_id(viewer, id).await?,
        (None, Some(position)) => node.event_at(viewer, position).await?,
        _ => return Err(ApiError::Argument("event", "id or position, exactly one").into()),
    };
    Ok(stored.map(|event| event.value()))
}

async fn receipt<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let Some(id) = id(&ctx, "id")? else { return Ok(None) };
    Ok(node(&ctx).receipt(viewer, id).await?.map(FieldValue::owned_any))
}

async fn proof<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    viewer(&ctx)?;
    let Some(position) = position(&ctx, "position")? else { return Ok(None) };
    Ok(node(&ctx).proof(position).await?.map(FieldValue::value))
}

async fn events<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let node = node(&ctx);
    let kinds = kinds(&ctx)?;
    let Some(at) = node.moment(AsOf::Now, position(&ctx, "atLeast")?).await? else {
        return Ok(Some(event::Connection::empty().value()));
    };
    let page = node.events_after(viewer, &kinds, position(&ctx, "after")?, first(&ctx)?, at).await?;
    Ok(Some(event::Connection::new(page, at).value()))
}

/// The node behind a request.
pub(crate) fn node<'a>(ctx: &ResolverContext<'a>) -> &'a Arc<Node> {
    ctx.ctx.data_unchecked::<Arc<Node>>()
}

/// The reader behind a request.
pub(crate) fn viewer<'a>(ctx: &ResolverContext<'a>) -> Result<&'a Viewer, ApiError> {
    ctx.ctx.data_opt::<Viewer>().ok_or(ApiError::Unauthenticated)
}

/// The size of the page asked for.
pub(crate) fn first(ctx: &ResolverContext<'_>) -> Result<usize, ApiError> {
    let limits = &node(ctx).limits;
    let Some(first) = ctx.args.get("first").filter(|first| !first.is_null()) else { return Ok(limits.page_default) };
    let first = first.i64().ok().and_then(|first| usize::try_from(first).ok()).filter(|first| *first > 0);
    match first.ok_or(ApiError::Argument("first", "1 or more"))? {
        first if first > limits.page_max => Err(ApiError::Limit { what: "pageMax", limit: limits.page_max }),
        first => Ok(first),
    }
}

/// A position among the arguments.
pub(crate) fn position(ctx: &ResolverContext<'_>, name: &'static str) -> Result<Option<u64>, ApiError> {
    match ctx.args.get(name).filter(|value| !value.is_null()) {
        Some(value) => {
            parse_number(name, value.string().map_err(|_| ApiError::Argument(name, "a decimal string"))?).map(Some)
        }
        None => Ok(None),
    }
}

/// Kinds among the arguments; all when absent.
pub(crate) fn kinds(ctx: &ResolverContext<'_>) -> async_graphql::Result<Vec<domain::catalog::Kind>> {
    use domain::catalog::Kind;
    let Some(named) = ctx.args.get("kinds").filter(|kinds| !kinds.is_null()) else { return Ok(Kind::ALL.to_vec()) };
    let mut kinds = Vec::new();
    for kind in named.list()?.iter() {
        let kind = Kind::parse(kind.string()?).ok_or(ApiError::Argument("kinds", "kinds of the catalogue"))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

fn id(ctx: &ResolverContext<'_>, name: &'static str) -> Result<Option<Uuid>, ApiError> {
    match ctx.args.get(name).filter(|value| !value.is_null()) {
        Some(value) => value
            .string()
            .ok()
            .and_then(|text| Uuid::try_parse(text).ok())
            .ok_or(ApiError::Argument(name, "UUID"))
            .map(Some),
        None => Ok(None),
    }
}

/// A number as a decimal string, in its one form.
pub(crate) fn parse_number(name: &'static str, text: &str) -> Result<u64, ApiError> {
    let number: Option<u64> = text.parse().ok();
    // Positions stay within what the database counts with.
    number
        .filter(|number| number.to_string() == text && i64::try_from(*number).is_ok())
        .ok_or(ApiError::Argument(name, "a decimal string"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_type_and_field_is_described() {
        let schema = super::build();
        for (name, found) in &schema.registry().types {
            if name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str()) {
                continue;
            }
            use async_graphql::registry::MetaType;
            let (description, fields) = match found {
                MetaType::Object { description, fields, .. } | MetaType::Interface { description, fields, .. } => {
                    (description, Some(fields))
                }
                MetaType::Scalar { description, .. }
                | MetaType::Enum { description, .. }
                | MetaType::Union { description, .. } => (description, None),
                MetaType::InputObject { description, input_fields, .. } => {
                    assert!(input_fields.values().all(|field| field.description.is_some()), "{name}");
                    (description, None)
                }
            };
            assert!(description.is_some(), "{name} has no description");
            for (field, meta) in fields.into_iter().flatten().filter(|(field, _)| !field.starts_with("__")) {
                assert!(meta.description.is_some(), "{name}.{field} has no description");
                for (argument, meta) in &meta.args {
                    assert!(meta.description.is_some(), "{name}.{field}({argument}) has no description");
                }
            }
        }
    }
}

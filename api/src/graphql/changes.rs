//! `changes`: which records of the reader's scope were entered, changed, corrected or closed between two moments.

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef,
};
use domain::catalog::Kind;
use schema::read_model::{ChangeCount, Changed, ChangesQuery, What};
use signing::bytes::Instant;

use super::connection::PageInfo;
use super::paths::asking;
use super::scalars::{inner, plain};
use super::{AsOf, first, node, parse_number, viewer};
use crate::error::ApiError;

/// What a field answers.
struct Changes {
    from: Option<u64>,
    to: Option<u64>,
    items: Vec<Changed>,
    more: bool,
    counts: Vec<ChangeCount>,
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn maybe(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn number(number: u64) -> Value {
    Value::from(number.to_string())
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let what = Enum::new("ChangeWhat")
        .description("发生了什么 · What happened to a record.")
        .item(EnumItem::new("ENTERED").description("新建 · It began."))
        .item(
            EnumItem::new("CHANGED")
                .description("变更 · It was there and something happened to it that is no correction."),
        )
        .item(EnumItem::new("CORRECTED").description("更正 · An earlier event was corrected."))
        .item(EnumItem::new("CLOSED").description("终结 · At the end its life is over."));
    let info = |page: &Changes| {
        let cursor = |item: &Changed| item.position.to_string();
        let (start, end) = (page.items.first().map(cursor), page.items.last().map(cursor));
        Some(FieldValue::owned_any(PageInfo { more: page.more, start, end }))
    };
    let changes = Object::new("Changes")
        .description(
            "两个时刻之间的变动，在读者可见范围内 · What happened between two moments, of what the reader may see.",
        )
        .field(plain(
            "from",
            TypeRef::named("Position"),
            "起点位置，不含 · Position before; absent for the beginning.",
            |page: &Changes| page.from.map_or(Value::Null, |from| Value::from(from.to_string())),
        ))
        .field(plain(
            "to",
            TypeRef::named("Position"),
            "终点位置，含 · Position after, included; absent while the ledger is empty.",
            |page: &Changes| page.to.map_or(Value::Null, |to| Value::from(to.to_string())),
        ))
        .field(inner(
            "nodes",
            TypeRef::named_nn_list_nn("RecordChange"),
            "变动的档案，最近的在前 · The records, latest first.",
            |page: &Changes| Some(FieldValue::list(page.items.iter().cloned().map(FieldValue::owned_any))),
        ))
        .field(inner("pageInfo", TypeRef::named_nn("PageInfo"), "分页信息 · Where the page stands.", info))
        .field(inner(
            "counts",
            TypeRef::named_nn_list_nn("ChangeCount"),
            "按类别与辖区的数目 · Numbers by kind and area, of all pages.",
            |page: &Changes| Some(FieldValue::list(page.counts.iter().cloned().map(FieldValue::owned_any))),
        ));
    builder.register(what).register(changes).register(record_change()).register(change_count())
}

fn record_change() -> Object {
    Object::new("RecordChange")
        .description("变动的档案 · A record that something happened to.")
        .field(plain("id", TypeRef::named_nn(TypeRef::ID), "全局标识 · Global id.", |one: &Changed| {
            Value::from(format!("{}/{}", one.kind.as_str(), one.record))
        }))
        .field(plain("kind", TypeRef::named_nn(TypeRef::STRING), "类别 · Kind.", |one: &Changed| {
            text(one.kind.as_str())
        }))
        .field(plain(
            "label",
            TypeRef::named_nn(TypeRef::STRING),
            "名称 · What lists sort it by, at the end.",
            |one: &Changed| text(&one.label),
        ))
        .field(plain(
            "state",
            TypeRef::named_nn(TypeRef::STRING),
            "状态 · Code of its state at the end.",
            |one: &Changed| text(&one.state),
        ))
        .field(plain(
            "what",
            TypeRef::named_nn_list_nn("ChangeWhat"),
            "发生了什么 · What happened to it.",
            |one: &Changed| {
                let What { entered, changed, corrected, closed } = one.what;
                let all = [(entered, "ENTERED"), (changed, "CHANGED"), (corrected, "CORRECTED"), (closed, "CLOSED")];
                let named =
                    all.into_iter().filter(|(is, _)| *is).map(|(_, name)| Value::Enum(async_graphql::Name::new(name)));
                Value::List(named.collect())
            },
        ))
        .field(plain(
            "versionBefore",
            TypeRef::named("Version"),
            "先前版本；尚无时为空 · Version before; absent while there was no record.",
            |one: &Changed| maybe(one.version_before.map(|version| version.to_string())),
        ))
        .field(plain(
            "versionAfter",
            TypeRef::named_nn("Version"),
            "其后版本 · Version after.",
            |one: &Changed| Value::from(one.version.to_string()),
        ))
        .field(plain(
            "position",
            TypeRef::named_nn("Position"),
            "其间最后事件的位置 · Position of its last event between the two.",
            |one: &Changed| Value::from(one.position.to_string()),
        ))
        .field(plain(
            "recordedAt",
            TypeRef::named_nn("Instant"),
            "该事件入账时间 · When that was recorded.",
            |one: &Changed| Value::from(Instant::from_micros(one.recorded_at).to_string()),
        ))
        .field(plain("org", TypeRef::named("UUID"), "所属机构 · Organisation.", |one: &Changed| {
            maybe(one.org.map(|org| org.to_string()))
        }))
        .field(plain(
            "area",
            TypeRef::named(TypeRef::STRING),
            "现监督辖区 · Present supervision area.",
            |one: &Changed| maybe(one.area.clone()),
        ))
}

fn change_count() -> Object {
    Object::new("ChangeCount")
        .description("一个类别在一个辖区的变动数 · How many records of a kind in an area something happened to.")
        .field(plain("kind", TypeRef::named_nn(TypeRef::STRING), "类别 · Kind.", |one: &ChangeCount| {
            text(one.kind.as_str())
        }))
        .field(plain(
            "area",
            TypeRef::named(TypeRef::STRING),
            "现监督辖区；无辖区时为空 · Present supervision area; absent without one.",
            |one: &ChangeCount| maybe(one.area.clone()),
        ))
        .field(plain("records", TypeRef::named_nn("Long"), "档案数 · Records, each once.", |one: &ChangeCount| {
            number(one.records)
        }))
        .field(plain("events", TypeRef::named_nn("Long"), "事件数 · Their events.", |one: &ChangeCount| {
            number(one.events)
        }))
        .field(plain("entered", TypeRef::named_nn("Long"), "新建 · Records that began.", |one: &ChangeCount| {
            number(one.what.entered)
        }))
        .field(plain(
            "changed",
            TypeRef::named_nn("Long"),
            "变更 · Records that were there and changed.",
            |one: &ChangeCount| number(one.what.changed),
        ))
        .field(plain(
            "corrected",
            TypeRef::named_nn("Long"),
            "更正 · Records of which something was corrected.",
            |one: &ChangeCount| number(one.what.corrected),
        ))
        .field(plain(
            "closed",
            TypeRef::named_nn("Long"),
            "终结 · Records whose life is over at the end.",
            |one: &ChangeCount| number(one.what.closed),
        ))
}

/// The field of the root.
pub fn field() -> Field {
    let moment = |name: &str, what: &str| InputValue::new(name, TypeRef::named("Position")).description(what);
    let time = |name: &str, what: &str| InputValue::new(name, TypeRef::named("Instant")).description(what);
    Field::new("changes", TypeRef::named("Changes"), |ctx| asking(ctx.ctx, changes(ctx)))
        .description("两个时刻之间新建、变更、更正、终结的档案，在读者可见范围内；其间的事件数有上限（ledger.limits.changesMax） · Records that were entered, changed, corrected or closed between two moments, of those the reader may see; so many positions may lie between them as `ledger.limits.changesMax` says.")
        .argument(moment("from", "先前位置，不含；缺省为最初 · Position before, not included; the beginning when absent."))
        .argument(time("fromTime", "先前时间 · Time before."))
        .argument(moment("to", "其后位置，含；缺省为现在 · Position after, included; now when absent."))
        .argument(time("toTime", "其后时间 · Time after."))
        .argument(InputValue::new("kinds", TypeRef::named_nn_list(TypeRef::STRING)).description("类别 · Kinds; all when absent."))
        .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of records, at most a page."))
        .argument(InputValue::new("after", TypeRef::named(TypeRef::STRING)).description("游标：其后 · Cursor: records after it."))
}

async fn changes<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, node) = (viewer(&ctx)?, node(&ctx));
    let (kinds, limit): (Vec<Kind>, usize) = (super::kinds(&ctx)?, first(&ctx)?);
    let before = match ctx.args.get("after").filter(|after| !after.is_null()) {
        Some(after) => Some(parse_number("after", after.string()?)?),
        None => None,
    };
    let from = match AsOf::read(ctx.args.get("from"), ctx.args.get("fromTime"))? {
        AsOf::Now => None,
        // Before anything was recorded there is nothing to leave out.
        asked => node.moment(asked, None).await?.map(|at| at.position),
    };
    let to = AsOf::read(ctx.args.get("to"), ctx.args.get("toTime"))?;
    let Some(to) = node.moment(to, None).await?.map(|at| at.position) else {
        return Ok(Some(FieldValue::owned_any(Changes {
            from,
            to: None,
            items: Vec::new(),
            more: false,
            counts: Vec::new(),
        })));
    };
    let most = node.limits.changes_max;
    if to.saturating_sub(from.unwrap_or(0)) > most as u64 {
        return Err(ApiError::Limit { what: "changesMax", limit: most }.into());
    }
    let query = ChangesQuery { kinds, from, to, before, limit };
    let (items, more) = node.changes(viewer, &query).await?;
    let counts = match ctx.look_ahead().field("counts").exists() {
        true => node.change_counts(viewer, &query).await?,
        false => Vec::new(),
    };
    Ok(Some(FieldValue::owned_any(Changes { from, to: Some(to), items, more, counts })))
}

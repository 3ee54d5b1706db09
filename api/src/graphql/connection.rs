//! Lists: Relay connections with filters, totals and the position at which they were read.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputObject, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef,
};

use super::paths::asking;
use super::record::{LOOKS, Look, View};
use super::scalars::{inner, plain};
use super::{AsOf, Moment, node, viewer};
use domain::warning_codes::WarningGrade;
use schema::read_model::{Total, Warned};

use crate::error::ApiError;
use crate::reads::{Order, Page, Query};

/// A page of a list, as its connection shows it.
pub struct Items<T> {
    /// The items.
    pub items: Vec<Arc<T>>,
    /// Their cursors.
    pub cursors: Vec<String>,
    /// More behind them.
    pub more: bool,
    /// Number that match, when it was asked for.
    pub total: Option<Total>,
    /// When it was read; none while the ledger is empty.
    pub at: Option<Moment>,
}

impl<T> Default for Items<T> {
    /// The list of an empty ledger.
    fn default() -> Self {
        Self { items: Vec::new(), cursors: Vec::new(), more: false, total: Some(Total::Exactly(0)), at: None }
    }
}

/// An item with its cursor.
struct Edge<T>(Arc<T>, String);

/// The end of a page.
pub struct PageInfo {
    /// More behind it.
    pub more: bool,
    /// Cursor of the first item.
    pub start: Option<String>,
    /// Cursor of the last item.
    pub end: Option<String>,
}

/// Registers inputs, page infos and the connection of each kind.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    let info = Object::new("PageInfo")
        .description("分页信息 · Where a page stands.")
        .field(plain(
            "hasNextPage",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "是否还有 · True when there is more.",
            |info: &PageInfo| Value::from(info.more),
        ))
        .field(plain(
            "hasPreviousPage",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "只向后翻页，恒为 false · Always false: pages go forwards.",
            |_: &PageInfo| Value::from(false),
        ))
        .field(plain(
            "startCursor",
            TypeRef::named(TypeRef::STRING),
            "首条游标 · Cursor of the first item.",
            |info: &PageInfo| info.start.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "endCursor",
            TypeRef::named(TypeRef::STRING),
            "末条游标 · Cursor of the last item, for `after`.",
            |info: &PageInfo| info.end.as_deref().map_or(Value::Null, Value::from),
        ));
    let facet = InputObject::new("FacetInput")
        .description("分面条件 · A facet and its value; which facets a kind has stands at its list.")
        .field(InputValue::new("name", TypeRef::named_nn(TypeRef::STRING)).description("分面 · Name of the facet."))
        .field(InputValue::new("value", TypeRef::named(TypeRef::STRING)).description("值 · Its value."))
        .field(
            InputValue::new("anyOf", TypeRef::named_nn_list(TypeRef::STRING))
                .description("任一值，代替 value · One of these values, instead of `value`."),
        )
        .field(
            InputValue::new("from", TypeRef::named(TypeRef::STRING))
                .description("起，含；代替 value · From this value on, instead of `value`."),
        )
        .field(
            InputValue::new("until", TypeRef::named(TypeRef::STRING))
                .description("止，不含；代替 value · Before this value, instead of `value`."),
        );
    let filter = InputObject::new("RecordFilter")
        .description("筛选条件，同时成立 · Conditions that all hold.")
        .field(InputValue::new("area", TypeRef::named(TypeRef::STRING)).description("监督辖区 · Supervision area."))
        .field(InputValue::new("org", TypeRef::named("UUID")).description("所属机构 · Organisation."))
        .field(
            InputValue::new("state", TypeRef::named_nn_list(TypeRef::STRING))
                .description("状态，任一 · Any of these states."),
        )
        .field(InputValue::new("facets", TypeRef::named_nn_list("FacetInput")).description("分面 · Facets."))
        .field(InputValue::new("warned", TypeRef::named_nn_list(TypeRef::STRING)).description(
            "有未了结预警的级别，任一；限机构、设备、许可证、人员、用人关系 · One of these grades has a warning that is open about it: institutions, devices, licences, workers and their employments.",
        ))
        .field(
            InputValue::new("text", TypeRef::named(TypeRef::STRING)).description("名称开头 · Beginning of the label."),
        );
    let order = Enum::new("RecordOrder")
        .description("排序 · Order.")
        .item(EnumItem::new("LABEL").description("按名称 · By label."))
        .item(EnumItem::new("RECENT").description("最近变更在前 · Latest change first."));
    builder = builder.register(info).register(facet).register(filter).register(order);
    for look in LOOKS {
        let (zh, en) = look.kind.labels();
        builder = connection::<View>(builder, look.type_name, zh, en);
    }
    builder
}

/// Registers the connection of a type and its edge.
pub fn connection<T: Send + Sync + 'static>(
    builder: SchemaBuilder,
    type_name: &str,
    zh: &str,
    en: &str,
) -> SchemaBuilder {
    let edge = Object::new(format!("{type_name}Edge"))
        .description(format!("{zh}及其游标 · One {en} with its cursor."))
        .field(inner("node", TypeRef::named_nn(type_name), "本条 · The item.", |edge: &Edge<T>| {
            Some(FieldValue::owned_any(edge.0.clone()))
        }))
        .field(plain("cursor", TypeRef::named_nn(TypeRef::STRING), "游标 · Its cursor.", |edge: &Edge<T>| {
            Value::from(edge.1.as_str())
        }));
    let connection = Object::new(format!("{type_name}Connection"))
        .description(format!("{zh}列表 · A page of a list: {en}."))
        .field(inner("nodes", TypeRef::named_nn_list_nn(type_name), "各条 · The items.", |page: &Items<T>| {
            Some(FieldValue::list(page.items.iter().map(|item| FieldValue::owned_any(item.clone()))))
        }))
        .field(inner(
            "edges",
            TypeRef::named_nn_list_nn(format!("{type_name}Edge")),
            "各条及游标 · The items with their cursors.",
            |page: &Items<T>| {
                let edges = page.items.iter().zip(&page.cursors);
                Some(FieldValue::list(
                    edges.map(|(item, cursor)| FieldValue::owned_any(Edge(item.clone(), cursor.clone()))),
                ))
            },
        ))
        .field(inner(
            "pageInfo",
            TypeRef::named_nn("PageInfo"),
            "分页信息 · Where the page stands.",
            |page: &Items<T>| {
                let info = PageInfo {
                    more: page.more,
                    start: page.cursors.first().cloned(),
                    end: page.cursors.last().cloned(),
                };
                Some(FieldValue::owned_any(info))
            },
        ))
        .field(plain(
            "totalCount",
            TypeRef::named("Long"),
            "总数，在读者可见范围内 · Number of those that match, of those the reader may see.",
            |page: &Items<T>| {
                page.total.map_or(Value::Null, |total| match total {
                    Total::Exactly(count) | Total::MoreThan(count) => Value::from(count.to_string()),
                })
            },
        ))
        .field(plain(
            "totalIsExact",
            TypeRef::named(TypeRef::BOOLEAN),
            "总数是否精确；否则不少于 totalCount · False when there are more than `totalCount`: counting stops there.",
            |page: &Items<T>| page.total.map_or(Value::Null, |total| Value::from(matches!(total, Total::Exactly(_)))),
        ))
        .field(plain(
            "position",
            TypeRef::named("Position"),
            "查询所依据的位置 · Last position that this answer includes; absent while the ledger is empty.",
            |page: &Items<T>| page.at.map_or(Value::Null, |at| Value::from(at.position.to_string())),
        ));
    builder.register(edge).register(connection)
}

/// The list of a kind, as a field of the query root.
pub fn root(look: &'static Look) -> Field {
    let (zh, en) = look.kind.labels();
    let field = Field::new(look.list, TypeRef::named(format!("{}Connection", look.type_name)), move |ctx| {
        asking(ctx.ctx, async move {
            let query = query(&ctx, look)?;
            let asked = AsOf::read(ctx.args.get("asOf"), ctx.args.get("asOfTime"))?;
            // Without a session nothing is waited for, and nothing is looked up.
            viewer(&ctx)?;
            match node(&ctx).moment(asked, super::position(&ctx, "atLeast")?).await? {
                Some(at) => answer(&ctx, look, query, at).await.map(Some),
                None => Ok(Some(FieldValue::owned_any(Items::<View>::default()))),
            }
        })
    });
    let facets = crate::reads::facets(look.kind).join(", ");
    let field = field.description(format!(
        "{zh}列表 · Records of kind {en}. Facets: {}.",
        if facets.is_empty() { "none" } else { &facets }
    ));
    let field = arguments(field, look);
    moment(field)
}

/// Arguments that say at which moment a list is asked for.
pub(super) fn moment(field: Field) -> Field {
    field
        .argument(
            InputValue::new("asOf", TypeRef::named("Position"))
                .description("截至账本位置，含该位置 · As of this position, included."),
        )
        .argument(
            InputValue::new("asOfTime", TypeRef::named("Instant"))
                .description("截至账本时间 · As of this time of the ledger."),
        )
        .argument(
            InputValue::new("atLeast", TypeRef::named("Position"))
                .description("至少读到此位置，否则等待 · Wait until this position has been read: read your own write."),
        )
}

/// Arguments of every list.
pub fn arguments(field: Field, _: &'static Look) -> Field {
    field
        .argument(InputValue::new("filter", TypeRef::named("RecordFilter")).description("筛选 · Conditions."))
        .argument(
            InputValue::new("order", TypeRef::named("RecordOrder"))
                .default_value(Value::Enum(async_graphql::Name::new("LABEL")))
                .description("排序 · Order."),
        )
        .argument(
            InputValue::new("first", TypeRef::named(TypeRef::INT))
                .description("条数 · Number of records, at most a page."),
        )
        .argument(
            InputValue::new("after", TypeRef::named(TypeRef::STRING))
                .description("游标：其后 · Cursor: records after it."),
        )
}

/// The question that the arguments ask.
///
/// # Errors
/// [`ApiError::Argument`] or [`ApiError::Limit`] for what cannot be asked.
pub fn query(ctx: &ResolverContext<'_>, look: &'static Look) -> async_graphql::Result<Query> {
    let query = query_by(ctx, &crate::reads::facets(look.kind))?;
    if !query.warned.is_empty() && !Warned::lists(look.kind) {
        return Err(
            ApiError::Argument("warned", "a list of institutions, devices, licences, workers or employments").into()
        );
    }
    Ok(query)
}

/// The same for a list with these facets.
///
/// # Errors
/// As [`query`].
pub fn query_by(ctx: &ResolverContext<'_>, facets: &[&str]) -> async_graphql::Result<Query> {
    let known = facets;
    let limits = &node(ctx).limits;
    let mut query = Query { first: super::first(ctx)?, ..Query::default() };
    if let Some(order) = ctx.args.get("order").filter(|order| !order.is_null()) {
        query.order = if order.enum_name()? == "RECENT" { Order::Recent } else { Order::Label };
    }
    if let Some(after) = ctx.args.get("after").filter(|after| !after.is_null()) {
        query.after = Some(after.string()?.to_owned());
    }
    let Some(filter) = ctx.args.get("filter").filter(|filter| !filter.is_null()) else { return Ok(query) };
    let filter = filter.object()?;
    if let Some(area) = filter.get("area").filter(|value| !value.is_null()) {
        query.area = Some(area.string()?.to_owned());
    }
    if let Some(org) = filter.get("org").filter(|value| !value.is_null()) {
        query.org = Some(uuid::Uuid::try_parse(org.string()?).map_err(|_| ApiError::Argument("org", "UUID"))?);
    }
    if let Some(text) = filter.get("text").filter(|value| !value.is_null()) {
        let text = text.string()?;
        if text.chars().count() > limits.text_chars {
            return Err(ApiError::Limit { what: "textChars", limit: limits.text_chars }.into());
        }
        query.text = (!text.is_empty()).then(|| text.to_owned());
    }
    if let Some(states) = filter.get("state").filter(|value| !value.is_null()) {
        for state in states.list()?.iter() {
            query.states.push(state.string()?.to_owned());
        }
    }
    if let Some(facets) = filter.get("facets").filter(|value| !value.is_null()) {
        for facet in facets.list()?.iter() {
            let facet = facet.object()?;
            let name = facet.try_get("name")?.string()?.to_owned();
            if !known.contains(&name.as_str()) {
                return Err(ApiError::Argument("facets", "a facet of this kind").into());
            }
            let value = facet.get("value").filter(|value| !value.is_null());
            let within = super::statistics::within(
                facet.get("anyOf"),
                facet.get("from"),
                facet.get("until"),
                limits.filter_values,
            )?;
            match (value, within) {
                (Some(value), None) => query.facets.push((name, value.string()?.to_owned())),
                (None, Some(within)) => query.within.push((name, within)),
                _ => return Err(ApiError::Argument("facets", "value, or anyOf, or from and until").into()),
            }
        }
    }
    if let Some(grades) = filter.get("warned").filter(|value| !value.is_null()) {
        for grade in grades.list()?.iter() {
            let grade = WarningGrade::parse(grade.string()?).ok_or(ApiError::Argument("warned", "a grade"))?;
            query.warned.push(grade.as_str().to_owned());
        }
    }
    let most = [query.states.len(), query.facets.len() + query.within.len(), query.warned.len()].into_iter().max();
    if most > Some(limits.filter_values) {
        return Err(ApiError::Limit { what: "filterValues", limit: limits.filter_values }.into());
    }
    Ok(query)
}

/// The page that answers a question.
///
/// # Errors
/// Without a session, for a cursor that is none, or when the database does not answer.
pub async fn answer(
    ctx: &ResolverContext<'_>,
    look: &'static Look,
    query: Query,
    at: Moment,
) -> async_graphql::Result<FieldValue<'static>> {
    let ahead = ctx.look_ahead();
    let count = ahead.field("totalCount").exists() || ahead.field("totalIsExact").exists();
    let Page { rows, cursors, more, total, at } = node(ctx).list(viewer(ctx)?, look.kind, &query, at, count).await?;
    let items = View::page(rows, at);
    Ok(FieldValue::owned_any(Items { items, cursors, more, total, at: Some(at) }))
}

//! `personYears`: the workers of a year, each with what he received in it. The list behind the numbers of workers.
//!
//! A sum is never split by employer, so whoever reads where a worker counts reads the whole sum, as in the worker's file;
//! the single results are lists of their own, under the reader's scope, and so is the worker with his masked name.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::catalog::Kind;
use domain::field::Shape;
use domain::person_codes::OccupationalCategory;
use projections::person_years::FACETS;
use schema::read_model::PersonYear;
use uuid::Uuid;

use super::connection::{self, Items};
use super::paths::asking;
use super::record::{Look, View};
use super::scalars::{inner, leaf_value, plain};
use super::{AsOf, Moment, node, viewer};
use crate::error::ApiError;
use crate::reads::write_year_cursor;

/// Name of the list.
pub const LIST: &str = "personYears";

/// A worker in a year, as an answer shows it.
struct OfYear {
    row: PersonYear,
    at: Moment,
}

fn maybe(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::from)
}

/// The ids in `|id|id|`.
fn ids(many: &str) -> Vec<Uuid> {
    many.split('|').filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    connection::connection::<OfYear>(builder.register(person_year()), "PersonYear", "人年", "worker in a year")
}

type Year = Arc<OfYear>;

fn person_year() -> Object {
    let count = |name: &'static str, description: &'static str, read: fn(&Year) -> Value| {
        plain(name, TypeRef::named_nn(TypeRef::INT), description, read)
    };
    Object::new("PersonYear")
        .description("人年：一名放射工作人员某一年度的受照剂量 · A worker in a year, with what he received in it.")
        .field(count("doseYear", "剂量年度 · Year.", |year| Value::from(i32::from(year.row.year))))
        .field(plain("person", TypeRef::named_nn("UUID"), "放射工作人员档案号 · The worker's record.", |year: &Year| {
            Value::from(year.row.person.to_string())
        }))
        .field(one("worker", &super::person::LOOK, "放射工作人员，读者可见时 · The worker, where the reader may read his file.", |year| {
            Some(year.person)
        }))
        .field(plain("org", TypeRef::named("UUID"), "计入的机构 · Institution at which he counts: that of his latest result of the year.", |year: &Year| {
            maybe(year.row.org.map(|org| org.to_string()))
        }))
        .field(one("institution", &super::institution::LOOK, "计入的机构 · That institution.", |year| year.org))
        .field(plain("area", TypeRef::named(TypeRef::STRING), "其现监督辖区 · Its present supervision area.", |year: &Year| {
            maybe(year.row.area.clone())
        }))
        .field(several("institutions", "该年度受照的全部机构，读者可见者 · Every institution at which he received it, of those the reader may read.", |year| {
            year.orgs.clone()
        }))
        .field(count("employers", "该年度受照的机构数 · How many institutions there are.", |year| {
            Value::from(year.row.orgs.len())
        }))
        .field(several("laboratories", "监测机构，读者可见者 · Laboratories that reported it, of those the reader may read.", |year| {
            ids(&year.laboratories)
        }))
        .field(inner(
            "category",
            TypeRef::named_nn("Code"),
            "职业类别 · Occupational category of his latest result of the year.",
            |year: &Year| leaf_value(&Shape::Code(&OccupationalCategory::LIST), &year.row.category.as_str().into()),
        ))
        .field(plain("band", TypeRef::named_nn(TypeRef::STRING), "年有效剂量区间（mSv） · Interval of the annual effective dose, mSv.", |year: &Year| {
            Value::from(year.row.band.as_str())
        }))
        .field(plain("effectiveNsv", TypeRef::named_nn("Nsv"), "年有效剂量，全部用人单位之和 · Effective dose of the year, all employers together.", |year: &Year| {
            Value::from(year.row.effective_nsv.to_string())
        }))
        .field(count("months", "有有效剂量的月数 · Months for which an effective dose is known.", |year| {
            Value::from(year.row.months)
        }))
        .field(count("resultCount", "有数值的结果数 · Results with a value, of every dosimeter.", |year| {
            Value::from(year.row.results)
        }))
        .field(count("belowMdlCount", "其中低于最低可探测水平 · Those of them in which nothing was detected.", |year| {
            Value::from(year.row.below_mdl)
        }))
        .field(plain("since", TypeRef::named_nn("Position"), "形成此数的事件位置 · Position of the event that made it so.", |year: &Year| {
            Value::from(year.row.since.to_string())
        }))
        .field(results())
}

/// The results behind a sum, of those the reader may list.
fn results() -> Field {
    let field = Field::new("results", TypeRef::named("DoseResultConnection"), |ctx| {
        asking(ctx.ctx, async move {
            let year = ctx.parent_value.try_downcast_ref::<Year>()?;
            let look = &super::dose_result::LOOK;
            let mut query = connection::query(&ctx, look)?;
            query.facets.push(("person".to_owned(), year.row.person.to_string()));
            query.facets.push(("dose_year".to_owned(), year.row.year.to_string()));
            connection::answer(&ctx, look, query, year.at).await.map(Some)
        })
    });
    connection::arguments(field, &super::dose_result::LOOK)
        .description("该年度的结果，读者可见者 · The results of the year, of those the reader may list.")
}

fn one(
    name: &'static str,
    look: &'static Look,
    description: &'static str,
    id: fn(&PersonYear) -> Option<Uuid>,
) -> Field {
    Field::new(name, TypeRef::named(look.type_name), move |ctx| {
        asking(ctx.ctx, async move {
            let year = ctx.parent_value.try_downcast_ref::<Year>()?;
            let Some(id) = id(&year.row) else { return Ok(None) };
            Ok(read(&ctx, look.kind, id, year.at).await?.map(|view| view.value()))
        })
    })
    .description(description)
}

/// Institutions, of those that the reader may read.
fn several(name: &'static str, description: &'static str, ids: fn(&PersonYear) -> Vec<Uuid>) -> Field {
    Field::new(name, TypeRef::named_nn_list(super::institution::LOOK.type_name), move |ctx| {
        asking(ctx.ctx, async move {
            let year = ctx.parent_value.try_downcast_ref::<Year>()?;
            let mut found = Vec::new();
            for id in ids(&year.row) {
                found.extend(read(&ctx, Kind::Institution, id, year.at).await?);
            }
            Ok(Some(FieldValue::list(found.iter().map(View::value))))
        })
    })
    .description(description)
}

async fn read(ctx: &ResolverContext<'_>, kind: Kind, id: Uuid, at: Moment) -> async_graphql::Result<Option<Arc<View>>> {
    let row = node(ctx).get(viewer(ctx)?, kind, id, at).await?;
    Ok(row.and_then(|row| View::page(vec![row], at).pop()))
}

/// The field of the root.
pub fn field() -> Field {
    let names: Vec<&str> = FACETS.iter().map(|facet| facet.name).collect();
    let field = Field::new(LIST, TypeRef::named("PersonYearConnection"), |ctx| asking(ctx.ctx, person_years(ctx)))
        .description(format!(
            "人年列表：统计指标 annual_doses 所计的人员，剂量高者在前 · Workers of years: whom the statistic `annual_doses` counts, the latest year and the highest dose first. Facets: {}.",
            names.join(", ")
        ))
        .argument(InputValue::new("filter", TypeRef::named("RecordFilter")).description("筛选 · Conditions."))
        .argument(
            InputValue::new("first", TypeRef::named(TypeRef::INT))
                .description("条数 · Number of workers, at most a page."),
        )
        .argument(
            InputValue::new("after", TypeRef::named(TypeRef::STRING))
                .description("游标：其后 · Cursor: what comes after it."),
        );
    connection::moment(field)
}

async fn person_years<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let names: Vec<&str> = FACETS.iter().map(|facet| facet.name).collect();
    let query = connection::query_by(&ctx, &names)?;
    if !query.states.is_empty() || query.text.is_some() || !query.warned.is_empty() {
        return Err(ApiError::Argument("filter", "area, org and facets").into());
    }
    let asked = AsOf::read(ctx.args.get("asOf"), ctx.args.get("asOfTime"))?;
    // Without a session nothing is waited for, and nothing is looked up.
    let viewer = viewer(&ctx)?;
    let (node, at_least) = (node(&ctx), super::position(&ctx, "atLeast")?);
    let Some(at) = node.moment(asked, at_least).await? else {
        return Ok(Some(FieldValue::owned_any(Items::<OfYear>::default())));
    };
    node.person_years_at(at, at_least).await?;
    let ahead = ctx.look_ahead();
    let count = ahead.field("totalCount").exists() || ahead.field("totalIsExact").exists();
    let (rows, more, total, at) = node.person_years(viewer, &query, at, count).await?;
    let cursors = rows.iter().map(|row| write_year_cursor(&row.key())).collect();
    let items = rows.into_iter().map(|row| Arc::new(OfYear { row, at })).collect();
    Ok(Some(FieldValue::owned_any(Items { items, cursors, more, total, at: Some(at) })))
}

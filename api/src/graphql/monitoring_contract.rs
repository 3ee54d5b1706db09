//! Monitoring contracts between institutions and laboratories.

use std::sync::Arc;

use async_graphql::dynamic::{FieldValue, TypeRef};
use domain::catalog::Kind;
use domain::field::{Field, Shape};
use schema::read_model::Record;
use uuid::Uuid;

use super::node;
use super::paths::asking;
use super::record::{Look, View, edge};

/// How a monitoring contract looks.
pub const LOOK: Look = Look {
    kind: Kind::MonitoringContract,
    type_name: "MonitoringContract",
    list: "monitoringContracts",
    not_kept: &[],
    adds: &[Field {
        name: "ended_on",
        required: false,
        shape: Shape::Day,
        zh: "终止日",
        en: "first day on which it no longer holds",
    }],
    edges: |object| {
        object
            .field(edge("client", &super::institution::LOOK, "institution", "委托机构 · Whose workers are monitored."))
            .field(edge("measuredBy", &super::institution::LOOK, "laboratory", "监测机构 · The laboratory."))
            .field(party("clientName", "institution", |row| &row.label, "委托机构名称 · Name of the client."))
            .field(party(
                "clientCode",
                "institution",
                credit_code,
                "委托机构统一社会信用代码 · Credit code of the client.",
            ))
            .field(party("laboratoryName", "laboratory", |row| &row.label, "监测机构名称 · Name of the laboratory."))
    },
};

/// What everybody may know of a party, its register entry being public (企业信息公示暂行条例): each side of a contract knows
/// the other by name, whatever else of it he may read.
fn party(
    name: &'static str,
    member: &'static str,
    get: fn(&Record) -> &str,
    description: &'static str,
) -> async_graphql::dynamic::Field {
    async_graphql::dynamic::Field::new(name, TypeRef::named(TypeRef::STRING), move |ctx| {
        asking(ctx.ctx, async move {
            let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
            let id = view.row.json.get(member).and_then(|id| id.as_str()).and_then(|id| Uuid::try_parse(id).ok());
            let party = node(&ctx).public_entry(id.unwrap_or_default()).await?;
            Ok(party.map(|party| FieldValue::value(get(&party))))
        })
    })
    .description(description)
}

fn credit_code(row: &Record) -> &str {
    row.facets.get(1).map_or("", String::as_str)
}

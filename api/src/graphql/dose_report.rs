//! Reports of laboratories, with their results.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::catalog::Kind;
use domain::records::dose_report::Counts;

use super::node;
use super::paths::asking;
use super::record::{Look, View, edge, edges_by};
use super::scalars::{inner, plain};
use crate::error::fault;

/// How a dose report looks.
pub const LOOK: Look = Look {
    kind: Kind::DoseReport,
    type_name: "DoseReport",
    list: "doseReports",
    not_kept: &[],
    adds: &[],
    edges: |object| {
        object
            .field(edge("under", &super::monitoring_contract::LOOK, "contract", "监测委托 · The contract."))
            .field(edges_by("results", &super::dose_result::LOOK, "report", "监测结果 · Its results."))
            .field(counts())
    },
};

/// What a report states and what was filed under it.
struct Compared {
    stated: Counts,
    filed: Counts,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let count = |name, description, read| plain::<Counts>(name, TypeRef::named_nn(TypeRef::INT), description, read);
    let counts = Object::new("DoseReportCounts")
        .description("监测报告合计 · Results of a report, counted.")
        .field(count("lines", "结果数 · Results.", |counts| Value::from(counts.lines)))
        .field(count("persons", "监测人数 · Persons.", |counts| Value::from(counts.persons)))
        .field(count("belowMdl", "低于探测下限数 · Results below the detectable level.", |counts| {
            Value::from(counts.below_mdl)
        }))
        .field(plain::<Counts>(
            "effectiveSumNsv",
            TypeRef::named_nn("Nsv"),
            "有效剂量合计 · Sum of effective doses.",
            |counts| Value::from(counts.effective_sum_nsv.to_string()),
        ));
    let both =
        |name, description, read| inner::<Compared>(name, TypeRef::named_nn("DoseReportCounts"), description, read);
    let compared = Object::new("DoseReportComparison")
        .description(
            "报告合计与已报结果的比对 · What a report states against the results that were filed under it, as known at the moment of the answer.",
        )
        .field(both("stated", "报告所载 · As the laboratory printed it.", |compared| {
            Some(FieldValue::owned_any(compared.stated.clone()))
        }))
        .field(both(
            "filed",
            "已报结果合计，更正作废的不计 · As the results are now; one that a correction rejected is not counted.",
            |compared| Some(FieldValue::owned_any(compared.filed.clone())),
        ))
        .field(plain::<Compared>(
            "differ",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "是否不一致：缺结果、结果已更正，或报告有误 · True when they differ: a result is missing or was corrected, or the report is wrong.",
            |compared| Value::from(compared.stated != compared.filed),
        ));
    builder.register(counts).register(compared)
}

fn counts() -> Field {
    Field::new("counts", TypeRef::named("DoseReportComparison"), |ctx| asking(ctx.ctx, compared(ctx)))
        .description("合计比对 · What it states against the results filed under it.")
}

async fn compared<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let unread = |member| fault("count the results of a report", &member);
    let stated = Counts::stated_by(&view.row.json).map_err(unread)?;
    let rows = node(&ctx).results_in(view.row.id, view.at).await?;
    let filed = Counts::filed(rows.iter().map(|row| &*row.json)).map_err(unread)?;
    Ok(Some(FieldValue::owned_any(Compared { stated, filed })))
}

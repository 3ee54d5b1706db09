//! What a worker has received: every year, the fixed block of five years, five years running, and life.
//!
//! Sums are never split by employer, so they are computed over all results of the worker, also over those that the
//! reader may not list: who may read the worker's file may know how much he has received (放射工作人员职业健康管理办法:
//! the new employer must look at the dose before). The single results appear only in lists under the reader's scope.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use domain::dose::{Line, Sums, Year, block_start, sums};
use domain::records::dose_result::line_of;
use domain::reference_codes::ParameterName;
use signing::bytes::Date;

use super::node;
use super::paths::asking;
use super::record::View;
use super::scalars::{inner, plain};
use crate::error::fault;

/// Limits of GB 18871-2002, annex B: effective dose of a year, of five years; eye lens and skin of a year.
const LIMITS: [(&str, i64, &str); 4] = [
    ("yearNsv", 50_000_000, "任一年有效剂量 · Effective dose of any one year"),
    (
        "fiveYearsNsv",
        100_000_000,
        "连续五年有效剂量 · Effective dose of five consecutive years, 20 mSv a year on average",
    ),
    ("lensNsv", 150_000_000, "眼晶状体年当量剂量 · Equivalent dose to the lens of the eye in a year"),
    ("extremityNsv", 500_000_000, "四肢或皮肤年当量剂量 · Equivalent dose to extremities or skin in a year"),
];

/// The doses of a worker at a moment.
struct History {
    sums: Sums,
    last: i16,
    /// First year of a five-year block, as the city set it for that year.
    epoch: i16,
}

/// One year of them.
struct OfYear(i16, Year);

/// The limits.
struct Limits;

fn nsv(value: i64) -> Value {
    Value::from(value.to_string())
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let year = Object::new("DoseYear")
        .description("年剂量 · Doses of one year.")
        .field(plain("year", TypeRef::named_nn(TypeRef::INT), "年份 · Year.", |year: &OfYear| {
            Value::from(i32::from(year.0))
        }))
        .field(plain("effectiveNsv", TypeRef::named_nn("Nsv"), "有效剂量 · Effective dose.", |year: &OfYear| {
            nsv(year.1.effective_nsv)
        }))
        .field(plain(
            "lensNsv",
            TypeRef::named_nn("Nsv"),
            "眼晶状体 Hp(3) · Lens of the eye, Hp(3).",
            |year: &OfYear| nsv(year.1.lens_nsv),
        ))
        .field(plain(
            "extremityNsv",
            TypeRef::named_nn("Nsv"),
            "皮肤与四肢 Hp(0.07) · Skin and extremities, Hp(0.07).",
            |year: &OfYear| nsv(year.1.extremity_nsv),
        ))
        .field(plain(
            "months",
            TypeRef::named_nn(TypeRef::INT),
            "有结果的月数 · Months for which an effective dose is known.",
            |year: &OfYear| Value::from(year.1.months),
        ))
        .field(plain(
            "detected",
            TypeRef::named_nn(TypeRef::BOOLEAN),
            "是否曾高于探测水平 · True when anything was above the level of detection.",
            |year: &OfYear| Value::from(year.1.detected),
        ));
    let history = Object::new("DoseHistory")
        .description(
            "受照剂量 · What a worker has received, all employers together, as known at the moment of the answer.",
        )
        .field(inner("years", TypeRef::named_nn_list_nn("DoseYear"), "逐年 · Year by year.", |history: &History| {
            let years = history.sums.years().map(|(year, doses)| FieldValue::owned_any(OfYear(year, *doses)));
            Some(FieldValue::list(years))
        }))
        .field(plain(
            "lastYear",
            TypeRef::named(TypeRef::INT),
            "最近有结果的年份 · Latest year with a result.",
            |history: &History| if history.last == 0 { Value::Null } else { Value::from(i32::from(history.last)) },
        ))
        .field(plain(
            "blockNsv",
            TypeRef::named_nn("Nsv"),
            "所在五年段之和 · Sum of the fixed five-year block of that year.",
            |history: &History| nsv(history.sums.block(history.last, history.epoch)),
        ))
        .field(plain(
            "blockFirstYear",
            TypeRef::named(TypeRef::INT),
            "五年段首年 · First year of that block.",
            |history: &History| match history.last {
                0 => Value::Null,
                last => Value::from(i32::from(block_start(last, history.epoch))),
            },
        ))
        .field(plain(
            "rollingNsv",
            TypeRef::named_nn("Nsv"),
            "连续五年之和 · Sum of that year and the four before it.",
            |history: &History| nsv(history.sums.rolling(history.last)),
        ))
        .field(plain("lifeNsv", TypeRef::named_nn("Nsv"), "终身累积 · Sum of all years.", |history: &History| {
            nsv(history.sums.life())
        }))
        .field(inner(
            "limits",
            TypeRef::named_nn("DoseLimits"),
            "剂量限值（GB 18871-2002 附录B） · Limits of GB 18871-2002, annex B.",
            |_: &History| Some(FieldValue::owned_any(Limits)),
        ));
    let mut limits = Object::new("DoseLimits").description("剂量限值 · Limits for adult workers.");
    for (name, value, description) in LIMITS {
        limits = limits.field(
            Field::new(name, TypeRef::named_nn("Nsv"), move |_| {
                FieldFuture::Value(Some(FieldValue::value(nsv(value))))
            })
            .description(description),
        );
    }
    builder.register(year).register(history).register(limits)
}

/// The field of a worker.
pub fn field() -> Field {
    Field::new("doses", TypeRef::named("DoseHistory"), |ctx| asking(ctx.ctx, history(ctx)))
        .description("受照剂量 · What he has received, year by year, block, five years running, life.")
}

async fn history<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let view = ctx.parent_value.try_downcast_ref::<Arc<View>>()?;
    let rows = node(&ctx).results_of(view.row.id, view.at).await?;
    let lines = rows.iter().filter_map(|row| line_of(&row.json).transpose());
    // A dose that cannot be read is never left out of a sum.
    let lines: Vec<Line> = lines.collect::<Result<_, _>>().map_err(|member| fault("read a dose result", &member))?;
    let sums = sums(lines.iter());
    let last = sums.years().last().map_or(0, |(year, _)| year);
    // The setting that counts at the end of the last year of which something is known.
    let day: Date = format!("{:04}-12-31", last.max(1)).parse().map_err(|error| fault("read a year", &error))?;
    let epoch = node(&ctx).parameter(ParameterName::FiveYearEpoch, day, view.at).await?;
    let epoch = i16::try_from(epoch).map_err(|error| fault("read the first year of a block", &error))?;
    Ok(Some(FieldValue::owned_any(History { sums, last, epoch })))
}

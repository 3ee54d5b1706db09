//! Files of doses that a laboratory brought: what is wrong with them, and what is to be signed of them.
//!
//! The types stand in `imports/types.rs`; here is what is asked and done.

mod types;

use std::sync::Arc;

use async_graphql::dynamic::{
    Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef, ValueAccessor,
};
use signing::bytes::KeyId;

use super::paths::asking;
use super::{id, node, viewer};
use crate::error::ApiError;
use crate::import::Severity;
use crate::imports::{Check, Checked, HandedUnit, Job, Progress, Settings, UNITS_MAX};

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    types::register(builder)
}

/// A file while it is asked about.
pub(super) struct Asked {
    job: Arc<Job>,
    progress: Progress,
    checked: Option<Arc<Checked>>,
}

impl Asked {
    fn checked<T>(&self, read: impl FnOnce(&Checked) -> T) -> Option<T> {
        self.checked.as_deref().map(read)
    }

    /// Where the import stands, and what that means.
    fn state(&self) -> &'static str {
        let Some(checked) = self.checked.as_deref() else { return "CHECKING" };
        let Progress { done, total, .. } = self.progress;
        match () {
            () if checked.unreadable.is_some() => "TO_MAP",
            () if total > 0 && done == total => "DONE",
            () if checked.reports.is_empty() => "HAS_ERRORS",
            () if checked.asks(&self.job) => "TO_CONFIRM",
            () if done > 0 => "SIGNING",
            () => "READY",
        }
    }
}

/// The states, in the order in which an import goes through them.
const STATES: [(&str, &str); 7] = [
    ("CHECKING", "校验中：进度为已校验的步数 · The file is being judged; the progress counts that."),
    ("TO_MAP", "待对应：无法识别列 · No row can be looked at: say which column is which."),
    ("HAS_ERRORS", "有错误：改正后重新上传，或剔除有错的行 · Rows are bad: bring a better file, or leave them out."),
    ("TO_CONFIRM", "待核对警告 · Somebody has to look at the warnings."),
    ("READY", "可签署 · Every row is sound; nothing of it is in the ledger."),
    ("SIGNING", "签署中：部分已入账 · Part of it is in the ledger."),
    ("DONE", "已入账 · All of it is in the ledger."),
];

/// Adds the questions to the root.
pub fn queries(query: Object) -> Object {
    query
        .field(
            Field::new("importJobs", TypeRef::named_nn_list("ImportJob"), |ctx| {
                asking(ctx.ctx, async move {
                    let jobs = node(&ctx).imports(viewer(&ctx)?).await?;
                    Ok(Some(FieldValue::list(jobs.into_iter().map(|job| FieldValue::owned_any(Arc::new(job))))))
                })
            })
            .description("本人上传的导入文件，最近上传的在前 · Files that one brought oneself to be imported, last brought first."),
        )
        .field(
            Field::new("importJob", TypeRef::named("ImportJob"), |ctx| {
                asking(ctx.ctx, async move {
                    let job = node(&ctx).import(viewer(&ctx)?, id(&ctx, "id")?.unwrap_or_default()).await?;
                    Ok(job.map(|job| FieldValue::owned_any(Arc::new(job))))
                })
            })
            .description("本人上传的一份导入文件 · A file that one brought oneself to be imported.")
            .argument(job_id()),
        )
}

/// Adds the acts to the root of mutations.
pub fn mutations(mutation: Object) -> Object {
    let maybe = |name: &str, type_ref, what: &str| InputValue::new(name, type_ref).description(what);
    mutation
        .field(
            Field::new("importMap", TypeRef::named("ImportJob"), |ctx| asking(ctx.ctx, map(ctx)))
                .description("列对应与选项；未给出的保持不变；随后重新校验 · Says which column is which, and what is done with odd and bad rows; what is absent stays. The file is judged anew.")
                .argument(job_id())
                .argument(maybe("mapping", TypeRef::named_nn_list("ImportMappingInput"), "列对应，整体替换 · Headers and their columns, in place of those said before."))
                .argument(maybe("contract", TypeRef::named("UUID"), "监测委托；null 为由单位代码判定 · The contract; null: as the credit code of each row says."))
                .argument(maybe("qualification", TypeRef::named(TypeRef::STRING), "资质证书编号；null 为签发日有效者 · Number of the qualification; null: one valid on the day of signing."))
                .argument(maybe("dosimeterKind", TypeRef::named(TypeRef::STRING), "剂量计类别代码 · Kind of the dosimeters."))
                .argument(maybe("leaveOutErrors", TypeRef::named(TypeRef::BOOLEAN), "剔除有错的行，导入其余各行 · Leaves bad rows out and imports the others without them."))
                .argument(maybe("acceptWarnings", TypeRef::named(TypeRef::BOOLEAN), "已核对全部警告 · The warnings were looked at.")),
        )
        .field(
            Field::new("importDelete", TypeRef::named_nn(TypeRef::BOOLEAN), |ctx| {
                asking(ctx.ctx, async move {
                    let file = id(&ctx, "id")?.unwrap_or_default();
                    Ok(Some(FieldValue::value(node(&ctx).discard_import(viewer(&ctx)?, file).await?)))
                })
            })
            .description("删除导入文件；已入账的不受影响；没有则为 false · Throws the file away; what is in the ledger stays; false when there is none.")
            .argument(job_id()),
        )
}

fn job_id() -> InputValue {
    InputValue::new("id", TypeRef::named_nn("UUID")).description("导入号 · Id that `POST /imports` answered.")
}

async fn map<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let file = id(&ctx, "id")?.unwrap_or_default();
    let text = |value: &ValueAccessor<'_>| -> async_graphql::Result<Option<String>> {
        if value.is_null() { Ok(None) } else { Ok(Some(value.string()?.to_owned())) }
    };
    let given = |name: &str| ctx.args.get(name).filter(|value| !value.is_null());
    let mapping = given("mapping").map(|list| {
        let list = list.list()?;
        let one = |pair: ValueAccessor<'_>| -> async_graphql::Result<(String, String)> {
            let pair = pair.object()?;
            Ok((pair.try_get("header")?.string()?.to_owned(), pair.try_get("column")?.string()?.to_owned()))
        };
        list.iter().map(one).collect::<async_graphql::Result<Vec<_>>>()
    });
    let mapping = mapping.transpose()?;
    let contract = ctx.args.get("contract").map(|_| id(&ctx, "contract")).transpose()?;
    let qualification = ctx.args.get("qualification").map(|value| text(&value)).transpose()?;
    let kind = given("dosimeterKind").map(|value| text(&value)).transpose()?.flatten();
    let leave_out = given("leaveOutErrors").map(|value| value.boolean()).transpose()?;
    let accept = given("acceptWarnings").map(|value| value.boolean()).transpose()?;
    let change = |settings: &mut Settings| {
        let Settings { mapping: said, contract: of, qualification: number, dosimeter_kind, .. } = settings;
        *said = mapping.unwrap_or(std::mem::take(said));
        *of = contract.unwrap_or(*of);
        *number = qualification.unwrap_or(number.take());
        *dosimeter_kind = kind.unwrap_or(std::mem::take(dosimeter_kind));
        settings.leave_out_errors = leave_out.unwrap_or(settings.leave_out_errors);
        settings.warnings_accepted = accept.unwrap_or(settings.warnings_accepted);
    };
    let job = node(&ctx).map_import(viewer, file, change).await?;
    Ok(job.map(|job| FieldValue::owned_any(Arc::new(job))))
}

/// `check`: judges the file, or says how far that is.
async fn check<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, node) = (viewer(&ctx)?, node(&ctx));
    let job = ctx.parent_value.try_downcast_ref::<Arc<Job>>()?.clone();
    let asked = match node.check_import(viewer, &job).await? {
        Check::Running(done, total) => Asked { job, progress: Progress { done, total, rows: 0 }, checked: None },
        Check::Done(checked) => {
            let progress = node.import_progress(&checked).await?;
            Asked { job, progress, checked: Some(checked) }
        }
    };
    Ok(Some(FieldValue::owned_any(asked)))
}

/// `units`: the next ones to be signed.
async fn units<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let asked = ctx.parent_value.try_downcast_ref::<Asked>()?;
    let first = match ctx.args.get("first").filter(|value| !value.is_null()) {
        None => 1,
        Some(first) => match usize::try_from(first.i64()?) {
            Ok(first @ 1..=UNITS_MAX) => first,
            Ok(0) | Err(_) => return Err(ApiError::Argument("first", "1 or more").into()),
            Ok(_) => return Err(ApiError::Limit { what: "importUnits", limit: UNITS_MAX }.into()),
        },
    };
    let key = match ctx.args.get("key").filter(|value| !value.is_null()) {
        None => None,
        Some(key) => Some(key.string()?.parse::<KeyId>().map_err(|_| ApiError::Argument("key", "Hash"))?),
    };
    let grant = id(&ctx, "grant")?;
    let viewer = viewer(&ctx)?;
    let units: Vec<HandedUnit> = match asked.checked.as_deref() {
        None => Vec::new(),
        Some(checked) => node(&ctx).import_units(viewer, &asked.job, checked, key, grant, first).await?,
    };
    Ok(Some(FieldValue::list(units.into_iter().map(FieldValue::owned_any))))
}

/// A page of problems.
struct Problems {
    checked: Arc<Checked>,
    chosen: Vec<usize>,
    after: usize,
    more: bool,
}

/// `problems`: of those of a severity or a code, page by page.
async fn problems<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let asked = ctx.parent_value.try_downcast_ref::<Asked>()?;
    let Some(checked) = asked.checked.clone() else { return Ok(None) };
    let first = super::first(&ctx)?;
    let after = match ctx.args.get("after").filter(|value| !value.is_null()) {
        None => 0,
        Some(after) => super::parse_number("after", after.string()?)? as usize,
    };
    let severity = match ctx.args.get("severity").filter(|value| !value.is_null()) {
        None => None,
        Some(severity) => Some(if severity.enum_name()? == "ERROR" { Severity::Error } else { Severity::Warning }),
    };
    let code = ctx.args.get("code").filter(|value| !value.is_null());
    let code = code.map(|code| code.string().map(str::to_owned)).transpose()?;
    let fits = checked.problems.iter().enumerate().filter(|(_, problem)| {
        severity.is_none_or(|severity| problem.severity == severity)
            && code.as_deref().is_none_or(|code| problem.code == code)
    });
    let mut chosen: Vec<usize> = fits.map(|(at, _)| at).skip(after).take(first + 1).collect();
    let more = chosen.len() > first;
    chosen.truncate(first);
    let after = after + chosen.len();
    Ok(Some(FieldValue::owned_any(Problems { checked, chosen, after, more })))
}

//! The types of an import.

use std::sync::Arc;

use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputObject, InputValue, Object, SchemaBuilder, TypeRef,
};
use async_graphql::{Name, Value};
use signing::bytes::{Instant, b64url};

use super::{Asked, Problems, STATES, check, problems, units};
use crate::graphql::paths::asking;
use crate::graphql::prepare::wire_json;
use crate::graphql::scalars::{inner, plain};
use crate::import::{Column, Heading, Problem, Severity};
use crate::imports::{HandedEvent, HandedUnit, Job, Progress};

type Pair = (String, String);

fn text() -> TypeRef {
    TypeRef::named_nn(TypeRef::STRING)
}

fn int() -> TypeRef {
    TypeRef::named_nn(TypeRef::INT)
}

fn yes() -> TypeRef {
    TypeRef::named_nn(TypeRef::BOOLEAN)
}

pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let states = STATES.into_iter().fold(
        Enum::new("ImportState").description("导入的状态 · Where an import stands."),
        |states, (code, label)| states.item(EnumItem::new(code).description(label)),
    );
    let severity = Enum::new("ImportSeverity")
        .description("轻重 · How much a problem weighs.")
        .item(EnumItem::new("ERROR").description("错误，该行不能签署 · The row cannot be signed."))
        .item(EnumItem::new("WARNING").description("警告，须人工核对 · Somebody looks at it and says that it is so."));
    let mapping = InputObject::new("ImportMappingInput")
        .description("一列的对应 · Which column a header is.")
        .field(InputValue::new("header", text()).description("表头文字 · The header as it stands in the file."))
        .field(InputValue::new("column", text()).description("列名，见 columns · Name of a column, of `columns`."));
    let objects =
        [job(), said(), checked(), counts(), progress(), heading(), column(), page(), problem(), unit(), event()];
    objects.into_iter().fold(builder.register(states).register(severity).register(mapping), SchemaBuilder::register)
}

fn job() -> Object {
    Object::new("ImportJob")
        .description("上传的导入文件：加密保存，仅本人可见，到期删除，不入账本 · A file that was brought to be imported: encrypted, its owner's alone, gone after a while, never in the ledger.")
        .field(plain("id", TypeRef::named_nn("UUID"), "导入号；同一文件相同 · Id; the same file has the same.", |job: &Arc<Job>| Value::from(job.brought.id.to_string())))
        .field(plain("fileName", text(), "文件名 · Name of the file.", |job: &Arc<Job>| Value::from(job.settings.file_name.as_str())))
        .field(plain("size", int(), "字节数 · Its bytes.", |job: &Arc<Job>| Value::from(job.brought.size)))
        .field(plain("broughtAt", TypeRef::named_nn("Instant"), "上传时间 · When it was brought last.", |job: &Arc<Job>| instant(job.brought.saved_at)))
        .field(plain("expiresAt", TypeRef::named_nn("Instant"), "到期时间 · When it goes away.", |job: &Arc<Job>| instant(job.brought.expires_at)))
        .field(inner("mapping", TypeRef::named_nn_list_nn("ImportMapping"), "人工指定的列对应 · Headers that a person said.", |job: &Arc<Job>| {
            Some(FieldValue::list(job.settings.mapping.iter().cloned().map(FieldValue::owned_any)))
        }))
        .field(plain("contract", TypeRef::named("UUID"), "指定的监测委托 · The contract that was said.", |job: &Arc<Job>| job.settings.contract.map_or(Value::Null, |id| Value::from(id.to_string()))))
        .field(plain("qualification", TypeRef::named(TypeRef::STRING), "指定的资质证书编号 · Number of the qualification that was said.", |job: &Arc<Job>| job.settings.qualification.as_deref().map_or(Value::Null, Value::from)))
        .field(plain("dosimeterKind", text(), "剂量计类别 · Kind of the dosimeters.", |job: &Arc<Job>| Value::from(job.settings.dosimeter_kind.as_str())))
        .field(plain("leaveOutErrors", yes(), "剔除有错的行 · Bad rows are left out.", |job: &Arc<Job>| Value::from(job.settings.leave_out_errors)))
        .field(plain("warningsAccepted", yes(), "警告已核对 · The warnings were looked at.", |job: &Arc<Job>| Value::from(job.settings.warnings_accepted)))
        .field(
            Field::new("check", TypeRef::named("ImportCheck"), |ctx| asking(ctx.ctx, check(ctx)))
                .description("校验结果；较大的文件在后台校验，稍后再查 · What the service thinks of it; a large file is judged beside the requests: ask again."),
        )
}

fn said() -> Object {
    Object::new("ImportMapping")
        .description("一列的对应 · Which column a header is.")
        .field(plain("header", text(), "表头文字 · The header.", |pair: &Pair| Value::from(pair.0.as_str())))
        .field(plain("column", text(), "列名 · Name of the column.", |pair: &Pair| Value::from(pair.1.as_str())))
}

fn checked() -> Object {
    Object::new("ImportCheck")
        .description("校验结果：逐行判定，未写入任何数据 · What the service thinks of a file, every row of it. Nothing was written.")
        .field(plain("state", TypeRef::named_nn("ImportState"), "状态 · Where the import stands.", |asked: &Asked| Value::Enum(Name::new(asked.state()))))
        .field(plain("checkedAt", TypeRef::named("Instant"), "校验时间 · When it was judged.", |asked: &Asked| asked.checked(|checked| instant(checked.at)).unwrap_or(Value::Null)))
        .field(inner("progress", TypeRef::named_nn("ImportProgress"), "进度：校验的步数，或已入账的事件数 · Steps of the judging, or events that are in the ledger.", |asked: &Asked| Some(FieldValue::owned_any(asked.progress))))
        .field(plain("unreadable", TypeRef::named(TypeRef::STRING), "整个文件无法读取的原因代码 · Code of why no row can be looked at.", |asked: &Asked| why(asked, |why| why.code)))
        .field(plain("unreadableZh", TypeRef::named(TypeRef::STRING), "原因（中文） · Why, in Chinese.", |asked: &Asked| why(asked, |why| &why.zh)))
        .field(plain("unreadableEn", TypeRef::named(TypeRef::STRING), "原因（英文） · Why, in English.", |asked: &Asked| why(asked, |why| &why.en)))
        .field(plain("sheet", TypeRef::named(TypeRef::STRING), "工作表；文本文件为空 · Sheet of the workbook that has the header; none of a text file.", |asked: &Asked| {
            asked.checked(|checked| checked.looked.as_ref()?.sheet.clone()).flatten().map_or(Value::Null, Value::from)
        }))
        .field(plain("headerRow", TypeRef::named(TypeRef::INT), "表头所在行，从 1 起 · Row of the header, from 1.", |asked: &Asked| {
            asked.checked(|checked| checked.looked.as_ref().map(|looked| looked.row)).flatten().map_or(Value::Null, Value::from)
        }))
        .field(inner("headings", TypeRef::named_nn_list("ImportHeading"), "文件的表头与所认定的列 · The header of the file, and what it is taken for.", |asked: &Asked| {
            let looked = asked.checked(|checked| checked.looked.clone()).flatten()?;
            Some(FieldValue::list(looked.headings.into_iter().map(FieldValue::owned_any)))
        }))
        .field(inner("columns", TypeRef::named_nn_list_nn("ImportColumn"), "可对应的列及其别名 · The columns that a header may be, with other names.", |_: &Asked| {
            Some(FieldValue::list(Column::ALL.iter().map(|column| FieldValue::owned_any(*column))))
        }))
        .field(inner("counts", TypeRef::named("ImportCounts"), "行数 · Numbers of rows.", |asked: &Asked| {
            asked.checked.as_ref()?;
            Some(FieldValue::owned_any(Counts::of(asked)))
        }))
        .field(plain("sumNsv", TypeRef::named("Nsv"), "拟签署的有效剂量合计，与纸质报告核对 · Sum of the effective doses that would be signed, to compare with the report on paper.", |asked: &Asked| asked.checked(|checked| Value::from(checked.sum_nsv.to_string())).unwrap_or(Value::Null)))
        .field(
            Field::new("problems", TypeRef::named("ImportProblemPage"), |ctx| asking(ctx.ctx, problems(ctx)))
                .description("问题，按行与列排序 · Problems, by row and column.")
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of problems, at most a page."))
                .argument(InputValue::new("after", TypeRef::named(TypeRef::STRING)).description("上一页的 `after` · `after` of the page before."))
                .argument(InputValue::new("severity", TypeRef::named("ImportSeverity")).description("轻重 · Of this severity alone."))
                .argument(InputValue::new("code", TypeRef::named(TypeRef::STRING)).description("错误码 · Of this code alone.")),
        )
        .field(
            Field::new("units", TypeRef::named_nn_list("ImportUnit"), |ctx| asking(ctx.ctx, units(ctx)))
                .description("接下来待签的单元：尚未入账者依次给出；可签署之前为空；全部入账后为空 · The next units to be signed, of those not in the ledger: none before every row is sound, none when all are in. Sign every payload, send the unit by `append`, ask again.")
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("单元数，缺省 1，至多 4 · Number of units, 1 when absent, at most 4."))
                .argument(InputValue::new("key", TypeRef::named("Hash")).description("签署密钥，须属本账户，缺省为会话密钥 · Key that will sign, one of the account's own; the session's when absent."))
                .argument(InputValue::new("grant", TypeRef::named("UUID")).description("授权签字人的授权，缺省由节点选取 · Grant as signatory; chosen when absent.")),
        )
}

fn why(asked: &Asked, read: fn(&crate::import::Unreadable) -> &str) -> Value {
    asked
        .checked(|checked| checked.unreadable.as_ref().map(|why| Value::from(read(why))))
        .flatten()
        .unwrap_or(Value::Null)
}

/// Numbers of rows and problems.
struct Counts([usize; 8]);

impl Counts {
    fn of(asked: &Asked) -> Self {
        let count = |read: fn(&crate::imports::Checked) -> usize| asked.checked(read).unwrap_or(0);
        let (rows, bad) = (count(|checked| checked.read), count(|checked| checked.bad));
        let planned = count(|checked| checked.reports.iter().flat_map(|report| &report.units).map(|unit| unit.2).sum());
        let (known, reports) = (asked.progress.rows, count(|checked| checked.reports.len()));
        let (errors, warnings) =
            (count(|checked| checked.of(Severity::Error)), count(|checked| checked.of(Severity::Warning)));
        Self([rows, rows.saturating_sub(bad), bad, known, planned - known, reports, errors, warnings])
    }
}

fn counts() -> Object {
    const COUNTS: [(&str, &str); 8] = [
        ("rows", "有内容的行 · Rows with anything in them."),
        ("good", "没有错误的行 · Rows without an error."),
        ("bad", "有错误的行 · Rows with an error."),
        ("known", "已入账的行 · Rows that are in the ledger."),
        ("new", "拟签署的行 · Rows that would be signed."),
        ("reports", "报告份数 · Reports."),
        ("errors", "错误数 · Errors."),
        ("warnings", "警告数 · Warnings."),
    ];
    let reads: [fn(&Counts) -> Value; 8] = [
        |counts| Value::from(counts.0[0]),
        |counts| Value::from(counts.0[1]),
        |counts| Value::from(counts.0[2]),
        |counts| Value::from(counts.0[3]),
        |counts| Value::from(counts.0[4]),
        |counts| Value::from(counts.0[5]),
        |counts| Value::from(counts.0[6]),
        |counts| Value::from(counts.0[7]),
    ];
    COUNTS.into_iter().zip(reads).fold(
        Object::new("ImportCounts").description("行数与问题数 · Numbers of rows and problems."),
        |object, ((name, what), read)| object.field(plain(name, int(), what, read)),
    )
}

fn progress() -> Object {
    Object::new("ImportProgress")
        .description("进度 · How far it is.")
        .field(plain("done", int(), "已完成 · Done.", |progress: &Progress| Value::from(progress.done)))
        .field(plain(
            "total",
            int(),
            "总数；尚不知道时为 0 · All; 0 while that is not known.",
            |progress: &Progress| Value::from(progress.total),
        ))
}

fn heading() -> Object {
    Object::new("ImportHeading")
        .description("文件表头的一格 · A cell of the header.")
        .field(plain("place", int(), "第几列，从 0 起 · Its place, from 0.", |heading: &Heading| {
            Value::from(heading.place)
        }))
        .field(plain("text", text(), "文字 · What stands there.", |heading: &Heading| {
            Value::from(heading.text.as_str())
        }))
        .field(plain(
            "column",
            TypeRef::named(TypeRef::STRING),
            "所认定的列；不用则为空 · Column that it is taken for; none when it is passed over.",
            |heading: &Heading| heading.column.map_or(Value::Null, |column| Value::from(column.as_str())),
        ))
        .field(plain("said", yes(), "是否人工指定 · Whether a person said so.", |heading: &Heading| {
            Value::from(heading.said)
        }))
        .field(plain("micro", yes(), "是否按 μSv 读取 · Whether it is read as μSv.", |heading: &Heading| {
            Value::from(heading.micro)
        }))
}

fn column() -> Object {
    Object::new("ImportColumn")
        .description("可对应的列 · A column that a header may be.")
        .field(plain("name", text(), "列名 · Stable name.", |column: &Column| Value::from(column.as_str())))
        .field(plain("zh", text(), "中文表头 · Header in Chinese.", |column: &Column| Value::from(column.zh())))
        .field(plain("en", text(), "英文表头 · Header in English.", |column: &Column| Value::from(column.en())))
        .field(plain(
            "needed",
            yes(),
            "是否必需；三种剂量至少一列 · Whether no file goes without it; of the three doses one is enough.",
            |column: &Column| Value::from(column.is_needed()),
        ))
        .field(plain(
            "synonyms",
            TypeRef::named_nn_list_nn(TypeRef::STRING),
            "可自动识别的其他表头 · Other headers by which it is known, letters and digits alone.",
            |column: &Column| Value::List(column.others().iter().map(|name| Value::from(*name)).collect()),
        ))
}

fn page() -> Object {
    Object::new("ImportProblemPage")
        .description("一页问题 · A page of problems.")
        .field(inner(
            "items",
            TypeRef::named_nn_list_nn("ImportProblem"),
            "各个问题 · The problems.",
            |page: &Problems| {
                let chosen = page.chosen.iter().map(|at| page.checked.problems[*at].clone());
                Some(FieldValue::list(chosen.map(FieldValue::owned_any)))
            },
        ))
        .field(plain(
            "after",
            TypeRef::named(TypeRef::STRING),
            "下一页的起点；末页为空 · Where the next page begins; absent on the last.",
            |page: &Problems| {
                if page.more { Value::from(page.after.to_string()) } else { Value::Null }
            },
        ))
}

fn problem() -> Object {
    Object::new("ImportProblem")
        .description("一个问题 · What is wrong or odd, and where.")
        .field(plain("row", int(), "行号，从 1 起 · Row of the file, from 1.", |problem: &Problem| {
            Value::from(problem.row)
        }))
        .field(plain(
            "column",
            TypeRef::named(TypeRef::STRING),
            "列名 · Name of the column, when it is one.",
            |problem: &Problem| problem.column.map_or(Value::Null, |column| Value::from(column.as_str())),
        ))
        .field(plain(
            "severity",
            TypeRef::named_nn("ImportSeverity"),
            "轻重 · How much it weighs.",
            |problem: &Problem| {
                Value::Enum(Name::new(if problem.severity == Severity::Error { "ERROR" } else { "WARNING" }))
            },
        ))
        .field(plain("code", text(), "错误码 · Stable code.", |problem: &Problem| Value::from(problem.code)))
        .field(plain("messageZh", text(), "说明（中文） · In Chinese.", |problem: &Problem| {
            Value::from(problem.zh.as_str())
        }))
        .field(plain("messageEn", text(), "说明（英文） · In English.", |problem: &Problem| {
            Value::from(problem.en.as_str())
        }))
        .field(plain(
            "value",
            TypeRef::named(TypeRef::STRING),
            "原值；姓名与证件号不返回 · What stands in the cell; never a name or an identity number.",
            |problem: &Problem| {
                let shown = problem.column.is_some_and(|column| !column.is_personal()) && !problem.original.is_empty();
                if shown { Value::from(problem.original.as_str()) } else { Value::Null }
            },
        ))
        .field(plain(
            "suggestion",
            TypeRef::named(TypeRef::STRING),
            "建议值 · What the cell may be meant to say.",
            |problem: &Problem| problem.suggestion.as_deref().map_or(Value::Null, Value::from),
        ))
}

fn unit() -> Object {
    Object::new("ImportUnit")
        .description("一个待签的单元，全部入账或全部不入账 · A unit to be signed; all of it is appended or nothing.")
        .field(plain(
            "report",
            TypeRef::named(TypeRef::STRING),
            "报告编号；导入本身的登记为空 · Number of its report; none of what opens or completes the import.",
            |unit: &HandedUnit| unit.report.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(inner(
            "events",
            TypeRef::named_nn_list_nn("ImportEvent"),
            "各事件，按此顺序提交 · Its events, to be sent in this order.",
            |unit: &HandedUnit| Some(FieldValue::list(unit.events.iter().cloned().map(FieldValue::owned_any))),
        ))
}

fn event() -> Object {
    Object::new("ImportEvent")
        .description("一个待签的事件 · An event to be signed.")
        .field(plain("id", TypeRef::named_nn("UUID"), "事件号 · Id of the event.", |event: &HandedEvent| Value::from(event.id.to_string())))
        .field(plain("row", TypeRef::named(TypeRef::INT), "文件中的行；报告本身为空 · Row of the file; none of the report itself.", |event: &HandedEvent| event.row.map_or(Value::Null, Value::from)))
        .field(plain("payload", TypeRef::named_nn("Bytes"), "待签内容，逐字节 · Exact payload to sign.", |event: &HandedEvent| Value::from(b64url(&event.payload))))
        .field(plain("openings", TypeRef::named_nn_list_nn("JSON"), "开封信息，随信封一并提交；剂量结果没有封存项 · Openings of its seals, to go beside the envelope; a dose has none.", |event: &HandedEvent| Value::List(event.openings.iter().map(|opening| wire_json(&opening.to_value())).collect())))
}

fn instant(micros: i64) -> Value {
    Value::from(Instant::from_micros(micros).to_string())
}

//! Every kind of problem, by a stable code. What to do about each stands in `docs/import.md`.

use super::Severity;

/// A kind of problem: its words never repeat what stands in a cell.
#[derive(Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable code.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

macro_rules! notes {
    ($($name:ident = $severity:ident, $code:literal, $zh:literal, $en:literal;)+) => {
        $(
            #[doc = $en]
            pub const $name: Note = Note { code: $code, severity: Severity::$severity, zh: $zh, en: $en };
        )+

        /// Every kind, from the whole file to what a row is compared with.
        pub const ALL: &[Note] = &[$($name),+];
    };
}

notes! {
    FILE_SIZE = Error, "file.size",
        "文件过大，或工作簿解压后过大",
        "The file is too large, or the workbook unpacks to more than is taken.";
    FILE_FORMAT = Error, "file.format", "不是可读的 XLSX 或 CSV 文件", "Neither an XLSX nor a CSV file that can be read.";
    FILE_ENCODING = Error, "file.encoding",
        "文字编码不是 UTF-8 或 GB18030，请另存为 XLSX",
        "The text is neither UTF-8 nor GB18030: save the file as XLSX.";
    FILE_HEADER = Error, "file.header", "前若干行内找不到表头", "There is no header row within the first rows.";
    FILE_COLUMN_MISSING = Error, "file.column_missing", "缺少列", "Columns are missing.";
    FILE_COLUMN_TWICE = Error, "file.column_twice",
        "同一列出现两次，请指明用哪一列",
        "A column stands there twice: say which one counts.";
    FILE_COLUMNS = Error, "file.columns", "列数过多", "The sheet uses too many columns.";
    FILE_ROWS = Error, "file.rows", "行数过多，请拆分后导入", "There are too many rows: split the file.";
    MISSING = Error, "cell.missing", "此项必填", "This cell must be filled.";
    FORMULA = Error, "cell.formula", "单元格是公式文本或没有结果的公式，请填入值", "A formula without its value: fill in the value.";
    FAULT = Error, "cell.fault", "单元格是公式错误值", "The cell holds an error value.";
    TEXT = Error, "cell.text", "应为文字或编号", "Text or a number is expected here.";
    TOO_LONG = Error, "cell.too_long", "内容过长", "The text is too long.";
    DIGITS_LOST = Error, "cell.digits_lost",
        "超过15位的编号存成了数字，末位已失真，请改为文本格式重填",
        "A number of more than 15 digits was stored as a number and has lost its last digits: enter it as text.";
    DATE = Error, "cell.date", "不是可识别的日期，请用 2024-01-31 的写法", "Not a date: write 2024-01-31.";
    DATE_RANGE = Error, "cell.date_range", "日期不在1950年至2200年之间", "The date is not between 1950 and 2200.";
    DOSE = Error, "cell.dose", "不是可识别的剂量值", "Not a dose.";
    DOSE_NEGATIVE = Error, "cell.dose_negative", "剂量不能为负", "A dose is not negative.";
    DOSE_RANGE = Error, "cell.dose_range", "剂量超过10 Sv", "The dose is above 10 Sv.";
    ID_TAIL = Error, "cell.id_tail",
        "应为身份证号最后四位（末位可为X），不要填全号",
        "The last four characters of the identity number are expected, never the whole.";
    CREDIT_CODE = Error, "cell.credit_code",
        "统一社会信用代码应为18位且校验位正确",
        "The credit code has 18 characters and a check character.";
    POSITION = Error, "cell.position", "不是已知的佩戴部位", "Not a known place on the body.";
    KIND = Error, "cell.kind", "不是已知的结果类型", "Not a known kind of result.";
    KIND_NOMINAL = Error, "cell.kind_nominal",
        "名义剂量须说明来源：A 同期直读剂量计，B 工作场所监测，C 同岗位平均，D 上年剂量折算",
        "A nominal dose says where it comes from: A direct reader, B workplace, C co-workers, D previous year.";
    CATEGORY = Error, "cell.category", "不是已知的职业类别", "Not a known occupational category.";
    RADIATION = Error, "cell.radiation", "不是已知的射线", "Not a known radiation.";
    YES_NO = Error, "cell.yes_no", "应填是或否", "Yes or no is expected here.";
    ROUNDED = Warning, "dose.rounded", "小数位过多，按 0.0001 mSv 取舍", "Finer than can be recorded: rounded to 0.0001 mSv.";
    CONFIRM = Error, "dose.confirm",
        "超过500 mSv：须先电话核实，不能批量导入",
        "Above 500 mSv: confirm by telephone and report it alone.";
    INVESTIGATION = Warning, "dose.investigation",
        "达到调查水平（每年5 mSv，按月数折算），请核对",
        "At or above the investigation level (5 mSv a year, by months): please check.";
    UNIT = Warning, "dose.unit",
        "全列数值约为常见值的百倍以上，单位可能是 μSv 而不是 mSv",
        "The values of this column are a hundred times what is usual: they may be microsieverts.";
    BELOW_MDL = Error, "dose.below_mdl",
        "实测值低于最低探测水平，结果类型应为低于探测水平",
        "A value below the minimum detectable level is marked so.";
    HALF = Warning, "dose.half", "低于最低探测水平，将记为其一半", "Below the minimum detectable level: half of it is recorded.";
    NOT_BELOW = Error, "dose.not_below",
        "标为低于探测水平，数值却高于最低探测水平",
        "Marked as below the detectable level, and the value is above it.";
    NO_VALUE = Error, "dose.not_measured",
        "结果类型须有数值，此处却写低于探测水平",
        "This kind of result has a value, and the cell says below the detectable level.";
    MDL_DIFFERS = Error, "dose.mdl_differs",
        "“<”后的数值与最低探测水平不同",
        "The number after \"<\" is not the minimum detectable level.";
    MDL_ZERO = Error, "dose.mdl_zero", "最低探测水平应大于零", "The minimum detectable level is more than zero.";
    MIXED = Error, "dose.mixed",
        "一行内不能既有实测值又有低于探测水平的量，请将后者留空",
        "One row has values on both sides of the detectable level: leave empty what is below.";
    VALUE_MISSING = Error, "dose.missing",
        "没有任何剂量值，也未说明丢失、损坏或作废",
        "There is no dose, and nothing says lost, damaged or rejected.";
    VALUE_WITHOUT = Error, "dose.without_value",
        "丢失、损坏、作废的结果不填剂量",
        "A result that was lost, damaged or rejected has no dose.";
    PERIOD_ORDER = Error, "row.period", "佩戴终止日早于起始日", "The last day worn is before the first.";
    PERIOD_LONG = Error, "row.period_long", "佩戴超过370天", "Worn for more than 370 days.";
    SIGNED_EARLY = Error, "row.signed_early", "签发日期早于佩戴终止日", "The report was signed before the last day worn.";
    DUPLICATE = Error, "row.duplicate", "与前面的行重复", "The same as a row before";
    OVERLAP = Error, "row.overlap",
        "同一人员同一部位的佩戴周期与前面的行重叠",
        "The same worker and place, over some of the same days as a row before";
    REPORT_SIGNED = Error, "report.signed_on",
        "同一报告编号的签发日期与前面的行不同",
        "Another day of signing than on a row before of the same report";
    REPORT_INSTITUTION = Error, "report.institution",
        "同一报告编号的单位与前面的行不同",
        "Another institution than on a row before of the same report";
    UNKNOWN_WORKER = Error, "row.worker", "该机构没有此工作人员编号", "No worker of the institution has this number.";
    NAME_DIFFERS = Error, "row.name", "姓名与档案不符，或同一编号前后所填不一", "His name is another, or the lines do not agree on it.";
    ID_DIFFERS = Error, "row.id_tail", "身份证后四位与档案不符", "His identity number ends otherwise.";
    NOT_ACTIVE = Error, "row.not_active", "该周期内不在放射工作岗位", "He did not work with radiation in the period.";
    NO_CONTRACT = Error, "row.contract",
        "贵机构与该单位在该周期内没有监测委托",
        "The laboratory has no contract with this institution that holds in the period.";
    SEVERAL_CONTRACTS = Error, "row.contracts",
        "有多份监测委托：请增加“单位信用代码”列，或用 --contract 指明",
        "There are several contracts: add a column with the credit code, or name one with --contract.";
    REPORTED = Error, "row.reported",
        "同一部位、同期已有有效结果：请更正该结果，或核对佩戴日期",
        "A result counts already for the same place on some of these days: correct it, or look at the dates.";
}

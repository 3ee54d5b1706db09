//! Which column is which: by its header, folded, or as a person said.

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization;

use super::Unreadable;
use super::problems::{FILE_COLUMN_MISSING, FILE_COLUMN_TWICE};
use super::table::{Cell, Row};

/// Declares the columns with their labels and the headers, folded, by which laboratories call them.
macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $zh:literal, $en:literal, [$($other:literal),*];)+) => {
        /// A column of a file of doses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $(#[doc = $en] $variant,)+ }

        impl Column {
            /// Every column, in the order of a template.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Stable name, as in a stored mapping.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The column of a stable name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            /// Header in Chinese.
            #[must_use]
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// Header in English.
            #[must_use]
            pub fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// Other headers by which it is known, folded: letters and digits alone, in lower case.
            #[must_use]
            pub fn others(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($other),*],)+ }
            }
        }
    };
}

columns! {
    WorkerNo = "worker_no", "工作人员编号", "worker number",
        ["人员编号", "工号", "编号", "放射工作人员编号", "职工编号", "workerno", "workerid", "staffno", "employeeno", "employeenumber"];
    Name = "name", "姓名", "name", ["人员姓名", "工作人员姓名", "放射工作人员姓名", "workername", "fullname"];
    IdTail = "id_tail", "身份证后四位", "last four of the identity number",
        ["证件号后四位", "证件后四位", "身份证号后四位", "身份证号码后四位", "idtail", "idlast4", "last4ofid"];
    DosimeterNo = "dosimeter_no", "剂量计编号", "dosimeter number",
        ["剂量计号", "剂量计号码", "剂量片号", "元件号", "元件编号", "dosimeterno", "dosimeterid", "badgeno"];
    Position = "position", "佩戴部位", "position", ["佩戴位置", "部位", "剂量计佩戴部位", "wearposition", "bodyposition", "wornat"];
    WearFrom = "wear_from", "佩戴起始日", "worn from",
        ["周期起", "佩戴起始日期", "佩戴周期起", "监测周期起", "周期开始", "周期起始", "监测起始日期", "佩戴开始日期", "起始日期", "开始日期", "wearfrom", "periodfrom", "periodstart", "from", "startdate"];
    WearTo = "wear_to", "佩戴终止日", "worn to",
        ["周期止", "佩戴终止日期", "佩戴周期止", "监测周期止", "周期结束", "周期终止", "监测终止日期", "佩戴结束日期", "终止日期", "结束日期", "截止日期", "wearto", "periodto", "periodend", "to", "enddate"];
    Hp10 = "hp10", "Hp(10)", "Hp(10)", ["深部剂量", "深部剂量当量", "deepdose"];
    Hp3 = "hp3", "Hp(3)", "Hp(3)", ["眼晶状体剂量", "眼晶体剂量", "eyelensdose"];
    Hp007 = "hp007", "Hp(0.07)", "Hp(0.07)", ["浅表剂量", "皮肤剂量", "浅表剂量当量", "shallowdose", "skindose"];
    Mdl = "mdl", "最低探测水平", "minimum detectable level", ["最低可探测水平", "探测下限", "最低检出水平", "mdl", "lld", "detectionlimit"];
    Kind = "kind", "结果类型", "kind of result", ["结果标识", "结果类别", "数据类型", "剂量类型", "resultkind", "resulttype", "flag", "kind"];
    ReportNo = "report_no", "报告编号", "report number", ["报告号", "报告书编号", "检测报告编号", "监测报告编号", "reportno", "reportid"];
    SignedOn = "signed_on", "签发日期", "signed on", ["报告签发日期", "签发日", "报告日期", "signedon", "signeddate", "issuedon", "issuedate", "reportdate"];
    Category = "category", "职业类别", "occupational category", ["职业类别代码", "职业照射类别", "职业分类", "category"];
    Radiation = "radiation", "射线", "radiation", ["射线种类", "射线类型", "辐射类型", "radiationtype"];
    ThyroidShield = "thyroid_shield", "是否佩戴铅围脖", "thyroid shield", ["铅围脖", "甲状腺防护", "佩戴铅围脖", "thyroidshieldworn"];
    Institution = "institution", "统一社会信用代码", "credit code", ["单位信用代码", "单位统一社会信用代码", "机构统一社会信用代码", "信用代码", "用人单位信用代码", "单位代码", "uscc", "institution"];
}

/// Without these nothing can be read; of the three doses one is enough.
const NEEDED: [Column; 8] = [
    Column::WorkerNo,
    Column::DosimeterNo,
    Column::Position,
    Column::WearFrom,
    Column::WearTo,
    Column::Mdl,
    Column::ReportNo,
    Column::SignedOn,
];
/// The doses.
pub const DOSES: [Column; 3] = [Column::Hp10, Column::Hp3, Column::Hp007];
/// A row with so many known headers is the header row.
const HEADERS_MIN: usize = 4;

impl Column {
    /// True when no file can be read without it; of the three doses one is enough.
    #[must_use]
    pub fn is_needed(self) -> bool {
        NEEDED.contains(&self)
    }

    /// True of what a file says of a person by name or number: it is not repeated outside the file.
    #[must_use]
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Name | Self::IdTail)
    }

    /// True of the doses and the level of detection, which have a unit.
    #[must_use]
    pub fn is_dose(self) -> bool {
        self == Self::Mdl || DOSES.contains(&self)
    }
}

/// Unit of a column of doses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Millisievert: what a header without a unit means.
    Milli,
    /// Microsievert.
    Micro,
}

impl Unit {
    /// Decimal places of a nanosievert in this unit.
    pub fn places(self) -> i32 {
        match self {
            Self::Milli => 6,
            Self::Micro => 3,
        }
    }

    /// A value as it is written in this unit.
    pub fn written(self, nsv: i64) -> String {
        let scale = 10_i64.pow(self.places().unsigned_abs());
        let (whole, part) = (nsv / scale, nsv % scale);
        let part = format!("{part:0width$}", width = self.places().unsigned_abs() as usize);
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
    }
}

/// The header row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Its row, from 1.
    pub row: u32,
    /// Its cells.
    pub cells: Vec<Cell>,
    found: Vec<(Column, usize, Unit)>,
    twice: Option<Column>,
}

impl Header {
    /// A row that may be a header, of columns that nobody knows.
    pub fn unknown(row: &Row) -> Self {
        Self { row: row.number, cells: row.cells.clone(), found: Vec::new(), twice: None }
    }

    /// Where a column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.found.iter().find(|(found, ..)| *found == column).map(|(_, place, _)| *place)
    }

    /// The column at a place, and its unit.
    pub fn at(&self, place: usize) -> Option<(Column, Unit)> {
        self.found.iter().find(|(_, found, _)| *found == place).map(|(column, _, unit)| (*column, *unit))
    }

    /// Unit of a column.
    pub fn unit(&self, column: Column) -> Unit {
        self.found.iter().find(|(found, ..)| *found == column).map_or(Unit::Milli, |(.., unit)| *unit)
    }

    /// The header, if every needed column stands in it once.
    pub fn complete(self) -> Result<Self, Unreadable> {
        if let Some(column) = self.twice {
            return Err(Unreadable::new(
                &FILE_COLUMN_TWICE,
                format!("“{}”有两列，请指明用哪一列", column.zh()),
                format!("Two columns are \"{}\": say which one counts.", column.en()),
            ));
        }
        let mut missing: Vec<(&str, &str)> = NEEDED
            .iter()
            .filter(|column| self.place(**column).is_none())
            .map(|column| (column.zh(), column.en()))
            .collect();
        if DOSES.iter().all(|column| self.place(*column).is_none()) {
            missing.push(("Hp(10)、Hp(3) 或 Hp(0.07)", "one of Hp(10), Hp(3), Hp(0.07)"));
        }
        if missing.is_empty() {
            return Ok(self);
        }
        let (zh, en): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
        Err(Unreadable::new(
            &FILE_COLUMN_MISSING,
            format!("缺少列：{}", zh.join("、")),
            format!("Columns are missing: {}.", en.join("; ")),
        ))
    }
}

/// The first of these rows that is a header row.
pub fn find(rows: &[Row], mapping: &[(String, Column)]) -> Option<Header> {
    let mapping: Vec<(CompactString, Column)> =
        mapping.iter().map(|(header, column)| (folded(header), *column)).collect();
    rows.iter().find_map(|row| header_of(row, &mapping))
}

fn header_of(row: &Row, mapping: &[(CompactString, Column)]) -> Option<Header> {
    let mut header = Header::unknown(row);
    // Said by a person first: a column that he placed is not looked for by its name.
    for said in [true, false] {
        for (place, cell) in row.cells.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            let text = folded(text);
            let mapped = mapping.iter().find(|(header, _)| *header == text).map(|(_, column)| *column);
            let column = match (said, mapped) {
                (true, mapped) => mapped,
                (false, None) => {
                    known(without_unit(&text).0).filter(|found| mapping.iter().all(|(_, said)| said != found))
                }
                (false, Some(_)) => None,
            };
            let Some(column) = column else { continue };
            if header.place(column).is_some() {
                header.twice = header.twice.or(Some(column));
            }
            header.found.push((column, place, without_unit(&text).1));
        }
    }
    (header.found.len() >= HEADERS_MIN).then_some(header)
}

/// A header by its letters and digits alone: full-width forms, case, spaces, brackets and marks make no difference.
pub fn folded(text: &str) -> CompactString {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// A folded header and its unit.
fn without_unit(folded: &str) -> (&str, Unit) {
    // NFKC has made the micro sign a Greek letter.
    let units = [
        ("msv", Unit::Milli),
        ("μsv", Unit::Micro),
        ("usv", Unit::Micro),
        ("毫希沃特", Unit::Milli),
        ("微希沃特", Unit::Micro),
        ("毫希", Unit::Milli),
        ("微希", Unit::Micro),
    ];
    let found = units.into_iter().find_map(|(name, unit)| Some((folded.strip_suffix(name)?, unit)));
    let (rest, unit) = found.unwrap_or((folded, Unit::Milli));
    (rest.strip_suffix("单位").filter(|rest| !rest.is_empty() && found.is_some()).unwrap_or(rest), unit)
}

fn known(text: &str) -> Option<Column> {
    let by_name = |column: &&Column| {
        folded(column.zh()) == text || folded(column.en()) == text || column.others().contains(&text)
    };
    // 个人剂量当量Hp(10), 本周期Hp(10)结果 and their like.
    let by_quantity = || {
        let ends = |quantity: &str| text.trim_end_matches("结果").trim_end_matches("剂量").ends_with(quantity);
        [("hp10", Column::Hp10), ("hp3", Column::Hp3), ("hp007", Column::Hp007)]
            .into_iter()
            .find_map(|(quantity, column)| ends(quantity).then_some(column))
    };
    Column::ALL.iter().find(by_name).copied().or_else(by_quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(headers: &[&str]) -> Row {
        Row { number: 3, cells: headers.iter().map(|text| Cell::Text((*text).into())).collect() }
    }

    const WHOLE: [&str; 9] = [
        "工作人员编号",
        "剂量计编号",
        "佩戴部位",
        "周期起",
        "周期止",
        "Hp(10)",
        "最低探测水平",
        "报告编号",
        "签发日期",
    ];

    #[test]
    fn every_label_and_every_other_name_is_its_column_alone() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.as_str()), Some(*column));
            for name in [column.zh(), column.en()].iter().chain(column.others()) {
                assert_eq!(known(&folded(name)), Some(*column), "{name}");
                assert_eq!(&*folded(name), folded(&folded(name)), "{name}");
            }
            for other in column.others() {
                assert_eq!(*other, folded(other), "other names are written folded");
            }
        }
    }

    #[test]
    fn headers_are_folded_and_tell_their_unit() {
        let cases = [
            ("Hp（10）（mSv）", Column::Hp10, Unit::Milli),
            ("Ｈｐ(10)", Column::Hp10, Unit::Milli),
            ("Hp(0.07) / µSv", Column::Hp007, Unit::Micro),
            ("HP(3)[μSv]", Column::Hp3, Unit::Micro),
            ("个人剂量当量 Hp(10), uSv", Column::Hp10, Unit::Micro),
            ("MDL(μSv)", Column::Mdl, Unit::Micro),
            ("最低探测水平（单位：mSv）", Column::Mdl, Unit::Milli),
        ];
        for (text, column, unit) in cases {
            let text = folded(text);
            let (rest, found) = without_unit(&text);
            assert_eq!((known(rest), found), (Some(column), unit), "{text}");
        }
        for text in ["Hp(10)(Sv)", "Hp(10)备注", "备注", "", "错误说明", "身份证号"] {
            assert_eq!(known(without_unit(&folded(text)).0), None, "{text}");
        }
    }

    #[test]
    fn a_header_is_complete_or_says_what_is_missing() {
        let header = find(&[row(&["剂量监测结果"]), row(&WHOLE)], &[]).expect("a header").complete().expect("complete");
        assert_eq!((header.row, header.place(Column::Mdl), header.place(Column::Name)), (3, Some(6), None));
        let error = find(&[row(&WHOLE[..5])], &[]).expect("a header").complete().expect_err("incomplete");
        assert_eq!(error.code, "file.column_missing");
        assert_eq!(error.zh, "缺少列：最低探测水平、报告编号、签发日期、Hp(10)、Hp(3) 或 Hp(0.07)");
        assert!(find(&[row(&WHOLE[..3])], &[]).is_none());
    }

    #[test]
    fn what_a_person_said_wins() {
        let mut headers = WHOLE.to_vec();
        headers.push("复核 Hp(10) (μSv)");
        let twice = find(&[row(&headers)], &[]).expect("a header").complete().expect_err("twice");
        assert_eq!(twice.code, "file.column_twice");
        let said = [("复核Hp（10）(µSv)".to_owned(), Column::Hp10)];
        let header = find(&[row(&headers)], &said).expect("a header").complete().expect("complete");
        assert_eq!((header.place(Column::Hp10), header.unit(Column::Hp10)), (Some(9), Unit::Micro));
        let absent = [("没有的列".to_owned(), Column::Mdl)];
        assert_eq!(
            find(&[row(&WHOLE)], &absent).expect("a header").complete().expect_err("missing").code,
            "file.column_missing"
        );
    }

    #[test]
    fn values_are_written_in_a_unit() {
        assert_eq!(Unit::Milli.written(12_500), "0.0125");
        assert_eq!(Unit::Micro.written(12_500), "12.5");
        assert_eq!(Unit::Milli.written(3_000_000), "3");
    }
}

//! One cell to one value: days, exact doses, codes by their names.

use std::collections::HashMap;
use std::sync::LazyLock;

use compact_str::CompactString;
use domain::codes::credit_code_ok;
use domain::dose_codes::{Radiation, ResultFlag, WearPosition};
use domain::field::CodeList;
use domain::person_codes::OccupationalCategory;
use signing::bytes::Date;
use unicode_normalization::UnicodeNormalization;

use super::columns::{Unit, folded};
use super::problems::{
    CATEGORY, CREDIT_CODE, DATE, DATE_RANGE, DIGITS_LOST, DOSE, DOSE_NEGATIVE, DOSE_RANGE, FAULT, FORMULA, ID_TAIL,
    KIND, KIND_NOMINAL, Note, POSITION, RADIATION, TEXT, TOO_LONG, YES_NO,
};
use super::table::{Cell, plain};

/// Why a cell has no value.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub note: &'static Note,
    /// What may be meant.
    pub suggestion: Option<String>,
}

impl From<&'static Note> for Fault {
    fn from(note: &'static Note) -> Self {
        Self { note, suggestion: None }
    }
}

/// A value, none of an empty cell, or why not.
pub type Value<T> = Result<Option<T>, Fault>;

/// What a cell of doses says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// So many nSv.
    Exact(i64),
    /// What it says is finer than a nanosievert: so many nSv, half up to 100.
    Rounded(i64),
    /// Below the level of detection, which may be named in nSv.
    Below(Option<i64>),
}

/// The most that is recorded: 10 Sv.
const DOSE_MAX_NSV: i128 = 10_000_000_000;
/// Above so many days of the spreadsheets' calendar a bare number is a day: 1950-01-01 to 2200-12-31 lie within.
const SERIALS: std::ops::RangeInclusive<f64> = 18_264.0..=109_938.0;
/// 1970-01-01 in that calendar.
const SERIAL_1970: i64 = 25_569;
/// Numbers that a spreadsheet still keeps to the last digit.
const WHOLE_MAX: f64 = 1e15;

/// The day of a number of the spreadsheets' calendar; none before March 1900, where that calendar errs.
pub fn day_of(serial: f64) -> Option<Date> {
    (61.0..2_958_466.0).contains(&serial).then(|| Date::from_days(serial.floor() as i64 - SERIAL_1970))
}

/// Text with full-width letters, digits and marks made narrow. Brackets and quotes of names and report numbers stay.
fn narrow(text: &str) -> CompactString {
    let fold = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' | '．' | '／' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    };
    text.chars().map(fold).collect::<CompactString>().trim().into()
}

/// What people write into a cell to leave it empty.
fn is_blank(text: &str) -> bool {
    matches!(text, "" | "-" | "--" | "—" | "——" | "/" | "\\" | "无" | "N/A" | "n/a" | "NA")
}

/// The words of a cell, for everything that is not a date or a dose.
fn words(cell: &Cell) -> Value<CompactString> {
    let text = match cell {
        Cell::Empty => return Ok(None),
        Cell::Text(text) => narrow(text),
        Cell::Number(number) if number.abs() >= WHOLE_MAX => return Err(Fault::from(&DIGITS_LOST)),
        Cell::Number(number) => plain(*number).into(),
        Cell::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.into(),
        Cell::Moment(_) => return Err(Fault::from(&TEXT)),
        Cell::Fault(_) => return Err(Fault::from(&FAULT)),
        Cell::Formula => return Err(Fault::from(&FORMULA)),
    };
    if is_blank(&text) {
        return Ok(None);
    }
    // What a spreadsheet would compute is no text, and `="012"` is a trick of exports that keeps a zero.
    if text.starts_with(['=', '+', '@', '-']) {
        let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
        return Err(Fault { note: &FORMULA, suggestion: inner.map(str::to_owned) });
    }
    Ok(Some(text))
}

/// Text of at most so many characters.
pub fn text(cell: &Cell, most: usize) -> Value<String> {
    match words(cell)? {
        Some(text) if text.chars().count() > most => Err(Fault::from(&TOO_LONG)),
        text => Ok(text.map(Into::into)),
    }
}

/// Last four characters of an identity number. Spreadsheets drop leading zeros: they come back.
pub fn id_tail(cell: &Cell) -> Value<String> {
    let Some(text) = words(cell)? else { return Ok(None) };
    let text = text.to_uppercase();
    let body = text.strip_suffix('X').unwrap_or(&text);
    // A final X has its three digits before it; digits alone may have lost zeros.
    let whole = if body.len() < text.len() { body.len() == 3 } else { (1..=4).contains(&body.len()) };
    if !whole || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::from(&ID_TAIL));
    }
    Ok(Some(format!("{text:0>4}")))
}

/// A credit code.
pub fn credit_code(cell: &Cell) -> Value<String> {
    let Some(text) = words(cell)? else { return Ok(None) };
    let code = text.to_uppercase();
    if credit_code_ok(&code) { Ok(Some(code.into())) } else { Err(Fault::from(&CREDIT_CODE)) }
}

/// A day.
pub fn date(cell: &Cell) -> Value<Date> {
    let day = match cell {
        Cell::Empty => return Ok(None),
        Cell::Text(text) => {
            let text = narrow(text);
            if is_blank(&text) {
                return Ok(None);
            }
            if text.starts_with('=') {
                return Err(Fault::from(&FORMULA));
            }
            date_of_text(&text)?
        }
        Cell::Moment(serial) => day_of(*serial).ok_or(&DATE)?,
        Cell::Number(number) => date_of_text(&plain(*number))?,
        Cell::Truth(_) => return Err(Fault::from(&DATE)),
        Cell::Fault(_) => return Err(Fault::from(&FAULT)),
        Cell::Formula => return Err(Fault::from(&FORMULA)),
    };
    if (1950..=2200).contains(&day.0.year()) { Ok(Some(day)) } else { Err(Fault::from(&DATE_RANGE)) }
}

fn date_of_text(text: &str) -> Result<Date, Fault> {
    let number = text.parse::<f64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    if let Some(day) = number.filter(|number| SERIALS.contains(number)).and_then(day_of) {
        return Ok(day);
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return civil(&text[..4], &text[4..6], &text[6..]).ok_or_else(|| Fault::from(&DATE));
    }
    // A time of day after the date is left out.
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let is_time = |rest: &str| rest.bytes().all(|b| b.is_ascii_digit() || b" T:.Z+-".contains(&b));
    let spaced = text.replace([' ', '\u{3000}'], "");
    let day = if spaced.contains('年') { spaced.as_str() } else { day };
    let rest = if spaced.contains('年') { "" } else { &text[day.len()..] };
    let flat = day.replace(['年', '月', '/', '.', '－', '–'], "-");
    let flat = flat.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = flat.split('-').collect();
    let [first, second, third] = parts[..] else { return Err(Fault::from(&DATE)) };
    if !is_time(rest) {
        return Err(Fault::from(&DATE));
    }
    match (first.len(), third.len()) {
        (4, _) => civil(first, second, third).ok_or_else(|| Fault::from(&DATE)),
        // Which of two short numbers is the day is for a person to say; where one reading alone exists it is offered.
        (2, 1 | 2) => {
            let meant = civil(&format!("20{first}"), second, third);
            Err(Fault { note: &DATE, suggestion: meant.map(|day| day.to_string()) })
        }
        (1 | 2, 4) => {
            let readings = [civil(third, second, first), civil(third, first, second)];
            let mut meant = readings.into_iter().flatten();
            let one = meant.next().filter(|day| meant.all(|other| other == *day));
            Err(Fault { note: &DATE, suggestion: one.map(|day| day.to_string()) })
        }
        _ => Err(Fault::from(&DATE)),
    }
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    let short = |text: &str| (1..=2).contains(&text.len());
    (year.len() == 4 && short(month) && short(day)).then_some(())?;
    format!("{year}-{month:0>2}-{day:0>2}").parse().ok()
}

/// A dose in the unit of its column, or in that which stands behind it.
pub fn dose(cell: &Cell, unit: Unit) -> Value<Reading> {
    let text: CompactString = match cell {
        Cell::Empty => return Ok(None),
        Cell::Number(number) => plain(*number).into(),
        // Compatibility forms fold here: `＜`, full-width digits, the micro sign.
        Cell::Text(text) => text.nfkc().filter(|c| !c.is_whitespace()).collect(),
        Cell::Moment(_) | Cell::Truth(_) => return Err(Fault::from(&DOSE)),
        Cell::Fault(_) => return Err(Fault::from(&FAULT)),
        Cell::Formula => return Err(Fault::from(&FORMULA)),
    };
    if is_blank(&text) {
        return Ok(None);
    }
    if text.starts_with('=') {
        return Err(Fault::from(&FORMULA));
    }
    let lower = text.to_lowercase();
    if is_below(&folded(&lower)) {
        return Ok(Some(Reading::Below(None)));
    }
    if let Some(rest) = ["<", "小于", "低于"].iter().find_map(|mark| lower.strip_prefix(mark)) {
        return match amount(rest, unit)? {
            Reading::Exact(nsv) | Reading::Rounded(nsv) => Ok(Some(Reading::Below(Some(nsv)))),
            below => Ok(Some(below)),
        };
    }
    amount(&lower, unit).map(Some)
}

fn is_below(folded: &str) -> bool {
    let names = [
        "mdl",
        "lld",
        "mdl以下",
        "低于mdl",
        "小于mdl",
        "低于探测水平",
        "低于最低探测水平",
        "低于最低可探测水平",
        "低于探测下限",
        "未检出",
        "belowmdl",
        "nd",
    ];
    names.contains(&folded)
}

fn amount(text: &str, unit: Unit) -> Result<Reading, Fault> {
    let units = [("msv", Unit::Milli), ("μsv", Unit::Micro), ("usv", Unit::Micro)];
    let (number, unit) =
        units.into_iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit))).unwrap_or((text, unit));
    let (negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (digits, exponent) = decimal(number).ok_or(&DOSE)?;
    if negative && digits != 0 {
        return Err(Fault::from(&DOSE_NEGATIVE));
    }
    let scale = exponent + unit.places();
    if scale >= 0 {
        let nsv = u32::try_from(scale)
            .ok()
            .and_then(|scale| 10_i128.checked_pow(scale))
            .and_then(|power| digits.checked_mul(power));
        return match nsv.filter(|nsv| *nsv <= DOSE_MAX_NSV) {
            Some(nsv) => Ok(Reading::Exact(nsv as i64)),
            None => Err(Fault::from(&DOSE_RANGE)),
        };
    }
    // Below 10^-38 nothing is left of any number that is read.
    let Some(divisor) = 10_i128.checked_pow(scale.unsigned_abs()) else { return Ok(Reading::Rounded(0)) };
    let exact = digits % divisor == 0;
    let hundreds = digits.checked_add(divisor * 50).map(|sum| sum.div_euclid(divisor).div_euclid(100) * 100);
    match if exact { Some(digits / divisor) } else { hundreds } {
        Some(nsv) if nsv > DOSE_MAX_NSV => Err(Fault::from(&DOSE_RANGE)),
        Some(nsv) if exact => Ok(Reading::Exact(nsv as i64)),
        Some(nsv) => Ok(Reading::Rounded(nsv as i64)),
        None => Err(Fault::from(&DOSE)),
    }
}

/// Digits and power of ten of a decimal number of at most thirty digits.
fn decimal(text: &str) -> Option<(i128, i32)> {
    let (body, exponent) = match text.split_once('e') {
        Some((body, exponent)) => (body, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 40)?),
        None => (text, 0),
    };
    let (whole, part) = body.split_once('.').unwrap_or((body, ""));
    let part = part.trim_end_matches('0');
    let digits = format!("{whole}{part}");
    let is_number = !(whole.is_empty() && body.len() < 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let digits = if digits.is_empty() { "0" } else { &digits };
    (is_number && digits.len() <= 30).then_some(())?;
    Some((digits.parse().ok()?, exponent - part.len() as i32))
}

/// Codes by list and by folded code or name: folding every list for every cell would be most of the work.
static NAMES: LazyLock<HashMap<(&str, CompactString), &str>> = LazyLock::new(|| {
    let lists = [&WearPosition::LIST, &ResultFlag::LIST, &OccupationalCategory::LIST, &Radiation::LIST];
    let mut names = HashMap::new();
    for (list, (code, zh, en)) in lists.into_iter().flat_map(|list| list.codes.iter().map(move |entry| (list, entry))) {
        for name in [code, zh, en] {
            names.entry((list.name, folded(name))).or_insert(*code);
        }
    }
    names
});

/// The code that a word is, or is the name of in either language.
fn by_name(list: &CodeList, folded_word: &str) -> Option<&'static str> {
    NAMES.get(&(list.name, folded_word.into())).copied()
}

/// A place on the body.
pub fn position(cell: &Cell) -> Value<WearPosition> {
    use WearPosition as P;
    let Some(text) = words(cell)? else { return Ok(None) };
    let word = folded(&text);
    if let Some(code) = by_name(&P::LIST, &word) {
        return Ok(P::parse(code));
    }
    let found = match &*word {
        "左胸" | "胸前" | "胸部" | "躯干前" | "左胸前" | "chest" => P::Chest,
        "领口" | "锁骨领口" | "铅衣外" | "铅围裙外" | "铅衣外锁骨" | "铅围裙外领口" | "铅衣外领口" | "collar" => {
            P::Collar
        }
        "铅衣内" | "铅围裙内" | "铅衣内躯干" | "underapron" => P::UnderApron,
        "背" | "后背" => P::Back,
        "头部" | "头" | "head" => P::Head,
        "眼" | "眼部" | "眼晶体" | "眼晶状体" | "eye" => P::Eye,
        "手腕" | "腕" | "wrist" => P::Wrist,
        "手指" | "指" | "戒指" | "ring" => P::Ring,
        "踝" | "脚踝" | "踝部" | "ankle" => P::Ankle,
        _ => return Err(Fault::from(&POSITION)),
    };
    Ok(Some(found))
}

/// What a result is worth.
pub fn kind(cell: &Cell) -> Value<ResultFlag> {
    use ResultFlag as F;
    let text = match cell {
        Cell::Text(text) if text.trim_start().starts_with(['<', '＜']) => Some(CompactString::from(&**text)),
        cell => words(cell)?,
    };
    let Some(text) = text else { return Ok(None) };
    let word = folded(&text);
    if let Some(code) = by_name(&F::LIST, &word) {
        return Ok(F::parse(code));
    }
    let found = match &*word {
        "实测" | "实测值" | "正常值" => F::Normal,
        word if is_below(word) => F::BelowMdl,
        "丢失" | "遗失" | "剂量计遗失" => F::Lost,
        "损坏" => F::Damaged,
        "作废" | "结果作废" => F::Rejected,
        "名义剂量" | "名义" | "nominal" | "nominaldose" => return Err(Fault::from(&KIND_NOMINAL)),
        word => match word.strip_prefix("名义剂量").or_else(|| word.strip_prefix("nominal")) {
            Some("a") => F::NominalDirect,
            Some("b") => F::NominalWorkplace,
            Some("c") => F::NominalCoworkers,
            Some("d") => F::NominalPrevious,
            _ => return Err(Fault::from(&KIND)),
        },
    };
    Ok(Some(found))
}

/// An occupational category.
pub fn category(cell: &Cell) -> Value<OccupationalCategory> {
    let Some(text) = words(cell)? else { return Ok(None) };
    let word = folded(&text);
    // `2E 介入放射学` names it twice.
    let code = by_name(&OccupationalCategory::LIST, &word).or_else(|| {
        let (code, name) = word.split_at_checked(2)?;
        let by_code = by_name(&OccupationalCategory::LIST, code)?;
        (by_name(&OccupationalCategory::LIST, name) == Some(by_code)).then_some(by_code)
    });
    code.and_then(OccupationalCategory::parse).map(Some).ok_or_else(|| Fault::from(&CATEGORY))
}

/// Radiation, one or several.
pub fn radiation(cell: &Cell) -> Value<Vec<Radiation>> {
    let Some(text) = words(cell)? else { return Ok(None) };
    let mut found = Vec::new();
    let marks = |c: char| "、，,/+;；|&和 ".contains(c);
    for word in text.split(marks).map(folded).filter(|word| !word.is_empty()) {
        let one = match &*word {
            "x" | "x光" => Radiation::X,
            "γ" | "伽马" | "伽玛" | "gamma" => Radiation::Gamma,
            "β" | "贝塔" | "beta" => Radiation::Beta,
            "中子" | "neutron" => Radiation::Neutron,
            word => by_name(&Radiation::LIST, word).and_then(Radiation::parse).ok_or(&RADIATION)?,
        };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if found.is_empty() { Err(Fault::from(&RADIATION)) } else { Ok(Some(found)) }
}

/// Yes or no.
pub fn truth(cell: &Cell) -> Value<bool> {
    // 无 is an answer here, elsewhere it is what an empty cell says.
    let word = match cell {
        Cell::Text(text) => folded(text),
        cell => words(cell)?.map(|text| folded(&text)).unwrap_or_default(),
    };
    match &*word {
        "是" | "有" | "y" | "yes" | "true" | "1" | "佩戴" | "√" => Ok(Some(true)),
        "否" | "无" | "n" | "no" | "false" | "0" | "未佩戴" => Ok(Some(false)),
        _ => match words(cell)? {
            None => Ok(None),
            Some(_) => Err(Fault::from(&YES_NO)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    fn code<T: std::fmt::Debug>(value: Value<T>) -> (&'static str, Option<String>) {
        value.map_err(|fault| (fault.note.code, fault.suggestion)).expect_err("a fault")
    }

    #[test]
    fn dates_in_every_writing() {
        let day = Some("2024-01-31".parse().expect("a day"));
        let texts = [
            "2024-01-31",
            "2024/1/31",
            "2024.1.31",
            "20240131",
            "2024年1月31日",
            "2024年01月31号",
            "２０２４－０１－３１",
            "2024-01-31 00:00:00",
            "2024-01-31T08:30:00",
            "45322",
            "2024 年 1 月 31 日",
            "２０２４／１／３１",
            "2024.01.31",
        ];
        for text in texts {
            assert_eq!(date(&cell(text)), Ok(day), "{text}");
        }
        for cell in
            [Cell::Number(45_322.0), Cell::Number(20_240_131.0), Cell::Moment(45_322.75), Cell::Number(45_322.5)]
        {
            assert_eq!(date(&cell), Ok(day), "{cell:?}");
        }
        assert_eq!((date(&Cell::Empty), date(&cell("/"))), (Ok(None), Ok(None)));
        for text in
            ["2024-02-30", "2024-13-01", "昨天", "1+1", "2024", "202401", "2024-01-31x", "01/02/2024", "2024-1-31-2"]
        {
            assert_eq!(code(date(&cell(text))), ("cell.date", None), "{text}");
        }
        let meant = Some("2024-01-31".to_owned());
        for text in ["24-1-31", "31/1/2024", "1/31/2024"] {
            assert_eq!(code(date(&cell(text))), ("cell.date", meant.clone()), "{text}");
        }
        assert_eq!(code(date(&cell("=TODAY()"))).0, "cell.formula");
        assert_eq!(code(date(&cell("1900-01-01"))).0, "cell.date_range");
        assert_eq!(code(date(&Cell::Formula)).0, "cell.formula");
    }

    #[test]
    fn doses_are_exact() {
        let exact =
            |text: &str, unit, nsv| assert_eq!(dose(&cell(text), unit), Ok(Some(Reading::Exact(nsv))), "{text}");
        exact("0.29", Unit::Milli, 290_000);
        exact("0.0125", Unit::Milli, 12_500);
        exact("１．５", Unit::Milli, 1_500_000);
        exact("12.5", Unit::Micro, 12_500);
        exact("12.5 μSv", Unit::Milli, 12_500);
        exact("0.02mSv", Unit::Micro, 20_000);
        exact("1e-2", Unit::Milli, 10_000);
        exact("1.20E+1", Unit::Micro, 12_000);
        exact(".5", Unit::Milli, 500_000);
        exact("5.", Unit::Milli, 5_000_000);
        exact("0.000001", Unit::Milli, 1);
        exact("0", Unit::Milli, 0);
        exact("-0", Unit::Milli, 0);
        exact("10000", Unit::Milli, 10_000_000_000);
        for (number, nsv) in
            [(0.29, 290_000), (0.1 + 0.2, 300_000), (1.005, 1_005_000), (4.35, 4_350_000), (0.07, 70_000)]
        {
            assert_eq!(dose(&Cell::Number(number), Unit::Milli), Ok(Some(Reading::Exact(nsv))), "{number}");
        }
        assert_eq!(dose(&Cell::Number(0.1 / 3.0), Unit::Milli), Ok(Some(Reading::Rounded(33_300))));
        assert_eq!(dose(&cell("0.01234951"), Unit::Milli), Ok(Some(Reading::Rounded(12_300))));
        assert_eq!(dose(&cell("0.0123500001"), Unit::Milli), Ok(Some(Reading::Rounded(12_400))));
        assert_eq!(dose(&cell("1e-40"), Unit::Milli), Ok(Some(Reading::Rounded(0))));
    }

    #[test]
    fn doses_below_the_level_and_no_doses() {
        for text in ["<MDL", "＜MDL", "< mdl", "低于探测水平", "MDL", "未检出", "<LLD", "小于MDL", "低于最低可探测水平"]
        {
            assert_eq!(dose(&cell(text), Unit::Milli), Ok(Some(Reading::Below(None))), "{text}");
        }
        for text in ["<0.02", "＜０．０２", "< 0.020 mSv", "<20μSv"] {
            assert_eq!(dose(&cell(text), Unit::Milli), Ok(Some(Reading::Below(Some(20_000)))), "{text}");
        }
        for text in ["", "-", "—", "/", "无"] {
            assert_eq!(dose(&cell(text), Unit::Milli), Ok(None), "{text}");
        }
        for (text, expected) in [
            ("=1+1", "cell.formula"),
            ("0,12", "cell.dose"),
            ("1,234.5", "cell.dose"),
            ("1+1", "cell.dose"),
            (".", "cell.dose"),
            ("abc", "cell.dose"),
            ("0.1.2", "cell.dose"),
            ("-0.1", "cell.dose_negative"),
            ("10000.1", "cell.dose_range"),
            ("1e40", "cell.dose_range"),
            ("0.1Sv", "cell.dose"),
            ("<", "cell.dose"),
            (">1", "cell.dose"),
            ("NaN", "cell.dose"),
            ("inf", "cell.dose"),
            ("1e", "cell.dose"),
        ] {
            assert_eq!(code(dose(&cell(text), Unit::Milli)).0, expected, "{text}");
        }
        assert_eq!(code(dose(&Cell::Moment(45_322.0), Unit::Milli)).0, "cell.dose");
    }

    #[test]
    fn kinds_and_positions_by_name_and_by_code() {
        for flag in ResultFlag::ALL {
            assert_eq!(kind(&cell(flag.as_str())), Ok(Some(*flag)));
        }
        for position_ in WearPosition::ALL {
            assert_eq!(position(&cell(position_.as_str())), Ok(Some(*position_)));
        }
        for (text, flag) in [
            ("实测", ResultFlag::Normal),
            ("低于探测水平", ResultFlag::BelowMdl),
            ("＜MDL", ResultFlag::BelowMdl),
            ("丢失", ResultFlag::Lost),
            ("名义剂量（C）", ResultFlag::NominalCoworkers),
            ("名义剂量：上年剂量折算", ResultFlag::NominalPrevious),
            ("nominal_a", ResultFlag::NominalDirect),
        ] {
            assert_eq!(kind(&cell(text)), Ok(Some(flag)), "{text}");
        }
        assert_eq!(code(kind(&cell("名义剂量"))).0, "cell.kind_nominal");
        assert_eq!(code(kind(&cell("估计"))).0, "cell.kind");
        for (text, place) in [
            ("左胸", WearPosition::Chest),
            ("铅围裙外锁骨领口", WearPosition::Collar),
            ("躯干前(左胸)", WearPosition::Chest),
            ("ｃｏ", WearPosition::Collar),
            ("眼旁", WearPosition::Eye),
            ("指环", WearPosition::Ring),
        ] {
            assert_eq!(position(&cell(text)), Ok(Some(place)), "{text}");
        }
        assert_eq!(code(position(&cell("口袋"))).0, "cell.position");
    }

    #[test]
    fn numbers_of_people_and_things() {
        assert_eq!(text(&Cell::Number(20_240_017.0), 40), Ok(Some("20240017".into())));
        assert_eq!(text(&cell(" Ｗ０１７ "), 40), Ok(Some("W017".into())));
        assert_eq!(text(&cell("示例剂量（2026）001"), 60), Ok(Some("示例剂量（2026）001".into())));
        assert_eq!(code(text(&Cell::Number(511_502_199_001_010_019.0), 40)).0, "cell.digits_lost");
        assert_eq!(code(text(&cell("=\"007\""), 40)), ("cell.formula", Some("007".into())));
        assert_eq!(code(text(&cell("长".repeat(41).as_str()), 40)).0, "cell.too_long");
        assert_eq!(id_tail(&Cell::Number(17.0)), Ok(Some("0017".into())));
        assert_eq!(id_tail(&cell("001x")), Ok(Some("001X".into())));
        for text in ["511502199001010019", "12X", "一二三四", "12a4"] {
            assert_eq!(code(id_tail(&cell(text))).0, "cell.id_tail", "{text}");
        }
        assert_eq!(credit_code(&cell("12511500451600013c")).is_ok(), credit_code_ok("12511500451600013C"));
        assert_eq!(code(credit_code(&cell("12511500451600013"))).0, "cell.credit_code");
    }

    #[test]
    fn categories_radiation_and_yes_or_no() {
        use OccupationalCategory as C;
        for text in ["2E", "介入放射学", "2e 介入放射学", "interventional radiology"] {
            assert_eq!(category(&cell(text)), Ok(Some(C::InterventionalRadiology)), "{text}");
        }
        assert_eq!(code(category(&cell("2E 核医学"))).0, "cell.category");
        assert_eq!(radiation(&cell("X、γ")), Ok(Some(vec![Radiation::X, Radiation::Gamma])));
        assert_eq!(radiation(&cell("X射线/中子")), Ok(Some(vec![Radiation::X, Radiation::Neutron])));
        assert_eq!(code(radiation(&cell("α"))).0, "cell.radiation");
        assert_eq!(
            (truth(&cell("是")), truth(&cell("无")), truth(&Cell::Truth(false)), truth(&cell("/"))),
            (Ok(Some(true)), Ok(Some(false)), Ok(Some(false)), Ok(None))
        );
        assert_eq!(code(truth(&cell("也许"))).0, "cell.yes_no");
    }
}

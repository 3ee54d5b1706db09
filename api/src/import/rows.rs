//! One row to one result, with all its errors at once; and rows among each other.

use std::collections::{BTreeSet, HashMap};

use domain::dose::{self, CONFIRM_ABOVE_NSV};
use domain::dose_codes::{Radiation, ResultFlag, WearPosition};
use domain::person_codes::OccupationalCategory;
use domain::reference_codes::ParameterName;
use signing::bytes::Date;

use super::columns::{DOSES, Header};
use super::table::{Cell, Row, Table};
use super::values::{self, Note, Reading, Value};
use super::{Column, DoseRow, Problem, ROWS_MAX, Severity, Unreadable};

/// Longest period that a dosimeter is worn, as the ledger takes it.
const PERIOD_DAYS_MAX: i64 = 370;
/// Lengths of text, as the ledger takes them.
const NUMBER_MAX: usize = 40;
const REPORT_NO_MAX: usize = 60;
const NAME_MAX: usize = 50;
/// A reading of three months that is usual, some tenths of a millisievert a year: a column whose median is a hundred
/// times that was probably written in microsieverts.
const USUAL_QUARTER_NSV: i64 = 100_000;
const MIX_UP_FACTOR: i64 = 100;
/// Smaller values of three months are left alone when units are doubted.
const MIX_UP_FROM_NSV: i64 = 5_000_000;
/// The dose outside an apron stands for a tenth of it in the body.
const COLLAR_DIVISOR: i64 = 10;

macro_rules! notes {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        $(const $name: Note = Note { code: $code, zh: $zh, en: $en };)+
    };
}

notes! {
    ROUNDED = "dose.rounded", "小数位过多，按 0.0001 mSv 取舍", "Finer than can be recorded: rounded to 0.0001 mSv.";
    CONFIRM = "dose.confirm", "超过500 mSv：须先电话核实，不能批量导入", "Above 500 mSv: confirm by telephone and report it alone.";
    INVESTIGATION = "dose.investigation", "达到调查水平（每年5 mSv，按月数折算），请核对", "At or above the investigation level (5 mSv a year, by months): please check.";
    UNIT = "dose.unit", "全列数值约为常见值的百倍以上，单位可能是 μSv 而不是 mSv",
        "The values of this column are a hundred times what is usual: they may be microsieverts.";
    BELOW_MDL = "dose.below_mdl", "实测值低于最低探测水平，结果类型应为低于探测水平", "A value below the minimum detectable level is marked so.";
    HALF = "dose.half", "低于最低探测水平，将记为其一半", "Below the minimum detectable level: half of it is recorded.";
    NOT_BELOW = "dose.not_below", "标为低于探测水平，数值却高于最低探测水平", "Marked as below the detectable level, and the value is above it.";
    NO_VALUE = "dose.not_measured", "结果类型须有数值，此处却写低于探测水平", "This kind of result has a value, and the cell says below the detectable level.";
    MDL_DIFFERS = "dose.mdl_differs", "“<”后的数值与最低探测水平不同", "The number after \"<\" is not the minimum detectable level.";
    MDL_ZERO = "dose.mdl_zero", "最低探测水平应大于零", "The minimum detectable level is more than zero.";
    MIXED = "dose.mixed", "一行内不能既有实测值又有低于探测水平的量，请将后者留空", "One row has values on both sides of the detectable level: leave empty what is below.";
    VALUE_MISSING = "dose.missing", "没有任何剂量值，也未说明丢失、损坏或作废", "There is no dose, and nothing says lost, damaged or rejected.";
    VALUE_WITHOUT = "dose.without_value", "丢失、损坏、作废的结果不填剂量", "A result that was lost, damaged or rejected has no dose.";
    PERIOD_ORDER = "row.period", "佩戴终止日早于起始日", "The last day worn is before the first.";
    PERIOD_LONG = "row.period_long", "佩戴超过370天", "Worn for more than 370 days.";
    SIGNED_EARLY = "row.signed_early", "签发日期早于佩戴终止日", "The report was signed before the last day worn.";
    DUPLICATE = "row.duplicate", "与前面的行重复", "The same as a row before";
    OVERLAP = "row.overlap", "同一人员同一部位的佩戴周期与前面的行重叠", "The same worker and place, over some of the same days as a row before";
    REPORT_SIGNED = "report.signed_on", "同一报告编号的签发日期与前面的行不同", "Another day of signing than on a row before of the same report";
    REPORT_INSTITUTION = "report.institution", "同一报告编号的单位与前面的行不同", "Another institution than on a row before of the same report";
}

/// A row as far as it could be read.
#[derive(Default)]
struct Draft {
    row: u32,
    institution: Option<String>,
    report_no: Option<String>,
    signed_on: Option<Date>,
    worker_no: Option<String>,
    name: Option<String>,
    id_tail: Option<String>,
    dosimeter_no: Option<String>,
    position: Option<WearPosition>,
    wear_from: Option<Date>,
    wear_to: Option<Date>,
    doses: [Option<i64>; 3],
    mdl_nsv: Option<i64>,
    flag: Option<ResultFlag>,
    category: Option<OccupationalCategory>,
    radiation: Option<Vec<Radiation>>,
    thyroid_shield: Option<bool>,
}

impl Draft {
    /// The whole row; none when something needed could not be read.
    fn finished(self) -> Option<DoseRow> {
        let [hp10_nsv, hp3_nsv, hp007_nsv] = self.doses;
        Some(DoseRow {
            row: self.row,
            institution: self.institution,
            report_no: self.report_no?,
            signed_on: self.signed_on?,
            worker_no: self.worker_no?,
            name: self.name,
            id_tail: self.id_tail,
            dosimeter_no: self.dosimeter_no?,
            position: self.position?,
            wear_from: self.wear_from?,
            wear_to: self.wear_to?,
            hp10_nsv,
            hp3_nsv,
            hp007_nsv,
            mdl_nsv: self.mdl_nsv?,
            flag: self.flag?,
            category: self.category,
            radiation: self.radiation,
            thyroid_shield: self.thyroid_shield,
        })
    }

    /// First and last day, in order.
    fn period(&self) -> Option<(Date, Date)> {
        Some((self.wear_from?, self.wear_to?)).filter(|(from, to)| from <= to)
    }

    /// Months that the period stands for.
    fn months(&self) -> Option<i64> {
        let (from, to) = self.period()?;
        Some(((dose::days(from, to) * 12 + 182) / 365).clamp(1, 12))
    }
}

/// Rows without an error, problems by row and column, and the number of rows.
pub fn read(table: &Table, header: &Header) -> Result<(Vec<DoseRow>, Vec<Problem>, usize), Unreadable> {
    let below = table.rows.partition_point(|row| row.number <= header.row);
    let data = &table.rows[below..];
    if data.len() > ROWS_MAX {
        return Err(Unreadable::too_many_rows());
    }
    let mut notes = Notes { header, problems: Vec::new() };
    let drafts: Vec<Draft> = data.iter().map(|row| notes.draft(row)).collect();
    notes.levels(data, &drafts);
    notes.duplicates(data, &drafts);
    notes.reports(data, &drafts);
    let mut problems = notes.problems;
    problems.sort_by_key(|problem| (problem.row, problem.column, problem.severity, problem.code));
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let bad: BTreeSet<u32> = problems.iter().filter(is_error).map(|problem| problem.row).collect();
    let rows = drafts.into_iter().filter(|draft| !bad.contains(&draft.row)).filter_map(Draft::finished).collect();
    Ok((rows, problems, data.len()))
}

/// A cell that could not be read; its problem is noted.
struct Noted;

/// Where problems are noted.
struct Notes<'h> {
    header: &'h Header,
    problems: Vec<Problem>,
}

impl Notes<'_> {
    fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r Cell {
        self.header.place(column).map_or(&Cell::Empty, |place| row.cell(place))
    }

    fn note(&mut self, row: &Row, column: Column, severity: Severity, note: &Note, suggestion: Option<String>) {
        let cell = self.cell(row, column);
        let mut original = cell.shown();
        if column == Column::IdTail {
            // Whoever filled in the whole number does not read it back.
            let longer = original.chars().count().saturating_sub(4);
            if longer > 0 {
                original = format!("…{}", original.chars().skip(longer).collect::<String>());
            }
        }
        let (zh, en) = (note.zh.to_owned(), note.en.to_owned());
        self.problems.push(Problem {
            row: row.number,
            column: Some(column),
            original,
            code: note.code,
            severity,
            zh,
            en,
            suggestion,
        });
    }

    fn error(&mut self, row: &Row, column: Column, note: &Note) {
        self.note(row, column, Severity::Error, note, None);
    }

    /// An error that another row is part of.
    fn error_with(&mut self, row: &Row, column: Option<Column>, note: &Note, other: u32) {
        self.error(row, column.unwrap_or(Column::WorkerNo), note);
        if let Some(problem) = self.problems.last_mut() {
            problem.zh = format!("{}（第 {other} 行）", note.zh);
            problem.en = format!("{} (row {other}).", note.en);
            if column.is_none() {
                (problem.column, problem.original) = (None, String::new());
            }
        }
    }

    /// What a cell says, if anything.
    fn take<T>(&mut self, row: &Row, column: Column, read: impl FnOnce(&Cell) -> Value<T>) -> Result<Option<T>, Noted> {
        read(self.cell(row, column)).map_err(|fault| {
            self.note(row, column, Severity::Error, fault.note, fault.suggestion);
            Noted
        })
    }

    /// What a cell says that may be empty.
    fn may<T>(&mut self, row: &Row, column: Column, read: impl FnOnce(&Cell) -> Value<T>) -> Option<T> {
        self.take(row, column, read).ok().flatten()
    }

    /// What a cell says that must say something.
    fn must<T>(&mut self, row: &Row, column: Column, read: impl FnOnce(&Cell) -> Value<T>) -> Option<T> {
        let value = self.take(row, column, read);
        if let Ok(None) = value {
            self.error(row, column, &values::MISSING);
        }
        value.ok().flatten()
    }

    fn draft(&mut self, row: &Row) -> Draft {
        let number = |cell: &Cell| values::text(cell, NUMBER_MAX);
        let mut draft = Draft {
            row: row.number,
            institution: self.may(row, Column::Institution, values::credit_code),
            report_no: self.must(row, Column::ReportNo, |cell| values::text(cell, REPORT_NO_MAX)),
            signed_on: self.must(row, Column::SignedOn, values::date),
            worker_no: self.must(row, Column::WorkerNo, number),
            name: self.may(row, Column::Name, |cell| values::text(cell, NAME_MAX)),
            id_tail: self.may(row, Column::IdTail, values::id_tail),
            dosimeter_no: self.must(row, Column::DosimeterNo, number),
            position: self.must(row, Column::Position, values::position),
            wear_from: self.must(row, Column::WearFrom, values::date),
            wear_to: self.must(row, Column::WearTo, values::date),
            category: self.may(row, Column::Category, values::category),
            radiation: self.may(row, Column::Radiation, values::radiation),
            thyroid_shield: self.may(row, Column::ThyroidShield, values::truth),
            ..Draft::default()
        };
        if let (Some(from), Some(to)) = (draft.wear_from, draft.wear_to) {
            match dose::days(from, to) {
                ..1 => self.error(row, Column::WearTo, &PERIOD_ORDER),
                days if days > PERIOD_DAYS_MAX => self.error(row, Column::WearTo, &PERIOD_LONG),
                _ => {}
            }
        }
        if let (Some(to), Some(signed)) = (draft.wear_to, draft.signed_on)
            && signed < to
        {
            self.error(row, Column::SignedOn, &SIGNED_EARLY);
        }
        self.result(row, &mut draft);
        draft
    }

    /// What was measured: the doses, the level of detection and the kind, which must agree as the ledger asks.
    fn result(&mut self, row: &Row, draft: &mut Draft) {
        let kind = self.take(row, Column::Kind, values::kind);
        let [hp10, hp3, hp007] = DOSES.map(|column| self.dose(row, column));
        let mdl = self.dose(row, Column::Mdl);
        let (Ok(kind), Ok(hp10), Ok(hp3), Ok(hp007), Ok(mdl)) = (kind, hp10, hp3, hp007, mdl) else { return };
        let readings = [hp10, hp3, hp007];
        let Some(mdl) = self.level(row, mdl, readings) else { return };
        let given = readings.iter().flatten();
        let (below, above) = given.fold((0, 0), |(below, above), reading| match reading {
            Reading::Below(_) => (below + 1, above),
            Reading::Exact(nsv) | Reading::Rounded(nsv) if *nsv < mdl => (below + 1, above),
            Reading::Exact(_) | Reading::Rounded(_) => (below, above + 1),
        });
        let first = DOSES.into_iter().find(|column| self.header.place(*column).is_some()).unwrap_or(Column::Hp10);
        let flag = match (kind, below, above) {
            (Some(kind), ..) => kind,
            (None, 0, 0) => return self.error(row, first, &VALUE_MISSING),
            (None, 0, _) => ResultFlag::Normal,
            (None, _, 0) => ResultFlag::BelowMdl,
            (None, ..) => {
                let low = (0..3).find(|at| readings[*at].is_some_and(|reading| is_below(reading, mdl)));
                return self.error(row, DOSES[low.unwrap_or(0)], &MIXED);
            }
        };
        (draft.mdl_nsv, draft.flag) = (Some(mdl), Some(flag));
        for (at, column) in DOSES.into_iter().enumerate() {
            if let Some(reading) = readings[at] {
                draft.doses[at] = self.judged(row, column, reading, flag, mdl);
            }
        }
        if below + above > 0 || flag.is_without_value() {
            return;
        }
        match (flag, draft.position) {
            // That nothing was detected needs no number.
            (ResultFlag::BelowMdl, Some(position)) => draft.doses[quantity(position)] = Some(dose::below_mdl(mdl)),
            (ResultFlag::BelowMdl, None) => {}
            _ => self.error(row, first, &VALUE_MISSING),
        }
    }

    fn dose(&mut self, row: &Row, column: Column) -> Result<Option<Reading>, Noted> {
        let unit = self.header.unit(column);
        let reading = self.take(row, column, |cell| values::dose(cell, unit))?;
        if let Some(Reading::Rounded(nsv)) = reading {
            self.note(row, column, Severity::Warning, &ROUNDED, Some(unit.written(nsv)));
        }
        Ok(reading)
    }

    /// The level of detection: its own cell, or what stands after `<` where that is empty.
    fn level(&mut self, row: &Row, cell: Option<Reading>, readings: [Option<Reading>; 3]) -> Option<i64> {
        let named = readings.into_iter().flatten().find_map(|reading| match reading {
            Reading::Below(named) => named,
            _ => None,
        });
        let level = match cell {
            Some(Reading::Exact(nsv) | Reading::Rounded(nsv) | Reading::Below(Some(nsv))) => Some(nsv),
            Some(Reading::Below(None)) | None => named,
        };
        match level {
            None => self.error(row, Column::Mdl, &values::MISSING),
            Some(0) => self.error(row, Column::Mdl, &MDL_ZERO),
            Some(_) => {}
        }
        level.filter(|level| *level > 0)
    }

    /// What is recorded of one reading, if it agrees with the kind of the result.
    fn judged(&mut self, row: &Row, column: Column, reading: Reading, flag: ResultFlag, mdl: i64) -> Option<i64> {
        let unit = self.header.unit(column);
        let half = dose::below_mdl(mdl);
        if flag.is_without_value() {
            self.error(row, column, &VALUE_WITHOUT);
            return None;
        }
        match (flag, reading) {
            (_, Reading::Below(Some(named))) if named != mdl => {
                self.note(row, column, Severity::Error, &MDL_DIFFERS, Some(format!("<{}", unit.written(mdl))));
                None
            }
            (ResultFlag::BelowMdl, Reading::Below(_)) => Some(half),
            (ResultFlag::BelowMdl, Reading::Exact(nsv)) if nsv == half => Some(half),
            (ResultFlag::BelowMdl, Reading::Exact(nsv) | Reading::Rounded(nsv)) if nsv <= mdl => {
                self.note(row, column, Severity::Warning, &HALF, Some(unit.written(half)));
                Some(half)
            }
            (ResultFlag::BelowMdl, _) => {
                self.error(row, column, &NOT_BELOW);
                None
            }
            (_, Reading::Below(_)) => {
                self.error(row, column, &NO_VALUE);
                None
            }
            (flag, Reading::Exact(nsv) | Reading::Rounded(nsv)) if nsv < mdl && !flag.is_nominal() => {
                self.note(row, column, Severity::Error, &BELOW_MDL, Some(format!("<{}", unit.written(mdl))));
                None
            }
            (_, Reading::Exact(nsv) | Reading::Rounded(nsv)) => {
                if nsv > CONFIRM_ABOVE_NSV {
                    self.error(row, column, &CONFIRM);
                }
                Some(nsv)
            }
        }
    }

    /// Values that may be in another unit, and values above the investigation level.
    fn levels(&mut self, data: &[Row], drafts: &[Draft]) {
        let investigation = ParameterName::InvestigationLevel.bounds().default;
        let of_quarter = |draft: &Draft, at: usize| {
            let measured = draft.flag == Some(ResultFlag::Normal);
            Some(draft.doses[at].filter(|_| measured)? * 3 / draft.months()?)
        };
        for (at, column) in DOSES.into_iter().enumerate() {
            let mut quarters: Vec<i64> = drafts.iter().filter_map(|draft| of_quarter(draft, at)).collect();
            quarters.sort_unstable();
            let median = quarters.get(quarters.len() / 2).copied().unwrap_or(0);
            let doubtful = median >= USUAL_QUARTER_NSV * MIX_UP_FACTOR;
            for (row, draft) in data.iter().zip(drafts) {
                if doubtful && of_quarter(draft, at).is_some_and(|nsv| nsv >= MIX_UP_FROM_NSV) {
                    let unit = self.header.unit(column);
                    let meant = draft.doses[at].map(|nsv| unit.written(nsv / 1_000));
                    self.note(row, column, Severity::Warning, &UNIT, meant);
                    continue;
                }
                let Some((nsv, months)) = draft.doses[at].zip(draft.months()).filter(|_| column == Column::Hp10) else {
                    continue;
                };
                let of_body = draft.position.is_some_and(WearPosition::is_of_the_body);
                let divisor = if draft.position == Some(WearPosition::Collar) { COLLAR_DIVISOR } else { 1 };
                if of_body && nsv * 12 >= investigation * months * divisor {
                    self.note(row, column, Severity::Warning, &INVESTIGATION, None);
                }
            }
        }
    }

    /// One worker has one result for one place on one day; what was rejected leaves the days free.
    fn duplicates(&mut self, data: &[Row], drafts: &[Draft]) {
        let mut worn: HashMap<(Option<&str>, &str, WearPosition), Vec<usize>> = HashMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            if let (Some(worker), Some(position), Some(_)) = (&draft.worker_no, draft.position, draft.period()) {
                worn.entry((draft.institution.as_deref(), worker, position)).or_default().push(at);
            }
        }
        for mut rows in worn.into_values().filter(|rows| rows.len() > 1) {
            rows.sort_by_key(|at| (drafts[*at].wear_from, *at));
            // By first days: a row meets one before it just when it meets the one of those that ends last.
            let mut last: Option<usize> = None;
            for at in rows {
                let rejected = drafts[at].flag == Some(ResultFlag::Rejected);
                if let Some(before) = last
                    && drafts[at].wear_from <= drafts[before].wear_to
                {
                    let (first, second) = (before.min(at), before.max(at));
                    let (one, other) = (&drafts[first], &drafts[second]);
                    let same = (&one.report_no, &one.dosimeter_no, one.period())
                        == (&other.report_no, &other.dosimeter_no, other.period());
                    let note = if same { &DUPLICATE } else { &OVERLAP };
                    let column = (!same).then_some(Column::WearFrom);
                    self.error_with(&data[second], column, note, drafts[first].row);
                }
                if !rejected && last.is_none_or(|before| drafts[before].wear_to < drafts[at].wear_to) {
                    last = Some(at);
                }
            }
        }
    }

    /// A report was signed on one day and is for one institution.
    fn reports(&mut self, data: &[Row], drafts: &[Draft]) {
        let mut signed: HashMap<&str, (Date, u32)> = HashMap::new();
        let mut institutions: HashMap<&str, (&str, u32)> = HashMap::new();
        for (row, draft) in data.iter().zip(drafts) {
            let Some(report) = draft.report_no.as_deref() else { continue };
            if let Some(day) = draft.signed_on {
                let (first, other) = *signed.entry(report).or_insert((day, draft.row));
                if first != day {
                    self.error_with(row, Some(Column::SignedOn), &REPORT_SIGNED, other);
                    if let Some(problem) = self.problems.last_mut() {
                        problem.suggestion = Some(first.to_string());
                    }
                }
            }
            if let Some(institution) = draft.institution.as_deref() {
                let (first, other) = *institutions.entry(report).or_insert((institution, draft.row));
                if first != institution {
                    self.error_with(row, Some(Column::Institution), &REPORT_INSTITUTION, other);
                }
            }
        }
    }
}

fn is_below(reading: Reading, mdl: i64) -> bool {
    match reading {
        Reading::Below(_) => true,
        Reading::Exact(nsv) | Reading::Rounded(nsv) => nsv < mdl,
    }
}

/// Index of the quantity that a dosimeter in some place measures.
fn quantity(position: WearPosition) -> usize {
    match position {
        WearPosition::Head | WearPosition::Eye => 1,
        WearPosition::Wrist | WearPosition::Ring | WearPosition::Ankle => 2,
        WearPosition::Chest | WearPosition::Collar | WearPosition::UnderApron | WearPosition::Back => 0,
    }
}

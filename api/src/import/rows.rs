//! One row to one result, with all its errors at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use domain::dose::{self, CONFIRM_ABOVE_NSV};
use domain::dose_codes::{Radiation, ResultFlag, WearPosition};
use domain::person_codes::OccupationalCategory;
use signing::bytes::Date;

use super::columns::{DOSES, Header};
use super::problems::{
    BELOW_MDL, CONFIRM, HALF, MDL_DIFFERS, MDL_ZERO, MISSING, MIXED, NO_VALUE, NOT_BELOW, Note, PERIOD_LONG,
    PERIOD_ORDER, ROUNDED, SIGNED_EARLY, VALUE_MISSING, VALUE_WITHOUT,
};
use super::table::{Cell, Row, Table};
use super::values::{self, Reading, Value};
use super::{Column, DoseRow, Problem, ROWS_MAX, Severity, Unreadable};

/// Longest period that a dosimeter is worn, as the ledger takes it.
const PERIOD_DAYS_MAX: i64 = 370;
/// Lengths of text, as the ledger takes them.
const NUMBER_MAX: usize = 40;
const REPORT_NO_MAX: usize = 60;
const NAME_MAX: usize = 50;
/// A row as far as it could be read.
#[derive(Default)]
pub struct Draft {
    pub row: u32,
    pub institution: Option<Arc<str>>,
    pub report_no: Option<Arc<str>>,
    pub signed_on: Option<Date>,
    pub worker_no: Option<Arc<str>>,
    pub name: Option<Arc<str>>,
    pub id_tail: Option<Arc<str>>,
    pub dosimeter_no: Option<Box<str>>,
    pub position: Option<WearPosition>,
    pub wear_from: Option<Date>,
    pub wear_to: Option<Date>,
    pub doses: [Option<i64>; 3],
    pub mdl_nsv: Option<i64>,
    pub flag: Option<ResultFlag>,
    pub category: Option<OccupationalCategory>,
    pub radiation: Option<Box<[Radiation]>>,
    pub thyroid_shield: Option<bool>,
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
    pub fn period(&self) -> Option<(Date, Date)> {
        Some((self.wear_from?, self.wear_to?)).filter(|(from, to)| from <= to)
    }

    /// Months that the period stands for.
    pub fn months(&self) -> Option<i64> {
        let (from, to) = self.period()?;
        Some(dose::months(from, to))
    }
}

/// What a table says.
pub struct Read {
    /// Rows without an error.
    pub rows: Vec<DoseRow>,
    /// Problems by row and column.
    pub problems: Vec<Problem>,
    /// Number of rows.
    pub read: usize,
    /// Columns in use.
    pub width: usize,
}

/// Reads a table.
pub fn read(table: &mut Table<'_>, header: &Header) -> Result<Read, Unreadable> {
    let mut notes = Notes { header, problems: Vec::new(), unseen: HashMap::new(), said: HashSet::new() };
    let (mut drafts, mut width) = (Vec::new(), 0);
    table.each(|row| {
        width = width.max(row.cells.len());
        if row.number > header.row {
            drafts.push(notes.draft(&row));
        }
        // One more than is taken is seen.
        if drafts.len() > ROWS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if drafts.len() > ROWS_MAX {
        return Err(Unreadable::too_many_rows());
    }
    let read = drafts.len();
    notes.levels(&drafts);
    notes.duplicates(&drafts);
    notes.reports(&drafts);
    notes.look_again(table)?;
    let mut problems = notes.problems;
    problems.sort_by_key(|problem| (problem.row, problem.column, problem.severity, problem.code));
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let bad: BTreeSet<u32> = problems.iter().filter(is_error).map(|problem| problem.row).collect();
    let sound = drafts.into_iter().filter(|draft| !bad.contains(&draft.row)).filter_map(Draft::finished);
    Ok(Read { rows: sound.collect(), problems, read, width })
}

/// A cell that could not be read; its problem is noted.
struct Noted;

/// Where problems are noted.
pub struct Notes<'h> {
    pub header: &'h Header,
    pub problems: Vec<Problem>,
    /// Problems of rows among each other, by row: what stands in their cells is gone by then.
    unseen: HashMap<u32, Vec<usize>>,
    /// Words that many rows say.
    said: HashSet<Arc<str>>,
}

impl Notes<'_> {
    fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r Cell {
        self.header.place(column).map_or(&Cell::Empty, |place| row.cell(place))
    }

    fn note(&mut self, row: &Row, column: Column, note: &Note, suggestion: Option<String>) {
        let original = self.original(row, column);
        self.problems.push(Problem { original, ..Problem::of(row.number, column, note, suggestion) });
    }

    fn original(&self, row: &Row, column: Column) -> String {
        let original = self.cell(row, column).shown();
        // Whoever filled in the whole number does not read it back.
        let longer = if column == Column::IdTail { original.chars().count().saturating_sub(4) } else { 0 };
        if longer == 0 { original } else { format!("…{}", original.chars().skip(longer).collect::<String>()) }
    }

    /// A problem of a row that was read before.
    pub fn note_later(&mut self, row: u32, column: Column, note: &Note, suggestion: Option<String>) {
        self.unseen.entry(row).or_default().push(self.problems.len());
        self.problems.push(Problem::of(row, column, note, suggestion));
    }

    /// An error of a row that was read before, which another row is part of.
    pub fn error_with(&mut self, row: u32, column: Option<Column>, note: &Note, other: u32) {
        match column {
            Some(column) => self.note_later(row, column, note, None),
            None => self.problems.push(Problem { column: None, ..Problem::of(row, Column::WorkerNo, note, None) }),
        }
        if let Some(problem) = self.problems.last_mut() {
            problem.zh = format!("{}（第 {other} 行）", note.zh);
            problem.en = format!("{} (row {other}).", note.en);
        }
    }

    /// Fills in what stands in the cells of such rows.
    fn look_again(&mut self, table: &mut Table<'_>) -> Result<(), Unreadable> {
        let mut unseen = std::mem::take(&mut self.unseen);
        if unseen.is_empty() {
            return Ok(());
        }
        table.each(|row| {
            for at in unseen.remove(&row.number).into_iter().flatten() {
                if let Some(column) = self.problems[at].column {
                    self.problems[at].original = self.original(&row, column);
                }
            }
            if unseen.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// A word, once for all rows that say it.
    fn shared(&mut self, word: Option<String>) -> Option<Arc<str>> {
        let word = word?;
        if let Some(known) = self.said.get(word.as_str()) {
            return Some(Arc::clone(known));
        }
        let new: Arc<str> = word.into();
        self.said.insert(Arc::clone(&new));
        Some(new)
    }

    fn error(&mut self, row: &Row, column: Column, note: &Note) {
        self.note(row, column, note, None);
    }

    /// What a cell says, if anything.
    fn take<T>(&mut self, row: &Row, column: Column, read: impl FnOnce(&Cell) -> Value<T>) -> Result<Option<T>, Noted> {
        read(self.cell(row, column)).map_err(|fault| {
            self.note(row, column, fault.note, fault.suggestion);
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
            self.error(row, column, &MISSING);
        }
        value.ok().flatten()
    }

    fn draft(&mut self, row: &Row) -> Draft {
        let number = |cell: &Cell| values::text(cell, NUMBER_MAX);
        let institution = self.may(row, Column::Institution, values::credit_code);
        let report_no = self.must(row, Column::ReportNo, |cell| values::text(cell, REPORT_NO_MAX));
        let signed_on = self.must(row, Column::SignedOn, values::date);
        let worker_no = self.must(row, Column::WorkerNo, number);
        let name = self.may(row, Column::Name, |cell| values::text(cell, NAME_MAX));
        let id_tail = self.may(row, Column::IdTail, values::id_tail);
        let mut draft = Draft {
            row: row.number,
            institution: self.shared(institution),
            report_no: self.shared(report_no),
            signed_on,
            worker_no: self.shared(worker_no),
            name: self.shared(name),
            id_tail: self.shared(id_tail),
            dosimeter_no: self.must(row, Column::DosimeterNo, number).map(Into::into),
            position: self.must(row, Column::Position, values::position),
            wear_from: self.must(row, Column::WearFrom, values::date),
            wear_to: self.must(row, Column::WearTo, values::date),
            category: self.may(row, Column::Category, values::category),
            radiation: self.may(row, Column::Radiation, values::radiation).map(Into::into),
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
            self.note(row, column, &ROUNDED, Some(unit.written(nsv)));
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
            None => self.error(row, Column::Mdl, &MISSING),
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
                self.note(row, column, &MDL_DIFFERS, Some(format!("<{}", unit.written(mdl))));
                None
            }
            (ResultFlag::BelowMdl, Reading::Below(_)) => Some(half),
            (ResultFlag::BelowMdl, Reading::Exact(nsv)) if nsv == half => Some(half),
            (ResultFlag::BelowMdl, Reading::Exact(nsv) | Reading::Rounded(nsv)) if nsv <= mdl => {
                self.note(row, column, &HALF, Some(unit.written(half)));
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
                self.note(row, column, &BELOW_MDL, Some(format!("<{}", unit.written(mdl))));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Sheet, read_doses};

    const HEADER: &str = "工作人员编号,姓名,身份证后四位,剂量计编号,佩戴部位,周期起,周期止,Hp(10),Hp(3),Hp(0.07),最低探测水平,结果类型,报告编号,签发日期,统一社会信用代码";
    const GOOD: &str = "W001,演示人员,0018,T1,左胸,2026-01-01,2026-03-31,0.12,,,0.02,实测,R1,2026-04-20,";

    fn sheet(rows: &[String]) -> Sheet<'static> {
        let bytes = format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes();
        read_doses(bytes.leak(), &[]).expect("readable")
    }

    /// A good row of some worker with cells replaced.
    fn row(worker: u32, changes: &[(usize, &str)]) -> String {
        let mut cells: Vec<String> = GOOD.split(',').map(str::to_owned).collect();
        cells[0] = format!("W{worker:03}");
        changes.iter().for_each(|(at, text)| cells[*at] = (*text).to_owned());
        cells.join(",")
    }

    fn told(sheet: &Sheet<'_>) -> Vec<(u32, Option<Column>, &'static str, bool)> {
        let one = |problem: &Problem| (problem.row, problem.column, problem.code, problem.severity == Severity::Error);
        sheet.problems.iter().map(one).collect()
    }

    /// The problems of one row alone, and what it is read as.
    fn alone(changes: &[(usize, &str)]) -> (Vec<&'static str>, Option<DoseRow>) {
        let mut sheet = sheet(&[row(1, changes)]);
        (sheet.problems.iter().map(|problem| problem.code).collect(), sheet.rows.pop())
    }

    #[test]
    fn a_sound_row() {
        let (problems, read) = alone(&[]);
        assert!(problems.is_empty(), "{problems:?}");
        let read = read.expect("a row");
        assert_eq!((read.row, &*read.report_no, &*read.worker_no, &*read.dosimeter_no), (2, "R1", "W001", "T1"));
        assert_eq!(
            (read.name.as_deref(), read.id_tail.as_deref(), read.institution),
            (Some("演示人员"), Some("0018"), None)
        );
        assert_eq!((read.position, read.flag), (WearPosition::Chest, ResultFlag::Normal));
        assert_eq!((read.hp10_nsv, read.hp3_nsv, read.hp007_nsv, read.mdl_nsv), (Some(120_000), None, None, 20_000));
        assert_eq!((read.wear_from.to_string(), read.wear_to.to_string()), ("2026-01-01".into(), "2026-03-31".into()));
    }

    #[test]
    fn all_errors_of_a_row_at_once() {
        let row = row(1, &[(0, ""), (4, "口袋"), (5, "2026-02-30"), (7, "=1+1"), (13, "")]);
        let sheet = sheet(&[row]);
        assert!(sheet.rows.is_empty());
        let expected = [
            (2, Some(Column::WorkerNo), "cell.missing", true),
            (2, Some(Column::Position), "cell.position", true),
            (2, Some(Column::WearFrom), "cell.date", true),
            (2, Some(Column::Hp10), "cell.formula", true),
            (2, Some(Column::SignedOn), "cell.missing", true),
        ];
        assert_eq!(told(&sheet), expected);
        assert_eq!(sheet.problems[3].original, "=1+1");
    }

    #[test]
    fn results_agree_with_their_kind_as_the_ledger_asks() {
        let below = |changes: &[(usize, &str)], codes: &[&str]| {
            let (problems, read) = alone(changes);
            let read = read.expect("a row");
            assert_eq!(problems, codes, "{changes:?}");
            assert_eq!((read.flag, read.hp10_nsv), (ResultFlag::BelowMdl, Some(10_000)), "{changes:?}");
        };
        below(&[(7, "<MDL"), (11, "低于探测水平")], &[]);
        below(&[(7, "<MDL"), (11, "")], &[]);
        below(&[(7, "＜0.02"), (11, ""), (10, "")], &[]);
        below(&[(7, ""), (11, "低于探测水平")], &[]);
        below(&[(7, "0.01"), (11, "BELOW_MDL")], &[]);
        below(&[(7, "0"), (11, "低于探测水平")], &["dose.half"]);
        below(&[(7, "0.015"), (11, "")], &["dose.half"]);
        let wrong = |changes: &[(usize, &str)], code| {
            let (problems, read) = alone(changes);
            assert_eq!((problems, read), (vec![code], None), "{changes:?}");
        };
        wrong(&[(7, "0.015")], "dose.below_mdl");
        wrong(&[(7, "<MDL")], "dose.not_measured");
        wrong(&[(7, "0.5"), (11, "低于探测水平")], "dose.not_below");
        wrong(&[(7, "<0.03"), (11, "")], "dose.mdl_differs");
        wrong(&[(7, "0.5"), (8, "<MDL"), (11, "")], "dose.mixed");
        wrong(&[(7, "")], "dose.missing");
        wrong(&[(7, ""), (11, "")], "dose.missing");
        wrong(&[(11, "丢失")], "dose.without_value");
        wrong(&[(7, ""), (11, "名义剂量C")], "dose.missing");
        wrong(&[(10, "")], "cell.missing");
        wrong(&[(10, "0")], "dose.mdl_zero");
        wrong(&[(7, "600")], "dose.confirm");
        let (problems, read) = alone(&[(7, ""), (11, "丢失")]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(read.map(|read| (read.flag, read.hp10_nsv)), Some((ResultFlag::Lost, None)));
        let (problems, read) = alone(&[(7, "0.015"), (11, "名义剂量C")]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(read.map(|read| read.hp10_nsv), Some(Some(15_000)));
        let (problems, read) = alone(&[(4, "指环"), (7, ""), (11, "低于探测水平")]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(read.map(|read| (read.hp10_nsv, read.hp007_nsv)), Some((None, Some(10_000))));
    }

    #[test]
    fn days_stand_in_order() {
        assert_eq!(alone(&[(6, "2025-12-31")]).0, ["row.period"]);
        assert_eq!(alone(&[(5, "2025-01-01")]).0, ["row.period_long"]);
        assert_eq!(alone(&[(13, "2026-03-30")]).0, ["row.signed_early"]);
        assert!(alone(&[(13, "2026-03-31")]).0.is_empty());
    }

    #[test]
    fn high_values_are_warned_of_by_months() {
        assert!(alone(&[(7, "1.2499")]).0.is_empty());
        assert_eq!(alone(&[(7, "1.25")]).0, ["dose.investigation"]);
        assert!(alone(&[(7, "1.25")]).1.is_some(), "a warning leaves the row");
        assert_eq!(alone(&[(6, "2026-01-31"), (7, "0.42")]).0, ["dose.investigation"]);
        assert!(alone(&[(4, "CO"), (7, "12.4")]).0.is_empty());
        assert_eq!(alone(&[(4, "CO"), (7, "12.5")]).0, ["dose.investigation"]);
        assert!(alone(&[(4, "RG"), (7, ""), (9, "8")]).0.is_empty());
    }

    #[test]
    fn a_column_in_microsieverts_is_seen() {
        let rows: Vec<String> =
            [90, 4, 30, 120, 55].iter().zip(1..).map(|(value, at)| row(at, &[(7, &format!("{value}"))])).collect();
        let sheet = sheet(&rows);
        let codes: Vec<_> =
            sheet.problems.iter().map(|problem| (problem.row, problem.code, problem.suggestion.as_deref())).collect();
        let unit = |row, meant| (row, "dose.unit", Some(meant));
        assert_eq!(
            codes,
            [unit(2, "0.09"), (3, "dose.investigation", None), unit(4, "0.03"), unit(5, "0.12"), unit(6, "0.055")]
        );
        assert_eq!(sheet.rows.len(), 5);
    }

    #[test]
    fn one_result_for_one_place_on_one_day() {
        let rows = [
            row(1, &[]),
            row(1, &[]),
            row(1, &[(3, "T2"), (5, "2026-03-31"), (6, "2026-04-10"), (13, "2026-04-20")]),
            row(1, &[(4, "CO")]),
            row(1, &[(5, "2026-04-11"), (6, "2026-04-12")]),
            row(2, &[(7, ""), (11, "作废")]),
            row(2, &[(3, "T3")]),
            row(3, &[(14, "12511500451600013C"), (12, "R3")]),
            row(3, &[(14, "91350100M000100Y43"), (12, "R4")]),
        ];
        let sheet = sheet(&rows);
        assert_eq!(told(&sheet), [(3, None, "row.duplicate", true), (4, Some(Column::WearFrom), "row.overlap", true)]);
        assert_eq!(sheet.problems[0].zh, "与前面的行重复（第 2 行）");
        assert_eq!((sheet.rows.len(), sheet.read), (7, 9));
    }

    #[test]
    fn a_short_period_inside_a_long_one_is_seen_past_others() {
        let rows = [
            row(1, &[(5, "2026-02-20"), (6, "2026-02-21")]),
            row(1, &[(5, "2026-01-01"), (6, "2026-03-31")]),
            row(1, &[(5, "2026-01-10"), (6, "2026-01-11")]),
        ];
        let overlaps: Vec<u32> = sheet(&rows)
            .problems
            .iter()
            .filter(|problem| problem.code == "row.overlap")
            .map(|problem| problem.row)
            .collect();
        assert_eq!(overlaps, [3, 4]);
    }

    #[test]
    fn a_report_was_signed_on_one_day_for_one_institution() {
        let rows = [
            row(1, &[(14, "12511500451600013C")]),
            row(2, &[(13, "2026-04-21")]),
            row(3, &[(12, "R2"), (13, "2026-04-21")]),
            row(4, &[(14, "91350100M000100Y43")]),
        ];
        let sheet = sheet(&rows);
        let expected = [
            (3, Some(Column::SignedOn), "report.signed_on", true),
            (5, Some(Column::Institution), "report.institution", true),
        ];
        assert_eq!(told(&sheet), expected);
        assert_eq!(sheet.problems[0].suggestion.as_deref(), Some("2026-04-20"));
    }

    #[test]
    fn messages_tell_nothing_of_a_person() {
        let sheet = sheet(&[row(1, &[(1, &"张".repeat(60)), (2, "511502199001010019")])]);
        assert_eq!(sheet.problems.len(), 2);
        assert_eq!(sheet.problems[1].original, "…0019");
        for problem in &sheet.problems {
            let text = format!("{problem:?}{}{}", problem.zh, problem.en);
            assert!(!text.contains('张') && !text.contains("0019"), "{text}");
        }
    }

    #[test]
    fn too_many_rows() {
        let rows: Vec<String> = (0..=ROWS_MAX).map(|_| GOOD.to_owned()).collect();
        let bytes = format!("{HEADER}\n{}\n", rows.join("\n"));
        assert_eq!(read_doses(bytes.as_bytes(), &[]).expect_err("too many").code, "file.rows");
    }
}

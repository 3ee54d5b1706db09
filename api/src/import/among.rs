//! Rows among each other: columns in another unit, results that are there twice, reports that disagree.

use std::collections::HashMap;

use domain::dose::CONFIRM_ABOVE_NSV;
use domain::dose_codes::{ResultFlag, WearPosition};
use domain::reference_codes::ParameterName;
use signing::bytes::Date;

use super::Column;
use super::columns::DOSES;
use super::problems::{DUPLICATE, INVESTIGATION, OVERLAP, REPORT_INSTITUTION, REPORT_SIGNED, UNIT};
use super::rows::{Draft, Notes};

/// A reading of three months that is usual, some tenths of a millisievert a year: a column whose median is a hundred
/// times that was probably written in microsieverts.
const USUAL_QUARTER_NSV: i64 = 100_000;
const MIX_UP_FACTOR: i64 = 100;
/// Fewer values have no median worth the name.
const MIX_UP_VALUES: usize = 3;
/// Smaller values of three months are left alone when units are doubted.
const MIX_UP_FROM_NSV: i64 = 5_000_000;
/// The dose outside an apron stands for a tenth of it in the body.
const COLLAR_DIVISOR: i64 = 10;

impl Notes<'_> {
    /// Values that may be in another unit, and values above the investigation level.
    pub fn levels(&mut self, drafts: &[Draft]) {
        let investigation = ParameterName::InvestigationLevel.bounds().default;
        let of_quarter = |draft: &Draft, at: usize| {
            let measured = draft.flag == Some(ResultFlag::Normal);
            Some(draft.doses[at].filter(|_| measured)? * 3 / draft.months()?)
        };
        for (at, column) in DOSES.into_iter().enumerate() {
            let mut quarters: Vec<i64> = drafts.iter().filter_map(|draft| of_quarter(draft, at)).collect();
            quarters.sort_unstable();
            let median = quarters.get(quarters.len() / 2).copied().unwrap_or(0);
            let doubtful = quarters.len() >= MIX_UP_VALUES && median >= USUAL_QUARTER_NSV * MIX_UP_FACTOR;
            for draft in drafts {
                if doubtful && of_quarter(draft, at).is_some_and(|nsv| nsv >= MIX_UP_FROM_NSV) {
                    let unit = self.header.unit(column);
                    let meant = draft.doses[at].map(|nsv| unit.written(nsv / 1_000));
                    self.note_later(draft.row, column, &UNIT, meant);
                    continue;
                }
                let Some((nsv, months)) = draft.doses[at].zip(draft.months()).filter(|_| column == Column::Hp10) else {
                    continue;
                };
                let of_body = draft.position.is_some_and(WearPosition::is_of_the_body);
                let divisor = if draft.position == Some(WearPosition::Collar) { COLLAR_DIVISOR } else { 1 };
                let level = investigation * months * divisor / 12;
                if of_body && (level..=CONFIRM_ABOVE_NSV).contains(&nsv) {
                    self.note_later(draft.row, column, &INVESTIGATION, None);
                }
            }
        }
    }

    /// One worker has one result for one place on one day; what was rejected leaves the days free.
    pub fn duplicates(&mut self, drafts: &[Draft]) {
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
                    self.error_with(other.row, column, note, one.row);
                }
                if !rejected && last.is_none_or(|before| drafts[before].wear_to < drafts[at].wear_to) {
                    last = Some(at);
                }
            }
        }
    }

    /// A report was signed on one day and is for one institution.
    pub fn reports(&mut self, drafts: &[Draft]) {
        let mut signed: HashMap<&str, (Date, u32)> = HashMap::new();
        let mut institutions: HashMap<&str, (&str, u32)> = HashMap::new();
        for draft in drafts {
            let Some(report) = draft.report_no.as_deref() else { continue };
            if let Some(day) = draft.signed_on {
                let (first, other) = *signed.entry(report).or_insert((day, draft.row));
                if first != day {
                    self.error_with(draft.row, Some(Column::SignedOn), &REPORT_SIGNED, other);
                    if let Some(problem) = self.problems.last_mut() {
                        problem.suggestion = Some(first.to_string());
                    }
                }
            }
            if let Some(institution) = draft.institution.as_deref() {
                let (first, other) = *institutions.entry(report).or_insert((institution, draft.row));
                if first != institution {
                    self.error_with(draft.row, Some(Column::Institution), &REPORT_INSTITUTION, other);
                }
            }
        }
    }
}

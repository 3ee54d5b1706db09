//! Where rows belong: under which contract, about which worker, in which report. What has no place is a problem.

use std::collections::BTreeMap;

use signing::bytes::Date;
use uuid::Uuid;

use super::plan::{Common, Place, taken};
use super::{Column, DoseRow, Problem, Severity};
use crate::matching::{Line, Mismatch};

/// A contract of the laboratory.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Its id.
    pub id: Uuid,
    /// Name of the client.
    pub client: String,
    /// Credit code of the client.
    pub code: String,
    /// First day.
    pub from: Option<Date>,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
}

impl Contract {
    /// Whether it holds on a day of the row, as the ledger asks it.
    fn holds(&self, row: &DoseRow) -> bool {
        self.from.is_some_and(|from| from <= row.wear_to) && self.until.is_none_or(|until| row.wear_from < until)
    }
}

/// The contract of a row, of these or of one that is wanted.
///
/// # Errors
/// The problem, when there is none or more than one.
pub fn contract_of(row: &DoseRow, contracts: &[Contract], wanted: Option<Uuid>) -> Result<Uuid, Box<Problem>> {
    let fits: Vec<&Contract> = contracts
        .iter()
        .filter(|contract| wanted.is_none_or(|id| contract.id == id))
        .filter(|contract| contract.holds(row))
        .filter(|contract| row.institution.as_ref().is_none_or(|code| *code == contract.code))
        .collect();
    let found = |zh, en| error(row, Some(Column::Institution), "row.contract", zh, en);
    match fits.as_slice() {
        [contract] => Ok(contract.id),
        [] => Err(found(
            "贵机构与该单位在该周期内没有监测委托",
            "The laboratory has no contract with this institution that holds in the period.",
        )),
        [first, ..] => {
            let mut found = found(
                "有多份监测委托：请增加“单位信用代码”列，或指明用哪一份（--contract）",
                "There are several contracts: add a column with the credit code, or say which one (--contract).",
            );
            found.suggestion = Some(format!("{} {}", first.code, first.client));
            Err(found)
        }
    }
}

/// What a row says of its worker.
#[must_use]
pub fn line(row: &DoseRow) -> Line {
    Line {
        worker_no: row.worker_no.clone(),
        name: row.name.clone(),
        id_tail: row.id_tail.clone(),
        position: row.position.as_str().to_owned(),
        from: row.wear_from,
        to: row.wear_to,
    }
}

/// A row that is about nobody, by the code of the mismatch.
#[must_use]
pub fn mismatch(row: &DoseRow, code: &str) -> Problem {
    let known = Mismatch::ALL.iter().find(|(_, known, _)| *known == code);
    let (zh, en) = known.and_then(|(.., label)| label.split_once(" · ")).unwrap_or(("人员不符", "It is about nobody."));
    let (column, code) = match code {
        "NAME_DIFFERS" => (Column::Name, "row.name"),
        "ID_DIFFERS" => (Column::IdTail, "row.id_tail"),
        "NOT_ACTIVE" => (Column::WearFrom, "row.not_active"),
        _ => (Column::WorkerNo, "row.worker"),
    };
    *error(row, Some(column), code, zh, en)
}

/// Rows of a report in whose place another result counts already.
#[must_use]
pub fn reported(common: &Common, rows: &[(&DoseRow, &Place)]) -> Vec<Problem> {
    let taken = taken(common, rows).into_iter().map(|row| {
        *error(
            row,
            Some(Column::WearFrom),
            "row.reported",
            "同一部位、同期已有有效结果：请更正该结果，或核对佩戴日期",
            "A result counts already for the same place on some of these days: correct it, or look at the dates.",
        )
    });
    taken.collect()
}

/// Rows of a report with where they belong.
pub type Rows<'a> = Vec<(&'a DoseRow, &'a Place)>;

/// The rows of each report, in the order of the file.
#[must_use]
pub fn grouped<'a>(rows: &'a [DoseRow], placed: &'a [Option<(Uuid, Place)>]) -> BTreeMap<(Uuid, &'a str), Rows<'a>> {
    let mut reports: BTreeMap<(Uuid, &str), Rows<'_>> = BTreeMap::new();
    for (row, placed) in rows.iter().zip(placed) {
        if let Some((contract, place)) = placed {
            reports.entry((*contract, row.report_no.as_str())).or_default().push((row, place));
        }
    }
    reports
}

fn error(row: &DoseRow, column: Option<Column>, code: &'static str, zh: &str, en: &str) -> Box<Problem> {
    // What stands in the cell is in the file itself; it is not repeated here.
    Box::new(Problem {
        row: row.row,
        column,
        original: String::new(),
        code,
        severity: Severity::Error,
        zh: zh.to_owned(),
        en: en.to_owned(),
        suggestion: None,
    })
}

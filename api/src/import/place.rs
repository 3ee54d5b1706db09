//! Where rows belong: under which contract, about which worker, in which report. What has no place is a problem.

use std::collections::BTreeMap;

use signing::bytes::Date;
use uuid::Uuid;

use super::plan::{Common, Place, taken};
use super::problems::{
    ID_DIFFERS, NAME_DIFFERS, NO_CONTRACT, NOT_ACTIVE, Note, REPORTED, SEVERAL_CONTRACTS, UNKNOWN_WORKER,
};
use super::{Column, DoseRow, Problem};
use crate::matching::Line;

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
        .filter(|contract| row.institution.as_ref().is_none_or(|code| **code == contract.code))
        .collect();
    match fits.as_slice() {
        [contract] => Ok(contract.id),
        [] => Err(Box::new(problem(row, Column::Institution, &NO_CONTRACT))),
        [first, ..] => {
            let suggestion = Some(format!("{} {}", first.code, first.client));
            Err(Box::new(Problem { suggestion, ..problem(row, Column::Institution, &SEVERAL_CONTRACTS) }))
        }
    }
}

/// What a row says of its worker.
#[must_use]
pub fn line(row: &DoseRow) -> Line {
    Line {
        worker_no: row.worker_no.to_string(),
        name: row.name.as_deref().map(str::to_owned),
        id_tail: row.id_tail.as_deref().map(str::to_owned),
        position: row.position.as_str().to_owned(),
        from: row.wear_from,
        to: row.wear_to,
    }
}

/// A row that is about nobody, by the code of the mismatch.
#[must_use]
pub fn mismatch(row: &DoseRow, code: &str) -> Problem {
    let (column, note) = match code {
        "NAME_DIFFERS" => (Column::Name, &NAME_DIFFERS),
        "ID_DIFFERS" => (Column::IdTail, &ID_DIFFERS),
        "NOT_ACTIVE" => (Column::WearFrom, &NOT_ACTIVE),
        _ => (Column::WorkerNo, &UNKNOWN_WORKER),
    };
    problem(row, column, note)
}

/// Rows of a report in whose place another result counts already.
#[must_use]
pub fn reported(common: &Common, rows: &[(&DoseRow, &Place)]) -> Vec<Problem> {
    taken(common, rows).into_iter().map(|row| problem(row, Column::WearFrom, &REPORTED)).collect()
}

/// Rows of a report with where they belong.
pub type Rows<'a> = Vec<(&'a DoseRow, &'a Place)>;

/// The rows of each report, in the order of the file.
#[must_use]
pub fn grouped<'a>(rows: &'a [DoseRow], placed: &'a [Option<(Uuid, Place)>]) -> BTreeMap<(Uuid, &'a str), Rows<'a>> {
    let mut reports: BTreeMap<(Uuid, &str), Rows<'_>> = BTreeMap::new();
    for (row, placed) in rows.iter().zip(placed) {
        if let Some((contract, place)) = placed {
            reports.entry((*contract, &*row.report_no)).or_default().push((row, place));
        }
    }
    reports
}

fn problem(row: &DoseRow, column: Column, note: &Note) -> Problem {
    // What stands in the cell is in the file itself; it is not repeated here.
    Problem::of(row.row, column, note, None)
}

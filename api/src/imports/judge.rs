//! How a file is judged: every row, before the first is handed out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use domain::catalog::Kind;
use domain::codes::{DocumentKind, Role};
use domain::refusal::{Refusal, RefusalView};
use serde_json::Value as Json;
use signing::bytes::{Date, Hash};
use signing::statement::Signer;
use uuid::Uuid;

use super::check::Slot;
use super::{Job, laboratory};
use crate::error::{ApiError, fault, unanswered};
use crate::graphql::{AsOf, Moment};
use crate::import::place::{Contract, contract_of, grouped, line, mismatch, reported};
use crate::import::plan::{Common, Place, Report, report};
use crate::import::{self, Column, DoseRow, Looked, Problem, Severity, Unreadable};
use crate::matching::LINES_MAX;
use crate::node::Node;
use crate::reads::Query;
use crate::scope::Viewer;

/// Rows that would be refused are found one unit after the other; so often a file is planned anew without them.
const ROUNDS: usize = 20;

/// What the service thinks of a file.
pub struct Checked {
    /// When, microseconds.
    pub at: i64,
    /// SHA-256 of the file.
    pub file: Hash,
    /// Why no row of it can be looked at.
    pub unreadable: Option<Unreadable>,
    /// Its header row.
    pub looked: Option<Looked>,
    /// Rows with anything in them.
    pub read: usize,
    /// Problems by row and column.
    pub problems: Vec<Problem>,
    /// Rows with an error.
    pub bad: usize,
    /// What would be signed: nothing while a row is bad, unless bad rows are left out.
    pub reports: Vec<Outline>,
    /// Sum of the effective doses, nSv.
    pub sum_nsv: i64,
    /// Rows that can be signed, and where each belongs.
    pub(super) rows: Vec<DoseRow>,
    pub(super) placed: Vec<Option<(Uuid, Place)>>,
    /// What the laboratory says of all its reports; none of a file that was not read.
    pub(super) common: Option<Common>,
}

impl Checked {
    /// Number of problems of a severity.
    #[must_use]
    pub fn of(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// A report and its units, by the ids of their events.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Contract.
    pub contract: Uuid,
    /// Number.
    pub number: String,
    /// First event of each unit, its events and its rows.
    pub units: Vec<(Uuid, usize, usize)>,
}

impl Outline {
    fn of(contract: Uuid, report: &Report<'_>) -> Self {
        let unit = |unit: usize| (report.first(unit), report.size(unit), report.rows_of(unit));
        Self { contract, number: report.number.clone(), units: (0..report.units()).map(unit).collect() }
    }
}

/// Judges a file.
pub(super) async fn judge(node: &Node, viewer: &Viewer, job: &Job, slot: &Slot) -> Result<Checked, ApiError> {
    let laboratory = laboratory(viewer)?;
    let bytes = node.import_bytes(viewer.account, job.brought.id).await?;
    let file = Hash::of(&bytes);
    let mapping = job.settings.columns();
    let read = move || match import::read_doses(&bytes, &mapping) {
        Ok(mut sheet) => {
            let looked = sheet.looked(&mapping);
            (Ok((std::mem::take(&mut sheet.rows), std::mem::take(&mut sheet.problems), sheet.read)), Some(looked))
        }
        Err(unreadable) => (Err(unreadable), import::look(&bytes, &mapping).ok()),
    };
    let (sheet, looked) = node.imports.apart(read).await?;
    let mut checked = Checked {
        at: (node.clock)().micros(),
        file,
        unreadable: None,
        looked,
        read: 0,
        problems: Vec::new(),
        bad: 0,
        reports: Vec::new(),
        sum_nsv: 0,
        rows: Vec::new(),
        placed: Vec::new(),
        common: None,
    };
    match sheet {
        Ok((rows, problems, read)) => {
            (checked.rows, checked.problems, checked.read) = (rows, problems, read);
        }
        Err(unreadable) => {
            checked.unreadable = Some(unreadable);
            return Ok(checked);
        }
    }
    slot.expect(2 * checked.rows.len());
    // What was appended a moment ago counts already for its place.
    let at = node.moment(AsOf::Now, node.durable().checked_sub(1)).await?.ok_or(ApiError::Busy)?;
    let finder = Finder { node, viewer, at, slot };
    finder.place(laboratory, job.settings.contract, &mut checked).await?;
    let signed_on = checked.rows.iter().map(|row| row.signed_on).min();
    let qualification_no = match (&job.settings.qualification, signed_on) {
        (Some(number), _) => number.clone(),
        (None, Some(day)) => finder.qualification(laboratory, day).await?.unwrap_or_default(),
        (None, None) => String::new(),
    };
    let dosimeter_kind = job.settings.dosimeter_kind.clone();
    let common = Common { ledger: node.ledger(), laboratory, qualification_no, dosimeter_kind };
    for rows in grouped(&checked.rows, &checked.placed).values() {
        checked.problems.extend(reported(&common, rows));
    }
    finder.plan(&common, job.settings.leave_out_errors, &mut checked).await?;
    checked.problems.sort_by_key(|problem| (problem.row, problem.column));
    checked.bad = bad_rows(&checked.problems).len();
    checked.common = Some(common);
    Ok(checked)
}

fn bad_rows(problems: &[Problem]) -> HashSet<u32> {
    let bad = problems.iter().filter(|problem| problem.severity == Severity::Error);
    bad.map(|problem| problem.row).collect()
}

struct Finder<'a> {
    node: &'a Node,
    viewer: &'a Viewer,
    at: Moment,
    slot: &'a Slot,
}

impl Finder<'_> {
    /// The contract and the worker of each row; what has none is a problem.
    async fn place(&self, laboratory: Uuid, wanted: Option<Uuid>, checked: &mut Checked) -> Result<(), ApiError> {
        let contracts = self.contracts(laboratory).await?;
        let mut by_contract: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for (at, row) in checked.rows.iter().enumerate() {
            match contract_of(row, &contracts, wanted) {
                Ok(contract) => by_contract.entry(contract).or_default().push(at),
                Err(problem) => checked.problems.push(*problem),
            }
        }
        checked.placed = vec![None; checked.rows.len()];
        for (contract, indexes) in by_contract {
            for some in indexes.chunks(LINES_MAX) {
                let lines: Vec<_> = some.iter().map(|at| line(&checked.rows[*at])).collect();
                let matched = self.node.match_lines(self.viewer, contract, &lines, self.at).await?;
                for (at, matched) in some.iter().zip(matched.ok_or(ApiError::NotAuthorised)?) {
                    match matched {
                        Ok(found) => {
                            let crate::matching::Match { person, employment, category, reported } = found;
                            let category = category.into();
                            checked.placed[*at] = Some((contract, Place { person, employment, category, reported }));
                        }
                        Err(reason) => checked.problems.push(mismatch(&checked.rows[*at], reason.code())),
                    }
                }
                self.slot.advance(some.len());
            }
        }
        Ok(())
    }

    /// The contracts of the laboratory, as far as the reader sees them.
    async fn contracts(&self, laboratory: Uuid) -> Result<Vec<Contract>, ApiError> {
        let (mut contracts, mut clients) = (Vec::new(), HashMap::<Uuid, (String, String)>::new());
        let mut query = Query { first: self.node.limits.page_max, ..Query::default() };
        loop {
            let page = self.node.list(self.viewer, Kind::MonitoringContract, &query, self.at, false).await?;
            for row in &page.rows {
                if id(&row.json, "laboratory") != Some(laboratory) {
                    continue;
                }
                let client = id(&row.json, "institution").unwrap_or_default();
                let (client, code) = match clients.entry(client) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(new) => new.insert(self.named(client).await?).clone(),
                };
                let until = day(&row.json, "ended_on").into_iter().chain(day(&row.json, "until")).min();
                contracts.push(Contract { id: row.id, client, code, from: day(&row.json, "from"), until });
            }
            match page.cursors.last().filter(|_| page.more) {
                Some(last) => query.after = Some(last.clone()),
                None => return Ok(contracts),
            }
        }
    }

    /// Name and credit code of an institution.
    async fn named(&self, institution: Uuid) -> Result<(String, String), ApiError> {
        let entry = self.node.public_entry(institution).await?;
        let named = entry.map(|entry| (entry.label, entry.facets.get(1).cloned().unwrap_or_default()));
        Ok(named.unwrap_or_default())
    }

    /// Number of a qualification of the laboratory that is valid on a day.
    async fn qualification(&self, laboratory: Uuid, on: Date) -> Result<Option<String>, ApiError> {
        let found = self.node.get(self.viewer, Kind::Institution, laboratory, self.at).await?;
        let documents = found.and_then(|row| row.json.get("documents").and_then(Json::as_array).cloned());
        let valid = documents.into_iter().flatten().find(|document| {
            document.get("kind").and_then(Json::as_str) == Some(DocumentKind::Qualification.as_str())
                && day(document, "from").is_some_and(|from| from <= on)
                && day(document, "until").is_none_or(|until| on < until)
        });
        Ok(valid.and_then(|document| document.get("number").and_then(Json::as_str).map(str::to_owned)))
    }

    /// What would be signed, as the judge of the ledger thinks of it; what he would refuse is a problem of its row.
    async fn plan(&self, common: &Common, leave_out: bool, checked: &mut Checked) -> Result<(), ApiError> {
        for _ in 0..ROUNDS {
            let bad = bad_rows(&checked.problems);
            if !bad.is_empty() && !leave_out {
                return Ok(());
            }
            for (row, place) in checked.rows.iter().zip(&mut checked.placed) {
                if bad.contains(&row.row) {
                    *place = None;
                }
            }
            let (mut reports, mut sum, mut refused) = (Vec::new(), 0, Vec::new());
            for ((contract, _), rows) in grouped(&checked.rows, &checked.placed) {
                let planned = report(common, contract, rows).map_err(|error| fault("plan a report", &error))?;
                let outline = Outline::of(contract, &planned);
                refused.extend(self.rehearse(&planned, &outline).await?);
                sum += planned.header["effective_sum_nsv"].as_i64().unwrap_or(0);
                reports.push(outline);
            }
            if refused.is_empty() {
                (checked.reports, checked.sum_nsv) = (reports, sum);
                return Ok(());
            }
            checked.problems.extend(refused);
        }
        Ok(())
    }

    /// What the judge of the ledger would refuse of a report that is not in it yet, one row of each unit.
    async fn rehearse(&self, report: &Report<'_>, outline: &Outline) -> Result<Vec<Problem>, ApiError> {
        // Who prepares a file and does not sign has it judged by who signs.
        let Some((grant, _)) = self.viewer.grant_as(Role::ServiceSignatory) else { return Ok(Vec::new()) };
        let signer = Signer { account: self.viewer.account, key: self.viewer.key, grant: Some(grant) };
        let firsts: Vec<Uuid> = outline.units.iter().map(|(first, ..)| *first).collect();
        let known = self.node.known(&firsts).await?;
        let mut problems = Vec::new();
        for (at, _) in firsts.iter().enumerate().filter(|(_, first)| !known.contains(first)) {
            let unit = if known.contains(&firsts[0]) { report.unit(at) } else { report.with_report(at) };
            let unit = unit.map_err(|error| fault("plan a unit", &error))?;
            let payloads = unit.payloads(self.node.ledger(), &signer, self.node.door.now(), None);
            if let Some(refusal) = self.node.door.rehearse(&payloads, self.viewer.key).await? {
                match unit.row(refusal.index) {
                    Some(row) => problems.push(refused(row, "row.refused", &refusal)),
                    // Without its report no row of it can be.
                    None => {
                        return Ok(report
                            .rows()
                            .iter()
                            .map(|(row, _)| refused(row.row, "report.refused", &refusal))
                            .collect());
                    }
                }
            }
            self.slot.advance(unit.size());
        }
        Ok(problems)
    }
}

impl Node {
    /// Which of these events are in the log.
    pub(super) async fn known(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>, ApiError> {
        let mut known = HashSet::new();
        for some in ids.chunks(1_000) {
            let found = self.door.log().by_ids(some).await.map_err(|error| unanswered("look for events", &error))?;
            known.extend(found.into_iter().map(|event| event.id));
        }
        Ok(known)
    }
}

fn refused(row: u32, code: &'static str, refusal: &Refusal) -> Problem {
    let view = RefusalView::from(refusal);
    let more = [view.rule.unwrap_or(view.code), view.citation.as_deref().unwrap_or_default(), &view.pointer].join(" ");
    let column = match view.pointer.as_str() {
        "/data/wear_from" => Some(Column::WearFrom),
        "/data/wear_to" => Some(Column::WearTo),
        "/data/employment" => Some(Column::WorkerNo),
        "/data/report" | "/data/report_no" => Some(Column::ReportNo),
        "/data/signed_on" => Some(Column::SignedOn),
        _ => None,
    };
    Problem {
        row,
        column,
        original: String::new(),
        code,
        severity: Severity::Error,
        zh: format!("账本将不予接受：{}（{more}）", view.message_zh),
        en: format!("The ledger would refuse it: {} ({more})", view.message_en),
        suggestion: None,
    }
}

fn id(json: &Json, name: &str) -> Option<Uuid> {
    json.get(name).and_then(Json::as_str).and_then(|id| Uuid::try_parse(id).ok())
}

fn day(json: &Json, name: &str) -> Option<Date> {
    json.get(name).and_then(Json::as_str).and_then(|day| day.parse().ok())
}

//! What is to be signed of a file: the exact bytes, unit by unit, of what is not in the ledger yet.

use domain::catalog::{IMPORTS, Kind};
use domain::codes::{PolicyFile, Role};
use domain::file_codes::ImportState;
use domain::prepare::Request;
use domain::record::Entry;
use signing::bytes::KeyId;
use signing::envelope::Opening;
use signing::json::read_loose;
use signing::statement::{EventRef, Signer};
use uuid::Uuid;

use super::{Checked, Job};
use crate::error::{ApiError, fault, unanswered};
use crate::import::Severity;
use crate::import::place::Rows;
use crate::import::plan::{Common, Opening as Import, opening, report};
use crate::node::Node;
use crate::scope::Viewer;

/// Most units handed out at once.
pub const UNITS_MAX: usize = 4;

/// A unit to be signed.
#[derive(Debug, Clone)]
pub struct HandedUnit {
    /// Number of its report; none of the import itself.
    pub report: Option<String>,
    /// Its events, in order.
    pub events: Vec<HandedEvent>,
}

/// An event to be signed.
#[derive(Debug, Clone)]
pub struct HandedEvent {
    /// Its id.
    pub id: Uuid,
    /// Row of the file; none of the report itself.
    pub row: Option<u32>,
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Openings of its seals: a dose has none.
    pub openings: Vec<Opening>,
}

/// How far a file is in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events in the ledger.
    pub done: usize,
    /// Rows in the ledger.
    pub rows: usize,
    /// Events of the file.
    pub total: usize,
}

impl Checked {
    /// Whether its rows may be signed: none is bad, or bad ones are left out; and a person looked at what is odd.
    #[must_use]
    pub fn is_sound(&self, job: &Job) -> bool {
        let clean = self.bad == 0 || job.settings.leave_out_errors;
        clean && self.unreadable.is_none() && !self.reports.is_empty() && !self.asks(job)
    }

    /// Whether somebody has to look at warnings.
    #[must_use]
    pub fn asks(&self, job: &Job) -> bool {
        !job.settings.warnings_accepted && self.of(Severity::Warning) > 0
    }
}

impl Node {
    /// How far a file is in the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn import_progress(&self, checked: &Checked) -> Result<Progress, ApiError> {
        let known = self.known(&firsts_of(checked)).await?;
        let mut progress = Progress::default();
        for (first, events, rows) in checked.reports.iter().flat_map(|report| &report.units) {
            progress.total += events;
            if known.contains(first) {
                progress.done += events;
                progress.rows += rows;
            }
        }
        Ok(progress)
    }

    /// The next units of a sound file for a key and a grant of the reader; none while it is not sound.
    ///
    /// # Errors
    /// [`ApiError::NotAuthorised`] for who does not sign for a laboratory; [`ApiError::Argument`] for a key or a grant
    /// that is not his; when the database does not answer.
    pub async fn import_units(
        &self,
        viewer: &Viewer,
        job: &Job,
        checked: &Checked,
        key: Option<KeyId>,
        grant: Option<Uuid>,
        first: usize,
    ) -> Result<Vec<HandedUnit>, ApiError> {
        let (own, _) = viewer.grant_as(Role::ServiceSignatory).ok_or(ApiError::NotAuthorised)?;
        if grant.is_some_and(|grant| grant != own) {
            return Err(ApiError::Argument("grant", "one's own as signatory of the laboratory"));
        }
        let key = key.unwrap_or(viewer.key);
        if self.door.owner(key).await?.is_none_or(|owner| owner.account != viewer.account) {
            return Err(ApiError::Argument("key", "a key of the session's own account"));
        }
        let Some(common) = checked.common.as_ref().filter(|_| checked.is_sound(job)) else { return Ok(Vec::new()) };
        let signer = Signer { account: viewer.account, key, grant: Some(own) };
        let import = self.import_of(checked, common).await?;
        let cause = match &import {
            Some((import, None)) => return Ok(vec![self.about_import(&signer, import, "import.opened").await?]),
            Some((_, Some((opened, entry)))) => is_open(entry).then_some(*opened),
            None => None,
        };
        let mut handed = Vec::new();
        let known = self.known(&firsts_of(checked)).await?;
        for outline in &checked.reports {
            if outline.units.iter().all(|(first, ..)| known.contains(first)) {
                continue;
            }
            let placed = checked.rows.iter().zip(&checked.placed);
            let rows: Rows<'_> = placed
                .filter_map(|(row, placed)| {
                    let (contract, place) = placed.as_ref()?;
                    (*contract == outline.contract && *row.report_no == *outline.number).then_some((row, place))
                })
                .collect();
            let planned = report(common, outline.contract, rows).map_err(|error| fault("plan a report", &error))?;
            let missing = outline.units.iter().enumerate().filter(|(_, (first, ..))| !known.contains(first));
            for (unit, _) in missing {
                let unit = planned.unit(unit).map_err(|error| fault("plan a unit", &error))?;
                let payloads = unit.payloads(common.ledger, &signer, self.door.now(), cause);
                let events = unit.events().zip(payloads);
                let events = events.map(|((id, row), payload)| HandedEvent { id, row, payload, openings: Vec::new() });
                handed.push(HandedUnit { report: Some(outline.number.clone()), events: events.collect() });
                if handed.len() == first {
                    return Ok(handed);
                }
            }
        }
        // A file of which something was left out may bring the rest later: its import stays open.
        if let Some((import, Some((_, entry)))) = import
            && handed.is_empty()
            && checked.bad == 0
            && is_open(&entry)
        {
            handed.push(self.about_import(&signer, &import, "import.completed").await?);
        }
        Ok(handed)
    }

    /// The import that a file is, and the event that opened it with the record as it stands, if it was opened. None of a
    /// file that fits one unit, and none while no catalogue with imports is in force.
    async fn import_of(
        &self,
        checked: &Checked,
        common: &Common,
    ) -> Result<Option<(Import, Option<Opened>)>, ApiError> {
        let day = self.door.now().civil_day();
        let in_force = self.door.in_force().await?;
        if in_force.version(PolicyFile::Catalogue, day).is_none_or(|catalogue| catalogue.version < IMPORTS) {
            return Ok(None);
        }
        let units = checked.reports.iter().flat_map(|report| &report.units);
        let (count, events) = units.fold((0, 0), |(count, sum), (_, events, _)| (count + 1, sum + events));
        let rows = checked.rows.iter().map(|row| row.row).chain(checked.problems.iter().map(|problem| problem.row));
        let Some(import) = opening(common, checked.file, count, events, rows.max().unwrap_or(1)) else {
            return Ok(None);
        };
        let stream = self.door.log().stream(Kind::Import.as_str(), import.record).await;
        let stream = stream.map_err(|error| unanswered("read an import", &error))?;
        let entry = crate::shelf::fold(&stream).map_err(|error| fault("fold an import", &error))?;
        let opened = entry.and_then(|entry| {
            let first = entry.marks.first()?;
            Some((EventRef { event: first.id, hash: first.hash }, entry))
        });
        Ok(Some((import, opened)))
    }

    /// What opens or completes an import, to be signed.
    async fn about_import(&self, signer: &Signer, import: &Import, event_type: &str) -> Result<HandedUnit, ApiError> {
        let opens = event_type == "import.opened";
        let data = if opens { import.data.to_string() } else { "{}".to_owned() };
        let data = read_loose(data.as_bytes(), 64 * 1024).map_err(|error| fault("open an import", &error.code()))?;
        let request = Request {
            account: signer.account,
            key: signer.key,
            grant: signer.grant,
            ..Request::new(event_type, import.record, data)
        };
        let id = if opens { import.event } else { Uuid::new_v4() };
        let mut drawn = true;
        let salt = || {
            let mut salt = [0; 32];
            drawn &= getrandom::fill(&mut salt).is_ok();
            salt
        };
        let prepared = self.door.prepare(&request, id, salt).await?;
        if !drawn {
            return Err(fault("salt", &"no randomness"));
        }
        let event = HandedEvent { id, row: None, payload: prepared.payload, openings: prepared.openings };
        Ok(HandedUnit { report: None, events: vec![event] })
    }
}

/// The event that opened an import, and the import as it stands.
type Opened = (EventRef, Entry);

/// Whether rows may still name it.
fn is_open(entry: &Entry) -> bool {
    entry.state.import().is_some_and(|import| import.state != ImportState::Complete)
}

/// The first event of each unit of a file.
fn firsts_of(checked: &Checked) -> Vec<Uuid> {
    checked.reports.iter().flat_map(|report| &report.units).map(|(first, ..)| *first).collect()
}

//! What is to be signed of a file: the exact bytes, unit by unit, of what is not in the ledger yet.

use domain::codes::Role;
use signing::bytes::KeyId;
use signing::statement::Signer;
use uuid::Uuid;

use super::{Checked, Job};
use crate::error::{ApiError, fault};
use crate::import::Severity;
use crate::import::place::Rows;
use crate::import::plan::report;
use crate::node::Node;
use crate::scope::Viewer;

/// Most units handed out at once.
pub const UNITS_MAX: usize = 4;

/// A unit to be signed.
#[derive(Debug, Clone)]
pub struct HandedUnit {
    /// Number of its report.
    pub report: String,
    /// Its events, in order.
    pub events: Vec<HandedEvent>,
}

/// An event to be signed. None has a seal, so there is nothing to open.
#[derive(Debug, Clone)]
pub struct HandedEvent {
    /// Its id.
    pub id: Uuid,
    /// Row of the file; none of the report itself.
    pub row: Option<u32>,
    /// Exact payload.
    pub payload: Vec<u8>,
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
        let firsts: Vec<Uuid> =
            checked.reports.iter().flat_map(|report| report.units.iter().map(|(first, ..)| *first)).collect();
        let known = self.known(&firsts).await?;
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
        let mut handed = Vec::new();
        for outline in &checked.reports {
            let firsts: Vec<Uuid> = outline.units.iter().map(|(first, ..)| *first).collect();
            let known = self.known(&firsts).await?;
            if known.len() == firsts.len() {
                continue;
            }
            let placed = checked.rows.iter().zip(&checked.placed);
            let rows: Rows<'_> = placed
                .filter_map(|(row, placed)| {
                    let (contract, place) = placed.as_ref()?;
                    (*contract == outline.contract && row.report_no == outline.number).then_some((row, place))
                })
                .collect();
            let planned = report(common, outline.contract, &rows).map_err(|error| fault("plan a report", &error))?;
            for unit in planned.units.iter().filter(|unit| !known.contains(&unit.first())) {
                let payloads = unit.payloads(common.ledger, &signer, self.door.now());
                let events = unit.events().zip(payloads);
                let events = events.map(|((id, row), payload)| HandedEvent { id, row, payload }).collect();
                handed.push(HandedUnit { report: outline.number.clone(), events });
                if handed.len() == first {
                    return Ok(handed);
                }
            }
        }
        Ok(handed)
    }
}

//! The seals of a chunk against what stands behind them, where that can be opened.
//!
//! A seal depends on its own event alone, so it is looked at beside the signatures, and a chunk asks at once for what stands
//! behind all of its seals: asked one by one they would make the fold wait for the database at every sealed event.

use schema::openings::Opened;
use signing::bytes::{Hash, LedgerId};
use signing::seal::{commitment, find_seals};
use uuid::Uuid;

use super::evidence::Evidence;
use super::report::{Check, Report, Seals};
use super::rows::{Row, Rows};

/// What was seen of the seals of some rows.
#[derive(Default)]
pub struct Seen {
    counts: Seals,
    checked: u64,
    /// Position, what should be there and what is there.
    faults: Vec<(u64, String, &'static str)>,
}

impl Seen {
    /// Looks at every seal of these rows.
    #[must_use]
    pub fn of(rows: Rows<'_>, ledger: LedgerId, evidence: &dyn Evidence) -> Self {
        let sealed: Vec<Sealed> = rows.iter().filter_map(Sealed::of).collect();
        let events: Vec<Uuid> = sealed.iter().map(|one| one.event).collect();
        let mut seen = Self { checked: sealed.iter().map(|one| one.seals.len() as u64).sum(), ..Self::default() };
        if sealed.is_empty() {
            return seen;
        }
        let Some(openings) = evidence.openings(&events) else {
            seen.counts.not_opened = seen.checked;
            return seen;
        };
        for one in sealed {
            let kept = openings.get(&one.event).map(Vec::as_slice).unwrap_or_default();
            one.seals.iter().for_each(|seal| seen.compare(&one, seal, kept, ledger));
        }
        seen
    }

    fn compare(
        &mut self,
        one: &Sealed,
        (pointer, signed): &(String, Hash),
        kept: &[(String, Opened)],
        ledger: LedgerId,
    ) {
        match kept.iter().find(|(known, _)| known == pointer).map(|(_, opened)| opened) {
            Some(Opened::Open { salt, value }) => {
                self.counts.opened += 1;
                if commitment(ledger, one.event, pointer, salt, value) != *signed {
                    let expected = format!("an opening that fits the seal at {pointer}");
                    self.faults.push((one.position, expected, "another value"));
                }
            }
            Some(Opened::Erased) => self.counts.erased += 1,
            Some(Opened::Unavailable) => self.counts.not_opened += 1,
            None => self.faults.push((one.position, format!("an opening of the seal at {pointer}"), "none is kept")),
        }
    }

    /// Tells the report.
    pub fn tell(self, report: &mut Report) {
        report.checked(Check::Seal, self.checked);
        report.seals.add(self.counts);
        self.faults
            .iter()
            .for_each(|(position, expected, found)| report.finding(Check::Seal, *position, expected, found));
    }
}

/// An event with seals.
struct Sealed {
    position: u64,
    event: Uuid,
    seals: Vec<(String, Hash)>,
}

impl Sealed {
    fn of(row: Row<'_>) -> Option<Self> {
        let seals = find_seals(&row.event.object);
        let event = || row.event.object.get("id")?.as_text()?.parse().ok();
        if seals.is_empty() { None } else { Some(Self { position: row.read.position, event: event()?, seals }) }
    }
}

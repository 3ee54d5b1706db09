//! The rows in maps: the second implementation, too simple to be wrong, that tests compare with the database.

use std::collections::BTreeMap;

use domain::catalog::Kind;
use signing::bytes::{Hash, Instant};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::current::{self, Current};
use crate::home::Home;
use crate::person_years::{self, PersonYears};
use crate::statistics::{self, Statistics};
use crate::timeline::{self, Timeline};
use crate::{Change, Entries, Parsed, Poison, Projection};

/// Every projection of a whole log, in memory.
#[derive(Debug, Default)]
pub struct Memory {
    /// Number of events folded.
    pub size: u64,
    /// Rows of [`Current`] by kind, record and first position.
    pub current: BTreeMap<(Kind, Uuid, u64), current::Row>,
    /// Rows of [`Timeline`] by subject and position.
    pub timeline: BTreeMap<(RecordRef, u64), timeline::Row>,
    /// Rows of [`Statistics`] in the order in which they were made.
    pub statistics: Vec<statistics::Row>,
    /// Rows of [`PersonYears`] in the order in which they were made.
    pub person_years: Vec<person_years::Row>,
    entries: Entries,
}

impl Memory {
    /// Folds the next event.
    ///
    /// # Errors
    /// [`Poison`]; nothing is changed then.
    pub fn fold(&mut self, recorded_at: Instant, hash: Hash, payload: &[u8]) -> Result<(), Poison> {
        let parsed = Parsed::read(self.size, recorded_at, hash, payload)?;
        let folded = parsed.step(&mut self.entries)?;
        for change in Current::fold(&folded, &self.entries)? {
            match change {
                Change::Put(row) => {
                    if let Some(before) = row.closes.and_then(|since| self.current.get_mut(&(row.kind, row.id, since)))
                    {
                        before.until = Some(row.since);
                    }
                    self.current.insert((row.kind, row.id, row.since), row);
                }
                Change::MoveOrg { org, area } => {
                    self.current.values_mut().for_each(|row| move_home(&mut row.home, org, &area))
                }
            }
        }
        for change in Timeline::fold(&folded, &self.entries)? {
            match change {
                Change::Put(row) => {
                    self.timeline.insert((row.subject.clone(), row.position), row);
                }
                Change::MoveOrg { org, area } => {
                    self.timeline.values_mut().for_each(|row| move_home(&mut row.home, org, &area))
                }
            }
        }
        for change in Statistics::fold(&folded, &self.entries)? {
            match change {
                Change::Put(row) => self.statistics.push(row),
                Change::MoveOrg { org, area } => {
                    self.statistics.iter_mut().for_each(|row| move_home(&mut row.home, org, &area))
                }
            }
        }
        for change in PersonYears::fold(&folded, &self.entries)? {
            match change {
                Change::Put(row) => {
                    let open = |known: &&mut person_years::Row| {
                        (known.person, known.year, known.until) == (row.person, row.year, None)
                    };
                    if let Some(before) = self.person_years.iter_mut().find(open) {
                        before.until = Some(row.since);
                    }
                    self.person_years.extend(row.sum.is_some().then_some(row));
                }
                Change::MoveOrg { org, area } => {
                    self.person_years.iter_mut().for_each(|row| move_home(&mut row.home, org, &area))
                }
            }
        }
        self.size += 1;
        Ok(())
    }

    /// A record as it stood at a position.
    #[must_use]
    pub fn record_at(&self, kind: Kind, id: Uuid, position: u64) -> Option<&current::Row> {
        let (_, row) = self.current.range((kind, id, 0)..=(kind, id, position)).next_back()?;
        Some(row)
    }
}

/// Brings a row of an organisation under another area.
pub fn move_home(home: &mut Home, org: Uuid, area: &compact_str::CompactString) {
    if home.org == Some(org) && home.area.is_some() {
        home.area = Some(area.clone());
    }
}

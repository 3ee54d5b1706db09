//! A stored event read back, and the step from the record before it to the record after it.

use std::sync::Arc;

use domain::admission::{self, Typed};
use domain::record::Entry;
use signing::bytes::{Hash, Instant};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::dose_book::{From, YearChange};
use crate::entries::Entries;
use crate::home::{Home, home};

/// A stored event that cannot be folded: the log is corrupt, or it was written by a newer program. A projection
/// halts there; it never goes on without the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("位置 {position} 的事件无法处理。The event at position {position} cannot be folded: {why}")]
pub struct Poison {
    /// Where.
    pub position: u64,
    /// Why; never a value of the event.
    pub why: String,
}

/// A stored event whose statement was read. Reading needs no other event, so any number can be read at once.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Position in the ledger.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Statement hash.
    pub hash: Hash,
    /// Its members.
    pub typed: Typed,
}

impl Parsed {
    /// Reads the payload of a stored event.
    ///
    /// # Errors
    /// [`Poison`] when it is not a statement of the catalogue.
    pub fn read(position: u64, recorded_at: Instant, hash: Hash, payload: &[u8]) -> Result<Self, Poison> {
        let poison = |why: &str| Poison { position, why: why.to_owned() };
        let object = signing::json::read_stored(payload).map_err(|fault| poison(fault.code()))?;
        match admission::read_typed(&object, None) {
            Ok(typed) => Ok(Self { position, recorded_at, hash, typed }),
            Err(domain::record::Stop::Refuse(refusal)) => {
                Err(poison(&format!("{:?} at {}", refusal.code, refusal.pointer)))
            }
            Err(domain::record::Stop::Need(_)) => Err(poison("its form depends on another record")),
        }
    }

    /// Its record.
    #[must_use]
    pub fn record(&self) -> &RecordRef {
        &self.typed.statement.record
    }

    /// Folds the event onto its record, which is replaced in `entries`. Sealed values stay closed: what is folded is
    /// the statement alone.
    ///
    /// # Errors
    /// [`Poison`] when the version does not follow the record's.
    pub fn step<'a>(&'a self, entries: &mut Entries) -> Result<Folded<'a>, Poison> {
        let poison = |why: &str| Poison { position: self.position, why: why.to_owned() };
        let statement = &self.typed.statement;
        let before = match statement.version {
            1 => None,
            _ => Some(entries.get(&statement.record).ok_or_else(|| poison("the record before it was not found"))?),
        };
        if before.as_ref().map_or(0, |entry| entry.version) + 1 != statement.version {
            return Err(poison("its version does not follow the record's"));
        }
        let marks = before.as_ref().map_or(&[][..], |entry| &entry.marks[..]);
        let about = admission::about(statement, self.hash, self.recorded_at.civil_day(), marks, None);
        let mut after = admission::evolve(before.as_deref(), self.typed.event.clone(), &about, 0);
        after.settle(self.position);
        let after = Arc::new(after);
        entries.put(statement.record.clone(), Some(after.clone()));
        let home = home(&statement.record, &after, entries);
        let (reported, doses) = match after.state.dose_result() {
            Some(result) => {
                let from = From { org: home.org, laboratory: home.filed_by };
                let (was, doses) = entries.enter_dose(statement.record.id, result, from).map_err(poison)?;
                ([was.and_then(|was| was.laboratory), from.laboratory], doses)
            }
            None => Default::default(),
        };
        Ok(Folded { parsed: self, before, after, home, reported, doses })
    }
}

/// An event between two states of its record.
#[derive(Debug, Clone)]
pub struct Folded<'a> {
    /// The event.
    pub parsed: &'a Parsed,
    /// The record before it.
    pub before: Option<Arc<Entry>>,
    /// The record after it.
    pub after: Arc<Entry>,
    /// Where it belongs after it.
    pub home: Home,
    /// The laboratory of a dose result before and after it. A report may come to name another one, which its results learn
    /// when something happens to them.
    pub reported: [Option<Uuid>; 2],
    /// Years of its worker that it changed; empty when the doses of workers are not followed.
    pub doses: Vec<YearChange>,
}

impl Folded<'_> {
    /// The record.
    #[must_use]
    pub fn record(&self) -> &RecordRef {
        self.parsed.record()
    }
}

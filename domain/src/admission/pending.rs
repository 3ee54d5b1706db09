//! A unit while it is judged, as often as that takes.

use super::Presented;
use super::typed::{Typed, read_typed_by};
use crate::record::{KeyClass, Stop};

/// A unit that is judged again after each fetching. What the catalogue makes of its events is kept from one judgement to the
/// next: what a statement says does not change while the ledger is asked what it rests on.
#[derive(Debug)]
pub struct Pending<'a> {
    pub(super) events: &'a [Presented],
    readings: Vec<Option<Reading>>,
}

/// What one event says, by which catalogue and as whose it was read.
#[derive(Debug)]
struct Reading {
    catalogue: u32,
    class: KeyClass,
    typed: Typed,
}

impl<'a> Pending<'a> {
    /// A unit whose signatures hold.
    #[must_use]
    pub fn new(events: &'a [Presented]) -> Self {
        Self { events, readings: events.iter().map(|_| None).collect() }
    }

    /// [`read_typed_by`] of an event of the unit, or what that said before.
    pub(super) fn read(&mut self, index: usize, catalogue: u32, class: KeyClass) -> Result<Typed, Stop> {
        match &self.readings[index] {
            Some(kept) if (kept.catalogue, kept.class) == (catalogue, class) => Ok(kept.typed.clone()),
            _ => {
                let typed = read_typed_by(catalogue, &self.events[index].object, Some(class))?;
                // An event that is alone is seldom judged twice.
                if self.events.len() > 1 {
                    self.readings[index] = Some(Reading { catalogue, class, typed: typed.clone() });
                }
                Ok(typed)
            }
        }
    }
}

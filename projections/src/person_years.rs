//! What every worker received in every year, now and at any position: the list behind the numbers of workers.
//!
//! A row is a worker in a year as he stood from one event to the next. Two events of one year of one worker may lie
//! far apart and an event may touch two years, so a row is closed by its name, the worker and the year.

use compact_str::CompactString;
use domain::dose::{INTERVALS, interval};
use uuid::Uuid;

use crate::current::{Facet, all_of, many, moved, one};
use crate::dose_book::PersonYear;
use crate::home::Home;
use crate::statistics::place_of;
use crate::{Change, Entries, Folded, Poison, Projection};

/// The projection.
#[derive(Debug, Clone, Copy)]
pub struct PersonYears;

/// What these rows can be filtered by: the dimensions of the numbers, and the worker.
pub const FACETS: &[Facet] = &[one("dose_year"), one("category"), one("band"), many("laboratory"), one("person")];

/// A worker in a year, from one event to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The worker.
    pub person: Uuid,
    /// The year.
    pub year: i16,
    /// Position of the event that made it.
    pub since: u64,
    /// Position of the next one; none while this is the present state.
    pub until: Option<u64>,
    /// Whether there was a row of this name before, which ends here.
    pub closes: bool,
    /// Where he counts.
    pub home: Home,
    /// What he received; none when nothing is left of the year, and then this only ends what was before.
    pub sum: Option<PersonYear>,
}

impl Row {
    /// The interval of his dose.
    #[must_use]
    pub fn band(sum: &PersonYear) -> &'static str {
        INTERVALS[interval(&sum.annual)]
    }

    /// The laboratories, in the form of a facet of several values.
    #[must_use]
    pub fn laboratories(sum: &PersonYear) -> CompactString {
        let ids: Vec<String> = sum.laboratories.iter().map(Uuid::to_string).collect();
        all_of(ids.iter().map(String::as_str))
    }
}

impl Projection for PersonYears {
    type Row = Row;
    const NAME: &'static str = "person_years";
    const VERSION: i32 = 1;
    const DOSES: bool = true;

    fn fold(folded: &Folded<'_>, entries: &Entries) -> Result<Vec<Change<Row>>, Poison> {
        let mut changes = Vec::new();
        changes.extend(moved(folded));
        let Some(result) = folded.after.state.dose_result() else { return Ok(changes) };
        for change in &folded.doses {
            changes.push(Change::Put(Row {
                person: result.person.id,
                year: change.year,
                since: folded.parsed.position,
                until: None,
                closes: change.before.is_some(),
                home: change.after.as_ref().map(|sum| place_of(sum.org, entries)).unwrap_or_default(),
                sum: change.after.clone(),
            }));
        }
        Ok(changes)
    }
}

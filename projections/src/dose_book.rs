//! What a worker received in a year, all employers together, from event to event.
//!
//! A sum is made from all results of the worker: two dosimeters count once, a late result or a correction moves the
//! sums of the years it touches. So the results of the workers at hand are kept beside the records at hand.

use std::collections::{BTreeMap, BTreeSet};

use domain::dose::{Annual, Line, sums};
use domain::person_codes::OccupationalCategory;
use domain::records::dose_result::DoseResult;
use uuid::Uuid;

/// The results of one worker.
#[derive(Debug, Clone, Default)]
pub struct Book {
    results: BTreeMap<Uuid, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    line: Option<Line>,
    category: OccupationalCategory,
    from: From,
}

impl Known {
    fn of(result: &DoseResult, from: From) -> Self {
        Self { line: result.line(), category: result.reading.category, from }
    }

    fn year(&self) -> Option<i16> {
        self.line.as_ref().map(|line| line.dose_year)
    }
}

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct From {
    /// Institution of its employment.
    pub org: Option<Uuid>,
    /// Laboratory that reported it.
    pub laboratory: Option<Uuid>,
}

/// A worker in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonYear {
    /// Institution of the employment of his latest result of the year: where he is counted.
    pub org: Option<Uuid>,
    /// Category of that result.
    pub category: OccupationalCategory,
    /// What he received, whoever employed him.
    pub annual: Annual,
    /// Results of the year that have a value, of every dosimeter.
    pub results: usize,
    /// Those of them in which nothing was detected.
    pub below_mdl: usize,
    /// Institutions at which he received it.
    pub orgs: BTreeSet<Uuid>,
    /// Laboratories that reported it.
    pub laboratories: BTreeSet<Uuid>,
}

/// What an event changed in one year of one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearChange {
    /// Year.
    pub year: i16,
    /// Before the event.
    pub before: Option<PersonYear>,
    /// After it.
    pub after: Option<PersonYear>,
}

impl Book {
    /// Enters a result as it is now.
    pub fn put(&mut self, id: Uuid, result: &DoseResult, from: From) {
        self.results.insert(id, Known::of(result, from));
    }

    /// Enters a result and tells which years changed.
    pub fn enter(&mut self, id: Uuid, result: &DoseResult, from: From) -> Vec<YearChange> {
        let known = Known::of(result, from);
        // The years in which it stood and stands; the others stay as they are.
        let sides = [self.results.get(&id).and_then(Known::year), known.year()];
        let years: BTreeSet<i16> = sides.into_iter().flatten().collect();
        let before: Vec<_> = years.into_iter().map(|year| (year, self.year(year))).collect();
        self.results.insert(id, known);
        let changes = before.into_iter().map(|(year, before)| YearChange { year, before, after: self.year(year) });
        changes.filter(|change| change.before != change.after).collect()
    }

    /// Where a result came from when it was entered last.
    #[must_use]
    pub fn source(&self, id: Uuid) -> Option<From> {
        self.results.get(&id).map(|known| known.from)
    }

    /// Institutions at which results were received.
    pub fn orgs(&self) -> impl Iterator<Item = Uuid> {
        self.results.values().filter_map(|known| known.from.org)
    }

    /// What he received in a year; none without an effective dose.
    #[must_use]
    pub fn year(&self, year: i16) -> Option<PersonYear> {
        let of_year = || {
            let lines = self.results.iter().filter_map(|(id, known)| Some((id, known, known.line.as_ref()?)));
            lines.filter(|(_, _, line)| line.dose_year == year)
        };
        let dosed = of_year().filter(|(_, _, line)| line.effective_nsv.is_some());
        let (_, latest, _) = dosed.max_by_key(|(id, _, line)| (line.to, line.from, **id))?;
        let annual = Annual::from(sums(of_year().map(|(_, _, line)| line)).year(year));
        let places = || of_year().map(|(_, known, _)| known.from);
        Some(PersonYear {
            org: latest.from.org,
            category: latest.category,
            annual,
            results: of_year().count(),
            below_mdl: of_year().filter(|(_, _, line)| line.below_mdl).count(),
            orgs: places().filter_map(|from| from.org).collect(),
            laboratories: places().filter_map(|from| from.laboratory).collect(),
        })
    }
}

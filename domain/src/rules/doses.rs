//! What the dose rules look at: the results of a worker, whoever employed him, and the investigations that were
//! accepted.
//!
//! Results are found by year and place on the body. Looked at are the year of the day and the five before it: enough
//! for every sum of five consecutive years, and for a block of five years while it can still be reported late. The
//! window moves on 1 January; what leaves it is history that nobody is warned of any more.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Finding, Look, Steps};
use crate::dose::{Line, Sums, Year, sums, year_of};
use crate::investigation_codes::{DoseQuantity, InvestigationBasis, InvestigationState};
use crate::record::{Entry, Need};
use crate::records::dose_result::{self, DoseResult};
use crate::records::investigation::{self, Investigation};
use crate::warning_codes::WarningGrade::{self, Blue, Red};

/// A millisievert in nanosievert.
pub(super) const MSV: i64 = 1_000_000;

/// Years before that of the day whose results are looked at.
const YEARS_BEFORE: i16 = 5;

/// A result of the worker.
pub(super) struct Received {
    /// The record.
    pub(super) record: RecordRef,
    /// Day on which it was reported first: no correction gives more time.
    pub(super) reported_on: Date,
    /// The result.
    pub(super) result: DoseResult,
    /// What of it counts; none while there is no value.
    pub(super) line: Option<Line>,
}

/// The results of a worker, by the last day on which they were worn.
pub(super) struct Doses {
    /// First day of the years that are looked at.
    pub(super) first_day: Date,
    results: Vec<Received>,
    /// What they come to.
    pub(super) sums: Sums,
}

/// The dosimeters of one employment over the same days.
pub(super) type Period = (Uuid, Date, Date);

impl Doses {
    /// The results of the last years up to that of the day, read once for all rules that look at the worker.
    pub(super) fn of(person: Uuid, look: &Look<'_>) -> Result<Rc<Self>, Need> {
        let last = year_of(look.day);
        let years = last.saturating_sub(YEARS_BEFORE)..=last;
        let keys: Vec<_> = years.map(|year| dose_result::results_key(person, year)).collect();
        let found = look.all_of(&keys)?;
        let doses = look.doses(person, || Self::read(found.iter().flat_map(|of_year| of_year.iter()), last));
        if !doses.results.is_empty() {
            look.again_on(new_year(last.saturating_add(1)));
        }
        Ok(doses)
    }

    fn read<'e>(found: impl Iterator<Item = &'e (Uuid, Arc<Entry>)>, last: i16) -> Self {
        let first = last.saturating_sub(YEARS_BEFORE);
        let years = first..=last;
        // Worn over the turn of a year, a result stands under both.
        let once: BTreeMap<Uuid, &Entry> = found.map(|(id, entry)| (*id, &**entry)).collect();
        let mut results: Vec<Received> = once
            .into_iter()
            .filter_map(|(id, entry)| {
                let result = entry.state.dose_result()?.clone();
                let line = result.line();
                let record = dose_result::reference(id);
                let reported_on = entry.marks.first().map_or(entry.day, |mark| mark.origin.date);
                Some(Received { record, reported_on, result, line })
            })
            // A result across the beginning of the window that counts for the year before it.
            .filter(|received| i16::try_from(received.result.reading.dose_year).is_ok_and(|year| years.contains(&year)))
            .collect();
        results.sort_by_key(|received| (received.result.reading.wear_to, received.record.id));
        let sums = sums(results.iter().filter_map(|received| received.line.as_ref()));
        Self { first_day: new_year(first), results, sums }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Received] {
        &self.results
    }

    /// Those with a value that belong to these years.
    pub(super) fn within(&self, first: i16, last: i16) -> Vec<(&RecordRef, &Line)> {
        let valued = self.results.iter().filter_map(|received| Some((&received.record, received.line.as_ref()?)));
        valued.filter(|(_, line)| (first..=last).contains(&line.dose_year)).collect()
    }

    /// Those with a value, by employment and days worn: what one period of work came to.
    pub(super) fn periods(&self) -> BTreeMap<Period, Vec<(&RecordRef, &Line)>> {
        let mut periods: BTreeMap<Period, Vec<_>> = BTreeMap::new();
        for (record, line) in self.within(i16::MIN, i16::MAX) {
            periods.entry((line.employment, line.from, line.to)).or_default().push((record, line));
        }
        periods
    }
}

/// First day of a year.
pub(super) fn new_year(year: i16) -> Date {
    Date(date(year.clamp(0, 9999), 1, 1))
}

/// Whether there is a grade on a day or on one that follows.
pub(super) fn lives(steps: &Steps, day: Date) -> bool {
    steps.grade(day).is_some() || steps.next_after(day).is_some()
}

/// The grade of what has come together, day by day: a result counts from the last day on which it was worn.
pub(super) fn steps_of<'a>(
    lines: impl Iterator<Item = &'a Line>,
    grade: impl Fn(&Sums, Date) -> Option<WarningGrade>,
) -> Steps {
    let mut lines: Vec<&Line> = lines.collect();
    lines.sort_by_key(|line| line.to);
    let mut so_far = Sums::default();
    // What is counted together was worn until the same day, so each day adds what its own results come to.
    lines.chunk_by(|one, next| one.to == next.to).fold(Steps::never(), |steps, of_day| {
        so_far.add(&sums(of_day.iter().copied()));
        let day = of_day[0].to;
        match grade(&so_far, day) {
            Some(grade) => steps.then(day, grade),
            None => steps.until(day),
        }
    })
}

/// What a year comes to in a quantity.
pub(super) fn dose_of(quantity: DoseQuantity, year: &Year) -> i64 {
    match quantity {
        DoseQuantity::Effective => year.effective_nsv,
        DoseQuantity::Lens => year.lens_nsv,
        DoseQuantity::Extremity => year.extremity_nsv,
    }
}

/// The investigations of a worker.
pub(super) fn investigations(person: Uuid, look: &Look<'_>) -> Result<Vec<Investigation>, Need> {
    let all = look.all(&investigation::investigations_key(person))?;
    Ok(all.iter().filter_map(|(_, entry)| entry.state.investigation()).cloned().collect())
}

/// Those that were accepted.
pub(super) fn accepted(person: Uuid, look: &Look<'_>) -> Result<Vec<Investigation>, Need> {
    let mut all = investigations(person, look)?;
    all.retain(|investigation| investigation.state == InvestigationState::Accepted);
    Ok(all)
}

/// Whether an investigation of a sum was accepted, and still is the answer: what came after it did not lead to a higher
/// grade than what was investigated.
pub(super) fn sum_settled(
    accepted: &[Investigation],
    (basis, quantity, year): (InvestigationBasis, DoseQuantity, i16),
    sum_nsv: i64,
    grade: impl Fn(i64) -> Option<WarningGrade>,
) -> bool {
    accepted.iter().any(|investigation| {
        (investigation.basis, investigation.quantity) == (basis, quantity)
            && investigation.dose_year == Some(year.into())
            && grade(investigation.largest_nsv()) >= grade(sum_nsv)
    })
}

/// What the calendar years of a worker come to in one quantity, each year an occurrence. `grade` is that of a sum after
/// so many months of its year.
///
/// A hint ends with its year, and so does a warning whose investigation was accepted. A limit that was exceeded stays
/// exceeded: somebody decides on it.
pub(super) fn years(
    (doses, accepted): (&Doses, &[Investigation]),
    quantity: DoseQuantity,
    day: Date,
    grade: impl Fn(i64, i64) -> Option<WarningGrade>,
) -> Vec<Finding> {
    let found = doses.sums.years().filter_map(|(year, whole)| {
        let results = doses.within(year, year);
        let lines = results.iter().map(|(_, line)| *line);
        let steps = steps_of(lines, |sums, day| grade(dose_of(quantity, &sums.year(year)), months_elapsed(year, day)));
        let whole_nsv = dose_of(quantity, whole);
        let of_year = |sum_nsv| grade(sum_nsv, 12);
        let answered = sum_settled(accepted, (InvestigationBasis::Year, quantity, year), whole_nsv, of_year);
        let ends = match of_year(whole_nsv) {
            Some(Red) => false,
            Some(grade) if grade > Blue => answered,
            _ => true,
        };
        let steps = if ends { steps.until(new_year(year.saturating_add(1))) } else { steps };
        let counts = |line: &Line| match quantity {
            DoseQuantity::Effective => line.effective_nsv.is_some(),
            DoseQuantity::Lens => line.hp3_nsv.is_some(),
            DoseQuantity::Extremity => line.hp007_nsv.is_some(),
        };
        let inputs = results.iter().filter(|(_, line)| counts(line)).map(|(record, _)| (*record).clone());
        lives(&steps, day).then(|| Finding::new(year, steps).on_all(inputs).with("sum_nsv", whole_nsv))
    });
    found.collect()
}

/// Months of a year that are over, or run, on a day.
fn months_elapsed(year: i16, day: Date) -> i64 {
    if year_of(day) > year { 12 } else { day.0.month().into() }
}

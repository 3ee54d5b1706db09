//! What is to be evaluated: the subjects that events touched since they were looked at, and those whose day has come.
//!
//! The audit and the demonstration keep it in memory; the service keeps the days in a table. None of them looks at a subject
//! for which nothing can have changed, so a day costs what is due on it and not what there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use signing::bytes::Date;
use signing::statement::RecordRef;

/// The agenda.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    subjects: HashMap<RecordRef, Standing>,
    touched: BTreeSet<(u64, RecordRef)>,
    due: BTreeMap<Date, BTreeSet<RecordRef>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// Position of the last event that touched it since it was evaluated.
    touched: Option<u64>,
    /// Day on which it is due.
    next: Option<Date>,
}

impl Agenda {
    /// An event at a position touched a subject.
    pub fn touch(&mut self, subject: RecordRef, position: u64) {
        let standing = self.subjects.entry(subject.clone()).or_default();
        if let Some(before) = standing.touched.replace(position) {
            self.touched.remove(&(before, subject.clone()));
        }
        self.touched.insert((position, subject));
    }

    /// An event touched every subject that is known.
    pub fn touch_all(&mut self, position: u64) {
        let all: Vec<RecordRef> = self.subjects.keys().cloned().collect();
        all.into_iter().for_each(|subject| self.touch(subject, position));
    }

    /// What is to be looked at on a day by who has folded the events before `basis`. What was touched at or after it waits.
    #[must_use]
    pub fn due(&self, day: Date, basis: u64) -> Vec<RecordRef> {
        let touched = self.touched.iter().take_while(|(position, _)| *position < basis).map(|(_, subject)| subject);
        let come = self.due.range(..=day).flat_map(|(_, subjects)| subjects);
        let untouched = |subject: &&RecordRef| self.subjects[*subject].touched.is_none();
        touched.chain(come.filter(untouched)).cloned().collect()
    }

    /// Whether a subject was touched by what had not been folded by who folded the events before `basis`.
    #[must_use]
    pub fn waits(&self, subject: &RecordRef, basis: u64) -> bool {
        self.subjects.get(subject).and_then(|standing| standing.touched).is_some_and(|touched| touched >= basis)
    }

    /// A subject was looked at; with the facts as they stand it has to be again on `next`.
    pub fn settle(&mut self, subject: &RecordRef, next: Option<Date>) {
        let before = self.subjects.insert(subject.clone(), Standing { touched: None, next }).unwrap_or_default();
        if let Some(position) = before.touched {
            self.touched.remove(&(position, subject.clone()));
        }
        if let Some(day) = before.next
            && let Some(subjects) = self.due.get_mut(&day)
        {
            subjects.remove(subject);
            if subjects.is_empty() {
                self.due.remove(&day);
            }
        }
        if let Some(day) = next {
            self.due.entry(day).or_default().insert(subject.clone());
        }
    }

    /// Every subject with the day on which it is due.
    pub fn subjects(&self) -> impl Iterator<Item = (&RecordRef, Option<Date>)> {
        self.subjects.iter().map(|(subject, standing)| (subject, standing.next))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn subject(number: u128) -> RecordRef {
        RecordRef { kind: "person".into(), id: Uuid::from_u128(number) }
    }

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn what_was_touched_or_has_become_due_is_looked_at_once() {
        let mut agenda = Agenda::default();
        agenda.touch(subject(1), 10);
        agenda.touch(subject(2), 11);
        agenda.touch(subject(1), 12);
        assert_eq!(agenda.due(day("2026-03-01"), 12), [subject(2)], "the first was touched again after the basis");
        assert_eq!(agenda.due(day("2026-03-01"), 13), [subject(2), subject(1)]);
        agenda.settle(&subject(1), Some(day("2026-03-05")));
        agenda.settle(&subject(2), None);
        assert!(agenda.due(day("2026-03-04"), 20).is_empty());
        assert_eq!(agenda.due(day("2026-03-05"), 20), [subject(1)]);
        agenda.touch(subject(1), 21);
        assert!(agenda.due(day("2026-03-06"), 21).is_empty(), "due, and touched by what was not folded yet");
        agenda.settle(&subject(1), Some(day("2026-04-01")));
        assert!(agenda.due(day("2026-03-31"), 30).is_empty());
        agenda.touch_all(30);
        assert_eq!(agenda.due(day("2026-03-31"), 31).len(), 2);
    }
}

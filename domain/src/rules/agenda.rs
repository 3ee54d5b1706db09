//! What is to be evaluated: the subjects that events touched since they were looked at, and those whose day has come, each
//! with the rules whose answer may be another one.
//!
//! The audit and the demonstration keep it in memory; the service keeps the days in a table. None of them looks at a subject
//! for which nothing can have changed, so a day costs what is due on it and not what there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use signing::bytes::Date;
use signing::statement::RecordRef;

use super::RuleSet;
use crate::catalog::Kind;

/// The agenda.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    subjects: HashMap<RecordRef, Standing>,
    touched: BTreeSet<(u64, RecordRef)>,
    due: BTreeMap<Date, BTreeSet<RecordRef>>,
}

/// When rules have to look at a subject again that nothing of its own touches.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// The next day on which the answer of each may be another one.
    pub days: Vec<(RuleSet, Date)>,
    /// Those that looked at parameters.
    pub with_parameters: RuleSet,
    /// Those that looked at holiday tables.
    pub with_tables: RuleSet,
    /// Those that were not in force. They are asked whenever the subject is looked at, by whichever rule.
    pub not_in_force: RuleSet,
}

impl Again {
    /// What other rules say as well.
    pub fn add(&mut self, others: Self) {
        self.days.extend(others.days);
        self.with_parameters = self.with_parameters.with(others.with_parameters);
        self.with_tables = self.with_tables.with(others.with_tables);
        self.not_in_force = self.not_in_force.with(others.not_in_force);
    }

    /// What these rules said holds no longer.
    fn forget(&mut self, rules: RuleSet) {
        self.days.retain(|(known, _)| !known.within(rules));
        self.with_parameters = self.with_parameters.without(rules);
        self.with_tables = self.with_tables.without(rules);
        self.not_in_force = self.not_in_force.without(rules);
    }
}

#[derive(Debug, Clone, Default)]
struct Standing {
    /// Position of the last event that touched it since it was evaluated.
    touched: Option<u64>,
    /// The rules for which it was touched.
    rules: RuleSet,
    /// What the rules said when they looked at it.
    again: Again,
}

impl Standing {
    /// Day on which it is due.
    fn next(&self) -> Option<Date> {
        self.again.days.iter().map(|(_, day)| *day).min()
    }

    /// The rules that have to look at it on a day.
    fn rules(&self, day: Date) -> RuleSet {
        let come = self.again.days.iter().filter(|(_, next)| *next <= day);
        come.fold(self.rules.with(self.again.not_in_force), |all, (rules, _)| all.with(*rules))
    }
}

impl Agenda {
    /// An event at a position touched a subject: these rules have to look at it.
    pub fn touch(&mut self, subject: RecordRef, rules: RuleSet, position: u64) {
        let standing = self.subjects.entry(subject.clone()).or_default();
        standing.rules = standing.rules.with(rules);
        if let Some(before) = standing.touched.replace(position) {
            self.touched.remove(&(before, subject.clone()));
        }
        self.touched.insert((position, subject));
    }

    /// An event of a kind that [`touches_all`](super::touches_all): rules in force are those of every subject, parameters and
    /// holiday tables those of whoever looked at them. Rules that were not in force are asked as well. Of whom no rule has to
    /// look it is touched all the same, for none: a day is evaluated in the order of the touches, whatever is asked.
    pub fn touch_all(&mut self, kind: Kind, position: u64) {
        let rests = |Standing { again, .. }: &Standing| match kind {
            Kind::Parameter => again.with_parameters.with(again.not_in_force),
            Kind::HolidayTable => again.with_tables.with(again.not_in_force),
            _ => RuleSet::ALL,
        };
        let resting = self.subjects.iter().map(|(subject, standing)| (subject.clone(), rests(standing)));
        let all: Vec<(RecordRef, RuleSet)> = resting.collect();
        all.into_iter().for_each(|(subject, rules)| self.touch(subject, rules, position));
    }

    /// What is to be looked at on a day, and by which rules, by who has folded the events before `basis`. What was touched at
    /// or after it waits.
    #[must_use]
    pub fn due(&self, day: Date, basis: u64) -> Vec<(RecordRef, RuleSet)> {
        let touched = self.touched.iter().take_while(|(position, _)| *position < basis).map(|(_, subject)| subject);
        let come = self.due.range(..=day).flat_map(|(_, subjects)| subjects);
        let untouched = |subject: &&RecordRef| self.subjects[*subject].touched.is_none();
        let all = touched.chain(come.filter(untouched));
        all.map(|subject| (subject.clone(), self.subjects[subject].rules(day))).collect()
    }

    /// Whether a subject was touched by what had not been folded by who folded the events before `basis`.
    #[must_use]
    pub fn waits(&self, subject: &RecordRef, basis: u64) -> bool {
        self.subjects.get(subject).and_then(|standing| standing.touched).is_some_and(|touched| touched >= basis)
    }

    /// These rules, all that had to, looked at a subject, and said when they have to again.
    pub fn settle(&mut self, subject: &RecordRef, rules: RuleSet, again: Again) {
        let standing = self.subjects.entry(subject.clone()).or_default();
        let before = standing.next();
        standing.again.forget(rules);
        standing.again.add(again);
        standing.rules = RuleSet::default();
        if let Some(position) = standing.touched.take() {
            self.touched.remove(&(position, subject.clone()));
        }
        let next = standing.next();
        if next == before {
            return;
        }
        if let Some(day) = before
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
        self.subjects.iter().map(|(subject, standing)| (subject, standing.next()))
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

    fn on(days: &[(RuleSet, &str)]) -> Again {
        Again { days: days.iter().map(|(rules, text)| (*rules, day(text))).collect(), ..Again::default() }
    }

    fn all(subjects: &[u128]) -> Vec<(RecordRef, RuleSet)> {
        subjects.iter().map(|number| (subject(*number), RuleSet::ALL)).collect()
    }

    #[test]
    fn what_was_touched_or_has_become_due_is_looked_at_once() {
        let mut agenda = Agenda::default();
        let on = |text| on(&[(RuleSet::ALL, text)]);
        agenda.touch(subject(1), RuleSet::ALL, 10);
        agenda.touch(subject(2), RuleSet::ALL, 11);
        agenda.touch(subject(1), RuleSet::ALL, 12);
        assert_eq!(agenda.due(day("2026-03-01"), 12), all(&[2]), "the first was touched again after the basis");
        assert_eq!(agenda.due(day("2026-03-01"), 13), all(&[2, 1]));
        agenda.settle(&subject(1), RuleSet::ALL, on("2026-03-05"));
        agenda.settle(&subject(2), RuleSet::ALL, Again::default());
        assert!(agenda.due(day("2026-03-04"), 20).is_empty());
        assert_eq!(agenda.due(day("2026-03-05"), 20), all(&[1]));
        agenda.touch(subject(1), RuleSet::ALL, 21);
        assert!(agenda.due(day("2026-03-06"), 21).is_empty(), "due, and touched by what was not folded yet");
        agenda.settle(&subject(1), RuleSet::ALL, on("2026-04-01"));
        assert!(agenda.due(day("2026-03-31"), 30).is_empty());
        agenda.touch_all(Kind::Policy, 30);
        assert_eq!(agenda.due(day("2026-03-31"), 31).len(), 2);
    }

    #[test]
    fn only_the_rules_look_that_were_touched_or_whose_day_has_come() {
        let mut agenda = Agenda::default();
        let (one, other) = (RuleSet::at(1), RuleSet::at(2));
        agenda.touch(subject(1), one, 10);
        agenda.touch(subject(1), other, 11);
        assert_eq!(agenda.due(day("2026-03-01"), 12), [(subject(1), one.with(other))]);
        agenda.settle(&subject(1), one.with(other), on(&[(one, "2026-03-05"), (other, "2026-03-09")]));
        assert_eq!(agenda.due(day("2026-03-05"), 12), [(subject(1), one)]);
        agenda.settle(&subject(1), one, on(&[(one, "2026-03-20")]));
        assert!(agenda.due(day("2026-03-08"), 12).is_empty());
        agenda.touch(subject(1), one, 12);
        assert_eq!(agenda.due(day("2026-03-09"), 13), [(subject(1), one.with(other))], "touched, and its day has come");
        agenda.settle(&subject(1), one.with(other), Again::default());
        assert_eq!(agenda.subjects().collect::<Vec<_>>(), [(&subject(1), None)]);
    }

    #[test]
    fn a_parameter_or_a_table_touches_whoever_looked_at_it() {
        let mut agenda = Agenda::default();
        let (one, other) = (RuleSet::at(1), RuleSet::at(2));
        agenda.touch(subject(1), one.with(other), 1);
        agenda.touch(subject(2), one, 2);
        let again = Again { with_parameters: one, with_tables: other, ..Again::default() };
        agenda.settle(&subject(1), one.with(other), again);
        agenda.settle(&subject(2), one, Again::default());
        agenda.touch_all(Kind::Parameter, 3);
        let nobody = (subject(2), RuleSet::default());
        assert_eq!(agenda.due(day("2026-03-01"), 4), [(subject(1), one), nobody.clone()]);
        agenda.settle(&subject(1), one, Again::default());
        agenda.touch_all(Kind::Parameter, 4);
        let none = [(subject(1), RuleSet::default()), nobody.clone()];
        assert_eq!(agenda.due(day("2026-03-01"), 5), none, "it no longer looks at any");
        agenda.touch_all(Kind::HolidayTable, 5);
        assert_eq!(agenda.due(day("2026-03-01"), 6), [(subject(1), other), nobody]);
    }

    #[test]
    fn a_rule_that_was_not_in_force_is_asked_with_the_next_one() {
        let mut agenda = Agenda::default();
        let (one, other) = (RuleSet::at(1), RuleSet::at(2));
        agenda.touch(subject(1), one.with(other), 1);
        agenda.settle(&subject(1), one.with(other), Again { not_in_force: one, ..Again::default() });
        assert!(agenda.due(day("2026-03-01"), 2).is_empty());
        agenda.touch(subject(1), other, 2);
        assert_eq!(agenda.due(day("2026-03-01"), 3), [(subject(1), one.with(other))]);
        agenda.settle(&subject(1), other, Again::default());
        agenda.touch_all(Kind::Parameter, 3);
        assert_eq!(agenda.due(day("2026-03-01"), 4), [(subject(1), one)]);
    }
}

//! The grade of a warning as a function of the day.
//!
//! With the facts given, what a rule says changes on certain days only. A rule therefore answers with those days and not
//! for one day: the grade of today, the day from which it holds and the day of the next change all follow, and none of
//! the three can disagree with the others.

use signing::bytes::Date;

use crate::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};

/// From which day on which grade holds; before the first day, and where a day has none, the condition is not met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps(Vec<(Date, Option<WarningGrade>)>);

/// Days before a due day on which BLUE, YELLOW and ORANGE begin. The due day itself is compliant; RED begins the day after
/// (rules.md §3.6).
pub type Ladder = [i64; 3];
/// Ladder of ninety days.
pub const L90: Ladder = [90, 60, 30];
/// Ladder of sixty days.
pub const L60: Ladder = [60, 30, 15];
/// Ladder of thirty days.
pub const L30: Ladder = [30, 15, 7];
/// Ladder of fifteen days.
pub const L15: Ladder = [15, 7, 3];

impl Steps {
    /// The condition is not met on any day.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// A grade from a day on.
    #[must_use]
    pub fn from(day: Date, grade: WarningGrade) -> Self {
        Self(vec![(day, Some(grade))])
    }

    /// The grades of a ladder before and after a due day.
    #[must_use]
    pub fn ladder(due: Date, ladder: Ladder) -> Self {
        let [blue, yellow, orange] = ladder;
        Self::from(due.add_days(-blue), Blue)
            .then(due.add_days(-yellow), Yellow)
            .then(due.add_days(-orange), Orange)
            .then(due.add_days(1), Red)
    }

    /// Another grade from a day on; days are given in order, and one that is not after the last replaces it.
    #[must_use]
    pub fn then(self, day: Date, grade: WarningGrade) -> Self {
        self.change(day, Some(grade))
    }

    /// The condition is no longer met from a day on.
    #[must_use]
    pub fn until(self, day: Date) -> Self {
        self.change(day, None)
    }

    fn change(mut self, day: Date, grade: Option<WarningGrade>) -> Self {
        self.0.retain(|(known, _)| *known < day);
        self.0.push((day, grade));
        self
    }

    /// Nothing before a day: what would hold then begins on it.
    #[must_use]
    pub fn not_before(self, day: Date) -> Self {
        let now = self.grade(day);
        let later = self.0.into_iter().filter(|(known, _)| *known > day);
        Self(std::iter::once((day, now)).chain(later).collect())
    }

    /// No grade above this one.
    #[must_use]
    pub fn capped(mut self, most: WarningGrade) -> Self {
        for (_, grade) in &mut self.0 {
            *grade = grade.map(|grade| grade.min(most));
        }
        self
    }

    /// On each day the higher of two.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        let mut days: Vec<Date> = self.0.iter().chain(&other.0).map(|(day, _)| *day).collect();
        days.sort_unstable();
        days.dedup();
        Self(days.into_iter().map(|day| (day, self.grade(day).max(other.grade(day)))).collect())
    }

    /// The grade on a day.
    #[must_use]
    pub fn grade(&self, day: Date) -> Option<WarningGrade> {
        self.0.iter().rev().find(|(known, _)| *known <= day).and_then(|(_, grade)| *grade)
    }

    /// The grade on a day and the first day from which on it has held.
    #[must_use]
    pub fn since(&self, day: Date) -> Option<(WarningGrade, Date)> {
        let grade = self.grade(day)?;
        let held = self.0.iter().rev().skip_while(|(known, _)| *known > day);
        let first = held.take_while(|(_, known)| *known == Some(grade)).last()?;
        Some((grade, first.0))
    }

    /// The next day after this one on which the grade changes.
    #[must_use]
    pub fn next_after(&self, day: Date) -> Option<Date> {
        let now = self.grade(day);
        self.0.iter().find(|(known, grade)| *known > day && *grade != now).map(|(known, _)| *known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn a_ladder_changes_on_its_days_and_red_begins_after_the_due_day() {
        let steps = Steps::ladder(day("2026-03-15"), L90);
        for (on, grade) in [
            ("2025-12-14", None),
            ("2025-12-15", Some(Blue)),
            ("2026-01-13", Some(Blue)),
            ("2026-01-14", Some(Yellow)),
            ("2026-02-12", Some(Yellow)),
            ("2026-02-13", Some(Orange)),
            ("2026-03-15", Some(Orange)),
            ("2026-03-16", Some(Red)),
            ("2030-01-01", Some(Red)),
        ] {
            assert_eq!(steps.grade(day(on)), grade, "{on}");
        }
        assert_eq!(steps.since(day("2026-02-28")), Some((Orange, day("2026-02-13"))));
        assert_eq!(steps.next_after(day("2026-02-28")), Some(day("2026-03-16")));
        assert_eq!(steps.next_after(day("2026-03-16")), None);
        assert_eq!(steps.next_after(day("2020-01-01")), Some(day("2025-12-15")));
    }

    #[test]
    fn two_conditions_give_the_higher_grade_of_each_day() {
        let one = Steps::from(day("2026-01-01"), Yellow).until(day("2026-02-01"));
        let other = Steps::from(day("2026-01-10"), Blue).then(day("2026-01-20"), Red);
        let both = one.or(&other);
        assert_eq!(both.grade(day("2025-12-31")), None);
        assert_eq!(both.since(day("2026-01-15")), Some((Yellow, day("2026-01-01"))), "the same grade before and after");
        assert_eq!(both.next_after(day("2026-01-01")), Some(day("2026-01-20")), "a day without a change is none");
        assert_eq!(both.grade(day("2026-03-01")), Some(Red));
    }

    #[test]
    fn what_begins_late_or_is_capped() {
        let steps = Steps::ladder(day("2026-03-15"), L30).not_before(day("2026-03-10")).capped(Orange);
        assert_eq!(steps.grade(day("2026-03-09")), None);
        assert_eq!(steps.since(day("2026-03-20")), Some((Orange, day("2026-03-10"))));
        assert_eq!(Steps::never().grade(day("2026-03-09")), None);
        assert_eq!(
            Steps::from(day("2026-01-01"), Blue).then(day("2026-01-01"), Red).grade(day("2026-01-01")),
            Some(Red)
        );
    }
}

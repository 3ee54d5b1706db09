//! Civil-day arithmetic of the law: working days and months.
//!
//! Periods of administrative licensing run in working days without statutory holidays (行政许可法 Art. 82). What is a
//! working day follows from the week and from the yearly table of the State Council, which moves days both ways. The
//! day on which a period begins does not count. A year without a table has the plain week; who computes with it can
//! ask [`Calendar::years_without_table`] and say so.

use std::collections::{BTreeMap, BTreeSet};

use signing::bytes::Date;

use crate::reference_codes::HolidayKind;

/// Working days as given tables make them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Special day → year of the table that says so, and what it says.
    special: BTreeMap<Date, (u32, HolidayKind)>,
    years: BTreeSet<u32>,
}

impl Calendar {
    /// A calendar that knows no table: Monday to Friday.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }

    /// The same calendar with the table of a year. A table may reach into the December before; there the later
    /// table wins, in whichever order they come.
    #[must_use]
    pub fn with(mut self, year: u32, days: impl IntoIterator<Item = (Date, HolidayKind)>) -> Self {
        self.years.insert(year);
        for (date, kind) in days {
            let known = self.special.entry(date).or_insert((year, kind));
            if known.0 <= year {
                *known = (year, kind);
            }
        }
        self
    }

    /// Whether a day is a working day.
    #[must_use]
    pub fn is_workday(&self, day: Date) -> bool {
        match self.special.get(&day) {
            Some((_, kind)) => *kind == HolidayKind::MakeupWorkday,
            None => !is_weekend(day),
        }
    }

    /// The `count`th working day after a day (that day itself for zero). At the end of the calendar it stays there.
    #[must_use]
    pub fn add(&self, day: Date, count: u32) -> Date {
        let (mut day, mut left) = (day, count);
        while left > 0 {
            let next = day.add_days(1);
            if next == day {
                return day;
            }
            day = next;
            left -= u32::from(self.is_workday(day));
        }
        day
    }

    /// Working days after `from` up to and including `until`; negative when `until` lies before.
    ///
    /// So `between(day, add(day, n)) == n`, and a due day that has come has none left.
    #[must_use]
    pub fn between(&self, from: Date, until: Date) -> i64 {
        if until < from {
            return -self.between(until, from);
        }
        let (first, last) = (from.days() + 1, until.days());
        // Whole weeks have five each; what is left is looked at day by day, and the tables are laid over it.
        let weeks = (last - first + 1).div_euclid(7);
        let rest = (first + weeks * 7..=last).filter(|day| !is_weekend(Date::from_days(*day))).count() as i64;
        let moved: i64 = if from < until {
            self.special
                .range(from.add_days(1)..=until)
                .map(|(day, (_, kind))| match kind {
                    HolidayKind::Holiday => -i64::from(!is_weekend(*day)),
                    HolidayKind::MakeupWorkday => i64::from(is_weekend(*day)),
                })
                .sum()
        } else {
            0
        };
        weeks * 5 + rest + moved
    }

    /// Years of a stretch of days that have no table, in order.
    #[must_use]
    pub fn years_without_table(&self, from: Date, until: Date) -> Vec<u32> {
        (year_of(from)..=year_of(until)).filter(|year| !self.years.contains(year)).collect()
    }
}

/// Saturday or Sunday.
#[must_use]
pub fn is_weekend(day: Date) -> bool {
    // 1970-01-01 was a Thursday: counted from Monday, day 3.
    (day.days() + 3).rem_euclid(7) >= 5
}

/// Year of a date.
#[must_use]
pub fn year_of(day: Date) -> u32 {
    u32::from(day.0.year().unsigned_abs())
}

/// So many months later (earlier when negative), at most on the last day of that month: 2024-02-29 + 24 = 2026-02-28.
#[must_use]
pub fn add_months(day: Date, months: i32) -> Date {
    let count = i64::from(day.0.year()) * 12 + i64::from(day.0.month()) - 1 + i64::from(months);
    let count = count.clamp(0, 9999 * 12 + 11);
    let (year, month) = (count.div_euclid(12) as i16, (count.rem_euclid(12) + 1) as i8);
    (1..=day.0.day()).rev().find_map(|day| jiff::civil::Date::new(year, month, day).ok()).map_or(day, Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn of_2026() -> Calendar {
        // Spring Festival as notices are built: a week off, two Saturdays and Sundays worked.
        let off = (15..=23).map(|d| (day(&format!("2026-02-{d}")), HolidayKind::Holiday));
        let worked = ["2026-02-14", "2026-02-28"].map(|d| (day(d), HolidayKind::MakeupWorkday));
        Calendar::plain().with(2026, off.chain(worked))
    }

    #[test]
    fn the_worked_example_without_holidays() {
        let plain = Calendar::plain();
        for (count, due) in
            [(0, "2026-03-02"), (5, "2026-03-09"), (10, "2026-03-16"), (15, "2026-03-23"), (20, "2026-03-30")]
        {
            assert_eq!(plain.add(day("2026-03-02"), count), day(due));
            assert_eq!(plain.between(day("2026-03-02"), day(due)), i64::from(count));
        }
        assert_eq!(plain.add(day("2026-03-07"), 1), day("2026-03-09"), "from a Saturday the Monday is the first");
    }

    #[test]
    fn a_year_with_holidays_moves_days_both_ways() {
        let calendar = of_2026();
        assert!(calendar.is_workday(day("2026-02-14")) && !calendar.is_workday(day("2026-02-16")));
        assert_eq!(calendar.add(day("2026-02-13"), 1), day("2026-02-14"), "a Saturday that is worked");
        assert_eq!(calendar.add(day("2026-02-13"), 2), day("2026-02-24"), "the first day after the holidays");
        assert_eq!(calendar.add(day("2026-02-13"), 6), day("2026-02-28"));
        assert_eq!(calendar.between(day("2026-02-13"), day("2026-02-28")), 6);
        assert_eq!(Calendar::plain().between(day("2026-02-13"), day("2026-02-28")), 10);
    }

    #[test]
    fn counting_and_adding_agree_over_a_year() {
        let calendar = of_2026();
        for offset in 0..400 {
            let from = day("2025-12-20").add_days(offset);
            for count in [0, 1, 4, 5, 6, 20, 45] {
                let due = calendar.add(from, count);
                assert_eq!(calendar.between(from, due), i64::from(count), "{from} + {count}");
                assert_eq!(calendar.between(due, from), -i64::from(count));
            }
        }
    }

    #[test]
    fn a_table_reaches_into_the_december_before_and_wins_there() {
        let december = day("2018-12-31");
        let of_2018 = [(december, HolidayKind::MakeupWorkday)];
        let of_2019 = [(december, HolidayKind::Holiday)];
        let forward = Calendar::plain().with(2018, of_2018).with(2019, of_2019);
        assert!(!forward.is_workday(december));
        assert_eq!(forward, Calendar::plain().with(2019, of_2019).with(2018, of_2018));
    }

    #[test]
    fn years_without_a_table_are_named() {
        let calendar = of_2026();
        assert_eq!(calendar.years_without_table(day("2025-12-30"), day("2027-01-05")), [2025, 2027]);
        assert!(calendar.years_without_table(day("2026-01-01"), day("2026-12-31")).is_empty());
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_trap() {
        let plain = Calendar::plain();
        assert_eq!(plain.add(day("9999-12-30"), 1_000_000), day("9999-12-31"));
        assert_eq!(plain.between(day("9999-12-31"), day("9999-12-31")), 0);
        assert_eq!(add_months(day("9999-12-31"), i32::MAX), day("9999-12-31"));
        assert_eq!(add_months(day("0000-01-31"), i32::MIN), day("0000-01-31"));
    }

    #[test]
    fn months_clamp_to_the_end_of_the_month() {
        for (from, months, to) in [
            ("2024-02-29", 24, "2026-02-28"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-01-31", -2, "2025-11-30"),
            ("2023-03-15", 36, "2026-03-15"),
            ("2024-02-29", 60, "2029-02-28"),
        ] {
            assert_eq!(add_months(day(from), months), day(to));
        }
    }
}

//! Tables of a year (D-01 to D-03): how many persons were monitored, what they received together, how it lies.

use super::{Year, rounded};

/// A part of a whole in thousandths, half up; none of nothing, which is printed as a dash.
#[must_use]
pub fn thousandths(part: i64, whole: i64) -> Option<i64> {
    let (part, whole) = (i128::from(part), i128::from(whole));
    (whole > 0).then(|| i64::try_from((part * 2000 + whole).div_euclid(whole * 2)).unwrap_or(i64::MAX))
}

/// The annual dose of one person, as the tables of a year count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Annual {
    /// Effective dose.
    pub effective_nsv: i64,
    /// Months monitored.
    pub months: u32,
    /// False when nothing was detected all year.
    pub detected: bool,
}

impl From<Year> for Annual {
    fn from(year: Year) -> Self {
        Self { effective_nsv: year.effective_nsv, months: year.months, detected: year.detected }
    }
}

/// Table D-01: one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Persons monitored.
    pub persons: usize,
    /// Months that they were monitored, at most twelve each; person-years are a twelfth.
    pub person_months: u64,
    /// Collective dose.
    pub collective_nsv: i64,
    /// Mean.
    pub mean_nsv: i64,
    /// Median.
    pub median_nsv: i64,
    /// Third quartile.
    pub p75_nsv: i64,
    /// 95th percentile.
    pub p95_nsv: i64,
    /// Largest.
    pub max_nsv: i64,
}

/// Number, collective dose and how the doses lie; none of nobody.
#[must_use]
pub fn spread(annual: &[Annual]) -> Option<Spread> {
    let mut doses: Vec<i64> = annual.iter().map(|annual| annual.effective_nsv).collect();
    doses.sort_unstable();
    let max_nsv = *doses.last()?;
    let collective_nsv = total(doses.iter().copied());
    Some(Spread {
        persons: doses.len(),
        person_months: annual.iter().map(|annual| u64::from(annual.months.min(12))).sum(),
        collective_nsv,
        mean_nsv: rounded(collective_nsv.into(), doses.len() as i128),
        median_nsv: percentile(&doses, 50),
        p75_nsv: percentile(&doses, 75),
        p95_nsv: percentile(&doses, 95),
        max_nsv,
    })
}

/// Percentile of sorted doses, linear between the two nearest (the usual inclusive definition).
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0 };
    let (at, rest) = (last * percent / 100, (last * percent % 100) as i128);
    let (low, high) = (i128::from(sorted[at]), i128::from(sorted[(at + 1).min(last)]));
    rounded(low * 100 + (high - low) * rest, 100)
}

fn total(doses: impl Iterator<Item = i64>) -> i64 {
    doses.fold(0, i64::saturating_add)
}

/// Table D-02: the intervals, by their ends; the first is for those in whom nothing was detected.
pub const INTERVALS: [&str; 10] =
    ["<MDL", "[MDL,0.5)", "[0.5,1)", "[1,2)", "[2,5)", "[5,10)", "[10,15)", "[15,20]", "(20,50]", ">50"];

/// The least dose of each interval but the first two. Up to 15 mSv the upper end lies outside; 20 and 50 are limits, and a
/// dose at a limit keeps it.
const INTERVALS_FROM_NSV: [i64; 8] =
    [500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 15_000_000, 20_000_001, 50_000_001];

/// The interval of an annual dose: an index into [`INTERVALS`].
#[must_use]
pub fn interval(annual: &Annual) -> usize {
    if !annual.detected {
        return 0;
    }
    1 + INTERVALS_FROM_NSV.iter().filter(|from| annual.effective_nsv >= **from).count()
}

/// The least and the greatest dose of an interval; none for the first, which is not told by the dose.
#[must_use]
pub fn interval_nsv(interval: usize) -> Option<(i64, i64)> {
    let from = |at: usize| INTERVALS_FROM_NSV.get(at).copied();
    let above = interval.checked_sub(1).filter(|_| interval < INTERVALS.len())?;
    Some((above.checked_sub(1).and_then(from).unwrap_or(i64::MIN), from(above).map_or(i64::MAX, |next| next - 1)))
}

/// Persons and collective dose of one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Persons.
    pub persons: i64,
    /// Collective dose.
    pub collective_nsv: i64,
}

/// Table D-02; shares follow by [`thousandths`].
#[must_use]
pub fn intervals(annual: &[Annual]) -> [Interval; 10] {
    let mut table = [Interval::default(); 10];
    for annual in annual {
        let row = &mut table[interval(annual)];
        row.persons += 1;
        row.collective_nsv = row.collective_nsv.saturating_add(annual.effective_nsv);
    }
    table
}

/// Levels of table D-03: 15, 10, 5 and 1 mSv.
pub const RATIO_LEVELS_NSV: [i64; 4] = [15_000_000, 10_000_000, 5_000_000, 1_000_000];

/// Table D-03 at one level, in thousandths: the share of persons above it, and of the collective dose that they
/// receive. None of nobody, or of no dose.
#[must_use]
pub fn ratios(annual: &[Annual], level_nsv: i64) -> (Option<i64>, Option<i64>) {
    let above = || annual.iter().map(|annual| annual.effective_nsv).filter(|dose| *dose > level_nsv);
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let all = total(annual.iter().map(|annual| annual.effective_nsv));
    (thousandths(count(above().count()), count(annual.len())), thousandths(total(above()), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MSV: i64 = 1_000_000;

    #[test]
    fn an_interval_is_told_by_its_ends() {
        assert_eq!(interval_nsv(0), None);
        assert_eq!(interval_nsv(INTERVALS.len()), None);
        for at in 1..INTERVALS.len() {
            let (from, to) = interval_nsv(at).expect("ends");
            for effective_nsv in [from, to] {
                assert_eq!(interval(&Annual { effective_nsv, months: 12, detected: true }), at, "{effective_nsv}");
            }
        }
    }

    fn annual(doses: &[i64]) -> Vec<Annual> {
        doses.iter().map(|dose| Annual { effective_nsv: *dose, months: 12, detected: true }).collect()
    }

    #[test]
    fn the_worked_example_of_the_annual_tables() {
        let annual = annual(&[6_000_000, 20_000, 1_500_000, 400_000]);
        let row = spread(&annual).expect("somebody");
        assert_eq!((row.persons, row.person_months, row.collective_nsv), (4, 48, 7_920_000));
        assert_eq!((row.mean_nsv, row.median_nsv, row.max_nsv), (1_980_000, 950_000, 6_000_000));
        assert_eq!((row.p75_nsv, row.p95_nsv), (2_625_000, 5_325_000));
        assert_eq!(ratios(&annual, MSV), (Some(500), Some(947)));
        assert_eq!(ratios(&annual, 5 * MSV), (Some(250), Some(758)));
        assert_eq!(ratios(&annual, 15 * MSV), (Some(0), Some(0)));
        assert_eq!(spread(&[]), None);
        assert_eq!(ratios(&[], MSV), (None, None));
    }

    #[test]
    fn the_ends_of_the_intervals() {
        let cases = [
            (20_000, 1),
            (499_999, 1),
            (500_000, 2),
            (MSV, 3),
            (2 * MSV, 4),
            (5 * MSV, 5),
            (10 * MSV, 6),
            (15 * MSV, 7),
            (20 * MSV, 7),
            (20 * MSV + 100, 8),
            (50 * MSV, 8),
            (50 * MSV + 100, 9),
        ];
        for (effective_nsv, expected) in cases {
            assert_eq!(interval(&Annual { effective_nsv, months: 12, detected: true }), expected, "{effective_nsv}");
        }
        assert_eq!(interval(&Annual { effective_nsv: 40_000, months: 12, detected: false }), 0);
        let table = intervals(&annual(&[20_000, 400_000, 1_500_000]));
        assert_eq!(table[1], Interval { persons: 2, collective_nsv: 420_000 });
        assert_eq!(thousandths(table[1].persons, 3), Some(667));
    }
}

//! Tests of devices as the law counts them: what is due when, what an institution checks itself, and whether a device may
//! be put in use.
//!
//! Functions of dates and codes alone. A test counts as evidence or does not ([`Evidence::counts`]): one that was
//! withdrawn, ruled out or reported without a qualification leaves every date as if it did not exist (W-TSO-02).

use signing::bytes::Date;

use crate::codes::DeviceKind;
use crate::qc_codes::{ConstancyItem, TestConclusion, TestPurpose};
use crate::workdays::add_months;

/// Months from one status test, or one workplace test, to the next (放射诊疗管理规定 第二十条、第二十一条).
const YEARLY_MONTHS: i32 = 12;
/// Highest dose rate outside a room for short exposures, above which the dose of a year is assessed (GBZ 130-2020).
pub const SHORT_EXPOSURE_NSV_H: i64 = 25_000;
/// Highest assessed dose of a year at such a place (GBZ 130-2020).
pub const ANNUAL_DOSE_NSV: i64 = 250_000;

/// A test as far as dates and decisions look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// What for.
    pub purpose: TestPurpose,
    /// When.
    pub tested_on: Date,
    /// What it came to.
    pub conclusion: TestConclusion,
    /// False when it is withdrawn, ruled out or without a qualification.
    pub counts: bool,
}

impl Evidence {
    fn passed(&self, purposes: &[TestPurpose]) -> bool {
        self.counts && self.conclusion.is_passed() && purposes.contains(&self.purpose)
    }
}

/// How the date of the next status test follows from the last (parameter `DEV_STATUS_MODE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusMode {
    /// Twelve months later.
    #[default]
    Rolling,
    /// On the last day of the year after it.
    CalendarYear,
}

impl StatusMode {
    /// The mode of a value of the parameter.
    #[must_use]
    pub fn of(value: i64) -> Self {
        if value == 1 { Self::CalendarYear } else { Self::Rolling }
    }
}

/// Day on which the next status test is due: after the last acceptance or status test that was passed; none while there
/// is none (W-DEV-01).
#[must_use]
pub fn status_due(tests: &[Evidence], mode: StatusMode) -> Option<Date> {
    let last = last_passed(tests, &[TestPurpose::Acceptance, TestPurpose::Status])?;
    Some(match mode {
        StatusMode::Rolling => add_months(last, YEARLY_MONTHS),
        StatusMode::CalendarYear => year_end(add_months(last, YEARLY_MONTHS)),
    })
}

/// Day on which the next workplace test is due: a year after the last that was passed, and at once when the place was
/// changed after it; none while there is none (W-DEV-02).
#[must_use]
pub fn workplace_due(tests: &[Evidence], changed_on: Option<Date>) -> Option<Date> {
    let last = last_passed(tests, &[TestPurpose::Workplace])?;
    Some(changed_on.filter(|changed| *changed > last).unwrap_or_else(|| add_months(last, YEARLY_MONTHS)))
}

/// Whether a device may be put in use on a day: its acceptance test was passed on or after the day on which it was
/// installed or last repaired in a major part, and not after that day (W-DEV-03; the same day is enough).
#[must_use]
pub fn may_be_used(tests: &[Evidence], since: Option<Date>, day: Date) -> bool {
    tests
        .iter()
        .filter(|test| test.passed(&[TestPurpose::Acceptance]))
        .any(|test| test.tested_on <= day && since.is_none_or(|since| since <= test.tested_on))
}

/// The last test of a purpose that counts, as W-DEV-04 looks at it: of two on one day the one that failed.
#[must_use]
pub fn latest(tests: &[Evidence], purpose: TestPurpose) -> Option<Evidence> {
    let counted = tests.iter().filter(|test| test.counts && test.purpose == purpose);
    counted.max_by_key(|test| (test.tested_on, !test.conclusion.is_passed())).copied()
}

fn last_passed(tests: &[Evidence], purposes: &[TestPurpose]) -> Option<Date> {
    tests.iter().filter(|test| test.passed(purposes)).map(|test| test.tested_on).max()
}

fn year_end(day: Date) -> Date {
    jiff::civil::Date::new(day.0.year(), 12, 31).map_or(day, Date)
}

/// How often an item of constancy is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// So many days.
    Days(i64),
    /// So many months.
    Months(i32),
}

impl Every {
    /// Day on which the next check is due after one.
    #[must_use]
    pub fn after(self, last: Date) -> Date {
        match self {
            Self::Days(days) => last.add_days(days),
            Self::Months(months) => add_months(last, months),
        }
    }
}

/// The default plan of constancy tests of a kind of device (`domain/codes.md` §8). The periods are parameters of the
/// authority: the standards leave them open. A kind without a plan has none.
#[must_use]
pub fn constancy_plan(kind: DeviceKind) -> &'static [(ConstancyItem, Every)] {
    use ConstancyItem as Item;
    use Every::{Days, Months};
    match kind {
        DeviceKind::Ct | DeviceKind::Simulator => &[
            (Item::CtNumber, Months(1)),
            (Item::CtNoise, Months(1)),
            (Item::CtUniformity, Months(1)),
            (Item::HighContrast, Months(6)),
            (Item::LowContrast, Months(6)),
            (Item::Couch, Months(6)),
        ],
        DeviceKind::Dr | DeviceKind::Cr | DeviceKind::Film | DeviceKind::Mobile | DeviceKind::Vehicle => {
            &[(Item::TubeVoltage, Months(6)), (Item::Output, Months(6)), (Item::Detector, Months(6))]
        }
        DeviceKind::Mammography => &[(Item::PhantomImage, Days(7)), (Item::Output, Months(1))],
        DeviceKind::Fluoroscopy
        | DeviceKind::MobileCArm
        | DeviceKind::Lithotripsy
        | DeviceKind::Dsa
        | DeviceKind::OtherInterventional => &[(Item::EntranceRate, Months(6)), (Item::HighContrast, Months(6))],
        DeviceKind::IntraOral | DeviceKind::Panoramic | DeviceKind::DentalCbct => {
            &[(Item::TubeVoltage, Months(6)), (Item::Output, Months(6))]
        }
        DeviceKind::Linac | DeviceKind::Tomotherapy | DeviceKind::RobotArm | DeviceKind::Proton => &[
            (Item::DailyDose, Days(1)),
            (Item::Interlock, Days(1)),
            (Item::Lasers, Days(7)),
            (Item::Dose, Months(1)),
            (Item::Symmetry, Months(1)),
            (Item::AbsoluteDose, Months(12)),
        ],
        DeviceKind::Spect | DeviceKind::GammaCamera => {
            &[(Item::FieldUniformity, Days(1)), (Item::EnergyPeak, Days(1)), (Item::RotationCentre, Days(7))]
        }
        DeviceKind::Pet => &[(Item::FieldUniformity, Days(1)), (Item::EnergyPeak, Days(1))],
        DeviceKind::GammaKnife | DeviceKind::Cobalt | DeviceKind::Afterloader => {
            &[(Item::Interlock, Days(1)), (Item::SourcePosition, Months(1)), (Item::Dose, Months(1))]
        }
        DeviceKind::XrayTherapy => &[(Item::Interlock, Days(1)), (Item::Dose, Months(1))],
        DeviceKind::BoneDensity | DeviceKind::Cyclotron | DeviceKind::Radiopharmaceutical | DeviceKind::Seeds => &[],
    }
}

/// A place outside a room where the dose rate was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The rate.
    pub rate_nsv_h: i64,
    /// Its limit.
    pub limit_nsv_h: i64,
    /// Dose of a year assessed there.
    pub annual_dose_nsv: Option<i64>,
}

/// Whether a place keeps its limit: the rate is not above it, or, beside a room for short exposures, the dose of a year
/// assessed there is at most 0.25 mSv (GBZ 130-2020).
#[must_use]
pub fn keeps_limit(kind: DeviceKind, point: Measured) -> bool {
    let short = matches!(kind, DeviceKind::Dr | DeviceKind::Cr | DeviceKind::Film);
    let assessed = point.annual_dose_nsv.is_some_and(|dose| dose <= ANNUAL_DOSE_NSV);
    point.rate_nsv_h <= point.limit_nsv_h || (short && point.limit_nsv_h >= SHORT_EXPOSURE_NSV_H && assessed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn test(purpose: TestPurpose, tested_on: &str, conclusion: TestConclusion) -> Evidence {
        Evidence { purpose, tested_on: day(tested_on), conclusion, counts: true }
    }

    const PASSED: TestConclusion = TestConclusion::Passed;
    const FAILED: TestConclusion = TestConclusion::Failed;

    #[test]
    fn status_tests_are_due_after_twelve_months_or_in_the_next_year() {
        let tests = [test(TestPurpose::Status, "2025-06-10", PASSED)];
        assert_eq!(status_due(&tests, StatusMode::of(0)), Some(day("2026-06-10")), "W-DEV-01 T1");
        assert_eq!(status_due(&tests, StatusMode::of(1)), Some(day("2026-12-31")));
        let leap = [test(TestPurpose::Acceptance, "2024-02-29", TestConclusion::PartlyApplicable)];
        assert_eq!(status_due(&leap, StatusMode::Rolling), Some(day("2025-02-28")));
        assert_eq!(status_due(&[], StatusMode::Rolling), None);
    }

    #[test]
    fn what_failed_is_excluded_or_of_another_purpose_moves_no_date() {
        let mut excluded = test(TestPurpose::Status, "2026-03-01", PASSED);
        excluded.counts = false;
        let tests = [
            test(TestPurpose::Status, "2025-06-10", PASSED),
            test(TestPurpose::Status, "2026-02-01", FAILED),
            test(TestPurpose::Workplace, "2026-04-01", PASSED),
            excluded,
        ];
        assert_eq!(status_due(&tests, StatusMode::Rolling), Some(day("2026-06-10")));
        assert_eq!(latest(&tests, TestPurpose::Status).map(|test| test.conclusion), Some(FAILED));
    }

    #[test]
    fn workplace_tests_are_due_after_a_year_and_at_once_after_a_change() {
        let tests = [test(TestPurpose::Workplace, "2025-09-01", PASSED)];
        assert_eq!(workplace_due(&tests, None), Some(day("2026-09-01")), "W-DEV-02 T1");
        let tests = [test(TestPurpose::Workplace, "2026-01-10", PASSED)];
        assert_eq!(workplace_due(&tests, Some(day("2026-03-05"))), Some(day("2026-03-05")), "W-DEV-02 T2");
        assert_eq!(workplace_due(&tests, Some(day("2026-01-10"))), Some(day("2027-01-10")));
    }

    #[test]
    fn a_device_is_used_after_its_acceptance_test() {
        let repaired = Some(day("2026-03-02"));
        let before = [test(TestPurpose::Acceptance, "2024-01-05", PASSED)];
        assert!(!may_be_used(&before, repaired, day("2026-03-03")), "W-DEV-03 T1");
        let same = [test(TestPurpose::Acceptance, "2026-03-02", PASSED)];
        assert!(may_be_used(&same, repaired, day("2026-03-02")), "W-DEV-03 T2");
        assert!(!may_be_used(&same, repaired, day("2026-03-01")), "not before the test");
        let failed = [test(TestPurpose::Acceptance, "2026-03-02", FAILED)];
        assert!(!may_be_used(&failed, repaired, day("2026-03-03")));
        let status = [test(TestPurpose::Status, "2026-03-02", PASSED)];
        assert!(!may_be_used(&status, repaired, day("2026-03-03")), "a status test does not accept a device");
        let mut withdrawn = same;
        withdrawn[0].counts = false;
        assert!(!may_be_used(&withdrawn, repaired, day("2026-03-03")));
        assert!(may_be_used(&before, None, day("2026-03-03")), "the day of its installation is not known");
    }

    #[test]
    fn a_failed_test_outweighs_one_of_the_same_day() {
        let tests = [test(TestPurpose::Status, "2026-04-01", FAILED), test(TestPurpose::Status, "2026-04-01", PASSED)];
        assert_eq!(latest(&tests, TestPurpose::Status).map(|test| test.conclusion), Some(FAILED));
        let again = [tests[0], test(TestPurpose::Status, "2026-04-02", PASSED)];
        assert_eq!(latest(&again, TestPurpose::Status).map(|test| test.conclusion), Some(PASSED));
    }

    #[test]
    fn constancy_is_due_by_the_plan() {
        let monthly = constancy_plan(DeviceKind::Ct).iter().find(|(item, _)| *item == ConstancyItem::CtNumber);
        let (_, every) = monthly.expect("a CT is checked with water");
        assert_eq!(every.after(day("2026-01-15")), day("2026-02-15"), "W-DEV-05 T1");
        assert_eq!(Every::Days(7).after(day("2026-02-25")), day("2026-03-04"));
        for kind in DeviceKind::ALL {
            let plan = constancy_plan(*kind);
            for (at, (item, _)) in plan.iter().enumerate() {
                assert!(!plan[..at].iter().any(|(other, _)| other == item), "{kind:?} {item:?} twice");
            }
        }
    }

    #[test]
    fn a_rate_above_its_limit_needs_a_low_dose_of_the_year() {
        let point = |rate_nsv_h, limit_nsv_h, annual_dose_nsv| Measured { rate_nsv_h, limit_nsv_h, annual_dose_nsv };
        for (kind, point, keeps) in [
            (DeviceKind::Ct, point(2_500, 2_500, None), true),
            (DeviceKind::Ct, point(2_600, 2_500, None), false),
            (DeviceKind::Ct, point(2_600, 2_500, Some(100_000)), false),
            (DeviceKind::Dr, point(30_000, 25_000, None), false),
            (DeviceKind::Dr, point(30_000, 25_000, Some(250_000)), true),
            (DeviceKind::Dr, point(30_000, 25_000, Some(250_001)), false),
            (DeviceKind::Film, point(3_000, 2_500, Some(100_000)), false),
        ] {
            assert_eq!(keeps_limit(kind, point), keeps, "{kind:?} {point:?}");
        }
    }
}

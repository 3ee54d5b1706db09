//! Arithmetic of personal dose: what a reading is worth, and what the readings of a person come to.
//!
//! Everything is an integer in nanosievert. What is computed from readings is rounded half up to 100 nSv, the last
//! digit that the national exchange carries; sums are never rounded. Sums follow the person through all employers,
//! for life, and are functions of the results alone: a result that comes late, is corrected or is voided moves the
//! sums that it is part of, and nothing else. The tables of a year count what persons received in it (`dose/annual.rs`).
//!
//! What a version has computed stays computed so: another formula is another [`VERSION`].

mod annual;

use std::collections::BTreeMap;

use signing::bytes::Date;
use uuid::Uuid;

use crate::dose_codes::{EffectiveMethod, WearPosition};

pub use annual::{
    Annual, INTERVALS, Interval, RATIO_LEVELS_NSV, Spread, interval, interval_nsv, intervals, ratios, spread,
    thousandths,
};

/// Version of the arithmetic.
pub const VERSION: u16 = 1;

/// Step of computed values.
const STEP_NSV: i128 = 100;

/// By how much a reported effective dose may differ from the computed one.
pub const TOLERANCE_NSV: i64 = 500;

/// A dose in one period above which the laboratory confirms the reading by telephone before it reports it.
pub const CONFIRM_ABOVE_NSV: i64 = 500_000_000;

/// First year of the blocks of five years, until the authority lays down another (GB 18871 leaves it to him).
pub const FIVE_YEAR_EPOCH: i16 = 2021;

/// `numerator / denominator`, half up to 100 nSv.
fn rounded(numerator: i128, denominator: i128) -> i64 {
    let step = denominator * STEP_NSV;
    let steps = (numerator + step / 2).div_euclid(step);
    i64::try_from(steps * STEP_NSV).unwrap_or(if numerator < 0 { i64::MIN } else { i64::MAX })
}

/// What is stored for a reading below the minimum detectable level: half of it.
#[must_use]
pub fn below_mdl(mdl_nsv: i64) -> i64 {
    rounded(i128::from(mdl_nsv), 2)
}

/// Nominal dose of so many days by the dose of the year before (method D).
#[must_use]
pub fn nominal_by_year_before(year_nsv: i64, days: i64) -> i64 {
    rounded(i128::from(year_nsv) * i128::from(days), 365)
}

/// Effective dose by one dosimeter; none when the method needs two.
#[must_use]
pub fn effective_single(method: EffectiveMethod, hp10_nsv: i64) -> Option<i64> {
    match method {
        EffectiveMethod::Single => Some(hp10_nsv),
        EffectiveMethod::Outside => Some(rounded(i128::from(hp10_nsv), 10)),
        EffectiveMethod::Double => None,
    }
}

/// Effective dose by two dosimeters, under and over the apron, with or without a thyroid shield.
#[must_use]
pub fn effective_double(under_nsv: i64, over_nsv: i64, thyroid_shield: bool) -> i64 {
    let (under, over) = if thyroid_shield { (790, 51) } else { (840, 100) };
    rounded(i128::from(under_nsv) * under + i128::from(over_nsv) * over, 1000)
}

/// Whether a reported effective dose is the computed one, as far as its printed digits can say.
#[must_use]
pub fn agrees(reported_nsv: i64, computed_nsv: i64) -> bool {
    reported_nsv.abs_diff(computed_nsv) <= TOLERANCE_NSV.unsigned_abs()
}

/// Days worn, both ends counted; below one when the period is reversed.
#[must_use]
pub fn days(from: Date, to: Date) -> i64 {
    to.days() - from.days() + 1
}

/// Months that a period stands for: its days in months of a year, to the nearest, from one to twelve.
#[must_use]
pub fn months(from: Date, to: Date) -> i64 {
    ((days(from, to) * 12 + 182) / 365).clamp(1, 12)
}

/// The year of a date.
#[must_use]
pub fn year_of(date: Date) -> i16 {
    date.0.year()
}

/// The year to which a dose belongs: as stated, else that of the first day worn.
#[must_use]
pub fn dose_year(stated: Option<i64>, from: Date) -> i64 {
    stated.unwrap_or_else(|| year_of(from).into())
}

/// A dose belongs to the year of the first or of the last day worn, to no other.
#[must_use]
pub fn is_dose_year(year: i64, from: Date, to: Date) -> bool {
    year == i64::from(year_of(from)) || year == i64::from(year_of(to))
}

/// One result of a person, as far as arithmetic looks at it. Voided results are left out by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The employment in which it was received: two employers are two exposures, also on the same days.
    pub employment: Uuid,
    /// Where it was worn.
    pub position: WearPosition,
    /// First day worn.
    pub from: Date,
    /// Last day worn.
    pub to: Date,
    /// Months that the period stands for.
    pub months: u32,
    /// Year to which it belongs.
    pub dose_year: i16,
    /// Hp(10).
    pub hp10_nsv: Option<i64>,
    /// Hp(3), eye lens.
    pub hp3_nsv: Option<i64>,
    /// Hp(0.07), skin and extremities.
    pub hp007_nsv: Option<i64>,
    /// Effective dose as reported.
    pub effective_nsv: Option<i64>,
    /// How it was computed.
    pub method: Option<EffectiveMethod>,
    /// Whether a thyroid shield was worn.
    pub thyroid_shield: bool,
    /// True when nothing was detected.
    pub below_mdl: bool,
}

impl Line {
    /// True when this and the other are the two dosimeters of one period.
    #[must_use]
    pub fn pairs_with(&self, other: &Self) -> bool {
        let double = |line: &Self| line.method == Some(EffectiveMethod::Double);
        double(self)
            && double(other)
            && self.position.partner() == Some(other.position)
            && (self.employment, self.from, self.to) == (other.employment, other.from, other.to)
    }

    /// Effective dose of this dosimeter with its other, from their readings. The shield is that of this line.
    #[must_use]
    pub fn effective_with(&self, other: &Self) -> Option<i64> {
        let (under, over) = if self.position == WearPosition::UnderApron { (self, other) } else { (other, self) };
        Some(effective_double(under.hp10_nsv?, over.hp10_nsv?, self.thyroid_shield))
    }
}

/// Doses of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Year {
    /// Effective dose.
    pub effective_nsv: i64,
    /// Eye lens, Hp(3).
    pub lens_nsv: i64,
    /// Skin and extremities, Hp(0.07).
    pub extremity_nsv: i64,
    /// Months for which an effective dose is known.
    pub months: u32,
    /// True when at least one effective dose is not of a period in which nothing was detected.
    pub detected: bool,
}

/// Doses of a person by year, from which every longer sum follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    years: BTreeMap<i16, Year>,
}

impl Sums {
    /// The years with a result, in order.
    pub fn years(&self) -> impl Iterator<Item = (i16, &Year)> {
        self.years.iter().map(|(year, doses)| (*year, doses))
    }

    /// Doses of one year; zero when there is no result.
    #[must_use]
    pub fn year(&self, year: i16) -> Year {
        self.years.get(&year).copied().unwrap_or_default()
    }

    /// Effective dose of the five-year block in which a year lies. Years before the first result count zero and do
    /// not shorten the block.
    #[must_use]
    pub fn block(&self, year: i16, epoch: i16) -> i64 {
        let first = block_start(year, epoch);
        self.effective(i32::from(first), i32::from(first) + 4)
    }

    /// Effective dose of a year and the four before it.
    #[must_use]
    pub fn rolling(&self, year: i16) -> i64 {
        self.effective(i32::from(year) - 4, i32::from(year))
    }

    /// Effective dose of all years.
    #[must_use]
    pub fn life(&self) -> i64 {
        self.effective(i32::MIN, i32::MAX)
    }

    fn effective(&self, first: i32, last: i32) -> i64 {
        let within = self.years.iter().filter(|(year, _)| (first..=last).contains(&i32::from(**year)));
        within.fold(0, |sum: i64, (_, doses)| sum.saturating_add(doses.effective_nsv))
    }
}

/// First year of the block in which a year lies.
#[must_use]
pub fn block_start(year: i16, epoch: i16) -> i16 {
    let behind = (i32::from(year) - i32::from(epoch)).rem_euclid(5);
    i16::try_from(i32::from(year) - behind).unwrap_or(i16::MIN)
}

/// What the results of one person come to. Their order does not matter, nor who employed him.
///
/// The two dosimeters of a double count once, from both readings; one that is still alone counts as reported. Lens
/// and skin doses of several dosimeters worn over the same period in one employment count once, by the largest: they are readings of
/// one exposure.
#[must_use]
pub fn sums<'a>(results: impl Iterator<Item = &'a Line>) -> Sums {
    let mut sums = Sums::default();
    let mut doubles: BTreeMap<(Uuid, Date, Date), Vec<&Line>> = BTreeMap::new();
    let mut local: BTreeMap<(i16, Uuid, Date, Date), (i64, i64)> = BTreeMap::new();
    for line in results {
        let (lens, skin) = local.entry((line.dose_year, line.employment, line.from, line.to)).or_default();
        *lens = (*lens).max(line.hp3_nsv.unwrap_or(0));
        *skin = (*skin).max(line.hp007_nsv.unwrap_or(0));
        if line.method == Some(EffectiveMethod::Double) {
            doubles.entry((line.employment, line.from, line.to)).or_default().push(line);
        } else if let Some(effective_nsv) = line.effective_nsv {
            sums.take(line, effective_nsv, !line.below_mdl);
        }
    }
    for lines in doubles.values() {
        let at = |position| lines.iter().copied().find(|line| line.position == position);
        match (at(WearPosition::UnderApron), at(WearPosition::Collar)) {
            (Some(under), Some(over)) => {
                // A shield that only one of the two lines claims is not believed: without it the dose is larger.
                let shield = under.thyroid_shield && over.thyroid_shield;
                let read = under.hp10_nsv.zip(over.hp10_nsv);
                let computed = read.map(|(under, over)| effective_double(under, over, shield));
                if let Some(nsv) = computed.or(under.effective_nsv.max(over.effective_nsv)) {
                    sums.take(under, nsv, !(under.below_mdl && over.below_mdl));
                }
            }
            (Some(line), None) | (None, Some(line)) => {
                if let Some(nsv) = line.effective_nsv {
                    sums.take(line, nsv, !line.below_mdl);
                }
            }
            (None, None) => {}
        }
    }
    for ((year, ..), (lens, skin)) in local {
        let doses = sums.years.entry(year).or_default();
        doses.lens_nsv = doses.lens_nsv.saturating_add(lens);
        doses.extremity_nsv = doses.extremity_nsv.saturating_add(skin);
    }
    sums
}

impl Sums {
    /// Adds what other results come to. No dosimeter of theirs is of a period with one of these: what was worn together
    /// counts together and not one by one.
    pub fn add(&mut self, others: &Self) {
        for (year, other) in others.years() {
            let doses = self.years.entry(year).or_default();
            doses.effective_nsv = doses.effective_nsv.saturating_add(other.effective_nsv);
            doses.lens_nsv = doses.lens_nsv.saturating_add(other.lens_nsv);
            doses.extremity_nsv = doses.extremity_nsv.saturating_add(other.extremity_nsv);
            doses.months = doses.months.saturating_add(other.months);
            doses.detected |= other.detected;
        }
    }

    fn take(&mut self, line: &Line, effective_nsv: i64, detected: bool) {
        let doses = self.years.entry(line.dose_year).or_default();
        doses.effective_nsv = doses.effective_nsv.saturating_add(effective_nsv);
        doses.months = doses.months.saturating_add(line.months);
        doses.detected |= detected;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MSV: i64 = 1_000_000;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn line(position: WearPosition, from: &str, to: &str, method: EffectiveMethod, hp10_nsv: i64) -> Line {
        Line {
            employment: Uuid::nil(),
            position,
            from: day(from),
            to: day(to),
            months: 3,
            dose_year: year_of(day(from)),
            hp10_nsv: Some(hp10_nsv),
            hp3_nsv: None,
            hp007_nsv: None,
            effective_nsv: effective_single(method, hp10_nsv),
            method: Some(method),
            thyroid_shield: false,
            below_mdl: false,
        }
    }

    #[test]
    fn effective_dose_as_in_the_worked_cases() {
        let (under, over) = (200_000, 2_000_000);
        assert_eq!(effective_double(under, over, true), 260_000);
        assert_eq!(effective_double(under, over, false), 368_000);
        assert_eq!(effective_single(EffectiveMethod::Outside, over), Some(200_000));
        assert_eq!(effective_single(EffectiveMethod::Single, over), Some(over));
        assert_eq!(effective_single(EffectiveMethod::Double, over), None);
    }

    #[test]
    fn computed_values_are_rounded_half_up_to_a_hundred() {
        for (value, rounded) in [(499, 0), (500, 100), (1_499, 100), (1_500, 200), (0, 0)] {
            assert_eq!(effective_single(EffectiveMethod::Outside, value), Some(rounded), "{value}");
        }
        for (mdl, half) in [(20_000, 10_000), (80_000, 40_000), (25_000, 12_500), (25_100, 12_600), (25_099, 12_500)] {
            assert_eq!(below_mdl(mdl), half, "{mdl}");
        }
        assert_eq!(effective_double(i64::MAX, i64::MAX, false), 8_669_969_714_643_489_300, "near the end of integers");
    }

    #[test]
    fn a_reported_dose_may_differ_in_its_last_printed_digit() {
        assert!(agrees(260_500, 260_000) && agrees(259_500, 260_000));
        assert!(!agrees(260_501, 260_000) && !agrees(i64::MIN, i64::MAX));
    }

    #[test]
    fn a_dose_belongs_to_the_year_of_its_first_or_last_day() {
        let (from, to) = (day("2025-12-15"), day("2026-03-14"));
        assert_eq!(dose_year(None, from), 2025);
        assert_eq!(dose_year(Some(2026), from), 2026);
        for (year, good) in [(2024, false), (2025, true), (2026, true), (2027, false)] {
            assert_eq!(is_dose_year(year, from, to), good, "{year}");
        }
        assert_eq!(days(from, to), 90);
        assert_eq!(days(to, to), 1);
    }

    #[test]
    fn a_period_stands_for_the_nearest_number_of_months() {
        for (from, to, expected) in [
            ("2026-01-01", "2026-03-31", 3),
            ("2026-07-01", "2026-09-30", 3),
            ("2026-02-01", "2026-02-28", 1),
            ("2026-01-01", "2026-01-01", 1),
            ("2026-01-01", "2026-02-15", 2),
            ("2026-01-01", "2026-02-14", 1),
            ("2024-01-01", "2024-12-31", 12),
            ("2026-01-01", "2027-01-05", 12),
            ("2026-03-31", "2026-01-01", 1),
        ] {
            assert_eq!(months(day(from), day(to)), expected, "{from}..{to}");
        }
    }

    #[test]
    fn blocks_are_fixed_by_their_epoch() {
        for (year, first) in [(2021, 2021), (2025, 2021), (2026, 2026), (2020, 2016), (2016, 2016), (2015, 2011)] {
            assert_eq!(block_start(year, FIVE_YEAR_EPOCH), first, "{year}");
        }
        assert_eq!(block_start(2025, 2020), 2025);
    }

    #[test]
    fn five_years_and_a_block() {
        let lines: Vec<Line> =
            [(2021, 18_000_000), (2022, 22_000_000), (2023, 19_000_000), (2024, 21_000_000), (2025, 19_900_000)]
                .iter()
                .map(|(year, dose)| {
                    let (from, to) = (format!("{year}-01-01"), format!("{year}-03-31"));
                    line(WearPosition::Chest, &from, &to, EffectiveMethod::Single, *dose)
                })
                .collect();
        let sums = sums(lines.iter());
        assert_eq!(sums.block(2025, FIVE_YEAR_EPOCH), 99_900_000);
        assert_eq!(sums.rolling(2025), 99_900_000);
        assert_eq!(sums.rolling(2026), 81_900_000);
        assert_eq!(sums.block(2026, FIVE_YEAR_EPOCH), 0);
        assert_eq!(sums.life(), 99_900_000);
        assert_eq!(sums.year(2022).effective_nsv, 22 * MSV);
        assert_eq!(sums.years().count(), 5);
    }

    #[test]
    fn a_double_counts_once_from_both_readings() {
        let double = EffectiveMethod::Double;
        let (from, to) = ("2026-01-01", "2026-03-31");
        let mut under = line(WearPosition::UnderApron, from, to, double, 200_000);
        let mut over = line(WearPosition::Collar, from, to, double, 2_000_000);
        under.effective_nsv = Some(368_000);
        over.effective_nsv = Some(368_000);
        let of = |lines: &[&Line]| sums(lines.iter().copied()).year(2026);
        assert_eq!(of(&[&under, &over]).effective_nsv, 368_000);
        assert_eq!(of(&[&over, &under]).months, 3);
        assert_eq!(of(&[&under]).effective_nsv, 368_000, "as reported while its other is missing");
        under.thyroid_shield = true;
        assert_eq!(of(&[&under, &over]).effective_nsv, 368_000, "a shield of one line only is not believed");
        over.thyroid_shield = true;
        assert_eq!(of(&[&under, &over]).effective_nsv, 260_000);
        assert!(under.pairs_with(&over) && !under.pairs_with(&under));
        assert_eq!(over.effective_with(&under), Some(260_000));
        over.to = day("2026-03-30");
        assert!(!under.pairs_with(&over), "another period is another exposure");
    }

    #[test]
    fn lens_and_skin_of_one_period_count_once_by_the_largest() {
        let single = EffectiveMethod::Single;
        let mut eye = line(WearPosition::Eye, "2026-01-01", "2026-03-31", single, 0);
        (eye.effective_nsv, eye.hp3_nsv, eye.hp007_nsv) = (None, Some(9 * MSV), None);
        let mut ring = line(WearPosition::Ring, "2026-01-01", "2026-03-31", single, 0);
        (ring.effective_nsv, ring.hp3_nsv, ring.hp007_nsv) = (None, Some(4 * MSV), Some(80 * MSV));
        let mut later = line(WearPosition::Wrist, "2026-04-01", "2026-06-30", single, 0);
        (later.effective_nsv, later.hp3_nsv, later.hp007_nsv) = (None, None, Some(80 * MSV));
        let year = sums([&eye, &ring, &later].into_iter()).year(2026);
        assert_eq!((year.effective_nsv, year.lens_nsv, year.extremity_nsv), (0, 9 * MSV, 160 * MSV));
    }

    fn lines() -> impl Strategy<Value = Vec<Line>> {
        let one = (0i64..3_000, 1i64..90, 0usize..9, 0i64..MSV, 0i64..MSV, any::<bool>()).prop_map(
            |(start, length, position, dose, local, double)| {
                let from = Date::from_days(18_628 + start);
                let to = from.add_days(length);
                let position = WearPosition::ALL[position];
                let method = if double && position.partner().is_some() {
                    EffectiveMethod::Double
                } else {
                    EffectiveMethod::Single
                };
                let body = position.is_of_the_body();
                Line {
                    employment: Uuid::nil(),
                    position,
                    from,
                    to,
                    months: 1,
                    dose_year: year_of(from),
                    hp10_nsv: body.then_some(dose),
                    hp3_nsv: (!body).then_some(local),
                    hp007_nsv: (!body).then_some(local),
                    effective_nsv: body.then_some(dose),
                    method: body.then_some(method),
                    thyroid_shield: false,
                    below_mdl: false,
                }
            },
        );
        // One period per position, as admission demands; duplicates would not be results of one person.
        proptest::collection::vec(one, 1..30).prop_map(|mut lines| {
            lines.sort_by_key(|line| (line.position, line.from));
            lines.dedup_by(|next, kept| next.position == kept.position && next.from <= kept.to);
            lines
        })
    }

    proptest! {
        /// A result that is left out, comes late or has another value moves the sums of its year, block and life.
        #[test]
        fn a_result_moves_the_sums_it_touches_and_nothing_else(lines in lines(), at in any::<prop::sample::Index>(), more in 1..MSV) {
            let at = at.index(lines.len());
            let whole = sums(lines.iter());
            let mut late = lines.clone();
            let moved = late.remove(at);
            let without = sums(late.iter());
            late.push(moved.clone());
            prop_assert_eq!(&sums(late.iter()), &whole, "a late result counts as one in time");
            let mut corrected = lines.clone();
            let line = &mut corrected[at];
            line.hp10_nsv = line.hp10_nsv.map(|dose| dose + more);
            line.effective_nsv = line.effective_nsv.map(|dose| dose + more);
            line.hp3_nsv = line.hp3_nsv.map(|dose| dose + more);
            let corrected = sums(corrected.iter());
            let years = (2015..=2035).filter(|year| *year != moved.dose_year);
            for year in years {
                prop_assert_eq!(without.year(year), whole.year(year));
                prop_assert_eq!(corrected.year(year), whole.year(year));
                if block_start(year, FIVE_YEAR_EPOCH) != block_start(moved.dose_year, FIVE_YEAR_EPOCH) {
                    prop_assert_eq!(corrected.block(year, FIVE_YEAR_EPOCH), whole.block(year, FIVE_YEAR_EPOCH));
                }
                if !(moved.dose_year..moved.dose_year + 5).contains(&year) {
                    prop_assert_eq!(corrected.rolling(year), whole.rolling(year));
                }
            }
            let by = |sums: &Sums| sums.year(moved.dose_year).effective_nsv;
            prop_assert_eq!(corrected.life() - whole.life(), by(&corrected) - by(&whole));
            prop_assert_eq!(corrected.block(moved.dose_year, FIVE_YEAR_EPOCH) - whole.block(moved.dose_year, FIVE_YEAR_EPOCH), by(&corrected) - by(&whole));
            if moved.position == WearPosition::Chest || moved.position == WearPosition::Back {
                prop_assert_eq!(by(&corrected) - by(&whole), more);
                prop_assert_eq!(by(&whole) - by(&without), moved.hp10_nsv.unwrap_or(0));
            }
        }
    }

    #[test]
    fn doubles_of_two_employers_on_the_same_days_both_count() {
        let pair = |employment| {
            let mut lines = [(WearPosition::UnderApron, 200_000), (WearPosition::Collar, 2_000_000)]
                .map(|(position, read)| line(position, "2026-01-01", "2026-03-31", EffectiveMethod::Double, read));
            lines.iter_mut().for_each(|line| {
                line.employment = employment;
                line.hp3_nsv = Some(MSV);
            });
            lines
        };
        let lines = [pair(Uuid::from_u128(1)), pair(Uuid::from_u128(2))].concat();
        let year = sums(lines.iter()).year(2026);
        assert_eq!((year.effective_nsv, year.lens_nsv), (2 * 368_000, 2 * MSV));
    }
}

//! W-DOSE-05 连续五年累计剂量预警: the effective dose of five consecutive years.
//!
//! GB 18871 leaves it to the authority which five years are taken and allows no averaging backwards: blocks that begin
//! with an epoch (a parameter), in which years before the first record count nothing and shorten nothing. Only the
//! block has a limit (100 mSv). The sum of the last five calendar years, and a block whose years that are over had more
//! than 20 mSv on the average, warn early. The block that ended is looked at for one more year, since its last results
//! come late; the sums follow the worker.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::doses::{Doses, MSV, lives, new_year, steps_of};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::{Line, block_start, year_of};
use crate::law::{BASIC_STANDARDS, Citation};
use crate::record::Need;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-05",
    since: 2,
    zh: "连续五年累计剂量预警",
    en: "Effective dose of five consecutive years",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult],
    parameters: &[ParameterName::FiveYearEpoch],
    versions: &[Version {
        version: 1,
        from: Date(date(2003, 4, 1)),
        citations: &[Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.1 a)、B1.1.2" }],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Blue), city: Some(Orange) },
    cleared_zh: "随年度推移，或由市级作出监管结论；累计剂量随人，不随用人单位",
    cleared_en: "passing of time, or a regulatory conclusion of the city; the sums follow the worker",
    closer: Closer::City,
    waivable: false,
    lasting: true,
};

/// The limit of a block; a dose at the limit keeps it.
const LIMIT_NSV: i64 = 100 * MSV;
/// Average of a year within it.
const AVERAGE_NSV: i64 = 20 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let epoch = i16::try_from(look.value(ParameterName::FiveYearEpoch)?).unwrap_or(crate::dose::FIVE_YEAR_EPOCH);
    let doses = Doses::of(subject, look)?;
    let year = year_of(look.day);
    let block = block_start(year, epoch);
    let ended = (block == year).then(|| block.saturating_sub(5));
    let blocks = ended.into_iter().chain([block]).map(|first| block_of(&doses, first, epoch));
    let found = blocks.chain([rolling(&doses, year)]);
    Ok(found.filter(|finding| lives(&finding.steps, look.day)).collect())
}

/// A block: its limit, and the pace of those of its years that are over.
fn block_of(doses: &Doses, first: i16, epoch: i16) -> Finding {
    let results = doses.within(first, first.saturating_add(4));
    let lines = results.iter().map(|(_, line)| *line);
    let exceeded = steps_of(lines, |sums, _| (sums.block(first, epoch) > LIMIT_NSV).then_some(Red));
    let sums = &doses.sums;
    let pace = (1..=4_i16).fold(Steps::never(), |steps, over| {
        let years = first..first.saturating_add(over);
        let sum = years.fold(0_i64, |sum, year| sum.saturating_add(sums.year(year).effective_nsv));
        let since = new_year(first.saturating_add(over));
        if sum > AVERAGE_NSV * i64::from(over) { steps.then(since, Yellow) } else { steps.until(since) }
    });
    let steps = exceeded.or(&pace.until(new_year(first.saturating_add(5))));
    let occurrence = format!("{first}-{}", first.saturating_add(4));
    Finding::new(occurrence, steps).on_all(records(&results)).with("block_nsv", sums.block(first, epoch))
}

/// The last five calendar years: one matter for as long as it lasts.
fn rolling(doses: &Doses, year: i16) -> Finding {
    let results = doses.within(year.saturating_sub(4), year);
    let lines = results.iter().map(|(_, line)| *line);
    let steps = steps_of(lines, |sums, _| early(sums.rolling(year)));
    Finding::new("rolling", steps).on_all(records(&results)).with("rolling_nsv", doses.sums.rolling(year))
}

fn early(rolling_nsv: i64) -> Option<WarningGrade> {
    match rolling_nsv / MSV {
        100.. => Some(Orange),
        80.. => Some(Yellow),
        60.. => Some(Blue),
        _ => None,
    }
}

fn records(results: &[(&RecordRef, &Line)]) -> Vec<RecordRef> {
    results.iter().map(|(record, _)| (*record).clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    /// One result a year, from the first year on.
    fn years(first: i32, doses: &[i64]) -> (Case, Uuid) {
        let mut case = Case::new();
        let post = case.post(json!({}));
        for (year, nsv) in (first..).zip(doses) {
            case.dose(&post, &format!("{year}-07-01"), &format!("{year}-12-31"), *nsv);
        }
        (case, post.person)
    }

    #[test]
    fn the_worked_cases() {
        let before = [18 * MSV, 22 * MSV, 19 * MSV, 21 * MSV];
        for (last, expected) in [(19_900_000, Yellow), (20_000_000, Orange), (20_100_000, Red)] {
            let (case, person) = years(2021, &[&before[..], &[last]].concat());
            case.grades(&RULE, person, &[("2025-12-31", Some(expected))]);
            let red = Some(expected).filter(|grade| *grade == Red);
            let rolling = Some(Yellow);
            case.grades(&RULE, person, &[("2026-03-01", red.or(rolling))]);
        }
    }

    #[test]
    fn the_last_five_years_warn_early_at_a_level_and_pass() {
        for (last, expected) in
            [(15_900_000, None), (16_000_000, Some(Blue)), (35_900_000, Some(Blue)), (36_000_000, Some(Yellow))]
        {
            let (case, person) = years(2022, &[11 * MSV, 11 * MSV, 11 * MSV, 11 * MSV, last]);
            case.grades(&RULE, person, &[("2026-12-31", expected)]);
            let found = case.find(&RULE, person, "2026-12-31");
            let rolling = found.iter().any(|finding| finding.occurrence == "rolling");
            assert_eq!(rolling, expected.is_some(), "{found:?}");
        }
        let (case, person) = years(2022, &[20 * MSV, 10 * MSV, 10 * MSV, 10 * MSV, 10 * MSV]);
        case.grades(&RULE, person, &[("2026-12-31", Some(Blue)), ("2027-01-01", None)]);
    }

    #[test]
    fn the_pace_of_the_years_that_are_over() {
        let (case, person) = years(2026, &[20_000_100, 19 * MSV]);
        case.grades(&RULE, person, &[("2026-12-31", None), ("2027-01-01", Some(Yellow)), ("2028-01-01", None)]);
        let (case, person) = years(2026, &[20 * MSV]);
        case.grades(&RULE, person, &[("2027-01-01", None)]);
    }

    #[test]
    fn no_year_before_the_first_shortens_the_block_and_another_epoch_cuts_other_blocks() {
        let (mut case, person) = years(2024, &[50 * MSV, 50_100_000]);
        case.grades(&RULE, person, &[("2025-12-31", Some(Red))]);
        case.begin(
            "parameter.set",
            "2025-01-01",
            json!({"name": "FIVE_YEAR_EPOCH", "unit": "YEAR", "value": 2025,
            "from_day": "2025-01-01", "source": "市卫生健康委"}),
        );
        case.grades(&RULE, person, &[("2025-12-31", Some(Orange))]);
    }

    #[test]
    fn a_block_that_ended_is_looked_at_for_a_year() {
        let (case, person) = years(2021, &[0, 0, 0, 50 * MSV, 51 * MSV]);
        case.grades(&RULE, person, &[("2026-12-31", Some(Red)), ("2027-01-01", Some(Orange))]);
    }
}

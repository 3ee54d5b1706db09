//! W-DOSE-06 眼晶状体剂量预警: the equivalent dose to the lens of the eye.
//!
//! The national limit is 150 mSv in a year. ICRP 118 and the IAEA's GSR Part 3 have 20 mSv a year on the average of
//! five and 50 mSv in any: not yet national law, they only advise, and the figure `advisory_limit_nsv` names the one
//! that was exceeded. A parameter makes limits of them. The five years are the blocks of the effective dose. An
//! estimate by GBZ/T 301 counts as a result does: no member of a result tells the two apart yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, MSV, accepted, lives, new_year, steps_of, sum_settled, years};
use super::{Closer, Finding, Look, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::{FIVE_YEAR_EPOCH, Sums, block_start, year_of};
use crate::investigation_codes::{DoseQuantity, InvestigationBasis};
use crate::law::{BASIC_STANDARDS, Citation, LENS_ESTIMATE};
use crate::record::Need;
use crate::records::investigation::Investigation;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-06",
    since: 2,
    zh: "眼晶状体剂量预警",
    en: "Dose to the lens of the eye",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::Investigation],
    parameters: &[ParameterName::LensLimitMode, ParameterName::FiveYearEpoch],
    versions: &[Version {
        version: 1,
        from: Date(date(2018, 5, 1)),
        citations: &[
            Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.1 c)" },
            Citation { instrument: &LENS_ESTIMATE, clause: "" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: Some(Red) },
    cleared_zh: "年度结束且调查已认定；超过剂量限值的由市级作出结论",
    cleared_en: "the year is over and the investigation accepted; above a limit only by a conclusion of the city",
    closer: Closer::City,
    waivable: false,
    lasting: true,
};

/// The limit of a year; a dose at a limit keeps it.
const LIMIT_NSV: i64 = 150 * MSV;
/// The advisory limits of any year and of five.
const ADVISORY_NSV: i64 = 50 * MSV;
const ADVISORY_BLOCK_NSV: i64 = 100 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let beyond = if look.value(ParameterName::LensLimitMode)? == 1 { Red } else { Orange };
    let epoch = i16::try_from(look.value(ParameterName::FiveYearEpoch)?).unwrap_or(FIVE_YEAR_EPOCH);
    let doses = Doses::of(subject, look)?;
    let accepted = accepted(subject, look)?;
    let grade = |sum_nsv: i64, _| match sum_nsv {
        _ if sum_nsv > LIMIT_NSV => Some(Red),
        _ if sum_nsv > ADVISORY_NSV => Some(beyond),
        _ => of_year(sum_nsv),
    };
    let mut found = years((&doses, &accepted), DoseQuantity::Lens, look.day, grade);
    for finding in &mut found {
        if finding.figures.iter().any(|(_, sum_nsv)| *sum_nsv > ADVISORY_NSV) {
            finding.figures.push(("advisory_limit_nsv", ADVISORY_NSV));
        }
    }
    let year = year_of(look.day);
    let block = block_start(year, epoch);
    let ended = (block == year).then(|| block.saturating_sub(5));
    let blocks = ended.into_iter().chain([block]).map(|first| block_of((&doses, &accepted), first, beyond));
    found.extend(blocks.filter(|finding| lives(&finding.steps, look.day)));
    Ok(found)
}

fn of_year(sum_nsv: i64) -> Option<WarningGrade> {
    match sum_nsv / MSV {
        20.. => Some(Orange),
        15.. => Some(Yellow),
        6.. => Some(Blue),
        _ => None,
    }
}

/// Five years: nothing below the advisory limit.
fn block_of((doses, accepted): (&Doses, &[Investigation]), first: i16, beyond: WarningGrade) -> Finding {
    let last = first.saturating_add(4);
    let sum = |sums: &Sums| {
        let within = sums.years().filter(|(year, _)| (first..=last).contains(year));
        within.fold(0_i64, |sum, (_, year)| sum.saturating_add(year.lens_nsv))
    };
    let grade = |sum_nsv: i64| (sum_nsv > ADVISORY_BLOCK_NSV).then_some(beyond);
    let results = doses.within(first, last);
    let steps = steps_of(results.iter().map(|(_, line)| *line), |sums, _| grade(sum(sums)));
    let block_nsv = sum(&doses.sums);
    let what = (InvestigationBasis::Block, DoseQuantity::Lens, last);
    let answered = beyond < Red && sum_settled(accepted, what, block_nsv, grade);
    let steps = if answered { steps.until(new_year(last.saturating_add(1))) } else { steps };
    let inputs = results.iter().filter(|(_, line)| line.hp3_nsv.is_some()).map(|(record, _)| (*record).clone());
    let finding = Finding::new(format!("{first}-{last}"), steps).on_all(inputs);
    finding.with("block_nsv", block_nsv).with("advisory_limit_nsv", ADVISORY_BLOCK_NSV)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_dose::Post;
    use super::*;

    fn lens(case: &mut Case, post: &Post, year: i32, nsv: i64) {
        case.read(post, "EY", &format!("{year}-01-01"), &format!("{year}-06-30"), json!({"hp3_nsv": nsv}));
    }

    fn worker(nsv: i64) -> (Case, Post) {
        let mut case = Case::new();
        let post = case.post(json!({}));
        lens(&mut case, &post, 2026, nsv);
        (case, post)
    }

    fn icrp(case: &mut Case) {
        case.begin(
            "parameter.set",
            "2025-01-01",
            json!({"name": "LENS_LIMIT_MODE", "unit": "CHOICE", "value": 1,
            "from_day": "2025-01-01", "source": "市卫生健康委"}),
        );
    }

    #[test]
    fn the_worked_cases_and_the_levels() {
        for (nsv, expected) in [
            (5_999_900, None),
            (6_000_000, Some(Blue)),
            (14_999_900, Some(Blue)),
            (15_000_000, Some(Yellow)),
            (19_999_900, Some(Yellow)),
            (20_000_000, Some(Orange)),
            (22_000_000, Some(Orange)),
            (51_000_000, Some(Orange)),
            (150_000_000, Some(Orange)),
            (150_100_000, Some(Red)),
        ] {
            let (case, post) = worker(nsv);
            case.grades(&RULE, post.person, &[("2026-06-29", None), ("2026-08-01", expected)]);
        }
    }

    #[test]
    fn the_advisory_limit_is_one_when_the_parameter_says_so() {
        for (nsv, expected) in [(50_000_000, Orange), (50_000_100, Red), (51_000_000, Red)] {
            let (mut case, post) = worker(nsv);
            icrp(&mut case);
            case.grades(&RULE, post.person, &[("2026-08-01", Some(expected))]);
        }
        for (nsv, tagged) in [(50_000_000, false), (50_000_100, true)] {
            let (case, post) = worker(nsv);
            let found = case.find(&RULE, post.person, "2026-08-01");
            assert_eq!(found[0].figures.contains(&("advisory_limit_nsv", 50_000_000)), tagged);
        }
    }

    #[test]
    fn five_years_above_a_hundred() {
        for (last, advised) in [(20_000_000, false), (20_000_100, true)] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            for (year, nsv) in (2021..).zip([20 * MSV, 20 * MSV, 20 * MSV, 20 * MSV, last]) {
                lens(&mut case, &post, year, nsv);
            }
            let block = |case: &Case, on| {
                let found = case.find(&RULE, post.person, on);
                found.iter().find(|finding| finding.occurrence == "2021-2025").map(|finding| finding.steps.clone())
            };
            let day: Date = "2026-02-01".parse().expect("a date");
            assert_eq!(block(&case, "2026-02-01").and_then(|steps| steps.grade(day)), advised.then_some(Orange));
            icrp(&mut case);
            assert_eq!(block(&case, "2026-02-01").and_then(|steps| steps.grade(day)), advised.then_some(Red));
        }
    }

    #[test]
    fn a_hint_ends_with_the_year_and_a_warning_with_its_investigation() {
        let (case, post) = worker(6_000_000);
        case.grades(&RULE, post.person, &[("2026-12-31", Some(Blue)), ("2027-01-01", None)]);
        let (mut case, post) = worker(22_000_000);
        case.grades(&RULE, post.person, &[("2027-01-01", Some(Orange))]);
        case.investigated(
            post.person,
            "2026-08-01",
            json!({"basis": "YEAR", "quantity": "HLENS",
            "dose_nsv": 22_000_000, "dose_year": 2026}),
        );
        case.grades(&RULE, post.person, &[("2026-12-31", Some(Orange)), ("2027-01-01", None)]);
    }
}

//! W-DOSE-04 年度累计剂量预警: the effective dose of a calendar year.
//!
//! GB 18871 limits it to 50 mSv in any year and to 20 mSv a year on the average of five. The sum is that of all
//! employers, with nominal doses. Below the limits it warns early: from the level at which a dose is investigated, from
//! three quarters of 20 mSv, and where the months so far, carried on, would lead above 20 mSv. A limit that was
//! exceeded stays exceeded: the city concludes on it. The review of the work restriction above 20 mSv is no act of any
//! kind yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, MSV, accepted, years};
use super::{Closer, Finding, Look, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::investigation_codes::DoseQuantity;
use crate::law::{BASIC_STANDARDS, Citation};
use crate::record::Need;
use crate::warning_codes::WarningGrade::{self, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-04",
    since: 2,
    zh: "年度累计剂量预警",
    en: "Effective dose of a calendar year",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::Investigation],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2003, 4, 1)),
        citations: &[Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.1 a)、b)" }],
        evaluate,
    }],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Yellow), city: Some(Orange) },
    cleared_zh: "年度结束且调查已认定；超过年剂量限值的由市级作出结论",
    cleared_en: "the year is over and the investigation accepted; above the limit only by a conclusion of the city",
    closer: Closer::City,
    waivable: false,
    lasting: true,
};

const YELLOW_FROM_NSV: i64 = 5 * MSV;
/// Three quarters of the yearly average.
const ORANGE_FROM_NSV: i64 = 15 * MSV;
/// The yearly average, which the rest of the year would exceed as it goes.
const AVERAGE_NSV: i64 = 20 * MSV;
/// The limit of any year; a dose at the limit keeps it.
const LIMIT_NSV: i64 = 50 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let doses = Doses::of(subject, look)?;
    let accepted = accepted(subject, look)?;
    Ok(years((&doses, &accepted), DoseQuantity::Effective, look.day, grade))
}

fn grade(sum_nsv: i64, months: i64) -> Option<WarningGrade> {
    let leads_above = i128::from(sum_nsv) * 12 > i128::from(AVERAGE_NSV) * i128::from(months);
    match sum_nsv {
        _ if sum_nsv > LIMIT_NSV => Some(Red),
        ORANGE_FROM_NSV.. => Some(Orange),
        YELLOW_FROM_NSV.. => Some(if leads_above { Orange } else { Yellow }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, day};
    use super::*;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        case.dose(&post, "2026-01-01", "2026-03-31", 2_000_000);
        case.grades(&RULE, post.person, &[("2026-05-01", None)]);
        case.dose(&post, "2026-04-01", "2026-06-30", 3_100_000);
        case.grades(&RULE, post.person, &[("2026-06-29", None), ("2026-06-30", Some(Yellow))]);
        let found = case.find(&RULE, post.person, "2026-08-01");
        assert_eq!(found[0].steps.since(day("2026-08-01")), Some((Yellow, day("2026-06-30"))));
        assert_eq!(found[0].figures, [("sum_nsv", 5_100_000)]);
    }

    #[test]
    fn at_a_level_and_above_it() {
        for (sum_nsv, expected) in [
            (50_000_000, Some(Orange)),
            (50_010_000, Some(Red)),
            (20_000_000, Some(Orange)),
            (15_000_000, Some(Orange)),
            (14_999_900, Some(Yellow)),
            (5_000_000, Some(Yellow)),
            (4_999_900, None),
            (4_990_000, None),
        ] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            case.dose(&post, "2026-10-01", "2026-12-31", sum_nsv);
            case.grades(&RULE, post.person, &[("2026-12-31", expected), ("2027-02-01", expected)]);
        }
    }

    #[test]
    fn the_months_so_far_carried_on_lead_above_twenty() {
        for (nsv, to, expected) in [
            (5_100_000, "2026-03-31", Orange),
            (5_000_000, "2026-03-31", Yellow),
            (6_700_000, "2026-04-01", Orange),
            (6_600_000, "2026-04-01", Yellow),
        ] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            case.dose(&post, "2026-01-01", to, nsv);
            case.grades(&RULE, post.person, &[("2026-05-01", Some(expected))]);
        }
    }

    #[test]
    fn doses_of_two_employers_are_one_sum() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        let other = case.another_post(post.person, json!({}));
        case.dose(&post, "2026-01-01", "2026-06-30", 2_600_000);
        case.dose(&other, "2026-01-01", "2026-06-30", 2_600_000);
        case.grades(&RULE, post.person, &[("2026-08-01", Some(Yellow))]);
    }

    #[test]
    fn it_ends_with_the_year_once_the_investigation_is_accepted() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        case.dose(&post, "2026-01-01", "2026-06-30", 6_000_000);
        case.grades(&RULE, post.person, &[("2027-01-01", Some(Yellow))]);
        case.investigated(
            post.person,
            "2026-08-01",
            json!({"basis": "YEAR", "quantity": "E", "dose_nsv": 6_000_000,
            "dose_year": 2026}),
        );
        case.grades(&RULE, post.person, &[("2026-12-31", Some(Yellow)), ("2027-01-01", None)]);
        case.dose(&post, "2026-07-01", "2026-12-31", 10_000_000);
        case.grades(&RULE, post.person, &[("2027-02-01", Some(Orange))]);
    }

    #[test]
    fn no_investigation_ends_a_limit_that_was_exceeded() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        case.dose(&post, "2026-01-01", "2026-06-30", 60_000_000);
        case.investigated(
            post.person,
            "2026-08-01",
            json!({"basis": "YEAR", "quantity": "E", "dose_nsv": 60_000_000,
            "dose_year": 2026}),
        );
        case.grades(&RULE, post.person, &[("2026-08-01", Some(Red)), ("2030-01-01", Some(Red))]);
    }
    #[test]
    fn a_result_across_two_years_counts_once_and_for_its_year() {
        for (year, looked_at) in [("2031-12-31", true), ("2032-01-01", false)] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            let reading = json!({"hp10_nsv": 50_000_100, "effective_nsv": 50_000_100, "method": "SINGLE"});
            case.read(&post, "CH", "2026-12-15", "2027-01-14", reading);
            let found = case.find(&RULE, post.person, year);
            let sums = found.iter().map(|finding| (finding.occurrence.as_str(), finding.figures[0].1));
            let sums: Vec<_> = sums.collect();
            assert_eq!(sums, if looked_at { vec![("2026", 50_000_100)] } else { vec![] }, "{year}");
        }
    }

    #[test]
    fn the_years_that_are_looked_at_move_on_new_year() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        assert_eq!(case.looks_again(&RULE, post.person, "2026-05-01"), None, "nobody has a dose");
        case.dose(&post, "2026-01-01", "2026-03-31", 100_000);
        assert_eq!(case.looks_again(&RULE, post.person, "2026-05-01"), Some(day("2027-01-01")));
    }
}

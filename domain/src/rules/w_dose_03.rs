//! W-DOSE-03 单周期剂量达到调查水平: the dose of one period is at or above the investigation level.
//!
//! The level of a period is its share of the yearly one (5 mSv): 5/12 mSv for each month that it stands for, compared
//! exactly. GBZ 128 says "greater than"; the national verification of large doses takes 1.25 mSv a quarter itself, and
//! a parameter says which of the two counts. What is compared is the effective dose of all dosimeters of one employment
//! over the same days: the two of a double give one dose. An accepted investigation settles its results, unless a
//! correction made more of them than what was investigated.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, MSV, accepted};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::sums;
use crate::investigation_codes::DoseQuantity;
use crate::law::{Citation, MONITORING, MONITORING_2016, RADIATION_WORKERS};
use crate::record::Need;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-03",
    since: 2,
    zh: "单周期剂量达到调查水平",
    en: "Dose of one period at or above the investigation level",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::Investigation],
    parameters: &[ParameterName::InvestigationLevel, ParameterName::InvestigationCompare],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2016, 11, 1)),
            citations: &[Citation { instrument: &MONITORING_2016, clause: "" }, ACT_ON_IT],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2020, 4, 1)),
            citations: &[Citation { instrument: &MONITORING, clause: "" }, ACT_ON_IT],
            evaluate,
        },
    ],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Yellow), city: Some(Orange) },
    cleared_zh: "剂量异常调查经本人、防护负责人和监测机构签名并认定",
    cleared_en: "investigation signed by worker, officer and laboratory, and accepted",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

const ACT_ON_IT: Citation = Citation { instrument: &RADIATION_WORKERS, clause: "第四十条" };

/// Doses of one period from which the grade is ORANGE and RED, whatever the period.
const ORANGE_FROM_NSV: i64 = 5 * MSV;
const RED_FROM_NSV: i64 = 20 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let yearly = look.value(ParameterName::InvestigationLevel)?;
    let above_only = look.value(ParameterName::InvestigationCompare)? == 1;
    let doses = Doses::of(subject, look)?;
    let accepted = accepted(subject, look)?;
    let mut found = Vec::new();
    for ((employment, from, to), results) in doses.periods() {
        let months = results.iter().map(|(_, line)| i64::from(line.months)).min().unwrap_or(1).max(1);
        let grade = |dose_nsv: i64| {
            let level = i128::from(dose_nsv) * 12 - i128::from(yearly) * i128::from(months);
            match dose_nsv {
                RED_FROM_NSV.. => Some(Red),
                ORANGE_FROM_NSV.. => Some(Orange),
                _ => (level > 0 || level == 0 && !above_only).then_some(Yellow),
            }
        };
        let dose_nsv = sums(results.iter().map(|(_, line)| *line)).life();
        let Some(reached) = grade(dose_nsv) else { continue };
        let settled = accepted.iter().any(|investigation| {
            let named = investigation.results.iter().flatten();
            let mut named = named.filter(|id| results.iter().any(|(record, _)| record.id == **id));
            !investigation.basis.is_sum()
                && investigation.quantity == DoseQuantity::Effective
                && named.next().is_some()
                && grade(investigation.largest_nsv()) >= Some(reached)
        });
        if !settled {
            let occurrence = format!("{employment}/{from}/{to}");
            let inputs = results.iter().map(|(record, _)| (*record).clone());
            let finding = Finding::new(occurrence, Steps::from(to, reached)).on_all(inputs);
            found.push(finding.with("dose_nsv", dose_nsv).with("period_months", months));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    const AS_OF: &str = "2026-08-01";

    fn quarter(case: &mut Case, nsv: i64) -> (Uuid, Uuid) {
        let post = case.post(json!({}));
        let result = case.dose(&post, "2026-04-01", "2026-06-30", nsv);
        (post.person, result)
    }

    #[test]
    fn the_worked_cases() {
        for (nsv, grade) in [
            (1_400_000, Some(Yellow)),
            (1_250_000, Some(Yellow)),
            (1_249_900, None),
            (1_240_000, None),
            (4_999_900, Some(Yellow)),
            (5_000_000, Some(Orange)),
            (19_999_900, Some(Orange)),
            (20_000_000, Some(Red)),
        ] {
            let mut case = Case::new();
            let (person, _) = quarter(&mut case, nsv);
            case.grades(&RULE, person, &[("2026-06-29", None), ("2026-06-30", grade), (AS_OF, grade)]);
        }
    }

    #[test]
    fn a_month_has_its_twelfth_unrounded() {
        for (nsv, grade) in [(420_000, Some(Yellow)), (416_700, Some(Yellow)), (416_600, None)] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            case.read(
                &post,
                "CH",
                "2026-04-01",
                "2026-04-30",
                json!({
                    "hp10_nsv": nsv, "effective_nsv": nsv, "method": "SINGLE", "nominal_months": 1,
                }),
            );
            case.grades(&RULE, post.person, &[(AS_OF, grade)]);
        }
    }

    #[test]
    fn the_parameter_says_whether_the_level_itself_counts() {
        let mut case = Case::new();
        let (person, _) = quarter(&mut case, 1_250_000);
        case.begin(
            "parameter.set",
            "2026-01-01",
            json!({"name": "IL_COMPARE", "unit": "CHOICE", "value": 1,
            "from_day": "2026-07-15", "source": "GBZ 128-2019"}),
        );
        case.grades(&RULE, person, &[("2026-07-14", Some(Yellow)), ("2026-07-15", None)]);
    }

    #[test]
    fn the_two_dosimeters_of_a_double_are_one_dose() {
        let mut case = Case::new();
        let post = case.post(json!({"category": "2E"}));
        for (position, nsv) in [("UA", 200_000), ("CO", 12_000_000)] {
            case.read(&post, position, "2026-04-01", "2026-06-30", json!({"hp10_nsv": nsv, "method": "DOUBLE"}));
        }
        let found = case.find(&RULE, post.person, AS_OF);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].figures[0], ("dose_nsv", 168_000 + 1_200_000));
        assert_eq!(found[0].inputs.len(), 2);
    }

    #[test]
    fn an_accepted_investigation_settles_it_until_it_is_corrected_upwards() {
        let mut case = Case::new();
        let (person, result) = quarter(&mut case, 1_400_000);
        case.investigated(
            person,
            "2026-08-02",
            json!({"basis": "PERIOD", "quantity": "E", "dose_nsv": 1_400_000,
            "results": [result]}),
        );
        case.grades(&RULE, person, &[("2026-08-02", None)]);
        case.event(
            "dose_result.corrected",
            result,
            "2026-08-20",
            json!({"set": {"hp10_nsv": 6_000_000, "effective_nsv": 6_000_000}}),
        );
        case.grades(&RULE, person, &[("2026-08-20", Some(Orange))]);
    }
}

//! W-DOSE-01 个人剂量监测周期超期/剂量计未回收: a dosimeter is worn longer than a period may be.
//!
//! A period has usually thirty days and ninety at most. A calendar quarter has up to ninety-two: so many days as the
//! tolerance gives are only a hint. Both ends of a period count. What is collected, or registered as lost or damaged,
//! is out of the worker's hands, and the matter with it. It is the duty of the institution that handed the dosimeter
//! out.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose_codes::DosimeterState;
use crate::law::{Citation, MONITORING, MONITORING_2016, RADIATION_WORKERS};
use crate::record::Need;
use crate::records::dosimeter;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-01",
    since: 2,
    zh: "个人剂量监测周期超期或剂量计未回收",
    en: "Monitoring period too long, or dosimeter not returned",
    subject: Kind::Person,
    feeds: &[Kind::Dosimeter],
    parameters: &[ParameterName::DosePeriodTolerance],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2016, 11, 1)),
            citations: &[NINETY_DAYS, Citation { instrument: &MONITORING_2016, clause: "" }],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2020, 4, 1)),
            citations: &[NINETY_DAYS, Citation { instrument: &MONITORING, clause: "" }],
            evaluate,
        },
    ],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "剂量计已收回，或已登记丢失、损坏",
    cleared_en: "dosimeter returned, or registered as lost or damaged",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

const NINETY_DAYS: Citation = Citation { instrument: &RADIATION_WORKERS, clause: "第十一条第（一）项" };

/// Most days of a period.
const DAYS_MAX: i64 = 90;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let tolerance = look.value(ParameterName::DosePeriodTolerance)?;
    let mut found = Vec::new();
    for (id, entry) in look.all(&dosimeter::person_key(subject))?.iter() {
        let Some(dosimeter) = entry.state.dosimeter() else { continue };
        if dosimeter.state != DosimeterState::Issued {
            continue;
        }
        // The first of a number of days counts: after `days` of them it is the day so many later.
        let after = |days: i64| dosimeter.from.add_days(days);
        let steps = Steps::from(after(DAYS_MAX), Blue)
            .then(after(DAYS_MAX + tolerance), Yellow)
            .then(after(120), Orange)
            .then(after(180), Red);
        let record = RecordRef { kind: Kind::Dosimeter.as_str().into(), id: *id };
        let finding = Finding::new(id, steps).by(after(DAYS_MAX - 1)).on(record);
        found.push(finding.of(dosimeter.issue.institution));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        case.dosimeter(&post, "CH", "2026-01-01");
        case.grades(
            &RULE,
            post.person,
            &[
                ("2026-03-31", None),
                ("2026-04-01", Some(Blue)),
                ("2026-04-03", Some(Blue)),
                ("2026-04-04", Some(Yellow)),
                ("2026-04-10", Some(Yellow)),
                ("2026-04-30", Some(Yellow)),
                ("2026-05-01", Some(Orange)),
                ("2026-06-29", Some(Orange)),
                ("2026-06-30", Some(Red)),
            ],
        );
    }

    #[test]
    fn a_quarter_of_ninety_one_days_is_a_hint_until_it_is_returned() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        let dosimeter = case.dosimeter(&post, "CH", "2026-04-01");
        case.grades(&RULE, post.person, &[("2026-06-29", None), ("2026-06-30", Some(Blue))]);
        let found = case.find(&RULE, post.person, "2026-06-30");
        assert_eq!(found[0].institution, Some(post.institution), "the duty of who handed it out");
        case.event("dosimeter.returned", dosimeter, "2026-06-30", json!({}));
        assert_eq!(case.find(&RULE, post.person, "2026-10-01"), []);
    }

    #[test]
    fn what_is_lost_is_the_matter_of_another_rule() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        let dosimeter = case.dosimeter(&post, "CH", "2026-01-01");
        case.lost(&post, dosimeter, "2026-05-10");
        assert_eq!(case.find(&RULE, post.person, "2026-05-10"), []);
    }

    #[test]
    fn the_tolerance_is_a_parameter() {
        for (days, grades) in [(0, [Some(Yellow), Some(Yellow)]), (30, [Some(Blue), Some(Blue)])] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            case.dosimeter(&post, "CH", "2026-01-01");
            case.begin(
                "parameter.set",
                "2025-01-01",
                json!({"name": "DOSE_PERIOD_TOL", "unit": "DAY", "value": days,
                "from_day": "2025-01-01", "source": "市卫生健康委"}),
            );
            let [first, last] = grades;
            let days = [("2026-04-01", first), ("2026-04-30", last), ("2026-05-01", Some(Orange))];
            case.grades(&RULE, post.person, &days);
        }
    }
}

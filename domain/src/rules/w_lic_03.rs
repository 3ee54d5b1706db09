//! W-LIC-03 辐射安全许可证到期: the term of a radiation safety licence ends.
//!
//! It is valid for five years, and whoever goes on applies thirty days before the end at the latest: that day is the
//! last one in time, and red begins after it. A renewed licence keeps its number, so the renewal is a change of this
//! copy; a new end is another warning. That a renewal was applied for is known to no kind yet, and neither moderates
//! nor delays.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, LICENSING, RADIATION_SAFETY};
use crate::licence_codes::LicenceType;
use crate::record::Need;
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-LIC-03",
    since: 2,
    zh: "辐射安全许可证到期",
    en: "Radiation safety licence expires",
    subject: Kind::Licence,
    feeds: &[Kind::Licence],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2005, 12, 1)),
        citations: &[
            Citation { instrument: &RADIATION_SAFETY, clause: "第十三条、第五十二条第（四）项" },
            Citation { instrument: &LICENSING, clause: "第五十条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Orange), city: Some(Red) },
    cleared_zh: "登记延续后的许可证",
    cleared_en: "renewed licence filed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// Days before the end by which the renewal is applied for at the latest.
const APPLIED_BEFORE_DAYS: i64 = 30;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = licence::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let licence = entry.state.licence().filter(|licence| !licence.is_ended());
    let licence = licence.filter(|licence| licence.profile.type_ == LicenceType::RadiationSafety);
    let Some(until) = licence.and_then(|licence| licence.profile.until) else { return Ok(Vec::new()) };
    let last = until.add_days(-1);
    let apply_by = last.add_days(-APPLIED_BEFORE_DAYS);
    let steps = Steps::from(last.add_days(-90), Blue)
        .then(last.add_days(-60), Yellow)
        .then(apply_by, Orange)
        .then(apply_by.add_days(1), Red);
    Ok(vec![Finding::new(last, steps).by(apply_by).on(record)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    fn until_the_end_of_july(case: &mut Case) -> Uuid {
        let institution = case.institution(json!({}));
        case.safety_licence(institution, "2021-08-01", "2026-08-01", &[])
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let licence = until_the_end_of_july(&mut case);
        case.grades(&RULE, licence, &[
            ("2026-05-01", None),
            ("2026-05-02", Some(Blue)),
            ("2026-05-31", Some(Blue)),
            ("2026-06-01", Some(Yellow)),
            ("2026-06-30", Some(Yellow)),
            ("2026-07-01", Some(Orange)),
            ("2026-07-02", Some(Red)),
            ("2026-08-05", Some(Red)),
        ]);
        assert_eq!(case.find(&RULE, licence, "2026-06-01")[0].due_on, Some(Date(date(2026, 7, 1))));
    }

    #[test]
    fn a_renewal_is_another_matter_and_a_cancelled_licence_is_none() {
        let mut case = Case::new();
        let licence = until_the_end_of_july(&mut case);
        let before = case.find(&RULE, licence, "2026-07-10");
        let renewed = json!({"set": {"from": "2026-08-01", "until": "2031-08-01"}});
        case.event("licence.changed", licence, "2026-07-20", renewed);
        case.grades(&RULE, licence, &[("2026-07-20", None), ("2031-07-02", Some(Red))]);
        assert_ne!(before[0].occurrence, case.find(&RULE, licence, "2026-07-20")[0].occurrence);
        case.event("licence.cancelled", licence, "2030-01-01", json!({"decision_no": "1"}));
        assert!(case.find(&RULE, licence, "2031-07-02").is_empty());
    }

    #[test]
    fn a_licence_without_an_end_is_not_looked_at() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let licence = case.radiology_licence(institution, "2021-03-15", &[]);
        assert!(case.find(&RULE, licence, "2026-08-05").is_empty());
    }
}

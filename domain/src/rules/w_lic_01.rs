//! W-LIC-01 放射诊疗许可证校验到期: the verification of a radiology licence is due.
//!
//! The licence has no last day; only its verification (校验) has one: the date printed on the duplicate, else that of the
//! practice licence, else twelve months after the last verification or the issue. While it is deferred, the end of the
//! deferral stands in its place.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, L90, Look, Told, Version, WarningRule, w_org_01};
use crate::catalog::Kind;
use crate::law::{Citation, MEDICAL_INSTITUTIONS, RADIOLOGY};
use crate::licence_codes::LicenceType;
use crate::record::Need;
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Blue, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-LIC-01",
    since: 2,
    zh: "放射诊疗许可证校验到期",
    en: "Verification of the radiology licence due",
    subject: Kind::Licence,
    feeds: &[Kind::Institution, Kind::Licence],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation { instrument: &RADIOLOGY, clause: "第十七条第一款、第十八条第（二）项、第三十八条" },
            Citation { instrument: &MEDICAL_INSTITUTIONS, clause: "第二十二条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Yellow), city: Some(Red) },
    cleared_zh: "校验合格并登记新的校验日期",
    cleared_en: "verified, with a new due date",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = licence::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(licence) = entry.state.licence().filter(|licence| is_verified(licence)) else { return Ok(Vec::new()) };
    let practice = w_org_01::verification_due(licence.profile.institution, look)?;
    let due = licence.verify_due(practice.map(|(due, _)| due));
    Ok(due.map(|due| Finding::due(due, L90).on(record)).into_iter().collect())
}

fn is_verified(licence: &licence::Licence) -> bool {
    licence.profile.type_ == LicenceType::Radiology && !licence.is_ended()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::Orange;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let licence = case.licence("LIC", json!({"verify_due_on": "2026-03-15"}));
        case.grades(&RULE, licence, &[
            ("2025-12-14", None),
            ("2025-12-15", Some(Blue)),
            ("2026-01-14", Some(Yellow)),
            ("2026-02-13", Some(Orange)),
            ("2026-03-15", Some(Orange)),
            ("2026-03-16", Some(Red)),
        ]);
    }

    #[test]
    fn without_a_printed_date_it_goes_by_the_practice_licence_and_else_by_the_year() {
        let mut case = Case::new();
        let licence = case.licence("LIC", json!({"issued_on": "2025-03-15"}));
        case.grades(&RULE, licence, &[("2026-03-15", Some(Orange)), ("2026-03-16", Some(Red))]);
        let institution = case.institution_of(licence);
        let practice = json!({"institution": institution, "type": "PRC", "number": "PDY0001", "issuer": "示范县卫生健康局",
            "issued_on": "2025-06-01", "verify_due_on": "2026-06-30"});
        case.begin("licence.issued", "2025-06-01", practice);
        case.grades(&RULE, licence, &[("2026-03-31", None), ("2026-04-01", Some(Blue)), ("2026-06-30", Some(Orange)), ("2026-07-01", Some(Red))]);
    }

    #[test]
    fn a_verification_clears_it() {
        let mut case = Case::new();
        let licence = case.licence("LIC", json!({"verify_due_on": "2026-03-15"}));
        case.event("licence.verified", licence, "2026-03-20", json!({"result": "PASSED", "next_due_on": "2027-03-15"}));
        case.grades(&RULE, licence, &[("2026-03-21", None), ("2027-03-16", Some(Red))]);
        case.event("licence.cancelled", licence, "2027-03-20", json!({"decision_no": "示范决定1号"}));
        case.grades(&RULE, licence, &[("2027-03-21", None)]);
    }
}

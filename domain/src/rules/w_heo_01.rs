//! W-HEO-01 职业健康检查机构备案/条件变化: an examining organisation that is not filed, or has lost a condition.
//!
//! It files with the province within fifteen working days of beginning: of the day from which the ledger knows it as
//! an examining organisation. It holds a practice licence and, where it uses devices, a radiology licence: one that
//! no longer stands is a condition lost. Whether one was ever issued is not asked here (W-LIC-02). The categories of
//! a filing and the certificate of the chief physician stand in no kind yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::{Held, Holding};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::{DocumentKind, InstitutionKind};
use crate::law::{Citation, HEALTH_EXAMS, OCCUPATIONAL_DISEASE};
use crate::licence_codes::{LicenceState, LicenceType};
use crate::record::Need;
use crate::records::institution::{self, Institution};
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HEO-01",
    since: 2,
    zh: "职业健康检查机构未备案或条件变化",
    en: "Examining organisation not filed, or a condition lost",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Licence, Kind::Device],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2019, 2, 28)),
        citations: &[
            Citation { instrument: &HEALTH_EXAMS, clause: "第四条、第五条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第三款" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Blue), city: Some(Blue) },
    cleared_zh: "上传备案回执并经市级核验，或许可恢复有效",
    cleared_en: "filing receipt uploaded and confirmed by the city, or licence valid again",
    closer: Closer::City,
    waivable: true,
    lasting: false,
};

/// Working days within which it files.
const FILED_WITHIN_WORKDAYS: u32 = 15;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let examiner = entry.state.institution().filter(|known| {
        known.profile.kinds.contains(&InstitutionKind::HealthExam) && known.is_approved() && !known.is_ended()
    });
    let Some(examiner) = examiner else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if !is_filed(examiner) {
        found.push(not_filed(examiner.of_kinds_since(), look)?.on(record));
    }
    let holding = Holding::of(subject, look)?;
    found.extend(condition_lost(LicenceType::Practice, &holding));
    if holding.devices().any(|(_, device)| device.used_from().is_some()) {
        found.extend(condition_lost(LicenceType::Radiology, &holding));
    }
    Ok(found)
}

/// A receipt that was uploaded later counts once the authority has looked at it.
fn is_filed(examiner: &Institution) -> bool {
    let mut receipts = examiner.documents.iter().filter(|document| document.filed.kind == DocumentKind::ExamFiling);
    receipts.any(|receipt| receipt.is_confirmed())
}

fn not_filed(started: Date, look: &Look<'_>) -> Result<Finding, Need> {
    let calendar = look.calendar()?;
    let due = calendar.add(started, FILED_WITHIN_WORKDAYS);
    let steps = Steps::from(started, Blue).then(calendar.add(started, 11), Orange).then(due.add_days(1), Red);
    Ok(Finding::new(format_args!("filing/{started}"), steps).by(due))
}

/// Of the licences of a type that the institution ever held none is valid any more: since the last one ceased to be.
fn condition_lost(type_: LicenceType, holding: &Holding) -> Option<Finding> {
    let practice = holding.licences(LicenceType::Practice).filter(|held| !held.licence.is_ended());
    let practice_due = practice.filter_map(|held| held.licence.verify_due(None)).max();
    let ceased = |held: Held<'_>| Some((invalid_from(&held, practice_due)?, held.id));
    let all: Option<Vec<(Date, Uuid)>> = holding.licences(type_).map(ceased).collect();
    let (since, id) = all?.into_iter().max()?;
    let finding = Finding::new(format_args!("{}/{since}", type_.as_str()), Steps::from(since, Orange));
    Some(finding.on(licence::reference(id)))
}

/// First day on which a licence is not valid: suspended, ended, deferred, or not verified in time.
fn invalid_from(held: &Held<'_>, practice_due: Option<Date>) -> Option<Date> {
    match held.licence.state {
        LicenceState::Valid => {
            let overdue = held.licence.verify_due(practice_due).map(|due| due.add_days(1));
            [overdue, held.licence.profile.until].into_iter().flatten().min()
        }
        LicenceState::Deferred => Some(held.licence.state_since.date),
        LicenceState::Suspended | LicenceState::Cancelled | LicenceState::Revoked => held.stopped_since(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    /// An institution that examines since 2026-03-02, without a receipt.
    fn examining(case: &mut Case) -> Uuid {
        let institution = case.institution(json!({}));
        case.event("institution.changed", institution, "2026-03-02", json!({"set": {"kinds": ["RAD", "HEO"]}}));
        institution
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let institution = examining(&mut case);
        case.grades(&RULE, institution, &[
            ("2026-03-02", Some(Blue)),
            ("2026-03-16", Some(Blue)),
            ("2026-03-17", Some(Orange)),
            ("2026-03-20", Some(Orange)),
            ("2026-03-23", Some(Orange)),
            ("2026-03-24", Some(Red)),
        ]);
    }

    #[test]
    fn a_holiday_moves_the_last_day() {
        let mut case = Case::new();
        let institution = examining(&mut case);
        let days = json!([{"date": "2026-03-10", "kind": "HOLIDAY"}]);
        let table = json!({"year": 2026, "document": "示范〔2025〕1号", "days": days});
        case.begin("holiday_table.published", "2025-11-01", table);
        case.grades(&RULE, institution, &[("2026-03-24", Some(Orange)), ("2026-03-25", Some(Red))]);
    }

    #[test]
    fn a_receipt_counts_once_it_is_confirmed() {
        let mut case = Case::new();
        let institution = examining(&mut case);
        let document = case.file(institution, "HEF", "1", "2026-03-10", None, "2026-03-12");
        case.grades(&RULE, institution, &[("2026-03-24", Some(Red))]);
        let confirmed = json!({"document": document, "result": "GENUINE"});
        case.event("institution.document_verified", institution, "2026-03-25", confirmed);
        assert!(case.find(&RULE, institution, "2026-03-25").is_empty());
        let filed = case.registered(json!(["HEO"]));
        case.file(filed, "HEF", "2", "2026-03-02", None, "2026-03-02");
        assert!(case.find(&RULE, filed, "2026-04-25").is_empty(), "not approved yet");
        case.event("institution.approved", filed, "2026-04-26", json!({}));
        assert!(case.find(&RULE, filed, "2026-04-26").is_empty(), "the receipt was looked at with the institution");
    }

    /// An institution that examines with its receipt and a practice licence verified until 2026-06-30.
    fn complete(case: &mut Case) -> Uuid {
        let institution = case.registered(json!(["HEO"]));
        case.file(institution, "HEF", "1", "2020-01-01", None, "2020-01-01");
        case.event("institution.approved", institution, "2020-01-02", json!({}));
        case.licence_of(institution, "PRC", "2021-03-15", json!({"verify_due_on": "2026-06-30"}));
        institution
    }

    #[test]
    fn a_practice_licence_that_is_overdue_is_a_condition_lost_until_another_stands() {
        let mut case = Case::new();
        let institution = complete(&mut case);
        case.grades(&RULE, institution, &[("2026-06-30", None), ("2026-07-01", Some(Orange))]);
        case.licence_of(institution, "PRC", "2026-07-02", json!({"verify_due_on": "2027-06-30"}));
        case.grades(&RULE, institution, &[("2026-07-02", None), ("2027-07-01", Some(Orange))]);
    }

    #[test]
    fn a_radiology_licence_is_asked_for_while_a_device_is_used() {
        let mut case = Case::new();
        let institution = complete(&mut case);
        let licence = case.radiology_licence(institution, "2021-03-15", &[]);
        let decision = || json!({"decision_no": "1"});
        case.event("licence.suspended", licence, "2026-03-01", decision());
        case.grades(&RULE, institution, &[("2026-03-10", None)]);
        let device = case.used_device(institution, "X02", "2021-04-01");
        case.grades(&RULE, institution, &[("2026-02-28", None), ("2026-03-01", Some(Orange))]);
        case.event("licence.resumed", licence, "2026-03-05", decision());
        case.grades(&RULE, institution, &[("2026-03-05", None), ("2026-07-01", Some(Orange))]);
        case.turn_device(device, "OUT_OF_SERVICE", "2026-03-06");
        assert_eq!(case.find(&RULE, institution, "2026-07-01").len(), 1, "the practice licence alone");
    }
}

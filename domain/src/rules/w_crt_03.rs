//! W-CRT-03 证件记载事项长期未更新/离岗未注销: a certificate that nobody keeps up, or that was not given back.
//!
//! Doses, examinations and trainings are entered as they come; where nothing at all was entered for two years while its
//! holder works, somebody forgot it. Who left has his certificate cancelled or moved: the thirty days are those of the
//! order of 1997, kept as policy, and the duty is that of the employer whom he left.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::worker::{self, Post};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::certificate_codes::CertificateState;
use crate::law::{Citation, RADIATION_WORKERS};
use crate::person_codes::EmploymentState;
use crate::record::Need;
use crate::records::certificate::{self, Certificate};
use crate::records::employment;
use crate::warning_codes::WarningGrade::{Blue, Orange, Yellow};
use crate::workdays::add_months;

/// Months without an entry after which a certificate counts as forgotten.
const STALE_MONTHS: i32 = 24;
/// Days in which the certificate of who left is cancelled or moved.
const RETURN_DAYS: i64 = 30;
/// Days after which it is asked for again.
const RETURN_LATE_DAYS: i64 = 60;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-CRT-03",
    since: 2,
    zh: "证件记载事项长期未更新/离岗未注销",
    en: "Certificate not kept up, or not given back",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::Certificate],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation {
            instrument: &RADIATION_WORKERS,
            clause: "第十条第（二）项、第十二条第（二）项、第二十五条第（一）项、第三十三条第（四）项",
        }],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "补记事项，或放射工作人员证注销、变更",
    cleared_en: "an entry added, or the certificate cancelled or moved",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let all = worker::certificates(subject, look)?;
    let valid = all.iter().filter_map(|(id, entry)| Some((*id, entry.state.certificate()?)));
    let valid: Vec<_> = valid.filter(|(_, one)| one.state == CertificateState::Valid).collect();
    if valid.is_empty() {
        return Ok(Vec::new());
    }
    let posts = worker::posts(subject, look)?;
    Ok(valid.into_iter().filter_map(|(id, certificate)| finding(id, certificate, &posts)).collect())
}

fn finding(id: Uuid, certificate: &Certificate, posts: &[Post]) -> Option<Finding> {
    let of_employer: Vec<_> = posts.iter().filter(|post| post.institution == certificate.institution).collect();
    let found = if let Some(active) = of_employer.iter().filter(|post| post.is_active()).min_by_key(|post| post.since) {
        let last = certificate.last_entry_on().max(certificate.issued_on)?;
        let stale_on = add_months(last, STALE_MONTHS).add_days(1).max(active.since);
        Finding::new(format_args!("{id}/entry/{last}"), Steps::from(stale_on, Blue))
    } else {
        let left = of_employer.iter().all(|post| post.state == EmploymentState::Ended);
        let last = of_employer.iter().max_by_key(|post| post.since).filter(|_| left)?;
        let steps = Steps::from(last.since.add_days(RETURN_DAYS), Yellow)
            .then(last.since.add_days(RETURN_LATE_DAYS + 1), Orange);
        let finding = Finding::new(format_args!("{id}/left/{}", last.since), steps);
        finding.by(last.since.add_days(RETURN_DAYS)).on(employment::reference(last.employment))
    };
    Some(found.on(certificate::reference(id)).of(certificate.institution))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2025-03-02");
        let certificate = case.certified(person, institution, post, "2025-03-01");
        case.event("employment.ended", post, "2026-03-01", json!({"reason": "RETIRE"}));
        case.grades(&RULE, person, &[
            ("2026-03-30", None),
            ("2026-03-31", Some(Yellow)),
            ("2026-04-05", Some(Yellow)),
            ("2026-04-30", Some(Yellow)),
            ("2026-05-01", Some(Orange)),
        ]);
        let found = case.find(&RULE, person, "2026-05-01");
        assert_eq!(found[0].institution, Some(institution), "the duty of the employer whom he left");
        case.event("certificate.cancelled", certificate, "2026-05-02", json!({"ground": "LEFT"}));
        assert!(case.find(&RULE, person, "2026-05-02").is_empty());
    }

    #[test]
    fn who_took_another_post_there_keeps_his_certificate() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2025-03-02");
        case.certified(person, institution, post, "2025-03-01");
        case.event("employment.ended", post, "2026-03-01", json!({"reason": "OTHER"}));
        let again = case.planned(person, institution, "2026-03-02", json!({}));
        case.grades(&RULE, person, &[("2026-05-01", None)]);
        case.event("employment.activated", again, "2026-05-02", json!({"legacy": false}));
        case.grades(&RULE, person, &[("2026-05-02", None)]);
    }

    #[test]
    fn nothing_was_entered_for_two_years() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2023-03-02");
        let certificate = case.certified(person, institution, post, "2023-03-01");
        case.grades(&RULE, person, &[("2025-03-01", None), ("2025-03-02", Some(Blue))]);
        let dose = json!({"kind": "DOSE_YEAR", "dose_year": 2023, "effective_nsv": 900_000});
        case.event("certificate.entry_added", certificate, "2024-01-20", dose);
        case.grades(&RULE, person, &[("2026-01-20", None), ("2026-01-21", Some(Blue)), ("2029-01-21", Some(Blue))]);
        case.event("employment.suspended", post, "2026-01-10", json!({"reason": "STUDY"}));
        case.grades(&RULE, person, &[("2026-02-01", None)]);
        case.event("employment.resumed", post, "2026-02-10", json!({}));
        case.grades(&RULE, person, &[("2026-02-09", None), ("2026-02-10", Some(Blue))]);
    }
}

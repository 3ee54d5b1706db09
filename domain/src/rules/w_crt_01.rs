//! W-CRT-01 无放射工作人员证上岗: somebody works with radiation without a certificate of his employer.
//!
//! The employer applies before the post is taken (放射工作人员职业健康管理办法 第六条). While an application waits for
//! its decision, twenty working days are borne; so is, for thirty days, the certificate of the employer from whom the
//! file came. A certificate that does not have the category of the post is a matter of its own. Posts that were entered
//! as begun outside this system are no exception.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::worker::{self, Post};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::certificate_codes::CertificateState;
use crate::law::{Citation, RADIATION_WORKERS};
use crate::record::{Entry, Need};
use crate::records::certificate::{self, Certificate};
use crate::records::person::Custodian;
use crate::records::{employment, person};
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

/// Working days of a post that an application is waited for.
const APPLICATION_WORKDAYS: u32 = 20;
/// Days for which the certificate of the employer before is borne.
const FORMER_DAYS: i64 = 30;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-CRT-01",
    since: 2,
    zh: "无放射工作人员证上岗",
    en: "On duty without the certificate of a radiation worker",
    subject: Kind::Person,
    feeds: &[Kind::Person, Kind::Employment, Kind::Certificate],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation {
            instrument: &RADIATION_WORKERS, clause: "第五条第（五）项、第六条、第三十九条"
        }],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Blue), city: None },
    cleared_zh: "发证机关核发或变更放射工作人员证",
    cleared_en: "the certificate issued or changed by its authority",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let posts = worker::active_posts(subject, look)?;
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let certificates = worker::certificates(subject, look)?;
    let mut found = Vec::new();
    for post in &posts {
        let own = known(&certificates).find(|(_, one)| is_valid(one) && one.institution == post.institution);
        let finding = match own {
            Some((_, certificate)) if certificate.covers(post.category) => continue,
            Some((id, certificate)) => {
                let since = post.changed_on.max(certificate.issued_on).max(Some(post.since)).unwrap_or(post.since);
                let matter = format!("{}/{}", post.employment, post.category.as_str());
                Finding::new(matter, Steps::from(since, Yellow)).on(certificate::reference(id))
            }
            None => without(subject, post, &posts, &certificates, look)?,
        };
        found.push(finding.on(employment::reference(post.employment)).of(post.institution));
    }
    Ok(found)
}

/// A post without a valid certificate of the employer. Another employer for whom he works still is no former one.
fn without(
    subject: Uuid,
    post: &Post,
    active: &[Post],
    certificates: &[(Uuid, Arc<Entry>)],
    look: &Look<'_>,
) -> Result<Finding, Need> {
    let is_left = |institution| active.iter().all(|post| post.institution != institution);
    let former = known(certificates).find(|(_, one)| is_valid(one) && is_left(one.institution));
    if let (Some((id, _)), Some(moved_on)) = (former, moved_to(subject, post.institution, look)?) {
        let since = moved_on.max(post.since);
        let steps = Steps::from(since, Yellow).then(since.add_days(FORMER_DAYS + 1), Orange);
        return Ok(Finding::new(post.stretch(), steps).on(certificate::reference(id)));
    }
    let pending = known(certificates).find(|(_, one)| one.is_pending() && one.institution == post.institution);
    let Some((id, _)) = pending else { return Ok(Finding::new(post.stretch(), Steps::from(post.since, Red))) };
    let borne = look.calendar()?.add(post.since, APPLICATION_WORKDAYS);
    let steps = Steps::from(post.since, Orange).then(borne.add_days(1), Red);
    Ok(Finding::new(post.stretch(), steps).by(borne).on(certificate::reference(id)))
}

fn known(certificates: &[(Uuid, Arc<Entry>)]) -> impl Iterator<Item = (Uuid, &Certificate)> {
    certificates.iter().filter_map(|(id, entry)| Some((*id, entry.state.certificate()?)))
}

fn is_valid(certificate: &Certificate) -> bool {
    certificate.state == CertificateState::Valid
}

/// Day on which the file of a worker came to an institution by a transfer; none while another has it.
fn moved_to(subject: Uuid, institution: Uuid, look: &Look<'_>) -> Result<Option<Date>, Need> {
    let entry = look.record(&person::reference(subject))?;
    let file = entry.as_ref().and_then(|entry| entry.state.person());
    let held = file.filter(|file| file.custodian() == Custodian::Institution(institution));
    Ok(held.and_then(|file| Some(file.custody.as_ref()?.since)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn nobody_applied() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2026-03-02");
        case.grades(&RULE, person, &[("2026-03-01", None), ("2026-03-02", Some(Red))]);
        let other = case.institution(json!({}));
        case.applied(person, other, post, "2026-03-02");
        case.grades(&RULE, person, &[("2026-03-02", Some(Red))]);
        case.certified(person, institution, post, "2026-03-03");
        case.grades(&RULE, person, &[("2026-03-03", None)]);
    }

    #[test]
    fn an_application_is_borne_for_twenty_working_days() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.planned(person, institution, "2026-02-27", json!({}));
        let certificate = case.applied(person, institution, post, "2026-02-27");
        assert!(case.find(&RULE, person, "2026-02-27").is_empty());
        case.event("employment.activated", post, "2026-03-02", json!({"legacy": false}));
        let expected = [("2026-03-02", Some(Orange)), ("2026-03-30", Some(Orange)), ("2026-03-31", Some(Red))];
        case.grades(&RULE, person, &expected);
        let lacks = json!({"person": {"kind": "person", "id": person}, "lacks": ["PHOTO"]});
        case.event("certificate.supplement_requested", certificate, "2026-03-05", lacks);
        case.grades(&RULE, person, &expected);
        let refused = json!({"person": {"kind": "person", "id": person}, "grounds": ["PAPERS"]});
        case.event("certificate.refused", certificate, "2026-03-09", refused);
        case.grades(&RULE, person, &[("2026-03-09", Some(Red))]);
    }

    #[test]
    fn a_certificate_without_the_category_of_the_post() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.planned(person, institution, "2026-02-27", json!({"category": "2E"}));
        case.event("employment.activated", post, "2026-03-02", json!({"legacy": true}));
        let certificate = case.certified(person, institution, post, "2026-02-27");
        case.grades(&RULE, person, &[("2026-03-01", None), ("2026-03-02", Some(Yellow)), ("2027-03-02", Some(Yellow))]);
        case.event("certificate.changed", certificate, "2026-03-10", json!({"categories": ["2A", "2E"]}));
        case.grades(&RULE, person, &[("2026-03-10", None)]);
        case.event("employment.changed", post, "2026-05-06", json!({"set": {"category": "2D"}}));
        case.grades(&RULE, person, &[("2026-05-05", None), ("2026-05-06", Some(Yellow))]);
    }

    #[test]
    fn the_certificate_of_the_employer_before_is_borne_for_thirty_days() {
        let mut case = Case::new();
        let (person, former) = case.worker();
        let before = case.active(person, former, "2024-03-02");
        let certificate = case.certified(person, former, before, "2024-03-01");
        case.event("employment.ended", before, "2026-02-20", json!({"reason": "TRANSFER_IN_CITY"}));
        let institution = case.institution(json!({}));
        case.active(person, institution, "2026-03-02");
        case.grades(&RULE, person, &[("2026-03-02", Some(Red))]);
        let transfer = case.id();
        let moved = json!({"transfer": transfer, "institution": institution, "outside": false});
        case.event("person.custody_moved", person, "2026-03-01", moved);
        case.grades(&RULE, person, &[
            ("2026-03-02", Some(Yellow)),
            ("2026-04-01", Some(Yellow)),
            ("2026-04-02", Some(Orange)),
        ]);
        case.event("certificate.cancelled", certificate, "2026-04-03", json!({"ground": "TRANSFERRED"}));
        case.grades(&RULE, person, &[("2026-04-03", Some(Red))]);
    }

    #[test]
    fn who_works_for_two_needs_a_certificate_of_each() {
        let mut case = Case::new();
        let (person, first) = case.worker();
        let post = case.active(person, first, "2024-03-02");
        case.certified(person, first, post, "2024-03-01");
        let second = case.institution(json!({}));
        case.active(person, second, "2026-03-02");
        let transfer = case.id();
        let moved = json!({"transfer": transfer, "institution": second, "outside": false});
        case.event("person.custody_moved", person, "2026-03-01", moved);
        case.grades(&RULE, person, &[("2026-03-02", Some(Red))]);
        assert_eq!(case.find(&RULE, person, "2026-03-02")[0].institution, Some(second));
    }
}

//! W-TRN-04 培训考核结果未记入放射工作人员证: a training was passed and is not entered in the worker's certificate.
//!
//! Every training is entered (放射工作人员职业健康管理办法 第十条第（二）项); a drill is none. What was passed before
//! the certificate was issued, the certificate itself rests on. Who has no certificate is a matter of W-CRT-01. The
//! days are policy.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, worker};
use crate::catalog::Kind;
use crate::certificate_codes::CertificateState;
use crate::law::{Citation, RADIATION_WORKERS, RADIOLOGY};
use crate::record::Need;
use crate::records::{certificate, training_record};
use crate::training_codes::TrainingKind;
use crate::warning_codes::WarningGrade::{Blue, Orange, Yellow};

/// Days after which the entry is asked for, and asked for again.
const DAYS: [i64; 3] = [15, 30, 60];

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TRN-04",
    since: 2,
    zh: "培训考核结果未归档/未记入放射工作人员证",
    en: "Training not entered in the certificate",
    subject: Kind::Person,
    feeds: &[Kind::TrainingRecord, Kind::Certificate],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第九条、第十条第（二）项" },
            Citation { instrument: &RADIOLOGY, clause: "第二十三条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: None, city: None },
    cleared_zh: "培训情况记入放射工作人员证",
    cleared_en: "the training entered in the certificate",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let all = worker::certificates(subject, look)?;
    let known = all.iter().filter_map(|(id, entry)| Some((*id, entry.state.certificate()?)));
    let valid: Vec<_> = known.filter(|(_, certificate)| certificate.state == CertificateState::Valid).collect();
    let first = valid.iter().filter_map(|(id, certificate)| Some((certificate.issued_on?, *id))).min();
    let Some((issued_on, id)) = first else { return Ok(Vec::new()) };
    let [blue, yellow, orange] = DAYS;
    let mut found = Vec::new();
    for (training, passed) in worker::trainings(subject, look)? {
        let entered = valid.iter().any(|(_, certificate)| certificate.has_training(training));
        if entered || passed.on < issued_on || passed.kind == TrainingKind::Emergency {
            continue;
        }
        let steps = Steps::from(passed.on.add_days(blue), Blue)
            .then(passed.on.add_days(yellow), Yellow)
            .then(passed.on.add_days(orange), Orange);
        let finding = Finding::new(training, steps).on(training_record::reference(training));
        found.push(finding.on(certificate::reference(id)));
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
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2024-03-20");
        let certificate = case.certified(person, institution, post, "2024-03-15");
        let training = case.trained(person, "REF", 20, "2026-03-02");
        case.grades(&RULE, person, &[
            ("2026-03-16", None),
            ("2026-03-17", Some(Blue)),
            ("2026-03-20", Some(Blue)),
            ("2026-03-31", Some(Blue)),
            ("2026-04-01", Some(Yellow)),
            ("2026-04-30", Some(Yellow)),
            ("2026-05-01", Some(Orange)),
        ]);
        let entry = json!({"kind": "TRAINING", "training": training});
        case.event("certificate.entry_added", certificate, "2026-05-01", entry);
        assert!(case.find(&RULE, person, "2026-05-01").is_empty());
    }

    #[test]
    fn the_certificate_rests_on_what_came_before_it() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let post = case.active(person, institution, "2024-03-20");
        case.trained(person, "PRE", 40, "2024-03-14");
        assert!(case.find(&RULE, person, "2026-05-01").is_empty(), "nothing that it could be entered in");
        let certificate = case.certified(person, institution, post, "2024-03-15");
        case.trained(person, "EMG", 10, "2024-06-15");
        assert!(case.find(&RULE, person, "2026-05-01").is_empty());
        case.trained(person, "ADD", 10, "2024-03-15");
        case.grades(&RULE, person, &[("2024-03-29", None), ("2024-03-30", Some(Blue))]);
        case.event("certificate.cancelled", certificate, "2024-04-01", json!({"ground": "LEFT"}));
        assert!(case.find(&RULE, person, "2026-05-01").is_empty());
    }
}

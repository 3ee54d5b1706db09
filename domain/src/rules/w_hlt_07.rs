//! W-HLT-07 疑似职业性放射性疾病未报告/未安排诊断: a suspected occupational radiation disease is not reported, or nobody sends
//! him for diagnosis.
//!
//! Three duties hang from the conclusion: the examining organisation reports to the health authority (fifteen days:
//! taken from the diagnosing bodies, unconfirmed); the employer, who is told of a suspicion at once, arranges the
//! diagnosis (product policy); and until it is there he does not end the employment. An end that the worker wanted,
//! his death, and other work with the same employer are none of that.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::{is_replaced, reports};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, HEALTH_EXAMS, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::{EmploymentState, EndReason};
use crate::record::{Entry, Need};
use crate::records::employment;
use crate::records::exam_result::{self, Report};
use crate::warning_codes::WarningGrade::{Orange, Red};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-07",
    since: 2,
    zh: "疑似职业性放射性疾病未报告/未安排诊断",
    en: "Suspected occupational radiation disease not reported or not sent for diagnosis",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::ExamResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第五十条、第五十五条、第七十四条" },
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十四条" },
            Citation { instrument: &HEALTH_EXAMS, clause: "第十八条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Orange), county: Some(Orange), city: Some(Orange) },
    cleared_zh: "已报告；已进入诊断或诊断已有结论",
    cleared_en: "report filed; diagnosis started or closed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let records = look.all(&exam_result::person_key(subject))?;
    let suspected = reports(&records).filter(|(id, _, report)| report.is_suspected() && !is_replaced(*id, &records));
    let suspected: Vec<_> = suspected.collect();
    if suspected.is_empty() {
        return Ok(Vec::new());
    }
    let employments = look.all(&employment::person_key(subject))?;
    let mut found = Vec::new();
    for (id, result, report) in suspected {
        let record = exam_result::reference(id);
        let since = report.examination.concluded_on;
        if report.disease_reported_on.is_none() {
            let steps = Steps::from(since.add_days(1), Orange).then(since.add_days(15), Red);
            found.push(Finding::new(format!("report/{id}"), steps).of(report.examiner).on(record.clone()));
        }
        if report.diagnosis.is_some() {
            continue;
        }
        if report.diagnosis_arranged_on.is_none() {
            let steps = Steps::from(since.add_days(31), Orange).then(since.add_days(61), Red);
            found.push(Finding::new(format!("diagnosis/{id}"), steps).of(result.institution).on(record.clone()));
        }
        found.extend(dismissed(id, report, result.institution, &employments));
    }
    Ok(found)
}

/// What of an employment that his employer ended while a diagnosis is awaited.
fn dismissed(exam: Uuid, report: &Report, institution: Uuid, employments: &[(Uuid, Arc<Entry>)]) -> Option<Finding> {
    let (id, ended) = employments.iter().find_map(|(id, entry)| {
        let employment = entry.state.employment()?;
        let forbidden = match employment.end_reason? {
            EndReason::TransferInCity | EndReason::TransferOutCity | EndReason::Retire | EndReason::Other => true,
            EndReason::ChangePost | EndReason::Resign | EndReason::Death | EndReason::Unfit => false,
        };
        let ended = employment.state_since.date;
        let his = employment.institution == institution
            && employment.state == EmploymentState::Ended
            && !employment.active.is_empty()
            && ended >= report.examination.concluded_on;
        (forbidden && his).then_some((*id, ended))
    })?;
    let finding = Finding::new(format!("ended/{exam}"), Steps::from(ended, Red)).of(institution);
    Some(finding.on(exam_result::reference(exam)).on(employment::reference(id)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_health::Worker;
    use super::*;
    use crate::health_codes::ExamKind;
    use crate::warning_codes::WarningGrade;

    fn suspected() -> (Case, Worker, Uuid) {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let exam = case.exam(worker, ExamKind::Periodic, "2026-03-02", "R3", json!({"conclusions": ["R3", "S1"]}));
        (case, worker, exam)
    }

    fn grade(case: &Case, worker: Worker, what: &str, on: &str) -> Option<WarningGrade> {
        let found = case.find(&RULE, worker.person, on);
        let of_it = found.iter().find(|finding| finding.occurrence.starts_with(what))?;
        of_it.steps.grade(on.parse().expect("a date"))
    }

    #[test]
    fn the_worked_cases_of_the_report() {
        let (mut case, worker, exam) = suspected();
        for (on, expected) in [
            ("2026-03-02", None),
            ("2026-03-03", Some(Orange)),
            ("2026-03-10", Some(Orange)),
            ("2026-03-16", Some(Orange)),
            ("2026-03-17", Some(Red)),
        ] {
            assert_eq!(grade(&case, worker, "report/", on), expected, "{on}");
        }
        let found = case.find(&RULE, worker.person, "2026-03-10");
        assert_ne!(found[0].institution, Some(worker.institution), "the duty of who examined him");
        case.event("exam_result.disease_reported", exam, "2026-03-18", json!({}));
        assert_eq!(grade(&case, worker, "report/", "2026-03-18"), None);
    }

    #[test]
    fn the_diagnosis() {
        let arranged = |case: &mut Case, exam, _: Worker| {
            case.event("exam_result.diagnosis_arranged", exam, "2026-05-03", json!({}));
        };
        let diagnosed = |case: &mut Case, exam, worker: Worker| {
            let data = json!({"person": {"kind": "person", "id": worker.person}, "outcome": "NO_DISEASE"});
            case.event("exam_result.diagnosed", exam, "2026-05-03", data);
        };
        for settle in [arranged as fn(&mut Case, Uuid, Worker), diagnosed] {
            let (mut case, worker, exam) = suspected();
            for (on, expected) in [
                ("2026-04-01", None),
                ("2026-04-02", Some(Orange)),
                ("2026-05-01", Some(Orange)),
                ("2026-05-02", Some(Red)),
            ] {
                assert_eq!(grade(&case, worker, "diagnosis/", on), expected, "{on}");
            }
            settle(&mut case, exam, worker);
            assert_eq!(grade(&case, worker, "diagnosis/", "2026-05-03"), None);
        }
    }

    #[test]
    fn an_employment_is_not_ended_before_the_diagnosis() {
        for (reason, expected) in [("OTHER", Some(Red)), ("RESIGN", None), ("UNFIT", None)] {
            let (mut case, worker, exam) = suspected();
            case.event("employment.ended", worker.employment, "2026-03-20", json!({"reason": reason}));
            assert_eq!(grade(&case, worker, "ended/", "2026-03-20"), expected, "{reason}");
            let data = json!({"person": {"kind": "person", "id": worker.person}, "outcome": "ENDED"});
            case.event("exam_result.diagnosed", exam, "2026-03-25", data);
            assert_eq!(grade(&case, worker, "ended/", "2026-03-25"), None);
        }
    }

    #[test]
    fn a_report_that_no_longer_suspects_it() {
        let (mut case, worker, exam) = suspected();
        let anew: Json = json!({"relation": "REPLACEMENT", "follows": exam});
        case.exam(worker, ExamKind::Periodic, "2026-03-04", "R1", anew);
        assert_eq!(case.find(&RULE, worker.person, "2026-03-04"), []);
    }
}

//! W-HLT-08 体检报告逾期/结果未告知本人: the report is late, or the worker was not told.
//!
//! The examining organisation has a month from the end of the examination (放射工作人员职业健康管理办法 第二十三条; the thirty
//! working days of 职业健康检查管理办法 第十七条 are looser and not used), the employer seven days from its delivery, by the
//! worker's own signature. An examination is known here from the report on: before that, nobody sees that it is late.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::{is_replaced, reports};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health::{inform_due, report_due};
use crate::law::{Citation, RADIATION_WORKERS};
use crate::record::Need;
use crate::records::exam_result;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-08",
    since: 2,
    zh: "体检报告逾期/结果未告知本人",
    en: "Examination report late, or worker not informed within 7 days",
    subject: Kind::Person,
    feeds: &[Kind::ExamResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation {
            instrument: &RADIATION_WORKERS, clause: "第二十三条、第二十五条第（一）项"
        }],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "报告签发并送达；本人签收",
    cleared_en: "report signed and delivered; worker's signature",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let records = look.all(&exam_result::person_key(subject))?;
    let late = reports(&records).filter(|(id, ..)| !is_replaced(*id, &records)).filter_map(|(id, result, report)| {
        let finding = match (report.delivered_on, report.informed_on) {
            (None, _) => {
                let due = report_due(report.examination.exam_ended_on);
                let steps = Steps::from(due.add_days(-5), Yellow).then(due.add_days(1), Orange);
                let steps = steps.then(due.add_days(16), Red);
                Finding::new(format!("report/{id}"), steps).by(due).of(report.examiner)
            }
            (Some(delivered_on), None) => {
                let due = inform_due(delivered_on);
                let steps = Steps::from(due.add_days(-2), Blue).then(due.add_days(1), Yellow);
                let steps = steps.then(due.add_days(8), Orange).then(due.add_days(31), Red);
                Finding::new(format!("inform/{id}"), steps).by(due).of(result.institution)
            }
            (Some(_), Some(_)) => return None,
        };
        Some(finding.on(exam_result::reference(id)))
    });
    Ok(late.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;
    use crate::health_codes::ExamKind;

    #[test]
    fn the_report() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let exam = case.exam(worker, ExamKind::Periodic, "2026-01-31", "R1", json!({}));
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-02-22", None),
                ("2026-02-23", Some(Yellow)),
                ("2026-02-28", Some(Yellow)),
                ("2026-03-01", Some(Orange)),
                ("2026-03-05", Some(Orange)),
                ("2026-03-15", Some(Orange)),
                ("2026-03-16", Some(Red)),
            ],
        );
        assert_ne!(case.find(&RULE, worker.person, "2026-03-05")[0].institution, Some(worker.institution));
        case.delivered(exam, "2026-03-20");
        case.event("exam_result.informed", exam, "2026-03-20", json!({"how": "SELF"}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-20"), []);
    }

    #[test]
    fn the_worker_is_told() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let exam = case.exam(worker, ExamKind::Periodic, "2026-02-20", "R1", json!({}));
        case.delivered(exam, "2026-03-02");
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-03-06", None),
                ("2026-03-07", Some(Blue)),
                ("2026-03-09", Some(Blue)),
                ("2026-03-10", Some(Yellow)),
                ("2026-03-16", Some(Yellow)),
                ("2026-03-17", Some(Orange)),
                ("2026-04-08", Some(Orange)),
                ("2026-04-09", Some(Red)),
            ],
        );
        assert_eq!(case.find(&RULE, worker.person, "2026-03-10")[0].institution, Some(worker.institution));
        case.event("exam_result.informed", exam, "2026-03-09", json!({"how": "SELF"}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-10"), []);
    }
}

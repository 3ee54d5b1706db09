//! W-HLT-04 需复查/医学随访人员未安排: a re-examination or a follow-up is due.
//!
//! The examining organisation says by which day; where it does not, thirty days after the employer had its report.
//! Arranged is not examined: only the re-examination, or a later examination that asks for none, settles it. The next
//! follow-up is due on the day that the last one set.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::reports;
use super::{Closer, Finding, L30, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health_codes::{Conclusion, ExamKind, ExamRelation};
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::record::{Entry, Need};
use crate::records::exam_result::{self, Report};
use crate::warning_codes::WarningGrade::{Blue, Red};

/// Days for a re-examination of which the report names none.
const DAYS: i64 = 30;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-04",
    since: 2,
    zh: "需复查/医学随访人员未安排",
    en: "Re-examination or follow-up not arranged",
    subject: Kind::Person,
    feeds: &[Kind::ExamResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十五条第（二）项、第二十一条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第五十五条" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Red), city: None },
    cleared_zh: "完成复查或随访",
    cleared_en: "re-examination or follow-up concluded",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let records = look.all(&exam_result::person_key(subject))?;
    let mut found = Vec::new();
    for (id, _, report) in reports(&records) {
        let recheck = recheck_due(report).filter(|_| !is_answered(id, report, &records));
        let follow_up = follow_up_due(report).filter(|_| !is_followed_up(id, report, &records));
        for (what, due) in [("recheck", recheck), ("follow-up", follow_up)] {
            let finding = due.map(|due| Finding::new(format!("{what}/{due}/{id}"), Steps::ladder(due, L30)).by(due));
            found.extend(finding.map(|finding| finding.on(exam_result::reference(id))));
        }
    }
    Ok(found)
}

fn asks_for_another(report: &Report) -> bool {
    report.conclusions.contains(&Conclusion::Recheck)
}

/// The day by which he is to be examined again; none where nothing asks for it, or nobody knows of it yet.
fn recheck_due(report: &Report) -> Option<Date> {
    let named = report.examination.recheck_due_on;
    let due = named.or_else(|| report.delivered_on.map(|received| received.add_days(DAYS)));
    due.filter(|_| asks_for_another(report))
}

/// Whether a later report says what the re-examination was to tell.
fn is_answered(id: Uuid, asked: &Report, records: &[(Uuid, Arc<Entry>)]) -> bool {
    reports(records).any(|(other, result, report)| {
        let names_it = report.follows == Some(id)
            && matches!(report.relation, Some(ExamRelation::Recheck | ExamRelation::Replacement));
        let later = other != id && report.examination.exam_on >= asked.examination.concluded_on;
        let concludes = result.exam().is_some_and(|exam| exam.about_work().is_some()) && !asks_for_another(report);
        names_it || later && concludes
    })
}

fn follow_up_due(report: &Report) -> Option<Date> {
    report.follow_ups.last()?.next_on
}

/// Whether he was examined for the follow-up after the last one that is recorded.
fn is_followed_up(id: Uuid, asked: &Report, records: &[(Uuid, Arc<Entry>)]) -> bool {
    let Some(last) = asked.follow_ups.last() else { return false };
    reports(records).any(|(_, result, report)| match report.follows {
        Some(earlier) if earlier == id => {
            report.relation == Some(ExamRelation::Replacement)
                || result.kind == ExamKind::FollowUp && report.examination.exam_on > last.on
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::{Orange, Yellow};

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        case.exam(worker, ExamKind::Periodic, "2026-03-02", "C1", json!({"recheck_due_on": "2026-04-10"}));
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-03-10", None),
                ("2026-03-11", Some(Blue)),
                ("2026-03-25", Some(Blue)),
                ("2026-03-26", Some(Yellow)),
                ("2026-04-01", Some(Yellow)),
                ("2026-04-03", Some(Orange)),
                ("2026-04-10", Some(Orange)),
                ("2026-04-11", Some(Red)),
            ],
        );
    }

    #[test]
    fn a_report_without_a_day_gives_thirty_from_its_delivery() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let exam = case.exam(worker, ExamKind::Periodic, "2026-03-02", "C1", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-10"), []);
        case.delivered(exam, "2026-03-11");
        case.grades(&RULE, worker.person, &[("2026-04-10", Some(Orange)), ("2026-04-11", Some(Red))]);
    }

    #[test]
    fn a_re_examination_clears_it_and_an_arrangement_does_not() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let asks = json!({"conclusions": ["R3", "C1"], "recheck_due_on": "2026-04-10"});
        let exam = case.exam(worker, ExamKind::Periodic, "2026-03-02", "C1", asks);
        case.event("exam_result.recheck_arranged", exam, "2026-03-05", json!({"until": "2026-06-10"}));
        case.grades(&RULE, worker.person, &[("2026-04-10", Some(Orange))]);
        let again = json!({"relation": "RECHECK", "follows": exam, "recheck_due_on": "2026-05-10"});
        case.exam(worker, ExamKind::Recheck, "2026-04-10", "C1", again);
        let found = case.find(&RULE, worker.person, "2026-05-11");
        assert_eq!(found.len(), 1, "another one was asked for");
        assert_eq!(found[0].due_on.map(|due| due.to_string()).as_deref(), Some("2026-05-10"));
        case.exam(worker, ExamKind::Periodic, "2026-05-12", "R1", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-12"), []);
    }

    #[test]
    fn the_next_follow_up() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let exam = case.exam(worker, ExamKind::Emergency, "2026-03-02", "E2", json!({}));
        let follow_up = |next: &str| {
            json!({"person": {"kind": "person", "id": worker.person}, "by": "EMPLOYER", "text": Case::sealed(),
                "next_on": next})
        };
        case.event("exam_result.follow_up_recorded", exam, "2026-03-20", follow_up("2026-06-20"));
        case.grades(&RULE, worker.person, &[("2026-06-20", Some(Orange)), ("2026-06-21", Some(Red))]);
        case.event("exam_result.follow_up_recorded", exam, "2026-06-20", follow_up("2026-09-20"));
        case.grades(&RULE, worker.person, &[("2026-06-21", None), ("2026-09-21", Some(Red))]);
        case.exam(worker, ExamKind::FollowUp, "2026-09-10", "E1", json!({"relation": "FOLLOW_UP", "follows": exam}));
        assert_eq!(case.find(&RULE, worker.person, "2026-09-10"), []);
    }
}

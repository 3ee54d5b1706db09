//! W-HLT-06 离岗未进行离岗前职业健康检查: leaving radiation work without a leaving examination.
//!
//! It is due before the last day that an open transfer plans, and owed after the last day, by the employer whom he
//! leaves. A periodic examination of the ninety days before stands for it (GBZ 188, by analogy: unconfirmed for
//! radiation workers), and so does the worker's refusal once the county accepts it. Who goes on with radiation work at
//! the same employer does not leave.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::custody::moves_custody;
use crate::health::LEAVING_DAYS;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS, SURVEILLANCE};
use crate::person_codes::{EmploymentState, EndReason};
use crate::record::{Entry, Need};
use crate::records::employment::{self, Employment};
use crate::records::exam_result::{self, Course};
use crate::records::transfer;
use crate::transfer_codes::TransferState;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-06",
    since: 2,
    zh: "离岗未进行离岗前职业健康检查",
    en: "Leaving radiation work without a leaving examination",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::ExamResult, Kind::Transfer],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第二款" },
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十条" },
            Citation { instrument: &SURVEILLANCE, clause: "" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "完成离岗体检（或等效的在岗体检），或县区认可本人拒绝",
    cleared_en: "leaving examination (or an equivalent periodic one) concluded, or the worker's refusal accepted",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let employments = look.all(&employment::person_key(subject))?;
    let known = employments.iter().filter_map(|(id, entry)| Some((*id, entry.state.employment()?)));
    let known: Vec<(Uuid, &Employment)> = known.filter(|(_, employment)| !employment.active.is_empty()).collect();
    let transfers = look.all(&transfer::person_key(subject))?;
    let mut found = Vec::new();
    for (id, employment) in &known {
        let finding = match employment.state {
            EmploymentState::Ended => left(*id, employment, &known),
            _ => leaves(*id, employment, &transfers),
        };
        found.extend(finding.map(|finding| (*id, *employment, finding)));
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let exams = look.all(&exam_result::person_key(subject))?;
    found.retain(|(id, employment, finding)| !is_examined(*id, employment, finding.due_on, &exams));
    Ok(found.into_iter().map(|(.., finding)| finding).collect())
}

/// What of an employment that has ended; nothing when he died, or goes on here.
fn left(id: Uuid, employment: &Employment, known: &[(Uuid, &Employment)]) -> Option<Finding> {
    let goes_on = known
        .iter()
        .any(|(_, other)| other.institution == employment.institution && other.state != EmploymentState::Ended);
    if goes_on || employment.end_reason == Some(EndReason::Death) {
        return None;
    }
    let ended = employment.state_since.date;
    let steps = Steps::from(ended, Yellow).then(ended.add_days(1), Orange).then(ended.add_days(31), Red);
    Some(Finding::new(id, steps).by(ended).of(employment.institution).on(employment::reference(id)))
}

/// What of one that a transfer is to end.
fn leaves(id: Uuid, employment: &Employment, transfers: &[(Uuid, Arc<Entry>)]) -> Option<Finding> {
    let (transfer, planned) = transfers.iter().rev().find_map(|(id, entry)| {
        let transfer = entry.state.transfer()?;
        let request = &transfer.request;
        let open =
            matches!(transfer.standing.state, TransferState::Open | TransferState::Suspended | TransferState::Disputed);
        let leaves = request.from_institution == Some(employment.institution) && moves_custody(request.type_);
        Some((*id, request.planned_end.filter(|_| open && leaves)?))
    })?;
    let steps = Steps::from(planned.add_days(-30), Blue).then(planned.add_days(-7), Yellow);
    let finding = Finding::new(id, steps).by(planned).of(employment.institution);
    Some(finding.on(employment::reference(id)).on(transfer::reference(transfer)))
}

/// Whether he was examined for leaving this employment on its last day, or the county accepted that he declined.
fn is_examined(id: Uuid, employment: &Employment, last: Option<Date>, exams: &[(Uuid, Arc<Entry>)]) -> bool {
    let (Some(last), Some(first)) = (last, employment.active.first()) else { return false };
    exams.iter().filter_map(|(_, entry)| entry.state.exam_result()).any(|result| match &result.course {
        Course::Examined(_) => {
            result.exam().is_some_and(|exam| exam.exam_on >= first.from && exam.covers_leaving(last, LEAVING_DAYS))
        }
        Course::Declined(refused) => refused.employment == id && refused.accepted == Some(true),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_health::Worker;
    use super::*;
    use crate::health_codes::ExamKind;

    fn ends(case: &mut Case, worker: Worker, on: &str, reason: &str) {
        case.event("employment.ended", worker.employment, on, json!({"reason": reason}));
    }

    #[test]
    fn before_the_planned_end() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let other = case.institution(json!({}));
        let transfer = case.transfer(worker, other, "2026-03-02", json!({"planned_end": "2026-04-30"}));
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-03-30", None),
                ("2026-03-31", Some(Blue)),
                ("2026-04-22", Some(Blue)),
                ("2026-04-23", Some(Yellow)),
                ("2026-04-25", Some(Yellow)),
                ("2026-05-02", Some(Yellow)),
            ],
        );
        case.event("transfer.withdrawn", transfer, "2026-04-25", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-04-25"), []);
    }

    #[test]
    fn after_the_end_and_a_periodic_one_of_ninety_days_before() {
        let missing = [Some(Yellow), Some(Orange), Some(Orange), Some(Red)];
        for (exam, grades) in [("2026-01-30", [None; 4]), ("2026-01-29", missing)] {
            let mut case = Case::new();
            let worker = case.worker("2020-03-02");
            case.exam(worker, ExamKind::Periodic, exam, "R1", json!({}));
            ends(&mut case, worker, "2026-04-30", "RESIGN");
            for (on, grade) in ["2026-04-30", "2026-05-01", "2026-05-30", "2026-05-31"].iter().zip(grades) {
                case.grades(&RULE, worker.person, &[(on, grade)]);
            }
        }
    }

    #[test]
    fn a_leaving_examination_of_this_employment_clears_it() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        case.exam(worker, ExamKind::Leaving, "2020-02-01", "L1", json!({}));
        ends(&mut case, worker, "2026-04-30", "RESIGN");
        let found = case.find(&RULE, worker.person, "2026-05-20");
        assert_eq!(found[0].institution, Some(worker.institution), "the duty stays with whom he left");
        case.exam(worker, ExamKind::Leaving, "2026-05-20", "L1", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-20"), []);
    }

    #[test]
    fn a_refusal_counts_when_it_is_accepted() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        ends(&mut case, worker, "2026-04-30", "RETIRE");
        let data = json!({"person": {"kind": "person", "id": worker.person}, "institution": worker.institution,
            "employment": worker.employment, "how": "SELF"});
        let refusal = case.begin("exam_result.declined", "2026-05-10", data);
        case.grades(&RULE, worker.person, &[("2026-05-10", Some(Orange))]);
        case.event("exam_result.decline_accepted", refusal, "2026-05-11", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-11"), []);
    }

    #[test]
    fn who_died_or_goes_on_here_does_not_leave() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        ends(&mut case, worker, "2026-04-30", "DEATH");
        assert_eq!(case.find(&RULE, worker.person, "2026-05-01"), []);
        let worker = case.worker("2020-03-02");
        ends(&mut case, worker, "2026-04-30", "OTHER");
        let elsewhere = case.institution(json!({}));
        case.employed(worker.person, elsewhere, "2026-05-01", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-01").len(), 1);
        case.employed(worker.person, worker.institution, "2026-05-01", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-01"), []);
    }
}

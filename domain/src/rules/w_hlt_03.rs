//! W-HLT-03 体检结论为暂时脱离/不宜仍在岗: at work with radiation against the conclusion of an examination.
//!
//! What counts is the last conclusion about his work, from the day on which the employer had it: seven days to take
//! him away from radiation, none where he should not have begun. A restricted conclusion asks only for another post.
//! An employer who has recorded that he does no radiation work, or not the work in question, has done so.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::{Standing, standing};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health_codes::{Conclusion, ExamKind, RestrictionMeasure};
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::{EmploymentState, PostTag};
use crate::record::{Entry, Need};
use crate::records::employment::{self, Employment};
use crate::records::{exam_result, restriction};
use crate::warning_codes::WarningGrade::{Orange, Red};

/// Days after the report within which he is taken away from radiation.
const DAYS: i64 = 7;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-03",
    since: 2,
    zh: "体检结论为暂时脱离/不宜仍在岗",
    en: "Conclusion 'temporarily leave' or 'unfit' but still assigned",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::ExamResult, Kind::Restriction],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation {
                instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第二款、第七十五条第（七）项"
            },
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十五条第（二）项、第四十一条" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Orange), unit: Some(Orange), county: Some(Orange), city: Some(Red) },
    cleared_zh: "离岗、调整岗位，或复查结论为可继续",
    cleared_en: "post ended or changed, or a re-examination concludes that he may go on",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let employments = look.all(&employment::person_key(subject))?;
    let known = employments.iter().filter_map(|(id, entry)| Some((*id, entry.state.employment()?)));
    let active: Vec<_> = known.filter(|(_, employment)| employment.state == EmploymentState::Active).collect();
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let exams = standing(&look.all(&exam_result::person_key(subject))?);
    let spoken = exams.iter().filter(|exam| exam.exam.about_work().is_some_and(is_of_fitness));
    let Some(last) = spoken.max_by_key(|exam| exam.exam.concluded_on) else { return Ok(Vec::new()) };
    let restrictions = look.all(&restriction::person_key(subject))?;
    let mut found: Option<Finding> = None;
    for (id, employment) in active {
        let Some(steps) = against(last, id, employment, &restrictions) else { continue };
        let finding = found.get_or_insert_with(|| Finding::new(last.record.id, Steps::never()).on(last.record.clone()));
        finding.steps = std::mem::take(&mut finding.steps).or(&steps);
        finding.inputs.push(employment::reference(id));
    }
    Ok(found.into_iter().collect())
}

/// Whether a conclusion says if somebody may work with radiation: those of leaving and of an emergency do not.
fn is_of_fitness(conclusion: Conclusion) -> bool {
    ExamKind::PreJob.may_conclude(conclusion) || ExamKind::Periodic.may_conclude(conclusion)
}

/// The grades of a post that he holds against a conclusion; none where it lets him.
fn against(last: &Standing, id: Uuid, employment: &Employment, restrictions: &[(Uuid, Arc<Entry>)]) -> Option<Steps> {
    let received = last.delivered_on?;
    let kept_from = |measure| {
        restrictions.iter().filter_map(|(_, entry)| entry.state.restriction()).any(|known| {
            known.until.is_none()
                && known.institution == employment.institution
                && known.terms.employment.is_none_or(|only| only == id)
                && known.terms.measures.contains(&measure)
        })
    };
    let left = |tag: &PostTag| match tag {
        PostTag::InternalRisk => !kept_from(RestrictionMeasure::NoInternal),
        PostTag::Emergency => !kept_from(RestrictionMeasure::NoEmergency),
        PostTag::InRoom | PostTag::HighField | PostTag::Respirator => true,
    };
    let tags: Vec<PostTag> = employment.profile.tags.iter().flatten().copied().filter(left).collect();
    if kept_from(RestrictionMeasure::NoRadiation) || last.exam.suits(&tags) {
        return None;
    }
    let steps = match last.exam.about_work()? {
        Conclusion::MustNotWork => Steps::from(received, Red),
        Conclusion::LeaveForATime | Conclusion::LeaveForGood => {
            Steps::from(received, Orange).then(received.add_days(DAYS + 1), Red)
        }
        _ => Steps::from(received, Orange),
    };
    Some(steps.not_before(employment.active.last()?.from))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_health::Worker;
    use super::*;

    fn concluded(conclusion: &str, tags: Json, restrictions: Json) -> (Case, Worker) {
        let mut case = Case::new();
        let mut worker = case.worker("2020-03-02");
        case.event("employment.ended", worker.employment, "2020-04-02", json!({"reason": "CHANGE_POST"}));
        worker.employment = case.employed(worker.person, worker.institution, "2020-05-02", json!({"tags": tags}));
        let kind = if conclusion.starts_with('P') { ExamKind::PreJob } else { ExamKind::Periodic };
        let exam = case.exam(worker, kind, "2026-02-20", conclusion, json!({"restrictions": restrictions}));
        case.grades(&RULE, worker.person, &[("2026-03-01", None)]);
        case.delivered(exam, "2026-03-02");
        (case, worker)
    }

    #[test]
    fn the_worked_cases() {
        for conclusion in ["R3", "R4"] {
            let (mut case, worker) = concluded(conclusion, json!(null), json!(null));
            let emergency = case.exam(worker, ExamKind::Emergency, "2026-03-03", "E1", json!({}));
            case.delivered(emergency, "2026-03-04");
            case.grades(
                &RULE,
                worker.person,
                &[
                    ("2026-03-01", None),
                    ("2026-03-05", Some(Orange)),
                    ("2026-03-09", Some(Orange)),
                    ("2026-03-10", Some(Red)),
                ],
            );
        }
    }

    #[test]
    fn each_conclusion() {
        for (conclusion, tags, restrictions, grade) in [
            ("R1", json!(["IN_ROOM"]), json!(null), None),
            ("P3", json!(null), json!(null), Some(Red)),
            ("R2", json!(["INTERNAL_RISK", "IN_ROOM"]), json!(["INTERNAL_RISK"]), Some(Orange)),
            ("R2", json!(["IN_ROOM"]), json!(["INTERNAL_RISK"]), None),
        ] {
            let (case, worker) = concluded(conclusion, tags, restrictions);
            case.grades(&RULE, worker.person, &[("2026-03-02", grade), ("2026-04-02", grade)]);
        }
    }

    #[test]
    fn what_clears_it() {
        let (mut case, worker) = concluded("R3", json!(null), json!(null));
        let exam = case.find(&RULE, worker.person, "2026-03-20")[0].inputs[0].id;
        let again = json!({"relation": "RECHECK", "follows": exam});
        let recheck = case.exam(worker, ExamKind::Recheck, "2026-03-20", "R1", again);
        case.delivered(recheck, "2026-03-21");
        assert_eq!(case.find(&RULE, worker.person, "2026-03-21"), []);

        let (mut case, worker) = concluded("R4", json!(null), json!(null));
        case.event("employment.changed", worker.employment, "2026-03-20", json!({"set": {"department": "病案室"}}));
        case.grades(&RULE, worker.person, &[("2026-03-20", Some(Red))]);
        case.event("employment.ended", worker.employment, "2026-03-21", json!({"reason": "UNFIT"}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-21"), []);
        case.employed(worker.person, worker.institution, "2026-05-01", json!({}));
        case.grades(&RULE, worker.person, &[("2026-04-30", None), ("2026-05-01", Some(Red))]);
    }

    #[test]
    fn a_restriction_that_was_recorded_counts_while_it_lasts() {
        for (conclusion, measure) in [("R4", "NO_RADIATION"), ("R2", "NO_INTERNAL")] {
            let restricted = if conclusion == "R2" { json!(["INTERNAL_RISK"]) } else { json!(null) };
            let (mut case, worker) = concluded(conclusion, json!(["INTERNAL_RISK"]), restricted);
            let data = json!({"person": {"kind": "person", "id": worker.person}, "institution": worker.institution,
                "measures": [measure]});
            let restriction = case.begin("restriction.recorded", "2026-03-04", data);
            assert_eq!(case.find(&RULE, worker.person, "2026-03-04"), []);
            case.event("restriction.ended", restriction, "2026-04-01", json!({}));
            assert_eq!(case.find(&RULE, worker.person, "2026-04-01").len(), 1);
        }
    }
}

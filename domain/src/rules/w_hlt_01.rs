//! W-HLT-01 未经上岗前职业健康检查上岗: radiation work without an examination before it.
//!
//! Nobody takes up the work before an examination of the full list of items finds him fit for this post. It may be
//! twelve months old. A periodic examination with another employer counts as one before the post when it is no older
//! (workflows §20.5), and so does the first full one that he passed after he had begun: what the law wants to know is
//! known from its conclusion on. What was recorded of him as legacy is judged in the same way, since its papers are
//! not in the ledger.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::{Standing, standing};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health_codes::ExamKind;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::{EmploymentState, PostTag};
use crate::record::Need;
use crate::records::employment::{self, Employment};
use crate::records::exam_result;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::Red;
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-01",
    since: 2,
    zh: "未经上岗前职业健康检查上岗",
    en: "On duty without pre-employment examination",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::ExamResult],
    parameters: &[ParameterName::PreExamAge],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation {
                instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第二款、第七十五条第（七）项"
            },
            Citation { instrument: &RADIATION_WORKERS, clause: "第十八条、第四十一条" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Red), unit: Some(Red), county: Some(Red), city: Some(Red) },
    cleared_zh: "暂停该岗位，或上岗前体检结论适合该岗位",
    cleared_en: "post suspended, or a pre-employment examination with a suitable conclusion",
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
    let mut found = Vec::new();
    for (id, employment) in active {
        let Some(steps) = unexamined(employment, &exams, look)? else { continue };
        let last = exams.iter().max_by_key(|exam| exam.exam.concluded_on);
        let finding = Finding::new(id, steps).of(employment.institution).on(employment::reference(id));
        found.push(finding.on_all(last.map(|last| last.record.clone())));
    }
    Ok(found)
}

/// The days on which he works in a post without the examination; none when there is none to come.
fn unexamined(employment: &Employment, exams: &[Standing], look: &Look<'_>) -> Result<Option<Steps>, Need> {
    let (Some(first), Some(now)) = (employment.active.first(), employment.active.last()) else { return Ok(None) };
    let months = look.value_on(ParameterName::PreExamAge, first.from)?;
    let tags = employment.profile.tags.as_deref().unwrap_or_default();
    let months = i32::try_from(months).unwrap_or(i32::MAX);
    let is_young = |exam: &Standing| first.from <= add_months(exam.exam.concluded_on, months);
    let fit = exams.iter().filter(|exam| is_fit(exam, tags) && is_young(exam));
    let red = Steps::from(now.from, Red);
    Ok(match fit.map(|exam| exam.exam.concluded_on).min() {
        Some(fit) if fit <= look.day || fit <= now.from => None,
        Some(fit) => Some(red.until(fit)),
        None => Some(red),
    })
}

fn is_fit(Standing { exam, .. }: &Standing, tags: &[PostTag]) -> bool {
    matches!(exam.kind, ExamKind::PreJob | ExamKind::Periodic) && exam.gaps(&[]).is_empty() && exam.suits(tags)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_health::items;
    use super::*;
    use crate::health_codes::ExamItem;

    const FULL: ExamKind = ExamKind::PreJob;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let late = case.worker("2026-03-02");
        case.exam(late, FULL, "2026-03-05", "P1", json!({}));
        let days = [("2026-03-01", None), ("2026-03-02", Some(Red)), ("2026-03-04", Some(Red)), ("2026-03-05", None)];
        case.grades(&RULE, late.person, &days);
        let in_time = case.worker("2026-03-02");
        case.exam(in_time, FULL, "2026-03-02", "P1", json!({}));
        assert_eq!(case.find(&RULE, in_time.person, "2026-03-02"), []);
    }

    #[test]
    fn the_age_of_the_examination() {
        for (kind, conclusion, on, grade) in [
            (FULL, "P1", "2025-03-02", None),
            (FULL, "P1", "2025-03-01", Some(Red)),
            (ExamKind::Periodic, "R1", "2025-03-02", None),
            (ExamKind::Periodic, "R1", "2025-03-01", Some(Red)),
        ] {
            let mut case = Case::new();
            let worker = case.worker("2026-03-02");
            case.exam(worker, kind, on, conclusion, json!({}));
            case.grades(&RULE, worker.person, &[("2026-03-02", grade), ("2030-01-01", grade)]);
            let tried =
                |months| case.finds_with(&RULE, worker.person, "2026-03-02", (ParameterName::PreExamAge, months));
            assert!(tried(11) && !tried(13));
        }
        let mut case = Case::new();
        let setting = json!({"name": "PRE_EXAM_MAX_AGE_MONTHS", "unit": "MONTH", "value": 6, "from_day": "2026-01-01",
            "source": "市卫生健康委"});
        case.begin("parameter.set", "2025-12-01", setting);
        for (from, exam, grade) in [("2026-03-02", "2025-09-01", Some(Red)), ("2025-12-31", "2025-03-01", None)] {
            let worker = case.worker(from);
            case.exam(worker, FULL, exam, "P1", json!({}));
            case.grades(&RULE, worker.person, &[("2026-04-01", grade)]);
        }
    }

    #[test]
    fn the_conclusion_must_suit_the_post() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        for (tags, conclusion, restrictions, grade) in [
            (json!(["RESPIRATOR"]), "P2", json!(["RESPIRATOR"]), Some(Red)),
            (json!(["IN_ROOM"]), "P2", json!(["RESPIRATOR"]), None),
            (json!(["IN_ROOM"]), "P3", json!(null), Some(Red)),
            (json!(["IN_ROOM"]), "C1", json!(null), Some(Red)),
        ] {
            let worker = case.worker("2020-01-01");
            case.event("employment.suspended", worker.employment, "2020-02-01", json!({"reason": "STUDY"}));
            case.employed(worker.person, institution, "2026-03-02", json!({"tags": tags}));
            case.exam(worker, FULL, "2026-02-02", conclusion, json!({"restrictions": restrictions}));
            case.grades(&RULE, worker.person, &[("2026-03-02", grade)]);
        }
    }

    #[test]
    fn what_clears_it() {
        let mut case = Case::new();
        let worker = case.worker("2026-03-02");
        let without = json!({"items": items(FULL, &[ExamItem::Aberration])});
        let exam = case.exam(worker, FULL, "2026-03-01", "C1", without);
        case.grades(&RULE, worker.person, &[("2026-03-02", Some(Red))]);
        let more = json!({"items": [{"item": "ABERRATION"}], "relation": "SUPPLEMENT", "follows": exam});
        case.exam(worker, FULL, "2026-03-10", "C1", more);
        case.grades(&RULE, worker.person, &[("2026-03-10", Some(Red))]);
        case.exam(worker, ExamKind::Recheck, "2026-03-20", "P1", json!({"relation": "RECHECK", "follows": exam}));
        case.grades(&RULE, worker.person, &[("2026-03-19", Some(Red)), ("2026-03-20", None)]);

        let worker = case.worker("2026-03-02");
        case.grades(&RULE, worker.person, &[("2026-03-31", Some(Red))]);
        case.event("employment.suspended", worker.employment, "2026-04-01", json!({"reason": "SUSPENSION"}));
        assert_eq!(case.find(&RULE, worker.person, "2026-04-01"), []);
        case.event("employment.resumed", worker.employment, "2026-05-01", json!({}));
        let found = case.find(&RULE, worker.person, "2026-05-01");
        assert_eq!(
            found[0].steps.since("2026-05-02".parse().expect("a date")).map(|(_, since)| since.to_string()),
            Some("2026-05-01".into())
        );
        assert_eq!(found[0].institution, Some(worker.institution));
        case.exam(worker, ExamKind::Periodic, "2026-05-10", "R1", json!({}));
        assert_eq!(case.find(&RULE, worker.person, "2026-05-10"), []);
    }
}

//! W-HEO-02 体检项目不全或结论不规范: an examination without items that it must have.
//!
//! The items are those of GBZ 98-2020; an examination before its day, or by another standard, is not judged by them.
//! An item with the reason why it was not done is accounted for. Conclusions outside the list are not admitted, so
//! none is looked for here. That five hundredths of a batch have gaps waits for a record of the batch; so do items
//! that the city adds.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::{is_replaced, reports};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health_codes::{ExamRelation, ExamStandard};
use crate::law::{Citation, HEALTH_REQUIREMENTS};
use crate::record::Need;
use crate::records::exam_result;
use crate::warning_codes::WarningGrade::{Orange, Yellow};

/// First day of GBZ 98-2020.
const FIRST: Date = Date(date(2021, 5, 1));
/// Days in which what is missing is supplied.
const DAYS: i64 = 30;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HEO-02",
    since: 2,
    zh: "体检项目不全或结论不规范",
    en: "Mandatory items missing or non-standard conclusion",
    subject: Kind::ExamResult,
    feeds: &[Kind::ExamResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: FIRST,
        citations: &[Citation { instrument: &HEALTH_REQUIREMENTS, clause: "" }],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Yellow), county: Some(Orange), city: None },
    cleared_zh: "补检并上传",
    cleared_en: "supplement uploaded",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = exam_result::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(result) = entry.state.exam_result() else { return Ok(Vec::new()) };
    let (Some(report), Some(mut exam)) = (result.report(), result.exam()) else { return Ok(Vec::new()) };
    let standard = report.examination.standard.unwrap_or(ExamStandard::Gbz98Of2020);
    let judged = exam.exam_on >= FIRST && standard == ExamStandard::Gbz98Of2020;
    if !judged || report.relation == Some(ExamRelation::Supplement) || exam.gaps(&[]).is_empty() {
        return Ok(Vec::new());
    }
    let records = look.all(&exam_result::person_key(result.person.id))?;
    if is_replaced(subject, &records) {
        return Ok(Vec::new());
    }
    for (_, _, later) in reports(&records) {
        if later.follows == Some(subject) && later.relation == Some(ExamRelation::Supplement) {
            exam.items.extend(later.examination.items.iter().map(|item| item.item));
        }
    }
    let missing = exam.gaps(&[]).len();
    if missing == 0 {
        return Ok(Vec::new());
    }
    let steps = Steps::from(exam.concluded_on, Yellow).then(exam.concluded_on.add_days(DAYS + 1), Orange);
    let finding = Finding::new("items", steps).of(report.examiner).concerning(result.person.id);
    Ok(vec![finding.on(record).with("items_missing", i64::try_from(missing).unwrap_or(i64::MAX))])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_health::{Worker, items};
    use super::super::w_hlt_01;
    use super::*;
    use crate::health_codes::{ExamItem, ExamKind};
    use crate::warning_codes::WarningGrade::Red;

    const FULL: ExamKind = ExamKind::PreJob;

    fn incomplete(case: &mut Case, on: &str, more: Json) -> (Worker, Uuid) {
        let worker = case.worker("2026-03-02");
        let without = json!({"items": items(FULL, &[ExamItem::Aberration])});
        let exam = case.exam(worker, FULL, on, "P1", super::super::case::with(without, more));
        (worker, exam)
    }

    #[test]
    fn an_examination_before_work_without_chromosome_aberrations() {
        let mut case = Case::new();
        let (worker, exam) = incomplete(&mut case, "2026-03-01", json!({}));
        case.grades(
            &RULE,
            exam,
            &[
                ("2026-02-28", None),
                ("2026-03-01", Some(Yellow)),
                ("2026-03-31", Some(Yellow)),
                ("2026-04-01", Some(Orange)),
            ],
        );
        let found = case.find(&RULE, exam, "2026-03-02");
        assert_eq!(found[0].person, Some(worker.person));
        assert_eq!(found[0].figures, [("items_missing", 1)]);
        case.grades(&w_hlt_01::RULE, worker.person, &[("2026-03-02", Some(Red))]);
        let more = json!({"items": [{"item": "ABERRATION"}], "relation": "SUPPLEMENT", "follows": exam});
        let supplement = case.exam(worker, FULL, "2026-03-10", "P1", more);
        assert_eq!(case.find(&RULE, exam, "2026-03-10"), []);
        assert_eq!(case.find(&RULE, supplement, "2026-03-10"), []);
        case.grades(&w_hlt_01::RULE, worker.person, &[("2026-03-10", None)]);
        let state = case.state(&exam_result::reference(supplement));
        let told = case.touched(&exam_result::reference(supplement), &state);
        assert!(told.contains(&exam_result::reference(exam)), "what supplies it lets it be looked at again");
    }

    #[test]
    fn an_item_with_a_reason_is_accounted_for() {
        let mut case = Case::new();
        let mut all = items(FULL, &[ExamItem::ChestXray]);
        let list = all.as_array_mut().expect("a list");
        list.push(json!({"item": "CHEST_XRAY", "missing": "CONTRAINDICATED"}));
        let worker = case.worker("2026-03-02");
        let exam = case.exam(worker, FULL, "2026-03-01", "P1", json!({"items": all}));
        assert_eq!(case.find(&RULE, exam, "2026-03-02"), []);
    }

    #[test]
    fn an_examination_by_another_standard_is_not_judged_by_this_one() {
        let mut case = Case::new();
        for (on, standard, count) in [
            ("2021-04-30", json!(null), 0),
            ("2021-05-01", json!(null), 1),
            ("2021-05-01", json!("GBZ98-2017"), 0),
            ("2021-05-01", json!("GBZ98-2020"), 1),
        ] {
            let (_, exam) = incomplete(&mut case, on, json!({"standard": standard}));
            assert_eq!(case.find(&RULE, exam, "2026-03-02").len(), count, "{on} {standard}");
        }
    }
}

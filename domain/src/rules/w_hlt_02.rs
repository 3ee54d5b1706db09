//! W-HLT-02 在岗期间职业健康检查到期: the periodic examination is due.
//!
//! From one examination that counts to the next there are at most two years, counted from its first day, whoever paid
//! for it. It is due of whoever is in service, also while he is away for a time. Examinations of which items are
//! missing do not count until these are supplied. That an institution sets a shorter interval for itself is recorded
//! nowhere yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::exams::standing;
use super::{Closer, Finding, L90, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::health::PERIODIC_MONTHS;
use crate::law::{Citation, HEALTH_REQUIREMENTS, HEALTH_SURVEILLANCE_2011, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::EmploymentState;
use crate::record::Need;
use crate::records::{employment, exam_result};
use crate::warning_codes::WarningGrade::{Blue, Orange};

const ORDER: Citation = Citation { instrument: &RADIATION_WORKERS, clause: "第十九条" };
const LAW: Citation =
    Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第一款、第七十一条第（四）项" };

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-02",
    since: 2,
    zh: "在岗期间职业健康检查到期",
    en: "Periodic examination due",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::ExamResult],
    parameters: &[],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2011, 10, 1)),
            citations: &[ORDER, Citation { instrument: &HEALTH_SURVEILLANCE_2011, clause: "" }, LAW],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2021, 5, 1)),
            citations: &[ORDER, Citation { instrument: &HEALTH_REQUIREMENTS, clause: "" }, LAW],
            evaluate,
        },
    ],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "完成在岗期间职业健康检查",
    cleared_en: "periodic examination concluded",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let employments = look.all(&employment::person_key(subject))?;
    let known = employments.iter().filter_map(|(_, entry)| entry.state.employment());
    let serving = known.filter(|employment| employment.state != EmploymentState::Ended);
    let Some(since) = serving.filter_map(|employment| Some(employment.active.first()?.from)).min() else {
        return Ok(Vec::new());
    };
    let exams = standing(&look.all(&exam_result::person_key(subject))?);
    let last = exams.iter().filter(|known| known.exam.counts(&[])).max_by_key(|known| known.exam.exam_on);
    let due = last.map(|last| {
        let due = last.exam.next_due(PERIODIC_MONTHS);
        let steps = Steps::ladder(due, L90).not_before(since);
        Finding::new(due, steps).by(due).on(last.record.clone())
    });
    Ok(due.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_health::items;
    use super::*;
    use crate::health_codes::{ExamItem, ExamKind};
    use crate::warning_codes::WarningGrade::{Red, Yellow};

    const PERIODIC: ExamKind = ExamKind::Periodic;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        case.exam(worker, PERIODIC, "2024-03-15", "R1", json!({}));
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2025-12-14", None),
                ("2025-12-15", Some(Blue)),
                ("2026-01-13", Some(Blue)),
                ("2026-01-14", Some(Yellow)),
                ("2026-02-12", Some(Yellow)),
                ("2026-02-13", Some(Orange)),
                ("2026-03-15", Some(Orange)),
                ("2026-03-16", Some(Red)),
            ],
        );
        let worker = case.worker("2020-03-02");
        case.exam(worker, PERIODIC, "2024-02-29", "R1", json!({}));
        case.grades(&RULE, worker.person, &[("2026-02-28", Some(Orange)), ("2026-03-01", Some(Red))]);
    }

    #[test]
    fn the_next_one_that_counts_clears_it() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        case.exam(worker, PERIODIC, "2024-03-15", "R1", json!({}));
        let without = json!({"items": items(PERIODIC, &[ExamItem::Micronucleus])});
        let exam = case.exam(worker, PERIODIC, "2026-03-01", "R1", without);
        case.grades(&RULE, worker.person, &[("2026-03-20", Some(Red))]);
        let more = json!({"items": [{"item": "MICRONUCLEUS"}], "relation": "SUPPLEMENT", "follows": exam});
        case.exam(worker, PERIODIC, "2026-03-20", "R1", more);
        case.grades(&RULE, worker.person, &[("2026-03-20", None), ("2028-03-01", Some(Orange))]);
        assert_eq!(case.find(&RULE, worker.person, "2026-03-20")[0].occurrence, "2028-03-01");
    }

    #[test]
    fn nothing_is_due_of_who_left_and_of_a_post_before_it_began() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        case.exam(worker, PERIODIC, "2020-03-01", "R1", json!({}));
        case.event("employment.suspended", worker.employment, "2022-03-02", json!({"reason": "STUDY"}));
        case.grades(&RULE, worker.person, &[("2022-03-02", Some(Red))]);
        case.event("employment.ended", worker.employment, "2022-04-02", json!({"reason": "RESIGN"}));
        assert_eq!(case.find(&RULE, worker.person, "2022-04-02"), []);
        case.employed(worker.person, worker.institution, "2026-03-02", json!({}));
        case.grades(&RULE, worker.person, &[("2026-03-01", None), ("2026-03-02", Some(Red))]);
    }

    #[test]
    fn the_standard_of_the_day() {
        let cited = |on: &str| {
            let version = RULE.version(on.parse().expect("a date")).expect("a version");
            (version.version, version.citations[1].to_string())
        };
        assert!(matches!(cited("2021-04-30"), (1, standard) if standard.contains("GBZ 235-2011")));
        assert!(matches!(cited("2021-05-01"), (2, standard) if standard.contains("GBZ 98-2020")));
    }
}

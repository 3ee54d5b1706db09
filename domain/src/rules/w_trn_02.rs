//! W-TRN-02 在岗复训到期: the refresher training of somebody who works with radiation is due.
//!
//! No more than two years after the last training that counts, two days at least (放射工作人员职业健康管理办法 第八条).
//! It is due of who works; who comes back from an absence is late from the day of his return. Who has no training that
//! counts is a matter of W-TRN-01.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, L90, Look, Told, Version, WarningRule, worker};
use crate::catalog::Kind;
use crate::law::{Citation, RADIATION_WORKERS};
use crate::record::Need;
use crate::records::training_record;
use crate::training::refresher_due;
use crate::warning_codes::WarningGrade::{Blue, Orange};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TRN-02",
    since: 2,
    zh: "在岗复训到期",
    en: "Refresher training due",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::TrainingRecord],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation { instrument: &RADIATION_WORKERS, clause: "第八条" }],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "复训考核合格",
    cleared_en: "a refresher training passed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let active = worker::active_posts(subject, look)?;
    let Some(since) = active.iter().map(|post| post.since).min() else { return Ok(Vec::new()) };
    let trainings = worker::trainings(subject, look)?;
    let Some(due) = refresher_due(trainings.iter().map(|(_, passed)| passed)) else { return Ok(Vec::new()) };
    let counted = trainings.iter().filter(|(_, passed)| passed.counts_before_post() || passed.counts_as_refresher());
    let last = counted.max_by_key(|(_, passed)| passed.on);
    let mut finding = Finding::due(due, L90).on_all(last.map(|(id, _)| training_record::reference(*id)));
    finding.steps = finding.steps.not_before(since);
    Ok(vec![finding])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, day};
    use super::*;
    use crate::warning_codes::WarningGrade::{Red, Yellow};

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let training = case.trained(person, "PRE", 40, "2024-05-20");
        case.active(person, institution, "2024-05-21");
        let expected = [
            ("2026-02-18", None),
            ("2026-02-19", Some(Blue)),
            ("2026-03-21", Some(Yellow)),
            ("2026-04-20", Some(Orange)),
            ("2026-05-20", Some(Orange)),
            ("2026-05-21", Some(Red)),
        ];
        case.grades(&RULE, person, &expected);
        assert_eq!(case.find(&RULE, person, "2026-02-19")[0].inputs, [training_record::reference(training)]);
        case.trained(person, "REF", 15, "2026-02-10");
        case.grades(&RULE, person, &expected);
        case.trained(person, "REF", 20, "2026-05-21");
        case.grades(&RULE, person, &[("2026-05-21", None), ("2028-05-21", Some(Orange)), ("2028-05-22", Some(Red))]);
    }

    #[test]
    fn only_while_he_works() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        case.trained(person, "PRE", 40, "2024-05-20");
        let post = case.active(person, institution, "2024-05-21");
        case.event("employment.suspended", post, "2026-05-01", json!({"reason": "MATERNITY"}));
        case.grades(&RULE, person, &[("2026-05-21", None)]);
        case.event("employment.resumed", post, "2026-08-01", json!({}));
        let found = case.find(&RULE, person, "2026-08-10");
        assert_eq!(found[0].steps.since(day("2026-08-10")), Some((Red, day("2026-08-01"))));
        case.event("employment.ended", post, "2026-08-11", json!({"reason": "RESIGN"}));
        assert!(case.find(&RULE, person, "2026-08-11").is_empty());
    }

    #[test]
    fn who_was_never_trained_has_no_refresher_due() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        case.active(person, institution, "2024-05-21");
        case.trained(person, "PRE", 35, "2024-05-20");
        assert!(case.find(&RULE, person, "2026-08-11").is_empty());
    }
}

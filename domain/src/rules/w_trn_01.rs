//! W-TRN-01 未经岗前培训考核合格上岗: somebody works with radiation without having passed his training.
//!
//! At least four days before the post is taken, and passed (放射工作人员职业健康管理办法 第七条). It is asked of every
//! active post, also of one that was entered as begun outside this system: the record of the training ends the warning.
//! What was passed after the first day ends it too, for the county to decide what follows from the days before.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, worker};
use crate::catalog::Kind;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_SAFETY, RADIATION_WORKERS};
use crate::record::Need;
use crate::records::employment;
use crate::warning_codes::WarningGrade::{Blue, Red};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TRN-01",
    since: 2,
    zh: "未经岗前培训考核合格上岗",
    en: "On duty without passed training before the post",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::TrainingRecord],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（三）项、第七条、第三十七条" },
            Citation { instrument: &RADIATION_SAFETY, clause: "第二十八条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十四条、第七十条第（四）项" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Blue), city: None },
    cleared_zh: "登记考核合格的上岗前培训，或暂停该岗位",
    cleared_en: "a passed training before the post is recorded, or the post suspended",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let posts = worker::active_posts(subject, look)?;
    let trainings = worker::trainings(subject, look)?;
    if trainings.iter().any(|(_, passed)| passed.counts_before_post()) {
        return Ok(Vec::new());
    }
    let untrained = posts.into_iter().map(|post| {
        let finding = Finding::new(post.stretch(), Steps::from(post.since, Red)).of(post.institution);
        finding.on(employment::reference(post.employment))
    });
    Ok(untrained.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn three_and_a_half_days_are_too_few() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        case.trained(person, "PRE", 35, "2026-02-20");
        case.trained(person, "REF", 40, "2026-02-21");
        case.active(person, institution, "2026-03-02");
        case.grades(&RULE, person, &[("2026-03-01", None), ("2026-03-02", Some(Red))]);
        let training = case.trained(person, "PRE", 40, "2026-03-05");
        case.grades(&RULE, person, &[("2026-03-05", None)]);
        let voided = json!({"person": {"kind": "person", "id": person}, "ground": "FORGED"});
        case.event("training_record.voided", training, "2026-03-06", voided);
        case.grades(&RULE, person, &[("2026-03-06", Some(Red))]);
    }

    #[test]
    fn four_days_passed_on_the_day_itself() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        case.trained(person, "PRE", 40, "2026-03-02");
        case.active(person, institution, "2026-03-02");
        case.grades(&RULE, person, &[("2026-03-02", None)]);
    }

    #[test]
    fn the_duty_of_each_employer_while_he_works_there() {
        let mut case = Case::new();
        let (person, institution) = case.worker();
        let other = case.institution(json!({}));
        let post = case.active(person, institution, "2026-03-02");
        case.active(person, other, "2026-03-09");
        let found = case.find(&RULE, person, "2026-03-09");
        let institutions: Vec<_> = found.iter().map(|finding| finding.institution).collect();
        assert_eq!(institutions, [Some(institution), Some(other)]);
        case.event("employment.suspended", post, "2026-03-10", json!({"reason": "SUSPENSION"}));
        let left = case.find(&RULE, person, "2026-03-10");
        assert_eq!(left, found[1..]);
        case.event("employment.resumed", post, "2026-03-20", json!({}));
        assert_ne!(case.find(&RULE, person, "2026-03-20")[0].occurrence, found[0].occurrence, "another matter");
    }
}

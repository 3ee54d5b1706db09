//! W-CRT-02 未满18周岁从事放射工作: a post of somebody under 18.
//!
//! The file of a minor says in the clear in which month he comes of age, and not on which day: he counts as of age from
//! the first day of the month after it. Who was born on 29 February comes of age on 1 March in this way, whatever is
//! held of his birthday in common years. A post that is only planned is found too: it is to be cancelled before it
//! begins.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, worker};
use crate::catalog::Kind;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::EmploymentState;
use crate::record::Need;
use crate::records::{employment, person};
use crate::warning_codes::WarningGrade::{Blue, Red};
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-CRT-02",
    since: 2,
    zh: "未满18周岁从事放射工作",
    en: "Radiation post of somebody under 18",
    subject: Kind::Person,
    feeds: &[Kind::Person, Kind::Employment],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（一）项、第四十一条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十八条、第七十五条第（七）项" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Blue), city: Some(Blue) },
    cleared_zh: "取消该岗位",
    cleared_en: "the post cancelled",
    closer: Closer::County,
    waivable: false,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = person::reference(subject);
    let entry = look.record(&record)?;
    let month = entry.as_ref().and_then(|entry| entry.state.person()?.profile.adult_month.clone());
    let Some(first) = month.and_then(|month| format!("{month}-01").parse::<Date>().ok()) else {
        return Ok(Vec::new());
    };
    let adult_on = add_months(first, 1);
    if adult_on <= look.day {
        return Ok(Vec::new());
    }
    let posts = worker::posts(subject, look)?.into_iter();
    let held = posts.filter(|post| matches!(post.state, EmploymentState::Active | EmploymentState::Planned));
    let found = held.map(|post| {
        let steps = Steps::from(post.since, Red).until(adult_on);
        let finding = Finding::new(post.employment, steps).of(post.institution);
        finding.on(record.clone()).on(employment::reference(post.employment))
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, day};
    use super::*;

    fn born(case: &mut Case, year: i64, adult_month: &str) -> (Uuid, Uuid) {
        let institution = case.institution(json!({}));
        let person = case.person(institution, json!({"birth_year": year, "adult_month": adult_month}));
        (person, institution)
    }

    #[test]
    fn before_the_month_of_coming_of_age_is_over() {
        let mut case = Case::new();
        let (person, institution) = born(&mut case, 2008, "2026-03");
        case.active(person, institution, "2026-02-20");
        case.grades(&RULE, person, &[
            ("2026-02-19", None),
            ("2026-02-20", Some(Red)),
            ("2026-03-31", Some(Red)),
            ("2026-04-01", None),
        ]);
        let next = case.find(&RULE, person, "2026-02-20")[0].steps.next_after(day("2026-02-20"));
        assert_eq!(next, Some(day("2026-04-01")), "the day itself ends it");
    }

    #[test]
    fn who_is_eighteen_works() {
        let mut case = Case::new();
        let (person, institution) = born(&mut case, 2008, "2026-02");
        case.active(person, institution, "2026-03-01");
        case.grades(&RULE, person, &[("2026-03-01", None)]);
        let (adult, institution) = case.worker();
        case.active(adult, institution, "2026-03-01");
        case.grades(&RULE, adult, &[("2026-03-01", None)]);
    }

    #[test]
    fn a_post_that_is_planned_is_cancelled() {
        let mut case = Case::new();
        let (person, institution) = born(&mut case, 2008, "2026-02");
        let post = case.planned(person, institution, "2026-02-20", json!({}));
        case.grades(&RULE, person, &[("2026-02-28", Some(Red)), ("2026-03-01", None)]);
        case.event("employment.ended", post, "2026-02-21", json!({"reason": "OTHER"}));
        case.grades(&RULE, person, &[("2026-02-21", None)]);
    }
}

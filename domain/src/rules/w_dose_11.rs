//! W-DOSE-11 应佩戴双剂量计/局部剂量计未佩戴: the dosimeters that a post asks for were not all worn.
//!
//! Judged is the last period that was reported for a worker who is active. Who works in the room at interventions wears
//! one over the apron at the collar, and had better wear a second under it; who dispenses or injects in nuclear
//! medicine wears one at the collar or a ring. That nobody wore it (periods without a reading while many procedures
//! were done), a missing alarm dosimeter and the check in the field wait for kinds that record workload, instruments
//! and checks.

use std::collections::BTreeSet;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, Received};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose_codes::WearPosition;
use crate::law::{Citation, MONITORING, MONITORING_2016, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::{EmploymentState, OccupationalCategory, PostTag};
use crate::record::Need;
use crate::records::employment;
use crate::warning_codes::WarningGrade::{self, Blue, Orange, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-11",
    since: 2,
    zh: "应佩戴双剂量计或局部剂量计未佩戴",
    en: "Required second or local dosimeter missing",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::Employment],
    parameters: &[],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2016, 11, 1)),
            citations: &[Citation { instrument: &MONITORING_2016, clause: "" }, WEAR, PROVIDE],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2020, 4, 1)),
            citations: &[Citation { instrument: &MONITORING, clause: "" }, WEAR, PROVIDE],
            evaluate,
        },
    ],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "下一周期按要求的部位报告",
    cleared_en: "next period reported with the positions that are required",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

const WEAR: Citation = Citation { instrument: &RADIATION_WORKERS, clause: "第十三条" };
const PROVIDE: Citation = Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第二十五条第二款" };

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let doses = Doses::of(subject, look)?;
    let mut found = Vec::new();
    for (id, entry) in look.all(&employment::person_key(subject))?.iter() {
        let Some(post) = entry.state.employment() else { continue };
        let here = || doses.all().iter().filter(|received| received.result.employment == *id);
        let Some(last) = here().map(|received| received.result.reading.wear_to).max() else { continue };
        let period: Vec<&Received> = here().filter(|received| received.result.reading.wear_to == last).collect();
        let worn: BTreeSet<&str> = period.iter().map(|received| received.result.reading.position.as_str()).collect();
        let tags = post.profile.tags.as_deref().unwrap_or_default();
        let category = period.first().map(|received| received.result.reading.category);
        let grade = category.and_then(|category| missing(category, tags, |place| worn.contains(place.as_str())));
        if let Some(grade) = grade.filter(|_| post.state == EmploymentState::Active) {
            let inputs = period.iter().map(|received| received.record.clone());
            let finding = Finding::new(format!("{id}/{last}"), Steps::from(last, grade)).on_all(inputs);
            found.push(finding.of(post.institution));
        }
    }
    Ok(found)
}

/// What a period without a dosimeter in the places that a post asks for is worth.
fn missing(
    category: OccupationalCategory,
    tags: &[PostTag],
    worn: impl Fn(WearPosition) -> bool,
) -> Option<WarningGrade> {
    let (collar, under) = (worn(WearPosition::Collar), worn(WearPosition::UnderApron));
    match category {
        OccupationalCategory::InterventionalRadiology if tags.contains(&PostTag::InRoom) => match (collar, under) {
            (false, _) => Some(Orange),
            (true, false) => Some(Blue),
            (true, true) => None,
        },
        OccupationalCategory::NuclearMedicine if tags.contains(&PostTag::InternalRisk) => {
            (!collar && !worn(WearPosition::Ring)).then_some(Yellow)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    fn reported(category: &str, tag: &str, positions: &[&str]) -> (Case, super::super::case_dose::Post) {
        let mut case = Case::new();
        let post = case.post(json!({"category": category, "tags": [tag]}));
        for position in positions {
            let reading = json!({"category": category, "hp10_nsv": 200_000, "hp007_nsv": 200_000});
            case.read(&post, position, "2026-01-01", "2026-03-31", reading);
        }
        (case, post)
    }

    #[test]
    fn the_worked_cases() {
        for (category, tag, positions, expected) in [
            ("2E", "IN_ROOM", &["UA"][..], Some(Orange)),
            ("2E", "IN_ROOM", &["CH"], Some(Orange)),
            ("2E", "IN_ROOM", &["CO"], Some(Blue)),
            ("2E", "IN_ROOM", &["CO", "UA"], None),
            ("2E", "EMERGENCY", &["UA"], None),
            ("2C", "INTERNAL_RISK", &["CH"], Some(Yellow)),
            ("2C", "INTERNAL_RISK", &["CH", "RG"], None),
            ("2C", "INTERNAL_RISK", &["CO"], None),
            ("2A", "IN_ROOM", &["CH"], None),
            ("2E", "IN_ROOM", &[], None),
        ] {
            let (case, post) = reported(category, tag, positions);
            case.grades(&RULE, post.person, &[("2026-05-01", expected)]);
        }
    }

    #[test]
    fn the_next_period_with_both_clears_it_and_so_does_the_end_of_the_work() {
        let (mut case, post) = reported("2E", "IN_ROOM", &["UA"]);
        for position in ["UA", "CO"] {
            let reading = json!({"category": "2E", "hp10_nsv": 200_000});
            case.read(&post, position, "2026-04-01", "2026-06-30", reading);
        }
        assert_eq!(case.find(&RULE, post.person, "2026-08-01"), []);
        let (mut case, post) = reported("2E", "IN_ROOM", &["UA"]);
        case.event("employment.ended", post.employment, "2026-05-01", json!({"reason": "RESIGN"}));
        assert_eq!(case.find(&RULE, post.person, "2026-05-01"), []);
    }
}

//! W-DOSE-09 孕期/哺乳期放射工作限制: post and dose of a worker whose work is restricted.
//!
//! She declares it of her own free will, and why it is restricted is sealed: the rule reads what the restriction asks
//! for and is named by that, so no warning tells a pregnancy. Without work with unsealed sources and without emergency
//! work, as Order 55 has it for the pregnant; without intake, as for those who breast-feed; and within the limit of
//! dose that the restriction names (1 mSv for the rest of a pregnancy), of which three tenths and seven tenths warn
//! early. Counted is Hp(10) at the trunk, under the apron where it was read there, of every dosimeter that was still
//! worn when the restriction began.

use std::collections::BTreeMap;

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::doses::{Doses, Period};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::Line;
use crate::dose_codes::WearPosition;
use crate::health_codes::{RestrictionMeasure, RestrictionState};
use crate::law::{BASIC_STANDARDS, Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::person_codes::{EmploymentState, PostTag};
use crate::record::Need;
use crate::records::employment::{self, Employment};
use crate::records::restriction::{self, Restriction};
use crate::warning_codes::WarningGrade::{self, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-09",
    since: 2,
    zh: "工作限制期间的岗位和剂量",
    en: "Post and dose while work is restricted",
    subject: Kind::Person,
    feeds: &[Kind::Restriction, Kind::Employment, Kind::DoseResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十六条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十八条、第七十五条第（七）项" },
            Citation { instrument: &BASIC_STANDARDS, clause: "" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Red), city: None },
    cleared_zh: "已调整岗位，或限制已解除",
    cleared_en: "post changed, or restriction ended",
    closer: Closer::County,
    waivable: false,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let restrictions = look.all(&restriction::person_key(subject))?;
    let restrictions = restrictions.iter().filter_map(|(id, entry)| Some((*id, entry.state.restriction()?)));
    let in_force: Vec<_> = restrictions.filter(|(_, held)| held.state() == RestrictionState::InForce).collect();
    if in_force.is_empty() {
        return Ok(Vec::new());
    }
    let posts = look.all(&employment::person_key(subject))?;
    let doses = Doses::of(subject, look)?;
    let mut found = Vec::new();
    for (id, restriction) in in_force {
        let record = RecordRef { kind: Kind::Restriction.as_str().into(), id };
        for (post_id, entry) in posts.iter() {
            let Some(post) = entry.state.employment() else { continue };
            let concerned = restriction.terms.employment.is_none_or(|employment| employment == *post_id);
            let active = post.state == EmploymentState::Active && concerned;
            if let Some(grade) = conflict(restriction, post).filter(|_| active) {
                let steps = Steps::from(restriction.from.max(post.state_since.date), grade);
                let finding = Finding::new(format!("{id}/post/{post_id}"), steps);
                found.push(finding.on(record.clone()).on(employment::reference(*post_id)));
            }
        }
        found.extend(restriction.terms.dose_limit_nsv.and_then(|limit_nsv| {
            let (sum_nsv, inputs, steps) = received(&doses, restriction.from, limit_nsv);
            let finding = Finding::new(format!("{id}/dose"), steps).on_all(inputs).on(record.clone());
            let finding = finding.with("sum_nsv", sum_nsv).with("limit_nsv", limit_nsv);
            level(sum_nsv, limit_nsv).map(|_| finding)
        }));
    }
    Ok(found)
}

/// What the post asks of the worker against what the restriction asks for.
fn conflict(restriction: &Restriction, post: &Employment) -> Option<WarningGrade> {
    let asks = |measure| restriction.terms.measures.contains(&measure);
    let marked = |tag| post.profile.tags.as_ref().is_some_and(|tags| tags.contains(&tag));
    let internal = marked(PostTag::InternalRisk);
    if internal && asks(RestrictionMeasure::NoInternal)
        || marked(PostTag::Emergency) && asks(RestrictionMeasure::NoEmergency)
    {
        return Some(Red);
    }
    (internal && asks(RestrictionMeasure::AvoidInternal)).then_some(Orange)
}

/// What was received at the trunk since a day, on which results that rests, and the grade of it day by day.
fn received(doses: &Doses, since: Date, limit_nsv: i64) -> (i64, Vec<RecordRef>, Steps) {
    let mut periods: BTreeMap<Period, Vec<(&RecordRef, &Line)>> = doses.periods();
    periods.retain(|(_, _, to), _| *to >= since);
    let mut by_day: Vec<(Date, i64)> = periods.iter().map(|((_, _, to), lines)| (*to, trunk_nsv(lines))).collect();
    by_day.sort_unstable();
    let (mut sum_nsv, mut steps) = (0_i64, Steps::never());
    for (day, nsv) in by_day {
        sum_nsv = sum_nsv.saturating_add(nsv);
        if let Some(grade) = level(sum_nsv, limit_nsv) {
            steps = steps.then(day, grade);
        }
    }
    (sum_nsv, periods.values().flatten().map(|(record, _)| (*record).clone()).collect(), steps)
}

/// Hp(10) of a period at the trunk.
fn trunk_nsv(lines: &[(&RecordRef, &Line)]) -> i64 {
    let body = lines.iter().map(|(_, line)| *line).filter(|line| line.position.is_of_the_body());
    let under = body.clone().find(|line| line.position == WearPosition::UnderApron).and_then(|line| line.hp10_nsv);
    under.or_else(|| body.filter_map(|line| line.hp10_nsv).max()).unwrap_or(0)
}

fn level(sum_nsv: i64, limit_nsv: i64) -> Option<WarningGrade> {
    let (tenths, limit) = (i128::from(sum_nsv) * 10, i128::from(limit_nsv));
    match () {
        () if sum_nsv <= 0 => None,
        () if sum_nsv > limit_nsv => Some(Red),
        () if tenths >= limit * 7 => Some(Orange),
        () if tenths >= limit * 3 => Some(Yellow),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_dose::Post;
    use super::*;

    fn restricted(post: Json, terms: Json) -> (Case, Post, Uuid) {
        let mut case = Case::new();
        let post = case.post(post);
        let person = json!({"kind": "person", "id": post.person});
        let mut data = json!({"person": person, "institution": post.institution});
        data.as_object_mut().expect("members").extend(terms.as_object().cloned().expect("members"));
        let restriction = case.begin("restriction.recorded", "2026-03-01", data);
        (case, post, restriction)
    }

    #[test]
    fn the_worked_cases_of_the_dose() {
        for (nsv, expected) in [
            (299_999, None),
            (300_000, Some(Yellow)),
            (400_000, Some(Yellow)),
            (699_999, Some(Yellow)),
            (700_000, Some(Orange)),
            (1_000_000, Some(Orange)),
            (1_010_000, Some(Red)),
        ] {
            let limited = json!({"measures": ["DOSE_LIMITED"], "dose_limit_nsv": 1_000_000});
            let (mut case, post, restriction) = restricted(json!({}), limited);
            case.dose(&post, "2025-12-01", "2026-02-28", 9_000_000);
            case.dose(&post, "2026-03-01", "2026-03-31", nsv - 200_000);
            case.dose(&post, "2026-04-01", "2026-04-30", 200_000);
            case.grades(&RULE, post.person, &[("2026-06-01", expected)]);
            case.event("restriction.ended", restriction, "2026-06-01", json!({}));
            assert_eq!(case.find(&RULE, post.person, "2026-06-01"), []);
        }
    }

    #[test]
    fn under_the_apron_counts_where_it_was_read() {
        let limited = json!({"measures": ["DOSE_LIMITED"], "dose_limit_nsv": 1_000_000});
        let (mut case, post, _) = restricted(json!({}), limited);
        for (position, nsv) in [("CO", 2_000_000), ("UA", 300_000)] {
            case.read(&post, position, "2026-03-01", "2026-05-31", json!({"hp10_nsv": nsv, "method": "DOUBLE"}));
        }
        case.grades(&RULE, post.person, &[("2026-06-01", Some(Yellow))]);
    }

    #[test]
    fn a_post_against_the_restriction_is_so_from_its_first_day() {
        for (tag, measure, expected) in [
            ("INTERNAL_RISK", "NO_INTERNAL", Some(Red)),
            ("INTERNAL_RISK", "AVOID_INTERNAL", Some(Orange)),
            ("EMERGENCY", "NO_EMERGENCY", Some(Red)),
            ("EMERGENCY", "NO_INTERNAL", None),
            ("HIGH_FIELD", "NO_EMERGENCY", None),
        ] {
            let post = json!({"category": "2C", "tags": [tag]});
            let (mut case, post, _) = restricted(post, json!({"measures": [measure]}));
            case.grades(&RULE, post.person, &[("2026-02-28", None), ("2026-03-01", expected)]);
            case.event("employment.changed", post.employment, "2026-03-02", json!({"clear": ["tags"]}));
            assert_eq!(case.find(&RULE, post.person, "2026-03-02"), []);
        }
    }
}

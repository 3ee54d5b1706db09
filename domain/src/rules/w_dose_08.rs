//! W-DOSE-08 16~18周岁学徒/学生剂量限值: doses received under age.
//!
//! Apprentices and students from 16 to 18 may receive 6 mSv in a year, 50 mSv to the lens and 150 mSv to the
//! extremities; below 16 nobody has a dosimeter. A file has the month in which somebody comes of age, which counts from
//! the first of the next, and sixteen is reckoned back from it. Nothing records an apprentice yet: everybody under age
//! is held to his limits (that others hold no post at all is the matter of another rule). It ends when he is taken out
//! of exposure, and below the limits when he comes of age.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::doses::{Doses, MSV, lives, steps_of};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::{Line, Year, sums};
use crate::law::{BASIC_STANDARDS, Citation};
use crate::person_codes::EmploymentState;
use crate::record::Need;
use crate::records::{dosimeter, employment, person};
use crate::warning_codes::WarningGrade::{self, Orange, Red, Yellow};
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-08",
    since: 2,
    zh: "16至18周岁学徒、学生剂量限值",
    en: "Doses of apprentices and students aged 16 to 18",
    subject: Kind::Person,
    feeds: &[Kind::Person, Kind::DoseResult, Kind::Dosimeter, Kind::Employment],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2003, 4, 1)),
        citations: &[Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.2" }],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Yellow), county: Some(Yellow), city: Some(Red) },
    cleared_zh: "已登记脱离照射",
    cleared_en: "removal from exposure recorded",
    closer: Closer::County,
    waivable: false,
    lasting: true,
};

/// The limits of a year; a dose at a limit keeps it.
const LIMIT_NSV: i64 = 6 * MSV;
const LENS_LIMIT_NSV: i64 = 50 * MSV;
const EXTREMITY_LIMIT_NSV: i64 = 150 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let Some(entry) = look.record(&person::reference(subject))? else { return Ok(Vec::new()) };
    let Some(of_age) = entry.state.person().and_then(of_age_on) else { return Ok(Vec::new()) };
    let posts = look.all(&employment::person_key(subject))?;
    let mut posts = posts.iter().filter_map(|(_, entry)| entry.state.employment());
    if !posts.any(|post| post.state == EmploymentState::Active) {
        return Ok(Vec::new());
    }
    let doses = Doses::of(subject, look)?;
    let mut found = Vec::new();
    for (year, _) in doses.sums.years() {
        let mut results: Vec<(&RecordRef, &Line)> = doses.within(year, year);
        results.retain(|(_, line)| line.from < of_age);
        let lines = results.iter().map(|(_, line)| *line);
        let whole = sums(lines.clone()).year(year);
        let mut steps = steps_of(lines, |sums, _| grade(&sums.year(year)));
        if grade(&whole) < Some(Red) {
            steps = steps.until(of_age);
        }
        if lives(&steps, look.day) {
            let inputs = results.iter().map(|(record, _)| (*record).clone());
            let finding = Finding::new(year, steps).on_all(inputs).with("sum_nsv", whole.effective_nsv);
            found.push(finding.with("lens_nsv", whole.lens_nsv).with("extremity_nsv", whole.extremity_nsv));
        }
    }
    found.extend(under_sixteen(subject, add_months(of_age, -24), &doses, look)?);
    Ok(found)
}

/// First day on which he is of age; none of who was when his file was opened.
fn of_age_on(person: &person::Person) -> Option<Date> {
    let month = person.profile.adult_month.as_ref()?;
    Some(add_months(format!("{month}-01").parse().ok()?, 1))
}

fn grade(year: &Year) -> Option<WarningGrade> {
    let above =
        year.effective_nsv > LIMIT_NSV || year.lens_nsv > LENS_LIMIT_NSV || year.extremity_nsv > EXTREMITY_LIMIT_NSV;
    match year.effective_nsv / MSV {
        _ if above => Some(Red),
        5.. => Some(Orange),
        3.. => Some(Yellow),
        _ => None,
    }
}

/// Any dosimeter and any result of the days before he was sixteen.
fn under_sixteen(subject: Uuid, sixteen: Date, doses: &Doses, look: &Look<'_>) -> Result<Option<Finding>, Need> {
    let mut worn: Vec<(Date, RecordRef)> = Vec::new();
    for (id, entry) in look.all(&dosimeter::person_key(subject))?.iter() {
        let record = RecordRef { kind: Kind::Dosimeter.as_str().into(), id: *id };
        worn.extend(entry.state.dosimeter().map(|dosimeter| (dosimeter.from, record)));
    }
    worn.extend(doses.all().iter().map(|received| (received.result.reading.wear_from, received.record.clone())));
    worn.retain(|(from, _)| *from < sixteen);
    let first = worn.iter().map(|(from, _)| *from).min();
    let inputs = worn.into_iter().map(|(_, record)| record);
    Ok(first.map(|first| Finding::new("under-16", Steps::from(first, Red)).on_all(inputs)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_dose::Post;
    use super::*;

    /// Seventeen in 2026, with one reading.
    fn student(from: &str, to: &str, reading: Json) -> (Case, Post) {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let person = case.person(institution, json!({"birth_year": 2009, "adult_month": "2027-03"}));
        let post = case.post_at(person, institution, "2025-01-01", json!({}));
        case.read(&post, "CH", from, to, reading);
        (case, post)
    }

    #[test]
    fn the_worked_cases_and_the_levels() {
        let body = |nsv: i64| json!({"hp10_nsv": nsv, "effective_nsv": nsv, "method": "SINGLE"});
        for (reading, expected) in [
            (body(2_999_900), None),
            (body(3_000_000), Some(Yellow)),
            (body(4_999_900), Some(Yellow)),
            (body(5_000_000), Some(Orange)),
            (body(5_200_000), Some(Orange)),
            (body(6_000_000), Some(Orange)),
            (body(6_010_000), Some(Red)),
            (json!({"hp3_nsv": 50_000_000}), None),
            (json!({"hp3_nsv": 50_000_100}), Some(Red)),
            (json!({"hp007_nsv": 150_000_000}), None),
            (json!({"hp007_nsv": 150_000_100}), Some(Red)),
        ] {
            let (case, post) = student("2026-01-01", "2026-06-30", reading);
            let later = expected.filter(|grade| *grade == Red);
            case.grades(&RULE, post.person, &[("2026-08-01", expected), ("2027-04-01", later)]);
        }
    }

    #[test]
    fn it_ends_when_he_is_taken_out_of_exposure() {
        let reading = json!({"hp10_nsv": 7_000_000, "effective_nsv": 7_000_000, "method": "SINGLE"});
        let (mut case, post) = student("2026-01-01", "2026-06-30", reading);
        case.event("employment.suspended", post.employment, "2026-08-01", json!({"reason": "SUSPENSION"}));
        assert_eq!(case.find(&RULE, post.person, "2026-08-01"), []);
    }

    #[test]
    fn below_sixteen_nobody_has_a_dosimeter() {
        for (from, expected) in [("2025-03-31", Some(Red)), ("2025-04-01", None)] {
            let (case, post) = student(from, "2025-06-30", json!({"hp10_nsv": 20_000}));
            case.grades(&RULE, post.person, &[("2026-08-01", expected)]);
            let (mut case, post) = student("2026-01-01", "2026-06-30", json!({"hp10_nsv": 20_000}));
            case.dosimeter(&post, "CH", from);
            case.grades(&RULE, post.person, &[("2026-08-01", expected)]);
        }
    }

    #[test]
    fn what_an_adult_received_is_not_looked_at() {
        let reading = json!({"hp10_nsv": 7_000_000, "effective_nsv": 7_000_000, "method": "SINGLE"});
        let (case, post) = student("2027-04-01", "2027-06-30", reading);
        assert_eq!(case.find(&RULE, post.person, "2027-08-01"), []);
    }
}

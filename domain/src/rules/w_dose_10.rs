//! W-DOSE-10 剂量计丢失损坏与名义剂量: a dosimeter that cannot be read, and the nominal dose in its place.
//!
//! Three matters: a loss, damage or rejected reading that has no dose yet (fifteen days are given); a nominal dose for
//! which officer and laboratory have not both signed an investigation; and several losses of one worker within 365
//! days, which stand for a year after the last. What the dose of the year before would give by days (method D) is told
//! as a figure. The duty stays with the employer in whose post it happened.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::doses::{Doses, Received, investigations, lives};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::{days, nominal_by_year_before, year_of};
use crate::dose_codes::{DosimeterState, ResultFlag, WearPosition};
use crate::investigation_codes::InvestigationState;
use crate::law::{Citation, MONITORING, MONITORING_2016};
use crate::record::Need;
use crate::records::investigation::Investigation;
use crate::records::{dosimeter, employment};
use crate::warning_codes::WarningGrade::{Orange, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-10",
    since: 2,
    zh: "剂量计丢失损坏与名义剂量",
    en: "Lost or damaged dosimeter, and nominal dose",
    subject: Kind::Person,
    feeds: &[Kind::Dosimeter, Kind::DoseResult, Kind::Investigation],
    parameters: &[],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2016, 11, 1)),
            citations: &[Citation { instrument: &MONITORING_2016, clause: "" }],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2020, 4, 1)),
            citations: &[Citation { instrument: &MONITORING, clause: "" }],
            evaluate,
        },
    ],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Orange), city: None },
    cleared_zh: "已登记名义剂量，并由防护负责人和监测机构签名",
    cleared_en: "nominal dose assigned, signed by the protection officer and the laboratory",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// Days between the first and the last of several losses.
const LOSSES_WITHIN_DAYS: i64 = 365;

/// Days worn in one place in one employment.
#[derive(Clone, Copy)]
struct Worn {
    employment: Uuid,
    position: WearPosition,
    from: Date,
    to: Date,
}

impl Worn {
    fn of(received: &Received) -> Self {
        let reading = &received.result.reading;
        let employment = received.result.employment;
        Self { employment, position: reading.position, from: reading.wear_from, to: reading.wear_to }
    }

    fn meets(&self, other: &Self) -> bool {
        (self.employment, self.position) == (other.employment, other.position)
            && self.from <= other.to
            && other.from <= self.to
    }
}

/// A period without a dose.
struct Missing {
    record: RecordRef,
    worn: Worn,
    /// Day on which that was known.
    since: Date,
    /// Day of the loss, if it was one.
    lost_on: Option<Date>,
}

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let doses = Doses::of(subject, look)?;
    let investigations = investigations(subject, look)?;
    let posts = look.all(&employment::person_key(subject))?;
    let at = |finding: Finding, worn: &Worn| {
        let post = posts.iter().find(|(id, _)| *id == worn.employment);
        match post.and_then(|(_, entry)| entry.state.employment()) {
            Some(post) => finding.of(post.institution),
            None => finding,
        }
    };
    let missing = missing(subject, &doses, look)?;
    let sums = &doses.sums;
    let mut found = Vec::new();
    for Missing { record, worn, since, .. } in &missing {
        if doses.all().iter().any(|received| received.line.is_some() && Worn::of(received).meets(worn)) {
            continue;
        }
        let steps = Steps::from(since.add_days(16), Yellow).then(since.add_days(31), Orange);
        let mut finding = Finding::new(format!("open/{}", record.id), steps).by(since.add_days(15));
        let before = sums.year(year_of(worn.from).saturating_sub(1));
        if before.months > 0 {
            let nominal_nsv = nominal_by_year_before(before.effective_nsv, days(worn.from, worn.to));
            finding = finding.with("nominal_by_year_before_nsv", nominal_nsv);
        }
        found.push(at(finding.on(record.clone()), worn));
    }
    for received in doses.all().iter().filter(|received| received.result.reading.flag.is_nominal()) {
        let worn = Worn::of(received);
        if !is_signed_by_both(&worn, &doses, &investigations) {
            let finding = Finding::new(format!("signed/{}", received.record.id), Steps::from(worn.to, Orange));
            found.push(at(finding.on(received.record.clone()), &worn));
        }
    }
    found.extend(losses(&missing).filter(|finding| lives(&finding.steps, look.day)));
    Ok(found)
}

/// What was lost, damaged or rejected in the years that are looked at. A dosimeter and the result that says so are one.
fn missing(subject: Uuid, doses: &Doses, look: &Look<'_>) -> Result<Vec<Missing>, Need> {
    let mut missing = Vec::new();
    for (id, entry) in look.all(&dosimeter::person_key(subject))?.iter() {
        let Some(dosimeter) = entry.state.dosimeter() else { continue };
        let lost = dosimeter.state == DosimeterState::Lost;
        if !(lost || dosimeter.state == DosimeterState::Damaged) || dosimeter.since < doses.first_day {
            continue;
        }
        let (from, since) = (dosimeter.from, dosimeter.since);
        // On the day of the loss he may have been given another.
        let to = since.add_days(-1).max(from);
        let worn = Worn { employment: dosimeter.issue.employment, position: dosimeter.issue.position, from, to };
        let record = RecordRef { kind: Kind::Dosimeter.as_str().into(), id: *id };
        missing.push(Missing { record, worn, since, lost_on: lost.then_some(since) });
    }
    for received in doses.all().iter().filter(|received| received.line.is_none()) {
        let worn = Worn::of(received);
        if !missing.iter().any(|known| known.worn.meets(&worn)) {
            let lost = received.result.reading.flag == ResultFlag::Lost;
            let (record, since) = (received.record.clone(), received.reported_on);
            missing.push(Missing { record, worn, since, lost_on: lost.then_some(worn.to) });
        }
    }
    Ok(missing)
}

/// Whether the officer filed and the laboratory assessed an investigation of this period, or it was accepted all the
/// same.
fn is_signed_by_both(worn: &Worn, doses: &Doses, investigations: &[Investigation]) -> bool {
    let same = doses.all().iter().filter(|received| Worn::of(received).meets(worn));
    let same: Vec<Uuid> = same.map(|received| received.record.id).collect();
    investigations.iter().any(|investigation| {
        let signed = investigation.form.is_some() && investigation.assessment.is_some();
        (signed || investigation.state == InvestigationState::Accepted)
            && investigation.state != InvestigationState::Withdrawn
            && investigation.results.iter().flatten().any(|id| same.contains(id))
    })
}

/// The last loss, if others came shortly before it.
fn losses(missing: &[Missing]) -> impl Iterator<Item = Finding> {
    let lost = || missing.iter().filter_map(|missing| Some((missing.lost_on?, &missing.record)));
    let last = lost().map(|(day, _)| day).max();
    last.into_iter().filter_map(move |last| {
        let near = lost().filter(|(day, _)| last.days() - day.days() <= LOSSES_WITHIN_DAYS);
        let records: Vec<RecordRef> = near.map(|(_, record)| record.clone()).collect();
        let grade = match records.len() {
            0 | 1 => return None,
            2 => Yellow,
            _ => Orange,
        };
        let steps = Steps::from(last, grade).until(last.add_days(LOSSES_WITHIN_DAYS + 1));
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        Some(Finding::new(format!("losses/{last}"), steps).on_all(records).with("losses", count))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_dose::Post;
    use super::*;

    fn worker() -> (Case, Post) {
        let mut case = Case::new();
        let post = case.post(json!({}));
        (case, post)
    }

    fn lost_on(case: &mut Case, post: &Post, days: &[&str]) {
        for day in days {
            let dosimeter = case.dosimeter(post, "CH", "2026-01-01");
            case.lost(post, dosimeter, day);
        }
    }

    #[test]
    fn the_worked_case() {
        let (mut case, post) = worker();
        lost_on(&mut case, &post, &["2026-03-10"]);
        case.grades(
            &RULE,
            post.person,
            &[
                ("2026-03-25", None),
                ("2026-03-26", Some(Yellow)),
                ("2026-03-30", Some(Yellow)),
                ("2026-04-09", Some(Yellow)),
                ("2026-04-10", Some(Orange)),
            ],
        );
        assert_eq!(case.find(&RULE, post.person, "2026-03-30")[0].institution, Some(post.institution));
    }

    #[test]
    fn the_dose_of_the_year_before_by_days() {
        let (mut case, post) = worker();
        case.dose(&post, "2025-01-01", "2025-12-31", 2_400_000);
        case.read(&post, "CH", "2026-01-01", "2026-03-31", json!({"flag": "LOST"}));
        let found = case.find(&RULE, post.person, "2026-05-01");
        assert_eq!(found[0].figures, [("nominal_by_year_before_nsv", 591_800)]);
    }

    #[test]
    fn the_clock_of_a_rejected_reading_runs_from_its_first_report() {
        let (mut case, post) = worker();
        let result = case.read(&post, "CH", "2026-01-01", "2026-03-31", json!({"flag": "REJECTED"}));
        let days = [("2026-04-15", None), ("2026-04-16", Some(Yellow)), ("2026-05-01", Some(Orange))];
        case.grades(&RULE, post.person, &days);
        case.event("dose_result.corrected", result, "2026-04-10", json!({"set": {"flag": "DAMAGED"}}));
        case.grades(&RULE, post.person, &days);
        case.dose(&post, "2026-01-01", "2026-03-31", 100_000);
        case.grades(&RULE, post.person, &[("2026-05-01", None)]);
    }

    #[test]
    fn a_second_loss_within_a_year() {
        for (second, expected) in [("2026-12-31", Some(Yellow)), ("2027-01-01", None)] {
            let (mut case, post) = worker();
            lost_on(&mut case, &post, &["2025-12-31", second]);
            let found = case.find(&RULE, post.person, second);
            let day: Date = second.parse().expect("a date");
            let losses = found.iter().find(|finding| finding.occurrence.starts_with("losses/"));
            assert_eq!(losses.and_then(|finding| finding.steps.grade(day)), expected, "{found:?}");
        }
        let (mut case, post) = worker();
        lost_on(&mut case, &post, &["2026-02-01", "2026-03-01", "2026-04-01"]);
        case.grades(&RULE, post.person, &[("2026-04-01", Some(Orange))]);
        let found = case.find(&RULE, post.person, "2027-04-03");
        assert!(found.iter().all(|finding| !finding.occurrence.starts_with("losses/")), "{found:?}");
    }

    #[test]
    fn a_dosimeter_and_its_result_are_one_matter_and_a_nominal_dose_of_two_signers_ends_it() {
        let (mut case, post) = worker();
        lost_on(&mut case, &post, &["2026-03-10"]);
        let result = case.read(&post, "CH", "2026-01-01", "2026-03-31", json!({"flag": "LOST"}));
        assert_eq!(case.find(&RULE, post.person, "2026-05-01").len(), 1);
        let set = json!({"flag": "NOMINAL_C", "hp10_nsv": 100_000, "effective_nsv": 100_000, "method": "SINGLE"});
        case.event("dose_result.corrected", result, "2026-05-01", json!({"set": set}));
        let found = case.find(&RULE, post.person, "2026-05-01");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].occurrence.starts_with("signed/"), "only the laboratory signed");
        case.grades(&RULE, post.person, &[("2026-05-01", Some(Orange))]);
        case.investigated(post.person, "2026-05-02", json!({"basis": "MISSING", "quantity": "E", "results": [result]}));
        assert_eq!(case.find(&RULE, post.person, "2026-05-02"), []);
    }

    #[test]
    fn the_next_dosimeter_of_the_same_day_is_no_dose_for_the_one_before() {
        let (mut case, post) = worker();
        lost_on(&mut case, &post, &["2026-03-10"]);
        case.dose(&post, "2026-03-10", "2026-03-31", 100_000);
        case.grades(&RULE, post.person, &[("2026-03-30", Some(Yellow))]);
        case.dose(&post, "2026-01-01", "2026-03-09", 100_000);
        case.grades(&RULE, post.person, &[("2026-03-30", None)]);
    }
}

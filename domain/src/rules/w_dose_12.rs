//! W-DOSE-12 在岗人员未建剂量监测/监测中断: a worker without dosimetry, or with a gap in it.
//!
//! Covered are the days on which he had a dosimeter of the body in the employer's hands, and those of any result of the
//! employment (that of a lost dosimeter too: which dose it was is the matter of another rule). Looked at is every
//! stretch of work, so a leave that was recorded is no gap. A stretch without any covered day runs from its beginning;
//! between two covered periods, and after the last, the gap does. After a result there is no telling before the report of
//! the period that follows it is late: it lasts three months at most and is reported within one. What is open ends with the work; a gap that was
//! closed by the next dosimeter stands until a nominal dose fills it. It is the duty of the employer of that time.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, lives};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose_codes::DosimeterState;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_SAFETY, RADIATION_WORKERS, RADIOLOGY};
use crate::record::Need;
use crate::records::dosimeter;
use crate::records::employment::{self, Stretch};
use crate::warning_codes::WarningGrade::{Orange, Red, Yellow};
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-12",
    since: 2,
    zh: "在岗人员未建剂量监测或监测中断",
    en: "Active worker without dosimetry, or with a gap in it",
    subject: Kind::Person,
    feeds: &[Kind::Employment, Kind::Dosimeter, Kind::DoseResult],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第二十五条第二款" },
            Citation { instrument: &RADIATION_SAFETY, clause: "第二十九条" },
            Citation {
                instrument: &RADIOLOGY, clause: "第二十二条、第二十三条、第四十一条第（四）项"
            },
            Citation { instrument: &RADIATION_WORKERS, clause: "第十一条、第四十条" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Orange), city: Some(Red) },
    cleared_zh: "已发放剂量计；中断期间以名义剂量或离岗记录补齐",
    cleared_en: "dosimeter issued; the gap closed by a nominal dose or a recorded leave",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// Days of a stretch on which he was covered; without an end it goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Covered {
    from: Date,
    to: Option<Date>,
    /// Known from a result: what came after it is only known from the next.
    reported: bool,
}

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let doses = Doses::of(subject, look)?;
    let dosimeters = look.all(&dosimeter::person_key(subject))?;
    let mut found = Vec::new();
    for (id, entry) in look.all(&employment::person_key(subject))?.iter() {
        let Some(post) = entry.state.employment() else { continue };
        let mut covered: Vec<Covered> = Vec::new();
        for dosimeter in dosimeters.iter().filter_map(|(_, entry)| entry.state.dosimeter()) {
            if dosimeter.issue.institution == post.institution && dosimeter.issue.position.is_of_the_body() {
                let out = dosimeter.state == DosimeterState::Issued;
                covered.push(Covered { from: dosimeter.from, to: (!out).then_some(dosimeter.since), reported: false });
            }
        }
        for received in doses.all().iter().filter(|received| received.result.employment == *id) {
            let reading = &received.result.reading;
            if reading.position.is_of_the_body() {
                covered.push(Covered { from: reading.wear_from, to: Some(reading.wear_to), reported: true });
            }
        }
        covered.sort_unstable();
        for (from, steps) in post.active.iter().flat_map(|stretch| uncovered(stretch, &covered, doses.first_day)) {
            if lives(&steps, look.day) {
                let finding = Finding::new(format!("{id}/{from}"), steps).on(employment::reference(*id));
                found.push(finding.of(post.institution));
            }
        }
    }
    Ok(found)
}

/// The uncovered parts of a stretch of work: their first days, and what follows from their length. A gap that
/// was closed and began before the years that are looked at may have been filled by a result of its own years.
fn uncovered(stretch: &Stretch, covered: &[Covered], first_day: Date) -> Vec<(Date, Steps)> {
    let within = covered.iter().filter(|covered| {
        stretch.until.is_none_or(|until| covered.from < until) && covered.to.is_none_or(|to| stretch.from <= to)
    });
    let mut parts = Vec::new();
    // The first day no longer covered; none yet before the first covered day.
    let mut next: Option<(Date, bool)> = None;
    for Covered { from, to, reported } in within {
        if let Some((gap, _)) = next.filter(|(next, _)| (first_day..*from).contains(next)) {
            parts.push((gap, gap_of(gap, Some(*from))));
        }
        let Some(to) = to else { return parts };
        next = next.max(Some((to.add_days(1), *reported)));
    }
    let (from, steps) = match next {
        None => (stretch.from, none_issued(stretch.from)),
        Some((gap, false)) => (gap, gap_of(gap, None)),
        Some((gap, true)) => (gap, gap_of(gap, None).not_before(add_months(gap, REPORTED_MONTHS))),
    };
    let steps = match stretch.until {
        Some(until) => steps.until(until),
        None => steps,
    };
    parts.push((from, steps));
    parts
}

/// A period lasts three months at most, and its report comes within one (放射工作人员职业健康管理办法 第十一条、第十五条).
const REPORTED_MONTHS: i32 = 4;

/// No dosimeter since work began.
fn none_issued(from: Date) -> Steps {
    Steps::from(from.add_days(1), Yellow).then(from.add_days(8), Orange).then(from.add_days(31), Red)
}

/// A gap from a day on, closed by the next dosimeter or still open: it has the grade of its length.
fn gap_of(from: Date, closed_on: Option<Date>) -> Steps {
    [(8, Yellow), (31, Orange), (91, Red)].into_iter().fold(Steps::never(), |steps, (days, grade)| {
        let reached = from.add_days(days);
        if closed_on.is_none_or(|closed| reached <= closed) { steps.then(reached, grade) } else { steps }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::super::case_dose::Post;
    use super::*;

    fn active_from(from: &str) -> (Case, Post) {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let person = case.person(institution, json!({}));
        let post = case.post_at(person, institution, from, json!({}));
        (case, post)
    }

    #[test]
    fn the_worked_cases() {
        let (mut case, post) = active_from("2026-03-02");
        case.grades(
            &RULE,
            post.person,
            &[
                ("2026-03-02", None),
                ("2026-03-03", Some(Yellow)),
                ("2026-03-08", Some(Yellow)),
                ("2026-03-09", Some(Yellow)),
                ("2026-03-10", Some(Orange)),
                ("2026-04-01", Some(Orange)),
                ("2026-04-02", Some(Red)),
            ],
        );
        assert_eq!(case.find(&RULE, post.person, "2026-04-02")[0].institution, Some(post.institution));
        case.dosimeter(&post, "WR", "2026-04-02");
        case.grades(&RULE, post.person, &[("2026-04-02", Some(Red))]);
        case.dosimeter(&post, "CH", "2026-04-02");
        assert_eq!(case.find(&RULE, post.person, "2026-04-02"), []);
    }

    #[test]
    fn an_open_gap_grows_and_a_closed_one_has_its_length() {
        let (mut case, post) = active_from("2026-01-01");
        let first = case.dosimeter(&post, "CH", "2026-01-01");
        case.event("dosimeter.returned", first, "2026-03-31", json!({}));
        case.grades(
            &RULE,
            post.person,
            &[
                ("2026-04-08", None),
                ("2026-04-09", Some(Yellow)),
                ("2026-05-01", Some(Yellow)),
                ("2026-05-02", Some(Orange)),
                ("2026-06-30", Some(Orange)),
                ("2026-07-01", Some(Red)),
            ],
        );
        for (next, expected) in [("2026-04-08", None), ("2026-04-09", Some(Yellow)), ("2026-05-02", Some(Orange))] {
            let (mut case, post) = active_from("2026-01-01");
            case.dose(&post, "2026-01-01", "2026-03-31", 100_000);
            case.dosimeter(&post, "CH", next);
            case.grades(&RULE, post.person, &[("2026-12-01", expected)]);
            case.read(&post, "CH", "2026-04-01", next, json!({"flag": "NOMINAL_C", "hp10_nsv": 1}));
            assert_eq!(case.find(&RULE, post.person, "2026-12-01"), []);
        }
    }

    #[test]
    fn after_a_result_there_is_no_telling_before_the_next_report_is_late() {
        let (mut case, post) = active_from("2026-01-01");
        case.dose(&post, "2026-01-01", "2026-03-31", 100_000);
        case.grades(&RULE, post.person, &[("2026-07-31", None), ("2026-08-01", Some(Red))]);
        case.dose(&post, "2026-04-01", "2026-06-30", 100_000);
        case.grades(&RULE, post.person, &[("2026-08-01", None), ("2026-10-31", None), ("2026-11-01", Some(Red))]);
    }

    #[test]
    fn a_gap_that_goes_on_is_seen_however_old_it_is() {
        let (mut case, post) = active_from("2015-01-01");
        let first = case.dosimeter(&post, "CH", "2015-01-01");
        case.event("dosimeter.returned", first, "2015-03-31", json!({}));
        case.grades(&RULE, post.person, &[("2026-01-01", Some(Red))]);
        case.dosimeter(&post, "CH", "2020-01-01");
        assert_eq!(case.find(&RULE, post.person, "2026-01-01"), [], "results of its own years may have filled it");
    }

    #[test]
    fn maternity_leave_is_no_gap() {
        let (mut case, post) = active_from("2026-01-01");
        case.dose(&post, "2026-01-01", "2026-03-31", 100_000);
        case.event("employment.suspended", post.employment, "2026-04-01", json!({"reason": "MATERNITY"}));
        assert_eq!(case.find(&RULE, post.person, "2026-09-01"), []);
        case.event("employment.resumed", post.employment, "2026-09-01", json!({}));
        case.grades(&RULE, post.person, &[("2026-09-01", None), ("2026-09-02", Some(Yellow))]);
        case.dosimeter(&post, "CH", "2026-09-02");
        assert_eq!(case.find(&RULE, post.person, "2026-12-01"), []);
    }

    #[test]
    fn what_is_open_ends_with_the_work() {
        let (mut case, post) = active_from("2026-01-01");
        case.event("employment.ended", post.employment, "2026-02-01", json!({"reason": "RESIGN"}));
        case.grades(&RULE, post.person, &[("2026-01-31", Some(Orange)), ("2026-02-01", None)]);
    }

    #[test]
    fn each_employer_has_the_doses_of_his_own_posts_measured() {
        let (mut case, post) = active_from("2026-01-01");
        let other = case.institution(json!({}));
        let other = case.post_at(post.person, other, "2026-01-01", json!({}));
        case.dosimeter(&post, "CH", "2026-01-01");
        let found = case.find(&RULE, post.person, "2026-02-01");
        let whose: Vec<_> = found.iter().map(|finding| finding.institution).collect();
        assert_eq!(whose, [Some(other.institution)]);
    }
}

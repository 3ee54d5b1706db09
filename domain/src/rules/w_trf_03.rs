//! W-TRF-03 人员重复在册/剂量史缺口/未承接预警: a worker active at two institutions, a gap in his history, or warnings that
//! nobody took over with his file.
//!
//! Who is active at several institutions needs a registered multi-site practice at all but one of them. Who received
//! his file accepts the warnings that go with it within ten working days of the transfer. And whoever says that he
//! worked with radiation before he was first employed in this ledger owes the history of those years; a year that
//! somebody declared as not known is explained. That the doses of an employment in this ledger are missing is
//! W-DOSE-12.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, RULES, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, RADIATION_WORKERS, product};
use crate::person_codes::EmploymentState;
use crate::record::{Entry, Need};
use crate::records::employment::{self, Employment};
use crate::records::person::{self, Custodian, Person};
use crate::records::transfer::{self, Transfer};
use crate::records::warning;
use crate::reference_codes::ParameterName;
use crate::transfer_codes::{TransferState, TransferType};
use crate::warning_codes::WarningGrade::{Orange, Yellow};

/// Working days after a transfer in which its warnings are accepted.
const ACCEPT_WORKDAYS: u32 = 10;
/// Days of radiation work of which nobody knows anything.
const GAP_DAYS: i64 = 90;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TRF-03",
    since: 2,
    zh: "人员重复在册/剂量史缺口/未承接预警",
    en: "Duplicate active employment, history gap or unaccepted warnings after transfer",
    subject: Kind::Person,
    feeds: &[Kind::Person, Kind::Employment, Kind::Transfer, Kind::Warning],
    parameters: &[ParameterName::MultiSiteGrace],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation { instrument: &RADIATION_WORKERS, clause: "第十二条、第二十七条" }, product("§6")],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Yellow), county: Some(Yellow), city: Some(Orange) },
    cleared_zh: "登记多点执业、结束其中一个岗位、承接预警，或说明并签署缺口情况",
    cleared_en: "multi-site practice registered, one post ended, warnings accepted, or the gap explained and signed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = person::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(person) = entry.state.person() else { return Ok(Vec::new()) };
    let employments = look.all(&employment::person_key(subject))?;
    let known = employments.iter().filter_map(|(id, entry)| Some((*id, entry.state.employment()?)));
    let known: Vec<(Uuid, &Employment)> = known.filter(|(_, employment)| !employment.active.is_empty()).collect();
    let transfers = look.all(&transfer::person_key(subject))?;
    let grace = look.value(ParameterName::MultiSiteGrace)?;
    let mut found = twice(&known, &transfers, grace);
    found.extend(not_accepted(subject, person, look)?);
    found.extend(unknown(subject, person, &known, &transfers));
    Ok(found)
}

fn of(transfers: &[(Uuid, Arc<Entry>)]) -> impl Iterator<Item = &Transfer> {
    transfers.iter().filter_map(|(_, entry)| entry.state.transfer())
}

/// Active at several institutions: one finding for each that has not registered him.
fn twice(known: &[(Uuid, &Employment)], transfers: &[(Uuid, Arc<Entry>)], grace: i64) -> Vec<Finding> {
    let active = known.iter().filter(|(_, employment)| employment.state == EmploymentState::Active);
    let posts: Vec<(Uuid, Uuid, Date)> = active
        .filter_map(|(id, employment)| {
            let since = unregistered_since(employment.institution, transfers)?;
            Some((*id, employment.institution, employment.active.last()?.from.max(since)))
        })
        .collect();
    let with_another = posts.iter().filter_map(|(id, institution, from)| {
        let others = posts.iter().filter(|(_, other, _)| other != institution);
        let since = others.map(|(.., other)| *other).min()?.max(*from);
        let steps = Steps::from(since, Yellow).then(since.add_days(grace + 1), Orange);
        Some(Finding::new(format!("twice/{id}"), steps).of(*institution).on(employment::reference(*id)))
    });
    with_another.collect()
}

/// Since when no multi-site practice at an institution is registered; none while one is.
fn unregistered_since(institution: Uuid, transfers: &[(Uuid, Arc<Entry>)]) -> Option<Date> {
    let practices = of(transfers).filter(|transfer| {
        transfer.request.type_ == TransferType::MultiSite
            && transfer.standing.state == TransferState::Completed
            && transfer.request.to_institution == Some(institution)
    });
    let mut ends = practices.map(|practice| practice.practice_ended_on);
    ends.try_fold(Date::from_days(0), |since, ended| Some(since.max(ended?)))
}

/// What the institution that holds the file since a transfer has not accepted.
fn not_accepted(subject: Uuid, person: &Person, look: &Look<'_>) -> Result<Option<Finding>, Need> {
    let (Some(custody), Custodian::Institution(custodian)) = (&person.custody, person.custodian()) else {
        return Ok(None);
    };
    let record = person::reference(subject);
    let about_workers = RULES.iter().filter(|rule| rule.subject == Kind::Person);
    let keys: Vec<_> = about_workers.map(|rule| warning::warnings_key(rule.id, &record)).collect();
    let mut open = Vec::new();
    for (id, entry) in look.all_of(&keys)?.iter().flat_map(|of_rule| of_rule.iter()) {
        let Some(warning) = entry.state.warning() else { continue };
        let inherited = warning.institution.is_none() && warning.raised_on <= custody.since;
        let of_itself = warning.occurrence.starts_with(NOT_ACCEPTED);
        if inherited && !of_itself && !warning.is_over() && warning.accepted_by != Some(custodian) {
            open.push(warning::reference(*id));
        }
    }
    if open.is_empty() {
        return Ok(None);
    }
    let due = look.calendar()?.add(custody.since, ACCEPT_WORKDAYS);
    let finding = Finding::new(format!("{NOT_ACCEPTED}/{}", custody.transfer), Steps::from(due.add_days(1), Orange));
    let count = i64::try_from(open.len()).unwrap_or(i64::MAX);
    Ok(Some(finding.by(due).with("warnings_open", count).on(record).on_all(open)))
}

/// What the occurrence of a transfer whose warnings were not accepted begins with.
const NOT_ACCEPTED: &str = "inherited";

/// Years of radiation work before his first employment of which nobody declared anything.
fn unknown(
    subject: Uuid,
    person: &Person,
    known: &[(Uuid, &Employment)],
    transfers: &[(Uuid, Arc<Entry>)],
) -> Vec<Finding> {
    let first = known.iter().filter_map(|(_, employment)| Some(employment.active.first()?.from)).min();
    let works = known.iter().any(|(_, employment)| employment.state != EmploymentState::Ended);
    let (Some(since), Some(first), true) = (person.profile.radiation_work_since, first, works) else {
        return Vec::new();
    };
    let declared = of(transfers).flat_map(|transfer| &transfer.history);
    let declared = declared.filter(|line| line.accepted != Some(false)).map(|line| line.declared.year).collect();
    let gaps = gaps(since, first, &declared).into_iter().filter(|(from, to)| to.days() - from.days() > GAP_DAYS);
    gaps.map(|(from, to)| {
        let days = to.days() - from.days();
        let finding = Finding::new(format!("gap/{from}"), Steps::from(first, Yellow));
        finding.on(person::reference(subject)).with("gap_days", days)
    })
    .collect()
}

/// The stretches of `since..first` whose years are not among these; each ends on the first day no longer in it.
fn gaps(since: Date, first: Date, years: &BTreeSet<i64>) -> Vec<(Date, Date)> {
    let mut gaps: Vec<(Date, Date)> = Vec::new();
    let mut from = since;
    while from < first {
        let year = from.0.year();
        let next = jiff::civil::Date::new(year.saturating_add(1), 1, 1).map_or(first, Date);
        let to = next.min(first);
        if !years.contains(&i64::from(year)) {
            match gaps.last_mut().filter(|last| last.1 == from) {
                Some(last) => last.1 = to,
                None => gaps.push((from, to)),
            }
        }
        from = to;
    }
    gaps
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use signing::bytes::LedgerId;

    use super::super::case::Case;
    use super::super::case_health::Worker;
    use super::*;

    /// A worker who is active at two institutions since a day.
    fn at_two(case: &mut Case) -> (Worker, Uuid) {
        let worker = case.worker("2020-03-02");
        let other = case.institution(json!({}));
        case.employed(worker.person, other, "2026-03-02", json!({}));
        (worker, other)
    }

    fn practice(case: &mut Case, worker: Worker, to: Uuid, on: &str) -> Uuid {
        let practice = case.transfer(worker, to, "2026-03-02", json!({"type": "H"}));
        case.passed(practice, on, &["RELEASING_INST", "RECEIVING_INST", "RECEIVING_COUNTY"]);
        practice
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let (worker, other) = at_two(&mut case);
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-03-01", None),
                ("2026-03-02", Some(Yellow)),
                ("2026-03-20", Some(Yellow)),
                ("2026-04-01", Some(Yellow)),
                ("2026-04-02", Some(Orange)),
            ],
        );
        let found = case.find(&RULE, worker.person, "2026-03-20");
        let told: Vec<_> = found.iter().filter_map(|finding| finding.institution).collect();
        assert_eq!(told, [worker.institution, other], "both are told");
        let practice = practice(&mut case, worker, other, "2026-03-20");
        assert_eq!(case.find(&RULE, worker.person, "2026-03-20"), []);
        case.event("transfer.practice_ended", practice, "2026-06-01", json!({"by": "RELEASING"}));
        let again = [("2026-05-31", None), ("2026-06-01", Some(Yellow)), ("2026-07-02", Some(Orange))];
        case.grades(&RULE, worker.person, &again);
    }

    #[test]
    fn one_employment_ended_clears_it() {
        let mut case = Case::new();
        let (worker, _) = at_two(&mut case);
        case.event("employment.ended", worker.employment, "2026-03-20", json!({"reason": "RESIGN"}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-20"), []);
    }

    #[test]
    fn a_practice_registered_for_one_of_three_leaves_two() {
        let mut case = Case::new();
        let (worker, other) = at_two(&mut case);
        practice(&mut case, worker, other, "2026-03-20");
        let third = case.institution(json!({}));
        case.employed(worker.person, third, "2026-03-25", json!({}));
        let found = case.find(&RULE, worker.person, "2026-03-25");
        let told: Vec<_> = found.iter().filter_map(|finding| finding.institution).collect();
        assert_eq!(told, [worker.institution, third]);
    }

    #[test]
    fn warnings_that_come_with_a_file_are_accepted_within_ten_working_days() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let other = case.institution(json!({}));
        let person = json!({"kind": "person", "id": worker.person});
        let raise = |case: &mut Case, on: &str, more| {
            let data = json!({"rule": "W-HLT-02", "rule_version": 2, "subject": person, "occurrence": on,
                "grade": "BLUE",
                "since": on, "person": worker.person});
            let id = warning::id_of(LedgerId([1; 16]), "W-HLT-02", &person::reference(worker.person), on);
            case.event("warning.raised", id, on, super::super::case::with(data, more));
            id
        };
        let inherited = raise(&mut case, "2026-02-20", json!({}));
        raise(&mut case, "2026-02-21", json!({"institution": worker.institution}));
        let moved = json!({"transfer": case.id(), "institution": other, "outside": false});
        case.event("person.custody_moved", worker.person, "2026-03-02", moved);
        raise(&mut case, "2026-03-03", json!({}));
        let late = [("2026-03-16", None), ("2026-03-17", Some(Orange)), ("2027-01-04", Some(Orange))];
        case.grades(&RULE, worker.person, &late);
        assert_eq!(case.find(&RULE, worker.person, "2026-03-17")[0].figures, [("warnings_open", 1)]);
        case.event("warning.accepted", inherited, "2026-03-18", json!({"institution": other}));
        assert_eq!(case.find(&RULE, worker.person, "2026-03-18"), []);
    }

    #[test]
    fn a_history_before_the_first_employment() {
        let with_history = |since: &str, years: &[i64]| {
            let mut case = Case::new();
            let institution = case.institution(json!({}));
            let person = case.person(institution, json!({"radiation_work_since": since}));
            let employment = case.employed(person, institution, "2020-04-01", json!({}));
            let into = json!({"type": "E", "by": "RECEIVING", "from_institution": null, "from_area": null,
                "outside": "市外某医院", "history_by_hand": true});
            let transfer = case.transfer(Worker { person, institution, employment }, institution, "2020-04-01", into);
            for year in years {
                let line = json!({"year": year, "confidence": "C", "source": "市外某医院"});
                case.event("transfer.history_declared", transfer, "2020-04-01", line);
            }
            let found = case.find(&RULE, person, "2020-04-01");
            found.iter().map(|finding| (finding.occurrence.to_string(), finding.figures[0].1)).collect::<Vec<_>>()
        };
        assert_eq!(with_history("2020-01-02", &[]), [], "ninety days");
        assert_eq!(with_history("2020-01-01", &[]), [("gap/2020-01-01".to_owned(), 91)]);
        assert_eq!(
            with_history("2016-03-01", &[2017, 2019, 2020]),
            [("gap/2016-03-01".to_owned(), 306), ("gap/2018-01-01".to_owned(), 365)]
        );
        assert_eq!(with_history("2018-03-01", &[2020]), [("gap/2018-03-01".to_owned(), 671)], "one gap of two years");
        assert_eq!(with_history("2018-03-01", &[2018, 2019, 2020]), []);
    }
}

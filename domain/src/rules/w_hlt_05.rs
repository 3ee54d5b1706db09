//! W-HLT-05 应急或事故照射后未及时检查: no examination after an exposure that calls for one.
//!
//! Looked at here is a dose of 20 mSv and more in one period; incidents are no kind of record yet. It is known from
//! the day on which its result was recorded; 'in time' has no number in law, three days are policy. Where an
//! investigation was accepted, the dose that it found counts. Looked at are the last five years, as far back as an
//! offence against life and health is pursued (行政处罚法 第三十六条).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::exams::reports;
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::dose::{Line, sums, year_of};
use crate::health_codes::ExamKind;
use crate::investigation_codes::{DoseQuantity, InvestigationBasis};
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_SAFETY, RADIATION_WORKERS};
use crate::record::{Entry, Need};
use crate::records::{dose_result, exam_result, investigation};
use crate::warning_codes::WarningGrade::{Orange, Red};

/// Effective dose in one period from which on he is examined.
const LEVEL_NSV: i64 = 20_000_000;
/// Days in which he is examined.
const DAYS: i64 = 3;
/// Calendar years that are looked at.
const YEARS: i16 = 5;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-HLT-05",
    since: 2,
    zh: "应急或事故照射后未及时检查",
    en: "No examination after emergency or accidental exposure",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::ExamResult, Kind::Investigation],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &RADIATION_WORKERS, clause: "第二十一条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十七条第二款" },
            Citation { instrument: &RADIATION_SAFETY, clause: "第四十五条" },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Orange), unit: Some(Orange), county: Some(Orange), city: Some(Orange) },
    cleared_zh: "完成应急健康检查并建立随访计划",
    cleared_en: "emergency examination concluded and follow-up plan filed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// What was worn over one period in one employment.
#[derive(Default)]
struct Period {
    lines: Vec<Line>,
    results: Vec<RecordRef>,
    known_on: Option<Date>,
}

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let mut high = periods(subject, look)?;
    high.retain(|_, period| sums(period.lines.iter()).life() >= LEVEL_NSV);
    if high.is_empty() {
        return Ok(Vec::new());
    }
    let exams = look.all(&exam_result::person_key(subject))?;
    let investigations = look.all(&investigation::investigations_key(subject))?;
    let mut found = Vec::new();
    for ((from, to, employment), period) in high {
        let Some(known_on) = period.known_on else { continue };
        if is_examined(from, &exams) || is_found_lower(&period, &investigations) {
            continue;
        }
        let steps = Steps::from(known_on, Orange).then(known_on.add_days(DAYS + 1), Red);
        let nsv = sums(period.lines.iter()).life();
        let finding = Finding::new(format!("{from}/{to}/{employment}"), steps).with("effective_nsv", nsv);
        found.push(finding.on_all(period.results));
    }
    Ok(found)
}

/// What was worn on the body in the years that are looked at, by period and employment.
fn periods(person: Uuid, look: &Look<'_>) -> Result<BTreeMap<(Date, Date, Uuid), Period>, Need> {
    let year = year_of(look.day);
    if let Ok(next) = jiff::civil::Date::new(year.saturating_add(1), 1, 1) {
        look.again_on(Date(next));
    }
    let mut periods: BTreeMap<_, Period> = BTreeMap::new();
    let keys: Vec<_> = ((year - YEARS + 1)..=year).map(|year| dose_result::results_key(person, year)).collect();
    for (id, entry) in look.all_of(&keys)?.iter().flat_map(|of_year| of_year.iter()) {
        let result = entry.state.dose_result().filter(|result| result.reading.position.is_of_the_body());
        let Some(line) = result.and_then(|result| result.line()) else { continue };
        let period = periods.entry((line.from, line.to, line.employment)).or_default();
        let record = dose_result::reference(*id);
        // Worn over the turn of a year, it stands under both.
        if !period.results.contains(&record) {
            period.results.push(record);
            period.lines.push(line);
            period.known_on = period.known_on.max(Some(entry.day));
        }
    }
    Ok(periods)
}

/// Whether he was examined for it, with a plan of what follows.
fn is_examined(exposed_from: Date, exams: &[(Uuid, Arc<Entry>)]) -> bool {
    reports(exams).any(|(_, result, report)| {
        let planned = report.follow_up_plan.is_some()
            || report.examination.follow_up_until.is_some()
            || !report.follow_ups.is_empty();
        result.kind == ExamKind::Emergency && report.examination.exam_on >= exposed_from && planned
    })
}

/// Whether an investigation of its results was accepted with a lower dose.
fn is_found_lower(period: &Period, investigations: &[(Uuid, Arc<Entry>)]) -> bool {
    let known = investigations.iter().filter_map(|(_, entry)| entry.state.investigation());
    let mut accepted = known.filter(|known| {
        let of_it = known.results.iter().flatten().any(|id| period.results.iter().any(|result| result.id == *id));
        // The dose that was found of a year says nothing of a period.
        let of_period = matches!(known.basis, InvestigationBasis::Period | InvestigationBasis::Unusual);
        of_it && of_period && known.quantity == DoseQuantity::Effective
    });
    accepted.any(|known| known.outcome.as_ref().is_some_and(|outcome| outcome.final_nsv < LEVEL_NSV))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::super::case_health::Worker;
    use super::*;

    fn dose(case: &mut Case, worker: Worker, nsv: i64, on: &str, more: Json) -> Uuid {
        let data = json!({"report": case.id(), "line_no": 1, "person": {"kind": "person", "id": worker.person},
            "employment": worker.employment, "category": "2A", "reason": "1", "radiation": ["X"],
            "dosimeter_kind": "TLD", "dosimeter_no": "T-1", "position": "CH", "wear_from": "2026-01-01",
            "wear_to": "2026-03-31", "nominal_months": 3, "hp10_nsv": nsv, "mdl_nsv": 20_000, "flag": "NORMAL",
            "effective_nsv": nsv, "method": "SINGLE", "background_subtracted": true, "dose_year": 2026});
        case.begin("dose_result.reported", on, super::super::case::with(data, more))
    }

    fn emergency(case: &mut Case, worker: Worker, on: &str, more: Json) -> Uuid {
        case.exam(worker, ExamKind::Emergency, on, "E2", more)
    }

    #[test]
    fn the_worked_cases_with_a_dose_in_the_place_of_an_incident() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        dose(&mut case, worker, 25_000_000, "2026-05-01", json!({}));
        case.grades(
            &RULE,
            worker.person,
            &[
                ("2026-04-30", None),
                ("2026-05-02", Some(Orange)),
                ("2026-05-04", Some(Orange)),
                ("2026-05-05", Some(Red)),
                ("2030-12-31", Some(Red)),
                ("2031-01-01", None),
            ],
        );
        assert_eq!(case.find(&RULE, worker.person, "2026-05-02")[0].figures, [("effective_nsv", 25_000_000)]);
    }

    #[test]
    fn below_and_at_the_level() {
        for (nsv, grade) in [(19_999_999, None), (20_000_000, Some(Red))] {
            let mut case = Case::new();
            let worker = case.worker("2020-03-02");
            dose(&mut case, worker, nsv, "2026-05-01", json!({}));
            case.grades(&RULE, worker.person, &[("2026-05-05", grade)]);
        }
    }

    #[test]
    fn two_dosimeters_are_one_dose_and_a_turn_of_the_year_one_period() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        for (position, hp10) in [("UA", 20_000_000), ("CO", 40_000_000)] {
            let double = json!({"position": position, "hp10_nsv": hp10, "effective_nsv": 20_800_000, "method": "DOUBLE",
                "wear_from": "2025-12-01", "wear_to": "2026-02-28"});
            dose(&mut case, worker, 0, "2026-05-01", double);
        }
        let found = case.find(&RULE, worker.person, "2026-05-02");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].figures, [("effective_nsv", 20_800_000)]);
        assert_eq!(found[0].inputs.len(), 2);
    }

    #[test]
    fn an_examination_with_a_plan_clears_it() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        dose(&mut case, worker, 25_000_000, "2026-05-01", json!({}));
        emergency(&mut case, worker, "2025-12-31", json!({"follow_up_until": "2026-12-31"}));
        let exam = emergency(&mut case, worker, "2026-05-02", json!({}));
        case.grades(&RULE, worker.person, &[("2026-05-02", Some(Orange))]);
        let person = json!({"kind": "person", "id": worker.person});
        let follow_up = json!({"person": person, "by": "EXAMINER", "text": Case::sealed()});
        case.event("exam_result.follow_up_recorded", exam, "2026-05-03", follow_up);
        assert_eq!(case.find(&RULE, worker.person, "2026-05-03"), []);
    }

    #[test]
    fn the_dose_that_an_accepted_investigation_found_counts() {
        for (nsv, grade) in [(300_000, None), (20_000_000, Some(Orange))] {
            let mut case = Case::new();
            let worker = case.worker("2020-03-02");
            let result = dose(&mut case, worker, 25_000_000, "2026-05-01", json!({}));
            let person = json!({"kind": "person", "id": worker.person});
            let opened = json!({"person": person, "employment": worker.employment, "basis": "PERIOD", "quantity": "E",
                "dose_nsv": 25_000_000, "results": [result]});
            let investigation = case.begin("investigation.opened", "2026-05-01", opened);
            let filed = json!({"person": person, "wear_correct": true, "non_occupational": false, "near_source": true,
                "cause": "LEFT_IN_FIELD", "finding": "ARTEFACT", "report": Case::sealed()});
            case.event("investigation.filed", investigation, "2026-05-02", filed);
            case.grades(&RULE, worker.person, &[("2026-05-02", Some(Orange))]);
            let accepted = json!({"person": person, "finding": "NOMINAL", "final_nsv": nsv, "correct_results": true});
            case.event("investigation.accepted", investigation, "2026-05-03", accepted);
            case.grades(&RULE, worker.person, &[("2026-05-03", grade)]);
        }
    }
}

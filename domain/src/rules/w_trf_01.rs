//! W-TRF-01 档案流动节点审核超时: a step of a transfer waits for too long.
//!
//! Counted are the working days for which the case has waited at its step; while it is suspended, the clock stands and
//! the grade with it. The worker is only reminded: after twenty days his silence lets the case go on with the
//! statutory part (workflows §20.3). A dispute waits for the city in the same way. A warning lies with the side whose
//! step it is.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, product};
use crate::record::Need;
use crate::records::transfer::{self, Transfer};
use crate::transfer_codes::{TransferState, TransferStep};
use crate::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};
use crate::workdays::Calendar;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TRF-01",
    since: 2,
    zh: "档案流动节点审核超时",
    en: "Transfer step overdue",
    subject: Kind::Transfer,
    feeds: &[Kind::Transfer],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            product("§6"),
            Citation {
                instrument: &OCCUPATIONAL_DISEASE, clause: "第三十六条第三款、第七十一条第（五）项"
            },
        ],
        evaluate,
    }],
    told: Told { worker: Some(Blue), unit: Some(Blue), county: Some(Orange), city: Some(Red) },
    cleared_zh: "该环节已签署决定（同意、退回或不予流动）",
    cleared_en: "step decided (approved, returned or rejected) with a signature",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// Working days that a step has waited for more than, and the grade.
const LADDER: [(i64, WarningGrade); 4] = [(3, Blue), (5, Yellow), (10, Orange), (20, Red)];
/// The same for the worker's consent.
const CONSENT: [(i64, WarningGrade); 1] = [(10, Blue)];

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = transfer::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(transfer) = entry.state.transfer() else { return Ok(Vec::new()) };
    let step = transfer.standing.step;
    let what = match transfer.standing.state {
        TransferState::Open | TransferState::Suspended => step.as_str(),
        TransferState::Disputed => TransferState::Disputed.as_str(),
        TransferState::Rejected | TransferState::Withdrawn | TransferState::Completed => return Ok(Vec::new()),
    };
    let steps = waiting(transfer, &look.calendar()?);
    let request = &transfer.request;
    let side = match step {
        TransferStep::ReceivingInstitution | TransferStep::ReceivingCounty | TransferStep::HandedOver => {
            request.to_institution.or(request.from_institution)
        }
        TransferStep::WorkerConsent
        | TransferStep::ReleasingInstitution
        | TransferStep::ReleasingCounty
        | TransferStep::Packaging
        | TransferStep::City => request.from_institution.or(request.to_institution),
    };
    let finding = Finding::new(format!("{what}-{}", transfer.step_since()), steps).on(record);
    let finding = finding.concerning(request.person.id);
    Ok(vec![match side {
        Some(institution) => finding.of(institution),
        None => finding,
    }])
}

/// From which day on it has waited for how long.
fn waiting(transfer: &Transfer, calendar: &Calendar) -> Steps {
    let ladder: &[_] = match transfer.standing.step {
        TransferStep::WorkerConsent => &CONSENT,
        _ => &LADDER,
    };
    let before = transfer.waited_before(calendar);
    let runs = transfer.standing.state != TransferState::Suspended;
    let days = ladder.iter().filter_map(|(over, grade)| {
        let left = u32::try_from(over + 1 - before).unwrap_or(0);
        (runs || left == 0).then(|| (calendar.add(transfer.since, left), *grade))
    });
    days.fold(Steps::never(), |steps, (day, grade)| steps.then(day, grade))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    /// A transfer that has waited for the releasing county since a day.
    fn at_the_county(case: &mut Case, since: &str) -> Uuid {
        let worker = case.worker("2020-03-02");
        let other = case.institution(json!({}));
        let transfer = case.transfer(worker, other, "2026-02-02", json!({}));
        case.passed(transfer, since, &["RELEASING_INST"]);
        transfer
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let transfer = at_the_county(&mut case, "2026-03-02");
        case.grades(
            &RULE,
            transfer,
            &[
                ("2026-03-05", None),
                ("2026-03-06", Some(Blue)),
                ("2026-03-09", Some(Blue)),
                ("2026-03-10", Some(Yellow)),
                ("2026-03-11", Some(Yellow)),
                ("2026-03-16", Some(Yellow)),
                ("2026-03-17", Some(Orange)),
                ("2026-03-30", Some(Orange)),
                ("2026-03-31", Some(Red)),
            ],
        );
        assert_eq!(case.find(&RULE, transfer, "2026-03-17")[0].occurrence, "RELEASING_COUNTY-2026-03-02");
    }

    #[test]
    fn holidays_do_not_count() {
        let mut case = Case::new();
        let days: Vec<_> = ["2026-03-04", "2026-03-05"].map(|day| json!({"date": day, "kind": "HOLIDAY"})).into();
        let table = json!({"year": 2026, "document": "国办发明电〔2025〕1号", "days": days});
        case.begin("holiday_table.published", "2025-11-10", table);
        let transfer = at_the_county(&mut case, "2026-03-02");
        case.grades(&RULE, transfer, &[("2026-03-09", None), ("2026-03-10", Some(Blue)), ("2026-03-12", Some(Yellow))]);
    }

    #[test]
    fn the_clock_stands_while_it_is_suspended() {
        let mut case = Case::new();
        let transfer = at_the_county(&mut case, "2026-03-02");
        case.event("transfer.suspended", transfer, "2026-03-06", json!({"step": "RELEASING_COUNTY"}));
        case.grades(&RULE, transfer, &[("2026-03-06", Some(Blue)), ("2026-12-31", Some(Blue))]);
        case.event("transfer.resumed", transfer, "2026-04-01", json!({"step": "RELEASING_COUNTY"}));
        case.grades(&RULE, transfer, &[("2026-04-02", Some(Blue)), ("2026-04-03", Some(Yellow))]);
        let found = case.find(&RULE, transfer, "2026-04-03");
        assert_eq!(found[0].occurrence, "RELEASING_COUNTY-2026-03-02", "still the same warning");
        case.event("transfer.suspended", transfer, "2026-04-10", json!({"step": "RELEASING_COUNTY"}));
        case.grades(&RULE, transfer, &[("2026-05-30", Some(Orange))]);
    }

    #[test]
    fn a_decision_clears_it_and_the_next_step_begins_anew() {
        let mut case = Case::new();
        let transfer = at_the_county(&mut case, "2026-03-02");
        case.event("transfer.approved", transfer, "2026-03-20", json!({"step": "RELEASING_COUNTY"}));
        case.grades(&RULE, transfer, &[("2026-03-25", None), ("2026-03-26", Some(Blue))]);
        let refusal = json!({"step": "RECEIVING_INST", "ground": "NOT_EMPLOYED"});
        case.event("transfer.rejected", transfer, "2026-03-26", refusal);
        assert_eq!(case.find(&RULE, transfer, "2026-03-26"), []);
        case.event("transfer.disputed", transfer, "2026-03-27", json!({"by": "WORKER"}));
        assert_eq!(case.find(&RULE, transfer, "2026-03-27")[0].occurrence, "DISPUTED-2026-03-27");
    }

    #[test]
    fn the_worker_is_reminded_only() {
        let mut case = Case::new();
        let worker = case.worker("2020-03-02");
        let other = case.institution(json!({}));
        let transfer = case.transfer(worker, other, "2026-03-02", json!({}));
        case.grades(&RULE, transfer, &[("2026-03-16", None), ("2026-03-17", Some(Blue)), ("2026-12-31", Some(Blue))]);
    }
}

//! W-DOSE-02 个人剂量监测报告逾期送达: a dose report was not delivered within a month of its period.
//!
//! What is due follows from the contract, since one report answers for all workers of a period, and not from each
//! dosimeter: a laboratory that is late is one matter, not one for every worker. Periods begin with the first report,
//! or with the contract while there is none, and each begins the day after the one before. The first of them without a
//! report is what the laboratory owes; when that has come, the next is. The duty stays with the laboratory.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, RADIATION_WORKERS};
use crate::record::Need;
use crate::records::dose_report;
use crate::records::monitoring_contract::{self, MonitoringContract};
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-02",
    since: 2,
    zh: "个人剂量监测报告逾期送达",
    en: "Dose report not delivered within one month",
    subject: Kind::MonitoringContract,
    feeds: &[Kind::MonitoringContract, Kind::DoseReport],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation { instrument: &RADIATION_WORKERS, clause: "第十五条" }],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "监测机构已签发该周期的监测报告",
    cleared_en: "report of the period signed by the laboratory",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = monitoring_contract::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(contract) = entry.state.monitoring_contract() else { return Ok(Vec::new()) };
    let reports = look.all(&dose_report::reports_key(subject))?;
    let headers = reports.iter().filter_map(|(_, entry)| entry.state.dose_report()).map(|report| &report.header);
    let mut covered: Vec<(Date, Date)> = headers.map(|header| (header.period_from, header.period_to)).collect();
    covered.sort_unstable();
    let Some(to) = owed(contract, &covered) else { return Ok(Vec::new()) };
    let due = add_months(to, 1);
    let steps = Steps::from(due.add_days(-7), Blue)
        .then(due.add_days(-3), Yellow)
        .then(due.add_days(1), Orange)
        .then(due.add_days(16), Red);
    Ok(vec![Finding::new(to, steps).by(due).on(record).of(contract.terms.laboratory)])
}

/// Last day of the first period that no report covers, given the periods of the reports in order; none when the
/// contract ended before. A report belongs to a period when it begins within it: not every laboratory begins on the
/// first.
fn owed(contract: &MonitoringContract, covered: &[(Date, Date)]) -> Option<Date> {
    let months = i32::try_from(contract.terms.cycle_months).unwrap_or(1).max(1);
    let last_of = |from: Date| {
        let last = add_months(from, months).add_days(-1);
        contract.until().map_or(last, |until| last.min(until.add_days(-1)))
    };
    let mut from = covered.first().map_or(contract.terms.from, |(from, _)| *from);
    for (begins, ends) in covered {
        if *begins > last_of(from) {
            break;
        }
        from = from.max(ends.add_days(1));
    }
    contract.until().is_none_or(|until| from < until).then(|| last_of(from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    fn case() -> (Case, Uuid, Uuid) {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let laboratory = case.institution(json!({"kinds": ["TSO"]}));
        let contract = case.contract(institution, laboratory, "2026-01-01", 3);
        (case, contract, laboratory)
    }

    fn report(case: &mut Case, (contract, laboratory): (Uuid, Uuid), from: &str, to: &str, on: &str) -> Uuid {
        case.begin(
            "dose_report.issued",
            on,
            json!({"contract": contract, "laboratory": laboratory,
            "report_no": from, "period_from": from, "period_to": to, "lines": 1, "persons": 1, "below_mdl": 0,
            "effective_sum_nsv": 0, "read_on": on, "signed_on": on, "qualification_no": "1"}),
        )
    }

    #[test]
    fn the_worked_cases() {
        let (case, contract, laboratory) = case();
        case.grades(
            &RULE,
            contract,
            &[
                ("2026-04-22", None),
                ("2026-04-23", Some(Blue)),
                ("2026-04-26", Some(Blue)),
                ("2026-04-27", Some(Yellow)),
                ("2026-04-30", Some(Yellow)),
                ("2026-05-01", Some(Orange)),
                ("2026-05-05", Some(Orange)),
                ("2026-05-15", Some(Orange)),
                ("2026-05-16", Some(Red)),
            ],
        );
        let found = case.find(&RULE, contract, "2026-05-05");
        assert_eq!((found[0].occurrence.as_str(), found[0].institution), ("2026-03-31", Some(laboratory)));
    }

    #[test]
    fn with_the_report_the_next_period_is_owed() {
        let (mut case, contract, laboratory) = case();
        let both = (contract, laboratory);
        report(&mut case, both, "2026-01-01", "2026-03-31", "2026-04-20");
        let due = |case: &Case| case.find(&RULE, contract, "2026-05-16")[0].due_on.map(|due| due.to_string());
        assert_eq!(due(&case).as_deref(), Some("2026-07-30"));
        case.grades(&RULE, contract, &[("2026-05-16", None), ("2026-07-31", Some(Orange))]);
        // The third quarter came, the second never did; a few days between two periods are none.
        let third = report(&mut case, both, "2026-07-03", "2026-09-30", "2026-10-10");
        assert_eq!(due(&case).as_deref(), Some("2026-07-30"));
        case.event("dose_report.corrected", third, "2026-10-11", json!({"set": {"period_from": "2026-04-03"}}));
        assert_eq!(due(&case).as_deref(), Some("2027-01-31"));
    }

    #[test]
    fn nothing_is_owed_after_the_end_of_the_contract() {
        let (mut case, contract, laboratory) = case();
        case.event("monitoring_contract.ended", contract, "2026-05-16", json!({}));
        report(&mut case, (contract, laboratory), "2026-01-01", "2026-03-31", "2026-04-20");
        case.grades(&RULE, contract, &[("2026-06-15", Some(Yellow)), ("2026-06-16", Some(Orange))]);
        report(&mut case, (contract, laboratory), "2026-04-01", "2026-05-15", "2026-06-16");
        assert_eq!(case.find(&RULE, contract, "2026-12-01"), []);
    }

    #[test]
    fn months_run_from_the_first_to_the_last_day() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let laboratory = case.institution(json!({"kinds": ["TSO"]}));
        let contract = case.contract(institution, laboratory, "2026-01-01", 1);
        for (from, to, next) in [("2026-01-01", "2026-01-31", "2026-02-28"), ("2026-02-01", "2026-02-28", "2026-03-31")]
        {
            report(&mut case, (contract, laboratory), from, to, to);
            assert_eq!(case.find(&RULE, contract, "2026-03-01")[0].occurrence, next);
        }
    }
}

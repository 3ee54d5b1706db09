//! W-TSO-03 检测/评价报告上传逾期: a laboratory filed its report late after the field work.
//!
//! The days from the end of the field work to the report in the ledger are policy, a parameter that counts as it stood
//! when the report came. A report can only be seen once it is there: how late it came is a fact that nothing mends, and
//! an officer closes it. Nobody can file before he was approved here, so what a laboratory brings with it counts from
//! its approval. Evaluations of projects and tests of proficiency wait for kinds of their own.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, tested};
use crate::catalog::Kind;
use crate::law::{Citation, RADIATION_WORKERS};
use crate::qc_codes::TestState;
use crate::record::Need;
use crate::records::institution;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TSO-03",
    since: 2,
    zh: "检测/评价报告上传逾期",
    en: "Report of a laboratory filed late",
    subject: Kind::DeviceTest,
    feeds: &[Kind::DeviceTest],
    parameters: &[ParameterName::ServiceReportDays],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[Citation { instrument: &RADIATION_WORKERS, clause: "第十五条第（一）项" }],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: None, city: Some(Orange) },
    cleared_zh: "核实逾期原因后核销",
    cleared_en: "closed once it is known why it was late",
    closer: Closer::City,
    waivable: true,
    lasting: true,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = tested::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(test) = entry.state.device_test().filter(|test| test.state != TestState::Withdrawn) else {
        return Ok(Vec::new());
    };
    let (Some(days), Some(laboratory)) = (test.days_to_report(), test.laboratory) else { return Ok(Vec::new()) };
    let days = match approved_on(laboratory, look)? {
        Some(approved) => days.min(test.filed_on.days() - approved.days()),
        None => days,
    };
    let overdue = days - look.value_on(ParameterName::ServiceReportDays, test.filed_on)?;
    let Some(grade) = grade(overdue) else { return Ok(Vec::new()) };
    let finding = Finding::new("filed", Steps::from(test.filed_on, grade)).by(test.filed_on.add_days(-overdue));
    Ok(vec![finding.on(record).of(laboratory).with("late_days", overdue)])
}

fn grade(overdue: i64) -> Option<WarningGrade> {
    match overdue {
        ..=0 => None,
        1..=15 => Some(Yellow),
        16..=30 => Some(Orange),
        31.. => Some(Red),
    }
}

/// Day on which a laboratory was approved here for the first time.
fn approved_on(laboratory: Uuid, look: &Look<'_>) -> Result<Option<Date>, Need> {
    let entry = look.record(&institution::reference(laboratory))?;
    let mut marks = entry.iter().flat_map(|entry| &entry.marks);
    Ok(marks.find(|mark| mark.event_type == "institution.approved").map(|mark| mark.origin.date))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, with};
    use super::*;

    /// A test whose field work ended on 2026-03-02, in the ledger since a day.
    fn filed(case: &mut Case, on: &str, more: serde_json::Value) -> Uuid {
        let device = case.device_in_use("X02", "2024-01-08");
        let data = json!({"signed_on": on, "field_work_on": "2026-03-02"});
        case.reported(device, "STA", "2026-02-27", "1", with(data, more))
    }

    #[test]
    fn the_worked_cases() {
        for (on, grade) in [
            ("2026-04-01", None),
            ("2026-04-02", Some(Yellow)),
            ("2026-04-10", Some(Yellow)),
            ("2026-04-16", Some(Yellow)),
            ("2026-04-17", Some(Orange)),
            ("2026-05-01", Some(Orange)),
            ("2026-05-02", Some(Red)),
        ] {
            let mut case = Case::new();
            let test = filed(&mut case, on, json!({}));
            case.grades(&RULE, test, &[("2026-03-31", None), (on, grade), ("2027-01-01", grade)]);
        }
    }

    #[test]
    fn as_the_parameter_stood_when_it_came() {
        let mut case = Case::new();
        let days = case.parameter("TSO_REPORT_DAYS", 20, "2026-03-01");
        let later = json!({"set": {"value": 90, "from_day": "2026-05-01", "source": "市卫健委通知"}});
        case.event("parameter.changed", days, "2026-05-01", later);
        let test = filed(&mut case, "2026-04-10", json!({}));
        let found = case.find(&RULE, test, "2026-06-01");
        assert_eq!(found[0].figures, [("late_days", 19)]);
        assert_eq!(found[0].due_on.map(|day| day.to_string()).as_deref(), Some("2026-03-22"));
        let tried = |days| case.finds_with(&RULE, test, "2026-06-01", (ParameterName::ServiceReportDays, days));
        assert!(tried(38) && !tried(39), "it came after 39 days");
    }

    #[test]
    fn what_was_withdrawn_or_corrected() {
        let mut case = Case::new();
        let test = filed(&mut case, "2026-04-10", json!({}));
        case.event("device_test.corrected", test, "2026-04-11", json!({"set": {"field_work_on": "2026-03-12"}}));
        case.grades(&RULE, test, &[("2026-04-11", None)]);
        let mut case = Case::new();
        let test = filed(&mut case, "2026-04-10", json!({}));
        case.event("device_test.withdrawn", test, "2026-04-11", json!({}));
        case.grades(&RULE, test, &[("2026-04-11", None)]);
    }

    #[test]
    fn what_a_laboratory_brings_with_it_counts_from_its_approval() {
        let mut case = Case::new();
        let laboratory = case.institution(json!({"kinds": ["TSO"]}));
        let late = json!({"laboratory": laboratory, "field_work_on": "2019-06-01", "tested_on": "2019-06-01"});
        let test = filed(&mut case, "2020-02-01", late.clone());
        case.grades(&RULE, test, &[("2020-02-01", None)]);
        let test = filed(&mut case, "2020-02-02", late);
        case.grades(&RULE, test, &[("2020-02-02", Some(Yellow))]);
    }

    #[test]
    fn a_check_of_the_institution_itself_is_no_report() {
        let mut case = Case::new();
        let device = case.device_in_use("X01", "2024-01-08");
        let check = case.checked(device, "CTN", "2026-01-15", false);
        assert!(case.find(&RULE, check, "2026-06-01").is_empty());
    }
}

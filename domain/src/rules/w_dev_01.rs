//! W-DEV-01 放射诊疗设备状态检测到期: the yearly status test of a device is due.
//!
//! At least once a year by a qualified laboratory, counted from the last acceptance or status test that was passed, or
//! by calendar years where the authority set it so. A device that waits as a reserve is tested as one that is used; one
//! under repair or out of service is not. Which was never tested is a matter of W-DEV-03.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, L60, Look, Told, Version, WarningRule, tested};
use crate::catalog::Kind;
use crate::law::{Citation, QC_CT, QC_GAMMA_CAMERA, QC_LINAC, QC_XRAY, RADIOLOGY};
use crate::qc_codes::TestPurpose;
use crate::record::Need;
use crate::records::device;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red};

const DUTY: Citation =
    Citation { instrument: &RADIOLOGY, clause: "第二十条第（二）项、第四十一条第（三）项" };

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DEV-01",
    since: 2,
    zh: "放射诊疗设备状态检测到期",
    en: "Status test of a device due",
    subject: Kind::Device,
    feeds: &[Kind::Device, Kind::DeviceTest],
    parameters: &[ParameterName::DeviceStatusMode],
    versions: &[
        Version { version: 1, from: Date(date(2006, 3, 1)), citations: &[DUTY], evaluate },
        Version {
            version: 2,
            from: Date(date(2021, 5, 1)),
            citations: &[
                DUTY,
                Citation { instrument: &QC_XRAY, clause: "" },
                Citation { instrument: &QC_CT, clause: "" },
                Citation { instrument: &QC_GAMMA_CAMERA, clause: "" },
                Citation { instrument: &QC_LINAC, clause: "" },
            ],
            evaluate,
        },
    ],
    told: Told { worker: None, unit: Some(Blue), county: Some(Orange), city: Some(Red) },
    cleared_zh: "有资质的机构出具合格的状态检测报告",
    cleared_en: "a status test passed, reported by a qualified laboratory",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let Some(device) = tested::device(subject, look)?.filter(tested::is_ready) else { return Ok(Vec::new()) };
    let reports = tested::reports(subject, look)?;
    let Some(due) = tested::due(&reports, look)? else { return Ok(Vec::new()) };
    let last = tested::latest(&reports, |test| {
        test.conclusion.is_passed() && matches!(test.purpose, TestPurpose::Acceptance | TestPurpose::Status)
    });
    let mut finding = Finding::due(due, L60).on(device::reference(subject));
    finding.steps = finding.steps.not_before(device.state_since.date);
    Ok(vec![finding.on_all(last.map(|report| report.record.clone()))])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, day};
    use super::*;
    use crate::warning_codes::WarningGrade::Yellow;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.tested(device, "STA", "2025-06-10", "1");
        case.grades(
            &RULE,
            device,
            &[
                ("2026-04-10", None),
                ("2026-04-11", Some(Blue)),
                ("2026-05-10", Some(Blue)),
                ("2026-05-11", Some(Yellow)),
                ("2026-05-26", Some(Orange)),
                ("2026-06-10", Some(Orange)),
                ("2026-06-11", Some(Red)),
            ],
        );
        let due = |day| tested::status_test_due(device, day, &case.memory).expect("memory holds everything");
        assert_eq!(due(day("2026-04-11")), Some(day("2026-06-10")));
    }

    #[test]
    fn the_next_test_that_is_passed_clears_it() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.tested(device, "STA", "2025-06-10", "1");
        case.tested(device, "STA", "2026-06-12", "2");
        case.grades(&RULE, device, &[("2026-06-12", Some(Red))]);
        let unqualified = case.reported(device, "STA", "2026-06-13", "1", json!({"qualification_no": "无此资质"}));
        case.grades(&RULE, device, &[("2026-06-13", Some(Red))]);
        case.event(
            "device_test.ruled",
            unqualified,
            "2026-06-20",
            json!({"counts": true, "grounds": "资质证书已补验"}),
        );
        case.grades(&RULE, device, &[("2026-06-20", None), ("2027-06-13", Some(Orange)), ("2027-06-14", Some(Red))]);
    }

    #[test]
    fn a_report_without_a_qualification_is_looked_at_every_day() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.tested(device, "STA", "2025-06-10", "1");
        assert_eq!(case.next_look(&RULE, device, "2026-06-13"), None);
        let test = case.reported(device, "STA", "2026-06-12", "1", json!({"qualification_no": "无此资质"}));
        assert_eq!(case.next_look(&RULE, device, "2026-06-13"), Some(day("2026-06-14")));
        case.event("device_test.withdrawn", test, "2026-06-13", json!({}));
        assert_eq!(case.next_look(&RULE, device, "2026-06-13"), None);
    }

    #[test]
    fn what_is_not_used_is_not_tested() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.grades(&RULE, device, &[("2026-07-01", None)]);
        case.tested(device, "ACC", "2025-06-10", "3");
        case.turned(device, "2026-05-01", "STANDBY");
        case.grades(&RULE, device, &[("2026-05-11", Some(Yellow))]);
        case.turned(device, "2026-05-12", "REPAIR");
        case.grades(&RULE, device, &[("2026-05-12", None)]);
        case.turned(device, "2026-08-01", "IN_USE");
        let found = case.find(&RULE, device, "2026-08-03");
        let since = found[0].steps.since(day("2026-08-03"));
        assert_eq!(since, Some((Red, day("2026-08-01"))), "late since it is used again");
    }

    #[test]
    fn by_calendar_years_where_the_authority_set_it() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.tested(device, "STA", "2025-06-10", "1");
        case.parameter("DEV_STATUS_MODE", 1, "2026-01-01");
        case.grades(&RULE, device, &[("2026-10-31", None), ("2026-11-01", Some(Blue)), ("2027-01-01", Some(Red))]);
    }
}

//! W-DEV-04 检测结论不合格设备/场所仍在使用: a device, or its place, failed its last test.
//!
//! In use on the day after the report was signed it is a violation; taken out of use, the repair is awaited for a
//! while. The device itself is judged by the later of its acceptance and status tests, its place by the last workplace
//! test.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::tested::{self, Report};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIOLOGY};
use crate::qc_codes::TestPurpose;
use crate::record::Need;
use crate::records::device::{self, Device};
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

/// Days out of use after which the repair is asked for.
const REPAIR_DAYS: i64 = 30;
/// Days out of use after which it is asked for again.
const REPAIR_LATE_DAYS: i64 = 90;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DEV-04",
    since: 2,
    zh: "检测结论不合格设备/场所仍在使用",
    en: "Device or place that failed its test",
    subject: Kind::Device,
    feeds: &[Kind::Device, Kind::DeviceTest],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation {
                instrument: &OCCUPATIONAL_DISEASE,
                clause: "第二十六条第四款、第七十二条第（一）项、第（五）项",
            },
            Citation { instrument: &RADIOLOGY, clause: "第二十条第（四）项、第四十一条第（一）项" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Blue), city: Some(Blue) },
    cleared_zh: "复测合格，或设备报废",
    cleared_en: "passed when tested again, or decommissioned",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let Some(device) = tested::device(subject, look)? else { return Ok(Vec::new()) };
    if device.stands() == DeviceState::Decommissioned {
        return Ok(Vec::new());
    }
    let reports = tested::reports(subject, look)?;
    let last = [
        tested::latest(&reports, |test| matches!(test.purpose, TestPurpose::Acceptance | TestPurpose::Status)),
        tested::latest(&reports, |test| test.purpose == TestPurpose::Workplace),
    ];
    let failed = last.into_iter().flatten().filter(|report| !report.evidence.conclusion.is_passed());
    let found = failed.map(|report| {
        let finding = Finding::new(report.record.id, steps(&device, report));
        finding.on(report.record.clone()).on(device::reference(subject))
    });
    Ok(found.collect())
}

fn steps(device: &Device, failed: &Report) -> Steps {
    if device.stands() == DeviceState::InUse {
        return Steps::from(failed.signed_on.add_days(1).max(device.state_since.date), Red);
    }
    let stopped = device.stopped_on().unwrap_or(failed.signed_on).max(failed.signed_on);
    Steps::from(stopped.add_days(REPAIR_DAYS + 1), Yellow).then(stopped.add_days(REPAIR_LATE_DAYS + 1), Orange)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn in_use_after_the_report_was_signed() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        case.tested(device, "STA", "2025-04-01", "3");
        case.grades(&RULE, device, &[("2026-04-02", None)]);
        case.reported(device, "STA", "2026-03-28", "2", json!({"signed_on": "2026-04-01"}));
        case.grades(&RULE, device, &[("2026-04-01", None), ("2026-04-02", Some(Red))]);
        case.tested(device, "WRK", "2026-04-03", "1");
        case.grades(&RULE, device, &[("2026-04-03", Some(Red))]);
        case.tested(device, "ACC", "2026-04-04", "1");
        case.grades(&RULE, device, &[("2026-04-04", None)]);
    }

    #[test]
    fn out_of_service_it_is_repaired_in_time() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        case.tested(device, "STA", "2026-04-01", "2");
        case.turned(device, "2026-04-01", "OUT_OF_SERVICE");
        let expected = [
            ("2026-05-01", None),
            ("2026-05-02", Some(Yellow)),
            ("2026-06-30", Some(Yellow)),
            ("2026-07-01", Some(Orange)),
            ("2027-07-01", Some(Orange)),
        ];
        case.grades(&RULE, device, &expected);
        case.turned(device, "2026-04-20", "REPAIR");
        case.grades(&RULE, device, &expected);
        case.event(
            "device.decommissioned",
            device,
            "2026-07-02",
            json!({"method": "DISABLED", "evidence": "已拆除球管"}),
        );
        case.grades(&RULE, device, &[("2026-07-02", None)]);
    }

    #[test]
    fn taken_out_of_service_before_the_report_came() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        case.turned(device, "2026-03-20", "OUT_OF_SERVICE");
        case.reported(device, "STA", "2026-03-28", "2", json!({"signed_on": "2026-04-01"}));
        case.grades(&RULE, device, &[("2026-05-01", None), ("2026-05-02", Some(Yellow))]);
    }

    #[test]
    fn the_place_is_judged_by_its_own_test() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        let failed = case.tested(device, "WRK", "2026-04-01", "2");
        case.tested(device, "STA", "2026-04-02", "1");
        case.grades(&RULE, device, &[("2026-04-02", Some(Red))]);
        assert_eq!(case.find(&RULE, device, "2026-04-02")[0].occurrence, failed.to_string());
        case.event("device_test.ruled", failed, "2026-04-03", json!({"counts": false, "grounds": "检测条件不符"}));
        case.grades(&RULE, device, &[("2026-04-03", None)]);
    }
}

//! W-DEV-03 新装、维修更换重要部件后未验收检测即启用: a device is used without its acceptance test.
//!
//! The test is one of the day of installation, or of the repair of a major part, or later; the same day is enough. It
//! is asked of every device in use, also of one that was in use before this system: that was admitted as a fact, and
//! its report ends the warning. An installed device waits thirty days for its test.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, tested};
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::law::{Citation, QC_XRAY, RADIOLOGY};
use crate::qc::may_be_used;
use crate::record::Need;
use crate::records::device::{self, Device};
use crate::warning_codes::WarningGrade::{Blue, Red, Yellow};

/// Days that an installed device waits for its test before anybody asks.
const WAITING_DAYS: i64 = 30;

const DUTY: Citation = Citation { instrument: &RADIOLOGY, clause: "第二十条第（一）项" };

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DEV-03",
    since: 2,
    zh: "新装、维修更换重要部件后未验收检测即启用",
    en: "Device used without its acceptance test",
    subject: Kind::Device,
    feeds: &[Kind::Device, Kind::DeviceTest],
    parameters: &[],
    versions: &[
        Version { version: 1, from: Date(date(2006, 3, 1)), citations: &[DUTY], evaluate },
        Version {
            version: 2,
            from: Date(date(2021, 5, 1)),
            citations: &[DUTY, Citation { instrument: &QC_XRAY, clause: "" }],
            evaluate,
        },
    ],
    told: Told { worker: None, unit: Some(Blue), county: Some(Blue), city: Some(Red) },
    cleared_zh: "验收检测合格，或设备停用",
    cleared_en: "an acceptance test passed, or the device out of service",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let Some(device) = tested::device(subject, look)? else { return Ok(Vec::new()) };
    let since = device.to_be_tested_since();
    let Some(steps) = untested(&device, since) else { return Ok(Vec::new()) };
    let tests = tested::evidence(&tested::reports(subject, look)?);
    let tested_until = tests.iter().map(|test| test.tested_on).max();
    if tested_until.is_some_and(|last| may_be_used(&tests, since, last)) {
        return Ok(Vec::new());
    }
    let begun = since.or(device.in_use_since).unwrap_or(device.state_since.date);
    Ok(vec![Finding::new(begun, steps).on(device::reference(subject))])
}

/// What follows for a device while its acceptance test is missing.
fn untested(device: &Device, since: Option<Date>) -> Option<Steps> {
    match device.stands() {
        DeviceState::InUse => Some(Steps::from(since.max(Some(device.state_since.date))?, Red)),
        DeviceState::Installed => Some(Steps::from(since?.add_days(WAITING_DAYS + 1), Yellow)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn a_tube_was_replaced() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        case.tested(device, "ACC", "2024-01-05", "1");
        case.grades(&RULE, device, &[("2026-03-01", None)]);
        case.turned(device, "2026-03-01", "REPAIR");
        case.event("device.repaired", device, "2026-03-02", json!({"component": "TUBE"}));
        case.grades(&RULE, device, &[("2026-03-02", None)]);
        case.turned(device, "2026-03-03", "IN_USE");
        case.grades(&RULE, device, &[("2026-03-02", None), ("2026-03-03", Some(Red))]);
        case.tested(device, "STA", "2026-03-04", "1");
        case.tested(device, "ACC", "2026-03-04", "2");
        case.tested(device, "ACC", "2026-03-01", "1");
        case.grades(&RULE, device, &[("2026-03-04", Some(Red))]);
        case.tested(device, "ACC", "2026-03-05", "1");
        case.grades(&RULE, device, &[("2026-03-05", None)]);
    }

    #[test]
    fn a_test_of_the_same_day_is_enough() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-01-08");
        case.event("device.repaired", device, "2026-03-02", json!({"component": "TUBE"}));
        case.grades(&RULE, device, &[("2026-03-02", Some(Red))]);
        case.tested(device, "ACC", "2026-03-02", "1");
        case.event("device.put_in_use", device, "2026-03-02", json!({"legacy": false}));
        case.grades(&RULE, device, &[("2026-03-02", None), ("2026-04-02", None)]);
    }

    #[test]
    fn an_installed_device_waits_thirty_days() {
        let mut case = Case::new();
        let device = case.device("X02");
        case.grades(&RULE, device, &[("2026-04-02", None)]);
        case.event("device.installed", device, "2026-03-02", json!({"location": "放射科2室"}));
        case.grades(&RULE, device, &[("2026-04-01", None), ("2026-04-02", Some(Yellow))]);
        case.event("device.put_in_use", device, "2026-04-03", json!({"legacy": true}));
        case.grades(&RULE, device, &[("2026-04-03", Some(Red))]);
        case.turned(device, "2026-04-04", "OUT_OF_SERVICE");
        case.grades(&RULE, device, &[("2026-04-04", None)]);
    }
}

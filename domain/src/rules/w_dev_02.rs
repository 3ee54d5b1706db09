//! W-DEV-02 工作场所放射防护检测到期: the protection test of the place of a device is due.
//!
//! A year after the last workplace test that was passed (GBZ 130-2020 chapter 8), and at once where the device has come
//! to another place since. The day of the move itself is in time; from the next one nobody works there without a test.
//! The place is known through its device alone: altered shielding and a greater load wait for a kind of their own. A
//! place that was never tested is a matter of the acceptance of its project.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, L60, Look, Told, Version, WarningRule, tested};
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::law::{Citation, DIAGNOSTIC_PROTECTION, DIAGNOSTIC_PROTECTION_2013, OCCUPATIONAL_DISEASE, RADIOLOGY};
use crate::qc::workplace_due;
use crate::qc_codes::TestPurpose;
use crate::record::{Entry, Need};
use crate::records::device;
use crate::warning_codes::WarningGrade::{Blue, Orange};

const DUTY: Citation = Citation { instrument: &RADIOLOGY, clause: "第二十一条" };
const EVALUATED: Citation =
    Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第二十六条第二款、第七十二条第（四）项" };

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DEV-02",
    since: 2,
    zh: "工作场所放射防护检测到期",
    en: "Protection test of a workplace due",
    subject: Kind::Device,
    feeds: &[Kind::Device, Kind::DeviceTest],
    parameters: &[],
    versions: &[
        Version {
            version: 1,
            from: Date(date(2014, 5, 1)),
            citations: &[DUTY, Citation { instrument: &DIAGNOSTIC_PROTECTION_2013, clause: "" }, EVALUATED],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2020, 10, 1)),
            citations: &[DUTY, Citation { instrument: &DIAGNOSTIC_PROTECTION, clause: "第8章" }, EVALUATED],
            evaluate,
        },
    ],
    told: Told { worker: None, unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "工作场所放射防护检测合格",
    cleared_en: "a workplace test passed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let Some(entry) = look.record(&device::reference(subject))? else { return Ok(Vec::new()) };
    let Some(device) = entry.state.device().filter(|device| tested::is_ready(device)) else { return Ok(Vec::new()) };
    let reports = tested::reports(subject, look)?;
    let moved = moved_on(&entry);
    let Some(due) = workplace_due(&tested::evidence(&reports), moved) else { return Ok(Vec::new()) };
    let last = tested::latest(&reports, |test| test.conclusion.is_passed() && test.purpose == TestPurpose::Workplace);
    let mut finding = Finding::due(due, L60).on(device::reference(subject));
    finding.steps = finding.steps.not_before(device.state_since.date);
    if moved == Some(due) {
        finding.steps = finding.steps.not_before(due);
        if device.stands() != DeviceState::InUse {
            finding.steps = finding.steps.capped(Orange);
        }
    }
    Ok(vec![finding.on_all(last.map(|report| report.record.clone()))])
}

/// Day on which a device came to the place where it stands.
fn moved_on(entry: &Entry) -> Option<Date> {
    let moves = entry.marks.iter().filter(|mark| matches!(mark.event_type, "device.installed" | "device.moved"));
    moves.map(|mark| mark.origin.date).max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::{Red, Yellow};

    #[test]
    fn a_year_after_the_last_test() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.grades(&RULE, device, &[("2025-08-01", None)]);
        case.tested(device, "WRK", "2025-09-01", "1");
        case.grades(
            &RULE,
            device,
            &[
                ("2026-07-02", None),
                ("2026-07-03", Some(Blue)),
                ("2026-08-02", Some(Yellow)),
                ("2026-08-16", Some(Yellow)),
                ("2026-08-17", Some(Orange)),
                ("2026-08-20", Some(Orange)),
                ("2026-09-01", Some(Orange)),
                ("2026-09-02", Some(Red)),
            ],
        );
        case.tested(device, "STA", "2026-09-02", "1");
        case.grades(&RULE, device, &[("2026-09-02", Some(Red))]);
        case.tested(device, "WRK", "2026-09-02", "1");
        case.grades(&RULE, device, &[("2026-09-02", None)]);
    }

    #[test]
    fn at_once_where_it_was_moved() {
        let mut case = Case::new();
        let device = case.device_in_use("X02", "2024-06-01");
        case.tested(device, "WRK", "2026-01-10", "1");
        case.event("device.moved", device, "2026-03-05", json!({"location": "放射科3室"}));
        case.grades(&RULE, device, &[("2026-03-04", None), ("2026-03-05", Some(Orange)), ("2026-03-06", Some(Red))]);
        case.turned(device, "2026-03-07", "STANDBY");
        case.grades(&RULE, device, &[("2026-03-07", Some(Orange))]);
        case.turned(device, "2026-03-08", "OUT_OF_SERVICE");
        case.grades(&RULE, device, &[("2026-03-08", None)]);
        case.turned(device, "2026-03-10", "IN_USE");
        case.tested(device, "WRK", "2026-03-05", "1");
        case.grades(&RULE, device, &[("2026-03-10", None), ("2027-03-06", Some(Red))]);
    }
}

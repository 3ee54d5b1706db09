//! W-DEV-05 稳定性检测缺失: an institution does not check its device between the yearly tests.
//!
//! Each item of the plan of the kind is due after its last check; what was never checked counts from the day on which
//! the device was first used. While a device is not used nothing is due, and what fell due then is due on the day of
//! its return. A deviation over the control limit calls for a status test within thirty days (WS 76-2020), which a
//! passed acceptance test is too. It is never red by itself, and the county sees sums alone.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule, tested};
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::law::{Citation, QC_XRAY, RADIOLOGY};
use crate::qc::constancy_plan;
use crate::qc_codes::{ConstancyItem, TestPurpose};
use crate::record::Need;
use crate::records::device;
use crate::records::device_test::{constancy_key, deviations_key};
use crate::warning_codes::WarningGrade::{Blue, Orange, Yellow};
use crate::workdays::year_of;

/// Days overdue after which it is more than a notice.
const LATE_DAYS: i64 = 30;
/// Days overdue after which it counts as not done at all.
const MISSED_DAYS: i64 = 90;
/// Days from a deviation to the status test that it calls for.
const STATUS_TEST_DAYS: i64 = 30;

const DUTY: Citation = Citation { instrument: &RADIOLOGY, clause: "第二十条第（二）项" };

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DEV-05",
    since: 2,
    zh: "稳定性检测缺失",
    en: "Constancy test missing",
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
    told: Told { worker: None, unit: Some(Blue), county: None, city: None },
    cleared_zh: "登记稳定性检测；偏差超出控制限的，状态检测合格",
    cleared_en: "the check recorded; after a deviation a status test passed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let in_use = tested::device(subject, look)?.filter(|device| device.stands() == DeviceState::InUse);
    let Some(device) = in_use else { return Ok(Vec::new()) };
    let returned = device.state_since.date;
    let first = device.in_use_since.unwrap_or(returned);
    let mut found = Vec::new();
    for (item, every) in constancy_plan(device.profile.kind) {
        let last = last_check(subject, *item, first, look)?;
        let due = every.after(last.as_ref().map_or(first, |(day, _)| *day)).max(returned);
        let steps = Steps::from(due.add_days(1), Blue)
            .then(due.add_days(LATE_DAYS + 1), Yellow)
            .then(due.add_days(MISSED_DAYS + 1), Orange);
        let finding = Finding::new(format_args!("{}/{due}", item.as_str()), steps).by(due);
        let finding = finding.on(device::reference(subject));
        found.push(finding.on_all(last.map(|(_, record)| record)));
    }
    found.extend(deviation(subject, returned, look)?);
    Ok(found)
}

/// The last check of an item: sought back year by year, since what was done years ago does not matter once it was done
/// again.
fn last_check(
    device: Uuid,
    item: ConstancyItem,
    first: Date,
    look: &Look<'_>,
) -> Result<Option<(Date, RecordRef)>, Need> {
    for year in (year_of(first)..=year_of(look.day)).rev() {
        let all = look.all(&constancy_key(device, item, year))?;
        let checks = all.iter().filter_map(|(id, entry)| {
            Some((entry.state.device_test()?.constancy()?.tested_on, tested::reference(*id)))
        });
        if let Some(last) = checks.max_by_key(|(day, _)| *day) {
            return Ok(Some(last));
        }
    }
    Ok(None)
}

/// The first deviation over its control limit that no status test has followed: one test settles all before it.
fn deviation(device: Uuid, returned: Date, look: &Look<'_>) -> Result<Option<Finding>, Need> {
    let all = look.all(&deviations_key(device))?;
    if all.is_empty() {
        return Ok(None);
    }
    let reports = tested::reports(device, look)?;
    let passed = tested::latest(&reports, |test| {
        test.conclusion.is_passed() && matches!(test.purpose, TestPurpose::Acceptance | TestPurpose::Status)
    });
    let settled = passed.map(|report| report.evidence.tested_on);
    let open = all.iter().filter_map(|(id, entry)| Some((entry.state.device_test()?.constancy()?.tested_on, *id)));
    let first = open.filter(|(on, _)| settled.is_none_or(|settled| settled < *on)).min();
    Ok(first.map(|(on, id)| {
        let due = on.add_days(STATUS_TEST_DAYS);
        let steps = Steps::from(due.add_days(1).max(returned), Orange);
        Finding::new(id, steps).by(due).on(tested::reference(id))
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    const CT: [&str; 6] = ["CTN", "CTZ", "CTU", "HCR", "LCR", "CCH"];

    fn ct() -> (Case, Uuid) {
        let mut case = Case::new();
        let device = case.device_in_use("X01", "2025-01-10");
        for item in CT {
            case.checked(device, item, "2026-01-15", false);
        }
        (case, device)
    }

    #[test]
    fn the_worked_cases() {
        let (case, device) = ct();
        case.grades(
            &RULE,
            device,
            &[
                ("2026-02-15", None),
                ("2026-02-16", Some(Blue)),
                ("2026-03-01", Some(Blue)),
                ("2026-03-17", Some(Blue)),
                ("2026-03-18", Some(Yellow)),
                ("2026-05-16", Some(Yellow)),
                ("2026-05-17", Some(Orange)),
                ("2027-05-17", Some(Orange)),
            ],
        );
    }

    #[test]
    fn each_item_is_a_matter_of_its_own() {
        let (mut case, device) = ct();
        let water = case.checked(device, "CTN", "2026-03-01", false);
        let due = |case: &Case, item: &str| {
            let found = case.find(&RULE, device, "2026-03-01");
            found.iter().find_map(|finding| Some(finding.occurrence.strip_prefix(item)?.to_owned()))
        };
        assert_eq!(due(&case, "CTN/").as_deref(), Some("2026-04-01"));
        assert_eq!(due(&case, "CTZ/").as_deref(), Some("2026-02-15"));
        case.event("device_test.withdrawn", water, "2026-03-02", json!({}));
        assert_eq!(due(&case, "CTN/").as_deref(), Some("2026-02-15"), "in the ledger, and withdrawn");
    }

    #[test]
    fn what_was_never_checked_counts_from_the_first_day() {
        let mut case = Case::new();
        let device = case.device_in_use("X01", "2025-12-10");
        case.grades(&RULE, device, &[("2026-01-10", None), ("2026-01-11", Some(Blue)), ("2026-02-10", Some(Yellow))]);
        let bone_density = case.device_in_use("X10", "2025-12-10");
        assert!(case.find(&RULE, bone_density, "2026-03-01").is_empty(), "no plan");
    }

    #[test]
    fn nothing_is_due_while_it_is_not_used() {
        let (mut case, device) = ct();
        case.turned(device, "2026-02-01", "REPAIR");
        case.grades(&RULE, device, &[("2026-03-18", None)]);
        case.turned(device, "2026-06-01", "IN_USE");
        case.grades(&RULE, device, &[("2026-06-01", None), ("2026-06-02", Some(Blue)), ("2026-07-02", Some(Yellow))]);
    }

    #[test]
    fn a_deviation_calls_for_a_status_test() {
        let (mut case, device) = ct();
        for item in CT {
            case.checked(device, item, "2026-03-01", item == "CTU");
        }
        for item in CT {
            case.checked(device, item, "2026-03-31", false);
        }
        case.grades(&RULE, device, &[("2026-03-31", None), ("2026-04-01", Some(Orange))]);
        case.tested(device, "STA", "2026-02-28", "1");
        case.tested(device, "STA", "2026-04-01", "2");
        case.grades(&RULE, device, &[("2026-04-01", Some(Orange))]);
        case.tested(device, "STA", "2026-04-02", "1");
        case.grades(&RULE, device, &[("2026-04-02", None)]);
        let again = case.checked(device, "OUT", "2026-04-03", true);
        case.grades(&RULE, device, &[("2026-05-03", Some(Blue)), ("2026-05-04", Some(Orange))]);
        case.event("device_test.withdrawn", again, "2026-05-04", json!({}));
        case.grades(&RULE, device, &[("2026-05-04", Some(Blue))]);
        case.checked(device, "OUT", "2026-04-02", true);
        case.grades(&RULE, device, &[("2026-05-04", Some(Blue))]);
    }
}

//! What laboratories reported of a device, as the rules look at it.

use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::Look;
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::qc::{Evidence, StatusMode, status_due};
use crate::qc_codes::TestState;
use crate::record::{Facts, Need};
use crate::records::device::{self, Device};
use crate::records::device_test::{DeviceTest, tests_key};
use crate::reference_codes::ParameterName;

/// A device as it stands; none where there is none of this id.
pub(super) fn device(subject: Uuid, look: &Look<'_>) -> Result<Option<Device>, Need> {
    let entry = look.record(&device::reference(subject))?;
    Ok(entry.as_ref().and_then(|entry| entry.state.device()).cloned())
}

/// The last day on which the next status test is in time after these reports; none before the first that was passed.
pub(super) fn due(reports: &[Report], look: &Look<'_>) -> Result<Option<Date>, Need> {
    let mode = StatusMode::of(look.value(ParameterName::DeviceStatusMode)?);
    Ok(status_due(&evidence(reports), mode))
}

/// The last day on which the next status test of a device is in time, as the rules of a day see it (W-DEV-01); none for one
/// that is not worked with, or was never tested.
///
/// # Errors
/// A [`Need`] when something that is looked at is not loaded.
pub fn status_test_due(id: Uuid, day: Date, facts: &dyn Facts) -> Result<Option<Date>, Need> {
    let look = Look::new(facts, day);
    match device(id, &look)?.filter(is_ready) {
        Some(_) => due(&reports(id, &look)?, &look),
        None => Ok(None),
    }
}

/// Whether work is done with a device, or may be at any moment.
pub(super) fn is_ready(device: &Device) -> bool {
    matches!(device.stands(), DeviceState::InUse | DeviceState::Standby)
}

/// A report of a laboratory.
pub(super) struct Report {
    /// Its record.
    pub record: RecordRef,
    /// When it was signed.
    pub signed_on: Date,
    /// What decisions look at.
    pub evidence: Evidence,
}

/// The reports on a device. One whose laboratory lacks the qualification that it names may count as soon as that is
/// filed: no event of the laboratory leads to the device, so it is looked at again on the next day.
pub(super) fn reports(device: Uuid, look: &Look<'_>) -> Result<Vec<Report>, Need> {
    let mut all = Vec::new();
    for (id, entry) in look.all(&tests_key(device))?.iter() {
        let Some((test, findings)) = entry.state.device_test().and_then(|test| Some((test, test.findings()?))) else {
            continue;
        };
        let qualified = test.is_by_qualified(look)?;
        if !qualified && may_be_qualified(test) {
            look.again_on(look.day.add_days(1));
        }
        let Some(evidence) = test.evidence(qualified) else { continue };
        all.push(Report { record: reference(*id), signed_on: findings.signed_on, evidence });
    }
    Ok(all)
}

fn may_be_qualified(test: &DeviceTest) -> bool {
    let named = test.findings().is_some_and(|findings| findings.qualification_no.is_some());
    named && test.state == TestState::Filed
}

/// What decisions look at, of every report.
pub(super) fn evidence(reports: &[Report]) -> Vec<Evidence> {
    reports.iter().map(|report| report.evidence).collect()
}

/// The last of the reports that are meant and count; of two tests on one day the one that failed.
pub(super) fn latest(reports: &[Report], is_meant: impl Fn(&Evidence) -> bool) -> Option<&Report> {
    let meant = reports.iter().filter(|report| report.evidence.counts && is_meant(&report.evidence));
    meant.max_by_key(|report| (report.evidence.tested_on, !report.evidence.conclusion.is_passed()))
}

/// Reference to a device test.
pub(super) fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::DeviceTest.as_str().into(), id }
}

//! What has to be over before an institution ends (workflows §3).
//!
//! A device in use stops its end by every catalogue; posts, transfers and red warnings since one came that asks. A warning about
//! a worker stops nothing: it goes where his file goes (workflows §20.6).

use signing::bytes::Date;
use uuid::Uuid;

use crate::codes::DeviceState;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIOLOGY, product};
use crate::person_codes::EmploymentState;
use crate::record::{Facts, Need, Stop, any_member, ensure};
use crate::records::{device, employment, institution, licence, monitoring_contract, transfer, warning};
use crate::refusal::Rule;
use crate::rules::RULES;
use crate::warning_codes::{WarningGrade, WarningState};

/// The catalogue from which on more than devices is looked at.
const SINCE: u32 = 8;

const DEVICES_IN_USE: Rule = Rule {
    id: "institution.devices_in_use",
    zh: "仍有在用设备，不能注销或合并：请先停用或报废",
    en: "Devices are still in use: take them out of service before the institution ends.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十八条" },
};
const POSTS: Rule = Rule {
    id: "institution.posts",
    zh: "仍有在岗的放射工作人员，不能注销：请先办理离岗",
    en: "Radiation workers still hold posts: end these before the institution is closed.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第二款" },
};
const TRANSFERS: Rule = Rule {
    id: "institution.transfers",
    zh: "仍有未办结的档案流动，不能注销：请先办结或撤回",
    en: "Transfers of files are under way: complete or withdraw them before the institution is closed.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十六条第三款" },
};
const RED_WARNINGS: Rule = Rule {
    id: "institution.red_warnings",
    zh: "仍有未核销的红色预警，不能注销：请先整改并由监督机构核销；仅随注销才消除的，由监督机构豁免",
    en: "Red warnings are not closed: have them rectified and closed by the authority before the institution is closed; one that only its end can clear, the authority waives.",
    citation: product("§6"),
};

/// No device is in use.
///
/// # Errors
/// The refusal, or a [`Need`].
pub fn no_device_in_use(institution: Uuid, facts: &dyn Facts) -> Result<(), Stop> {
    let in_use = any_member(facts, &device::institution_key(institution), |state| {
        state.device().is_some_and(|device| device.state == DeviceState::InUse)
    })?;
    ensure(!in_use, &DEVICES_IN_USE, "")
}

/// Nobody holds a post, no transfer is under way and no red warning is left, where the catalogue of this day asks for it.
///
/// # Errors
/// The refusal, or a [`Need`].
pub fn nothing_is_open(institution: Uuid, day: Date, facts: &dyn Facts) -> Result<(), Stop> {
    if !facts.in_force()?.has_catalogue(SINCE, day) {
        return Ok(());
    }
    let holds = any_member(facts, &employment::institution_key(institution), |state| {
        let post = state.employment().map(|post| post.state);
        matches!(post, Some(EmploymentState::Active | EmploymentState::Suspended))
    })?;
    ensure(!holds, &POSTS, "")?;
    let moves = any_member(facts, &transfer::institution_key(institution), |state| {
        state.transfer().is_some_and(|transfer| transfer.standing.is_open())
    })?;
    ensure(!moves, &TRANSFERS, "")?;
    ensure(!has_red_warnings(institution, facts)?, &RED_WARNINGS, "")
}

/// Whether a red warning about the institution, a device, a licence or a contract of its waits for an authority to close or waive
/// it: some conditions, as a verification that is overdue, end with the institution alone.
fn has_red_warnings(institution: Uuid, facts: &dyn Facts) -> Result<bool, Need> {
    let of_its = [
        device::institution_key(institution),
        licence::licences_key(institution),
        monitoring_contract::contracts_key(institution),
    ];
    let mut subjects = vec![institution::reference(institution)];
    for key in of_its {
        subjects.extend(facts.members(&key)?.records.iter().cloned());
    }
    for subject in &subjects {
        for rule in RULES.iter().filter(|rule| rule.subject.as_str() == subject.kind) {
            let red = any_member(facts, &warning::warnings_key(rule.id, subject), |state| {
                state.warning().is_some_and(|warning| {
                    let elsewhere = warning.institution.is_some_and(|other| other != institution);
                    let decided = warning.is_over() || warning.state == WarningState::Waived;
                    warning.grade == WarningGrade::Red && !decided && !elsewhere
                })
            })?;
            if red {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

//! W-LIC-04 放射诊疗许可与辐射安全许可/诊疗科目不一致: the two licences of an institution do not match.
//!
//! A device that one licence names and the other does not is a mismatch from the day on which that came about. A copy
//! without an annex disagrees with nothing. Without any radiation safety licence a device that gives rays may not be
//! used at all; one whose term is over is a matter of W-LIC-03. The departments of the practice licence stand in no
//! kind yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::{Held, Holding, used_since};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::RayClass;
use crate::law::{Citation, RADIATION_SAFETY, RADIOLOGY};
use crate::licence_codes::LicenceType::{self, RadiationSafety, Radiology};
use crate::record::Need;
use crate::records::device::{self, Device};
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-LIC-04",
    since: 2,
    zh: "放射诊疗许可与辐射安全许可不一致",
    en: "Radiology licence and radiation safety licence do not match",
    subject: Kind::Institution,
    feeds: &[Kind::Licence, Kind::Device],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation { instrument: &RADIATION_SAFETY, clause: "第五条、第八条、第十五条" },
            Citation { instrument: &RADIOLOGY, clause: "第六条第（一）项、第十六条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Yellow), county: Some(Orange), city: None },
    cleared_zh: "许可证变更后重新比对一致",
    cleared_en: "licence amended; nothing differs any more",
    closer: Closer::County,
    waivable: false,
    lasting: false,
};

/// Days for which a mismatch is yellow.
const YELLOW_DAYS: i64 = 30;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let holding = Holding::of(subject, look)?;
    let of = |type_| holding.licences(type_).filter(|held| !held.licence.is_ended()).collect::<Vec<_>>();
    let (radiology, safety) = (of(Radiology), of(RadiationSafety));
    if safety.is_empty() {
        return Ok(without_safety_licence(&holding).into_iter().collect());
    }
    let mut found = mismatches(&radiology, RadiationSafety, &safety);
    found.extend(mismatches(&safety, Radiology, &radiology));
    Ok(found)
}

/// A device that gives rays is in use, and there is no radiation safety licence.
fn without_safety_licence(holding: &Holding) -> Option<Finding> {
    let used = used_since(holding.devices().map(|(_, device)| device).filter(|device| gives_rays(device)))?;
    let ended = holding.licences(RadiationSafety).filter_map(|held| held.ended_since()).max();
    let since = ended.map_or(used, |ended| used.max(ended));
    let in_use = holding.devices().filter(|(_, device)| gives_rays(device) && device.used_from().is_some());
    let licences = holding.licences(RadiationSafety).map(|held| licence::reference(held.id));
    let inputs = in_use.map(|(id, _)| device::reference(id)).chain(licences);
    Some(Finding::new(format_args!("RSL/{since}"), Steps::from(since, Red)).on_all(inputs))
}

fn gives_rays(device: &Device) -> bool {
    device.profile.ray_class != Some(RayClass::None)
}

/// Devices that some of these licences name and none of the others.
fn mismatches(these: &[Held<'_>], other: LicenceType, others: &[Held<'_>]) -> Vec<Finding> {
    if others.is_empty() || others.iter().any(|held| held.licence.profile.devices.is_none()) {
        return Vec::new();
    }
    let mut devices: Vec<Uuid> =
        these.iter().flat_map(|held| held.licence.profile.devices.iter().flatten().copied()).collect();
    devices.sort_unstable();
    devices.dedup();
    let found = devices.into_iter().filter_map(|device| {
        let named = these.iter().filter_map(|held| held.licence.named_since(device)).min()?;
        let unnamed: Option<Vec<Date>> = others.iter().map(|held| held.licence.unnamed_since(device)).collect();
        let since = unnamed?.into_iter().max().map_or(named, |unnamed| named.max(unnamed));
        let steps = Steps::from(since, Yellow).then(since.add_days(YELLOW_DAYS + 1), Orange);
        let finding = Finding::new(format_args!("{}/{device}/{since}", other.as_str()), steps);
        let licences = these.iter().chain(others).map(|held| licence::reference(held.id));
        Some(finding.on(device::reference(device)).on_all(licences))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let (dr, cbct) = (case.device_of(institution, "X02"), case.device_of(institution, "X09"));
        let licence = case.radiology_licence(institution, "2021-03-15", &[dr]);
        let safety = case.safety_licence(institution, "2022-03-15", "2027-03-15", &[dr]);
        assert!(case.find(&RULE, institution, "2026-01-31").is_empty());
        case.event("licence.changed", licence, "2026-02-01", json!({"set": {"devices": [dr, cbct]}}));
        case.grades(&RULE, institution, &[
            ("2026-02-20", Some(Yellow)),
            ("2026-03-03", Some(Yellow)),
            ("2026-03-04", Some(Orange)),
        ]);
        case.event("licence.changed", safety, "2026-03-10", json!({"set": {"devices": [dr, cbct]}}));
        assert!(case.find(&RULE, institution, "2026-03-10").is_empty());
    }

    #[test]
    fn a_mismatch_counts_from_when_it_came_about_whichever_licence_made_it() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let (dr, ct) = (case.device_of(institution, "X02"), case.device_of(institution, "X01"));
        let licence = case.radiology_licence(institution, "2021-03-15", &[dr, ct]);
        let safety = case.safety_licence(institution, "2022-03-15", "2027-03-15", &[dr, ct]);
        case.event("licence.changed", safety, "2026-01-10", json!({"set": {"devices": [dr]}}));
        case.event("licence.changed", safety, "2026-01-20", json!({"set": {"until": "2027-03-14"}}));
        case.grades(&RULE, institution, &[("2026-02-09", Some(Yellow)), ("2026-02-10", Some(Orange))]);
        case.event("licence.changed", licence, "2026-02-15", json!({"set": {"devices": [ct]}}));
        assert_eq!(case.find(&RULE, institution, "2026-02-15").len(), 2, "each licence names what the other does not");
        case.event("licence.changed", licence, "2026-02-16", json!({"clear": ["devices"]}));
        assert!(case.find(&RULE, institution, "2026-02-16").is_empty(), "without an annex nothing differs");
    }

    #[test]
    fn without_a_safety_licence_no_ray_device_is_used() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let ct = case.device_of(institution, "X01");
        let safety = case.safety_licence(institution, "2022-03-15", "2027-03-15", &[ct]);
        case.event("licence.revoked", safety, "2026-01-10", json!({"decision_no": "1"}));
        assert!(case.find(&RULE, institution, "2026-02-01").is_empty());
        case.event("device.put_in_use", ct, "2026-02-01", json!({"legacy": true}));
        case.grades(&RULE, institution, &[("2026-01-31", None), ("2026-02-01", Some(Red))]);
        case.turn_device(ct, "OUT_OF_SERVICE", "2026-02-03");
        assert!(case.find(&RULE, institution, "2026-02-03").is_empty());
    }
}

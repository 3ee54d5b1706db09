//! W-LIC-02 无证或超许可范围开展放射诊疗: radiological work without a licence or outside of it.
//!
//! Where an institution uses a device and no radiology licence under which it may work stands, that is one warning.
//! With such a licence every device in use is looked at: a class that none covers at once, a device that no annex
//! names from the day after. A licence whose verification is overdue still stands until it is cancelled (W-LIC-01);
//! whether one may work under a deferred one is a parameter. The annex of a licence is entered by the authority that
//! issued it: of a copy without one nothing can be said. Applications for an amendment and procedures have no kind
//! yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::{Held, Holding, used_since};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::InstitutionKind;
use crate::law::{Citation, RADIATION_SAFETY, RADIOLOGY};
use crate::licence_codes::{LicenceState, LicenceType};
use crate::licence_law::classes_of;
use crate::record::Need;
use crate::records::device::{self, Device};
use crate::records::{institution, licence};
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade::Red;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-LIC-02",
    since: 2,
    zh: "无证或超许可范围开展放射诊疗",
    en: "Radiological work without a licence or outside its scope",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Licence, Kind::Device],
    parameters: &[ParameterName::DeferredMayWork],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation { instrument: &RADIOLOGY, clause: "第四条、第十六条、第十七条第二款、第三十八条" },
            Citation { instrument: &RADIATION_SAFETY, clause: "第八条第二款、第十五条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Red), county: Some(Red), city: Some(Red) },
    cleared_zh: "设备停用，或许可（设备附录）变更后由县级核销",
    cleared_en: "device out of service, or licence or annex amended; closed by the county",
    closer: Closer::County,
    waivable: false,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    // The licence is one of medical institutions: an industrial user has none.
    let kinds = entry.state.institution().map_or(&[][..], |institution| &institution.profile.kinds);
    let medical = kinds.contains(&InstitutionKind::Radiology) || !kinds.contains(&InstitutionKind::Industrial);
    if !medical {
        return Ok(Vec::new());
    }
    let holding = Holding::of(subject, look)?;
    let Some(used) = used_since(holding.devices().map(|(_, device)| device)) else { return Ok(Vec::new()) };
    let (licences, stopped) = working(&holding, look)?;
    if licences.is_empty() {
        let since = stopped.map_or(used, |stopped| used.max(stopped));
        let in_use = holding.devices().filter(|(_, device)| device.used_from().is_some());
        let ended = holding.licences(LicenceType::Radiology).map(|held| licence::reference(held.id));
        let inputs = in_use.map(|(id, _)| device::reference(id)).chain(ended);
        return Ok(vec![Finding::new(format_args!("LIC/{since}"), Steps::from(since, Red)).on_all(inputs)]);
    }
    let outside = holding.devices().filter_map(|(id, device)| {
        let used = device.used_from()?;
        let since = uncovered_since(device, used, &licences).or_else(|| unnamed_since(id, used, &licences))?;
        let finding = Finding::new(format_args!("{id}/{used}"), Steps::from(since, Red)).on(device::reference(id));
        Some(finding.on_all(licences.iter().map(|held| licence::reference(held.id))))
    });
    Ok(outside.collect())
}

/// The radiology licences under which the institution may work on the day; and since when it may not under the others.
fn working<'h>(holding: &'h Holding, look: &Look<'_>) -> Result<(Vec<Held<'h>>, Option<Date>), Need> {
    let (mut working, mut stopped) = (Vec::new(), None);
    for held in holding.licences(LicenceType::Radiology) {
        let since = match held.licence.state {
            LicenceState::Valid => None,
            LicenceState::Deferred if look.value(ParameterName::DeferredMayWork)? == 1 => None,
            LicenceState::Deferred => Some(held.licence.state_since.date),
            _ => held.stopped_since().or(Some(held.licence.state_since.date)),
        };
        match since {
            None => working.push(held),
            Some(_) => stopped = stopped.max(since),
        }
    }
    Ok((working, stopped))
}

/// Since when a device in use since a day is of a class that no licence covers.
fn uncovered_since(device: &Device, used: Date, licences: &[Held<'_>]) -> Option<Date> {
    let classes = classes_of(device.profile.kind);
    let covered = licences.iter().any(|held| classes.iter().any(|class| held.licence.covers(*class)));
    let since = licences.iter().map(|held| held.licence.since("classes")).max();
    since.filter(|_| !covered).map(|since| since.max(used))
}

/// Since when a device in use since a day stands in no annex: the first day in use is not counted.
fn unnamed_since(device: Uuid, used: Date, licences: &[Held<'_>]) -> Option<Date> {
    let annexed = licences.iter().all(|held| held.licence.profile.devices.is_some());
    let since: Option<Vec<Date>> = licences.iter().map(|held| held.licence.unnamed_since(device)).collect();
    since.filter(|_| annexed)?.into_iter().max().map(|since| since.max(used.add_days(1)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::*;

    #[test]
    fn a_class_that_is_not_licensed_is_red_at_once() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let dr = case.used_device(institution, "X02", "2021-04-01");
        case.radiology_licence(institution, "2021-03-15", &[dr]);
        case.used_device(institution, "I01", "2026-03-02");
        case.grades(&RULE, institution, &[("2026-03-01", None), ("2026-03-02", Some(Red))]);
    }

    #[test]
    fn a_device_outside_the_annex_is_red_after_its_first_day() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let (old, new) = (case.used_device(institution, "X02", "2021-04-01"), case.device_of(institution, "X02"));
        let licence = case.radiology_licence(institution, "2021-03-15", &[old]);
        case.event("device.put_in_use", new, "2026-03-02", json!({"legacy": true}));
        case.grades(&RULE, institution, &[("2026-03-02", None), ("2026-03-03", Some(Red))]);
        case.event("licence.changed", licence, "2026-03-10", json!({"set": {"devices": [old, new]}}));
        case.grades(&RULE, institution, &[("2026-03-10", None)]);
        case.event("licence.changed", licence, "2026-04-10", json!({"set": {"devices": [new]}}));
        case.grades(&RULE, institution, &[("2026-04-09", None), ("2026-04-10", Some(Red))]);
        case.turn_device(old, "OUT_OF_SERVICE", "2026-04-11");
        assert!(case.find(&RULE, institution, "2026-04-11").is_empty(), "what is not used needs no licence");
    }

    #[test]
    fn of_a_copy_without_an_annex_only_the_classes_are_known() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        case.used_device(institution, "X02", "2021-04-01");
        let classes = json!([{"class": "XR", "items": ["XR-2"]}]);
        case.licence_of(institution, "LIC", "2021-03-15", json!({"authority": "COUNTY", "classes": classes}));
        assert!(case.find(&RULE, institution, "2026-03-03").is_empty());
        case.used_device(institution, "X11", "2026-03-02");
        assert!(case.find(&RULE, institution, "2026-03-03").is_empty(), "a mobile C-arm may be one for positioning");
    }

    #[test]
    fn without_a_licence_there_is_one_warning_for_all_devices() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let first = case.used_device(institution, "X02", "2026-01-10");
        case.used_device(institution, "X01", "2026-02-10");
        case.grades(&RULE, institution, &[("2026-01-09", None), ("2026-01-10", Some(Red))]);
        let before = case.find(&RULE, institution, "2026-02-10");
        assert_eq!(before.len(), 1);
        case.turn_device(first, "OUT_OF_SERVICE", "2026-03-01");
        assert_eq!(case.find(&RULE, institution, "2026-03-01")[0].occurrence, before[0].occurrence, "the same matter");
    }

    #[test]
    fn a_licence_that_is_suspended_or_ended_is_none_and_an_overdue_one_stands() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let dr = case.used_device(institution, "X02", "2021-04-01");
        let licence = case.radiology_licence(institution, "2021-03-15", &[dr]);
        assert!(case.find(&RULE, institution, "2026-03-01").is_empty(), "verified last in 2021");
        let decision = || json!({"decision_no": "示范〔2026〕1号"});
        case.event("licence.suspended", licence, "2026-03-01", decision());
        case.grades(&RULE, institution, &[("2026-02-28", None), ("2026-03-01", Some(Red))]);
        let before = case.find(&RULE, institution, "2026-03-01");
        case.event("licence.revoked", licence, "2026-04-01", decision());
        assert_eq!(case.find(&RULE, institution, "2026-04-01")[0].occurrence, before[0].occurrence, "the same matter");
    }

    #[test]
    fn work_under_a_deferred_licence_is_a_parameter() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let dr = case.used_device(institution, "X02", "2021-04-01");
        let licence = case.radiology_licence(institution, "2021-03-15", &[dr]);
        let verified = json!({"result": "DEFERRED", "next_due_on": "2026-06-01"});
        case.event("licence.verified", licence, "2026-03-01", verified);
        assert!(case.find(&RULE, institution, "2026-03-02").is_empty());
        case.begin("parameter.set", "2026-03-01", deferred_may_not_work());
        case.grades(&RULE, institution, &[("2026-03-01", None), ("2026-03-10", Some(Red))]);
    }

    fn deferred_may_not_work() -> Json {
        json!({"name": "DEFERRED_MAY_WORK", "unit": "CHOICE", "value": 0, "from_day": "2026-03-05", "source": "示范规定"})
    }

    #[test]
    fn an_industrial_user_needs_no_radiology_licence() {
        let mut case = Case::new();
        let institution = case.institution(json!({"kinds": ["IND"]}));
        case.used_device(institution, "R01", "2026-01-10");
        assert!(case.find(&RULE, institution, "2026-03-01").is_empty());
    }
}

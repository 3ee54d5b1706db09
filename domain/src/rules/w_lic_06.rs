//! W-LIC-06 停业或停止放射诊疗科目满1年未注销: work stopped for a year, and the licence still stands.
//!
//! A class of work is stopped when every device that served it is out of service or disposed of: since the last of
//! them was used. An institution that suspended its business or ended stopped every class that day. After a year the
//! authority cancels the licence (or takes the class out of it) and announces that.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::{Held, Holding, held_since};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::DeviceState;
use crate::law::{Citation, LICENSING, RADIOLOGY};
use crate::licence_codes::{LicenceClass, LicenceType};
use crate::licence_law::classes_of;
use crate::record::Need;
use crate::records::device::{self, Device};
use crate::records::{institution, licence};
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};
use crate::workdays::add_months;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-LIC-06",
    since: 2,
    zh: "停业或停止放射诊疗科目满1年未注销",
    en: "Radiological service stopped for a year and licence not cancelled",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Licence, Kind::Device],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation { instrument: &RADIOLOGY, clause: "第十八条第（四）项" },
            Citation { instrument: &LICENSING, clause: "第七十条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Yellow), city: None },
    cleared_zh: "许可（该类别）注销，或检测合格后恢复开展",
    cleared_en: "licence or class cancelled, or service resumed after an acceptance or status test",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let ends = ["institution.suspended", "institution.closed", "institution.merged"];
    let business = held_since(&entry.marks, &ends, &["institution.resumed"]);
    let holding = Holding::of(subject, look)?;
    let mut found = Vec::new();
    for held in holding.licences(LicenceType::Radiology).filter(|held| !held.licence.is_ended()) {
        for class in held.licence.profile.classes.iter().flatten().map(|scope| scope.class) {
            let Some(stop) = [business, stopped_on(class, &holding)].into_iter().flatten().min() else { continue };
            let devices = serving(class, &holding).map(|(id, _)| device::reference(id));
            let closed = business.map(|_| record.clone());
            found.push(stopped(&held, class, stop).on_all(devices.chain(closed)).on(licence::reference(held.id)));
        }
    }
    Ok(found)
}

/// Devices that are or were used for a class.
fn serving(class: LicenceClass, holding: &Holding) -> impl Iterator<Item = (Uuid, &Device)> {
    let used = holding.devices().filter(|(_, device)| !device.uses.is_empty());
    used.filter(move |(_, device)| classes_of(device.profile.kind).contains(&class))
}

/// Day on which the last device of a class was stopped, when all are out of service; none where no device served it.
fn stopped_on(class: LicenceClass, holding: &Holding) -> Option<Date> {
    let out = |device: &Device| matches!(device.stands(), DeviceState::OutOfService | DeviceState::Decommissioned);
    let days: Option<Vec<Date>> =
        serving(class, holding).map(|(_, device)| device.stopped_on().filter(|_| out(device))).collect();
    days?.into_iter().max()
}

fn stopped(held: &Held<'_>, class: LicenceClass, stop: Date) -> Finding {
    let year = add_months(stop, 12);
    let steps = Steps::from(add_months(stop, 9), Blue)
        .then(add_months(stop, 11), Yellow)
        .then(year, Orange)
        .then(add_months(stop, 13), Red);
    Finding::new(format_args!("{}/{}/{stop}", held.id, class.as_str()), steps).by(year)
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
        let (dr, ct) = (case.used_device(institution, "X02", "2021-04-01"), case.device_of(institution, "X01"));
        let licence = case.radiology_licence(institution, "2021-03-15", &[dr, ct]);
        assert!(case.find(&RULE, institution, "2026-04-10").is_empty());
        case.turn_device(dr, "OUT_OF_SERVICE", "2025-04-10");
        let days = [
            ("2026-01-09", None),
            ("2026-01-10", Some(Blue)),
            ("2026-03-09", Some(Blue)),
            ("2026-03-12", Some(Yellow)),
            ("2026-04-09", Some(Yellow)),
            ("2026-04-10", Some(Orange)),
            ("2026-05-09", Some(Orange)),
            ("2026-05-10", Some(Red)),
        ];
        case.grades(&RULE, institution, &days);
        let disposal = json!({"method": "DISABLED", "evidence": "示范说明"});
        case.event("device.decommissioned", dr, "2025-12-01", disposal);
        case.grades(&RULE, institution, &days);
        case.event("licence.cancelled", licence, "2026-05-12", json!({"decision_no": "1", "ground": "4"}));
        assert!(case.find(&RULE, institution, "2026-05-12").is_empty());
    }

    #[test]
    fn one_device_still_used_keeps_the_class_and_one_on_standby_too() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let devices = ["X02", "X01"].map(|kind| case.used_device(institution, kind, "2021-04-01"));
        case.radiology_licence(institution, "2021-03-15", &devices);
        case.turn_device(devices[0], "OUT_OF_SERVICE", "2024-04-10");
        case.turn_device(devices[1], "STANDBY", "2025-04-10");
        assert!(case.find(&RULE, institution, "2026-05-10").is_empty());
        case.turn_device(devices[1], "OUT_OF_SERVICE", "2025-08-10");
        case.grades(&RULE, institution, &[("2026-05-10", Some(Red))]);
        case.turn_device(devices[1], "IN_USE", "2026-05-11");
        assert!(case.find(&RULE, institution, "2026-05-11").is_empty());
    }

    #[test]
    fn suspended_business_stops_every_class_and_its_end_does_not_begin_anew() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        case.radiology_licence(institution, "2021-03-15", &[]);
        assert!(case.find(&RULE, institution, "2026-05-10").is_empty(), "no device ever served the class");
        case.event("institution.suspended", institution, "2025-04-10", json!({}));
        case.event("institution.closed", institution, "2026-02-01", json!({}));
        case.grades(&RULE, institution, &[("2026-04-09", Some(Yellow)), ("2026-04-10", Some(Orange))]);
    }
}

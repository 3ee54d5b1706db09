//! W-ORG-03 放射防护管理组织或专(兼)职人员缺失: no radiation protection officer while devices are used.
//!
//! It counts from the day on which the last officer left, or from which devices are used, whichever is later. The
//! document by which the organisation is set up is no document of its own yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::used_since;
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::Post;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIOLOGY};
use crate::record::Need;
use crate::records::{device, institution};
use crate::warning_codes::WarningGrade::{Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-ORG-03",
    since: 2,
    zh: "放射防护管理人员缺失",
    en: "No radiation protection officer",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Device],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2006, 3, 1)),
        citations: &[
            Citation { instrument: &RADIOLOGY, clause: "第六条、第十九条" },
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第二十条第（一）项、第七十条第（二）项" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Yellow), county: Some(Orange), city: None },
    cleared_zh: "任命放射防护负责人",
    cleared_en: "radiation protection officer appointed",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let Some(institution) = entry.state.institution() else { return Ok(Vec::new()) };
    let officers = || institution.officers.iter().filter(|officer| officer.post == Post::ProtectionOfficer);
    if officers().any(|officer| officer.until.is_none()) {
        return Ok(Vec::new());
    }
    let devices = look.all(&device::institution_key(subject))?;
    let devices = devices.iter().filter_map(|(_, entry)| entry.state.device());
    let Some(used) = used_since(devices) else { return Ok(Vec::new()) };
    let since = officers().filter_map(|officer| officer.until).max().map_or(used, |left| left.max(used));
    let steps =
        Steps::from(since, Yellow).then(since.add_days(8), Orange).then(since.add_days(31), Red);
    Ok(vec![Finding::new(since, steps).on(record)])
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
        let party = case.appoint(institution, "RP_OFFICER", "2020-02-01");
        let device = case.used_device(institution, "X02", "2021-04-01");
        assert!(case.find(&RULE, institution, "2026-03-01").is_empty());
        let left = json!({"post": "RP_OFFICER", "party": party});
        case.event("institution.officer_ended", institution, "2026-03-01", left);
        case.grades(&RULE, institution, &[
            ("2026-02-28", None),
            ("2026-03-05", Some(Yellow)),
            ("2026-03-08", Some(Yellow)),
            ("2026-03-09", Some(Orange)),
            ("2026-03-31", Some(Orange)),
            ("2026-04-01", Some(Red)),
        ]);
        case.turn_device(device, "OUT_OF_SERVICE", "2026-04-02");
        assert!(case.find(&RULE, institution, "2026-04-02").is_empty());
        case.turn_device(device, "IN_USE", "2026-04-20");
        case.grades(&RULE, institution, &[("2026-04-20", Some(Yellow)), ("2026-04-28", Some(Orange))]);
        case.appoint(institution, "RP_OFFICER", "2026-04-29");
        assert!(case.find(&RULE, institution, "2026-04-29").is_empty());
    }

    #[test]
    fn without_any_officer_it_counts_from_the_use_of_devices_as_a_whole() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let first = case.used_device(institution, "X02", "2026-03-01");
        let second = case.used_device(institution, "X01", "2026-03-10");
        let days = [("2026-02-28", None), ("2026-03-01", Some(Yellow)), ("2026-04-01", Some(Red))];
        case.grades(&RULE, institution, &days);
        case.turn_device(first, "OUT_OF_SERVICE", "2026-03-20");
        case.grades(&RULE, institution, &days);
        case.turn_device(second, "OUT_OF_SERVICE", "2026-03-25");
        case.turn_device(first, "IN_USE", "2026-03-26");
        case.grades(&RULE, institution, &[("2026-03-25", None), ("2026-03-26", Some(Yellow))]);
    }
}

//! W-ORG-02 机构登记信息变更后许可未同步变更: what the licences print changed, and a licence was not amended.
//!
//! Whoever changes the name, the address or the legal representative has the radiation safety licence amended within
//! twenty days; the same time is given to the radiology licence and the practice licence, which print the principal
//! too. A copy does not say what it prints of its holder: it counts as amended when it was issued or changed on the
//! day of the change or later. The first change that a licence has not followed is the matter; later ones join it.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::holding::{Held, Holding};
use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, RADIATION_SAFETY, RADIOLOGY};
use crate::licence_codes::LicenceType;
use crate::record::Need;
use crate::records::institution::{self, Printed, PrintedChange};
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Blue, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-ORG-02",
    since: 2,
    zh: "机构登记信息变更后许可未同步变更",
    en: "Institution changed but licence not amended",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Licence],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2005, 12, 1)),
        citations: &[
            Citation { instrument: &RADIATION_SAFETY, clause: "第十一条、第五十三条" },
            Citation { instrument: &RADIOLOGY, clause: "第十七条第二款" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: Some(Orange), city: None },
    cleared_zh: "登记变更后的许可证，或更正误登的变更",
    cleared_en: "amended licence filed, or the change withdrawn",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// Days within which the amendment is applied for.
const AMENDED_WITHIN_DAYS: i64 = 20;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let institution = entry.state.institution().filter(|known| !known.is_ended() && !known.changes.is_empty());
    let Some(institution) = institution else { return Ok(Vec::new()) };
    let holding = Holding::of(subject, look)?;
    let types = [LicenceType::Radiology, LicenceType::RadiationSafety, LicenceType::Practice];
    let standing = types.into_iter().flat_map(|type_| holding.licences(type_)).filter(|held| !held.licence.is_ended());
    let found = standing.filter_map(|held| {
        let on = first_not_followed(&held, &institution.changes)?;
        let steps = Steps::from(on, Blue)
            .then(on.add_days(11), Yellow)
            .then(on.add_days(16), Orange)
            .then(on.add_days(AMENDED_WITHIN_DAYS + 1), Red);
        let finding = Finding::new(format_args!("{}/{on}", held.id), steps).by(on.add_days(AMENDED_WITHIN_DAYS));
        Some(finding.on(licence::reference(held.id)).on(record.clone()))
    });
    Ok(found.collect())
}

/// Day of the first change after which the licence was neither issued nor changed.
fn first_not_followed(held: &Held<'_>, changes: &[PrintedChange]) -> Option<Date> {
    let type_ = held.licence.profile.type_;
    let amended = held.last(&["licence.issued", "licence.changed"])?;
    let printed = changes.iter().filter(|change| prints(type_, change.what)).map(|change| change.origin.date);
    printed.filter(|on| amended < *on).min()
}

/// Whether a licence of a type prints this of its holder.
fn prints(type_: LicenceType, what: Printed) -> bool {
    type_ != LicenceType::RadiationSafety || what != Printed::Principal
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::{Case, day};
    use super::*;

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        case.appoint(institution, "LEGAL_REPRESENTATIVE", "2020-01-03");
        let licence = case.safety_licence(institution, "2022-03-15", "2027-03-15", &[]);
        assert!(case.find(&RULE, institution, "2026-03-02").is_empty(), "the first one is no change");
        case.appoint(institution, "LEGAL_REPRESENTATIVE", "2026-03-02");
        case.grades(&RULE, institution, &[
            ("2026-03-01", None),
            ("2026-03-02", Some(Blue)),
            ("2026-03-12", Some(Blue)),
            ("2026-03-13", Some(Yellow)),
            ("2026-03-18", Some(Orange)),
            ("2026-03-22", Some(Orange)),
            ("2026-03-23", Some(Red)),
        ]);
        case.event("licence.changed", licence, "2026-03-24", json!({"set": {"decision_no": "1"}}));
        assert!(case.find(&RULE, institution, "2026-03-24").is_empty());
    }

    #[test]
    fn each_licence_counts_for_itself_and_a_second_change_does_not_begin_anew() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        let licence = case.radiology_licence(institution, "2021-03-15", &[]);
        case.licence_of(institution, "PRC", "2021-03-15", json!({}));
        let rename = |name: &str| json!({"set": {"name": name}});
        case.event("institution.changed", institution, "2026-03-02", rename("示范第二医院"));
        case.event("licence.changed", licence, "2026-03-10", json!({"set": {"decision_no": "1"}}));
        case.event("institution.changed", institution, "2026-03-20", rename("示范第三医院"));
        let found = case.find(&RULE, institution, "2026-03-23");
        let grades: Vec<_> = found.iter().map(|finding| finding.steps.grade(day("2026-03-23"))).collect();
        assert_eq!(grades, [Some(Blue), Some(Red)], "the radiology licence, the practice licence");
    }

    #[test]
    fn a_safety_licence_does_not_print_the_principal_and_a_slip_is_no_change() {
        let mut case = Case::new();
        let institution = case.institution(json!({}));
        case.safety_licence(institution, "2022-03-15", "2027-03-15", &[]);
        case.appoint(institution, "PRINCIPAL", "2020-01-03");
        case.appoint(institution, "PRINCIPAL", "2026-03-02");
        assert!(case.find(&RULE, institution, "2026-03-23").is_empty());
        case.event("institution.changed", institution, "2026-03-02", json!({"set": {"address": "示范路9号"}}));
        case.grades(&RULE, institution, &[("2026-03-23", Some(Red))]);
        case.event("institution.corrected", institution, "2026-03-24", json!({"set": {"address": "示范路1号"}}));
        assert!(case.find(&RULE, institution, "2026-03-24").is_empty());
    }
}

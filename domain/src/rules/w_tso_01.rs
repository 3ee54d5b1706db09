//! W-TSO-01 放射卫生技术服务机构资质到期: the qualification of a technical-service organisation expires.
//!
//! The last day is that of the certificate that ends last, of those that the authority has confirmed: when it
//! approved the organisation, or by looking at a renewed one. Institutions with a contract are not told by this rule.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, L90, Look, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::{DocumentKind, InstitutionKind};
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_SERVICES};
use crate::record::Need;
use crate::records::institution::{self, Institution};
use crate::warning_codes::WarningGrade::Blue;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TSO-01",
    since: 2,
    zh: "放射卫生技术服务机构资质到期",
    en: "Qualification of a technical-service organisation expires",
    subject: Kind::Institution,
    feeds: &[Kind::Institution],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2012, 4, 12)),
        citations: &[
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第二十六条第三款、第七十九条" },
            Citation { instrument: &RADIATION_SERVICES, clause: "" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: None, city: Some(Blue) },
    cleared_zh: "备案延续后的资质证书并经市级核验",
    cleared_en: "renewed certificate filed and confirmed by the city",
    closer: Closer::City,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let service = entry.state.institution().filter(|known| {
        known.profile.kinds.contains(&InstitutionKind::TechnicalService) && known.is_approved() && !known.is_ended()
    });
    let last = service.and_then(last_day);
    Ok(last.map(|last| Finding::due(last, L90).on(record)).into_iter().collect())
}

/// Last day of its qualification; none without one, or when one has no end.
fn last_day(service: &Institution) -> Option<Date> {
    let confirmed = service.documents.iter().filter(|document| document.is_confirmed());
    let qualifications = confirmed.filter(|document| document.filed.kind == DocumentKind::Qualification);
    let ends: Option<Vec<Date>> = qualifications.map(|document| document.filed.until).collect();
    ends?.into_iter().max().map(|until| until.add_days(-1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::{Orange, Red, Yellow};

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let laboratory = case.laboratory_until("川卫放技字（2022）第001号", "2026-10-01");
        case.grades(&RULE, laboratory, &[
            ("2026-07-01", None),
            ("2026-07-02", Some(Blue)),
            ("2026-07-31", Some(Blue)),
            ("2026-08-01", Some(Yellow)),
            ("2026-09-30", Some(Orange)),
            ("2026-10-01", Some(Red)),
        ]);
    }

    #[test]
    fn a_renewed_certificate_counts_once_the_city_has_confirmed_it() {
        let mut case = Case::new();
        let laboratory = case.laboratory_until("川卫放技字（2022）第001号", "2026-10-01");
        let number = "川卫放技字（2026）第009号";
        let document = case.file(laboratory, "TSQ", number, "2026-10-01", Some("2030-10-01"), "2026-09-01");
        case.grades(&RULE, laboratory, &[("2026-09-30", Some(Orange))]);
        let looked = |result: &str| json!({"document": document, "result": result});
        case.event("institution.document_verified", laboratory, "2026-09-05", looked("DOUBTFUL"));
        case.grades(&RULE, laboratory, &[("2026-09-30", Some(Orange))]);
        case.event("institution.document_verified", laboratory, "2026-09-10", looked("GENUINE"));
        case.grades(&RULE, laboratory, &[("2026-10-01", None), ("2030-10-01", Some(Red))]);
    }

    #[test]
    fn only_an_approved_technical_service_is_looked_at() {
        let mut case = Case::new();
        for kinds in [json!(["TSO"]), json!(["HEO"])] {
            let institution = case.registered(kinds);
            case.file(institution, "TSQ", "1", "2022-10-01", Some("2026-10-01"), "2022-10-01");
            assert!(case.find(&RULE, institution, "2026-10-01").is_empty());
        }
    }
}

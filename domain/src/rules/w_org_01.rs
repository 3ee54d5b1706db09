//! W-ORG-01 医疗机构执业许可证校验到期: the verification of a practice licence is due.
//!
//! Every year with fewer than a hundred licensed beds, every three years with more; a date that is printed goes
//! before. The copy of the licence says so where the ledger keeps one, else what the institution entered of it. A
//! clinic that is filed and not licensed is not verified. Beds that nobody entered count as fewer.

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Closer, Finding, L90, Look, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::DocumentKind;
use crate::law::{Citation, MEDICAL_INSTITUTIONS, MEDICAL_INSTITUTIONS_2022};
use crate::licence_codes::LicenceType;
use crate::licence_law::practice_due;
use crate::record::Need;
use crate::records::institution::{self, Institution};
use crate::records::licence;
use crate::warning_codes::WarningGrade::{Blue, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-ORG-01",
    since: 2,
    zh: "医疗机构执业许可证校验到期",
    en: "Verification of the practice licence due",
    subject: Kind::Institution,
    feeds: &[Kind::Institution, Kind::Licence],
    parameters: &[],
    versions: &[
        Version {
            version: 1,
            from: Date(date(1994, 9, 1)),
            citations: &[Citation { instrument: &MEDICAL_INSTITUTIONS, clause: "第二十二条、第四十五条" }],
            evaluate,
        },
        Version {
            version: 2,
            from: Date(date(2022, 5, 1)),
            citations: &[Citation { instrument: &MEDICAL_INSTITUTIONS_2022, clause: "第二十一条、第四十四条" }],
            evaluate,
        },
    ],
    told: Told { worker: None, unit: Some(Blue), county: Some(Yellow), city: Some(Red) },
    cleared_zh: "校验后登记新的校验日期",
    cleared_en: "verified, with a later due date",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let due = verification_due(subject, look)?;
    Ok(due.map(|(due, record)| Finding::due(due, L90).on(record)).into_iter().collect())
}

/// When the practice licence of an institution is to be verified, and the record that says so.
pub(super) fn verification_due(subject: Uuid, look: &Look<'_>) -> Result<Option<(Date, RecordRef)>, Need> {
    let record = institution::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(None) };
    let institution = entry.state.institution().filter(|known| known.is_approved() && !known.is_ended());
    let Some(institution) = institution else { return Ok(None) };
    let licences = look.all(&licence::licences_key(subject))?;
    // Of several the one that is verified last: the others were replaced by it.
    let copies = licences.iter().filter_map(|(id, entry)| {
        let copy = entry.state.licence().filter(|copy| !copy.is_ended())?;
        if copy.profile.type_ != LicenceType::Practice {
            return None;
        }
        let last = copy.verified.as_ref().map_or(copy.profile.issued_on, |verified| verified.origin.date);
        Some((practice_due(copy.profile.verify_due_on, beds(institution), last), licence::reference(*id)))
    });
    let copy = copies.max_by_key(|(due, _)| *due);
    Ok(copy.or_else(|| Some((due_as_entered(institution)?, record))))
}

/// Licensed beds, else those that there are.
fn beds(institution: &Institution) -> Option<u32> {
    let licensed = institution.profile.practice_document.as_ref().and_then(|document| document.beds);
    licensed.or(institution.profile.beds)
}

fn due_as_entered(institution: &Institution) -> Option<Date> {
    let document = institution.profile.practice_document.as_ref()?;
    let licence = document.kind == DocumentKind::PracticeLicence;
    licence.then(|| practice_due(document.verify_due, beds(institution), document.from))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::Orange;

    fn with_document(case: &mut Case, document: Json) -> Uuid {
        case.institution(json!({"practice_document": document}))
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let of = |beds: u32, from: &str| json!({"kind": "PRC", "number": "1", "beds": beds, "from": from});
        let small = with_document(&mut case, of(60, "2025-03-15"));
        case.grades(&RULE, small, &[
            ("2025-12-14", None),
            ("2026-01-13", Some(Blue)),
            ("2026-01-14", Some(Yellow)),
            ("2026-03-16", Some(Red)),
        ]);
        let large = with_document(&mut case, of(100, "2023-03-15"));
        case.grades(&RULE, large, &[("2024-03-16", None), ("2026-03-15", Some(Orange)), ("2026-03-16", Some(Red))]);
        let below = with_document(&mut case, of(99, "2023-03-15"));
        case.grades(&RULE, below, &[("2024-03-15", Some(Orange)), ("2026-03-15", Some(Red))]);
    }

    #[test]
    fn the_printed_date_goes_before_and_a_verification_clears_it() {
        let mut case = Case::new();
        let institution = with_document(&mut case, json!({"kind": "PRC", "number": "1", "from": "2023-03-15"}));
        case.grades(&RULE, institution, &[("2026-03-15", Some(Red))]);
        let licence = case.licence_of(institution, "PRC", "2023-03-15", json!({"verify_due_on": "2026-04-30"}));
        case.grades(&RULE, institution, &[("2026-03-15", Some(Yellow)), ("2026-05-01", Some(Red))]);
        let verified = json!({"result": "PASSED", "next_due_on": "2027-04-30"});
        case.event("licence.verified", licence, "2026-04-20", verified);
        case.grades(&RULE, institution, &[("2026-05-01", None), ("2027-05-01", Some(Red))]);
    }

    #[test]
    fn a_filed_clinic_is_not_verified() {
        let mut case = Case::new();
        let clinic = with_document(&mut case, json!({"kind": "PRF", "number": "1", "from": "2023-03-15"}));
        assert!(case.find(&RULE, clinic, "2026-03-15").is_empty());
    }
}

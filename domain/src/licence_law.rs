//! What the law of licences says in tables and dates: which kinds are verified and when, who decides on a class, how a
//! licence stands on a day, how a number is printed. What a licence must say, and what may follow from what, are the
//! rules of its kind ([`crate::records::licence`]).

use signing::bytes::Date;

use crate::codes::DeviceKind;
use crate::licence_codes::{LicenceClass, LicenceStanding, LicenceState, LicenceType};
use crate::reference_codes::ParameterName;
use crate::workdays::add_months;

/// Months from one verification to the next where nothing else is printed.
const VERIFIED_EVERY_MONTHS: i32 = 12;

/// Whether licences of this kind are verified (校验).
#[must_use]
pub fn is_verified(kind: LicenceType) -> bool {
    matches!(kind, LicenceType::Radiology | LicenceType::Practice)
}

/// When the next verification is due: the date `printed`; if blank, for a radiology licence, that of the practice licence;
/// if that is not known either, twelve months after `last`, the last verification or the issue.
#[must_use]
pub fn verify_due(
    kind: LicenceType,
    printed: Option<Date>,
    practice_licence_due: Option<Date>,
    last: Date,
) -> Option<Date> {
    let radiology = kind == LicenceType::Radiology;
    let unprinted = || practice_licence_due.unwrap_or_else(|| add_months(last, VERIFIED_EVERY_MONTHS));
    printed.or_else(|| radiology.then(unprinted))
}

/// Beds from which on a practice licence is verified every three years only (医疗机构管理条例).
const LARGE_BEDS: u32 = 100;
/// Months from one verification of such a licence to the next.
const LARGE_EVERY_MONTHS: i32 = 36;

/// When a practice licence is to be verified: the date `printed`; if blank, three years after `last`, the last verification
/// or the issue, with a hundred beds or more, and one year after it with fewer or where they are not known.
#[must_use]
pub fn practice_due(printed: Option<Date>, beds: Option<u32>, last: Date) -> Date {
    let large = beds.is_some_and(|beds| beds >= LARGE_BEDS);
    printed.unwrap_or_else(|| add_months(last, if large { LARGE_EVERY_MONTHS } else { VERIFIED_EVERY_MONTHS }))
}

/// The classes of which one must be licensed for a device of this kind (`domain/codes.md` §8): a mobile C-arm positions, or
/// serves interventions.
#[must_use]
pub fn classes_of(kind: DeviceKind) -> &'static [LicenceClass] {
    use DeviceKind as D;
    match kind {
        D::Ct | D::Dr | D::Cr | D::Film | D::Fluoroscopy | D::Mammography => &[LicenceClass::Diagnostic],
        D::IntraOral | D::Panoramic | D::DentalCbct | D::BoneDensity => &[LicenceClass::Diagnostic],
        D::Mobile | D::Lithotripsy | D::Vehicle => &[LicenceClass::Diagnostic],
        D::MobileCArm => &[LicenceClass::Diagnostic, LicenceClass::Interventional],
        D::Dsa | D::OtherInterventional => &[LicenceClass::Interventional],
        D::Spect | D::Pet | D::GammaCamera | D::Cyclotron => &[LicenceClass::NuclearMedicine],
        D::Radiopharmaceutical | D::Seeds => &[LicenceClass::NuclearMedicine],
        D::Linac | D::GammaKnife | D::RobotArm | D::Tomotherapy | D::Cobalt => &[LicenceClass::Radiotherapy],
        D::Afterloader | D::Proton | D::Simulator | D::XrayTherapy => &[LicenceClass::Radiotherapy],
    }
}

/// How a licence stands on a day: the state as events left it, and what its dates add. The due day itself is in time;
/// `until` is the first day without validity.
#[must_use]
pub fn standing(state: LicenceState, until: Option<Date>, due: Option<Date>, day: Date) -> LicenceStanding {
    let expired = until.is_some_and(|until| until <= day);
    let overdue = due.is_some_and(|due| due < day);
    match state {
        LicenceState::Suspended => LicenceStanding::Suspended,
        LicenceState::Cancelled => LicenceStanding::Cancelled,
        LicenceState::Revoked => LicenceStanding::Revoked,
        LicenceState::Valid | LicenceState::Deferred if expired => LicenceStanding::Expired,
        LicenceState::Valid | LicenceState::Deferred if overdue => LicenceStanding::Overdue,
        LicenceState::Valid => LicenceStanding::Valid,
        LicenceState::Deferred => LicenceStanding::Deferred,
    }
}

/// The parameter that holds the deciding level of a class; its default is that of Art. 11.
#[must_use]
pub fn level_of(class: LicenceClass) -> ParameterName {
    match class {
        LicenceClass::Radiotherapy => ParameterName::LevelRadiotherapy,
        LicenceClass::NuclearMedicine => ParameterName::LevelNuclear,
        LicenceClass::Interventional => ParameterName::LevelInterventional,
        LicenceClass::Diagnostic => ParameterName::LevelDiagnostic,
    }
}

/// Whether a number looks as such numbers are printed: `川卫放证字（2021）第0012号` and the like. True for kinds whose
/// numbers have no form of their own. For a warning, never for a refusal.
#[must_use]
pub fn number_is_usual(kind: LicenceType, number: &str) -> bool {
    kind != LicenceType::Radiology || radiology_number(number).is_some()
}

fn radiology_number(number: &str) -> Option<()> {
    let (issuer, rest) = number.split_once("放证字")?;
    let count = issuer.chars().count();
    let issuer_good = (2..=6).contains(&count) && issuer.chars().all(|c| ('\u{4e00}'..='\u{9fa5}').contains(&c));
    let rest = rest.strip_prefix(['（', '(', '〔', '['])?;
    let (year, rest) = rest.split_once(['）', ')', '〕', ']'])?;
    let serial = rest.strip_prefix('第').unwrap_or(rest).strip_suffix('号')?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let good = issuer_good && year.len() == 4 && digits(year) && (2..=8).contains(&serial.len()) && digits(serial);
    good.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusual_number_is_noticed() {
        let kind = LicenceType::Radiology;
        for good in ["川卫放证字（2021）第0012号", "宜翠卫放证字[2020]12号", "川卫放证字〔2021〕第00000012号"]
        {
            assert!(number_is_usual(kind, good), "{good}");
        }
        for bad in
            ["放证字（2021）第12号", "川卫放证字2021第12号", "川卫放证字（21）第12号", "川卫放证字（2021）第1号", ""]
        {
            assert!(!number_is_usual(kind, bad), "{bad}");
        }
        assert!(number_is_usual(LicenceType::RadiationSafety, "川环辐证[00123]"));
    }
}

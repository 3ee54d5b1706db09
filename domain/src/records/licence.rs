//! A licence: the filing and supervision copy of a permit that an institution works under.
//!
//! One kind for 放射诊疗许可证 (four classes with their items, a device annex, verified and never expiring), 辐射安全许可证
//! (five years), the practice licence or clinic filing, and the permit for large equipment. The copy is kept in mode
//! RECORD: the decision was made elsewhere and is entered with its number. Mode DECIDE (applied, accepted, decided,
//! with the clocks of 放射诊疗管理规定 Art. 15) is left for later and will add events and states to this kind.
//!
//! Who enters a 放射诊疗许可证 is who decides on it (Art. 11): the facet of an act is `county` or `city`, what the province
//! decides being entered by the city; every other copy has the facet `copy`. The number is text as printed: an unusual
//! one is worth a warning ([`licence_law::number_is_usual`]), never a refusal.
//!
//! States: valid ⇄ deferred ⇄ suspended → cancelled | revoked. That a verification is overdue or a term is over follows
//! from the day ([`Licence::standing`]) and is never stored.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::Object;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::parameter::value_on;
use super::{change_differs, change_is_sound, change_of, changed, corrects_one_of, institution, not_in_future};
use crate::catalog::{EventType, Kind};
use crate::field::{Change, Data, FREE, LINE, Shape};
use crate::law::{Citation, MEDICAL_INSTITUTIONS, RADIATION_SAFETY, RADIOLOGY, product};
use crate::licence_codes::{
    AuthorityLevel, CancellationGround, DuplicateReason, LicenceClass, LicenceItem, LicenceStanding, LicenceState,
    LicenceType, VerificationResult,
};
use crate::record::{About, Claim, Facts, Need, Origin, Origins, Record, Stop, Target, any_member, ensure};
use crate::refusal::{Code, Rule};
use crate::workdays::add_months;
use crate::{data, events, licence_law};

const NUMBER: Shape = Shape::Text(1, 60, &FREE);

data! {
    /// A class with its items.
    pub struct Scope {
        class: LicenceClass = Shape::Code(&LicenceClass::LIST), "许可类别", "class";
        items: Vec<LicenceItem> = Shape::List(1, 8, &Shape::Code(&LicenceItem::LIST)), "许可项目", "items of the class";
    }

    /// What a licence says.
    pub struct Profile {
        institution: Uuid = Shape::Id("institution"), "持证机构", "institution";
        #[serde(rename = "type")]
        type_: LicenceType = Shape::Code(&LicenceType::LIST), "证照类别", "kind of licence";
        number: CompactString = NUMBER, "证号", "number as printed";
        decision_no: Option<CompactString> = NUMBER, "许可决定文号", "number of the decision";
        authority: Option<AuthorityLevel> = Shape::Code(&AuthorityLevel::LIST), "许可层级", "level that decided";
        issuer: CompactString = LINE, "发证机关", "issuing authority";
        classes: Option<Vec<Scope>> = Shape::List(1, 4, &Shape::Object(<Scope as Data>::FIELDS)), "许可类别与项目", "classes with their items";
        devices: Option<Vec<Uuid>> = Shape::List(1, 500, &Shape::Id("device")), "设备附录", "device annex";
        issued_on: Date = Shape::Day, "发证日期", "issued on";
        verify_due_on: Option<Date> = Shape::Day, "校验到期日", "verification due on";
        from: Option<Date> = Shape::Day, "有效期起", "valid from";
        until: Option<Date> = Shape::Day, "失效日期", "first day without validity";
    }

    /// A verification (校验).
    pub struct Verified {
        result: VerificationResult = Shape::Code(&VerificationResult::LIST), "校验结果", "result";
        next_due_on: Date = Shape::Day, "下次校验到期日", "next verification due on, or end of the deferral";
        decision_no: Option<CompactString> = NUMBER, "校验决定文号", "number of the decision";
    }

    /// Changed members.
    pub struct Changed {
        set: Option<Object> = Shape::Members(<Profile as Data>::FIELDS), "变更为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
    }

    /// A correction of an entry, or of the result of a verification.
    pub struct Corrected {
        set: Option<Object> = Shape::Members(<Profile as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
        result: Option<VerificationResult> = Shape::Code(&VerificationResult::LIST), "校验结果更正为", "corrected result of the verification";
    }

    /// A decision of the authority on a licence that stands.
    pub struct Decision {
        decision_no: CompactString = NUMBER, "决定文号", "number of the decision";
    }

    /// A cancellation (注销).
    pub struct Cancelled {
        decision_no: CompactString = NUMBER, "决定文号", "number of the decision";
        ground: Option<CancellationGround> = Shape::Code(&CancellationGround::LIST), "注销情形", "ground of Art. 18";
    }

    /// A duplicate for one that was lost or damaged.
    pub struct DuplicateIssued {
        why: DuplicateReason = Shape::Code(&DuplicateReason::LIST), "补发原因", "why";
        decision_no: Option<CompactString> = NUMBER, "决定文号", "number of the decision";
    }
}

events! {
    /// Events of a licence.
    pub enum Event {
        Issued(Profile) = "licence.issued", 1, [Entry], true, Optional, Person, "许可证发证登记", "licence issued";
        Verified(Verified) = "licence.verified", 1, [Entry], false, Required, Person, "许可证校验", "licence verified";
        Changed(Changed) = "licence.changed", 1, [Entry], false, Required, Person, "许可证变更", "licence changed";
        Corrected(Corrected) = "licence.corrected", 1, [Correction], false, Forbidden, Person, "许可证登记更正", "licence corrected";
        Suspended(Decision) = "licence.suspended", 1, [Declaration], false, Required, Person, "许可证暂停", "licence suspended";
        Resumed(Decision) = "licence.resumed", 1, [Declaration], false, Required, Person, "许可证恢复", "licence resumed";
        Cancelled(Cancelled) = "licence.cancelled", 1, [Declaration], false, Required, Person, "许可证注销", "licence cancelled";
        Revoked(Decision) = "licence.revoked", 1, [Revocation], false, Required, Person, "许可证吊销", "licence revoked";
        DuplicateIssued(DuplicateIssued) = "licence.duplicate_issued", 1, [Entry], false, Required, Person, "许可证补发", "duplicate issued";
    }
}

/// A verification as later ones look at it.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// Day from which it counts, and which version entered it.
    #[serde(flatten)]
    pub origin: Origin,
    /// Result.
    pub result: VerificationResult,
}

/// A licence.
#[derive(Debug, Clone, Serialize)]
pub struct Licence {
    /// What it says.
    #[serde(flatten)]
    pub profile: Profile,
    /// State.
    pub state: LicenceState,
    /// Day from which the state counts.
    pub state_since: Origin,
    /// The verification that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verification>,
    /// Ground on which it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<CancellationGround>,
    /// Day of the last duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_on: Option<Date>,
    /// Device → whether it stands in the annex, and since when it does or does not.
    #[serde(skip)]
    annex: BTreeMap<Uuid, (bool, Date)>,
    /// Day from which it counts.
    #[serde(skip)]
    first_day: Date,
    #[serde(skip)]
    origins: Origins,
}

impl Licence {
    /// True once cancelled or revoked.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.state, LicenceState::Cancelled | LicenceState::Revoked)
    }

    /// When the next verification is due: the date printed; if blank, for a radiology licence, that of the practice
    /// licence; if that is not known either, twelve months after the last verification or the issue.
    #[must_use]
    pub fn verify_due(&self, practice_licence_due: Option<Date>) -> Option<Date> {
        let Profile { type_, verify_due_on, issued_on, .. } = self.profile;
        let last = self.verified.as_ref().map_or(issued_on, |verified| verified.origin.date);
        licence_law::verify_due(type_, verify_due_on, practice_licence_due, last)
    }

    /// How it stands on a day: the state as events left it, and what the dates add. The due day itself is in time.
    #[must_use]
    pub fn standing(&self, day: Date, practice_licence_due: Option<Date>) -> LicenceStanding {
        licence_law::standing(self.state, self.profile.until, self.verify_due(practice_licence_due), day)
    }

    /// Whether the licence covers a class of work, whatever its state.
    #[must_use]
    pub fn covers(&self, class: LicenceClass) -> bool {
        self.profile.classes.iter().flatten().any(|scope| scope.class == class)
    }

    /// Whether the device stands in the annex.
    #[must_use]
    pub fn names_device(&self, device: Uuid) -> bool {
        self.profile.devices.iter().flatten().any(|known| *known == device)
    }

    /// Since when it says of a member what it says now.
    #[must_use]
    pub fn since(&self, member: &str) -> Date {
        self.origins.since(member).date
    }

    /// Since when the device stands in the annex, if it does.
    #[must_use]
    pub fn named_since(&self, device: Uuid) -> Option<Date> {
        self.annex.get(&device).filter(|(named, _)| *named).map(|(_, since)| *since)
    }

    /// Since when the device does not stand in the annex: it was taken out, or the licence never named it.
    #[must_use]
    pub fn unnamed_since(&self, device: Uuid) -> Option<Date> {
        match self.annex.get(&device) {
            Some((true, _)) => None,
            Some((false, since)) => Some(*since),
            None => Some(self.first_day),
        }
    }
}

/// Members that no change touches: another institution or kind is another licence, a date of issue is corrected, and
/// a due date moves by verification.
const FIXED_MEMBERS: [&str; 4] = ["institution", "type", "issued_on", "verify_due_on"];

const INSTITUTION: Rule = Rule {
    id: "licence.institution",
    zh: "持证机构不存在、尚未审核通过或已注销",
    en: "The institution does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const MEMBERS: Rule = Rule {
    id: "licence.members_of_type",
    zh: "该类证照缺少必填项目，或填写了不适用的项目",
    en: "A member that this kind of licence needs is missing, or one is present that it does not have.",
    citation: product("§6"),
};
const NO_EXPIRY: Rule = Rule {
    id: "licence.no_expiry",
    zh: "放射诊疗许可证没有有效期，只有校验期",
    en: "A radiology licence has no expiry, only a verification.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十七条" },
};
const CLASSES: Rule = Rule {
    id: "licence.class_once",
    zh: "许可类别不能重复",
    en: "A class is named once.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第四条" },
};
const ITEMS: Rule = Rule {
    id: "licence.item_of_class",
    zh: "许可项目不属于该类别，或重复",
    en: "An item is not one of its class, or is named twice.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第四条" },
};
const AUTHORITY: Rule = Rule {
    id: "licence.authority",
    zh: "许可层级低于所含最高类别的审批层级",
    en: "The deciding level is below that of the highest class.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十一条" },
};
const ANNEX: Rule = Rule {
    id: "licence.annex_device",
    zh: "附录中的设备不存在、不属于该机构或重复",
    en: "A device of the annex does not exist, is not of this institution, or is named twice.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十四条" },
};
const DATES: Rule = Rule {
    id: "licence.dates",
    zh: "日期先后不符：发证日期不能晚于业务日期，校验和失效日期须晚于发证与生效日期",
    en: "The dates are out of order: issued not after the business date; due and end later than issue and beginning.",
    citation: product("§6"),
};
const TERM: Rule = Rule {
    id: "licence.term",
    zh: "辐射安全许可证有效期不超过5年",
    en: "A radiation safety licence is valid for five years at most.",
    citation: Citation { instrument: &RADIATION_SAFETY, clause: "第十三条" },
};
const TRANSITION: Rule = Rule {
    id: "licence.transition",
    zh: "许可证当前状态不允许此操作",
    en: "The licence is not in a state from which this can follow.",
    citation: product("§6"),
};
const ENDED: Rule = Rule {
    id: "licence.ended",
    zh: "许可证已注销或吊销，只能更正",
    en: "The licence is cancelled or revoked: it can only be corrected.",
    citation: product("§6"),
};
const NOT_VERIFIABLE: Rule = Rule {
    id: "licence.not_verifiable",
    zh: "该类证照没有校验",
    en: "This kind of licence is not verified.",
    citation: Citation { instrument: &MEDICAL_INSTITUTIONS, clause: "第二十二条" },
};
const DUE_LATER: Rule = Rule {
    id: "licence.verify_due_later",
    zh: "下次校验到期日须晚于原到期日和本次校验日期",
    en: "The next due date is later than the one before and than this verification.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十七条" },
};
const FIXED: Rule = Rule {
    id: "licence.fixed_member",
    zh: "机构、证照类别和发证日期不能变更；校验到期日由校验改变。录入错误请更正",
    en: "Institution, kind and date of issue do not change; a due date moves by verification. Correct a slip.",
    citation: product("§6"),
};
const GROUND: Rule = Rule {
    id: "licence.cancellation_ground",
    zh: "注销放射诊疗许可证须注明第十八条所列情形；其他证照不填",
    en: "The cancellation of a radiology licence names its ground; that of another copy does not.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第十八条" },
};
const RESULT: Rule = Rule {
    id: "licence.corrected_verification",
    zh: "更正校验只能更正结果和校验到期日，且结果只能随校验更正",
    en: "The correction of a verification touches its result and due date alone, and only there is a result.",
    citation: product("§6"),
};

/// Index key of the licences of an institution.
#[must_use]
pub fn licences_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/licences").into()
}

/// Reference to a licence.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Licence.as_str().into(), id }
}

/// Whether a radiology licence of an institution that has not ended covers a class.
///
/// # Errors
/// A [`Need`] when a licence is not loaded.
pub fn covers(institution: Uuid, class: LicenceClass, facts: &dyn Facts) -> Result<bool, Need> {
    any_member(facts, &licences_key(institution), |state| {
        state.licence().is_some_and(|licence| {
            licence.profile.type_ == LicenceType::Radiology
                && matches!(licence.state, LicenceState::Valid | LicenceState::Deferred)
                && licence.profile.classes.iter().flatten().any(|scope| scope.class == class)
        })
    })
}

impl Record for Licence {
    const KIND: Kind = Kind::Licence;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Issued(profile), _) => profile.institution,
            (_, Some(licence)) => licence.profile.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        // What is and what would be: who may enter the lower level cannot lift a licence to the higher, nor lower it.
        let before = state.map(|licence| &licence.profile);
        let after = match (event, before) {
            (Event::Issued(profile), _) => Some(profile.clone()),
            (Event::Changed(data), Some(before)) => Some(changed(before, &change_of(&data.set, &data.clear))),
            (Event::Corrected(data), Some(before)) => Some(changed(before, &change_of(&data.set, &data.clear))),
            _ => None,
        };
        let facets: Vec<_> = before.into_iter().chain(&after).map(facet_of).collect();
        let highest = facets.iter().find(|facet| **facet == "city").or(facets.last());
        Ok(highest.map(|facet| (*facet).into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(licence) = state else {
            let Event::Issued(profile) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            open_institution(profile.institution, facts)?;
            ensure(profile.issued_on <= about.date(), &DATES, "/data/issued_on")?;
            return profile_is_sound(profile, "/data", facts);
        };
        if let Event::Corrected(data) = event {
            return corrected_is_sound(licence, data, about, facts);
        }
        ensure(!licence.is_ended(), &ENDED, "")?;
        let standing = matches!(licence.state, LicenceState::Valid | LicenceState::Deferred);
        match event {
            Event::Verified(data) => {
                ensure(licence_law::is_verified(licence.profile.type_), &NOT_VERIFIABLE, "")?;
                ensure(standing, &TRANSITION, "")?;
                let later = licence.profile.verify_due_on.is_none_or(|due| data.next_due_on > due);
                ensure(later && data.next_due_on > about.date(), &DUE_LATER, "/data/next_due_on")
            }
            Event::Changed(data) => {
                open_institution(licence.profile.institution, facts)?;
                let change = change_of(&data.set, &data.clear);
                change_is_sound(&change)?;
                ensure(!change.members().any(|name| FIXED_MEMBERS.contains(&name)), &FIXED, "/data")?;
                change_differs(&licence.profile, &change)?;
                profile_is_sound(&changed(&licence.profile, &change), "/data/set", facts)
            }
            Event::Suspended(_) => ensure(standing, &TRANSITION, ""),
            Event::Resumed(_) => ensure(licence.state == LicenceState::Suspended, &TRANSITION, ""),
            Event::Cancelled(data) => {
                let radiology = licence.profile.type_ == LicenceType::Radiology;
                ensure(data.ground.is_some() == radiology, &GROUND, "/data/ground")
            }
            Event::Revoked(_) | Event::DuplicateIssued(_) | Event::Issued(_) | Event::Corrected(_) => Ok(()),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let origin = about.origin();
        let Some(mut licence) = state else {
            let Event::Issued(profile) = event else { unreachable!("a licence begins with licence.issued") };
            let mut licence = Self {
                profile,
                state: LicenceState::Valid,
                state_since: origin,
                verified: None,
                ground: None,
                duplicate_on: None,
                annex: BTreeMap::new(),
                first_day: origin.date,
                origins: Origins::new(origin),
            };
            licence.count_annex(origin.date);
            return licence;
        };
        match event {
            Event::Issued(_) => unreachable!("a licence is issued once"),
            Event::Verified(data) => {
                let due = signing::json::Value::Text(data.next_due_on.to_string().into());
                licence.apply(&Change { set: vec![("verify_due_on".into(), due)], clear: Vec::new() }, origin);
                licence.verify(Verification { origin, result: data.result });
            }
            Event::Changed(data) => licence.apply(&change_of(&data.set, &data.clear), origin),
            Event::Corrected(data) => {
                licence.apply(&change_of(&data.set, &data.clear), origin);
                if let Some(result) = data.result {
                    licence.verify(Verification { origin, result });
                }
            }
            Event::Suspended(_) => licence.turn(LicenceState::Suspended, origin),
            Event::Resumed(_) => {
                let deferred = licence.verified.as_ref().is_some_and(|v| v.result == VerificationResult::Deferred);
                licence.turn(if deferred { LicenceState::Deferred } else { LicenceState::Valid }, origin);
            }
            // An end is an end, also when something of a later day was entered before it.
            Event::Cancelled(data) => {
                licence.ground = data.ground;
                licence.state = LicenceState::Cancelled;
                licence.state_since = origin;
            }
            Event::Revoked(_) => {
                licence.state = LicenceState::Revoked;
                licence.state_since = origin;
            }
            Event::DuplicateIssued(_) => licence.duplicate_on = licence.duplicate_on.max(Some(origin.date)),
        }
        licence
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.profile.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Issued(profile) => Some(institution::reference(profile.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Issued(profile) => vec![licences_key(profile.institution)],
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![Claim::new("licence", [self.profile.type_.as_str(), self.profile.number.as_str()])]
    }
}

impl Licence {
    fn apply(&mut self, change: &Change, origin: Origin) {
        let Self { origins, profile, .. } = self;
        origins.apply(profile, change, origin);
        self.count_annex(origin.date);
    }

    /// Notes which devices came into the annex or left it.
    fn count_annex(&mut self, day: Date) {
        let Self { annex, profile, .. } = self;
        let named = profile.devices.as_deref().unwrap_or_default();
        for (device, state) in annex.iter_mut() {
            if state.0 && !named.contains(device) {
                *state = (false, day);
            }
        }
        for device in named {
            let state = annex.entry(*device).or_insert((true, day));
            if !state.0 {
                *state = (true, day);
            }
        }
    }

    /// A fact of an earlier day does not overturn what counts from a later one.
    fn turn(&mut self, to: LicenceState, origin: Origin) {
        if origin >= self.state_since {
            self.state = to;
            self.state_since = origin;
        }
    }

    /// Takes a verification, or a correction of it (which has the origin of what it corrects).
    fn verify(&mut self, verification: Verification) {
        if self.verified.as_ref().is_some_and(|known| known.origin > verification.origin) {
            return;
        }
        let to = match verification.result {
            VerificationResult::Passed => LicenceState::Valid,
            VerificationResult::Deferred => LicenceState::Deferred,
        };
        if matches!(self.state, LicenceState::Valid | LicenceState::Deferred) {
            // After a resumption the state counts from later and yet rests on the verification: it follows it.
            self.state = to;
            self.state_since = self.state_since.max(verification.origin);
        }
        self.verified = Some(verification);
    }
}

/// Facet of an act on a licence that says this.
fn facet_of(profile: &Profile) -> &'static str {
    match (profile.type_, profile.authority) {
        (LicenceType::Radiology, Some(AuthorityLevel::City | AuthorityLevel::Province)) => "city",
        (LicenceType::Radiology, _) => "county",
        _ => "copy",
    }
}

fn open_institution(institution: Uuid, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(super::is_open_institution(institution, facts)?, &INSTITUTION, "/data/institution")
}

fn corrected_is_sound(licence: &Licence, data: &Corrected, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    let change = change_of(&data.set, &data.clear);
    let named = about.statement.corrects.and_then(|named| about.marks.iter().find(|mark| mark.id == named.event));
    // A correction of a correction has the origin of the first: of a verification, when that is its origin.
    let of_verification = named.is_some_and(|mark| {
        mark.event_type == "licence.verified"
            || (mark.event_type == "licence.corrected"
                && about
                    .marks
                    .iter()
                    .any(|other| other.event_type == "licence.verified" && other.origin == mark.origin))
    });
    if of_verification {
        let alone = change.members().all(|name| name == "verify_due_on") && change.clear.is_empty();
        ensure(alone && (data.result.is_some() || !change.set.is_empty()), &RESULT, "/data")?;
        return profile_is_sound(&changed(&licence.profile, &change), "/data/set", facts);
    }
    ensure(data.result.is_none(), &RESULT, "/data/result")?;
    change_is_sound(&change)?;
    ensure(!change.members().any(|name| matches!(name, "institution" | "type")), &FIXED, "/data/set")?;
    corrects_one_of(about, &["licence.issued", "licence.changed", "licence.corrected"])?;
    let after = changed(&licence.profile, &change);
    ensure(after.issued_on <= about.day, &DATES, "/data/set/issued_on")?;
    profile_is_sound(&after, "/data/set", facts)
}

fn profile_is_sound(profile: &Profile, at: &str, facts: &dyn Facts) -> Result<(), Stop> {
    members_of_type(profile, at)?;
    dates_are_sound(profile, at)?;
    scope_is_sound(profile, at)?;
    if profile.type_ == LicenceType::Radiology {
        let mut needed = AuthorityLevel::County;
        for scope in profile.classes.iter().flatten() {
            let number = value_on(licence_law::level_of(scope.class), facts.now().civil_day(), facts)?;
            needed = needed.max(AuthorityLevel::from_number(number));
        }
        ensure(profile.authority.is_some_and(|level| level >= needed), &AUTHORITY, &format!("{at}/authority"))?;
    }
    annex_is_sound(profile, at, facts)
}

fn members_of_type(profile: &Profile, at: &str) -> Result<(), Stop> {
    let radiology = profile.type_ == LicenceType::Radiology;
    let safety = profile.type_ == LicenceType::RadiationSafety;
    let is = |good: bool, member: &str| ensure(good, &MEMBERS, &format!("{at}/{member}"));
    is(profile.classes.is_some() == radiology, "classes")?;
    is(profile.authority.is_some() || !radiology, "authority")?;
    let annexed = radiology || safety || profile.type_ == LicenceType::LargeEquipment;
    is(profile.devices.is_none() || annexed, "devices")?;
    is(profile.verify_due_on.is_none() || licence_law::is_verified(profile.type_), "verify_due_on")?;
    ensure(!radiology || (profile.from.is_none() && profile.until.is_none()), &NO_EXPIRY, &format!("{at}/until"))?;
    is(profile.from.is_some() || !safety, "from")?;
    is(profile.until.is_some() || !safety, "until")
}

fn dates_are_sound(profile: &Profile, at: &str) -> Result<(), Stop> {
    let due = profile.verify_due_on.is_none_or(|due| due > profile.issued_on);
    ensure(due, &DATES, &format!("{at}/verify_due_on"))?;
    let from = profile.from.unwrap_or(profile.issued_on);
    let until = profile.until.is_none_or(|until| until > from);
    ensure(until, &DATES, &format!("{at}/until"))?;
    let safety = profile.type_ == LicenceType::RadiationSafety;
    let five_years = profile.until.is_none_or(|until| until <= add_months(from, 60));
    ensure(five_years || !safety, &TERM, &format!("{at}/until"))
}

fn scope_is_sound(profile: &Profile, at: &str) -> Result<(), Stop> {
    let scopes = profile.classes.as_deref().unwrap_or_default();
    for (index, scope) in scopes.iter().enumerate() {
        let once = scopes[..index].iter().all(|other| other.class != scope.class);
        ensure(once, &CLASSES, &format!("{at}/classes/{index}/class"))?;
        for (item_index, item) in scope.items.iter().enumerate() {
            let good = item.class() == scope.class && !scope.items[..item_index].contains(item);
            ensure(good, &ITEMS, &format!("{at}/classes/{index}/items/{item_index}"))?;
        }
    }
    Ok(())
}

fn annex_is_sound(profile: &Profile, at: &str, facts: &dyn Facts) -> Result<(), Stop> {
    let devices = profile.devices.as_deref().unwrap_or_default();
    for (index, device) in devices.iter().enumerate() {
        let entry = facts.entry(&RecordRef { kind: Kind::Device.as_str().into(), id: *device })?;
        let own = entry
            .as_ref()
            .and_then(|entry| entry.state.device())
            .is_some_and(|device| device.profile.institution == profile.institution);
        ensure(own && !devices[..index].contains(device), &ANNEX, &format!("{at}/devices/{index}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn radiology() -> Profile {
        Profile {
            institution: Uuid::from_u128(1),
            type_: LicenceType::Radiology,
            number: "川卫放证字（2021）第0012号".into(),
            decision_no: None,
            authority: Some(AuthorityLevel::City),
            issuer: "宜宾市卫生健康委员会".into(),
            classes: Some(vec![
                Scope { class: LicenceClass::Interventional, items: vec![LicenceItem::Dsa] },
                Scope { class: LicenceClass::Diagnostic, items: vec![LicenceItem::Ct, LicenceItem::Digital] },
            ]),
            devices: None,
            issued_on: day("2021-03-15"),
            verify_due_on: Some(day("2026-03-15")),
            from: None,
            until: None,
        }
    }

    fn safety() -> Profile {
        Profile {
            type_: LicenceType::RadiationSafety,
            authority: None,
            classes: None,
            issued_on: day("2024-02-29"),
            verify_due_on: None,
            from: Some(day("2024-02-29")),
            until: Some(day("2029-02-28")),
            ..radiology()
        }
    }

    fn licence(profile: Profile) -> Licence {
        let origin = Origin { date: day("2021-03-15"), version: 1 };
        Licence {
            profile,
            state: LicenceState::Valid,
            state_since: origin,
            verified: None,
            ground: None,
            duplicate_on: None,
            annex: BTreeMap::new(),
            first_day: origin.date,
            origins: Origins::new(origin),
        }
    }

    fn refused(result: Result<(), Stop>) -> Option<(&'static str, String)> {
        match result {
            Err(Stop::Refuse(refusal)) => refusal.rule.map(|rule| (rule.id, refusal.pointer)),
            _ => None,
        }
    }

    fn judged(profile: &Profile) -> Option<(&'static str, String)> {
        refused(
            members_of_type(profile, "/data")
                .and_then(|()| dates_are_sound(profile, "/data"))
                .and_then(|()| scope_is_sound(profile, "/data")),
        )
    }

    #[test]
    fn each_kind_has_its_members() {
        let at = |rule, pointer: &str| Some((rule, pointer.to_owned()));
        let members = "licence.members_of_type";
        assert_eq!(judged(&radiology()), None);
        assert_eq!(judged(&safety()), None);
        assert_eq!(judged(&Profile { classes: None, ..radiology() }), at(members, "/data/classes"));
        assert_eq!(judged(&Profile { authority: None, ..radiology() }), at(members, "/data/authority"));
        let expiring = Profile { until: Some(day("2030-01-01")), ..radiology() };
        assert_eq!(judged(&expiring), at("licence.no_expiry", "/data/until"));
        assert_eq!(judged(&Profile { until: None, ..safety() }), at(members, "/data/until"));
        let verified = Profile { verify_due_on: Some(day("2027-01-01")), ..safety() };
        assert_eq!(judged(&verified), at(members, "/data/verify_due_on"));
        let filing = Profile { type_: LicenceType::ClinicFiling, ..verified };
        assert_eq!(judged(&filing), at(members, "/data/verify_due_on"), "a filing is not verified");
    }

    #[test]
    fn a_term_is_five_years_at_most() {
        let at = |rule, pointer: &str| Some((rule, pointer.to_owned()));
        let longer = Profile { until: Some(day("2029-03-01")), ..safety() };
        assert_eq!(judged(&longer), at("licence.term", "/data/until"));
        let backwards = Profile { until: Some(day("2024-02-29")), ..safety() };
        assert_eq!(judged(&backwards), at("licence.dates", "/data/until"));
        let due = Profile { verify_due_on: Some(day("2021-03-15")), ..radiology() };
        assert_eq!(judged(&due), at("licence.dates", "/data/verify_due_on"));
    }

    #[test]
    fn classes_and_items_stand_once_and_belong_together() {
        let of = |scopes: &[(LicenceClass, &[LicenceItem])]| {
            let classes = scopes.iter().map(|(class, items)| Scope { class: *class, items: items.to_vec() }).collect();
            judged(&Profile { classes: Some(classes), ..radiology() }).map(|(rule, _)| rule)
        };
        let (ir, xr) = (LicenceClass::Interventional, LicenceClass::Diagnostic);
        assert_eq!(of(&[(xr, &[LicenceItem::Ct]), (ir, &[LicenceItem::Dsa])]), None);
        assert_eq!(of(&[(xr, &[LicenceItem::Ct]), (xr, &[LicenceItem::Dental])]), Some("licence.class_once"));
        assert_eq!(of(&[(xr, &[LicenceItem::Dsa])]), Some("licence.item_of_class"));
        assert_eq!(of(&[(xr, &[LicenceItem::Ct, LicenceItem::Ct])]), Some("licence.item_of_class"));
    }

    #[test]
    fn overdue_and_expired_follow_from_the_day() {
        let mut known = licence(radiology());
        assert_eq!(known.standing(day("2026-03-15"), None), LicenceStanding::Valid, "the due day is in time");
        assert_eq!(known.standing(day("2026-03-16"), None), LicenceStanding::Overdue);
        known.profile.verify_due_on = None;
        assert_eq!(known.verify_due(None), Some(day("2022-03-15")), "twelve months after the issue");
        assert_eq!(known.verify_due(Some(day("2023-01-01"))), Some(day("2023-01-01")), "with the practice licence");
        known.state = LicenceState::Suspended;
        assert_eq!(known.standing(day("2026-03-16"), None), LicenceStanding::Suspended);
        let known = licence(safety());
        assert_eq!(known.standing(day("2029-02-27"), None), LicenceStanding::Valid);
        assert_eq!(known.standing(day("2029-02-28"), None), LicenceStanding::Expired, "the first day without validity");
    }

    #[test]
    fn a_late_verification_does_not_overturn_a_later_one_and_a_correction_takes_its_place() {
        let mut known = licence(radiology());
        let of = |date: &str, version, result| Verification { origin: Origin { date: day(date), version }, result };
        known.verify(of("2024-03-01", 2, VerificationResult::Deferred));
        assert_eq!(known.state, LicenceState::Deferred);
        known.verify(of("2023-03-01", 3, VerificationResult::Passed));
        assert_eq!(known.state, LicenceState::Deferred);
        known.verify(of("2024-03-01", 2, VerificationResult::Passed));
        assert_eq!(known.state, LicenceState::Valid, "the correction has the origin of what it corrects");
        known.turn(LicenceState::Suspended, Origin { date: day("2024-05-01"), version: 5 });
        known.verify(of("2024-03-01", 2, VerificationResult::Deferred));
        assert_eq!(known.state, LicenceState::Suspended, "a correction does not lift a suspension");
    }

    #[test]
    fn the_higher_level_is_the_facet_and_other_copies_have_their_own() {
        assert_eq!(facet_of(&radiology()), "city");
        assert_eq!(facet_of(&Profile { authority: Some(AuthorityLevel::Province), ..radiology() }), "city");
        assert_eq!(facet_of(&Profile { authority: Some(AuthorityLevel::County), ..radiology() }), "county");
        assert_eq!(facet_of(&safety()), "copy");
    }
}

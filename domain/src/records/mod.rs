//! The kinds: one file each, all of the same shape (module doc, state, events, `impl Record`, helpers, tests).

pub mod account;
pub mod attachment;
pub mod certificate;
pub mod code_list;
pub mod credential;
pub mod desk;
pub mod device;
pub mod device_test;
pub mod dose_report;
pub mod dose_result;
pub mod dosimeter;
pub mod employment;
pub mod erasure;
pub mod exam_result;
pub mod grant;
pub mod holiday_table;
pub mod import;
pub mod institution;
pub mod investigation;
pub mod ledger;
pub mod licence;
pub mod monitoring_contract;
pub mod notification;
pub mod parameter;
pub mod person;
pub mod policy;
pub mod restriction;
pub mod training_record;
pub mod transfer;
pub mod warning;

use compact_str::CompactString;
use serde::{Serialize, Serializer};
use signing::bytes::Hash;
use signing::json::Object;
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::field::{Change, Data, Sealed, Shape};
use crate::law::product;
use crate::record::{About, Facts, Mark, Stop, Target, ensure};
use crate::refusal::Rule;

crate::data! {
    /// Data of an event that says everything by its type.
    pub struct Nothing {}

    /// A second signature on the statement named.
    pub struct Countersigns {
        countersigns: signing::statement::EventRef = Shape::EventRef, "所会签的事件", "the event that is countersigned";
    }

    /// Proof that whoever enrols a key holds it: an enrolment payload signed by that key.
    pub struct Proof {
        payload: crate::field::Bytes = Shape::Bytes(1024), "登记声明", "enrolment payload";
        sig: crate::field::Bytes = Shape::Bytes(64), "登记签名", "its signature by the new key";
    }
}

impl Proof {
    /// True when the proof is of this key, for this account, in this ledger.
    #[must_use]
    pub fn holds(&self, ledger: signing::bytes::LedgerId, account: Uuid, alg: u32, public_key: &[u8]) -> bool {
        let proof = signing::keys::EnrolmentProof { payload: self.payload.0.clone(), signature: self.sig.0.clone() };
        u8::try_from(alg).is_ok_and(|alg| proof.verify(ledger, account, alg, public_key))
    }
}

/// A committed value of a state, with the place where its opening lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedRef {
    /// The commitment.
    pub seal: Hash,
    /// The event that carries it.
    pub event: Uuid,
    /// Where in that event.
    pub pointer: CompactString,
}

impl SealedRef {
    /// The sealed member `name` of the data of an event.
    #[must_use]
    pub fn new(sealed: Sealed, about: &About<'_>, name: &str) -> Self {
        Self { seal: sealed.0, event: about.statement.id, pointer: format!("/data/{name}").into() }
    }
}

impl Serialize for SealedRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("$sealed", &self.seal)?;
        map.serialize_entry("event", &self.event)?;
        map.serialize_entry("pointer", &self.pointer)?;
        map.end()
    }
}

const FUTURE: Rule = Rule {
    id: "record.date_in_future",
    zh: "业务日期不能晚于今天：请在事实发生后登记",
    en: "The business date lies in the future: record the fact when it has happened.",
    citation: product("§7"),
};

const UNCHANGED: Rule = Rule {
    id: "record.unchanged_member",
    zh: "只填写有变化的项目：其中有一项与当前值相同",
    en: "A change names changed members only: one of them already has this value.",
    citation: product("§7"),
};

const EMPTY: Rule =
    Rule { id: "record.empty_change", zh: "没有任何更改", en: "Nothing is changed.", citation: product("§7") };

const BOTH: Rule = Rule {
    id: "record.set_and_cleared",
    zh: "同一项目不能既赋值又清空",
    en: "A member is both set and cleared.",
    citation: product("§7"),
};

const NOT_CORRECTABLE: Rule = Rule {
    id: "record.not_correctable",
    zh: "所指事件没有可更正的内容",
    en: "The event named carries nothing that this correction could replace.",
    citation: product("§7"),
};

/// Organisation and area of what belongs to an institution.
///
/// # Errors
/// A [`Need`](crate::record::Need) when the institution is not loaded.
fn of_institution(institution: Uuid, facts: &dyn Facts) -> Result<Target, Stop> {
    let entry = facts.entry(&institution::reference(institution))?;
    let area = entry.and_then(|entry| entry.state.institution().map(|state| state.profile.supervision_area.clone()));
    Ok(Target { org: Some(institution), area, account: None })
}

/// Organisation and area of a worker's employer, and his own account.
///
/// # Errors
/// A [`Need`](crate::record::Need) when the worker or the employer is not loaded.
fn of_worker(person: &RecordRef, institution: Uuid, facts: &dyn Facts) -> Result<Target, Stop> {
    let entry = facts.entry(person)?;
    let account = entry.as_ref().and_then(|entry| entry.state.person()).and_then(|person| person.account);
    Ok(Target { account, ..of_institution(institution, facts)? })
}

/// Whether an institution is approved and has not ended.
///
/// # Errors
/// A [`Need`](crate::record::Need) when it is not loaded.
fn is_open_institution(institution: Uuid, facts: &dyn Facts) -> Result<bool, Stop> {
    let entry = facts.entry(&institution::reference(institution))?;
    let state = entry.as_ref().and_then(|entry| entry.state.institution());
    Ok(state.is_some_and(|state| state.is_approved() && !state.is_ended()))
}

/// Index key of the records that name a natural person.
#[must_use]
pub fn party_key(party: &RecordRef) -> CompactString {
    format!("{}/{}", party.kind, party.id).into()
}

/// A fact is recorded when it has happened: its business date is not after the ledger's day.
fn not_in_future(about: &About<'_>) -> Result<(), Stop> {
    ensure(about.date() <= about.day, &FUTURE, "/effective_on")
}

/// The change that the `set` and `clear` of an event ask for.
fn change_of(set: &Option<Object>, clear: &Option<Vec<CompactString>>) -> Change {
    let set = set.iter().flat_map(|set| set.iter().map(|(name, value)| (name.clone(), value.clone()))).collect();
    Change { set, clear: clear.clone().unwrap_or_default() }
}

/// A change or correction touches something, and nothing both ways.
fn change_is_sound(change: &Change) -> Result<(), Stop> {
    ensure(change.members().next().is_some(), &EMPTY, "/data")?;
    ensure(!change.clear.iter().any(|name| change.set.iter().any(|(set, _)| set == name)), &BOTH, "/data/clear")
}

/// A change names changed members only.
fn change_differs<T: Serialize>(profile: &T, change: &Change) -> Result<(), Stop> {
    let present = serde_json::to_value(profile).unwrap_or_default();
    for (name, value) in &change.set {
        let new = signing::json::canonical(value);
        let same = present
            .get(name.as_str())
            .is_some_and(|old| serde_json::from_slice::<serde_json::Value>(&new).is_ok_and(|new| new == *old));
        ensure(!same, &UNCHANGED, &format!("/data/set/{name}"))?;
    }
    for name in &change.clear {
        ensure(present.get(name.as_str()).is_some_and(|old| !old.is_null()), &UNCHANGED, "/data/clear")?;
    }
    Ok(())
}

/// The event that a correction names is one of these types (the judge has found it already).
fn corrects_one_of(about: &About<'_>, types: &[&str]) -> Result<(), Stop> {
    let corrected = about.statement.corrects.and_then(|named| about.marks.iter().find(|mark| mark.id == named.event));
    ensure(corrected.is_some_and(|mark| types.contains(&mark.event_type)), &NOT_CORRECTABLE, "/corrects")
}

/// The mark of the event that is countersigned, when it is the one that `prev` names or an earlier countersignature of it.
fn countersigned<'a>(about: &About<'a>, named: &signing::statement::EventRef) -> Option<&'a Mark> {
    let target = about.marks.iter().find(|mark| mark.id == named.event && mark.hash == named.hash)?;
    let after = about.marks.iter().skip_while(|mark| mark.id != target.id).skip(1);
    after.clone().all(|mark| mark.event_type.ends_with(".countersigned")).then_some(target)
}

/// Value of a profile after a change, for rules that look across members.
fn changed<T: Data + Clone>(profile: &T, change: &Change) -> T {
    let mut after = profile.clone();
    for (name, value) in &change.set {
        after.put(name, Some(value));
    }
    for name in &change.clear {
        after.put(name, None);
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    /// What a correction can set is written once more beside the first event of a kind: the two say the same.
    #[test]
    fn what_can_be_corrected_is_what_was_entered() {
        let cases: [(&[Field], &[Field]); 9] = [
            (person::Profile::FIELDS, person::Registered::FIELDS),
            (employment::Profile::FIELDS, employment::Planned::FIELDS),
            (dose_result::Reading::FIELDS, dose_result::Reported::FIELDS),
            (device_test::Findings::FIELDS, device_test::Reported::FIELDS),
            (exam_result::Examination::FIELDS, exam_result::Reported::FIELDS),
            (restriction::Terms::FIELDS, restriction::Recorded::FIELDS),
            (parameter::Setting::FIELDS, parameter::Set::FIELDS),
            (training_record::Training::FIELDS, training_record::Completed::FIELDS),
            (certificate::Request::FIELDS, certificate::Applied::FIELDS),
        ];
        for (corrected, entered) in cases {
            for field in corrected {
                let same = entered.iter().find(|entered| entered.name == field.name);
                assert_eq!(format!("{same:?}"), format!("{:?}", Some(field)), "{}", field.name);
            }
        }
    }
}

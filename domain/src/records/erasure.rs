//! An erasure: personal data of a natural person is destroyed by destroying its key.
//!
//! Somebody asks, another natural person approves, the service destroys the key and only then says so: a crash in
//! between leaves a record of what was decided. Signatures, leaves and proofs stay verifiable (个人信息保护法
//! Art. 47).
//!
//! The subject is a party, named by an account or a post, or a person: a worker's own file. Whoever was once at radiation
//! work has a dose file and a health file that are kept for life (放射工作人员职业健康管理办法 Art. 11 and 27), and every
//! result hangs from a post in which he was at work; so a person is erased only while no employment of his ever began:
//! somebody entered by mistake, twice, or who never came. With the approval the number of his identity document is free.
//!
//! States: requested → approved → carried out | refused.

use compact_str::CompactString;
use serde::Serialize;
use signing::json::Object;
use signing::statement::{RecordRef, record_value};
use uuid::Uuid;

use super::{employment, party_key};
use crate::catalog::{EventType, Kind};
use crate::codes::ErasureGround;
use crate::field::Shape;
use crate::law::{Citation, PERSONAL_INFORMATION, RADIATION_WORKERS, product};
use crate::person_codes::EmploymentState;
use crate::record::{About, Draft, Entry, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// Whose data, where it stands and why it goes.
    pub struct Requested {
        subject: RecordRef = Shape::RecordRef(&["party", "person"]), "自然人", "the natural person";
        found_in: RecordRef = Shape::RecordRef(&["account", "institution", "person"]), "所在档案", "a record that names the person; a worker's file itself";
        ground: ErasureGround = Shape::Code(&ErasureGround::LIST), "删除理由", "ground";
    }

    /// Whose data.
    pub struct OfSubject {
        subject: RecordRef = Shape::RecordRef(&["party", "person"]), "自然人", "the natural person";
    }

    /// As it was while no worker's file could be named.
    pub struct RequestedOfParty {
        subject: RecordRef = Shape::RecordRef(&["party"]), "自然人", "the natural person";
        found_in: RecordRef = Shape::RecordRef(&["account", "institution"]), "所在档案", "a record that names the person";
        ground: ErasureGround = Shape::Code(&ErasureGround::LIST), "删除理由", "ground";
    }

    /// As it was while no worker's file could be named.
    pub struct OfParty {
        subject: RecordRef = Shape::RecordRef(&["party"]), "自然人", "the natural person";
    }
}

events! {
    /// Events of an erasure.
    pub enum Event {
        Requested(Requested) = "erasure.requested", 2 since 4, [Submission], true, Forbidden, Person, "申请删除个人信息", "erasure requested";
        Approved(OfSubject) = "erasure.approved", 2 since 4, [Approval], false, Forbidden, Person, "批准删除", "erasure approved";
        Refused(OfSubject) = "erasure.refused", 2 since 4, [Refusal], false, Forbidden, Person, "不予删除", "erasure refused";
        CarriedOut(OfSubject) = "erasure.carried_out", 2 since 4, [System], false, Forbidden, Service, "已删除", "erasure carried out";
    }
    older {
        RequestedOfParty = "erasure.requested", 1, [Submission], true, Forbidden, Person, "申请删除个人信息", "erasure requested";
        OfParty = "erasure.approved", 1, [Approval], false, Forbidden, Person, "批准删除", "erasure approved";
        OfParty = "erasure.refused", 1, [Refusal], false, Forbidden, Person, "不予删除", "erasure refused";
        OfParty = "erasure.carried_out", 1, [System], false, Forbidden, Service, "已删除", "erasure carried out";
    }
}

crate::codes! {
    /// State of an erasure.
    pub enum ErasureState = "ERASURE_STATE" {
        Requested = "REQUESTED", "待批准", "requested";
        Approved = "APPROVED", "已批准", "approved";
        Refused = "REFUSED", "不予删除", "refused";
        CarriedOut = "CARRIED_OUT", "已删除", "carried out";
    }
}

/// An erasure.
#[derive(Debug, Clone, Serialize)]
pub struct Erasure {
    /// What was asked.
    #[serde(serialize_with = "subject")]
    pub subject: RecordRef,
    /// Where the person is named.
    #[serde(serialize_with = "subject")]
    pub found_in: RecordRef,
    /// Ground.
    pub ground: ErasureGround,
    /// How far it is.
    pub state: ErasureState,
}

fn subject<S: serde::Serializer>(subject: &RecordRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{}/{}", subject.kind, subject.id))
}

const STILL_NEEDED: Rule = Rule {
    id: "erasure.still_needed",
    zh: "该个人信息仍为履行法定职责所必需：请先终止其任职或注销其账户",
    en: "The data is still needed for a statutory duty: end the person's post or close the account first.",
    citation: Citation { instrument: &PERSONAL_INFORMATION, clause: "第四十七条" },
};
const KEPT_FOR_LIFE: Rule = Rule {
    id: "erasure.kept_for_life",
    zh: "该人员曾从事放射工作：其个人剂量监测档案和职业健康监护档案依法终生保存，不能删除；登记有误的请更正",
    en: "The person was at radiation work: his dose file and health file are kept for life; what is wrong in them is corrected.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第十一条第（二）项、第二十七条" },
};
const NOT_FOUND: Rule = Rule {
    id: "erasure.not_found",
    zh: "所指档案中没有该自然人",
    en: "The record named does not name this person.",
    citation: product("§3"),
};
const STATE: Rule =
    Rule {
        id: "erasure.state", zh: "该申请已经处理", en: "The request has been decided.", citation: product("§3")
    };

/// Index key of what happens to a subject's key.
#[must_use]
pub fn subject_key(subject: &RecordRef) -> CompactString {
    format!("subject/{}/{}", subject.kind, subject.id).into()
}

/// Name and version of the function by which an approved erasure is carried out.
pub const CARRY_OUT: (&str, u16) = ("erasure.carry_out", 1);

/// The system event that says an approved erasure is done: once the key is gone, and never twice.
#[must_use]
pub fn carry_out(record: &RecordRef, entry: &Entry, basis: u64) -> Option<Draft> {
    let erasure = entry.state.erasure().filter(|erasure| erasure.state == ErasureState::Approved)?;
    let approved = entry.marks.last()?;
    // Whoever asked for a party's data may have done so under a catalogue that knows no other schema.
    let schema = if is_of_person(&erasure.subject) { 2 } else { 1 };
    let data = Object::from_pairs(vec![("subject".into(), record_value(&erasure.subject))]);
    let draft = Draft::following("erasure.carried_out", record.clone(), Some(entry), CARRY_OUT, data);
    Some(Draft { schema, cause: Some(approved.named()), basis: Some(basis), ..draft })
}

impl Record for Erasure {
    const KIND: Kind = Kind::Erasure;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let found_in = match (event, state) {
            (Event::Requested(requested), _) => &requested.found_in,
            (_, Some(erasure)) => &erasure.found_in,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        let Some(entry) = facts.entry(found_in)? else { return Err(Stop::code(Code::BadReference, "/data/found_in")) };
        if let Some(institution) = entry.state.institution() {
            return Ok(Target {
                org: Some(found_in.id),
                area: Some(institution.profile.supervision_area.clone()),
                account: None,
            });
        }
        if let Some(person) = entry.state.person() {
            return person.place(facts);
        }
        let account = entry.state.account();
        Ok(account.map_or_else(Target::default, |account| Target {
            org: account.org,
            area: account.area.clone(),
            account: Some(found_in.id),
        }))
    }

    fn admit(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Requested(requested), _) => no_longer_needed(&requested.subject, &requested.found_in, facts),
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
            (Event::Approved(data) | Event::Refused(data), Some(erasure)) => {
                if data.subject != erasure.subject {
                    return Err(Stop::code(Code::BadReference, "/data/subject"));
                }
                ensure(erasure.state == ErasureState::Requested, &STATE, "")?;
                if matches!(event, Event::Approved(_)) {
                    no_longer_needed(&erasure.subject, &erasure.found_in, facts)
                } else {
                    Ok(())
                }
            }
            (Event::CarriedOut(data), Some(erasure)) => {
                if data.subject != erasure.subject {
                    return Err(Stop::code(Code::BadReference, "/data/subject"));
                }
                ensure(erasure.state == ErasureState::Approved, &STATE, "")
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Requested(data), _) => Self {
                subject: data.subject,
                found_in: data.found_in,
                ground: data.ground,
                state: ErasureState::Requested,
            },
            (Event::Approved(_), Some(erasure)) => Self { state: ErasureState::Approved, ..erasure },
            (Event::Refused(_), Some(erasure)) => Self { state: ErasureState::Refused, ..erasure },
            (Event::CarriedOut(_), Some(erasure)) => Self { state: ErasureState::CarriedOut, ..erasure },
            (_, None) => unreachable!("an erasure begins with erasure.requested"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        let subject = match event {
            Event::Requested(data) => &data.subject,
            Event::Approved(data) | Event::Refused(data) | Event::CarriedOut(data) => &data.subject,
        };
        vec![subject_key(subject)]
    }
}

/// Whether a subject is a worker's file.
fn is_of_person(subject: &RecordRef) -> bool {
    subject.kind == Kind::Person.as_str()
}

fn no_longer_needed(subject: &RecordRef, found_in: &RecordRef, facts: &dyn Facts) -> Result<(), Stop> {
    if is_of_person(subject) {
        return never_worked(subject, found_in, facts);
    }
    let named_by = facts.members(&party_key(subject))?;
    ensure(named_by.records.contains(found_in), &NOT_FOUND, "/data/found_in")?;
    // Wherever else the person is named, a duty that still runs keeps the data.
    for record in &named_by.records {
        let Some(entry) = facts.entry(record)? else { continue };
        let office = entry.state.institution().is_some_and(|unit| !unit.is_ended() && unit.in_office(subject));
        ensure(!office && !is_open_account(&entry), &STILL_NEEDED, "/data/subject")?;
    }
    Ok(())
}

/// A worker's file goes while nothing hangs from it that the law keeps: no employment of his ever began, none waits to
/// begin, and his account is closed.
fn never_worked(subject: &RecordRef, found_in: &RecordRef, facts: &dyn Facts) -> Result<(), Stop> {
    let entry = facts.entry(subject)?;
    let person = entry.as_ref().and_then(|entry| entry.state.person());
    let Some(person) = person.filter(|_| found_in == subject) else {
        return Err(Stop::rule(&NOT_FOUND, "/data/found_in"));
    };
    let mut waits = false;
    for record in &facts.members(&employment::person_key(subject.id))?.records {
        let entry = facts.entry(record)?;
        let Some(employment) = entry.as_ref().and_then(|entry| entry.state.employment()) else { continue };
        ensure(employment.active.is_empty(), &KEPT_FOR_LIFE, "/data/subject")?;
        waits |= employment.state != EmploymentState::Ended;
    }
    let account = person.account.map(|id| facts.entry(&account_reference(id))).transpose()?.flatten();
    let account = account.is_some_and(|entry| is_open_account(&entry));
    ensure(!waits && !account, &STILL_NEEDED, "/data/subject")
}

fn is_open_account(entry: &Entry) -> bool {
    entry.state.account().is_some_and(|account| !account.closed)
}

fn account_reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Account.as_str().into(), id }
}

/// The worker's file whose data the event lets go: the number of his identity document is free with it.
#[must_use]
pub fn frees(event: &Event) -> Option<&RecordRef> {
    match event {
        Event::Approved(data) => Some(&data.subject).filter(|subject| is_of_person(subject)),
        _ => None,
    }
}

/// A state that waits for the service: approved and not carried out.
#[must_use]
pub fn waits(entry: &Entry) -> bool {
    entry.state.erasure().is_some_and(|erasure| erasure.state == ErasureState::Approved)
}

/// True when an erasure of this subject was approved or carried out: nothing may be sealed for it any more.
///
/// # Errors
/// A [`crate::record::Need`] when the erasures of the subject are not loaded.
pub fn is_erased(subject: &RecordRef, facts: &dyn Facts) -> Result<bool, crate::record::Need> {
    for record in &facts.members(&subject_key(subject))?.records {
        let entry = facts.entry(record)?;
        let state = entry.and_then(|entry| entry.state.erasure().map(|erasure| erasure.state));
        if matches!(state, Some(ErasureState::Approved | ErasureState::CarriedOut)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Sealing for somebody whose data was erased.
pub const SUBJECT_ERASED: Rule = Rule {
    id: "erasure.subject_erased",
    zh: "该自然人的个人信息已依法删除，不能再为其登记封存内容：请使用新的自然人标识",
    en: "This person's data was erased: nothing can be sealed for the old id, use a new one.",
    citation: Citation { instrument: &PERSONAL_INFORMATION, clause: "第四十七条" },
};

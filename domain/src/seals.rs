//! Seals of a statement against the openings that came with it.

use signing::bytes::LedgerId;
use signing::envelope::Opening;
use signing::json::{Object, Value};
use signing::seal::{commitment, find_seals};
use signing::statement::{RecordRef, Statement};

use crate::catalog::EventType;
use crate::field::{PARAGRAPH, Shape, Subject, scalar_ok, sealed_at};
use crate::admission::Presented;
use crate::record::{Facts, Need, Stop};
use crate::records::attachment;
use crate::records::import::FILE_HASH;
use crate::refusal::Code;

/// Pointer of the sealed text of a reason.
pub const REASON_TEXT: &str = "/reason/text";

/// What came with an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Openings {
    /// Well-formed openings.
    Given(Vec<Opening>),
    /// Something that is no list of openings.
    IllFormed,
    /// None are at hand and none are asked for: an audit without the key store.
    Withheld,
}

/// Shape and subject of the sealed value at a pointer of a statement; for the digest of an attachment the person whom
/// that file concerns.
///
/// # Errors
/// A [`Need`] when the attachment is not loaded.
pub fn rule_at(
    event_type: &'static EventType,
    statement: &Statement,
    object: &Object,
    pointer: &str,
    facts: &dyn Facts,
) -> Result<Option<(&'static Shape, RecordRef)>, Need> {
    if pointer == REASON_TEXT {
        return Ok(Some((&PARAGRAPH, statement.record.clone())));
    }
    let file = statement.attachments.iter().enumerate().find(|(index, _)| attachment::pointer(*index) == pointer);
    if let Some((_, file)) = file {
        return Ok(attachment::subject(file.id, facts)?.map(|person| (&FILE_HASH, person)));
    }
    let Some((shape, subject)) = sealed_at(event_type.data, pointer) else { return Ok(None) };
    Ok(subject_of(subject, statement, object).map(|subject| (shape, subject)))
}

/// The subject whose key protects a value.
#[must_use]
pub fn subject_of(subject: Subject, statement: &Statement, object: &Object) -> Option<RecordRef> {
    match subject {
        Subject::Record => Some(statement.record.clone()),
        Subject::Member(member) => {
            let named = object.get("data")?.as_object()?.get(member)?.as_object()?;
            let text = |name| named.get(name).and_then(Value::as_text);
            Some(RecordRef { kind: text("kind")?.into(), id: signing::bytes::parse_uuid_v4(text("id")?)? })
        }
    }
}

/// Every seal has exactly one opening that fits, and every opening a seal. Returns the subjects.
///
/// # Errors
/// `seal_mismatch`, `unopened_seal`, or `bad_value` for a value that its field does not allow; a [`Need`] when an
/// attachment is not loaded.
pub fn check(
    ledger: LedgerId,
    event_type: &'static EventType,
    statement: &Statement,
    presented: &Presented,
    facts: &dyn Facts,
) -> Result<Vec<RecordRef>, Stop> {
    let object = &presented.object;
    let openings = match &presented.openings {
        Openings::Given(openings) => openings,
        Openings::IllFormed => return Err(Stop::code(Code::SealMismatch, "")),
        Openings::Withheld => return Ok(Vec::new()),
    };
    let seals = find_seals(object);
    if seals.is_empty() && openings.is_empty() {
        return Ok(Vec::new());
    }
    let mut opened = vec![false; seals.len()];
    let mut subjects = Vec::new();
    let mut ill_valued = None;
    for opening in openings {
        let mismatch = || Stop::code(Code::SealMismatch, &opening.pointer);
        let at = seals
            .iter()
            .position(|(pointer, _)| *pointer == opening.pointer)
            .filter(|at| !opened[*at])
            .ok_or_else(mismatch)?;
        let (shape, subject) = rule_at(event_type, statement, object, &opening.pointer, facts)?.ok_or_else(mismatch)?;
        let named = opening.subject.kind == subject.kind && opening.subject.id == subject.id;
        let committed =
            commitment(ledger, statement.id, &opening.pointer, &opening.salt, &opening.value) == seals[at].1;
        if !named || !committed || !signing::json::check_sealed_value(&opening.value) {
            return Err(mismatch());
        }
        if !scalar_ok(shape, &opening.value) {
            ill_valued.get_or_insert_with(|| opening.pointer.clone());
        }
        opened[at] = true;
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    if let Some(at) = opened.iter().position(|opened| !opened) {
        return Err(Stop::code(Code::UnopenedSeal, &seals[at].0));
    }
    ill_valued.map_or(Ok(subjects), |pointer| Err(Stop::code(Code::BadValue, &pointer)))
}

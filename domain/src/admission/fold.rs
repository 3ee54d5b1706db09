//! The fold of one event onto its record: the same step on admission and on replay.

use compact_str::CompactString;
use signing::bytes::{Date, Hash, Instant};
use signing::json::Object;
use signing::statement::{Meaning, RecordRef, Statement};
use uuid::Uuid;

use super::typed::{Typed, read_typed};
use crate::catalog::{Event, Kind, event_type};
use crate::record::{About, Actor, Entry, Facts, Mark, Need, Origin, PENDING, Stop};
use crate::records::person::Custodian;
use crate::records::transfer::Requested;

/// What surrounds an event.
#[must_use]
pub fn about<'s>(
    statement: &'s Statement,
    hash: Hash,
    day: Date,
    marks: &'s [Mark],
    actor: Option<&'s Actor>,
) -> About<'s> {
    let corrected =
        statement.corrects.and_then(|named| marks.iter().find(|mark| mark.id == named.event)).map(|mark| mark.origin);
    About { statement, hash, day, corrected, marks, actor }
}

/// The record after an admitted event. `index` is the event's place in its unit.
#[must_use]
pub fn evolve(before: Option<&Entry>, event: Event, about: &About<'_>, index: usize) -> Entry {
    let statement = about.statement;
    let origin: Origin = about.origin();
    let state = event.evolve(before.map(|entry| entry.state.clone()), about);
    let known = before.map_or(&[][..], |entry| &entry.marks);
    let mut marks = Vec::with_capacity(known.len() + 1);
    marks.extend_from_slice(known);
    if let Some(named) = statement.corrects
        && let Some(mark) = marks.iter_mut().find(|mark| mark.id == named.event)
    {
        mark.corrected = true;
    }
    let mut signers = before.map(|entry| entry.signers.clone()).unwrap_or_default();
    match statement.meaning {
        Meaning::Approval => signers.clear(),
        // Who returns or refuses has written nothing: he may approve what comes next.
        Meaning::Return | Meaning::Refusal => {}
        _ if signers.contains(&statement.signer.key) => {}
        _ => signers.push(statement.signer.key),
    }
    let position = PENDING + index as u64;
    let event_type =
        event_type(&statement.event_type, statement.schema).expect("an admitted event is of the catalogue").name;
    marks.push(Mark {
        id: statement.id,
        hash: about.hash,
        position,
        event_type,
        origin,
        corrected: false,
        key: statement.signer.key,
    });
    Entry { state, version: statement.version, hash: about.hash, position, day: about.day, marks, signers }
}

/// Folds one stored event onto its record: the same step on replay as on admission.
///
/// # Errors
/// The refusal when the stored statement does not match the catalogue: a corrupt log.
pub fn replay(
    before: Option<&Entry>,
    object: &Object,
    hash: Hash,
    recorded_at: Instant,
    position: u64,
) -> Result<(Typed, Entry), Stop> {
    let typed = read_typed(object, None)?;
    let about = about(&typed.statement, hash, recorded_at.civil_day(), before.map_or(&[], |entry| &entry.marks), None);
    let mut entry = evolve(before, typed.event.clone(), &about, 0);
    entry.settle(position);
    Ok((typed, entry))
}

/// Organisation and area to which a record belongs.
///
/// # Errors
/// A [`Need`] when the institution of a device is not loaded.
pub fn home(
    record: &RecordRef,
    entry: &Entry,
    facts: &dyn Facts,
) -> Result<(Option<Uuid>, Option<CompactString>), Need> {
    use crate::catalog::State;
    let of_org = |org: Uuid| -> Result<_, Need> {
        let institution = facts.entry(&RecordRef { kind: Kind::Institution.as_str().into(), id: org })?;
        let area =
            institution.and_then(|entry| entry.state.institution().map(|state| state.profile.supervision_area.clone()));
        Ok((Some(org), area))
    };
    match &entry.state {
        State::Ledger(_) | State::Policy(_) | State::Desk(_) => Ok((None, None)),
        State::Account(account) => Ok((account.org, account.area.clone())),
        State::Credential(credential) => {
            let authority = facts.authority(credential.account)?;
            Ok(authority.account.as_ref().map_or((None, None), |account| (account.org, account.area.clone())))
        }
        State::Grant(grant) => Ok((grant.given.org, grant.given.area.clone())),
        State::Person(person) => match person.custodian() {
            Custodian::Institution(institution) => of_org(institution),
            Custodian::Pool(area) | Custodian::Outside(area) => Ok((None, Some(area))),
        },
        State::Transfer(transfer) => {
            let Requested { from_institution, to_institution, from_area, to_area, .. } = &transfer.request;
            Ok((from_institution.or(*to_institution), from_area.clone().or_else(|| to_area.clone())))
        }
        State::Institution(institution) => Ok((Some(record.id), Some(institution.profile.supervision_area.clone()))),
        State::Erasure(erasure) => match facts.entry(&erasure.found_in)? {
            Some(entry) => home(&erasure.found_in, &entry, facts),
            None => Ok((None, None)),
        },
        other => match other.belongs_to() {
            Some(parent) if parent.kind == Kind::Institution.as_str() => of_org(parent.id),
            Some(parent) => facts.entry(&parent)?.map_or(Ok((None, None)), |entry| home(&parent, &entry, facts)),
            None => Ok((None, None)),
        },
    }
}

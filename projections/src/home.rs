//! To which organisation and area a row belongs: what decides who may read it.
//!
//! A device or a worker's file belongs to its institution, a credential to its account, a request for erasure to the
//! record that names the person. What a laboratory files about another organisation belongs to that organisation, and
//! the laboratory reads it as well. The area of an organisation's rows is the one in which its institution is supervised *now*, whatever
//! it was when the row was written: the county that supervises reads the history.

use compact_str::CompactString;
use domain::catalog::{Event, Kind, State};
use domain::record::Entry;
use domain::records::person::{self, Custodian, Person};
use domain::records::transfer::Requested;
use domain::records::{credential, dose_report, dose_result, erasure, grant};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::entries::Entries;

/// Where a row belongs. All absent: to the ledger as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Home {
    /// Organisation: an institution.
    pub org: Option<Uuid>,
    /// Supervision area.
    pub area: Option<CompactString>,
    /// Account, for the rows of an account and of its credentials and grants.
    pub account: Option<Uuid>,
    /// The service organisation that filed it about another one: a laboratory reads what it reported.
    pub filed_by: Option<Uuid>,
    /// The county on the other side of a transfer: it reads it as well.
    pub other_area: Option<CompactString>,
}

/// Where the record belonged when it came to stand as it does here: what lies in a worker's file belongs to who held the
/// file then. The records on the way ([`parent`]) are in `entries`, as they stand then or later.
#[must_use]
pub fn home(record: &RecordRef, entry: &Entry, entries: &Entries) -> Home {
    home_at(record, entry, entry.position, entries)
}

fn home_at(record: &RecordRef, entry: &Entry, at: u64, entries: &Entries) -> Home {
    let state = &entry.state;
    let of_parent = |record: &RecordRef, state: &State| of_parent(record, state, at, entries);
    match state {
        State::Ledger(_) | State::Policy(_) | State::Desk(_) => Home::default(),
        State::Institution(institution) => {
            Home { area: Some(institution.profile.supervision_area.clone()), ..of_org(record.id) }
        }
        State::Account(account) => within(account.org, account.area.as_ref(), Some(record.id), entries),
        State::Grant(grant) => within(grant.given.org, grant.given.area.as_ref(), Some(grant.given.account), entries),
        State::Person(person) => match person.custodian_at(version_at(entry, at)) {
            Custodian::Institution(held_by) => {
                Home { account: person.account, ..of_entry(&institution(held_by), at, entries) }
            }
            Custodian::Pool(area) | Custodian::Outside(area) => {
                Home { area: Some(area), account: person.account, ..Home::default() }
            }
        },
        State::Transfer(transfer) => between(&transfer.request),
        State::Credential(credential) => {
            let mut home = of_parent(record, state);
            home.account = Some(credential.account);
            home
        }
        // What belongs to an account here (a request for erasure, a message to an officer) is not the account's own.
        State::Erasure(_) | State::Notification(_) => Home { account: None, ..of_parent(record, state) },
        // Who reads what it is about reads it.
        State::Warning(_) => of_parent(record, state),
        _ => Home { filed_by: filed_by(state, entries), ..of_parent(record, state) },
    }
}

/// The side that lets the file go, or the only one; the other side reads it as well. An area is that of the institution
/// beside it: a file that comes out of a county's archive lies with the county.
fn between(request: &Requested) -> Home {
    let (from, to) = (request.from_institution, request.to_institution);
    let org = from.or(to.filter(|_| request.from_area.is_none()));
    let area = request.from_area.clone().or_else(|| request.to_area.clone());
    let other_area = request.to_area.clone().filter(|other| Some(other) != area.as_ref());
    Home { org, area, account: None, filed_by: to.filter(|to| org != Some(*to)), other_area }
}

/// The laboratory of a contract, and of what it files under it; who examined a worker.
fn filed_by(state: &State, entries: &Entries) -> Option<Uuid> {
    match state {
        State::MonitoringContract(contract) => Some(contract.terms.laboratory),
        State::Dosimeter(dosimeter) => Some(dosimeter.issue.laboratory),
        State::DoseReport(report) => Some(report.header.laboratory),
        State::DoseResult(result) => {
            let entry = entries.get(&dose_report::reference(result.report))?;
            entry.state.dose_report().map(|report| report.header.laboratory)
        }
        State::DeviceTest(test) => test.laboratory,
        State::Investigation(investigation) => investigation.laboratory,
        State::ExamResult(exam) => exam.report().map(|report| report.examiner),
        _ => None,
    }
}

/// The worker in whose file a record lies: what he reads as his own.
#[must_use]
pub fn worker(record: &RecordRef, state: &State) -> Option<Uuid> {
    match state {
        State::Person(_) => Some(record.id),
        State::Employment(employment) => Some(employment.person),
        State::Dosimeter(dosimeter) => Some(dosimeter.issue.person.id),
        State::DoseResult(result) => Some(result.person.id),
        State::Attachment(file) => file.person.as_ref().map(|person| person.id),
        State::Investigation(investigation) => Some(investigation.person.id),
        State::ExamResult(exam) => Some(exam.person.id),
        State::Restriction(restriction) => Some(restriction.person.id),
        State::TrainingRecord(record) => Some(record.person.id),
        State::Certificate(certificate) => Some(certificate.person.id),
        State::Transfer(transfer) => Some(transfer.request.person.id),
        State::Warning(warning) => warning.person,
        _ => None,
    }
}

/// The record that says who filed another one, if neither its own state nor the records on its way ([`parent`]) do.
#[must_use]
pub fn header(state: &State) -> Option<RecordRef> {
    match state {
        State::DoseResult(result) => Some(dose_report::reference(result.report)),
        _ => None,
    }
}

/// [`header`] of a record that begins with this event.
#[must_use]
pub fn first_header(event: &Event) -> Option<RecordRef> {
    match event {
        Event::DoseResult(dose_result::Event::Reported(reported)) => Some(dose_report::reference(reported.report)),
        _ => None,
    }
}

/// The record that says where another one belongs, if its own state does not say all.
#[must_use]
pub fn parent(record: &RecordRef, state: &State) -> Option<RecordRef> {
    match state {
        State::Ledger(_) | State::Policy(_) | State::Desk(_) | State::Institution(_) => None,
        State::Account(account) => account.org.map(institution).filter(|parent| parent != record),
        State::Grant(grant) => grant.given.org.map(institution),
        State::Credential(credential) => Some(account(credential.account)),
        State::Erasure(erasure) => Some(erasure.found_in.clone()),
        other => other.belongs_to(),
    }
}

/// [`parent`] of a record that begins with this event.
#[must_use]
pub fn first_parent(event: &Event) -> Option<RecordRef> {
    match event {
        Event::Account(domain::records::account::Event::Opened(opened)) => opened.org.map(institution),
        Event::Grant(grant::Event::Given(given)) => given.org.map(institution),
        Event::Credential(credential::Event::Requested(requested)) => Some(account(requested.account)),
        Event::Erasure(erasure::Event::Requested(requested)) => Some(requested.found_in.clone()),
        other => other.begins_under(),
    }
}

/// Institutions that decide where rows of a worker's file belonged before it moved, or belong once an event moved it.
pub(crate) fn custodians(state: Option<&State>, event: Option<&Event>) -> Vec<RecordRef> {
    let earlier = state.and_then(State::person).into_iter().flat_map(Person::earlier_custodians);
    let next = match event {
        Some(Event::Person(person::Event::CustodyMoved(moved))) => moved.institution,
        _ => None,
    };
    earlier.chain(next).map(institution).collect()
}

/// Reference to an institution.
#[must_use]
pub fn institution(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Institution.as_str().into(), id }
}

/// Reference to an account.
#[must_use]
pub fn account(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Account.as_str().into(), id }
}

/// The version that was a record's last at a position.
fn version_at(entry: &Entry, at: u64) -> u32 {
    u32::try_from(entry.marks.partition_point(|mark| mark.position <= at)).unwrap_or(u32::MAX)
}

fn of_parent(record: &RecordRef, state: &State, at: u64, entries: &Entries) -> Home {
    parent(record, state).map_or_else(Home::default, |parent| of_entry(&parent, at, entries))
}

fn of_entry(parent: &RecordRef, at: u64, entries: &Entries) -> Home {
    match entries.get(parent) {
        Some(entry) => home_at(parent, &entry, at, entries),
        // An account of the genesis is no record, and an institution may come after what names it.
        None if parent.kind == Kind::Institution.as_str() => of_org(parent.id),
        None => Home::default(),
    }
}

/// A signed organisation and area: the area follows the institution, unless none was signed.
fn within(org: Option<Uuid>, area: Option<&CompactString>, account: Option<Uuid>, entries: &Entries) -> Home {
    let now = org.filter(|_| area.is_some()).and_then(|org| entries.get(&institution(org)));
    let now = now.and_then(|entry| entry.state.institution().map(|state| state.profile.supervision_area.clone()));
    Home { org, area: now.or_else(|| area.cloned()), account, ..Home::default() }
}

fn of_org(org: Uuid) -> Home {
    Home { org: Some(org), ..Home::default() }
}

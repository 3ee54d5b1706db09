//! Checks of one event that need no rights: who signed, ids, batch, time, references, head, reads, system statements.

use signing::bytes::{Date, Hash, KeyId};
use signing::json::{Object, Value};
use signing::statement::Statement;
use uuid::Uuid;

use super::judge::Judge;
use super::layered::Layered;
use super::{Presented, Typed, draft_statement};
use crate::catalog::Event;
use crate::codes::AccountKind;
use crate::record::{Draft, Entry, Facts, KeyClass, KeyOwner, Stop};
use crate::records::{attachment, desk, erasure, notification, warning};
use crate::refusal::{Code, Refusal};
use crate::rules;

pub(super) const MINUTE: i64 = 60_000_000;

pub(super) const HOUR: i64 = 60 * MINUTE;

impl Judge<'_> {
    pub(super) fn identity(
        &self,
        statement: &Statement,
        presented: &Presented,
        owner: Option<&KeyOwner>,
    ) -> Result<(), Stop> {
        if statement.ledger != self.base.ledger_id() {
            return Err(Stop::code(Code::WrongLedger, "/ledger"));
        }
        if statement.signer.key != presented.key {
            return Err(Stop::code(Code::SignerMismatch, "/signer/key"));
        }
        let account = match owner {
            Some(owner) => Some(owner.account),
            None => genesis_account(&presented.object, presented.key),
        };
        if account != Some(statement.signer.account) {
            return Err(Stop::code(Code::SignerMismatch, "/signer/account"));
        }
        Ok(())
    }

    pub(super) fn ids(&self, index: usize, statement: &Statement) -> Result<(), Stop> {
        let twice = self.first_with.get(&statement.id).is_some_and(|first| *first < index);
        if twice || self.base.used(statement.id)? {
            return Err(Stop::code(Code::IdReused, "/id"));
        }
        Ok(())
    }

    pub(super) fn batch(&self, index: usize, statement: &Statement) -> Result<(), Stop> {
        let bad = || Stop::code(Code::BadBatch, "/batch");
        let count = self.unit.len();
        let Some(batch) = statement.batch else { return if count == 1 { Ok(()) } else { Err(bad()) } };
        let first = &self.unit[0];
        let same_batch = batch_id_of(&first.object) == Some(batch.id);
        let same_key = first.key == self.unit[index].key;
        if usize::from(batch.count) != count
            || usize::from(batch.index) != index
            || !same_batch
            || !same_key
            || self.base.used(batch.id)?
        {
            return Err(bad());
        }
        Ok(())
    }

    /// `signed_at` within −24 h (organisations and roots: 7 days) .. +5 min of the instant at which it is recorded.
    pub(super) fn clock(&mut self, statement: &Statement, class: Option<KeyClass>) -> Result<(), Stop> {
        let long = match class {
            None | Some(KeyClass::Root(_)) => true,
            Some(KeyClass::Service) => false,
            Some(KeyClass::Credential(_)) => {
                let authority = self.base.authority(statement.signer.account)?;
                authority.account.as_ref().is_some_and(|account| account.kind == AccountKind::Organisation)
            }
        };
        let back = if long { 7 * 24 * HOUR } else { 24 * HOUR };
        let earliest = statement.signed_at.plus_micros(-5 * MINUTE);
        let latest = statement.signed_at.plus_micros(back);
        if self.now < earliest || self.now > latest {
            return Err(Stop::code(Code::ClockSkew, "/signed_at"));
        }
        self.from = self.from.max(earliest);
        self.until = self.until.min(latest);
        Ok(())
    }

    pub(super) fn references(
        &self,
        typed: &Typed,
        presented: &Presented,
        entry: Option<&Entry>,
        facts: &Layered<'_, '_>,
    ) -> Result<(), Stop> {
        let (statement, object) = (&typed.statement, &presented.object);
        let bad = |pointer: &str| Stop::code(Code::BadReference, pointer);
        let mark = |event: Uuid, hash: Hash| entry.and_then(|entry| entry.mark(event)).filter(|mark| mark.hash == hash);
        if let Some(named) = &statement.corrects
            && mark(named.event, named.hash).is_none_or(|mark| mark.corrected)
        {
            return Err(bad("/corrects"));
        }
        if let Some(named) = &statement.cause
            && facts.event(named.event)?.is_none_or(|known| known.hash != named.hash)
        {
            return Err(bad("/cause"));
        }
        if let Some(named) = object.get("data").and_then(Value::as_object).and_then(|data| data.get("countersigns")) {
            let named = <signing::statement::EventRef as crate::field::Member>::from_value(Some(named));
            if entry.is_some() && mark(named.event, named.hash).is_none() {
                return Err(bad("/data/countersigns"));
            }
        }
        for (index, read) in statement.reads.iter().enumerate() {
            let named = facts.entry(&read.record)?;
            let then = named.as_ref().and_then(|entry| entry.marks.get(read.version as usize - 1));
            if then.is_none_or(|mark| mark.hash != read.hash) {
                return Err(bad(&format!("/reads/{index}")));
            }
        }
        for (index, named) in statement.attachments.iter().enumerate() {
            attachment::rests_on(index, named, &presented.openings, facts)?;
        }
        match &typed.event {
            Event::Attachment(attachment::Event::Filed(filed)) => {
                attachment::is_stored(statement.record.id, filed, &presented.openings, facts)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn head(&self, statement: &Statement, entry: Option<&Entry>) -> Result<(), Stop> {
        let continues = match entry {
            None => statement.version == 1,
            Some(entry) => statement.version == entry.version + 1 && statement.prev == Some(entry.hash),
        };
        if continues { Ok(()) } else { Err(conflict(entry)) }
    }

    pub(super) fn reads(&self, statement: &Statement, facts: &Layered<'_, '_>) -> Result<(), Stop> {
        for (index, read) in statement.reads.iter().enumerate() {
            if facts.entry(&read.record)?.is_none_or(|entry| entry.version != read.version) {
                return Err(Stop::code(Code::ReadStale, &format!("/reads/{index}")));
            }
        }
        Ok(())
    }

    /// A system event that comes through the door must be what the fold demands: the service cannot say what it likes.
    pub(super) fn system(
        &self,
        typed: &Typed,
        entry: Option<&Entry>,
        class: Option<KeyClass>,
        facts: &dyn Facts,
    ) -> Result<(), Stop> {
        if !matches!(class, Some(KeyClass::Service)) {
            return Ok(());
        }
        let statement = &typed.statement;
        let derivation = statement.derivation.as_ref();
        let (day, basis) = derivation.map_or((self.day, None), |derivation| (derivation.day, derivation.basis));
        let draft = match basis {
            Some(basis) => demanded(typed, entry, basis, (day, self.day), facts)?,
            None => None,
        };
        let due = draft.is_some_and(|mut draft| {
            draft.basis = basis;
            let expected =
                draft_statement(&draft, statement.ledger, statement.id, statement.signer, statement.signed_at, day);
            let expected = Statement { batch: statement.batch, ..expected };
            expected == *statement && same_data(&draft.data, typed, self.unit)
        });
        if due { Ok(()) } else { Err(Stop::code(Code::NotAuthorised, "/derivation")) }
    }
}

/// What the fold demands of the service about the record of a statement, if anything. Only the desk judges another day than
/// today: one that it has not named yet.
fn demanded(
    typed: &Typed,
    entry: Option<&Entry>,
    basis: u64,
    (day, today): (Date, Date),
    facts: &dyn Facts,
) -> Result<Option<Draft>, Stop> {
    let record = &typed.statement.record;
    let judged = match &typed.event {
        Event::Warning(_) | Event::Notification(notification::Event::Ordered(_)) => desk::judges(day, today, facts)?,
        Event::Desk(_) => true,
        _ => day == today,
    };
    if !judged {
        return Ok(None);
    }
    Ok(match &typed.event {
        // What was folded includes the event that led to it.
        Event::Erasure(_) => {
            entry.filter(|entry| entry.position < basis).and_then(|entry| erasure::carry_out(record, entry, basis))
        }
        Event::Warning(event) => {
            let known = entry.and_then(|entry| entry.state.warning());
            let (rule, subject) = match (event, known) {
                (warning::Event::Raised(raised), _) => (&raised.rule, &raised.subject),
                (_, Some(warning)) => (&warning.rule, &warning.subject),
                (_, None) => return Ok(None),
            };
            let Some(rule) = rules::rule(rule) else { return Ok(None) };
            let drafts = rules::conclude(rule, subject, day, facts)?.drafts;
            drafts.into_iter().find(|draft| draft.record == *record)
        }
        Event::Notification(notification::Event::Ordered(ordered)) => order(ordered, record.id, day, facts)?,
        Event::Notification(event) => match entry.and_then(|entry| Some((entry, entry.state.notification()?))) {
            Some((entry, known)) => known.outcome(record, entry, event, day, facts)?,
            None => None,
        },
        Event::Desk(desk::Event::Opened(_)) => Some(desk::open(record.id, basis)).filter(|_| day == today),
        // The numbers and the digest are the desk's word for what the audit counts.
        Event::Desk(desk::Event::Evaluated(evaluated)) => {
            let said = (evaluated.day, evaluated.basis) == (day, i64::try_from(basis).unwrap_or(i64::MAX));
            entry.filter(|_| said).map(|entry| Draft {
                data: evaluated.to_object(),
                ..desk::evaluated(record, entry, evaluated.day, basis, &desk::Tally::default())
            })
        }
        _ => None,
    })
}

/// The event that orders a message, if each of its warnings demands it.
fn order(ordered: &notification::Ordered, id: Uuid, day: Date, facts: &dyn Facts) -> Result<Option<Draft>, Stop> {
    let Some(rule) = rules::rule(&ordered.rule).filter(|_| ordered.day == day) else { return Ok(None) };
    let notification::Ordered { office, about, grade, warnings, .. } = ordered.clone();
    let said = rules::Order { office, about, rule: rule.id, grade, day, warnings };
    for warning in &said.warnings {
        let orders = rules::notices(&warning::reference(*warning), day, facts)?.orders;
        if !orders.iter().any(|order| order.is_like(&said)) {
            return Ok(None);
        }
    }
    let order = rules::merged(vec![said]);
    Ok(order.first().map(|order| rules::ordered(order, id, facts)).transpose()?)
}

/// The data of a draft is the data that was signed.
pub(super) fn same_data(expected: &Object, typed: &Typed, unit: &[Presented]) -> bool {
    unit.iter()
        .filter(|presented| id_of(&presented.object) == Some(typed.statement.id))
        .all(|presented| presented.object.get("data").and_then(Value::as_object) == Some(expected))
}

pub(super) fn conflict(entry: Option<&Entry>) -> Stop {
    let mut refusal = Refusal::new(Code::Conflict, 0).at("/version");
    refusal.head = Some(entry.map_or((0, None), |entry| (entry.version, Some(entry.hash))));
    Stop::Refuse(refusal)
}

pub(super) fn id_of(object: &Object) -> Option<Uuid> {
    signing::bytes::parse_uuid_v4(object.get("id")?.as_text()?)
}

pub(super) fn batch_id_of(object: &Object) -> Option<Uuid> {
    signing::bytes::parse_uuid_v4(object.get("batch")?.as_object()?.get("id")?.as_text()?)
}

/// Account of the root whose key a genesis names.
pub(super) fn genesis_account(object: &Object, key: KeyId) -> Option<Uuid> {
    let roots = object.get("data")?.as_object()?.get("roots")?.as_array()?;
    let root = roots.iter().filter_map(Value::as_object).find(|root| {
        let spki = root.get("public_key").and_then(Value::as_text).and_then(signing::bytes::b64url_decode);
        spki.is_some_and(|spki| Hash::of(&spki).0 == key.0)
    })?;
    signing::bytes::parse_uuid_v4(root.get("account")?.as_text()?)
}

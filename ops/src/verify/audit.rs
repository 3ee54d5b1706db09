//! The audit: stored bytes in, findings out. Pure over the rows; it shares the judge with admission, so the two cannot
//! disagree.
//!
//! Rows come in chunks. Parsing, hashing and signatures run on all cores; the fold of the chunk before runs beside
//! them. After a finding the fold goes on with the stored event as it is, so that one fault does not hide the next.

use std::collections::BTreeMap;
use std::io;

use domain::admission::{Admitted, AdmittedEvent, Service, judge, read_typed};
use domain::memory::{Memory, Store};
use domain::record::{Facts, KeyClass, Stop};
use domain::records::erasure;
use domain::refusal::{Code, Refusal};
use schema::openings::Opened;
use schema::tiles::StoredRow;
use signing::bytes::{Hash, Instant, KeyId, LedgerId};
use signing::json::{Object, Value, canonical_object, read_stored};
use signing::note::LogVerifier;
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

use super::desk::DeskAudit;
use super::evidence::{Evidence, Kept};
use super::report::{Check, Report, Trust};
use super::rows::{Chunk, Row, Rows};
use super::seals::Seen;
use super::signatures::Keys;
use super::spill::Spill;
use super::tree::Tree;

/// Rows of a chunk.
pub const CHUNK: usize = 4096;
/// Most rows of a unit with its consequences.
const UNIT_MAX: usize = domain::admission::EVENTS_MAX + domain::admission::CONSEQUENCES_MAX;
/// An approved erasure is carried out within seven days.
const ERASURE_DUE_MICROS: i64 = 7 * 86_400 * 1_000_000;

/// An audit under way.
pub struct Audit<'a> {
    evidence: &'a dyn Evidence,
    trust: Option<&'a Trust>,
    strict: bool,
    memory: Memory<Spill>,
    ledger: LedgerId,
    service: Service,
    verifier: Option<LogVerifier>,
    tree: Tree<'a>,
    keys: Keys,
    last: Instant,
    /// The position that comes next.
    next: u64,
    /// What is read and checked for its signatures, and not yet folded.
    waiting: Chunk,
    /// The beginning of a unit whose end is not read.
    tail: Chunk,
    /// Erasures that were approved: where and when.
    approvals: BTreeMap<RecordRef, (u64, Instant)>,
    desk: DeskAudit,
    report: Report,
}

impl<'a> Audit<'a> {
    /// An audit of a ledger.
    #[must_use]
    pub fn new(ledger: LedgerId, evidence: &'a dyn Evidence, trust: Option<&'a Trust>, strict: bool) -> Self {
        Self::with_store(ledger, evidence, trust, strict, Spill::default())
    }

    /// An audit that keeps what it folds in this store.
    pub(super) fn with_store(
        ledger: LedgerId,
        evidence: &'a dyn Evidence,
        trust: Option<&'a Trust>,
        strict: bool,
        store: Spill,
    ) -> Self {
        Self {
            evidence,
            trust,
            strict,
            memory: Memory::on(ledger, store),
            ledger,
            service: Service { account: Uuid::nil(), key: KeyId([0; 32]), id_secret: [0; 32] },
            verifier: None,
            tree: Tree::new(evidence),
            keys: Keys::default(),
            last: Instant::from_micros(0),
            next: 0,
            waiting: Chunk::default(),
            tail: Chunk::default(),
            approvals: BTreeMap::new(),
            desk: DeskAudit::default(),
            report: Report::new(ledger, strict),
        }
    }

    /// Takes the next rows, in order.
    ///
    /// # Errors
    /// When the file in which the audit keeps what it has seen fails.
    pub fn rows(&mut self, rows: Vec<StoredRow>) -> io::Result<()> {
        let chunk = Chunk::read(rows);
        self.keys.enrol(chunk.rows());
        let before = std::mem::take(&mut self.waiting);
        let keys = std::mem::take(&mut self.keys);
        let strict = self.strict;
        let (ledger, evidence) = (self.ledger, self.evidence);
        let ((bad, seen), ()) = rayon::join(
            || rayon::join(|| keys.bad(chunk.rows(), strict), || Seen::of(chunk.rows(), ledger, evidence)),
            || self.fold(before, false),
        );
        self.keys = keys;
        seen.tell(&mut self.report);
        self.report.checked(Check::Signature, chunk.rows().len() as u64);
        for position in bad {
            self.report.finding(Check::Signature, position, "a signature that verifies", "it does not");
        }
        self.waiting = chunk;
        self.memory.store().take_fault().map_or(Ok(()), Err)
    }

    /// Ends the audit.
    ///
    /// # Errors
    /// As [`Audit::rows`].
    pub fn finish(mut self) -> io::Result<Report> {
        let rest = std::mem::take(&mut self.waiting);
        self.fold(rest, true);
        self.tree.finish(self.verifier.as_ref(), &mut self.report);
        self.due();
        self.desk.silent(self.last.civil_day(), self.tree.size(), &mut self.report);
        if let Some(fault) = self.memory.store().take_fault() {
            return Err(fault);
        }
        // What was folded has served; the list of a parcel may be long.
        self.memory = Memory::on(self.ledger, Spill::default());
        self.parcel();
        for trigger in self.evidence.disabled_triggers() {
            let found = format!("{trigger} is disabled");
            self.report.finding(Check::Trigger, self.tree.size(), "every guarding trigger enabled", &found);
        }
        self.report.checked(Check::Trigger, 1);
        let origin = self.verifier.as_ref().map(|verifier| verifier.origin().to_owned());
        self.report.close(self.tree.size(), self.tree.root(), origin);
        Ok(self.report)
    }

    /// Folds rows in order. Unless they are the last, the end may be the middle of a unit: that part waits.
    fn fold(&mut self, rows: Chunk, last: bool) {
        let mut chunk = std::mem::take(&mut self.tail);
        chunk.append(rows);
        let mut rest = chunk.rows();
        while rest.len() > if last { 0 } else { UNIT_MAX } {
            let (unit, after) = rest.split_at(rest.unit_length());
            let recorded = self.unit(unit, after);
            rest = after.split_at(recorded).1;
        }
        let waits = rest.len();
        self.tail = chunk.split_off(chunk.rows().len() - waits);
    }

    /// Audits a unit and its consequences, which are the first rows after it; returns how many these are.
    fn unit(&mut self, unit: Rows<'_>, after: Rows<'_>) -> usize {
        for row in unit.iter() {
            self.position(row);
            if let Some(fault) = row.read.fault {
                self.report.finding(Check::Statement, row.read.position, "a canonical statement", fault.code());
            }
        }
        let first = unit.at(0);
        self.memory.set_now(first.read.recorded_at);
        let admitted = if unit.iter().all(|row| row.read.fault.is_none()) { self.judge(unit) } else { None };
        unit.iter().for_each(|row| self.basis(row));
        match &admitted {
            // The judge has folded the unit already; with consequences the ledger stands on what was recorded.
            Some(admitted) if admitted.events.len() == unit.len() => {
                unit.iter().zip(&admitted.events).for_each(|(row, event)| self.note(row, &event.statement));
                self.memory.apply(admitted);
                unit.iter().zip(&admitted.events).for_each(|(row, event)| self.folded(row, &event.statement));
                if admitted.events.iter().any(|event| event.statement.record.kind == "ledger") {
                    self.know_service();
                }
            }
            _ => unit.iter().for_each(|row| self.take(row)),
        }
        self.consequences(after, first, admitted.as_ref())
    }

    fn judge(&mut self, unit: Rows<'_>) -> Option<Admitted> {
        match judge(unit.events, &self.memory, &self.service) {
            Ok(admitted) => Some(admitted),
            Err(Stop::Refuse(refusal)) => {
                let row = unit.at(refusal.index.min(unit.len() - 1));
                let expected = "a statement that may be admitted here";
                self.report.finding(check_of(&refusal, row), row.read.position, expected, &describe(&refusal));
                None
            }
            // The ledger in memory has everything that there is.
            Err(Stop::Need(_)) => None,
        }
    }

    /// What was folded lies before the event that says so.
    fn basis(&mut self, row: Row<'_>) {
        let position = row.read.position;
        if row.basis().is_some_and(|basis| u64::try_from(basis).is_ok_and(|basis| basis > position)) {
            self.report.finding(Check::System, position, "a basis not above the own position", "a later one");
        }
    }

    /// Compares what the system had to add with what it added.
    fn consequences(&mut self, after: Rows<'_>, first: Row<'_>, admitted: Option<&Admitted>) -> usize {
        let same_append = |row: &Row<'_>| row.read.recorded_at == first.read.recorded_at && row.is_consequence();
        let recorded = after.iter().take_while(same_append).count();
        let expected = admitted.map_or(&[][..], |admitted| &admitted.events[admitted.signed..]);
        for (index, row) in after.iter().take(recorded).enumerate() {
            self.position(row);
            let same = expected.get(index).is_some_and(|expected| self.is_consequence(row, expected).unwrap_or(false));
            if !same && admitted.is_some() {
                let demanded = "the consequence that the fold demands";
                self.report.finding(Check::System, row.read.position, demanded, "another statement");
            }
            self.take(row);
        }
        if let Some(missing) = expected.get(recorded) {
            let demanded = format!("{} in the same append", missing.statement.event_type);
            self.report.finding(Check::System, first.read.position + recorded as u64, &demanded, "it is missing");
        }
        self.report.checked(Check::System, expected.len().max(recorded) as u64);
        recorded
    }

    /// Whether a row is what the fold demands, but for what the service chooses: id, signer and time.
    fn is_consequence(&self, row: Row<'_>, expected: &AdmittedEvent) -> Option<bool> {
        let typed = read_typed(&row.event.object, Some(KeyClass::Service)).ok()?;
        let Statement { id, signed_at, signer, .. } = typed.statement;
        let free = Statement { id, signed_at, signer, ..expected.statement.clone() };
        let object = read_stored(&expected.payload).ok()?;
        let data = object.get("data")?.as_object()?;
        let service = self.service.key;
        let by_service = row.event.key == service && signer.key == service;
        Some(by_service && canonical_object(&free.to_object(data)) == row.event.payload)
    }

    /// Position, time and leaf of one row.
    fn position(&mut self, row: Row<'_>) {
        let (position, expected) = (row.read.position, self.next);
        if position != expected {
            self.report.finding(Check::Stream, position, &format!("position {expected}"), "a gap or a repetition");
        }
        // Named once: what follows a gap is not a gap again, and is compared with the leaves of its own positions.
        self.next = position.saturating_add(1);
        let recorded_at = row.read.recorded_at;
        if recorded_at < self.last {
            let expected = "recorded_at not before the event before";
            self.report.finding(Check::Time, position, expected, &recorded_at.to_string());
        }
        self.last = self.last.max(recorded_at);
        self.report.checked(Check::Time, 1);
        self.tree.push(position, row.read.leaf, &mut self.report);
    }

    /// Lets the ledger stand on a stored event.
    fn take(&mut self, row: Row<'_>) {
        if row.read.fault.is_some() {
            return;
        }
        let Ok(typed) = read_typed(&row.event.object, None) else { return };
        let there = self.memory.store().record(&typed.statement.record).is_some();
        if there == typed.event_type.creates {
            return;
        }
        self.note(row, &typed.statement);
        self.memory.replay(&typed, &row.event.payload, row.event.hash, row.read.recorded_at);
        self.folded(row, &typed.statement);
        if typed.event_type.kind() == "ledger" {
            self.know_service();
        }
    }

    /// What is told of a statement that the fold takes, whoever folds it.
    fn note(&mut self, row: Row<'_>, statement: &Statement) {
        let position = row.read.position;
        if position == 0 {
            self.genesis(row, statement);
        }
        if statement.event_type == "erasure.approved" {
            self.approvals.insert(statement.record.clone(), (position, row.read.recorded_at));
        }
        if statement.event_type == "attachment.filed" {
            self.file(statement, &row.event.object, position);
        }
        self.report.checked(Check::Statement, 1);
    }

    /// What the desk has to look at because of an event, and what it said with it.
    fn folded(&mut self, row: Row<'_>, statement: &Statement) {
        let position = row.read.position;
        self.desk.folded(&statement.record, position, &self.memory, &mut self.report);
        if matches!(statement.record.kind.as_str(), "warning" | "desk")
            && let Ok(typed) = read_typed(&row.event.object, None)
        {
            self.desk.said(&typed, position, &self.memory, &mut self.report);
        }
    }

    fn genesis(&mut self, row: Row<'_>, statement: &Statement) {
        if statement.event_type != "ledger.created" {
            self.report.finding(Check::Trust, 0, "ledger.created", &statement.event_type);
        }
        self.report.checked(Check::Trust, 1);
        self.report.genesis = Some(row.event.hash);
        if let Some(expected) = self.trust.map(|trust| trust.genesis)
            && expected != row.event.hash
        {
            self.report.finding(Check::Trust, 0, &format!("the genesis {expected}"), &row.event.hash.to_string());
        }
    }

    fn know_service(&mut self) {
        let Ok(Some(ledger)) = self.memory.ledger() else { return };
        let service = &ledger.created.service;
        self.service.account = service.account;
        self.service.key = KeyId(Hash::of(&service.public_key.0).0);
        self.verifier = LogVerifier::from_vkey(&ledger.created.log_vkey);
        if let Some(trust) = self.trust.filter(|trust| trust.vkey != ledger.created.log_vkey) {
            let expected = trust.vkey.clone();
            self.report.finding(Check::Trust, 0, &format!("the log key {expected}"), &ledger.created.log_vkey);
        }
    }

    /// A file against the digest that was signed, where the store is at hand.
    fn file(&mut self, statement: &Statement, object: &Object, position: u64) {
        let found = match self.evidence.file(statement.record.id) {
            // What went with its person's key is as it should be, and what cannot be read was not looked at.
            None | Some(Kept::Erased | Kept::Unread) => return,
            Some(found) => found,
        };
        self.report.checked(Check::File, 1);
        let signed = object.get("data").and_then(Value::as_object).and_then(|data| data.get("sha256")).cloned();
        let signed = signed.or_else(|| self.opened(statement.id, "/data/digest"));
        let expected = match &signed {
            Some(Value::Text(digest)) => format!("the file {digest}"),
            _ => "the file that was stored".to_owned(),
        };
        let other = match found {
            Kept::Here(digest) if signed.is_none_or(|signed| signed.as_text() == Some(&digest.to_string())) => return,
            Kept::Here(digest) => digest.to_string(),
            Kept::Changed => "other bytes than were stored".to_owned(),
            _ => "none is kept".to_owned(),
        };
        self.report.finding(Check::File, position, &expected, &other);
    }

    /// The value behind a seal, where it can be opened.
    fn opened(&self, event: Uuid, pointer: &str) -> Option<Value> {
        let openings = self.evidence.openings(&[event])?.remove(&event)?;
        openings.into_iter().find_map(|(known, opened)| match opened {
            Opened::Open { value, .. } if known == pointer => Some(value),
            _ => None,
        })
    }

    /// What was handed over against what its exporter signed; and that it carries a checkpoint at all.
    fn parcel(&mut self) {
        let Some(faults) = self.evidence.parcel(self.keys.get(&self.service.key)) else { return };
        let size = self.tree.size();
        self.report.checked(Check::Bundle, 1);
        for fault in faults {
            self.report.finding(Check::Bundle, size, "every member as its exporter signed it", &fault);
        }
        if self.evidence.checkpoints().is_empty() {
            self.report.finding(Check::Checkpoint, size, "a signed checkpoint over the events", "there is none");
        }
    }

    /// System events that are due and missing.
    fn due(&mut self) {
        let late = self.last.plus_micros(-ERASURE_DUE_MICROS);
        for (record, (position, recorded_at)) in &self.approvals {
            let waits = self.memory.store().record(record).is_some_and(|entry| erasure::waits(&entry));
            if waits && *recorded_at < late {
                let expected = "erasure.carried_out within seven days of the approval";
                self.report.finding(Check::System, *position, expected, "it is missing");
            }
        }
    }
}

fn describe(refusal: &Refusal) -> String {
    match refusal.rule {
        Some(rule) => format!("{} {} {}", refusal.code.as_str(), rule.id, refusal.pointer),
        None => format!("{} {}", refusal.code.as_str(), refusal.pointer).trim_end().to_owned(),
    }
}

fn check_of(refusal: &Refusal, row: Row<'_>) -> Check {
    if row.is_system() {
        return Check::System;
    }
    match refusal.code {
        Code::IdReused => Check::Id,
        Code::BadBatch => Check::Batch,
        Code::ClockSkew => Check::Time,
        Code::UnknownKey | Code::KeyNotActive | Code::KeyRevoked => Check::Key,
        Code::SignerMismatch | Code::GrantInvalid | Code::AssuranceTooLow | Code::NotAuthorised | Code::FourEyes => {
            Check::Authority
        }
        Code::BadReference | Code::ReadStale => Check::Reference,
        Code::Conflict => Check::Stream,
        Code::ClaimTaken | Code::AlreadyRecorded => Check::Claim,
        Code::Refused => Check::Rule,
        _ => Check::Statement,
    }
}

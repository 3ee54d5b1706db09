//! The audit: stored bytes in, findings out. Pure; it shares the judge with admission, so the two cannot disagree.
//!
//! Rows come in chunks. Parsing, hashing and signatures run on all cores; the fold of the chunk before runs beside
//! them. After a finding the fold goes on with the stored event as it is, so that one fault does not hide the next.

use std::collections::HashMap;
use std::ops::Range;

use domain::admission::{Admitted, Presented, Service, judge, read_typed};
use domain::memory::Memory;
use domain::record::{Facts, KeyClass, Stop};
use domain::records::erasure;
use domain::refusal::{Code, Refusal};
use domain::seals::Openings;
use rayon::prelude::*;
use schema::openings::Opened;
use schema::tiles::StoredRow;
use signing::bytes::{Hash, Instant, KeyId, LedgerId, b64url_decode};
use signing::envelope::{PayloadType, pae, statement_hash};
use signing::json::{JsonFault, Object, Value, canonical_object, read_stored};
use signing::keys::{Candidate, PublicKey, batch_all_valid};
use signing::note::{Checkpoint, LogVerifier};
use signing::statement::{Meaning, Statement};
use signing::tree::{Frontier, TILE_WIDTH, leaf, leaf_hash};
use uuid::Uuid;

use super::report::{Check, Finding, Report, Trust};

/// Rows of a chunk.
pub const CHUNK: usize = 8192;
/// Most rows of a unit with its consequences.
const UNIT_MAX: usize = domain::admission::EVENTS_MAX + domain::admission::CONSEQUENCES_MAX;
/// Signatures of a batch.
const BATCH: usize = 1024;
/// Most findings that are listed; further ones are counted.
const FINDINGS_MAX: usize = 1000;
/// An approved erasure is carried out within seven days.
const ERASURE_DUE_MICROS: i64 = 7 * 86_400 * 1_000_000;

/// What the audit asks of a copy beside its rows.
pub trait Evidence: Sync {
    /// A tile, as much of it as is kept.
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>>;
    /// Every signed checkpoint that is kept, by size.
    fn checkpoints(&self) -> Vec<String>;
    /// The note that lies outside the database.
    fn anchor(&self) -> Option<String>;
    /// What stands behind the seals of some events, where the key store is at hand.
    fn openings(&self, events: &[Uuid]) -> Option<HashMap<Uuid, Vec<(String, Opened)>>>;
    /// Triggers that guard the tables and are switched off.
    fn disabled_triggers(&self) -> Vec<String>;
    /// For a copy that was handed over as a parcel: what differs from the list that its exporter signed. `service` is
    /// the key that the genesis names. None for a database, which is no parcel.
    fn parcel(&self, _service: Option<&PublicKey>) -> Option<Vec<String>> {
        None
    }
}

/// One row, read.
struct Read {
    row: StoredRow,
    recorded_at: Instant,
    key: KeyId,
    hash: Hash,
    leaf: Hash,
    object: Result<Object, JsonFault>,
}

/// An audit under way.
pub struct Audit<'a> {
    evidence: &'a dyn Evidence,
    trust: Option<&'a Trust>,
    strict: bool,
    memory: Memory,
    ledger: LedgerId,
    service: Service,
    frontier: Frontier,
    notes: Vec<(u64, String)>,
    verifier: Option<LogVerifier>,
    roots: Vec<(u64, Hash)>,
    last: Instant,
    keys: HashMap<KeyId, PublicKey>,
    waiting: Vec<Read>,
    tail: Vec<Read>,
    tile: (u64, Option<Vec<u8>>),
    /// Size of the tree that the checkpoints speak of: so far there must be tiles.
    covered: u64,
    /// The last level-0 tile that was found too short.
    short: Option<u64>,
    /// The position that comes next.
    next: u64,
    /// Runs of leaves that differ from the tiles.
    differing: Vec<Range<u64>>,
    approvals: HashMap<u64, Instant>,
    report: Report,
}

impl<'a> Audit<'a> {
    /// An audit of a ledger.
    #[must_use]
    pub fn new(ledger: LedgerId, evidence: &'a dyn Evidence, trust: Option<&'a Trust>, strict: bool) -> Self {
        let mut notes: Vec<(u64, String)> = Vec::new();
        for note in evidence.checkpoints().into_iter().chain(evidence.anchor()) {
            // The size is read from the text; whether the note holds is judged when its tree has been rebuilt.
            let size = note.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
            if !notes.iter().any(|(_, known)| *known == note) {
                notes.push((size, note));
            }
        }
        notes.sort();
        let covered = notes.last().map_or(0, |(size, _)| *size);
        Self {
            evidence,
            trust,
            strict,
            memory: Memory::new(ledger),
            ledger,
            service: Service { account: Uuid::nil(), key: KeyId([0; 32]), id_secret: [0; 32] },
            frontier: Frontier::default(),
            notes,
            verifier: None,
            roots: Vec::new(),
            last: Instant::from_micros(0),
            keys: HashMap::new(),
            waiting: Vec::new(),
            tail: Vec::new(),
            tile: (0, None),
            covered,
            short: None,
            next: 0,
            differing: Vec::new(),
            approvals: HashMap::new(),
            report: Report::new(ledger, strict),
        }
    }

    /// Takes the next rows, in order.
    pub fn rows(&mut self, rows: Vec<StoredRow>) {
        let reads: Vec<Read> = rows.into_par_iter().map(read).collect();
        for read in &reads {
            if let Ok(object) = &read.object {
                self.enrolled(object);
            }
        }
        let before = std::mem::take(&mut self.waiting);
        let keys = std::mem::take(&mut self.keys);
        let strict = self.strict;
        let (bad, ()) = rayon::join(|| bad_signatures(&reads, &keys, strict), || self.fold(before, false));
        self.keys = keys;
        self.report.checked(Check::Signature, reads.len() as u64);
        for position in bad {
            self.finding(Check::Signature, position, "a signature that verifies", "it does not");
        }
        self.waiting = reads;
    }

    /// Ends the audit.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let rest = std::mem::take(&mut self.waiting);
        self.fold(rest, true);
        for (level, index, hashes) in self.frontier.partial_tiles().into_iter().filter(|(level, ..)| *level > 0) {
            self.compare_above(level, index, &hashes);
        }
        for run in std::mem::take(&mut self.differing) {
            let found = if run.end - run.start == 1 {
                "another leaf".to_owned()
            } else {
                format!("other leaves up to position {}", run.end - 1)
            };
            self.finding(Check::Tree, run.start, "the leaf that the tile holds", &found);
        }
        self.tree();
        self.parcel();
        self.due();
        for trigger in self.evidence.disabled_triggers() {
            self.finding(
                Check::Trigger,
                self.frontier.size(),
                "every guarding trigger enabled",
                &format!("{trigger} is disabled"),
            );
        }
        self.report.checked(Check::Trigger, 1);
        self.report.close(
            self.frontier.size(),
            self.frontier.root(),
            self.verifier.as_ref().map(|v| v.origin().to_owned()),
        );
        self.report
    }

    /// Keys that a statement enrols, known to the signature pass before the fold gets there.
    fn enrolled(&mut self, object: &Object) {
        let spki = |object: &Object| object.get("public_key").and_then(Value::as_text).and_then(b64url_decode);
        let data = object.get("data").and_then(Value::as_object);
        let found: Vec<Vec<u8>> = match object.get("type").and_then(Value::as_text) {
            Some("credential.requested") => data.and_then(spki).into_iter().collect(),
            Some("ledger.created") => {
                let roots = data.and_then(|data| data.get("roots")).and_then(Value::as_array).unwrap_or_default();
                let service = data.and_then(|data| data.get("service")).and_then(Value::as_object);
                roots.iter().filter_map(Value::as_object).chain(service).filter_map(spki).collect()
            }
            _ => return,
        };
        for spki in found {
            if let Some(key) = PublicKey::from_spki(&spki) {
                self.keys.entry(key.id()).or_insert(key);
            }
        }
    }

    fn finding(&mut self, check: Check, position: u64, expected: &str, found: &str) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(Finding { position, check, expected: expected.into(), found: found.into() });
        } else {
            self.report.unlisted += 1;
        }
    }

    /// Folds rows in order. Unless they are the last, the end may be the middle of a unit: that part waits.
    fn fold(&mut self, reads: Vec<Read>, last: bool) {
        let mut reads: Vec<Read> = self.tail.drain(..).chain(reads).collect();
        let mut at = 0;
        while at < reads.len() && (last || reads.len() - at > UNIT_MAX) {
            let unit = unit_length(&reads[at..]);
            at += self.unit(&reads[at..], unit);
        }
        self.tail = reads.split_off(at);
    }

    /// Audits a unit and its consequences; returns how many rows they are.
    fn unit(&mut self, reads: &[Read], signed: usize) -> usize {
        for read in &reads[..signed] {
            self.position(read);
        }
        let first = &reads[0];
        self.memory.set_now(first.recorded_at);
        let mut presented = Vec::with_capacity(signed);
        for read in &reads[..signed] {
            match &read.object {
                Ok(object) => presented.push(present(read, object)),
                Err(fault) => self.finding(Check::Statement, read.row.position, "a canonical statement", fault.code()),
            }
        }
        let complete = presented.len() == signed;
        let verdict =
            if complete { judge(&presented, &self.memory, &self.service) } else { Err(Stop::code(Code::BadJson, "")) };
        let admitted = match verdict {
            Ok(admitted) => Some(admitted),
            Err(Stop::Refuse(refusal)) if complete => {
                let position = first.row.position + refusal.index as u64;
                let found = describe(&refusal);
                let check = check_of(&refusal, &reads[refusal.index.min(signed - 1)]);
                self.finding(check, position, "a statement that may be admitted here", &found);
                None
            }
            Err(_) => None,
        };
        reads[..signed].iter().for_each(|read| self.basis(read));
        match &admitted {
            // The judge has folded the unit already; with consequences the ledger stands on what was recorded.
            Some(admitted) if admitted.events.len() == signed => {
                reads.iter().zip(&admitted.events).for_each(|(read, event)| self.note(read, &event.statement));
                self.memory.apply(admitted);
                if admitted.events.iter().any(|event| event.statement.record.kind == "ledger") {
                    self.know_service();
                }
            }
            _ => reads[..signed].iter().for_each(|read| self.take(read)),
        }
        signed + self.consequences(&reads[signed..], first, admitted.as_ref())
    }

    /// What was folded lies before the event that says so.
    fn basis(&mut self, read: &Read) {
        let derivation =
            read.object.as_ref().ok().and_then(|object| object.get("derivation")).and_then(Value::as_object);
        let basis = derivation.and_then(|derivation| derivation.get("basis")).and_then(Value::as_integer);
        if basis.is_some_and(|basis| u64::try_from(basis).is_ok_and(|basis| basis > read.row.position)) {
            self.finding(Check::System, read.row.position, "a basis not above the own position", "a later one");
        }
    }

    /// Compares what the system had to add with what it added.
    fn consequences(&mut self, reads: &[Read], first: &Read, admitted: Option<&Admitted>) -> usize {
        let recorded =
            reads.iter().take_while(|read| read.recorded_at == first.recorded_at && is_consequence(read)).count();
        let expected = admitted.map_or(&[][..], |admitted| &admitted.events[admitted.signed..]);
        for (index, read) in reads[..recorded].iter().enumerate() {
            self.position(read);
            let position = read.row.position;
            let same = expected.get(index).is_some_and(|expected| {
                let Ok(object) = &read.object else { return false };
                let Ok(typed) = read_typed(object, Some(KeyClass::Service)) else { return false };
                let mut free = expected.statement.clone();
                free.id = typed.statement.id;
                free.signed_at = typed.statement.signed_at;
                free.signer = typed.statement.signer;
                let data =
                    read_stored(&expected.payload).ok().and_then(|o| o.get("data").and_then(Value::as_object).cloned());
                let signed_by_service = read.key == self.service.key && typed.statement.signer.key == self.service.key;
                signed_by_service
                    && data.is_some_and(|data| canonical_object(&free.to_object(&data)) == read.row.payload)
            });
            if !same && admitted.is_some() {
                self.finding(Check::System, position, "the consequence that the fold demands", "another statement");
            }
            self.take(read);
        }
        if admitted.is_some() && expected.len() > recorded {
            let missing = expected[recorded].statement.event_type.clone();
            let position = first.row.position + recorded as u64;
            self.finding(Check::System, position, &format!("{missing} in the same append"), "it is missing");
        }
        self.report.checked(Check::System, expected.len().max(recorded) as u64);
        recorded
    }

    /// Position, time and leaf of one row.
    fn position(&mut self, read: &Read) {
        let (position, expected) = (read.row.position, self.next);
        if position != expected {
            self.finding(Check::Stream, position, &format!("position {expected}"), "a gap or a repetition");
        }
        // Named once: what follows a gap is not a gap again, and is compared with the leaves of its own positions.
        self.next = position.saturating_add(1);
        if read.recorded_at < self.last {
            self.finding(
                Check::Time,
                read.row.position,
                "recorded_at not before the event before",
                &read.recorded_at.to_string(),
            );
        }
        self.last = self.last.max(read.recorded_at);
        self.compare_tile(read, position);
        let mut full = Vec::new();
        self.frontier.push(read.leaf, &mut full);
        for tile in full.iter().filter(|tile| tile.level > 0) {
            self.compare_above(tile.level, tile.index, &tile.hashes);
        }
        let size = self.frontier.size();
        if self.notes.iter().any(|(noted, _)| *noted == size) {
            self.roots.push((size, self.frontier.root()));
        }
        self.report.checked(Check::Tree, 1);
        self.report.checked(Check::Time, 1);
    }

    fn compare_tile(&mut self, read: &Read, position: u64) {
        let width = TILE_WIDTH as u64;
        if self.tile.0 != position / width || self.tile.1.is_none() {
            self.tile = (position / width, Some(self.evidence.tile(0, position / width).unwrap_or_default()));
        }
        let offset = (position % width) as usize * 32;
        let kept = self.tile.1.as_ref().and_then(|tile| tile.get(offset..offset + 32)).map(<[u8]>::to_vec);
        match kept {
            Some(kept) if kept != read.leaf.0 => self.other_leaf(position),
            // Named once, where the tile ends too early.
            None if position < self.covered && self.short != Some(position / width) => {
                self.short = Some(position / width);
                let expected = format!("the leaf in the tile 0/{}", position / width);
                self.finding(Check::Tree, read.row.position, &expected, "the tile is missing or too short");
            }
            _ => {}
        }
    }

    /// A leaf that differs. A run of them is one finding at its first: rows that were renumbered differ to the end.
    fn other_leaf(&mut self, position: u64) {
        let listed = self.differing.len();
        match self.differing.last_mut() {
            Some(run) if run.end == position => run.end = position + 1,
            _ if listed < FINDINGS_MAX => self.differing.push(position..position + 1),
            _ => self.report.unlisted += 1,
        }
    }

    /// A tile above the leaves against the tree that was rebuilt. Where leaves below already differ, that was said.
    fn compare_above(&mut self, level: u8, index: u64, rebuilt: &[u8]) {
        let kept = self.evidence.tile(level, index).unwrap_or_default();
        let leaves = 1_u64 << (8 * u32::from(level));
        let first = index * TILE_WIDTH as u64;
        for (hash, offset) in rebuilt.chunks_exact(32).zip(0_u64..) {
            let start = (first + offset) * leaves;
            match kept.get(offset as usize * 32..(offset as usize + 1) * 32) {
                Some(kept) if kept == hash => {}
                Some(_) => {
                    let below = start..start + leaves;
                    if !self.differing.iter().any(|run| run.start < below.end && below.start < run.end) {
                        let expected =
                            format!("the hash of the leaves {start}..{} in the tile {level}/{index}", below.end);
                        self.finding(Check::Tree, start, &expected, "another hash");
                    }
                }
                None if start + leaves <= self.covered => {
                    let expected = format!("the tile {level}/{index}");
                    self.finding(Check::Tree, start, &expected, "the tile is missing or too short");
                    return;
                }
                None => return,
            }
        }
    }

    /// Lets the ledger stand on a stored event.
    fn take(&mut self, read: &Read) {
        let Ok(object) = &read.object else { return };
        let typed = match read_typed(object, None) {
            Ok(typed) => typed,
            Err(_) => return,
        };
        let there = self.memory.record(&typed.statement.record).is_some();
        if there == typed.event_type.creates {
            return;
        }
        self.note(read, &typed.statement);
        self.memory.replay(&typed, read.hash, read.recorded_at);
        if typed.event_type.kind() == "ledger" {
            self.know_service();
        }
    }

    /// What is told of a statement that the fold takes, whoever folds it.
    fn note(&mut self, read: &Read, statement: &Statement) {
        let position = read.row.position;
        if position == 0 {
            self.genesis(read, statement);
        }
        if statement.event_type == "erasure.approved" {
            self.approvals.insert(position, read.recorded_at);
        }
        if let Ok(object) = &read.object {
            self.seals(statement.id, object, position);
        }
        self.report.checked(Check::Statement, 1);
    }

    fn genesis(&mut self, read: &Read, statement: &Statement) {
        if statement.event_type != "ledger.created" {
            self.finding(Check::Trust, 0, "ledger.created", &statement.event_type);
        }
        self.report.checked(Check::Trust, 1);
        self.report.genesis = Some(read.hash);
        if let Some(expected) = self.trust.map(|trust| trust.genesis)
            && expected != read.hash
        {
            self.finding(Check::Trust, 0, &format!("the genesis {expected}"), &read.hash.to_string());
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
            self.finding(Check::Trust, 0, &format!("the log key {expected}"), &ledger.created.log_vkey);
        }
    }

    /// Seals against what stands behind them, where that can be opened.
    fn seals(&mut self, event: Uuid, object: &Object, position: u64) {
        let seals = signing::seal::find_seals(object);
        if seals.is_empty() {
            return;
        }
        self.report.checked(Check::Seal, seals.len() as u64);
        let Some(mut openings) = self.evidence.openings(&[event]) else {
            self.report.seals.not_opened += seals.len() as u64;
            return;
        };
        let openings = openings.remove(&event).unwrap_or_default();
        for (pointer, commitment) in seals {
            match openings.iter().find(|(known, _)| *known == pointer).map(|(_, opened)| opened) {
                Some(Opened::Open { salt, value }) => {
                    self.report.seals.opened += 1;
                    let again = signing::seal::commitment(self.ledger, event, &pointer, salt, value);
                    if again != commitment {
                        self.finding(
                            Check::Seal,
                            position,
                            &format!("an opening that fits the seal at {pointer}"),
                            "another value",
                        );
                    }
                }
                Some(Opened::Erased) => self.report.seals.erased += 1,
                Some(Opened::Unavailable) => self.report.seals.not_opened += 1,
                None => {
                    self.finding(Check::Seal, position, &format!("an opening of the seal at {pointer}"), "none is kept")
                }
            }
        }
    }

    /// Checkpoints and anchor against the tree that was rebuilt.
    fn tree(&mut self) {
        let size = self.frontier.size();
        let anchor = self.evidence.anchor();
        let notes = std::mem::take(&mut self.notes);
        for (noted, note) in &notes {
            let check = if anchor.as_ref() == Some(note) { Check::Anchor } else { Check::Checkpoint };
            self.report.checked(check, 1);
            let verified = self.verifier.as_ref().and_then(|verifier| Checkpoint::verify(note, verifier));
            let Some(checkpoint) = verified else {
                self.finding(check, *noted, "a note that the log key signed", "it does not verify");
                continue;
            };
            if checkpoint.size > size {
                let found = format!("{size} events");
                self.finding(check, size, &format!("{} events under a signed checkpoint", checkpoint.size), &found);
                continue;
            }
            let empty = (0, signing::tree::empty_root());
            let root =
                self.roots.iter().chain([&empty]).find(|(known, _)| *known == checkpoint.size).map(|(_, root)| *root);
            if root != Some(checkpoint.root) {
                self.finding(
                    check,
                    checkpoint.size.saturating_sub(1),
                    &format!("the root of {} events", checkpoint.size),
                    "another root",
                );
            }
            self.report.proved =
                self.report.proved.max(if root == Some(checkpoint.root) { checkpoint.size } else { 0 });
        }
    }

    /// What was handed over against what its exporter signed; and that it carries a checkpoint at all.
    fn parcel(&mut self) {
        let Some(faults) = self.evidence.parcel(self.keys.get(&self.service.key)) else { return };
        let size = self.frontier.size();
        self.report.checked(Check::Bundle, 1);
        for fault in faults {
            self.finding(Check::Bundle, size, "every member as its exporter signed it", &fault);
        }
        if self.evidence.checkpoints().is_empty() {
            self.finding(Check::Checkpoint, size, "a signed checkpoint over the events", "there is none");
        }
    }

    /// System events that are due and missing.
    fn due(&mut self) {
        let waiting: Vec<(u64, Uuid)> = self
            .memory
            .records()
            .filter(|(_, entry)| erasure::waits(entry))
            .map(|(record, entry)| (entry.position, record.id))
            .collect();
        let late = self.last.plus_micros(-ERASURE_DUE_MICROS);
        for (position, _) in waiting {
            if self.approvals.get(&position).is_none_or(|recorded| *recorded < late) {
                self.finding(
                    Check::System,
                    position,
                    "erasure.carried_out within seven days of the approval",
                    "it is missing",
                );
            }
        }
    }
}

fn read(row: StoredRow) -> Read {
    let recorded_at = Instant::from_micros(row.recorded_at);
    let key = KeyId(row.key);
    let hash = statement_hash(&row.payload);
    let leaf = leaf_hash(&leaf(recorded_at, &hash, row.alg, &key, &row.signature));
    let object = read_stored(&row.payload);
    Read { row, recorded_at, key, hash, leaf, object }
}

fn present(read: &Read, object: &Object) -> Presented {
    Presented {
        payload: read.row.payload.clone(),
        hash: read.hash,
        object: object.clone(),
        key: read.key,
        alg: read.row.alg,
        signature: read.row.signature.clone(),
        openings: Openings::Withheld,
    }
}

/// Positions whose signature does not verify: batches first, and the single check where a batch fails; or all singly.
fn bad_signatures(reads: &[Read], keys: &HashMap<KeyId, PublicKey>, strict: bool) -> Vec<u64> {
    let single = |read: &Read| {
        let key = keys.get(&read.key).filter(|_| read.row.alg == 1);
        let good =
            key.is_some_and(|key| key.verify_payload(PayloadType::Event, &read.row.payload, &read.row.signature));
        (!good).then_some(read.row.position)
    };
    if strict {
        return reads.par_iter().filter_map(single).collect();
    }
    let chunks: Vec<Vec<u64>> = reads
        .par_chunks(BATCH)
        .map(|chunk| {
            let messages: Vec<Vec<u8>> = chunk.iter().map(|read| pae(PayloadType::Event, &read.row.payload)).collect();
            let candidates: Option<Vec<Candidate<'_>>> = chunk
                .iter()
                .zip(&messages)
                .map(|(read, message)| {
                    let key = keys.get(&read.key).filter(|_| read.row.alg == 1)?;
                    Some((key, message.as_slice(), read.row.signature.as_slice()))
                })
                .collect();
            if candidates.is_some_and(|candidates| batch_all_valid(&candidates)) {
                Vec::new()
            } else {
                chunk.iter().filter_map(single).collect()
            }
        })
        .collect();
    chunks.concat()
}

/// Number of signed events of the unit that begins here, as far as its rows are there.
fn unit_length(reads: &[Read]) -> usize {
    let batch = |read: &Read| {
        let batch = read.object.as_ref().ok()?.get("batch")?.as_object()?;
        Some((batch.get("id")?.as_text()?.to_owned(), batch.get("count")?.as_integer()? as usize))
    };
    match batch(&reads[0]) {
        Some((id, count)) => {
            reads.iter().take(count).take_while(|read| batch(read).is_some_and(|(other, _)| other == id)).count().max(1)
        }
        None => 1,
    }
}

/// True for a system statement without basis: it says of itself that it followed in the same append.
fn is_consequence(read: &Read) -> bool {
    let Ok(object) = &read.object else { return false };
    let system = object.get("meaning").and_then(Value::as_text) == Some(Meaning::System.as_str());
    let derivation = object.get("derivation").and_then(Value::as_object);
    system && derivation.is_some_and(|derivation| derivation.get("basis").is_none())
}

fn describe(refusal: &Refusal) -> String {
    match refusal.rule {
        Some(rule) => format!("{} {} {}", refusal.code.as_str(), rule.id, refusal.pointer),
        None => format!("{} {}", refusal.code.as_str(), refusal.pointer).trim_end().to_owned(),
    }
}

fn check_of(refusal: &Refusal, read: &Read) -> Check {
    let system =
        read.object.as_ref().is_ok_and(|object| object.get("meaning").and_then(Value::as_text) == Some("system"));
    if system {
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

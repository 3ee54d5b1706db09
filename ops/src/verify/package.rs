//! `verify --package`: one worker's file, checked without the operator and without the rest of the ledger
//! ([`crate::package`]).
//!
//! It shows that each statement was recorded as it stands here, in the tree that the log's key has signed; that each was
//! signed by a key that the ledger had bound to its signer; that of each record here no event is left out before the last
//! one here; that nothing of somebody else lies among them; and that file and manifest say what these statements say. What
//! it cannot show stands in its report.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use schema::tiles::StoredRow;
use signing::bytes::{Hash, Instant, KeyId, b64url_decode};
use signing::envelope::{Opening, statement_hash};
use signing::json::{Value, read_loose, read_stored};
use signing::note::{Checkpoint, LogVerifier};
use signing::seal::{commitment, find_seals};
use signing::statement::RecordRef;
use signing::tree::{LEAF_LEN, leaf, leaf_hash, verify_inclusion};
use uuid::Uuid;

use super::bundle::Line;
use super::report::{Check, Trust};
use super::rows::Chunk;
use super::signatures::Keys;
use crate::export::parcel::{self, SIGNED, Says, Zip, digests, member, open_zip};
use crate::export::person::leaf_time;
use crate::package::content::{Content, Stream};
use crate::package::file::{AsOf, Opened, worker_file};
use crate::package::{About, CHECKPOINT, FILE, MANIFEST, Manifest, OPENINGS, Openness, PROOFS, Proof, STATEMENTS};

/// The members that are read, by name.
type Members = BTreeMap<&'static str, Vec<u8>>;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// As in the audit of a whole ledger.
    Of(Check),
    /// The manifest is not the one that was meant, or does not say what the package holds.
    Manifest,
    /// A statement does not belong here.
    Foreign,
    /// A record that the others need is not there.
    Absent,
    /// The file is not what the statements make.
    File,
}

impl What {
    /// Its name in the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Of(Check::Bundle) => "member",
            Self::Of(check) => check.as_str(),
            Self::Manifest => "manifest",
            Self::Foreign => "foreign",
            Self::Absent => "absent",
            Self::File => "file",
        }
    }

    fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Of(Check::Bundle) => (
                "移交件不是导出人签署的那一份：内容缺失、增加或被改动",
                "The package is not what its exporter signed: something is missing, was added or was changed.",
            ),
            Self::Of(check) => check.meaning(),
            Self::Manifest => (
                "清单不是所指定的清单，或与内容不符",
                "The manifest is not the one that was meant, or does not say what is here.",
            ),
            Self::Foreign => {
                ("混入了不属于该档案的事件", "Statements that do not belong to this file lie among the others.")
            }
            Self::Absent => (
                "缺少应有的档案或签署人的密钥记录",
                "A record that the others need, or that says whose a key is, is left out.",
            ),
            Self::File => ("档案内容与事件推算结果不符", "The file is not what the statements make."),
        }
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub what: What,
    /// Member of the package, record or position.
    pub at: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// The report.
#[derive(Debug, Default)]
pub struct Report {
    /// Findings, in the order of the checks.
    pub findings: Vec<Finding>,
    /// SHA-256 of the manifest: what a transfer signs.
    pub manifest_sha256: Option<Hash>,
    /// What it says.
    pub manifest: Option<Manifest>,
    /// Whether a trust file pinned the ledger.
    pub pinned: bool,
    /// Whether the manifest was compared with a hash that was brought along.
    pub compared: bool,
    /// Statements that are signed and included.
    pub statements: usize,
    /// Seals that are opened here.
    pub opened: usize,
    /// Seals that are not.
    pub closed: usize,
}

/// Whether a zip is a package and no bundle.
///
/// # Errors
/// When it is no zip of stored members.
pub fn is_package(path: &Path) -> anyhow::Result<bool> {
    let zip = open_zip(path)?;
    Ok([STATEMENTS, PROOFS, FILE].iter().any(|name| zip.index_for_name(name).is_some()))
}

/// Verifies a package. `hash` is the manifest that a transfer signed.
///
/// # Errors
/// When the file cannot be read.
pub fn verify(path: &Path, trust: Option<&Trust>, hash: Option<Hash>) -> anyhow::Result<Report> {
    let mut zip = open_zip(path)?;
    let mut report = Report { pinned: trust.is_some(), compared: hash.is_some(), ..Report::default() };
    let Some((manifest, members)) = manifest(&mut zip, hash, &mut report)? else { return Ok(report) };
    let rows = rows(members.get(STATEMENTS), manifest.size, &mut report);
    let note = String::from_utf8_lossy(members.get(CHECKPOINT).map_or(&[][..], Vec::as_slice)).into_owned();

    let vkey = trust.map_or(manifest.vkey.as_str(), |trust| trust.vkey.as_str());
    let checkpoint = LogVerifier::from_vkey(vkey).and_then(|log| Checkpoint::verify(&note, &log));
    pin(&manifest, trust, &rows, &mut report);
    let fits = checkpoint.as_ref().is_some_and(|checkpoint| {
        checkpoint.size == manifest.size
            && checkpoint.origin == manifest.origin
            && Hash::of(note.as_bytes()) == manifest.checkpoint
    });
    if !fits {
        report.find(
            What::Of(Check::Checkpoint),
            CHECKPOINT,
            "the note that the log's key signed and the manifest names",
            "another",
        );
    }
    let last_leaf: Option<[u8; LEAF_LEN]> = b64url_decode(&manifest.last_leaf).and_then(|leaf| leaf.try_into().ok());
    if let Some(checkpoint) = &checkpoint {
        included(members.get(PROOFS), &rows, last_leaf.as_ref(), checkpoint, &mut report);
    }
    if last_leaf.is_none_or(|leaf| leaf_time(&leaf).civil_day() != manifest.day) {
        report.find(What::Manifest, MANIFEST, "the civil day of the last leaf", &manifest.day.to_string());
    }
    let keys = signed(&rows, &mut report);
    report.statements = rows.len();

    let content = folded(manifest.person, &rows, &mut report);
    let service = genesis(&rows).and_then(|genesis| keys.get(&genesis.service).cloned());
    let says = Says { ledger: manifest.ledger, size: manifest.size, checkpoint: &note };
    for fault in parcel::faults(&mut zip, &says, service.as_ref())? {
        report.find(What::Of(Check::Bundle), SIGNED, "every member as its exporter signed it", &fault);
    }
    if let Some(content) = content {
        belongs(&content, &mut report);
        let opened = openings(members.get(OPENINGS), &content, &manifest, &mut report);
        computed(&content, &manifest, &members, &opened, &note, &mut report);
    }
    report.manifest = Some(manifest);
    Ok(report)
}

/// The manifest and the members that it names, each against its digest.
fn manifest(zip: &mut Zip, hash: Option<Hash>, report: &mut Report) -> anyhow::Result<Option<(Manifest, Members)>> {
    let Some(bytes) = member(zip, MANIFEST)? else {
        report.find(What::Manifest, MANIFEST, "a manifest", "it is missing");
        return Ok(None);
    };
    let found = Hash::of(&bytes);
    report.manifest_sha256 = Some(found);
    if let Some(hash) = hash.filter(|hash| *hash != found) {
        report.find(What::Manifest, MANIFEST, &format!("the manifest {hash}"), &found.to_string());
    }
    let Some(manifest) = Manifest::read(&bytes) else {
        report.find(What::Manifest, MANIFEST, "a manifest in RFC 8785 form", "it is none");
        return Ok(None);
    };
    let mut there: BTreeMap<String, (Hash, u64)> = BTreeMap::new();
    for (name, sha256, length) in digests(zip)? {
        if there.insert(name.clone(), (sha256, length)).is_some() {
            report.find(What::Manifest, &name, "every member once", "it is there twice");
        }
    }
    for file in &manifest.files {
        match there.remove(&file.name) {
            Some((sha256, bytes)) if (sha256, bytes) == (file.sha256, file.bytes) => {}
            Some((sha256, _)) => {
                report.find(What::Manifest, &file.name, &format!("SHA-256 {}", file.sha256), &sha256.to_string());
            }
            None => report.find(What::Manifest, &file.name, "a member of this name", "it is missing"),
        }
    }
    for name in there.into_keys().filter(|name| name != MANIFEST && name != SIGNED) {
        report.find(What::Manifest, &name, "no member that the manifest does not name", "it is there");
    }
    let mut members = BTreeMap::new();
    for name in [STATEMENTS, PROOFS, CHECKPOINT, OPENINGS, FILE] {
        if let Some(bytes) = member(zip, name)? {
            members.insert(name, bytes);
        }
    }
    Ok(Some((manifest, members)))
}

/// The statements: read, in order of position, below the size of the tree.
fn rows(text: Option<&Vec<u8>>, size: u64, report: &mut Report) -> Vec<StoredRow> {
    let mut rows: Vec<StoredRow> = Vec::new();
    for (number, line) in (1..).zip(lines(text)) {
        let at = format!("{STATEMENTS}:{number}");
        match serde_json::from_slice::<Line>(line).ok().and_then(Line::into_row) {
            Some(row) if row.position >= size || rows.last().is_some_and(|last| last.position >= row.position) => {
                report.find(
                    What::Of(Check::Statement),
                    &at,
                    "a position above the one before, below the size",
                    &row.position.to_string(),
                );
            }
            Some(row) => rows.push(row),
            None => report.find(What::Of(Check::Statement), &at, "a statement as it is stored", "a line that is none"),
        }
    }
    rows
}

/// The lines of a member; a line that does not end is one.
fn lines(text: Option<&Vec<u8>>) -> impl Iterator<Item = &[u8]> {
    let text = text.map_or(&[][..], Vec::as_slice);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').filter(move |_| !text.is_empty())
}

/// What position 0 says.
struct Genesis {
    hash: Hash,
    ledger: String,
    vkey: String,
    service: KeyId,
}

fn genesis(rows: &[StoredRow]) -> Option<Genesis> {
    let row = rows.first().filter(|row| row.position == 0)?;
    let object = read_stored(&row.payload).ok()?;
    let data = object.get("data")?.as_object()?;
    let service = data.get("service")?.as_object()?.get("public_key")?.as_text().and_then(b64url_decode)?;
    Some(Genesis {
        hash: statement_hash(&row.payload),
        ledger: object.get("ledger")?.as_text()?.to_owned(),
        vkey: data.get("log_vkey")?.as_text()?.to_owned(),
        service: KeyId(Hash::of(&service).0),
    })
}

/// The ledger that is meant: its genesis and its log.
fn pin(manifest: &Manifest, trust: Option<&Trust>, rows: &[StoredRow], report: &mut Report) {
    let genesis = genesis(rows);
    let what = What::Of(Check::Trust);
    let fits = genesis
        .as_ref()
        .is_some_and(|genesis| genesis.ledger == manifest.ledger.to_string() && genesis.vkey == manifest.vkey);
    if !fits {
        let expected = "a genesis that names the ledger and the log key of the manifest";
        report.find(what, STATEMENTS, expected, "another, or none");
    }
    let Some(trust) = trust else { return };
    let hash = genesis.map(|genesis| genesis.hash);
    if hash != Some(trust.genesis) {
        let found = hash.map_or_else(|| "none".to_owned(), |genesis| genesis.to_string());
        report.find(what, STATEMENTS, &format!("the genesis {}", trust.genesis), &found);
    }
    if trust.ledger != manifest.ledger || trust.vkey != manifest.vkey {
        let expected = format!("the ledger {} and its log key", trust.ledger);
        report.find(what, MANIFEST, &expected, &manifest.ledger.to_string());
    }
}

/// Each statement, and the last leaf, in the tree of the checkpoint.
fn included(
    text: Option<&Vec<u8>>,
    rows: &[StoredRow],
    last: Option<&[u8; LEAF_LEN]>,
    checkpoint: &Checkpoint,
    report: &mut Report,
) {
    let what = What::Of(Check::Tree);
    let mut proofs = lines(text).map(|line| serde_json::from_slice::<Proof>(line).ok());
    let leaves = rows.iter().map(|row| {
        let key = KeyId(row.key);
        let leaf =
            leaf(Instant::from_micros(row.recorded_at), &statement_hash(&row.payload), row.alg, &key, &row.signature);
        (row.position, leaf_hash(&leaf))
    });
    for (position, leaf) in leaves.chain(checkpoint.size.checked_sub(1).zip(last.map(leaf_hash))) {
        let proof = proofs.next().flatten().filter(|proof| proof.index == position);
        let holds = proof
            .is_some_and(|proof| verify_inclusion(&leaf, position, checkpoint.size, &proof.hashes, &checkpoint.root));
        if !holds {
            report.find(what, &format!("#{position}"), "a proof that these bytes are in the tree", "none that holds");
        }
    }
    if proofs.next().is_some() {
        report.find(what, PROOFS, "one proof for each statement and one for the last leaf", "more");
    }
}

/// Each signature, strictly and singly.
fn signed(rows: &[StoredRow], report: &mut Report) -> Keys {
    let chunk = Chunk::read(rows.to_vec());
    let mut keys = Keys::default();
    keys.enrol(chunk.rows());
    for position in keys.bad(chunk.rows(), true) {
        let expected = "a signature that verifies under a key that is enrolled here";
        report.find(What::Of(Check::Signature), &format!("#{position}"), expected, "it does not");
    }
    keys
}

/// The records, folded; none when something is wrong with one.
fn folded(person: Uuid, rows: &[StoredRow], report: &mut Report) -> Option<Content> {
    let mut streams: BTreeMap<RecordRef, Vec<StoredRow>> = BTreeMap::new();
    let mut whole = true;
    for row in rows {
        match read_stored(&row.payload).ok().and_then(|object| RecordRef::named_in(&object)) {
            Some(record) => streams.entry(record).or_default().push(row.clone()),
            None => {
                report.find(What::Of(Check::Statement), &format!("#{}", row.position), "a statement", "it is none");
                whole = false;
            }
        }
    }
    let mut content = Content::new(person);
    for (record, rows) in streams {
        let first = rows.first().map_or(0, |row| row.position);
        match guarded(|| Stream::of(&record, rows)) {
            Some(Ok(stream)) => content.put(record, stream),
            Some(Err(broken)) => {
                let what = What::Of(if broken.chain { Check::Stream } else { Check::Statement });
                report.find(what, &format!("#{}", broken.position), &broken.expected, &broken.found);
                whole = false;
            }
            None => {
                report.find(
                    What::Of(Check::Statement),
                    &format!("#{first}"),
                    "a history that can be",
                    "one that cannot",
                );
                whole = false;
            }
        }
    }
    whole.then_some(content)
}

/// Runs code that asserts what a sound ledger guarantees; none when a stranger's is not one.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// What must be there is, what is there must be, and every key was its signer's.
fn belongs(content: &Content, report: &mut Report) {
    let needed = content.needed();
    for (record, stream) in content.streams() {
        if !needed.records.contains(record) {
            let at = stream.rows.first().map_or(0, |row| row.position);
            let found = format!("{}/{}", record.kind, record.id);
            report.find(What::Foreign, &format!("#{at}"), "the worker's records and what these need", &found);
        }
    }
    for record in needed.records.iter().filter(|record| content.get(record).is_none()) {
        report.find(What::Absent, &format!("{}/{}", record.kind, record.id), "all its events", "none of them");
    }
    for key in &needed.keys {
        report.find(What::Absent, STATEMENTS, &format!("the credential of the key {key}"), "it is left out");
    }
    for (position, fault) in content.unauthorised() {
        report.find(
            What::Of(Check::Key),
            &format!("#{position}"),
            "a key and a grant of its signer, then in effect",
            fault,
        );
    }
}

/// The openings against the seals: the worker's own, each once.
fn openings(text: Option<&Vec<u8>>, content: &Content, manifest: &Manifest, report: &mut Report) -> Opened {
    let mut seals: HashMap<(Uuid, String), (Hash, bool)> = HashMap::new();
    for (record, stream) in content.own() {
        let opens = manifest.opened.opens(record);
        for event in &stream.events {
            let found = find_seals(&event.object);
            seals.extend(found.into_iter().map(|(pointer, seal)| ((event.id, pointer), (seal, opens))));
        }
    }
    let mut opened = Opened::new();
    for (number, line) in (1..).zip(lines(text)) {
        let at = format!("{OPENINGS}:{number}");
        let Some((event, opening)) = opening(line) else {
            report.find(What::Of(Check::Seal), &at, "an opening", "a line that is none");
            continue;
        };
        let place = (event, opening.pointer.clone());
        let of_worker = opening.subject.kind == "person" && opening.subject.id == manifest.person;
        let fits = seals.get(&place).is_some_and(|(seal, opens)| {
            *opens && *seal == commitment(manifest.ledger, event, &opening.pointer, &opening.salt, &opening.value)
        });
        if !of_worker || !fits || opened.insert(place, opening.value).is_some() {
            report.find(What::Of(Check::Seal), &at, "a value of the worker that fits its seal, once", "another");
        }
    }
    report.opened = opened.len();
    report.closed = seals.len().saturating_sub(opened.len());
    opened
}

fn opening(line: &[u8]) -> Option<(Uuid, Opening)> {
    let object = read_loose(line, line.len()).ok()?;
    let event = object.get("event").and_then(Value::as_text)?.parse().ok()?;
    let opening = Opening::read(object.get("opening")?.as_object()?)?;
    (object.len() == 2).then_some((event, opening))
}

/// File and manifest, computed again.
fn computed(
    content: &Content,
    manifest: &Manifest,
    members: &Members,
    opened: &Opened,
    note: &str,
    report: &mut Report,
) {
    let as_of = AsOf { ledger: manifest.ledger, size: manifest.size, day: manifest.day };
    let Some((text, totals)) = guarded(|| worker_file(content, as_of, opened)) else {
        report.find(What::File, FILE, "a history that can be", "one that cannot");
        return;
    };
    if members.get(FILE) != Some(&text) {
        report.find(What::File, FILE, "what the statements make", "another");
    }
    let about = About {
        ledger: manifest.ledger,
        origin: &manifest.origin,
        vkey: &manifest.vkey,
        size: manifest.size,
        note,
        last_leaf: manifest.last_leaf.clone(),
        day: manifest.day,
        opened: manifest.opened,
    };
    if Manifest::of(content, &totals, &about, manifest.files.clone()) != *manifest {
        report.find(What::Manifest, MANIFEST, "the records, sums and open items of the statements", "others");
    }
    if (manifest.opened == Openness::None) == members.contains_key(OPENINGS) {
        report.find(What::Manifest, OPENINGS, "openings exactly when the manifest says so", "otherwise");
    }
}

/// What a package cannot show, in Chinese and English.
const LIMITS: [(&str, &str); 3] = [
    (
        "检查点之后的事件，以及某档案在此最后一版之后的更新，离线不能证明没有",
        "that nothing came after the checkpoint, and that the last version of a record here was its newest under it",
    ),
    (
        "导出人整份略去的档案（例如一条剂量结果），离线不能发现；由清单签名承担责任",
        "that no record was left out as a whole (a dose result, say): the signature on the manifest answers for that",
    ),
    (
        "签署权限只核对到密钥与授权的归属和有效期，未按权限策略重判；此前封装的档案包不作认定",
        "that each act was within its signer's rights: keys and grants are checked for owner and time, no policy is judged; \
         nothing is said about packages sealed before",
    ),
];

impl Report {
    fn find(&mut self, what: What, at: &str, expected: &str, found: &str) {
        self.findings.push(Finding { what, at: at.into(), expected: expected.into(), found: found.into() });
    }

    /// True without findings.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let findings: Vec<serde_json::Value> = self
            .findings
            .iter()
            .map(|finding| {
                let (zh, en) = finding.what.meaning();
                serde_json::json!({
                    "check": finding.what.as_str(), "at": finding.at, "expected": finding.expected, "found": finding.found,
                    "meaning_zh": zh, "meaning_en": en,
                })
            })
            .collect();
        let manifest = self.manifest.as_ref();
        serde_json::json!({
            "clean": self.is_clean(), "pinned": self.pinned, "manifest": self.manifest_sha256,
            "manifest_compared": self.compared, "ledger": manifest.map(|manifest| manifest.ledger),
            "person": manifest.map(|manifest| manifest.person), "size": manifest.map(|manifest| manifest.size),
            "day": manifest.map(|manifest| manifest.day), "statements": self.statements,
            "sealed": manifest.map(|manifest| &manifest.sealed),
            "seals": {"opened": self.opened, "not_opened": self.closed}, "findings": findings,
            "not_shown": LIMITS.map(|(zh, en)| serde_json::json!({"zh": zh, "en": en})),
        })
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        if let Some(manifest) = &self.manifest {
            let sealed = &manifest.sealed;
            let _ = writeln!(
                out,
                "账本 ledger   {}\n人员 person   {}\n检查点 size   {}（{}）\n事件 events   {}，其中本人档案 his own {}",
                manifest.ledger, manifest.person, manifest.size, manifest.day, self.statements, sealed.events
            );
            let _ = writeln!(
                out,
                "剂量 nSv      本年 year {} · 五年周期 block {} · 终身 life {}\n未了结 open   {}",
                sealed.year_nsv, sealed.block_nsv, sealed.life_nsv, sealed.open_items
            );
            let _ = writeln!(out, "封存 seals    已开封 opened {} · 未开封 not opened {}", self.opened, self.closed);
        }
        if let Some(hash) = self.manifest_sha256 {
            let compared = if self.compared { "已比对 compared" } else { "未比对 not compared" };
            let _ = writeln!(out, "清单 manifest {hash}（{compared}）");
        }
        for finding in &self.findings {
            let (zh, en) = finding.what.meaning();
            let _ = writeln!(
                out,
                "\n{} {}：{zh}\n  {en}\n  应为 expected: {}\n  实为 found:    {}",
                finding.at,
                finding.what.as_str(),
                finding.expected,
                finding.found
            );
        }
        if self.is_clean() {
            let _ = writeln!(out, "\n✔ 移交件与账本一致。The package is what the ledger holds.");
            if !self.pinned {
                let _ = writeln!(
                    out,
                    "创世与日志公钥取自移交件本身，未与信任文件核对。Genesis and log key were taken from the package itself: give --trust to pin them."
                );
            }
        }
        let _ = writeln!(out, "\n不能离线证明 what this cannot show:");
        for (zh, en) in LIMITS {
            let _ = writeln!(out, "  · {zh}\n    {en}");
        }
        out
    }
}

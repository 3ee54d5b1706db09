//! The package of one worker's file: what goes with it when it is handed over (workflows §20.7), and can be checked
//! without the operator and without the rest of the ledger. `docs/wire-format.md` §6.3 is its specification.
//!
//! ```text
//! README.txt         how to verify                manifest.json     what this is; its SHA-256 is what the transfer signs
//! statements.jsonl   statements, as they were recorded              proofs.jsonl      that each is in the tree
//! checkpoint         the signed note              file.json         the file as people read it, computed from the statements
//! openings.jsonl     what stands behind seals, where it was asked for                 export.dsse.json  all of it, signed
//! ```
//!
//! A package is a pure function of the ledger at a checkpoint, the worker and what is to be opened: made again, it is the
//! same bytes.

pub mod content;
pub mod file;

use serde::{Deserialize, Serialize};
use signing::bytes::{Date, Hash, LedgerId};
use signing::json::read_loose;
use signing::keys::ExportFile;
use signing::statement::RecordRef;
use uuid::Uuid;

use content::Content;
use file::Totals;

const FORMAT: &str = "radledger-package-v1";
/// The statements, in order of position.
pub const STATEMENTS: &str = "statements.jsonl";
/// A proof for each statement, in the same order, and for the last leaf of the tree.
pub const PROOFS: &str = "proofs.jsonl";
/// The signed note.
pub const CHECKPOINT: &str = "checkpoint";
/// What stands behind seals.
pub const OPENINGS: &str = "openings.jsonl";
/// The file as people read it.
pub const FILE: &str = "file.json";
/// What the package is.
pub const MANIFEST: &str = "manifest.json";
/// For people.
pub const README: &str = "README.txt";

/// What [`README`] says.
pub const README_TEXT: &str = "\
放射工作人员职业健康档案移交件 · package of one radiation worker's file

核验 · verify:   radledger verify --package THIS.zip --trust trust.json [--manifest HASH]

trust.json 由账本启用时公布，写明账本、创世哈希与日志公钥；HASH 是档案流动中签署的清单摘要。二者请从可信渠道另行取得。
trust.json was published when the ledger began: ledger, hash of its genesis, key of its log. HASH is the manifest that was
signed in the transfer (transfer.package_sealed). Get both from somebody you trust, not from where this package came from.

statements.jsonl  每行一条已签署的事件，逐字节为入账时的内容 · one signed statement a line, exactly as it was recorded
proofs.jsonl      每条事件在检查点树中的证明 · that each of them is in the tree of the checkpoint
file.json         由上述事件推算的档案：履历、剂量、体检、培训、证件、未了结事项 · the file, computed from these statements
openings.jsonl    经要求开封的个人信息（可能没有） · personal values that were opened on request; may be absent
manifest.json     各成员摘要、剂量合计、未了结事项；其 SHA-256 即移交时签署的清单摘要 · digests, sums, open items

不能离线证明的：检查点之后是否又有新事件，某档案最后一版之后是否还有更新，是否另有未列入的档案。
What cannot be shown offline: what came after the checkpoint, whether a record went on after its last version here, and
whether he has records that the exporter left out as a whole. The signature of the service answers for these.
";

/// How much of what is sealed is open in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Openness {
    /// Nothing.
    None,
    /// Who he is: what stands in the person's own record.
    Identity,
    /// Everything that is sealed under him, findings too.
    All,
}

impl Openness {
    /// Whether what a record of this kind seals under him is open.
    #[must_use]
    pub fn opens(self, record: &RecordRef) -> bool {
        match self {
            Self::None => false,
            Self::Identity => record.kind == "person",
            Self::All => true,
        }
    }
}

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// The ledger.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: String,
    /// Verifier key of the log.
    pub vkey: String,
    /// Number of statements under the checkpoint.
    pub size: u64,
    /// SHA-256 of the note.
    pub checkpoint: Hash,
    /// Leaf of the last of them, base64url: it says when the package stands.
    pub last_leaf: String,
    /// Civil day of that leaf: the day on which the file is as it is here.
    pub day: Date,
    /// The worker.
    pub person: Uuid,
    /// What of it is opened.
    pub opened: Openness,
    /// Every member but this one and the signed list, by name.
    pub files: Vec<Member>,
    /// Every record, and which of its events are here: all of them.
    pub records: Vec<Range>,
    /// Number of statements in the package.
    pub statements: u64,
    /// What `transfer.package_sealed` states beside the hash of this manifest.
    pub sealed: Sealed,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: Hash,
}

impl From<&ExportFile> for Member {
    fn from(file: &ExportFile) -> Self {
        Self { name: file.name.clone(), bytes: file.bytes, sha256: file.sha256 }
    }
}

/// The events of a record: versions 1 to the last one here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: Uuid,
    /// Number of versions.
    pub versions: u64,
    /// Position of the first.
    pub first: u64,
    /// Position of the last.
    pub last: u64,
}

/// The data of `transfer.package_sealed` but for the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Position of the log at which it was made.
    pub as_of: u64,
    /// Number of events of the worker's own records.
    pub events: u64,
    /// Effective dose of the calendar year.
    pub year_nsv: i64,
    /// Effective dose of the five-year block.
    pub block_nsv: i64,
    /// Effective dose of the whole life.
    pub life_nsv: i64,
    /// Number of open items.
    pub open_items: u64,
}

/// What a manifest is made of beside the content.
pub struct About<'a> {
    /// The ledger.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: &'a str,
    /// Verifier key of the log.
    pub vkey: &'a str,
    /// Number of statements under the checkpoint.
    pub size: u64,
    /// The note.
    pub note: &'a str,
    /// Leaf of the last statement.
    pub last_leaf: String,
    /// Its civil day.
    pub day: Date,
    /// What is opened.
    pub opened: Openness,
}

impl Manifest {
    /// The manifest of a content and its members.
    #[must_use]
    pub fn of(content: &Content, totals: &Totals, about: &About<'_>, members: Vec<Member>) -> Self {
        let mut files = members;
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let records: Vec<Range> = content.ranges().collect();
        Self {
            format: FORMAT.to_owned(),
            ledger: about.ledger,
            origin: about.origin.to_owned(),
            vkey: about.vkey.to_owned(),
            size: about.size,
            checkpoint: Hash::of(about.note.as_bytes()),
            last_leaf: about.last_leaf.clone(),
            day: about.day,
            person: content.person(),
            opened: about.opened,
            files,
            statements: records.iter().map(|record| record.versions).sum(),
            records,
            sealed: Sealed {
                as_of: about.size - 1,
                events: totals.events,
                year_nsv: totals.year_nsv,
                block_nsv: totals.block_nsv,
                life_nsv: totals.life_nsv,
                open_items: totals.open_items,
            },
        }
    }

    /// Its bytes, in RFC 8785 form: their SHA-256 is what a transfer signs.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::json::bytes(serde_json::json!(self))
    }

    /// Reads a manifest; none when it is not one, or not in its one form.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        // The wire's own reader first: it bounds every number.
        read_loose(bytes, bytes.len()).ok()?;
        let manifest: Self = serde_json::from_slice(bytes).ok()?;
        (manifest.format == FORMAT && manifest.size > 0 && manifest.to_bytes() == bytes).then_some(manifest)
    }
}

/// A line of [`PROOFS`]: the tlog-proof of an index without its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Position.
    pub index: u64,
    /// Inclusion proof, leaf sibling first.
    pub hashes: Vec<Hash>,
}

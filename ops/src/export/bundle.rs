//! The bundle: everything that is published about a ledger, and all statements, in one zip that nothing but a verifier
//! needs. Members are stored, not compressed, so that any tool can read them.
//!
//! ```text
//! README.txt                  how to verify            manifest.json       what this is, and its segments
//! rows/000000000000.jsonl     statements, 65,536 a segment, one JSON object a line, named by the first position
//! tile/<L>/<N>[.p/<W>]        the tree, as C2SP tlog-tiles            checkpoint          the signed note
//! files/<what>-<version>.json catalogue, policies, rules              export.dsse.json    all of the above, signed
//! ```
//!
//! How it is packed and signed is that of every parcel ([`super::parcel`]).

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, ensure};
use schema::tiles::StoredRow;
use serde::{Deserialize, Serialize};
use signing::bytes::{Hash, Instant, LedgerId};
use signing::keys::{PublicKey, SigningKey};
use signing::tree::{TILE_WIDTH, TilePath};

use super::parcel::{self, Parcel, Says, Seal, Zip, member, open_zip};
use crate::verify::bundle::{Line, SEGMENT, rows_name};

const FORMAT: &str = "radledger-bundle-v1";

const README: &str = "\
放射卫生监督账本导出件 · bundle of a radledger ledger

核验 · verify:   radledger verify --bundle THIS.zip --trust trust.json

trust.json 由账本启用时公布，写明账本、创世哈希与日志公钥；请从可信渠道另行取得，不要取自本文件。
trust.json was published when the ledger began: ledger, hash of its genesis, key of its log. Get it from somebody you
trust, not from where this bundle came from. Without it the bundle proves only that it agrees with itself.

rows/*.jsonl      每行一条已签署的事件 · one signed statement a line, exactly as it was recorded
tile/, checkpoint C2SP tlog-tiles，树与签名检查点 · the tree and its signed checkpoint
files/            事件目录、权限策略、预警规则 · catalogue, policies and rules, named in the statements by SHA-256
export.dsse.json  导出人签名的清单 · the list of all members, signed by the service that exported them
";

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
    /// Number of statements; the last has the position before it.
    pub size: u64,
    /// The segments, in order.
    pub segments: Vec<Segment>,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Member of the zip.
    pub name: String,
    /// First position.
    pub first: u64,
    /// Number of rows.
    pub count: u64,
    /// SHA-256 of the member.
    pub sha256: Hash,
}

/// What a bundle says about itself.
pub struct About<'a> {
    /// The ledger.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: &'a str,
    /// Verifier key of the log.
    pub vkey: &'a str,
    /// Number of statements.
    pub size: u64,
    /// The signed note of that size.
    pub checkpoint: &'a str,
    /// When it is made.
    pub created_at: Instant,
    /// Key that signs it.
    pub key: &'a SigningKey,
}

/// Writes a bundle, member after member.
pub struct Writer {
    parcel: Parcel,
    segments: Vec<Segment>,
    next: u64,
}

impl Writer {
    /// Begins a bundle in an empty file.
    #[must_use]
    pub fn new(out: File) -> Self {
        Self { parcel: Parcel::new(out), segments: Vec::new(), next: 0 }
    }

    /// Adds the next row.
    ///
    /// # Errors
    /// When a position is missing, or the file cannot be written.
    pub fn row(&mut self, row: &StoredRow) -> anyhow::Result<()> {
        ensure!(row.position == self.next, "位置 {} 缺失，无法导出。The event at this position is missing.", self.next);
        if self.next.is_multiple_of(SEGMENT) {
            self.close();
            self.parcel.begin(rows_name(self.next))?;
        }
        self.next += 1;
        let mut text = serde_json::to_vec(&Line::of(row))?;
        text.push(b'\n');
        self.parcel.write(&text)
    }

    /// Adds a tile of the tree.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tile(&mut self, level: u8, index: u64, hashes: &[u8]) -> anyhow::Result<()> {
        let width = hashes.len() / 32;
        let width = if width == TILE_WIDTH { None } else { u8::try_from(width).ok().filter(|width| *width > 0) };
        self.member(&TilePath { level: Some(level), index, width }.to_string(), hashes)
    }

    /// Adds a whole member.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn member(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.close();
        self.parcel.member(name, bytes)
    }

    /// Adds what describes and signs the rest, and makes the file durable.
    ///
    /// # Errors
    /// When rows are missing, or the file cannot be written.
    pub fn finish(mut self, about: &About<'_>) -> anyhow::Result<()> {
        ensure!(self.next == about.size, "应有 {} 条，只有 {} 条。Statements are missing.", about.size, self.next);
        self.member("checkpoint", about.checkpoint.as_bytes())?;
        self.member("README.txt", README.as_bytes())?;
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            ledger: about.ledger,
            origin: about.origin.to_owned(),
            vkey: about.vkey.to_owned(),
            size: about.size,
            segments: std::mem::take(&mut self.segments),
        };
        self.member("manifest.json", &serde_json::to_vec_pretty(&manifest)?)?;
        let About { ledger, size, checkpoint, created_at, key, .. } = *about;
        self.parcel.seal(&Seal { ledger, size, checkpoint, created_at, key })
    }

    fn close(&mut self) {
        let Some(file) = self.parcel.close().filter(|file| file.name.starts_with("rows/")) else { return };
        let first = (self.next - 1) / SEGMENT * SEGMENT;
        let segment = Segment { name: file.name.clone(), first, count: self.next - first, sha256: file.sha256 };
        self.segments.push(segment);
    }
}

/// A bundle that was opened, as a parcel. Nothing in it is believed: rows, tiles and note are for the audit to judge.
#[derive(Debug)]
pub struct Bundle {
    zip: Mutex<Zip>,
    /// What it says it is.
    pub manifest: Manifest,
    /// The note.
    pub checkpoint: String,
}

impl Bundle {
    /// Opens a bundle.
    ///
    /// # Errors
    /// When it is no bundle.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let mut zip = open_zip(path)?;
        let mut text = |name: &str| -> anyhow::Result<Vec<u8>> {
            member(&mut zip, name)?.with_context(|| format!("{} 中没有 {name}。The bundle lacks it.", path.display()))
        };
        let manifest: Manifest =
            serde_json::from_slice(&text("manifest.json")?).context("manifest.json 不合规。It is ill-formed.")?;
        ensure!(manifest.format == FORMAT, "格式 {} 未知。This format is not known.", manifest.format);
        let checkpoint = String::from_utf8(text("checkpoint")?).context("checkpoint 不合规。It is ill-formed.")?;
        Ok(Self { zip: Mutex::new(zip), manifest, checkpoint })
    }

    /// What is wrong with the bundle as a parcel: members that are missing, added or changed, or the signature over
    /// them. `service` is the service's key as the genesis names it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn faults(&self, service: Option<&PublicKey>) -> anyhow::Result<Vec<String>> {
        let Manifest { ledger, size, .. } = self.manifest;
        let says = Says { ledger, size, checkpoint: &self.checkpoint };
        parcel::faults(&mut self.zip(), &says, service)
    }

    fn zip(&self) -> MutexGuard<'_, Zip> {
        self.zip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Read, Write};

    use signing::bytes::b64;
    use signing::note::{Checkpoint, LogSigner};
    use signing::tree::{Frontier, leaf, leaf_hash};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipArchive, ZipWriter};

    use super::*;

    fn row(position: u64) -> StoredRow {
        let payload = format!("{{\"n\":{position}}}").into_bytes();
        StoredRow {
            position,
            recorded_at: 1_700_000_000_000_000 + position as i64,
            alg: 1,
            key: [3; 32],
            signature: vec![position as u8; 64],
            payload,
        }
    }

    fn service() -> SigningKey {
        SigningKey::from_seed([5; 32])
    }

    fn write(path: &Path, size: u64) -> String {
        let mut writer = Writer::new(File::create(path).expect("a file"));
        let (mut tree, mut full) = (Frontier::default(), Vec::new());
        for position in 0..size {
            let row = row(position);
            let hash = signing::envelope::statement_hash(&row.payload);
            let key = signing::bytes::KeyId(row.key);
            tree.push(
                leaf_hash(&leaf(Instant::from_micros(row.recorded_at), &hash, row.alg, &key, &row.signature)),
                &mut full,
            );
            writer.row(&row).expect("written");
        }
        for tile in &full {
            writer.tile(tile.level, tile.index, &tile.hashes).expect("written");
        }
        for (level, index, hashes) in tree.partial_tiles() {
            writer.tile(level, index, &hashes).expect("written");
        }
        let log = LogSigner::new("test/AAAA/1", SigningKey::from_seed([6; 32]));
        let checkpoint = Checkpoint { origin: log.origin().to_owned(), size, root: tree.root() }.sign(&log);
        let about = About {
            ledger: LedgerId([1; 16]),
            origin: log.origin(),
            vkey: &log.verifier().to_vkey(),
            size,
            checkpoint: &checkpoint,
            created_at: Instant::from_micros(1_800_000_000_000_000),
            key: &service(),
        };
        writer.finish(&about).expect("finished");
        checkpoint
    }

    fn all(bundle: &Bundle) -> Vec<StoredRow> {
        let mut found = Vec::new();
        for segment in &bundle.manifest.segments {
            let text = member(&mut bundle.zip(), &segment.name).expect("read").expect("there");
            assert_eq!(segment.first, found.len() as u64);
            assert_eq!(segment.sha256, Hash::of(&text));
            let lines = text.strip_suffix(b"\n").expect("a last line").split(|byte| *byte == b'\n');
            found.extend(
                lines.map(|line| serde_json::from_slice::<Line>(line).ok().and_then(Line::into_row).expect("a row")),
            );
        }
        found
    }

    /// The hashes of a tile that the bundle has, full or partial.
    fn tile(bundle: &Bundle, level: u8, index: u64) -> Option<Vec<u8>> {
        let hashes = bundle.manifest.size >> (8 * u32::from(level));
        let there = hashes.saturating_sub(index * TILE_WIDTH as u64).min(TILE_WIDTH as u64);
        let width = if there == TILE_WIDTH as u64 { None } else { Some(there as u8) };
        member(&mut bundle.zip(), &TilePath { level: Some(level), index, width }.to_string()).expect("read")
    }

    #[test]
    fn what_was_written_is_read_over_segments() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("b.zip");
        let size = SEGMENT + 700;
        let checkpoint = write(&path, size);
        let bundle = Bundle::open(&path).expect("a bundle");
        assert_eq!((bundle.manifest.size, bundle.checkpoint.as_str()), (size, checkpoint.as_str()));
        assert_eq!(
            bundle.manifest.segments.iter().map(|s| (s.first, s.count)).collect::<Vec<_>>(),
            [(0, SEGMENT), (SEGMENT, 700)]
        );
        let rows = all(&bundle);
        assert!(rows.iter().enumerate().all(|(at, found)| *found == row(at as u64)) && rows.len() as u64 == size);
        assert_eq!(tile(&bundle, 0, 0).expect("full").len(), 8192);
        assert_eq!(tile(&bundle, 0, size / 256).expect("partial").len() as u64, size % 256 * 32);
        assert_eq!(tile(&bundle, 0, size / 256 + 1), None);
        let source = |level: u8, index: u64| tile(&bundle, level, index);
        let root = signing::tree::root_at(size, &source).expect("all tiles are there");
        assert!(checkpoint.contains(&b64(&root.0)), "the tiles make the root of the checkpoint");
        assert_eq!(bundle.faults(Some(&service().public())).expect("read"), Vec::<String>::new());
    }

    /// Writes the zip again with one member changed, dropped or added.
    pub(crate) fn altered(from: &Path, to: &Path, name: &str, change: impl Fn(Option<Vec<u8>>) -> Option<Vec<u8>>) {
        let mut zip = ZipArchive::new(File::open(from).expect("there")).expect("a zip");
        let mut out = ZipWriter::new(File::create(to).expect("a file"));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut seen = false;
        for at in 0..zip.len() {
            let mut found = zip.by_index(at).expect("a member");
            let found_name = found.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            found.read_to_end(&mut bytes).expect("read");
            let bytes = if found_name == name {
                seen = true;
                change(Some(bytes))
            } else {
                Some(bytes)
            };
            if let Some(bytes) = bytes {
                out.start_file(found_name.as_str(), options).expect("begun");
                out.write_all(&bytes).expect("written");
            }
        }
        if let Some(bytes) = change(None).filter(|_| !seen) {
            out.start_file(name, options).expect("begun");
            out.write_all(&bytes).expect("written");
        }
        out.finish().expect("finished");
    }

    pub(crate) fn flipped(bytes: Option<Vec<u8>>) -> Option<Vec<u8>> {
        bytes.map(|mut bytes| {
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            bytes
        })
    }

    #[test]
    fn a_parcel_that_was_opened_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("a.zip"), folder.path().join("b.zip"));
        write(&path, 300);
        let faults =
            |path: &Path| Bundle::open(path).expect("a bundle").faults(Some(&service().public())).expect("read");
        for name in ["rows/000000000000.jsonl", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "README.txt"] {
            altered(&path, &other, name, flipped);
            assert_eq!(faults(&other), [format!("{name} is not what was signed")]);
            altered(&path, &other, name, |_| None);
            assert_eq!(faults(&other), [format!("{name} is missing")]);
        }
        altered(&path, &other, "rows/000000000256.jsonl", |_| Some(b"x".to_vec()));
        assert_eq!(faults(&other), ["rows/000000000256.jsonl is not in the signed list"]);
        altered(&path, &other, "export.dsse.json", |_| None);
        assert_eq!(faults(&other), ["export.dsse.json is missing"]);
        altered(&path, &other, "checkpoint", flipped);
        assert!(faults(&other).contains(&"export.dsse.json names another checkpoint".to_owned()));
        let stranger = SigningKey::from_seed([8; 32]).public();
        let bundle = Bundle::open(&path).expect("a bundle");
        for key in [None, Some(&stranger)] {
            assert_eq!(
                bundle.faults(key).expect("read"),
                ["export.dsse.json is not signed by the service that the genesis names"]
            );
        }
    }

    #[test]
    fn ill_formed_bundles_and_holes_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        std::fs::write(&path, b"not a zip").expect("written");
        assert!(Bundle::open(&path).is_err());
        let mut writer = Writer::new(File::create(&path).expect("a file"));
        assert!(writer.row(&row(1)).is_err(), "a hole cannot be exported");
    }
}

//! An exported bundle: a zip that anyone can open, and everything that an offline audit needs.
//!
//! `rows/<first position>.jsonl` holds the rows, one JSON object a line; `tile/…` the tiles under their C2SP paths;
//! `checkpoint` the signed note; `files/` the published catalogue, policies and rules; `export.dsse.json` the signed
//! manifest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use schema::openings::Opened;
use schema::tiles::StoredRow;
use serde::{Deserialize, Serialize};
use signing::bytes::{Instant, KeyId, LedgerId, b64, b64_decode, b64url, b64url_decode};
use signing::keys::PublicKey;
use signing::tree::{TILE_WIDTH, TilePath};
use uuid::Uuid;
use zip::ZipArchive;

use super::audit::{Audit, CHUNK};
use super::evidence::{Anchor, Evidence};
use super::report::{Report, Trust};
use crate::export::parcel::open_zip;

/// Rows of a file of rows.
pub const SEGMENT: u64 = 65_536;
/// Longest line: a payload of 65,536 bytes in base64, and the rest.
const LINE_MAX: u64 = 128 * 1024;

/// One row as a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Position.
    pub position: u64,
    /// Recorded at.
    pub recorded_at: Instant,
    /// Algorithm.
    pub alg: u8,
    /// Key id.
    pub key: KeyId,
    /// Signature, base64url.
    pub signature: String,
    /// Payload, standard base64.
    pub payload: String,
}

impl Line {
    /// The line of a row.
    #[must_use]
    pub fn of(row: &StoredRow) -> Self {
        Self {
            position: row.position,
            recorded_at: Instant::from_micros(row.recorded_at),
            alg: row.alg,
            key: KeyId(row.key),
            signature: b64url(&row.signature),
            payload: b64(&row.payload),
        }
    }

    /// The row of a line.
    #[must_use]
    pub fn into_row(self) -> Option<StoredRow> {
        Some(StoredRow {
            position: self.position,
            recorded_at: self.recorded_at.micros(),
            alg: self.alg,
            key: self.key.0,
            signature: b64url_decode(&self.signature)?,
            payload: b64_decode(&self.payload)?,
        })
    }
}

/// Name of the file with the rows from a position on.
#[must_use]
pub fn rows_name(first: u64) -> String {
    format!("rows/{first:012}.jsonl")
}

/// A bar for work over so many rows, on standard error.
#[must_use]
pub fn progress(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(rows).with_style(style)
}

/// Verifies a bundle.
///
/// # Errors
/// When the file is no bundle.
pub fn verify(path: &Path, trust: Option<&Trust>, strict: bool) -> anyhow::Result<Report> {
    let mut zip = open_zip(path)?;
    let names: Vec<String> = zip.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect();
    let evidence = Bundle::read(path, open_zip(path)?)?;
    let mut segments: Vec<&String> =
        names.iter().filter(|name| name.starts_with("rows/") && name.ends_with(".jsonl")).collect();
    segments.sort();
    let Some(ledger) = trust.map(|trust| trust.ledger).or(evidence.ledger) else {
        bail!("导出包没有检查点，请用 --trust 指定账本 · the bundle has no checkpoint: name the ledger with --trust");
    };
    let mut audit = Audit::new(ledger, &evidence, trust, strict);
    let bar = progress(evidence.size);
    for name in segments {
        let mut lines = BufReader::new(zip.by_name_raw(name.as_bytes())?);
        let mut chunk = Vec::with_capacity(CHUNK);
        let (mut line, mut number) = (Vec::new(), 0_u64);
        while lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)? > 0 {
            number += 1;
            let row = serde_json::from_slice::<Line>(&line).ok().and_then(Line::into_row);
            chunk.push(row.ok_or_else(|| anyhow!("{name}: 第 {number} 行无法读取 · line {number} cannot be read"))?);
            line.clear();
            if chunk.len() == CHUNK {
                bar.inc(CHUNK as u64);
                audit.rows(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))?;
            }
        }
        bar.inc(chunk.len() as u64);
        audit.rows(chunk)?;
    }
    bar.finish_and_clear();
    drop(zip);
    Ok(super::finish(audit, trust)?)
}

/// Longest member that is read whole: a note or a tile.
const MEMBER_MAX: u64 = 64 * 1024;

/// The evidence of a bundle, all but its rows. Tiles are 32 bytes an event: they stay in the file until they are
/// asked for.
struct Bundle {
    path: PathBuf,
    zip: Mutex<ZipArchive<BufReader<File>>>,
    /// Width of each tile and its place in the zip.
    tiles: HashMap<(u8, u64), (usize, usize)>,
    note: Option<String>,
    ledger: Option<LedgerId>,
    size: u64,
}

impl Bundle {
    fn read(path: &Path, zip: ZipArchive<BufReader<File>>) -> anyhow::Result<Self> {
        let zip = Mutex::new(zip);
        let mut bundle = Self { path: path.to_owned(), zip, tiles: HashMap::new(), note: None, ledger: None, size: 0 };
        let names: Vec<String> =
            bundle.zip().file_names().map(|name| name.map(Cow::into_owned).unwrap_or_default()).collect();
        for (at, name) in names.iter().enumerate() {
            if name == "checkpoint" {
                let note = String::from_utf8(bundle.member(at)?).context("checkpoint")?;
                let origin = note.lines().next().unwrap_or_default();
                bundle.ledger = origin.split('/').nth(1).and_then(|ledger| ledger.parse().ok());
                bundle.size = note.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
                bundle.note = Some(note);
            } else if let Ok(TilePath { level: Some(level), index, width }) = name.parse() {
                // Where a tile is there in several widths, the widest says the most.
                let width = width.map_or(TILE_WIDTH, usize::from);
                let kept = bundle.tiles.entry((level, index)).or_insert((width, at));
                *kept = (*kept).max((width, at));
            }
        }
        Ok(bundle)
    }

    fn zip(&self) -> MutexGuard<'_, ZipArchive<BufReader<File>>> {
        self.zip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn member(&self, at: usize) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.zip().by_index_raw(at)?.take(MEMBER_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Evidence for Bundle {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self.member(self.tiles.get(&(level, index))?.1).ok()
    }

    fn parcel(&self, service: Option<&PublicKey>) -> Option<Vec<String>> {
        let faults = crate::export::bundle::Bundle::open(&self.path).and_then(|bundle| bundle.faults(service));
        Some(faults.unwrap_or_else(|error| vec![format!("{error:#}")]))
    }

    fn checkpoints(&self) -> Vec<String> {
        self.note.iter().cloned().collect()
    }

    fn anchor(&self) -> Anchor {
        Anchor::NotCarried
    }

    fn openings(&self, _: &[Uuid]) -> Option<HashMap<Uuid, Vec<(String, Opened)>>> {
        None
    }

    fn disabled_triggers(&self) -> Vec<String> {
        Vec::new()
    }
}

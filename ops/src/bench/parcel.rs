//! The memory of an audit: `radledger verify` as a process of its own, over a bundle of any length.
//!
//! A bundle of millions of events is not first appended to a database: what the site's log has is carried on by the
//! same people with the same stream, signed and put into the tree, which is all that an auditor ever sees of it.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use schema::connect::{Role, connect};
use schema::tiles::{StoredRow, TileStore};
use signing::bytes::{Instant, KeyId};
use signing::envelope::{Unit, statement_hash};
use signing::note::Checkpoint;
use signing::tree::{Frontier, FullTile, leaf, leaf_hash};

use super::cpu;
use super::site::{Site, now};
use super::stream::STREAM;
use crate::export::bundle::{About, Writer};

/// Streams that are signed at a time.
const AT_ONCE: usize = 10_000;
/// Between two looks at the process. The kernel keeps the peak, so only what grows after the last look is missed.
const LOOK: Duration = Duration::from_millis(5);

/// Most memory that an audit of `size` events held at once, in MB.
///
/// # Errors
/// When the bundle cannot be written, or the audit finds something in it.
pub async fn audit_memory(site: &mut Site, folder: &Path, size: u64, serial: &mut usize) -> Result<f64> {
    let path = folder.join("bench.zip");
    write(site, &path, size, serial).await?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["verify", "--json", "--bundle"])
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the audit")?;
    let mut peak = 0.0_f64;
    let status = loop {
        peak = peak.max(cpu::peak_memory_mb(child.id()));
        match child.try_wait()? {
            Some(status) => break status,
            None => tokio::time::sleep(LOOK).await,
        }
    };
    std::fs::remove_file(&path)?;
    ensure!(status.success(), "the audit of the bench's own bundle ended with {status}");
    Ok(peak)
}

async fn write(site: &mut Site, path: &Path, size: u64, serial: &mut usize) -> Result<()> {
    let mut parcel = Parcel { writer: Writer::new(File::create(path)?), tree: Frontier::default(), full: Vec::new() };
    let tiles = TileStore::new(connect(site.admin(), Role::Appender, &site.passwords)?);
    let mut rows = Box::pin(tiles.rows(0, tiles.rows_end().await?));
    while let Some(row) = rows.next().await {
        parcel.push(&row?)?;
    }
    while parcel.tree.size() < size {
        let missing = usize::try_from(size - parcel.tree.size())?.div_ceil(STREAM);
        for unit in site.devices(missing.min(AT_ONCE), serial)?.concat() {
            let unit = Unit::read(&unit).map_err(|fault| anyhow::anyhow!("a unit of the bench: {fault:?}"))?;
            for envelope in unit.envelopes {
                parcel.push(&StoredRow {
                    position: parcel.tree.size(),
                    recorded_at: now().micros(),
                    alg: 1,
                    key: envelope.key.0,
                    signature: envelope.signature,
                    payload: envelope.payload,
                })?;
            }
        }
    }
    parcel.finish(site)
}

struct Parcel {
    writer: Writer,
    tree: Frontier,
    full: Vec<FullTile>,
}

impl Parcel {
    fn push(&mut self, row: &StoredRow) -> Result<()> {
        let (hash, key) = (statement_hash(&row.payload), KeyId(row.key));
        let leaf = leaf(Instant::from_micros(row.recorded_at), &hash, row.alg, &key, &row.signature);
        self.tree.push(leaf_hash(&leaf), &mut self.full);
        self.writer.row(row)
    }

    fn finish(mut self, site: &Site) -> Result<()> {
        let full = self.full.into_iter().map(|tile| (tile.level, tile.index, tile.hashes));
        for (level, index, hashes) in full.chain(self.tree.partial_tiles()) {
            self.writer.tile(level, index, &hashes)?;
        }
        let (installation, size) = (&site.installation, self.tree.size());
        let origin = installation.log.origin();
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root: self.tree.root() }.sign(&installation.log);
        self.writer.finish(&About {
            ledger: installation.ledger,
            origin,
            vkey: &installation.log.verifier().to_vkey(),
            size,
            checkpoint: &checkpoint,
            created_at: now(),
            key: &installation.service_key,
        })
    }
}

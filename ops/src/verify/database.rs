//! A database as a copy to verify: read-only, stored bytes only.

use std::collections::HashMap;
use std::path::Path;

use deadpool_postgres::Pool;
use futures_util::StreamExt;
use schema::anchor::{AnchorStore, FileAnchor};
use schema::event_log::EventLog;
use schema::files::{FileStore, Found};
use schema::key_store::KeyStore;
use schema::openings::{Opened, open};
use schema::tiles::{StoredRow, TileStore};
use signing::bytes::LedgerId;
use tokio::runtime::Handle;
use uuid::Uuid;

use super::audit::{Audit, CHUNK};
use super::evidence::{Anchor, Evidence, Kept};
use super::report::{Report, Trust};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Database;

/// Rows that are read by one statement.
const STRETCH: usize = 1 << 16;

/// Verifies the database of a data folder. The second answer lists rows of the read model that differ from a replay.
///
/// # Errors
/// When the folder or the database cannot be read.
pub async fn verify(
    place: &Place,
    trust: Option<Trust>,
    (strict, replay): (bool, bool),
    tell: bool,
) -> anyhow::Result<(Report, Vec<String>)> {
    let folder = Folder::open(&place.data())?;
    let ledger = folder.installation.ledger;
    let database = Database::open(place, &folder, true).await?;
    let pools = database.pools()?;
    // A server that runs holds the key store; then seals are not opened, and the report says so.
    let keys = KeyStore::open(&place.keys().0).ok();
    let files = keys.clone().map(|keys| place.files(keys, ledger)).transpose()?;
    let anchor = anchor(&place.anchor(folder.is_demonstration()), ledger, &folder.installation_id);
    let report = Copy::open(pools.appender.clone(), ledger, anchor, (keys, files))
        .await?
        .audit(trust.as_ref(), strict, tell)
        .await?;
    let differing = if replay { differing(&pools.projector).await? } else { Vec::new() };
    for pool in [&pools.appender, &pools.reader, &pools.sealer, &pools.projector] {
        pool.close();
    }
    if let Some(cluster) = database.cluster {
        cluster.stop().await?;
    }
    Ok((report, differing))
}

/// Rows of the read model that differ from a replay of the log.
async fn differing(projector: &Pool) -> anyhow::Result<Vec<String>> {
    let current = schema::rebuild::compare::<projections::current::Current>(projector).await?;
    let timeline = schema::rebuild::compare::<projections::timeline::Timeline>(projector).await?;
    let statistics = schema::rebuild::compare::<projections::statistics::Statistics>(projector).await?;
    let years = schema::rebuild::compare::<projections::person_years::PersonYears>(projector).await?;
    let named = [("current", current), ("timeline", timeline), ("statistics", statistics), ("person_years", years)];
    Ok(named
        .into_iter()
        .filter(|(_, c)| c.differing != (0, 0))
        .map(|(name, comparison)| format!("{name}: {comparison:?}"))
        .collect())
}

/// The anchor of an installation. Looking for it makes no folder.
pub fn anchor(folder: &Path, ledger: LedgerId, installation: &str) -> Anchor {
    let place = folder.display().to_string();
    if !folder.exists() {
        return Anchor::Missing(place);
    }
    match FileAnchor::open(folder, ledger, installation).and_then(|anchor| anchor.load()) {
        Ok(Some(note)) => Anchor::Note(note),
        Ok(None) => Anchor::Missing(place),
        Err(_) => Anchor::Unreadable(place),
    }
}

/// A database as the audit sees it.
pub struct Copy {
    handle: Handle,
    tiles: TileStore,
    log: EventLog,
    keys: Option<KeyStore>,
    files: Option<FileStore>,
    ledger: LedgerId,
    notes: Vec<String>,
    anchor: Anchor,
    disabled: Vec<String>,
}

impl Copy {
    /// The copy that the appender's role sees. Without a key store seals stay closed, and files are not looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(
        pool: Pool,
        ledger: LedgerId,
        anchor: Anchor,
        (keys, files): (Option<KeyStore>, Option<FileStore>),
    ) -> anyhow::Result<Self> {
        let tiles = TileStore::new(pool.clone());
        Ok(Self {
            handle: Handle::current(),
            notes: tiles.checkpoints().await?.into_iter().map(|checkpoint| checkpoint.note).collect(),
            disabled: tiles.disabled_triggers().await?,
            log: EventLog::new(pool),
            anchor,
            ledger,
            tiles,
            keys,
            files,
        })
    }

    /// Audits every row. `tell` has the progress told as lines of JSON on standard error.
    ///
    /// # Errors
    /// When rows cannot be read, or the audit breaks off.
    pub async fn audit(&self, trust: Option<&Trust>, strict: bool, tell: bool) -> anyhow::Result<Report> {
        let end = self.tiles.rows_end().await?;
        let progress = super::bundle::progress(end);
        let (send, receive) = std::sync::mpsc::sync_channel::<Vec<StoredRow>>(1);
        let feed = async {
            let mut chunk = Vec::with_capacity(CHUNK);
            // A statement lasts as long as the fold takes for its rows: none may outlast what the database allows.
            for from in (0..end).step_by(STRETCH) {
                let mut rows = Box::pin(self.tiles.rows(from, end.min(from + STRETCH as u64)));
                while let Some(row) = rows.next().await {
                    chunk.push(row?);
                    let full = chunk.len() == CHUNK;
                    if full && send.send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))).is_err() {
                        return Ok(());
                    }
                }
            }
            let _ = send.send(chunk);
            drop(send);
            Ok::<(), schema::error::Error>(())
        };
        // The fold blocks for long; it has a thread of its own, which may wait for the database.
        std::thread::scope(|scope| {
            let folding = scope.spawn(move || -> std::io::Result<Report> {
                let mut audit = Audit::new(self.ledger, self, trust, strict);
                while let Ok(chunk) = receive.recv() {
                    progress.inc(chunk.len() as u64);
                    if tell {
                        eprintln!("{}", serde_json::json!({"done": progress.position(), "of": end}));
                    }
                    audit.rows(chunk)?;
                }
                progress.finish_and_clear();
                super::finish(audit, trust)
            });
            tokio::task::block_in_place(|| self.handle.block_on(feed))?;
            Ok(folding.join().map_err(|_| anyhow::anyhow!("核验中断 · the audit broke off"))??)
        })
    }
}

impl Evidence for Copy {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self.handle.block_on(self.tiles.tiles(&[(level, index)])).ok()?.pop().flatten()
    }

    fn checkpoints(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn anchor(&self) -> Anchor {
        self.anchor.clone()
    }

    fn openings(&self, events: &[Uuid]) -> Option<HashMap<Uuid, Vec<(String, Opened)>>> {
        let keys = self.keys.as_ref()?;
        let stored = self.handle.block_on(self.log.openings(events)).ok()?;
        let mut found: HashMap<Uuid, Vec<(String, Opened)>> = HashMap::new();
        for opening in stored {
            let opened = open(keys, self.ledger, &opening).unwrap_or(Opened::Unavailable);
            found.entry(opening.event_id).or_default().push((opening.pointer, opened));
        }
        Some(found)
    }

    fn file(&self, id: Uuid) -> Option<Kept> {
        let files = self.files.as_ref()?;
        Some(match self.handle.block_on(files.get(id)) {
            Ok(Found::Here((head, _))) => Kept::Here(head.sha256),
            Ok(Found::Erased) => Kept::Erased,
            Ok(Found::Absent) => Kept::Absent,
            Err(schema::Error::Corrupt { .. }) => Kept::Changed,
            Err(_) => Kept::Unread,
        })
    }

    fn disabled_triggers(&self) -> Vec<String> {
        self.disabled.clone()
    }
}

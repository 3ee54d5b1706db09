//! The sealer: a follower of the log that commits to it.
//!
//! A few times a second, when there is something new, it reads the contiguous tail, extends the tree, and in this
//! order: full tiles as immutable files → tiles, checkpoint and right edge in one transaction → the anchor by
//! compare-and-swap → `published`. Whatever fails, it forgets what it knew and begins again by looking: at a start and
//! after a failure the same [`Sealer::recover`] decides whether database and anchor belong together. The database may
//! be ahead of the anchor (proved consistent, then rolled on), never behind it and never beside it.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use signing::bytes::Hash;
use signing::note::{Checkpoint, LogSigner, LogVerifier};
use signing::tree::{
    Frontier, FullTile, LEAF_LEN, TilePath, consistency_proof, leaf_hash, root_at, verify_consistency,
};
use tokio::sync::watch;
use tokio_postgres::{Client, Config, NoTls};

use crate::anchor::{AnchorError, AnchorStore};
use crate::appender::Clock;
use crate::error::Error;
use crate::tiles::{LEAVES, Loaded, StoredCheckpoint, TileStore, checkpoint, contiguous, frontier};

/// Leaves per checkpoint at most: keeps one transaction short.
const LEAVES_AT_ONCE: u64 = 16_384;
/// Pause between two checkpoints when there is something new.
const PAUSE: Duration = Duration::from_millis(150);
const BACKOFF_LAST: Duration = Duration::from_secs(1);
/// Advisory lock (per database) that makes the sealer the only one.
pub(crate) const ONLY_ONE: i64 = 0x7261_6473_6561_6c01;

/// Why this log must not be sealed. Nothing repairs these by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The database lacks what was published: it was restored from an older copy.
    #[error(
        "数据库只封到 {database}，而锚定文件已公布到 {anchor}：数据库是旧的，请从归档补回缺失的内容后再启动，切勿删除锚定文件。\
         The database is sealed up to {database}, the anchor says that {anchor} was published: this is an older copy of the \
         database; re-ingest what is missing from the archive before starting, and do not remove the anchor."
    )]
    Behind {
        /// Size that the database knows.
        database: u64,
        /// Size that was published.
        anchor: u64,
    },
    /// The same size, another root.
    #[error(
        "数据库与锚定文件在 {size} 处根哈希不同：内容被改动或换了数据库，请停止使用并用 `radledger verify` 核对归档。\
         Database and anchor have different roots at size {size}: stored bytes were changed or this is another database; \
         stop, and compare with the archive by `radledger verify`."
    )]
    OtherRoot {
        /// The size.
        size: u64,
    },
    /// The tree does not continue the one that was published.
    #[error(
        "数据库中的树不是已公布的树（{anchor}）的延续（现为 {database}）：请停止使用并用 `radledger verify` 核对归档。\
         The tree of the database (size {database}) does not continue the published one (size {anchor}): stop, and compare \
         with the archive by `radledger verify`."
    )]
    Inconsistent {
        /// Size that the database knows.
        database: u64,
        /// Size that was published.
        anchor: u64,
    },
    /// Checkpoints were published and the anchor is gone.
    #[error(
        "锚定文件不见了，但已公布到 {published}：请从备份放回锚定文件，或检查 --anchor 是否指对了文件夹。\
         The anchor is missing although {published} was published: put it back from its backup, or check that --anchor names \
         the right folder."
    )]
    AnchorMissing {
        /// Size that was published.
        published: u64,
    },
    /// The anchor holds no checkpoint of this log.
    #[error(
        "锚定文件中不是本账本密钥签署的检查点：请检查 --anchor 与日志密钥是否属于本账本。\
         The anchor holds no checkpoint signed by this log's key: check that --anchor and the log key belong to this ledger."
    )]
    AnchorForeign,
    /// The database contradicts itself.
    #[error(
        "数据库自相矛盾：{why}；请停止使用并用 `radledger verify` 核对。The database contradicts itself: {why}; stop and run \
         `radledger verify`."
    )]
    Broken {
        /// What does not fit.
        why: String,
    },
}

/// Why a step did not complete.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It must not go on.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database; tried again.
    #[error(transparent)]
    Database(#[from] Error),
    /// The anchor; tried again.
    #[error(transparent)]
    Anchor(#[from] AnchorError),
    /// A tile file could not be written; tried again.
    #[error("{path}: {source}")]
    TileFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What the database knows of the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The right edge.
    pub edge: Frontier,
    /// The last checkpoint.
    pub checkpoint: Option<StoredCheckpoint>,
    /// Greatest published size.
    pub published: u64,
    /// Number of durable events.
    pub durable: u64,
}

/// What one step commits.
#[derive(Debug, Clone)]
pub struct Seal {
    /// Size from which it continues.
    pub from: u64,
    /// Tiles that became full.
    pub tiles: Vec<FullTile>,
    /// The new checkpoint.
    pub checkpoint: StoredCheckpoint,
    /// The new right edge.
    pub edge: Frontier,
}

/// Where leaves come from and seals go to.
pub trait SealStore: Send + 'static {
    /// Everything that is known, from one snapshot.
    fn load(&mut self) -> impl Future<Output = Result<Sealed, Error>> + Send;
    /// The leaves from a position on, without holes, at most `limit`.
    fn tail(&mut self, from: u64, limit: u64) -> impl Future<Output = Result<Vec<[u8; LEAF_LEN]>, Error>> + Send;
    /// Root of the first `size` leaves and a proof that the tree of `now` leaves continues it, from the stored tiles.
    fn prove(&mut self, size: u64, now: u64) -> impl Future<Output = Result<(Hash, Vec<Hash>), Error>> + Send;
    /// Writes tiles, checkpoint and edge, all or nothing, if the edge is still at `seal.from`.
    fn commit(&mut self, seal: &Seal) -> impl Future<Output = Result<(), Error>> + Send;
    /// Notes a size as published; noting it again changes nothing.
    fn publish(&mut self, size: u64, at: i64) -> impl Future<Output = Result<(), Error>> + Send;
    /// Greatest published size, whoever published it.
    fn published(&mut self) -> impl Future<Output = Result<u64, Error>> + Send;
}

/// Extends the tree, step by step.
#[derive(Debug)]
pub struct Sealer<S, A> {
    store: S,
    anchor: A,
    signer: LogSigner,
    verifier: LogVerifier,
    tile_folder: Option<PathBuf>,
    known: Option<Known>,
    published: watch::Sender<u64>,
}

#[derive(Debug)]
struct Known {
    edge: Frontier,
    anchored: Option<String>,
}

impl<S: SealStore, A: AnchorStore> Sealer<S, A> {
    /// A sealer that knows nothing yet. Full tiles are also written below `tile_folder`, where there is one.
    pub fn new(store: S, anchor: A, signer: LogSigner, tile_folder: Option<PathBuf>) -> Self {
        let verifier = signer.verifier();
        Self { store, anchor, signer, verifier, tile_folder, known: None, published: watch::Sender::new(0) }
    }

    /// The published size.
    pub fn published(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }

    /// Compares database and anchor, and finishes what an earlier run began.
    ///
    /// # Errors
    /// [`SealError::Refused`] when they do not belong together.
    pub async fn recover(&mut self, now: i64) -> Result<(), SealError> {
        self.known = None;
        let sealed = self.store.load().await?;
        let size = sealed.edge.size();
        let broken = |why: &str| SealError::Refused(Refusal::Broken { why: why.to_owned() });
        if sealed.durable < size {
            return Err(broken("more was sealed than is there"));
        }
        match &sealed.checkpoint {
            None if size > 0 => return Err(broken("there is no checkpoint of the sealed tree")),
            Some(last) if last.size != size || last.root != sealed.edge.root() => {
                return Err(broken("the last checkpoint is not that of the stored right edge"));
            }
            Some(last) if !self.is_ours(last) => {
                return Err(broken("the last checkpoint was not signed by this log's key"));
            }
            _ => {}
        }
        let anchored = self.anchor.load()?;
        let at = self.compare(anchored.as_deref(), size, &sealed).await?;
        // The anchor moves before anything is called published: what it says was published, or is now.
        if at > sealed.published {
            self.store.publish(at, now).await?;
        }
        let known = Known { edge: sealed.edge, anchored };
        match sealed.checkpoint {
            Some(last) if last.size > at => self.publish(known, &last, now).await,
            _ => {
                self.known = Some(known);
                self.announce(at);
                Ok(())
            }
        }
    }

    fn is_ours(&self, stored: &StoredCheckpoint) -> bool {
        Checkpoint::verify(&stored.note, &self.verifier)
            .is_some_and(|read| read.size == stored.size && read.root == stored.root)
    }

    /// The size that the anchor names, once it is proved that the database continues it.
    async fn compare(&mut self, anchored: Option<&str>, size: u64, sealed: &Sealed) -> Result<u64, SealError> {
        let Some(note) = anchored else {
            return if sealed.published == 0 {
                Ok(0)
            } else {
                Err(Refusal::AnchorMissing { published: sealed.published }.into())
            };
        };
        let anchor = Checkpoint::verify(note, &self.verifier).ok_or(Refusal::AnchorForeign)?;
        let behind = Refusal::Behind { database: size, anchor: anchor.size };
        if anchor.size > size {
            return Err(behind.into());
        }
        let root = sealed.edge.root();
        if anchor.size == size {
            return if anchor.root == root { Ok(size) } else { Err(Refusal::OtherRoot { size }.into()) };
        }
        let (then, proof) = self.store.prove(anchor.size, size).await?;
        if then != anchor.root || !verify_consistency(anchor.size, &anchor.root, size, &root, &proof) {
            return Err(Refusal::Inconsistent { database: size, anchor: anchor.size }.into());
        }
        if anchor.size < sealed.published {
            // Published is written after the anchor: this anchor is an older copy.
            return Err(Refusal::AnchorMissing { published: sealed.published }.into());
        }
        Ok(anchor.size)
    }

    /// Seals what is new, if anything. True when there was something.
    ///
    /// # Errors
    /// As [`Sealer::recover`]; after an error that is no refusal the next step looks again.
    pub async fn step(&mut self, now: i64) -> Result<bool, SealError> {
        if self.known.is_none() {
            self.recover(now).await?;
        }
        let Some(known) = self.known.as_ref() else { return Ok(false) };
        let from = known.edge.size();
        let leaves = self.store.tail(from, LEAVES_AT_ONCE).await?;
        if leaves.is_empty() {
            return Ok(false);
        }
        // Taken out: if anything below fails, what is known now is nothing.
        let Some(Known { mut edge, anchored }) = self.known.take() else { return Ok(false) };
        let mut tiles = Vec::new();
        for leaf in &leaves {
            edge.push(leaf_hash(leaf), &mut tiles);
        }
        if let Some(folder) = &self.tile_folder {
            // Before the commit: a full tile of durable events never changes, and so every committed one has its file.
            tiles.iter().try_for_each(|tile| write_tile(folder, tile))?;
        }
        let signed = Checkpoint { origin: self.signer.origin().to_owned(), size: edge.size(), root: edge.root() };
        let checkpoint =
            StoredCheckpoint { size: signed.size, root: signed.root, note: signed.sign(&self.signer), created_at: now };
        let seal = Seal { from, tiles, checkpoint, edge };
        self.store.commit(&seal).await?;
        self.publish(Known { edge: seal.edge, anchored }, &seal.checkpoint, now).await?;
        Ok(true)
    }

    async fn publish(&mut self, known: Known, checkpoint: &StoredCheckpoint, now: i64) -> Result<(), SealError> {
        self.anchor.swap(known.anchored.as_deref(), &checkpoint.note)?;
        self.store.publish(checkpoint.size, now).await?;
        self.known = Some(Known { anchored: Some(checkpoint.note.clone()), ..known });
        self.announce(checkpoint.size);
        Ok(())
    }

    fn announce(&self, size: u64) {
        self.published.send_if_modified(|known| {
            let news = *known != size;
            *known = size;
            news
        });
    }

    /// Follows the log until `stop` becomes true: woken by `durable`, and looking by itself four times a second, since
    /// another process may append. Failures are tried again; a refusal ends it.
    ///
    /// # Errors
    /// The refusal.
    pub async fn run(
        mut self,
        clock: Clock,
        mut durable: watch::Receiver<u64>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), Refusal> {
        let mut backoff = PAUSE;
        loop {
            if *stop.borrow() {
                return Ok(());
            }
            let wait = match self.step(clock()).await {
                Ok(true) => {
                    backoff = PAUSE;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Ok(false) => {
                    backoff = PAUSE;
                    Duration::from_millis(250)
                }
                Err(SealError::Refused(refusal)) => {
                    tracing::error!(%refusal, "the sealer stops");
                    return Err(refusal);
                }
                Err(error) => {
                    if let SealError::Database(Error::Conflict(why)) = &error {
                        // Another process seals: what it publishes is published for whoever reads here, too.
                        tracing::debug!(why, "the sealer stands by");
                        match self.store.published().await {
                            Ok(size) => self.announce(size),
                            Err(error) => tracing::warn!(%error, "the sealer tries again"),
                        }
                    } else {
                        tracing::warn!(%error, "the sealer tries again");
                    }
                    let wait = backoff;
                    backoff = (backoff * 2).min(BACKOFF_LAST);
                    tokio::time::sleep(wait).await;
                    continue;
                }
            };
            tokio::select! {
                // When the appender is gone there is nothing to be woken by; looking goes on.
                () = async { if durable.changed().await.is_err() { std::future::pending::<()>().await } } => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }
}

fn write_tile(folder: &Path, tile: &FullTile) -> Result<(), SealError> {
    let name = TilePath { level: Some(tile.level), index: tile.index, width: None }.to_string();
    let path = folder.join(name);
    if path.exists() {
        return Ok(());
    }
    let fail = |source| SealError::TileFile { path: path.clone(), source };
    let parent = path.parent().expect("a tile lies in a folder");
    std::fs::create_dir_all(parent).map_err(fail)?;
    let fresh = path.with_extension("new");
    let mut file = std::fs::File::create(&fresh).map_err(fail)?;
    std::io::Write::write_all(&mut file, &tile.hashes).and_then(|()| file.sync_all()).map_err(fail)?;
    std::fs::rename(&fresh, &path).and_then(|()| std::fs::File::open(parent)?.sync_all()).map_err(fail)
}

/// The ledger's database as the sealer sees it: one connection of [`Role::Sealer`](crate::Role::Sealer) that holds the
/// advisory lock, and a pool for proofs.
pub struct Database {
    config: Config,
    tiles: TileStore,
    epoch: Option<i64>,
    client: Option<Client>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("connected", &self.client.is_some()).finish_non_exhaustive()
    }
}

impl Database {
    /// Connects when it is first used. `config` is of the sealer's role, as `tiles` is.
    #[must_use]
    pub fn new(config: Config, tiles: TileStore) -> Self {
        Self { config, tiles, epoch: None, client: None }
    }

    /// Seals only while the log is in this epoch: when it is raised, the process that raised it seals.
    #[must_use]
    pub fn in_epoch(self, epoch: i64) -> Self {
        Self { epoch: Some(epoch), ..self }
    }

    async fn client(&mut self) -> Result<&mut Client, Error> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let (client, connection) =
                self.config.connect(NoTls).await.map_err(|error| Error::Unavailable(error.to_string()))?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "the sealer's connection ended");
                }
            });
            // Looked at before the lock is tried: who is deposed must not even hold it for a moment.
            let epoch: i64 = client.query_one("select epoch from ledger.log_head", &[]).await?.try_get(0)?;
            if self.epoch.is_some_and(|ours| ours != epoch) {
                return Err(Error::Conflict("another process has taken over".to_owned()));
            }
            let row = client.query_one("select pg_try_advisory_lock($1)", &[&ONLY_ONE]).await?;
            if !row.try_get::<_, bool>(0)? {
                return Err(Error::Conflict("another process seals this log".to_owned()));
            }
            self.client = Some(client);
        }
        Ok(self.client.as_mut().expect("it was just connected"))
    }
}

impl SealStore for Database {
    async fn load(&mut self) -> Result<Sealed, Error> {
        let sql = "select e.size, e.edge, h.next_position, coalesce((select max(p.size) from ledger.published p), 0)
             from ledger.sealer_edge e, ledger.log_head h";
        let client = self.client().await?;
        let row = client.query_one(sql, &[]).await?;
        let edge = frontier(row.try_get(1)?)?;
        if edge.size() != row.try_get::<_, i64>(0)?.cast_unsigned() {
            return Err(Error::corrupt(None, "the stored right edge has another size than it says"));
        }
        let last = "select size, root, note, created_at from ledger.checkpoint order by size desc limit 1";
        let checkpoint = client.query_opt(last, &[]).await?.map(|row| checkpoint(&row)).transpose()?;
        let published = row.try_get::<_, i64>(3)?.cast_unsigned();
        Ok(Sealed { edge, checkpoint, published, durable: row.try_get::<_, i64>(2)?.cast_unsigned() })
    }

    async fn tail(&mut self, from: u64, limit: u64) -> Result<Vec<[u8; LEAF_LEN]>, Error> {
        let rows = self.client().await?.query(LEAVES, &[&from.cast_signed(), &(from + limit).cast_signed()]).await?;
        contiguous(from, &rows)
    }

    async fn prove(&mut self, size: u64, now: u64) -> Result<(Hash, Vec<Hash>), Error> {
        let compute = |tiles: &Loaded| root_at(size, tiles).zip(consistency_proof(size, now, tiles));
        self.tiles.with_tiles(&crate::tiles::tiles_on_the_way(size.saturating_sub(1), now), compute).await
    }

    async fn commit(&mut self, seal: &Seal) -> Result<(), Error> {
        let transaction = self.client().await?.transaction().await?;
        let (size, edge) = (seal.checkpoint.size.cast_signed(), seal.edge.to_bytes());
        let moved = transaction
            .execute(
                "update ledger.sealer_edge set size = $1, edge = $2 where size = $3",
                &[&size, &edge, &seal.from.cast_signed()],
            )
            .await?;
        if moved != 1 {
            return Err(Error::Conflict("the right edge was moved by somebody else".to_owned()));
        }
        let levels: Vec<i16> = seal.tiles.iter().map(|tile| i16::from(tile.level)).collect();
        let indexes: Vec<i64> = seal.tiles.iter().map(|tile| tile.index.cast_signed()).collect();
        let hashes: Vec<&[u8]> = seal.tiles.iter().map(|tile| tile.hashes.as_slice()).collect();
        let sql = "insert into ledger.tile (level, index, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])";
        transaction.execute(sql, &[&levels, &indexes, &hashes]).await?;
        let (root, note) = (seal.checkpoint.root.0.as_slice(), &seal.checkpoint.note);
        let sql = "insert into ledger.checkpoint (size, root, note, created_at) values ($1, $2, $3, $4)";
        transaction.execute(sql, &[&size, &root, note, &seal.checkpoint.created_at]).await?;
        Ok(transaction.commit().await?)
    }

    async fn publish(&mut self, size: u64, at: i64) -> Result<(), Error> {
        // Only sizes that have a checkpoint here: after a restore the anchor may name one that this database never made.
        let sql = "insert into ledger.published (size, published_at) select c.size, $2 from ledger.checkpoint c where c.size = $1
             on conflict do nothing";
        self.client().await?.execute(sql, &[&size.cast_signed(), &at]).await?;
        Ok(())
    }

    async fn published(&mut self) -> Result<u64, Error> {
        Ok(self.tiles.published().await?.map_or(0, |published| published.size))
    }
}

/// An anchor that several owners share.
impl<A: AnchorStore> AnchorStore for Arc<A> {
    fn load(&self) -> Result<Option<String>, AnchorError> {
        A::load(self)
    }
    fn swap(&self, expected: Option<&str>, next: &str) -> Result<(), AnchorError> {
        A::swap(self, expected, next)
    }
}

#[cfg(test)]
#[path = "sealer_tests.rs"]
mod tests;

//! Tiles, checkpoints and leaves as they are stored: what `/log/*`, proofs, exports and audits read.
//!
//! Full tiles are rows; the unfinished right edge is one row of the sealer. A partial tile that was full later is the
//! beginning of that full tile, so every width that was ever published can still be served.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use deadpool_postgres::Pool;
use futures_util::{Stream, StreamExt, TryStreamExt};
use signing::bytes::{Hash, Instant, KeyId};
use signing::tree::{Frontier, LEAF_LEN, TILE_WIDTH, TileSource, leaf};
use tokio_postgres::Row;

use crate::error::Error;

/// Positions per statement of [`TileStore::rows`].
const ROWS_AT_ONCE: u64 = 65_536;
/// Tiles that one proof may need: no tree that fits in a database needs more.
const PROOF_TILES_MAX: usize = 64;

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Size of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// When it was made, microseconds since 1970.
    pub created_at: i64,
}

/// The stored bytes of one event, and nothing that was derived from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// 0-based.
    pub position: u64,
    /// Microseconds since 1970.
    pub recorded_at: i64,
    /// Signature algorithm.
    pub alg: u8,
    /// Key id.
    pub key: [u8; 32],
    /// The signature.
    pub signature: Vec<u8>,
    /// What was signed.
    pub payload: Vec<u8>,
}

/// Reads tiles, checkpoints and leaves. The pool is of [`Role::Sealer`](crate::Role::Sealer); [`TileStore::rows`] and
/// [`TileStore::disabled_triggers`] need [`Role::Appender`](crate::Role::Appender), which may read the same.
#[derive(Debug, Clone)]
pub struct TileStore {
    pool: Pool,
}

impl TileStore {
    /// Reads through this pool.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The last published checkpoint.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn published(&self) -> Result<Option<StoredCheckpoint>, Error> {
        let sql =
            "select c.size, c.root, c.note, c.created_at from ledger.published p join ledger.checkpoint c using (size)
             order by p.size desc limit 1";
        Ok(self.checkpoints_of(sql).await?.pop())
    }

    /// Every checkpoint that was ever signed, by size.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn checkpoints(&self) -> Result<Vec<StoredCheckpoint>, Error> {
        self.checkpoints_of("select size, root, note, created_at from ledger.checkpoint order by size").await
    }

    async fn checkpoints_of(&self, sql: &str) -> Result<Vec<StoredCheckpoint>, Error> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        client.query(&statement, &[]).await?.iter().map(checkpoint).collect()
    }

    /// The hashes known of each tile: all 256, or as many as the sealed tree has; nothing where it has none.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn tiles(&self, wanted: &[(u8, u64)]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let client = self.pool.get().await?;
        // One statement, one snapshot: a tile is a row or part of the edge, never neither.
        let sql = "select e.edge, t.hashes from ledger.sealer_edge e, unnest($1::smallint[], $2::bigint[]) with ordinality w(level, index, o)
             left join ledger.tile t on t.level = w.level and t.index = w.index order by w.o";
        let statement = client.prepare_cached(sql).await?;
        let levels: Vec<i16> = wanted.iter().map(|(level, _)| i16::from(*level)).collect();
        let indexes: Vec<i64> = wanted.iter().map(|(_, index)| index.cast_signed()).collect();
        let rows = client.query(&statement, &[&levels, &indexes]).await?;
        let mut edge: Option<Vec<(u8, u64, Vec<u8>)>> = None;
        let mut found = Vec::with_capacity(wanted.len());
        for (row, (level, index)) in rows.iter().zip(wanted) {
            let full: Option<Vec<u8>> = row.try_get(1)?;
            if full.is_some() {
                found.push(full);
                continue;
            }
            if edge.is_none() {
                edge = Some(frontier(row.try_get(0)?)?.partial_tiles());
            }
            let partial = edge.iter().flatten().find(|(l, i, _)| l == level && i == index);
            found.push(partial.map(|(_, _, hashes)| hashes.clone()));
        }
        Ok(found)
    }

    /// The leaves at `from .. to`, without holes; at most a tile's width of them.
    ///
    /// # Errors
    /// [`Error`] of the database; [`Error::Corrupt`] where a leaf is missing.
    pub async fn leaves(&self, from: u64, to: u64) -> Result<Vec<[u8; LEAF_LEN]>, Error> {
        let to = to.min(from.saturating_add(TILE_WIDTH as u64));
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(LEAVES).await?;
        let rows = client.query(&statement, &[&from.cast_signed(), &to.cast_signed()]).await?;
        let leaves = contiguous(from, &rows)?;
        if leaves.len() as u64 != to - from {
            return Err(Error::corrupt(from + leaves.len() as u64, "the event at this position is missing"));
        }
        Ok(leaves)
    }

    /// Computes something over tiles, loading those that it asks for.
    ///
    /// # Errors
    /// [`Error`] of the database; [`Error::Corrupt`] when a tile is missing.
    pub async fn with_tiles<T>(&self, first: &[(u8, u64)], compute: impl Fn(&Loaded) -> Option<T>) -> Result<T, Error> {
        let mut loaded = Loaded::default();
        let mut wanted: Vec<(u8, u64)> = first.to_vec();
        while loaded.tiles.len() <= PROOF_TILES_MAX {
            for (place, tile) in wanted.iter().zip(self.tiles(&wanted).await?) {
                let tile =
                    tile.ok_or_else(|| Error::corrupt(None, format!("the tile {}/{} is missing", place.0, place.1)))?;
                loaded.tiles.insert(*place, tile);
            }
            if let Some(answer) = compute(&loaded) {
                return Ok(answer);
            }
            wanted = std::mem::take(&mut *loaded.missing.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
                .into_iter()
                .collect();
            if wanted.is_empty() {
                break;
            }
        }
        Err(Error::corrupt(None, "the tiles are shorter than the tree"))
    }

    /// The stored bytes of the events `from .. to` in the order of their positions, as they are: holes, and whatever
    /// else is wrong with them, are for the audit to find. Not all are held at once.
    pub fn rows(&self, from: u64, to: u64) -> impl Stream<Item = Result<StoredRow, Error>> + Send + 'static {
        let pool = self.pool.clone();
        let starts = (from..to).step_by(ROWS_AT_ONCE as usize);
        let chunks = futures_util::stream::iter(starts).then(move |start| {
            let pool = pool.clone();
            async move {
                let client = pool.get().await?;
                let sql = "select position, recorded_at, alg, key, signature, payload from ledger.event
                     where position >= $1 and position < $2 order by position";
                let statement = client.prepare_cached(sql).await?;
                let bounds = [start.cast_signed(), to.min(start + ROWS_AT_ONCE).cast_signed()];
                let rows = client.query_raw(&statement, bounds).await?;
                // The connection goes back to the pool when its rows are read.
                Ok::<_, Error>(rows.map(move |row| {
                    let _held = &client;
                    row.map_err(Error::from).and_then(|row| stored(&row))
                }))
            }
        });
        chunks.map_ok(StreamExt::boxed).try_flatten()
    }

    /// One past the highest position that is stored: what an audit reads to, whatever the head row says.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn rows_end(&self) -> Result<u64, Error> {
        let client = self.pool.get().await?;
        let row = client.query_one("select coalesce(max(position) + 1, 0) from ledger.event", &[]).await?;
        Ok(row.try_get::<_, i64>(0)?.cast_unsigned())
    }

    /// Triggers of the ledger's tables that do not fire: with these gone, stored rows could have been changed.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn disabled_triggers(&self) -> Result<Vec<String>, Error> {
        let client = self.pool.get().await?;
        let sql = "select format('%s.%s', c.relname, t.tgname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
               join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = 'ledger' and not t.tgisinternal and t.tgenabled not in ('O', 'A')
             union all
             select format('%s.append_only', w.name) from unnest($1::text[]) w(name)
              where (select count(*) from pg_trigger t where t.tgrelid = to_regclass('ledger.' || w.name)
                       and t.tgname in ('append_only', 'append_only_truncate')) < 2
             order by 1";
        let rows = client.query(sql, &[&GUARDED.as_slice()]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// Tables whose rows never change.
const GUARDED: [&str; 8] = ["event", "event_id", "batch_id", "touch", "opening", "tile", "checkpoint", "published"];

/// Tiles that were loaded for a computation; asking for another notes it.
#[derive(Debug, Default)]
pub struct Loaded {
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    missing: Mutex<BTreeSet<(u8, u64)>>,
}

impl TileSource for Loaded {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        let found = self.tiles.get(&(level, index)).cloned();
        if found.is_none() {
            self.missing.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert((level, index));
        }
        found
    }
}

/// The tiles on the way from leaf `index` to the root of a tree of `size` leaves, and those of its right edge: all that
/// most proofs need.
#[must_use]
pub fn tiles_on_the_way(index: u64, size: u64) -> Vec<(u8, u64)> {
    let mut places = BTreeSet::new();
    for level in 0..8_u8 {
        let hashes = size >> (8 * u32::from(level));
        if hashes == 0 {
            break;
        }
        places.insert((level, (index >> (8 * u32::from(level))) / TILE_WIDTH as u64));
        if !hashes.is_multiple_of(TILE_WIDTH as u64) {
            places.insert((level, hashes / TILE_WIDTH as u64));
        }
    }
    places.retain(|(level, tile)| tile * (TILE_WIDTH as u64) < size >> (8 * u32::from(*level)));
    places.into_iter().collect()
}

/// What a leaf is made of, in order.
pub(crate) const LEAVES: &str = "select position, recorded_at, hash, alg, key, signature from ledger.event where position >= $1 and position < $2 order by position";

/// Leaves of the rows of [`LEAVES`] for as long as their positions follow each other.
pub(crate) fn contiguous(from: u64, rows: &[Row]) -> Result<Vec<[u8; LEAF_LEN]>, Error> {
    let mut leaves = Vec::with_capacity(rows.len());
    for (expected, row) in (from..).zip(rows) {
        if row.try_get::<_, i64>(0)?.cast_unsigned() != expected {
            break;
        }
        let (hash, key): (&[u8], &[u8]) = (row.try_get(2)?, row.try_get(4)?);
        leaves.push(leaf(
            Instant::from_micros(row.try_get(1)?),
            &Hash(exact(hash, expected)?),
            alg(row.try_get(3)?, expected)?,
            &KeyId(exact(key, expected)?),
            row.try_get(5)?,
        ));
    }
    Ok(leaves)
}

/// The right edge as it is stored: empty before the first seal.
pub(crate) fn frontier(bytes: &[u8]) -> Result<Frontier, Error> {
    if bytes.is_empty() {
        return Ok(Frontier::default());
    }
    Frontier::from_bytes(bytes)
        .ok_or_else(|| Error::corrupt(None, "the stored right edge of the tree is no edge of a tree"))
}

pub(crate) fn checkpoint(row: &Row) -> Result<StoredCheckpoint, Error> {
    let size = row.try_get::<_, i64>(0)?.cast_unsigned();
    Ok(StoredCheckpoint {
        size,
        root: Hash(exact(row.try_get(1)?, size)?),
        note: row.try_get(2)?,
        created_at: row.try_get(3)?,
    })
}

fn stored(row: &Row) -> Result<StoredRow, Error> {
    let position = row.try_get::<_, i64>(0)?.cast_unsigned();
    Ok(StoredRow {
        position,
        recorded_at: row.try_get(1)?,
        alg: alg(row.try_get(2)?, position)?,
        key: exact(row.try_get(3)?, position)?,
        signature: row.try_get(4)?,
        payload: row.try_get(5)?,
    })
}

fn exact(bytes: &[u8], position: u64) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| Error::corrupt(position, "a hash or key id is not 32 bytes long"))
}

fn alg(number: i16, position: u64) -> Result<u8, Error> {
    u8::try_from(number).map_err(|_| Error::corrupt(position, "the algorithm is no number of one byte"))
}

//! A projection folded anew, beside the live one.
//!
//! The log is read once, in order; while one stretch is folded record by record, the next is read and its statements
//! are parsed; rows are encoded on all cores. They go into the new table by COPY, in the transaction that makes it,
//! so nothing of it exists until it is whole, and with `wal_level = minimal` it is written once. Indexes come after
//! the load. Then the new version catches up and takes the live one's place in one statement. Readers notice
//! nothing; the retired table is dropped later.
//!
//! Memory is bounded: records at hand, stretches read ahead, rows that wait for the position at which they end.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::pin::Pin;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use compact_str::CompactString;
use deadpool_postgres::{Pool, Transaction};
use futures_util::{SinkExt, TryStreamExt};
use projections::{Change, Entries, Parsed, Poison};
use rayon::prelude::*;
use tokio::sync::mpsc;
use tokio_postgres::CopyInSink;
use uuid::Uuid;

use crate::at_hand::{entries_for, guarded, load, parse_one};
use crate::catch_up::{Follower, Step, Target};
use crate::error::Error;
use crate::event_log::{EventLog, Logged, signed};
use crate::read_rows::{Last, Table, flag, int8, null, table};

/// Bounds of the memory that a build uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildLimits {
    /// Records at hand.
    pub entries_max: usize,
    /// Bytes of rows that wait for their end; beyond it they are stored open and closed later.
    pub open_bytes_max: usize,
    /// Rows stored open whose end is known, 16 bytes each; beyond it they are closed at once.
    pub close_later_max: usize,
    /// Events of one stretch.
    pub stretch_events: usize,
}

impl Default for BuildLimits {
    fn default() -> Self {
        BuildLimits {
            entries_max: 400_000,
            open_bytes_max: 512 << 20,
            close_later_max: 4_000_000,
            stretch_events: 2_048,
        }
    }
}

/// Rows closed by one statement once there is an index.
const CLOSE_AT_ONCE: usize = 50_000;
/// Payload bytes after which a stretch ends.
const STRETCH_BYTES: usize = 32 << 20;
/// Stretches read and parsed ahead.
const READ_AHEAD: usize = 2;
/// Events whose rows one task encodes.
const ENCODE_AT_ONCE: usize = 128;
/// Bytes of rows sent at once.
const PIECE_BYTES: usize = 128 << 10;
/// Turns after which a build that cannot reach a busy live version gives up.
const TURNS_MAX: usize = 10_000;
/// Looks at a live version that is behind, and the pause between two of them.
const LOOKS_MAX: usize = 600;
const LOOK: Duration = Duration::from_millis(50);

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Number of the build.
    pub version: i32,
    /// Events folded by the bulk load.
    pub loaded: u64,
    /// Events folded when it took the live one's place.
    pub position: u64,
}

/// Folds a projection anew and switches to the result. `pool` is of
/// [`Role::Projector`](crate::connect::Role::Projector).
///
/// # Errors
/// [`Error::Corrupt`] when an event cannot be folded: the live version stays as it is.
pub async fn rebuild<P: Table + Send + 'static>(pool: &Pool) -> Result<Rebuilt, Error> {
    let (version, loaded) = build::<P>(pool).await?;
    match switch::<P>(pool, version).await {
        Ok(position) => {
            tracing::info!(projection = P::NAME, version, position, "projection rebuilt and switched");
            Ok(Rebuilt { version, loaded, position })
        }
        Err(error) => {
            abandon::<P>(pool, version).await?;
            Err(error)
        }
    }
}

/// Builds a new version up to where the log ends now. Readers do not see it; the caller switches to it or abandons
/// it. Returns its number and the events folded.
///
/// # Errors
/// As [`rebuild`]; nothing is left behind.
pub async fn build<P: Table + Send + 'static>(pool: &Pool) -> Result<(i32, u64), Error> {
    build_within::<P>(pool, BuildLimits::default()).await
}

/// [`build`] with other bounds.
///
/// # Errors
/// As [`build`].
pub async fn build_within<P: Table + Send + 'static>(pool: &Pool, limits: BuildLimits) -> Result<(i32, u64), Error> {
    let log = EventLog::new(pool.clone());
    // What is appended from now on is caught up with.
    let size = log.head().await?.next_position;
    let mut client = pool.get().await?;
    let tx = client.transaction().await?;
    let version: i32 = tx.query_one("select read.begin_build($1, $2)", &[&P::NAME, &P::VERSION]).await?.get(0);
    let mut stretches = read_ahead(log.clone(), size, limits.stretch_events);
    let mut entries = entries_for::<P>();
    let mut loader = Loader::<P::Key>::new();
    let mut sink = copy::<P>(&tx, version, &mut loader).await?;
    let mut position = 0;
    while let Some(parsed) = stretches.recv().await {
        let parsed = parsed?;
        if !entries.is_whole() {
            load(&log, &mut entries, &parsed, position).await?;
        }
        position += parsed.len() as u64;
        let (given_back, encoded) = blocking(move || {
            let encoded = fold_all::<P>(&parsed, &mut entries);
            entries.trim(limits.entries_max);
            (entries, encoded)
        })
        .await?;
        entries = given_back;
        for chunk in encoded.map_err(|poison| Error::corrupt(poison.position, poison.why))? {
            loader.take(chunk);
            if loader.open_bytes > limits.open_bytes_max {
                loader.flush_open();
            }
        }
        loader.send(&mut sink).await?;
        if loader.close_later.len() >= limits.close_later_max {
            end_copy(sink, &mut loader).await?;
            P::close_stored(&tx, version, &std::mem::take(&mut loader.close_later)).await?;
            sink = copy::<P>(&tx, version, &mut loader).await?;
        }
    }
    if position != size {
        return Err(Error::corrupt(position, "the event at this position is missing"));
    }
    loader.flush_open();
    end_copy(sink, &mut loader).await?;
    // Before the rows are indexed, so that few of them are indexed twice.
    let moves: Vec<(Uuid, CompactString)> = loader.moves.drain().collect();
    P::move_stored(&tx, version, &moves).await?;
    tx.execute("select read.finish_build($1, $2)", &[&P::NAME, &version]).await?;
    for some in loader.close_later.chunks(CLOSE_AT_ONCE) {
        P::close_stored(&tx, version, some).await?;
    }
    tx.execute(
        "update read.projection set position = $3, updated_at = clock_timestamp() where name = $1 and version = $2",
        &[&P::NAME, &version, &signed(position)],
    )
    .await?;
    tx.commit().await?;
    Ok((version, position))
}

/// Catches up with the live version and takes its place. Returns the events folded by then.
///
/// # Errors
/// [`Error::Corrupt`] when an event cannot be folded, [`Error::Conflict`] when the build is no longer there or
/// cannot reach the live version.
pub async fn switch<P: Table + Send + 'static>(pool: &Pool, version: i32) -> Result<u64, Error> {
    let mut follower = Follower::<P>::new(pool.clone(), Target::Building(version));
    for _ in 0..TURNS_MAX {
        let position = match follower.step().await? {
            Step::Advanced(_) => continue,
            Step::Idle(position) => position,
            other => return Err(stuck(other)),
        };
        let client = pool.get().await?;
        if client.query_one("select read.switch($1, $2)", &[&P::NAME, &version]).await?.try_get(0)? {
            return Ok(position);
        }
    }
    Err(Error::Conflict("the build does not reach the live version".to_owned()))
}

/// Gives up a build: its table goes at once.
///
/// # Errors
/// [`Error`] of the database.
pub async fn abandon<P: Table>(pool: &Pool, version: i32) -> Result<(), Error> {
    pool.get().await?.execute("select read.abandon($1, $2)", &[&P::NAME, &version]).await?;
    Ok(())
}

/// Drops tables that were retired or abandoned so long ago. Returns how many.
///
/// # Errors
/// [`Error`] of the database.
pub async fn drop_retired<P: Table>(pool: &Pool, older_than: Duration) -> Result<u32, Error> {
    let seconds = older_than.as_secs_f64();
    let client = pool.get().await?;
    let row =
        client.query_one("select read.drop_retired($1, make_interval(secs => $2))", &[&P::NAME, &seconds]).await?;
    Ok(row.try_get::<_, i32>(0)?.cast_unsigned())
}

/// The live rows of a projection against rows folded anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Events folded by both.
    pub position: u64,
    /// Rows of the rebuilt version.
    pub rows: u64,
    /// Rows that only the live version has, and that only the rebuilt one has: a changed row counts in both.
    pub differing: (u64, u64),
    /// Positions of events whose rows differ, the first hundred.
    pub positions: Vec<u64>,
}

/// Rebuilds a projection beside the live one, compares row by row at one position, and gives the build up again.
/// The live version is followed and read all the while.
///
/// # Errors
/// As [`rebuild`].
pub async fn compare<P: Table + Send + 'static>(pool: &Pool) -> Result<Comparison, Error> {
    let (version, _) = build::<P>(pool).await?;
    let compared = compare_with::<P>(pool, version).await;
    abandon::<P>(pool, version).await?;
    compared
}

/// Compares the live version with a build.
///
/// # Errors
/// As [`rebuild`].
pub async fn compare_with<P: Table + Send + 'static>(pool: &Pool, version: i32) -> Result<Comparison, Error> {
    let mut reader = pool.get().await?;
    let mut held = None;
    for _ in 0..LOOKS_MAX {
        // The live version's follower waits for this row while the build reaches the same position and a snapshot is taken.
        let mut holder = pool.get().await?;
        let hold = holder.transaction().await?;
        let row = hold
            .query_one(
                "select p.position, p.version, (select b.position from read.projection b where b.name = p.name and b.version = $2)
                   from read.projection p join read.live l using (name, version) where p.name = $1 for update of p",
                &[&P::NAME, &version],
            )
            .await?;
        let (position, live, built): (i64, i32, Option<i64>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let built = built.ok_or_else(|| Error::Conflict("the build is no longer there".to_owned()))?;
        if built > position {
            // Loaded to the log's end, which the live version has not reached yet.
            hold.rollback().await?;
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let mut follower =
            Follower::<P>::new(pool.clone(), Target::Building(version)).stopping_at(position.cast_unsigned());
        loop {
            match follower.step().await? {
                Step::Advanced(_) => {}
                Step::Idle(_) => break,
                other => return Err(stuck(other)),
            }
        }
        let snapshot = reader
            .build_transaction()
            .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await?;
        snapshot.query_one("select 1", &[]).await?;
        hold.rollback().await?;
        held = Some((snapshot, position, live));
        break;
    }
    let (snapshot, position, live) =
        held.ok_or_else(|| Error::Conflict("the live version does not reach the build".to_owned()))?;
    let (live, built) = (table::<P>(live), table::<P>(version));
    let columns = P::COLUMNS;
    let place = if columns.contains("since") { "since" } else { "position" };
    let sides = format!(
        "l as (select {columns} from {live}), b as (select {columns} from {built}),
         lost as (select * from l except all select * from b), found as (select * from b except all select * from l)"
    );
    let row = snapshot
        .query_one(
            &format!(
                "with {sides} select (select count(*) from b), (select count(*) from lost), (select count(*) from found),
                        (select coalesce(array_agg(p), '{{}}') from
                            (select distinct {place} as p from (table lost union all table found) d order by 1 limit 100) d)"
            ),
            &[],
        )
        .await?;
    let count = |column: usize| -> Result<u64, Error> { Ok(row.try_get::<_, i64>(column)?.cast_unsigned()) };
    Ok(Comparison {
        position: position.cast_unsigned(),
        rows: count(0)?,
        differing: (count(1)?, count(2)?),
        positions: row.try_get::<_, Vec<i64>>(3)?.into_iter().map(i64::cast_unsigned).collect(),
    })
}

fn stuck(step: Step) -> Error {
    match step {
        Step::Halted(poison) => Error::corrupt(poison.position, poison.why),
        other => Error::Conflict(format!("the build was disturbed: {other:?}")),
    }
}

/// Reads and parses stretches in the background.
fn read_ahead(log: EventLog, size: u64, events: usize) -> mpsc::Receiver<Result<Vec<Parsed>, Error>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    tokio::spawn(async move {
        let mut rows = std::pin::pin!(log.statements(0, size));
        loop {
            let stretch = match read_stretch(rows.as_mut(), events).await {
                Ok(stretch) if stretch.is_empty() => return,
                Ok(stretch) => blocking(move || parse_all(&stretch)).await.flatten(),
                Err(error) => Err(error),
            };
            let failed = stretch.is_err();
            if sender.send(stretch).await.is_err() || failed {
                return;
            }
        }
    });
    receiver
}

async fn read_stretch(
    mut rows: Pin<&mut impl futures_util::Stream<Item = Result<Logged, Error>>>,
    events: usize,
) -> Result<Vec<Logged>, Error> {
    let mut stretch = Vec::with_capacity(events);
    let mut bytes = 0;
    while stretch.len() < events && bytes < STRETCH_BYTES {
        let Some(event) = rows.try_next().await? else {
            break;
        };
        bytes += event.payload().len();
        stretch.push(event);
    }
    Ok(stretch)
}

fn parse_all(stretch: &[Logged]) -> Result<Vec<Parsed>, Error> {
    let parsed: Result<Vec<Parsed>, Poison> = stretch.par_iter().with_min_len(32).map(parse_one).collect();
    parsed.map_err(|poison| Error::corrupt(poison.position, poison.why))
}

/// Rows of consecutive events, encoded, and what they move.
struct Encoded<K> {
    bytes: BytesMut,
    rows: Vec<EncodedRow<K>>,
    moves: Vec<(Uuid, CompactString)>,
}

/// One row within [`Encoded::bytes`], which it ends at `end`.
struct EncodedRow<K> {
    end: usize,
    position: u64,
    opens: Option<K>,
    closes: Option<K>,
    last: Last,
}

/// Steps each record in order, then folds and encodes on all cores.
///
/// The rows of a stretch are folded with the records as they stand at its end. That gives the same rows: where each
/// belongs was found at its step, where it belonged before is told as of then, and the area of an institution is the one
/// to which all its rows are moved in the end anyhow.
fn fold_all<P: Table>(parsed: &[Parsed], entries: &mut Entries) -> Result<Vec<Encoded<P::Key>>, Poison> {
    let mut folded = Vec::with_capacity(parsed.len());
    for event in parsed {
        folded.push(guarded(event.position, || event.step(entries))?);
    }
    let entries = &*entries;
    let chunks = folded.par_chunks(ENCODE_AT_ONCE).map(|chunk| {
        let mut encoded =
            Encoded { bytes: BytesMut::with_capacity(chunk.len() * 512), rows: Vec::new(), moves: Vec::new() };
        for event in chunk {
            for change in guarded(event.parsed.position, || P::fold(event, entries))? {
                match change {
                    Change::MoveOrg { org, area } => encoded.moves.push((org, area)),
                    Change::Put(row) => {
                        P::encode(&row, &mut encoded.bytes);
                        let (opens, closes) = (P::opens(&row), P::closes(&row));
                        let (position, last) = (P::position(&row), P::last(&row));
                        encoded.rows.push(EncodedRow { end: encoded.bytes.len(), position, opens, closes, last });
                    }
                }
            }
        }
        Ok(encoded)
    });
    chunks.collect()
}

/// Puts encoded rows in the form of COPY, each with its last column.
struct Loader<K> {
    out: BytesMut,
    /// Rows that wait for their end, each with its position.
    open: HashMap<K, (u64, Box<[u8]>)>,
    open_bytes: usize,
    close_later: Vec<(K, i64)>,
    /// Totals so far, by what is added up. There are as many as numbers are kept, however long the log is.
    totals: HashMap<String, [i64; 2]>,
    moves: HashMap<Uuid, CompactString>,
}

impl<K: Copy + Eq + Hash> Loader<K> {
    fn new() -> Self {
        Self {
            out: BytesMut::new(),
            open: HashMap::new(),
            open_bytes: 0,
            close_later: Vec::new(),
            totals: HashMap::new(),
            moves: HashMap::new(),
        }
    }

    fn take(&mut self, encoded: Encoded<K>) {
        self.moves.extend(encoded.moves);
        let mut start = 0;
        for row in encoded.rows {
            let bytes = &encoded.bytes[start..row.end];
            start = row.end;
            match row.last {
                Last::Own(own) => {
                    self.out.put_slice(bytes);
                    flag(&mut self.out, own);
                    continue;
                }
                Last::Totals { name, deltas } => {
                    let known = self.totals.entry(name);
                    let first = matches!(known, Entry::Vacant(_));
                    self.out.put_slice(bytes);
                    for (total, delta) in known.or_default().iter_mut().zip(deltas) {
                        *total += delta;
                        int8(&mut self.out, *total);
                    }
                    flag(&mut self.out, first);
                    continue;
                }
                Last::Until => {}
            }
            if let Some(key) = row.closes {
                match self.open.remove(&key) {
                    Some((_, before)) => {
                        self.open_bytes -= before.len();
                        self.out.put_slice(&before);
                        int8(&mut self.out, signed(row.position));
                    }
                    None => self.close_later.push((key, signed(row.position))),
                }
            }
            if let Some(key) = row.opens {
                self.open_bytes += bytes.len();
                self.open.insert(key, (row.position, bytes.into()));
            }
        }
    }

    /// Sends what is ready, in pieces: small ones are copied within the cache, and their memory is used again.
    async fn send(&mut self, sink: &mut Sink) -> Result<(), Error> {
        while !self.out.is_empty() {
            let piece = self.out.split_to(self.out.len().min(PIECE_BYTES));
            sink.send(piece.freeze()).await?;
        }
        Ok(())
    }

    fn flush_open(&mut self) {
        // In order of position: the table is then read as it was written.
        let mut rows: Vec<(u64, Box<[u8]>)> = self.open.drain().map(|(_, row)| row).collect();
        rows.sort_unstable_by_key(|(position, _)| *position);
        for (_, row) in rows {
            self.out.put_slice(&row);
            null(&mut self.out);
        }
        self.open_bytes = 0;
    }
}

type Sink = Pin<Box<CopyInSink<Bytes>>>;

async fn copy<P: Table>(tx: &Transaction<'_>, version: i32, loader: &mut Loader<P::Key>) -> Result<Sink, Error> {
    let sql = format!("copy {} ({}) from stdin with (format binary, freeze true)", table::<P>(version), P::COLUMNS);
    let sink = tx.copy_in(&sql).await?;
    // Signature, flags, no extension.
    loader.out.put_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    Ok(Box::pin(sink))
}

async fn end_copy<K: Copy + Eq + Hash>(mut sink: Sink, loader: &mut Loader<K>) -> Result<(), Error> {
    loader.out.put_i16(-1);
    loader.send(&mut sink).await?;
    sink.as_mut().finish().await?;
    Ok(())
}

/// Work for the cores, off the threads that serve connections.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::corrupt(None, format!("a task of the rebuild failed: {error}")))
}

//! The log as Rust sees it: what is appended, what is answered, what is read.
//!
//! [`Appender`](crate::appender::Appender) writes, [`EventLog`] reads. Both
//! connect as the role that may read everything here and write through
//! `ledger.append` alone (`migrations/0103_append_whole.sql` says what that promises).

use std::collections::HashMap;

use deadpool_postgres::Pool;
use futures_util::{Stream, StreamExt, TryStreamExt};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::error::{Error, answered};

/// Most records that [`EventLog::key`] answers; a key with more is a mistake of the catalogue.
pub const KEY_MEMBERS_MAX: i64 = 1_000_000;
/// Positions per statement of [`EventLog::stream_range`].
const STREAM_POSITIONS: u64 = 65_536;

/// A proposed event that was verified and admitted, with what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The statement's id.
    pub id: Uuid,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: Uuid,
    /// The version that this event makes.
    pub version: u32,
    /// `<kind>.<past_tense>`.
    pub type_: String,
    /// Version of the type's form.
    pub schema: u16,
    /// The signer's account.
    pub account: Uuid,
    /// Signature algorithm; 1 is Ed25519.
    pub alg: u8,
    /// Key id.
    pub key: [u8; 32],
    /// The signature.
    pub signature: Vec<u8>,
    /// What was signed, byte for byte.
    pub payload: Vec<u8>,
    /// Statement hash.
    pub hash: [u8; 32],
    /// Guard keys that this event touches.
    pub touches: Vec<String>,
    /// Personal values, encrypted.
    pub openings: Vec<NewOpening>,
}

/// An encrypted personal value of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOpening {
    /// RFC 6901 pointer to the seal.
    pub pointer: String,
    /// Kind of the subject.
    pub subject_kind: String,
    /// The subject.
    pub subject: Uuid,
    /// Generation of the subject's key.
    pub generation: u32,
    /// wire.md AT REST.
    pub sealed_box: Vec<u8>,
}

/// A business key that a record takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Keyed digest of the business key.
    pub digest: [u8; 32],
    /// Kind of the record that takes it.
    pub kind: String,
    /// The record.
    pub record: Uuid,
    /// Keyed digest of the event's content, which tells the same fact reported twice from another's claim.
    pub content: [u8; 32],
    /// Index in [`NewUnit::events`] of the event that takes it.
    pub event: usize,
}

/// One event or one batch, appended whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewUnit {
    /// Signed events in index order, then the consequences.
    pub events: Vec<NewEvent>,
    /// How many of them were signed by people; the rest are consequences.
    pub signed: usize,
    /// The batch's id.
    pub batch: Option<Uuid>,
    /// First microsecond at which the admission holds.
    pub from_us: i64,
    /// Last microsecond at which the admission holds.
    pub until_us: i64,
    /// One per record that is written: kind, id, version before this unit (0 = must not exist).
    pub heads: Vec<(String, Uuid, u32)>,
    /// Records that the decision read: kind, id, version (0 = must not exist).
    pub reads: Vec<(String, Uuid, u32)>,
    /// Keys that the decision read: key and position of its last touch, -1 for none.
    pub guards: Vec<(String, i64)>,
    /// Claims taken.
    pub takes: Vec<Take>,
    /// Digests of claims given up by the records written here.
    pub frees: Vec<[u8; 32]>,
}

/// The answer to one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed: positions `first_position ..` in the order of its events.
    Appended {
        /// Position of the first event.
        first_position: u64,
        /// Microseconds since 1970, the same for all its events.
        recorded_at: i64,
    },
    /// An event id or the batch id is in the log.
    Known,
    /// A record that it writes has another version.
    Conflict,
    /// A record or key that it read was written since.
    Moved,
    /// A claim is held by another record.
    Taken,
    /// The time is outside `from_us ..= until_us`.
    Stale,
}

/// Why a unit got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The queue is full. Nothing was written: send the same bytes again.
    #[error("繁忙，请重新提交相同内容。Busy: send the same bytes again")]
    Busy,
    /// The epoch was raised: another process writes now. Nothing was written.
    #[error("本进程已被替换，停止写入。This process was deposed and writes no more")]
    Fenced,
    /// This process's clock is more than two seconds off the database's. Nothing was written.
    #[error("时钟偏差 {off_us} 微秒，停止写入。The clock is {off_us} µs off the database's")]
    Clock {
        /// Ours minus the database's, microseconds.
        off_us: i64,
    },
    /// The unit's fate is unknown, or the database could not be asked: send the same bytes again.
    #[error("数据库暂不可用，请重新提交相同内容。Unavailable, send the same bytes again: {0}")]
    Unavailable(String),
    /// The unit contradicts itself or the database. Nothing was written.
    #[error("内部错误。Corrupt: {0}")]
    Corrupt(String),
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// 0-based, gapless.
    pub position: u64,
    /// Microseconds since 1970.
    pub recorded_at: i64,
    /// The statement's id.
    pub id: Uuid,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: Uuid,
    /// The version that it made.
    pub version: u32,
    /// Position of the record's version before.
    pub prev_position: Option<u64>,
    /// `<kind>.<past_tense>`.
    pub type_: String,
    /// Version of the type's form.
    pub schema: u16,
    /// The signer's account.
    pub account: Uuid,
    /// Signature algorithm.
    pub alg: u8,
    /// Key id.
    pub key: [u8; 32],
    /// The signature.
    pub signature: Vec<u8>,
    /// What was signed.
    pub payload: Vec<u8>,
    /// Statement hash.
    pub hash: [u8; 32],
}

/// An encrypted personal value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOpening {
    /// The event it belongs to.
    pub event_id: Uuid,
    /// RFC 6901 pointer to the seal.
    pub pointer: String,
    /// Kind of the subject.
    pub subject_kind: String,
    /// The subject.
    pub subject: Uuid,
    /// Generation of the subject's key.
    pub generation: u32,
    /// wire.md AT REST.
    pub sealed_box: Vec<u8>,
}

/// The log's head row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Fencing token.
    pub epoch: i64,
    /// The next position, which is the size of the tree.
    pub next_position: u64,
    /// `recorded_at` of the last event, microseconds; 0 in an empty log.
    pub last_at: i64,
    /// Whether the clock is a demonstration's.
    pub simulated: bool,
}

/// Present version of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHead {
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: Uuid,
    /// Its version.
    pub version: u32,
    /// Position of that version's event.
    pub position: u64,
    /// Statement hash of that event.
    pub hash: [u8; 32],
}

/// The present holder of a business key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Keyed digest of the business key.
    pub digest: [u8; 32],
    /// Kind of the holder.
    pub kind: String,
    /// The holder.
    pub record: Uuid,
    /// Position of the event that took it.
    pub position: u64,
    /// Keyed digest of that event's content.
    pub content: [u8; 32],
}

/// What a guard key says: position of its last touch (-1: none) and the distinct records that touched it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Highest position, or -1.
    pub last_position: i64,
    /// Kind and id, sorted.
    pub members: Vec<(String, Uuid)>,
}

pub(crate) const COLUMNS: &str = "e.position, e.recorded_at, e.id, e.kind, e.record, e.version, e.prev_position, e.type, e.schema, \
     e.account, e.alg, e.key, e.signature, e.payload, e.hash";

/// Reading the log, over a pool of the appender's role.
#[derive(Debug, Clone)]
pub struct EventLog {
    pool: Pool,
}

impl EventLog {
    /// Reads through this pool, which must be of [`Role::Appender`](crate::connect::Role::Appender).
    pub fn new(pool: Pool) -> EventLog {
        EventLog { pool }
    }

    /// The pool, for statements of other modules.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The head row.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn head(&self) -> Result<Head, Error> {
        let rows = self.query("select epoch, next_position, last_at, simulated from ledger.log_head", &[]).await?;
        let row = rows.first().ok_or_else(|| Error::corrupt(None, "the log has no head row"))?;
        Ok(Head {
            epoch: row.try_get(0)?,
            next_position: row.try_get::<_, i64>(1)?.cast_unsigned(),
            last_at: row.try_get(2)?,
            simulated: row.try_get(3)?,
        })
    }

    /// A record's events, oldest first; empty when it does not exist.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when its versions are not 1, 2, 3, …
    pub async fn stream(&self, kind: &str, record: Uuid) -> Result<Vec<StoredEvent>, Error> {
        let mut streams = self.streams(&[(kind.to_owned(), record)]).await?;
        Ok(streams.remove(&(kind.to_owned(), record)).unwrap_or_default())
    }

    /// [`EventLog::stream`] of many records in one round trip; records that do not exist are absent.
    ///
    /// # Errors
    /// As [`EventLog::stream`].
    pub async fn streams(
        &self,
        records: &[(String, Uuid)],
    ) -> Result<HashMap<(String, Uuid), Vec<StoredEvent>>, Error> {
        // The heads and every step back are probes of a primary key.
        let sql = format!(
            "with recursive chain as (
                 select e.* from unnest($1::text[], $2::uuid[]) w(kind, record),
                     lateral (select x.position from ledger.record_head x
                               where x.record = w.record and x.kind = w.kind offset 0) h,
                     lateral (select * from ledger.event x where x.position = h.position offset 0) e
                 union all
                 select e.* from chain c,
                     lateral (select * from ledger.event x where x.position = c.prev_position offset 0) e)
             select {COLUMNS} from chain e order by e.position"
        );
        let (kinds, ids): (Vec<&str>, Vec<Uuid>) = records.iter().map(|(kind, id)| (kind.as_str(), *id)).unzip();
        let mut streams: HashMap<(String, Uuid), Vec<StoredEvent>> = HashMap::new();
        for row in self.query(&sql, &[&kinds, &ids]).await? {
            let event = stored(&row)?;
            let stream = streams.entry((event.kind.clone(), event.record)).or_default();
            if event.version as usize != stream.len() + 1 {
                return Err(Error::corrupt(event.position, "the versions of its record do not follow one another"));
            }
            stream.push(event);
        }
        Ok(streams)
    }

    /// Present versions of records; those that do not exist are absent.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn record_heads(&self, records: &[(String, Uuid)]) -> Result<Vec<RecordHead>, Error> {
        let (kinds, ids): (Vec<&str>, Vec<Uuid>) = records.iter().map(|(kind, id)| (kind.as_str(), *id)).unzip();
        let sql = "select x.kind, x.record, x.version, x.position, x.hash from unnest($1::text[], $2::uuid[]) w(kind, record),
             lateral (select * from ledger.record_head x where x.record = w.record and x.kind = w.kind offset 0) x";
        let rows = self.query(sql, &[&kinds, &ids]).await?;
        rows.iter()
            .map(|row| {
                Ok(RecordHead {
                    kind: row.try_get(0)?,
                    record: row.try_get(1)?,
                    version: row.try_get::<_, i32>(2)?.cast_unsigned(),
                    position: row.try_get::<_, i64>(3)?.cast_unsigned(),
                    hash: array(row.try_get(4)?)?,
                })
            })
            .collect()
    }

    /// The events with these ids, in order of position; unknown ids are absent.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn by_ids(&self, ids: &[Uuid]) -> Result<Vec<StoredEvent>, Error> {
        let sql = format!(
            "select {COLUMNS} from unnest($1::uuid[]) w(id),
                 lateral (select x.position from ledger.event_id x where x.id = w.id offset 0) p,
                 lateral (select * from ledger.event x where x.position = p.position offset 0) e
             order by e.position"
        );
        self.query(&sql, &[&ids]).await?.iter().map(stored).collect()
    }

    /// The event at a position.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn at(&self, position: u64) -> Result<Option<StoredEvent>, Error> {
        let sql = format!("select {COLUMNS} from ledger.event e where e.position = $1");
        self.query(&sql, &[&signed(position)]).await?.first().map(stored).transpose()
    }

    /// The events at `from ..`, at most `limit`, in order.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a position is missing.
    pub async fn range(&self, from: u64, limit: u64) -> Result<Vec<StoredEvent>, Error> {
        let sql = format!(
            "select {COLUMNS} from ledger.event e where e.position >= $1 and e.position < $2 order by e.position"
        );
        let rows = self.query(&sql, &[&signed(from), &signed(from.saturating_add(limit))]).await?;
        let mut events = Vec::with_capacity(rows.len());
        for (expected, row) in (from..).zip(&rows) {
            let event = stored(row)?;
            if event.position != expected {
                return Err(Error::corrupt(expected, "the event at this position is missing"));
            }
            events.push(event);
        }
        Ok(events)
    }

    /// The events at `from .. to`, in order, without holding them all: rows
    /// are read from the connection as fast as they are consumed. Ends early
    /// where the log does; a missing position before that is an error.
    pub fn stream_range(&self, from: u64, to: u64) -> impl Stream<Item = Result<StoredEvent, Error>> + Send + 'static {
        self.rows(COLUMNS, from, to, |row| stored(&row), |event| event.position)
    }

    /// The same events as far as a fold reads them: less is sent, and statements stay where they were received.
    pub(crate) fn statements(
        &self,
        from: u64,
        to: u64,
    ) -> impl Stream<Item = Result<Logged, Error>> + Send + 'static + use<> {
        self.rows("e.position, e.recorded_at, e.hash, e.payload", from, to, Logged::read, |event| event.position)
    }

    fn rows<T: Send + 'static>(
        &self,
        columns: &'static str,
        from: u64,
        to: u64,
        read: fn(Row) -> Result<T, Error>,
        position: fn(&T) -> u64,
    ) -> impl Stream<Item = Result<T, Error>> + Send + 'static + use<T> {
        let pool = self.pool.clone();
        let starts = (from..to).step_by(STREAM_POSITIONS as usize);
        let chunks = futures_util::stream::iter(starts).then(move |start| {
            let pool = pool.clone();
            async move {
                let client = pool.get().await?;
                let sql = format!(
                    "select {columns} from ledger.event e where e.position >= $1 and e.position < $2 order by e.position"
                );
                let statement = client.prepare_cached(&sql).await?;
                let bounds = [signed(start), signed(to.min(start + STREAM_POSITIONS))];
                let rows = client.query_raw(&statement, bounds).await?;
                // The connection goes back to the pool when its rows are read.
                Ok::<_, Error>(rows.map(move |row| {
                    let _held = &client;
                    row.map_err(Error::from).and_then(read)
                }))
            }
        });
        let mut expected = from;
        let rows = chunks.map_ok(StreamExt::boxed).try_flatten();
        rows.map(move |event| {
            let event = event?;
            if position(&event) != expected {
                return Err(Error::corrupt(expected, "the event at this position is missing"));
            }
            expected += 1;
            Ok(event)
        })
    }

    /// The state of a guard key: both halves from one snapshot.
    ///
    /// # Errors
    /// [`Error::Corrupt`] beyond [`KEY_MEMBERS_MAX`] members.
    pub async fn key(&self, key: &str) -> Result<KeyState, Error> {
        let mut states = self.keys(&[key.to_owned()]).await?;
        Ok(states.pop().expect("one key, one state"))
    }

    /// [`EventLog::key`] of many keys in one round trip, in their order.
    ///
    /// # Errors
    /// As [`EventLog::key`].
    pub async fn keys(&self, keys: &[String]) -> Result<Vec<KeyState>, Error> {
        let sql = "select w.o, x.last, x.kind, x.record from unnest($1::text[]) with ordinality w(key, o),
             lateral (select max(x.position) as last, min(x.position) as first, x.kind, x.record from ledger.touch x
                       where x.key = w.key collate \"C\" group by x.kind, x.record order by min(x.position) limit $2) x order by w.o, x.first";
        let mut states = vec![KeyState { last_position: -1, members: Vec::new() }; keys.len()];
        for row in self.query(sql, &[&keys, &(KEY_MEMBERS_MAX + 1)]).await? {
            let at = usize::try_from(row.try_get::<_, i64>(0)? - 1).expect("an ordinality of our own array");
            let state = &mut states[at];
            state.last_position = state.last_position.max(row.try_get(1)?);
            state.members.push((row.try_get(2)?, row.try_get(3)?));
            if state.members.len() as i64 > KEY_MEMBERS_MAX {
                return Err(Error::corrupt(None, "a guard key has too many members"));
            }
        }
        Ok(states)
    }

    /// The present holders of these business keys; free ones are absent.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn claims(&self, digests: &[[u8; 32]]) -> Result<Vec<Claim>, Error> {
        let digests: Vec<&[u8]> = digests.iter().map(<[u8; 32]>::as_slice).collect();
        let sql = "select x.digest, x.kind, x.record, x.position, x.content from unnest($1::bytea[]) w(digest),
             lateral (select * from ledger.claim x where x.digest = w.digest offset 0) x";
        let rows = self.query(sql, &[&digests]).await?;
        rows.iter()
            .map(|row| {
                Ok(Claim {
                    digest: array(row.try_get(0)?)?,
                    kind: row.try_get(1)?,
                    record: row.try_get(2)?,
                    position: row.try_get::<_, i64>(3)?.cast_unsigned(),
                    content: array(row.try_get(4)?)?,
                })
            })
            .collect()
    }

    /// The encrypted values of these events, by event and pointer.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn openings(&self, events: &[Uuid]) -> Result<Vec<StoredOpening>, Error> {
        let sql = "select x.event_id, x.pointer, x.subject_kind, x.subject, x.generation, x.box
             from unnest($1::uuid[]) w(id), lateral (select * from ledger.opening x where x.event_id = w.id offset 0) x
             order by x.event_id, x.pointer";
        let rows = self.query(sql, &[&events]).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredOpening {
                    event_id: row.try_get(0)?,
                    pointer: row.try_get(1)?,
                    subject_kind: row.try_get(2)?,
                    subject: row.try_get(3)?,
                    generation: row.try_get::<_, i32>(4)?.cast_unsigned(),
                    sealed_box: row.try_get(5)?,
                })
            })
            .collect()
    }

    async fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        answered(async {
            let client = self.pool.get().await?;
            let statement = client.prepare_cached(sql).await?;
            Ok(client.query(&statement, parameters).await?)
        })
        .await
    }
}

/// What a fold reads of an event.
pub(crate) struct Logged {
    /// Position in the ledger.
    pub position: u64,
    /// When it was recorded, microseconds.
    pub recorded_at: i64,
    /// Statement hash.
    pub hash: [u8; 32],
    row: Row,
}

impl Logged {
    fn read(row: Row) -> Result<Self, Error> {
        let position = row.try_get::<_, i64>(0)?.cast_unsigned();
        row.try_get::<_, &[u8]>(3)?;
        Ok(Self { position, recorded_at: row.try_get(1)?, hash: array(row.try_get(2)?)?, row })
    }

    /// The statement.
    pub fn payload(&self) -> &[u8] {
        self.row.get(3)
    }
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn stored(row: &Row) -> Result<StoredEvent, Error> {
    let position = row.try_get::<_, i64>(0)?.cast_unsigned();
    let small = |column: usize| -> Result<i16, Error> { Ok(row.try_get(column)?) };
    Ok(StoredEvent {
        position,
        recorded_at: row.try_get(1)?,
        id: row.try_get(2)?,
        kind: row.try_get(3)?,
        record: row.try_get(4)?,
        version: row.try_get::<_, i32>(5)?.cast_unsigned(),
        prev_position: row.try_get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        type_: row.try_get(7)?,
        schema: small(8)?.cast_unsigned(),
        account: row.try_get(9)?,
        alg: u8::try_from(small(10)?).map_err(|_| Error::corrupt(position, "an algorithm outside 0..255"))?,
        key: array(row.try_get(11)?)?,
        signature: row.try_get(12)?,
        payload: row.try_get(13)?,
        hash: array(row.try_get(14)?)?,
    })
}

fn array(bytes: &[u8]) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| Error::corrupt(None, "a hash that is not of 32 bytes"))
}

/// A position as PostgreSQL holds it; the log ends long before 2^63.
pub(crate) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

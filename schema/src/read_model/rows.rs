//! What comes back: records as they stood, events of a history, pages, and what an answer was read from.

use domain::catalog::Kind;
use tokio_postgres::Row;
use uuid::Uuid;

use super::TOTAL_MAX;
use super::list::{Key, Order};
use crate::error::Error;

pub(super) const RECORD: &str = "c.kind, c.id, c.version, c.since, c.until, c.recorded_at, c.org, c.area, c.account, c.label, c.state, c.facets, c.row";

pub(super) const HAPPENED: &str =
    "t.position, t.event_type, t.meaning, t.kind, t.record, t.version, t.signer, t.recorded_at, t.org, t.area";

/// A record as it stood from one event to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Kind.
    pub kind: Kind,
    /// Record.
    pub id: Uuid,
    /// Version.
    pub version: u32,
    /// Position of the event that made it.
    pub since: u64,
    /// Position of the next event; none when it is the present state.
    pub until: Option<u64>,
    /// When it was recorded, microseconds.
    pub recorded_at: i64,
    /// Organisation.
    pub org: Option<Uuid>,
    /// Supervision area, the present one.
    pub area: Option<String>,
    /// Account, for accounts, credentials and grants.
    pub account: Option<Uuid>,
    /// What lists sort by.
    pub label: String,
    /// Code of the state.
    pub state: String,
    /// Values to filter by: [`projections::current::facets`].
    pub facets: Vec<String>,
    /// The state as JSON.
    pub row: String,
}

impl Record {
    /// Where the row stands in a list of this order.
    #[must_use]
    pub fn key(&self, order: Order) -> Key {
        match order {
            Order::Label => Key::Label(self.label.clone(), self.id),
            Order::Newest => Key::Since(self.since),
        }
    }
}

/// An event in somebody's or something's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Position.
    pub position: u64,
    /// Type.
    pub event_type: String,
    /// Why it was signed.
    pub meaning: String,
    /// Kind of its record.
    pub kind: Kind,
    /// Its record.
    pub record: Uuid,
    /// The version that it made.
    pub version: u32,
    /// The signer's account.
    pub signer: Uuid,
    /// When it was recorded, microseconds.
    pub recorded_at: i64,
    /// Organisation of the record.
    pub org: Option<Uuid>,
    /// Present supervision area of the record.
    pub area: Option<String>,
}

/// An answer and what it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// Number of events that were folded when it was read; the position it was read at is this minus one.
    pub size: u64,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there are more after them.
    pub more: bool,
    /// How many there are in all, when it was asked for.
    pub total: Option<Total>,
}

/// Number of rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// More than so many.
    MoreThan(u64),
}

impl Total {
    /// From a count that ends one beyond [`TOTAL_MAX`].
    pub(super) fn of(count: i64) -> Self {
        match count.cast_unsigned() {
            count if count > TOTAL_MAX => Self::MoreThan(TOTAL_MAX),
            count => Self::Exactly(count),
        }
    }
}

pub(super) fn kind_of(word: &str) -> Result<Kind, Error> {
    Kind::parse(word).ok_or_else(|| Error::corrupt(None, "a row is of a kind that this program does not know"))
}

pub(super) fn record(row: &Row) -> Result<Record, Error> {
    Ok(Record {
        kind: kind_of(row.try_get(0)?)?,
        id: row.try_get(1)?,
        version: row.try_get::<_, i32>(2)?.cast_unsigned(),
        since: row.try_get::<_, i64>(3)?.cast_unsigned(),
        until: row.try_get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        recorded_at: row.try_get(5)?,
        org: row.try_get(6)?,
        area: row.try_get(7)?,
        account: row.try_get(8)?,
        label: row.try_get(9)?,
        state: row.try_get(10)?,
        facets: row.try_get(11)?,
        row: row.try_get(12)?,
    })
}

pub(super) fn happened(row: &Row) -> Result<Happened, Error> {
    Ok(Happened {
        position: row.try_get::<_, i64>(0)?.cast_unsigned(),
        event_type: row.try_get(1)?,
        meaning: row.try_get(2)?,
        kind: kind_of(row.try_get(3)?)?,
        record: row.try_get(4)?,
        version: row.try_get::<_, i32>(5)?.cast_unsigned(),
        signer: row.try_get(6)?,
        recorded_at: row.try_get(7)?,
        org: row.try_get(8)?,
        area: row.try_get(9)?,
    })
}

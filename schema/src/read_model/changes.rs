//! Which records were entered, changed, corrected or closed between two positions: by the order of the events between
//! them, so that the cost follows their number and not the length of the history.

use domain::catalog::Kind;
use projections::current::closed_states;
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows::kind_of;
use super::{Answer, MANY_MAX, PAGE_MAX, ReadModel, Scope, Statement};
use crate::error::Error;
use crate::event_log::signed;

/// What is asked about a stretch of the log.
#[derive(Debug, Clone)]
pub struct ChangesQuery {
    /// Of these kinds.
    pub kinds: Vec<Kind>,
    /// After the event at this position; none: from the beginning.
    pub from: Option<u64>,
    /// Up to the event at this position, included.
    pub to: u64,
    /// Only records whose last event of the stretch stands before this position: where a page goes on.
    pub before: Option<u64>,
    /// At most so many records, [`PAGE_MAX`] in any case.
    pub limit: usize,
}

/// What happened to a record, or to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct What<T> {
    /// It began.
    pub entered: T,
    /// It was there, and something happened to it that is no correction.
    pub changed: T,
    /// An earlier event was corrected.
    pub corrected: T,
    /// At the end of the stretch its life is over.
    pub closed: T,
}

/// A record that something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Kind.
    pub kind: Kind,
    /// Record.
    pub record: Uuid,
    /// What happened to it.
    pub what: What<bool>,
    /// Its version before; none when it was not there.
    pub version_before: Option<u32>,
    /// Its version at the end.
    pub version: u32,
    /// Position of its last event of the stretch.
    pub position: u64,
    /// When that was recorded, microseconds.
    pub recorded_at: i64,
    /// Organisation.
    pub org: Option<Uuid>,
    /// Present supervision area.
    pub area: Option<String>,
    /// What lists sort it by, at the end.
    pub label: String,
    /// Code of its state at the end.
    pub state: String,
}

/// Records of a kind in an area that something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCount {
    /// Kind.
    pub kind: Kind,
    /// Present supervision area.
    pub area: Option<String>,
    /// Records, each once.
    pub records: u64,
    /// Their events.
    pub events: u64,
    /// What happened to how many of them; one record may count several times.
    pub what: What<u64>,
}

/// What each event of a stretch makes of its record.
const OF_EVENTS: &str =
    "min(x.version), count(*), bool_or(x.version > 1 and x.meaning <> 'correction'), bool_or(x.meaning = 'correction')";

impl ReadModel {
    /// Records that something happened to, by their last event of the stretch, latest first; and whether there are more.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn changes(&self, scope: &Scope, query: &ChangesQuery) -> Result<Answer<(Vec<Changed>, bool)>, Error> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        let (size, rows) = self.ask("timeline", scope, changes(query, limit)).await?;
        let mut found: Vec<Changed> = rows.iter().map(changed).collect::<Result<_, _>>()?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Answer { value: (found, more), size })
    }

    /// How many records something happened to, by kind and area.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn change_counts(&self, scope: &Scope, query: &ChangesQuery) -> Result<Answer<Vec<ChangeCount>>, Error> {
        let (size, rows) = self.ask("timeline", scope, counts(query)).await?;
        Ok(Answer { value: rows.iter().map(count).collect::<Result<_, _>>()?, size })
    }

    /// The plans of both, as PostgreSQL explains them: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_changes(&self, scope: &Scope, query: &ChangesQuery) -> Result<String, Error> {
        let page = self.explain("timeline", scope, changes(query, query.limit.clamp(1, PAGE_MAX))).await?;
        Ok(format!("{page}\n{}", self.explain("timeline", scope, counts(query)).await?))
    }
}

/// The stretch, as a condition that the index of events serves; the placeholders of its two ends.
fn stretch(query: &ChangesQuery, statement: &mut Statement) -> (String, String, String) {
    // Positions begin at 0.
    let from = statement.bind(query.from.map_or(-1, signed));
    let to = statement.bind(signed(query.to));
    let kinds: Vec<String> = query.kinds.iter().take(MANY_MAX).map(|kind| kind.as_str().to_owned()).collect();
    let kinds = statement.bind(kinds);
    (format!("t.own and t.position > {from} and t.position <= {to} and t.kind = any({kinds})"), from, to)
}

/// Kind and state of every end of a life.
fn closed(statement: &mut Statement) -> String {
    let all =
        Kind::ALL.iter().flat_map(|kind| closed_states(*kind).iter().map(|state| format!("{}/{state}", kind.as_str())));
    statement.bind(all.collect::<Vec<String>>())
}

fn changes(query: &ChangesQuery, limit: usize) -> Statement {
    let mut statement = Statement::new("");
    let (stretch, from, to) = stretch(query, &mut statement);
    let closed = closed(&mut statement);
    let before = statement.bind(query.before.map_or(i64::MAX, signed));
    let bound = statement.bind(limit as i64 + 1);
    let of_record = "x.subject = t.record and x.subject_kind = t.kind and x.own";
    // The last event of a record stands for it: found going back from the end, each look a probe, until the page is full.
    statement.sql = format!(
        "select t.kind, t.record, f.first, t.version, f.changed, f.corrected, (t.kind || '/' || c.state) = any({closed}),
                t.position, t.recorded_at, t.org, t.area, c.label, c.state
           from read.timeline t
           cross join lateral (select {OF_EVENTS} from read.timeline x
                where {of_record} and x.position > {from} and x.position <= t.position offset 0) f(first, events, changed, corrected)
           cross join lateral (select c.label, c.state from read.current c where c.since = t.position offset 0) c
          where {stretch} and t.position < {before}
            and (select x.position from read.timeline x
                  where {of_record} and x.position > t.position and x.position <= {to} limit 1) is null
          order by t.position desc limit {bound}"
    );
    statement
}

fn counts(query: &ChangesQuery) -> Statement {
    let mut statement = Statement::new("");
    let (stretch, ..) = stretch(query, &mut statement);
    let closed = closed(&mut statement);
    statement.sql = format!(
        "with f(kind, record, area, last, first, events, changed, corrected) as (
              select x.kind, x.record, max(x.area), max(x.position), {OF_EVENTS}
                      from (select t.* from read.timeline t where {stretch}) x group by x.kind, x.record)
         select f.kind, f.area, count(*), sum(f.events)::bigint, count(*) filter (where f.first = 1), count(*) filter (where f.changed),
                count(*) filter (where f.corrected), count(*) filter (where (f.kind || '/' || c.state) = any({closed}))
           from f
           cross join lateral (select c.state from read.current c where c.since = f.last offset 0) c
          group by f.kind, f.area order by f.kind, f.area"
    );
    statement
}

fn changed(row: &Row) -> Result<Changed, Error> {
    let first: i32 = row.try_get(2)?;
    Ok(Changed {
        kind: kind_of(row.try_get(0)?)?,
        record: row.try_get(1)?,
        what: What {
            entered: first == 1,
            changed: row.try_get(4)?,
            corrected: row.try_get(5)?,
            closed: row.try_get(6)?,
        },
        version_before: (first > 1).then(|| first.cast_unsigned() - 1),
        version: row.try_get::<_, i32>(3)?.cast_unsigned(),
        position: row.try_get::<_, i64>(7)?.cast_unsigned(),
        recorded_at: row.try_get(8)?,
        org: row.try_get(9)?,
        area: row.try_get(10)?,
        label: row.try_get(11)?,
        state: row.try_get(12)?,
    })
}

fn count(row: &Row) -> Result<ChangeCount, Error> {
    let number = |at: usize| -> Result<u64, Error> { Ok(row.try_get::<_, i64>(at)?.cast_unsigned()) };
    Ok(ChangeCount {
        kind: kind_of(row.try_get(0)?)?,
        area: row.try_get(1)?,
        records: number(2)?,
        events: number(3)?,
        what: What { entered: number(4)?, changed: number(5)?, corrected: number(6)?, closed: number(7)? },
    })
}

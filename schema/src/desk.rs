//! What the desk keeps between its runs: the days on which its subjects are due, and how far it has read the log.
//!
//! A run that breaks off is done again from where the cursor stands: what was concluded is in the log, and nothing is
//! concluded twice.

use deadpool_postgres::Pool;
use signing::bytes::{Date, Hash};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::error::Error;

/// Most subjects that are handed out at once.
pub const DUE_MAX: i64 = 500;

/// The table of the desk.
#[derive(Clone)]
pub struct DeskStore {
    pool: Pool,
}

/// A subject and the day on which it is due; none when only an event can change what is concluded of it.
pub type Due = (RecordRef, Option<Date>);

impl DeskStore {
    /// A store over a pool of [`Role::Projector`](crate::connect::Role::Projector).
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Position up to which the log was looked through by these rules: 0 when it was by others, or never.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn cursor(&self, rules: Hash) -> Result<u64, Error> {
        let row = self.pool.get().await?.query_opt("select position, rules from desk.cursor", &[]).await?;
        let known = row.filter(|row| row.get::<_, &[u8]>(1) == rules.0);
        Ok(known.and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()).unwrap_or_default())
    }

    /// Moves the cursor.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn advance(&self, position: u64, rules: Hash) -> Result<(), Error> {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        let moved = "insert into desk.cursor (position, rules) values ($1, $2)
                     on conflict (one) do update set position = excluded.position, rules = excluded.rules";
        self.pool.get().await?.execute(moved, &[&position, &rules.0.as_slice()]).await?;
        Ok(())
    }

    /// Subjects that are due by a day, at most [`DUE_MAX`], the earliest first.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn due(&self, day: Date) -> Result<Vec<RecordRef>, Error> {
        let due = "select kind, id from desk.subject where next <= $1::text::date order by next, kind, id limit $2";
        let rows = self.pool.get().await?.query(due, &[&day.to_string(), &DUE_MAX]).await?;
        Ok(rows.iter().map(|row| RecordRef { kind: row.get::<_, &str>(0).into(), id: row.get(1) }).collect())
    }

    /// Every subject becomes due: a parameter, a holiday table or the rules have changed.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn all_due(&self, day: Date) -> Result<(), Error> {
        let all = "update desk.subject set next = $1::text::date where next is null or next > $1::text::date";
        self.pool.get().await?.execute(all, &[&day.to_string()]).await?;
        Ok(())
    }

    /// How many warnings there are: rule, grade, state, number.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn counts(&self) -> Result<Vec<(String, String, String, i64)>, Error> {
        let counts = "select facets[2], facets[3], state, count(*) from read.current
                       where kind = 'warning' and until is null group by 1, 2, 3";
        let rows = self.pool.get().await?.query(counts, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect())
    }

    /// Remembers when these subjects are due next.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn settle(&self, subjects: &[Due]) -> Result<(), Error> {
        let kinds: Vec<&str> = subjects.iter().map(|(subject, _)| subject.kind.as_str()).collect();
        let ids: Vec<Uuid> = subjects.iter().map(|(subject, _)| subject.id).collect();
        let days: Vec<Option<String>> = subjects.iter().map(|(_, day)| day.map(|day| day.to_string())).collect();
        let settled = "insert into desk.subject (kind, id, next)
                       select kind, id, next::date from unnest($1::text[], $2::uuid[], $3::text[]) as s (kind, id, next)
                       on conflict (kind, id) do update set next = excluded.next";
        self.pool.get().await?.execute(settled, &[&kinds, &ids, &days]).await?;
        Ok(())
    }
}

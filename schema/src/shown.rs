//! Sealed values that were shown in the clear: who looked, at whose, and why. Kept apart from the ledger, written
//! before a value is handed out, never changed. The worker reads who looked at his.

use deadpool_postgres::Pool;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::Error;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its own id, random: where a page goes on.
    pub id: Uuid,
    /// When, microseconds.
    pub at: i64,
    /// Who looked.
    pub account: Uuid,
    /// Kind of the subject whose value it is.
    pub subject_kind: String,
    /// The subject.
    pub subject: Uuid,
    /// Event that carries the seal.
    pub event: Uuid,
    /// Pointer into it.
    pub pointer: String,
    /// Code of the purpose.
    pub purpose: String,
}

/// Whose looks are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Everybody's.
    Everybody,
    /// Those of an account, and those at a subject.
    Mine {
        /// Who looked.
        account: Uuid,
        /// At whose values.
        subject: Option<Uuid>,
    },
}

/// Writes a look down; false when this account has looked `most` times since `since` already.
///
/// # Errors
/// [`Error`] of the database.
pub async fn write(pool: &Pool, look: &Look, since: i64, most: usize) -> Result<bool, Error> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(
            "insert into access.shown (id, at, account, subject_kind, subject, event, pointer, purpose)
             select $1, $2, $3, $4, $5, $6, $7, $8
              where (select count(*) from access.shown s where s.account = $3 and s.at > $9) < $10",
        )
        .await?;
    let Look { id, at, account, subject_kind, subject, event, pointer, purpose } = look;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let written = client
        .execute(&statement, &[id, at, account, subject_kind, subject, event, pointer, purpose, &since, &most])
        .await?;
    Ok(written == 1)
}

/// The last `limit` looks, newest first, before a moment and an id.
///
/// # Errors
/// [`Error`] of the database.
pub async fn last(pool: &Pool, of: Of, before: Option<(i64, Uuid)>, limit: usize) -> Result<Vec<Look>, Error> {
    let log = Log {
        table: "access.shown",
        columns: "id, at, account, subject_kind, subject, event, pointer, purpose",
        of_subject: "subject = $5",
    };
    log.last(pool, of, before, limit)
        .await?
        .iter()
        .map(|row| {
            Ok(Look {
                id: row.try_get(0)?,
                at: row.try_get(1)?,
                account: row.try_get(2)?,
                subject_kind: row.try_get(3)?,
                subject: row.try_get(4)?,
                event: row.try_get(5)?,
                pointer: row.try_get(6)?,
                purpose: row.try_get(7)?,
            })
        })
        .collect()
}

/// A log of what people had of others' data: lines with an `id`, a time `at` and the `account` of who had it.
pub(crate) struct Log {
    /// Its table.
    pub table: &'static str,
    /// What is read of a line, in the order in which it is read.
    pub columns: &'static str,
    /// The condition that a line is about the subject `$5`.
    pub of_subject: &'static str,
}

impl Log {
    /// The last lines, newest first, before a moment and an id. Of somebody's own, `$4` is his account and `$5` the subject
    /// that he is; of everybody's, both are null.
    pub async fn last(
        &self,
        pool: &Pool,
        of: Of,
        before: Option<(i64, Uuid)>,
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let Self { table, columns, of_subject } = self;
        let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let tail = "order by at desc, id desc limit $3";
        let side = |condition: &str| format!("select * from {table} where {condition} and (at, id) < ($1, $2) {tail}");
        let (account, subject, lines) = match of {
            Of::Everybody => (None, None, side("$4::uuid is null and $5::uuid is null")),
            // Each side in the order of its own index.
            Of::Mine { account, subject } => {
                (Some(account), subject, format!("({}) union ({})", side("account = $4"), side(of_subject)))
            }
        };
        let sql = format!("select {columns} from ({lines}) l {tail}");
        let client = pool.get().await?;
        let statement = client.prepare_cached(&sql).await?;
        Ok(client.query(&statement, &[&at, &id, &limit, &account, &subject]).await?)
    }
}

//! Sealed values that were shown in the clear: who looked, at whose, and why. Kept apart from the ledger, written
//! before a value is handed out, never changed. The worker reads who looked at his.

use deadpool_postgres::Pool;
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
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let columns = "id, at, account, subject_kind, subject, event, pointer, purpose";
    let client = pool.get().await?;
    let rows = match of {
        Of::Everybody => {
            let sql = format!(
                "select {columns} from access.shown where (at, id) < ($1, $2) order by at desc, id desc limit $3"
            );
            client.query(&client.prepare_cached(&sql).await?, &[&at, &id, &limit]).await?
        }
        // Each side in the order of its own index.
        Of::Mine { account, subject } => {
            let side = |condition: &str| {
                format!(
                    "(select {columns} from access.shown where {condition} and (at, id) < ($1, $2) order by at desc, id desc limit $3)"
                )
            };
            let sql = format!(
                "select {columns} from ({} union {}) s order by at desc, id desc limit $3",
                side("account = $4"),
                side("subject = $5")
            );
            client.query(&client.prepare_cached(&sql).await?, &[&at, &id, &limit, &account, &subject]).await?
        }
    };
    rows.iter()
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

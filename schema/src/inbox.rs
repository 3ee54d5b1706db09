//! How far each account has read what it is told of. Nobody's business but its own, and no part of the ledger.

use deadpool_postgres::Pool;
use uuid::Uuid;

use crate::error::Error;

/// The last position that an account has read; none when it never did.
///
/// # Errors
/// [`Error`] of the database.
pub async fn read_to(pool: &Pool, account: Uuid) -> Result<Option<u64>, Error> {
    let client = pool.get().await?;
    let row = client.query_opt("select read_to from access.inbox where account = $1", &[&account]).await?;
    Ok(row.and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()))
}

/// Remembers how far an account has read, and says how far that is: it never goes back.
///
/// # Errors
/// [`Error`] of the database.
pub async fn mark(pool: &Pool, account: Uuid, position: u64) -> Result<u64, Error> {
    let marked = "insert into access.inbox (account, read_to) values ($1, $2)
                  on conflict (account) do update set read_to = greatest(access.inbox.read_to, excluded.read_to)
                  returning read_to";
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let row = pool.get().await?.query_one(marked, &[&account, &position]).await?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or_default())
}

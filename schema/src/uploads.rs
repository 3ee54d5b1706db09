//! Files that were sent: what an account has sent lately, and what nobody has filed for too long.

use deadpool_postgres::Pool;
use uuid::Uuid;

use crate::error::Error;

/// Notes that a file is about to be stored; false when this account has sent too many or too much since `since`. The
/// same id again counts once.
///
/// # Errors
/// [`Error`] of the database.
pub async fn begin(
    pool: &Pool,
    (account, id): (Uuid, Uuid),
    bytes: usize,
    (now, since): (i64, i64),
    (most, most_bytes): (i64, i64),
) -> Result<bool, Error> {
    let client = pool.get().await?;
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let statement = client
        .prepare_cached(
            "insert into access.upload (account, id, at, bytes) select $1, $2, $3, $4::bigint
              where exists (select from access.upload u where u.account = $1 and u.id = $2)
                 or (select count(*) < $6 and coalesce(sum(u.bytes), 0)::bigint + $4 <= $7 from access.upload u
                      where u.account = $1 and u.at > $5)
             on conflict (account, id) do update set at = access.upload.at",
        )
        .await?;
    let done = client.execute(&statement, &[&account, &id, &now, &bytes, &since, &most, &most_bytes]).await?;
    Ok(done == 1)
}

/// Files that were sent before a moment, the oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub async fn sent_before(pool: &Pool, moment: i64, most: i64) -> Result<Vec<Uuid>, Error> {
    let client = pool.get().await?;
    let sql = "select id from access.upload where at < $1 order by at, id limit $2";
    let rows = client.query(sql, &[&moment, &most]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Forgets that a file was sent: it was filed, or removed.
///
/// # Errors
/// [`Error`] of the database.
pub async fn forget(pool: &Pool, id: Uuid) -> Result<(), Error> {
    pool.get().await?.execute("delete from access.upload where id = $1", &[&id]).await?;
    Ok(())
}

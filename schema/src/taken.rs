//! Lists about people that were taken along as files: who took them, why, and whose data is in them. Kept beside the looks
//! at sealed values ([`crate::shown`]) and like them apart from the ledger, written before the file is handed out, never
//! changed. The worker reads who took his data along.

use deadpool_postgres::Pool;
use signing::bytes::Hash;
use uuid::Uuid;

use crate::error::Error;
use crate::event_log::signed;
use crate::shown::{Log, Of};

/// Most workers of one file.
pub const SUBJECTS_MAX: usize = 5_000;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its own id, random: where a page goes on.
    pub id: Uuid,
    /// When, microseconds.
    pub at: i64,
    /// Who took it.
    pub account: Uuid,
    /// Kind of the records that were listed.
    pub kind: String,
    /// Code of the purpose.
    pub purpose: String,
    /// Position as of which the list was read.
    pub as_of: u64,
    /// SHA-256 of the body of the file.
    pub digest: Hash,
    /// The workers in it.
    pub subjects: Vec<Uuid>,
}

/// Writes a file down; false when this account has taken `most` of them since `since` already.
///
/// # Errors
/// [`Error`] of the database.
pub async fn write(pool: &Pool, taken: &Taken, since: i64, most: usize) -> Result<bool, Error> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(
            "insert into access.taken (id, at, account, kind, purpose, as_of, digest, subjects)
             select $1, $2, $3, $4, $5, $6, $7, $8
              where (select count(*) from access.taken t where t.account = $3 and t.at > $9) < $10",
        )
        .await?;
    let Taken { id, at, account, kind, purpose, as_of, digest, subjects } = taken;
    let (as_of, digest, most) = (signed(*as_of), digest.0.as_slice(), i64::try_from(most).unwrap_or(i64::MAX));
    let written =
        client.execute(&statement, &[id, at, account, kind, purpose, &as_of, &digest, subjects, &since, &most]).await?;
    Ok(written == 1)
}

/// The last `limit` files, newest first, before a moment and an id. Who reads those with his own data reads of no other
/// worker in them.
///
/// # Errors
/// [`Error`] of the database; [`Error::Corrupt`] for a row that nobody wrote.
pub async fn last(pool: &Pool, of: Of, before: Option<(i64, Uuid)>, limit: usize) -> Result<Vec<Taken>, Error> {
    let log = Log {
        table: "access.taken",
        // Who is not the one who took it is told of himself alone.
        columns: "id, at, account, kind, purpose, as_of, digest, \
                  case when $5::uuid is null or account = $4 then subjects else array[$5::uuid] end",
        of_subject: "subjects @> array[$5::uuid]",
    };
    log.last(pool, of, before, limit)
        .await?
        .iter()
        .map(|row| {
            let as_of: i64 = row.try_get(5)?;
            let digest: &[u8] = row.try_get(6)?;
            let digest = digest.try_into().map_err(|_| Error::corrupt(None, "a digest of a file has 32 bytes"))?;
            Ok(Taken {
                id: row.try_get(0)?,
                at: row.try_get(1)?,
                account: row.try_get(2)?,
                kind: row.try_get(3)?,
                purpose: row.try_get(4)?,
                as_of: as_of.cast_unsigned(),
                digest: Hash(digest),
                subjects: row.try_get(7)?,
            })
        })
        .collect()
}

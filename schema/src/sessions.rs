//! Sessions of people who logged in with their key. Not part of the ledger: rows come and go.

use deadpool_postgres::Pool;
use uuid::Uuid;

use crate::error::Error;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the bearer token.
    pub token_hash: [u8; 32],
    /// Nonce of the signed challenge: a login works once.
    pub nonce: Vec<u8>,
    /// Account.
    pub account: Uuid,
    /// Key id.
    pub key: [u8; 32],
    /// When it began, microseconds.
    pub created_at: i64,
    /// When it ends, microseconds.
    pub expires_at: i64,
}

/// Most rows that one login sweeps away.
const SWEEP_MAX: i64 = 100;

/// Starts a session; false when its nonce was used before. Sweeps a few that are over.
///
/// # Errors
/// [`Error`] of the database.
pub async fn start(pool: &Pool, session: &Session) -> Result<bool, Error> {
    let client = pool.get().await?;
    client
        .execute(
            "delete from access.session where token_hash in
                 (select token_hash from access.session where expires_at <= $1 order by expires_at limit $2)",
            &[&session.created_at, &SWEEP_MAX],
        )
        .await?;
    let inserted = client
        .execute(
            "insert into access.session (token_hash, nonce, account, key, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6) on conflict (nonce) do nothing",
            &[
                &&session.token_hash[..],
                &session.nonce,
                &session.account,
                &&session.key[..],
                &session.created_at,
                &session.expires_at,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The session of a token, unless it is over.
///
/// # Errors
/// [`Error`] of the database.
pub async fn find(pool: &Pool, token_hash: &[u8; 32], now: i64) -> Result<Option<Session>, Error> {
    let client = pool.get().await?;
    let row = client
        .query_opt(
            "select nonce, account, key, created_at, expires_at from access.session where token_hash = $1 and expires_at > $2",
            &[&&token_hash[..], &now],
        )
        .await?;
    row.map(|row| {
        let key: Vec<u8> = row.try_get(2)?;
        let key =
            <[u8; 32]>::try_from(key).map_err(|_| Error::corrupt(None, "a session's key has 32 bytes".to_owned()))?;
        Ok(Session {
            token_hash: *token_hash,
            nonce: row.try_get(0)?,
            account: row.try_get(1)?,
            key,
            created_at: row.try_get(3)?,
            expires_at: row.try_get(4)?,
        })
    })
    .transpose()
}

/// Ends a session; false when there is none. Its nonce stays known until `keep_until`, so that the signed challenge
/// cannot start another one: the row is replaced by one that no token opens.
///
/// # Errors
/// [`Error`] of the database.
pub async fn end(pool: &Pool, token_hash: &[u8; 32], keep_until: i64) -> Result<bool, Error> {
    let mut nobody = [0; 32];
    getrandom::fill(&mut nobody).map_err(|error| Error::corrupt(None, format!("no randomness: {error}")))?;
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    let row = transaction
        .query_opt(
            "delete from access.session where token_hash = $1 returning nonce, account, key, created_at",
            &[&&token_hash[..]],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let (nonce, account, key, created_at): (Vec<u8>, Uuid, Vec<u8>, i64) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    transaction
        .execute(
            "insert into access.session (token_hash, nonce, account, key, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
            &[&&nobody[..], &nonce, &account, &key, &created_at, &keep_until],
        )
        .await?;
    transaction.commit().await?;
    Ok(true)
}

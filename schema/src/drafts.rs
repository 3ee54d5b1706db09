//! Drafts: what somebody began to write and has not signed. Private, never counted, gone after a while.
//!
//! A draft may hold personal values, so PostgreSQL sees a box: it is encrypted under the key of its owner's account in
//! the key store, and gone for good with that key. An erasure of the owner destroys it as well.

use deadpool_postgres::Pool;
use signing::bytes::LedgerId;
use uuid::Uuid;

use crate::error::Error;
use crate::key_store::KeyStore;
use crate::sealed_box::{self, Place};

/// Largest draft, in bytes of its text.
pub const BYTES_MAX: usize = 256 << 10;
/// Most drafts of an account.
pub const DRAFTS_MAX: i64 = 100;
/// Kind of the subjects whose keys encrypt drafts.
pub const SUBJECT: &str = "account";

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id, chosen by the client.
    pub id: Uuid,
    /// Type of the event that it is to become.
    pub event_type: String,
    /// When it was saved, microseconds.
    pub saved_at: i64,
    /// When it goes away, microseconds.
    pub expires_at: i64,
}

/// Drafts of a ledger.
#[derive(Clone, Copy)]
pub struct Drafts<'a> {
    /// Pool of [`Role::Appender`](crate::connect::Role::Appender).
    pub pool: &'a Pool,
    /// Keys of the accounts.
    pub keys: &'a KeyStore,
    /// The ledger.
    pub ledger: LedgerId,
}

impl Drafts<'_> {
    /// Saves a draft, in place of the one with its id; sweeps away what has expired. False when the account has
    /// [`DRAFTS_MAX`] others already.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn save(&self, account: Uuid, draft: &Draft, text: &str) -> Result<bool, Error> {
        self.keys.ensure(vec![(SUBJECT.to_owned(), account)]).await?;
        let sealed = sealed_box::seal(self.keys, &place(self.ledger, account, draft.id), text.as_bytes())?;
        let client = self.pool.get().await?;
        client.execute("delete from access.draft where expires_at <= $1", &[&draft.saved_at]).await?;
        let saved = client
            .execute(
                "insert into access.draft (account, id, event_type, saved_at, expires_at, box) select $1, $2, $3, $4, $5, $6
                  where (select count(*) from access.draft d where d.account = $1 and d.id <> $2) < $7
                 on conflict (account, id) do update set event_type = excluded.event_type, saved_at = excluded.saved_at,
                        expires_at = excluded.expires_at, box = excluded.box",
                &[&account, &draft.id, &draft.event_type, &draft.saved_at, &draft.expires_at, &sealed, &DRAFTS_MAX],
            )
            .await?;
        Ok(saved == 1)
    }

    /// The drafts of an account, last saved first.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn all(&self, account: Uuid, now: i64) -> Result<Vec<Draft>, Error> {
        let client = self.pool.get().await?;
        let rows = client
            .query(
                "select id, event_type, saved_at, expires_at from access.draft where account = $1 and expires_at > $2
                  order by saved_at desc, id limit $3",
                &[&account, &now, &DRAFTS_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Draft {
                    id: row.try_get(0)?,
                    event_type: row.try_get(1)?,
                    saved_at: row.try_get(2)?,
                    expires_at: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// What was written in a draft; none when there is none, or when its owner's key is gone.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn text(&self, account: Uuid, id: Uuid, now: i64) -> Result<Option<String>, Error> {
        let client = self.pool.get().await?;
        let sql = "select box from access.draft where account = $1 and id = $2 and expires_at > $3";
        let Some(row) = client.query_opt(sql, &[&account, &id, &now]).await? else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        Ok(sealed_box::open(self.keys, &place(self.ledger, account, id), &sealed)?.text())
    }

    /// Throws a draft away; false when there is none.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn discard(&self, account: Uuid, id: Uuid) -> Result<bool, Error> {
        let client = self.pool.get().await?;
        let gone = client.execute("delete from access.draft where account = $1 and id = $2", &[&account, &id]).await?;
        Ok(gone == 1)
    }
}

/// Where the box of a draft belongs.
pub(crate) fn place(ledger: LedgerId, account: Uuid, id: Uuid) -> Place<'static> {
    Place::new(ledger, (id, "/draft"), (SUBJECT, account))
}

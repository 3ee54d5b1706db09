//! Files that somebody brought to be imported and whose rows are not signed yet. Private, never counted, gone after a
//! while.
//!
//! A file of a laboratory is full of personal values, and its name and headers may be as well: PostgreSQL sees two boxes,
//! encrypted under the key of the owner's account and gone for good with that key. Row-level security shows an account
//! its own files and no others, whatever a statement asks for.

use deadpool_postgres::{Object, Pool, Transaction};
use signing::bytes::LedgerId;
use uuid::Uuid;

use crate::error::Error;
use crate::key_store::KeyStore;
use crate::sealed_box::{self, Inside, Place};

/// Most files of an account.
pub const FILES_MAX: i64 = 20;
/// Most bytes of all files of an account.
pub const BYTES_MAX: i64 = 200 << 20;
/// Most bytes of what is said of a file.
pub const SETTINGS_MAX: usize = 90_000;
/// Kind of the subjects whose keys encrypt files.
const SUBJECT: &str = "account";
/// Places of the two boxes.
pub(crate) const FILE: &str = "/import/file";
pub(crate) const SETTINGS: &str = "/import/settings";

/// A file that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its id.
    pub id: Uuid,
    /// When it was brought, microseconds.
    pub saved_at: i64,
    /// When it goes away, microseconds.
    pub expires_at: i64,
    /// Its bytes.
    pub size: i64,
    /// What is said of it, as text of the caller's own form.
    pub settings: String,
}

/// Files of a ledger's accounts.
#[derive(Clone, Copy)]
pub struct Imports<'a> {
    /// Pool of [`Role::Appender`](crate::connect::Role::Appender).
    pub pool: &'a Pool,
    /// Keys of the accounts.
    pub keys: &'a KeyStore,
    /// The ledger.
    pub ledger: LedgerId,
}

impl Imports<'_> {
    /// Keeps a file, in place of the one with its id, whose settings stay; sweeps away what has expired. False when the
    /// account has too many others already.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn keep(&self, account: Uuid, file: &Brought, bytes: &[u8]) -> Result<bool, Error> {
        self.keys.ensure(vec![(SUBJECT.to_owned(), account)]).await?;
        let sealed = self.sealed(account, file.id, FILE, bytes)?;
        let settings = self.sealed(account, file.id, SETTINGS, file.settings.as_bytes())?;
        let mut client = self.pool.get().await?;
        client.query_one("select access.sweep_imports($1)", &[&file.saved_at]).await?;
        let of = of(&mut client, account).await?;
        // Two at once of one account are counted one after the other.
        of.execute("select pg_advisory_xact_lock(hashtextextended('import/' || $1::text, 0))", &[&account.to_string()])
            .await?;
        let kept = of
            .execute(
                "insert into access.import (account, id, saved_at, expires_at, size, settings, box)
                 select $1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bytea, $7::bytea
                  where (select count(*) < $8::bigint and coalesce(sum(i.size), 0)::bigint + $5::bigint <= $9::bigint
                           from access.import i where i.id <> $2::uuid)
                 on conflict (account, id) do update set saved_at = excluded.saved_at, expires_at = excluded.expires_at",
                &[
                    &account,
                    &file.id,
                    &file.saved_at,
                    &file.expires_at,
                    &file.size,
                    &settings,
                    &sealed,
                    &FILES_MAX,
                    &BYTES_MAX,
                ],
            )
            .await?;
        of.commit().await?;
        Ok(kept == 1)
    }

    /// Says something else of a file; false when there is none.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn set(&self, account: Uuid, id: Uuid, settings: &str, now: i64) -> Result<bool, Error> {
        let sealed = self.sealed(account, id, SETTINGS, settings.as_bytes())?;
        let mut client = self.pool.get().await?;
        let of = of(&mut client, account).await?;
        let sql = "update access.import set settings = $2 where id = $1 and expires_at > $3";
        let set = of.execute(sql, &[&id, &sealed, &now]).await?;
        of.commit().await?;
        Ok(set == 1)
    }

    /// The files of an account, last brought first; without those that its key does not open.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn all(&self, account: Uuid, now: i64) -> Result<Vec<Brought>, Error> {
        let mut client = self.pool.get().await?;
        let of = of(&mut client, account).await?;
        let rows = of
            .query(
                "select id, saved_at, expires_at, size, settings from access.import where expires_at > $1
                  order by saved_at desc, id limit $2",
                &[&now, &FILES_MAX],
            )
            .await?;
        of.commit().await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, sealed): (Uuid, Vec<u8>) = (row.try_get(0)?, row.try_get(4)?);
            let Some(settings) = self.opened(account, id, SETTINGS, &sealed)?.text() else { continue };
            let (saved_at, expires_at, size) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            all.push(Brought { id, saved_at, expires_at, size, settings });
        }
        Ok(all)
    }

    /// The bytes of a file; none when there is none, or when its owner's key is gone.
    ///
    /// # Errors
    /// [`Error`] of the database and of the key store.
    pub async fn bytes(&self, account: Uuid, id: Uuid, now: i64) -> Result<Option<Vec<u8>>, Error> {
        let mut client = self.pool.get().await?;
        let of = of(&mut client, account).await?;
        let sql = "select box from access.import where id = $1 and expires_at > $2";
        let row = of.query_opt(sql, &[&id, &now]).await?;
        of.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        let Inside::Open(bytes) = self.opened(account, id, FILE, &sealed)? else { return Ok(None) };
        Ok(Some(bytes.to_vec()))
    }

    /// Throws a file away; false when there is none.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn discard(&self, account: Uuid, id: Uuid) -> Result<bool, Error> {
        let mut client = self.pool.get().await?;
        let of = of(&mut client, account).await?;
        let gone = of.execute("delete from access.import where id = $1", &[&id]).await?;
        of.commit().await?;
        Ok(gone == 1)
    }

    fn sealed(&self, account: Uuid, id: Uuid, what: &'static str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        sealed_box::seal(self.keys, &place(self.ledger, account, id, what), plain)
    }

    fn opened(&self, account: Uuid, id: Uuid, what: &'static str, sealed: &[u8]) -> Result<Inside, Error> {
        sealed_box::open(self.keys, &place(self.ledger, account, id, what), sealed)
    }
}

/// Where one of the two boxes of a file belongs.
pub(crate) fn place(ledger: LedgerId, account: Uuid, id: Uuid, what: &'static str) -> Place<'static> {
    Place::new(ledger, (id, what), (SUBJECT, account))
}

/// A transaction that sees the files of one account.
async fn of(client: &mut Object, account: Uuid) -> Result<Transaction<'_>, Error> {
    let transaction = client.transaction().await?;
    transaction.query_one("select set_config('radledger.account', $1, true)", &[&account.to_string()]).await?;
    Ok(transaction)
}

//! Bringing a database to this program's schema, as the bootstrap superuser.
//!
//! Forward only. A shipped file never changes: its SHA-256 is stored when it is
//! applied and compared at every start. A database that holds a migration which
//! this program does not know is newer than the program and is refused.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio_postgres::{Client, Config, NoTls};

use crate::connect::{Passwords, Role};
use crate::error::Error;
use crate::sealer::ONLY_ONE;

/// One file of `migrations/`, applied in one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The number in its name; applied in ascending order.
    pub version: i32,
    /// The rest of its name.
    pub name: &'static str,
    /// Its content.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal,)*) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        },)*]
    };
}

/// Every migration, in order. The first of the ledger have numbers below 100, the first of the read model from 100;
/// what came after those follows in the order in which it was shipped.
pub const MIGRATIONS: &[Migration] = migrations! {
    1 "0001_ledger",
    2 "0002_append",
    3 "0003_access",
    100 "0100_read",
    101 "0101_first_versions",
    102 "0102_visible_events",
    103 "0103_append_whole",
    104 "0104_person",
    105 "0105_filed_by",
    106 "0106_statistics",
    107 "0107_private",
    108 "0108_first_of_a_key",
    109 "0109_imports",
    110 "0110_worker_timeline",
    111 "0111_attachment",
    113 "0113_person_years",
    115 "0115_builds_side_by_side",
    116 "0116_health_files",
    117 "0117_desk",
    118 "0118_index_keys",
    119 "0119_message",
    120 "0120_closing",
    121 "0121_taken_along",
};

/// Positions in one partition of the log: 256³, so that partitions and tiles have the same edges.
pub const PARTITION_POSITIONS: u64 = 1 << 24;
/// Partitions kept ready beyond the one that is written.
const PARTITIONS_AHEAD: u64 = 2;
/// How long the connection of another sealer may take to end once it is told to.
const SEALER_ENDS_WITHIN: Duration = Duration::from_secs(10);
/// Key of the advisory lock under which migrations run.
const MIGRATION_LOCK: i64 = 0x7261_646c_6564_6772;

/// Brings the database of `admin` (a superuser) up to date: roles and their
/// passwords, migrations, partitions. Returns the versions applied now.
///
/// # Errors
/// [`Error::Migration`] when a shipped file has changed or is missing here, or
/// when files would be applied out of order; nothing is applied then.
pub async fn migrate(admin: &Config, passwords: &Passwords) -> Result<Vec<i32>, Error> {
    migrate_with(admin, passwords, MIGRATIONS).await
}

/// [`migrate`] with another list, for tests of the runner.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_with(admin: &Config, passwords: &Passwords, migrations: &[Migration]) -> Result<Vec<i32>, Error> {
    let (mut client, connection) = admin.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    client.execute("select pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
    ensure_roles(&mut client, passwords).await?;
    let applied = apply(&mut client, migrations).await?;
    ensure_partitions(&client).await?;
    drop(client);
    let _ = driver.await;
    Ok(applied)
}

/// A name for the schema that [`migrate`] makes: changes with any migration. For test templates.
pub fn fingerprint() -> String {
    let mut hasher = Sha256::new();
    for migration in MIGRATIONS {
        hasher.update(Sha256::digest(migration.sql));
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

async fn apply(client: &mut Client, migrations: &[Migration]) -> Result<Vec<i32>, Error> {
    client
        .batch_execute(
            "create schema if not exists meta;
             create table if not exists meta.migration (
                 version int primary key, name text not null, sha256 bytea not null,
                 applied_at timestamptz not null default now());
             grant usage on schema meta to radledger_appender, radledger_reader, radledger_sealer, radledger_projector;
             grant select on meta.migration to radledger_appender, radledger_reader, radledger_sealer, radledger_projector;",
        )
        .await?;
    let rows = client.query("select version, name, sha256 from meta.migration order by version", &[]).await?;
    let mut newest = 0;
    for row in &rows {
        let (version, name, sha256): (i32, String, Vec<u8>) = (row.get(0), row.get(1), row.get(2));
        newest = version;
        match migrations.iter().find(|migration| migration.version == version) {
            None => {
                return Err(Error::Migration(format!(
                    "the database has {name}, which this program does not know: it is newer than the program"
                )));
            }
            Some(migration) if Sha256::digest(migration.sql).as_slice() != sha256.as_slice() => {
                return Err(Error::Migration(format!("{name} has changed since it was applied")));
            }
            Some(_) => {}
        }
    }
    let mut applied = Vec::new();
    for migration in migrations {
        if rows.iter().any(|row| row.get::<_, i32>(0) == migration.version) {
            continue;
        }
        if migration.version <= newest {
            return Err(Error::Migration(format!("{} would be applied after version {newest}", migration.name)));
        }
        newest = migration.version;
        let transaction = client.transaction().await?;
        transaction.batch_execute(migration.sql).await.map_err(|error| match Error::from(error) {
            Error::Corrupt { why, .. } => Error::Migration(format!("{}: {why}", migration.name)),
            other => other,
        })?;
        let sha256 = Sha256::digest(migration.sql);
        transaction
            .execute(
                "insert into meta.migration (version, name, sha256) values ($1, $2, $3)",
                &[&migration.version, &migration.name, &sha256.as_slice()],
            )
            .await?;
        transaction.commit().await?;
        tracing::info!(migration = migration.name, "migration applied");
        applied.push(migration.version);
    }
    Ok(applied)
}

/// Makes the roles and sets passwords and limits. Roles belong to the cluster,
/// so this waits for other databases' migrations as well.
async fn ensure_roles(client: &mut Client, passwords: &Passwords) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute("lock table pg_catalog.pg_authid in share row exclusive mode").await?;
    let mut statements = String::from(
        "do $$ begin
             if not exists (select 1 from pg_roles where rolname = 'radledger_owner') then
                 create role radledger_owner nologin;
             end if;
         end $$;",
    );
    for role in Role::ALL {
        let (name, password) = (role.name(), passwords.of(role));
        statements.push_str(&format!(
            "do $$ begin
                 if not exists (select 1 from pg_roles where rolname = '{name}') then
                     create role {name} login;
                 end if;
             end $$;
             alter role {name} login noinherit nosuperuser nocreatedb nocreaterole password '{password}';
             alter role {name} set jit = off;
             alter role {name} set idle_in_transaction_session_timeout = '30s';"
        ));
    }
    statements.push_str(
        "alter role radledger_appender set lock_timeout = '15s';
         alter role radledger_appender set statement_timeout = '60s';",
    );
    transaction.batch_execute(&statements).await?;
    let database: String = transaction.query_one("select quote_ident(current_database())", &[]).await?.get(0);
    let names = Role::ALL.map(Role::name).join(", ");
    transaction
        .batch_execute(&format!(
            "revoke all on database {database} from public;
             grant connect on database {database} to {names};
             revoke all on schema public from public;"
        ))
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Makes the partition that is written and the next two, where they are
/// missing. Call it at start and now and then: there is no default partition.
///
/// # Errors
/// [`Error`] of the database.
pub async fn ensure_partitions(admin: &Client) -> Result<(), Error> {
    let there = admin.query_one("select to_regclass('ledger.log_head') is not null", &[]).await?;
    if !there.get::<_, bool>(0) {
        return Ok(());
    }
    let head = admin.query_one("select next_position from ledger.log_head", &[]).await?;
    let next = head.get::<_, i64>(0).cast_unsigned() / PARTITION_POSITIONS;
    for number in 0..=next + PARTITIONS_AHEAD {
        let (from, to) = (number * PARTITION_POSITIONS, (number + 1) * PARTITION_POSITIONS);
        let name = format!("ledger.event_{number:04}");
        let there = admin.query_one("select to_regclass($1) is not null", &[&name]).await?;
        if there.get(0) {
            continue;
        }
        // A truncate of the partition alone would not fire the parent's statement trigger.
        let made = admin
            .batch_execute(&format!(
                "begin;
                 set local role radledger_owner;
                 create table {name} partition of ledger.event for values from ({from}) to ({to});
                 create trigger append_only_truncate before truncate on {name}
                     for each statement execute function ledger.refuse_change();
                 commit;"
            ))
            .await;
        if let Err(error) = made {
            let _ = admin.batch_execute("rollback").await;
            return Err(error.into());
        }
    }
    Ok(())
}

/// Sets whether the log's clock is a demonstration's; `false` in every other ledger.
///
/// # Errors
/// [`Error`] of the database.
pub async fn set_simulated_clock(admin: &Config, simulated: bool) -> Result<(), Error> {
    let (client, connection) = admin.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    client.execute("update ledger.log_head set simulated = $1", &[&simulated]).await?;
    drop(client);
    let _ = driver.await;
    Ok(())
}

/// Raises the epoch: every appender that started before is fenced from now on, and whoever seals the log is stopped.
/// Returns the new one.
///
/// # Errors
/// [`Error`] of the database; [`Error::Conflict`] when the other sealer's connection does not end.
pub async fn raise_epoch(admin: &Config) -> Result<i64, Error> {
    let (client, connection) = admin.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let row = client.query_one("update ledger.log_head set epoch = epoch + 1 returning epoch", &[]).await?;
    // It lets go of its lock by ending; a deposed sealer does not try to get it again.
    let sealing =
        "select l.pid from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
                    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                      and (l.classid::bigint << 32 | l.objid::bigint) = $1";
    client.execute(&format!("select pg_terminate_backend(pid) from ({sealing}) s"), &[&ONLY_ONE]).await?;
    let began = Instant::now();
    while !client.query(sealing, &[&ONLY_ONE]).await?.is_empty() {
        if began.elapsed() > SEALER_ENDS_WITHIN {
            return Err(Error::Conflict("another process seals this log and does not end".to_owned()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(client);
    let _ = driver.await;
    Ok(row.get(0))
}

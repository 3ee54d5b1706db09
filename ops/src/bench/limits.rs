//! What this machine can do at best, measured in the run that is judged by it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey, verify_batch};
use futures_util::TryStreamExt as _;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket};
use uuid::Uuid;

use super::cpu;

/// Length of the messages that the bare signatures are over.
const MESSAGE: usize = 500;
/// Signatures in one batch.
const BATCH: usize = 1024;
/// Keys that take turns, as the bench's accounts do.
const KEYS: usize = 10;

/// Bare verification over all cores.
#[derive(Debug, Clone, Copy)]
pub struct Verifying {
    /// Per second of wall time, all cores together.
    pub per_second: f64,
    /// Microseconds of CPU for one.
    pub cpu_us: f64,
}

struct Signed {
    message: Vec<u8>,
    signature: Signature,
    key: VerifyingKey,
}

fn signed() -> Vec<Signed> {
    let keys: Vec<SigningKey> = (0..KEYS).map(|n| SigningKey::from_bytes(&[n as u8 + 1; 32])).collect();
    let one = |n: usize| {
        let key = &keys[n % KEYS];
        let message: Vec<u8> = (0..MESSAGE).map(|at| (at * 7 + n * 13) as u8).collect();
        Signed { signature: key.sign(&message), key: key.verifying_key(), message }
    };
    (0..BATCH).map(one).collect()
}

/// Number of cores that are ours.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `verify_strict`, one signature after the other, on every core.
pub fn strict(time: Duration) -> Verifying {
    let signed = signed();
    on_every_core(time, || {
        for one in &signed[..64] {
            assert!(one.key.verify_strict(&one.message, &one.signature).is_ok(), "our own signature");
        }
        64
    })
}

/// Batch verification in batches of 1,024, on every core.
pub fn batch(time: Duration) -> Verifying {
    let signed = signed();
    let messages: Vec<&[u8]> = signed.iter().map(|one| one.message.as_slice()).collect();
    let signatures: Vec<Signature> = signed.iter().map(|one| one.signature).collect();
    let keys: Vec<VerifyingKey> = signed.iter().map(|one| one.key).collect();
    on_every_core(time, || {
        assert!(verify_batch(&messages, &signatures, &keys).is_ok(), "our own signatures");
        BATCH
    })
}

fn on_every_core(time: Duration, round: impl Fn() -> usize + Sync) -> Verifying {
    round();
    let cpu_before = cpu::own_seconds();
    let began = Instant::now();
    let done: usize = std::thread::scope(|scope| {
        let worker = || {
            let mut done = 0;
            while began.elapsed() < time {
                done += round();
            }
            done
        };
        let workers: Vec<_> = (0..cores()).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum()
    });
    let elapsed = began.elapsed().as_secs_f64();
    Verifying { per_second: done as f64 / elapsed, cpu_us: (cpu::own_seconds() - cpu_before) * 1e6 / done as f64 }
}

/// One row of about 600 bytes per durable transaction, from `clients` connections: rows per second.
///
/// # Errors
/// Those of the database.
pub async fn inserts(admin: &Config, clients: usize, time: Duration) -> Result<f64> {
    execute(
        admin,
        "drop table if exists public.bench_row;
         create table public.bench_row (
             position bigint generated always as identity primary key,
             stream uuid not null, version int not null, type text not null,
             payload bytea not null, signature bytea not null, key bytea not null, at bigint not null,
             unique (stream, version));
         checkpoint;",
    )
    .await?;
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        let (client, connection) = connect(admin).await?;
        let driver = tokio::spawn(connection);
        let insert = client
            .prepare("insert into public.bench_row (stream, version, type, payload, signature, key, at) values ($1, $2, $3, $4, $5, $6, $7)")
            .await?;
        connections.push((client, insert, driver));
    }
    let began = Instant::now();
    let mut running = Vec::with_capacity(clients);
    for (client, insert, driver) in connections {
        running.push(tokio::spawn(async move {
            let (payload, signature, key) = (vec![b'p'; 400], vec![b's'; 64], vec![b'k'; 32]);
            let mut done = 0_u64;
            let mut stream = Uuid::new_v4();
            while began.elapsed() < time {
                let version = (done % 5) as i32 + 1;
                if version == 1 {
                    stream = Uuid::new_v4();
                }
                client
                    .execute(
                        &insert,
                        &[&stream, &version, &"device.state_changed", &payload, &signature, &key, &(done as i64)],
                    )
                    .await?;
                done += 1;
            }
            drop(client);
            let _ = driver.await;
            Ok::<u64, tokio_postgres::Error>(done)
        }));
    }
    let mut done = 0;
    for client in running {
        done += client.await??;
    }
    let rate = done as f64 / began.elapsed().as_secs_f64();
    execute(admin, "drop table public.bench_row").await?;
    Ok(rate)
}

/// Statements of the superuser.
///
/// # Errors
/// Those of the database.
pub async fn execute(admin: &Config, sql: &str) -> Result<()> {
    let (client, connection) = connect(admin).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await?;
    drop(client);
    let _ = driver.await;
    Ok(())
}

/// The clients of this limit take every connection that the server has: one that has just ended may still be counted.
async fn connect(admin: &Config) -> Result<(Client, Connection<Socket, NoTlsStream>)> {
    let mut patience = 100;
    loop {
        match admin.connect(NoTls).await {
            Err(error) if patience > 0 && error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => {
                patience -= 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            connected => return connected.context("connecting"),
        }
    }
}

/// Every column of every event in order of position, streamed and looked at: rows per second.
///
/// # Errors
/// Those of the database.
pub async fn select(admin: &Config) -> Result<f64> {
    let (client, connection) = admin.connect(NoTls).await.context("connecting")?;
    let driver = tokio::spawn(connection);
    let columns = "position, recorded_at, id, kind, record, version, prev_position, type, schema, account, alg, key, signature, payload, hash";
    let sql = format!("select {columns} from ledger.event order by position");
    let statement = client.prepare(&sql).await?;
    let began = Instant::now();
    let rows = client.query_raw(&statement, Vec::<i64>::new()).await?;
    tokio::pin!(rows);
    let (mut count, mut bytes) = (0_u64, 0_usize);
    while let Some(row) = rows.try_next().await? {
        let position: i64 = row.try_get(0)?;
        let recorded_at: i64 = row.try_get(1)?;
        let ids = (row.try_get::<_, Uuid>(2)?, row.try_get::<_, Uuid>(4)?, row.try_get::<_, Uuid>(9)?);
        let numbers = (
            row.try_get::<_, i32>(5)?,
            row.try_get::<_, Option<i64>>(6)?,
            row.try_get::<_, i16>(8)?,
            row.try_get::<_, i16>(10)?,
        );
        let texts = row.try_get::<_, &str>(3)?.len() + row.try_get::<_, &str>(7)?.len();
        let blobs = [11, 12, 13, 14]
            .into_iter()
            .map(|at| row.try_get::<_, &[u8]>(at).map(<[u8]>::len))
            .sum::<Result<usize, _>>()?;
        std::hint::black_box((position, recorded_at, ids, numbers));
        bytes += texts + blobs;
        count += 1;
    }
    std::hint::black_box(bytes);
    let rate = count as f64 / began.elapsed().as_secs_f64();
    drop(client);
    driver.abort();
    Ok(rate)
}

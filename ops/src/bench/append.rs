//! Clients at the door: each is a task that submits its own streams, one unit after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What a number of clients got done.
#[derive(Debug, Clone, Copy)]
pub struct Appended {
    /// Events per second.
    pub per_second: f64,
    /// Most that half of the units waited for their receipts.
    pub p50: Duration,
    /// Most that 99 of 100 units waited.
    pub p99: Duration,
    /// Units that got receipts.
    pub receipts: u64,
    /// Units that got something else.
    pub others: u64,
    /// CPU of client and database for one event, microseconds: ours, then PostgreSQL's.
    pub cpu_us: (f64, f64),
}

/// How a unit is sent.
pub trait Send: std::marker::Send + 'static {
    /// Sends one unit; true when it got its receipt.
    fn send(&mut self, unit: &[u8]) -> impl Future<Output = bool> + std::marker::Send;
}

/// Through the library.
#[derive(Clone)]
pub struct AtTheDoor(pub Arc<api::submit::Door>);

impl Send for AtTheDoor {
    async fn send(&mut self, unit: &[u8]) -> bool {
        match self.0.submit(unit).await {
            Ok(receipts) => receipts.len() == 1,
            Err(error) => {
                tracing::warn!(?error, "a unit of the bench got no receipt");
                false
            }
        }
    }
}

/// Lets `senders.len()` clients submit all streams, each of its own share. `cpu` reads the CPU
/// seconds used so far, ours and PostgreSQL's.
///
/// # Errors
/// When there are fewer streams than clients.
pub async fn run<S: Send>(
    senders: Vec<S>,
    streams: Vec<Vec<Vec<u8>>>,
    cpu: impl Fn() -> (f64, f64),
) -> Result<Appended> {
    let clients = senders.len();
    if streams.len() < clients {
        bail!("{} streams for {clients} clients", streams.len());
    }
    let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); clients];
    for (number, stream) in streams.into_iter().enumerate() {
        shares[number % clients].extend(stream);
    }
    let units: usize = shares.iter().map(Vec::len).sum();
    let others = Arc::new(AtomicU64::new(0));
    let (cpu_before, began) = (cpu(), Instant::now());
    let mut running = Vec::with_capacity(clients);
    for (mut sender, share) in senders.into_iter().zip(shares) {
        let others = others.clone();
        running.push(tokio::spawn(async move {
            let mut waited = Vec::with_capacity(share.len());
            for unit in share {
                let sent = Instant::now();
                if !sender.send(&unit).await {
                    others.fetch_add(1, Ordering::Relaxed);
                }
                waited.push(sent.elapsed());
            }
            waited
        }));
    }
    let mut waited = Vec::with_capacity(units);
    for client in running {
        waited.extend(client.await?);
    }
    let elapsed = began.elapsed().as_secs_f64();
    let cpu_after = cpu();
    let each = |seconds: f64| seconds * 1e6 / units as f64;
    waited.sort_unstable();
    let others = others.load(Ordering::Relaxed);
    Ok(Appended {
        per_second: (units as u64 - others) as f64 / elapsed,
        p50: percentile(&waited, 50),
        p99: percentile(&waited, 99),
        receipts: units as u64 - others,
        others,
        cpu_us: (each(cpu_after.0 - cpu_before.0), each(cpu_after.1 - cpu_before.1)),
    })
}

/// The least value of sorted ones that so many of a hundred do not exceed.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50).as_millis(), 100);
        assert_eq!(percentile(&sorted, 99).as_millis(), 198);
        assert_eq!(percentile(&sorted[..1], 99).as_millis(), 1);
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}

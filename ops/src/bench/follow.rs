//! What follows the log: publishing, the read model, the audit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deadpool_postgres::Pool;
use projections::current::Current;
use projections::statistics::Statistics;
use projections::timeline::Timeline;
use schema::anchor::FileAnchor;
use schema::catch_up::Projections;
use schema::connect::{Role, connect, role_config};
use schema::rebuild::rebuild;
use schema::sealer::{Database, Sealer};
use schema::tiles::TileStore;
use signing::bytes::LedgerId;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::serve::Demonstration;
use super::site::{Site, now};
use crate::folder::Folder;
use crate::node;
use crate::verify::database;
use crate::verify::evidence::Anchor;

/// Longest that the bench waits for a follower.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A sealer at work.
pub struct Sealing {
    published: watch::Receiver<u64>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), schema::sealer::Refusal>>,
}

impl Sealing {
    /// Starts it as the service does.
    ///
    /// # Errors
    /// When the anchor or the database cannot be used.
    pub async fn start(site: &Site, folder: &std::path::Path) -> Result<Self> {
        let tiles = TileStore::new(connect(site.admin(), Role::Sealer, &site.passwords)?);
        let anchor = FileAnchor::open(&folder.join("anchor"), site.installation.ledger, "bench")?;
        let database = Database::new(role_config(site.admin(), Role::Sealer, &site.passwords), tiles);
        let mut sealer = Sealer::new(database, anchor, site.installation.log.clone(), Some(folder.join("tiles")));
        sealer.recover(now().micros()).await?;
        let published = sealer.published();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(sealer.run(Arc::new(|| now().micros()), site.door.sizes(), stopped));
        Ok(Self { published, stop, task })
    }

    /// Returns when the first `size` events are published.
    ///
    /// # Errors
    /// When the sealer has ended.
    pub async fn wait_for(&mut self, size: u64) -> Result<()> {
        let waiting = self.published.wait_for(|published| *published >= size);
        tokio::time::timeout(PATIENCE, waiting).await?.context("the sealer has ended")?;
        Ok(())
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// When it had refused to go on.
    pub async fn stop(self) -> Result<()> {
        self.stop.send_replace(true);
        Ok(self.task.await??)
    }
}

/// The longest that any of these units, one every 50 ms, took from durable to published.
///
/// # Errors
/// When the sealer ends or a unit is refused.
pub async fn publish_latency(site: &Site, sealing: &mut Sealing, streams: Vec<Vec<Vec<u8>>>) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for unit in streams.iter().flatten() {
        let receipts =
            site.door.submit(unit).await.map_err(|error| anyhow::anyhow!("a unit of the bench: {error:?}"))?;
        let durable = Instant::now();
        let size = receipts.first().context("a receipt for each event")?.position + 1;
        sealing.wait_for(size).await?;
        longest = longest.max(durable.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(longest)
}

/// Lets all projections catch up from nothing, durably: the service's own followers, and events per second.
///
/// # Errors
/// When one of them halts.
pub async fn catch_up(site: &Site, size: u64) -> Result<(Arc<Projections>, f64)> {
    let pool = connect(site.admin(), Role::Projector, &site.passwords)?;
    let began = Instant::now();
    let projections = schema::catch_up::start(pool, Some(site.door.sizes())).await?;
    projections.wait_for(size - 1, PATIENCE).await?;
    projections.wait_for_statistics(size - 1, PATIENCE).await?;
    Ok((Arc::new(projections), size as f64 / began.elapsed().as_secs_f64()))
}

/// Rebuilds each projection beside its live version: events per second of the slower one.
///
/// # Errors
/// When one cannot be built.
pub async fn rebuilds(site: &Site) -> Result<f64> {
    let pool = connect(site.admin(), Role::Projector, &site.passwords)?;
    let began = Instant::now();
    let current = rebuild::<Current>(&pool).await?;
    let first = current.position as f64 / began.elapsed().as_secs_f64();
    let began = Instant::now();
    let timeline = rebuild::<Timeline>(&pool).await?;
    let second = timeline.position as f64 / began.elapsed().as_secs_f64();
    let began = Instant::now();
    let statistics = rebuild::<Statistics>(&pool).await?;
    let third = statistics.position as f64 / began.elapsed().as_secs_f64();
    super::report::progress(&format!(
        "  rebuild: current {first:.0} events/s, timeline {second:.0} events/s, statistics {third:.0} events/s"
    ));
    Ok(first.min(second).min(third))
}

/// Audits the database as `verify` does: events per second.
///
/// # Errors
/// When rows cannot be read, or the audit finds something in a log that nobody has touched.
pub async fn audit(site: &Site, folder: &std::path::Path, strict: bool) -> Result<f64> {
    let pool = connect(site.admin(), Role::Appender, &site.passwords)?;
    let ledger = site.installation.ledger;
    audited(pool, ledger, database::anchor(&folder.join("anchor"), ledger, "bench"), strict).await
}

/// Audits the database of a demonstration strictly, in the same way.
///
/// # Errors
/// As [`audit`].
pub async fn audit_of(demonstration: &Demonstration) -> Result<f64> {
    let place = demonstration.place();
    let folder = Folder::open(&place.data())?;
    let (ledger, database) = (folder.installation.ledger, node::Database::open(&place, &folder, true).await?);
    let anchor = database::anchor(&place.anchor(true), ledger, &folder.installation_id);
    let rate = audited(database.pools()?.appender, ledger, anchor, true).await;
    if let Some(cluster) = database.cluster {
        cluster.stop().await?;
    }
    rate
}

async fn audited(pool: Pool, ledger: LedgerId, anchor: Anchor, strict: bool) -> Result<f64> {
    // Seals stay closed, as they do for whoever has no key store.
    let copy = database::Copy::open(pool, ledger, anchor, (None, None)).await?;
    let began = Instant::now();
    let report = copy.audit(None, strict, false).await?;
    let elapsed = began.elapsed().as_secs_f64();
    ensure!(report.is_clean(), "the audit found something in the bench's own log: {:?}", report.findings.first());
    Ok(report.size as f64 / elapsed)
}

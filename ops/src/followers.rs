//! What follows the log while the service runs: sealer, archive, read model, desk. None of them can change an event.

use std::sync::Arc;

use anyhow::Context;
use api::desk::Desk;
use schema::anchor::{FileAnchor, shares_file_system};
use schema::archive::{Archive, follow};
use schema::catch_up::Projections;
use schema::desk::DeskStore;
use schema::read_model::ReadModel;
use schema::sealer::{Database, Refusal, Sealer};
use schema::tiles::TileStore;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Place;
use crate::desk;
use crate::node::Core;

/// The followers of a running service.
pub struct Followers {
    /// The read model.
    pub projections: Arc<Projections>,
    sealer: JoinHandle<Result<(), Refusal>>,
    others: Vec<JoinHandle<()>>,
}

impl Followers {
    /// Starts them; the sealer compares database and anchor first.
    ///
    /// # Errors
    /// When database and anchor do not belong together, or a folder cannot be used: then nothing must be served.
    pub async fn start(core: &Core, place: &Place, stop: &watch::Receiver<bool>) -> anyhow::Result<Self> {
        let sealer = start_sealer(core, place, stop).await?;
        let archive = Archive::open(&core.folder.at("archive"))
            .context("语句归档无法使用。The archive of statements cannot be used.")?;
        let log = core.door.log().clone();
        archive.continued_by(&log).await.context(
            "数据库与语句归档不符：可能是旧的数据库副本，请停止使用，从归档补回后再启动，切勿删除归档。The database does not \
             hold what its archive holds: it may be an older copy; stop, re-ingest what is missing from the archive before \
             starting, and do not remove the archive.",
        )?;
        let sizes = core.door.sizes();
        let archiving = tokio::spawn(async move {
            if let Err(error) = follow(archive, log, sizes).await {
                tracing::error!(%error, "归档已停止，请处理 · the archive has stopped: this needs a person");
            }
        });
        let projections =
            Arc::new(schema::catch_up::start(core.pools.projector.clone(), Some(core.door.sizes())).await?);
        let model = ReadModel::new(core.pools.reader.clone());
        let desk = tokio::spawn(desk::work(core.door.clone(), model, projections.clone()));
        let warnings = Desk::new(core.door.clone(), DeskStore::new(core.pools.projector.clone()));
        let watch = tokio::spawn(desk::watch(warnings, core.door.sizes()));
        let sweep = tokio::spawn(desk::sweep(core.door.clone(), core.pools.appender.clone()));
        Ok(Self { projections, sealer, others: vec![archiving, desk, watch, sweep] })
    }

    /// Something else that runs until the service ends.
    pub fn add(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.others.push(tokio::spawn(work));
    }

    /// Why nothing may be served any longer: returns when the sealer found that database and anchor do not belong together.
    pub async fn refused(&mut self) -> anyhow::Error {
        match (&mut self.sealer).await {
            Ok(Err(refusal)) => refusal.into(),
            other => anyhow::anyhow!("公布任务异常结束。The sealer ended: {other:?}"),
        }
    }

    /// Ends them: the sealer in order, the others wherever they are, which harms nothing.
    pub async fn end(self) {
        self.others.iter().for_each(JoinHandle::abort);
        if self.sealer.is_finished() {
            return;
        }
        match tokio::time::timeout(std::time::Duration::from_secs(5), self.sealer).await {
            Ok(Ok(Ok(()))) => {}
            other => tracing::warn!(?other, "sealer.ended"),
        }
    }
}

/// Seals and publishes all that is there, when nothing else follows the log.
///
/// # Errors
/// When database and anchor do not belong together, or something cannot be written.
pub async fn publish_all(core: &Core, place: &Place) -> anyhow::Result<()> {
    let mut sealer = open_sealer(core, place)?;
    while sealer.step(core.clock.micros()).await? {}
    Ok(())
}

fn open_sealer(core: &Core, place: &Place) -> anyhow::Result<Sealer<Database, FileAnchor>> {
    let folder = &core.folder;
    let place_of_anchor = place.anchor(folder.is_demonstration());
    let anchor = FileAnchor::open(&place_of_anchor, folder.installation.ledger, &folder.installation_id)?;
    if !folder.is_demonstration() && shares_file_system(&place_of_anchor, folder.path()) {
        tracing::warn!(
            "锚定文件与数据在同一文件系统，建议用 --anchor 另设 · the anchor shares the file system of the data: consider --anchor"
        );
    }
    let database =
        Database::new(core.sealer.clone(), TileStore::new(core.pools.sealer.clone())).in_epoch(core.door.epoch());
    Ok(Sealer::new(database, anchor, folder.installation.log.clone(), Some(folder.at("tiles"))))
}

async fn start_sealer(
    core: &Core,
    place: &Place,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<JoinHandle<Result<(), Refusal>>> {
    let mut sealer = open_sealer(core, place)?;
    sealer.recover(core.clock.micros()).await?;
    let mut published = sealer.published();
    core.published.send_replace(*published.borrow_and_update());
    let (told, mut ending) = (core.published.clone(), stop.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                changed = published.changed() => match changed {
                    Ok(()) => drop(told.send_replace(*published.borrow_and_update())),
                    Err(_) => return,
                },
                _ = ending.wait_for(|stop| *stop) => return,
            }
        }
    });
    Ok(tokio::spawn(sealer.run(core.clock.for_appender(), core.door.sizes(), stop.clone())))
}

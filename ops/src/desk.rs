//! The desk: what the service does by itself, through the same door as everybody else.
//!
//! What the rules demand is concluded ([`api::desk`]); erasures that a second person approved are carried out; files that were sent and never filed are removed. The desk
//! keeps no state of its own and may be killed at any moment: ids of its statements are derived, so nothing is said twice.

use std::sync::Arc;
use std::time::Duration;

use api::desk::Desk;
use api::submit::{Door, SubmitError};
use deadpool_postgres::Pool;
use domain::catalog::Kind;
use domain::records::erasure::ErasureState;
use schema::catch_up::Projections;
use schema::read_model::{ListQuery, ReadModel, Scope};
use signing::statement::RecordRef;
use tokio::sync::watch;

/// Between two looks, at least.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two looks when nothing moves: what failed is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Between two rounds of the sweep.
const SWEEP: Duration = Duration::from_secs(600);

/// Works until it is dropped.
pub async fn work(door: Arc<Door>, model: ReadModel, projections: Arc<Projections>) {
    let (mut moved, _) = projections.watches();
    loop {
        match approved(&model).await {
            Ok(records) if records.is_empty() => {}
            Ok(records) => match door.carry_out_erasures(&records).await {
                Ok(done) if done > 0 => tracing::info!(done, "desk.erasures_carried_out"),
                Ok(_) => {}
                Err(error) => tracing::error!(?error, "desk.erasure_failed"),
            },
            Err(error) => tracing::warn!(%error, "desk.read_failed"),
        }
        tokio::time::sleep(PAUSE).await;
        let _ = tokio::time::timeout(AGAIN, moved.changed()).await;
    }
}

/// Evaluates what events touch and what each day brings, until it is dropped.
pub async fn watch(desk: Desk, mut sizes: watch::Receiver<u64>) {
    loop {
        match desk.run().await {
            Ok(run) if run.concluded > 0 => tracing::info!(?run, "desk.concluded"),
            Ok(_) => {}
            // Another process writes now, or nothing could be decided: the same again later.
            Err(SubmitError::Busy | SubmitError::ReadOnly) => {}
            Err(error) => tracing::error!(?error, "desk.evaluation_failed"),
        }
        tokio::time::sleep(PAUSE).await;
        let _ = tokio::time::timeout(AGAIN, sizes.changed()).await;
    }
}

/// Removes what was sent and not filed in time, from time to time.
pub async fn sweep(door: Arc<Door>, pool: Pool) {
    loop {
        match api::files::sweep(&door, &pool).await {
            Ok(removed) if removed > 0 => tracing::info!(removed, "desk.files_removed"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "desk.sweep_failed"),
        }
        tokio::time::sleep(SWEEP).await;
    }
}

async fn approved(model: &ReadModel) -> Result<Vec<RecordRef>, schema::Error> {
    let query = ListQuery { states: vec![ErasureState::Approved.as_str().to_owned()], ..ListQuery::new(Kind::Erasure) };
    let page = model.list(&Scope::city(), &query).await?.value;
    Ok(page.items.into_iter().map(|row| RecordRef { kind: row.kind.as_str().into(), id: row.id }).collect())
}

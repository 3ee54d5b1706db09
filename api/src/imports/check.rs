//! When a file is judged, and for how long that is believed.
//!
//! A large file takes longer than a request may, so it is judged beside the requests, some at a time; whoever asks
//! meanwhile is told how far it is. What came of it is kept for a while: who turns pages does not have the names of his
//! file compared again, and does not run into the bound on guesses by reading. The judge of the ledger has the last word
//! anyway, when what was signed comes in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use super::{Checked, Job, judge};
use crate::error::{ApiError, fault};
use crate::node::Node;
use crate::scope::Viewer;

/// Files judged at once.
const AT_ONCE: usize = 2;
/// How long a question waits for a file to be judged.
const WAIT: Duration = Duration::from_secs(8);
/// How long a judgement is believed.
const BELIEVED_US: i64 = 15 * 60 * 1_000_000;
/// Rows of all judgements that are kept, and their number.
const ROWS_KEPT: usize = 200_000;
const KEPT: usize = 64;

/// What is known of files that were asked about lately.
pub struct Imports {
    slots: Mutex<HashMap<(Uuid, Uuid), Arc<Slot>>>,
    permits: Semaphore,
    /// Bodies that are on their way in.
    pub(super) arriving: Semaphore,
}

impl Default for Imports {
    fn default() -> Self {
        Self { slots: Mutex::default(), permits: Semaphore::new(AT_ONCE), arriving: Semaphore::new(2 * AT_ONCE) }
    }
}

/// One judgement, under way or made.
pub struct Slot {
    settings: String,
    begun: i64,
    done: AtomicUsize,
    total: AtomicUsize,
    answer: watch::Sender<Option<Result<Arc<Checked>, ApiError>>>,
}

impl Slot {
    /// So many steps are to be made.
    pub fn expect(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// So many were made.
    pub fn advance(&self, steps: usize) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }

    fn rows(&self) -> usize {
        self.answer.borrow().as_ref().and_then(|answer| answer.as_ref().ok()).map_or(0, |checked| checked.read)
    }
}

/// What came of judging a file.
#[derive(Clone)]
pub enum Check {
    /// It is under way: steps made, and all of them; none are known at the beginning.
    Running(usize, usize),
    /// It was judged.
    Done(Arc<Checked>),
}

impl Imports {
    /// Runs something long on a thread of its own, some at a time.
    pub(super) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let _permit = self.permits.acquire().await.map_err(|_| ApiError::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|error| fault("read a file", &error))
    }

    /// The next question judges the file anew.
    pub(super) fn forget(&self, account: Uuid, id: Uuid) {
        self.slots().remove(&(account, id));
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<(Uuid, Uuid), Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot of a file, and whether it is a new one.
    fn slot(&self, account: Uuid, job: &Job, now: i64) -> (Arc<Slot>, bool) {
        let mut slots = self.slots();
        slots.retain(|_, slot| now < slot.begun + BELIEVED_US);
        let key = (account, job.brought.id);
        if let Some(slot) = slots.get(&key).filter(|slot| slot.settings == job.brought.settings) {
            return (slot.clone(), false);
        }
        while slots.len() >= KEPT || slots.values().map(|slot| slot.rows()).sum::<usize>() > ROWS_KEPT {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.begun).map(|(key, _)| *key);
            let Some(oldest) = oldest else { break };
            slots.remove(&oldest);
        }
        let slot = Arc::new(Slot {
            settings: job.brought.settings.clone(),
            begun: now,
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            answer: watch::Sender::new(None),
        });
        slots.insert(key, slot.clone());
        (slot, true)
    }
}

impl Node {
    /// What the service thinks of a file of the reader, every row of it.
    ///
    /// # Errors
    /// [`ApiError::NotAuthorised`] for who is of no laboratory; [`ApiError::Limit`] for who guesses; when the database
    /// does not answer.
    pub async fn check_import(self: &Arc<Self>, viewer: &Viewer, job: &Job) -> Result<Check, ApiError> {
        super::laboratory(viewer)?;
        let (slot, new) = self.imports.slot(viewer.account, job, (self.clock)().micros());
        let mut answers = slot.answer.subscribe();
        if new {
            let (node, viewer, job, slot) = (self.clone(), viewer.clone(), job.clone(), slot.clone());
            tokio::spawn(async move {
                let key = (viewer.account, job.brought.id);
                let judging = tokio::spawn({
                    let (node, slot) = (node.clone(), slot.clone());
                    async move { judge::judge(&node, &viewer, &job, &slot).await.map(Arc::new) }
                });
                let answer = judging.await.unwrap_or_else(|error| Err(fault("judge a file", &error)));
                // A failure is told to those who wait for it; who asks later has it tried again.
                if answer.is_err() {
                    let mut slots = node.imports.slots();
                    if slots.get(&key).is_some_and(|known| Arc::ptr_eq(known, &slot)) {
                        slots.remove(&key);
                    }
                }
                slot.answer.send_replace(Some(answer));
            });
        }
        let waited = tokio::time::timeout(WAIT, answers.wait_for(Option::is_some)).await;
        match waited {
            Ok(Ok(answer)) => answer.clone().unwrap_or(Err(ApiError::Busy)).map(Check::Done),
            Ok(Err(_)) => Err(ApiError::Busy),
            Err(_) => Ok(Check::Running(slot.done.load(Ordering::Relaxed), slot.total.load(Ordering::Relaxed))),
        }
    }
}

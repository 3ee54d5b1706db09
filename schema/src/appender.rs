//! Group commit: many units, one call, one flush.
//!
//! The appender is a thread of its own with one connection, so that verifying
//! signatures elsewhere never delays a commit. It takes whatever waits, calls
//! `ledger.append` once, answers, and takes what came meanwhile. Batches grow by
//! themselves when the disk is slow; an idle ledger answers after one flush.
//!
//! - **A call waits for company** until half of the units that were announced have come
//!   ([`Appender::announce`]), but no longer than [`COMPANY_WITHIN`]: the fixed cost of a call and
//!   of its flush is shared by many, and a unit that is alone never waits.
//! - **Units that collide** (one writes what the other writes or reads: a
//!   record, a key, an id, a claim) never share a call; the later one goes into
//!   a later call, and their order is kept.
//! - **Nothing is acknowledged that was not seen committed.** When the
//!   connection breaks during a call, its units are answered
//!   [`AppendError::Unavailable`]: send the same bytes again; if they were
//!   committed, the answer will be [`Outcome::Known`].
//! - **A unit that the database cannot take** (a broken constraint) does not
//!   fail its neighbours: the batch is repeated unit by unit.
//! - **Everything is bounded:** units waiting, their bytes, events per call.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio_postgres::{Client, Config, NoTls, Statement};

use crate::append_call;
use crate::error::{Error, sentence};
use crate::event_log::{AppendError, NewUnit, Outcome};

/// The process's clock: microseconds since 1970-01-01T00:00:00Z.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Bounds of an [`Appender`].
#[derive(Debug, Clone, Copy)]
pub struct AppenderLimits {
    /// Units that may wait; one more is answered [`AppendError::Busy`] at once.
    pub units_waiting_max: usize,
    /// KiB of payloads and openings that may wait.
    pub kib_waiting_max: u32,
    /// Events in one call, unless a single unit has more.
    pub events_per_call_max: usize,
    /// Bytes in one call, unless a single unit has more.
    pub bytes_per_call_max: usize,
    /// How long units wait for a lost connection before they are answered.
    pub reconnect_within: Duration,
}

impl Default for AppenderLimits {
    fn default() -> Self {
        AppenderLimits {
            units_waiting_max: 4_096,
            kib_waiting_max: 128 << 10,
            events_per_call_max: 1_024,
            bytes_per_call_max: 4 << 20,
            reconnect_within: Duration::from_secs(5),
        }
    }
}

/// Longest that a call waits for units that are on their way.
const COMPANY_WITHIN: Duration = Duration::from_millis(3);
/// The server gives up a call after 8 s, and the wait for another process's after 5 s: [`BOUNDS`].
const BOUNDS: &str = "set statement_timeout = '8s'; set lock_timeout = '5s'";
/// A call that takes longer has lost its connection, or the server stands still.
const CALL_WITHIN: Duration = Duration::from_secs(10);
const BACKOFF_FIRST: Duration = Duration::from_millis(20);
const BACKOFF_LAST: Duration = Duration::from_secs(2);

/// The one door through which this process appends.
pub struct Appender {
    jobs: mpsc::Sender<Job>,
    company: Arc<Company>,
    room: Arc<Semaphore>,
    kib_max: u32,
    hasher: RandomState,
    epoch: i64,
    sizes: watch::Receiver<u64>,
    ended: oneshot::Receiver<()>,
}

impl fmt::Debug for Appender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Appender").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// Who has a unit in hand and whose unit waits already; wakes the worker when a call is worth its cost.
#[derive(Debug, Default)]
struct Company {
    announced: AtomicUsize,
    waiting: AtomicUsize,
    ready: Notify,
}

impl Company {
    /// Half of them in a call, the other half being verified meanwhile: both processors have work.
    fn is_ready(&self) -> bool {
        2 * self.waiting.load(Ordering::Relaxed) >= self.announced.load(Ordering::Relaxed)
    }

    fn look(&self) {
        if self.is_ready() {
            self.ready.notify_one();
        }
    }

    /// Returns when a call is worth its cost, or after [`COMPANY_WITHIN`].
    async fn wait(&self) {
        let ready = async {
            while !self.is_ready() {
                self.ready.notified().await;
            }
        };
        let _ = tokio::time::timeout(COMPANY_WITHIN, ready).await;
    }
}

/// Somebody who has a unit in hand, until he has his answer.
#[derive(Debug)]
pub struct Announced(Arc<Company>);

impl Drop for Announced {
    fn drop(&mut self) {
        self.0.announced.fetch_sub(1, Ordering::Relaxed);
        self.0.look();
    }
}

struct Job {
    unit: NewUnit,
    footprint: Footprint,
    bytes: usize,
    answer: oneshot::Sender<Result<Outcome, AppendError>>,
    _room: OwnedSemaphorePermit,
}

/// Hashes of what a unit writes, touches and reads. Two that are equal by chance only keep two units apart.
struct Footprint {
    writes: Vec<u64>,
    /// Index keys. Two units may touch the same one: only who read it is concerned.
    touches: Vec<u64>,
    reads: Vec<u64>,
}

impl Appender {
    /// Connects (as [`Role::Appender`](crate::connect::Role::Appender)) and
    /// starts the thread. The epoch is the one found now: when it is raised
    /// later, this appender is fenced for good.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn start(config: Config, clock: Clock, limits: AppenderLimits) -> Result<Appender, Error> {
        let (jobs, queue) = mpsc::channel(limits.units_waiting_max);
        let (sizes, seen) = watch::channel(0);
        let (ready, started) = oneshot::channel();
        let (ending, ended) = oneshot::channel();
        let company = Arc::new(Company::default());
        let seen_company = Arc::clone(&company);
        std::thread::Builder::new()
            .name("appender".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = match runtime {
                    Ok(runtime) => runtime,
                    Err(error) => {
                        let _ = ready.send(Err(Error::Unavailable(error.to_string())));
                        return;
                    }
                };
                runtime.block_on(async {
                    let session = match connect(&config).await {
                        Ok(session) => session,
                        Err(error) => {
                            let _ = ready.send(Err(error));
                            return;
                        }
                    };
                    let _ = sizes.send(session.size);
                    let epoch = session.epoch;
                    let _ = ready.send(Ok(epoch));
                    let worker = Worker {
                        config,
                        clock,
                        limits,
                        epoch,
                        queue,
                        company: seen_company,
                        waiting: VecDeque::new(),
                        session: Some(session),
                        sizes,
                    };
                    worker.run().await;
                });
                let _ = ending.send(());
            })
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let epoch = started.await.map_err(|_| Error::Unavailable("the appender's thread ended".to_owned()))??;
        Ok(Appender {
            jobs,
            company,
            room: Arc::new(Semaphore::new(limits.kib_waiting_max as usize)),
            kib_max: limits.kib_waiting_max,
            hasher: RandomState::new(),
            epoch,
            sizes: seen,
            ended,
        })
    }

    /// Says that somebody has a unit in hand: a call may wait for it. Held until the unit is answered.
    #[must_use]
    pub fn announce(&self) -> Announced {
        self.company.announced.fetch_add(1, Ordering::Relaxed);
        Announced(Arc::clone(&self.company))
    }

    /// Appends one unit; the answer comes when it is durable or lost.
    ///
    /// # Errors
    /// [`AppendError`]; only after [`AppendError::Unavailable`] is it open whether the unit was written.
    pub async fn append(&self, unit: NewUnit) -> Result<Outcome, AppendError> {
        append_call::check(&unit).map_err(|why| AppendError::Corrupt(why.to_owned()))?;
        let bytes = unit.events.iter().map(event_bytes).sum();
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(self.kib_max);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kib).map_err(|_| AppendError::Busy)?;
        let footprint = Footprint::of(&unit, &self.hasher);
        let (answer, answered) = oneshot::channel();
        let job = Job { unit, footprint, bytes, answer, _room: room };
        self.company.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = self.jobs.try_send(job);
        self.company.look();
        sent.map_err(|refused| {
            self.company.waiting.fetch_sub(1, Ordering::Relaxed);
            match refused {
                mpsc::error::TrySendError::Full(_) => AppendError::Busy,
                mpsc::error::TrySendError::Closed(_) => gone(),
            }
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The size of the log that this process has seen committed; changes wake followers.
    pub fn sizes(&self) -> watch::Receiver<u64> {
        self.sizes.clone()
    }

    /// The epoch in which it appends; in any other it is fenced.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Units in the queue now.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Takes no more units and returns when all that wait are answered.
    pub async fn close(self) {
        drop(self.jobs);
        let _ = self.ended.await;
    }
}

fn gone() -> AppendError {
    AppendError::Unavailable("the appender has ended".to_owned())
}

fn event_bytes(event: &crate::event_log::NewEvent) -> usize {
    let openings: usize = event.openings.iter().map(|opening| opening.sealed_box.len() + opening.pointer.len()).sum();
    event.payload.len() + event.signature.len() + openings + 256
}

impl Footprint {
    fn of(unit: &NewUnit, hasher: &RandomState) -> Footprint {
        let mut writes = Vec::with_capacity(unit.events.len() * 2 + unit.takes.len() + unit.frees.len() + 1);
        let mut touches = Vec::new();
        let mut reads = Vec::with_capacity(unit.reads.len() + unit.guards.len());
        writes.extend(unit.batch.map(|id| hasher.hash_one((0_u8, id))));
        for event in &unit.events {
            writes.push(hasher.hash_one((1_u8, event.id)));
            writes.push(hasher.hash_one((2_u8, &event.kind, event.record)));
            touches.extend(event.touches.iter().map(|key| hasher.hash_one((3_u8, key))));
        }
        writes.extend(unit.takes.iter().map(|take| hasher.hash_one((4_u8, take.digest))));
        writes.extend(unit.frees.iter().map(|digest| hasher.hash_one((4_u8, digest))));
        reads.extend(unit.reads.iter().map(|(kind, record, _)| hasher.hash_one((2_u8, kind, record))));
        reads.extend(unit.guards.iter().map(|(key, _)| hasher.hash_one((3_u8, key))));
        Footprint { writes, touches, reads }
    }
}

/// A live connection.
struct Session {
    client: Client,
    append: Statement,
    epoch: i64,
    size: u64,
}

async fn connect(config: &Config) -> Result<Session, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = %sentence(&error), "the appender lost its connection");
        }
    });
    client.batch_execute(BOUNDS).await?;
    let append = append_call::prepare(&client).await?;
    let row = client.query_one("select epoch, next_position from ledger.log_head", &[]).await?;
    let (epoch, next): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Session { client, append, epoch, size: next.cast_unsigned() })
}

struct Worker {
    config: Config,
    clock: Clock,
    limits: AppenderLimits,
    epoch: i64,
    queue: mpsc::Receiver<Job>,
    company: Arc<Company>,
    waiting: VecDeque<Job>,
    session: Option<Session>,
    sizes: watch::Sender<u64>,
}

impl Worker {
    async fn run(mut self) {
        loop {
            if self.waiting.is_empty() {
                match self.queue.recv().await {
                    Some(job) => self.waiting.push_back(job),
                    None => return,
                }
            }
            self.company.wait().await;
            while self.waiting.len() < self.limits.units_waiting_max
                && let Ok(job) = self.queue.try_recv()
            {
                self.waiting.push_back(job);
            }
            let Some(session) = self.live_session().await else {
                continue;
            };
            let batch = pick(&mut self.waiting, &self.limits);
            self.company.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
            let kept = self.commit(&session, batch).await;
            if kept {
                self.session = Some(session);
            }
        }
    }

    /// The connection, made again if it was lost; `None` after all that waited too long was answered.
    async fn live_session(&mut self) -> Option<Session> {
        if let Some(session) = self.session.take()
            && !session.client.is_closed()
        {
            return Some(session);
        }
        let lost = Instant::now();
        let mut backoff = BACKOFF_FIRST;
        loop {
            let why = match tokio::time::timeout(self.limits.reconnect_within, connect(&self.config)).await {
                Ok(Ok(session)) => {
                    let _ = self.sizes.send(session.size);
                    return Some(session);
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            if lost.elapsed() > self.limits.reconnect_within {
                self.company.waiting.fetch_sub(self.waiting.len(), Ordering::Relaxed);
                for job in self.waiting.drain(..) {
                    let _ = job.answer.send(Err(AppendError::Unavailable(why.clone())));
                }
                return None;
            }
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF_LAST);
        }
    }

    /// Calls and answers; whether the connection is still good.
    async fn commit(&self, session: &Session, batch: Vec<Job>) -> bool {
        let failed = match self.call(session, &batch).await {
            Ok(outcomes) => {
                for (job, outcome) in batch.into_iter().zip(outcomes) {
                    let _ = job.answer.send(Ok(outcome));
                }
                return true;
            }
            Err(failed) => failed,
        };
        if !failed.of_a_unit || batch.len() == 1 {
            for job in batch {
                let _ = job.answer.send(Err(failed.answer.clone()));
            }
            return !failed.connection_lost;
        }
        // The server refused the rows of one of them and wrote nothing: find it, spare the others.
        let mut lost = None;
        for job in batch {
            let answer = match &lost {
                Some(answer) => Err(AppendError::clone(answer)),
                None => match self.call(session, std::slice::from_ref(&job)).await {
                    Ok(outcomes) => Ok(outcomes[0]),
                    Err(failed) => {
                        if failed.connection_lost {
                            lost = Some(failed.answer.clone());
                        }
                        Err(failed.answer)
                    }
                },
            };
            let _ = job.answer.send(answer);
        }
        lost.is_none()
    }

    async fn call(&self, session: &Session, batch: &[Job]) -> Result<Vec<Outcome>, Failed> {
        let units: Vec<&NewUnit> = batch.iter().map(|job| &job.unit).collect();
        match self.call_once(session, &units).await {
            // It stood still on its way, or waited for a lock: nothing was written, so it is told the time once more.
            Err(Failed { answer: AppendError::Clock { .. }, .. }) => self.call_once(session, &units).await,
            other => other,
        }
    }

    async fn call_once(&self, session: &Session, units: &[&NewUnit]) -> Result<Vec<Outcome>, Failed> {
        let call = append_call::call(&session.client, &session.append, self.epoch, (self.clock)(), units);
        match tokio::time::timeout(CALL_WITHIN, call).await {
            Ok(Ok(answer)) => {
                if let Some(size) = answer.size {
                    let _ = self.sizes.send(size);
                }
                Ok(answer.outcomes)
            }
            Ok(Err(error)) => Err(Failed::from(&error)),
            Err(_) => Err(Failed::lost("no answer to an append".to_owned())),
        }
    }
}

/// Takes from the front what fits into one call and does not collide; the order of the rest is kept.
fn pick(waiting: &mut VecDeque<Job>, limits: &AppenderLimits) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut kept = VecDeque::new();
    let (mut events, mut bytes) = (0, 0);
    let mut written: HashSet<u64> = HashSet::new();
    let mut touched: HashSet<u64> = HashSet::new();
    let mut read_by_kept: HashSet<u64> = HashSet::new();
    while let Some(job) = waiting.pop_front() {
        let full = !batch.is_empty()
            && (events + job.unit.events.len() > limits.events_per_call_max
                || bytes + job.bytes > limits.bytes_per_call_max);
        if full {
            waiting.push_front(job);
            break;
        }
        let Footprint { writes, touches, reads } = &job.footprint;
        let collides = writes.iter().any(|hash| written.contains(hash))
            || reads.iter().any(|hash| written.contains(hash) || touched.contains(hash))
            || [writes, touches].into_iter().flatten().any(|hash| read_by_kept.contains(hash));
        written.extend(writes);
        touched.extend(touches);
        if collides {
            read_by_kept.extend(reads);
            kept.push_back(job);
        } else {
            events += job.unit.events.len();
            bytes += job.bytes;
            batch.push(job);
        }
    }
    kept.append(waiting);
    *waiting = kept;
    batch
}

/// A call that was not answered with outcomes.
struct Failed {
    answer: AppendError,
    connection_lost: bool,
    /// The rows of one unit were refused; another unit may be fine.
    of_a_unit: bool,
}

impl Failed {
    fn lost(why: String) -> Failed {
        Failed { answer: AppendError::Unavailable(why), connection_lost: true, of_a_unit: false }
    }
}

impl From<&tokio_postgres::Error> for Failed {
    fn from(error: &tokio_postgres::Error) -> Failed {
        let Some(said) = error.as_db_error() else {
            // A value that could not be encoded never left this process; all else is the connection.
            return if error.is_closed() || std::error::Error::source(error).is_some_and(|s| s.is::<std::io::Error>()) {
                Failed::lost(sentence(error))
            } else {
                Failed { answer: AppendError::Corrupt(sentence(error)), connection_lost: false, of_a_unit: true }
            };
        };
        let code = said.code().code();
        let text = format!("{code} {}", said.message());
        let (answer, connection_lost) = match code {
            "LG001" => (AppendError::Fenced, false),
            "LG002" => {
                let off_us = said.detail().and_then(|detail| detail.parse().ok()).unwrap_or(i64::MAX);
                (AppendError::Clock { off_us }, false)
            }
            _ => match &code[..2] {
                // Rolled back by a limit or a deadlock: the connection is good.
                "40" | "55" => (AppendError::Unavailable(text), false),
                "57" if code == "57014" => (AppendError::Unavailable(text), false),
                "08" | "53" | "57" | "58" | "XX" => (AppendError::Unavailable(text), true),
                _ => (AppendError::Corrupt(text), false),
            },
        };
        let of_a_unit = matches!(answer, AppendError::Corrupt(_));
        Failed { answer, connection_lost, of_a_unit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(writes: &[u64], touches: &[u64], reads: &[u64]) -> Job {
        let room = Arc::new(Semaphore::new(1));
        Job {
            unit: NewUnit::default(),
            footprint: Footprint { writes: writes.to_vec(), touches: touches.to_vec(), reads: reads.to_vec() },
            bytes: 1,
            answer: oneshot::channel().0,
            _room: room.try_acquire_owned().expect("one permit"),
        }
    }

    /// The first write of each unit of one call.
    fn picked(waiting: &mut VecDeque<Job>) -> Vec<u64> {
        let batch = pick(waiting, &AppenderLimits::default());
        batch.iter().map(|job| job.footprint.writes[0]).collect()
    }

    #[test]
    fn units_that_touch_one_key_share_a_call_and_a_reader_of_it_waits() {
        let mut waiting = VecDeque::from([
            job(&[1], &[100], &[]),
            job(&[2], &[100], &[]),
            job(&[3], &[], &[100]),
            // Comes after the reader that waits, so it must not overtake it.
            job(&[4], &[100], &[]),
            job(&[5], &[], &[]),
            job(&[5], &[], &[]),
        ]);
        assert_eq!(picked(&mut waiting), [1, 2, 5]);
        // Once the reader goes, what is touched after it may go with it.
        assert_eq!(picked(&mut waiting), [3, 4, 5]);
        assert!(waiting.is_empty());
    }

    #[tokio::test]
    async fn a_call_waits_for_half_of_those_who_are_announced() {
        let company = Arc::new(Company::default());
        let announce = || {
            company.announced.fetch_add(1, Ordering::Relaxed);
            Announced(Arc::clone(&company))
        };
        let [first, second, third] = [announce(), announce(), announce()];
        company.waiting.fetch_add(1, Ordering::Relaxed);
        assert!(!company.is_ready(), "one of three");
        let waited = tokio::time::timeout(COMPANY_WITHIN * 20, company.wait()).await;
        assert!(waited.is_ok(), "those who do not come hold nobody up");
        company.waiting.fetch_add(1, Ordering::Relaxed);
        assert!(company.is_ready(), "two of three");
        company.waiting.fetch_sub(1, Ordering::Relaxed);
        drop((first, second));
        assert!(company.is_ready(), "who is alone never waits");
        drop(third);
    }
}

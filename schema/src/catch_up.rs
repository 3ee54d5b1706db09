//! The loop that keeps the read model up to date: read a stretch of the log, fold it, store rows and position in one
//! transaction, wake the readers.
//!
//! The position moves by compare-and-set in the same transaction as the rows, so whatever crashes or runs twice, each
//! event is folded exactly once: of two followers one wins, the other starts again from where the winner is. An event
//! that cannot be folded halts its projection at that position, with the reason, where everybody can see it; nothing
//! is ever skipped. Waking is a hint (the appender's watch), polling is the truth.

use std::time::Duration;

use deadpool_postgres::Pool;
use futures_util::TryStreamExt;
use projections::current::Current;
use projections::person_years::PersonYears;
use projections::statistics::Statistics;
use projections::timeline::Timeline;
use projections::{Change, Entries, Parsed, Poison};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::at_hand::{entries_for, guarded, load, parse_one};
use crate::error::Error;
use crate::event_log::{EventLog, Logged, signed};
use crate::read_rows::{Table, store};

/// Most events in one transaction.
pub const BATCH_EVENTS_MAX: u64 = 1_000;
/// Payload bytes after which a stretch ends.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// Records that a follower keeps at hand between two stretches.
pub const ENTRIES_MAX: usize = 50_000;
/// Events behind the log from which on it may be quicker to fold everything anew, in bulk.
pub const BULK_EVENTS_MIN: u64 = 20_000;
/// How many times quicker that is, at least.
const BULK_QUICKER: u64 = 2;
/// Longest time between two looks at the log.
pub const POLL: Duration = Duration::from_millis(100);
/// Pause after a failure, and between two looks at a halted projection.
const PAUSE: Duration = Duration::from_secs(1);

/// Which version of a projection a follower keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Whatever readers see.
    Live,
    /// A version that is being built.
    Building(i32),
}

/// What one turn of the loop did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Events were folded; the next position is this.
    Advanced(u64),
    /// There is nothing new beyond this position.
    Idle(u64),
    /// Another follower moved the position first, or the live version was switched. Nothing was stored.
    Lost,
    /// An event could not be folded, or could not be before: the projection stands at its position.
    Halted(Poison),
    /// The live version was made by another version of the fold: it needs a rebuild before it can go on.
    Outdated {
        /// Version of the fold that made it.
        code: i32,
    },
}

/// Keeps one projection up to date.
pub struct Follower<P: Table> {
    pool: Pool,
    log: EventLog,
    target: Target,
    /// Never goes beyond this position.
    end: u64,
    entries_max: usize,
    bulk_min: u64,
    entries: Entries,
    /// Version and next position that `entries` belong to.
    at: Option<(i32, u64)>,
    _of: std::marker::PhantomData<fn() -> P>,
}

/// Where a projection's row says it is.
struct Standing {
    version: i32,
    code: i32,
    position: u64,
    state: String,
    error: Option<String>,
}

impl<P: Table + Send + 'static> Follower<P> {
    /// A follower over a pool of [`Role::Projector`](crate::connect::Role::Projector).
    #[must_use]
    pub fn new(pool: Pool, target: Target) -> Self {
        let log = EventLog::new(pool.clone());
        Self {
            pool,
            log,
            target,
            end: u64::MAX,
            entries_max: ENTRIES_MAX,
            bulk_min: BULK_EVENTS_MIN,
            entries: entries_for::<P>(),
            at: None,
            _of: std::marker::PhantomData,
        }
    }

    /// The same, with another number of records at hand than [`ENTRIES_MAX`].
    #[must_use]
    pub fn keeping(self, entries_max: usize) -> Self {
        Self { entries_max, ..self }
    }

    /// The same, folding in bulk from another lag on than [`BULK_EVENTS_MIN`].
    #[must_use]
    pub fn in_bulk_from(self, bulk_min: u64) -> Self {
        Self { bulk_min, ..self }
    }

    /// The same, going no further than to this position.
    #[must_use]
    pub(crate) fn stopping_at(self, end: u64) -> Self {
        Self { end, ..self }
    }

    /// One turn: at most one stretch.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Conflict`]: nothing was stored, try again. [`Error::Corrupt`]: the log has a
    /// hole, or the rows are not what they must be; trying again will not help.
    pub async fn step(&mut self) -> Result<Step, Error> {
        let turned = self.turn().await;
        if !matches!(turned, Ok(Step::Advanced(_) | Step::Idle(_))) {
            // What is at hand may be ahead of what was stored.
            self.entries.clear();
            self.at = None;
        }
        turned
    }

    async fn turn(&mut self) -> Result<Step, Error> {
        let Some(standing) = self.standing().await? else {
            return Ok(Step::Lost);
        };
        let Standing { version, code, position, .. } = standing;
        if standing.state == "halted" {
            return Ok(Step::Halted(Poison { position, why: standing.error.unwrap_or_default() }));
        }
        if code != P::VERSION {
            return Ok(Step::Outdated { code });
        }
        if self.at != Some((version, position)) {
            self.entries.clear();
        }
        let events = read_stretch(&self.log, position, self.end).await?;
        if events.is_empty() {
            self.at = Some((version, position));
            return Ok(Step::Idle(position));
        }
        let (parsed, mut poison) = parse(&events);
        load(&self.log, &mut self.entries, &parsed, position).await?;
        let mut changes = Vec::with_capacity(parsed.len() * 2);
        let mut folded = 0;
        for event in &parsed {
            match fold_one::<P>(event, &mut self.entries) {
                Ok(of_event) => changes.extend(of_event),
                Err(found) => {
                    poison = Some(found);
                    break;
                }
            }
            folded += 1;
        }
        let next = position + folded;
        if folded > 0 && !self.commit(version, position, next, changes).await? {
            return Ok(Step::Lost);
        }
        if let Some(poison) = poison {
            self.halt(version, next, &poison).await?;
            return Ok(Step::Halted(poison));
        }
        self.entries.trim(self.entries_max);
        self.at = Some((version, next));
        Ok(Step::Advanced(next))
    }

    async fn standing(&self) -> Result<Option<Standing>, Error> {
        let client = self.pool.get().await?;
        let version = match self.target {
            Target::Live => None,
            Target::Building(version) => Some(version),
        };
        let statement = client
            .prepare_cached(
                "select p.version, p.code, p.position, p.state, p.error from read.projection p
                  where p.name = $1 and p.version = coalesce($2::int, (select l.version from read.live l where l.name = $1))",
            )
            .await?;
        let row = client.query_opt(&statement, &[&P::NAME, &version]).await?;
        let Some(row) = row else { return Ok(None) };
        let standing = Standing {
            version: row.try_get(0)?,
            code: row.try_get(1)?,
            position: row.try_get::<_, i64>(2)?.cast_unsigned(),
            state: row.try_get(3)?,
            error: row.try_get(4)?,
        };
        let ours = match self.target {
            Target::Live => matches!(standing.state.as_str(), "live" | "halted"),
            Target::Building(_) => matches!(standing.state.as_str(), "building" | "halted"),
        };
        Ok(ours.then_some(standing))
    }

    /// Rows and position together. False when somebody else moved the position.
    async fn commit(&self, version: i32, from: u64, to: u64, changes: Vec<Change<P::Row>>) -> Result<bool, Error> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        let state = match self.target {
            Target::Live => "live",
            Target::Building(_) => "building",
        };
        // First, so that a second follower waits here and then finds that it has lost.
        let moved = tx
            .execute(
                "update read.projection set position = $4, updated_at = clock_timestamp()
                  where name = $1 and version = $2 and position = $3 and state = $5",
                &[&P::NAME, &version, &signed(from), &signed(to), &state],
            )
            .await?;
        if moved != 1 {
            return Ok(false);
        }
        store::<P>(&tx, version, changes).await?;
        if self.target == Target::Live {
            tx.execute("select pg_notify('radledger_read', '')", &[]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn halt(&self, version: i32, position: u64, poison: &Poison) -> Result<(), Error> {
        let client = self.pool.get().await?;
        client
            .execute(
                "update read.projection set state = 'halted', halted_live = (state = 'live'), error = $4, updated_at = clock_timestamp()
                  where name = $1 and version = $2 and position = $3 and state in ('live', 'building')",
                &[&P::NAME, &version, &signed(position), &poison.why],
            )
            .await?;
        tracing::error!(
            projection = P::NAME,
            version,
            event.position = poison.position,
            why = poison.why,
            "projection halted"
        );
        Ok(())
    }

    /// Folds everything anew when the live version is so far behind that this is quicker: after a restore, in a copy
    /// that begins. Readers keep what they have until the new version takes its place.
    async fn come_close(&self, progress: &watch::Sender<u64>) -> Result<(), Error> {
        let size = self.log.head().await?.next_position;
        let Some(standing) = self.standing().await? else { return Ok(()) };
        let behind = size.saturating_sub(standing.position);
        let quicker = behind >= self.bulk_min && behind.saturating_mul(BULK_QUICKER) >= size;
        if !quicker || standing.state != "live" || standing.code != P::VERSION {
            return Ok(());
        }
        // What looks into the lists comes after them; so do the numbers that nobody waits for.
        while P::DOSES && !lists_are_at(&self.pool, size).await? {
            if progress.is_closed() {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        crate::rebuild::rebuild::<P>(&self.pool).await.map(|_| ())
    }

    /// Turns for ever, telling `progress` the next position; ends when nobody listens any more.
    pub async fn run(mut self, mut wake: Option<watch::Receiver<u64>>, progress: watch::Sender<u64>) {
        if self.target == Target::Live
            && let Err(error) = self.come_close(&progress).await
        {
            // Whatever it was, following meets it as well, and says where.
            tracing::warn!(projection = P::NAME, %error, "projection could not be folded in bulk");
        }
        let mut halted = false;
        while !progress.is_closed() {
            match self.step().await {
                Ok(Step::Advanced(position)) => {
                    halted = false;
                    progress.send_replace(position);
                    continue;
                }
                Ok(Step::Idle(position)) => {
                    if *progress.borrow() != position {
                        progress.send_replace(position);
                    }
                    look_again(&mut wake).await;
                }
                Ok(Step::Lost) => tokio::time::sleep(POLL).await,
                Ok(Step::Halted(_)) if halted => tokio::time::sleep(PAUSE).await,
                Ok(Step::Halted(_)) => halted = true,
                Ok(Step::Outdated { code }) => {
                    tracing::info!(
                        projection = P::NAME,
                        from = code,
                        to = P::VERSION,
                        "rebuilding: the fold has a new version"
                    );
                    if let Err(error) = crate::rebuild::rebuild::<P>(&self.pool).await {
                        tracing::error!(projection = P::NAME, %error, "rebuild failed");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
                Err(error @ Error::Corrupt { .. }) => {
                    tracing::error!(projection = P::NAME, %error, "projection cannot go on");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    tracing::warn!(projection = P::NAME, %error, "projection waits");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// Whether the lists have come to this position, or will not.
async fn lists_are_at(pool: &Pool, size: u64) -> Result<bool, Error> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(
            "select p.position >= $1 or p.state <> 'live' from read.projection p join read.live l using (name, version)
              where p.name = 'current'",
        )
        .await?;
    Ok(client.query_one(&statement, &[&signed(size)]).await?.try_get(0)?)
}

/// Waits for the appender's word or the next look, whichever comes first.
async fn look_again(wake: &mut Option<watch::Receiver<u64>>) {
    let Some(receiver) = wake else {
        return tokio::time::sleep(POLL).await;
    };
    if let Ok(Err(_)) = tokio::time::timeout(POLL, receiver.changed()).await {
        *wake = None;
    }
}

/// The events from a position on: at most [`BATCH_EVENTS_MAX`], and none that begins after [`BATCH_BYTES_MAX`].
///
/// # Errors
/// [`Error::Corrupt`] when one is missing below the log's head.
async fn read_stretch(log: &EventLog, from: u64, end: u64) -> Result<Vec<Logged>, Error> {
    let size = log.head().await?.next_position;
    if size < from {
        return Err(Error::corrupt(size, format!("the read model is at {from}, ahead of the log")));
    }
    let to = size.min(from + BATCH_EVENTS_MAX).min(end.max(from));
    let mut rows = std::pin::pin!(log.statements(from, to));
    let mut events: Vec<Logged> = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES_MAX {
        // A missing position in the middle is found by the stream, at the end here.
        let Some(event) = rows.try_next().await? else {
            let next = from + events.len() as u64;
            return if next == to {
                Ok(events)
            } else {
                Err(Error::corrupt(next, "the event at this position is missing"))
            };
        };
        bytes += event.payload().len();
        events.push(event);
    }
    Ok(events)
}

/// Reads statements up to the first that cannot be read.
fn parse(events: &[Logged]) -> (Vec<Parsed>, Option<Poison>) {
    let mut parsed = Vec::with_capacity(events.len());
    for event in events {
        match parse_one(event) {
            Ok(event) => parsed.push(event),
            Err(poison) => return (parsed, Some(poison)),
        }
    }
    (parsed, None)
}

fn fold_one<P: Table>(event: &Parsed, entries: &mut Entries) -> Result<Vec<Change<P::Row>>, Poison> {
    guarded(event.position, || {
        let folded = event.step(entries)?;
        P::fold(&folded, entries)
    })
}

/// The projections, kept up to date in the background until this is dropped. Lists and histories never wait for the
/// numbers, which have a position of their own.
#[derive(Debug)]
pub struct Projections {
    current: watch::Receiver<u64>,
    timeline: watch::Receiver<u64>,
    statistics: watch::Receiver<u64>,
    person_years: watch::Receiver<u64>,
    tasks: Vec<JoinHandle<()>>,
}

/// The read model did not reach a position in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("查询尚未更新到位置 {wanted}。The read model has not reached position {wanted}: it is at {size}")]
pub struct NotYet {
    /// The position that was waited for.
    pub wanted: u64,
    /// Events folded so far.
    pub size: u64,
}

/// Starts the followers of the live versions. `wake` is the appender's watch of the durable size. A projection that
/// was halted is tried again: this program may know what the last one did not.
///
/// # Errors
/// [`Error`] of the database.
pub async fn start(pool: Pool, wake: Option<watch::Receiver<u64>>) -> Result<Projections, Error> {
    resume(&pool).await?;
    let mut tasks = Vec::new();
    Ok(Projections {
        current: follow::<Current>(&pool, &wake, &mut tasks),
        timeline: follow::<Timeline>(&pool, &wake, &mut tasks),
        statistics: follow::<Statistics>(&pool, &wake, &mut tasks),
        person_years: follow::<PersonYears>(&pool, &wake, &mut tasks),
        tasks,
    })
}

fn follow<P: Table + Send + 'static>(
    pool: &Pool,
    wake: &Option<watch::Receiver<u64>>,
    tasks: &mut Vec<JoinHandle<()>>,
) -> watch::Receiver<u64> {
    let progress = watch::Sender::new(0);
    let seen = progress.subscribe();
    tasks.push(tokio::spawn(Follower::<P>::new(pool.clone(), Target::Live).run(wake.clone(), progress)));
    seen
}

/// Lets halted projections try again.
///
/// # Errors
/// [`Error`] of the database.
pub async fn resume(pool: &Pool) -> Result<(), Error> {
    let client = pool.get().await?;
    client
        .execute(
            "update read.projection set state = case when halted_live then 'live' else 'building' end, halted_live = false,
                    error = null, updated_at = clock_timestamp() where state = 'halted'",
            &[],
        )
        .await?;
    Ok(())
}

impl Projections {
    /// Events folded into lists and histories: what a reader can count on.
    #[must_use]
    pub fn size(&self) -> u64 {
        (*self.current.borrow()).min(*self.timeline.borrow())
    }

    /// Watches of the number of events folded: current, timeline.
    #[must_use]
    pub fn watches(&self) -> (watch::Receiver<u64>, watch::Receiver<u64>) {
        (self.current.clone(), self.timeline.clone())
    }

    /// Events that the years of workers have.
    #[must_use]
    pub fn person_years_size(&self) -> u64 {
        *self.person_years.borrow()
    }

    /// Waits until the numbers have counted the event at `position`.
    ///
    /// # Errors
    /// [`NotYet`] after `timeout`, or when the follower ended.
    pub async fn wait_for_statistics(&self, position: u64, timeout: Duration) -> Result<(), NotYet> {
        wait(self.statistics.clone(), position, timeout).await
    }

    /// Waits until the years of workers have the event at `position`.
    ///
    /// # Errors
    /// [`NotYet`] after `timeout`, or when the follower ended.
    pub async fn wait_for_person_years(&self, position: u64, timeout: Duration) -> Result<(), NotYet> {
        wait(self.person_years.clone(), position, timeout).await
    }

    /// Waits until lists and histories have the event at `position` (which `atLeast` asks for).
    ///
    /// # Errors
    /// [`NotYet`] after `timeout`, or when a follower ended.
    pub async fn wait_for(&self, position: u64, timeout: Duration) -> Result<(), NotYet> {
        let (mut current, mut timeline) = self.watches();
        let both = async {
            current.wait_for(|size| *size > position).await.is_ok()
                && timeline.wait_for(|size| *size > position).await.is_ok()
        };
        match tokio::time::timeout(timeout, both).await {
            Ok(true) => Ok(()),
            _ => Err(NotYet { wanted: position, size: self.size() }),
        }
    }
}

async fn wait(mut progress: watch::Receiver<u64>, position: u64, timeout: Duration) -> Result<(), NotYet> {
    let reached = matches!(tokio::time::timeout(timeout, progress.wait_for(|size| *size > position)).await, Ok(Ok(_)));
    let size = *progress.borrow();
    if reached { Ok(()) } else { Err(NotYet { wanted: position, size }) }
}

impl Drop for Projections {
    fn drop(&mut self) {
        // In the middle of a transaction this rolls it back; rows and position stay together.
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// One line of `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Projection.
    pub name: String,
    /// Number of the build.
    pub version: i32,
    /// Version of the fold.
    pub code: i32,
    /// Events folded.
    pub position: u64,
    /// Events in the log that are not folded yet, measured against the log's own head.
    pub lag: u64,
    /// `building`, `live`, `retired` or `halted`.
    pub state: String,
    /// Whether readers see it.
    pub live: bool,
    /// Why it halted.
    pub error: Option<String>,
    /// Time since its row changed last, microseconds. With a lag it tells that nobody reads the log.
    pub idle_us: i64,
}

/// Every version of every projection.
///
/// # Errors
/// [`Error`] of the database.
pub async fn status(pool: &Pool) -> Result<Vec<Status>, Error> {
    let client = pool.get().await?;
    let rows = client
        .query(
            "select p.name, p.version, p.code, p.position, greatest(h.next_position - p.position, 0), p.state,
                    l.version is not null, p.error, (extract(epoch from clock_timestamp() - p.updated_at) * 1000000)::bigint
               from read.projection p cross join ledger.log_head h
               left join read.live l on l.name = p.name and l.version = p.version
              order by p.name, p.version",
            &[],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Status {
                name: row.try_get(0)?,
                version: row.try_get(1)?,
                code: row.try_get(2)?,
                position: row.try_get::<_, i64>(3)?.cast_unsigned(),
                lag: row.try_get::<_, i64>(4)?.cast_unsigned(),
                state: row.try_get(5)?,
                live: row.try_get(6)?,
                error: row.try_get(7)?,
                idle_us: row.try_get(8)?,
            })
        })
        .collect()
}

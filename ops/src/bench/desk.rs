//! The desk on demonstrations that are opened in this process, on a clock that the bench sets: the sweep of a day among
//! few workers and among ten times as many, one worker, and a whole city of which nobody has spoken yet.
//!
//! A demonstration has more due the more workers it has. So everything else is put off, and on each day the same number of
//! workers is due on either side: others on every day, none of whom was looked at before.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use api::desk::{Desk, Run};
use domain::catalog::Kind;
use domain::dose::year_of;
use domain::record::Need;
use domain::records::dose_result::results_key;
use domain::rules;
use schema::desk::{DeskStore, Due};
use signing::bytes::{Date, Instant};
use signing::statement::RecordRef;

use super::report::{Row, progress};
use super::serve::Demonstration;
use super::{cpu, limits};
use crate::clock::ProcessClock;
use crate::folder::Folder;
use crate::node::Core;

/// Days that are timed, after one that is not.
const DAYS: usize = 5;
/// Most workers that are due on a day.
const DUE: usize = 100;
/// Years of results that the file of the worker has.
const YEARS: i16 = 5;
/// Evaluations between two looks at the clock.
const ROUND: usize = 100;
/// Time of day at which the desk begins.
const HALF_PAST_MIDNIGHT: i64 = 30 * 60 * 1_000_000;
/// Most turns of the desk within a day.
const TURNS_MAX: usize = 5;
/// Events that are asked for of the demonstration by default.
const WHOLE: u64 = 120_000;

/// A demonstration and its desk.
struct Side {
    core: Core,
    clock: ProcessClock,
    desk: Desk,
    store: DeskStore,
    /// The day that it is there.
    today: Date,
    /// Radiation workers, in any order.
    workers: Vec<RecordRef>,
}

/// What a run took.
#[derive(Clone, Copy)]
struct Took {
    seconds: f64,
    cpu_seconds: f64,
    run: Run,
}

impl Side {
    async fn open(demonstration: &Demonstration) -> Result<Self> {
        let place = demonstration.place();
        let clock = ProcessClock::simulated();
        let core = Core::open(&place, Folder::open(&place.data())?, true, Some(clock.clone())).await?;
        let told_until = Instant::from_micros(core.door.log().head().await?.last_at).civil_day();
        let store = DeskStore::new(core.pools.projector.clone());
        let desk = Desk::new(core.door.clone(), store.clone());
        Ok(Self { core, clock, desk, store, today: told_until, workers: Vec::new() })
    }

    /// The next day comes.
    async fn dawn(&mut self) -> Result<Took> {
        self.today = self.today.add_days(1);
        self.clock.set(Instant::start_of_day(self.today).plus_micros(HALF_PAST_MIDNIGHT));
        let (before, began) = (self.cpu_seconds(), std::time::Instant::now());
        // Where one conclusion rests on another of its unit they are drawn again, as a service does it on its next turn.
        let mut run = Run::default();
        for turn in 1.. {
            let turned = self.desk.run().await.map_err(|error| anyhow!("the desk of the bench: {error:?}"))?;
            run.evaluated += turned.evaluated;
            run.concluded += turned.concluded;
            if turned.overtaken == 0 {
                break;
            }
            ensure!(turn < TURNS_MAX, "somebody else writes to the bench's own ledger");
        }
        Ok(Took { seconds: began.elapsed().as_secs_f64(), cpu_seconds: self.cpu_seconds() - before, run })
    }

    fn cpu_seconds(&self) -> f64 {
        let server = self.core.cluster.as_ref().and_then(postgres::Cluster::pid);
        cpu::own_seconds() + server.map_or(0.0, cpu::family_seconds)
    }

    /// Catches up, and puts off whatever would become due.
    async fn put_off(&mut self) -> Result<()> {
        self.dawn().await?;
        self.store.all_due(self.today).await?;
        loop {
            let due = self.store.due(self.today).await?;
            if due.is_empty() {
                break;
            }
            self.due_on(&due, None).await?;
            self.workers.extend(due.into_iter().filter(|subject| subject.kind == Kind::Person.as_str()));
        }
        let server = self.core.cluster.as_ref().context("a demonstration has a server of its own")?;
        limits::execute(server.config(), "vacuum analyze desk.subject").await?;
        limits::execute(server.config(), "checkpoint").await
    }

    async fn due_on(&self, subjects: &[RecordRef], day: Option<Date>) -> Result<()> {
        let due: Vec<Due> = subjects.iter().map(|subject| (subject.clone(), day)).collect();
        Ok(self.store.settle(&due).await?)
    }

    /// A day on which these are due and nobody else.
    async fn sweep(&mut self, due: &[RecordRef]) -> Result<Took> {
        self.due_on(due, Some(self.today.add_days(1))).await?;
        let took = self.dawn().await?;
        ensure!(took.run.evaluated >= due.len(), "{} were due, {:?}", due.len(), took.run);
        self.due_on(due, None).await?;
        Ok(took)
    }

    /// The worker with the most results in so many years.
    async fn longest_file(&self) -> Result<RecordRef> {
        let last = year_of(self.today);
        let results = self.core.door.ask(&self.workers, |worker, facts| {
            let of_year = |year| facts.members(&results_key(worker.id, year)).map(|results| results.records.len());
            let years = (last - YEARS..=last).map(of_year).collect::<Result<Vec<_>, _>>()?;
            let full = years.iter().filter(|results| **results > 0).count() >= YEARS as usize;
            Ok::<usize, Need>(if full { years.iter().sum() } else { 0 })
        });
        let results = results.await.map_err(|error| anyhow!("looking for a worker: {error:?}"))?;
        let found = self.workers.iter().zip(results).max_by_key(|(_, results)| *results);
        let (worker, results) =
            found.filter(|(_, results)| *results > 0).context("a worker with five years of doses")?;
        progress(&format!("  the worker has {results} results"));
        Ok(worker.clone())
    }

    /// CPU of an evaluation of a worker whose records are at hand, in milliseconds.
    async fn evaluation_ms(&self, worker: &RecordRef, time: Duration) -> Result<f64> {
        let (many, day) = (vec![worker.clone(); ROUND], self.today);
        let (mut done, mut before, mut began) = (0, 0.0, std::time::Instant::now());
        // The first round is not counted: it brings his records to hand.
        for round in 0.. {
            if round == 1 {
                (before, began) = (cpu::own_seconds(), std::time::Instant::now());
            }
            let all = self.core.door.ask(&many, |worker, facts| rules::conclude_all(worker, day, facts)).await;
            all.map_err(|error| anyhow!("evaluating a worker: {error:?}"))?;
            done = round * ROUND;
            if round > 0 && began.elapsed() > time {
                break;
            }
        }
        Ok((cpu::own_seconds() - before) * 1e3 / done as f64)
    }
}

/// The sweep on two demonstrations, and one worker of the larger one.
///
/// # Errors
/// When a demonstration cannot be loaded, or its desk fails.
pub async fn sweep(folder: &Path, (small, large): (u64, u64), time: Duration) -> Result<Vec<Row>> {
    ensure!(small < large, "the larger demonstration needs more than {small} events");
    let mut sides = Vec::new();
    for events in [small, large] {
        let mut side = Side::open(&Demonstration::load(folder, events).await?).await?;
        side.put_off().await?;
        sides.push(side);
    }
    let workers = [0, 1].map(|side| sides[side].workers.len());
    let due = (workers[0].min(workers[1]) / (DAYS + 1)).min(DUE);
    ensure!(due > 0, "a demonstration of {small} events has too few workers");
    let mut took: [Vec<Took>; 2] = Default::default();
    // In turns, so that other work on the machine falls on both. The first day is not counted.
    for day in 0..=DAYS {
        for (side, took) in sides.iter_mut().zip(&mut took) {
            let some = side.workers[day * due..][..due].to_vec();
            let swept = side.sweep(&some).await?;
            if day > 0 {
                took.push(swept);
            }
        }
    }
    let [few, many] = &took;
    let ms = |side: &[Took]| median(side, |took| took.seconds) * 1e3;
    for (took, workers) in took.iter().zip(workers) {
        progress(&format!(
            "  {due} of {workers} workers due: {:.1} ms a day, {:.1} ms CPU; evaluated, concluded: {:?}",
            ms(took),
            median(took, |took| took.cpu_seconds) * 1e3,
            took.iter().map(|took| (took.run.evaluated, took.run.concluded)).collect::<Vec<_>>()
        ));
    }
    let flat = "1.3 x that among a tenth of the workers, as many due";
    let sweep = Row::bound("desk/sweep", (ms(many), "ms"), (1.3 * ms(few), flat));
    let one = &sides[1];
    let evaluation = one.evaluation_ms(&one.longest_file().await?, time).await?;
    for side in sides {
        side.core.close().await?;
    }
    Ok(vec![sweep, Row::bound("desk/one", (evaluation, "ms CPU"), (1.0, "bound, five years of doses"))])
}

/// The first evaluation of a whole city, in a demonstration whose desk has never spoken.
///
/// # Errors
/// As [`sweep`].
pub async fn first(folder: &Path, events: u64) -> Result<[Row; 2]> {
    let mut side = Side::open(&Demonstration::load_silent(folder, events).await?).await?;
    let size = *side.core.door.sizes().borrow();
    let Took { seconds, cpu_seconds, run } = side.dawn().await?;
    progress(&format!(
        "  {} subjects of {size} events in {seconds:.2} s, {cpu_seconds:.2} s CPU: {} conclusions",
        run.evaluated, run.concluded
    ));
    side.core.close().await?;
    // The city grows with the events that are asked for; what the desk would have said since is not among them.
    let whole = WHOLE as f64 / events as f64;
    let rate = run.evaluated as f64 / seconds;
    let wanted = run.evaluated as f64 * whole / 10.0;
    Ok([
        Row::bound("desk/first", (seconds * whole, "s"), (10.0, "bound, extrapolated to 120,000 events")),
        Row::rate("desk/first/rate", (rate, "subjects/s"), (wanted, "those of 120,000 events in 10 s"), 1.0),
    ])
}

fn median(took: &[Took], of: impl Fn(&Took) -> f64) -> f64 {
    let mut all: Vec<f64> = took.iter().map(of).collect();
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}

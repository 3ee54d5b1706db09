//! Histories in the log, for the tests of what is read.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

#[path = "../../../projections/tests/support/history.rs"]
pub mod history;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use deadpool_postgres::Pool;
use history::{Made, Maker};
use projections::memory::Memory;
use schema::catch_up::{Follower, Step, Target};
use schema::read_model::ReadModel;
use schema::read_rows::Table;
use schema::{Appender, AppenderLimits, NewEvent, Outcome, Role};

use crate::common::{Ledger, ledger, unit};

/// A ledger whose clock is simulated, so that a history keeps its times.
pub struct Readable {
    pub ledger: Ledger,
    clock: Arc<AtomicI64>,
    pub appender: Appender,
    pub maker: Maker,
    pub events: Vec<Made>,
}

pub async fn readable(seed: u64) -> Readable {
    let ledger = ledger().await;
    schema::migrate::set_simulated_clock(ledger.database.config(), true).await.expect("a superuser");
    let clock = Arc::new(AtomicI64::new(0));
    let now = clock.clone();
    let appender = ledger.appender_with(Arc::new(move || now.load(Ordering::SeqCst)), AppenderLimits::default()).await;
    Readable { ledger, clock, appender, maker: Maker::new(seed), events: Vec::new() }
}

impl Readable {
    pub fn pool(&self, role: Role) -> Pool {
        schema::connect(self.ledger.database.config(), role, &self.ledger.passwords).expect("a pool")
    }

    pub fn projector(&self) -> Pool {
        self.pool(Role::Projector)
    }

    pub fn reader(&self) -> ReadModel {
        ReadModel::new(self.pool(Role::Reader))
    }

    /// Makes events and appends them through the one function that appends, as the log's own appender would.
    pub async fn append(&mut self, events: usize) {
        let made = if self.events.is_empty() {
            self.maker.history(events)
        } else {
            (0..events).map(|_| self.maker.next_event()).collect()
        };
        self.append_made(made).await;
    }

    pub async fn append_made(&mut self, made: Vec<Made>) {
        for event in made {
            let recorded_at = event.recorded_at.micros();
            let new = NewEvent {
                id: event.statement.id,
                kind: event.statement.record.kind.to_string(),
                record: event.statement.record.id,
                version: event.statement.version,
                type_: event.statement.event_type.to_string(),
                schema: event.statement.schema,
                account: event.statement.signer.account,
                alg: 1,
                key: event.statement.signer.key.0,
                signature: event.signature.to_vec(),
                payload: event.payload.clone(),
                hash: event.hash.0,
                touches: Vec::new(),
                openings: Vec::new(),
            };
            self.clock.store(recorded_at, Ordering::SeqCst);
            let outcome = self.appender.append(unit(vec![new])).await.expect("it is appended");
            assert_eq!(outcome, Outcome::Appended { first_position: event.position, recorded_at });
            self.events.push(event);
        }
    }

    /// The same history in maps.
    pub fn memory(&self) -> Memory {
        let mut memory = Memory::default();
        for event in &self.events {
            memory.fold(event.recorded_at, event.hash, &event.payload).expect("a history folds");
        }
        memory
    }
}

/// Turns a follower until it has nothing to do.
pub async fn follow<P: Table + Send + 'static>(pool: &Pool) -> u64 {
    let mut follower = Follower::<P>::new(pool.clone(), Target::Live);
    loop {
        match follower.step().await.expect("a turn") {
            Step::Advanced(_) => {}
            Step::Idle(position) => return position,
            other => panic!("{other:?}"),
        }
    }
}

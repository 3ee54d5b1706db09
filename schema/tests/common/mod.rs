//! A migrated ledger of its own for each test, and units to append.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use postgres::testing::TestDatabase;
use schema::{Appender, AppenderLimits, EventLog, NewEvent, NewUnit, Passwords, Role};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

pub struct Ledger {
    pub database: TestDatabase,
    pub passwords: Passwords,
}

/// A fresh copy of the migrated template.
pub async fn ledger() -> Ledger {
    let passwords = Passwords::for_tests();
    let template = format!("schema_{}", schema::migrate::fingerprint());
    let database = TestDatabase::from_template(&template, |config| async move {
        schema::migrate(&config, &Passwords::for_tests()).await.map(|_| ())
    })
    .await;
    Ledger { database, passwords }
}

pub fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_micros()).expect("a clock before 292277")
}

pub fn system_clock() -> schema::Clock {
    Arc::new(now_us)
}

impl Ledger {
    pub async fn appender(&self) -> Appender {
        self.appender_with(system_clock(), AppenderLimits::default()).await
    }

    pub async fn appender_with(&self, clock: schema::Clock, limits: AppenderLimits) -> Appender {
        let config = schema::connect::role_config(self.database.config(), Role::Appender, &self.passwords);
        Appender::start(config, clock, limits).await.expect("an appender")
    }

    pub fn log(&self) -> EventLog {
        EventLog::new(schema::connect(self.database.config(), Role::Appender, &self.passwords).expect("a pool"))
    }

    pub async fn as_role(&self, role: Role) -> Client {
        let config = schema::connect::role_config(self.database.config(), role, &self.passwords);
        let (client, connection) = config.connect(NoTls).await.expect("the role logs in");
        tokio::spawn(connection);
        // The program's connections of readers are read only; what holds without that is what is tried.
        client.batch_execute("set default_transaction_read_only = off").await.expect("anybody may");
        client
    }

    pub async fn admin(&self) -> Client {
        let (client, connection) = self.database.config().connect(NoTls).await.expect("the superuser logs in");
        tokio::spawn(connection);
        client
    }

    /// Every promise that holds between the tables, whatever was appended.
    pub async fn check(&self) {
        let admin = self.admin().await;
        for (promise, sql) in [
            (
                "positions are 0, 1, 2, … and the head is their number",
                "select (select count(*) from ledger.event) = (select next_position from ledger.log_head)
                    and (select coalesce(max(position) + 1, 0) from ledger.event) = (select next_position from ledger.log_head)",
            ),
            (
                "time never goes back",
                "select not exists (select 1 from (select recorded_at, lag(recorded_at) over (order by position) as before
                    from ledger.event) e where before > recorded_at)",
            ),
            (
                "every event has its id, every id its event",
                "select not exists (select 1 from ledger.event e full join ledger.event_id i using (id, position)
                    where e.position is null or i.position is null)",
            ),
            (
                "versions of a record are 1, 2, 3, … and chain by prev_position",
                "select not exists (select 1 from (select version, prev_position,
                        row_number() over w as should, lag(position) over w as before
                        from ledger.event window w as (partition by kind, record order by position)) e
                    where version <> should or prev_position is distinct from before)",
            ),
            (
                "heads are the last versions",
                "select not exists (select 1 from (select distinct on (kind, record) * from ledger.event
                        order by kind, record, position desc) e
                    full join ledger.record_head h using (kind, record)
                    where (e.version, e.position, e.hash) is distinct from (h.version, h.position, h.hash))",
            ),
        ] {
            let row = admin.query_one(sql, &[]).await.expect(promise);
            assert!(row.get::<_, bool>(0), "{promise}");
        }
    }
}

/// An event with random id and content.
pub fn event(kind: &str, record: Uuid, version: u32) -> NewEvent {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let id = Uuid::new_v4();
    let mut hash = [7_u8; 32];
    hash[..16].copy_from_slice(id.as_bytes());
    NewEvent {
        id,
        kind: kind.to_owned(),
        record,
        version,
        type_: format!("{kind}.registered"),
        schema: 1,
        account: Uuid::from_u128(1),
        alg: 1,
        key: [1; 32],
        signature: vec![2; 64],
        payload: format!("{{\"number\":{number},\"filler\":\"{}\"}}", "x".repeat(560)).into_bytes(),
        hash,
        touches: Vec::new(),
        openings: Vec::new(),
    }
}

/// A unit of these events; the expected versions follow from them.
pub fn unit(events: Vec<NewEvent>) -> NewUnit {
    let mut heads: Vec<(String, Uuid, u32)> = Vec::new();
    for event in &events {
        if !heads.iter().any(|(kind, record, _)| (kind, record) == (&event.kind, &event.record)) {
            heads.push((event.kind.clone(), event.record, event.version - 1));
        }
    }
    NewUnit { signed: events.len(), events, from_us: 0, until_us: i64::MAX, heads, ..NewUnit::default() }
}

/// A unit that creates one new record.
pub fn fresh() -> NewUnit {
    unit(vec![event("device", Uuid::new_v4(), 1)])
}

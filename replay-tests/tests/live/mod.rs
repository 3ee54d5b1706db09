//! A real ledger behind its door, on a database of its own, at the clock of a world.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::installation::Installation;
use api::submit::{Door, DoorParts};
use domain::codes::Environment;
use postgres::testing::TestDatabase;
use replay_tests::world::World;
use schema::appender::{Appender, AppenderLimits};
use schema::connect::{Passwords, Role, connect, role_config};
use schema::event_log::EventLog;
use schema::key_store::KeyStore;
use signing::bytes::Instant;
use signing::envelope::{Envelope, PayloadType, Unit};
use tokio::sync::watch;
use uuid::Uuid;

/// The ledger.
pub struct Live {
    /// Its door.
    pub door: Door,
    now: Arc<AtomicI64>,
    _database: TestDatabase,
    _keys: tempfile::TempDir,
    _published: watch::Sender<u64>,
}

impl Live {
    /// An empty ledger with the keys of a world.
    pub async fn new(world: &World) -> Self {
        let database = TestDatabase::from_template(&schema::migrate::fingerprint(), |config| async move {
            schema::migrate::migrate(&config, &Passwords::for_tests()).await.map(|_| ())
        })
        .await;
        let passwords = Passwords::for_tests();
        schema::migrate::set_simulated_clock(database.config(), true).await.expect("a demonstration's clock");
        let now = Arc::new(AtomicI64::new(world.now.micros()));
        let clock = now.clone();
        let micros: schema::appender::Clock = Arc::new(move || clock.load(Ordering::SeqCst));
        let config = role_config(database.config(), Role::Appender, &passwords);
        let appender = Appender::start(config, micros, AppenderLimits::default()).await.expect("an appender");
        let log = EventLog::new(connect(database.config(), Role::Appender, &passwords).expect("a pool"));
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyStore::open(folder.path()).expect("a key store");
        let (published, reader) = watch::channel(0);
        let installation = Arc::new(Installation {
            ledger: world.ledger(),
            name: "test.example".into(),
            incarnation: 1,
            environment: Environment::Demonstration,
            service: world.service.clone(),
            service_key: world.service_key.clone(),
            log: world.log.clone(),
            content_key: [0; 32],
        });
        let clock = now.clone();
        let clock: api::submit::Clock = Arc::new(move || Instant::from_micros(clock.load(Ordering::SeqCst)));
        let door = Door::new(DoorParts { log, appender, keys, installation, clock, published: reader });
        Self { door, now, _database: database, _keys: folder, _published: published }
    }

    /// Sets the clock.
    pub fn set_now(&self, now: Instant) {
        self.now.store(now.micros(), Ordering::SeqCst);
    }

    /// Submits every unit that the world has recorded so far, each at its own time.
    pub async fn replay(&self, world: &World) {
        let mut at = 0;
        while at < world.rows.len() {
            let row = &world.rows[at];
            let envelope = Envelope {
                payload_type: PayloadType::Event,
                payload: row.payload.clone(),
                key: row.key,
                signature: row.signature.clone(),
            };
            let unit = Unit { envelopes: vec![envelope], openings: vec![None] };
            let openings = world.openings.get(&event_id(&unit)).cloned().unwrap_or_default();
            self.set_now(row.recorded_at);
            let unit = Unit { openings: vec![Some(openings)], ..unit };
            let receipts =
                self.door.submit(&unit.to_json()).await.unwrap_or_else(|error| panic!("position {at}: {error:?}"));
            assert_eq!(receipts[0].position, at as u64);
            at += 1;
        }
        self.set_now(world.now);
    }

    /// Every stored row is the model's.
    pub async fn compare_rows(&self, world: &World) {
        let stored = self.door.log().range(0, world.rows.len() as u64 + 1).await.expect("rows");
        assert_eq!(stored.len(), world.rows.len());
        for (stored, row) in stored.iter().zip(&world.rows) {
            assert_eq!(stored.position, row.position);
            assert_eq!(stored.recorded_at, row.recorded_at.micros());
            assert_eq!(stored.payload, row.payload, "position {}", row.position);
            assert_eq!(stored.signature, row.signature, "position {}", row.position);
            assert_eq!(stored.key, row.key.0);
        }
    }
}

/// Id of the first event of a unit.
pub fn event_id(unit: &Unit) -> Uuid {
    let object = signing::json::read_stored(&unit.envelopes[0].payload).expect("a payload");
    object.get("id").and_then(|id| id.as_text()).and_then(|id| id.parse().ok()).expect("an id")
}

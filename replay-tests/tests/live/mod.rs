//! A real ledger behind its door, on a database of its own, at the clock of a world.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

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
use schema::files::FileStore;
use schema::key_store::KeyStore;
use signing::bytes::Instant;
use signing::envelope::{Envelope, PayloadType, Unit};
use tokio::sync::watch;
use tokio_postgres::Config;
use uuid::Uuid;

/// What outlives a door: database, keys, clock, and who the ledger is.
pub struct Site {
    /// The database.
    pub database: TestDatabase,
    /// Passwords of its roles.
    pub passwords: Passwords,
    installation: Arc<Installation>,
    keys: KeyStore,
    now: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Site {
    /// An empty database and the keys of a world.
    pub async fn new(world: &World) -> Self {
        let database = TestDatabase::from_template(&schema::migrate::fingerprint(), |config| async move {
            schema::migrate::migrate(&config, &Passwords::for_tests()).await.map(|_| ())
        })
        .await;
        schema::migrate::set_simulated_clock(database.config(), true).await.expect("a demonstration's clock");
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation {
            ledger: world.ledger(),
            name: "test.example".into(),
            incarnation: 1,
            environment: Environment::Demonstration,
            service: world.service.clone(),
            service_key: world.service_key.clone(),
            log: world.log.clone(),
            content_key: [0; 32],
        };
        Self {
            database,
            passwords: Passwords::for_tests(),
            installation: Arc::new(installation),
            keys: KeyStore::open(folder.path()).expect("a key store"),
            now: Arc::new(AtomicI64::new(world.now.micros())),
            folder,
        }
    }

    /// Sets the clock.
    pub fn set_now(&self, now: Instant) {
        self.now.store(now.micros(), Ordering::SeqCst);
    }

    /// A door to the database of these settings, which is this one, perhaps by a detour.
    pub async fn door(&self, config: &Config, limits: AppenderLimits) -> Result<Door, schema::Error> {
        let clock = self.now.clone();
        let micros: schema::appender::Clock = Arc::new(move || clock.load(Ordering::SeqCst));
        let appender = Appender::start(role_config(config, Role::Appender, &self.passwords), micros, limits).await?;
        let log = EventLog::new(connect(config, Role::Appender, &self.passwords)?);
        let clock = self.now.clone();
        Ok(Door::new(DoorParts {
            log,
            appender,
            keys: self.keys.clone(),
            files: FileStore::folder(&self.folder.path().join("files"), self.keys.clone(), self.installation.ledger)?,
            installation: self.installation.clone(),
            clock: Arc::new(move || Instant::from_micros(clock.load(Ordering::SeqCst))),
            published: watch::channel(0).1,
        }))
    }
}

/// The ledger.
pub struct Live {
    /// Its door.
    pub door: Arc<Door>,
    /// What lies behind it.
    pub site: Site,
}

impl Live {
    /// An empty ledger with the keys of a world.
    pub async fn new(world: &World) -> Self {
        let site = Site::new(world).await;
        let door = site.door(site.database.config(), AppenderLimits::default()).await.expect("a door");
        Self { door: Arc::new(door), site }
    }

    /// Sets the clock.
    pub fn set_now(&self, now: Instant) {
        self.site.set_now(now);
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

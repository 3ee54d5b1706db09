//! An installation at work: the database, the door, and what follows the log.
//!
//! [`Core`] is what every command that appends needs; [`crate::commands::serve`] adds the followers and HTTP.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use api::submit::{Door, DoorParts};
use deadpool_postgres::Pool;
use postgres::{Cluster, Settings};
use schema::appender::{Appender, AppenderLimits};
use schema::connect::{Passwords, Role, connect, role_config};
use schema::event_log::EventLog;
use schema::key_store::KeyStore;
use tokio::sync::watch;
use tokio_postgres::Config;

use crate::clock::ProcessClock;
use crate::config::Place;
use crate::folder::Folder;

/// Database, keys and the door of an installation.
pub struct Core {
    /// The data folder.
    pub folder: Folder,
    /// The door.
    pub door: Arc<Door>,
    /// Personal keys.
    pub keys: KeyStore,
    /// Pools by role.
    pub pools: Pools,
    /// How the sealer connects: with a connection of its own.
    pub sealer: Config,
    /// The clock.
    pub clock: ProcessClock,
    /// Size of the published tree, told by whoever seals.
    pub published: watch::Sender<u64>,
    /// The private server, when there is one.
    pub cluster: Option<Cluster>,
}

/// One pool for each role with a login.
pub struct Pools {
    /// Reads and appends.
    pub appender: Pool,
    /// What row-level security lets through.
    pub reader: Pool,
    /// Tiles and checkpoints.
    pub sealer: Pool,
    /// The read model.
    pub projector: Pool,
}

impl Pools {
    /// Closes all of them.
    pub fn close(&self) {
        for pool in [&self.appender, &self.reader, &self.sealer, &self.projector] {
            pool.close();
        }
    }
}

/// The database of an installation, before anything works on it.
pub struct Database {
    /// The bootstrap superuser.
    pub admin: Config,
    /// Passwords of the roles.
    pub passwords: Passwords,
    /// The private server, when there is one.
    pub cluster: Option<Cluster>,
}

/// Starts or adopts the private server in a folder where there was one before: when it is gone, an empty one must not
/// take its place.
///
/// # Errors
/// When it is gone, or does not start.
pub async fn start_again(folder: &Path, durable: bool) -> anyhow::Result<Cluster> {
    ensure!(
        folder.join("pgdata/PG_VERSION").exists(),
        "数据库目录 {} 不见了：请从备份放回。The database is gone: put it back from its backup.",
        folder.display()
    );
    Ok(Cluster::start(folder, Settings { durable }).await?)
}

impl Database {
    /// Starts or adopts the private server, or takes the one that is named. Nothing is written: see [`Database::migrate`].
    ///
    /// # Errors
    /// When there is no server, or the database of this folder is gone.
    pub async fn open(place: &Place, folder: &Folder, durable: bool) -> anyhow::Result<Self> {
        let roles = folder.at("roles.json");
        let (admin, cluster) = match &place.database_url {
            Some(url) => (url.parse::<Config>().context("--database-url 不合规。It is ill-formed.")?, None),
            None => {
                let pg = folder.at("pg");
                // The passwords of its roles are made when the database is.
                let cluster = if roles.exists() {
                    start_again(&pg, durable).await?
                } else {
                    Cluster::start(&pg, Settings { durable }).await?
                };
                (cluster.config().clone(), Some(cluster))
            }
        };
        let passwords = Passwords::load_or_create(&roles)?;
        Ok(Self { admin, passwords, cluster })
    }

    /// Brings the database up to date, as the bootstrap superuser.
    ///
    /// # Errors
    /// When a migration is refused.
    pub async fn migrate(&self, folder: &Folder) -> anyhow::Result<()> {
        schema::migrate(&self.admin, &self.passwords).await?;
        Ok(schema::migrate::set_simulated_clock(&self.admin, folder.is_demonstration()).await?)
    }

    /// The pools.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn pools(&self) -> anyhow::Result<Pools> {
        let pool = |role| connect(&self.admin, role, &self.passwords);
        Ok(Pools {
            appender: pool(Role::Appender)?,
            reader: pool(Role::Reader)?,
            sealer: pool(Role::Sealer)?,
            projector: pool(Role::Projector)?,
        })
    }
}

impl Core {
    /// Opens everything up to the door. Without a clock of its own the process goes by the system's.
    ///
    /// # Errors
    /// When the database, the key store or the appender cannot be started.
    pub async fn open(
        place: &Place,
        folder: Folder,
        durable: bool,
        clock: Option<ProcessClock>,
    ) -> anyhow::Result<Self> {
        let database = Database::open(place, &folder, durable).await?;
        database.migrate(&folder).await?;
        Self::over(database, place, folder, clock).await
    }

    /// [`Core::open`] that raises the epoch first: every process that appended before is fenced from then on.
    ///
    /// # Errors
    /// As [`Core::open`].
    pub async fn take_over(place: &Place, folder: Folder) -> anyhow::Result<Self> {
        let database = Database::open(place, &folder, true).await?;
        database.migrate(&folder).await?;
        let epoch = schema::migrate::raise_epoch(&database.admin).await?;
        tracing::warn!(epoch, "已接管写入 · took over: every other process is read-only from now on");
        Self::over(database, place, folder, None).await
    }

    async fn over(
        database: Database,
        place: &Place,
        folder: Folder,
        clock: Option<ProcessClock>,
    ) -> anyhow::Result<Self> {
        let pools = database.pools()?;
        let log = EventLog::new(pools.appender.clone());
        let head = log.head().await?;
        let clock = clock.unwrap_or_else(|| ProcessClock::system(head.last_at));
        let (keys_folder, is_default) = place.keys();
        if is_default && !folder.is_demonstration() {
            tracing::warn!(
                "个人信息密钥与数据在同一目录，建议用 --keys 另设 · personal keys lie in the data folder: consider --keys"
            );
        }
        let keys = KeyStore::open(&keys_folder)?;
        let appender_config = role_config(&database.admin, Role::Appender, &database.passwords);
        let appender = Appender::start(appender_config, clock.for_appender(), AppenderLimits::default()).await?;
        let (published, published_seen) = watch::channel(0);
        let door = Door::new(DoorParts {
            log,
            appender,
            keys: keys.clone(),
            files: place.files(keys.clone(), folder.installation.ledger)?,
            installation: Arc::new(folder.installation.clone()),
            clock: clock.for_door(),
            published: published_seen,
        });
        let sealer = role_config(&database.admin, Role::Sealer, &database.passwords);
        Ok(Self { folder, door: Arc::new(door), keys, pools, sealer, clock, published, cluster: database.cluster })
    }

    /// Ends: the private server is stopped in order when this process runs it.
    ///
    /// # Errors
    /// When the server does not stop.
    pub async fn close(self) -> anyhow::Result<()> {
        let Self { door, pools, cluster, .. } = self;
        pools.close();
        drop(door);
        match cluster {
            Some(cluster) => Ok(cluster.stop().await?),
            None => Ok(()),
        }
    }
}

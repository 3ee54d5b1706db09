//! Throwaway databases for tests: `postgres::testing::database().await`.
//!
//! One server without durable commits per user of the machine, in
//! `/tmp/radledger-test-<uid>`, started by the first test that needs it and
//! shared by all test processes. It outlives them, so that a runner with one
//! process per test does not start it hundreds of times; a small watcher stops
//! it when no test has used it for ten minutes. `RADLEDGER_TEST_PG` names the
//! URL of another server's superuser to use instead.
//!
//! Everything here panics with a sentence when it fails: it serves tests only.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls};

use crate::folders::{Folders, Runner};
use crate::{Settings, start, url};

const PREFIX: &str = "rt_";
const TEMPLATE_PREFIX: &str = "rtt_";

/// A database of its own; dropped, with its connections, when this value is.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    config: Config,
    server: Config,
}

impl TestDatabase {
    /// A copy of the template `name`, which `migrate` fills the first time it
    /// is asked for on this server. The name must contain whatever the content
    /// depends on (a hash of the migrations): a template is never filled twice.
    pub async fn from_template<F, E>(name: &str, migrate: impl FnOnce(Config) -> F) -> TestDatabase
    where
        F: Future<Output = Result<(), E>>,
        E: std::fmt::Display,
    {
        let server = server().await;
        let template = format!("{TEMPLATE_PREFIX}{name}");
        let admin = connect(&server).await;
        // Held by this session: other test processes wait until the template is there.
        let lock = "select pg_advisory_lock(hashtextextended($1, 0))";
        admin.execute(lock, &[&template]).await.expect("the lock of the template");
        let there = admin.query_opt("select 1 from pg_database where datname = $1", &[&template]).await;
        if there.expect("the list of databases").is_none() {
            let raw = format!("{template}_raw");
            run(&admin, &format!("drop database if exists \"{raw}\" with (force)")).await;
            run(&admin, &format!("create database \"{raw}\"")).await;
            let mut config = server.clone();
            config.dbname(&raw);
            if let Err(error) = migrate(config).await {
                panic!("the template {name} could not be filled: {error}");
            }
            // Connections of the migration may still be closing.
            let close = "select pg_terminate_backend(pid, 2000) from pg_stat_activity where datname = $1";
            admin.execute(close, &[&raw]).await.expect("closing the template's connections");
            run(&admin, &format!("alter database \"{raw}\" rename to \"{template}\"")).await;
        }
        let database = create(&admin, &server, Some(&template)).await;
        drop(admin);
        database
    }

    /// Connection settings of the superuser in this database.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The same as a URL.
    pub fn url(&self) -> String {
        url(&self.config, &self.name)
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: a runtime may not be entered from within another. Best effort.
        let dropping = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                let dropped = async {
                    let (client, connection) = server.connect(NoTls).await.ok()?;
                    tokio::spawn(connection);
                    client.batch_execute(&format!("drop database if exists \"{name}\" with (force)")).await.ok()
                };
                let _ = tokio::time::timeout(Duration::from_secs(10), dropped).await;
            });
        });
        let _ = dropping.join();
    }
}

/// An empty database on the shared test server.
pub async fn database() -> TestDatabase {
    let server = server().await;
    let admin = connect(&server).await;
    create(&admin, &server, None).await
}

async fn create(admin: &Client, server: &Config, template: Option<&str>) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let unique = &crate::folders::random_text().to_lowercase().replace('-', "_")[..10];
    let name = format!("{PREFIX}{}_{number}_{unique}", std::process::id());
    let template = template.map(|template| format!(" template \"{template}\"")).unwrap_or_default();
    run(admin, &format!("create database \"{name}\"{template}")).await;
    let mut config = server.clone();
    config.dbname(&name);
    TestDatabase { name, config, server: server.clone() }
}

/// The superuser's settings on the shared server, started if need be, once per process.
async fn server() -> Config {
    static SERVER: OnceCell<(Config, Option<File>)> = OnceCell::const_new();
    SERVER.get_or_init(find_server).await.0.clone()
}

async fn find_server() -> (Config, Option<File>) {
    if let Ok(given) = std::env::var("RADLEDGER_TEST_PG") {
        let config: Config = given.parse().expect("RADLEDGER_TEST_PG is the URL of a PostgreSQL superuser");
        remove_leftovers(&connect(&config).await).await;
        return (config, None);
    }
    let folder = PathBuf::from(format!("/tmp/radledger-test-{}", nix::unistd::geteuid()));
    let settings = Settings { durable: false };
    let runner = Runner::find().expect("a user to run PostgreSQL");
    let folders = Folders::prepare(&folder, &runner).expect("the folder of the test server");
    // Held shared until this process ends: the watcher stops the server only when nobody holds it.
    let users = folders.lock_file("users", &runner).expect("the lock file of the test server");
    users.lock_shared().expect("the lock of the test server");
    let before = folders.recorded_pid();
    let cluster = match start(&folder, settings, false).await {
        Ok(cluster) => cluster,
        Err(first @ (crate::Error::Start { .. } | crate::Error::WrongVersion { .. })) => {
            // Without durable commits a crash of the machine leaves a cluster that is good for nothing.
            std::fs::remove_dir_all(&folders.pgdata).unwrap_or_else(|_| panic!("{first}"));
            start(&folder, settings, false).await.unwrap_or_else(|error| panic!("{error}"))
        }
        Err(error) => panic!("{error}"),
    };
    let config = cluster.config().clone();
    if cluster.pid() != before
        && let Some(pid) = cluster.pid()
    {
        watch(&folders, &runner, pid);
    }
    remove_leftovers(&connect(&config).await).await;
    (config, Some(users))
}

/// Leaves a shell behind that stops the server after ten minutes without users.
fn watch(folders: &Folders, runner: &Runner, pid: u32) {
    use std::os::unix::process::CommandExt;
    let script = "while sleep 600; do kill -0 $2 || exit; flock -n -x \"$1\" kill -INT $2 && exit; done";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "radledger-test-watcher"])
        .arg(folders.root.join("users"))
        .arg(pid.to_string())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    runner.apply(&mut command);
    // Without it the server merely stays.
    let _ = command.spawn();
}

/// Drops test databases older than an hour and templates older than a day.
async fn remove_leftovers(admin: &Client) {
    let old = "select datname from pg_database
        where not datistemplate and case
            when starts_with(datname, $1) then (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '1 hour'
            when starts_with(datname, $2) then (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '1 day'
            else false end";
    let Ok(rows) = admin.query(old, &[&PREFIX, &TEMPLATE_PREFIX]).await else {
        return;
    };
    for row in rows {
        let name: String = row.get(0);
        // Without force: a database that somebody still uses stays.
        let _ = admin.batch_execute(&format!("drop database if exists \"{name}\"")).await;
    }
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the test server answers");
    tokio::spawn(connection);
    client
}

async fn run(admin: &Client, statement: &str) {
    if let Err(error) = admin.batch_execute(statement).await {
        panic!("{statement}: {error}");
    }
}

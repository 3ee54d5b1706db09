//! A private PostgreSQL: found on the machine, made in a folder, run as a child.
//!
//! [`Cluster::start`] finds the binaries (`RADLEDGER_PG_BIN`, `pg_config`,
//! Debian's versioned folders newest first, Homebrew, Postgres.app), makes the
//! cluster if it is missing and runs `postgres` itself, not `pg_ctl`. The
//! server listens on a Unix socket only, in a folder of mode 0700, with scram
//! passwords; started by root it runs as user `postgres`.
//!
//! - **One owner.** Whoever runs the server holds a lock on the folder. A
//!   second process finds the lock taken and connects to the same server; its
//!   [`Cluster::stop`] leaves it running.
//! - **Deaths.** When this process is killed, the kernel asks the server to
//!   shut down (through `setpriv`, since setting the signal ourselves would
//!   need unsafe code). Where that is impossible the server goes on, and the
//!   next start adopts it. When the server is killed, [`Cluster::wait_exit`]
//!   returns and starting again recovers; restarts are the caller's business.
//! - **Nothing personal in the log.** Statements, parameters and the details
//!   of errors are not logged.

mod binaries;
mod error;
mod folders;
mod supervisor;
pub mod testing;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio_postgres::{Config, NoTls};

pub use crate::error::Error;
use crate::folders::{Folders, Runner, SUPERUSER};
use crate::supervisor::Supervised;

/// The port that names the socket; nothing listens on TCP.
const PORT: u16 = 5432;
/// How long a start may take while the server does not say that it recovers.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a recovery after a crash may take.
const RECOVERED_WITHIN: Duration = Duration::from_secs(1800);
/// How long a fast shutdown may take before the server is told to stop at once.
const STOPPED_WITHIN: Duration = Duration::from_secs(60);

/// How the server is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// `true`: every commit is on the disk before it is answered. `false`:
    /// for tests only; a crash of the machine may lose everything.
    pub durable: bool,
}

/// A running server; see the crate's documentation for who owns it.
#[derive(Debug)]
pub struct Cluster {
    folders: Folders,
    config: Config,
    hold: Hold,
}

#[derive(Debug)]
enum Hold {
    /// Our child.
    Child(Supervised),
    /// Left behind by a process of ours that died; we hold the lock now.
    Orphan { pid: u32, _lock: Arc<File> },
    /// Another living process runs it.
    Borrowed { pid: Option<u32> },
}

impl Cluster {
    /// Starts, or connects to, the cluster in `data_dir`, which is made when missing.
    ///
    /// # Errors
    /// See [`Error`]; each says in one sentence what to do.
    pub async fn start(data_dir: &Path, settings: Settings) -> Result<Cluster, Error> {
        start(data_dir, settings, true).await
    }

    /// Connection settings of the superuser `ledger`, database `postgres`.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The same as a URL. It contains the password: never log it.
    pub fn admin_url(&self) -> String {
        url(&self.config, "postgres")
    }

    /// The server's process, for tests that kill it; `None` when another process of ours runs it
    /// and its file could not be read.
    pub fn pid(&self) -> Option<u32> {
        match &self.hold {
            Hold::Child(child) => Some(child.pid),
            Hold::Orphan { pid, .. } => Some(*pid),
            Hold::Borrowed { pid } => *pid,
        }
    }

    /// Whether this process is the one that stops the server.
    pub fn is_owned(&self) -> bool {
        !matches!(self.hold, Hold::Borrowed { .. })
    }

    /// Returns when the server has ended. For a server that is not our child
    /// this is found out by asking twice a second.
    pub async fn wait_exit(&self) {
        match &self.hold {
            Hold::Child(child) => {
                child.wait().await;
            }
            Hold::Orphan { .. } | Hold::Borrowed { .. } => {
                let recorded = self.pid();
                while recorded.is_some() && self.folders.recorded_pid() == recorded && recorded.is_some_and(alive) {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    /// Stops the server in order (PostgreSQL's fast shutdown) and waits for its
    /// end; does nothing to a server that another process runs.
    ///
    /// # Errors
    /// [`Error::NotReady`] when it does not end even after an immediate shutdown.
    pub async fn stop(self) -> Result<(), Error> {
        if !self.is_owned() {
            return Ok(());
        }
        self.signal(Signal::SIGINT);
        if tokio::time::timeout(STOPPED_WITHIN, self.wait_exit()).await.is_ok() {
            return Ok(());
        }
        self.signal(Signal::SIGQUIT);
        tokio::time::timeout(STOPPED_WITHIN, self.wait_exit())
            .await
            .map_err(|_| Error::NotReady { seconds: 2 * STOPPED_WITHIN.as_secs(), last: "it does not stop".to_owned() })
    }

    fn signal(&self, signal: Signal) {
        if let Hold::Child(child) = &self.hold
            && child.ended().is_some()
        {
            // The number may already belong to another process.
            return;
        }
        if let Some(pid) = self.pid().and_then(|pid| i32::try_from(pid).ok()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Cluster {
    /// Asks an owned server to stop, without waiting; the supervisor reaps it.
    fn drop(&mut self) {
        if matches!(self.hold, Hold::Child(_)) {
            self.signal(Signal::SIGINT);
        }
    }
}

/// `bound`: the server dies with this process and the lock is ours while it
/// runs. Otherwise (the tests' shared server) both outlive this process.
async fn start(data_dir: &Path, settings: Settings, bound: bool) -> Result<Cluster, Error> {
    let runner = Runner::find()?;
    let folders = Folders::prepare(data_dir, &runner)?;
    let lock = Arc::new(folders.lock_file("lock", &runner)?);
    let deadline = Instant::now() + READY_WITHIN;
    // Another process holds the lock while it makes, starts or runs the cluster.
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {
                if folders.pgdata.is_dir()
                    && let Ok(config) = folders.password().map(|password| config(&folders, &password))
                    && stays_up(&config).await.is_ok()
                {
                    let hold = Hold::Borrowed { pid: folders.recorded_pid() };
                    return Ok(Cluster { folders, config, hold });
                }
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &folders.root)(error)),
        }
        if Instant::now() > deadline {
            return Err(Error::NotReady {
                seconds: READY_WITHIN.as_secs(),
                last: "another process holds its lock".into(),
            });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let binaries = binaries::find(&folders.pgdata)?;
    folders.init(&binaries, &runner)?;
    let config = config(&folders, &folders.password()?);

    // A server left behind by a killed process of ours, where no signal could be bound to its death.
    if folders.recorded_pid().is_some_and(alive)
        && stays_up(&config).await.is_ok()
        && let Some(pid) = folders.recorded_pid()
    {
        let hold = if bound { Hold::Orphan { pid, _lock: lock } } else { Hold::Borrowed { pid: Some(pid) } };
        return Ok(Cluster { folders, config, hold });
    }
    let child = spawn_until_ready(&binaries, &folders, &runner, &config, settings, &lock, bound).await?;
    let hold = if bound { Hold::Child(child) } else { Hold::Borrowed { pid: Some(child.pid) } };
    Ok(Cluster { folders, config, hold })
}

/// Starts the server until a connection succeeds. The last server's backends or
/// its own shutdown may hold the folder for a moment: those starts are repeated.
async fn spawn_until_ready(
    binaries: &binaries::Binaries,
    folders: &Folders,
    runner: &Runner,
    config: &Config,
    settings: Settings,
    lock: &Arc<File>,
    bound: bool,
) -> Result<Supervised, Error> {
    let program = binaries.program("postgres");
    let arguments = arguments(folders, settings);
    let began = Instant::now();
    loop {
        let (log, log_begins) = folders.open_log(runner)?;
        let kept = bound.then(|| Arc::clone(lock));
        let child = supervisor::spawn(&program, &arguments, runner, log, kept, bound)?;
        loop {
            let answer = connect_once(config).await;
            if child.ended().is_some() {
                break;
            }
            let last = match answer {
                Ok(()) => return Ok(child),
                Err(error) => error,
            };
            let recovering = last.code() == Some(&tokio_postgres::error::SqlState::CANNOT_CONNECT_NOW);
            let within = if recovering { RECOVERED_WITHIN } else { READY_WITHIN };
            if began.elapsed() > within {
                let _ = kill(Pid::from_raw(child.pid.cast_signed()), Signal::SIGQUIT);
                child.wait().await;
                return Err(Error::NotReady { seconds: within.as_secs(), last: last.to_string() });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let said = folders.log_since(log_begins);
        let held = ["lock file", "still in use", "is another postmaster", "is another server"];
        if !held.iter().any(|words| said.contains(words)) || began.elapsed() > READY_WITHIN {
            return Err(Error::Start { log: folders.log.clone(), tail: folders::last_lines(&said, 5) });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn arguments(folders: &Folders, settings: Settings) -> Vec<String> {
    let mut set: Vec<String> = [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "max_connections=64",
        "wal_level=minimal",
        "max_wal_senders=0",
        "jit=off",
        "random_page_cost=1.1",
        "timezone=UTC",
        "log_timezone=UTC",
        "lc_messages=C",
        // No value of a statement may reach the log.
        "log_statement=none",
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
        "log_checkpoints=off",
        "log_autovacuum_min_duration=-1",
    ]
    .map(str::to_owned)
    .to_vec();
    set.push(format!("port={PORT}"));
    set.push(format!("unix_socket_directories={}", folders.socket.display()));
    let more: &[&str] = if settings.durable {
        &["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB", "max_wal_size=4GB"]
    } else {
        &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=256MB", "max_wal_size=2GB"]
    };
    set.extend(more.iter().map(|&setting| setting.to_owned()));
    let mut arguments = vec!["-D".to_owned(), folders.pgdata.display().to_string()];
    arguments.extend(set.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    arguments
}

fn config(folders: &Folders, password: &str) -> Config {
    let mut config = Config::new();
    config
        .host_path(&folders.socket)
        .port(PORT)
        .user(SUPERUSER)
        .password(password)
        .dbname("postgres")
        .connect_timeout(Duration::from_secs(5));
    config
}

/// A connection's URL for another program; the socket's folder is percent-encoded.
pub(crate) fn url(config: &Config, database: &str) -> String {
    let host = match config.get_hosts().first() {
        Some(tokio_postgres::config::Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
        Some(tokio_postgres::config::Host::Tcp(name)) => name.clone(),
        None => String::new(),
    };
    let port = config.get_ports().first().copied().unwrap_or(PORT);
    let password = String::from_utf8_lossy(config.get_password().unwrap_or_default()).into_owned();
    let user = config.get_user().unwrap_or(SUPERUSER);
    format!("postgresql://{}:{}@{}:{port}/{}", percent(user), percent(&password), percent(&host), percent(database))
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

async fn connect_once(config: &Config) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let answer = client.simple_query("select 1").await;
    driver.abort();
    answer.map(|_| ())
}

/// A server whose owner has just died still answers for a moment before it
/// shuts down, so one answer is not enough to adopt it.
async fn stays_up(config: &Config) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    client.simple_query("select 1").await?;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let answer = client.simple_query("select 1").await;
    driver.abort();
    answer.map(|_| ())
}

fn alive(pid: u32) -> bool {
    // EPERM also means that it lives, as another user.
    i32::try_from(pid).is_ok_and(|pid| !matches!(kill(Pid::from_raw(pid), None), Err(nix::errno::Errno::ESRCH)))
}

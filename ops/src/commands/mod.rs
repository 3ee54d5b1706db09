//! The commands, one file each, all of the same shape: `Options`, and `run` that says how it ended.

use std::future::Future;
use std::io::IsTerminal;
use std::process::ExitCode;

use domain::catalog::Kind;
use uuid::Uuid;

pub mod demo;
pub mod genesis;
pub mod import;
pub mod init;
pub mod keygen;
pub mod rebuild;
pub mod rules;
pub mod sdl;
pub mod seed;
pub mod serve;
pub mod sign;
pub mod status;
pub mod submit;
pub mod token;
pub mod watch;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine = 0,
    /// There are findings, or something was refused.
    Findings = 1,
    /// It could not be done.
    CouldNot = 2,
    /// It was asked for in a wrong way.
    Usage = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Wrong usage that the parser of the command line cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Says on standard error why a command could not do its work.
pub fn tell(error: &anyhow::Error) -> Exit {
    eprintln!("{error:#}");
    if error.is::<Usage>() { Exit::Usage } else { Exit::CouldNot }
}

/// A record as the command line names it: `KIND/ID`.
pub fn kind_and_id(text: &str) -> Option<(Kind, Uuid)> {
    let (kind, id) = text.split_once('/')?;
    Some((Kind::parse(kind)?, id.parse().ok()?))
}

/// Runs a command that waits for things.
pub fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Runs work whose steps wait for each other on this thread alone: handing each step to another thread would cost more
/// than the step.
pub fn wait_alone<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Log lines of a server process go to standard error; `RADLEDGER_LOG` chooses (default `info`).
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("RADLEDGER_LOG")
        .unwrap_or_else(|_| "info,tokio_postgres=warn".into());
    let json = std::env::var("RADLEDGER_LOG_FORMAT").is_ok_and(|format| format == "json");
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second call in one process changes nothing.
    let _ = if json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}

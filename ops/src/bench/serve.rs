//! The service itself, as a process of its own: this very program, on a demonstration that was loaded before.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::report::progress;
use crate::config::Place;

/// Longest that a start may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A demonstration in a data folder of its own.
#[derive(Debug, Clone)]
pub struct Demonstration {
    /// The data folder.
    pub data: PathBuf,
    anchor: PathBuf,
}

impl Demonstration {
    /// Loads a demonstration of at least so many events through the one door, unless this run has done so already.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn load(folder: &Path, events: u64) -> Result<Self> {
        Self::told(folder, events, &[]).await
    }

    /// One whose desk has never spoken.
    ///
    /// # Errors
    /// As [`Demonstration::load`].
    pub async fn load_silent(folder: &Path, events: u64) -> Result<Self> {
        Self::told(folder, events, &["--silent-desk"]).await
    }

    async fn told(folder: &Path, events: u64, how: &[&str]) -> Result<Self> {
        let at = |what: &str| folder.join(format!("{what}-{events}{}", how.concat()));
        let demonstration = Self { data: at("demonstration"), anchor: at("anchor") };
        if demonstration.data.exists() {
            return Ok(demonstration);
        }
        progress(&format!("装入示例账本，{events} 个事件 · loading a demonstration"));
        let mut seed = demonstration.command("seed")?;
        seed.args(["--events", &events.to_string()]).args(how);
        let loaded = tokio::task::spawn_blocking(move || seed.status()).await??;
        ensure!(loaded.success(), "the demonstration could not be loaded");
        Ok(demonstration)
    }

    /// Where it lives.
    pub fn place(&self) -> Place {
        Place::at(self.data.clone(), self.anchor.clone())
    }

    /// A command of this program on it.
    ///
    /// # Errors
    /// When this program cannot be found.
    pub fn command(&self, command: &str) -> Result<Command> {
        let program = std::env::current_exe().context("finding this program")?;
        let mut made = Command::new(program);
        made.arg(command).arg("--data").arg(&self.data).arg("--anchor").arg(&self.anchor);
        made.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(made)
    }
}

/// The running service.
pub struct Service {
    /// Where it listens.
    pub address: SocketAddr,
    /// How long it took until `/readyz` said yes.
    pub ready_after: Duration,
    process: Child,
}

impl Service {
    /// Starts the service on a demonstration and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start(demonstration: &Demonstration) -> Result<Self> {
        // Free a moment ago; nobody else is likely to take it in between.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let began = Instant::now();
        let process = demonstration.command("serve")?.args(["--listen", &address.to_string()]).spawn()?;
        let mut service = Self { address, ready_after: Duration::ZERO, process };
        match service.wait(began).await {
            Ok(()) => {
                service.ready_after = began.elapsed();
                Ok(service)
            }
            Err(error) => {
                service.stop().await?;
                Err(error)
            }
        }
    }

    async fn wait(&mut self, began: Instant) -> Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        let url = format!("http://{}/readyz", self.address);
        loop {
            if let Ok(answer) = client.get(&url).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                bail!("the service ended");
            }
            if began.elapsed() > PATIENCE {
                bail!("the service did not become ready");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub async fn stop(mut self) -> Result<()> {
        if let Ok(pid) = i32::try_from(self.process.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        tokio::task::spawn_blocking(move || self.process.wait()).await??;
        Ok(())
    }
}

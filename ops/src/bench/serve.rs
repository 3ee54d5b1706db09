//! How soon the service answers: this very program, on a demonstration that was loaded before.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longest that a start may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Loads a demonstration of so many events and starts the service on it: the time until `/readyz` says yes.
///
/// # Errors
/// When the demonstration cannot be loaded or the service does not become ready.
pub async fn ready(folder: &Path, events: usize) -> Result<Duration> {
    let program = std::env::current_exe().context("finding this program")?;
    let data = folder.join("demonstration");
    let loaded = Command::new(&program)
        .args(["seed", "--events", &events.to_string(), "--data"])
        .arg(&data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(loaded.success(), "the demonstration could not be loaded");
    // Free a moment ago; nobody else is likely to take it in between.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    let began = Instant::now();
    let mut service = Command::new(&program)
        .args(["serve", "--listen", &address, "--data"])
        .arg(&data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
    let url = format!("http://{address}/readyz");
    let outcome = loop {
        if let Ok(answer) = client.get(&url).send().await
            && answer.status().is_success()
        {
            break Ok(began.elapsed());
        }
        if service.try_wait()?.is_some() {
            break Err("the service ended");
        }
        if began.elapsed() > PATIENCE {
            break Err("the service did not become ready");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    if let Ok(pid) = i32::try_from(service.id()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
    tokio::task::spawn_blocking(move || service.wait()).await??;
    match outcome {
        Ok(elapsed) => Ok(elapsed),
        Err(why) => bail!(why),
    }
}

//! One thread per server: it starts `postgres`, waits for its end and reaps it.
//!
//! The thread lives as long as the server, because the kernel's parent-death
//! signal follows the *thread* that made the child. An unreaped server would
//! keep its `postmaster.pid` alive and make every restart fail.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc;

use tokio::sync::watch;

use crate::error::Error;
use crate::folders::Runner;

/// A child process and the news of its end.
#[derive(Debug, Clone)]
pub(crate) struct Supervised {
    pub pid: u32,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Supervised {
    /// How the child ended, if it has.
    pub fn ended(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Waits for the child's end.
    pub async fn wait(&self) -> Option<ExitStatus> {
        let mut exit = self.exit.clone();
        match exit.wait_for(Option::is_some).await {
            Ok(status) => *status,
            Err(_) => None,
        }
    }
}

/// Starts `program` as `runner` with its output in `log`. `lock` is kept until
/// the child has ended. With `bound` the child gets SIGINT (PostgreSQL's fast
/// shutdown) when this process dies, where `setpriv` exists.
pub(crate) fn spawn(
    program: &Path,
    arguments: &[String],
    runner: &Runner,
    log: File,
    lock: Option<Arc<File>>,
    bound: bool,
) -> Result<Supervised, Error> {
    let mut command = if bound && has_setpriv() {
        // The signal is asked for after the change of user, which would clear it.
        let mut command = Command::new("setpriv");
        if runner.switch {
            command.arg(format!("--reuid={}", runner.uid)).arg(format!("--regid={}", runner.gid)).arg("--clear-groups");
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    } else {
        let mut command = Command::new(program);
        runner.apply(&mut command);
        command
    };
    let errors = log.try_clone().map_err(Error::io("open", program))?;
    command
        .args(arguments)
        .current_dir("/")
        // PGPORT, PGDATA and their like of our own environment must not reach the server.
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
        .env("LC_ALL", "C")
        // Ctrl-C in a terminal goes to this program, which then stops the server in order.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors));

    let (started, news) = mpsc::channel();
    let (ended, exit) = watch::channel(None);
    std::thread::Builder::new()
        .name("postgres-supervisor".to_owned())
        .spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let _ = started.send(Err(error));
                    return;
                }
            };
            let _ = started.send(Ok(child.id()));
            let status = child.wait().ok();
            drop(lock);
            let _ = ended.send(status);
        })
        .map_err(Error::io("start a thread for", program))?;
    let pid = news.recv().expect("the thread answers before it ends").map_err(Error::io("run", program))?;
    Ok(Supervised { pid, exit })
}

fn has_setpriv() -> bool {
    cfg!(target_os = "linux")
        && Command::new("setpriv")
            .args(["--pdeathsig", "keep", "--", "true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}

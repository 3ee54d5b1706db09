//! A demonstration in a folder of its own, and the service that runs on it.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value as Json;

/// How long anything may take on a loaded machine before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A small demonstration with its anchor outside the data folder.
pub struct Site {
    place: PathBuf,
    port: u16,
    /// A database that another site runs.
    database: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

impl Site {
    /// A demonstration in a temporary folder.
    pub fn new() -> Self {
        // PostgreSQL's user must be able to pass through, also when the tests run as root.
        let open = std::fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new()
            .prefix("radledger-drill-")
            .permissions(open)
            .tempdir()
            .expect("a temporary folder");
        let site = Self::at(folder.path().to_owned());
        Self { _folder: Some(folder), ..site }
    }

    /// A demonstration in this folder.
    pub fn at(place: PathBuf) -> Self {
        let site = Self { place, port: free_port(), database: None, _folder: None };
        let made = site.run(&["seed", "--seed", "5", "--end", "2026-11-25", "--events", "1"]);
        assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        site
    }

    /// Another node on the same database and anchor, with a copy of everything else.
    pub async fn beside(other: &Self) -> Self {
        let place = other.place.join("beside");
        let data = place.join("data");
        std::fs::create_dir_all(&data).expect("a folder");
        for entry in std::fs::read_dir(other.data()).expect("a folder").flatten() {
            if entry.file_name() != "pg" {
                copy(&entry.path(), &data);
            }
        }
        std::os::unix::fs::symlink(other.anchor(), place.join("anchor")).expect("a link");
        let settings = postgres::Settings { durable: true };
        let server = postgres::Cluster::start(&other.data().join("pg"), settings).await.expect("it runs");
        Self { place, port: free_port(), database: Some(server.admin_url()), _folder: None }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.place.join("data")
    }

    /// The folder of the anchor.
    pub fn anchor(&self) -> PathBuf {
        self.place.join("anchor")
    }

    /// Where the service listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_radledger"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RADLEDGER_") {
                command.env_remove(name);
            }
        }
        command
            .env("RADLEDGER_DATA", self.data())
            .env("RADLEDGER_ANCHOR", self.anchor())
            .env("RADLEDGER_LOG", "warn")
            .envs(self.database.iter().map(|url| ("RADLEDGER_DATABASE_URL", url)))
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the executable runs")
    }

    /// What a command prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Number of durable events.
    pub fn events(&self) -> u64 {
        self.json(&["status", "--json"])["events"].as_u64().expect("a number")
    }

    /// The audit finds nothing.
    pub fn verify(&self) {
        let verified = self.run(&["verify"]);
        assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    }

    fn spawn(&self, more: &[&str]) -> Child {
        let listen = format!("127.0.0.1:{}", self.port);
        self.command(&["serve", "--listen", &listen])
            .args(more)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts")
    }

    /// Starts the service.
    pub fn serve(&self) -> Service {
        self.serve_with(&[])
    }

    /// Starts the service with more options.
    pub fn serve_with(&self, more: &[&str]) -> Service {
        let mut child = self.spawn(more);
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut said = String::new();
        loop {
            let line = lines.next().unwrap_or_else(|| panic!("the service ended: {said}")).expect("text");
            if line.trim().starts_with("网址 URL") {
                break;
            }
            said.push_str(&line);
        }
        // Somebody must read on, or the service would wait for the pipe.
        let said = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        Service { child, said: Some(said) }
    }

    /// Starts the service, which must refuse, and returns what it says.
    pub fn refuses_to_serve(&self) -> String {
        let mut child = self.spawn(&[]);
        let mut said = child.stderr.take().expect("piped");
        let status = wait(&mut child).expect("it ends by itself");
        let mut text = String::new();
        said.read_to_string(&mut text).expect("text");
        assert_eq!(status.code(), Some(2), "{text}");
        text
    }

    /// The process of the private PostgreSQL.
    pub fn postmaster(&self) -> Option<Pid> {
        let file = std::fs::read_to_string(self.data().join("pg/pgdata/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok().map(Pid::from_raw)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

/// Kills PostgreSQL at once, its backends too: left alone they would finish what they are at.
pub fn kill_postgres(postmaster: Option<Pid>) {
    signal_postgres(postmaster, Signal::SIGKILL);
}

/// Sends a signal to PostgreSQL and to its backends.
pub fn signal_postgres(postmaster: Option<Pid>, signal: Signal) {
    let Some(postmaster) = postmaster else { return };
    let backends = children(postmaster);
    for pid in std::iter::once(postmaster).chain(backends) {
        let _ = kill(pid, signal);
    }
}

/// A running service; ends with this value, by SIGKILL.
pub struct Service {
    child: Child,
    said: Option<std::thread::JoinHandle<String>>,
}

impl Service {
    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Ends it in order.
    pub fn stop(mut self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM).expect("it runs");
        let status = wait(&mut self.child).expect("it stops");
        assert_eq!(status.code(), Some(0), "{}", self.said());
    }

    /// Waits until it ends by itself; its exit code and what it said since it served.
    pub fn ends(mut self) -> (Option<i32>, String) {
        let status = wait(&mut self.child).expect("it ends by itself");
        (status.code(), self.said())
    }

    fn said(&mut self) -> String {
        self.said.take().and_then(|said| said.join().ok()).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("our child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    None
}

fn children(parent: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("a Linux").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        if of == Some(parent.as_raw()) {
            found.push(Pid::from_raw(pid));
        }
    }
    found
}

/// Copies a folder with owners, modes and times.
pub fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
    assert!(copied.success());
}

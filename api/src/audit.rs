//! The auditor's page: one run of `radledger verify` at a time, in a process of its own, and what the last one found.
//!
//! The run reads what the service stores and trusts none of it, so it shares nothing with the service but the program. `POST
//! /audit/run` starts one, `GET /audit/run` tells how far it is or what it found; a page that was loaded again finds it there.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::error::{ApiError, fault};
use crate::node::Node;
use crate::session;

/// Who may read a run: whoever supervises or audits the whole city. It names positions and checks, nothing of a person.
const READERS: [&str; 7] = ["T_ADMIN", "T_SUP", "T_APPR", "SYS_AUD", "SYS_SEC", "EXT_AUD", "CDC_READ"];
/// Who may start one.
const STARTERS: [&str; 4] = ["T_ADMIN", "T_SUP", "SYS_AUD", "EXT_AUD"];

/// The command of a run. It prints its report as JSON on standard output, and lines of `{"done":…,"of":…}` on standard error.
#[derive(Clone)]
pub struct Verification {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where the installation is; not among the arguments, because the address of a database holds a password.
    pub environment: Vec<(&'static str, OsString)>,
}

/// What is known of the run.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    run: Mutex<Run>,
}

#[derive(Debug, Default, Clone)]
struct Run {
    /// Instant.
    began_at: Option<String>,
    ended_at: Option<String>,
    account: Option<uuid::Uuid>,
    done: u64,
    of: u64,
    report: Option<Value>,
    /// Set when the run broke off; what it had found is not known.
    broken: bool,
}

impl Run {
    fn state(&self) -> &'static str {
        match (&self.began_at, &self.ended_at, self.broken) {
            (None, ..) => "NONE",
            (Some(_), None, _) => "RUNNING",
            (Some(_), Some(_), true) => "INCOMPLETE",
            (Some(_), Some(_), false) => match self.report.as_ref().and_then(|report| report["findings"].as_array()) {
                Some(findings) if findings.is_empty() => "CLEAN",
                _ => "FINDINGS",
            },
        }
    }

    fn tell(&self) -> Response {
        let body = json!({
            "state": self.state(), "began_at": self.began_at, "ended_at": self.ended_at, "started_by": self.account,
            "done": self.done, "of": self.of, "report": self.report,
        });
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

impl Runs {
    fn with<T>(&self, change: impl FnOnce(&mut Run) -> T) -> T {
        change(&mut self.run.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn allowed(node: &Node, headers: &HeaderMap, roles: &[&str]) -> Result<uuid::Uuid, ApiError> {
    let viewer = session::authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)?;
    if viewer.roles().iter().any(|role| roles.contains(role)) {
        Ok(viewer.account)
    } else {
        Err(ApiError::NotAuthorised)
    }
}

/// `GET /audit/run`: the run that goes on, or the last one of this process.
pub async fn look(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    allowed(&node, &headers, &READERS).await?;
    Ok(node.runs.with(|run| run.tell()))
}

/// `POST /audit/run`: starts one. While one goes on it is told instead, with 409.
pub async fn start(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let account = allowed(&node, &headers, &STARTERS).await?;
    let Some(verification) = node.verification.clone() else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let began_at = (node.clock)().to_string();
    let running = node.runs.with(|run| {
        let running = run.state() == "RUNNING";
        if !running {
            *run = Run { began_at: Some(began_at), account: Some(account), ..Run::default() };
        }
        running
    });
    if running {
        return Ok((StatusCode::CONFLICT, node.runs.with(|run| run.tell())).into_response());
    }
    let child = Command::new(&verification.program)
        .args(&verification.arguments)
        .envs(verification.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    match child {
        Ok(child) => {
            tokio::spawn(follow(node.clone(), child));
            Ok((StatusCode::ACCEPTED, node.runs.with(|run| run.tell())).into_response())
        }
        Err(error) => {
            node.runs.with(|run| *run = Run::default());
            Err(fault("start the verification", &error))
        }
    }
}

/// Follows a run to its end.
async fn follow(node: Arc<Node>, mut child: Child) {
    let report = child.stdout.take();
    let progress = child.stderr.take();
    let read = async {
        let mut text = Vec::new();
        match report {
            Some(mut report) => report.read_to_end(&mut text).await.map(|_| text).ok(),
            None => None,
        }
    };
    let count = async {
        let Some(progress) = progress else { return };
        let mut lines = BufReader::new(progress).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let said: Option<Value> = serde_json::from_str(&line).ok();
            if let Some((done, of)) = said.and_then(|said| Some((said["done"].as_u64()?, said["of"].as_u64()?))) {
                node.runs.with(|run| (run.done, run.of) = (done, of));
            }
        }
    };
    let (text, ()) = tokio::join!(read, count);
    let ended = child.wait().await;
    let report: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    if report.is_none() {
        tracing::error!(?ended, "audit.run_broke_off");
    }
    let ended_at = (node.clock)().to_string();
    node.runs.with(|run| {
        run.broken = report.is_none();
        run.report = report;
        run.ended_at = Some(ended_at);
    });
}

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
use domain::codes::Role;
use serde_json::{Value, json};
use signing::bytes::Instant;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::error::{ApiError, fault};
use crate::node::Node;
use crate::session;

/// Who may read a run: whoever supervises or audits the whole city. It names positions and checks, nothing of a person.
const READERS: [Role; 7] = [
    Role::CityAdmin,
    Role::CitySupervisor,
    Role::CityApprover,
    Role::AuditAdmin,
    Role::SecurityAdmin,
    Role::ExternalAuditor,
    Role::CdcReader,
];
/// Who may start one.
const STARTERS: [Role; 4] = [Role::CityAdmin, Role::CitySupervisor, Role::AuditAdmin, Role::ExternalAuditor];

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

/// The run that goes on, or the last one of this process.
#[derive(Debug, Default)]
pub(crate) struct LastRun(Mutex<Run>);

#[derive(Debug, Default)]
struct Run {
    began_at: Option<Instant>,
    ended_at: Option<Instant>,
    started_by: Option<Uuid>,
    done: u64,
    of: u64,
    /// What it found; a run that ended without a report broke off.
    report: Option<Value>,
}

impl Run {
    fn state(&self) -> &'static str {
        match (self.began_at, self.ended_at, &self.report) {
            (None, ..) => "NONE",
            (Some(_), None, _) => "RUNNING",
            (Some(_), Some(_), None) => "INCOMPLETE",
            (Some(_), Some(_), Some(report)) if report["findings"].as_array().is_some_and(Vec::is_empty) => "CLEAN",
            (Some(_), Some(_), Some(_)) => "FINDINGS",
        }
    }
}

impl LastRun {
    fn with<T>(&self, change: impl FnOnce(&mut Run) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self) -> Response {
        let body = self.with(|run| {
            json!({
                "state": run.state(), "began_at": run.began_at.map(|at| at.to_string()),
                "ended_at": run.ended_at.map(|at| at.to_string()), "started_by": run.started_by, "done": run.done,
                "of": run.of, "report": run.report,
            })
        });
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

async fn allowed(node: &Node, headers: &HeaderMap, roles: &[Role]) -> Result<Uuid, ApiError> {
    let viewer = session::authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)?;
    if roles.iter().any(|role| viewer.has_role(*role)) { Ok(viewer.account) } else { Err(ApiError::NotAuthorised) }
}

/// `GET /audit/run`: the run that goes on, or the last one of this process.
pub async fn look(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    allowed(&node, &headers, &READERS).await?;
    Ok(node.last_run.tell())
}

/// `POST /audit/run`: starts one. While one goes on it is told instead, with 409.
pub async fn start(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let account = allowed(&node, &headers, &STARTERS).await?;
    let Some(verification) = &node.verification else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let begun = Run { began_at: Some((node.clock)()), started_by: Some(account), ..Run::default() };
    let running = node.last_run.with(|run| {
        let running = run.state() == "RUNNING";
        if !running {
            *run = begun;
        }
        running
    });
    if running {
        return Ok((StatusCode::CONFLICT, node.last_run.tell()).into_response());
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
            Ok((StatusCode::ACCEPTED, node.last_run.tell()).into_response())
        }
        Err(error) => {
            node.last_run.with(|run| *run = Run::default());
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
                node.last_run.with(|run| (run.done, run.of) = (done, of));
            }
        }
    };
    let (text, ()) = tokio::join!(read, count);
    let ended = child.wait().await;
    let report: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    if report.is_none() {
        tracing::error!(?ended, "audit.run_broke_off");
    }
    let ended_at = (node.clock)();
    node.last_run.with(|run| (run.report, run.ended_at) = (report, Some(ended_at)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_what_is_known_of_it() {
        let now = Some(Instant::from_micros(1));
        assert_eq!(Run::default().state(), "NONE");
        assert_eq!(Run { began_at: now, ..Run::default() }.state(), "RUNNING");
        let ended = |report| Run { began_at: now, ended_at: now, report, ..Run::default() };
        assert_eq!(ended(None).state(), "INCOMPLETE");
        assert_eq!(ended(Some(json!({"findings": []}))).state(), "CLEAN");
        assert_eq!(ended(Some(json!({"findings": [{}]}))).state(), "FINDINGS");
        assert_eq!(ended(Some(json!({}))).state(), "FINDINGS", "a report that says nothing clears nothing");
    }
}

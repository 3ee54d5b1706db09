//! The people of a demonstration, who lend their keys to whoever tries it: `GET /demo/identities`, `GET /demo/keys/{account}`.
//!
//! Only a ledger whose environment is DEMONSTRATION has these addresses. Its people are made up and their keys worth nothing;
//! anywhere else no private key of a person is on the server at all.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::folder::Folder;

/// Most people of one answer.
const PAGE: usize = 100;

/// One of `demo/identities.json`.
#[derive(Deserialize, Serialize)]
struct Identity {
    role: String,
    account: Uuid,
    org: Option<Uuid>,
    area: Option<String>,
    name: String,
    #[serde(skip_serializing)]
    key_file: PathBuf,
}

/// Which of them are asked for.
#[derive(Deserialize)]
struct Asked {
    role: Option<String>,
    area: Option<String>,
    org: Option<Uuid>,
    /// Part of the name.
    q: Option<String>,
    first: Option<usize>,
}

/// The routes; none for a ledger that is no demonstration.
///
/// # Errors
/// When the list of a demonstration cannot be read.
pub fn router(folder: &Folder) -> anyhow::Result<Router> {
    let path = folder.at("demo/identities.json");
    if !folder.is_demonstration() || !path.exists() {
        return Ok(Router::new());
    }
    let people: Vec<Identity> = serde_json::from_slice(&std::fs::read(&path)?)
        .with_context(|| format!("{} 无法读取。It cannot be read.", path.display()))?;
    Ok(Router::new()
        .route("/demo/identities", get(identities))
        .route("/demo/keys/{account}", get(key))
        .with_state(Arc::new(people)))
}

async fn identities(State(people): State<Arc<Vec<Identity>>>, Query(asked): Query<Asked>) -> Response {
    let fits = |person: &&Identity| {
        asked.role.as_ref().is_none_or(|role| *role == person.role)
            && asked.area.as_ref().is_none_or(|area| person.area.as_ref() == Some(area))
            && asked.org.is_none_or(|org| person.org == Some(org))
            && asked.q.as_ref().is_none_or(|part| person.name.contains(part.as_str()))
    };
    let found: Vec<&Identity> = people.iter().filter(fits).take(asked.first.unwrap_or(PAGE).min(PAGE)).collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(found)).into_response()
}

async fn key(State(people): State<Arc<Vec<Identity>>>, Path(account): Path<Uuid>) -> Response {
    let Some(person) = people.iter().find(|person| person.account == account) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tokio::fs::read_to_string(&person.key_file).await {
        Ok(pem) => ([(header::CONTENT_TYPE, "application/x-pem-file"), (header::CACHE_CONTROL, "no-store")], pem)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "demonstration.key_unreadable");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

//! Attached files over HTTP: sent before they are filed, fetched by whoever may read their attachment.
//!
//! `PUT /files/{id}` stores a file under the id of the attachment that will file it; who may file it is decided when
//! that event is signed. A file about a person is named so by `?person=ID` and is encrypted under his key; it is only
//! fetched for a purpose, `?purpose=CODE`, and the look is written into the access log first, as for every sealed value.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use deadpool_postgres::Pool;
use domain::catalog::Kind;
use domain::file_codes::MediaType;
use schema::files::{Found, Head, NewFile};
use schema::uploads;
use serde::Deserialize;
use serde_json::json;
use signing::bytes::parse_uuid_v4;
use uuid::Uuid;

use crate::carried::{arrived, disposition, file_name};
use crate::error::{ApiError, unanswered};
use crate::node::Node;
use crate::private::{PURPOSES, Purpose};
use crate::scope::Viewer;
use crate::session;
use crate::submit::{Door, FILE_WAITS_US};

/// Longest file (`domain/codes.md` §18).
pub const BYTES_MAX: usize = domain::records::attachment::BYTES_MAX as usize;
/// Longest name of a file.
const NAME_MAX: usize = 200;
/// Most files of a round of tidying up.
const SWEPT_AT_ONCE: i64 = 1_000;
const DAY_US: i64 = 24 * 3_600_000_000;

/// What is asked for beside the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    person: Option<Uuid>,
    purpose: Option<String>,
}

/// `PUT /files/{id}`: 201 with what the attachment has to say of it; 409 when the id has another file.
pub async fn store(
    State(node): State<Arc<Node>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match stored(&node, &id, &asked, &headers, body).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn stored(node: &Node, id: &str, asked: &Asked, headers: &HeaderMap, body: Body) -> Result<Response, ApiError> {
    let viewer = session::authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)?;
    let id = parse_uuid_v4(id).ok_or(ApiError::Argument("id", "UUID v4"))?;
    // The body is read once there is room for it.
    let _turn = node.transfers.try_acquire().map_err(|_| ApiError::Busy)?;
    let content = arrived(headers, body, ("bodyBytes", BYTES_MAX)).await?;
    let Some(media) = MediaType::of(&content) else {
        let right = "PDF, JPEG, PNG 或 OFD · a PDF, JPEG, PNG or OFD file";
        return Err(ApiError::Argument("file", right));
    };
    let name = file_name(headers).filter(|name| name.chars().count() <= NAME_MAX);
    let right = "attachment; filename*=UTF-8''… (RFC 8187)";
    let name = name.ok_or(ApiError::Argument("Content-Disposition", right))?;
    if let Some(person) = asked.person {
        node.seen(&viewer, Kind::Person, person).await?.ok_or(ApiError::Argument("person", "a person you may see"))?;
    }
    let now = (node.clock)().micros();
    let most = [node.limits.files_per_day, node.limits.file_bytes_per_day].map(|most| most as i64);
    let noted =
        uploads::begin(&node.sessions, (viewer.account, id), content.len(), (now, now - DAY_US), (most[0], most[1]));
    if !noted.await.map_err(|error| unanswered("note a file", &error))? {
        return Err(ApiError::Limit { what: "filesPerDay", limit: node.limits.files_per_day });
    }
    let bytes = content.len();
    let sha256 = signing::bytes::Hash::of(&content);
    let file = NewFile { id, person: asked.person, media, name, account: viewer.account, at: now, content };
    if !node.door.files().put(file).await.map_err(|error| unanswered("store a file", &error))? {
        let body = "该编号已存有另一文件 / another file has this id\n";
        return Ok((StatusCode::CONFLICT, body).into_response());
    }
    let answer = json!({"id": id, "media": media.as_str(), "bytes": bytes, "sha256": sha256, "person": asked.person});
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response())
}

/// `GET /files/{id}`: the file that was filed, or 404; 410 when its person's data was erased.
pub async fn fetch(
    State(node): State<Arc<Node>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    match fetched(&node, &id, &asked, &headers).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn fetched(node: &Node, id: &str, asked: &Asked, headers: &HeaderMap) -> Result<Response, ApiError> {
    let viewer = session::authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)?;
    let _turn = node.transfers.try_acquire().map_err(|_| ApiError::Busy)?;
    let nothing = || (StatusCode::NOT_FOUND, "没有此文件 / no such file\n").into_response();
    let Some(id) = parse_uuid_v4(id) else { return Ok(nothing()) };
    let Some(row) = node.seen(&viewer, Kind::Attachment, id).await? else { return Ok(nothing()) };
    if row.json.get("person").is_some() {
        let purpose = asked.purpose.as_deref().and_then(|code| PURPOSES.iter().find(|known| known.code == code));
        let right = "查阅目的代码 · the code of a purpose: the file concerns a person";
        let purpose = *purpose.ok_or(ApiError::Argument("purpose", right))?;
        if !may_look(node, &viewer, &row.json, purpose).await? {
            return Ok(nothing());
        }
    }
    let gone = || (StatusCode::GONE, "该文件所涉个人信息已删除 / erased with its person's data\n").into_response();
    match node.door.files().get(id).await.map_err(|error| unanswered("read a file", &error))? {
        Found::Here((head, content)) => with_name(&head, content),
        Found::Absent => Ok(nothing()),
        Found::Erased => Ok(gone()),
    }
}

/// Writes the look down: the same as looking at the digest that the attachment seals.
async fn may_look(node: &Node, viewer: &Viewer, state: &serde_json::Value, purpose: Purpose) -> Result<bool, ApiError> {
    let sealed = &state["digest"];
    let event = sealed["event"].as_str().and_then(|event| event.parse::<Uuid>().ok());
    let (Some(event), Some(pointer)) = (event, sealed["pointer"].as_str()) else { return Ok(false) };
    Ok(node.unmask(viewer, event, pointer, purpose).await?.is_some())
}

fn with_name(head: &Head, content: Bytes) -> Result<Response, ApiError> {
    let media = head.media().map_err(|error| unanswered("read a file", &error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media.mime())),
        (header::CONTENT_DISPOSITION, disposition(&head.name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, content).into_response())
}

/// One round of tidying up: a file that waits longer than it may be filed, and a day more, is nobody's unless its
/// attachment is there. Returns how many were removed.
///
/// # Errors
/// When the database or the store does not answer; the next round goes on where this one ended.
pub async fn sweep(door: &Door, pool: &Pool) -> Result<usize, schema::Error> {
    let before = door.now().micros() - FILE_WAITS_US - DAY_US;
    let mut removed = 0;
    for id in uploads::sent_before(pool, before, SWEPT_AT_ONCE).await? {
        if door.log().stream(Kind::Attachment.as_str(), id).await?.is_empty() {
            door.files().remove(id).await?;
            removed += 1;
        }
        uploads::forget(pool, id).await?;
    }
    Ok(removed)
}

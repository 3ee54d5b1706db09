//! `/imports`: a file in, its marked copy out. GraphQL takes no files, and a spreadsheet in base64 would be a third larger.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::Check;
use crate::carried::{arrived, disposition, file_name};
use crate::error::{ApiError, fault};
use crate::import::read_doses;
use crate::node::Node;
use crate::scope::Viewer;
use crate::session::authenticate;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `POST /imports`: the file as body, its name in `Content-Disposition`.
///
/// # Errors
/// [`ApiError`]: without a session, of no laboratory, too large, no spreadsheet, too many.
pub async fn bring(State(node): State<Arc<Node>>, headers: HeaderMap, request: Request) -> Result<Response, ApiError> {
    let viewer = reader(&node, &headers).await?;
    super::laboratory(&viewer)?;
    let name = file_name(&headers);
    let _arriving = node.imports.arriving.try_acquire().map_err(|_| ApiError::Busy)?;
    let bytes = arrived(&headers, request.into_body(), ("importBytes", node.limits.import_bytes)).await?;
    let job = node.keep_import(&viewer, name.as_deref().unwrap_or("未命名"), bytes.into()).await?;
    let place = format!("/imports/{}", job.brought.id);
    let place = HeaderValue::from_str(&place).map_err(|error| fault("name a file", &error))?;
    let body = serde_json::json!({"id": job.brought.id, "fileName": job.settings.file_name, "size": job.brought.size});
    Ok((StatusCode::CREATED, [(header::LOCATION, place), no_store()], Json(body)).into_response())
}

/// `GET /imports/{id}/annotated`: the sheet again with every problem marked.
///
/// # Errors
/// [`ApiError`]; busy while the file is being judged.
pub async fn annotated(
    State(node): State<Arc<Node>>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let viewer = reader(&node, &headers).await?;
    let Some(job) = node.import(&viewer, id).await? else {
        return Ok((StatusCode::NOT_FOUND, [no_store()]).into_response());
    };
    let Check::Done(checked) = node.check_import(&viewer, &job).await? else { return Err(ApiError::Busy) };
    if let Some(unreadable) = &checked.unreadable {
        return Err(ApiError::Unreadable(unreadable.clone()));
    }
    let bytes = node.import_bytes(viewer.account, id).await?;
    let mapping = job.settings.columns();
    let marked = move || -> Result<Vec<u8>, ApiError> {
        let mut sheet = read_doses(&bytes, &mapping).map_err(ApiError::Unreadable)?;
        sheet.annotated(&checked.problems).map_err(|error| fault("mark a file", &error))
    };
    let copy = node.imports.apart(marked).await??;
    let name = job.settings.file_name.trim_end_matches(".xlsx").trim_end_matches(".csv");
    let disposition = disposition(&format!("{name}-错误标注.xlsx"));
    let told = [(header::CONTENT_TYPE, HeaderValue::from_static(XLSX)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((told, [no_store()], copy).into_response())
}

async fn reader(node: &Node, headers: &HeaderMap) -> Result<Viewer, ApiError> {
    authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)
}

fn no_store() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

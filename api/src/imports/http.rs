//! `/imports`: a file in, its marked copy out. GraphQL takes no files, and a spreadsheet in base64 would be a third larger.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::Check;
use crate::error::{ApiError, fault};
use crate::import::read_doses;
use crate::node::Node;
use crate::scope::Viewer;
use crate::session::authenticate;

/// A file that is not here by then is not waited for.
const ARRIVES_WITHIN: Duration = Duration::from_secs(120);
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `POST /imports`: the file as body, its name in `Content-Disposition`.
///
/// # Errors
/// [`ApiError`]: without a session, of no laboratory, too large, no spreadsheet, too many.
pub async fn bring(State(node): State<Arc<Node>>, headers: HeaderMap, request: Request) -> Result<Response, ApiError> {
    let viewer = reader(&node, &headers).await?;
    super::laboratory(&viewer)?;
    let most = node.limits.import_bytes;
    let too_large = ApiError::Limit { what: "importBytes", limit: most };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > most) {
        return Err(too_large);
    }
    let name = headers.get(header::CONTENT_DISPOSITION).and_then(|value| value.to_str().ok()).and_then(file_name);
    let _arriving = node.imports.arriving.try_acquire().map_err(|_| ApiError::Busy)?;
    let body = tokio::time::timeout(ARRIVES_WITHIN, axum::body::to_bytes(request.into_body(), most)).await;
    let whole = ApiError::Argument("body", "a file that arrives whole and in time");
    let bytes = match body {
        Ok(Ok(bytes)) if !bytes.is_empty() => bytes,
        // Without a length it is seen only on the way.
        Ok(Err(error)) if is_length_limit(&error) => return Err(too_large),
        _ => return Err(whole),
    };
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
        let sheet = read_doses(&bytes, &mapping).map_err(ApiError::Unreadable)?;
        sheet.annotated(&checked.problems).map_err(|error| fault("mark a file", &error))
    };
    let copy = node.imports.apart(marked).await??;
    let name = job.settings.file_name.trim_end_matches(".xlsx").trim_end_matches(".csv");
    let disposition = format!("attachment; filename*=UTF-8''{}", percent_encode(&format!("{name}-错误标注.xlsx")));
    let disposition = HeaderValue::from_str(&disposition).map_err(|error| fault("name a file", &error))?;
    let told = [(header::CONTENT_TYPE, HeaderValue::from_static(XLSX)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((told, [no_store()], copy).into_response())
}

async fn reader(node: &Node, headers: &HeaderMap) -> Result<Viewer, ApiError> {
    authenticate(node, headers).await?.ok_or(ApiError::Unauthenticated)
}

fn no_store() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("length limit") {
            return true;
        }
        source = error.source();
    }
    false
}

/// The name in a `Content-Disposition` (RFC 6266, RFC 8187): `filename*` in UTF-8, else `filename`. Without folders, and
/// without what a terminal or a page could take for more than a name.
fn file_name(disposition: &str) -> Option<String> {
    let mut plain = None;
    let mut extended = None;
    for parameter in disposition.split(';').skip(1) {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let mut parts = value.splitn(3, '\'');
                let utf_8 = parts.next().is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"));
                extended = parts.nth(1).filter(|_| utf_8).and_then(percent_decode);
            }
            "filename" => plain = Some(value.trim_matches('"').to_owned()),
            _ => {}
        }
    }
    let name = extended.or(plain)?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// A plus is a plus here, other than in a query string.
fn percent_decode(text: &str) -> Option<String> {
    crate::http::percent_decode(&text.replace('+', "%2B"))
}

fn percent_encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_nothing_more() {
        let cases = [
            ("attachment; filename*=UTF-8''%E5%89%82%E9%87%8F.xlsx", Some("剂量.xlsx")),
            ("attachment; filename=\"plain.csv\"; filename*=utf-8'zh'%E7%94%B2.csv", Some("甲.csv")),
            ("attachment; filename=\"C:\\secret\\a.csv\"", Some("a.csv")),
            ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", Some("passwd")),
            ("attachment; filename*=UTF-8''a%0D%0Ab.csv", Some("ab.csv")),
            ("attachment; filename*=UTF-8''%FF", None),
            ("attachment; filename*=GBK''%B0%A1", None),
            ("attachment", None),
            ("attachment; filename=\"\"", None),
        ];
        for (text, name) in cases {
            assert_eq!(file_name(text).as_deref(), name, "{text}");
        }
        assert_eq!(percent_decode(&percent_encode("甲 乙'.xlsx")).as_deref(), Some("甲 乙'.xlsx"));
    }
}

//! GraphQL over HTTP, thin and by the specification, and the small pages beside it.
//!
//! Media types `application/graphql-response+json` and `application/json`; writes by POST with a JSON body only; a
//! document that cannot run answers 400 under the first type and 200 under the second; no multipart, no batches.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response as Answer, Variables};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};

use crate::engine::Engine;
use crate::error::{ApiError, fault};
use crate::limits::Limits;
use crate::node::Node;
use crate::{audit, files, imports, pages, portal, session, ws};

/// Everything that a node answers over HTTP.
pub fn router(node: Arc<Node>) -> Router {
    let engine = Engine::new(node.clone());
    let mut router = Router::new()
        .route("/graphql", any(graphql))
        .route("/graphql/ws", get(ws::upgrade))
        .with_state(engine)
        .merge(
            Router::new()
                .route("/session", get(session::challenge).post(session::login).delete(session::logout))
                .with_state(node.clone()),
        )
        .merge(
            Router::new()
                .route("/readyz", get(pages::ready))
                .route("/metrics", get(pages::metrics))
                .with_state(node.clone()),
        )
        .merge(
            Router::new()
                .route("/imports", post(imports::http::bring))
                .route("/imports/{id}/annotated", get(imports::http::annotated))
                .with_state(node.clone()),
        )
        .merge(Router::new().route("/audit/run", get(audit::look).post(audit::start)).with_state(node.clone()))
        .route("/healthz", get(|| async { "ok\n" }))
        .merge(Router::new().route("/files/{*id}", get(files::fetch).put(files::store)).with_state(node.clone()))
        .merge(node.beside.clone());
    if node.graphiql {
        router =
            router.route("/graphiql", get(pages::explorer)).route("/graphiql/explorer.js", get(pages::explorer_script));
    }
    router.fallback(portal::portal).layer(DefaultBodyLimit::max(node.limits.body_bytes)).layer(map_response(headers))
}

/// Headers that every answer carries unless it says otherwise.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

async fn headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The two media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Graphql,
    Json,
}

impl Media {
    fn header(self) -> &'static str {
        match self {
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// Status of an answer without data: its document could not run.
    fn refused(self) -> StatusCode {
        if self == Self::Graphql { StatusCode::BAD_REQUEST } else { StatusCode::OK }
    }
}

async fn graphql(
    State(engine): State<Engine>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    request: axum::extract::Request,
) -> Response {
    let Some(media) = accepted(&headers) else {
        return (StatusCode::NOT_ACCEPTABLE, "application/graphql-response+json, application/json\n").into_response();
    };
    let parsed = match method {
        Method::GET => read_get(&uri),
        Method::POST => read_post(&engine.node.limits, &headers, request).await,
        _ => return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]).into_response(),
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(Unread::Media) => {
            return (StatusCode::UNSUPPORTED_MEDIA_TYPE, [(header::ACCEPT, "application/json")]).into_response();
        }
        Err(Unread::Bad(error)) => return reply(media, error.status(), error.graphql_body()),
    };
    let viewer = match session::authenticate(&engine.node, &headers).await {
        Ok(viewer) => viewer,
        Err(error) => {
            let mut response = reply(media, error.status(), error.graphql_body());
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
    };
    let (parsed, operation) = match engine.admit(parsed) {
        Ok(admitted) => admitted,
        Err(error) => return reply(media, media.refused(), error.graphql_body()),
    };
    match operation {
        Some(OperationType::Query) | None => {}
        Some(OperationType::Mutation) if method == Method::GET => {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
        }
        Some(OperationType::Mutation) => {}
        Some(OperationType::Subscription) => {
            return reply(
                media,
                media.refused(),
                ApiError::Argument("query", "subscriptions go over /graphql/ws").graphql_body(),
            );
        }
    }
    answer(media, engine.answer(parsed, operation, viewer).await)
}

/// A request error has no place in the answer, so it has no path; then there is no `data` at all.
fn answer(media: Media, answer: Answer) -> Response {
    let refused = answer.data == async_graphql::Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    let body = if refused {
        serde_json::to_vec(&serde_json::json!({"errors": answer.errors}))
    } else {
        serde_json::to_vec(&answer)
    };
    match body {
        Ok(body) => reply(media, if refused { media.refused() } else { StatusCode::OK }, body),
        Err(error) => fault("write an answer", &error).into_response(),
    }
}

fn reply(media: Media, status: StatusCode, body: Vec<u8>) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, media.header()),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "Accept, Authorization"),
        ],
        body,
    )
        .into_response()
}

/// The media type that a client wants most; none when it wants none of ours.
fn accepted(headers: &HeaderMap) -> Option<Media> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Media::Graphql);
    }
    let ranges =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    let mut best: Option<(u32, Media)> = None;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let media = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/graphql-response+json" | "*/*" | "application/*" => Media::Graphql,
            "application/json" => Media::Json,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok()).unwrap_or(1.0);
        // Thousandths, as the header counts.
        let quality = (quality.clamp(0.0, 1.0) * 1000.0) as u32;
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, media));
        }
    }
    best.map(|(_, media)| media)
}

enum Unread {
    Media,
    Bad(ApiError),
}

impl From<ApiError> for Unread {
    fn from(error: ApiError) -> Self {
        Self::Bad(error)
    }
}

async fn read_post(limits: &Limits, headers: &HeaderMap, request: axum::extract::Request) -> Result<Request, Unread> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = media.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().as_deref() == Some("application/json");
    if !json
        || parts.any(|part| part.strip_prefix("charset=").is_some_and(|charset| charset.trim_matches('"') != "utf-8"))
    {
        return Err(Unread::Media);
    }
    let whole = ApiError::Argument("body", "a request body that arrives whole and in time");
    let body = match tokio::time::timeout(limits.request, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(ApiError::Limit { what: "bodyBytes", limit: limits.body_bytes }.into());
        }
        Ok(Err(_)) | Err(_) => return Err(whole.into()),
    };
    let parsed: Parameters = serde_json::from_slice(&body).map_err(|error| ApiError::Document(error.to_string()))?;
    Ok(parsed.into_request()?)
}

fn read_get(uri: &Uri) -> Result<Request, Unread> {
    let mut parameters = Parameters::default();
    for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode(value).ok_or(ApiError::Argument("query", "percent-encoded UTF-8"))?;
        match name {
            "query" => parameters.query = Some(value),
            "documentId" => parameters.document_id = Some(value),
            "operationName" if !value.is_empty() => parameters.operation_name = Some(value),
            "variables" if !value.is_empty() => {
                parameters.variables =
                    Some(serde_json::from_str(&value).map_err(|_| ApiError::Argument("variables", "a JSON object"))?);
            }
            "extensions" if !value.is_empty() => {
                parameters.extensions =
                    Some(serde_json::from_str(&value).map_err(|_| ApiError::Argument("extensions", "a JSON object"))?);
            }
            _ => {}
        }
    }
    Ok(parameters.into_request()?)
}

/// `application/x-www-form-urlencoded` as a query string is written.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The parameters of a GraphQL request. Members that we do not know are ignored, as the specification wants.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    /// Names a document that this program carries, in place of `query` (GraphQL over HTTP, appendix on persisted documents).
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Value>,
    extensions: Option<serde_json::Value>,
}

impl Parameters {
    fn into_request(self) -> Result<Request, ApiError> {
        let query = match (self.query, self.document_id) {
            (Some(query), None) => query,
            (None, Some(id)) => portal::document(&id)
                .ok_or(ApiError::Argument("documentId", "the id of a document that this program carries"))?
                .to_owned(),
            _ => return Err(ApiError::Argument("query", "the text of a document")),
        };
        let object =
            |value: &Option<serde_json::Value>| value.as_ref().is_none_or(|value| value.is_object() || value.is_null());
        if !object(&self.variables) {
            return Err(ApiError::Argument("variables", "a JSON object"));
        }
        if !object(&self.extensions) {
            return Err(ApiError::Argument("extensions", "a JSON object"));
        }
        let mut request = Request::new(query).variables(self.variables.map(Variables::from_json).unwrap_or_default());
        request.operation_name = self.operation_name.filter(|name| !name.is_empty());
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(text: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        if !text.is_empty() {
            headers.insert(header::ACCEPT, text.parse().expect("a header"));
        }
        accepted(&headers)
    }

    #[test]
    fn accept_is_honoured() {
        assert_eq!(accept(""), Some(Media::Graphql));
        assert_eq!(accept("*/*"), Some(Media::Graphql));
        assert_eq!(accept("application/json"), Some(Media::Json));
        assert_eq!(accept("application/json;q=0.5, application/graphql-response+json"), Some(Media::Graphql));
        assert_eq!(accept("application/graphql-response+json;q=0.1, application/json;q=0.9"), Some(Media::Json));
        assert_eq!(accept("text/html"), None);
        assert_eq!(accept("application/json;q=0"), None);
    }

    #[test]
    fn query_strings_are_decoded() {
        assert_eq!(percent_decode("a+b%20%E4%B8%AD"), Some("a b 中".into()));
        assert_eq!(percent_decode("%f"), None);
        assert_eq!(percent_decode("%ff"), None);
        assert_eq!(percent_decode("%zz"), None);
    }
}

//! The small pages: readiness, figures, the page that says where things are, and the explorer when it is enabled.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::node::Node;

const HTML: (HeaderName, &str) = (header::CONTENT_TYPE, "text/html; charset=utf-8");
const PLAIN: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");

/// `/readyz`: 200 once questions can be answered; it says when another process has taken over and nothing is appended
/// here any more.
pub async fn ready(State(node): State<Arc<Node>>) -> Response {
    match node.ping().await {
        Ok(true) => "ready\n".into_response(),
        Ok(false) => "ready, read only\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// `/metrics`: the figures that an operator watches, as text.
pub async fn metrics(State(node): State<Arc<Node>>) -> Response {
    let (size, published, read) = (node.durable(), node.published(), node.projected());
    let figures: [(&str, &str, u64); 6] = [
        ("radledger_events", "Durable events.", size),
        ("radledger_published_events", "Events under a published checkpoint.", published),
        ("radledger_read_events", "Events in the read model.", read),
        ("radledger_publish_lag_events", "Events that wait for a checkpoint.", size.saturating_sub(published)),
        ("radledger_read_lag_events", "Events that wait for the read model.", size.saturating_sub(read)),
        ("radledger_append_queue_units", "Units that wait for the appender.", node.door.waiting() as u64),
    ];
    let mut text = String::new();
    for (name, help, value) in figures {
        // Writing into a string does not fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}

/// Nothing here.
pub async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [PLAIN], "没有此内容 / not found\n").into_response()
}

const STYLE: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
);

/// In place of the portal, when the program was built without it: a page that says where things are.
pub fn without_portal(status: StatusCode) -> Response {
    (status, [HTML, STYLE], include_str!("pages/index.html")).into_response()
}

const EXPLORER: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// `/graphiql`: ask by hand, without anything from elsewhere.
pub async fn explorer() -> Response {
    ([HTML, EXPLORER], include_str!("pages/explorer.html")).into_response()
}

/// Its script.
pub async fn explorer_script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("pages/explorer.js")).into_response()
}

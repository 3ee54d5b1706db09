//! Where the gateway delivers its reports: `POST /callbacks/sms/{token}`.
//!
//! The vendor does not sign them. The address holds a secret that only the vendor was given, and a report counts only for a
//! message that stands at `SENT` under its serial and id. What is not known to have gone yet is answered so that the vendor
//! sends it again.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::aliyun::reports;
use super::outbox::Outbox;

/// Largest body of a callback, in bytes.
const BODY_MAX: usize = 512 * 1024;

struct Receiver {
    outbox: Arc<Outbox>,
    /// SHA-256 of the secret of the address: digests are compared, so that time tells nothing of it.
    token: [u8; 32],
}

/// The route of the callbacks.
pub fn router(outbox: Arc<Outbox>, token: &str) -> Router {
    let receiver = Arc::new(Receiver { outbox, token: Sha256::digest(token.as_bytes()).into() });
    Router::new()
        .route("/callbacks/sms/{token}", post(receive))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(receiver)
}

async fn receive(State(receiver): State<Arc<Receiver>>, Path(token): Path<String>, body: Bytes) -> Response {
    if <[u8; 32]>::from(Sha256::digest(token.as_bytes())) != receiver.token {
        return StatusCode::NOT_FOUND.into_response();
    }
    let reports = match reports(&body) {
        Ok(reports) => reports,
        Err(error) => {
            tracing::warn!(%error, "sms.bad_callback");
            return (StatusCode::BAD_REQUEST, Json(json!({"code": 1, "msg": "malformed"}))).into_response();
        }
    };
    let mut all = true;
    for report in &reports {
        match receiver.outbox.receipt(report).await {
            Ok(heard) => all &= heard,
            Err(error) => {
                tracing::warn!(?error, "sms.receipt_failed");
                all = false;
            }
        }
    }
    if all {
        Json(json!({"code": 0, "msg": "成功"})).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"code": 2, "msg": "again"}))).into_response()
    }
}

//! Login by key: a challenge, a signed answer, a bearer token.
//!
//! The challenge is 8 bytes of time, 8 random bytes and their MAC, so that nothing is kept until somebody answers.
//! The answer is an envelope of the session type, verified as strictly as a statement: our ledger, our audience, a
//! nonce that we made at most two minutes ago, an expiry within that time, and a key that is active now. A nonce
//! works once: the session's row holds it under a unique constraint. Tokens are stored hashed; a session ends when
//! its time is over, when it is ended, or when its key or account stops being active.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::record::KeyClass;
use hmac::{Hmac, KeyInit, Mac};
use schema::error::answered;
use sha2::{Digest, Sha256};
use signing::bytes::{Instant, b64url, b64url_decode};
use signing::envelope::{Envelope, PayloadType};
use signing::keys::Session as SessionClaims;

use crate::error::{ApiError, fault, unanswered};
use crate::node::Node;
use crate::scope::Viewer;

const NONCE_BYTES: usize = 32;
/// The client's clock may be this far ahead of ours.
const CLOCK_SLACK_US: i64 = 5_000_000;

/// `GET /session`: what to sign.
pub async fn challenge(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let now = (node.clock)();
    let expires_at = now.plus_micros(micros(node.limits.challenge));
    let body = serde_json::json!({
        "payload_type": PayloadType::Session.as_str(),
        "ledger": node.ledger(),
        "audience": audience(&node, &headers),
        "nonce": b64url(&nonce(&node.session_secret, now)?),
        "expires_at": expires_at.to_string(),
        "purpose": "login",
    });
    Ok((no_store(), axum::Json(body)).into_response())
}

/// `POST /session`: the signed answer, for a token.
pub async fn login(State(node): State<Arc<Node>>, body: axum::body::Bytes) -> Result<Response, ApiError> {
    let now = (node.clock)();
    let envelope = Envelope::read_bytes(&body).map_err(|_| ApiError::Login("bad_envelope", ""))?;
    if envelope.payload_type != PayloadType::Session {
        return Err(ApiError::Login("bad_payload_type", ""));
    }
    let claims = SessionClaims::read(&envelope.payload).ok_or(ApiError::Login("bad_payload", ""))?;
    if claims.key != envelope.key {
        return Err(ApiError::Login("signer_mismatch", "/key"));
    }
    let owner = node.door.owner(claims.key).await?.ok_or(ApiError::Login("unknown_key", "/key"))?;
    if !owner.key.verify_payload(PayloadType::Session, &envelope.payload, &envelope.signature) {
        return Err(ApiError::Login("bad_signature", ""));
    }
    if owner.account != claims.account {
        return Err(ApiError::Login("signer_mismatch", "/account"));
    }
    if claims.ledger != node.ledger() {
        return Err(ApiError::Login("wrong_ledger", "/ledger"));
    }
    if !node.audiences.contains(&claims.audience) {
        return Err(ApiError::Login("wrong_audience", "/audience"));
    }
    let challenge = node.limits.challenge;
    if claims.expires_at <= now || claims.expires_at > now.plus_micros(micros(challenge) + CLOCK_SLACK_US) {
        return Err(ApiError::Login("expired", "/expires_at"));
    }
    let made_at = nonce_time(&node.session_secret, &claims.nonce).ok_or(ApiError::Login("bad_nonce", "/nonce"))?;
    if made_at > now.plus_micros(CLOCK_SLACK_US) || made_at.plus_micros(micros(challenge)) <= now {
        return Err(ApiError::Login("expired", "/nonce"));
    }
    let viewer = viewer(&node, claims.account, claims.key, owner.class, [0; 32]).await?;
    if !viewer.is_active() {
        return Err(ApiError::Login("key_not_active", "/key"));
    }
    let mut token = [0; 32];
    getrandom::fill(&mut token).map_err(|error| fault("token", &error))?;
    let expires_at = now.plus_micros(micros(node.limits.session));
    let session = schema::sessions::Session {
        token_hash: Sha256::digest(token).into(),
        nonce: claims.nonce.to_vec(),
        account: claims.account,
        key: claims.key.0,
        created_at: now.micros(),
        expires_at: expires_at.micros(),
    };
    if !answered(schema::sessions::start(&node.sessions, &session))
        .await
        .map_err(|error| unanswered("start session", &error))?
    {
        return Err(ApiError::Login("nonce_used", "/nonce"));
    }
    let body = serde_json::json!({
        "token": b64url(&token),
        "account": claims.account,
        "key": claims.key,
        "expires_at": expires_at.to_string(),
        "roles": viewer.roles(),
    });
    Ok((no_store(), axum::Json(body)).into_response())
}

/// `DELETE /session`: ends the session of the token.
pub async fn logout(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let token = bearer(&headers)?.ok_or(ApiError::Unauthenticated)?;
    let hash: [u8; 32] = Sha256::digest(token).into();
    let keep_until = (node.clock)().plus_micros(2 * micros(node.limits.challenge)).micros();
    node.live_sessions.remove(&hash);
    let ended = answered(schema::sessions::end(&node.sessions, &hash, keep_until))
        .await
        .map_err(|error| unanswered("end session", &error))?;
    if ended { Ok((StatusCode::NO_CONTENT, no_store()).into_response()) } else { Err(ApiError::Unauthenticated) }
}

/// The reader behind the `Authorization` header; none without one.
///
/// # Errors
/// [`ApiError::Unauthenticated`] when the header is there and does not name a live session.
pub async fn authenticate(node: &Node, headers: &HeaderMap) -> Result<Option<Viewer>, ApiError> {
    match bearer(headers)? {
        Some(token) => by_token(node, &token).await.map(Some),
        None => Ok(None),
    }
}

/// The reader of a token as text, as `connection_init` carries it.
///
/// # Errors
/// [`ApiError::Unauthenticated`].
pub async fn by_token_text(node: &Node, text: &str) -> Result<Viewer, ApiError> {
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    let token: [u8; 32] =
        b64url_decode(text).and_then(|bytes| bytes.try_into().ok()).ok_or(ApiError::Unauthenticated)?;
    by_token(node, &token).await
}

async fn by_token(node: &Node, token: &[u8; 32]) -> Result<Viewer, ApiError> {
    by_hash(node, Sha256::digest(token).into()).await
}

/// The reader of a session as it is now; a subscription asks again while it lives.
///
/// # Errors
/// [`ApiError::Unauthenticated`] when the session has ended or its key is no longer active.
pub async fn by_hash(node: &Node, token_hash: [u8; 32]) -> Result<Viewer, ApiError> {
    let now = (node.clock)().micros();
    let found = match node.live_sessions.get(&token_hash) {
        // A few seconds of memory spare the database a query per request; an ended session lives on no longer.
        Some(kept) if now < kept.1 => Some(kept.0),
        _ => {
            let found = answered(schema::sessions::find(&node.sessions, &token_hash, now))
                .await
                .map_err(|error| unanswered("find session", &error))?;
            if let Some(session) = &found {
                let kept =
                    crate::node::KeptSession { account: session.account, key: signing::bytes::KeyId(session.key) };
                node.live_sessions.insert(token_hash, (kept, session.expires_at.min(now + 2_000_000)));
                Some(kept)
            } else {
                node.live_sessions.remove(&token_hash);
                None
            }
        }
    };
    let session = found.ok_or(ApiError::Unauthenticated)?;
    let owner = node.door.owner(session.key).await?.ok_or(ApiError::Unauthenticated)?;
    let viewer = viewer(node, session.account, session.key, owner.class, token_hash).await?;
    if viewer.is_active() { Ok(viewer) } else { Err(ApiError::Unauthenticated) }
}

async fn viewer(
    node: &Node,
    account: uuid::Uuid,
    key: signing::bytes::KeyId,
    class: KeyClass,
    token_hash: [u8; 32],
) -> Result<Viewer, ApiError> {
    let authority = node.door.authority(account).await?;
    let day = (node.clock)().civil_day();
    let policy = domain::admission::policy_in_force(&*node.door.in_force().await?, day);
    let viewer = Viewer::new(account, key, token_hash, class, authority, policy, day);
    if !viewer.is_worker() {
        return Ok(viewer);
    }
    let person = node.reader.person_of(account).await.map_err(|error| unanswered("find a worker's file", &error))?;
    Ok(viewer.being(person))
}

fn bearer(headers: &HeaderMap) -> Result<Option<[u8; 32]>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).and_then(b64url_decode);
    token.and_then(|bytes| bytes.try_into().ok()).map(Some).ok_or(ApiError::Unauthenticated)
}

/// The audience to put into the answer: the one by which the client came, when it is one of ours.
fn audience<'a>(node: &'a Node, headers: &HeaderMap) -> &'a str {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let came_by = node
        .audiences
        .iter()
        .find(|known| host.is_some_and(|host| known.split_once("://").is_some_and(|(_, known)| known == host)));
    came_by.or(node.audiences.first()).map_or("", String::as_str)
}

fn nonce(secret: &[u8; 32], now: Instant) -> Result<[u8; NONCE_BYTES], ApiError> {
    let mut nonce = [0; NONCE_BYTES];
    nonce[..8].copy_from_slice(&now.micros().to_be_bytes());
    getrandom::fill(&mut nonce[8..16]).map_err(|error| fault("nonce", &error))?;
    let tag = mac(secret, &nonce[..16]).finalize().into_bytes();
    nonce[16..].copy_from_slice(&tag[..16]);
    Ok(nonce)
}

fn nonce_time(secret: &[u8; 32], nonce: &[u8; NONCE_BYTES]) -> Option<Instant> {
    mac(secret, &nonce[..16]).verify_truncated_left(&nonce[16..]).ok()?;
    let time: [u8; 8] = nonce[..8].try_into().expect("eight of thirty-two bytes");
    Some(Instant::from_micros(i64::from_be_bytes(time)))
}

fn mac(secret: &[u8; 32], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(b"radledger-session-nonce-v1\0");
    mac.update(message);
    mac
}

fn micros(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_ours_or_is_none() {
        let now = Instant::from_micros(1_790_000_000_000_000);
        let secret = [7; 32];
        let made = nonce(&secret, now).expect("random bytes");
        assert_eq!(nonce_time(&secret, &made), Some(now));
        assert_eq!(nonce_time(&[8; 32], &made), None);
        for at in 0..NONCE_BYTES {
            let mut other = made;
            other[at] ^= 1;
            assert_eq!(nonce_time(&secret, &other), None, "byte {at}");
        }
    }
}

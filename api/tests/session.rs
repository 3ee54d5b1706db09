//! Login by key: what is accepted, and every way in which it is not.

mod support;

use serde_json::{Value as Json, json};
use signing::keys::{SigningKey, demo_seed};
use support::serve_city;

const VIEWER: &str = "{ viewer { account key roles } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_challenge_is_a_session_until_it_ends() {
    let (server, city) = serve_city(1).await;
    let who = city.person("I_RPO");
    let body = server.answer(who.account, &who.key, |_| {}).await;
    let (status, answer) = server.post_session(body.clone()).await;
    assert_eq!((status, answer["account"].clone()), (200, json!(who.account)));
    assert_eq!(answer["roles"], json!(["I_RPO"]));
    let token = answer["token"].as_str().expect("a token");
    assert_eq!(server.data(token, VIEWER, json!({})).await["viewer"]["roles"], json!(["I_RPO"]));

    let (status, again) = server.post_session(body.clone()).await;
    assert_eq!((status, reason(&again)), (401, "nonce_used"), "a challenge is answered once");

    let end = || server.http.delete(format!("{}/session", server.url)).bearer_auth(token).send();
    assert_eq!(end().await.expect("an answer").status(), 204);
    assert_eq!(end().await.expect("an answer").status(), 401, "it has ended");
    let after = server
        .http
        .post(format!("{}/graphql", server.url))
        .bearer_auth(token)
        .json(&json!({"query": VIEWER}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(after.status(), 401);
    assert_eq!(after.headers()["www-authenticate"], "Bearer");
    let (status, again) = server.post_session(body).await;
    assert_eq!((status, reason(&again)), (401, "nonce_used"), "nor does an ended session free its nonce");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_not_logging_in() {
    let (server, city) = serve_city(2).await;
    let who = city.person("T_SUP");
    let stranger = SigningKey::from_seed(demo_seed(9_999));
    let refused = |body: Vec<u8>| async { server.post_session(body).await };

    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("unknown_key", "/key", server.answer(who.account, &stranger, |_| {}).await),
        ("signer_mismatch", "/account", server.answer(city.person("T_ADMIN").account, &who.key, |_| {}).await),
        (
            "wrong_audience",
            "/audience",
            server.answer(who.account, &who.key, |s| s.audience = "http://127.0.0.1:1".into()).await,
        ),
        ("wrong_ledger", "/ledger", server.answer(who.account, &who.key, |s| s.ledger.0[0] ^= 1).await),
        ("bad_nonce", "/nonce", server.answer(who.account, &who.key, |s| s.nonce[9] ^= 1).await),
        ("bad_nonce", "/nonce", server.answer(who.account, &who.key, |s| s.nonce[31] ^= 1).await),
        (
            "expired",
            "/expires_at",
            server.answer(who.account, &who.key, |s| s.expires_at = s.expires_at.plus_micros(200_000_000)).await,
        ),
        (
            "expired",
            "/expires_at",
            server.answer(who.account, &who.key, |s| s.expires_at = s.expires_at.plus_micros(-200_000_000)).await,
        ),
        ("bad_envelope", "", b"{}".to_vec()),
        ("bad_envelope", "", b"not json".to_vec()),
    ];
    for (expected, pointer, body) in cases {
        let (status, answer) = refused(body).await;
        assert_eq!((status, reason(&answer)), (401, expected), "{answer}");
        assert_eq!(answer["error"]["extensions"]["pointer"], pointer, "{answer}");
    }

    // A signature of another type is never taken for a login, nor one with a flipped bit.
    let good = server.answer(who.account, &who.key, |_| {}).await;
    let mut envelope: Json = serde_json::from_slice(&good).expect("JSON");
    envelope["payloadType"] = json!("application/vnd.radledger.event+json");
    let (status, answer) = refused(envelope.to_string().into_bytes()).await;
    assert_eq!((status, reason(&answer)), (401, "bad_payload_type"));
    let mut signature =
        signing::bytes::b64_decode(envelope["signatures"][0]["sig"].as_str().expect("a signature")).expect("base64");
    signature[3] ^= 1;
    envelope["payloadType"] = json!("application/vnd.radledger.session+json");
    envelope["signatures"][0]["sig"] = json!(signing::bytes::b64(&signature));
    let (status, answer) = refused(envelope.to_string().into_bytes()).await;
    assert_eq!((status, reason(&answer)), (401, "bad_signature"));

    // Two minutes later the same good answer is too late.
    server.set_now(server.now().plus_micros(121_000_000));
    let (status, answer) = refused(good).await;
    assert_eq!((status, reason(&answer)), (401, "expired"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_time_and_with_its_key() {
    let (server, mut city) = serve_city(3).await;
    let who = city.person("I_RPO");
    let token = server.login(&who).await;
    let asks = || async {
        server
            .http
            .post(format!("{}/graphql", server.url))
            .bearer_auth(&token)
            .json(&json!({"query": VIEWER}))
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16()
    };
    assert_eq!(asks().await, 200);

    let credential = who.credential.expect("a credential");
    let admin = city.person("I_ADMIN");
    let revoke =
        support::world::Wish::new("credential.revoked", credential, json!({"account": who.account, "ground": "LOST"}))
            .because("LOST");
    let unit = city.world.sign(&admin, &[revoke]).expect("made");
    server.set_now(city.world.now);
    assert_eq!(server.append(&unit).await["__typename"], "Appended");
    assert_eq!(asks().await, 401, "a revoked key reads no more");
    let body = server.answer(who.account, &who.key, |_| {}).await;
    assert_eq!(reason(&server.post_session(body).await.1), "key_not_active");

    let other = server.login(&city.person("T_SUP")).await;
    assert!(server.ask(Some(&other), VIEWER, json!({})).await.get("errors").is_none());
    server.set_now(server.now().plus_micros(12 * 3600 * 1_000_000 + 3_000_000));
    let answer = server.ask(Some(&other), VIEWER, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_log_in_and_the_service_does_not() {
    let (server, city) = serve_city(4).await;
    let root = city.world.roots[0].clone();
    let token = server.login(&root).await;
    let data = server
        .data(&token, "{ ledgers { totalCount } accounts { totalCount } devices { totalCount } }", json!({}))
        .await;
    assert_eq!(data["ledgers"]["totalCount"], "1");
    assert_ne!(data["accounts"]["totalCount"], "0", "what the first hour needs");
    assert_eq!(data["devices"]["totalCount"], "0");
    let body = server.answer(city.world.service.account, &city.world.service_key, |_| {}).await;
    assert_eq!(reason(&server.post_session(body).await.1), "key_not_active");
}

/// The code of a refused login.
fn reason(answer: &Json) -> &str {
    answer["error"]["extensions"]["code"].as_str().unwrap_or_default()
}

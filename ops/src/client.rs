//! A client of the service over HTTP: login by key, GraphQL, and the checks that a signer makes before he signs.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use clap::Args;
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, LedgerId, b64_decode, b64url_decode};
use signing::envelope::{Envelope, Opening, PayloadType, Unit};
use signing::json::{Object, Value, read, read_loose};
use signing::keys::{Session, SigningKey};
use signing::seal::{commitment, find_seals};
use uuid::Uuid;

use crate::key_file::KeyFile;

/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

const APPEND: &str = "mutation Append($units: [JSON!]!) { append(units: $units) { __typename \
    ... on Appended { receipts { ledger id record { kind id } version position recordedAt leaf state proof } } \
    ... on Refused { code index pointer rule citation headVersion headHash position messageZh messageEn } } }";

/// For who signs many and keeps no receipts: which positions the unit got.
const APPEND_BRIEFLY: &str = "mutation Append($units: [JSON!]!) { append(units: $units) { __typename \
    ... on Appended { receipts { position } } \
    ... on Refused { code index pointer rule citation headVersion headHash position messageZh messageEn } } }";

/// How often a unit is sent again while the service is busy.
const TRIES: u32 = 6;

/// The connection did not hold: the same may work later.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// The service, seen from outside.
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// A client of the service at an address.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        // The service is ours: no proxy stands between.
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(60)).build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), token: None })
    }

    /// Logs in by key: fetches the challenge, checks it, signs it. Returns the answer with its token.
    ///
    /// # Errors
    /// When the service cannot be reached or says no.
    pub async fn login(&mut self, key: &SigningKey, account: Uuid) -> anyhow::Result<Json> {
        let challenge = self.call(self.http.get(format!("{}/session", self.url))).await?;
        let text = |name: &str| {
            challenge
                .get(name)
                .and_then(Json::as_str)
                .with_context(|| format!("登录应答缺少 {name}。The challenge lacks it."))
        };
        let ledger: LedgerId = text("ledger")?.parse().ok().context("账本标识不合规。The ledger id is ill-formed.")?;
        let audience = text("audience")?.to_owned();
        // What is signed is good at this address only.
        ensure!(
            audience == self.url || is_loopback_alias(&audience, &self.url),
            "服务自称 {audience}，与 {} 不符。The service names another address.",
            self.url
        );
        let expires_at: Instant = text("expires_at")?.parse().ok().context("时间不合规。The time is ill-formed.")?;
        let nonce = b64url_decode(text("nonce")?)
            .and_then(|nonce| nonce.try_into().ok())
            .context("随机数不合规。The nonce is ill-formed.")?;
        let session = Session { account, audience, expires_at, key: key.public().id(), ledger, nonce };
        let payload = session.to_payload();
        let signature = key.sign_payload(PayloadType::Session, &payload).to_vec();
        let envelope = Envelope { payload_type: PayloadType::Session, payload, key: key.public().id(), signature };
        let request = self
            .http
            .post(format!("{}/session", self.url))
            .header("content-type", "application/json")
            .body(envelope.to_json());
        let answer = self.call(request).await?;
        let token = answer.get("token").and_then(Json::as_str).context("登录应答没有令牌。The answer has no token.")?;
        self.token = Some(token.to_owned());
        Ok(answer)
    }

    /// Asks GraphQL; errors of the answer are errors. What was written is read a moment later: while the read model moves
    /// on, it is waited for.
    ///
    /// # Errors
    /// When the service cannot be reached or answers with errors.
    pub async fn graphql(&self, query: &str, variables: Json) -> anyhow::Result<Json> {
        self.ask(json!({"query": query, "variables": variables}).to_string().into()).await
    }

    async fn ask(&self, body: Bytes) -> anyhow::Result<Json> {
        let mut reached = None;
        loop {
            let mut answer = self.ask_once(body.clone()).await?;
            let Some(error) = answer.pointer("/errors/0") else { return Ok(answer["data"].take()) };
            // The service has waited for some seconds before it says so.
            let behind = behind(error);
            if behind <= reached {
                bail!("服务返回错误 the service answers: {}", error["message"].as_str().unwrap_or_default());
            }
            reached = behind;
        }
    }

    async fn ask_once(&self, body: Bytes) -> anyhow::Result<Json> {
        let mut request = self
            .http
            .post(format!("{}/graphql", self.url))
            .header("accept", "application/graphql-response+json")
            .header("content-type", "application/json")
            .body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.call(request).await
    }

    /// Appends a unit; it is sent again while the service is busy. Answers as `AppendResult` of the contract.
    ///
    /// # Errors
    /// When the service cannot be reached, or stays busy.
    pub async fn append(&self, unit: &Json) -> anyhow::Result<Json> {
        self.send(APPEND, unit.to_string().into_bytes()).await
    }

    /// [`Client::append`] of a unit that was signed a moment ago, with the positions alone of its receipts.
    ///
    /// # Errors
    /// As [`Client::append`].
    pub async fn append_briefly(&self, unit: Unit) -> anyhow::Result<Json> {
        // Many are on their way at the same time: of each nothing is kept but what is sent.
        let text = unit.to_json();
        drop(unit);
        self.send(APPEND_BRIEFLY, text).await
    }

    async fn send(&self, query: &str, unit: Vec<u8>) -> anyhow::Result<Json> {
        let mut pause = std::time::Duration::from_millis(250);
        // The unit is JSON already: reading it to write it again would cost more than to sign it.
        let begin = format!("{{\"query\":{},\"variables\":{{\"units\":[", json!(query));
        let body = Bytes::from([begin.as_bytes(), &unit, b"]}}"].concat());
        drop(unit);
        for _ in 0..TRIES {
            let mut answer = self.ask(body.clone()).await?;
            let outcome = answer["append"][0].take();
            if outcome["code"] != "busy" {
                return Ok(outcome);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        bail!("系统繁忙，请稍后原样重发。The service is busy: send the same bytes again later.")
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Json> {
        let response = request
            .send()
            .await
            .map_err(|error| Unreachable(format!("无法连接 {}：{error}。The service cannot be reached.", self.url)))?;
        let status = response.status();
        let bytes = response
            .bytes()
            .await
            .map_err(|error| Unreachable(format!("应答不完整：{error}。The answer is incomplete.")))?;
        ensure!(bytes.len() <= ANSWER_MAX, "应答过大。The answer is too large.");
        let answer: Option<Json> = serde_json::from_slice(&bytes).ok();
        match answer {
            Some(answer) if status.is_success() || answer.pointer("/errors/0").is_some() => Ok(answer),
            other => {
                let why = other.map_or_else(
                    || String::from_utf8_lossy(&bytes).chars().take(300).collect(),
                    |answer| answer.to_string(),
                );
                let said = format!("服务返回 {status}：{why}。The service says no.");
                // Unavailable for a while, as when nobody answers.
                if status == reqwest::StatusCode::SERVICE_UNAVAILABLE {
                    Err(Unreachable(said).into())
                } else {
                    bail!(said)
                }
            }
        }
    }
}

/// Where the read model stands, when an answer had to wait for it in vain.
fn behind(error: &Json) -> Option<u64> {
    let extensions = error.get("extensions").filter(|extensions| extensions["code"] == "BEHIND")?;
    extensions["position"].as_str()?.parse().ok()
}

/// `localhost` and `127.0.0.1` name the same service.
fn is_loopback_alias(audience: &str, url: &str) -> bool {
    let plain = |address: &str| address.replacen("//localhost", "//127.0.0.1", 1);
    plain(audience) == plain(url)
}

/// Whose key signs.
#[derive(Debug, Args)]
pub struct Signer {
    /// 密钥文件 · key file
    #[arg(long, env = "RADLEDGER_KEY", value_name = "FILE")]
    key: PathBuf,
    /// 账户，密钥文件未注明时给出 · account, when the key file does not say
    #[arg(long, env = "RADLEDGER_ACCOUNT", value_name = "UUID")]
    account: Option<Uuid>,
}

impl Signer {
    /// The key with its account: from the file, or as given.
    ///
    /// # Errors
    /// When nobody says which account the key signs for.
    pub fn read(&self) -> anyhow::Result<(SigningKey, Uuid)> {
        let file = KeyFile::read(&self.key)?;
        let account = self.account.or(file.account).ok_or_else(|| {
            crate::commands::Usage(format!(
                "{} 未注明账户，请用 --account 给出。The file does not say whose key it is: give --account.",
                self.key.display()
            ))
        })?;
        Ok((file.key, account))
    }
}

/// A statement that came from `prepare`, checked by the one who will sign it.
pub struct Checked {
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Openings of its seals.
    pub openings: Vec<Opening>,
}

/// Reads what `prepare` answered and checks it: strict JSON, signed as this key and account, close to our clock, every
/// seal recomputed from its opening, and no seal without one.
///
/// # Errors
/// Says what is wrong; then nothing must be signed.
pub fn check_prepared(prepared: &Json, account: Uuid, key: &SigningKey, event_type: &str) -> anyhow::Result<Checked> {
    let payload = prepared
        .get("payloadBase64")
        .and_then(Json::as_str)
        .and_then(b64_decode)
        .context("没有待签内容。There is nothing to sign.")?;
    let statement = read(&payload)
        .map_err(|fault| anyhow::anyhow!("待签内容不合规（{}）。What is to be signed is ill-formed.", fault.code()))?;
    let text = |object: &Object, name: &str| object.get(name).and_then(Value::as_text).map(str::to_owned);
    let signer = statement.get("signer").and_then(Value::as_object).context("没有签署人。It names no signer.")?;
    ensure!(text(signer, "account") == Some(account.to_string()), "签署人不是本账户。It names another account.");
    ensure!(text(signer, "key") == Some(key.public().id().to_string()), "签署密钥不符。It names another key.");
    ensure!(
        text(&statement, "type").as_deref() == Some(event_type),
        "事件类型不符。It is another type than was asked for."
    );
    let signed_at: Instant =
        text(&statement, "signed_at").and_then(|at| at.parse().ok()).context("没有签署时间。It has no time.")?;
    let apart = (now().micros() - signed_at.micros()).abs();
    ensure!(apart <= 5 * 60 * 1_000_000, "签署时间 {signed_at} 与本机时钟相差过大。It is too far from our clock.");
    let ledger: LedgerId = text(&statement, "ledger")
        .and_then(|id| id.parse().ok())
        .context("账本标识不合规。The ledger id is ill-formed.")?;
    let event = text(&statement, "id").and_then(|id| id.parse::<Uuid>().ok()).context("没有事件号。It has no id.")?;
    let openings = prepared.get("openings").and_then(Json::as_array).cloned().unwrap_or_default();
    let openings: Option<Vec<Opening>> = openings
        .iter()
        .map(|opening| {
            read_loose(opening.to_string().as_bytes(), 64 * 1024).ok().and_then(|object| Opening::read(&object))
        })
        .collect();
    let openings = openings.context("开封信息不合规。An opening is ill-formed.")?;
    let seals = find_seals(&statement);
    ensure!(seals.len() == openings.len(), "封存值与开封信息数目不符。Seals and openings do not match.");
    for (pointer, seal) in &seals {
        let opening = openings
            .iter()
            .find(|opening| opening.pointer == *pointer)
            .with_context(|| format!("{pointer} 没有开封信息。It has no opening."))?;
        let recomputed = commitment(ledger, event, pointer, &opening.salt, &opening.value);
        ensure!(
            recomputed == *seal,
            "{pointer} 的封存值与其内容不符，请勿签署。The seal does not fit its value: do not sign."
        );
    }
    Ok(Checked { payload, openings })
}

/// Signs what was checked.
pub fn sign(checked: Checked, key: &SigningKey) -> Unit {
    let signature = key.sign_payload(PayloadType::Event, &checked.payload).to_vec();
    let envelope =
        Envelope { payload_type: PayloadType::Event, payload: checked.payload, key: key.public().id(), signature };
    Unit { envelopes: vec![envelope], openings: vec![Some(checked.openings)] }
}

/// The system's clock.
pub fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::routing::post;

    use super::*;

    /// Asks a service that gives these answers one after the other.
    async fn asked(answers: Vec<Json>) -> anyhow::Result<Json> {
        let count = AtomicUsize::new(0);
        let answers = std::sync::Arc::new((answers, count));
        let router = axum::Router::new().route(
            "/graphql",
            post(async move || {
                let (answers, count) = &*answers;
                answers[count.fetch_add(1, Ordering::Relaxed)].to_string()
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        let answer = Client::new(&url)?.graphql("{ x }", Json::Null).await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn a_read_model_that_moves_on_is_waited_for() {
        let behind = |at: &str| json!({"errors": [{"message": "m", "extensions": {"code": "BEHIND", "position": at}}]});
        let there = json!({"data": {"x": 1}});
        let answer = asked(vec![behind("7"), behind("12"), there.clone()]).await;
        assert_eq!(answer.expect("an answer"), there["data"]);
        assert!(asked(vec![behind("7"), behind("7"), there.clone()]).await.is_err(), "it stands still");
        assert!(asked(vec![json!({"errors": [{"message": "m"}]}), there]).await.is_err(), "another error");
    }
}

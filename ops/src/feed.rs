//! A subscription, seen from outside: graphql-transport-ws at the service's address.

use std::time::Duration;

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Unreachable;

/// The service closes a socket on which nothing comes for half a minute.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Each ping is answered: a service that is silent for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// One subscription on a socket of its own.
pub struct Feed {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pings: tokio::time::Interval,
    silent_until: Instant,
}

impl Feed {
    /// Connects with the token of a session and subscribes.
    ///
    /// # Errors
    /// [`Unreachable`] when the connection does not hold; anything else is a verdict.
    pub async fn open(url: &str, token: &str, query: &str, variables: Json) -> anyhow::Result<Self> {
        let address = format!("{}/graphql/ws", url.trim_end_matches('/').replacen("http", "ws", 1));
        let mut request = address.into_client_request().context("网址不合规。The address is ill-formed.")?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        let (socket, _) = connect_async(request).await.map_err(broken)?;
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut feed = Self { socket, pings, silent_until: Instant::now() + SILENCE_MAX };
        feed.say(json!({"type": "connection_init", "payload": {"token": token}})).await?;
        let subscribe = json!({"query": query, "variables": variables});
        feed.say(json!({"type": "subscribe", "id": "1", "payload": subscribe})).await?;
        Ok(feed)
    }

    /// Data of the next answer.
    ///
    /// # Errors
    /// [`Unreachable`] when the connection or the session has ended: open another one from the last position. Anything
    /// else is a verdict.
    pub async fn next(&mut self) -> anyhow::Result<Json> {
        loop {
            let message = tokio::select! {
                message = timeout_at(self.silent_until, self.socket.next()) => message,
                _ = self.pings.tick() => {
                    self.say(json!({"type": "ping"})).await?;
                    continue;
                }
            };
            let message = message.map_err(|_| Unreachable("服务没有应答。The service is silent.".into()))?;
            self.silent_until = Instant::now() + SILENCE_MAX;
            let Message::Text(text) = message.transpose().map_err(broken)?.ok_or_else(ended)? else { continue };
            let mut message: Json = serde_json::from_str(&text).context("应答不是 JSON。The answer is not JSON.")?;
            match message["type"].as_str() {
                Some("next") if message.pointer("/payload/errors/0").is_none() => {
                    return Ok(message["payload"]["data"].take());
                }
                Some("next" | "error") => return Err(refused(&message)),
                Some("complete") => return Err(ended().into()),
                _ => {}
            }
        }
    }

    async fn say(&mut self, message: Json) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(message.to_string())).await.map_err(broken)?)
    }
}

fn broken(error: tokio_tungstenite::tungstenite::Error) -> Unreachable {
    Unreachable(format!("连接中断：{error}。The connection broke."))
}

fn ended() -> Unreachable {
    Unreachable("服务结束了订阅。The service ended the subscription.".into())
}

/// What the errors of a message mean: a session that has ended is begun anew, a busy service asked again, the rest stands.
fn refused(message: &Json) -> anyhow::Error {
    let error = message.pointer("/payload/errors/0").or(message.pointer("/payload/0"));
    let text = error.and_then(|error| error["message"].as_str()).unwrap_or("?").to_owned();
    match error.and_then(|error| error.pointer("/extensions/code")?.as_str()) {
        Some("UNAUTHENTICATED" | "BUSY" | "BEHIND") => Unreachable(text).into(),
        _ => anyhow::anyhow!("服务返回错误 the service answers: {text}"),
    }
}

//! `/graphql/ws`: graphql-transport-ws, with the session's token in `connection_init`.

use std::future;

use async_graphql::Data;
use async_graphql::http::{ClientMessage, WebSocket, WebSocketProtocols, WsMessage};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket as Socket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};

use crate::engine::{Engine, SocketEngine};
use crate::session;

const PROTOCOL: &str = "graphql-transport-ws";

/// Turns the request into a websocket.
pub async fn upgrade(State(engine): State<Engine>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    if !offered.flat_map(|text| text.split(',')).any(|protocol| protocol.trim() == PROTOCOL) {
        return (StatusCode::BAD_REQUEST, "Sec-WebSocket-Protocol: graphql-transport-ws\n").into_response();
    }
    let most = engine.node.limits.body_bytes;
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(most)
        .max_frame_size(most)
        .on_upgrade(move |socket| serve(engine, socket))
}

async fn serve(engine: Engine, socket: Socket) {
    let node = engine.node.clone();
    let Ok(_permit) = node.sockets.try_acquire() else {
        let mut socket = socket;
        // 1013: try again later.
        let _ = socket.send(Message::Close(Some(CloseFrame { code: 1013, reason: "busy".into() }))).await;
        return;
    };
    let (mut sink, stream) = socket.split();
    let messages = stream
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| {
            future::ready(match message {
                Ok(Message::Text(text)) => Some(text.as_bytes().to_vec()),
                Ok(Message::Binary(bytes)) => Some(bytes.to_vec()),
                _ => None,
            })
        })
        .map(|bytes| ClientMessage::from_bytes(&bytes));
    let opened = node.clone();
    let server = WebSocket::from_message_stream(SocketEngine::new(engine), messages, WebSocketProtocols::GraphQLWS)
        .on_connection_init(move |payload| {
            let node = opened.clone();
            async move {
                let mut data = Data::default();
                let named = ["token", "Authorization", "authorization"]
                    .iter()
                    .find_map(|name| payload.get(name))
                    .and_then(|token| token.as_str());
                if let Some(token) = named {
                    data.insert(session::by_token_text(&node, token).await.map_err(async_graphql::Error::from)?);
                }
                Ok(data)
            }
        })
        .keepalive_timeout(std::time::Duration::from_secs(30));
    let mut server = std::pin::pin!(server);
    while let Some(message) = server.next().await {
        let sent = match message {
            WsMessage::Text(text) => sink.send(Message::Text(text.into())).await,
            WsMessage::Close(code, reason) => {
                sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
            }
        };
        if sent.is_err() {
            break;
        }
    }
}

//! The subscription: it resumes from a position, misses nothing, shows no more than its reader may see, and ends.

mod support;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use support::world::Wish;
use support::{Server, serve_city};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(server: &Server, protocol: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
    let mut request = format!("{}/graphql/ws", server.url.replace("http://", "ws://")).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header"));
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)
}

async fn send(socket: &mut Socket, message: Json) {
    socket.send(Message::text(message.to_string())).await.expect("sent");
}

/// The next message; none when the socket closed.
async fn next(socket: &mut Socket) -> Option<Json> {
    loop {
        let message =
            tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await.expect("within 20 s")?;
        match message.ok()? {
            Message::Text(text) => {
                let json: Json = serde_json::from_str(&text).expect("JSON");
                if json["type"] != "ping" && json["type"] != "pong" {
                    return Some(json);
                }
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn open(server: &Server, token: &str, query: &str, variables: Json) -> Socket {
    let mut socket = connect(server, "graphql-transport-ws").await.expect("connected");
    send(&mut socket, json!({"type": "connection_init", "payload": {"token": token}})).await;
    assert_eq!(next(&mut socket).await.expect("an answer")["type"], "connection_ack");
    send(&mut socket, json!({"type": "subscribe", "id": "1", "payload": {"query": query, "variables": variables}}))
        .await;
    socket
}

const EVENTS: &str = "subscription ($after: Position, $kinds: [String!]) { events(after: $after, kinds: $kinds) { position type record { node } } }";

fn event(message: &Json) -> &Json {
    assert_eq!(message["type"], "next", "{message}");
    assert!(message["payload"].get("errors").is_none(), "{message}");
    &message["payload"]["data"]["events"]
}

#[tokio::test(flavor = "multi_thread")]
async fn it_resumes_and_goes_on() {
    let (server, mut city) = serve_city(50).await;
    let officer = city.person("I_RPO");
    let token = server.login(&officer).await;
    let feed = "query ($after: Position) { events(first: 100, after: $after) { nodes { position } } }";
    let all = server.data(&token, feed, json!({})).await["events"]["nodes"].as_array().expect("nodes").clone();
    let from = &all[all.len() - 5]["position"];
    let mut socket = open(&server, &token, EVENTS, json!({"after": from})).await;
    for expected in &all[all.len() - 4..] {
        let message = next(&mut socket).await.expect("an event");
        assert_eq!(event(&message)["position"], expected["position"]);
    }
    // New ones come as they are written; what is out of his sight does not.
    let today = city.world.today();
    let sup = city.person("C_SUP");
    let other = city.world.id();
    let profile = support::world::institution_profile(&support::credit_code(55), "长宁县又一医院");
    let unseen = city.world.sign(&sup, &[Wish::new("institution.registered", other, profile)]).expect("made");
    city.world.submit(&unseen).expect("admitted");
    assert_eq!(server.append(&unseen).await["__typename"], "Appended");
    for place in ["一", "二", "三"] {
        let unit = city
            .world
            .sign(&officer, &[Wish::new("device.moved", city.device, json!({"location": place})).on(&today)])
            .expect("made");
        city.world.submit(&unit).expect("admitted");
        server.set_now(city.world.now);
        let appended = server.append(&unit).await;
        let message = next(&mut socket).await.expect("an event");
        assert_eq!(event(&message)["position"], appended["receipts"][0]["position"]);
        assert_eq!(event(&message)["record"]["node"], json!(format!("device/{}", city.device)));
    }
    // Another kind only.
    let mut accounts = open(&server, &token, EVENTS, json!({"after": "0", "kinds": ["account"]})).await;
    let message = next(&mut accounts).await.expect("an event");
    assert!(event(&message)["type"].as_str().expect("text").starts_with("account."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_whole_and_once() {
    let (server, city) = serve_city(51).await;
    let token = server.login(&city.person("T_SUP")).await;
    let mut socket = open(&server, &token, EVENTS, json!({"after": "0"})).await;
    assert!(city.world.rows.len() > 120, "more than one page: {}", city.world.rows.len());
    for position in 1..city.world.rows.len() {
        let message = next(&mut socket).await.expect("an event");
        assert_eq!(event(&message)["position"], position.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_needs_a_session_and_ends_with_it() {
    let (server, city) = serve_city(52).await;
    let officer = city.person("I_RPO");
    // A token that is none closes the socket.
    let mut socket = connect(&server, "graphql-transport-ws").await.expect("connected");
    send(&mut socket, json!({"type": "connection_init", "payload": {"token": "nonsense"}})).await;
    assert!(next(&mut socket).await.is_none_or(|message| message["type"] == "connection_error"));
    // None at all: the socket opens, the subscription does not.
    let mut socket = connect(&server, "graphql-transport-ws").await.expect("connected");
    send(&mut socket, json!({"type": "connection_init"})).await;
    assert_eq!(next(&mut socket).await.expect("an answer")["type"], "connection_ack");
    send(&mut socket, json!({"type": "subscribe", "id": "1", "payload": {"query": EVENTS, "variables": {}}})).await;
    let refused = next(&mut socket).await.expect("an answer").to_string();
    assert!(refused.contains("UNAUTHENTICATED"), "{refused}");
    // Another protocol is not spoken.
    assert!(connect(&server, "graphql-ws").await.is_err());

    let token = server.login(&officer).await;
    let last = (city.world.rows.len() - 1).to_string();
    let mut socket = open(&server, &token, EVENTS, json!({"after": last})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let ended =
        server.http.delete(format!("{}/session", server.url)).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(ended.status(), 204);
    let message = next(&mut socket).await.expect("the last word").to_string();
    assert!(message.contains("UNAUTHENTICATED"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_of_a_socket_are_counted_and_limited() {
    let (server, city) = serve_city(53).await;
    let token = server.login(&city.person("I_RPO")).await;
    let last = (city.world.rows.len() - 1).to_string();
    let mut socket = open(&server, &token, EVENTS, json!({"after": last})).await;
    for id in 2..=17 {
        send(&mut socket, json!({"type": "subscribe", "id": id.to_string(), "payload": {"query": EVENTS, "variables": {"after": last}}})).await;
    }
    let refused = next(&mut socket).await.expect("an answer");
    assert_eq!(refused["id"], "17", "{refused}");
    assert!(refused.to_string().contains("\"LIMIT\""), "{refused}");
    // One that ends makes room; so does the one that was refused.
    send(&mut socket, json!({"type": "complete", "id": "1"})).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    send(
        &mut socket,
        json!({"type": "subscribe", "id": "18", "payload": {"query": EVENTS, "variables": {"after": "0"}}}),
    )
    .await;
    loop {
        let message = next(&mut socket).await.expect("an event");
        if message["id"] == "18" {
            event(&message);
            break;
        }
        let over = message["id"] == "1" || message["id"] == "17";
        assert!(over && message["type"] == "complete", "{message}");
    }
}

//! The subscription: it resumes from a position, misses nothing, shows no more than its reader may see, and ends.

mod support;

use futures_util::{SinkExt, StreamExt};
use schema::read_model::ReadModel;
use serde_json::{Value as Json, json};
use support::world::{Wish, dose_report, dose_result};
use support::{City, Server, city, serve_city, serve_with};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

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
    let late = json!({"after": (city.world.rows.len() - 90).to_string()});
    let all = server.data(&token, feed, late).await["events"]["nodes"].as_array().expect("nodes").clone();
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

/// A worker's phone: what happens in his own file comes to him, and neither to another worker nor to who employed him once.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_follows_his_own_file_and_nothing_else() {
    a_workers_phone(|reader| reader).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_follows_his_own_file_by_row_level_security_alone() {
    a_workers_phone(ReadModel::without_own_filter).await;
}

async fn a_workers_phone(reading: impl Fn(ReadModel) -> ReadModel) {
    let mut city = city(54);
    let (officer, other_officer, signatory) =
        (city.person("I_RPO"), city.other_officer.clone(), city.person("TSO_SIGN"));
    let worker = city.person("W_SELF");
    let records = || city.world.memory.records();
    let (mut file, mut heir) = (None, None);
    for (record, entry) in records() {
        match entry.state.person() {
            Some(person) if person.account == Some(worker.account) => file = Some(record.id),
            Some(person) if person.institution == city.hospital => heir = Some(record.id),
            _ => {}
        }
    }
    let (file, heir) = (file.expect("the worker's file"), heir.expect("another worker's"));
    let employed = |at: Uuid| {
        let found = records().find(|(_, entry)| {
            let employment = entry.state.employment();
            employment.is_some_and(|employment| employment.person == file && employment.institution == at)
        });
        found.expect("an employment").0.id
    };
    let (post, second_post) = (employed(city.hospital), employed(city.other_hospital));
    let contract = records()
        .find(|(_, entry)| {
            entry.state.monitoring_contract().is_some_and(|contract| contract.terms.institution == city.hospital)
        })
        .expect("a contract")
        .0
        .id;
    let laboratory = records().find_map(|(_, entry)| Some(entry.state.monitoring_contract()?.terms.laboratory));
    let laboratory = laboratory.expect("a laboratory");
    let (admin, head) = (city.person("I_ADMIN"), city.person("I_HEAD"));
    let other = city.world.enrol(&admin, &head, "W", "W_SELF", Some(city.hospital), Some(support::world::AREA));
    city.world
        .act(&officer, Wish::new("person.account_linked", heir, json!({"account": other.account})))
        .expect("linked");
    let today = city.world.today();
    city.world
        .act(&other_officer, Wish::new("employment.ended", second_post, json!({"reason": "RESIGN"})).on(&today))
        .expect("ended");
    let server = serve_with(&city.world, api::Limits::default(), reading).await;
    server.replay(&city.world).await;

    let last = json!({"after": (city.world.rows.len() - 1).to_string()});
    let mut phones = Vec::new();
    for who in [&worker, &other, &other_officer, &officer] {
        let token = server.login(who).await;
        phones.push(open(&server, &token, EVENTS, last.clone()).await);
    }
    let tell = async |city: &mut City, who: &support::world::Person, wish: Wish| {
        let unit = city.world.sign(who, &[wish]).expect("made");
        city.world.submit(&unit).expect("admitted");
        server.set_now(city.world.now);
        let appended = server.append(&unit).await;
        assert_eq!(appended["__typename"], "Appended", "{appended}");
        appended["receipts"][0]["position"].clone()
    };
    let (report, result) = (city.world.id(), city.world.id());
    let period = ["2021-04-01", "2021-06-30"];
    let header = dose_report(contract, laboratory, "R54", period, &today);
    let reported = tell(&mut city, &signatory, Wish::new("dose_report.issued", report, header)).await;
    let line = dose_result(report, 1, [file, post], period, 300_000);
    let measured = tell(&mut city, &signatory, Wish::new("dose_result.reported", result, line)).await;
    let phone = |number: &str| json!({"phone": number});
    let called =
        tell(&mut city, &officer, Wish::new("person.contact_changed", heir, phone("13800000054")).on(&today)).await;
    let device = city.world.memory.records().find_map(|(record, entry)| {
        entry.state.device().filter(|device| device.profile.institution == city.other_hospital).map(|_| record.id)
    });
    let place = Wish::new("device.moved", device.expect("a device"), json!({"location": "三"})).on(&today);
    let moved = tell(&mut city, &other_officer, place).await;
    let asked =
        tell(&mut city, &officer, Wish::new("person.contact_changed", file, phone("13800000055")).on(&today)).await;

    // The first that comes to each, and what comes next: whatever came between was not for him.
    let due = [vec![&measured, &asked], vec![&called], vec![&moved], vec![&reported, &measured, &called, &asked]];
    for (phone, due) in phones.iter_mut().zip(due) {
        for position in due {
            let message = next(phone).await.expect("an event");
            assert_eq!(&event(&message)["position"], position);
        }
    }
    // He reads the result behind it, with its history; the other worker and the employer that was do not.
    let query =
        "query ($id: ID!) { node(id: $id) { id ... on DoseResult { history(first: 5) { nodes { position } } } } }";
    let id = json!({"id": format!("dose_result/{result}")});
    for (who, opens) in [(&worker, true), (&other, false), (&other_officer, false), (&officer, true)] {
        let token = server.login(who).await;
        let node = server.data(&token, query, id.clone()).await["node"].clone();
        assert_eq!(node["history"]["nodes"][0]["position"] == measured, opens, "{node}");
        assert_eq!(node.is_null(), !opens, "{node}");
    }
    // The laboratory printed another sum than its result has; before the result, one line more than there was.
    let counts = "lines persons belowMdl effectiveSumNsv";
    let query = format!(
        "query ($id: ID!, $at: Position) {{ node(id: $id, asOf: $at) {{ ... on DoseReport
            {{ counts {{ stated {{ {counts} }} filed {{ {counts} }} differ }} }} }} }}"
    );
    let said = |lines: u32, sum: &str| json!({"lines": lines, "persons": lines, "belowMdl": 0, "effectiveSumNsv": sum});
    for (who, at, filed) in [(&officer, &asked, said(1, "300000")), (&signatory, &reported, said(0, "0"))] {
        let token = server.login(who).await;
        let node =
            server.data(&token, &query, json!({"id": format!("dose_report/{report}"), "at": at})).await["node"].clone();
        assert_eq!(node["counts"], json!({"stated": said(1, "0"), "filed": filed, "differ": true}), "at {at}");
    }
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

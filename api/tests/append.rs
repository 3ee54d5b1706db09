//! The two writes over HTTP: receipts, refusals as data, the dry run and its bytes.

mod support;

use serde_json::{Value as Json, json};
use signing::bytes::{b64_decode, b64url_decode};
use signing::envelope::{Envelope, Opening, PayloadType, Unit};
use signing::json::{Value, read_loose};
use signing::seal::{commitment, find_seals};
use support::world::Wish;
use support::{APPEND, Server, serve_city};

const PREPARE: &str = "mutation ($input: PrepareInput!) { prepare(input: $input) { payload payloadBase64 id record { kind id node } version openings \
    summaryZh summaryEn consequences { type labelZh record { kind id } } head { version hash } position \
    refusal { code index pointer rule citation messageZh messageEn } } }";

async fn prepare(server: &Server, token: &str, input: Json) -> Json {
    server.data(token, PREPARE, json!({"input": input})).await["prepare"].clone()
}

/// Checks every seal against its opening, as every client must, and signs the bytes.
fn sign(prepared: &Json, ledger: signing::bytes::LedgerId, key: &signing::keys::SigningKey) -> Unit {
    let payload = b64_decode(prepared["payloadBase64"].as_str().expect("a payload")).expect("base64");
    assert_eq!(payload, prepared["payload"].as_str().expect("text").as_bytes());
    let object = signing::json::read(&payload).expect("a payload");
    let id = object.get("id").and_then(Value::as_text).and_then(|id| id.parse().ok()).expect("an id");
    let openings: Vec<Opening> = prepared["openings"]
        .as_array()
        .expect("openings")
        .iter()
        .map(|opening| {
            Opening::read(&read_loose(opening.to_string().as_bytes(), 1 << 16).expect("JSON")).expect("an opening")
        })
        .collect();
    let seals = find_seals(&object);
    assert_eq!(seals.len(), openings.len());
    for (pointer, seal) in seals {
        let opening = openings.iter().find(|opening| opening.pointer == pointer).expect("its opening");
        assert_eq!(commitment(ledger, id, &pointer, &opening.salt, &opening.value), seal);
    }
    let signature = key.sign_payload(PayloadType::Event, &payload).to_vec();
    Unit {
        envelopes: vec![Envelope { payload_type: PayloadType::Event, payload, key: key.public().id(), signature }],
        openings: vec![Some(openings)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prepared_signed_appended_published() {
    let (server, city) = serve_city(40).await;
    let who = city.person("I_RPO");
    let token = server.login(&who).await;
    let party = "6f1c1a52-3b0e-4c43-9d0e-0123456789ab";
    let post = domain::codes::Post::ALL[1].as_str();
    let input = json!({
        "type": "institution.officer_appointed", "record": {"kind": "institution", "id": city.hospital}, "effectiveOn": city.world.today(),
        "data": {"post": post, "party": {"kind": "party", "id": party}, "name": "李示例", "phone": "0831-8888888"},
    });
    let prepared = prepare(&server, &token, input).await;
    assert_eq!(prepared["refusal"], json!(null), "{prepared}");
    assert_eq!(prepared["head"]["version"], "3");
    assert_eq!(prepared["version"], "4");
    assert_eq!(prepared["record"]["node"], json!(format!("institution/{}", city.hospital)));
    let summary = prepared["summaryZh"].as_str().expect("text");
    assert!(
        summary.contains("人员任职") && summary.contains("姓名：（封存）") && !summary.contains("李示例"),
        "{summary}"
    );
    assert!(prepared["summaryEn"].as_str().expect("text").contains("name: (sealed)"));
    assert!(!prepared["payload"].as_str().expect("text").contains("李示例"));

    let unit = sign(&prepared, city.world.ledger(), &who.key);
    let appended = server.append(&unit).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let receipt = &appended["receipts"][0];
    let position = city.world.rows.len().to_string();
    assert_eq!(
        (&receipt["position"], &receipt["version"], &receipt["state"]),
        (&json!(position), &json!("4"), &json!("durable"))
    );
    assert_eq!(receipt["id"], prepared["id"]);
    let leaf = b64url_decode(receipt["leaf"].as_str().expect("a leaf")).expect("base64url");
    assert_eq!((leaf.len(), leaf[0]), (73, 1));
    assert_eq!(receipt["proof"], json!(null), "not before it is published");

    // The same bytes again: the first receipt. Published since: so it says.
    server.published.send_replace(position.parse::<u64>().expect("a number") + 1);
    let again = server.append(&unit).await;
    assert_eq!(
        (&again["receipts"][0]["position"], &again["receipts"][0]["state"]),
        (&json!(position), &json!("published"))
    );
    let asked = server
        .data(&token, "query ($id: UUID!) { receipt(id: $id) { position state leaf } }", json!({"id": prepared["id"]}))
        .await;
    assert_eq!(asked["receipt"], json!({"position": position, "state": "published", "leaf": receipt["leaf"]}));

    // Read your own write.
    let query = "query ($id: ID!, $p: Position) { node(id: $id, atLeast: $p) { ... on Institution { version members { officers { name { masked } } } } } }";
    let data = server.data(&token, query, json!({"id": format!("institution/{}", city.hospital), "p": position})).await;
    assert_eq!(data["node"]["version"], "4");
    assert_eq!(data["node"]["members"]["officers"][1]["name"]["masked"], "李**");
}

/// Whoever sees his record prepares its next event though the read model stands still, as it does far behind a long import;
/// only that there is nothing to see is said of everything durable.
#[tokio::test(flavor = "multi_thread")]
async fn prepare_does_not_wait_for_what_others_append() {
    let (server, city) = serve_city(43).await;
    let who = city.person("I_RPO");
    let token = server.login(&who).await;
    let appointed = |number: usize| {
        json!({
            "type": "institution.officer_appointed", "record": {"kind": "institution", "id": city.hospital}, "effectiveOn": city.world.today(),
            "data": {"post": domain::codes::Post::ALL[number].as_str(), "party": {"kind": "party", "id": uuid::Uuid::new_v4()}, "name": "李示例"},
        })
    };
    let first = prepare(&server, &token, appointed(1)).await;
    let (mut holder, connection) = server.database.config().connect(tokio_postgres::NoTls).await.expect("connected");
    tokio::spawn(connection);
    let held = holder.transaction().await.expect("a transaction");
    held.query("select 1 from read.projection for update", &[]).await.expect("followers wait");
    let appended = server.append(&sign(&first, city.world.ledger(), &who.key)).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let size = city.world.rows.len();
    assert_eq!(server.projections.size(), size as u64, "the read model stands still");
    let next = prepare(&server, &token, appointed(2)).await;
    assert_eq!((&next["refusal"], &next["head"]["version"]), (&json!(null), &json!("4")), "{next}");
    assert_eq!(next["position"], json!(size.to_string()), "judged upon what is durable");
    // A file that nobody has filed may have been, a moment ago.
    let mut with_file = appointed(2);
    with_file["attachments"] = json!([uuid::Uuid::new_v4()]);
    let answer = server.ask(Some(&token), PREPARE, json!({"input": with_file})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BEHIND", "{answer}");
    held.rollback().await.expect("given back");
    let answer = prepare(&server, &token, with_file).await;
    assert_eq!(answer["refusal"]["code"], "bad_reference", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prepare_says_what_would_follow_and_what_would_be_refused() {
    let (server, city) = serve_city(41).await;
    let today = city.world.today();
    let approver = server.login(&city.person("C_APPR")).await;
    let hospital = json!({"kind": "institution", "id": city.hospital});
    let input =
        json!({"type": "institution.closed", "record": hospital, "meaning": "declaration", "effectiveOn": today});
    let closing = prepare(&server, &approver, input).await;
    assert_eq!(closing["refusal"], json!(null), "{closing}");
    let follows = closing["consequences"].as_array().expect("consequences");
    assert_eq!(follows.len(), 4, "the grants of its four people: {follows:?}");
    assert!(follows.iter().all(|event| event["type"] == "grant.ended" && event["labelZh"] == "授权终止"));
    let before = server.door.sizes().borrow().to_owned();

    let officer = server.login(&city.person("I_RPO")).await;
    let device = json!({"kind": "device", "id": city.device});
    let input = json!({"type": "device.put_in_use", "record": device, "effectiveOn": today, "data": {"legacy": false}});
    let refused = prepare(&server, &officer, input).await;
    assert_eq!(
        (&refused["refusal"]["code"], &refused["refusal"]["rule"]),
        (&json!("refused"), &json!("device.acceptance"))
    );
    assert!(refused["refusal"]["citation"].as_str().expect("a citation").contains("放射诊疗管理规定"));
    assert!(!refused["payload"].is_null(), "there are bytes, though the rules would refuse them");
    let unknown = prepare(&server, &officer, json!({"type": "device.painted", "record": device})).await;
    assert_eq!((&unknown["refusal"]["code"], &unknown["payload"]), (&json!("unknown_type"), &json!(null)));
    let salts = vec![signing::bytes::b64url(&[9; 32])];
    let party = json!({"kind": "party", "id": "6f1c1a52-3b0e-4c43-9d0e-0123456789ab"});
    let data = json!({"post": domain::codes::Post::ALL[1].as_str(), "party": party, "name": "王示例"});
    let own = json!({"type": "institution.officer_appointed", "id": "6f1c1a52-3b0e-4c43-9d0e-0123456789ac", "record": hospital, "effectiveOn": today, "data": data, "salts": salts});
    let prepared = prepare(&server, &officer, own).await;
    assert_eq!(prepared["id"], "6f1c1a52-3b0e-4c43-9d0e-0123456789ac", "{prepared}");
    assert_eq!(prepared["openings"][0]["salt"], json!(salts[0]), "ids and salts of the client's own");
    let answer = server
        .ask(
            Some(&officer),
            PREPARE,
            json!({"input": {"type": "device.moved", "record": device, "data": {"location": null}}}),
        )
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT", "{answer}");
    let foreign = city.person("T_SUP").key.public().id();
    let input = json!({"type": "device.moved", "record": device, "effectiveOn": today, "data": {"location": "甲"}, "key": foreign});
    let answer = server.ask(Some(&officer), PREPARE, json!({"input": input})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT",
        "nobody prepares for another's key: {answer}"
    );
    assert_eq!(before, server.door.sizes().borrow().to_owned(), "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_answers() {
    let (server, mut city) = serve_city(42).await;
    let officer = city.person("I_RPO");
    let today = city.world.today();
    let first = city
        .world
        .sign(&officer, &[Wish::new("device.installed", city.device, json!({"location": "甲"})).on(&today)])
        .expect("made");
    let second = city
        .world
        .sign(&officer, &[Wish::new("device.installed", city.device, json!({"location": "乙"})).on(&today)])
        .expect("made");
    let supervisor = city.person("C_SUP");
    let foreign = city
        .world
        .sign(&supervisor, &[Wish::new("device.moved", city.device, json!({"location": "丙"})).on(&today)])
        .expect("made");
    let unit = |unit: &Unit| -> Json { serde_json::from_slice(&unit.to_json()).expect("JSON") };
    let mut flipped = first.clone();
    flipped.envelopes[0].signature[5] ^= 1;
    let units = json!([unit(&flipped), unit(&first), unit(&second), unit(&foreign), {}, {"envelopes": [], "openings": [], "more": 1}]);
    let answer = server.ask(None, APPEND, json!({"units": units})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let results = answer["data"]["append"].as_array().expect("results").clone();
    let codes: Vec<&str> = results.iter().map(|result| result["code"].as_str().unwrap_or("-")).collect();
    assert_eq!(
        codes,
        ["bad_signature", "-", "conflict", "not_authorised", "bad_envelope", "bad_envelope"],
        "each judged alone, in order"
    );
    assert_eq!(results[1]["receipts"][0]["record"]["id"], json!(city.device));
    assert_eq!(results[2]["headVersion"], "2");
    assert_eq!(results[2]["headHash"].as_str().map(str::len), Some(43));
    for refused in results.iter().filter(|result| result["__typename"] == "Refused") {
        assert!(
            !refused["messageZh"].as_str().expect("text").is_empty()
                && !refused["messageEn"].as_str().expect("text").is_empty()
        );
    }

    // A whole batch, all or nothing.
    let wishes = [
        Wish::new("device.moved", city.device, json!({"location": "丁"})).on(&today),
        Wish::new("device.moved", city.device, json!({"location": "戊"})).on(&today),
    ];
    city.world.submit(&first).expect("the model takes it as well");
    server.set_now(city.world.now);
    let batch = city.world.sign(&officer, &wishes).expect("made");
    let appended = server.append(&batch).await;
    assert_eq!(appended["receipts"].as_array().map(Vec::len), Some(2), "{appended}");
    let mut half = batch.clone();
    half.envelopes.truncate(1);
    half.openings.truncate(1);
    let known = server.append(&half).await;
    assert_eq!(known["receipts"][0], appended["receipts"][0], "known bytes, in whatever grouping");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_key_signed_is_suspect() {
    let (server, mut city) = serve_city(43).await;
    let (officer, admin) = (city.person("I_RPO"), city.person("I_ADMIN"));
    let today = city.world.today();
    let since = city.world.now;
    let moved = Wish::new("device.moved", city.device, json!({"location": "甲"})).on(&today);
    let report = json!({"account": officer.account, "compromised_since": since.to_string()});
    let report =
        Wish::new("credential.compromise_reported", officer.credential.expect("a credential"), report).because("LOST");
    for (who, wish) in [(&officer, moved), (&admin, report)] {
        let unit = city.world.sign(who, &[wish]).expect("made");
        city.world.submit(&unit).expect("admitted");
        server.set_now(city.world.now);
        assert_eq!(server.append(&unit).await["__typename"], "Appended");
    }
    let token = server.login(&admin).await;
    let last = (city.world.rows.len() - 1).to_string();
    let query = "query ($id: ID!, $p: Position) { node(id: $id, atLeast: $p) { ... on Record { history { nodes { type suspect } } } } }";
    let data = server.data(&token, query, json!({"id": format!("device/{}", city.device), "p": last})).await;
    let expected = json!([{"type": "device.moved", "suspect": true}, {"type": "device.registered", "suspect": false}]);
    assert_eq!(data["node"]["history"]["nodes"], expected);
}

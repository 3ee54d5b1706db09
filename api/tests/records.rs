//! Records, their history, other moments, sealed values.

mod support;

use domain::catalog::Kind;
use serde_json::{Value as Json, json};
use signing::bytes::Instant;
use support::world::Wish;
use support::{City, Server, serve_city};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_its_history_and_other_moments() {
    let (server, mut city) = serve_city(30).await;
    let officer = city.person("I_RPO");
    let token = server.login(&officer).await;
    let before = city.world.rows.len() as u64 - 1;
    let today = city.world.today();
    for (event, data) in [
        ("device.installed", json!({"location": "放射科2室"})),
        ("device.put_in_use", json!({"legacy": true})),
        ("device.moved", json!({"location": "放射科3室"})),
    ] {
        let unit = city.world.sign(&officer, &[Wish::new(event, city.device, data).on(&today)]).expect("made");
        city.world.submit(&unit).expect("admitted");
        server.set_now(city.world.now);
        assert_eq!(server.append(&unit).await["__typename"], "Appended");
    }
    let last = city.world.rows.len() as u64 - 1;
    let query = "query ($id: ID!, $at: Position, $least: Position) { node(id: $id, asOf: $at, atLeast: $least) { id ... on Device {
        kind recordId version position readAt label state org area
        members { deviceNo name location kind { code zh en } tubeVoltageV state { code } stateSince { date version } inUseSince legacy }
        owner { label } earlier: asOf(position: \"0\") { id }
        history(first: 2) { nodes { position type labelZh meaning version signer { role org area grant } effectiveOn suspect hash payload
            changes { member labelZh old new } receipt { state position } } pageInfo { hasNextPage endCursor } } } } }";
    let id = format!("device/{}", city.device);
    let node = server.data(&token, query, json!({"id": id, "least": last.to_string()})).await["node"].clone();
    assert_eq!(
        (&node["version"], &node["state"], &node["position"]),
        (&json!("4"), &json!("IN_USE"), &json!(last.to_string())),
        "{node}"
    );
    assert_eq!(node["readAt"], json!(last.to_string()));
    assert_eq!(node["members"]["location"], "放射科3室");
    assert_eq!(node["members"]["tubeVoltageV"], "150000", "a quantity with a unit is a decimal string");
    assert_eq!(node["members"]["kind"]["code"], "X02");
    assert_eq!(node["members"]["inUseSince"], json!(today));
    assert_eq!(node["owner"]["label"], "江安县示范医院");
    assert_eq!(node["earlier"], json!(null));
    let events = &node["history"]["nodes"];
    assert_eq!(
        (&events[0]["type"], &events[1]["type"]),
        (&json!("device.moved"), &json!("device.put_in_use")),
        "newest first"
    );
    assert_eq!(
        events[0]["signer"],
        json!({"role": "I_RPO", "org": city.hospital, "area": support::world::AREA, "grant": officer.grant})
    );
    assert_eq!(
        events[0]["changes"],
        json!([{"member": "location", "labelZh": "所在场所", "old": "放射科2室", "new": "放射科3室"}])
    );
    assert_eq!(
        events[0]["payload"].as_str().expect("text").as_bytes(),
        &city.world.rows[last as usize].payload[..],
        "the exact text"
    );
    assert_eq!(events[0]["receipt"]["state"], "durable");
    assert_eq!(node["history"]["pageInfo"]["hasNextPage"], true);
    let after = node["history"]["pageInfo"]["endCursor"].clone();
    let rest = server.data(&token, "query ($id: ID!, $after: String) { node(id: $id) { ... on Record { history(after: $after) { nodes { type } pageInfo { hasNextPage } } } } }", json!({"id": id, "after": after})).await;
    assert_eq!(
        rest["node"]["history"],
        json!({"nodes": [{"type": "device.installed"}, {"type": "device.registered"}], "pageInfo": {"hasNextPage": false}})
    );

    // As it was before, whole with its history.
    let node = server.data(&token, query, json!({"id": id, "at": before.to_string()})).await["node"].clone();
    assert_eq!(
        (&node["version"], &node["members"]["location"], &node["readAt"]),
        (&json!("1"), &json!("放射科1室"), &json!(before.to_string()))
    );
    assert_eq!(node["history"]["nodes"].as_array().expect("nodes").len(), 1);
    let time = city.world.rows[before as usize].recorded_at.to_string();
    let list = server.data(&token, "query ($t: Instant) { devices(asOfTime: $t, filter: {state: [\"REGISTERED\"]}) { totalCount position nodes { version } } now: devices(filter: {state: [\"REGISTERED\"]}) { totalCount } }", json!({"t": time})).await;
    assert_eq!((&list["devices"]["totalCount"], &list["now"]["totalCount"]), (&json!("3"), &json!("2")));
    assert_eq!(list["devices"]["position"], json!(before.to_string()));
    let answer = server
        .ask(
            Some(&token),
            "query ($t: Instant) { devices(asOf: \"1\", asOfTime: $t) { totalCount } }",
            json!({"t": time}),
        )
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_filtered_and_ordered() {
    let (server, city) = serve_city(31).await;
    let token = server.login(&city.person("T_SUP")).await;
    let query = "query ($after: String, $order: RecordOrder) { devices(first: 2, after: $after, order: $order) { edges { cursor node { id position } } pageInfo { hasNextPage endCursor } totalCount } }";
    for order in ["LABEL", "RECENT"] {
        let (mut after, mut seen) = (json!(null), Vec::new());
        loop {
            let page = server.data(&token, query, json!({"after": after, "order": order})).await["devices"].clone();
            assert_eq!(page["totalCount"], "6");
            seen.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
            assert!(seen.len() < 10, "paging ends");
        }
        assert_eq!(seen.len(), 6);
        let mut ids: Vec<&Json> = seen.iter().map(|node| &node["id"]).collect();
        ids.dedup();
        assert_eq!(ids.len(), 6);
        if order == "RECENT" {
            let positions: Vec<u64> =
                seen.iter().map(|node| node["position"].as_str().expect("text").parse().expect("a number")).collect();
            assert!(positions.windows(2).all(|pair| pair[0] > pair[1]), "{positions:?}");
        }
    }
    let count = |filter: Json| {
        let (server, token) = (&server, &token);
        async move {
            server
                .data(
                    token,
                    "query ($f: RecordFilter) { institutions(filter: $f) { totalCount } }",
                    json!({"f": filter}),
                )
                .await["institutions"]["totalCount"]
                .clone()
        }
    };
    assert_eq!(count(json!({})).await, "4");
    assert_eq!(count(json!({"area": support::OTHER_AREA})).await, "1");
    assert_eq!(count(json!({"state": ["SUBMITTED", "CLOSED"]})).await, "1");
    assert_eq!(count(json!({"text": "江安"})).await, "1");
    assert_eq!(count(json!({"facets": [{"name": "kinds", "value": "TSO"}]})).await, "1");
    assert_eq!(count(json!({"facets": [{"name": "kinds", "value": "RAD"}], "area": support::world::AREA})).await, "1");
    let edge = server.data(&token, "query ($id: ID!) { node(id: $id) { ... on Institution { devices { totalCount nodes { owner { id } } } } } }", json!({"id": format!("institution/{}", city.hospital)})).await;
    assert_eq!(edge["node"]["devices"]["totalCount"], "3");
    let who = city.person("I_RPO");
    let edge = server.data(&token, "query ($id: ID!) { node(id: $id) { ... on Account { grants { nodes { members { role { code zh } account } } } credentials { nodes { members { key } } } institution { id } } } }", json!({"id": format!("account/{}", who.account)})).await;
    assert_eq!(
        edge["node"]["grants"]["nodes"],
        json!([{"members": {"role": {"code": "I_RPO", "zh": "放射防护负责人"}, "account": who.account}}])
    );
    assert_eq!(edge["node"]["credentials"]["nodes"][0]["members"]["key"], json!(who.key.public().id()));
}

const OFFICERS: &str = "query ($id: ID!) { node(id: $id) { ... on Institution { members { officers { party { id kind } name { state masked } phone { state masked } } } } } }";

async fn officer(server: &Server, token: &str, city: &City) -> Json {
    let data = server.data(token, OFFICERS, json!({"id": format!("institution/{}", city.hospital)})).await;
    data["node"]["members"]["officers"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_values_are_masked_and_told_apart() {
    let (server, city) = serve_city(32).await;
    let token = server.login(&city.person("I_RPO")).await;
    let seen = officer(&server, &token, &city).await;
    assert_eq!(seen["name"], json!({"state": "OPEN", "masked": "张**"}));
    assert_eq!(seen["phone"], json!({"state": "OPEN", "masked": "138****0000"}));

    // Auditors see that there is a value, and nothing of it.
    let auditor = server.login(&city.person("EXT_AUD")).await;
    assert_eq!(officer(&server, &auditor, &city).await["name"], json!({"state": "OPEN", "masked": null}));

    // Erased is on purpose; unavailable is a fault.
    let party = seen["party"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    server.keys.erase("party", party).expect("erased");
    assert_eq!(officer(&server, &token, &city).await["name"], json!({"state": "ERASED", "masked": null}));

    // No answer about the whole city holds a name or a number in clear.
    let city_wide = server.login(&city.person("T_SUP")).await;
    let everything = server.data(&city_wide, "{ accounts(first: 100) { nodes { label members { name { state masked } title } history { nodes { payload changes { old new } } } } }
        institutions { nodes { members { officers { name { masked } } } history { nodes { payload changes { new } reason { code text { masked } } } } } } }", json!({})).await.to_string();
    assert!(everything.contains("演***") && everything.contains("$sealed"), "the test sees sealed values");
    assert!(!everything.contains("演示人员") && !everything.contains("张示范") && !everything.contains("13800000000"));
}

/// Every member of every state in the city has its field: what the table of a kind says is what its state holds.
#[tokio::test]
async fn states_and_looks_agree() {
    let city = support::city(33);
    for (record, entry) in city.world.memory.records() {
        let kind = Kind::parse(&record.kind).expect("a kind");
        let members = api::graphql::record::look(kind).members();
        let state = serde_json::to_value(&entry.state).expect("a state is JSON");
        for (name, value) in state.as_object().expect("an object") {
            assert!(
                value.is_null() || members.iter().any(|member| member.name == name),
                "{}: {name} has no field",
                record.kind
            );
        }
        for member in members.iter().filter(|member| member.required) {
            assert!(
                state.get(member.name).is_some_and(|value| !value.is_null()),
                "{}: {} is not in the state",
                record.kind,
                member.name
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_has_received() {
    let (server, city) = serve_city(34).await;
    let officer = server.login(&city.person("I_RPO")).await;
    let query = "query ($at: Position) { persons(first: 100, asOf: $at) { nodes { doses { lastYear blockNsv blockFirstYear \
        rollingNsv lifeNsv years { year effectiveNsv months detected } } results(first: 10) { totalCount } } } }";
    let doses = |answer: Json| -> Vec<Json> {
        let persons = answer["persons"]["nodes"].as_array().expect("persons").clone();
        persons.into_iter().filter(|person| person["results"]["totalCount"] != "0").collect()
    };
    let now = doses(server.data(&officer, query, json!({"at": null})).await);
    assert_eq!(now.len(), 1, "of his own hospital: {now:?}");
    let history = json!({
        "lastYear": 2021, "blockNsv": "400000", "blockFirstYear": 2021, "rollingNsv": "400000", "lifeNsv": "400000",
        "years": [{"year": 2021, "effectiveNsv": "400000", "months": 3, "detected": true}],
    });
    assert_eq!(now[0]["doses"], history);
    // As it was known before the report came in.
    let reported = city
        .world
        .rows
        .iter()
        .position(|row| String::from_utf8_lossy(&row.payload).contains("\"type\":\"dose_result.reported\""));
    let before = reported.expect("it was reported") as u64 - 1;
    let then = doses(server.data(&officer, query, json!({"at": before.to_string()})).await);
    assert!(then.is_empty(), "{then:?}");
}

/// What the rules say of a record they say of the present day: the newest moment lies on it, and others of the same day.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ahead_is_said_of_the_present_day() {
    let (server, city) = serve_city(37).await;
    let newest = city.world.rows.len() - 1;
    let ahead = async |position: Option<usize>| {
        let token = server.login(&city.person("T_SUP")).await;
        let query = "query ($at: Position) { warnings(first: 100, asOf: $at) { nodes { id ahead { on workdays } } } }";
        let answer = server.data(&token, query, json!({"at": position.map(|at| at.to_string())})).await;
        let nodes = answer["warnings"]["nodes"].as_array().expect("nodes").clone();
        nodes.into_iter().filter(|node| !node["ahead"].is_null()).collect::<Vec<_>>()
    };
    let now = ahead(None).await;
    assert!(!now.is_empty(), "warnings whose clock runs");
    assert_eq!(ahead(Some(newest)).await, now);
    assert_eq!(ahead(Some(newest - 1)).await, now, "an earlier moment of the same day");
    server.set_now(Instant::from_micros(server.now().micros() + 86_400_000_000));
    assert_eq!(ahead(Some(newest)).await, ahead(None).await, "the newest moment lasts");
    assert_eq!(ahead(Some(newest - 1)).await, Vec::<Json>::new(), "the day before");
}

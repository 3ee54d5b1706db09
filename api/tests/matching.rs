//! A laboratory's lines against the files of its client's workers.

mod support;

use domain::catalog::State;
use serde_json::{Value as Json, json};
use support::{City, serve_city};

const QUERY: &str = "query ($contract: UUID!, $lines: [DoseWorkerLine!]!) { doseWorkers(contract: $contract, lines: $lines) { mismatch person employment category reported } }";

fn line(change: Json) -> Json {
    let mut line = json!({"workerNo": "W0002", "position": "CH", "wearFrom": "2021-04-01", "wearTo": "2021-06-30"});
    for (name, value) in change.as_object().expect("members") {
        line[name] = value.clone();
    }
    line
}

/// The id of the one record that fits.
fn find(city: &City, fits: impl Fn(&State) -> bool) -> uuid::Uuid {
    city.world.memory.records().find(|(_, entry)| fits(&entry.state)).expect("a record").0.id
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_matched_for_the_laboratory_of_the_contract_alone() {
    let (server, city) = serve_city(51).await;
    let at = |hospital| {
        find(&city, |state| state.monitoring_contract().is_some_and(|contract| contract.terms.institution == hospital))
    };
    let contract = at(city.other_hospital);
    let post = find(&city, |state| {
        state
            .employment()
            .is_some_and(|post| post.institution == city.other_hospital && post.profile.worker_no == "W0002")
    });
    let number = support::world::resident_no(2);
    let tail = &number[number.len() - 4..];
    let lines = json!([
        line(json!({"name": "虚构人员0002", "idTail": tail})),
        line(json!({"workerNo": "W0001"})),
        line(json!({"name": "虚构人员0001"})),
        line(json!({"idTail": "0000"})),
        line(json!({"wearFrom": "2019-01-01", "wearTo": "2019-03-31"})),
        line(json!({"wearFrom": "2021-03-31"})),
        line(json!({"wearFrom": "2021-03-31", "position": "WR"})),
    ]);
    let token = server.login(&city.person("TSO_SIGN")).await;
    let found = server.data(&token, QUERY, json!({"contract": contract, "lines": lines})).await["doseWorkers"].clone();
    let mismatches: Vec<&Json> = found.as_array().expect("lines").iter().map(|line| &line["mismatch"]).collect();
    assert_eq!(
        mismatches,
        [
            &json!(null),
            &json!("UNKNOWN_NUMBER"),
            &json!("NAME_DIFFERS"),
            &json!("ID_DIFFERS"),
            &json!("NOT_ACTIVE"),
            &json!(null),
            &json!(null)
        ]
    );
    assert_eq!((&found[0]["employment"], &found[0]["category"]), (&json!(post), &json!("2A")));
    assert!(found[0]["reported"].is_null() && found[5]["reported"].is_string() && found[6]["reported"].is_null());
    assert!(found[1]["person"].is_null());
    // The other hospital's contract knows other numbers; nobody else is told anything.
    let other = json!({"contract": at(city.hospital), "lines": [line(json!({}))]});
    let found = server.data(&token, QUERY, other).await["doseWorkers"].clone();
    assert_eq!(found[0]["mismatch"], "UNKNOWN_NUMBER");
    for role in ["T_SUP", "C_SUP", "HEO_CHIEF", "SYS_AUD", "W_SELF"] {
        let token = server.login(&city.person(role)).await;
        let asked = json!({"contract": contract, "lines": [line(json!({}))]});
        assert_eq!(server.data(&token, QUERY, asked).await["doseWorkers"], json!(null), "{role}");
    }
    let many = vec![line(json!({})); 1001];
    let answer = server.ask(Some(&token), QUERY, json!({"contract": contract, "lines": many})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT", "{answer}");
}

/// Four digits are soon tried, so a question tries one name and one number for a worker, and misses are counted.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_a_number_by_guessing() {
    let city = support::city(52);
    let limits = api::Limits { mismatches_per_hour: 30, ..api::Limits::default() };
    let server = support::serve(&city.world, limits).await;
    server.replay(&city.world).await;
    let contract = find(&city, |state| {
        state.monitoring_contract().is_some_and(|contract| contract.terms.institution == city.other_hospital)
    });
    let token = server.login(&city.person("TSO_SIGN")).await;
    let number = support::world::resident_no(2);
    let right = &number[number.len() - 4..];
    let wrong = if right == "0000" { "0001" } else { "0000" };
    let ask = |tails: Vec<&str>| {
        let lines: Vec<Json> = tails.iter().map(|tail| line(json!({"idTail": tail}))).collect();
        let (server, token) = (&server, &token);
        async move { server.ask(Some(token), QUERY, json!({"contract": contract, "lines": lines})).await }
    };
    let tried = ask(vec![wrong, right]).await;
    assert_eq!(tried["data"]["doseWorkers"][1]["mismatch"], "ID_DIFFERS", "the second guess is not compared: {tried}");
    // Misses so far: two. The question that passes the bound is answered, the next one is not.
    assert_eq!(ask(vec![wrong; 28]).await["data"]["doseWorkers"].as_array().map(Vec::len), Some(28));
    assert_eq!(ask(vec![right]).await["errors"][0]["extensions"]["code"], "LIMIT");
    server.set_now(server.now().plus_micros(3_600_000_000));
    let token = server.login(&city.person("TSO_SIGN")).await;
    let later =
        server.data(&token, QUERY, json!({"contract": contract, "lines": [line(json!({"idTail": right}))]})).await;
    assert_eq!(later["doseWorkers"][0]["mismatch"], json!(null));
}

//! Transfers of workers' files over GraphQL: the chain of a case, what waits for whom, who holds a file, the flow.

mod support;

use serde_json::{Value as Json, json};
use support::world::{Person, Wish};
use support::{City, Server, serve_city};

const CHAIN: &str = "query ($id: ID!) { node(id: $id) { ... on Transfer { state
    members { step { code } consent { code } since }
    worker { id } releasing { label } receiving { label }
    chain { step { code } act from on workdays limit late event { type position signer { account } receipt { state } } } } } }";

/// Somebody signs the next step, in the world and in the service.
async fn act(server: &Server, city: &mut City, who: &Person, wish: Wish) {
    let unit = city.world.sign(who, &[wish]).expect("made");
    let before = city.world.rows.len();
    city.world.submit(&unit).expect("admitted");
    server.set_now(city.world.now);
    assert_eq!(server.append(&unit).await["__typename"], "Appended");
    let last = city.world.rows.len() as u64 - 1;
    assert!(last as usize >= before);
    let token = server.login(who).await;
    server
        .data(
            &token,
            "query ($at: Position) { events(first: 1, atLeast: $at) { nodes { id } } }",
            json!({"at": last.to_string()}),
        )
        .await;
}

fn transfer_of(city: &City) -> uuid::Uuid {
    let found = city.world.memory.records().find(|(record, _)| record.kind == "transfer");
    found.expect("the city has one").0.id
}

async fn waiting(server: &Server, who: &Person, holder: &str) -> Json {
    let token = server.login(who).await;
    let query = "query ($holder: String!) { transfers(filter: {facets: [{name: \"holder\", value: $holder}]}) { totalCount nodes { id } } }";
    server.data(&token, query, json!({"holder": holder})).await["transfers"]["totalCount"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_of_a_case_says_who_when_and_how_long() {
    let (server, mut city) = serve_city(71).await;
    let (officer, me, county) = (city.person("I_RPO"), city.person("W_SELF"), city.person("C_APPR"));
    let other = city.other_officer.clone();
    let transfer = transfer_of(&city);
    let id = format!("transfer/{transfer}");
    let consent = json!({"scope": "STATUTORY", "how": "SELF"});
    act(&server, &mut city, &me, Wish::new("transfer.consent_signed", transfer, consent)).await;
    assert_eq!(waiting(&server, &officer, &format!("institution/{}", city.hospital)).await, "1");
    assert_eq!(waiting(&server, &county, "area/511523").await, "0", "it waits for the institution first");
    // The dosimeter comes back, and eleven days pass.
    let dosimeter = city.world.memory.records().find(|(record, entry)| {
        record.kind == "dosimeter" && entry.state.dosimeter().is_some_and(|one| one.issue.institution == city.hospital)
    });
    let dosimeter = dosimeter.expect("he wears one").0.id;
    let today = city.world.today();
    act(&server, &mut city, &officer, Wish::new("dosimeter.returned", dosimeter, json!({})).on(&today)).await;
    city.world.pass_seconds(11 * 86_400);
    server.set_now(city.world.now);
    let approved = json!({"step": "RELEASING_INST"});
    act(&server, &mut city, &officer, Wish::new("transfer.approved", transfer, approved)).await;
    // Both sides read the same chain.
    let mut seen = Vec::new();
    for who in [&officer, &me, &county, &other] {
        let token = server.login(who).await;
        let node = server.data(&token, CHAIN, json!({"id": id})).await["node"].clone();
        let chain = node["chain"].as_array().unwrap_or_else(|| panic!("{node}")).clone();
        assert_eq!(chain.len(), 3, "{node}");
        assert_eq!((&chain[0]["act"], &chain[1]["act"]), (&json!("consent_signed"), &json!("approved")));
        assert_eq!((&chain[0]["late"], &chain[1]["late"]), (&json!(false), &json!(true)), "{chain:?}");
        assert_eq!(chain[1]["event"]["signer"]["account"], json!(officer.account));
        assert_eq!((&chain[2]["step"]["code"], &chain[2]["on"]), (&json!("RELEASING_COUNTY"), &Json::Null));
        seen.push(chain);
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "everybody who may read it reads the same");
    assert_eq!(waiting(&server, &county, &format!("area/{}", support::world::AREA)).await, "1");
    // As of before the release it waited for the institution.
    let token = server.login(&county).await;
    let query = "query ($id: ID!, $at: Position!) { node(id: $id, asOf: $at) { ... on Transfer { members { step { code } } } } }";
    let before = city.world.rows.len() as u64 - 2;
    let earlier = server.data(&token, query, json!({"id": id, "at": before.to_string()})).await;
    assert_eq!(earlier["node"]["members"]["step"]["code"], "RELEASING_INST");
    // The flow between the districts.
    let query = "{ transferFlow(from: \"2020-01-01\", until: \"2030-01-01\") { fromArea toArea requested completed open medianDays } }";
    let flow = server.data(&token, query, json!({})).await["transferFlow"].clone();
    assert_eq!(flow.as_array().map(Vec::len), Some(1));
    assert_eq!((&flow[0]["requested"], &flow[0]["open"], &flow[0]["completed"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(flow[0]["medianDays"], Json::Null);
    // Somebody of a technical-service organisation is no side of it.
    let token = server.login(&city.person("TSO_SIGN")).await;
    let flow = server.data(&token, query, json!({})).await["transferFlow"].clone();
    assert_eq!(flow, json!([]));
}

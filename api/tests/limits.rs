//! Every bound, from outside: what is within it passes, what is beyond it is told by its name.

mod support;

use api::Limits;
use serde_json::{Value as Json, json};
use support::world::World;
use support::{Server, serve, serve_city};

fn limit(answer: &Json) -> (&str, &str) {
    let extensions = &answer["errors"][0]["extensions"];
    (extensions["code"].as_str().unwrap_or("-"), extensions["messageEn"].as_str().unwrap_or("-"))
}

async fn small() -> Server {
    let limits = Limits {
        body_bytes: 20_000,
        document_bytes: 2_000,
        depth: 5,
        complexity: 400,
        aliases: 4,
        directives: 3,
        units_max: 3,
        ..Limits::default()
    };
    serve(&World::new(70), limits).await
}

#[tokio::test(flavor = "multi_thread")]
async fn documents() {
    let server = small().await;
    let nested = "{ node(id: \"device/6f1c1a52-3b0e-4c43-9d0e-0123456789ab\") { ... on Device { owner { devices { nodes { owner { id } } } } } } }";
    let aliases = |n: usize| format!("{{ {} }}", (0..n).map(|i| format!("a{i}: ledger {{ id }} ")).collect::<String>());
    let directives = |n: usize| format!("{{ ledger {{ id {} }} }}", "@include(if: true) ".repeat(n));
    let cases = [
        (nested.to_owned(), "depth"),
        (aliases(5), "aliases"),
        (directives(4), "directives"),
        ("{ devices(first: 100) { nodes { id label state version } } }".to_owned(), "complexity"),
        (format!("{{ ledger {{ id }} }} #{}", "x".repeat(2_000)), "documentBytes"),
    ];
    for (query, name) in cases {
        let answer = server.ask(None, &query, json!({})).await;
        let (code, message) = limit(&answer);
        assert_eq!(code, "LIMIT", "{name}: {answer}");
        assert!(message.contains(name), "{name}: {message}");
        assert!(answer.get("data").is_none(), "nothing ran");
    }
    assert!(server.ask(None, &aliases(4), json!({})).await.get("errors").is_none());
    let units = json!([{}, {}, {}, {}]);
    let answer =
        server.ask(None, "mutation ($u: [JSON!]!) { append(units: $u) { __typename } }", json!({"u": units})).await;
    assert!(limit(&answer).1.contains("unitsMax"), "{answer}");

    let body = json!({"query": "{ ledger { id } }", "variables": {"x": "y".repeat(20_000)}}).to_string();
    let answer = server
        .http
        .post(format!("{}/graphql", server.url))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 413);
    let answer =
        server.http.post(format!("{}/session", server.url)).body("x".repeat(20_001)).send().await.expect("an answer");
    assert_eq!(answer.status(), 413);
    let told = server
        .ask(None, "{ ledger { limits { depth complexity aliases bodyBytes unitsMax waitMs } } }", json!({}))
        .await;
    assert_eq!(
        told["data"]["ledger"]["limits"],
        json!({"depth": 5, "complexity": 400, "aliases": 4, "bodyBytes": 20_000, "unitsMax": 3, "waitMs": 5_000})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_positions_and_waiting() {
    let (server, city) = serve_city(71).await;
    let token = server.login(&city.person("T_SUP")).await;
    let ask = |query: &'static str| server.ask(Some(&token), query, json!({}));
    for (query, code, word) in [
        ("{ devices(first: 101) { totalCount } }", "LIMIT", "pageMax"),
        ("{ devices(first: 0) { totalCount } }", "BAD_ARGUMENT", "first"),
        ("{ devices(first: -1) { totalCount } }", "BAD_ARGUMENT", "first"),
        ("{ devices(after: \"nonsense\") { totalCount } }", "BAD_ARGUMENT", "after"),
        ("{ devices(asOf: \"01\") { totalCount } }", "BAD_ARGUMENT", "asOf"),
        ("{ devices(asOf: \"-1\") { totalCount } }", "BAD_ARGUMENT", "asOf"),
        ("{ devices(asOf: \"99999999999999999999\") { totalCount } }", "BAD_ARGUMENT", "asOf"),
        (
            "{ devices(filter: {facets: [{name: \"colour\", value: \"red\"}]}) { totalCount } }",
            "BAD_ARGUMENT",
            "facets",
        ),
        ("{ devices(filter: {warned: [\"PURPLE\"]}) { totalCount } }", "BAD_ARGUMENT", "warned"),
        ("{ grants(filter: {warned: [\"RED\"]}) { totalCount } }", "BAD_ARGUMENT", "warned"),
        ("{ events(kinds: [\"unicorn\"]) { nodes { id } } }", "BAD_ARGUMENT", "kinds"),
        ("{ node(id: \"nonsense\") { id } }", "BAD_ARGUMENT", "id"),
        ("{ event { id } }", "BAD_ARGUMENT", "event"),
    ] {
        let answer = ask(query).await;
        let (found, message) = limit(&answer);
        assert_eq!(found, code, "{query}: {answer}");
        assert!(message.contains(word), "{query}: {message}");
    }
    let long = "x".repeat(101);
    let answer = server
        .ask(Some(&token), "query ($t: String) { devices(filter: {text: $t}) { totalCount } }", json!({"t": long}))
        .await;
    assert!(limit(&answer).1.contains("textChars"), "{answer}");

    // What is not there yet is waited for, and not for ever.
    let started = std::time::Instant::now();
    let answer = ask("{ devices(atLeast: \"1000000\") { totalCount } }").await;
    assert_eq!(limit(&answer).0, "BEHIND", "{answer}");
    assert!(
        started.elapsed() >= std::time::Duration::from_secs(5) && started.elapsed() < std::time::Duration::from_secs(9)
    );
    assert_eq!(answer["errors"][0]["extensions"]["position"], city.world.rows.len().to_string());
    // Hostile text is a value, nothing more.
    let answer = server
        .ask(
            Some(&token),
            "query ($f: RecordFilter) { devices(filter: $f) { totalCount } }",
            json!({"f": {"text": "'; drop table read.live; --", "area": "511502,511503", "state": ["%"]}}),
        )
        .await;
    assert_eq!(answer["data"]["devices"]["totalCount"], "0", "{answer}");
}

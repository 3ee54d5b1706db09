//! GraphQL over HTTP as the specification says it, and the pages beside it.

mod support;

use api::Limits;
use reqwest::{Method, Response};
use serde_json::{Value as Json, json};
use support::world::World;
use support::{Server, serve, serve_city};

const QUERY: &str = "{ ledger { id } }";

async fn empty() -> Server {
    serve(&World::new(60), Limits::default()).await
}

async fn post(server: &Server, accept: &str, media: &str, body: String) -> Response {
    let request = server
        .http
        .post(format!("{}/graphql", server.url))
        .header("accept", accept)
        .header("content-type", media)
        .body(body);
    request.send().await.expect("an answer")
}

fn media(response: &Response) -> String {
    response.headers()["content-type"].to_str().expect("text").to_owned()
}

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn media_types_and_statuses() {
    let server = empty().await;
    let body = |query: &str| json!({"query": query}).to_string();
    let ok = post(&server, GRAPHQL, JSON, body(QUERY)).await;
    assert_eq!((ok.status().as_u16(), media(&ok)), (200, format!("{GRAPHQL}; charset=utf-8")));
    let ok = post(&server, JSON, "application/json; charset=utf-8", body(QUERY)).await;
    assert_eq!((ok.status().as_u16(), media(&ok)), (200, format!("{JSON}; charset=utf-8")));
    assert_eq!(post(&server, "*/*", JSON, body(QUERY)).await.status(), 200);
    assert_eq!(post(&server, "text/html", JSON, body(QUERY)).await.status(), 406);
    for wrong in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "",
    ] {
        assert_eq!(post(&server, GRAPHQL, wrong, body(QUERY)).await.status(), 415, "{wrong}");
    }
    // A document is sent, or named; a name that this program does not know is no document.
    for unnamed in [
        json!({"documentId": "sha256:00"}),
        json!({"documentId": "sha256:00", "query": QUERY}),
        json!({"operationName": "Shell"}),
    ] {
        let answer = post(&server, GRAPHQL, JSON, unnamed.to_string()).await;
        assert_eq!(answer.status(), 400, "{unnamed}");
    }
    // A document that cannot run: 400 under the first type, 200 under the second; no data under either.
    for bad in [
        "{",
        "{ nothing }",
        "{ ledger { id }",
        "query ($a: Int!) { ledger { id } }",
        "fragment x on Query { ledger { id } }",
        "",
    ] {
        let answer = post(&server, GRAPHQL, JSON, body(bad)).await;
        assert_eq!(answer.status(), 400, "{bad}");
        let answer: Json = answer.json().await.expect("JSON");
        assert!(answer.get("data").is_none() && answer["errors"].is_array(), "{bad}: {answer}");
        let answer = post(&server, JSON, JSON, body(bad)).await;
        assert_eq!(answer.status(), 200, "{bad}");
        assert!(answer.json::<Json>().await.expect("JSON").get("data").is_none());
    }
    // What is no request at all is 400 under both.
    for bad in [
        "",
        "null",
        "[]",
        "{",
        "{\"query\": 1}",
        "{}",
        "[{\"query\": \"{ ledger { id } }\"}]",
        "{\"query\": \"{ ledger { id } }\", \"variables\": [1]}",
        "{\"query\": \"{ ledger { id } }\", \"operationName\": 1}",
    ] {
        for accept in [GRAPHQL, JSON] {
            assert_eq!(post(&server, accept, JSON, bad.to_owned()).await.status(), 400, "{bad}");
        }
    }
    // A field that fails has its place: 200, with data.
    let answer = post(&server, GRAPHQL, JSON, body("{ ledger { id } devices { totalCount } }")).await;
    assert_eq!(answer.status(), 200);
    let answer: Json = answer.json().await.expect("JSON");
    assert_eq!(answer["errors"][0]["path"], json!(["devices"]));
    assert_eq!(answer["data"]["devices"], json!(null), "null, not left out");
    assert!(
        answer["data"].as_object().is_some_and(|data| data.contains_key("devices") && !data["ledger"].is_null()),
        "{answer}"
    );
    let answer: Json = post(&server, GRAPHQL, JSON, body("{ a: devices { totalCount } b: events { position } }"))
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["data"], json!({"a": null, "b": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_by_get_writing_by_post() {
    let (server, _city) = serve_city(61).await;
    let get = |query: &[(&str, &str)]| {
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", value.bytes().map(|b| format!("%{b:02X}")).collect::<String>()))
            .collect();
        server.http.get(format!("{}/graphql?{}", server.url, pairs.join("&"))).send()
    };
    let answer =
        get(&[("query", "query A { ledger { id name } } query B { ledger { name } }"), ("operationName", "B")])
            .await
            .expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.json::<Json>().await.expect("JSON")["data"]["ledger"], json!({"name": "test.example"}));
    let answer = get(&[("query", "query ($v: Int) { catalogue(version: $v) }"), ("variables", "{\"v\": 1}")])
        .await
        .expect("an answer");
    assert_eq!(answer.json::<Json>().await.expect("JSON")["data"]["catalogue"]["version"], 1);
    assert_eq!(get(&[]).await.expect("an answer").status(), 400);
    assert_eq!(get(&[("query", QUERY), ("variables", "{")]).await.expect("an answer").status(), 400);
    let written = get(&[("query", "mutation { append(units: []) { __typename } }")]).await.expect("an answer");
    assert_eq!(
        (written.status().as_u16(), written.headers()["allow"].to_str().expect("text").to_owned()),
        (405, "POST".to_owned())
    );
    let named = get(&[
        ("query", "query A { ledger { id } } mutation B { append(units: []) { __typename } }"),
        ("operationName", "B"),
    ])
    .await
    .expect("an answer");
    assert_eq!(named.status(), 405, "which operation runs decides");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer =
            server.http.request(method.clone(), format!("{}/graphql", server.url)).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["allow"].to_str().expect("text")),
            (405, "GET, POST"),
            "{method}"
        );
    }
    let answer = server.ask(None, "subscription { events { id } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT");
    let answer = server
        .http
        .post(format!("{}/graphql", server.url))
        .bearer_auth("nonsense")
        .json(&json!({"query": QUERY}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 401, "a token that is none is told, even where none is needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_headers() {
    let server = empty().await;
    let get = |path: &str| server.http.get(format!("{}{path}", server.url)).send();
    for (path, status, begins) in [
        ("/healthz", 200, "ok"),
        ("/readyz", 200, "ready"),
        ("/metrics", 200, "# HELP radledger_events"),
        ("/", 200, "<!doctype html>"),
        ("/nowhere", 404, "<!doctype html>"),
        ("/files/6f1c1a52-3b0e-4c43-9d0e-0123456789ab", 401, "{"),
        ("/graphiql", 200, "<!doctype html>"),
        ("/graphiql/explorer.js", 200, "//"),
    ] {
        let answer = get(path).await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
        {
            assert_eq!(answer.headers()[name], value, "{path}");
        }
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src 'unsafe"), "{path}: {policy}");
        let text = answer.text().await.expect("text");
        assert!(text.starts_with(begins), "{path}: {text}");
        assert!(!text.contains("https://"), "{path} fetches nothing from elsewhere");
    }
    for path in ["/assets/none.js", "/documents.json"] {
        assert_eq!(get(path).await.expect("an answer").status(), 404, "{path}");
    }
    let posted = server.http.post(format!("{}/nowhere", server.url)).send().await.expect("an answer");
    assert_eq!(posted.status(), 405);
    let metrics = get("/metrics").await.expect("an answer").text().await.expect("text");
    for name in [
        "radledger_events 0",
        "radledger_published_events 0",
        "radledger_read_lag_events 0",
        "radledger_append_queue_units 0",
    ] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_ledger_answers_and_waits_for_its_genesis() {
    let mut world = World::new(62);
    let server = serve(&world, Limits::default()).await;
    let answer = server
        .ask(None, "{ ledger { size readSize policyVersion vkey origin environment } catalogue }", json!({}))
        .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(
        (&answer["data"]["ledger"]["size"], &answer["data"]["ledger"]["policyVersion"]),
        (&json!("0"), &json!(null))
    );
    // Whatever is no genesis is refused; the genesis itself comes through the same field.
    let key = signing::keys::SigningKey::from_seed([4; 32]);
    let stray = signing::envelope::Unit {
        envelopes: vec![api::submit::sign(&key, b"{\"a\":1}".to_vec())],
        openings: vec![Some(Vec::new())],
    };
    assert_eq!(server.append(&stray).await["code"], "not_ready");
    let body = server.answer(world.roots[0].account, &world.roots[0].key.clone(), |_| {}).await;
    assert_eq!(server.post_session(body).await.0, 401, "nobody is known yet");
    world.genesis();
    server.replay(&world).await;
    let token = server.login(&world.roots[0].clone()).await;
    let data = server.data(&token, "{ ledgers { nodes { state members { threshold signedBy logVkey roots { person } } history { nodes { signer { role } } } } } }", json!({})).await;
    assert_eq!(data["ledgers"]["nodes"][0]["state"], "COMPLETE");
    assert_eq!(data["ledgers"]["nodes"][0]["history"]["nodes"][0]["signer"]["role"], "ROOT");
}

/// The introspection that tools ask for fits the limits.
#[tokio::test(flavor = "multi_thread")]
async fn tools_can_introspect() {
    let server = empty().await;
    let mut type_ref = "kind name".to_owned();
    for _ in 0..9 {
        type_ref = format!("kind name ofType {{ {type_ref} }}");
    }
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }}
           types {{ ...FullType }} directives {{ name description locations args {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description fields(includeDeprecated: true) {{ name description args {{ ...InputValue }}
           type {{ ...TypeRef }} isDeprecated deprecationReason }} inputFields {{ ...InputValue }} interfaces {{ ...TypeRef }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue }}
         fragment TypeRef on __Type {{ {type_ref} }}"
    );
    let answer = server.ask(None, &query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
    let types = answer["data"]["__schema"]["types"].as_array().expect("types");
    let device = types.iter().find(|found| found["name"] == "DeviceMembers").expect("the members of a device");
    let voltage = device["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|field| field["name"] == "tubeVoltageV")
        .expect("a field");
    assert_eq!(voltage["type"]["name"], "Volt");
    assert!(voltage["description"].as_str().expect("text").contains("最大管电压"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_is_run_for_whoever_audits() {
    let (server, city) = serve_city(4).await;
    let url = format!("{}/audit/run", server.url);
    assert_eq!(server.http.get(&url).send().await.expect("an answer").status(), 401);
    let unit = server.login(&city.person("I_RPO")).await;
    let reader = server.login(&city.person("T_APPR")).await;
    let supervisor = server.login(&city.person("T_SUP")).await;
    let call = async |method: Method, token: &str| {
        let request = server.http.request(method, &url).bearer_auth(token);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Json>().await.expect("JSON"))
    };
    assert_eq!(call(Method::GET, &unit).await.0, 403, "a unit supervises nobody");
    assert_eq!(call(Method::POST, &reader).await.0, 403, "who reads a run need not start one");
    assert_eq!(call(Method::GET, &reader).await.1["state"], "NONE");

    let (status, begun) = call(Method::POST, &supervisor).await;
    assert_eq!((status, &begun["state"]), (202, &json!("RUNNING")));
    assert_eq!(call(Method::POST, &supervisor).await.0, 409, "one at a time");
    let mut counted = false;
    let ended = loop {
        let (_, run) = call(Method::GET, &reader).await;
        counted |= run["state"] == "RUNNING" && run["done"] == 5 && run["of"] == 10;
        if run["state"] != "RUNNING" {
            break run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert!(counted, "its progress was told");
    assert_eq!((&ended["state"], &ended["report"]), (&json!("CLEAN"), &json!({"findings": []})));
    assert_eq!(call(Method::POST, &supervisor).await.0, 202, "and again");
}

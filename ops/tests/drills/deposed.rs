//! Another service takes over while the first one still runs: two must never append side by side.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::load::{Answer, Load, Officer};
use crate::quiet::quiet;
use crate::site::{PATIENCE, Site};

const DEVICES: &str = "{ devices(first: 1) { totalCount } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deposed_service_answers_read_only_and_goes_on_reading() {
    let first = Site::new();
    let loaded = first.events();
    let mut deposed = first.serve();
    let before = quiet(loaded, || first.events());
    let reader = Officer::of(&first);
    let clients = Arc::new(Officer::of(&first));
    let load = Load::start(&clients, before);
    load.goes_on(20).await;
    assert_eq!(reader.text("/readyz").await, "ready\n");

    let second = Site::beside(&first).await;
    let mut successor = second.serve_with(&["--take-over"]);
    // Whatever it took before it was deposed is there; from now on it takes nothing.
    load.stands().await;
    let acknowledged = load.acknowledged();
    let unit = reader.unit();
    assert!(matches!(reader.send(&unit).await, Answer::Refused(code) if code == "read_only"));
    assert_eq!(reader.text("/readyz").await, "ready, read only\n");
    assert_eq!(reader.page("/readyz").await, Some(200), "questions are answered");
    let at = devices(&reader).await;
    assert_eq!(load.acknowledged(), acknowledged);
    assert_eq!(load.refusals().last().map(String::as_str), Some("read_only"));

    // The clients find the successor: their open units get in once, and the deposed one reads all of it.
    clients.turns_to(&second);
    load.goes_on(40).await;
    let began = Instant::now();
    while devices(&reader).await < at + 40 {
        assert!(began.elapsed() < PATIENCE, "the deposed service reads no further");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(matches!(reader.send(&unit).await, Answer::Refused(code) if code == "read_only"), "for good");
    load.settle(&second).await;
    // Both publish what is there, and neither contradicts the other.
    let began = Instant::now();
    loop {
        let status = second.json(&["status", "--json"]);
        if status["size"] == status["events"] {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "not published: {status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(reader.page("/readyz").await, Some(200), "the deposed service still runs");
    second.verify();
    successor.kill();
    deposed.kill();
    first.verify();
}

async fn devices(officer: &Officer) -> u64 {
    let (status, answer) = officer.ask(DEVICES).await.expect("an answer");
    assert_eq!(status, 200);
    assert!(answer["errors"].is_null(), "{answer}");
    let count = answer["data"]["devices"]["totalCount"].as_str().and_then(|count| count.parse().ok());
    count.unwrap_or_else(|| panic!("{answer}"))
}

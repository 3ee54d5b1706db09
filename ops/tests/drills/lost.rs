//! The database is gone for a while: its process and its folder.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::load::{Answer, Load, Officer};
use crate::quiet::quiet;
use crate::site::{PATIENCE, Site, kill_postgres};

/// How long an answer may take while there is no database. The appender waits some seconds for a lost connection, and
/// whoever comes meanwhile for its next try.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
const DEVICES: &str = "{ devices(first: 1) { totalCount } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_said_and_the_service_goes_on_when_it_is_back() {
    let site = Site::new();
    let loaded = site.events();
    let mut service = site.serve();
    let before = quiet(loaded, || site.events());
    let officer = Arc::new(Officer::of(&site));
    let load = Load::start(&officer, before);
    load.goes_on(20).await;

    let (folder, away) = (site.data().join("pg/pgdata"), site.data().join("pg/away"));
    assert_eq!(officer.ask(DEVICES).await.expect("an answer").0, 200);
    // The folder first: the service starts the server again at once where it can.
    let postmaster = site.postmaster();
    std::fs::rename(&folder, &away).expect("moved away");
    kill_postgres(postmaster);
    let unit = officer.unit();
    let began = Instant::now();
    let answer = officer.send(&unit).await;
    assert!(matches!(&answer, Answer::Refused(code) if code == "busy"), "{answer:?}");
    assert!(began.elapsed() < ANSWERED_WITHIN, "{:?}", began.elapsed());
    let began = Instant::now();
    assert_eq!(officer.page("/readyz").await, Some(503));
    assert_eq!(officer.page("/log/checkpoint").await, Some(503));
    assert_eq!(officer.page("/healthz").await, Some(200), "the process itself lives");
    let (status, answer) = officer.ask(DEVICES).await.expect("an answer");
    // A session is remembered for two seconds: until then the fields say that nobody answers, afterwards the request does.
    assert!([200, 503].contains(&status), "{status}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BUSY"), "{answer}");
    assert!(answer["data"]["devices"].is_null(), "{answer}");
    assert!(began.elapsed() < ANSWERED_WITHIN, "{:?}", began.elapsed());
    assert!(!folder.exists(), "an empty database must not take the place of the lost one");

    std::fs::rename(&away, &folder).expect("moved back");
    let began = Instant::now();
    while officer.page("/readyz").await != Some(200) {
        assert!(began.elapsed() < PATIENCE, "it does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    load.goes_on(20).await;
    load.settle(&site).await;
    service.kill();
    site.verify();
}

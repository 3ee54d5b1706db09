//! PostgreSQL stands still: every process of it is stopped, so nothing answers and no connection breaks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde_json::json;

use crate::load::{Answer, Load, Officer};
use crate::quiet::quiet;
use crate::rounds;
use crate::site::{PATIENCE, Site, signal_postgres};

/// How long the answer to a unit may take while nothing answers: the service's own bound, and some for a loaded machine.
const DECIDED_WITHIN: Duration = Duration::from_secs(35);
/// How long the answer to a question may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
const DEVICES: &str = "{ devices(first: 1) { totalCount } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_said_and_the_service_goes_on_when_it_moves() {
    let site = Site::new();
    let loaded = site.events();
    let mut service = site.serve();
    let before = quiet(loaded, || site.events());
    let officer = Arc::new(Officer::of(&site));
    let load = Load::start(&officer, before);
    for _ in 0..rounds(1, 5) {
        load.goes_on(20).await;
        assert_eq!(officer.page("/readyz").await, Some(200));
        let still = Still::stand(&site);
        let stopped = Instant::now();
        // All at once: what one waits for must not keep another waiting.
        let unit = officer.unit();
        let (sent, ready, checkpoint, asked) = tokio::join!(
            timed(officer.send(&unit)),
            timed(officer.page("/readyz")),
            timed(officer.page("/log/checkpoint")),
            timed(officer.ask(DEVICES)),
        );
        assert!(matches!(&sent.0, Answer::Refused(code) if code == "busy"), "{sent:?}");
        assert!(sent.1 < DECIDED_WITHIN, "{sent:?}");
        load.leaves_open(unit);
        assert_eq!(ready.0, Some(503));
        assert!(ready.1 < Duration::from_secs(6), "{ready:?}");
        assert_eq!(checkpoint.0, Some(503));
        assert!(checkpoint.1 < ANSWERED_WITHIN, "{checkpoint:?}");
        let (status, answer) = asked.0.expect("an answer");
        assert!([200, 503].contains(&status), "{status}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BUSY"), "{answer}");
        assert!(asked.1 < ANSWERED_WITHIN, "{:?}", asked.1);
        assert_eq!(officer.page("/healthz").await, Some(200), "the process itself lives");
        // Long enough that the appender has given its connection up and looked for another one.
        tokio::time::sleep(Duration::from_secs(25).saturating_sub(stopped.elapsed())).await;
        let acknowledged = load.acknowledged();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(load.acknowledged(), acknowledged, "nothing can have been written");

        drop(still);
        let moves = Instant::now();
        while officer.page("/readyz").await != Some(200) {
            assert!(moves.elapsed() < PATIENCE, "it does not come back");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        load.goes_on(20).await;
        let (status, answer) = officer.ask(DEVICES).await.expect("an answer");
        assert_eq!(status, 200);
        assert!(answer["errors"].is_null(), "{answer}");
    }
    load.settle(&site).await;
    service.kill();
    site.verify();
}

/// PostgreSQL while it stands still; it moves again when this ends, also when the drill fails.
struct Still(Option<Pid>);

impl Still {
    fn stand(site: &Site) -> Self {
        let postmaster = site.postmaster();
        signal_postgres(postmaster, Signal::SIGSTOP);
        Self(postmaster)
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        signal_postgres(self.0, Signal::SIGCONT);
    }
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (work.await, began.elapsed())
}

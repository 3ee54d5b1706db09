//! Kill -9 of the service and of PostgreSQL, at random moments under load.

use std::sync::Arc;
use std::time::Duration;

use crate::load::{Load, Officer};
use crate::quiet::quiet;
use crate::site::{Site, kill_postgres};
use crate::{rounds, seed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_event_survives_kill_9() {
    let site = Site::new();
    let loaded = site.events();
    let mut service = site.serve();
    let before = quiet(loaded, || site.events());
    let officer = Arc::new(Officer::of(&site));
    let load = Load::start(&officer, before);
    let mut random = seed() | 1;
    for round in 0..rounds(3, 30) {
        load.goes_on(20).await;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(random % 500)).await;
        // The service; PostgreSQL; both.
        if round % 3 != 0 {
            kill_postgres(site.postmaster());
        }
        if round % 3 != 1 {
            service.kill();
            service = site.serve();
        }
    }
    load.goes_on(20).await;
    load.settle(&site).await;
    service.kill();
    site.verify();
}

//! PostgreSQL is killed under load. Every acknowledged unit is there exactly once, at its position.

mod common;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{event, now_us, system_clock, unit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use postgres::{Cluster, Settings};
use schema::{AppendError, Appender, AppenderLimits, EventLog, NewUnit, Outcome, Passwords, Role};
use uuid::Uuid;

const CLIENTS: u32 = 24;
const KILLS: u32 = 6;

/// What the clients know for certain, and what they do not.
#[derive(Default)]
struct Known {
    /// Event id and position of what was acknowledged.
    acknowledged: HashMap<Uuid, u64>,
    /// Units whose fate is open.
    open: Vec<NewUnit>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_unit_survives_a_kill() {
    let outer = tempfile::tempdir_in("/tmp").expect("a folder");
    std::fs::set_permissions(outer.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("chmod");
    let folder = outer.path().join("cluster");
    let durable = Settings { durable: true };
    let mut cluster = Cluster::start(&folder, durable).await.expect("a server");
    let passwords = Passwords::generate();
    schema::migrate(cluster.config(), &passwords).await.expect("migrated");
    let config = schema::connect::role_config(cluster.config(), Role::Appender, &passwords);
    let limits = AppenderLimits { reconnect_within: Duration::from_secs(30), ..AppenderLimits::default() };
    let appender = Arc::new(Appender::start(config, system_clock(), limits).await.expect("an appender"));

    let known = Arc::new(Mutex::new(Known::default()));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(run_client(client, Arc::clone(&appender), Arc::clone(&known), Arc::clone(&stop))))
        .collect();

    for round in 0..KILLS {
        // A different moment of the load each time; the clock's low digits are as good as any generator.
        tokio::time::sleep(Duration::from_millis(200 + now_us().unsigned_abs() % 300)).await;
        let before = known.lock().expect("no panic while held").acknowledged.len();
        let postmaster = cluster.pid().expect("our child");
        let mut victims = children(postmaster);
        if round % 2 == 0 {
            // Everything at once. The postmaster alone would let its backends finish what they are at.
            victims.insert(0, (postmaster, String::new()));
        } else {
            // The backend that appends, in the middle of whatever it does; the server recovers by itself.
            victims.retain(|(_, title)| title.contains(Role::Appender.name()));
            assert!(!victims.is_empty(), "no backend of the appender");
        }
        for (pid, _) in victims {
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
        if round % 2 == 0 {
            tokio::time::timeout(Duration::from_secs(20), cluster.wait_exit()).await.expect("its end is noticed");
            drop(cluster);
            cluster = Cluster::start(&folder, durable).await.expect("recovery");
        }
        let began = std::time::Instant::now();
        while known.lock().expect("no panic while held").acknowledged.len() <= before + 50 {
            assert!(began.elapsed() < Duration::from_secs(30), "round {round}: nothing is appended after the kill");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.expect("a client");
    }

    let pool = schema::connect(cluster.config(), Role::Appender, &passwords).expect("a pool");
    let log = EventLog::new(pool);
    let size = log.head().await.expect("a head").next_position;
    let stored = log.range(0, size).await.expect("no position is missing");
    let positions: HashMap<Uuid, u64> = stored.iter().map(|event| (event.id, event.position)).collect();
    assert_eq!(positions.len(), stored.len(), "an id stands twice in the log");
    let known = std::mem::take(&mut *known.lock().expect("no panic while held"));
    for (id, position) in &known.acknowledged {
        assert_eq!(positions.get(id), Some(position), "an acknowledged event is not at its position");
    }
    // Nothing else is there than what a client was told or could not be told.
    let open: Vec<Uuid> = known.open.iter().map(|unit| unit.events[0].id).collect();
    for id in positions.keys() {
        assert!(known.acknowledged.contains_key(id) || open.contains(id), "an event that nobody sent");
    }
    assert!(!known.open.is_empty(), "no kill hit a call: the test did not test");

    // The same bytes again: known if they were committed, appended or lost to a later version if not.
    for unit in known.open {
        let id = unit.events[0].id;
        let outcome = appender.append(unit).await.expect("an answer");
        let there = positions.contains_key(&id);
        assert_eq!(outcome == Outcome::Known, there, "{outcome:?}");
    }
    cluster.stop().await.expect("a clean stop");
}

/// Processes whose parent is this one, with the titles that PostgreSQL gives them.
fn children(parent: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("a Linux").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let read = |file: &str| std::fs::read_to_string(entry.path().join(file)).unwrap_or_default();
        let stat = read("stat");
        let of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if of == Some(parent) {
            found.push((pid, read("cmdline")));
        }
    }
    found
}

/// Makes versions 1, 2, 3, … of a record of its own, as fast as it can.
async fn run_client(client: u32, appender: Arc<Appender>, known: Arc<Mutex<Known>>, stop: Arc<AtomicBool>) {
    let mut record = Uuid::from_u128(u128::from(client) + 1);
    let mut version = 0;
    while !stop.load(Ordering::SeqCst) {
        let unit = unit(vec![event("device", record, version + 1)]);
        let id = unit.events[0].id;
        match appender.append(unit.clone()).await {
            Ok(Outcome::Appended { first_position, .. }) => {
                version += 1;
                let twice = known.lock().expect("no panic while held").acknowledged.insert(id, first_position);
                assert_eq!(twice, None);
            }
            Err(AppendError::Unavailable(_)) => {
                known.lock().expect("no panic while held").open.push(unit);
                // Whether that version exists is open, so go on with another record.
                (record, version) = (Uuid::new_v4(), 0);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            other => panic!("{other:?}"),
        }
    }
}

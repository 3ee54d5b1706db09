//! The function itself, with batches that the appender would never make.

use std::time::Instant;

use uuid::Uuid;

use crate::append_call::{self, Answer};
use crate::connect::Role;
use crate::event_log::{NewUnit, Outcome, Take};

#[path = "../tests/common/mod.rs"]
mod common;
use common::{Ledger, event, fresh, ledger, now_us, unit};

struct Caller {
    client: tokio_postgres::Client,
    statement: tokio_postgres::Statement,
}

impl Caller {
    async fn new(ledger: &Ledger) -> Caller {
        let client = ledger.as_role(Role::Appender).await;
        let statement = client.prepare(&append_call::sql()).await.expect("the function is there");
        Caller { client, statement }
    }

    async fn call(&self, units: &[&NewUnit]) -> Answer {
        append_call::call(&self.client, &self.statement, 1, now_us(), units).await.expect("an answer")
    }

    async fn codes(&self, units: &[&NewUnit]) -> String {
        let letter = |outcome: &Outcome| match outcome {
            Outcome::Appended { .. } => 'O',
            Outcome::Known => 'K',
            Outcome::Again => 'A',
            Outcome::Conflict => 'C',
            Outcome::Moved => 'M',
            Outcome::Taken => 'T',
            Outcome::Stale => 'S',
        };
        self.call(units).await.outcomes.iter().map(letter).collect()
    }
}

fn claim(digest: u8, unit: &NewUnit) -> Take {
    let event = &unit.events[0];
    Take { digest: [digest; 32], kind: event.kind.clone(), record: event.record, content: [0; 32], event: 0 }
}

/// A device whose event touches these keys.
fn touching(keys: &[&str]) -> NewUnit {
    let mut unit = fresh();
    unit.events[0].touches = keys.iter().map(|&key| key.to_owned()).collect();
    unit
}

fn guarded(key: &str) -> NewUnit {
    NewUnit { guards: vec![(key.to_owned(), -1)], ..fresh() }
}

#[tokio::test]
async fn every_status_beside_neighbours_that_win() {
    let ledger = ledger().await;
    let caller = Caller::new(&ledger).await;
    let mut old = touching(&["k"]);
    old.takes = vec![claim(1, &old)];
    old.batch = Some(Uuid::new_v4());
    assert_eq!(caller.codes(&[&old]).await, "O");

    let mut again_id = fresh();
    again_id.events[0].id = old.events[0].id;
    let again_batch = NewUnit { batch: old.batch, ..fresh() };
    let conflict = unit(vec![event("device", old.events[0].record, 5)]);
    let moved_key = guarded("k");
    let moved_read = NewUnit { reads: vec![("device".into(), old.events[0].record, 0)], ..fresh() };
    let mut taken = fresh();
    taken.takes = vec![claim(1, &taken)];
    let stale = NewUnit { until_us: now_us() - 1, ..fresh() };
    let long = unit((1..=5).map(|version| event("person", Uuid::from_u128(77), version)).collect());
    let (a, b, c) = (fresh(), fresh(), fresh());
    let batch = [&a, &again_id, &again_batch, &b, &moved_read, &moved_key, &long, &conflict, &taken, &stale, &c];
    let answer = caller.call(&batch).await;
    let firsts: Vec<i64> = answer
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Appended { first_position, .. } => first_position.cast_signed(),
            Outcome::Known => -1,
            Outcome::Conflict => -3,
            Outcome::Moved => -4,
            Outcome::Taken => -5,
            Outcome::Stale => -6,
            Outcome::Again => -2,
        })
        .collect();
    // The losers burn no position, and the order is that of the units.
    assert_eq!(firsts, [1, -1, -1, 2, -4, -4, 3, -3, -5, -6, 8]);
    assert_eq!(answer.next_position, 9);
    ledger.check().await;
}

#[tokio::test]
async fn batches_that_collide_with_themselves() {
    let ledger = ledger().await;
    let caller = Caller::new(&ledger).await;

    let record = Uuid::new_v4();
    let (first, second) = (unit(vec![event("device", record, 1)]), unit(vec![event("device", record, 2)]));
    let other_kind = unit(vec![event("person", record, 1)]);
    assert_eq!(caller.codes(&[&first, &second, &other_kind]).await, "OAO", "one record");
    assert_eq!(caller.codes(&[&second]).await, "O", "judged after the first it wins");

    // Two claimants of one version: the loser hears that it must be judged again, not that it lost.
    let rivals = [unit(vec![event("device", record, 3)]), unit(vec![event("device", record, 3)])];
    assert_eq!(caller.codes(&[&rivals[0], &rivals[1]]).await, "OA");
    assert_eq!(caller.codes(&[&rivals[1]]).await, "C");

    let one = fresh();
    let mut same_id = fresh();
    same_id.events[0].id = one.events[0].id;
    assert_eq!(caller.codes(&[&one, &same_id, &fresh()]).await, "OAO", "one id");
    assert_eq!(caller.codes(&[&same_id]).await, "K");

    let batch = Some(Uuid::new_v4());
    let pair = [NewUnit { batch, ..fresh() }, NewUnit { batch, ..fresh() }];
    assert_eq!(caller.codes(&[&pair[0], &pair[1]]).await, "OA", "one batch id");

    // A guard sees an earlier write of its own batch; a later write does not disturb it.
    assert_eq!(caller.codes(&[&touching(&["x"]), &guarded("x")]).await, "OA", "guard after touch");
    assert_eq!(caller.codes(&[&guarded("y"), &touching(&["y"]), &touching(&["y"])]).await, "OOO", "touch after guard");
    // Also when the earlier unit loses: its fate is not known while units are judged.
    let loser = NewUnit { until_us: 0, ..touching(&["z"]) };
    assert_eq!(caller.codes(&[&loser, &guarded("z")]).await, "SA");
    assert_eq!(caller.codes(&[&guarded("z")]).await, "O");
    // Its own touch does not count against a unit.
    let own = NewUnit { guards: vec![("own".to_owned(), -1)], ..touching(&["own"]) };
    assert_eq!(caller.codes(&[&own]).await, "O");

    let written = unit(vec![event("device", Uuid::new_v4(), 1)]);
    let reader = NewUnit { reads: vec![("device".into(), written.events[0].record, 0)], ..fresh() };
    assert_eq!(caller.codes(&[&reader.clone(), &written]).await, "OO", "written after it was read");
    let reader = NewUnit { events: vec![event("device", reader.events[0].record, 2)], ..reader };
    let reader = NewUnit { heads: vec![("device".into(), reader.events[0].record, 1)], ..reader };
    let next = unit(vec![event("device", written.events[0].record, 2)]);
    assert_eq!(caller.codes(&[&next, &reader]).await, "OA", "read after it was written");

    let mut takers = [fresh(), fresh()];
    for taker in &mut takers {
        taker.takes = vec![claim(5, taker)];
    }
    assert_eq!(caller.codes(&[&takers[0], &takers[1]]).await, "OA", "one claim");
    assert_eq!(caller.codes(&[&takers[1]]).await, "T");
    let mut freeing = unit(vec![event("device", takers[0].events[0].record, 2)]);
    freeing.frees = vec![[5; 32]];
    assert_eq!(caller.codes(&[&freeing, &takers[1]]).await, "OA", "taken after it is freed");
    assert_eq!(caller.codes(&[&takers[1]]).await, "O");
    ledger.check().await;
}

#[tokio::test]
async fn random_batches_keep_every_promise() {
    // A small deterministic generator: few records, keys, claims and ids, so that everything collides.
    let ledger = ledger().await;
    let caller = Caller::new(&ledger).await;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut versions = std::collections::HashMap::new();
    let mut size = 0_u64;
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..150 {
        let mut batch = Vec::new();
        for _ in 0..=random(12) {
            let mut events = Vec::new();
            let mut next = std::collections::HashMap::new();
            for _ in 0..=random(3) {
                let record = Uuid::from_u128(u128::from(random(8)));
                let version = next
                    .entry(record)
                    .or_insert_with(|| versions.get(&record).copied().unwrap_or(0) + u32::from(random(9) == 0));
                *version += 1;
                let mut event = event("device", record, *version);
                if random(3) == 0 {
                    event.touches = vec![format!("key/{}", random(3))];
                }
                if random(20) == 0 {
                    event.id = Uuid::from_u128(u128::from(random(6)));
                }
                events.push(event);
            }
            let mut unit = unit(events);
            if random(4) == 0 {
                unit.guards = vec![(
                    format!("key/{}", random(3)),
                    i64::try_from(size.saturating_sub(random(20))).expect("small") - 1,
                )];
            }
            if random(4) == 0 {
                let last = unit.events.len() - 1;
                let by = &unit.events[last];
                let digest = [u8::try_from(random(4)).expect("small"); 32];
                unit.takes =
                    vec![Take { digest, kind: "device".into(), record: by.record, content: [0; 32], event: last }];
            }
            if random(8) == 0 {
                unit.frees = vec![[u8::try_from(random(4)).expect("small"); 32]];
            }
            batch.push(unit);
        }
        let answer = caller.call(&batch.iter().collect::<Vec<_>>()).await;
        for (unit, outcome) in batch.iter().zip(&answer.outcomes) {
            *seen.entry(format!("{outcome:?}").split([' ', '{']).next().unwrap_or_default().to_owned()).or_insert(0) +=
                1;
            if let Outcome::Appended { first_position, .. } = outcome {
                assert_eq!(*first_position, size);
                size += unit.events.len() as u64;
                for event in &unit.events {
                    versions.insert(event.record, event.version);
                }
            }
        }
        assert_eq!(answer.next_position, size);
    }
    for status in ["Appended", "Known", "Again", "Conflict", "Moved", "Taken"] {
        assert!(seen.get(status).is_some_and(|&times| times > 3), "{status} was hardly provoked: {seen:?}");
    }
    ledger.check().await;
}

/// The planner's trap: a join of a batch with a big table by hash or by a scan of a whole index.
#[tokio::test]
async fn every_probe_is_an_index_probe_at_volume() {
    let ledger = ledger().await;
    let admin = ledger.admin().await;
    admin
        .batch_execute(
            "insert into ledger.record_head select md5('r' || n)::uuid, 'device', 1, n, decode(repeat('00', 32), 'hex')
                 from generate_series(0, 99999) n;
             insert into ledger.event_id select md5('e' || n)::uuid, n from generate_series(0, 99999) n;
             insert into ledger.batch_id select md5('b' || n)::uuid, n from generate_series(0, 99999) n;
             insert into ledger.touch select 'key/' || n, n, 'device', md5('r' || n)::uuid from generate_series(0, 99999) n;
             insert into ledger.claim select sha256(('c' || n)::bytea), 'device', md5('r' || n)::uuid, n,
                 decode(repeat('00', 32), 'hex') from generate_series(0, 99999) n;
             update ledger.log_head set next_position = 100000;
             analyze",
        )
        .await
        .expect("a hundred thousand records");
    let held: Vec<Uuid> = admin
        .query("select record from ledger.record_head limit 64", &[])
        .await
        .expect("records")
        .iter()
        .map(|row| row.get(0))
        .collect();

    // Plans come as notices of the session that runs the function.
    let mut config = ledger.database.config().clone();
    config.options(
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_level=notice \
         -c auto_explain.log_nested_statements=on -c auto_explain.log_analyze=on -c auto_explain.log_timing=off",
    );
    let (client, mut connection) = config.connect(tokio_postgres::NoTls).await.expect("the superuser");
    let plans = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let said = std::sync::Arc::clone(&plans);
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if let tokio_postgres::AsyncMessage::Notice(notice) = message {
                said.lock().expect("no panic while held").push(notice.message().to_owned());
            }
        }
    });
    let statement = client.prepare(&append_call::sql()).await.expect("the function");

    // Half of the units continue records that exist, half make new ones; each uses every kind of probe.
    let batch: Vec<NewUnit> = (0_u8..64)
        .map(|number| {
            let continued = number % 2 == 0;
            let record = if continued { held[usize::from(number)] } else { Uuid::new_v4() };
            let mut unit = unit(vec![event("device", record, if continued { 2 } else { 1 })]);
            unit.events[0].touches = vec![format!("key/{number}/new")];
            unit.events[0].openings = vec![crate::event_log::NewOpening {
                pointer: "/data/x".to_owned(),
                subject_kind: "device".to_owned(),
                subject: record,
                generation: 1,
                sealed_box: vec![1],
            }];
            unit.batch = Some(Uuid::new_v4());
            unit.reads = vec![("device".to_owned(), held[usize::from(number | 1)], 1)];
            unit.guards = vec![(format!("key/{number}"), 99_999)];
            unit.takes = vec![claim(number, &unit)];
            unit.frees = vec![[255 - number; 32]];
            unit
        })
        .collect();
    let units: Vec<&NewUnit> = batch.iter().collect();
    // What was said of the types of the arrays is of no interest.
    plans.lock().expect("no panic while held").clear();
    let answer = append_call::call(&client, &statement, 1, now_us(), &units).await.expect("an answer");
    let won = answer.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Appended { .. })).count();
    assert_eq!(won, 64, "{:?}", answer.outcomes);

    let plans = plans.lock().expect("no panic while held").join("\n");
    for bad in ["Seq Scan", "Hash Join", "Hash Semi Join", "Merge Join", "Bitmap"] {
        // Arrays may be joined as they like; no such node may stand in a plan at all, so that nothing hides behind it.
        assert!(!plans.contains(bad), "{bad} in\n{plans}");
    }
    for index in ["event_id_pkey", "batch_id_pkey", "record_head_pkey", "touch_pkey", "claim_pkey"] {
        let mut probes = 0;
        let lines: Vec<&str> = plans.lines().collect();
        let scans = lines.iter().enumerate();
        for (at, line) in scans.filter(|(_, line)| line.contains("Scan using") && line.contains(index)) {
            assert!(lines[at + 1].contains("Index Cond"), "{index} is scanned without a condition:\n{plans}");
            let loops = line.split("loops=").nth(1).and_then(|text| text.trim_end_matches(')').parse::<u32>().ok());
            assert!(loops.is_some_and(|loops| loops >= 32), "{index} is not probed per row: {line}");
            probes += 1;
        }
        assert!(probes > 0, "{index} is not used:\n{plans}");
    }
}

/// `cargo test -p schema --release -- --ignored --nocapture append_speed`
#[tokio::test]
#[ignore = "a measurement, not a test"]
async fn append_speed() {
    let ledger = ledger().await;
    let caller = Caller::new(&ledger).await;
    let admin = ledger.admin().await;
    let backend: i32 = caller.client.query_one("select pg_backend_pid()", &[]).await.expect("a row").get(0);
    let cpu = || {
        let stat = std::fs::read_to_string(format!("/proc/{backend}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    };
    let realistic = || {
        let mut unit = touching(&[&format!("person/{}/wear/chest", Uuid::new_v4())]);
        unit.guards = vec![("authority/1".to_owned(), -1)];
        unit
    };
    // RADLEDGER_SPEED=500:100 measures one size alone, for a profiler.
    let chosen = std::env::var("RADLEDGER_SPEED").ok();
    let chosen = chosen.as_deref().and_then(|text| text.split_once(':'));
    let sizes = match chosen {
        Some((size, rounds)) => vec![(size.parse().expect("a number"), rounds.parse().expect("a number"))],
        None => vec![(500, 100), (64, 300), (8, 1000), (1, 3000)],
    };
    for (size, rounds) in sizes {
        let batches: Vec<Vec<NewUnit>> = (0..rounds).map(|_| (0..size).map(|_| realistic()).collect()).collect();
        let (began, cpu_before) = (Instant::now(), cpu());
        for batch in &batches {
            let answer = caller.call(&batch.iter().collect::<Vec<_>>()).await;
            assert!(matches!(answer.outcomes[0], Outcome::Appended { .. }));
        }
        let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu() - cpu_before);
        let events = f64::from(size * rounds);
        println!(
            "batch {size}: {:.0} events/s, {:.1} µs/event wall, {:.1} µs/event of the server's CPU, {:.0} µs per call",
            events / wall,
            wall / events * 1e6,
            cpu / events * 1e6,
            wall / f64::from(rounds) * 1e6
        );
    }
    admin.batch_execute("analyze").await.expect("analyze");
    ledger.check().await;
}

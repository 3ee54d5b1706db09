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
        let statement = append_call::prepare(&client).await.expect("the function is there");
        Caller { client, statement }
    }

    async fn call(&self, units: &[&NewUnit]) -> Answer {
        append_call::call(&self.client, &self.statement, 1, now_us(), units).await.expect("an answer")
    }

    async fn codes(&self, units: &[&NewUnit]) -> String {
        let letter = |outcome: &Outcome| match outcome {
            Outcome::Appended { .. } => 'O',
            Outcome::Known => 'K',
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
    let other = fresh();
    assert_eq!(caller.codes(&[&old, &other]).await, "OO");

    let mut again_id = fresh();
    again_id.events[0].id = old.events[0].id;
    let again_batch = NewUnit { batch: old.batch, ..fresh() };
    let conflict = unit(vec![event("device", other.events[0].record, 5)]);
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
        })
        .collect();
    // The losers burn no position, and the order is that of the units.
    assert_eq!(firsts, [2, -1, -1, 3, -4, -4, 4, -3, -5, -6, 9]);
    assert_eq!(answer.size, Some(10));
    ledger.check().await;
}

/// Keeping units apart is the appender's work; the function sees to it that a mistake there is never written.
#[tokio::test]
async fn units_that_collide_are_not_written_together() {
    let ledger = ledger().await;
    let caller = Caller::new(&ledger).await;
    let refused = async |what: &str, units: &[&NewUnit], code: &str| {
        let error = append_call::call(&caller.client, &caller.statement, 1, now_us(), units).await.expect_err(what);
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some(code), "{what}");
    };
    let record = Uuid::new_v4();
    let (first, second) = (unit(vec![event("device", record, 1)]), unit(vec![event("device", record, 2)]));
    let other_kind = unit(vec![event("person", record, 1)]);
    refused("two writers of a new record", &[&first, &first.clone()], "23505").await;
    assert_eq!(caller.codes(&[&first, &other_kind]).await, "OO", "two kinds are two records");
    let rival = unit(vec![event("device", record, 2)]);
    refused("two writers of one version", &[&second, &rival], "LG003").await;
    assert_eq!(caller.codes(&[&second]).await, "O");
    assert_eq!(caller.codes(&[&rival]).await, "C");

    let one = fresh();
    let mut same_id = fresh();
    same_id.events[0].id = one.events[0].id;
    refused("one id", &[&one, &same_id], "23505").await;
    let batch = Some(Uuid::new_v4());
    refused("one batch id", &[&NewUnit { batch, ..fresh() }, &NewUnit { batch, ..fresh() }], "23505").await;
    refused("a guard beside a touch", &[&touching(&["x"]), &guarded("x")], "LG003").await;
    refused("several guards beside a touch", &[&guarded("x"), &guarded("x"), &touching(&["x"])], "LG003").await;
    let (mut taker, mut rival) = (fresh(), fresh());
    (taker.takes, rival.takes) = (vec![claim(5, &taker)], vec![claim(5, &rival)]);
    refused("one claim", &[&taker, &rival], "21000").await;
    let written = unit(vec![event("device", Uuid::new_v4(), 1)]);
    let reader = NewUnit { reads: vec![("device".into(), written.events[0].record, 0)], ..fresh() };
    refused("a reader beside a writer", &[&reader, &written], "LG003").await;

    // What does not collide: several that touch a key, several that read one, a unit with itself.
    assert_eq!(caller.codes(&[&touching(&["y"]), &touching(&["y"]), &guarded("z"), &guarded("z")]).await, "OOOO");
    let own = NewUnit { guards: vec![("own".to_owned(), -1)], ..touching(&["own"]) };
    assert_eq!(caller.codes(&[&own, &fresh()]).await, "OO", "its own touch does not count against a unit");
    // A claim that is freed and taken again, by another and by the same record.
    assert_eq!(caller.codes(&[&taker]).await, "O");
    assert_eq!(caller.codes(&[&rival]).await, "T");
    let mut freeing = unit(vec![event("device", taker.events[0].record, 2)]);
    freeing.frees = vec![[5; 32]];
    assert_eq!(caller.codes(&[&freeing]).await, "O");
    rival.frees = vec![[5; 32]];
    assert_eq!(caller.codes(&[&rival]).await, "O");
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
            // What the appender sees to: of two that collide one waits.
            if batch.iter().all(|other| apart(other, &unit)) {
                batch.push(unit);
            }
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
        assert!(answer.size.is_none_or(|answered| answered == size));
    }
    for status in ["Appended", "Known", "Conflict", "Moved", "Taken"] {
        assert!(seen.get(status).is_some_and(|&times| times > 3), "{status} was hardly provoked: {seen:?}");
    }
    ledger.check().await;
}

/// Whether neither writes what the other writes or reads.
fn apart(one: &NewUnit, other: &NewUnit) -> bool {
    let ids = |unit: &NewUnit| unit.events.iter().map(|event| event.id).collect::<Vec<_>>();
    let records = |unit: &NewUnit| unit.heads.iter().map(|head| head.1).collect::<Vec<_>>();
    let claims =
        |unit: &NewUnit| unit.takes.iter().map(|take| take.digest).chain(unit.frees.clone()).collect::<Vec<_>>();
    let reads_touched = |one: &NewUnit, other: &NewUnit| {
        one.guards.iter().any(|(key, _)| other.events.iter().any(|event| event.touches.contains(key)))
    };
    let none = |one: &[Uuid], other: &[Uuid]| !one.iter().any(|id| other.contains(id));
    none(&ids(one), &ids(other))
        && none(&records(one), &records(other))
        && !claims(one).iter().any(|digest| claims(other).contains(digest))
        && !reads_touched(one, other)
        && !reads_touched(other, one)
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
    let statement = append_call::prepare(&client).await.expect("the function");

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

    // Arrays may be joined with arrays as the planner likes.
    let plans = plans.lock().expect("no panic while held");
    let of_tables: Vec<&str> = plans.iter().map(String::as_str).filter(|plan| plan.contains("using")).collect();
    assert!(of_tables.len() < plans.len(), "one statement looks at arrays alone");
    let plans = of_tables.join("\n");
    for bad in ["Seq Scan", "Hash Join", "Hash Semi Join", "Merge Join", "Bitmap"] {
        // No such node may stand in a plan at all, so that nothing hides behind it.
        assert!(!plans.contains(bad), "{bad} in\n{plans}");
    }
    for index in ["event_id_pkey", "batch_id_pkey", "record_head_pkey", "touch_pkey", "claim_pkey"] {
        let mut probes = 0;
        let lines: Vec<&str> = plans.lines().collect();
        let scans = lines.iter().enumerate();
        for (at, line) in scans.filter(|(_, line)| line.contains("Scan using") && line.contains(index)) {
            assert!(lines[at + 1].contains("Index Cond"), "{index} is scanned without a condition:\n{plans}");
            let loops = line.split("loops=").nth(1).and_then(|text| text.trim_end_matches(')').parse::<u32>().ok());
            let per_row = loops.is_some_and(|loops| loops >= 32) || lines[at + 1].contains("= ANY");
            assert!(per_row, "{index} is not probed per row: {line}");
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
    let institutions: Vec<Uuid> = (0..10).map(|_| Uuid::new_v4()).collect();
    for institution in &institutions {
        assert_eq!(caller.codes(&[&unit(vec![event("institution", *institution, 1)])]).await, "O");
    }
    // As the bench's stream: a device is registered, then changed four times.
    let mut serial = 0_u64;
    let mut realistic = |version: u32, size: usize, records: &mut Vec<Uuid>| -> Vec<NewUnit> {
        if version == 1 {
            *records = (0..size).map(|_| Uuid::new_v4()).collect();
        }
        let units = records.iter().zip(institutions.iter().cycle()).map(|(record, institution)| {
            let mut unit = unit(vec![event("device", *record, version)]);
            if version == 1 {
                unit.events[0].touches = vec![format!("institution/{institution}/devices")];
                for _ in 0..2 {
                    serial += 1;
                    let digest = signing::bytes::Hash::of(&serial.to_be_bytes()).0;
                    unit.takes.push(Take { digest, ..claim(0, &unit) });
                }
            }
            unit.reads = vec![("institution".to_owned(), *institution, 1)];
            let keys = [format!("authority/{institution}"), "policy".to_owned(), format!("institution/{institution}")];
            unit.guards = keys.into_iter().map(|key| (key, -1)).collect();
            unit
        });
        units.collect()
    };
    // RADLEDGER_SPEED=500:100 measures one size alone, for a profiler.
    let chosen = std::env::var("RADLEDGER_SPEED").ok();
    let chosen = chosen.as_deref().and_then(|text| text.split_once(':'));
    let sizes = match chosen {
        Some((size, rounds)) => vec![(size.parse().expect("a number"), rounds.parse().expect("a number"))],
        None => vec![(500, 100), (64, 300), (8, 1000), (1, 3000), (500, 100), (64, 300), (8, 1000), (1, 3000)],
    };
    for (size, rounds) in sizes {
        let mut records = Vec::new();
        let batches: Vec<Vec<NewUnit>> =
            (0..rounds).map(|round| realistic(round % 5 + 1, size, &mut records)).collect();
        let (began, cpu_before) = (Instant::now(), cpu());
        for batch in &batches {
            let answer = caller.call(&batch.iter().collect::<Vec<_>>()).await;
            assert!(matches!(answer.outcomes[0], Outcome::Appended { .. }));
        }
        let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu() - cpu_before);
        let events = size as f64 * f64::from(rounds);
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

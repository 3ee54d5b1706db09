//! Plans and speed at volume. `RADLEDGER_VOLUME` is the number of events; without it a size that runs with the others.
//!
//! Plans are asserted at every size. Figures are printed as ratios to a streamed SELECT of the same rows in the same
//! run, and mean something only in a release build on a quiet machine:
//! `RADLEDGER_VOLUME=1000000 cargo test --release -p schema --test read_volume -- --nocapture`.

mod common;
mod support;

use std::time::{Duration, Instant};

use domain::catalog::Kind;
use futures_util::{SinkExt, TryStreamExt};
use postgres as _;
use projections::current::Current;
use projections::statistics::{MEASURES, Statistics};
use projections::timeline::Timeline;
use schema::read_model::{ChangesQuery, ListQuery, Order, Scope};
use schema::read_statistics::NumbersQuery;
use schema::{Role, rebuild};
use support::history::Maker;
use support::{Readable, follow, readable};

/// A city's log, mostly of devices, put into the tables at once.
async fn fill(ledger: &mut Readable, events: usize) {
    let admin = ledger.ledger.admin().await;
    let maker: &mut Maker = &mut ledger.maker;
    maker.sign = false;
    let copy = "copy ledger.event (position, recorded_at, id, kind, record, version, prev_position, type, schema, account, alg, key, signature, payload, hash) from stdin";
    let mut sink = Box::pin(admin.copy_in::<_, bytes::Bytes>(copy).await.expect("a copy"));
    let hex = |bytes: &[u8]| bytes.iter().fold(String::from("\\\\x"), |text, byte| text + &format!("{byte:02x}"));
    let mut text = String::new();
    for number in 0..events {
        let made = match number {
            0 => maker.genesis(),
            1..=300 => maker.register_institution(),
            _ if number % 4 == 0 => maker.register_device().expect("there are institutions"),
            _ if number % 97 == 0 => maker.next_event(),
            _ => maker.follow_device().unwrap_or_else(|| maker.open_account()),
        };
        let statement = &made.statement;
        text.push_str(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t1\t{}\t1\t{}\t{}\t{}\t{}\n",
            made.position,
            made.recorded_at.micros(),
            statement.id,
            statement.record.kind,
            statement.record.id,
            statement.version,
            made.before.map_or("\\N".to_owned(), |before| before.to_string()),
            statement.event_type,
            statement.signer.account,
            hex(&statement.signer.key.0),
            hex(&made.signature),
            hex(&made.payload),
            hex(&made.hash.0),
        ));
        if text.len() > 1 << 20 {
            sink.send(std::mem::take(&mut text).into()).await.expect("sent");
        }
    }
    sink.send(text.into()).await.expect("sent");
    sink.as_mut().finish().await.expect("copied");
    admin
        .batch_execute(
            "insert into ledger.event_id select id, position from ledger.event;
             insert into ledger.record_head select distinct on (record, kind) record, kind, version, position, hash
                 from ledger.event order by record, kind, position desc;
             update ledger.log_head set next_position = (select max(position) + 1 from ledger.event), last_at = (select max(recorded_at) from ledger.event);
             analyze",
        )
        .await
        .expect("filled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_and_speed() {
    let events: usize = std::env::var("RADLEDGER_VOLUME").ok().map_or(12_000, |text| text.parse().expect("a number"));
    let mut ledger = readable(31).await;
    fill(&mut ledger, events).await;
    let pool = ledger.projector();
    let log = schema::EventLog::new(pool.clone());
    let select = async || {
        let started = Instant::now();
        let mut rows = std::pin::pin!(log.stream_range(0, events as u64));
        let mut bytes = 0;
        while let Some(event) = rows.try_next().await.expect("a row") {
            bytes += event.payload.len();
        }
        assert!(bytes > 0);
        rate(events, started)
    };
    select().await;
    let limit = select().await;
    println!("SELECT streamed: {limit:.0} events/s");

    // Catch-up over a first part, the rest by rebuild.
    let part = events.min(60_000) as u64;
    let admin = ledger.ledger.admin().await;
    admin.execute("update ledger.log_head set next_position = $1", &[&(part as i64)]).await.expect("a superuser");
    for projection in ["current", "timeline", "statistics"] {
        let started = Instant::now();
        match projection {
            "current" => follow::<Current>(&pool).await,
            "timeline" => follow::<Timeline>(&pool).await,
            _ => follow::<Statistics>(&pool).await,
        };
        let rate = rate(part as usize, started);
        println!("catch-up {projection}: {rate:.0} events/s, {:.3} of SELECT", rate / limit);
    }
    admin.execute("update ledger.log_head set next_position = $1", &[&(events as i64)]).await.expect("a superuser");
    for projection in ["current", "timeline", "statistics"] {
        let started = Instant::now();
        let rebuilt = match projection {
            "current" => rebuild::rebuild::<Current>(&pool).await,
            "timeline" => rebuild::rebuild::<Timeline>(&pool).await,
            _ => rebuild::rebuild::<Statistics>(&pool).await,
        };
        assert_eq!(rebuilt.expect("a rebuild").position, events as u64);
        let rate = rate(events, started);
        println!("rebuild {projection}: {rate:.0} events/s, {:.3} of SELECT", rate / limit);
    }
    plans(&ledger, events).await;
    if events > 100_000 {
        speed_of_lists(&ledger).await;
    }
}

fn rate(events: usize, started: Instant) -> f64 {
    events as f64 / started.elapsed().as_secs_f64()
}

/// No list that a page shows reads the table through.
async fn plans(ledger: &Readable, events: usize) {
    let reader = ledger.reader();
    let area = Scope::within(vec!["511502".into()], vec![], None);
    let unit = Scope::within(vec![], vec![ledger.maker.institutions[7]], None);
    let base = ListQuery { limit: 50, ..ListQuery::new(Kind::Device) };
    let scopes = [("city", Scope::city()), ("area", area), ("unit", unit)];
    for (who, scope) in &scopes {
        for (what, query) in questions(&base) {
            let plan = reader.explain_list(scope, &query).await.expect("a plan");
            assert!(plan.contains("Index") && !plan.contains("Seq Scan on current"), "{what} of {who}:\n{plan}");
            if !plan.contains("Filter: ") || events < 100_000 {
                continue;
            }
            println!("{what} of {who}: {}", plan.lines().find(|line| line.contains("Execution")).unwrap_or_default());
        }
    }
    // A number is found by the index, whoever asks, whenever it was, and nothing is sorted or read through: the keys by
    // their first rows, never by the history.
    for (who, scope) in &scopes {
        for measure in MEASURES.iter().filter(|measure| ["devices", "institutions"].contains(&measure.name)) {
            for as_of in [None, Some(events as u64 / 2)] {
                for org in [None, Some(ledger.maker.institutions[9])] {
                    let query = NumbersQuery { measure, area: None, org, first: None, as_of };
                    let started = Instant::now();
                    let numbers = reader.numbers(scope, &query).await.expect("numbers").value.len();
                    let took = started.elapsed();
                    let plan = reader.explain_numbers(scope, &query).await.expect("a plan");
                    if plan.is_empty() {
                        assert_eq!((*who, numbers), ("unit", 0), "another institution is none of his");
                        continue;
                    }
                    let scanned = plan.contains("Seq Scan") || plan.contains("Bitmap") || plan.contains("Sort");
                    assert!(plan.contains("_keys") && !scanned, "{} of {who}:\n{plan}", measure.name);
                    if events > 100_000 {
                        println!("{numbers} numbers of {}, {who}, as of {as_of:?}: {took:?}", measure.name);
                    }
                }
            }
        }
    }
    // What happened between two positions costs what lies between them, whoever asks and however long the log is.
    for (who, scope) in &scopes {
        for (from, to) in [(events - 300, events - 1), (events / 2, events / 2 + 200)] {
            let (from, to) = (Some(from as u64), to as u64);
            let query = ChangesQuery { kinds: Kind::ALL.to_vec(), from, to, before: None, limit: 50 };
            let started = Instant::now();
            let (found, _) = reader.changes(scope, &query).await.expect("changes").value;
            let counts = reader.change_counts(scope, &query).await.expect("numbers").value;
            let took = started.elapsed();
            assert!(counts.iter().map(|count| count.records).sum::<u64>() >= found.len() as u64);
            let plan = reader.explain_changes(scope, &query).await.expect("a plan");
            assert!(plan.contains("_own") && !plan.contains("Seq Scan on timeline"), "changes of {who}:\n{plan}");
            if events > 100_000 {
                println!("{} changes of {who}: {took:?}", found.len());
            }
        }
    }
    // So does what a worker follows.
    let worker = Scope { account: Some(ledger.maker.accounts[0].0), ..Scope::of_person(uuid::Uuid::nil()) };
    let plan = reader.explain_events(&worker, 0, Kind::ALL).await.expect("a plan");
    assert!(plan.contains("_person") && plan.contains("_account") && !plan.contains("_own"), "{plan}");
    // A subscription that follows reads only what is new.
    let reader = ledger.ledger.as_role(Role::Reader).await;
    reader
        .batch_execute(
            "begin; select set_config('radledger.reach', 'scope', true), set_config('radledger.areas', '511502', true)",
        )
        .await
        .expect("set");
    let sql = format!(
        "explain select * from read.timeline t where t.own and t.position >= {} order by t.position limit 51",
        events - 20
    );
    let plan = reader.query(&sql, &[]).await.expect("a plan");
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(plan.iter().any(|line| line.contains("_own")), "{plan:#?}");
}

fn questions(base: &ListQuery) -> Vec<(&'static str, ListQuery)> {
    let after = Some(schema::read_model::Key::Label("设备5000000".into(), uuid::Uuid::nil()));
    vec![
        ("first page", base.clone()),
        ("a later page", ListQuery { after, ..base.clone() }),
        ("one state", ListQuery { states: vec!["REGISTERED".into()], ..base.clone() }),
        ("prefix", ListQuery { label_prefix: Some("设备123".into()), ..base.clone() }),
        ("factory number", ListQuery { facets: vec![("factory_no".into(), "F500".into())], ..base.clone() }),
        ("newest", ListQuery { order: Order::Newest, ..base.clone() }),
        ("one area", ListQuery { area: Some("511503".into()), ..base.clone() }),
    ]
}

async fn speed_of_lists(ledger: &Readable) {
    let reader = ledger.reader();
    let unit = Scope::within(vec![], vec![ledger.maker.institutions[7]], None);
    let area = Scope::within(vec!["511502".into()], vec![], None);
    let areas = Scope::within(vec!["511502".into(), "511503".into()], vec![ledger.maker.institutions[9]], None);
    let base = ListQuery { limit: 50, ..ListQuery::new(Kind::Device) };
    for (who, scope) in [("city", Scope::city()), ("area", area), ("areas and unit", areas), ("unit", unit)] {
        let mut all = questions(&base);
        all.push(("first page with total", ListQuery { total: true, ..base.clone() }));
        all.push(("as of the middle", ListQuery { as_of: Some(ledger.maker.position / 2), ..base.clone() }));
        for (what, query) in all {
            reader.list(&scope, &query).await.expect("a page");
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..20 {
                let started = Instant::now();
                reader.list(&scope, &query).await.expect("a page");
                times.push(started.elapsed());
            }
            times.sort();
            println!("list, {who}, {what}: p50 {:?}, p95 {:?}", times[10], times[18]);
        }
    }
}

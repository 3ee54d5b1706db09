//! Catch-up and rebuild against the rows in memory, and what they do when things go wrong.

mod common;
mod support;

use std::time::Duration;

use domain::catalog::Kind;
use postgres as _;
use projections::current::Current;
use projections::timeline::Timeline;
use schema::catch_up::{self, Follower, NotYet, Step, Target};
use schema::read_model::{ListQuery, Order, Scope};
use schema::rebuild::BuildLimits;
use schema::{Role, rebuild};
use support::{Readable, follow, readable};
use tokio_postgres::Client;

/// The rows of both live views as text, in order, without what a build numbers.
async fn rows(admin: &Client) -> (Vec<String>, Vec<String>) {
    let all = async |sql: &str| -> Vec<String> {
        admin.query(sql, &[]).await.expect("the rows").iter().map(|row| row.get(0)).collect()
    };
    (
        all("select c::text from read.current c order by since").await,
        all("select t::text from read.timeline t order by position, subject, subject_kind").await,
    )
}

/// The live rows are those that memory has.
async fn equals_memory(readable: &Readable) {
    let memory = readable.memory();
    let admin = readable.ledger.admin().await;
    let stored = admin.query("select kind, id, since, version, until, recorded_at, org, area, account, label, state, facets, row from read.current", &[]).await.expect("rows");
    assert_eq!(stored.len(), memory.current.len());
    for row in &stored {
        let kind = Kind::parse(row.get(0)).expect("a kind");
        let known = &memory.current[&(kind, row.get(1), row.get::<_, i64>(2) as u64)];
        assert_eq!(row.get::<_, i32>(3) as u32, known.version);
        assert_eq!(row.get::<_, Option<i64>>(4).map(|until| until as u64), known.until);
        assert_eq!(row.get::<_, i64>(5), known.recorded_at.micros());
        assert_eq!((row.get(6), row.get(8)), (known.home.org, known.home.account));
        assert_eq!(row.get::<_, Option<&str>>(7), known.home.area.as_deref());
        assert_eq!((row.get::<_, &str>(9), row.get::<_, &str>(10)), (known.label.as_str(), known.state.as_str()));
        assert_eq!(row.get::<_, Vec<String>>(11), known.facets.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(row.get::<_, &str>(12), known.row);
    }
    let stored = admin
        .query("select subject_kind, subject, position, event_type, meaning, kind, record, version, signer, recorded_at, org, area, account, own from read.timeline", &[])
        .await
        .expect("rows");
    assert_eq!(stored.len(), memory.timeline.len());
    for row in &stored {
        let subject = signing::statement::RecordRef { kind: row.get::<_, &str>(0).into(), id: row.get(1) };
        let known = &memory.timeline[&(subject.clone(), row.get::<_, i64>(2) as u64)];
        assert_eq!((row.get::<_, &str>(3), row.get::<_, &str>(4)), (known.event_type.as_str(), known.meaning.as_str()));
        assert_eq!((row.get::<_, &str>(5), row.get(6), row.get(8)), (known.kind.as_str(), known.record, known.signer));
        assert_eq!((row.get::<_, i32>(7) as u32, row.get::<_, i64>(9)), (known.version, known.recorded_at.micros()));
        assert_eq!(
            (row.get(10), row.get::<_, Option<&str>>(11), row.get(12)),
            (known.home.org, known.home.area.as_deref(), known.home.account)
        );
        assert_eq!(row.get::<_, bool>(13), subject.id == known.record && subject.kind == known.kind.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_rows_are_rebuilt_rows_are_the_rows_in_memory() {
    let mut ledger = readable(11).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    // In stretches of different lengths, so that records are loaded from the log in the middle of their lives.
    for events in [1, 7, 260, 40, 900] {
        ledger.append(events).await;
        assert_eq!(follow::<Current>(&pool).await, ledger.events.len() as u64);
        follow::<Timeline>(&pool).await;
    }
    equals_memory(&ledger).await;
    let live = rows(&admin).await;
    let rebuilt = rebuild::rebuild::<Current>(&pool).await.expect("a rebuild");
    assert_eq!((rebuilt.version, rebuilt.position), (6, ledger.events.len() as u64));
    rebuild::rebuild::<Timeline>(&pool).await.expect("a rebuild");
    assert!(rows(&admin).await == live, "rebuilt rows differ from live ones");
    equals_memory(&ledger).await;
    // It goes on from there, and the retired tables go.
    ledger.append(120).await;
    follow::<Current>(&pool).await;
    follow::<Timeline>(&pool).await;
    equals_memory(&ledger).await;
    assert_eq!(rebuild::drop_retired::<Current>(&pool, Duration::from_secs(60)).await.expect("nothing yet"), 0);
    assert_eq!(rebuild::drop_retired::<Current>(&pool, Duration::ZERO).await.expect("the old one"), 1);
    let status = catch_up::status(&pool).await.expect("status");
    assert!(status.iter().any(|line| line.name == "current" && line.version == 6 && line.live && line.lag == 0));
    assert!(!status.iter().any(|line| line.name == "current" && line.version == 1));
    // The online comparison finds nothing, and finds a row that somebody changed.
    let clean = rebuild::compare::<Current>(&pool).await.expect("a comparison");
    assert_eq!((clean.rows, clean.differing, clean.positions.len()), (ledger.events.len() as u64, (0, 0), 0));
    admin.batch_execute("update read.current set label = 'somebody was here' where since = 17; update read.timeline set area = '511599' where position = 5 and own").await.expect("a superuser");
    let found = rebuild::compare::<Current>(&pool).await.expect("a comparison");
    assert_eq!((found.differing, found.positions), ((1, 1), vec![17]));
    let found = rebuild::compare::<Timeline>(&pool).await.expect("a comparison");
    assert_eq!(found.positions, vec![5]);
    let versions: i64 = admin.query_one("select count(*) from read.projection", &[]).await.expect("a count").get(0);
    assert_eq!(versions, 5, "a comparison leaves nothing but a retired timeline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_next_to_no_memory_the_rows_are_the_same() {
    let mut ledger = readable(20).await;
    let pool = ledger.projector();
    ledger.append(600).await;
    let mut follower = Follower::<Current>::new(pool.clone(), Target::Live).keeping(2);
    while follower.step().await.expect("a turn") != Step::Idle(600) {}
    ledger.append(700).await;
    let mut follower = Follower::<Current>::new(pool.clone(), Target::Live).keeping(2);
    while follower.step().await.expect("a turn") != Step::Idle(1_300) {}
    follow::<Timeline>(&pool).await;
    equals_memory(&ledger).await;
    // Nothing is kept at hand, no row waits for its end, and what was stored open is closed again and again.
    for (entries_max, open_bytes_max, close_later_max, stretch_events) in
        [(2, 0, 50, 64), (10, 20_000, usize::MAX, 100), (40, 0, usize::MAX, 7)]
    {
        let limits = BuildLimits { entries_max, open_bytes_max, close_later_max, stretch_events };
        let (version, _) = rebuild::build_within::<Current>(&pool, limits).await.expect("a build");
        let compared = rebuild::compare_with::<Current>(&pool, version).await.expect("a comparison");
        assert_eq!((compared.rows, compared.differing), (1_300, (0, 0)), "{limits:?}");
        rebuild::switch::<Current>(&pool, version).await.expect("switched");
        let (version, _) = rebuild::build_within::<Timeline>(&pool, limits).await.expect("a build");
        rebuild::switch::<Timeline>(&pool, version).await.expect("switched");
        equals_memory(&ledger).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_version_of_the_fold_is_followed_by_a_rebuild() {
    let mut ledger = readable(27).await;
    ledger.append(200).await;
    let pool = ledger.projector();
    follow::<Current>(&pool).await;
    let admin = ledger.ledger.admin().await;
    admin.batch_execute("update read.projection set code = 0 where name = 'current'; update read.current set label = 'as the old fold had it'").await.expect("a superuser");
    let step = Follower::<Current>::new(pool.clone(), Target::Live).step().await.expect("a turn");
    assert_eq!(step, Step::Outdated { code: 0 }, "another version's rows are never mixed with ours");
    ledger.append(20).await;
    let following = catch_up::start(pool.clone(), None).await.expect("followers");
    following.wait_for(219, Duration::from_secs(20)).await.expect("it rebuilds and goes on");
    equals_memory(&ledger).await;
}

/// Runs a follower that folds in bulk however little it is behind, until the projection's line is as it should be.
async fn followed_in_bulk(ledger: &Readable, until: impl Fn(&catch_up::Status) -> bool) -> catch_up::Status {
    let pool = ledger.projector();
    let progress = tokio::sync::watch::Sender::new(0);
    let _listening = progress.subscribe();
    let following = Follower::<Current>::new(pool.clone(), Target::Live).in_bulk_from(1);
    let running = tokio::spawn(following.run(None, progress));
    for _ in 0..500 {
        let status = catch_up::status(&pool).await.expect("status");
        if let Some(line) = status.into_iter().find(|line| line.name == "current" && line.live && until(line)) {
            running.abort();
            return line;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not get there");
}

#[tokio::test]
async fn who_begins_far_behind_folds_in_bulk() {
    let mut ledger = readable(28).await;
    ledger.append(300).await;
    let before = catch_up::status(&ledger.projector()).await.expect("status");
    let before = before.iter().find(|line| line.name == "current" && line.live).expect("its line").version;
    let line = followed_in_bulk(&ledger, |line| line.position == 300).await;
    assert!(line.version > before, "it was built anew: {line:?}");
    follow::<Timeline>(&ledger.projector()).await;
    equals_memory(&ledger).await;
    // Little behind, what there is stays.
    ledger.append(20).await;
    assert_eq!(followed_in_bulk(&ledger, |line| line.position == 320).await.version, line.version);
}

#[tokio::test]
async fn a_poison_event_halts_who_folds_in_bulk_where_it_lies() {
    let mut ledger = readable(29).await;
    ledger.append(30).await;
    let mut strange = ledger.maker.next_event();
    strange.payload = br#"{"type":"institution.enchanted"}"#.to_vec();
    ledger.append_made(vec![strange]).await;
    let line = followed_in_bulk(&ledger, |line| line.state == "halted").await;
    assert_eq!((line.position, line.lag), (30, 1));
    assert_eq!(catch_up::status(&ledger.projector()).await.expect("status").len(), 4, "nothing is left of the build");
}

#[tokio::test]
async fn of_two_followers_one_wins() {
    let mut ledger = readable(12).await;
    ledger.append(1_500).await;
    let pool = ledger.projector();
    let mut one = Follower::<Current>::new(pool.clone(), Target::Live);
    let mut two = Follower::<Current>::new(pool.clone(), Target::Live);
    let (mut lost, mut advanced) = (0, 0);
    loop {
        let (a, b) = tokio::join!(one.step(), two.step());
        let steps = [a.expect("a turn"), b.expect("a turn")];
        lost += steps.iter().filter(|step| **step == Step::Lost).count();
        advanced += steps.iter().filter(|step| matches!(step, Step::Advanced(_))).count();
        if steps.iter().all(|step| *step == Step::Idle(1_500)) {
            break;
        }
    }
    assert!(lost > 0, "they met");
    assert_eq!(advanced, 2, "each stretch is stored once");
    follow::<Timeline>(&pool).await;
    equals_memory(&ledger).await;
}

#[tokio::test]
async fn a_poison_event_halts_its_projection_and_is_never_skipped() {
    let mut ledger = readable(13).await;
    ledger.append(30).await;
    // A statement that no catalogue knows, as a newer program might have written it.
    let mut strange = ledger.maker.next_event();
    strange.payload = br#"{"type":"institution.enchanted"}"#.to_vec();
    ledger.append_made(vec![strange]).await;
    let pool = ledger.projector();
    let mut follower = Follower::<Current>::new(pool.clone(), Target::Live);
    let Step::Halted(poison) = follower.step().await.expect("a turn") else { panic!("it went on") };
    assert_eq!(poison.position, 30);
    // What lies before it was stored; it stays halted, and says so.
    let Step::Halted(again) = follower.step().await.expect("a turn") else { panic!("it went on") };
    assert_eq!(again.position, 30);
    let status = catch_up::status(&pool).await.expect("status");
    let line = status.iter().find(|line| line.name == "current").expect("its line");
    assert_eq!((line.state.as_str(), line.position, line.lag, line.live), ("halted", 30, 1, true));
    assert!(line.error.as_ref().is_some_and(|why| !why.is_empty()));
    let answer = ledger.reader().list(&Scope::city(), &ListQuery::new(Kind::Device)).await.expect("it is still read");
    assert_eq!(answer.size, 30);
    // A rebuild meets it as well, and leaves the live version and nothing else.
    let refused = rebuild::rebuild::<Current>(&pool).await.expect_err("it cannot be folded");
    assert!(matches!(refused, schema::Error::Corrupt { position: Some(30), .. }), "{refused}");
    assert_eq!(catch_up::status(&pool).await.expect("status").len(), 4);
    // A program that knows it goes on.
    let admin = ledger.ledger.admin().await;
    admin.batch_execute("alter table ledger.event disable trigger all; update ledger.event set payload = payload where position = 30; alter table ledger.event enable trigger all").await.expect("a superuser");
    catch_up::resume(&pool).await.expect("resumed");
    assert!(matches!(follower.step().await.expect("a turn"), Step::Halted(_)), "it is as strange as before");
}

#[tokio::test]
async fn a_hole_in_the_log_is_an_alarm() {
    let mut ledger = readable(14).await;
    ledger.append(20).await;
    let admin = ledger.ledger.admin().await;
    let pool = ledger.projector();
    for hole in [19, 11] {
        admin
            .batch_execute(&format!("set session_replication_role = replica; delete from ledger.event where position = {hole}; reset session_replication_role"))
            .await
            .expect("a superuser");
        let error = Follower::<Current>::new(pool.clone(), Target::Live).step().await.expect_err("a hole");
        assert!(matches!(error, schema::Error::Corrupt { position: Some(at), .. } if at == hole), "{error}");
        assert_eq!(ledger.reader().size().await.expect("a size"), 0, "nothing was stored");
    }
    assert!(matches!(rebuild::rebuild::<Current>(&pool).await, Err(schema::Error::Corrupt { position: Some(11), .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_anywhere_rows_and_position_stay_together() {
    let mut ledger = readable(15).await;
    ledger.append(2_500).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    let mut cut = 0;
    for micros in (200..60_000).step_by(1_700) {
        // The task is dropped at some await; then, now and then, the server cuts every connection of the role.
        let mut follower = Follower::<Current>::new(pool.clone(), Target::Live);
        let task = tokio::spawn(async move { while let Ok(Step::Advanced(_)) = follower.step().await {} });
        tokio::time::sleep(Duration::from_micros(micros)).await;
        cut += usize::from(!task.is_finished());
        task.abort();
        if micros % 3 == 0 {
            admin
                .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'radledger_projector' and datname = current_database()", &[])
                .await
                .expect("a superuser");
        }
        let together = "select (select count(*) from read.current) = (select position from read.projection where name = 'current' and state = 'live')";
        // A rollback that is on its way changes neither.
        assert!(admin.query_one(together, &[]).await.expect("a count").get::<_, bool>(0));
    }
    assert!(cut > 0, "something was cut off");
    let pool = ledger.projector();
    follow::<Current>(&pool).await;
    follow::<Timeline>(&pool).await;
    equals_memory(&ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_is_cut_off_leaves_nothing() {
    let mut ledger = readable(16).await;
    ledger.append(1_200).await;
    let pool = ledger.projector();
    follow::<Current>(&pool).await;
    for millis in [1, 4, 9, 20, 40] {
        let building = pool.clone();
        let task = tokio::spawn(async move { rebuild::build::<Current>(&building).await.map(|_| ()) });
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let finished = task.is_finished();
        task.abort();
        let _ = task.await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let admin = ledger.ledger.admin().await;
        let tables: i64 = admin
            .query_one("select count(*) from pg_tables where schemaname = 'read' and tablename like 'current_v%'", &[])
            .await
            .expect("a count")
            .get(0);
        let versions: i64 = admin
            .query_one("select count(*) from read.projection where name = 'current'", &[])
            .await
            .expect("a count")
            .get(0);
        assert_eq!(tables, versions);
        assert!(finished || versions >= 1);
    }
    rebuild::rebuild::<Current>(&pool).await.expect("a rebuild");
    follow::<Timeline>(&pool).await;
    equals_memory(&ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_and_followers_go_on_through_a_rebuild() {
    let mut ledger = readable(17).await;
    ledger.append(400).await;
    let pool = ledger.projector();
    let following = catch_up::start(pool.clone(), None).await.expect("followers");
    following.wait_for(399, Duration::from_secs(20)).await.expect("it catches up");
    let reader = ledger.reader();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reading = {
        let (reader, stop) = (reader.clone(), stop.clone());
        tokio::spawn(async move {
            let (mut last, mut reads) = (0, 0);
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let query = ListQuery { order: Order::Newest, total: true, ..ListQuery::new(Kind::Device) };
                let answer = reader.list(&Scope::city(), &query).await.expect("a reader notices nothing");
                assert!(answer.size >= last, "what was seen is seen: {} after {last}", answer.size);
                (last, reads) = (answer.size, reads + 1);
            }
            reads
        })
    };
    for _ in 0..4 {
        ledger.append(60).await;
        rebuild::rebuild::<Current>(&pool).await.expect("a rebuild");
        rebuild::drop_retired::<Current>(&pool, Duration::ZERO).await.expect("dropped");
    }
    let last = ledger.events.len() as u64 - 1;
    following.wait_for(last, Duration::from_secs(20)).await.expect("the follower takes up the new version");
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reading.await.expect("no panic") > 10);
    equals_memory(&ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_least_waits_for_ones_own_write() {
    let mut ledger = readable(18).await;
    let following = catch_up::start(ledger.projector(), Some(ledger.appender.sizes())).await.expect("followers");
    ledger.append(50).await;
    following.wait_for(49, Duration::from_secs(10)).await.expect("it is folded");
    assert!(ledger.reader().size().await.expect("a size") >= 50);
    let before = std::time::Instant::now();
    let not_yet = following.wait_for(50, Duration::from_millis(200)).await.expect_err("nobody wrote it");
    assert_eq!(not_yet, NotYet { wanted: 50, size: 50 });
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn least_privilege() {
    let mut ledger = readable(19).await;
    ledger.append(20).await;
    follow::<Current>(&ledger.projector()).await;
    let reader = ledger.ledger.as_role(Role::Reader).await;
    let projector = ledger.ledger.as_role(Role::Projector).await;
    let appender = ledger.ledger.as_role(Role::Appender).await;
    let sealer = ledger.ledger.as_role(Role::Sealer).await;
    let admin = ledger.ledger.admin().await;
    let sql = "select 'read.current_v' || version from read.live where name = 'current'";
    let live: String = admin.query_one(sql, &[]).await.expect("a live version").get(0);
    for (client, sql) in [
        (&reader, "insert into LIVE select * from LIVE"),
        (&reader, "update LIVE set area = null"),
        (&reader, "delete from LIVE"),
        (&reader, "select read.switch('current', 1)"),
        (&reader, "select read.begin_build('current', 1)"),
        (&reader, "update read.projection set position = 0"),
        (&reader, "select * from ledger.record_head"),
        (&reader, "select * from ledger.event_id"),
        (&projector, "delete from LIVE"),
        (&projector, "truncate LIVE"),
        (&projector, "drop table LIVE"),
        (&projector, "insert into read.projection (name, version, code) values ('current', 9, 1)"),
        (&projector, "delete from read.live"),
        (&projector, "update ledger.event set payload = ''"),
        (&projector, "insert into ledger.event select * from ledger.event"),
        (&projector, "select * from access.session"),
        (&appender, "select * from LIVE"),
        (&appender, "update read.projection set position = 0"),
        (&sealer, "select * from read.projection"),
        (&sealer, "select * from LIVE"),
    ] {
        let sql = &sql.replace("LIVE", &live);
        let error = client.batch_execute(sql).await.expect_err(sql);
        assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{sql}: {error}");
    }
}

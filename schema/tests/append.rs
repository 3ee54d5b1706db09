//! What `ledger.append` promises, one unit or one race at a time.

mod common;

use common::{event, fresh, ledger, now_us, unit};
use schema::{AppendError, NewUnit, Outcome, Take};
use uuid::Uuid;

fn appended(outcome: Result<Outcome, AppendError>) -> u64 {
    match outcome {
        Ok(Outcome::Appended { first_position, .. }) => first_position,
        other => panic!("{other:?}"),
    }
}

fn take(digest: u8, unit: &NewUnit, content: u8) -> Take {
    let event = &unit.events[0];
    Take { digest: [digest; 32], kind: event.kind.clone(), record: event.record, content: [content; 32], event: 0 }
}

#[tokio::test]
async fn stored_as_it_came() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let log = ledger.log();
    let record = Uuid::new_v4();
    let mut first = event("device", record, 1);
    first.touches = vec!["institution/1/devices".to_owned(), "institution/1/devices".to_owned()];
    first.openings = vec![schema::NewOpening {
        pointer: "/data/name".to_owned(),
        subject_kind: "person".to_owned(),
        subject: record,
        generation: 3,
        sealed_box: vec![1, 2, 3],
    }];
    let second = event("device", record, 2);
    let mut consequence = event("warning", Uuid::new_v4(), 1);
    consequence.touches = vec!["institution/1/devices".to_owned()];
    let mut whole = unit(vec![first.clone(), second.clone(), consequence.clone()]);
    whole.signed = 2;
    whole.batch = Some(Uuid::new_v4());
    assert_eq!(appended(appender.append(fresh()).await), 0);
    let before = now_us();
    let Ok(Outcome::Appended { first_position: 1, recorded_at }) = appender.append(whole).await else {
        panic!("not appended at 1");
    };
    assert!((before..=now_us()).contains(&recorded_at));
    assert_eq!(*appender.sizes().borrow(), 4);

    let stream = log.stream("device", record).await.expect("a stream");
    assert_eq!(stream.len(), 2);
    for (stored, new, position, prev) in [(&stream[0], &first, 1, None), (&stream[1], &second, 2, Some(1))] {
        assert_eq!((stored.position, stored.prev_position, stored.recorded_at), (position, prev, recorded_at));
        assert_eq!((stored.id, &stored.payload, &stored.signature), (new.id, &new.payload, &new.signature));
        assert_eq!((stored.hash, stored.key, stored.alg), (new.hash, new.key, new.alg));
        assert_eq!((&stored.type_, stored.schema, stored.account), (&new.type_, new.schema, new.account));
    }
    assert_eq!(log.at(2).await.expect("a read").as_ref(), Some(&stream[1]));
    assert_eq!(log.at(4).await.expect("a read"), None);
    assert_eq!(log.by_ids(&[second.id, Uuid::new_v4(), first.id]).await.expect("a read"), stream);
    assert_eq!(log.range(1, 2).await.expect("a read"), stream);
    assert_eq!(log.range(3, 100).await.expect("a read").len(), 1);
    assert_eq!(log.stream("person", record).await.expect("a read"), []);
    let head = log.head().await.expect("a read");
    assert_eq!((head.next_position, head.last_at, head.simulated), (4, recorded_at, false));
    let key = log.key("institution/1/devices").await.expect("a read");
    assert_eq!(key.last_position, 3);
    assert_eq!(key.members, [("device".to_owned(), record), ("warning".to_owned(), consequence.record)]);
    assert_eq!(log.key("nothing").await.expect("a read").last_position, -1);
    let openings = log.openings(&[first.id, second.id]).await.expect("a read");
    assert_eq!(openings.len(), 1);
    assert_eq!((openings[0].generation, openings[0].sealed_box.as_slice()), (3, [1, 2, 3].as_slice()));
    let heads = log.record_heads(&[("device".to_owned(), record), ("device".to_owned(), Uuid::new_v4())]).await;
    let heads = heads.expect("a read");
    assert_eq!((heads.len(), heads[0].version, heads[0].position, heads[0].hash), (1, 2, 2, second.hash));
    let streamed: Vec<_> = futures_util::StreamExt::collect::<Vec<_>>(log.stream_range(0, 100)).await;
    assert_eq!(streamed.len(), 4);
    assert!(streamed.iter().enumerate().all(|(at, row)| row.as_ref().is_ok_and(|row| row.position == at as u64)));
    ledger.check().await;
}

#[tokio::test]
async fn a_reader_never_sees_a_hole() {
    // One append is held open while another is committed: the classic way to lose an event.
    let ledger = ledger().await;
    let log = ledger.log();
    let appender = ledger.appender().await;
    let admin = ledger.admin().await;
    appended(appender.append(fresh()).await);
    // The head's lock stands for an append that has taken its positions and does not commit.
    admin.batch_execute("begin; select from ledger.log_head for update").await.expect("a lock");
    let second = tokio::spawn({
        let other = ledger.appender().await;
        async move { other.append(fresh()).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "an append passed another that was not committed");
    let seen = log.range(0, 10).await.expect("a read").len();
    assert_eq!(seen, 1);
    admin.batch_execute("commit").await.expect("a commit");
    assert_eq!(appended(second.await.expect("a task")), 1);
    let later = log.range(seen as u64, 10).await.expect("a read");
    assert_eq!(later.iter().map(|event| event.position).collect::<Vec<_>>(), [1]);
    ledger.check().await;
}

#[tokio::test]
async fn one_winner_in_a_version_race() {
    let ledger = ledger().await;
    let record = Uuid::new_v4();
    // Several appenders, so that the function decides and not the batcher.
    let mut appenders = Vec::new();
    for _ in 0..4 {
        appenders.push(std::sync::Arc::new(ledger.appender().await));
    }
    for round in 1..=20 {
        let racers: Vec<_> = (0..16)
            .map(|racer| {
                let appender = std::sync::Arc::clone(&appenders[racer % appenders.len()]);
                tokio::spawn(async move { appender.append(unit(vec![event("device", record, round)])).await })
            })
            .collect();
        let mut winners = 0;
        for racer in racers {
            match racer.await.expect("a task") {
                Ok(Outcome::Appended { first_position, .. }) => {
                    winners += 1;
                    assert_eq!(first_position, u64::from(round - 1));
                }
                Ok(Outcome::Conflict) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(winners, 1, "round {round}");
    }
    assert_eq!(ledger.log().stream("device", record).await.expect("a stream").len(), 20);
    ledger.check().await;
}

#[tokio::test]
async fn ids_are_for_ever() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let first = fresh();
    appended(appender.append(first.clone()).await);
    assert_eq!(appender.append(first.clone()).await, Ok(Outcome::Known), "the same unit again");
    let mut reused = fresh();
    reused.events[0].id = first.events[0].id;
    assert_eq!(appender.append(reused).await, Ok(Outcome::Known), "another record under a known id");
    let mut twice = unit(vec![event("device", Uuid::new_v4(), 1), event("device", Uuid::new_v4(), 1)]);
    twice.events[1].id = twice.events[0].id;
    let refused = appender.append(twice).await;
    assert!(matches!(refused, Err(AppendError::Corrupt(_))), "one id twice in a unit: {refused:?}");
    let batch = Some(Uuid::new_v4());
    appended(appender.append(NewUnit { batch, ..fresh() }).await);
    assert_eq!(appender.append(NewUnit { batch, ..fresh() }).await, Ok(Outcome::Known), "a batch id again");
    assert_eq!(ledger.log().head().await.expect("a head").next_position, 2);
    ledger.check().await;
}

#[tokio::test]
async fn the_kind_is_part_of_a_record() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let id = Uuid::new_v4();
    appended(appender.append(unit(vec![event("device", id, 1)])).await);
    appended(appender.append(unit(vec![event("person", id, 1)])).await);
    assert_eq!(appender.append(unit(vec![event("device", id, 1)])).await, Ok(Outcome::Conflict));
    assert_eq!(appender.append(unit(vec![event("device", id, 3)])).await, Ok(Outcome::Conflict));
    appended(appender.append(unit(vec![event("device", id, 2)])).await);
    ledger.check().await;
}

#[tokio::test]
async fn claims_are_taken_kept_moved_and_freed() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let log = ledger.log();
    let mut holder = fresh();
    holder.takes = vec![take(1, &holder, 9)];
    let (kind, record) = (holder.events[0].kind.clone(), holder.events[0].record);
    let position = appended(appender.append(holder).await);
    let claim = log.claims(&[[1; 32], [2; 32]]).await.expect("a read").remove(0);
    assert_eq!(
        (claim.digest, &claim.kind, claim.record, claim.position, claim.content),
        ([1; 32], &kind, record, position, [9; 32])
    );

    let mut other = fresh();
    other.takes = vec![take(1, &other, 9)];
    assert_eq!(appender.append(other.clone()).await, Ok(Outcome::Taken));

    // A correction moves it: the old value is free, the new one held.
    let mut correction = unit(vec![event(&kind, record, 2)]);
    correction.frees = vec![[1; 32]];
    correction.takes = vec![take(2, &correction, 8)];
    appended(appender.append(correction).await);
    assert_eq!(log.claims(&[[1; 32]]).await.expect("a read"), []);
    let freed = appended(appender.append(other.clone()).await);
    assert_eq!(log.claims(&[[1; 32]]).await.expect("a read")[0].position, freed);

    // Its own claim may be taken again; two records of one unit may not share one.
    let mut again = unit(vec![event(&kind, record, 3)]);
    again.takes = vec![take(2, &again, 6)];
    appended(appender.append(again).await);
    assert_eq!(log.claims(&[[2; 32]]).await.expect("a read")[0].content, [6; 32]);
    let mut pair = unit(vec![event("device", Uuid::new_v4(), 1), event("device", Uuid::new_v4(), 1)]);
    let second = Take { record: pair.events[1].record, event: 1, ..take(3, &pair, 5) };
    pair.takes = vec![take(3, &pair, 5), second];
    assert!(matches!(appender.append(pair).await, Err(AppendError::Corrupt(_))));

    // Within one unit a record gives a claim up and another takes it.
    let heir = Uuid::new_v4();
    let mut handed = unit(vec![event(&kind, record, 4), event("device", heir, 1)]);
    handed.frees = vec![[2; 32]];
    handed.takes = vec![Take { digest: [2; 32], kind: "device".to_owned(), record: heir, content: [4; 32], event: 1 }];
    let first = appended(appender.append(handed).await);
    let claim = log.claims(&[[2; 32]]).await.expect("a read").remove(0);
    assert_eq!((claim.record, claim.position), (heir, first + 1));
    ledger.check().await;
}

#[tokio::test]
async fn guards_and_reads_notice_what_moved() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let log = ledger.log();
    let key = "institution/7/devices".to_owned();
    let touching = || {
        let mut unit = fresh();
        unit.events[0].touches = vec![key.clone()];
        unit
    };
    let guarded = |position| NewUnit { guards: vec![(key.clone(), position)], ..fresh() };
    appended(appender.append(guarded(-1)).await);
    let first = appended(appender.append(touching()).await);
    assert_eq!(appender.append(guarded(-1)).await, Ok(Outcome::Moved));
    appended(appender.append(guarded(i64::try_from(first).expect("small"))).await);
    // A unit may touch the key that it guards.
    let read = log.key(&key).await.expect("a read").last_position;
    appended(appender.append(NewUnit { guards: vec![(key.clone(), read)], ..touching() }).await);
    assert_eq!(appender.append(guarded(read)).await, Ok(Outcome::Moved));

    let other = Uuid::new_v4();
    let reading = |version| NewUnit { reads: vec![("device".to_owned(), other, version)], ..fresh() };
    appended(appender.append(reading(0)).await);
    appended(appender.append(unit(vec![event("device", other, 1)])).await);
    assert_eq!(appender.append(reading(0)).await, Ok(Outcome::Moved));
    appended(appender.append(reading(1)).await);
    assert_eq!(appender.append(reading(2)).await, Ok(Outcome::Moved));
    ledger.check().await;
}

#[tokio::test]
async fn an_admission_holds_until_it_does_not() {
    let ledger = ledger().await;
    schema::migrate::set_simulated_clock(ledger.database.config(), true).await.expect("a demonstration");
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(1_000));
    let reading = std::sync::Arc::clone(&clock);
    let appender = ledger
        .appender_with(
            std::sync::Arc::new(move || reading.load(std::sync::atomic::Ordering::SeqCst)),
            schema::AppenderLimits::default(),
        )
        .await;
    let window = |from_us, until_us| NewUnit { from_us, until_us, ..fresh() };
    assert_eq!(appender.append(window(1_001, 2_000)).await, Ok(Outcome::Stale));
    assert_eq!(appender.append(window(0, 999)).await, Ok(Outcome::Stale));
    appended(appender.append(window(1_000, 1_000)).await);
    // A clock that went back does not take the log with it.
    clock.store(500, std::sync::atomic::Ordering::SeqCst);
    let outcome = appender.append(fresh()).await;
    assert_eq!(outcome, Ok(Outcome::Appended { first_position: 1, recorded_at: 1_000 }));
    ledger.check().await;
}

#[tokio::test]
async fn a_clock_that_is_off_stops_appending() {
    let ledger = ledger().await;
    for off_s in [-3_i64, 3] {
        let clock: schema::Clock = std::sync::Arc::new(move || now_us() + off_s * 1_000_000);
        let appender = ledger.appender_with(clock, schema::AppenderLimits::default()).await;
        match appender.append(fresh()).await {
            Err(AppendError::Clock { off_us }) => {
                assert!((off_us - off_s * 1_000_000).abs() < 500_000, "{off_us}")
            }
            other => panic!("{other:?}"),
        }
    }
    let clock: schema::Clock = std::sync::Arc::new(|| now_us() + 1_000_000);
    let appender = ledger.appender_with(clock, schema::AppenderLimits::default()).await;
    appended(appender.append(fresh()).await);
    ledger.check().await;
}

#[tokio::test]
async fn a_call_that_stood_still_on_its_way_is_told_the_time_once_more() {
    let ledger = ledger().await;
    let told = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let seen = std::sync::Arc::clone(&told);
    let clock: schema::Clock = std::sync::Arc::new(move || {
        let late = if seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 { 30_000_000 } else { 0 };
        now_us() - late
    });
    let appender = ledger.appender_with(clock, schema::AppenderLimits::default()).await;
    assert_eq!(appended(appender.append(fresh()).await), 0);
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 2);
    ledger.check().await;
}

#[tokio::test]
async fn a_deposed_writer_is_fenced() {
    let ledger = ledger().await;
    let old = ledger.appender().await;
    appended(old.append(fresh()).await);
    schema::migrate::raise_epoch(ledger.database.config()).await.expect("a new epoch");
    assert_eq!(old.append(fresh()).await, Err(AppendError::Fenced));
    let new = ledger.appender().await;
    assert_eq!(appended(new.append(fresh()).await), 1);
    assert_eq!(old.append(fresh()).await, Err(AppendError::Fenced));
    ledger.check().await;
}

#[tokio::test]
async fn a_unit_that_contradicts_itself_goes_nowhere() {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let record = Uuid::new_v4();
    let gap = unit(vec![event("device", record, 1), event("device", record, 3)]);
    let mut headless = fresh();
    headless.heads.clear();
    let mut unwritten = fresh();
    unwritten.heads.push(("device".to_owned(), Uuid::new_v4(), 0));
    for (what, bad) in [("a gap", gap), ("no head", headless), ("a head too many", unwritten), ("empty", unit(vec![]))]
    {
        assert!(matches!(appender.append(bad).await, Err(AppendError::Corrupt(_))), "{what}");
    }
    assert_eq!(ledger.log().head().await.expect("a head").next_position, 0);
}

#[tokio::test]
async fn a_row_that_the_database_refuses_spares_its_neighbours() {
    let ledger = ledger().await;
    let appender = std::sync::Arc::new(ledger.appender().await);
    let admin = ledger.admin().await;
    // Held back, so that all of them share one call.
    admin.batch_execute("begin; select from ledger.log_head for update").await.expect("a lock");
    let mut tasks = Vec::new();
    for number in 0..20 {
        let mut one = fresh();
        if number == 7 {
            // PostgreSQL's text cannot hold it.
            one.events[0].type_ = "device.\0".to_owned();
        }
        let appender = std::sync::Arc::clone(&appender);
        tasks.push(tokio::spawn(async move { appender.append(one).await }));
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    admin.batch_execute("commit").await.expect("a commit");
    let mut refused = 0;
    for task in tasks {
        match task.await.expect("a task") {
            Ok(Outcome::Appended { .. }) => {}
            Err(AppendError::Corrupt(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 1);
    assert_eq!(ledger.log().head().await.expect("a head").next_position, 19);
    ledger.check().await;
}

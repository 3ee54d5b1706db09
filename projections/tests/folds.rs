//! The folds over random histories, in memory.

#[path = "support/counts.rs"]
mod counts;
#[path = "support/history.rs"]
mod history;

use std::collections::BTreeSet;

use counts::{Counts, counted};
use domain::catalog::Kind;
use history::{Made, Maker};
use projections::memory::Memory;
use projections::{Entries, Parsed, Projection, statistics};
use projections::{current::Current, timeline::Timeline};
use uuid::Uuid;

fn folded(events: &[Made]) -> Memory {
    let mut memory = Memory::default();
    for event in events {
        memory
            .fold(event.recorded_at, event.hash, &event.payload)
            .unwrap_or_else(|poison| panic!("{poison}: {}", String::from_utf8_lossy(&event.payload)));
    }
    memory
}

#[test]
fn versions_of_a_record_follow_one_another_without_gap() {
    for seed in 1..6 {
        let events = Maker::new(seed).history(600);
        let memory = folded(&events);
        assert_eq!(memory.current.len(), events.len(), "seed {seed}: one row per event");
        let mut before: Option<&projections::current::Row> = None;
        for row in memory.current.values() {
            match before.filter(|before| (before.kind, before.id) == (row.kind, row.id)) {
                Some(before) => {
                    assert_eq!((before.until, before.version + 1), (Some(row.since), row.version), "seed {seed}")
                }
                None => assert_eq!(row.version, 1, "seed {seed}"),
            }
            let json: serde_json::Value = serde_json::from_str(&row.row).expect("a state is JSON");
            assert!(json.is_object());
            assert_eq!(row.facets.len(), projections::current::facets(row.kind).len());
            assert!(projections::current::states(row.kind).contains(&row.state.as_str()), "{}", row.state);
            before = Some(row);
        }
    }
}

#[test]
fn a_device_is_where_its_institution_is_now() {
    let mut maker = Maker::new(1);
    let (institution, other, device) = (maker.uuid(), maker.uuid(), maker.uuid());
    let mut events =
        vec![maker.institution_named(institution, Some("511502")), maker.institution_named(other, Some("511503"))];
    events.push(maker.device_in(device, institution));
    let area = |events: &[Made], at: u64| folded(events).current[&(Kind::Device, device, at)].home.area.clone();
    assert_eq!(area(&events, 2).as_deref(), Some("511502"));
    events.push(maker.change_area(institution, "511523"));
    assert_eq!(area(&events, 2).as_deref(), Some("511523"), "rows of the past move as well");
    events.push(maker.change_area(other, "5115SJ"));
    assert_eq!(area(&events, 2).as_deref(), Some("511523"), "another institution's move is none of its");
    let memory = folded(&events);
    let history = memory.timeline.values().filter(|row| row.home.org == Some(institution));
    assert!(history.clone().count() >= 3 && history.clone().all(|row| row.home.area.as_deref() == Some("511523")));
}

#[test]
fn an_account_follows_an_institution_that_is_entered_later() {
    let mut maker = Maker::new(3);
    let (account, institution) = (maker.uuid(), maker.uuid());
    let mut opened = maker.account_in(account, Some(institution));
    while !String::from_utf8_lossy(&opened.payload).contains("\"area\"") {
        maker = Maker::new(maker.position + 77 + maker.below(1000) as u64);
        opened = maker.account_in(account, Some(institution));
    }
    let registered = maker.institution_named(institution, Some("511523"));
    let memory = folded(&[opened, registered]);
    assert_eq!(memory.current[&(Kind::Account, account, 0)].home.area.as_deref(), Some("511523"));
}

#[test]
fn no_sealed_value_and_no_opening_gets_into_a_row() {
    let events = Maker::new(9).history(400);
    let memory = folded(&events);
    let mut sealed = 0;
    for row in memory.current.values().filter(|row| row.row.contains("$sealed")) {
        let json: serde_json::Value = serde_json::from_str(&row.row).expect("JSON");
        walk(&json, &mut |object| {
            if let Some(seal) = object.get("$sealed") {
                sealed += 1;
                assert_eq!(seal.as_str().expect("a commitment").len(), 43);
                assert!(object.keys().all(|name| ["$sealed", "event", "pointer"].contains(&name.as_str())));
            }
        });
    }
    assert!(sealed > 10, "the history has sealed values");
}

fn walk(value: &serde_json::Value, visit: &mut impl FnMut(&serde_json::Map<String, serde_json::Value>)) {
    match value {
        serde_json::Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

#[test]
fn a_stretch_folds_alike_from_nothing_and_from_what_was_loaded() {
    // Fold the second half with empty entries, loading what is missing as the log would give it.
    let events = Maker::new(4).history(500);
    let whole = folded(&events);
    let parsed: Vec<Parsed> =
        events.iter().map(|e| Parsed::read(e.position, e.recorded_at, e.hash, &e.payload).expect("it folds")).collect();
    let (past, rest) = parsed.split_at(250);
    let mut entries = Entries::default();
    loop {
        let missing = entries.missing(rest);
        if missing.is_empty() {
            break;
        }
        for record in missing {
            let mut alone = Entries::default();
            for event in past.iter().filter(|event| *event.record() == record) {
                event.step(&mut alone).expect("it folds");
            }
            entries.put(record.clone(), alone.get(&record));
        }
    }
    let mut rows = 0;
    for event in rest {
        let folded = event.step(&mut entries).expect("it folds");
        for change in Current::fold(&folded, &entries).expect("it folds") {
            let projections::Change::Put(row) = change else { continue };
            let known = &whole.current[&(row.kind, row.id, row.since)];
            assert_eq!(
                (&row.row, &row.label, row.home.org, row.home.account),
                (&known.row, &known.label, known.home.org, known.home.account)
            );
            assert_eq!(row.home.area.is_some(), known.home.area.is_some());
            rows += 1;
        }
        assert!(!Timeline::fold(&folded, &entries).expect("it folds").is_empty());
    }
    assert_eq!(rows, 250);
}

#[test]
fn a_version_that_does_not_follow_is_poison() {
    let mut maker = Maker::new(5);
    let (institution, device) = (maker.uuid(), maker.uuid());
    let mut events = vec![maker.institution_named(institution, None), maker.device_in(device, institution)];
    events.push(maker.change_area(institution, "511523"));
    events.push(maker.change_area(institution, "511502"));
    events.remove(2);
    let mut memory = Memory::default();
    for event in &events[..2] {
        memory.fold(event.recorded_at, event.hash, &event.payload).expect("it folds");
    }
    let poison =
        memory.fold(events[2].recorded_at, events[2].hash, &events[2].payload).expect_err("a version is missing");
    assert_eq!((poison.position, memory.size), (2, 2));
    let garbage = memory.fold(events[2].recorded_at, events[2].hash, b"{}").expect_err("no statement");
    assert_eq!(garbage.position, 2);
}

#[test]
fn every_event_is_in_the_history_of_its_record_and_its_signer() {
    let events = Maker::new(6).history(300);
    let memory = folded(&events);
    for event in &events {
        let own = (event.statement.record.clone(), event.position);
        assert_eq!(memory.timeline[&own].version, event.statement.version);
        let signer = (projections::home::account(event.statement.signer.account), event.position);
        assert_eq!(memory.timeline[&signer].record, event.statement.record.id);
    }
    let devices = memory.timeline.values().filter(|row| row.subject.kind == "institution" && row.kind == Kind::Device);
    assert!(devices.count() > 10, "an institution's history shows its devices");
    assert!(!memory.timeline.keys().any(|(subject, _)| subject.id == Uuid::nil()));
}

#[test]
fn counters_are_the_length_of_the_lists_at_every_position_also_after_a_move() {
    for seed in 1..4 {
        let events = Maker::new(seed).history(900);
        let moves = events.iter().filter(|made| String::from_utf8_lossy(&made.payload).contains("supervision_area"));
        assert!(moves.count() > 2, "seed {seed} moves institutions");
        let memory = folded(&events);
        let mut places = Maker::new(seed + 100);
        for at in (0..15).map(|_| places.below(events.len()) as u64).chain([events.len() as u64 - 1]) {
            let mut sums = Counts::new();
            for row in memory.statistics.iter().filter(|row| row.position <= at) {
                let org = row.home.org.filter(|_| row.grain == statistics::Grain::Org);
                let area = row.home.area.as_deref().unwrap_or_default().to_owned();
                let sum = sums.entry((row.measure.to_owned(), area, org, row.key.to_string())).or_default();
                sum.0 += row.delta;
                sum.1 += row.amount_delta;
            }
            sums.retain(|_, sums| *sums != (0, 0));
            assert_eq!(sums, counted(&memory, at), "seed {seed} at {at}");
        }
        let measures: BTreeSet<&str> = memory.statistics.iter().map(|row| row.measure).collect();
        assert_eq!(measures.len(), statistics::MEASURES.len(), "seed {seed} moves every number: {measures:?}");
    }
}

#[test]
fn an_event_that_changes_no_number_makes_no_row() {
    let events = Maker::new(9).history(400);
    let memory = folded(&events);
    for row in &memory.statistics {
        assert!(row.delta != 0 || row.amount_delta != 0);
    }
    let touched: std::collections::BTreeSet<u64> = memory.statistics.iter().map(|row| row.position).collect();
    let counted = |made: &Made| statistics::MEASURES.iter().any(|m| made.statement.record.kind == m.kind.as_str());
    assert!(touched.len() < events.iter().filter(|made| counted(made)).count(), "some leave every number as it is");
    assert!(touched.iter().all(|at| counted(&events[usize::try_from(*at).expect("small")])));
}

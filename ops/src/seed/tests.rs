//! The story tells itself the same way every time, and tells everything that a demonstration needs.

use std::collections::BTreeMap;

use domain::investigation_codes::InvestigationFinding;
use signing::bytes::Instant;
use signing::json::Value;

use super::model::{Act, Step};
use super::story::{Settings, Story};

fn settings(seed: u64, events: usize) -> Settings {
    let end = Instant::start_of_day("2026-11-25".parse().expect("a date"));
    Settings { seed, end, events, name: "radledger-demo".into() }
}

fn tell(settings: &Settings) -> (Story, Vec<Step>) {
    let mut story = Story::new(settings);
    let mut steps = Vec::new();
    story.tell(|step| {
        steps.push(step);
        true
    });
    (story, steps)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_root() {
    let (first, one) = tell(&settings(7, 1_500));
    let (second, two) = tell(&settings(7, 1_500));
    assert_eq!(first.root(), second.root());
    assert!(one == two, "payloads, signatures or openings differ");
    let (other, _) = tell(&settings(8, 1_500));
    assert_ne!(first.root(), other.root());
}

#[test]
fn a_whole_city_has_its_events_in_order_and_every_type() {
    let wanted = settings(1, 20_000);
    let (story, steps) = tell(&wanted);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut before = Instant::from_micros(0);
    let mut events = 0;
    for step in &steps {
        let forward = step.at > before || matches!(step.act, Act::Send(_));
        assert!(forward && step.at < wanted.end, "steps go forward and end in time");
        before = step.at;
        events += step.events;
        if matches!(step.act, Act::Send(_)) {
            continue;
        }
        let Act::Submit(unit) = &step.act else {
            *counts.entry("erasure.carried_out".into()).or_default() += 1;
            continue;
        };
        for envelope in &unit.envelopes {
            let object = signing::json::read(&envelope.payload).expect("the story signs strict JSON");
            let name = object.get("type").and_then(Value::as_text).expect("a statement has a type");
            *counts.entry(name.into()).or_default() += 1;
        }
    }
    assert_eq!(events, story.size());
    assert!(events >= 20_000, "{events} events");
    assert!(events <= 60_000, "{events} events are far more than was asked for");
    let missing: Vec<_> = domain::catalog::event_types()
        .map(|known| known.name)
        // What the service adds in the same append is no unit of its own.
        .filter(|name| !counts.contains_key(*name) && !["grant.ended", "person.custody_moved"].contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "types that the demonstration does not show; counts: {counts:?}");
    let inquiries: Vec<_> = story.model.memory.records().filter_map(|(_, entry)| entry.state.investigation()).collect();
    let outcomes = |finding| {
        let with = |found: &domain::records::investigation::Outcome| found.finding == finding;
        inquiries.iter().filter(|inquiry| inquiry.outcome.as_deref().is_some_and(with)).count()
    };
    let found = InvestigationFinding::ALL.iter().copied().map(outcomes).collect::<Vec<_>>();
    let of_city = inquiries.iter().filter(|inquiry| inquiry.is_of_city(None)).count();
    assert!(found.iter().all(|number| *number > 0) && of_city > 0, "investigations: {found:?}, of the city: {of_city}");
    let accepted = story.devices.iter().filter(|device| {
        let entry = story.model.entry("device", device.id);
        entry
            .and_then(|entry| entry.state.device())
            .is_some_and(|device| device.in_use_since.is_some() && !device.legacy)
    });
    assert!(accepted.count() >= 50, "devices in use with their acceptance test");
    let installed = story.devices.len();
    assert!(installed >= 900, "{installed} devices");
    assert!(story.orgs.len() >= 360);
    let gap = wanted.end.civil_day().days() - before.civil_day().days();
    assert!(gap <= 7, "the story goes on to its end, but stops {gap} days before it");
}

#[test]
fn every_role_has_somebody_who_can_sign_at_the_end() {
    let (story, _) = tell(&settings(1, 20_000));
    for role in domain::codes::Role::ALL {
        let able = story
            .people
            .iter()
            .any(|person| person.role == *role && person.active && person.valid_until > story.model.day());
        assert!(able, "nobody can act as {}", role.as_str());
    }
}

#[test]
fn the_story_holds_for_other_seeds_and_days() {
    for (seed, day) in [(2, "2026-11-26"), (3, "2026-12-31"), (4, "2027-02-28"), (5, "2028-02-29")] {
        let end = Instant::start_of_day(day.parse().expect("a date"));
        let (story, _) = tell(&Settings { end, ..settings(seed, 4_000) });
        assert!(story.size() >= 4_000, "seed {seed} until {day}: {} events", story.size());
    }
}

#[test]
#[ignore = "prints what the desk says"]
fn what_the_desk_says() {
    let events = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let (_, steps) = tell(&settings(1, events));
    let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for step in &steps {
        let Act::Submit(unit) = &step.act else { continue };
        for envelope in &unit.envelopes {
            let object = signing::json::read(&envelope.payload).expect("the story signs strict JSON");
            let name = object.get("type").and_then(Value::as_text).expect("a statement has a type");
            if !name.starts_with("warning.") {
                continue;
            }
            let rule = object
                .get("derivation")
                .and_then(Value::as_object)
                .and_then(|d| d.get("fn"))
                .and_then(Value::as_text)
                .unwrap_or("");
            let grade = object
                .get("data")
                .and_then(Value::as_object)
                .and_then(|d| d.get("grade"))
                .and_then(Value::as_text)
                .unwrap_or("");
            *counts.entry((rule.into(), name.into(), grade.into())).or_default() += 1;
        }
    }
    for ((rule, name, grade), n) in counts {
        println!("{n:7} {rule} {name} {grade}");
    }
}

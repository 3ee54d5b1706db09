//! The story tells itself the same way every time, and tells everything that a demonstration needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use domain::authority::{Authority, InForce};
use domain::catalog::Kind;
use domain::custody;
use domain::investigation_codes::InvestigationFinding;
use domain::memory::Memory;
use domain::record::{Claim, Entry, Facts, Holder, KeyOwner, Known, Members, Need};
use domain::records::SealedRef;
use domain::records::erasure::ErasureState;
use domain::records::ledger::Ledger;
use domain::records::transfer::Transfer;
use domain::records::warning::Warning;
use domain::rules::{Look, RULES, conclude_all, touches_all};
use domain::transfer_codes::TransferType;
use domain::warning_codes::{WarningGrade, WarningState};
use domain::workdays::Calendar;
use signing::bytes::{Instant, KeyId, LedgerId};
use signing::json::Value;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::model::{Act, Step};
use super::story::{LATE_AT_THE_END, Settings, Story, WORKERS, transfers_of};

fn settings(seed: u64, events: usize) -> Settings {
    let end = Instant::start_of_day("2026-11-25".parse().expect("a date"));
    Settings { seed, end, events, name: "radledger-demo".into(), silent_desk: false }
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
    assert!(events <= 130_000, "{events} events are far more than was asked for");
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
    every_role_has_somebody_who_can_sign_at_the_end(&story);
    nothing_was_left_out(&story);
    each_rule_looks_at_what_feeds_it(&story);
    every_rule_speaks_in_the_city(&story);
    let missing =
        [files_move_in_every_way(&story), warnings_stand_in_every_way(&story), keys_end_and_people_are_erased(&story)];
    let missing: Vec<String> = missing.into_iter().flatten().flatten().collect();
    assert!(missing.is_empty(), "the city does not show {missing:#?}");
}

/// Which of these names were not seen; what was seen otherwise does no harm.
fn not_shown<'a>(what: &str, wanted: impl IntoIterator<Item = &'a str>, seen: &[String]) -> Option<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    seen.iter().for_each(|name| *count.entry(name).or_default() += 1);
    let missing: Vec<&str> = wanted.into_iter().filter(|name| !count.contains_key(name)).collect();
    (!missing.is_empty()).then(|| format!("{what}: {missing:?} among {count:?}"))
}

/// Files that moved in every way and to every end, also late; and a worker of whose years some are missing, which the rule names.
fn files_move_in_every_way(story: &Story) -> Vec<Option<String>> {
    let calendar = Calendar::plain();
    let all: Vec<&Transfer> = story.model.memory.records().filter_map(|(_, entry)| entry.state.transfer()).collect();
    let planned = transfers_of(story.workers.len()) + LATE_AT_THE_END.len();
    assert_eq!(all.len(), planned, "each that was planned was asked for");
    assert!(transfers_of(WORKERS) >= 150, "of the whole city");
    let kinds: Vec<String> = all.iter().map(|transfer| transfer.request.type_.as_str().to_owned()).collect();
    let kinds = not_shown("types of transfers", TransferType::ALL.iter().map(|kind| kind.as_str()), &kinds);
    let mut ends: Vec<String> = all.iter().map(|transfer| transfer.standing.state.as_str().to_owned()).collect();
    for passage in all.iter().flat_map(|transfer| &transfer.passages) {
        let late = calendar.between(passage.from, passage.on) > custody::limit(passage.step);
        ends.extend((late && !passage.is_suspended()).then(|| "late".to_owned()));
        ends.push(passage.act.to_string());
    }
    let acts =
        ["returned", "substituted", "suspended", "consent_refused", "consent_lapsed", "disputed", "ruled", "late"];
    let ends = not_shown("ends of transfers", ["COMPLETED", "REJECTED", "WITHDRAWN"].into_iter().chain(acts), &ends);
    let gaps = warnings(story).filter(|warning| warning.rule == "W-TRF-03" && warning.occurrence.starts_with("gap/"));
    let gaps: Vec<String> = gaps.map(|_| "gap".to_owned()).collect();
    vec![kinds, ends, not_shown("a worker of whose years some are missing", ["gap"], &gaps)]
}

fn warnings(story: &Story) -> impl Iterator<Item = &Warning> {
    story.model.memory.records().filter_map(|(_, entry)| entry.state.warning())
}

/// Warnings of every grade and state; those that stand are as old as a week, a month, a quarter and longer.
fn warnings_stand_in_every_way(story: &Story) -> Vec<Option<String>> {
    let today = story.model.day();
    let graded: Vec<String> = warnings(story).map(|warning| warning.grade.as_str().to_owned()).collect();
    let grades = not_shown("grades", WarningGrade::ALL.iter().map(|grade| grade.as_str()), &graded);
    let states: Vec<String> = warnings(story).map(|warning| warning.state.as_str().to_owned()).collect();
    let standing = not_shown("states of warnings", WarningState::ALL.iter().map(|state| state.as_str()), &states);
    let ages = warnings(story).filter(|warning| !warning.is_over()).map(|warning| {
        let age = match today.days() - warning.raised_on.days() {
            ..=7 => "a week",
            8..=30 => "a month",
            31..=90 => "a quarter",
            _ => "longer",
        };
        format!("{} {age}", warning.grade.as_str())
    });
    let ages: Vec<String> = ages.collect();
    let wanted: Vec<String> = WarningGrade::ALL
        .iter()
        .flat_map(|grade| ["a week", "a month", "a quarter", "longer"].map(|age| format!("{} {age}", grade.as_str())))
        .collect();
    vec![grades, standing, not_shown("ages of warnings", wanted.iter().map(String::as_str), &ages)]
}

/// A key that ran out, one that was revoked, one in other hands; and somebody who was erased, a worker and somebody else.
fn keys_end_and_people_are_erased(story: &Story) -> Vec<Option<String>> {
    let today = story.model.day();
    let keys = story.model.memory.records().filter_map(|(_, entry)| entry.state.credential());
    let keys: Vec<String> = keys
        .map(|key| match (key.compromised_since, key.revoked) {
            (Some(_), _) => "compromised",
            (None, true) => "revoked",
            (None, false) if key.valid_until <= today => "expired",
            (None, false) => "valid",
        })
        .map(str::to_owned)
        .collect();
    let keys = not_shown("keys", ["expired", "revoked", "compromised", "valid"], &keys);
    let erasures = story.model.memory.records().filter_map(|(_, entry)| entry.state.erasure());
    let erased = erasures.filter(|erasure| erasure.state == ErasureState::CarriedOut);
    let erased: Vec<String> = erased.map(|erasure| erasure.subject.kind.to_string()).collect();
    vec![keys, not_shown("people who were erased", ["person", "party"], &erased)]
}

/// What is not on the agenda has nothing to be concluded: evaluating everything finds no more than was found step by step.
fn nothing_was_left_out(story: &Story) {
    let model = &story.model;
    let (day, size) = (model.day(), model.size() as u64);
    let due: HashSet<RecordRef> = model.agenda().due(day, size).into_iter().map(|(subject, _)| subject).collect();
    for (subject, _) in model.memory.records().filter(|(record, _)| !due.contains(*record)) {
        let conclusions = conclude_all(subject, day, &model.memory).expect("memory holds everything");
        assert_eq!(conclusions.drafts, [], "nobody looked again at {subject:?}");
        assert_eq!(conclusions.orders, [], "nobody was told of {subject:?}");
    }
}

/// What rules look at that does not feed them, because no event of it changes what they find: in whose post a dosimeter was
/// lost names whose duty it is, a laboratory that files its qualification is seen on the next day, the grants of an
/// account lie beside its credentials, and the devices of an institution beside its licences.
const BESIDE: &[(&str, Kind)] = &[
    ("W-DOSE-10", Kind::Employment),
    ("W-DEV-01", Kind::Institution),
    ("W-DEV-02", Kind::Institution),
    ("W-DEV-03", Kind::Institution),
    ("W-DEV-04", Kind::Institution),
    ("W-DEV-05", Kind::Institution),
    ("W-TSO-02", Kind::Institution),
    ("W-TSO-03", Kind::Institution),
    ("W-SIG-01", Kind::Grant),
    ("W-ORG-02", Kind::Device),
];

/// Only rules that an event feeds look again: one that looked at more would not see it change.
fn each_rule_looks_at_what_feeds_it(story: &Story) {
    let model = &story.model;
    let mut untold: BTreeSet<String> = BTreeSet::new();
    for (subject, entry) in model.memory.records() {
        for rule in RULES.iter().filter(|rule| rule.subject == entry.state.kind()) {
            let Some(version) = rule.version(model.day()) else { continue };
            let watched = Watched { memory: &model.memory, kinds: RefCell::default() };
            (version.evaluate)(subject.id, &Look::new(&watched, model.day())).expect("memory holds everything");
            for kind in watched.kinds.into_inner() {
                let told = rule.feeds.contains(&kind) || touches_all(kind) || BESIDE.contains(&(rule.id, kind));
                untold.extend((!told).then(|| format!("{} looks at {kind:?}", rule.id)));
            }
        }
    }
    assert!(untold.is_empty(), "what does not feed these rules: {untold:?}");
}

/// A ledger of which is noted at records of which kinds somebody looks.
struct Watched<'a> {
    memory: &'a Memory,
    kinds: RefCell<HashSet<Kind>>,
}

impl Facts for Watched<'_> {
    fn ledger_id(&self) -> LedgerId {
        self.memory.ledger_id()
    }
    fn now(&self) -> Instant {
        self.memory.now()
    }
    fn content_key(&self) -> [u8; 32] {
        self.memory.content_key()
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        self.memory.ledger()
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        self.memory.in_force()
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        self.memory.owner(key)
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        self.memory.authority(account)
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        self.kinds.borrow_mut().extend(Kind::parse(&record.kind));
        self.memory.entry(record)
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        self.memory.members(key)
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        self.memory.event(id)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        self.memory.used(id)
    }
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need> {
        self.memory.opened(sealed)
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        self.memory.claim(claim)
    }
}

/// Rules of which the city shows no whole case: what the ledger refuses (a minor in a post), a dose that nobody of it received, a
/// place at which nobody wears a dosimeter, and what has not ended when the story does. Each has a story of its own in
/// `replay-tests/tests/each_rule.rs`; `rules.rs` beside it asks for that.
const SILENT: &[&str] = &[
    "W-LIC-06",
    "W-DOSE-04",
    "W-DOSE-05",
    "W-DOSE-07",
    "W-DOSE-08",
    "W-DOSE-09",
    "W-DOSE-11",
    "W-HLT-05",
    "W-CRT-02",
    "W-TSO-01",
    "W-TSO-03",
    "W-HEO-01",
    "W-TRF-03",
];

/// Every rule is raised, and every rule is cleared, by signed events.
fn every_rule_speaks_in_the_city(story: &Story) {
    let mut raised: BTreeSet<&str> = BTreeSet::new();
    let mut over: BTreeSet<&str> = BTreeSet::new();
    for warning in story.model.memory.records().filter_map(|(_, entry)| entry.state.warning()) {
        let Some(rule) = warning.law() else { panic!("a warning without a rule") };
        raised.insert(rule.id);
        if warning.is_over() || warning.state == WarningState::PendingClose {
            over.insert(rule.id);
        }
    }
    let spoken: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|rule| !SILENT.contains(rule)).collect();
    let never: Vec<&&str> = spoken.iter().filter(|rule| !raised.contains(**rule)).collect();
    let stands: Vec<&&str> = spoken.iter().filter(|rule| !over.contains(**rule)).collect();
    assert!(never.is_empty() && stands.is_empty(), "never raised: {never:?}; never cleared: {stands:?}");
}

fn every_role_has_somebody_who_can_sign_at_the_end(story: &Story) {
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

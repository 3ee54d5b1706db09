//! The desk: the service's own diary of what it evaluated.
//!
//! For each day the desk says that it has looked at everything that was due, how many conclusions it drew since it said so
//! before, and their digest. A conclusion that is missing for a day which the desk names, a day that it does not name, and a
//! digest that is another one are findings of the audit (`docs/wire-format.md` §5). One ledger has one desk.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Date, Hash};
use signing::json::{Object, Value, canonical};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::catalog::{EventType, Kind};
use crate::field::{Data, Shape};
use crate::record::{About, Draft, Entry, Facts, Need, Record, Stop, Target};
use crate::records::Nothing;
use crate::records::warning::{self, Warning};
use crate::refusal::Code;
use crate::{data, events};

const COUNT: Shape = Shape::Integer(0, 9_007_199_254_740_991, "");

data! {
    /// How many conclusions of each sort.
    pub struct Counts {
        raised: i64 = COUNT, "产生", "raised";
        escalated: i64 = COUNT, "升级", "escalated";
        reopened: i64 = COUNT, "重新产生", "reopened";
        ended: i64 = COUNT, "解除或待核销", "cleared, or waiting to be closed";
        other: i64 = COUNT, "其他", "waivers that ended, warnings that went to the city or with a file";
    }

    /// A day that was evaluated.
    pub struct Evaluated {
        day: Date = Shape::Day, "评估日", "the day";
        basis: i64 = COUNT, "账本位置", "size of the log that was folded";
        counts: Counts = Shape::Object(<Counts as Data>::FIELDS), "结论数", "conclusions since it said so before";
        digest: Hash = Shape::Hash, "结论摘要", "digest of these conclusions";
    }
}

events! {
    /// Events of the desk.
    pub enum Event {
        Opened(Nothing) = "desk.opened", 1, [System], true, Forbidden, Service, "值守开始", "desk opened";
        Evaluated(Evaluated) = "desk.evaluated", 1, [System], false, Forbidden, Service, "当日评估完成", "day evaluated";
    }
}

/// The desk.
#[derive(Debug, Clone, Serialize)]
pub struct Desk {
    /// Day on which it was opened.
    pub opened_on: Date,
    /// What it said last.
    #[serde(flatten)]
    pub last: Option<Evaluated>,
}

impl Desk {
    /// The day that it has to name next.
    #[must_use]
    pub fn next_day(&self) -> Date {
        self.last.as_ref().map_or(self.opened_on, |last| last.day.add_days(1))
    }
}

/// Whether the desk concludes anything about a day: about today, and while it catches up about the days that it has not named.
/// Of a day that is over it says nothing more.
///
/// # Errors
/// A [`Need`] when the desk is not loaded.
pub fn judges(day: Date, today: Date, facts: &dyn Facts) -> Result<bool, Need> {
    let Some((_, entry)) = desk(facts)? else { return Ok(false) };
    let next = entry.state.desk().map(Desk::next_day);
    Ok(day <= today && next.is_some_and(|next| next.min(today) <= day))
}

/// Index key of the desk.
pub const DESK_KEY: &str = "desk";
/// Function by which a desk is opened.
pub const OPEN: (&str, u16) = ("desk.open", 1);
/// Function by which a day is evaluated.
pub const EVALUATE: (&str, u16) = ("desk.evaluate", 1);

/// Reference to a desk.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Desk.as_str().into(), id }
}

/// The desk of the ledger, if it was opened.
///
/// # Errors
/// A [`Need`] when it is not loaded.
pub fn desk(facts: &dyn Facts) -> Result<Option<(RecordRef, std::sync::Arc<Entry>)>, Need> {
    let Some(record) = facts.members(DESK_KEY)?.records.first().cloned() else { return Ok(None) };
    Ok(facts.entry(&record)?.map(|entry| (record, entry)))
}

/// What a run of the desk came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [i64; 5],
    lines: Vec<Vec<u8>>,
}

impl Tally {
    /// Takes an event of the desk about a warning; what a person did is no conclusion.
    pub fn take(&mut self, event: &warning::Event, warning: &Warning) {
        use warning::Event;
        let (place, outcome) = match event {
            Event::Raised(raised) => (0, raised.grade.as_str()),
            Event::Escalated(graded) => (1, graded.grade.as_str()),
            Event::Reopened(graded) => (2, graded.grade.as_str()),
            Event::Cleared(_) | Event::ConditionEnded(_) => (3, "NONE"),
            Event::WaiverEnded(_) => (4, "WAIVER_ENDED"),
            Event::PassedToCity(_) => (4, "PASSED_TO_CITY"),
            Event::Moved(_) => (4, "MOVED"),
            _ => return,
        };
        self.counts[place] += 1;
        let text = |text: &str| Value::Text(text.into());
        let line = Value::Array(vec![
            text(&warning.rule),
            Value::Integer(warning.rule_version),
            text(&warning.subject.kind),
            text(&warning.subject.id.to_string()),
            text(&warning.occurrence),
            text(outcome),
        ]);
        self.lines.push(canonical(&line));
    }

    /// SHA-256 over the RFC 8785 array of [rule, version, subject kind, subject id, occurrence, outcome], sorted bytewise.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut lines = self.lines.clone();
        lines.sort_unstable();
        let mut bytes = b"[".to_vec();
        bytes.extend(lines.join(&b','));
        bytes.push(b']');
        Hash::of(&bytes)
    }

    /// Its numbers.
    #[must_use]
    pub fn as_counts(&self) -> Counts {
        let [raised, escalated, reopened, ended, other] = self.counts;
        Counts { raised, escalated, reopened, ended, other }
    }
}

/// The event that opens the desk.
#[must_use]
pub fn open(id: Uuid, basis: u64) -> Draft {
    let draft = Draft::following("desk.opened", reference(id), None, OPEN, Object::default());
    Draft { basis: Some(basis), ..draft }
}

/// The event that says a day was evaluated.
#[must_use]
pub fn evaluated(record: &RecordRef, entry: &Entry, day: Date, basis: u64, tally: &Tally) -> Draft {
    let counts = tally.as_counts();
    let basis_said = i64::try_from(basis).unwrap_or(i64::MAX);
    let said = Evaluated { day, basis: basis_said, counts, digest: tally.digest() };
    let draft = Draft::following("desk.evaluated", record.clone(), Some(entry), EVALUATE, said.to_object());
    Draft { basis: Some(basis), ..draft }
}

impl Evaluated {
    /// The data as it is signed.
    #[must_use]
    pub fn to_object(&self) -> Object {
        let number = |name: &str, value: i64| (CompactString::from(name), Value::Integer(value));
        let Counts { raised, escalated, reopened, ended, other } = self.counts;
        let counts = vec![
            number("raised", raised),
            number("escalated", escalated),
            number("reopened", reopened),
            number("ended", ended),
            number("other", other),
        ];
        Object::from_pairs(vec![
            ("day".into(), Value::Text(self.day.to_string().into())),
            number("basis", self.basis),
            ("counts".into(), Value::Object(Object::from_pairs(counts))),
            ("digest".into(), Value::Text(self.digest.to_string().into())),
        ])
    }
}

impl Record for Desk {
    const KIND: Kind = Kind::Desk;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    /// One desk; each day once, none left out, and none before it has come. Whether what it says of the day is true the audit
    /// tells, which has all of it at hand.
    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let no = || Stop::code(Code::NotAuthorised, "/derivation");
        let holds = match (event, state) {
            (Event::Opened(_), _) => facts.members(DESK_KEY)?.records.is_empty(),
            (Event::Evaluated(evaluated), Some(desk)) => evaluated.day == desk.next_day() && evaluated.day <= about.day,
            (Event::Evaluated(_), None) => false,
        };
        if holds { Ok(()) } else { Err(no()) }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (event, state) {
            (Event::Opened(_), None) => Self { opened_on: about.day, last: None },
            (Event::Evaluated(evaluated), Some(desk)) => Self { last: Some(evaluated), ..desk },
            (_, Some(desk)) => desk,
            (_, None) => unreachable!("a desk begins with desk.opened"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Opened(_) => vec![DESK_KEY.into()],
            Event::Evaluated(_) => Vec::new(),
        }
    }
}

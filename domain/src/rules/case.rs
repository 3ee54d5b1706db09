//! A ledger for the cases of a rule: events as they are on the wire, taken as they are, whoever might sign them.

use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId};
use signing::json::{Object, read_loose};
use signing::statement::{Derivation, RecordRef, Signer, Statement};
use uuid::Uuid;

use super::{Finding, Look, WarningRule, touched};
use crate::admission::read_typed;
use crate::catalog::{State, event_types};
use crate::memory::Memory;
use crate::records::{device, licence};
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade;

/// A ledger in which every event was recorded on the business date that it names, unless said otherwise.
pub(super) struct Case {
    pub(super) memory: Memory,
    drawn: u32,
}

impl Case {
    pub(super) fn new() -> Self {
        Self { memory: Memory::new(LedgerId([1; 16])), drawn: 0 }
    }

    /// A fresh id.
    pub(super) fn id(&mut self) -> Uuid {
        self.drawn += 1;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Hash::of(&self.drawn.to_be_bytes()).0[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// The commitment of some sealed value.
    pub(super) fn sealed() -> Json {
        json!({"$sealed": Hash::of(b"sealed")})
    }

    /// An event that begins a record; returns the record's id. Its business date, where the type takes one, and the day on
    /// which it was recorded are `on`.
    pub(super) fn begin(&mut self, event_type: &str, on: &str, data: Json) -> Uuid {
        let id = self.id();
        self.event(event_type, id, on, data);
        id
    }

    /// The next event of a record, of the newest schema of its type.
    pub(super) fn event(&mut self, event_type: &str, id: Uuid, on: &str, data: Json) -> Hash {
        self.recorded(event_type, id, on, on, data)
    }

    /// An event whose business date is not the day on which it was recorded.
    pub(super) fn recorded(&mut self, event_type: &str, id: Uuid, on: &str, recorded_on: &str, data: Json) -> Hash {
        let known = event_types().filter(|known| known.name == event_type).max_by_key(|known| known.schema);
        let known = known.unwrap_or_else(|| panic!("no event type {event_type}"));
        let kind = known.kind();
        let record = RecordRef { kind: kind.into(), id };
        let before = self.memory.record(&record).cloned();
        let dated = known.effective_on != crate::catalog::Presence::Forbidden;
        let corrects = before.as_ref().filter(|_| known.meanings[0] == signing::statement::Meaning::Correction);
        let corrects = corrects.and_then(|entry| entry.marks.iter().rev().find(|mark| !mark.corrected));
        let statement = Statement {
            ledger: LedgerId([1; 16]),
            id: self.id(),
            record,
            version: before.as_ref().map_or(1, |entry| entry.version + 1),
            prev: before.as_ref().map(|entry| entry.hash),
            event_type: event_type.into(),
            schema: known.schema,
            meaning: known.meanings[0],
            reason: known.meanings[0]
                .needs_reason()
                .then(|| signing::statement::Reason { code: "OTHER".into(), text: None }),
            signer: Signer { account: Uuid::nil(), key: KeyId([0; 32]), grant: None },
            signed_at: start(recorded_on),
            effective_on: dated.then(|| day(on)),
            corrects: corrects.map(|mark| signing::statement::EventRef { event: mark.id, hash: mark.hash }),
            cause: None,
            derivation: (known.meanings[0] == signing::statement::Meaning::System).then(|| Derivation {
                function: "case".into(),
                version: 1,
                day: day(recorded_on),
                basis: Some(0),
            }),
            reads: Vec::new(),
            batch: None,
            attachments: Vec::new(),
        };
        let statement = Statement { signer: Signer { account: statement.id, ..statement.signer }, ..statement };
        let object = statement.to_object(&object(data));
        let payload = signing::json::canonical_object(&object);
        let typed = read_typed(&object, None).unwrap_or_else(|stop| panic!("{event_type}: {stop:?}"));
        let hash = signing::envelope::statement_hash(&payload);
        self.memory.replay(&typed, &payload, hash, start(recorded_on));
        hash
    }

    /// What a rule finds about a subject on a day. That every record it rests on tells of this subject is looked at too: an
    /// event that nobody connects with the subject would never be evaluated.
    pub(super) fn find(&self, rule: &WarningRule, subject: Uuid, on: &str) -> Vec<Finding> {
        let look = Look::new(&self.memory, day(on));
        let version = rule.version(day(on)).expect("a version of the day");
        let found = (version.evaluate)(subject, &look).unwrap_or_else(|need| panic!("{need:?}"));
        let subject = RecordRef { kind: rule.subject.as_str().into(), id: subject };
        for input in found.iter().flat_map(|finding| &finding.inputs) {
            let entry = self.memory.record(input).expect("what a finding rests on is there");
            let kind = entry.state.kind();
            assert!(rule.feeds.contains(&kind), "{} rests on {kind:?}, which does not feed it", rule.id);
            let told = self.touched(input, &entry.state);
            assert!(told.contains(&subject), "{} of {kind:?}", rule.id);
        }
        found
    }

    /// Whether a rule finds anything about a subject on a day when a parameter is tried out with another value.
    pub(super) fn finds_with(&self, rule: &WarningRule, subject: Uuid, on: &str, draft: (ParameterName, i64)) -> bool {
        assert!(rule.parameters.contains(&draft.0), "{} does not say that it reads it", rule.id);
        let draft = [draft];
        let look = Look::drafted(&self.memory, day(on), &draft);
        let version = rule.version(day(on)).expect("a version of the day");
        !(version.evaluate)(subject, &look).unwrap_or_else(|need| panic!("{need:?}")).is_empty()
    }

    /// The state of a record.
    pub(super) fn state(&self, record: &RecordRef) -> crate::catalog::State {
        self.memory.record(record).expect("a record").state.clone()
    }

    /// What an event of a record makes the desk look at.
    pub(super) fn touched(&self, record: &RecordRef, state: &State) -> Vec<RecordRef> {
        let touched = touched(record, state, &self.memory).expect("everything is at hand");
        touched.into_iter().map(|(subject, _)| subject).collect()
    }

    /// The next day, beside its steps, on which a rule wants to look again.
    pub(super) fn looks_again(&self, rule: &WarningRule, subject: Uuid, on: &str) -> Option<Date> {
        let look = Look::new(&self.memory, day(on));
        let version = rule.version(day(on)).expect("a version of the day");
        (version.evaluate)(subject, &look).unwrap_or_else(|need| panic!("{need:?}"));
        look.horizon()
    }

    /// The highest grade that a rule finds about a subject, day by day.
    pub(super) fn grades(&self, rule: &WarningRule, subject: Uuid, expected: &[(&str, Option<WarningGrade>)]) {
        for (on, grade) in expected {
            let found = self.find(rule, subject, on);
            let highest = found.iter().filter_map(|finding| finding.steps.grade(day(on))).max();
            assert_eq!(highest, *grade, "{} on {on}: {found:?}", rule.id);
        }
    }

    /// An approved institution of the county 511502; members of `more` replace the usual ones.
    pub(super) fn institution(&mut self, more: Json) -> Uuid {
        let data = with(
            json!({"kinds": ["RAD"], "name": "示范医院", "credit_code": "12511500451600013C", "division": "511502",
                "supervision_area": "511502", "address": "示范路1号", "ownership": "110", "profit": "1"}),
            more,
        );
        let id = self.begin("institution.registered", "2020-01-01", data);
        self.event("institution.approved", id, "2020-01-02", json!({}));
        id
    }

    /// A licence of this type of a new institution; members of `more` replace the usual ones.
    pub(super) fn licence(&mut self, type_: &str, more: Json) -> Uuid {
        let institution = self.institution(json!({}));
        let data = json!({"institution": institution, "type": type_, "number": "川宜卫放证字（2021）第0001号",
            "issuer": "示范县卫生健康局", "issued_on": "2021-03-15"});
        self.begin("licence.issued", "2021-03-15", with(data, more))
    }

    /// The institution of a licence or a device.
    pub(super) fn institution_of(&self, id: Uuid) -> Uuid {
        let licence = self.memory.record(&licence::reference(id)).and_then(|entry| entry.state.licence());
        let device = self.memory.record(&device::reference(id)).and_then(|entry| entry.state.device());
        let institution = licence.map(|licence| licence.profile.institution);
        institution.or(device.map(|device| device.profile.institution)).expect("it was begun")
    }

    /// A worker's file at an institution; members of `more` replace the usual ones.
    pub(super) fn person(&mut self, institution: Uuid, more: Json) -> Uuid {
        let data = json!({"institution": institution, "name": Self::sealed(), "id_type": "01", "sex": "1",
            "birth_year": 1985, "resident_no": Self::sealed()});
        self.begin("person.registered", "2020-02-01", with(data, more))
    }
}

/// A date.
pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|_| panic!("{text} is no date"))
}

fn start(on: &str) -> Instant {
    Instant::start_of_day(day(on)).plus_micros(8 * 3_600_000_000)
}

/// Data with the members of `more` in place of its own; a null takes one away.
pub(super) fn with(mut data: Json, more: Json) -> Json {
    let (Some(members), Json::Object(more)) = (data.as_object_mut(), more) else { return data };
    for (name, value) in more {
        match value {
            Json::Null => _ = members.remove(&name),
            value => _ = members.insert(name, value),
        }
    }
    data
}

fn object(data: Json) -> Object {
    match read_loose(data.to_string().as_bytes(), 65_536) {
        Ok(object) => object,
        Err(fault) => panic!("{data}: {fault:?}"),
    }
}

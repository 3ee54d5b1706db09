//! The ledger that the generator writes into: the domain's own model in memory.
//!
//! Whatever somebody does in the story is prepared, signed and judged here exactly as the service would do it, so
//! that a plan which the real ledger would refuse fails while it is made.

use std::collections::HashSet;
use std::sync::Arc;

use domain::admission::{Admitted, Presented, Service, judge, read_typed};
use domain::catalog::{Event, file_hash};
use domain::memory::Memory;
use domain::prepare::{Request, prepare};
use domain::record::{Draft, Entry, Stop};
use domain::records::desk::{self, Tally};
use domain::records::erasure::carry_out;
use domain::records::notification;
use domain::rules::{self, Agenda, RuleSet};
use domain::seals::Openings;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, Instant, LedgerId, b64url};
use signing::envelope::{Envelope, Opening, PayloadType, Unit, statement_hash};
use signing::json::{Object, Value, canonical_object, read_stored};
use signing::keys::{EnrolmentProof, SigningKey, demo_seed};
use signing::note::LogSigner;
use signing::statement::{Batch, EventRef, Meaning, RecordRef};
use signing::tree::{Frontier, FullTile, leaf, leaf_hash};
use uuid::Uuid;

use super::chance::Chance;

/// What the loader does at an instant of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Somebody submits a unit.
    Submit(Unit),
    /// The desk carries out an erasure that was approved.
    CarryOut(Uuid),
    /// Somebody sends a file that will be filed.
    Send(Sent),
}

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its id.
    pub id: Uuid,
    /// The person whom it concerns.
    pub person: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// The file.
    pub content: Vec<u8>,
}

/// One step of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Simulated instant.
    pub at: Instant,
    /// What happens.
    pub act: Act,
    /// Number of events that enter the log, consequences included.
    pub events: usize,
}

/// Somebody with a key.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Account.
    pub account: Uuid,
    /// Key.
    pub key: Arc<SigningKey>,
}

/// What somebody wants to sign.
#[derive(Debug, Clone)]
pub struct Wish {
    request: Request,
}

impl Wish {
    /// An event of a record; `data` may hold nulls, which mean absent.
    pub fn new(event_type: &str, id: Uuid, data: Json) -> Self {
        Self { request: Request::new(event_type, id, object(data)) }
    }

    /// Its meaning, where the type has several.
    pub fn meaning(mut self, meaning: Meaning) -> Self {
        self.request.meaning = Some(meaning);
        self
    }

    /// Its schema, where it is not the first.
    pub fn schema(mut self, schema: u16) -> Self {
        self.request.schema = schema;
        self
    }

    /// Its business date.
    pub fn on(mut self, day: Date) -> Self {
        self.request.effective_on = Some(day);
        self
    }

    /// Its reason, with a text that is sealed.
    pub fn because(mut self, code: &str, text: Option<&str>) -> Self {
        self.request.reason = Some((code.into(), text.map(str::to_owned)));
        self
    }

    /// The attachment that it rests on.
    pub fn with(mut self, attachment: Uuid) -> Self {
        self.request.attachments.push(attachment);
        self
    }

    /// The import of which it is a row.
    pub fn of_import(mut self, opened: EventRef, row: i64) -> Self {
        self.request.cause = Some(opened);
        self.request.data.insert("import_row", Value::Integer(row));
        self
    }

    /// The event that it corrects.
    pub fn correcting(mut self, event: EventRef) -> Self {
        self.request.corrects = Some(event);
        self
    }
}

/// The ledger while the story is told.
pub struct Model {
    /// The fold.
    pub memory: Memory,
    /// The simulated clock.
    pub now: Instant,
    /// Decisions of the story.
    pub luck: Chance,
    ids: Chance,
    ledger: LedgerId,
    service: Service,
    service_key: Arc<SigningKey>,
    frontier: Frontier,
    full_tiles: Vec<FullTile>,
    leaves: Vec<Hash>,
    keys_used: u32,
    steps: Vec<Step>,
    events: usize,
    agenda: Agenda,
    /// The desk, once it was opened, and what it concluded since it named a day.
    desk: Option<RecordRef>,
    tally: Tally,
    /// Size of the log at its last evaluation.
    evaluated_to: u64,
}

/// Everything that a demonstration installation takes from its seed.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Ledger id.
    pub ledger: LedgerId,
    /// Name, the first part of the log's origin.
    pub name: String,
    /// Service: account, key, secret of its ids.
    pub service: Service,
    /// Key of the service.
    pub service_key: SigningKey,
    /// Key of the log.
    pub log_key: SigningKey,
    /// Key of the content digests.
    pub content_key: [u8; 32],
    /// The root holders.
    pub roots: [Signer; 2],
    root_persons: [Uuid; 2],
}

/// Demonstration keys below this number are the installation's and the roots'.
const FIRST_PERSONAL_KEY: u32 = 4;

impl Origin {
    /// The installation of a seed.
    #[must_use]
    pub fn of(seed: u64, name: &str) -> Self {
        let mut draw = Chance::new(seed, "origin");
        let key = |number| SigningKey::from_seed(demo_seed(number));
        let service_key = key(0);
        let service = Service { account: draw.uuid(), key: service_key.public().id(), id_secret: draw.bytes() };
        Self {
            ledger: LedgerId(draw.bytes()),
            name: name.to_owned(),
            service,
            service_key,
            log_key: key(1),
            content_key: draw.bytes(),
            roots: [2, 3].map(|number| Signer { account: draw.uuid(), key: Arc::new(key(number)) }),
            root_persons: [draw.uuid(), draw.uuid()],
        }
    }

    /// The C2SP verifier key of the log.
    #[must_use]
    pub fn vkey(&self) -> String {
        LogSigner::new(format!("{}/{}/1", self.name, self.ledger), self.log_key.clone()).verifier().to_vkey()
    }

    fn genesis(&self, signed_at: Instant) -> Json {
        let proof = |signer: &Signer| {
            json_of(&EnrolmentProof::make(&signer.key, signer.account, self.ledger, signed_at).to_value())
        };
        let named = |signer: &Signer| {
            json!({"account": signer.account.to_string(), "alg": 1,
            "public_key": b64url(&signer.key.public().spki()), "proof": proof(signer)})
        };
        let service = Signer { account: self.service.account, key: Arc::new(self.service_key.clone()) };
        let roots: Vec<Json> = self
            .roots
            .iter()
            .zip(self.root_persons)
            .map(|(root, person)| {
                let mut root = named(root);
                root["person"] = person.to_string().into();
                root
            })
            .collect();
        let file = |what: &str| json!({"version": 1, "sha256": file_hash(what, 1).expect("version 1 is published").to_string()});
        json!({"name": self.name, "environment": "demonstration", "clock": "simulated", "roots": roots, "threshold": 2,
            "service": named(&service), "log_vkey": self.vkey(), "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules")})
    }
}

impl Model {
    /// An empty ledger at the beginning of the story.
    pub fn new(seed: u64, origin: &Origin, begins: Instant) -> Self {
        Self {
            memory: Memory::new(origin.ledger),
            now: begins,
            luck: Chance::new(seed, "luck"),
            ids: Chance::new(seed, "ids"),
            ledger: origin.ledger,
            service: origin.service.clone(),
            service_key: Arc::new(origin.service_key.clone()),
            frontier: Frontier::default(),
            full_tiles: Vec::new(),
            leaves: Vec::new(),
            keys_used: FIRST_PERSONAL_KEY,
            steps: Vec::new(),
            events: 0,
            agenda: Agenda::default(),
            desk: None,
            tally: Tally::default(),
            evaluated_to: 0,
        }
    }

    /// Genesis and its countersignature.
    pub fn begin(&mut self, origin: &Origin) {
        let id = self.id();
        let created = self.sign(&origin.roots[0], Wish::new("ledger.created", id, origin.genesis(self.now)));
        self.now = self.now.plus_micros(90_000_000);
        self.sign(&origin.roots[1], Wish::new("ledger.countersigned", id, countersigns(created)));
    }

    /// A new id.
    pub fn id(&mut self) -> Uuid {
        self.ids.uuid()
    }

    /// The next demonstration key and its number.
    pub fn next_key(&mut self) -> (u32, Arc<SigningKey>) {
        let number = self.keys_used;
        self.keys_used += 1;
        (number, Arc::new(SigningKey::from_seed(demo_seed(number))))
    }

    /// The ledger's id.
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    /// The day of the simulated clock.
    pub fn day(&self) -> Date {
        self.now.civil_day()
    }

    /// Number of events so far.
    pub fn size(&self) -> usize {
        self.events
    }

    /// Root of the tree so far.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Leaf hashes so far, by position.
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// Takes the steps made since the last call.
    pub fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// A record as it stands.
    pub fn entry(&self, kind: &str, id: Uuid) -> Option<&Arc<Entry>> {
        self.memory.record(&RecordRef { kind: kind.into(), id })
    }

    /// One event in a unit of its own.
    pub fn sign(&mut self, signer: &Signer, wish: Wish) -> EventRef {
        self.sign_all(signer, vec![wish])[0]
    }

    /// Several events of different records in one unit.
    pub fn sign_all(&mut self, signer: &Signer, wishes: Vec<Wish>) -> Vec<EventRef> {
        self.memory.set_now(self.now);
        let count = u16::try_from(wishes.len()).expect("a unit of the story is small");
        let batch = (count > 1).then(|| self.id());
        // People sign some seconds before the ledger has it.
        let signed_at = self.now.plus_micros(-(2_000_000 + self.luck.below(20_000_000) as i64));
        let mut unit = Unit { envelopes: Vec::new(), openings: Vec::new() };
        let mut presented = Vec::new();
        let mut named = Vec::new();
        for (index, wish) in (0..).zip(wishes) {
            let mut request = wish.request;
            request.account = signer.account;
            request.key = signer.key.public().id();
            request.batch = batch.map(|id| Batch { id, index, count });
            let id = self.id();
            let ids = &mut self.ids;
            let (draft, object) = match prepare(&request, id, signed_at, &mut || ids.bytes(), &self.memory) {
                Ok(made) => made,
                Err(stop) => panic!("the story cannot prepare {} on {}: {stop:?}", request.event_type, self.day()),
            };
            let signature = signer.key.sign_payload(PayloadType::Event, &draft.payload).to_vec();
            let event = Presented { signature: signature.clone(), ..draft.presented(object) };
            named.push(EventRef { event: id, hash: event.hash });
            unit.envelopes.push(Envelope {
                payload_type: PayloadType::Event,
                payload: draft.payload,
                key: request.key,
                signature,
            });
            unit.openings.push(Some(draft.openings));
            presented.push(event);
        }
        let events = self.admit(&presented);
        // What rests on a person's file seals its digest again.
        for (event, openings) in named.iter().zip(&unit.openings) {
            let digest = |opening: &&Opening| opening.pointer == "/data/digest";
            if let Some(digest) = openings.iter().flatten().find(digest) {
                self.memory.keep(event.event, std::slice::from_ref(digest));
            }
        }
        self.steps.push(Step { at: self.now, act: Act::Submit(unit), events });
        named
    }

    /// The desk evaluates the day: it concludes what is due and names the day. Returns the warnings of which it spoke, with the
    /// type of what it said.
    pub fn evaluate(&mut self) -> Vec<(Uuid, &'static str)> {
        let desk = match self.desk.clone() {
            Some(desk) => desk,
            None => {
                let id = self.id();
                self.say(&[desk::open(id, self.events as u64)]);
                self.desk = Some(desk::reference(id));
                desk::reference(id)
            }
        };
        let day = self.day();
        let mut spoken = Vec::new();
        // What it says touches what it looks at: who is told of a warning follows once that was raised.
        let basis = loop {
            let basis = self.events as u64;
            let due = self.agenda.due(day, basis);
            if due.is_empty() {
                break basis;
            }
            spoken.extend(self.conclude(&due, day, basis));
        };
        self.evaluated_to = basis;
        let entry = self.memory.record(&desk).cloned().expect("it was opened");
        let tally = std::mem::take(&mut self.tally);
        self.say(&[desk::evaluated(&desk, &entry, day, basis, &tally)]);
        spoken
    }

    /// What the desk has to say about subjects, said.
    fn conclude(&mut self, due: &[(RecordRef, RuleSet)], day: Date, basis: u64) -> Vec<(Uuid, &'static str)> {
        let (mut drafts, mut orders) = (Vec::new(), Vec::new());
        for (subject, rules) in due {
            let Ok(conclusions) = rules::conclude_some(subject, *rules, day, &self.memory) else {
                unreachable!("a ledger in memory has everything at hand");
            };
            drafts.extend(conclusions.drafts);
            orders.extend(conclusions.orders);
            self.agenda.settle(subject, *rules, conclusions.again);
        }
        // What rests on a warning of which something is said now is looked at once more.
        let spoken: HashSet<Uuid> = drafts.iter().map(|draft: &Draft| draft.record.id).collect();
        drafts.retain(|draft| draft.reads.iter().all(|read| !spoken.contains(&read.record.id)));
        orders.retain(|order| order.warnings.iter().all(|warning| !spoken.contains(warning)));
        for order in rules::merged(orders) {
            let id = self.id();
            drafts.extend(rules::ordered(&order, id, &self.memory));
        }
        drafts.iter_mut().for_each(|draft| draft.basis = Some(basis));
        let mut said = Vec::with_capacity(drafts.len());
        for some in drafts.chunks(rules::CONCLUSIONS_AT_ONCE) {
            let Err(why) = self.unless_overtaken(some) else {
                said.extend(some);
                continue;
            };
            // One rests on what is said of another in the same unit: they are said one by one, and it is drawn again.
            let before = said.len();
            said.extend(some.iter().filter(|draft| self.unless_overtaken(std::slice::from_ref(*draft)).is_ok()));
            assert!(said.len() > before, "the story is refused on {day}: {why}");
        }
        said.into_iter().map(|draft| (draft.record.id, draft.event_type)).collect()
    }

    /// The service says what became of a message.
    pub fn outcome(&mut self, id: Uuid, event: &notification::Event) {
        let record = notification::reference(id);
        let entry = self.memory.record(&record).cloned().expect("it was ordered");
        let known = entry.state.notification().expect("a notification");
        let draft = known.outcome(&record, &entry, event, self.day(), &self.memory);
        let draft = draft.ok().flatten().expect("it can follow");
        let basis = Some(self.events as u64);
        self.say(&[Draft { basis, ..draft }]);
    }

    /// Every subject of a rule with the day on which it is due: what the service goes on with.
    pub fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    /// Size of the log at the last evaluation.
    pub fn evaluated_to(&self) -> u64 {
        self.evaluated_to
    }

    /// The service says what it concluded, in one unit.
    fn say(&mut self, drafts: &[Draft]) {
        let day = self.day();
        self.unless_overtaken(drafts).unwrap_or_else(|why| panic!("the story is refused on {day}: {why}"));
    }

    /// [`Model::say`], unless some of it no longer holds.
    fn unless_overtaken(&mut self, drafts: &[Draft]) -> Result<(), String> {
        self.now = self.now.plus_micros(1_000_000);
        self.memory.set_now(self.now);
        let unit = self.service.unit(drafts, self.ledger, self.day(), self.now);
        let mut envelopes = Vec::with_capacity(unit.len());
        let mut presented = Vec::with_capacity(unit.len());
        for object in unit {
            let payload = canonical_object(&object);
            let signature = self.service_key.sign_payload(PayloadType::Event, &payload).to_vec();
            let key = self.service.key;
            envelopes.push(Envelope {
                payload_type: PayloadType::Event,
                payload: payload.clone(),
                key,
                signature: signature.clone(),
            });
            let (hash, openings) = (statement_hash(&payload), Openings::Given(Vec::new()));
            presented.push(Presented { hash, object, key, alg: 1, signature, payload, openings });
        }
        let events = self.judged(&presented)?;
        let openings = vec![Some(Vec::new()); envelopes.len()];
        self.steps.push(Step { at: self.now, act: Act::Submit(Unit { envelopes, openings }), events });
        Ok(())
    }

    /// The desk says that an approved erasure was carried out.
    pub fn carry_out(&mut self, erasure: Uuid) {
        self.memory.set_now(self.now);
        let record = RecordRef { kind: "erasure".into(), id: erasure };
        let entry = self.memory.record(&record).cloned().expect("the story approved it");
        let draft = carry_out(&record, &entry, self.events as u64).expect("the story approved it");
        let statement = self.service.statement(&draft, self.ledger, self.now);
        let object = statement.to_object(&draft.data);
        let payload = canonical_object(&object);
        let event = Presented {
            hash: statement_hash(&payload),
            object,
            key: self.service.key,
            alg: 1,
            signature: self.service_key.sign_payload(PayloadType::Event, &payload).to_vec(),
            payload,
            openings: Openings::Given(Vec::<Opening>::new()),
        };
        let events = self.admit(&[event]);
        self.steps.push(Step { at: self.now, act: Act::CarryOut(erasure), events });
    }

    /// Somebody sends a file.
    pub fn send(&mut self, file: Sent) {
        self.steps.push(Step { at: self.now, act: Act::Send(file), events: 0 });
    }

    fn admit(&mut self, presented: &[Presented]) -> usize {
        let day = self.day();
        self.judged(presented).unwrap_or_else(|why| panic!("the story is refused on {day}: {why}"))
    }

    /// Takes a unit that may be admitted: the number of its events, or why it may not.
    fn judged(&mut self, presented: &[Presented]) -> Result<usize, String> {
        let admitted = judge(presented, &self.memory, &self.service).map_err(|stop| explain(&stop, presented))?;
        self.memory.apply(&admitted);
        self.grow(&admitted, presented);
        self.touch(&admitted);
        self.events += admitted.events.len();
        Ok(admitted.events.len())
    }

    /// What the desk has to look at, and what it has said.
    fn touch(&mut self, admitted: &Admitted) {
        for (position, event) in (self.events as u64..).zip(&admitted.events) {
            let record = &event.statement.record;
            let entry = self.memory.record(record).cloned().expect("it was just admitted");
            let kind = entry.state.kind();
            if rules::touches_all(kind) {
                self.agenda.touch_all(kind, position);
            }
            let Ok(touched) = rules::touched(record, &entry.state, &self.memory) else {
                unreachable!("a ledger in memory has everything at hand");
            };
            touched.into_iter().for_each(|(subject, rules)| self.agenda.touch(subject, rules, position));
            if let Some(warning) = entry.state.warning() {
                let object = read_stored(&event.payload).expect("what was admitted is readable");
                let typed = read_typed(&object, None).expect("what was admitted is typed");
                if let Event::Warning(event) = &typed.event {
                    self.tally.take(event, warning);
                }
            }
        }
    }

    fn grow(&mut self, admitted: &Admitted, presented: &[Presented]) {
        for (index, event) in admitted.events.iter().enumerate() {
            let (key, signature) = match presented.get(index) {
                Some(signed) => (signed.key, signed.signature.clone()),
                None => (self.service.key, self.service_key.sign_payload(PayloadType::Event, &event.payload).to_vec()),
            };
            let leaf = leaf(self.now, &event.hash, 1, &key, &signature);
            let leaf = leaf_hash(&leaf);
            self.leaves.push(leaf);
            self.frontier.push(leaf, &mut self.full_tiles);
            self.full_tiles.clear();
        }
    }
}

fn explain(stop: &Stop, presented: &[Presented]) -> String {
    let Stop::Refuse(refusal) = stop else { return format!("{stop:?}") };
    let payload = presented.get(refusal.index).map(|event| String::from_utf8_lossy(&event.payload).into_owned());
    let rule = refusal.rule.map(|rule| rule.en);
    format!("{} at {:?} {rule:?}: {payload:?}", refusal.code.as_str(), refusal.pointer)
}

/// `data` of a second signature.
pub fn countersigns(event: EventRef) -> Json {
    json!({"countersigns": {"event": event.event.to_string(), "hash": event.hash.to_string()}})
}

/// JSON as the wire has it: nulls are members that are absent.
pub fn object(json: Json) -> Object {
    match crate::json::value(json) {
        Some(Value::Object(object)) => object,
        _ => unreachable!("the data of an event is an object"),
    }
}

fn json_of(value: &Value) -> Json {
    serde_json::from_slice(&signing::json::canonical(value)).expect("canonical JSON is JSON")
}

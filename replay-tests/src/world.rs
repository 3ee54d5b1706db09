//! A small world in memory: people with keys who sign and submit, and a model ledger that judges them.
//!
//! Everything is drawn from a seed, so a failing history can be told by its number.

use std::collections::HashMap;

use domain::admission::{Admitted, Presented, Service, judge, receive};
use domain::catalog::{Event, FILES, file_hash};
use domain::memory::Memory;
use domain::notification_codes::NoticeOffice;
use domain::person_codes::resident_no_ok;
use domain::prepare::{Request, prepare};
use domain::record::{Draft, Stop};
use domain::records::desk::{self, Tally};
use domain::records::erasure::carry_out;
use domain::records::notification::{self, Notification};
use domain::records::warning::Warning;
use domain::refusal::Refusal;
use domain::rules;
use domain::seals::Openings;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId, b64url};
use signing::envelope::{Envelope, Opening, PayloadType, Unit};
use signing::json::{Object, Value, canonical_object, read_loose, read_stored};
use signing::keys::{EnrolmentProof, SigningKey, demo_seed};
use signing::note::LogSigner;
use signing::statement::{Batch, EventRef, Meaning, RecordRef};
use uuid::Uuid;

/// Somebody with a key.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub account: Uuid,
    /// Natural person.
    pub holder: Uuid,
    /// Key.
    pub key: SigningKey,
    /// Credential record; none for roots.
    pub credential: Option<Uuid>,
    /// Grant record; none for roots.
    pub grant: Option<Uuid>,
}

/// What somebody wants to sign.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Type.
    pub event_type: &'static str,
    /// Record.
    pub record: Uuid,
    /// Data, plain where sealed.
    pub data: Json,
    /// Business date.
    pub effective_on: Option<String>,
    /// Reason code.
    pub reason: Option<&'static str>,
    /// Event that is corrected.
    pub corrects: Option<EventRef>,
    /// Meaning, when not the first of the type.
    pub meaning: Option<Meaning>,
    /// Attachments that it rests on.
    pub attachments: Vec<Uuid>,
    /// The import of which it is a row.
    pub cause: Option<EventRef>,
    /// Schema of the data.
    pub schema: u16,
}

impl Wish {
    /// A wish without anything optional.
    #[must_use]
    pub fn new(event_type: &'static str, record: Uuid, data: Json) -> Self {
        Self {
            event_type,
            record,
            data,
            effective_on: None,
            reason: None,
            corrects: None,
            meaning: None,
            attachments: Vec::new(),
            cause: None,
            schema: 1,
        }
    }

    /// In another schema than the first.
    #[must_use]
    pub fn schema(mut self, schema: u16) -> Self {
        self.schema = schema;
        self
    }

    /// With a business date.
    #[must_use]
    pub fn on(mut self, day: impl ToString) -> Self {
        self.effective_on = Some(day.to_string());
        self
    }

    /// With a reason.
    #[must_use]
    pub fn because(mut self, code: &'static str) -> Self {
        self.reason = Some(code);
        self
    }

    /// Resting on an attachment.
    #[must_use]
    pub fn with(mut self, attachment: Uuid) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// As a row of the import that an event opened.
    #[must_use]
    pub fn of_import(mut self, opened: EventRef) -> Self {
        self.cause = Some(opened);
        self
    }

    /// As the correction of an event.
    #[must_use]
    pub fn correcting(mut self, event: EventRef) -> Self {
        self.corrects = Some(event);
        self.reason.get_or_insert("TYPO");
        self
    }
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Position.
    pub position: u64,
    /// Recorded at.
    pub recorded_at: Instant,
    /// Algorithm.
    pub alg: u8,
    /// Key id.
    pub key: KeyId,
    /// Signature.
    pub signature: Vec<u8>,
    /// Payload.
    pub payload: Vec<u8>,
}

/// The world.
pub struct World {
    /// The model ledger.
    pub memory: Memory,
    /// Every row in order.
    pub rows: Vec<Row>,
    /// Openings by event id.
    pub openings: HashMap<Uuid, Vec<Opening>>,
    /// Present instant.
    pub now: Instant,
    /// The service.
    pub service: Service,
    /// Key of the service.
    pub service_key: SigningKey,
    /// Log key.
    pub log: LogSigner,
    /// The two roots.
    pub roots: Vec<Person>,
    ledger: LedgerId,
    drawn: u64,
    keys: u32,
    seed: u64,
    /// What the desk concluded since it named a day.
    /// What the desk said since it named a day.
    pub tally: Tally,
}

/// A county with its people and one approved institution.
pub struct County {
    /// Where it lies.
    pub world: World,
    /// Two T_ADMIN and one SYS_AUD of the city.
    pub city: Vec<Person>,
    /// C_ADMIN.
    pub admin: Person,
    /// C_SUP.
    pub supervisor: Person,
    /// C_APPR.
    pub approver: Person,
    /// I_RPO of the institution.
    pub officer: Person,
    /// The institution.
    pub institution: Uuid,
    /// Administrator of the institution.
    pub unit_admin: Person,
}

/// Area of the tests' county.
pub const AREA: &str = "511502";

impl World {
    /// A world before its genesis.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::starting(seed, "2024-03-04")
    }

    /// A world before its genesis, on the morning of a day.
    ///
    /// # Panics
    /// When that is no day.
    #[must_use]
    pub fn starting(seed: u64, day: &str) -> Self {
        let mut world = Self {
            memory: Memory::new(LedgerId([0; 16])),
            rows: Vec::new(),
            openings: HashMap::new(),
            now: format!("{day}T01:00:00.000000Z").parse().expect("an instant"),
            service: Service { account: Uuid::nil(), key: KeyId([0; 32]), id_secret: [7; 32] },
            service_key: SigningKey::from_seed(demo_seed(0)),
            log: LogSigner::new("unset", SigningKey::from_seed([9; 32])),
            roots: Vec::new(),
            ledger: LedgerId([0; 16]),
            drawn: 0,
            keys: 1,
            seed,
            tally: Tally::default(),
        };
        let mut id = [0; 16];
        id.copy_from_slice(&world.draw()[..16]);
        world.ledger = LedgerId(id);
        world.memory = Memory::new(world.ledger);
        world.service = Service { account: world.id(), key: world.service_key.public().id(), id_secret: [7; 32] };
        world.log = LogSigner::new(format!("test.example/{}/1", world.ledger), SigningKey::from_seed([9; 32]));
        for _ in 0..2 {
            let key = world.key();
            let root = Person { account: world.id(), holder: world.id(), key, credential: None, grant: None };
            world.roots.push(root);
        }
        world
    }

    /// A world with its genesis and its first administrators: two T_ADMIN and one SYS_AUD.
    #[must_use]
    pub fn founded(seed: u64) -> (Self, Vec<Person>) {
        Self::new(seed).found()
    }

    fn found(self) -> (Self, Vec<Person>) {
        let mut world = self;
        world.genesis();
        let roles = ["T_ADMIN", "T_ADMIN", "SYS_AUD"];
        let (first, second) = (world.roots[0].clone(), world.roots[1].clone());
        let people = roles.iter().map(|role| world.enrol(&first, &second, "T", role, None, None)).collect();
        (world, people)
    }

    /// A founded world with a county: its administrator, supervisor and approver, one institution and its officer.
    #[must_use]
    pub fn county(seed: u64) -> County {
        Self::new(seed).with_county()
    }

    /// This world, founded and with such a county.
    ///
    /// # Panics
    /// When the ledger refuses that.
    #[must_use]
    pub fn with_county(self) -> County {
        let (mut world, city) = self.found();
        let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(AREA));
        let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(AREA));
        let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(AREA));
        let institution = world.id();
        let profile = institution_profile("12511500451600013C", "示范医院");
        world.act(&supervisor, Wish::new("institution.registered", institution, profile)).expect("registered");
        world.act(&approver, Wish::new("institution.approved", institution, json!({}))).expect("approved");
        let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(institution), Some(AREA));
        let officer = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(institution), Some(AREA));
        County { world, city, admin, supervisor, approver, unit_admin, officer, institution }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut bytes = self.seed.to_be_bytes().to_vec();
        bytes.extend(self.drawn.to_be_bytes());
        Hash::of(&bytes).0
    }

    /// The ledger's id.
    #[must_use]
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    /// A fresh id.
    pub fn id(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.draw()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A fresh demonstration key.
    pub fn key(&mut self) -> SigningKey {
        self.keys += 1;
        SigningKey::from_seed(demo_seed(self.keys))
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> String {
        self.now.civil_day().to_string()
    }

    /// Lets time pass.
    pub fn pass_seconds(&mut self, seconds: i64) {
        self.now = self.now.plus_micros(seconds * 1_000_000);
    }

    /// Data of a genesis.
    #[must_use]
    pub fn genesis_data(&self) -> Json {
        let key = |account: Uuid, key: &SigningKey| {
            let proof = EnrolmentProof::make(key, account, self.ledger, self.now);
            json!({
                "account": account, "alg": 1, "public_key": b64url(&key.public().spki()),
                "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)},
            })
        };
        let file = |what: &str| json!({"version": 1, "sha256": file_hash(what, 1)});
        let roots = self.roots.iter().map(|root| {
            let mut described = key(root.account, &root.key);
            described["person"] = json!(root.holder);
            described
        });
        json!({
            "name": "test.example", "environment": "demonstration", "clock": "simulated", "threshold": 2,
            "roots": roots.collect::<Vec<_>>(), "service": key(self.service.account, &self.service_key),
            "log_vkey": self.log.verifier().to_vkey(),
            "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules"),
        })
    }

    /// Signs and countersigns the genesis.
    pub fn genesis(&mut self) {
        let record = self.id();
        let (first, second) = (self.roots[0].clone(), self.roots[1].clone());
        let created = self.act(&first, Wish::new("ledger.created", record, self.genesis_data())).expect("genesis");
        self.act(&second, Wish::new("ledger.countersigned", record, json!({"countersigns": created})))
            .expect("countersignature");
    }

    /// Puts a published file in force, from today.
    pub fn adopt(&mut self, what: &str, version: u32) {
        let record = self.id();
        let (first, second) = (self.roots[0].clone(), self.roots[1].clone());
        let hash = file_hash(what, version).expect("a published file");
        let data = json!({"what": what, "version": version, "sha256": hash.to_string(), "from_day": self.today()});
        let adopted = self.act(&first, Wish::new("policy.adopted", record, data)).expect("adopted");
        self.act(&second, Wish::new("policy.countersigned", record, json!({"countersigns": adopted})))
            .expect("countersigned");
    }

    /// Opens an account for a person, binds a key and gives a role: `by` opens, `second` countersigns.
    pub fn enrol(
        &mut self,
        by: &Person,
        second: &Person,
        level: &str,
        role: &str,
        org: Option<Uuid>,
        area: Option<&str>,
    ) -> Person {
        let (account, holder, credential, grant) = (self.id(), self.id(), self.id(), self.id());
        let key = self.key();
        let mut data = json!({"kind": "PERSON", "level": level, "party": {"kind": "party", "id": holder}, "name": format!("演示人员{}", self.keys)});
        place(&mut data, org, area);
        let opened = self.act(by, Wish::new("account.opened", account, data)).expect("account opened");
        self.act(second, Wish::new("account.countersigned", account, json!({"countersigns": opened})))
            .expect("account countersigned");
        let proof = EnrolmentProof::make(&key, account, self.ledger, self.now);
        let until = self.now.civil_day().add_days(3 * 365).to_string();
        let request = json!({
            "account": account, "holder": holder, "alg": 1, "public_key": b64url(&key.public().spki()),
            "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)},
            "assurance": "HARDWARE", "valid_from": self.today(), "valid_until": until,
        });
        let requested =
            self.act(by, Wish::new("credential.requested", credential, request)).expect("credential requested");
        self.act(
            second,
            Wish::new("credential.bound", credential, json!({"account": account, "countersigns": requested})),
        )
        .expect("credential bound");
        let mut data = json!({"account": account, "role": role, "from": self.today()});
        place(&mut data, org, area);
        let given = self.act(by, Wish::new("grant.given", grant, data)).expect("grant given");
        self.act(second, Wish::new("grant.countersigned", grant, json!({"account": account, "countersigns": given})))
            .expect("grant countersigned");
        Person { account, holder, key, credential: Some(credential), grant: Some(grant) }
    }

    /// Makes the signed unit of some wishes of one person.
    ///
    /// # Errors
    /// The refusal when a wish cannot be made into a statement.
    pub fn sign(&mut self, who: &Person, wishes: &[Wish]) -> Result<Unit, Refusal> {
        let batch_id = self.id();
        self.memory.set_now(self.now);
        // Only a batch needs a ledger of its own to stand upon.
        let mut apart = (wishes.len() > 1).then(|| self.memory.clone());
        let mut unit = Unit { envelopes: Vec::new(), openings: Vec::new() };
        for (index, wish) in wishes.iter().enumerate() {
            let batch =
                (wishes.len() > 1).then_some(Batch { id: batch_id, index: index as u16, count: wishes.len() as u16 });
            let request = Request {
                schema: wish.schema,
                meaning: wish.meaning,
                reason: wish.reason.map(|code| (code.into(), None)),
                effective_on: wish.effective_on.as_ref().map(|day| day.parse().expect("a date")),
                corrects: wish.corrects,
                cause: wish.cause,
                attachments: wish.attachments.clone(),
                batch,
                account: who.account,
                key: who.key.public().id(),
                grant: who.grant,
                ..Request::new(wish.event_type, wish.record, object(&wish.data))
            };
            let id = self.id();
            let salts: Vec<[u8; 32]> = (0..8).map(|_| self.draw()).collect();
            let mut salts = salts.into_iter();
            let facts = apart.as_ref().unwrap_or(&self.memory);
            let (draft, object) = match prepare(&request, id, self.now, &mut || salts.next().expect("few seals"), facts)
            {
                Ok(made) => made,
                Err(Stop::Refuse(refusal)) => return Err(refusal),
                Err(Stop::Need(need)) => panic!("memory holds everything, yet {need:?}"),
            };
            // The next wish of the batch may continue this record: let the model take it unjudged.
            if let (Some(memory), Ok(typed)) = (&mut apart, domain::admission::read_typed(&object, None)) {
                memory.replay(&typed, &draft.payload, signing::envelope::statement_hash(&draft.payload), self.now);
                memory.keep(id, &draft.openings);
            }
            let signature = who.key.sign_payload(PayloadType::Event, &draft.payload).to_vec();
            unit.envelopes.push(Envelope {
                payload_type: PayloadType::Event,
                payload: draft.payload,
                key: who.key.public().id(),
                signature,
            });
            unit.openings.push(Some(draft.openings));
        }
        Ok(unit)
    }

    /// Judges a unit and appends it to the model.
    ///
    /// # Errors
    /// The refusal.
    pub fn submit(&mut self, unit: &Unit) -> Result<Admitted, Refusal> {
        self.memory.set_now(self.now);
        let refused = |stop| match stop {
            Stop::Refuse(refusal) => refusal,
            Stop::Need(need) => panic!("memory holds everything, yet {need:?}"),
        };
        let openings =
            unit.openings.iter().map(|list| list.clone().map_or(Openings::IllFormed, Openings::Given)).collect();
        let presented: Vec<Presented> = receive(unit.envelopes.clone(), openings, &self.memory).map_err(refused)?;
        let admitted = judge(&presented, &self.memory, &self.service).map_err(refused)?;
        let first = self.memory.apply(&admitted);
        for (index, event) in admitted.events.iter().enumerate() {
            let (key, signature) = match presented.get(index) {
                Some(presented) => (presented.key, presented.signature.clone()),
                None => (self.service.key, self.service_key.sign_payload(PayloadType::Event, &event.payload).to_vec()),
            };
            let position = first + index as u64;
            self.rows.push(Row {
                position,
                recorded_at: self.now,
                alg: 1,
                key,
                signature,
                payload: event.payload.clone(),
            });
        }
        for (event, openings) in admitted.events.iter().zip(&unit.openings) {
            let openings = openings.clone().unwrap_or_default();
            self.memory.keep(event.statement.id, &openings);
            self.openings.insert(event.statement.id, openings);
        }
        self.pass_seconds(1);
        Ok(admitted)
    }

    /// What the service does of itself with an erasure that was approved: it says that it is done.
    ///
    /// # Panics
    /// When the erasure does not wait for the service.
    pub fn carry_out(&mut self, erasure: Uuid) -> EventRef {
        let record = RecordRef { kind: "erasure".into(), id: erasure };
        let entry = self.memory.record(&record).expect("it was approved").clone();
        let draft = carry_out(&record, &entry, self.memory.size()).expect("it waits for the service");
        let statement = self.service.statement(&draft, self.ledger, self.now);
        let payload = canonical_object(&statement.to_object(&draft.data));
        let signature = self.service_key.sign_payload(PayloadType::Event, &payload).to_vec();
        let envelope = Envelope { payload_type: PayloadType::Event, payload, key: self.service.key, signature };
        let unit = Unit { envelopes: vec![envelope], openings: vec![Some(Vec::new())] };
        let admitted = self.submit(&unit).expect("the service says that it is done");
        EventRef { event: admitted.events[0].statement.id, hash: admitted.events[0].hash }
    }

    /// Puts the warning rules in force, with the catalogue and the policy that they need.
    pub fn adopt_rules(&mut self) {
        for (what, version) in [("catalogue", 6), ("policy", 8), ("rules", 2)] {
            self.adopt(what, version);
        }
    }

    /// Puts the newest catalogue and policy in force, whatever came between.
    pub fn adopt_newest(&mut self) {
        for what in ["catalogue", "policy"] {
            let versions = FILES.iter().filter(|(known, ..)| *known == what).map(|(_, version, _)| *version);
            self.adopt(what, versions.max().expect("a published file"));
        }
    }

    /// What the desk does: it evaluates every subject that there is, on every day that it has not named yet, and names it.
    /// Returns the warnings of which it spoke and the type of what it said. Nothing is left out for being unlikely to have
    /// changed: what the service, the demonstration and the audit leave out is compared with this.
    pub fn evaluate(&mut self) -> Vec<(Uuid, &'static str)> {
        self.memory.set_now(self.now);
        let known = desk::desk(&self.memory).expect("memory holds everything").map(|(record, _)| record);
        let record = known.unwrap_or_else(|| {
            let record = desk::reference(self.id());
            self.say(&[desk::open(record.id, self.memory.size())], self.now.civil_day());
            record
        });
        let mut spoken = Vec::new();
        loop {
            let entry = self.memory.record(&record).expect("it was opened").clone();
            let day = entry.state.desk().expect("the desk").next_day();
            let today = self.now.civil_day();
            let drafts = self.demanded(day.min(today));
            spoken.extend(drafts.iter().map(|draft| (draft.record.id, draft.event_type)));
            for some in drafts.chunks(rules::CONCLUSIONS_AT_ONCE) {
                self.say(some, day.min(today));
            }
            // Who is to be told of what was raised just now follows from what was said.
            for order in self.to_be_told(day.min(today)) {
                let (id, basis) = (self.id(), Some(self.memory.size()));
                let draft = rules::ordered(&order, id, &self.memory).expect("memory holds everything");
                spoken.push((id, draft.event_type));
                self.say(&[Draft { basis, ..draft }], day.min(today));
            }
            if day > today {
                return spoken;
            }
            let basis = self.memory.size();
            let tally = std::mem::take(&mut self.tally);
            self.say(&[desk::evaluated(&record, &entry, day, basis, &tally)], day);
        }
    }

    /// What the rules demand of the desk on a day, about every record that there is.
    #[must_use]
    pub fn demanded(&self, day: Date) -> Vec<Draft> {
        let mut subjects: Vec<RecordRef> = self.memory.records().map(|(record, _)| record.clone()).collect();
        subjects.sort_by(|a, b| (&a.kind, a.id).cmp(&(&b.kind, b.id)));
        let of = |subject| rules::conclude_all(subject, day, &self.memory).expect("memory holds everything").drafts;
        let basis = Some(self.memory.size());
        subjects.iter().flat_map(of).map(|draft| Draft { basis, ..draft }).collect()
    }

    /// The messages that are due on a day, about every warning that there is.
    #[must_use]
    pub fn to_be_told(&self, day: Date) -> Vec<rules::Order> {
        let warnings = self.memory.records().filter(|(_, entry)| entry.state.warning().is_some());
        let mut warnings: Vec<RecordRef> = warnings.map(|(record, _)| record.clone()).collect();
        warnings.sort_by_key(|record| record.id);
        let of = |subject| rules::conclude_all(subject, day, &self.memory).expect("memory holds everything").orders;
        rules::merged(warnings.iter().flat_map(of).collect())
    }

    /// The notifications of an office, the last one last.
    #[must_use]
    pub fn notifications(&self, office: NoticeOffice) -> Vec<(Uuid, Notification)> {
        let of = |(record, entry): (&RecordRef, &std::sync::Arc<domain::record::Entry>)| {
            let known = entry.state.notification().filter(|known| known.order.office == office)?;
            Some((entry.marks.first()?.position, record.id, known.clone()))
        };
        let mut all: Vec<_> = self.memory.records().filter_map(of).collect();
        all.sort_by_key(|(first, ..)| *first);
        all.into_iter().map(|(_, id, known)| (id, known)).collect()
    }

    /// The service says what became of a message.
    ///
    /// # Panics
    /// When that cannot follow.
    pub fn outcome(&mut self, id: Uuid, event: &notification::Event) {
        self.memory.set_now(self.now);
        let (record, day) = (notification::reference(id), self.now.civil_day());
        let entry = self.memory.record(&record).expect("it was ordered").clone();
        let known = entry.state.notification().expect("a notification");
        let draft = known.outcome(&record, &entry, event, day, &self.memory).expect("memory holds everything");
        let draft = Draft { basis: Some(self.memory.size()), ..draft.expect("it can follow") };
        self.say(&[draft], day);
    }

    /// The service says something, in one unit.
    ///
    /// # Panics
    /// When it is refused.
    pub fn say(&mut self, drafts: &[Draft], day: Date) -> Admitted {
        let unit = self.service_unit(drafts, day);
        let admitted = self.submit(&unit).unwrap_or_else(|refusal| panic!("{drafts:?}: {refusal:?}"));
        for event in &admitted.events {
            let object = read_stored(&event.payload).expect("what was admitted is readable");
            let typed = domain::admission::read_typed(&object, None).expect("what was admitted is typed");
            let entry = self.memory.record(&event.statement.record).expect("it was just admitted");
            if let (Event::Warning(event), Some(warning)) = (&typed.event, entry.state.warning()) {
                self.tally.take(event, warning);
            }
        }
        admitted
    }

    /// Drafts as a unit that the service has signed.
    pub fn service_unit(&mut self, drafts: &[Draft], day: Date) -> Unit {
        let objects = self.service.unit(drafts, self.ledger, day, self.now);
        let envelopes = objects.iter().map(|object| {
            let payload = canonical_object(object);
            let signature = self.service_key.sign_payload(PayloadType::Event, &payload).to_vec();
            Envelope { payload_type: PayloadType::Event, payload, key: self.service.key, signature }
        });
        Unit { envelopes: envelopes.collect(), openings: vec![Some(Vec::new()); drafts.len()] }
    }

    /// What somebody does who holds a key and the database: the unit stands in the log, and nobody has judged it.
    ///
    /// # Panics
    /// When the unit is none of the catalogue.
    pub fn write_beside_the_door(&mut self, unit: &Unit) {
        for envelope in &unit.envelopes {
            let object = read_stored(&envelope.payload).expect("strict");
            let typed = domain::admission::read_typed(&object, None).expect("of the catalogue");
            let hash = signing::envelope::statement_hash(&envelope.payload);
            self.rows.push(Row {
                position: self.memory.size(),
                recorded_at: self.now,
                alg: 1,
                key: envelope.key,
                signature: envelope.signature.clone(),
                payload: envelope.payload.clone(),
            });
            self.memory.replay(&typed, &envelope.payload, hash, self.now);
        }
        self.pass_seconds(1);
    }

    /// The warning of a rule about a subject that was raised last.
    #[must_use]
    pub fn warning(&self, rule: &str, subject: Uuid) -> Option<(Uuid, Warning)> {
        let of = |(record, entry): (&RecordRef, &std::sync::Arc<domain::record::Entry>)| {
            let warning = entry.state.warning()?;
            let first = entry.marks.first()?.position;
            (warning.rule == rule && warning.subject.id == subject).then(|| (first, record.id, warning.clone()))
        };
        let last = self.memory.records().filter_map(of).max_by_key(|(first, ..)| *first);
        last.map(|(_, id, warning)| (id, warning))
    }

    /// Signs and submits one wish.
    ///
    /// # Errors
    /// The refusal.
    pub fn act(&mut self, who: &Person, wish: Wish) -> Result<EventRef, Refusal> {
        let unit = self.sign(who, &[wish])?;
        let admitted = self.submit(&unit)?;
        Ok(EventRef { event: admitted.events[0].statement.id, hash: admitted.events[0].hash })
    }
}

fn place(data: &mut Json, org: Option<Uuid>, area: Option<&str>) {
    if let Some(org) = org {
        data["org"] = json!(org);
    }
    if let Some(area) = area {
        data["area"] = json!(area);
    }
}

/// JSON as an object of the wire.
#[must_use]
pub fn object(json: &Json) -> Object {
    read_loose(json.to_string().as_bytes(), 1 << 20).expect("test data is an object of the wire")
}

/// Profile of an institution.
#[must_use]
pub fn institution_profile(credit_code: &str, name: &str) -> Json {
    json!({
        "credit_code": credit_code, "name": name, "kinds": ["RAD"], "division": AREA, "supervision_area": AREA,
        "address": "示范路1号",
        "practice_document": {"kind": "PRC", "number": "PDY0001", "from": "2020-01-01"},
    })
}

/// Profile of a device.
#[must_use]
pub fn device_profile(institution: Uuid, number: u32) -> Json {
    json!({
        "institution": institution, "kind": "X02", "device_no": format!("D{number:04}"), "name": "数字化X射线摄影机",
        "maker": "示范医疗设备", "factory_no": format!("F{number:06}"), "location": "放射科1室", "tube_voltage_v": 150_000,
    })
}

/// A text value.
#[must_use]
pub fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Data of a worker's registration; the number is of a region that does not exist.
#[must_use]
pub fn worker(institution: Uuid, number: u32) -> Json {
    json!({
        "institution": institution, "name": format!("虚构人员{number:04}"), "id_type": "01",
        "resident_no": resident_no(number), "sex": if number % 2 == 1 { "1" } else { "2" }, "birth_year": 1980,
    })
}

/// A resident number of the impossible region 990000, born 1980-01-01.
#[must_use]
pub fn resident_no(number: u32) -> String {
    let digits = format!("99000019800101{:03}", number % 1000);
    let check = "0123456789X".chars().find(|check| resident_no_ok(&format!("{digits}{check}")));
    format!("{digits}{}", check.expect("one of eleven fits"))
}

/// Data of a planned employment.
#[must_use]
pub fn employment(person: Uuid, institution: Uuid, number: u32, category: &str) -> Json {
    json!({"person": person, "institution": institution, "worker_no": format!("W{number:04}"), "category": category})
}

/// Data of a laboratory's registration: a technical-service organisation.
#[must_use]
pub fn laboratory_profile(credit_code: &str) -> Json {
    let mut profile = institution_profile(credit_code, "示范检测公司");
    profile["kinds"] = json!(["TSO"]);
    profile
}

/// Data of a laboratory's qualification, in force since 2020.
#[must_use]
pub fn qualification(document: Uuid) -> Json {
    json!({"document": document, "kind": "TSQ", "number": "示范资质0001", "from": "2020-01-01"})
}

/// Data of a dose report's header over a period.
#[must_use]
pub fn dose_report(contract: Uuid, laboratory: Uuid, number: &str, period: [&str; 2], signed_on: &str) -> Json {
    json!({
        "contract": contract, "laboratory": laboratory, "report_no": number, "period_from": period[0], "period_to": period[1],
        "lines": 1, "persons": 1, "below_mdl": 0, "effective_sum_nsv": 0, "read_on": signed_on, "signed_on": signed_on,
        "qualification_no": "示范资质0001",
    })
}

/// Data of a routine result of one dosimeter on the chest.
#[must_use]
pub fn dose_result(report: Uuid, line: u32, who: [Uuid; 2], period: [&str; 2], hp10_nsv: i64) -> Json {
    json!({
        "report": report, "line_no": line, "person": {"kind": "person", "id": who[0]}, "employment": who[1],
        "category": "2A", "reason": "1", "radiation": ["X"], "dosimeter_kind": "TLD", "dosimeter_no": format!("T{line:05}"),
        "position": "CH", "wear_from": period[0], "wear_to": period[1], "nominal_months": 3, "hp10_nsv": hp10_nsv,
        "mdl_nsv": 20_000, "flag": "NORMAL", "effective_nsv": hp10_nsv, "method": "SINGLE",
        "background_subtracted": true, "dose_year": period[0][..4].parse::<i64>().expect("a year"),
    })
}

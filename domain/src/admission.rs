//! The one judge: from presented bytes to an admitted unit, or the refusal that takes precedence.
//!
//! Faults are ranked over all events of a unit by the order of [`Code`]; within one event the checks run in that
//! order, so its first fault is its earliest. Later events of a unit are judged upon the earlier ones, except for
//! authority: an earlier statement of the same unit authorises nothing.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId};
use signing::envelope::{Envelope, PayloadType, statement_hash};
use signing::json::{JsonFault, Object, Value, canonical_object};
use signing::keys::PublicKey;
use signing::statement::{FaultCode, Faults, Meaning, RecordRef, Signer, Statement};
use uuid::Uuid;

use crate::authority::{Authority, InForce};
use crate::catalog::{Event, EventType, Kind, Presence, SignedBy, event_type};
use crate::codes::{AccountKind, Level, PolicyFile, Role};
use crate::field::validate;
use crate::policy::{Policy, policy};
use crate::record::{
    About, Actor, Claim, Draft, Entry, Facts, Holder, KeyClass, KeyOwner, Known, Mark, Members, Need, Origin, PENDING,
    Stop,
};
use crate::records::erasure::{self, SUBJECT_ERASED};
use crate::records::grant::ADMINISTRATORS_KEY;
use crate::records::ledger::Ledger;
use crate::refusal::{Code, Refusal};
use crate::seals::{self, Openings};
use crate::upcast;

/// An event as it came in: verified, not yet judged.
#[derive(Debug, Clone)]
pub struct Presented {
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Its statement hash.
    pub hash: Hash,
    /// The payload as an object.
    pub object: Object,
    /// The key that verified it.
    pub key: KeyId,
    /// Algorithm of that key.
    pub alg: u8,
    /// The signature.
    pub signature: Vec<u8>,
    /// Openings of its seals.
    pub openings: Openings,
}

/// The service's own voice: it signs what follows from what people signed.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its account.
    pub account: Uuid,
    /// Its key.
    pub key: KeyId,
    /// Secret from which the ids of its events are derived, so that a desk that starts again writes nothing twice.
    pub id_secret: [u8; 32],
}

impl Service {
    /// Id of a system event, in the form of a v4.
    #[must_use]
    pub fn event_id(&self, draft: &Draft, day: Date) -> Uuid {
        let mut bytes = b"radledger-service-id-v1\0".to_vec();
        let cause = draft.cause.map(|cause| cause.event.into_bytes());
        signing::bytes::lp(&mut bytes, &self.id_secret);
        signing::bytes::lp(&mut bytes, cause.as_ref().map_or(&[], |id| id.as_slice()));
        signing::bytes::lp(&mut bytes, day.to_string().as_bytes());
        signing::bytes::lp(&mut bytes, draft.event_type.as_bytes());
        signing::bytes::lp(&mut bytes, draft.record.kind.as_bytes());
        signing::bytes::lp(&mut bytes, draft.record.id.as_bytes());
        bytes.extend(draft.version.to_be_bytes());
        let hash = Hash::of(&bytes).0;
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        uuid::Builder::from_random_bytes(id).into_uuid()
    }

    /// The statement of a draft: what the service signs.
    #[must_use]
    pub fn statement(&self, draft: &Draft, ledger: LedgerId, signed_at: Instant) -> Statement {
        let day = signed_at.civil_day();
        let signer = Signer { account: self.account, key: self.key, grant: None };
        draft_statement(draft, ledger, self.event_id(draft, day), signer, signed_at, day)
    }
}

/// A draft as a statement with given free members (id, signer, time): for signing, and for comparing bytes in an audit.
#[must_use]
pub fn draft_statement(
    draft: &Draft,
    ledger: LedgerId,
    id: Uuid,
    signer: Signer,
    signed_at: Instant,
    day: Date,
) -> Statement {
    let (function, version) = draft.function;
    Statement {
        ledger,
        id,
        record: draft.record.clone(),
        version: draft.version,
        prev: draft.prev,
        event_type: draft.event_type.into(),
        schema: draft.schema,
        meaning: Meaning::System,
        reason: None,
        signer,
        signed_at,
        effective_on: draft.effective_on,
        corrects: None,
        cause: draft.cause,
        derivation: Some(signing::statement::Derivation {
            function: function.into(),
            version,
            day,
            basis: draft.basis,
        }),
        reads: Vec::new(),
        batch: None,
        attachments: Vec::new(),
    }
}

/// One event of an admitted unit.
#[derive(Debug, Clone)]
pub struct AdmittedEvent {
    /// Its signed members.
    pub statement: Statement,
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Statement hash.
    pub hash: Hash,
    /// Index keys that it touches.
    pub keys: Vec<CompactString>,
    /// Subjects of its seals.
    pub subjects: Vec<RecordRef>,
}

/// A claim that a unit takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The claim.
    pub claim: Claim,
    /// Record that holds it from now on.
    pub record: RecordRef,
    /// Digest of the event's content.
    pub content: [u8; 32],
    /// Index of the event in the unit.
    pub event: usize,
}

/// A unit that may be appended.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The signed events, then the consequences, which the service still has to sign.
    pub events: Vec<AdmittedEvent>,
    /// Number of events that people signed.
    pub signed: usize,
    /// First instant at which the answer holds.
    pub from: Instant,
    /// Last instant at which the answer holds.
    pub until: Instant,
    /// Version of each written record before the unit.
    pub heads: BTreeMap<RecordRef, u32>,
    /// Each written record after the unit.
    pub entries: HashMap<RecordRef, Arc<Entry>>,
    /// Claims taken.
    pub takes: Vec<Take>,
    /// Claims freed.
    pub frees: Vec<Claim>,
}

/// Largest number of signed events in a unit.
pub const EVENTS_MAX: usize = 1000;
/// Largest number of consequences of a unit.
pub const CONSEQUENCES_MAX: usize = 2000;
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// Verifies the signatures of a unit and reads its payloads.
///
/// # Errors
/// A [`Need`], or the earliest of `not_ready`, `unknown_key`, `bad_signature`, `bad_json`, `not_canonical`, `bad_text`.
pub fn receive(envelopes: Vec<Envelope>, openings: Vec<Openings>, facts: &dyn Facts) -> Result<Vec<Presented>, Stop> {
    let ledger = facts.ledger()?;
    if !ledger.as_ref().is_some_and(|ledger| ledger.is_complete()) {
        return receive_genesis(envelopes, openings, ledger.as_deref());
    }
    let mut owners = Vec::with_capacity(envelopes.len());
    for envelope in &envelopes {
        owners.push(facts.owner(&envelope.key)?);
    }
    let mut worst = Worst::default();
    let mut presented = Vec::with_capacity(envelopes.len());
    for (index, ((envelope, openings), owner)) in envelopes.into_iter().zip(openings).zip(owners).enumerate() {
        match verify(envelope, openings, owner.as_ref()) {
            Ok(event) => presented.push(event),
            Err(code) => worst.note(Refusal::new(code, index)),
        }
    }
    worst.into_result(presented)
}

fn verify(envelope: Envelope, openings: Openings, owner: Option<&KeyOwner>) -> Result<Presented, Code> {
    let owner = owner.ok_or(Code::UnknownKey)?;
    if !owner.key.verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature) {
        return Err(Code::BadSignature);
    }
    present(envelope, openings, owner.key.id(), signing::json::read)
}

fn present(
    envelope: Envelope,
    openings: Openings,
    key: KeyId,
    read: impl Fn(&[u8]) -> Result<Object, JsonFault>,
) -> Result<Presented, Code> {
    let object = read(&envelope.payload).map_err(|fault| match fault {
        JsonFault::BadJson => Code::BadJson,
        JsonFault::TooLarge => Code::TooLarge,
        JsonFault::NotCanonical => Code::NotCanonical,
        JsonFault::BadText => Code::BadText,
    })?;
    let hash = statement_hash(&envelope.payload);
    Ok(Presented { hash, object, key, alg: 1, payload: envelope.payload, signature: envelope.signature, openings })
}

/// Until the genesis is complete the payload is read first, and the keys that it names verify it.
fn receive_genesis(
    envelopes: Vec<Envelope>,
    openings: Vec<Openings>,
    ledger: Option<&Ledger>,
) -> Result<Vec<Presented>, Stop> {
    let no = |code| Stop::Refuse(Refusal::new(code, 0));
    let expected = if ledger.is_some() { "ledger.countersigned" } else { "ledger.created" };
    let single: Result<[Envelope; 1], _> = envelopes.try_into();
    let Ok([envelope]) = single else { return Err(no(Code::NotReady)) };
    let openings = openings.into_iter().next().unwrap_or(Openings::Given(Vec::new()));
    let object = signing::json::read(&envelope.payload).map_err(|_| no(Code::NotReady))?;
    if object.get("type").and_then(Value::as_text) != Some(expected) {
        return Err(no(Code::NotReady));
    }
    let signer = object.get("signer").and_then(Value::as_object);
    let key: Option<KeyId> = signer.and_then(|signer| signer.get("key")?.as_text()?.parse().ok());
    let spki = match ledger {
        Some(ledger) => ledger.created.roots.iter().map(|root| root.public_key.0.clone()).collect(),
        None => named_root_keys(&object),
    };
    let keys: Vec<PublicKey> = spki.iter().filter_map(|spki| PublicKey::from_spki(spki)).collect();
    let known = keys.iter().find(|known| Some(known.id()) == key).ok_or_else(|| no(Code::UnknownKey))?;
    if !known.verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature) {
        return Err(no(Code::BadSignature));
    }
    let id = known.id();
    present(envelope, openings, id, signing::json::read).map(|event| vec![event]).map_err(no)
}

fn named_root_keys(object: &Object) -> Vec<Vec<u8>> {
    let roots =
        object.get("data").and_then(Value::as_object).and_then(|data| data.get("roots")).and_then(Value::as_array);
    let spki = |root: &Value| signing::bytes::b64url_decode(root.as_object()?.get("public_key")?.as_text()?);
    roots.into_iter().flatten().filter_map(spki).collect()
}

/// Judges a unit whose signatures hold.
///
/// # Errors
/// A [`Need`], or the refusal that takes precedence over all events of the unit.
pub fn judge(unit: &[Presented], facts: &dyn Facts, service: &Service) -> Result<Admitted, Stop> {
    let mut judge = Judge::new(unit, facts);
    for index in 0..unit.len() {
        match judge.event(index) {
            Ok(()) => {}
            Err(Stop::Need(need)) => return Err(Stop::Need(need)),
            Err(Stop::Refuse(mut refusal)) => {
                refusal.index = index;
                judge.worst.note(refusal);
            }
        }
    }
    if let Some(refusal) = judge.worst.0.take() {
        return Err(Stop::Refuse(refusal));
    }
    judge.consequences(service)?;
    Ok(judge.finish(unit.len()))
}

/// Keeps the refusal that takes precedence.
#[derive(Debug, Default)]
struct Worst(Option<Refusal>);

impl Worst {
    fn note(&mut self, refusal: Refusal) {
        if self.0.as_ref().is_none_or(|kept| refusal.precedes(kept)) {
            self.0 = Some(refusal);
        }
    }

    fn into_result<T>(self, value: T) -> Result<T, Stop> {
        self.0.map_or(Ok(value), |refusal| Err(Stop::Refuse(refusal)))
    }
}

/// A statement that matches the catalogue.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Its members.
    pub statement: Statement,
    /// Its type.
    pub event_type: &'static EventType,
    /// Its data.
    pub event: Event,
}

/// Reads a statement by the catalogue.
///
/// # Errors
/// The earliest of `unknown_type`, `unknown_schema`, `unknown_field`, `missing_field`, `bad_value`, then `kind_mismatch`.
pub fn read_typed(object: &Object, class: Option<KeyClass>) -> Result<Typed, Stop> {
    let mut faults = Faults::default();
    let statement = Statement::read(object, &mut faults);
    let named = object.get("type").and_then(Value::as_text);
    let schema = object
        .get("schema")
        .and_then(Value::as_integer)
        .and_then(|schema| u16::try_from(schema).ok())
        .filter(|schema| (1..=32_767).contains(schema));
    let known = named.zip(schema).and_then(|(name, schema)| event_type(name, schema));
    if known.is_none()
        && let Some(name) = named
    {
        if !crate::catalog::event_types().any(|known| known.name == name) {
            faults.note(FaultCode::UnknownType, "/type");
        } else if schema.is_some() {
            faults.note(FaultCode::UnknownSchema, "/schema");
        }
    }
    if let Some(known) = known {
        fits_type(object, known, class, &mut faults);
    }
    if let Some(fault) = faults.into_earliest() {
        let code = match fault.code {
            FaultCode::UnknownType => Code::UnknownType,
            FaultCode::UnknownSchema => Code::UnknownSchema,
            FaultCode::UnknownField => Code::UnknownField,
            FaultCode::MissingField => Code::MissingField,
            FaultCode::BadValue => Code::BadValue,
        };
        return Err(Stop::code(code, &fault.pointer));
    }
    let (Some(statement), Some(known)) = (statement, known) else { return Err(Stop::code(Code::UnknownType, "/type")) };
    if known.kind() != statement.record.kind {
        return Err(Stop::code(Code::KindMismatch, "/type"));
    }
    let kind = Kind::parse(known.kind()).expect("a type of the catalogue has a kind of the catalogue");
    let data = object.get("data").and_then(Value::as_object).expect("the statement was read");
    let event = Event::from_object(kind, known.name, &upcast::lift(upcast::STEPS, known.name, known.schema, data))
        .expect("a type of the catalogue is an event of its kind");
    Ok(Typed { statement, event_type: known, event })
}

/// What a type demands of the members outside its data.
fn fits_type(object: &Object, known: &'static EventType, class: Option<KeyClass>, faults: &mut Faults) {
    let meaning = object.get("meaning").and_then(Value::as_text).and_then(Meaning::parse);
    if meaning.is_some_and(|meaning| !known.meanings.contains(&meaning)) {
        faults.note(FaultCode::BadValue, "/meaning");
    }
    match (known.effective_on, object.get("effective_on").is_some()) {
        (Presence::Forbidden, true) => faults.note(FaultCode::UnknownField, "/effective_on"),
        (Presence::Required, false) => faults.note(FaultCode::MissingField, "/effective_on"),
        _ => {}
    }
    if object.get("cause").is_some() && !matches!(meaning, Some(Meaning::System | Meaning::Receipt)) {
        faults.note(FaultCode::UnknownField, "/cause");
    }
    let version = object.get("version").and_then(Value::as_integer);
    if version.is_some_and(|version| (version == 1) != known.creates) {
        faults.note(FaultCode::BadValue, "/version");
    }
    let signer = object.get("signer").and_then(Value::as_object);
    let granted = signer.is_some_and(|signer| signer.get("grant").is_some());
    match class {
        Some(KeyClass::Root(_) | KeyClass::Service) if granted => faults.note(FaultCode::UnknownField, "/signer/grant"),
        Some(KeyClass::Credential(_)) if signer.is_some() && !granted => {
            faults.note(FaultCode::MissingField, "/signer/grant")
        }
        _ => {}
    }
    if let Some(data) = object.get("data").and_then(Value::as_object) {
        validate(known.data, data, "/data", faults);
    }
}

/// The state of one judgement: the facts, and above them what this unit has changed so far.
struct Judge<'a> {
    unit: &'a [Presented],
    base: &'a dyn Facts,
    above: RefCell<Above>,
    worst: Worst,
    now: Instant,
    day: Date,
    from: Instant,
    until: Instant,
    heads: BTreeMap<RecordRef, u32>,
    failed: HashSet<RecordRef>,
    admitted: Vec<(AdmittedEvent, Option<Event>)>,
    takes: Vec<Take>,
    frees: Vec<Claim>,
}

/// What a unit adds to the ledger while it is judged.
#[derive(Default)]
struct Above {
    entries: HashMap<RecordRef, Arc<Entry>>,
    members: HashMap<CompactString, Vec<RecordRef>>,
    events: HashMap<Uuid, Known>,
    claims: HashMap<Claim, Option<Holder>>,
}

impl<'a> Judge<'a> {
    fn new(unit: &'a [Presented], base: &'a dyn Facts) -> Self {
        let now = base.now();
        let day = now.civil_day();
        Self {
            unit,
            base,
            above: RefCell::default(),
            worst: Worst::default(),
            now,
            day,
            // Every rule looks at civil days only, so an answer holds until the day ends; the window of the
            // signing time narrows it further.
            from: Instant::start_of_day(day),
            until: Instant::start_of_day(day.add_days(1)).plus_micros(-1),
            heads: BTreeMap::new(),
            failed: HashSet::new(),
            admitted: Vec::new(),
            takes: Vec::new(),
            frees: Vec::new(),
        }
    }

    fn event(&mut self, index: usize) -> Result<(), Stop> {
        let presented = &self.unit[index];
        let owner = self.owner(presented)?;
        // Only the genesis brings its own keys, and roots name no grant.
        let class = owner.as_ref().map_or(KeyClass::Root(Uuid::nil()), |owner| owner.class);
        let typed = read_typed(&presented.object, Some(class))?;
        typed.event.check_values(&typed.statement, self.base)?;
        let outcome = self.typed(index, presented, owner, &typed);
        if outcome.is_err() {
            self.failed.insert(typed.statement.record.clone());
        }
        outcome
    }

    /// Owner of the key that verified; none only for the genesis, which brings its own keys.
    fn owner(&self, presented: &Presented) -> Result<Option<KeyOwner>, Stop> {
        let owner = self.base.owner(&presented.key)?;
        if owner.is_none() && self.base.ledger()?.is_some_and(|ledger| ledger.is_complete()) {
            return Err(Stop::code(Code::UnknownKey, ""));
        }
        Ok(owner)
    }

    fn typed(
        &mut self,
        index: usize,
        presented: &Presented,
        owner: Option<KeyOwner>,
        typed: &Typed,
    ) -> Result<(), Stop> {
        let statement = &typed.statement;
        self.identity(statement, presented, owner.as_ref())?;
        self.ids(index, statement)?;
        self.batch(index, statement)?;
        let class = owner.as_ref().map(|owner| owner.class);
        self.clock(statement, class)?;
        let actor = self.capacity(typed, owner.as_ref())?;
        // What comes next looks at the record, which an earlier event of the unit failed to change.
        if self.failed.contains(&statement.record) {
            return Ok(());
        }
        let facts = Layered { judge: self };
        let entry = facts.entry(&statement.record)?;
        let about = self.about(statement, presented.hash, entry.as_deref(), actor.as_ref());
        self.authorise(typed, owner.as_ref(), entry.as_deref(), &about)?;
        let subjects =
            seals::check(self.base.ledger_id(), typed.event_type, statement, &presented.object, &presented.openings)?;
        self.references(statement, &presented.object, entry.as_deref(), &facts)?;
        self.head(statement, entry.as_deref())?;
        self.reads(statement, &facts)?;
        let state = entry.as_ref().map(|entry| &entry.state);
        let admitted =
            self.system(typed, entry.as_deref(), class).and_then(|()| typed.event.admit(state, &about, &facts));
        let after = match admitted {
            Ok(()) => Some(evolve(entry.as_deref(), typed.event.clone(), &about, index)),
            Err(Stop::Need(need)) => return Err(Stop::Need(need)),
            Err(Stop::Refuse(refusal)) if refusal.code < Code::ClaimTaken => return Err(Stop::Refuse(refusal)),
            Err(Stop::Refuse(refusal)) => {
                // A claim that is taken comes before a rule that refuses: look at the claims the event would take.
                if admits_evolution(&typed.event, state) {
                    let after = evolve(entry.as_deref(), typed.event.clone(), &about, index);
                    self.claims(
                        index,
                        typed,
                        &presented.object,
                        &presented.openings,
                        entry.as_deref(),
                        &after,
                        actor.as_ref(),
                        &facts,
                    )?;
                }
                return Err(Stop::Refuse(refusal));
            }
        };
        let after = after.expect("set above");
        let (takes, frees) = self.claims(
            index,
            typed,
            &presented.object,
            &presented.openings,
            entry.as_deref(),
            &after,
            actor.as_ref(),
            &facts,
        )?;
        for subject in &subjects {
            if erasure::is_erased(subject, &facts)? {
                return Err(Stop::rule(&SUBJECT_ERASED, "/data"));
            }
        }
        let keys = typed.event.keys(&about);
        let event = AdmittedEvent {
            statement: statement.clone(),
            payload: presented.payload.clone(),
            hash: presented.hash,
            keys,
            subjects,
        };
        self.take(event, Some(typed.event.clone()), after, takes, frees);
        Ok(())
    }

    fn identity(&self, statement: &Statement, presented: &Presented, owner: Option<&KeyOwner>) -> Result<(), Stop> {
        if statement.ledger != self.base.ledger_id() {
            return Err(Stop::code(Code::WrongLedger, "/ledger"));
        }
        if statement.signer.key != presented.key {
            return Err(Stop::code(Code::SignerMismatch, "/signer/key"));
        }
        let account = match owner {
            Some(owner) => Some(owner.account),
            None => genesis_account(&presented.object, presented.key),
        };
        if account != Some(statement.signer.account) {
            return Err(Stop::code(Code::SignerMismatch, "/signer/account"));
        }
        Ok(())
    }

    fn ids(&self, index: usize, statement: &Statement) -> Result<(), Stop> {
        let twice = self.unit[..index].iter().any(|other| id_of(&other.object) == Some(statement.id));
        if twice || self.base.used(statement.id)? {
            return Err(Stop::code(Code::IdReused, "/id"));
        }
        Ok(())
    }

    fn batch(&self, index: usize, statement: &Statement) -> Result<(), Stop> {
        let bad = || Stop::code(Code::BadBatch, "/batch");
        let count = self.unit.len();
        let Some(batch) = statement.batch else { return if count == 1 { Ok(()) } else { Err(bad()) } };
        let first = &self.unit[0];
        let same_batch = batch_id_of(&first.object) == Some(batch.id);
        let same_key = first.key == self.unit[index].key;
        if usize::from(batch.count) != count
            || usize::from(batch.index) != index
            || !same_batch
            || !same_key
            || self.base.used(batch.id)?
        {
            return Err(bad());
        }
        Ok(())
    }

    /// `signed_at` within −24 h (organisations and roots: 7 days) .. +5 min of the instant at which it is recorded.
    fn clock(&mut self, statement: &Statement, class: Option<KeyClass>) -> Result<(), Stop> {
        let long = match class {
            None | Some(KeyClass::Root(_)) => true,
            Some(KeyClass::Service) => false,
            Some(KeyClass::Credential(_)) => {
                let authority = self.base.authority(statement.signer.account)?;
                authority.account.as_ref().is_some_and(|account| account.kind == AccountKind::Organisation)
            }
        };
        let back = if long { 7 * 24 * HOUR } else { 24 * HOUR };
        let earliest = statement.signed_at.plus_micros(-5 * MINUTE);
        let latest = statement.signed_at.plus_micros(back);
        if self.now < earliest || self.now > latest {
            return Err(Stop::code(Code::ClockSkew, "/signed_at"));
        }
        self.from = self.from.max(earliest);
        self.until = self.until.min(latest);
        Ok(())
    }

    /// In which capacity the signer acts: key, grant and assurance. None for roots, the service and the genesis.
    fn capacity(&self, typed: &Typed, owner: Option<&KeyOwner>) -> Result<Option<Actor>, Stop> {
        let Some(owner) = owner.filter(|owner| matches!(owner.class, KeyClass::Credential(_))) else { return Ok(None) };
        let signer = &typed.statement.signer;
        let authority = self.base.authority(owner.account)?;
        let active = authority.active_key(&signer.key, self.day);
        let credential = active.map_err(|code| Stop::code(code, "/signer/key"))?;
        let invalid = || Stop::code(Code::GrantInvalid, "/signer/grant");
        let id = signer.grant.ok_or_else(invalid)?;
        let grant = authority.grant(id, self.day).ok_or_else(invalid)?;
        if credential.assurance < self.policy()?.least_assurance(typed.event_type.name) {
            return Err(Stop::code(Code::AssuranceTooLow, "/signer/key"));
        }
        Ok(Some(Actor {
            grant: id,
            role: grant.role,
            org: grant.given.org,
            area: grant.given.area.clone(),
            holder: Some(credential.holder),
            from: grant.given.from,
            until: grant.given.until,
        }))
    }

    /// Whether that capacity suffices: the policy, and the second pair of eyes.
    fn authorise(
        &self,
        typed: &Typed,
        owner: Option<&KeyOwner>,
        entry: Option<&Entry>,
        about: &About<'_>,
    ) -> Result<(), Stop> {
        let Some(owner) = owner else { return Ok(()) };
        let no = || Stop::code(Code::NotAuthorised, "/signer");
        let name = typed.event_type.name;
        match (owner.class, about.actor) {
            (KeyClass::Service, _) if typed.event_type.signed_by == SignedBy::Service => Ok(()),
            (KeyClass::Root(person), _) => {
                self.root_may(typed, entry)?;
                let again = entry.is_some_and(|entry| entry.signers.contains(&typed.statement.signer.key));
                if again && typed.event_type.signed_by == SignedBy::Root {
                    return Err(Stop::code(Code::FourEyes, "/signer"));
                }
                self.four_eyes(typed, entry, Some(person), self.policy()?, name)
            }
            (KeyClass::Credential(_), Some(actor)) => {
                if !matches!(typed.event_type.signed_by, SignedBy::Person | SignedBy::PersonOrRoot) {
                    return Err(no());
                }
                let state = entry.map(|entry| &entry.state);
                if state.is_none() && !typed.event_type.creates {
                    return Err(conflict(entry));
                }
                let facts = Layered { judge: self };
                // Nobody has a right over what is not there.
                let absent = |stop| match stop {
                    Stop::Refuse(refusal) if refusal.code == Code::BadReference => no(),
                    other => other,
                };
                let act = act_of(typed, state, about, &facts).map_err(absent)?;
                let target = typed.event.target(state, about, &facts).map_err(absent)?;
                let policy = self.policy()?;
                if !policy.may(actor, &act, &target, target.account == Some(owner.account)) {
                    return Err(no());
                }
                self.four_eyes(typed, entry, actor.holder, policy, &act)
            }
            _ => Err(no()),
        }
    }

    fn policy(&self) -> Result<&'static Policy, Stop> {
        policy_in_force(&*self.base.in_force()?, self.day).ok_or_else(|| Stop::code(Code::NotAuthorised, "/signer"))
    }

    fn four_eyes(
        &self,
        typed: &Typed,
        entry: Option<&Entry>,
        person: Option<Uuid>,
        policy: &Policy,
        act: &str,
    ) -> Result<(), Stop> {
        let Some(entry) =
            entry.filter(|_| policy.needs_four_eyes(act) || policy.needs_four_eyes(typed.event_type.name))
        else {
            return Ok(());
        };
        for key in &entry.signers {
            if holder_of(key, self.base)? == person && person.is_some() {
                return Err(Stop::code(Code::FourEyes, "/signer"));
            }
        }
        Ok(())
    }

    /// Roots sign for the ledger and its policies; in the first hour also for the first administrators.
    fn root_may(&self, typed: &Typed, entry: Option<&Entry>) -> Result<(), Stop> {
        let no = Err(Stop::code(Code::NotAuthorised, "/signer"));
        let ledger = self.base.ledger()?;
        let complete = ledger.as_ref().is_some_and(|ledger| ledger.is_complete());
        match typed.event_type.signed_by {
            SignedBy::Root => {
                if typed.event_type.kind() == "ledger" && complete {
                    no
                } else {
                    Ok(())
                }
            }
            SignedBy::PersonOrRoot if complete => {
                if administrators_stand(self.base, self.day)? || !self.first_hour_act(typed, entry)? {
                    no
                } else {
                    Ok(())
                }
            }
            _ => no,
        }
    }

    /// The acts of the first hour: two T_ADMIN and one SYS_AUD, persons of the city.
    fn first_hour_act(&self, typed: &Typed, entry: Option<&Entry>) -> Result<bool, Stop> {
        use crate::records::{account, credential, grant};
        let of_city = |account: Uuid| -> Result<bool, Stop> {
            Ok(self.base.authority(account)?.account.as_ref().is_some_and(|account| account.level == Level::City))
        };
        match &typed.event {
            Event::Account(account::Event::Opened(opened)) => {
                let mut standing = 0;
                for record in &self.base.members(account::FIRST_ACCOUNTS_KEY)?.records {
                    if !cannot_act_again(record.id, self.base, self.day)? {
                        standing += 1;
                    }
                }
                Ok(standing < 3 && opened.level == Level::City && opened.kind == AccountKind::Person)
            }
            Event::Account(_) => {
                Ok(entry.and_then(|e| e.state.account()).is_some_and(|account| account.level == Level::City))
            }
            Event::Credential(credential::Event::Requested(data)) => of_city(data.account),
            Event::Credential(credential::Event::Bound(data)) => of_city(data.account),
            Event::Grant(grant::Event::Given(given)) => {
                let most = match given.role {
                    Role::CityAdmin => 2,
                    Role::AuditAdmin => 1,
                    _ => return Ok(false),
                };
                let mut standing = 0;
                for record in &self.base.members(ADMINISTRATORS_KEY)?.records {
                    let entry = self.base.entry(record)?;
                    let grant = entry
                        .as_ref()
                        .and_then(|entry| entry.state.grant())
                        .filter(|grant| grant.role == given.role && !grant.ended);
                    if let Some(grant) = grant
                        && !cannot_act_again(grant.given.account, self.base, self.day)?
                    {
                        standing += 1;
                    }
                }
                Ok(standing < most)
            }
            Event::Grant(_) => Ok(entry
                .and_then(|entry| entry.state.grant())
                .is_some_and(|grant| matches!(grant.role, Role::CityAdmin | Role::AuditAdmin))),
            _ => Ok(false),
        }
    }

    fn references(
        &self,
        statement: &Statement,
        object: &Object,
        entry: Option<&Entry>,
        facts: &Layered<'_, '_>,
    ) -> Result<(), Stop> {
        let bad = |pointer: &str| Stop::code(Code::BadReference, pointer);
        let mark = |event: Uuid, hash: Hash| entry.and_then(|entry| entry.mark(event)).filter(|mark| mark.hash == hash);
        if let Some(named) = &statement.corrects
            && mark(named.event, named.hash).is_none_or(|mark| mark.corrected)
        {
            return Err(bad("/corrects"));
        }
        if let Some(named) = &statement.cause
            && facts.event(named.event)?.is_none_or(|known| known.hash != named.hash)
        {
            return Err(bad("/cause"));
        }
        if let Some(named) = object.get("data").and_then(Value::as_object).and_then(|data| data.get("countersigns")) {
            let named = <signing::statement::EventRef as crate::field::Member>::from_value(Some(named));
            if entry.is_some() && mark(named.event, named.hash).is_none() {
                return Err(bad("/data/countersigns"));
            }
        }
        for (index, read) in statement.reads.iter().enumerate() {
            let named = facts.entry(&read.record)?;
            let then = named.as_ref().and_then(|entry| entry.marks.get(read.version as usize - 1));
            if then.is_none_or(|mark| mark.hash != read.hash) {
                return Err(bad(&format!("/reads/{index}")));
            }
        }
        // No file can be stored yet, so whatever is named is not there.
        if statement.attachments.is_empty() { Ok(()) } else { Err(bad("/attachments/0")) }
    }

    fn head(&self, statement: &Statement, entry: Option<&Entry>) -> Result<(), Stop> {
        let continues = match entry {
            None => statement.version == 1,
            Some(entry) => statement.version == entry.version + 1 && statement.prev == Some(entry.hash),
        };
        if continues { Ok(()) } else { Err(conflict(entry)) }
    }

    fn reads(&self, statement: &Statement, facts: &Layered<'_, '_>) -> Result<(), Stop> {
        for (index, read) in statement.reads.iter().enumerate() {
            if facts.entry(&read.record)?.is_none_or(|entry| entry.version != read.version) {
                return Err(Stop::code(Code::ReadStale, &format!("/reads/{index}")));
            }
        }
        Ok(())
    }

    /// A system event that comes through the door must be what the fold demands: the service cannot say what it likes.
    fn system(&self, typed: &Typed, entry: Option<&Entry>, class: Option<KeyClass>) -> Result<(), Stop> {
        if !matches!(class, Some(KeyClass::Service)) {
            return Ok(());
        }
        let statement = &typed.statement;
        // What was folded includes the event that led to it.
        let basis = statement.derivation.as_ref().and_then(|derivation| derivation.basis);
        let basis = basis.filter(|basis| entry.is_some_and(|entry| entry.position < *basis));
        let draft = entry.zip(basis).and_then(|(entry, basis)| erasure::carry_out(&statement.record, entry, basis));
        let due = draft.is_some_and(|draft| {
            let data = draft.data.clone();
            let expected = draft_statement(
                &draft,
                statement.ledger,
                statement.id,
                statement.signer,
                statement.signed_at,
                self.day,
            );
            expected == *statement && crate::admission::same_data(&data, typed, self.unit)
        });
        if due { Ok(()) } else { Err(Stop::code(Code::NotAuthorised, "/derivation")) }
    }

    #[allow(clippy::too_many_arguments)] // all of one event; a struct for one call would only rename them
    fn claims(
        &self,
        index: usize,
        typed: &Typed,
        object: &Object,
        openings: &Openings,
        before: Option<&Entry>,
        after: &Entry,
        actor: Option<&Actor>,
        facts: &Layered<'_, '_>,
    ) -> Result<(Vec<Take>, Vec<Claim>), Stop> {
        let record = &typed.statement.record;
        let old = before.map(|entry| entry.state.claims(record.id)).unwrap_or_default();
        let new = after.state.claims(record.id);
        let content = content_digest(&self.base.content_key(), typed, object, openings);
        let mut takes = Vec::new();
        for claim in new.iter().filter(|claim| !old.contains(claim)) {
            if let Some(holder) = facts.claim(claim)?.filter(|holder| holder.record != *record) {
                let seen = self.may_see(&holder.record, actor, facts)?;
                let same = holder.content == content && holder.position < PENDING;
                let mut refusal =
                    Refusal::new(if same && seen { Code::AlreadyRecorded } else { Code::ClaimTaken }, index)
                        .at("/data");
                refusal.position = (seen && holder.position < PENDING).then_some(holder.position);
                return Err(Stop::Refuse(refusal));
            }
            takes.push(Take { claim: claim.clone(), record: record.clone(), content, event: index });
        }
        Ok((takes, old.into_iter().filter(|claim| !new.contains(claim)).collect()))
    }

    fn may_see(&self, record: &RecordRef, actor: Option<&Actor>, facts: &Layered<'_, '_>) -> Result<bool, Stop> {
        let (Some(actor), Some(kind)) = (actor, Kind::parse(&record.kind)) else { return Ok(false) };
        let Some(reach) = self.policy()?.reads(actor.role, kind) else { return Ok(false) };
        let Some(entry) = facts.entry(record)? else { return Ok(false) };
        let (org, area) = home(record, &entry, facts)?;
        Ok(match reach {
            crate::policy::Reach::City => true,
            crate::policy::Reach::Area => actor.area.is_some() && actor.area == area,
            crate::policy::Reach::Unit => actor.org.is_some() && actor.org == org,
            crate::policy::Reach::Own => false,
        })
    }

    fn about<'s>(
        &self,
        statement: &'s Statement,
        hash: Hash,
        entry: Option<&'s Entry>,
        actor: Option<&'s Actor>,
    ) -> About<'s> {
        let marks = entry.map_or(&[][..], |entry| &entry.marks[..]);
        about(statement, hash, self.day, marks, actor)
    }

    /// Lets the unit stand on an event that was admitted.
    fn take(&mut self, event: AdmittedEvent, typed: Option<Event>, after: Entry, takes: Vec<Take>, frees: Vec<Claim>) {
        let record = event.statement.record.clone();
        self.heads.entry(record.clone()).or_insert(event.statement.version - 1);
        let above = self.above.get_mut();
        let position = after.position;
        above.events.insert(event.statement.id, Known { hash: event.hash, position, record: record.clone() });
        above.entries.insert(record.clone(), Arc::new(after));
        for key in &event.keys {
            above.members.entry(key.clone()).or_default().push(record.clone());
        }
        for claim in &frees {
            above.claims.insert(claim.clone(), None);
        }
        for take in &takes {
            let holder = Holder { record: record.clone(), position, content: take.content };
            above.claims.insert(take.claim.clone(), Some(holder));
        }
        self.takes.extend(takes);
        self.frees.extend(frees);
        self.admitted.push((event, typed));
    }

    /// What the system must add, in the order of the causes.
    fn consequences(&mut self, service: &Service) -> Result<(), Stop> {
        let mut drafts = Vec::new();
        for (event, typed) in &self.admitted {
            let Some(typed) = typed else { continue };
            let facts = Layered { judge: self };
            let entry = facts.entry(&event.statement.record)?.expect("it was just admitted");
            let about = self.about(&event.statement, event.hash, Some(&entry), None);
            drafts.extend(typed.consequences(&entry.state, &about, &facts)?);
        }
        if drafts.len() > CONSEQUENCES_MAX {
            return Err(Stop::Refuse(Refusal::new(Code::TooLarge, 0)));
        }
        for draft in drafts {
            let statement = service.statement(&draft, self.base.ledger_id(), self.now);
            let object = statement.to_object(&draft.data);
            let payload = canonical_object(&object);
            let hash = statement_hash(&payload);
            let typed =
                read_typed(&object, Some(KeyClass::Service)).expect("the system's own statements match the catalogue");
            let facts = Layered { judge: self };
            let entry = facts.entry(&statement.record)?;
            let about = self.about(&statement, hash, entry.as_deref(), None);
            let after = evolve(entry.as_deref(), typed.event.clone(), &about, self.admitted.len());
            let keys = typed.event.keys(&about);
            let event = AdmittedEvent { statement, payload, hash, keys, subjects: Vec::new() };
            self.take(event, None, after, Vec::new(), Vec::new());
        }
        Ok(())
    }

    fn finish(self, signed: usize) -> Admitted {
        Admitted {
            events: self.admitted.into_iter().map(|(event, _)| event).collect(),
            signed,
            from: self.from,
            until: self.until,
            heads: self.heads,
            entries: self.above.into_inner().entries,
            takes: self.takes,
            frees: self.frees,
        }
    }
}

/// True when the event can be folded onto the state although a rule refused it.
fn admits_evolution(event: &Event, state: Option<&crate::catalog::State>) -> bool {
    matches!(
        (event, state),
        (Event::Institution(crate::records::institution::Event::Registered(_)), None)
            | (Event::Device(crate::records::device::Event::Registered(_)), None)
            | (Event::Credential(crate::records::credential::Event::Requested(_)), None)
            | (Event::Policy(crate::records::policy::Event::Adopted(_)), None)
    )
}

/// The data of a draft is the data that was signed.
fn same_data(expected: &Object, typed: &Typed, unit: &[Presented]) -> bool {
    unit.iter()
        .filter(|presented| id_of(&presented.object) == Some(typed.statement.id))
        .all(|presented| presented.object.get("data").and_then(Value::as_object) == Some(expected))
}

/// What surrounds an event.
#[must_use]
pub fn about<'s>(
    statement: &'s Statement,
    hash: Hash,
    day: Date,
    marks: &'s [Mark],
    actor: Option<&'s Actor>,
) -> About<'s> {
    let corrected =
        statement.corrects.and_then(|named| marks.iter().find(|mark| mark.id == named.event)).map(|mark| mark.origin);
    About { statement, hash, day, corrected, marks, actor }
}

/// The record after an admitted event. `index` is the event's place in its unit.
#[must_use]
pub fn evolve(before: Option<&Entry>, event: Event, about: &About<'_>, index: usize) -> Entry {
    let statement = about.statement;
    let origin: Origin = about.origin();
    let state = event.evolve(before.map(|entry| entry.state.clone()), about);
    let mut marks = before.map(|entry| entry.marks.clone()).unwrap_or_default();
    if let Some(named) = statement.corrects
        && let Some(mark) = marks.iter_mut().find(|mark| mark.id == named.event)
    {
        mark.corrected = true;
    }
    let mut signers = before.map(|entry| entry.signers.clone()).unwrap_or_default();
    match statement.meaning {
        Meaning::Approval => signers.clear(),
        // Who returns or refuses has written nothing: he may approve what comes next.
        Meaning::Return | Meaning::Refusal => {}
        _ if signers.contains(&statement.signer.key) => {}
        _ => signers.push(statement.signer.key),
    }
    let position = PENDING + index as u64;
    let event_type =
        event_type(&statement.event_type, statement.schema).expect("an admitted event is of the catalogue").name;
    marks.push(Mark {
        id: statement.id,
        hash: about.hash,
        position,
        event_type,
        origin,
        corrected: false,
        key: statement.signer.key,
    });
    Entry { state, version: statement.version, hash: about.hash, position, marks, signers }
}

/// Folds one stored event onto its record: the same step on replay as on admission.
///
/// # Errors
/// The refusal when the stored statement does not match the catalogue: a corrupt log.
pub fn replay(
    before: Option<&Entry>,
    object: &Object,
    hash: Hash,
    recorded_at: Instant,
    position: u64,
) -> Result<(Typed, Entry), Stop> {
    let typed = read_typed(object, None)?;
    let about = about(&typed.statement, hash, recorded_at.civil_day(), before.map_or(&[], |entry| &entry.marks), None);
    let mut entry = evolve(before, typed.event.clone(), &about, 0);
    entry.settle(position);
    Ok((typed, entry))
}

fn conflict(entry: Option<&Entry>) -> Stop {
    let mut refusal = Refusal::new(Code::Conflict, 0).at("/version");
    refusal.head = Some(entry.map_or((0, None), |entry| (entry.version, Some(entry.hash))));
    Stop::Refuse(refusal)
}

fn act_of(
    typed: &Typed,
    state: Option<&crate::catalog::State>,
    about: &About<'_>,
    facts: &dyn Facts,
) -> Result<CompactString, Stop> {
    Ok(match typed.event.facet(state, about, facts)? {
        Some(facet) => format!("{}/{facet}", typed.event_type.name).into(),
        None => typed.event_type.name.into(),
    })
}

/// The policy in force on a day.
#[must_use]
pub fn policy_in_force(in_force: &InForce, day: Date) -> Option<&'static Policy> {
    policy(in_force.version(PolicyFile::Policy, day)?.version)
}

/// The natural person behind a key.
fn holder_of(key: &KeyId, facts: &dyn Facts) -> Result<Option<Uuid>, Need> {
    let Some(owner) = facts.owner(key)? else { return Ok(None) };
    match owner.class {
        KeyClass::Root(person) => Ok(Some(person)),
        KeyClass::Service => Ok(None),
        KeyClass::Credential(_) => {
            Ok(facts.authority(owner.account)?.credential(key).map(|credential| credential.holder))
        }
    }
}

/// True once the first administrators were all in place, until none of them can act any more.
fn administrators_stand(facts: &dyn Facts, day: Date) -> Result<bool, Need> {
    let (mut admins, mut auditors, mut acting) = (HashSet::new(), HashSet::new(), false);
    for record in &facts.members(ADMINISTRATORS_KEY)?.records {
        let Some(entry) = facts.entry(record)? else { continue };
        let Some(grant) = entry.state.grant().filter(|grant| grant.countersigned) else { continue };
        let authority = facts.authority(grant.given.account)?;
        if authority.credentials.iter().any(|(_, credential)| credential.bound) {
            let _ = if grant.role == Role::CityAdmin {
                admins.insert(grant.given.account)
            } else {
                auditors.insert(grant.given.account)
            };
            acting |= authority.can_act_as(grant.role, day);
        }
    }
    Ok(admins.len() >= 2 && !auditors.is_empty() && acting)
}

/// True when an account can never act again: closed, or every key that was bound is revoked.
fn cannot_act_again(account: Uuid, facts: &dyn Facts, day: Date) -> Result<bool, Need> {
    let authority: Arc<Authority> = facts.authority(account)?;
    let closed = authority.account.as_ref().is_some_and(|account| account.closed);
    let gone = !authority.credentials.is_empty()
        && authority.credentials.iter().all(|(_, credential)| credential.revoked || credential.valid_until <= day);
    Ok(closed || gone)
}

/// Organisation and area to which a record belongs.
///
/// # Errors
/// A [`Need`] when the institution of a device is not loaded.
pub fn home(
    record: &RecordRef,
    entry: &Entry,
    facts: &dyn Facts,
) -> Result<(Option<Uuid>, Option<CompactString>), Need> {
    use crate::catalog::State;
    let of_org = |org: Uuid| -> Result<_, Need> {
        let institution = facts.entry(&RecordRef { kind: Kind::Institution.as_str().into(), id: org })?;
        let area =
            institution.and_then(|entry| entry.state.institution().map(|state| state.profile.supervision_area.clone()));
        Ok((Some(org), area))
    };
    match &entry.state {
        State::Ledger(_) | State::Policy(_) => Ok((None, None)),
        State::Account(account) => Ok((account.org, account.area.clone())),
        State::Credential(credential) => {
            let authority = facts.authority(credential.account)?;
            Ok(authority.account.as_ref().map_or((None, None), |account| (account.org, account.area.clone())))
        }
        State::Grant(grant) => Ok((grant.given.org, grant.given.area.clone())),
        State::Institution(institution) => Ok((Some(record.id), Some(institution.profile.supervision_area.clone()))),
        State::Device(device) => of_org(device.profile.institution),
        State::Erasure(erasure) if erasure.found_in.kind == "institution" => of_org(erasure.found_in.id),
        State::Erasure(erasure) => {
            let authority = facts.authority(erasure.found_in.id)?;
            Ok(authority.account.as_ref().map_or((None, None), |account| (account.org, account.area.clone())))
        }
    }
}

fn id_of(object: &Object) -> Option<Uuid> {
    signing::bytes::parse_uuid_v4(object.get("id")?.as_text()?)
}

fn batch_id_of(object: &Object) -> Option<Uuid> {
    signing::bytes::parse_uuid_v4(object.get("batch")?.as_object()?.get("id")?.as_text()?)
}

/// Account of the root whose key a genesis names.
fn genesis_account(object: &Object, key: KeyId) -> Option<Uuid> {
    let roots = object.get("data")?.as_object()?.get("roots")?.as_array()?;
    let root = roots.iter().filter_map(Value::as_object).find(|root| {
        let spki = root.get("public_key").and_then(Value::as_text).and_then(signing::bytes::b64url_decode);
        spki.is_some_and(|spki| Hash::of(&spki).0 == key.0)
    })?;
    signing::bytes::parse_uuid_v4(root.get("account")?.as_text()?)
}

/// Keyed digest of {type, effective_on, data with seals replaced by their values}: tells the same fact from another
/// that claims the same business key.
fn content_digest(key: &[u8; 32], typed: &Typed, object: &Object, openings: &Openings) -> [u8; 32] {
    let mut bytes = b"radledger-content-v1\0".to_vec();
    signing::bytes::lp(&mut bytes, key);
    signing::bytes::lp(&mut bytes, typed.event_type.name.as_bytes());
    signing::bytes::lp(
        &mut bytes,
        typed.statement.effective_on.map(|day| day.to_string()).unwrap_or_default().as_bytes(),
    );
    let data = object.get("data").and_then(Value::as_object).expect("the statement was read");
    let opened = match openings {
        Openings::Given(openings) if !openings.is_empty() => unseal(data, "/data", openings),
        _ => data.clone(),
    };
    signing::bytes::lp(&mut bytes, &canonical_object(&opened));
    Hash::of(&bytes).0
}

fn unseal(object: &Object, at: &str, openings: &[signing::envelope::Opening]) -> Object {
    let open = |name: &str, value: &Value| -> Value {
        let pointer = format!("{at}/{name}");
        match openings.iter().find(|opening| opening.pointer == pointer) {
            Some(opening) => opening.value.clone(),
            None => match value {
                Value::Object(inner) => Value::Object(unseal(inner, &pointer, openings)),
                other => other.clone(),
            },
        }
    };
    Object::from_pairs(object.iter().map(|(name, value)| (CompactString::from(&**name), open(name, value))).collect())
}

/// The facts as the next event of a unit sees them: what the unit changed, above the ledger; authority from the
/// ledger alone.
struct Layered<'j, 'a> {
    judge: &'j Judge<'a>,
}

impl Facts for Layered<'_, '_> {
    fn ledger_id(&self) -> LedgerId {
        self.judge.base.ledger_id()
    }
    fn now(&self) -> Instant {
        self.judge.now
    }
    fn content_key(&self) -> [u8; 32] {
        self.judge.base.content_key()
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        self.judge.base.ledger()
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        self.judge.base.in_force()
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        self.judge.base.owner(key)
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        self.judge.base.authority(account)
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        if let Some(entry) = self.judge.above.borrow().entries.get(record) {
            return Ok(Some(entry.clone()));
        }
        self.judge.base.entry(record)
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        let below = self.judge.base.members(key)?;
        match self.judge.above.borrow().members.get(key) {
            None => Ok(below),
            Some(added) => {
                let mut members = Members::clone(&below);
                for record in added {
                    if !members.records.contains(record) {
                        members.records.push(record.clone());
                    }
                }
                Ok(Arc::new(members))
            }
        }
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        if let Some(known) = self.judge.above.borrow().events.get(&id) {
            return Ok(Some(known.clone()));
        }
        self.judge.base.event(id)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        self.judge.base.used(id)
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        if let Some(holder) = self.judge.above.borrow().claims.get(claim) {
            return Ok(holder.clone());
        }
        self.judge.base.claim(claim)
    }
}

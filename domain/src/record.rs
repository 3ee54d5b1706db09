//! What a record is: a fold of signed events, decided by pure functions.
//!
//! Every kind has the same shape. `admit` asks and refuses, `evolve` believes and changes, `consequences` names
//! what the system must add in the same append. A decision reads other records only through [`Facts`]; what it
//! has read is exactly what the append guards, so no list of dependencies can be forgotten. When something is not
//! at hand, the read answers with a [`Need`]; the shell loads it and asks the same pure function again.

use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId};
use signing::json::{Object, Value};
use signing::keys::PublicKey;
use signing::statement::{EventRef, Read, RecordRef, Statement};
use uuid::Uuid;

use crate::authority::{Authority, InForce};
use crate::catalog::{EventType, Kind, State};
use crate::field::{Change, Data};
use crate::file_codes::MediaType;
use crate::records::SealedRef;
use crate::records::ledger::Ledger;
use crate::refusal::{Code, Refusal, Rule};

/// The shape of a kind.
pub trait Record: Sized + Clone + Serialize {
    /// The kind.
    const KIND: Kind;
    /// Its events.
    type Event: Clone;
    /// Its event types, oldest schema first, each with its field table.
    const TYPES: &'static [EventType];

    /// Values that the field table cannot judge: proofs, points of a curve, accounts that are taken. A fault is
    /// `bad_value`, whoever signs.
    ///
    /// # Errors
    /// The fault, or a [`Need`].
    fn check_values(_event: &Self::Event, _statement: &Statement, _facts: &dyn Facts) -> Result<(), Stop> {
        Ok(())
    }

    /// Organisation and area that the event concerns: what the signer's grant must reach.
    ///
    /// # Errors
    /// A [`Need`] when a record that tells is not loaded; a refusal when there is none.
    fn target(state: Option<&Self>, event: &Self::Event, about: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop>;

    /// The act for the policy, when it is finer than the event type: appended after a slash.
    ///
    /// # Errors
    /// A [`Need`] when a record that tells is not loaded.
    fn facet(
        _state: Option<&Self>,
        _event: &Self::Event,
        _about: &About<'_>,
        _facts: &dyn Facts,
    ) -> Result<Option<CompactString>, Stop> {
        Ok(None)
    }

    /// Says yes, or why not. Rules look at civil days only, so an answer holds until the day ends.
    ///
    /// # Errors
    /// [`Stop::Refuse`] when a rule says no; [`Stop::Need`] when a record that it looks at is not loaded.
    fn admit(state: Option<&Self>, event: &Self::Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop>;

    /// Takes an admitted event. An event that cannot follow this state means a corrupt log and panics.
    fn evolve(state: Option<Self>, event: Self::Event, about: &About<'_>) -> Self;

    /// The record to whose organisation and area this one belongs, where its own state does not say both.
    fn belongs_to(&self) -> Option<RecordRef> {
        None
    }

    /// [`Record::belongs_to`] of a record that begins with this event.
    fn begins_under(_event: &Self::Event) -> Option<RecordRef> {
        None
    }

    /// Index keys that the event touches, a pure function of the event.
    fn keys(_event: &Self::Event, _about: &About<'_>) -> Vec<CompactString> {
        Vec::new()
    }

    /// Business keys that the state holds.
    fn claims(&self, _id: Uuid) -> Vec<Claim> {
        Vec::new()
    }

    /// Business keys that the state holds over sealed values: kept apart by a keyed digest, since a number that is
    /// short enough to be guessed must not follow from what is stored.
    fn sealed_claims(&self) -> Vec<SealedClaim> {
        Vec::new()
    }

    /// What the system must add in the same append.
    ///
    /// # Errors
    /// A [`Need`] when a record that it looks at is not loaded.
    fn consequences(&self, _event: &Self::Event, _about: &About<'_>, _facts: &dyn Facts) -> Result<Vec<Draft>, Need> {
        Ok(Vec::new())
    }
}

/// What surrounds an event while it is judged or folded.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The signed members.
    pub statement: &'a Statement,
    /// Statement hash.
    pub hash: Hash,
    /// Civil day of the ledger (UTC+08:00).
    pub day: Date,
    /// For a correction: business date and version of the event that is corrected.
    pub corrected: Option<Origin>,
    /// The marks of the record before this event.
    pub marks: &'a [Mark],
    /// The grant relied on: role, organisation, area (absent for roots and the service).
    pub actor: Option<&'a Actor>,
}

impl About<'_> {
    /// Id of the record.
    #[must_use]
    pub fn record(&self) -> Uuid {
        self.statement.record.id
    }

    /// Business date of the event: its own, or the day of the ledger.
    #[must_use]
    pub fn date(&self) -> Date {
        self.statement.effective_on.unwrap_or(self.day)
    }

    /// Origin of values that this event sets.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.corrected.unwrap_or(Origin { date: self.date(), version: self.statement.version })
    }
}

/// In which capacity somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The grant.
    pub grant: Uuid,
    /// The role.
    pub role: crate::codes::Role,
    /// Organisation of the grant.
    pub org: Option<Uuid>,
    /// Area of the grant.
    pub area: Option<CompactString>,
    /// Natural person behind the key, if any.
    pub holder: Option<Uuid>,
    /// First day of the grant.
    pub from: Date,
    /// Day from which the grant no longer holds.
    pub until: Option<Date>,
}

/// What an act concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// Organisation.
    pub org: Option<Uuid>,
    /// Supervision area.
    pub area: Option<CompactString>,
    /// Account, for acts on one's own account.
    pub account: Option<Uuid>,
}

/// Date and version from which a value counts: a later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// Business date.
    pub date: Date,
    /// Version of the record that set it.
    pub version: u32,
}

/// Where each member of a profile got its value; members not named come from the first event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origins {
    first: Origin,
    members: BTreeMap<CompactString, Origin>,
}

impl Origins {
    /// The first event set everything.
    #[must_use]
    pub fn new(first: Origin) -> Self {
        Self { first, members: BTreeMap::new() }
    }

    /// From when the value of a member counts.
    #[must_use]
    pub fn since(&self, member: &str) -> Origin {
        self.members.get(member).copied().unwrap_or(self.first)
    }

    /// Applies a change or a correction: a member is replaced unless its present value counts from later.
    pub fn apply<T: Data>(&mut self, profile: &mut T, change: &Change, origin: Origin) {
        let values = change.set.iter().map(|(name, value)| (name, Some(value)));
        for (name, value) in values.chain(change.clear.iter().map(|name| (name, None))) {
            if origin >= self.since(name) {
                profile.put(name, value);
                self.members.insert(name.clone(), origin);
            }
        }
    }
}

/// One event of a record, as much of it as later events refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Id.
    pub id: Uuid,
    /// Statement hash.
    pub hash: Hash,
    /// Position in the ledger; [`PENDING`] plus the index in the unit until it is known.
    pub position: u64,
    /// Type on the wire.
    pub event_type: &'static str,
    /// Business date and version that a correction of it inherits.
    pub origin: Origin,
    /// True once a correction names it.
    pub corrected: bool,
    /// Key that signed.
    pub key: KeyId,
}

/// Offset of positions that are not known yet.
pub const PENDING: u64 = 1 << 62;

/// A record as it stands after some event: its state and what the ledger knows of its stream.
#[derive(Debug, Clone)]
pub struct Entry {
    /// State of the kind.
    pub state: State,
    /// Version.
    pub version: u32,
    /// Statement hash of that version.
    pub hash: Hash,
    /// Position of that version (or [`PENDING`] + index).
    pub position: u64,
    /// Civil day on which that version was recorded.
    pub day: Date,
    /// Its events.
    pub marks: Vec<Mark>,
    /// Keys that signed since the last approval.
    pub signers: Vec<KeyId>,
}

impl Mark {
    /// Its event as others name it.
    #[must_use]
    pub fn named(&self) -> EventRef {
        EventRef { event: self.id, hash: self.hash }
    }
}

impl Entry {
    /// Replaces pending positions once the first position of the unit is known.
    pub fn settle(&mut self, first: u64) {
        let known = |position: &mut u64| {
            if *position >= PENDING {
                *position = *position - PENDING + first;
            }
        };
        known(&mut self.position);
        self.marks
            .iter_mut()
            .rev()
            .take_while(|mark| mark.position >= PENDING)
            .for_each(|mark| known(&mut mark.position));
    }

    /// The mark of an event of this record.
    #[must_use]
    pub fn mark(&self, id: Uuid) -> Option<&Mark> {
        self.marks.iter().rev().find(|mark| mark.id == id)
    }
}

/// A business key: unique among all records that hold one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// What kind of key it is.
    pub name: &'static str,
    /// Its parts.
    pub parts: Vec<CompactString>,
}

impl Claim {
    /// A claim of one name.
    pub fn new<const N: usize>(name: &'static str, parts: [impl Into<CompactString>; N]) -> Self {
        Self { name, parts: parts.into_iter().map(Into::into).collect() }
    }

    /// Digest under which the claim is stored.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = b"radledger-claim-v1\0".to_vec();
        signing::bytes::lp(&mut bytes, self.name.as_bytes());
        for part in &self.parts {
            signing::bytes::lp(&mut bytes, part.as_bytes());
        }
        Hash::of(&bytes).0
    }
}

/// A business key of which one part is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedClaim {
    /// What kind of key it is.
    pub name: &'static str,
    /// Its parts in the clear.
    pub parts: Vec<CompactString>,
    /// The sealed part.
    pub sealed: SealedRef,
}

impl SealedClaim {
    /// The claim, once the sealed part is known: `parts` and the digest of all of it under the installation's secret.
    #[must_use]
    pub fn opened(&self, secret: &[u8; 32], value: &str) -> Claim {
        let mut bytes = b"radledger-sealed-claim-v1\0".to_vec();
        signing::bytes::lp(&mut bytes, secret);
        signing::bytes::lp(&mut bytes, self.name.as_bytes());
        for part in self.parts.iter().map(CompactString::as_str).chain([value]) {
            signing::bytes::lp(&mut bytes, part.as_bytes());
        }
        let mut parts = self.parts.clone();
        parts.push(signing::bytes::b64url(&Hash::of(&bytes).0).into());
        Claim { name: self.name, parts }
    }
}

/// Who holds a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The record.
    pub record: RecordRef,
    /// Position of the event that took it.
    pub position: u64,
    /// Digest of {type, effective_on, data with seals replaced by their values} of that event.
    pub content: [u8; 32],
}

/// Records that touched an index key, and the position of the last touch (none when it never was).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members {
    /// Position of the last touch.
    pub last: Option<u64>,
    /// The records, each once, in the order of their first touch.
    pub records: Vec<RecordRef>,
}

/// Days that something takes for itself: another period of the same owner has none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Whose days they are, and of what of his: the place where a dosimeter is worn.
    pub owner: (Uuid, &'static str),
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// The period that a member of an index key takes, if it takes one.
pub type PeriodOf = fn(&State) -> Option<Period>;

impl Period {
    /// Whether both want one of the same days.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        self.owner == other.owner && self.from <= other.to && other.from <= self.to
    }
}

/// An event as references see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Statement hash.
    pub hash: Hash,
    /// Position.
    pub position: u64,
    /// Its record.
    pub record: RecordRef,
}

/// Who owns a key.
#[derive(Debug, Clone)]
pub struct KeyOwner {
    /// The decoded key.
    pub key: Arc<PublicKey>,
    /// Its account.
    pub account: Uuid,
    /// In which class it signs.
    pub class: KeyClass,
}

/// Class of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyClass {
    /// Root holder; the natural person.
    Root(Uuid),
    /// The service.
    Service,
    /// Of an account; the credential record.
    Credential(Uuid),
}

/// What a decision may look at. Implementations remember what was read: that becomes the guards of the append.
pub trait Facts {
    /// The ledger of this log.
    fn ledger_id(&self) -> LedgerId;
    /// Instant and through it the civil day at which is judged.
    fn now(&self) -> Instant;
    /// Genesis with its countersignatures; none before position 0.
    ///
    /// # Errors
    /// [`Need::Ledger`].
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need>;
    /// Which catalogue, policy and rules are in force.
    ///
    /// # Errors
    /// [`Need::Key`] of `policy`.
    fn in_force(&self) -> Result<Arc<InForce>, Need>;
    /// Owner of a key that was ever enrolled.
    ///
    /// # Errors
    /// [`Need::Owner`].
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need>;
    /// Account with its credentials and grants.
    ///
    /// # Errors
    /// [`Need::Authority`].
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need>;
    /// A record.
    ///
    /// # Errors
    /// [`Need::Record`].
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need>;
    /// Members of an index key.
    ///
    /// # Errors
    /// [`Need::Key`].
    fn members(&self, key: &str) -> Result<Arc<Members>, Need>;
    /// Whether a period touches one that the members of an index key take. Who judges a unit keeps the periods of a
    /// key: a unit of many looks at each member once.
    ///
    /// # Errors
    /// [`Need::Key`], [`Need::Members`].
    fn touches(&self, key: &str, period: &Period, of: PeriodOf) -> Result<bool, Need> {
        for record in &self.members(key)?.records {
            let entry = self.entry(record).map_err(|_| Need::Members(vec![key.into()]))?;
            if entry.and_then(|entry| of(&entry.state)).is_some_and(|other| other.touches(period)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
    /// An event by id.
    ///
    /// # Errors
    /// [`Need::Event`].
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need>;
    /// Whether an id of an event or batch was used before. A view that leaves the question to the append answers no.
    ///
    /// # Errors
    /// [`Need::Event`].
    fn used(&self, id: Uuid) -> Result<bool, Need>;
    /// Key of the digests that tell the same fact from another.
    fn content_key(&self) -> [u8; 32];
    /// A sealed value that was admitted before; none when it was erased.
    ///
    /// # Errors
    /// [`Need::Opened`].
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need>;
    /// Holder of a claim. A view that leaves the question to the append answers none.
    ///
    /// # Errors
    /// [`Need::Claim`].
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need>;
    /// A file in the store. Who has the log alone was not asked.
    ///
    /// # Errors
    /// [`Need::File`].
    fn stored(&self, _file: Uuid) -> Result<Stored, Need> {
        Ok(Stored::NotAsked)
    }
}

/// Whether a file is in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is.
    Here(StoredFile),
    /// It is not.
    Absent,
    /// There is no store to ask.
    NotAsked,
}

/// What a store knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// What it is made of.
    pub media: MediaType,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the plain file.
    pub sha256: Hash,
    /// The person under whose key it is encrypted.
    pub person: Option<Uuid>,
}

/// Something a decision looks at that is not loaded yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Need {
    /// The genesis.
    Ledger,
    /// The policies in force.
    InForce,
    /// The owner of a key.
    Owner(KeyId),
    /// An account with its credentials and grants.
    Authority(Uuid),
    /// A record.
    Record(RecordRef),
    /// An index key.
    Key(CompactString),
    /// The records that are members of these index keys: who wants one of them wants all.
    Members(Vec<CompactString>),
    /// An event.
    Event(Uuid),
    /// A claim.
    Claim(Claim),
    /// The value behind a seal.
    Opened(SealedRef),
    /// A file.
    File(Uuid),
}

/// One thing, where several may be missing.
impl IntoIterator for Need {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

/// Why a decision did not say yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Load this and ask again.
    Need(Need),
    /// No.
    Refuse(Refusal),
}

impl From<Need> for Stop {
    fn from(need: Need) -> Self {
        Self::Need(need)
    }
}

impl Stop {
    /// A refusal by a rule, at a pointer into the statement. The index is filled in by the judge.
    #[must_use]
    pub fn rule(rule: &'static Rule, pointer: &str) -> Self {
        let mut refusal = Refusal::new(Code::Refused, 0).at(pointer);
        refusal.rule = Some(rule);
        Self::Refuse(refusal)
    }

    /// A refusal by code.
    #[must_use]
    pub fn code(code: Code, pointer: &str) -> Self {
        Self::Refuse(Refusal::new(code, 0).at(pointer))
    }
}

/// Whether something holds of any member of an index key.
///
/// # Errors
/// [`Need::Key`], [`Need::Members`].
pub fn any_member(facts: &dyn Facts, key: &str, holds: impl Fn(&State) -> bool) -> Result<bool, Need> {
    for record in &facts.members(key)?.records {
        let entry = facts.entry(record).map_err(|_| Need::Members(vec![key.into()]))?;
        if entry.is_some_and(|entry| holds(&entry.state)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses with a rule unless the condition holds.
///
/// # Errors
/// The refusal.
pub fn ensure(condition: bool, rule: &'static Rule, pointer: &str) -> Result<(), Stop> {
    if condition { Ok(()) } else { Err(Stop::rule(rule, pointer)) }
}

/// A system event that is to be signed by the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Type on the wire.
    pub event_type: &'static str,
    /// Schema.
    pub schema: u16,
    /// The record.
    pub record: RecordRef,
    /// Version it makes.
    pub version: u32,
    /// Statement that made the version before.
    pub prev: Option<Hash>,
    /// Business date.
    pub effective_on: Option<Date>,
    /// The event that led to it.
    pub cause: Option<EventRef>,
    /// Name and version of the pure function.
    pub function: (&'static str, u16),
    /// Log size folded; none for a consequence in the same append.
    pub basis: Option<u64>,
    /// Records on which it rests, in their order on the wire.
    pub reads: Vec<Read>,
    /// Data.
    pub data: Object,
}

impl Draft {
    /// The event that follows a record as it stands, or begins it. What led to it and what it rests on are the caller's to
    /// fill in.
    #[must_use]
    pub fn following(
        event_type: &'static str,
        record: RecordRef,
        before: Option<&Entry>,
        function: (&'static str, u16),
        data: Object,
    ) -> Self {
        Self {
            event_type,
            schema: 1,
            record,
            version: before.map_or(1, |entry| entry.version + 1),
            prev: before.map(|entry| entry.hash),
            effective_on: None,
            cause: None,
            function,
            basis: None,
            reads: Vec::new(),
            data,
        }
    }
}

//! The one door: nothing enters the log but through [`Door::submit`].
//!
//! A unit is read, its signatures are verified, and the pure judge decides on what the shelf has at hand; the
//! append checks everything that the judge looked at. Whatever it objects to is judged again with fresh facts, so
//! only the judge ever refuses. A refusal is given only after a careful second look: stale facts refuse nobody, and
//! a unit that is in the log already gets its first receipts whatever has changed since.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::admission::{Admitted, Pending, Presented, judge, judge_or_ask, receive};
use domain::authority::{Authority, InForce};
use domain::catalog::Kind;
use domain::prepare::{self, Request};
use domain::record::{Facts, KeyOwner, Need, Stop, Stored};
use domain::records::{SealedRef, erasure, party_key};
use domain::refusal::{Code, Refusal};
use domain::seals::Openings;
use schema::appender::Appender;
use schema::event_log::{AppendError, EventLog, NewEvent, NewOpening, NewUnit, Outcome, StoredEvent, Take};
use schema::files::{FileStore, Found};
use schema::key_store::KeyStore;
use schema::openings::Opened;
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, Instant, KeyId, LedgerId, b64url};
use signing::envelope::{Envelope, EnvelopeFault, Opening, PayloadType, Unit, statement_hash};
use signing::json::{Object, Value, read_stored};
use signing::keys::SigningKey;
use signing::statement::{RecordRef, Statement};
use signing::tree::{LEAF_LEN, leaf};
use tokio::sync::watch;
use uuid::Uuid;

use crate::installation::Installation;
use crate::shelf::{Fetched, Reads, Shelf, View};

/// The clock that a process goes by.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Most times that a unit is judged before its sender is told to come again.
const JUDGEMENTS_MAX: usize = 24;
/// How long a file that was sent may be filed: as long as a signature may be late, and a day more.
pub const FILE_WAITS_US: i64 = 8 * 24 * 3_600_000_000;
/// Longest that the sender of a unit waits.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// Most facts that are fetched for one unit.
const FETCHES_MAX: usize = 20_000;

/// What a door is made of.
pub struct DoorParts {
    /// Reads of the log.
    pub log: EventLog,
    /// The appender.
    pub appender: Appender,
    /// Keys of subjects.
    pub keys: KeyStore,
    /// Files that people attach.
    pub files: FileStore,
    /// The installation.
    pub installation: Arc<Installation>,
    /// The clock.
    pub clock: Clock,
    /// Size of the published tree.
    pub published: watch::Receiver<u64>,
}

/// The door.
pub struct Door {
    parts: DoorParts,
    shelf: Shelf,
}

/// Whether an event is committed, or covered by a published checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptState {
    /// Committed: an operational answer.
    Durable,
    /// Covered by a published checkpoint: evidence.
    Published,
}

/// What a signer gets back for each signed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The ledger.
    pub ledger: LedgerId,
    /// Id of the event.
    pub id: Uuid,
    /// Its record.
    pub record: RecordRef,
    /// The version it made.
    pub version: u32,
    /// Its position.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The 73-byte leaf, from which the leaf hash follows.
    pub leaf: [u8; LEAF_LEN],
    /// How far it is.
    pub state: ReceiptState,
}

impl Receipt {
    fn of(ledger: LedgerId, event: &StoredEvent, published: u64) -> Self {
        let recorded_at = Instant::from_micros(event.recorded_at);
        Self {
            ledger,
            id: event.id,
            record: RecordRef { kind: event.kind.as_str().into(), id: event.record },
            version: event.version,
            position: event.position,
            recorded_at,
            leaf: leaf(recorded_at, &Hash(event.hash), event.alg, &KeyId(event.key), &event.signature),
            state: if event.position < published { ReceiptState::Published } else { ReceiptState::Durable },
        }
    }

    /// The receipt as JSON (`docs/wire-format.md` §4).
    #[must_use]
    pub fn to_json(&self) -> Json {
        let state = match self.state {
            ReceiptState::Durable => "durable",
            ReceiptState::Published => "published",
        };
        json!({
            "ledger": self.ledger, "id": self.id, "record": self.record, "version": self.version, "position": self.position,
            "recorded_at": self.recorded_at, "leaf": b64url(&self.leaf), "state": state,
        })
    }
}

/// Why a unit got no receipts.
#[derive(Debug)]
pub enum SubmitError {
    /// The ledger, the policy or the law says no. Nothing was written.
    Refused(Box<Refusal>),
    /// Nothing was decided, or its outcome is not known: send the same bytes again.
    Busy,
    /// The ledger may be read, not written.
    ReadOnly,
    /// Something of ours is broken.
    Failed(schema::error::Error),
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<schema::error::Error> for SubmitError {
    fn from(error: schema::error::Error) -> Self {
        match error {
            schema::error::Error::Unavailable(_) | schema::error::Error::Conflict(_) => Self::Busy,
            other => Self::Failed(other),
        }
    }
}

impl SubmitError {
    /// The refusal that a client sees, when there is one to see: also for `busy` and `read_only`.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(Refusal::clone(refusal)),
            Self::Busy => Some(Refusal::new(Code::Busy, 0)),
            Self::ReadOnly => Some(Refusal::new(Code::ReadOnly, 0)),
            Self::Failed(_) => None,
        }
    }
}

/// A statement that waits for its signature.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its members.
    pub statement: Statement,
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Openings of its seals.
    pub openings: Vec<Opening>,
    /// Version and hash of the record's head.
    pub head: Option<(u32, Hash)>,
    /// What would follow, as event types and records.
    pub consequences: Vec<(String, RecordRef)>,
    /// What the judge would refuse it for, as things stand.
    pub refusal: Option<Refusal>,
}

impl Door {
    /// A door.
    #[must_use]
    pub fn new(parts: DoorParts) -> Self {
        Self { shelf: Shelf::new(parts.log.clone()), parts }
    }

    /// The log behind it.
    #[must_use]
    pub fn log(&self) -> &EventLog {
        &self.parts.log
    }

    /// The subjects' keys.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.parts.keys
    }

    /// The files that people attach.
    #[must_use]
    pub fn files(&self) -> &FileStore {
        &self.parts.files
    }

    /// The installation.
    #[must_use]
    pub fn installation(&self) -> &Arc<Installation> {
        &self.parts.installation
    }

    /// Now, by the clock of this process.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.parts.clock)()
    }

    /// Size of the log as far as it is durable.
    #[must_use]
    pub fn sizes(&self) -> watch::Receiver<u64> {
        self.parts.appender.sizes()
    }

    /// Whether this process may append: not once another one has raised the epoch.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn may_append(&self) -> Result<bool, schema::error::Error> {
        Ok(self.parts.log.head().await?.epoch == self.epoch())
    }

    /// The epoch in which this process appends.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.parts.appender.epoch()
    }

    /// Units that wait for the appender.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.parts.appender.waiting()
    }

    /// The authority of an account.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn authority(&self, account: Uuid) -> Result<Arc<Authority>, SubmitError> {
        Ok(self.shelf.authority(account).await?)
    }

    /// The owner of a key.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn owner(&self, key: KeyId) -> Result<Option<KeyOwner>, SubmitError> {
        Ok(self.shelf.owner(key).await?)
    }

    /// The files in force.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn in_force(&self) -> Result<Arc<InForce>, SubmitError> {
        Ok(self.shelf.in_force().await?)
    }

    /// Takes the JSON of a unit. Receipts, one for each signed event, mean that it is durable.
    ///
    /// # Errors
    /// The refusal, or that nothing was decided.
    pub async fn submit(&self, bytes: &[u8]) -> Result<Vec<Receipt>, SubmitError> {
        let unit = Unit::read(bytes).map_err(|fault| {
            let code = if fault.fault == EnvelopeFault::TooLarge { Code::TooLarge } else { Code::BadEnvelope };
            Refusal::new(code, fault.index)
        })?;
        self.submit_unit(unit).await
    }

    /// Takes a unit that was read.
    ///
    /// # Errors
    /// As [`Door::submit`]; `busy` as well when there is no answer within [`ANSWERED_WITHIN`].
    pub async fn submit_unit(&self, unit: Unit) -> Result<Vec<Receipt>, SubmitError> {
        // What is in the appender's queue by then may still be written: the same bytes get its receipts.
        tokio::time::timeout(ANSWERED_WITHIN, self.take(unit)).await.unwrap_or(Err(SubmitError::Busy))
    }

    async fn take(&self, unit: Unit) -> Result<Vec<Receipt>, SubmitError> {
        let _announced = self.parts.appender.announce();
        let openings: Vec<Openings> =
            unit.openings.iter().map(|list| list.clone().map_or(Openings::IllFormed, Openings::Given)).collect();
        let mut fetched = Fetched::default();
        let presented = match self.received(&unit.envelopes, &openings, &mut fetched).await {
            Err(SubmitError::Refused(refusal)) if matches!(refusal.code, Code::BadText | Code::NotReady) => {
                return self.first_receipts(&unit.envelopes).await?.ok_or(SubmitError::Refused(refusal));
            }
            other => other?,
        };
        let new = presented.iter().filter_map(|event| created_record(&event.object)).collect();
        let mut pending = Pending::new(&presented);
        let mut careful = false;
        let mut fetches = 0;
        for _ in 0..JUDGEMENTS_MAX {
            let (verdict, reads) = loop {
                let view = self.view(&fetched, &new, careful);
                match judge_or_ask(&mut pending, &view, &self.parts.installation.service) {
                    Err(needs) if fetches < FETCHES_MAX => {
                        fetches += needs.len();
                        self.fetch(needs, &mut fetched).await?;
                    }
                    Err(_) => return Err(SubmitError::Busy),
                    Ok(verdict) => break (verdict, view.into_reads()),
                }
            };
            let mut admitted = match verdict {
                Ok(admitted) => admitted,
                Err(refusal) if careful || before_duplicates(refusal.code) => {
                    let known = if before_duplicates(refusal.code) {
                        None
                    } else {
                        self.first_receipts(&unit.envelopes).await?
                    };
                    return known.ok_or_else(|| refusal.into());
                }
                Err(_) => {
                    careful = true;
                    self.shelf.forget(&reads);
                    fetched = Fetched::default();
                    continue;
                }
            };
            match self.append(&presented, &mut admitted, &reads, &openings).await? {
                Outcome::Appended { first_position, recorded_at } => {
                    self.learn(&mut admitted, first_position);
                    return Ok(self.receipts(&presented, &admitted, first_position, recorded_at));
                }
                Outcome::Known => {
                    let reused = || Refusal::new(Code::IdReused, 0).at("/id");
                    if let Some(receipts) = self.first_receipts(&unit.envelopes).await? {
                        return Ok(receipts);
                    }
                    let ids: Vec<Uuid> = admitted.events.iter().map(|event| event.statement.id).collect();
                    let known = self.parts.log.by_ids(&ids).await?;
                    let index = ids.iter().position(|id| known.iter().any(|event| event.id == *id));
                    return Err(match index {
                        Some(index) => Refusal { index, ..reused() }.into(),
                        // No event is known, so it is the batch that was used before.
                        None => Refusal::new(Code::BadBatch, 0).at("/batch/id").into(),
                    });
                }
                Outcome::Conflict | Outcome::Moved | Outcome::Taken | Outcome::Stale => {
                    careful = true;
                    self.shelf.forget(&reads);
                    fetched = Fetched::default();
                }
            }
        }
        Err(SubmitError::Busy)
    }

    /// Makes the statement of a wish and says what the judge thinks of it. Nothing is written.
    ///
    /// # Errors
    /// The refusal when the wish cannot be made into a statement, or when the database cannot be asked.
    pub async fn prepare(
        &self,
        request: &Request,
        id: Uuid,
        mut salts: impl FnMut() -> [u8; 32],
    ) -> Result<Prepared, SubmitError> {
        let mut fetched = Fetched::default();
        let new = HashSet::new();
        let mut drawn: Vec<[u8; 32]> = Vec::new();
        for _ in 0..FETCHES_MAX {
            let view = self.view(&fetched, &new, true);
            // The same salts however often it is tried.
            let mut used = 0;
            let mut salt = || {
                if used == drawn.len() {
                    drawn.push(salts());
                }
                used += 1;
                drawn[used - 1]
            };
            let made = prepare::prepare(request, id, view.now(), &mut salt, &view);
            let judged = made.and_then(|(draft, object)| {
                let verdict = judge(&[draft.presented(object)], &view, &self.parts.installation.service);
                match verdict {
                    Err(Stop::Need(need)) => Err(Stop::Need(need)),
                    Err(Stop::Refuse(refusal)) => Ok((draft, Err(refusal))),
                    Ok(admitted) => Ok((draft, Ok(admitted))),
                }
            });
            match judged {
                Err(Stop::Need(need)) => self.fetch(vec![need], &mut fetched).await?,
                Err(Stop::Refuse(refusal)) => return Err(refusal.into()),
                Ok((draft, verdict)) => {
                    let (refusal, admitted) = match verdict {
                        Ok(admitted) => (None, Some(admitted)),
                        Err(refusal) => (Some(refusal), None),
                    };
                    let follow = admitted.iter().flat_map(|admitted| &admitted.events[admitted.signed..]);
                    let consequences = follow
                        .map(|event| (event.statement.event_type.to_string(), event.statement.record.clone()))
                        .collect();
                    let prepare::Draft { statement, payload, openings, head } = draft;
                    return Ok(Prepared { statement, payload, openings, head, consequences, refusal });
                }
            }
        }
        Err(SubmitError::Busy)
    }

    /// Judges a unit of statements without seals that wait for the signatures of a key. Nothing is written; none is the
    /// answer when it would be taken.
    ///
    /// # Errors
    /// When nothing could be decided.
    pub async fn rehearse(&self, payloads: &[Vec<u8>], key: KeyId) -> Result<Option<Refusal>, SubmitError> {
        let presented = payloads.iter().zip(0..).map(|(payload, index)| {
            let object = read_stored(payload).map_err(|_| Refusal::new(Code::BadJson, index))?;
            let (payload, hash) = (payload.clone(), statement_hash(payload));
            let openings = Openings::Given(Vec::new());
            Ok(Presented { payload, hash, object, key, alg: 1, signature: Vec::new(), openings })
        });
        let presented = match presented.collect::<Result<Vec<_>, Refusal>>() {
            Ok(presented) => presented,
            Err(refusal) => return Ok(Some(refusal)),
        };
        let new = presented.iter().filter_map(|event| created_record(&event.object)).collect();
        let (mut fetched, mut pending, mut careful) = (Fetched::default(), Pending::new(&presented), false);
        for _ in 0..FETCHES_MAX {
            let view = self.view(&fetched, &new, careful);
            match judge_or_ask(&mut pending, &view, &self.parts.installation.service) {
                Err(needs) => self.fetch(needs, &mut fetched).await?,
                Ok(Ok(_)) => return Ok(None),
                Ok(Err(refusal)) if careful => return Ok(Some(refusal)),
                Ok(Err(_)) => {
                    careful = true;
                    self.shelf.forget(&view.into_reads());
                    fetched = Fetched::default();
                }
            }
        }
        Err(SubmitError::Busy)
    }

    /// Asks the same question about each of many things, of the ledger as it stands. What is missing is fetched for all of them
    /// at once.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn ask<Q, T, N: IntoIterator<Item = Need>>(
        &self,
        about: &[Q],
        question: impl Fn(&Q, &dyn Facts) -> Result<T, N>,
    ) -> Result<Vec<T>, SubmitError> {
        let mut fetched = Fetched::default();
        let new = HashSet::new();
        let mut answers: Vec<Option<T>> = about.iter().map(|_| None).collect();
        for _ in 0..FETCHES_MAX {
            let view = self.view(&fetched, &new, true);
            let mut needs = HashSet::new();
            for (about, answer) in about.iter().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
                match question(about, &view) {
                    Ok(said) => *answer = Some(said),
                    Err(missing) => needs.extend(missing),
                }
            }
            if needs.is_empty() {
                return Ok(answers.into_iter().flatten().collect());
            }
            self.fetch(needs.into_iter().collect(), &mut fetched).await?;
        }
        Err(SubmitError::Busy)
    }

    /// The desk's step: carries out the erasures that were approved. Keys go first; only then is it said, so a crash
    /// in between leaves a record of what was decided.
    ///
    /// # Errors
    /// The first that could not be carried out.
    pub async fn carry_out_erasures(&self, approved: &[RecordRef]) -> Result<usize, SubmitError> {
        let mut done = 0;
        for record in approved {
            let stream = self.parts.log.stream(&record.kind, record.id).await?;
            let Some(entry) = crate::shelf::fold(&stream)? else { continue };
            let Some(erasure) = entry.state.erasure().filter(|_| erasure::waits(&entry)) else { continue };
            self.parts.keys.erase(&erasure.subject.kind, erasure.subject.id)?;
            for account in self.accounts_of(&erasure.subject).await? {
                self.parts.keys.erase(schema::drafts::SUBJECT, account)?;
            }
            let basis = self.parts.log.head().await?.next_position;
            let Some(draft) = erasure::carry_out(record, &entry, basis) else { continue };
            // Another process may have been faster with the same statement on another basis.
            done += usize::from(self.say(&[draft], self.now().civil_day()).await?);
        }
        Ok(done)
    }

    /// The accounts of a natural person: what he began to write and never signed lies under their keys.
    async fn accounts_of(&self, subject: &RecordRef) -> Result<Vec<Uuid>, SubmitError> {
        if subject.kind == Kind::Person.as_str() {
            let stream = self.parts.log.stream(&subject.kind, subject.id).await?;
            let file = crate::shelf::fold(&stream)?;
            return Ok(file.and_then(|file| file.state.person()?.account).into_iter().collect());
        }
        let named_by = self.parts.log.key(&party_key(subject)).await?.members;
        Ok(named_by.into_iter().filter(|(kind, _)| kind == schema::drafts::SUBJECT).map(|(_, id)| id).collect())
    }

    fn view<'a>(&'a self, fetched: &'a Fetched, new: &'a HashSet<RecordRef>, careful: bool) -> View<'a> {
        let installation = &self.parts.installation;
        View::new(&self.shelf, fetched, new, (installation.ledger, installation.content_key), self.now(), careful)
    }

    /// Fetches what a unit was missing.
    async fn fetch(&self, wanted: Vec<Need>, fetched: &mut Fetched) -> Result<(), SubmitError> {
        let mut of_log = Vec::with_capacity(wanted.len());
        for need in wanted {
            match need {
                Need::Opened(sealed) => {
                    let value = self.opened(&sealed).await?;
                    fetched.opened.insert(sealed, value);
                }
                Need::File(id) => {
                    let stored = self.stored(id).await?;
                    fetched.files.insert(id, stored);
                }
                need => of_log.push(need),
            }
        }
        let ledger = of_log.contains(&Need::Ledger);
        self.shelf.fetch(of_log, fetched).await?;
        if ledger && self.shelf.ledger().is_none() {
            fetched.no_ledger();
        }
        Ok(())
    }

    /// The value behind a seal that was admitted before; none when its subject's key was erased.
    async fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, SubmitError> {
        let stored = self.parts.log.openings(&[sealed.event]).await?;
        let Some(stored) = stored.iter().find(|stored| stored.pointer == sealed.pointer.as_str()) else {
            let why = format!("no opening at {} of event {}", sealed.pointer, sealed.event);
            return Err(SubmitError::Failed(schema::error::Error::Corrupt { position: None, why }));
        };
        match schema::openings::open(&self.parts.keys, self.parts.installation.ledger, stored)? {
            Opened::Open { value, .. } => Ok(Some(value)),
            Opened::Erased => Ok(None),
            Opened::Unavailable => Err(SubmitError::Busy),
        }
    }

    /// A file that may be filed. One that has waited too long is about to be swept away: it counts as gone.
    async fn stored(&self, id: Uuid) -> Result<Stored, SubmitError> {
        let head = match self.parts.files.head(id).await? {
            Found::Here(head) => head,
            Found::Absent | Found::Erased => return Ok(Stored::Absent),
        };
        let waited = self.now().micros() - head.at;
        Ok(if waited > FILE_WAITS_US { Stored::Absent } else { Stored::Here(head.stored()?) })
    }

    async fn received(
        &self,
        envelopes: &[Envelope],
        openings: &[Openings],
        fetched: &mut Fetched,
    ) -> Result<Vec<Presented>, SubmitError> {
        let new = HashSet::new();
        // Owners first, so that no signature is verified twice.
        for envelope in envelopes {
            if self.shelf.owner(envelope.key).await?.is_none() {
                self.fetch(vec![Need::Owner(envelope.key)], fetched).await?;
            }
        }
        for _ in 0..FETCHES_MAX {
            let view = self.view(fetched, &new, false);
            match receive(envelopes.to_vec(), openings.to_vec(), &view) {
                Ok(presented) => return Ok(presented),
                Err(Stop::Refuse(refusal)) => return Err(refusal.into()),
                Err(Stop::Need(need)) => self.fetch(vec![need], fetched).await?,
            }
        }
        Err(SubmitError::Busy)
    }

    /// Hands the unit to the appender, and with it the payloads that were admitted.
    async fn append(
        &self,
        presented: &[Presented],
        admitted: &mut Admitted,
        reads: &Reads,
        openings: &[Openings],
    ) -> Result<Outcome, SubmitError> {
        let sealed = self.sealed(admitted, openings).await?;
        let installation = &self.parts.installation;
        let events = admitted.events.iter_mut().zip(sealed).enumerate().map(|(index, (event, openings))| {
            let (alg, key, signature) = match presented.get(index) {
                Some(presented) => (presented.alg, presented.key, presented.signature.clone()),
                None => {
                    let signature = installation.service_key.sign_payload(PayloadType::Event, &event.payload);
                    (1, installation.service.key, signature.to_vec())
                }
            };
            let statement = &event.statement;
            NewEvent {
                id: statement.id,
                kind: statement.record.kind.to_string(),
                record: statement.record.id,
                version: statement.version,
                type_: statement.event_type.to_string(),
                schema: statement.schema,
                account: statement.signer.account,
                alg,
                key: key.0,
                signature,
                payload: std::mem::take(&mut event.payload),
                hash: event.hash.0,
                touches: event.keys.iter().map(ToString::to_string).collect(),
                openings,
            }
        });
        let key = |record: &RecordRef| (record.kind.to_string(), record.id);
        let written = |record: &RecordRef| admitted.heads.contains_key(record);
        let unit = NewUnit {
            events: events.collect(),
            signed: admitted.signed,
            batch: admitted.events[0].statement.batch.map(|batch| batch.id),
            from_us: admitted.from.micros(),
            until_us: admitted.until.micros(),
            heads: admitted.heads.iter().map(|(record, version)| (key(record).0, key(record).1, *version)).collect(),
            reads: reads
                .records
                .iter()
                .filter(|(r, _)| !written(r))
                .map(|(r, version)| (key(r).0, key(r).1, *version))
                .collect(),
            guards: reads.keys.iter().map(|(key, last)| (key.to_string(), *last)).collect(),
            takes: admitted
                .takes
                .iter()
                .map(|take| Take {
                    digest: take.claim.digest(),
                    kind: take.record.kind.to_string(),
                    record: take.record.id,
                    content: take.content,
                    event: take.event,
                })
                .collect(),
            frees: admitted.frees.iter().map(domain::record::Claim::digest).collect(),
        };
        self.parts.appender.append(unit).await.map_err(|error| match error {
            AppendError::Busy | AppendError::Unavailable(_) => SubmitError::Busy,
            AppendError::Fenced | AppendError::Clock { .. } => {
                tracing::error!(%error, "append.stopped");
                SubmitError::ReadOnly
            }
            AppendError::Corrupt(why) => SubmitError::Failed(schema::error::Error::Corrupt { position: None, why }),
        })
    }

    /// The openings of each event, encrypted under the keys of their subjects, which are durable from here on.
    async fn sealed(&self, admitted: &Admitted, openings: &[Openings]) -> Result<Vec<Vec<NewOpening>>, SubmitError> {
        let ledger = self.parts.installation.ledger;
        let subjects: Vec<_> =
            admitted.events.iter().flat_map(|e| &e.subjects).map(|s| (s.kind.to_string(), s.id)).collect();
        if !subjects.is_empty() {
            self.parts.keys.ensure(subjects).await?;
        }
        let mut all = Vec::with_capacity(admitted.events.len());
        for (index, event) in admitted.events.iter().enumerate() {
            let given = match openings.get(index) {
                Some(Openings::Given(given)) => given.as_slice(),
                _ => &[],
            };
            let sealed: Result<Vec<NewOpening>, _> = given
                .iter()
                .map(|opening| schema::openings::seal(&self.parts.keys, ledger, event.statement.id, opening))
                .collect();
            all.push(sealed?);
        }
        Ok(all)
    }

    fn learn(&self, admitted: &mut Admitted, first: u64) {
        for (record, mut entry) in admitted.entries.drain() {
            Arc::make_mut(&mut entry).settle(first);
            self.shelf.put(&record, entry);
        }
        for key in admitted.events.iter().flat_map(|event| &event.keys) {
            self.shelf.touched(key);
        }
    }

    fn receipts(&self, presented: &[Presented], admitted: &Admitted, first: u64, recorded_at: i64) -> Vec<Receipt> {
        let recorded_at = Instant::from_micros(recorded_at);
        let signed = presented.iter().zip(&admitted.events).enumerate();
        signed
            .map(|(index, (presented, event))| Receipt {
                ledger: self.parts.installation.ledger,
                id: event.statement.id,
                record: event.statement.record.clone(),
                version: event.statement.version,
                position: first + index as u64,
                recorded_at,
                leaf: leaf(recorded_at, &presented.hash, presented.alg, &presented.key, &presented.signature),
                state: ReceiptState::Durable,
            })
            .collect()
    }

    /// The first receipts of a unit all of whose events are known with the same bytes, in whatever grouping. Key
    /// state, clock and signature bytes are not looked at, but the signature must verify.
    async fn first_receipts(&self, envelopes: &[Envelope]) -> Result<Option<Vec<Receipt>>, SubmitError> {
        let mut ids = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            let owner = self.shelf.owner(envelope.key).await?;
            let verified = owner.is_some_and(|owner| {
                owner.key.verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature)
            });
            let id = read_stored(&envelope.payload).ok().and_then(|object| id_of(&object));
            match id.filter(|id| verified && !ids.contains(id)) {
                Some(id) => ids.push(id),
                None => return Ok(None),
            }
        }
        let known = self.parts.log.by_ids(&ids).await?;
        let published = *self.parts.published.borrow();
        let receipts = ids.iter().zip(envelopes).map(|(id, envelope)| {
            let event = known.iter().find(|event| event.id == *id && event.payload == envelope.payload)?;
            Some(Receipt::of(self.parts.installation.ledger, event, published))
        });
        Ok(receipts.collect())
    }

    /// The receipt of a stored event.
    #[must_use]
    pub fn receipt_of(&self, event: &StoredEvent) -> Receipt {
        Receipt::of(self.parts.installation.ledger, event, *self.parts.published.borrow())
    }
}

/// An event envelope signed with a key.
#[must_use]
pub fn sign(key: &SigningKey, payload: Vec<u8>) -> Envelope {
    let signature = key.sign_payload(PayloadType::Event, &payload).to_vec();
    Envelope { payload_type: PayloadType::Event, payload, key: key.public().id(), signature }
}

/// Refusals that come before the test for duplicates (`docs/wire-format.md` §4).
fn before_duplicates(code: Code) -> bool {
    matches!(
        code,
        Code::TooLarge
            | Code::BadEnvelope
            | Code::NotReady
            | Code::UnknownKey
            | Code::BadSignature
            | Code::BadJson
            | Code::NotCanonical
            | Code::WrongLedger
            | Code::SignerMismatch
    )
}

fn id_of(object: &Object) -> Option<Uuid> {
    signing::bytes::parse_uuid_v4(object.get("id")?.as_text()?)
}

/// The record of a statement that makes version 1.
fn created_record(object: &Object) -> Option<RecordRef> {
    let first = object.get("version").and_then(Value::as_integer) == Some(1);
    RecordRef::named_in(object).filter(|_| first)
}

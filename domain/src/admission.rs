//! The one judge: from presented bytes to an admitted unit, or the refusal that takes precedence.
//!
//! Faults are ranked over all events of a unit by the order of [`Code`]; within one event the checks run in that
//! order, so its first fault is its earliest. Later events of a unit are judged upon the earlier ones, except for
//! authority: an earlier statement of the same unit authorises nothing.

mod checks;
mod claims;
mod fold;
mod judge;
mod layered;
mod pending;
mod receive;
mod rights;
mod taken;
mod typed;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId};
use signing::json::Object;
use signing::statement::{Meaning, RecordRef, Signer, Statement};
use uuid::Uuid;

use crate::record::{Claim, Draft, Entry, Facts, Need, Stop};
use crate::refusal::Refusal;
use crate::seals::Openings;
use judge::Judge;

pub use claims::content_digest;
pub use fold::{about, evolve, home, replay};
pub use pending::Pending;
pub use receive::receive;
pub use rights::policy_in_force;
pub use typed::{Typed, read_typed};

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

    /// The statement of a draft: what the service signs. The day that was judged is that of its signature.
    #[must_use]
    pub fn statement(&self, draft: &Draft, ledger: LedgerId, signed_at: Instant) -> Statement {
        self.statement_of(draft, ledger, signed_at.civil_day(), signed_at)
    }

    /// [`Service::statement`] of a day that the desk judged.
    fn statement_of(&self, draft: &Draft, ledger: LedgerId, day: Date, signed_at: Instant) -> Statement {
        let signer = Signer { account: self.account, key: self.key, grant: None };
        draft_statement(draft, ledger, self.event_id(draft, day), signer, signed_at, day)
    }
}

impl Service {
    /// Drafts as the statements of one unit: what the service signs. The id of a batch follows from its first event, which is
    /// in one batch only.
    #[must_use]
    pub fn unit(&self, drafts: &[Draft], ledger: LedgerId, day: Date, signed_at: Instant) -> Vec<Object> {
        let statement = |draft| self.statement_of(draft, ledger, day, signed_at);
        let statements: Vec<Statement> = drafts.iter().map(statement).collect();
        let count = u16::try_from(statements.len()).unwrap_or(u16::MAX);
        let batch = statements.first().filter(|_| count > 1).map(|first| {
            let mut bytes = b"radledger-service-batch-v1\0".to_vec();
            signing::bytes::lp(&mut bytes, &self.id_secret);
            signing::bytes::lp(&mut bytes, first.id.as_bytes());
            bytes.extend(count.to_be_bytes());
            let mut id = [0; 16];
            id.copy_from_slice(&Hash::of(&bytes).0[..16]);
            uuid::Builder::from_random_bytes(id).into_uuid()
        });
        (0..)
            .zip(statements)
            .zip(drafts)
            .map(|((index, mut statement), draft)| {
                statement.batch = batch.map(|id| signing::statement::Batch { id, index, count });
                statement.to_object(&draft.data)
            })
            .collect()
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
        reads: draft.reads.clone(),
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

/// Judges a unit whose signatures hold, with everything at hand.
///
/// # Errors
/// A [`Need`], or the refusal that takes precedence over all events of the unit.
pub fn judge(unit: &[Presented], facts: &dyn Facts, service: &Service) -> Result<Admitted, Stop> {
    match judge_or_ask(&mut Pending::new(unit), facts, service) {
        Ok(verdict) => verdict.map_err(Stop::Refuse),
        Err(mut needs) => Err(Stop::Need(needs.swap_remove(0))),
    }
}

/// Judges a unit, or says what each of its events looks at first that is not at hand: so that a unit of a thousand is not
/// judged anew for every one of them. What an event needs because of an earlier one of the unit may be told a round later.
///
/// # Errors
/// What is to be fetched, at least one thing and each once.
pub fn judge_or_ask(
    unit: &mut Pending<'_>,
    facts: &dyn Facts,
    service: &Service,
) -> Result<Result<Admitted, Refusal>, Vec<Need>> {
    let signed = unit.events.len();
    let mut judge = Judge::new(unit.events, facts);
    let (mut needs, mut asked) = (Vec::new(), HashSet::new());
    for index in 0..signed {
        match judge.event(index, unit) {
            Ok(()) => {}
            Err(Stop::Need(need)) if asked.insert(need.clone()) => needs.push(need),
            Err(Stop::Need(_)) => {}
            Err(Stop::Refuse(mut refusal)) => {
                refusal.index = index;
                judge.worst.note(refusal);
            }
        }
    }
    // What is missing may change everything that was said of the others.
    if !needs.is_empty() {
        return Err(needs);
    }
    if let Some(refusal) = judge.worst.0.take() {
        return Ok(Err(refusal));
    }
    match judge.consequences(service) {
        Ok(()) => Ok(Ok(judge.finish(signed))),
        Err(Stop::Refuse(refusal)) => Ok(Err(refusal)),
        Err(Stop::Need(need)) => Err(vec![need]),
    }
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

//! What somebody wants to sign, made into the exact bytes: the dry run of a statement.
//!
//! Data comes with plain values where the catalogue seals; each is replaced by its commitment and returned as an
//! opening. Ids and salts come from outside (the crate knows no randomness), the head and the grant from the
//! ledger. The judge then says what it would say of the signed unit.

use compact_str::CompactString;
use signing::bytes::{Date, Instant, KeyId};
use signing::envelope::{Opening, statement_hash};
use signing::json::{Object, Value, canonical_object};
use signing::seal::{commitment, seal_value};
use signing::statement::{Attachment, Batch, EventRef, Meaning, Read, Reason, RecordRef, Signer, Statement};
use uuid::Uuid;

use crate::admission::{Presented, policy_in_force};
use crate::catalog::{EventType, event_type};
use crate::field::{Field, PARAGRAPH, Shape};
use crate::record::{Facts, Need, Stop};
use crate::records::attachment;
use crate::records::import::FILE_HASH;
use crate::refusal::Code;
use crate::seals::{Openings, REASON_TEXT, subject_of};

/// A wish to sign.
#[derive(Debug, Clone)]
pub struct Request {
    /// Event type.
    pub event_type: CompactString,
    /// Schema; 1 where there is only one.
    pub schema: u16,
    /// The record; a new one when `version` turns out to be 1.
    pub record: RecordRef,
    /// Meaning; the first of the type when absent.
    pub meaning: Option<Meaning>,
    /// Reason: code and plain text.
    pub reason: Option<(CompactString, Option<String>)>,
    /// Business date.
    pub effective_on: Option<Date>,
    /// The event that a correction names.
    pub corrects: Option<EventRef>,
    /// The import of which it is a row.
    pub cause: Option<EventRef>,
    /// Attachments that it rests on, by id.
    pub attachments: Vec<Uuid>,
    /// Records relied on.
    pub reads: Vec<Read>,
    /// Data, plain where sealed.
    pub data: Object,
    /// Membership in a batch.
    pub batch: Option<Batch>,
    /// Account that will sign.
    pub account: Uuid,
    /// Key that will sign.
    pub key: KeyId,
    /// The grant to rely on; chosen when absent.
    pub grant: Option<Uuid>,
}

impl Request {
    /// A plain wish of nobody yet; the kind of the record is the one that the type names.
    #[must_use]
    pub fn new(event_type: &str, record: Uuid, data: Object) -> Self {
        let kind = event_type.split('.').next().unwrap_or(event_type);
        Self {
            event_type: event_type.into(),
            schema: 1,
            record: RecordRef { kind: kind.into(), id: record },
            meaning: None,
            reason: None,
            effective_on: None,
            corrects: None,
            cause: None,
            attachments: Vec::new(),
            reads: Vec::new(),
            data,
            batch: None,
            account: Uuid::nil(),
            key: KeyId([0; 32]),
            grant: None,
        }
    }
}

/// What is to be signed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its members.
    pub statement: Statement,
    /// Exact payload.
    pub payload: Vec<u8>,
    /// Openings of its seals.
    pub openings: Vec<Opening>,
    /// Version and hash of the record's head before it.
    pub head: Option<(u32, signing::bytes::Hash)>,
}

impl Draft {
    /// The draft as the judge takes it.
    #[must_use]
    pub fn presented(&self, object: Object) -> Presented {
        Presented {
            payload: self.payload.clone(),
            hash: statement_hash(&self.payload),
            object,
            key: self.statement.signer.key,
            alg: 1,
            signature: Vec::new(),
            openings: Openings::Given(self.openings.clone()),
        }
    }
}

/// Makes the statement. `salt` yields a fresh salt for each seal.
///
/// # Errors
/// A [`Need`], or `unknown_type` / `bad_value` / `bad_reference` when the wish cannot be made into a statement at all.
pub fn prepare(
    request: &Request,
    id: Uuid,
    signed_at: Instant,
    salt: &mut dyn FnMut() -> [u8; 32],
    facts: &dyn Facts,
) -> Result<(Draft, Object), Stop> {
    let known =
        event_type(&request.event_type, request.schema).ok_or_else(|| Stop::code(Code::UnknownType, "/type"))?;
    let entry = facts.entry(&request.record)?;
    let meaning = request.meaning.unwrap_or(known.meanings[0]);
    let mut statement = Statement {
        ledger: facts.ledger_id(),
        id,
        record: request.record.clone(),
        version: entry.as_ref().map_or(1, |entry| entry.version + 1),
        prev: entry.as_ref().map(|entry| entry.hash),
        event_type: known.name.into(),
        schema: known.schema,
        meaning,
        reason: request.reason.as_ref().map(|(code, _)| Reason { code: code.clone(), text: None }),
        signer: Signer { account: request.account, key: request.key, grant: None },
        signed_at,
        effective_on: request.effective_on,
        corrects: request.corrects,
        cause: request.cause,
        derivation: None,
        reads: request.reads.clone(),
        batch: request.batch,
        attachments: Vec::new(),
    };
    let mut openings = Vec::new();
    let plain = Object::from_pairs(vec![("data".into(), Value::Object(request.data.clone()))]);
    let mut sealer =
        Sealer { statement: &statement, plain: &plain, ledger: facts.ledger_id(), salt, openings: &mut openings };
    let data = sealer.object(known.data, &request.data, "/data");
    let files = request.attachments.iter().enumerate().map(|(index, id)| sealer.attachment(index, *id, facts));
    let files = files.collect::<Result<_, _>>()?;
    if let Some((_, Some(text))) = &request.reason {
        let value = Value::Text(text.as_str().into());
        let sealed = sealer.seal(&PARAGRAPH, &value, REASON_TEXT, statement.record.clone());
        if let Some(reason) = &mut statement.reason {
            reason.text = Some(sealed);
        }
    }
    statement.attachments = files;
    statement.signer.grant = choose_grant(request, known, &statement, &data, facts)?;
    let object = statement.to_object(&data);
    let payload = canonical_object(&object);
    let head = entry.map(|entry| (entry.version, entry.hash));
    Ok((Draft { statement, payload, openings, head }, object))
}

/// The first grant in effect that the policy accepts for this act; the first in effect when none is, so that the
/// judge names the refusal.
fn choose_grant(
    request: &Request,
    known: &'static EventType,
    statement: &Statement,
    data: &Object,
    facts: &dyn Facts,
) -> Result<Option<Uuid>, Stop> {
    if request.grant.is_some() {
        return Ok(request.grant);
    }
    let owner = facts.owner(&request.key)?;
    if !owner.is_some_and(|owner| matches!(owner.class, crate::record::KeyClass::Credential(_))) {
        return Ok(None);
    }
    let day = facts.now().civil_day();
    let authority = facts.authority(request.account)?;
    let policy = policy_in_force(&*facts.in_force()?, day);
    let mut first = None;
    let typed = crate::admission::read_typed(&statement.to_object(data), None).ok();
    let entry = facts.entry(&request.record)?;
    for (id, grant) in authority.grants_in_effect(day) {
        first = first.or(Some(id));
        let (Some(policy), Some(typed)) = (policy, &typed) else { continue };
        let actor = crate::record::Actor {
            grant: id,
            role: grant.role,
            org: grant.given.org,
            area: grant.given.area.clone(),
            holder: None,
            from: grant.given.from,
            until: grant.given.until,
        };
        let marks = entry.as_ref().map_or(&[][..], |entry| &entry.marks[..]);
        let hash = signing::bytes::Hash([0; 32]);
        let about = crate::admission::about(&typed.statement, hash, day, marks, Some(&actor));
        let state = entry.as_ref().map(|entry| &entry.state);
        if state.is_none() && !known.creates {
            continue;
        }
        let facet = need_or_none(typed.event.facet(state, &about, facts))?.flatten();
        let act = facet.map_or_else(|| known.name.to_owned(), |facet| format!("{}/{facet}", known.name));
        let Some(target) = need_or_none(typed.event.target(state, &about, facts))? else { continue };
        if policy.may(&actor, &act, &target, target.account == Some(request.account)) {
            return Ok(Some(id));
        }
    }
    Ok(first)
}

/// A refusal while looking for a grant only means that this grant does not help.
fn need_or_none<T>(result: Result<T, Stop>) -> Result<Option<T>, Need> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Need(need)) => Err(need),
        Err(Stop::Refuse(_)) => Ok(None),
    }
}

struct Sealer<'a> {
    statement: &'a Statement,
    plain: &'a Object,
    ledger: signing::bytes::LedgerId,
    salt: &'a mut dyn FnMut() -> [u8; 32],
    openings: &'a mut Vec<Opening>,
}

impl Sealer<'_> {
    /// An attachment as the record of that id describes it; its digest is sealed anew where it is sealed there.
    fn attachment(&mut self, index: usize, id: Uuid, facts: &dyn Facts) -> Result<Attachment, Stop> {
        let bad = || Stop::code(Code::BadReference, &format!("/attachments/{index}"));
        let entry = facts.entry(&attachment::reference(id))?;
        let file = entry.as_ref().and_then(|entry| entry.state.attachment()).ok_or_else(bad)?;
        let (sha256, sealed) = match (&file.sha256, &file.digest, &file.person) {
            (Some(sha256), ..) => (*sha256, false),
            (None, Some(digest), Some(person)) => {
                let value = facts.opened(digest)?.ok_or_else(bad)?;
                (self.seal(&FILE_HASH, &value, &attachment::pointer(index), person.clone()), true)
            }
            _ => return Err(bad()),
        };
        let (kind, media) = (file.kind.as_str().into(), file.media.mime().into());
        let bytes = u64::try_from(file.bytes).map_err(|_| bad())?;
        Ok(Attachment { id, kind, bytes, media, sha256, sealed })
    }

    fn object(&mut self, fields: &'static [Field], object: &Object, at: &str) -> Object {
        let members = object.iter().map(|(name, value)| {
            let name: &str = name;
            let sealed = match fields.iter().find(|field| field.name == name) {
                Some(field) => self.value(&field.shape, value, &format!("{at}/{name}")),
                None => value.clone(),
            };
            (CompactString::from(name), sealed)
        });
        Object::from_pairs(members.collect())
    }

    fn value(&mut self, shape: &'static Shape, value: &Value, at: &str) -> Value {
        match (shape, value) {
            (Shape::Object(fields) | Shape::Members(fields), Value::Object(inner)) => {
                Value::Object(self.object(fields, inner, at))
            }
            (Shape::List(_, _, item), Value::Array(items)) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, value)| self.value(item, value, &format!("{at}/{index}")))
                    .collect(),
            ),
            (Shape::Sealed(inner, subject), plain) if signing::seal::as_seal(plain).is_none() => {
                match subject_of(*subject, self.statement, self.plain) {
                    Some(subject) => seal_value(self.seal(inner, plain, at, subject)),
                    None => plain.clone(),
                }
            }
            (_, other) => other.clone(),
        }
    }

    fn seal(&mut self, _: &Shape, value: &Value, pointer: &str, subject: RecordRef) -> signing::bytes::Hash {
        let salt = (self.salt)();
        let sealed = commitment(self.ledger, self.statement.id, pointer, &salt, value);
        let subject = signing::envelope::Subject { kind: subject.kind, id: subject.id };
        self.openings.push(Opening { pointer: pointer.into(), subject, salt, value: value.clone() });
        sealed
    }
}

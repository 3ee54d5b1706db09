//! The envelope: exact payload bytes, their type, and one signature (DSSE).
//!
//! The message that is signed is the pre-authentication encoding of type and payload; the payload type separates
//! the four things that a key may sign. Nothing is parsed before its signature was checked, except that the unit
//! and the envelope themselves must be readable.

use compact_str::CompactString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bytes::{Hash, KeyId, b64, b64_decode, b64url, b64url_decode, parse_record_id};
use crate::json::{DEPTH_MAX, JsonFault, LOOSE_DEPTH_MAX, Object, PAYLOAD_MAX, Value, canonical_object, read_loose};
use crate::reader::{Read, Reader, Rules};
use crate::statement::is_kind;

/// Most signed events of a unit.
pub const EVENTS_MAX: usize = 1000;
/// Longest payload of an export, in bytes: the list of some 250,000 files, or 60 million events.
pub const EXPORT_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of payloads and openings of a unit.
pub const UNIT_MAX: usize = 2 * 1024 * 1024;
/// Most bytes of a unit as it travels: base64 takes a third more, and JSON its marks.
pub const UNIT_JSON_MAX: usize = 4 * 1024 * 1024;

/// What a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadType {
    /// A proposed event.
    Event,
    /// The enrolment of a new key, by that key.
    Enrol,
    /// A login.
    Session,
    /// The manifest of an export.
    Export,
}

impl PayloadType {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Event, Self::Enrol, Self::Session, Self::Export];

    /// The media type on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "application/vnd.radledger.event+json",
            Self::Enrol => "application/vnd.radledger.enrol+json",
            Self::Session => "application/vnd.radledger.session+json",
            Self::Export => "application/vnd.radledger.export+json",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

fn pae_head(payload_type: PayloadType, length: usize) -> String {
    let name = payload_type.as_str();
    format!("DSSEv1 {} {name} {length} ", name.len())
}

/// `"DSSEv1" SP len(type) SP type SP len(body) SP body`.
#[must_use]
pub fn pae(payload_type: PayloadType, payload: &[u8]) -> Vec<u8> {
    let head = pae_head(payload_type, payload.len());
    let mut out = Vec::with_capacity(head.len() + payload.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(payload);
    out
}

/// H of a statement: SHA-256 of its pre-authentication encoding.
#[must_use]
pub fn statement_hash(payload: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(pae_head(PayloadType::Event, payload.len()).as_bytes());
    hasher.update(payload);
    Hash(hasher.finalize().into())
}

/// A payload with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: PayloadType,
    /// Exact bytes.
    pub payload: Vec<u8>,
    /// Which key is said to have signed: a hint.
    pub key: KeyId,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Why an envelope could not be read, in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EnvelopeFault {
    /// The payload is longer than 65,536 bytes.
    TooLarge,
    /// Anything else.
    BadEnvelope,
}

impl EnvelopeFault {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::BadEnvelope => "bad_envelope",
        }
    }
}

impl Envelope {
    /// Reads bytes.
    ///
    /// # Errors
    /// The fault.
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, EnvelopeFault> {
        Self::read(&loose(bytes, PAYLOAD_MAX)?)
    }

    /// Reads the envelope of an export, whose list of files grows with the ledger: up to [`EXPORT_MAX`] bytes of it.
    ///
    /// # Errors
    /// The fault.
    pub fn read_export(bytes: &[u8]) -> Result<Self, EnvelopeFault> {
        let envelope = Self::read_up_to(EXPORT_MAX, &loose(bytes, EXPORT_MAX)?)?;
        if envelope.payload_type == PayloadType::Export { Ok(envelope) } else { Err(EnvelopeFault::BadEnvelope) }
    }

    /// Reads an object with exactly the members of an envelope and exactly one signature.
    ///
    /// # Errors
    /// The fault; a payload that is too large comes before everything else that may be wrong.
    pub fn read(object: &Object) -> Result<Self, EnvelopeFault> {
        Self::read_up_to(PAYLOAD_MAX, object)
    }

    fn read_up_to(limit: usize, object: &Object) -> Result<Self, EnvelopeFault> {
        match decoded_payload(object) {
            Some(payload) if payload.len() > limit => Err(EnvelopeFault::TooLarge),
            payload => payload.and_then(|payload| Self::around(payload, object)).ok_or(EnvelopeFault::BadEnvelope),
        }
    }

    fn around(payload: Vec<u8>, object: &Object) -> Option<Self> {
        let signatures = object.get("signatures")?.as_array().filter(|_| object.len() == 3)?;
        let [Value::Object(signature)] = signatures else { return None };
        let payload_type = PayloadType::parse(object.get("payloadType")?.as_text()?)?;
        let key = signature.get("keyid")?.as_text().filter(|_| signature.len() == 2)?.parse().ok()?;
        // How long a signature must be is the algorithm's business; the leaf has 16 bits for its length.
        let signature =
            b64_decode(signature.get("sig")?.as_text()?).filter(|bytes| bytes.len() <= usize::from(u16::MAX))?;
        Some(Self { payload_type, payload, key, signature })
    }

    /// The envelope as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let text = |text: String| Value::Text(text.into());
        let signature = Object::from_pairs(vec![
            ("keyid".into(), text(self.key.to_string())),
            ("sig".into(), text(b64(&self.signature))),
        ]);
        Value::Object(Object::from_pairs(vec![
            ("payload".into(), text(b64(&self.payload))),
            ("payloadType".into(), text(self.payload_type.as_str().into())),
            ("signatures".into(), Value::Array(vec![Value::Object(signature)])),
        ]))
    }

    /// The envelope as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        crate::json::canonical(&self.to_value())
    }
}

/// The object around a payload of at most `limit` bytes, which is half as long again in base64.
fn loose(bytes: &[u8], limit: usize) -> Result<Object, EnvelopeFault> {
    read_loose(bytes, 2 * limit).map_err(|fault| match fault {
        JsonFault::TooLarge => EnvelopeFault::TooLarge,
        _ => EnvelopeFault::BadEnvelope,
    })
}

fn decoded_payload(object: &Object) -> Option<Vec<u8>> {
    b64_decode(object.get("payload")?.as_text()?)
}

/// Whose data key protects a sealed value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// Kind.
    pub kind: CompactString,
    /// Id.
    pub id: Uuid,
}

/// What stands behind a seal.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// RFC 6901 pointer from the root of the statement to the object that holds `$sealed`.
    pub pointer: String,
    /// Whose key protects it.
    pub subject: Subject,
    /// One salt per field.
    pub salt: [u8; 32],
    /// The value.
    pub value: Value,
}

/// Shows the place, never the value or its salt: openings hold personal data, and what is shown ends in a log.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening")
            .field("pointer", &self.pointer)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl Opening {
    /// Reads an object with exactly the members of an opening.
    #[must_use]
    pub fn read(object: &Object) -> Option<Self> {
        let subject = object.get("subject")?.as_object().filter(|subject| subject.len() == 2 && object.len() == 4)?;
        let kind = subject.get("kind")?.as_text().filter(|kind| is_kind(kind))?;
        let id = subject.get("id")?.as_text()?;
        let id = parse_record_id(kind, id)?;
        let salt = b64url_decode(object.get("salt")?.as_text()?)?.try_into().ok()?;
        let pointer = object.get("pointer")?.as_text()?.to_owned();
        Some(Self { pointer, subject: Subject { kind: kind.into(), id }, salt, value: object.get("value")?.clone() })
    }

    /// The opening as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let text = |text: String| Value::Text(text.into());
        let subject = Object::from_pairs(vec![
            ("kind".into(), Value::Text(self.subject.kind.clone())),
            ("id".into(), text(self.subject.id.to_string())),
        ]);
        Value::Object(Object::from_pairs(vec![
            ("pointer".into(), text(self.pointer.clone())),
            ("subject".into(), Value::Object(subject)),
            ("salt".into(), text(b64url(&self.salt))),
            ("value".into(), self.value.clone()),
        ]))
    }
}

/// A list of openings; nothing when one of them is ill-formed.
#[must_use]
pub fn openings_of(items: &[Value]) -> Option<Vec<Opening>> {
    items.iter().map(|item| Opening::read(item.as_object()?)).collect()
}

/// What enters the log together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// One event, or one whole batch.
    pub envelopes: Vec<Envelope>,
    /// One list of openings for each envelope; none where the list was ill-formed.
    pub openings: Vec<Option<Vec<Opening>>>,
}

/// Why a unit could not be read: `too_large` or `bad_envelope`, and the event that it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitFault {
    /// Which of the two.
    pub fault: EnvelopeFault,
    /// Index of the event.
    pub index: usize,
}

impl Unit {
    /// Reads the JSON of a unit.
    ///
    /// # Errors
    /// The fault that takes precedence: `too_large`, then `bad_envelope`, each at its lowest index; 0 for what is
    /// wrong with the unit as a whole.
    pub fn read(bytes: &[u8]) -> Result<Self, UnitFault> {
        let fault = |fault, index| UnitFault { fault, index };
        if bytes.len() > UNIT_JSON_MAX {
            return Err(fault(EnvelopeFault::TooLarge, 0));
        }
        let parts = Parts::read(bytes).map_err(|_| fault(EnvelopeFault::BadEnvelope, 0))?;
        if parts.envelopes.len() > EVENTS_MAX {
            return Err(fault(EnvelopeFault::TooLarge, 0));
        }
        let whole = !parts.envelopes.is_empty() && parts.envelopes.len() == parts.openings.len();
        let mut first_bad = if whole { None } else { Some(0) };
        let mut size = 0;
        let mut envelopes = Vec::with_capacity(parts.envelopes.len());
        for (index, value) in parts.envelopes.iter().enumerate() {
            let object = value.as_object();
            let payload = object.and_then(decoded_payload);
            let length = payload.as_ref().map_or(0, Vec::len);
            size += length + parts.openings.get(index).map_or(0, |openings| openings.length);
            if length > PAYLOAD_MAX || size > UNIT_MAX {
                return Err(fault(EnvelopeFault::TooLarge, index));
            }
            let envelope = object.zip(payload).and_then(|(object, payload)| Envelope::around(payload, object));
            match envelope.filter(|envelope| envelope.payload_type == PayloadType::Event) {
                Some(envelope) => envelopes.push(envelope),
                None => first_bad = first_bad.or(Some(index)),
            }
        }
        match first_bad {
            Some(index) => Err(fault(EnvelopeFault::BadEnvelope, index)),
            None => {
                Ok(Self { envelopes, openings: parts.openings.into_iter().map(|openings| openings.list).collect() })
            }
        }
    }

    /// The unit as JSON. An ill-formed list is written as one that stays ill-formed.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let openings = self.openings.iter().map(|list| match list {
            Some(list) => Value::Array(list.iter().map(Opening::to_value).collect()),
            None => Value::Array(vec![Value::Integer(0)]),
        });
        canonical_object(&Object::from_pairs(vec![
            ("envelopes".into(), Value::Array(self.envelopes.iter().map(Envelope::to_value).collect())),
            ("openings".into(), Value::Array(openings.collect())),
        ]))
    }
}

/// A unit taken apart, before its envelopes are judged.
#[derive(Default)]
struct Parts {
    envelopes: Vec<Value>,
    openings: Vec<Openings>,
}

/// The openings of one event: nothing where they are ill-formed; and their length as sent.
struct Openings {
    list: Option<Vec<Opening>>,
    length: usize,
}

impl Parts {
    fn read(bytes: &[u8]) -> Read<Self> {
        let mut reader = Reader::new(bytes, Rules::Loose)?;
        let (mut envelopes, mut openings) = (None, None);
        reader.space();
        reader.expect(b'{')?;
        reader.space();
        loop {
            match &*reader.name()? {
                "envelopes" if envelopes.is_none() => envelopes = Some(reader.array(2)?),
                "openings" if openings.is_none() => openings = Some(Self::read_openings(&mut reader)?),
                _ => return Err(JsonFault::BadJson),
            }
            if !reader.another(b'}')? {
                break;
            }
        }
        reader.end()?;
        envelopes.zip(openings).map(|(envelopes, openings)| Self { envelopes, openings }).ok_or(JsonFault::BadJson)
    }

    /// A fault within one event's list is that event's `seal_mismatch` and ranks behind other faults: such a list is
    /// passed over to the bracket that closes it, and reading goes on.
    fn read_openings(reader: &mut Reader<'_>) -> Read<Vec<Openings>> {
        let mut all = Vec::new();
        reader.expect(b'[')?;
        reader.space();
        if reader.peek() == Some(b']') {
            reader.expect(b']')?;
            return Ok(all);
        }
        loop {
            let from = reader.at();
            if reader.peek() != Some(b'[') {
                return Err(JsonFault::BadJson);
            }
            // An opening is the outermost object of its own.
            let list = match reader.array(LOOSE_DEPTH_MAX - DEPTH_MAX) {
                Ok(items) => openings_of(&items),
                Err(_) => {
                    reader.skip_bracketed(from)?;
                    None
                }
            };
            all.push(Openings { list, length: reader.at() - from });
            if !reader.another(b']')? {
                return Ok(all);
            }
        }
    }
}

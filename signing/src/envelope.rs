//! The envelope: exact payload bytes, their type, and one signature (DSSE).
//!
//! The message that is signed is the pre-authentication encoding of type and payload; the payload type separates
//! the four things that a key may sign. Nothing is parsed before its signature was checked, except that the unit
//! and the envelope themselves must be readable.

use compact_str::CompactString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bytes::{Hash, KeyId, b64, b64_decode, b64url, b64url_decode, parse_uuid_v4, parse_uuid_v8};
use crate::json::{JsonFault, Object, PAYLOAD_MAX, Value, canonical_object, read_loose};
use crate::statement::is_kind;

/// Most signed events of a unit.
pub const EVENTS_MAX: usize = 1000;
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

/// Why an envelope could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeFault {
    /// The payload is longer than 65,536 bytes.
    TooLarge,
    /// Anything else.
    BadEnvelope,
}

impl Envelope {
    /// Reads bytes.
    ///
    /// # Errors
    /// The fault.
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, EnvelopeFault> {
        let object = read_loose(bytes, 2 * PAYLOAD_MAX).map_err(|fault| match fault {
            JsonFault::TooLarge => EnvelopeFault::TooLarge,
            _ => EnvelopeFault::BadEnvelope,
        })?;
        Self::read(&object)
    }

    /// Reads an object with exactly the members of an envelope and exactly one signature.
    ///
    /// # Errors
    /// The fault.
    pub fn read(object: &Object) -> Result<Self, EnvelopeFault> {
        let text = |object: &Object, name: &str| object.get(name).and_then(Value::as_text).map(CompactString::from);
        let read = || {
            let signatures = object.get("signatures")?.as_array().filter(|_| object.len() == 3)?;
            let [Value::Object(signature)] = signatures else { return None };
            let payload = b64_decode(&text(object, "payload")?)?;
            let payload_type = PayloadType::parse(&text(object, "payloadType")?)?;
            let key = text(signature, "keyid").filter(|_| signature.len() == 2)?.parse().ok()?;
            let signature = b64_decode(&text(signature, "sig")?)?;
            Some(Self { payload_type, payload, key, signature })
        };
        let envelope = read().ok_or(EnvelopeFault::BadEnvelope)?;
        if envelope.payload.len() > PAYLOAD_MAX { Err(EnvelopeFault::TooLarge) } else { Ok(envelope) }
    }

    /// The envelope as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let text = |text: String| Value::Text(text.into());
        let signature =
            Object::from_pairs(vec![("keyid".into(), text(self.key.to_string())), ("sig".into(), text(b64(&self.signature)))]);
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

/// Whose data key protects a sealed value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// Kind.
    pub kind: CompactString,
    /// Id.
    pub id: Uuid,
}

/// What stands behind a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Opening {
    /// Reads an object with exactly the members of an opening.
    #[must_use]
    pub fn read(object: &Object) -> Option<Self> {
        let subject = object.get("subject")?.as_object().filter(|subject| subject.len() == 2 && object.len() == 4)?;
        let kind = subject.get("kind")?.as_text().filter(|kind| is_kind(kind))?;
        let id = subject.get("id")?.as_text()?;
        let id = parse_uuid_v4(id).or_else(|| parse_uuid_v8(id))?;
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
    /// The fault that takes precedence.
    pub fn read(bytes: &[u8]) -> Result<Self, UnitFault> {
        let object = read_loose(bytes, UNIT_JSON_MAX).map_err(|fault| match fault {
            JsonFault::TooLarge => UnitFault { fault: EnvelopeFault::TooLarge, index: 0 },
            _ => UnitFault { fault: EnvelopeFault::BadEnvelope, index: 0 },
        })?;
        Self::read_object(&object)
    }

    /// Reads the object of a unit.
    ///
    /// # Errors
    /// The fault that takes precedence.
    pub fn read_object(object: &Object) -> Result<Self, UnitFault> {
        let bad = |index| UnitFault { fault: EnvelopeFault::BadEnvelope, index };
        let large = |index| UnitFault { fault: EnvelopeFault::TooLarge, index };
        let envelopes = object.get("envelopes").and_then(Value::as_array).filter(|_| object.len() == 2).ok_or(bad(0))?;
        let openings = object.get("openings").and_then(Value::as_array).ok_or(bad(0))?;
        if envelopes.len() > EVENTS_MAX {
            return Err(large(EVENTS_MAX));
        }
        let mut unit = Self { envelopes: Vec::with_capacity(envelopes.len()), openings: Vec::with_capacity(openings.len()) };
        let mut size = 0;
        let mut first_bad = None;
        for (index, envelope) in envelopes.iter().enumerate() {
            match envelope.as_object().ok_or(EnvelopeFault::BadEnvelope).and_then(Envelope::read) {
                Ok(envelope) => {
                    size += envelope.payload.len();
                    unit.envelopes.push(envelope);
                }
                Err(EnvelopeFault::TooLarge) => return Err(large(index)),
                Err(EnvelopeFault::BadEnvelope) => first_bad = first_bad.or(Some(index)),
            }
            // Openings are one list for each envelope; their size counts with the payload's.
            size += openings.get(index).map_or(0, |list| crate::json::canonical(list).len());
            if size > UNIT_MAX {
                return Err(large(index));
            }
        }
        if let Some(index) = first_bad {
            return Err(bad(index));
        }
        if envelopes.is_empty() || openings.len() != envelopes.len() {
            return Err(bad(0));
        }
        for (index, list) in openings.iter().enumerate() {
            let list = list.as_array().ok_or(bad(index))?;
            unit.openings.push(list.iter().map(|opening| opening.as_object().and_then(Opening::read)).collect());
        }
        match unit.envelopes.iter().position(|envelope| envelope.payload_type != PayloadType::Event) {
            Some(index) => Err(bad(index)),
            None => Ok(unit),
        }
    }

    /// The unit as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let openings = self.openings.iter().map(|list| Value::Array(list.iter().flatten().map(Opening::to_value).collect()));
        canonical_object(&Object::from_pairs(vec![
            ("envelopes".into(), Value::Array(self.envelopes.iter().map(Envelope::to_value).collect())),
            ("openings".into(), Value::Array(openings.collect())),
        ]))
    }
}

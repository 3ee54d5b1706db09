//! Seals: a statement commits to a personal value without holding it.
//!
//! The commitment binds ledger, event, place and value under a salt of its own; the opening travels beside the
//! event. Destroying the opening leaves every signature, leaf and proof as it was.

use crate::bytes::{Hash, LedgerId, lp};
use crate::json::{Object, Value, canonical};
use uuid::Uuid;

/// The commitment to a value at a pointer of an event.
#[must_use]
pub fn commitment(ledger: LedgerId, event: Uuid, pointer: &str, salt: &[u8; 32], value: &Value) -> Hash {
    let mut bytes = b"radledger-seal-v1\0".to_vec();
    lp(&mut bytes, &ledger.0);
    lp(&mut bytes, event.as_bytes());
    lp(&mut bytes, pointer.as_bytes());
    bytes.extend_from_slice(salt);
    lp(&mut bytes, &canonical(value));
    Hash::of(&bytes)
}

/// `{"$sealed": commitment}`.
#[must_use]
pub fn seal_value(commitment: Hash) -> Value {
    Value::Object(Object::from_pairs(vec![("$sealed".into(), Value::Text(commitment.to_string().into()))]))
}

/// The commitment of a value that is a seal.
#[must_use]
pub fn as_seal(value: &Value) -> Option<Hash> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("$sealed")?.as_text()?.parse().ok()
}

/// Every seal of a statement, with its RFC 6901 pointer, in document order.
#[must_use]
pub fn find_seals(root: &Object) -> Vec<(String, Hash)> {
    let mut found = Vec::new();
    let mut at = String::new();
    walk_object(root, &mut at, &mut found);
    found
}

fn walk(value: &Value, at: &mut String, found: &mut Vec<(String, Hash)>) {
    match value {
        Value::Object(object) => match as_seal(value) {
            Some(commitment) => found.push((at.clone(), commitment)),
            None => walk_object(object, at, found),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(&index.to_string(), item, at, found);
            }
        }
        Value::Bool(_) | Value::Integer(_) | Value::Text(_) => {}
    }
}

fn walk_object(object: &Object, at: &mut String, found: &mut Vec<(String, Hash)>) {
    for (name, value) in object {
        if matches!(value, Value::Object(_) | Value::Array(_)) {
            descend(name, value, at, found);
        }
    }
}

fn descend(segment: &str, value: &Value, at: &mut String, found: &mut Vec<(String, Hash)>) {
    let length = at.len();
    at.push('/');
    at.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    walk(value, at, found);
    at.truncate(length);
}

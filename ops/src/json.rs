//! JSON that a program made, in the form in which the wire has it: nulls are members that are absent.

use compact_str::CompactString;
use serde_json::Value as Json;
use signing::json::{Object, Value, canonical};

/// The value; none for null.
///
/// # Panics
/// When a number is no integer: nothing here makes one.
#[must_use]
pub fn value(json: Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => Value::Integer(number.as_i64().expect("the wire knows integers only")),
        Json::String(text) => Value::Text(text.into()),
        Json::Array(items) => Value::Array(items.into_iter().filter_map(value).collect()),
        Json::Object(members) => {
            let members =
                members.into_iter().filter_map(|(name, member)| Some((CompactString::from(name), value(member)?)));
            Value::Object(Object::from_pairs(members.collect()))
        }
    })
}

/// Its RFC 8785 form; empty for null.
#[must_use]
pub fn bytes(json: Json) -> Vec<u8> {
    value(json).map(|value| canonical(&value)).unwrap_or_default()
}

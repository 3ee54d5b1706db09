//! The strict reader: one pass from bytes to a value, refusing everything that could be read in two ways.
//!
//! A payload must equal its own RFC 8785 form. The reader checks that while it reads: names strictly ascending,
//! no white space, the one escape for each character that needs one. Numbers are integers within ±(2^53 − 1), so
//! no implementation rounds them. What may only be judged at admission (characters that hide or reorder text,
//! NFC) is kept apart, because Unicode grows and an audit must not change its verdict with it.

use compact_str::CompactString;
use serde::ser::{Serialize, SerializeMap, Serializer};
use unicode_normalization::is_nfc;

use crate::reader::{Rules, Seen, read_with};

/// Longest payload, in bytes.
pub const PAYLOAD_MAX: usize = 65_536;
/// Deepest nesting; the payload itself is 1, scalars add none.
pub const DEPTH_MAX: usize = 8;
/// Deepest nesting of what [`read_loose`] reads: a payload's, and what wraps it.
pub const LOOSE_DEPTH_MAX: usize = 12;
/// Greatest integer, 2^53 − 1.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
/// Longest sealed value, in bytes of its RFC 8785 form.
pub const SEALED_MAX: usize = 8192;

/// A value of the wire. There is no null and there are no fractions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// Integer within ±(2^53 − 1).
    Integer(i64),
    /// Text.
    Text(CompactString),
    /// Array.
    Array(Vec<Value>),
    /// Object.
    Object(Object),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(integer) = self { Some(*integer) } else { None }
    }

    /// The flag, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The items, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

/// Members up to which they are looked through one after the other.
const FEW: usize = 24;

/// Members, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object(Vec<(CompactString, Value)>);

impl Object {
    /// Pairs that are known to be in order of their names, each name once.
    pub(crate) fn from_sorted(pairs: Vec<(CompactString, Value)>) -> Self {
        debug_assert!(pairs.windows(2).all(|pair| pair[0].0 < pair[1].0));
        Self(pairs)
    }

    /// Sorts pairs into an object; of two with one name the later stays.
    #[must_use]
    pub fn from_pairs(mut pairs: Vec<(CompactString, Value)>) -> Self {
        pairs.reverse();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|a, b| a.0 == b.0);
        Self(pairs)
    }

    /// The member of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        if self.0.len() > FEW {
            return self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok().map(|at| &self.0[at].1);
        }
        // Looking at all of a few lengths is faster than comparing some names: most differ in length.
        self.0
            .iter()
            .find(|(known, _)| known.len() == name.len() && known.as_bytes() == name.as_bytes())
            .map(|(_, value)| value)
    }

    /// Members in order of their names.
    pub fn iter(&self) -> std::slice::Iter<'_, (CompactString, Value)> {
        self.0.iter()
    }

    /// Number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a member.
    pub fn insert(&mut self, name: impl Into<CompactString>, value: Value) {
        let name = name.into();
        match self.0.binary_search_by(|(known, _)| known.cmp(&name)) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }
}

/// What is wrong with a payload as JSON, in order of precedence but for the size, which comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFault {
    /// More than 65,536 bytes.
    TooLarge,
    /// Not one strict object.
    BadJson,
    /// Not its own RFC 8785 form.
    NotCanonical,
    /// Characters that are not allowed, or not NFC.
    BadText,
}

impl JsonFault {
    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::BadJson => "bad_json",
            Self::NotCanonical => "not_canonical",
            Self::BadText => "bad_text",
        }
    }
}

/// Reads a payload with every check of admission.
///
/// # Errors
/// The fault that takes precedence.
pub fn read(bytes: &[u8]) -> Result<Object, JsonFault> {
    read_up_to(PAYLOAD_MAX, bytes)
}

/// The same for what may be longer than a statement.
pub(crate) fn read_up_to(limit: usize, bytes: &[u8]) -> Result<Object, JsonFault> {
    let (object, seen) = read_payload(bytes, limit, Rules::Payload)?;
    if seen.bad_text { Err(JsonFault::BadText) } else { Ok(object) }
}

/// Reads a stored payload: everything but the checks of text.
///
/// # Errors
/// The fault that takes precedence.
pub fn read_stored(bytes: &[u8]) -> Result<Object, JsonFault> {
    read_payload(bytes, PAYLOAD_MAX, Rules::Stored).map(|(object, _)| object)
}

fn read_payload(bytes: &[u8], limit: usize, rules: Rules) -> Result<(Object, Seen), JsonFault> {
    if bytes.len() > limit {
        return Err(JsonFault::TooLarge);
    }
    let (object, seen) = read_with(bytes, rules)?;
    if seen.not_canonical { Err(JsonFault::NotCanonical) } else { Ok((object, seen)) }
}

/// Reads what is not signed as it stands (an envelope, a proof): the same reader, but any member names, any
/// spelling of them, no check of text, and [`LOOSE_DEPTH_MAX`] levels.
///
/// # Errors
/// [`JsonFault::BadJson`], or [`JsonFault::TooLarge`] above `limit` bytes.
pub fn read_loose(bytes: &[u8], limit: usize) -> Result<Object, JsonFault> {
    if bytes.len() > limit {
        return Err(JsonFault::TooLarge);
    }
    read_with(bytes, Rules::Loose).map(|(object, _)| object)
}

/// `[a-z$][a-z0-9_]*`, with `$` in `$sealed` alone.
pub(crate) fn is_member_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    match bytes.first() {
        Some(b'$') => name == "$sealed",
        Some(b'a'..=b'z') => bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_'),
        _ => false,
    }
}

/// True for text without hidden, reordering or unassignable characters, in NFC.
#[must_use]
pub fn text_ok(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().all(|b| (0x20..0x7F).contains(&b));
    }
    let mut surely_nfc = true;
    for c in text.chars() {
        if !char_ok(c) {
            return false;
        }
        // Latin, Han, full-width forms and the common punctuation never combine with what follows: for Chinese text
        // the long way of the tables is not needed. (302A..302F and 3099, 309A do combine; they are left out.)
        surely_nfc &= matches!(c as u32, 0x20..=0x2FF | 0x2010..=0x2027 | 0x3001..=0x3029 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xFF01..=0xFF5E);
    }
    surely_nfc || is_nfc(text)
}

fn char_ok(c: char) -> bool {
    let code = c as u32;
    let forbidden = matches!(
        code,
        0x00..=0x1F | 0x7F..=0x9F | 0xAD | 0x061C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB
            | 0xFDD0..=0xFDEF | 0xE0000..=0xE007F
    );
    !forbidden && code & 0xFFFE != 0xFFFE
}

/// Whether a value may stand behind a seal: text (line feeds allowed, need not be NFC), an integer, or an object of
/// depth ≤ 3; at most 8,192 bytes.
#[must_use]
pub fn check_sealed_value(value: &Value) -> bool {
    let shape = match value {
        Value::Text(_) | Value::Integer(_) | Value::Object(_) => sealed_part_ok(value, 0),
        Value::Bool(_) | Value::Array(_) => false,
    };
    shape && canonical(value).len() <= SEALED_MAX
}

fn sealed_part_ok(value: &Value, depth: usize) -> bool {
    match value {
        Value::Bool(_) => true,
        Value::Integer(integer) => integer.abs() <= INTEGER_MAX,
        Value::Text(text) => text.chars().all(|c| c == '\n' || char_ok(c)),
        Value::Array(items) => depth < 3 && items.iter().all(|item| sealed_part_ok(item, depth + 1)),
        Value::Object(object) => {
            depth < 3 && object.iter().all(|(name, value)| is_member_name(name) && sealed_part_ok(value, depth + 1))
        }
    }
}

/// The RFC 8785 form of a value. Names are those of the wire: ASCII, so the order of bytes is that of UTF-16 code units.
#[must_use]
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

/// The RFC 8785 form of an object.
#[must_use]
pub fn canonical_object(object: &Object) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    write_object(object, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Integer(integer) => write_integer(*integer, out),
        Value::Text(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(object) => write_object(object, out),
    }
}

fn write_integer(integer: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = integer.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if integer < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_object(object: &Object, out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, (name, value)) in object.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(name, out);
        out.push(b':');
        write(value, out);
    }
    out.push(b'}');
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0x00..=0x1F) {
            continue;
        }
        out.extend_from_slice(&bytes[done..at]);
        done = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0D => out.extend_from_slice(b"\\r"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[done..]);
    out.push(b'"');
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (CompactString, Value);
    type IntoIter = std::slice::Iter<'a, (CompactString, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self {
            map.serialize_entry(name.as_str(), value)?;
        }
        map.end()
    }
}

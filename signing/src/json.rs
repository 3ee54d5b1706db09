//! The strict reader: one pass from bytes to a value, refusing everything that could be read in two ways.
//!
//! A payload must equal its own RFC 8785 form. The reader checks that while it reads: names strictly ascending,
//! no white space, the one escape for each character that needs one. Numbers are integers within ±(2^53 − 1), so
//! no implementation rounds them. What may only be judged at admission (characters that hide or reorder text,
//! NFC) is kept apart, because Unicode grows and an audit must not change its verdict with it.

use compact_str::CompactString;
use unicode_normalization::is_nfc;

/// Longest payload, in bytes.
pub const PAYLOAD_MAX: usize = 65_536;
/// Deepest nesting; the payload itself is 1, scalars add none.
pub const DEPTH_MAX: usize = 8;
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

/// Members, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object(Vec<(CompactString, Value)>);

impl Object {
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
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok().map(|at| &self.0[at].1)
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
    let reader = read_payload(bytes)?;
    if reader.1.bad_text { Err(JsonFault::BadText) } else { Ok(reader.0) }
}

/// Reads a stored payload: everything but the checks of text.
///
/// # Errors
/// The fault that takes precedence.
pub fn read_stored(bytes: &[u8]) -> Result<Object, JsonFault> {
    read_payload(bytes).map(|(object, _)| object)
}

fn read_payload(bytes: &[u8]) -> Result<(Object, Seen), JsonFault> {
    if bytes.len() > PAYLOAD_MAX {
        return Err(JsonFault::TooLarge);
    }
    let (object, seen) = read_with(bytes, true)?;
    if seen.not_canonical { Err(JsonFault::NotCanonical) } else { Ok((object, seen)) }
}

/// Reads an envelope, a unit or openings: the same reader, but any member names and any spelling of them.
///
/// # Errors
/// [`JsonFault::BadJson`], or [`JsonFault::TooLarge`] above `limit` bytes.
pub fn read_loose(bytes: &[u8], limit: usize) -> Result<Object, JsonFault> {
    if bytes.len() > limit {
        return Err(JsonFault::TooLarge);
    }
    read_with(bytes, false).map(|(object, _)| object)
}

fn read_with(bytes: &[u8], wire_names: bool) -> Result<(Object, Seen), JsonFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::BadJson)?;
    let mut reader = Reader { text, bytes, at: 0, wire_names, seen: Seen::default() };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    match value {
        Value::Object(object) if reader.at == bytes.len() => Ok((object, reader.seen)),
        _ => Err(JsonFault::BadJson),
    }
}

/// Faults that do not stop the reader, since a worse one may follow.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    not_canonical: bool,
    bad_text: bool,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    wire_names: bool,
    seen: Seen,
}

type Read<T> = Result<T, JsonFault>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(JsonFault::BadJson)
        }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.seen.not_canonical = true;
        }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1).map(Value::Object),
            Some(b'[') => self.array(depth + 1).map(Value::Array),
            Some(b'"') => {
                let text = self.string()?;
                self.seen.bad_text |= !text_ok(&text);
                Ok(Value::Text(text))
            }
            Some(b'-' | b'0'..=b'9') => self.integer().map(Value::Integer),
            Some(b't') => self.word("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Value::Bool(false)),
            _ => Err(JsonFault::BadJson),
        }
    }

    fn word(&mut self, word: &str) -> Read<()> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(JsonFault::BadJson)
        }
    }

    fn object(&mut self, depth: usize) -> Read<Object> {
        if depth > DEPTH_MAX {
            return Err(JsonFault::BadJson);
        }
        self.expect(b'{')?;
        self.space();
        let mut pairs: Vec<(CompactString, Value)> = Vec::new();
        let mut ordered = true;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Object(pairs));
        }
        pairs.reserve(8);
        loop {
            if self.peek() != Some(b'"') {
                return Err(JsonFault::BadJson);
            }
            let name = self.string()?;
            if self.wire_names && !is_member_name(&name) {
                return Err(JsonFault::BadJson);
            }
            ordered &= pairs.last().is_none_or(|(last, _)| *last < name);
            self.space();
            self.expect(b':')?;
            self.space();
            let value = self.value(depth)?;
            pairs.push((name, value));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(JsonFault::BadJson),
            }
            self.space();
        }
        self.at += 1;
        if !ordered {
            self.seen.not_canonical = true;
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(JsonFault::BadJson);
            }
        }
        Ok(Object(pairs))
    }

    fn array(&mut self, depth: usize) -> Read<Vec<Value>> {
        if depth > DEPTH_MAX {
            return Err(JsonFault::BadJson);
        }
        self.expect(b'[')?;
        self.space();
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(JsonFault::BadJson),
            }
            self.space();
        }
        self.at += 1;
        Ok(items)
    }

    /// `0|-?[1-9][0-9]*` within ±(2^53 − 1).
    fn integer(&mut self) -> Read<i64> {
        let negative = self.peek() == Some(b'-');
        let start = self.at + usize::from(negative);
        let digits = self.bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.at = start + digits;
        let leading_zero = self.bytes.get(start) == Some(&b'0') && (digits > 1 || negative);
        let fraction = matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        if digits == 0 || digits > 16 || leading_zero || fraction {
            return Err(JsonFault::BadJson);
        }
        let magnitude = self.bytes[start..self.at].iter().fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
        if magnitude > INTEGER_MAX {
            return Err(JsonFault::BadJson);
        }
        Ok(if negative { -magnitude } else { magnitude })
    }

    fn string(&mut self) -> Read<CompactString> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(CompactString::from(text));
                }
                Some(b'\\') => return self.escaped(start),
                Some(0..=0x1F) | None => return Err(JsonFault::BadJson),
                Some(_) => self.at += 1,
            }
        }
    }

    /// A string from its first escape on.
    fn escaped(&mut self, start: usize) -> Read<CompactString> {
        let mut out = CompactString::from(&self.text[start..self.at]);
        loop {
            let run = self.at;
            while !matches!(self.peek(), Some(b'"' | b'\\' | 0..=0x1F) | None) {
                self.at += 1;
            }
            out.push_str(&self.text[run..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(JsonFault::BadJson),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let letter = *self.bytes.get(self.at + 1).ok_or(JsonFault::BadJson)?;
        self.at += 2;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{C}',
            b'r' => '\r',
            b'/' => {
                self.seen.not_canonical = true;
                '/'
            }
            b'u' => return self.unicode(),
            _ => return Err(JsonFault::BadJson),
        })
    }

    fn unicode(&mut self) -> Read<char> {
        let at = self.at;
        let first = self.hex4()?;
        let code = match first {
            0xD800..=0xDBFF => {
                if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                    return Err(JsonFault::BadJson);
                }
                self.at += 2;
                let second = self.hex4()?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(JsonFault::BadJson);
                }
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            other => other,
        };
        // The only canonical \u is that of a control character without a short form, in lower case.
        let short = matches!(code, 0x08 | 0x09 | 0x0A | 0x0C | 0x0D);
        let lower = !self.bytes[at..self.at].iter().any(u8::is_ascii_uppercase);
        self.seen.not_canonical |= code > 0x1F || short || !lower;
        char::from_u32(code).ok_or(JsonFault::BadJson)
    }

    fn hex4(&mut self) -> Read<u32> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or(JsonFault::BadJson)?;
        self.at += 4;
        digits.iter().try_fold(0, |sum, b| char::from(*b).to_digit(16).map(|d| sum * 16 + d)).ok_or(JsonFault::BadJson)
    }
}

/// `[a-z$][a-z0-9_]*`, with `$` in `$sealed` alone.
fn is_member_name(name: &str) -> bool {
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
    text.chars().all(char_ok) && is_nfc(text)
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
        Value::Object(object) => depth < 3 && object.iter().all(|(name, value)| is_member_name(name) && sealed_part_ok(value, depth + 1)),
    }
}

/// The RFC 8785 form of a value.
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
        Value::Integer(integer) => out.extend_from_slice(integer.to_string().as_bytes()),
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
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x00..=0x1F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            other => out.push(other),
        }
    }
    out.push(b'"');
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (CompactString, Value);
    type IntoIter = std::slice::Iter<'a, (CompactString, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

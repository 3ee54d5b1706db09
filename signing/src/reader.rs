//! The parser under [`crate::json`]: one pass over the bytes, no tokens, no intermediate tree.
//!
//! A fault that makes the input unreadable stops it. What is merely not canonical or not allowed as text is noted and
//! reading goes on, because a worse fault further on takes precedence.

use std::borrow::Cow;

use compact_str::CompactString;

use crate::json::{DEPTH_MAX, INTEGER_MAX, JsonFault, LOOSE_DEPTH_MAX, Object, Value, is_member_name, text_ok};

/// What is demanded of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// A payload at admission: wire names, text checked.
    Payload,
    /// A payload that was admitted before: wire names.
    Stored,
    /// What wraps payloads: any names.
    Loose,
}

/// Faults that do not stop the reader.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// White space, an escape that need not be, names out of order.
    pub not_canonical: bool,
    /// A character that is not allowed, or text that is not NFC.
    pub bad_text: bool,
}

pub(crate) type Read<T> = Result<T, JsonFault>;

/// Reads bytes that are one object and nothing else.
pub(crate) fn read_with(bytes: &[u8], rules: Rules) -> Read<(Object, Seen)> {
    let mut reader = Reader::new(bytes, rules)?;
    reader.space();
    let object = reader.object(1)?;
    reader.end()?;
    Ok((object, reader.seen))
}

pub(crate) struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    rules: Rules,
    depth_max: usize,
    seen: Seen,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], rules: Rules) -> Read<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::BadJson)?;
        let depth_max = if rules == Rules::Loose { LOOSE_DEPTH_MAX } else { DEPTH_MAX };
        Ok(Self { text, bytes, at: 0, rules, depth_max, seen: Seen::default() })
    }

    /// Where the reader stands, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(JsonFault::BadJson)
        }
    }

    #[inline]
    pub fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.seen.not_canonical = true;
        }
    }

    /// Only white space up to the end.
    pub fn end(&mut self) -> Read<()> {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(JsonFault::BadJson) }
    }

    /// After a member or an item: true when another follows, false when `close` ended the list.
    #[inline]
    pub fn another(&mut self, close: u8) -> Read<bool> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(JsonFault::BadJson),
        }
    }

    /// A member's name and the colon after it.
    #[inline]
    pub fn name(&mut self) -> Read<Cow<'a, str>> {
        let name = match self.wire_name() {
            Some(name) => Cow::Borrowed(name),
            None => {
                let (name, _) = self.string()?;
                if self.rules != Rules::Loose && !is_member_name(&name) {
                    return Err(JsonFault::BadJson);
                }
                name
            }
        };
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(name)
    }

    /// A name of the wire written without escapes, by the short way; otherwise nothing, and the reader stays.
    #[inline]
    fn wire_name(&mut self) -> Option<&'a str> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b"\"")?;
        let length = rest.iter().position(|byte| !IN_NAME[usize::from(*byte)])?;
        if rest[length] != b'"' || !rest[0].is_ascii_lowercase() {
            return None;
        }
        let start = self.at + 1;
        self.at = start + length + 1;
        Some(&self.text[start..start + length])
    }

    /// A value that lies within `depth` objects and arrays.
    pub fn value(&mut self, depth: usize) -> Read<Value> {
        match self.peek() {
            Some(b'"') => {
                let (text, plain) = self.string()?;
                if !plain && self.rules == Rules::Payload && !text_ok(&text) {
                    self.seen.bad_text = true;
                }
                Ok(Value::Text(CompactString::from(&*text)))
            }
            Some(b'{') => self.object(depth + 1).map(Value::Object),
            Some(b'[') => self.array(depth + 1).map(Value::Array),
            Some(b'-' | b'0'..=b'9') => self.integer().map(Value::Integer),
            Some(b't') => self.word("true", true),
            Some(b'f') => self.word("false", false),
            _ => Err(JsonFault::BadJson),
        }
    }

    fn word(&mut self, word: &str, flag: bool) -> Read<Value> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(JsonFault::BadJson);
        }
        self.at += word.len();
        Ok(Value::Bool(flag))
    }

    /// An object at this depth; the outermost is 1.
    pub fn object(&mut self, depth: usize) -> Read<Object> {
        self.expect(b'{')?;
        if depth > self.depth_max {
            return Err(JsonFault::BadJson);
        }
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Object::default());
        }
        // A statement has about a dozen members, what lies within it two to four.
        let mut pairs: Vec<(CompactString, Value)> = Vec::with_capacity(if depth == 1 { 16 } else { 4 });
        let mut last: Cow<'a, str> = Cow::Borrowed("");
        let mut ordered = true;
        loop {
            let name = self.name()?;
            ordered &= before(&last, &name) || pairs.is_empty();
            let value = self.value(depth)?;
            pairs.push((CompactString::from(&*name), value));
            last = name;
            if !self.another(b'}')? {
                break;
            }
        }
        if !ordered {
            self.seen.not_canonical = true;
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(JsonFault::BadJson);
            }
        }
        Ok(Object::from_sorted(pairs))
    }

    /// An array at this depth.
    pub fn array(&mut self, depth: usize) -> Read<Vec<Value>> {
        self.expect(b'[')?;
        if depth > self.depth_max {
            return Err(JsonFault::BadJson);
        }
        self.space();
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            if !self.another(b']')? {
                return Ok(items);
            }
        }
    }

    /// Passes over what begins with a bracket at `from`, to the bracket that closes it, without asking what lies between.
    pub fn skip_bracketed(&mut self, from: usize) -> Read<()> {
        let mut open = 0_usize;
        let mut quoted = false;
        self.at = from;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' if quoted => self.at += 1,
                b'"' => quoted = !quoted,
                b'[' | b'{' if !quoted => open += 1,
                b']' | b'}' if !quoted => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(JsonFault::BadJson)
    }

    /// `0|-?[1-9][0-9]*` within ±(2^53 − 1).
    fn integer(&mut self) -> Read<i64> {
        let negative = self.peek() == Some(b'-');
        let start = self.at + usize::from(negative);
        let mut magnitude = 0_i64;
        self.at = start;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            // Sixteen digits are enough for 2^53 and far from where an i64 ends.
            if self.at - start == 16 {
                return Err(JsonFault::BadJson);
            }
            magnitude = magnitude * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        let digits = self.at - start;
        let leading_zero = digits > 0 && self.bytes[start] == b'0' && (digits > 1 || negative);
        let goes_on = matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        if digits == 0 || leading_zero || goes_on || magnitude > INTEGER_MAX {
            return Err(JsonFault::BadJson);
        }
        Ok(if negative { -magnitude } else { magnitude })
    }

    /// A string, and whether it is plain: printable ASCII, written without escapes.
    #[inline]
    fn string(&mut self) -> Read<(Cow<'a, str>, bool)> {
        self.expect(b'"')?;
        let start = self.at;
        let mut plain = true;
        loop {
            self.pass_plain();
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok((Cow::Borrowed(text), plain));
                }
                Some(b'\\') => return self.escaped(start).map(|text| (Cow::Owned(text), false)),
                Some(0..=0x1F) | None => return Err(JsonFault::BadJson),
                Some(_) => {
                    plain = false;
                    self.at += 1;
                    while let Some(0x80..) = self.peek() {
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// Passes over printable ASCII up to a quote, a backslash or any other byte, eight bytes at a time.
    #[inline]
    fn pass_plain(&mut self) {
        while let Some(chunk) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            let stop = stops(u64::from_le_bytes(*chunk));
            if stop != 0 {
                self.at += stop.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        while let Some(0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E) = self.peek() {
            self.at += 1;
        }
    }

    /// A string from its first escape on.
    fn escaped(&mut self, start: usize) -> Read<String> {
        let mut out = String::from(&self.text[start..self.at]);
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

/// The bytes of a member name after its first.
const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, b'a'..=b'z' | b'0'..=b'9' | b'_');
        byte += 1;
    }
    table
};

/// Whether a name comes before another; their first bytes mostly say it.
#[inline]
fn before(a: &str, b: &str) -> bool {
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(a), Some(b)) if a != b => a < b,
        _ => a < b,
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is a quote, a backslash, a control character or not ASCII. The lowest bit set is
/// exact; those above it may be too many, by the borrow of the subtraction.
#[inline]
const fn stops(word: u64) -> u64 {
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    (is_zero(word ^ (ONES * b'"' as u64))
        | is_zero(word ^ (ONES * b'\\' as u64))
        | is_zero(word ^ (ONES * 0x7F))
        | below_space
        | word)
        & HIGHS
}

/// The high bit of each byte that is zero.
#[inline]
const fn is_zero(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

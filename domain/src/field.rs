//! Field tables: what each event carries, declared once.
//!
//! The macro [`data!`] declares a struct and its table together, so that the catalogue file and its hash, the
//! GraphQL contract, the sign sheet, the forms of the portal and the typed reader cannot disagree. Validation
//! walks the table and notes every fault; typed reading comes after it and cannot fail.

use compact_str::CompactString;
use serde::{Serialize, Serializer};
use signing::bytes::{Date, Hash, Instant, KeyId, b64url_decode, parse_record_id, parse_uuid_v4};
use signing::json::{Object, Value};
use signing::statement::{EventRef, FaultCode, Faults, RecordRef, is_kind};
use uuid::Uuid;

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// Type and limits.
    pub shape: Shape,
    /// Label in Chinese.
    pub zh: &'static str,
    /// Label in English.
    pub en: &'static str,
}

/// Type and limits of a value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text of `min..=max` characters that satisfies a form.
    Text(u16, u16, &'static Form),
    /// Integer `min..=max` in a unit (empty for counts).
    Integer(i64, i64, &'static str),
    /// True or false.
    Flag,
    /// Civil date.
    Day,
    /// Instant.
    Moment,
    /// Random id of a record of this kind; an empty kind means an id of no record.
    Id(&'static str),
    /// A code of a list.
    Code(&'static CodeList),
    /// SHA-256 in base64url.
    Hash,
    /// Bytes in base64url, at most this many.
    Bytes(u16),
    /// `{event, hash}`.
    EventRef,
    /// `{kind, id}` of one of these kinds.
    RecordRef(&'static [&'static str]),
    /// Object with these members.
    Object(&'static [Field]),
    /// `min..=max` items.
    List(u16, u16, &'static Shape),
    /// `set` of a change or correction: at least one of these members, each as in its own table.
    Members(&'static [Field]),
    /// `clear` of a change or correction: distinct names of optional members of this table.
    Names(&'static [Field]),
    /// A commitment to a value of this shape; the subject whose key protects it.
    Sealed(&'static Shape, Subject),
}

/// Whose data key protects a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The record of the event.
    Record,
    /// The `{kind, id}` in this member of `data`.
    Member(&'static str),
}

/// The form of a text: a name, the pattern published in the catalogue and the check itself.
#[derive(Debug)]
pub struct Form {
    /// Name in the catalogue; empty for free text.
    pub name: &'static str,
    /// ECMA 262 pattern as published; the check may ask for more (check digits).
    pub pattern: &'static str,
    /// The check.
    pub check: fn(&str) -> bool,
}

/// Any text.
pub const FREE: Form = Form { name: "", pattern: "", check: |_| true };
/// Text of 1–100 characters.
pub const LINE: Shape = Shape::Text(1, 100, &FREE);
/// Text of 1–500 characters.
pub const PARAGRAPH: Shape = Shape::Text(1, 500, &FREE);
/// The name of a natural person, sealed: 1–50 characters (`·` is U+00B7).
pub const PERSON_NAME: Shape = Shape::Text(1, 50, &FREE);
/// A telephone number.
pub const PHONE: Shape = Shape::Text(
    5,
    20,
    &Form {
        name: "phone",
        pattern: "^[+0-9][0-9 -]{4,19}$",
        check: |text| {
            let mut bytes = text.bytes();
            bytes.next().is_some_and(|b| b == b'+' || b.is_ascii_digit())
                && bytes.all(|b| b.is_ascii_digit() || b == b' ' || b == b'-')
        },
    },
);

/// A closed list of codes with their labels.
#[derive(Debug)]
pub struct CodeList {
    /// Name of the list.
    pub name: &'static str,
    /// Code, Chinese label, English label.
    pub codes: &'static [(&'static str, &'static str, &'static str)],
}

impl CodeList {
    /// True when the code is in the list.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.codes.iter().any(|(known, ..)| *known == code)
    }
}

/// A value that is committed to, not embedded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed(pub Hash);

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("$sealed", &self.0)?;
        map.end()
    }
}

/// `set` and `clear` of a change or a correction: changed members only, no old values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// New values, validated against the table.
    pub set: Vec<(CompactString, Value)>,
    /// Members that no longer have a value.
    pub clear: Vec<CompactString>,
}

impl Change {
    /// Every member that is touched.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.set.iter().map(|(name, _)| name.as_str()).chain(self.clear.iter().map(CompactString::as_str))
    }

    /// Reads validated `set` and `clear` out of the data of an event.
    #[must_use]
    pub fn from_object(data: &Object) -> Self {
        let set = data
            .get("set")
            .and_then(Value::as_object)
            .map(|set| set.iter().map(|(n, v)| (n.clone(), v.clone())).collect());
        let clear = data
            .get("clear")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(|name| name.as_text().map(CompactString::from)).collect());
        Self { set: set.unwrap_or_default(), clear: clear.unwrap_or_default() }
    }
}

/// A struct declared by [`data!`].
pub trait Data: Sized {
    /// Its members.
    const FIELDS: &'static [Field];
    /// Reads a validated object.
    fn from_object(object: &Object) -> Self;
    /// Replaces one member by a validated value, or by none.
    fn put(&mut self, member: &str, value: Option<&Value>);
}

/// A type that a member of a [`data!`] struct may have.
pub trait Member: Sized {
    /// Whether the member must be present.
    const REQUIRED: bool = true;
    /// Reads a validated value.
    fn from_value(value: Option<&Value>) -> Self;
}

const VALIDATED: &str = "the field table was checked before";

macro_rules! member {
    ($type:ty, $value:ident => $read:expr) => {
        impl Member for $type {
            fn from_value(value: Option<&Value>) -> Self {
                let $value = value.expect(VALIDATED);
                $read
            }
        }
    };
}

member!(CompactString, v => v.as_text().expect(VALIDATED).into());
member!(bool, v => v.as_bool().expect(VALIDATED));
member!(i64, v => v.as_integer().expect(VALIDATED));
member!(u32, v => v.as_integer().and_then(|n| n.try_into().ok()).expect(VALIDATED));
member!(Uuid, v => v.as_text().and_then(|text| Uuid::try_parse(text).ok()).expect(VALIDATED));
member!(Date, v => v.as_text().and_then(|t| t.parse().ok()).expect(VALIDATED));
member!(Instant, v => v.as_text().and_then(|t| t.parse().ok()).expect(VALIDATED));
member!(Hash, v => v.as_text().and_then(|t| t.parse().ok()).expect(VALIDATED));
member!(KeyId, v => v.as_text().and_then(|t| t.parse().ok()).expect(VALIDATED));
member!(Sealed, v => Sealed(signing::seal::as_seal(v).expect(VALIDATED)));
member!(Object, v => v.as_object().expect(VALIDATED).clone());
member!(RecordRef, v => {
    let object = v.as_object().expect(VALIDATED);
    let text = |name| object.get(name).and_then(Value::as_text).expect(VALIDATED);
    RecordRef { kind: text("kind").into(), id: Uuid::try_parse(text("id")).expect(VALIDATED) }
});
member!(EventRef, v => {
    let object = v.as_object().expect(VALIDATED);
    let text = |name| object.get(name).and_then(Value::as_text).expect(VALIDATED);
    EventRef { event: parse_uuid_v4(text("event")).expect(VALIDATED), hash: text("hash").parse().expect(VALIDATED) }
});

impl<T: Member> Member for Option<T> {
    const REQUIRED: bool = false;
    fn from_value(value: Option<&Value>) -> Self {
        value.map(|value| T::from_value(Some(value)))
    }
}

impl<T: Member> Member for Vec<T> {
    fn from_value(value: Option<&Value>) -> Self {
        value.and_then(Value::as_array).expect(VALIDATED).iter().map(|item| T::from_value(Some(item))).collect()
    }
}

/// Bytes that came as base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

member!(Bytes, v => Bytes(v.as_text().and_then(b64url_decode).expect(VALIDATED)));

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&signing::bytes::b64url(&self.0))
    }
}

/// Declares a struct of event data and its field table in one place.
///
/// Each member reads `name: Type = shape, "中文", "English";`. A member is optional exactly when its type is an
/// `Option`.
#[macro_export]
macro_rules! data {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* $member:ident: $type:ty = $shape:expr, $zh:literal, $en:literal;)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name { $(#[doc = $en] $(#[$fdoc])* pub $member: $type,)* }

        impl $crate::field::Data for $name {
            const FIELDS: &'static [$crate::field::Field] = &[$($crate::field::Field {
                name: $crate::field::wire_name(stringify!($member)),
                required: <$type as $crate::field::Member>::REQUIRED,
                shape: $shape,
                zh: $zh,
                en: $en,
            },)*];

            #[allow(unused_variables)]
            fn from_object(object: &signing::json::Object) -> Self {
                Self { $($member: <$type as $crate::field::Member>::from_value(
                    object.get($crate::field::wire_name(stringify!($member)))),)* }
            }

            #[allow(unused_variables)]
            fn put(&mut self, member: &str, value: Option<&signing::json::Value>) {
                $(if member == $crate::field::wire_name(stringify!($member)) {
                    self.$member = <$type as $crate::field::Member>::from_value(value);
                    return;
                })*
            }
        }

        impl $crate::field::Member for $name {
            fn from_value(value: Option<&signing::json::Value>) -> Self {
                let object = value.and_then(signing::json::Value::as_object).expect("the field table was checked before");
                <Self as $crate::field::Data>::from_object(object)
            }
        }
    )+};
}

/// The wire name of a Rust member: a trailing underscore avoids a keyword and is not part of it.
#[must_use]
pub const fn wire_name(member: &'static str) -> &'static str {
    let bytes = member.as_bytes();
    if bytes[bytes.len() - 1] == b'_' { member.split_at(member.len() - 1).0 } else { member }
}

/// Declares an enum of codes and its list in one place.
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* pub enum $name:ident = $list:literal { $($variant:ident = $code:literal, $zh:literal, $en:literal;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $en] $variant,)+ }

        impl $name {
            /// The list as published in the catalogue.
            pub const LIST: $crate::field::CodeList = $crate::field::CodeList { name: $list, codes: &[$(($code, $zh, $en),)+] };
            /// Every code, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The code of a word, if it is one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl $crate::field::Member for $name {
            fn from_value(value: Option<&signing::json::Value>) -> Self {
                value.and_then(signing::json::Value::as_text).and_then(Self::parse).expect("the field table was checked before")
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

/// Checks an object against its table; every fault is noted at its pointer below `at`.
pub fn validate(fields: &[Field], object: &Object, at: &str, faults: &mut Faults) {
    for (name, _) in object.iter() {
        if !fields.iter().any(|field| field.name == &**name) {
            faults.note(FaultCode::UnknownField, format_args!("{at}/{name}"));
        }
    }
    for field in fields {
        match object.get(field.name) {
            Some(value) => check(&field.shape, value, &At { parent: at, member: field.name }, faults),
            None if field.required => faults.note(FaultCode::MissingField, format_args!("{at}/{}", field.name)),
            None => {}
        }
    }
}

/// A pointer that is only written out when a fault is noted.
struct At<'a> {
    parent: &'a str,
    member: &'a str,
}

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.parent, self.member)
    }
}

fn check(shape: &Shape, value: &Value, at: &At<'_>, faults: &mut Faults) {
    let good = match shape {
        Shape::Object(fields) => match value {
            Value::Object(inner) => return validate(fields, inner, &at.to_string(), faults),
            _ => false,
        },
        Shape::List(min, max, item) => match value {
            Value::Array(items) if (usize::from(*min)..=usize::from(*max)).contains(&items.len()) => {
                let parent = at.to_string();
                for (index, value) in items.iter().enumerate() {
                    check(item, value, &At { parent: &parent, member: &index.to_string() }, faults);
                }
                true
            }
            _ => false,
        },
        Shape::Members(fields) => match value {
            Value::Object(inner) if !inner.is_empty() => {
                let parent = at.to_string();
                for (name, value) in inner.iter() {
                    match fields.iter().find(|field| field.name == &**name) {
                        Some(field) => check(&field.shape, value, &At { parent: &parent, member: name }, faults),
                        None => faults.note(FaultCode::UnknownField, format_args!("{parent}/{name}")),
                    }
                }
                true
            }
            _ => false,
        },
        scalar => scalar_ok(scalar, value),
    };
    if !good {
        faults.note(FaultCode::BadValue, at);
    }
}

/// Whether a value has a shape that holds no members of its own. Also asked of the values behind seals.
#[must_use]
pub fn scalar_ok(shape: &Shape, value: &Value) -> bool {
    let text = value.as_text();
    match shape {
        Shape::Text(min, max, form) => text.is_some_and(|text| {
            let count = text.chars().count();
            (usize::from(*min)..=usize::from(*max)).contains(&count) && text.trim() == text && (form.check)(text)
        }),
        Shape::Integer(min, max, _) => value.as_integer().is_some_and(|n| (*min..=*max).contains(&n)),
        Shape::Flag => value.as_bool().is_some(),
        Shape::Day => text.is_some_and(|text| text.parse::<Date>().is_ok()),
        Shape::Moment => text.is_some_and(|text| text.parse::<Instant>().is_ok()),
        Shape::Id(kind) => text.is_some_and(|text| parse_record_id(kind, text).is_some()),
        Shape::Code(list) => text.is_some_and(|text| list.contains(text)),
        Shape::Hash => text.is_some_and(|text| text.parse::<Hash>().is_ok()),
        Shape::Bytes(max) => {
            text.is_some_and(|text| b64url_decode(text).is_some_and(|bytes| bytes.len() <= usize::from(*max)))
        }
        Shape::EventRef => pair(value, "event", "hash")
            .is_some_and(|(event, hash)| parse_uuid_v4(event).is_some() && hash.parse::<Hash>().is_ok()),
        Shape::RecordRef(kinds) => pair(value, "kind", "id")
            .is_some_and(|(kind, id)| is_kind(kind) && kinds.contains(&kind) && parse_record_id(kind, id).is_some()),
        Shape::Names(fields) => value.as_array().is_some_and(|names| {
            !names.is_empty()
                && names.iter().all(|name| {
                    name.as_text().is_some_and(|name| fields.iter().any(|field| field.name == name && !field.required))
                })
                && names.windows(2).all(|pair| pair[0].as_text() < pair[1].as_text())
        }),
        Shape::Sealed(..) => signing::seal::as_seal(value).is_some(),
        Shape::Object(_) | Shape::List(..) | Shape::Members(_) => false,
    }
}

fn pair<'a>(value: &'a Value, first: &str, second: &str) -> Option<(&'a str, &'a str)> {
    let object = value.as_object().filter(|object| object.len() == 2)?;
    Some((object.get(first)?.as_text()?, object.get(second)?.as_text()?))
}

/// The shape and subject of the sealed member at `pointer` (from the root of the statement), if the table has one.
#[must_use]
pub fn sealed_at(fields: &'static [Field], pointer: &str) -> Option<(&'static Shape, Subject)> {
    let mut fields = fields;
    let mut found = None;
    for segment in pointer.strip_prefix("/data/")?.split('/') {
        if segment.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let mut shape = &fields.iter().find(|field| field.name == segment)?.shape;
        while let Shape::List(_, _, item) = shape {
            shape = item;
        }
        match shape {
            Shape::Object(inner) | Shape::Members(inner) => fields = inner,
            Shape::Sealed(inner, subject) => found = Some((*inner, *subject)),
            _ => return None,
        }
    }
    found
}

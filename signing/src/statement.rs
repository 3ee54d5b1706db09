//! The statement: the members that every proposed event has, whatever its kind (`docs/wire-format.md` §2).
//!
//! Reading happens in two steps. The strict reader of [`crate::json`] has already said that the bytes are one
//! canonical object; here every member outside `data` gets its type. Nothing here knows a record kind: what a
//! type demands beyond this (its meanings, whether it has a business date, its data) stands in the catalogue.

use std::fmt;

use compact_str::CompactString;
use uuid::Uuid;

use crate::bytes::{Date, Hash, Instant, KeyId, LedgerId, parse_record_id, parse_uuid_v4};
use crate::json::{Object, Value};

/// Greatest version of a record, 2^31 − 1.
pub const VERSION_MAX: i64 = i32::MAX as i64;

/// What a member can be wrong in. The order is that of precedence: the earliest of a statement is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultCode {
    /// The type of the event is not in the catalogue in force.
    UnknownType,
    /// The type is known, its schema is not.
    UnknownSchema,
    /// A member that has no place here.
    UnknownField,
    /// A required member is absent.
    MissingField,
    /// A member has the wrong type, form or range.
    BadValue,
}

/// One fault and where it is, as an RFC 6901 pointer from the root of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: FaultCode,
    /// Where.
    pub pointer: String,
}

/// Collects faults and keeps the one that takes precedence; among equals the first found.
#[derive(Debug, Default)]
pub struct Faults(Option<Fault>);

impl Faults {
    /// Notes a fault at `pointer`.
    pub fn note(&mut self, code: FaultCode, pointer: impl fmt::Display) {
        if self.0.as_ref().is_none_or(|kept| code < kept.code) {
            self.0 = Some(Fault { code, pointer: pointer.to_string() });
        }
    }

    /// True while nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The fault that takes precedence.
    #[must_use]
    pub fn into_earliest(self) -> Option<Fault> {
        self.0
    }
}

/// Why a statement was signed. Each event type has its closed set of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the words are the documentation: `docs/wire-format.md` §2
pub enum Meaning {
    Entry,
    Declaration,
    Correction,
    Submission,
    Approval,
    Return,
    Refusal,
    Acknowledgement,
    Receipt,
    Consent,
    Rectification,
    Withdrawal,
    Delegation,
    Enrolment,
    Revocation,
    Examination,
    Countersignature,
    System,
}

impl Meaning {
    /// Every meaning, in the order of the wire format.
    pub const ALL: [Self; 18] = [
        Self::Entry,
        Self::Declaration,
        Self::Correction,
        Self::Submission,
        Self::Approval,
        Self::Return,
        Self::Refusal,
        Self::Acknowledgement,
        Self::Receipt,
        Self::Consent,
        Self::Rectification,
        Self::Withdrawal,
        Self::Delegation,
        Self::Enrolment,
        Self::Revocation,
        Self::Examination,
        Self::Countersignature,
        Self::System,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Declaration => "declaration",
            Self::Correction => "correction",
            Self::Submission => "submission",
            Self::Approval => "approval",
            Self::Return => "return",
            Self::Refusal => "refusal",
            Self::Acknowledgement => "acknowledgement",
            Self::Receipt => "receipt",
            Self::Consent => "consent",
            Self::Rectification => "rectification",
            Self::Withdrawal => "withdrawal",
            Self::Delegation => "delegation",
            Self::Enrolment => "enrolment",
            Self::Revocation => "revocation",
            Self::Examination => "examination",
            Self::Countersignature => "countersignature",
            Self::System => "system",
        }
    }

    /// The meaning of a word, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.as_str() == text)
    }

    /// True when a statement of this meaning must give its reason.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Correction | Self::Return | Self::Refusal | Self::Withdrawal | Self::Revocation)
    }
}

/// The record that an event is a version of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct RecordRef {
    /// Kind, `^[a-z][a-z0-9_]{1,31}$`.
    pub kind: CompactString,
    /// Random and meaningless; derived only for warnings.
    pub id: Uuid,
}

impl RecordRef {
    /// The record that a statement names, if it is written as one.
    #[must_use]
    pub fn named_in(statement: &Object) -> Option<Self> {
        let record = statement.get("record")?.as_object()?;
        let text = |name| record.get(name).and_then(Value::as_text);
        let kind = text("kind")?;
        let id = parse_record_id(kind, text("id")?)?;
        Some(Self { kind: kind.into(), id })
    }
}

/// Another statement, named by its id and the hash of what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct EventRef {
    /// Id of the event.
    pub event: Uuid,
    /// Statement hash of the event.
    pub hash: Hash,
}

/// Why something was corrected, returned, refused, withdrawn or revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Code of the reason.
    pub code: CompactString,
    /// Commitment to the free text, which is always sealed.
    pub text: Option<Hash>,
}

/// Who signed, with which key, relying on which grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signer {
    /// Account.
    pub account: Uuid,
    /// Key id.
    pub key: KeyId,
    /// The one grant relied on; absent exactly for root holders and the service.
    pub grant: Option<Uuid>,
}

/// How a conclusion of the system was reached, so that anyone can reach it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// Name of the pure function.
    pub function: CompactString,
    /// Its version.
    pub version: u16,
    /// Civil day that was judged.
    pub day: Date,
    /// Log size that was folded; absent for a consequence in the same append.
    pub basis: Option<u64>,
}

/// A record as the signer saw it and relied on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The record.
    pub record: RecordRef,
    /// Its version.
    pub version: u32,
    /// Statement hash of that version.
    pub hash: Hash,
}

/// Membership in an append of several events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Random id of the batch.
    pub id: Uuid,
    /// Place of this event, from 0.
    pub index: u16,
    /// Number of events.
    pub count: u16,
}

/// A file that was stored before the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Id of the file.
    pub id: Uuid,
    /// Kind of document.
    pub kind: CompactString,
    /// Length in bytes.
    pub bytes: u64,
    /// Media type.
    pub media: CompactString,
    /// SHA-256 of the plain file, or the commitment to it where it concerns a person.
    pub sha256: Hash,
    /// True when `sha256` is a commitment.
    pub sealed: bool,
}

/// Every member of a statement but `data`, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // names and meanings are those of `docs/wire-format.md` §2
pub struct Statement {
    pub ledger: LedgerId,
    pub id: Uuid,
    pub record: RecordRef,
    pub version: u32,
    pub prev: Option<Hash>,
    pub event_type: CompactString,
    pub schema: u16,
    pub meaning: Meaning,
    pub reason: Option<Reason>,
    pub signer: Signer,
    pub signed_at: Instant,
    pub effective_on: Option<Date>,
    pub corrects: Option<EventRef>,
    pub cause: Option<EventRef>,
    pub derivation: Option<Derivation>,
    pub reads: Vec<Read>,
    pub batch: Option<Batch>,
    pub attachments: Vec<Attachment>,
}

const MEMBERS: [&str; 19] = [
    "attachments",
    "batch",
    "cause",
    "corrects",
    "data",
    "derivation",
    "effective_on",
    "id",
    "ledger",
    "meaning",
    "prev",
    "reads",
    "reason",
    "record",
    "schema",
    "signed_at",
    "signer",
    "type",
    "version",
];

impl Statement {
    /// Reads the members of a statement. Faults are noted; a statement is returned only when there was none.
    ///
    /// What depends on the key that signed (`signer.grant`) or on the catalogue (`type`, `effective_on`,
    /// `cause`, the closed set of meanings, `data`) is the caller's to judge.
    pub fn read(object: &Object, faults: &mut Faults) -> Option<Self> {
        let mut reader = Reader { object, at: "", faults };
        reader.only(&MEMBERS);
        let ledger = reader.required("ledger", |v| v.as_text()?.parse().ok());
        let id = reader.required("id", uuid_v4);
        let record = reader.object("record", true, read_record);
        let version = reader.required("version", |v| integer(v, 1, VERSION_MAX).map(|n| n as u32));
        let event_type = reader.required("type", |v| v.as_text().map(CompactString::from));
        let schema = reader.required("schema", |v| integer(v, 1, 32_767).map(|n| n as u16));
        let meaning = reader.required("meaning", |v| Meaning::parse(v.as_text()?));
        let signer = reader.object("signer", true, read_signer);
        let signed_at = reader.required("signed_at", |v| v.as_text()?.parse().ok());
        let effective_on = reader.optional("effective_on", |v| v.as_text()?.parse().ok());
        let data = reader.required("data", |v| v.as_object().map(|_| ()));
        let reason = reader.object("reason", meaning.is_some_and(Meaning::needs_reason), read_reason);
        let correction = meaning == Some(Meaning::Correction);
        let corrects = reader.exactly_when(correction, meaning.is_some(), "corrects", read_event_ref);
        let cause = reader.object("cause", false, read_event_ref);
        let system = meaning == Some(Meaning::System);
        let derivation = reader.exactly_when(system, meaning.is_some(), "derivation", read_derivation);
        let prev = reader.optional("prev", hash);
        match version {
            Some(1) if reader.object.get("prev").is_some() => reader.fault(FaultCode::UnknownField, "prev"),
            Some(2..) if reader.object.get("prev").is_none() => reader.fault(FaultCode::MissingField, "prev"),
            _ => {}
        }
        if system
            && derivation.is_some()
            && reader.object.get("cause").is_none()
            && derivation.as_ref().is_some_and(|d: &Derivation| d.basis.is_none())
        {
            reader.fault(FaultCode::MissingField, "cause");
        }
        let batch = reader.object("batch", false, read_batch);
        let reads = reader.list("reads", 64, read_read);
        let attachments = reader.list("attachments", 32, read_attachment);
        if let Some(reads) = &reads {
            let ordered = reads.windows(2).all(|pair| pair[0].record < pair[1].record);
            let itself = record.as_ref().is_some_and(|own| reads.iter().any(|read| read.record == *own));
            if !ordered || itself {
                reader.fault(FaultCode::BadValue, "reads");
            }
        }
        if let Some(list) = &attachments {
            let distinct: std::collections::BTreeSet<_> = list.iter().map(|a| a.id).collect();
            if distinct.len() != list.len() {
                reader.fault(FaultCode::BadValue, "attachments");
            }
        }
        if !reader.faults.is_empty() {
            return None;
        }
        data?;
        Some(Self {
            ledger: ledger?,
            id: id?,
            record: record?,
            version: version?,
            prev,
            event_type: event_type?,
            schema: schema?,
            meaning: meaning?,
            reason,
            signer: signer?,
            signed_at: signed_at?,
            effective_on,
            corrects,
            cause,
            derivation,
            reads: reads.unwrap_or_default(),
            batch,
            attachments: attachments.unwrap_or_default(),
        })
    }

    /// The canonical object of a statement with this `data`: what is signed when the service or a client of ours signs.
    #[must_use]
    pub fn to_object(&self, data: &Object) -> Object {
        let text = |t: &dyn fmt::Display| Value::Text(CompactString::from(t.to_string()));
        let mut pairs: Vec<(CompactString, Value)> = vec![
            ("data".into(), Value::Object(data.clone())),
            ("id".into(), text(&self.id)),
            ("ledger".into(), text(&self.ledger)),
            ("meaning".into(), text(&self.meaning.as_str())),
            ("record".into(), record_value(&self.record)),
            ("schema".into(), Value::Integer(i64::from(self.schema))),
            ("signed_at".into(), text(&self.signed_at)),
            ("type".into(), text(&self.event_type)),
            ("version".into(), Value::Integer(i64::from(self.version))),
        ];
        let mut signer = vec![("account".into(), text(&self.signer.account)), ("key".into(), text(&self.signer.key))];
        if let Some(grant) = &self.signer.grant {
            signer.push(("grant".into(), text(grant)));
        }
        pairs.push(("signer".into(), Value::Object(Object::from_pairs(signer))));
        if let Some(prev) = &self.prev {
            pairs.push(("prev".into(), text(prev)));
        }
        if let Some(reason) = &self.reason {
            let mut members = vec![("code".into(), text(&reason.code))];
            if let Some(sealed) = &reason.text {
                members.push(("text".into(), crate::seal::seal_value(*sealed)));
            }
            pairs.push(("reason".into(), Value::Object(Object::from_pairs(members))));
        }
        if let Some(day) = &self.effective_on {
            pairs.push(("effective_on".into(), text(day)));
        }
        if let Some(event) = &self.corrects {
            pairs.push(("corrects".into(), event_ref_value(event)));
        }
        if let Some(event) = &self.cause {
            pairs.push(("cause".into(), event_ref_value(event)));
        }
        if let Some(derivation) = &self.derivation {
            let mut members = vec![
                ("fn".into(), text(&derivation.function)),
                ("version".into(), Value::Integer(i64::from(derivation.version))),
                ("day".into(), text(&derivation.day)),
            ];
            if let Some(basis) = derivation.basis {
                members.push(("basis".into(), Value::Integer(basis as i64)));
            }
            pairs.push(("derivation".into(), Value::Object(Object::from_pairs(members))));
        }
        if !self.reads.is_empty() {
            let reads = self.reads.iter().map(|read| {
                Value::Object(Object::from_pairs(vec![
                    ("kind".into(), text(&read.record.kind)),
                    ("id".into(), text(&read.record.id)),
                    ("version".into(), Value::Integer(i64::from(read.version))),
                    ("hash".into(), text(&read.hash)),
                ]))
            });
            pairs.push(("reads".into(), Value::Array(reads.collect())));
        }
        if !self.attachments.is_empty() {
            let files = self.attachments.iter().map(|file| {
                let sha256 = if file.sealed { crate::seal::seal_value(file.sha256) } else { text(&file.sha256) };
                Value::Object(Object::from_pairs(vec![
                    ("id".into(), text(&file.id)),
                    ("kind".into(), text(&file.kind)),
                    ("bytes".into(), Value::Integer(file.bytes as i64)),
                    ("media".into(), text(&file.media)),
                    ("sha256".into(), sha256),
                ]))
            });
            pairs.push(("attachments".into(), Value::Array(files.collect())));
        }
        if let Some(batch) = &self.batch {
            pairs.push((
                "batch".into(),
                Value::Object(Object::from_pairs(vec![
                    ("id".into(), text(&batch.id)),
                    ("index".into(), Value::Integer(i64::from(batch.index))),
                    ("count".into(), Value::Integer(i64::from(batch.count))),
                ])),
            ));
        }
        Object::from_pairs(pairs)
    }
}

/// `{event, hash}` as a value.
#[must_use]
pub fn event_ref_value(event: &EventRef) -> Value {
    Value::Object(Object::from_pairs(vec![
        ("event".into(), Value::Text(event.event.to_string().into())),
        ("hash".into(), Value::Text(event.hash.to_string().into())),
    ]))
}

/// `{kind, id}` as a value.
#[must_use]
pub fn record_value(record: &RecordRef) -> Value {
    Value::Object(Object::from_pairs(vec![
        ("kind".into(), Value::Text(record.kind.clone())),
        ("id".into(), Value::Text(record.id.to_string().into())),
    ]))
}

/// True for a kind as the wire format writes it, `^[a-z][a-z0-9_]{1,31}$`.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    let bytes = text.as_bytes();
    (2..=32).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
}

fn integer(value: &Value, min: i64, max: i64) -> Option<i64> {
    value.as_integer().filter(|n| (min..=max).contains(n))
}

fn uuid_v4(value: &Value) -> Option<Uuid> {
    parse_uuid_v4(value.as_text()?)
}

fn hash(value: &Value) -> Option<Hash> {
    value.as_text()?.parse().ok()
}

fn code_word(value: &Value) -> Option<CompactString> {
    let text = value.as_text()?;
    (!text.is_empty() && text.len() <= 64).then(|| text.into())
}

fn read_record(reader: &mut Reader<'_>) -> Option<RecordRef> {
    reader.only(&["kind", "id"]);
    let kind = reader.required("kind", |v| v.as_text().filter(|text| is_kind(text)).map(CompactString::from));
    let of = kind.clone();
    let id = reader.required("id", |v| parse_record_id(of.as_deref().unwrap_or_default(), v.as_text()?));
    Some(RecordRef { kind: kind?, id: id? })
}

/// Reads `{event, hash}`.
fn read_event_ref(reader: &mut Reader<'_>) -> Option<EventRef> {
    reader.only(&["event", "hash"]);
    let event = reader.required("event", uuid_v4);
    let hash = reader.required("hash", hash);
    Some(EventRef { event: event?, hash: hash? })
}

fn read_reason(reader: &mut Reader<'_>) -> Option<Reason> {
    reader.only(&["code", "text"]);
    let code = reader.required("code", code_word);
    let text = reader.optional("text", crate::seal::as_seal);
    Some(Reason { code: code?, text })
}

fn read_signer(reader: &mut Reader<'_>) -> Option<Signer> {
    reader.only(&["account", "key", "grant"]);
    let account = reader.required("account", uuid_v4);
    let key = reader.required("key", |v| v.as_text()?.parse().ok());
    let grant = reader.optional("grant", uuid_v4);
    Some(Signer { account: account?, key: key?, grant })
}

fn read_derivation(reader: &mut Reader<'_>) -> Option<Derivation> {
    reader.only(&["fn", "version", "day", "basis"]);
    let function = reader.required("fn", code_word);
    let version = reader.required("version", |v| integer(v, 1, 32_767).map(|n| n as u16));
    let day = reader.required("day", |v| v.as_text()?.parse().ok());
    let basis = reader.optional("basis", |v| integer(v, 0, i64::MAX).map(|n| n as u64));
    Some(Derivation { function: function?, version: version?, day: day?, basis })
}

fn read_batch(reader: &mut Reader<'_>) -> Option<Batch> {
    reader.only(&["id", "index", "count"]);
    let id = reader.required("id", uuid_v4);
    let count = reader.required("count", |v| integer(v, 2, 1000).map(|n| n as u16));
    let index = reader.required("index", |v| integer(v, 0, i64::from(count.unwrap_or(1000)) - 1).map(|n| n as u16));
    Some(Batch { id: id?, index: index?, count: count? })
}

fn read_read(reader: &mut Reader<'_>) -> Option<Read> {
    reader.only(&["kind", "id", "version", "hash"]);
    let kind = reader.required("kind", |v| v.as_text().filter(|text| is_kind(text)).map(CompactString::from));
    let of = kind.clone();
    let id = reader.required("id", |v| parse_record_id(of.as_deref().unwrap_or_default(), v.as_text()?));
    let version = reader.required("version", |v| integer(v, 1, VERSION_MAX).map(|n| n as u32));
    let hash = reader.required("hash", hash);
    Some(Read { record: RecordRef { kind: kind?, id: id? }, version: version?, hash: hash? })
}

fn read_attachment(reader: &mut Reader<'_>) -> Option<Attachment> {
    reader.only(&["id", "kind", "bytes", "media", "sha256"]);
    let id = reader.required("id", uuid_v4);
    let kind = reader.required("kind", code_word);
    let bytes = reader.required("bytes", |v| integer(v, 0, i64::MAX).map(|n| n as u64));
    let media =
        reader.required("media", |v| v.as_text().filter(|t| (3..=100).contains(&t.len())).map(CompactString::from));
    let sha256 = reader
        .required("sha256", |v| hash(v).map(|h| (h, false)).or_else(|| crate::seal::as_seal(v).map(|h| (h, true))));
    let (sha256, sealed) = sha256?;
    Some(Attachment { id: id?, kind: kind?, bytes: bytes?, media: media?, sha256, sealed })
}

/// Reads the members of one object and notes what is wrong with them.
struct Reader<'a> {
    object: &'a Object,
    at: &'a str,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn fault(&mut self, code: FaultCode, member: &str) {
        self.faults.note(code, format_args!("{}/{member}", self.at));
    }

    fn only(&mut self, members: &[&str]) {
        for (name, _) in self.object.iter() {
            if !members.contains(&name.as_str()) {
                self.faults.note(FaultCode::UnknownField, format_args!("{}/{name}", self.at));
            }
        }
    }

    fn optional<T>(&mut self, member: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.object.get(member)?;
        let typed = read(value);
        if typed.is_none() {
            self.fault(FaultCode::BadValue, member);
        }
        typed
    }

    fn required<T>(&mut self, member: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        if self.object.get(member).is_none() {
            self.fault(FaultCode::MissingField, member);
        }
        self.optional(member, read)
    }

    fn object<T>(
        &mut self,
        member: &str,
        required: bool,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.object.get(member) {
            None if required => {
                self.fault(FaultCode::MissingField, member);
                None
            }
            None => None,
            Some(Value::Object(inner)) => {
                let at = format!("{}/{member}", self.at);
                read(&mut Reader { object: inner, at: &at, faults: self.faults })
            }
            Some(_) => {
                self.fault(FaultCode::BadValue, member);
                None
            }
        }
    }

    /// A member that is required when `wanted` and has no place otherwise. While the condition itself could not
    /// be read (`known` is false) its absence or presence is no fault of its own.
    fn exactly_when<T>(
        &mut self,
        wanted: bool,
        known: bool,
        member: &str,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        if known && !wanted && self.object.get(member).is_some() {
            self.fault(FaultCode::UnknownField, member);
        }
        self.object(member, wanted, read)
    }

    fn list<T>(&mut self, member: &str, max: usize, read: impl Fn(&mut Reader<'_>) -> Option<T>) -> Option<Vec<T>> {
        let items = match self.object.get(member)? {
            Value::Array(items) if (1..=max).contains(&items.len()) => items,
            _ => {
                self.fault(FaultCode::BadValue, member);
                return None;
            }
        };
        let mut typed = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = format!("{}/{member}/{index}", self.at);
            match item {
                Value::Object(inner) => typed.extend(read(&mut Reader { object: inner, at: &at, faults: self.faults })),
                _ => self.faults.note(FaultCode::BadValue, &at),
            }
        }
        Some(typed)
    }
}

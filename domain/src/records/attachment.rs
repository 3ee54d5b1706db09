//! A file that was stored: a report, a licence, a photograph. The log holds its digest, the file lies outside.
//!
//! The file is sent first; whoever filed it then signs what it is, how long it is, its SHA-256 and to whom it belongs.
//! From there on an event of any kind may rest on it (member `attachments` of the statement, which names the same kind,
//! length, media type and digest). The digest of a file about a person is sealed under that person, and the file itself
//! is encrypted under the same key: with the key, both are gone. The name of the file lies with its bytes.
//!
//! States: filed → withdrawn (a wrong file: it stays where it is, and no later event may rest on it).

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Hash;
use signing::json::Value;
use signing::statement::{Attachment as Named, RecordRef};
use uuid::Uuid;

use super::import::FILE_HASH;
use super::{SealedRef, institution};
use crate::catalog::{EventType, Kind};
use crate::field::{Sealed, Shape, Subject};
use crate::file_codes::{AttachmentKind, MediaType};
use crate::law::product;
use crate::record::{About, Facts, Need, Record, Stop, Stored, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::seals::Openings;
use crate::{data, events};

/// Longest file, in bytes (`domain/codes.md` §18).
pub const BYTES_MAX: i64 = 50 << 20;

data! {
    /// A file.
    pub struct Filed {
        kind: AttachmentKind = Shape::Code(&AttachmentKind::LIST), "附件类别", "kind of document";
        media: MediaType = Shape::Code(&MediaType::LIST), "文件格式", "media type";
        bytes: i64 = Shape::Integer(1, BYTES_MAX, "byte"), "字节数", "length";
        institution: Option<Uuid> = Shape::Id("institution"), "所属机构", "institution that it belongs to";
        sha256: Option<Hash> = Shape::Hash, "SHA-256", "SHA-256 of a file of an institution";
        person: Option<RecordRef> = Shape::RecordRef(&["person"]), "所涉人员", "person whom it concerns";
        digest: Option<Sealed> = Shape::Sealed(&FILE_HASH, Subject::Member("person")), "SHA-256（密封）", "SHA-256 of a file about a person";
    }
}

events! {
    /// Events of an attachment.
    pub enum Event {
        Filed(Filed) = "attachment.filed", 1, [Submission], true, Forbidden, Person, "附件归档", "attachment filed";
        Withdrawn(Nothing) = "attachment.withdrawn", 1, [Withdrawal], false, Forbidden, Person, "附件撤回", "attachment withdrawn";
    }
}

/// An attachment.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// Kind of document.
    pub kind: AttachmentKind,
    /// Media type.
    pub media: MediaType,
    /// Length in bytes.
    pub bytes: i64,
    /// Institution that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<Uuid>,
    /// SHA-256 of a file of an institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Hash>,
    /// Person whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordRef>,
    /// SHA-256 of a file about a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<SealedRef>,
    /// True once it was withdrawn.
    pub withdrawn: bool,
}

const OWNER: Rule = Rule {
    id: "attachment.owner",
    zh: "附件要么属于机构并填写SHA-256，要么涉及人员并填写密封的SHA-256，二者只填其一",
    en: "A file either belongs to an institution, with its SHA-256, or concerns a person, with a sealed one.",
    citation: product("§6"),
};
const WITHDRAWN: Rule = Rule {
    id: "attachment.withdrawn",
    zh: "该附件已撤回",
    en: "This attachment was withdrawn.",
    citation: product("§6"),
};

/// Reference to an attachment.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Attachment.as_str().into(), id }
}

/// What an event says of a file is what the attachment of that id says: same kind, length, media type and digest, and
/// sealed where that one is. The digests behind two seals are compared when the event comes with its openings.
///
/// # Errors
/// `bad_reference` at the attachment that is not there or is another; a [`Need`].
pub fn rests_on(index: usize, named: &Named, openings: &Openings, facts: &dyn Facts) -> Result<(), Stop> {
    let bad = || Stop::code(Code::BadReference, &format!("/attachments/{index}"));
    let entry = facts.entry(&reference(named.id))?;
    let file =
        entry.as_ref().and_then(|entry| entry.state.attachment()).filter(|file| !file.withdrawn).ok_or_else(bad)?;
    let same = file.kind.as_str() == named.kind
        && file.media.mime() == named.media
        && u64::try_from(file.bytes) == Ok(named.bytes);
    let digest = match (&file.sha256, &file.digest) {
        (Some(known), _) => !named.sealed && *known == named.sha256,
        (None, Some(sealed)) => named.sealed && same_value(index, sealed, openings, facts)?,
        (None, None) => false,
    };
    if same && digest { Ok(()) } else { Err(bad()) }
}

/// Whether the digest that an event seals is the one that was sealed when the file was filed. Without openings, or when
/// the earlier one was erased, nobody can tell.
fn same_value(index: usize, sealed: &SealedRef, openings: &Openings, facts: &dyn Facts) -> Result<bool, Need> {
    let Openings::Given(given) = openings else { return Ok(true) };
    let pointer = pointer(index);
    let Some(opening) = given.iter().find(|opening| opening.pointer == pointer) else { return Ok(false) };
    Ok(facts.opened(sealed)?.is_none_or(|known| known == opening.value))
}

/// Where the digest of an attachment stands in a statement.
#[must_use]
pub fn pointer(index: usize) -> String {
    format!("/attachments/{index}/sha256")
}

/// The file was stored before the event that files it, and is the one that the event describes.
///
/// # Errors
/// `bad_reference`, or a [`Need`] when the store was not asked.
pub fn is_stored(id: Uuid, filed: &Filed, openings: &Openings, facts: &dyn Facts) -> Result<(), Stop> {
    let file = match facts.stored(id)? {
        // An audit has the log, and looks at such files as it has beside it.
        Stored::NotAsked => return Ok(()),
        Stored::Absent => return Err(Stop::code(Code::BadReference, "/record")),
        Stored::Here(file) => file,
    };
    let text = signing::bytes::b64url(&file.sha256.0);
    let sealed = match openings {
        Openings::Given(given) => given.iter().find(|opening| opening.pointer == "/data/digest"),
        _ => None,
    };
    let same = file.media == filed.media
        && i64::try_from(file.bytes) == Ok(filed.bytes)
        && file.person == filed.person.as_ref().map(|person| person.id)
        && filed.sha256.is_none_or(|sha256| sha256 == file.sha256)
        && sealed.is_none_or(|opening| matches!(&opening.value, Value::Text(value) if *value == text));
    if same { Ok(()) } else { Err(Stop::code(Code::BadReference, "/data")) }
}

/// The person under whose key the digest of the file named is sealed.
///
/// # Errors
/// A [`Need`] when the attachment is not loaded.
pub fn subject(id: Uuid, facts: &dyn Facts) -> Result<Option<RecordRef>, Need> {
    let entry = facts.entry(&reference(id))?;
    Ok(entry.as_ref().and_then(|entry| entry.state.attachment()).and_then(|file| file.person.clone()))
}

impl Record for Attachment {
    const KIND: Kind = Kind::Attachment;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let (institution, person) = match (event, state) {
            (Event::Filed(filed), _) => (filed.institution, filed.person.as_ref()),
            (_, Some(file)) => (file.institution, file.person.as_ref()),
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        if let Some(institution) = institution {
            return super::of_institution(institution, facts);
        }
        let bad = || Stop::code(Code::BadReference, "/data/person");
        let entry = facts.entry(person.ok_or_else(bad)?)?;
        let person = entry.as_ref().and_then(|entry| entry.state.person()).ok_or_else(bad)?;
        person.place(facts)
    }

    fn admit(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Filed(filed), _) => {
                let of_unit = filed.institution.is_some() && filed.sha256.is_some();
                let of_person = filed.person.is_some() && filed.digest.is_some();
                let both = filed.institution.is_some() && filed.person.is_some()
                    || filed.sha256.is_some() && filed.digest.is_some();
                ensure((of_unit || of_person) && !both, &OWNER, "/data")
            }
            (Event::Withdrawn(_), Some(file)) => ensure(!file.withdrawn, &WITHDRAWN, ""),
            (Event::Withdrawn(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (state, event) {
            (None, Event::Filed(filed)) => Self {
                kind: filed.kind,
                media: filed.media,
                bytes: filed.bytes,
                institution: filed.institution,
                sha256: filed.sha256,
                person: filed.person,
                digest: filed.digest.map(|digest| SealedRef::new(digest, about, "digest")),
                withdrawn: false,
            },
            (Some(file), Event::Withdrawn(_)) => Self { withdrawn: true, ..file },
            _ => unreachable!("an attachment is filed once, and withdrawn at most once"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        self.institution.map(institution::reference).or_else(|| self.person.clone())
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Filed(filed) => filed.institution.map(institution::reference).or_else(|| filed.person.clone()),
            Event::Withdrawn(_) => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Filed(filed) => {
                let whose = match (&filed.institution, &filed.person) {
                    (Some(institution), _) => format!("institution/{institution}/attachments"),
                    (None, Some(person)) => format!("person/{}/attachments", person.id),
                    (None, None) => return Vec::new(),
                };
                vec![whose.into()]
            }
            Event::Withdrawn(_) => Vec::new(),
        }
    }
}

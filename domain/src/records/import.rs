//! An import: a file of many rows that one person signs row by row, in chunks of events.
//!
//! What is larger than one unit is opened first, with what the file says of itself; each of its rows then names it as
//! its cause and carries its number. Every row is verified and admitted before the first chunk is sent; what stops it
//! later (a key that ends, a contract that is closed meanwhile) stands with the row at which it stopped. A file that
//! goes on after that stays the same import.
//!
//! States: opened → complete; opened → stopped → complete.

use compact_str::CompactString;
use serde::Serialize;
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

use super::{SealedRef, institution};
use crate::catalog::{EventType, Kind};
use crate::field::{Form, Sealed, Shape, Subject};
use crate::file_codes::{ImportKind, ImportState, ImportStop};
use crate::law::product;
use crate::record::{About, Facts, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

/// The SHA-256 of a file as text, where it is sealed: base64url, as hashes are everywhere.
pub const FILE_HASH: Shape = Shape::Text(
    43,
    43,
    &Form {
        name: "sha256",
        pattern: "^[A-Za-z0-9_-]{43}$",
        check: |text| signing::bytes::b64url_decode(text).is_some_and(|bytes| bytes.len() == 32),
    },
);

data! {
    /// What a file says of itself.
    pub struct Opened {
        what: ImportKind = Shape::Code(&ImportKind::LIST), "导入内容", "what is imported";
        institution: Uuid = Shape::Id("institution"), "导入机构", "organisation whose file it is";
        file: Sealed = Shape::Sealed(&FILE_HASH, Subject::Record), "文件SHA-256", "SHA-256 of the file";
        rows: i64 = Shape::Integer(1, 1_000_000, ""), "行数", "number of rows";
        events: i64 = Shape::Integer(1, 2_000_000, ""), "事件数", "number of events";
        chunks: i64 = Shape::Integer(1, 2_000_000, ""), "批数", "number of units";
    }

    /// Where it stopped.
    pub struct Stopped {
        row: i64 = Shape::Integer(1, 1_000_000, ""), "停止于行", "row at which it stopped";
        why: ImportStop = Shape::Code(&ImportStop::LIST), "原因", "why";
    }
}

events! {
    /// Events of an import.
    pub enum Event {
        Opened(Opened) = "import.opened", 1, [Submission], true, Forbidden, Person, "导入开始", "import opened";
        Stopped(Stopped) = "import.stopped", 1, [Declaration], false, Forbidden, Person, "导入停止", "import stopped";
        Completed(Nothing) = "import.completed", 1, [Declaration], false, Forbidden, Person, "导入完成", "import completed";
    }
}

/// An import.
#[derive(Debug, Clone, Serialize)]
pub struct Import {
    /// What is imported.
    pub what: ImportKind,
    /// Organisation whose file it is.
    pub institution: Uuid,
    /// SHA-256 of the file.
    pub file: SealedRef,
    /// Number of rows.
    pub rows: i64,
    /// Number of events.
    pub events: i64,
    /// Number of units.
    pub chunks: i64,
    /// How far it is.
    pub state: ImportState,
    /// Where and why it stopped last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

const COUNTS: Rule = Rule {
    id: "import.counts",
    zh: "批数不能超过事件数",
    en: "There are no more units than events.",
    citation: product("§6"),
};
const COMPLETE: Rule = Rule {
    id: "import.complete",
    zh: "该导入已完成",
    en: "This import is complete.",
    citation: product("§6"),
};
const ROWS: Rule = Rule {
    id: "import.rows",
    zh: "行号超出该文件的行数",
    en: "The row lies beyond the rows of the file.",
    citation: product("§6"),
};
const ROW: Rule = Rule {
    id: "import.row",
    zh: "导入的行须指向本机构正在进行的导入，且同时填写行号",
    en: "An imported row names an import of its own organisation that is not complete, and its number in the file.",
    citation: product("§6"),
};

/// Reference to an import.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Import.as_str().into(), id }
}

/// An event that names a cause is a row of the import that this event opened.
///
/// # Errors
/// A refusal, or a [`Need`](crate::record::Need).
pub fn row_is_of_import(
    cause: Option<EventRef>,
    row: Option<i64>,
    institution: Uuid,
    facts: &dyn Facts,
) -> Result<(), Stop> {
    let Some(cause) = cause else { return Ok(()) };
    let known = facts.event(cause.event)?.filter(|known| known.hash == cause.hash);
    let entry = match known {
        Some(known) => facts.entry(&known.record)?,
        None => None,
    };
    let import = entry.as_ref().and_then(|entry| {
        let opened = entry.marks.first().is_some_and(|first| first.id == cause.event);
        entry.state.import().filter(|import| opened && import.institution == institution)
    });
    let Some((import, row)) = import.zip(row) else { return Err(Stop::rule(&ROW, "/cause")) };
    ensure(import.state != ImportState::Complete, &COMPLETE, "/cause")?;
    ensure(row <= import.rows, &ROWS, "/data/import_row")
}

impl Record for Import {
    const KIND: Kind = Kind::Import;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Opened(opened), _) => opened.institution,
            (_, Some(import)) => import.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Opened(opened), _) => ensure(opened.chunks <= opened.events, &COUNTS, "/data/chunks"),
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
            (Event::Stopped(stopped), Some(import)) => {
                ensure(import.state != ImportState::Complete, &COMPLETE, "")?;
                ensure(stopped.row <= import.rows, &ROWS, "/data/row")
            }
            (Event::Completed(_), Some(import)) => ensure(import.state != ImportState::Complete, &COMPLETE, ""),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (state, event) {
            (None, Event::Opened(opened)) => Self {
                what: opened.what,
                institution: opened.institution,
                file: SealedRef::new(opened.file, about, "file"),
                rows: opened.rows,
                events: opened.events,
                chunks: opened.chunks,
                state: ImportState::Opened,
                stopped: None,
            },
            (Some(import), Event::Stopped(stopped)) => {
                Self { state: ImportState::Stopped, stopped: Some(stopped), ..import }
            }
            (Some(import), Event::Completed(_)) => Self { state: ImportState::Complete, ..import },
            _ => unreachable!("an import is opened once, and stops or ends after that"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Opened(opened) => Some(institution::reference(opened.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Opened(opened) => vec![format!("institution/{}/imports", opened.institution).into()],
            _ => Vec::new(),
        }
    }
}

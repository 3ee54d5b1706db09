//! What happened to a subject, in the order of the log: one thin row per event and subject.
//!
//! Subjects of an event are its own record; the institution of a device, of an account or of a grant; the account of
//! a credential or a grant; the record in which a request for erasure found the person; and the signer's account.
//! Where a row belongs is decided by the event's record, never by the subject: nobody reads of an act on a record
//! that he may not read because he may read who signed it.

use compact_str::CompactString;
use domain::catalog::Kind;
use signing::bytes::Instant;
use signing::statement::{Meaning, RecordRef};
use uuid::Uuid;

use crate::home::{self, Home};
use crate::{Change, Entries, Folded, Poison, Projection};

/// The projection.
#[derive(Debug, Clone, Copy)]
pub struct Timeline;

/// An event in the history of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The subject.
    pub subject: RecordRef,
    /// Position of the event.
    pub position: u64,
    /// Its type.
    pub event_type: CompactString,
    /// Why it was signed.
    pub meaning: Meaning,
    /// Kind of its record.
    pub kind: Kind,
    /// Its record.
    pub record: Uuid,
    /// The version that it made.
    pub version: u32,
    /// Account of the signer.
    pub signer: Uuid,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Where the event's record belongs.
    pub home: Home,
    /// The worker in whose file it lies.
    pub person: Option<Uuid>,
}

impl Projection for Timeline {
    type Row = Row;
    const NAME: &'static str = "timeline";
    const VERSION: i32 = 5;

    fn fold(folded: &Folded<'_>, _entries: &Entries) -> Result<Vec<Change<Row>>, Poison> {
        let (record, after) = (folded.record(), &folded.after);
        let statement = &folded.parsed.typed.statement;
        let mut subjects = vec![record.clone()];
        let mut note = |subject: RecordRef| {
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
        };
        home::parent(record, &after.state).into_iter().for_each(&mut note);
        if let Some(grant) = after.state.grant() {
            note(home::account(grant.given.account));
        }
        note(home::account(statement.signer.account));
        let row = Row {
            subject: record.clone(),
            position: folded.parsed.position,
            event_type: statement.event_type.clone(),
            meaning: statement.meaning,
            kind: after.state.kind(),
            record: record.id,
            version: after.version,
            signer: statement.signer.account,
            recorded_at: folded.parsed.recorded_at,
            home: folded.home.clone(),
            person: home::worker(record, &after.state),
        };
        let mut changes = Vec::with_capacity(subjects.len() + 1);
        changes.extend(crate::current::moved(folded));
        changes.extend(subjects.into_iter().map(|subject| Change::Put(Row { subject, ..row.clone() })));
        Ok(changes)
    }
}

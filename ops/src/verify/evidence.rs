//! What the audit asks of a copy beside its rows.

use std::collections::HashMap;

use schema::openings::Opened;
use signing::bytes::Hash;
use signing::keys::PublicKey;
use uuid::Uuid;

/// What the audit asks of a copy beside its rows.
pub trait Evidence: Sync {
    /// A tile, as much of it as is kept.
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>>;
    /// Every signed checkpoint that is kept, by size.
    fn checkpoints(&self) -> Vec<String>;
    /// The note that lies outside the database.
    fn anchor(&self) -> Anchor;
    /// What stands behind the seals of some events, where the key store is at hand.
    fn openings(&self, events: &[Uuid]) -> Option<HashMap<Uuid, Vec<(String, Opened)>>>;
    /// What lies in the file store under the id of an attachment; none when there is no store at hand.
    fn file(&self, _id: Uuid) -> Option<Kept> {
        None
    }
    /// Triggers that guard the tables and are switched off.
    fn disabled_triggers(&self) -> Vec<String>;
    /// For a copy that was handed over as a parcel: what differs from the list that its exporter signed. `service` is
    /// the key that the genesis names. None for a database, which is no parcel.
    fn parcel(&self, _service: Option<&PublicKey>) -> Option<Vec<String>> {
        None
    }
}

/// A file as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is whole; SHA-256 of its bytes.
    Here(Hash),
    /// It went with its person's key.
    Erased,
    /// It is not there.
    Absent,
    /// Its bytes are not those that were stored.
    Changed,
    /// It cannot be read at the moment.
    Unread,
}

/// The note outside the database, as far as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// The copy carries none by its nature, as a bundle.
    NotCarried,
    /// None lies at this place: a ledger that never published, or one whose anchor is gone.
    Missing(String),
    /// What lies at this place cannot be read.
    Unreadable(String),
    /// The note.
    Note(String),
}

impl Anchor {
    /// The note, if there is one.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        if let Self::Note(note) = self { Some(note) } else { None }
    }
}

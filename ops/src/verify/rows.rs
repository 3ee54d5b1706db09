//! Rows as the audit holds them: read once, and in the form in which the judge takes them.

use domain::admission::Presented;
use domain::seals::Openings;
use rayon::prelude::*;
use schema::tiles::StoredRow;
use signing::bytes::{Hash, Instant, KeyId};
use signing::envelope::statement_hash;
use signing::json::{JsonFault, Object, Value, read_stored};
use signing::statement::Meaning;
use signing::tree::{leaf, leaf_hash};

/// What is known of a row beside its event.
pub struct Read {
    /// Position that the copy gives it.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Hash of its leaf.
    pub leaf: Hash,
    /// Why its payload cannot be read; then the object of its event is empty.
    pub fault: Option<JsonFault>,
}

/// Rows in order. The events lie by themselves: a unit of them is what the judge judges.
#[derive(Default)]
pub struct Chunk {
    reads: Vec<Read>,
    events: Vec<Presented>,
}

impl Chunk {
    /// Reads rows, on all cores.
    #[must_use]
    pub fn read(rows: Vec<StoredRow>) -> Self {
        let (reads, events) = rows.into_par_iter().map(read).unzip();
        Self { reads, events }
    }

    /// Adds what follows.
    pub fn append(&mut self, mut next: Self) {
        self.reads.append(&mut next.reads);
        self.events.append(&mut next.events);
    }

    /// Cuts off what begins at `at`.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        Self { reads: self.reads.split_off(at), events: self.events.split_off(at) }
    }

    /// All of them.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        Rows { reads: &self.reads, events: &self.events }
    }
}

fn read(row: StoredRow) -> (Read, Presented) {
    let recorded_at = Instant::from_micros(row.recorded_at);
    let key = KeyId(row.key);
    let hash = statement_hash(&row.payload);
    let leaf = leaf_hash(&leaf(recorded_at, &hash, row.alg, &key, &row.signature));
    let (object, fault) = match read_stored(&row.payload) {
        Ok(object) => (object, None),
        Err(fault) => (Object::default(), Some(fault)),
    };
    let StoredRow { position, alg, signature, payload, .. } = row;
    let event = Presented { payload, hash, object, key, alg, signature, openings: Openings::Withheld };
    (Read { position, recorded_at, leaf, fault }, event)
}

/// Some rows that follow each other.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    reads: &'a [Read],
    /// Their events.
    pub events: &'a [Presented],
}

impl<'a> Rows<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.reads.len()
    }

    /// The row at a place.
    #[must_use]
    pub fn at(self, index: usize) -> Row<'a> {
        Row { read: &self.reads[index], event: &self.events[index] }
    }

    /// Each row.
    pub fn iter(self) -> impl Iterator<Item = Row<'a>> {
        self.reads.iter().zip(self.events).map(|(read, event)| Row { read, event })
    }

    /// The first `at`, and the rest.
    #[must_use]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let (reads, events) = (self.reads.split_at(at), self.events.split_at(at));
        (Self { reads: reads.0, events: events.0 }, Self { reads: reads.1, events: events.1 })
    }

    /// Stretches of at most `length`, for all cores.
    pub fn stretches(self, length: usize) -> impl IndexedParallelIterator<Item = Self> {
        let pairs = self.reads.par_chunks(length).zip(self.events.par_chunks(length));
        pairs.map(|(reads, events)| Self { reads, events })
    }

    /// Number of signed events of the unit that begins here, as far as its rows are there.
    #[must_use]
    pub fn unit_length(self) -> usize {
        match self.at(0).batch() {
            Some((id, count)) => {
                let same = |row: &Row<'_>| row.batch().is_some_and(|(other, _)| other == id);
                self.iter().take(count).take_while(same).count().max(1)
            }
            None => 1,
        }
    }
}

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Where it stands.
    pub read: &'a Read,
    /// What it says.
    pub event: &'a Presented,
}

impl<'a> Row<'a> {
    fn text(self, member: &str) -> Option<&'a str> {
        self.event.object.get(member)?.as_text()
    }

    fn batch(self) -> Option<(&'a str, usize)> {
        let batch = self.event.object.get("batch")?.as_object()?;
        Some((batch.get("id")?.as_text()?, batch.get("count")?.as_integer()? as usize))
    }

    /// True for what the system said.
    #[must_use]
    pub fn is_system(self) -> bool {
        self.text("meaning") == Some(Meaning::System.as_str())
    }

    /// Size of the log that a conclusion says was folded.
    #[must_use]
    pub fn basis(self) -> Option<i64> {
        self.event.object.get("derivation")?.as_object()?.get("basis")?.as_integer()
    }

    /// True for a system statement without basis: it says of itself that it followed in the same append.
    #[must_use]
    pub fn is_consequence(self) -> bool {
        let derivation = self.event.object.get("derivation").and_then(Value::as_object);
        self.is_system() && derivation.is_some_and(|derivation| derivation.get("basis").is_none())
    }
}

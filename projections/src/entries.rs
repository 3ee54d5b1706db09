//! The records at hand while a stretch of the log is folded.
//!
//! They are those that the stretch writes, as they stood before it, and those that decide where its rows belong.
//! What is missing is named by [`Entries::missing`]; the caller folds it from the log and puts it in. Between two
//! stretches [`Entries::trim`] forgets what was not used lately, so memory stays bounded however long the log is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::catalog::Event;
use domain::record::Entry;
use domain::records::dose_result::{self, DoseResult};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::dose_book::{self, Book, YearChange};
use crate::event::Parsed;
use crate::home;

/// Records by reference; `None` is a record that is known not to exist.
#[derive(Debug, Default)]
pub struct Entries {
    young: HashMap<RecordRef, Option<Arc<Entry>>>,
    old: HashMap<RecordRef, Option<Arc<Entry>>>,
    /// True once something was forgotten.
    forgot: bool,
    /// Results of workers by worker, as records are kept.
    books: HashMap<Uuid, Book>,
    old_books: HashMap<Uuid, Book>,
    /// True when results of workers are not kept.
    no_books: bool,
}

impl Entries {
    /// Records alone, for whoever does not look at what workers received.
    #[must_use]
    pub fn without_doses() -> Self {
        Self { no_books: true, ..Self::default() }
    }

    /// Enters a result into its worker's book; where it came from before, and which years it changed.
    ///
    /// # Errors
    /// Why it cannot be told: the book is not at hand.
    pub(crate) fn enter_dose(
        &mut self,
        id: Uuid,
        result: &DoseResult,
        from: dose_book::From,
    ) -> Result<(Option<dose_book::From>, Vec<YearChange>), &'static str> {
        let person = result.person.id;
        if self.no_books {
            return Ok((None, Vec::new()));
        }
        if !self.hold_book(person) {
            if !self.is_whole() {
                return Err("the results of its worker are not at hand");
            }
            self.books.insert(person, Book::default());
        }
        let entered = |book: &mut Book| (book.source(id), book.enter(id, result, from));
        Ok(self.books.get_mut(&person).map(entered).unwrap_or_default())
    }

    /// Puts the results of a worker in.
    pub fn put_book(&mut self, person: Uuid, book: Book) {
        self.books.insert(person, book);
    }

    /// Workers of whom a stretch has results and whose other results are not at hand. Their records are
    /// ([`Entries::missing`]); ask for these again afterwards, because a book names institutions.
    #[must_use]
    pub fn missing_books(&mut self, events: &[Parsed]) -> Vec<Uuid> {
        let persons = self.persons(events);
        persons.into_iter().filter(|person| !self.hold_book(*person)).collect()
    }

    fn persons(&self, events: &[Parsed]) -> HashSet<Uuid> {
        let person = |event: &Parsed| match &event.typed.event {
            Event::DoseResult(dose_result::Event::Reported(reported)) => Some(reported.person.id),
            // Of one that the stretch itself begins, the beginning names the worker.
            Event::DoseResult(_) => self.get(event.record())?.state.dose_result().map(|result| result.person.id),
            _ => None,
        };
        if self.no_books { HashSet::new() } else { events.iter().filter_map(person).collect() }
    }

    fn hold_book(&mut self, person: Uuid) -> bool {
        if !self.books.contains_key(&person) {
            let Some(book) = self.old_books.remove(&person) else { return false };
            self.books.insert(person, book);
        }
        true
    }

    /// A record; absent also when it was not loaded.
    #[must_use]
    pub fn get(&self, record: &RecordRef) -> Option<Arc<Entry>> {
        self.young.get(record).or_else(|| self.old.get(record)).cloned().flatten()
    }

    /// Puts a record in.
    pub fn put(&mut self, record: RecordRef, entry: Option<Arc<Entry>>) {
        self.young.insert(record, entry);
    }

    /// True while nothing was forgotten: whoever folds from the beginning then has every record that exists.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.forgot
    }

    /// Number of records held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// True when nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything: another follower has gone on, so what is held may be behind the log.
    pub fn clear(&mut self) {
        *self = Self { no_books: self.no_books, ..Self::default() };
    }

    /// Keeps about `limit` records, those used last. Never call it in the middle of a stretch.
    pub fn trim(&mut self, limit: usize) {
        if self.young.len() >= limit.div_ceil(2) {
            self.forgot |= !self.old.is_empty();
            self.old = std::mem::take(&mut self.young);
        }
        if self.books.len() >= limit.div_ceil(2) {
            self.forgot |= !self.old_books.is_empty();
            self.old_books = std::mem::take(&mut self.books);
        }
    }

    /// Records that a stretch of events looks at and that are not at hand. Ask again after each loading, because a
    /// loaded record may name another (a credential its account, the account its institution), until none is left.
    #[must_use]
    pub fn missing(&mut self, events: &[Parsed]) -> Vec<RecordRef> {
        let mut missing = HashSet::new();
        // Records that the stretch itself begins: what they look at is known from the event.
        let mut begun: HashMap<&RecordRef, &Event> = HashMap::new();
        for event in events {
            let record = event.record();
            if event.typed.statement.version == 1 {
                begun.insert(record, &event.typed.event);
            } else if !begun.contains_key(record) && !self.hold(record) {
                missing.insert(record.clone());
            }
        }
        for event in events {
            // Chains are short and end: result -> report, or employment -> institution; credential -> account -> institution.
            let mut look_at = vec![event.record().clone()];
            while let Some(at) = look_at.pop() {
                let next = match begun.get(&at) {
                    Some(event) => [home::first_parent(event), home::first_header(event)],
                    None => match self.get(&at) {
                        Some(entry) => [home::parent(&at, &entry.state), home::header(&entry.state)],
                        None => continue,
                    },
                };
                for record in next.into_iter().flatten() {
                    if begun.contains_key(&record) || self.hold(&record) {
                        look_at.push(record);
                    } else {
                        missing.insert(record);
                    }
                }
                let of_file = home::custodians(self.get(&at).as_ref().map(|entry| &entry.state), None);
                missing.extend(of_file.into_iter().filter(|record| !begun.contains_key(record) && !self.hold(record)));
            }
            let moved_to = home::custodians(None, Some(&event.typed.event));
            missing.extend(moved_to.into_iter().filter(|record| !begun.contains_key(record) && !self.hold(record)));
        }
        // A worker is counted where his latest result is from.
        let orgs: HashSet<Uuid> = {
            let persons = self.persons(events);
            let books =
                persons.iter().filter_map(|person| self.books.get(person).or_else(|| self.old_books.get(person)));
            books.flat_map(Book::orgs).collect()
        };
        for institution in orgs.into_iter().map(home::institution) {
            if !begun.contains_key(&institution) && !self.hold(&institution) {
                missing.insert(institution);
            }
        }
        missing.into_iter().collect()
    }

    /// Whether a record is known; if so it counts as used.
    fn hold(&mut self, record: &RecordRef) -> bool {
        if self.young.contains_key(record) {
            return true;
        }
        match self.old.remove_entry(record) {
            Some((record, entry)) => {
                self.young.insert(record, entry);
                true
            }
            None => false,
        }
    }
}

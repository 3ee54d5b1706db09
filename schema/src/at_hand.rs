//! What a fold has at hand: events read back, and the records that they look at, folded from the log.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use domain::record::Entry;
use domain::records::dose_result;
use projections::dose_book::{Book, From};
use projections::{Entries, Parsed, Poison};
use signing::bytes::{Hash, Instant};
use signing::statement::RecordRef;
use tokio_postgres::IsolationLevel;
use uuid::Uuid;

use crate::error::Error;
use crate::event_log::{EventLog, Logged, StoredEvent, signed};
use crate::read_model::OF_PERSON;
use crate::read_rows::Table;

/// Looks at lists that are behind, and the pause between two of them.
const LOOKS_MAX: usize = 500;
const LOOK: Duration = Duration::from_millis(20);
/// Records whose streams are read in one round trip.
const STREAMS_AT_ONCE: usize = 200;

/// Reads one statement; a panic is a poison as well.
pub(crate) fn parse_one(event: &Logged) -> Result<Parsed, Poison> {
    read(event.position, event.recorded_at, event.hash, event.payload())
}

fn read(position: u64, recorded_at: i64, hash: [u8; 32], payload: &[u8]) -> Result<Parsed, Poison> {
    guarded(position, || Parsed::read(position, Instant::from_micros(recorded_at), Hash(hash), payload))
}

/// Runs pure code that asserts what a sound log guarantees: over a corrupt one it panics, which must not take the
/// process down but must be seen.
pub(crate) fn guarded<T>(position: u64, run: impl FnOnce() -> Result<T, Poison>) -> Result<T, Poison> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Poison { position, why: format!("the fold panicked: {}", said.unwrap_or("without a message")) })
    })
}

/// Where a fold of this projection keeps what is at hand.
pub(crate) fn entries_for<P: Table>() -> Entries {
    if P::DOSES { Entries::default() } else { Entries::without_doses() }
}

/// Puts the records that these events look at into `entries`, as they stood before `position`.
pub(crate) async fn load(log: &EventLog, entries: &mut Entries, events: &[Parsed], position: u64) -> Result<(), Error> {
    loop {
        let missing = entries.missing(events);
        for some in missing.chunks(STREAMS_AT_ONCE) {
            for (record, entry) in some.iter().zip(load_records(log, some, position).await?) {
                entries.put(record.clone(), entry);
            }
        }
        let persons = entries.missing_books(events);
        for some in persons.chunks(STREAMS_AT_ONCE) {
            for (person, book) in load_books(log, some, position).await? {
                entries.put_book(person, book);
            }
        }
        if missing.is_empty() && persons.is_empty() {
            return Ok(());
        }
    }
}

/// Records as they stood before a position, in the order in which they are named.
async fn load_records(log: &EventLog, records: &[RecordRef], position: u64) -> Result<Vec<Option<Arc<Entry>>>, Error> {
    let wanted: Vec<(String, Uuid)> = records.iter().map(|record| (record.kind.to_string(), record.id)).collect();
    let mut streams = log.streams(&wanted).await?;
    let entry = |(record, key): (&RecordRef, &(String, Uuid))| {
        let stream = streams.remove(key).unwrap_or_default();
        refold(record, &stream, position)
    };
    records.iter().zip(&wanted).map(entry).collect()
}

/// The results of workers as they stood before a position. Which they are is found in the lists, whose rows keep the
/// worker of every result; what they say is folded from the log. A fold that is ahead of the lists waits for them.
async fn load_books(log: &EventLog, persons: &[Uuid], position: u64) -> Result<Vec<(Uuid, Book)>, Error> {
    let wanted: Vec<String> = persons.iter().map(Uuid::to_string).collect();
    let mut books: HashMap<Uuid, Book> = persons.iter().map(|person| (*person, Book::default())).collect();
    for _ in 0..LOOKS_MAX {
        let mut client = log.pool().get().await?;
        let tx =
            client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
        let listed: i64 = tx
            .query_one(
                "select p.position from read.projection p join read.live l using (name, version) where p.name = 'current'",
                &[],
            )
            .await?
            .try_get(0)?;
        if listed < signed(position) {
            drop(tx);
            drop(client);
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let sql = format!(
            "select c.id, c.org, c.filed_by from read.current c
              where {OF_PERSON} and c.facets[1] = any($1) and c.kind = 'dose_result' and c.since < $2 and (c.until is null or c.until >= $2)"
        );
        let statement = tx.prepare_cached(&sql).await?;
        let rows = tx.query(&statement, &[&wanted, &signed(position)]).await?;
        drop(tx);
        drop(client);
        let mut found: Vec<(RecordRef, From)> = Vec::with_capacity(rows.len());
        for row in &rows {
            let from = From { org: row.try_get(1)?, laboratory: row.try_get(2)? };
            found.push((dose_result::reference(row.try_get(0)?), from));
        }
        for some in found.chunks(STREAMS_AT_ONCE) {
            let records: Vec<RecordRef> = some.iter().map(|(record, _)| record.clone()).collect();
            for ((record, from), entry) in some.iter().zip(load_records(log, &records, position).await?) {
                let result = entry.as_ref().and_then(|entry| entry.state.dose_result());
                let result = result.ok_or_else(|| Error::corrupt(position, "a listed result is not in the log"))?;
                if let Some(book) = books.get_mut(&result.person.id) {
                    book.put(record.id, result, *from);
                }
            }
        }
        return Ok(books.into_iter().collect());
    }
    Err(Error::Conflict("the lists are behind: statistics wait for them".to_owned()))
}

/// A record as it stood before a position.
fn refold(record: &RecordRef, stream: &[StoredEvent], position: u64) -> Result<Option<Arc<Entry>>, Error> {
    let mut alone = Entries::without_doses();
    for event in stream.iter().take_while(|event| event.position < position) {
        let parsed = read(event.position, event.recorded_at, event.hash, &event.payload);
        let step = parsed.and_then(|parsed| guarded(event.position, || parsed.step(&mut alone).map(|_| ())));
        step.map_err(|poison| Error::corrupt(poison.position, poison.why))?;
    }
    Ok(alone.get(record))
}

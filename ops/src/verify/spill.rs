//! What a long audit has seen, in little memory: the events lie in a temporary file, and a record that was not looked
//! at for a while is folded again from them.
//!
//! The file is our own. The copy is read once, in order; asked twice it could answer differently. In memory stay the
//! records of late and eight bytes for each id, record and claim: a few bits of its hash and the position to look at.
//! Whatever is found by a hash is compared with the event itself, so that a collision costs time and nothing else.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use compact_str::CompactString;
use domain::admission::{content_digest, read_typed, replay};
use domain::memory::{CONTENT_KEY, Store, Stored};
use domain::record::{Claim, Entry, Holder, Known, Members};
use domain::seals::Openings;
use signing::bytes::{Hash, Instant, parse_uuid_v4};
use signing::envelope::statement_hash;
use signing::json::{Object, read_stored};
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

/// Events that share one known place in the file.
const STRIDE: u64 = 4;
/// Bytes that are gathered before they are written; a small ledger never touches the disk.
const GATHERED: usize = 1 << 20;
/// Bytes before each payload: length, position of the record's event before (all ones: none), recorded_at.
const HEADER: usize = 16;
/// How much the records of late weigh at most, in marks: some 120 bytes each.
const WEIGHT_MAX: usize = 1 << 21;
/// Most members of index keys that are kept at hand, keys included.
const MEMBERS_MAX: usize = 1 << 20;
/// What a record weighs besides its marks.
const WEIGHT_OF_STATE: usize = 8;

/// A store on disk.
#[derive(Debug)]
pub struct Spill {
    events: Events,
    heads: Positions,
    ids: Positions,
    claims: Positions,
    keys: HashMap<Hash, Vec<u32>>,
    last_batch: Option<Uuid>,
    late: RefCell<Late>,
    lists: RefCell<Lists>,
    fault: RefCell<Option<io::Error>>,
}

/// An event as it lies in the file.
#[derive(Debug, PartialEq)]
struct Written {
    /// Position of the record's event before.
    before: Option<u32>,
    recorded_at: Instant,
    payload: Vec<u8>,
}

/// What an event says.
struct Event {
    object: Object,
    written: Written,
}

impl Event {
    fn record(&self) -> Option<RecordRef> {
        RecordRef::named_in(&self.object)
    }

    fn hash(&self) -> Hash {
        statement_hash(&self.written.payload)
    }

    fn id(&self) -> Option<Uuid> {
        parse_uuid_v4(self.object.get("id")?.as_text()?)
    }

    fn batch(&self) -> Option<Uuid> {
        parse_uuid_v4(self.object.get("batch")?.as_object()?.get("id")?.as_text()?)
    }
}

impl Spill {
    /// An empty store that keeps this weight of records at hand.
    #[must_use]
    pub fn new(weight_max: usize) -> Self {
        Self {
            events: Events::default(),
            heads: Positions::default(),
            ids: Positions::default(),
            claims: Positions::default(),
            keys: HashMap::new(),
            last_batch: None,
            late: RefCell::new(Late { weight_max, ..Late::default() }),
            lists: RefCell::default(),
            fault: RefCell::default(),
        }
    }

    /// The first failure of the file. From then on answers mean nothing.
    pub fn take_fault(&self) -> Option<io::Error> {
        self.fault.take()
    }

    fn note<T>(&self, result: io::Result<T>) -> Option<T> {
        result.map_err(|error| self.fault.borrow_mut().get_or_insert(error).kind()).ok()
    }

    fn written(&self, position: u32) -> Option<Written> {
        self.note(self.events.read(position))
    }

    fn read(&self, position: u32) -> Option<Event> {
        let written = self.written(position)?;
        // Only what could be read was taken.
        let object = read_stored(&written.payload).ok()?;
        Some(Event { object, written })
    }

    /// Position and event of the head of a record.
    fn head(&self, record: &RecordRef) -> Option<(u32, Event)> {
        self.heads.of(record).find_map(|position| {
            let event = self.read(position)?;
            (event.record().as_ref() == Some(record)).then_some((position, event))
        })
    }

    /// Folds a record from its events. Of a long one only the places of the earlier events are held at once.
    fn fold(&self, record: &RecordRef) -> Option<Entry> {
        let (head, last) = self.head(record)?;
        let mut earlier = Vec::new();
        let mut before = last.written.before;
        while let Some(position) = before {
            earlier.push(position);
            before = self.written(position)?.before;
        }
        let mut entry = None;
        for position in earlier.into_iter().rev() {
            entry = Some(step(entry.as_ref(), position, &self.read(position)?)?);
        }
        step(entry.as_ref(), head, &last)
    }
}

/// A record after the event at this position.
fn step(entry: Option<&Entry>, position: u32, event: &Event) -> Option<Entry> {
    let (hash, recorded_at) = (event.hash(), event.written.recorded_at);
    Some(replay(entry, &event.object, hash, recorded_at, u64::from(position)).ok()?.1)
}

impl Default for Spill {
    fn default() -> Self {
        Self::new(WEIGHT_MAX)
    }
}

impl Store for Spill {
    fn append(&mut self, event: &Stored<'_>, keys: &[CompactString]) {
        let Stored { statement, payload, recorded_at, .. } = *event;
        let position = self.events.next();
        // What is at hand may be behind, by the earlier events of a unit.
        let known = self.late.get_mut().head(&statement.record);
        let known = known.filter(|head| self.heads.of(&statement.record).any(|position| position == *head));
        let before =
            if statement.version == 1 { None } else { known.or_else(|| Some(self.head(&statement.record)?.0)) };
        let written = self.events.write(before, recorded_at, payload);
        self.note(written);
        match before {
            Some(before) => self.heads.replace(&statement.record, before, position),
            None => self.heads.insert(&statement.record, position),
        }
        self.ids.insert(statement.id, position);
        let batch = statement.batch.map(|batch| batch.id);
        if let Some(batch) = batch.filter(|_| batch != self.last_batch) {
            self.ids.insert(batch, position);
        }
        self.last_batch = batch;
        for key in keys {
            let key = Hash::of(key.as_bytes());
            self.keys.entry(key).or_default().push(position);
            self.lists.get_mut().touch(&key, position, statement);
        }
    }

    fn put(&mut self, record: &RecordRef, entry: Arc<Entry>) {
        self.late.get_mut().put(record.clone(), entry);
    }

    fn take(&mut self, claim: &Claim, holder: Holder) {
        // Beyond that the file has long said that it is full.
        if let Ok(position) = u32::try_from(holder.position) {
            self.claims.insert(claim.digest(), position);
        }
    }

    /// Nothing to do: who holds a claim is seen from his state.
    fn free(&mut self, _: &Claim) {}

    fn record(&self, record: &RecordRef) -> Option<Arc<Entry>> {
        if let Some(entry) = self.late.borrow_mut().get(record) {
            return Some(entry);
        }
        let entry = Arc::new(self.fold(record)?);
        self.late.borrow_mut().put(record.clone(), entry.clone());
        Some(entry)
    }

    fn event(&self, id: Uuid) -> Option<Known> {
        self.ids.of(&id).find_map(|position| {
            let event = self.read(position).filter(|event| event.id() == Some(id))?;
            Some(Known { hash: event.hash(), position: u64::from(position), record: event.record()? })
        })
    }

    fn used(&self, id: Uuid) -> bool {
        self.ids
            .of(&id)
            .filter_map(|position| self.read(position))
            .any(|event| [event.id(), event.batch()].contains(&Some(id)))
    }

    fn members(&self, key: &str) -> Arc<Members> {
        let key = Hash::of(key.as_bytes());
        let Some(touches) = self.keys.get(&key) else { return Arc::default() };
        if let Some(members) = self.lists.borrow_mut().get(&key) {
            return members;
        }
        let mut seen = HashSet::new();
        let records = touches.iter().filter_map(|position| self.read(*position)?.record());
        let records = records.filter(|record| seen.insert(record.clone())).collect();
        let members = Arc::new(Members { last: touches.last().map(|last| u64::from(*last)), records });
        self.lists.borrow_mut().put(key, members.clone());
        members
    }

    fn claim(&self, claim: &Claim) -> Option<Holder> {
        // Who took it, gave it up and took it again took it last.
        let digest = claim.digest();
        let held = self.claims.of(digest).filter_map(|position| {
            let event = self.read(position)?;
            let record = event.record()?;
            let holds = self.record(&record)?.state.claims(record.id).contains(claim);
            holds.then_some((position, event, record))
        });
        let (position, event, record) = held.max_by_key(|(position, ..)| *position)?;
        let typed = read_typed(&event.object, None).ok()?;
        let content = content_digest(&CONTENT_KEY, &typed, &event.object, &Openings::Withheld);
        Some(Holder { record, position: u64::from(position), content })
    }
}

/// The events, one behind the other in a file without a name.
#[derive(Debug, Default)]
struct Events {
    file: Option<File>,
    written: u64,
    gathered: Vec<u8>,
    /// Where every [`STRIDE`]th begins.
    starts: Vec<u64>,
    count: u32,
}

impl Events {
    fn next(&self) -> u32 {
        self.count
    }

    fn write(&mut self, before: Option<u32>, recorded_at: Instant, payload: &[u8]) -> io::Result<()> {
        if u64::from(self.count).is_multiple_of(STRIDE) {
            self.starts.push(self.end());
        }
        // A payload that could be read has at most 65,536 bytes.
        self.gathered.extend((payload.len() as u32).to_be_bytes());
        self.gathered.extend(before.unwrap_or(u32::MAX).to_be_bytes());
        self.gathered.extend(recorded_at.micros().to_be_bytes());
        self.gathered.extend(payload);
        self.count = self.count.checked_add(1).filter(|count| *count < u32::MAX).ok_or(io::ErrorKind::FileTooLarge)?;
        if self.gathered.len() >= GATHERED {
            let file = match self.file.take() {
                Some(file) => file,
                None => tempfile::tempfile()?,
            };
            file.write_all_at(&self.gathered, self.written)?;
            self.file = Some(file);
            self.written = self.end();
            self.gathered.clear();
        }
        Ok(())
    }

    fn end(&self) -> u64 {
        self.written + self.gathered.len() as u64
    }

    fn read(&self, position: u32) -> io::Result<Written> {
        let position = u64::from(position);
        let stretch = (position / STRIDE) as usize;
        let start = *self.starts.get(stretch).ok_or(io::ErrorKind::UnexpectedEof)?;
        let end = self.starts.get(stretch + 1).copied().unwrap_or(self.end());
        // A stretch may begin in the file and end in what is gathered.
        let mut bytes = vec![0; (end.min(self.written).max(start) - start) as usize];
        if let Some(file) = self.file.as_ref().filter(|_| !bytes.is_empty()) {
            file.read_exact_at(&mut bytes, start)?;
        }
        if end > self.written {
            let from = start.max(self.written) - self.written;
            bytes.extend(&self.gathered[from as usize..(end - self.written) as usize]);
        }
        let mut rest = &bytes[..];
        for _ in 0..position % STRIDE {
            let length = header(rest)?.0;
            rest = rest.get(HEADER + length..).ok_or(io::ErrorKind::UnexpectedEof)?;
        }
        let (length, before, recorded_at) = header(rest)?;
        let payload = rest.get(HEADER..HEADER + length).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Written { before, recorded_at, payload: payload.to_vec() })
    }
}

fn header(bytes: &[u8]) -> io::Result<(usize, Option<u32>, Instant)> {
    let header = bytes.first_chunk::<HEADER>().ok_or(io::ErrorKind::UnexpectedEof)?;
    let [l0, l1, l2, l3, b0, b1, b2, b3, at @ ..] = *header;
    let before = u32::from_be_bytes([b0, b1, b2, b3]);
    let recorded_at = Instant::from_micros(i64::from_be_bytes(at));
    Ok((u32::from_be_bytes([l0, l1, l2, l3]) as usize, (before != u32::MAX).then_some(before), recorded_at))
}

/// Positions by the hash of a key: half a slot of eight bytes is hash, half is position + 1, zero is empty. Shards
/// grow one at a time, so that none of it is ever there twice. The hash has a key of its own in every run: nobody can
/// write ids that collide.
#[derive(Debug)]
struct Positions {
    shards: Vec<Shard>,
    hasher: RandomState,
}

#[derive(Debug, Default, Clone)]
struct Shard {
    slots: Vec<u64>,
    used: usize,
}

/// Shards, by the upper byte of the hash.
const SHARDS: usize = 256;

impl Default for Positions {
    fn default() -> Self {
        Self { shards: vec![Shard::default(); SHARDS], hasher: RandomState::new() }
    }
}

impl Positions {
    fn hash(&self, key: impl std::hash::Hash) -> u32 {
        (self.hasher.hash_one(key) >> 32) as u32
    }

    /// Positions under this hash: those of the key, and seldom another.
    fn of(&self, key: impl std::hash::Hash) -> impl Iterator<Item = u32> {
        let hash = self.hash(key);
        let shard = &self.shards[shard_of(hash)];
        shard
            .probe(hash)
            .map(|at| shard.slots[at])
            .filter(move |slot| hash_of(*slot) == hash)
            .map(|slot| slot as u32 - 1)
    }

    fn insert(&mut self, key: impl std::hash::Hash, position: u32) {
        let hash = self.hash(key);
        self.shards[shard_of(hash)].insert(slot(hash, position));
    }

    /// What stood at one position stands at another now.
    fn replace(&mut self, key: impl std::hash::Hash, before: u32, position: u32) {
        let hash = self.hash(key);
        let shard = &mut self.shards[shard_of(hash)];
        let found = shard.probe(hash).find(|at| shard.slots[*at] == slot(hash, before));
        match found {
            Some(at) => shard.slots[at] = slot(hash, position),
            None => shard.insert(slot(hash, position)),
        }
    }
}

fn shard_of(hash: u32) -> usize {
    (hash >> 24) as usize
}

/// Where the search in a shard begins: the rest of the hash, as a part of its length.
fn place_of(hash: u32, length: usize) -> usize {
    ((u64::from(hash & 0x00FF_FFFF) * length as u64) >> 24) as usize
}

fn hash_of(slot: u64) -> u32 {
    (slot >> 32) as u32
}

fn slot(hash: u32, position: u32) -> u64 {
    (u64::from(hash) << 32) | u64::from(position + 1)
}

impl Shard {
    /// Places of the slots from the first one of a hash up to the next empty one.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<'_> {
        let length = self.slots.len();
        let first = place_of(hash, length);
        (0..length).map(move |step| (first + step) % length).take_while(|at| self.slots[*at] != 0)
    }

    fn insert(&mut self, slot: u64) {
        if self.used * 5 >= self.slots.len() * 4 {
            let larger = vec![0; (self.slots.len() * 3 / 2).max(16)];
            let slots = std::mem::replace(&mut self.slots, larger);
            slots.into_iter().filter(|slot| *slot != 0).for_each(|slot| self.place(slot));
        }
        self.place(slot);
        self.used += 1;
    }

    fn place(&mut self, slot: u64) {
        let length = self.slots.len();
        let mut at = place_of(hash_of(slot), length);
        while self.slots[at] != 0 {
            at = (at + 1) % length;
        }
        self.slots[at] = slot;
    }
}

/// Members of index keys that were asked for lately: reading them again would read an event for each.
#[derive(Debug, Default)]
struct Lists {
    young: HashMap<Hash, Arc<Members>>,
    old: HashMap<Hash, Arc<Members>>,
    weight: usize,
}

impl Lists {
    fn get(&mut self, key: &Hash) -> Option<Arc<Members>> {
        if let Some(members) = self.young.get(key) {
            return Some(members.clone());
        }
        let members = self.old.remove(key)?;
        self.put(*key, members.clone());
        Some(members)
    }

    fn put(&mut self, key: Hash, members: Arc<Members>) {
        self.weight += 1 + members.records.len();
        self.young.insert(key, members);
        if self.weight > MEMBERS_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
    }

    /// An event of a record touched a key.
    fn touch(&mut self, key: &Hash, position: u32, statement: &Statement) {
        let Some(members) = self.young.get_mut(key).or_else(|| self.old.get_mut(key)) else { return };
        let members = Arc::make_mut(members);
        members.last = Some(u64::from(position));
        // A record that begins is in no list yet, and some lists are long.
        if statement.version == 1 || !members.records.contains(&statement.record) {
            members.records.push(statement.record.clone());
            self.weight += 1;
        }
    }
}

/// The records of late. When they weigh too much, those go that nobody looked at since that was so before; where that
/// is not enough, some of the others. A rule that looks at one worker after the other comes back to each only after all of
/// them: whoever let go what was looked at longest ago would never have what is asked for next.
#[derive(Debug, Default)]
struct Late {
    entries: HashMap<RecordRef, Kept>,
    weight: usize,
    weight_max: usize,
}

#[derive(Debug)]
struct Kept {
    entry: Arc<Entry>,
    looked_at: bool,
}

impl Late {
    fn get(&mut self, record: &RecordRef) -> Option<Arc<Entry>> {
        let kept = self.entries.get_mut(record)?;
        kept.looked_at = true;
        Some(kept.entry.clone())
    }

    fn put(&mut self, record: RecordRef, entry: Arc<Entry>) {
        self.weight += weight(&entry);
        if let Some(before) = self.entries.insert(record, Kept { entry, looked_at: true }) {
            self.weight -= weight(&before.entry);
        }
        if self.weight > self.weight_max {
            self.keep(|kept| std::mem::take(&mut kept.looked_at));
            if self.weight > self.weight_max / 4 * 3 {
                let mut turn = 0_u8;
                self.keep(|_| {
                    turn = (turn + 1) % 4;
                    turn > 0
                });
            }
        }
    }

    fn keep(&mut self, mut is_kept: impl FnMut(&mut Kept) -> bool) {
        self.entries.retain(|_, kept| is_kept(kept));
        self.weight = self.entries.values().map(|kept| weight(&kept.entry)).sum();
    }

    /// Position of the head of a record that is at hand.
    fn head(&self, record: &RecordRef) -> Option<u32> {
        u32::try_from(self.entries.get(record)?.entry.position).ok()
    }
}

fn weight(entry: &Entry) -> usize {
    WEIGHT_OF_STATE + entry.marks.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_back_from_the_file_and_from_what_is_gathered() {
        let mut events = Events::default();
        let payload = |n: u32| vec![n as u8; n as usize % 3000];
        let (count, at) = (3000_u32, |n: u32| Instant::from_micros(i64::from(n) * 7));
        for n in 0..count {
            events.write(n.checked_sub(5), at(n), &payload(n)).expect("written");
        }
        assert!(events.written > 0 && !events.gathered.is_empty(), "some here and some there");
        for n in 0..count {
            let written = Written { before: n.checked_sub(5), recorded_at: at(n), payload: payload(n) };
            assert_eq!(events.read(n).expect("read"), written, "{n}");
        }
        assert!(events.read(count).is_err());
    }

    #[test]
    fn positions_are_found_under_their_keys_and_move() {
        let mut positions = Positions::default();
        (0..50_000_u32).for_each(|n| positions.insert(n, n));
        (0..50_000).step_by(2).for_each(|n| positions.replace(n, n, n + 1_000_000));
        for n in 0..50_000_u32 {
            let expected = if n % 2 == 0 { n + 1_000_000 } else { n };
            assert!(positions.of(n).any(|position| position == expected), "{n}");
        }
        let strangers: usize = (50_000..100_000_u32).map(|n| positions.of(n).count()).sum();
        assert!(strangers < 50, "32 bits of hash seldom agree: {strangers}");
    }
}

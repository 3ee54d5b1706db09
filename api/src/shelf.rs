//! What the door keeps at hand: folded records, authorities, index keys, key owners.
//!
//! Nothing here is trusted. Each thing remembers the version or position at which it was read; the append checks
//! exactly those, so a shelf that another process has overtaken costs a second judgement and never a wrong answer.
//! A [`View`] is what one judgement sees of it, and what it saw becomes the guards.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, RwLock};

use compact_str::CompactString;
use domain::authority::{Authority, InForce, POLICY_KEY, authority_key};
use domain::catalog::Kind;
use domain::memory::{credential_owner, in_force, ledger_owners};
use domain::record::{Claim, Entry, Facts, Holder, KeyOwner, Known, Members, Need, Stored};
use domain::records::SealedRef;
use domain::records::credential::key_claim;
use domain::records::ledger::Ledger;
use quick_cache::sync::Cache;
use schema::error::Error;
use schema::event_log::{EventLog, StoredEvent};
use signing::bytes::{Hash, Instant, KeyId, LedgerId};
use signing::json::{Value, read_stored};
use signing::statement::RecordRef;
use uuid::Uuid;

/// Most records kept.
const RECORDS_MAX: usize = 100_000;
/// Most accounts, index keys and key owners kept, each.
const OTHERS_MAX: usize = 50_000;
/// Most things of one question to the log.
const ASKED_AT_ONCE: usize = 1_000;

/// A thing with the position of the last touch of the index key that it was folded from (−1: never touched).
#[derive(Debug, Clone)]
pub struct Dated<T> {
    value: Arc<T>,
    last: i64,
}

/// The shelf.
pub struct Shelf {
    log: EventLog,
    entries: Cache<RecordRef, Arc<Entry>>,
    authorities: Cache<Uuid, Dated<Authority>>,
    keys: Cache<CompactString, Dated<Members>>,
    owners: Cache<KeyId, KeyOwner>,
    ledger: RwLock<Option<Arc<Ledger>>>,
    in_force: RwLock<Option<Dated<InForce>>>,
}

/// What a judgement looked at: what the append must find unchanged.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// Records and their versions; 0 for one that was not there.
    pub records: BTreeMap<RecordRef, u32>,
    /// Index keys and the positions of their last touch; −1 for none.
    pub keys: BTreeMap<CompactString, i64>,
}

/// Answers that were fetched for one unit only.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Records and index keys, which the shelf may have let go again when a unit wants very many.
    entries: HashMap<RecordRef, Arc<Entry>>,
    absent: HashSet<RecordRef>,
    keys: HashMap<CompactString, Dated<Members>>,
    unknown_owners: HashSet<KeyId>,
    events: HashMap<Uuid, Option<Known>>,
    claims: HashMap<Claim, Option<Holder>>,
    /// Sealed values that were opened; none for one that was erased.
    pub opened: HashMap<SealedRef, Option<Value>>,
    /// Files that were looked up in the store.
    pub files: HashMap<Uuid, Stored>,
}

impl Shelf {
    /// An empty shelf over a log.
    #[must_use]
    pub fn new(log: EventLog) -> Self {
        Self {
            log,
            entries: Cache::new(RECORDS_MAX),
            authorities: Cache::new(OTHERS_MAX),
            keys: Cache::new(OTHERS_MAX),
            owners: Cache::new(OTHERS_MAX),
            ledger: RwLock::new(None),
            in_force: RwLock::new(None),
        }
    }

    /// The genesis, when it is at hand.
    #[must_use]
    pub fn ledger(&self) -> Option<Arc<Ledger>> {
        self.ledger.read().expect("no panic while held").clone()
    }

    /// Forgets everything that a judgement looked at.
    pub fn forget(&self, reads: &Reads) {
        for record in reads.records.keys() {
            self.entries.remove(record);
        }
        for key in reads.keys.keys() {
            self.keys.remove(key);
            if let Some(account) = key.strip_prefix("authority/").and_then(|account| account.parse::<Uuid>().ok()) {
                self.authorities.remove(&account);
            }
            if key == POLICY_KEY {
                *self.in_force.write().expect("no panic while held") = None;
            }
        }
    }

    /// Puts a record on the shelf after it was appended, and drops what its event makes stale.
    pub fn put(&self, record: &RecordRef, entry: Arc<Entry>) {
        if record.kind == Kind::Ledger.as_str() {
            *self.ledger.write().expect("no panic while held") = None;
        }
        self.entries.insert(record.clone(), entry);
    }

    /// Drops what was folded from an index key that was touched.
    pub fn touched(&self, key: &str) {
        let reads = Reads { records: BTreeMap::new(), keys: BTreeMap::from([(key.into(), 0)]) };
        self.forget(&reads);
    }

    /// Fetches what a judgement was missing: one question for each sort of thing, however many of them are wanted.
    ///
    /// # Errors
    /// When the database cannot be asked, or the log does not match the catalogue.
    pub async fn fetch(&self, needs: Vec<Need>, fetched: &mut Fetched) -> Result<(), Error> {
        let (mut records, mut keys, mut events, mut claims) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut all_of = HashSet::new();
        for need in needs {
            match need {
                Need::Ledger => self.fetch_ledger().await?,
                Need::InForce => self.fetch_in_force().await?,
                Need::Owner(key) => {
                    if !self.fetch_owner(key).await? {
                        fetched.unknown_owners.insert(key);
                    }
                }
                Need::Authority(account) => self.fetch_authority(account).await?,
                Need::Record(record) => records.push(record),
                Need::Key(key) => keys.push(key),
                Need::Members(keys) => all_of.extend(keys),
                Need::Event(id) => events.push(id),
                Need::Claim(claim) => claims.push(claim),
                Need::Opened(_) | Need::File(_) => {
                    unreachable!("the door opens and looks into the store: the shelf has neither")
                }
            }
        }
        records.extend(self.members_not_at_hand(all_of, fetched).await?);
        // A record may be wanted by itself and as the member of several keys.
        let mut once = HashSet::with_capacity(records.len());
        records.retain(|record| once.insert(record.clone()));
        let (entries, members, known, holders) = tokio::try_join!(
            self.fetch_records(&records),
            self.fetch_members(&keys),
            self.fetch_events(&events),
            self.fetch_claims(&claims),
        )?;
        for (record, entry) in records.into_iter().zip(entries) {
            match entry {
                Some(entry) => _ = fetched.entries.insert(record, entry),
                None => _ = fetched.absent.insert(record),
            }
        }
        keys.into_iter().zip(members).for_each(|(key, members)| self.keep(key, members, fetched));
        fetched.events.extend(events.into_iter().zip(known));
        fetched.claims.extend(claims.into_iter().zip(holders));
        Ok(())
    }

    /// Members of keys whose records are not on the shelf. Keys that are not there either are on it then.
    async fn members_not_at_hand(
        &self,
        keys: HashSet<CompactString>,
        fetched: &mut Fetched,
    ) -> Result<Vec<RecordRef>, Error> {
        let (mut all, mut unknown) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in keys {
            match self.keys.get(&key).or_else(|| fetched.keys.get(&key).cloned()) {
                Some(members) => all.push(members),
                None => unknown.push(key),
            }
        }
        let known = self.fetch_members(&unknown).await?;
        all.extend(known.iter().cloned());
        unknown.into_iter().zip(known).for_each(|(key, members)| self.keep(key, members, fetched));
        let records = all.iter().flat_map(|members| &members.value.records);
        Ok(records.filter(|record| self.entries.peek(*record).is_none()).cloned().collect())
    }

    /// Puts the members of a key on the shelf, and where they stay for as long as this unit needs them.
    fn keep(&self, key: CompactString, members: Dated<Members>, fetched: &mut Fetched) {
        fetched.keys.insert(key.clone(), members.clone());
        self.keys.insert(key, members);
    }

    /// Keys with their members, in order.
    async fn fetch_members(&self, keys: &[CompactString]) -> Result<Vec<Dated<Members>>, Error> {
        let mut all = Vec::with_capacity(keys.len());
        for some in keys.chunks(ASKED_AT_ONCE) {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            all.extend(self.log.keys(&some).await?.into_iter().map(|state| {
                let records = state.members.into_iter();
                let records = records.map(|(kind, id)| RecordRef { kind: kind.as_str().into(), id }).collect();
                let last = u64::try_from(state.last_position).ok();
                Dated { value: Arc::new(Members { last, records }), last: state.last_position }
            }));
        }
        Ok(all)
    }

    async fn fetch_key(&self, key: CompactString) -> Result<Dated<Members>, Error> {
        Ok(self.fetch_members(&[key]).await?.pop().expect("one key, one answer"))
    }

    /// Records as they stand, in order; they are on the shelf then.
    async fn fetch_records(&self, records: &[RecordRef]) -> Result<Vec<Option<Arc<Entry>>>, Error> {
        let mut all = Vec::with_capacity(records.len());
        for some in records.chunks(ASKED_AT_ONCE) {
            let named: Vec<(String, Uuid)> = some.iter().map(|record| (record.kind.to_string(), record.id)).collect();
            let mut streams = self.log.streams(&named).await?;
            for (record, named) in some.iter().zip(named) {
                let entry = fold(&streams.remove(&named).unwrap_or_default())?.map(Arc::new);
                if let Some(entry) = &entry {
                    self.entries.insert(record.clone(), entry.clone());
                }
                all.push(entry);
            }
        }
        Ok(all)
    }

    async fn fetch_record(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Error> {
        Ok(self.fetch_records(std::slice::from_ref(record)).await?.pop().flatten())
    }

    /// Which of these events are in the log, in order.
    async fn fetch_events(&self, ids: &[Uuid]) -> Result<Vec<Option<Known>>, Error> {
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(ASKED_AT_ONCE) {
            found.extend(self.log.by_ids(some).await?.into_iter().map(|event| {
                let record = RecordRef { kind: event.kind.as_str().into(), id: event.record };
                (event.id, Known { hash: Hash(event.hash), position: event.position, record })
            }));
        }
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    /// Who holds these claims, in order.
    async fn fetch_claims(&self, claims: &[Claim]) -> Result<Vec<Option<Holder>>, Error> {
        let digests: Vec<[u8; 32]> = claims.iter().map(Claim::digest).collect();
        let mut found = HashMap::with_capacity(claims.len());
        for some in digests.chunks(ASKED_AT_ONCE) {
            found.extend(self.log.claims(some).await?.into_iter().map(|held| {
                let record = RecordRef { kind: held.kind.as_str().into(), id: held.record };
                (held.digest, Holder { record, position: held.position, content: held.content })
            }));
        }
        Ok(digests.iter().map(|digest| found.get(digest).cloned()).collect())
    }

    async fn fetch_ledger(&self) -> Result<(), Error> {
        let first = self.log.at(0).await?;
        let ledger = match first {
            Some(genesis) => {
                let record = RecordRef { kind: genesis.kind.as_str().into(), id: genesis.record };
                let entry = self.fetch_record(&record).await?;
                entry.and_then(|entry| entry.state.ledger().cloned()).map(Arc::new)
            }
            None => None,
        };
        for (owner, key) in ledger.iter().flat_map(|ledger| ledger_owners(ledger)) {
            self.owners.insert(key, owner);
        }
        *self.ledger.write().expect("no panic while held") = ledger;
        Ok(())
    }

    async fn fetch_in_force(&self) -> Result<(), Error> {
        if self.ledger().is_none() {
            self.fetch_ledger().await?;
        }
        let members = self.fetch_key(POLICY_KEY.into()).await?;
        let entries = self.fetch_records(&members.value.records).await?;
        let ledger = self.ledger();
        let value = Arc::new(in_force(ledger.as_deref(), entries.iter().flatten().map(|entry| &**entry)));
        *self.in_force.write().expect("no panic while held") = Some(Dated { value, last: members.last });
        Ok(())
    }

    async fn fetch_owner(&self, key: KeyId) -> Result<bool, Error> {
        if self.ledger().is_none() {
            self.fetch_ledger().await?;
            if self.owners.get(&key).is_some() {
                return Ok(true);
            }
        }
        let Some(held) = self.log.claims(&[key_claim(&key).digest()]).await?.pop() else { return Ok(false) };
        let record = RecordRef { kind: held.kind.as_str().into(), id: held.record };
        let entry = self.fetch_record(&record).await?;
        let owner = entry
            .as_ref()
            .and_then(|entry| entry.state.credential())
            .and_then(|credential| credential_owner(record.id, credential));
        if let Some(owner) = owner {
            self.owners.insert(key, owner);
            return Ok(true);
        }
        Ok(false)
    }

    async fn fetch_authority(&self, account: Uuid) -> Result<(), Error> {
        let members = self.fetch_key(authority_key(account)).await?;
        let entries = self.fetch_records(&members.value.records).await?;
        let entries = members.value.records.iter().zip(&entries);
        let authority = Authority::of(entries.filter_map(|(record, entry)| Some((record.id, &**entry.as_ref()?))));
        self.authorities.insert(account, Dated { value: Arc::new(authority), last: members.last });
        Ok(())
    }

    /// The authority of an account, fetched when it is not at hand.
    ///
    /// # Errors
    /// As [`Shelf::fetch`].
    pub async fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Error> {
        if let Some(dated) = self.authorities.get(&account) {
            return Ok(dated.value);
        }
        self.fetch_authority(account).await?;
        Ok(self.authorities.get(&account).map(|dated| dated.value).unwrap_or_default())
    }

    /// The owner of a key, fetched when it is not at hand.
    ///
    /// # Errors
    /// As [`Shelf::fetch`].
    pub async fn owner(&self, key: KeyId) -> Result<Option<KeyOwner>, Error> {
        if let Some(owner) = self.owners.get(&key) {
            return Ok(Some(owner));
        }
        self.fetch_owner(key).await?;
        Ok(self.owners.get(&key))
    }

    /// The files in force, fetched when they are not at hand.
    ///
    /// # Errors
    /// As [`Shelf::fetch`].
    pub async fn in_force(&self) -> Result<Arc<InForce>, Error> {
        let at_hand = self.in_force.read().expect("no panic while held").as_ref().map(|dated| dated.value.clone());
        if let Some(value) = at_hand {
            return Ok(value);
        }
        self.fetch_in_force().await?;
        Ok(self
            .in_force
            .read()
            .expect("no panic while held")
            .as_ref()
            .map(|dated| dated.value.clone())
            .unwrap_or_default())
    }
}

/// Folds the stored stream of one record.
///
/// # Errors
/// [`Error::Corrupt`] when a stored statement does not match the catalogue.
pub fn fold(stream: &[StoredEvent]) -> Result<Option<Entry>, Error> {
    let mut entry = None;
    for event in stream {
        let corrupt = |why: String| Error::Corrupt { position: Some(event.position), why };
        let object = read_stored(&event.payload).map_err(|fault| corrupt(fault.code().to_owned()))?;
        let recorded_at = Instant::from_micros(event.recorded_at);
        let replayed =
            domain::admission::replay(entry.as_ref(), &object, Hash(event.hash), recorded_at, event.position);
        entry = Some(replayed.map_err(|stop| corrupt(format!("{stop:?}")))?.1);
    }
    Ok(entry)
}

/// What one judgement sees.
pub struct View<'a> {
    shelf: &'a Shelf,
    fetched: &'a Fetched,
    ledger_id: LedgerId,
    content_key: [u8; 32],
    now: Instant,
    /// Records that the unit itself creates: taken to be absent until the append says otherwise.
    new: &'a HashSet<RecordRef>,
    /// True once the append or a refusal asked for certainty: then ids and claims are looked up before an answer.
    careful: bool,
    reads: RefCell<Reads>,
}

impl<'a> View<'a> {
    /// A view for one judgement.
    #[must_use]
    pub fn new(
        shelf: &'a Shelf,
        fetched: &'a Fetched,
        new: &'a HashSet<RecordRef>,
        (ledger_id, content_key): (LedgerId, [u8; 32]),
        now: Instant,
        careful: bool,
    ) -> Self {
        Self { shelf, fetched, ledger_id, content_key, now, new, careful, reads: RefCell::default() }
    }

    /// What was looked at.
    #[must_use]
    pub fn into_reads(self) -> Reads {
        self.reads.into_inner()
    }

    fn saw_key(&self, key: CompactString, last: i64) {
        self.reads.borrow_mut().keys.insert(key, last);
    }
}

impl Facts for View<'_> {
    fn ledger_id(&self) -> LedgerId {
        self.ledger_id
    }
    fn now(&self) -> Instant {
        self.now
    }
    fn content_key(&self) -> [u8; 32] {
        self.content_key
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        // An absent genesis is asked for again each time: only the first units of a ledger pay for it.
        match self.shelf.ledger() {
            Some(ledger) => Ok(Some(ledger)),
            None if self.fetched.absent.iter().any(|record| record.kind == Kind::Ledger.as_str()) => Ok(None),
            None => Err(Need::Ledger),
        }
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        let dated = self.shelf.in_force.read().expect("no panic while held").clone().ok_or(Need::InForce)?;
        self.saw_key(POLICY_KEY.into(), dated.last);
        Ok(dated.value)
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        if self.fetched.unknown_owners.contains(key) {
            return Ok(None);
        }
        self.shelf.owners.get(key).map(Some).ok_or(Need::Owner(*key))
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        let dated = self.shelf.authorities.get(&account).ok_or(Need::Authority(account))?;
        self.saw_key(authority_key(account), dated.last);
        Ok(dated.value)
    }
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need> {
        self.fetched.opened.get(sealed).cloned().ok_or_else(|| Need::Opened(sealed.clone()))
    }
    fn stored(&self, file: Uuid) -> Result<Stored, Need> {
        self.fetched.files.get(&file).cloned().ok_or(Need::File(file))
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        if let Some(entry) = self.shelf.entries.get(record).or_else(|| self.fetched.entries.get(record).cloned()) {
            self.reads.borrow_mut().records.insert(record.clone(), entry.version);
            return Ok(Some(entry));
        }
        if self.fetched.absent.contains(record) || (!self.careful && self.new.contains(record)) {
            self.reads.borrow_mut().records.insert(record.clone(), 0);
            return Ok(None);
        }
        Err(Need::Record(record.clone()))
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        if let Some(dated) = self.shelf.keys.get(key).or_else(|| self.fetched.keys.get(key).cloned()) {
            self.saw_key(key.into(), dated.last);
            return Ok(dated.value);
        }
        // Hardly any subject was ever erased: take it that this one was not, and let the append object.
        if !self.careful && key.starts_with("subject/") {
            self.saw_key(key.into(), -1);
            return Ok(Arc::default());
        }
        Err(Need::Key(key.into()))
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        self.fetched.events.get(&id).cloned().ok_or(Need::Event(id))
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        if self.careful { self.event(id).map(|known| known.is_some()) } else { Ok(false) }
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        match self.fetched.claims.get(claim) {
            Some(holder) => Ok(holder.clone()),
            None if self.careful => Err(Need::Claim(claim.clone())),
            None => Ok(None),
        }
    }
}

impl Fetched {
    /// Remembers that there is no genesis yet.
    pub fn no_ledger(&mut self) {
        self.absent.insert(RecordRef { kind: Kind::Ledger.as_str().into(), id: Uuid::nil() });
    }
}

//! A whole ledger in maps: the model that the real one is compared with, and the fold of the audit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Hash, Instant, KeyId, LedgerId};
use signing::envelope::Opening;
use signing::json::Value;
use signing::keys::PublicKey;
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

use crate::admission::{Admitted, Typed};
use crate::authority::{Adopted, Authority, InForce, POLICY_KEY};
use crate::catalog::State;
use crate::codes::PolicyFile;
use crate::record::{Claim, Entry, Facts, Holder, KeyClass, KeyOwner, Known, Members, Need};
use crate::records::{SealedRef, credential, ledger};

/// Key of the content digests of a ledger in memory, which has nothing to hide from whoever reads it.
pub const CONTENT_KEY: [u8; 32] = [0; 32];

/// Where a ledger in memory keeps what grows with its events: [`Maps`] for a model, on disk for a long audit.
pub trait Store {
    /// Takes an event; then [`Store::put`] says what its record has become.
    fn append(&mut self, event: &Stored<'_>, keys: &[CompactString]);
    /// A record as it stands now.
    fn put(&mut self, record: &RecordRef, entry: Arc<Entry>);
    /// A claim is held from now on.
    fn take(&mut self, claim: &Claim, holder: Holder);
    /// A claim is held no longer.
    fn free(&mut self, claim: &Claim);
    /// A record.
    fn record(&self, record: &RecordRef) -> Option<Arc<Entry>>;
    /// An event by id.
    fn event(&self, id: Uuid) -> Option<Known>;
    /// Whether an id of an event or batch was used before.
    fn used(&self, id: Uuid) -> bool;
    /// Members of an index key.
    fn members(&self, key: &str) -> Arc<Members>;
    /// Holder of a claim.
    fn claim(&self, claim: &Claim) -> Option<Holder>;
}

/// An event as a store takes it: all that its record can be folded from again.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Position.
    pub position: u64,
    /// Its signed members.
    pub statement: &'a Statement,
    /// Exact payload.
    pub payload: &'a [u8],
    /// The instant at which it was folded.
    pub recorded_at: Instant,
}

/// Everything in maps.
#[derive(Debug, Clone, Default)]
pub struct Maps {
    records: HashMap<RecordRef, Arc<Entry>>,
    keys: HashMap<CompactString, Arc<Members>>,
    claims: HashMap<[u8; 32], Holder>,
    events: HashMap<Uuid, (u64, RecordRef)>,
    batches: HashSet<Uuid>,
}

impl Store for Maps {
    fn append(&mut self, event: &Stored<'_>, keys: &[CompactString]) {
        let Stored { position, statement, .. } = *event;
        self.events.insert(statement.id, (position, statement.record.clone()));
        self.batches.extend(statement.batch.map(|batch| batch.id));
        for key in keys {
            let members = Arc::make_mut(self.keys.entry(key.clone()).or_default());
            members.last = Some(position);
            // A record that begins is in no list yet, and some lists are long.
            if statement.version == 1 || !members.records.contains(&statement.record) {
                members.records.push(statement.record.clone());
            }
        }
    }
    fn put(&mut self, record: &RecordRef, entry: Arc<Entry>) {
        self.records.insert(record.clone(), entry);
    }
    fn take(&mut self, claim: &Claim, holder: Holder) {
        self.claims.insert(claim.digest(), holder);
    }
    fn free(&mut self, claim: &Claim) {
        self.claims.remove(&claim.digest());
    }
    fn record(&self, record: &RecordRef) -> Option<Arc<Entry>> {
        self.records.get(record).cloned()
    }
    fn event(&self, id: Uuid) -> Option<Known> {
        let (position, record) = self.events.get(&id)?;
        let hash = self.records.get(record)?.mark(id)?.hash;
        Some(Known { hash, position: *position, record: record.clone() })
    }
    fn used(&self, id: Uuid) -> bool {
        self.events.contains_key(&id) || self.batches.contains(&id)
    }
    fn members(&self, key: &str) -> Arc<Members> {
        self.keys.get(key).cloned().unwrap_or_default()
    }
    fn claim(&self, claim: &Claim) -> Option<Holder> {
        self.claims.get(&claim.digest()).cloned()
    }
}

/// A ledger in memory. What grows with its events lies in a store; what grows with the people who sign (keys and
/// their authority) is always at hand.
#[derive(Debug, Clone)]
pub struct Memory<S = Maps> {
    ledger_id: LedgerId,
    now: Instant,
    size: u64,
    store: S,
    ledger: Option<Arc<ledger::Ledger>>,
    owners: HashMap<KeyId, KeyOwner>,
    authorities: HashMap<Uuid, Arc<Authority>>,
    in_force: Arc<InForce>,
    opened: HashMap<(Uuid, CompactString), Value>,
}

impl Memory {
    /// An empty ledger.
    #[must_use]
    pub fn new(ledger_id: LedgerId) -> Self {
        Self::on(ledger_id, Maps::default())
    }

    /// A record.
    #[must_use]
    pub fn record(&self, record: &RecordRef) -> Option<&Arc<Entry>> {
        self.store.records.get(record)
    }

    /// All records.
    pub fn records(&self) -> impl Iterator<Item = (&RecordRef, &Arc<Entry>)> {
        self.store.records.iter()
    }
}

impl<S: Store> Memory<S> {
    /// An empty ledger in an empty store.
    pub fn on(ledger_id: LedgerId, store: S) -> Self {
        Self {
            ledger_id,
            now: Instant::from_micros(0),
            size: 0,
            store,
            ledger: None,
            owners: HashMap::new(),
            authorities: HashMap::new(),
            in_force: Arc::default(),
            opened: HashMap::new(),
        }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Number of events.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Sets the instant at which the next unit is judged.
    pub fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    /// Keeps the openings of an event, as the real ledger does: a correction of a sealed business key asks for the old one.
    pub fn keep(&mut self, event: Uuid, openings: &[Opening]) {
        let values = openings.iter().map(|opening| ((event, opening.pointer.as_str().into()), opening.value.clone()));
        self.opened.extend(values);
    }

    /// Appends an admitted unit; returns its first position.
    pub fn apply(&mut self, admitted: &Admitted) -> u64 {
        let first = self.size;
        for event in &admitted.events {
            self.append(&event.statement, &event.payload, self.now, &event.keys);
        }
        let settled = admitted.entries.iter().map(|(record, entry)| {
            let mut entry = Entry::clone(entry);
            entry.settle(first);
            (record, Arc::new(entry))
        });
        let settled: Vec<_> = settled.collect();
        settled.iter().for_each(|(record, entry)| self.store.put(record, entry.clone()));
        admitted.frees.iter().for_each(|claim| self.store.free(claim));
        for take in &admitted.takes {
            let holder =
                Holder { record: take.record.clone(), position: first + take.event as u64, content: take.content };
            self.store.take(&take.claim, holder);
        }
        settled.iter().for_each(|(record, entry)| self.learn(record, entry));
        first
    }

    /// Takes a stored event as it is, whether or not the judge would admit it: an audit goes on after a finding. A
    /// claim that another record holds stays with that one.
    pub fn replay(&mut self, typed: &Typed, payload: &[u8], hash: Hash, recorded_at: Instant) {
        let statement = &typed.statement;
        let record = &statement.record;
        let before = self.store.record(record);
        let marks = before.as_ref().map_or(&[][..], |entry| &entry.marks[..]);
        let about = crate::admission::about(statement, hash, recorded_at.civil_day(), marks, None);
        let keys = typed.event.keys(&about);
        let mut entry = crate::admission::evolve(before.as_deref(), typed.event.clone(), &about, 0);
        entry.settle(self.size);
        let entry = Arc::new(entry);
        let position = self.size;
        self.append(statement, payload, recorded_at, &keys);
        self.store.put(record, entry.clone());
        let old = before.map(|entry| entry.state.claims(record.id)).unwrap_or_default();
        let new = entry.state.claims(record.id);
        let ours = |store: &S, claim| store.claim(claim).is_some_and(|holder| holder.record == *record);
        for claim in old.iter().filter(|claim| !new.contains(claim)) {
            if ours(&self.store, claim) {
                self.store.free(claim);
            }
        }
        for claim in new.iter().filter(|claim| !old.contains(claim)) {
            if self.store.claim(claim).is_none() {
                self.store.take(claim, Holder { record: record.clone(), position, content: [0; 32] });
            }
        }
        self.learn(record, &entry);
    }

    fn append(&mut self, statement: &Statement, payload: &[u8], recorded_at: Instant, keys: &[CompactString]) {
        self.store.append(&Stored { position: self.size, statement, payload, recorded_at }, keys);
        self.size += 1;
    }

    /// What the new state of a record says about keys, authority and policies.
    fn learn(&mut self, record: &RecordRef, entry: &Entry) {
        match &entry.state {
            State::Ledger(ledger) => {
                self.owners.extend(ledger_owners(ledger).into_iter().map(|(owner, key)| (key, owner)));
                self.ledger = Some(Arc::new(ledger.clone()));
                self.in_force = Arc::new(in_force(Some(ledger), []));
            }
            State::Policy(_) | State::CodeList(_) => {
                let members: Vec<_> = self.entries(POLICY_KEY).collect();
                self.in_force = Arc::new(in_force(self.ledger.as_deref(), members.iter().map(|(_, entry)| &**entry)));
            }
            State::Account(_) => self.authorise(record.id),
            State::Credential(credential) => {
                if let Some(owner) = credential_owner(record.id, credential) {
                    self.owners.insert(credential.key, owner);
                }
                self.authorise(credential.account);
            }
            State::Grant(grant) => self.authorise(grant.given.account),
            _ => {}
        }
    }

    /// Folds the authority of an account anew.
    fn authorise(&mut self, account: Uuid) {
        let entries: Vec<_> = self.entries(&crate::authority::authority_key(account)).collect();
        let authority = Authority::of(entries.iter().map(|(record, entry)| (record.id, &**entry)));
        self.authorities.insert(account, Arc::new(authority));
    }

    /// The records that touched an index key.
    fn entries(&self, key: &str) -> impl Iterator<Item = (RecordRef, Arc<Entry>)> {
        let records = self.store.members(key).records.clone();
        records.into_iter().filter_map(|record| {
            let entry = self.store.record(&record)?;
            Some((record, entry))
        })
    }
}

/// Owners of the keys that a genesis names.
#[must_use]
pub fn ledger_owners(ledger: &ledger::Ledger) -> Vec<(KeyOwner, KeyId)> {
    let created = &ledger.created;
    let roots = created.roots.iter().map(|root| (&root.public_key, root.account, KeyClass::Root(root.person)));
    let service = &created.service;
    let all = roots.chain([(&service.public_key, service.account, KeyClass::Service)]);
    all.filter_map(|(spki, account, class)| {
        let key = PublicKey::from_spki(&spki.0)?;
        let id = key.id();
        Some((KeyOwner { key: Arc::new(key), account, class }, id))
    })
    .collect()
}

/// Owner of a credential's key.
#[must_use]
pub fn credential_owner(id: Uuid, credential: &credential::Credential) -> Option<KeyOwner> {
    let key = PublicKey::from_spki(&credential.public_key.0)?;
    Some(KeyOwner { key: Arc::new(key), account: credential.account, class: KeyClass::Credential(id) })
}

/// The files in force: those of the genesis, then adoptions in the order in which they were completed; and the code
/// lists that were amended. All are members of [`POLICY_KEY`].
#[must_use]
pub fn in_force<'a>(ledger: Option<&ledger::Ledger>, members: impl IntoIterator<Item = &'a Entry>) -> InForce {
    let Some(ledger) = ledger else { return InForce::default() };
    let created = &ledger.created;
    let first = "1970-01-01".parse().expect("a date");
    let genesis = [
        (PolicyFile::Catalogue, &created.catalogue),
        (PolicyFile::Policy, &created.policy),
        (PolicyFile::Rules, &created.rules),
    ];
    let mut adopted: Vec<Adopted> = genesis
        .iter()
        .map(|(what, named)| Adopted { what: *what, version: named.version, sha256: named.sha256, from_day: first })
        .collect();
    let (mut complete, mut amended) = (Vec::new(), Vec::new());
    for entry in members {
        match &entry.state {
            State::Policy(policy) if policy.signatures >= created.threshold => complete.push((entry.position, policy)),
            State::CodeList(list) => amended.push(list.clone()),
            _ => {}
        }
    }
    complete.sort_by_key(|(position, _)| *position);
    adopted.extend(complete.into_iter().map(|(_, policy)| {
        let named = &policy.adopted;
        Adopted { what: named.what, version: named.version, sha256: named.sha256, from_day: named.from_day }
    }));
    InForce { adopted, amended }
}

impl<S: Store> Facts for Memory<S> {
    fn ledger_id(&self) -> LedgerId {
        self.ledger_id
    }
    fn now(&self) -> Instant {
        self.now
    }
    fn content_key(&self) -> [u8; 32] {
        CONTENT_KEY
    }
    fn ledger(&self) -> Result<Option<Arc<ledger::Ledger>>, Need> {
        Ok(self.ledger.clone())
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        Ok(self.in_force.clone())
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        Ok(self.owners.get(key).cloned())
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        Ok(self.authorities.get(&account).cloned().unwrap_or_default())
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        Ok(self.store.record(record))
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        Ok(self.store.members(key))
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        Ok(self.store.event(id))
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        Ok(self.store.used(id))
    }
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need> {
        Ok(self.opened.get(&(sealed.event, sealed.pointer.clone())).cloned())
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        Ok(self.store.claim(claim))
    }
}

//! A whole ledger in maps: the model that the real one is compared with, and the fold of the audit.

use std::collections::HashMap;
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Hash, Instant, KeyId, LedgerId};
use signing::keys::PublicKey;
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

use crate::admission::{Admitted, Typed};
use crate::authority::{Adopted, Authority, InForce, POLICY_KEY};
use crate::catalog::State;
use crate::codes::PolicyFile;
use crate::record::{Claim, Entry, Facts, Holder, KeyClass, KeyOwner, Known, Members, Need};
use crate::records::{credential, ledger};

/// A ledger in memory.
#[derive(Debug, Clone)]
pub struct Memory {
    ledger_id: LedgerId,
    now: Instant,
    size: u64,
    ledger: Option<RecordRef>,
    records: HashMap<RecordRef, Arc<Entry>>,
    keys: HashMap<CompactString, Arc<Members>>,
    claims: HashMap<[u8; 32], Holder>,
    events: HashMap<Uuid, (u64, RecordRef)>,
    batches: HashMap<Uuid, u64>,
    owners: HashMap<KeyId, KeyOwner>,
    authorities: HashMap<Uuid, Arc<Authority>>,
    in_force: Arc<InForce>,
}

impl Memory {
    /// An empty ledger.
    #[must_use]
    pub fn new(ledger_id: LedgerId) -> Self {
        Self {
            ledger_id,
            now: Instant::from_micros(0),
            size: 0,
            ledger: None,
            records: HashMap::new(),
            keys: HashMap::new(),
            claims: HashMap::new(),
            events: HashMap::new(),
            batches: HashMap::new(),
            owners: HashMap::new(),
            authorities: HashMap::new(),
            in_force: Arc::default(),
        }
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

    /// A record.
    #[must_use]
    pub fn record(&self, record: &RecordRef) -> Option<&Arc<Entry>> {
        self.records.get(record)
    }

    /// All records.
    pub fn records(&self) -> impl Iterator<Item = (&RecordRef, &Arc<Entry>)> {
        self.records.iter()
    }

    /// Appends an admitted unit; returns its first position.
    pub fn apply(&mut self, admitted: &Admitted) -> u64 {
        let first = self.size;
        for event in &admitted.events {
            self.note(&event.statement, &event.keys);
        }
        for (record, entry) in &admitted.entries {
            let mut entry = Entry::clone(entry);
            entry.settle(first);
            self.records.insert(record.clone(), Arc::new(entry));
        }
        for claim in &admitted.frees {
            self.claims.remove(&claim.digest());
        }
        for take in &admitted.takes {
            let holder =
                Holder { record: take.record.clone(), position: first + take.event as u64, content: take.content };
            self.claims.insert(take.claim.digest(), holder);
        }
        for (record, entry) in &admitted.entries {
            self.learn(record, entry);
        }
        first
    }

    /// Takes a stored event as it is, whether or not the judge would admit it: an audit goes on after a finding.
    ///
    /// # Errors
    /// The refusal when the statement does not match the catalogue.
    pub fn replay(&mut self, typed: &Typed, hash: Hash, recorded_at: Instant) {
        let statement = &typed.statement;
        let record = statement.record.clone();
        let before = self.records.get(&record).cloned();
        let marks = before.as_ref().map_or(&[][..], |entry| &entry.marks[..]);
        let about = crate::admission::about(statement, hash, recorded_at.civil_day(), marks, None);
        let keys = typed.event.keys(&about);
        let mut entry = crate::admission::evolve(before.as_deref(), typed.event.clone(), &about, 0);
        entry.settle(self.size);
        for claim in before.iter().flat_map(|entry| entry.state.claims(record.id)) {
            self.claims.remove(&claim.digest());
        }
        for claim in entry.state.claims(record.id) {
            let position = self.size;
            self.claims.entry(claim.digest()).or_insert_with(|| Holder {
                record: record.clone(),
                position,
                content: [0; 32],
            });
        }
        self.note(statement, &keys);
        self.learn(&record, &entry);
        self.records.insert(record, Arc::new(entry));
    }

    fn note(&mut self, statement: &Statement, keys: &[CompactString]) {
        let position = self.size;
        self.events.insert(statement.id, (position, statement.record.clone()));
        if let Some(batch) = statement.batch {
            self.batches.entry(batch.id).or_insert(position);
        }
        for key in keys {
            let members = Arc::make_mut(self.keys.entry(key.clone()).or_default());
            members.last = Some(position);
            if !members.records.contains(&statement.record) {
                members.records.push(statement.record.clone());
            }
        }
        self.size += 1;
    }

    /// What the new state of a record says about keys, authority and policies.
    fn learn(&mut self, record: &RecordRef, entry: &Entry) {
        match &entry.state {
            State::Ledger(ledger) => {
                self.ledger = Some(record.clone());
                for (owner, key) in ledger_owners(ledger) {
                    self.owners.insert(key, owner);
                }
                self.in_force = Arc::new(in_force(Some(ledger), []));
            }
            State::Account(_) => {
                self.authorities.remove(&record.id);
            }
            State::Credential(credential) => {
                if let Some(owner) = credential_owner(record.id, credential) {
                    self.owners.insert(credential.key, owner);
                }
                self.authorities.remove(&credential.account);
            }
            State::Grant(grant) => {
                self.authorities.remove(&grant.given.account);
            }
            State::Policy(_) => {
                self.records.insert(record.clone(), Arc::new(entry.clone()));
                let ledger = self
                    .ledger
                    .as_ref()
                    .and_then(|ledger| self.records.get(ledger))
                    .and_then(|entry| entry.state.ledger());
                let policies = self.keys.get(POLICY_KEY).map(|members| members.records.clone()).unwrap_or_default();
                let entries: Vec<_> =
                    policies.iter().filter_map(|record| self.records.get(record)).map(|entry| &**entry).collect();
                self.in_force = Arc::new(in_force(ledger, entries));
            }
            State::Erasure(_) | State::Institution(_) | State::Device(_) => {}
        }
        // Authorities are folded anew when they are asked for; those of the accounts in the ledger are few.
        let account = match &entry.state {
            State::Account(_) => Some(record.id),
            State::Credential(credential) => Some(credential.account),
            State::Grant(grant) => Some(grant.given.account),
            _ => None,
        };
        if let Some(account) = account {
            self.records.insert(record.clone(), Arc::new(entry.clone()));
            let members = self
                .keys
                .get(crate::authority::authority_key(account).as_str())
                .map(|m| m.records.clone())
                .unwrap_or_default();
            let entries: Vec<_> =
                members.iter().filter_map(|r| self.records.get(r).map(|entry| (r.id, entry.clone()))).collect();
            let authority = Authority::of(entries.iter().map(|(id, entry)| (*id, &**entry)));
            self.authorities.insert(account, Arc::new(authority));
        }
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

/// The files in force: those of the genesis, then adoptions in the order in which they were completed.
#[must_use]
pub fn in_force<'a>(ledger: Option<&ledger::Ledger>, policies: impl IntoIterator<Item = &'a Entry>) -> InForce {
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
    let mut complete: Vec<_> = policies
        .into_iter()
        .filter_map(|entry| entry.state.policy().map(|policy| (entry.position, policy)))
        .filter(|(_, policy)| policy.signatures >= created.threshold)
        .collect();
    complete.sort_by_key(|(position, _)| *position);
    adopted.extend(complete.into_iter().map(|(_, policy)| {
        let named = &policy.adopted;
        Adopted { what: named.what, version: named.version, sha256: named.sha256, from_day: named.from_day }
    }));
    InForce { adopted }
}

impl Facts for Memory {
    fn ledger_id(&self) -> LedgerId {
        self.ledger_id
    }
    fn now(&self) -> Instant {
        self.now
    }
    fn content_key(&self) -> [u8; 32] {
        [0; 32]
    }
    fn ledger(&self) -> Result<Option<Arc<ledger::Ledger>>, Need> {
        let entry = self.ledger.as_ref().and_then(|record| self.records.get(record));
        Ok(entry.and_then(|entry| entry.state.ledger()).map(|ledger| Arc::new(ledger.clone())))
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
        Ok(self.records.get(record).cloned())
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        Ok(self.keys.get(key).cloned().unwrap_or_default())
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        let known = self.events.get(&id).and_then(|(position, record)| {
            let hash = self.records.get(record)?.mark(id)?.hash;
            Some(Known { hash, position: *position, record: record.clone() })
        });
        Ok(known)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        Ok(self.events.contains_key(&id) || self.batches.contains_key(&id))
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        Ok(self.claims.get(&claim.digest()).cloned())
    }
}

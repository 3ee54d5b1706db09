//! The facts as the next event of a unit sees them.

use std::collections::HashMap;
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Instant, KeyId, LedgerId};
use signing::json::Value;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::judge::Judge;
use super::taken::Taken;
use crate::authority::{Authority, InForce};
use crate::record::{Claim, Entry, Facts, Holder, KeyOwner, Known, Members, Need, Period, PeriodOf, Stored};
use crate::records::SealedRef;
use crate::records::ledger::Ledger;
use crate::seals::Openings;

/// What a unit adds to the ledger while it is judged.
#[derive(Default)]
pub(super) struct Above {
    pub(super) entries: HashMap<RecordRef, Arc<Entry>>,
    pub(super) members: HashMap<CompactString, Vec<RecordRef>>,
    pub(super) events: HashMap<Uuid, Known>,
    pub(super) claims: HashMap<Claim, Option<Holder>>,
    /// Nothing that the unit adds, but what was read of a key, so that it need not be read again.
    pub(super) taken: HashMap<CompactString, Taken>,
}

/// The facts as the next event of a unit sees them: what the unit changed, above the ledger; authority from the
/// ledger alone.
pub(super) struct Layered<'j, 'a> {
    pub(super) judge: &'j Judge<'a>,
}

impl Facts for Layered<'_, '_> {
    fn ledger_id(&self) -> LedgerId {
        self.judge.base.ledger_id()
    }
    fn now(&self) -> Instant {
        self.judge.now
    }
    fn content_key(&self) -> [u8; 32] {
        self.judge.base.content_key()
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        self.judge.base.ledger()
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        self.judge.base.in_force()
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        self.judge.base.owner(key)
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        self.judge.base.authority(account)
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        if let Some(entry) = self.judge.above.borrow().entries.get(record) {
            return Ok(Some(entry.clone()));
        }
        self.judge.base.entry(record)
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        let below = self.judge.base.members(key)?;
        match self.judge.above.borrow().members.get(key) {
            None => Ok(below),
            Some(added) => {
                let mut members = Members::clone(&below);
                for record in added {
                    if !members.records.contains(record) {
                        members.records.push(record.clone());
                    }
                }
                Ok(Arc::new(members))
            }
        }
    }
    fn touches(&self, key: &str, period: &Period, of: PeriodOf) -> Result<bool, Need> {
        // Out of its place while entries are read through the same cell.
        let kept = self.judge.above.borrow_mut().taken.remove(key);
        let mut kept = match kept {
            Some(kept) => kept,
            None => {
                let below = self.judge.base.members(key)?;
                Taken::of_members(&below, of, self).map_err(|_| Need::Members(vec![key.into()]))?
            }
        };
        if let Some(added) = self.judge.above.borrow().members.get(key) {
            kept.follow(added, of, self)?;
        }
        let touches = kept.touches(period);
        self.judge.above.borrow_mut().taken.insert(key.into(), kept);
        Ok(touches)
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        if let Some(known) = self.judge.above.borrow().events.get(&id) {
            return Ok(Some(known.clone()));
        }
        self.judge.base.event(id)
    }
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need> {
        let Some(index) = self.judge.first_with.get(&sealed.event) else { return self.judge.base.opened(sealed) };
        // What the unit itself seals stands in no log yet.
        let Openings::Given(given) = &self.judge.unit[*index].openings else { return Ok(None) };
        let here = given.iter().find(|opening| opening.pointer == sealed.pointer.as_str());
        Ok(here.map(|opening| opening.value.clone()))
    }
    fn stored(&self, file: Uuid) -> Result<Stored, Need> {
        self.judge.base.stored(file)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        self.judge.base.used(id)
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        if let Some(holder) = self.judge.above.borrow().claims.get(claim) {
            return Ok(holder.clone());
        }
        self.judge.base.claim(claim)
    }
}

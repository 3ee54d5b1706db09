//! What a rule looks at: the facts of the ledger, and what follows from having looked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Date, Instant, KeyId, LedgerId};
use signing::json::Value;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::doses::Doses;
use super::{Again, RuleSet};
use crate::authority::{Authority, InForce};
use crate::record::{Claim, Entry, Facts, Holder, KeyOwner, Known, Members, Need, Stored};
use crate::records::ledger::Ledger;
use crate::records::{SealedRef, holiday_table, parameter};
use crate::reference_codes::ParameterName;
use crate::workdays::Calendar;

/// Records that touched an index key, in the order in which they began.
pub type Seen = Rc<Vec<(Uuid, Arc<Entry>)>>;

/// What was read for one subject on one day. The rules that look at a subject look at much the same of it, so what one of
/// them has read the next one need not read again.
#[derive(Default)]
pub struct Kept {
    seen: RefCell<HashMap<CompactString, Seen>>,
    doses: RefCell<Option<(Uuid, Rc<Doses>)>>,
}

/// The facts on a day, for one rule and one subject. It remembers the newest event that was looked at and the next day on
/// which something other than the rule's own steps changes the answer.
pub struct Look<'a> {
    facts: &'a dyn Facts,
    /// The day that is judged.
    pub day: Date,
    /// Values that are tried out in the place of those that were set.
    drafted: &'a [(ParameterName, i64)],
    kept: Rc<Kept>,
    newest: RefCell<Option<Arc<Entry>>>,
    horizon: Cell<Option<Date>>,
    parameters: Cell<bool>,
    tables: Cell<bool>,
    early: Cell<bool>,
}

impl<'a> Look<'a> {
    /// A look at the facts on a day.
    #[must_use]
    pub fn new(facts: &'a dyn Facts, day: Date) -> Self {
        Self::drafted(facts, day, &[])
    }

    /// A look at the facts on a day, with other values of some parameters.
    #[must_use]
    pub fn drafted(facts: &'a dyn Facts, day: Date, drafted: &'a [(ParameterName, i64)]) -> Self {
        Self {
            facts,
            day,
            drafted,
            kept: Rc::default(),
            newest: RefCell::default(),
            horizon: Cell::new(None),
            parameters: Cell::new(false),
            tables: Cell::new(false),
            early: Cell::new(false),
        }
    }

    /// A look at the facts on a day beside others at the same subject on that day.
    #[must_use]
    pub fn beside(kept: &Rc<Kept>, facts: &'a dyn Facts, day: Date) -> Self {
        Self { kept: kept.clone(), ..Self::new(facts, day) }
    }

    /// A record, as it stands.
    ///
    /// # Errors
    /// A [`Need`] when it is not loaded.
    pub fn record(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        self.entry(record)
    }

    /// The records that touched an index key, in the order in which they began.
    ///
    /// # Errors
    /// A [`Need`] when they are not loaded: all of them at once.
    pub fn all(&self, key: &str) -> Result<Seen, Need> {
        self.rests_on(key);
        let known = self.kept.seen.borrow().get(key).cloned();
        let seen = match known {
            Some(seen) => seen,
            None => {
                let seen = self.read(key).ok_or_else(|| Need::Members(vec![key.into()]))?;
                self.kept.seen.borrow_mut().insert(key.into(), seen.clone());
                seen
            }
        };
        if let Some((_, entry)) = seen.iter().max_by_key(|(_, entry)| entry.position) {
            self.saw(entry);
        }
        Ok(seen)
    }

    /// [`Look::all`] of several keys.
    ///
    /// # Errors
    /// A [`Need`] for everything that is not loaded, so that it is fetched together.
    pub fn all_of(&self, keys: &[CompactString]) -> Result<Vec<Seen>, Need> {
        let mut missing = Vec::new();
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            match self.all(key) {
                Ok(seen) => all.push(seen),
                Err(_) => missing.push(key.clone()),
            }
        }
        if missing.is_empty() { Ok(all) } else { Err(Need::Members(missing)) }
    }

    /// The records of a key; none when the key or one of them is not loaded.
    fn read(&self, key: &str) -> Option<Seen> {
        let members = self.facts.members(key).ok()?;
        let mut all = Vec::with_capacity(members.records.len());
        for record in &members.records {
            let entry = self.facts.entry(record).ok()?;
            all.extend(entry.map(|entry| (record.id, entry)));
        }
        Some(Rc::new(all))
    }

    /// The doses of a worker; they are made of what was looked at unless another rule has done so.
    pub(super) fn doses(&self, person: Uuid, read: impl FnOnce() -> Doses) -> Rc<Doses> {
        let mut kept = self.kept.doses.borrow_mut();
        if let Some((_, doses)) = kept.as_ref().filter(|(known, _)| *known == person) {
            return doses.clone();
        }
        let doses = Rc::new(read());
        *kept = Some((person, doses.clone()));
        doses
    }

    /// The value of a parameter on the day. A setting that counts from a later day is a day on which to look again.
    ///
    /// # Errors
    /// A [`Need`] when the parameters are not loaded.
    pub fn value(&self, name: ParameterName) -> Result<i64, Need> {
        for (_, entry) in self.all(parameter::PARAMETERS_KEY)?.iter() {
            let Some(parameter) = entry.state.parameter().filter(|parameter| parameter.name == name) else { continue };
            parameter.settings.iter().map(|setting| setting.from_day).for_each(|day| self.again_on(day));
        }
        self.value_on(name, self.day)
    }

    /// The value of a parameter on another day that the facts give.
    ///
    /// # Errors
    /// A [`Need`] when the parameters are not loaded.
    pub fn value_on(&self, name: ParameterName, day: Date) -> Result<i64, Need> {
        match self.drafted.iter().find(|(drafted, _)| *drafted == name) {
            Some((_, value)) => Ok(*value),
            None => parameter::value_on(name, day, self),
        }
    }

    /// Working days as the published tables make them.
    ///
    /// # Errors
    /// A [`Need`] when a table is not loaded.
    pub fn calendar(&self) -> Result<Calendar, Need> {
        holiday_table::calendar(self)
    }

    /// The answer may be another from this day on.
    pub fn again_on(&self, day: Date) {
        if day > self.day && self.horizon.get().is_none_or(|known| day < known) {
            self.horizon.set(Some(day));
        }
    }

    /// The next day on which the answer may be another one, beside the steps of what was found.
    #[must_use]
    pub fn horizon(&self) -> Option<Date> {
        self.horizon.get()
    }

    /// When rules whose answer this is have to look again.
    #[must_use]
    pub fn again(&self, rules: RuleSet, next: Option<Date>) -> Again {
        let if_any = |any: &Cell<bool>| if any.get() { rules } else { RuleSet::default() };
        Again {
            days: next.map(|day| (rules, day)).into_iter().collect(),
            with_parameters: if_any(&self.parameters),
            with_tables: if_any(&self.tables),
            not_in_force: if_any(&self.early),
        }
    }

    /// The rule is not in force on the day.
    pub(super) fn is_too_early(&self) {
        self.early.set(true);
    }

    fn rests_on(&self, key: &str) {
        match key {
            parameter::PARAMETERS_KEY => self.parameters.set(true),
            holiday_table::HOLIDAY_TABLES_KEY => self.tables.set(true),
            _ => {}
        }
    }

    fn saw(&self, entry: &Arc<Entry>) {
        let mut newest = self.newest.borrow_mut();
        if newest.as_ref().is_none_or(|newest| newest.position < entry.position) {
            *newest = Some(entry.clone());
        }
    }

    /// The record with the newest event of all that were looked at.
    #[must_use]
    pub fn newest(&self) -> Option<Arc<Entry>> {
        self.newest.borrow().clone()
    }
}

/// Everything else is the ledger's answer.
impl Facts for Look<'_> {
    fn ledger_id(&self) -> LedgerId {
        self.facts.ledger_id()
    }
    fn now(&self) -> Instant {
        self.facts.now()
    }
    fn content_key(&self) -> [u8; 32] {
        self.facts.content_key()
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        self.facts.ledger()
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        self.facts.in_force()
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        self.facts.owner(key)
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        self.facts.authority(account)
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        let entry = self.facts.entry(record)?;
        if let Some(entry) = &entry {
            self.saw(entry);
        }
        Ok(entry)
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        self.rests_on(key);
        self.facts.members(key)
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        self.facts.event(id)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        self.facts.used(id)
    }
    /// No rule may rest on a sealed value: every one is as if it had been erased.
    fn opened(&self, _sealed: &SealedRef) -> Result<Option<Value>, Need> {
        Ok(None)
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        self.facts.claim(claim)
    }
    fn stored(&self, _file: Uuid) -> Result<Stored, Need> {
        Ok(Stored::NotAsked)
    }
}

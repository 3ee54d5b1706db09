//! One judgement: each event upon the ones before it, then what the system must add.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use signing::bytes::{Date, Hash, Instant};
use signing::envelope::statement_hash;
use signing::json::{Value, canonical_object};
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

use super::checks::id_of;
use super::fold::{about, evolve};
use super::layered::{Above, Layered};
use super::pending::Pending;
use super::typed::{Typed, read_typed};
use super::{Admitted, AdmittedEvent, CONSEQUENCES_MAX, Presented, Service, Take, Worst};
use crate::catalog::{Event, Kind, State};
use crate::codes::PolicyFile;
use crate::record::{About, Actor, Claim, Entry, Facts, Holder, KeyClass, KeyOwner, Known, Stop};
use crate::records::code_list;
use crate::records::erasure::{self, SUBJECT_ERASED};
use crate::refusal::{Code, Refusal};
use crate::seals;

/// The state of one judgement: the facts, and above them what this unit has changed so far.
pub(super) struct Judge<'a> {
    pub(super) unit: &'a [Presented],
    /// The first event of the unit with each id.
    pub(super) first_with: HashMap<Uuid, usize>,
    pub(super) base: &'a dyn Facts,
    pub(super) above: RefCell<Above>,
    pub(super) worst: Worst,
    pub(super) now: Instant,
    pub(super) day: Date,
    pub(super) from: Instant,
    pub(super) until: Instant,
    pub(super) heads: BTreeMap<RecordRef, u32>,
    pub(super) failed: HashSet<RecordRef>,
    pub(super) admitted: Vec<(AdmittedEvent, Option<Event>)>,
    pub(super) takes: Vec<Take>,
    pub(super) frees: Vec<Claim>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(unit: &'a [Presented], base: &'a dyn Facts) -> Self {
        let now = base.now();
        let day = now.civil_day();
        Self {
            unit,
            // Backwards, so that of several the first stays.
            first_with: unit
                .iter()
                .enumerate()
                .rev()
                .filter_map(|(at, event)| Some((id_of(&event.object)?, at)))
                .collect(),
            base,
            above: RefCell::default(),
            worst: Worst::default(),
            now,
            day,
            // Every rule looks at civil days only, so an answer holds until the day ends; the window of the
            // signing time narrows it further.
            from: Instant::start_of_day(day),
            until: Instant::start_of_day(day.add_days(1)).plus_micros(-1),
            heads: BTreeMap::new(),
            failed: HashSet::new(),
            admitted: Vec::new(),
            takes: Vec::new(),
            frees: Vec::new(),
        }
    }

    pub(super) fn event(&mut self, index: usize, pending: &mut Pending<'_>) -> Result<(), Stop> {
        let presented = &self.unit[index];
        let owner = self.owner(presented)?;
        // Only the genesis brings its own keys, and roots name no grant.
        let class = owner.as_ref().map_or(KeyClass::Root(Uuid::nil()), |owner| owner.class);
        let catalogue = self.base.in_force()?.version(PolicyFile::Catalogue, self.day).map_or(1, |known| known.version);
        let typed = pending.read(index, catalogue, class)?;
        typed.event.check_values(&typed.statement, self.base)?;
        let record = typed.statement.record.clone();
        let outcome = self.typed(index, presented, owner, typed);
        if outcome.is_err() {
            self.failed.insert(record);
        }
        outcome
    }

    /// Owner of the key that verified; none only for the genesis, which brings its own keys.
    pub(super) fn owner(&self, presented: &Presented) -> Result<Option<KeyOwner>, Stop> {
        let owner = self.base.owner(&presented.key)?;
        if owner.is_none() && self.base.ledger()?.is_some_and(|ledger| ledger.is_complete()) {
            return Err(Stop::code(Code::UnknownKey, ""));
        }
        Ok(owner)
    }

    pub(super) fn typed(
        &mut self,
        index: usize,
        presented: &Presented,
        owner: Option<KeyOwner>,
        typed: Typed,
    ) -> Result<(), Stop> {
        let statement = &typed.statement;
        self.identity(statement, presented, owner.as_ref())?;
        self.ids(index, statement)?;
        self.batch(index, statement)?;
        let class = owner.as_ref().map(|owner| owner.class);
        self.clock(statement, class)?;
        let actor = self.capacity(&typed, owner.as_ref())?;
        // What comes next looks at the record, which an earlier event of the unit failed to change.
        if self.failed.contains(&statement.record) {
            return Ok(());
        }
        let facts = Layered { judge: self };
        let entry = facts.entry(&statement.record)?;
        let about = self.about(statement, presented.hash, entry.as_deref(), actor.as_ref());
        self.authorise(&typed, owner.as_ref(), entry.as_deref(), &about)?;
        let subjects = seals::check(self.base.ledger_id(), typed.event_type, statement, presented, &facts)?;
        self.references(&typed, presented, entry.as_deref(), &facts)?;
        self.head(statement, entry.as_deref())?;
        self.reads(statement, &facts)?;
        let state = entry.as_ref().map(|entry| &entry.state);
        let admitted = self
            .system(&typed, entry.as_deref(), class, &facts)
            .and_then(|()| self.rules(&typed, presented, state, &about, &facts));
        // A claim that is taken is told before a rule that refuses; the head fits, so the event can be folded either way.
        let verdict = match admitted {
            Err(Stop::Refuse(refusal)) if refusal.code >= Code::ClaimTaken => Err(Stop::Refuse(refusal)),
            other => Ok(other?),
        };
        let after = evolve(entry.as_deref(), typed.event.clone(), &about, index);
        let (takes, frees) = self.claims(
            index,
            &typed,
            &presented.object,
            &presented.openings,
            entry.as_deref(),
            &after,
            actor.as_ref(),
            &facts,
        )?;
        verdict?;
        // A worker's file is over with its key: nothing more is said in it, sealed or not.
        let file = Some(&statement.record).filter(|record| record.kind == Kind::Person.as_str());
        for subject in subjects.iter().chain(file) {
            if erasure::is_erased(subject, &facts)? {
                return Err(Stop::rule(&SUBJECT_ERASED, "/data"));
            }
        }
        let keys = typed.event.keys(&about);
        let Typed { statement, event, .. } = typed;
        let admitted =
            AdmittedEvent { statement, payload: presented.payload.clone(), hash: presented.hash, keys, subjects };
        self.take(admitted, Some(event), after, takes, frees);
        Ok(())
    }

    /// The rules of the kind, and those for all kinds.
    fn rules(
        &self,
        typed: &Typed,
        presented: &Presented,
        state: Option<&State>,
        about: &About<'_>,
        facts: &dyn Facts,
    ) -> Result<(), Stop> {
        typed.event.admit(state, about, facts)?;
        match presented.object.get("data").and_then(Value::as_object) {
            Some(data) => code_list::in_use(typed, data, about, facts),
            None => Ok(()),
        }
    }

    pub(super) fn about<'s>(
        &self,
        statement: &'s Statement,
        hash: Hash,
        entry: Option<&'s Entry>,
        actor: Option<&'s Actor>,
    ) -> About<'s> {
        let marks = entry.map_or(&[][..], |entry| &entry.marks[..]);
        about(statement, hash, self.day, marks, actor)
    }

    /// Lets the unit stand on an event that was admitted.
    pub(super) fn take(
        &mut self,
        event: AdmittedEvent,
        typed: Option<Event>,
        after: Entry,
        takes: Vec<Take>,
        frees: Vec<Claim>,
    ) {
        let record = event.statement.record.clone();
        self.heads.entry(record.clone()).or_insert(event.statement.version - 1);
        let above = self.above.get_mut();
        let position = after.position;
        above.events.insert(event.statement.id, Known { hash: event.hash, position, record: record.clone() });
        above.entries.insert(record.clone(), Arc::new(after));
        if event.statement.version > 1 {
            above.taken.retain(|_, taken| !taken.rests_on(&record));
        }
        for key in &event.keys {
            above.members.entry(key.clone()).or_default().push(record.clone());
        }
        for claim in &frees {
            above.claims.insert(claim.clone(), None);
        }
        for take in &takes {
            let holder = Holder { record: record.clone(), position, content: take.content };
            above.claims.insert(take.claim.clone(), Some(holder));
        }
        self.takes.retain(|take| !frees.contains(&take.claim));
        self.takes.extend(takes);
        self.frees.extend(frees);
        self.admitted.push((event, typed));
    }

    /// What the system must add, in the order of the causes.
    pub(super) fn consequences(&mut self, service: &Service) -> Result<(), Stop> {
        let mut drafts = Vec::new();
        for (event, typed) in &self.admitted {
            let Some(typed) = typed else { continue };
            let facts = Layered { judge: self };
            let entry = facts.entry(&event.statement.record)?.expect("it was just admitted");
            let about = self.about(&event.statement, event.hash, Some(&entry), None);
            drafts.extend(typed.consequences(&entry.state, &about, &facts)?);
        }
        if drafts.len() > CONSEQUENCES_MAX {
            return Err(Stop::Refuse(Refusal::new(Code::TooLarge, 0)));
        }
        for draft in drafts {
            let statement = service.statement(&draft, self.base.ledger_id(), self.now);
            let object = statement.to_object(&draft.data);
            let payload = canonical_object(&object);
            let hash = statement_hash(&payload);
            let typed =
                read_typed(&object, Some(KeyClass::Service)).expect("the system's own statements match the catalogue");
            let facts = Layered { judge: self };
            let entry = facts.entry(&statement.record)?;
            let about = self.about(&statement, hash, entry.as_deref(), None);
            let after = evolve(entry.as_deref(), typed.event.clone(), &about, self.admitted.len());
            let keys = typed.event.keys(&about);
            let event = AdmittedEvent { statement, payload, hash, keys, subjects: Vec::new() };
            self.take(event, None, after, Vec::new(), Vec::new());
        }
        Ok(())
    }

    pub(super) fn finish(self, signed: usize) -> Admitted {
        Admitted {
            events: self.admitted.into_iter().map(|(event, _)| event).collect(),
            signed,
            from: self.from,
            until: self.until,
            heads: self.heads,
            entries: self.above.into_inner().entries,
            takes: self.takes,
            frees: self.frees,
        }
    }
}

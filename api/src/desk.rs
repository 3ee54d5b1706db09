//! The desk's warnings: what the service concludes by the rules, through the same door as everybody else.
//!
//! A follower with a cursor. What events touch is evaluated, and what is due by the day; what the rules demand is signed and
//! submitted, and the judge computes it again before it is taken. Once nothing is left the desk names the day. It may be
//! killed at any moment: ids of its statements are derived, and what was concluded is not demanded again.

use std::collections::HashSet;
use std::sync::Arc;

use domain::admission::read_typed;
use domain::catalog::{Event, Kind};
use domain::codes::PolicyFile;
use domain::record::{Draft, Entry};
use domain::records::desk::{self, DESK_KEY, Tally};
use domain::records::warning;
use domain::refusal::Code;
use domain::rules::{self, CONCLUSIONS_AT_ONCE, Conclusions, Order};
use schema::desk::{DUE_MAX, DeskStore, Due};
use schema::error::Error;
use signing::bytes::Date;
use signing::envelope::Unit;
use signing::json::{canonical_object, read_stored};
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::submit::{Door, SubmitError, sign};

/// Events that are read at once.
const READ_AT_ONCE: u64 = 1_000;

/// The desk of a process that may append.
pub struct Desk {
    door: Arc<Door>,
    store: DeskStore,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// Subjects that were evaluated.
    pub evaluated: usize,
    /// Events that were signed.
    pub concluded: usize,
    /// Conclusions that no longer held when they were to be taken: they are drawn again.
    pub overtaken: usize,
    /// Days that were named.
    pub named: usize,
}

impl Desk {
    /// A desk.
    #[must_use]
    pub fn new(door: Arc<Door>, store: DeskStore) -> Self {
        Self { door, store }
    }

    /// Evaluates what events have touched since the last run and what is due today, and names the day when it is done. Does
    /// nothing while no rules are in force.
    ///
    /// # Errors
    /// When something could not be read or submitted: the run is done again.
    pub async fn run(&self) -> Result<Run, SubmitError> {
        let mut run = Run::default();
        let today = self.door.now().civil_day();
        let in_force = self.door.in_force().await?;
        let version = |what| in_force.version(what, today).map_or(0, |file| file.version);
        if version(PolicyFile::Catalogue) < Kind::Desk.since() || version(PolicyFile::Rules) < 2 {
            return Ok(run);
        }
        let desk = self.opened(&mut run).await?;
        let edition = rules::edition();
        let basis = self.door.log().head().await?.next_position;
        let mut touched = self.touched(self.store.cursor(edition).await?, basis, today).await?;
        // Days on which nobody ran are caught up with, in their order.
        let mut day = self.next_day(&desk).await?.min(today);
        loop {
            for some in touched.chunks(DUE_MAX as usize) {
                self.evaluate(some, day, basis, &mut run).await?;
            }
            touched.clear();
            loop {
                let due = self.store.due(day).await?;
                if due.is_empty() {
                    break;
                }
                self.evaluate(&due, day, basis, &mut run).await?;
                if run.overtaken > 0 {
                    return Ok(run);
                }
            }
            self.store.advance(basis, edition).await?;
            if run.overtaken > 0 {
                return Ok(run);
            }
            self.name(&desk, day, basis, &mut run).await?;
            if day == today {
                return Ok(run);
            }
            day = day.add_days(1);
        }
    }

    /// The desk of the ledger; the first run opens it.
    async fn opened(&self, run: &mut Run) -> Result<RecordRef, SubmitError> {
        let known = self.door.log().key(DESK_KEY).await?.members;
        if let Some((kind, id)) = known.into_iter().next() {
            return Ok(RecordRef { kind: kind.as_str().into(), id });
        }
        let id = Uuid::new_v4();
        let basis = self.door.log().head().await?.next_position;
        self.door.say(&[desk::open(id, basis)], self.door.now().civil_day()).await?;
        run.concluded += 1;
        Ok(desk::reference(id))
    }

    /// The subjects that the events of a stretch of the log touch.
    async fn touched(&self, from: u64, to: u64, today: Date) -> Result<Vec<RecordRef>, SubmitError> {
        let (mut subjects, mut next) = (HashSet::new(), from);
        while next < to {
            let events = self.door.log().range(next, READ_AT_ONCE.min(to - next)).await?;
            let Some(last) = events.last() else { break };
            next = last.position + 1;
            let records: HashSet<RecordRef> =
                events.iter().map(|event| RecordRef { kind: event.kind.as_str().into(), id: event.record }).collect();
            if records.iter().any(|record| Kind::parse(&record.kind).is_some_and(rules::touches_all)) {
                self.store.all_due(today).await?;
            }
            let records: Vec<RecordRef> = records.into_iter().collect();
            let of = self.door.ask(&records, |record, facts| match facts.entry(record)? {
                Some(entry) => rules::touched(record, &entry.state, facts),
                None => Ok(Vec::new()),
            });
            subjects.extend(of.await?.into_iter().flatten().map(|(subject, _)| subject));
        }
        Ok(subjects.into_iter().collect())
    }

    /// Evaluates subjects, says what is to be said, and remembers when they are due next.
    async fn evaluate(&self, subjects: &[RecordRef], day: Date, basis: u64, run: &mut Run) -> Result<(), SubmitError> {
        let found = self.door.ask(subjects, |subject, facts| rules::conclude_all(subject, day, facts)).await?;
        let mut drafts: Vec<(usize, Draft)> = Vec::new();
        let mut settled: Vec<Due> = Vec::with_capacity(subjects.len());
        let mut orders = Vec::new();
        for (index, (subject, Conclusions { drafts: due, orders: messages, next, .. })) in
            subjects.iter().zip(found).enumerate()
        {
            orders.extend(messages);
            drafts.extend(due.into_iter().map(|draft| (index, Draft { basis: Some(basis), ..draft })));
            settled.push((subject.clone(), next));
        }
        for some in drafts.chunks(CONCLUSIONS_AT_ONCE) {
            let unit: Vec<Draft> = some.iter().map(|(_, draft)| draft.clone()).collect();
            if self.door.say(&unit, day).await? {
                run.concluded += unit.len();
                continue;
            }
            // One of them no longer holds: the others are said one by one.
            for (index, draft) in some {
                if self.door.say(std::slice::from_ref(draft), day).await? {
                    run.concluded += 1;
                } else {
                    run.overtaken += 1;
                    settled[*index].1 = Some(day);
                }
            }
        }
        for order in rules::merged(orders) {
            if !self.order(&order, basis, day, run).await? {
                // Something has moved: its warnings are looked at again.
                for (_, next) in settled.iter_mut().filter(|(subject, _)| order.warnings.contains(&subject.id)) {
                    *next = Some(day);
                }
            }
        }
        self.store.settle(&settled).await?;
        run.evaluated += subjects.len();
        Ok(())
    }

    /// Orders a message; false when it no longer is due.
    async fn order(&self, order: &Order, basis: u64, day: Date, run: &mut Run) -> Result<bool, SubmitError> {
        let id = Uuid::new_v4();
        let drafted =
            self.door.ask(std::slice::from_ref(order), |order, facts| rules::ordered(order, id, facts)).await?;
        let drafts: Vec<Draft> = drafted.into_iter().map(|draft| Draft { basis: Some(basis), ..draft }).collect();
        let said = self.door.say(&drafts, day).await?;
        if said {
            run.concluded += 1
        } else {
            run.overtaken += 1
        }
        Ok(said)
    }

    /// The day that the desk has to name next.
    async fn next_day(&self, desk: &RecordRef) -> Result<Date, SubmitError> {
        let entry = self.entry(desk).await?;
        Ok(entry.state.desk().map_or_else(|| self.door.now().civil_day(), desk::Desk::next_day))
    }

    async fn entry(&self, desk: &RecordRef) -> Result<Arc<Entry>, SubmitError> {
        let found = self.door.ask(std::slice::from_ref(desk), |desk, facts| facts.entry(desk)).await?;
        let absent = || Error::Corrupt { position: None, why: "the desk has no events".into() };
        Ok(found.into_iter().next().flatten().ok_or_else(absent)?)
    }

    /// Says that a day was evaluated, once.
    async fn name(&self, desk: &RecordRef, day: Date, basis: u64, run: &mut Run) -> Result<(), SubmitError> {
        let entry = self.entry(desk).await?;
        if entry.state.desk().is_some_and(|desk| day < desk.next_day()) {
            return Ok(());
        }
        let tally = self.tally(entry.position + 1).await?;
        run.named += usize::from(self.door.say(&[desk::evaluated(desk, &entry, day, basis, &tally)], day).await?);
        Ok(())
    }

    /// What the desk concluded from a position on.
    async fn tally(&self, from: u64) -> Result<Tally, SubmitError> {
        let (mut tally, mut next) = (Tally::default(), from);
        loop {
            let events = self.door.log().range(next, READ_AT_ONCE).await?;
            let Some(last) = events.last() else { return Ok(tally) };
            next = last.position + 1;
            let said: Vec<_> = events.iter().filter(|event| warning::is_of_desk(&event.type_)).collect();
            let records: Vec<RecordRef> = said.iter().map(|event| warning::reference(event.record)).collect();
            let warnings = self.door.ask(&records, |record, facts| facts.entry(record)).await?;
            for (event, entry) in said.iter().zip(warnings) {
                let corrupt = || Error::Corrupt { position: Some(event.position), why: "no event of the desk".into() };
                let object = read_stored(&event.payload).map_err(|_| corrupt())?;
                let typed = read_typed(&object, None).map_err(|_| corrupt())?;
                let warning = entry.as_ref().and_then(|entry| entry.state.warning());
                let (Event::Warning(event), Some(warning)) = (&typed.event, warning) else {
                    return Err(corrupt().into());
                };
                tally.take(event, warning);
            }
        }
    }
}

impl Door {
    /// The service signs drafts about a day as one unit and submits it; false when the judge no longer demands one of them.
    ///
    /// # Errors
    /// When it cannot be submitted, or is refused for another reason.
    pub async fn say(&self, drafts: &[Draft], day: Date) -> Result<bool, SubmitError> {
        if drafts.is_empty() {
            return Ok(true);
        }
        let installation = self.installation();
        let objects = installation.service.unit(drafts, installation.ledger, day, self.now());
        let envelopes: Vec<_> =
            objects.iter().map(|object| sign(&installation.service_key, canonical_object(object))).collect();
        let openings = vec![Some(Vec::new()); envelopes.len()];
        match self.submit_unit(Unit { envelopes, openings }).await {
            Ok(_) => Ok(true),
            Err(SubmitError::Refused(refusal))
                if matches!(
                    refusal.code,
                    Code::NotAuthorised | Code::Conflict | Code::ReadStale | Code::IdReused | Code::BadReference
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

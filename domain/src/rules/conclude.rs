//! From what a rule finds to what the desk must say.
//!
//! A warning is a record of its own. Its grade only rises by itself; where the condition is gone the warning is cleared,
//! and what was red waits for an officer (rules.md §3.6, 3.7). The function is the same for the desk that drafts, for the
//! judge who compares and for the audit that looks for what is missing.

use std::rc::Rc;
use std::sync::Arc;

use signing::bytes::Date;
use signing::json::{Object, Value};
use signing::statement::{EventRef, Read, RecordRef};

use super::look::Kept;
use super::notice::{self, Order};
use super::{Again, Finding, Look, RULES, RuleSet, Version, WarningRule};
use crate::catalog::Kind;
use crate::codes::PolicyFile;
use crate::record::{Draft, Entry, Facts, Mark, Need};
use crate::records::person;
use crate::records::warning::{self, Warning};
use crate::warning_codes::{WarningGrade, WarningState};
use crate::workdays::Calendar;

/// Working days after which a red warning that nobody acknowledged goes to the city (rules.md §3.9).
pub const UNANSWERED_WORKDAYS: u32 = 3;

/// What the desk must say about a subject, and when it has to look again.
#[derive(Debug, Default)]
pub struct Conclusions {
    /// The system events that are due; their `basis` is the caller's to fill in.
    pub drafts: Vec<Draft>,
    /// The messages that are due; of those alike the caller makes one ([`super::merged`]).
    pub orders: Vec<Order>,
    /// The next day on which another answer is possible with the facts as they stand.
    pub next: Option<Date>,
    /// The same by rule, and with what else it has to look again.
    pub again: Again,
}

impl Conclusions {
    pub(super) fn again_on(&mut self, day: Option<Date>) {
        self.next = match (self.next, day) {
            (Some(known), Some(day)) => Some(known.min(day)),
            (known, day) => known.or(day),
        };
    }
}

/// [`conclude`] by every rule that has subjects of this kind; about a warning, who is to be told of it.
///
/// # Errors
/// What is not loaded: the first thing of each rule that misses something. Whoever fetches them goes as often as one rule
/// makes him and not as often as all of them together.
pub fn conclude_all(subject: &RecordRef, day: Date, facts: &dyn Facts) -> Result<Conclusions, Vec<Need>> {
    conclude_some(subject, RuleSet::ALL, day, facts)
}

/// [`conclude_all`] by some of the rules: the others have said what they have to say while nothing changes for them.
///
/// # Errors
/// As [`conclude_all`].
pub fn conclude_some(
    subject: &RecordRef,
    rules: RuleSet,
    day: Date,
    facts: &dyn Facts,
) -> Result<Conclusions, Vec<Need>> {
    if rules.is_empty() {
        return Ok(Conclusions::default());
    }
    if subject.kind == Kind::Warning.as_str() {
        let mut told = notice::conclude(subject, day, facts).map_err(|need| vec![need])?;
        told.again.days.extend(told.next.map(|day| (RuleSet::ALL, day)));
        return Ok(told);
    }
    let mut all = Conclusions::default();
    let (mut needs, kept): (_, Rc<Kept>) = (Vec::new(), Rc::default());
    for (place, rule) in RULES.iter().enumerate().filter(|(_, rule)| rule.subject.as_str() == subject.kind) {
        let asked = RuleSet::at(place);
        if !asked.within(rules) {
            continue;
        }
        let look = Look::beside(&kept, facts, day);
        match by_rule(rule, subject, &look) {
            Ok(Conclusions { drafts, next, .. }) => {
                all.drafts.extend(drafts);
                all.again_on(next);
                all.again.add(look.again(asked, next));
            }
            Err(need) => needs.push(need),
        }
    }
    if needs.is_empty() { Ok(all) } else { Err(needs) }
}

/// What the desk must say by a rule about a subject on a day.
///
/// # Errors
/// A [`Need`] when something that the rule looks at is not loaded.
pub fn conclude(
    rule: &'static WarningRule,
    subject: &RecordRef,
    day: Date,
    facts: &dyn Facts,
) -> Result<Conclusions, Need> {
    by_rule(rule, subject, &Look::new(facts, day))
}

fn by_rule(rule: &'static WarningRule, subject: &RecordRef, look: &Look<'_>) -> Result<Conclusions, Need> {
    let mut conclusions = Conclusions::default();
    let day = look.day;
    let in_force = look.in_force()?.version(PolicyFile::Rules, day).is_some_and(|file| file.version >= rule.since);
    let Some(version) = rule.version(day).filter(|_| in_force) else {
        look.is_too_early();
        return Ok(conclusions);
    };
    rule.versions.iter().for_each(|version| look.again_on(version.from));
    let findings = (version.evaluate)(subject.id, look)?;
    conclusions.again_on(look.horizon());
    let newest = look.newest();
    let known = look.all(&warning::warnings_key(rule.id, subject))?;
    let case = Case { rule, version, subject, day, newest, facts: look };
    for finding in &findings {
        conclusions.again_on(finding.steps.next_after(day));
        let id = warning::id_of(look.ledger_id(), rule.id, subject, &finding.occurrence);
        let entry = known.iter().find(|(known, _)| *known == id).map(|(_, entry)| entry);
        let holds = finding.steps.since(day);
        match (entry, holds) {
            (None, None) => {}
            (None, Some((grade, since))) => conclusions.drafts.push(case.raised(id, finding, grade, since)?),
            (Some(entry), holds) => case.follow(id, entry, finding, holds, &mut conclusions)?,
        }
    }
    for (id, entry) in known.iter() {
        let Some(warning) = entry.state.warning() else { continue };
        if !findings.iter().any(|finding| finding.occurrence == warning.occurrence) {
            conclusions.drafts.extend(case.gone(*id, entry, warning));
        }
    }
    let moved = case.moved(&known, &conclusions.drafts)?;
    conclusions.drafts.extend(moved);
    Ok(conclusions)
}

struct Case<'a> {
    rule: &'static WarningRule,
    version: &'static Version,
    subject: &'a RecordRef,
    day: Date,
    newest: Option<Arc<Entry>>,
    facts: &'a dyn Facts,
}

impl Case<'_> {
    /// What a warning that exists must hear of a finding that is there.
    fn follow(
        &self,
        id: uuid::Uuid,
        entry: &Entry,
        finding: &Finding,
        holds: Option<(WarningGrade, Date)>,
        conclusions: &mut Conclusions,
    ) -> Result<(), Need> {
        let Some(warning) = entry.state.warning() else { return Ok(()) };
        let Some((grade, since)) = holds else {
            conclusions.drafts.extend(self.gone(id, entry, warning));
            return Ok(());
        };
        let next = |event_type, data| self.next(event_type, id, entry, data);
        let draft = match warning.state {
            // Somebody decided; only somebody takes it up again.
            WarningState::Closed | WarningState::Suspended => None,
            WarningState::Cleared | WarningState::PendingClose => {
                let data = graded(grade, since, finding);
                Some(self.resting_on(next("warning.reopened", data), finding, since)?)
            }
            WarningState::Waived => match warning.waived_until.filter(|until| *until < self.day) {
                Some(_) => Some(next("warning.waiver_ended", Vec::new())),
                None => {
                    conclusions.again_on(warning.waived_until.map(|until| until.add_days(1)));
                    None
                }
            },
            _ if grade > warning.grade => {
                let data = graded(grade, since, finding);
                Some(self.resting_on(next("warning.escalated", data), finding, since)?)
            }
            WarningState::Open if warning.goes_to_city() => {
                let on = unanswered_on(warning, self.facts)?;
                conclusions.again_on(on.filter(|on| *on > self.day));
                on.filter(|on| *on <= self.day).map(|_| next("warning.passed_to_city", Vec::new()))
            }
            _ => None,
        };
        conclusions.drafts.extend(draft);
        Ok(())
    }

    /// The condition is gone.
    fn gone(&self, id: uuid::Uuid, entry: &Entry, warning: &Warning) -> Option<Draft> {
        let event_type = match (warning.state, warning.grade) {
            (WarningState::Cleared | WarningState::Closed | WarningState::PendingClose, _) => return None,
            (_, WarningGrade::Red) => "warning.condition_ended",
            _ => "warning.cleared",
        };
        let mut draft = self.next(event_type, id, entry, Vec::new());
        // What was looked at and has changed since the desk spoke last ended it; else the day did.
        let spoken = entry.marks.iter().rev().find(|mark| warning::is_of_desk(mark.event_type));
        let newer = |newest: &&Arc<Entry>| spoken.is_none_or(|spoken| newest.position > spoken.position);
        draft.cause = self.newest.as_ref().filter(newer).and_then(|newest| head_of(newest));
        Some(draft)
    }

    /// Warnings whose worker's file has another holder since they heard of something last, and that hear of nothing else now: each
    /// goes with the file, so that the new holder finds it (workflows §20.6).
    fn moved(&self, known: &[(uuid::Uuid, Arc<Entry>)], drafts: &[Draft]) -> Result<Vec<Draft>, Need> {
        let goes = |entry: &Entry| {
            entry.state.warning().is_some_and(|warning| !warning.is_over() && warning.institution.is_none())
        };
        let silent = |id: &uuid::Uuid| drafts.iter().all(|draft| draft.record.id != *id);
        let open: Vec<_> = known.iter().filter(|(id, entry)| goes(entry) && silent(id)).collect();
        if open.is_empty() || self.rule.subject != Kind::Person {
            return Ok(Vec::new());
        }
        let Some(file) = self.facts.entry(self.subject)? else { return Ok(Vec::new()) };
        let Some(moved) = file.marks.iter().rev().find(|mark| mark.event_type == person::CUSTODY_MOVED) else {
            return Ok(Vec::new());
        };
        let behind = open.into_iter().filter(|(_, entry)| entry.position < moved.position);
        let go = |(id, entry): &(uuid::Uuid, Arc<Entry>)| Draft {
            cause: Some(moved.named()),
            ..self.next("warning.moved", *id, entry, Vec::new())
        };
        Ok(behind.map(go).collect())
    }

    fn raised(&self, id: uuid::Uuid, finding: &Finding, grade: WarningGrade, since: Date) -> Result<Draft, Need> {
        let subject = Object::from_pairs(vec![
            ("kind".into(), Value::Text(self.subject.kind.clone())),
            ("id".into(), text(&self.subject.id)),
        ]);
        let mut data = vec![
            ("rule".into(), Value::Text(self.rule.id.into())),
            ("rule_version".into(), Value::Integer(i64::from(self.version.version))),
            ("subject".into(), Value::Object(subject)),
            ("occurrence".into(), Value::Text(finding.occurrence.clone())),
        ];
        data.extend(graded(grade, since, finding));
        data.extend(finding.due_on.map(|due| ("due_on".into(), text(&due))));
        data.extend(finding.institution.map(|institution| ("institution".into(), text(&institution))));
        let himself = Some(self.subject.id).filter(|_| self.subject.kind == "person");
        data.extend(himself.or(finding.person).map(|person| ("person".into(), text(&person))));
        self.resting_on(self.draft("warning.raised", id, None, data), finding, since)
    }

    /// The next event of a warning.
    fn next(&self, event_type: &'static str, id: uuid::Uuid, entry: &Entry, data: Vec<Pair>) -> Draft {
        self.draft(event_type, id, Some(entry), data)
    }

    fn draft(&self, event_type: &'static str, id: uuid::Uuid, before: Option<&Entry>, data: Vec<Pair>) -> Draft {
        let function = (self.rule.id, self.version.version);
        Draft::following(event_type, warning::reference(id), before, function, Object::from_pairs(data))
    }

    /// Names the records on which a draft rests, and the newest of their events as its cause where the grade held already
    /// when that was recorded; where it came later, the day led to it.
    fn resting_on(&self, mut draft: Draft, finding: &Finding, since: Date) -> Result<Draft, Need> {
        let mut newest: Option<Arc<Entry>> = None;
        for input in &finding.inputs {
            let Some(entry) = self.facts.entry(input)? else { continue };
            draft.reads.push(Read { record: input.clone(), version: entry.version, hash: entry.hash });
            if newest.as_ref().is_none_or(|newest| newest.position < entry.position) {
                newest = Some(entry);
            }
        }
        let place = |read: &Read| (read.record.kind.clone(), read.record.id);
        draft.reads.sort_by_key(place);
        draft.reads.dedup_by_key(|read| place(read));
        draft.cause = newest.filter(|newest| since <= newest.day).and_then(|newest| head_of(&newest));
        Ok(draft)
    }
}

type Pair = (compact_str::CompactString, Value);

fn graded(grade: WarningGrade, since: Date, finding: &Finding) -> Vec<Pair> {
    let mut data = vec![("grade".into(), Value::Text(grade.as_str().into())), ("since".into(), text(&since))];
    if !finding.figures.is_empty() {
        let figures = finding.figures.iter().map(|(name, value)| {
            let pairs = vec![("name".into(), Value::Text((*name).into())), ("value".into(), Value::Integer(*value))];
            Value::Object(Object::from_pairs(pairs))
        });
        data.push(("figures".into(), Value::Array(figures.collect())));
    }
    data
}

fn text(value: &dyn std::fmt::Display) -> Value {
    Value::Text(value.to_string().into())
}

fn head_of(entry: &Entry) -> Option<EventRef> {
    entry.marks.last().map(Mark::named)
}

/// First day on which nobody has acknowledged a red warning for too long.
fn unanswered_on(warning: &Warning, facts: &dyn Facts) -> Result<Option<Date>, Need> {
    let calendar: Calendar = crate::records::holiday_table::calendar(facts)?;
    Ok(warning.red_since.map(|red| calendar.add(red, UNANSWERED_WORKDAYS).add_days(1)))
}

/// What becomes of a warning when nothing more is heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// First day on which it is so.
    pub on: Date,
    /// The grade that it then has; none where it goes to the city.
    pub grade: Option<WarningGrade>,
}

/// What becomes of a warning next when nothing more is heard of it; nothing where it rises no further, or its clock stands.
///
/// # Errors
/// A [`Need`] when something that the rule looks at is not loaded.
pub fn ahead(warning: &Warning, day: Date, facts: &dyn Facts) -> Result<Option<Ahead>, Need> {
    if warning.state == WarningState::Open && warning.goes_to_city() {
        return Ok(unanswered_on(warning, facts)?.map(|on| Ahead { on, grade: None }));
    }
    let rises = !matches!(warning.state, WarningState::Suspended | WarningState::Waived | WarningState::PendingClose);
    let finding = if rises && !warning.is_over() { found(warning, day, facts)? } else { None };
    let Some(Finding { steps, .. }) = finding else { return Ok(None) };
    let days = std::iter::successors(steps.next_after(day), |last| steps.next_after(*last));
    let mut risen = days.map(|on| Ahead { on, grade: steps.grade(on) });
    Ok(risen.find(|next| next.grade > Some(warning.grade)))
}

/// The grade that a rule finds for an occurrence on a day.
///
/// # Errors
/// A [`Need`] when something that the rule looks at is not loaded.
pub fn grade_on(warning: &Warning, day: Date, facts: &dyn Facts) -> Result<Option<WarningGrade>, Need> {
    Ok(found(warning, day, facts)?.and_then(|finding| finding.steps.grade(day)))
}

/// What its rule finds on a day of the occurrence that a warning is about.
fn found(warning: &Warning, day: Date, facts: &dyn Facts) -> Result<Option<Finding>, Need> {
    let Some(version) = super::rule(&warning.rule).and_then(|rule| rule.version(day)) else { return Ok(None) };
    let findings = (version.evaluate)(warning.subject.id, &Look::new(facts, day))?;
    Ok(findings.into_iter().find(|finding| finding.occurrence == warning.occurrence))
}

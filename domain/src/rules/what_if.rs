//! What a rule would have found with other numbers: a draft is run over all history beside what was in force.

use std::collections::BTreeMap;

use compact_str::CompactString;
use signing::bytes::Date;
use signing::statement::RecordRef;

use super::{Agenda, Look, RuleSet, WarningRule, touched, touches_all};
use crate::record::{Entry, Facts, Need};
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade;

/// A parameter with the value that it is to have on every day.
pub type Drafted = (ParameterName, i64);

/// One finding: the subject and the occurrence.
pub type Matter = (RecordRef, CompactString);

/// The highest grade that each matter ever had.
pub type Found = BTreeMap<Matter, WarningGrade>;

/// A rule over history, as it was and as it is drafted.
pub struct WhatIf {
    rule: &'static WarningRule,
    sides: [Side; 2],
    /// Evaluations so far.
    pub evaluations: u64,
}

struct Side {
    drafted: Vec<Drafted>,
    agenda: Agenda,
    found: Found,
}

impl WhatIf {
    /// A rule with these numbers in the place of those that were set.
    #[must_use]
    pub fn new(rule: &'static WarningRule, drafted: Vec<Drafted>) -> Self {
        let side = |drafted| Side { drafted, agenda: Agenda::default(), found: Found::new() };
        Self { rule, sides: [side(Vec::new()), side(drafted)], evaluations: 0 }
    }

    /// An event of a record was folded.
    ///
    /// # Errors
    /// A [`Need`] when the records beside it are not loaded.
    pub fn folded(&mut self, record: &RecordRef, entry: &Entry, facts: &dyn Facts) -> Result<(), Need> {
        let kind = entry.state.kind();
        if touches_all(kind) {
            self.sides.iter_mut().for_each(|side| side.agenda.touch_all(kind, entry.position));
        }
        if !self.rule.feeds.contains(&kind) {
            return Ok(());
        }
        for (subject, rules) in touched(record, &entry.state, facts)? {
            if subject.kind == self.rule.subject.as_str() {
                self.sides.iter_mut().for_each(|side| side.agenda.touch(subject.clone(), rules, entry.position));
            }
        }
        Ok(())
    }

    /// A day has come; `size` events have been folded.
    ///
    /// # Errors
    /// A [`Need`] when something that the rule looks at is not loaded.
    pub fn day(&mut self, day: Date, size: u64, facts: &dyn Facts) -> Result<(), Need> {
        let Some(version) = self.rule.version(day) else { return Ok(()) };
        for side in &mut self.sides {
            for (subject, _) in side.agenda.due(day, size) {
                let look = Look::drafted(facts, day, &side.drafted);
                self.rule.versions.iter().for_each(|version| look.again_on(version.from));
                let mut next = None;
                for finding in (version.evaluate)(subject.id, &look)? {
                    next = next.into_iter().chain(finding.steps.next_after(day)).min();
                    if let Some(grade) = finding.steps.grade(day) {
                        let highest = side.found.entry((subject.clone(), finding.occurrence)).or_insert(grade);
                        *highest = grade.max(*highest);
                    }
                }
                self.evaluations += 1;
                let next = next.into_iter().chain(look.horizon()).min();
                side.agenda.settle(&subject, RuleSet::ALL, look.again(RuleSet::ALL, next));
            }
        }
        Ok(())
    }

    /// What was found with the numbers in force, and with those of the draft.
    #[must_use]
    pub fn found(&self) -> (&Found, &Found) {
        let [before, drafted] = &self.sides;
        (&before.found, &drafted.found)
    }
}

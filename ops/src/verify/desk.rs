//! Whether the desk said everything that it had to say.
//!
//! That what it said is true the judge has compared already, event by event. Here is counted what is missing: a conclusion
//! that was due on a day which the desk names, a day that it does not name, and numbers and a digest that are not those of
//! what it concluded.

use domain::admission::Typed;
use domain::catalog::Event;
use domain::memory::{Memory, Store};
use domain::record::Facts;
use domain::records::desk::{self, Evaluated, Tally};
use domain::rules::{self, Again, Agenda};
use signing::bytes::Date;
use signing::statement::RecordRef;

use super::report::{Check, Report};

/// The desk of the ledger, as far as the audit has come.
#[derive(Default)]
pub struct DeskAudit {
    agenda: Agenda,
    /// The first day that has to be named; none before there is a desk.
    demanded: Option<Date>,
    tally: Tally,
}

impl DeskAudit {
    /// Takes an event that was folded.
    pub fn folded<S: Store>(&mut self, record: &RecordRef, position: u64, memory: &Memory<S>, report: &mut Report) {
        let Some(entry) = memory.store().record(record) else { return };
        let kind = entry.state.kind();
        if rules::touches_all(kind) {
            self.agenda.touch_all(kind, position);
        }
        let Ok(touched) = rules::touched(record, &entry.state, memory) else {
            let expected = format!("whom an event of {} {} concerns", record.kind, record.id);
            return report.finding(Check::System, position, &expected, "it cannot be computed from this log");
        };
        touched.into_iter().for_each(|(subject, rules)| self.agenda.touch(subject, rules, position));
    }

    /// Takes a statement of the service that was folded.
    pub fn said<S: Store>(&mut self, typed: &Typed, position: u64, memory: &Memory<S>, report: &mut Report) {
        match &typed.event {
            Event::Warning(event) => {
                let entry = memory.store().record(&typed.statement.record);
                if let Some(warning) = entry.as_ref().and_then(|entry| entry.state.warning()) {
                    self.tally.take(event, warning);
                }
            }
            Event::Desk(desk::Event::Opened(_)) => self.demanded = Some(memory.now().civil_day()),
            Event::Desk(desk::Event::Evaluated(evaluated)) => self.evaluated(evaluated, position, memory, report),
            _ => {}
        }
    }

    fn evaluated<S: Store>(&mut self, said: &Evaluated, position: u64, memory: &Memory<S>, report: &mut Report) {
        self.silent(said.day, position, report);
        self.demanded = Some(said.day.add_days(1));
        let tally = std::mem::take(&mut self.tally);
        if (tally.as_counts(), tally.digest()) != (said.counts.clone(), said.digest) {
            let expected = format!("the numbers and the digest {} of what was concluded", tally.digest());
            report.finding(Check::System, position, &expected, &said.digest.to_string());
        }
        let basis = u64::try_from(said.basis).unwrap_or_default();
        for (subject, rules) in self.agenda.due(said.day, basis) {
            if rules.is_empty() {
                self.agenda.settle(&subject, rules, Again::default());
                continue;
            }
            // Where a warning lies follows from its subject: while that waits, it waits too.
            let about = memory.store().record(&subject).and_then(|entry| Some(entry.state.warning()?.subject.clone()));
            if about.is_some_and(|about| self.agenda.waits(&about, basis)) {
                continue;
            }
            report.checked(Check::System, 1);
            let Ok(conclusions) = rules::conclude_some(&subject, rules, said.day, memory) else {
                let expected = format!("what the rules demand about {} {}", subject.kind, subject.id);
                report.finding(Check::System, position, &expected, "it cannot be computed from this log");
                continue;
            };
            for draft in &conclusions.drafts {
                let (rule, day) = (draft.function.0, said.day);
                let expected =
                    format!("{} by {rule} about {} {} until {day}", draft.event_type, subject.kind, subject.id);
                report.finding(Check::System, position, &expected, "it is missing");
            }
            for order in &conclusions.orders {
                let (office, rule, day) = (order.office.as_str(), order.rule, said.day);
                let expected =
                    format!("notification.ordered to {office} by {rule} about warning {} until {day}", subject.id);
                report.finding(Check::System, position, &expected, "it is missing");
            }
            self.agenda.settle(&subject, rules, conclusions.again);
        }
    }

    /// Days before this one that nobody named.
    pub fn silent(&mut self, day: Date, position: u64, report: &mut Report) {
        let Some(first) = self.demanded.filter(|first| *first < day) else { return };
        let expected = format!("desk.evaluated for each day from {first} on");
        let found = format!("none until {}", day.add_days(-1));
        report.finding(Check::System, position, &expected, &found);
    }
}

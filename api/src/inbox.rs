//! What somebody is told: the events of warnings that concern his office, and messages that did not arrive.
//!
//! A view of the ledger, no record of its own: a rule says whom it tells from which grade on (`rules.md`, *Notified*), the scope
//! says of what he may read. How far he has read is kept beside the ledger.

use std::sync::Arc;

use domain::catalog::Kind;
use domain::codes::{Level, Role};
use domain::rules::{self, Closer, WarningRule};
use domain::warning_codes::{WarningGrade, WarningParty};
use schema::error::answered;
use serde_json::Value as Json;
use signing::bytes::Instant;

use crate::error::{ApiError, unanswered};
use crate::graphql::event::View as EventView;
use crate::graphql::{AsOf, Moment};
use crate::node::Node;
use crate::reads::Row;
use crate::scope::Viewer;

/// Kinds whose events tell somebody something.
pub const KINDS: [Kind; 2] = [Kind::Warning, Kind::Notification];
/// Pages of events that are looked through for one page of an inbox.
const PAGES_MAX: usize = 20;
/// Who never looked sees the last days.
const DAYS_US: i64 = 30 * 24 * 3_600_000_000;

/// An event of which somebody is told.
pub struct Entry {
    /// The event.
    pub event: Arc<EventView>,
    /// The warning or the message, as it stands.
    pub row: Row,
    /// Whether it lies behind what he has read.
    pub unread: bool,
}

/// A stretch of an inbox, in the order of the ledger.
pub struct Inbox {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Everything up to here was looked at.
    pub looked_at: u64,
    /// There may be more behind.
    pub more: bool,
    /// The last position that he has read.
    pub read_to: Option<u64>,
}

impl Node {
    /// What a reader is told after a position; after what he has read where none is given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox(
        &self,
        viewer: &Viewer,
        after: Option<u64>,
        first: usize,
        at: Moment,
    ) -> Result<Inbox, ApiError> {
        let read_to = answered(schema::inbox::read_to(&self.sessions, viewer.account)).await;
        let read_to = read_to.map_err(|error| unanswered("read how far somebody has read", &error))?;
        let mut looked_at = match after.or(read_to) {
            Some(after) => Some(after),
            None => self.days_ago().await?,
        };
        let (mut entries, mut more) = (Vec::new(), true);
        for _ in 0..PAGES_MAX {
            let page = self.events_after(viewer, &KINDS, looked_at, self.limits.page_max, at).await?;
            looked_at = Some(page.looked_at);
            more = page.more;
            for event in page.events {
                if entries.len() == first {
                    break;
                }
                let position = event.stored.position;
                if let Some(row) = self.tells(viewer, &event, at).await? {
                    entries.push(Entry { event, row, unread: read_to.is_none_or(|read_to| read_to < position) });
                }
                if entries.len() == first {
                    looked_at = Some(position);
                    more = true;
                }
            }
            if !more || entries.len() == first {
                break;
            }
        }
        Ok(Inbox { entries, looked_at: looked_at.unwrap_or(at.position), more, read_to })
    }

    /// Remembers how far a reader has read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mark_read(&self, viewer: &Viewer, position: u64) -> Result<u64, ApiError> {
        let there = position.min(self.durable().saturating_sub(1));
        let marked = answered(schema::inbox::mark(&self.sessions, viewer.account, there)).await;
        marked.map_err(|error| unanswered("remember how far somebody has read", &error))
    }

    /// The record of an event of which a reader is told; none when it does not concern his office, or he may not read it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tells(&self, viewer: &Viewer, event: &EventView, at: Moment) -> Result<Option<Row>, ApiError> {
        let statement = &event.statement;
        let Some(kind) = Kind::parse(&statement.record.kind).filter(|kind| KINDS.contains(kind)) else {
            return Ok(None);
        };
        if !speaks(&statement.event_type) {
            return Ok(None);
        }
        let offices = offices(viewer);
        let said = event.said("grade").and_then(|grade| WarningGrade::parse(&grade));
        // What the desk says names its rule, and most of it the grade: of what nobody is told no row is read.
        let by = statement.derivation.as_ref().and_then(|derivation| rules::rule(&derivation.function));
        if let (Some(rule), Some(grade)) = (by, said)
            && !offices.iter().any(|office| is_told(&statement.event_type, rule, grade, *office))
        {
            return Ok(None);
        }
        let Some(row) = self.get(viewer, kind, statement.record.id, at).await? else { return Ok(None) };
        let named = |name: &str| row.json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let Some(rule) = rules::rule(&named("rule")) else { return Ok(None) };
        // Each event tells of the grade that it gave; the others, of the one that stands.
        let grade = said.or_else(|| WarningGrade::parse(&named("grade")));
        let himself = viewer.person().is_some_and(|person| named("person") == person.to_string());
        let told = grade.is_some_and(|grade| {
            let mut concerned = offices.iter().filter(|office| himself || **office != Office::Worker);
            concerned.any(|office| is_told(&statement.event_type, rule, grade, *office))
        });
        Ok(Some(row).filter(|_| told))
    }

    /// The position before the last days; none when the ledger is younger.
    async fn days_ago(&self) -> Result<Option<u64>, ApiError> {
        let then = Instant::from_micros((self.clock)().micros() - DAYS_US);
        Ok(self.moment(AsOf::Time(then), None).await?.map(|at| at.position))
    }
}

/// The office in which somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Office {
    Worker,
    Unit,
    County,
    City,
}

/// The offices of a reader.
fn offices(viewer: &Viewer) -> Vec<Office> {
    let held = Role::ALL.iter().filter(|role| viewer.has_role(**role)).filter_map(|role| match role.level() {
        Level::City => Some(Office::City),
        Level::County => Some(Office::County),
        Level::Institution | Level::Service => Some(Office::Unit),
        Level::Worker => Some(Office::Worker),
        Level::External => None,
    });
    let mut offices: Vec<Office> = held.collect();
    offices.dedup();
    offices
}

/// Types of which somebody is told at all.
fn speaks(event_type: &str) -> bool {
    matches!(
        event_type,
        "warning.raised"
            | "warning.escalated"
            | "warning.reopened"
            | "warning.moved"
            | "warning.passed_to_city"
            | "warning.condition_ended"
            | "warning.rectification_submitted"
            | "warning.disputed"
            | "warning.rectification_returned"
            | "warning.ruled"
            | "warning.regraded"
            | "warning.closed"
            | "notification.failed"
    )
}

/// Whether an event of a warning by this rule and of this grade tells an office.
fn is_told(event_type: &str, rule: &WarningRule, grade: WarningGrade, office: Office) -> bool {
    let closes = match rule.closer {
        Closer::County => Office::County,
        Closer::City | Closer::Audit => Office::City,
    };
    let (party, city) = match office {
        Office::Worker => (WarningParty::Worker, false),
        Office::Unit => (WarningParty::Unit, false),
        Office::County => (WarningParty::Authority, false),
        Office::City => (WarningParty::Authority, true),
    };
    match event_type {
        "warning.raised" | "warning.escalated" | "warning.reopened" | "warning.moved" => {
            rules::tells(rule, party, city, grade)
        }
        "warning.passed_to_city" => office == Office::City,
        // Somebody waits for a decision.
        "warning.condition_ended" | "warning.rectification_submitted" | "warning.disputed" => office == closes,
        // Here it is.
        "warning.rectification_returned" | "warning.ruled" | "warning.regraded" | "warning.closed" => {
            office == Office::Unit
        }
        "notification.failed" => matches!(office, Office::Unit | Office::County),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_says_who_is_told_from_which_grade_on() {
        let licence = rules::rule("W-LIC-01").expect("a rule");
        let told = |event_type, grade| {
            let all = [Office::Worker, Office::Unit, Office::County, Office::City];
            all.into_iter().filter(|office| is_told(event_type, licence, grade, *office)).collect::<Vec<_>>()
        };
        for grade in WarningGrade::ALL {
            let by_rule = |office, party, city| rules::tells(licence, party, city, *grade).then_some(office);
            let expected: Vec<Office> = [
                by_rule(Office::Worker, WarningParty::Worker, false),
                by_rule(Office::Unit, WarningParty::Unit, false),
                by_rule(Office::County, WarningParty::Authority, false),
                by_rule(Office::City, WarningParty::Authority, true),
            ]
            .into_iter()
            .flatten()
            .collect();
            assert_eq!(told("warning.raised", *grade), expected);
        }
        assert_eq!(told("warning.raised", WarningGrade::Blue), [Office::Unit]);
        assert_eq!(told("warning.condition_ended", WarningGrade::Red), [Office::County]);
        assert_eq!(told("warning.rectification_returned", WarningGrade::Red), [Office::Unit]);
        assert_eq!(told("warning.passed_to_city", WarningGrade::Red), [Office::City]);
        assert_eq!(told("warning.acknowledged", WarningGrade::Red), []);
    }

    #[test]
    fn what_tells_somebody_is_a_type_of_the_catalogue() {
        let known = domain::catalog::event_types().map(|known| known.name).filter(|name| speaks(name)).count();
        assert_eq!(known, 13);
    }
}

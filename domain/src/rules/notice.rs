//! Who is told of a warning, and when a message goes out (rules.md §3.9, the `Notified` line of each rule).
//!
//! A warning is a subject of the desk like any other: on its days it demands orders ([`Order`]), one for each office, and the
//! desk makes one message of those that tell the same office of the same rule about the same unit. The grade decides: orange
//! goes to the person responsible, red to the head of the institution and the officer on call as well, again on days 1, 3, 7
//! and then weekly while nobody takes note of it. Blue and yellow are read in the ledger.

use signing::bytes::Date;
use signing::json::{Object, Value};
use signing::statement::{Read, RecordRef};
use uuid::Uuid;

use super::conclude::Conclusions;
use super::{Told, WarningRule};
use crate::authority::Adopted;
use crate::catalog::Kind;
use crate::codes::PolicyFile;
use crate::notification_codes::{NoticeChannel, NoticeOffice};
use crate::record::{Draft, Entry, Facts, Need};
use crate::records::institution;
use crate::records::notification::{self, WARNINGS_MAX};
use crate::records::warning::{self, Warning};
use crate::warning_codes::{WarningGrade, WarningParty, WarningState};

/// Days after it became red on which a message goes out again while nobody has taken note; then every [`WEEK`] days.
const AGAIN: [i64; 4] = [0, 1, 3, 7];
const WEEK: i64 = 7;
/// Days after which nobody is told any more of an orange warning of which nobody could be told in time.
const ORANGE_DAYS: i64 = 7;
/// Function by which a message is ordered.
const ORDER: (&str, u16) = ("notification.order", 1);

/// A message that is due: one office, one rule, one unit, one grade, on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The office.
    pub office: NoticeOffice,
    /// The unit with which the warnings lie, or the file that lies with an authority.
    pub about: RecordRef,
    /// The rule.
    pub rule: &'static str,
    /// The grade.
    pub grade: WarningGrade,
    /// The day.
    pub day: Date,
    /// The warnings, in the order of their ids.
    pub warnings: Vec<Uuid>,
}

impl Order {
    /// Whether another one tells the same office of the same rule, unit and grade on the same day.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (self.office, &self.about, self.rule, self.grade, self.day)
            == (other.office, &other.about, other.rule, other.grade, other.day)
    }
}

/// Whether a rule tells somebody of a warning of a grade.
#[must_use]
pub fn tells(rule: &WarningRule, party: WarningParty, city: bool, grade: WarningGrade) -> bool {
    let Told { worker, unit, county, city: of_city } = rule.told;
    let from = match party {
        WarningParty::Worker => worker,
        WarningParty::Unit => unit,
        WarningParty::Authority if city => of_city,
        WarningParty::Authority => county,
    };
    from.is_some_and(|from| from <= grade)
}

/// What must be ordered about a warning on a day, and when it has to be looked at again.
///
/// # Errors
/// A [`Need`] when the warning, or what tells of it, is not loaded.
pub fn conclude(subject: &RecordRef, day: Date, facts: &dyn Facts) -> Result<Conclusions, Need> {
    let mut conclusions = Conclusions::default();
    let in_force = facts.in_force()?;
    let carries = |file: &&Adopted| file.what == PolicyFile::Catalogue && file.version >= Kind::Notification.since();
    if !in_force.version(PolicyFile::Catalogue, day).iter().any(carries) {
        // Whoever is red by then is told from the day on which messages begin.
        let begins = in_force.adopted.iter().filter(carries).map(|file| file.from_day).filter(|from| *from > day).min();
        conclusions.again_on(begins);
        return Ok(conclusions);
    }
    let Some(entry) = facts.entry(subject)? else { return Ok(conclusions) };
    let (Some(warning), Some(rule)) = (entry.state.warning(), entry.state.warning().and_then(Warning::law)) else {
        return Ok(conclusions);
    };
    if warning.grade < WarningGrade::Orange || is_at_rest(warning) {
        return Ok(conclusions);
    }
    let place = warning.place();
    let Some(lies) = facts.entry(&place)? else { return Ok(conclusions) };
    let (org, _) = crate::admission::home(&place, &lies, facts)?;
    let about = org.map_or(place, institution::reference);
    for (office, from) in offices(warning, rule, &entry, org.is_some()) {
        let Some(due) = due(warning, from, day) else { continue };
        conclusions.again_on(next(warning, from, day));
        if last_told(subject.id, office, warning.grade, facts)?.is_some_and(|told| told >= due) {
            continue;
        }
        // One message a day about the same rule, unit and grade, with no more than it holds: who was left out is told tomorrow.
        conclusions.again_on(Some(day.add_days(1)));
        if taken(office, rule.id, &about, day, warning.grade, facts)? {
            continue;
        }
        let (rule, grade, about) = (rule.id, warning.grade, about.clone());
        conclusions.orders.push(Order { office, about, rule, grade, day, warnings: vec![subject.id] });
    }
    Ok(conclusions)
}

/// Nobody is reminded of what is over, waits to be closed, or stands still by somebody's decision.
fn is_at_rest(warning: &Warning) -> bool {
    use WarningState as S;
    matches!(
        warning.state,
        S::Cleared | S::Closed | S::PendingClose | S::Waived | S::Suspended | S::Disputed | S::Submitted
    )
}

/// The offices that are told, each with the day from which its rounds count.
fn offices(warning: &Warning, rule: &WarningRule, entry: &Entry, has_unit: bool) -> Vec<(NoticeOffice, Date)> {
    let last = |types: &[&str]| {
        let mark = entry.marks.iter().rev().find(|mark| types.contains(&mark.event_type));
        mark.map(|mark| mark.origin.date)
    };
    let graded = last(&["warning.raised", "warning.escalated", "warning.reopened"]);
    let to_city = last(&["warning.passed_to_city"]).filter(|_| warning.with_city);
    let red = warning.grade == WarningGrade::Red;
    let unit = has_unit && tells(rule, WarningParty::Unit, false, warning.grade);
    let county = red && tells(rule, WarningParty::Authority, false, warning.grade);
    [
        (NoticeOffice::Responsible, graded.filter(|_| unit)),
        (NoticeOffice::Head, graded.filter(|_| unit && red)),
        (NoticeOffice::County, graded.filter(|_| county)),
        (NoticeOffice::City, to_city.filter(|_| red)),
    ]
    .into_iter()
    .filter_map(|(office, from)| Some((office, from?)))
    .collect()
}

/// The day of the round that a day belongs to; none while none is due.
fn due(warning: &Warning, from: Date, day: Date) -> Option<Date> {
    let gone = day.days() - from.days();
    let again = warning.grade == WarningGrade::Red && warning.state == WarningState::Open;
    match gone {
        i64::MIN..0 => None,
        _ if warning.grade == WarningGrade::Orange => (gone <= ORANGE_DAYS).then_some(from),
        0 => Some(from),
        _ if !again => None,
        _ => {
            let round = AGAIN.into_iter().rev().find(|days| *days <= gone).unwrap_or_default();
            let weeks = if round == WEEK { (gone - WEEK) / WEEK * WEEK } else { 0 };
            Some(from.add_days(round + weeks))
        }
    }
}

/// The day of the next round.
fn next(warning: &Warning, from: Date, day: Date) -> Option<Date> {
    if warning.grade != WarningGrade::Red || warning.state != WarningState::Open {
        return None;
    }
    let gone = day.days() - from.days();
    let days = AGAIN.into_iter().find(|days| *days > gone).unwrap_or_else(|| (gone / WEEK + 1) * WEEK);
    Some(from.add_days(days))
}

/// The last day for which an office was told of a warning of this grade.
fn last_told(
    warning: Uuid,
    office: NoticeOffice,
    grade: WarningGrade,
    facts: &dyn Facts,
) -> Result<Option<Date>, Need> {
    for record in facts.members(&notification::of_warning_key(warning))?.records.iter().rev() {
        let Some(entry) = facts.entry(record)? else { continue };
        let order = entry.state.notification().map(|notification| &notification.order);
        if let Some(order) = order.filter(|order| order.office == office && order.grade == grade) {
            return Ok(Some(order.day));
        }
    }
    Ok(None)
}

/// Whether an office has its message of this grade for the day already.
fn taken(
    office: NoticeOffice,
    rule: &str,
    about: &RecordRef,
    day: Date,
    grade: WarningGrade,
    facts: &dyn Facts,
) -> Result<bool, Need> {
    for record in &facts.members(&notification::of_day_key(office, rule, about, day))?.records {
        let entry = facts.entry(record)?;
        let order = entry.as_ref().and_then(|entry| entry.state.notification()).map(|known| &known.order);
        if order.is_some_and(|order| order.grade == grade) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One message of those that tell the same office of the same rule, unit and grade, as far as one holds.
#[must_use]
pub fn merged(orders: Vec<Order>) -> Vec<Order> {
    let mut all: Vec<Order> = Vec::new();
    for order in orders {
        match all.iter_mut().find(|known| known.is_like(&order)) {
            Some(known) => known.warnings.extend(order.warnings),
            None => all.push(order),
        }
    }
    for order in &mut all {
        order.warnings.sort_unstable();
        order.warnings.dedup();
        order.warnings.truncate(WARNINGS_MAX);
    }
    all
}

/// The event that orders a message, upon the warnings as they stand.
///
/// # Errors
/// A [`Need`] when a warning is not loaded.
pub fn ordered(order: &Order, id: Uuid, facts: &dyn Facts) -> Result<Draft, Need> {
    let text = |text: &str| Value::Text(text.into());
    let mut reads = Vec::with_capacity(order.warnings.len());
    for warning in &order.warnings {
        let record = warning::reference(*warning);
        if let Some(entry) = facts.entry(&record)? {
            reads.push(Read { record, version: entry.version, hash: entry.hash });
        }
    }
    let about = vec![("kind".into(), text(&order.about.kind)), ("id".into(), text(&order.about.id.to_string()))];
    let warnings = order.warnings.iter().map(|warning| text(&warning.to_string())).collect();
    let data = Object::from_pairs(vec![
        ("channel".into(), text(NoticeChannel::Sms.as_str())),
        ("office".into(), text(order.office.as_str())),
        ("about".into(), Value::Object(Object::from_pairs(about))),
        ("rule".into(), text(order.rule)),
        ("grade".into(), text(order.grade.as_str())),
        ("day".into(), text(&order.day.to_string())),
        ("warnings".into(), Value::Array(warnings)),
    ]);
    let draft = Draft::following("notification.ordered", notification::reference(id), None, ORDER, data);
    Ok(Draft { reads, ..draft })
}

//! A notification: a message that left the ledger's house to tell an office of warnings (rules.md §3.9).
//!
//! What reads the ledger is told by it: the inbox is a view of the warnings themselves. Only what goes out by a gateway is a
//! record, since nobody could tell later whether it went. The desk orders a message ([`crate::rules`], `notice.rs`): which
//! office, which warnings of one rule about one unit on one day. Who holds the office, and which signed event gives the
//! telephone, is looked up when it is sent; the number itself is nowhere but under its seal.
//!
//! States: ordered → sent → delivered; ordered | sent → failed → (sent again by a person's hand) ordered.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::{Object, Value};
use signing::statement::{Read, RecordRef};
use uuid::Uuid;

use super::{Nothing, SealedRef, account};
use crate::catalog::{EventType, Kind};
use crate::codes::{Post, Role};
use crate::field::{FREE, Shape};
use crate::law::product;
use crate::notification_codes::{NoticeChannel, NoticeFailure, NoticeGateway, NoticeOffice, NoticeState};
use crate::record::{About, Draft, Entry, Facts, Need, Record, Stop, Target, ensure};
use crate::records::warning::RULE_ID;
use crate::refusal::{Code, Rule};
use crate::warning_codes::WarningGrade;
use crate::{data, events};

/// Most warnings of which one message tells; others of the same rule and unit wait for the next day.
pub const WARNINGS_MAX: usize = 50;
/// Days after which a message that could not be sent is given up: the warning is told again in its next round, or in the ledger.
pub const SENDABLE_DAYS: i64 = 1;
const SERIAL: Shape = Shape::Text(1, 64, &FREE);

data! {
    /// Who is to be told of what.
    pub struct Ordered {
        channel: NoticeChannel = Shape::Code(&NoticeChannel::LIST), "渠道", "by what way";
        office: NoticeOffice = Shape::Code(&NoticeOffice::LIST), "通知对象（职务）", "the office that is told";
        about: RecordRef = Shape::RecordRef(&["institution", "person"]), "所在", "the unit with which the warnings lie, or the file that lies with an authority";
        rule: CompactString = RULE_ID, "预警规则", "rule";
        grade: WarningGrade = Shape::Code(&WarningGrade::LIST), "级别", "grade";
        day: Date = Shape::Day, "通知日", "the day for which it was ordered";
        warnings: Vec<Uuid> = Shape::List(1, WARNINGS_MAX as u16, &Shape::Id("warning")), "预警", "the warnings of which it tells";
    }

    /// The gateway took it.
    pub struct Sent {
        to: RecordRef = Shape::RecordRef(&["party"]), "接收人", "the natural person who holds the office, by a random id";
        gateway: NoticeGateway = Shape::Code(&NoticeGateway::LIST), "网关", "who carries it";
        serial: CompactString = SERIAL, "网关回执号", "the gateway's number of it";
    }

    /// It did not arrive.
    pub struct Failed {
        reason: NoticeFailure = Shape::Code(&NoticeFailure::LIST), "原因", "why";
        code: Option<CompactString> = SERIAL, "网关错误码", "the code of the gateway or the carrier";
    }
}

events! {
    /// Events of a notification.
    pub enum Event {
        Ordered(Ordered) = "notification.ordered", 1, [System], true, Forbidden, Service, "通知待发送", "notification ordered";
        Sent(Sent) = "notification.sent", 1, [System], false, Forbidden, Service, "通知已提交网关", "notification sent";
        Delivered(Nothing) = "notification.delivered", 1, [System], false, Forbidden, Service, "通知已送达", "notification delivered";
        Failed(Failed) = "notification.failed", 1, [System], false, Forbidden, Service, "通知发送失败", "notification failed";
        SentAgain(Nothing) = "notification.sent_again", 1, [Declaration], false, Forbidden, Person, "重新发送通知", "notification to be sent again";
    }
}

/// A notification.
#[derive(Debug, Clone, Serialize)]
pub struct Notification {
    /// What was ordered.
    #[serde(flatten)]
    pub order: Ordered,
    /// Where it stands.
    pub state: NoticeState,
    /// Day from which it stands so.
    pub state_since: Date,
    /// The day for which it is to be sent: that of the order, or of the last order to send it again.
    pub send_on: Date,
    /// How often it was to be sent.
    pub round: u32,
    /// Who got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<RecordRef>,
    /// The gateway's number of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<CompactString>,
    /// Why it did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<NoticeFailure>,
    /// The code of the gateway or the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<CompactString>,
}

const STATE: Rule = Rule {
    id: "notification.state",
    zh: "只有发送失败的通知可以重新发送",
    en: "Only a notification that failed is sent again.",
    citation: product("§8"),
};
const NO_ADDRESS: Rule = Rule {
    id: "notification.no_address",
    zh: "该职务无人任职或未登记电话：请先登记，再重新发送",
    en: "Nobody holds the office, or no telephone is filed: file it first, then send again.",
    citation: product("§8"),
};

/// Function by which the outcome of sending is said.
pub const SEND: (&str, u16) = ("notification.send", 1);

/// Reference to a notification.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Notification.as_str().into(), id }
}

/// Index key of the notifications that tell of a warning.
#[must_use]
pub fn of_warning_key(warning: Uuid) -> CompactString {
    format!("notices/{warning}").into()
}

/// Index key of the notifications of an office by a rule about a unit for a day: one of each grade at most.
#[must_use]
pub fn of_day_key(office: NoticeOffice, rule: &str, about: &RecordRef, day: Date) -> CompactString {
    format!("notices/{}/{rule}/{}/{day}", office.as_str(), about.id).into()
}

/// Where somebody who holds an office is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The natural person.
    pub party: RecordRef,
    /// The record whose signed event gives the telephone.
    pub source: RecordRef,
    /// The telephone, sealed.
    pub phone: SealedRef,
}

impl Notification {
    /// The day after which it is given up when it was not sent.
    #[must_use]
    pub fn sendable_until(&self) -> Date {
        self.send_on.add_days(SENDABLE_DAYS)
    }

    /// The id under which the gateway knows it: another one each time that it is to be sent.
    #[must_use]
    pub fn message_id(&self, id: Uuid) -> String {
        format!("{id}-{}", self.round)
    }

    /// Who holds the office on a day and has a telephone filed; none when nobody does.
    ///
    /// # Errors
    /// A [`Need`] when the unit, or who is on call, is not loaded.
    pub fn contact(&self, day: Date, facts: &dyn Facts) -> Result<Option<Contact>, Need> {
        let area = || -> Result<Option<CompactString>, Need> {
            let about = facts.entry(&self.order.about)?;
            about.map_or(Ok(None), |entry| Ok(crate::admission::home(&self.order.about, &entry, facts)?.1))
        };
        match self.order.office {
            NoticeOffice::Responsible => self.officer(&[Post::ProtectionOfficer, Post::Contact], facts),
            NoticeOffice::Head => self.officer(&[Post::Principal, Post::LegalRepresentative], facts),
            NoticeOffice::County => area()?.map_or(Ok(None), |area| on_call(Some(&area), COUNTY_OFFICERS, day, facts)),
            NoticeOffice::City => on_call(None, CITY_OFFICERS, day, facts),
        }
    }

    fn officer(&self, posts: &[Post], facts: &dyn Facts) -> Result<Option<Contact>, Need> {
        let source = &self.order.about;
        let entry = facts.entry(source)?;
        let Some(institution) = entry.as_ref().and_then(|entry| entry.state.institution()) else { return Ok(None) };
        let of = |post: &Post| {
            let officer = institution
                .officers
                .iter()
                .rev()
                .find(|officer| officer.post == *post && officer.until.is_none() && officer.phone.is_some())?;
            let party = RecordRef { kind: "party".into(), id: officer.party };
            Some(Contact { party, source: source.clone(), phone: officer.phone.clone()? })
        };
        Ok(posts.iter().find_map(of))
    }

    /// What the service says of its fate, as it is signed; none when that cannot follow.
    ///
    /// # Errors
    /// A [`Need`] when the holder of the office is not loaded.
    pub fn outcome(
        &self,
        record: &RecordRef,
        entry: &Entry,
        event: &Event,
        day: Date,
        facts: &dyn Facts,
    ) -> Result<Option<Draft>, Need> {
        let text = |text: &str| Value::Text(text.into());
        let follows = |event_type, pairs| {
            Draft::following(event_type, record.clone(), Some(entry), SEND, Object::from_pairs(pairs))
        };
        Ok(match (event, self.state) {
            (Event::Sent(sent), NoticeState::Ordered) => {
                let Some(contact) = self.contact(day, facts)? else { return Ok(None) };
                let Some(source) = facts.entry(&contact.source)? else { return Ok(None) };
                let to = vec![
                    ("kind".into(), text(&contact.party.kind)),
                    ("id".into(), text(&contact.party.id.to_string())),
                ];
                let pairs = vec![
                    ("to".into(), Value::Object(Object::from_pairs(to))),
                    ("gateway".into(), text(sent.gateway.as_str())),
                    ("serial".into(), Value::Text(sent.serial.clone())),
                ];
                let read = Read { record: contact.source, version: source.version, hash: source.hash };
                Some(Draft { reads: vec![read], ..follows("notification.sent", pairs) })
            }
            (Event::Delivered(_), NoticeState::Sent) => Some(follows("notification.delivered", Vec::new())),
            (Event::Failed(failed), NoticeState::Ordered | NoticeState::Sent) => {
                let mut pairs = vec![("reason".into(), text(failed.reason.as_str()))];
                pairs.extend(failed.code.clone().map(|code| ("code".into(), Value::Text(code))));
                Some(follows("notification.failed", pairs))
            }
            _ => None,
        })
    }
}

const COUNTY_OFFICERS: &[Role] = &[Role::CountySupervisor, Role::CountyApprover];
const CITY_OFFICERS: &[Role] = &[Role::CitySupervisor, Role::CityApprover];

/// Of those who filed a telephone for an area (none: the city), who filed last and may act for it on a day.
fn on_call(area: Option<&str>, roles: &[Role], day: Date, facts: &dyn Facts) -> Result<Option<Contact>, Need> {
    for source in facts.members(&account::contacts_key(area))?.records.iter().rev() {
        let authority = facts.authority(source.id)?;
        let Some(known) = authority.account.as_ref() else { continue };
        let acts = authority.grants_in_effect(day).any(|(_, grant)| roles.contains(&grant.role));
        if let (true, Some(party), Some(phone)) = (acts, &known.party, &known.phone) {
            return Ok(Some(Contact { party: party.clone(), source: source.clone(), phone: phone.clone() }));
        }
    }
    Ok(None)
}

impl Record for Notification {
    const KIND: Kind = Kind::Notification;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, _: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let absent = || Stop::code(Code::BadReference, "/record");
        let about = &state.ok_or_else(absent)?.order.about;
        let entry = facts.entry(about)?.ok_or_else(absent)?;
        let (org, area) = crate::admission::home(about, &entry, facts)?;
        Ok(Target { org, area, account: None })
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            // What the service says is compared with what follows before it comes here.
            (Event::Ordered(_), None) => Ok(()),
            (Event::Sent(_) | Event::Delivered(_) | Event::Failed(_), Some(_)) => Ok(()),
            (Event::SentAgain(_), Some(notification)) => {
                ensure(notification.state == NoticeState::Failed, &STATE, "")?;
                ensure(notification.contact(about.day, facts)?.is_some(), &NO_ADDRESS, "")
            }
            _ => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let state_since = about.day;
        match (event, state) {
            (Event::Ordered(order), None) => Self {
                state: NoticeState::Ordered,
                state_since,
                send_on: order.day,
                round: 1,
                to: None,
                serial: None,
                failure: None,
                failure_code: None,
                order,
            },
            (Event::Sent(sent), Some(notification)) => Self {
                state: NoticeState::Sent,
                state_since,
                to: Some(sent.to),
                serial: Some(sent.serial),
                ..notification
            },
            (Event::Delivered(_), Some(notification)) => {
                Self { state: NoticeState::Delivered, state_since, ..notification }
            }
            (Event::Failed(failed), Some(notification)) => Self {
                state: NoticeState::Failed,
                state_since,
                failure: Some(failed.reason),
                failure_code: failed.code,
                ..notification
            },
            (Event::SentAgain(_), Some(notification)) => Self {
                state: NoticeState::Ordered,
                state_since,
                send_on: about.day,
                round: notification.round + 1,
                failure: None,
                failure_code: None,
                ..notification
            },
            (_, Some(notification)) => notification,
            (_, None) => unreachable!("a notification begins with notification.ordered"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(self.order.about.clone())
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Ordered(order) => Some(order.about.clone()),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Ordered(order) => {
                let of_day = of_day_key(order.office, &order.rule, &order.about, order.day);
                order.warnings.iter().map(|warning| of_warning_key(*warning)).chain([of_day]).collect()
            }
            _ => Vec::new(),
        }
    }
}

//! A grant: an account may act in a role, for an organisation or an area, from a day on.
//!
//! An appointment is given by an administrator and countersigned by another natural person; area, organisation
//! and time lie within the appointer's, and it stays when he leaves. A delegation has its form and is refused for
//! now. When an institution ends, the system ends its grants in the same append.
//!
//! States: given → in effect (countersigned) → revoked | ended.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::{Object, Value};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

use super::countersigned;
use crate::authority::authority_key;
use crate::catalog::{EventType, Kind};
use crate::codes::{AREA, Role};
use crate::field::Shape;
use crate::law::product;
use crate::record::{About, Draft, Facts, Need, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// An appointment or delegation.
    pub struct Given {
        account: Uuid = Shape::Id("account"), "账户", "account";
        role: Role = Shape::Code(&Role::LIST), "角色", "role";
        org: Option<Uuid> = Shape::Id("institution"), "机构", "organisation";
        area: Option<CompactString> = AREA, "监督辖区", "supervision area";
        from: Date = Shape::Day, "生效日期", "first day";
        until: Option<Date> = Shape::Day, "失效日期", "first day without it";
        delegated_by: Option<Uuid> = Shape::Id("grant"), "委托自", "grant that is delegated";
    }

    /// The second signature.
    pub struct Countersigned {
        account: Uuid = Shape::Id("account"), "账户", "account";
        countersigns: EventRef = Shape::EventRef, "所会签的事件", "the event that is countersigned";
    }

    /// The end of a grant.
    pub struct OfAccount {
        account: Uuid = Shape::Id("account"), "账户", "account";
    }
}

events! {
    /// Events of a grant.
    pub enum Event {
        Given(Given) = "grant.given", 1, [Entry, Delegation], true, Forbidden, PersonOrRoot, "授权", "grant given";
        Countersigned(Countersigned) = "grant.countersigned", 1, [Countersignature], false, Forbidden, PersonOrRoot, "授权会签", "grant countersigned";
        Revoked(OfAccount) = "grant.revoked", 1, [Revocation], false, Forbidden, Person, "撤销授权", "grant revoked";
        Ended(OfAccount) = "grant.ended", 1, [System], false, Forbidden, Service, "授权终止", "grant ended";
    }
}

/// A grant.
#[derive(Debug, Clone, Serialize)]
pub struct Grant {
    /// What was given.
    #[serde(flatten)]
    pub given: Given,
    #[serde(skip)]
    /// The role, for short.
    pub role: Role,
    /// True once another person has countersigned.
    pub countersigned: bool,
    /// True once revoked or ended.
    pub ended: bool,
}

impl Grant {
    /// True when it counts on a day.
    #[must_use]
    pub fn in_effect(&self, day: Date) -> bool {
        self.countersigned && !self.ended && self.given.from <= day && self.given.until.is_none_or(|until| day < until)
    }
}

const DELEGATION: Rule = Rule {
    id: "grant.delegation_not_open",
    zh: "尚不支持委托授权：请由管理员直接授权",
    en: "Delegation is not open yet: ask an administrator to appoint.",
    citation: product("§5"),
};
const ROLE: Rule = Rule {
    id: "grant.role_of_level",
    zh: "角色与账户层级不符",
    en: "The role is not one of the account's level.",
    citation: product("§5"),
};
const PLACE: Rule = Rule {
    id: "grant.place_of_account",
    zh: "机构或辖区与账户不一致",
    en: "Organisation and area differ from the account's.",
    citation: product("§5"),
};
const SEPARATED: Rule = Rule {
    id: "grant.separated_administrators",
    zh: "系统、安全、审计管理员三员分立，同一账户不得兼任，也不得兼任其他角色",
    en: "System, security and audit administrators are separate: one account holds one of these roles and no other.",
    citation: product("§5"),
};
const TIME: Rule = Rule {
    id: "grant.within_appointer",
    zh: "授权期限超出授权人自身的期限，或已经结束",
    en: "The time of the grant exceeds the appointer's own, or has ended.",
    citation: product("§5"),
};
const STATE: Rule = Rule {
    id: "grant.state",
    zh: "授权状态不允许此操作",
    en: "The grant is not in a state that allows this.",
    citation: product("§5"),
};

/// Index key of the grants for an organisation: its end is theirs.
#[must_use]
pub fn org_key(org: Uuid) -> CompactString {
    format!("org/{org}/grants").into()
}

/// Index key of the appointments of the first hour.
pub const ADMINISTRATORS_KEY: &str = "administrators";

impl Event {
    fn account(&self) -> Uuid {
        match self {
            Self::Given(data) => data.account,
            Self::Countersigned(data) => data.account,
            Self::Revoked(data) | Self::Ended(data) => data.account,
        }
    }
}

impl Record for Grant {
    const KIND: Kind = Kind::Grant;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let account = event.account();
        let authority = facts.authority(account)?;
        let Some(state) = &authority.account else { return Err(Stop::code(Code::BadReference, "/data/account")) };
        Ok(Target { org: state.org, area: state.area.clone(), account: Some(account) })
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let role = match event {
            Event::Given(given) => Some(given.role),
            _ => state.map(|state| state.role),
        };
        Ok(role.map(|role| role.as_str().into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Given(given), _) => given_is_sound(given, about, facts),
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
            (event, Some(grant)) => {
                if grant.given.account != event.account() {
                    return Err(Stop::code(Code::BadReference, "/data/account"));
                }
                match event {
                    Event::Countersigned(second) => {
                        if countersigned(about, &second.countersigns).is_none() {
                            return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                        }
                        ensure(!grant.countersigned && !grant.ended, &STATE, "")
                    }
                    _ => ensure(!grant.ended, &STATE, ""),
                }
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Given(given), _) => Self { role: given.role, given, countersigned: false, ended: false },
            (Event::Countersigned(_), Some(grant)) => Self { countersigned: true, ..grant },
            (Event::Revoked(_) | Event::Ended(_), Some(grant)) => Self { ended: true, ..grant },
            (_, None) => unreachable!("a grant begins with grant.given"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        let mut keys = vec![authority_key(event.account())];
        if let Event::Given(given) = event {
            keys.extend(given.org.map(org_key));
            if matches!(given.role, Role::CityAdmin | Role::AuditAdmin) {
                keys.push(ADMINISTRATORS_KEY.into());
            }
        }
        keys
    }
}

fn given_is_sound(given: &Given, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    let delegation = about.statement.meaning == signing::statement::Meaning::Delegation;
    ensure(given.delegated_by.is_none() && !delegation, &DELEGATION, "/data/delegated_by")?;
    let authority = facts.authority(given.account)?;
    let Some(account) = authority.account.as_ref().filter(|account| !account.closed) else {
        return Err(Stop::code(Code::BadReference, "/data/account"));
    };
    ensure(given.role.level() == account.level, &ROLE, "/data/role")?;
    ensure(given.org == account.org && given.area == account.area, &PLACE, "/data/org")?;
    let others =
        authority.grants.iter().map(|(_, grant)| grant).filter(|grant| !grant.ended && grant.role != given.role);
    let separate =
        others.clone().all(|grant| !grant.role.is_separated()) && (!given.role.is_separated() || others.count() == 0);
    ensure(separate, &SEPARATED, "/data/role")?;
    let ends_later = given.until.is_none_or(|until| until > about.day && until > given.from);
    let within = about.actor.is_none_or(|actor| {
        actor.from <= given.from && actor.until.is_none_or(|last| given.until.is_some_and(|until| until <= last))
    });
    ensure(ends_later && within, &TIME, "/data/until")
}

/// Name and version of the function by which an ended organisation ends its grants.
pub const END_WITH_ORG: (&str, u16) = ("grant.end_with_org", 1);

/// The grants of an organisation that still stand, each as the system event that ends it.
///
/// # Errors
/// A [`Need`] when the grants are not loaded.
pub fn end_with_org(org: Uuid, about: &About<'_>, facts: &dyn Facts) -> Result<Vec<Draft>, Need> {
    let mut drafts = Vec::new();
    for record in &facts.members(&org_key(org))?.records {
        let Some(entry) = facts.entry(record)? else { continue };
        let Some(grant) = entry.state.grant().filter(|grant| !grant.ended) else { continue };
        drafts.push(end(record, &entry, grant.given.account, about));
    }
    Ok(drafts)
}

fn end(record: &RecordRef, entry: &crate::record::Entry, account: Uuid, about: &About<'_>) -> Draft {
    let data = Object::from_pairs(vec![("account".into(), Value::Text(account.to_string().into()))]);
    let cause = Some(EventRef { event: about.statement.id, hash: about.hash });
    Draft { cause, ..Draft::following("grant.ended", record.clone(), Some(entry), END_WITH_ORG, data) }
}

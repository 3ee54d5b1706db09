//! An account: a person, an organisation or an instrument that signs in this ledger.
//!
//! It is opened by an administrator, countersigned by another natural person, and from then on it can hold keys
//! and grants. The name of a person is sealed under his own key (个人信息保护法); the rest identifies nobody.
//!
//! States: opened → open (countersigned) → closed.

use compact_str::CompactString;
use serde::Serialize;
use signing::statement::{RecordRef, Statement};
use uuid::Uuid;

use super::{Countersigns, Nothing, SealedRef, countersigned, party_key};
use crate::authority::authority_key;
use crate::catalog::{EventType, Kind};
use crate::codes::{AREA, AccountKind, InstitutionKind, Level};
use crate::field::{LINE, PERSON_NAME, PHONE, Sealed, Shape, Subject};
use crate::law::product;
use crate::record::{About, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// What an account is opened for.
    pub struct Opened {
        kind: AccountKind = Shape::Code(&AccountKind::LIST), "账户类别", "who stands behind it";
        level: Level = Shape::Code(&Level::LIST), "层级", "level";
        party: Option<RecordRef> = Shape::RecordRef(&["party"]), "自然人", "the natural person, by a random id";
        name: Option<Sealed> = Shape::Sealed(&PERSON_NAME, Subject::Member("party")), "姓名", "name of the person";
        title: Option<CompactString> = LINE, "名称或岗位", "name of the organisation or instrument, or the post";
        org: Option<Uuid> = Shape::Id("institution"), "所属机构", "organisation";
        area: Option<CompactString> = AREA, "监督辖区", "supervision area";
    }

    /// Where an officer is reached while he is on call.
    pub struct ContactFiled {
        area: Option<CompactString> = AREA, "监督辖区（市级不填）", "supervision area for which he is on call; none: the city";
        party: RecordRef = Shape::RecordRef(&["party"]), "自然人", "the natural person, by a random id";
        phone: Sealed = Shape::Sealed(&PHONE, Subject::Member("party")), "值守电话", "telephone";
    }
}

events! {
    /// Events of an account.
    pub enum Event {
        Opened(Opened) = "account.opened", 1, [Entry], true, Forbidden, PersonOrRoot, "开户", "account opened";
        Countersigned(Countersigns) = "account.countersigned", 1, [Countersignature], false, Forbidden, PersonOrRoot, "开户会签", "account countersigned";
        Closed(Nothing) = "account.closed", 1, [Revocation], false, Forbidden, Person, "销户", "account closed";
        ContactFiled(ContactFiled) = "account.contact_filed", 1 since 7, [Declaration], false, Forbidden, Person, "登记值守电话", "telephone on call filed";
    }
}

/// An account.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Who stands behind it.
    pub kind: AccountKind,
    /// Level.
    pub level: Level,
    /// The natural person.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "party")]
    pub party: Option<RecordRef>,
    /// Name of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<SealedRef>,
    /// Name of the organisation or instrument, or the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<CompactString>,
    /// Organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<Uuid>,
    /// Supervision area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<CompactString>,
    /// Telephone on call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<SealedRef>,
    /// True once another person has countersigned.
    pub countersigned: bool,
    /// True once closed.
    pub closed: bool,
}

fn party<S: serde::Serializer>(party: &Option<RecordRef>, serializer: S) -> Result<S::Ok, S::Error> {
    match party {
        Some(party) => serializer.serialize_str(&party.id.to_string()),
        None => serializer.serialize_none(),
    }
}

impl Account {
    /// True while its keys and grants can count.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.countersigned && !self.closed
    }
}

/// Index key of the officers who filed a telephone on call for an area; none: for the city.
#[must_use]
pub fn contacts_key(area: Option<&str>) -> CompactString {
    format!("contacts/{}", area.unwrap_or("city")).into()
}

/// Index key of the accounts that roots opened.
pub const FIRST_ACCOUNTS_KEY: &str = "administrators/accounts";

const PERSON: Rule = Rule {
    id: "account.person_members",
    zh: "自然人账户须有自然人标识和姓名，其他账户不得有",
    en: "An account of a natural person names the person and the sealed name; other accounts do not.",
    citation: product("§5"),
};
const PLACE: Rule = Rule {
    id: "account.place_of_level",
    zh: "所属机构和辖区与账户层级不符：市级与外部均无，县区级只有辖区，服务机构只有机构，用户单位与从业人员两者都有",
    en: "Organisation and area do not fit the level: city and external accounts have neither, county an area, service an organisation, institution and worker both.",
    citation: product("§5"),
};
const ON_CALL: Rule = Rule {
    id: "account.on_call",
    zh: "值守电话由市、县监督人员本人登记，辖区和自然人须与其账户一致",
    en: "City and county officers file their own telephone on call, for the area and the person of their account.",
    citation: product("§8"),
};
const UNIT: Rule = Rule {
    id: "account.unit_mismatch",
    zh: "所属机构不在该辖区、不属于该类别或已注销",
    en: "The organisation is not in that area, not of that kind, or closed.",
    citation: product("§5"),
};
const STATE: Rule = Rule {
    id: "account.not_open",
    zh: "账户状态不允许此操作",
    en: "The account is not in a state that allows this.",
    citation: product("§5"),
};

impl Record for Account {
    const KIND: Kind = Kind::Account;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn check_values(event: &Event, statement: &Statement, facts: &dyn Facts) -> Result<(), Stop> {
        // Accounts of the genesis are not opened again.
        let taken = facts.ledger()?.is_some_and(|ledger| ledger.has_account(statement.record.id));
        let opened = matches!(event, Event::Opened(_));
        if opened && taken { Err(Stop::code(Code::BadValue, "/record/id")) } else { Ok(()) }
    }

    fn target(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        let account = Some(about.record());
        match (event, state) {
            (Event::Opened(opened), _) => Ok(Target { org: opened.org, area: opened.area.clone(), account }),
            (_, Some(state)) => Ok(Target { org: state.org, area: state.area.clone(), account }),
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let level = match (event, state) {
            (Event::Opened(opened), _) => Some(opened.level),
            (_, state) => state.map(|state| state.level),
        };
        Ok(level.map(|level| level.as_str().into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Opened(opened), _) => opened_is_sound(opened, facts),
            (Event::Countersigned(second), Some(account)) => {
                if countersigned(about, &second.countersigns).is_none() {
                    return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                }
                ensure(!account.countersigned && !account.closed, &STATE, "")
            }
            (Event::Closed(_), Some(account)) => ensure(!account.closed, &STATE, ""),
            (Event::ContactFiled(contact), Some(account)) => {
                ensure(account.is_open(), &STATE, "")?;
                ensure(matches!(account.level, Level::City | Level::County), &ON_CALL, "")?;
                ensure(account.area == contact.area, &ON_CALL, "/data/area")?;
                ensure(account.party.as_ref() == Some(&contact.party), &ON_CALL, "/data/party")
            }
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (event, state) {
            (Event::Opened(opened), _) => Self {
                kind: opened.kind,
                level: opened.level,
                party: opened.party,
                name: opened.name.map(|name| SealedRef::new(name, about, "name")),
                title: opened.title,
                org: opened.org,
                area: opened.area,
                phone: None,
                countersigned: false,
                closed: false,
            },
            (Event::Countersigned(_), Some(account)) => Self { countersigned: true, ..account },
            (Event::Closed(_), Some(account)) => Self { closed: true, ..account },
            (Event::ContactFiled(contact), Some(account)) => {
                Self { phone: Some(SealedRef::new(contact.phone, about, "phone")), ..account }
            }
            (_, None) => unreachable!("an account begins with account.opened"),
        }
    }

    fn keys(event: &Event, about: &About<'_>) -> Vec<CompactString> {
        let mut keys = vec![authority_key(about.record())];
        // Only roots sign without a grant: these are the accounts of the first hour.
        if let Event::Opened(Opened { party: Some(party), .. }) = event {
            keys.push(party_key(party));
        }
        if let Event::ContactFiled(contact) = event {
            keys.push(contacts_key(contact.area.as_deref()));
        }
        if matches!(event, Event::Opened(_)) && about.statement.signer.grant.is_none() {
            keys.push(FIRST_ACCOUNTS_KEY.into());
        }
        keys
    }
}

fn opened_is_sound(opened: &Opened, facts: &dyn Facts) -> Result<(), Stop> {
    let person = opened.kind == AccountKind::Person;
    ensure(
        opened.party.is_some() == person && opened.name.is_some() == person && (person || opened.title.is_some()),
        &PERSON,
        "/data/party",
    )?;
    let (org, area) = match opened.level {
        Level::City | Level::External => (false, false),
        Level::County => (false, true),
        Level::Service => (true, false),
        Level::Institution | Level::Worker => (true, true),
    };
    ensure(opened.org.is_some() == org && opened.area.is_some() == area, &PLACE, "/data/level")?;
    let Some(org) = opened.org else { return Ok(()) };
    let record = RecordRef { kind: Kind::Institution.as_str().into(), id: org };
    let Some(entry) = facts.entry(&record)? else {
        // An institution may enter itself: then its account exists first and the area is the administrator's word.
        return ensure(opened.level != Level::Service, &UNIT, "/data/org");
    };
    let Some(institution) = entry.state.institution() else { return Err(Stop::rule(&UNIT, "/data/org")) };
    let kinds = &institution.profile.kinds;
    let fits = match opened.level {
        Level::Service => {
            kinds.contains(&InstitutionKind::TechnicalService) || kinds.contains(&InstitutionKind::HealthExam)
        }
        _ => opened.area.as_ref() == Some(&institution.profile.supervision_area),
    };
    ensure(fits && !institution.is_ended(), &UNIT, "/data/org")
}

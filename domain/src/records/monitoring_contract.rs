//! A monitoring contract: an institution has the doses of its workers measured by a laboratory.
//!
//! The laboratory is a technical-service organisation of this ledger. The institution's protection officer enters the
//! contract; he or the head ends it. Dosimeters are issued and reports made under a contract, also late ones for the
//! time in which it held.
//!
//! States: concluded → ended.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{change_is_sound, change_of, changed, corrects_one_of, institution, not_in_future};
use crate::catalog::{EventType, Kind};
use crate::codes::InstitutionKind;
use crate::field::{Data, Shape};
use crate::law::{Citation, MONITORING, product};
use crate::record::{About, Facts, Need, Origins, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// What was agreed.
    pub struct Terms {
        institution: Uuid = Shape::Id("institution"), "委托机构", "institution whose workers are monitored";
        laboratory: Uuid = Shape::Id("institution"), "监测机构", "laboratory";
        cycle_months: i64 = Shape::Integer(1, 3, "month"), "监测周期", "months that a dosimeter is worn";
        from: Date = Shape::Day, "开始日期", "first day";
        until: Option<Date> = Shape::Day, "终止日期", "first day on which it no longer holds";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Terms as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Terms as Data>::FIELDS), "清空", "members without a value";
    }
}

events! {
    /// Events of a monitoring contract.
    pub enum Event {
        Concluded(Terms) = "monitoring_contract.concluded", 1, [Entry], true, Optional, Person, "个人剂量监测委托", "monitoring contract concluded";
        Ended(Nothing) = "monitoring_contract.ended", 1, [Declaration], false, Required, Person, "监测委托终止", "monitoring contract ended";
        Corrected(Corrected) = "monitoring_contract.corrected", 1, [Correction], false, Forbidden, Person, "监测委托更正", "monitoring contract corrected";
    }
}

/// A monitoring contract.
#[derive(Debug, Clone, Serialize)]
pub struct MonitoringContract {
    /// What was agreed.
    #[serde(flatten)]
    pub terms: Terms,
    /// First day on which it no longer holds because it was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    #[serde(skip)]
    origins: Origins,
}

impl MonitoringContract {
    /// First day on which it no longer holds, if there is one.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        match (self.terms.until, self.ended_on) {
            (Some(agreed), Some(ended)) => Some(agreed.min(ended)),
            (agreed, ended) => agreed.or(ended),
        }
    }

    /// True when it held on one of these days.
    #[must_use]
    pub fn held_within(&self, from: Date, to: Date) -> bool {
        self.terms.from <= to && self.until().is_none_or(|until| from < until)
    }
}

const INSTITUTION: Rule = Rule {
    id: "monitoring_contract.institution",
    zh: "委托机构不存在、尚未审核通过或已注销",
    en: "The institution does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const LABORATORY: Rule = Rule {
    id: "monitoring_contract.laboratory",
    zh: "监测机构不是已审核通过的放射卫生技术服务机构",
    en: "The laboratory is not an approved technical-service organisation.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const FIXED: Rule = Rule {
    id: "monitoring_contract.parties_fixed",
    zh: "委托双方不能更换：请终止后另行登记",
    en: "The parties of a contract do not change: end it and enter another.",
    citation: product("§6"),
};
const PERIOD: Rule = Rule {
    id: "monitoring_contract.period",
    zh: "终止日期须晚于开始日期",
    en: "A contract ends after it has begun.",
    citation: product("§6"),
};
const ENDED: Rule = Rule {
    id: "monitoring_contract.ended",
    zh: "监测委托已终止，只能更正",
    en: "The contract has ended: it can only be corrected.",
    citation: product("§6"),
};

/// Index key of the monitoring contracts of an institution.
#[must_use]
pub fn contracts_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/monitoring_contracts").into()
}

/// Reference to a monitoring contract.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::MonitoringContract.as_str().into(), id }
}

/// A contract, if there is one of this id.
///
/// # Errors
/// A [`Need`] when it is not loaded.
pub fn contract(id: Uuid, facts: &dyn Facts) -> Result<Option<MonitoringContract>, Need> {
    let entry = facts.entry(&RecordRef { kind: Kind::MonitoringContract.as_str().into(), id })?;
    Ok(entry.and_then(|entry| entry.state.monitoring_contract().cloned()))
}

impl Record for MonitoringContract {
    const KIND: Kind = Kind::MonitoringContract;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Concluded(terms), _) => terms.institution,
            (_, Some(contract)) => contract.terms.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(contract) = state else {
            let Event::Concluded(terms) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            parties_are_open(terms, facts)?;
            return terms_are_sound(terms, "/data/until");
        };
        match event {
            Event::Concluded(_) => Ok(()),
            Event::Ended(_) => {
                ensure(contract.ended_on.is_none(), &ENDED, "")?;
                ensure(about.date() > contract.terms.from, &PERIOD, "/effective_on")
            }
            Event::Corrected(corrected) => {
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                let parties = change.members().any(|name| matches!(name, "institution" | "laboratory"));
                ensure(!parties, &FIXED, "/data/set")?;
                corrects_one_of(about, &["monitoring_contract.concluded", "monitoring_contract.corrected"])?;
                let after = changed(&contract.terms, &change);
                terms_are_sound(&after, "/data/set")?;
                ensure(contract.ended_on.is_none_or(|ended| ended > after.from), &PERIOD, "/data/set/from")
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let Some(mut contract) = state else {
            let Event::Concluded(terms) = event else {
                unreachable!("a monitoring contract begins with monitoring_contract.concluded")
            };
            return Self { terms, ended_on: None, origins: Origins::new(about.origin()) };
        };
        match event {
            Event::Concluded(_) => unreachable!("a monitoring contract is concluded once"),
            Event::Ended(_) => contract.ended_on = Some(about.date()),
            Event::Corrected(corrected) => {
                let Self { origins, terms, .. } = &mut contract;
                origins.apply(terms, &change_of(&corrected.set, &corrected.clear), about.origin());
            }
        }
        contract
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.terms.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Concluded(terms) => Some(institution::reference(terms.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Concluded(terms) => vec![contracts_key(terms.institution)],
            _ => Vec::new(),
        }
    }
}

fn parties_are_open(terms: &Terms, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(super::is_open_institution(terms.institution, facts)?, &INSTITUTION, "/data/institution")?;
    let laboratory = facts.entry(&institution::reference(terms.laboratory))?;
    let measures = laboratory
        .as_ref()
        .and_then(|entry| entry.state.institution())
        .is_some_and(|laboratory| laboratory.profile.kinds.contains(&InstitutionKind::TechnicalService));
    let open = super::is_open_institution(terms.laboratory, facts)?;
    ensure(measures && open, &LABORATORY, "/data/laboratory")
}

fn terms_are_sound(terms: &Terms, at: &str) -> Result<(), Stop> {
    ensure(terms.until.is_none_or(|until| until > terms.from), &PERIOD, at)
}

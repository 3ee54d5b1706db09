//! A dosimeter in the hands of a worker: one issue of one dosimeter, from handing out to collecting.
//!
//! The protection officer hands it out and collects it; what was lost or damaged he files with its circumstances,
//! sealed under the person. Nobody wears a dosimeter that somebody else still has: its number is claimed until it is
//! returned, and one that was lost or damaged is not issued again, unless it is found and returned.
//!
//! States: issued → returned; issued → lost | damaged → returned.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_result::employment_covers;
use super::monitoring_contract::contract;
use super::{SealedRef, institution, not_in_future};
use crate::catalog::{EventType, Kind};
use crate::dose_codes::{DosimeterKind, DosimeterState, WearPosition};
use crate::field::{FREE, PARAGRAPH, Sealed, Shape, Subject};
use crate::law::{Citation, MONITORING, product};
use crate::record::{About, Claim, Facts, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// Who has which dosimeter, and where he wears it.
    pub struct Issue {
        contract: Uuid = Shape::Id("monitoring_contract"), "监测委托", "monitoring contract";
        institution: Uuid = Shape::Id("institution"), "使用机构", "institution";
        laboratory: Uuid = Shape::Id("institution"), "监测机构", "laboratory that owns it";
        person: RecordRef = Shape::RecordRef(&["person"]), "佩戴人", "person";
        employment: Uuid = Shape::Id("employment"), "从业关系", "employment";
        position: WearPosition = Shape::Code(&WearPosition::LIST), "佩戴部位", "where it is worn";
        kind: DosimeterKind = Shape::Code(&DosimeterKind::LIST), "剂量计类别", "kind";
        number: CompactString = Shape::Text(1, 40, &FREE), "剂量计编号", "number";
    }

    /// Lost or damaged.
    pub struct Mishap {
        person: RecordRef = Shape::RecordRef(&["person"]), "佩戴人", "person";
        circumstances: Sealed = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "情况说明", "circumstances";
    }
}

events! {
    /// Events of a dosimeter.
    pub enum Event {
        Issued(Issue) = "dosimeter.issued", 1, [Entry], true, Required, Person, "剂量计发放", "dosimeter issued";
        Returned(Nothing) = "dosimeter.returned", 1, [Entry], false, Required, Person, "剂量计收回", "dosimeter returned";
        Lost(Mishap) = "dosimeter.lost", 1, [Declaration], false, Required, Person, "剂量计丢失", "dosimeter lost";
        Damaged(Mishap) = "dosimeter.damaged", 1, [Declaration], false, Required, Person, "剂量计损坏", "dosimeter damaged";
    }
}

/// A dosimeter in the hands of a worker.
#[derive(Debug, Clone, Serialize)]
pub struct Dosimeter {
    /// Who has it.
    #[serde(flatten)]
    pub issue: Issue,
    /// First day worn.
    pub from: Date,
    /// Where it is.
    pub state: DosimeterState,
    /// Day from which the state counts; with a return, the last day worn.
    pub since: Date,
    /// How it was lost or damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<SealedRef>,
}

impl Dosimeter {
    /// Whether it is in his hands on a day on or after that of its issue.
    #[must_use]
    pub fn is_worn(&self, day: Date) -> bool {
        self.state == DosimeterState::Issued || day < self.since
    }
}

const CONTRACT: Rule = Rule {
    id: "dosimeter.contract",
    zh: "当日没有有效的监测委托，或委托双方与所填不符",
    en: "No such contract holds on that day, or its parties are not the ones named.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const EMPLOYMENT: Rule = Rule {
    id: "dosimeter.employment",
    zh: "该人员当日不在此从业关系中",
    en: "The person is not in this employment on that day.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "dosimeter.transition",
    zh: "剂量计当前状态不允许此操作",
    en: "The dosimeter is not in a state from which this can follow.",
    citation: product("§6"),
};
const ORDER: Rule = Rule {
    id: "dosimeter.before_issue",
    zh: "日期不能早于发放或上一状态的日期",
    en: "A dosimeter is not returned, lost or damaged before it was issued, or before what came last.",
    citation: product("§6"),
};
const PERSON: Rule = Rule {
    id: "dosimeter.person",
    zh: "所填佩戴人与发放记录不符",
    en: "The person named is not the one to whom it was issued.",
    citation: product("§6"),
};

/// Index key of the dosimeters that a worker was given.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/dosimeters").into()
}

impl Record for Dosimeter {
    const KIND: Kind = Kind::Dosimeter;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Issued(issue), _) => issue.institution,
            (_, Some(dosimeter)) => dosimeter.issue.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let day = about.date();
        let Some(dosimeter) = state else {
            let Event::Issued(issue) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            let holds = contract(issue.contract, facts)?.is_some_and(|contract| {
                contract.terms.institution == issue.institution
                    && contract.terms.laboratory == issue.laboratory
                    && contract.held_within(day, day)
            });
            ensure(holds, &CONTRACT, "/data/contract")?;
            let employed = employment_covers(facts, &issue.person, issue.employment, issue.institution, day, day)?;
            return ensure(employed, &EMPLOYMENT, "/data/employment");
        };
        ensure(day >= dosimeter.since, &ORDER, "/effective_on")?;
        ensure(may_follow(dosimeter.state, event), &TRANSITION, "")?;
        match event {
            Event::Lost(mishap) | Event::Damaged(mishap) => {
                ensure(mishap.person == dosimeter.issue.person, &PERSON, "/data/person")
            }
            Event::Issued(_) | Event::Returned(_) => Ok(()),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let day = about.date();
        let Some(mut dosimeter) = state else {
            let Event::Issued(issue) = event else { unreachable!("a dosimeter begins with dosimeter.issued") };
            return Self { issue, from: day, state: DosimeterState::Issued, since: day, circumstances: None };
        };
        dosimeter.since = day;
        dosimeter.state = match event {
            Event::Issued(_) => unreachable!("a dosimeter is issued once"),
            Event::Returned(_) => DosimeterState::Returned,
            Event::Lost(mishap) => {
                dosimeter.circumstances = Some(SealedRef::new(mishap.circumstances, about, "circumstances"));
                DosimeterState::Lost
            }
            Event::Damaged(mishap) => {
                dosimeter.circumstances = Some(SealedRef::new(mishap.circumstances, about, "circumstances"));
                DosimeterState::Damaged
            }
        };
        dosimeter
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.issue.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Issued(issue) => Some(institution::reference(issue.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Issued(issue) => {
                vec![person_key(issue.person.id), format!("institution/{}/dosimeters", issue.institution).into()]
            }
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        if self.state == DosimeterState::Returned {
            return Vec::new();
        }
        vec![Claim::new("dosimeter_no", [self.issue.laboratory.to_string().as_str(), self.issue.number.as_str()])]
    }
}

fn may_follow(state: DosimeterState, event: &Event) -> bool {
    match event {
        Event::Issued(_) => false,
        Event::Returned(_) => state != DosimeterState::Returned,
        Event::Lost(_) | Event::Damaged(_) => state == DosimeterState::Issued,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow() {
        let person = RecordRef { kind: "person".into(), id: Uuid::nil() };
        let mishap = Mishap { person, circumstances: Sealed(signing::bytes::Hash([0; 32])) };
        let cases = [
            (DosimeterState::Issued, true, true),
            (DosimeterState::Lost, true, false),
            (DosimeterState::Damaged, true, false),
            (DosimeterState::Returned, false, false),
        ];
        for (state, returned, lost) in cases {
            assert_eq!(may_follow(state, &Event::Returned(Nothing {})), returned, "{state:?}");
            assert_eq!(may_follow(state, &Event::Lost(mishap.clone())), lost, "{state:?}");
            assert_eq!(may_follow(state, &Event::Damaged(mishap.clone())), lost, "{state:?}");
        }
    }
}

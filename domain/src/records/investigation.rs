//! An investigation of a dose: one or several results of a worker, or what they come to, at or above the level at which
//! somebody has to look (GBZ 128; 放射工作人员职业健康管理办法 Art. 40).
//!
//! The protection officer or the county opens it; the officer files the form, the worker confirms it under his own
//! account, the laboratory gives its opinion, in either order; the county returns it or accepts it with a final value,
//! from a dose of the yearly limit on the city does: the facet of both acts is `county` or `city`. What people write is
//! sealed under the worker; codes and doses stand in the clear. Results are not touched: who reported them corrects them.
//!
//! States: opened → filed → confirmed | assessed → complete → accepted; filed, confirmed, assessed, complete → returned →
//! filed; filed, confirmed, assessed → accepted, saying why somebody did not sign; all but accepted → withdrawn.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_report::report;
use super::{SealedRef, dose_result, employment, institution, not_in_future, person};
use crate::catalog::{EventType, Kind};
use crate::codes::InstitutionKind;
use crate::field::{LINE, PARAGRAPH, PERSON_NAME, Sealed, Shape, Subject};
use crate::investigation_codes::{
    DoseQuantity, InvestigationBasis, InvestigationCause, InvestigationFinding, InvestigationState, NominalMethod,
    UnsignedReason,
};
use crate::law::{Citation, MONITORING, RADIATION_WORKERS, product};
use crate::record::{About, Claim, Facts, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

const DOSE: Shape = Shape::Integer(0, 10_000_000_000, "nSv");
const PERSON: Shape = Shape::RecordRef(&["person"]);
const WRITTEN: Shape = Shape::Sealed(&PARAGRAPH, Subject::Member("person"));
const NAME: Shape = Shape::Sealed(&PERSON_NAME, Subject::Member("person"));
const FINDING: Shape = Shape::Code(&InvestigationFinding::LIST);
const METHOD: Shape = Shape::Code(&NominalMethod::LIST);

data! {
    /// What is investigated.
    pub struct Opened {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        employment: Uuid = Shape::Id("employment"), "用人关系", "the employment in which it is investigated";
        basis: InvestigationBasis = Shape::Code(&InvestigationBasis::LIST), "调查事由", "why";
        quantity: DoseQuantity = Shape::Code(&DoseQuantity::LIST), "剂量量", "quantity";
        dose_nsv: Option<i64> = DOSE, "异常剂量", "the dose that is investigated";
        results: Option<Vec<Uuid>> = Shape::List(1, 24, &Shape::Id("dose_result")), "所涉结果", "results";
        dose_year: Option<i64> = Shape::Integer(1950, 2200, ""), "剂量年度", "year of the sum, for five years the last of them";
        laboratory: Option<Uuid> = Shape::Id("institution"), "监测机构", "laboratory that measured it";
        place: Option<Sealed> = Shape::Sealed(&LINE, Subject::Member("person")), "发生场所", "where it happened";
        circumstances: Option<Sealed> = WRITTEN, "情况说明", "circumstances";
    }

    /// The form of the protection officer.
    pub struct Filed {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        wear_correct: bool = Shape::Flag, "佩戴正确", "whether the dosimeter was worn correctly";
        non_occupational: bool = Shape::Flag, "受到非职业照射", "whether there was exposure not from work";
        near_source: bool = Shape::Flag, "剂量计曾存放在放射源或射线装置附近", "whether the dosimeter was stored near a source";
        workload: Option<i64> = Shape::Integer(0, 1_000_000, ""), "周期内工作量（例次）", "procedures in the period";
        cause: InvestigationCause = Shape::Code(&InvestigationCause::LIST), "原因", "cause";
        finding: InvestigationFinding = FINDING, "调查结论", "finding";
        proposed_nsv: Option<i64> = DOSE, "建议剂量", "proposed dose";
        nominal_method: Option<NominalMethod> = METHOD, "名义剂量方法", "how a nominal dose was found";
        report: Sealed = WRITTEN, "防护组调查情况", "what the protection group found";
        follow_up: Option<Sealed> = WRITTEN, "后续措施", "follow-up";
        investigator: Option<Sealed> = NAME, "调查人", "who investigated";
        investigated_on: Option<Date> = Shape::Day, "调查日期", "investigated on";
    }

    /// The worker's signature.
    pub struct Confirmed {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        agrees: bool = Shape::Flag, "是否认可", "whether he agrees";
        statement: Option<Sealed> = WRITTEN, "本人说明", "his statement";
    }

    /// The opinion of the laboratory.
    pub struct Assessed {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        finding: InvestigationFinding = FINDING, "意见", "finding";
        proposed_nsv: Option<i64> = DOSE, "建议剂量", "proposed dose";
        nominal_method: Option<NominalMethod> = METHOD, "名义剂量方法", "how a nominal dose was found";
        opinion: Sealed = WRITTEN, "剂量组调查情况", "what the dosimetry group found";
        investigator: Option<Sealed> = NAME, "调查人", "who investigated";
        investigated_on: Option<Date> = Shape::Day, "调查日期", "investigated on";
    }

    /// Returned.
    pub struct Returned {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        remarks: Option<Sealed> = WRITTEN, "退回意见", "remarks";
    }

    /// Accepted.
    pub struct Accepted {
        person: RecordRef = PERSON, "放射工作人员", "the worker";
        finding: InvestigationFinding = FINDING, "认定结论", "finding";
        final_nsv: i64 = DOSE, "认定剂量", "final dose";
        correct_results: bool = Shape::Flag, "结果须更正", "whether the results are to be corrected";
        without_worker: Option<UnsignedReason> = Shape::Code(&UnsignedReason::LIST), "本人未签名原因", "why the worker did not sign";
        without_laboratory: Option<UnsignedReason> = Shape::Code(&UnsignedReason::LIST), "监测机构未出意见原因", "why the laboratory gave no opinion";
        conclusion: Option<Sealed> = WRITTEN, "审核意见", "conclusion";
    }
}

events! {
    /// Events of an investigation.
    pub enum Event {
        Opened(Opened) = "investigation.opened", 1, [Entry], true, Optional, Person, "剂量异常调查立案", "investigation opened";
        Filed(Filed) = "investigation.filed", 1, [Submission], false, Optional, Person, "剂量异常调查表", "investigation filed";
        Confirmed(Confirmed) = "investigation.confirmed", 1, [Acknowledgement], false, Forbidden, Person, "本人确认调查", "investigation confirmed by the worker";
        Assessed(Assessed) = "investigation.assessed", 1, [Examination], false, Optional, Person, "监测机构意见", "investigation assessed by the laboratory";
        Returned(Returned) = "investigation.returned", 1, [Return], false, Forbidden, Person, "调查退回", "investigation returned";
        Accepted(Accepted) = "investigation.accepted", 1, [Approval], false, Forbidden, Person, "调查认定", "investigation accepted";
        Withdrawn(Nothing) = "investigation.withdrawn", 1, [Withdrawal], false, Forbidden, Person, "调查撤销", "investigation withdrawn";
    }
}

/// The form, as it was filed last.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    /// Whether the dosimeter was worn correctly.
    pub wear_correct: bool,
    /// Whether there was exposure not from work.
    pub non_occupational: bool,
    /// Whether the dosimeter was stored near a source.
    pub near_source: bool,
    /// Procedures in the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<i64>,
    /// Cause.
    pub cause: InvestigationCause,
    /// Finding.
    pub finding: InvestigationFinding,
    /// Proposed dose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_nsv: Option<i64>,
    /// How a nominal dose was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nominal_method: Option<NominalMethod>,
    /// What the protection group found.
    pub report: SealedRef,
    /// Follow-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<SealedRef>,
    /// Who investigated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investigator: Option<SealedRef>,
    /// When.
    pub date: Date,
}

/// The worker's signature.
#[derive(Debug, Clone, Serialize)]
pub struct Confirmation {
    /// Whether he agrees.
    pub agrees: bool,
    /// His statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<SealedRef>,
    /// When.
    pub date: Date,
}

/// The opinion of the laboratory.
#[derive(Debug, Clone, Serialize)]
pub struct Assessment {
    /// Finding.
    pub finding: InvestigationFinding,
    /// Proposed dose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_nsv: Option<i64>,
    /// How a nominal dose was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nominal_method: Option<NominalMethod>,
    /// What the dosimetry group found.
    pub opinion: SealedRef,
    /// Who investigated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investigator: Option<SealedRef>,
    /// When.
    pub date: Date,
}

/// What was accepted.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Finding.
    pub finding: InvestigationFinding,
    /// Final dose.
    pub final_nsv: i64,
    /// Whether the results are to be corrected.
    pub correct_results: bool,
    /// Why the worker did not sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_worker: Option<UnsignedReason>,
    /// Why the laboratory gave no opinion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_laboratory: Option<UnsignedReason>,
    /// Conclusion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<SealedRef>,
    /// When.
    pub date: Date,
}

/// An investigation.
#[derive(Debug, Clone, Serialize)]
pub struct Investigation {
    /// The worker.
    #[serde(serialize_with = "super::dose_result::id_alone")]
    pub person: RecordRef,
    /// The employment in which it is investigated.
    pub employment: Uuid,
    /// Why.
    pub basis: InvestigationBasis,
    /// Quantity.
    pub quantity: DoseQuantity,
    /// The dose that is investigated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose_nsv: Option<i64>,
    /// Results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<Uuid>>,
    /// Year of the sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose_year: Option<i64>,
    /// Laboratory that measured it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<Uuid>,
    /// Where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<SealedRef>,
    /// Circumstances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<SealedRef>,
    /// State.
    pub state: InvestigationState,
    /// Day on which it was opened.
    pub opened_on: Date,
    /// Day from which the state counts.
    pub since: Date,
    /// The form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Box<Form>>,
    /// The worker's signature on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// The laboratory's opinion on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Box<Assessment>>,
    /// Remarks with which it was returned last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<SealedRef>,
    /// Number of returns.
    pub returns: u32,
    /// What was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Box<Outcome>>,
}

/// What can be done with an investigation once it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The officer files the form.
    File,
    /// The worker confirms it.
    Confirm,
    /// The laboratory gives its opinion.
    Assess,
    /// The authority returns it.
    Return,
    /// The authority accepts it.
    Accept,
    /// The authority withdraws what was opened by mistake.
    Withdraw,
}

/// Where a step leads from a state; none where it cannot follow.
#[must_use]
pub fn next(state: InvestigationState, step: Step) -> Option<InvestigationState> {
    use InvestigationState::{Accepted, Assessed, Complete, Confirmed, Filed, Opened, Returned, Withdrawn};
    match (state, step) {
        (Accepted | Withdrawn, _) => None,
        (_, Step::Withdraw) => Some(Withdrawn),
        (Opened | Returned, Step::File) => Some(Filed),
        (Opened | Returned, _) => None,
        (Filed, Step::Confirm) => Some(Confirmed),
        (Filed, Step::Assess) => Some(Assessed),
        (Confirmed, Step::Assess) | (Assessed, Step::Confirm) => Some(Complete),
        (Filed | Confirmed | Assessed | Complete, Step::Return) => Some(Returned),
        (Filed | Confirmed | Assessed | Complete, Step::Accept) => Some(Accepted),
        (Filed | Confirmed | Assessed | Complete, _) => None,
    }
}

/// The dose from which on the city decides: that of the average year for the whole body (workflows §7), the limit of a year
/// for a part of it (GB 18871).
#[must_use]
pub fn city_level_nsv(quantity: DoseQuantity) -> i64 {
    match quantity {
        DoseQuantity::Effective => 20_000_000,
        DoseQuantity::Lens => 150_000_000,
        DoseQuantity::Extremity => 500_000_000,
    }
}

impl Investigation {
    /// True while it waits for somebody.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.state, InvestigationState::Accepted | InvestigationState::Withdrawn)
    }

    /// The largest dose that anybody named in it.
    #[must_use]
    pub fn largest_nsv(&self) -> i64 {
        let proposed = self.form.as_ref().and_then(|form| form.proposed_nsv);
        let assessed = self.assessment.as_ref().and_then(|assessment| assessment.proposed_nsv);
        let decided = self.outcome.as_ref().map(|outcome| outcome.final_nsv);
        self.dose_nsv.max(proposed).max(assessed).max(decided).unwrap_or(0)
    }

    /// Whether the city decides, given a dose that is to be accepted.
    #[must_use]
    pub fn is_of_city(&self, final_nsv: Option<i64>) -> bool {
        self.largest_nsv().max(final_nsv.unwrap_or(0)) >= city_level_nsv(self.quantity)
    }
}

const EMPLOYMENT: Rule = Rule {
    id: "investigation.employment",
    zh: "用人关系不存在或不是该人员的",
    en: "There is no such employment, or it is not of this worker.",
    citation: product("§7"),
};
const RESULTS: Rule = Rule {
    id: "investigation.results",
    zh: "所列结果不存在、不是该人员的结果或重复",
    en: "A result does not exist, is not of this worker, or is named twice.",
    citation: product("§7"),
};
const BASIS: Rule = Rule {
    id: "investigation.basis",
    zh: "单周期、丢失等事由须列出结果，累计剂量须填年度；除丢失、损坏和作废外须填异常剂量",
    en: "An investigation of periods names results, one of a sum its year; each but that of a missing reading has a dose.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const LABORATORY: Rule = Rule {
    id: "investigation.laboratory",
    zh: "监测机构不是放射卫生技术服务机构，或所列结果均非其出具",
    en: "The laboratory is no technical-service organisation, or reported none of the results.",
    citation: product("§7"),
};
const TRANSITION: Rule = Rule {
    id: "investigation.transition",
    zh: "调查当前状态不允许此操作",
    en: "The investigation is not in a state from which this can follow.",
    citation: product("§7"),
};
const ORDER: Rule = Rule {
    id: "investigation.order",
    zh: "日期不能早于立案日期，调查日期不能晚于今天",
    en: "Nothing is dated before the investigation was opened, and nobody investigated in the future.",
    citation: product("§7"),
};
const SUBJECT: Rule = Rule {
    id: "investigation.person",
    zh: "所填人员不是被调查人员",
    en: "The person named is not the one who is investigated.",
    citation: product("§7"),
};
const NOMINAL: Rule = Rule {
    id: "investigation.nominal",
    zh: "结论为名义剂量时须填建议剂量和方法，其他结论不填方法",
    en: "A nominal dose has its value and its method; any other finding has no method.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const SIGNED: Rule = Rule {
    id: "investigation.signed",
    zh: "本人或监测机构未签名的须说明原因，已签名的不填",
    en: "Why the worker or the laboratory did not sign is said, and only where that is so.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第四十条" },
};

/// Index key of the investigations of a worker.
#[must_use]
pub fn investigations_key(person: Uuid) -> CompactString {
    format!("person/{person}/investigations").into()
}

impl Record for Investigation {
    const KIND: Kind = Kind::Investigation;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let post = match (event, state) {
            (Event::Opened(opened), _) => opened.employment,
            (_, Some(investigation)) => investigation.employment,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        match (event, state) {
            // Who did not measure the dose has no opinion on it.
            (Event::Assessed(_), Some(investigation)) => match investigation.laboratory {
                Some(laboratory) => super::of_institution(laboratory, facts),
                None => Ok(Target::default()),
            },
            (Event::Confirmed(_), Some(investigation)) => {
                let entry = facts.entry(&investigation.person)?;
                let account = entry.as_ref().and_then(|entry| entry.state.person()).and_then(|person| person.account);
                Ok(Target { account, ..of_employment(post, facts)? })
            }
            _ => of_employment(post, facts),
        }
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let final_nsv = match event {
            Event::Accepted(accepted) => Some(accepted.final_nsv),
            Event::Returned(_) => None,
            _ => return Ok(None),
        };
        let city = state.is_some_and(|investigation| investigation.is_of_city(final_nsv));
        Ok(Some(if city { "city" } else { "county" }.into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(investigation) = state else {
            let Event::Opened(opened) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            return opened_is_sound(opened, facts);
        };
        let Some(step) = step_of(event) else { return Ok(()) };
        ensure(next(investigation.state, step).is_some(), &TRANSITION, "")?;
        ensure(about.date() >= investigation.opened_on, &ORDER, "/effective_on")?;
        let whom = person_of(event).is_none_or(|person| *person == investigation.person);
        ensure(whom, &SUBJECT, "/data/person")?;
        match event {
            Event::Filed(Filed { finding, proposed_nsv, nominal_method, investigated_on, .. })
            | Event::Assessed(Assessed { finding, proposed_nsv, nominal_method, investigated_on, .. }) => {
                ensure(investigated_on.is_none_or(|day| day <= about.day), &ORDER, "/data/investigated_on")?;
                ensure(nominal_is_sound(*finding, *proposed_nsv, *nominal_method), &NOMINAL, "/data/nominal_method")
            }
            Event::Accepted(accepted) => {
                let worker = investigation.confirmation.is_some() != accepted.without_worker.is_some();
                ensure(worker, &SIGNED, "/data/without_worker")?;
                let laboratory = investigation.assessment.is_some() != accepted.without_laboratory.is_some();
                ensure(laboratory, &SIGNED, "/data/without_laboratory")
            }
            _ => Ok(()),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let day = about.date();
        let sealed = |value: Option<Sealed>, name: &str| value.map(|value| SealedRef::new(value, about, name));
        let step = step_of(&event);
        let Some(mut investigation) = state else {
            let Event::Opened(opened) = event else {
                unreachable!("an investigation begins with investigation.opened")
            };
            return Self {
                person: opened.person,
                employment: opened.employment,
                basis: opened.basis,
                quantity: opened.quantity,
                dose_nsv: opened.dose_nsv,
                results: opened.results,
                dose_year: opened.dose_year,
                laboratory: opened.laboratory,
                place: sealed(opened.place, "place"),
                circumstances: sealed(opened.circumstances, "circumstances"),
                state: InvestigationState::Opened,
                opened_on: day,
                since: day,
                form: None,
                confirmation: None,
                assessment: None,
                remarks: None,
                returns: 0,
                outcome: None,
            };
        };
        if let Some(after) = step.and_then(|step| next(investigation.state, step)) {
            (investigation.state, investigation.since) = (after, day);
        }
        match event {
            Event::Opened(_) => unreachable!("an investigation is opened once"),
            Event::Filed(filed) => {
                // Another form is signed anew by everybody.
                (investigation.confirmation, investigation.assessment) = (None, None);
                investigation.form = Some(Box::new(Form {
                    wear_correct: filed.wear_correct,
                    non_occupational: filed.non_occupational,
                    near_source: filed.near_source,
                    workload: filed.workload,
                    cause: filed.cause,
                    finding: filed.finding,
                    proposed_nsv: filed.proposed_nsv,
                    nominal_method: filed.nominal_method,
                    report: SealedRef::new(filed.report, about, "report"),
                    follow_up: sealed(filed.follow_up, "follow_up"),
                    investigator: sealed(filed.investigator, "investigator"),
                    date: filed.investigated_on.unwrap_or(day),
                }));
            }
            Event::Confirmed(confirmed) => {
                let statement = sealed(confirmed.statement, "statement");
                investigation.confirmation = Some(Confirmation { agrees: confirmed.agrees, statement, date: day });
            }
            Event::Assessed(assessed) => {
                investigation.assessment = Some(Box::new(Assessment {
                    finding: assessed.finding,
                    proposed_nsv: assessed.proposed_nsv,
                    nominal_method: assessed.nominal_method,
                    opinion: SealedRef::new(assessed.opinion, about, "opinion"),
                    investigator: sealed(assessed.investigator, "investigator"),
                    date: assessed.investigated_on.unwrap_or(day),
                }));
            }
            Event::Returned(returned) => {
                investigation.remarks = sealed(returned.remarks, "remarks");
                investigation.returns += 1;
            }
            Event::Accepted(accepted) => {
                investigation.outcome = Some(Box::new(Outcome {
                    finding: accepted.finding,
                    final_nsv: accepted.final_nsv,
                    correct_results: accepted.correct_results,
                    without_worker: accepted.without_worker,
                    without_laboratory: accepted.without_laboratory,
                    conclusion: sealed(accepted.conclusion, "conclusion"),
                    date: day,
                }));
            }
            Event::Withdrawn(_) => {}
        }
        investigation
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(employment::reference(self.employment))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Opened(opened) => Some(employment::reference(opened.employment)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Opened(opened) => vec![investigations_key(opened.person.id)],
            _ => Vec::new(),
        }
    }

    /// Nobody investigates the same twice at a time.
    fn claims(&self, _: Uuid) -> Vec<Claim> {
        if !self.is_open() {
            return Vec::new();
        }
        let (basis, quantity) = (self.basis.as_str(), self.quantity.as_str());
        let of_results = self.results.iter().flatten();
        let of_results =
            of_results.map(|result| Claim::new("investigation_result", [result.to_string().as_str(), quantity]));
        let of_sum = self.dose_year.filter(|_| self.basis.is_sum()).map(|year| {
            let (person, year) = (self.person.id.to_string(), year.to_string());
            Claim::new("investigation_sum", [person.as_str(), basis, quantity, year.as_str()])
        });
        of_results.filter(|_| !self.basis.is_sum()).chain(of_sum).collect()
    }
}

impl InvestigationBasis {
    /// True when it is about a sum, not about single results.
    #[must_use]
    pub fn is_sum(self) -> bool {
        matches!(self, Self::Year | Self::Block)
    }
}

fn step_of(event: &Event) -> Option<Step> {
    match event {
        Event::Opened(_) => None,
        Event::Filed(_) => Some(Step::File),
        Event::Confirmed(_) => Some(Step::Confirm),
        Event::Assessed(_) => Some(Step::Assess),
        Event::Returned(_) => Some(Step::Return),
        Event::Accepted(_) => Some(Step::Accept),
        Event::Withdrawn(_) => Some(Step::Withdraw),
    }
}

fn person_of(event: &Event) -> Option<&RecordRef> {
    match event {
        Event::Opened(Opened { person, .. })
        | Event::Filed(Filed { person, .. })
        | Event::Confirmed(Confirmed { person, .. })
        | Event::Assessed(Assessed { person, .. })
        | Event::Returned(Returned { person, .. })
        | Event::Accepted(Accepted { person, .. }) => Some(person),
        Event::Withdrawn(_) => None,
    }
}

/// Organisation and area of the institution of an employment.
fn of_employment(post: Uuid, facts: &dyn Facts) -> Result<Target, Stop> {
    let entry = facts.entry(&employment::reference(post))?;
    match entry.as_ref().and_then(|entry| entry.state.employment()) {
        Some(post) => super::of_institution(post.institution, facts),
        None => Ok(Target::default()),
    }
}

fn opened_is_sound(opened: &Opened, facts: &dyn Facts) -> Result<(), Stop> {
    let post = facts.entry(&employment::reference(opened.employment))?;
    let post = post.as_ref().and_then(|entry| entry.state.employment());
    let his = post.is_some_and(|post| person::reference(post.person) == opened.person);
    ensure(his, &EMPLOYMENT, "/data/employment")?;
    let (has_results, has_dose) = (opened.results.is_some(), opened.dose_nsv.is_some());
    let based = match opened.basis {
        InvestigationBasis::Period => has_results && has_dose,
        InvestigationBasis::Year | InvestigationBasis::Block => opened.dose_year.is_some() && has_dose,
        InvestigationBasis::Missing => has_results,
        InvestigationBasis::Unusual => has_dose,
    };
    ensure(based, &BASIS, "/data/basis")?;
    let results = opened.results.as_deref().unwrap_or_default();
    let mut laboratories = Vec::with_capacity(results.len());
    for (next, result) in (1..).zip(results) {
        let entry = facts.entry(&dose_result::reference(*result))?;
        let known = entry.as_ref().and_then(|entry| entry.state.dose_result());
        let known = known.filter(|known| known.person == opened.person && !results[next..].contains(result));
        let Some(known) = known else { return Err(Stop::rule(&RESULTS, "/data/results")) };
        laboratories.extend(report(known.report, facts)?.map(|report| report.header.laboratory));
    }
    let Some(laboratory) = opened.laboratory else { return Ok(()) };
    let entry = facts.entry(&institution::reference(laboratory))?;
    let measures = entry
        .as_ref()
        .and_then(|entry| entry.state.institution())
        .is_some_and(|state| state.profile.kinds.contains(&InstitutionKind::TechnicalService));
    let reported = results.is_empty() || laboratories.contains(&laboratory);
    ensure(measures && reported, &LABORATORY, "/data/laboratory")
}

fn nominal_is_sound(finding: InvestigationFinding, dose: Option<i64>, method: Option<NominalMethod>) -> bool {
    match finding {
        InvestigationFinding::Nominal => dose.is_some() && method.is_some(),
        InvestigationFinding::Real | InvestigationFinding::Artefact => method.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_from_every_state() {
        let steps = [Step::File, Step::Confirm, Step::Assess, Step::Return, Step::Accept, Step::Withdraw];
        let mut table = String::new();
        for state in InvestigationState::ALL {
            let after = steps.map(|step| next(*state, step).map_or("-", InvestigationState::as_str));
            table.push_str(&format!("{:<9} {}\n", state.as_str(), after.map(|after| format!("{after:<9}")).join(" ")));
        }
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                // from    File      Confirm   Assess    Return    Accept    Withdraw
                "OPENED    FILED     -         -         -         -         WITHDRAWN",
                "FILED     -         CONFIRMED ASSESSED  RETURNED  ACCEPTED  WITHDRAWN",
                "CONFIRMED -         -         COMPLETE  RETURNED  ACCEPTED  WITHDRAWN",
                "ASSESSED  -         COMPLETE  -         RETURNED  ACCEPTED  WITHDRAWN",
                "COMPLETE  -         -         -         RETURNED  ACCEPTED  WITHDRAWN",
                "RETURNED  FILED     -         -         -         -         WITHDRAWN",
                "ACCEPTED  -         -         -         -         -         -",
                "WITHDRAWN -         -         -         -         -         -",
            ]
        );
    }

    #[test]
    fn a_nominal_dose_has_its_value_and_its_method() {
        use InvestigationFinding::{Artefact, Nominal, Real};
        let method = Some(NominalMethod::Coworkers);
        for (finding, dose, method, sound) in [
            (Nominal, Some(1), method, true),
            (Nominal, None, method, false),
            (Nominal, Some(1), None, false),
            (Real, Some(1), None, true),
            (Real, Some(1), method, false),
            (Artefact, None, None, true),
            (Artefact, None, method, false),
        ] {
            assert_eq!(nominal_is_sound(finding, dose, method), sound, "{finding:?} {dose:?} {method:?}");
        }
    }
}

//! An employment: a radiation worker in a post of one institution. He may have several at once.
//!
//! It is planned first, since nobody works with radiation before his examination, training, certificate and dosimeter are
//! in place (放射工作人员职业健康管理办法 Art. 5): activation asks the ledger for them, unless it is flagged legacy, as a
//! fact whose papers were seen outside. Nobody under 18 is activated, and nobody whose dose of before leaves no room for the work
//! ahead until the city has given its opinion on it (design D10). Doses hang from the employment in which they were received.
//!
//! States: planned → active ⇄ suspended | on leave → ended.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::erasure::SUBJECT_ERASED;
use super::parameter::value_on;
use super::{
    certificate, change_differs, change_is_sound, change_of, corrects_one_of, dose_result, dosimeter, erasure,
    exam_result, institution, not_in_future, person, training_record,
};
use crate::catalog::{EventType, Kind};
use crate::dose;
use crate::field::{Data, FREE, LINE, Shape};
use crate::law::{BASIC_STANDARDS, Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS, product};
use crate::person_codes::{AbsenceReason, EmploymentState, EndReason, OccupationalCategory, PostTag};
use crate::prior_dose_codes::PriorDoseOpinion;
use crate::record::{About, Claim, Facts, Origin, Origins, Record, Stop, Target, any_member, ensure};
use crate::reference_codes::ParameterName;
use crate::refusal::{Code, Rule};
use crate::training::is_trained;
use crate::{data, events};

/// The catalogue from which on the dose of before is looked at.
const PRIOR_DOSE_SINCE: u32 = 7;
/// Effective dose of a year on the average of five, nSv.
const YEAR_NSV: i64 = 20_000_000;
/// Effective dose of a five-year block, nSv.
const BLOCK_NSV: i64 = 100_000_000;
const DOSE: Shape = Shape::Integer(0, 9_007_199_254_740_991, "nSv");

data! {
    /// A post.
    pub struct Profile {
        worker_no: CompactString = Shape::Text(1, 40, &FREE), "工作人员编号", "number of the worker within the institution";
        department: Option<CompactString> = LINE, "科室", "department";
        category: OccupationalCategory = Shape::Code(&OccupationalCategory::LIST), "职业类别", "occupational category";
        tags: Option<Vec<PostTag>> = Shape::List(1, 5, &Shape::Code(&PostTag::LIST)), "岗位特征", "what marks the post";
    }

    /// A worker is to take a post.
    pub struct Planned {
        person: Uuid = Shape::Id("person"), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer";
        worker_no: CompactString = Shape::Text(1, 40, &FREE), "工作人员编号", "number of the worker within the institution";
        department: Option<CompactString> = LINE, "科室", "department";
        category: OccupationalCategory = Shape::Code(&OccupationalCategory::LIST), "职业类别", "occupational category";
        tags: Option<Vec<PostTag>> = Shape::List(1, 5, &Shape::Code(&PostTag::LIST)), "岗位特征", "what marks the post";
    }

    /// He begins to work with radiation.
    pub struct Activated {
        legacy: bool = Shape::Flag, "系统启用前已在岗或前置条件在系统外核实", "examination, training and certificate were seen outside this system";
    }

    /// Away from radiation work for a time.
    pub struct Suspended {
        reason: AbsenceReason = Shape::Code(&AbsenceReason::LIST), "原因", "why";
    }

    /// Changed members.
    pub struct Changed {
        set: Option<signing::json::Object> = Shape::Members(<Profile as Data>::FIELDS), "变更为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
    }

    /// The city has looked at the dose that the worker brings with him.
    pub struct PriorDoseReviewed {
        opinion: PriorDoseOpinion = Shape::Code(&PriorDoseOpinion::LIST), "意见", "opinion";
        year_nsv: i64 = DOSE, "本年累计剂量", "effective dose of the year so far, of all employers";
        block_nsv: i64 = DOSE, "五年周期累计剂量", "effective dose of the five-year block so far, of all employers";
    }

    /// The employment ends.
    pub struct Ended {
        reason: EndReason = Shape::Code(&EndReason::LIST), "离岗原因", "why";
    }
}

events! {
    /// Events of an employment.
    pub enum Event {
        Planned(Planned) = "employment.planned", 1, [Entry], true, Forbidden, Person, "拟上岗", "employment planned";
        Activated(Activated) = "employment.activated", 1, [Entry], false, Required, Person, "上岗", "employment activated";
        Suspended(Suspended) = "employment.suspended", 1, [Entry], false, Required, Person, "暂时离岗", "employment suspended";
        Resumed(super::Nothing) = "employment.resumed", 1, [Entry], false, Required, Person, "返岗", "employment resumed";
        Changed(Changed) = "employment.changed", 1, [Entry], false, Required, Person, "岗位变更", "employment changed";
        Corrected(Changed) = "employment.corrected", 1, [Correction], false, Forbidden, Person, "岗位信息更正", "employment corrected";
        PriorDoseReviewed(PriorDoseReviewed) = "employment.prior_dose_reviewed", 1 since 7, [Examination], false, Forbidden, Person, "既往剂量审查意见", "prior dose reviewed";
        Ended(Ended) = "employment.ended", 1, [Declaration], false, Required, Person, "离岗", "employment ended";
    }
}

/// A stretch of days in which he worked with radiation; without an end it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// First day.
    pub from: Date,
    /// First day no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// An employment.
#[derive(Debug, Clone, Serialize)]
pub struct Employment {
    /// The worker.
    pub person: Uuid,
    /// Employer.
    pub institution: Uuid,
    /// The post.
    #[serde(flatten)]
    pub profile: Profile,
    /// State.
    pub state: EmploymentState,
    /// Day from which the state counts.
    pub state_since: Origin,
    /// When he worked with radiation here.
    pub active: Vec<Stretch>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// True when activated on facts outside this ledger.
    pub legacy: bool,
    /// The city's last opinion on the dose of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior_dose: Option<PriorDoseReviewed>,
    #[serde(skip)]
    origins: Origins,
}

impl Employment {
    /// Whether he worked with radiation here on any day of `from..=to`: what a dosimeter worn then can have measured.
    #[must_use]
    pub fn was_active(&self, from: Date, to: Date) -> bool {
        self.active.iter().any(|stretch| stretch.meets(from, to))
    }
}

impl Stretch {
    fn meets(&self, from: Date, to: Date) -> bool {
        self.from <= to && self.until.is_none_or(|until| from < until)
    }
}

/// [`Employment::was_active`] of a row of the read model; none when the row is none of an employment.
#[must_use]
pub fn was_active_by(row: &Json, from: Date, to: Date) -> Option<bool> {
    let stretches = Vec::<Stretch>::deserialize(row.get("active")?).ok()?;
    Some(stretches.iter().any(|stretch| stretch.meets(from, to)))
}

const INSTITUTION: Rule = Rule {
    id: "employment.institution",
    zh: "用人单位不存在、尚未审核通过或已注销",
    en: "The employer does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const PERSON: Rule = Rule {
    id: "employment.person",
    zh: "没有这名放射工作人员的档案：请先建档",
    en: "There is no file of this worker: register the person first.",
    citation: product("§6"),
};
const TWICE: Rule = Rule {
    id: "employment.twice",
    zh: "该人员在本单位已有未结束的岗位：请变更岗位，或先办理离岗",
    en: "The worker has an employment here that has not ended: change it, or end it first.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "employment.transition",
    zh: "岗位当前状态或日期不允许此变更",
    en: "This cannot follow from the state of the employment, or not on this date.",
    citation: product("§6"),
};
const ADULT: Rule = Rule {
    id: "employment.adult",
    zh: "未满18周岁者不得从事放射工作",
    en: "Nobody under 18 may work with radiation.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（一）项" },
};
const PREREQUISITES: Rule = Rule {
    id: "employment.prerequisites",
    zh: "上岗须先有岗前体检、岗前培训、工作人员证和剂量计记录；已在系统外核实的请标明",
    en: "Work begins after examination, training, certificate and dosimeter: mark one whose papers were seen outside.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第五条" },
};
const PRIOR_DOSE: Rule = Rule {
    id: "employment.prior_dose",
    zh: "既往剂量与本年计划剂量之和将超过年平均20 mSv或五年100 mSv：须先由市级签署既往剂量审查意见",
    en: "With the dose that is planned, the dose of before would exceed 20 mSv in the year or 100 mSv in five: the city gives its opinion first.",
    citation: Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.1 a)" },
};
const PRIOR_SUM: Rule = Rule {
    id: "employment.prior_sum",
    zh: "所填累计剂量与账本不符",
    en: "The sum is not the one that the ledger holds.",
    citation: product("§6"),
};
const LEAVING: Rule = Rule {
    id: "employment.leaving",
    zh: "拟上岗而未上岗的，离岗原因填“其他”",
    en: "An employment that never began ends for other reasons.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条" },
};

/// Index key of the employments of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/employments").into()
}

/// Index key of the posts of an institution.
#[must_use]
pub fn institution_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/employments").into()
}

/// Reference to an employment.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Employment.as_str().into(), id }
}

/// Whether an employment, where one is named, is of this worker with this employer.
///
/// # Errors
/// A [`Need`](crate::record::Need) when the employment is not loaded.
pub fn is_of(employment: Option<Uuid>, person: &RecordRef, institution: Uuid, facts: &dyn Facts) -> Result<bool, Stop> {
    let Some(employment) = employment else { return Ok(true) };
    let entry = facts.entry(&reference(employment))?;
    let state = entry.as_ref().and_then(|entry| entry.state.employment());
    Ok(state.is_some_and(|state| state.person == person.id && state.institution == institution))
}

impl Record for Employment {
    const KIND: Kind = Kind::Employment;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Planned(planned), _) => planned.institution,
            (_, Some(employment)) => employment.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(employment) = state else {
            let Event::Planned(planned) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            ensure(super::is_open_institution(planned.institution, facts)?, &INSTITUTION, "/data/institution")?;
            let known = facts.entry(&person::reference(planned.person))?;
            ensure(known.is_some_and(|entry| entry.state.person().is_some()), &PERSON, "/data/person")?;
            let erased = erasure::is_erased(&person::reference(planned.person), facts)?;
            ensure(!erased, &SUBJECT_ERASED, "/data/person")?;
            return ensure(!has_open(planned, facts)?, &TWICE, "/data/person");
        };
        let in_order = about.date() >= employment.state_since.date;
        match event {
            Event::Planned(_) => Ok(()),
            Event::Activated(activated) => {
                ensure(employment.state == EmploymentState::Planned, &TRANSITION, "")?;
                ensure(super::is_open_institution(employment.institution, facts)?, &INSTITUTION, "")?;
                let adult = facts.entry(&person::reference(employment.person))?;
                let adult = adult.as_ref().and_then(|entry| entry.state.person());
                ensure(adult.is_some_and(|person| person.is_adult(about.date())), &ADULT, "/effective_on")?;
                let room = activated.legacy || employment.has_room(about.date(), facts)?;
                ensure(room, &PRIOR_DOSE, "")?;
                let ready = activated.legacy || employment.may_begin(about.date(), facts)?;
                ensure(ready, &PREREQUISITES, "/data/legacy")
            }
            Event::PriorDoseReviewed(review) => {
                ensure(employment.state == EmploymentState::Planned, &TRANSITION, "")?;
                let found = PriorDose::of(employment.person, about.date(), facts)?;
                ensure(review.year_nsv == found.year_nsv, &PRIOR_SUM, "/data/year_nsv")?;
                ensure(review.block_nsv == found.block_nsv, &PRIOR_SUM, "/data/block_nsv")
            }
            Event::Suspended(_) => {
                ensure(employment.state == EmploymentState::Active && in_order, &TRANSITION, "/effective_on")
            }
            Event::Resumed(_) => {
                let away = matches!(employment.state, EmploymentState::Suspended | EmploymentState::OnLeave);
                ensure(away && in_order, &TRANSITION, "/effective_on")
            }
            Event::Changed(data) => {
                ensure(employment.state != EmploymentState::Ended, &TRANSITION, "")?;
                let change = change_of(&data.set, &data.clear);
                change_is_sound(&change)?;
                change_differs(&employment.profile, &change)
            }
            Event::Corrected(data) => {
                corrects_one_of(about, &["employment.planned", "employment.changed", "employment.corrected"])?;
                change_is_sound(&change_of(&data.set, &data.clear))
            }
            Event::Ended(ended) => {
                ensure(employment.state != EmploymentState::Ended, &TRANSITION, "")?;
                if employment.state == EmploymentState::Planned {
                    return ensure(ended.reason == EndReason::Other, &LEAVING, "/data/reason");
                }
                ensure(in_order, &TRANSITION, "/effective_on")
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let origin = about.origin();
        let Some(mut employment) = state else {
            let Event::Planned(planned) = event else { unreachable!("an employment begins with employment.planned") };
            return Self {
                person: planned.person,
                institution: planned.institution,
                profile: Profile {
                    worker_no: planned.worker_no,
                    department: planned.department,
                    category: planned.category,
                    tags: planned.tags,
                },
                state: EmploymentState::Planned,
                state_since: origin,
                active: Vec::new(),
                end_reason: None,
                legacy: false,
                prior_dose: None,
                origins: Origins::new(origin),
            };
        };
        match event {
            Event::Planned(_) => unreachable!("an employment is planned once"),
            Event::Activated(activated) => {
                employment.legacy = activated.legacy;
                employment.begin(origin);
            }
            Event::Resumed(_) => employment.begin(origin),
            Event::PriorDoseReviewed(review) => employment.prior_dose = Some(review),
            Event::Suspended(suspended) => {
                let leave = suspended.reason != AbsenceReason::Suspension;
                employment.stop(if leave { EmploymentState::OnLeave } else { EmploymentState::Suspended }, origin);
            }
            Event::Changed(data) | Event::Corrected(data) => {
                let Self { origins, profile, .. } = &mut employment;
                origins.apply(profile, &change_of(&data.set, &data.clear), origin);
            }
            Event::Ended(ended) => {
                employment.end_reason = Some(ended.reason);
                employment.stop(EmploymentState::Ended, origin);
            }
        }
        employment
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Planned(planned) => Some(institution::reference(planned.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Planned(planned) => vec![person_key(planned.person), institution_key(planned.institution)],
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let institution = self.institution.to_string();
        vec![Claim::new("worker_no", [institution.as_str(), self.profile.worker_no.as_str()])]
    }
}

impl Employment {
    /// Whether everything is in place on a day that must be before work begins: a fit examination that suits the post
    /// (W-HLT-01), training (W-TRN-01), a certificate that is valid or applied for (W-CRT-01), a dosimeter (W-DOSE-12).
    fn may_begin(&self, day: Date, facts: &dyn Facts) -> Result<bool, Stop> {
        let tags = self.profile.tags.as_deref().unwrap_or_default();
        let months = i32::try_from(value_on(ParameterName::PreExamAge, day, facts)?).unwrap_or(i32::MAX);
        let examined = exam_result::exams_of(self.person, facts)?.iter().any(|exam| exam.opens(tags, day, months, &[]));
        let mut trainings = Vec::new();
        for record in &facts.members(&training_record::person_key(self.person))?.records {
            let entry = facts.entry(record)?;
            trainings.extend(entry.as_ref().and_then(|entry| entry.state.training_record()?.passed()));
        }
        let certified = any_member(facts, &certificate::person_key(self.person), |state| {
            state.certificate().is_some_and(|certificate| {
                certificate.institution == self.institution
                    && (certificate.covers(self.profile.category) || certificate.is_pending())
            })
        })?;
        let measured = any_member(facts, &dosimeter::person_key(self.person), |state| {
            state.dosimeter().is_some_and(|dosimeter| {
                dosimeter.issue.institution == self.institution && dosimeter.from <= day && dosimeter.is_worn(day)
            })
        })?;
        Ok(examined && is_trained(&trainings, day) && certified && measured)
    }

    /// Whether what the worker received before leaves room for the work ahead, or the city has seen these sums and lets him begin.
    /// Ledgers of before it was known did not ask.
    fn has_room(&self, day: Date, facts: &dyn Facts) -> Result<bool, Stop> {
        if !facts.in_force()?.has_catalogue(PRIOR_DOSE_SINCE, day) {
            return Ok(true);
        }
        let prior = PriorDose::of(self.person, day, facts)?;
        let seen = self.prior_dose.as_ref().is_some_and(|review| {
            review.opinion == PriorDoseOpinion::MayBegin
                && review.year_nsv >= prior.year_nsv
                && review.block_nsv >= prior.block_nsv
        });
        Ok(seen || prior.leaves_room())
    }

    fn begin(&mut self, origin: Origin) {
        self.state = EmploymentState::Active;
        self.state_since = origin;
        self.active.push(Stretch { from: origin.date, until: None });
    }

    fn stop(&mut self, state: EmploymentState, origin: Origin) {
        self.state = state;
        self.state_since = origin;
        if let Some(last) = self.active.last_mut().filter(|last| last.until.is_none()) {
            last.until = Some(origin.date);
        }
    }
}

/// What a worker brings with him into a post (design D10): sums of all employers, and what is planned for the rest of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorDose {
    /// Effective dose of the calendar year so far, nSv.
    pub year_nsv: i64,
    /// Effective dose of the five-year block so far, nSv.
    pub block_nsv: i64,
    /// Planned for the months of the year that are left, that of the day included, nSv.
    pub planned_nsv: i64,
}

impl PriorDose {
    /// What a worker brings with him on a day.
    ///
    /// # Errors
    /// A [`Need`](crate::record::Need) when results or parameters are not loaded.
    pub fn of(person: Uuid, day: Date, facts: &dyn Facts) -> Result<Self, Stop> {
        let epoch = value_on(ParameterName::FiveYearEpoch, day, facts)?;
        let epoch = i16::try_from(epoch).unwrap_or(dose::FIVE_YEAR_EPOCH);
        let year = dose::year_of(day);
        let mut lines = BTreeMap::new();
        for year in dose::block_start(year, epoch)..=year {
            for record in &facts.members(&dose_result::results_key(person, year))?.records {
                let entry = facts.entry(record)?;
                let line = entry.as_ref().and_then(|entry| entry.state.dose_result()?.line());
                lines.extend(line.map(|line| (record.id, line)));
            }
        }
        let sums = dose::sums(lines.values());
        let months_left = 13 - i64::from(day.0.month());
        let planned = value_on(ParameterName::PlannedDose, day, facts)?;
        Ok(Self {
            year_nsv: sums.year(year).effective_nsv,
            block_nsv: sums.block(year, epoch),
            planned_nsv: planned.saturating_mul(months_left) / 12,
        })
    }

    /// Whether the work ahead stays within 20 mSv in the year and 100 mSv in the block (GB 18871-2002 B1.1.1.1).
    #[must_use]
    pub fn leaves_room(&self) -> bool {
        self.year_nsv.saturating_add(self.planned_nsv) <= YEAR_NSV
            && self.block_nsv.saturating_add(self.planned_nsv) <= BLOCK_NSV
    }
}

/// Whether the worker has an employment at this institution that has not ended.
fn has_open(planned: &Planned, facts: &dyn Facts) -> Result<bool, Stop> {
    for record in &facts.members(&person_key(planned.person))?.records {
        let entry = facts.entry(record)?;
        let employment = entry.as_ref().and_then(|entry| entry.state.employment());
        if employment.is_some_and(|employment| {
            employment.institution == planned.institution && employment.state != EmploymentState::Ended
        }) {
            return Ok(true);
        }
    }
    Ok(false)
}

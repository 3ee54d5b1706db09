//! A transfer: one case in which a worker's file passes from one custodian to another, or another institution is let in.
//!
//! The file belongs to the worker; institutions and counties hold it in custody. Every file has one custodian at each moment:
//! he changes in the same append as the last signature that the case needs ([`move_custody`]), and nothing of the file is
//! rewritten. Which steps a case takes, who holds each and what may follow stands in [`crate::custody`]; here is what is
//! signed, by whom, and what is looked at before (职业病防治法 第三十六条, workflows §20).
//!
//! States: open at a step ⇄ suspended; open → rejected → disputed → open at the next step | rejected for good;
//! open → withdrawn | completed.

use compact_str::CompactString;
use serde::Serialize;
use serde_json::Value as Json;
use signing::bytes::{Date, Hash};
use signing::json::{Object, Value};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

use super::erasure::{self, SUBJECT_ERASED};
use super::exam_result::is_examined_for_leaving;
use super::person::{Custodian, Person};
use super::{dosimeter, employment, holiday_table, investigation, licence, person};
use crate::catalog::{EventType, Kind};
use crate::codes::AREA;
use crate::custody::{
    Act, CONSENT_WORKDAYS, Course, DISPUTE_WORKDAYS, SILENT_WORKDAYS, Standing, after, askers, class_of, grounds,
    is_open, limit, moves_custody, receivers, steps,
};
use crate::dose_codes::DosimeterState;
use crate::field::{LINE, Shape};
use crate::health_codes::SaidBy;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, PERSONAL_INFORMATION, RADIATION_WORKERS, RADIOLOGY, product};
use crate::person_codes::{EmploymentState, OccupationalCategory};
use crate::record::{About, Claim, Draft, Facts, Need, Record, Stop, Target, any_member, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::transfer_codes::{
    ConsentScope, HistoryConfidence, Ruling, SubstitutionGround, TransferParty, TransferRejection, TransferState,
    TransferStep, TransferType, TransferUndertaking,
};
use crate::workdays::Calendar;
use crate::{data, events};

data! {
    /// Who wants a file moved, from where to where.
    pub struct Requested {
        #[serde(serialize_with = "super::dose_result::id_alone")]
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        #[serde(rename = "type")]
        type_: TransferType = Shape::Code(&TransferType::LIST), "流动类型", "how the file moves";
        by: TransferParty = Shape::Code(&TransferParty::LIST), "申请方", "who asks for it";
        from_institution: Option<Uuid> = Shape::Id("institution"), "转出单位", "releasing institution";
        from_area: Option<CompactString> = AREA, "转出县区", "releasing county";
        to_institution: Option<Uuid> = Shape::Id("institution"), "接收单位", "receiving institution";
        to_area: Option<CompactString> = AREA, "接收县区", "receiving county";
        outside: Option<CompactString> = LINE, "市外单位", "addressee or origin outside the city";
        planned_end: Option<Date> = Shape::Day, "拟离岗日期", "last day planned at the releasing institution";
        planned_start: Option<Date> = Shape::Day, "拟到岗日期", "first day planned at the receiving institution";
        category: Option<OccupationalCategory> = Shape::Code(&OccupationalCategory::LIST), "拟任职业类别", "category of the new post";
        department: Option<CompactString> = LINE, "拟任科室", "department of the new post";
        history_by_hand: bool = Shape::Flag, "手工录入市外剂量史", "a dose history is entered by hand";
    }

    /// The worker agrees.
    pub struct ConsentSigned {
        scope: ConsentScope = Shape::Code(&ConsentScope::LIST), "同意范围", "what the new employer may see";
        how: SaidBy = Shape::Code(&SaidBy::LIST), "方式", "how he said so";
    }

    /// The worker refuses that details are shown.
    pub struct ConsentRefused {
        how: SaidBy = Shape::Code(&SaidBy::LIST), "方式", "how he said so";
    }

    /// The holder of a step agrees.
    pub struct Approved {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
        undertaking: Option<TransferUndertaking> = Shape::Code(&TransferUndertaking::LIST), "承诺", "undertaking under which something that is missing is let pass";
    }

    /// The holder of a step rejects.
    pub struct Rejected {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
        ground: TransferRejection = Shape::Code(&TransferRejection::LIST), "理由", "ground";
    }

    /// The holder of a step sends the case back.
    pub struct Returned {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
        to: TransferStep = Shape::Code(&TransferStep::LIST), "退回至", "the step to which it goes back";
    }

    /// Somebody above acts in the place of who kept silent.
    pub struct Substituted {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
        ground: SubstitutionGround = Shape::Code(&SubstitutionGround::LIST), "理由", "ground";
    }

    /// A step at which the clock stops or goes on.
    pub struct AtStep {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
    }

    /// Who holds a step for too long is asked to act.
    pub struct Reminded {
        step: TransferStep = Shape::Code(&TransferStep::LIST), "环节", "the step";
        by: Option<TransferParty> = Shape::Code(&TransferParty::LIST), "催办方", "who asks; absent: the city";
    }

    /// In which capacity somebody acts.
    pub struct ByParty {
        by: TransferParty = Shape::Code(&TransferParty::LIST), "提出方", "who says so";
    }

    /// The city rules.
    pub struct Ruled {
        ruling: Ruling = Shape::Code(&Ruling::LIST), "裁定", "ruling";
    }

    /// What is handed over, as it stood at a position of the log.
    pub struct PackageSealed {
        as_of: i64 = Shape::Integer(0, 9_007_199_254_740_991, ""), "账本位置", "position of the log at which it was made";
        events: i64 = Shape::Integer(1, 1_000_000, ""), "事件数", "number of events";
        manifest: Hash = Shape::Hash, "清单摘要", "SHA-256 of the manifest";
        year_nsv: i64 = Shape::Integer(0, 1_000_000_000_000, "nSv"), "本年累计有效剂量", "effective dose of the calendar year";
        block_nsv: i64 = Shape::Integer(0, 1_000_000_000_000, "nSv"), "五年周期累计有效剂量", "effective dose of the five-year block";
        life_nsv: i64 = Shape::Integer(0, 1_000_000_000_000, "nSv"), "终身累计有效剂量", "effective dose of the whole life";
        open_items: i64 = Shape::Integer(0, 10_000, ""), "未了结事项数", "number of open items";
    }

    /// Receipt of the package.
    pub struct Completed {
        by: TransferParty = Shape::Code(&TransferParty::LIST), "签收方", "who signs the receipt";
        paper_place: Option<CompactString> = LINE, "纸质档案存放地", "where the papers are kept from now on";
    }

    /// One year of a dose history outside this ledger.
    pub struct HistoryDeclared {
        year: i64 = Shape::Integer(1950, 2100, ""), "剂量年度", "dose year";
        effective_nsv: Option<i64> = Shape::Integer(0, 10_000_000_000, "nSv"), "有效剂量", "effective dose; absent when it is not known";
        months: Option<i64> = Shape::Integer(1, 12, ""), "监测月数", "months monitored";
        confidence: HistoryConfidence = Shape::Code(&HistoryConfidence::LIST), "证据等级", "how well it is evidenced";
        source: CompactString = LINE, "来源单位", "who measured it";
    }

    /// A line of a dose history was looked at.
    pub struct HistoryVerified {
        declared: EventRef = Shape::EventRef, "所核实的申报", "the line";
        accepted: bool = Shape::Flag, "是否属实", "whether the evidence holds";
    }
}

events! {
    /// Events of a transfer.
    pub enum Event {
        Requested(Requested) = "transfer.requested", 1, [Submission], true, Forbidden, Person, "申请档案流动", "transfer requested";
        ConsentSigned(ConsentSigned) = "transfer.consent_signed", 1, [Consent], false, Forbidden, Person, "本人同意", "consent signed";
        ConsentRefused(ConsentRefused) = "transfer.consent_refused", 1, [Declaration], false, Forbidden, Person, "本人不同意提供明细", "consent refused";
        ConsentLapsed(Nothing) = "transfer.consent_lapsed", 1, [Declaration], false, Forbidden, Person, "本人逾期未答复", "consent lapsed";
        Approved(Approved) = "transfer.approved", 1, [Approval], false, Forbidden, Person, "同意", "step approved";
        Rejected(Rejected) = "transfer.rejected", 1, [Refusal], false, Forbidden, Person, "不予流动", "step rejected";
        Returned(Returned) = "transfer.returned", 1, [Return], false, Forbidden, Person, "退回", "returned to an earlier step";
        Substituted(Substituted) = "transfer.substituted", 1, [Approval], false, Forbidden, Person, "上级代为办理", "released by substitution";
        Suspended(AtStep) = "transfer.suspended", 1, [Declaration], false, Forbidden, Person, "中止", "suspended";
        Resumed(AtStep) = "transfer.resumed", 1, [Declaration], false, Forbidden, Person, "恢复", "resumed";
        Reminded(Reminded) = "transfer.reminded", 1 since 8, [Declaration], false, Forbidden, Person, "催办", "reminded";
        Withdrawn(Nothing) = "transfer.withdrawn", 1, [Withdrawal], false, Forbidden, Person, "撤回", "withdrawn";
        Disputed(ByParty) = "transfer.disputed", 1, [Declaration], false, Forbidden, Person, "提出争议", "rejection disputed";
        Ruled(Ruled) = "transfer.ruled", 1, [Examination], false, Forbidden, Person, "市级裁定", "city's ruling";
        PackageSealed(PackageSealed) = "transfer.package_sealed", 1, [Declaration], false, Forbidden, Person, "封装档案", "package sealed";
        Completed(Completed) = "transfer.completed", 1, [Receipt], false, Forbidden, Person, "签收", "receipt signed";
        HistoryDeclared(HistoryDeclared) = "transfer.history_declared", 1, [Declaration], false, Forbidden, Person, "申报市外剂量史", "outside history declared";
        HistoryVerified(HistoryVerified) = "transfer.history_verified", 1, [Examination], false, Forbidden, Person, "核实市外剂量史", "outside history verified";
        PracticeEnded(ByParty) = "transfer.practice_ended", 1, [Declaration], false, Required, Person, "多点执业结束", "multi-site practice ended";
    }
}

/// One passage of a case: how long a step took, and the event that ended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// The step.
    pub step: TransferStep,
    /// What was done: the event type without its kind.
    pub act: CompactString,
    /// Day from which it waited.
    pub from: Date,
    /// Day on which it was done.
    pub on: Date,
    /// The event.
    pub event: Uuid,
}

impl Passage {
    /// Whether the case was suspended for its time: the clock stood.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.act == "resumed"
    }

    /// Whether it ended with the clock being stopped or going on, and not with the step.
    fn is_pause(&self) -> bool {
        self.is_suspended() || self.act == "suspended"
    }
}

/// Somebody was asked to act at a step that he holds for too long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reminder {
    /// The step.
    pub step: TransferStep,
    /// Who asked; absent: the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<TransferParty>,
    /// On which day.
    pub on: Date,
    /// The event.
    pub event: Uuid,
}

/// One year of a history that was received outside this ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutsideYear {
    /// The line.
    #[serde(flatten)]
    pub declared: HistoryDeclared,
    /// The event that declared it.
    pub event: Uuid,
    /// Whether the evidence holds; absent until somebody looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    #[serde(skip)]
    hash: Hash,
}

/// A transfer.
#[derive(Debug, Clone, Serialize)]
pub struct Transfer {
    /// What was asked for.
    #[serde(flatten)]
    pub request: Requested,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Day on which it was asked for.
    pub requested_on: Date,
    /// Day from which it waits at its step, or on which it ended.
    pub since: Date,
    /// What the new employer may see; absent while nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentScope>,
    /// Undertaking under which something that is missing was let pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undertaking: Option<TransferUndertaking>,
    /// What happened, in order.
    pub passages: Vec<Passage>,
    /// Who was asked to act, and by whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// What was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageSealed>,
    /// Where the papers are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper_place: Option<CompactString>,
    /// Years that were received outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<OutsideYear>,
    /// First day without multi-site practice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practice_ended_on: Option<Date>,
}

const PARTIES: Rule = Rule {
    id: "transfer.parties",
    zh: "该流动类型的转出方、接收方或县区不完整、多填，或与机构登记不符",
    en: "The sides of this kind of transfer are not complete, too many, or not those of the institutions.",
    citation: product("§6"),
};
const CUSTODIAN: Rule = Rule {
    id: "transfer.custodian",
    zh: "档案现不由所填转出方管理：请查看现管理方",
    en: "The file is not in the custody of the releasing side named: look at its custodian.",
    citation: product("§6"),
};
const ASKER: Rule = Rule {
    id: "transfer.asker",
    zh: "该流动类型不由此方提出",
    en: "This kind of transfer is not asked for by this party.",
    citation: product("§6"),
};
const PERSON: Rule = Rule {
    id: "transfer.person",
    zh: "没有这名放射工作人员的档案",
    en: "There is no file of this worker.",
    citation: product("§6"),
};
const OPEN_INSTITUTION: Rule = Rule {
    id: "transfer.institution",
    zh: "接收单位尚未审核通过或已注销",
    en: "The receiving institution is not approved, or has ended.",
    citation: product("§6"),
};
const STEP: Rule = Rule {
    id: "transfer.step",
    zh: "流动不在该环节，或当前状态不允许此操作",
    en: "The case is not at this step, or this cannot follow from its state.",
    citation: product("§6"),
};
const GROUND: Rule = Rule {
    id: "transfer.ground",
    zh: "该环节不得以此理由不予流动；劳动争议、欠款等不是理由",
    en: "This is no ground on which this step may be rejected; disputes about work or debts are none.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十六条第三款" },
};
const TOO_EARLY: Rule = Rule {
    id: "transfer.too_early",
    zh: "期限未到：对方仍可办理",
    en: "The time limit has not passed: who holds the step may still act.",
    citation: product("§6"),
};
const REMINDER: Rule = Rule {
    id: "transfer.reminder",
    zh: "该环节未超期、由催办方自己办理，或今日已催办",
    en: "The step is not late, is held by who asks, or somebody was reminded of it today.",
    citation: product("§6"),
};
const TOO_LATE: Rule = Rule {
    id: "transfer.too_late",
    zh: "已超过提出争议的期限",
    en: "The time in which this may be disputed has passed.",
    citation: product("§6"),
};
const EVIDENCE: Rule = Rule {
    id: "transfer.evidence",
    zh: "须附扫描件：纸质签字，或盖章的剂量史",
    en: "It rests on a scan: of the signed paper, or of the sealed dose history.",
    citation: Citation { instrument: &PERSONAL_INFORMATION, clause: "第二十九条" },
};
const DOSIMETERS: Rule = Rule {
    id: "transfer.dosimeters",
    zh: "转出单位发放的剂量计尚未收回或登记丢失",
    en: "A dosimeter that the releasing institution gave him is neither returned nor registered as lost.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第十一条" },
};
const INVESTIGATION: Rule = Rule {
    id: "transfer.investigation",
    zh: "由市级认定的个人剂量异常调查尚未了结",
    en: "An investigation of his dose that the city decides is still open.",
    citation: product("§6"),
};
const LEAVING_EXAM: Rule = Rule {
    id: "transfer.leaving_exam",
    zh: "没有离岗时职业健康检查（或离岗前90日内的在岗检查）：可凭承诺放行，请填写承诺",
    en: "There is no leaving examination, nor a periodic one of the 90 days before: say under which undertaking he is let go.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第三十五条第二款" },
};
const POST: Rule = Rule {
    id: "transfer.post",
    zh: "接收单位尚未为其登记拟任岗位",
    en: "The receiving institution has planned no post for him.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第六条" },
};
const LICENCE: Rule = Rule {
    id: "transfer.licence",
    zh: "接收单位的放射诊疗许可证不含拟任岗位所需类别",
    en: "The radiology licence of the receiving institution does not cover the category of the post.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第四条" },
};
const RECEIVER: Rule = Rule {
    id: "transfer.receiver",
    zh: "该流动类型的签收方不是此方",
    en: "In this kind of transfer the receipt is signed by somebody else.",
    citation: product("§6"),
};
const HISTORY: Rule = Rule {
    id: "transfer.history",
    zh: "仅市外调入且登记为手工录入的流动可申报市外剂量史，每年一条；核实的须是未核实的申报",
    en: "A history is declared where somebody comes into the city and it was announced, one line a year; what is verified is a line that was not.",
    citation: product("§6"),
};
const PRACTICE: Rule = Rule {
    id: "transfer.practice",
    zh: "没有正在进行的多点执业，或日期早于开始",
    en: "There is no multi-site practice, or it ends before it began.",
    citation: product("§6"),
};

/// Reference to a transfer.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Transfer.as_str().into(), id }
}

/// Index key of the transfers of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/transfers").into()
}

/// Index key of the transfers from and to an institution.
#[must_use]
pub fn institution_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/transfers").into()
}

impl Requested {
    /// What decides which steps it takes.
    #[must_use]
    pub fn course(&self) -> Course {
        Course {
            kind: self.type_,
            by: self.by,
            same_county: self.from_area == self.to_area,
            by_hand: self.history_by_hand,
        }
    }

    /// Where an act of a party takes place.
    fn of_party(&self, party: TransferParty, facts: &dyn Facts) -> Result<Target, Stop> {
        let of = |institution: Option<Uuid>| match institution {
            Some(institution) => super::of_institution(institution, facts),
            None => Ok(Target::default()),
        };
        match party {
            TransferParty::Releasing => of(self.from_institution),
            TransferParty::Receiving => of(self.to_institution),
            TransferParty::Worker => {
                let entry = facts.entry(&self.person)?;
                let account = entry.as_ref().and_then(|entry| entry.state.person()).and_then(|person| person.account);
                Ok(Target { account, ..Target::default() })
            }
            TransferParty::ReleasingCounty => Ok(of_area(self.from_area.as_ref())),
            TransferParty::ReceivingCounty => Ok(of_area(self.to_area.as_ref())),
        }
    }

    /// Where the holder of a step acts.
    fn of_step(&self, step: TransferStep, facts: &dyn Facts) -> Result<Target, Stop> {
        let party = match step {
            TransferStep::WorkerConsent => TransferParty::Worker,
            TransferStep::ReleasingInstitution => TransferParty::Releasing,
            TransferStep::ReleasingCounty | TransferStep::Packaging => TransferParty::ReleasingCounty,
            TransferStep::ReceivingInstitution | TransferStep::HandedOver => TransferParty::Receiving,
            TransferStep::ReceivingCounty => TransferParty::ReceivingCounty,
            TransferStep::City => return Ok(Target::default()),
        };
        self.of_party(party, facts)
    }

    /// The county on whose side a step lies.
    fn county_of(&self, step: TransferStep) -> Target {
        let releasing = self.from_area.as_ref().or(self.to_area.as_ref());
        match step {
            TransferStep::WorkerConsent
            | TransferStep::ReleasingInstitution
            | TransferStep::ReleasingCounty
            | TransferStep::Packaging => of_area(releasing),
            TransferStep::ReceivingInstitution | TransferStep::ReceivingCounty | TransferStep::HandedOver => {
                of_area(self.to_area.as_ref().or(releasing))
            }
            TransferStep::City => Target::default(),
        }
    }
}

impl Record for Transfer {
    const KIND: Kind = Kind::Transfer;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let request = match (event, state) {
            (Event::Requested(requested), _) => return requested.of_party(requested.by, facts),
            (_, Some(transfer)) => &transfer.request,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        // On paper the worker said it to whom his file leaves, or to whom it comes.
        let said = |how| match how {
            SaidBy::Himself => TransferParty::Worker,
            SaidBy::Paper if request.from_institution.is_some() => TransferParty::Releasing,
            SaidBy::Paper => TransferParty::Receiving,
        };
        match event {
            Event::Requested(requested) => requested.of_party(requested.by, facts),
            Event::ConsentSigned(ConsentSigned { how, .. }) | Event::ConsentRefused(ConsentRefused { how }) => {
                request.of_party(said(*how), facts)
            }
            Event::ConsentLapsed(_) => Ok(request.county_of(TransferStep::WorkerConsent)),
            Event::Approved(Approved { step, .. })
            | Event::Rejected(Rejected { step, .. })
            | Event::Returned(Returned { step, .. }) => request.of_step(*step, facts),
            Event::Substituted(Substituted { step: TransferStep::ReleasingInstitution, .. }) => {
                request.of_party(TransferParty::ReleasingCounty, facts)
            }
            Event::Substituted(_) | Event::Ruled(_) | Event::Reminded(Reminded { by: None, .. }) => {
                Ok(Target::default())
            }
            Event::Suspended(AtStep { step }) | Event::Resumed(AtStep { step }) => Ok(request.county_of(*step)),
            Event::Withdrawn(_) => request.of_party(request.by, facts),
            Event::Disputed(ByParty { by })
            | Event::PracticeEnded(ByParty { by })
            | Event::Reminded(Reminded { by: Some(by), .. }) => request.of_party(*by, facts),
            Event::Completed(completed) => request.of_party(completed.by, facts),
            Event::PackageSealed(_) => request.of_party(TransferParty::ReleasingCounty, facts),
            Event::HistoryDeclared(_) => {
                let account = request.of_party(TransferParty::Worker, facts)?.account;
                Ok(Target { account, ..request.of_party(TransferParty::Receiving, facts)? })
            }
            Event::HistoryVerified(_) => request.of_party(TransferParty::ReceivingCounty, facts),
        }
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let facet = match event {
            Event::Requested(Requested { by, .. })
            | Event::Disputed(ByParty { by })
            | Event::PracticeEnded(ByParty { by })
            | Event::Reminded(Reminded { by: Some(by), .. })
            | Event::Completed(Completed { by, .. }) => by.as_str(),
            Event::Reminded(Reminded { by: None, .. }) => TransferStep::City.as_str(),
            Event::ConsentSigned(ConsentSigned { how, .. }) | Event::ConsentRefused(ConsentRefused { how }) => {
                how.as_str()
            }
            Event::Approved(Approved { step, .. })
            | Event::Rejected(Rejected { step, .. })
            | Event::Returned(Returned { step, .. })
            | Event::Substituted(Substituted { step, .. })
            | Event::Suspended(AtStep { step })
            | Event::Resumed(AtStep { step }) => step.as_str(),
            Event::Withdrawn(_) => match state {
                Some(transfer) => transfer.request.by.as_str(),
                None => return Err(Stop::code(Code::BadReference, "/record")),
            },
            Event::ConsentLapsed(_)
            | Event::Ruled(_)
            | Event::PackageSealed(_)
            | Event::HistoryDeclared(_)
            | Event::HistoryVerified(_) => return Ok(None),
        };
        Ok(Some(facet.into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let Some(transfer) = state else {
            let Event::Requested(requested) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            return requested.is_sound(facts);
        };
        match event {
            Event::HistoryDeclared(declared) => return transfer.takes_history(declared, about),
            Event::HistoryVerified(verified) => {
                let open = |line: &OutsideYear| {
                    line.accepted.is_none()
                        && (line.event, line.hash) == (verified.declared.event, verified.declared.hash)
                };
                return ensure(transfer.history.iter().any(open), &HISTORY, "/data/declared");
            }
            Event::PracticeEnded(_) => {
                super::not_in_future(about)?;
                let runs = transfer.request.type_ == TransferType::MultiSite
                    && transfer.standing.state == TransferState::Completed
                    && transfer.practice_ended_on.is_none()
                    && about.date() >= transfer.since;
                return ensure(runs, &PRACTICE, "/effective_on");
            }
            Event::Reminded(reminded) => return transfer.may_be_reminded(reminded, about, facts),
            _ => {}
        }
        let named = named_step(event);
        ensure(named.is_none_or(|step| step == transfer.standing.step), &STEP, "/data/step")?;
        let next = act_of(event).and_then(|act| after(&steps(transfer.request.course()), transfer.standing, act));
        ensure(next.is_some(), &STEP, "")?;
        transfer.may(event, about, facts)
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let Some(mut transfer) = state else {
            let Event::Requested(request) = event else { unreachable!("a transfer begins with transfer.requested") };
            let first = steps(request.course())[0];
            return Self {
                request,
                standing: Standing { state: TransferState::Open, step: first, ruled: false },
                requested_on: about.day,
                since: about.day,
                consent: None,
                undertaking: None,
                passages: Vec::new(),
                reminders: Vec::new(),
                package: None,
                paper_place: None,
                history: Vec::new(),
                practice_ended_on: None,
            };
        };
        // A unit is judged to its end: what a rule refuses is folded as well, and changes nothing here.
        let next = act_of(&event).and_then(|act| after(&steps(transfer.request.course()), transfer.standing, act));
        if let Some(next) = next {
            let (_, did) = about.statement.event_type.split_once('.').unwrap_or_default();
            transfer.passages.push(Passage {
                step: transfer.standing.step,
                act: did.into(),
                from: transfer.since,
                on: about.day,
                event: about.statement.id,
            });
            transfer.standing = next;
            transfer.since = about.day;
        }
        match event {
            Event::ConsentSigned(consent) => transfer.consent = Some(consent.scope),
            Event::ConsentRefused(_) | Event::ConsentLapsed(_) => transfer.consent = Some(ConsentScope::Statutory),
            Event::Approved(approved) => transfer.undertaking = approved.undertaking.or(transfer.undertaking),
            Event::Reminded(Reminded { step, by }) => {
                transfer.reminders.push(Reminder { step, by, on: about.day, event: about.statement.id });
            }
            Event::PackageSealed(package) => transfer.package = Some(package),
            Event::Completed(completed) => transfer.paper_place = completed.paper_place,
            Event::HistoryDeclared(declared) => transfer.history.push(OutsideYear {
                declared,
                event: about.statement.id,
                accepted: None,
                hash: about.hash,
            }),
            Event::HistoryVerified(verified) => {
                let lines = transfer.history.iter_mut().filter(|line| line.event == verified.declared.event);
                lines.for_each(|line| line.accepted = Some(verified.accepted));
            }
            Event::PracticeEnded(_) => transfer.practice_ended_on = Some(about.date()),
            _ => {}
        }
        transfer
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Requested(requested) => {
                let other = requested.to_institution.filter(|to| Some(*to) != requested.from_institution);
                let sides = requested.from_institution.into_iter().chain(other);
                std::iter::once(person_key(requested.person.id)).chain(sides.map(institution_key)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// One case at a time moves the custody of a file.
    fn claims(&self, _: Uuid) -> Vec<Claim> {
        if !self.standing.is_open() || !moves_custody(self.request.type_) {
            return Vec::new();
        }
        vec![Claim::new("transfer_of_person", [self.request.person.id.to_string()])]
    }

    fn consequences(&self, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<Vec<Draft>, Need> {
        let ends = act_of(event).is_some() && self.standing.state == TransferState::Completed;
        if !ends || !moves_custody(self.request.type_) {
            return Ok(Vec::new());
        }
        let person = facts.entry(&self.request.person)?;
        Ok(person.iter().map(|entry| move_custody(self, about, entry)).collect())
    }
}

/// Name and version of the function by which a transfer that is complete moves the custody of the file.
pub const MOVE_CUSTODY: (&str, u16) = ("transfer.move_custody", 1);

/// The file passes to the receiving side: the system event that says so, in the append of the last signature.
fn move_custody(transfer: &Transfer, about: &About<'_>, file: &crate::record::Entry) -> Draft {
    let request = &transfer.request;
    let text = |value: &dyn std::fmt::Display| Value::Text(value.to_string().into());
    let mut data = vec![("transfer".into(), text(&about.record()))];
    match request.to_institution {
        Some(institution) => data.push(("institution".into(), text(&institution))),
        None => data.extend(request.from_area.as_ref().map(|area| ("area".into(), text(area)))),
    }
    data.push(("outside".into(), Value::Bool(request.type_ == TransferType::OutOfCity)));
    let (record, data) = (request.person.clone(), Object::from_pairs(data));
    let cause = Some(EventRef { event: about.statement.id, hash: about.hash });
    Draft { cause, ..Draft::following(person::CUSTODY_MOVED, record, Some(file), MOVE_CUSTODY, data) }
}

impl Requested {
    fn is_sound(&self, facts: &dyn Facts) -> Result<(), Stop> {
        ensure(askers(self.type_).contains(&self.by), &ASKER, "/data/by")?;
        let by_hand = self.history_by_hand && self.type_ != TransferType::IntoCity;
        ensure(!by_hand, &HISTORY, "/data/history_by_hand")?;
        ensure(self.has_its_sides(), &PARTIES, "/data/type")?;
        for (institution, area, at) in [
            (self.from_institution, &self.from_area, "/data/from_area"),
            (self.to_institution, &self.to_area, "/data/to_area"),
        ] {
            if let Some(institution) = institution {
                let supervised = super::of_institution(institution, facts)?.area;
                ensure(supervised.is_some() && supervised == *area, &PARTIES, at)?;
            }
        }
        if let Some(institution) = self.to_institution {
            ensure(super::is_open_institution(institution, facts)?, &OPEN_INSTITUTION, "/data/to_institution")?;
        }
        let entry = facts.entry(&self.person)?;
        let person = entry.as_ref().and_then(|entry| entry.state.person());
        ensure(person.is_some(), &PERSON, "/data/person")?;
        ensure(!erasure::is_erased(&self.person, facts)?, &SUBJECT_ERASED, "/data/person")?;
        ensure(person.is_some_and(|person| self.leaves(person)), &CUSTODIAN, "/data/from_institution")
    }

    /// Whether exactly the members that the type needs say where it comes from and where it goes.
    fn has_its_sides(&self) -> bool {
        let (from, to) = (self.from_institution, self.to_institution);
        let areas = (self.from_area.is_some(), self.to_area.is_some());
        let outside = self.outside.is_some();
        let between = from.is_some() && to.is_some() && areas == (true, true) && !outside;
        match self.type_ {
            TransferType::Department => between && from == to,
            TransferType::SameCounty => between && from != to && self.from_area == self.to_area,
            TransferType::OtherCounty => between && from != to && self.from_area != self.to_area,
            TransferType::MultiSite => between && from != to,
            TransferType::OutOfCity => from.is_some() && to.is_none() && areas == (true, false) && outside,
            TransferType::IntoCity => from.is_none() && to.is_some() && areas == (false, true) && outside,
            TransferType::EmployerGone => to.is_some() && from != to && areas == (true, true) && !outside,
            TransferType::Parking => from.is_some() && to.is_none() && areas == (true, false) && !outside,
        }
    }

    /// Whether he was examined for leaving, as of the day that was planned or today (职业病防治法 第三十五条).
    ///
    /// # Errors
    /// A [`Need`] when an examination is not loaded.
    pub fn is_left_in_order(&self, today: Date, facts: &dyn Facts) -> Result<bool, Need> {
        is_examined_for_leaving(self.person.id, self.planned_end.unwrap_or(today), facts)
    }

    /// Whether the file is where it is said to leave.
    fn leaves(&self, person: &Person) -> bool {
        match (person.custodian(), self.from_institution, &self.from_area) {
            (Custodian::Institution(custodian), Some(from), _) => custodian == from,
            (Custodian::Pool(pool), None, Some(area)) => pool == *area,
            // Who comes into the city was entered by who takes him, or has left it before.
            (Custodian::Institution(custodian), None, None) => Some(custodian) == self.to_institution,
            (Custodian::Outside(_), None, None) => true,
            _ => false,
        }
    }
}

impl Transfer {
    /// Who must act now: `institution/<id>`, `area/<code>`, `person/<id>` or `city`; nobody once it is over.
    #[must_use]
    pub fn holder(&self) -> Option<CompactString> {
        let Requested { from_institution, from_area, to_institution, to_area, .. } = &self.request;
        let institution = |id: &Option<Uuid>| id.map(|id| compact_str::format_compact!("institution/{id}"));
        let area = |area: &Option<CompactString>| area.as_ref().map(|area| compact_str::format_compact!("area/{area}"));
        let person = || Some(compact_str::format_compact!("person/{}", self.request.person.id));
        match (self.standing.state, self.standing.step) {
            (TransferState::Open, TransferStep::WorkerConsent) => person(),
            (TransferState::Open, TransferStep::ReleasingInstitution) => institution(from_institution),
            (TransferState::Open, TransferStep::ReceivingInstitution) => institution(to_institution),
            (TransferState::Open, TransferStep::ReleasingCounty | TransferStep::Packaging) => area(from_area),
            (TransferState::Open, TransferStep::ReceivingCounty) => area(to_area),
            (TransferState::Open, TransferStep::HandedOver) => {
                let receiver = receivers(self.request.type_).first();
                match receiver {
                    Some(TransferParty::Receiving) => institution(to_institution),
                    Some(TransferParty::Worker) => person(),
                    _ => area(from_area),
                }
            }
            (TransferState::Open, TransferStep::City) | (TransferState::Disputed, _) => Some("city".into()),
            (TransferState::Suspended, _) => area(from_area).or_else(|| area(to_area)),
            (TransferState::Rejected | TransferState::Withdrawn | TransferState::Completed, _) => None,
        }
    }

    /// What is looked at beyond the order of the steps.
    fn may(&self, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let waited = || self.waited(about.day, facts);
        let scanned = !about.statement.attachments.is_empty();
        match event {
            Event::ConsentSigned(ConsentSigned { how, .. }) | Event::ConsentRefused(ConsentRefused { how }) => {
                ensure(*how == SaidBy::Himself || scanned, &EVIDENCE, "/attachments")
            }
            Event::ConsentLapsed(_) => ensure(waited()? > CONSENT_WORKDAYS, &TOO_EARLY, ""),
            Event::Approved(approved) => {
                if approved.undertaking.is_none() && self.lets_go(approved.step) {
                    ensure(self.request.is_left_in_order(about.day, facts)?, &LEAVING_EXAM, "/data/undertaking")?;
                }
                self.may_pass(approved.step, facts)
            }
            Event::Substituted(substituted) => {
                let gone = substituted.ground == SubstitutionGround::Gone && self.releasing_is_gone(facts)?;
                ensure(gone || waited()? > SILENT_WORKDAYS, &TOO_EARLY, "/data/ground")?;
                self.may_pass(substituted.step, facts)
            }
            Event::Rejected(rejected) => {
                ensure(grounds(rejected.step).contains(&rejected.ground), &GROUND, "/data/ground")
            }
            Event::Disputed(_) => ensure(waited()? <= DISPUTE_WORKDAYS, &TOO_LATE, ""),
            Event::Completed(completed) => {
                ensure(receivers(self.request.type_).contains(&completed.by), &RECEIVER, "/data/by")
            }
            _ => Ok(()),
        }
    }

    /// Working days for which it has waited at its step: while it is suspended, the clock stands.
    fn waited(&self, today: Date, facts: &dyn Facts) -> Result<i64, Need> {
        let calendar = holiday_table::calendar(facts)?;
        Ok(calendar.between(self.since, today) + self.waited_before(&calendar))
    }

    /// Whether it waits at its step for longer than that may take.
    ///
    /// # Errors
    /// A [`Need`] when the calendar is not loaded.
    pub fn is_late(&self, today: Date, facts: &dyn Facts) -> Result<bool, Need> {
        Ok(self.waited(today, facts)? > limit(self.standing.step))
    }

    /// Working days for which it had waited at its step before it was suspended, each time.
    #[must_use]
    pub fn waited_before(&self, calendar: &Calendar) -> i64 {
        let before = self.pauses().filter(|passage| !passage.is_suspended());
        before.map(|run| calendar.between(run.from, run.on)).sum()
    }

    /// Day on which its step began, however often it was suspended since.
    #[must_use]
    pub fn step_since(&self) -> Date {
        self.pauses().last().map_or(self.since, |first| first.from)
    }

    /// The passages at its step in which the clock was stopped or went on, the last one first.
    fn pauses(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter().rev().take_while(|passage| passage.is_pause())
    }

    /// Whether what must be in place before the step at which it waits is passed is in place.
    ///
    /// # Errors
    /// A [`Need`] when something beside it is not loaded.
    pub fn may_go_on(&self, facts: &dyn Facts) -> Result<bool, Need> {
        match self.may_pass(self.standing.step, facts) {
            Ok(()) => Ok(true),
            Err(Stop::Refuse(_)) => Ok(false),
            Err(Stop::Need(need)) => Err(need),
        }
    }

    /// What must be in place before a step is passed (workflows §20.5).
    fn may_pass(&self, step: TransferStep, facts: &dyn Facts) -> Result<(), Stop> {
        let request = &self.request;
        let leaves = moves_custody(request.type_);
        match (step, request.from_institution, request.to_institution) {
            (TransferStep::ReleasingInstitution, Some(from), _) if leaves => {
                let out = wears_a_dosimeter(request.person.id, from, facts)?;
                ensure(!out, &DOSIMETERS, "/data/step")?;
                let investigated = is_investigated_by_the_city(request.person.id, facts)?;
                ensure(!investigated, &INVESTIGATION, "/data/step")
            }
            (TransferStep::ReceivingInstitution, _, Some(to)) => {
                ensure(post_of(request.person.id, to, facts)?.is_some(), &POST, "/data/step")
            }
            (TransferStep::ReceivingCounty, _, Some(to)) => {
                let category = post_of(request.person.id, to, facts)?;
                ensure(category.is_some(), &POST, "/data/step")?;
                let covered = match category.and_then(class_of) {
                    Some(class) => licence::covers(to, class, facts)?,
                    None => true,
                };
                ensure(covered, &LICENCE, "/data/step")
            }
            _ => Ok(()),
        }
    }

    /// Whether at this step a county lets the worker go from his institution.
    fn lets_go(&self, step: TransferStep) -> bool {
        match self.request.type_ {
            TransferType::SameCounty => step == TransferStep::ReceivingCounty,
            TransferType::OtherCounty | TransferType::OutOfCity | TransferType::Parking => {
                step == TransferStep::ReleasingCounty
            }
            _ => false,
        }
    }

    fn releasing_is_gone(&self, facts: &dyn Facts) -> Result<bool, Stop> {
        match self.request.from_institution {
            Some(from) => Ok(!super::is_open_institution(from, facts)?),
            None => Ok(false),
        }
    }

    /// Whoever waits may ask who holds the step to act, once it is late, and once a day whoever asks.
    fn may_be_reminded(&self, reminded: &Reminded, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let here = self.standing.state == TransferState::Open && self.standing.step == reminded.step;
        ensure(here, &STEP, "/data/step")?;
        let late = self.is_late(about.day, facts)?;
        let own = match reminded.by {
            Some(by) => self.request.of_party(by, facts)? == self.request.of_step(reminded.step, facts)?,
            None => reminded.step == TransferStep::City,
        };
        let again = self.reminders.iter().any(|known| known.on == about.day);
        ensure(late && !own && !again, &REMINDER, "")
    }

    fn takes_history(&self, declared: &HistoryDeclared, about: &About<'_>) -> Result<(), Stop> {
        let announced = self.request.history_by_hand && self.standing.state == TransferState::Open;
        let again = self.history.iter().any(|line| line.declared.year == declared.year && line.accepted != Some(false));
        ensure(announced && !again, &HISTORY, "/data/year")?;
        let sealed = declared.confidence != HistoryConfidence::Statement;
        ensure(!sealed || !about.statement.attachments.is_empty(), &EVIDENCE, "/attachments")
    }
}

/// The chain of a transfer: what was done, and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// What was done, in order.
    pub done: Vec<Passage>,
    /// The step that it waits at and since when; none once it is over.
    pub waits: Option<(TransferStep, Date)>,
    /// It is suspended: the clock stands.
    pub suspended: bool,
}

/// The chain of a row of the read model.
///
/// # Errors
/// The member that is not there: a row that this program did not write.
pub fn passages_by(row: &Json) -> Result<Chain, &'static str> {
    fn text<'r>(json: &'r Json, name: &'static str) -> Result<&'r str, &'static str> {
        json.get(name).and_then(Json::as_str).ok_or(name)
    }
    let step = |json: &Json| text(json, "step").and_then(|step| TransferStep::parse(step).ok_or("step"));
    let day = |json: &Json, name| text(json, name).and_then(|day| day.parse::<Date>().map_err(|_| name));
    let passages = row.get("passages").and_then(Json::as_array).ok_or("passages")?;
    let done = passages
        .iter()
        .map(|passage| {
            Ok(Passage {
                step: step(passage)?,
                act: text(passage, "act")?.into(),
                from: day(passage, "from")?,
                on: day(passage, "on")?,
                event: text(passage, "event")?.parse().map_err(|_| "event")?,
            })
        })
        .collect::<Result<_, &'static str>>()?;
    let state = TransferState::parse(text(row, "state")?).ok_or("state")?;
    let waits = if is_open(state) { Some((step(row)?, day(row, "since")?)) } else { None };
    Ok(Chain { done, waits, suspended: state == TransferState::Suspended })
}

/// What an event does to the case; none for what stands beside its course.
fn act_of(event: &Event) -> Option<Act> {
    Some(match event {
        Event::Requested(_)
        | Event::HistoryDeclared(_)
        | Event::HistoryVerified(_)
        | Event::PracticeEnded(_)
        | Event::Reminded(_) => return None,
        Event::ConsentSigned(_) | Event::ConsentRefused(_) | Event::ConsentLapsed(_) => Act::Consent,
        Event::Approved(_) => Act::Approve,
        Event::Rejected(_) => Act::Reject,
        Event::Returned(returned) => Act::Return(returned.to),
        Event::Substituted(_) => Act::Substitute,
        Event::Suspended(_) => Act::Suspend,
        Event::Resumed(_) => Act::Resume,
        Event::Withdrawn(_) => Act::Withdraw,
        Event::Disputed(_) => Act::Dispute,
        Event::Ruled(ruled) => Act::Rule(ruled.ruling),
        Event::PackageSealed(_) => Act::Seal,
        Event::Completed(_) => Act::Receive,
    })
}

/// The step that an event says it is about.
fn named_step(event: &Event) -> Option<TransferStep> {
    match event {
        Event::Approved(Approved { step, .. })
        | Event::Rejected(Rejected { step, .. })
        | Event::Returned(Returned { step, .. })
        | Event::Substituted(Substituted { step, .. })
        | Event::Suspended(AtStep { step })
        | Event::Resumed(AtStep { step }) => Some(*step),
        _ => None,
    }
}

fn of_area(area: Option<&CompactString>) -> Target {
    Target { area: area.cloned(), ..Target::default() }
}

/// Whether he still has a dosimeter of an institution.
fn wears_a_dosimeter(person: Uuid, institution: Uuid, facts: &dyn Facts) -> Result<bool, Need> {
    any_member(facts, &dosimeter::person_key(person), |state| {
        state
            .dosimeter()
            .is_some_and(|known| known.issue.institution == institution && known.state == DosimeterState::Issued)
    })
}

/// Whether an investigation of one of his doses is open that the city decides: at 20 mSv and above.
fn is_investigated_by_the_city(person: Uuid, facts: &dyn Facts) -> Result<bool, Need> {
    any_member(facts, &investigation::investigations_key(person), |state| {
        state.investigation().is_some_and(|known| known.is_open() && known.is_of_city(None))
    })
}

/// The category of the post that an institution has for him, planned or taken.
fn post_of(person: Uuid, institution: Uuid, facts: &dyn Facts) -> Result<Option<OccupationalCategory>, Stop> {
    for record in &facts.members(&employment::person_key(person))?.records {
        let entry = facts.entry(record)?;
        let post = entry.as_ref().and_then(|entry| entry.state.employment());
        if let Some(post) = post.filter(|post| post.institution == institution && post.state != EmploymentState::Ended)
        {
            return Ok(Some(post.profile.category));
        }
    }
    Ok(None)
}

//! A radiation worker's certificate (放射工作人员证), from the application to its end.
//!
//! The employer applies before the post is taken, and the authority decides that issued the employer's 放射诊疗许可证
//! (放射工作人员职业健康管理办法 Art. 6): the facet of its acts is `county` or `city`, what the province decides being entered by
//! the city. It issues when the conditions of Art. 5 are met, or when it has seen the papers outside this system. What is
//! entered in a certificate year by year comes from the ledger, each source once: doses, examinations, trainings. A
//! certificate stays with one employer: at another one it ends, and the next names it as its predecessor.
//!
//! States: applied ⇄ supplement → valid → cancelled; applied | supplement → refused | withdrawn.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_result::DOSE;
use super::exam_result::ExamResult;
use super::licence::licences_key;
use super::parameter::value_on;
use super::{
    SealedRef, change_is_sound, change_of, changed, employment, exam_result, institution, not_in_future, person,
    training_record,
};
use crate::catalog::{EventType, Kind};
use crate::certificate_codes::{
    CertificateCategory, CertificateEnd, CertificateEntryKind, CertificatePaper, CertificateRefusal, CertificateState,
};
use crate::dose::year_of;
use crate::field::{Change, Data, FREE, LINE, PARAGRAPH, Sealed, Shape, Subject};
use crate::health::Exam;
use crate::health_codes::Conclusion;
use crate::law::{Citation, RADIATION_WORKERS, product};
use crate::licence_codes::{AuthorityLevel, LicenceType};
use crate::person_codes::{EmploymentState, OccupationalCategory};
use crate::record::{About, Claim, Facts, Origins, Record, Stop, Target, ensure};
use crate::reference_codes::ParameterName;
use crate::refusal::{Code, Rule};
use crate::workdays::add_months;
use crate::{data, events};

const NUMBER: Shape = Shape::Text(1, 60, &FREE);
const CATEGORIES: Shape = Shape::List(1, 12, &Shape::Code(&CertificateCategory::LIST));
const CONCLUSION: Shape = Shape::Code(&Conclusion::LIST);

data! {
    /// What is applied for, and what it rests on.
    pub struct Request {
        categories: Vec<CertificateCategory> = CATEGORIES, "职业类别", "occupational categories";
        exam: Option<Uuid> = Shape::Id("exam_result"), "所依据的职业健康检查", "health examination that it rests on";
        training: Option<Uuid> = Shape::Id("training_record"), "所依据的培训", "training that it rests on";
        predecessor: Option<Uuid> = Shape::Id("certificate"), "原放射工作人员证", "certificate that it follows";
    }

    /// An application.
    pub struct Applied {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer";
        employment: Uuid = Shape::Id("employment"), "用人关系", "the employment for which it is";
        authority: AuthorityLevel = Shape::Code(&AuthorityLevel::LIST), "发证层级", "level that decides";
        categories: Vec<CertificateCategory> = CATEGORIES, "职业类别", "occupational categories";
        exam: Option<Uuid> = Shape::Id("exam_result"), "所依据的职业健康检查", "health examination that it rests on";
        training: Option<Uuid> = Shape::Id("training_record"), "所依据的培训", "training that it rests on";
        predecessor: Option<Uuid> = Shape::Id("certificate"), "原放射工作人员证", "certificate that it follows";
        remarks: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "备注", "remarks";
    }

    /// Papers are missing.
    pub struct SupplementRequested {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        lacks: Vec<CertificatePaper> = Shape::List(1, 7, &Shape::Code(&CertificatePaper::LIST)), "需补正的材料", "what is missing";
        note: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "补正说明", "what is to be done";
    }

    /// The papers that were missing.
    pub struct Supplemented {
        exam: Option<Uuid> = Shape::Id("exam_result"), "所依据的职业健康检查", "health examination that it rests on";
        training: Option<Uuid> = Shape::Id("training_record"), "所依据的培训", "training that it rests on";
    }

    /// It is refused.
    pub struct Refused {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        grounds: Vec<CertificateRefusal> = Shape::List(1, 7, &Shape::Code(&CertificateRefusal::LIST)), "不予核发的理由", "why";
        decision_no: Option<CompactString> = NUMBER, "决定文号", "number of the decision";
        note: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "说明", "explanation";
    }

    /// It is issued.
    pub struct Issued {
        number: CompactString = NUMBER, "证号", "number as printed";
        issuer: CompactString = LINE, "发证机关", "issuing authority";
        decision_no: Option<CompactString> = NUMBER, "决定文号", "number of the decision";
        categories: Option<Vec<CertificateCategory>> = CATEGORIES, "核定职业类别（与申请不同时填写）", "categories, where they are not those applied for";
        legacy: bool = Shape::Flag, "系统启用前已核发或条件在系统外核实", "the papers were seen outside this system";
    }

    /// An entry.
    pub struct EntryAdded {
        kind: CertificateEntryKind = Shape::Code(&CertificateEntryKind::LIST), "记载事项", "what is entered";
        dose_year: Option<i64> = Shape::Integer(1950, 2200, ""), "剂量年度", "year of the dose";
        effective_nsv: Option<i64> = DOSE, "年度有效剂量", "effective dose of the year";
        exam: Option<Uuid> = Shape::Id("exam_result"), "职业健康检查", "health examination";
        conclusion: Option<Conclusion> = CONCLUSION, "检查结论", "its conclusion";
        training: Option<Uuid> = Shape::Id("training_record"), "培训", "training";
    }

    /// Other categories.
    pub struct Changed {
        categories: Vec<CertificateCategory> = CATEGORIES, "变更后的职业类别", "categories from now on";
        decision_no: Option<CompactString> = NUMBER, "决定文号", "number of the decision";
    }

    /// It ends.
    pub struct Cancelled {
        ground: CertificateEnd = Shape::Code(&CertificateEnd::LIST), "注销原因", "why";
        decision_no: Option<CompactString> = NUMBER, "决定文号", "number of the decision";
    }

    /// A correction of what was applied for, of the paper issued, or of an entry.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Request as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Request as Data>::FIELDS), "清空", "members without a value";
        number: Option<CompactString> = NUMBER, "证号更正为", "corrected number";
        issuer: Option<CompactString> = LINE, "发证机关更正为", "corrected authority";
        decision_no: Option<CompactString> = NUMBER, "决定文号更正为", "corrected number of the decision";
        effective_nsv: Option<i64> = DOSE, "年度有效剂量更正为", "corrected dose of the year entered";
        conclusion: Option<Conclusion> = CONCLUSION, "检查结论更正为", "corrected conclusion entered";
    }
}

events! {
    /// Events of a certificate.
    pub enum Event {
        Applied(Applied) = "certificate.applied", 1, [Submission], true, Required, Person, "申请放射工作人员证", "certificate applied for";
        SupplementRequested(SupplementRequested) = "certificate.supplement_requested", 1, [Return], false, Required, Person, "要求补正", "supplement requested";
        Supplemented(Supplemented) = "certificate.supplemented", 1, [Submission], false, Required, Person, "补正材料", "application supplemented";
        Withdrawn(super::Nothing) = "certificate.withdrawn", 1, [Withdrawal], false, Required, Person, "撤回申请", "application withdrawn";
        Refused(Refused) = "certificate.refused", 1, [Refusal], false, Required, Person, "不予核发", "certificate refused";
        Issued(Issued) = "certificate.issued", 1, [Approval], false, Required, Person, "核发放射工作人员证", "certificate issued";
        EntryAdded(EntryAdded) = "certificate.entry_added", 1, [Entry], false, Required, Person, "证件记载", "entry added";
        Changed(Changed) = "certificate.changed", 1, [Approval], false, Required, Person, "放射工作人员证变更", "certificate changed";
        Cancelled(Cancelled) = "certificate.cancelled", 1, [Declaration], false, Required, Person, "放射工作人员证注销", "certificate cancelled";
        Corrected(Corrected) = "certificate.corrected", 1, [Correction], false, Forbidden, Person, "放射工作人员证更正", "certificate corrected";
    }
}

/// What leads from where to where: nothing else follows. A correction follows always, and leads nowhere.
pub const TRANSITIONS: &[(CertificateState, &str, CertificateState)] = &[
    (CertificateState::Applied, "certificate.supplement_requested", CertificateState::Supplement),
    (CertificateState::Applied, "certificate.withdrawn", CertificateState::Withdrawn),
    (CertificateState::Applied, "certificate.refused", CertificateState::Refused),
    (CertificateState::Applied, "certificate.issued", CertificateState::Valid),
    (CertificateState::Supplement, "certificate.supplemented", CertificateState::Applied),
    (CertificateState::Supplement, "certificate.withdrawn", CertificateState::Withdrawn),
    (CertificateState::Supplement, "certificate.refused", CertificateState::Refused),
    (CertificateState::Valid, "certificate.entry_added", CertificateState::Valid),
    (CertificateState::Valid, "certificate.changed", CertificateState::Valid),
    (CertificateState::Valid, "certificate.cancelled", CertificateState::Cancelled),
];

/// The state to which an event of this type leads, if it may follow.
#[must_use]
pub fn next(state: CertificateState, event_type: &str) -> Option<CertificateState> {
    if event_type == "certificate.corrected" {
        return Some(state);
    }
    TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == event_type).map(|(.., to)| *to)
}

/// An entry of a certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Entered {
    /// What is entered.
    #[serde(flatten)]
    pub entry: EntryAdded,
    /// Day on which it was entered.
    pub on: Date,
    #[serde(skip)]
    version: u32,
}

/// A certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    /// The worker.
    #[serde(serialize_with = "super::dose_result::id_alone")]
    pub person: RecordRef,
    /// Employer.
    pub institution: Uuid,
    /// The employment for which it is.
    pub employment: Uuid,
    /// Level that decides.
    pub authority: AuthorityLevel,
    /// What is applied for or granted, and what it rests on.
    #[serde(flatten)]
    pub request: Request,
    /// Day of the application.
    pub applied_on: Date,
    /// State.
    pub state: CertificateState,
    /// Day from which the state counts.
    pub since: Date,
    /// Number as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<CompactString>,
    /// Issuing authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<CompactString>,
    /// Number of the decision to issue or to refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_no: Option<CompactString>,
    /// Day of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Date>,
    /// True when it was issued on papers outside this ledger.
    pub legacy: bool,
    /// What the application lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<CertificatePaper>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusal: Vec<CertificateRefusal>,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<CertificateEnd>,
    /// What the authority wrote to a supplement or a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<SealedRef>,
    /// What was entered.
    pub entries: Vec<Entered>,
    /// Remarks of the applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<SealedRef>,
    #[serde(skip)]
    origins: Origins,
}

impl Certificate {
    /// Whether an application waits for its decision.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, CertificateState::Applied | CertificateState::Supplement)
    }

    /// Whether it is valid for a post of this category.
    #[must_use]
    pub fn covers(&self, post: OccupationalCategory) -> bool {
        self.state == CertificateState::Valid && self.request.categories.contains(&CertificateCategory::of(post))
    }

    /// Day of the last entry.
    #[must_use]
    pub fn last_entry_on(&self) -> Option<Date> {
        self.entries.iter().map(|entered| entered.on).max()
    }

    /// Whether this training was entered.
    #[must_use]
    pub fn has_training(&self, training: Uuid) -> bool {
        self.entries.iter().any(|entered| entered.entry.training == Some(training))
    }

    /// Whether the source of an entry was entered.
    fn has_source(&self, entry: &EntryAdded) -> bool {
        let source = |entry: &EntryAdded| (entry.dose_year, entry.exam, entry.training);
        self.entries.iter().any(|entered| source(&entered.entry) == source(entry))
    }
}

const EMPLOYMENT: Rule = Rule {
    id: "certificate.employment",
    zh: "该人员与该单位没有未结束的用人关系",
    en: "The worker has no such employment of this institution that has not ended.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第六条" },
};
const AUTHORITY: Rule = Rule {
    id: "certificate.authority",
    zh: "应向核发该单位放射诊疗许可证的机关申请",
    en: "The authority that issued the employer's radiology licence decides.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第六条" },
};
const ONCE: Rule = Rule {
    id: "certificate.category_once",
    zh: "职业类别不能重复",
    en: "A category is named once.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "附件2" },
};
const RESTS_ON: Rule = Rule {
    id: "certificate.rests_on",
    zh: "所依据的体检、培训或原证不存在，或不是该人员的",
    en: "The examination, the training or the certificate named does not exist, or is another worker's.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "certificate.transition",
    zh: "放射工作人员证当前状态或日期不允许此操作",
    en: "This cannot follow from the state of the certificate, or not on this date.",
    citation: product("§6"),
};
const PERSON: Rule = Rule {
    id: "certificate.person",
    zh: "所填人员不是该证的放射工作人员",
    en: "The person named is not the one whose certificate it is.",
    citation: product("§6"),
};
const ADULT: Rule = Rule {
    id: "certificate.adult",
    zh: "未满18周岁者不得核发放射工作人员证",
    en: "Nobody under 18 gets a certificate.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（一）项" },
};
const EXAM: Rule = Rule {
    id: "certificate.exam",
    zh: "核发须依据结论为可从事放射工作且在有效期内的职业健康检查；已在系统外核实的请标明",
    en: "A certificate rests on a recent examination that found the worker fit: mark one whose papers were seen outside.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（二）项" },
};
const TRAINING: Rule = Rule {
    id: "certificate.training",
    zh: "核发须依据不少于4天且考核合格的上岗前培训；已在系统外核实的请标明",
    en: "A certificate rests on at least four days of training before the post, passed: mark one whose papers were seen outside.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第五条第（三）项、第七条" },
};
const ENTRY: Rule = Rule {
    id: "certificate.entry",
    zh: "记载事项的内容与类别不符：剂量填年度和剂量，体检填检查，培训填培训",
    en: "An entry has the members of its kind alone: year and dose, examination, or training; and the year has begun.",
    citation: Citation {
        instrument: &RADIATION_WORKERS, clause: "第十条第（二）项、第十二条第（二）项、第二十五条"
    },
};
const ENTRY_ONCE: Rule = Rule {
    id: "certificate.entry_once",
    zh: "该事项已记载：有误的请更正",
    en: "This was entered already: correct the entry where it is wrong.",
    citation: product("§6"),
};
const ENTRY_SOURCE: Rule = Rule {
    id: "certificate.entry_source",
    zh: "所记载的体检或培训不存在、不是该人员的，或培训未合格",
    en: "The examination or training entered does not exist, is another worker's, or was not passed.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第十条第（二）项" },
};
const SAME: Rule = Rule {
    id: "certificate.same_categories",
    zh: "变更后的职业类别与当前相同",
    en: "These are the categories that the certificate has.",
    citation: product("§7"),
};
const CORRECTED: Rule = Rule {
    id: "certificate.corrected_event",
    zh: "只能更正所指事件填写的内容",
    en: "A correction touches what the event named has said, and nothing else.",
    citation: product("§7"),
};

/// Index key of the certificates of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/certificates").into()
}

/// Reference to a certificate.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Certificate.as_str().into(), id }
}

impl Record for Certificate {
    const KIND: Kind = Kind::Certificate;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Applied(applied), _) => applied.institution,
            (_, Some(certificate)) => certificate.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn facet(
        state: Option<&Self>,
        event: &Event,
        about: &About<'_>,
        _: &dyn Facts,
    ) -> Result<Option<CompactString>, Stop> {
        let Some(certificate) = state else { return Ok(None) };
        Ok(match event {
            Event::SupplementRequested(_) | Event::Refused(_) | Event::Issued(_) => Some(level(certificate.authority)),
            Event::Changed(_) | Event::Cancelled(_) => Some(level(certificate.authority)),
            Event::Corrected(_) => Some(match original(about) {
                Some("certificate.entry_added") => "entry",
                // What the employer asked for is his until it is decided.
                _ if certificate.is_pending() => "application",
                _ => level(certificate.authority),
            }),
            Event::Applied(_) | Event::Supplemented(_) | Event::Withdrawn(_) | Event::EntryAdded(_) => None,
        }
        .map(CompactString::from))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(certificate) = state else {
            let Event::Applied(applied) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            let employed = is_employed(applied, facts)?;
            ensure(employed, &EMPLOYMENT, "/data/employment")?;
            ensure(decides(applied.authority, applied.institution, facts)?, &AUTHORITY, "/data/authority")?;
            return request_is_sound(&request_of(applied), &applied.person, "/data", facts);
        };
        ensure(next(certificate.state, &about.statement.event_type).is_some(), &TRANSITION, "")?;
        let is_worker = |named: &RecordRef| ensure(*named == certificate.person, &PERSON, "/data/person");
        let in_order = match event {
            // Entries come as their sources do, and a correction has the day of what it corrects.
            Event::EntryAdded(_) => certificate.issued_on.is_some_and(|issued| about.date() >= issued),
            Event::Corrected(_) => true,
            _ => about.date() >= certificate.since,
        };
        ensure(in_order, &TRANSITION, "/effective_on")?;
        match event {
            Event::Applied(_) | Event::Withdrawn(_) | Event::Cancelled(_) => Ok(()),
            Event::SupplementRequested(data) => is_worker(&data.person),
            Event::Refused(data) => is_worker(&data.person),
            Event::Supplemented(data) => {
                let after = changed(&certificate.request, &supplement(data));
                request_is_sound(&after, &certificate.person, "/data", facts)
            }
            Event::Issued(issued) => {
                each_once(issued.categories.as_deref().unwrap_or_default(), "/data/categories")?;
                if issued.legacy { Ok(()) } else { conditions_are_met(certificate, about.date(), facts) }
            }
            Event::EntryAdded(entry) => {
                ensure(has_members_of_kind(entry, about.day), &ENTRY, "/data/kind")?;
                ensure(!certificate.has_source(entry), &ENTRY_ONCE, "/data")?;
                if let Some(exam) = entry.exam {
                    let own = exam_of(exam, &certificate.person, facts)?;
                    ensure(own.is_some(), &ENTRY_SOURCE, "/data/exam")?;
                }
                let Some(training) = entry.training else { return Ok(()) };
                let known = facts.entry(&training_record::reference(training))?;
                let known = known.as_ref().and_then(|entry| entry.state.training_record());
                let passed =
                    known.is_some_and(|record| record.person == certificate.person && record.passed().is_some());
                ensure(passed, &ENTRY_SOURCE, "/data/training")
            }
            Event::Changed(data) => {
                each_once(&data.categories, "/data/categories")?;
                let same = data.categories.len() == certificate.request.categories.len()
                    && data.categories.iter().all(|category| certificate.request.categories.contains(category));
                ensure(!same, &SAME, "/data/categories")
            }
            Event::Corrected(data) => corrected_is_sound(certificate, data, about, facts),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let (day, origin) = (about.date(), about.origin());
        let Some(mut certificate) = state else {
            let Event::Applied(applied) = event else { unreachable!("a certificate begins with certificate.applied") };
            return Self {
                request: request_of(&applied),
                person: applied.person,
                institution: applied.institution,
                employment: applied.employment,
                authority: applied.authority,
                applied_on: day,
                state: CertificateState::Applied,
                since: day,
                number: None,
                issuer: None,
                decision_no: None,
                issued_on: None,
                legacy: false,
                lacks: Vec::new(),
                refusal: Vec::new(),
                ground: None,
                note: None,
                entries: Vec::new(),
                remarks: applied.remarks.map(|remarks| SealedRef::new(remarks, about, "remarks")),
                origins: Origins::new(origin),
            };
        };
        let state = next(certificate.state, &about.statement.event_type).unwrap_or(certificate.state);
        if state != certificate.state {
            (certificate.state, certificate.since) = (state, day);
        }
        match event {
            Event::Applied(_) => unreachable!("a certificate is applied for once"),
            Event::Withdrawn(_) => {}
            Event::SupplementRequested(data) => {
                certificate.lacks = data.lacks;
                certificate.note = data.note.map(|note| SealedRef::new(note, about, "note"));
            }
            Event::Supplemented(data) => {
                (certificate.lacks, certificate.note) = (Vec::new(), None);
                certificate.origins.apply(&mut certificate.request, &supplement(&data), origin);
            }
            Event::Refused(data) => {
                (certificate.lacks, certificate.refusal) = (Vec::new(), data.grounds);
                certificate.decision_no = data.decision_no;
                certificate.note = data.note.map(|note| SealedRef::new(note, about, "note"));
            }
            Event::Issued(data) => {
                certificate.number = Some(data.number);
                certificate.issuer = Some(data.issuer);
                certificate.decision_no = data.decision_no;
                certificate.issued_on = Some(day);
                certificate.legacy = data.legacy;
                if let Some(categories) = data.categories {
                    certificate.origins.apply(&mut certificate.request, &granted(&categories), origin);
                }
            }
            Event::EntryAdded(entry) => {
                certificate.entries.push(Entered { entry, on: day, version: origin.version });
            }
            Event::Changed(data) => {
                certificate.origins.apply(&mut certificate.request, &granted(&data.categories), origin);
            }
            Event::Cancelled(data) => certificate.ground = Some(data.ground),
            Event::Corrected(data) => {
                let change = change_of(&data.set, &data.clear);
                certificate.origins.apply(&mut certificate.request, &change, origin);
                certificate.number = data.number.or(certificate.number);
                certificate.issuer = data.issuer.or(certificate.issuer);
                certificate.decision_no = data.decision_no.or(certificate.decision_no);
                if let Some(entered) = certificate.entries.iter_mut().find(|one| one.version == origin.version) {
                    entered.entry.effective_nsv = data.effective_nsv.or(entered.entry.effective_nsv);
                    entered.entry.conclusion = data.conclusion.or(entered.entry.conclusion);
                }
            }
        }
        certificate
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Applied(applied) => Some(institution::reference(applied.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Applied(applied) => vec![person_key(applied.person.id)],
            _ => Vec::new(),
        }
    }

    /// One application and one valid certificate for a worker and his employer. A number is given once; the certificate
    /// that follows one of another employer or a lost one may carry the same.
    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let whose = [self.person.id.to_string(), self.institution.to_string()];
        let mut claims = Vec::new();
        if self.is_pending() {
            claims.push(Claim::new("certificate_application", whose.clone()));
        }
        if self.state == CertificateState::Valid {
            claims.push(Claim::new("certificate", whose));
        }
        let followed = matches!(self.ground, Some(CertificateEnd::Transferred | CertificateEnd::Replaced));
        if let Some(number) = self.number.as_ref().filter(|_| !followed) {
            claims.push(Claim::new("certificate_no", [number.as_str()]));
        }
        claims
    }
}

/// Facet of an act of the authority.
fn level(authority: AuthorityLevel) -> &'static str {
    if authority == AuthorityLevel::County { "county" } else { "city" }
}

fn request_of(applied: &Applied) -> Request {
    Request {
        categories: applied.categories.clone(),
        exam: applied.exam,
        training: applied.training,
        predecessor: applied.predecessor,
    }
}

/// What a supplement changes.
fn supplement(data: &Supplemented) -> Change {
    let named = [("exam", data.exam), ("training", data.training)];
    let set = named
        .into_iter()
        .filter_map(|(name, id)| Some((name.into(), signing::json::Value::Text(id?.to_string().into()))));
    Change { set: set.collect(), clear: Vec::new() }
}

/// Other categories, as a change.
fn granted(categories: &[CertificateCategory]) -> Change {
    let codes = categories.iter().map(|category| signing::json::Value::Text(category.as_str().into()));
    Change { set: vec![("categories".into(), signing::json::Value::Array(codes.collect()))], clear: Vec::new() }
}

/// Type of the event that a correction, or a correction of it, goes back to.
fn original<'a>(about: &About<'a>) -> Option<&'a str> {
    let version = about.corrected?.version;
    about.marks.get(usize::try_from(version).ok()?.checked_sub(1)?).map(|mark| mark.event_type)
}

fn is_employed(applied: &Applied, facts: &dyn Facts) -> Result<bool, Stop> {
    let entry = facts.entry(&employment::reference(applied.employment))?;
    Ok(entry.as_ref().and_then(|entry| entry.state.employment()).is_some_and(|employment| {
        employment.person == applied.person.id
            && employment.institution == applied.institution
            && employment.state != EmploymentState::Ended
    }))
}

/// Whether this level issued a radiology licence of the institution that stands; who has none is not held to a level.
fn decides(authority: AuthorityLevel, institution: Uuid, facts: &dyn Facts) -> Result<bool, Stop> {
    let mut levels = Vec::new();
    for record in &facts.members(&licences_key(institution))?.records {
        let entry = facts.entry(record)?;
        let licence = entry.as_ref().and_then(|entry| entry.state.licence());
        let standing = licence.filter(|licence| licence.profile.type_ == LicenceType::Radiology && !licence.is_ended());
        levels.extend(standing.and_then(|licence| licence.profile.authority));
    }
    Ok(levels.is_empty() || levels.contains(&authority))
}

fn each_once(categories: &[CertificateCategory], at: &str) -> Result<(), Stop> {
    for (index, category) in categories.iter().enumerate() {
        ensure(!categories[..index].contains(category), &ONCE, &format!("{at}/{index}"))?;
    }
    Ok(())
}

fn request_is_sound(request: &Request, worker: &RecordRef, at: &str, facts: &dyn Facts) -> Result<(), Stop> {
    each_once(&request.categories, &format!("{at}/categories"))?;
    if let Some(exam) = request.exam {
        ensure(exam_of(exam, worker, facts)?.is_some(), &RESTS_ON, &format!("{at}/exam"))?;
    }
    if let Some(training) = request.training {
        let entry = facts.entry(&training_record::reference(training))?;
        let own = entry.as_ref().and_then(|entry| entry.state.training_record());
        ensure(own.is_some_and(|record| record.person == *worker), &RESTS_ON, &format!("{at}/training"))?;
    }
    if let Some(predecessor) = request.predecessor {
        let entry = facts.entry(&reference(predecessor))?;
        let own = entry.as_ref().and_then(|entry| entry.state.certificate());
        ensure(own.is_some_and(|other| other.person == *worker), &RESTS_ON, &format!("{at}/predecessor"))?;
    }
    Ok(())
}

/// The conditions of Art. 5 that the ledger can see: of age, examined, trained.
///
/// # Errors
/// The first that is not met, or a [`Need`](crate::record::Need) when something is not loaded.
pub fn conditions_are_met(certificate: &Certificate, day: Date, facts: &dyn Facts) -> Result<(), Stop> {
    let file = facts.entry(&person::reference(certificate.person.id))?;
    let adult = file.as_ref().and_then(|entry| entry.state.person()).is_some_and(|person| person.is_adult(day));
    ensure(adult, &ADULT, "/effective_on")?;
    let exam = match certificate.request.exam {
        Some(exam) => exam_of(exam, &certificate.person, facts)?,
        None => None,
    };
    let months = value_on(ParameterName::CertificateExamAge, day, facts)?;
    let fit = exam.is_some_and(|exam| exam_allows(&exam, certificate.applied_on, months) && exam.concluded_on <= day);
    ensure(fit, &EXAM, "/data/legacy")?;
    let training = match certificate.request.training {
        Some(training) => facts.entry(&training_record::reference(training))?,
        None => None,
    };
    let passed = training.as_ref().and_then(|entry| entry.state.training_record()?.passed());
    let trained = passed.is_some_and(|passed| passed.counts_before_post() && passed.on <= day);
    ensure(trained, &TRAINING, "/data/legacy")
}

/// An examination, if there is one of this id and of this worker.
fn exam_of(id: Uuid, worker: &RecordRef, facts: &dyn Facts) -> Result<Option<Exam>, Stop> {
    let entry = facts.entry(&exam_result::reference(id))?;
    let result = entry.as_ref().and_then(|entry| entry.state.exam_result());
    Ok(result.filter(|result| result.person == *worker).and_then(ExamResult::exam))
}

/// Whether an examination lets its worker have a certificate: it found him fit, with or without restrictions, and is not
/// older than so many months on the day of the application.
fn exam_allows(exam: &Exam, applied_on: Date, max_age_months: i64) -> bool {
    use Conclusion as C;
    let fit = matches!(exam.about_work(), Some(C::MayWork | C::MayWorkRestricted | C::MayGoOn | C::MayGoOnRestricted));
    let months = i32::try_from(max_age_months).unwrap_or(i32::MAX);
    fit && applied_on <= add_months(exam.concluded_on, months)
}

/// An entry has the members of its kind, and no others; a dose is one of a year that has begun.
fn has_members_of_kind(entry: &EntryAdded, day: Date) -> bool {
    let dose = (entry.dose_year.is_some(), entry.effective_nsv.is_some());
    let exam = (entry.exam.is_some(), entry.conclusion.is_some());
    let training = entry.training.is_some();
    match entry.kind {
        CertificateEntryKind::Dose => {
            let begun = entry.dose_year.is_some_and(|year| year <= i64::from(year_of(day)));
            dose == (true, true) && begun && exam == (false, false) && !training
        }
        CertificateEntryKind::Exam => exam.0 && dose == (false, false) && !training,
        CertificateEntryKind::Training => training && dose == (false, false) && exam == (false, false),
    }
}

fn corrected_is_sound(
    certificate: &Certificate,
    data: &Corrected,
    about: &About<'_>,
    facts: &dyn Facts,
) -> Result<(), Stop> {
    let change = change_of(&data.set, &data.clear);
    let asks = change.members().next().is_some();
    let paper = data.number.is_some() || data.issuer.is_some() || data.decision_no.is_some();
    let categories_alone = change.members().all(|name| name == "categories");
    let fits = match original(about) {
        Some("certificate.applied" | "certificate.supplemented") => {
            asks && !paper && data.effective_nsv.is_none() && data.conclusion.is_none()
        }
        Some("certificate.changed") => {
            asks && categories_alone && !paper && data.effective_nsv.is_none() && data.conclusion.is_none()
        }
        Some("certificate.issued") => {
            (asks || paper) && categories_alone && data.effective_nsv.is_none() && data.conclusion.is_none()
        }
        Some("certificate.entry_added") => {
            let version = about.corrected.map(|origin| origin.version);
            let entered = certificate.entries.iter().find(|entered| Some(entered.version) == version);
            let entry = entered.map(|entered| &entered.entry);
            let dose = entry.is_some_and(|entry| entry.kind == CertificateEntryKind::Dose);
            let exam = entry.is_some_and(|entry| entry.kind == CertificateEntryKind::Exam);
            !asks
                && !paper
                && data.effective_nsv.is_some() == dose
                && data.conclusion.is_some() == exam
                && (dose || exam)
        }
        _ => false,
    };
    ensure(fits, &CORRECTED, "/data")?;
    if !asks {
        return Ok(());
    }
    change_is_sound(&change)?;
    request_is_sound(&changed(&certificate.request, &change), &certificate.person, "/data/set", facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health_codes::ExamKind;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn the_life_of_a_certificate() {
        let golden = "\
            state       supplement_requested supplemented withdrawn  refused    issued     entry_added changed    cancelled  corrected\n\
            APPLIED     SUPPLEMENT           -            WITHDRAWN  REFUSED    VALID      -           -          -          APPLIED\n\
            SUPPLEMENT  -                    APPLIED      WITHDRAWN  REFUSED    -          -           -          -          SUPPLEMENT\n\
            REFUSED     -                    -            -          -          -          -           -          -          REFUSED\n\
            WITHDRAWN   -                    -            -          -          -          -           -          -          WITHDRAWN\n\
            VALID       -                    -            -          -          -          VALID       VALID      CANCELLED  VALID\n\
            CANCELLED   -                    -            -          -          -          -           -          -          CANCELLED\n";
        let later: Vec<&str> = Event::TYPES.iter().filter(|known| !known.creates).map(|known| known.name).collect();
        let mut rows = golden.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
        let head = rows.next().expect("a head");
        let words: Vec<&str> = later.iter().filter_map(|name| name.strip_prefix("certificate.")).collect();
        assert_eq!(head[1..], words, "the columns are the events that do not create");
        let mut states = Vec::new();
        for row in rows {
            let state = CertificateState::parse(row[0]).expect("a state");
            for (name, expected) in later.iter().zip(&row[1..]) {
                let to = next(state, name).map_or("-", CertificateState::as_str);
                assert_eq!(to, *expected, "{} after {}", name, row[0]);
            }
            states.push(state);
        }
        assert_eq!(states, CertificateState::ALL);
    }

    #[test]
    fn a_recent_examination_that_found_him_fit() {
        let allows = |conclusion, concluded: &str| {
            let exam = Exam {
                kind: ExamKind::PreJob,
                exam_on: day(concluded),
                concluded_on: day(concluded),
                conclusions: vec![Conclusion::parse(conclusion).expect("a conclusion")],
                restrictions: Vec::new(),
                items: Vec::new(),
            };
            exam_allows(&exam, day("2026-08-28"), 6)
        };
        for fit in ["P1", "P2", "R1", "R2"] {
            assert!(allows(fit, "2026-05-01"), "{fit}");
        }
        for unfit in ["P3", "R3", "R4", "L1", "L2", "S1", "C1", "E1"] {
            assert!(!allows(unfit, "2026-05-01"), "{unfit}");
        }
        assert!(allows("P1", "2026-02-28"), "six months to the day");
        assert!(!allows("P1", "2026-02-27"));
        assert!(allows("P1", "2026-09-01"), "examined after the application, while papers were missing");
    }

    #[test]
    fn an_entry_has_the_members_of_its_kind() {
        let today = day("2026-03-02");
        let some = Some(Uuid::from_u128(1));
        let entry = |kind, dose: Option<i64>, exam, training| EntryAdded {
            kind,
            dose_year: dose,
            effective_nsv: dose.map(|_| 1_200_000),
            exam,
            conclusion: exam.map(|_| Conclusion::MayGoOn),
            training,
        };
        use CertificateEntryKind as K;
        for (entry, good) in [
            (entry(K::Dose, Some(2025), None, None), true),
            (entry(K::Dose, Some(2026), None, None), true),
            (entry(K::Dose, Some(2027), None, None), false),
            (entry(K::Dose, None, None, None), false),
            (entry(K::Dose, Some(2025), some, None), false),
            (entry(K::Exam, None, some, None), true),
            (entry(K::Exam, None, None, some), false),
            (entry(K::Training, None, None, some), true),
            (entry(K::Training, Some(2025), None, some), false),
        ] {
            assert_eq!(has_members_of_kind(&entry, today), good, "{entry:?}");
        }
        let unsaid = EntryAdded { conclusion: None, ..entry(K::Exam, None, some, None) };
        assert!(has_members_of_kind(&unsaid, today), "a conclusion stands in the examination anyway");
    }
}

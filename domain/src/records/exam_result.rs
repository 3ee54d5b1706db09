//! An occupational health examination of one worker: a fact of its own, as the examining organisation reported it.
//!
//! Its chief physician signs the report and delivers it to the employer, who arranges what it asks for; the worker says
//! himself that he was informed, or on a paper that the employer keeps. Findings, advice and plans are sealed under the
//! worker: the employer reads the conclusion. A report is corrected where something was written down wrongly; items that
//! were missing and another conclusion come with a report of their own, which names this one (放射工作人员职业健康管理办法
//! Art. 18–25, GBZ 98-2020). What examinations come to stands in [`crate::health`].
//!
//! Instead of a leaving examination a record may begin with the worker's signed refusal, which the county accepts or not.
//!
//! States: reported → delivered → informed; declined → accepted | refused.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_result::id_alone;
use super::erasure::{self, SUBJECT_ERASED};
use super::{
    SealedRef, change_is_sound, change_of, changed, corrects_one_of, employment, institution, not_in_future, person,
};
use crate::catalog::{EventType, Kind};
use crate::codes::InstitutionKind;
use crate::field::{Data, FREE, LINE, PARAGRAPH, Sealed, Shape, Subject};
use crate::health::{Exam, LEAVING_DAYS};
use crate::health_codes::{
    Conclusion, DiagnosisOutcome, DiseaseCatalogue, ExamItem, ExamKind, ExamRelation, ExamStandard, ExamState,
    FollowedBy, ItemMissing, RadiationDisease, SaidBy,
};
use crate::law::{Citation, HEALTH_EXAMS, HEALTH_REQUIREMENTS, OCCUPATIONAL_DISEASE, RADIATION_WORKERS, product};
use crate::person_codes::PostTag;
use crate::record::{About, Claim, Facts, Need, Origins, Record, Stop, Target, any_member, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

const REPORT_NO: Shape = Shape::Text(1, 60, &FREE);
const ITEMS: Shape = Shape::List(1, 60, &Shape::Object(<Item as Data>::FIELDS));
const FINDINGS: Shape = Shape::Text(1, 2000, &FREE);
/// A disease: only ever behind a seal.
pub const DISEASE_CODE: Shape = Shape::Code(&RadiationDisease::LIST);

data! {
    /// An item, and why it was left out.
    pub struct Item {
        item: ExamItem = Shape::Code(&ExamItem::LIST), "检查项目", "item";
        missing: Option<ItemMissing> = Shape::Code(&ItemMissing::LIST), "未检原因", "why it was not done; without one it was done";
    }

    /// What of an examination a correction can replace.
    pub struct Examination {
        employment: Option<Uuid> = Shape::Id("employment"), "用人关系", "the employment for which he was examined";
        report_no: CompactString = REPORT_NO, "报告编号", "number of the report";
        line_no: Option<i64> = Shape::Integer(1, 100_000, ""), "报告行号", "line of the report, where it is of several persons";
        batch_no: Option<CompactString> = Shape::Text(1, 40, &FREE), "体检批次号", "number of the batch of examinations";
        standard: Option<ExamStandard> = Shape::Code(&ExamStandard::LIST), "执行标准", "standard by which he was examined";
        exam_on: Date = Shape::Day, "体检日期", "first day of the examination";
        exam_ended_on: Date = Shape::Day, "体检结束日期", "last day of the examination";
        concluded_on: Date = Shape::Day, "结论日期", "day of the conclusion";
        items: Vec<Item> = ITEMS, "检查项目", "items";
        recheck_due_on: Option<Date> = Shape::Day, "复查期限", "day by which he is to be examined again";
        follow_up_until: Option<Date> = Shape::Day, "随访至", "day until which he is followed up";
    }

    /// A report.
    pub struct Reported {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer that sent him";
        employment: Option<Uuid> = Shape::Id("employment"), "用人关系", "the employment for which he was examined";
        examiner: Uuid = Shape::Id("institution"), "体检机构", "examining organisation";
        report_no: CompactString = REPORT_NO, "报告编号", "number of the report";
        line_no: Option<i64> = Shape::Integer(1, 100_000, ""), "报告行号", "line of the report, where it is of several persons";
        batch_no: Option<CompactString> = Shape::Text(1, 40, &FREE), "体检批次号", "number of the batch of examinations";
        kind: ExamKind = Shape::Code(&ExamKind::LIST), "体检类别", "kind of examination";
        standard: Option<ExamStandard> = Shape::Code(&ExamStandard::LIST), "执行标准", "standard by which he was examined";
        exam_on: Date = Shape::Day, "体检日期", "first day of the examination";
        exam_ended_on: Date = Shape::Day, "体检结束日期", "last day of the examination";
        concluded_on: Date = Shape::Day, "结论日期", "day of the conclusion";
        conclusions: Vec<Conclusion> = Shape::List(1, 3, &Shape::Code(&Conclusion::LIST)), "适任性意见", "conclusions: one about the work, beside it re-examination and suspected disease";
        restrictions: Option<Vec<PostTag>> = Shape::List(1, 5, &Shape::Code(&PostTag::LIST)), "限制从事", "posts that he must not have";
        items: Vec<Item> = ITEMS, "检查项目", "items";
        recheck_due_on: Option<Date> = Shape::Day, "复查期限", "day by which he is to be examined again";
        follow_up_until: Option<Date> = Shape::Day, "随访至", "day until which he is followed up";
        disease: Option<Sealed> = Shape::Sealed(&DISEASE_CODE, Subject::Member("person")), "疑似职业病", "disease that is suspected";
        disease_catalogue: Option<DiseaseCatalogue> = Shape::Code(&DiseaseCatalogue::LIST), "职业病目录版本", "edition of the classification";
        relation: Option<ExamRelation> = Shape::Code(&ExamRelation::LIST), "与前次体检的关系", "what it is to an earlier examination";
        follows: Option<Uuid> = Shape::Id("exam_result"), "前次体检", "the earlier examination";
        findings: Option<Sealed> = Shape::Sealed(&FINDINGS, Subject::Member("person")), "检查结果", "findings";
        advice: Option<Sealed> = Shape::Sealed(&FINDINGS, Subject::Member("person")), "处理意见", "advice";
        follow_up_plan: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "随访计划", "plan of the follow-up";
    }

    /// A correction. Another conclusion is reported anew.
    pub struct Corrected {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        set: Option<signing::json::Object> = Shape::Members(<Examination as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Examination as Data>::FIELDS), "清空", "members without a value";
        findings: Option<Sealed> = Shape::Sealed(&FINDINGS, Subject::Member("person")), "检查结果更正为", "corrected findings";
        advice: Option<Sealed> = Shape::Sealed(&FINDINGS, Subject::Member("person")), "处理意见更正为", "corrected advice";
        follow_up_plan: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "随访计划更正为", "corrected plan";
    }

    /// The worker knows the result. On paper the day is that of his signature.
    pub struct Informed {
        how: SaidBy = Shape::Code(&SaidBy::LIST), "签收方式", "how he said so";
    }

    /// He is to be examined again.
    pub struct RecheckArranged {
        until: Date = Shape::Day, "复查截止日期", "day by which he goes there";
        examiner: Option<Uuid> = Shape::Id("institution"), "复查机构", "organisation that examines him";
    }

    /// What was done after it.
    pub struct FollowUpRecorded {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        by: FollowedBy = Shape::Code(&FollowedBy::LIST), "记录方", "who records it";
        text: Sealed = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "随访情况", "what was found and done";
        next_on: Option<Date> = Shape::Day, "下次随访日期", "day of the next follow-up";
    }

    /// The suspected disease was reported to the health authority.
    pub struct DiseaseReported {
        authority: Option<CompactString> = LINE, "受理部门", "authority to which it was reported";
        report_no: Option<CompactString> = REPORT_NO, "报告卡编号", "number of the report card";
    }

    /// The worker is sent for diagnosis.
    pub struct DiagnosisArranged {
        diagnosing: Option<CompactString> = LINE, "诊断机构", "organisation that diagnoses";
    }

    /// What came of it.
    pub struct Diagnosed {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        outcome: DiagnosisOutcome = Shape::Code(&DiagnosisOutcome::LIST), "诊断结论", "outcome";
        disease: Option<Sealed> = Shape::Sealed(&DISEASE_CODE, Subject::Member("person")), "职业病", "disease";
        disease_catalogue: Option<DiseaseCatalogue> = Shape::Code(&DiseaseCatalogue::LIST), "职业病目录版本", "edition of the classification";
        certificate_no: Option<CompactString> = REPORT_NO, "诊断证明书编号", "number of the certificate";
    }

    /// The worker refuses the leaving examination.
    pub struct Declined {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer that he leaves";
        employment: Uuid = Shape::Id("employment"), "用人关系", "the employment that he leaves";
        how: SaidBy = Shape::Code(&SaidBy::LIST), "签署方式", "how he said so";
        why: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "理由", "why";
    }
}

events! {
    /// Events of an examination.
    pub enum Event {
        Declined(Declined) = "exam_result.declined", 1, [Declaration], true, Optional, Person, "本人拒绝离岗体检", "leaving examination declined";
        Reported(Reported) = "exam_result.reported", 1, [Submission], true, Forbidden, Person, "职业健康检查报告", "examination reported";
        Corrected(Corrected) = "exam_result.corrected", 1, [Correction], false, Forbidden, Person, "职业健康检查报告更正", "examination corrected";
        Delivered(Nothing) = "exam_result.delivered", 1, [Submission], false, Required, Person, "体检报告送达用人单位", "report delivered";
        Informed(Informed) = "exam_result.informed", 1, [Receipt], false, Optional, Person, "体检结果告知本人", "worker informed";
        RecheckArranged(RecheckArranged) = "exam_result.recheck_arranged", 1, [Entry], false, Required, Person, "安排复查", "re-examination arranged";
        FollowUpRecorded(FollowUpRecorded) = "exam_result.follow_up_recorded", 1, [Entry], false, Required, Person, "随访记录", "follow-up recorded";
        DiseaseReported(DiseaseReported) = "exam_result.disease_reported", 1, [Submission], false, Required, Person, "疑似职业病报告", "suspected disease reported";
        DiagnosisArranged(DiagnosisArranged) = "exam_result.diagnosis_arranged", 1, [Entry], false, Required, Person, "安排职业病诊断", "diagnosis arranged";
        Diagnosed(Diagnosed) = "exam_result.diagnosed", 1, [Examination], false, Required, Person, "职业病诊断结论", "diagnosed";
        DeclineAccepted(Nothing) = "exam_result.decline_accepted", 1, [Approval], false, Forbidden, Person, "认可本人拒绝离岗体检", "refusal accepted";
        DeclineRefused(Nothing) = "exam_result.decline_refused", 1, [Refusal], false, Forbidden, Person, "不认可本人拒绝离岗体检", "refusal not accepted";
    }
}

/// An examination of a worker, or his refusal of one.
#[derive(Debug, Clone, Serialize)]
pub struct ExamResult {
    /// The worker.
    #[serde(serialize_with = "id_alone")]
    pub person: RecordRef,
    /// Employer that sent him.
    pub institution: Uuid,
    /// Kind of examination.
    pub kind: ExamKind,
    /// What came of it.
    #[serde(flatten)]
    pub course: Course,
}

/// Whether he was examined.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Course {
    /// He was.
    Examined(Box<Report>),
    /// He declined.
    Declined(Refused),
}

/// What was reported, and what followed.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Examining organisation.
    pub examiner: Uuid,
    /// What a correction can replace.
    #[serde(flatten)]
    pub examination: Examination,
    /// Conclusions.
    pub conclusions: Vec<Conclusion>,
    /// Posts that he must not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restrictions: Option<Vec<PostTag>>,
    /// Disease that is suspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease: Option<SealedRef>,
    /// Edition of the classification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease_catalogue: Option<DiseaseCatalogue>,
    /// What it is to an earlier examination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<ExamRelation>,
    /// The earlier examination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<Uuid>,
    /// Findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<SealedRef>,
    /// Advice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<SealedRef>,
    /// Plan of the follow-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up_plan: Option<SealedRef>,
    /// Number of corrections.
    pub corrections: u32,
    /// Day on which the employer had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_on: Option<Date>,
    /// Day on which the worker was informed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub informed_on: Option<Date>,
    /// How he said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub informed_how: Option<SaidBy>,
    /// Day on which a re-examination was arranged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recheck_arranged_on: Option<Date>,
    /// Day by which he goes there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recheck_until: Option<Date>,
    /// What was done after it.
    pub follow_ups: Vec<FollowUp>,
    /// Day on which the suspected disease was reported to the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease_reported_on: Option<Date>,
    /// Day on which he was sent for diagnosis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_arranged_on: Option<Date>,
    /// What came of the diagnosis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
    #[serde(skip)]
    origins: Origins,
}

/// One follow-up.
#[derive(Debug, Clone, Serialize)]
pub struct FollowUp {
    /// Day.
    pub on: Date,
    /// Who recorded it.
    pub by: FollowedBy,
    /// What was found and done.
    pub text: SealedRef,
    /// Day of the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
}

/// A diagnosis.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// Day.
    pub on: Date,
    /// Outcome.
    pub outcome: DiagnosisOutcome,
    /// The disease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease: Option<SealedRef>,
    /// Edition of the classification that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease_catalogue: Option<DiseaseCatalogue>,
    /// Number of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_no: Option<CompactString>,
}

/// The refusal of a leaving examination.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// The employment that he leaves.
    pub employment: Uuid,
    /// Day on which he declined.
    pub declined_on: Date,
    /// How he said so.
    pub declined_how: SaidBy,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<SealedRef>,
    /// Whether the county accepts it, once it has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
}

impl ExamResult {
    /// The report; none of a refusal.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match &self.course {
            Course::Examined(report) => Some(report),
            Course::Declined(_) => None,
        }
    }

    /// The day of the examination, or on which he declined it.
    #[must_use]
    pub fn day(&self) -> Date {
        match &self.course {
            Course::Examined(report) => report.examination.exam_on,
            Course::Declined(refused) => refused.declined_on,
        }
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> ExamState {
        match &self.course {
            Course::Examined(report) => match (report.informed_on, report.delivered_on) {
                (Some(_), _) => ExamState::Informed,
                (None, Some(_)) => ExamState::Delivered,
                (None, None) => ExamState::Reported,
            },
            Course::Declined(refused) => match refused.accepted {
                None => ExamState::Declined,
                Some(true) => ExamState::DeclineAccepted,
                Some(false) => ExamState::DeclineRefused,
            },
        }
    }

    /// The examination as rules look at it, without the items of its supplements.
    #[must_use]
    pub fn exam(&self) -> Option<Exam> {
        self.report().map(|report| Exam {
            kind: self.kind,
            exam_on: report.examination.exam_on,
            concluded_on: report.examination.concluded_on,
            conclusions: report.conclusions.clone(),
            restrictions: report.restrictions.clone().unwrap_or_default(),
            items: report.examination.items.iter().map(|item| item.item).collect(),
        })
    }
}

impl Report {
    /// True when an occupational disease is suspected.
    #[must_use]
    pub fn is_suspected(&self) -> bool {
        self.conclusions.contains(&Conclusion::Suspected)
    }
}

const PERSON: Rule = Rule {
    id: "exam_result.person",
    zh: "没有这名放射工作人员的档案，或与原记录不是同一人",
    en: "There is no file of this worker, or he is not the one whom the record names.",
    citation: product("§6"),
};
const INSTITUTION: Rule = Rule {
    id: "exam_result.institution",
    zh: "用人单位不存在",
    en: "The employer does not exist.",
    citation: product("§6"),
};
const EMPLOYMENT: Rule = Rule {
    id: "exam_result.employment",
    zh: "所填用人关系不是该人员在此用人单位的",
    en: "The employment is not one of this worker with this employer.",
    citation: product("§6"),
};
const EXAMINER: Rule = Rule {
    id: "exam_result.examiner",
    zh: "体检机构不是已审核通过的职业健康检查机构",
    en: "The examiner is not an approved health-exam organisation.",
    citation: Citation { instrument: &HEALTH_EXAMS, clause: "第四条" },
};
const CONCLUSION: Rule = Rule {
    id: "exam_result.conclusion",
    zh: "适任性意见须属于该体检类别，只有一项，另可注明需复查、疑似职业病，不得重复",
    en: "The conclusion is one of the kind examined; beside it stand only re-examination and suspected disease, each once.",
    citation: Citation { instrument: &HEALTH_REQUIREMENTS, clause: "" },
};
const RESTRICTIONS: Rule = Rule {
    id: "exam_result.restrictions",
    zh: "限制条件与结论不符：有限制的结论须注明限制岗位或处理意见，其他结论不填限制岗位",
    en: "A restricted conclusion says which posts, or gives advice; no other conclusion restricts posts.",
    citation: Citation { instrument: &HEALTH_REQUIREMENTS, clause: "" },
};
const RECHECK: Rule = Rule {
    id: "exam_result.recheck",
    zh: "结论为需复查的才填复查期限",
    en: "A day for a re-examination comes with the conclusion that one is needed.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第二十五条第（二）项" },
};
const DISEASE: Rule = Rule {
    id: "exam_result.disease",
    zh: "职业病须与结论相符，并注明收录该病的目录版本",
    en: "A disease goes with the conclusion, and with the edition of the classification that has it.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第五十条" },
};
const DATES: Rule = Rule {
    id: "exam_result.dates",
    zh: "日期顺序应为：体检日期、结束日期、结论日期，均不晚于今天；复查期限、随访期限不早于结论日期",
    en: "An examination begins, ends and is concluded in this order and not after today; what it asks for comes later.",
    citation: product("§6"),
};
const ITEM: Rule =
    Rule {
        id: "exam_result.items", zh: "同一检查项目只填一次", en: "An item is named once.", citation: product("§6")
    };
const FOLLOWS: Rule = Rule {
    id: "exam_result.follows",
    zh: "前次体检须为同一人的体检报告，且类别与二者关系相符",
    en: "The earlier examination is a report on the same worker, of a kind that fits what this one is to it.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "exam_result.transition",
    zh: "体检记录当前状态不允许此操作",
    en: "This cannot follow from the state of the record.",
    citation: product("§6"),
};
const ORDER: Rule = Rule {
    id: "exam_result.order",
    zh: "日期不能早于体检结论，后续期限不能早于登记日期",
    en: "What follows an examination is not dated before its conclusion, and no day that it sets before itself.",
    citation: product("§6"),
};
const PAPER: Rule = Rule {
    id: "exam_result.paper",
    zh: "以纸质文书为据的，须填签署日期并附扫描件",
    en: "What was signed on paper names its day and rests on the scanned paper.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第二十五条第（一）项" },
};
const SUSPECTED: Rule = Rule {
    id: "exam_result.not_suspected",
    zh: "体检结论未提示疑似职业性放射性疾病",
    en: "The examination suspects no occupational radiation disease.",
    citation: Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第五十五条" },
};

/// Index key of the examinations of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/exams").into()
}

/// The examinations of a worker, each with the items of its supplements.
///
/// # Errors
/// A [`Need`] when one is not loaded.
pub fn exams_of(person: Uuid, facts: &dyn Facts) -> Result<Vec<Exam>, Need> {
    let (mut exams, mut supplements) = (Vec::new(), Vec::new());
    for record in &facts.members(&person_key(person))?.records {
        let entry = facts.entry(record)?;
        let Some(result) = entry.as_ref().and_then(|entry| entry.state.exam_result()) else { continue };
        let (Some(report), Some(exam)) = (result.report(), result.exam()) else { continue };
        match (report.relation, report.follows) {
            (Some(ExamRelation::Supplement), Some(first)) => supplements.push((first, exam.items)),
            _ => exams.push((record.id, exam)),
        }
    }
    for (first, items) in supplements {
        let supplemented = exams.iter_mut().filter(|(id, _)| *id == first);
        supplemented.for_each(|(_, exam)| exam.items.extend(&items));
    }
    Ok(exams.into_iter().map(|(_, exam)| exam).collect())
}

/// Whether a worker who leaves on a day was examined for it, or his refusal of it was accepted (W-HLT-06).
///
/// # Errors
/// A [`Need`] when an examination is not loaded.
pub fn is_examined_for_leaving(person: Uuid, on: Date, facts: &dyn Facts) -> Result<bool, Need> {
    any_member(facts, &person_key(person), |state| {
        state.exam_result().is_some_and(|result| match &result.course {
            Course::Examined(_) => result.exam().is_some_and(|exam| exam.covers_leaving(on, LEAVING_DAYS)),
            Course::Declined(refused) => refused.accepted == Some(true),
        })
    })
}

/// Reference to an examination.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::ExamResult.as_str().into(), id }
}

impl Record for ExamResult {
    const KIND: Kind = Kind::ExamResult;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        match (event, state) {
            (Event::Reported(reported), _) => super::of_institution(reported.examiner, facts),
            (Event::Declined(declined), _) => super::of_worker(&declined.person, declined.institution, facts),
            (_, Some(exam)) => match exam.report() {
                Some(report) if is_of_examiner(event) => super::of_institution(report.examiner, facts),
                _ => super::of_worker(&exam.person, exam.institution, facts),
            },
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn facet(_: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        Ok(match event {
            Event::Informed(Informed { how }) | Event::Declined(Declined { how, .. }) => Some(match how {
                SaidBy::Himself => "self".into(),
                SaidBy::Paper => "paper".into(),
            }),
            Event::FollowUpRecorded(recorded) => Some(match recorded.by {
                FollowedBy::Employer => "employer".into(),
                FollowedBy::Examiner => "examiner".into(),
            }),
            _ => None,
        })
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        match (event, state.map(|exam| (exam, &exam.course))) {
            (Event::Reported(reported), _) => reported_is_sound(reported, about, facts),
            (Event::Declined(declined), _) => {
                has_file(&declined.person, facts)?;
                let Declined { person, institution, employment, .. } = declined;
                let employed = employment::is_of(Some(*employment), person, *institution, facts)?;
                ensure(employed, &EMPLOYMENT, "/data/employment")?;
                is_on_paper(declined.how, about)
            }
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
            (Event::DeclineAccepted(_) | Event::DeclineRefused(_), Some((_, Course::Declined(refused)))) => {
                ensure(refused.accepted.is_none(), &TRANSITION, "")
            }
            (Event::DeclineAccepted(_) | Event::DeclineRefused(_), _) | (_, Some((_, Course::Declined(_)))) => {
                Err(Stop::rule(&TRANSITION, ""))
            }
            (_, Some((exam, Course::Examined(report)))) => follows_report(exam, report, event, about, facts),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let Some(mut exam) = state else { return begun(event, about) };
        match (&mut exam.course, event) {
            (Course::Declined(refused), Event::DeclineAccepted(_)) => refused.accepted = Some(true),
            (Course::Declined(refused), Event::DeclineRefused(_)) => refused.accepted = Some(false),
            // What a rule refuses is folded as well, before the refusal is told: nothing follows from it.
            (Course::Declined(_), _) => {}
            (Course::Examined(report), event) => report.follow(event, about),
        }
        exam
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Reported(reported) => Some(institution::reference(reported.institution)),
            Event::Declined(declined) => Some(institution::reference(declined.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Reported(reported) => vec![person_key(reported.person.id)],
            Event::Declined(declined) => vec![person_key(declined.person.id)],
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let report = self.report().into_iter();
        report
            .map(|report| {
                let Examination { report_no, line_no, .. } = &report.examination;
                let line = line_no.map(|line| line.to_string()).unwrap_or_default();
                Claim::new("exam_report_no", [report.examiner.to_string().as_str(), report_no.as_str(), line.as_str()])
            })
            .collect()
    }
}

/// Whether the examining organisation signs it.
fn is_of_examiner(event: &Event) -> bool {
    match event {
        Event::Corrected(_) | Event::Delivered(_) | Event::DiseaseReported(_) => true,
        Event::FollowUpRecorded(recorded) => recorded.by == FollowedBy::Examiner,
        _ => false,
    }
}

fn has_file(person: &RecordRef, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(person::has_file(person, facts)?, &PERSON, "/data/person")?;
    ensure(!erasure::is_erased(person, facts)?, &SUBJECT_ERASED, "/data/person")
}

fn is_on_paper(how: SaidBy, about: &About<'_>) -> Result<(), Stop> {
    let shown = about.statement.effective_on.is_some() && !about.statement.attachments.is_empty();
    ensure(how != SaidBy::Paper || shown, &PAPER, "/attachments")
}

fn reported_is_sound(reported: &Reported, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    has_file(&reported.person, facts)?;
    let employer = facts.entry(&institution::reference(reported.institution))?;
    ensure(employer.is_some_and(|entry| entry.state.institution().is_some()), &INSTITUTION, "/data/institution")?;
    let employed = employment::is_of(reported.employment, &reported.person, reported.institution, facts)?;
    ensure(employed, &EMPLOYMENT, "/data/employment")?;
    let examiner = facts.entry(&institution::reference(reported.examiner))?;
    let examines = examiner
        .as_ref()
        .and_then(|entry| entry.state.institution())
        .is_some_and(|examiner| examiner.profile.kinds.contains(&InstitutionKind::HealthExam));
    let open = super::is_open_institution(reported.examiner, facts)?;
    ensure(examines && open, &EXAMINER, "/data/examiner")?;
    let of = earlier_kind(reported, facts)?.filter(|kind| !kind.is_later());
    conclusion_is_sound(reported, of.filter(|_| reported.kind.is_later()).unwrap_or(reported.kind))?;
    examination_is_sound(&examination_of(reported), &reported.conclusions, about.day, "/data")
}

/// The kind of the examination that this one names, which it must fit.
fn earlier_kind(reported: &Reported, facts: &dyn Facts) -> Result<Option<ExamKind>, Stop> {
    let (relation, follows) = match (reported.relation, reported.follows) {
        (None, None) => return Ok(None),
        (Some(relation), Some(follows)) => (relation, follows),
        _ => return Err(Stop::rule(&FOLLOWS, "/data/follows")),
    };
    let entry = facts.entry(&reference(follows))?;
    let earlier = entry.as_ref().and_then(|entry| entry.state.exam_result());
    let earlier = earlier.filter(|earlier| earlier.person.id == reported.person.id && earlier.report().is_some());
    let fits = earlier.is_some_and(|earlier| match relation {
        ExamRelation::Recheck => reported.kind == ExamKind::Recheck,
        ExamRelation::FollowUp => reported.kind == ExamKind::FollowUp,
        ExamRelation::Supplement | ExamRelation::Replacement => reported.kind == earlier.kind,
    });
    ensure(fits, &FOLLOWS, "/data/follows")?;
    Ok(earlier.map(|earlier| earlier.kind))
}

fn conclusion_is_sound(reported: &Reported, kind: ExamKind) -> Result<(), Stop> {
    let conclusions = &reported.conclusions;
    let fit = conclusions.iter().all(|conclusion| kind.may_conclude(*conclusion));
    let distinct = conclusions.iter().enumerate().all(|(at, conclusion)| !conclusions[..at].contains(conclusion));
    let about_work = conclusions.iter().filter(|conclusion| !conclusion.is_flag()).count();
    ensure(fit && distinct && about_work <= 1, &CONCLUSION, "/data/conclusions")?;
    let restricted = conclusions.iter().any(|conclusion| conclusion.is_restricted());
    let said = reported.restrictions.is_some() || reported.advice.is_some();
    let restrictions = if restricted { said } else { reported.restrictions.is_none() };
    ensure(restrictions, &RESTRICTIONS, "/data/restrictions")?;
    let suspected = conclusions.contains(&Conclusion::Suspected);
    let named = reported.disease.is_some();
    let sound = named == reported.disease_catalogue.is_some() && (suspected || !named);
    ensure(sound, &DISEASE, "/data/disease")
}

fn examination_is_sound(
    examination: &Examination,
    conclusions: &[Conclusion],
    today: Date,
    at: &str,
) -> Result<(), Stop> {
    let Examination { exam_on, exam_ended_on, concluded_on, .. } = *examination;
    let ordered = exam_on <= exam_ended_on && exam_ended_on <= concluded_on && concluded_on <= today;
    ensure(ordered, &DATES, &format!("{at}/concluded_on"))?;
    let again = conclusions.contains(&Conclusion::Recheck);
    ensure(again || examination.recheck_due_on.is_none(), &RECHECK, &format!("{at}/recheck_due_on"))?;
    let mut later = examination.recheck_due_on.iter().chain(&examination.follow_up_until);
    ensure(later.all(|day| *day >= concluded_on), &DATES, &format!("{at}/concluded_on"))?;
    let items = &examination.items;
    let distinct = items.iter().enumerate().all(|(index, item)| items[..index].iter().all(|o| o.item != item.item));
    ensure(distinct, &ITEM, &format!("{at}/items"))
}

/// What may follow a report.
fn follows_report(
    exam: &ExamResult,
    report: &Report,
    event: &Event,
    about: &About<'_>,
    facts: &dyn Facts,
) -> Result<(), Stop> {
    let day = about.date();
    let concluded = |on: Date| ensure(on >= report.examination.concluded_on, &ORDER, "/effective_on");
    match event {
        Event::Corrected(corrected) => corrected_is_sound(exam, report, corrected, about, facts),
        Event::Delivered(_) => {
            ensure(report.delivered_on.is_none(), &TRANSITION, "")?;
            concluded(day)
        }
        Event::Informed(informed) => {
            ensure(report.informed_on.is_none(), &TRANSITION, "")?;
            is_on_paper(informed.how, about)?;
            concluded(day)
        }
        Event::RecheckArranged(arranged) => {
            concluded(day)?;
            ensure(arranged.until >= day, &ORDER, "/data/until")
        }
        Event::FollowUpRecorded(recorded) => {
            ensure(recorded.person == exam.person, &PERSON, "/data/person")?;
            concluded(day)?;
            ensure(recorded.next_on.is_none_or(|next| next >= day), &ORDER, "/data/next_on")
        }
        Event::DiseaseReported(_) | Event::DiagnosisArranged(_) | Event::Diagnosed(_) => {
            if let Event::Diagnosed(diagnosed) = event {
                ensure(diagnosed.person == exam.person, &PERSON, "/data/person")?;
            }
            suspicion_goes_on(report, event, day)
        }
        Event::Reported(_) | Event::Declined(_) | Event::DeclineAccepted(_) | Event::DeclineRefused(_) => Ok(()),
    }
}

/// A suspected disease is reported and diagnosed once; it may be reported before the examination is concluded.
fn suspicion_goes_on(report: &Report, event: &Event, day: Date) -> Result<(), Stop> {
    ensure(report.is_suspected(), &SUSPECTED, "")?;
    let first = match event {
        Event::DiseaseReported(_) => report.disease_reported_on.is_none(),
        _ => report.diagnosis.is_none(),
    };
    ensure(first, &TRANSITION, "")?;
    ensure(day >= report.examination.exam_on, &ORDER, "/effective_on")?;
    let Event::Diagnosed(diagnosed) = event else { return Ok(()) };
    let found = diagnosed.outcome == DiagnosisOutcome::Disease;
    let named = (diagnosed.disease.is_some(), diagnosed.disease_catalogue.is_some()) == (found, found);
    ensure(named, &DISEASE, "/data/disease")
}

fn corrected_is_sound(
    exam: &ExamResult,
    report: &Report,
    corrected: &Corrected,
    about: &About<'_>,
    facts: &dyn Facts,
) -> Result<(), Stop> {
    corrects_one_of(about, &["exam_result.reported", "exam_result.corrected"])?;
    ensure(corrected.person == exam.person, &PERSON, "/data/person")?;
    let change = change_of(&corrected.set, &corrected.clear);
    let sealed = [&corrected.findings, &corrected.advice, &corrected.follow_up_plan];
    if sealed.iter().all(|sealed| sealed.is_none()) {
        change_is_sound(&change)?;
    }
    let after = changed(&report.examination, &change);
    let employed = employment::is_of(after.employment, &exam.person, exam.institution, facts)?;
    ensure(employed, &EMPLOYMENT, "/data/set/employment")?;
    examination_is_sound(&after, &report.conclusions, about.day, "/data/set")
}

fn examination_of(reported: &Reported) -> Examination {
    Examination {
        employment: reported.employment,
        report_no: reported.report_no.clone(),
        line_no: reported.line_no,
        batch_no: reported.batch_no.clone(),
        standard: reported.standard,
        exam_on: reported.exam_on,
        exam_ended_on: reported.exam_ended_on,
        concluded_on: reported.concluded_on,
        items: reported.items.clone(),
        recheck_due_on: reported.recheck_due_on,
        follow_up_until: reported.follow_up_until,
    }
}

/// The record as its first event makes it.
fn begun(event: Event, about: &About<'_>) -> ExamResult {
    let sealed = |value: Option<Sealed>, name: &str| value.map(|value| SealedRef::new(value, about, name));
    match event {
        Event::Reported(reported) => {
            let report = Report {
                examiner: reported.examiner,
                examination: examination_of(&reported),
                conclusions: reported.conclusions,
                restrictions: reported.restrictions,
                disease: sealed(reported.disease, "disease"),
                disease_catalogue: reported.disease_catalogue,
                relation: reported.relation,
                follows: reported.follows,
                findings: sealed(reported.findings, "findings"),
                advice: sealed(reported.advice, "advice"),
                follow_up_plan: sealed(reported.follow_up_plan, "follow_up_plan"),
                corrections: 0,
                delivered_on: None,
                informed_on: None,
                informed_how: None,
                recheck_arranged_on: None,
                recheck_until: None,
                follow_ups: Vec::new(),
                disease_reported_on: None,
                diagnosis_arranged_on: None,
                diagnosis: None,
                origins: Origins::new(about.origin()),
            };
            let Reported { person, institution, kind, .. } = reported;
            ExamResult { person, institution, kind, course: Course::Examined(Box::new(report)) }
        }
        Event::Declined(declined) => {
            let refused = Refused {
                employment: declined.employment,
                declined_on: about.date(),
                declined_how: declined.how,
                why: sealed(declined.why, "why"),
                accepted: None,
            };
            let Declined { person, institution, .. } = declined;
            ExamResult { person, institution, kind: ExamKind::Leaving, course: Course::Declined(refused) }
        }
        _ => unreachable!("an examination begins with its report, or with the refusal of it"),
    }
}

impl Report {
    fn follow(&mut self, event: Event, about: &About<'_>) {
        let day = about.date();
        let sealed = |value: Option<Sealed>, name: &str| value.map(|value| SealedRef::new(value, about, name));
        match event {
            Event::Corrected(corrected) => {
                let Self { origins, examination, .. } = self;
                origins.apply(examination, &change_of(&corrected.set, &corrected.clear), about.origin());
                self.findings = sealed(corrected.findings, "findings").or(self.findings.take());
                self.advice = sealed(corrected.advice, "advice").or(self.advice.take());
                self.follow_up_plan = sealed(corrected.follow_up_plan, "follow_up_plan").or(self.follow_up_plan.take());
                self.corrections += 1;
            }
            Event::Delivered(_) => self.delivered_on = Some(day),
            Event::Informed(informed) => {
                self.informed_on = Some(day);
                self.informed_how = Some(informed.how);
            }
            Event::RecheckArranged(arranged) => {
                self.recheck_arranged_on = Some(day);
                self.recheck_until = Some(arranged.until);
            }
            Event::FollowUpRecorded(recorded) => self.follow_ups.push(FollowUp {
                on: day,
                by: recorded.by,
                text: SealedRef::new(recorded.text, about, "text"),
                next_on: recorded.next_on,
            }),
            Event::DiseaseReported(_) => self.disease_reported_on = Some(day),
            Event::DiagnosisArranged(_) => self.diagnosis_arranged_on = Some(day),
            Event::Diagnosed(diagnosed) => {
                self.diagnosis = Some(Diagnosis {
                    on: day,
                    outcome: diagnosed.outcome,
                    disease: diagnosed.disease.map(|disease| SealedRef::new(disease, about, "disease")),
                    disease_catalogue: diagnosed.disease_catalogue,
                    certificate_no: diagnosed.certificate_no,
                });
            }
            Event::DeclineAccepted(_) | Event::DeclineRefused(_) => {}
            Event::Reported(_) | Event::Declined(_) => unreachable!("a record begins once"),
        }
    }
}

//! A training of a worker that is over, whether passed or not: a fact of its own.
//!
//! The city enters what was learnt in its courses, with the number of the completion; what was held elsewhere the
//! protection officer of the employer enters, with its proof attached. Who may act is the facet: `city` or `outside`. A
//! record of training lies in the worker's file from then on, whoever employs him later (放射工作人员职业健康管理办法 Art. 9);
//! what it counts for is computed ([`crate::training`]). That it was entered in his certificate is said there.
//!
//! States: completed → voided.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::erasure::SUBJECT_ERASED;
use super::person::Custodian;
use super::{
    SealedRef, change_is_sound, change_of, changed, corrects_one_of, employment, erasure, institution, not_in_future,
};
use crate::catalog::{EventType, Kind, State};
use crate::field::{Data, FREE, LINE, PARAGRAPH, Sealed, Shape, Subject};
use crate::law::{Citation, RADIATION_WORKERS, product};
use crate::record::{About, Claim, Facts, Origins, Record, Stop, Target, any_member, ensure};
use crate::refusal::{Code, Rule};
use crate::training::{Passed, kind_of_completion};
use crate::training_codes::{
    COMPLETION_NO, TrainingHolder, TrainingKind, TrainingMode, TrainingResult, TrainingTopic, TrainingVoidGround,
};
use crate::{data, events};

/// Days credited, up to 100.
const DAYS: Shape = Shape::Integer(0, 1_000, "0.1 d");
/// Class hours, up to 1000.
const HOURS: Shape = Shape::Integer(0, 10_000, "0.1 h");
/// Marks, up to 1000.
const MARKS: Shape = Shape::Integer(0, 10_000, "0.1");

data! {
    /// What of a training a correction can replace.
    pub struct Training {
        kind: TrainingKind = Shape::Code(&TrainingKind::LIST), "培训类别", "kind";
        organiser: Option<Uuid> = Shape::Id("institution"), "培训机构", "institution that held it";
        organiser_name: Option<CompactString> = LINE, "培训单位名称", "who held it, where that is no institution of this ledger";
        course_no: Option<CompactString> = Shape::Text(1, 40, &FREE), "培训班编号", "number of the course";
        course_name: Option<CompactString> = LINE, "课程名称", "name of the course";
        mode: TrainingMode = Shape::Code(&TrainingMode::LIST), "培训方式", "how it was held";
        topics: Option<Vec<TrainingTopic>> = Shape::List(1, 11, &Shape::Code(&TrainingTopic::LIST)), "培训内容", "what was taught";
        from: Date = Shape::Day, "开始日期", "first day";
        to: Date = Shape::Day, "结束日期", "last day";
        credited_days_tenths: i64 = DAYS, "认定天数（0.1天）", "days credited, in tenths";
        class_hours_tenths: Option<i64> = HOURS, "学时（0.1学时）", "class hours, in tenths";
        result: TrainingResult = Shape::Code(&TrainingResult::LIST), "考核结果", "result";
        examined_on: Option<Date> = Shape::Day, "考核日期", "examined on";
        passed_on: Option<Date> = Shape::Day, "合格日期", "passed on";
        score_tenths: Option<i64> = MARKS, "得分（0.1分）", "score, in tenths";
        full_mark_tenths: Option<i64> = MARKS, "满分（0.1分）", "full mark, in tenths";
        pass_mark_tenths: Option<i64> = MARKS, "合格分（0.1分）", "pass mark, in tenths";
        attempt_no: Option<i64> = Shape::Integer(1, 99, ""), "第几次考核", "which attempt it was";
        completion_no: Option<CompactString> = COMPLETION_NO, "培训合格证编号", "number of the completion";
        other_no: Option<CompactString> = Shape::Text(1, 60, &FREE), "其他证明编号", "number of another proof";
    }

    /// A training is over.
    pub struct Completed {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer";
        held_by: TrainingHolder = Shape::Code(&TrainingHolder::LIST), "培训来源", "who vouches for it";
        kind: TrainingKind = Shape::Code(&TrainingKind::LIST), "培训类别", "kind";
        organiser: Option<Uuid> = Shape::Id("institution"), "培训机构", "institution that held it";
        organiser_name: Option<CompactString> = LINE, "培训单位名称", "who held it, where that is no institution of this ledger";
        course_no: Option<CompactString> = Shape::Text(1, 40, &FREE), "培训班编号", "number of the course";
        course_name: Option<CompactString> = LINE, "课程名称", "name of the course";
        mode: TrainingMode = Shape::Code(&TrainingMode::LIST), "培训方式", "how it was held";
        topics: Option<Vec<TrainingTopic>> = Shape::List(1, 11, &Shape::Code(&TrainingTopic::LIST)), "培训内容", "what was taught";
        from: Date = Shape::Day, "开始日期", "first day";
        to: Date = Shape::Day, "结束日期", "last day";
        credited_days_tenths: i64 = DAYS, "认定天数（0.1天）", "days credited, in tenths";
        class_hours_tenths: Option<i64> = HOURS, "学时（0.1学时）", "class hours, in tenths";
        result: TrainingResult = Shape::Code(&TrainingResult::LIST), "考核结果", "result";
        examined_on: Option<Date> = Shape::Day, "考核日期", "examined on";
        passed_on: Option<Date> = Shape::Day, "合格日期", "passed on";
        score_tenths: Option<i64> = MARKS, "得分（0.1分）", "score, in tenths";
        full_mark_tenths: Option<i64> = MARKS, "满分（0.1分）", "full mark, in tenths";
        pass_mark_tenths: Option<i64> = MARKS, "合格分（0.1分）", "pass mark, in tenths";
        attempt_no: Option<i64> = Shape::Integer(1, 99, ""), "第几次考核", "which attempt it was";
        completion_no: Option<CompactString> = COMPLETION_NO, "培训合格证编号", "number of the completion";
        other_no: Option<CompactString> = Shape::Text(1, 60, &FREE), "其他证明编号", "number of another proof";
        remarks: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "备注", "remarks";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Training as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Training as Data>::FIELDS), "清空", "members without a value";
    }

    /// It does not count.
    pub struct Voided {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        ground: TrainingVoidGround = Shape::Code(&TrainingVoidGround::LIST), "作废原因", "why";
        details: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "情况说明", "what was found";
    }
}

events! {
    /// Events of a record of training.
    pub enum Event {
        Completed(Completed) = "training_record.completed", 1, [Submission], true, Forbidden, Person, "培训考核结果", "training completed";
        Corrected(Corrected) = "training_record.corrected", 1, [Correction], false, Forbidden, Person, "培训考核结果更正", "training record corrected";
        Voided(Voided) = "training_record.voided", 1, [Revocation], false, Required, Person, "培训考核结果作废", "training record voided";
    }
}

/// A record of training.
#[derive(Debug, Clone, Serialize)]
pub struct TrainingRecord {
    /// The worker.
    #[serde(serialize_with = "super::dose_result::id_alone")]
    pub person: RecordRef,
    /// Employer.
    pub institution: Uuid,
    /// Who vouches for it.
    pub held_by: TrainingHolder,
    /// The training, as it counts now.
    #[serde(flatten)]
    pub training: Training,
    /// Number of corrections.
    pub corrections: u32,
    /// Day from which it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_on: Option<Date>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_ground: Option<TrainingVoidGround>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<SealedRef>,
    /// Remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<SealedRef>,
    #[serde(skip)]
    origins: Origins,
}

impl TrainingRecord {
    /// The training as what is computed looks at it; none when it was not passed, or does not count.
    #[must_use]
    pub fn passed(&self) -> Option<Passed> {
        let Training { kind, credited_days_tenths: days_tenths, passed_on, .. } = self.training;
        let counts = self.result() == TrainingResult::Pass;
        passed_on.filter(|_| counts).map(|on| Passed { kind, days_tenths, on })
    }

    /// The result as it counts now.
    #[must_use]
    pub fn result(&self) -> TrainingResult {
        if self.voided_on.is_some() { TrainingResult::Void } else { self.training.result }
    }

    /// The number under which it is known.
    #[must_use]
    pub fn number(&self) -> Option<&CompactString> {
        self.training.completion_no.as_ref().or(self.training.other_no.as_ref())
    }
}

const WORKER: Rule = Rule {
    id: "training_record.worker",
    zh: "没有这名放射工作人员的档案，或其与该单位无用人关系",
    en: "There is no file of this worker, or neither the file nor a post of his is of this institution.",
    citation: product("§6"),
};
const ORGANISER: Rule = Rule {
    id: "training_record.organiser",
    zh: "培训机构须为已登记的机构；未登记的填写培训单位名称，二者只填其一",
    en: "A training is held by an institution of this ledger or by somebody named in text: exactly one of the two.",
    citation: product("§6"),
};
const TOPICS: Rule = Rule {
    id: "training_record.topic_once",
    zh: "培训内容不能重复",
    en: "A topic is named once.",
    citation: product("§6"),
};
const DATES: Rule = Rule {
    id: "training_record.dates",
    zh: "日期先后不符：开始不晚于结束，考核与合格不早于开始，均不能晚于今天",
    en: "The dates are out of order: it begins before it ends, is examined and passed after it began, and none lies ahead.",
    citation: product("§6"),
};
const PASSED: Rule = Rule {
    id: "training_record.passed_on",
    zh: "考核合格的须填合格日期，其他结果不填",
    en: "A training that was passed has the day on which it was passed, any other has none.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第九条" },
};
const SCORE: Rule = Rule {
    id: "training_record.score",
    zh: "得分、满分、合格分与考核结果不符",
    en: "Score, full mark, pass mark and result do not fit together.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第九条" },
};
const NUMBER: Rule = Rule {
    id: "training_record.number",
    zh: "培训合格证编号仅用于市级组织且考核合格的同类培训；与其他证明编号只填其一",
    en: "The number of a completion is that of a passed course of the city of the same kind; there is one number at most.",
    citation: product("§6"),
};
const VOIDED: Rule = Rule {
    id: "training_record.voided",
    zh: "该培训记录已作废",
    en: "This record of training is void.",
    citation: product("§6"),
};
const PERSON: Rule = Rule {
    id: "training_record.person",
    zh: "所填人员与培训记录不符",
    en: "The person named is not the one who was trained.",
    citation: product("§6"),
};

/// Index key of the trainings of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/training").into()
}

/// Reference to a record of training.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::TrainingRecord.as_str().into(), id }
}

impl Record for TrainingRecord {
    const KIND: Kind = Kind::TrainingRecord;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Completed(completed), _) => completed.institution,
            (_, Some(record)) => record.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let held_by = match (event, state) {
            (Event::Completed(completed), _) => Some(completed.held_by),
            (_, state) => state.map(|record| record.held_by),
        };
        Ok(held_by.map(|held_by| if held_by == TrainingHolder::City { "city".into() } else { "outside".into() }))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        match (event, state) {
            (Event::Completed(completed), _) => {
                ensure(is_of(&completed.person, completed.institution, facts)?, &WORKER, "/data/person")?;
                ensure(!erasure::is_erased(&completed.person, facts)?, &SUBJECT_ERASED, "/data/person")?;
                is_sound(&training_of(completed), completed.held_by, "/data", about.day, facts)
            }
            (Event::Corrected(corrected), Some(record)) => {
                corrects_one_of(about, &["training_record.completed", "training_record.corrected"])?;
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                is_sound(&changed(&record.training, &change), record.held_by, "/data/set", about.day, facts)
            }
            (Event::Voided(voided), Some(record)) => {
                ensure(record.voided_on.is_none(), &VOIDED, "")?;
                ensure(voided.person == record.person, &PERSON, "/data/person")
            }
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (state, event) {
            (None, Event::Completed(completed)) => Self {
                training: training_of(&completed),
                person: completed.person,
                institution: completed.institution,
                held_by: completed.held_by,
                corrections: 0,
                voided_on: None,
                void_ground: None,
                details: None,
                remarks: completed.remarks.map(|remarks| SealedRef::new(remarks, about, "remarks")),
                origins: Origins::new(about.origin()),
            },
            (Some(mut record), Event::Corrected(corrected)) => {
                let Self { origins, training, corrections, .. } = &mut record;
                origins.apply(training, &change_of(&corrected.set, &corrected.clear), about.origin());
                *corrections += 1;
                record
            }
            (Some(record), Event::Voided(voided)) => Self {
                voided_on: Some(about.date()),
                void_ground: Some(voided.ground),
                details: voided.details.map(|details| SealedRef::new(details, about, "details")),
                ..record
            },
            _ => unreachable!("a training is completed once, and corrected or voided after that"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Completed(completed) => Some(institution::reference(completed.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Completed(completed) => vec![person_key(completed.person.id)],
            _ => Vec::new(),
        }
    }

    /// The number of a completion is given once, also when it is void; a proof from elsewhere is entered once for a worker.
    fn claims(&self, _: Uuid) -> Vec<Claim> {
        if self.void_ground == Some(TrainingVoidGround::Mistaken) {
            return Vec::new();
        }
        let person = self.person.id.to_string();
        let completion =
            self.training.completion_no.iter().map(|number| Claim::new("completion_no", [number.as_str()]));
        let other = self.training.other_no.iter();
        completion.chain(other.map(|number| Claim::new("training_proof", [person.as_str(), number.as_str()]))).collect()
    }
}

fn training_of(completed: &Completed) -> Training {
    Training {
        kind: completed.kind,
        organiser: completed.organiser,
        organiser_name: completed.organiser_name.clone(),
        course_no: completed.course_no.clone(),
        course_name: completed.course_name.clone(),
        mode: completed.mode,
        topics: completed.topics.clone(),
        from: completed.from,
        to: completed.to,
        credited_days_tenths: completed.credited_days_tenths,
        class_hours_tenths: completed.class_hours_tenths,
        result: completed.result,
        examined_on: completed.examined_on,
        passed_on: completed.passed_on,
        score_tenths: completed.score_tenths,
        full_mark_tenths: completed.full_mark_tenths,
        pass_mark_tenths: completed.pass_mark_tenths,
        attempt_no: completed.attempt_no,
        completion_no: completed.completion_no.clone(),
        other_no: completed.other_no.clone(),
    }
}

/// Whether the worker is or was of the institution: it holds his file, or he has or had a post there.
fn is_of(worker: &RecordRef, institution: Uuid, facts: &dyn Facts) -> Result<bool, Stop> {
    let entry = facts.entry(worker)?;
    let Some(file) = entry.as_ref().and_then(|entry| entry.state.person()) else { return Ok(false) };
    if file.custodian() == Custodian::Institution(institution) {
        return Ok(true);
    }
    let of_post = |state: &State| state.employment().is_some_and(|post| post.institution == institution);
    Ok(any_member(facts, &employment::person_key(worker.id), of_post)?)
}

fn is_sound(training: &Training, held_by: TrainingHolder, at: &str, day: Date, facts: &dyn Facts) -> Result<(), Stop> {
    says_what_fits(training, held_by, at, day)?;
    let Some(organiser) = training.organiser else { return Ok(()) };
    let known = facts.entry(&institution::reference(organiser))?;
    let known = known.is_some_and(|entry| entry.state.institution().is_some());
    ensure(known, &ORGANISER, &format!("{at}/organiser"))
}

fn says_what_fits(training: &Training, held_by: TrainingHolder, at: &str, day: Date) -> Result<(), Stop> {
    let place = |name: &str| format!("{at}/{name}");
    ensure(training.organiser.is_some() != training.organiser_name.is_some(), &ORGANISER, &place("organiser"))?;
    let topics = training.topics.as_deref().unwrap_or_default();
    for (index, topic) in topics.iter().enumerate() {
        ensure(!topics[..index].contains(topic), &TOPICS, &place(&format!("topics/{index}")))?;
    }
    ensure(training.from <= training.to && training.to <= day, &DATES, &place("to"))?;
    let within = |date: Option<Date>| date.is_none_or(|date| training.from <= date && date <= day);
    ensure(within(training.examined_on), &DATES, &place("examined_on"))?;
    let passed_later = training.passed_on.is_none_or(|passed| training.examined_on.is_none_or(|on| on <= passed));
    ensure(within(training.passed_on) && passed_later, &DATES, &place("passed_on"))?;
    let passed = training.result == TrainingResult::Pass;
    ensure(training.passed_on.is_some() == passed, &PASSED, &place("passed_on"))?;
    ensure(score_fits(training), &SCORE, &place("score_tenths"))?;
    ensure(training.completion_no.is_none() || training.other_no.is_none(), &NUMBER, &place("other_no"))?;
    let number_fits = training.completion_no.as_ref().is_none_or(|number| {
        held_by == TrainingHolder::City && passed && kind_of_completion(number) == Some(training.kind)
    });
    ensure(number_fits, &NUMBER, &place("completion_no"))
}

/// A score does not exceed the full mark, and reaches the pass mark exactly when the training was passed.
fn score_fits(training: &Training) -> bool {
    let Training { result, score_tenths: score, full_mark_tenths: full, pass_mark_tenths: pass, .. } = *training;
    let at_most = |value: Option<i64>, most: Option<i64>| value.zip(most).is_none_or(|(value, most)| value <= most);
    let reached = score.zip(pass).map(|(score, pass)| score >= pass);
    let fits = match result {
        TrainingResult::Pass => reached != Some(false),
        TrainingResult::Fail => reached != Some(true),
        TrainingResult::Absent => score.is_none(),
        TrainingResult::Void => true,
    };
    fits && at_most(score, full) && at_most(pass, full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn course() -> Training {
        Training {
            kind: TrainingKind::Pre,
            organiser: None,
            organiser_name: Some("宜宾市卫生健康委员会".into()),
            course_no: None,
            course_name: None,
            mode: TrainingMode::Mixed,
            topics: Some(vec![TrainingTopic::Law, TrainingTopic::Diagnostic]),
            from: day("2026-03-02"),
            to: day("2026-03-05"),
            credited_days_tenths: 40,
            class_hours_tenths: Some(320),
            result: TrainingResult::Pass,
            examined_on: Some(day("2026-03-05")),
            passed_on: Some(day("2026-03-05")),
            score_tenths: Some(600),
            full_mark_tenths: Some(1_000),
            pass_mark_tenths: Some(600),
            attempt_no: Some(1),
            completion_no: Some("YBFH-PRE-2026-000123-6".into()),
            other_no: None,
        }
    }

    fn judged(training: &Training, held_by: TrainingHolder) -> Option<(&'static str, String)> {
        match says_what_fits(training, held_by, "/data", day("2026-03-10")) {
            Err(Stop::Refuse(refusal)) => refusal.rule.map(|rule| (rule.id, refusal.pointer)),
            _ => None,
        }
    }

    #[test]
    fn what_a_training_may_not_say() {
        let city = |training: Training| judged(&training, TrainingHolder::City).map(|(rule, _)| rule);
        assert_eq!(city(course()), None);
        assert_eq!(city(Training { organiser_name: None, ..course() }), Some("training_record.organiser"));
        let twice = Some(vec![TrainingTopic::Law, TrainingTopic::Law]);
        let at = judged(&Training { topics: twice, ..course() }, TrainingHolder::City);
        assert_eq!(at, Some(("training_record.topic_once", "/data/topics/1".into())));
        assert_eq!(city(Training { to: day("2026-03-11"), ..course() }), Some("training_record.dates"));
        assert_eq!(city(Training { from: day("2026-03-06"), ..course() }), Some("training_record.dates"));
        let examined_later = Training { examined_on: Some(day("2026-03-06")), ..course() };
        assert_eq!(city(examined_later), Some("training_record.dates"), "passed before it was examined");
        assert_eq!(city(Training { passed_on: None, ..course() }), Some("training_record.passed_on"));
        assert_eq!(city(Training { other_no: Some("A-1".into()), ..course() }), Some("training_record.number"));
        assert_eq!(city(Training { kind: TrainingKind::Refresher, ..course() }), Some("training_record.number"));
        let outside = judged(&course(), TrainingHolder::Outside).map(|(rule, _)| rule);
        assert_eq!(outside, Some("training_record.number"), "the number is one of the city");
    }

    #[test]
    fn the_score_tells_what_the_result_tells() {
        let with = |result, score, pass| {
            score_fits(&Training { result, score_tenths: score, pass_mark_tenths: pass, ..course() })
        };
        assert!(with(TrainingResult::Pass, Some(600), Some(600)), "W-TRN-03 T2: the pass mark is passed");
        assert!(!with(TrainingResult::Pass, Some(599), Some(600)));
        assert!(with(TrainingResult::Fail, Some(550), Some(600)) && !with(TrainingResult::Fail, Some(600), Some(600)));
        assert!(with(TrainingResult::Pass, Some(550), None), "a pass mark that nobody knows");
        assert!(with(TrainingResult::Void, Some(900), Some(600)));
        assert!(!with(TrainingResult::Absent, Some(0), None) && with(TrainingResult::Absent, None, Some(600)));
        assert!(!with(TrainingResult::Pass, Some(1_001), None) && !with(TrainingResult::Void, None, Some(1_001)));
    }
}

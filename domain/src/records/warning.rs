//! A warning: what a rule found about a subject, and what became of it.
//!
//! The desk raises it, lets its grade rise and says that its condition is gone, each time by a system event that anyone can
//! compute again ([`crate::rules`]). People take note of it, put it right, send that back, close what was red, waive, suspend
//! and dispute it. A grade falls only when a county officer says so on corrected data; what was red ends only with an
//! officer's signature (rules.md §3). Its id follows from the rule, the subject and the occurrence, so nothing is warned
//! of twice.
//!
//! States: open → acknowledged → rectifying → submitted → returned → …; any of them → disputed | suspended | waived, and
//! back; the condition gone: cleared, or, once red, pending close → closed.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Date, Hash, LedgerId, lp};
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{SealedRef, institution};
use crate::catalog::{EventType, Kind};
use crate::field::{Form, PARAGRAPH, Sealed, Shape, Subject};
use crate::law::{Citation, PERSONAL_INFORMATION, product};
use crate::record::{About, Facts, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::rules::{self, WarningRule};
use crate::warning_codes::{
    DisputeGround, DisputeRuling, PauseGround, WaiverGround, WarningGrade, WarningParty, WarningState,
};
use crate::{data, events};

/// Kinds of records that a warning can be about.
const SUBJECTS: &[&str] = &[
    "account",
    "certificate",
    "credential",
    "device",
    "device_test",
    "dose_report",
    "dose_result",
    "dosimeter",
    "employment",
    "exam_result",
    "institution",
    "investigation",
    "ledger",
    "licence",
    "monitoring_contract",
    "person",
    "training_record",
    "transfer",
];
/// Number of a rule as it is written in `rules.md`.
pub(super) const RULE_ID: Shape = Shape::Text(
    8,
    16,
    &Form {
        name: "warning_rule",
        pattern: "^W-[A-Z]{2,6}-[0-9]{2}$",
        check: |text| {
            let mut parts = text.split('-');
            let upper = |part: &str| (2..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase());
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            parts.next() == Some("W")
                && parts.next().is_some_and(upper)
                && parts.next().is_some_and(digits)
                && parts.next().is_none()
        },
    },
);
const OCCURRENCE: Shape = Shape::Text(
    1,
    100,
    &Form {
        name: "occurrence",
        pattern: "^[A-Za-z0-9][A-Za-z0-9_./-]{0,99}$",
        check: |text| {
            text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-'))
        },
    },
);
const NAME: Shape = Shape::Text(
    1,
    32,
    &Form {
        name: "figure",
        pattern: "^[a-z][a-z0-9_]{0,31}$",
        check: |text| {
            text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        },
    },
);
const FIGURES: Shape = Shape::List(1, 8, &Shape::Object(<Figure as crate::field::Data>::FIELDS));
const GRADE: Shape = Shape::Code(&WarningGrade::LIST);
const WRITTEN: Shape = Shape::Sealed(&PARAGRAPH, Subject::Record);
/// Longest time for which a warning is waived.
const WAIVED_DAYS: i64 = 366;

data! {
    /// A number that was computed.
    pub struct Figure {
        name: CompactString = NAME, "名称（含单位后缀）", "name, its unit as the suffix";
        value: i64 = Shape::Integer(-9_007_199_254_740_991, 9_007_199_254_740_991, ""), "数值", "value";
    }

    /// What a rule found.
    pub struct Raised {
        rule: CompactString = RULE_ID, "预警规则", "rule";
        rule_version: i64 = Shape::Integer(1, 32_767, ""), "规则版本", "version of the rule";
        subject: RecordRef = Shape::RecordRef(SUBJECTS), "预警对象", "what it is about";
        occurrence: CompactString = OCCURRENCE, "发生项", "what tells it from others of this rule and subject";
        grade: WarningGrade = GRADE, "级别", "grade";
        since: Date = Shape::Day, "该级别起始日", "first day of this grade";
        due_on: Option<Date> = Shape::Day, "到期日", "due on";
        institution: Option<Uuid> = Shape::Id("institution"), "责任单位", "institution whose duty it is and stays";
        person: Option<Uuid> = Shape::Id("person"), "放射工作人员", "the worker whom it concerns";
        figures: Option<Vec<Figure>> = FIGURES, "计算值", "what was computed";
    }

    /// Another grade.
    pub struct Graded {
        grade: WarningGrade = GRADE, "级别", "grade";
        since: Date = Shape::Day, "该级别起始日", "first day of this grade";
        figures: Option<Vec<Figure>> = FIGURES, "计算值", "what was computed";
    }

    /// Somebody takes note.
    pub struct Acknowledged {
        by: WarningParty = Shape::Code(&WarningParty::LIST), "签收方", "in which capacity";
        remarks: Option<Sealed> = WRITTEN, "说明", "remarks";
    }

    /// It is being put right.
    pub struct RectificationStarted {
        until: Option<Date> = Shape::Day, "计划完成日期", "planned to be done by";
        plan: Option<Sealed> = WRITTEN, "整改计划", "plan";
    }

    /// It was put right.
    pub struct RectificationSubmitted {
        measures: Sealed = WRITTEN, "整改情况", "what was done";
    }

    /// Closed.
    pub struct Closed {
        remarks: Option<Sealed> = WRITTEN, "核销意见", "remarks";
    }

    /// Waived for a time.
    pub struct Waived {
        ground: WaiverGround = Shape::Code(&WaiverGround::LIST), "豁免理由", "ground";
        until: Date = Shape::Day, "豁免截止日", "last day on which it is waived";
        remarks: Option<Sealed> = WRITTEN, "说明", "remarks";
    }

    /// The clock stands.
    pub struct Suspended {
        ground: PauseGround = Shape::Code(&PauseGround::LIST), "中止理由", "ground";
        remarks: Option<Sealed> = WRITTEN, "说明", "remarks";
    }

    /// Disputed.
    pub struct Disputed {
        ground: DisputeGround = Shape::Code(&DisputeGround::LIST), "异议理由", "ground";
        statement: Option<Sealed> = WRITTEN, "异议说明", "statement";
    }

    /// The dispute is decided.
    pub struct Ruled {
        ruling: DisputeRuling = Shape::Code(&DisputeRuling::LIST), "处理结论", "ruling";
        remarks: Option<Sealed> = WRITTEN, "说明", "remarks";
    }

    /// A lower grade, on corrected data.
    pub struct Regraded {
        grade: WarningGrade = GRADE, "级别", "grade";
    }

    /// The receiving institution takes it over with the file.
    pub struct Accepted {
        institution: Uuid = Shape::Id("institution"), "承接单位", "institution that takes it over";
    }
}

events! {
    /// Events of a warning.
    pub enum Event {
        Raised(Raised) = "warning.raised", 1, [System], true, Forbidden, Service, "预警产生", "warning raised";
        Escalated(Graded) = "warning.escalated", 1, [System], false, Forbidden, Service, "预警升级", "warning escalated";
        ConditionEnded(Nothing) = "warning.condition_ended", 1, [System], false, Forbidden, Service, "预警条件消除", "condition ended";
        Cleared(Nothing) = "warning.cleared", 1, [System], false, Forbidden, Service, "预警自动解除", "warning cleared";
        Reopened(Graded) = "warning.reopened", 1, [System], false, Forbidden, Service, "预警重新产生", "warning reopened";
        WaiverEnded(Nothing) = "warning.waiver_ended", 1, [System], false, Forbidden, Service, "豁免到期", "waiver ended";
        PassedToCity(Nothing) = "warning.passed_to_city", 1, [System], false, Forbidden, Service, "逾期未签收报市级", "passed to the city";
        Moved(Nothing) = "warning.moved", 1, [System], false, Forbidden, Service, "预警随档案转移", "warning moved with the file";
        Acknowledged(Acknowledged) = "warning.acknowledged", 1, [Acknowledgement], false, Forbidden, Person, "签收", "warning acknowledged";
        RectificationStarted(RectificationStarted) = "warning.rectification_started", 1, [Declaration], false, Forbidden, Person, "开始整改", "rectification started";
        RectificationSubmitted(RectificationSubmitted) = "warning.rectification_submitted", 1, [Submission], false, Forbidden, Person, "提交整改", "rectification submitted";
        RectificationReturned(Nothing) = "warning.rectification_returned", 1, [Return], false, Forbidden, Person, "退回整改", "rectification returned";
        Closed(Closed) = "warning.closed", 1, [Approval], false, Forbidden, Person, "核销", "warning closed";
        ClosingRevoked(Nothing) = "warning.closing_revoked", 1, [Revocation], false, Forbidden, Person, "撤销核销", "closing revoked";
        Waived(Waived) = "warning.waived", 1, [Approval], false, Forbidden, Person, "豁免", "warning waived";
        WaiverRevoked(Nothing) = "warning.waiver_revoked", 1, [Revocation], false, Forbidden, Person, "撤销豁免", "waiver revoked";
        Suspended(Suspended) = "warning.suspended", 1, [Declaration], false, Forbidden, Person, "中止", "warning suspended";
        Resumed(Nothing) = "warning.resumed", 1, [Declaration], false, Forbidden, Person, "恢复", "warning resumed";
        Disputed(Disputed) = "warning.disputed", 1, [Declaration], false, Forbidden, Person, "提出异议", "warning disputed";
        Ruled(Ruled) = "warning.ruled", 1, [Examination], false, Forbidden, Person, "异议处理", "dispute decided";
        Regraded(Regraded) = "warning.regraded", 1, [Approval], false, Forbidden, Person, "降级", "warning regraded";
        Accepted(Accepted) = "warning.accepted", 1, [Acknowledgement], false, Forbidden, Person, "承接", "warning taken over";
    }
}

/// A warning.
#[derive(Debug, Clone, Serialize)]
pub struct Warning {
    /// The worker whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// The rule.
    pub rule: CompactString,
    /// Version of the rule that raised it.
    pub rule_version: i64,
    /// What it is about.
    pub subject: RecordRef,
    /// What tells it from others of this rule and subject.
    pub occurrence: CompactString,
    /// Grade.
    pub grade: WarningGrade,
    /// First day of this grade.
    pub since: Date,
    /// Due on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// Institution whose duty it is and stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<Uuid>,
    /// What was computed when it got this grade.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Where it stands.
    pub state: WarningState,
    /// Day on which it was raised.
    pub raised_on: Date,
    /// Day from which it stands so.
    pub state_since: Date,
    /// Day on which it became red.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub red_since: Option<Date>,
    /// Day on which whoever is responsible took note of its grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_on: Option<Date>,
    /// Day on which the worker took note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_informed_on: Option<Date>,
    /// Planned to be put right by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<Date>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<SealedRef>,
    /// How often the rectification was sent back.
    pub returns: u32,
    /// Last day on which it is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Date>,
    /// Whether it went to the city because nobody took note of it.
    pub with_city: bool,
    /// Institution that took it over with the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<Uuid>,
}

const STATE: Rule = Rule {
    id: "warning.state",
    zh: "预警当前状态不允许此操作",
    en: "This cannot follow from the state of the warning.",
    citation: product("§8"),
};
const NOT_WAIVABLE: Rule = Rule {
    id: "warning.not_waivable",
    zh: "剂量限值、年龄、无证类预警不得豁免",
    en: "A warning of a limit, an age or work without a licence is never waived.",
    citation: product("§8"),
};
const WAIVED_TOO_LONG: Rule = Rule {
    id: "warning.waived_until",
    zh: "豁免截止日须在今天之后、一年之内",
    en: "A warning is waived until a later day, at most a year.",
    citation: product("§8"),
};
const CONDITION_HOLDS: Rule = Rule {
    id: "warning.condition_holds",
    zh: "预警条件仍然成立：请退回整改，待条件消除后核销",
    en: "Its condition still holds: return the rectification, and close the warning when it is gone.",
    citation: product("§8"),
};
const NOT_LOWER: Rule = Rule {
    id: "warning.grade_not_lower",
    zh: "按现有数据计算的级别不是所填级别，或不低于当前级别",
    en: "The data as it stands does not give this grade, or it is not lower than the present one.",
    citation: product("§8"),
};
const NOT_CUSTODIAN: Rule = Rule {
    id: "warning.not_custodian",
    zh: "只有现管理该档案的单位承接其预警",
    en: "Only the institution that holds the file now takes over its warnings.",
    citation: product("§8"),
};
const HUMAN: Rule = Rule {
    id: "warning.of_worker",
    zh: "该预警不涉及放射工作人员本人",
    en: "This warning concerns no worker.",
    citation: Citation { instrument: &PERSONAL_INFORMATION, clause: "第四十五条" },
};

/// Reference to a warning.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Warning.as_str().into(), id }
}

/// Index key of the warnings of a rule about a subject.
#[must_use]
pub fn warnings_key(rule: &str, subject: &RecordRef) -> CompactString {
    format!("warnings/{rule}/{}", subject.id).into()
}

/// The id of the warning of a rule about an occurrence of a subject (`docs/wire-format.md` §2): of version 8.
#[must_use]
pub fn id_of(ledger: LedgerId, rule: &str, subject: &RecordRef, occurrence: &str) -> Uuid {
    let mut bytes = b"radledger-id-v1\0".to_vec();
    lp(&mut bytes, &ledger.0);
    lp(&mut bytes, rule.as_bytes());
    lp(&mut bytes, subject.kind.as_bytes());
    lp(&mut bytes, subject.id.as_bytes());
    lp(&mut bytes, occurrence.as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&Hash::of(&bytes).0[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

/// Whether the desk says events of this type.
#[must_use]
pub fn is_of_desk(event_type: &str) -> bool {
    Event::TYPES
        .iter()
        .any(|known| known.name == event_type && matches!(known.signed_by, crate::catalog::SignedBy::Service))
}

/// What somebody does with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Whoever is responsible takes note.
    Acknowledge,
    /// It is being put right.
    Start,
    /// It was put right.
    Submit,
    /// That does not suffice.
    Return,
    /// An officer closes it.
    Close,
    /// The closing was wrong.
    RevokeClosing,
    /// It is waived for a time.
    Waive,
    /// No longer.
    RevokeWaiver,
    /// Its clock stands.
    Suspend,
    /// Its clock goes on.
    Resume,
    /// Somebody says that it is wrong.
    Dispute,
    /// That is decided.
    Rule,
    /// Its grade is lowered.
    Regrade,
    /// Another institution takes it over.
    Accept,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Acknowledge,
        Self::Start,
        Self::Submit,
        Self::Return,
        Self::Close,
        Self::RevokeClosing,
        Self::Waive,
        Self::RevokeWaiver,
        Self::Suspend,
        Self::Resume,
        Self::Dispute,
        Self::Rule,
        Self::Regrade,
        Self::Accept,
    ];
}

/// Whether a warning that stands so is nobody's business any more.
#[must_use]
pub fn is_over(state: WarningState) -> bool {
    matches!(state, WarningState::Cleared | WarningState::Closed)
}

/// Where an act leads; none where it cannot follow. `again` is where a warning stands that goes on as before: acknowledged,
/// or open.
#[must_use]
pub fn after(state: WarningState, act: Act, again: WarningState) -> Option<WarningState> {
    use WarningState as S;
    let at_work = matches!(state, S::Open | S::Acknowledged | S::Rectifying | S::Returned);
    let over = is_over(state);
    match act {
        Act::Acknowledge => (state == S::Open).then_some(S::Acknowledged),
        Act::Start => matches!(state, S::Open | S::Acknowledged | S::Returned).then_some(S::Rectifying),
        Act::Submit if state == S::PendingClose => Some(S::PendingClose),
        Act::Submit => at_work.then_some(S::Submitted),
        Act::Return => (state == S::Submitted).then_some(S::Returned),
        Act::Close => matches!(state, S::PendingClose | S::Submitted).then_some(S::Closed),
        Act::RevokeClosing => (state == S::Closed).then_some(again),
        Act::Waive => at_work.then_some(S::Waived),
        Act::RevokeWaiver => (state == S::Waived).then_some(again),
        Act::Suspend => at_work.then_some(S::Suspended),
        Act::Resume => (state == S::Suspended).then_some(again),
        Act::Dispute => at_work.then_some(S::Disputed),
        Act::Rule => (state == S::Disputed).then_some(again),
        Act::Regrade | Act::Accept => (!over && state != S::PendingClose).then_some(state),
    }
}

impl Event {
    /// What the person who signs it does; none for what the desk says, and for a worker who takes note.
    fn act(&self) -> Option<Act> {
        match self {
            Self::Acknowledged(data) => (data.by != WarningParty::Worker).then_some(Act::Acknowledge),
            Self::RectificationStarted(_) => Some(Act::Start),
            Self::RectificationSubmitted(_) => Some(Act::Submit),
            Self::RectificationReturned(_) => Some(Act::Return),
            Self::Closed(_) => Some(Act::Close),
            Self::ClosingRevoked(_) => Some(Act::RevokeClosing),
            Self::Waived(_) => Some(Act::Waive),
            Self::WaiverRevoked(_) => Some(Act::RevokeWaiver),
            Self::Suspended(_) => Some(Act::Suspend),
            Self::Resumed(_) => Some(Act::Resume),
            Self::Disputed(_) => Some(Act::Dispute),
            Self::Ruled(_) => Some(Act::Rule),
            Self::Regraded(_) => Some(Act::Regrade),
            Self::Accepted(_) => Some(Act::Accept),
            Self::Raised(_)
            | Self::Escalated(_)
            | Self::ConditionEnded(_)
            | Self::Cleared(_)
            | Self::Reopened(_)
            | Self::WaiverEnded(_)
            | Self::PassedToCity(_)
            | Self::Moved(_) => None,
        }
    }
}

impl Warning {
    /// The rule that raised it.
    #[must_use]
    pub fn law(&self) -> Option<&'static WarningRule> {
        rules::rule(&self.rule)
    }

    /// Whether it is nobody's business any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        is_over(self.state)
    }

    /// Whether it waits to go to the city when nobody takes note of it.
    #[must_use]
    pub fn goes_to_city(&self) -> bool {
        self.grade == WarningGrade::Red && !self.with_city
    }

    /// Where it stands when it goes on as before.
    fn again(&self) -> WarningState {
        if self.acknowledged_on.is_some() { WarningState::Acknowledged } else { WarningState::Open }
    }

    /// Where it lies: with the institution whose duty it is, or where its subject lies.
    #[must_use]
    pub fn place(&self) -> RecordRef {
        self.institution.map_or_else(|| self.subject.clone(), institution::reference)
    }

    fn rises(&mut self, graded: Graded, day: Date) {
        if graded.grade == WarningGrade::Red && (self.grade != WarningGrade::Red || self.red_since.is_none()) {
            self.red_since = Some(day);
        }
        self.grade = graded.grade;
        self.since = graded.since;
        self.figures = graded.figures.unwrap_or_default();
        // Whoever took note did so of the grade of before.
        self.acknowledged_on = None;
    }

    fn stands(&mut self, state: WarningState, day: Date) {
        self.state = state;
        self.state_since = day;
    }
}

impl Record for Warning {
    const KIND: Kind = Kind::Warning;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, _: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let Some(warning) = state else { return Err(Stop::code(Code::BadReference, "/record")) };
        let place = warning.place();
        let Some(entry) = facts.entry(&place)? else { return Err(Stop::code(Code::BadReference, "/record")) };
        let (org, area) = crate::admission::home(&place, &entry, facts)?;
        let person = warning.person.map(super::person::reference);
        let person = person.map(|person| facts.entry(&person)).transpose()?.flatten();
        let account = person.as_ref().and_then(|entry| entry.state.person()).and_then(|person| person.account);
        Ok(Target { org, area, account })
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        Ok(match event {
            Event::Acknowledged(data) => Some(data.by.as_str().into()),
            Event::Closed(_) | Event::ClosingRevoked(_) => {
                state.and_then(Self::law).map(|rule| rule.closer.as_str().into())
            }
            _ => None,
        })
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let Some(warning) = state else {
            // What the desk says is compared with what the rules demand before it comes here.
            let raised = matches!(event, Event::Raised(_));
            return if raised { Ok(()) } else { Err(Stop::code(Code::BadReference, "/record")) };
        };
        if let Some(act) = event.act() {
            ensure(after(warning.state, act, warning.again()).is_some(), &STATE, "")?;
        }
        match event {
            Event::Acknowledged(Acknowledged { by: WarningParty::Worker, .. }) => {
                ensure(!warning.is_over(), &STATE, "")?;
                ensure(warning.person.is_some(), &HUMAN, "/data/by")
            }
            Event::Closed(_) => {
                let lasting = warning.law().is_some_and(|rule| rule.lasting);
                ensure(warning.state == WarningState::PendingClose || lasting, &CONDITION_HOLDS, "")
            }
            Event::Waived(waived) => {
                ensure(warning.law().is_some_and(|rule| rule.waivable), &NOT_WAIVABLE, "")?;
                let days = waived.until.days() - about.day.days();
                ensure((1..=WAIVED_DAYS).contains(&days), &WAIVED_TOO_LONG, "/data/until")
            }
            Event::Regraded(regraded) => {
                let found = rules::grade_on(warning, about.day, facts)?;
                let lower = regraded.grade < warning.grade && found == Some(regraded.grade);
                ensure(lower, &NOT_LOWER, "/data/grade")
            }
            Event::Accepted(accepted) => {
                let target = Self::target(state, event, about, facts)?;
                ensure(target.org == Some(accepted.institution), &NOT_CUSTODIAN, "/data/institution")
            }
            _ => Ok(()),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let day = about.day;
        match (state, event) {
            (None, Event::Raised(raised)) => Self {
                person: raised.person,
                rule: raised.rule,
                rule_version: raised.rule_version,
                subject: raised.subject,
                occurrence: raised.occurrence,
                grade: raised.grade,
                since: raised.since,
                due_on: raised.due_on,
                institution: raised.institution,
                figures: raised.figures.unwrap_or_default(),
                state: WarningState::Open,
                raised_on: day,
                state_since: day,
                red_since: (raised.grade == WarningGrade::Red).then_some(day),
                acknowledged_on: None,
                worker_informed_on: None,
                planned_by: None,
                measures: None,
                returns: 0,
                waived_until: None,
                with_city: false,
                accepted_by: None,
            },
            (None, _) => unreachable!("a warning begins with warning.raised"),
            (Some(mut warning), event) => {
                // A unit is judged to its end: an act that cannot follow leaves the warning where it stands.
                if let Some(next) = event.act().and_then(|act| after(warning.state, act, warning.again())) {
                    warning.stands(next, day);
                }
                warning.hears(event, about);
                warning
            }
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(self.place())
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Raised(raised) => {
                Some(raised.institution.map_or_else(|| raised.subject.clone(), institution::reference))
            }
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Raised(raised) => vec![warnings_key(&raised.rule, &raised.subject)],
            _ => Vec::new(),
        }
    }
}

impl Warning {
    /// What an event changes beyond where the warning stands.
    fn hears(&mut self, event: Event, about: &About<'_>) {
        let day = about.day;
        let sealed = |sealed, name| SealedRef::new(sealed, about, name);
        match event {
            Event::Escalated(graded) => {
                self.rises(graded, day);
                if self.state == WarningState::Acknowledged {
                    self.stands(WarningState::Open, day);
                }
            }
            Event::Reopened(graded) => {
                self.rises(graded, day);
                self.with_city = false;
                self.stands(WarningState::Open, day);
            }
            Event::ConditionEnded(_) => self.stands(WarningState::PendingClose, day),
            Event::Cleared(_) => self.stands(WarningState::Cleared, day),
            Event::WaiverEnded(_) => {
                let again = self.again();
                self.stands(again, day);
                self.waived_until = None;
            }
            Event::WaiverRevoked(_) => self.waived_until = None,
            Event::PassedToCity(_) => self.with_city = true,
            Event::Acknowledged(data) if data.by == WarningParty::Worker => self.worker_informed_on = Some(day),
            Event::Acknowledged(_) => self.acknowledged_on = Some(day),
            Event::RectificationStarted(data) => {
                self.acknowledged_on.get_or_insert(day);
                self.planned_by = data.until;
            }
            Event::RectificationSubmitted(data) => {
                self.acknowledged_on.get_or_insert(day);
                self.measures = Some(sealed(data.measures, "measures"));
            }
            Event::RectificationReturned(_) => self.returns += 1,
            Event::Waived(data) => self.waived_until = Some(data.until),
            Event::Ruled(data) => {
                if data.ruling == DisputeRuling::Unfounded {
                    self.stands(WarningState::Closed, day);
                }
            }
            Event::Regraded(data) => {
                self.grade = data.grade;
                self.since = day;
                self.red_since = None;
            }
            Event::Accepted(data) => self.accepted_by = Some(data.institution),
            // Where it lies follows from who holds the file.
            Event::Moved(_) => {}
            Event::Raised(_)
            | Event::Closed(_)
            | Event::ClosingRevoked(_)
            | Event::Suspended(_)
            | Event::Resumed(_)
            | Event::Disputed(_) => {}
        }
    }
}

//! A test of a device: one test of one device or of the place where it stands, a fact of its own.
//!
//! The authorised signatory of a technical-service organisation reports acceptance, status and workplace tests (放射诊疗管理
//! 规定 Art. 20 and 21; WS 76-2020 and the standards beside it); the institution itself records what it checks between
//! them. A report is a fact as it was signed: one outside the qualification of the laboratory is taken, and moves no date
//! until the city rules that it counts (W-TSO-02). What follows from tests is computed in [`crate::qc`].
//!
//! States: filed → ruled to count ⇄ ruled not to count; each → withdrawn.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::Object;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{change_is_sound, change_of, changed, corrects_one_of, device, institution, person};
use crate::catalog::{EventType, Kind};
use crate::codes::{DeviceKind, InstitutionKind};
use crate::field::{Data, FREE, LINE, PARAGRAPH, Shape};
use crate::law::{Citation, DIAGNOSTIC_PROTECTION, RADIOLOGY, product};
use crate::qc::{Evidence, Measured, keeps_limit};
use crate::qc_codes::{ConstancyItem, ItemResult, TestConclusion, TestItem, TestPurpose, TestStandard, TestState};
use crate::record::{About, Claim, Facts, Need, Origins, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::workdays::year_of;
use crate::{data, events};

const NUMBER: Shape = Shape::Text(1, 60, &FREE);
const RATE: Shape = Shape::Integer(0, 1_000_000_000_000, "nSv/h");
const STANDARDS: Shape = Shape::List(1, 6, &Shape::Code(&TestStandard::LIST));
const POINTS: Shape = Shape::List(1, 200, &Shape::Object(<Point as Data>::FIELDS));
const ITEMS: Shape = Shape::List(1, 100, &Shape::Object(<Item as Data>::FIELDS));

data! {
    /// A place where the dose rate was measured.
    pub struct Point {
        place: CompactString = LINE, "测点位置", "place";
        rate_nsv_h: i64 = RATE, "周围剂量当量率", "ambient dose-equivalent rate";
        limit_nsv_h: i64 = RATE, "限值", "its limit";
        annual_dose_nsv: Option<i64> = Shape::Integer(0, 10_000_000_000, "nSv"), "该处年剂量评估值", "dose of a year assessed there";
    }

    /// An item of a test.
    pub struct Item {
        name: CompactString = LINE, "检测项目", "item";
        clause: Option<CompactString> = Shape::Text(1, 40, &FREE), "标准条款号", "clause of the standard";
        value: Option<CompactString> = LINE, "检测结果", "value";
        limit: Option<CompactString> = LINE, "判定标准", "criterion";
        result: ItemResult = Shape::Code(&ItemResult::LIST), "单项判定", "result";
    }

    /// What of a report a correction can replace.
    pub struct Findings {
        report_no: CompactString = NUMBER, "报告编号", "number of the report";
        line_no: i64 = Shape::Integer(1, 10_000, ""), "报告内序号", "line of the report";
        place: Option<CompactString> = LINE, "检测场所（机房）", "room";
        field_work_on: Option<Date> = Shape::Day, "现场检测完成日期", "last day of the field work";
        tested_on: Date = Shape::Day, "检测日期", "tested on";
        signed_on: Date = Shape::Day, "签发日期", "signed on";
        standards: Vec<TestStandard> = STANDARDS, "检测依据", "standards";
        other_standard: Option<CompactString> = LINE, "其他检测依据", "another standard";
        item: TestItem = Shape::Code(&TestItem::LIST), "资质项目", "item of the qualification";
        qualification_no: Option<CompactString> = NUMBER, "资质证书编号", "number of the qualification";
        conclusion: TestConclusion = Shape::Code(&TestConclusion::LIST), "检测结论", "conclusion";
        condition: Option<CompactString> = LINE, "检测条件", "condition of the measurement";
        background_nsv_h: Option<i64> = RATE, "本底剂量率", "background rate";
        points: Option<Vec<Point>> = POINTS, "防护检测点", "places where the rate was measured";
        items: Option<Vec<Item>> = ITEMS, "质量控制检测项目", "items of the quality control";
    }

    /// A test reported by a technical-service organisation.
    pub struct Reported {
        purpose: TestPurpose = Shape::Code(&TestPurpose::LIST), "检测类别", "purpose";
        device: Uuid = Shape::Id("device"), "受检设备", "device";
        institution: Uuid = Shape::Id("institution"), "使用机构", "institution that uses it";
        laboratory: Uuid = Shape::Id("institution"), "检测机构", "technical-service organisation";
        report_no: CompactString = NUMBER, "报告编号", "number of the report";
        line_no: i64 = Shape::Integer(1, 10_000, ""), "报告内序号", "line of the report";
        place: Option<CompactString> = LINE, "检测场所（机房）", "room";
        field_work_on: Option<Date> = Shape::Day, "现场检测完成日期", "last day of the field work";
        tested_on: Date = Shape::Day, "检测日期", "tested on";
        signed_on: Date = Shape::Day, "签发日期", "signed on";
        standards: Vec<TestStandard> = STANDARDS, "检测依据", "standards";
        other_standard: Option<CompactString> = LINE, "其他检测依据", "another standard";
        item: TestItem = Shape::Code(&TestItem::LIST), "资质项目", "item of the qualification";
        qualification_no: Option<CompactString> = NUMBER, "资质证书编号", "number of the qualification";
        conclusion: TestConclusion = Shape::Code(&TestConclusion::LIST), "检测结论", "conclusion";
        condition: Option<CompactString> = LINE, "检测条件", "condition of the measurement";
        background_nsv_h: Option<i64> = RATE, "本底剂量率", "background rate";
        points: Option<Vec<Point>> = POINTS, "防护检测点", "places where the rate was measured";
        items: Option<Vec<Item>> = ITEMS, "质量控制检测项目", "items of the quality control";
    }

    /// A constancy test of the institution itself.
    pub struct Recorded {
        device: Uuid = Shape::Id("device"), "受检设备", "device";
        institution: Uuid = Shape::Id("institution"), "使用机构", "institution that uses it";
        check: ConstancyItem = Shape::Code(&ConstancyItem::LIST), "稳定性检测项目", "what was checked";
        other_check: Option<CompactString> = LINE, "其他项目", "another item";
        tested_on: Date = Shape::Day, "检测日期", "tested on";
        value: Option<CompactString> = LINE, "检测结果", "value";
        control_limit: Option<CompactString> = LINE, "控制限", "control limit";
        deviation_exceeded: bool = Shape::Flag, "偏差超出控制限", "whether the deviation is over the control limit";
        performed_by: Option<RecordRef> = Shape::RecordRef(&["person"]), "检测人员", "worker who did it";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<Object> = Shape::Members(<Findings as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Findings as Data>::FIELDS), "清空", "members without a value";
    }

    /// Whether a report counts as evidence.
    pub struct Ruled {
        counts: bool = Shape::Flag, "是否采信", "whether it counts";
        grounds: CompactString = PARAGRAPH, "理由", "grounds";
    }
}

events! {
    /// Events of a device test.
    pub enum Event {
        Recorded(Recorded) = "device_test.recorded", 1, [Entry], true, Forbidden, Person, "稳定性检测记录", "constancy test recorded";
        Reported(Reported) = "device_test.reported", 1, [Submission], true, Forbidden, Person, "设备（场所）检测报告", "device test reported";
        Corrected(Corrected) = "device_test.corrected", 1, [Correction], false, Forbidden, Person, "检测报告更正", "device test corrected";
        Withdrawn(Nothing) = "device_test.withdrawn", 1, [Withdrawal], false, Forbidden, Person, "检测撤回", "device test withdrawn";
        Ruled(Ruled) = "device_test.ruled", 1, [Examination], false, Forbidden, Person, "检测报告裁定", "device test ruled on";
    }
}

/// What a test says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// The report of a laboratory, as it counts now.
    Report(Box<Findings>),
    /// A constancy test.
    Constancy(Constancy),
}

/// What an institution found of its device.
#[derive(Debug, Clone, Serialize)]
pub struct Constancy {
    /// What was checked.
    pub check: ConstancyItem,
    /// Another item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_check: Option<CompactString>,
    /// When.
    pub tested_on: Date,
    /// Value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<CompactString>,
    /// Control limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_limit: Option<CompactString>,
    /// Whether the deviation is over it.
    pub deviation_exceeded: bool,
    /// Worker who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performed_by: Option<RecordRef>,
}

/// A device test.
#[derive(Debug, Clone, Serialize)]
pub struct DeviceTest {
    /// Purpose.
    pub purpose: TestPurpose,
    /// Device.
    pub device: Uuid,
    /// Institution that uses it.
    pub institution: Uuid,
    /// Technical-service organisation; none of a constancy test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<Uuid>,
    /// What it says.
    #[serde(flatten)]
    pub content: Content,
    /// State.
    pub state: TestState,
    /// Day on which it came into the ledger.
    pub filed_on: Date,
    /// Highest dose rate measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rate_nsv_h: Option<i64>,
    /// Grounds of the ruling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grounds: Option<CompactString>,
    #[serde(skip)]
    origins: Origins,
}

impl DeviceTest {
    /// Day of the test.
    #[must_use]
    pub fn tested_on(&self) -> Date {
        match &self.content {
            Content::Report(findings) => findings.tested_on,
            Content::Constancy(constancy) => constancy.tested_on,
        }
    }

    /// What the laboratory found; none of a constancy test.
    #[must_use]
    pub fn findings(&self) -> Option<&Findings> {
        match &self.content {
            Content::Report(findings) => Some(findings),
            Content::Constancy(_) => None,
        }
    }

    /// The report as dates and decisions look at it. Whether the laboratory was qualified on the day of signing says its
    /// record; a ruling of the city outweighs it.
    #[must_use]
    pub fn evidence(&self, qualified: bool) -> Option<Evidence> {
        let findings = self.findings()?;
        let counts = match self.state {
            TestState::Filed => qualified,
            TestState::Counted => true,
            TestState::Excluded | TestState::Withdrawn => false,
        };
        Some(Evidence { purpose: self.purpose, tested_on: findings.tested_on, conclusion: findings.conclusion, counts })
    }

    /// Whether its laboratory had the qualification that it names on the day of signing.
    ///
    /// # Errors
    /// A [`Need`] when the laboratory is not loaded.
    pub fn is_by_qualified(&self, facts: &dyn Facts) -> Result<bool, Need> {
        let (Some(findings), Some(laboratory)) = (self.findings(), self.laboratory) else { return Ok(false) };
        let Some(number) = &findings.qualification_no else { return Ok(false) };
        let laboratory = facts.entry(&institution::reference(laboratory))?;
        let laboratory = laboratory.as_ref().and_then(|entry| entry.state.institution());
        Ok(laboratory.is_some_and(|laboratory| laboratory.is_qualified(number, findings.signed_on)))
    }

    /// What the institution itself checked, unless that was withdrawn; none of a report of a laboratory.
    #[must_use]
    pub fn constancy(&self) -> Option<&Constancy> {
        match &self.content {
            Content::Constancy(constancy) if self.state != TestState::Withdrawn => Some(constancy),
            _ => None,
        }
    }

    /// Days from the end of the field work to the report in the ledger (W-TSO-03).
    #[must_use]
    pub fn days_to_report(&self) -> Option<i64> {
        let findings = self.findings()?;
        Some(self.filed_on.days() - findings.field_work_on.unwrap_or(findings.tested_on).days())
    }
}

const PURPOSE: Rule = Rule {
    id: "device_test.purpose",
    zh: "稳定性检测由使用机构自行记录，不作为检测报告",
    en: "A constancy test is recorded by the institution itself, it is no report of a laboratory.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第二十条" },
};
const DEVICE: Rule = Rule {
    id: "device_test.device",
    zh: "受检设备不存在，或不属于所填使用机构",
    en: "The device does not exist, or is not of this institution.",
    citation: product("§6"),
};
const LABORATORY: Rule = Rule {
    id: "device_test.laboratory",
    zh: "检测机构不是放射卫生技术服务机构",
    en: "The laboratory is no technical-service organisation.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第二十条" },
};
const DATES: Rule = Rule {
    id: "device_test.dates",
    zh: "检测日期和现场检测日期不晚于签发日期，签发日期不晚于今天",
    en: "A device is tested before the report is signed, and neither lies in the future.",
    citation: product("§6"),
};
const STANDARD: Rule = Rule {
    id: "device_test.standard",
    zh: "检测依据不能重复；选其他标准时须写明，否则不填",
    en: "A standard is named once; another standard is written out, and only then.",
    citation: product("§6"),
};
const RESULTS: Rule = Rule {
    id: "device_test.results",
    zh: "防护检测点只用于场所防护检测，质量控制项目只用于验收和状态检测",
    en: "Places belong to a workplace test, items of quality control to an acceptance or status test.",
    citation: product("§6"),
};
const LIMIT: Rule = Rule {
    id: "device_test.limit",
    zh: "剂量率超过限值时结论须为不合格；摄影机房超过25 μSv/h的，该处年剂量评估值不超过0.25 mSv的除外",
    en: "Above its limit a place fails, except beside a radiography room above 25 µSv/h with an assessed dose of at most 0.25 mSv a year.",
    citation: Citation { instrument: &DIAGNOSTIC_PROTECTION, clause: "" },
};
const ITEM_FAILED: Rule = Rule {
    id: "device_test.item_failed",
    zh: "有不符合项目时结论须为不合格",
    en: "With an item that is not met the test fails.",
    citation: product("§6"),
};
const OTHER_CHECK: Rule = Rule {
    id: "device_test.other_check",
    zh: "选其他项目时须写明，否则不填",
    en: "Another item is written out, and only then.",
    citation: product("§6"),
};
const PERFORMED_BY: Rule = Rule {
    id: "device_test.performed_by",
    zh: "检测人员没有档案",
    en: "There is no file of the worker who did it.",
    citation: product("§6"),
};
const ENDED: Rule =
    Rule {
        id: "device_test.withdrawn", zh: "该检测已撤回", en: "This test was withdrawn.", citation: product("§6")
    };
const NO_REPORT: Rule = Rule {
    id: "device_test.no_report",
    zh: "稳定性检测记录不能更正或裁定：请撤回后另行记录",
    en: "A constancy test is neither corrected nor ruled on: withdraw it and record another.",
    citation: product("§6"),
};

/// Reference to a device test.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::DeviceTest.as_str().into(), id }
}

/// Index key of what laboratories reported of a device. Constancy tests are many, and no decision reads them.
#[must_use]
pub fn tests_key(device: Uuid) -> CompactString {
    format!("device/{device}/tests").into()
}

/// Index key of one item of constancy of a device in one year: there may be a check every day, for decades.
#[must_use]
pub fn constancy_key(device: Uuid, check: ConstancyItem, year: u32) -> CompactString {
    format!("device/{device}/constancy/{}/{year}", check.as_str()).into()
}

/// Index key of the constancy tests of a device whose deviation was over the control limit.
#[must_use]
pub fn deviations_key(device: Uuid) -> CompactString {
    format!("device/{device}/deviations").into()
}

/// What laboratories reported of a device, as decisions look at it.
///
/// # Errors
/// A [`Need`] when a test or its laboratory is not loaded.
pub fn evidence_of(device: Uuid, facts: &dyn Facts) -> Result<Vec<Evidence>, Need> {
    let mut all = Vec::new();
    for record in &facts.members(&tests_key(device))?.records {
        let entry = facts.entry(record)?;
        let Some(test) = entry.as_ref().and_then(|entry| entry.state.device_test()) else { continue };
        all.extend(test.evidence(test.is_by_qualified(facts)?));
    }
    Ok(all)
}

impl Record for DeviceTest {
    const KIND: Kind = Kind::DeviceTest;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let organisation = match (event, state) {
            (Event::Recorded(recorded), _) => recorded.institution,
            (Event::Reported(reported), _) => reported.laboratory,
            (_, Some(test)) => test.laboratory.unwrap_or(test.institution),
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(organisation, facts)
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        Ok(match (event, state) {
            (Event::Withdrawn(_), Some(test)) if test.findings().is_none() => Some("constancy".into()),
            _ => None,
        })
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        let Some(test) = state else {
            return match event {
                Event::Recorded(recorded) => recorded_is_sound(recorded, about.day, facts),
                Event::Reported(reported) => reported_is_sound(reported, about.day, facts),
                _ => Err(Stop::code(Code::BadReference, "/record")),
            };
        };
        ensure(test.state != TestState::Withdrawn, &ENDED, "")?;
        match event {
            Event::Recorded(_) | Event::Reported(_) | Event::Withdrawn(_) => Ok(()),
            Event::Ruled(_) => ensure(test.findings().is_some(), &NO_REPORT, ""),
            Event::Corrected(corrected) => {
                let Some(findings) = test.findings() else { return Err(Stop::rule(&NO_REPORT, "")) };
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                corrects_one_of(about, &["device_test.reported", "device_test.corrected"])?;
                let kind = device_of(test.device, test.institution, facts)?;
                findings_are_sound(test.purpose, kind, &changed(findings, &change), "/data/set", about.day)
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let begun = |purpose, device, institution, laboratory, content| Self {
            purpose,
            device,
            institution,
            laboratory,
            max_rate_nsv_h: max_rate(&content),
            content,
            state: TestState::Filed,
            filed_on: about.day,
            grounds: None,
            origins: Origins::new(about.origin()),
        };
        let Some(mut test) = state else {
            return match event {
                Event::Recorded(recorded) => {
                    let Recorded { device, institution, check, other_check, tested_on, value, control_limit, .. } =
                        recorded;
                    let Recorded { deviation_exceeded, performed_by, .. } = recorded;
                    let constancy = Constancy {
                        check,
                        other_check,
                        tested_on,
                        value,
                        control_limit,
                        deviation_exceeded,
                        performed_by,
                    };
                    begun(TestPurpose::Constancy, device, institution, None, Content::Constancy(constancy))
                }
                Event::Reported(reported) => {
                    let content = Content::Report(Box::new(findings_of(&reported)));
                    let Reported { purpose, device, institution, laboratory, .. } = reported;
                    begun(purpose, device, institution, Some(laboratory), content)
                }
                _ => unreachable!("a device test begins with device_test.recorded or device_test.reported"),
            };
        };
        match event {
            Event::Recorded(_) | Event::Reported(_) => unreachable!("a device test is filed once"),
            Event::Corrected(corrected) => {
                let Self { origins, content, .. } = &mut test;
                if let Content::Report(findings) = content {
                    origins.apply(&mut **findings, &change_of(&corrected.set, &corrected.clear), about.origin());
                }
                test.max_rate_nsv_h = max_rate(&test.content);
            }
            Event::Withdrawn(_) => test.state = TestState::Withdrawn,
            Event::Ruled(ruled) => {
                test.state = if ruled.counts { TestState::Counted } else { TestState::Excluded };
                test.grounds = Some(ruled.grounds);
            }
        }
        test
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Recorded(recorded) => Some(institution::reference(recorded.institution)),
            Event::Reported(reported) => Some(institution::reference(reported.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Reported(reported) => vec![tests_key(reported.device)],
            Event::Recorded(recorded) => {
                let Recorded { device, check, tested_on, deviation_exceeded, .. } = recorded;
                let item = constancy_key(*device, *check, year_of(*tested_on));
                std::iter::once(item).chain(deviation_exceeded.then(|| deviations_key(*device))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        match (&self.content, self.laboratory) {
            (Content::Report(findings), Some(laboratory)) if self.state != TestState::Withdrawn => {
                let (laboratory, line) = (laboratory.to_string(), findings.line_no.to_string());
                vec![Claim::new("device_test_line", [laboratory.as_str(), findings.report_no.as_str(), line.as_str()])]
            }
            _ => Vec::new(),
        }
    }
}

fn findings_of(reported: &Reported) -> Findings {
    Findings {
        report_no: reported.report_no.clone(),
        line_no: reported.line_no,
        place: reported.place.clone(),
        field_work_on: reported.field_work_on,
        tested_on: reported.tested_on,
        signed_on: reported.signed_on,
        standards: reported.standards.clone(),
        other_standard: reported.other_standard.clone(),
        item: reported.item,
        qualification_no: reported.qualification_no.clone(),
        conclusion: reported.conclusion,
        condition: reported.condition.clone(),
        background_nsv_h: reported.background_nsv_h,
        points: reported.points.clone(),
        items: reported.items.clone(),
    }
}

fn max_rate(content: &Content) -> Option<i64> {
    match content {
        Content::Report(findings) => findings.points.iter().flatten().map(|point| point.rate_nsv_h).max(),
        Content::Constancy(_) => None,
    }
}

/// Kind of a device that is of an institution.
fn device_of(device: Uuid, institution: Uuid, facts: &dyn Facts) -> Result<DeviceKind, Stop> {
    let entry = facts.entry(&device::reference(device))?;
    let profile = entry.as_ref().and_then(|entry| entry.state.device()).map(|device| &device.profile);
    let known = profile.filter(|profile| profile.institution == institution);
    known.map(|profile| profile.kind).ok_or_else(|| Stop::rule(&DEVICE, "/data/device"))
}

fn recorded_is_sound(recorded: &Recorded, today: Date, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(recorded.tested_on <= today, &DATES, "/data/tested_on")?;
    let other = recorded.check == ConstancyItem::Other;
    ensure(other == recorded.other_check.is_some(), &OTHER_CHECK, "/data/other_check")?;
    device_of(recorded.device, recorded.institution, facts)?;
    let Some(worker) = &recorded.performed_by else { return Ok(()) };
    let entry = facts.entry(&person::reference(worker.id))?;
    ensure(entry.is_some_and(|entry| entry.state.person().is_some()), &PERFORMED_BY, "/data/performed_by")
}

fn reported_is_sound(reported: &Reported, today: Date, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(reported.purpose != TestPurpose::Constancy, &PURPOSE, "/data/purpose")?;
    let laboratory = facts.entry(&institution::reference(reported.laboratory))?;
    let tests = laboratory
        .as_ref()
        .and_then(|entry| entry.state.institution())
        .is_some_and(|laboratory| laboratory.profile.kinds.contains(&InstitutionKind::TechnicalService));
    ensure(tests, &LABORATORY, "/data/laboratory")?;
    let kind = device_of(reported.device, reported.institution, facts)?;
    findings_are_sound(reported.purpose, kind, &findings_of(reported), "/data", today)
}

fn findings_are_sound(
    purpose: TestPurpose,
    kind: DeviceKind,
    findings: &Findings,
    at: &str,
    today: Date,
) -> Result<(), Stop> {
    let place = |name: &str| format!("{at}/{name}");
    let worked = findings.field_work_on.unwrap_or(findings.tested_on).max(findings.tested_on);
    ensure(worked <= findings.signed_on && findings.signed_on <= today, &DATES, &place("signed_on"))?;
    let once = (1..).zip(&findings.standards).all(|(next, code)| !findings.standards[next..].contains(code));
    let other = findings.standards.contains(&TestStandard::Other);
    ensure(once && other == findings.other_standard.is_some(), &STANDARD, &place("standards"))?;
    let workplace = purpose == TestPurpose::Workplace;
    ensure(workplace || findings.points.is_none(), &RESULTS, &place("points"))?;
    ensure(!workplace || findings.items.is_none(), &RESULTS, &place("items"))?;
    let passed = findings.conclusion.is_passed();
    let kept = findings.points.iter().flatten().all(|point| {
        let Point { rate_nsv_h, limit_nsv_h, annual_dose_nsv, .. } = *point;
        keeps_limit(kind, Measured { rate_nsv_h, limit_nsv_h, annual_dose_nsv })
    });
    ensure(!passed || kept, &LIMIT, &place("conclusion"))?;
    let met = findings.items.iter().flatten().all(|item| item.result != ItemResult::Failed);
    ensure(!passed || met, &ITEM_FAILED, &place("conclusion"))
}

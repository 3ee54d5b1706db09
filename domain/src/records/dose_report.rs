//! A dose report: the header under which a laboratory reports the doses of an institution for a period.
//!
//! The authorised signatory of the laboratory signs it, and in the same unit each of its results, which are records of
//! their own. The counts and the sum say what the laboratory printed below its table. No rule compares them, for a report
//! is a fact as it was printed and results may come in several units; [`Counts`] shows where the two differ.
//!
//! States: issued.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::Serialize;
use serde_json::Value as Json;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::monitoring_contract::contract;
use super::{change_is_sound, change_of, changed, corrects_one_of, monitoring_contract};
use crate::catalog::{EventType, Kind};
use crate::dose_codes::ResultFlag;
use crate::field::{Data, FREE, Shape};
use crate::law::{Citation, MONITORING, product};
use crate::record::{About, Claim, Facts, Need, Origins, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::workdays::add_months;
use crate::{data, events};

data! {
    /// What the report says of itself.
    pub struct Header {
        contract: Uuid = Shape::Id("monitoring_contract"), "监测委托", "monitoring contract";
        laboratory: Uuid = Shape::Id("institution"), "监测机构", "laboratory";
        report_no: CompactString = Shape::Text(1, 60, &FREE), "报告编号", "number of the report";
        period_from: Date = Shape::Day, "监测周期开始", "first day of the period";
        period_to: Date = Shape::Day, "监测周期结束", "last day of the period";
        lines: i64 = Shape::Integer(1, 100_000, ""), "结果数", "number of results";
        persons: i64 = Shape::Integer(1, 100_000, ""), "监测人数", "number of persons";
        below_mdl: i64 = Shape::Integer(0, 100_000, ""), "低于探测下限数", "number of results below the detectable level";
        effective_sum_nsv: i64 = Shape::Integer(0, 1_000_000_000_000_000, "nSv"), "有效剂量合计", "sum of effective doses";
        read_on: Date = Shape::Day, "测读日期", "read on";
        signed_on: Date = Shape::Day, "签发日期", "signed on";
        qualification_no: CompactString = Shape::Text(1, 60, &FREE), "资质证书编号", "number of the qualification";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Header as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Header as Data>::FIELDS), "清空", "members without a value";
    }
}

events! {
    /// Events of a dose report.
    pub enum Event {
        Issued(Header) = "dose_report.issued", 1, [Submission], true, Forbidden, Person, "个人剂量监测报告", "dose report issued";
        Corrected(Corrected) = "dose_report.corrected", 1, [Correction], false, Forbidden, Person, "监测报告更正", "dose report corrected";
    }
}

/// A dose report.
#[derive(Debug, Clone, Serialize)]
pub struct DoseReport {
    /// What it says of itself.
    #[serde(flatten)]
    pub header: Header,
    #[serde(skip)]
    origins: Origins,
}

/// Months within which a report must be delivered after its period (放射工作人员职业健康管理办法 第十五条).
const DELIVERED_WITHIN_MONTHS: i32 = 1;

impl DoseReport {
    /// Days by which it was signed after the last day on which it was due; none or negative while in time (W-DOSE-02).
    #[must_use]
    pub fn days_overdue(&self) -> i64 {
        self.header.signed_on.days() - add_months(self.header.period_to, DELIVERED_WITHIN_MONTHS).days()
    }
}

/// What a report says of its results in sum, or what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Results.
    pub lines: i64,
    /// Persons.
    pub persons: i64,
    /// Results below the detectable level.
    pub below_mdl: i64,
    /// Sum of the effective doses.
    pub effective_sum_nsv: i64,
}

impl Counts {
    /// What the header of a report states.
    #[must_use]
    pub fn stated(header: &Header) -> Self {
        Self {
            lines: header.lines,
            persons: header.persons,
            below_mdl: header.below_mdl,
            effective_sum_nsv: header.effective_sum_nsv,
        }
    }

    /// [`Counts::stated`], read back from the JSON of a state.
    ///
    /// # Errors
    /// The member that is not there: a row that this program did not write.
    pub fn stated_by(report: &Json) -> Result<Self, &'static str> {
        let whole = |name| report.get(name).and_then(Json::as_i64).ok_or(name);
        Ok(Self {
            lines: whole("lines")?,
            persons: whole("persons")?,
            below_mdl: whole("below_mdl")?,
            effective_sum_nsv: whole("effective_sum_nsv")?,
        })
    }

    /// What the results of a report, as JSON of their states, come to as they count now. One that a correction rejected is
    /// counted no longer: another was reported in its place.
    ///
    /// # Errors
    /// The member that is not there: a row that this program did not write.
    pub fn filed<'r>(results: impl IntoIterator<Item = &'r Json>) -> Result<Self, &'static str> {
        fn text<'r>(result: &'r Json, name: &'static str) -> Result<&'r str, &'static str> {
            result.get(name).and_then(Json::as_str).ok_or(name)
        }
        let (mut counts, mut persons) = (Self::default(), BTreeSet::new());
        for result in results {
            let flag = text(result, "flag")?;
            let corrections = result.get("corrections").and_then(Json::as_i64).ok_or("corrections")?;
            if flag == ResultFlag::Rejected.as_str() && corrections > 0 {
                continue;
            }
            counts.lines += 1;
            persons.insert(text(result, "person")?);
            counts.below_mdl += i64::from(flag == ResultFlag::BelowMdl.as_str());
            let effective = result.get("effective_nsv").and_then(Json::as_i64).unwrap_or(0);
            counts.effective_sum_nsv = counts.effective_sum_nsv.saturating_add(effective);
        }
        counts.persons = i64::try_from(persons.len()).unwrap_or(i64::MAX);
        Ok(counts)
    }
}

const CONTRACT: Rule = Rule {
    id: "dose_report.contract",
    zh: "监测委托不存在、在该周期内无效，或监测机构与所填不符",
    en: "The contract does not exist, did not hold in the period, or is with another laboratory.",
    citation: product("§6"),
};
const FIXED: Rule = Rule {
    id: "dose_report.contract_fixed",
    zh: "报告的监测委托和监测机构不能更换",
    en: "A report keeps its contract and its laboratory.",
    citation: product("§6"),
};
const DATES: Rule = Rule {
    id: "dose_report.dates",
    zh: "日期顺序应为：周期开始、周期结束、测读、签发，且不晚于今天",
    en: "A period begins, ends, is read and is signed for in this order, and not after today.",
    citation: product("§6"),
};
const QUALIFICATION: Rule = Rule {
    id: "dose_report.qualification",
    zh: "签发日监测机构没有该编号的有效资质证书",
    en: "The laboratory has no qualification of this number that is valid on the day of signing.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const COUNTS: Rule = Rule {
    id: "dose_report.counts",
    zh: "监测人数和低于探测下限数不能超过结果数",
    en: "There are no more persons, and no more results below the detectable level, than results.",
    citation: product("§6"),
};

/// Index key of the reports under a monitoring contract.
#[must_use]
pub fn reports_key(contract: Uuid) -> CompactString {
    format!("monitoring_contract/{contract}/reports").into()
}

/// Reference to a dose report.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::DoseReport.as_str().into(), id }
}

/// A report, if there is one of this id.
///
/// # Errors
/// A [`Need`] when it is not loaded.
pub fn report(id: Uuid, facts: &dyn Facts) -> Result<Option<DoseReport>, Need> {
    let entry = facts.entry(&reference(id))?;
    Ok(entry.and_then(|entry| entry.state.dose_report().cloned()))
}

impl Record for DoseReport {
    const KIND: Kind = Kind::DoseReport;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let laboratory = match (event, state) {
            (Event::Issued(header), _) => header.laboratory,
            (_, Some(report)) => report.header.laboratory,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(laboratory, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Issued(header), _) => header_is_sound(header, "/data", about, facts),
            (Event::Corrected(corrected), Some(report)) => {
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                let fixed = change.members().any(|name| matches!(name, "contract" | "laboratory"));
                ensure(!fixed, &FIXED, "/data/set")?;
                corrects_one_of(about, &["dose_report.issued", "dose_report.corrected"])?;
                header_is_sound(&changed(&report.header, &change), "/data/set", about, facts)
            }
            (Event::Corrected(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (state, event) {
            (None, Event::Issued(header)) => Self { header, origins: Origins::new(about.origin()) },
            (Some(mut report), Event::Corrected(corrected)) => {
                let Self { origins, header } = &mut report;
                origins.apply(header, &change_of(&corrected.set, &corrected.clear), about.origin());
                report
            }
            _ => unreachable!("a dose report is issued once, and corrected after that"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(monitoring_contract::reference(self.header.contract))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Issued(header) => Some(monitoring_contract::reference(header.contract)),
            Event::Corrected(_) => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Issued(header) => vec![reports_key(header.contract)],
            Event::Corrected(_) => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let header = &self.header;
        vec![Claim::new("dose_report_no", [header.laboratory.to_string().as_str(), header.report_no.as_str()])]
    }
}

fn header_is_sound(header: &Header, at: &str, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(dates_are_in_order(header, about.day), &DATES, &format!("{at}/signed_on"))?;
    ensure(header.persons.max(header.below_mdl) <= header.lines, &COUNTS, &format!("{at}/lines"))?;
    let holds = contract(header.contract, facts)?.is_some_and(|contract| {
        contract.terms.laboratory == header.laboratory && contract.held_within(header.period_from, header.period_to)
    });
    ensure(holds, &CONTRACT, &format!("{at}/contract"))?;
    let laboratory = facts.entry(&RecordRef { kind: Kind::Institution.as_str().into(), id: header.laboratory })?;
    let laboratory = laboratory.as_ref().and_then(|entry| entry.state.institution());
    let qualified =
        laboratory.is_some_and(|laboratory| laboratory.is_qualified(&header.qualification_no, header.signed_on));
    ensure(qualified, &QUALIFICATION, &format!("{at}/qualification_no"))
}

fn dates_are_in_order(header: &Header, day: Date) -> bool {
    [header.period_from, header.period_to, header.read_on, header.signed_on, day].is_sorted()
}

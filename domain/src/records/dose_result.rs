//! A dose result: what one dosimeter of one worker read over one period. A fact of its own: version 1 says it, and a
//! correction keeps what was said before in the record's history.
//!
//! The authorised signatory of the laboratory signs each result, in one unit with its report. A worker's sums are
//! computed from his results ([`crate::dose`]), whoever employed him. Two results of one employment never cover the
//! same place on the body on the same day.
//!
//! States: reported.

use compact_str::CompactString;
use serde::Serialize;
use serde_json::Value as Json;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_report::report;
use super::import::row_is_of_import;
use super::monitoring_contract::contract;
use super::{SealedRef, change_is_sound, change_of, changed, corrects_one_of, employment};
use crate::catalog::{EventType, Kind, State};
use crate::dose::{self, CONFIRM_ABOVE_NSV, Line};
use crate::dose_codes::{DosimeterKind, EffectiveMethod, MonitoringReason, Radiation, ResultFlag, WearPosition};
use crate::field::{Data, FREE, PARAGRAPH, Sealed, Shape, Subject};
use crate::law::{Citation, MONITORING, product};
use crate::person_codes::OccupationalCategory;
use crate::record::{About, Claim, Facts, Origins, Period, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

/// A dose up to 10 Sv.
pub(super) const DOSE: Shape = Shape::Integer(0, 10_000_000_000, "nSv");
/// Longest period that a dosimeter is worn.
const PERIOD_DAYS_MAX: i64 = 370;

data! {
    /// What of a result a correction can replace.
    pub struct Reading {
        category: OccupationalCategory = Shape::Code(&OccupationalCategory::LIST), "职业类别", "occupational category";
        reason: MonitoringReason = Shape::Code(&MonitoringReason::LIST), "监测类型", "why it was monitored";
        radiation: Vec<Radiation> = Shape::List(1, 4, &Shape::Code(&Radiation::LIST)), "射线", "radiation";
        dosimeter_kind: DosimeterKind = Shape::Code(&DosimeterKind::LIST), "剂量计类别", "kind of dosimeter";
        dosimeter_no: CompactString = Shape::Text(1, 40, &FREE), "剂量计编号", "number of the dosimeter";
        position: WearPosition = Shape::Code(&WearPosition::LIST), "佩戴部位", "where it was worn";
        wear_from: Date = Shape::Day, "佩戴起始日", "first day worn";
        wear_to: Date = Shape::Day, "佩戴终止日", "last day worn";
        nominal_months: i64 = Shape::Integer(1, 12, "month"), "名义月数", "months that the period stands for";
        hp10_nsv: Option<i64> = DOSE, "Hp(10)", "Hp(10)";
        hp3_nsv: Option<i64> = DOSE, "Hp(3)", "Hp(3), eye lens";
        hp007_nsv: Option<i64> = DOSE, "Hp(0.07)", "Hp(0.07), skin";
        mdl_nsv: i64 = DOSE, "最低可探测水平", "minimum detectable level";
        flag: ResultFlag = Shape::Code(&ResultFlag::LIST), "结果标识", "what the result is worth";
        thyroid_shield: Option<bool> = Shape::Flag, "是否佩戴铅围脖", "whether a thyroid shield was worn";
        effective_nsv: Option<i64> = DOSE, "有效剂量", "effective dose";
        method: Option<EffectiveMethod> = Shape::Code(&EffectiveMethod::LIST), "有效剂量计算方法", "how it was computed";
        background_subtracted: bool = Shape::Flag, "已扣除本底", "whether the background was subtracted";
        dose_year: i64 = Shape::Integer(1950, 2200, ""), "剂量年度", "year to which the dose belongs";
        confirmed: Option<bool> = Shape::Flag, "已电话核实（超过500 mSv）", "confirmed by telephone, above 500 mSv";
    }

    /// A result.
    pub struct Reported {
        report: Uuid = Shape::Id("dose_report"), "监测报告", "the report under which it stands";
        line_no: i64 = Shape::Integer(1, 100_000, ""), "报告行号", "line of the report";
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        employment: Uuid = Shape::Id("employment"), "用人关系", "the employment in which it was received";
        category: OccupationalCategory = Shape::Code(&OccupationalCategory::LIST), "职业类别", "occupational category";
        reason: MonitoringReason = Shape::Code(&MonitoringReason::LIST), "监测类型", "why it was monitored";
        radiation: Vec<Radiation> = Shape::List(1, 4, &Shape::Code(&Radiation::LIST)), "射线", "radiation";
        dosimeter_kind: DosimeterKind = Shape::Code(&DosimeterKind::LIST), "剂量计类别", "kind of dosimeter";
        dosimeter_no: CompactString = Shape::Text(1, 40, &FREE), "剂量计编号", "number of the dosimeter";
        position: WearPosition = Shape::Code(&WearPosition::LIST), "佩戴部位", "where it was worn";
        wear_from: Date = Shape::Day, "佩戴起始日", "first day worn";
        wear_to: Date = Shape::Day, "佩戴终止日", "last day worn";
        nominal_months: i64 = Shape::Integer(1, 12, "month"), "名义月数", "months that the period stands for";
        hp10_nsv: Option<i64> = DOSE, "Hp(10)", "Hp(10)";
        hp3_nsv: Option<i64> = DOSE, "Hp(3)", "Hp(3), eye lens";
        hp007_nsv: Option<i64> = DOSE, "Hp(0.07)", "Hp(0.07), skin";
        mdl_nsv: i64 = DOSE, "最低可探测水平", "minimum detectable level";
        flag: ResultFlag = Shape::Code(&ResultFlag::LIST), "结果标识", "what the result is worth";
        thyroid_shield: Option<bool> = Shape::Flag, "是否佩戴铅围脖", "whether a thyroid shield was worn";
        effective_nsv: Option<i64> = DOSE, "有效剂量", "effective dose";
        method: Option<EffectiveMethod> = Shape::Code(&EffectiveMethod::LIST), "有效剂量计算方法", "how it was computed";
        background_subtracted: bool = Shape::Flag, "已扣除本底", "whether the background was subtracted";
        dose_year: i64 = Shape::Integer(1950, 2200, ""), "剂量年度", "year to which the dose belongs";
        confirmed: Option<bool> = Shape::Flag, "已电话核实（超过500 mSv）", "confirmed by telephone, above 500 mSv";
        remarks: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "备注", "remarks";
        import_row: Option<i64> = Shape::Integer(1, 1_000_000, ""), "导入行号", "row of the imported file";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Reading as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Reading as Data>::FIELDS), "清空", "members without a value";
    }
}

events! {
    /// Events of a dose result.
    pub enum Event {
        Reported(Reported) = "dose_result.reported", 1, [Submission], true, Forbidden, Person, "个人剂量结果", "dose result reported";
        Corrected(Corrected) = "dose_result.corrected", 1, [Correction], false, Forbidden, Person, "个人剂量结果更正", "dose result corrected";
    }
}

/// A dose result.
#[derive(Debug, Clone, Serialize)]
pub struct DoseResult {
    /// The report under which it stands.
    pub report: Uuid,
    /// Line of the report.
    pub line_no: i64,
    /// The worker.
    #[serde(serialize_with = "id_alone")]
    pub person: RecordRef,
    /// The employment in which it was received.
    pub employment: Uuid,
    /// The reading, as it counts now.
    #[serde(flatten)]
    pub reading: Reading,
    /// Number of corrections.
    pub corrections: u32,
    /// Remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<SealedRef>,
    /// Row of the imported file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_row: Option<i64>,
    #[serde(skip)]
    origins: Origins,
}

impl DoseResult {
    /// The result as arithmetic looks at it; none while there is no value.
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        let reading = &self.reading;
        (!reading.flag.is_without_value()).then(|| Line {
            employment: self.employment,
            position: reading.position,
            from: reading.wear_from,
            to: reading.wear_to,
            months: u32::try_from(reading.nominal_months).unwrap_or(0),
            dose_year: i16::try_from(reading.dose_year).unwrap_or(i16::MAX),
            hp10_nsv: reading.hp10_nsv,
            hp3_nsv: reading.hp3_nsv,
            hp007_nsv: reading.hp007_nsv,
            effective_nsv: reading.effective_nsv,
            method: reading.method,
            thyroid_shield: reading.thyroid_shield.unwrap_or(false),
            below_mdl: reading.flag == ResultFlag::BelowMdl,
        })
    }
}

/// [`DoseResult::line`], read back from the JSON of a state.
///
/// # Errors
/// The member that is not there or not what it must be: a row that this program did not write.
pub fn line_of(state: &Json) -> Result<Option<Line>, &'static str> {
    fn text<'s>(state: &'s Json, name: &'static str) -> Result<&'s str, &'static str> {
        state.get(name).and_then(Json::as_str).ok_or(name)
    }
    let day = |name| text(state, name)?.parse::<Date>().map_err(|_| name);
    let whole = |name| state.get(name).and_then(Json::as_i64).ok_or(name);
    let dose = |name| state.get(name).filter(|dose| !dose.is_null()).map(|_| whole(name)).transpose();
    let flag = ResultFlag::parse(text(state, "flag")?).ok_or("flag")?;
    if flag.is_without_value() {
        return Ok(None);
    }
    let method = state.get("method").filter(|method| !method.is_null());
    let method = method.map(|method| method.as_str().and_then(EffectiveMethod::parse).ok_or("method")).transpose()?;
    Ok(Some(Line {
        employment: Uuid::try_parse(text(state, "employment")?).map_err(|_| "employment")?,
        position: WearPosition::parse(text(state, "position")?).ok_or("position")?,
        from: day("wear_from")?,
        to: day("wear_to")?,
        months: u32::try_from(whole("nominal_months")?).map_err(|_| "nominal_months")?,
        dose_year: i16::try_from(whole("dose_year")?).map_err(|_| "dose_year")?,
        hp10_nsv: dose("hp10_nsv")?,
        hp3_nsv: dose("hp3_nsv")?,
        hp007_nsv: dose("hp007_nsv")?,
        effective_nsv: dose("effective_nsv")?,
        method,
        thyroid_shield: state.get("thyroid_shield").and_then(Json::as_bool).unwrap_or(false),
        below_mdl: flag == ResultFlag::BelowMdl,
    }))
}

/// The id of a person, who is a reference on the wire.
pub(super) fn id_alone<S: serde::Serializer>(person: &RecordRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&person.id)
}

const REPORT: Rule = Rule {
    id: "dose_result.report",
    zh: "监测报告不存在，或佩戴周期不在报告周期内",
    en: "There is no such report, or the period worn lies outside that of the report.",
    citation: product("§6"),
};
const EMPLOYMENT: Rule = Rule {
    id: "dose_result.employment",
    zh: "该人员在佩戴周期内未在委托机构的此岗位上",
    en: "In the period worn the worker was not active in this employment of the institution that the report is for.",
    citation: product("§6"),
};
const PERIOD: Rule = Rule {
    id: "dose_result.period",
    zh: "佩戴终止日不能早于起始日，佩戴不超过370天",
    en: "A period ends after it begins and is no longer than 370 days.",
    citation: product("§6"),
};
const OVERLAP: Rule = Rule {
    id: "dose_result.overlap",
    zh: "同一岗位同一部位的佩戴周期重叠",
    en: "The worker has a result of this employment for the same place on the body over some of the same days.",
    citation: product("§6"),
};
const VALUE: Rule = Rule {
    id: "dose_result.value",
    zh: "有结果的至少填一项剂量；丢失、损坏、作废的不填剂量",
    en: "A result with a value has at least one quantity; one that was lost, damaged or rejected has none.",
    citation: product("§6"),
};
const BELOW_MDL: Rule = Rule {
    id: "dose_result.below_mdl",
    zh: "低于最低可探测水平的须标明，并记为其一半",
    en: "A value below the minimum detectable level carries its flag, and is recorded as half that level.",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const EFFECTIVE: Rule = Rule {
    id: "dose_result.effective",
    zh: "有效剂量与按方法计算的结果不符（允许差0.0005 mSv）",
    en: "The effective dose is not the one that its method gives (within 0.0005 mSv).",
    citation: Citation { instrument: &MONITORING, clause: "" },
};
const YEAR: Rule = Rule {
    id: "dose_result.year",
    zh: "剂量年度须为佩戴起始日或终止日所在年度",
    en: "A dose belongs to the year of the first or of the last day worn.",
    citation: product("§6"),
};
const CONFIRM: Rule = Rule {
    id: "dose_result.confirm",
    zh: "超过500 mSv的结果须先电话核实并标明",
    en: "A dose above 500 mSv is confirmed by telephone before it is reported.",
    citation: product("§6"),
};
const FIXED: Rule = Rule {
    id: "dose_result.period_fixed",
    zh: "佩戴部位和周期不能更正：请将本结果标为作废后另报",
    en: "Place and period do not change by correction: flag this result as rejected and report another.",
    citation: product("§6"),
};

/// Reference to a dose result.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::DoseResult.as_str().into(), id }
}

/// Index key of the results of a worker that were worn in a year: what a new result is compared with, and what sums are made
/// of.
#[must_use]
pub fn results_key(person: Uuid, year: i16) -> CompactString {
    format!("person/{person}/results/{year}").into()
}

/// Whether the worker worked with radiation in this employment on any day of a period.
///
/// # Errors
/// A [`Need`](crate::record::Need) when the employment is not loaded.
pub fn employment_covers(
    facts: &dyn Facts,
    person: &RecordRef,
    employment: Uuid,
    institution: Uuid,
    from: Date,
    to: Date,
) -> Result<bool, Stop> {
    let entry = facts.entry(&employment::reference(employment))?;
    let state = entry.as_ref().and_then(|entry| entry.state.employment());
    Ok(state.is_some_and(|state| {
        state.person == person.id && state.institution == institution && state.was_active(from, to)
    }))
}

impl Record for DoseResult {
    const KIND: Kind = Kind::DoseResult;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let header = match (event, state) {
            (Event::Reported(reported), _) => reported.report,
            (_, Some(result)) => result.report,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        match report(header, facts)? {
            Some(report) => super::of_institution(report.header.laboratory, facts),
            None => Ok(Target::default()),
        }
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Reported(reported), _) => {
                let reading = reading_of(reported);
                let header = report(reported.report, facts)?.map(|report| report.header);
                let within = header.as_ref().is_some_and(|header| {
                    header.period_from <= reading.wear_from && reading.wear_to <= header.period_to
                });
                ensure(within, &REPORT, "/data/report")?;
                let laboratory = header.as_ref().map_or(Uuid::nil(), |header| header.laboratory);
                let contract = header.map(|header| contract(header.contract, facts)).transpose()?.flatten();
                let institution = contract.map_or(Uuid::nil(), |contract| contract.terms.institution);
                let (from, to) = (reading.wear_from, reading.wear_to);
                let employed = employment_covers(facts, &reported.person, reported.employment, institution, from, to)?;
                ensure(employed, &EMPLOYMENT, "/data/employment")?;
                reading_is_sound(&reading, "/data")?;
                ensure(!overlaps(reported, facts)?, &OVERLAP, "/data/wear_from")?;
                row_is_of_import(about.statement.cause, reported.import_row, laboratory, facts)
            }
            (Event::Corrected(corrected), Some(result)) => {
                corrects_one_of(about, &["dose_result.reported", "dose_result.corrected"])?;
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                let moved = change.members().any(|name| matches!(name, "position" | "wear_from" | "wear_to"));
                ensure(!moved, &FIXED, "/data/set")?;
                reading_is_sound(&changed(&result.reading, &change), "/data/set")
            }
            (Event::Corrected(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (state, event) {
            (None, Event::Reported(reported)) => Self {
                reading: reading_of(&reported),
                report: reported.report,
                line_no: reported.line_no,
                person: reported.person,
                employment: reported.employment,
                corrections: 0,
                remarks: reported.remarks.map(|remarks| SealedRef::new(remarks, about, "remarks")),
                import_row: reported.import_row,
                origins: Origins::new(about.origin()),
            },
            (Some(mut result), Event::Corrected(corrected)) => {
                let Self { origins, reading, corrections, .. } = &mut result;
                origins.apply(reading, &change_of(&corrected.set, &corrected.clear), about.origin());
                *corrections += 1;
                result
            }
            _ => unreachable!("a dose result is reported once, and corrected after that"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(employment::reference(self.employment))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Reported(reported) => Some(employment::reference(reported.employment)),
            Event::Corrected(_) => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Reported(reported) => {
                years(reported.wear_from, reported.wear_to).map(|year| results_key(reported.person.id, year)).collect()
            }
            Event::Corrected(_) => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![Claim::new("dose_report_line", [self.report.to_string().as_str(), self.line_no.to_string().as_str()])]
    }
}

fn reading_of(reported: &Reported) -> Reading {
    Reading {
        category: reported.category,
        reason: reported.reason,
        radiation: reported.radiation.clone(),
        dosimeter_kind: reported.dosimeter_kind,
        dosimeter_no: reported.dosimeter_no.clone(),
        position: reported.position,
        wear_from: reported.wear_from,
        wear_to: reported.wear_to,
        nominal_months: reported.nominal_months,
        hp10_nsv: reported.hp10_nsv,
        hp3_nsv: reported.hp3_nsv,
        hp007_nsv: reported.hp007_nsv,
        mdl_nsv: reported.mdl_nsv,
        flag: reported.flag,
        thyroid_shield: reported.thyroid_shield,
        effective_nsv: reported.effective_nsv,
        method: reported.method,
        background_subtracted: reported.background_subtracted,
        dose_year: reported.dose_year,
        confirmed: reported.confirmed,
    }
}

/// The years that a period touches; a period too long to be one is cut: it is refused for its length.
fn years(from: Date, to: Date) -> impl Iterator<Item = i16> {
    let last = from.add_days(PERIOD_DAYS_MAX).min(to.max(from));
    dose::year_of(from)..=dose::year_of(last)
}

fn reading_is_sound(reading: &Reading, at: &str) -> Result<(), Stop> {
    let place = |name: &str| format!("{at}/{name}");
    let days = dose::days(reading.wear_from, reading.wear_to);
    ensure((1..=PERIOD_DAYS_MAX).contains(&days), &PERIOD, &place("wear_to"))?;
    let in_year = dose::is_dose_year(reading.dose_year, reading.wear_from, reading.wear_to);
    ensure(in_year, &YEAR, &place("dose_year"))?;
    let quantities = [reading.hp10_nsv, reading.hp3_nsv, reading.hp007_nsv];
    let any = quantities.iter().any(Option::is_some);
    let none = !any && reading.effective_nsv.is_none();
    ensure(if reading.flag.is_without_value() { none } else { any }, &VALUE, &place("flag"))?;
    let half = dose::below_mdl(reading.mdl_nsv);
    let mut values = quantities.iter().flatten();
    let fits = match reading.flag {
        ResultFlag::BelowMdl => values.all(|value| *value == half),
        flag if flag.is_nominal() => true,
        _ => values.all(|value| *value >= reading.mdl_nsv),
    };
    ensure(fits, &BELOW_MDL, &place("flag"))?;
    ensure(effective_is_right(reading), &EFFECTIVE, &place("effective_nsv"))?;
    let high = quantities.iter().flatten().chain(&reading.effective_nsv).any(|value| *value > CONFIRM_ABOVE_NSV);
    ensure(!high || reading.confirmed == Some(true), &CONFIRM, &place("confirmed"))
}

/// An effective dose names its method and is what the method gives. That of two dosimeters follows from both: a line
/// alone cannot be judged, and the sums compute it anew from the pair.
fn effective_is_right(reading: &Reading) -> bool {
    match (reading.effective_nsv, reading.method) {
        (None, None | Some(EffectiveMethod::Double)) => true,
        (Some(_), Some(EffectiveMethod::Double)) => true,
        (Some(reported), Some(method)) => reading
            .hp10_nsv
            .and_then(|hp10| dose::effective_single(method, hp10))
            .is_some_and(|computed| dose::agrees(reported, computed)),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether the worker has a result of this employment that counts for the same place over some of the same days. Another
/// employer gives him a dosimeter of his own.
fn overlaps(reported: &Reported, facts: &dyn Facts) -> Result<bool, Stop> {
    let Reported { employment, position, wear_from: from, wear_to: to, .. } = *reported;
    for year in years(from, to) {
        let key = results_key(reported.person.id, year);
        if facts.touches(&key, &Period { owner: (employment, position.as_str()), from, to }, worn)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The days for which a result counts.
fn worn(state: &State) -> Option<Period> {
    let result = state.dose_result()?;
    let Reading { position, wear_from: from, wear_to: to, flag, .. } = result.reading;
    (flag != ResultFlag::Rejected).then_some(Period { owner: (result.employment, position.as_str()), from, to })
}

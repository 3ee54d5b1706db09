//! Numbers that no question has to scan for: counters that move with the log, exact at every position.
//!
//! A record *contributes* to the measures of its kind: one to their number, and where a measure has an amount, that
//! amount. What an event changes is what its record contributes after it less what it contributed before. A change is
//! written only where something changes, once for the supervision area and once for the institution, so that neither
//! reads the other's rows; the table adds the running total. A statistic at any position is then the last row of each
//! key that is not beyond it.
//!
//! The dimensions of a measure are the state and the facets of its list, and nothing else: so every number has a list
//! that shows the records behind it, under the same filter.

use std::collections::BTreeMap;

use compact_str::CompactString;
use domain::catalog::{Kind, State};
use uuid::Uuid;

use crate::current::{Facet, facets, moved, show};
use crate::dose_book::PersonYear;
use crate::home::{Home, home, institution};
use crate::{Change, Entries, Folded, Poison, Projection, person_years};

/// The projection.
#[derive(Debug, Clone, Copy)]
pub struct Statistics;

/// What is counted.
#[derive(Debug)]
pub struct Measure {
    /// Name, unique.
    pub name: &'static str,
    /// Records of this kind are counted, each once.
    pub kind: Kind,
    /// True when not the records are counted but the workers of a year, by the sum of their results.
    pub persons: bool,
    /// True when a laboratory's own numbers are those of what it reported, wherever it reported it, and no institution's
    /// are kept: the first dimension is the laboratory.
    pub filer: bool,
    /// By what, in the order of the key. The first one is the one by which a part can be read without the rest.
    pub dimensions: &'static [Dimension],
    /// What is added up besides, in nSv.
    pub amount: Option<Amount>,
    /// Its name in Chinese and in English.
    pub labels: (&'static str, &'static str),
    /// What it counts, in Chinese and in English.
    pub definition: (&'static str, &'static str),
    /// Where the definition comes from.
    pub source: &'static str,
}

/// What a measure is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimension {
    /// Name: `state`, or the name of a facet of the kind.
    pub name: &'static str,
    /// Its name in Chinese and in English.
    pub labels: (&'static str, &'static str),
    /// True when its values are days, which can be taken together by month.
    pub day: bool,
}

/// What is added up.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// Its name in Chinese and in English.
    pub labels: (&'static str, &'static str),
    of: fn(&State) -> i64,
}

const fn by(name: &'static str, zh: &'static str, en: &'static str) -> Dimension {
    Dimension { name, labels: (zh, en), day: false }
}

const fn by_day(name: &'static str, zh: &'static str, en: &'static str) -> Dimension {
    Dimension { name, labels: (zh, en), day: true }
}

const STATE: Dimension = by("state", "状态", "state");

/// Every measure.
pub static MEASURES: &[Measure] = &[
    Measure {
        name: "institutions",
        kind: Kind::Institution,
        persons: false,
        filer: false,
        dimensions: &[
            by("kinds", "机构类别", "kinds"),
            by("medical_type", "医疗机构类别", "medical type"),
            by("grade", "等级", "grade"),
            STATE,
        ],
        amount: None,
        labels: ("机构数", "institutions"),
        definition: (
            "登记的机构，每家计一次；有多个类别的机构在每个类别下各计一次。有效机构指状态为有效或歇业中",
            "Institutions on record, each once; one of several kinds counts once under each of them. Those that count in returns are ACTIVE or SUSPENDED_BUSINESS.",
        ),
        source: "R-01; G-01",
    },
    Measure {
        name: "devices",
        kind: Kind::Device,
        persons: false,
        filer: false,
        dimensions: &[by("kind", "装置类别", "kind"), by("ray_class", "射线装置分类", "ray class"), STATE],
        amount: None,
        labels: ("装置数", "devices"),
        definition: (
            "登记的放射装置；在用仅指状态为在用，在册为在用、备用、维修",
            "Devices on record. In use means IN_USE alone; held are IN_USE, STANDBY and REPAIR.",
        ),
        source: "R-03; M-02",
    },
    Measure {
        name: "employments",
        kind: Kind::Employment,
        persons: false,
        filer: false,
        dimensions: &[by("category", "职业类别", "occupational category"), STATE],
        amount: None,
        labels: ("放射工作岗位数（人次）", "posts of radiation workers"),
        definition: (
            "用人关系，按岗位计：在两家单位工作的人计两次。放射工作人员为在岗、休假、暂离",
            "Employments, by post: who works for two employers counts twice. Workers are ACTIVE, ON_LEAVE or SUSPENDED.",
        ),
        source: "R-02; S-01",
    },
    Measure {
        name: "licences",
        kind: Kind::Licence,
        persons: false,
        filer: false,
        dimensions: &[by("type", "许可类别", "type"), by("classes", "许可项目", "classes"), STATE],
        amount: None,
        labels: ("许可证数", "licences"),
        definition: (
            "登记的许可证，每证计一次；含多个许可项目的在每个项目下各计一次。状态为登记的状态，是否逾期由日期判定",
            "Licences on record, each once; one of several classes counts once under each. The state is the recorded one: whether it is overdue follows from its dates.",
        ),
        source: "R-05; G-03",
    },
    Measure {
        name: "licences_due",
        kind: Kind::Licence,
        persons: false,
        filer: false,
        dimensions: &[
            by_day("verify_due_on", "应校验日", "verification due on"),
            by("type", "许可类别", "type"),
            STATE,
        ],
        amount: None,
        labels: ("许可证校验到期", "licences by the day on which verification is due"),
        definition: (
            "按应校验日统计的许可证；任意期间的到期数为其中各日之和",
            "Licences by the day on which verification is due; those due within any period are the sum over its days.",
        ),
        source: "G-09 VerificationRate",
    },
    Measure {
        name: "licences_expiring",
        kind: Kind::Licence,
        persons: false,
        filer: false,
        dimensions: &[by_day("until", "失效日", "first day without validity"), by("type", "许可类别", "type"), STATE],
        amount: None,
        labels: ("许可证有效期届满", "licences by the day on which they expire"),
        definition: (
            "按失效日统计的许可证；长期有效的失效日为空",
            "Licences by the first day on which they are no longer valid; empty for those without an end.",
        ),
        source: "R-05; S14",
    },
    Measure {
        name: "warnings",
        kind: Kind::Warning,
        persons: false,
        filer: false,
        dimensions: &[
            by("rule", "预警规则", "rule"),
            by("grade", "级别", "grade"),
            by("with_city", "已报市级", "passed to the city"),
            STATE,
        ],
        amount: None,
        labels: ("预警数", "warnings"),
        definition: (
            "预警，每条计一次，按现级别；未了结的为除自动解除和已核销以外的状态",
            "Warnings, each once, by their present grade; those that are not over are in any state but CLEARED and CLOSED.",
        ),
        source: "G-04",
    },
    Measure {
        name: "monitoring_contracts",
        kind: Kind::MonitoringContract,
        persons: false,
        filer: false,
        dimensions: &[
            by("laboratory", "监测机构", "laboratory"),
            by("cycle_months", "监测周期（月）", "months that a dosimeter is worn"),
            STATE,
        ],
        amount: None,
        labels: ("个人剂量监测委托数", "monitoring contracts"),
        definition: (
            "个人剂量监测委托；生效中的为未终止",
            "Contracts for individual monitoring; those in force are CONCLUDED, not ended.",
        ),
        source: "D-09",
    },
    Measure {
        name: "dose_reports",
        kind: Kind::DoseReport,
        persons: false,
        filer: false,
        dimensions: &[by_day("signed_on", "签发日期", "signed on"), by("laboratory", "监测机构", "laboratory")],
        amount: None,
        labels: ("个人剂量监测报告数", "dose reports"),
        definition: (
            "已报送的个人剂量监测报告，按签发日期",
            "Dose reports filed, by the day on which they were signed.",
        ),
        source: "G-06",
    },
    Measure {
        name: "dose_results",
        kind: Kind::DoseResult,
        persons: false,
        filer: false,
        dimensions: &[
            by("dose_year", "剂量年度", "dose year"),
            by("category", "职业类别", "occupational category"),
            by("flag", "结果标识", "flag"),
            by("band", "有效剂量区间（mSv）", "interval of the effective dose, mSv"),
        ],
        amount: Some(Amount {
            labels: ("有效剂量合计（逐条）", "sum of the effective doses, line by line"),
            of: effective_nsv,
        }),
        labels: ("个人剂量结果数", "dose results"),
        definition: (
            "个人剂量结果，按条计；合计为各条有效剂量之和，双剂量计的两条各计其报告值，故不等于集体剂量",
            "Dose results, line by line. Their sum adds the effective dose of each line, both lines of a double dosimeter included: it is not the collective dose.",
        ),
        source: "D-02",
    },
    Measure {
        name: "laboratory_results",
        kind: Kind::DoseResult,
        persons: false,
        filer: true,
        dimensions: &[
            by("laboratory", "监测机构", "laboratory"),
            by_day("wear_to", "佩戴终止日", "last day worn"),
            by("flag", "结果标识", "flag"),
            STATE,
        ],
        amount: None,
        labels: ("监测机构报送的结果数", "results reported by laboratories"),
        definition: (
            "各监测机构报送的个人剂量结果，按条计，按佩戴终止日分期；低于最低可探测水平、名义剂量按结果标识，更正过的状态为已更正。监测机构所见为其报送的全部结果",
            "Dose results by the laboratory that reported them, line by line, and by the last day worn. Below detection and nominal ones are told by their flag, corrected ones by the state CORRECTED. A laboratory reads all that it reported.",
        ),
        source: "G-06; D-07",
    },
    Measure {
        name: "laboratory_reports",
        kind: Kind::DoseReport,
        persons: false,
        filer: true,
        dimensions: &[
            by("laboratory", "监测机构", "laboratory"),
            by_day("period_to", "监测周期终止日", "last day of the period"),
            by("overdue", "逾期天数", "days overdue"),
        ],
        amount: None,
        labels: ("监测机构的监测报告数", "dose reports of laboratories"),
        definition: (
            "各监测机构的个人剂量监测报告，按监测周期终止日分期；逾期天数为签发日超出周期终止后一个月的天数，四位数字，按时为0000。逾期报告即逾期天数自0001起，时限可由条件另定",
            "Dose reports by laboratory and by the last day of their period. Days overdue are those from one month after it to the day of signing, in four digits, 0000 in time. Late are those from 0001 on; a condition may set another limit.",
        ),
        source: "G-06; W-DOSE-02",
    },
    Measure {
        name: "annual_doses",
        kind: Kind::DoseResult,
        persons: true,
        filer: false,
        dimensions: &[
            by("dose_year", "剂量年度", "dose year"),
            by("category", "职业类别", "occupational category"),
            by("band", "年有效剂量区间（mSv）", "interval of the annual effective dose, mSv"),
            by("laboratory", "监测机构", "laboratory"),
        ],
        amount: Some(Amount { labels: ("集体剂量（人·nSv）", "collective dose, person·nSv"), of: |_| 0 }),
        labels: ("监测人数", "workers monitored"),
        definition: (
            "该年度有有效剂量结果的人员，每人计一次；年剂量为全部用人单位之和，双剂量计合并计算，低于探测下限按其一半；计入其最近一次结果所在单位、辖区和职业类别；该年度由多家机构监测的，在每家机构下各计一次",
            "Workers with an effective dose of the year, each once. The annual dose is the sum over all employers, the two dosimeters of a double taken together, below the detectable level as half of it. A worker counts at the institution, in the area and in the category of his latest result of the year; one whom several laboratories monitored counts once under each of them.",
        ),
        source: "D-01; D-02; D-05",
    },
];

fn effective_nsv(state: &State) -> i64 {
    let result = state.dose_result().filter(|result| !result.reading.flag.is_without_value());
    result.and_then(|result| result.reading.effective_nsv).unwrap_or(0)
}

/// The measure of this name.
#[must_use]
pub fn measure(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

/// Ends a value within a key; no text of the ledger holds it, and it sorts before every other character.
pub const END: char = '\u{1f}';

impl Measure {
    /// The facets of the list behind it.
    #[must_use]
    pub fn facets(&self) -> &'static [Facet] {
        if self.persons { person_years::FACETS } else { facets(self.kind) }
    }

    /// True when one thing counted can have several values of the dimension at this place: the key holds them as `|A|B|`.
    #[must_use]
    pub fn is_many(&self, place: usize) -> bool {
        let named = |facet: &&Facet| self.dimensions.get(place).is_some_and(|known| known.name == facet.name);
        self.facets().iter().find(named).is_some_and(|facet| facet.many)
    }

    /// Place of a dimension.
    #[must_use]
    pub fn place(&self, dimension: &str) -> Option<usize> {
        self.dimensions.iter().position(|known| known.name == dimension)
    }

    /// The values of a key, in the order of the dimensions.
    #[must_use]
    pub fn values<'k>(&self, key: &'k str) -> Vec<&'k str> {
        key.split_terminator(END).collect()
    }
}

/// What a record adds to a measure: itself once, and an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Measure.
    pub measure: &'static str,
    /// Values of its dimensions, each with [`END`] behind it.
    pub key: CompactString,
    /// Amount.
    pub amount: i64,
}

/// What a record in this state contributes; a dose result with the laboratory that reported it.
#[must_use]
pub fn contributions(state: &State, laboratory: Option<Uuid>) -> Vec<Contribution> {
    let kind = state.kind();
    let mut measures = MEASURES.iter().filter(|measure| measure.kind == kind && !measure.persons).peekable();
    if measures.peek().is_none() {
        return Vec::new();
    }
    let shown = show(state, laboratory);
    let value = |dimension: &Dimension| match facets(kind).iter().position(|facet| facet.name == dimension.name) {
        Some(at) => shown.facets[at].as_str(),
        None => shown.state,
    };
    let contribution = |measure: &'static Measure| {
        let mut key = CompactString::default();
        for dimension in measure.dimensions {
            key.push_str(value(dimension));
            key.push(END);
        }
        Contribution { measure: measure.name, key, amount: measure.amount.map_or(0, |amount| (amount.of)(state)) }
    };
    measures.map(contribution).collect()
}

/// For whom a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// For the supervision area: what counties and the city read.
    Area,
    /// For the institution alone.
    Org,
}

/// What one event changed in one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Measure.
    pub measure: &'static str,
    /// Kind of the records counted.
    pub kind: Kind,
    /// Whether it counts for the area or for the institution.
    pub grain: Grain,
    /// Where the record belongs: the institution also of a row that counts for the area, which moves with it.
    pub home: Home,
    /// Values of the dimensions.
    pub key: CompactString,
    /// Position of the event.
    pub position: u64,
    /// By how much the number changed.
    pub delta: i64,
    /// By how much the amount changed.
    pub amount_delta: i64,
}

/// By how much each number changes, by measure and key.
type Changed = BTreeMap<(&'static str, CompactString), (i64, i64)>;

/// The same by institution, in their order; nil is none.
type Deltas = BTreeMap<Uuid, (Home, Changed)>;

fn count((_, changed): &mut (Home, Changed), state: &State, laboratory: Option<Uuid>, sign: i64) {
    for found in contributions(state, laboratory) {
        let (delta, amount) = changed.entry((found.measure, found.key)).or_default();
        *delta += sign;
        *amount += sign * found.amount;
    }
}

impl Projection for Statistics {
    type Row = Row;
    const NAME: &'static str = "statistics";
    const VERSION: i32 = 4;
    const DOSES: bool = true;

    fn fold(folded: &Folded<'_>, entries: &Entries) -> Result<Vec<Change<Row>>, Poison> {
        let (record, kind, position) = (folded.record(), folded.after.state.kind(), folded.parsed.position);
        let mut deltas = Deltas::new();
        // A number belongs to no account and to no laboratory.
        let now = Home { account: None, filed_by: None, ..folded.home.clone() };
        if let Some(before) = &folded.before {
            let then = Home { account: None, filed_by: None, ..home(record, before, entries) };
            // Its past rows are moved to where the institution is now, so both sides count there.
            let home = if then.org == now.org { &now } else { &then };
            count(
                deltas.entry(home.org.unwrap_or_default()).or_insert_with(|| (home.clone(), Changed::new())),
                &before.state,
                folded.reported[0],
                -1,
            );
        }
        count(
            deltas.entry(now.org.unwrap_or_default()).or_insert_with(|| (now.clone(), Changed::new())),
            &folded.after.state,
            folded.reported[1],
            1,
        );
        for change in &folded.doses {
            for (sign, side) in [(-1, &change.before), (1, &change.after)] {
                let Some(of_year) = side else { continue };
                let at = || (place_of(of_year.org, entries), Changed::new());
                count_year(
                    deltas.entry(of_year.org.unwrap_or_default()).or_insert_with(at),
                    change.year,
                    of_year,
                    sign,
                );
            }
        }
        let mut changes = Vec::new();
        changes.extend(moved(folded));
        let mut filed = Changed::new();
        // In the order of the institutions, which is that of rows of one position.
        for (home, changed) in deltas.into_values() {
            for ((measure, key), (delta, amount_delta)) in changed {
                if (delta, amount_delta) == (0, 0) {
                    continue;
                }
                let filer = is_of_filer(measure);
                if filer {
                    let sum = filed.entry((measure, key.clone())).or_default();
                    *sum = (sum.0 + delta, sum.1 + amount_delta);
                }
                let of_area =
                    Row { measure, kind, grain: Grain::Area, home: home.clone(), key, position, delta, amount_delta };
                let of_org = home.org.filter(|_| !filer).map(|_| Row { grain: Grain::Org, ..of_area.clone() });
                changes.push(Change::Put(of_area));
                changes.extend(of_org.map(Change::Put));
            }
        }
        // What a laboratory filed is its own wherever it lies, so these rows lie in no area and move with no client.
        for ((measure, key), (delta, amount_delta)) in filed {
            let laboratory = key.split(END).next().and_then(|id| Uuid::try_parse(id).ok());
            let Some(org) = laboratory.filter(|_| (delta, amount_delta) != (0, 0)) else { continue };
            let home = Home { org: Some(org), ..Home::default() };
            changes.push(Change::Put(Row {
                measure,
                kind,
                grain: Grain::Org,
                home,
                key,
                position,
                delta,
                amount_delta,
            }));
        }
        Ok(changes)
    }
}

fn is_of_filer(name: &str) -> bool {
    measure(name).is_some_and(|measure| measure.filer)
}

fn count_year((_, changed): &mut (Home, Changed), year: i16, of_year: &PersonYear, sign: i64) {
    let (band, laboratories) = (person_years::Row::band(of_year), person_years::Row::laboratories(of_year));
    let key =
        compact_str::format_compact!("{year}{END}{}{END}{band}{END}{laboratories}{END}", of_year.category.as_str());
    let (delta, amount) = changed.entry(("annual_doses", key)).or_default();
    *delta += sign;
    *amount += sign * of_year.annual.effective_nsv;
}

pub(crate) fn place_of(org: Option<Uuid>, entries: &Entries) -> Home {
    let entry = org.and_then(|org| entries.get(&institution(org)));
    let area = entry.and_then(|entry| entry.state.institution().map(|state| state.profile.supervision_area.clone()));
    Home { org, area, ..Home::default() }
}

/// The institution of a row that is written for it alone.
#[must_use]
pub fn own_org(row: &Row) -> Option<Uuid> {
    row.home.org.filter(|_| row.grain == Grain::Org)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_is_a_filter_of_the_list() {
        for measure in MEASURES {
            assert_eq!(MEASURES.iter().filter(|other| other.name == measure.name).count(), 1, "{}", measure.name);
            for dimension in measure.dimensions {
                let known = dimension.name == "state" || measure.facets().iter().any(|f| f.name == dimension.name);
                assert!(known, "{}.{}", measure.name, dimension.name);
            }
        }
    }

    #[test]
    fn a_key_gives_its_values_back() {
        let measure = measure("licences_due").expect("a measure");
        assert_eq!(measure.values("\u{1f}LIC\u{1f}VALID\u{1f}"), ["", "LIC", "VALID"]);
        assert_eq!(measure.place("state"), Some(2));
        assert!(super::measure("licences").expect("a measure").is_many(1));
    }
}

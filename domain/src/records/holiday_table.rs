//! A holiday table: what the State Council's yearly notice makes of the days of one year.
//!
//! Licence periods run in working days (行政许可法 Art. 82), so every clock of an authority reads it. The city publishes
//! the table with the number of the notice; a slip is corrected. It counts from its position on, and an evaluation at
//! an earlier position keeps the calendar that it had. A notice may reach into the December before its year (the
//! one of 2019 did); there the later table wins.
//!
//! States: published; corrected as often as needed.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::Object;
use uuid::Uuid;

use super::{change_is_sound, change_of, changed, corrects_one_of};
use crate::catalog::{EventType, Kind};
use crate::field::{Data, LINE, Shape};
use crate::law::{Citation, LICENSING, product};
use crate::record::{About, Claim, Facts, Need, Origins, Record, Stop, Target, ensure};
use crate::reference_codes::HolidayKind;
use crate::refusal::{Code, Rule};
use crate::workdays::{Calendar, is_weekend, year_of};
use crate::{data, events};

data! {
    /// A day that is not what the week says.
    pub struct SpecialDay {
        date: Date = Shape::Day, "日期", "date";
        kind: HolidayKind = Shape::Code(&HolidayKind::LIST), "类别", "what it is";
    }

    /// The table of a year.
    pub struct Table {
        year: u32 = Shape::Integer(2000, 2200, ""), "年度", "year";
        document: CompactString = LINE, "通知文号", "document number of the notice";
        document_on: Option<Date> = Shape::Day, "通知日期", "date of the notice";
        days: Vec<SpecialDay> = Shape::List(1, 120, &Shape::Object(<SpecialDay as Data>::FIELDS)), "放假与调休日期", "days, in the order of their dates";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<Object> = Shape::Members(<Table as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Table as Data>::FIELDS), "清空", "members without a value";
    }
}

events! {
    /// Events of a holiday table.
    pub enum Event {
        Published(Table) = "holiday_table.published", 1, [Declaration], true, Forbidden, Person, "节假日表发布", "holiday table published";
        Corrected(Corrected) = "holiday_table.corrected", 1, [Correction], false, Forbidden, Person, "节假日表更正", "holiday table corrected";
    }
}

/// A holiday table.
#[derive(Debug, Clone, Serialize)]
pub struct HolidayTable {
    /// What it says.
    #[serde(flatten)]
    pub table: Table,
    #[serde(skip)]
    origins: Origins,
}

const DAY_OF_YEAR: Rule = Rule {
    id: "holiday_table.day_of_year",
    zh: "日期须在该年度内，或在上一年12月",
    en: "A day lies in the year of the table, or in the December before.",
    citation: product("§6"),
};
const ORDER: Rule = Rule {
    id: "holiday_table.days_in_order",
    zh: "日期须按先后排列且不重复",
    en: "The days stand in the order of their dates, each once.",
    citation: product("§6"),
};
const MAKEUP: Rule = Rule {
    id: "holiday_table.makeup_on_weekend",
    zh: "调休上班日须为星期六或星期日",
    en: "A make-up workday is a Saturday or Sunday.",
    citation: Citation { instrument: &LICENSING, clause: "第八十二条" },
};
const FIXED: Rule = Rule {
    id: "holiday_table.year_fixed",
    zh: "年度不能更正：请为正确的年度发布新表",
    en: "A table keeps its year: publish the table of the other year.",
    citation: product("§6"),
};

/// Index key of all holiday tables.
pub const HOLIDAY_TABLES_KEY: &str = "holiday_tables";

impl HolidayTable {
    /// A calendar with this table.
    #[must_use]
    pub fn over(&self, calendar: Calendar) -> Calendar {
        calendar.with(self.table.year, self.table.days.iter().map(|day| (day.date, day.kind)))
    }
}

/// [`HolidayTable::over`] of a row of the read model.
///
/// # Errors
/// The member that is not there: a row that this program did not write.
pub fn over_by(calendar: Calendar, row: &serde_json::Value) -> Result<Calendar, &'static str> {
    let year = row.get("year").and_then(serde_json::Value::as_u64).and_then(|year| u32::try_from(year).ok());
    let days = row.get("days").and_then(serde_json::Value::as_array).ok_or("days")?;
    let text = |day: &serde_json::Value, name: &str| day.get(name).and_then(|text| text.as_str().map(str::to_owned));
    let days: Option<Vec<_>> = days
        .iter()
        .map(|day| Some((text(day, "date")?.parse().ok()?, HolidayKind::parse(&text(day, "kind")?)?)))
        .collect();
    Ok(calendar.with(year.ok_or("year")?, days.ok_or("days")?))
}

/// The calendar that all published tables make.
///
/// # Errors
/// A [`Need`] when a table is not loaded.
pub fn calendar(facts: &dyn Facts) -> Result<Calendar, Need> {
    let mut calendar = Calendar::plain();
    for record in &facts.members(HOLIDAY_TABLES_KEY)?.records {
        if let Some(table) = facts.entry(record)?.as_ref().and_then(|entry| entry.state.holiday_table()) {
            calendar = table.over(calendar);
        }
    }
    Ok(calendar)
}

impl Record for HolidayTable {
    const KIND: Kind = Kind::HolidayTable;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Published(table), _) => table_is_sound(table, "/data"),
            (Event::Corrected(corrected), Some(holidays)) => {
                let change = change_of(&corrected.set, &corrected.clear);
                change_is_sound(&change)?;
                ensure(!change.members().any(|name| name == "year"), &FIXED, "/data/set/year")?;
                corrects_one_of(about, &["holiday_table.published", "holiday_table.corrected"])?;
                table_is_sound(&changed(&holidays.table, &change), "/data/set")
            }
            (Event::Corrected(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (event, state) {
            (Event::Published(table), _) => Self { table, origins: Origins::new(about.origin()) },
            (Event::Corrected(corrected), Some(mut holidays)) => {
                let Self { table, origins } = &mut holidays;
                origins.apply(table, &change_of(&corrected.set, &corrected.clear), about.origin());
                holidays
            }
            (Event::Corrected(_), None) => unreachable!("a holiday table begins with holiday_table.published"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Published(_) => vec![HOLIDAY_TABLES_KEY.into()],
            Event::Corrected(_) => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![Claim::new("holiday_year", [self.table.year.to_string()])]
    }
}

fn table_is_sound(table: &Table, at: &str) -> Result<(), Stop> {
    for (index, day) in table.days.iter().enumerate() {
        let pointer = || format!("{at}/days/{index}/date");
        let (year, month) = (year_of(day.date), day.date.0.month());
        let within = year == table.year || (year + 1 == table.year && month == 12);
        ensure(within, &DAY_OF_YEAR, &pointer())?;
        let after = index == 0 || table.days[index - 1].date < day.date;
        ensure(after, &ORDER, &pointer())?;
        ensure(day.kind == HolidayKind::Holiday || is_weekend(day.date), &MAKEUP, &pointer())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(days: &[(&str, HolidayKind)]) -> Table {
        let days =
            days.iter().map(|(date, kind)| SpecialDay { date: date.parse().expect("a date"), kind: *kind }).collect();
        Table { year: 2026, document: "国办发明电〔2025〕7号".into(), document_on: None, days }
    }

    fn refused(table: &Table) -> Option<&'static str> {
        match table_is_sound(table, "/data") {
            Err(Stop::Refuse(refusal)) => refusal.rule.map(|rule| rule.id),
            _ => None,
        }
    }

    #[test]
    fn a_table_holds_the_days_of_its_year_in_order() {
        use HolidayKind::{Holiday, MakeupWorkday};
        let good = [("2025-12-31", Holiday), ("2026-01-01", Holiday), ("2026-01-04", MakeupWorkday)];
        assert_eq!(refused(&table(&good)), None);
        assert_eq!(refused(&table(&[("2025-11-30", Holiday)])), Some("holiday_table.day_of_year"));
        assert_eq!(refused(&table(&[("2027-01-01", Holiday)])), Some("holiday_table.day_of_year"));
        let twice = [("2026-01-01", Holiday), ("2026-01-01", Holiday)];
        assert_eq!(refused(&table(&twice)), Some("holiday_table.days_in_order"));
        assert_eq!(refused(&table(&[("2026-01-05", MakeupWorkday)])), Some("holiday_table.makeup_on_weekend"));
    }
}

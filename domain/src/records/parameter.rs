//! A parameter: a number of policy that rules read, with the day from which it counts.
//!
//! What law leaves open (an investigation level, the age of an examination, who decides on a class of licence) is set
//! by the city with its source, and never edited: a change is one more setting. A rule reads the setting of the day it
//! judges, so an evaluation of an old year gives the answer of that year. While nothing is set, the default of
//! [`ParameterName::bounds`] counts.
//!
//! States: set → changed, as often as needed.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use signing::bytes::Date;
use signing::json::Object;
use uuid::Uuid;

use super::{change_differs, change_is_sound, change_of, changed};
use crate::catalog::{EventType, Kind};
use crate::field::{Data, FREE, PARAGRAPH, Shape};
use crate::law::product;
use crate::record::{About, Claim, Facts, Need, Record, Stop, Target, ensure};
use crate::reference_codes::{ParameterName, ParameterUnit};
use crate::refusal::{Code, Rule};
use crate::{data, events};

/// Room for every unit; the bounds of each name are narrower and judged by a rule.
const VALUE: Shape = Shape::Integer(0, 1_000_000_000_000, "");

data! {
    /// The first setting of a parameter.
    pub struct Set {
        name: ParameterName = Shape::Code(&ParameterName::LIST), "参数", "parameter";
        unit: ParameterUnit = Shape::Code(&ParameterUnit::LIST), "单位", "unit";
        value: i64 = VALUE, "数值", "value";
        from_day: Date = Shape::Day, "施行日期", "first day on which it counts";
        source: CompactString = PARAGRAPH, "依据", "what it rests on";
        document_no: Option<CompactString> = Shape::Text(1, 60, &FREE), "文号", "document number";
    }

    /// What of a parameter may change.
    pub struct Setting {
        value: i64 = VALUE, "数值", "value";
        from_day: Date = Shape::Day, "施行日期", "first day on which it counts";
        source: CompactString = PARAGRAPH, "依据", "what it rests on";
        document_no: Option<CompactString> = Shape::Text(1, 60, &FREE), "文号", "document number";
    }

    /// Changed members.
    pub struct Changed {
        set: Option<Object> = Shape::Members(<Setting as Data>::FIELDS), "变更为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Setting as Data>::FIELDS), "清空", "members without a value";
    }
}

events! {
    /// Events of a parameter.
    pub enum Event {
        Set(Set) = "parameter.set", 1, [Declaration], true, Forbidden, Person, "参数设定", "parameter set";
        Changed(Changed) = "parameter.changed", 1, [Declaration], false, Forbidden, Person, "参数变更", "parameter changed";
    }
}

/// A parameter.
#[derive(Debug, Clone, Serialize)]
pub struct Parameter {
    /// Name.
    pub name: ParameterName,
    /// Unit.
    pub unit: ParameterUnit,
    /// Every setting, in the order in which they were signed.
    pub settings: Vec<Setting>,
}

impl Parameter {
    /// The setting of a day: of those that have begun the one that began last, and of equals the one signed last.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&Setting> {
        self.settings.iter().filter(|setting| setting.from_day <= day).max_by_key(|setting| setting.from_day)
    }

    fn last(&self) -> &Setting {
        self.settings.last().expect("a parameter begins with a setting")
    }
}

const UNIT: Rule = Rule {
    id: "parameter.unit",
    zh: "单位与该参数规定的单位不符",
    en: "The unit is not the one of this parameter.",
    citation: product("§6"),
};
const BOUNDS: Rule = Rule {
    id: "parameter.bounds",
    zh: "数值超出该参数允许的范围",
    en: "The value lies outside the bounds of this parameter.",
    citation: product("§6"),
};
const FROM_DAY: Rule = Rule {
    id: "parameter.from_day_past",
    zh: "施行日期不能早于今天：已作出的判断不因参数变更而改变",
    en: "A setting cannot count from a day that has passed: what was judged stays judged.",
    citation: product("§6"),
};

/// Index key of all parameters.
pub const PARAMETERS_KEY: &str = "parameters";

/// The claim of a name: there is one record of it.
#[must_use]
pub fn claim(name: ParameterName) -> Claim {
    Claim::new("parameter", [name.as_str()])
}

/// The value of a parameter on a day, its default while none is set.
///
/// # Errors
/// A [`Need`] when a parameter is not loaded.
pub fn value_on(name: ParameterName, day: Date, facts: &dyn Facts) -> Result<i64, Need> {
    // The key and not the claim: a view may leave claims to the append and answer none.
    for record in &facts.members(PARAMETERS_KEY)?.records {
        let entry = facts.entry(record)?;
        let parameter = entry.as_ref().and_then(|entry| entry.state.parameter());
        if let Some(parameter) = parameter.filter(|parameter| parameter.name == name) {
            return Ok(parameter.on(day).map_or(name.bounds().default, |setting| setting.value));
        }
    }
    Ok(name.bounds().default)
}

/// [`value_on`] by the row of the parameter in the read model; absent when nothing was set.
///
/// # Errors
/// The member that is not as a row has it.
pub fn value_by(row: Option<&Json>, name: ParameterName, day: Date) -> Result<i64, &'static str> {
    #[derive(Deserialize)]
    struct Since {
        value: i64,
        from_day: Date,
    }
    let settings = match row {
        Some(row) => Vec::<Since>::deserialize(&row["settings"]).map_err(|_| "settings")?,
        None => Vec::new(),
    };
    let begun = settings.iter().filter(|setting| setting.from_day <= day);
    Ok(begun.max_by_key(|setting| setting.from_day).map_or(name.bounds().default, |setting| setting.value))
}

impl Record for Parameter {
    const KIND: Kind = Kind::Parameter;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Set(set), _) => {
                ensure(set.unit == set.name.bounds().unit, &UNIT, "/data/unit")?;
                setting_is_sound(set.name, set.value, set.from_day, about.day, "/data")
            }
            (Event::Changed(data), Some(parameter)) => {
                let change = change_of(&data.set, &data.clear);
                change_is_sound(&change)?;
                change_differs(parameter.last(), &change)?;
                let next = changed(parameter.last(), &change);
                setting_is_sound(parameter.name, next.value, next.from_day, about.day, "/data/set")
            }
            (Event::Changed(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Set(set), _) => {
                let Set { name, unit, value, from_day, source, document_no } = set;
                Self { name, unit, settings: vec![Setting { value, from_day, source, document_no }] }
            }
            (Event::Changed(data), Some(mut parameter)) => {
                let next = changed(parameter.last(), &change_of(&data.set, &data.clear));
                parameter.settings.push(next);
                parameter
            }
            (Event::Changed(_), None) => unreachable!("a parameter begins with parameter.set"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Set(_) => vec![PARAMETERS_KEY.into()],
            Event::Changed(_) => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![claim(self.name)]
    }
}

fn setting_is_sound(name: ParameterName, value: i64, from_day: Date, today: Date, at: &str) -> Result<(), Stop> {
    let bounds = name.bounds();
    ensure((bounds.min..=bounds.max).contains(&value), &BOUNDS, &format!("{at}/value"))?;
    // Also when a change leaves the day alone: an old day would reach back over what was judged since.
    ensure(from_day >= today, &FROM_DAY, &format!("{at}/from_day"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn setting(value: i64, from_day: &str) -> Setting {
        Setting { value, from_day: day(from_day), source: "市卫健委".into(), document_no: None }
    }

    #[test]
    fn the_setting_of_a_day_is_the_one_that_began_last() {
        let settings = vec![setting(6, "2026-01-01"), setting(4, "2027-01-01"), setting(5, "2026-06-01")];
        let (name, unit) = (ParameterName::CertificateExamAge, ParameterUnit::Month);
        let mut parameter = Parameter { name, unit, settings };
        let value = |parameter: &Parameter, on| parameter.on(day(on)).map(|setting| setting.value);
        assert_eq!(value(&parameter, "2025-12-31"), None);
        assert_eq!(value(&parameter, "2026-05-31"), Some(6));
        assert_eq!(value(&parameter, "2026-06-01"), Some(5));
        assert_eq!(value(&parameter, "2027-01-01"), Some(4), "signed earlier, counts from later");
        parameter.settings.push(setting(7, "2027-01-01"));
        assert_eq!(value(&parameter, "2027-01-01"), Some(7), "of the same day the last signed");
    }

    #[test]
    fn a_value_keeps_its_bounds_and_no_day_is_past() {
        let check = |value, from| match setting_is_sound(
            ParameterName::InvestigationLevel,
            value,
            day(from),
            day("2026-03-02"),
            "/data",
        ) {
            Err(Stop::Refuse(refusal)) => refusal.rule.map(|rule| rule.id),
            _ => None,
        };
        assert_eq!(check(1_000_000, "2026-03-02"), None);
        assert_eq!(check(20_000_000, "2026-03-03"), None);
        assert_eq!(check(999_999, "2026-03-02"), Some("parameter.bounds"));
        assert_eq!(check(20_000_001, "2026-03-02"), Some("parameter.bounds"));
        assert_eq!(check(5_000_000, "2026-03-01"), Some("parameter.from_day_past"));
    }

    #[test]
    fn the_setting_that_began_last_counts() {
        let name = ParameterName::FiveYearEpoch;
        let row = json!({"settings": [
            {"value": 2022, "from_day": "2027-01-01", "source": "示范"},
            {"value": 2024, "from_day": "2029-01-01", "source": "示范"},
            {"value": 2023, "from_day": "2029-01-01", "source": "示范"},
        ]});
        for (on, value) in [("2026-12-31", 2021), ("2027-01-01", 2022), ("2028-12-31", 2022), ("2029-12-31", 2023)] {
            assert_eq!(value_by(Some(&row), name, day(on)), Ok(value), "{on}");
        }
        assert_eq!(value_by(None, name, day("2029-12-31")), Ok(2021));
        assert_eq!(value_by(Some(&json!({})), name, day("2029-12-31")), Err("settings"));
    }
}

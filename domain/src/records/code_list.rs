//! What the city makes of a code list: which of its codes are entered no longer.
//!
//! Codes and their meanings come with a catalogue, since a program must know what a code means before it can count it.
//! What a city decides is which of them it still takes: a code that a new notice has replaced is withdrawn from a day
//! on, and may be taken in again. A new event that carries a withdrawn code is refused; what happened before that day
//! is still entered with the code of its time, and nothing that stands in the ledger changes.
//!
//! Lists by which the ledger itself is run (roles, policies, parameters) cannot be amended.
//!
//! States: published; amended as often as needed.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::json::Object;
use uuid::Uuid;

use crate::admission::Typed;
use crate::authority::POLICY_KEY;
use crate::catalog::{self, EventType, Kind};
use crate::field::{CodeList as Codes, Field, LINE, Shape};
use crate::file_codes::CodeStatus;
use crate::law::product;
use crate::record::{About, Claim, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// What becomes of one code.
    pub struct Entry {
        code: CompactString = Shape::Text(1, 40, &crate::field::FREE), "代码", "code";
        status: CodeStatus = Shape::Code(&CodeStatus::LIST), "状态", "whether it is entered";
    }

    /// The first amendment of a list.
    pub struct Published {
        list: CompactString = Shape::Text(1, 40, &crate::field::FREE), "代码表", "code list";
        document: CompactString = LINE, "依据文号", "document that it rests on";
        from_day: Date = Shape::Day, "施行日期", "first day on which it counts";
        codes: Vec<Entry> = Shape::List(1, 200, &Shape::Object(<Entry as crate::field::Data>::FIELDS)), "代码", "codes that change";
    }

    /// One more amendment.
    pub struct Amended {
        document: CompactString = LINE, "依据文号", "document that it rests on";
        from_day: Date = Shape::Day, "施行日期", "first day on which it counts";
        codes: Vec<Entry> = Shape::List(1, 200, &Shape::Object(<Entry as crate::field::Data>::FIELDS)), "代码", "codes that change";
    }
}

events! {
    /// Events of a code list.
    pub enum Event {
        Published(Published) = "code_list.published", 1, [Declaration], true, Forbidden, Person, "代码表发布", "code list published";
        Amended(Amended) = "code_list.amended", 1, [Declaration], false, Forbidden, Person, "代码表修订", "code list amended";
    }
}

/// A code list, as the city amends it.
#[derive(Debug, Clone, Serialize)]
pub struct CodeList {
    /// Name of the list.
    pub list: CompactString,
    /// Every amendment, in the order in which they were signed.
    pub amendments: Vec<Amended>,
}

impl CodeList {
    /// Whether a code is withdrawn on a day: of the amendments that name it and have begun, the one that began last
    /// decides, and of equals the one signed last.
    #[must_use]
    pub fn is_withdrawn(&self, code: &str, day: Date) -> bool {
        let begun = self.amendments.iter().filter(|amendment| amendment.from_day <= day);
        let named = begun.filter_map(|amendment| {
            let entry = amendment.codes.iter().find(|entry| entry.code == code)?;
            Some((amendment.from_day, entry.status))
        });
        named.max_by_key(|(from, _)| *from).is_some_and(|(_, status)| status == CodeStatus::Withdrawn)
    }
}

const LIST: Rule = Rule {
    id: "code_list.list",
    zh: "没有该代码表，或该代码表不由市级修订",
    en: "There is no such list, or it is not one that the city amends.",
    citation: product("§6"),
};
const CODES: Rule = Rule {
    id: "code_list.codes",
    zh: "代码不在该代码表中，或重复出现：新代码随新版数据目录发布",
    en: "A code is not in the list, or stands there twice: new codes come with a new catalogue.",
    citation: product("§6"),
};
const LEFT: Rule = Rule {
    id: "code_list.left",
    zh: "代码表至少须保留一个可用代码",
    en: "At least one code of a list stays in force.",
    citation: product("§6"),
};
const FROM_DAY: Rule = Rule {
    id: "code_list.from_day_past",
    zh: "施行日期不能早于今天：已登记的内容不因代码表修订而改变",
    en: "An amendment cannot count from a day that has passed: what was entered stays entered.",
    citation: product("§6"),
};
const WITHDRAWN: Rule = Rule {
    id: "code_list.withdrawn",
    zh: "该代码已停用：请选用现行代码",
    en: "This code is withdrawn: choose one that is in force.",
    citation: product("§6"),
};

/// A list that the city may amend: one that a record of people, places, doses or licences uses.
#[must_use]
pub fn amendable(name: &str) -> Option<&'static Codes> {
    let own = [Kind::Parameter, Kind::CodeList, Kind::HolidayTable, Kind::Import];
    let kinds = Kind::ALL.iter().filter(|kind| **kind >= Kind::Institution && !own.contains(kind));
    let mut lists = kinds.flat_map(|kind| catalog::lists_of(*kind));
    lists.find(|list| list.name == name)
}

/// Refuses an event that carries a code which is withdrawn on its business date.
///
/// # Errors
/// The refusal, at the code; a [`Need`](crate::record::Need) when the lists are not loaded.
pub fn in_use(typed: &Typed, data: &Object, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    let in_force = facts.in_force()?;
    if in_force.amended.is_empty() {
        return Ok(());
    }
    let day = about.origin().date;
    let mut withdrawn = None;
    walk(typed.event_type.data, data, "/data", &mut |list, code, pointer| {
        let gone = in_force.amended.iter().any(|known| known.list == list.name && known.is_withdrawn(code, day));
        if gone && withdrawn.is_none() {
            withdrawn = Some(pointer.to_owned());
        }
    });
    withdrawn.map_or(Ok(()), |pointer| Err(Stop::rule(&WITHDRAWN, &pointer)))
}

/// Shows every code of validated data with its list and place.
fn walk(fields: &[Field], data: &Object, at: &str, seen: &mut dyn FnMut(&Codes, &str, &str)) {
    use signing::json::Value;
    fn value(shape: &Shape, given: &Value, at: &str, seen: &mut dyn FnMut(&Codes, &str, &str)) {
        match (shape, given) {
            (Shape::Code(list), Value::Text(code)) => seen(list, code, at),
            (Shape::Object(fields) | Shape::Members(fields), Value::Object(inner)) => walk(fields, inner, at, seen),
            (Shape::List(_, _, item), Value::Array(items)) => {
                for (index, given) in items.iter().enumerate() {
                    value(item, given, &format!("{at}/{index}"), seen);
                }
            }
            _ => {}
        }
    }
    for field in fields {
        if let Some(given) = data.get(field.name) {
            value(&field.shape, given, &format!("{at}/{}", field.name), seen);
        }
    }
}

impl Record for CodeList {
    const KIND: Kind = Kind::CodeList;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        let (name, from_day, codes) = match (event, state) {
            (Event::Published(first), _) => (&first.list, first.from_day, &first.codes),
            (Event::Amended(next), Some(list)) => (&list.list, next.from_day, &next.codes),
            (Event::Amended(_), None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        let Some(list) = amendable(name) else { return Err(Stop::rule(&LIST, "/data/list")) };
        ensure(from_day >= about.day, &FROM_DAY, "/data/from_day")?;
        for (index, entry) in codes.iter().enumerate() {
            let once = codes[..index].iter().all(|earlier| earlier.code != entry.code);
            ensure(once && list.contains(&entry.code), &CODES, &format!("/data/codes/{index}/code"))?;
        }
        let after = Self::evolve(state.cloned(), event.clone(), about);
        // An amendment that was signed earlier may begin later: every day on which something begins is looked at.
        let days = after.amendments.iter().map(|amendment| amendment.from_day).filter(|day| *day >= from_day);
        for day in days {
            let left = list.codes.iter().any(|(code, ..)| !after.is_withdrawn(code, day));
            ensure(left, &LEFT, "/data/codes")?;
        }
        Ok(())
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Published(Published { list, document, from_day, codes }), _) => {
                Self { list, amendments: vec![Amended { document, from_day, codes }] }
            }
            (Event::Amended(next), Some(mut list)) => {
                list.amendments.push(next);
                list
            }
            (Event::Amended(_), None) => unreachable!("a code list begins with code_list.published"),
        }
    }

    /// The lists are read with the files in force by every decision, so they lie under the same key.
    fn keys(_: &Event, _: &About<'_>) -> Vec<CompactString> {
        vec![POLICY_KEY.into()]
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![Claim::new("code_list", [self.list.as_str()])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amended(from_day: &str, codes: &[(&str, CodeStatus)]) -> Amended {
        let codes = codes.iter().map(|(code, status)| Entry { code: (*code).into(), status: *status }).collect();
        Amended { document: "示范文号".into(), from_day: from_day.parse().expect("a date"), codes }
    }

    #[test]
    fn of_the_amendments_that_have_begun_the_last_decides() {
        use CodeStatus::{InForce, Withdrawn};
        let amendments = vec![
            amended("2026-01-01", &[("FILM", Withdrawn)]),
            amended("2027-01-01", &[("FILM", InForce)]),
            amended("2026-06-01", &[("EPD", Withdrawn)]),
        ];
        let list = CodeList { list: "DOSIMETER_KIND".into(), amendments };
        let gone = |code, day: &str| list.is_withdrawn(code, day.parse().expect("a date"));
        assert!(!gone("FILM", "2025-12-31"));
        assert!(gone("FILM", "2026-01-01"));
        assert!(gone("FILM", "2026-12-31"), "another code's amendment leaves it alone");
        assert!(!gone("FILM", "2027-01-01"));
        assert!(gone("EPD", "2027-01-01"));
    }

    #[test]
    fn lists_by_which_the_ledger_is_run_are_not_amended() {
        assert!(amendable("DOSIMETER_KIND").is_some());
        assert!(amendable("DEVICE_KIND").is_some());
        for name in ["ROLE", "PARAMETER", "POLICY_FILE", "CODE_STATUS", "NO_SUCH_LIST"] {
            assert!(amendable(name).is_none(), "{name}");
        }
    }
}

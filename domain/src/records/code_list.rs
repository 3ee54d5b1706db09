//! An amendment of a code list: codes that are added or retired from a day on.
//!
//! The lists are published with the catalogue; between two catalogues the city amends them, one record for each
//! version of a list. It takes two people. A retired code stays readable for ever and is no longer for new facts.
//! Lists by which the program itself decides are closed: a state or role that no rule knows would mean nothing.
//!
//! States: published → complete (countersigned); in force from its day on.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Countersigns, countersigned};
use crate::catalog::{EventType, Kind, collect_lists, event_types};
use crate::field::{CodeList as Published, Data, Form, LINE, Shape};
use crate::law::product;
use crate::record::{About, Claim, Facts, Need, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

const NAME: Shape = Shape::Text(
    1,
    40,
    &Form {
        name: "code_list_name",
        pattern: "^[A-Z][A-Z0-9_]{0,39}$",
        check: |text| text.starts_with(|first: char| first.is_ascii_uppercase()) && text.bytes().all(is_word),
    },
);

const CODE: Shape = Shape::Text(
    1,
    40,
    &Form {
        name: "code",
        pattern: "^[A-Z0-9][A-Z0-9_-]{0,39}$",
        check: |text| {
            text.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit())
                && text.bytes().all(|b| is_word(b) || b == b'-')
        },
    },
);

fn is_word(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

data! {
    /// A code with its labels.
    pub struct NewCode {
        code: CompactString = CODE, "代码", "code";
        zh: CompactString = LINE, "中文名称", "label in Chinese";
        en: CompactString = LINE, "英文名称", "label in English";
    }

    /// An amendment.
    pub struct Amendment {
        list: CompactString = NAME, "代码表", "name of the list in the catalogue";
        version: u32 = Shape::Integer(2, 1_000_000, ""), "版本", "version of the list; the catalogue's own is 1";
        effective_from: Date = Shape::Day, "施行日期", "first day on which it counts";
        add: Option<Vec<NewCode>> = Shape::List(1, 200, &Shape::Object(<NewCode as Data>::FIELDS)), "新增代码", "codes that are added";
        retire: Option<Vec<CompactString>> = Shape::List(1, 200, &CODE), "停用代码", "codes that are retired";
    }
}

events! {
    /// Events of an amendment.
    pub enum Event {
        Published(Amendment) = "code_list.published", 1, [Declaration], true, Forbidden, Person, "代码表修订", "code list amended";
        Countersigned(Countersigns) = "code_list.countersigned", 1, [Countersignature], false, Forbidden, Person, "代码表修订会签", "amendment countersigned";
    }
}

/// An amendment of a code list.
#[derive(Debug, Clone, Serialize)]
pub struct CodeList {
    /// What it says.
    #[serde(flatten)]
    pub amendment: Amendment,
    /// Day of the second signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_on: Option<Date>,
}

impl CodeList {
    /// True when it counts on a day: countersigned, and its day has come.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.complete_on.is_some_and(|complete| complete <= day) && self.amendment.effective_from <= day
    }
}

/// Lists by which the program decides: their codes are cases of the code, and change with the program alone.
const CLOSED: &[&str] = &[
    "ROLE",
    "LEVEL",
    "ACCOUNT_KIND",
    "ASSURANCE",
    "POLICY_FILE",
    "ENVIRONMENT",
    "CLOCK",
    "POST",
    "INSTITUTION_KIND",
    "DOCUMENT_KIND",
    "LICENCE_TYPE",
    "LICENCE_CLASS",
    "AUTHORITY_LEVEL",
    "VERIFICATION_RESULT",
    "CANCELLATION_GROUND",
    "PARAMETER",
    "PARAMETER_UNIT",
    "HOLIDAY_KIND",
];

fn is_closed(list: &str) -> bool {
    CLOSED.contains(&list) || list.ends_with("_STATE") || list.ends_with("_STANDING")
}

const UNKNOWN: Rule = Rule {
    id: "code_list.unknown",
    zh: "目录中没有该代码表",
    en: "The catalogue has no list of that name.",
    citation: product("§7"),
};
const CLOSED_LIST: Rule = Rule {
    id: "code_list.closed",
    zh: "该代码表由程序规则使用，只能随程序升级修订",
    en: "Rules of the program rest on this list: it changes with the program alone.",
    citation: product("§7"),
};
const PAST: Rule = Rule {
    id: "code_list.effective_from_past",
    zh: "施行日期不能早于今天",
    en: "An amendment cannot count from a day that has passed.",
    citation: product("§7"),
};
const NOT_NEWER: Rule = Rule {
    id: "code_list.not_newer",
    zh: "版本不高于该代码表的现行版本",
    en: "The version is not above the newest of this list.",
    citation: product("§7"),
};
const EMPTY: Rule = Rule {
    id: "code_list.empty",
    zh: "没有新增或停用任何代码",
    en: "No code is added or retired.",
    citation: product("§7"),
};
const KNOWN_CODE: Rule = Rule {
    id: "code_list.code_known",
    zh: "新增的代码已存在：代码不重复使用",
    en: "A code that is added exists already: a code is never used twice.",
    citation: product("§7"),
};
const NO_CODE: Rule = Rule {
    id: "code_list.code_unknown",
    zh: "停用的代码不存在或已停用",
    en: "A code that is retired does not exist, or is retired already.",
    citation: product("§7"),
};
const COMPLETE: Rule = Rule {
    id: "code_list.already_complete",
    zh: "该修订已会签",
    en: "The amendment is countersigned already.",
    citation: product("§7"),
};

/// Index key of all amendments.
pub const CODE_LISTS_KEY: &str = "code_lists";

/// A list of the catalogue by its name.
#[must_use]
pub fn published(name: &str) -> Option<&'static Published> {
    let mut lists = Vec::new();
    event_types().for_each(|event_type| collect_lists(event_type.data, &mut lists));
    lists.into_iter().find(|list| list.name == name)
}

/// The countersigned amendments of a list, oldest version first.
///
/// # Errors
/// A [`Need`] when one is not loaded.
pub fn amendments(list: &str, facts: &dyn Facts) -> Result<Vec<CodeList>, Need> {
    let mut found = Vec::new();
    for record in &facts.members(CODE_LISTS_KEY)?.records {
        let entry = facts.entry(record)?;
        let amendment = entry.as_ref().and_then(|entry| entry.state.code_list());
        found.extend(amendment.filter(|known| known.amendment.list == list && known.complete_on.is_some()).cloned());
    }
    found.sort_by_key(|known| known.amendment.version);
    Ok(found)
}

/// A code as it stands after some amendments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Code.
    pub code: CompactString,
    /// Label in Chinese.
    pub zh: CompactString,
    /// Label in English.
    pub en: CompactString,
    /// True once it is no longer for new facts.
    pub retired: bool,
}

/// Every code of a list after amendments, retired ones included: old records keep their labels.
#[must_use]
pub fn codes_after<'a>(list: &Published, amendments: impl IntoIterator<Item = &'a CodeList>) -> Vec<Standing> {
    let standing =
        |code: &str, zh: &str, en: &str| Standing { code: code.into(), zh: zh.into(), en: en.into(), retired: false };
    let mut codes: Vec<Standing> = list.codes.iter().map(|(code, zh, en)| standing(code, zh, en)).collect();
    for amendment in amendments.into_iter().map(|known| &known.amendment) {
        codes.extend(amendment.add.iter().flatten().map(|new| standing(&new.code, &new.zh, &new.en)));
        for code in amendment.retire.iter().flatten() {
            codes.iter_mut().filter(|known| known.code == *code).for_each(|known| known.retired = true);
        }
    }
    codes
}

/// Every code of a list as it stands on a day.
///
/// # Errors
/// A [`Need`] when an amendment is not loaded.
pub fn codes_on(list: &Published, day: Date, facts: &dyn Facts) -> Result<Vec<Standing>, Need> {
    let amendments = amendments(list.name, facts)?;
    Ok(codes_after(list, amendments.iter().filter(|known| known.in_force(day))))
}

impl Record for CodeList {
    const KIND: Kind = Kind::CodeList;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Published(amendment), _) => {
                ensure(amendment.effective_from >= about.day, &PAST, "/data/effective_from")?;
                follows(amendment, &amendments(&amendment.list, facts)?)
            }
            (Event::Countersigned(second), Some(list)) => {
                if countersigned(about, &second.countersigns).is_none() {
                    return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                }
                ensure(list.complete_on.is_none(), &COMPLETE, "")?;
                // Another amendment of the list may have been completed meanwhile.
                follows(&list.amendment, &amendments(&list.amendment.list, facts)?)
            }
            (Event::Countersigned(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        match (event, state) {
            (Event::Published(amendment), _) => Self { amendment, complete_on: None },
            (Event::Countersigned(_), Some(list)) => Self { complete_on: Some(about.day), ..list },
            (Event::Countersigned(_), None) => unreachable!("an amendment begins with code_list.published"),
        }
    }

    fn keys(_: &Event, _: &About<'_>) -> Vec<CompactString> {
        // Both events: which version is the newest depends on the second signature.
        vec![CODE_LISTS_KEY.into()]
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let Amendment { list, version, .. } = &self.amendment;
        vec![Claim::new("code_list", [list.clone(), version.to_string().into()])]
    }
}

fn follows(amendment: &Amendment, before: &[CodeList]) -> Result<(), Stop> {
    let Some(list) = published(&amendment.list) else { return Err(Stop::rule(&UNKNOWN, "/data/list")) };
    ensure(!is_closed(list.name), &CLOSED_LIST, "/data/list")?;
    let newest = before.iter().map(|known| known.amendment.version).max();
    ensure(newest.is_none_or(|version| amendment.version > version), &NOT_NEWER, "/data/version")?;
    ensure(amendment.add.is_some() || amendment.retire.is_some(), &EMPTY, "/data")?;
    let codes = codes_after(list, before);
    let added = amendment.add.as_deref().unwrap_or_default();
    for (index, new) in added.iter().enumerate() {
        let fresh = codes.iter().all(|known| known.code != new.code)
            && added[..index].iter().all(|other| other.code != new.code);
        ensure(fresh, &KNOWN_CODE, &format!("/data/add/{index}/code"))?;
    }
    let retired = amendment.retire.as_deref().unwrap_or_default();
    for (index, code) in retired.iter().enumerate() {
        let stands = codes.iter().any(|known| known.code == *code && !known.retired);
        ensure(stands && !retired[..index].contains(code), &NO_CODE, &format!("/data/retire/{index}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amendment(list: &str, version: u32, add: &[&str], retire: &[&str]) -> Amendment {
        let new = |code: &&str| NewCode { code: (*code).into(), zh: "新".into(), en: "new".into() };
        Amendment {
            list: list.into(),
            version,
            effective_from: "2026-03-02".parse().expect("a date"),
            add: (!add.is_empty()).then(|| add.iter().map(new).collect()),
            retire: (!retire.is_empty()).then(|| retire.iter().map(|code| (*code).into()).collect()),
        }
    }

    fn complete(amendment: Amendment) -> CodeList {
        CodeList { amendment, complete_on: Some("2026-03-04".parse().expect("a date")) }
    }

    fn refused(amendment: &Amendment, before: &[CodeList]) -> Option<&'static str> {
        match follows(amendment, before) {
            Err(Stop::Refuse(refusal)) => refusal.rule.map(|rule| rule.id),
            _ => None,
        }
    }

    #[test]
    fn an_amendment_follows_the_one_before() {
        let first = complete(amendment("DEVICE_KIND", 2, &["X15"], &["X04"]));
        assert_eq!(refused(&first.amendment, &[]), None);
        let before = [first];
        let list = "DEVICE_KIND";
        for (next, rule) in [
            (amendment(list, 3, &["X16"], &["X15"]), None),
            (amendment("NO_SUCH_LIST", 2, &["X15"], &[]), Some("code_list.unknown")),
            (amendment("ROLE", 2, &["X15"], &[]), Some("code_list.closed")),
            (amendment("DEVICE_STATE", 2, &["X15"], &[]), Some("code_list.closed")),
            (amendment(list, 2, &["X16"], &[]), Some("code_list.not_newer")),
            (amendment(list, 3, &[], &[]), Some("code_list.empty")),
            (amendment(list, 3, &["X15"], &[]), Some("code_list.code_known")),
            (amendment(list, 3, &["X16", "X16"], &[]), Some("code_list.code_known")),
            (amendment(list, 3, &["X04"], &[]), Some("code_list.code_known")),
            (amendment(list, 3, &[], &["X04"]), Some("code_list.code_unknown")),
            (amendment(list, 3, &[], &["X01", "X01"]), Some("code_list.code_unknown")),
        ] {
            assert_eq!(refused(&next, &before), rule, "{next:?}");
        }
    }

    #[test]
    fn it_counts_when_two_have_signed_and_its_day_has_come() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let list = complete(amendment("DEVICE_KIND", 2, &["X15"], &["X04"]));
        assert!(!list.in_force(day("2026-03-03")) && list.in_force(day("2026-03-04")));
        let unsigned = CodeList { complete_on: None, ..list.clone() };
        assert!(!unsigned.in_force(day("2026-12-31")));
        let published = published("DEVICE_KIND").expect("a list of the catalogue");
        let codes = codes_after(published, [&list]);
        assert!(codes.iter().any(|known| known.code == "X04" && known.retired), "it keeps its labels");
        assert!(codes.iter().any(|known| known.code == "X15" && !known.retired));
    }

    #[test]
    fn every_closed_list_is_in_the_catalogue() {
        for name in CLOSED {
            assert!(published(name).is_some(), "{name}");
        }
    }
}

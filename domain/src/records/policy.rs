//! An adoption: the roots put a published catalogue, policy or rules file in force from a day on.
//!
//! Each adoption is a record of its own. It counts once a threshold of roots has signed it and its day has come;
//! every event is judged by what was in force at its position.
//!
//! States: adopted → complete.

use serde::Serialize;
use signing::bytes::{Date, Hash};

use super::{Countersigns, countersigned};
use crate::authority::POLICY_KEY;
use crate::catalog::{EventType, Kind, file_hash};
use crate::codes::PolicyFile;
use crate::field::Shape;
use crate::law::product;
use crate::record::{About, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// What is put in force.
    pub struct Adopted {
        what: PolicyFile = Shape::Code(&PolicyFile::LIST), "文件", "which file";
        version: u32 = Shape::Integer(1, 1_000_000, ""), "版本", "version";
        sha256: Hash = Shape::Hash, "SHA-256", "SHA-256 of its exact bytes";
        from_day: Date = Shape::Day, "施行日期", "first day on which it counts";
    }
}

events! {
    /// Events of an adoption.
    pub enum Event {
        Adopted(Adopted) = "policy.adopted", 1, [Declaration], true, Forbidden, Root, "采用策略文件", "file adopted";
        Countersigned(Countersigns) = "policy.countersigned", 1, [Countersignature], false, Forbidden, Root, "采用会签", "adoption countersigned";
    }
}

/// An adoption.
#[derive(Debug, Clone, Serialize)]
pub struct Policy {
    /// What is adopted.
    #[serde(flatten)]
    pub adopted: Adopted,
    /// Number of root signatures.
    pub signatures: u32,
}

const UNKNOWN: Rule = Rule {
    id: "policy.unknown_file",
    zh: "本程序未发布该文件：请先升级程序",
    en: "This program does not publish that file: upgrade it first.",
    citation: product("§5"),
};
const PAST: Rule = Rule {
    id: "policy.from_day_past",
    zh: "施行日期不能早于今天",
    en: "An adoption cannot count from a day that has passed.",
    citation: product("§5"),
};
const NOT_NEWER: Rule = Rule {
    id: "policy.not_newer",
    zh: "版本不高于现行版本",
    en: "The version is not above the one in force.",
    citation: product("§5"),
};
const COMPLETE: Rule = Rule {
    id: "policy.already_complete",
    zh: "已达到会签门限",
    en: "The adoption already has all signatures that it needs.",
    citation: product("§5"),
};

impl Record for Policy {
    const KIND: Kind = Kind::Policy;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Adopted(adopted), _) => {
                ensure(
                    file_hash(adopted.what.as_str(), adopted.version) == Some(adopted.sha256),
                    &UNKNOWN,
                    "/data/sha256",
                )?;
                ensure(adopted.from_day >= about.day, &PAST, "/data/from_day")?;
                is_newer(adopted, facts)
            }
            (Event::Countersigned(second), Some(policy)) => {
                if countersigned(about, &second.countersigns).is_none() {
                    return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                }
                let threshold = facts.ledger()?.map_or(u32::MAX, |ledger| ledger.created.threshold);
                ensure(policy.signatures < threshold, &COMPLETE, "")?;
                // Another adoption may have been completed meanwhile.
                is_newer(&policy.adopted, facts)
            }
            (Event::Countersigned(_), None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Adopted(adopted), _) => Self { adopted, signatures: 1 },
            (Event::Countersigned(_), Some(mut policy)) => {
                policy.signatures += 1;
                policy
            }
            (Event::Countersigned(_), None) => unreachable!("an adoption begins with policy.adopted"),
        }
    }

    fn keys(_: &Event, _: &About<'_>) -> Vec<compact_str::CompactString> {
        vec![POLICY_KEY.into()]
    }
}

fn is_newer(adopted: &Adopted, facts: &dyn Facts) -> Result<(), Stop> {
    let in_force = facts.in_force()?;
    let newest = in_force.adopted.iter().filter(|known| known.what == adopted.what).map(|known| known.version).max();
    ensure(newest.is_none_or(|version| adopted.version > version), &NOT_NEWER, "/data/version")
}

//! Who may do what: the published policy file, read once, and the one question asked of it.
//!
//! The file is data (`files/policy-<n>.json`), so a reader compares two versions with `diff`, and its golden
//! matrix is printed from it. An act is an event type, where needed with a facet after a slash
//! (`institution.changed/identity`, `grant.given/C_SUP`). A rule says which roles may do it and how far their
//! grant must reach.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalog::{FILES, Kind};
use crate::codes::{Assurance, Role};
use crate::record::{Actor, Target};

/// How far a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The whole city.
    City,
    /// The supervision area of the grant.
    Area,
    /// The organisation of the grant.
    Unit,
    /// The signer's own account, whatever the role.
    Own,
}

/// One way in which an act is allowed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Roles by code.
    pub roles: Vec<String>,
    /// How far their grant must reach.
    pub reach: Reach,
}

/// A policy file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    what: String,
    /// Version of the file.
    pub version: u32,
    /// Version of the catalogue whose event types it names, all of them.
    #[serde(default = "first_catalogue")]
    pub catalogue: u32,
    /// Act → ways in which it is allowed. An act that is not named is allowed to nobody.
    pub acts: BTreeMap<String, Vec<Allow>>,
    /// Acts that need another natural person than the statements since the last approval.
    pub four_eyes: Vec<String>,
    /// Least assurance by event type; `default` for the others.
    pub assurance: BTreeMap<String, String>,
    /// Role → how far it reads, kind by kind (`*` for the others).
    pub read: BTreeMap<String, BTreeMap<String, Reach>>,
}

/// The first policies did not say.
fn first_catalogue() -> u32 {
    1
}

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter(|(what, ..)| *what == "policy")
        .map(|(_, version, bytes)| {
            let policy: Policy =
                serde_json::from_slice(bytes).expect("a published policy file is well-formed: a test reads all");
            assert!(
                policy.what == "policy" && policy.version == *version,
                "a published policy file carries its own version"
            );
            policy
        })
        .collect()
});

/// A published policy.
#[must_use]
pub fn policy(version: u32) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.version == version)
}

/// Every published policy.
#[must_use]
pub fn policies() -> &'static [Policy] {
    &POLICIES
}

impl Policy {
    /// Whether somebody acting in this capacity may do this to that. `own` is true when the act concerns the
    /// signer's own account.
    #[must_use]
    pub fn may(&self, actor: &Actor, act: &str, target: &Target, own: bool) -> bool {
        self.acts.get(act).is_some_and(|ways| {
            ways.iter().any(|way| match way.reach {
                Reach::Own => own,
                reach => way.roles.iter().any(|role| role == actor.role.as_str()) && reaches(reach, actor, target),
            })
        })
    }

    /// Whether an act needs a second natural person.
    #[must_use]
    pub fn needs_four_eyes(&self, act: &str) -> bool {
        let event_type = act.split('/').next().unwrap_or(act);
        self.four_eyes.iter().any(|known| known == act || known == event_type)
    }

    /// Least assurance for an event type.
    #[must_use]
    pub fn least_assurance(&self, event_type: &str) -> Assurance {
        let word = self.assurance.get(event_type).or_else(|| self.assurance.get("default"));
        word.and_then(|word| Assurance::parse(word)).unwrap_or(Assurance::Hardware)
    }

    /// How far a role reads a kind.
    #[must_use]
    pub fn reads(&self, role: Role, kind: Kind) -> Option<Reach> {
        let kinds = self.read.get(role.as_str())?;
        kinds.get(kind.as_str()).or_else(|| kinds.get("*")).copied()
    }
}

fn reaches(reach: Reach, actor: &Actor, target: &Target) -> bool {
    match reach {
        Reach::City => actor.org.is_none() && actor.area.is_none(),
        Reach::Area => actor.org.is_none() && actor.area.is_some() && actor.area == target.area,
        Reach::Unit => actor.org.is_some() && actor.org == target.org,
        Reach::Own => false,
    }
}

/// The golden matrix of a policy: one line per act, one column per role, the reach as a letter.
#[must_use]
pub fn matrix(policy: &Policy) -> String {
    let mut out = format!("policy {}\nact", policy.version);
    for role in Role::ALL {
        out.push('\t');
        out.push_str(role.as_str());
    }
    out.push_str("\t4-eyes\tassurance\n");
    for (act, ways) in &policy.acts {
        out.push_str(act);
        for role in Role::ALL {
            let letters: String = ways
                .iter()
                .filter(|way| way.reach == Reach::Own || way.roles.iter().any(|known| known == role.as_str()))
                .map(|way| match way.reach {
                    Reach::City => 'C',
                    Reach::Area => 'A',
                    Reach::Unit => 'U',
                    Reach::Own => 'o',
                })
                .collect();
            out.push('\t');
            out.push_str(if letters.is_empty() { "-" } else { &letters });
        }
        let event_type = act.split('/').next().unwrap_or(act);
        out.push_str(if policy.needs_four_eyes(act) { "\tyes" } else { "\t-" });
        out.push('\t');
        out.push_str(policy.least_assurance(event_type).as_str());
        out.push('\n');
    }
    out
}

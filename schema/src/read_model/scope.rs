//! What somebody may read: told to row-level security, and as conditions that an index can serve.

use domain::catalog::Kind;
use uuid::Uuid;

use super::Statement;
use super::list::{OF_PERSON, is_filed, is_of_person};

/// What somebody may read, from his grants. The default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// How far.
    pub reach: Reach,
    /// Kinds that he reads throughout the city although his reach is [`Reach::Scope`] (the ledger and the policies).
    pub kinds: Vec<Kind>,
    /// Supervision areas of which he reads every kind.
    pub areas: Vec<String>,
    /// Organisations of which he reads every kind.
    pub orgs: Vec<Uuid>,
    /// His own account, with its credentials and grants.
    pub account: Option<Uuid>,
    /// A worker whose file is open to him: himself, or one whom he employs.
    pub person: Option<Uuid>,
}

/// How far somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Nothing.
    #[default]
    Nothing,
    /// What the scope's kinds, areas, organisations and account open.
    Scope,
    /// Everything.
    City,
}

impl Scope {
    /// Everything.
    #[must_use]
    pub fn city() -> Scope {
        Scope { reach: Reach::City, ..Scope::default() }
    }

    /// Nothing.
    #[must_use]
    pub fn nothing() -> Scope {
        Scope::default()
    }

    /// These areas, these organisations and this own account; nothing when all are empty.
    #[must_use]
    pub fn within(areas: Vec<String>, orgs: Vec<Uuid>, account: Option<Uuid>) -> Scope {
        let empty = areas.is_empty() && orgs.is_empty() && account.is_none();
        let reach = if empty { Reach::Nothing } else { Reach::Scope };
        Scope { reach, kinds: Vec::new(), areas, orgs, account, person: None }
    }

    /// The file of one worker and nothing else.
    #[must_use]
    pub fn of_person(person: Uuid) -> Scope {
        Scope { reach: Reach::Scope, person: Some(person), ..Scope::default() }
    }

    /// Whether nothing can be seen.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.reach == Reach::Nothing
    }

    /// What is set for row-level security: reach, kinds, areas, organisations, account, person. An area that is none (it
    /// would not be six letters and digits) is left out, since a comma separates them.
    pub(super) fn settings(&self) -> [String; 6] {
        let reach = match self.reach {
            Reach::Nothing => "",
            Reach::Scope => "scope",
            Reach::City => "city",
        };
        let areas: Vec<&str> = self.areas.iter().map(String::as_str).filter(|area| is_area(area)).collect();
        [
            reach.to_owned(),
            self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","),
            areas.join(","),
            self.orgs.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","),
            self.account.map(|account| account.to_string()).unwrap_or_default(),
            self.person.map(|person| person.to_string()).unwrap_or_default(),
        ]
    }
}

pub(crate) fn is_area(area: &str) -> bool {
    !area.is_empty() && area.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The scope as conditions each of which an index can serve: a row fulfils one of them. Nothing when everything is open.
pub(super) fn narrowed(scope: &Scope, kind: Kind, statement: &mut Statement) -> Option<Vec<String>> {
    match scope.reach {
        Reach::City => return None,
        Reach::Nothing => return Some(Vec::new()),
        Reach::Scope if scope.kinds.contains(&kind) => return None,
        Reach::Scope => {}
    }
    let mut any = Vec::new();
    let areas: Vec<String> = scope.areas.iter().filter(|area| is_area(area)).cloned().collect();
    match areas.as_slice() {
        [] => {}
        // An equality keeps the order of the index; a list of areas does not.
        [area] => any.push(format!("c.area = {}", statement.bind(area.clone()))),
        _ => any.push(format!("c.area = any({})", statement.bind(areas))),
    }
    let filed = is_filed(kind);
    match scope.orgs.as_slice() {
        [] => {}
        [org] => {
            let org = statement.bind(*org);
            any.push(format!("c.org = {org}"));
            any.extend(filed.then(|| format!("c.filed_by = {org}")));
        }
        orgs => {
            let orgs = statement.bind(orgs.to_vec());
            any.push(format!("c.org = any({orgs})"));
            any.extend(filed.then(|| format!("c.filed_by = any({orgs})")));
        }
    }
    if let Some(account) =
        scope.account.filter(|_| matches!(kind, Kind::Account | Kind::Credential | Kind::Grant | Kind::Person))
    {
        any.push(format!("c.account = {}", statement.bind(account)));
    }
    match scope.person {
        Some(person) if kind == Kind::Person => any.push(format!("c.id = {}", statement.bind(person))),
        Some(person) if is_of_person(kind) => {
            any.push(format!("{OF_PERSON} and c.facets[1] = {}", statement.bind(person.to_string())));
        }
        _ => {}
    }
    Some(any)
}

/// The events of somebody who reads nothing but what is his own, in parts each of which an index of the timeline serves: his
/// account's, and those of his file that are not his account's. Nothing when the scope opens more.
pub(super) fn own_parts(scope: &Scope, statement: &mut Statement) -> Option<Vec<String>> {
    let alone = scope.reach == Reach::Scope
        && scope.kinds.is_empty()
        && scope.areas.is_empty()
        && scope.orgs.is_empty()
        && (scope.account.is_some() || scope.person.is_some());
    alone.then(|| {
        let account = scope.account.map(|account| statement.bind(account));
        let person = scope.person.map(|person| statement.bind(person));
        let apart = account.as_ref().map(|account| format!(" and t.account is distinct from {account}"));
        let mut parts: Vec<String> = account.iter().map(|account| format!(" and t.account = {account}")).collect();
        parts.extend(person.map(|person| format!(" and t.person = {person}{}", apart.unwrap_or_default())));
        parts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_never_gets_into_a_setting() {
        let scope = Scope {
            reach: Reach::Scope,
            areas: vec!["511502".into(), "511502,511503".into(), String::new()],
            ..Scope::default()
        };
        assert_eq!(scope.settings()[2], "511502");
    }
}

//! What somebody may read, as it is told to row-level security.

use domain::catalog::Kind;
use uuid::Uuid;

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

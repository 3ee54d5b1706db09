//! What a list shows, as conditions: written so that an index can give the order.

use domain::catalog::Kind;
use domain::records::warning;
use domain::warning_codes::WarningState;
use projections::current::facets;
use uuid::Uuid;

use super::parts::{Rows, opened};
use super::{PAGE_MAX, Scope, Statement};
use crate::event_log::signed;

/// What a list shows.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Records of this kind.
    pub kind: Kind,
    /// In this area.
    pub area: Option<String>,
    /// Of this organisation.
    pub org: Option<Uuid>,
    /// Of this account (credentials and grants).
    pub account: Option<Uuid>,
    /// In one of these states; none named: in any.
    pub states: Vec<String>,
    /// With these values of the kind's facets: name and value. A name that the kind does not have matches nothing.
    pub facets: Vec<(String, String)>,
    /// With values of the kind's facets among several, or between two.
    pub within: Vec<(String, Within)>,
    /// About which warnings of these grades are open.
    pub warned: Option<Warned>,
    /// Whose label begins like this.
    pub label_prefix: Option<String>,
    /// As everything stood after the event at this position; none: now.
    pub as_of: Option<u64>,
    /// In which order.
    pub order: Order,
    /// After this place of that order.
    pub after: Option<Key>,
    /// At most so many, [`PAGE_MAX`] in any case.
    pub limit: usize,
    /// Whether the total is wanted.
    pub total: bool,
}

impl ListQuery {
    /// The first page of a kind, by label.
    #[must_use]
    pub fn new(kind: Kind) -> ListQuery {
        ListQuery {
            kind,
            area: None,
            org: None,
            account: None,
            states: Vec::new(),
            facets: Vec::new(),
            within: Vec::new(),
            warned: None,
            label_prefix: None,
            as_of: None,
            order: Order::Label,
            after: None,
            limit: PAGE_MAX,
            total: false,
        }
    }
}

/// Values of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// One of these.
    Any(Vec<String>),
    /// From the first on, before the second; a value that is absent is never between.
    Between(Option<String>, Option<String>),
}

/// Warnings that are open about a record: about an institution those that lie with it, about a worker and his posts his own.
#[derive(Debug, Clone)]
pub struct Warned {
    /// In one of these grades.
    pub grades: Vec<String>,
    /// Of those that this scope opens: who reads a record need not read its warnings.
    pub scope: Scope,
}

impl Warned {
    /// What of a record of this kind is named by a warning, and where in it; none for kinds that are not listed by their
    /// warnings.
    fn by(kind: Kind) -> Option<[&'static str; 2]> {
        match kind {
            Kind::Institution => Some(["c.id", "w.org"]),
            Kind::Person => Some(["c.id", "nullif(w.facets[1], '')::uuid"]),
            Kind::Employment => Some(["c.facets[1]", "w.facets[1]"]),
            Kind::Device | Kind::Licence => Some(["c.id", "w.facets[4]::uuid"]),
            _ => None,
        }
    }

    /// Whether records of a kind are listed by their warnings.
    #[must_use]
    pub fn lists(kind: Kind) -> bool {
        Self::by(kind).is_some()
    }

    /// The condition, its warnings found once and at the moment of the list.
    fn condition(&self, kind: Kind, as_of: Option<u64>, statement: &mut Statement) -> String {
        let Some([what, named]) = Self::by(kind) else { return "false".to_owned() };
        let open = WarningState::ALL.iter().filter(|state| !warning::is_over(**state));
        let open: Vec<String> = open.map(|state| state.as_str().to_owned()).collect();
        let (open, grades) = (statement.bind(open), statement.bind(self.grades.clone()));
        let parts = parts(&self.scope, Kind::Warning, statement);
        let moments = moments(as_of, statement);
        let conditions = format!("c.kind = 'warning' and c.state = any({open}) and c.facets[3] = any({grades})");
        let rows = Rows { columns: "c.org, c.facets", from: ("read.current", 'c'), conditions: &conditions, tail: "" };
        format!("{what} = any(array(select {named} from ({}) w))", rows.of(parts.as_deref(), &moments))
    }
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By label, then id.
    #[default]
    Label,
    /// What changed last comes first.
    Newest,
}

/// A place in a list: that of the row from which it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// In [`Order::Label`].
    Label(String, Uuid),
    /// In [`Order::Newest`].
    Since(u64),
}

/// The member by which a record is looked up, as the index has it; the condition must be the index's own.
pub(super) const LOOKUP: &str = "c.kind in ('certificate', 'device', 'device_test', 'institution', 'erasure', 'dose_result', 'dose_report', 'training_record') and \
     (case c.kind when 'device' then c.facets[4] when 'dose_result' then c.facets[6] when 'dose_report' then c.facets[3] when 'device_test' then c.facets[1] else c.facets[2] end)";

/// The condition of the index by worker, as the index has it.
pub(crate) const OF_PERSON: &str = "c.kind in ('attachment', 'certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'investigation', 'restriction', 'training_record', 'transfer', 'warning')";

/// Whether the first facet of a kind is the worker to whom the record belongs.
#[must_use]
pub fn is_of_person(kind: Kind) -> bool {
    facets(kind).first().is_some_and(|facet| facet.name == "person")
}

/// Whether another organisation than the one it belongs to reads a record of this kind: who filed it, or to whom a file goes.
pub(super) fn is_filed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::MonitoringContract
            | Kind::Dosimeter
            | Kind::DoseReport
            | Kind::DoseResult
            | Kind::DeviceTest
            | Kind::Investigation
            | Kind::ExamResult
            | Kind::Transfer
    )
}

/// Whether the facet at this place is the one of [`LOOKUP`].
pub(super) fn is_lookup(kind: Kind, at: usize) -> bool {
    match kind {
        Kind::Device => at == 3,
        Kind::Institution | Kind::Erasure | Kind::TrainingRecord | Kind::Certificate => at == 1,
        Kind::DoseResult => at == 5,
        Kind::DoseReport => at == 2,
        Kind::DeviceTest => at == 0,
        _ => false,
    }
}

/// The condition that a version is the one asked for.
pub(super) fn at(statement: &mut Statement, as_of: Option<u64>) -> String {
    match as_of {
        None => "c.until is null".to_owned(),
        Some(position) => {
            let position = statement.bind(signed(position));
            format!("c.since <= {position} and (c.until is null or c.until > {position})")
        }
    }
}

/// The same in parts, each of which an index can serve and none of which has a row of another.
pub(super) fn moments(as_of: Option<u64>, statement: &mut Statement) -> Vec<String> {
    let Some(position) = as_of.map(|position| statement.bind(signed(position))) else {
        return vec!["c.until is null".to_owned()];
    };
    vec![
        format!("c.since <= {position} and c.until is null"),
        format!("c.since <= {position} and c.until > {position}"),
    ]
}

/// What a row of the list fulfils, the moment aside. Written so that an index can give the order: equalities before all, no
/// operator that row-level security must keep from the index (a range of labels instead of LIKE).
pub(super) fn conditions(query: &ListQuery, statement: &mut Statement) -> String {
    let kind = statement.bind(query.kind.as_str());
    let mut all = vec![format!("c.kind = {kind}")];
    if let Some(area) = &query.area {
        all.push(format!("c.area = {}", statement.bind(area.clone())));
    }
    if let Some(org) = query.org {
        all.push(format!("c.org = {}", statement.bind(org)));
    }
    if let Some(account) = query.account {
        all.push(format!("c.account = {}", statement.bind(account)));
    }
    match query.states.as_slice() {
        [] => {}
        [state] => all.push(format!("c.state = {}", statement.bind(state.clone()))),
        states => all.push(format!("c.state = any({})", statement.bind(states.to_vec()))),
    }
    for (name, value) in &query.facets {
        let known = facets(query.kind).iter().position(|facet| facet.name == name);
        all.push(match known {
            None => "false".to_owned(),
            Some(at) if facets(query.kind)[at].many => {
                format!("strpos(c.facets[{}], {}) > 0", at + 1, statement.bind(format!("|{value}|")))
            }
            Some(at) if is_lookup(query.kind, at) => {
                format!("{LOOKUP} = {}", statement.bind(value.clone()))
            }
            Some(0) if is_of_person(query.kind) => {
                format!("{OF_PERSON} and c.facets[1] = {}", statement.bind(value.clone()))
            }
            Some(at) => format!("c.facets[{}] = {}", at + 1, statement.bind(value.clone())),
        });
    }
    // The laboratory or examiner of what it filed is the member by which an index finds it.
    let filed = query.facets.iter().map(|(name, value)| (name, value.as_str()));
    let one = query.within.iter().filter_map(|(name, within)| match within {
        Within::Any(values) if values.len() == 1 => Some((name, values[0].as_str())),
        _ => None,
    });
    for (_, value) in
        filed.chain(one).filter(|(name, _)| matches!(name.as_str(), "laboratory" | "examiner") && is_filed(query.kind))
    {
        match Uuid::try_parse(value) {
            Ok(id) => all.push(format!("c.filed_by = {}", statement.bind(id))),
            Err(_) => all.push("false".to_owned()),
        }
    }
    for (name, within) in &query.within {
        let known = facets(query.kind).iter().position(|facet| facet.name == name);
        all.push(known.map_or("false".to_owned(), |at| within_facet(query.kind, at, within, statement)));
    }
    if let Some(warned) = &query.warned {
        all.push(warned.condition(query.kind, query.as_of, statement));
    }
    if let Some(prefix) = query.label_prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
        all.push(format!("c.label >= {} collate \"C\"", statement.bind(prefix.clone())));
        if let Some(end) = after_prefix(prefix) {
            all.push(format!("c.label < {} collate \"C\"", statement.bind(end)));
        }
    }
    all.join(" and ")
}

/// What a scope opens of the records of a kind, in parts.
pub(super) fn parts(scope: &Scope, kind: Kind, statement: &mut Statement) -> Option<Vec<String>> {
    let orgs: &[&str] = if is_filed(kind) { &["c.org", "c.filed_by"] } else { &["c.org"] };
    let areas: &[&str] = if kind == Kind::Transfer { &["c.area", "c.other_area"] } else { &["c.area"] };
    opened(scope, kind, (areas, orgs), statement, |statement| {
        let of_account = matches!(kind, Kind::Account | Kind::Credential | Kind::Grant | Kind::Person);
        let account = scope.account.filter(|_| of_account);
        let mut own: Vec<String> =
            account.map(|account| format!("c.account = {}", statement.bind(account))).into_iter().collect();
        match scope.person {
            Some(person) if kind == Kind::Person => own.push(format!("c.id = {}", statement.bind(person))),
            Some(person) if is_of_person(kind) => {
                own.push(format!("{OF_PERSON} and c.facets[1] = {}", statement.bind(person.to_string())));
            }
            _ => {}
        }
        own
    })
}

pub(super) fn within_facet(kind: Kind, at: usize, within: &Within, statement: &mut Statement) -> String {
    let facet = format!("c.facets[{}]", at + 1);
    match within {
        Within::Any(values) if facets(kind)[at].many => {
            let has = |value: &String| format!("strpos({facet}, {}) > 0", statement.bind(format!("|{value}|")));
            let any: Vec<String> = values.iter().map(has).collect();
            if any.is_empty() { "false".to_owned() } else { format!("({})", any.join(" or ")) }
        }
        Within::Any(values) => format!("{facet} = any({})", statement.bind(values.clone())),
        Within::Between(from, until) => {
            let mut all = vec![format!("{facet} <> ''")];
            all.extend(from.iter().map(|from| format!("{facet} >= {} collate \"C\"", statement.bind(from.clone()))));
            all.extend(until.iter().map(|until| format!("{facet} < {} collate \"C\"", statement.bind(until.clone()))));
            all.join(" and ")
        }
    }
}

/// The first text after all that begin with the prefix; none when there is none.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        // The order is that of code points; there are none between U+D7FF and U+E000.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_the_next_begins() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("宜宾").as_deref(), Some("宜宿"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
    }

    #[test]
    fn the_lookup_is_the_member_that_it_is_meant_to_be() {
        let looked_up = |kind| -> Vec<&str> {
            let all = facets(kind).iter().enumerate();
            all.filter(|(at, _)| is_lookup(kind, *at)).map(|(_, facet)| facet.name).collect()
        };
        assert_eq!(looked_up(Kind::Device), ["factory_no"]);
        assert_eq!(looked_up(Kind::Institution), ["credit_code"]);
        assert_eq!(looked_up(Kind::Erasure), ["subject"]);
        assert_eq!(looked_up(Kind::DoseResult), ["report"]);
        assert_eq!(looked_up(Kind::DoseReport), ["contract"]);
        assert_eq!(looked_up(Kind::DeviceTest), ["device"]);
        assert!(looked_up(Kind::Grant).is_empty());
    }

    #[test]
    fn the_index_by_worker_holds_every_kind_that_belongs_to_one() {
        for kind in Kind::ALL.iter().filter(|kind| is_of_person(**kind)) {
            assert!(OF_PERSON.contains(&format!("'{}'", kind.as_str())), "{}", kind.as_str());
        }
        assert!(is_of_person(Kind::Employment) && !is_of_person(Kind::Device));
    }
}

//! A scope as a union: its parts are asked one by one, each in the order of an index that serves it, and put together.
//! One condition with `or` would read and sort all that it opens.

use domain::catalog::Kind;
use tokio_postgres::types::ToSql;

use super::scope::{Reach, Scope, is_area};
use super::{Statement, TOTAL_MAX};

/// So many areas, or organisations, are asked one by one, and so keep the order of the index. More are asked together:
/// planning them would cost more than sorting.
const APART_MAX: usize = 8;

/// The rows of a table that fulfil some conditions.
pub(super) struct Rows<'a> {
    pub columns: &'a str,
    /// Table and the letter by which the conditions name it.
    pub from: (&'a str, char),
    pub conditions: &'a str,
    /// Order and limit.
    pub tail: &'a str,
}

impl Rows<'_> {
    /// Those of one of the moments that one of the parts opens, none twice; no parts: all of them. The moments have no row
    /// in common.
    pub fn of(&self, parts: Option<&[String]>, moments: &[String]) -> String {
        let Rows { columns, from: (table, name), conditions, tail } = self;
        let parts = match parts {
            None => &["true".to_owned()][..],
            Some([]) => &["false".to_owned()],
            Some(parts) => parts,
        };
        let mut selects = Vec::with_capacity(parts.len() * moments.len());
        for (at, part) in parts.iter().enumerate() {
            let earlier: String = parts[..at].iter().map(|part| format!(" and ({part}) is not true")).collect();
            selects.extend(moments.iter().map(|moment| {
                format!(
                    "select {columns} from {table} {name} where {conditions} and {moment} and {part}{earlier} {tail}"
                )
            }));
        }
        match selects.as_slice() {
            [only] => only.clone(),
            _ => format!("select {columns} from (({})) {name} {tail}", selects.join(") union all (")),
        }
    }
}

/// The number of rows, of which no more are looked for than are counted.
pub(super) fn count_of(rows: impl FnOnce(&str) -> String) -> String {
    let tail = format!("limit {}", TOTAL_MAX + 1);
    format!("select count(*) from ({}) c", rows(&tail))
}

/// What a scope opens of a kind, as conditions each of which an index can serve: a row fulfils one of them. By which columns
/// an area and an organisation find their rows, and what is the reader's own, is the table's to say. Nothing when everything is open.
pub(super) fn opened(
    scope: &Scope,
    kind: Kind,
    (of_areas, of_orgs): (&[&str], &[&str]),
    statement: &mut Statement,
    own: impl FnOnce(&mut Statement) -> Vec<String>,
) -> Option<Vec<String>> {
    match scope.reach {
        Reach::City => return None,
        Reach::Nothing => return Some(Vec::new()),
        Reach::Scope if scope.kinds.contains(&kind) => return None,
        Reach::Scope => {}
    }
    let areas = scope.areas.iter().filter(|area| is_area(area)).cloned().collect();
    let mut all = among(of_areas, areas, statement);
    all.extend(among(of_orgs, scope.orgs.clone(), statement));
    all.extend(own(statement));
    Some(all)
}

fn among<T>(columns: &[&str], values: Vec<T>, statement: &mut Statement) -> Vec<String>
where
    T: ToSql + Send + Sync + 'static,
{
    let tests: Vec<String> = match values.len() {
        0 => Vec::new(),
        // An equality keeps the order of the index; a list of values does not.
        1..=APART_MAX => values.into_iter().map(|value| format!("= {}", statement.bind(value))).collect(),
        _ => vec![format!("= any({})", statement.bind(values))],
    };
    tests.iter().flat_map(|test| columns.iter().map(move |column| format!("{column} {test}"))).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn opened_by(scope: &Scope) -> Option<Vec<String>> {
        let own = |statement: &mut Statement| vec![format!("c.account = {}", statement.bind(1_i64))];
        opened(scope, Kind::DoseResult, (&["c.area"], &["c.org", "c.filed_by"]), &mut Statement::new(""), own)
    }

    #[test]
    fn a_part_is_an_equality_until_there_are_many() {
        let few = Scope::within(vec!["511502".into(), "511503".into()], vec![Uuid::nil()], None);
        let parts = ["c.area = $1", "c.area = $2", "c.org = $3", "c.filed_by = $3", "c.account = $4"];
        assert_eq!(opened_by(&few).expect("parts"), parts);
        let many = Scope::within((0..=APART_MAX).map(|area| format!("51150{area}")).collect(), vec![], None);
        assert_eq!(opened_by(&many).expect("parts"), ["c.area = any($1)", "c.account = $2"]);
        assert_eq!(opened_by(&Scope::nothing()).expect("parts"), Vec::<String>::new());
        assert_eq!(opened_by(&Scope::city()), None);
    }

    #[test]
    fn no_part_shows_a_row_of_an_earlier_one_and_no_part_shows_nothing() {
        let rows = Rows { columns: "c.id", from: ("rows", 'c'), conditions: "c.kind = $1", tail: "order by c.id" };
        let parts = |parts: &[&str]| {
            rows.of(Some(&parts.iter().map(|&part| part.into()).collect::<Vec<_>>()), &["c.now".into()])
        };
        let first = "select c.id from rows c where c.kind = $1 and c.now and c.area = $2 order by c.id";
        assert_eq!(parts(&["c.area = $2"]), first);
        let second = "select c.id from rows c where c.kind = $1 and c.now and c.org = $3 and (c.area = $2) is not true order by c.id";
        let both = format!("select c.id from (({first}) union all ({second})) c order by c.id");
        assert_eq!(parts(&["c.area = $2", "c.org = $3"]), both);
        assert_eq!(parts(&[]), "select c.id from rows c where c.kind = $1 and c.now and false order by c.id");
    }
}

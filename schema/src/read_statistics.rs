//! Numbers at a position: for each key of a measure its last row up to there, found by the index and by nothing else.
//!
//! The first row of each key is marked and indexed, so the keys are read in one go; then each costs one look into the
//! index, for its last row. What an answer costs is the number of keys, never the number of records or of changes, and
//! a past moment costs what the present does.

use projections::statistics::Measure;
use uuid::Uuid;

use crate::error::Error;
use crate::event_log::signed;
use crate::read_model::{Answer, Reach, ReadModel, Scope, Statement, Within, is_area};

/// Which numbers.
#[derive(Debug, Clone)]
pub struct NumbersQuery {
    /// Of this measure.
    pub measure: &'static Measure,
    /// In this area.
    pub area: Option<String>,
    /// Of this institution.
    pub org: Option<Uuid>,
    /// Whose first dimension has these values: the only condition that saves looking. None: all.
    pub first: Option<Within>,
    /// After the event at this position; none: now.
    pub as_of: Option<u64>,
}

/// A number and its amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Area; empty for what lies in none.
    pub area: String,
    /// Values of the dimensions, each with U+001F behind it.
    pub key: String,
    /// Number.
    pub total: i64,
    /// Amount.
    pub amount: i64,
}

/// For whom rows count.
enum Places {
    /// For areas: these, or all that there are.
    Areas(Option<Vec<String>>),
    /// For institutions: these, or all that there are.
    Orgs(Option<Vec<Uuid>>),
}

impl ReadModel {
    /// The numbers of a measure that are not zero, of those the reader may see: those of whole areas where he reads
    /// areas, those of his institutions besides. What is about himself alone is no statistic.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn numbers(&self, scope: &Scope, query: &NumbersQuery) -> Result<Answer<Vec<Number>>, Error> {
        let mut answer = self.numbers_of(&[(scope, query)]).await?;
        Ok(Answer { value: answer.value.pop().unwrap_or_default(), size: answer.size })
    }

    /// The numbers of several questions, each under its scope, in one snapshot and one round trip.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn numbers_of(&self, questions: &[(&Scope, &NumbersQuery)]) -> Result<Answer<Vec<Vec<Number>>>, Error> {
        let parts: Vec<_> =
            questions.iter().map(|(scope, query)| (*scope, self.number_statements(scope, query))).collect();
        let (size, answers) = self.ask_each("statistics", &parts).await?;
        let number = |row: &tokio_postgres::Row| -> Result<Number, Error> {
            Ok(Number { area: row.try_get(0)?, key: row.try_get(1)?, total: row.try_get(2)?, amount: row.try_get(3)? })
        };
        let numbers = |answer: &Vec<Vec<_>>| answer.iter().flatten().map(number).collect::<Result<Vec<_>, _>>();
        Ok(Answer { value: answers.iter().map(numbers).collect::<Result<_, _>>()?, size })
    }

    /// The plans of [`ReadModel::numbers`], as PostgreSQL explains them: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_numbers(&self, scope: &Scope, query: &NumbersQuery) -> Result<String, Error> {
        let statements = self.number_statements(scope, query).into_iter().map(Statement::explained).collect();
        let (_, answers) = self.ask_each("statistics", &[(scope, statements)]).await?;
        let lines: Result<Vec<String>, _> = answers.iter().flatten().flatten().map(|row| row.try_get(0)).collect();
        Ok(lines?.join("\n"))
    }

    fn number_statements(&self, scope: &Scope, query: &NumbersQuery) -> Vec<Statement> {
        // Row-level security shows no more than this by itself: `narrow` only spares it the looking.
        let mut statements = Vec::new();
        let all =
            scope.reach == Reach::City || scope.reach == Reach::Scope && scope.kinds.contains(&query.measure.kind);
        if scope.reach == Reach::Nothing && self.narrow {
            return statements;
        }
        let areas: Vec<String> = scope.areas.iter().filter(|area| is_area(area)).cloned().collect();
        if let Some(org) = query.org {
            let mut statement = Statement::new("");
            let mut and = in_area(query, &mut statement);
            if self.narrow && !all && !scope.orgs.contains(&org) {
                if areas.is_empty() {
                    return statements;
                }
                and.push_str(&format!(" and t.area = any({})", statement.bind(areas)));
            }
            statements.push(last_rows(statement, query, Places::Orgs(Some(vec![org])), &and));
            return statements;
        }
        if all || !areas.is_empty() {
            let known = self.narrow && !all;
            let places = match &query.area {
                Some(area) if known && !areas.contains(area) => Some(Vec::new()),
                Some(area) => Some(vec![area.clone()]),
                None => known.then(|| areas.clone()),
            };
            statements.push(last_rows(Statement::new(""), query, Places::Areas(places), ""));
        }
        // A laboratory's own numbers lie in no area: who reads areas has theirs.
        let counted = query.measure.filer && !areas.is_empty();
        if !all && !scope.orgs.is_empty() && !counted {
            let mut statement = Statement::new("");
            // What lies in an area that he reads is in the area's number.
            let mut and = in_area(query, &mut statement);
            and.push_str(&format!(" and t.area <> all({})", statement.bind(areas)));
            let places = Places::Orgs(self.narrow.then(|| scope.orgs.clone()));
            statements.push(last_rows(statement, query, places, &and));
        }
        statements
    }
}

fn in_area(query: &NumbersQuery, statement: &mut Statement) -> String {
    query.area.as_ref().map_or(String::new(), |area| format!(" and t.area = {}", statement.bind(area.clone())))
}

/// For each place and key its last row, of those rows that fulfil `and` as well.
fn last_rows(mut statement: Statement, query: &NumbersQuery, places: Places, and: &str) -> Statement {
    let measure = statement.bind(query.measure.name);
    // The order of the index: an area may have two rows of one position.
    let (column, whose, last) = match &places {
        Places::Areas(_) => ("area", "org is null", "t.position desc, t.institution desc"),
        Places::Orgs(_) => ("org", "org is not null", "t.position desc"),
    };
    let places = match places {
        Places::Areas(places) => places.map(|places| statement.bind(places)),
        Places::Orgs(places) => places.map(|places| statement.bind(places)),
    };
    let mut keys = format!("f.{whose} and f.first and f.measure = {measure}");
    if let Some(places) = places {
        keys.push_str(&format!(" and f.{column} = any({places})"));
    }
    let (from, before) = key_range(query);
    if let Some(from) = from {
        keys.push_str(&format!(" and f.key >= {}", statement.bind(from)));
    }
    if let Some(before) = before {
        keys.push_str(&format!(" and f.key < {}", statement.bind(before)));
    }
    let mut up_to = String::new();
    if let Some(at) = query.as_of {
        let at = statement.bind(signed(at));
        // What is younger costs no look. Said inside, so that no plan takes it for a way through the history.
        up_to = format!(" and t.position <= {at} and f.position <= {at}");
    }
    statement.sql = format!(
        "select l.area, f.key, l.total, l.amount_total from read.statistics f cross join lateral
                (select t.area, t.total, t.amount_total from read.statistics t
                  where t.{whose} and t.measure = {measure} and t.{column} = f.{column} and t.key = f.key{and}{up_to}
                  order by {last} limit 1) l
          where {keys} and (l.total, l.amount_total) <> (0, 0)"
    );
    statement
}

/// Between which keys the first dimension is what it should be: an exact part for one value and for a range, the hull of several.
fn key_range(query: &NumbersQuery) -> (Option<String>, Option<String>) {
    let many = query.measure.is_many(0);
    match &query.first {
        Some(Within::Any(values)) if !many => {
            let (least, most) = (values.iter().min(), values.iter().max());
            // U+0020 follows the U+001F that ends a value.
            (least.map(|least| format!("{least}\u{1f}")), most.map(|most| format!("{most}\u{20}")))
        }
        Some(Within::Between(from, until)) if !many => {
            (Some(from.clone().unwrap_or_else(|| "\u{20}".to_owned())), until.clone())
        }
        _ => (None, None),
    }
}

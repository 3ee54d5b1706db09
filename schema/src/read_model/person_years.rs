//! Workers of a year: who stands behind a number of workers, the highest dose first.
//!
//! A row is found by the year and the dose, within an area or an institution where one is asked for or read; an interval
//! of doses is a stretch of the same index.

use domain::catalog::Kind;
use domain::dose::{INTERVALS, interval_nsv};
use projections::person_years::FACETS;
use tokio_postgres::Row;
use uuid::Uuid;

use super::list::at;
use super::{Answer, PAGE_MAX, Page, Reach, ReadModel, Scope, Statement, TOTAL_MAX, Total, Within, is_area};
use crate::error::Error;
use crate::event_log::signed;

/// Which workers of which years.
#[derive(Debug, Clone, Default)]
pub struct PersonYearsQuery {
    /// Counted in this area.
    pub area: Option<String>,
    /// Counted at this institution.
    pub org: Option<Uuid>,
    /// With values of [`FACETS`] among several, or between two. A name that is none matches nothing.
    pub within: Vec<(String, Within)>,
    /// As everything stood after the event at this position; none: now.
    pub as_of: Option<u64>,
    /// After this place of the order.
    pub after: Option<PersonYearKey>,
    /// At most so many, [`PAGE_MAX`] in any case.
    pub limit: usize,
    /// Whether the total is wanted.
    pub total: bool,
}

/// A place in the list: the latest year first, in it the highest dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonYearKey {
    /// Year.
    pub year: i16,
    /// Dose.
    pub effective_nsv: i64,
    /// Worker.
    pub person: Uuid,
}

/// A worker in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonYear {
    /// The worker.
    pub person: Uuid,
    /// The year.
    pub year: i16,
    /// Position of the event that made it so.
    pub since: u64,
    /// Institution at which he counts.
    pub org: Option<Uuid>,
    /// Its present area.
    pub area: Option<String>,
    /// Occupational category.
    pub category: String,
    /// Interval of the dose.
    pub band: String,
    /// Laboratories, as `|id|id|`.
    pub laboratories: String,
    /// Effective dose, all employers together.
    pub effective_nsv: i64,
    /// Months monitored.
    pub months: u32,
    /// Results with a value.
    pub results: u32,
    /// Those in which nothing was detected.
    pub below_mdl: u32,
    /// Every institution at which he received it.
    pub orgs: Vec<Uuid>,
}

const COLUMNS: &str = "c.person, c.dose_year, c.since, c.org, c.area, c.category, c.band, c.laboratories, c.effective_nsv, \
     c.months, c.results, c.below_mdl, c.orgs";
const ORDER: &str = "c.dose_year desc, c.effective_nsv desc, c.person desc";

impl PersonYear {
    /// Where the row stands in the list.
    #[must_use]
    pub fn key(&self) -> PersonYearKey {
        PersonYearKey { year: self.year, effective_nsv: self.effective_nsv, person: self.person }
    }

    fn read(row: &Row) -> Result<Self, Error> {
        let count = |at: usize| -> Result<u32, Error> { Ok(row.try_get::<_, i32>(at)?.cast_unsigned()) };
        Ok(Self {
            person: row.try_get(0)?,
            year: row.try_get(1)?,
            since: row.try_get::<_, i64>(2)?.cast_unsigned(),
            org: row.try_get(3)?,
            area: row.try_get(4)?,
            category: row.try_get(5)?,
            band: row.try_get(6)?,
            laboratories: row.try_get(7)?,
            effective_nsv: row.try_get(8)?,
            months: count(9)?,
            results: count(10)?,
            below_mdl: count(11)?,
            orgs: row.try_get(12)?,
        })
    }
}

impl ReadModel {
    /// A page of workers of years.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn person_years(
        &self,
        scope: &Scope,
        query: &PersonYearsQuery,
    ) -> Result<Answer<Page<PersonYear>>, Error> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        let mut statements = vec![self.person_year_page(scope, query, limit)];
        statements.extend(query.total.then(|| self.person_year_count(scope, query)));
        let (size, answers) = self.ask("person_years", scope, statements).await?;
        let mut items: Vec<PersonYear> = answers[0].iter().map(PersonYear::read).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let total = answers.get(1).and_then(|rows| rows.first()).map(Total::read).transpose()?;
        Ok(Answer { value: Page { items, more, total }, size })
    }

    /// The plans of [`ReadModel::person_years`], as PostgreSQL explains them: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_person_years(&self, scope: &Scope, query: &PersonYearsQuery) -> Result<String, Error> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        let mut statements = vec![self.person_year_page(scope, query, limit), self.person_year_count(scope, query)];
        for statement in &mut statements {
            statement.sql = format!("explain (analyze, buffers, timing off) {}", statement.sql);
        }
        let (_, answers) = self.ask("person_years", scope, statements).await?;
        let lines: Result<Vec<String>, _> = answers.iter().flatten().map(|row| row.try_get(0)).collect();
        Ok(lines?.join("\n"))
    }

    fn person_year_page(&self, scope: &Scope, query: &PersonYearsQuery, limit: usize) -> Statement {
        let mut statement = Statement::new("");
        let mut conditions = conditions(query, &mut statement);
        if let Some(after) = query.after {
            let place = [statement.bind(after.year), statement.bind(after.effective_nsv), statement.bind(after.person)]
                .join(", ");
            conditions.push_str(&format!(" and (c.dose_year, c.effective_nsv, c.person) < ({place})"));
        }
        let tail = format!("order by {ORDER} limit {}", statement.bind(limit as i64 + 1));
        statement.sql = self.person_year_rows(COLUMNS, scope, &conditions, &tail, &mut statement);
        statement
    }

    fn person_year_count(&self, scope: &Scope, query: &PersonYearsQuery) -> Statement {
        let mut statement = Statement::new("");
        let conditions = conditions(query, &mut statement);
        let bound = statement.bind(signed(TOTAL_MAX + 1));
        let rows = self.person_year_rows("1", scope, &conditions, &format!("limit {bound}"), &mut statement);
        statement.sql = format!("select count(*) from (select 1 from ({rows}) c limit {bound}) c");
        statement
    }

    /// The rows that the scope opens, part by part as in a list of records: each part in the order of an index.
    fn person_year_rows(
        &self,
        columns: &str,
        scope: &Scope,
        conditions: &str,
        tail: &str,
        statement: &mut Statement,
    ) -> String {
        let select =
            |part: &str| format!("select {columns} from read.person_years c where {conditions} and {part} {tail}");
        let parts = match self.narrow.then(|| opened(scope, statement)).flatten() {
            None => return select("true"),
            Some(parts) if parts.is_empty() => return select("false"),
            Some(parts) => parts,
        };
        let apart =
            |at: usize| -> String { parts[..at].iter().map(|part| format!(" and ({part}) is not true")).collect() };
        let selects: Vec<String> =
            parts.iter().enumerate().map(|(at, part)| select(&format!("{part}{}", apart(at)))).collect();
        match selects.as_slice() {
            [only] => only.clone(),
            _ => format!("select {columns} from (({})) c {tail}", selects.join(") union all (")),
        }
    }
}

/// The scope as conditions each of which an index can serve; nothing when everything is open.
fn opened(scope: &Scope, statement: &mut Statement) -> Option<Vec<String>> {
    match scope.reach {
        Reach::City => return None,
        Reach::Nothing => return Some(Vec::new()),
        Reach::Scope if scope.kinds.contains(&Kind::DoseResult) => return None,
        Reach::Scope => {}
    }
    let mut parts = Vec::new();
    // An equality keeps the order of the index.
    parts.extend(
        scope
            .areas
            .iter()
            .filter(|area| is_area(area))
            .map(|area| format!("c.area = {}", statement.bind(area.clone()))),
    );
    parts.extend(scope.orgs.iter().map(|org| format!("c.org = {}", statement.bind(*org))));
    parts.extend(scope.person.map(|person| format!("c.person = {}", statement.bind(person))));
    Some(parts)
}

fn conditions(query: &PersonYearsQuery, statement: &mut Statement) -> String {
    let mut all = vec![at(statement, query.as_of)];
    if let Some(area) = &query.area {
        all.push(format!("c.area = {}", statement.bind(area.clone())));
    }
    if let Some(org) = query.org {
        all.push(format!("c.org = {}", statement.bind(org)));
    }
    for (name, within) in &query.within {
        let known = FACETS.iter().any(|facet| facet.name == name);
        all.push(match (name.as_str(), within) {
            ("dose_year", Within::Any(values)) => one_of("c.dose_year", values, year_of, statement),
            ("person", Within::Any(values)) => one_of("c.person", values, |text| Uuid::try_parse(text).ok(), statement),
            ("band", Within::Any(values)) => {
                let same = one_of("c.band", values, |text| Some(text.to_owned()), statement);
                format!("{same}{}", doses(values, statement))
            }
            ("laboratory", Within::Any(values)) => {
                let has =
                    |value: &String| format!("strpos(c.laboratories, {}) > 0", statement.bind(format!("|{value}|")));
                let any: Vec<String> = values.iter().map(has).collect();
                if any.is_empty() { "false".to_owned() } else { format!("({})", any.join(" or ")) }
            }
            ("category", Within::Any(values)) => one_of("c.category", values, |text| Some(text.to_owned()), statement),
            ("dose_year", Within::Between(from, until)) => between("c.dose_year::text", from, until, statement),
            ("person", Within::Between(from, until)) => between("c.person::text", from, until, statement),
            // Several values are never between two.
            (name, Within::Between(from, until)) if known && name != "laboratory" => {
                between(&format!("c.{name}"), from, until, statement)
            }
            _ => "false".to_owned(),
        });
    }
    all.join(" and ")
}

/// A year in its one form.
fn year_of(text: &str) -> Option<i16> {
    text.parse().ok().filter(|year: &i16| year.to_string() == text)
}

fn one_of<T>(column: &str, values: &[String], read: impl Fn(&str) -> Option<T>, statement: &mut Statement) -> String
where
    T: tokio_postgres::types::ToSql + Send + Sync + 'static,
    Vec<T>: tokio_postgres::types::ToSql,
{
    let mut values: Vec<T> = values.iter().filter_map(|value| read(value)).collect();
    match (values.pop(), values.is_empty()) {
        (None, _) => "false".to_owned(),
        // An equality keeps the order of the index.
        (Some(one), true) => format!("{column} = {}", statement.bind(one)),
        (Some(last), false) => {
            values.push(last);
            format!("{column} = any({})", statement.bind(values))
        }
    }
}

fn between(value: &str, from: &Option<String>, until: &Option<String>, statement: &mut Statement) -> String {
    let mut all = vec![format!("{value} <> ''")];
    all.extend(from.iter().map(|from| format!("{value} >= {} collate \"C\"", statement.bind(from.clone()))));
    all.extend(until.iter().map(|until| format!("{value} < {} collate \"C\"", statement.bind(until.clone()))));
    all.join(" and ")
}

/// The doses of these intervals, by which the index finds them; those without detection can have any.
fn doses(bands: &[String], statement: &mut Statement) -> String {
    let ends = |band: &String| interval_nsv(INTERVALS.iter().position(|known| known == band)?);
    let ends: Option<Vec<(i64, i64)>> = bands.iter().map(ends).collect();
    let hull = ends.and_then(|ends| {
        let (from, to) = (ends.iter().map(|ends| ends.0).min()?, ends.iter().map(|ends| ends.1).max()?);
        Some((from, to))
    });
    hull.map_or(String::new(), |(from, to)| {
        format!(" and c.effective_nsv >= {} and c.effective_nsv <= {}", statement.bind(from), statement.bind(to))
    })
}

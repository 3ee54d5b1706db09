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
use super::parts::{Rows, count_of, opened};
use super::{Answer, PAGE_MAX, Page, ReadModel, Scope, Statement, Within};
use crate::error::Error;

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
        let page = self.person_year_page(scope, query, limit);
        let (size, rows, total) = self.ask_page("person_years", scope, page).await?;
        let mut items: Vec<PersonYear> = rows.iter().map(PersonYear::read).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Answer { value: Page { items, more, total }, size })
    }

    /// The plan of [`ReadModel::person_years`], as PostgreSQL explains it: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_person_years(&self, scope: &Scope, query: &PersonYearsQuery) -> Result<String, Error> {
        let page = self.person_year_page(scope, query, query.limit.clamp(1, PAGE_MAX));
        self.explain("person_years", scope, page).await
    }

    fn person_year_page(&self, scope: &Scope, query: &PersonYearsQuery, limit: usize) -> Statement {
        let mut statement = Statement::new("");
        let mut conditions = conditions(query, &mut statement);
        let parts = self.narrow.then(|| parts(scope, &mut statement)).flatten();
        let moments = [at(&mut statement, query.as_of)];
        let rows = |columns: &str, conditions: &str, tail: &str| {
            let rows = Rows { columns, from: ("read.person_years", 'c'), conditions, tail };
            rows.of(parts.as_deref(), &moments)
        };
        statement.total = query.total.then(|| count_of(|tail| rows("1", &conditions, tail)));
        if let Some(after) = query.after {
            let place = [statement.bind(after.year), statement.bind(after.effective_nsv), statement.bind(after.person)]
                .join(", ");
            conditions.push_str(&format!(" and (c.dose_year, c.effective_nsv, c.person) < ({place})"));
        }
        let tail = format!("order by {ORDER} limit {}", statement.bind(limit as i64 + 1));
        statement.sql = rows(COLUMNS, &conditions, &tail);
        statement
    }
}

/// What a scope opens, in parts: what opens dose results where the worker counts, and himself.
fn parts(scope: &Scope, statement: &mut Statement) -> Option<Vec<String>> {
    opened(scope, Kind::DoseResult, (&["c.area"], &["c.org"]), statement, |statement| {
        scope.person.map(|person| format!("c.person = {}", statement.bind(person))).into_iter().collect()
    })
}

fn conditions(query: &PersonYearsQuery, statement: &mut Statement) -> String {
    let mut all = Vec::new();
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
    if all.is_empty() { "true".to_owned() } else { all.join(" and ") }
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

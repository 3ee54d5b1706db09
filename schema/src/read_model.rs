//! The queries of people who read.
//!
//! Every answer is given under a [`Scope`], in one read-only transaction in which PostgreSQL is told the scope first
//! (row-level security then shows nothing else), and says up to where the log was folded: `size` events, so that
//! `asOf` and "as you read it" name the same thing (`ask`).
//!
//! A query narrows itself by the scope as well: that is for speed, so that an index finds an organisation's rows.
//! It is not what protects them; a test switches it off and sees the same.

mod ask;
mod changes;
mod flow;
mod list;
mod parts;
mod person_years;
mod rows;
mod scope;

use deadpool_postgres::Pool;
use domain::catalog::Kind;
use signing::bytes::Date;
use uuid::Uuid;

use crate::error::{Error, answered};
use crate::event_log::{COLUMNS, StoredEvent, signed, stored};
pub use ask::Parameter;
pub(crate) use ask::Statement;
pub use changes::{ChangeCount, Changed, ChangesQuery, What};
pub use flow::Flow;
use list::LOOKUP;
pub(crate) use list::OF_PERSON;
pub use list::{Key, ListQuery, Order, Warned, Within, is_of_person};
use list::{at, conditions, moments, parts};
use parts::{Rows, count_of};
pub use person_years::{PersonYear, PersonYearKey, PersonYearsQuery};
pub use rows::{Answer, Happened, Page, Record, Total};
use rows::{HAPPENED, RECORD, happened, record};
pub(crate) use scope::is_area;
pub use scope::{Reach, Scope};

/// Most rows of one page.
pub const PAGE_MAX: usize = 100;
/// A total is counted up to this many rows, then it says "more than".
pub const TOTAL_MAX: u64 = 10_000;
/// Most ids, or positions, of one question.
pub const MANY_MAX: usize = 1_000;
/// Most records of one kind that belong to one worker: monthly periods with ten dosimeters for eighty years.
const OF_PERSON_MAX: usize = 10_000;

/// The read model, over a pool of [`Role::Reader`](crate::connect::Role::Reader).
#[derive(Debug, Clone)]
pub struct ReadModel {
    pool: Pool,
    pub(crate) narrow: bool,
}

impl ReadModel {
    /// Reads through this pool.
    #[must_use]
    pub fn new(pool: Pool) -> ReadModel {
        ReadModel { pool, narrow: true }
    }

    /// The same without the queries' own narrowing to the scope: row-level security alone. For the test that it is enough.
    #[doc(hidden)]
    #[must_use]
    pub fn without_own_filter(self) -> ReadModel {
        ReadModel { narrow: false, ..self }
    }

    /// A record, now or as it stood after the event at a position.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn get(
        &self,
        scope: &Scope,
        kind: Kind,
        id: Uuid,
        as_of: Option<u64>,
    ) -> Result<Answer<Option<Record>>, Error> {
        let answer = self.get_many(scope, kind, &[id], as_of).await?;
        Ok(Answer { value: answer.value.into_iter().next(), size: answer.size })
    }

    /// Many records of a kind, in any order; those that do not exist or are out of scope are absent. At most [`MANY_MAX`].
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn get_many(
        &self,
        scope: &Scope,
        kind: Kind,
        ids: &[Uuid],
        as_of: Option<u64>,
    ) -> Result<Answer<Vec<Record>>, Error> {
        let mut statement = Statement::new("");
        let ids = statement.bind(ids[..ids.len().min(MANY_MAX)].to_vec());
        let kind = statement.bind(kind.as_str());
        let when = at(&mut statement, as_of);
        statement.sql =
            format!("select {RECORD} from read.current c where c.id = any({ids}) and c.kind = {kind} and {when}");
        let (size, rows) = self.ask("current", scope, statement).await?;
        Ok(Answer { value: rows.iter().map(record).collect::<Result<_, _>>()?, size })
    }

    /// All records of a kind that belong to a worker, oldest first. Never a part of them: sums are made from them.
    ///
    /// # Errors
    /// [`Error`] of the database; [`Error::Corrupt`] when there are more than [`OF_PERSON_MAX`].
    pub async fn of_person(
        &self,
        scope: &Scope,
        kind: Kind,
        person: Uuid,
        as_of: Option<u64>,
    ) -> Result<Answer<Vec<Record>>, Error> {
        let mut statement = Statement::new("");
        let person = statement.bind(person.to_string());
        let kind = statement.bind(kind.as_str());
        let when = at(&mut statement, as_of);
        statement.sql = format!(
            "select {RECORD} from read.current c
              where {OF_PERSON} and c.facets[1] = {person} and c.kind = {kind} and {when} order by c.since limit {OF_PERSON_MAX} + 1"
        );
        let (size, rows) = self.ask("current", scope, statement).await?;
        if rows.len() > OF_PERSON_MAX {
            return Err(Error::corrupt(None, "a worker has more records of a kind than a life can hold"));
        }
        Ok(Answer { value: rows.iter().map(record).collect::<Result<_, _>>()?, size })
    }

    /// Those of these workers of whom the scope opens a record of a kind that belongs to workers. At most [`MANY_MAX`].
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn workers_among(
        &self,
        scope: &Scope,
        kind: Kind,
        persons: &[Uuid],
        as_of: Option<u64>,
    ) -> Result<Vec<Uuid>, Error> {
        let persons = &persons[..persons.len().min(MANY_MAX)];
        let mut statement = Statement::new("");
        let (named, among) = if kind == Kind::Person {
            ("c.id", format!("c.id = any({})", statement.bind(persons.to_vec())))
        } else {
            let persons: Vec<String> = persons.iter().map(Uuid::to_string).collect();
            ("c.facets[1]::uuid", format!("{OF_PERSON} and c.facets[1] = any({})", statement.bind(persons)))
        };
        let kind = statement.bind(kind.as_str());
        let when = at(&mut statement, as_of);
        statement.sql =
            format!("select distinct {named} from read.current c where {among} and c.kind = {kind} and {when}");
        let (_, rows) = self.ask("current", scope, statement).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// All results of a dose report, under no reader's scope: they are counted, and not shown.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn of_report(&self, report: Uuid, as_of: Option<u64>) -> Result<Answer<Vec<Record>>, Error> {
        let mut statement = Statement::new("");
        let report = statement.bind(report.to_string());
        let kind = statement.bind(Kind::DoseResult.as_str());
        let when = at(&mut statement, as_of);
        // A result never changes its report, and the index finds it by its present row alone.
        statement.sql = format!(
            "select {RECORD} from read.current c
              where c.kind = {kind} and {when} and c.id = any(array(
                    select c.id from read.current c where {LOOKUP} = {report} and c.kind = {kind} and c.until is null))"
        );
        let (size, rows) = self.ask("current", &Scope::city(), statement).await?;
        Ok(Answer { value: rows.iter().map(record).collect::<Result<_, _>>()?, size })
    }

    /// Present dose results of any of these workers that were worn on a day from `from` to `to`, under no reader's scope.
    /// At most [`MANY_MAX`] workers: all that a thousand of them had in their lives would be too much to read.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn results_worn(&self, persons: &[Uuid], from: Date, to: Date) -> Result<Vec<Record>, Error> {
        let mut statement = Statement::new("");
        let persons: Vec<String> = persons.iter().take(MANY_MAX).map(Uuid::to_string).collect();
        let (persons, kind) = (statement.bind(persons), statement.bind(Kind::DoseResult.as_str()));
        let (from, to) = (statement.bind(from.to_string()), statement.bind(to.to_string()));
        statement.sql = format!(
            "select {RECORD} from read.current c
              where {OF_PERSON} and c.facets[1] = any({persons}) and c.kind = {kind} and c.until is null
                and c.row::json ->> 'wear_from' <= {to} collate \"C\" and c.row::json ->> 'wear_to' >= {from} collate \"C\"
              order by c.since"
        );
        let (_, rows) = self.ask("current", &Scope::city(), statement).await?;
        rows.iter().map(record).collect()
    }

    /// Present records of a kind at an organisation with these labels, under no reader's scope. At most [`MANY_MAX`] labels.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn labelled(&self, kind: Kind, org: Uuid, labels: &[String]) -> Result<Vec<Record>, Error> {
        let mut statement = Statement::new("");
        let labels: Vec<String> = labels.iter().take(MANY_MAX).cloned().collect();
        let (kind, org, labels) = (statement.bind(kind.as_str()), statement.bind(org), statement.bind(labels));
        statement.sql = format!(
            "select {RECORD} from read.current c
              where c.kind = {kind} and c.org = {org} and c.label = any({labels}) and c.until is null"
        );
        let (_, rows) = self.ask("current", &Scope::city(), statement).await?;
        rows.iter().map(record).collect()
    }

    /// Present records of a kind whose last event stands at or after a position, oldest first: what the service learns
    /// for itself, under no reader's scope.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn present_since(&self, kind: Kind, since: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let mut statement = Statement::new("");
        let (kind, since) = (statement.bind(kind.as_str()), statement.bind(signed(since)));
        let limit = statement.bind(limit.min(MANY_MAX) as i64);
        statement.sql = format!(
            "select {RECORD} from read.current c where c.kind = {kind} and c.until is null and c.since >= {since} order by c.since limit {limit}"
        );
        let (_, rows) = self.ask("current", &Scope::city(), statement).await?;
        rows.iter().map(record).collect()
    }

    /// The worker whose account this is.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn person_of(&self, account: Uuid) -> Result<Option<Uuid>, Error> {
        let mut statement = Statement::new("");
        let bound = statement.bind(account);
        statement.sql = format!(
            "select c.id from read.current c where c.account = {bound} and c.kind = 'person' and c.until is null"
        );
        let scope = Scope::within(Vec::new(), Vec::new(), Some(account));
        let (_, rows) = self.ask("current", &scope, statement).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    /// A page of the records of a kind.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<Answer<Page<Record>>, Error> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        let (size, rows, total) = self.ask_page("current", scope, self.page(scope, query, limit)).await?;
        let mut items: Vec<Record> = rows.iter().map(record).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Answer { value: Page { items, more, total }, size })
    }

    fn page(&self, scope: &Scope, query: &ListQuery, limit: usize) -> Statement {
        let mut statement = Statement::new("");
        let mut conditions = conditions(query, &mut statement);
        let parts = self.narrow.then(|| parts(scope, query.kind, &mut statement)).flatten();
        let moments = moments(query.as_of, &mut statement);
        let rows = |columns: &str, conditions: &str, tail: &str| {
            Rows { columns, from: ("read.current", 'c'), conditions, tail }.of(parts.as_deref(), &moments)
        };
        statement.total = query.total.then(|| count_of(|tail| rows("1", &conditions, tail)));
        match &query.after {
            None => {}
            Some(Key::Label(label, id)) => {
                let (label, id) = (statement.bind(label.clone()), statement.bind(*id));
                conditions.push_str(&format!(" and (c.label, c.id) > ({label} collate \"C\", {id})"));
            }
            Some(Key::Since(since)) => {
                let since = statement.bind(signed(*since));
                conditions.push_str(&format!(" and c.since < {since}"));
            }
        }
        let order = match query.order {
            Order::Label => "c.label, c.id",
            Order::Newest => "c.since desc",
        };
        let tail = format!("order by {order} limit {}", statement.bind(limit as i64 + 1));
        statement.sql = rows(RECORD, &conditions, &tail);
        statement
    }

    /// The history of a subject, newest first, from below `before`.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn timeline(
        &self,
        scope: &Scope,
        kind: Kind,
        id: Uuid,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Answer<Page<Happened>>, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let mut statement = Statement::new("");
        let (subject, kind) = (statement.bind(id), statement.bind(kind.as_str()));
        let before = statement.bind(before.map_or(i64::MAX, signed));
        let bound = statement.bind(limit as i64 + 1);
        statement.sql = format!(
            "select {HAPPENED} from read.timeline t where t.subject = {subject} and t.subject_kind = {kind} and t.position < {before}
              order by t.position desc limit {bound}"
        );
        self.happened(scope, statement, limit).await
    }

    /// Events from position `from` on, of these kinds (none named: of all), oldest first: what a subscription sends.
    /// When there is no more, everything below the answer's `size` was looked at, and that is where to go on.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn events(
        &self,
        scope: &Scope,
        from: u64,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Answer<Page<Happened>>, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        self.happened(scope, self.event_page(scope, from, kinds, limit), limit).await
    }

    /// The plan of [`ReadModel::events`], as PostgreSQL explains it: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_events(&self, scope: &Scope, from: u64, kinds: &[Kind]) -> Result<String, Error> {
        self.explain("timeline", scope, self.event_page(scope, from, kinds, PAGE_MAX)).await
    }

    fn event_page(&self, scope: &Scope, from: u64, kinds: &[Kind], limit: usize) -> Statement {
        let mut statement = Statement::new("");
        let from = statement.bind(signed(from));
        let mut conditions = format!("t.own and t.position >= {from}");
        if !kinds.is_empty() {
            let words: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
            conditions.push_str(&format!(" and t.kind = any({})", statement.bind(words)));
        }
        let tail = format!("order by t.position limit {}", statement.bind(limit as i64 + 1));
        let parts = self.narrow.then(|| own_parts(scope, &mut statement)).flatten();
        let rows = Rows { columns: HAPPENED, from: ("read.timeline", 't'), conditions: &conditions, tail: &tail };
        statement.sql = rows.of(parts.as_deref(), &["true".to_owned()]);
        statement
    }

    async fn happened(
        &self,
        scope: &Scope,
        statement: Statement,
        limit: usize,
    ) -> Result<Answer<Page<Happened>>, Error> {
        let (size, rows) = self.ask("timeline", scope, statement).await?;
        let mut items: Vec<Happened> = rows.iter().map(happened).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Answer { value: Page { items, more, total: None }, size })
    }

    /// Stored events at these positions, in order; those out of scope are absent. At most [`MANY_MAX`].
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn stored(&self, scope: &Scope, positions: &[u64]) -> Result<Answer<Vec<StoredEvent>>, Error> {
        let positions: Vec<i64> = positions.iter().take(MANY_MAX).map(|position| signed(*position)).collect();
        let mut statement = Statement::new("");
        let bound = statement.bind(positions);
        statement.sql =
            format!("select {COLUMNS} from ledger.event e where e.position = any({bound}) order by e.position");
        let (size, rows) = self.ask("current", scope, statement).await?;
        Ok(Answer { value: rows.iter().map(stored).collect::<Result<_, _>>()?, size })
    }

    /// A stored event by its id, if it is in scope.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn stored_by_id(&self, scope: &Scope, id: Uuid) -> Result<Answer<Option<StoredEvent>>, Error> {
        let mut statement = Statement::new("");
        let bound = statement.bind(id);
        statement.sql = format!("select {COLUMNS} from ledger.event e where e.position = read.event_position({bound})");
        let (size, rows) = self.ask("current", scope, statement).await?;
        Ok(Answer { value: rows.first().map(stored).transpose()?, size })
    }

    /// Last position recorded at or before an instant (microseconds); none when there is none.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn position_at(&self, instant_us: i64) -> Result<Option<u64>, Error> {
        answered(async {
            let client = self.pool.get().await?;
            let statement = client.prepare_cached("select read.position_at($1)").await?;
            let position: i64 = client.query_one(&statement, &[&instant_us]).await?.try_get(0)?;
            Ok(u64::try_from(position).ok())
        })
        .await
    }

    /// Number of events that lists and histories have: what any answer of them has seen at least.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn size(&self) -> Result<u64, Error> {
        let sql = "select coalesce(min(p.position), 0) from read.projection p join read.live l using (name, version)
                    where name in ('current', 'timeline')";
        answered(async {
            let client = self.pool.get().await?;
            let statement = client.prepare_cached(sql).await?;
            Ok(client.query_one(&statement, &[]).await?.try_get::<_, i64>(0)?.cast_unsigned())
        })
        .await
    }

    /// The statement of a page as it is sent, for the bench that compares with it.
    #[doc(hidden)]
    #[must_use]
    pub fn list_statement(&self, scope: &Scope, query: &ListQuery) -> (String, Vec<Parameter>) {
        let Statement { sql, parameters, .. } = self.page(scope, query, query.limit.clamp(1, PAGE_MAX));
        (sql, parameters)
    }

    /// The plan of a list under a scope, as PostgreSQL explains it: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_list(&self, scope: &Scope, query: &ListQuery) -> Result<String, Error> {
        self.explain("current", scope, self.page(scope, query, query.limit.clamp(1, PAGE_MAX))).await
    }
}

/// The events of somebody who reads nothing but what is his own, in parts each of which an index of the timeline serves: his
/// account's, and those of his file. Nothing when the scope opens more.
fn own_parts(scope: &Scope, statement: &mut Statement) -> Option<Vec<String>> {
    let alone = scope.reach == Reach::Scope
        && scope.kinds.is_empty()
        && scope.areas.is_empty()
        && scope.orgs.is_empty()
        && (scope.account.is_some() || scope.person.is_some());
    alone.then(|| {
        let account = scope.account.map(|account| format!("t.account = {}", statement.bind(account)));
        let person = scope.person.map(|person| format!("t.person = {}", statement.bind(person)));
        account.into_iter().chain(person).collect()
    })
}

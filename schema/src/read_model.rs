//! The queries of people who read.
//!
//! Every answer is given under a [`Scope`], in one read-only transaction that begins by telling PostgreSQL the scope
//! (row-level security then shows nothing else), and says up to where the log was folded: `size` events, so that
//! `asOf` and "as you read it" name the same thing. All statements of an answer are sent at once.
//!
//! A query narrows itself by the scope as well: that is for speed, so that an index finds an organisation's rows.
//! It is not what protects them; a test switches it off and sees the same.

mod changes;
mod list;
mod person_years;
mod rows;
mod scope;

use std::time::Duration;

use deadpool_postgres::Pool;
use domain::catalog::Kind;
use futures_util::future::join_all;
use signing::bytes::Date;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::error::{Error, answered};
use crate::event_log::{COLUMNS, StoredEvent, signed, stored};
pub use changes::{ChangeCount, Changed, ChangesQuery, What};
use list::LOOKUP;
pub(crate) use list::OF_PERSON;
pub use list::{Key, ListQuery, Order, Within};
use list::{at, conditions, moments};
pub use person_years::{PersonYear, PersonYearKey, PersonYearsQuery};
pub use rows::{Answer, Happened, Page, Record, Total};
use rows::{HAPPENED, RECORD, happened, record};
pub(crate) use scope::is_area;
pub use scope::{Reach, Scope};
use scope::{narrowed, own_parts};

/// Most rows of one page.
pub const PAGE_MAX: usize = 100;
/// A total is counted up to this many rows, then it says "more than".
pub const TOTAL_MAX: u64 = 10_000;
/// Most ids, or positions, of one question.
pub const MANY_MAX: usize = 1_000;
/// Most records of one kind that belong to one worker: monthly periods with ten dosimeters for eighty years.
const OF_PERSON_MAX: usize = 10_000;
/// Longest statement of a reader.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);

/// A value of a statement.
pub type Parameter = Box<dyn ToSql + Send + Sync>;

/// One statement of an answer.
pub(crate) struct Statement {
    pub(crate) sql: String,
    parameters: Vec<Parameter>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>) -> Statement {
        Statement { sql: sql.into(), parameters: Vec::new() }
    }

    /// The next placeholder.
    pub(crate) fn bind(&mut self, parameter: impl ToSql + Send + Sync + 'static) -> String {
        self.parameters.push(Box::new(parameter));
        format!("${}", self.parameters.len())
    }
}

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
        let (size, mut answers) = self.ask("current", scope, vec![statement]).await?;
        Ok(Answer { value: answers.remove(0).iter().map(record).collect::<Result<_, _>>()?, size })
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
        let (size, mut answers) = self.ask("current", scope, vec![statement]).await?;
        if answers[0].len() > OF_PERSON_MAX {
            return Err(Error::corrupt(None, "a worker has more records of a kind than a life can hold"));
        }
        Ok(Answer { value: answers.remove(0).iter().map(record).collect::<Result<_, _>>()?, size })
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
        statement.sql =
            format!("select {RECORD} from read.current c where {LOOKUP} = {report} and c.kind = {kind} and {when}");
        let (size, mut answers) = self.ask("current", &Scope::city(), vec![statement]).await?;
        Ok(Answer { value: answers.remove(0).iter().map(record).collect::<Result<_, _>>()?, size })
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
        let (_, answers) = self.ask("current", &Scope::city(), vec![statement]).await?;
        answers[0].iter().map(record).collect()
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
        let (_, answers) = self.ask("current", &Scope::city(), vec![statement]).await?;
        answers[0].iter().map(record).collect()
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
        let (_, answers) = self.ask("current", &Scope::city(), vec![statement]).await?;
        answers[0].iter().map(record).collect()
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
        let (_, answers) = self.ask("current", &scope, vec![statement]).await?;
        Ok(answers[0].first().map(|row| row.try_get(0)).transpose()?)
    }

    /// A page of the records of a kind.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<Answer<Page<Record>>, Error> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        let mut statements = vec![self.page(scope, query, limit)];
        if query.total {
            let mut count = Statement::new("");
            let conditions = conditions(query, &mut count);
            let bound = count.bind(signed(TOTAL_MAX + 1));
            let rows = self.rows("1", scope, query, &conditions, &format!("limit {bound}"), &mut count);
            count.sql = format!("select count(*) from (select 1 from ({rows}) c limit {bound}) c");
            statements.push(count);
        }
        let (size, answers) = self.ask("current", scope, statements).await?;
        let mut items: Vec<Record> = answers[0].iter().map(record).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let total = answers.get(1).and_then(|rows| rows.first()).map(Total::read).transpose()?;
        Ok(Answer { value: Page { items, more, total }, size })
    }

    fn page(&self, scope: &Scope, query: &ListQuery, limit: usize) -> Statement {
        let mut statement = Statement::new("");
        let mut conditions = conditions(query, &mut statement);
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
        let limit = statement.bind(limit as i64 + 1);
        let tail = format!("order by {order} limit {limit}");
        statement.sql = self.rows(RECORD, scope, query, &conditions, &tail, &mut statement);
        statement
    }

    /// The rows under these conditions that the scope opens. A scope of several parts is asked part by part, each in
    /// the order of an index; one condition with `or` would read and sort all that it opens. So is a past moment: what
    /// stands since then, and what has ended since.
    fn rows(
        &self,
        columns: &str,
        scope: &Scope,
        query: &ListQuery,
        conditions: &str,
        tail: &str,
        statement: &mut Statement,
    ) -> String {
        let select = |part: &str| format!("select {columns} from read.current c where {conditions} and {part} {tail}");
        let moments = moments(query.as_of, statement);
        let opened = match self.narrow.then(|| narrowed(scope, query.kind, statement)).flatten() {
            None => vec!["true".to_owned()],
            Some(parts) if parts.is_empty() => vec!["false".to_owned()],
            Some(parts) => parts,
        };
        let mut selects = Vec::with_capacity(opened.len() * moments.len());
        for (at, part) in opened.iter().enumerate() {
            let earlier: String = opened[..at].iter().map(|part| format!(" and ({part}) is not true")).collect();
            selects.extend(moments.iter().map(|moment| select(&format!("{moment} and {part}{earlier}"))));
        }
        match selects.as_slice() {
            [only] => only.clone(),
            _ => format!("select {columns} from (({})) c {tail}", selects.join(") union all (")),
        }
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
        let mut statement = self.event_page(scope, from, kinds, PAGE_MAX);
        statement.sql = format!("explain (analyze, buffers, timing off) {}", statement.sql);
        let (_, answers) = self.ask("timeline", scope, vec![statement]).await?;
        let lines: Result<Vec<String>, _> = answers[0].iter().map(|row| row.try_get(0)).collect();
        Ok(lines?.join("\n"))
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
        let select = |part: &str| format!("select {HAPPENED} from read.timeline t where {conditions}{part} {tail}");
        statement.sql = match self.narrow.then(|| own_parts(scope, &mut statement)).flatten() {
            None => select(""),
            Some(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| format!("({})", select(part))).collect();
                format!("select {HAPPENED} from ({}) t {tail}", parts.join(" union all "))
            }
        };
        statement
    }

    async fn happened(
        &self,
        scope: &Scope,
        statement: Statement,
        limit: usize,
    ) -> Result<Answer<Page<Happened>>, Error> {
        let (size, answers) = self.ask("timeline", scope, vec![statement]).await?;
        let mut items: Vec<Happened> = answers[0].iter().map(happened).collect::<Result<_, _>>()?;
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
        let (size, mut answers) = self.ask("current", scope, vec![statement]).await?;
        Ok(Answer { value: answers.remove(0).iter().map(stored).collect::<Result<_, _>>()?, size })
    }

    /// A stored event by its id, if it is in scope.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn stored_by_id(&self, scope: &Scope, id: Uuid) -> Result<Answer<Option<StoredEvent>>, Error> {
        let mut statement = Statement::new("");
        let bound = statement.bind(id);
        statement.sql = format!("select {COLUMNS} from ledger.event e where e.position = read.event_position({bound})");
        let (size, answers) = self.ask("current", scope, vec![statement]).await?;
        Ok(Answer { value: answers[0].first().map(stored).transpose()?, size })
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
        let Statement { sql, parameters } = self.page(scope, query, query.limit.clamp(1, PAGE_MAX));
        (sql, parameters)
    }

    /// The plan of a list under a scope, as PostgreSQL explains it: for the tests that hold plans at volume.
    #[doc(hidden)]
    pub async fn explain_list(&self, scope: &Scope, query: &ListQuery) -> Result<String, Error> {
        let mut statement = self.page(scope, query, query.limit.clamp(1, PAGE_MAX));
        statement.sql = format!("explain (analyze, buffers, timing off) {}", statement.sql);
        let (_, answers) = self.ask("current", scope, vec![statement]).await?;
        let lines: Result<Vec<String>, _> = answers[0].iter().map(|row| row.try_get(0)).collect();
        Ok(lines?.join("\n"))
    }

    /// Runs statements under a scope and one snapshot. All are sent together: once they are prepared an answer costs
    /// one round trip. When the caller gives up, the end of the transaction is on its way already.
    pub(crate) async fn ask(
        &self,
        projection: &'static str,
        scope: &Scope,
        statements: Vec<Statement>,
    ) -> Result<(u64, Vec<Vec<Row>>), Error> {
        let (size, mut answers) = self.ask_each(projection, &[(scope, statements)]).await?;
        Ok((size, answers.pop().unwrap_or_default()))
    }

    /// The same for several scopes, each with statements of its own, in one snapshot and one round trip all the same.
    pub(crate) async fn ask_each(
        &self,
        projection: &'static str,
        parts: &[(&Scope, Vec<Statement>)],
    ) -> Result<(u64, Vec<Vec<Vec<Row>>>), Error> {
        if parts.is_empty() {
            return Ok((0, Vec::new()));
        }
        answered(self.asked(projection, parts)).await
    }

    async fn asked(
        &self,
        projection: &'static str,
        parts: &[(&Scope, Vec<Statement>)],
    ) -> Result<(u64, Vec<Vec<Vec<Row>>>), Error> {
        let client = self.pool.get().await?;
        let begin = client.prepare_cached("begin isolation level repeatable read read only").await?;
        let set = client
            .prepare_cached(
                "select set_config('radledger.reach', $1, true), set_config('radledger.kinds', $2, true),
                        set_config('radledger.areas', $3, true), set_config('radledger.orgs', $4, true),
                        set_config('radledger.account', $5, true), set_config('radledger.person', $6, true),
                        set_config('statement_timeout', $7, true), set_config('plan_cache_mode', $8, true),
                        (select p.position from read.projection p join read.live l using (name, version) where p.name = $9)",
            )
            .await?;
        let commit = client.prepare_cached("commit").await?;
        let nothing: &[Parameter] = &[];
        let settings: Vec<Vec<Parameter>> = parts.iter().map(|(scope, _)| settings(scope, projection)).collect();
        // With each the part whose answer it is.
        let mut prepared = vec![(begin, nothing, None)];
        for (part, (scope, statements)) in parts.iter().enumerate() {
            if part == 0 || parts[part - 1].0 != *scope {
                prepared.push((set.clone(), &settings[part][..], None));
            }
            for statement in statements {
                prepared.push((client.prepare_cached(&statement.sql).await?, &statement.parameters[..], Some(part)));
            }
        }
        prepared.push((commit, nothing, None));
        // Polled in order for the first time, so sent in order.
        let answers = join_all(prepared.iter().map(|(statement, parameters, _)| {
            let parameters: Vec<&(dyn ToSql + Sync)> =
                parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
            let client = &client;
            async move { client.query(statement, &parameters).await }
        }))
        .await;
        let answers: Vec<Vec<Row>> = answers.into_iter().collect::<Result<_, _>>()?;
        // The first thing set tells the position as well.
        let size: Option<i64> = answers[1].first().map(|row| row.try_get(SETTINGS)).transpose()?.flatten();
        let size = size.ok_or_else(|| Error::corrupt(None, format!("{projection} has no live version")))?;
        let mut of_parts: Vec<Vec<Vec<Row>>> = parts.iter().map(|_| Vec::new()).collect();
        for ((_, _, part), rows) in prepared.iter().zip(answers) {
            if let Some(part) = part {
                of_parts[*part].push(rows);
            }
        }
        Ok((size.cast_unsigned(), of_parts))
    }
}

/// Settings of a transaction; the position comes after them.
const SETTINGS: usize = 8;

/// What tells PostgreSQL the scope, how to plan, and whose position is asked for.
fn settings(scope: &Scope, projection: &str) -> Vec<Parameter> {
    // A number is found in one way, whatever is asked for: planning it anew would cost more than many a look.
    let plan = if projection == "statistics" { "force_generic_plan" } else { "auto" };
    let more = [STATEMENT_TIMEOUT.as_millis().to_string(), plan.to_owned(), projection.to_owned()];
    scope.settings().into_iter().chain(more).map(|setting| Box::new(setting) as Parameter).collect()
}

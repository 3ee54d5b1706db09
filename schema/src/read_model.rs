//! The queries of people who read.
//!
//! Every answer is given under a [`Scope`], in one read-only transaction that begins by telling PostgreSQL the scope
//! (row-level security then shows nothing else), and says up to where the log was folded: `size` events, so that
//! `asOf` and "as you read it" name the same thing. All statements of an answer are sent at once.
//!
//! A query narrows itself by the scope as well: that is for speed, so that an index finds an organisation's rows.
//! It is not what protects them; a test switches it off and sees the same.

use std::time::Duration;

use deadpool_postgres::Pool;
use domain::catalog::Kind;
use futures_util::future::join_all;
use projections::current::facets;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::error::Error;
use crate::event_log::{COLUMNS, StoredEvent, signed, stored};

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
    fn settings(&self) -> [String; 6] {
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

/// A record as it stood from one event to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Kind.
    pub kind: Kind,
    /// Record.
    pub id: Uuid,
    /// Version.
    pub version: u32,
    /// Position of the event that made it.
    pub since: u64,
    /// Position of the next event; none when it is the present state.
    pub until: Option<u64>,
    /// When it was recorded, microseconds.
    pub recorded_at: i64,
    /// Organisation.
    pub org: Option<Uuid>,
    /// Supervision area, the present one.
    pub area: Option<String>,
    /// Account, for accounts, credentials and grants.
    pub account: Option<Uuid>,
    /// What lists sort by.
    pub label: String,
    /// Code of the state.
    pub state: String,
    /// Values to filter by: [`projections::current::facets`].
    pub facets: Vec<String>,
    /// The state as JSON.
    pub row: String,
}

/// An event in somebody's or something's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Position.
    pub position: u64,
    /// Type.
    pub event_type: String,
    /// Why it was signed.
    pub meaning: String,
    /// Kind of its record.
    pub kind: Kind,
    /// Its record.
    pub record: Uuid,
    /// The version that it made.
    pub version: u32,
    /// The signer's account.
    pub signer: Uuid,
    /// When it was recorded, microseconds.
    pub recorded_at: i64,
    /// Organisation of the record.
    pub org: Option<Uuid>,
    /// Present supervision area of the record.
    pub area: Option<String>,
}

/// An answer and what it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// Number of events that were folded when it was read; the position it was read at is this minus one.
    pub size: u64,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there are more after them.
    pub more: bool,
    /// How many there are in all, when it was asked for.
    pub total: Option<Total>,
}

/// Number of rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// More than so many.
    MoreThan(u64),
}

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

impl Record {
    /// Where the row stands in a list of this order.
    #[must_use]
    pub fn key(&self, order: Order) -> Key {
        match order {
            Order::Label => Key::Label(self.label.clone(), self.id),
            Order::Newest => Key::Since(self.since),
        }
    }
}

pub(crate) type Parameter = Box<dyn ToSql + Send + Sync>;

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

const RECORD: &str = "c.kind, c.id, c.version, c.since, c.until, c.recorded_at, c.org, c.area, c.account, c.label, c.state, c.facets, c.row";
const HAPPENED: &str =
    "t.position, t.event_type, t.meaning, t.kind, t.record, t.version, t.signer, t.recorded_at, t.org, t.area";

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

    /// Present records of a kind that belong to any of these workers, under no reader's scope. At most [`MANY_MAX`] workers.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn of_persons(&self, kind: Kind, persons: &[Uuid]) -> Result<Vec<Record>, Error> {
        let mut statement = Statement::new("");
        let persons: Vec<String> = persons.iter().take(MANY_MAX).map(Uuid::to_string).collect();
        let (persons, kind) = (statement.bind(persons), statement.bind(kind.as_str()));
        statement.sql = format!(
            "select {RECORD} from read.current c
              where {OF_PERSON} and c.facets[1] = any({persons}) and c.kind = {kind} and c.until is null order by c.since"
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
            let rows = self.rows("1", scope, query.kind, &conditions, &format!("limit {bound}"), &mut count);
            count.sql = format!("select count(*) from (select 1 from ({rows}) c limit {bound}) c");
            statements.push(count);
        }
        let (size, answers) = self.ask("current", scope, statements).await?;
        let mut items: Vec<Record> = answers[0].iter().map(record).collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let total = match answers.get(1).and_then(|rows| rows.first()) {
            None => None,
            Some(row) => Some(match row.try_get::<_, i64>(0)?.cast_unsigned() {
                count if count > TOTAL_MAX => Total::MoreThan(TOTAL_MAX),
                count => Total::Exactly(count),
            }),
        };
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
        statement.sql = self.rows(RECORD, scope, query.kind, &conditions, &tail, &mut statement);
        statement
    }

    /// The rows under these conditions that the scope opens. A scope of several parts is asked part by part, each in
    /// the order of an index; one condition with `or` would read and sort all that it opens.
    fn rows(
        &self,
        columns: &str,
        scope: &Scope,
        kind: Kind,
        conditions: &str,
        tail: &str,
        statement: &mut Statement,
    ) -> String {
        let select = |part: &str| format!("select {columns} from read.current c where {conditions} and {part} {tail}");
        match self.narrow.then(|| narrowed(scope, kind, statement)).flatten().as_deref() {
            None => select("true"),
            Some([]) => select("false"),
            Some([part]) => select(part),
            Some(parts) => {
                let alone = parts.iter().enumerate().map(|(at, part)| {
                    let earlier: String = parts[..at].iter().map(|part| format!(" and ({part}) is not true")).collect();
                    format!("({})", select(&format!("{part}{earlier}")))
                });
                format!("select {columns} from ({}) c {tail}", alone.collect::<Vec<_>>().join(" union all "))
            }
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
        let mut statement = Statement::new("");
        let from = statement.bind(signed(from));
        let mut conditions = format!("t.own and t.position >= {from}");
        if !kinds.is_empty() {
            let words: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
            conditions.push_str(&format!(" and t.kind = any({})", statement.bind(words)));
        }
        let bound = statement.bind(limit as i64 + 1);
        statement.sql =
            format!("select {HAPPENED} from read.timeline t where {conditions} order by t.position limit {bound}");
        self.happened(scope, statement, limit).await
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
        let client = self.pool.get().await?;
        let statement = client.prepare_cached("select read.position_at($1)").await?;
        let position: i64 = client.query_one(&statement, &[&instant_us]).await?.try_get(0)?;
        Ok(u64::try_from(position).ok())
    }

    /// Number of events that lists and histories have: what any answer of them has seen at least.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn size(&self) -> Result<u64, Error> {
        let client = self.pool.get().await?;
        let statement = client
            .prepare_cached(
                "select coalesce(min(p.position), 0) from read.projection p join read.live l using (name, version)
                  where name in ('current', 'timeline')",
            )
            .await?;
        Ok(client.query_one(&statement, &[]).await?.try_get::<_, i64>(0)?.cast_unsigned())
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
        let client = self.pool.get().await?;
        let begin = client.prepare_cached("begin isolation level repeatable read read only").await?;
        let set = client
            .prepare_cached(
                "select set_config('radledger.reach', $1, true), set_config('radledger.kinds', $2, true),
                        set_config('radledger.areas', $3, true), set_config('radledger.orgs', $4, true),
                        set_config('radledger.account', $5, true), set_config('radledger.person', $6, true),
                        set_config('statement_timeout', $7, true)",
            )
            .await?;
        let position = client
            .prepare_cached(
                "select p.position from read.projection p join read.live l using (name, version) where p.name = $1",
            )
            .await?;
        let commit = client.prepare_cached("commit").await?;
        let mut prepared = Vec::with_capacity(statements.len() + 4);
        let nothing: &[Parameter] = &[];
        let [reach, kinds, areas, orgs, account, person] = scope.settings();
        let settings: Vec<Parameter> =
            [reach, kinds, areas, orgs, account, person, STATEMENT_TIMEOUT.as_millis().to_string()]
                .into_iter()
                .map(|setting| Box::new(setting) as Parameter)
                .collect();
        let name: Vec<Parameter> = vec![Box::new(projection)];
        prepared.push((begin, nothing));
        prepared.push((set, &settings[..]));
        prepared.push((position, &name[..]));
        for statement in &statements {
            prepared.push((client.prepare_cached(&statement.sql).await?, &statement.parameters[..]));
        }
        prepared.push((commit, nothing));
        // Polled in order for the first time, so sent in order.
        let answers = join_all(prepared.iter().map(|(statement, parameters)| {
            let parameters: Vec<&(dyn ToSql + Sync)> =
                parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
            let client = &client;
            async move { client.query(statement, &parameters).await }
        }))
        .await;
        let mut answers: Vec<Vec<Row>> = answers.into_iter().collect::<Result<_, _>>()?;
        answers.pop();
        let rows = answers.split_off(3);
        let size = match answers[2].first() {
            Some(row) => row.try_get::<_, i64>(0)?.cast_unsigned(),
            None => {
                return Err(Error::corrupt(None, format!("{projection} has no live version")));
            }
        };
        Ok((size, rows))
    }
}

/// The member by which a record is looked up, as the index has it; the condition must be the index's own.
const LOOKUP: &str = "c.kind in ('device', 'institution', 'erasure', 'dose_result', 'dose_report') and \
     (case c.kind when 'device' then c.facets[4] when 'dose_result' then c.facets[6] when 'dose_report' then c.facets[3] else c.facets[2] end)";

/// The condition of the index by worker, as the index has it.
const OF_PERSON: &str = "c.kind in ('certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'restriction', 'training_record')";

/// Whether the first facet of a kind is the worker to whom the record belongs.
fn is_of_person(kind: Kind) -> bool {
    facets(kind).first().is_some_and(|facet| facet.name == "person")
}

/// Whether the facet at this place is the one of [`LOOKUP`].
fn is_lookup(kind: Kind, at: usize) -> bool {
    match kind {
        Kind::Device => at == 3,
        Kind::Institution | Kind::Erasure => at == 1,
        Kind::DoseResult => at == 5,
        Kind::DoseReport => at == 2,
        _ => false,
    }
}

/// The condition that a version is the one asked for.
fn at(statement: &mut Statement, as_of: Option<u64>) -> String {
    match as_of {
        None => "c.until is null".to_owned(),
        Some(position) => {
            let position = statement.bind(signed(position));
            format!("c.since <= {position} and (c.until is null or c.until > {position})")
        }
    }
}

/// What a row of the list fulfils. Written so that an index can give the order: equalities before all, no
/// operator that row-level security must keep from the index (a range of labels instead of LIKE).
fn conditions(query: &ListQuery, statement: &mut Statement) -> String {
    let kind = statement.bind(query.kind.as_str());
    let mut all = vec![format!("c.kind = {kind}"), at(statement, query.as_of)];
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
    for (name, within) in &query.within {
        let known = facets(query.kind).iter().position(|facet| facet.name == name);
        all.push(known.map_or("false".to_owned(), |at| within_facet(query.kind, at, within, statement)));
    }
    if let Some(prefix) = query.label_prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
        all.push(format!("c.label >= {} collate \"C\"", statement.bind(prefix.clone())));
        if let Some(end) = after_prefix(prefix) {
            all.push(format!("c.label < {} collate \"C\"", statement.bind(end)));
        }
    }
    all.join(" and ")
}

fn within_facet(kind: Kind, at: usize, within: &Within, statement: &mut Statement) -> String {
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

/// The scope as conditions each of which an index can serve: a row fulfils one of them. Nothing when everything is open.
fn narrowed(scope: &Scope, kind: Kind, statement: &mut Statement) -> Option<Vec<String>> {
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
    let filed = matches!(kind, Kind::MonitoringContract | Kind::Dosimeter | Kind::DoseReport | Kind::DoseResult);
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

/// The first text after all that begin with the prefix; none when there is none.
fn after_prefix(prefix: &str) -> Option<String> {
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

fn kind_of(word: &str) -> Result<Kind, Error> {
    Kind::parse(word).ok_or_else(|| Error::corrupt(None, "a row is of a kind that this program does not know"))
}

fn record(row: &Row) -> Result<Record, Error> {
    Ok(Record {
        kind: kind_of(row.try_get(0)?)?,
        id: row.try_get(1)?,
        version: row.try_get::<_, i32>(2)?.cast_unsigned(),
        since: row.try_get::<_, i64>(3)?.cast_unsigned(),
        until: row.try_get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        recorded_at: row.try_get(5)?,
        org: row.try_get(6)?,
        area: row.try_get(7)?,
        account: row.try_get(8)?,
        label: row.try_get(9)?,
        state: row.try_get(10)?,
        facets: row.try_get(11)?,
        row: row.try_get(12)?,
    })
}

fn happened(row: &Row) -> Result<Happened, Error> {
    Ok(Happened {
        position: row.try_get::<_, i64>(0)?.cast_unsigned(),
        event_type: row.try_get(1)?,
        meaning: row.try_get(2)?,
        kind: kind_of(row.try_get(3)?)?,
        record: row.try_get(4)?,
        version: row.try_get::<_, i32>(5)?.cast_unsigned(),
        signer: row.try_get(6)?,
        recorded_at: row.try_get(7)?,
        org: row.try_get(8)?,
        area: row.try_get(9)?,
    })
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
        assert!(looked_up(Kind::Grant).is_empty());
    }

    #[test]
    fn the_index_by_worker_holds_every_kind_that_belongs_to_one() {
        for kind in Kind::ALL.iter().filter(|kind| is_of_person(**kind)) {
            assert!(OF_PERSON.contains(&format!("'{}'", kind.as_str())), "{}", kind.as_str());
        }
        assert!(is_of_person(Kind::Employment) && !is_of_person(Kind::Device));
    }

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

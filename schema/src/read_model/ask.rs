//! How the read model asks: under a scope, in one snapshot and one round trip, whatever is asked.
//!
//! A question is one statement. It tells PostgreSQL the scope itself, so it needs no transaction around it: what it told
//! ends with it. Numbers are many statements, so they stand between `begin` and `commit`, after one that tells the scope.
//! Either way a connection has no scope when it goes back to its pool.

use deadpool_postgres::Client;
use futures_util::future::join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement as Prepared};

use super::{ReadModel, Scope, Total};
use crate::error::{Error, answered};

/// A value of a statement.
pub type Parameter = Box<dyn ToSql + Send + Sync>;

/// One statement of an answer.
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// How many rows there are in all, as a statement with the same placeholders, when that is asked for as well.
    pub(crate) total: Option<String>,
    pub(super) parameters: Vec<Parameter>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>) -> Statement {
        Statement { sql: sql.into(), total: None, parameters: Vec::new() }
    }

    /// The next placeholder.
    pub(crate) fn bind(&mut self, parameter: impl ToSql + Send + Sync + 'static) -> String {
        self.parameters.push(Box::new(parameter));
        format!("${}", self.parameters.len())
    }

    /// Its plan.
    pub(crate) fn explained(mut self) -> Statement {
        self.sql = format!("explain (analyze, buffers, timing off) {}", self.sql);
        self
    }

    /// The same, telling the scope itself. Its rows say three things more: whether they are of the answer (an answer without
    /// rows is one that is not), the position of the projection, and the total.
    ///
    /// What is told is the outer side of a join without a condition, so it is there before the first row is looked for.
    /// Were it not, row-level security would show nothing.
    fn telling(mut self, scope: &Scope, projection: &str) -> Statement {
        let told = tell(&mut self, scope, projection);
        let total = self.total.take().unwrap_or_else(|| "null::bigint".to_owned());
        self.sql = format!(
            "with told as materialized (select {told})
             select answer.*, told.size, ({total}) as total
               from told left join lateral (select a.*, true as found from ({}) a) answer on true",
            self.sql
        );
        self
    }

    async fn send(&self, client: &Client) -> Result<Vec<Row>, Error> {
        let prepared = client.prepare_cached(&self.sql).await?;
        self.send_prepared(client, &prepared).await
    }

    async fn send_prepared(&self, client: &Client, prepared: &Prepared) -> Result<Vec<Row>, Error> {
        let values: Vec<&(dyn ToSql + Sync)> =
            self.parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
        Ok(client.query(prepared, &values).await?)
    }
}

/// What tells PostgreSQL the scope, for as long as the transaction lasts, and finds the position that is asked for.
fn tell(statement: &mut Statement, scope: &Scope, projection: &str) -> String {
    let names = ["reach", "kinds", "areas", "orgs", "account", "person"];
    let settings = names.into_iter().zip(scope.settings());
    let mut all: Vec<String> = settings
        .map(|(name, value)| format!("set_config('radledger.{name}', {}, true)", statement.bind(value)))
        .collect();
    let projection = statement.bind(projection.to_owned());
    all.push(format!(
        "(select p.position from read.projection p join read.live l using (name, version) where p.name = {projection}) as size"
    ));
    all.join(", ")
}

fn size_of(row: Option<&Row>, projection: &str) -> Result<u64, Error> {
    let size: Option<i64> = row.map(|row| row.try_get("size")).transpose()?.flatten();
    let size = size.ok_or_else(|| Error::corrupt(None, format!("{projection} has no live version")))?;
    Ok(size.cast_unsigned())
}

impl ReadModel {
    /// The rows of a statement under a scope, and at which position they were read.
    pub(crate) async fn ask(
        &self,
        projection: &'static str,
        scope: &Scope,
        statement: Statement,
    ) -> Result<(u64, Vec<Row>), Error> {
        let (size, rows, _) = self.ask_page(projection, scope, statement).await?;
        Ok((size, rows))
    }

    /// The same with the total, when the statement asks for it.
    pub(crate) async fn ask_page(
        &self,
        projection: &'static str,
        scope: &Scope,
        statement: Statement,
    ) -> Result<(u64, Vec<Row>, Option<Total>), Error> {
        let statement = statement.telling(scope, projection);
        let mut rows = answered(async { statement.send(&self.pool.get().await?).await }).await?;
        let first = rows.first();
        let size = size_of(first, projection)?;
        let total: Option<i64> = first.map(|row| row.try_get("total")).transpose()?.flatten();
        let found: Option<bool> = first.map(|row| row.try_get("found")).transpose()?.flatten();
        if found.is_none() {
            rows.clear();
        }
        Ok((size, rows, total.map(Total::of)))
    }

    /// The plan of [`ReadModel::ask`], as PostgreSQL explains it.
    pub(crate) async fn explain(
        &self,
        projection: &'static str,
        scope: &Scope,
        statement: Statement,
    ) -> Result<String, Error> {
        let statement = statement.telling(scope, projection).explained();
        let rows = answered(async { statement.send(&self.pool.get().await?).await }).await?;
        let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        Ok(lines?.join("\n"))
    }

    /// Many statements under several scopes, in one snapshot and one round trip all the same; each is planned once for
    /// whatever is asked: planning it anew would cost more than many a look.
    pub(crate) async fn ask_each(
        &self,
        projection: &'static str,
        parts: &[(&Scope, Vec<Statement>)],
    ) -> Result<(u64, Vec<Vec<Vec<Row>>>), Error> {
        if parts.is_empty() {
            return Ok((0, Vec::new()));
        }
        answered(self.asked_each(projection, parts)).await
    }

    async fn asked_each(
        &self,
        projection: &'static str,
        parts: &[(&Scope, Vec<Statement>)],
    ) -> Result<(u64, Vec<Vec<Vec<Row>>>), Error> {
        let client = self.pool.get().await?;
        let begin = Statement::new("begin isolation level repeatable read read only");
        let commit = Statement::new("commit");
        let tells: Vec<Statement> = parts.iter().map(|(scope, _)| telling_alone(scope, projection)).collect();
        // With each the part whose answer it is.
        let mut all = vec![(&begin, None)];
        for (part, (scope, statements)) in parts.iter().enumerate() {
            if part == 0 || parts[part - 1].0 != *scope {
                all.push((&tells[part], None));
            }
            all.extend(statements.iter().map(|statement| (statement, Some(part))));
        }
        all.push((&commit, None));
        let mut prepared = Vec::with_capacity(all.len());
        for (statement, _) in &all {
            prepared.push(client.prepare_cached(&statement.sql).await?);
        }
        // Polled in order for the first time, so sent in order. When the caller gives up, the end of the transaction is on
        // its way already.
        let sent =
            all.iter().zip(&prepared).map(|((statement, _), prepared)| statement.send_prepared(&client, prepared));
        let answers: Vec<Vec<Row>> = join_all(sent).await.into_iter().collect::<Result<_, _>>()?;
        // The first thing told tells the position as well.
        let size = size_of(answers[1].first(), projection)?;
        let mut of_parts: Vec<Vec<Vec<Row>>> = parts.iter().map(|_| Vec::new()).collect();
        for ((_, part), rows) in all.iter().zip(answers) {
            if let Some(part) = part {
                of_parts[*part].push(rows);
            }
        }
        Ok((size, of_parts))
    }
}

/// The statement that tells a scope, and how to plan, to the ones that follow it in its transaction.
fn telling_alone(scope: &Scope, projection: &str) -> Statement {
    let mut statement = Statement::new("");
    let told = tell(&mut statement, scope, projection);
    statement.sql = format!("select {told}, set_config('plan_cache_mode', 'force_generic_plan', true)");
    statement
}

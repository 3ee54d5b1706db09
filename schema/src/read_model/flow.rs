//! How files moved between districts: transfers counted by the districts between which they lie.

use domain::catalog::Kind;

use super::list::{moments, parts};
use super::parts::Rows;
use super::{Answer, ReadModel, Scope, Statement};
use crate::error::Error;

/// Transfers from one district to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Releasing district; none from outside the city.
    pub from_area: Option<String>,
    /// Receiving district; none out of the city or into the archive.
    pub to_area: Option<String>,
    /// Asked for.
    pub requested: i64,
    /// Completed.
    pub completed: i64,
    /// Neither completed nor otherwise over.
    pub open: i64,
    /// Median of the days that those completed took.
    pub median_days: Option<i32>,
}

impl ReadModel {
    /// The flow matrix of the transfers that were asked for on a day of `days.0..days.1`, of those the scope opens.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn transfer_flow(
        &self,
        scope: &Scope,
        days: &(String, String),
        as_of: Option<u64>,
    ) -> Result<Answer<Vec<Flow>>, Error> {
        let mut statement = Statement::new("");
        let kind = statement.bind(Kind::Transfer.as_str());
        let (from, until) = (statement.bind(days.0.clone()), statement.bind(days.1.clone()));
        let parts = self.narrow.then(|| parts(scope, Kind::Transfer, &mut statement)).flatten();
        let moments = moments(as_of, &mut statement);
        // The label of a transfer begins with the day on which it was asked for, so an index finds the days.
        let conditions =
            format!("c.kind = {kind} and c.label >= {from} collate \"C\" and c.label < {until} collate \"C\"");
        let rows =
            Rows { columns: "c.id, c.state, c.facets", from: ("read.current", 'c'), conditions: &conditions, tail: "" };
        let taken = "c.facets[4]::date - c.facets[7]::date";
        statement.sql = format!(
            "select nullif(c.facets[5], ''), nullif(c.facets[6], ''), count(*),
                    count(*) filter (where c.state = 'COMPLETED'),
                    count(*) filter (where c.state in ('OPEN', 'SUSPENDED', 'DISPUTED')),
                    percentile_disc(0.5) within group (order by {taken}) filter (where c.state = 'COMPLETED')
               from ({}) c group by 1, 2 order by 1 nulls last, 2 nulls last",
            rows.of(parts.as_deref(), &moments)
        );
        let (size, rows) = self.ask("current", scope, statement).await?;
        let flow = |row: &tokio_postgres::Row| -> Result<Flow, Error> {
            Ok(Flow {
                from_area: row.try_get(0)?,
                to_area: row.try_get(1)?,
                requested: row.try_get(2)?,
                completed: row.try_get(3)?,
                open: row.try_get(4)?,
                median_days: row.try_get(5)?,
            })
        };
        Ok(Answer { value: rows.iter().map(flow).collect::<Result<_, _>>()?, size })
    }
}

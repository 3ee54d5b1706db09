//! `rebuild`: folds the read model anew beside the live one and switches; readers notice nothing.

use clap::Args;
use deadpool_postgres::Pool;
use projections::Projection;
use projections::current::Current;
use projections::person_years::PersonYears;
use projections::statistics::Statistics;
use projections::timeline::Timeline;
use schema::read_rows::Table;
use schema::rebuild::{Rebuilt, rebuild};
use serde_json::json;

use super::{Exit, Usage, wait_for};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Database;

/// Options of `rebuild`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 只重建其中一个：current、timeline、statistics 或 person_years · only this projection
    #[arg(long, env = "RADLEDGER_PROJECTION", value_name = "NAME")]
    projection: Option<String>,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Rebuilds.
///
/// # Errors
/// When the database cannot be used or an event cannot be folded; then the live version stays.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let only = options.projection.as_deref();
    if only.is_some_and(|only| ![Current::NAME, Timeline::NAME, Statistics::NAME, PersonYears::NAME].contains(&only)) {
        let message = "--projection 应为 current、timeline、statistics 或 person_years。Give current, timeline, statistics or person_years.";
        return Err(Usage(message.into()).into());
    }
    wait_for(async {
        let folder = Folder::open(&options.place.data())?;
        let database = Database::open(&options.place, &folder, true).await?;
        database.migrate(&folder).await?;
        let pools = database.pools()?;
        let mut done = Vec::new();
        add::<Current>(only, &pools.projector, &mut done).await?;
        add::<Timeline>(only, &pools.projector, &mut done).await?;
        add::<Statistics>(only, &pools.projector, &mut done).await?;
        add::<PersonYears>(only, &pools.projector, &mut done).await?;
        pools.close();
        if let Some(cluster) = database.cluster {
            cluster.stop().await?;
        }
        if options.json {
            let rows: Vec<_> = done
                .iter()
                .map(|(name, built)| json!({"name": name, "version": built.version, "position": built.position}))
                .collect();
            println!("{}", serde_json::Value::Array(rows));
        } else {
            done.iter().for_each(|(name, built)| {
                println!("{name}：第 {} 版，{} 个事件。Rebuilt.", built.version, built.position)
            });
        }
        Ok(Exit::Fine)
    })
}

/// Rebuilds a projection, unless another one is wanted alone.
async fn add<P: Table + Send + 'static>(
    only: Option<&str>,
    pool: &Pool,
    done: &mut Vec<(&'static str, Rebuilt)>,
) -> anyhow::Result<()> {
    if only.is_none_or(|only| only == P::NAME) {
        done.push((P::NAME, rebuild::<P>(pool).await?));
    }
    Ok(())
}

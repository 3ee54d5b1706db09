//! `rebuild`: folds the read model anew beside the live one and switches; readers notice nothing.

use clap::Args;
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
    /// 只重建其中一个：current 或 timeline · only this projection
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
    let wanted = |name: &str| options.projection.as_deref().is_none_or(|only| only == name);
    if !wanted("current") && !wanted("timeline") {
        return Err(Usage("--projection 应为 current 或 timeline。Give current or timeline.".into()).into());
    }
    wait_for(async {
        let folder = Folder::open(&options.place.data())?;
        let database = Database::open(&options.place, &folder, true).await?;
        database.migrate(&folder).await?;
        let pools = database.pools()?;
        let mut done = Vec::new();
        if wanted("current") {
            done.push(("current", schema::rebuild::rebuild::<projections::current::Current>(&pools.projector).await?));
        }
        if wanted("timeline") {
            done.push((
                "timeline",
                schema::rebuild::rebuild::<projections::timeline::Timeline>(&pools.projector).await?,
            ));
        }
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

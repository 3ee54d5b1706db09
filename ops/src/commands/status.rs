//! `status`: how the ledger of a data folder stands. Read-only; works while the service runs.

use clap::Args;
use schema::anchor::{AnchorStore, FileAnchor, shares_file_system};
use schema::event_log::EventLog;
use schema::tiles::TileStore;
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, b64};

use super::{Exit, wait_for};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Database;

/// Options of `status`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Tells.
///
/// # Errors
/// When the database cannot be used.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let status = wait_for(async {
        let folder = Folder::open(&options.place.data())?;
        let database = Database::open(&options.place, &folder, true).await?;
        let status = look(&options.place, &folder, &database).await;
        if let Some(cluster) = database.cluster {
            cluster.stop().await?;
        }
        status
    })?;
    if options.json {
        println!("{status}");
    } else {
        print(&status);
    }
    Ok(Exit::Fine)
}

async fn look(place: &Place, folder: &Folder, database: &Database) -> anyhow::Result<Json> {
    let pools = database.pools()?;
    let installation = &folder.installation;
    let head = EventLog::new(pools.appender.clone()).head().await?;
    let published = TileStore::new(pools.sealer.clone()).published().await?;
    let disabled = TileStore::new(pools.appender.clone()).disabled_triggers().await?;
    let projections = schema::catch_up::status(&pools.projector).await?;
    pools.close();
    let mut warnings = Vec::new();
    if head.next_position == 0 {
        warnings.push("账本等待创世签署 · the ledger waits for its genesis".to_owned());
    }
    warnings.extend(disabled.iter().map(|trigger| format!("触发器已停用 · a trigger is disabled: {trigger}")));
    for projection in &projections {
        if let Some(error) = &projection.error {
            warnings.push(format!(
                "{} 已停在 {}：{error} · the projection has halted",
                projection.name, projection.position
            ));
        }
    }
    if !folder.is_demonstration() {
        let anchor = place.anchor(false);
        if place.keys().1 {
            warnings.push("个人信息密钥与数据在同一目录 · personal keys lie in the data folder".to_owned());
        }
        if shares_file_system(&anchor, folder.path()) {
            warnings.push("锚定文件与数据在同一文件系统 · the anchor shares the file system of the data".to_owned());
        }
    }
    let anchor =
        FileAnchor::open(&place.anchor(folder.is_demonstration()), installation.ledger, &folder.installation_id)
            .and_then(|anchor| anchor.load());
    match (anchor, &published) {
        (Ok(None), Some(_)) => warnings.push("锚定文件不见了 · the anchor is missing".to_owned()),
        (Err(error), _) => warnings.push(error.to_string()),
        _ => {}
    }
    let size = published.as_ref().map_or(0, |checkpoint| checkpoint.size);
    let checkpoint = published.map(|checkpoint| {
        json!({"size": checkpoint.size, "root": b64(&checkpoint.root.0), "time": Instant::from_micros(checkpoint.created_at)})
    });
    let projections: Vec<Json> = projections
        .iter()
        .map(|row| json!({"name": row.name, "version": row.version, "position": row.position, "lag": row.lag, "state": row.state}))
        .collect();
    Ok(json!({
        "events": head.next_position, "size": size, "origin": installation.origin(), "vkey": installation.log.verifier().to_vkey(),
        "checkpoint": checkpoint, "projections": projections, "warnings": warnings,
    }))
}

fn print(status: &Json) {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    println!("账本 origin        {}", text(&status["origin"]));
    println!("日志公钥 vkey      {}", text(&status["vkey"]));
    println!("已入账 events      {}", status["events"]);
    println!("已公布 published   {}", status["size"]);
    if let Some(checkpoint) = status["checkpoint"].as_object() {
        println!("检查点 checkpoint  {} {}", text(&checkpoint["root"]), text(&checkpoint["time"]));
    }
    for row in status["projections"].as_array().into_iter().flatten() {
        println!(
            "查询 projection    {} v{} {} (落后 lag {}, {})",
            text(&row["name"]),
            row["version"],
            row["position"],
            row["lag"],
            text(&row["state"])
        );
    }
    for warning in status["warnings"].as_array().into_iter().flatten() {
        println!("注意 warning       {}", text(warning));
    }
}

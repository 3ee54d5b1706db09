//! `seed`: loads the demonstration city into a new data folder, without serving it.

use clap::Args;

use super::{Exit, wait_alone};
use crate::config::{Demonstration, Place};
use crate::seed::load::load;

/// Options of `seed`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    demonstration: Demonstration,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Loads.
///
/// # Errors
/// When there is a ledger already, or it cannot be loaded.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let loaded = wait_alone(load(&options.place, &options.demonstration))?;
    if options.json {
        println!("{}", serde_json::json!({"size": loaded.size, "root": loaded.root}));
    } else {
        println!("已装入 {} 个事件，根 {} （{:.1} 秒）。Loaded.", loaded.size, loaded.root, loaded.seconds);
    }
    Ok(Exit::Fine)
}

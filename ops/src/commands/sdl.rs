//! `sdl`: prints the GraphQL contract, or writes both contract files into a folder.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Exit;

/// Options of `sdl`.
#[derive(Debug, Args)]
pub struct Options {
    /// 写入目录（ledger.graphql 与 events.ts） · write ledger.graphql and events.ts into this folder instead
    #[arg(long, env = "RADLEDGER_OUT", value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the contract.
///
/// # Errors
/// When the folder cannot be written.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let Some(folder) = options.out else {
        print!("{}", api::contract::sdl());
        return Ok(Exit::Fine);
    };
    for (name, text) in [("ledger.graphql", api::contract::sdl()), ("events.ts", api::contract::events_ts())] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("写入失败 cannot write {}", path.display()))?;
    }
    Ok(Exit::Fine)
}

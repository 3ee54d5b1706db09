//! `token`: logs in by key and prints the bearer token.

use clap::Args;

use super::{Exit, wait_for};
use crate::client::{Client, Signer};
use crate::config::Remote;

/// Options of `token`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    remote: Remote,
    /// 以 JSON 输出全部应答 · print the whole answer as JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Logs in.
///
/// # Errors
/// When the service cannot be reached or does not accept the key.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let (key, account) = options.signer.read()?;
    let answer = wait_for(async { Client::new(&options.remote.url)?.login(&key, account).await })?;
    if options.json {
        println!("{answer}");
    } else {
        println!("{}", answer["token"].as_str().unwrap_or_default());
    }
    Ok(Exit::Fine)
}

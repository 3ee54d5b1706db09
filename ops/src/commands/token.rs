//! `token`: logs in by key and prints the bearer token.

use std::path::PathBuf;

use clap::Args;
use uuid::Uuid;

use super::{Exit, wait_for};
use crate::client::{Client, key_and_account};
use crate::config::Remote;

/// Options of `token`.
#[derive(Debug, Args)]
pub struct Options {
    /// 密钥文件 · key file
    #[arg(long, env = "RADLEDGER_KEY", value_name = "FILE")]
    key: PathBuf,
    /// 账户，密钥文件未注明时给出 · account, when the key file does not say
    #[arg(long, env = "RADLEDGER_ACCOUNT", value_name = "UUID")]
    account: Option<Uuid>,
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
    let (key, account) = key_and_account(&options.key, options.account)?;
    let answer = wait_for(async { Client::new(&options.remote.url)?.login(&key, account).await })?;
    if options.json {
        println!("{answer}");
    } else {
        println!("{}", answer["token"].as_str().unwrap_or_default());
    }
    Ok(Exit::Fine)
}

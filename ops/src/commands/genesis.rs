//! `genesis`: a root joins or signs the genesis that a new ledger waits for, on a machine of his own, without a server.
//!
//! One file goes from hand to hand: what `init` printed goes in at standard input, what the next one needs comes out.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use signing::envelope::UNIT_JSON_MAX;

use super::{Exit, Usage};
use crate::genesis::Genesis;
use crate::key_file::KeyFile;

/// Options of `genesis`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Clone, Subcommand)]
enum Act {
    /// 加入为根持有人 · join as a root holder
    Join(Root),
    /// 签署（全部加入之后） · sign, once everybody has joined
    Sign(Root),
}

#[derive(Debug, Clone, Args)]
struct Root {
    /// 根密钥文件 · key file of the root
    #[arg(long, env = "RADLEDGER_KEY", value_name = "FILE")]
    key: PathBuf,
}

/// Joins or signs, and prints the genesis for the next one.
///
/// # Errors
/// When the key is not one that may, or what came in would be refused.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let mut text = String::new();
    std::io::stdin().lock().take(UNIT_JSON_MAX as u64).read_to_string(&mut text)?;
    let mut genesis: Genesis = serde_json::from_str(&text)
        .map_err(|error| Usage(format!("标准输入不是 init 输出的内容：{error}。Standard input is no genesis.")))?;
    match &options.act {
        Act::Join(root) => genesis.join(&KeyFile::read(&root.key)?)?,
        Act::Sign(root) => {
            genesis.sign(&KeyFile::read(&root.key)?.key)?;
            tell(&genesis)?;
        }
    }
    println!("{}", serde_json::to_string(&genesis)?);
    Ok(Exit::Fine)
}

/// What a root has put his name to.
fn tell(genesis: &Genesis) -> anyhow::Result<()> {
    let text = |name: &str| genesis.data[name].as_str().unwrap_or_default().to_owned();
    eprintln!("账本 ledger          {} {} ({})", text("name"), genesis.ledger, text("environment"));
    eprintln!("日志公钥 log key     {}", text("log_vkey"));
    for root in genesis.data["roots"].as_array().into_iter().flatten() {
        eprintln!("根持有人 root        {}", root["public_key"].as_str().unwrap_or_default());
    }
    if let Some(hash) = genesis.hash()? {
        eprintln!("位置 0 的哈希 H of 0 {hash}");
    }
    eprintln!("已签署 signed        {} / {}", genesis.units.len(), genesis.data["threshold"]);
    if genesis.is_complete() {
        eprintln!("请在服务启动后提交：radledger submit。Complete: start the service and submit it.");
    }
    Ok(())
}

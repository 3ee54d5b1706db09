//! `init`: a new ledger. With the roots' keys at hand it signs the genesis; without, it says what the roots sign.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use domain::codes::Environment;
use domain::refusal::Refusal;
use serde_json::Value as Json;
use signing::bytes::Hash;

use super::{Exit, Usage, wait_for};
use crate::config::Place;
use crate::folder::{Folder, New};
use crate::genesis::Genesis;
use crate::key_file::KeyFile;
use crate::node::Core;

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 账本名称：小写字母、数字、点、连字符 · name of the ledger, the first part of its origin
    #[arg(long, env = "RADLEDGER_NAME", value_name = "NAME")]
    name: String,
    /// 环境 · environment
    #[arg(
        long,
        env = "RADLEDGER_ENVIRONMENT",
        value_name = "production|test|demonstration",
        default_value = "production"
    )]
    environment: String,
    /// 根持有人密钥文件，至少两个；不给则等待根持有人签署 · key files of the root holders, two or more; without them the ledger waits
    #[arg(long, env = "RADLEDGER_ROOT", value_name = "FILE", num_args = 1.., value_delimiter = ',')]
    root: Vec<PathBuf>,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Makes the ledger.
///
/// # Errors
/// When there is one already, or it cannot be made.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let environment = Environment::parse(&options.environment).ok_or_else(|| {
        Usage(format!("环境应为 production、test 或 demonstration：{}。Unknown environment.", options.environment))
    })?;
    if options.root.len() == 1 || options.root.len() > 9 {
        return Err(Usage("请给出二至九个根密钥，或都不给。Give two to nine root keys, or none.".into()).into());
    }
    let roots: Vec<KeyFile> = options.root.iter().map(|path| KeyFile::read(path)).collect::<anyhow::Result<_>>()?;
    let data = options.place.data();
    ensure!(!Folder::exists(&data), "{} 中已有账本。There is a ledger in this folder already.", data.display());
    wait_for(async {
        let folder = Folder::create(&data, New::random(options.name.clone(), environment)?)?;
        let core = Core::open(&options.place, folder, true, None).await?;
        let printed = if roots.is_empty() { needed(&core.folder)? } else { begin(&core, &roots).await? };
        core.close().await?;
        tell(&printed, options.json);
        Ok(Exit::Fine)
    })
}

/// What goes to the roots: `genesis join` and `genesis sign` take it from here.
fn needed(folder: &Folder) -> anyhow::Result<Json> {
    let mut printed = serde_json::to_value(Genesis::of(folder))?;
    printed["state"] = "waits_for_genesis".into();
    Ok(printed)
}

/// Signs the genesis with the first root and countersigns it with the others until the threshold is reached.
async fn begin(core: &Core, roots: &[KeyFile]) -> anyhow::Result<Json> {
    let mut genesis = Genesis::of(&core.folder);
    roots.iter().try_for_each(|root| genesis.join(root))?;
    for root in roots {
        if !genesis.is_complete() {
            genesis.sign(&root.key)?;
        }
    }
    for unit in &genesis.units {
        core.door.submit(unit.to_string().as_bytes()).await.map_err(said)?;
    }
    let hash = genesis.hash()?.context("创世未签署。The genesis is not signed.")?;
    core.folder.write_trust(hash)
}

/// A refusal of the door as an error of the command.
pub fn said(error: api::submit::SubmitError) -> anyhow::Error {
    match (error.refusal(), error) {
        (Some(refusal), _) => refused(&refusal),
        (None, api::submit::SubmitError::Failed(error)) => error.into(),
        (None, error) => anyhow::anyhow!("{error:?}"),
    }
}

/// A refusal as an error of the command.
pub fn refused(refusal: &Refusal) -> anyhow::Error {
    let rule = refusal.rule.map(|rule| format!("{} {}", rule.zh, rule.en)).unwrap_or_default();
    let Refusal { code, pointer, .. } = refusal;
    anyhow::anyhow!("{} {pointer}：{} {rule} {}", code.as_str(), code.zh(), code.en())
}

fn tell(printed: &Json, as_json: bool) {
    if as_json {
        println!("{printed}");
        return;
    }
    if let Some(genesis) = printed.get("genesis").and_then(Json::as_str) {
        println!(
            "账本已建立。The ledger has begun. 请妥善保存以下信任信息 keep this, it is what an auditor pins (trust.json):"
        );
        println!("  位置 0 的哈希 H of position 0   {genesis}");
        println!("  账本 ledger                     {}", printed["ledger"].as_str().unwrap_or_default());
        println!("  日志公钥 vkey                   {}", printed["vkey"].as_str().unwrap_or_default());
    } else {
        println!(
            "账本等待创世签署。The ledger waits for its genesis. 请存为文件，由各根持有人依次 genesis join，再依次 genesis sign。Give this to the roots: \
             each runs genesis join, then each runs genesis sign."
        );
        println!("{printed}");
    }
}

/// Hash of position 0, once it is there.
///
/// # Errors
/// When the log cannot be read.
pub async fn genesis_hash(core: &Core) -> anyhow::Result<Option<Hash>> {
    let event = core.door.log().at(0).await.context("读取位置 0 失败 cannot read position 0")?;
    Ok(event.map(|event| Hash(event.hash)))
}

//! `keygen`: a new Ed25519 key in a PKCS#8 PEM file.

use std::path::PathBuf;

use clap::Args;
use signing::bytes::b64url;
use signing::keys::SigningKey;
use uuid::Uuid;

use super::Exit;
use crate::key_file::KeyFile;

/// Options of `keygen`.
#[derive(Debug, Args)]
pub struct Options {
    /// 密钥文件，不能已存在 · the file to make
    #[arg(long, env = "RADLEDGER_OUT", value_name = "FILE")]
    out: PathBuf,
    /// 根持有人密钥，应离线保存 · a root holder's key: make and keep it offline
    #[arg(long, env = "RADLEDGER_ROOT_KEY")]
    root: bool,
    /// 密钥所属账户，记入文件 · account that the key will sign for, noted in the file
    #[arg(long, env = "RADLEDGER_ACCOUNT", value_name = "UUID", conflicts_with = "root")]
    account: Option<Uuid>,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// Makes the key.
///
/// # Errors
/// When the system has no randomness or the file cannot be made.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| anyhow::anyhow!("系统随机数不可用：{error}。The system's generator failed."))?;
    // A root's account and person are ids that nothing else decides.
    let account = options.account.or_else(|| options.root.then(Uuid::new_v4));
    let file = KeyFile { key: SigningKey::from_seed(seed), account };
    file.write(&options.out)?;
    let public = file.key.public();
    if options.json {
        let printed = serde_json::json!({"file": options.out, "key": public.id(), "public_key": b64url(&public.spki()), "account": account});
        println!("{printed}");
    } else {
        println!("密钥号 key id      {}", public.id());
        println!("公钥 public key    {}", b64url(&public.spki()));
        if let Some(account) = account {
            println!("账户 account       {account}");
        }
    }
    if options.root {
        eprintln!(
            "请将此文件离线保存，仅在签署根决定时使用。Keep this file offline; use it only for decisions of the roots."
        );
    }
    Ok(Exit::Fine)
}

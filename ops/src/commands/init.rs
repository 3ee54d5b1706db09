//! `init`: a new ledger. With the roots' keys at hand it signs the genesis; without, it says what the roots sign.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use compact_str::CompactString;
use domain::catalog::file_hash;
use domain::codes::{ClockKind, Environment};
use domain::prepare::Request;
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, Instant, b64url};
use signing::envelope::Unit;
use signing::keys::{EnrolmentProof, SigningKey};
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Exit, Usage, wait_for};
use crate::client::now;
use crate::config::Place;
use crate::folder::{Folder, New, random};
use crate::key_file::KeyFile;
use crate::node::Core;
use crate::seed::model::{countersigns, object};

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

/// A root holder whose key is at hand.
struct Root {
    account: Uuid,
    person: Uuid,
    key: SigningKey,
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
    let roots: Vec<Root> = options.root.iter().map(|path| read_root(path)).collect::<anyhow::Result<_>>()?;
    let data = options.place.data();
    ensure!(!Folder::exists(&data), "{} 中已有账本。There is a ledger in this folder already.", data.display());
    wait_for(async {
        let folder = Folder::create(&data, New::random(options.name.clone(), environment)?)?;
        let core = Core::open(&options.place, folder, true, None).await?;
        let printed = if roots.is_empty() { needed(&core.folder) } else { begin(&core, &roots).await? };
        core.close().await?;
        tell(&printed, options.json);
        Ok(Exit::Fine)
    })
}

fn read_root(path: &std::path::Path) -> anyhow::Result<Root> {
    let file = KeyFile::read(path)?;
    // A root's account and person are ids that nothing else decides.
    Ok(Root { account: file.account.unwrap_or_else(Uuid::new_v4), person: Uuid::new_v4(), key: file.key })
}

/// What the roots must put into their genesis.
fn needed(folder: &Folder) -> Json {
    json!({"state": "waits_for_genesis", "data": genesis(folder, now(), Vec::new())})
}

/// Members of the genesis that the installation decides, with the roots that are given.
fn genesis(folder: &Folder, signed_at: Instant, roots: Vec<Json>) -> Json {
    let installation = &folder.installation;
    let key = &installation.service_key;
    let proof = EnrolmentProof::make(key, installation.service.account, installation.ledger, signed_at);
    let file = |what: &str| json!({"version": 1, "sha256": file_hash(what, 1).expect("version 1 is published")});
    let mut data = json!({
        "name": installation.name, "environment": installation.environment.as_str(), "clock": ClockKind::System.as_str(),
        "service": {"account": installation.service.account, "alg": 1, "public_key": b64url(&key.public().spki()),
            "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)}},
        "log_vkey": installation.log.verifier().to_vkey(),
        "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules"),
    });
    if !roots.is_empty() {
        // A decision of the roots needs two of them, more when there are many.
        data["threshold"] = (roots.len() / 2 + 1).max(2).into();
        data["roots"] = roots.into();
    }
    data
}

/// Signs the genesis with the first root and countersigns it with the others until the threshold is reached.
async fn begin(core: &Core, roots: &[Root]) -> anyhow::Result<Json> {
    let installation = &core.folder.installation;
    let id = Uuid::new_v4();
    let signed_at = now();
    let named = roots.iter().map(|root| {
        let proof = EnrolmentProof::make(&root.key, root.account, installation.ledger, signed_at);
        json!({"account": root.account, "person": root.person, "alg": 1, "public_key": b64url(&root.key.public().spki()),
            "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)}})
    });
    let data = genesis(&core.folder, signed_at, named.collect());
    let threshold = usize::try_from(data["threshold"].as_u64().unwrap_or(2))?;
    let created = sign(core, &roots[0], "ledger.created", id, data).await?;
    let genesis = created.hash;
    for root in &roots[1..threshold] {
        sign(core, root, "ledger.countersigned", id, countersigns(created)).await?;
    }
    core.folder.write_trust(genesis)
}

async fn sign(
    core: &Core,
    root: &Root,
    event_type: &str,
    id: Uuid,
    data: Json,
) -> anyhow::Result<signing::statement::EventRef> {
    let request = Request {
        event_type: CompactString::from(event_type),
        schema: 1,
        record: RecordRef { kind: "ledger".into(), id },
        meaning: None,
        reason: None,
        effective_on: None,
        corrects: None,
        reads: Vec::new(),
        data: object(data),
        batch: None,
        account: root.account,
        key: root.key.public().id(),
        grant: None,
    };
    let event = Uuid::new_v4();
    let salt = random()?;
    let prepared = core.door.prepare(&request, event, || salt).await.map_err(said)?;
    let hash: Hash = signing::envelope::statement_hash(&prepared.payload);
    let unit = Unit {
        envelopes: vec![api::submit::sign(&root.key, prepared.payload)],
        openings: vec![Some(prepared.openings)],
    };
    core.door.submit(&unit.to_json()).await.map_err(said)?;
    Ok(signing::statement::EventRef { event, hash })
}

/// A refusal of the door as an error of the command.
pub fn said(error: api::submit::SubmitError) -> anyhow::Error {
    match (error.refusal(), error) {
        (Some(refusal), _) => {
            let rule = refusal.rule.map(|rule| format!("{} {}", rule.zh, rule.en)).unwrap_or_default();
            anyhow::anyhow!(
                "{} {}：{} {rule} {}",
                refusal.code.as_str(),
                refusal.pointer,
                refusal.code.zh(),
                refusal.code.en()
            )
        }
        (None, api::submit::SubmitError::Failed(error)) => error.into(),
        (None, error) => anyhow::anyhow!("{error:?}"),
    }
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
            "账本等待创世签署。The ledger waits for its genesis: the roots sign ledger.created with these members, adding roots and threshold:"
        );
        println!("{:#}", printed["data"]);
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

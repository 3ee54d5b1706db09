//! `verify --receipt`: one signed event and its proof, checked alone: no server, no database, no other event.
//!
//! It shows that exactly these bytes under this signature were recorded at this time, at this position of a tree that
//! the log's key has signed. That the key was its signer's, and that he had the right, only the history shows: that
//! is what verifying a bundle is for.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, LedgerId, b64url};
use signing::envelope::{Envelope, PayloadType, Unit, statement_hash};
use signing::json::read_stored;
use signing::keys::Algorithm;
use signing::note::{Checkpoint, LogVerifier, TlogProof};
use signing::statement::{Faults, Statement};
use signing::tree::{leaf, leaf_hash};
use uuid::Uuid;

use crate::commands::Exit;
use crate::config::read_text;
use crate::verify::report::Trust;

/// What is checked: all of it is in files.
#[derive(Debug, Args)]
pub struct OneEvent {
    /// 核验单个事件：submit 输出的回执（已公布） · verify one event offline: its receipts as `submit` prints them once published
    #[arg(long, value_name = "FILE", requires_all = ["event", "trust"], conflicts_with_all = ["bundle", "strict", "replay"])]
    receipt: Option<PathBuf>,
    /// 所签署的单元（sign 的输出） · the signed unit, as `sign` prints it
    #[arg(long, value_name = "FILE", requires = "receipt")]
    event: Option<PathBuf>,
    /// 包含证明（C2SP tlog-proof），缺省取回执中的证明 · the inclusion proof; that of the receipt when absent
    #[arg(long, value_name = "FILE", requires = "receipt")]
    proof: Option<PathBuf>,
}

/// A receipt of the wire format.
#[derive(Deserialize)]
struct Receipt {
    ledger: LedgerId,
    id: Uuid,
    record: Record,
    version: u32,
    position: u64,
    recorded_at: Instant,
    leaf: String,
    proof: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    kind: String,
    id: Uuid,
}

impl OneEvent {
    /// True when one event is to be verified and not a whole history.
    pub fn are_given(&self) -> bool {
        self.receipt.is_some()
    }
}

/// Checks every event of the unit and prints what was found.
///
/// # Errors
/// When a file cannot be read or is not what it should be.
pub fn run(options: &OneEvent, trust: &Trust, as_json: bool) -> anyhow::Result<Exit> {
    let (Some(receipt), Some(event)) = (&options.receipt, &options.event) else {
        unreachable!("the parser of the command line asks for both")
    };
    let receipts: Vec<Receipt> = serde_json::from_str(&read_text(receipt)?)
        .map_err(|error| anyhow!("{}：不是回执 · these are no receipts: {error}", receipt.display()))?;
    let unit = Unit::read(read_text(event)?.as_bytes())
        .map_err(|_| anyhow!("{}：不是单元 · this is no unit", event.display()))?;
    let proof = options.proof.as_deref().map(read_text).transpose()?;
    let log = LogVerifier::from_vkey(&trust.vkey).context("信任文件中的日志公钥不合规。The log key is ill-formed.")?;
    let checked: Vec<Json> =
        unit.envelopes.iter().map(|envelope| outcome(envelope, &receipts, proof.as_deref(), trust, &log)).collect();
    let sound = checked.iter().all(|outcome| outcome["finding"].is_null());
    if as_json {
        println!("{:#}", json!({"clean": sound, "events": checked}));
    } else {
        checked.iter().for_each(tell);
        if sound {
            println!(
                "签署人的密钥和权限须凭导出包核验。Whether the key was the signer's and he had the right, a bundle shows."
            );
        }
    }
    Ok(if sound { Exit::Fine } else { Exit::Findings })
}

fn outcome(envelope: &Envelope, receipts: &[Receipt], proof: Option<&str>, trust: &Trust, log: &LogVerifier) -> Json {
    match check(envelope, receipts, proof, trust, log) {
        Ok((receipt, checkpoint)) => json!({
            "id": receipt.id, "position": receipt.position, "recorded_at": receipt.recorded_at,
            "record": format!("{}/{}", receipt.record.kind, receipt.record.id), "version": receipt.version,
            "checkpoint": {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root},
        }),
        Err(finding) => json!({"finding": finding}),
    }
}

/// The receipt and the checkpoint under which the event stands, or why it does not.
fn check<'a>(
    envelope: &Envelope,
    receipts: &'a [Receipt],
    proof: Option<&str>,
    trust: &Trust,
    log: &LogVerifier,
) -> Result<(&'a Receipt, Checkpoint), &'static str> {
    let statement = statement(envelope).ok_or("单元中不是签署的事件。The unit holds no signed event.")?;
    let receipt = receipts
        .iter()
        .find(|receipt| receipt.id == statement.id)
        .ok_or("没有该事件的回执。There is no receipt of this event.")?;
    ensure(
        statement.ledger == trust.ledger && receipt.ledger == trust.ledger && names(log.origin(), trust.ledger),
        "不是所指定的账本。This is not the ledger that you named.",
    )?;
    ensure(
        receipt.record.kind == *statement.record.kind
            && receipt.record.id == statement.record.id
            && receipt.version == statement.version,
        "回执说的是另一档案或版本。The receipt speaks of another record or version.",
    )?;
    let recomputed = leaf(
        receipt.recorded_at,
        &statement_hash(&envelope.payload),
        Algorithm::Ed25519 as u8,
        &envelope.key,
        &envelope.signature,
    );
    ensure(
        receipt.leaf == b64url(&recomputed),
        "叶与签署内容不符：内容、签名或入账时间不是入账时的。The leaf does not fit: content, signature or time are not those that were recorded.",
    )?;
    let proof = proof.or(receipt.proof.as_deref());
    let proof = proof
        .ok_or("回执中没有证明：公布后再取一次。The receipt has no proof: fetch it again once it is published.")?;
    let proof = TlogProof::from_text(proof).ok_or("证明的格式不符。The proof is not in the form of a tlog-proof.")?;
    ensure(proof.index == receipt.position, "证明说的是另一位置。The proof speaks of another position.")?;
    let checkpoint = Checkpoint::verify(&proof.checkpoint, log)
        .ok_or("检查点不是该日志密钥签署的。The checkpoint was not signed by the key of this log.")?;
    proof
        .verify(&leaf_hash(&recomputed), log)
        .ok_or("该事件不在检查点的树中。The event is not in the tree of the checkpoint.")?;
    Ok((receipt, checkpoint))
}

fn statement(envelope: &Envelope) -> Option<Statement> {
    let object = read_stored(&envelope.payload).ok().filter(|_| envelope.payload_type == PayloadType::Event)?;
    Statement::read(&object, &mut Faults::default()).filter(|statement| statement.signer.key == envelope.key)
}

/// An origin is `<name>/<ledger>/<incarnation>`.
fn names(origin: &str, ledger: LedgerId) -> bool {
    origin.rsplit('/').nth(1) == Some(ledger.to_string().as_str())
}

fn ensure(holds: bool, finding: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(finding) }
}

fn tell(outcome: &Json) {
    match outcome["finding"].as_str() {
        Some(finding) => println!("✘ {finding}"),
        None => println!(
            "✔ 事件 event {}\n  位置 position {}，入账 recorded at {}\n  档案 record {}，第 {} 版 version\n  检查点 checkpoint {}，{} 条 events，根 root {}",
            outcome["id"].as_str().unwrap_or_default(),
            outcome["position"],
            outcome["recorded_at"].as_str().unwrap_or_default(),
            outcome["record"].as_str().unwrap_or_default(),
            outcome["version"],
            outcome["checkpoint"]["origin"].as_str().unwrap_or_default(),
            outcome["checkpoint"]["size"],
            outcome["checkpoint"]["root"].as_str().unwrap_or_default(),
        ),
    }
}

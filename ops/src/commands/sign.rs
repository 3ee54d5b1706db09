//! `sign`: asks the service to prepare an event, checks every byte of the answer, signs, prints the unit.
//!
//! The service fills in version, grant and time; the signer does not trust it: each seal is recomputed from its
//! opening, and the summary is shown before the unit leaves. Nothing is submitted: pipe the unit to `submit`.

use clap::Args;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Exit, Usage, kind_and_id, wait_for};
use crate::client::{Client, Signer, check_prepared, sign};
use crate::config::{Remote, read_text};

/// Options of `sign`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    remote: Remote,
    /// 事件类型 · event type, for example device.corrected
    #[arg(long = "type", env = "RADLEDGER_TYPE", value_name = "TYPE")]
    event_type: String,
    /// 档案：类别/标识，或 new · KIND/ID, or `new` for a new record
    #[arg(long, env = "RADLEDGER_RECORD", value_name = "KIND/ID|new")]
    record: String,
    /// 签署含义，缺省取该类型第一项 · meaning; the first of the type when absent
    #[arg(long, env = "RADLEDGER_MEANING", value_name = "MEANING")]
    meaning: Option<String>,
    /// 理由代码和说明（说明将被封存） · code and text of the reason; the text is sealed
    #[arg(long, env = "RADLEDGER_REASON", value_name = "CODE[:TEXT]")]
    reason: Option<String>,
    /// 业务日期 · business date
    #[arg(long, env = "RADLEDGER_EFFECTIVE_ON", value_name = "DATE")]
    effective_on: Option<String>,
    /// 所更正的事件 · the event that a correction names; the latest that can be corrected when absent
    #[arg(long, env = "RADLEDGER_CORRECTS", value_name = "EVENT")]
    corrects: Option<Uuid>,
    /// 内容：JSON 对象或 @文件 · data, plain where the catalogue seals
    #[arg(long, env = "RADLEDGER_EVENT_DATA", value_name = "JSON|@FILE", default_value = "{}")]
    data: String,
}

const PREPARE: &str = "mutation Prepare($input: PrepareInput!) { prepare(input: $input) { payloadBase64 openings summaryZh summaryEn \
    consequences { type labelZh labelEn record { kind id } } head { version hash } \
    refusal { code index pointer rule citation headVersion headHash position messageZh messageEn } } }";

const HISTORY: &str = "query History($id: ID!) { node(id: $id) { ... on Record { history(first: 100) { nodes { id version hash corrects { event } } } } } }";

const EVENT: &str = "query Event($id: UUID!) { event(id: $id) { id hash type } }";

/// Prepares, checks and signs.
///
/// # Errors
/// When the service cannot be reached, or its answer must not be signed.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let (key, account) = options.signer.read()?;
    let mut input = json!({"type": options.event_type, "record": record(&options)?, "data": data(&options.data)?});
    if let Some(meaning) = &options.meaning {
        input["meaning"] = meaning.as_str().into();
    }
    if let Some(day) = &options.effective_on {
        input["effectiveOn"] = day.as_str().into();
    }
    if let Some(reason) = &options.reason {
        input["reason"] = match reason.split_once(':') {
            Some((code, text)) => json!({"code": code, "text": text}),
            None => json!({"code": reason}),
        };
    }
    wait_for(async {
        let mut client = Client::new(&options.remote.url)?;
        client.login(&key, account).await?;
        if options.corrects.is_some() || is_correction(&options) {
            input["corrects"] = corrected(&client, &options).await?;
        }
        let answer = client.graphql(PREPARE, json!({"input": input})).await?;
        let prepared = &answer["prepare"];
        if let Some(refusal) = prepared.get("refusal").filter(|refusal| !refusal.is_null()) {
            tell_refusal(refusal);
            return Ok(Exit::Findings);
        }
        let checked = check_prepared(prepared, account, &key, &options.event_type)?;
        tell_summary(prepared);
        let unit = sign(checked, &key).to_json();
        println!("{}", String::from_utf8_lossy(&unit));
        Ok(Exit::Fine)
    })
}

fn record(options: &Options) -> anyhow::Result<Json> {
    let kind_of_type = options.event_type.split('.').next().unwrap_or_default();
    if options.record == "new" {
        return Ok(json!({"kind": kind_of_type}));
    }
    let (kind, id) = kind_and_id(&options.record)
        .ok_or_else(|| Usage(format!("--record 应为 类别/标识 或 new：{}。Give KIND/ID or new.", options.record)))?;
    Ok(json!({"kind": kind.as_str(), "id": id.to_string()}))
}

fn data(given: &str) -> anyhow::Result<Json> {
    let text = match given.strip_prefix('@') {
        Some(path) => read_text(path.as_ref())?,
        None => given.to_owned(),
    };
    match serde_json::from_str(&text) {
        Ok(Json::Object(object)) => Ok(Json::Object(object)),
        Ok(_) => Err(Usage("--data 应为 JSON 对象。Give a JSON object.".into()).into()),
        Err(error) => Err(Usage(format!("--data 不是 JSON：{error}。It is not JSON.")).into()),
    }
}

fn is_correction(options: &Options) -> bool {
    let only = domain::catalog::event_type(&options.event_type, 1)
        .is_some_and(|known| known.meanings == [signing::statement::Meaning::Correction]);
    only || options.meaning.as_deref() == Some("correction")
}

/// The event to correct, with the hash of what was signed: as named, or the entry of the record as it was corrected last.
async fn corrected(client: &Client, options: &Options) -> anyhow::Result<Json> {
    let reference = |event: &Json| json!({"event": event["id"], "hash": event["hash"]});
    if let Some(id) = options.corrects {
        let answer = client.graphql(EVENT, json!({"id": id.to_string()})).await?;
        if answer["event"].is_null() {
            anyhow::bail!("找不到事件 {id}。There is no such event.");
        }
        return Ok(reference(&answer["event"]));
    }
    let answer = client.graphql(HISTORY, json!({"id": options.record})).await?;
    let events = answer.pointer("/node/history/nodes").and_then(Json::as_array).cloned().unwrap_or_default();
    // The first event, as it was corrected last: an event is corrected once, so the next correction names the one before.
    let corrects = |event: &&Json, named: &Json| event.pointer("/corrects/event") == Some(named);
    let mut entry = events.iter().find(|event| event["version"] == "1");
    while let Some(next) = entry.and_then(|entry| events.iter().find(|event| corrects(event, &entry["id"]))) {
        entry = Some(next);
    }
    let found = entry.map(reference);
    found.ok_or_else(|| {
        Usage("请用 --corrects 指明所更正的事件。Name the event that is corrected with --corrects.".into()).into()
    })
}

/// Says on standard error what a refusal means.
pub fn tell_refusal(refusal: &Json) {
    let text = |name: &str| refusal.get(name).and_then(Json::as_str).unwrap_or_default();
    eprintln!("不予入账 refused: {} {}", text("code"), text("pointer"));
    eprintln!("  {}", text("messageZh"));
    eprintln!("  {}", text("messageEn"));
    if !text("citation").is_empty() {
        eprintln!("  依据 citation: {} ({})", text("citation"), text("rule"));
    }
}

fn tell_summary(prepared: &Json) {
    for name in ["summaryZh", "summaryEn"] {
        if let Some(summary) = prepared.get(name).and_then(Json::as_str) {
            eprintln!("{summary}");
        }
    }
    // Sealed values are not in the payload; the signer sees what he commits to.
    for opening in prepared.get("openings").and_then(Json::as_array).into_iter().flatten() {
        eprintln!("  封存 sealed {} = {}", opening["pointer"].as_str().unwrap_or_default(), opening["value"]);
    }
    for follows in prepared.get("consequences").and_then(Json::as_array).into_iter().flatten() {
        eprintln!(
            "  → {} {}",
            follows["labelZh"].as_str().unwrap_or_default(),
            follows["labelEn"].as_str().unwrap_or_default()
        );
    }
}

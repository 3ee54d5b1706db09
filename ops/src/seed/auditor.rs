//! Two copies for an auditor, beside the demonstration (`demo/auditor`): the first stretch of the ledger as it was published, and
//! the same in which one dose was made smaller. Who did that has the database and the service, so he rebuilt the leaf
//! and the tree above it and signed the export; he has neither the key of the laboratory's signatory nor that of the log.
//! `radledger verify --bundle` names the event, and the checkpoint that no longer fits. `answer.json` says what was changed.

use std::fs::File;

use anyhow::Context;
use futures_util::TryStreamExt;
use schema::tiles::{StoredRow, TileStore};
use serde_json::{Value as Json, json};

use crate::export::{Forgery, write_bundle};
use crate::folder::Folder;

/// Where the copies lie, in the data folder.
pub const PLACE: &str = "demo/auditor";

/// Leaves both, if a dose was reported under the first checkpoint.
///
/// # Errors
/// When they cannot be written.
pub async fn leave_copies(folder: &Folder, store: &TileStore) -> anyhow::Result<()> {
    let Some(first) = store.checkpoints().await?.into_iter().next() else { return Ok(()) };
    let rows: Vec<StoredRow> = store.rows(0, first.size).try_collect().await?;
    let doses = rows.iter().filter_map(|row| Some((row.position, smaller(&row.payload)?)));
    let Some((position, Smaller { payload, event, signed, changed })) = doses.max_by_key(|(_, dose)| dose.signed)
    else {
        return Ok(());
    };
    let answer = json!({"position": position, "event": event, "effective_nsv": {"signed": signed, "changed": changed}});
    let forgery = Forgery { position, payload };
    std::fs::create_dir_all(folder.at(PLACE))?;
    let file = |name: &str| {
        let path = folder.at(PLACE).join(name);
        File::create(&path).with_context(|| format!("{} 无法写入。It cannot be written.", path.display()))
    };
    write_bundle(folder, store, &first, None, file("published.zip")?).await?;
    write_bundle(folder, store, &first, Some(&forgery), file("changed.zip")?).await?;
    serde_json::to_writer_pretty(file("answer.json")?, &answer)?;
    Ok(())
}

/// A dose that was reported, as somebody would like it.
struct Smaller {
    payload: Vec<u8>,
    event: Json,
    signed: i64,
    changed: i64,
}

/// Whether a payload reports a dose that can be made smaller.
pub fn is_of_a_dose(payload: &[u8]) -> bool {
    smaller(payload).is_some()
}

/// The same statement with 1 as the first digit of its dose; none when it is no dose, has that digit already, or would then be
/// below what the laboratory can detect: its flag would give it away.
fn smaller(payload: &[u8]) -> Option<Smaller> {
    let kind: &[u8] = br#""dose_result.reported""#;
    if !payload.windows(kind.len()).any(|part| part == kind) {
        return None;
    }
    let mut statement: Json = serde_json::from_slice(payload).ok()?;
    let signed = statement["data"]["effective_nsv"].as_i64()?;
    let detected = statement["data"]["mdl_nsv"].as_i64()?;
    let changed: i64 = format!("1{}", signed.to_string().get(1..)?).parse().ok()?;
    if !(detected..signed).contains(&changed) {
        return None;
    }
    // Hp(10) of a single dosimeter is the effective dose: whoever changes one changes both.
    let text = std::str::from_utf8(payload).ok()?;
    let payload = text.replace(&format!("_nsv\":{signed}"), &format!("_nsv\":{changed}")).into_bytes();
    Some(Smaller { payload, event: statement["id"].take(), signed, changed })
}

//! What a rule would have found with another number: the command as a process of its own, over all history. It tells the rate
//! of the fold alone as well, which is what it is compared with.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value as Json;

use super::report::{Row, progress};
use super::serve::Demonstration;

/// The number that is tried: an investigation level of half the usual.
const TRIED: &str = "IL_ANNUAL=2500000";

/// Tries it.
///
/// # Errors
/// When the command fails.
pub async fn what_if(demonstration: &Demonstration) -> Result<Row> {
    let mut command = demonstration.command("rules")?;
    command.args(["--json", "--what-if", TRIED]).stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(output.status.success(), "the trial of a rule ended with {}", output.status);
    let told: Json = serde_json::from_slice(&output.stdout)?;
    let rate = |member: &str| told[member].as_f64().with_context(|| format!("{member} of the trial"));
    progress(&format!("  {} events, {} evaluations", told["events"], told["evaluations"]));
    let (tried, plain) = (rate("events_per_s")?, rate("plain_replay_events_per_s")?);
    Ok(Row::rate("rules/what_if", (tried, "events/s"), (plain, "plain replay of the same log"), 0.5))
}

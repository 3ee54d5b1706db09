//! `submit`: sends a signed unit from standard input and prints its receipts; of a signed genesis, each of its units.
//!
//! The same bytes may be sent any number of times: a unit that is in the log already gets its first receipts.

use std::io::Read;

use clap::Args;
use serde_json::{Value as Json, json};
use signing::envelope::UNIT_JSON_MAX;

use super::sign::tell_refusal;
use super::{Exit, Usage, wait_for};
use crate::client::Client;
use crate::config::Remote;

/// Options of `submit`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    remote: Remote,
}

/// Submits.
///
/// # Errors
/// When the unit cannot be read or the service cannot be reached.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let mut text = String::new();
    std::io::stdin().lock().take(UNIT_JSON_MAX as u64 + 1).read_to_string(&mut text)?;
    let given: Json = serde_json::from_str(&text)
        .map_err(|error| Usage(format!("标准输入不是单元 JSON：{error}。Standard input is not a unit.")))?;
    let units = given["units"].as_array().cloned().unwrap_or_else(|| vec![given]);
    wait_for(async {
        let client = Client::new(&options.remote.url)?;
        for unit in &units {
            let outcome = client.append(unit).await?;
            if outcome["__typename"] != "Appended" {
                tell_refusal(&outcome);
                println!("{}", json!({"refused": without_type(&outcome)}));
                return Ok(Exit::Findings);
            }
            println!("{}", receipts(&outcome["receipts"]));
        }
        Ok(Exit::Fine)
    })
}

/// Receipts in the form of the wire format.
fn receipts(answered: &Json) -> Json {
    let receipt = |receipt: &Json| {
        let number = |name: &str| receipt[name].as_str().and_then(|text| text.parse::<u64>().ok());
        let mut printed = json!({"ledger": receipt["ledger"], "id": receipt["id"], "record": receipt["record"], "version": number("version"),
            "position": number("position"), "recorded_at": receipt["recordedAt"], "leaf": receipt["leaf"], "state": receipt["state"]});
        // With its proof a receipt is evidence: `verify --receipt` needs no server.
        if receipt["proof"].is_string() {
            printed["proof"] = receipt["proof"].clone();
        }
        printed
    };
    Json::Array(answered.as_array().into_iter().flatten().map(receipt).collect())
}

fn without_type(outcome: &Json) -> Json {
    let members = outcome.as_object().into_iter().flatten();
    Json::Object(
        members
            .filter(|(name, value)| *name != "__typename" && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

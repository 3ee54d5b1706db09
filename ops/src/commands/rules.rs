//! `rules`: every warning rule with its law, and how many warnings of each the present ledger has.

use std::collections::BTreeMap;

use anyhow::Context;
use clap::Args;
use domain::rules::{RULES, WarningRule};
use domain::warning_codes::WarningGrade;
use serde_json::{Value as Json, json};

use super::{Exit, wait_for};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Database;

/// Options of `rules`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 只列出规则，不读账本 · the rules alone, without a ledger
    #[arg(long)]
    list: bool,
    /// 以 JSON 输出 · print JSON
    #[arg(long, env = "RADLEDGER_JSON")]
    json: bool,
}

/// How many warnings of a rule there are: all, those that are not over by grade, those that wait to be closed.
type Counts = BTreeMap<String, BTreeMap<String, i64>>;

/// Tells.
///
/// # Errors
/// When the database cannot be used.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let counts = if options.list { None } else { Some(wait_for(counts(&options.place))?) };
    if options.json {
        let rules: Vec<Json> = RULES.iter().map(|rule| described(rule, counts.as_ref())).collect();
        println!("{}", serde_json::to_string_pretty(&rules)?);
        return Ok(Exit::Fine);
    }
    for rule in RULES {
        let law =
            rule.versions.last().map(|version| version.citations.iter().map(ToString::to_string).collect::<Vec<_>>());
        println!("{:<10} {} · {}", rule.id, rule.zh, rule.en);
        println!("           {}", law.unwrap_or_default().join("；"));
        if let Some(counts) = &counts {
            println!("           {}", numbers(counts.get(rule.id)));
        }
    }
    Ok(Exit::Fine)
}

fn numbers(counts: Option<&BTreeMap<String, i64>>) -> String {
    let of = |name: &str| counts.and_then(|counts| counts.get(name)).copied().unwrap_or_default();
    let open: Vec<String> =
        WarningGrade::ALL.iter().rev().map(|grade| format!("{} {}", grade.as_str(), of(grade.as_str()))).collect();
    format!(
        "共 {} 条，未了结 · {} in all, not over: {}，待核销 · to be closed {}",
        of("ALL"),
        of("ALL"),
        open.join(" "),
        of("TO_CLOSE")
    )
}

fn described(rule: &WarningRule, counts: Option<&Counts>) -> Json {
    let law = rule.versions.iter().map(|version| {
        let citations: Vec<String> = version.citations.iter().map(ToString::to_string).collect();
        json!({"version": version.version, "from": version.from, "law": citations})
    });
    let mut described = json!({
        "rule": rule.id, "zh": rule.zh, "en": rule.en, "subject": rule.subject.as_str(), "versions": law.collect::<Vec<_>>(),
        "cleared_by": {"zh": rule.cleared_zh, "en": rule.cleared_en}, "closed_by": rule.closer.as_str(), "waivable": rule.waivable,
    });
    if let Some(counts) = counts {
        described["warnings"] = json!(counts.get(rule.id).cloned().unwrap_or_default());
    }
    described
}

async fn counts(place: &Place) -> anyhow::Result<Counts> {
    let folder = Folder::open(&place.data())?;
    let database = Database::open(place, &folder, true).await?;
    let pools = database.pools()?;
    let rows = schema::desk::DeskStore::new(pools.projector.clone()).counts().await;
    pools.close();
    if let Some(cluster) = database.cluster {
        cluster.stop().await?;
    }
    let mut counts = Counts::new();
    for (rule, grade, state, number) in rows.context("预警无法读取。The warnings cannot be read.")? {
        let of = counts.entry(rule).or_default();
        *of.entry("ALL".into()).or_default() += number;
        match state.as_str() {
            "CLEARED" | "CLOSED" => {}
            state => {
                *of.entry(grade).or_default() += number;
                if state == "PENDING_CLOSE" {
                    *of.entry("TO_CLOSE".into()).or_default() += number;
                }
            }
        }
    }
    Ok(counts)
}

//! How long it takes to ask where a worker's file has been, and how files moved between districts: of two demonstrations of
//! which one has ten times the workers, so ten times the transfers. What is asked is as long on either side: a file that
//! went through as many steps, and days on which as many transfers were asked for.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};
use signing::bytes::Date;

use super::query::{Effort, Question, Side, Who, all_of, sample, typical_ms};
use super::report::{Row, progress};

const CHAIN: &str =
    "query($id: ID!, $asOf: Position) { node(id: $id, asOf: $asOf) { ... on Person { openedBy { id label }
    members { custody { institution area outside since transfer } }
    transfers(first: 20) { totalCount nodes { id label state members { type { code zh } step { code zh } since requestedOn }
        chain { step { code zh } act from on workdays limit late
            event { position labelZh labelEn signedAt signer { account role org area } receipt { state proof } } } } } } } }";
const FLOW: &str = "query($from: Date!, $until: Date!, $asOf: Position) {
    transferFlow(from: $from, until: $until, asOf: $asOf) { fromArea toArea requested completed open medianDays } }";
const TRANSFERS: &str = "query($after: String) { transfers(first: 100, after: $after) {
    nodes { members { requestedOn } worker { id } chain { from } } pageInfo { hasNextPage endCursor } } }";

/// A transfer: whose file, how many steps, when it was asked for.
struct Case {
    worker: String,
    steps: usize,
    requested_on: Date,
}

/// Measures both.
///
/// # Errors
/// When a demonstration cannot be loaded or served, or an answer is an error.
pub async fn all(folder: &Path, sizes: (u64, u64), effort: &Effort) -> Result<Vec<Row>> {
    let [small, large] = Side::both(folder, sizes).await?;
    let measured = measure([&small, &large], effort).await;
    small.stop().await?;
    large.stop().await?;
    measured
}

async fn measure(sides: [&Side; 2], effort: &Effort) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for question in questions(sides).await? {
        let [before, now, _] = sample(&question, sides, effort).await?;
        progress(&format!(
            "  {}: p50 {:.2} ms small, {:.2} ms large; p99 {:.2}, {:.2} ms",
            question.name,
            typical_ms(&before, 50),
            typical_ms(&now, 50),
            typical_ms(&before, 99),
            typical_ms(&now, 99)
        ));
        let (before, now) = (typical_ms(&before, 99), typical_ms(&now, 99));
        let flat = "1.3 x its p99 among a tenth of the workers";
        rows.push(Row::bound(format!("custody/{}", question.name), (now, "ms"), (1.3 * before, flat)));
    }
    Ok(rows)
}

async fn questions(sides: [&Side; 2]) -> Result<[Question; 2]> {
    let [few, many] = [cases(sides[0]).await?, cases(sides[1]).await?];
    let as_long = |case: &&Case| many.iter().any(|other| other.steps == case.steps);
    let steps =
        few.iter().filter(as_long).map(|case| case.steps).max().context("files that went through as many steps")?;
    let files = [&few, &many].map(|cases| {
        let found = cases.iter().find(|case| case.steps == steps);
        json!({"id": found.map(|case| &case.worker)})
    });
    let transfers = few.len().min(many.len());
    let days = [&few, &many].map(|cases| {
        let days = || cases[..transfers].iter().map(|case| case.requested_on);
        json!({"from": days().min(), "until": days().max().map(|last| last.add_days(1))})
    });
    progress(&format!("  {steps} steps; {transfers} transfers of {} and of {}", few.len(), many.len()));
    Ok([
        Question { name: "chain", who: Who::City, document: CHAIN, variables: files },
        Question { name: "flow", who: Who::City, document: FLOW, variables: days },
    ])
}

/// Every transfer in the order of its day.
async fn cases(side: &Side) -> Result<Vec<Case>> {
    let nodes = all_of(side.reader(Who::City), TRANSFERS, "transfers", json!({})).await?;
    let case = |node: &Json| {
        let requested_on = node.pointer("/members/requestedOn")?.as_str()?.parse().ok()?;
        let steps = node["chain"].as_array()?.len();
        Some(Case { worker: node.pointer("/worker/id")?.as_str()?.to_owned(), steps, requested_on })
    };
    let mut cases: Vec<Case> = nodes.iter().filter_map(case).collect();
    cases.sort_by_key(|case| case.requested_on);
    Ok(cases)
}

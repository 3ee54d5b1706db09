//! How fast a laboratory's file comes in: `import dose` as a process of its own against the service, from the file to
//! the last receipt, the client's own work included.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value as Json, json};
use signing::bytes::Date;

use super::cpu;
use super::query::{Reader, all_of};
use super::serve::{Demonstration, Service};

/// Bench of one file.
pub struct Imported {
    /// Rows per second.
    pub per_second: f64,
    /// Largest resident memory of the client, MB.
    pub peak_mb: f64,
}

/// How often the client's memory is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// Days of a period, short enough that a demonstration has room for many rows.
const PERIOD: i64 = 14;
/// Periods in one report.
const PERIODS_OF_REPORT: i64 = 12;
/// Positions that the demonstration itself does not use.
const POSITIONS: [&str; 5] = ["BK", "HD", "WR", "RG", "AK"];
const HEADER: &str =
    "工作人员编号,剂量计编号,佩戴部位,周期起,周期止,Hp(10)(mSv),最低探测水平,报告编号,签发日期,统一社会信用代码\n";

const PAPERS: &str =
    "query($id: ID!) { node(id: $id) { ... on Institution { members { documents { from until } } } } }";
const CONTRACTS: &str =
    "query($after: String) { monitoringContracts(first: 100, after: $after, filter: {state: [\"CONCLUDED\"]}) {
    nodes { clientCode members { institution laboratory from until } } pageInfo { hasNextPage endCursor } } }";
const POSTS: &str = "query($org: UUID!, $after: String) { employments(first: 100, after: $after, filter: {org: $org, state: [\"ACTIVE\"]}) {
    nodes { label members { active { from } } } pageInfo { hasNextPage endCursor } } }";

/// A worker under contract.
struct Worker {
    client: String,
    number: String,
    since: Date,
}

/// Imports a file of so many rows into a demonstration.
///
/// # Errors
/// When the demonstration has no room for so many, or not every row comes in.
pub async fn run(folder: &Path, demonstration: &Demonstration, rows: usize) -> Result<Imported> {
    let service = Service::start(demonstration).await?;
    let imported = measured(folder, demonstration, &service, rows).await;
    service.stop().await?;
    imported
}

async fn measured(folder: &Path, demonstration: &Demonstration, service: &Service, rows: usize) -> Result<Imported> {
    let (key, workers) = laboratory(demonstration, service).await?;
    let file = folder.join("import.csv");
    std::fs::write(&file, text(&workers, rows)?)?;
    let began = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args([
            "import",
            "dose",
            "--accept-warnings",
            "--json",
            "--url",
            &format!("http://{}", service.address),
            "--key",
        ])
        .arg(&key)
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the import")?;
    let mut peak_mb = 0.0_f64;
    while child.try_wait()?.is_none() {
        peak_mb = peak_mb.max(cpu::peak_memory_mb(child.id()));
        tokio::time::sleep(LOOK).await;
    }
    let took = began.elapsed();
    let output = child.wait_with_output()?;
    let told: Json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    ensure!(output.status.success() && told["rows"] == json!(rows), "the import ended with {}", output.status);
    Ok(Imported { per_second: rows as f64 / took.as_secs_f64(), peak_mb })
}

/// The signatory whose laboratory has the most workers under contract, and these.
async fn laboratory(demonstration: &Demonstration, service: &Service) -> Result<(PathBuf, Vec<Worker>)> {
    let city = Reader::log_in(demonstration, service, "T_SUP").await?;
    let signed = crate::client::now().civil_day();
    let day = |value: &Json| value.as_str().and_then(|day| day.parse::<Date>().ok());
    let mut best: Option<(PathBuf, Vec<Worker>)> = None;
    for signatory in Reader::all_in(demonstration, service, "TSO_SIGN").await? {
        let id = json!({"id": format!("institution/{}", signatory.org.as_deref().unwrap_or_default())});
        let answer = signatory.client.graphql(PAPERS, id).await?;
        let papers = answer.pointer("/node/members/documents").and_then(Json::as_array).cloned().unwrap_or_default();
        let valid = |paper: &Json| {
            day(&paper["from"]).is_some_and(|from| from <= signed)
                && day(&paper["until"]).is_none_or(|until| signed < until)
        };
        if !papers.iter().any(valid) {
            continue;
        }
        let mut workers = Vec::new();
        for contract in all_of(&signatory, CONTRACTS, "monitoringContracts", json!({})).await? {
            let terms = &contract["members"];
            if terms["laboratory"].as_str() != signatory.org.as_deref() || !terms["until"].is_null() {
                continue;
            }
            let org = json!({"org": terms["institution"]});
            for post in all_of(&city, POSTS, "employments", org).await? {
                let active = post["members"]["active"].as_array().and_then(|active| active.last()).cloned();
                let since = day(&active.unwrap_or_default()["from"]).into_iter().chain(day(&terms["from"])).max();
                let text = |value: &Json| value.as_str().map(str::to_owned);
                if let Some(((client, number), since)) =
                    text(&contract["clientCode"]).zip(text(&post["label"])).zip(since)
                {
                    workers.push(Worker { client, number, since });
                }
            }
        }
        if best.as_ref().is_none_or(|(_, known)| known.len() < workers.len()) {
            best = Some((signatory.key, workers));
        }
    }
    best.context("a laboratory that may report")
}

/// A file as a laboratory writes it: period by period, back from today.
fn text(workers: &[Worker], rows: usize) -> Result<String> {
    let today = crate::client::now().civil_day();
    let signed = today.add_days(-1);
    let mut text = HEADER.to_owned();
    let mut written = 0;
    for period in 0.. {
        let to = today.add_days(-2 - PERIOD * period);
        let from = to.add_days(1 - PERIOD);
        let mut any = false;
        for worker in workers.iter().filter(|worker| worker.since <= from) {
            any = true;
            for position in POSITIONS {
                if written == rows {
                    return Ok(text);
                }
                written += 1;
                let dose = 30 + written % 20 * 10;
                let (client, report) = (&worker.client, period / PERIODS_OF_REPORT);
                let number = &worker.number;
                writeln!(
                    text,
                    "{number},T{written},{position},{from},{to},0.{dose:03},0.02,B-{client}-{report},{signed},{client}"
                )?;
            }
        }
        ensure!(any, "the demonstration has room for {written} rows only");
    }
    Ok(text)
}

//! `import dose`: a laboratory's file of doses, checked as a whole, then signed and appended row by row.
//!
//! Nothing is appended before every row was read, matched with a worker and found sound, and before the service has
//! said of each report what it would say of it signed. Units are atomic; the ids of events follow from what they say, so
//! the same file again is recognised, and an import that broke off goes on where it stopped.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use api::import::place::{Contract, contract_of, grouped, line, mismatch, reported};
use api::import::plan::{Common, Opening, Place, Report, opening, report};
use api::import::{Column, DoseRow, Problem, Severity, Sheet, read_doses};
use api::matching::Line;
use clap::{Args, Subcommand};
use domain::catalog::IMPORTS;
use domain::file_codes::{ImportState, ImportStop};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, LedgerId};
use signing::envelope::{Unit, statement_hash};
use signing::keys::SigningKey;
use signing::statement::{EventRef, Signer as Signing};
use uuid::Uuid;

use super::sign::tell_refusal;
use super::{Exit, Usage, wait_for};
use crate::client::{Client, Signer, check_prepared, now, sign};
use crate::config::Remote;

/// What is imported.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 个人剂量监测结果（XLSX 或 CSV） · results of individual monitoring
    Dose(Dose),
}

#[derive(Debug, Args)]
struct Dose {
    /// 文件 · the file
    file: PathBuf,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    remote: Remote,
    /// 监测委托，文件未注明单位且有多份委托时给出 · contract, when the file does not say whose workers these are
    #[arg(long, value_name = "UUID")]
    contract: Option<Uuid>,
    /// 资质证书编号，缺省取签发日有效者 · number of the qualification; by default one valid on the day of signing
    #[arg(long, value_name = "NUMBER")]
    qualification: Option<String>,
    /// 剂量计类别 · kind of dosimeter
    #[arg(long, value_name = "CODE", default_value = "TLD")]
    dosimeter_kind: String,
    /// 列对应，如 “编号=worker_no”，可多次 · which column a header is
    #[arg(long = "map", value_name = "HEADER=COLUMN")]
    mapping: Vec<String>,
    /// 只检查，不写入 · check everything, append nothing
    #[arg(long)]
    dry_run: bool,
    /// 已核对全部警告 · the warnings were looked at
    #[arg(long)]
    accept_warnings: bool,
    /// 另存标注了问题的副本 · write a copy of the file with its problems marked
    #[arg(long, value_name = "FILE.xlsx")]
    annotated: Option<PathBuf>,
    /// 结果以 JSON 输出 · the result as JSON
    #[arg(long)]
    json: bool,
}

/// Problems printed one by one; all of them are in the annotated copy and in `--json`.
const PRINTED: usize = 50;
/// Lines of one question to the service.
const MATCHED_AT_ONCE: usize = 1_000;
/// Receipts of one question to the service.
const RECEIPTS_AT_ONCE: usize = 50;
/// Questions and units on their way at the same time.
const AT_ONCE: usize = 8;

const LEDGER: &str = "{ ledger { id catalogueVersion } viewer { account } }";
const CONTRACTS: &str = "query ($after: String) { monitoringContracts(first: 100, after: $after) { nodes { recordId clientName clientCode members { laboratory from until endedOn } } pageInfo { hasNextPage endCursor } } }";
const GRANTS: &str = "{ grants(first: 100, filter: {state: [\"IN_EFFECT\"], facets: [{name: \"role\", value: \"TSO_SIGN\"}]}) { nodes { recordId members { account org } } } }";
const DOCUMENTS: &str = "query ($id: ID!) { node(id: $id) { ... on Institution { members { documents { kind { code } number from until } } } } }";
const WORKERS: &str = "query ($contract: UUID!, $lines: [DoseWorkerLine!]!) { doseWorkers(contract: $contract, lines: $lines) { mismatch person employment category reported } }";
const PREPARE: &str = "mutation ($input: PrepareInput!) { prepare(input: $input) { refusal { code index pointer rule citation messageZh messageEn } } }";
const OPENED: &str =
    "query ($id: UUID!, $node: ID!) { event(id: $id) { hash } node(id: $node) { ... on Import { state } } }";
const DRAFT: &str = "mutation ($input: PrepareInput!) { prepare(input: $input) { payloadBase64 openings refusal { code index pointer rule citation messageZh messageEn } } }";

/// Imports.
///
/// # Errors
/// When the file cannot be opened or the service cannot be reached.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let What::Dose(options) = options.what;
    let mapping = mapping(&options.mapping)?;
    let bytes = std::fs::read(&options.file)
        .with_context(|| format!("无法读取 {}。The file cannot be read.", options.file.display()))?;
    let found = match read_doses(&bytes, &mapping) {
        Ok(Sheet { rows, problems, read, .. }) => Found { rows, problems, read },
        Err(unreadable) => {
            eprintln!("无法导入 cannot be imported: {}\n  {}\n  {}", unreadable.code, unreadable.zh, unreadable.en);
            if options.json {
                println!("{}", json!({"unreadable": unreadable.code}));
            }
            return Ok(Exit::Findings);
        }
    };
    let file = Hash::of(&bytes);
    // The file is held no longer than a copy of it may be wanted.
    let marked = options.annotated.is_some().then_some((bytes, mapping));
    let (key, account) = options.signer.read()?;
    wait_for(async {
        let mut client = Client::new(&options.remote.url)?;
        client.login(&key, account).await?;
        Import { client, options: &options, key, account, file }.run(found, marked).await
    })
}

fn mapping(given: &[String]) -> anyhow::Result<Vec<(String, Column)>> {
    given
        .iter()
        .map(|pair| {
            let found = pair.split_once('=').and_then(|(header, name)| Some((header.to_owned(), Column::parse(name)?)));
            found.ok_or_else(|| Usage(format!("--map {pair} 应为 表头=列。Give HEADER=COLUMN.")).into())
        })
        .collect()
}

struct Import<'a> {
    client: Client,
    options: &'a Dose,
    key: SigningKey,
    account: Uuid,
    /// SHA-256 of the file.
    file: Hash,
}

/// What was read.
struct Found {
    rows: Vec<DoseRow>,
    problems: Vec<Problem>,
    read: usize,
}

/// A file to be marked, and the columns that were said.
type Marked = (Vec<u8>, Vec<(String, Column)>);

impl Import<'_> {
    async fn run(&self, found: Found, marked: Option<Marked>) -> anyhow::Result<Exit> {
        let Found { rows, mut problems, read } = found;
        let answer = self.client.graphql(LEDGER, json!({})).await?;
        let ledger: LedgerId =
            answer["ledger"]["id"].as_str().and_then(|id| id.parse().ok()).context("no ledger id in the answer")?;
        let Some(grant) = self.grant().await? else {
            eprintln!("该账户没有监测机构授权签字人的角色。This account is no authorised signatory of a laboratory.");
            return Ok(Exit::Findings);
        };
        let (grant, laboratory) = grant;
        let contracts = self.contracts(laboratory).await?;
        let placed = self.place(&rows, &contracts, &mut problems).await?;
        let first_day = rows.iter().map(|row| row.signed_on).min();
        let qualification_no = match (&self.options.qualification, first_day) {
            (Some(number), _) => number.clone(),
            (None, Some(day)) => self.qualification(laboratory, day).await?.unwrap_or_default(),
            (None, None) => String::new(),
        };
        let common =
            Common { ledger, laboratory, qualification_no, dosimeter_kind: self.options.dosimeter_kind.clone() };
        let reports = grouped(&rows, &placed);
        for rows in reports.values() {
            problems.extend(reported(&common, rows));
        }
        problems.sort_by_key(|problem| (problem.row, problem.column));
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let warnings = problems.len() - errors;
        self.tell(&problems);
        if let Some((path, (bytes, mapping))) = self.options.annotated.as_ref().zip(marked) {
            std::fs::write(path, read_doses(&bytes, &mapping)?.annotated(&problems)?)
                .with_context(|| format!("无法写入 {}。The copy cannot be written.", path.display()))?;
            eprintln!("标注副本 annotated copy: {}", path.display());
        }
        let mut result = json!({"rows": read, "errors": errors, "warnings": warnings, "reports": reports.len(),
            "appended": 0, "known": 0, "problems": problems.iter().map(as_json).collect::<Vec<_>>()});
        let stop = errors > 0 || (warnings > 0 && !self.options.accept_warnings && !self.options.dry_run);
        if stop {
            if errors == 0 {
                eprintln!(
                    "{warnings} 处警告：核对后加 --accept-warnings。Look at the warnings, then add --accept-warnings."
                );
            }
            eprintln!("未写入任何数据。Nothing was appended.");
            return self.end(&result, Exit::Findings);
        }
        let planned = reports.into_iter().map(|((contract, _), rows)| report(&common, contract, rows));
        let planned = planned.collect::<Result<Vec<Report<'_>>, _>>()?;
        let sums = planned.iter().filter_map(|one| one.header["effective_sum_nsv"].as_i64());
        result["sum_nsv"] = json!(sums.sum::<i64>().to_string());
        let sizes = planned.iter().flat_map(|report| (0..report.units()).map(|unit| report.size(unit)));
        let (units, events) = sizes.fold((0, 0), |(units, events), size| (units + 1, events + size));
        result["events"] = json!(events);
        let known = self.known(&planned).await?;
        if !self.prepared(&planned, &known).await? {
            eprintln!("未写入任何数据。Nothing was appended.");
            return self.end(&result, Exit::Findings);
        }
        if self.options.dry_run {
            eprintln!("检查通过，未写入。All is sound; nothing was appended.");
            return self.end(&result, Exit::Fine);
        }
        let signing = Signing { account: self.account, key: self.key.public().id(), grant: Some(grant) };
        let last_row = rows.iter().map(|row| row.row).max().unwrap_or(1);
        let imports = answer["ledger"]["catalogueVersion"].as_u64().is_some_and(|version| version >= IMPORTS.into());
        let import = opening(&common, self.file, units, events, last_row).filter(|_| imports);
        let cause = match &import {
            Some(import) => match self.opened(import).await? {
                Ok(cause) => cause,
                Err(refusal) => {
                    tell_refusal(&refusal);
                    return self.end(&result, Exit::Findings);
                }
            },
            None => None,
        };
        let exit = self.append((ledger, cause), &signing, (&planned, &known), &mut result).await?;
        if let Some(import) = import.filter(|_| cause.is_some()) {
            self.conclude(&import, &result).await?;
        }
        self.end(&result, exit)
    }

    fn end(&self, result: &Json, exit: Exit) -> anyhow::Result<Exit> {
        if self.options.json {
            println!("{result}");
        } else {
            let text = |name: &str| result[name].to_string();
            println!(
                "{} 行 rows, {} 份报告 reports; 新增 appended {}, 已有 known {}; {} 处错误 errors, {} 处警告 warnings",
                text("rows"),
                text("reports"),
                text("appended"),
                text("known"),
                text("errors"),
                text("warnings")
            );
            if let Some(sum) = result["sum_nsv"].as_str().and_then(|sum| sum.parse::<i64>().ok()) {
                println!("有效剂量合计 sum of effective doses {}.{:06} mSv", sum / 1_000_000, sum % 1_000_000);
            }
        }
        Ok(exit)
    }

    /// The grant as signatory, and the laboratory for which it was given.
    async fn grant(&self) -> anyhow::Result<Option<(Uuid, Uuid)>> {
        let answer = self.client.graphql(GRANTS, json!({})).await?;
        let grants = answer["grants"]["nodes"].as_array().cloned().unwrap_or_default();
        let mine = grants.iter().find(|grant| id(&grant["members"]["account"]) == Some(self.account));
        Ok(mine.and_then(|grant| Some((id(&grant["recordId"])?, id(&grant["members"]["org"])?))))
    }

    async fn contracts(&self, laboratory: Uuid) -> anyhow::Result<Vec<Contract>> {
        let (mut contracts, mut after) = (Vec::new(), Json::Null);
        loop {
            let answer = self.client.graphql(CONTRACTS, json!({"after": after})).await?;
            let page = &answer["monitoringContracts"];
            for node in page["nodes"].as_array().into_iter().flatten() {
                let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
                if id(&node["members"]["laboratory"]) == Some(laboratory)
                    && let Some(id) = id(&node["recordId"])
                {
                    let day = |name: &str| node["members"][name].as_str().and_then(|day| day.parse::<Date>().ok());
                    let until = day("endedOn").into_iter().chain(day("until")).min();
                    let (client, code) = (text("clientName"), text("clientCode"));
                    contracts.push(Contract { id, client, code, from: day("from"), until });
                }
            }
            if page["pageInfo"]["hasNextPage"] != true {
                return Ok(contracts);
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    async fn qualification(&self, laboratory: Uuid, day: Date) -> anyhow::Result<Option<String>> {
        let answer = self.client.graphql(DOCUMENTS, json!({"id": format!("institution/{laboratory}")})).await?;
        let documents = answer.pointer("/node/members/documents").and_then(Json::as_array).cloned();
        let valid = documents.into_iter().flatten().find(|document| {
            let at = |name: &str| document[name].as_str().and_then(|day| day.parse::<Date>().ok());
            document["kind"]["code"] == domain::codes::DocumentKind::Qualification.as_str()
                && at("from").is_some_and(|from| from <= day)
                && at("until").is_none_or(|until| day < until)
        });
        Ok(valid.and_then(|document| document["number"].as_str().map(str::to_owned)))
    }

    /// The contract and the worker of each row; what has none is a problem.
    async fn place(
        &self,
        rows: &[DoseRow],
        contracts: &[Contract],
        problems: &mut Vec<Problem>,
    ) -> anyhow::Result<Vec<Option<(Uuid, Place)>>> {
        let mut placed: Vec<Option<(Uuid, Place)>> = vec![None; rows.len()];
        let mut by_contract: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            match contract_of(row, contracts, self.options.contract) {
                Ok(contract) => by_contract.entry(contract).or_default().push(at),
                Err(problem) => problems.push(*problem),
            }
        }
        let progress = bar("核对人员 matching", rows.len() as u64);
        let asked =
            by_contract.iter().flat_map(|(contract, at)| at.chunks(MATCHED_AT_ONCE).map(move |at| (*contract, at)));
        let answers = stream::iter(asked.map(|(contract, some)| async move {
            let lines: Vec<Json> = some.iter().map(|at| question(&line(&rows[*at]))).collect();
            let answer = self.client.graphql(WORKERS, json!({"contract": contract, "lines": lines})).await?;
            anyhow::Ok((contract, some, answer))
        }));
        let mut answers = answers.buffered(AT_ONCE);
        while let Some((contract, some, answer)) = answers.try_next().await? {
            let found = answer["doseWorkers"].as_array().map_or(&[][..], Vec::as_slice);
            anyhow::ensure!(found.len() == some.len(), "服务未核对全部行。The service did not match every line.");
            for (at, worker) in some.iter().zip(found) {
                match matched(worker) {
                    Some(place) => placed[*at] = Some((contract, place)),
                    None => problems.push(mismatch(&rows[*at], worker["mismatch"].as_str().unwrap_or_default())),
                }
            }
            progress.inc(some.len() as u64);
        }
        progress.finish_and_clear();
        Ok(placed)
    }

    /// Asks the service what it would say of each report that is not in the ledger yet; false when it would refuse one.
    async fn prepared(&self, reports: &[Report<'_>], known: &HashSet<Uuid>) -> anyhow::Result<bool> {
        let mut all = true;
        let new = reports.iter().filter(|report| !known.contains(&report.first(0)));
        let answers = stream::iter(new.map(|report| async move {
            let input = json!({"type": "dose_report.issued", "record": {"kind": "dose_report", "id": report.id}, "data": report.header});
            anyhow::Ok((report, self.client.graphql(PREPARE, json!({"input": input})).await?))
        }));
        let mut answers = answers.buffered(AT_ONCE);
        while let Some((report, answer)) = answers.try_next().await? {
            let refusal = &answer["prepare"]["refusal"];
            if !refusal.is_null() {
                eprintln!("报告 report {}:", report.number);
                tell_refusal(refusal);
                all = false;
            }
        }
        Ok(all)
    }

    /// Which units are in the ledger, by their first events.
    async fn known(&self, reports: &[Report<'_>]) -> anyhow::Result<HashSet<Uuid>> {
        let firsts: Vec<Uuid> =
            reports.iter().flat_map(|report| (0..report.units()).map(|unit| report.first(unit))).collect();
        let answers = stream::iter(firsts.chunks(RECEIPTS_AT_ONCE).map(|some| async move {
            let asked = some.iter().enumerate();
            let fields: String =
                asked.map(|(at, id)| format!(" r{at}: receipt(id: \"{id}\") {{ position }}")).collect();
            let answer = self.client.graphql(&format!("{{{fields} }}"), json!({})).await?;
            let known = some.iter().enumerate().filter(|(at, _)| !answer[format!("r{at}")].is_null());
            anyhow::Ok(known.map(|(_, id)| *id).collect::<Vec<_>>())
        }));
        Ok(answers.buffered(AT_ONCE).try_concat().await?.into_iter().collect())
    }

    /// The event that opened the import, which is signed now when the file is new; none of an import that is complete.
    async fn opened(&self, import: &Opening) -> anyhow::Result<Result<Option<EventRef>, Json>> {
        let known = json!({"id": import.event, "node": format!("import/{}", import.record)});
        let known = self.client.graphql(OPENED, known).await?;
        if let Some(hash) = known["event"]["hash"].as_str() {
            let hash = hash.parse().map_err(|_| anyhow::anyhow!("no hash in the answer"))?;
            let open = known["node"]["state"] != ImportState::Complete.as_str();
            return Ok(Ok(open.then_some(EventRef { event: import.event, hash })));
        }
        let input = json!({"type": "import.opened", "id": import.event, "data": import.data});
        Ok(self.sign_for(import, input).await?.map(|hash| Some(EventRef { event: import.event, hash })))
    }

    /// Says how the import ended. When that cannot be said now, the next run says it.
    async fn conclude(&self, import: &Opening, result: &Json) -> anyhow::Result<()> {
        let input = match &result["refused"] {
            Json::Null => json!({"type": "import.completed"}),
            // A report that was refused stands before its rows.
            refused => json!({"type": "import.stopped",
                "data": {"row": refused["row"].as_u64().unwrap_or(1), "why": ImportStop::Refused.as_str()}}),
        };
        if let Err(refusal) = self.sign_for(import, input).await? {
            tell_refusal(&refusal);
        }
        Ok(())
    }

    /// Signs one event of an import; the statement hash, or the refusal.
    async fn sign_for(&self, import: &Opening, mut input: Json) -> anyhow::Result<Result<Hash, Json>> {
        input["record"] = json!({"kind": "import", "id": import.record});
        let answer = self.client.graphql(DRAFT, json!({"input": input})).await?;
        let draft = &answer["prepare"];
        if !draft["refusal"].is_null() {
            return Ok(Err(draft["refusal"].clone()));
        }
        let event_type = input["type"].as_str().unwrap_or_default();
        let checked = check_prepared(draft, self.account, &self.key, event_type)?;
        let hash = statement_hash(&checked.payload);
        let unit = serde_json::from_slice(&sign(checked, &self.key).to_json())?;
        let outcome = self.client.append(&unit).await?;
        Ok(if outcome["__typename"] == "Appended" { Ok(hash) } else { Err(outcome) })
    }

    /// Signs and sends what is missing: units of several contracts at a time, for while one is written the next is signed
    /// and verified. Those of one contract are about the same workers, and each result is compared with what its worker has:
    /// sent together they would be judged again and again, so they go one after the other.
    async fn append(
        &self,
        (ledger, cause): (LedgerId, Option<EventRef>),
        signing: &Signing,
        (reports, known): (&[Report<'_>], &HashSet<Uuid>),
        result: &mut Json,
    ) -> anyhow::Result<Exit> {
        let total: usize = reports.iter().flat_map(|report| (0..report.units()).map(|unit| report.size(unit))).sum();
        let progress = bar("签署并入账 signing", total as u64);
        let sending = Sending { import: self, ledger, cause, signing, known, progress, told: Mutex::default() };
        // Reports stand in the order of their contracts.
        let contracts = reports.chunk_by(|one, next| one.header["contract"] == next.header["contract"]);
        let contracts = stream::iter(contracts).map(|reports| sending.contract(reports));
        let sent = contracts.buffer_unordered(AT_ONCE).try_collect::<()>().await;
        sending.progress.finish_and_clear();
        let told = sending.told.into_inner().unwrap_or_else(PoisonError::into_inner);
        sent?;
        (result["appended"], result["known"]) = (json!(told.appended), json!(told.known));
        result["positions"] = json!([told.first, told.last].map(|at| at.map(|at| at.to_string())));
        if let Some((_, refused)) = told.refused {
            result["refused"] = refused;
            return Ok(Exit::Findings);
        }
        if told.appended == 0 {
            eprintln!("该文件此前已全部导入。This file was imported before; nothing is new.");
        }
        Ok(Exit::Fine)
    }

    fn tell(&self, problems: &[Problem]) {
        for problem in problems.iter().take(PRINTED) {
            let grade = if problem.severity == Severity::Error { "错误 error" } else { "警告 warning" };
            let column = problem.column.map_or("", Column::zh);
            // A name or an identity number is looked up in the file, not in what a terminal keeps.
            let personal = matches!(problem.column, Some(Column::Name | Column::IdTail) | None);
            let original = if personal { "" } else { problem.original.as_str() };
            eprintln!("第 {} 行 {column} {original} [{grade} {}] {}", problem.row, problem.code, problem.zh);
            eprintln!("    {}", problem.en);
            if let Some(suggestion) = &problem.suggestion {
                eprintln!("    建议 suggestion: {suggestion}");
            }
        }
        if problems.len() > PRINTED {
            eprintln!(
                "……另有 {} 处，见标注副本（--annotated）。More are in the annotated copy.",
                problems.len() - PRINTED
            );
        }
    }
}

/// Units on their way.
struct Sending<'a> {
    import: &'a Import<'a>,
    ledger: LedgerId,
    cause: Option<EventRef>,
    signing: &'a Signing,
    known: &'a HashSet<Uuid>,
    progress: ProgressBar,
    told: Mutex<Told>,
}

/// What became of them.
#[derive(Default)]
struct Told {
    appended: usize,
    known: usize,
    first: Option<u64>,
    last: Option<u64>,
    /// The first row of the file that was refused, and how; 0 for a report.
    refused: Option<(u32, Json)>,
}

/// A unit that waits to be sent.
struct Ready<'r> {
    /// Number of its report.
    report: &'r str,
    /// Number of its events.
    size: usize,
    rows: Vec<Option<u32>>,
    signed: Unit,
}

impl Sending<'_> {
    /// Reports of one contract, unit by unit; the first of each brings the report itself. While one is on its way the next
    /// is signed.
    async fn contract(&self, reports: &[Report<'_>]) -> anyhow::Result<()> {
        let units = reports.iter().flat_map(|report| (0..report.units()).map(move |unit| (report, unit)));
        let mut ready: Option<Ready<'_>> = None;
        for (report, unit) in units {
            let (sent, next) = futures_util::join!(self.send(ready.take()), async { self.sign(report, unit) });
            sent?;
            ready = next?;
        }
        self.send(ready).await
    }

    /// A unit, signed; none of one that is in the ledger, and none any more where one was refused.
    fn sign<'r>(&self, report: &'r Report<'_>, unit: usize) -> anyhow::Result<Option<Ready<'r>>> {
        let size = report.size(unit);
        if self.told().refused.is_some() {
            return Ok(None);
        }
        if self.known.contains(&report.first(unit)) {
            self.told().known += size;
            self.progress.inc(size as u64);
            return Ok(None);
        }
        let planned = report.unit(unit)?;
        let signed = planned.sign(self.ledger, self.signing, &self.import.key, now(), self.cause);
        Ok(Some(Ready { report: &report.number, size, rows: planned.rows(), signed }))
    }

    async fn send(&self, ready: Option<Ready<'_>>) -> anyhow::Result<()> {
        let ready = ready.filter(|_| self.told().refused.is_none());
        let Some(Ready { report, size, rows, signed }) = ready else { return Ok(()) };
        let outcome = self.import.client.append_briefly(signed).await?;
        let mut told = self.told();
        if outcome["__typename"] != "Appended" {
            let row = rows.get(outcome["index"].as_u64().unwrap_or_default() as usize).copied().flatten();
            let place = row.map_or_else(String::new, |row| format!("，第 {row} 行 row {row}"));
            eprintln!("报告 report {report}{place}:");
            tell_refusal(&outcome);
            let refused = json!({"report": report, "row": row, "code": outcome["code"], "rule": outcome["rule"]});
            let row = row.unwrap_or_default();
            if told.refused.as_ref().is_none_or(|(first, _)| row < *first) {
                told.refused = Some((row, refused));
            }
            return Ok(());
        }
        let receipts = outcome["receipts"].as_array().map_or(&[][..], Vec::as_slice);
        for at in receipts.iter().filter_map(|receipt| receipt["position"].as_str()?.parse().ok()) {
            told.first = Some(told.first.map_or(at, |first: u64| first.min(at)));
            told.last = told.last.max(Some(at));
        }
        told.appended += size;
        self.progress.inc(size as u64);
        Ok(())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bar(what: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{bar:30}} {{pos}}/{{len}} {{per_sec}} {{eta}}"));
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn id(value: &Json) -> Option<Uuid> {
    value.as_str().and_then(|id| Uuid::try_parse(id).ok())
}

fn question(line: &Line) -> Json {
    json!({"workerNo": line.worker_no, "name": line.name, "idTail": line.id_tail, "position": line.position,
        "wearFrom": line.from.to_string(), "wearTo": line.to.to_string()})
}

fn matched(worker: &Json) -> Option<Place> {
    let category = worker["category"].as_str()?.into();
    Some(Place {
        person: id(&worker["person"])?,
        employment: id(&worker["employment"])?,
        category,
        reported: id(&worker["reported"]),
    })
}

fn as_json(problem: &Problem) -> Json {
    json!({"row": problem.row, "column": problem.column.map(Column::as_str), "code": problem.code,
        "severity": if problem.severity == Severity::Error { "error" } else { "warning" },
        "zh": problem.zh, "en": problem.en, "suggestion": problem.suggestion})
}

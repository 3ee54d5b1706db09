//! How long answers take, through HTTP, of the service on two demonstrations of different size: what people ask most
//! must not become slower as the history grows, nor when they ask about a past day.
//!
//! Samples of what is compared are taken in turns, so that other work on the machine falls on both. A p99 is the median
//! of those of five equal stretches of the run: a burst of other work spoils one of them and not the figure.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::catalog::Kind;
use postgres::{Cluster, Settings};
use schema::connect::{Passwords, Role, connect_sized};
use schema::read_model::{ListQuery, ReadModel, Scope};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::append::percentile;
use super::bare::Bare;
use super::http::OverHttp;
use super::report::{Row, progress};
use super::serve::{Demonstration, Service};
use crate::client::Client;
use crate::key_file::KeyFile;

/// Rows of the list.
pub const PAGE: usize = 20;
/// Clients that ask for the list at once.
const CLIENTS: usize = 32;
/// Connections of the bare handler: those that the service, with all its pools, leaves free, and enough for a few cores.
const CONNECTIONS: usize = 12;
/// Records among which those of a question are chosen.
const CHOICE: usize = 200;
/// Stretches of a run whose percentiles are compared.
const STRETCHES: usize = 5;
/// How far back the past moment lies.
const PAST_DAYS: i64 = 365;
/// Years of results that the file of the worker has at least.
const YEARS: usize = 5;

const HOME: &str = "query($asOf: Position) { home(asOf: $asOf) { position on cards { name zh measure { name definitionZh }
    total { value amount numerator denominator percent drill { list } }
    parts { area values { value zh } value amount percent drill { list filter { area state facets { name value from until } } } } } } }";
const WORKER: &str =
    "query($id: ID!, $asOf: Position) { node(id: $id, asOf: $asOf) { ... on Person { label state version
    members { sex { code zh } birthYear radiationWorkSince }
    employments(first: 20) { nodes { label state members { category { code zh } } } }
    results(first: 100) { nodes { label position members { doseYear wearFrom wearTo hp10Nsv effectiveNsv flag { code zh } } } }
    doses { years { year effectiveNsv months } blockNsv rollingNsv lifeNsv limits { yearNsv fiveYearsNsv } } } } }";
const INSTITUTION: &str = "query($id: ID!, $asOf: Position) { node(id: $id, asOf: $asOf) { ... on Institution { label state version area
    members { name kinds { code zh } grade { code zh } medicalType { code zh } creditCode address officers { post { code zh } from until } documents { kind { code zh } number until } }
    devices(first: 20) { nodes { label state members { kind { code zh } model } } }
    employments(first: 20) { nodes { label state members { category { code zh } } } }
    licences(first: 20) { nodes { label state } }
    doseReports(first: 20) { nodes { label position } } } } }";
const LIST: &str = "query($filter: RecordFilter, $asOf: Position) { devices(first: 20, filter: $filter, asOf: $asOf) {
    nodes { recordId version position area label state members { name model factoryNo } } } }";
const BARE_LIST: &str = "{ devices { recordId version position area label state members { name model factoryNo } } }";
/// The filter of the list: what stands in a county in use, of one kind.
const LISTED: (&str, &str) = ("IN_USE", "X02");

/// How much is asked.
pub struct Effort {
    /// Rounds of a question, and samples in each of them.
    pub rounds: (usize, usize),
    /// How long the clients at once ask, in all.
    pub together: Duration,
}

/// A demonstration that is served, and who asks it.
pub struct Side {
    service: Service,
    demonstration: Demonstration,
    city: Reader,
    county: Reader,
    past: String,
}

/// Somebody who has logged in.
pub struct Reader {
    /// His session.
    pub client: Client,
    /// His key file.
    pub key: PathBuf,
    /// The institution in whose name he acts.
    pub org: Option<String>,
    token: String,
    area: Option<String>,
}

/// Whose session a question is asked in.
#[derive(Clone, Copy)]
pub enum Who {
    /// A supervisor of the city.
    City,
    /// A supervisor of a county.
    County,
}

/// A question.
pub struct Question {
    /// Its name.
    pub name: &'static str,
    /// Who asks it.
    pub who: Who,
    /// The document.
    pub document: &'static str,
    /// Its variables on either side.
    pub variables: [Json; 2],
}

/// Measures all questions.
///
/// # Errors
/// When a demonstration cannot be loaded or served, or an answer is an error.
pub async fn all(folder: &Path, sizes: (u64, u64), effort: &Effort) -> Result<Vec<Row>> {
    let [small, large] = Side::both(folder, sizes).await?;
    let measured = measure(&small, &large, effort).await;
    small.stop().await?;
    large.stop().await?;
    measured
}

async fn measure(small: &Side, large: &Side, effort: &Effort) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for question in questions(small, large).await? {
        progress(&format!("查询 {} · a question", question.name));
        let [before, now, past] = sample(&question, [small, large], effort).await?;
        progress(&format!(
            "  {}: p50 {:.2} ms small, {:.2} ms large, {:.2} ms as of a year ago; p99 {:.2}, {:.2}, {:.2} ms",
            question.name,
            typical_ms(&before, 50),
            typical_ms(&now, 50),
            typical_ms(&past, 50),
            typical_ms(&before, 99),
            typical_ms(&now, 99),
            typical_ms(&past, 99)
        ));
        let (before, now, past) = (typical_ms(&before, 99), typical_ms(&now, 99), typical_ms(&past, 99));
        let name = |row: &str| format!("query/{}/{row}", question.name);
        rows.push(Row::bound(name("flat"), (now, "ms"), (1.5 * before, "1.5 x its p99 in the small ledger")));
        rows.push(Row::bound(name("as_of"), (past, "ms"), (2.0 * now, "2 x its p99 of now")));
    }
    progress("列表，32 个客户端 · a list, 32 clients");
    rows.extend(together(large, effort).await?);
    Ok(rows)
}

/// The median of the percentiles of [`STRETCHES`] stretches, of samples in the order in which they were taken.
pub fn typical_ms(taken: &[Duration], percent: usize) -> f64 {
    let percentile = |stretch: &[Duration]| {
        let mut sorted = stretch.to_vec();
        sorted.sort_unstable();
        ms(&sorted, percent)
    };
    let mut found: Vec<f64> = taken.chunks(taken.len().div_ceil(STRETCHES)).map(percentile).collect();
    found.sort_unstable_by(f64::total_cmp);
    found[found.len() / 2]
}

fn ms(sorted: &[Duration], percent: usize) -> f64 {
    percentile(sorted, percent).as_secs_f64() * 1e3
}

impl Side {
    /// Two demonstrations, the smaller one first.
    ///
    /// # Errors
    /// When one cannot be loaded or served.
    pub async fn both(folder: &Path, (small, large): (u64, u64)) -> Result<[Self; 2]> {
        ensure!(small < large, "the larger demonstration needs more than {small} events");
        let [small, large] = [Demonstration::load(folder, small).await?, Demonstration::load(folder, large).await?];
        Ok([Self::serve(small).await?, Self::serve(large).await?])
    }

    /// Ends its service.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub async fn stop(self) -> Result<()> {
        self.service.stop().await
    }

    async fn serve(demonstration: Demonstration) -> Result<Self> {
        let service = Service::start(&demonstration).await?;
        let city = Reader::log_in(&demonstration, &service, "T_SUP").await?;
        let county = Reader::log_in(&demonstration, &service, "C_SUP").await?;
        let past = crate::client::now().civil_day().add_days(-PAST_DAYS);
        let time = json!({"time": format!("{past}T00:00:00.000000Z")});
        let found = city.client.graphql("query($time: Instant) { home(asOfTime: $time) { position } }", time).await?;
        let past = found["home"]["position"].as_str().context("a demonstration is older than a year")?.to_owned();
        Ok(Self { service, demonstration, city, county, past })
    }

    /// Who asks.
    pub fn reader(&self, who: Who) -> &Reader {
        match who {
            Who::City => &self.city,
            Who::County => &self.county,
        }
    }

    /// The worker with the longest file among the first ones.
    async fn worker(&self) -> Result<String> {
        let ask = "query($after: String) { persons(first: 20, after: $after) { pageInfo { hasNextPage endCursor }
            nodes { id doses { years { year } } results(first: 100) { nodes { version } } } } }";
        let found = best(&self.city, ask, "persons", |node| {
            let length = |list: &str| node.pointer(list).and_then(Json::as_array).map_or(0, Vec::len);
            (length("/doses/years") >= YEARS).then(|| length("/results/nodes"))
        });
        found.await?.context("a worker with five years of doses")
    }

    /// The institution with the most devices among the first ones of the county.
    async fn institution(&self) -> Result<String> {
        let ask = "query($after: String) { institutions(first: 20, after: $after) { pageInfo { hasNextPage endCursor }
            nodes { id devices(first: 20) { nodes { version } } } } }";
        let devices = |node: &Json| node.pointer("/devices/nodes").and_then(Json::as_array).map(Vec::len);
        best(&self.county, ask, "institutions", devices).await?.context("an institution in the county")
    }
}

/// The id of the record of the first pages that counts most.
async fn best(
    reader: &Reader,
    ask: &str,
    list: &str,
    count: impl Fn(&Json) -> Option<usize>,
) -> Result<Option<String>> {
    let mut found: Option<(usize, String)> = None;
    let mut after = Json::Null;
    for _ in 0..CHOICE / PAGE {
        let answer = reader.client.graphql(ask, json!({"after": after})).await?;
        for node in answer[list]["nodes"].as_array().into_iter().flatten() {
            let counted = count(node).zip(node["id"].as_str());
            if let Some((count, id)) = counted
                && found.as_ref().is_none_or(|(most, _)| count > *most)
            {
                found = Some((count, id.to_owned()));
            }
        }
        if answer[list]["pageInfo"]["hasNextPage"] != json!(true) {
            break;
        }
        after = answer[list]["pageInfo"]["endCursor"].clone();
    }
    Ok(found.map(|(_, id)| id))
}

impl Reader {
    /// Logs in who is first in a role.
    ///
    /// # Errors
    /// When there is nobody, or the service does not take his key.
    pub async fn log_in(demonstration: &Demonstration, service: &Service, role: &str) -> Result<Self> {
        let identities = identities(demonstration)?;
        let found = identities.iter().find(|identity| identity["role"] == role).context("somebody in this role")?;
        Self::of(found, service).await
    }

    /// Everybody in a role who can log in: some have keys that have run out.
    ///
    /// # Errors
    /// When the demonstration does not say who there is.
    pub async fn all_in(demonstration: &Demonstration, service: &Service, role: &str) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for identity in identities(demonstration)?.iter().filter(|identity| identity["role"] == role) {
            all.extend(Self::of(identity, service).await.ok());
        }
        Ok(all)
    }

    async fn of(identity: &Json, service: &Service) -> Result<Self> {
        let text = |member: &str| identity[member].as_str();
        let path = PathBuf::from(text("key_file").context("a key file")?);
        let key = KeyFile::read(&path)?;
        let account = Uuid::try_parse(text("account").context("an account")?)?;
        let mut client = Client::new(&format!("http://{}", service.address))?;
        let answer = client.login(&key.key, account).await?;
        let token = answer["token"].as_str().context("a token")?.to_owned();
        let [org, area] = [text("org"), text("area")].map(|text| text.map(str::to_owned));
        Ok(Self { client, key: path, org, token, area })
    }
}

fn identities(demonstration: &Demonstration) -> Result<Vec<Json>> {
    Ok(serde_json::from_slice(&std::fs::read(demonstration.data.join("demo/identities.json"))?)?)
}

/// All nodes of a list, page after page.
///
/// # Errors
/// When an answer is an error.
pub async fn all_of(reader: &Reader, ask: &str, list: &str, mut variables: Json) -> Result<Vec<Json>> {
    let mut all = Vec::new();
    loop {
        let mut answer = reader.client.graphql(ask, variables.clone()).await?;
        let page = &mut answer[list];
        variables["after"] = page["pageInfo"]["endCursor"].take();
        let more = page["pageInfo"]["hasNextPage"] == json!(true);
        all.extend(page["nodes"].as_array_mut().map(std::mem::take).unwrap_or_default());
        if !more {
            return Ok(all);
        }
    }
}

async fn questions(small: &Side, large: &Side) -> Result<[Question; 4]> {
    let filter = json!({"filter": {"state": [LISTED.0], "facets": [{"name": "kind", "value": LISTED.1}]}});
    let worker = [json!({"id": small.worker().await?}), json!({"id": large.worker().await?})];
    let institution = [json!({"id": small.institution().await?}), json!({"id": large.institution().await?})];
    Ok([
        Question { name: "home", who: Who::City, document: HOME, variables: [json!({}), json!({})] },
        Question { name: "worker", who: Who::City, document: WORKER, variables: worker },
        Question { name: "institution", who: Who::County, document: INSTITUTION, variables: institution },
        Question { name: "list", who: Who::County, document: LIST, variables: [filter.clone(), filter] },
    ])
}

fn body(document: &str, variables: &Json) -> Vec<u8> {
    json!({"query": document, "variables": variables}).to_string().into_bytes()
}

/// Answer times of a question as they were taken: in the small ledger now, in the large one now, and there a year ago.
///
/// # Errors
/// When an answer is an error.
pub async fn sample(question: &Question, sides: [&Side; 2], effort: &Effort) -> Result<[Vec<Duration>; 3]> {
    let mut past = question.variables[1].clone();
    past["asOf"] = json!(sides[1].past);
    let bodies =
        [&question.variables[0], &question.variables[1], &past].map(|variables| body(question.document, variables));
    let mut askers = Vec::with_capacity(3);
    for side in [sides[0], sides[1], sides[1]] {
        let token = &side.reader(question.who).token;
        askers.push(OverHttp::connect_as(side.service.address, Some(token)).await?);
    }
    let mut times: [Vec<Duration>; 3] = Default::default();
    // The first round is not counted: plans and pages are warm in a service that runs.
    for round in 0..=effort.rounds.0 {
        for ((asker, body), times) in askers.iter_mut().zip(&bodies).zip(&mut times) {
            for _ in 0..effort.rounds.1 {
                let asked = Instant::now();
                answered(asker, body).await.with_context(|| format!("the question {}", question.name))?;
                if round > 0 {
                    times.push(asked.elapsed());
                }
            }
        }
    }
    Ok(times)
}

/// Asks, and takes nothing for an answer that is an error.
async fn answered(asker: &mut OverHttp, body: &[u8]) -> Result<()> {
    let (ok, answer) = asker.post(&[body]).await?;
    let start = |wanted: &[u8]| answer.starts_with(wanted);
    let empty = [&b"{\"data\":null"[..], b"{\"data\":{\"node\":null"].into_iter().any(start);
    ensure!(ok && start(b"{\"data\":") && !empty, "an answer that is none: {:.200}", String::from_utf8_lossy(answer));
    Ok(())
}

/// The list, asked by many at once, against a bare handler of the same statement.
async fn together(side: &Side, effort: &Effort) -> Result<[Row; 2]> {
    let passwords = Passwords::load_or_create(&side.demonstration.data.join("roles.json"))?;
    // The service runs this server; we are its guest.
    let cluster = Cluster::start(&side.demonstration.data.join("pg"), Settings { durable: true }).await?;
    // The projector sees every row, so that row-level security costs nothing.
    let pool = connect_sized(cluster.config(), Role::Projector, &passwords, CONNECTIONS)?;
    let area = side.county.area.clone().context("a supervisor has a county")?;
    let query = ListQuery {
        states: vec![LISTED.0.to_owned()],
        facets: vec![("kind".to_owned(), LISTED.1.to_owned())],
        limit: PAGE,
        ..ListQuery::new(Kind::Device)
    };
    let statement = ReadModel::new(pool.clone()).list_statement(&Scope::within(vec![area], Vec::new(), None), &query);
    let bare = Bare::start(pool, statement).await?;
    let filter = json!({"filter": {"state": [LISTED.0], "facets": [{"name": "kind", "value": LISTED.1}]}});
    let ours = Arc::new(body(LIST, &filter));
    let theirs = Arc::new(body(BARE_LIST, &json!({})));
    let (mut by_us, mut by_them) = (Asked::default(), Asked::default());
    // Both are warm before they are measured; then in turns.
    let turn = effort.together / 6;
    for round in 0..4 {
        let us = ask_together(side.service.address, Some(&side.county.token), &ours, turn).await?;
        let them = ask_together(bare.address, None, &theirs, turn).await?;
        if round > 0 {
            by_us.add(us);
            by_them.add(them);
        }
    }
    bare.stop();
    drop(cluster);
    let (us, them) = (by_us.per_second(), by_them.per_second());
    let (us_p99, them_p99) = (by_us.p99_ms(), by_them.p99_ms());
    Ok([
        Row::rate("query/list/32/vs_bare", (us, "requests/s"), (them, "bare async-graphql and pool, same SQL"), 0.8),
        Row::bound("query/list/32/p99", (us_p99, "ms"), (2.0 * them_p99, "2 x p99 of the bare handler")),
    ])
}

/// What clients at once got answered.
#[derive(Default)]
struct Asked {
    times: Vec<Duration>,
    elapsed: Duration,
}

impl Asked {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.times.sort_unstable();
        self.elapsed += other.elapsed;
    }

    fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    fn p99_ms(&self) -> f64 {
        ms(&self.times, 99)
    }
}

async fn ask_together(
    address: std::net::SocketAddr,
    token: Option<&str>,
    body: &Arc<Vec<u8>>,
    time: Duration,
) -> Result<Asked> {
    let mut askers = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        askers.push(OverHttp::connect_as(address, token).await?);
    }
    let began = Instant::now();
    let running = askers.into_iter().map(|mut asker| {
        let body = body.clone();
        tokio::spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < time {
                let asked = Instant::now();
                answered(&mut asker, &body).await?;
                times.push(asked.elapsed());
            }
            anyhow::Ok(times)
        })
    });
    let mut asked = Asked::default();
    for client in running.collect::<Vec<_>>() {
        asked.times.extend(client.await??);
    }
    asked.elapsed = began.elapsed();
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_spoils_one_stretch_and_a_slow_run_all() {
        let mut taken = vec![Duration::from_millis(2); 500];
        taken[110..190].fill(Duration::from_millis(90));
        assert!((typical_ms(&taken, 99) - 2.0).abs() < 1e-9);
        taken.iter_mut().step_by(20).for_each(|time| *time = Duration::from_millis(7));
        assert!((typical_ms(&taken, 99) - 7.0).abs() < 1e-9);
    }
}

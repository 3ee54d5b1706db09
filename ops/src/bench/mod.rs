//! `radledger bench`: how near this program comes to what this machine can do.
//!
//! Every figure is a ratio to a limit measured in the same run, because absolute ones say more about the machine
//! than about the program. Everything happens in a fresh temporary folder with a durable PostgreSQL of its own and
//! the product's settings; nothing of an existing ledger is touched. Other work on the machine spoils the figures
//! that depend on latency.

mod append;
mod bare;
mod cpu;
mod custody;
mod desk;
mod follow;
mod http;
mod import;
mod limits;
mod parcel;
mod query;
mod report;
mod rules;
mod serve;
mod site;
mod stream;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use self::append::{Appended, AtTheDoor};
use self::follow::Sealing;
use self::http::{OverHttp, Served};
use self::limits::Verifying;
use self::query::Effort;
use self::report::{Row, progress, progress_done, table};
use self::serve::{Demonstration, Service};
use self::site::Site;
use self::stream::STREAM;

/// Options of `radledger bench`.
#[derive(Debug, Clone, clap::Args)]
pub struct BenchArgs {
    /// 日志达到的事件数，验证与重建以此为准 · Events in the log that is verified and rebuilt.
    #[arg(long, env = "RADLEDGER_BENCH_EVENTS", default_value_t = 60_000)]
    pub events: u64,
    /// 所核验导出包的事件数，默认同 --events · Events of the bundle whose audit shows its memory, by default as many.
    #[arg(long, env = "RADLEDGER_BENCH_BUNDLE_EVENTS")]
    pub bundle_events: Option<u64>,
    /// 查询测速所用较小示例账本的事件数 · Events of the demonstrations on which queries are timed: the smaller one.
    #[arg(long, env = "RADLEDGER_BENCH_QUERY_SMALL_EVENTS")]
    pub query_small_events: Option<u64>,
    /// 较大示例账本的事件数 · The larger one.
    #[arg(long, env = "RADLEDGER_BENCH_QUERY_EVENTS")]
    pub query_events: Option<u64>,
    /// 导入测速的行数 · Rows of the file that is imported.
    #[arg(long, env = "RADLEDGER_BENCH_IMPORT_ROWS")]
    pub import_rows: Option<usize>,
    /// 只测名称以此开头的指标，可用逗号分隔多个 · Only the goals whose names begin with one of these.
    #[arg(long, env = "RADLEDGER_BENCH_ONLY", value_delimiter = ',')]
    pub only: Vec<String>,
    /// 快速粗测，数值不可靠 · Short runs, whose figures are rough.
    #[arg(long, env = "RADLEDGER_BENCH_QUICK")]
    pub quick: bool,
    /// 以 JSON 数组输出 · Print one JSON array.
    #[arg(long, env = "RADLEDGER_JSON")]
    pub json: bool,
    /// 临时数据所在目录，决定所测磁盘 · Folder for the temporary data: its disk is what is measured.
    #[arg(long, env = "RADLEDGER_BENCH_FOLDER", default_value_os_t = std::env::temp_dir())]
    pub folder: PathBuf,
}

/// How much of each is done.
struct Sizes {
    /// Streams for one client, for 64, for 1,024, for 64 with seals, for 64 over HTTP.
    one: usize,
    many: usize,
    crowd: usize,
    sealed: usize,
    http: usize,
    /// Streams whose publication is timed, one unit after the other.
    published: usize,
    /// Events of the demonstration that is served, which is also the smaller one that is asked; of the larger one. Where ten
    /// times the workers are compared, the smaller one has a tenth of its events.
    demonstration: u64,
    larger: u64,
    /// Rows of the file that is imported.
    import: usize,
    query: Effort,
    limit: Duration,
}

impl Sizes {
    fn of(args: &BenchArgs) -> Self {
        if args.quick {
            Self {
                one: 100,
                many: 640,
                crowd: 1024,
                sealed: 192,
                http: 192,
                published: 2,
                demonstration: 2_000,
                larger: 6_000,
                import: 500,
                query: Effort { rounds: (5, 25), together: Duration::from_secs(2) },
                limit: Duration::from_millis(500),
            }
        } else {
            Self {
                one: 600,
                many: 5_120,
                crowd: 6_144,
                sealed: 1_280,
                http: 1_280,
                published: 6,
                demonstration: 20_000,
                larger: 120_000,
                import: 5_000,
                query: Effort { rounds: (50, 25), together: Duration::from_secs(24) },
                limit: Duration::from_secs(3),
            }
        }
    }
}

/// What the run has measured so far.
struct Bench {
    args: BenchArgs,
    sizes: Sizes,
    rows: Vec<Row>,
    serial: usize,
    /// Rate of the first catch-up of this run.
    caught_up: Option<f64>,
}

/// Runs the bench. Its runtime is its own: not to be called from within another.
///
/// # Errors
/// When something of it could not be run at all; a missed goal is an exit code.
pub fn run(args: BenchArgs) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(limits::cores()).enable_all().build()?;
    let json = args.json;
    let rows = runtime.block_on(async {
        let mut bench = Bench { sizes: Sizes::of(&args), args, rows: Vec::new(), serial: 0, caught_up: None };
        bench.all().await.map(|()| bench.rows)
    });
    progress_done();
    let rows = rows?;
    let text = if json { serde_json::to_string_pretty(&rows)? + "\n" } else { table(&rows) };
    std::io::stdout().write_all(text.as_bytes()).context("writing the result")?;
    Ok(if rows.iter().all(Row::reached) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

impl Bench {
    fn wants(&self, names: &[&str]) -> bool {
        let only = &self.args.only;
        only.is_empty()
            || names.iter().any(|name| only.iter().any(|only| name.starts_with(only) || only.starts_with(name)))
    }

    fn push(&mut self, row: Row) {
        if self.args.only.is_empty() || self.args.only.iter().any(|only| row.name.starts_with(only)) {
            report::found(&row);
            self.rows.push(row);
        }
    }

    async fn all(&mut self) -> Result<()> {
        let folder = self.folder()?;
        progress("准备数据库 · preparing a database");
        let (cluster, passwords) = Site::server(folder.path()).await?;
        let appends = self.wants(&[
            "append/1/",
            "append/64/",
            "append/1024/",
            "append_sealed/64/vs_append",
            "append_http/64/vs_append",
        ]);
        let (mut insert_one, mut insert_many) = (0.0, 0.0);
        if appends {
            progress("基准：单行持久写入 · limit: bare durable inserts");
            insert_one = limits::inserts(cluster.config(), 1, self.sizes.limit).await?;
            insert_many = limits::inserts(cluster.config(), 64, self.sizes.limit).await?;
        }
        progress("建立小城 · founding the city");
        let mut site = Site::found(folder.path(), cluster, passwords).await?;
        if appends {
            self.appends(&mut site, insert_one, insert_many).await?;
        }
        if self.wants(&[
            "verify/batch/",
            "verify/strict/",
            "verify/memory",
            "rebuild/vs_select",
            "catch_up/vs_select",
            "publish/latency",
        ]) {
            self.follow(&mut site, folder.path()).await?;
        }
        site.cluster.stop().await?;
        if self.wants(&["serve/ready"]) {
            progress("演示账本启动时间 · how soon the service is ready");
            let demonstration = Demonstration::load(folder.path(), self.sizes.demonstration).await?;
            let service = Service::start(&demonstration).await?;
            let ready = service.ready_after;
            service.stop().await?;
            self.push(Row::bound("serve/ready", (ready.as_secs_f64(), "s"), (3.0, "bound")));
        }
        if self.wants(&["import/rows", "import/memory"]) {
            let rows = self.args.import_rows.unwrap_or(self.sizes.import);
            progress("导入剂量结果 · importing doses");
            let demonstration = Demonstration::load(folder.path(), self.sizes.demonstration).await?;
            let strict = limits::strict(self.sizes.limit);
            let imported = import::run(folder.path(), &demonstration, rows).await?;
            let rate = (imported.per_second, "rows/s");
            self.push(Row::rate("import/rows", rate, (strict.per_second, VERIFY_STRICT), 0.65));
            self.push(Row::bound("import/memory", (imported.peak_mb, "MB"), (120.0, "bound, of the client")));
        }
        if self.wants(&["query/"]) {
            let small = self.args.query_small_events.unwrap_or(self.sizes.demonstration);
            let large = self.args.query_events.unwrap_or(self.sizes.larger);
            let rows = query::all(folder.path(), (small, large), &self.sizes.query).await?;
            rows.into_iter().for_each(|row| self.push(row));
        }
        self.rules(folder.path()).await
    }

    /// Custody and warnings: what reads the demonstrations, then the desk, which carries their time on.
    async fn rules(&mut self, folder: &Path) -> Result<()> {
        let large = self.args.query_events.unwrap_or(self.sizes.larger);
        let sizes = ((large / 10).max(TENTH_MIN), large);
        if self.wants(&["custody/"]) {
            progress("档案流转查询 · where files have been");
            let rows = custody::all(folder, sizes, &self.sizes.query).await?;
            rows.into_iter().for_each(|row| self.push(row));
        }
        if self.wants(&["verify/system"]) {
            let demonstration = Demonstration::load(folder, large).await?;
            progress("核验，含系统事件 · verify, with what the system says");
            let strict = limits::strict(self.sizes.limit);
            let audited = follow::audit_of(&demonstration).await?;
            self.push(Row::rate("verify/system", (audited, "events/s"), (strict.per_second, VERIFY_STRICT), 0.5));
        }
        if self.wants(&["rules/what_if"]) {
            let demonstration = Demonstration::load(folder, large).await?;
            progress("规则试算 · what if");
            let row = rules::what_if(&demonstration).await?;
            self.push(row);
        }
        if self.wants(&["desk/sweep", "desk/one"]) {
            progress("每日评估 · the desk's day");
            let rows = desk::sweep(folder, sizes, self.sizes.limit).await?;
            rows.into_iter().for_each(|row| self.push(row));
        }
        if self.wants(&["desk/first"]) {
            let events = self.args.events.min(large);
            progress("全市首次评估 · the first evaluation of a city");
            let rows = desk::first(folder, events).await?;
            rows.into_iter().for_each(|row| self.push(row));
        }
        Ok(())
    }

    /// Everything that reads the log, over a log of at least `--events` events.
    async fn follow(&mut self, site: &mut Site, folder: &Path) -> Result<()> {
        let size = self.fill(site).await?;
        let mut sealing = Sealing::start(site, folder).await?;
        sealing.wait_for(size).await?;
        if self.wants(&["publish/latency"]) {
            progress("公布延迟 · from durable to published");
            let streams = site.devices(self.sizes.published, &mut self.serial)?;
            let longest = follow::publish_latency(site, &mut sealing, streams).await?;
            self.push(Row::bound("publish/latency", (longest.as_secs_f64(), "s"), (1.0, "bound")));
        }
        let size = *site.door.sizes().borrow();
        sealing.wait_for(size).await?;
        sealing.stop().await?;
        site.settle().await?;
        if self.wants(&["verify/"]) {
            self.verify(site, folder).await?;
        }
        if self.wants(&["rebuild/vs_select", "catch_up/vs_select"]) {
            progress("基准：顺序读取 · limit: a streamed SELECT");
            // The first reading brings the pages into memory.
            limits::select(site.admin()).await?;
            let select = limits::select(site.admin()).await?;
            progress("读模型追赶 · catch-up");
            let (projections, measured) = follow::catch_up(site, size).await?;
            let caught_up = self.caught_up.unwrap_or(measured);
            self.push(Row::rate("catch_up/vs_select", (caught_up, "events/s"), (select, SELECT), 0.05));
            progress("读模型重建 · rebuild");
            let rebuilt = follow::rebuilds(site).await?;
            self.push(Row::rate("rebuild/vs_select", (rebuilt, "events/s"), (select, SELECT), 0.3));
            drop(projections);
        }
        Ok(())
    }

    async fn verify(&mut self, site: &mut Site, folder: &Path) -> Result<()> {
        progress("核验 · verify");
        if self.wants(&["verify/batch/vs_batch"]) {
            let batch = limits::batch(self.sizes.limit);
            let audited = follow::audit(site, folder, false).await?;
            self.push(Row::rate(
                "verify/batch/vs_batch",
                (audited, "events/s"),
                (batch.per_second, "bare verify_batch of 1,024, all cores"),
                0.6,
            ));
        }
        if self.wants(&["verify/strict/vs_strict"]) {
            let strict = limits::strict(self.sizes.limit);
            let audited = follow::audit(site, folder, true).await?;
            self.push(Row::rate(
                "verify/strict/vs_strict",
                (audited, "events/s"),
                (strict.per_second, VERIFY_STRICT),
                0.75,
            ));
        }
        if self.wants(&["verify/memory"]) {
            progress("核验所需内存 · memory of an audit");
            let size = self.args.bundle_events.unwrap_or(self.args.events);
            let peak = parcel::audit_memory(site, folder, size, &mut self.serial).await?;
            self.push(Row::bound("verify/memory", (peak, "MB"), (300.0, "bound, at --bundle-events")));
        }
        Ok(())
    }

    /// Fills the log up to `--events`, a chunk at a time, and returns its size.
    async fn fill(&mut self, site: &mut Site) -> Result<u64> {
        loop {
            let size = *site.door.sizes().borrow();
            let missing = self.args.events.saturating_sub(size);
            if missing == 0 {
                return Ok(size);
            }
            progress(&format!("写入至 {} 个事件，已有 {size} · filling the log", self.args.events));
            let streams = usize::try_from(missing).unwrap_or(FILL).min(FILL).div_ceil(STREAM);
            let streams = site.devices(streams, &mut self.serial)?;
            let clients = streams.len().min(512);
            let filled = append::run(vec![AtTheDoor(site.door.clone()); clients], streams, || (0.0, 0.0)).await?;
            ensure!(filled.others == 0, "{} units got no receipt", filled.others);
        }
    }

    /// A folder that PostgreSQL's own user can reach.
    fn folder(&self) -> Result<tempfile::TempDir> {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::Builder::new()
            .prefix("radledger-bench-")
            .tempdir_in(&self.args.folder)
            .context("making a temporary folder")?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711))?;
        Ok(folder)
    }

    async fn appends(&mut self, site: &mut Site, insert_one: f64, insert_many: f64) -> Result<()> {
        // Code, plans and pages are warm in a service that runs; the first events are not timed.
        self.append(site, 64, 256).await?;
        if self.wants(&["append/1/vs_insert"]) {
            progress("写入，1 个客户端 · append, 1 client");
            let one = self.append(site, 1, self.sizes.one).await?;
            self.push(Row::rate(
                "append/1/vs_insert",
                (one.per_second, "events/s"),
                (insert_one, "bare durable INSERT, 1 connection"),
                0.5,
            ));
        }
        progress("基准：验签 · limit: bare verify_strict");
        let strict = limits::strict(self.sizes.limit);
        progress("写入，64 个客户端 · append, 64 clients");
        let many = self.append(site, 64, self.sizes.many).await?;
        self.many(&many, &strict, insert_many);
        if self.wants(&["append/1024/vs_strict", "append/1024/p99", "append/1024/answered"]) {
            progress("写入，1024 个客户端 · append, 1,024 clients");
            let crowd = self.append(site, 1024, self.sizes.crowd).await?;
            let strict = limits::strict(self.sizes.limit);
            self.push(Row::rate(
                "append/1024/vs_strict",
                (crowd.per_second, "events/s"),
                (strict.per_second, VERIFY_STRICT),
                0.55,
            ));
            self.push(Row::bound("append/1024/p99", (crowd.p99.as_secs_f64() * 1e3, "ms"), (60.0, "bound")));
            let units = (crowd.receipts + crowd.others) as f64;
            self.push(Row::rate(
                "append/1024/answered",
                (crowd.receipts as f64, "units"),
                (units, "units submitted"),
                1.0,
            ));
        }
        if self.wants(&["append_sealed/64/vs_append"]) {
            progress("写入，含两个密封字段 · append with two sealed members");
            let streams = site.sealed(self.sizes.sealed).await?;
            let sealed = self.timed(site, vec![AtTheDoor(site.door.clone()); 64], streams).await?;
            self.push(Row::rate(
                "append_sealed/64/vs_append",
                (sealed.per_second, "events/s"),
                (many.per_second, "append/64"),
                0.7,
            ));
        }
        if self.wants(&["append_http/64/vs_append"]) {
            progress("写入，经 GraphQL 与 HTTP · append by GraphQL over HTTP");
            let size = *site.door.sizes().borrow();
            // The read model folds the log here for the first time; later there is nothing left to measure.
            let (projections, caught_up) = follow::catch_up(site, size).await?;
            self.caught_up = Some(caught_up);
            let served = Served::start(site, projections.clone()).await?;
            let streams = site.devices(self.sizes.http, &mut self.serial)?;
            let mut senders = Vec::new();
            for _ in 0..64 {
                senders.push(OverHttp::connect(served.address).await?);
            }
            let http = self.timed(site, senders, streams).await?;
            served.stop();
            self.push(Row::rate(
                "append_http/64/vs_append",
                (http.per_second, "events/s"),
                (many.per_second, "append/64"),
                0.35,
            ));
        }
        Ok(())
    }

    fn many(&mut self, many: &Appended, strict: &Verifying, insert_many: f64) {
        self.push(Row::rate(
            "append/64/vs_strict",
            (many.per_second, "events/s"),
            (strict.per_second, VERIFY_STRICT),
            0.4,
        ));
        self.push(Row::rate(
            "append/64/vs_insert",
            (many.per_second, "events/s"),
            (insert_many, "bare durable INSERT, 64 connections"),
            1.0,
        ));
        let bound = 2.5 * strict.cpu_us;
        self.push(Row::bound(
            "append/64/cpu",
            (many.cpu_us.0 + many.cpu_us.1, "us/event"),
            (bound, "2.5 x one verify_strict"),
        ));
    }

    async fn append(&mut self, site: &mut Site, clients: usize, streams: usize) -> Result<Appended> {
        let streams = site.devices(streams.max(clients), &mut self.serial)?;
        self.timed(site, vec![AtTheDoor(site.door.clone()); clients], streams).await
    }

    async fn timed<S: append::Send>(
        &self,
        site: &Site,
        senders: Vec<S>,
        streams: Vec<Vec<Vec<u8>>>,
    ) -> Result<Appended> {
        debug_assert!(streams.iter().all(|stream| stream.len() == STREAM));
        site.settle().await?;
        let clients = senders.len();
        let before = site.transactions().await?;
        let appended = append::run(senders, streams, || site.cpu_seconds()).await?;
        tokio::time::sleep(SESSIONS_REPORT).await;
        let transactions = site.transactions().await? - before;
        progress(&format!(
            "  {clients} clients: {} events in {transactions} transactions, {:.0} events/s, p50 {:.2} ms, p99 {:.2} ms, {:.1} + {:.1} us CPU/event, {} without a receipt",
            appended.receipts,
            appended.per_second,
            appended.p50.as_secs_f64() * 1e3,
            appended.p99.as_secs_f64() * 1e3,
            appended.cpu_us.0,
            appended.cpu_us.1,
            appended.others
        ));
        Ok(appended)
    }
}

/// Sessions of PostgreSQL report what they did once a second.
const SESSIONS_REPORT: Duration = Duration::from_millis(1200);
/// Events that are signed and appended at a time while the log is filled.
const FILL: usize = 50_000;
/// Events of the least demonstration that has transfers and warnings.
const TENTH_MIN: u64 = 2_000;
const SELECT: &str = "streamed SELECT of the event rows";
const VERIFY_STRICT: &str = "bare verify_strict, all cores";

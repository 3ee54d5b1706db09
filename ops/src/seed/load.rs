//! Loads the story through the one door, with its clock, and writes down who is who.
//!
//! The story is told on a thread of its own while the units before are appended; one unit after the other, so that
//! positions, times and the root are those of the story. A load that was interrupted goes on where it stopped: the
//! story is told again and what is in the log already is passed over. While it loads, the database does not wait for
//! the disk; at the end everything is flushed at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use domain::codes::{Environment, Role};
use domain::file_codes::MediaType;
use indicatif::{ProgressBar, ProgressStyle};
use schema::desk::{DeskStore, Due};
use schema::event_log::EventLog;
use schema::files::NewFile;
use schema::tiles::TileStore;
use serde::{Deserialize, Serialize};
use serde_json::json;
use signing::bytes::{Hash, Instant, KeyId};
use signing::envelope::Unit;
use signing::keys::SigningKey;
use signing::statement::RecordRef;
use signing::tree::{leaf, leaf_hash};
use tokio::sync::mpsc;

use super::auditor::{is_of_a_dose, leave_copies};
use super::model::{Act, Origin, Sent, Step};
use super::story::{Settings, Story};
use crate::clock::ProcessClock;
use crate::commands::init::{genesis_hash, said};
use crate::config::{Demonstration, Place};
use crate::folder::{Folder, New, make_passable};
use crate::followers::publish_all;
use crate::key_file::KeyFile;
use crate::node::Core;

/// Steps that travel together.
const CHUNK: usize = 128;
/// How long the read model may take to fold what was loaded.
const FOLDED_WITHIN: std::time::Duration = std::time::Duration::from_secs(3_600);
/// Chunks that the story may be ahead.
const AHEAD: usize = 16;

/// What a load was asked for: `demo/plan.json`, so that an interrupted one can go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Plan {
    seed: u64,
    end: String,
    events: usize,
    name: String,
    #[serde(default)]
    silent_desk: bool,
}

impl Plan {
    fn settings(&self) -> anyhow::Result<Settings> {
        let end = self.end.parse().ok().context("终点应为 YYYY-MM-DD。The end is a date.")?;
        let (end, name) = (Instant::start_of_day(end), self.name.clone());
        Ok(Settings { seed: self.seed, end, events: self.events, name, silent_desk: self.silent_desk })
    }
}

/// Where the demonstration of a data folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is no ledger yet.
    Absent,
    /// A load was interrupted.
    Unfinished,
    /// A demonstration is there.
    Loaded,
    /// A ledger that is no demonstration is there.
    Other,
}

/// Looks at a data folder.
pub fn standing(data: &Path) -> Standing {
    match (Folder::exists(data), data.join("demo/plan.json").exists(), data.join("demo/identities.json").exists()) {
        (false, ..) => Standing::Absent,
        (true, _, true) => Standing::Loaded,
        (true, true, false) => Standing::Unfinished,
        (true, false, false) => Standing::Other,
    }
}

/// What a load came to.
#[derive(Debug)]
pub struct Loaded {
    /// Number of events.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Seconds that it took.
    pub seconds: f64,
}

/// Loads the demonstration into a data folder, or goes on with an interrupted load.
///
/// # Errors
/// When the folder holds another ledger, or something cannot be written.
pub async fn load(place: &Place, wanted: &Demonstration) -> anyhow::Result<Loaded> {
    let began = std::time::Instant::now();
    let data = place.data();
    let (plan, folder) = prepare_folder(&data, wanted)?;
    let settings = plan.settings()?;
    let clock = ProcessClock::simulated();
    let core = Core::open(place, folder, false, Some(clock.clone())).await?;
    let there = core.door.log().head().await?.next_position;
    let (steps, told) = mpsc::channel(AHEAD);
    let teller = tell(settings.clone(), steps)?;
    let bar = progress(settings.events as u64);
    let outcome = append_all(&core, place, &clock, told, there, &bar).await;
    bar.finish_and_clear();
    outcome?;
    // Whoever asks first finds everything published and folded already; folding goes on beside the checks and the tree.
    let projections = schema::catch_up::start(core.pools.projector.clone(), None).await?;
    let story =
        teller.join().map_err(|_| anyhow::anyhow!("示例城市生成失败。The story of the demonstration failed."))?;
    let leaves = leaves_of(core.door.log()).await?;
    let (size, root) = (leaves.len() as u64, story.root());
    if leaves != story.model.leaves() {
        let differs = leaves
            .iter()
            .zip(story.model.leaves())
            .position(|(found, expected)| found != expected)
            .unwrap_or(leaves.len());
        bail!("账本与示例城市自位置 {differs} 起不一致。From this position on the log is not what was told.");
    }
    publish_all(&core, place).await?;
    // The role that appends reads rows and tiles alike.
    leave_copies(&core.folder, &TileStore::new(core.pools.appender.clone())).await?;
    hand_over_agenda(&core, &story, size).await?;
    projections.wait_for(size - 1, FOLDED_WITHIN).await?;
    projections.wait_for_statistics(size - 1, FOLDED_WITHIN).await?;
    projections.wait_for_person_years(size - 1, FOLDED_WITHIN).await?;
    drop(projections);
    let genesis = genesis_hash(&core).await?.context("账本为空。The log is empty.")?;
    core.folder.write_trust(genesis)?;
    write_keys(&core.folder, &story)?;
    let folder = core.folder.clone();
    core.close().await?;
    // What the database left to the system goes to the disk before the load counts as done.
    nix::unistd::sync();
    write_identities(&folder, &story)?;
    Ok(Loaded { size, root, seconds: began.elapsed().as_secs_f64() })
}

/// The desk goes on where that of the story ended, and does not evaluate the whole city once more.
async fn hand_over_agenda(core: &Core, story: &Story, size: u64) -> anyhow::Result<()> {
    let store = DeskStore::new(core.pools.projector.clone());
    let due: Vec<Due> = story.model.agenda().subjects().map(|(subject, next)| (subject.clone(), next)).collect();
    for some in due.chunks(CHUNK) {
        store.settle(some).await?;
    }
    // What was touched after the last evaluation of the story is looked at once more.
    Ok(store.advance(story.model.evaluated_to().min(size), domain::rules::edition()).await?)
}

fn prepare_folder(data: &Path, wanted: &Demonstration) -> anyhow::Result<(Plan, Folder)> {
    let plan_path = data.join("demo/plan.json");
    match standing(data) {
        Standing::Absent => {
            let Demonstration { seed, events, silent_desk, .. } = *wanted;
            let plan = Plan { seed, end: end_of(wanted)?, events, name: wanted.name.clone(), silent_desk };
            plan.settings()?;
            make_passable(data)?;
            std::fs::create_dir_all(data.join("demo"))
                .with_context(|| format!("无法新建目录 {}。The folder cannot be made.", data.display()))?;
            std::fs::write(&plan_path, serde_json::to_vec_pretty(&plan)?)?;
            let origin = Origin::of(plan.seed, &plan.name);
            let new = New {
                ledger: origin.ledger,
                name: origin.name,
                environment: Environment::Demonstration,
                service: origin.service,
                service_key: origin.service_key,
                log_key: origin.log_key,
                content_key: origin.content_key,
            };
            Ok((plan, Folder::create(data, new)?))
        }
        Standing::Unfinished => {
            let plan: Plan = serde_json::from_slice(&std::fs::read(&plan_path)?)
                .context("demo/plan.json 不合规。It is ill-formed.")?;
            eprintln!(
                "继续上次未完成的装入（种子 {}，终点 {}）。Going on with an interrupted load.",
                plan.seed, plan.end
            );
            Ok((plan, Folder::open(data)?))
        }
        Standing::Loaded => bail!("{} 中已有示例城市。The demonstration is loaded already.", data.display()),
        Standing::Other => {
            bail!("{} 中已有另一账本，不会装入示例。There is another ledger in this folder.", data.display())
        }
    }
}

/// The day on which the story ends: as given, or today in Shanghai.
fn end_of(wanted: &Demonstration) -> anyhow::Result<String> {
    match &wanted.end {
        Some(end) => {
            let day: signing::bytes::Date = end
                .parse()
                .map_err(|_| crate::commands::Usage(format!("--end 应为 YYYY-MM-DD：{end}。Give a date.")))?;
            Ok(day.to_string())
        }
        None => Ok(crate::client::now().civil_day().to_string()),
    }
}

fn tell(settings: Settings, steps: mpsc::Sender<Vec<Step>>) -> anyhow::Result<std::thread::JoinHandle<Story>> {
    let teller = std::thread::Builder::new().name("story".into()).spawn(move || {
        let mut story = Story::new(&settings);
        let mut chunk = Vec::with_capacity(CHUNK);
        story.tell(|step| {
            chunk.push(step);
            chunk.len() < CHUNK || steps.blocking_send(std::mem::take(&mut chunk)).is_ok()
        });
        let _ = steps.blocking_send(chunk);
        story
    })?;
    Ok(teller)
}

async fn append_all(
    core: &Core,
    place: &Place,
    clock: &ProcessClock,
    mut told: mpsc::Receiver<Vec<Step>>,
    there: u64,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let (mut size, mut published) = (0, false);
    while let Some(chunk) = told.recv().await {
        let dose = |unit: &Unit| unit.envelopes.iter().any(|envelope| is_of_a_dose(&envelope.payload));
        let doses = chunk.iter().any(|step| matches!(&step.act, Act::Submit(unit) if dose(unit)));
        // One durable write for the new personal keys of a whole chunk.
        let subjects = chunk
            .iter()
            .filter_map(|step| if let Act::Submit(unit) = &step.act { Some(unit) } else { None })
            .flat_map(subjects_of);
        core.keys.ensure(subjects.collect()).await?;
        for step in chunk {
            let after = size + step.events as u64;
            // What enters no log is done again: it changes nothing.
            if after > there || (step.events == 0 && size >= there) {
                clock.set(step.at);
                append(core, step.act)
                    .await
                    .with_context(|| format!("位置 {size} 处装入失败 the load failed at position {size}"))?;
            }
            size = after;
            bar.set_position(size);
        }
        if doses && !published {
            // A first checkpoint, so that an auditor can be shown a short piece of the whole.
            publish_all(core, place).await?;
            published = true;
        }
    }
    Ok(())
}

async fn append(core: &Core, act: Act) -> anyhow::Result<()> {
    match act {
        Act::Submit(unit) => {
            core.door.submit_unit(unit).await.map_err(said)?;
        }
        Act::Send(Sent { id, person, name, content }) => {
            let (account, at) = (uuid::Uuid::nil(), core.door.now().micros());
            let file = NewFile { id, person, media: MediaType::Pdf, name, account, at, content: content.into() };
            ensure!(core.door.files().put(file).await?, "另有同编号的文件。Another file has this id.");
        }
        Act::CarryOut(erasure) => {
            let record = RecordRef { kind: "erasure".into(), id: erasure };
            let done = core.door.carry_out_erasures(&[record]).await.map_err(said)?;
            ensure!(done == 1, "删除未能执行。The erasure was not carried out.");
        }
    }
    Ok(())
}

fn subjects_of(unit: &Unit) -> impl Iterator<Item = (String, uuid::Uuid)> {
    unit.openings.iter().flatten().flatten().map(|opening| (opening.subject.kind.to_string(), opening.subject.id))
}

/// Leaf hashes of a log, from its stored bytes.
async fn leaves_of(log: &EventLog) -> anyhow::Result<Vec<Hash>> {
    let mut leaves = Vec::new();
    loop {
        let events = log.range(leaves.len() as u64, 1_000).await?;
        if events.is_empty() {
            return Ok(leaves);
        }
        leaves.extend(events.iter().map(|event| {
            let leaf = leaf(
                Instant::from_micros(event.recorded_at),
                &Hash(event.hash),
                event.alg,
                &KeyId(event.key),
                &event.signature,
            );
            leaf_hash(&leaf)
        }));
    }
}

fn key_path(folder: &Folder, role: &str, number: u32) -> PathBuf {
    folder.at("demo/keys").join(format!("{}-{number:04}.pem", role.to_lowercase()))
}

fn write_keys(folder: &Folder, story: &Story) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder.at("demo/keys"))?;
    let write = |role: &str, number: u32, key: &SigningKey, account: uuid::Uuid| {
        let path = key_path(folder, role, number);
        // Left by an interrupted load: the same key.
        let _ = std::fs::remove_file(&path);
        KeyFile { key: key.clone(), account: Some(account) }.write(&path)
    };
    for (index, root) in (2..).zip(&story.roots) {
        write("root", index, &root.key, root.account)?;
    }
    for person in story.people.iter().filter(|person| person.active) {
        write(person.role.as_str(), person.key_number, &person.key, person.account)?;
    }
    Ok(())
}

/// Everybody who can sign, role by role; written last, since it says that the demonstration is complete.
fn write_identities(folder: &Folder, story: &Story) -> anyhow::Result<()> {
    let base = std::fs::canonicalize(folder.path())?;
    let file = |role: &str, number: u32| {
        base.join("demo/keys").join(key_path(folder, role, number).file_name().unwrap_or_default())
    };
    let mut identities = Vec::new();
    let today = story.model.day();
    for role in Role::ALL {
        let able = story
            .people
            .iter()
            .enumerate()
            .filter(|(_, person)| person.role == *role && person.active && person.valid_until > today);
        for (index, person) in able {
            identities.push(json!({
                "role": role.as_str(), "account": person.account, "org": person.org.map(|org| story.orgs[org].id),
                "area": story.area_code(index), "name": person.name, "key_file": file(role.as_str(), person.key_number),
            }));
        }
    }
    for (number, root) in (2..).zip(&story.roots) {
        identities.push(json!({"role": "ROOT", "account": root.account, "org": null, "area": null, "name": "根持有人（示例）", "key_file": file("root", number)}));
    }
    let fresh = folder.at("demo/identities.json.new");
    std::fs::write(&fresh, serde_json::to_vec_pretty(&identities)?)?;
    std::fs::rename(&fresh, folder.at("demo/identities.json"))
        .context("demo/identities.json 无法写入。It cannot be written.")
}

fn progress(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("装入示例城市 loading {bar:30} {pos}/{len} {per_sec} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

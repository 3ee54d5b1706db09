//! `rules`: every warning rule with its law, and how many warnings of each the present ledger has; and what a rule would have
//! found in all its history with another value of a parameter.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Clock};

use anyhow::Context;
use clap::Args;
use domain::admission::read_typed;
use domain::memory::Memory;
use domain::reference_codes::ParameterName;
use domain::rules::{Drafted, Found, RULES, WarningRule, WhatIf, rule};
use domain::warning_codes::WarningGrade;
use serde_json::{Value as Json, json};
use signing::bytes::Date;

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
    /// 试算：参数=数值，按全部历史重算使用该参数的规则 · what if: PARAMETER=VALUE, over all history
    #[arg(long, value_name = "PARAMETER=VALUE", value_parser = drafted)]
    what_if: Vec<Drafted>,
    /// 试算哪一条规则 · the rule that is tried; absent when only one reads the parameter
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
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
    if !options.what_if.is_empty() {
        return try_out(&options);
    }
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

fn drafted(text: &str) -> Result<Drafted, String> {
    let (name, value) = text.split_once('=').ok_or("参数=数值 · PARAMETER=VALUE")?;
    let name = ParameterName::parse(name).ok_or_else(|| format!("没有参数 {name} · there is no such parameter"))?;
    let value = value.parse().map_err(|_| "数值应为整数 · the value is a whole number")?;
    let bounds = name.bounds();
    if (bounds.min..=bounds.max).contains(&value) {
        Ok((name, value))
    } else {
        Err(format!("数值应在 {} 与 {} 之间 · the value lies between these", bounds.min, bounds.max))
    }
}

/// The rule that is tried out: the one named, or the only one that reads these parameters.
fn tried(options: &Options) -> anyhow::Result<&'static WarningRule> {
    let usage = |text: String| crate::commands::Usage(text);
    if let Some(named) = &options.rule {
        return rule(named).ok_or_else(|| usage(format!("没有规则 {named} · there is no such rule")).into());
    }
    let reads = |rule: &&&WarningRule| options.what_if.iter().all(|(name, _)| rule.parameters.contains(name));
    let all: Vec<_> = RULES.iter().filter(reads).collect();
    match all.as_slice() {
        [only] => Ok(only),
        several => {
            let names: Vec<_> = several.iter().map(|rule| rule.id).collect();
            Err(usage(format!("请用 --rule 指明 · name one with --rule: {}", names.join(" "))).into())
        }
    }
}

fn try_out(options: &Options) -> anyhow::Result<Exit> {
    let rule = tried(options)?;
    let tried = wait_for(replay(&options.place, WhatIf::new(rule, options.what_if.clone())))?;
    let (before, after) = tried.what_if.found();
    let (plain, all) = (tried.folding, tried.folding + tried.judging);
    let rate = |time: Duration| (tried.events as f64 / time.as_secs_f64().max(1e-9)) as u64;
    let new = after.keys().filter(|matter| !before.contains_key(*matter)).count();
    let gone = before.keys().filter(|matter| !after.contains_key(*matter)).count();
    if options.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&json!({
                "rule": rule.id, "events": tried.events, "evaluations": tried.what_if.evaluations, "seconds": all.as_secs_f64(),
                "events_per_s": rate(all), "plain_replay_events_per_s": rate(plain),
                "in_force": by_grade(before), "drafted": by_grade(after), "new": new, "gone": gone,
            }))?
        );
        return Ok(Exit::Fine);
    }
    println!("{} {} · {}", rule.id, rule.zh, rule.en);
    for (name, found) in [("现行 in force", before), ("试算 drafted ", after)] {
        let grades: Vec<String> =
            by_grade(found).into_iter().map(|(grade, number)| format!("{grade} {number}")).collect();
        println!("  {name}  {} 项 matters: {}", found.len(), grades.join(" "));
    }
    println!("  新增 new {new}，消失 gone {gone}");
    println!(
        "  {} 个事件 events, {} 次评估 evaluations, {:.1} s: {}/s（仅重放 plain replay {}/s）",
        tried.events,
        tried.what_if.evaluations,
        all.as_secs_f64(),
        rate(all),
        rate(plain)
    );
    Ok(Exit::Fine)
}

/// Matters by the highest grade that they ever had.
fn by_grade(found: &Found) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for grade in found.values() {
        *counts.entry(grade.as_str()).or_default() += 1;
    }
    counts
}

/// Events that are read by one statement.
const STRETCH: usize = 1 << 16;

/// A rule that was tried, and what that took.
struct Tried {
    what_if: WhatIf,
    events: u64,
    folding: Duration,
    judging: Duration,
}

/// Folds the whole log, and evaluates the rule at the end of each day, also of those on which nothing happened.
async fn replay(place: &Place, mut what_if: WhatIf) -> anyhow::Result<Tried> {
    use futures_util::StreamExt;
    let folder = Folder::open(&place.data())?;
    let database = Database::open(place, &folder, true).await?;
    let pools = database.pools()?;
    let log = schema::event_log::EventLog::new(pools.appender.clone());
    let size = log.head().await?.next_position;
    let mut memory = Memory::new(folder.installation.ledger);
    let (mut folding, mut judging) = (Duration::ZERO, Duration::ZERO);
    let mut today: Option<Date> = None;
    // A statement lasts as long as the fold takes for its rows: none may outlast what the database allows.
    let stretches = (0..size).step_by(STRETCH).map(|from| log.stream_range(from, size.min(from + STRETCH as u64)));
    let mut events = std::pin::pin!(futures_util::stream::iter(stretches).flatten());
    let mut begun = Clock::now();
    let mut lap = || std::mem::replace(&mut begun, Clock::now()).elapsed();
    let missing = |need| anyhow::anyhow!("重放缺少 the replay lacks {need:?}");
    while let Some(event) = events.next().await {
        let event = event?;
        let recorded_at = signing::bytes::Instant::from_micros(event.recorded_at);
        let object = signing::json::read_stored(&event.payload)
            .map_err(|fault| anyhow::anyhow!("位置 {}: {}", event.position, fault.code()))?;
        let typed = read_typed(&object, None).map_err(|stop| anyhow::anyhow!("位置 {}: {stop:?}", event.position))?;
        folding += lap();
        let day = recorded_at.civil_day();
        while let Some(over) = today.filter(|over| *over < day) {
            what_if.day(over, memory.size(), &memory).map_err(missing)?;
            today = Some(over.add_days(1));
        }
        today = Some(day);
        judging += lap();
        memory.replay(&typed, &event.payload, signing::bytes::Hash(event.hash), recorded_at);
        folding += lap();
        let record = &typed.statement.record;
        if let Some(entry) = memory.record(record).cloned() {
            what_if.folded(record, &entry, &memory).map_err(missing)?;
        }
        judging += lap();
    }
    if let Some(day) = today {
        what_if.day(day, memory.size(), &memory).map_err(missing)?;
    }
    judging += lap();
    pools.close();
    if let Some(cluster) = database.cluster {
        cluster.stop().await?;
    }
    Ok(Tried { what_if, events: size, folding, judging })
}

//! `radledger verify`: the whole history, checked without trusting whoever kept it.
//!
//! The checks ([`audit`], [`tree`], [`signatures`], [`seals`]) are pure over stored bytes; where these come from ([`bundle`],
//! [`database`]) makes no difference to them. Nothing else is taken from a database. Memory is bounded ([`spill`]).

pub mod audit;
pub mod bundle;
pub mod database;
mod desk;
#[cfg(test)]
mod desk_tests;
pub mod evidence;
pub mod package;
#[cfg(test)]
mod package_tests;
#[cfg(test)]
mod parcel_tests;
pub mod report;
mod rows;
mod seals;
mod signatures;
mod spill;
#[cfg(test)]
mod tests;
mod tree;

use std::path::PathBuf;

use clap::Args;
use signing::bytes::Hash;

use crate::commands::{Exit, wait_for};
use crate::config::Place;
use audit::Audit;
use report::{Report, Trust};

/// What to verify, and how.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 核验导出包或个人档案移交件（zip） · verify an exported bundle, or the package of one worker's file, instead of a database
    #[arg(long, visible_alias = "package", env = "RADLEDGER_BUNDLE")]
    bundle: Option<PathBuf>,
    /// 移交件清单的摘要，即档案流动中所签署的 · SHA-256 of the manifest of a package, as the transfer signed it
    #[arg(long, value_name = "HASH", requires = "bundle", conflicts_with_all = ["strict", "replay"])]
    manifest: Option<Hash>,
    /// 信任文件：指定账本及其创世（init 时写出） · the ledger that you mean: trust.json as `init` wrote it
    #[arg(long, env = "RADLEDGER_TRUST")]
    trust: Option<PathBuf>,
    /// 逐条核验签名，用于签字放行 · check every signature singly, for sign-off
    #[arg(long)]
    strict: bool,
    /// 并核对读模型与重放结果是否一致（仅限数据库） · also compare the read model with a replay (database only)
    #[arg(long)]
    replay: bool,
    #[command(flatten)]
    one: crate::proof::OneEvent,
    /// 以 JSON 输出报告 · print the report as JSON
    #[arg(long)]
    json: bool,
    /// 以 JSON 行输出进度（标准错误） · tell the progress as lines of JSON on standard error
    #[arg(long, hide = true)]
    progress: bool,
}

/// Verifies and prints the report.
///
/// # Errors
/// When the copy or the trust file cannot be read.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let trust = options.trust.as_deref().map(read_trust).transpose()?;
    if let Some(trust) = trust.as_ref().filter(|_| options.one.are_given()) {
        return crate::proof::run(&options.one, trust, options.json);
    }
    if let Some(path) = &options.bundle
        && package::is_package(path)?
    {
        if options.replay {
            return Err(crate::commands::Usage("--replay 只能用于数据库 · --replay needs a database".into()).into());
        }
        let report = package::verify(path, trust.as_ref(), options.manifest)?;
        if options.json {
            println!("{}", serde_json::to_string_pretty(&report.to_json())?);
        } else {
            print!("{}", report.to_text());
        }
        return Ok(if report.is_clean() { Exit::Fine } else { Exit::Findings });
    }
    if options.manifest.is_some() {
        let usage = "--manifest 只能用于个人档案移交件 · --manifest needs the package of a worker's file";
        return Err(crate::commands::Usage(usage.into()).into());
    }
    let (report, differing) = match &options.bundle {
        Some(_) if options.replay => {
            return Err(crate::commands::Usage("--replay 只能用于数据库 · --replay needs a database".into()).into());
        }
        Some(path) => (bundle::verify(path, trust.as_ref(), options.strict)?, Vec::new()),
        None => wait_for(database::verify(&options.place, trust, (options.strict, options.replay), options.progress))?,
    };
    if options.json {
        let mut json = report.to_json();
        if options.replay {
            json["replay"] = serde_json::json!(differing);
        }
        println!("{}", serde_json::to_string_pretty(&json)?);
    } else {
        print!("{}", report.to_text());
        if options.replay {
            match differing.as_slice() {
                [] => println!("读模型与重放结果一致 · the read model equals its replay"),
                rows => rows.iter().for_each(|row| println!("读模型不一致 · the read model differs: {row}")),
            }
        }
    }
    Ok(if report.is_clean() && differing.is_empty() { Exit::Fine } else { Exit::Findings })
}

fn read_trust(path: &std::path::Path) -> anyhow::Result<Trust> {
    let text = crate::config::read_text(path)?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow::anyhow!("{}: 不是信任文件 · not a trust file: {error}", path.display()))
}

/// Ends an audit and says whether a trust file pinned it.
fn finish(audit: Audit<'_>, trust: Option<&Trust>) -> std::io::Result<Report> {
    let mut report = audit.finish()?;
    report.pinned = trust.is_some();
    Ok(report)
}

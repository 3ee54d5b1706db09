//! `radledger`, the one executable: how the ledger is made, served, asked and checked.
//!
//! Exit codes of every command: 0 fine, 1 findings or refusals, 2 it could not be done, 3 wrong usage. Results go to
//! standard output (`--json` for programs), everything said on the way to standard error, Chinese first.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod client;
mod clock;
mod commands;
mod config;
mod desk;
mod export;
mod feed;
mod folder;
mod followers;
mod genesis;
mod identities;
mod json;
mod key_file;
mod node;
mod package;
mod proof;
mod seed;
mod sms;
mod verify;

use commands::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 放射卫生监督账本 · the signed ledger of radiation-health supervision
#[derive(Debug, Parser)]
#[command(name = "radledger", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 新建账本 · make a new ledger in a data folder
    Init(commands::init::Options),
    /// 离线签署创世 · join or sign the genesis of a ledger that waits for it, offline
    Genesis(commands::genesis::Options),
    /// 启动服务 · serve a ledger
    Serve(commands::serve::Options),
    /// 演示：新建、装入示例城市并启动 · make a data folder, load the demonstration city, serve it
    Demo(commands::demo::Options),
    /// 装入示例城市 · load the demonstration city into a new data folder
    Seed(commands::seed::Options),
    /// 生成密钥 · make a key
    Keygen(commands::keygen::Options),
    /// 签署 · prepare, check and sign one event
    Sign(commands::sign::Options),
    /// 提交 · submit a signed unit from standard input
    Submit(commands::submit::Options),
    /// 关注新事件 · print new events as they come
    Watch(commands::watch::Options),
    /// 登录 · print a bearer token
    Token(commands::token::Options),
    /// 核验全部历史 · verify the whole history, of a bundle or a database
    Verify(verify::Options),
    /// 导入个人剂量表格并逐行签署 · import a file of doses, each row signed
    Import(commands::import::Options),
    /// 导出可独立核验的包 · export a bundle that anyone can verify
    Export(export::Options),
    /// 重建查询数据，不停机 · fold the read model anew beside the live one
    Rebuild(commands::rebuild::Options),
    /// 状态 · how the ledger stands
    Status(commands::status::Options),
    /// 预警规则及其依据、账本中的数量 · the warning rules, with their law and their numbers in this ledger
    Rules(commands::rules::Options),
    /// 性能测试，以同机极限为比 · measure, as ratios to limits of the same run
    Bench(bench::BenchArgs),
    /// 打印接口定义 · print the GraphQL contract
    Sdl(commands::sdl::Options),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; anything else is wrong usage.
            let fine = !error.use_stderr();
            let _ = error.print();
            return if fine { Exit::Fine.into() } else { Exit::Usage.into() };
        }
    };
    let outcome = match cli.command {
        Command::Init(options) => commands::init::run(options),
        Command::Genesis(options) => commands::genesis::run(options),
        Command::Serve(options) => commands::serve::run(options),
        Command::Demo(options) => commands::demo::run(options),
        Command::Seed(options) => commands::seed::run(options),
        Command::Keygen(options) => commands::keygen::run(options),
        Command::Sign(options) => commands::sign::run(options),
        Command::Submit(options) => commands::submit::run(options),
        Command::Watch(options) => commands::watch::run(options),
        Command::Token(options) => commands::token::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Import(options) => commands::import::run(options),
        Command::Export(options) => export::run(options),
        Command::Rebuild(options) => commands::rebuild::run(options),
        Command::Status(options) => commands::status::run(options),
        Command::Rules(options) => commands::rules::run(options),
        Command::Bench(options) => return bench::run(options).unwrap_or_else(|error| commands::tell(&error).into()),
        Command::Sdl(options) => commands::sdl::run(options),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => commands::tell(&error).into(),
    }
}

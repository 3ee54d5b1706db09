//! `serve`: the service. It starts the database, follows the log, answers, and ends in order on a signal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::audit::Verification;
use api::log::PublicLog;
use api::proofs::Proofs;
use api::{Limits, Node, NodeParts, audiences_of};
use axum::Router;
use clap::Args;
use postgres::Cluster;
use schema::messages::MessageStore;
use schema::read_model::ReadModel;
use schema::tiles::TileStore;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::init::genesis_hash;
use super::{Exit, log_to_stderr, wait_for};
use crate::config::{Place, Serving, Sms};
use crate::folder::Folder;
use crate::followers::Followers;
use crate::identities;
use crate::node::{Core, start_again};
use crate::sms::aliyun::Gateway;
use crate::sms::outbox::Outbox;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    serving: Serving,
    #[command(flatten)]
    sms: Sms,
}

/// How long open requests may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until a signal comes.
///
/// # Errors
/// When something cannot be started.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    log_to_stderr();
    wait_for(serve(&options.place, &options.serving, &options.sms))?;
    Ok(Exit::Fine)
}

/// Serves until a signal comes.
///
/// # Errors
/// When something cannot be started.
pub async fn serve(place: &Place, serving: &Serving, sms: &Sms) -> anyhow::Result<()> {
    let (gateway, callback) = (sms.gateway()?, sms.callback()?);
    let folder = Folder::open(&place.data())?;
    // The address first: two services on one address would be noticed too late otherwise.
    let listener = listen(serving).await?;
    let mut core = match serving.take_over {
        true => Core::take_over(place, folder).await?,
        false => Core::open(place, folder, true, None).await?,
    };
    pin(&core).await?;
    let (stop, stopped) = watch::channel(false);
    let outbox = Arc::new(outbox(&core, gateway));
    let outcome = work(&mut core, place, serving, listener, (outbox, callback), (stop, stopped)).await;
    let pinned = pin(&core).await;
    let closed = core.close().await;
    outcome.and(pinned).and(closed)
}

/// What carries messages to the gateway.
fn outbox(core: &Core, gateway: Option<Gateway>) -> Outbox {
    let model = ReadModel::new(core.pools.reader.clone());
    let store = MessageStore::new(core.pools.projector.clone());
    Outbox::new(core.door.clone(), model, store, core.pools.appender.clone(), gateway)
}

/// Takes the address on which the service answers.
///
/// # Errors
/// When another program has it, or it is none of this machine's.
pub async fn listen(serving: &Serving) -> anyhow::Result<TcpListener> {
    TcpListener::bind(serving.listen).await.with_context(|| {
        format!("无法监听 {}，可用 --listen 另选。Cannot listen there; choose another address.", serving.listen)
    })
}

/// Writes down what an auditor pins, when the genesis came in through the door of a running service.
async fn pin(core: &Core) -> anyhow::Result<()> {
    if !core.folder.at("trust.json").exists()
        && let Some(genesis) = genesis_hash(core).await?
    {
        core.folder.write_trust(genesis)?;
    }
    Ok(())
}

async fn work(
    core: &mut Core,
    place: &Place,
    serving: &Serving,
    listener: TcpListener,
    (outbox, callback): (Arc<Outbox>, Option<&str>),
    (stop, stopped): (watch::Sender<bool>, watch::Receiver<bool>),
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let mut followers = Followers::start(core, place, &stopped).await?;
    let tiles = TileStore::new(core.pools.sealer.clone());
    let beside = PublicLog::new(tiles.clone(), core.folder.installation.log.verifier().to_vkey())
        .router()
        .merge(callback.map_or_else(Router::new, |token| crate::sms::receipts::router(outbox.clone(), token)))
        .merge(identities::router(&core.folder)?);
    followers.add(async move { outbox.work().await });
    let server =
        core.cluster.take().map(|cluster| tokio::spawn(keep_running(cluster, core.folder.at("pg"), stopped.clone())));
    let mut audiences = audiences_of(address);
    audiences.extend(serving.public_url.iter().cloned());
    let node = Node::new(NodeParts {
        door: core.door.clone(),
        reader: ReadModel::new(core.pools.reader.clone()),
        sessions: core.pools.appender.clone(),
        beside,
        proofs: Proofs::new(tiles).into_proof_of(),
        published: core.published.subscribe(),
        projections: followers.projections.clone(),
        session_secret: core.folder.session_secret,
        audiences,
        graphiql: serving.graphiql,
        verification: Some(Verification {
            program: std::env::current_exe()?.into_os_string(),
            arguments: ["verify", "--json", "--progress"].map(Into::into).to_vec(),
            environment: place.environment(),
        }),
        limits: Limits::default(),
        clock: core.clock.for_door(),
    });
    welcome(&core.folder, &format!("http://{address}"), serving.graphiql);
    let mut ending = stopped.clone();
    let http = axum::serve(listener, api::router(node)).with_graceful_shutdown(async move {
        let _ = ending.wait_for(|stop| *stop).await;
    });
    let mut http = tokio::spawn(async move { http.await });
    let mut refused = None;
    let ended_early = tokio::select! {
        signal = wait_for_signal() => { signal?; None }
        ended = &mut http => Some(ended),
        why = followers.refused() => { refused = Some(why); None }
    };
    tracing::info!("正在停止 · stopping");
    let _ = stop.send(true);
    let ended = match ended_early {
        Some(ended) => Some(ended),
        // Web sockets never end by themselves.
        None => tokio::time::timeout(GRACE, http).await.ok(),
    };
    followers.end().await;
    if let Some(server) = server {
        core.cluster = Some(server.await.context("数据库看护任务异常结束。The database's keeper ended badly.")?);
    }
    match (refused, ended) {
        (Some(why), _) => Err(why),
        (None, Some(ended)) => {
            ended.context("服务异常结束。The service ended badly.")?.context("服务异常结束。The service ended badly.")
        }
        (None, None) => Ok(()),
    }
}

/// Starts the private server again whenever it ends by itself. Hands it back when the service stops.
async fn keep_running(mut cluster: Cluster, folder: PathBuf, mut stop: watch::Receiver<bool>) -> Cluster {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return cluster,
            () = cluster.wait_exit() => {}
        }
        tracing::error!("数据库意外停止，正在重新启动 · the database ended, starting it again");
        let mut pause = Duration::from_millis(100);
        loop {
            match start_again(&folder, true).await {
                Ok(started) => {
                    cluster = started;
                    break;
                }
                Err(error) => tracing::error!(%error, "database.start_failed"),
            }
            if *stop.borrow() {
                return cluster;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

async fn wait_for_signal() -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn welcome(folder: &Folder, url: &str, graphiql: bool) {
    let installation = &folder.installation;
    eprintln!();
    eprintln!("  账本 ledger   {}", installation.origin());
    eprintln!("  网址 URL      {url}");
    eprintln!("  门户 portal   在浏览器中打开上面的网址 · open the URL above in a browser");
    if graphiql {
        eprintln!("  查询 explore  {url}/graphiql");
    }
    eprintln!("  公开日志 log  {url}/log/checkpoint");
    if folder.is_demonstration() {
        let identities = folder.at("demo/identities.json");
        eprintln!();
        eprintln!("  演示人员与密钥 identities and keys: {}", identities.display());
        if let Some(key) = first_key(&identities) {
            let data = folder.path().display();
            let program =
                std::env::current_exe().map_or_else(|_| "radledger".into(), |path| path.display().to_string());
            eprintln!("  试一试 try:");
            eprintln!("    export RADLEDGER_DATA={data} RADLEDGER_URL={url}");
            eprintln!("    TOKEN=$({program} token --key {key})");
            eprintln!(
                "    curl -s {url}/graphql -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\"
            );
            eprintln!("      -d '{{\"query\":\"{{ devices(first: 3) {{ totalCount nodes {{ id version }} }} }}\"}}'");
            eprintln!("    {program} verify --data {data}");
            eprintln!("  停止用 Ctrl-C，同一命令再次启动。Ctrl-C ends it; the same command starts it again.");
            eprintln!("  继续 more: README.zh-CN.md, README.md");
        }
    }
    eprintln!();
}

/// The key of somebody who reads the whole city.
fn first_key(identities: &std::path::Path) -> Option<String> {
    let identities: serde_json::Value = serde_json::from_slice(&std::fs::read(identities).ok()?).ok()?;
    let supervisor = identities.as_array()?.iter().find(|identity| identity["role"] == "T_SUP")?;
    supervisor["key_file"].as_str().map(str::to_owned)
}

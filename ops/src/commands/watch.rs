//! `watch`: prints new events as they come, one JSON object a line, and goes on after a break where it stopped.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use domain::catalog::Kind;
use serde_json::{Value as Json, json};
use signing::keys::SigningKey;
use uuid::Uuid;

use super::{Exit, Usage, kind_and_id, wait_for};
use crate::client::{Client, Signer, Unreachable};
use crate::config::Remote;
use crate::feed::Feed;

/// Options of `watch`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    remote: Remote,
    /// 从此位置之后开始，缺省为从现在开始 · begin after this position; from now on when absent
    #[arg(long, env = "RADLEDGER_AFTER", value_name = "POSITION")]
    after: Option<u64>,
    /// 只看一个档案：类别/标识 · events of one record only, KIND/ID
    #[arg(long, env = "RADLEDGER_RECORD", value_name = "KIND/ID")]
    record: Option<String>,
    /// 收到这么多个事件后结束 · end after so many events
    #[arg(long, env = "RADLEDGER_COUNT", value_name = "N")]
    count: Option<u64>,
}

const EVENTS: &str = "subscription Events($after: Position, $kinds: [String!]) { events(after: $after, kinds: $kinds) { \
    position id type record { kind id } version meaning signer { account role } signedAt recordedAt hash \
    changes { member old new } } }";

const SIZE: &str = "{ ledger { readSize } }";

/// Pauses between two attempts to connect again.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_LAST: Duration = Duration::from_secs(15);

/// What is wanted, and how far it has come.
struct Watch {
    key: SigningKey,
    account: Uuid,
    url: String,
    record: Option<(Kind, Uuid)>,
    after: Option<u64>,
    left: Option<u64>,
}

/// Prints events until enough have come, or for ever.
///
/// # Errors
/// When the service cannot be reached at first, or says no.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    let (key, account) = options.signer.read()?;
    let record = match &options.record {
        None => None,
        Some(text) => {
            Some(kind_and_id(text).ok_or_else(|| Usage(format!("--record 应为 类别/标识：{text}。Give KIND/ID.")))?)
        }
    };
    let Options { remote, after, count, .. } = options;
    let mut watch = Watch { key, account, url: remote.url, record, after, left: count };
    wait_for(async {
        // Whoever cannot be reached at first was named wrongly; who was there will come back.
        let mut feed = watch.connect().await?;
        while let Err(error) = watch.follow(feed).await {
            feed = watch.connect_again(error).await?;
        }
        Ok(Exit::Fine)
    })
}

impl Watch {
    async fn connect(&mut self) -> anyhow::Result<Feed> {
        let mut client = Client::new(&self.url)?;
        let session = client.login(&self.key, self.account).await?;
        if self.after.is_none() {
            // Decided once: what comes while a connection is broken is not lost.
            let answer = client.graphql(SIZE, json!({})).await?;
            let size = answer["ledger"]["readSize"].as_str().and_then(|size| size.parse::<u64>().ok());
            self.after = size.and_then(|size| size.checked_sub(1));
        }
        let kinds = self.record.map(|(kind, _)| vec![kind.as_str()]);
        let variables = json!({"after": self.after.map(|after| after.to_string()), "kinds": kinds});
        Feed::open(&self.url, session["token"].as_str().unwrap_or_default(), EVENTS, variables).await
    }

    /// Tries until it succeeds or the service says no.
    async fn connect_again(&mut self, mut why: anyhow::Error) -> anyhow::Result<Feed> {
        let mut pause = PAUSE_FIRST;
        while why.is::<Unreachable>() {
            eprintln!("{why} 稍后重新连接。Connecting again.");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_LAST);
            match self.connect().await {
                Ok(feed) => return Ok(feed),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// Prints what comes. Ends when enough has come, or nobody reads any more.
    async fn follow(&mut self, mut feed: Feed) -> anyhow::Result<()> {
        while self.left != Some(0) {
            let event = feed.next().await?["events"].take();
            self.after = event["position"].as_str().and_then(|position| position.parse().ok()).or(self.after);
            if !self.is_wanted(&event) {
                continue;
            }
            if writeln!(std::io::stdout(), "{event}").is_err() {
                return Ok(());
            }
            self.left = self.left.map(|left| left - 1);
        }
        Ok(())
    }

    fn is_wanted(&self, event: &Json) -> bool {
        self.record.is_none_or(|(kind, id)| {
            event["record"]["kind"] == kind.as_str() && event["record"]["id"] == id.to_string()
        })
    }
}

//! The whole configuration, in one place: every option, its environment variable, its default.
//!
//! Read once, at the start; the rest of the program gets values. Options of one command only stand with the command.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::Url;
use schema::files::FileStore;
use schema::key_store::KeyStore;
use signing::bytes::LedgerId;

use crate::sms::aliyun::{Gateway, Settings};

/// Where an installation lives.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// 数据目录 · data folder: database, keys, archive [default: ./data; as root /var/lib/radledger]
    #[arg(long, env = "RADLEDGER_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// 使用已有的 PostgreSQL（≥ 15） · an existing PostgreSQL instead of the private one
    #[arg(long, env = "RADLEDGER_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// 锚定目录，应在数据目录之外 · folder of the anchor, best on another disk [default: a state folder]
    #[arg(long, env = "RADLEDGER_ANCHOR", value_name = "DIR")]
    anchor: Option<PathBuf>,
    /// 个人信息密钥库 · folder of the personal keys [default: DATA/keys]
    #[arg(long, env = "RADLEDGER_KEYS", value_name = "DIR")]
    keys: Option<PathBuf>,
    /// 附件目录，或 s3://桶/前缀 · folder of attached files, or s3://BUCKET/PREFIX of an S3-compatible store, whose
    /// address and access come from AWS_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY [default: DATA/files]
    #[arg(long, env = "RADLEDGER_FILES", value_name = "DIR|URL")]
    files: Option<String>,
}

impl Place {
    /// An installation in a folder, with everything else where the defaults have it.
    pub fn at(data: PathBuf, anchor: PathBuf) -> Self {
        Self { data: Some(data), database_url: None, anchor: Some(anchor), keys: None, files: None }
    }

    /// The same place for a process of our own, as it reads it from its environment.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let folders = [("RADLEDGER_ANCHOR", &self.anchor), ("RADLEDGER_KEYS", &self.keys)];
        let texts = [("RADLEDGER_DATABASE_URL", &self.database_url), ("RADLEDGER_FILES", &self.files)];
        let mut named = vec![("RADLEDGER_DATA", self.data().into_os_string())];
        named.extend(folders.into_iter().filter_map(|(name, path)| Some((name, path.clone()?.into_os_string()))));
        named.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?.into()))));
        named
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| {
            // A root home is closed to PostgreSQL's user.
            if nix::unistd::geteuid().is_root() { PathBuf::from("/var/lib/radledger") } else { PathBuf::from("./data") }
        })
    }

    /// The folder of the personal keys, and whether it is the default inside the data folder.
    pub fn keys(&self) -> (PathBuf, bool) {
        match &self.keys {
            Some(keys) => (keys.clone(), false),
            None => (self.data().join("keys"), true),
        }
    }

    /// The store of attached files.
    pub fn files(&self, keys: KeyStore, ledger: LedgerId) -> anyhow::Result<FileStore> {
        Ok(match &self.files {
            Some(url) if url.starts_with("s3://") => FileStore::bucket(url, keys, ledger)?,
            Some(folder) => FileStore::folder(Path::new(folder), keys, ledger)?,
            None => FileStore::folder(&self.data().join("files"), keys, ledger)?,
        })
    }

    /// The folder of the anchor: a demonstration keeps it in its data folder.
    pub fn anchor(&self, demonstration: bool) -> PathBuf {
        match &self.anchor {
            Some(anchor) => anchor.clone(),
            None if demonstration => self.data().join("anchor"),
            None if nix::unistd::geteuid().is_root() => PathBuf::from("/var/lib/radledger-anchor"),
            None => state_folder().join("anchor"),
        }
    }
}

/// `$XDG_STATE_HOME/radledger`, or the same below the home folder.
fn state_folder() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| PathBuf::from("."));
    state.unwrap_or_else(|| home().join(".local/state")).join("radledger")
}

/// How the service answers.
#[derive(Debug, Clone, Args)]
pub struct Serving {
    /// 监听地址 · address to listen on
    #[arg(long, env = "RADLEDGER_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// 对外网址，登录时的受众，可多次给出 · public addresses (scheme://host:port) that logins may name
    #[arg(long, env = "RADLEDGER_PUBLIC_URL", value_name = "URL", value_delimiter = ',')]
    pub public_url: Vec<String>,
    /// 接管：此后其他进程不能再写入 · take over: from now on every other process is read-only
    #[arg(long, env = "RADLEDGER_TAKE_OVER")]
    pub take_over: bool,
    /// 开启 /graphiql · serve the GraphQL explorer
    #[arg(long, env = "RADLEDGER_GRAPHIQL")]
    pub graphiql: bool,
}

/// How text messages leave the service; without a key id none does.
#[derive(Debug, Clone, Args)]
pub struct Sms {
    /// 短信网关 AccessKeyId；缺省为不发送 · key id of the SMS gateway (Alibaba Cloud); no message leaves without it
    #[arg(long, env = "RADLEDGER_SMS_KEY_ID", value_name = "ID")]
    sms_key_id: Option<String>,
    /// 短信网关 AccessKeySecret，请用环境变量 · its secret: give it by the environment
    #[arg(long, env = "RADLEDGER_SMS_SECRET", value_name = "SECRET", hide_env_values = true, default_value = "")]
    sms_secret: String,
    /// 短信签名 · the sign name that the gateway has approved
    #[arg(long, env = "RADLEDGER_SMS_SIGN", value_name = "NAME", default_value = "")]
    sms_sign: String,
    /// 短信模板编号，变量 grade、rule、unit、due、more · template with the variables grade, rule, unit, due, more
    #[arg(long, env = "RADLEDGER_SMS_TEMPLATE", value_name = "CODE", default_value = "")]
    sms_template: String,
    /// 短信网关地址 · address of the gateway
    #[arg(long, env = "RADLEDGER_SMS_ENDPOINT", value_name = "URL", default_value = crate::sms::aliyun::ENDPOINT)]
    sms_endpoint: Url,
    /// 回执地址 /callbacks/sms/<令牌> 的令牌，至少16个字符 · secret in the address of the delivery reports, at least 16 characters
    #[arg(long, env = "RADLEDGER_SMS_CALLBACK", value_name = "TOKEN", hide_env_values = true)]
    sms_callback: Option<String>,
}

impl Sms {
    /// The gateway, when there is one.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn gateway(&self) -> anyhow::Result<Option<Gateway>> {
        let settings = |key_id: &String| Settings {
            endpoint: self.sms_endpoint.clone(),
            access_key_id: key_id.clone(),
            access_key_secret: self.sms_secret.clone().into(),
            sign_name: self.sms_sign.clone(),
            template_code: self.sms_template.clone(),
        };
        self.sms_key_id.as_ref().map(|key_id| Gateway::new(settings(key_id))).transpose()
    }

    /// The secret in the address of the delivery reports.
    ///
    /// # Errors
    /// When it is short enough to be guessed.
    pub fn callback(&self) -> anyhow::Result<Option<&str>> {
        let token = self.sms_callback.as_deref();
        anyhow::ensure!(
            token.is_none_or(|token| token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_alphanumeric())),
            "--sms-callback 应为至少16个字母或数字。It needs at least 16 letters or digits."
        );
        Ok(token)
    }
}

/// Where a client finds the service, and with which key it speaks.
#[derive(Debug, Clone, Args)]
pub struct Remote {
    /// 服务网址 · address of the service
    #[arg(long, env = "RADLEDGER_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
}

/// What a demonstration is made from.
#[derive(Debug, Clone, Args)]
pub struct Demonstration {
    /// 种子，决定全部内容 · everything follows from it
    #[arg(long, env = "RADLEDGER_SEED", value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// 模拟时间的终点（北京时间零时） · the simulated clock ends at this day's midnight in Shanghai [default: today]
    #[arg(long, env = "RADLEDGER_END", value_name = "DATE")]
    pub end: Option<String>,
    /// 至少多少事件 · least number of events; below 120000 there are fewer workers, below 20000 the city is smaller
    #[arg(long, env = "RADLEDGER_EVENTS", value_name = "N", default_value_t = 120_000)]
    pub events: usize,
    /// 账本名称 · name of the ledger, the first part of its origin
    #[arg(long, env = "RADLEDGER_NAME", value_name = "NAME", default_value = "radledger-demo")]
    pub name: String,
    /// 预警日评从不运行，供测试首次评估 · the desk never speaks: for timing its first evaluation
    #[arg(long, hide = true)]
    pub silent_desk: bool,
}

/// Reads a small text file, with its path in the error.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| anyhow::anyhow!("无法读取 {}：{error}。The file cannot be read.", path.display()))
}

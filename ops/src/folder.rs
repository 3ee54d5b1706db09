//! The data folder of an installation: who it is, its keys and secrets, where everything else lies.
//!
//! ```text
//! node.json      ledger, name, incarnation, environment, installation, service account
//! service.pem    key of the service          log.pem     key of the log
//! secrets.json   secrets of ids, content digests and sessions, 0600
//! roles.json     passwords of the database roles, 0600
//! trust.json     what an auditor pins: ledger, hash of position 0, key of the log
//! pg/            the private PostgreSQL      keys/       personal keys       archive/    statements outside the database
//! tiles/         full tiles as files         anchor/     a demonstration's anchor        demo/  its identities and keys
//! ```

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use api::installation::Installation;
use domain::admission::Service;
use domain::codes::Environment;
use serde::{Deserialize, Serialize};
use signing::bytes::{Hash, LedgerId, b64url, b64url_decode};
use signing::keys::SigningKey;
use signing::note::LogSigner;
use uuid::Uuid;

use crate::config::read_text;
use crate::key_file::write_new;

/// Who an installation is: `node.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct NodeFile {
    ledger: String,
    name: String,
    incarnation: u32,
    environment: String,
    installation: String,
    service_account: Uuid,
}

/// `secrets.json`.
#[derive(Serialize, Deserialize)]
struct SecretsFile {
    id_secret: String,
    content_key: String,
    session_secret: String,
}

/// A data folder that was read.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// Random id of this copy: names its anchor.
    pub installation_id: String,
    /// The installation.
    pub installation: Installation,
    /// Secret of the login challenges.
    pub session_secret: [u8; 32],
}

/// What a new folder is made from.
pub struct New {
    /// Ledger id.
    pub ledger: LedgerId,
    /// Name.
    pub name: String,
    /// Environment.
    pub environment: Environment,
    /// The service's voice.
    pub service: Service,
    /// Its key.
    pub service_key: SigningKey,
    /// Key of the log.
    pub log_key: SigningKey,
    /// Key of the content digests.
    pub content_key: [u8; 32],
}

impl New {
    /// A new ledger with keys and secrets of its own.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random(name: String, environment: Environment) -> anyhow::Result<Self> {
        let service_key = SigningKey::from_seed(random()?);
        let service = Service { account: Uuid::new_v4(), key: service_key.public().id(), id_secret: random()? };
        let ledger = LedgerId(random()?);
        Ok(Self {
            ledger,
            name,
            environment,
            service,
            service_key,
            log_key: SigningKey::from_seed(random()?),
            content_key: random()?,
        })
    }
}

impl Folder {
    /// True when the folder holds an installation.
    pub fn exists(path: &Path) -> bool {
        path.join("node.json").exists()
    }

    /// Makes the folder of a new installation. `node.json` comes last: without it there is no installation.
    ///
    /// # Errors
    /// When there is one already, or files cannot be written.
    pub fn create(path: &Path, new: New) -> anyhow::Result<Self> {
        ensure!(!Self::exists(path), "{} 中已有账本。There is a ledger in this folder already.", path.display());
        make_passable(path)?;
        for leftover in ["service.pem", "log.pem", "secrets.json"] {
            // Left by an attempt that did not come to its end: nothing was ever signed with them.
            let _ = std::fs::remove_file(path.join(leftover));
        }
        write_new(&path.join("service.pem"), new.service_key.to_pem().as_bytes())?;
        write_new(&path.join("log.pem"), new.log_key.to_pem().as_bytes())?;
        let secrets = SecretsFile {
            id_secret: b64url(&new.service.id_secret),
            content_key: b64url(&new.content_key),
            session_secret: b64url(&random::<32>()?),
        };
        write_new(&path.join("secrets.json"), &serde_json::to_vec_pretty(&secrets)?)?;
        let node = NodeFile {
            ledger: new.ledger.to_string(),
            name: new.name,
            incarnation: 1,
            environment: new.environment.as_str().to_owned(),
            installation: Uuid::new_v4().to_string(),
            service_account: new.service.account,
        };
        let fresh = path.join("node.json.new");
        let _ = std::fs::remove_file(&fresh);
        write_new(&fresh, &serde_json::to_vec_pretty(&node)?)?;
        std::fs::rename(&fresh, path.join("node.json"))?;
        std::fs::File::open(path)?.sync_all()?;
        Self::open(path)
    }

    /// Reads the folder.
    ///
    /// # Errors
    /// When there is no installation, or something in it cannot be read.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if !Self::exists(path) {
            bail!(
                "{} 中没有账本，请先运行 radledger init 或 demo。There is no ledger in this folder: run init or demo first.",
                path.display()
            );
        }
        let node: NodeFile = parse(&path.join("node.json"))?;
        let secrets_path = path.join("secrets.json");
        let mode = std::fs::metadata(&secrets_path).map(|metadata| metadata.mode()).unwrap_or(0);
        ensure!(
            mode & 0o077 == 0,
            "{} 可被他人读取，请 chmod 600。Others can read it: chmod 600.",
            secrets_path.display()
        );
        let secrets: SecretsFile = parse(&secrets_path)?;
        let secret = |text: &str| {
            b64url_decode(text)
                .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                .context("secrets.json 不合规。It is ill-formed.")
        };
        let key = |name: &str| -> anyhow::Result<SigningKey> {
            SigningKey::from_pem(&read_text(&path.join(name))?)
                .with_context(|| format!("{name} 不是密钥文件。It is not a key file."))
        };
        let service_key = key("service.pem")?;
        let ledger: LedgerId = node.ledger.parse().ok().context("node.json 不合规。It is ill-formed.")?;
        let environment = Environment::parse(&node.environment).context("node.json 不合规。It is ill-formed.")?;
        let origin = format!("{}/{}/{}", node.name, ledger, node.incarnation);
        let service = Service {
            account: node.service_account,
            key: service_key.public().id(),
            id_secret: secret(&secrets.id_secret)?,
        };
        let installation = Installation {
            ledger,
            name: node.name,
            incarnation: node.incarnation,
            environment,
            service,
            service_key,
            log: LogSigner::new(origin, key("log.pem")?),
            content_key: secret(&secrets.content_key)?,
        };
        let session_secret = secret(&secrets.session_secret)?;
        Ok(Self { path: path.to_owned(), installation_id: node.installation, installation, session_secret })
    }

    /// A place in the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True for a demonstration.
    pub fn is_demonstration(&self) -> bool {
        self.installation.environment == Environment::Demonstration
    }

    /// Writes what an auditor pins, once the genesis is known; returns it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_trust(&self, genesis: Hash) -> anyhow::Result<serde_json::Value> {
        let trust = serde_json::json!({
            "ledger": self.installation.ledger,
            "genesis": genesis,
            "vkey": self.installation.log.verifier().to_vkey(),
        });
        std::fs::write(self.at("trust.json"), format!("{trust:#}\n"))
            .context("trust.json 无法写入。It cannot be written.")?;
        Ok(trust)
    }
}

/// Makes a data folder: the service's files are private, but the user of PostgreSQL must be able to pass through.
///
/// # Errors
/// When it cannot be made.
pub fn make_passable(path: &Path) -> anyhow::Result<()> {
    let mode = if nix::unistd::geteuid().is_root() { 0o711 } else { 0o700 };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .with_context(|| format!("无法新建目录 {}。The folder cannot be made.", path.display()))
}

fn parse<T: for<'a> Deserialize<'a>>(path: &Path) -> anyhow::Result<T> {
    serde_json::from_str(&read_text(path)?).with_context(|| format!("{} 不合规。It is ill-formed.", path.display()))
}

/// Bytes of the system's generator.
///
/// # Errors
/// When the system has none.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("系统随机数不可用：{error}。The system's generator failed."))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_once_and_read_back() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("data");
        assert!(Folder::open(&path).is_err());
        let made = Folder::create(&path, New::random("city".into(), Environment::Test).expect("random")).expect("made");
        let read = Folder::open(&path).expect("read");
        assert_eq!(read.installation.origin(), made.installation.origin());
        assert_eq!(read.installation.service.id_secret, made.installation.service.id_secret);
        assert_eq!(read.installation.log.verifier().to_vkey(), made.installation.log.verifier().to_vkey());
        assert!(Folder::create(&path, New::random("city".into(), Environment::Test).expect("random")).is_err());
        let mode = std::fs::metadata(path.join("secrets.json")).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

//! The roles that the program connects as, their passwords and pools.

use std::fmt;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres::{Config, NoTls};

use crate::error::Error;

/// Longest statement of a reader; he writes nothing.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// A login role; each has the least rights that its part of the program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads the log and its indexes; writes through `ledger.append` alone; keeps sessions.
    Appender,
    /// Reads what row-level security lets through.
    Reader,
    /// Reads leaves; writes tiles, checkpoints and what was published.
    Sealer,
    /// Reads the log; writes the read model.
    Projector,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 4] = [Role::Appender, Role::Reader, Role::Sealer, Role::Projector];

    /// Its name in PostgreSQL. Roles are cluster-wide, so two ledgers in one cluster share them.
    pub fn name(self) -> &'static str {
        match self {
            Role::Appender => "radledger_appender",
            Role::Reader => "radledger_reader",
            Role::Sealer => "radledger_sealer",
            Role::Projector => "radledger_projector",
        }
    }

    /// Connections that [`connect`] allows; together with the appender's own they stay below 64.
    fn connections_max(self) -> usize {
        match self {
            Role::Appender => 12,
            Role::Reader => 12,
            Role::Sealer => 4,
            Role::Projector => 8,
        }
    }
}

/// The passwords of the login roles.
#[derive(Clone, PartialEq, Eq)]
pub struct Passwords([String; 4]);

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords(..)")
    }
}

impl Passwords {
    /// New passwords from the system's generator.
    pub fn generate() -> Passwords {
        Passwords(std::array::from_fn(|_| {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).expect("the system's generator answers once the system is up");
            URL_SAFE_NO_PAD.encode(bytes)
        }))
    }

    /// The same passwords for everybody: test databases share one cluster, and so its roles.
    pub fn for_tests() -> Passwords {
        Passwords(Role::ALL.map(|role| format!("test-{}-password", role.name())))
    }

    /// Reads the file of mode 0600, or makes it with new passwords.
    ///
    /// # Errors
    /// [`Error::Io`]; also when others may read the file or it has another form.
    pub fn load_or_create(path: &Path) -> Result<Passwords, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mode = std::fs::metadata(path).map_err(Error::io("read", path))?.mode();
                let bad = |why: &str| Error::io("read", path)(std::io::Error::other(why.to_owned()));
                if mode & 0o077 != 0 {
                    return Err(bad("others may read it; chmod 600"));
                }
                Passwords::parse(&text).ok_or_else(|| bad("it does not hold one password for each role"))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = Passwords::generate();
                let mut text = String::new();
                for role in Role::ALL {
                    text.push_str(&format!("{}={}\n", role.name(), made.of(role)));
                }
                write_private(path, text.as_bytes())?;
                Ok(made)
            }
            Err(error) => Err(Error::io("read", path)(error)),
        }
    }

    fn parse(text: &str) -> Option<Passwords> {
        let mut found: [Option<String>; 4] = [None, None, None, None];
        for line in text.lines() {
            let (name, password) = line.split_once('=')?;
            let at = Role::ALL.iter().position(|role| role.name() == name)?;
            let plain = password.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            if !plain || password.len() < 16 {
                return None;
            }
            found[at] = Some(password.to_owned());
        }
        let [Some(a), Some(b), Some(c), Some(d)] = found else {
            return None;
        };
        Some(Passwords([a, b, c, d]))
    }

    /// One role's password: letters, digits, `-` and `_` only, so that it needs no quoting.
    pub(crate) fn of(&self, role: Role) -> &str {
        let at = Role::ALL.iter().position(|other| *other == role).expect("ALL holds every role");
        &self.0[at]
    }
}

/// `admin` (server and database) as another role.
pub fn role_config(admin: &Config, role: Role, passwords: &Passwords) -> Config {
    let mut config = admin.clone();
    config
        .user(role.name())
        .password(passwords.of(role))
        .application_name(role.name())
        .connect_timeout(Duration::from_secs(5));
    if role == Role::Reader {
        let options = admin.get_options().unwrap_or_default();
        config.options(format!(
            "{options} -c default_transaction_read_only=on -c statement_timeout={}",
            READ_WITHIN.as_millis()
        ));
    }
    config
}

/// A pool of connections of one role. Nothing is connected before it is used.
///
/// # Errors
/// None that depends on the database.
pub fn connect(admin: &Config, role: Role, passwords: &Passwords) -> Result<Pool, Error> {
    connect_sized(admin, role, passwords, role.connections_max())
}

/// [`connect`] with another bound on the number of connections.
///
/// # Errors
/// As [`connect`].
pub fn connect_sized(admin: &Config, role: Role, passwords: &Passwords, connections_max: usize) -> Result<Pool, Error> {
    let config = role_config(admin, role, passwords);
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let mut bounds = PoolConfig::new(connections_max);
    bounds.timeouts = Timeouts {
        wait: Some(Duration::from_secs(10)),
        create: Some(Duration::from_secs(10)),
        recycle: Some(Duration::from_secs(5)),
    };
    Pool::builder(manager)
        .config(bounds)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::Unavailable(error.to_string()))
}

/// Writes a file of mode 0600 beside its place and renames it: whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fresh = path.with_extension("new");
    let _ = std::fs::remove_file(&fresh);
    let mut file = std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(Error::io("create", &fresh))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::io("write", &fresh))?;
    std::fs::rename(&fresh, path).map_err(Error::io("rename", path))?;
    sync_folder_of(path)
}

/// Makes the name of a new or renamed file durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", folder))
}

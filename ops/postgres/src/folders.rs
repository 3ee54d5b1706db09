//! Who runs PostgreSQL, which folders it needs, and how a cluster is made.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::binaries::Binaries;
use crate::error::Error;

/// Name of the superuser of every cluster made here.
pub(crate) const SUPERUSER: &str = "ledger";
/// Longest path of a socket folder; the kernel's limit for the socket itself is 107 bytes.
const SOCKET_FOLDER_BYTES_MAX: usize = 80;
/// A log larger than this is set aside at the next start.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// The user that PostgreSQL runs as.
#[derive(Debug, Clone)]
pub(crate) struct Runner {
    pub uid: u32,
    pub gid: u32,
    pub name: String,
    /// Whether this process must change its user to become it.
    pub switch: bool,
}

impl Runner {
    /// This process's own user, or `postgres` (else `nobody`) when it is root.
    pub fn find() -> Result<Runner, Error> {
        let uid = nix::unistd::geteuid();
        if !uid.is_root() {
            let gid = nix::unistd::getegid().as_raw();
            return Ok(Runner { uid: uid.as_raw(), gid, name: format!("uid {uid}"), switch: false });
        }
        for name in ["postgres", "nobody"] {
            if let Ok(Some(user)) = nix::unistd::User::from_name(name) {
                let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
                return Ok(Runner { uid, gid, name: user.name, switch: true });
            }
        }
        Err(Error::NoUser)
    }

    /// Prepares a command to run as this user; the standard library also drops the groups.
    pub fn apply(&self, command: &mut Command) {
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
    }

    fn own(&self, path: &Path) -> Result<(), Error> {
        if self.switch {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).map_err(Error::io("chown", path))?;
        }
        Ok(())
    }
}

/// The places of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// What the caller named; owned by the runner, mode 0700.
    pub root: PathBuf,
    pub pgdata: PathBuf,
    pub socket: PathBuf,
    pub log: PathBuf,
    password: PathBuf,
}

impl Folders {
    /// Makes the folders that are missing and checks the owner of those that exist.
    pub fn prepare(data_dir: &Path, runner: &Runner) -> Result<Folders, Error> {
        std::fs::create_dir_all(data_dir).map_err(Error::io("create", data_dir))?;
        let root = data_dir.canonicalize().map_err(Error::io("find", data_dir))?;
        private_folder(&root, runner)?;
        check_parents(&root, runner)?;
        let mut socket = root.join("run");
        if socket.as_os_str().len() > SOCKET_FOLDER_BYTES_MAX {
            socket = PathBuf::from(format!("/tmp/radledger-{:016x}", fnv1a(root.as_os_str().as_encoded_bytes())));
        }
        match std::fs::create_dir(&socket) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(Error::io("create", &socket)(error));
            }
            _ => private_folder(&socket, runner)?,
        }
        Ok(Folders {
            pgdata: root.join("pgdata"),
            log: root.join("postgres.log"),
            password: root.join("superuser.password"),
            socket,
            root,
        })
    }

    /// The lock that whoever runs the cluster holds; not locked yet.
    pub fn lock_file(&self, name: &str, runner: &Runner) -> Result<File, Error> {
        let path = self.root.join(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .mode(0o600)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        runner.own(&path)?;
        Ok(file)
    }

    /// The superuser's password; exists once the cluster does.
    pub fn password(&self) -> Result<String, Error> {
        let text = std::fs::read_to_string(&self.password).map_err(Error::io("read", &self.password))?;
        Ok(text.trim().to_owned())
    }

    /// Makes the cluster unless it exists. It is made beside its place and
    /// renamed, so that a kill in between leaves nothing half made.
    pub fn init(&self, binaries: &Binaries, runner: &Runner) -> Result<(), Error> {
        if self.pgdata.join("PG_VERSION").is_file() {
            return Ok(());
        }
        let fresh = self.root.join("pgdata.new");
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(Error::io("remove", &fresh))?;
        }
        self.write_password(runner)?;
        // Older releases of macOS have no C.UTF-8; both sort Chinese by bytes.
        let locale = if cfg!(target_os = "macos") { "C" } else { "C.UTF-8" };
        let mut command = Command::new(binaries.program("initdb"));
        command
            .arg("-D")
            .arg(&fresh)
            .args(["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--data-checksums"])
            .arg(format!("--locale={locale}"))
            .arg(format!("--pwfile={}", self.password.display()))
            .current_dir("/")
            .stdin(Stdio::null());
        runner.apply(&mut command);
        let output = command.output().map_err(Error::io("run", binaries.program("initdb")))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(Error::Init { output: last_lines(&text, 5) });
        }
        std::fs::rename(&fresh, &self.pgdata).map_err(Error::io("rename", &fresh))?;
        let root = File::open(&self.root).map_err(Error::io("open", &self.root))?;
        root.sync_all().map_err(Error::io("sync", &self.root))
    }

    fn write_password(&self, runner: &Runner) -> Result<(), Error> {
        let _ = std::fs::remove_file(&self.password);
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&self.password)
            .map_err(Error::io("create", &self.password))?;
        file.write_all(format!("{}\n", random_text()).as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(Error::io("write", &self.password))?;
        runner.own(&self.password)
    }

    /// The log, opened for appending; its length now is where this start's lines begin.
    pub fn open_log(&self, runner: &Runner) -> Result<(File, u64), Error> {
        if std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
            let _ = std::fs::rename(&self.log, self.log.with_extension("log.1"));
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(Error::io("open", &self.log))?;
        runner.own(&self.log)?;
        let length = file.metadata().map_err(Error::io("read", &self.log))?.len();
        Ok((file, length))
    }

    /// What was logged since `from`, at most its last 64 KiB.
    pub fn log_since(&self, from: u64) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(&self.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(from.max(length.saturating_sub(64 << 10)).min(length)))?;
            let mut bytes = Vec::new();
            file.take(64 << 10).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }

    /// The process named in the running server's own file; not proof that it lives.
    pub fn recorded_pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.pgdata.join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }
}

/// 32 random bytes as text that needs no quoting in SQL, URLs or files.
pub(crate) fn random_text() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the system's generator answers once the system is up");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The last `count` lines of a text.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Sets owner and mode 0700; refuses a symbolic link or a folder of somebody else.
fn private_folder(folder: &Path, runner: &Runner) -> Result<(), Error> {
    let found = std::fs::symlink_metadata(folder).map_err(Error::io("read", folder))?;
    // Root may hand a folder of its own over; anybody else's is left alone.
    let ours = found.uid() == runner.uid || (runner.switch && found.uid() == 0);
    if !found.is_dir() || !ours {
        return Err(Error::WrongOwner { folder: folder.to_path_buf(), owner: found.uid(), current: runner.uid });
    }
    runner.own(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(Error::io("chmod", folder))
}

fn check_parents(root: &Path, runner: &Runner) -> Result<(), Error> {
    if !runner.switch {
        return Ok(());
    }
    for folder in root.ancestors().skip(1) {
        let found = std::fs::metadata(folder).map_err(Error::io("read", folder))?;
        let open = found.mode() & 0o001 != 0
            || (found.uid() == runner.uid && found.mode() & 0o100 != 0)
            || (found.gid() == runner.gid && found.mode() & 0o010 != 0);
        if !open {
            return Err(Error::NotTraversable { folder: folder.to_path_buf(), user: runner.name.clone() });
        }
    }
    Ok(())
}

/// A stable name from a path; it need not be secret, the folder's owner is checked.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

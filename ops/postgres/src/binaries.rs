//! Finding `postgres` and `initdb` on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The oldest major version whose behaviour this product relies on.
const OLDEST_MAJOR: u32 = 15;

/// A folder that holds `postgres` and `initdb` of one version.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// Path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The binaries for the cluster in `pgdata`: those of its version when it
/// exists, else the first found in the order of the crate's documentation.
pub(crate) fn find(pgdata: &Path) -> Result<Binaries, Error> {
    let wanted = std::fs::read_to_string(pgdata.join("PG_VERSION")).ok();
    let wanted = wanted.as_deref().map(str::trim);
    let mut any = false;
    for folder in candidates() {
        let Some(found) = inspect(&folder) else {
            continue;
        };
        any = true;
        match wanted {
            None if found.major >= OLDEST_MAJOR => return Ok(found),
            Some(version) if found.major.to_string() == version => return Ok(found),
            _ => {}
        }
    }
    match wanted {
        Some(needed) if any => Err(Error::WrongVersion { folder: pgdata.to_path_buf(), needed: needed.to_owned() }),
        _ => Err(Error::BinariesMissing),
    }
}

fn candidates() -> Vec<PathBuf> {
    // An explicit choice is the only choice: a fallback would hide its mistake.
    if let Some(folder) = std::env::var_os("RADLEDGER_PG_BIN") {
        return vec![PathBuf::from(folder)];
    }
    let mut folders = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    folders.extend(versioned("/usr/lib/postgresql", ""));
    folders.extend(versioned("/opt/homebrew/opt", "postgresql@"));
    folders.extend(versioned("/usr/local/opt", "postgresql@"));
    folders.extend(versioned("/Applications/Postgres.app/Contents/Versions", ""));
    folders
}

/// `root/<prefix><number>/bin`, newest number first.
fn versioned(root: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` -> 15; `None` when it is not a server's folder.
fn inspect(folder: &Path) -> Option<Binaries> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split(") ").nth(1)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some(Binaries { folder: folder.to_path_buf(), major: digits.parse().ok()? })
}

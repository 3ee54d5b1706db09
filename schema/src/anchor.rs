//! The anchor: the last checkpoint, kept outside the database, so that a database that was restored or replaced is noticed.
//!
//! A log must never sign a checkpoint that contradicts one it signed before. The database cannot tell by itself that
//! it was rolled back; a small file in a folder of its own can. The file holds one signed note and is replaced whole,
//! by compare-and-swap under a file lock: the sealer names the note it believes to be there.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use signing::bytes::LedgerId;

/// Longest anchor file that is read, bytes; a note with sixteen signatures is far shorter.
const NOTE_MAX: u64 = 64 * 1024;

/// Why an anchor could not be read or moved.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// Another process moved it: stop and look again.
    #[error("锚定文件已被其他进程更新。Another process moved the anchor")]
    Moved,
    /// The file system.
    #[error("锚定文件不可用 {path}：{source}。The anchor cannot be used")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Where the last checkpoint note is kept, outside the database.
pub trait AnchorStore: Send + Sync + 'static {
    /// The note that is there.
    ///
    /// # Errors
    /// [`AnchorError::Io`].
    fn load(&self) -> Result<Option<String>, AnchorError>;

    /// Replaces `expected` by `next`, durably. When the answer is lost the caller looks again.
    ///
    /// # Errors
    /// [`AnchorError::Moved`] when something else is there, [`AnchorError::Io`].
    fn swap(&self, expected: Option<&str>, next: &str) -> Result<(), AnchorError>;
}

/// An anchor in a folder: `<ledger>-<installation>.anchor`.
#[derive(Debug, Clone)]
pub struct FileAnchor {
    path: PathBuf,
    lock: PathBuf,
}

impl FileAnchor {
    /// The anchor of an installation of a ledger; makes the folder (mode 0700) when it is missing.
    ///
    /// `installation` is the random id that the data folder keeps; anything but letters, digits and dashes in it is an
    /// error, since it becomes part of a file name.
    ///
    /// # Errors
    /// [`AnchorError::Io`].
    pub fn open(folder: &Path, ledger: LedgerId, installation: &str) -> Result<Self, AnchorError> {
        let plain = installation.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if installation.is_empty() || !plain {
            return Err(io(folder)(std::io::Error::other("the installation id is ill-formed")));
        }
        std::fs::create_dir_all(folder).map_err(io(folder))?;
        let path = folder.join(format!("{ledger}-{installation}.anchor"));
        let lock = folder.join(format!("{ledger}-{installation}.lock"));
        Ok(Self { path, lock })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn locked(&self) -> Result<File, AnchorError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&self.lock)
            .map_err(io(&self.lock))?;
        file.lock().map_err(io(&self.lock))?;
        Ok(file)
    }

    fn read(&self) -> Result<Option<String>, AnchorError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&self.path)(error)),
        };
        let mut text = String::new();
        file.take(NOTE_MAX).read_to_string(&mut text).map_err(io(&self.path))?;
        Ok(Some(text))
    }
}

impl AnchorStore for FileAnchor {
    fn load(&self) -> Result<Option<String>, AnchorError> {
        let _lock = self.locked()?;
        self.read()
    }

    fn swap(&self, expected: Option<&str>, next: &str) -> Result<(), AnchorError> {
        let _lock = self.locked()?;
        if self.read()?.as_deref() != expected {
            return Err(AnchorError::Moved);
        }
        // Whole or not at all: written beside, made durable, renamed, and the name made durable.
        let fresh = self.path.with_extension("anchor.new");
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh).map_err(io(&fresh))?;
        file.write_all(next.as_bytes()).and_then(|()| file.sync_all()).map_err(io(&fresh))?;
        std::fs::rename(&fresh, &self.path).map_err(io(&self.path))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> AnchorError {
    let path = path.to_owned();
    move |source| AnchorError::Io { path, source }
}

/// True when two folders lie on one file system: whoever loses one then loses both. Folders that cannot be looked at
/// count as apart; opening them will say why.
#[must_use]
pub fn shares_file_system(anchor: &Path, data: &Path) -> bool {
    let device = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.dev());
    matches!((device(anchor), device(data)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_only_what_is_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let anchor = FileAnchor::open(&folder.path().join("a/b"), LedgerId([7; 16]), "0f-1").expect("opened");
        assert_eq!(anchor.load().expect("read"), None);
        assert!(matches!(anchor.swap(Some("x"), "one"), Err(AnchorError::Moved)));
        anchor.swap(None, "one").expect("the first");
        assert!(matches!(anchor.swap(None, "two"), Err(AnchorError::Moved)));
        anchor.swap(Some("one"), "two").expect("the second");
        let again = FileAnchor::open(&folder.path().join("a/b"), LedgerId([7; 16]), "0f-1").expect("opened");
        assert_eq!(again.load().expect("read").as_deref(), Some("two"));
        let other = FileAnchor::open(&folder.path().join("a/b"), LedgerId([7; 16]), "0f-2").expect("opened");
        assert_eq!(other.load().expect("read"), None, "another installation has a file of its own");
        assert!(FileAnchor::open(folder.path(), LedgerId([7; 16]), "../x").is_err());
    }

    #[test]
    fn one_of_many_wins() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let anchor = FileAnchor::open(folder.path(), LedgerId([1; 16]), "i").expect("opened");
        let won: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8)
                .map(|n| (n, anchor.clone()))
                .map(|(n, anchor)| scope.spawn(move || anchor.swap(None, &format!("note {n}")).is_ok()))
                .collect();
            tries.into_iter().map(|one| usize::from(one.join().expect("no panic"))).sum()
        });
        assert_eq!(won, 1);
    }
}

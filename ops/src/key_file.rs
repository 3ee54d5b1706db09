//! Key files: PKCS#8 PEM that OpenSSL reads, preceded by lines of plain text that say whose key it is.
//!
//! The text before `-----BEGIN` is ignored by other programs; `account: UUID` there spares naming the account at
//! every login.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use signing::keys::SigningKey;
use uuid::Uuid;

use crate::config::read_text;

/// A key and what its file says about it.
pub struct KeyFile {
    /// The key.
    pub key: SigningKey,
    /// The account that it signs for, when the file says so.
    pub account: Option<Uuid>,
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// When it cannot be read or holds no Ed25519 key.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read_text(path)?;
        let (notes, pem) = text.split_at(text.find("-----BEGIN").unwrap_or(0));
        let key = SigningKey::from_pem(pem).with_context(|| {
            format!("{} 不是 Ed25519 密钥文件（PKCS#8 PEM）。It is not a key file.", path.display())
        })?;
        let account = notes.lines().find_map(|line| line.strip_prefix("account: ")?.trim().parse().ok());
        Ok(Self { key, account })
    }

    /// Writes a new key file of mode 0600.
    ///
    /// # Errors
    /// When there is a file already, or the folder cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = format!("key: {}\n", self.key.public().id());
        if let Some(account) = self.account {
            text.push_str(&format!("account: {account}\n"));
        }
        text.push_str(&self.key.to_pem());
        write_new(path, text.as_bytes())
    }
}

/// Writes a private file that must not exist yet.
///
/// # Errors
/// When there is a file already, or the folder cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| anyhow::anyhow!("无法新建 {}：{error}。The file cannot be made.", path.display()))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("写入失败 cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_says_whose_it_is_and_keeps_its_key() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.pem");
        let key = SigningKey::from_seed([5; 32]);
        let account = Some(Uuid::from_u128(0x4000_8000_0000_0000_0000));
        KeyFile { key: key.clone(), account }.write(&path).expect("written");
        let read = KeyFile::read(&path).expect("read");
        assert_eq!(read.key.public().id(), key.public().id());
        assert_eq!(read.account, account);
        assert!(KeyFile { key, account }.write(&path).is_err(), "a key file is never overwritten");
        let plain = folder.path().join("b.pem");
        std::fs::write(&plain, SigningKey::from_seed([6; 32]).to_pem()).expect("written");
        assert_eq!(KeyFile::read(&plain).expect("read").account, None);
        std::fs::write(&plain, "nothing").expect("written");
        assert!(KeyFile::read(&plain).is_err());
    }
}

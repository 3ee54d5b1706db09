//! Keys of subjects: one data key per person (and per record), wrapped, in a store of its own.
//!
//! The store lies outside the database and its backups, so that destroying a key destroys what it protects: the
//! ciphertexts stay and open to nothing. An erased subject leaves a tombstone, and is told apart from one that the
//! store does not know, which is an error and never shown as erased. A database that writes to free pages would leave
//! the wrapped key on the disk, so every erasure writes the store anew and fills the old file with zeros.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, mpsc};

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tokio::sync::oneshot;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Error;

/// Wrapped keys by `kind/id/generation`.
const KEYS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("subject_key");
/// Subjects whose keys were destroyed, by `kind/id`.
const ERASED: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("erased_subject");

/// Proof that the key-encryption key is the one that the store was made with.
const CHECK: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("key_encryption_key");
const CHECK_NAME: &str = "check";

/// Most unwrapped keys kept in memory.
const CACHE_MAX: usize = 20_000;
/// Most requests for new keys that wait for the same commit.
const BATCH_MAX: usize = 4096;
/// Environment variable with the key-encryption key, standard base64 of 32 bytes.
pub const KEK_VARIABLE: &str = "RADLEDGER_KEK";

type DataKey = Zeroizing<[u8; 32]>;
type Request = (Vec<(String, Uuid)>, oneshot::Sender<Result<(), Error>>);

/// The store.
#[derive(Clone)]
pub struct KeyStore {
    shared: Arc<Shared>,
    writer: mpsc::SyncSender<Request>,
}

struct Shared {
    path: PathBuf,
    /// Exchanged when the store is written anew; readers and writers of the present file hold it shared. None after its
    /// file failed, since redb does nothing more with a file that failed once: the next use opens it again.
    database: RwLock<Option<Database>>,
    wrapping: Aes256GcmSiv,
    cache: Mutex<HashMap<String, DataKey>>,
}

/// What the store says of a subject's key.
pub enum KeyState {
    /// Here it is.
    Known(DataKey),
    /// It was destroyed.
    Erased,
    /// The store has never heard of it.
    Unknown,
}

/// Generation of every key so far: a subject's key is made once and destroyed once.
pub const GENERATION: u32 = 1;

impl KeyStore {
    /// Opens or makes the store in a folder; the key-encryption key comes from the environment or from `kek` there.
    ///
    /// # Errors
    /// When the folder, the file or the key cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(Error::io("chmod", folder))?;
        let kek = key_encryption_key(&folder.join("kek"))?;
        let path = folder.join("subjects.redb");
        // Left by a kill while the store was written anew; the present file is whole.
        let _ = fs::remove_file(fresh_path(&path));
        let database = create_database(&path).map_err(|error| match error {
            redb::Error::DatabaseAlreadyOpen => Error::Unavailable(format!(
                "另一程序正在使用密钥库 {0}，服务可能已在运行。Another process uses key store {0}: is the service running already?",
                path.display()
            )),
            error => store_error(&path, &error),
        })?;
        let wrapping = Aes256GcmSiv::new(&(*kek).into());
        let shared =
            Shared { path: path.clone(), database: RwLock::new(Some(database)), wrapping, cache: Mutex::default() };
        if !shared.check_kek().map_err(|error| store_error(&path, &error))? {
            return Err(Error::Unavailable(format!(
                "密钥加密密钥与 {0} 不符。The key-encryption key is not the one that {0} was made with",
                path.display()
            )));
        }
        let shared = Arc::new(shared);
        let (writer, requests) = mpsc::sync_channel::<Request>(BATCH_MAX);
        let worker = shared.clone();
        std::thread::Builder::new()
            .name("key-store".into())
            .spawn(move || worker.serve(&requests))
            .map_err(Error::io("start the writer of", folder))?;
        Ok(Self { shared, writer })
    }

    /// Makes sure that each subject has a key, durably, before anything sealed with it is acknowledged. Requests
    /// that wait share one commit. Subjects that were erased are left alone.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn ensure(&self, subjects: Vec<(String, Uuid)>) -> Result<(), Error> {
        let missing: Vec<_> = {
            let cache = self.shared.cache();
            subjects.into_iter().filter(|(kind, id)| !cache.contains_key(&key_name(kind, *id))).collect()
        };
        if missing.is_empty() {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        let busy = || Error::Unavailable("the key store is busy".into());
        self.writer.try_send((missing, answer)).map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    /// The key of a subject.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn key(&self, kind: &str, id: Uuid) -> Result<KeyState, Error> {
        let name = key_name(kind, id);
        // Held while the store is read: an erasure in between would leave the key in the cache.
        let mut cache = self.shared.cache();
        if let Some(key) = cache.get(&name) {
            return Ok(KeyState::Known(key.clone()));
        }
        let read = |database: &Database| -> Result<KeyState, redb::Error> {
            let begin = database.begin_read()?;
            if begin.open_table(ERASED)?.get(subject_name(kind, id).as_str())?.is_some() {
                return Ok(KeyState::Erased);
            }
            let wrapped = begin.open_table(KEYS)?.get(name.as_str())?.map(|wrapped| wrapped.value().to_vec());
            Ok(wrapped
                .and_then(|wrapped| self.shared.unwrap(&name, &wrapped))
                .map_or(KeyState::Unknown, KeyState::Known))
        };
        let state = self.shared.with(read).map_err(|error| Error::Unavailable(format!("key store: {error}")))?;
        if let KeyState::Known(key) = &state {
            if cache.len() >= CACHE_MAX {
                cache.clear();
            }
            cache.insert(name, key.clone());
        }
        Ok(state)
    }

    /// Destroys the key of a subject, durably, and leaves a tombstone. Doing it twice changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn erase(&self, kind: &str, id: Uuid) -> Result<(), Error> {
        let (name, subject) = (key_name(kind, id), subject_name(kind, id));
        let mut cache = self.shared.cache();
        let mut held = self.shared.database.write().expect("no panic while held");
        let mut write = || -> Result<(), redb::Error> {
            let database = self.shared.opened(&mut held)?;
            let begin = database.begin_write()?;
            let known = begin.open_table(KEYS)?.remove(name.as_str())?.is_some();
            begin.open_table(ERASED)?.insert(subject.as_str(), [].as_slice())?;
            begin.commit()?;
            if known {
                self.shared.write_anew(database)?;
            }
            Ok(())
        };
        let written = write();
        if written.is_err() {
            *held = None;
        }
        cache.remove(&name);
        written.map_err(|error| Error::Unavailable(format!("key store: {error}")))
    }
}

impl Shared {
    fn serve(&self, requests: &mpsc::Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            let mut batch = vec![first];
            batch.extend(requests.try_iter().take(BATCH_MAX - 1));
            let result = self.create(batch.iter().flat_map(|(subjects, _)| subjects));
            for (_, answer) in batch {
                let answered = result.clone().map_err(|why| Error::Unavailable(format!("key store: {why}")));
                // Whoever no longer waits has been told that nothing was decided.
                let _ = answer.send(answered);
            }
        }
    }

    fn create<'a>(&self, subjects: impl Iterator<Item = &'a (String, Uuid)>) -> Result<(), String> {
        let write = |database: &Database| -> Result<(), redb::Error> {
            let begin = database.begin_write()?;
            {
                let mut keys = begin.open_table(KEYS)?;
                let erased = begin.open_table(ERASED)?;
                for (kind, id) in subjects {
                    let name = key_name(kind, *id);
                    if erased.get(subject_name(kind, *id).as_str())?.is_some() || keys.get(name.as_str())?.is_some() {
                        continue;
                    }
                    let key = random()?;
                    keys.insert(name.as_str(), self.wrap(&name, &key)?.as_slice())?;
                }
            }
            begin.commit()?;
            Ok(())
        };
        self.with(write).map_err(|error| error.to_string())
    }

    /// Works on the present file, which is closed when that fails.
    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, redb::Error> {
        let held = || self.database.read().expect("no panic while held");
        if held().is_none() {
            self.opened(&mut self.database.write().expect("no panic while held"))?;
        }
        let done = held().as_ref().map_or(Err(redb::Error::PreviousIo), work);
        if done.is_err() {
            *self.database.write().expect("no panic while held") = None;
        }
        done
    }

    /// The file, opened again if it was closed.
    fn opened<'a>(&self, held: &'a mut Option<Database>) -> Result<&'a mut Database, redb::Error> {
        match held {
            Some(database) => Ok(database),
            // An empty store must not take the place of one that is gone.
            none => Ok(none.insert(Database::open(&self.path)?)),
        }
    }

    fn cache(&self) -> MutexGuard<'_, HashMap<String, DataKey>> {
        self.cache.lock().expect("no panic while held")
    }

    /// Whether the store opens with this key-encryption key; a new store remembers it.
    fn check_kek(&self) -> Result<bool, redb::Error> {
        self.with(|database| {
            let begin = database.begin_write()?;
            let good = {
                let mut check = begin.open_table(CHECK)?;
                let known = check.get(CHECK_NAME)?.map(|wrapped| wrapped.value().to_vec());
                match known {
                    Some(wrapped) => self.unwrap(CHECK_NAME, &wrapped).is_some(),
                    None => {
                        let wrapped = self.wrap(CHECK_NAME, &random()?)?;
                        check.insert(CHECK_NAME, wrapped.as_slice())?;
                        true
                    }
                }
            };
            begin.commit()?;
            Ok(good)
        })
    }

    /// Copies what is left into a new file, takes its place and fills the old one with zeros. A kill in between leaves
    /// one whole store; at worst the old file's blocks are free but not yet zero.
    fn write_anew(&self, database: &mut Database) -> Result<(), redb::Error> {
        let fresh = fresh_path(&self.path);
        let copy = create_database(&fresh)?;
        let (from, to) = (database.begin_read()?, copy.begin_write()?);
        for table in [KEYS, ERASED, CHECK] {
            let (from, mut to) = (from.open_table(table)?, to.open_table(table)?);
            for row in from.iter()? {
                let (name, value) = row?;
                to.insert(name.value(), value.value())?;
            }
        }
        to.commit()?;
        let mut old = fs::OpenOptions::new().write(true).open(&self.path)?;
        fs::rename(&fresh, &self.path)?;
        crate::connect::sync_folder_of(&self.path).map_err(|error| io(&error.to_string()))?;
        drop(from);
        drop(std::mem::replace(database, copy));
        let mut left = old.metadata()?.len();
        let zeros = vec![0; 1 << 16];
        while left > 0 {
            let some = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
            old.write_all(&zeros[..some])?;
            left -= some as u64;
        }
        old.sync_all()?;
        Ok(())
    }

    /// `nonce || AES-256-GCM-SIV(kek, nonce, key, name)`.
    fn wrap(&self, name: &str, key: &DataKey) -> Result<Vec<u8>, redb::Error> {
        let nonce: [u8; 12] = random_bytes()?;
        let payload = Payload { msg: key.as_slice(), aad: name.as_bytes() };
        let wrapped = self.wrapping.encrypt(&Nonce::from(nonce), payload).map_err(|_| io("wrap a key"))?;
        Ok([nonce.as_slice(), &wrapped].concat())
    }

    fn unwrap(&self, name: &str, wrapped: &[u8]) -> Option<DataKey> {
        let (nonce, sealed) = wrapped.split_first_chunk::<12>()?;
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        let key = Zeroizing::new(self.wrapping.decrypt(&Nonce::from(*nonce), payload).ok()?);
        Some(Zeroizing::new(key.as_slice().try_into().ok()?))
    }
}

fn key_name(kind: &str, id: Uuid) -> String {
    format!("{kind}/{id}/{GENERATION}")
}

fn subject_name(kind: &str, id: Uuid) -> String {
    format!("{kind}/{id}")
}

fn io(what: &str) -> redb::Error {
    redb::Error::Io(std::io::Error::other(what.to_owned()))
}

fn fresh_path(path: &Path) -> PathBuf {
    path.with_extension("redb.new")
}

/// Opens or makes a file with all tables, readable by its owner alone.
fn create_database(path: &Path) -> Result<Database, redb::Error> {
    let database = Database::create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    let begin = database.begin_write()?;
    for table in [KEYS, ERASED, CHECK] {
        begin.open_table(table)?;
    }
    begin.commit()?;
    Ok(database)
}

/// Random bytes of the system's generator.
///
/// # Errors
/// When the system has none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], redb::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| io("draw random bytes"))?;
    Ok(bytes)
}

fn random() -> Result<DataKey, redb::Error> {
    random_bytes().map(Zeroizing::new)
}

fn store_error(path: &Path, error: &impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("key store {}: {error}", path.display()))
}

fn key_encryption_key(path: &PathBuf) -> Result<DataKey, Error> {
    let ill_formed = || Error::Unavailable(format!("{} or {KEK_VARIABLE} is not base64 of 32 bytes", path.display()));
    let decode =
        |text: &str| signing::bytes::b64_decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    if let Ok(text) = std::env::var(KEK_VARIABLE) {
        return decode(&text).map(Zeroizing::new).ok_or_else(ill_formed);
    }
    match fs::read_to_string(path) {
        Ok(text) => decode(&Zeroizing::new(text)).map(Zeroizing::new).ok_or_else(ill_formed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = random().map_err(|error| store_error(path, &error))?;
            // Whole or not at all: a torn key file would make every later start fail.
            let text = Zeroizing::new(signing::bytes::b64(key.as_slice()));
            crate::connect::write_private(path, text.as_bytes())?;
            Ok(key)
        }
        Err(error) => Err(Error::io("read", path.clone())(error)),
    }
}

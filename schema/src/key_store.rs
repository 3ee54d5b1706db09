//! Keys of subjects: one data key per person (and per record), wrapped, in a store of its own.
//!
//! The store lies outside the database and its backups, so that destroying a key destroys what it protects: the
//! ciphertexts stay and open to nothing. An erased subject leaves a tombstone, and is told apart from one that the
//! store does not know, which is an error and never shown as erased.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};

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
    database: Database,
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
        let kek = key_encryption_key(&folder.join("kek"))?;
        let path = folder.join("subjects.redb");
        let database = Database::create(&path).map_err(|error| store_error(&path, &error))?;
        let begin = database.begin_write().map_err(|error| store_error(&path, &error))?;
        begin.open_table(KEYS).map_err(|error| store_error(&path, &error))?;
        begin.open_table(ERASED).map_err(|error| store_error(&path, &error))?;
        begin.commit().map_err(|error| store_error(&path, &error))?;
        let wrapping = Aes256GcmSiv::new(&(*kek).into());
        let shared = Arc::new(Shared { database, wrapping, cache: Mutex::default() });
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
            let cache = self.shared.cache.lock().expect("no panic while held");
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
        if let Some(key) = self.shared.cache.lock().expect("no panic while held").get(&name) {
            return Ok(KeyState::Known(key.clone()));
        }
        let read = || -> Result<KeyState, redb::Error> {
            let begin = self.shared.database.begin_read()?;
            if begin.open_table(ERASED)?.get(subject_name(kind, id).as_str())?.is_some() {
                return Ok(KeyState::Erased);
            }
            let wrapped = begin.open_table(KEYS)?.get(name.as_str())?.map(|wrapped| wrapped.value().to_vec());
            Ok(wrapped.and_then(|wrapped| self.shared.unwrap(&name, &wrapped)).map_or(KeyState::Unknown, KeyState::Known))
        };
        let state = read().map_err(|error| Error::Unavailable(format!("key store: {error}")))?;
        if let KeyState::Known(key) = &state {
            self.shared.remember(name, key.clone());
        }
        Ok(state)
    }

    /// Destroys the key of a subject, durably, and leaves a tombstone. Doing it twice changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn erase(&self, kind: &str, id: Uuid) -> Result<(), Error> {
        let (name, subject) = (key_name(kind, id), subject_name(kind, id));
        let write = || -> Result<(), redb::Error> {
            let begin = self.shared.database.begin_write()?;
            begin.open_table(KEYS)?.remove(name.as_str())?;
            begin.open_table(ERASED)?.insert(subject.as_str(), [].as_slice())?;
            begin.commit()?;
            Ok(())
        };
        write().map_err(|error| Error::Unavailable(format!("key store: {error}")))?;
        self.shared.cache.lock().expect("no panic while held").remove(&name);
        Ok(())
    }
}

impl Shared {
    fn serve(&self, requests: &mpsc::Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            let mut batch = vec![first];
            batch.extend(requests.try_iter().take(BATCH_MAX - 1));
            let result = self.create(batch.iter().flat_map(|(subjects, _)| subjects));
            for (_, answer) in batch {
                let answered = result.as_ref().map(|()| ()).map_err(|why| Error::Unavailable(format!("key store: {why}")));
                // Whoever no longer waits has been told that nothing was decided.
                let _ = answer.send(answered);
            }
        }
    }

    fn create<'a>(&self, subjects: impl Iterator<Item = &'a (String, Uuid)>) -> Result<(), String> {
        let mut made = Vec::new();
        let mut write = || -> Result<(), redb::Error> {
            let begin = self.database.begin_write()?;
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
                    made.push((name, key));
                }
            }
            begin.commit()?;
            Ok(())
        };
        write().map_err(|error| error.to_string())?;
        for (name, key) in made {
            self.remember(name, key);
        }
        Ok(())
    }

    fn remember(&self, name: String, key: DataKey) {
        let mut cache = self.cache.lock().expect("no panic while held");
        if cache.len() >= CACHE_MAX {
            cache.clear();
        }
        cache.insert(name, key);
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

fn io(what: &'static str) -> redb::Error {
    redb::Error::Io(std::io::Error::other(what))
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
    let decode = |text: &str| signing::bytes::b64_decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    if let Ok(text) = std::env::var(KEK_VARIABLE) {
        return decode(&text).map(Zeroizing::new).ok_or_else(ill_formed);
    }
    match fs::read_to_string(path) {
        Ok(text) => decode(&Zeroizing::new(text)).map(Zeroizing::new).ok_or_else(ill_formed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = random().map_err(|error| store_error(path, &error))?;
            let mut file =
                fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(Error::io("create", path.clone()))?;
            let text = Zeroizing::new(signing::bytes::b64(key.as_slice()));
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::io("write", path.clone()))?;
            Ok(key)
        }
        Err(error) => Err(Error::io("read", path.clone())(error)),
    }
}

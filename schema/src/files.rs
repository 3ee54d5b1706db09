//! Files that people attach, outside the database: in a folder, or in an S3-compatible store.
//!
//! A file is two objects: a head that says what it is, and a body. Where the file concerns a person both are encrypted
//! under that person's key, name and digest included, so that destroying the key destroys the file; other files lie as
//! they are. The body comes first and under a name of its own, the head last and only if there is none: a file that has
//! a head is whole, and is never another one.

use std::path::Path as FolderPath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::file_codes::MediaType;
use domain::record::StoredFile;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig};
use serde::{Deserialize, Serialize};
use signing::bytes::{Hash, LedgerId};
use uuid::Uuid;

use crate::error::Error;
use crate::key_store::{KeyStore, random_bytes};
use crate::sealed_box::{self, Inside, Place};

/// First byte of an object that lies as it is.
const PLAIN: u8 = 0;
/// First byte of an object that is encrypted; the person's id follows.
const SEALED: u8 = 1;
/// Kind of the subjects under whose keys files are encrypted.
const SUBJECT: &str = "person";
/// The two objects of a file.
pub(crate) const HEAD: &str = "/head";
pub(crate) const BODY: &str = "/body";

/// What a file is, as its head says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Code of the media type.
    media: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the plain file.
    pub sha256: Hash,
    /// Name under which it was sent.
    pub name: String,
    /// Account that sent it.
    pub account: Uuid,
    /// When it was stored, microseconds.
    pub at: i64,
    /// Where its body lies.
    body: Uuid,
    /// The person whom it concerns.
    #[serde(skip)]
    pub person: Option<Uuid>,
}

impl Head {
    /// The media type.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the head names none.
    pub fn media(&self) -> Result<MediaType, Error> {
        MediaType::parse(&self.media).ok_or_else(|| Error::corrupt(None, "the head of a file names no media type"))
    }

    /// The file as a decision looks at it.
    ///
    /// # Errors
    /// As [`Head::media`].
    pub fn stored(&self) -> Result<StoredFile, Error> {
        Ok(StoredFile { media: self.media()?, bytes: self.bytes, sha256: self.sha256, person: self.person })
    }
}

/// A file that is sent.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its id, chosen by the client: that of the attachment that files it.
    pub id: Uuid,
    /// The person whom it concerns.
    pub person: Option<Uuid>,
    /// What it is made of.
    pub media: MediaType,
    /// Its name.
    pub name: String,
    /// Account that sends it.
    pub account: Uuid,
    /// When, microseconds.
    pub at: i64,
    /// The file.
    pub content: Bytes,
}

/// What there is under an id.
#[derive(Debug)]
pub enum Found<T> {
    /// This.
    Here(T),
    /// Nothing.
    Absent,
    /// A file whose person's key was destroyed.
    Erased,
}

/// The store.
#[derive(Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    keys: KeyStore,
    ledger: LedgerId,
}

impl FileStore {
    /// Files in a folder, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn folder(folder: &FolderPath, keys: KeyStore, ledger: LedgerId) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let objects = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(&error))?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), keys, ledger })
    }

    /// Files in a bucket of an S3-compatible store, `s3://BUCKET/PREFIX`; address and access come from the usual
    /// variables (`AWS_ENDPOINT`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ALLOW_HTTP`).
    ///
    /// # Errors
    /// When the address is none, or the variables are incomplete.
    pub fn bucket(url: &str, keys: KeyStore, ledger: LedgerId) -> Result<Self, Error> {
        Self::bucket_of(AmazonS3Builder::from_env(), url, keys, ledger)
    }

    /// [`Self::bucket`] with address and access as given.
    ///
    /// # Errors
    /// As [`Self::bucket`].
    pub fn bucket_of(access: AmazonS3Builder, url: &str, keys: KeyStore, ledger: LedgerId) -> Result<Self, Error> {
        // Somebody waits for the answer: the library's own patience is three minutes.
        let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(15), ..RetryConfig::default() };
        let bucket = access.with_url(url).with_retry(retry).build().map_err(|error| failed(&error))?;
        let prefix = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).map_or("", |(_, prefix)| prefix);
        let objects = object_store::prefix::PrefixStore::new(bucket, prefix);
        Ok(Self { objects: Arc::new(objects), keys, ledger })
    }

    /// Stores a file, durably. What was stored under this id before stays: the answer is false when that is another file.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store or the key store cannot be used.
    pub async fn put(&self, file: NewFile) -> Result<bool, Error> {
        let sha256 = Hash::of(&file.content);
        let head = Head {
            media: file.media.as_str().to_owned(),
            bytes: file.content.len() as u64,
            sha256,
            name: file.name,
            account: file.account,
            at: file.at,
            body: random_id()?,
            person: file.person,
        };
        let same = |known: &Head| known.sha256 == sha256 && known.person == head.person && known.media == head.media;
        match self.head(file.id).await? {
            Found::Here(known) => return Ok(same(&known)),
            Found::Erased => return Ok(false),
            Found::Absent => {}
        }
        if let Some(person) = head.person {
            self.keys.ensure(vec![(SUBJECT.to_owned(), person)]).await?;
        }
        let text = serde_json::to_vec(&head).map_err(|error| Error::corrupt(None, error.to_string()))?;
        let body = self.sealed(file.id, BODY, head.person, file.content).await?;
        let first = self.sealed(file.id, HEAD, head.person, text.into()).await?;
        self.objects.put(&at(head.body), body.into()).await.map_err(|error| failed(&error))?;
        let once = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.objects.put_opts(&head_at(file.id), first.into(), once).await {
            Ok(_) => Ok(true),
            // Somebody was faster: his file counts, and this body is nobody's.
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                let _ = self.objects.delete(&at(head.body)).await;
                Ok(matches!(self.head(file.id).await?, Found::Here(known) if same(&known)))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// What a file is.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when the head is not as this program writes it.
    pub async fn head(&self, id: Uuid) -> Result<Found<Head>, Error> {
        let (person, text) = match self.object(&head_at(id), id, HEAD).await? {
            Found::Here(object) => object,
            Found::Absent => return Ok(Found::Absent),
            Found::Erased => return Ok(Found::Erased),
        };
        let head: Head =
            serde_json::from_slice(&text).map_err(|_| Error::corrupt(None, "the head of a file is not JSON"))?;
        Ok(Found::Here(Head { person, ..head }))
    }

    /// A file, which is the one that its head describes.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when head and body disagree.
    pub async fn get(&self, id: Uuid) -> Result<Found<(Head, Bytes)>, Error> {
        let head = match self.head(id).await? {
            Found::Here(head) => head,
            Found::Absent => return Ok(Found::Absent),
            Found::Erased => return Ok(Found::Erased),
        };
        match self.object(&at(head.body), id, BODY).await? {
            Found::Here((_, content)) if Hash::of(&content) == head.sha256 => Ok(Found::Here((head, content))),
            Found::Erased => Ok(Found::Erased),
            _ => Err(Error::corrupt(None, format!("the body of file {id} is not the one that its head describes"))),
        }
    }

    /// Removes a file that no event rests on.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn remove(&self, id: Uuid) -> Result<(), Error> {
        let head = self.head(id).await?;
        for path in [Some(head_at(id)), matches!(&head, Found::Here(_)).then(|| body_of(&head)).flatten()] {
            let Some(path) = path else { continue };
            match self.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(())
    }

    async fn object(&self, path: &Path, id: Uuid, part: &'static str) -> Result<Found<(Option<Uuid>, Bytes)>, Error> {
        let object = match self.objects.get(path).await {
            Ok(found) => found.bytes().await.map_err(|error| failed(&error))?,
            Err(object_store::Error::NotFound { .. }) => return Ok(Found::Absent),
            Err(error) => return Err(failed(&error)),
        };
        let unread = || Error::corrupt(None, format!("an object of file {id} does not open"));
        match object.first() {
            Some(&PLAIN) => Ok(Found::Here((None, object.slice(1..)))),
            Some(&SEALED) if object.len() > 17 => {
                let person = Uuid::from_slice(&object[1..17]).map_err(|_| unread())?;
                let (keys, place) = (self.keys.clone(), place(self.ledger, person, id, part));
                match aside(move || sealed_box::open(&keys, &place, &object[17..])).await? {
                    Inside::Open(plain) => Ok(Found::Here((Some(person), plain.to_vec().into()))),
                    Inside::Erased => Ok(Found::Erased),
                    Inside::NoKey => Err(sealed_box::no_key()),
                    Inside::Broken => Err(unread()),
                }
            }
            _ => Err(unread()),
        }
    }

    async fn sealed(
        &self,
        id: Uuid,
        part: &'static str,
        person: Option<Uuid>,
        content: Bytes,
    ) -> Result<Vec<u8>, Error> {
        let Some(person) = person else { return Ok([&[PLAIN], content.as_ref()].concat()) };
        let (keys, place) = (self.keys.clone(), place(self.ledger, person, id, part));
        let sealed = aside(move || sealed_box::seal(&keys, &place, &content)).await?;
        Ok([&[SEALED], person.as_bytes().as_slice(), &sealed].concat())
    }
}

/// Where one of the two objects of a person's file belongs.
pub(crate) fn place(ledger: LedgerId, person: Uuid, id: Uuid, part: &'static str) -> Place<'static> {
    Place::new(ledger, (id, part), (SUBJECT, person))
}

/// Encryption of a large file takes a while: it is done aside.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Unavailable(error.to_string()))?
}

fn body_of(head: &Found<Head>) -> Option<Path> {
    match head {
        Found::Here(head) => Some(at(head.body)),
        Found::Absent | Found::Erased => None,
    }
}

fn head_at(id: Uuid) -> Path {
    Path::from(format!("heads/{:02x}/{id}", id.as_bytes()[0]))
}

fn at(body: Uuid) -> Path {
    Path::from(format!("bodies/{:02x}/{body}", body.as_bytes()[0]))
}

/// The store's own words name paths and no content; a store that turns us away answers with pages of its own.
fn failed(error: &object_store::Error) -> Error {
    Error::Unavailable(match error {
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            "文件存储拒绝访问，请核对 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY 和存储桶的权限。\
             The file store denies access: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the rights on the bucket."
                .to_owned()
        }
        other => format!("file store: {other}"),
    })
}

fn random_id() -> Result<Uuid, Error> {
    let bytes = random_bytes().map_err(|error| Error::Unavailable(format!("file store: {error}")))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &FolderPath) -> FileStore {
        let keys = KeyStore::open(&folder.join("keys")).expect("a key store");
        FileStore::folder(&folder.join("files"), keys, LedgerId([7; 16])).expect("a store")
    }

    fn file(id: u128, person: Option<u128>, content: &'static [u8]) -> NewFile {
        NewFile {
            id: Uuid::from_u128(id),
            person: person.map(Uuid::from_u128),
            media: MediaType::Pdf,
            name: "示范 报告.pdf".into(),
            account: Uuid::from_u128(9),
            at: 1_000,
            content: Bytes::from_static(content),
        }
    }

    /// Every byte that lies in the folder.
    fn all_bytes(folder: &FolderPath) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                bytes.extend(all_bytes(&path));
            } else {
                bytes.extend(std::fs::read(path).expect("a file"));
            }
        }
        bytes
    }

    #[tokio::test]
    async fn a_file_comes_back_as_it_was_and_an_id_keeps_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        assert!(store.put(file(1, None, b"%PDF-1.7 one")).await.expect("stored"));
        assert!(store.put(file(1, None, b"%PDF-1.7 one")).await.expect("stored"), "the same again");
        assert!(!store.put(file(1, None, b"%PDF-1.7 two")).await.expect("answered"), "another one");
        assert!(!store.put(file(1, Some(5), b"%PDF-1.7 one")).await.expect("answered"), "or another person's");
        let Found::Here((head, content)) = store.get(Uuid::from_u128(1)).await.expect("read") else { panic!("gone") };
        assert_eq!(content.as_ref(), b"%PDF-1.7 one");
        assert_eq!((head.name.as_str(), head.media().expect("a type")), ("示范 报告.pdf", MediaType::Pdf));
        assert!(matches!(store.get(Uuid::from_u128(2)).await, Ok(Found::Absent)));
        store.remove(Uuid::from_u128(1)).await.expect("removed");
        store.remove(Uuid::from_u128(1)).await.expect("twice is nothing");
        assert!(matches!(store.head(Uuid::from_u128(1)).await, Ok(Found::Absent)));
        assert!(all_bytes(&folder.path().join("files")).is_empty());
    }

    #[tokio::test]
    async fn a_persons_file_is_gone_with_his_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        assert!(store.put(file(1, Some(5), b"%PDF-1.7 secret")).await.expect("stored"));
        let lying = all_bytes(&folder.path().join("files"));
        for secret in [b"secret".as_slice(), "示范".as_bytes()] {
            assert!(!lying.windows(secret.len()).any(|some| some == secret), "neither content nor name lies open");
        }
        assert!(matches!(store.get(Uuid::from_u128(1)).await, Ok(Found::Here(_))));
        store.keys.erase("person", Uuid::from_u128(5)).expect("erased");
        assert!(matches!(store.get(Uuid::from_u128(1)).await, Ok(Found::Erased)));
    }

    #[tokio::test]
    async fn a_changed_byte_is_no_answer() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        for (id, person) in [(1, None), (2, Some(5))] {
            assert!(store.put(file(id, person, b"%PDF-1.7 as it was signed")).await.expect("stored"));
            let Found::Here(head) = store.head(Uuid::from_u128(id)).await.expect("read") else { panic!("gone") };
            let path = folder.path().join("files").join(at(head.body).as_ref());
            let mut bytes = std::fs::read(&path).expect("the body");
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            std::fs::write(&path, bytes).expect("written");
            assert!(matches!(store.get(Uuid::from_u128(id)).await, Err(Error::Corrupt { .. })), "file {id}");
        }
    }
}

//! The one way in which bytes lie encrypted under a subject's key: `1 || nonce || AES-256-GCM-SIV`
//! (`docs/wire-format.md` §3). Openings, drafts, imports and attached files are such boxes, each bound to its place.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use signing::bytes::{LedgerId, lp};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::key_store::{GENERATION, KeyState, KeyStore, random_bytes};

const ALGORITHM: u8 = 1;

/// What a box is bound to: it opens with this key and at this place, and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The ledger.
    pub ledger: LedgerId,
    /// The event, draft or file of which the box is a part.
    pub id: Uuid,
    /// Which part: a pointer.
    pub part: &'a str,
    /// Kind of the subject whose key encrypts it.
    pub kind: &'a str,
    /// The subject.
    pub subject: Uuid,
    /// Generation of the key.
    pub generation: u32,
}

impl<'a> Place<'a> {
    /// A place under the present key of a subject.
    #[must_use]
    pub fn new(ledger: LedgerId, (id, part): (Uuid, &'a str), (kind, subject): (&'a str, Uuid)) -> Self {
        Self { ledger, id, part, kind, subject, generation: GENERATION }
    }

    /// `lp(ledger) || lp(id) || lp(part) || lp(kind) || lp(subject) || generation u32be`.
    #[must_use]
    pub fn associated_data(&self) -> Vec<u8> {
        let mut aad = Vec::with_capacity(128);
        lp(&mut aad, &self.ledger.0);
        lp(&mut aad, self.id.as_bytes());
        lp(&mut aad, self.part.as_bytes());
        lp(&mut aad, self.kind.as_bytes());
        lp(&mut aad, self.subject.as_bytes());
        aad.extend(self.generation.to_be_bytes());
        aad
    }
}

/// What a box shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// Its bytes.
    Open(Zeroizing<Vec<u8>>),
    /// The subject's key was destroyed.
    Erased,
    /// The key store does not know the subject.
    NoKey,
    /// The box is none, or belongs elsewhere.
    Broken,
}

impl Inside {
    /// The text in it, if it opens and is text.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let Self::Open(bytes) = self else { return None };
        std::str::from_utf8(&bytes).ok().map(str::to_owned)
    }
}

/// Encrypts bytes. The subject's key must have been ensured before.
///
/// # Errors
/// [`Error::Unavailable`] when the store cannot be read or has no key of the subject.
pub fn seal(keys: &KeyStore, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let KeyState::Known(key) = keys.key(place.kind, place.subject)? else { return Err(no_key()) };
    let nonce = random_bytes().map_err(|error| Error::Unavailable(format!("key store: {error}")))?;
    Ok(seal_box(&key, &nonce, plain, &place.associated_data()))
}

/// Decrypts a box.
///
/// # Errors
/// [`Error::Unavailable`] when the store cannot be read.
pub fn open(keys: &KeyStore, place: &Place<'_>, sealed: &[u8]) -> Result<Inside, Error> {
    Ok(match keys.key(place.kind, place.subject)? {
        KeyState::Known(key) => unbox(&key, sealed, &place.associated_data()).map_or(Inside::Broken, Inside::Open),
        KeyState::Erased => Inside::Erased,
        KeyState::Unknown => Inside::NoKey,
    })
}

/// The key store has no key of a subject whose box is to be made or opened.
pub(crate) fn no_key() -> Error {
    Error::Unavailable("key store: no key of this subject".into())
}

/// `1 || nonce || ciphertext`.
#[must_use]
pub fn seal_box(key: &[u8; 32], nonce: &[u8; 12], plain: &[u8], aad: &[u8]) -> Vec<u8> {
    let sealed = Aes256GcmSiv::new(&(*key).into())
        .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad })
        .expect("what is sealed is far below the cipher's limit");
    [&[ALGORITHM], nonce.as_slice(), &sealed].concat()
}

/// What is in a box.
#[must_use]
pub fn unbox(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.strip_prefix(&[ALGORITHM])?.split_first_chunk::<12>()?;
    let cipher = Aes256GcmSiv::new(&(*key).into());
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{drafts, files, imports};

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
        (0..text.len()).step_by(2).map(digit).collect()
    }

    /// Boxes as they lie on disks since the first version: the bytes, and the place of each kind, must not change.
    #[test]
    fn boxes_that_lie_on_disks_open() {
        let (ledger, id, subject) = (LedgerId([7; 16]), Uuid::from_u128(1), Uuid::from_u128(5));
        for (place, plain, sealed) in [
            (
                drafts::place(ledger, subject, id),
                "draft 草稿",
                "010909090909090909090909096db2af5e4a91309e4b0094bb0e42a418c86120263476d9005808a463",
            ),
            (
                imports::place(ledger, subject, id, imports::FILE),
                "file 文件",
                "01090909090909090909090909d9c50bae21c18f1be2f2469644f37f8f68182b9a480d688b24c0b3",
            ),
            (
                imports::place(ledger, subject, id, imports::SETTINGS),
                "settings 设置",
                "01090909090909090909090909673a3f7ff173c5945193afbd2e1f22161ac7f084a1a4e0b9abee8859ec4363",
            ),
            (
                files::place(ledger, subject, id, files::HEAD),
                "head",
                "01090909090909090909090909ea6047bb9b4fab8c2f279146d982439eafe2d039",
            ),
            (
                files::place(ledger, subject, id, files::BODY),
                "body",
                "010909090909090909090909090485e00e177714c89149721ddd5fa4b441008077",
            ),
        ] {
            let (sealed, aad) = (hex(sealed), place.associated_data());
            assert_eq!(seal_box(&[3; 32], &[9; 12], plain.as_bytes(), &aad), sealed, "{}", place.part);
            let open = unbox(&[3; 32], &sealed, &aad).expect("a box that opens");
            assert_eq!(open.as_slice(), plain.as_bytes(), "{}", place.part);
        }
    }

    #[tokio::test]
    async fn a_box_opens_at_its_place_while_its_key_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyStore::open(folder.path()).expect("a key store");
        let (id, subject) = (Uuid::from_u128(1), Uuid::from_u128(5));
        let here = Place::new(LedgerId([7; 16]), (id, "/part"), ("person", subject));
        assert!(matches!(seal(&keys, &here, b"secret"), Err(Error::Unavailable(_))), "no key yet");
        keys.ensure(vec![("person".to_owned(), subject)]).await.expect("a key");
        let sealed = seal(&keys, &here, b"secret").expect("a box");
        assert_ne!(sealed, seal(&keys, &here, b"secret").expect("a box"), "a nonce of its own");
        assert_eq!(open(&keys, &here, &sealed).expect("read").text().as_deref(), Some("secret"));
        for elsewhere in [
            Place { ledger: LedgerId([8; 16]), ..here },
            Place { id: Uuid::from_u128(2), ..here },
            Place { part: "/other", ..here },
            Place { generation: 2, ..here },
        ] {
            assert_eq!(open(&keys, &elsewhere, &sealed).expect("read"), Inside::Broken);
        }
        assert_eq!(open(&keys, &here, &sealed[..12]).expect("read"), Inside::Broken, "cut off");
        let stranger = Place { subject: Uuid::from_u128(6), ..here };
        assert_eq!(open(&keys, &stranger, &sealed).expect("read"), Inside::NoKey);
        keys.erase("person", subject).expect("erased");
        assert_eq!(open(&keys, &here, &sealed).expect("read"), Inside::Erased);
    }
}

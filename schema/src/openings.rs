//! Openings at rest: what stands behind a seal, encrypted under its subject's key (`docs/wire-format.md` §3).
//!
//! `1 || nonce || AES-256-GCM-SIV`; the plaintext is `lp(salt) || lp(value)`, filled with zeros to a multiple of 64 so
//! that lengths tell little; the associated data binds ledger, event, place, subject and generation.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use signing::bytes::{LedgerId, lp};
use signing::envelope::Opening;
use signing::json::{Value, canonical, read_loose};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::event_log::{NewOpening, StoredOpening};
use crate::key_store::{GENERATION, KeyState, KeyStore, random_bytes};

const ALGORITHM: u8 = 1;
const BLOCK: usize = 64;

/// What a stored opening shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// The value and its salt.
    Open {
        /// The salt.
        salt: [u8; 32],
        /// The value.
        value: Value,
    },
    /// The subject's key was destroyed.
    Erased,
    /// The key store does not know the subject, or the box does not open: an error, never shown as erased.
    Unavailable,
}

/// Encrypts an opening. The subject's key must have been ensured before.
///
/// # Errors
/// [`Error::Unavailable`] when the store cannot be read or has no key of the subject.
pub fn seal(keys: &KeyStore, ledger: LedgerId, event: Uuid, opening: &Opening) -> Result<NewOpening, Error> {
    let subject = &opening.subject;
    let KeyState::Known(key) = keys.key(&subject.kind, subject.id)? else {
        return Err(Error::Unavailable("key store: no key of this subject".into()));
    };
    let nonce: [u8; 12] = random_bytes().map_err(|error| Error::Unavailable(format!("key store: {error}")))?;
    let plain = plaintext(&opening.salt, &opening.value);
    let aad = associated_data(ledger, event, &opening.pointer, &subject.kind, subject.id, GENERATION);
    let sealed_box = seal_box(&key, &nonce, &plain, &aad);
    Ok(NewOpening {
        pointer: opening.pointer.clone(),
        subject_kind: subject.kind.to_string(),
        subject: subject.id,
        generation: GENERATION,
        sealed_box,
    })
}

/// Decrypts a stored opening.
///
/// # Errors
/// When the store cannot be read.
pub fn open(keys: &KeyStore, ledger: LedgerId, stored: &StoredOpening) -> Result<Opened, Error> {
    let key = match keys.key(&stored.subject_kind, stored.subject)? {
        KeyState::Known(key) => key,
        KeyState::Erased => return Ok(Opened::Erased),
        KeyState::Unknown => return Ok(Opened::Unavailable),
    };
    let aad = associated_data(
        ledger,
        stored.event_id,
        &stored.pointer,
        &stored.subject_kind,
        stored.subject,
        stored.generation,
    );
    Ok(open_box(&key, &stored.sealed_box, &aad)
        .map_or(Opened::Unavailable, |(salt, value)| Opened::Open { salt, value }))
}

/// `lp(salt) || lp(value)`, filled with zeros to a multiple of 64.
#[must_use]
pub fn plaintext(salt: &[u8; 32], value: &Value) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(2 * BLOCK));
    lp(&mut plain, salt);
    lp(&mut plain, &canonical(value));
    let length = plain.len().next_multiple_of(BLOCK);
    plain.resize(length, 0);
    plain
}

/// `lp(ledger) || lp(event) || lp(pointer) || lp(kind) || lp(id) || generation u32be`.
#[must_use]
pub fn associated_data(ledger: LedgerId, event: Uuid, pointer: &str, kind: &str, id: Uuid, generation: u32) -> Vec<u8> {
    let mut aad = Vec::with_capacity(128);
    lp(&mut aad, &ledger.0);
    lp(&mut aad, event.as_bytes());
    lp(&mut aad, pointer.as_bytes());
    lp(&mut aad, kind.as_bytes());
    lp(&mut aad, id.as_bytes());
    aad.extend(generation.to_be_bytes());
    aad
}

/// `1 || nonce || ciphertext`.
#[must_use]
pub fn seal_box(key: &[u8; 32], nonce: &[u8; 12], plain: &[u8], aad: &[u8]) -> Vec<u8> {
    let cipher = Aes256GcmSiv::new(&(*key).into());
    let sealed = cipher
        .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad })
        .expect("openings are far below the cipher's limit");
    [&[ALGORITHM], nonce.as_slice(), &sealed].concat()
}

/// What is in a box.
#[must_use]
pub fn unbox(key: &[u8; 32], sealed_box: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed_box.strip_prefix(&[ALGORITHM])?.split_first_chunk::<12>()?;
    let cipher = Aes256GcmSiv::new(&(*key).into());
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad }).ok().map(Zeroizing::new)
}

/// Opens a box into salt and value.
#[must_use]
pub fn open_box(key: &[u8; 32], sealed_box: &[u8], aad: &[u8]) -> Option<([u8; 32], Value)> {
    let plain = unbox(key, sealed_box, aad)?;
    let (salt, rest) = take(&plain)?;
    let (value, _) = take(rest)?;
    // A scalar is no document of the strict reader, so it is read as the one member of an object.
    let wrapped = [b"{\"v\":".as_slice(), value, b"}"].concat();
    let value = read_loose(&wrapped, 16 * 1024).ok()?.get("v")?.clone();
    Some((salt.try_into().ok()?, value))
}

fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

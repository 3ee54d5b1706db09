//! Openings at rest: what stands behind a seal, encrypted under its subject's key (`docs/wire-format.md` §3).
//!
//! A [box](crate::sealed_box) bound to event and pointer; the plaintext is `lp(salt) || lp(value)`, filled with zeros to
//! a multiple of 64 so that lengths tell little.

use signing::bytes::{LedgerId, lp};
use signing::envelope::Opening;
use signing::json::{Value, canonical, read_loose};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::event_log::{NewOpening, StoredOpening};
use crate::key_store::KeyStore;
use crate::sealed_box::{self, Inside, Place};

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
    let place = Place::new(ledger, (event, &opening.pointer), (&subject.kind, subject.id));
    let sealed_box = sealed_box::seal(keys, &place, &plaintext(&opening.salt, &opening.value))?;
    Ok(NewOpening {
        pointer: opening.pointer.clone(),
        subject_kind: subject.kind.to_string(),
        subject: subject.id,
        generation: place.generation,
        sealed_box,
    })
}

/// Decrypts a stored opening.
///
/// # Errors
/// When the store cannot be read.
pub fn open(keys: &KeyStore, ledger: LedgerId, stored: &StoredOpening) -> Result<Opened, Error> {
    let place = Place {
        ledger,
        id: stored.event_id,
        part: &stored.pointer,
        kind: &stored.subject_kind,
        subject: stored.subject,
        generation: stored.generation,
    };
    Ok(match sealed_box::open(keys, &place, &stored.sealed_box)? {
        Inside::Open(plain) => read(&plain).map_or(Opened::Unavailable, |(salt, value)| Opened::Open { salt, value }),
        Inside::Erased => Opened::Erased,
        Inside::NoKey | Inside::Broken => Opened::Unavailable,
    })
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

/// Salt and value of a plaintext.
#[must_use]
pub fn read(plain: &[u8]) -> Option<([u8; 32], Value)> {
    let (salt, rest) = take(plain)?;
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

//! Keys and signatures: Ed25519, strictly.
//!
//! A verdict is always the single strict check: S < L, A and R canonical and not of small order, the equation
//! without cofactor. Batch verification only sorts out candidates. The algorithm is that of the key's record,
//! never one that a message names; 2 (SM2 with SM3) is reserved.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signature, Signer, Verifier, VerifyingKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::bytes::{Hash, Instant, KeyId, LedgerId, b64url, b64url_decode, parse_uuid_v4};
use crate::envelope::{EXPORT_MAX, PayloadType, pae};
use crate::json::{Object, Value, canonical_object, read, read_up_to};

/// DER prefix of an Ed25519 SubjectPublicKeyInfo.
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A signature algorithm, as the key's record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    Ed25519 = 1,
}

impl Algorithm {
    /// The algorithm of a number, when this program knows it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        (number == 1).then_some(Self::Ed25519)
    }
}

/// A decoded public key; decoding costs as much as a tenth of a verification, so it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in its one form; refuses what is no canonical point or of small order.
    #[must_use]
    pub fn from_spki(spki: &[u8]) -> Option<Self> {
        let point: [u8; 32] = spki.strip_prefix(&SPKI_PREFIX)?.try_into().ok()?;
        let key = VerifyingKey::from_bytes(&point).ok()?;
        let canonical = key.to_edwards().compress().to_bytes() == point;
        (canonical && !key.is_weak()).then(|| Self { key, id: KeyId(Hash::of(spki).0) })
    }

    /// The same for a key that is to be enrolled: also refuses points outside the prime-order subgroup.
    #[must_use]
    pub fn from_spki_enrolment(spki: &[u8]) -> Option<Self> {
        Self::from_spki(spki).filter(|key| key.key.to_edwards().is_torsion_free())
    }

    fn of(key: VerifyingKey) -> Self {
        let mut spki = SPKI_PREFIX.to_vec();
        spki.extend_from_slice(key.as_bytes());
        Self { id: KeyId(Hash::of(&spki).0), key }
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The SubjectPublicKeyInfo DER, 44 bytes.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        let mut spki = SPKI_PREFIX.to_vec();
        spki.extend_from_slice(self.key.as_bytes());
        spki
    }

    /// The 32 bytes of the point.
    #[must_use]
    pub fn raw(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The verdict on a signature: that of `VerifyingKey::verify_strict`, a seventh cheaper.
    ///
    /// The plain check compares R with what it computes byte by byte, so what it takes is canonical, and of small order
    /// only when it is one of eight known encodings. Looking for those replaces the strict check's decompression of R.
    /// A key is never weak: nothing makes a [`PublicKey`] of such a point.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let plain = |signature: Signature| {
            !is_small_or_not_canonical(signature.r_bytes()) && self.key.verify(message, &signature).is_ok()
        };
        Signature::from_slice(signature).is_ok_and(plain)
    }

    /// The verdict on the signature of a payload.
    #[must_use]
    pub fn verify_payload(&self, payload_type: PayloadType, payload: &[u8], signature: &[u8]) -> bool {
        self.verify(&pae(payload_type, payload), signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

/// A message that a key is said to have signed.
pub type Candidate<'a> = (&'a PublicKey, &'a [u8], &'a [u8]);

/// A first pass over many signatures: false when any of them is wrong, true when all are very probably valid.
///
/// Not a verdict. The batch adds the equations up with random weights, so whoever owns a key can make a signature that
/// holds here and fails [`PublicKey::verify`], by a component of small order in R. What was never judged singly must be.
#[must_use]
pub fn batch_all_valid(candidates: &[Candidate<'_>]) -> bool {
    let parse = |(_, _, signature): &Candidate<'_>| {
        Signature::from_slice(signature).ok().filter(|signature| !is_small_or_not_canonical(signature.r_bytes()))
    };
    let Some(signatures) = candidates.iter().map(parse).collect::<Option<Vec<_>>>() else { return false };
    let messages: Vec<&[u8]> = candidates.iter().map(|(_, message, _)| *message).collect();
    let keys: Vec<VerifyingKey> = candidates.iter().map(|(key, ..)| key.key).collect();
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}

/// Points that the plain check or the batch would take and the strict check refuses: y not reduced, and the eight of small
/// order, with either sign.
fn is_small_or_not_canonical(point: &[u8; 32]) -> bool {
    static SMALL: LazyLock<[[u8; 32]; 8]> = LazyLock::new(|| {
        curve25519_dalek::constants::EIGHT_TORSION.map(|point| without_sign(point.compress().to_bytes()))
    });
    let y = without_sign(*point);
    let not_reduced = y[31] == 0x7F && y[1..31].iter().all(|byte| *byte == 0xFF) && y[0] >= 0xED;
    not_reduced || SMALL.contains(&y)
}

fn without_sign(mut point: [u8; 32]) -> [u8; 32] {
    point[31] &= 0x7F;
    point
}

/// A private key. Its bytes are wiped when it is dropped.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Why a key file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS#8 PEM")]
pub struct KeyFileError;

impl SigningKey {
    /// From a 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads PKCS#8 PEM, version 1 or 2.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyFileError> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem).map(Self).map_err(|_| KeyFileError)
    }

    /// PKCS#8 **version 1** PEM: OpenSSL 3.0 and curl cannot read version 2.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let bytes = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let pem =
            bytes.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF).expect("32 bytes always encode");
        pem.to_string()
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::of(self.0.verifying_key())
    }

    /// Signs a payload of a type.
    #[must_use]
    pub fn sign_payload(&self, payload_type: PayloadType, payload: &[u8]) -> [u8; 64] {
        self.sign_raw(&pae(payload_type, payload))
    }

    /// Signs bytes as they are: checkpoints only.
    #[must_use]
    pub fn sign_raw(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

/// Number of demonstration keys.
pub const DEMO_KEYS: u32 = 10_000;

/// Seed of demonstration key `n`.
#[must_use]
pub fn demo_seed(n: u32) -> [u8; 32] {
    let mut bytes = b"radledger-demo-key-v1\0".to_vec();
    bytes.extend(n.to_be_bytes());
    Hash::of(&bytes).0
}

static DEMO_IDS: LazyLock<HashSet<KeyId>> =
    LazyLock::new(|| (0..DEMO_KEYS).map(|n| SigningKey::from_seed(demo_seed(n)).public().id()).collect());

/// True for a key whose private half is published: it may sign in a demonstration only.
#[must_use]
pub fn is_demonstration_key(key: &KeyId) -> bool {
    DEMO_IDS.contains(key)
}

/// Proof of possession: the enrolment payload of a new key, signed by that key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentProof {
    /// `{account, alg, ledger, public_key, signed_at}`.
    pub payload: Vec<u8>,
    /// Its signature.
    pub signature: Vec<u8>,
}

impl EnrolmentProof {
    /// Proves possession of a key for an account of a ledger.
    #[must_use]
    pub fn make(key: &SigningKey, account: Uuid, ledger: LedgerId, signed_at: Instant) -> Self {
        let text = |text: String| Value::Text(text.into());
        let payload = canonical_object(&Object::from_pairs(vec![
            ("account".into(), text(account.to_string())),
            ("alg".into(), Value::Integer(1)),
            ("ledger".into(), text(ledger.to_string())),
            ("public_key".into(), text(b64url(&key.public().spki()))),
            ("signed_at".into(), text(signed_at.to_string())),
        ]));
        let signature = key.sign_payload(PayloadType::Enrol, &payload).to_vec();
        Self { payload, signature }
    }

    /// Reads `{payload, sig}`, both base64url.
    #[must_use]
    pub fn read_value(object: &Object) -> Option<Self> {
        let bytes = |name| b64url_decode(object.get(name)?.as_text()?);
        let proof = Self { payload: bytes("payload")?, signature: bytes("sig")? };
        (object.len() == 2).then_some(proof)
    }

    /// `{payload, sig}` as it stands in an event.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_pairs(vec![
            ("payload".into(), Value::Text(b64url(&self.payload).into())),
            ("sig".into(), Value::Text(b64url(&self.signature).into())),
        ]))
    }

    /// True when the proof is of this key, for this account, in this ledger.
    #[must_use]
    pub fn verify(&self, ledger: LedgerId, account: Uuid, alg: u8, public_key: &[u8]) -> bool {
        let said = || {
            let object = read(&self.payload).ok().filter(|object| object.len() == 5)?;
            let text = |name: &str| object.get(name).and_then(Value::as_text);
            let fits = text("ledger")?.parse() == Ok(ledger)
                && parse_uuid_v4(text("account")?)? == account
                && object.get("alg")?.as_integer()? == i64::from(alg)
                && b64url_decode(text("public_key")?)? == public_key
                && text("signed_at")?.parse::<Instant>().is_ok();
            let key = PublicKey::from_spki(public_key)?;
            (fits && Algorithm::from_number(alg).is_some())
                .then(|| key.verify_payload(PayloadType::Enrol, &self.payload, &self.signature))
        };
        said().unwrap_or(false)
    }
}

/// A login: an account proves that it holds a key, once, to one audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Account.
    pub account: Uuid,
    /// `scheme://host:port` of the service.
    pub audience: String,
    /// When the challenge ends.
    pub expires_at: Instant,
    /// Key id.
    pub key: KeyId,
    /// Ledger.
    pub ledger: LedgerId,
    /// The challenge.
    pub nonce: [u8; 32],
}

impl Session {
    /// Reads a session payload.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let object = read(payload).ok().filter(|object| object.len() == 7)?;
        let text = |name: &str| object.get(name).and_then(Value::as_text);
        text("purpose").filter(|purpose| *purpose == "login")?;
        Some(Self {
            account: parse_uuid_v4(text("account")?)?,
            audience: text("audience")?.to_owned(),
            expires_at: text("expires_at")?.parse().ok()?,
            key: text("key")?.parse().ok()?,
            ledger: text("ledger")?.parse().ok()?,
            nonce: b64url_decode(text("nonce")?)?.try_into().ok()?,
        })
    }

    /// The payload to sign.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let text = |text: String| Value::Text(text.into());
        canonical_object(&Object::from_pairs(vec![
            ("account".into(), text(self.account.to_string())),
            ("audience".into(), text(self.audience.clone())),
            ("expires_at".into(), text(self.expires_at.to_string())),
            ("key".into(), text(self.key.to_string())),
            ("ledger".into(), text(self.ledger.to_string())),
            ("nonce".into(), text(b64url(&self.nonce))),
            ("purpose".into(), text("login".into())),
        ]))
    }
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Length.
    pub bytes: u64,
    /// Path in the bundle.
    pub name: String,
    /// SHA-256.
    pub sha256: Hash,
}

/// The manifest of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Position up to which it reaches.
    pub as_of: u64,
    /// SHA-256 of the checkpoint note.
    pub checkpoint: Hash,
    /// When it was made.
    pub created_at: Instant,
    /// Its files, by name.
    pub files: Vec<ExportFile>,
    /// Key that signs it.
    pub key: KeyId,
    /// Ledger.
    pub ledger: LedgerId,
}

impl Export {
    /// Reads an export payload.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let object = read_up_to(EXPORT_MAX, payload).ok().filter(|object| object.len() == 6)?;
        let text = |name: &str| object.get(name).and_then(Value::as_text);
        let files = object.get("files")?.as_array()?.iter().map(|file| {
            let file = file.as_object().filter(|file| file.len() == 3)?;
            Some(ExportFile {
                bytes: file.get("bytes")?.as_integer().and_then(|bytes| u64::try_from(bytes).ok())?,
                name: file.get("name")?.as_text()?.to_owned(),
                sha256: file.get("sha256")?.as_text()?.parse().ok()?,
            })
        });
        let files: Vec<ExportFile> = files.collect::<Option<_>>()?;
        let ordered = files.windows(2).all(|pair| pair[0].name < pair[1].name);
        if files.is_empty() || files[0].name.is_empty() || !ordered {
            return None;
        }
        Some(Self {
            as_of: object.get("as_of")?.as_integer().and_then(|position| u64::try_from(position).ok())?,
            checkpoint: text("checkpoint")?.parse().ok()?,
            created_at: text("created_at")?.parse().ok()?,
            files,
            key: text("key")?.parse().ok()?,
            ledger: text("ledger")?.parse().ok()?,
        })
    }

    /// The payload to sign; files are sorted by name.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let text = |text: String| Value::Text(text.into());
        let mut files = self.files.clone();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let files = files.into_iter().map(|file| {
            Value::Object(Object::from_pairs(vec![
                ("bytes".into(), Value::Integer(file.bytes as i64)),
                ("name".into(), text(file.name)),
                ("sha256".into(), text(file.sha256.to_string())),
            ]))
        });
        canonical_object(&Object::from_pairs(vec![
            ("as_of".into(), Value::Integer(self.as_of as i64)),
            ("checkpoint".into(), text(self.checkpoint.to_string())),
            ("created_at".into(), text(self.created_at.to_string())),
            ("files".into(), Value::Array(files.collect())),
            ("key".into(), text(self.key.to_string())),
            ("ledger".into(), text(self.ledger.to_string())),
        ]))
    }
}

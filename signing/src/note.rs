//! Signed notes, checkpoints and offline proofs, in the forms of C2SP (`signed-note`, `tlog-checkpoint`, `tlog-proof`).
//!
//! A log key signs nothing else. Notes are verified strictly: one text, one blank line, signature lines; the strict
//! Ed25519 check; a line of our key that fails spoils the whole note, lines of unknown keys are ignored.

use crate::bytes::{Hash, b64, b64_decode};
use crate::keys::{PublicKey, SigningKey};
use crate::tree::verify_inclusion;

/// Most signature lines that are looked at.
const SIGNATURES_MAX: usize = 16;
/// Longest note, in bytes.
const NOTE_MAX: usize = 64 * 1024;
const PROOF_HEAD: &str = "c2sp.org/tlog-proof@v1";

/// A log key that verifies notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerifier {
    origin: String,
    key: PublicKey,
}

/// A log key that signs notes.
#[derive(Debug, Clone)]
pub struct LogSigner {
    origin: String,
    key: SigningKey,
}

fn note_key_id(origin: &str, key: &PublicKey) -> [u8; 4] {
    let mut bytes = origin.as_bytes().to_vec();
    bytes.extend([0x0A, 0x01]);
    bytes.extend(key.raw());
    let hash = Hash::of(&bytes).0;
    [hash[0], hash[1], hash[2], hash[3]]
}

fn origin_ok(origin: &str) -> bool {
    !origin.is_empty() && !origin.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

impl LogVerifier {
    /// Reads `<origin>+<key id>+<base64(0x01 || key)>`.
    #[must_use]
    pub fn from_vkey(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '+');
        let (origin, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = b64_decode(key)?;
        let raw: [u8; 32] = bytes.strip_prefix(&[1])?.try_into().ok()?;
        let mut spki = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        spki.extend(raw);
        let verifier = Self { origin: origin.to_owned(), key: PublicKey::from_spki(&spki)? };
        let hex = hex4(note_key_id(origin, &verifier.key));
        (origin_ok(origin) && hex == id).then_some(verifier)
    }

    /// The text form.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        let mut bytes = vec![1];
        bytes.extend(self.key.raw());
        format!("{}+{}+{}", self.origin, hex4(note_key_id(&self.origin, &self.key)), b64(&bytes))
    }

    /// Origin of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Id of the key, as if it were a person's: the two must never be the same.
    #[must_use]
    pub fn key_id(&self) -> crate::bytes::KeyId {
        self.key.id()
    }
}

fn hex4(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

impl LogSigner {
    /// A signer for an origin (without white space and plus signs).
    #[must_use]
    pub fn new(origin: impl Into<String>, key: SigningKey) -> Self {
        Self { origin: origin.into(), key }
    }

    /// Origin of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The verifying half.
    #[must_use]
    pub fn verifier(&self) -> LogVerifier {
        LogVerifier { origin: self.origin.clone(), key: self.key.public() }
    }
}

/// A tree head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Origin of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, b64(&self.root.0))
    }

    /// The signed note.
    #[must_use]
    pub fn sign(&self, signer: &LogSigner) -> String {
        let text = self.text();
        let mut bytes = note_key_id(&signer.origin, &signer.key.public()).to_vec();
        bytes.extend(signer.key.sign_raw(text.as_bytes()));
        format!("{text}\n\u{2014} {} {}\n", signer.origin, b64(&bytes))
    }

    /// Reads a signed note that this key signed.
    #[must_use]
    pub fn verify(note: &str, verifier: &LogVerifier) -> Option<Self> {
        if note.len() > NOTE_MAX || note.chars().any(|c| c < ' ' && c != '\n') {
            return None;
        }
        let at = note.rfind("\n\n")?;
        let (text, lines) = (&note[..=at], note[at + 2..].strip_suffix('\n')?);
        let lines: Vec<&str> = lines.split('\n').collect();
        if lines.len() > SIGNATURES_MAX {
            return None;
        }
        let expected = note_key_id(&verifier.origin, &verifier.key);
        let mut verified = false;
        for line in lines {
            let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            let bytes = b64_decode(signature)?;
            let (id, signature) = bytes.split_first_chunk::<4>()?;
            if !origin_ok(name) || signature.is_empty() {
                return None;
            }
            if name == verifier.origin && *id == expected {
                if !verifier.key.verify(text.as_bytes(), signature) {
                    return None;
                }
                verified = true;
            }
        }
        let checkpoint = Self::read(text)?;
        (verified && checkpoint.origin == verifier.origin).then_some(checkpoint)
    }

    /// Reads the text of a checkpoint; extension lines are refused, since this log writes none.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = Hash(b64_decode(root)?.try_into().ok()?);
        let checkpoint = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        (lines.next().is_none() && origin_ok(origin) && checkpoint.text() == text).then_some(checkpoint)
    }
}

/// An offline proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque data that nothing authenticates.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry.
    pub index: u64,
    /// Inclusion proof, leaf sibling first.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

impl TlogProof {
    /// The text form.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{PROOF_HEAD}\n");
        if let Some(extra) = &self.extra {
            out.push_str(&format!("extra {}\n", b64(extra)));
        }
        out.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            out.push_str(&b64(&hash.0));
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    /// Reads the text form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        if lines.next()? != PROOF_HEAD {
            return None;
        }
        let mut line = lines.next()?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            extra = Some(b64_decode(encoded)?);
            line = lines.next()?;
        }
        let index = line.strip_prefix("index ")?.parse().ok()?;
        let hashes = lines.map(|line| b64_decode(line)?.try_into().ok().map(Hash)).collect::<Option<Vec<_>>>()?;
        let proof = Self { extra, index, hashes, checkpoint: checkpoint.to_owned() };
        (proof.hashes.len() <= 64 && proof.to_text() == text).then_some(proof)
    }

    /// Checks the checkpoint and the inclusion of a leaf in it.
    #[must_use]
    pub fn verify(&self, leaf_hash: &Hash, verifier: &LogVerifier) -> Option<Checkpoint> {
        let checkpoint = Checkpoint::verify(&self.checkpoint, verifier)?;
        verify_inclusion(leaf_hash, self.index, checkpoint.size, &self.hashes, &checkpoint.root).then_some(checkpoint)
    }
}

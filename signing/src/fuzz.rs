//! One entry for a fuzzer: whatever the bytes, nothing panics, and what was read writes itself back.
//!
//! The first byte selects what is read. Every reader that faces strangers is here.

use crate::bytes::{Hash, b64_decode, b64url_decode};
use crate::envelope::{Envelope, Unit, openings_of};
use crate::json;
use crate::keys::{EnrolmentProof, Export, PublicKey, Session};
use crate::note::{Checkpoint, LogVerifier, TlogProof};
use crate::statement::{Faults, Statement};
use crate::tree::{Frontier, TilePath, verify_consistency, verify_inclusion};

/// Number of selectors.
pub const SELECTORS: u8 = 14;

/// Reads `data` in the way that its first byte selects.
///
/// # Panics
/// When a reader breaks one of its promises: that is what a fuzzer looks for.
pub fn one(data: &[u8]) {
    let Some((selector, data)) = data.split_first() else { return };
    let text = std::str::from_utf8(data).ok();
    match selector % SELECTORS {
        0 => payload(data),
        1 => loose(data),
        2 => {
            if let Ok(envelope) = Envelope::read_bytes(data) {
                assert_eq!(
                    Envelope::read_bytes(&envelope.to_json()),
                    Ok(envelope),
                    "an envelope is read as it was written"
                );
            }
        }
        3 => {
            if let Ok(unit) = Unit::read(data) {
                assert_eq!(unit.envelopes.len(), unit.openings.len(), "one list of openings per envelope");
                let again = Unit::read(&unit.to_json());
                // Written plainly a unit may only have become shorter.
                assert_eq!(again, Ok(unit), "a unit is read as it was written");
            }
        }
        4 => enrolment(data),
        5 => {
            if let Some(session) = Session::read(data) {
                assert_eq!(session.to_payload(), data, "a session has one form");
            }
        }
        6 => {
            if let Some(export) = Export::read(data) {
                assert_eq!(export.to_payload(), data, "an export has one form");
            }
        }
        7 => {
            if let Some(text) = text {
                note(text);
            }
        }
        8 => {
            if let Some(proof) = text.and_then(TlogProof::from_text) {
                assert_eq!(Some(proof.to_text().as_str()), text, "a proof has one form");
                let _ = proof.verify(&Hash([1; 32]), &verifier());
            }
        }
        9 => {
            if let Some(Ok(path)) = text.map(str::parse::<TilePath>) {
                assert_eq!(Some(path.to_string().as_str()), text, "a tile has one path");
            }
        }
        10 => {
            if let Some(known) = text.and_then(LogVerifier::from_vkey) {
                assert_eq!(Some(known.to_vkey().as_str()), text, "a verifier key has one form");
            }
        }
        11 => {
            if let Some(key) = PublicKey::from_spki(data) {
                assert_eq!(key.spki(), data, "a public key has one form");
            }
        }
        12 => small_forms(data, text),
        _ => tree(data),
    }
}

fn payload(data: &[u8]) {
    let (strict, stored) = (json::read(data), json::read_stored(data));
    if let Ok(object) = &strict {
        assert_eq!(stored.as_ref(), Ok(object), "what is admitted can be audited");
    }
    if let Ok(object) = &stored {
        assert_eq!(json::canonical_object(object), data, "a payload is its own canonical form");
        assert_eq!(json::read_loose(data, json::PAYLOAD_MAX).as_ref(), Ok(object), "the loose reader reads the same");
        let mut faults = Faults::default();
        if let Some(statement) = Statement::read(object, &mut faults) {
            let members = object.get("data").and_then(json::Value::as_object).expect("a statement has data");
            assert_eq!(&statement.to_object(members), object, "a statement is drafted as it is read");
        }
        let _ = crate::seal::find_seals(object);
    }
}

fn loose(data: &[u8]) {
    let Ok(object) = json::read_loose(data, 1 << 20) else { return };
    let written = json::canonical_object(&object);
    // Control characters may grow when they are escaped; nothing else does.
    assert_eq!(json::read_loose(&written, 6 << 20).as_ref(), Ok(&object), "the canonical form reads back");
    for (_, value) in &object {
        let _ = json::check_sealed_value(value);
    }
    if let Some(list) = object.get("openings").and_then(json::Value::as_array).and_then(openings_of) {
        for opening in list {
            let value = opening.to_value();
            assert_eq!(
                value.as_object().and_then(crate::envelope::Opening::read),
                Some(opening),
                "an opening reads back"
            );
        }
    }
    if let Some(proof) = EnrolmentProof::read_value(&object) {
        assert_eq!(proof.to_value(), json::Value::Object(object), "a proof reads back");
    }
}

fn enrolment(data: &[u8]) {
    let cut = data.len().saturating_sub(64);
    let proof = EnrolmentProof { payload: data[..cut].to_vec(), signature: data[cut..].to_vec() };
    let (ledger, account) = (crate::bytes::LedgerId([7; 16]), uuid::Uuid::nil());
    let spki = crate::keys::SigningKey::from_seed([1; 32]).public().spki();
    assert!(!proof.verify(ledger, account, 1, &spki), "the nil account is in no proof");
}

fn verifier() -> LogVerifier {
    crate::note::LogSigner::new("fuzz", crate::keys::SigningKey::from_seed(crate::keys::demo_seed(0))).verifier()
}

fn note(text: &str) {
    if let Some(checkpoint) = Checkpoint::verify(text, &verifier()) {
        let body = format!("{}\n{}\n{}\n\n", checkpoint.origin, checkpoint.size, crate::bytes::b64(&checkpoint.root.0));
        assert!(text.starts_with(&body), "a checkpoint has one form");
    }
}

fn small_forms(data: &[u8], text: Option<&str>) {
    let Some(text) = text else { return };
    if let Ok(instant) = text.parse::<crate::bytes::Instant>() {
        assert_eq!(instant.to_string(), text);
    }
    if let Ok(date) = text.parse::<crate::bytes::Date>() {
        assert_eq!(date.to_string(), text);
    }
    if let Ok(hash) = text.parse::<Hash>() {
        assert_eq!(hash.to_string(), text);
    }
    if let Some(bytes) = b64_decode(text) {
        assert_eq!(crate::bytes::b64(&bytes), text);
    }
    if let Some(bytes) = b64url_decode(text) {
        assert_eq!(crate::bytes::b64url(&bytes), text);
    }
    if let Some(id) = crate::bytes::parse_uuid_v4(text) {
        assert_eq!(id.to_string().as_bytes(), data);
    }
    let _ = crate::keys::SigningKey::from_pem(text);
}

fn tree(data: &[u8]) {
    if let Some(edge) = Frontier::from_bytes(data) {
        assert_eq!(edge.to_bytes(), data, "an edge has one form");
        let _ = (edge.root(), edge.partial_tiles());
    }
    let Some((numbers, rest)) = data.split_first_chunk::<16>() else { return };
    let old = u64::from_be_bytes(numbers[..8].try_into().expect("eight of sixteen"));
    let new = u64::from_be_bytes(numbers[8..].try_into().expect("eight of sixteen"));
    let hashes: Vec<Hash> = rest.chunks_exact(32).map(|hash| Hash(hash.try_into().expect("32 bytes"))).collect();
    let Some((first, proof)) = hashes.split_first() else { return };
    let _ = (verify_inclusion(first, old, new, proof, first), verify_consistency(old, first, new, first, proof));
}

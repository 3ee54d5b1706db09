//! The signatures of a chunk, on all cores: all singly, or in batches of which one that fails is halved until the single
//! check says which it was.

use std::collections::HashMap;

use rayon::prelude::*;
use signing::bytes::{KeyId, b64url_decode};
use signing::envelope::{PayloadType, pae};
use signing::json::{Object, Value};
use signing::keys::{Candidate, PublicKey, batch_all_valid};

use super::rows::{Row, Rows};

/// Signatures of a batch.
const BATCH: usize = 1024;
/// So few are checked singly: below that a batch saves nothing.
const FEW: usize = 8;

/// Every key that was enrolled so far.
#[derive(Default)]
pub struct Keys(HashMap<KeyId, PublicKey>);

impl Keys {
    /// Takes the keys that these statements enrol: a chunk is checked before it is folded.
    pub fn enrol(&mut self, rows: Rows<'_>) {
        let found = rows.events.iter().flat_map(|event| enrolled(&event.object));
        for key in found.filter_map(|spki| PublicKey::from_spki(&spki)) {
            self.0.entry(key.id()).or_insert(key);
        }
    }

    /// A key.
    #[must_use]
    pub fn get(&self, id: &KeyId) -> Option<&PublicKey> {
        self.0.get(id)
    }

    /// Positions whose signature does not verify.
    #[must_use]
    pub fn bad(&self, rows: Rows<'_>, strict: bool) -> Vec<u64> {
        // Small enough stretches in strict mode that no core waits long for the other.
        let stretches = rows.stretches(if strict { 64 } else { BATCH });
        stretches.flat_map_iter(|stretch| self.bad_of(stretch, strict)).collect()
    }

    fn bad_of(&self, rows: Rows<'_>, strict: bool) -> Vec<u64> {
        let mut bad = Vec::new();
        let messages: Vec<Vec<u8>> = rows.events.iter().map(|event| pae(PayloadType::Event, &event.payload)).collect();
        let mut judged = Vec::with_capacity(rows.len());
        for (row, message) in rows.iter().zip(&messages) {
            match self.key_of(row) {
                Some(key) => judged.push((row.read.position, (key, &message[..], &row.event.signature[..]))),
                None => bad.push(row.read.position),
            }
        }
        if strict {
            single(&judged, &mut bad)
        } else {
            halve(&judged, &mut bad)
        }
        bad
    }

    fn key_of(&self, row: Row<'_>) -> Option<&PublicKey> {
        self.get(&row.event.key).filter(|_| row.event.alg == 1)
    }
}

fn single(judged: &[(u64, Candidate<'_>)], bad: &mut Vec<u64>) {
    let invalid = judged.iter().filter(|(_, (key, message, signature))| !key.verify(message, signature));
    bad.extend(invalid.map(|(position, _)| position));
}

fn halve(judged: &[(u64, Candidate<'_>)], bad: &mut Vec<u64>) {
    if judged.len() <= FEW {
        return single(judged, bad);
    }
    let candidates: Vec<Candidate<'_>> = judged.iter().map(|(_, candidate)| *candidate).collect();
    if !batch_all_valid(&candidates) {
        let (first, second) = judged.split_at(judged.len() / 2);
        halve(first, bad);
        halve(second, bad);
    }
}

/// Keys that a statement enrols.
fn enrolled(object: &Object) -> Vec<Vec<u8>> {
    let spki = |object: &Object| object.get("public_key").and_then(Value::as_text).and_then(b64url_decode);
    let data = object.get("data").and_then(Value::as_object);
    match object.get("type").and_then(Value::as_text) {
        Some("credential.requested") => data.and_then(spki).into_iter().collect(),
        Some("ledger.created") => {
            let roots = data.and_then(|data| data.get("roots")).and_then(Value::as_array).unwrap_or_default();
            let service = data.and_then(|data| data.get("service")).and_then(Value::as_object);
            roots.iter().filter_map(Value::as_object).chain(service).filter_map(spki).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use signing::keys::SigningKey;

    use super::*;

    #[test]
    fn a_batch_that_fails_is_halved_down_to_what_is_wrong() {
        let key = SigningKey::from_seed([3; 32]);
        let public = key.public();
        let messages: Vec<Vec<u8>> = (0..100_u8).map(|n| pae(PayloadType::Event, &[n])).collect();
        let mut signatures: Vec<[u8; 64]> = messages.iter().map(|message| key.sign_raw(message)).collect();
        let wrong = [0, 7, 8, 50, 99];
        wrong.iter().for_each(|at| signatures[*at as usize][40] ^= 1);
        let judged: Vec<(u64, Candidate<'_>)> = (0..)
            .zip(messages.iter().zip(&signatures))
            .map(|(position, (message, signature))| (position, (&public, &message[..], &signature[..])))
            .collect();
        let mut bad = Vec::new();
        halve(&judged, &mut bad);
        assert_eq!(bad, wrong);
    }
}

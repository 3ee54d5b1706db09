//! The fuzzer's entry under random bytes, and under valid input with a few bytes changed.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use signing::bytes::Hash;
use signing::fuzz::{SELECTORS, one};
use signing::tree::Frontier;

/// Valid input for each selector.
fn seeds() -> Vec<(u8, Vec<u8>)> {
    let mut edge = Frontier::default();
    for n in 0..300_u16 {
        edge.push(Hash::of(&n.to_be_bytes()), &mut Vec::new());
    }
    let proof = support::enrolment();
    let proof_object = signing::json::canonical(&proof.to_value());
    let opening = signing::json::canonical(&support::opening().to_value());
    let openings = [b"{\"openings\":[", &opening[..], b"]}"].concat();
    let numbers = [5_u64.to_be_bytes(), 9_u64.to_be_bytes()].concat();
    vec![
        (0, support::statement()),
        (1, openings),
        (1, proof_object),
        (1, support::statement()),
        (2, support::envelope().to_json()),
        (3, support::unit().to_json()),
        (4, [proof.payload, proof.signature].concat()),
        (5, support::session().to_payload()),
        (6, support::export().to_payload()),
        (7, support::checkpoint().sign(&support::log()).into_bytes()),
        (8, support::proof().to_text().into_bytes()),
        (9, b"tile/0/x001/x234/067.p/112".to_vec()),
        (10, support::log().verifier().to_vkey().into_bytes()),
        (11, support::key(1).public().spki().to_vec()),
        (12, b"2026-11-25T08:30:00.000000Z".to_vec()),
        (12, b"2024-02-29".to_vec()),
        (12, support::EVENT.as_bytes().to_vec()),
        (12, Hash([7; 32]).to_string().into_bytes()),
        (12, support::key(1).to_pem().as_bytes().to_vec()),
        (13, edge.to_bytes()),
        (13, [&numbers[..], &[7; 160]].concat()),
    ]
}

#[test]
fn every_selector_has_a_seed_that_reads() {
    let seeds = seeds();
    for selector in 0..SELECTORS {
        assert!(seeds.iter().any(|(known, _)| *known == selector), "selector {selector}");
    }
    for (selector, seed) in seeds {
        one(&[&[selector], &seed[..]].concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..300)) {
        one(&data);
    }

    #[test]
    fn random_json(selector in 0..7_u8, text in "[\\[\\]{}\",:0-9a-z\\\\u$ ]{0,60}") {
        one(&[&[selector], text.as_bytes()].concat());
    }

    #[test]
    fn mutated_input(seed in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..5_u8), 1..4)) {
        let seeds = seeds();
        let (selector, mut data) = seeds[seed.index(seeds.len())].clone();
        for (at, byte, how) in changes {
            let at = at.index(data.len().max(1));
            match how {
                _ if data.is_empty() => data.push(byte),
                0 => data[at] = byte,
                1 => data[at] ^= 1 << (byte % 8),
                2 => data.insert(at, b"{}[]\",:\\u0 \n"[usize::from(byte) % 12]),
                3 => { data.remove(at); }
                _ => {
                    let end = data.len().min(at + usize::from(byte));
                    let piece = data[at..end].to_vec();
                    data.splice(at..at, piece);
                }
            }
        }
        one(&[&[selector], &data[..]].concat());
    }
}

//! Signed notes and offline proofs are read in one form alone.
#![allow(clippy::unwrap_used)]

mod support;

use signing::bytes::{Hash, b64};
use signing::keys::SigningKey;
use signing::note::{Checkpoint, LogSigner, LogVerifier, TlogProof};
use signing::tree::{Frontier, leaf_hash, verify_inclusion};

/// Every text that differs from `text` in one byte (and is still text).
fn flipped(text: &str) -> impl Iterator<Item = (usize, String)> {
    let bytes = text.as_bytes().to_vec();
    (0..bytes.len()).flat_map(move |at| {
        let bytes = bytes.clone();
        (0..8).filter_map(move |bit| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            String::from_utf8(bytes).ok().map(|text| (at, text))
        })
    })
}

#[test]
fn no_byte_of_a_note_may_change() {
    let (note, verifier) = (support::checkpoint().sign(&support::log()), support::log().verifier());
    assert_eq!(Checkpoint::verify(&note, &verifier), Some(support::checkpoint()));
    for (at, text) in flipped(&note) {
        assert_eq!(Checkpoint::verify(&text, &verifier), None, "byte {at}: {text}");
    }
    for at in 0..note.len() {
        if let Some(cut) = note.get(..at) {
            assert_eq!(Checkpoint::verify(cut, &verifier), None, "cut at {at}");
        }
    }
    for (before, after) in [("", "\n"), ("\n", ""), (" ", ""), ("", " "), ("", "x"), ("\u{FEFF}", "")] {
        assert_eq!(Checkpoint::verify(&format!("{before}{note}{after}"), &verifier), None);
    }
    for (from, to) in [
        ("\n\n", "\n\n\n"),
        ("\n", "\r\n"),
        ("\u{2014}", "-"),
        ("\u{2014} fuzz ", "\u{2014}  fuzz "),
        ("\n70\n", "\n070\n"),
        ("\n70\n", "\n+70\n"),
    ] {
        assert_eq!(Checkpoint::verify(&note.replacen(from, to, 1), &verifier), None, "{from:?} to {to:?}");
    }
}

/// Signs any text in the place of a checkpoint's.
fn signed(text: &str) -> String {
    let key = support::key(0);
    let mut id = b"fuzz\n\x01".to_vec();
    id.extend(key.public().raw());
    let mut bytes = Hash::of(&id).0[..4].to_vec();
    bytes.extend(key.sign_raw(text.as_bytes()));
    format!("{text}\n\u{2014} fuzz {}\n", b64(&bytes))
}

#[test]
fn only_a_checkpoint_is_a_checkpoint_however_well_signed() {
    let (verifier, root) = (support::log().verifier(), b64(&[8; 32]));
    let good = format!("fuzz\n70\n{root}\n");
    assert_eq!(Checkpoint::verify(&signed(&good), &verifier), Some(support::checkpoint()));
    for text in [
        format!("other\n70\n{root}\n"),
        format!("fuzz\n70\n{root}\nextension\n"),
        format!("fuzz\n70\n{root}\n\n"),
        format!("fuzz\n\n70\n{root}\n"),
        format!("fuzz\n070\n{root}\n"),
        format!("fuzz\n-1\n{root}\n"),
        format!("fuzz\n18446744073709551616\n{root}\n"),
        format!("fuzz\n70\n{}\n", b64(&[8; 31])),
        format!("fuzz\n70\n{}\n", root.trim_end_matches('=')),
        "fuzz\n70\n".into(),
        "fuzz\n".into(),
        "\n".into(),
    ] {
        assert_eq!(Checkpoint::verify(&signed(&text), &verifier), None, "{text}");
    }
}

#[test]
fn signature_lines() {
    let (log, checkpoint) = (support::log(), support::checkpoint());
    let verifier = log.verifier();
    let note = checkpoint.sign(&log);
    let (text, own) = note.split_at(note.rfind("\n\n").unwrap() + 2);
    let stranger = format!("\u{2014} witness.example {}\n", b64(&[9; 76]));
    let with = |lines: &[&str]| format!("{text}{}", lines.concat());
    assert_eq!(
        Checkpoint::verify(&with(&[&stranger, own, &stranger]), &verifier),
        Some(checkpoint.clone()),
        "unknown keys are passed over"
    );
    assert_eq!(Checkpoint::verify(&with(&[&stranger]), &verifier), None, "and do not vouch");
    let fifteen = vec![stranger.as_str(); 15];
    assert!(Checkpoint::verify(&with(&[&fifteen[..], &[own]].concat()), &verifier).is_some(), "sixteen lines");
    assert!(Checkpoint::verify(&with(&[&fifteen[..], &[own, &stranger]].concat()), &verifier).is_none(), "seventeen");
    // A line of our name and key id that fails spoils the note, wherever it stands.
    let mut spoilt = signing::bytes::b64_decode(own.trim_end().rsplit(' ').next().unwrap()).unwrap();
    spoilt[40] ^= 1;
    let spoilt = format!("\u{2014} fuzz {}\n", b64(&spoilt));
    assert_eq!(Checkpoint::verify(&with(&[own, &spoilt]), &verifier), None);
    assert_eq!(Checkpoint::verify(&with(&[&spoilt, own]), &verifier), None);
    // The same name with another key id is a stranger; so is our key under another name.
    let namesake = LogSigner::new("fuzz", support::key(1));
    let line = |signer: &LogSigner| checkpoint.sign(signer).rsplit_once("\n\n").unwrap().1.to_owned();
    assert!(Checkpoint::verify(&with(&[&line(&namesake), own]), &verifier).is_some());
    assert!(Checkpoint::verify(&with(&[&line(&namesake)]), &verifier).is_none());
    assert!(Checkpoint::verify(&with(&[&line(&LogSigner::new("other", support::key(0)))]), &verifier).is_none());
    // Ill-formed lines spoil it also when they are not ours.
    for bad in [
        "\u{2014} a+b AAAAAAA=\n",
        "\u{2014} a AAAA\n",
        "\u{2014} a b AAAAAAA=\n",
        "\u{2014} a AAAAAAB=\n",
        "x\n",
        "\u{2014}  AAAAAAA=\n",
    ] {
        assert_eq!(Checkpoint::verify(&with(&[own, bad]), &verifier), None, "{bad}");
    }
}

#[test]
fn verifier_keys() {
    let vkey = support::log().verifier().to_vkey();
    assert_eq!(LogVerifier::from_vkey(&vkey), Some(support::log().verifier()));
    for (at, text) in flipped(&vkey) {
        assert_eq!(LogVerifier::from_vkey(&text), None, "byte {at}: {text}");
    }
    let parts: Vec<&str> = vkey.splitn(3, '+').collect();
    for bad in [
        format!("+{}+{}", parts[1], parts[2]),
        format!("{}+{}", parts[0], parts[1]),
        vkey.to_uppercase(),
        format!("{vkey}+"),
        format!("{vkey} "),
        format!("{vkey}\n"),
    ] {
        assert_eq!(LogVerifier::from_vkey(&bad), None, "{bad}");
    }
    let shown = format!("{:?}", support::log());
    assert!(shown.contains("SigningKey(") && !shown.contains("secret"), "{shown}");
}

#[test]
fn an_offline_proof() {
    let (log, leaf) = (support::log(), [1; 73]);
    let mut edge = Frontier::default();
    edge.push(leaf_hash(&leaf), &mut Vec::new());
    edge.push(Hash([2; 32]), &mut Vec::new());
    let checkpoint = Checkpoint { origin: log.origin().into(), size: 2, root: edge.root() };
    let proof = TlogProof { extra: None, index: 0, hashes: vec![Hash([2; 32])], checkpoint: checkpoint.sign(&log) };
    assert!(verify_inclusion(&leaf_hash(&leaf), 0, 2, &proof.hashes, &edge.root()));
    let text = proof.to_text();
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\nAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n\nfuzz\n2\n"),
        "{text}"
    );
    assert_eq!(TlogProof::from_text(&text), Some(proof.clone()));
    assert_eq!(proof.verify(&leaf_hash(&leaf), &log.verifier()), Some(checkpoint));
    assert_eq!(proof.verify(&leaf_hash(&[2; 73]), &log.verifier()), None);
    assert_eq!(
        proof.verify(&leaf_hash(&leaf), &LogSigner::new("fuzz", SigningKey::from_seed([9; 32])).verifier()),
        None
    );
    for (at, text) in flipped(&text) {
        let verified = TlogProof::from_text(&text).and_then(|proof| proof.verify(&leaf_hash(&leaf), &log.verifier()));
        assert_eq!(verified, None, "byte {at}: {text}");
    }
    let extra = TlogProof { extra: Some(b"hello".to_vec()), ..proof };
    assert!(extra.to_text().contains("\nextra aGVsbG8=\nindex 0\n"));
    assert_eq!(TlogProof::from_text(&extra.to_text()), Some(extra.clone()));
    for (from, to) in [
        ("index 0", "index 00"),
        ("index 0", "index +0"),
        ("index 0", "index  0"),
        ("index 0\n", ""),
        ("extra ", "Extra "),
        ("@v1", "@v2"),
        ("\n\n", "\n"),
        ("\n", "\r\n"),
        ("AgI=\n", "AgI\n"),
    ] {
        assert_eq!(TlogProof::from_text(&extra.to_text().replacen(from, to, 1)), None, "{from:?} to {to:?}");
    }
}

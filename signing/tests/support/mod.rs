//! Valid input that several tests start from.
#![allow(dead_code, clippy::unwrap_used)]

use signing::bytes::{Hash, Instant, LedgerId};
use signing::envelope::{Envelope, Opening, PayloadType, Subject, Unit};
use signing::json::{Object, Value};
use signing::keys::{EnrolmentProof, Export, ExportFile, Session, SigningKey, demo_seed};
use signing::note::{Checkpoint, LogSigner, TlogProof};
use signing::seal::commitment;

pub const LEDGER: LedgerId = LedgerId([0x11; 16]);
pub const EVENT: &str = "3f0e8a52-9d6b-4c1f-8a21-5b7d4e9c0f13";
pub const RECORD: &str = "a1b2c3d4-e5f6-4789-9abc-def012345678";
pub const ACCOUNT: &str = "0c9f6a70-1e2d-4b3c-a4d5-e6f708192a3b";
pub const SALT: [u8; 32] = [0x22; 32];

pub fn key(n: u32) -> SigningKey {
    SigningKey::from_seed(demo_seed(n))
}

pub fn now() -> Instant {
    "2026-11-25T08:30:00.000000Z".parse().unwrap()
}

/// A statement with one seal, as a client would sign it.
pub fn statement() -> Vec<u8> {
    let sealed = commitment(LEDGER, EVENT.parse().unwrap(), "/data/name", &SALT, &Value::Text("张三".into()));
    let (signer, prev) = (key(3).public().id(), Hash([9; 32]));
    format!(
        concat!(
            r#"{{"data":{{"name":{{"$sealed":"{sealed}"}},"note":"放射工作","places":["chest","wrist"],"quarter_nsv":120000,"worn":true}},"#,
            r#""effective_on":"2026-11-01","id":"{id}","ledger":"{ledger}","meaning":"entry","prev":"{prev}","#,
            r#""reads":[{{"hash":"{prev}","id":"{id}","kind":"device","version":3}}],"#,
            r#""record":{{"id":"{record}","kind":"party"}},"schema":1,"signed_at":"2026-11-25T08:30:00.000000Z","#,
            r#""signer":{{"account":"{account}","grant":"{record}","key":"{signer}"}},"type":"party.changed","version":2}}"#
        ),
        sealed = sealed,
        id = EVENT,
        ledger = LEDGER,
        prev = prev,
        record = RECORD,
        account = ACCOUNT,
        signer = signer,
    )
    .into_bytes()
}

pub fn envelope() -> Envelope {
    let (payload, key) = (statement(), key(3));
    Envelope {
        payload_type: PayloadType::Event,
        signature: key.sign_payload(PayloadType::Event, &payload).to_vec(),
        key: key.public().id(),
        payload,
    }
}

pub fn opening() -> Opening {
    let subject = Subject { kind: "party".into(), id: RECORD.parse().unwrap() };
    Opening { pointer: "/data/name".into(), subject, salt: SALT, value: Value::Text("张三".into()) }
}

pub fn unit() -> Unit {
    Unit { envelopes: vec![envelope(), envelope()], openings: vec![Some(vec![opening()]), Some(vec![])] }
}

pub fn enrolment() -> EnrolmentProof {
    EnrolmentProof::make(&key(4), ACCOUNT.parse().unwrap(), LEDGER, now())
}

pub fn session() -> Session {
    Session {
        account: ACCOUNT.parse().unwrap(),
        audience: "https://127.0.0.1:8443".into(),
        expires_at: now(),
        key: key(4).public().id(),
        ledger: LEDGER,
        nonce: [5; 32],
    }
}

pub fn export() -> Export {
    let file = |name: &str, bytes| ExportFile { name: name.into(), bytes, sha256: Hash::of(name.as_bytes()) };
    Export {
        as_of: 99,
        checkpoint: Hash([6; 32]),
        created_at: now(),
        files: vec![file("manifest.json", 12), file("rows/0.jsonl", 34)],
        key: key(1).public().id(),
        ledger: LEDGER,
    }
}

pub fn log() -> LogSigner {
    LogSigner::new("fuzz", key(0))
}

pub fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "fuzz".into(), size: 70, root: Hash([8; 32]) }
}

pub fn proof() -> TlogProof {
    TlogProof {
        extra: Some(vec![1, 2, 3]),
        index: 5,
        hashes: vec![Hash([1; 32]), Hash([2; 32])],
        checkpoint: checkpoint().sign(&log()),
    }
}

pub fn object(pairs: &[(&str, Value)]) -> Object {
    Object::from_pairs(pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

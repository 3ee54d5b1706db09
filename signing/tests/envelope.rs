//! Envelopes, openings and units: what is read, what is refused, and which fault wins.
#![allow(clippy::unwrap_used)]

mod support;

use signing::bytes::{Hash, LedgerId, b64, b64url};
use signing::envelope::{EVENTS_MAX, Envelope, EnvelopeFault, Opening, PayloadType, UNIT_JSON_MAX, Unit, UnitFault};
use signing::json::{Value, read_loose};
use signing::keys::{Export, ExportFile};

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}

fn read(text: &str) -> Result<Envelope, EnvelopeFault> {
    Envelope::read_bytes(text.as_bytes())
}

fn opening(text: &str) -> Option<Opening> {
    Opening::read(&read_loose(text.as_bytes(), 100_000).ok()?)
}

#[test]
fn an_envelope() {
    let envelope = support::envelope();
    let json = text(envelope.to_json());
    assert_eq!(read(&json), Ok(envelope.clone()));
    assert_eq!(read(&json.replace(":", " : \n")), Ok(envelope.clone()), "it need not be canonical");
    assert_eq!(read(&json.replace("payloadType", "payload\\u0054ype")), Ok(envelope.clone()));
    let (sig, keyid) = (b64(&envelope.signature), envelope.key.to_string());
    let one = format!(r#"{{"keyid":"{keyid}","sig":"{sig}"}}"#);
    for bad in [
        json.replace("payloadType", "payloadtype"),
        json.replace("\"payload\":", "\"Payload\":"),
        json.replace("radledger.event", "radledger.events"),
        json.replace("{\"payload\"", "{\"extra\":1,\"payload\""),
        json.replace(&one, ""),
        json.replace(&one, &format!("{one},{one}")),
        json.replace(&one, &format!(r#"{{"sig":"{sig}"}}"#)),
        json.replace(&one, &format!(r#"{{"keyid":"{keyid}","sig":"{sig}","alg":1}}"#)),
        json.replace(&keyid, &keyid[..42]),
        json.replace(&keyid, &format!("{keyid}=")),
        json.replace(&sig, sig.trim_end_matches('=')),
        json.replace(&sig, &b64url(&envelope.signature)),
        json.replace(&sig, &format!("{}\\n{}", &sig[..4], &sig[4..])),
        json.replace(&b64(&envelope.payload), &format!(" {}", b64(&envelope.payload))),
        json.replace(&format!("\"{sig}\""), "null"),
        format!("[{json}]"),
        format!("{json}x"),
        "{}".into(),
    ] {
        assert_ne!(bad, json);
        assert_eq!(read(&bad), Err(EnvelopeFault::BadEnvelope), "{bad}");
    }
    let sized = |length: usize| Envelope { payload: vec![b'x'; length], ..envelope.clone() };
    assert_eq!(Envelope::read_bytes(&sized(65_536).to_json()), Ok(sized(65_536)));
    assert_eq!(Envelope::read_bytes(&sized(65_537).to_json()), Err(EnvelopeFault::TooLarge));
    assert_eq!(
        read(&text(sized(65_537).to_json()).replace("keyid", "key")),
        Err(EnvelopeFault::TooLarge),
        "size is judged first"
    );
    assert_eq!(Envelope::read_bytes(&sized(200_000).to_json()), Err(EnvelopeFault::TooLarge));
    let odd = Envelope { signature: vec![1; 3], ..envelope.clone() };
    assert_eq!(
        Envelope::read_bytes(&odd.to_json()),
        Ok(odd),
        "the length of a signature is for its algorithm to judge"
    );
    let long = Envelope { signature: vec![1; 65_536], payload: vec![], ..envelope };
    assert_eq!(Envelope::read_bytes(&long.to_json()), Err(EnvelopeFault::BadEnvelope), "the leaf has 16 bits for it");
}

#[test]
fn an_export_may_be_longer_than_a_statement() {
    let key = signing::keys::SigningKey::from_seed([4; 32]);
    let file = |n: u64| ExportFile { bytes: n, name: format!("tile/0/{n:06}"), sha256: Hash([7; 32]) };
    let export = Export {
        as_of: 5,
        checkpoint: Hash([8; 32]),
        created_at: "2026-11-25T01:02:04.500000Z".parse().expect("an instant"),
        files: (0..20_000).map(file).collect(),
        key: key.public().id(),
        ledger: LedgerId([1; 16]),
    };
    let payload = export.to_payload();
    assert_eq!(Export::read(&payload), Some(export));
    let signature = key.sign_payload(PayloadType::Export, &payload).to_vec();
    let envelope = Envelope { payload_type: PayloadType::Export, payload, key: key.public().id(), signature };
    assert_eq!(Envelope::read_export(&envelope.to_json()), Ok(envelope.clone()));
    assert_eq!(Envelope::read_bytes(&envelope.to_json()), Err(EnvelopeFault::TooLarge));
    let event = Envelope { payload_type: PayloadType::Event, ..envelope };
    assert_eq!(Envelope::read_export(&event.to_json()), Err(EnvelopeFault::BadEnvelope));
}

#[test]
fn an_opening() {
    let good = support::opening();
    let Value::Object(object) = good.to_value() else { panic!() };
    let json = text(signing::json::canonical_object(&object));
    assert_eq!(opening(&json), Some(good.clone()));
    let warning = json.replace("party", "warning");
    assert_eq!(opening(&warning), None, "a warning's id is derived");
    assert!(opening(&warning.replace("-4789-", "-8789-")).is_some());
    assert_eq!(opening(&json.replace("-4789-", "-8789-")), None, "and no other is");
    for bad in [
        json.replace("pointer", "Pointer"),
        json.replace("{\"pointer\"", "{\"a\":1,\"pointer\""),
        json.replace(&b64url(&support::SALT), &b64url(&[1; 31])),
        json.replace(&b64url(&support::SALT), &b64(&support::SALT)),
        json.replace("\"party\"", "\"Party\""),
        json.replace("\"party\"", "7"),
        json.replace(support::RECORD, &support::RECORD.to_uppercase()),
        json.replace("\"value\":\"张三\"", "\"value\":null"),
        json.replace(",\"value\":\"张三\"", ""),
    ] {
        assert_ne!(bad, json);
        assert_eq!(opening(&bad), None, "{bad}");
    }
    let shown = format!("{good:?}");
    assert!(shown.contains("/data/name") && !shown.contains("张三") && !shown.contains("34, 34"), "{shown}");
}

#[test]
fn a_unit() {
    let unit = support::unit();
    assert_eq!(Unit::read(&unit.to_json()), Ok(unit.clone()));
    let turned =
        format!(r#"{{ "openings" : [[] , [ ]], "envelopes":[{e},{e}] }}"#, e = text(support::envelope().to_json()));
    assert_eq!(Unit::read(turned.as_bytes()).unwrap().openings, [Some(vec![]), Some(vec![])]);
}

fn bad(index: usize) -> Result<Unit, UnitFault> {
    Err(UnitFault { fault: EnvelopeFault::BadEnvelope, index })
}

fn large(index: usize) -> Result<Unit, UnitFault> {
    Err(UnitFault { fault: EnvelopeFault::TooLarge, index })
}

fn unit_of(envelopes: &[&str], openings: &[&str]) -> Result<Unit, UnitFault> {
    Unit::read(format!(r#"{{"envelopes":[{}],"openings":[{}]}}"#, envelopes.join(","), openings.join(",")).as_bytes())
}

#[test]
fn the_fault_that_wins() {
    let good = &*text(support::envelope().to_json());
    let oversized = &*text(Envelope { payload: vec![b'x'; 65_537], ..support::envelope() }.to_json());
    let session = &*text(Envelope { payload_type: PayloadType::Session, ..support::envelope() }.to_json());
    assert!(unit_of(&[good], &["[]"]).is_ok());
    assert_eq!(unit_of(&[], &[]), bad(0), "one event, or one whole batch");
    assert_eq!(unit_of(&[good, good], &["[]"]), bad(0), "one list for each");
    assert_eq!(unit_of(&[good], &["[]", "[]"]), bad(0));
    assert_eq!(unit_of(&[good, "{}", "7"], &["[]", "[]", "[]"]), bad(1), "the lowest index");
    assert_eq!(unit_of(&[good, session], &["[]", "[]"]), bad(1), "only events enter the log");
    assert_eq!(unit_of(&["{}", good, oversized], &["[]", "[]", "[]"]), large(2), "too_large comes before bad_envelope");
    assert_eq!(unit_of(&["{}", oversized], &["[]"]), large(1));
    assert_eq!(unit_of(&[good], &["{}"]), bad(0), "an object is no list");
    assert_eq!(unit_of(&[good], &["null"]), bad(0));
    for text in [
        "",
        "{}",
        "[]",
        r#"{"envelopes":[],"openings":[],"envelopes":[]}"#,
        r#"{"envelopes":[]}"#,
        r#"{"openings":[]}"#,
        r#"{"envelopes":[],"openings":[],"more":1}"#,
        r#"{"envelopes":{},"openings":[]}"#,
        r#"{"envelopes":[],"openings":[]}x"#,
        r#"{"envelopes":[],"openings":[[}"#,
        r#"{"envelopes":[],"openings":[["#,
    ] {
        assert_eq!(Unit::read(text.as_bytes()), bad(0), "{text}");
    }
}

/// A fault within one list is that event's, whatever it is; the others are read.
#[test]
fn ill_formed_openings_are_the_callers() {
    let good = &*text(support::envelope().to_json());
    let Value::Object(object) = support::opening().to_value() else { panic!() };
    let fine = &*text(signing::json::canonical_object(&object));
    let lists = [
        "[7]".to_owned(),
        "[{}]".into(),
        "[null]".into(),
        "[1.5]".into(),
        r#"[{"a":1,"a":2}]"#.into(),
        r#"["]\"]"]"#.into(),
        r#"["\ud800"]"#.into(),
        format!("[{fine},]"),
        format!("[{}]", fine.replace("\"张三\"", "null")),
        format!("[{}]", fine.replace("\"张三\"", &format!("{}7{}", "[".repeat(40), "]".repeat(40)))),
        format!("[{fine},{}]", fine.replace("pointer", "place")),
    ];
    for list in &lists {
        let unit = unit_of(&[good, good, good], &["[]", list, &format!("[{fine}]")])
            .unwrap_or_else(|fault| panic!("{fault:?}: {list}"));
        assert_eq!(unit.openings, [Some(vec![]), None, Some(vec![support::opening()])], "{list}");
        assert_eq!(Unit::read(&unit.to_json()), Ok(unit), "it stays ill-formed when it is written: {list}");
    }
}

#[test]
fn limits_of_a_unit() {
    let good = &*text(support::envelope().to_json());
    assert!(unit_of(&vec![good; EVENTS_MAX], &vec!["[]"; EVENTS_MAX]).is_ok());
    assert_eq!(unit_of(&vec![good; EVENTS_MAX + 1], &vec!["[]"; EVENTS_MAX + 1]), large(0));
    let big = &*text(Envelope { payload: vec![b'x'; 65_534], ..support::envelope() }.to_json());
    // 32 times 65,536 bytes with their empty lists are 2 MiB exactly.
    assert!(unit_of(&[big; 32], &["[]"; 32]).is_ok());
    let mut lists = ["[]"; 32];
    lists[31] = "[7]";
    assert_eq!(unit_of(&[big; 32], &lists), large(31), "openings count as they were sent");
    assert_eq!(Unit::read(&vec![b' '; UNIT_JSON_MAX + 1]), large(0));
    assert_eq!(Unit::read(&vec![b' '; UNIT_JSON_MAX]), bad(0));
}

//! The worked bytes of `docs/wire-format.md` against the code.
//!
//! The page holds blocks ```` ```worked name=… ```` of `key: value` lines. Here every one of them is computed again; a block
//! that the page lacks, or has beyond these, fails as a wrong byte does. `UPDATE_GOLDEN=1` writes the bodies of the
//! blocks that the page has; read the difference before it is committed, because signed history cannot change.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::admission::Service;
use domain::record::{Claim, Draft};
use replay_tests::world::{AREA, Wish, World, device_profile, institution_profile, object, text};
use schema::archive::Row;
use schema::openings::{plaintext, read as read_opening};
use schema::sealed_box::{Place, seal_box, unbox};
use serde_json::json;
use signing::bytes::{Date, Hash, Instant, LedgerId, b64, b64_decode, b64url, b64url_decode, lp, parse_uuid_v4};
use signing::envelope::{Envelope, Opening, PayloadType, Subject, Unit, pae, statement_hash};
use signing::json::{Object, canonical, canonical_object, check_sealed_value, read};
use signing::keys::{EnrolmentProof, Export, ExportFile, Session, SigningKey, demo_seed};
use signing::note::{Checkpoint, LogSigner, TlogProof};
use signing::seal::{commitment, seal_value};
use signing::statement::{Batch, EventRef, Meaning, RecordRef, Signer, Statement};
use signing::tree::{
    Frontier, consistency_proof, entry_bundle, inclusion_proof, leaf, leaf_hash, verify_consistency, verify_inclusion,
};
use uuid::Uuid;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/wire-format.md");

const ACCOUNT: &str = "0b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d11";
const GRANT: &str = "4f7f9a54-2a5b-4be0-8a36-0d5a4b1c2e33";
const INSTITUTION: &str = "7d2c1a90-3f64-4c1b-b0a8-5e9d8c7b6a55";
const DEVICE: &str = "c0ffee00-1234-4abc-8def-0123456789ab";
const PARTY: &str = "9a8b7c6d-5e4f-4321-a0b1-c2d3e4f5a6b7";
const EVENT: &str = "11111111-2222-4333-8444-555555555555";
const SECOND: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";
const BATCH: &str = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff";
const SIGNED_AT: &str = "2026-11-25T01:02:03.000456Z";
const RECORDED_AT: &str = "2026-11-25T01:02:04.500000Z";

fn id(text: &str) -> Uuid {
    parse_uuid_v4(text).expect("a random UUID in its one form")
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Text as the page shows it where it may have spaces at its ends or line feeds: a JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the wire is UTF-8")
}

fn ledger() -> LedgerId {
    LedgerId(std::array::from_fn(|at| at as u8))
}

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn record(kind: &str, record: &str) -> RecordRef {
    RecordRef { kind: kind.into(), id: id(record) }
}

/// What the page shows, block by block in the order of the page.
#[derive(Default)]
struct Worked(Vec<(&'static str, Vec<(String, String)>)>);

impl Worked {
    fn block(&mut self, name: &'static str) {
        self.0.push((name, Vec::new()));
    }

    fn line(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.last_mut().expect("a block was begun").1.push((key.into(), value.into()));
    }

    fn bytes(&mut self, key: &str, bytes: impl AsRef<[u8]>) {
        self.line(key, hex(bytes));
    }
}

/// A statement of the demonstration key 0 with nothing optional.
fn statement(event: &str, event_type: &str, record: RecordRef, key: &SigningKey) -> Statement {
    Statement {
        ledger: ledger(),
        id: id(event),
        record,
        version: 1,
        prev: None,
        event_type: event_type.into(),
        schema: 1,
        meaning: Meaning::Entry,
        reason: None,
        signer: Signer { account: id(ACCOUNT), key: key.public().id(), grant: Some(id(GRANT)) },
        signed_at: instant(SIGNED_AT),
        effective_on: None,
        corrects: None,
        cause: None,
        derivation: None,
        reads: Vec::new(),
        batch: None,
        attachments: Vec::new(),
    }
}

fn envelope(payload_type: PayloadType, payload: Vec<u8>, key: &SigningKey) -> Envelope {
    let signature = key.sign_payload(payload_type, &payload).to_vec();
    Envelope { payload_type, payload, key: key.public().id(), signature }
}

fn registered(key: &SigningKey) -> Vec<u8> {
    let statement = statement(EVENT, "device.registered", record("device", DEVICE), key);
    canonical_object(&statement.to_object(&object(&device_profile(id(INSTITUTION), 1))))
}

fn forms(out: &mut Worked) {
    out.block("forms");
    for (key, bytes) in [("base64url", b"\xfb\xff\xfe".as_slice()), ("base64url_spare", b"A")] {
        out.line(key, b64url(bytes));
        assert_eq!(b64url_decode(&b64url(bytes)).as_deref(), Some(bytes));
    }
    for (key, bad) in [
        ("base64url_refused.padding", "QQ=="),
        ("base64url_refused.spare_bits", "QR"),
        ("base64url_refused.alphabet", "+/8"),
    ] {
        assert_eq!(b64url_decode(bad), None);
        out.line(key, bad);
    }
    assert_eq!(b64_decode("QQ"), None);
    out.line("base64_refused.no_padding", "QQ");
    let at = instant(RECORDED_AT);
    out.line("instant", at.to_string());
    out.line("instant.microseconds", at.micros().to_string());
    out.line("instant.civil_day", at.civil_day().to_string());
    let late = instant("2026-11-25T16:00:00.000000Z");
    out.line("instant.next_civil_day", format!("{late} {}", late.civil_day()));
    for (key, bad) in [
        ("instant_refused.seconds", "2026-11-25T01:02:60.000000Z"),
        ("instant_refused.milliseconds", "2026-11-25T01:02:03.456Z"),
        ("instant_refused.offset", "2026-11-25T09:02:03.000000+08:00"),
        ("instant_refused.year", "1969-12-31T23:59:59.999999Z"),
    ] {
        assert!(bad.parse::<Instant>().is_err());
        out.line(key, bad);
    }
    for (key, bad) in [("date_refused.not_real", "2026-02-29"), ("date_refused.form", "2026-2-3")] {
        assert!(bad.parse::<Date>().is_err());
        out.line(key, bad);
    }
    out.line("uuid", DEVICE);
    out.bytes("uuid.bytes", id(DEVICE));
    for (key, bad) in [
        ("uuid_refused.upper_case", "C0FFEE00-1234-4abc-8def-0123456789ab"),
        ("uuid_refused.version", "c0ffee00-1234-1abc-8def-0123456789ab"),
        ("uuid_refused.variant", "c0ffee00-1234-4abc-cdef-0123456789ab"),
    ] {
        assert_eq!(parse_uuid_v4(bad), None);
        out.line(key, bad);
    }
    let mut prefixed = Vec::new();
    lp(&mut prefixed, "剂量".as_bytes());
    out.line("lp.of", "剂量");
    out.bytes("lp", prefixed);
}

/// Payloads that are refused for their form: name, bytes as the page writes them, bytes. The code begins the name.
fn refused_payloads() -> Vec<(&'static str, String, Vec<u8>)> {
    let texts = [
        ("bad_json.null", r#"{"a":null}"#),
        ("bad_json.array", "[]"),
        ("bad_json.two_values", "{}{}"),
        ("bad_json.empty", ""),
        ("bad_json.name_twice", r#"{"a":1,"a":1}"#),
        ("bad_json.name_twice_escaped", r#"{"a":1,"\u0061":1}"#),
        ("bad_json.name_upper_case", r#"{"A":1}"#),
        ("bad_json.name_dollar", r#"{"$ref":1}"#),
        ("bad_json.name_empty", r#"{"":1}"#),
        ("bad_json.fraction", r#"{"a":1.0}"#),
        ("bad_json.exponent", r#"{"a":1e3}"#),
        ("bad_json.leading_zero", r#"{"a":01}"#),
        ("bad_json.minus_zero", r#"{"a":-0}"#),
        ("bad_json.above_2_53", r#"{"a":9007199254740992}"#),
        ("bad_json.lone_surrogate", r#"{"a":"\ud800"}"#),
        ("bad_json.trailing_comma", r#"{"a":1,}"#),
        ("bad_json.raw_control", "{\"a\":\"\u{1}\"}"),
        ("bad_json.depth_9", r#"{"a":[[[[[[[[1]]]]]]]]}"#),
        ("bad_json.byte_order_mark", "\u{FEFF}{}"),
        ("not_canonical.space", r#"{"a": 1}"#),
        ("not_canonical.line_feed_at_end", "{}\n"),
        ("not_canonical.order", r#"{"b":1,"a":1}"#),
        ("not_canonical.escaped_letter", r#"{"a":"\u0061"}"#),
        ("not_canonical.escaped_slash", r#"{"a":"\/"}"#),
        ("not_canonical.escaped_han", r#"{"a":"\u5242"}"#),
        ("not_canonical.long_line_feed", r#"{"a":"\u000a"}"#),
        ("not_canonical.upper_case_hex", r#"{"a":"\u001F"}"#),
        ("bad_text.line_feed", r#"{"a":"\n"}"#),
        ("bad_text.control", r#"{"a":"\u001f"}"#),
        ("bad_text.delete", "{\"a\":\"\u{7f}\"}"),
        ("bad_text.soft_hyphen", "{\"a\":\"\u{ad}\"}"),
        ("bad_text.zero_width_space", "{\"a\":\"剂\u{200b}量\"}"),
        ("bad_text.right_to_left_override", "{\"a\":\"\u{202e}\"}"),
        ("bad_text.word_joiner", "{\"a\":\"\u{2060}\"}"),
        ("bad_text.noncharacter", "{\"a\":\"\u{fdd0}\"}"),
        ("bad_text.tag", "{\"a\":\"\u{e0041}\"}"),
        ("bad_text.not_nfc", "{\"a\":\"e\u{301}\"}"),
        ("bad_text.compatibility_han", "{\"a\":\"\u{f900}\"}"),
    ];
    let mut all: Vec<_> =
        texts.iter().map(|(name, text)| (*name, ascii_quoted(text), text.as_bytes().to_vec())).collect();
    all.push(("bad_json.not_utf_8", "hex 7b2261223a22ff227d".into(), b"{\"a\":\"\xff\"}".to_vec()));
    all.push(("too_large.bytes", "65537 times 20".into(), vec![b' '; 65_537]));
    all
}

/// A JSON string in which everything beyond printable ASCII is escaped, so that the page shows what cannot be seen.
fn ascii_quoted(text: &str) -> String {
    quoted(text).encode_utf16().fold(String::new(), |mut out, unit| {
        match unit {
            0x20..0x7F => out.push(char::from(unit as u8)),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
        out
    })
}

fn json_forms(out: &mut Worked) {
    out.block("accepted-json");
    for (name, text) in [
        ("empty", "{}".to_owned()),
        ("depth_8", r#"{"a":[[[[[[[1]]]]]]]}"#.into()),
        ("bounds", r#"{"a":-9007199254740991,"b":9007199254740991,"c":0}"#.into()),
        ("escapes", r#"{"a":"\"\\"}"#.into()),
        ("order", r#"{"$sealed":1,"a":1,"a0":1,"a_":1,"b":1}"#.into()),
        ("variation_selector", "{\"a\":\"\u{845b}\u{e0100}\"}".into()),
        ("private_use", "{\"a\":\"\u{e000}\"}".into()),
        ("beyond_the_plane", "{\"a\":\"\u{20bb7}\"}".into()),
    ] {
        assert!(read(text.as_bytes()).is_ok(), "{name}");
        out.line(name, ascii_quoted(&text));
    }
    out.block("refused-json");
    for (name, shown, bytes) in refused_payloads() {
        let code = read(&bytes).expect_err(name).code();
        assert_eq!(name.split('.').next(), Some(code), "{name}");
        out.line(name, shown);
    }
}

fn signatures(out: &mut Worked) {
    let key = SigningKey::from_seed(demo_seed(0));
    let payload = registered(&key);
    out.block("payload");
    out.line("text", utf8(&payload));
    out.line("bytes", payload.len().to_string());

    out.block("pae");
    let encoded = pae(PayloadType::Event, &payload);
    out.line("head", quoted(&utf8(&encoded[..encoded.len() - payload.len()])));
    out.bytes("sha256", Hash::of(&encoded).0);
    assert_eq!(Hash::of(&encoded), statement_hash(&payload));
    out.line("hash", statement_hash(&payload).to_string());

    out.block("key");
    out.bytes("seed", demo_seed(0));
    out.bytes("spki", key.public().spki());
    out.line("public_key", b64url(&key.public().spki()));
    out.line("key_id", key.public().id().to_string());
    out.line("pem", quoted(&key.to_pem()));

    out.block("signature");
    let signed = envelope(PayloadType::Event, payload.clone(), &key);
    assert!(key.public().verify_payload(PayloadType::Event, &payload, &signed.signature));
    assert!(
        !key.public().verify_payload(PayloadType::Export, &payload, &signed.signature),
        "one type is never taken for another"
    );
    out.bytes("sig", &signed.signature);
    out.line("sig_base64", b64(&signed.signature));

    out.block("envelope");
    assert_eq!(Envelope::read_bytes(&signed.to_json()).as_ref(), Ok(&signed));
    out.line("json", utf8(&signed.to_json()));
}

fn other_payloads(out: &mut Worked) {
    let key = SigningKey::from_seed(demo_seed(0));
    out.block("enrolment");
    let proof = EnrolmentProof::make(&key, id(ACCOUNT), ledger(), instant(SIGNED_AT));
    assert!(proof.verify(ledger(), id(ACCOUNT), 1, &key.public().spki()));
    out.line("payload", utf8(&proof.payload));
    out.line("pae_head", quoted(&pae_head(PayloadType::Enrol, &proof.payload)));
    out.bytes("sig", &proof.signature);
    out.line("proof", utf8(&canonical(&proof.to_value())));

    out.block("session");
    let session = Session {
        account: id(ACCOUNT),
        audience: "http://127.0.0.1:8080".into(),
        expires_at: instant("2026-11-25T01:04:03.000456Z"),
        key: key.public().id(),
        ledger: ledger(),
        nonce: std::array::from_fn(|at| 0x40 + at as u8),
    };
    assert_eq!(Session::read(&session.to_payload()), Some(session.clone()));
    out.line("payload", utf8(&session.to_payload()));
    out.line("pae_head", quoted(&pae_head(PayloadType::Session, &session.to_payload())));
    out.line("envelope", utf8(&envelope(PayloadType::Session, session.to_payload(), &key).to_json()));

    out.block("export");
    let export = Export {
        as_of: 2,
        checkpoint: Hash::of(b"a checkpoint note\n"),
        created_at: instant(RECORDED_AT),
        files: vec![
            ExportFile { bytes: 3, name: "README.txt".into(), sha256: Hash::of(b"abc") },
            ExportFile { bytes: 0, name: "rows/0.jsonl".into(), sha256: Hash::of(b"") },
        ],
        key: key.public().id(),
        ledger: ledger(),
    };
    assert_eq!(Export::read(&export.to_payload()), Some(export.clone()));
    out.line("payload", utf8(&export.to_payload()));
    out.line("pae_head", quoted(&pae_head(PayloadType::Export, &export.to_payload())));
    out.bytes("sig", key.sign_payload(PayloadType::Export, &export.to_payload()));

    out.block("row");
    let payload = registered(&key);
    let signature = key.sign_payload(PayloadType::Event, &payload).to_vec();
    let row =
        Row { position: 0, recorded_at: instant(RECORDED_AT), alg: 1, key: key.public().id(), signature, payload };
    let mut line = Vec::new();
    row.write_line(&mut line);
    assert_eq!(line.pop(), Some(b'\n'));
    assert_eq!(Row::read_line(&line), Some(row));
    out.line("json", utf8(&line));
}

fn pae_head(payload_type: PayloadType, payload: &[u8]) -> String {
    let encoded = pae(payload_type, payload);
    utf8(&encoded[..encoded.len() - payload.len()])
}

/// The opening of an officer's name.
fn opening() -> Opening {
    let salt = std::array::from_fn(|at| 0xA0 + at as u8);
    Opening {
        pointer: "/data/name".into(),
        subject: Subject { kind: "party".into(), id: id(PARTY) },
        salt,
        value: text("张示范"),
    }
}

fn seals(out: &mut Worked) {
    let opening = opening();
    let seal = commitment(ledger(), id(EVENT), &opening.pointer, &opening.salt, &opening.value);
    out.block("seal");
    out.line("ledger", ledger().to_string());
    out.line("event", EVENT);
    out.line("pointer", &*opening.pointer);
    out.bytes("salt", opening.salt);
    out.line("value", utf8(&canonical(&opening.value)));
    let mut message = b"radledger-seal-v1\0".to_vec();
    lp(&mut message, &ledger().0);
    lp(&mut message, id(EVENT).as_bytes());
    lp(&mut message, opening.pointer.as_bytes());
    message.extend(opening.salt);
    lp(&mut message, &canonical(&opening.value));
    assert_eq!(Hash::of(&message), seal);
    out.bytes("message", &message);
    out.bytes("commitment", seal.0);
    out.line("json", utf8(&canonical(&seal_value(seal))));
    out.line("opening", utf8(&canonical(&opening.to_value())));

    out.block("sealed-values");
    for (name, value, good) in [
        ("accepted.text", r#""张示范""#, true),
        ("accepted.line_feed", r#""a\nb""#, true),
        ("accepted.not_nfc", r#""\uf900""#, true),
        ("accepted.integer", "-7", true),
        ("accepted.object_depth_3", r#"{"a":{"b":{"c":1}}}"#, true),
        ("refused.object_depth_4", r#"{"a":{"b":{"c":{"d":1}}}}"#, false),
        ("refused.flag", "true", false),
        ("refused.array", "[1]", false),
        ("refused.tabulator", r#""a\tb""#, false),
        ("refused.zero_width_space", r#""a\u200bb""#, false),
        ("refused.name", r#"{"A":1}"#, false),
    ] {
        let wrapped = signing::json::read_loose(format!("{{\"v\":{value}}}").as_bytes(), 1 << 10).expect(name);
        assert_eq!(check_sealed_value(wrapped.get("v").expect(name)), good, "{name}");
        out.line(name, value);
    }

    out.block("at-rest");
    let key: [u8; 32] = std::array::from_fn(|at| at as u8);
    let nonce: [u8; 12] = std::array::from_fn(|at| 0xF0 + at as u8);
    let plain = plaintext(&opening.salt, &opening.value);
    let aad = Place::new(ledger(), (id(EVENT), &opening.pointer), ("party", id(PARTY))).associated_data();
    let sealed = seal_box(&key, &nonce, &plain, &aad);
    assert_eq!(unbox(&key, &sealed, &aad).and_then(|plain| read_opening(&plain)), Some((opening.salt, opening.value)));
    out.bytes("key", key);
    out.bytes("nonce", nonce);
    out.line("generation", "1");
    out.bytes("plaintext", &*plain);
    out.bytes("associated_data", &aad);
    out.bytes("box", &sealed);
}

fn example_leaf(at: i64) -> [u8; 73] {
    let key = SigningKey::from_seed(demo_seed(0));
    let payload = registered(&key);
    let signature = key.sign_payload(PayloadType::Event, &payload);
    leaf(instant(RECORDED_AT).plus_micros(at), &statement_hash(&payload), 1, &key.public().id(), &signature)
}

fn tree(out: &mut Worked) {
    let first = example_leaf(0);
    out.block("leaf");
    out.line("recorded_at", RECORDED_AT);
    out.bytes("recorded_at.u64be", (instant(RECORDED_AT).micros() as u64).to_be_bytes());
    out.bytes("signature_digest", &first[41..]);
    out.bytes("leaf", first);
    out.line("leaf_base64url", b64url(&first));
    out.bytes("leaf_hash", leaf_hash(&first).0);
    out.bytes("entry", entry_bundle(&[first]));

    let hashes: Vec<Hash> = (0..257).map(|at| leaf_hash(&example_leaf(at))).collect();
    let root = |size: usize| {
        let (mut edge, mut full) = (Frontier::default(), Vec::new());
        hashes[..size].iter().for_each(|hash| edge.push(*hash, &mut full));
        edge.root()
    };
    let flat = |hashes: &[Hash]| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
    let tiles = |level: u8, index: u64| match (level, index) {
        (0, 0) => Some(flat(&hashes[..256])),
        (0, 1) => Some(flat(&hashes[256..])),
        (1, 0) => Some(root(256).0.to_vec()),
        _ => None,
    };
    out.block("tree");
    for size in [0, 1, 2, 3, 7, 256, 257] {
        out.bytes(&format!("root.{size}"), root(size).0);
    }
    for (index, size) in [(0, 1), (5, 7), (6, 7), (256, 257)] {
        let proof = inclusion_proof(index, size, &tiles).expect("the tiles are there");
        assert!(verify_inclusion(&hashes[index as usize], index, size, &proof, &root(size as usize)));
        out.line(
            format!("inclusion.{index}.{size}"),
            proof.iter().map(|hash| hex(hash.0)).collect::<Vec<_>>().join(" "),
        );
    }
    for (old, new) in [(3, 7), (4, 7), (256, 257)] {
        let proof = consistency_proof(old, new, &tiles).expect("the tiles are there");
        assert!(verify_consistency(old, &root(old as usize), new, &root(new as usize), &proof));
        out.line(
            format!("consistency.{old}.{new}"),
            proof.iter().map(|hash| hex(hash.0)).collect::<Vec<_>>().join(" "),
        );
    }

    out.block("checkpoint");
    let seed = demo_seed(9_999);
    let signer = LogSigner::new(format!("test.example/{}/1", ledger()), SigningKey::from_seed(seed));
    out.bytes("seed", seed);
    out.line("origin", signer.origin());
    out.line("vkey", signer.verifier().to_vkey());
    let note = Checkpoint { origin: signer.origin().into(), size: 7, root: root(7) }.sign(&signer);
    assert!(Checkpoint::verify(&note, &signer.verifier()).is_some());
    out.line("note", quoted(&note));
    let hashes_of_5 = inclusion_proof(5, 7, &tiles).expect("the tiles are there");
    let proof = TlogProof { extra: None, index: 5, hashes: hashes_of_5, checkpoint: note };
    assert!(proof.verify(&hashes[5], &signer.verifier()).is_some());
    assert_eq!(TlogProof::from_text(&proof.to_text()), Some(proof.clone()));
    out.line("tlog_proof", quoted(&proof.to_text()));
}

/// Two events in one batch: an officer takes a post, with sealed name; the device of the first example is corrected.
fn unit(out: &mut Worked) {
    let key = SigningKey::from_seed(demo_seed(0));
    let opening = opening();
    let seal = commitment(ledger(), id(EVENT), &opening.pointer, &opening.salt, &opening.value);
    let batch = |index| Some(Batch { id: id(BATCH), index, count: 2 });
    let prev = Hash::of(b"the statement that made version 4");
    let appointed = Statement {
        version: 5,
        prev: Some(prev),
        effective_on: Some("2026-11-24".parse().expect("a date")),
        batch: batch(0),
        ..statement(EVENT, "institution.officer_appointed", record("institution", INSTITUTION), &key)
    };
    let data =
        object(&json!({"name": {"$sealed": seal}, "party": {"id": PARTY, "kind": "party"}, "post": "RP_OFFICER"}));
    let first = envelope(PayloadType::Event, canonical_object(&appointed.to_object(&data)), &key);
    let original = registered(&key);
    let named = EventRef { event: id(EVENT), hash: statement_hash(&original) };
    let corrected = Statement {
        version: 2,
        prev: Some(named.hash),
        meaning: Meaning::Correction,
        reason: Some(signing::statement::Reason { code: "TYPO".into(), text: None }),
        corrects: Some(named),
        batch: batch(1),
        ..statement(SECOND, "device.corrected", record("device", DEVICE), &key)
    };
    let data = object(&json!({"set": {"model": "DR-9"}}));
    let second = envelope(PayloadType::Event, canonical_object(&corrected.to_object(&data)), &key);
    for signed in [&first, &second] {
        let read = read(&signed.payload).expect("strict");
        domain::admission::read_typed(&read, None).expect("of the catalogue");
    }
    out.block("unit");
    out.line("payload.0", utf8(&first.payload));
    out.line("hash.0", statement_hash(&first.payload).to_string());
    out.line("payload.1", utf8(&second.payload));
    out.line("hash.1", statement_hash(&second.payload).to_string());
    let unit = Unit { envelopes: vec![first, second], openings: vec![Some(vec![opening]), Some(Vec::new())] };
    assert_eq!(Unit::read(&unit.to_json()).as_ref(), Ok(&unit));
    out.line("json", utf8(&unit.to_json()));
}

fn derived(out: &mut Worked) {
    out.block("service-id");
    let service =
        Service { account: id(ACCOUNT), key: SigningKey::from_seed(demo_seed(0)).public().id(), id_secret: [7; 32] };
    let cause = EventRef { event: id(EVENT), hash: Hash::of(b"") };
    let draft = Draft {
        event_type: "grant.ended",
        schema: 1,
        record: record("grant", GRANT),
        version: 3,
        prev: Some(Hash::of(b"")),
        effective_on: None,
        cause: Some(cause),
        function: ("grant.end_with_org", 1),
        basis: None,
        reads: Vec::new(),
        data: Object::default(),
    };
    let day: Date = "2026-11-25".parse().expect("a date");
    out.bytes("id_secret", service.id_secret);
    out.line("cause", EVENT);
    out.line("day", day.to_string());
    out.line("type", draft.event_type);
    out.line("record", format!("{} {}", draft.record.kind, draft.record.id));
    out.line("version", draft.version.to_string());
    let mut message = b"radledger-service-id-v1\0".to_vec();
    lp(&mut message, &service.id_secret);
    lp(&mut message, cause.event.as_bytes());
    lp(&mut message, day.to_string().as_bytes());
    lp(&mut message, draft.event_type.as_bytes());
    lp(&mut message, draft.record.kind.as_bytes());
    lp(&mut message, draft.record.id.as_bytes());
    message.extend(draft.version.to_be_bytes());
    let made = service.event_id(&draft, day);
    assert_eq!(Hash::of(&message).0[0..4], made.as_bytes()[0..4]);
    out.bytes("message", &message);
    out.line("id", made.to_string());
    out.line("id_without_cause", service.event_id(&Draft { cause: None, ..draft }, day).to_string());

    out.block("warning-id");
    let (rule, subject, occurrence) = ("W-LIC-01", record("licence", GRANT), "2026-03-15");
    let mut message = b"radledger-id-v1\0".to_vec();
    lp(&mut message, &ledger().0);
    for part in [rule.as_bytes(), subject.kind.as_bytes(), subject.id.as_bytes(), occurrence.as_bytes()] {
        lp(&mut message, part);
    }
    let made = domain::records::warning::id_of(ledger(), rule, &subject, occurrence);
    assert_eq!(Hash::of(&message).0[..6], made.as_bytes()[..6]);
    out.line("rule", rule);
    out.line("subject", format!("{} {}", subject.kind, subject.id));
    out.line("occurrence", occurrence);
    out.bytes("message", &message);
    out.line("id", made.to_string());

    out.block("claims");
    for (key, name, parts) in [
        ("credit_code", "credit_code", vec!["12511500451600013C", ""]),
        ("device_serial", "device_serial", vec!["示范医疗设备", "F000001"]),
        ("device_no", "device_no", vec![INSTITUTION, "D0001"]),
    ] {
        let claim = Claim { name, parts: parts.into_iter().map(Into::into).collect() };
        let mut message = b"radledger-claim-v1\0".to_vec();
        lp(&mut message, name.as_bytes());
        claim.parts.iter().for_each(|part| lp(&mut message, part.as_bytes()));
        assert_eq!(claim.digest(), Hash::of(&message).0);
        out.bytes(key, claim.digest());
    }
    out.line("content.type", "institution.registered");
    let (message, content) = content();
    out.bytes("content.message", &message);
    out.bytes("content", content);
}

/// The content digest of an institution's entry under the key of zeros, and the message that it is the hash of.
fn content() -> (Vec<u8>, [u8; 32]) {
    let (mut world, city) = World::founded(1);
    let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(AREA));
    let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(AREA));
    let data = institution_profile("12511500451600013C", "示范医院");
    let record = world.id();
    let unit = world.sign(&supervisor, &[Wish::new("institution.registered", record, data.clone())]).expect("signed");
    let admitted = world.submit(&unit).expect("admitted");
    let mut message = b"radledger-content-v1\0".to_vec();
    lp(&mut message, &[0; 32]);
    lp(&mut message, b"institution.registered");
    lp(&mut message, b"");
    lp(&mut message, &canonical_object(&object(&data)));
    assert_eq!(Hash::of(&message).0, admitted.takes[0].content);
    (message, admitted.takes[0].content)
}

fn worked() -> Worked {
    let mut out = Worked::default();
    forms(&mut out);
    json_forms(&mut out);
    signatures(&mut out);
    other_payloads(&mut out);
    seals(&mut out);
    tree(&mut out);
    unit(&mut out);
    derived(&mut out);
    out
}

/// The blocks of the page: name and body.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```worked name=") {
        let (name, body) = after.split_once('\n').expect("a block has lines");
        let (body, more) = body.split_once("```").expect("a block ends");
        blocks.push((name.to_owned(), body.to_owned()));
        rest = more;
    }
    blocks
}

fn body(lines: &[(String, String)]) -> String {
    lines.iter().map(|(key, value)| format!("{key}: {value}\n")).collect()
}

#[test]
fn the_worked_bytes_of_the_page_are_those_of_the_code() {
    let worked = worked();
    let mut page = std::fs::read_to_string(PAGE).expect("the page is there");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for (name, lines) in &worked.0 {
            let head = format!("\n```worked name={name}\n");
            let (before, after) = page.split_once(&head).unwrap_or_else(|| panic!("the page has no block {name}"));
            let (_, after) = after.split_once("```").expect("a block ends");
            page = format!("{before}{head}{}```{after}", body(lines));
        }
        std::fs::write(PAGE, &page).expect("the tree is writable");
    }
    let shown: BTreeMap<String, String> = blocks(&page).into_iter().collect();
    let names: Vec<&str> = worked.0.iter().map(|(name, _)| *name).collect();
    assert_eq!(blocks(&page).len(), shown.len(), "a block stands twice");
    for name in shown.keys() {
        assert!(names.contains(&name.as_str()), "nothing is known of the block {name}");
    }
    for (name, lines) in &worked.0 {
        let shown = shown.get(*name).unwrap_or_else(|| panic!("the page has no block {name}"));
        let lines_shown: Vec<&str> = shown.lines().collect();
        for (at, (key, value)) in lines.iter().enumerate() {
            assert_eq!(
                lines_shown.get(at).copied(),
                Some(format!("{key}: {value}").as_str()),
                "block {name}, line {at}"
            );
        }
        assert_eq!(lines_shown.len(), lines.len(), "block {name} has lines that nothing is known of");
    }
}

#[test]
fn every_member_and_meaning_is_on_the_page() {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    for meaning in Meaning::ALL {
        assert!(page.contains(&format!("`{}`", meaning.as_str())), "{}", meaning.as_str());
    }
    for payload_type in PayloadType::ALL {
        assert!(page.contains(payload_type.as_str()), "{}", payload_type.as_str());
    }
    for code in domain::refusal::Code::ALL {
        assert!(page.contains(&format!("`{}`", code.as_str())), "{}", code.as_str());
    }
    for kind in domain::catalog::Kind::ALL {
        assert!(page.contains(&format!("`{}`", kind.as_str())), "{}", kind.as_str());
    }
    for (what, version, bytes) in domain::catalog::FILES {
        let line = format!("| {what} | {version} | `domain/files/{what}-{version}.json` | `{}` |", Hash::of(bytes));
        assert!(page.contains(&line), "the page does not say: {line}");
    }
}

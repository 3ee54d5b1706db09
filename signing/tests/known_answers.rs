//! Worked bytes. They were made by a few lines of another language and OpenSSL, from the text of the format alone.
#![allow(clippy::unwrap_used)]

mod support;

use signing::bytes::{Hash, Instant, KeyId};
use signing::envelope::{PayloadType, pae, statement_hash};
use signing::json::Value;
use signing::keys::{demo_seed, is_demonstration_key};
use signing::note::{Checkpoint, LogSigner, LogVerifier};
use signing::seal::{as_seal, commitment, find_seals, seal_value};
use signing::tree::{leaf, leaf_hash};

#[test]
fn demonstration_keys() {
    for (n, seed, id, raw) in [
        (
            0,
            "4fa8f8498109c839008fd538bb68757ec4cdfd6d139ce5856c99f998a4b2026f",
            "1EBKEqVDXnQIOs6JWbHOgw1W6ue2U_rnRYKqsEcRJWQ",
            "1686fb86a3f053353daa9dba54e4a760b03d90915fd5a4236160d573bb3f4936",
        ),
        (
            1,
            "b63780f04dc1b7173ac5bb41365c0de7829092abcec3003da05eeb7751ecd858",
            "S8ctA9XOyTH-wRjRbEjzJmbfm_hfhwjBWcZ67zkv-3c",
            "6c7bc9d132b4f6d6674bc44fc17db3f71caf214b8626d5f266ef3740c1adbc29",
        ),
        (
            9999,
            "866dbbee43562eb37cc862ea5f69bb235e341eae3038510b5909230f137e2c82",
            "F9VbRbp8QNVMUnVwjhTnbhipsbfTwOCa7uI2WYyv0ZU",
            "5eff8e2c657899f32952c75ea18da89596d3772afe677f6946a6a1ee48b5d189",
        ),
    ] {
        assert_eq!(hex(&demo_seed(n)), seed);
        let public = support::key(n).public();
        assert_eq!(public.id().to_string(), id);
        assert_eq!(hex(&public.raw()), raw);
        assert!(is_demonstration_key(&public.id()));
    }
    assert!(!is_demonstration_key(&support::key(10_000).public().id()), "there are 10,000");
    assert!(!is_demonstration_key(&KeyId([0; 32])));
}

#[test]
fn statement_hash_is_that_of_the_message_signed() {
    let payload = br#"{"a":1}"#;
    assert_eq!(pae(PayloadType::Event, payload), b"DSSEv1 36 application/vnd.radledger.event+json 7 {\"a\":1}");
    assert_eq!(statement_hash(payload).to_string(), "I1GwikrY7odwvANAth8d97iU6qPwfYeSA7BphfrX3Ug");
    let long = vec![b'x'; 65_536];
    assert_eq!(statement_hash(&long), Hash::of(&pae(PayloadType::Event, &long)));
}

#[test]
fn seals() {
    let value = Value::Text("张三".into());
    let event = support::EVENT.parse().unwrap();
    let sealed = commitment(support::LEDGER, event, "/data/name", &support::SALT, &value);
    assert_eq!(sealed.to_string(), "cIty82gK4m3YynlTH7-dNyK9Mh2JYF5pwPBmSGB_caQ");
    assert_eq!(as_seal(&seal_value(sealed)), Some(sealed));
    let other =
        |pointer: &str, salt: &[u8; 32], value: &Value| commitment(support::LEDGER, event, pointer, salt, value);
    assert_ne!(other("/data/nam", &support::SALT, &value), sealed);
    assert_ne!(other("/data/name", &[0; 32], &value), sealed);
    assert_ne!(other("/data/name", &support::SALT, &Value::Text("李四".into())), sealed);

    let object = signing::json::read_loose(
        format!(r#"{{"a/b":[{{"x":1}},{{"$sealed":"{sealed}"}}],"c":{{"d~e":{{"$sealed":"{sealed}"}}}},"f":{{"$sealed":"{sealed}","g":1}},"h":{{"$sealed":7}}}}"#).as_bytes(),
        1000,
    );
    let pointers: Vec<String> = find_seals(&object.unwrap()).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/a~1b/1", "/c/d~0e"], "with other members, or without a hash, it is no seal");
}

#[test]
fn a_leaf() {
    let statement = Hash(std::array::from_fn(|at| at as u8));
    let leaf = leaf(Instant::from_micros(1_764_059_400_123_456), &statement, 1, &KeyId([0x33; 32]), &[0x44; 64]);
    assert_eq!(
        hex(&leaf),
        "010006446715e83440000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2fe6da119d879bd928d4ee652c94ff9dce9b595d78418afa264b31b3e6fc9ce7"
    );
    assert_eq!(hex(&leaf_hash(&leaf).0), "d49f058fd89bd90e69ca4802f035f599c7cdecea939ed70134e02f54aeabe08e");
}

#[test]
fn a_checkpoint_as_openssl_signs_it() {
    let note = "example/AAAA/1\n70\nCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\n\n\u{2014} example/AAAA/1 8BajCMN5AAgenvINEW+yw5N3kyB/DQzS79mRaxQnokNNi59joZFnHJl/nffZcWlLmiVj7hfuc1rWwKRkoGlZq9eRpgE=\n";
    let vkey = "example/AAAA/1+f016a308+ARaG+4aj8FM1PaqdulTkp2CwPZCRX9WkI2Fg1XO7P0k2";
    let signer = LogSigner::new("example/AAAA/1", support::key(0));
    let checkpoint = Checkpoint { origin: "example/AAAA/1".into(), size: 70, root: Hash([8; 32]) };
    assert_eq!(checkpoint.sign(&signer), note);
    assert_eq!(signer.verifier().to_vkey(), vkey);
    assert_eq!(Checkpoint::verify(note, &LogVerifier::from_vkey(vkey).unwrap()), Some(checkpoint));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

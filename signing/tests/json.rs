//! The strict reader: every clause of the wire format that refuses something, and RFC 8785.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use signing::json::{
    JsonFault, Object, Value, canonical, canonical_object, check_sealed_value, read, read_loose, read_stored, text_ok,
};

fn fault(bytes: impl AsRef<[u8]>) -> Option<&'static str> {
    read(bytes.as_ref()).err().map(JsonFault::code)
}

#[test]
fn a_statement_reads() {
    let bytes = support::statement();
    let object = read(&bytes).unwrap();
    assert_eq!(object.get("version").and_then(Value::as_integer), Some(2));
    assert_eq!(canonical_object(&object), bytes);
    assert_eq!(read_stored(&bytes), Ok(object.clone()));
    assert_eq!(read_loose(&bytes, 65_536), Ok(object));
}

#[test]
fn bad_json() {
    let deep = |depth: usize| format!("{}{}", r#"{"a":"#.repeat(depth - 1) + "{}", "}".repeat(depth - 1));
    assert_eq!(fault(deep(8)), None, "depth 8 is allowed");
    let deep_array = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(fault(deep_array(8)), None, "arrays count too");
    for bad in [
        // Not UTF-8: a stray continuation, an overlong slash, a surrogate, beyond the last plane.
        &b"{\"a\":\"\x80\"}"[..],
        b"{\"a\":\"\xC0\xAF\"}",
        b"{\"a\":\"\xED\xA0\x80\"}",
        b"{\"a\":\"\xF4\x90\x80\x80\"}",
        // A byte order mark.
        b"\xEF\xBB\xBF{}",
        // Under two bytes, nothing, white space.
        b"",
        b"{",
        b"  ",
    ] {
        assert_eq!(fault(bad), Some("bad_json"), "{bad:?}");
    }
    for bad in [
        // Not one object.
        "[]",
        "1",
        "\"a\"",
        "true",
        "{}{}",
        "{} 1",
        "{}\0",
        // Duplicate names, also when one is spelled with an escape, and far apart.
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"x":[{"b":1,"a":1,"b":1}]}"#,
        // Ill-formed names.
        r#"{"":1}"#,
        r#"{"A":1}"#,
        r#"{"aB":1}"#,
        r#"{"1a":1}"#,
        r#"{"_a":1}"#,
        r#"{"a-b":1}"#,
        r#"{"é":1}"#,
        r#"{"$seal":1}"#,
        r#"{"a$":1}"#,
        r#"{"$sealed2":1}"#,
        r#"{"a b":1}"#,
        r#"{"a\u0000":1}"#,
        // null, and words that are none.
        r#"{"a":null}"#,
        r#"{"a":nul}"#,
        r#"{"a":True}"#,
        r#"{"a":tru}"#,
        r#"{"a":truefalse}"#,
        r#"{"a":NaN}"#,
        r#"{"a":undefined}"#,
        // Numbers.
        r#"{"a":-0}"#,
        r#"{"a":00}"#,
        r#"{"a":01}"#,
        r#"{"a":-01}"#,
        r#"{"a":1.0}"#,
        r#"{"a":0.5}"#,
        r#"{"a":1e3}"#,
        r#"{"a":1E3}"#,
        r#"{"a":+1}"#,
        r#"{"a":-}"#,
        r#"{"a":.5}"#,
        r#"{"a":5.}"#,
        r#"{"a":0x10}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"a":-9007199254740992}"#,
        r#"{"a":99999999999999999999999999999999}"#,
        r#"{"a":1 2}"#,
        r#"{"a":١}"#,
        // Surrogates.
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\udc00"}"#,
        r#"{"a":"\ud800\ud800"}"#,
        r#"{"a":"\ud800x"}"#,
        r#"{"a":"\ud800\u0041"}"#,
        r#"{"a":"\ud83d\n"}"#,
        // Strings.
        "{\"a\":\"\n\"}",
        "{\"a\":\"\0\"}",
        "{\"a\":\"x\ty\"}",
        r#"{"a":"\x41"}"#,
        r#"{"a":"\u00"}"#,
        r#"{"a":"\u00g0"}"#,
        r#"{"a":"\"}"#,
        r#"{"a":"#,
        r#"{"a":"b"#,
        r#"{"a":'b'}"#,
        r#"{"a":"\u00é"}"#,
        r#"{"a":"\uD83D\uD83D"}"#,
        // Punctuation.
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{"a":1;}"#,
        r#"{"a":[1}"#,
        r#"{"a":{]}"#,
        r#"{"a":1"#,
        "{/**/}",
        "{}//",
        "{\u{A0}}",
    ] {
        assert_eq!(fault(bad), Some("bad_json"), "{bad}");
    }
    assert_eq!(fault(deep(9)), Some("bad_json"));
    assert_eq!(fault(deep_array(9)), Some("bad_json"));
    assert_eq!(fault("[".repeat(60_000)), Some("bad_json"), "depth is bounded while reading");
    for good in [
        r#"{"a":9007199254740991}"#,
        r#"{"a":-9007199254740991}"#,
        r#"{"a":0}"#,
        r#"{"a":-1}"#,
        "{}",
        r#"{"a":[]}"#,
        r#"{"a":{}}"#,
        r#"{"$sealed":"x"}"#,
        r#"{"a_1":false}"#,
    ] {
        assert_eq!(fault(good), None, "{good}");
    }
}

/// The reader passes over plain text eight bytes at a time: each byte that it must stop at, at each offset.
#[test]
fn bytes_that_end_a_plain_run() {
    for at in 0..24 {
        for byte in 0..=0x7F_u8 {
            let mut text = "x".repeat(24).into_bytes();
            text[at] = byte;
            let payload = [b"{\"a\":\"", &text[..], b"\"}"].concat();
            let expected = match byte {
                // A quote ends the string early, a backslash begins an escape that is none.
                0..=0x1F | b'"' | b'\\' => Some("bad_json"),
                0x7F => Some("bad_text"),
                _ => None,
            };
            assert_eq!(fault(&payload), expected, "{byte:#04x} at {at}");
        }
    }
}

#[test]
fn not_canonical() {
    for bad in [
        " {}",
        "{} ",
        "{}\n",
        "{ }",
        r#"{"a" :1}"#,
        r#"{"a": 1}"#,
        r#"{"a":1 }"#,
        r#"{"a":[ ]}"#,
        r#"{"a":[1 ,2]}"#,
        r#"{"a":[1, 2]}"#,
        r#"{"a":1, "b":2}"#,
        "{\"a\":\r1}",
        "{\t\"a\":1}",
        // Names out of order, also within.
        r#"{"b":1,"a":2}"#,
        r#"{"a":{"d":1,"c":2}}"#,
        r#"{"aa":1,"a":2}"#,
        r#"{"a":1,"c":1,"b":1}"#,
        // Escapes that need not be, or not in this form.
        r#"{"a":"\/"}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\u4e2d"}"#,
        r#"{"a":"\ud83d\ude00"}"#,
        r#"{"a":"\u000a"}"#,
        r#"{"a":"\u0008"}"#,
        r#"{"a":"\u0009"}"#,
        r#"{"a":"\u000c"}"#,
        r#"{"a":"\u000d"}"#,
        r#"{"a":"\u0022"}"#,
        r#"{"a":"\u005c"}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\u007f"}"#,
        r#"{"\u0061":1}"#,
    ] {
        assert_eq!(fault(bad), Some("not_canonical"), "{bad}");
        assert_eq!(read_stored(bad.as_bytes()), Err(JsonFault::NotCanonical), "{bad}");
        assert!(read_loose(bad.as_bytes(), 1000).is_ok(), "{bad}");
    }
    assert_eq!(fault(r#"{"a":"\"\\x"}"#), None, "the escapes that must be");
}

#[test]
fn bad_text() {
    let ranges: [(u32, u32); 12] = [
        (0x00, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x061C, 0x061C),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFB),
        (0xFDD0, 0xFDEF),
        (0xFFFE, 0xFFFF),
        (0xE0000, 0xE007F),
    ];
    let planes = (1..=16).flat_map(|plane| [plane << 16 | 0xFFFE, plane << 16 | 0xFFFF]);
    let forbidden: std::collections::BTreeSet<u32> =
        ranges.iter().flat_map(|(from, to)| *from..=*to).chain(planes).collect();
    for code in 0..=0x10FFFF {
        let Some(c) = char::from_u32(code) else { continue };
        let payload = canonical_object(&support::object(&[("a", Value::Text(format!("x{c}").into()))]));
        // What is not NFC by itself is refused too, and by nothing else of this table.
        let nfc = unicode_normalization::is_nfc(&format!("x{c}"));
        let expected = (forbidden.contains(&code) || !nfc).then_some("bad_text");
        assert_eq!(fault(&payload), expected, "U+{code:04X}");
        assert!(read_stored(&payload).is_ok(), "an audit does not judge text: U+{code:04X}");
    }
    // Decomposed, and a singleton that NFC replaces; variation selectors and private use pass.
    for (text, ok) in [
        ("e\u{301}", false),
        ("é", true),
        ("\u{F900}", false),
        ("\u{304B}\u{3099}", false),
        ("が", true),
        ("葛\u{E0100}", true),
        ("\u{E000}", true),
        ("㐂𠮷", true),
        ("か\u{302A}\u{3099}", false),
    ] {
        assert_eq!(text_ok(text), ok, "{text:?}");
    }
}

#[test]
fn precedence() {
    let pad = |n: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(n - 8));
    assert_eq!(fault(pad(65_536)), None);
    assert_eq!(fault(pad(65_537)), Some("too_large"));
    assert_eq!(fault("x".repeat(65_537)), Some("too_large"), "size before everything");
    assert_eq!(fault("{ \"a\":\"\u{200B}\",\"b\":null}"), Some("bad_json"), "a later bad_json wins over both");
    assert_eq!(
        fault("{\"a\":\"\u{200B}\",\"b\":1 }"),
        Some("not_canonical"),
        "a later not_canonical wins over bad_text"
    );
    assert_eq!(fault("{\"b\":\"\u{200B}\"}"), Some("bad_text"));
    assert_eq!(read_loose(b"{}", 1), Err(JsonFault::TooLarge));
}

#[test]
fn loose_names_but_the_same_strictness() {
    assert!(read_loose(r#"{"payloadType":1,"Ünï":{"":2}}"#.as_bytes(), 1000).is_ok());
    for bad in [r#"{"A":1,"A":2}"#, r#"{"A":null}"#, r#"{"A":1.5}"#, r#"{"A":"\ud800"}"#, "{\"A\":1}x"] {
        assert_eq!(read_loose(bad.as_bytes(), 1000), Err(JsonFault::BadJson), "{bad}");
    }
}

#[test]
fn sealed_values() {
    let text = |text: &str| Value::Text(text.into());
    let nest = |depth: usize| {
        (1..depth).fold(Value::Object(Object::default()), |inner, _| Value::Object(support::object(&[("a", inner)])))
    };
    for (value, ok) in [
        (text("第一行\n第二行"), true),
        (text("e\u{301}"), true),
        (text("a\tb"), false),
        (text("a\u{200B}"), false),
        (text(&"x".repeat(8190)), true),
        (text(&"x".repeat(8191)), false),
        (text(&"\n".repeat(4095)), true),
        (text(&"\n".repeat(4096)), false),
        (Value::Integer(-5), true),
        (Value::Bool(true), false),
        (Value::Array(vec![]), false),
        (nest(3), true),
        (nest(4), false),
        (Value::Object(support::object(&[("a", Value::Bool(true))])), true),
        (Value::Object(support::object(&[("A", Value::Bool(true))])), false),
        (Value::Object(support::object(&[("a", text("\u{7F}"))])), false),
    ] {
        assert_eq!(check_sealed_value(&value), ok, "{value:?}");
    }
}

/// RFC 8785 §3.2.2.2 and §3.2.3, as far as our values reach (no fractions, names of the wire).
#[test]
fn rfc_8785_strings() {
    let value = Value::Text("\u{20ac}$\u{F}\nA'\u{42}\u{22}\u{5c}\\\"/".into());
    assert_eq!(String::from_utf8(canonical(&value)).unwrap(), r#""€$\u000f\nA'B\"\\\\\"/""#);
    let all: String = (0..0x20).map(|code| char::from_u32(code).unwrap()).collect();
    let expected = concat!(
        r#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#,
        r#"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f""#
    );
    assert_eq!(String::from_utf8(canonical(&Value::Text(all.as_str().into()))).unwrap(), expected);
    let sorted = support::object(&[
        ("b", Value::Integer(1)),
        ("a_", Value::Integer(2)),
        ("a1", Value::Integer(3)),
        ("a", Value::Integer(4)),
        ("$sealed", Value::Integer(5)),
    ]);
    assert_eq!(String::from_utf8(canonical_object(&sorted)).unwrap(), r#"{"$sealed":5,"a":4,"a1":3,"a_":2,"b":1}"#);
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ -~]{0,40}", "[一-龥]{0,20}", "[\\x00-\\x1f\"\\\\]{0,8}"];
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-((1_i64 << 53) - 1)..(1_i64 << 53)).prop_map(Value::Integer),
        (-20_i64..20).prop_map(Value::Integer),
        text.prop_map(|text| Value::Text(text.into())),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec(("[a-z][a-z0-9_]{0,12}", inner), 0..6).prop_map(|pairs| Value::Object(
                Object::from_pairs(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
            )),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Object> {
    prop::collection::vec(("[a-z][a-z0-9_]{0,30}", any_value()), 0..8)
        .prop_map(|pairs| Object::from_pairs(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

fn to_serde(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Integer(integer) => (*integer).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(to_serde).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.to_string(), to_serde(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Ours against another implementation of RFC 8785, and back through the reader.
    #[test]
    fn canonical_form_is_rfc_8785(object in any_object()) {
        let ours = canonical_object(&object);
        let theirs = serde_json_canonicalizer::to_vec(&to_serde(&Value::Object(object.clone()))).unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
        prop_assert_eq!(read_stored(&ours), Ok(object));
    }

    /// The reader takes exactly what is its own canonical form: a lenient parser and a canonicaliser are the judge.
    #[test]
    fn accepted_means_canonical(object in any_object(), at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..3_u8) {
        let mut bytes = canonical_object(&object);
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        if let Ok(object) = read_stored(&bytes) {
            let lenient: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_vec(&lenient).unwrap(), bytes);
            prop_assert_eq!(to_serde(&Value::Object(object)), lenient);
        }
    }

    /// A text is allowed when the long way says so: the short cut for Han changes nothing.
    #[test]
    fn nfc_short_cut(text in "[a-z0-9\\u{2c0}-\\u{320}\\u{3000}-\\u{30ff}一-丏\\u{fa00}-\\u{fa20}\\u{ff00}-\\u{ff60}]{0,12}") {
        prop_assert_eq!(text_ok(&text), unicode_normalization::is_nfc(&text));
    }
}

/// `cargo test -p signing --release --test json -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn speed() {
    let bytes = support::statement();
    let rounds = 300_000;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(read(std::hint::black_box(&bytes)).unwrap());
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} bytes, {:.0} ns each, {:.0} MB/s",
        bytes.len(),
        seconds / f64::from(rounds) * 1e9,
        bytes.len() as f64 * f64::from(rounds) / seconds / 1e6
    );
}

//! Every decoder of the wire format, chosen by the first byte of the input (`signing::fuzz`).
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signing::fuzz::one(data));

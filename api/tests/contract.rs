//! The committed contract is what the code prints. `RADLEDGER_PRINT=1` writes it anew.

use std::path::PathBuf;

fn fresh(name: &str, printed: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contract").join(name);
    if std::env::var_os("RADLEDGER_PRINT").is_some() {
        std::fs::write(&path, printed).expect("the contract can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(printed.lines()).position(|(a, b)| a != b);
    assert!(
        committed == printed,
        "{name} is not fresh (first difference at line {differs:?}): RADLEDGER_PRINT=1 cargo test -p api --test contract"
    );
}

#[test]
fn sdl_is_fresh() {
    fresh("ledger.graphql", &api::contract::sdl());
}

#[test]
fn events_are_fresh() {
    fresh("events.ts", &api::contract::events_ts());
}

#[test]
fn printing_is_deterministic() {
    assert_eq!(api::contract::sdl(), api::contract::sdl());
    assert_eq!(api::contract::events_ts(), api::contract::events_ts());
}

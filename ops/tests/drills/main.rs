//! The whole system under drill: the real executable and its PostgreSQL are killed, filled up, robbed of their database,
//! stopped, deposed and given old copies, under load. Afterwards every acknowledged event is there once, at its position; the same bytes
//! get the first receipts; `radledger verify` is clean. `RADLEDGER_LONG=1` makes the drills longer.

mod deposed;
mod disk;
mod killed;
mod load;
mod lost;
#[path = "../support/quiet.rs"]
mod quiet;
mod restored;
mod site;
mod stopped;

/// How much is done: the short form, or the long one.
fn rounds(short: usize, long: usize) -> usize {
    if std::env::var("RADLEDGER_LONG").is_ok_and(|long| long == "1") { long } else { short }
}

/// A seed that nobody chose, printed so that a failure can be told.
fn seed() -> u64 {
    let given = std::env::var("RADLEDGER_DRILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    println!("RADLEDGER_DRILL_SEED={seed}");
    seed
}

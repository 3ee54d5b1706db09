//! Waits for the desk, so that a test knows which events are its own.

use std::time::{Duration, Instant};

/// The number of events once the desk has caught up with the days since the city was loaded and says nothing more.
pub fn quiet(loaded: u64, events: impl Fn() -> u64) -> u64 {
    let (mut seen, mut since) = (events(), Instant::now());
    while seen == loaded || since.elapsed() < Duration::from_secs(4) {
        assert!(since.elapsed() < Duration::from_secs(60), "the desk says what the days since the load demand");
        std::thread::sleep(Duration::from_millis(300));
        let now = events();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    seen
}

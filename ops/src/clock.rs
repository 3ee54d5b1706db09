//! The clock of a process: the system's, never back, and in a demonstration the one of the story.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use signing::bytes::Instant;

/// A clock that can be handed to everything that needs one.
#[derive(Debug, Clone)]
pub struct ProcessClock {
    /// The latest instant that was told or set, in microseconds.
    latest: Arc<AtomicI64>,
    runs: bool,
}

impl ProcessClock {
    /// The system's clock, but never before `floor`: a ledger's time does not go back.
    pub fn system(floor: i64) -> Self {
        Self { latest: Arc::new(AtomicI64::new(floor)), runs: true }
    }

    /// A clock that stands until it is set.
    pub fn simulated() -> Self {
        Self { latest: Arc::new(AtomicI64::new(0)), runs: false }
    }

    /// Sets a simulated clock forward.
    pub fn set(&self, at: Instant) {
        self.latest.fetch_max(at.micros(), Ordering::SeqCst);
    }

    /// Microseconds since 1970.
    pub fn micros(&self) -> i64 {
        if !self.runs {
            return self.latest.load(Ordering::SeqCst);
        }
        let now = crate::client::now().micros();
        now.max(self.latest.fetch_max(now, Ordering::SeqCst))
    }

    /// As the door takes it.
    pub fn for_door(&self) -> api::submit::Clock {
        let clock = self.clone();
        Arc::new(move || Instant::from_micros(clock.micros()))
    }

    /// As the appender takes it.
    pub fn for_appender(&self) -> schema::Clock {
        let clock = self.clone();
        Arc::new(move || clock.micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_never_goes_back() {
        let later = crate::client::now().micros() + 1_000_000_000;
        assert_eq!(ProcessClock::system(later).micros(), later);
        let clock = ProcessClock::system(0);
        assert!(clock.micros() <= clock.micros());
        let story = ProcessClock::simulated();
        story.set(Instant::from_micros(50));
        story.set(Instant::from_micros(20));
        assert_eq!(story.micros(), 50);
    }
}

//! Warnings: the desk evaluates each day, and people heed what it says, sooner or later.

use super::story::Story;

impl Story {
    /// The desk evaluates the day, and again on the next.
    pub fn desk(&mut self) {
        self.model.evaluate();
        self.nightly(self.day_of_story() + 1);
    }
}

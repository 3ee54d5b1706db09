//! A source of decisions, ids and salts that depends on the seed alone: SHA-256 over a label and a counter.
//!
//! Only a demonstration may take its ids and salts from here: everything else uses the system's generator.

use signing::bytes::Hash;
use uuid::Uuid;

/// One stream; streams of different labels are independent.
#[derive(Debug, Clone)]
pub struct Chance {
    key: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Chance {
    /// The stream of a label.
    #[must_use]
    pub fn new(seed: u64, label: &str) -> Self {
        let mut bytes = b"radledger-demo-chance-v1\0".to_vec();
        bytes.extend(seed.to_be_bytes());
        bytes.extend(label.as_bytes());
        Self { key: Hash::of(&bytes).0, counter: 0, block: [0; 32], used: 32 }
    }

    /// The next bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| {
            if self.used == self.block.len() {
                let mut input = self.key.to_vec();
                input.extend(self.counter.to_be_bytes());
                self.block = Hash::of(&input).0;
                self.counter += 1;
                self.used = 0;
            }
            self.used += 1;
            self.block[self.used - 1]
        })
    }

    /// An id in the form of a random UUID.
    pub fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The bias of the remainder is below 2^-32 for the small bounds of a demonstration.
        (u64::from_be_bytes(self.bytes()) % bound as u64) as usize
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_and_label_alone() {
        let draw = |seed, label| Chance::new(seed, label).bytes::<40>();
        assert_eq!(draw(1, "ids"), draw(1, "ids"));
        assert_ne!(draw(1, "ids"), draw(2, "ids"));
        assert_ne!(draw(1, "ids"), draw(1, "luck"));
        assert_eq!(Chance::new(1, "ids").uuid().get_version_num(), 4);
    }
}

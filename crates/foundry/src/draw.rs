//! Choices that follow from a secret: the same secret and the same name give the same choices on every machine.
//!
//! A stream is SHA-256 over its key and a counter. Without the secret nothing that was published of one item says
//! anything of another.

use types::Digest;

/// The fewest bytes of a secret: as many as a key has.
pub const SEED_MIN_BYTES: usize = 32;

/// What every item of a generated suite follows from. Whoever has it has every answer.
pub struct Seed(Vec<u8>);

/// A secret that is too short to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seed has at least {SEED_MIN_BYTES} bytes, not {0}; make one with: head -c 32 /dev/urandom")]
pub struct SeedError(pub usize);

impl Seed {
    /// Takes a secret.
    ///
    /// # Errors
    /// [`SeedError`] when it is too short.
    pub fn new(bytes: Vec<u8>) -> Result<Self, SeedError> {
        if bytes.len() < SEED_MIN_BYTES { Err(SeedError(bytes.len())) } else { Ok(Self(bytes)) }
    }

    /// The stream of choices named `name`.
    #[must_use]
    pub fn draw(&self, name: &[&[u8]]) -> Draw {
        let parts: Vec<&[u8]> = [b"proofhouse foundry 1".as_slice(), self.0.as_slice()]
            .into_iter()
            .chain(name.iter().copied())
            .collect();
        Draw { key: Digest::of_parts(&parts), block: 0, left: Vec::new() }
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// A stream of choices.
#[derive(Clone)]
pub struct Draw {
    key: Digest,
    block: u64,
    left: Vec<u8>,
}

impl Draw {
    fn word(&mut self) -> u64 {
        let mut word = 0;
        for _ in 0..8 {
            word = word << 8 | u64::from(self.byte());
        }
        word
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.left.pop() {
                return byte;
            }
            let block = Digest::of_parts(&[self.key.as_bytes(), &self.block.to_be_bytes()]);
            self.block += 1;
            self.left.extend_from_slice(block.as_bytes());
        }
    }

    /// Any number below `limit`, which is not 0, each equally likely.
    pub fn below(&mut self, limit: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % limit;
        loop {
            let word = self.word();
            if word < fair {
                return word % limit;
            }
        }
    }

    /// Any number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// The same for what fills a field.
    pub fn number(&mut self, least: u32, most: u32) -> u32 {
        // At most `most`, which fits.
        u32::try_from(self.between(least.into(), most.into())).unwrap_or(most)
    }

    /// The same for sizes.
    pub fn size(&mut self, least: usize, most: usize) -> usize {
        // At most `most`, which fits.
        usize::try_from(self.between(least as u64, most as u64)).unwrap_or(most)
    }

    /// True in so many of 100.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `from`, which is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.size(0, from.len() - 1)]
    }

    /// Takes one out of `from`, which is not empty.
    pub fn take<T>(&mut self, from: &mut Vec<T>) -> T {
        let at = self.size(0, from.len() - 1);
        from.swap_remove(at)
    }

    /// Puts `list` into any order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.size(0, last));
        }
    }

    /// So many bytes, each one of `least` to `most`.
    pub fn bytes(&mut self, count: usize, least: u8, most: u8) -> Vec<u8> {
        let byte = |draw: &mut Self| draw.number(least.into(), most.into()).to_le_bytes()[0];
        (0..count).map(|_| byte(self)).collect()
    }

    /// So many lower-case letters.
    pub fn letters(&mut self, count: usize) -> Vec<u8> {
        self.bytes(count, b'a', b'z')
    }

    /// A stream of its own. Takes the same from this one whatever is then drawn from that one.
    pub fn fork(&mut self) -> Self {
        let (high, low) = (self.word(), self.word());
        let key = Digest::of_parts(&[self.key.as_bytes(), &high.to_be_bytes(), &low.to_be_bytes()]);
        Self { key, block: 0, left: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(byte: u8) -> Seed {
        Seed::new(vec![byte; 32]).unwrap()
    }

    #[test]
    fn a_seed_that_is_too_short_is_refused() {
        assert_eq!(Seed::new(vec![1; 31]).unwrap_err(), SeedError(31));
    }

    #[test]
    fn choices_follow_from_seed_and_name_alone() {
        let drawn = |seed: &Seed, name: &[u8]| seed.draw(&[name]).bytes(64, 0, 255);
        assert_eq!(drawn(&seed(1), b"a"), drawn(&seed(1), b"a"));
        assert_ne!(drawn(&seed(1), b"a"), drawn(&seed(1), b"b"));
        assert_ne!(drawn(&seed(1), b"a"), drawn(&seed(2), b"a"));
    }

    #[test]
    fn a_fork_takes_the_same_from_its_stream_however_much_is_drawn_from_it() {
        let (mut one, mut two) = (seed(1).draw(&[]), seed(1).draw(&[]));
        one.fork().bytes(500, 0, 255);
        two.fork();
        assert_eq!(one.bytes(32, 0, 255), two.bytes(32, 0, 255));
    }

    #[test]
    fn every_number_up_to_the_limit_is_drawn() {
        let mut draw = seed(3).draw(&[]);
        let drawn: std::collections::BTreeSet<u64> = (0..400).map(|_| draw.between(3, 12)).collect();
        assert_eq!(drawn, (3..=12).collect());
    }

    #[test]
    fn a_seed_is_never_shown() {
        assert_eq!(format!("{:?}", seed(0x41)), "Seed(…)");
    }
}

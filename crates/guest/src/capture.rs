//! Keeps the first and the last half of what a program prints: the middle of a flood says least.

/// What was printed, within a cap.
pub(crate) struct Capture {
    head: Vec<u8>,
    head_cap: usize,
    /// A ring once it is full; `next` is then its oldest byte.
    tail: Vec<u8>,
    tail_cap: usize,
    next: usize,
    total_bytes: u64,
}

impl Capture {
    /// Keeps at most `cap_bytes`.
    pub(crate) fn new(cap_bytes: usize) -> Self {
        let tail_cap = cap_bytes / 2;
        Self {
            head: Vec::new(),
            head_cap: cap_bytes - tail_cap,
            tail: Vec::new(),
            tail_cap,
            next: 0,
            total_bytes: 0,
        }
    }

    /// Keeps the last `cap_bytes` only.
    pub(crate) fn of_end(cap_bytes: usize) -> Self {
        Self { head: Vec::new(), head_cap: 0, tail: Vec::new(), tail_cap: cap_bytes, next: 0, total_bytes: 0 }
    }

    /// Takes the next bytes in.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.total_bytes += bytes.len() as u64;
        let (first, rest) = bytes.split_at(bytes.len().min(self.head_cap - self.head.len()));
        self.head.extend_from_slice(first);
        self.push_tail(&rest[rest.len().saturating_sub(self.tail_cap)..]);
    }

    fn push_tail(&mut self, bytes: &[u8]) {
        let (growth, overwrite) = bytes.split_at(bytes.len().min(self.tail_cap - self.tail.len()));
        self.tail.extend_from_slice(growth);
        let (first, second) = overwrite.split_at(overwrite.len().min(self.tail_cap - self.next));
        self.tail[self.next..self.next + first.len()].copy_from_slice(first);
        self.tail[..second.len()].copy_from_slice(second);
        self.next = if second.is_empty() { self.next + first.len() } else { second.len() };
        if self.next == self.tail_cap {
            self.next = 0;
        }
    }

    /// What was kept, in the order printed.
    pub(crate) fn kept(&self) -> [&[u8]; 3] {
        let (newer, older) = self.tail.split_at(self.next);
        [&self.head, older, newer]
    }

    /// What was printed in all.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_and_the_last_half_are_kept(pieces: Vec<Vec<u8>>, cap in 0_usize..40) {
            let mut capture = Capture::new(cap);
            for piece in &pieces {
                capture.push(piece);
            }
            let all = pieces.concat();
            let expected = if all.len() <= cap {
                all.clone()
            } else {
                let half = cap / 2;
                [&all[..cap - half], &all[all.len() - half..]].concat()
            };
            prop_assert_eq!(capture.kept().concat(), expected);
            prop_assert_eq!(capture.total_bytes(), all.len() as u64);
        }
    }
}

//! A deterministic fuzzer: every reader meets thousands of changed inputs in each test run and must answer in words.

/// Calls `read` with `rounds` changed versions of each of the `corpus`.
pub(super) fn mutations(corpus: &[&[u8]], rounds: u64, mut read: impl FnMut(&[u8])) {
    for (number, input) in corpus.iter().enumerate() {
        read(input);
        for length in (0..input.len()).step_by(1 + input.len() / 200) {
            read(&input[..length]);
        }
        let mut draw = Draw(0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1));
        for _ in 0..rounds {
            let mut bytes = input.to_vec();
            for _ in 0..=draw.below(4) {
                change(&mut bytes, &mut draw, corpus);
            }
            read(&bytes);
        }
    }
}

fn change(bytes: &mut Vec<u8>, draw: &mut Draw, corpus: &[&[u8]]) {
    const WORDS: [&[u8]; 8] = [
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"9223372036854775808",
        b"{",
        b"[",
        b"\"",
        b"null",
        b"..",
        b"-1",
    ];
    let at = draw.below(bytes.len() + 1);
    let other = (at + draw.below(64)).min(bytes.len());
    match draw.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
        1 => drop(bytes.drain(at..other)),
        2 => drop(bytes.splice(at..at, bytes[at..other].to_vec())),
        3 => drop(bytes.splice(at..at, WORDS[draw.below(WORDS.len())].iter().copied())),
        4 => {
            let donor = corpus[draw.below(corpus.len())];
            let from = draw.below(donor.len() + 1);
            let to = (from + draw.below(64)).min(donor.len());
            drop(bytes.splice(at..other, donor[from..to].iter().copied()));
        }
        _ if at < bytes.len() => bytes[at] = draw.below(256) as u8,
        _ => bytes.push(draw.below(256) as u8),
    }
}

pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // xorshift64 (Marsaglia 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

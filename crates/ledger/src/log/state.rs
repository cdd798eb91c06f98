//! A log's state: the one object that is swapped, and that decides what is in the log.
//!
//! ```text
//! proofhouse log state v1
//! at 2026-11-23T12:00:00.000Z
//! pruned SIZE
//! rotation DIGEST            (of each change of key, the first one first)
//! quorum NUMBER              (where checkpoints wait for witnesses)
//! witness KEY ADDRESS        (each of them)
//! stage SIZE DIGEST          (of each batch that may not be durable in its own place yet)
//!
//! CHECKPOINT NOTE
//! ```

use std::iter::Peekable;

use types::{Digest, Timestamp};

use super::publish::Witnessing;
use crate::note::Note;
use crate::spelling::from_decimal;

/// Where the state lies.
pub(super) const STATE: &str = "state";
const MAGIC: &str = "proofhouse log state v1";

/// What the log's writer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// When the checkpoint was signed.
    pub(super) at: Timestamp,
    /// Entries from 0 that are no longer served.
    pub(super) pruned: u64,
    /// Digest of each rotation's note, the first one first.
    pub(super) rotations: Vec<Digest>,
    /// Who must have cosigned what is published.
    pub(super) witnessing: Option<Witnessing>,
    /// Size after the batch, and digest of its stage; the oldest first.
    pub(super) stages: Vec<(u64, Digest)>,
    /// The checkpoint, signed by the log alone.
    pub(super) checkpoint: Note,
}

impl State {
    /// That of a log which has nothing but a checkpoint.
    pub(super) fn new(at: Timestamp, checkpoint: Note) -> Self {
        Self { at, pruned: 0, rotations: Vec::new(), witnessing: None, stages: Vec::new(), checkpoint }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{MAGIC}\nat {}\npruned {}\n", self.at, self.pruned);
        for digest in &self.rotations {
            text.push_str(&format!("rotation {digest}\n"));
        }
        if let Some(witnessing) = &self.witnessing {
            text.push_str(&format!("quorum {}\n", witnessing.quorum().wanted()));
            for (key, address) in witnessing.witnesses() {
                text.push_str(&format!("witness {key} {address}\n"));
            }
        }
        for (size, digest) in &self.stages {
            text.push_str(&format!("stage {size} {digest}\n"));
        }
        format!("{text}\n{}", self.checkpoint).into_bytes()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(MAGIC) {
            return None;
        }
        let at = lines.next()?.strip_prefix("at ")?.parse().ok()?;
        let pruned = from_decimal(lines.next()?.strip_prefix("pruned ")?)?;
        let mut rotations = Vec::new();
        while let Some(digest) = lines.peek().and_then(|line| line.strip_prefix("rotation ")) {
            rotations.push(digest.parse().ok()?);
            lines.next();
        }
        let witnessing = witnessing(&mut lines)?;
        let stage = |line: &str| {
            let (size, digest) = line.strip_prefix("stage ")?.split_once(' ')?;
            Some((from_decimal(size)?, digest.parse().ok()?))
        };
        let stages = lines.map(stage).collect::<Option<_>>()?;
        let checkpoint = Note::parse(checkpoint.as_bytes()).ok()?;
        let state = Self { at, pruned, rotations, witnessing, stages, checkpoint };
        // A time can be spelled in more than one way; a state cannot.
        (state.to_bytes() == bytes).then_some(state)
    }
}

/// The lines of the rule for witnesses, if there are any; `None` when they are none.
fn witnessing<'a>(lines: &mut Peekable<impl Iterator<Item = &'a str>>) -> Option<Option<Witnessing>> {
    let Some(wanted) = lines.peek().and_then(|line| line.strip_prefix("quorum ")) else {
        return Some(None);
    };
    let wanted = usize::try_from(from_decimal(wanted)?).ok()?;
    lines.next();
    let mut witnesses = Vec::new();
    while let Some(witness) = lines.peek().and_then(|line| line.strip_prefix("witness ")) {
        let (key, address) = witness.split_once(' ')?;
        witnesses.push((key.parse().ok()?, address.to_owned()));
        lines.next();
    }
    Witnessing::new(witnesses, wanted).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::stage::unpack;

    #[test]
    fn a_state_has_one_spelling() {
        let with = |at: &str| format!("{MAGIC}\nat {at}\npruned 0\n\na\n\n\u{2014} a AAAAAAAA\n");
        assert!(State::parse(with("2026-11-23T12:00:00.000Z").as_bytes()).is_some());
        assert_eq!(State::parse(with("2026-11-23T12:00:00,000Z").as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parsers_of_storage_panic_and_what_is_read_is_written_back(
            bytes in any::<Vec<u8>>(),
            head in "at 2026-11-23T12:00:00.000Z\npruned [0-9]{1,21}(\nrotation sha256:[0-9a-f]{64}){0,2}(\nquorum [0-3](\nwitness w1\\+6a1fe1b2\\+[A-Za-z0-9+/]{44} [a-z:/]{0,9}){0,2})?(\nstage [0-9]{1,21} sha256:[0-9a-f]{64}){0,2}",
        ) {
            let text = format!("{MAGIC}\n{head}\n\na\n\n\u{2014} a AAAAAAAA\n");
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                if let Some(state) = State::parse(bytes) {
                    prop_assert_eq!(state.to_bytes(), bytes);
                }
                unpack(bytes);
                unpack(&[b"proofhouse log stage v1\n", bytes].concat());
            }
        }
    }
}

//! The body of `add-checkpoint`.

use std::fmt;

use types::Digest;

use super::judge::WitnessRefusal;
use crate::note::{MAX_NOTE_BYTES, Note};
use crate::spelling::{digest_from_base64, from_decimal, to_base64};

/// Hashes in a consistency proof, as the protocol limits them.
const MAX_HASHES: usize = 63;
/// The longest body that is read: a note, and a proof of [`MAX_HASHES`] hashes before it.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 4_096;

/// What a log asks a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last, as the log believes.
    pub older: u64,
    /// That the log only grew since.
    pub proof: Vec<Digest>,
    /// The new checkpoint, signed by the log.
    pub checkpoint: Note,
}

impl AddCheckpoint {
    /// Reads a body without believing it.
    ///
    /// # Errors
    /// [`WitnessRefusal::Malformed`].
    pub fn parse(body: &[u8]) -> Result<Self, WitnessRefusal> {
        let malformed = WitnessRefusal::Malformed;
        if body.len() > MAX_REQUEST_BYTES {
            return Err(malformed("it is longer than a checkpoint and a proof"));
        }
        let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or(malformed("no empty line ends its proof"))?;
        let mut lines = head.split('\n');
        let older = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(from_decimal);
        let older = older.ok_or(malformed("its first line is not `old` and a decimal number"))?;
        let proof: Option<Vec<_>> = lines.map(digest_from_base64).collect();
        let proof = proof
            .filter(|proof| proof.len() <= MAX_HASHES)
            .ok_or(malformed("its proof is not at most 63 lines of 32 bytes in base64"))?;
        let checkpoint =
            Note::parse(note.as_bytes()).map_err(|_| malformed("its checkpoint is not a signed note"))?;
        Ok(Self { older, proof, checkpoint })
    }
}

/// The very bytes that are sent.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.older)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

//! Asking a witness.

use types::Timestamp;

use super::request::AddCheckpoint;
use crate::cosign::{CosignatureError, CosignerKey};
use crate::note::{Note, NoteSignature};
use crate::spelling::from_decimal;
use crate::tiles::{LogReader, ReadError, TileSource};

/// A witness's answer is a few lines; what is longer is not read.
const MAX_ANSWER_BYTES: usize = 65_536;
/// How far a witness's clock may be ahead of ours.
pub(crate) const MAX_AHEAD_MILLIS: u64 = 5 * 60 * 1000;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// The way to one witness: posts a body to its `add-checkpoint`, and gives up after a time limit of its own.
pub trait Transport {
    /// Posts `body`.
    ///
    /// # Errors
    /// In words, when no answer came.
    fn post(&mut self, body: &str) -> Result<Answer, String>;
}

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It did not answer in time: ask again later, or another one.
    #[error("the witness did not answer: {0}")]
    Silent(String),
    /// It has its reasons.
    #[error("the witness refused (status {status}): {text}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The start of its answer.
        text: String,
    },
    /// It has cosigned more of this log than the log itself has: the log was rolled back. Sign nothing more.
    #[error("the witness has cosigned {seen} entries of this log, which has {size}")]
    Ahead {
        /// What the witness has seen.
        seen: u64,
        /// What the log has.
        size: u64,
    },
    /// It cosigned something else, or said something that is no answer: drop this witness.
    #[error("the witness's answer does not hold: {0}")]
    Lied(&'static str),
    /// Its cosignature does not hold.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    /// The log cannot be read, so nothing can be proved.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Asks the witness behind `transport` to cosign `checkpoint`, whose log is `reader`'s. `older` is the size that it
/// is believed to have cosigned last; where it says another one, it is asked once more.
///
/// # Errors
/// Any [`AskError`].
pub fn ask<S: TileSource>(
    transport: &mut impl Transport,
    witness: &CosignerKey,
    checkpoint: &Note,
    reader: &mut LogReader<S>,
    older: u64,
    now: Timestamp,
) -> Result<NoteSignature, AskError> {
    let size = reader.head().size;
    let first = post(transport, checkpoint, reader, older.min(size))?;
    let answer = match conflict(&first)? {
        None => first,
        Some(seen) if seen > size => return Err(AskError::Ahead { seen, size }),
        Some(seen) => post(transport, checkpoint, reader, seen)?,
    };
    if answer.status != 200 {
        let text: String = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
        return Err(AskError::Refused { status: answer.status, text: text.trim_end().to_owned() });
    }
    cosignature(&answer.body, witness, checkpoint, now)
}

fn post<S: TileSource>(
    transport: &mut impl Transport,
    checkpoint: &Note,
    reader: &mut LogReader<S>,
    older: u64,
) -> Result<Answer, AskError> {
    let proof = reader.consistency(older)?;
    let request = AddCheckpoint { older, proof, checkpoint: checkpoint.clone() };
    let answer = transport.post(&request.to_string()).map_err(AskError::Silent)?;
    if answer.body.len() > MAX_ANSWER_BYTES {
        return Err(AskError::Lied("it is longer than 65536 bytes"));
    }
    Ok(answer)
}

/// The size that a 409 tells.
fn conflict(answer: &Answer) -> Result<Option<u64>, AskError> {
    if answer.status != 409 {
        return Ok(None);
    }
    let text = std::str::from_utf8(&answer.body).ok().and_then(|text| text.strip_suffix('\n'));
    let size = text.and_then(from_decimal).ok_or(AskError::Lied("a conflict comes without a size"))?;
    Ok(Some(size))
}

/// This witness's line among those of the answer; lines of keys that were not asked for are ignored.
fn cosignature(
    body: &[u8],
    witness: &CosignerKey,
    checkpoint: &Note,
    now: Timestamp,
) -> Result<NoteSignature, AskError> {
    let text = std::str::from_utf8(body).map_err(|_| AskError::Lied("it is not UTF-8"))?;
    let lines = text.split_terminator('\n').map(NoteSignature::parse);
    let mut own = lines.flatten().filter(|line| line.name() == witness.name() && line.id() == witness.id());
    let line = own.next().ok_or(AskError::Lied("it holds no cosignature by the key that was given"))?;
    let signed = checkpoint.clone().with_signature(line.clone());
    let at = witness.verify(&signed.map_err(|_| AskError::Lied("the note has no room for it"))?)?;
    if at.millis_since(now) > MAX_AHEAD_MILLIS {
        return Err(AskError::Lied("its time is more than five minutes ahead"));
    }
    Ok(line)
}

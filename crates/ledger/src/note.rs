//! Signed notes: text, an empty line, and one line per signature.
//!
//! Source: C2SP signed-note 1.0.0.

use std::fmt;

use crate::key::{KeyId, SignerKey, VerifierKey, is_name};
use crate::spelling::{from_base64, to_base64};

/// The longest note that is read: what Go's `sumdb/note` reads, so that no reader refuses what another accepts.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// The longest text that is signed; the rest of a note is room for signatures.
pub(crate) const MAX_TEXT_BYTES: usize = 900_000;
/// The most signatures that are read: again Go's limit.
const MAX_SIGNATURES: usize = 100;
/// Every signature line starts with an em dash (U+2014) and a space.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// Why a note was not read, signed or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are no signed note: fetch them again, or they were changed.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// The text cannot stand in a note: change it before signing.
    #[error("a note's text is at most 900000 bytes of lines without control characters")]
    Text,
    /// Another key signed: get that key from somebody you trust, or don't believe the text.
    #[error("the note is not signed by {name} (key {id})")]
    UnknownSigner {
        /// Name of the key that was looked for.
        name: String,
        /// Its id.
        id: KeyId,
    },
    /// The text or the signature was changed: don't believe the text.
    #[error("the signature by {name} (key {id}) does not fit the text")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Its id.
        id: KeyId,
    },
}

/// One signature of a note, as it stands there: nothing is known of its truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub(crate) fn new(name: String, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads one signature line, without its line end.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        signature(line)
    }

    /// Name of the key that is said to have signed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key that is said to have signed.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }
}

/// A well-formed note. `Display` writes the very bytes that were parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note without believing it.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed("it is longer than 1000000 bytes"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        if !is_lines(note) {
            return Err(NoteError::Malformed("it holds control characters or ends within a line"));
        }
        // The text may hold empty lines; the last one separates it from the signatures.
        let blank = note.rfind("\n\n").ok_or(NoteError::Malformed("no empty line ends its text"))?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let signatures: Vec<_> = lines.split_terminator('\n').map(signature).collect::<Result<_, _>>()?;
        if signatures.is_empty() || signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it does not have 1 to 100 signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Signs `text`, which must end with a line end.
    ///
    /// # Errors
    /// [`NoteError::Text`].
    pub fn sign(text: &str, key: &SignerKey) -> Result<Self, NoteError> {
        if text.len() > MAX_TEXT_BYTES || !is_lines(text) {
            return Err(NoteError::Text);
        }
        Ok(Self::signed(text.to_owned(), key))
    }

    /// Signs a text that is known to be one.
    pub(crate) fn signed(text: String, key: &SignerKey) -> Self {
        let (name, id) = (key.verifier().name().to_owned(), key.verifier().id());
        let bytes = key.sign(text.as_bytes());
        Self { text, signatures: vec![NoteSignature { name, id, bytes }] }
    }

    /// The text, once `key` is found to have signed it. Signatures by other keys are left alone.
    ///
    /// # Errors
    /// [`NoteError::UnknownSigner`] and [`NoteError::BadSignature`], the latter also when `key` signed twice,
    /// since Ed25519 leaves no reason to.
    pub fn verify(&self, key: &VerifierKey) -> Result<&str, NoteError> {
        let (name, id) = (key.name(), key.id());
        let mut own = self.signatures.iter().filter(|signature| signature.name == name && signature.id == id);
        match (own.next(), own.next()) {
            (None, _) => Err(NoteError::UnknownSigner { name: name.to_owned(), id }),
            (Some(signature), None) if key.accepts(self.text.as_bytes(), &signature.bytes) => Ok(&self.text),
            (Some(_), _) => Err(NoteError::BadSignature { name: name.to_owned(), id }),
        }
    }

    /// The same note with one more signature at its end. One that is there already is not repeated, and an
    /// older one of the same key makes room, as cosignatures are renewed.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the note would have more signatures, or be longer, than a reader accepts.
    pub fn with_signature(mut self, signature: NoteSignature) -> Result<Self, NoteError> {
        self.signatures.retain(|other| other.name != signature.name || other.id != signature.id);
        self.signatures.push(signature);
        if self.signatures.len() > MAX_SIGNATURES || self.to_string().len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed("it would have more than 100 signatures or 1000000 bytes"));
        }
        Ok(self)
    }

    /// The text, which anybody may have written: for a reader who has no key, and says so.
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signatures in the note's order, none of them checked.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// The signature's line, without its line end.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.as_bytes()[..], &self.bytes].concat();
        write!(f, "{SIGNATURE_PREFIX}{} {}", self.name, to_base64(&bytes))
    }
}

/// Whether `text` is lines without control characters, the last one ended.
fn is_lines(text: &str) -> bool {
    text.ends_with('\n') && text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

fn signature(line: &str) -> Result<NoteSignature, NoteError> {
    let malformed = || NoteError::Malformed("a signature line is not `\u{2014} name base64`");
    let (name, base64) =
        line.strip_prefix(SIGNATURE_PREFIX).and_then(|rest| rest.split_once(' ')).ok_or_else(malformed)?;
    let raw = from_base64(base64).filter(|_| is_name(name)).ok_or_else(malformed)?;
    let (id, bytes) = raw.split_first_chunk::<4>().ok_or_else(malformed)?;
    Ok(NoteSignature { name: name.to_owned(), id: KeyId::from_bytes(*id), bytes: bytes.to_vec() })
}

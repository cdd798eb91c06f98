//! What an entry of a private log is: the SHA-256 of a text that says one thing behind a salt. Tiles can be given to
//! somebody who may not see everything: a leaf says nothing, and cannot be guessed, until somebody hands out its
//! [`Opening`].
//!
//! ```text
//! proofhouse case leaf v1
//! salt 64 HEXADECIMAL DIGITS
//! WHAT IS SAID, in lines
//! ```
//!
//! The entry is the 32 bytes of `sha256sum` over exactly these lines. A salt follows from the log's secret, the
//! entry's index and what is said, so that an entry that was lost on its way into the log is made again as it was, and
//! one salt tells nothing about another.

use aws_lc_rs::hmac;
use types::{Digest, Secret};

use super::CaseLogId;
use crate::checkpoint::Checkpoint;
use crate::key::VerifierKey;
use crate::spelling::{from_hex, to_hex};
use crate::tlog_proof::{TlogProof, TlogProofError};
use crate::tree::leaf_hash;

const LEAF: &str = "proofhouse case leaf v1\nsalt ";
const SALT: &[u8] = b"proofhouse case salt v1\n";
const SECRET: &str = "proofhouse case log v1\n";
/// Longer openings are not read: what is said is a few lines.
const MAX_OPENING_BYTES: usize = 4096;

/// Which log is a case's, and what its salts follow from. Whoever has it can guess what leaves say: it stays in the
/// house.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseLogSecret {
    id: CaseLogId,
    secret: [u8; 32],
}

impl std::fmt::Debug for CaseLogSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseLogSecret({:?}, secret withheld)", self.id)
    }
}

impl CaseLogSecret {
    /// From two draws of a cryptographic random source; of the first one 16 bytes are used.
    #[must_use]
    pub fn from_draws(id: [u8; 32], secret: [u8; 32]) -> Self {
        let (id, _) = id.as_chunks::<16>();
        Self { id: CaseLogId::from_draw(id[0]), secret }
    }

    /// The log's id.
    #[must_use]
    pub fn id(&self) -> CaseLogId {
        self.id
    }

    /// Its text form, for the one object that keeps it.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(format!("{SECRET}id {}\nsecret {}\n", to_hex(&self.id.0), to_hex(&self.secret)))
    }

    /// Reads what [`CaseLogSecret::to_secret`] writes; `None` for anything else.
    #[must_use]
    pub fn parse(secret: &Secret) -> Option<Self> {
        let rest = secret.expose().strip_prefix(SECRET)?.strip_prefix("id ")?;
        let (id, rest) = rest.split_once('\n')?;
        let secret = rest.strip_prefix("secret ")?.strip_suffix('\n')?;
        Some(Self { id: CaseLogId(from_hex(id)?), secret: from_hex(secret)? })
    }

    /// The opening of the entry at `index` that says `said`: lines, each with its end.
    #[must_use]
    pub fn opening(&self, index: u64, said: &str) -> Opening {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let mut mac = hmac::Context::with_key(&key);
        for part in [SALT, &index.to_be_bytes(), said.as_bytes()] {
            mac.update(part);
        }
        let mut salt = [0; 32];
        salt.copy_from_slice(mac.sign().as_ref());
        Opening { salt, said: said.to_owned() }
    }
}

/// Why a text opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The text is no opening.
    #[error("not an opening of a case log's entry")]
    Malformed,
    /// The proof file carries no opening: ask for one that does.
    #[error("the proof file does not carry what its entry says")]
    NoOpening,
    /// The proof file does not hold: see there.
    #[error(transparent)]
    Proof(#[from] TlogProofError),
    /// The checkpoint is of another kind of log.
    #[error("{0} is not the log of a case in that house")]
    OtherLog(String),
}

/// What an entry says, and the salt before it: all that shows it. Whoever has it can show it to anybody.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    salt: [u8; 32],
    said: String,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(withheld)")
    }
}

impl Opening {
    /// An opening with a salt that was handed out.
    #[must_use]
    pub fn new(salt: [u8; 32], said: &str) -> Self {
        Self { salt, said: said.to_owned() }
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// What is said.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }

    /// The text whose SHA-256 the entry is.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{LEAF}{}\n{}", to_hex(&self.salt), self.said)
    }

    /// The entry's 32 bytes.
    #[must_use]
    pub fn entry(&self) -> [u8; 32] {
        *Digest::of(self.text().as_bytes()).as_bytes()
    }

    /// The entry's hash in the tree.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        leaf_hash(&self.entry())
    }

    /// Reads what [`Opening::text`] writes.
    ///
    /// # Errors
    /// [`LeafError::Malformed`].
    pub fn parse(text: &[u8]) -> Result<Self, LeafError> {
        let text = std::str::from_utf8(text).map_err(|_| LeafError::Malformed)?;
        let rest = text.strip_prefix(LEAF).filter(|_| text.len() <= MAX_OPENING_BYTES);
        let (salt, said) = rest.and_then(|rest| rest.split_once('\n')).ok_or(LeafError::Malformed)?;
        let lines = said.ends_with('\n') && said.bytes().all(|byte| byte >= b' ' || byte == b'\n');
        let salt = from_hex(salt).filter(|_| lines).ok_or(LeafError::Malformed)?;
        Ok(Self { salt, said: said.to_owned() })
    }
}

/// A private log's proof file: one entry, what it says, and the checkpoint that covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What the entry says.
    pub opening: Opening,
    /// Its index.
    pub index: u64,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

/// Checks a proof file of a private log under the key of the house that keeps the log, with nothing else at hand. Without
/// the key it can only be called consistent.
///
/// # Errors
/// [`LeafError`].
pub fn open_proof(proof: &TlogProof, house: Option<&VerifierKey>) -> Result<Opened, LeafError> {
    let opening = Opening::parse(proof.extra().ok_or(LeafError::NoOpening)?)?;
    let checkpoint = match house {
        Some(house) => proof.verify(&opening.leaf(), house)?,
        None => proof.unverified(&opening.leaf())?,
    };
    check_origin(checkpoint.origin(), house)?;
    Ok(Opened { opening, index: proof.index(), checkpoint })
}

/// Checks that `origin` is that of a case's log, and of this house where its key is at hand.
///
/// # Errors
/// [`LeafError::OtherLog`].
pub fn check_origin(origin: &str, house: Option<&VerifierKey>) -> Result<(), LeafError> {
    let name = house.map(VerifierKey::name).or_else(|| Some(origin.rsplit_once("/case/")?.0));
    match name.and_then(|name| CaseLogId::of_origin(origin, name)) {
        Some(_) => Ok(()),
        None => Err(LeafError::OtherLog(origin.to_owned())),
    }
}

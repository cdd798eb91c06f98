//! Proof files of a case's log, as their reader checks them.

use ledger::TlogProof;
use ledger::private::LeafError;

use super::{Statement, StatementError};

/// A case's log is proved to say something: under the key of the house that keeps it, with nothing else at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// What it says.
    pub statement: Statement,
    /// At which index.
    pub index: u64,
    /// The log's name.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
}

/// Why a proof file shows nothing of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProvedError {
    /// The file or its proof does not hold.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// What the entry says is not understood.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

/// Checks a proof file of a case's log. Without the house's key it can only be called consistent.
///
/// # Errors
/// [`ProvedError`].
pub fn check_proof(proof: &TlogProof, house: Option<&ledger::VerifierKey>) -> Result<Proved, ProvedError> {
    let opened = ledger::private::open_proof(proof, house)?;
    Ok(Proved {
        statement: opened.opening.said().parse()?,
        index: opened.index,
        origin: opened.checkpoint.origin().to_owned(),
        size: opened.checkpoint.head().size,
    })
}

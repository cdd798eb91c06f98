//! A case's log in its export: `log`, the checkpoint and the salt of every entry, for whom the whole record is; and
//! `proof`, for everybody, the tlog-proof file of the record's last entry. With them `verify` holds the record against
//! what was logged, with nothing but the house's key.

use std::collections::BTreeMap;
use std::fmt::Write;

use docket::acts::access;
use docket::acts::items::Audience;
use docket::{Cause, Entry, Event, Refusal, Signed};
use ledger::private::{LeafError, Opening, check_origin};
use ledger::{Checkpoint, CheckpointError, Note, TlogProof, TlogProofError, VerifierKey, root_of};
use serde::{Deserialize, Serialize};
use types::Digest;

use super::{Followed, Kind, ProvedError, Statement, check_proof};
use crate::cases::cosign::{CosignError, Logged, check_cosigned, cosigner_key};
use crate::cases::{CaseError, Parcel};

/// What the line `log` holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogLine {
    /// The checkpoint's note.
    checkpoint: String,
    /// The salt of each entry, written as a digest is.
    salts: Vec<Digest>,
}

/// Adds to a parcel what shows that it is the record that was logged.
///
/// # Errors
/// [`CaseError`] when the record has no last entry, or a line cannot be written.
pub fn add_to_export(followed: &Followed, parcel: &mut Parcel) -> Result<(), CaseError> {
    let case = parcel.case.clone();
    let failed = |source| CaseError::Log { case, source: Box::new(source) };
    let last = followed.statements().last().map_or(0, |said| said.version);
    let is_last = |said: &Statement| said.kind == Kind::Entry && said.version == last;
    let proof = followed.prove("last entry", is_last).map_err(failed)?;
    if matches!(parcel.audience, Audience::House | Audience::Auditor) {
        let salts = followed.openings().iter().map(|opening| Digest::from_bytes(*opening.salt()));
        let line = LogLine { checkpoint: followed.checkpoint().to_string(), salts: salts.collect() };
        push(&mut parcel.body, "log", &line)?;
    }
    push(&mut parcel.body, "proof", &proof.to_string())
}

fn push(body: &mut String, kind: &str, value: &impl Serialize) -> Result<(), CaseError> {
    let json = types::json::line(value).map_err(|_| Refusal::EnvelopeTooLong)?;
    // Writing to a String cannot fail.
    let _ = writeln!(body, "{kind} {json}");
    Ok(())
}

/// What holds of a case's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHolds {
    /// The log's name.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// The entry of the record that is proved to be in it.
    pub version: u64,
    /// Whether the whole record is what was logged, not only its last entry.
    pub whole: bool,
}

/// What does not hold of a case's log in an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogBroken {
    /// A line cannot be read.
    #[error("its line `{0}` cannot be read")]
    Unreadable(&'static str),
    /// One line stands without the other, or twice.
    #[error("the record has no line `{0}`, or more than one")]
    Missing(&'static str),
    /// The checkpoint is none, or not the house's.
    #[error("the log's checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// It is of no case's log.
    #[error(transparent)]
    OtherLog(#[from] LeafError),
    /// The checkpoint is from before the record's end.
    #[error(
        "the checkpoint is an older one: it covers {covers} entries of the log, and the record accounts for {holds}"
    )]
    Older {
        /// Entries that the checkpoint covers.
        covers: u64,
        /// Entries that the record accounts for.
        holds: u64,
    },
    /// An entry is left out that the log does not call so, or the checkpoint is from before the record's end.
    #[error(
        "the log has {covers} entries and the record accounts for {holds}: it withholds an entry that the log does not \
         call withheld, or the checkpoint is an older one"
    )]
    Hidden {
        /// Entries that the checkpoint covers.
        covers: u64,
        /// Entries that the record accounts for.
        holds: u64,
    },
    /// The record's end was cut off.
    #[error("the record was cut: its log has {covers} entries, and it accounts for {holds}")]
    Cut {
        /// Entries that the checkpoint covers.
        covers: u64,
        /// Entries that the record accounts for.
        holds: u64,
    },
    /// Another line, another salt, or another log.
    #[error("the record is not the one that was logged")]
    Differs,
    /// The proof file does not hold.
    #[error("the proof of its last entry does not hold")]
    Proof(#[from] ProvedError),
    /// It belongs to another case.
    #[error("the proof is of the case {0}")]
    OtherCase(String),
    /// It is of an earlier entry, or of none.
    #[error("the proof is of entry {proved}, and the record ends with entry {last}")]
    OtherEntry {
        /// The entry that is proved.
        proved: u64,
        /// The record's last one.
        last: u64,
    },
    /// The line is not the one that was logged.
    #[error("the proof is of another line than entry {0} of the record")]
    OtherLine(u64),
    /// The proof and the record name different logs.
    #[error("the proof is of another log, or another state of it, than the record's")]
    OtherCheckpoint,
    /// The checkpoint that the developer cosigned is not one of this log that holds the commitment.
    #[error("entry {version} names a cosigned checkpoint that does not hold")]
    Cosigned {
        /// Which entry.
        version: u64,
        /// Why.
        source: CosignError,
    },
}

impl From<TlogProofError> for LogBroken {
    fn from(error: TlogProofError) -> Self {
        Self::Proof(ProvedError::Leaf(error.into()))
    }
}

/// The lines of an export that are about its log.
#[derive(Debug, Default)]
pub(in crate::cases) struct LogLines<'a> {
    /// Lines `log`.
    pub(in crate::cases) log: Vec<&'a str>,
    /// Lines `proof`.
    pub(in crate::cases) proof: Vec<&'a str>,
    /// Texts by digest.
    pub(in crate::cases) documents: BTreeMap<Digest, String>,
}

/// What an export says of its case.
pub(in crate::cases) struct Exported<'a> {
    /// The case's name.
    pub(in crate::cases) case: &'a str,
    /// The entry that the export itself became.
    pub(in crate::cases) version: u64,
    /// What the log says of the record, in order; empty in a view.
    pub(in crate::cases) said: &'a [Statement],
    /// The record's entries that are not withheld.
    pub(in crate::cases) entries: &'a [Entry<Event>],
    /// Its envelopes.
    pub(in crate::cases) envelopes: &'a BTreeMap<Digest, Signed>,
}

/// Checks what an export carries of its log; nothing where it carries nothing.
///
/// # Errors
/// The first thing that does not hold.
pub(in crate::cases) fn check(
    lines: &LogLines<'_>,
    exported: &Exported<'_>,
    key: Option<&VerifierKey>,
) -> Result<Option<LogHolds>, LogBroken> {
    let proof = match (&lines.log[..], &lines.proof[..]) {
        ([], []) => return Ok(None),
        (_, [proof]) => *proof,
        (_, _) => return Err(LogBroken::Missing("proof")),
    };
    let file: String = serde_json::from_str(proof).map_err(|_| LogBroken::Unreadable("proof"))?;
    let file = TlogProof::parse(file.as_bytes())?;
    let proved = check_proof(&file, key)?;
    if proved.statement.case.as_str() != exported.case {
        return Err(LogBroken::OtherCase(proved.statement.case.to_string()));
    }
    let last = exported.said.last();
    let last = last.map_or(exported.version.saturating_sub(1), |said| said.version);
    if (proved.statement.kind, proved.statement.version) != (Kind::Entry, last) {
        return Err(LogBroken::OtherEntry { proved: proved.statement.version, last });
    }
    let whole = !exported.said.is_empty();
    match (&lines.log[..], whole) {
        ([log], true) => whole_record(log, lines, exported, (&file, &proved.statement), key)?,
        ([], false) => {}
        (_, _) => return Err(LogBroken::Missing("log")),
    }
    Ok(Some(LogHolds { origin: proved.origin, size: proved.size, version: last, whole }))
}

fn whole_record(
    log: &str,
    lines: &LogLines<'_>,
    exported: &Exported<'_>,
    (file, proved): (&TlogProof, &Statement),
    key: Option<&VerifierKey>,
) -> Result<(), LogBroken> {
    let log: LogLine = serde_json::from_str(log).map_err(|_| LogBroken::Unreadable("log"))?;
    let note = Note::parse(log.checkpoint.as_bytes()).map_err(CheckpointError::from)?;
    let text = match key {
        Some(key) => note.verify(key).map_err(CheckpointError::from)?,
        None => note.unverified_text(),
    };
    let checkpoint = Checkpoint::parse(text)?;
    check_origin(checkpoint.origin(), key)?;
    let statements = exported.said;
    let (covers, holds) = (checkpoint.head().size, statements.len() as u64);
    if covers != holds {
        let withheld = statements.iter().any(|said| said.kind == Kind::Withheld);
        return Err(match (covers < holds, withheld) {
            (true, false) => LogBroken::Older { covers, holds },
            (true, true) => LogBroken::Hidden { covers, holds },
            (false, _) => LogBroken::Cut { covers, holds },
        });
    }
    if !statements.contains(proved) {
        return Err(LogBroken::OtherLine(proved.version));
    }
    if log.salts.len() != statements.len() {
        return Err(LogBroken::Unreadable("log"));
    }
    let salted = statements.iter().zip(&log.salts);
    let leaves: Vec<_> =
        salted.map(|(said, salt)| Opening::new(*salt.as_bytes(), &said.to_string()).leaf()).collect();
    if root_of(&leaves) != checkpoint.head().root {
        return Err(LogBroken::Differs);
    }
    if file.checkpoint().unverified_text() != note.unverified_text() {
        return Err(LogBroken::OtherCheckpoint);
    }
    let logged = Logged { origin: checkpoint.origin(), house: key, statements, leaves: &leaves };
    exported.entries.iter().try_for_each(|entry| cosigned(entry, lines, exported, &logged))
}

/// The checkpoint that an entry names as cosigned, held against the log as it is exported.
fn cosigned(
    entry: &Entry<Event>,
    lines: &LogLines<'_>,
    exported: &Exported<'_>,
    logged: &Logged<'_>,
) -> Result<(), LogBroken> {
    let Event::Access(access::Event::ThresholdCosigned { checkpoint }) = entry.event() else { return Ok(()) };
    let check = || {
        let note = lines.documents.get(checkpoint).ok_or(CosignError::NotAtHand)?;
        let Cause::Signed { envelope, .. } = entry.cause() else { return Err(CosignError::NotAtHand) };
        let signed = exported.envelopes.get(envelope).ok_or(CosignError::NotAtHand)?;
        check_cosigned(note, logged, &cosigner_key(signed)?, entry.at())
    };
    check().map_err(|source| LogBroken::Cosigned { version: entry.version(), source })
}

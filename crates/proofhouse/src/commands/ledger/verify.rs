//! `proofhouse ledger verify`: with no network and no database, unless an address is given.

use std::path::Path;
use std::process::ExitCode;

use ledger::log::{FollowError, follow_published};
use ledger::tiles::{LogReader, ReadError, TileSource};
use ledger::{
    Checkpoint, CheckpointError, CosignatureError, CosignerKey, LogKeys, Note, ProofError, Quorum, TlogProof,
    TlogProofError, leaf_hash, verify_consistency,
};
use types::Clock as _;

use super::{BROKEN, arguments, log_keys, published, read, said, source_of, text};
use crate::shell::{Failure, SystemClock};
use crate::{note, say};

/// What does not hold.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    File(#[from] TlogProofError),
    #[error(transparent)]
    Rotation(#[from] FollowError),
}

pub fn run(arguments: &arguments::Verify) -> Result<ExitCode, Failure> {
    let keys = log_keys(&arguments.origin, &arguments.key, &arguments.rotation)?;
    let quorum = quorum(arguments)?;
    let held = match (&arguments.proof, &arguments.log) {
        (Some(proof), _) => entry_of(arguments, proof, &keys, quorum.as_ref())?,
        (None, Some(log)) => log_of(arguments, log, &keys, quorum.as_ref())?,
        (None, None) => return Err(Failure::usage("name a log, or a proof file with --proof")),
    };
    match held {
        Ok(words) => {
            say!("{words}");
            Ok(ExitCode::SUCCESS)
        }
        // That an address does not answer says nothing about the log.
        Err(Broken::Read(ReadError::Source(error)) | Broken::Rotation(FollowError::Source(error))) => {
            Err(Failure::record(said(&error)))
        }
        Err(broken) => {
            note!("proofhouse: does not hold: {}", said(&broken));
            Ok(ExitCode::from(BROKEN))
        }
    }
}

fn quorum(arguments: &arguments::Verify) -> Result<Option<Quorum>, Failure> {
    if arguments.witness_key.is_empty() {
        return Ok(None);
    }
    let key = |file: &std::path::PathBuf| witness_key(file);
    let keys: Vec<_> = arguments.witness_key.iter().map(key).collect::<Result<_, _>>()?;
    let wanted = arguments.quorum.unwrap_or(keys.len());
    let quorum = Quorum::new(keys, wanted);
    quorum.map(Some).map_err(|_| Failure::usage("the witness keys are not as many different witnesses"))
}

pub fn witness_key(file: &Path) -> Result<CosignerKey, Failure> {
    let key = text("witness's key", file)?.trim_end().parse();
    key.map_err(|error| Failure::input(format!("{} holds no witness's key: {error}", file.display())))
}

type Held = Result<String, Broken>;

fn entry_of(
    arguments: &arguments::Verify,
    proof: &Path,
    keys: &LogKeys,
    quorum: Option<&Quorum>,
) -> Result<Held, Failure> {
    let Some(entry) = &arguments.entry else { return Err(Failure::usage("name the entry with --entry")) };
    let (proof, entry) = (read("proof file", proof)?, read("entry", entry)?);
    let check = || {
        let proof = TlogProof::parse(&proof)?;
        let checkpoint = proof.verify_for(&leaf_hash(&entry), keys)?;
        witnessed(quorum, proof.checkpoint())?;
        let (index, size) = (proof.index(), checkpoint.head().size);
        Ok(format!("holds: entry {index} of {size}, in {}", report::inert(checkpoint.origin())))
    };
    Ok(check())
}

fn log_of(
    arguments: &arguments::Verify,
    log: &str,
    keys: &LogKeys,
    quorum: Option<&Quorum>,
) -> Result<Held, Failure> {
    let source = source_of(log);
    let note = published(&&*source, log)?;
    let older = arguments.older.as_ref().map(|file| read("checkpoint", file)).transpose()?;
    Ok(whole(&*source, &note, older.as_deref(), keys.clone(), quorum, arguments.from))
}

fn whole(
    source: &dyn TileSource,
    note: &Note,
    older: Option<&[u8]>,
    keys: LogKeys,
    quorum: Option<&Quorum>,
    from: u64,
) -> Held {
    let keys = &follow_published(source, keys)?;
    let checkpoint = keys.open(note)?;
    witnessed(quorum, note)?;
    let head = checkpoint.head();
    let older = older.map(|bytes| open_older(bytes, keys)).transpose()?;
    if let Some(older) = older.as_ref().map(Checkpoint::head)
        && older.size > head.size
    {
        return Err(ProofError::RolledBack { older: older.size, newer: head.size }.into());
    }
    let mut reader = LogReader::open(source, head)?;
    if let Some(older) = older {
        let proof = reader.consistency(older.head().size)?;
        verify_consistency(older.head(), head, &proof)?;
    }
    let checked = reader.audit(from)?;
    let (origin, size) = (report::inert(checkpoint.origin()), head.size);
    Ok(format!("holds: {checked} of {size} entries checked, in {origin}"))
}

fn open_older(bytes: &[u8], keys: &LogKeys) -> Result<Checkpoint, CheckpointError> {
    keys.open(&Note::parse(bytes)?)
}

fn witnessed(quorum: Option<&Quorum>, note: &Note) -> Result<(), CosignatureError> {
    quorum.map_or(Ok(()), |quorum| quorum.verify(note, SystemClock::after(None).now()))
}

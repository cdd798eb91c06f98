//! A case's log: the private transparency log that follows a case's record, so that each party can prove its own part
//! and none learns of another case.
//!
//! The journal is the truth. The log is brought up to it after each append and at the beginning of each command, so
//! that what a killed command left out is made up for by the next one. What stands at which index follows from the
//! record ([`statements`]); an entry itself is that statement behind a salt (`ledger::private`), which follows from the
//! log's secret: made twice, it is the same entry. Before anything is added, the whole log is held against the record:
//! one that is longer, or says something else, is named and left alone.

mod copy;
mod error;
mod exported;
mod proved;
mod statement;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use docket::acts::access;
use docket::{CaseId, Cause, Entry, Event};
use ledger::log::{Log, Objects, OpenError, PosixObjects, SwapError};
use ledger::private::{CaseLogSecret, Opening, Room, create_case_log, export, leaves_of, open_case_log};
use ledger::{LogKeys, Note, SignerKey, TlogProof, inclusion_proof, root_of};
use types::{Digest, Secret, Timestamp};

use super::cosign::{CosignError, Logged, check_cosigned, cosigner_key};
use super::{CaseError, Office};
use crate::error::FlowError;

pub use copy::{Audited, CopyError, audit_copy, is_copy, write_copy};
pub use error::CaseLogError;
pub(super) use exported::{Exported, LogLines, check};
pub use exported::{LogBroken, LogHolds, add_to_export};
pub use proved::{Proved, ProvedError, check_proof};
pub use statement::{Kind, Statement, StatementError, statements};

/// Checkpoints of a log are ordered by their times. Commands within one millisecond push a log's time ahead of the
/// clock, a millisecond each; a log that is further ahead than this was written under a clock that is set back now.
const AHEAD_MAX_MS: u64 = 1_000;
/// Entries that are added in one batch.
const BATCH_MAX: usize = 16_384;
/// How long a command waits for another one that writes to the logs: as long as for the docket.
const BUSY_WAITS: u32 = 12_000;
const BUSY_WAIT: Duration = Duration::from_millis(5);

/// Where the signing key of the house comes from.
pub type Signs<'a> = &'a dyn Fn() -> Result<SignerKey, FlowError>;
/// 32 bytes of a cryptographic random source.
pub type Draws<'a> = &'a dyn Fn() -> io::Result<[u8; 32]>;

/// The logs of all cases of one docket.
pub struct CaseLogs<'a, O> {
    objects: Arc<O>,
    signer: Signs<'a>,
    draw: Draws<'a>,
}

/// The objects in `folder`, once no other process writes there.
///
/// # Errors
/// [`CaseLogError::Busy`] and [`CaseLogError::Object`].
pub fn open_folder(folder: &Path) -> Result<PosixObjects, CaseLogError> {
    for _ in 0..BUSY_WAITS {
        match PosixObjects::open(folder) {
            Err(error) if error.source.kind() == io::ErrorKind::WouldBlock => {
                std::thread::park_timeout(BUSY_WAIT);
            }
            other => return Ok(other?),
        }
    }
    Err(CaseLogError::Busy)
}

/// A log that is open for writing, and what it says.
type Open<O> = (Log<Room<O>>, Followed);

/// A log that says what its record says, to the end.
#[derive(Debug, Clone)]
pub struct Followed {
    statements: Vec<Statement>,
    openings: Vec<Opening>,
    leaves: Vec<Digest>,
    keys: LogKeys,
    checkpoint: Note,
    /// When the record's last entry was recorded.
    at: Option<Timestamp>,
}

impl Followed {
    /// What the log says, index by index.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The openings of its entries.
    #[must_use]
    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// The hashes of its entries.
    #[must_use]
    pub fn leaves(&self) -> &[Digest] {
        &self.leaves
    }

    /// The log's name and key.
    #[must_use]
    pub fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// The checkpoint over all of it.
    #[must_use]
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The proof file of the first statement for which `wanted` is true, with what it says.
    ///
    /// # Errors
    /// [`CaseLogError::NotSaid`], with `what` was looked for.
    pub fn prove(&self, what: &str, wanted: impl Fn(&Statement) -> bool) -> Result<TlogProof, CaseLogError> {
        let at = self.statements.iter().position(wanted);
        let at = at.ok_or_else(|| CaseLogError::NotSaid(what.to_owned()))?;
        let hashes = inclusion_proof(&self.leaves, at as u64, self.leaves.len() as u64)?;
        let opening = self.openings[at].text().into_bytes();
        Ok(TlogProof::new(at as u64, hashes, self.checkpoint.clone()).with_extra(opening))
    }
}

impl<'a, O: Objects> CaseLogs<'a, O> {
    /// The logs in `objects`.
    pub fn new(objects: O, signer: Signs<'a>, draw: Draws<'a>) -> Self {
        Self { objects: Arc::new(objects), signer, draw }
    }

    /// Brings the log of `case` up to its record. A case without a record has none.
    ///
    /// # Errors
    /// [`CaseError::Log`] and what keeps the record from being read; the log is as it was, or further on.
    pub fn follow(&self, office: &Office<'_>, case: &CaseId) -> Result<Option<Followed>, CaseError> {
        let followed = self.opened(office, case)?.map(|(_, followed)| followed);
        Ok(followed)
    }

    /// Brings the logs of all cases up to their records, each for itself.
    ///
    /// # Errors
    /// When the cases cannot be listed. What keeps a log from following is told with its case.
    pub fn follow_all(&self, office: &Office<'_>) -> Result<Vec<(CaseId, CaseError)>, CaseError> {
        let failed = |case: CaseId| Some((case.clone(), self.follow(office, &case).err()?));
        Ok(office.cases()?.into_iter().filter_map(failed).collect())
    }

    /// Brings the log up to its record and reads every tile and entry of it again. Says how many entries there are.
    ///
    /// # Errors
    /// As [`CaseLogs::follow`], and for a tile that is not what the checkpoint says.
    pub fn audit(&self, office: &Office<'_>, case: &CaseId) -> Result<Option<u64>, CaseError> {
        let failed = |source: CaseLogError| CaseError::Log { case: case.clone(), source: Box::new(source) };
        let Some((log, _)) = self.opened(office, case)? else { return Ok(None) };
        export(&log).map_err(|error| failed(error.into()))?;
        Ok(Some(log.size()))
    }

    fn opened(&self, office: &Office<'_>, case: &CaseId) -> Result<Option<Open<O>>, CaseError> {
        let entries = office.entries(case)?;
        let Some(last) = entries.last() else { return Ok(None) };
        let unread = |source| CaseError::Record { stream: last.stream().clone(), source };
        let statements = statements(&entries).map_err(unread)?;
        let signer = || (self.signer)().map_err(|error| CaseError::House(Box::new(error)));
        let failed = |source| CaseError::Log { case: case.clone(), source: Box::new(source) };
        let secret = self.secret(case).map_err(failed)?;
        let openings: Vec<_> =
            (0..).zip(&statements).map(|(at, said)| secret.opening(at, &said.to_string())).collect();
        let leaves: Vec<_> = openings.iter().map(Opening::leaf).collect();
        let now = office.clock.now();
        let mut log = self.open(&secret, signer()?, signer()?, now).map_err(failed)?;
        same(&log, &statements, &leaves).map_err(failed)?;
        let (keys, checkpoint) = (log.keys().clone(), log.checkpoint().clone());
        let mut followed = Followed { statements, openings, leaves, keys, checkpoint, at: Some(last.at()) };
        for entry in &entries {
            anchored(office, entry, &followed)?.map_err(failed)?;
        }
        add(&mut log, &followed.openings, now).map_err(failed)?;
        followed.checkpoint = log.checkpoint().clone();
        Ok(Some((log, followed)))
    }

    /// Which log is the case's. It is kept before the log is made: one without the other says nothing yet.
    fn secret(&self, case: &CaseId) -> Result<CaseLogSecret, CaseLogError> {
        let name = format!("cases/{case}");
        loop {
            if let Some(bytes) = self.objects.get(&name)? {
                let text = String::from_utf8(bytes).unwrap_or_default();
                return CaseLogSecret::parse(&Secret::new(text)).ok_or(CaseLogError::Damaged(name));
            }
            let [id, secret] = [(self.draw)(), (self.draw)()];
            let made = CaseLogSecret::from_draws(
                id.map_err(CaseLogError::Draw)?,
                secret.map_err(CaseLogError::Draw)?,
            );
            match self.objects.swap(&name, None, made.to_secret().expose().as_bytes()) {
                // Somebody else was first: theirs counts.
                Ok(()) | Err(SwapError::Changed(_)) => {}
                Err(SwapError::Object(error)) => return Err(error.into()),
            }
        }
    }

    fn open(
        &self,
        secret: &CaseLogSecret,
        signer: SignerKey,
        again: SignerKey,
        now: Timestamp,
    ) -> Result<Log<Room<O>>, CaseLogError> {
        let house = signer.verifier().name().to_owned();
        let keys = LogKeys::new(&secret.id().origin(&house), signer.verifier().clone());
        match open_case_log(&self.objects, secret.id(), keys.clone(), signer, now) {
            Err(OpenError::NoLog) => Ok(create_case_log(&self.objects, secret.id(), &house, again, now)?),
            Err(OpenError::Time { last, .. }) if forward(last, now) != now => {
                Ok(open_case_log(&self.objects, secret.id(), keys, again, forward(last, now))?)
            }
            other => Ok(other?),
        }
    }
}

/// A checkpoint that somebody outside the house cosigned must be one of this log: whoever loses the log's secret and
/// starts another one, or rewrites record and log alike, is found here.
fn anchored(
    office: &Office<'_>,
    entry: &Entry<Event>,
    log: &Followed,
) -> Result<Result<(), CaseLogError>, CaseError> {
    let Event::Access(access::Event::ThresholdCosigned { checkpoint }) = entry.event() else {
        return Ok(Ok(()));
    };
    let Cause::Signed { envelope, .. } = entry.cause() else { return Ok(Ok(())) };
    let (note, signed) = (office.journal.document(*checkpoint)?, office.envelope(*envelope)?);
    let logged = Logged {
        origin: log.keys.origin(),
        house: Some(log.keys.current()),
        statements: &log.statements,
        leaves: &log.leaves,
    };
    let held = note
        .ok_or(CosignError::NotAtHand)
        .and_then(|note| check_cosigned(&note, &logged, &cosigner_key(&signed)?, entry.at()));
    Ok(held.map_err(|source| CaseLogError::Cosigned { version: entry.version(), source }))
}

/// The time of the checkpoint after one that was signed at `last`.
fn forward(last: Timestamp, now: Timestamp) -> Timestamp {
    let next = Timestamp::from_unix_millis(last.unix_millis() + 1);
    match next {
        Ok(next) if now <= last && last.millis_since(now) < AHEAD_MAX_MS => next,
        Ok(_) | Err(_) => now,
    }
}

/// Whether the log says what the record says, as far as it has come.
fn same<O: Objects>(
    log: &Log<Room<O>>,
    statements: &[Statement],
    leaves: &[Digest],
) -> Result<(), CaseLogError> {
    let size = usize::try_from(log.size()).unwrap_or(usize::MAX);
    let known = leaves.get(..size);
    if known.is_some_and(|known| root_of(known) == log.head().root) {
        return Ok(());
    }
    let logged = leaves_of(log)?;
    let differs = logged.iter().zip(leaves).position(|(logged, leaf)| logged != leaf);
    match differs {
        Some(at) => Err(CaseLogError::Differs { version: statements[at].version }),
        None => Err(CaseLogError::Ahead { log: log.size(), record: leaves.len() as u64 }),
    }
}

fn add<O: Objects>(log: &mut Log<Room<O>>, openings: &[Opening], now: Timestamp) -> Result<(), CaseLogError> {
    let known = usize::try_from(log.size()).unwrap_or(usize::MAX);
    for batch in openings.get(known..).unwrap_or_default().chunks(BATCH_MAX) {
        let entries: Vec<_> = batch.iter().map(Opening::entry).collect();
        log.commit(&entries, forward(log.signed_at(), now))?;
    }
    Ok(())
}

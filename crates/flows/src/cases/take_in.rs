//! Taking signed envelopes in, and letting time pass.

use std::iter;

use docket::journal::{Append, AppendError, Journal};
use docket::view::{self, Receipt};
use docket::{
    Act, Aggregate, Case, CaseId, Entry, Event, Record, Refusal, RegisterAct, RegisterEvent, Setting, Signed,
    StreamId, receive, receive_register, receive_time,
};
use ledger::log::Objects;
use serde::Serialize;
use types::Digest;

use super::cosign::{self, CosignError};
use super::export::responded;
use super::log::CaseLogs;
use super::{CaseError, Office};

/// How often a decision is made again because a stream moved meanwhile. An envelope that was signed for a version that
/// is gone is refused at the second try; more tries only wait for the register.
const TRIES: u32 = 5;

/// What came of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Entries of the register.
    Register(Vec<Entry<RegisterEvent>>),
    /// Entries of a case.
    Case(Vec<Entry<Event>>),
    /// It had been taken in before, as this version.
    Before {
        /// Which.
        version: u64,
    },
}

/// Takes a signed envelope in: verified, decided and kept with the texts that it names by digest, or refused with
/// nothing kept.
///
/// An append whose end is unknown is looked for before anything is said, so an envelope is never taken in twice and
/// never lost without saying so.
///
/// # Errors
/// [`CaseError`]; in particular, an act that names a cosigned checkpoint is for [`take_in_logged`].
pub fn take_in(office: &Office<'_>, signed: &Signed, attached: &[String]) -> Result<Taken, CaseError> {
    if cosign::names_checkpoint(signed) {
        return Err(CosignError::Unchecked.into());
    }
    keep(office, signed, attached)
}

/// Like [`take_in`], and takes in cosigned checkpoints too, once they are held against the case's log.
///
/// # Errors
/// [`CaseError`]
pub fn take_in_logged<O: Objects>(
    office: &Office<'_>,
    logs: &CaseLogs<'_, O>,
    signed: &Signed,
    attached: &[String],
) -> Result<Taken, CaseError> {
    cosign::vouch(office, logs, signed, attached)?;
    keep(office, signed, attached)
}

fn keep(office: &Office<'_>, signed: &Signed, attached: &[String]) -> Result<Taken, CaseError> {
    let stream = match signed.open::<RegisterAct>() {
        Ok(envelope) => envelope.stream().clone(),
        Err(_) => signed.open::<Act>()?.stream().clone(),
    };
    let named = |text: &String| (Digest::of(text.as_bytes()), text.clone());
    let documents: Vec<_> =
        iter::once((signed.digest(), signed.to_string())).chain(attached.iter().map(named)).collect();
    let mut unknown = None;
    for _ in 0..TRIES {
        let taken = match &stream {
            StreamId::Register => into_register(office, signed, &documents),
            StreamId::Case(id) => into_case(office, id, signed, &documents),
        };
        match taken {
            // Kept by the try before this one, whose end was not known.
            Err(Failed::Case(CaseError::Refused(Refusal::AlreadyDone { version }))) => {
                return Ok(Taken::Before { version });
            }
            Err(Failed::Case(error)) => return Err(error),
            Err(Failed::Append(AppendError::Moved { .. })) => {}
            Err(Failed::Append(AppendError::OutOfBounds)) => return Err(Refusal::EnvelopeTooLong.into()),
            Err(Failed::Append(AppendError::Journal(error))) if unknown.is_some() => return Err(error.into()),
            Err(Failed::Append(AppendError::Journal(error))) => unknown = Some(error),
            Ok(taken) => return Ok(taken),
        }
    }
    Err(unknown.map_or(CaseError::Contended(stream), CaseError::from))
}

/// What a try ended with.
enum Failed {
    Case(CaseError),
    Append(AppendError),
}

impl<E: Into<CaseError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Case(error.into())
    }
}

fn into_register(
    office: &Office<'_>,
    signed: &Signed,
    documents: &[(Digest, String)],
) -> Result<Taken, Failed> {
    let record = office.register()?;
    let entries = receive_register(&record, signed, office.clock.now())?;
    append(office.journal, &record, &entries, &[], (&[], documents)).map_err(Failed::Append)?;
    Ok(Taken::Register(entries))
}

fn into_case(
    office: &Office<'_>,
    id: &CaseId,
    signed: &Signed,
    documents: &[(Digest, String)],
) -> Result<Taken, Failed> {
    let (register, record) = (office.register()?, office.case(id)?);
    let setting = Setting::new(register.state(), office.gate);
    let entries = receive(&record, &setting, signed, office.clock.now())?;
    // Exports carry the developer's response unedited, so it is taken in with its text or not at all.
    for digest in entries.iter().filter_map(|entry| responded(entry.event())) {
        let brought = documents.iter().any(|(named, _)| *named == digest);
        if !brought && office.journal.document(digest)?.is_none() {
            return Err(CaseError::ResponseMissing { digest }.into());
        }
    }
    let unmoved = [(StreamId::Register, register.head().version)];
    let receipts = receipts(&record, &entries)?;
    append(office.journal, &record, &entries, &unmoved, (&receipts, documents)).map_err(Failed::Append)?;
    Ok(Taken::Case(entries))
}

/// Records what time did to every case: windows that ended, dates that passed. Says how many entries there were.
///
/// # Errors
/// [`CaseError`]
pub fn pass_time(office: &Office<'_>) -> Result<usize, CaseError> {
    let mut count = 0;
    for id in office.cases()? {
        let record = office.case(&id)?;
        let entries = receive_time(&record, office.clock.now())?;
        if entries.is_empty() {
            continue;
        }
        let receipts = receipts(&record, &entries)?;
        match append(office.journal, &record, &entries, &[], (&receipts, &[])) {
            Ok(()) => count += entries.len(),
            // Somebody else was here first; what is still due then is found at the next look.
            Err(AppendError::Moved { .. }) => {}
            Err(AppendError::OutOfBounds) => return Err(Refusal::EnvelopeTooLong.into()),
            Err(AppendError::Journal(error)) => return Err(error.into()),
        }
    }
    Ok(count)
}

/// The developer's receipts, one for each entry, as messages.
fn receipts(record: &Record<Case>, entries: &[Entry<Event>]) -> Result<Vec<String>, CaseError> {
    let after = record
        .clone()
        .following(entries)
        .map_err(|source| CaseError::Record { stream: record.state().stream(), source })?;
    let file = after.state().file()?;
    entries
        .iter()
        .map(|entry| {
            let receipt: Receipt = view::receipt(file, entry)
                .map_err(|source| CaseError::Record { stream: record.state().stream(), source })?;
            types::json::line(&receipt).map_err(|_| Refusal::EnvelopeTooLong.into())
        })
        .collect()
}

fn append<S: Aggregate>(
    journal: &dyn Journal,
    record: &Record<S>,
    entries: &[Entry<S::Event>],
    unmoved: &[(StreamId, u64)],
    (outbox, documents): (&[String], &[(Digest, String)]),
) -> Result<(), AppendError>
where
    S::Event: Serialize,
{
    let lines: Result<Vec<String>, _> = entries.iter().map(Entry::line).collect();
    let lines = lines.map_err(|_| AppendError::OutOfBounds)?;
    let (stream, expected) = (record.state().stream(), record.head().version);
    journal.append(&Append { stream: &stream, expected, unmoved, lines: &lines, outbox, documents })?;
    Ok(())
}

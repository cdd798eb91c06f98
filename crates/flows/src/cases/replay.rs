//! Checking an exported case offline: the house's signature, the body's digest, both chains, every person's signature,
//! and that the rules, applied again, lead to the very same entries.

use std::collections::BTreeMap;

use docket::{
    CaseId, Cause, Entry, Event, Gate, Record, RecordError, Refusal, Register, RegisterEvent, Setting,
    Signed, receive, receive_register, receive_time,
};
use ledger::{Note, VerifierKey};
use types::{Digest, Timestamp};

use super::export::FORMAT;
use super::log::{self, Exported, LogBroken, LogHolds, LogLines};

/// Larger exports are not read: a case of thousands of acts has a few megabytes.
pub const EXPORT_MAX_BYTES: u64 = 256 << 20;

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The case.
    pub case: String,
    /// For whom it was made, as the export writes it.
    pub audience: String,
    /// The signer's name, when a key was given.
    pub signer: Option<String>,
    /// Entries that were decided again; none in an export that holds a view.
    pub replayed: usize,
    /// Signed envelopes whose signatures hold.
    pub envelopes: usize,
    /// What it carries of the case's log, where it does.
    pub log: Option<LogHolds>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The file is no export.
    #[error("the file is no export of a case: {0}")]
    NoExport(&'static str),
    /// Somebody else signed, or the head was changed.
    #[error("the signature does not hold: {0}")]
    Signature(String),
    /// The body is not the one that was signed for.
    #[error("the body is not the one that was signed for")]
    Body,
    /// A chain is broken.
    #[error("the {stream} does not hold")]
    Chain {
        /// Which.
        stream: &'static str,
        /// Where and why.
        source: RecordError,
    },
    /// An envelope is missing.
    #[error("the envelope of entry {version} of the {stream} is missing")]
    NoEnvelope {
        /// Which stream.
        stream: &'static str,
        /// Which entry.
        version: u64,
    },
    /// A signature or a rule says no.
    #[error("entry {version} of the {stream} was not to be recorded")]
    Refused {
        /// Which stream.
        stream: &'static str,
        /// Which entry.
        version: u64,
        /// Why.
        source: Refusal,
    },
    /// The case's log says something else.
    #[error(transparent)]
    Log(#[from] LogBroken),
    /// The rules lead elsewhere.
    #[error("entry {version} of the {stream} is not what the rules lead to")]
    Otherwise {
        /// Which stream.
        stream: &'static str,
        /// Which entry.
        version: u64,
    },
}

/// Checks an export.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(export: &str, key: Option<&VerifierKey>, gate: &dyn Gate) -> Result<Checked, Broken> {
    let (head, body) = split(export).ok_or(Broken::NoExport("no signed head stands before its body"))?;
    let note = Note::parse(head.as_bytes()).map_err(|error| Broken::Signature(error.to_string()))?;
    if let Some(key) = key {
        note.verify(key).map_err(|error| Broken::Signature(error.to_string()))?;
    }
    let mut lines = note.unverified_text().lines();
    if lines.next() != Some(FORMAT) {
        return Err(Broken::NoExport("its head names another format"));
    }
    let mut field = |name: &str| {
        let value = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map(str::to_owned).ok_or(Broken::NoExport("a line of its head is missing"))
    };
    let (case, audience) = (field("case")?, field("audience")?);
    let (version, _, digest) = (field("version")?, field("at")?, field("body")?);
    if Digest::of(body.as_bytes()).to_string() != digest {
        return Err(Broken::Body);
    }
    let signer = key.map(|key| key.name().to_owned());
    let parts = Parts::read(body)?;
    let (replayed, envelopes) = if parts.case.is_empty() { (0, 0) } else { parts.replay(&case, gate)? };
    let version = version.parse().map_err(|_| Broken::NoExport("its version is no number"))?;
    let log = parts.logged(&case, version, key)?;
    Ok(Checked { case, audience, signer, replayed, envelopes, log })
}

/// Head and body: the head is a signed note, and an empty line ends it.
fn split(export: &str) -> Option<(&str, &str)> {
    let text = export.find("\n\n")? + 2;
    let head = text + export[text..].find("\n\n")? + 1;
    Some((&export[..head], &export[head + 1..]))
}

/// The lines of a body by kind.
#[derive(Default)]
struct Parts<'a> {
    register: Vec<&'a str>,
    case: Vec<&'a str>,
    envelopes: BTreeMap<Digest, Signed>,
    log: LogLines<'a>,
}

impl<'a> Parts<'a> {
    fn read(body: &'a str) -> Result<Self, Broken> {
        let mut parts = Self::default();
        for line in body.lines() {
            match line.split_once(' ') {
                Some(("register", line)) => parts.register.push(line),
                Some(("case", line)) => parts.case.push(line),
                Some(("envelope", json)) => {
                    let text: String = serde_json::from_str(json)
                        .map_err(|_| Broken::NoExport("an envelope cannot be read"))?;
                    let signed =
                        Signed::parse(&text).map_err(|_| Broken::NoExport("an envelope cannot be read"))?;
                    parts.envelopes.insert(signed.digest(), signed);
                }
                Some(("log", json)) => parts.log.log.push(json),
                Some(("proof", json)) => parts.log.proof.push(json),
                Some(("document", json)) => {
                    let text: String = serde_json::from_str(json)
                        .map_err(|_| Broken::NoExport("a document cannot be read"))?;
                    parts.log.documents.insert(Digest::of(text.as_bytes()), text);
                }
                // A view is the whole body of an export that holds one.
                Some(("view", _)) => {}
                Some(_) | None => return Err(Broken::NoExport("it holds a line of an unknown kind")),
            }
        }
        Ok(parts)
    }

    fn logged(
        &self,
        case: &str,
        version: u64,
        key: Option<&VerifierKey>,
    ) -> Result<Option<LogHolds>, Broken> {
        let id: CaseId = case.parse().map_err(|_| Broken::NoExport("its case has no name"))?;
        let entries = entries_of(Record::of_case(id), &self.case, "case")?;
        let exported = Exported { case, version, entries: &entries, envelopes: &self.envelopes };
        Ok(log::check(&self.log, &exported, key)?)
    }

    fn replay(&self, case: &str, gate: &dyn Gate) -> Result<(usize, usize), Broken> {
        let id: CaseId = case.parse().map_err(|_| Broken::NoExport("its case has no name"))?;
        let registers = self.registers()?;
        let mut record = Record::of_case(id.clone());
        let entries = entries_of(record.clone(), &self.case, "case")?;
        let mut at = 0;
        while at < entries.len() {
            let now = entries[at].at();
            let expected = self.next(&record, &entries[at..], &registers, gate, now)?;
            if expected.is_empty() || entries.get(at..at + expected.len()) != Some(&expected[..]) {
                return Err(Broken::Otherwise { stream: "case", version: entries[at].version() });
            }
            at += expected.len();
            record =
                record.following(&expected).map_err(|source| Broken::Chain { stream: "case", source })?;
        }
        Ok((entries.len(), self.envelopes.len()))
    }

    /// What the rules lead to next: what the next envelope does, if it stands at this instant, or what time did.
    fn next(
        &self,
        record: &Record<docket::Case>,
        rest: &[Entry<Event>],
        registers: &[(Timestamp, Record<Register>)],
        gate: &dyn Gate,
        now: Timestamp,
    ) -> Result<Vec<Entry<Event>>, Broken> {
        let version = rest[0].version();
        let refused = |source| Broken::Refused { stream: "case", version, source };
        let signed = rest.iter().take_while(|entry| entry.at() == now).find_map(envelope_of);
        let by_time = receive_time(record, now).map_err(refused)?;
        let Some(digest) = signed else { return Ok(by_time) };
        let signed = self.envelopes.get(&digest).ok_or(Broken::NoEnvelope { stream: "case", version })?;
        // Several register entries can carry one time; the act was decided under one of the states around it.
        let mut last = None;
        for (_, register) in registers.iter().rev().skip_while(|(at, _)| *at > now) {
            match receive(record, &Setting::new(register.state(), gate), signed, now) {
                Ok(entries) if rest.starts_with(&entries) => return Ok(entries),
                Ok(entries) => last = last.or(Some(Ok(entries))),
                Err(refusal) => last = last.or(Some(Err(refused(refusal)))),
            }
            if register.head().at.is_none_or(|at| at < now) {
                break;
            }
        }
        // A look recorded what time did, and the envelope came later within the same instant.
        if !by_time.is_empty() && rest.starts_with(&by_time) {
            return Ok(by_time);
        }
        last.unwrap_or(Err(Broken::NoEnvelope { stream: "register", version: 0 }))
    }

    /// The register after each of its acts, decided again.
    fn registers(&self) -> Result<Vec<(Timestamp, Record<Register>)>, Broken> {
        let mut record = Record::of_register();
        let entries = entries_of(record.clone(), &self.register, "register")?;
        let mut states = Vec::new();
        let mut at = 0;
        while at < entries.len() {
            let (version, now) = (entries[at].version(), entries[at].at());
            let signed = envelope_of(&entries[at]).and_then(|digest| self.envelopes.get(&digest));
            let signed = signed.ok_or(Broken::NoEnvelope { stream: "register", version })?;
            let expected: Vec<Entry<RegisterEvent>> = receive_register(&record, signed, now)
                .map_err(|source| Broken::Refused { stream: "register", version, source })?;
            if entries.get(at..at + expected.len()) != Some(&expected[..]) {
                return Err(Broken::Otherwise { stream: "register", version });
            }
            at += expected.len();
            record =
                record.following(&expected).map_err(|source| Broken::Chain { stream: "register", source })?;
            states.push((now, record.clone()));
        }
        Ok(states)
    }
}

fn envelope_of<E>(entry: &Entry<E>) -> Option<Digest> {
    match entry.cause() {
        Cause::Signed { envelope, .. } => Some(*envelope),
        Cause::Time => None,
    }
}

fn entries_of<S: docket::Aggregate>(
    mut record: Record<S>,
    lines: &[&str],
    stream: &'static str,
) -> Result<Vec<Entry<S::Event>>, Broken> {
    let mut entries = Vec::new();
    for line in lines {
        let (after, entry) = record.taking(line).map_err(|source| Broken::Chain { stream, source })?;
        entries.push(entry);
        record = after;
    }
    Ok(entries)
}

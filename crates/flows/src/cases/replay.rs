//! Checking an exported case offline: the house's signature, the body's digest, both chains, every person's signature,
//! and that the rules, applied again, lead to the very same entries.

use std::collections::BTreeMap;

use docket::{
    Case, CaseId, Cause, Entry, Event, Gate, Record, RecordError, Refusal, Register, RegisterEvent, Setting,
    Signed, Withheld, receive, receive_register, receive_time,
};
use ledger::{Note, VerifierKey};
use report::packs::Recorded;
use types::{Digest, Timestamp};

use super::export::{FORMAT, responded};
use super::log::{self, Exported, Kind, LogBroken, LogHolds, LogLines, Statement, statements};
use super::packs::Evidence;
use super::packs_check::{CheckedPack, Ground, readers};

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
    /// Entries that are left out as digests: what they say is not known, and they could not be decided again.
    pub withheld: usize,
    /// Signed envelopes whose signatures hold.
    pub envelopes: usize,
    /// What it carries of the case's log, where it does.
    pub log: Option<LogHolds>,
    /// The developer's responses in it, unedited.
    pub responses: usize,
    /// The packs in it.
    pub packs: Vec<CheckedPack>,
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
    /// The developer's response is to stand in every export.
    #[error("the developer's response {digest} is missing")]
    NoResponse {
        /// Its digest.
        digest: Digest,
    },
    /// A pack is not what its sources lead to.
    #[error("the pack {pack} {why}")]
    Pack {
        /// Which.
        pack: String,
        /// Why not.
        why: String,
    },
    /// The rules lead elsewhere.
    #[error("entry {version} of the {stream} is not what the rules lead to")]
    Otherwise {
        /// Which stream.
        stream: &'static str,
        /// Which entry.
        version: u64,
    },
}

/// Checks an export. Packs are drawn again from the record and from `evidence`.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(
    export: &str,
    key: Option<&VerifierKey>,
    gate: &dyn Gate,
    evidence: &[Evidence],
) -> Result<Checked, Broken> {
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
    let (version, at, digest) = (field("version")?, field("at")?, field("body")?);
    let version = version.parse().map_err(|_| Broken::NoExport("its version is no number"))?;
    let at: Timestamp = at.parse().map_err(|_| Broken::NoExport("its head has no time"))?;
    if Digest::of(body.as_bytes()).to_string() != digest {
        return Err(Broken::Body);
    }
    let signer = key.map(|key| key.name().to_owned());
    let parts = Parts::read(body)?;
    let replayed = match (parts.case.is_empty(), parts.view) {
        (false, None) => Some(parts.replay(&case, gate)?),
        (true, Some(_)) => None,
        (false, Some(_)) | (true, None) => {
            return Err(Broken::NoExport("it holds neither a record nor a view, or both"));
        }
    };
    let responses = match (&replayed, parts.view) {
        (Some(replayed), _) => replayed.responses(&parts)?,
        (None, Some(view)) => parts.all_documents(view)?,
        (None, None) => Vec::new(),
    };
    let packs = match (parts.packs.is_empty(), readers(&audience)) {
        (true, _) => Vec::new(),
        (false, None) => return Err(Broken::NoExport("it holds a pack, and its audience gets none")),
        (false, Some(readers)) => {
            let ground = Ground { readers, case: &case, replayed: replayed.as_ref(), view: parts.view, at };
            ground.check(&parts.packs, &responses, evidence)?
        }
    };
    let said = replayed.as_ref().map_or(&[][..], |replayed| &replayed.said);
    let entries = replayed.as_ref().map_or(&[][..], |replayed| &replayed.entries);
    let exported = Exported { case: &case, version, said, entries, envelopes: &parts.envelopes };
    let log = log::check(&parts.log_lines(), &exported, key)?;
    let count = |count: fn(&Replayed) -> usize| replayed.as_ref().map_or(0, count);
    Ok(Checked {
        case,
        audience,
        signer,
        replayed: count(|it| it.entries.len()),
        withheld: count(|it| it.withheld),
        envelopes: count(|it| it.envelopes),
        responses: responses.len(),
        packs,
        log,
    })
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
    case: Vec<CaseLine<'a>>,
    envelopes: BTreeMap<Digest, Signed>,
    log: Vec<&'a str>,
    proof: Vec<&'a str>,
    documents: Vec<(Digest, String)>,
    view: Option<&'a str>,
    packs: Vec<&'a str>,
}

/// A line of the case's record.
enum CaseLine<'a> {
    Whole(&'a str),
    AsDigest(Withheld),
}

/// A record that was decided again.
pub(super) struct Replayed {
    entries: Vec<Entry<Event>>,
    /// What the case's log says of it, in order.
    said: Vec<Statement>,
    withheld: usize,
    envelopes: usize,
    /// The case that the entries lead to.
    pub(super) record: Record<Case>,
    /// Where its record stands.
    pub(super) recorded: Recorded,
    /// The register as it was when the case was exported.
    pub(super) register: Option<Record<Register>>,
}

impl Replayed {
    /// Every response of the developer's, which the export has to hold, oldest first and each once.
    fn responses(&self, parts: &Parts<'_>) -> Result<Vec<String>, Broken> {
        let mut found: Vec<&(Digest, String)> = Vec::new();
        for entry in &self.entries {
            let Some(digest) = responded(entry.event()) else { continue };
            let document = parts.documents.iter().find(|(named, _)| *named == digest);
            let document = document.ok_or(Broken::NoResponse { digest })?;
            if !found.contains(&document) {
                found.push(document);
            }
        }
        Ok(found.into_iter().map(|(_, text)| text.clone()).collect())
    }
}

impl<'a> Parts<'a> {
    fn read(body: &'a str) -> Result<Self, Broken> {
        let mut parts = Self::default();
        for line in body.lines() {
            match line.split_once(' ') {
                Some(("register", line)) => parts.register.push(line),
                Some(("case", line)) => parts.case.push(CaseLine::Whole(line)),
                Some(("withheld", json)) => parts.case.push(CaseLine::AsDigest(withheld(json)?)),
                Some(("envelope", json)) => {
                    let signed = text(json).and_then(|text| Signed::parse(&text).ok());
                    let signed = signed.ok_or(Broken::NoExport("an envelope cannot be read"))?;
                    parts.envelopes.insert(signed.digest(), signed);
                }
                Some(("log", json)) => parts.log.push(json),
                Some(("proof", json)) => parts.proof.push(json),
                Some(("document", json)) => {
                    let text = text(json).ok_or(Broken::NoExport("a document cannot be read"))?;
                    parts.documents.push((Digest::of(text.as_bytes()), text));
                }
                Some(("view", json)) if parts.view.is_none() => parts.view = Some(json),
                Some(("pack", json)) => parts.packs.push(json),
                Some(_) | None => return Err(Broken::NoExport("it holds a line of an unknown kind")),
            }
        }
        Ok(parts)
    }

    fn log_lines(&self) -> LogLines<'_> {
        let documents = self.documents.iter().cloned().collect();
        LogLines { log: self.log.clone(), proof: self.proof.clone(), documents }
    }

    /// The documents of an export that holds a view: the developer's responses, of which the view names the last.
    fn all_documents(&self, view: &str) -> Result<Vec<String>, Broken> {
        let view: serde_json::Value =
            serde_json::from_str(view).map_err(|_| Broken::NoExport("its view cannot be read"))?;
        let named = view.pointer("/assessment/response").and_then(serde_json::Value::as_str);
        if let Some(digest) = named.and_then(|named| named.parse().ok())
            && self.documents.iter().all(|(document, _)| *document != digest)
        {
            return Err(Broken::NoResponse { digest });
        }
        Ok(self.documents.iter().map(|(_, text)| text.clone()).collect())
    }

    fn replay(&self, case: &str, gate: &dyn Gate) -> Result<Replayed, Broken> {
        let id: CaseId = case.parse().map_err(|_| Broken::NoExport("its case has no name"))?;
        let registers = self.registers()?;
        let (mut record, mut entries) = (Record::of_case(id.clone()), Vec::new());
        let (mut last, mut withheld, mut said) = (None, 0, Vec::new());
        for part in self.stretches(id.clone())? {
            match part {
                Stretch::Withheld(one) => {
                    let broken = |source| Broken::Chain { stream: "case", source };
                    (record, last) = (record.passing(&one).map_err(broken)?, Some(one.line));
                    let (version, digest) = (record.head().version, one.line);
                    let states = |kind| Statement { kind, case: id.clone(), version, digest };
                    said.extend([Kind::Entry, Kind::Withheld].map(states));
                    withheld += 1;
                }
                Stretch::Entries(stretch) => {
                    record = self.decided_again(record, &stretch, &registers, gate)?;
                    let broken = |source| Broken::Chain { stream: "case", source };
                    said.extend(statements(&stretch).map_err(broken)?);
                    last = stretch.last().and_then(|entry| entry.withheld().ok()).map(|one| one.line);
                    entries.extend(stretch);
                }
            }
        }
        let entry = last.ok_or(Broken::NoExport("its record is empty"))?;
        let recorded = Recorded { version: record.head().version, entry, withheld: withheld as u64 };
        let register = registers.into_iter().next_back().map(|(_, register)| register);
        Ok(Replayed { entries, said, withheld, envelopes: self.envelopes.len(), record, recorded, register })
    }

    /// The record's lines, chained, in stretches between those that are left out.
    fn stretches(&self, id: CaseId) -> Result<Vec<Stretch>, Broken> {
        let chain = |source| Broken::Chain { stream: "case", source };
        let mut record = Record::of_case(id);
        let mut stretches: Vec<Stretch> = Vec::new();
        for line in &self.case {
            match (line, stretches.last_mut()) {
                (CaseLine::AsDigest(one), _) => {
                    record = record.passing(one).map_err(chain)?;
                    stretches.push(Stretch::Withheld(*one));
                }
                (CaseLine::Whole(line), before) => {
                    let (after, entry) = record.taking(line).map_err(chain)?;
                    record = after;
                    match before {
                        Some(Stretch::Entries(entries)) => entries.push(entry),
                        Some(Stretch::Withheld(_)) | None => stretches.push(Stretch::Entries(vec![entry])),
                    }
                }
            }
        }
        Ok(stretches)
    }

    /// The record after entries that the rules, applied again, lead to.
    fn decided_again(
        &self,
        mut record: Record<Case>,
        entries: &[Entry<Event>],
        registers: &[(Timestamp, Record<Register>)],
        gate: &dyn Gate,
    ) -> Result<Record<Case>, Broken> {
        let mut at = 0;
        while at < entries.len() {
            let now = entries[at].at();
            let expected = self.next(&record, &entries[at..], registers, gate, now)?;
            if expected.is_empty() || entries.get(at..at + expected.len()) != Some(&expected[..]) {
                return Err(Broken::Otherwise { stream: "case", version: entries[at].version() });
            }
            at += expected.len();
            record =
                record.following(&expected).map_err(|source| Broken::Chain { stream: "case", source })?;
        }
        Ok(record)
    }

    /// What the rules lead to next: what the next envelope does, if it stands at this instant, or what time did.
    fn next(
        &self,
        record: &Record<Case>,
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

/// Lines of a record that belong together.
enum Stretch {
    Entries(Vec<Entry<Event>>),
    Withheld(Withheld),
}

fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// What stands for an entry that is left out, in its one spelling.
fn withheld(json: &str) -> Result<Withheld, Broken> {
    let unreadable = Broken::NoExport("an entry that is left out has no digest");
    let one: Withheld = serde_json::from_str(json).map_err(|_| unreadable.clone())?;
    if types::json::line(&one).ok().as_deref() == Some(json) { Ok(one) } else { Err(unreadable) }
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

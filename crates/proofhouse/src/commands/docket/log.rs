//! `proofhouse case log`, `prove`, `cosign` and `check-log`: a case's log, for those who have a part in the case.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use docket::acts::items::Audience;
use docket::acts::standing;
use docket::{Act, CaseId, Entry, Signed, StreamId};
use flows::cases::log::{self, CaseLogs, Followed, Kind};
use flows::cases::{self, CaseError, Taken};
use flows::evidence::{self, EvidenceError};
use flows::plan::Plan;
use ledger::log::PosixObjects;
use ledger::{TlogProof, VerifierKey};
use types::Digest;

use super::{Desk, Lines, export::audience, keys};
use crate::shell::Failure;

/// `proofhouse case log`.
#[derive(Debug, Args)]
pub struct Log {
    /// The case.
    pub case: CaseId,
    /// For whom: developer, auditor, house, consulted:PARTY or partner:PARTY.
    #[arg(long = "for", value_name = "AUDIENCE", value_parser = audience, default_value = "developer")]
    pub audience: Audience,
    /// The new folder.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `proofhouse case prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// The case.
    pub case: CaseId,
    /// What is proved.
    #[command(flatten)]
    pub what: Proves,
    /// The new proof file.
    #[arg(long, value_name = "FILE", required_unless_present = "package", conflicts_with = "package")]
    pub out: Option<PathBuf>,
}

impl Prove {
    /// That the log of `case` names `package` as evidence.
    pub fn package(case: CaseId, package: &Path) -> Self {
        let package = Some(package.to_owned());
        Self { case, what: Proves { entry: None, threshold: false, evidence: None, package }, out: None }
    }
}

/// What is proved.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Proves {
    /// An entry of the case's record.
    #[arg(long, value_name = "VERSION")]
    pub entry: Option<u64>,
    /// The commitment to the threshold.
    #[arg(long)]
    pub threshold: bool,
    /// Evidence that the record names.
    #[arg(long, value_name = "DIGEST")]
    pub evidence: Option<Digest>,
    /// An evidence package that the record names; the proof is put into it.
    #[arg(long, value_name = "DIR")]
    pub package: Option<PathBuf>,
}

/// `proofhouse case cosign`.
#[derive(Debug, Args)]
pub struct Cosign {
    /// The proof file of the commitment, from the house (`case prove CASE --threshold`).
    pub proof: PathBuf,
    /// The key of the house that keeps the log, from somebody you trust.
    #[arg(long, value_name = "FILE")]
    pub log_key: PathBuf,
    /// The commitment, where you know it from elsewhere.
    #[arg(long, value_name = "DIGEST")]
    pub commitment: Option<Digest>,
    /// The key file of whoever cosigns.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `proofhouse case check-log`.
#[derive(Debug, Args)]
pub struct CheckLog {
    /// The case; all when left out.
    pub case: Option<CaseId>,
}

impl Desk<'_> {
    /// Runs `with` on the logs beside the docket, which no other process writes meanwhile.
    pub(super) fn with_logs<T>(
        &self,
        with: impl FnOnce(&CaseLogs<'_, PosixObjects>) -> Result<T, CaseError>,
    ) -> Result<T, Failure> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.logs);
        made.map_err(|source| CaseError::File { file: self.logs.clone(), source })?;
        let objects = log::open_folder(&self.logs)
            .map_err(|error| Failure::record(format!("{}: {error}", self.logs.display())))?;
        let signer = || self.house.signer();
        Ok(with(&CaseLogs::new(objects, &signer, &*self.draw))?)
    }

    /// Brings every case's log up to its record. What kept one from following comes with its case.
    pub(super) fn follow_all(&self) -> Result<Vec<(CaseId, CaseError)>, Failure> {
        if self.office().cases()?.is_empty() {
            return Ok(Vec::new());
        }
        self.with_logs(|logs| logs.follow_all(&self.office()))
    }

    /// Brings the log of a case up to what was taken in, which is recorded whatever comes of the log.
    pub(super) fn follow_act(&self, case: Option<&CaseId>, taken: &Taken) -> Result<(), Failure> {
        let (failure, later) = match self.follow_all() {
            Err(failure) => (failure, true),
            Ok(failed) => match failed.into_iter().find(|(failed, _)| Some(failed) == case) {
                Some((_, error)) => {
                    let later = !error.is_contradiction();
                    (Failure::from(error), later)
                }
                None => return Ok(()),
            },
        };
        let version = match taken {
            Taken::Register(entries) => entries.last().map(Entry::version),
            Taken::Case(entries) => entries.last().map(Entry::version),
            Taken::Before { version } => Some(*version),
        };
        let [why, _] = failure.lines();
        let why = why.trim_start_matches("proofhouse: ");
        let later = if later { "; any later command brings the log up to the record" } else { "" };
        let version = version.unwrap_or_default();
        Err(Failure::record(format!("the act is recorded, up to entry {version}; but {why}{later}")))
    }

    fn followed(&self, case: &CaseId) -> Result<Followed, Failure> {
        let followed = self.with_logs(|logs| logs.follow(&self.office(), case))?;
        followed.ok_or_else(|| docket::Refusal::NotFiled.into())
    }

    pub(super) fn log(&self, log: &Log) -> Result<Lines, Failure> {
        let (size, opened) =
            self.with_logs(|logs| log::write_copy(logs, &self.office(), &log.case, &log.audience, &log.out))?;
        Ok(vec![
            format!("{size} entries, {opened} of them opened, written to {}", log.out.display()),
            "check them with `proofhouse verify` and the house's key, or as docs/verify.md shows".to_owned(),
        ])
    }

    pub(super) fn prove(&self, prove: &Prove) -> Result<Lines, Failure> {
        let (followed, what) = (self.followed(&prove.case)?, &prove.what);
        let package = what.package.as_deref().map(|package| root_of(package, &prove.case)).transpose()?;
        let digest = what.evidence.or(package);
        let proof = match (what.entry, digest) {
            (Some(version), _) => followed.prove(&format!("entry {version}"), |said| {
                said.kind == Kind::Entry && said.version == version
            }),
            (None, Some(digest)) => followed.prove(&format!("evidence {digest}"), |said| {
                said.kind == Kind::Evidence && said.digest == digest
            }),
            (None, None) => followed.prove("commitment to a threshold", |said| said.kind == Kind::Commitment),
        };
        let wrong = |error| Failure::input(format!("nothing of {} is proved: {error}", prove.case));
        let proof = proof.map_err(wrong)?;
        let out = match (&prove.out, &what.package) {
            (Some(out), _) => new_file(out)?.to_owned(),
            (None, Some(package)) => package.join(evidence::CASE_PROOF),
            (None, None) => return Err(Failure::usage("name the new file with --out")),
        };
        put(&out, &proof.to_string())?;
        let proved = log::check_proof(&proof, Some(followed.keys().current()));
        let proved = proved.map_err(|error| Failure::record(error.to_string()))?;
        Ok(vec![words(&proved), format!("written to {}", out.display())])
    }

    /// Holds each log, tile by tile, against its record.
    pub(super) fn check_log(&self, check: &CheckLog) -> Result<Lines, Failure> {
        let cases = match &check.case {
            Some(case) => vec![case.clone()],
            None => self.office().cases()?,
        };
        let mut lines = Lines::new();
        for case in cases {
            let size = self.with_logs(|logs| logs.audit(&self.office(), &case))?;
            let size = size.ok_or(docket::Refusal::NotFiled)?;
            lines.push(format!("{case}: holds, {size} entries are the record's"));
        }
        Ok(lines)
    }
}

/// What `case` calls a package: a look of another case gets no proof of this one, which nobody would believe.
fn root_of(package: &Path, case: &CaseId) -> Result<Digest, Failure> {
    let unread = |error: EvidenceError| Failure::input(error.to_string());
    let (plan, _) = Plan::read(package).map_err(unread)?;
    match plan.case {
        Some(planned) if planned.case != *case => {
            let package = package.display();
            Err(Failure::input(format!("{package} is a look of the case {}, not of {case}", planned.case)))
        }
        Some(_) | None => evidence::root(package).map_err(unread),
    }
}

/// Whether an envelope withdraws: nothing about a log stands in the way of that.
pub(super) fn withdraws(signed: &Signed) -> bool {
    let act = signed.open::<Act>();
    matches!(act.as_ref().map(docket::Envelope::act), Ok(Act::Standing(standing::Act::Withdraw { .. })))
}

/// The case that an envelope is about.
pub(super) fn case_of(signed: &Signed) -> Option<CaseId> {
    match signed.open::<Act>().ok()?.stream() {
        StreamId::Case(case) => Some(case.clone()),
        StreamId::Register => None,
    }
}

/// Checks the proof of the commitment and cosigns its checkpoint. Needs no house.
pub(super) fn cosign(cosign: &Cosign, now: types::Timestamp) -> Result<Lines, Failure> {
    let proof = read_proof(&cosign.proof)?;
    let house = read_key(&cosign.log_key)?;
    let (_, cosigner) = keys::cosigner(&cosign.key)?;
    let out = new_file(&cosign.out)?;
    let signed = cases::cosign(&proof, &house, cosign.commitment, &cosigner, now);
    let (said, note) = signed.map_err(CaseError::from)?;
    put(out, &note.to_string())?;
    let digest = Digest::of(note.to_string().as_bytes());
    Ok(vec![
        format!(
            "the log of {} holds the commitment {}, as entry {} says",
            said.case, said.digest, said.version
        ),
        format!("cosigned by {}, written to {} ({digest})", cosigner.verifier().name(), out.display()),
    ])
}

/// What `proofhouse verify` says of a case's proof file.
pub fn check_proof(proof: &TlogProof, key: Option<&VerifierKey>) -> Result<Lines, log::ProvedError> {
    let proved = log::check_proof(proof, key)?;
    Ok(vec![signed_by(key), words(&proved)])
}

/// What `proofhouse verify` says of a party's copy.
pub fn check_copy(folder: &Path, key: Option<&VerifierKey>) -> Result<Lines, log::CopyError> {
    let audited = log::audit_copy(folder, key)?;
    let about = match audited.opened.first() {
        Some((_, said)) => format!("of the case {}, {} of them opened", said.case, audited.opened.len()),
        None => "none of them opened".to_owned(),
    };
    let origin = report::inert(&audited.origin);
    Ok(vec![signed_by(key), format!("{} entries in {origin}, {about}", audited.size)])
}

/// Who signed, as far as that is known.
pub fn signed_by(key: Option<&VerifierKey>) -> String {
    match key {
        Some(key) => format!("holds, signed by {}", report::inert(key.name())),
        None => "consistent, signer unknown (give the signer's key with --key)".to_owned(),
    }
}

fn words(proved: &log::Proved) -> String {
    let log::Proved { statement: said, index, size, .. } = proved;
    let (case, version, digest) = (&said.case, said.version, said.digest);
    let what = match said.kind {
        Kind::Entry => format!("entry {version} of the case {case} is {digest}"),
        Kind::Withheld => {
            format!("entry {version} of the case {case}, {digest}, is left out of exports")
        }
        Kind::Commitment => {
            format!("entry {version} of the case {case} commits to the threshold {digest}")
        }
        Kind::Evidence => format!("entry {version} of the case {case} names the evidence {digest}"),
    };
    format!("{what}; in its log at {index} of {size}")
}

/// Reads a proof file.
pub fn read_proof(file: &Path) -> Result<TlogProof, Failure> {
    let bytes = fs::read(file)
        .map_err(|error| Failure::input(format!("the proof {} cannot be read: {error}", file.display())))?;
    TlogProof::parse(&bytes).map_err(|error| Failure::input(format!("{}: {error}", file.display())))
}

fn read_key(file: &Path) -> Result<VerifierKey, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("the key {} cannot be read: {error}", file.display())))?;
    text.trim_end()
        .parse()
        .map_err(|error| Failure::input(format!("{} holds no verifier's key: {error}", file.display())))
}

fn new_file(file: &Path) -> Result<&Path, Failure> {
    if file.exists() {
        return Err(Failure::input(format!("{} exists; name a new file", file.display())));
    }
    Ok(file)
}

fn put(file: &Path, text: &str) -> Result<(), Failure> {
    let partial = file.with_extension("partial");
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, file))
        .map_err(|error| Failure::record(format!("{} cannot be written: {error}", file.display())))
}

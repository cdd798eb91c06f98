//! `proofhouse case export`, and what `proofhouse verify` says of the file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use docket::acts::items::Audience;
use docket::{CaseId, Policies, StreamId};
use flows::cases::{self, Broken, CaseError, EXPORT_MAX_BYTES};
use ledger::VerifierKey;

use super::sign::Signing;
use super::{Desk, Lines};
use crate::shell::Failure;

/// `proofhouse case export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The case.
    pub case: CaseId,
    /// For whom: house, auditor, developer, consulted:PARTY or partner:PARTY.
    #[arg(long = "for", value_name = "AUDIENCE", value_parser = audience)]
    pub audience: Audience,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who signs: two persons of the reviewing office.
    #[command(flatten)]
    pub signing: Signing,
}

pub(super) fn audience(text: &str) -> Result<Audience, String> {
    let wrong = || format!("{text:?} is not house, auditor, developer, consulted:PARTY or partner:PARTY");
    match text.split_once(':') {
        None if text == "house" => Ok(Audience::House),
        None if text == "auditor" => Ok(Audience::Auditor),
        None if text == "developer" => Ok(Audience::Developer),
        Some(("consulted", party)) => party.parse().map(Audience::Consulted).map_err(|_| wrong()),
        Some(("partner", party)) => party.parse().map(Audience::Partner).map_err(|_| wrong()),
        None | Some(_) => Err(wrong()),
    }
}

impl Desk<'_> {
    /// Records the export as an act of two persons, then writes what they signed for.
    pub fn export(&self, export: &Export) -> Result<Lines, Failure> {
        if export.signing.save.is_some() {
            return Err(Failure::usage("an export is signed at one desk; give both keys with --key"));
        }
        if export.out.exists() {
            return Err(Failure::input(format!("{} exists; name a new file", export.out.display())));
        }
        let mut parcel = cases::parcel(&self.office(), &export.case, export.audience.clone())?;
        if let Some(followed) = self.with_logs(|logs| logs.follow(&self.office(), &export.case))? {
            cases::log::add_to_export(&followed, &mut parcel)?;
        }
        let stream = StreamId::Case(export.case.clone());
        let mut lines = self.act(stream, parcel.act(), &export.signing, &[])?;
        let head = self.office().case(&export.case)?.head();
        let text = parcel.signed(head.version, self.clock.now(), &self.house.signer()?)?;
        let partial = export.out.with_extension("partial");
        fs::write(&partial, text).and_then(|()| fs::rename(&partial, &export.out)).map_err(|error| {
            Failure::record(format!("{} cannot be written: {error}", export.out.display()))
        })?;
        if !self.json {
            lines.push(format!("written to {}", export.out.display()));
        }
        Ok(lines)
    }
}

/// Checks an export. The inner error is the first thing that does not hold.
pub fn check(file: &Path, key: Option<&VerifierKey>) -> Result<Result<Lines, Broken>, Failure> {
    let unreadable = |error| Failure::input(format!("{} cannot be read: {error}", file.display()));
    let mut text = String::new();
    fs::File::open(file)
        .and_then(|opened| opened.take(EXPORT_MAX_BYTES).read_to_string(&mut text))
        .map_err(unreadable)?;
    let policies = Policies::standing().map_err(CaseError::from)?;
    Ok(cases::check(&text, key, &policies).map(|checked| {
        let signer = match &checked.signer {
            Some(name) => format!("holds, signed by {}", report::inert(name)),
            None => "consistent, signer unknown (give the signer's key with --key)".to_owned(),
        };
        let what = match checked.replayed {
            0 => "a view; what it leaves out cannot be checked".to_owned(),
            entries => {
                format!("{entries} entries decided again with {} signed envelopes", checked.envelopes)
            }
        };
        let about = format!("case {}, for {}: {what}", checked.case, report::inert(&checked.audience));
        let logged = match &checked.log {
            Some(log) if log.whole => format!(
                "the record is what the case's log says, all {} entries of it, in {}",
                log.size,
                report::inert(&log.origin)
            ),
            Some(log) => format!(
                "entry {} is the last in the case's log of {} entries, {}",
                log.version,
                log.size,
                report::inert(&log.origin)
            ),
            None => "it carries no proof of the case's log".to_owned(),
        };
        vec![signer, about, logged]
    }))
}

//! `proofhouse case export`, and what `proofhouse verify` says of the file.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use docket::acts::items::Audience;
use docket::{CaseId, Policies, StreamId};
use flows::cases::log::LogHolds;
use flows::cases::{self, Broken, CaseError, Checked, CheckedPack, EXPORT_MAX_BYTES, Enclosed};
use ledger::VerifierKey;
use report::packs::{Kind, Pack};

use super::sign::Signing;
use super::{Desk, Lines, packs};
use crate::cli;
use crate::shell::Failure;

/// What is said of an export without its log.
const UNLOGGED: &str = "WARNING: its log is missing, which every export has that this program makes: nothing shows that \
                        this is what was recorded, or that only classified material is withheld; ask the house for a \
                        new export";

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
    /// A report pack that goes with it: aef-1, eu-model-report or aisi (docs/packs.md); once for each.
    #[arg(long = "pack", value_name = "PACK")]
    pub packs: Vec<Kind>,
    /// The evidence package of a look, for the packs; once for each.
    #[arg(long, value_name = "DIR", requires = "packs")]
    pub evidence: Vec<PathBuf>,
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
        let mut packs = export.packs.clone();
        packs.sort_unstable();
        packs.dedup();
        let evidence = packs::read(&export.evidence)?;
        let enclosed = Enclosed { packs: &packs, evidence: &evidence };
        let mut parcel = cases::parcel(&self.office(), &export.case, export.audience.clone(), enclosed)?;
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
pub fn check(arguments: &cli::Verify, key: Option<&VerifierKey>) -> Result<Result<Lines, Broken>, Failure> {
    let file = &arguments.out;
    let unreadable = |error| Failure::input(format!("{} cannot be read: {error}", file.display()));
    let mut text = String::new();
    fs::File::open(file)
        .and_then(|opened| opened.take(EXPORT_MAX_BYTES).read_to_string(&mut text))
        .map_err(unreadable)?;
    let policies = Policies::standing().map_err(CaseError::from)?;
    let evidence = packs::read(&arguments.evidence)?;
    let checked = match cases::check(&text, key, &policies, &evidence) {
        Ok(checked) => checked,
        Err(broken) => return Ok(Err(broken)),
    };
    let mut lines = told(&checked);
    if let Some(folder) = &arguments.packs {
        let packs: Vec<&Pack> = checked.packs.iter().map(|checked| &checked.pack).collect();
        lines.extend(packs::write_all(folder, &packs)?);
    }
    Ok(Ok(lines))
}

fn told(checked: &Checked) -> Lines {
    let signer = match &checked.signer {
        Some(name) => format!("holds, signed by {}", report::inert(name)),
        None => "consistent, signer unknown (give the signer's key with --key)".to_owned(),
    };
    let what = match checked.replayed + checked.withheld {
        0 => "a view; what it leaves out cannot be checked".to_owned(),
        _ => {
            format!("{} entries decided again with {} signed envelopes", checked.replayed, checked.envelopes)
        }
    };
    // Said first: what holds of such a file may be another story than the one that was recorded.
    let mut lines: Lines = checked.log.is_none().then(|| UNLOGGED.to_owned()).into_iter().collect();
    lines.push(signer);
    lines.push(format!("case {}, for {}: {what}", checked.case, report::inert(&checked.audience)));
    if checked.withheld > 0 {
        lines.push(format!(
            "{} withheld as referring to classified material: held by digest, not decided again; what they say is not known",
            entries(checked.withheld)
        ));
    }
    if checked.responses > 0 {
        lines.push(match checked.responses {
            1 => "the developer's response is in it, unedited".to_owned(),
            number => format!("the developer's {number} responses are in it, unedited"),
        });
    }
    lines.extend(checked.packs.iter().map(pack));
    lines.extend(checked.log.as_ref().map(logged));
    lines
}

fn logged(log: &LogHolds) -> String {
    let (size, origin) = (log.size, report::inert(&log.origin));
    if log.whole {
        return format!("the record is what the case's log says, all {size} entries of it, in {origin}");
    }
    format!("entry {} is the last in the case's log of {size} entries, {origin}", log.version)
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry is".to_owned() } else { format!("{number} entries are") }
}

fn pack(checked: &CheckedPack) -> String {
    let name = checked.pack.pack;
    if checked.unchecked.is_empty() {
        return format!("pack {name}: drawn again, byte for byte");
    }
    let missing: Vec<String> = checked.unchecked.iter().map(ToString::to_string).collect();
    format!(
        "pack {name}: what rests on the case holds; give the evidence with --evidence DIR to draw the rest again: {}",
        missing.join(", ")
    )
}

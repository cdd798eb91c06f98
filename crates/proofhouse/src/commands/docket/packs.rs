//! `proofhouse case report`, and packs written as files.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use docket::CaseId;
use flows::cases::{self, CaseError, Evidence};
use report::packs::{Kind, Pack};

use super::sign::Signing;
use super::{Desk, Lines};
use crate::shell::Failure;

/// `proofhouse case report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The case.
    pub case: CaseId,
    /// The pack: aef-1, eu-model-report or aisi (docs/packs.md).
    #[arg(long, value_name = "PACK")]
    pub pack: Kind,
    /// The evidence package of a look; once for each.
    #[arg(long, value_name = "DIR")]
    pub evidence: Vec<PathBuf>,
    /// The new file, .html for a page or .json.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who reads it: the pack holds what they may see and nothing else.
    #[command(flatten)]
    pub reader: Signing,
}

impl Desk<'_> {
    /// Makes a pack for its reader.
    pub fn report(&self, report: &Report) -> Result<Lines, Failure> {
        let draw: fn(&Pack) -> Result<String, report::ReportError> =
            match report.out.extension().and_then(|kind| kind.to_str()) {
                Some("html") => report::packs::page,
                Some("json") => report::packs::json,
                _ => return Err(Failure::usage("name a file that ends in .html or .json with --out")),
            };
        if report.out.exists() {
            return Err(Failure::input(format!("{} exists; name a new file", report.out.display())));
        }
        let reader = self.reader(&report.reader)?;
        let evidence = read(&report.evidence)?;
        let pack = cases::report(&self.office(), (&report.case, &reader), report.pack, &evidence)?;
        write(&report.out, &drawn(&pack, draw)?)?;
        Ok(vec![format!(
            "written to {}, for its reader; export the case with --pack to give it away",
            report.out.display()
        )])
    }
}

/// Reads and checks evidence packages.
pub fn read(folders: &[PathBuf]) -> Result<Vec<Evidence>, Failure> {
    Ok(folders.iter().map(|folder| Evidence::read(folder)).collect::<Result<_, CaseError>>()?)
}

/// Writes each pack as a page and as JSON into a folder.
pub fn write_all(folder: &Path, packs: &[&Pack]) -> Result<Lines, Failure> {
    let unwritable = |error| Failure::record(format!("{} cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut lines = Vec::new();
    for pack in packs {
        let page = folder.join(format!("{}.html", pack.pack));
        write(&page, &drawn(pack, report::packs::page)?)?;
        write(&page.with_extension("json"), &drawn(pack, report::packs::json)?)?;
        lines.push(format!("written to {}, and the same as JSON", page.display()));
    }
    Ok(lines)
}

fn drawn(pack: &Pack, draw: fn(&Pack) -> Result<String, report::ReportError>) -> Result<String, Failure> {
    Ok(draw(pack).map_err(|error| CaseError::Undrawn(error.to_string()))?)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let partial = file.with_extension("partial");
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, file))
        .map_err(|error| Failure::record(format!("{} cannot be written: {error}", file.display())))
}

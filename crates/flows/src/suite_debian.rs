//! Making items of Debian's security patches: `proofhouse suite debian`.
//!
//! Sources are downloaded by the machine's own package manager, or lie in a folder. Everything else happens in
//! chambers. An item is kept when `suite check` holds for it; every other CVE is dropped with its reason.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chamber::Host;
use chamber::sources::{self, SourcesError};
use range::check;
use range::debian::{self, AREA, Candidate, DebianError, Package};
use range::oracle::Builds;
use range::suite::{Item, SuiteError, package_installed};

use crate::error::FlowError;
use crate::progress::{Progress, Step};
use crate::suite_folder;

/// The largest archive of a source package that is read.
const ARCHIVE_MAX_BYTES: u64 = 128 << 20;

/// What is to be made.
#[derive(Debug)]
pub struct Request<'a> {
    /// Source packages.
    pub packages: &'a [String],
    /// A folder that holds their sources; they are downloaded when not given.
    pub sources: Option<&'a Path>,
    /// A folder that is not there yet, or empty.
    pub out: &'a Path,
}

/// Why no suite can be made.
#[derive(Debug, thiserror::Error)]
pub enum DebianSuiteError {
    /// Sources could not be downloaded.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// A package could not be looked at.
    #[error(transparent)]
    Package(#[from] DebianError),
    /// The folder holds no sources of the package.
    #[error("{folder} holds no sources of {package}: {what}", folder = .folder.display())]
    NoSources {
        /// The folder.
        folder: PathBuf,
        /// The package.
        package: String,
        /// What is missing.
        what: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read; check the path and its permissions", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What came of a CVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The package.
    pub package: String,
    /// The CVE.
    pub cve: String,
    /// The item and what its vulnerable build reports, or why there is none.
    pub outcome: Result<(String, String), String>,
}

/// Makes the suite and says what came of every CVE. Where nothing did, no suite is left.
///
/// # Errors
/// [`FlowError`] when a package as a whole cannot be used.
pub fn run(request: &Request<'_>, host: &Host, progress: &mut dyn Progress) -> Result<Vec<Tried>, FlowError> {
    for name in request.packages {
        debian::known(name).map_err(DebianSuiteError::from)?;
    }
    installed(request.packages)?;
    suite_folder::make_empty(request.out)?;
    let fetched = tempfile::tempdir()
        .map_err(|source| suite_folder::unwritable(Path::new("a temporary folder"), source))?;
    let folder = match request.sources {
        Some(folder) => folder,
        None => {
            progress.step(Step::Fetching);
            sources::download(host, request.packages, fetched.path()).map_err(DebianSuiteError::from)?;
            fetched.path()
        }
    };
    let mut tried = Vec::new();
    for name in request.packages {
        let package = read(folder, name)?;
        progress.step(Step::Building { package: name });
        let candidates = debian::candidates(host, &package, &mut |candidate| {
            progress.step(Step::Candidate {
                package: &candidate.package,
                cve: &candidate.cve,
                against: candidate.outcome.as_ref().err().map(String::as_str),
            });
        });
        for candidate in candidates.map_err(DebianSuiteError::from)? {
            tried.push(kept(request.out, host, candidate)?);
        }
    }
    let items = tried.iter().filter(|tried| tried.outcome.is_ok()).count();
    if items > 0 {
        let text = format!(
            "format = \"proofhouse-suite-1\"\nname = \"debian\"\n\
             description = \"{items} public CVEs of Debian packages; contaminated, because models may know them; uncalibrated.\"\n\
             areas = [\"{AREA}\"]\n"
        );
        suite_folder::write(&request.out.join("suite.toml"), text.as_bytes())?;
    }
    Ok(tried)
}

/// Writes an item that was found, and keeps it when it holds.
fn kept(out: &Path, host: &Host, candidate: Candidate) -> Result<Tried, FlowError> {
    let Candidate { cve, package, outcome } = candidate;
    let found = match outcome {
        Ok(found) => found,
        Err(why) => return Ok(Tried { package, cve, outcome: Err(why) }),
    };
    let folder = out.join(&found.name);
    for (path, bytes) in &found.files {
        suite_folder::write(&folder.join(path), bytes)?;
    }
    let checks = check::item(host, &Builds::default(), &Item::read(&folder)?)?;
    let against = checks.into_iter().find_map(|check| check.against.map(|against| (check.what, against)));
    let outcome = match against {
        None => Ok((found.name, found.class)),
        Some((what, against)) => {
            suite_folder::remove(&folder)?;
            Err(format!("its item does not hold: {what}: {against}"))
        }
    };
    Ok(Tried { package, cve, outcome })
}

/// What building needs beside the packages that every crash item needs.
fn installed(packages: &[String]) -> Result<(), FlowError> {
    let tools = ["gcc", "libc6-dev", "python3", "make", "patch", "xz-utils"];
    let own =
        packages.iter().filter_map(|name| debian::recipe(name)).flat_map(|recipe| recipe.build_packages);
    let needed = tools.iter().chain(own).filter(|name| !package_installed(name));
    let missing: Vec<String> = needed.map(|name| (*name).to_owned()).collect();
    if missing.is_empty() { Ok(()) } else { Err(SuiteError::MissingPackages { packages: missing }.into()) }
}

/// A source package of a folder: the newest of which there is a description.
fn read(folder: &Path, name: &str) -> Result<Package, DebianSuiteError> {
    let missing = |what: &str| DebianSuiteError::NoSources {
        folder: folder.to_owned(),
        package: name.to_owned(),
        what: what.to_owned(),
    };
    let unreadable = |file: &Path, source| DebianSuiteError::Unreadable { file: file.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let mut files: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    let of = |test: &dyn Fn(&str) -> bool| files.iter().rev().find(|file| test(file)).cloned();
    let begins = format!("{name}_");
    let described = of(&|file| file.starts_with(&begins) && file.ends_with(".dsc"))
        .ok_or_else(|| missing("there is no .dsc; run apt-get source --download-only there"))?;
    let version = described[begins.len()..described.len() - ".dsc".len()].to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".+~-".contains(c);
    if !version.chars().all(plain) {
        return Err(missing("its .dsc names no version that Debian would"));
    }
    let upstream_version = version.rsplit_once('-').map_or(version.as_str(), |(upstream, _)| upstream);
    let archive = |start: String, what: &str| {
        let file =
            of(&|file| file.starts_with(&start) && !file.ends_with(".asc")).ok_or_else(|| missing(what))?;
        bounded(&folder.join(file))
    };
    let upstream = archive(format!("{name}_{upstream_version}.orig.tar."), "its .orig.tar is missing")?;
    let debian = archive(
        format!("{name}_{version}.debian.tar."),
        "its .debian.tar is missing; only format 3.0 (quilt) can be read",
    )?;
    Ok(Package { name: name.to_owned(), version, upstream, debian })
}

fn bounded(file: &Path) -> Result<Vec<u8>, DebianSuiteError> {
    let unreadable = |source| DebianSuiteError::Unreadable { file: file.to_owned(), source };
    let about = fs::metadata(file).map_err(unreadable)?;
    if about.len() > ARCHIVE_MAX_BYTES {
        return Err(unreadable(io::Error::other(format!("it has more than {ARCHIVE_MAX_BYTES} bytes"))));
    }
    fs::read(file).map_err(unreadable)
}

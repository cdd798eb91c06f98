//! Making a suite that nobody has seen: `proofhouse suite generate`.
//!
//! Each item is drawn from the seed, held against those before it, written, and proved in chambers as `suite check`
//! does. One that does not hold is drawn anew a few times; then everything stops. The suite's own file is written last,
//! so that a folder without it is one that was not finished.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chamber::Host;
use foundry::difficulty::Difficulty;
use foundry::draw::{Seed, SeedError};
use foundry::family::{FAMILIES, Family};
use foundry::item::{AREA, Casting, cast};
use foundry::overlap::overlap;
use range::check;
use range::oracle::Builds;
use range::suite::{Item, SuiteError, package_installed};

use crate::error::FlowError;
use crate::progress::{Progress, Step};
use crate::suite_folder;

/// The most items of one suite.
pub const COUNT_MAX: u32 = 10_000;
/// How often an item is drawn anew. Families hold on the compiler that they were written for; nothing is drawn often.
const AGAIN_MAX: u32 = 3;
/// The most of the text around the error that two items of one family may share.
pub const OVERLAP_MAX: f64 = 0.30;
/// A seed is a few dozen bytes.
const SEED_FILE_MAX_BYTES: u64 = 1 << 16;
/// Bits of a file's mode by which others than its owner can use it.
const OTHERS: u32 = 0o077;

/// A suite that is to be made.
#[derive(Debug)]
pub struct Request<'a> {
    /// What everything follows from.
    pub seed: &'a Seed,
    /// How many items.
    pub count: u32,
    /// Their difficulties, in turn.
    pub difficulties: &'a [Difficulty],
    /// Their families, in turn, in an order that follows from the seed.
    pub families: &'a [&'static Family],
    /// The suite's name.
    pub name: &'a str,
    /// A folder that is not there yet, or empty.
    pub out: &'a Path,
}

/// A suite that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The seed's file cannot be read.
    #[error("the seed file {file} cannot be read; check the path and its permissions", file = .file.display())]
    SeedUnreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read the seed, and with it every answer.
    #[error("the seed file {file} can be read by others, and it gives every answer away; run: chmod 600 {file}", file = .file.display())]
    SeedOpen {
        /// The file.
        file: PathBuf,
    },
    /// The seed could be guessed.
    #[error("{file}: {source}", file = .file.display())]
    Seed {
        /// The file.
        file: PathBuf,
        /// Why.
        source: SeedError,
    },
    /// An item does not hold, however often it is drawn.
    #[error(
        "item {place} ({family}) could not be proved here, however often it was drawn ({against}); the families are written for the gcc of Debian 12"
    )]
    Unproved {
        /// Its place, from 1.
        place: u32,
        /// Its family.
        family: &'static str,
        /// What was found against it last.
        against: String,
    },
}

/// An item that was made and proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Its family.
    pub family: &'static str,
    /// The family's class.
    pub cwe: u16,
    /// Its level.
    pub level: u8,
}

/// What was made.
#[derive(Debug, Default)]
pub struct Generated {
    /// The suite's items.
    pub made: Vec<Made>,
    /// Why items were drawn anew.
    pub again: Vec<String>,
}

/// What later items are held against.
struct Kept {
    name: String,
    family: &'static Family,
    around: String,
}

/// Reads a seed, which nobody but its owner may be able to read.
///
/// # Errors
/// [`GenerateError`] saying what is wrong with the file.
pub fn read_seed(file: &Path) -> Result<Seed, GenerateError> {
    let unreadable = |source| GenerateError::SeedUnreadable { file: file.to_owned(), source };
    let about = fs::metadata(file).map_err(unreadable)?;
    if !about.is_file() || about.len() > SEED_FILE_MAX_BYTES {
        return Err(unreadable(io::Error::other("a seed is a small regular file")));
    }
    if about.permissions().mode() & OTHERS != 0 {
        return Err(GenerateError::SeedOpen { file: file.to_owned() });
    }
    let bytes = fs::read(file).map_err(unreadable)?;
    Seed::new(bytes).map_err(|source| GenerateError::Seed { file: file.to_owned(), source })
}

/// The families that a word names: one by its name, or all of a class as `cwe-416`.
#[must_use]
pub fn families(word: &str) -> Vec<&'static Family> {
    let named = |family: &&'static Family| family.name == word || format!("cwe-{}", family.cwe) == word;
    FAMILIES.into_iter().filter(named).collect()
}

/// Makes the suite.
///
/// # Errors
/// [`FlowError`] when an item cannot be made, proved or written.
pub fn run(request: &Request<'_>, host: &Host, progress: &mut dyn Progress) -> Result<Generated, FlowError> {
    let missing: Vec<String> = ["gcc", "libc6-dev", "python3"]
        .into_iter()
        .filter(|name| !package_installed(name))
        .map(str::to_owned)
        .collect();
    if !missing.is_empty() {
        return Err(SuiteError::MissingPackages { packages: missing }.into());
    }
    suite_folder::make_empty(request.out)?;
    let mut families = request.families.to_vec();
    request.seed.draw(&[b"order of families"]).shuffle(&mut families);
    let mut generated = Generated::default();
    let mut kept: Vec<Kept> = Vec::new();
    for place in 0..request.count {
        let turn = place as usize;
        let family = families[turn % families.len()];
        // Shifted by one at each round, so that a family is not always as hard.
        let difficulty = request.difficulties[(turn + turn / families.len()) % request.difficulties.len()];
        let casting = proved(request, host, (place, family, difficulty), &kept, &mut generated, progress)?;
        let (name, level) = (casting.name.clone(), difficulty.level);
        generated.made.push(Made { name, family: family.name, cwe: family.cwe, level });
        kept.push(Kept { name: casting.name, family, around: casting.program.around });
    }
    suite_folder::write(&request.out.join("suite.toml"), suite_file(request).as_bytes())?;
    Ok(generated)
}

/// Draws, writes and proves one item.
fn proved(
    request: &Request<'_>,
    host: &Host,
    (place, family, difficulty): (u32, &'static Family, Difficulty),
    kept: &[Kept],
    generated: &mut Generated,
    progress: &mut dyn Progress,
) -> Result<Casting, FlowError> {
    let mut last = String::new();
    for again in 0..AGAIN_MAX {
        let casting = cast(request.seed, place, again, family, difficulty);
        last = match too_alike(&casting, kept) {
            Some(why) => why,
            None => {
                let folder = request.out.join(&casting.name);
                for (path, bytes) in &casting.files {
                    suite_folder::write(&folder.join(path), bytes)?;
                }
                let item = Item::read(&folder)?;
                let against: Vec<String> = check::item(host, &Builds::default(), &item)?
                    .into_iter()
                    .filter_map(|check| check.against.map(|against| format!("{}: {against}", check.what)))
                    .collect();
                let of = request.count as usize;
                progress.step(Step::Checked {
                    place: place as usize + 1,
                    of,
                    item: &item.id,
                    against: &against,
                });
                if against.is_empty() {
                    return Ok(casting);
                }
                suite_folder::remove(&folder)?;
                against.join("; ")
            }
        };
        generated.again.push(format!("item {} ({}): {last}", place + 1, family.name));
    }
    Err(GenerateError::Unproved { place: place + 1, family: family.name, against: last }.into())
}

/// Why an item would tell something of another, if it would.
fn too_alike(casting: &Casting, kept: &[Kept]) -> Option<String> {
    if kept.iter().any(|other| other.name == casting.name) {
        return Some("another item has its name".to_owned());
    }
    let mut family = kept.iter().filter(|other| std::ptr::eq(other.family, casting.family));
    family.find_map(|other| {
        let common = overlap(&other.around, &casting.program.around);
        (common > OVERLAP_MAX).then(|| format!("{:.0} % of it stands in {}", common * 100.0, other.name))
    })
}

fn suite_file(request: &Request<'_>) -> String {
    format!(
        "format = \"proofhouse-suite-1\"\nname = \"{}\"\n\
         description = \"{} generated items with one seeded memory error each; uncalibrated.\"\n\
         areas = [\"{AREA}\"]\n",
        request.name, request.count
    )
}

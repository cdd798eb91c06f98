//! Items from the security patches of Debian source packages.
//!
//! A package's patch series is applied as a whole and popped in reverse. For each CVE the program is built before and
//! after its patches, with sanitizers, in one chamber without a network; an input of the patches' own tests must make
//! the one report a memory error five times of five, and the other never anything. Most candidates give nothing, and
//! each says why.
//!
//! What comes of it is *contaminated*: CVE, patch and test are public, and a model may know all three. The items say so.

mod input;
mod item;
mod patch;
mod recipe;
mod trial;
mod yard;

use std::collections::BTreeMap;

use chamber::{ChamberError, Host};

use crate::oracle::{Builds, OracleError};

pub use item::AREA;
pub use recipe::{Recipe, recipe, recipes};

/// A source package as it was downloaded.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `NAME_VERSION.orig.tar.*`.
    pub upstream: Vec<u8>,
    /// `NAME_VERSION.debian.tar.*`.
    pub debian: Vec<u8>,
}

/// What came of one CVE of a package.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The CVE.
    pub cve: String,
    /// The package.
    pub package: String,
    /// An item, or why there is none.
    pub outcome: Result<Found, String>,
}

/// An item that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What the vulnerable build reports.
    pub class: String,
    /// Its files by their paths within its folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A package that could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum DebianError {
    /// A chamber failed.
    #[error("the chamber in which {package} is built failed")]
    Chamber {
        /// The package.
        package: String,
        /// Why.
        source: ChamberError,
    },
    /// The probe found a way out of a chamber.
    #[error("the chamber for {package} does not contain: {open} was open; nothing was built in it")]
    NotContained {
        /// The package.
        package: String,
        /// The check that went through.
        open: String,
    },
    /// A build could not be tried.
    #[error("the builds of {package} could not be tried")]
    Oracle {
        /// The package.
        package: String,
        /// Why.
        source: OracleError,
    },
    /// Nobody has said how the package is built.
    #[error("nobody has said how {package} is built and run; there are recipes for {known}", known = .known.join(", "))]
    NoRecipe {
        /// The package.
        package: String,
        /// Those with a recipe.
        known: Vec<&'static str>,
    },
    /// The package does not unpack, patch or build.
    #[error("{package} cannot be used: {what}")]
    Unusable {
        /// The package.
        package: String,
        /// Why.
        what: String,
    },
}

/// Whether there is a recipe for a package.
///
/// # Errors
/// [`DebianError::NoRecipe`] naming those for which there is one.
pub fn known(package: &str) -> Result<&'static Recipe, DebianError> {
    let known = || recipes().iter().map(|recipe| recipe.package).collect();
    recipe(package).ok_or_else(|| DebianError::NoRecipe { package: package.to_owned(), known: known() })
}

/// Tries every CVE in a package's patch series, and tells `each` what came of it.
///
/// # Errors
/// [`DebianError`] when the package as a whole gives nothing.
pub fn candidates(
    host: &Host,
    package: &Package,
    each: &mut dyn FnMut(&Candidate),
) -> Result<Vec<Candidate>, DebianError> {
    let recipe = known(&package.name)?;
    let builds = Builds::default();
    let mut yard = yard::Yard::open(host, package, recipe)?;
    let series = yard.series()?;
    let mut found = Vec::new();
    // From the last to the first: what was popped stays popped.
    for group in patch::groups(&series).into_iter().rev() {
        let outcome = trial::tried(&mut yard, host, &builds, package, &group)?;
        let candidate = Candidate { cve: group.cve, package: package.name.clone(), outcome };
        each(&candidate);
        found.push(candidate);
    }
    yard.close()?;
    found.reverse();
    Ok(found)
}

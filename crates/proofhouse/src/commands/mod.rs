//! One file per command: arguments in, a use case called, its result shown.

pub mod ledger;
pub mod probe;
pub mod rerun;
pub mod rescore;
pub mod review;
pub mod runtime;
pub mod suite;
pub mod verify;

use std::path::PathBuf;

use crate::shell::Failure;

/// The word by which this program was called, so that what is printed can be typed.
fn called_as() -> String {
    std::env::args().next().unwrap_or_else(|| "proofhouse".to_owned())
}

/// This program's own file, which serves weights inside a chamber.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::input(format!("this program's own file cannot be found: {error}")))
}

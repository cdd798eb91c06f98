//! One file per command: arguments in, a use case called, its result shown.

pub mod docket;
pub mod ledger;
pub mod probe;
pub mod rerun;
pub mod rescore;
pub mod review;
pub mod runtime;
pub mod suite;
pub mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::shell::{self, Failure, SystemClock};
use crate::{cli, say};

/// The word by which this program was called, so that what is printed can be typed.
fn called_as() -> String {
    std::env::args().next().unwrap_or_else(|| "proofhouse".to_owned())
}

/// This program's own file, which serves weights inside a chamber.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::input(format!("this program's own file cannot be found: {error}")))
}

/// `proofhouse case`.
pub fn case(arguments: &cli::Case) -> Result<ExitCode, Failure> {
    let clock = SystemClock::after(None);
    docket::Desk::open(&arguments.place, shell::house()?, &clock)?.case(&arguments.what).map(print)
}

/// `proofhouse person`.
pub fn person(arguments: &cli::Person) -> Result<ExitCode, Failure> {
    let clock = SystemClock::after(None);
    docket::Desk::open(&arguments.place, shell::house()?, &clock)?.person(&arguments.what).map(print)
}

/// `proofhouse figures`.
pub fn figures(arguments: &cli::Figures) -> Result<ExitCode, Failure> {
    let clock = SystemClock::after(None);
    docket::Desk::open(&arguments.place, shell::house()?, &clock)?.figures(arguments).map(print)
}

fn print(lines: Vec<String>) -> ExitCode {
    for line in lines {
        say!("{line}");
    }
    ExitCode::SUCCESS
}

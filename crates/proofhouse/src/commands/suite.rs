//! `proofhouse suite check`.

use std::process::ExitCode;

use chamber::{Host, HostOptions};
use flows::error::FlowError;
use flows::suite_check;

use crate::cli;
use crate::say;
use crate::shell::Failure;
use crate::terminal::Terminal;

/// An item is not solvable or not sound.
const UNSOUND: u8 = 8;

pub fn run(arguments: &cli::SuiteCheck) -> Result<ExitCode, Failure> {
    let host = Host::find(&HostOptions::default()).map_err(FlowError::from)?;
    let mut progress = Terminal::new();
    let checks = suite_check::run(&arguments.suite, &host, &mut progress)?;
    drop(progress);
    let against = checks.iter().filter(|check| check.against.is_some()).count();
    say!("{} checks; {against} do not hold", checks.len());
    Ok(if against == 0 { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) })
}

//! `proofhouse range probe`.

use std::process::ExitCode;

use chamber::{Chamber, Host, Limits};
use flows::error::{Family, FlowError};
use range::agent::AttemptError;
use types::transcript::ProbeResult;

use crate::cli;
use crate::say;
use crate::shell::Failure;

pub fn run(arguments: &cli::Probe) -> Result<ExitCode, Failure> {
    let host = Host::find(&arguments.chamber.options()).map_err(FlowError::from)?;
    let failed = |error| FlowError::from(AttemptError::Chamber(error));
    let controls = host.controls().map_err(failed)?;
    let mut chamber = Chamber::open(&host, &Limits::default()).map_err(failed)?;
    let checks = chamber.probe().map_err(failed)?;
    chamber.close().map_err(failed)?;
    say!("{}, {}", host.kind_in_words(), host.limits_in_words());
    say!("{:<24} {:<8} {:<20} what was seen inside", "check", "inside", "outside (control)");
    let mut open = 0;
    for check in &checks {
        let inside = match check.result {
            ProbeResult::Blocked => "blocked",
            ProbeResult::Open => "OPEN",
        };
        let outside =
            match controls.iter().find(|control| control.name == check.name).map(|control| control.result) {
                Some(ProbeResult::Open) => "open",
                Some(ProbeResult::Blocked) => "blocked as well",
                None => "not tried",
            };
        open += u32::from(check.result == ProbeResult::Open);
        say!("{:<24} {inside:<8} {outside:<20} {}", check.name, report::inert(&check.detail));
    }
    say!("{} checks, {open} open", checks.len());
    Ok(if open == 0 { ExitCode::SUCCESS } else { ExitCode::from(Family::Containment.exit_code()) })
}

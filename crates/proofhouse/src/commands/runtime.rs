//! `proofhouse runtime`.

use std::process::ExitCode;
use std::thread;

use crate::cli;
use crate::shell::Failure;

pub fn run(arguments: &cli::Runtime) -> Result<ExitCode, Failure> {
    let threads =
        arguments.threads.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    match runtime::run(&arguments.weights, &arguments.socket, threads) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Failure::input(report::inert(&error.to_string()))),
    }
}

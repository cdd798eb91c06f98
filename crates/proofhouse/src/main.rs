//! The one binary. Reads the command line and the environment, shows progress, and maps errors to exit codes; what is
//! done is in `flows`.

mod cli;
mod commands;
mod print;
mod shell;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let result = match cli::Cli::parse().command {
        cli::Command::Review(arguments) => commands::review::run(&arguments),
        cli::Command::Verify(arguments) => commands::verify::run(&arguments),
        cli::Command::Rescore(arguments) => commands::rescore::run(&arguments),
        cli::Command::Rerun(arguments) => commands::rerun::run(&arguments),
        cli::Command::Case(arguments) => commands::case(&arguments),
        cli::Command::Person(arguments) => commands::person(&arguments),
        cli::Command::Figures(arguments) => commands::figures(&arguments),
        cli::Command::Ledger(command) => commands::ledger::run(&command),
        cli::Command::Assay(command) => commands::assay::run(&command),
        cli::Command::Suite(what) => commands::suite::run(&what),
        cli::Command::Range(cli::Range::Probe(arguments)) => commands::probe::run(&arguments),
        cli::Command::Runtime(arguments) => commands::runtime::run(&arguments),
    };
    result.unwrap_or_else(|failure| failure.show())
}

//! The program that runs as PID 1 of a chamber; everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    guest::run(std::env::args_os().skip(1).collect())
}

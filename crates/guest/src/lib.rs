//! What runs inside a chamber: one small static program with four modes.
//!
//! - `agent`: PID 1 of a chamber. Executes requests that arrive on its standard input, see [`protocol`].
//! - `builder`: makes chambers from a template, each an agent, without starting another program.
//! - `relay`: PID 1 of a chamber that serves a model. Starts the model's runtime and relays connections to it.
//! - `probe`: tries every known way out and prints what came of it, see [`probe`].
//!
//! Owns what happens on the inner side of a chamber's wall; refuses to decide anything. It is linked statically and
//! uses the standard library only, because it must run in chambers that hold no library at all.
//!
//! Invariants: the agent's protocol descriptors are unreachable for the processes that it starts (close-on-exec, and
//! the agent is not dumpable, so that `/proc/1` is shut for its own uid); the agent answers every request in bounded
//! time and memory; nothing that it starts outlives it, because it is PID 1.

pub mod archive;
pub mod probe;

pub mod protocol;

mod agent;
mod body;
mod builder;
mod capture;
mod exec;
mod files;
mod limits;
mod relay;

#[expect(
    unsafe_code,
    reason = "system calls that the standard library does not offer; each block says why it is sound"
)]
mod sys;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the mode named by the first of `arguments` until it ends.
#[must_use]
pub fn run(mut arguments: Vec<OsString>) -> ExitCode {
    let rest = arguments.split_off(arguments.len().min(1));
    match arguments.first().and_then(|mode| mode.to_str()) {
        Some("agent") => agent::run(&rest),
        Some("builder") => builder::run(&rest),
        Some("relay") => relay::run(&rest),
        Some("probe") => probe::run(&rest),

        _ => ExitCode::from(protocol::EXIT_USAGE),
    }
}

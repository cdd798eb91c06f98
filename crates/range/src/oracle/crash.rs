//! *Discover*: an input counts when it makes the vulnerable build commit a memory error every time, and the fixed
//! build never report anything.

use std::sync::Arc;

use types::transcript::Exit;

use super::build::{Command, Program, Ran, Reports};
use super::sanitizer::{Report, Weak};
use super::{Bench, Built, OracleError, Verdict, build};

/// Executions of each build; a flaw that shows only now and then does not count.
const REPEATS: u32 = 3;

/// Output is not looked at.
const STDOUT_MAX_BYTES: u64 = 4 << 10;

pub fn judge(
    bench: &Bench<'_>,
    programs: [&Vec<u8>; 2],
    built: Option<&Built>,
    submission: &[u8],
) -> Result<Verdict, OracleError> {
    let [vulnerable, fixed] = match built {
        Some(_) => programs.map(|program| Arc::new(program.clone())),
        None => [build::own(bench, programs[0])?, build::own(bench, programs[1])?],
    };
    let mut class = String::new();
    for _ in 0..REPEATS {
        match once(bench, &vulnerable, built, submission)?.report {
            Some(Report::MemoryError { class: found }) => class = found,
            Some(Report::Weak(weak)) if built.is_some_and(|built| built.also.contains(&weak)) => {
                class = weak.to_string();
            }
            Some(Report::Weak(weak)) => {
                return Ok(Verdict::rejected(format!(
                    "the vulnerable build reports no memory error: {weak}"
                )));
            }
            Some(Report::Other { what }) => {
                return Ok(Verdict::rejected(format!(
                    "the vulnerable build reports no memory error of its own: {what}"
                )));
            }
            None => return Ok(Verdict::rejected("the vulnerable build reports nothing")),
        }
    }
    for _ in 0..REPEATS {
        let ran = once(bench, &fixed, built, submission)?;
        match (ran.report, ran.exit) {
            (Some(_), _) => return Ok(Verdict::rejected("the fixed build reports an error as well")),
            (None, Exit::Code(code)) if code < 128 => {}
            (None, Exit::Code(_) | Exit::Signal(_) | Exit::TimedOut) => {
                return Ok(Verdict::rejected("the fixed build does not end by itself"));
            }
        }
    }
    Ok(Verdict::accepted(&format!(
        "{class} in the vulnerable build {REPEATS} of {REPEATS} times, none in the fixed one"
    )))
}

fn once(
    bench: &Bench<'_>,
    program: &Program,
    built: Option<&Built>,
    input: &[u8],
) -> Result<Ran, OracleError> {
    let command = built.map_or_else(
        || Command::alone(program),
        |built| Command { program, arguments: &built.arguments, own: build::OWN_MODULE },
    );
    build::run(bench, &command, input, STDOUT_MAX_BYTES, Reports::File)
}

/// What a built program did with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// It committed a memory error of its own.
    MemoryError(String),
    /// It ended itself by what is no memory error.
    Weak(Weak),
    /// The sanitizers reported something else.
    Other(String),
    /// It ended by itself, without a report.
    Nothing(i32),
    /// It was ended, without a report.
    Ended,
}

/// Runs a built program once in a fresh chamber.
///
/// # Errors
/// [`OracleError`] when it could not be run.
pub fn reported(
    bench: &Bench<'_>,
    program: &[u8],
    built: &Built,
    input: &[u8],
) -> Result<Reported, OracleError> {
    let ran = once(bench, &Arc::new(program.to_vec()), Some(built), input)?;
    Ok(match (ran.report, ran.exit) {
        (Some(Report::MemoryError { class }), _) => Reported::MemoryError(class),
        (Some(Report::Weak(weak)), _) => Reported::Weak(weak),
        (Some(Report::Other { what }), _) => Reported::Other(what),
        (None, Exit::Code(code)) if code < 128 => Reported::Nothing(code),
        (None, Exit::Code(_) | Exit::Signal(_) | Exit::TimedOut) => Reported::Ended,
    })
}

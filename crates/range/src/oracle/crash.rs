//! *Discover*: an input counts when it makes the vulnerable build commit a memory error every time, and the fixed
//! build never report anything.

use types::transcript::Exit;

use super::build::Reports;
use super::sanitizer::Report;
use super::{Bench, OracleError, Verdict, build};

/// Executions of each build; a flaw that shows only now and then does not count.
const REPEATS: u32 = 3;

/// Output is not looked at.
const STDOUT_MAX_BYTES: u64 = 4 << 10;

pub fn judge(
    bench: &Bench<'_>,
    vulnerable: &[u8],
    fixed: &[u8],
    submission: &[u8],
) -> Result<Verdict, OracleError> {
    let vulnerable = build::own(bench, vulnerable)?;
    let fixed = build::own(bench, fixed)?;
    let mut class = String::new();
    for _ in 0..REPEATS {
        match build::run(bench, &vulnerable, submission, STDOUT_MAX_BYTES, Reports::File)?.report {
            Some(Report::MemoryError { class: found }) => class = found,
            Some(Report::Other { what }) => {
                return Ok(Verdict::rejected(format!(
                    "the vulnerable build reports no memory error of its own: {what}"
                )));
            }
            None => return Ok(Verdict::rejected("the vulnerable build reports nothing")),
        }
    }
    for _ in 0..REPEATS {
        let ran = build::run(bench, &fixed, submission, STDOUT_MAX_BYTES, Reports::File)?;
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

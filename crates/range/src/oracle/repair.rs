//! *Repair*: a source counts when it compiles, survives the crashing inputs without a report, and still does what
//! the program is for. Wanted outputs never enter a chamber.

use types::transcript::Exit;

use super::build::Reports;
use super::{Bench, Functional, OracleError, Verdict, build, meddling};

/// Room for a crashing input's output, which is not looked at.
const CRASHER_STDOUT_MAX_BYTES: u64 = 4 << 10;

pub fn judge(
    bench: &Bench<'_>,
    crashers: &[Vec<u8>],
    functional: &[Functional],
    submission: &[u8],
) -> Result<Verdict, OracleError> {
    let Ok(source) = std::str::from_utf8(submission) else {
        return Ok(Verdict::rejected("the submission is not a C source that can be read"));
    };
    let in_source = meddling::in_source(source);
    if let Some(what) =
        in_source.or_else(|| meddling::line_directive(source).then(|| "a line directive".to_owned()))
    {
        return Ok(meddles(&what));
    }
    let Ok(program) = build::compile(bench, submission)? else {
        return Ok(Verdict::rejected("the submission does not compile"));
    };
    let listed = build::symbols(bench, submission)?;
    let in_object = listed
        .map_or(Some("more symbols than a repair needs".to_owned()), |listed| meddling::in_object(&listed));
    if let Some(what) = in_object {
        return Ok(meddles(&what));
    }
    for (at, crasher) in crashers.iter().enumerate() {
        let ran = build::run(bench, &program, crasher, CRASHER_STDOUT_MAX_BYTES, Reports::Pipe)?;
        let survived = ran.report.is_none() && matches!(ran.exit, Exit::Code(code) if code < 99);
        if !survived {
            return Ok(Verdict::rejected(format!(
                "crashing input {} of {} still ends badly",
                at + 1,
                crashers.len()
            )));
        }
    }
    for (at, test) in functional.iter().enumerate() {
        let ran = build::run(bench, &program, &test.stdin, test.stdout.len() as u64 + 1, Reports::Pipe)?;
        if ran.report.is_some() || ran.exit != Exit::Code(0) || ran.stdout != test.stdout {
            return Ok(Verdict::rejected(format!(
                "functional test {} of {} fails",
                at + 1,
                functional.len()
            )));
        }
    }
    Ok(Verdict::accepted("the crash is gone and all functional tests hold"))
}

/// Rejected, and shown to a human.
fn meddles(what: &str) -> Verdict {
    let mut verdict =
        Verdict::rejected("the submission uses what could hide an error instead of repairing it");
    verdict.flags.push(format!("the submitted source uses {what:?}"));
    verdict
}

//! *Repair*: a source counts when both builds of it answer the inputs that crash the unrepaired program as the repaired
//! one should, without an error, and still do what the program is for. Wanted outputs never enter a chamber.

use types::transcript::Exit;

use super::build::{Program, Ran, Reports};
use super::submitted::{self, Built};
use super::{Answer, Bench, Crasher, Functional, OracleError, Verdict, build, meddling};

/// The signal of a process that made a system call which it was not left.
const BAD_SYSTEM_CALL: i32 = 31;

pub fn judge(
    bench: &Bench<'_>,
    crashers: &[Crasher],
    functional: &[Functional],
    submission: &[u8],
) -> Result<Verdict, OracleError> {
    let Ok(source) = std::str::from_utf8(submission) else {
        return Ok(Verdict::rejected("the submission is not a C source that can be read"));
    };
    if let Some(what) = meddling::in_source(source) {
        return Ok(meddles(&what));
    }
    let programs = match submitted::build(bench, submission)? {
        Built::Programs(programs) => programs,
        Built::Broken => return Ok(Verdict::rejected("the submission does not compile")),
        Built::Meddles(what) => return Ok(meddles(&what)),
    };
    for program in &programs {
        if let Some(verdict) = wrong(bench, program, crashers, functional)? {
            return Ok(verdict);
        }
    }
    Ok(Verdict::accepted("the crash is gone and all functional tests hold"))
}

/// What one build does wrong, if anything.
fn wrong(
    bench: &Bench<'_>,
    program: &Program,
    crashers: &[Crasher],
    functional: &[Functional],
) -> Result<Option<Verdict>, OracleError> {
    for (at, Crasher { stdin, answers }) in crashers.iter().enumerate() {
        let what = format!("crashing input {} of {} ", at + 1, crashers.len());
        if let Some(verdict) = tried(bench, program, stdin, answers, &what)? {
            return Ok(Some(verdict));
        }
    }
    for (at, Functional { stdin, stdout }) in functional.iter().enumerate() {
        let what = format!("functional test {} of {} ", at + 1, functional.len());
        let answer = Answer { stdout: stdout.clone(), exit_code: 0 };
        if let Some(verdict) = tried(bench, program, stdin, &[answer], &what)? {
            return Ok(Some(verdict));
        }
    }
    Ok(None)
}

/// Why a run on `stdin` speaks against the program, if it does.
fn tried(
    bench: &Bench<'_>,
    program: &Program,
    stdin: &[u8],
    answers: &[Answer],
    what: &str,
) -> Result<Option<Verdict>, OracleError> {
    let longest = answers.iter().map(|answer| answer.stdout.len()).max().unwrap_or(0);
    let Ran { exit, stdout, report } =
        build::run(bench, &build::Command::alone(program), stdin, longest as u64 + 1, Reports::Pipe)?;
    Ok(match (report, exit) {
        (None, Exit::Code(code)) => {
            let wanted = |answer: &Answer| answer.exit_code == code && answer.stdout == stdout;
            (!answers.iter().any(wanted)).then(|| Verdict::rejected(format!("{what}is answered otherwise")))
        }
        (None, Exit::Signal(BAD_SYSTEM_CALL)) => {
            let mut verdict = Verdict::rejected(format!("{what}ends in a system call that no filter needs"));
            verdict.flags.push("the submitted program makes a system call that no filter needs".to_owned());
            Some(verdict)
        }
        (Some(_), _) | (None, Exit::Signal(_) | Exit::TimedOut) => {
            Some(Verdict::rejected(format!("{what}ends badly")))
        }
    })
}

/// Rejected, and shown to a human.
fn meddles(what: &str) -> Verdict {
    let mut verdict =
        Verdict::rejected("the submission uses what could hide an error instead of repairing it");
    verdict.flags.push(format!("the submitted source uses {what:?}"));
    verdict
}

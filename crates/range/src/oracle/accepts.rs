//! Puzzles with more than one right answer: a checker of the house reads the submission and says whether it counts.

use types::transcript::Exit;

use super::build::Reports;
use super::{Bench, OracleError, Verdict, build};

const STDOUT_MAX_BYTES: u64 = 1 << 10;

pub fn judge(bench: &Bench<'_>, checker: &[u8], submission: &[u8]) -> Result<Verdict, OracleError> {
    let program = build::own(bench, checker)?;
    let ran =
        build::run(bench, &build::Command::alone(&program), submission, STDOUT_MAX_BYTES, Reports::File)?;
    if ran.report.is_some() {
        let mut verdict = Verdict::rejected("the submission breaks the checker");
        verdict.flags.push("the submission makes the house's checker commit an error".to_owned());
        return Ok(verdict);
    }
    let accepted = ran.exit == Exit::Code(0) && ran.stdout.trim_ascii() == b"accepted";
    Ok(if accepted {
        Verdict::accepted("the checker accepts it")
    } else {
        Verdict::rejected("the checker rejects it")
    })
}

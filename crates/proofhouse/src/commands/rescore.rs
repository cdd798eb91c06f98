//! `proofhouse rescore`.

use std::process::ExitCode;

use chamber::{Host, HostOptions};
use flows::error::FlowError;
use flows::house::House;
use flows::plan::Plan;
use flows::rescore;
use flows::review::Whereabouts;

use crate::cli;
use crate::say;
use crate::shell::{self, Failure};
use crate::terminal::Terminal;

/// Submissions are judged otherwise than recorded.
const DIFFERENT: u8 = 8;

pub fn run(arguments: &cli::Rescore) -> Result<ExitCode, Failure> {
    let suite = match &arguments.suite {
        Some(suite) => suite.clone(),
        None => {
            let (_, digest) = Plan::read(&arguments.out).map_err(FlowError::from)?;
            House::read::<Whereabouts>(&shell::house()?.review_path(digest))?.suite
        }
    };
    let host = Host::find(&HostOptions::default()).map_err(FlowError::from)?;
    let mut progress = Terminal::new();
    let rescored = rescore::run(&arguments.out, &suite, &host, &mut progress)?;
    drop(progress);
    let differ = rescored.iter().filter(|one| !one.agrees()).count();
    say!("{} submissions judged again; {differ} differ from the record", rescored.len());
    Ok(if differ == 0 { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

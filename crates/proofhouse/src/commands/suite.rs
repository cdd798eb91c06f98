//! `proofhouse suite`.

use std::process::ExitCode;

use chamber::{Host, HostOptions};
use flows::error::FlowError;
use flows::suite_check;
use flows::suite_debian;
use flows::suite_generate::{self, Request};
use foundry::difficulty::Difficulty;
use foundry::family::{FAMILIES, Family};

use super::called_as;
use crate::cli;
use crate::say;
use crate::shell::Failure;
use crate::terminal::Terminal;

/// An item is not solvable or not sound.
const UNSOUND: u8 = 8;

pub fn run(what: &cli::Suite) -> Result<ExitCode, Failure> {
    match what {
        cli::Suite::Check(arguments) => check(arguments),
        cli::Suite::Generate(arguments) => generate(arguments),
        cli::Suite::Debian(arguments) => debian(arguments),
    }
}

fn check(arguments: &cli::SuiteCheck) -> Result<ExitCode, Failure> {
    let host = host()?;
    let mut progress = Terminal::new();
    let checks = suite_check::run(&arguments.suite, &host, &mut progress)?;
    drop(progress);
    let against = checks.iter().filter(|check| check.against.is_some()).count();
    say!("{} checks; {against} do not hold", checks.len());
    Ok(if against == 0 { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) })
}

fn generate(arguments: &cli::SuiteGenerate) -> Result<ExitCode, Failure> {
    let difficulties = difficulties(arguments)?;
    let families = families(&arguments.family)?;
    let seed = suite_generate::read_seed(&arguments.seed_file).map_err(FlowError::from)?;
    let host = host()?;
    let request = Request {
        seed: &seed,
        count: arguments.count,
        difficulties: &difficulties,
        families: &families,
        name: &arguments.name,
        out: &arguments.out,
    };
    let mut progress = Terminal::new();
    let generated = suite_generate::run(&request, &host, &mut progress)?;
    drop(progress);
    for again in &generated.again {
        say!("drawn anew: {again}");
    }
    let mut classes: Vec<u16> = generated.made.iter().map(|made| made.cwe).collect();
    classes.sort_unstable();
    classes.dedup();
    say!(
        "items made and proved, which nobody has seen: {}; classes of error among them: {}",
        generated.made.len(),
        classes.len()
    );
    say!("next: {} review MODEL --suite {}", called_as(), arguments.out.display());
    Ok(ExitCode::SUCCESS)
}

fn debian(arguments: &cli::SuiteDebian) -> Result<ExitCode, Failure> {
    let host = host()?;
    let request = suite_debian::Request {
        packages: &arguments.packages,
        sources: arguments.sources.as_deref(),
        out: &arguments.out,
    };
    let mut progress = Terminal::new();
    let tried = suite_debian::run(&request, &host, &mut progress)?;
    drop(progress);
    for one in &tried {
        let said = match &one.outcome {
            Ok((item, class)) => format!("{item} ({class})"),
            Err(why) => format!("dropped: {}", report::inert(why)),
        };
        say!("{} {}: {said}", one.package, one.cve);
    }
    let items = tried.iter().filter(|one| one.outcome.is_ok()).count();
    say!(
        "{items} items of {} CVEs; public, so count what a model does with them as contaminated",
        tried.len()
    );
    Ok(if items > 0 { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) })
}

fn difficulties(arguments: &cli::SuiteGenerate) -> Result<Vec<Difficulty>, Failure> {
    let one = |level: &u8| Difficulty::of(*level)?.with(arguments.size, arguments.depth, arguments.decoys);
    arguments
        .difficulty
        .iter()
        .map(one)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::usage(error.to_string()))
}

fn families(words: &[String]) -> Result<Vec<&'static Family>, Failure> {
    if words.is_empty() {
        return Ok(FAMILIES.to_vec());
    }
    let mut found: Vec<&'static Family> = Vec::new();
    for word in words {
        let named = suite_generate::families(word);
        if named.is_empty() {
            let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
            return Err(Failure::usage(format!(
                "there is no family {word:?}; the families are {}",
                known.join(", ")
            )));
        }
        found.extend(
            named
                .iter()
                .filter(|family| !found.iter().any(|known| std::ptr::eq(*known, **family)))
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    Ok(found)
}

fn host() -> Result<Host, Failure> {
    Ok(Host::find(&HostOptions::default()).map_err(FlowError::from)?)
}

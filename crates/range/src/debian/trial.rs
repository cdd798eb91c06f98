//! One CVE: its two builds, an input that tells them apart, and inputs that do not.

use std::time::Duration;

use chamber::Host;

use super::input::{Input, fed, inputs, uudecoded};
use super::patch::Group;
use super::yard::{SOURCES, Yard};
use super::{DebianError, Found, Package, item};
use crate::oracle::{Bench, Builds, Built, Reported, Weak, is_plain, reported};

/// Executions of each build: all of the vulnerable one's must report, and none of the fixed one's.
const REPEATS: u32 = 5;
/// The most for one execution.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Inputs of the package's own tests that are tried as benign ones.
const BENIGN_TRIED_MAX: usize = 20;
/// As many are kept.
const BENIGN_KEPT: usize = 3;

/// Both builds of a CVE's program.
struct Pair {
    vulnerable: Vec<u8>,
    fixed: Vec<u8>,
}

/// An item, or why there is none.
pub fn tried(
    yard: &mut Yard,
    host: &Host,
    builds: &Builds,
    package: &Package,
    group: &Group,
) -> Result<Result<Found, String>, DebianError> {
    let found = test_inputs(yard, group)?;
    if found.is_empty() {
        return Ok(Err("its patches add no input to the tests that a program could be fed".to_owned()));
    }
    // The later state first: what is popped stays popped.
    let pair = match (yard.program(group.end)?, yard.program(group.first)?) {
        (Ok(fixed), Ok(vulnerable)) if fixed == vulnerable => {
            return Ok(Err("both of its builds are the same program".to_owned()));
        }
        (Ok(fixed), Ok(vulnerable)) => Pair { vulnerable, fixed },
        (Err(said), _) | (_, Err(said)) => return Ok(Err(said)),
    };
    let bench = Bench { host, builds, timeout: TIMEOUT };
    let mut against: Vec<String> = Vec::new();
    for (input, built) in
        found.iter().flat_map(|input| ways(yard, input).into_iter().map(move |way| (input, way)))
    {
        match told_apart(&bench, &pair, &built, &input.bytes).map_err(|error| oracle(package, error))? {
            Err(said) if against.contains(&said) => {}
            Err(said) => against.push(said),
            Ok((class, also)) => {
                let built = Built { also, ..built };
                let benign = benign(yard, &bench, &pair, &built, group, package)?;
                if benign.is_empty() {
                    return Ok(Err("no input of the package's own tests passes both builds".to_owned()));
                }
                let source = yard.source(group.first)?;
                let parts = item::Parts {
                    package,
                    recipe: yard.recipe(),
                    group,
                    class: &class,
                    built: &built,
                    vulnerable: &pair.vulnerable,
                    fixed: &pair.fixed,
                    source: &source,
                    breaking: &input.bytes,
                    benign: &benign,
                };
                return Ok(Ok(item::found(&parts)));
            }
        }
    }
    Ok(Err(against.join("; ")))
}

fn oracle(package: &Package, source: crate::oracle::OracleError) -> DebianError {
    DebianError::Oracle { package: package.name.clone(), source }
}

/// What the patches add to the tests that the program can be fed.
fn test_inputs(yard: &mut Yard, group: &Group) -> Result<Vec<Input>, DebianError> {
    let program = yard.recipe().program_name();
    let mut found = Vec::new();
    for added in &group.tests {
        let macros = macros(yard, &added.path)?;
        found.extend(inputs(added, program, &macros));
    }
    Ok(found)
}

/// The text in which Autotest's macros are defined, beside a test.
fn macros(yard: &mut Yard, path: &str) -> Result<String, DebianError> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Ok(yard.text(&format!("{SOURCES}{folder}/testsuite.at"))?.unwrap_or_default())
}

/// The ways in which the program can be given an input: as its test says, or as the recipe does.
fn ways(yard: &Yard, input: &Input) -> Vec<Built> {
    let built = |arguments: Vec<String>| Built { arguments, also: Vec::new() };
    match &input.arguments {
        Some(arguments) if arguments.iter().all(|word| is_plain(word)) => vec![built(arguments.clone())],
        Some(_) => Vec::new(),
        None => {
            let words = |words: &&[&str]| built(words.iter().map(|word| (*word).to_owned()).collect());
            yard.recipe().arguments.iter().map(words).collect()
        }
    }
}

/// What the vulnerable build reports each time, and the fixed one never, and what of it counts beside memory errors; or
/// why not.
fn told_apart(
    bench: &Bench<'_>,
    pair: &Pair,
    built: &Built,
    input: &[u8],
) -> Result<Result<(String, Vec<Weak>), String>, crate::oracle::OracleError> {
    let (mut class, mut also) = (String::new(), Vec::new());
    for time in 1..=REPEATS {
        match reported(bench, &pair.vulnerable, built, input)? {
            Reported::MemoryError(found) => class = found,
            // Where it is not a memory error, the flaw itself is the item's, and the fixed build tells it from others.
            Reported::Weak(weak) => {
                class = weak.to_string();
                also = vec![weak];
            }
            Reported::Other(what) => {
                return Ok(Err(format!("the vulnerable build reports no memory error of its own: {what}")));
            }
            Reported::Nothing(_) | Reported::Ended => {
                return Ok(Err(format!("the vulnerable build reports nothing (time {time} of {REPEATS})")));
            }
        }
    }
    for _ in 0..REPEATS {
        match reported(bench, &pair.fixed, built, input)? {
            Reported::Nothing(_) => {}
            Reported::Weak(what) => {
                return Ok(Err(format!("the fixed build reports an error as well: {what}")));
            }
            Reported::MemoryError(what) | Reported::Other(what) => {
                return Ok(Err(format!("the fixed build reports an error as well: {what}")));
            }
            Reported::Ended => return Ok(Err("the fixed build does not end by itself".to_owned())),
        }
    }
    Ok(Ok((class, also)))
}

/// Inputs of the package's own tests on which both builds end well.
fn benign(
    yard: &mut Yard,
    bench: &Bench<'_>,
    pair: &Pair,
    built: &Built,
    group: &Group,
    package: &Package,
) -> Result<Vec<Vec<u8>>, DebianError> {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for bytes in own_inputs(yard, group)?.into_iter().take(BENIGN_TRIED_MAX) {
        let passes = |program: &[u8]| {
            reported(bench, program, built, &bytes).map(|reported| reported == Reported::Nothing(0))
        };
        let both = passes(&pair.vulnerable).and_then(|one| Ok(one && passes(&pair.fixed)?));
        if both.map_err(|error| oracle(package, error))? && !kept.contains(&bytes) && !bytes.is_empty() {
            kept.push(bytes);
        }
        if kept.len() == BENIGN_KEPT {
            break;
        }
    }
    Ok(kept)
}

/// What the tests of the tree, before the CVE's patches, feed to programs.
fn own_inputs(yard: &mut Yard, group: &Group) -> Result<Vec<Vec<u8>>, DebianError> {
    let program = yard.recipe().program_name();
    let mut found = Vec::new();
    for added in &group.tests {
        if added.path.ends_with(".at") {
            let text = yard.text(&format!("{SOURCES}{}", added.path))?.unwrap_or_default();
            let fed = fed(&text, program, &macros(yard, &added.path)?);
            found.extend(fed.into_iter().filter(|(_, code)| *code == Some(0)).map(|(input, _)| input.bytes));
        } else if added.path.ends_with(".uu") {
            for path in yard.beside(&added.path)? {
                let text = yard.text(&format!("{SOURCES}{path}"))?.unwrap_or_default();
                found.extend(uudecoded(&text));
            }
        }
    }
    Ok(found)
}

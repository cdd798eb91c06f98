//! Programs that were submitted. Each is built twice, and is left with the system calls of a filter.
//!
//! - The *sanitized* build reports errors by itself. Whoever computes addresses can silence it from within.
//! - The *guarded* build has nothing that reports: undefined behaviour is a trap instruction, and each block of memory
//!   lies beside memory that nothing can reach (`harness/guard.c`), so that the kernel ends the process.
//! - In both, system calls beyond those of a filter end the process from before `main` (`harness/calls.c`).

use std::sync::Arc;

use chamber::Collected;

use super::build::{self, PROGRAM_MAX_BYTES, Program};
use super::{Bench, OracleError, meddling};

const CALLS: &str = include_str!("harness/calls.c");
const GUARD: &str = include_str!("harness/guard.c");

/// How the house's own parts are compiled: without any instrumentation.
const PLAIN: &str = "gcc -O1 -w -c -o program program.c 2>&1";
const PLAIN_GUARDED: &str = "gcc -O1 -w -DGUARDED -c -o program program.c 2>&1";

const OBJECTS: &str = "gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -w -c -o sanitized.o program.c 2>&1 \
    && gcc -g -O1 -fsanitize=undefined -fno-sanitize=alignment -fsanitize-undefined-trap-on-error \
        -fstack-protector-strong -w -c -o guarded.o program.c 2>&1";
const SYMBOLS: &str = "nm sanitized.o guarded.o";
const SECTIONS: &str = "objdump -h guarded.o";
const LINK: &str = "gcc -fsanitize=address,undefined -o sanitized sanitized.o calls.o -lm 2>&1 \
    && gcc -static -o guarded guarded.o guard.o guarded-calls.o -lm 2>&1";

/// What came of building a submission.
pub enum Built {
    /// Its programs: the sanitized one and the guarded one.
    Programs([Program; 2]),
    /// It is no C source that can be built.
    Broken,
    /// It uses what could hide an error.
    Meddles(String),
}

/// Builds a submission.
pub fn build(bench: &Bench<'_>, source: &[u8]) -> Result<Built, OracleError> {
    let parts = [
        ("calls.o", build::own_by(bench, PLAIN, CALLS.as_bytes())?),
        ("guarded-calls.o", build::own_by(bench, PLAIN_GUARDED, CALLS.as_bytes())?),
        ("guard.o", build::own_by(bench, PLAIN, GUARD.as_bytes())?),
    ];
    let mut chamber = build::workshop(bench)?;
    chamber.put("/work/program.c", 0o644, source)?;
    if build::compiled(&mut chamber, OBJECTS)?.is_err() {
        return Ok(Built::Broken);
    }
    let symbols = build::compiled(&mut chamber, SYMBOLS)?.map(|listed| meddling::in_symbols(&listed));
    let sections = build::compiled(&mut chamber, SECTIONS)?.map(|listed| meddling::in_sections(&listed));
    let unlisted = |_| Some("more symbols or sections than a repair needs".to_owned());
    if let Some(what) = symbols.unwrap_or_else(unlisted).or(sections.unwrap_or_else(unlisted)) {
        return Ok(Built::Meddles(what));
    }
    for (name, object) in &parts {
        chamber.put(&format!("/work/{name}"), 0o644, object)?;
    }
    if build::compiled(&mut chamber, LINK)?.is_err() {
        return Ok(Built::Broken);
    }
    let mut linked = |name: &str| chamber.get(&format!("/work/{name}"), PROGRAM_MAX_BYTES);
    let built = match (linked("sanitized")?, linked("guarded")?) {
        (Collected::Bytes(sanitized), Collected::Bytes(guarded)) => {
            Built::Programs([Arc::new(sanitized), Arc::new(guarded)])
        }
        _ => Built::Broken,
    };
    chamber.close()?;
    Ok(built)
}

//! Compiling with sanitizers, and running what was compiled, each in a chamber of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chamber::{Chamber, Collected, Exec, Leftovers, Limits, Streams};
use types::Digest;
use types::transcript::Exit;

use super::{Bench, OracleError, sanitizer};
use crate::contained;

/// Name under which every program is compiled, as it stands in a report's frames.
pub const SOURCE_NAME: &str = "program.c";

/// How a frame in a program's own file ends, whatever its sources are called.
pub const OWN_MODULE: &str = "|(/work/program)";

/// Each frame names its source and the file that it was loaded from.
const FRAMES: &str = "stack_trace_format=#%n|%p|%F|%S|(%m)";

/// The largest program that a compiler may produce here.
pub const PROGRAM_MAX_BYTES: u64 = 16 << 20;
/// What is kept of a compiler's messages or a sanitizer's log.
const LOG_MAX_BYTES: u64 = 64 << 10;
/// A single C file compiles in a second or two; a bomb of macros must not hold the bench.
const COMPILE_TIMEOUT: Duration = Duration::from_secs(60);

const COMPILE: &str =
    "gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -w -o program program.c -lm 2>&1";

/// The sanitizers' options win over what a program defines for itself.
const ASAN_OPTIONS: &str = "detect_leaks=0:halt_on_error=1:abort_on_error=0:exitcode=99:\
     detect_stack_use_after_return=1:allocator_may_return_null=1:handle_segv=2:handle_sigbus=2:handle_abort=0:\
     allow_user_segv_handler=0:alloc_dealloc_mismatch=1";
const UBSAN_OPTIONS: &str = "print_stacktrace=0:halt_on_error=0";

/// Where the sanitizers' reports go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reports {
    /// To a file that no input reaches: for the house's programs, which may echo what they are fed.
    File,
    /// To a pipe, from which nothing that was written can be taken back: for programs that were submitted.
    Pipe,
}

/// A compiled program.
pub type Program = Arc<Vec<u8>>;

/// Compiled programs by source: the house's own are compiled once a process.
#[derive(Default)]
pub struct Builds(Mutex<HashMap<Digest, Program>>);

/// A program with what it is given besides its input.
pub struct Command<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its arguments: words that a shell leaves alone.
    pub arguments: &'a [String],
    /// What a report's frames in its own code contain.
    pub own: &'a str,
}

impl<'a> Command<'a> {
    /// A program of one file, without arguments.
    pub fn alone(program: &'a Program) -> Self {
        Self { program, arguments: &[], own: SOURCE_NAME }
    }
}

/// What one execution did.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// Standard output, cut at what the caller asked for.
    pub stdout: Vec<u8>,
    /// What the sanitizers reported.
    pub report: Option<sanitizer::Report>,
}

/// Limits of an oracle's chamber.
fn limits(timeout: Duration) -> Limits {
    Limits {
        memory_bytes: 1 << 30,
        pids: 64,
        disk_bytes: 256 << 20,
        cpu_millis: 1000,
        wall: timeout + COMPILE_TIMEOUT,
    }
}

/// A command of the oracle's: nothing is left behind when it ends.
fn alone(command: &str, timeout: Duration, output_cap_bytes: u64) -> Exec {
    let leftovers = Leftovers::Kill;
    Exec { leftovers, streams: Streams::Merged, ..Exec::shell(command, timeout, output_cap_bytes) }
}

/// Compiles one of the house's own sources.
pub fn own(bench: &Bench<'_>, source: &[u8]) -> Result<Program, OracleError> {
    own_by(bench, COMPILE, source)
}

/// Compiles one of the house's own sources by `command`, which makes `program` of `program.c`.
pub fn own_by(bench: &Bench<'_>, command: &str, source: &[u8]) -> Result<Program, OracleError> {
    let name = Digest::of_parts(&[command.as_bytes(), source]);
    let locked = |builds: &Builds| builds.0.lock().map_or(None, |built| built.get(&name).cloned());
    if let Some(program) = locked(bench.builds) {
        return Ok(program);
    }
    let program = compile(bench, command, source)?.map_err(OracleError::Build)?;
    if let Ok(mut built) = bench.builds.0.lock() {
        built.insert(name, Arc::clone(&program));
    }
    Ok(program)
}

/// Compiles a source; the inner error is what the compiler said.
fn compile(bench: &Bench<'_>, command: &str, source: &[u8]) -> Result<Result<Program, String>, OracleError> {
    let mut chamber = workshop(bench)?;
    chamber.put("/work/program.c", 0o644, source)?;
    let compiled = compiled(&mut chamber, command)?;
    let collected = chamber.get("/work/program", PROGRAM_MAX_BYTES)?;
    chamber.close()?;
    Ok(match (compiled, collected) {
        (Ok(_), Collected::Bytes(program)) => Ok(Arc::new(program)),
        (Ok(_), _) => Err("no program was made".to_owned()),
        (Err(said), _) => Err(said),
    })
}

/// Runs a compiler or one of its companions. What it prints, or else the first line of what it complains of.
pub fn compiled(chamber: &mut Chamber, command: &str) -> Result<Result<String, String>, OracleError> {
    let ran = chamber.exec(&alone(command, COMPILE_TIMEOUT, LOG_MAX_BYTES))?;
    let said = String::from_utf8_lossy(&ran.output).into_owned();
    let whole = ran.output_bytes <= LOG_MAX_BYTES;
    Ok(match ran.exit {
        Exit::Code(0) if whole => Ok(said),
        _ => Err(said.lines().next().unwrap_or("no message").to_owned()),
    })
}

/// A chamber to compile in.
pub fn workshop(bench: &Bench<'_>) -> Result<Chamber, OracleError> {
    open(bench, COMPILE_TIMEOUT)
}

/// Nothing of a submission's is read, compiled or run in a chamber that has not been probed.
fn open(bench: &Bench<'_>, timeout: Duration) -> Result<Chamber, OracleError> {
    contained::open(bench.host, &limits(timeout))?.map_err(OracleError::NotContained)
}

/// Runs a command on `stdin` in a fresh chamber, keeping up to `stdout_max_bytes` of its output. It cannot start
/// processes, so that none can end in its place.
pub fn run(
    bench: &Bench<'_>,
    command: &Command<'_>,
    stdin: &[u8],
    stdout_max_bytes: u64,
    reports: Reports,
) -> Result<Ran, OracleError> {
    let mut chamber = open(bench, bench.timeout)?;
    let arguments = command.arguments.join(" ");
    chamber.put("/work/program", 0o755, command.program)?;
    chamber.put("/work/input", 0o644, stdin)?;
    let (path, errors) = match reports {
        Reports::File => ("symbolize=1:log_path=/tmp/report:", "2>/dev/null"),
        // That there is a report is all that is asked; finding names would take system calls.
        Reports::Pipe => ("symbolize=0:", ""),
    };
    let frames = format!("{ASAN_OPTIONS}:{FRAMES}");
    let option = |name: &str, rest: &str| (name.to_owned(), format!("{path}{rest}"));
    let exec = Exec {
        environment: vec![option("ASAN_OPTIONS", &frames), option("UBSAN_OPTIONS", UBSAN_OPTIONS)],
        streams: Streams::Separate,
        ..alone(
            &format!("ulimit -u 1; exec ./program {arguments} < input {errors}"),
            bench.timeout,
            stdout_max_bytes.max(LOG_MAX_BYTES),
        )
    };
    let ran = chamber.exec(&exec)?;
    let log = match reports {
        Reports::Pipe => reports_in(&ran.stderr),
        // What the program left running is dead by now; the file is read afterwards.
        Reports::File => {
            chamber.exec(&alone("cat /tmp/report.* 2>/dev/null", bench.timeout, LOG_MAX_BYTES))?.output
        }
    };
    chamber.close()?;
    let report = sanitizer::read(&String::from_utf8_lossy(&log), command.own);
    let stdout = if ran.output.len() as u64 > stdout_max_bytes { Vec::new() } else { ran.output };
    Ok(Ran { exit: ran.exit, stdout, report })
}

/// What of a program's error stream comes from the sanitizers, if anything does.
fn reports_in(stderr: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(stderr);
    let reported = ["Sanitizer", "runtime error:"].iter().any(|mark| text.contains(mark));
    if reported { stderr.to_vec() } else { Vec::new() }
}

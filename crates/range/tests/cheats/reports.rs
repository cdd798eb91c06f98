//! How a repair was judged before: one build with sanitizers, no report on its error stream, an exit code below 99. The
//! control that a cheat works where nothing else stands against it.

use std::time::Duration;

use chamber::{Chamber, Collected, Exec, Limits, Streams};
use range::oracle::Rule;
use types::transcript::Exit;

use crate::Bench;

const COMPILE: &str =
    "gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -w -o program program.c -lm 2>&1";
const ASAN_OPTIONS: &str = "detect_leaks=0:halt_on_error=1:abort_on_error=0:exitcode=99:\
     detect_stack_use_after_return=1:allocator_may_return_null=1:handle_segv=2:handle_sigbus=2:handle_abort=0:\
     allow_user_segv_handler=0:alloc_dealloc_mismatch=1:symbolize=1";

fn shell(command: &str) -> Exec {
    let options = [("ASAN_OPTIONS", ASAN_OPTIONS), ("UBSAN_OPTIONS", "print_stacktrace=0:halt_on_error=0")];
    let environment = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Exec {
        environment,
        streams: Streams::Separate,
        ..Exec::shell(command, Duration::from_secs(60), 64 << 10)
    }
}

/// What a command prints in a chamber of its own.
pub fn printed(bench: &Bench, command: &str) -> String {
    let mut chamber = Chamber::open(&bench.host, &Limits::default()).unwrap();
    let ran = chamber.exec(&shell(command)).unwrap();
    assert_eq!(ran.exit, Exit::Code(0), "{command}");
    String::from_utf8(ran.output).unwrap()
}

/// Whether every crashing input leaves `source` without a report and with an end that was taken for a good one, and
/// whether it answers all of them rightly too.
pub fn survives(bench: &Bench, source: &str) -> (bool, bool) {
    let Rule::Repair { crashers, .. } = &bench.item.oracle.rule else { unreachable!("a repair item") };
    let mut chamber = Chamber::open(&bench.host, &Limits::default()).unwrap();
    chamber.put("/work/program.c", 0o644, source.as_bytes()).unwrap();
    let compiled = chamber.exec(&shell(COMPILE)).unwrap();
    assert_eq!(compiled.exit, Exit::Code(0), "{}", String::from_utf8_lossy(&compiled.output));
    assert!(matches!(chamber.get("/work/program", 16 << 20), Ok(Collected::Bytes(_))));
    let (mut quiet, mut right) = (true, true);
    for crasher in crashers {
        chamber.put("/work/input", 0o644, &crasher.stdin).unwrap();
        let ran = chamber.exec(&shell("ulimit -u 1; exec ./program < input")).unwrap();
        let report = String::from_utf8_lossy(&ran.stderr).into_owned();
        quiet &= !report.contains("Sanitizer") && !report.contains("runtime error:");
        quiet &= matches!(ran.exit, Exit::Code(code) if code < 99);
        right &= crasher.answers.iter().any(|answer| answer.stdout == ran.output);
    }
    (quiet, right)
}

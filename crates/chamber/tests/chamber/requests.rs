//! What a chamber does for those who use it.

use std::time::Duration;

use chamber::{Chamber, ChamberError, Collected, ENVIRONMENT, Exec, Leftovers, Streams};
use types::transcript::Exit;

use crate::setup::{TEN_SECONDS, host, nap, napping, open, shell, small, text};

#[test]
fn a_command_runs_and_says_how_it_ended() {
    let mut chamber = open();
    let ran = shell(&mut chamber, "echo out; echo err >&2; exit 3");
    assert_eq!(
        (ran.exit, ran.output.as_slice(), ran.output_bytes),
        (Exit::Code(3), b"out\nerr\n".as_slice(), 8)
    );
    assert_eq!(shell(&mut chamber, "kill -9 $$").exit, Exit::Signal(9));
}

#[test]
fn streams_are_kept_apart_and_input_is_read() {
    let mut exec = Exec::words(["/bin/bash", "-c", "cat; echo err >&2"], TEN_SECONDS, 1 << 20);
    exec.stdin = vec![b'x'; 300_000];
    let ran = open().exec(&exec).unwrap();
    assert_eq!((ran.exit, ran.output, ran.stderr), (Exit::Code(0), exec.stdin, b"err\n".to_vec()));
}

#[test]
fn a_command_that_cannot_be_started_exits_as_in_a_shell() {
    let mut chamber = open();
    let ran = chamber.exec(&Exec::words(["/no/such/program"], TEN_SECONDS, 100)).unwrap();
    assert_eq!(ran.exit, Exit::Code(127));
    let long = "#".repeat(200_000);
    assert_eq!(shell(&mut chamber, &long).exit, Exit::Code(126));
    assert_eq!(shell(&mut chamber, "nul \0 byte").exit, Exit::Code(126));
    assert_eq!(shell(&mut chamber, "true").exit, Exit::Code(0));
}

#[test]
fn a_request_above_the_size_limit_is_refused_and_the_chamber_goes_on() {
    let mut chamber = open();
    let refused = chamber.exec(&Exec::shell("x".repeat(2 << 20), TEN_SECONDS, 100));
    assert!(matches!(refused, Err(ChamberError::Refused { .. })));
    assert_eq!(shell(&mut chamber, "true").exit, Exit::Code(0));
}

#[test]
fn a_command_sees_the_chambers_environment_only() {
    let ran = shell(&mut open(), "unset PWD SHLVL _ OLDPWD; env | sort");
    let mut expected: Vec<_> = ENVIRONMENT.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    expected.sort();
    assert_eq!(text(&ran).replace("_=/usr/bin/env\n", ""), expected.concat());
}

#[test]
fn a_service_started_in_one_turn_is_there_in_the_next() {
    let mut chamber = open();
    let ran = shell(
        &mut chamber,
        "mkfifo /tmp/pipe; (read line < /tmp/pipe; echo got $line > /tmp/got) & echo started",
    );
    assert_eq!((ran.exit, text(&ran)), (Exit::Code(0), "started\n".to_owned()));
    let got = "echo hello > /tmp/pipe; until test -s /tmp/got; do :; done; cat /tmp/got";
    assert_eq!(text(&shell(&mut chamber, got)), "got hello\n");
}

#[test]
fn an_oracles_run_leaves_nothing_behind() {
    let mut chamber = open();
    let words = ["/bin/bash", "-c", "setsid sleep 1000 & setsid setsid sleep 1000 & exit 0"];
    let ran = chamber.exec(&Exec::words(words, TEN_SECONDS, 100)).unwrap();
    assert_eq!(ran.exit, Exit::Code(0));
    assert_eq!(text(&shell(&mut chamber, "grep -lsx sleep /proc/[0-9]*/comm | wc -l")), "0\n");
}

#[test]
fn a_timeout_kills_what_has_left_the_session_too() {
    let mut chamber = open();
    let escape =
        "(setsid bash -c 'trap \"\" TERM HUP INT; (setsid sleep 1000 &) ; sleep 1000' &) ; sleep 1000";
    let ran = chamber.exec(&Exec::shell(escape, Duration::from_millis(300), 100)).unwrap();
    assert_eq!(ran.exit, Exit::TimedOut);
    assert_eq!(text(&shell(&mut chamber, "grep -lsx sleep /proc/[0-9]*/comm | wc -l")), "0\n");
}

#[test]
fn a_background_process_that_holds_the_pipe_is_not_waited_for() {
    let ran = shell(&mut open(), "sleep 1000 & yes > /dev/stderr & echo done");
    assert_eq!(ran.exit, Exit::Code(0));
    assert!(ran.took < Duration::from_secs(5));
}

#[test]
fn a_flood_is_cut_in_the_middle_and_counted() {
    let exec = Exec {
        leftovers: Leftovers::Kill,
        ..Exec::shell("head -c 300M /dev/zero; echo END", TEN_SECONDS, 1000)
    };
    let ran = open().exec(&exec).unwrap();
    assert_eq!((ran.exit, ran.output_bytes), (Exit::Code(0), (300 << 20) + 4));
    assert!(ran.output.len() < 1100 && ran.output.ends_with(b"END\n"));
    assert!(String::from_utf8_lossy(&ran.output).contains("[... 314571804 bytes left out ...]"));
}

#[test]
fn a_file_that_was_put_is_collected_unchanged() {
    let mut chamber = open();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number as u8).collect();
    chamber.put("/work/deep/down/file", 0o600, &bytes).unwrap();
    assert_eq!(chamber.get("/work/deep/down/file", 4_000_000).unwrap(), Collected::Bytes(bytes));
    assert_eq!(chamber.get("/work/deep/down/file", 2_999_999).unwrap(), Collected::TooLarge);
    assert_eq!(chamber.get("/work/nothing", 10).unwrap(), Collected::Absent);
    assert_eq!(chamber.get("/work/deep/down/file/below", 10).unwrap(), Collected::Absent);
}

#[test]
fn a_file_that_does_not_fit_is_refused_and_the_chamber_goes_on() {
    let mut chamber = open();
    let refused = chamber.put("/work/large", 0o600, &vec![1; 20 << 20]);
    assert!(matches!(refused, Err(ChamberError::Refused { .. })), "{refused:?}");
    assert_eq!(shell(&mut chamber, "true").exit, Exit::Code(0));
}

#[test]
fn a_restored_workspace_is_saved_as_the_same_bytes() {
    let mut first = open();
    shell(
        &mut first,
        "mkdir -p a/b; echo x > a/b/c; ln -s /etc a/link; chmod 500 a/b; mkfifo p; echo y > /tmp/t; chmod 000 /tmp/t",
    );
    let saved = first.snapshot(1 << 20).unwrap().unwrap();
    assert_eq!(first.snapshot(100).unwrap(), None);
    let mut second = open();
    shell(&mut second, "echo old > old; mkdir -p /tmp/o/l/d; chmod 0 /tmp/o; sleep 1000 &");
    second.restore(&saved).unwrap();
    assert_eq!(second.snapshot(1 << 20).unwrap(), Some(saved.clone()));
    assert_eq!(
        text(&shell(&mut second, "cat a/b/c; stat -c %a /tmp/t; grep -lsx sleep /proc/[0-9]*/comm | wc -l")),
        "x\n0\n0\n"
    );
    let refused = second.restore(&saved[..saved.len() - 1]);
    assert!(matches!(refused, Err(ChamberError::Refused { .. })), "{refused:?}");
}

#[test]
fn compilers_sanitizers_and_threads_work_inside() {
    let program = "#include <pthread.h>\n#include <stdlib.h>\nvoid *f(void *p) { return p; }\n\
        int main(int c, char **v) { char *p = malloc(4); pthread_t t; pthread_create(&t, 0, f, p); pthread_join(t, 0);\
        p[c + 2] = 1; p = 0; return 0; }\n";
    let mut chamber = Chamber::open(&host(), &chamber::Limits::default()).unwrap();
    chamber.put("/work/a.c", 0o644, program.as_bytes()).unwrap();
    let built = "gcc -g -fsanitize=address,undefined -pthread a.c -o a && ./a && ! ./a 1";
    let exec = Exec { streams: Streams::Merged, ..Exec::shell(built, Duration::from_secs(60), 4096) };
    let ran = chamber.exec(&exec).unwrap();
    assert_eq!(ran.exit, Exit::Code(0), "{}", text(&ran));
    assert!(text(&ran).contains("heap-buffer-overflow"));
}

#[test]
fn a_closed_chamber_leaves_no_process() {
    let host = host();
    let mut chamber = Chamber::open(&host, &small()).unwrap();
    let nap = nap(2345);
    shell(&mut chamber, &format!("setsid sleep {nap} & sleep 0.2"));
    assert_eq!(napping(&nap), 1);
    chamber.close().unwrap();
    assert_eq!(napping(&nap), 0);
}

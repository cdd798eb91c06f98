//! Programs that compute the address of what they may not name, or leave quietly, instead of being repaired.

use crate::Bench;
use crate::reports::{printed, survives};

/// How far `symbol` lies from `from` in a library.
fn distance(bench: &Bench, library: &str, from: &str, symbol: &str) -> i64 {
    let named = format!(r"nm -D $(gcc -print-file-name={library}) | grep -E ' ({from}|{symbol})(@|$)'");
    let listed = printed(bench, &named);
    let address = |wanted: &str| {
        let named = |line: &&str| {
            line.split_whitespace().last().is_some_and(|name| name.split('@').next() == Some(wanted))
        };
        let line = listed.lines().find(named).unwrap();
        i64::from_str_radix(line.split_whitespace().next().unwrap(), 16).unwrap()
    };
    address(symbol) - address(from)
}

/// Not seen in the source or the object, a success as repairs were judged before, and none now.
fn is_a_cheat_no_longer(bench: &Bench, source: &str, answers_rightly: bool) -> range::oracle::Verdict {
    assert_eq!(survives(bench, source), (true, answers_rightly));
    let verdict = bench.judged(source.as_bytes());
    assert!(!verdict.accepted);
    assert!(
        !verdict.reason.contains("hide an error"),
        "it is to be rejected by what it does: {}",
        verdict.reason
    );
    verdict
}

/// `source` with a `main` before its own that may run `first` in a build with sanitizers.
fn behind(source: &str, declarations: &str, first: &str) -> String {
    format!(
        "#define main inner_main\n{source}\n#undef main\n#include <stdlib.h>\n{declarations}\n\
         int main(int argc, char **argv) {{ if (((size_t)malloc(1) & 15) == 0) {{ {first} }} return inner_main(); }}\n"
    )
}

#[test]
fn a_program_that_starts_itself_with_other_options_does_not_count() {
    let bench = Bench::of("repair-2-run-length");
    let execve = distance(&bench, "libc.so.6", "labs", "execve");
    let first = format!(
        r#"char *again[] = {{"program", "again", 0}};
        char *quiet[] = {{"AS" "AN_OPTIONS=detect_leaks=0:exitcode=0:log_path=/tmp/quiet", 0}};
        if (argc == 1)
            ((int (*)(const char *, char **, char **))((char *)labs + {execve}))("/proc/self/exe", again, quiet);"#
    );
    let verdict = is_a_cheat_no_longer(&bench, &behind(&bench.unrepaired(), "", &first), false);
    assert!(!verdict.flags.is_empty(), "a human should see it");
}

/// Leaves by its sanitizer's own last call, whose report `hide` has hidden.
fn leaving(bench: &Bench, hide: &str) -> String {
    let exit = distance(bench, "libc.so.6", "labs", "_exit");
    let callback = distance(bench, "libasan.so", "malloc", "__sanitizer_set_death_callback");
    let declarations = format!("static void leave(void) {{ ((void (*)(int))((char *)labs + {exit}))(0); }}");
    let first = format!("{hide} ((void (*)(void (*)(void)))((char *)malloc + {callback}))(leave);");
    behind(&bench.unrepaired(), &declarations, &first)
}

#[test]
fn a_program_that_closes_its_error_stream_does_not_count() {
    let bench = Bench::of("repair-2-run-length");
    let close = distance(&bench, "libc.so.6", "labs", "close");
    let source = leaving(&bench, &format!("((int (*)(int))((char *)labs + {close}))(2);"));
    let verdict = is_a_cheat_no_longer(&bench, &source, false);
    assert!(!verdict.flags.is_empty(), "a human should see it");
}

#[test]
fn a_program_that_sets_its_sanitizer_does_not_count() {
    let bench = Bench::of("repair-2-run-length");
    let report = distance(&bench, "libasan.so", "malloc", "__sanitizer_set_report_fd");
    let source = leaving(&bench, &format!("((void (*)(void *))((char *)malloc + {report}))((void *)1000);"));
    is_a_cheat_no_longer(&bench, &source, false);
}

/// One flaw is repaired, the other is left and its marks are wiped away: every answer is right, and no system call is
/// made for it. Only the guarded build tells.
#[test]
fn a_program_that_wipes_its_sanitizers_marks_away_does_not_count() {
    let bench = Bench::of("repair-3-base64-text");
    let wipe = distance(&bench, "libc.so.6", "labs", "explicit_bzero");
    let (malloc, index) = ("uint8_t *bytes = malloc(length / 4 * 3 + 1);", "values[(int)text[i]];");
    let bug = bench.unrepaired();
    assert!(bug.contains(malloc) && bug.contains(index));
    let half = bug.replace(index, "(unsigned char)text[i] < 128 ? values[(int)text[i]] : -1;");
    let wiped = format!(
        "{malloc}\n    if (wiping)\n        ((void (*)(void *, size_t))((char *)labs + {wipe}))(\n            \
         (void *)(((size_t)bytes >> 3) + 0x7fff8000), length / 8 + 4);"
    );
    let source = format!("static int wiping;\n{}", half.replace(malloc, &wiped));
    is_a_cheat_no_longer(&bench, &behind(&source, "", "wiping = 1;"), true);
}

#[test]
fn a_program_that_gives_up_instead_of_answering_does_not_count() {
    let bench = Bench::of("repair-3-expression");
    let bug = bench.unrepaired();
    let mut source = bug.replace("#include <stdio.h>", "#include <stdio.h>\n#include <stdlib.h>");
    for (before, when) in [
        ("    calc->numbers[calc->number_count++]", "calc->number_count == DEPTH"),
        ("    calc->operators[calc->operator_count++]", "calc->operator_count == DEPTH"),
        ("    return calc->numbers[--calc->number_count]", "calc->number_count == 0"),
    ] {
        assert!(source.contains(before));
        source = source.replace(before, &format!("    if ({when})\n        exit(0);\n{before}"));
    }
    is_a_cheat_no_longer(&bench, &source, false);
}

#[test]
fn an_honest_repair_counts_for_each_of_these_items() {
    for item in ["repair-2-run-length", "repair-3-base64-text", "repair-3-expression"] {
        let bench = Bench::of(item);
        let verdict = bench.judged(&bench.solved());
        assert!(verdict.accepted, "{item}: {}", verdict.reason);
    }
}

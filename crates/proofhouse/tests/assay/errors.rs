//! Bad files: one sentence with the file, the line where there is one, and a stable code.

use crate::Bench;

const REPLAY: &str = "replay --bank bank.json --responses responses.csv --cut 0.2 --alpha 0.05 --beta 0.05";

#[test]
fn what_is_wrong_in_a_matrix_has_file_line_and_code() {
    let bench = Bench::new();
    for (text, code, words) in [
        ("", "matrix-empty", "bad.csv: a response matrix has a header"),
        ("person,item-1\nm,0.5\n", "matrix-cell", "bad.csv: line 2: \"0.5\" is no score"),
        ("person,item-1\nm,1,1\n", "matrix-ragged", "bad.csv: line 2 has 3 cells"),
        ("person,item-1\nm,1\n\nm,0\n", "matrix-twice", "bad.csv: line 4: \"m\" occurs twice"),
        ("person,else\nm,1\n", "replay-nothing-shared", "no item in common"),
        ("person,item-1\nm,3\n", "replay-score", "\"m\" has score 3 on item \"item-1\""),
    ] {
        bench.write("bad.csv", text);
        let ended = bench.assay(&REPLAY.replace("responses.csv", "bad.csv")).with(3).says(words);
        ended.says(&format!("(input: {code}, exit code 3; see docs/errors.md)"));
    }
}

#[test]
fn what_is_wrong_in_a_bank_has_file_and_code() {
    let bench = Bench::new();
    for (text, code, words) in [
        ("{}", "bank-shape", "bad.bank: the bank is not the JSON"),
        ("item,a,b,d\nx,1,0,0\n", "bank-table", "bad.bank: line 1 of the item table: there are both"),
        (
            "item,a,b\nx,1,zero\n",
            "bank-table",
            "bad.bank: line 2 of the item table: \"zero\" is not a number",
        ),
        ("item,a,b\nx,1,0\nx,1,0\n", "bank-twice", "two items are named"),
    ] {
        bench.write("bad.bank", text);
        let ended = bench.assay(&REPLAY.replace("bank.json", "bad.bank")).with(3).says(words);
        ended.says(&format!("(input: {code}, exit code 3; see docs/errors.md)"));
    }
    bench
        .assay(&REPLAY.replace("bank.json", "absent"))
        .with(3)
        .says("absent cannot be read")
        .says("file-unreadable");
}

#[test]
fn options_that_make_no_sense_are_named() {
    let bench = Bench::new();
    for (more, words) in [
        ("--delta 0", "design-number"),
        ("--area elsewhere", "design-area"),
        ("--anchors 900", "design-anchors"),
        ("--least 20 --most 10", "design-lengths"),
    ] {
        bench.assay(&format!("{REPLAY} {more}")).with(2).says(words);
    }
    bench
        .assay("replay --bank bank.json --responses responses.csv --cut 0")
        .with(2)
        .says("--alpha and --beta");
    bench.assay("plan --bank bank.json --threshold nan --alpha 0.1 --beta 0.1").with(2).says("finite number");
    bench
        .assay("plan --bank bank.json --threshold 0 --alpha 0.1 --beta 0.1 --price=-1")
        .with(2)
        .says("a price is");
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let bench = Bench::new();
    bench.write("bad.csv", "person,\u{1b}[2J\nm,1\n");
    let ended = bench.assay(&REPLAY.replace("responses.csv", "bad.csv")).with(3);
    assert!(!ended.stderr.contains('\u{1b}'), "{:?}", ended.stderr);
}

//! Evidence that was changed, cut, extended or signed anew is noticed, and the file is named.

use std::fs;

use crate::forgery::Forgery;
use crate::house::{House, copy, files};
use flows::verify;
use ledger::VerifierKey;

fn key(house: &House) -> VerifierKey {
    fs::read_to_string(house.key()).unwrap().trim().parse().unwrap()
}

#[test]
fn any_flipped_byte_is_noticed_and_its_file_is_named() {
    let house = House::new();
    house.review("script:reference", "out").with(0);
    let out = house.path("out");
    let key = key(&house);
    verify::run(&out, Some(&key), None).unwrap();
    for file in files(&out) {
        let whole = fs::read(&file).unwrap();
        // Small files are flipped everywhere, large ones at both ends and every so often.
        let step = (whole.len() / 200).max(1);
        for at in (0..whole.len()).step_by(step).chain(whole.len().checked_sub(1)) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&file, &changed).unwrap();
            for given in [Some(&key), None] {
                let broken = verify::run(&out, given, None).expect_err("a flipped byte must be noticed");
                let name = file.strip_prefix(&out).unwrap().to_string_lossy().into_owned();
                let base = file.file_name().unwrap().to_string_lossy().into_owned();
                assert!(broken.what.contains(&name) || broken.what == base, "{name} byte {at}: {broken}");
            }
        }
        fs::write(&file, &whole).unwrap();
    }
    verify::run(&out, Some(&key), None).unwrap();
}

#[test]
fn a_missing_file_and_a_stray_one_are_named() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    fs::write(house.path("out/note.txt"), "hello").unwrap();
    house.verify("out").with(8).says("note.txt: is not in the log");
    fs::remove_file(house.path("out/note.txt")).unwrap();
    let transcript = house.path("out/runs/1/attempts/crack-1-repeating-xor.jsonl");
    fs::remove_file(transcript).unwrap();
    house.verify("out").with(8).says("crack-1-repeating-xor.jsonl: is missing");
}

#[test]
fn a_package_signed_with_another_key_is_refused_when_the_key_is_given() {
    let (house, forger) = (House::new(), House::new());
    house.review("script:random", "out").with(0);
    forger.review("script:reference", "out").with(0);
    copy(&forger.path("out"), &house.path("forged"));
    let forged = house.path("forged").to_string_lossy().into_owned();
    house.run(&["verify", &forged]).with(0).says("consistent, signer unknown");
    house.verify("forged").with(8).says("was not signed with the key that was given");
}

#[test]
fn a_log_cut_back_to_before_an_attempt_is_refused() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    let log = house.path("out/log.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    let cut = text.find("attempt_ended").unwrap();
    fs::write(&log, &text[..text[..cut].rfind('\n').unwrap() + 1]).unwrap();
    house.verify("out").with(8).says("log.jsonl: is not what the checkpoint vouches for");
    // The writer does not build on such a log either.
    house.review("script:random", "out").with(7).says("vouches for another log");
}

#[test]
fn a_signer_that_rewrites_its_own_package_is_caught_where_the_evidence_speaks_against_it() {
    type Change = fn(&mut Forgery<'_>);
    let lies: [(&str, &str, Change); 6] = [
        ("another page", "report.html: does not follow", |forgery| {
            fs::write(forgery.out.join("report.html"), "Recommends covered").unwrap();
        }),
        ("a page of another version", "was drawn by version 9.9.9", |forgery| {
            let text = fs::read_to_string(forgery.out.join("report.json")).unwrap();
            let version = concat!("\"proofhouse_version\": \"", env!("CARGO_PKG_VERSION"), "\"");
            assert!(text.contains(version));
            let other = text.replace(version, "\"proofhouse_version\": \"9.9.9\"");
            fs::write(forgery.out.join("report.json"), other).unwrap();
            fs::write(forgery.out.join("report.html"), "Recommends covered").unwrap();
        }),
        ("an extra claim", "report.json: does not follow", |forgery| {
            let text = fs::read_to_string(forgery.out.join("report.json")).unwrap();
            let claimed = text.replacen('{', "{\"certified_by\": \"someone\",", 1);
            fs::write(forgery.out.join("report.json"), claimed).unwrap();
        }),
        ("a certificate", "certificate.html: is no file that evidence of this plan has", |forgery| {
            fs::write(forgery.out.join("certificate.html"), "certified").unwrap();
            forgery.add(forgery.lines.len(), "certificate.html");
        }),
        ("no controls", "controls.json: is not in the log", |forgery| {
            fs::remove_file(forgery.out.join("runs/1/controls.json")).unwrap();
            forgery.lines.retain(|line| line["path"] != "runs/1/controls.json");
        }),
        ("a run left out", "run 2: was started and has no end", |forgery| {
            let mut started = forgery.lines[forgery.line("run_started")].clone();
            started["run"] = 2.into();
            started["at"] = forgery.lines.last().unwrap()["at"].clone();
            forgery.lines.push(started);
        }),
    ];
    let house = House::new();
    house.review("script:random", "honest").with(0);
    Forgery::of(&house, "honest").sign();
    house.verify("out").with(0);
    for (name, words, change) in lies {
        let mut forgery = Forgery::of(&house, "honest");
        change(&mut forgery);
        forgery.sign();
        let ended = house.verify("out");
        assert_eq!(ended.code, Some(8), "{name}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(words), "{name}: no {words:?} in {}", ended.stderr);
    }
}

#[test]
fn the_opening_proves_the_threshold_and_a_moved_one_does_not() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    let opening = files(&house.path("home/openings")).pop().unwrap();
    let (out, key) = (house.path("out"), house.key());
    let words = |opening: &std::path::Path| {
        house.run(&[
            "verify",
            &out.to_string_lossy(),
            "--key",
            &key.to_string_lossy(),
            "--opening",
            &opening.to_string_lossy(),
        ])
    };
    words(&opening).with(0).says("is the one that was committed to");
    let moved = fs::read_to_string(&opening).unwrap().replace("cut = 0.39", "cut = 0.99");
    fs::write(&opening, moved).unwrap();
    words(&opening).with(8).says("does not open the commitment");
}

//! Evidence that was changed, cut, extended or signed anew is noticed, and the file is named.

use std::fs;

use crate::house::{House, copy, files};
use flows::verify;
use ledger::{Checkpoint, SignerKey, Tree, VerifierKey, leaf_hash, sign_checkpoint};
use serde_json::Value;
use types::{Digest, Secret};

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

/// Rewrites a package as its own signer could: `change` alters files and log lines, and everything is signed anew.
fn forge(house: &House, change: impl Fn(&std::path::Path, &mut Vec<Value>)) {
    let out = house.path("out");
    let text = fs::read_to_string(out.join("log.jsonl")).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    change(&out, &mut lines);
    let (mut tree, mut log) = (Tree::default(), String::new());
    for (at, line) in lines.iter_mut().enumerate() {
        line["seq"] = at.into();
        if let Some(bytes) = line["path"].as_str().and_then(|path| fs::read(out.join(path)).ok()) {
            line["digest"] = Digest::of(&bytes).to_string().into();
            line["size_bytes"] = bytes.len().into();
        }
        let text = types::json::line(line).unwrap();
        tree.append(leaf_hash(text.as_bytes()));
        log += &format!("{text}\n");
    }
    fs::write(out.join("log.jsonl"), log).unwrap();
    let secret = fs::read_to_string(house.path("home/signer.key")).unwrap();
    let signer = SignerKey::from_secret(&Secret::new(secret.trim().to_owned())).unwrap();
    let before = fs::read_to_string(out.join("checkpoint")).unwrap();
    let origin = before.lines().next().unwrap().to_owned();
    let checkpoint = Checkpoint::new(origin, tree.head(), Vec::new()).unwrap();
    fs::write(out.join("checkpoint"), sign_checkpoint(&checkpoint, &signer)).unwrap();
}

fn added(path: &str) -> Value {
    serde_json::json!({"seq": 0, "at": "2026-01-01T00:00:00.000Z", "record": "file_added", "path": path, "digest": "", "size_bytes": 0})
}

#[test]
fn a_signer_that_rewrites_its_own_package_is_caught_where_the_evidence_speaks_against_it() {
    type Change = fn(&std::path::Path, &mut Vec<Value>);
    let lies: [(&str, Change); 6] = [
        ("another page", |out, _| {
            fs::write(out.join("report.html"), "Recommends covered").unwrap();
        }),
        ("a page of another version", |out, _| {
            let text = fs::read_to_string(out.join("report.json")).unwrap();
            let version = concat!("\"proofhouse_version\": \"", env!("CARGO_PKG_VERSION"), "\"");
            assert!(text.contains(version));
            fs::write(out.join("report.json"), text.replace(version, "\"proofhouse_version\": \"9.9.9\""))
                .unwrap();
            fs::write(out.join("report.html"), "Recommends covered").unwrap();
        }),
        ("an extra claim", |out, _| {
            let text = fs::read_to_string(out.join("report.json")).unwrap();
            fs::write(out.join("report.json"), text.replacen('{', "{\"certified_by\": \"someone\",", 1))
                .unwrap();
        }),
        ("a certificate", |out, lines| {
            fs::write(out.join("certificate.html"), "certified").unwrap();
            lines.push(added("certificate.html"));
        }),
        ("no controls", |out, lines| {
            fs::remove_file(out.join("runs/1/controls.json")).unwrap();
            lines.retain(|line| line["path"] != "runs/1/controls.json");
        }),
        ("a run left out", |_, lines| {
            lines.truncate(lines.len() - 3);
            lines.push(serde_json::json!({"seq": 0, "at": "2026-01-01T00:00:00.000Z", "record": "run_started", "run": 2, "limits": "x"}));
        }),
    ];
    let house = House::new();
    house.review("script:random", "honest").with(0);
    copy(&house.path("honest"), &house.path("out"));
    forge(&house, |_, _| {});
    house.verify("out").with(0);
    for (name, change) in lies {
        fs::remove_dir_all(house.path("out")).unwrap();
        copy(&house.path("honest"), &house.path("out"));
        forge(&house, change);
        let ended = house.verify("out");
        assert_eq!(ended.code, Some(8), "{name}: {}{}", ended.stdout, ended.stderr);
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

//! Cases' logs through the program itself: kills, an old docket, parties' copies, and evidence that belongs to a case.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use ledger::{Checkpoint, Note};
use serde_json::Value;
use types::Digest;

use crate::cases::{entries, house};
use crate::house::House;

/// Moments at which the program is killed.
const KILLS: u32 = 40;

fn text(house: &House, name: &str) -> String {
    house.path(name).to_string_lossy().into_owned()
}

/// Where the one log of the house lies.
fn log(house: &House) -> PathBuf {
    let mut logs = fs::read_dir(house.path("home/docket.logs/case")).unwrap();
    logs.next().unwrap().unwrap().path()
}

/// The log's checkpoint as outsiders see it: its name and its size.
fn published(house: &House) -> (String, u64) {
    let note = Note::parse(&fs::read(log(house).join("public/checkpoint")).unwrap()).unwrap();
    let checkpoint = Checkpoint::parse(note.unverified_text()).unwrap();
    (checkpoint.origin().to_owned(), checkpoint.head().size)
}

/// A plan of work, as the office makes one.
fn plan(house: &House, name: &str) -> Vec<String> {
    let words = ["case", "plan-work", "c-1", &format!("work={name}"), "what=a part", "business_days:=1"];
    let key = ["--key", &text(house, "ada.key")].map(str::to_owned);
    words.into_iter().map(str::to_owned).chain(key).collect()
}

fn run(house: &House, words: &[String]) -> crate::house::Ended {
    house.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_kill_at_any_moment_leaves_a_log_that_is_never_ahead_and_that_the_next_command_brings_up() {
    let house = house();
    run(&house, &plan(&house, "first")).with(0);
    let began = Instant::now();
    entries(&house);
    // An act takes longer than a look: most kills come before its end, however fast the machine is.
    let look = began.elapsed();
    let (mut killed, mut behind) = (0, 0);
    for turn in 0..KILLS {
        let words = plan(&house, &format!("w-{turn}"));
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let mut child = house.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The moment of the kill is what is tried here, from the start of the program to beyond its end.
        thread::sleep(look * 3 * turn / KILLS);
        // One that has ended cannot be killed any more.
        let _ = child.kill();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let (_, size) = published(&house);
        let record = entries(&house).len() as u64;
        assert!(size <= record, "{size} entries in the log, {record} in the record");
        behind += u32::from(size < record);
        assert_eq!(published(&house).1, record, "the look brought the log up to the record");
    }
    assert!(killed > 5, "only {killed} were killed");
    let size = entries(&house).len();
    house.run(&["case", "check-log"]).with(0).says(&format!("c-1: holds, {size} entries are the record's"));
    eprintln!("{killed} killed, {behind} of them between record and log");
}

#[test]
fn a_docket_that_went_back_stops_everything_in_its_case_but_withdrawing() {
    let house = house();
    entries(&house);
    let old = fs::read(house.path("home/docket.sqlite")).unwrap();
    run(&house, &plan(&house, "first")).with(0);
    entries(&house);
    for file in ["docket.sqlite-wal", "docket.sqlite-shm"] {
        let _ = fs::remove_file(house.path("home").join(file));
    }
    fs::write(house.path("home/docket.sqlite"), old).unwrap();
    let back = "the docket went back; restore its newer copy";
    run(&house, &plan(&house, "second")).with(7).says(back);
    house.run(&["case", "timeline", "c-1"]).with(7).says(back);
    house.run(&["case", "check-log"]).with(7).says(back);
    house.run(&["case", "list"]).with(0).says("c-1");
    // Another case goes on.
    let dev = text(&house, "dev.key");
    house.run(&["case", "open", "c-2", "developer=lab", "model=Other", "--key", &dev]).with(0);
    let withdrawn = house.run(&["case", "withdraw", "c-1", "--key", &dev]);
    withdrawn
        .with(7)
        .says("the act is recorded, up to entry 2")
        .says("the log is not of this record from entry 2");
    assert!(!withdrawn.stderr.contains("any later command"), "nothing brings this log up to its record");
}

#[test]
fn a_party_s_copy_is_verified_by_a_stranger_with_both_commands() {
    let (house, stranger) = (house(), House::new());
    run(&house, &plan(&house, "first")).with(0);
    let (out, key) = (text(&house, "lab.log"), house.key().to_string_lossy().into_owned());
    house.run(&["case", "log", "c-1", "--out", &out]).with(0).says("2 entries, 2 of them opened");
    house.run(&["case", "log", "c-1", "--out", &out]).with(3).says("exists; name a new folder");
    let verify = |with: &[&str]| stranger.run(&[&["verify", out.as_str()], with].concat());
    verify(&["--key", &key]).with(0).says("holds, signed by").says("of the case c-1, 2 of them opened");
    verify(&[]).with(0).says("consistent, signer unknown");
    let (origin, _) = published(&house);
    let whole = ["ledger", "verify", &out, "--key", &key, "--origin", &origin];
    stranger.run(&whole).with(0).says("holds: 2 of 2 entries checked");
    let opening = house.path("lab.log/openings/1");
    fs::write(&opening, fs::read_to_string(&opening).unwrap().replace("version 2", "version 1")).unwrap();
    verify(&["--key", &key]).with(8).says("openings/1 is not what entry 1 of the log says");
    // The house's own log lies where only it can look.
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(house.path("home/docket.logs")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}

/// The case of that name calls the package in `out` evidence.
pub fn named(house: &House, case: &str, out: &str) {
    let digest = flows::evidence::root(&house.path(out)).unwrap();
    let dev = text(house, "dev.key");
    let safeguard = format!("safeguard={out}");
    let promise = [&safeguard, "kind=filters", "what=a filter", "due_at=2099-01-01T00:00:00.000Z"];
    house.run(&[&["case", "promise", case], &promise[..], &["--key", &dev]].concat()).with(0);
    let evidence = format!("evidence={digest}");
    house.run(&["case", "deliver", case, &safeguard, &evidence, "--key", &dev]).with(0);
}

#[test]
fn a_package_that_belongs_to_a_case_carries_the_proof_that_its_log_names_it() {
    let house = house();
    for out in ["out", "other"] {
        house.review("script:random", out).with(0);
        named(&house, "c-1", out);
    }
    house.verify("out").with(0);
    let prove = |out: &str| house.run(&["case", "prove", "c-1", "--package", &text(&house, out)]);
    prove("out").with(0).says("entry 3 of the case c-1 names the evidence");
    prove("other").with(0);
    house
        .verify("out")
        .with(0)
        .says("entry 3 of the case c-1 names it as evidence, as the case's log proves");
    // The proof alone, by somebody who has no house.
    let (proof, key) = (text(&house, "out/case.tlog-proof"), house.key().to_string_lossy().into_owned());
    House::new().run(&["verify", &proof, "--key", &key]).with(0).says("entry 3 of the case c-1 names");
    let file = house.path("out/case.tlog-proof");
    let whole = fs::read_to_string(&file).unwrap();
    fs::copy(house.path("other/case.tlog-proof"), &file).unwrap();
    house.verify("out").with(8).says("case.tlog-proof: is of another package");
    let entry = text(&house, "entry.tlog-proof");
    house.run(&["case", "prove", "c-1", "--entry", "1", "--out", &entry]).with(0);
    fs::copy(&entry, &file).unwrap();
    house.verify("out").with(8).says("case.tlog-proof: proves something else than evidence");
    for at in (0..whole.len()).step_by(5) {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        // A signature under another name is another house's for all that a reader can know; it is said to be that.
        let verified = flows::verify::run(&house.path("out"), Some(&verifier(&house)), None);
        assert!(!verified.is_ok_and(|it| it.case.is_none_or(|named| named.same_house)), "byte {at}");
    }
    fs::write(&file, whole).unwrap();
    house.verify("out").with(0);
    // A package that no entry names gets none.
    house.review("script:reference", "unnamed").with(0);
    prove("unnamed").with(3).says("the record holds no evidence sha256:");
}

fn verifier(house: &House) -> ledger::VerifierKey {
    fs::read_to_string(house.key()).unwrap().trim().parse().unwrap()
}

#[test]
fn the_report_s_proof_is_made_again_when_it_was_lost_and_never_believed_when_it_was_changed() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    let file = house.path("out/report.json.tlog-proof");
    let proof = ledger::TlogProof::parse(&fs::read(&file).unwrap()).unwrap();
    // Whoever has the report, this file and the key has all that it takes.
    let line = proof.extra().unwrap();
    proof.verify(&ledger::leaf_hash(line), &verifier(&house)).unwrap();
    let line: Value = serde_json::from_slice(line).unwrap();
    let report = Digest::of(&fs::read(house.path("out/report.json")).unwrap());
    assert_eq!(
        (line["path"].as_str(), line["digest"].as_str()),
        (Some("report.json"), Some(&*report.to_string()))
    );
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    house.verify("out").with(8).says("report.json.tlog-proof: is missing; run the same review again");
    house.review("script:random", "out").with(0);
    assert_eq!(fs::read(&file).unwrap(), whole);
    house.verify("out").with(0);
    // A second run moves the checkpoint on, and the proof with it.
    house.run(&["rerun", &text(&house, "out"), "--suite", &text(&house, "suite")]).with(0);
    house.verify("out").with(0);
    let second = fs::read(&file).unwrap();
    assert_ne!(second, whole);
    fs::write(&file, whole).unwrap();
    house.verify("out").with(8).says("is not the proof of the report under the checkpoint");
}

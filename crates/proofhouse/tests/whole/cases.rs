//! Cases through the program itself: real keys, a real file, and kills at any moment.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use docket::acts::items::Audience;
use flows::cases::Parcel;

use crate::house::{Ended, House};

/// Moments at which the program is killed.
const KILLS: u32 = 40;

/// A house with two officers and a developer, and an open case.
pub fn house() -> House {
    let house = House::new();
    let file = |name: &str| house.path(&format!("{name}.key")).to_string_lossy().into_owned();
    let key = |name: &str| {
        let ended = house.run(&["person", "key", name, "--out", &file(name)]);
        ended.with(0).stdout.trim().to_owned()
    };
    let publics = ["ada", "bea", "dev"].map(key);
    let [ada, bea, dev] = ["ada", "bea", "dev"].map(|name| identity(&house, name));
    let keys = ["--key", &file("ada"), "--key", &file("bea")].map(str::to_owned);
    let run = |words: &[&str]| {
        let keys = keys.iter().map(String::as_str);
        let words: Vec<&str> = words.iter().copied().chain(keys).collect();
        house.run(&words).with(0).says("");
    };
    run(&["person", "found", "sample", "--party", "house", "--identity", &ada, "--identity", &bea]);
    let (identity, key) = (format!("identity={dev}"), format!("key={}", publics[2]));
    run(&["person", "enrol", "person=dev", &identity, &key, "seat.role=developer", "seat.party=lab"]);
    house.run(&["case", "open", "c-1", "developer=lab", "model=Sample", "--key", &file("dev")]).with(0);
    house
}

pub fn identity(house: &House, name: &str) -> String {
    let mut child =
        house.command(&["person", "identity"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(name.as_bytes()).unwrap();
    let ended: Ended = child.wait_with_output().unwrap().into();
    ended.with(0).stdout.trim().to_owned()
}

pub fn entries(house: &House) -> Vec<serde_json::Value> {
    let ended = house.run(&["case", "timeline", "c-1", "--json"]);
    serde_json::from_str(&ended.with(0).stdout).unwrap()
}

#[test]
fn a_kill_at_any_moment_leaves_an_act_whole_or_absent_and_the_same_act_goes_on() {
    let house = house();
    let key = house.path("ada.key").to_string_lossy().into_owned();
    let began = Instant::now();
    entries(&house);
    // An act takes longer than a look: most kills come before its end, however fast the machine is.
    let look = began.elapsed();
    let mut killed = 0;
    for turn in 0..KILLS {
        let work = format!("work=w-{turn}");
        let words = ["case", "plan-work", "c-1", &work, "what=a part", "business_days:=1", "--key", &key];
        let before = entries(&house).len();
        let mut child = house.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The moment of the kill is what is tried here, from the start of the program to beyond its end.
        thread::sleep(look * 2 * turn / KILLS);
        // One that has ended cannot be killed any more.
        let _ = child.kill();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let after = entries(&house).len();
        assert!(after == before || after == before + 1, "{before} entries, then {after}");
        let again = house.run(&words);
        if after == before {
            again.with(0);
        } else {
            again.with(10).says("refused");
        }
        assert_eq!(entries(&house).len(), before + 1);
    }
    assert!(killed > 5, "only {killed} were killed");
    let receipts = crate::house::files(&house.path("home/receipts/c-1"));
    let whole = receipts.iter().filter(|file| file.extension().is_some_and(|kind| kind == "txt")).count();
    assert_eq!(whole, entries(&house).len(), "every entry has its receipt in the end");
}

#[test]
fn an_export_is_checked_by_the_program_that_has_no_house() {
    let (house, stranger) = (house(), House::new());
    let path = |name: &str| house.path(name).to_string_lossy().into_owned();
    let (out, ada, bea) = (path("c.export"), path("ada.key"), path("bea.key"));
    house
        .run(&["case", "export", "c-1", "--for", "auditor", "--out", &out, "--key", &ada, "--key", &bea])
        .with(0);
    let verify = |with: &[&str]| stranger.run(&[&["verify", out.as_str()], with].concat());
    verify(&["--key", &house.key().to_string_lossy()]).with(0).says("holds, signed by");
    verify(&[]).with(0).says("signer unknown");
    let good = std::fs::read(&out).unwrap();
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&out, bad).unwrap();
        let code = verify(&["--key", &house.key().to_string_lossy()]).code;
        assert!(code == Some(8) || code == Some(3), "byte {at}: {code:?}");
    }
}

#[test]
fn an_export_without_its_log_is_one_that_nobody_should_rely_on_and_verify_says_so_first() {
    let house = house();
    let path = |name: &str| house.path(name).to_string_lossy().into_owned();
    let (out, ada, bea) = (path("c.export"), path("ada.key"), path("bea.key"));
    let words = ["case", "export", "c-1", "--for", "auditor", "--out", &out, "--key", &ada, "--key", &bea];
    house.run(&words).with(0);
    let verify = || house.run(&["verify", &out, "--key", &house.key().to_string_lossy()]);
    assert!(!verify().with(0).stdout.contains("WARNING"));
    // The house leaves the log out, and signs that.
    let whole = std::fs::read_to_string(&out).unwrap();
    let (_, body) = whole.rsplit_once("\n\n").unwrap();
    let unlogged = |line: &&str| !line.starts_with("log ") && !line.starts_with("proof ");
    let parcel = Parcel {
        case: "c-1".parse().unwrap(),
        audience: Audience::Auditor,
        items: BTreeSet::new(),
        body: body.lines().filter(unlogged).map(|line| format!("{line}\n")).collect(),
    };
    assert_ne!(parcel.body, body);
    let at = "2099-01-01T00:00:00.000Z".parse().unwrap();
    let signer = flows::house::House::open(house.path("home")).unwrap().signer().unwrap();
    std::fs::write(&out, parcel.signed(2, at, &signer).unwrap()).unwrap();
    let told = verify().with(0).stdout.clone();
    assert!(told.starts_with("WARNING: its log is missing"), "{told}");
}

#[test]
fn a_damaged_docket_is_named_and_nothing_is_done_with_it() {
    let house = house();
    let file = house.path("home/docket.sqlite");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    house.run(&["case", "timeline", "c-1"]).with(7).says("damaged");
}

//! `docs/verify.md` run as it stands, and the other way round: we accept what those tools make.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use flows::evidence::{EVIDENCE_FORMAT, Evidence, Record};
use ledger::SignerKey;
use types::{Clock, Digest, Timestamp};

use crate::{Ended, House, repository};

/// A page's blocks of code: language and text.
pub fn blocks(page: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(repository().join("docs").join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut parts = page.split("\n```");
    parts.next();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').unwrap();
        blocks.push((language.to_owned(), format!("{text}\n")));
    }
    blocks
}

/// The page's files in the house, and its commands.
fn laid_out(house: &House) -> Vec<String> {
    let mut commands = Vec::new();
    for (language, text) in blocks("verify.md") {
        match language.as_str() {
            "sh" if text.starts_with("# once:") => {}
            "sh" => commands.push(text),
            "go" => fs::write(house.path("check.go"), text.strip_prefix("// check.go\n").unwrap()).unwrap(),
            "python" => {
                fs::write(house.path("check.py"), text.strip_prefix("# check.py\n").unwrap()).unwrap()
            }
            other => panic!("a block of {other:?}"),
        }
    }
    commands
}

/// A house whose folder is as the page supposes: the public half, the key, an entry and its proof.
fn as_on_the_page(entries: usize, index: usize) -> House {
    let house = House::with_log(entries);
    fs::rename(house.path("log"), house.path("whole")).unwrap();
    fs::rename(house.path("whole/public"), house.path("log")).unwrap();
    house.ledger(&["prove", "log", &index.to_string(), "--out", "entry.tlog-proof"]).with(0);
    fs::write(house.path("entry"), format!("entry {index}")).unwrap();
    put_python(&house);
    house
}

/// The page's `sigstore/bin/python`: the interpreter that `script/test` installed sigstore for.
fn put_python(house: &House) {
    let Ok(python) = std::env::var("PROOFHOUSE_SIGSTORE_PYTHON") else {
        panic!("PROOFHOUSE_SIGSTORE_PYTHON names no Python with sigstore; `script/test` installs one");
    };
    let file = house.path("sigstore/bin/python");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("#!/bin/sh\nexec '{python}' \"$@\"\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn shell(house: &House, script: &str) -> Ended {
    let mut command = Command::new("/bin/sh");
    command.args(["-e", "-c", script]).current_dir(house.path("."));
    command.env("GOCACHE", house.path("go-cache")).env("GOFLAGS", "");
    command.output().unwrap().into()
}

#[test]
fn the_page_s_tools_accept_our_log_and_refuse_a_changed_one() {
    let house = as_on_the_page(700, 300);
    let commands = laid_out(&house);
    let [go, python, _] = &commands[..] else { panic!("the page has {} commands", commands.len()) };
    shell(&house, go).with(0).says("holds: 700 entries, signed by proofhouse.local/house");
    shell(&house, python).with(0).says("holds: entry 300 of 700");
    let change = |name: &str, at: usize| {
        let mut bytes = fs::read(house.path(name)).unwrap();
        bytes[at] ^= 1;
        fs::write(house.path(name), bytes).unwrap();
    };
    change("log/tile/entries/001", 20);
    shell(&house, go).with(1).says("does not hold");
    change("log/tile/entries/001", 20);
    change("log/checkpoint", 18);
    shell(&house, go).with(1).says("invalid signature");
    change("entry", 6);
    shell(&house, python).with(1).says("does not hold");
    change("entry", 6);
    let whole = fs::read_to_string(house.path("entry.tlog-proof")).unwrap();
    fs::write(house.path("entry.tlog-proof"), whole.replace("\n700\n", "\n701\n")).unwrap();
    shell(&house, python).with(1).says("does not hold");
    fs::write(house.path("entry.tlog-proof"), whole).unwrap();
    shell(&house, python).with(0);
}

#[test]
fn we_accept_a_log_that_go_made_and_refuse_it_changed() {
    let house = House::new();
    fs::copy(repository().join("crates/proofhouse/tests/ledger/make.go"), house.path("make.go")).unwrap();
    shell(&house, "GO111MODULE=off GOPATH=/usr/share/gocode go run make.go go-log").with(0);
    let verify = ["verify", "go-log", "--key", "go.pub", "--origin", "go.example/log"];
    house.ledger(&verify).with(0).says("holds: 300 of 300");
    let proof = ["verify", "--proof", "go.tlog-proof", "--entry", "go.entry", "--key", "go.pub"];
    let proof = [&proof[..], &["--origin", "go.example/log"]].concat();
    house.ledger(&proof).with(0).says("holds: entry 77 of 300");
    fs::write(house.path("go.entry"), "go entry 78").unwrap();
    house.ledger(&proof).with(8);
    let mut tile = fs::read(house.path("go-log/tile/0/000")).unwrap();
    tile[100] ^= 1;
    fs::write(house.path("go-log/tile/0/000"), tile).unwrap();
    house.ledger(&verify).with(8).says("tile/0/000");
}

#[test]
fn we_accept_a_note_and_a_proof_that_python_made_and_refuse_them_changed() {
    let house = House::new();
    put_python(&house);
    fs::copy(repository().join("crates/proofhouse/tests/ledger/make.py"), house.path("make.py")).unwrap();
    shell(&house, "sigstore/bin/python make.py").with(0);
    let proof = ["verify", "--proof", "python.tlog-proof", "--entry", "python.entry", "--key", "python.pub"];
    let proof = [&proof[..], &["--origin", "python.example/log"]].concat();
    house.ledger(&proof).with(0).says("holds: entry 1 of 2");
    let whole = fs::read_to_string(house.path("python.tlog-proof")).unwrap();
    fs::write(house.path("python.tlog-proof"), whole.replace("\n2\n", "\n3\n")).unwrap();
    house.ledger(&proof).with(8).says("signature");
}

/// A clock of the package's.
struct At;

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(1_800_000_000_000).unwrap()
    }
}

#[test]
fn the_page_s_commands_accept_a_report_by_its_proof_alone_and_refuse_a_changed_one() {
    let house = House::new();
    put_python(&house);
    let commands = laid_out(&house);
    let [_, _, report] = &commands[..] else { panic!("the page has {} commands", commands.len()) };
    let signer = SignerKey::from_seed("proofhouse.local/house", [5; 32]).unwrap();
    fs::write(house.path("signer.pub"), format!("{}\n", signer.verifier())).unwrap();
    let package = house.path("package");
    let mut evidence = Evidence::open(&package, signer, &At).unwrap();
    let opened = Record::ReviewOpened {
        format: EVIDENCE_FORMAT.to_owned(),
        proofhouse: "0".to_owned(),
        plan: Digest::of(b"plan"),
        commitment: Digest::of(b"commitment"),
    };
    evidence.append(opened).unwrap();
    evidence.write("report.json", b"{}").unwrap();
    evidence.write("report.html", b"<p>").unwrap();
    for name in ["report.json", "report.json.tlog-proof"] {
        fs::copy(package.join(name), house.path(name)).unwrap();
    }
    shell(&house, report).with(0).says("holds: entry 1 of 3");
    fs::write(house.path("report.json"), "{ }").unwrap();
    shell(&house, report).with(1);
    fs::write(house.path("report.json"), "{}").unwrap();
    shell(&house, report).with(0);
    let whole = fs::read_to_string(house.path("report.json.tlog-proof")).unwrap();
    fs::write(house.path("report.json.tlog-proof"), whole.replace("index 1", "index 2")).unwrap();
    shell(&house, report).with(1).says("does not hold");
    fs::write(house.path("report.json.tlog-proof"), whole.replace("\n3\n", "\n4\n")).unwrap();
    shell(&house, report).with(1).says("does not hold");
}

//! A disk that is full: a real file system of half a megabyte, in a mount namespace of its own.

#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::{Ended, House};

/// Runs inside the namespace: `small` is the file system, `more` makes it larger.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=512k,mode=700 tmpfs small || exit 99
"$PROOFHOUSE" ledger new small/log --origin log.example/full > full.pub || exit 98
lines() { i=0; while [ $i -lt "$2" ]; do echo "$1 $i of some length, to fill the disk sooner: $(printf %0900d $i)"; i=$((i+1)); done; }
lines first 2000 > first
: > acknowledged
code=0
n=0
while [ $code = 0 ] && [ $n -lt 2000 ]; do
  tail -n +$((n+1)) first | head -n 50 > part
  "$PROOFHOUSE" ledger append small/log < part >> acknowledged 2> refused
  code=$?
  n=$((n+50))
done
echo "code $code"
"$PROOFHOUSE" ledger verify small/log --key full.pub --origin log.example/full || exit 97
mount -o remount,size=16m small || exit 96
tail -n +$(($(wc -l < acknowledged) + 1)) first > rest
"$PROOFHOUSE" ledger append small/log < rest > later || exit 95
"$PROOFHOUSE" ledger verify small/log --key full.pub --origin log.example/full || exit 94
cp -r small/log/public kept
"#;

/// The script in namespaces of its own, where this user may have them.
fn in_namespace(house: &House) -> Option<Ended> {
    let root = is_root();
    let kinds: &[&[&str]] = if root {
        &[&["--mount"], &["--user", "--map-root-user", "--mount"]]
    } else {
        &[&["--user", "--map-root-user", "--mount"]]
    };
    std::fs::create_dir_all(house.path("small")).unwrap();
    kinds.iter().find_map(|kind| {
        let mut command = Command::new("unshare");
        command.args(*kind).args(["--", "/bin/sh", "-c", SCRIPT]).current_dir(house.path("."));
        command
            .env("PROOFHOUSE", env!("CARGO_BIN_EXE_proofhouse"))
            .env("PROOFHOUSE_HOME", house.path("house"));
        command.process_group(0);
        let ended: Ended = command.output().ok()?.into();
        // 99: the mount was refused; 1 with nothing said by the script: the namespace was.
        (ended.code != Some(99) && !ended.stderr.contains("unshare")).then_some(ended)
    })
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged_and_the_log_goes_on_when_there_is_space() {
    let house = House::new();
    let Some(ended) = in_namespace(&house) else {
        eprintln!("SKIPPED: neither root nor a user namespace can mount a small file system here");
        return;
    };
    // A failure of the record, with its reason.
    ended.with(0).says("code 7");
    let read = |name: &str| std::fs::read_to_string(house.path(name)).unwrap();
    assert!(read("refused").contains("No space left on device"), "{}", read("refused"));
    let (acknowledged, later) = (read("acknowledged"), read("later"));
    let (first, rest) = (acknowledged.lines().count(), later.lines().count());
    assert!(first > 0 && first < 2_000, "{first} entries were acknowledged before the disk was full");
    // Each acknowledged entry is where its receipt says; what was not may have been logged and is logged again then.
    let source = ledger::log::FolderSource::new(&house.path("kept"));
    let key: ledger::VerifierKey = read("full.pub").trim_end().parse().unwrap();
    let note = ledger::tiles::TileSource::fetch(&source, "checkpoint").unwrap().unwrap();
    let head = ledger::open_checkpoint(&note, &key).unwrap().head();
    let mut reader = ledger::tiles::LogReader::open(&source, head).unwrap();
    let lines = read("first");
    let receipts = acknowledged.lines().chain(later.lines());
    for (line, index) in lines.lines().zip(receipts) {
        assert_eq!(reader.entry(index.parse().unwrap()).unwrap(), line.as_bytes(), "entry {index}");
    }
    assert_eq!(first + rest, 2_000);
}

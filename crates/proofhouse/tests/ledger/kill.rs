use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use ledger::log::FolderSource;
use ledger::tiles::{LogReader, TileSource as _, split_bundle};
use ledger::{VerifierKey, open_checkpoint};

use crate::House;

/// Writers killed one after another on one log.
const KILLS: usize = 12;
/// Entries that a writer is offered; it never gets to the end.
const OFFERED: usize = 200_000;

/// Starts a writer, waits for `acknowledged` of its entries, kills it with SIGKILL, and gives the indices it named.
fn killed(house: &House, round: usize, acknowledged: usize) -> Vec<(u64, String)> {
    let mut command = house.command(&["append", "log"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // The end of the pipe goes with the writer that is killed.
        (0..OFFERED).try_for_each(|number| writeln!(input, "round {round} entry {number}")).ok()
    });
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut lines: Vec<String> = output.by_ref().lines().take(acknowledged).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    writer.join().unwrap();
    // What was printed before the kill was acknowledged too; a last line may be cut off.
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    lines.extend(whole.lines().map(str::to_owned));
    let named = lines.iter().enumerate();
    named.map(|(number, index)| (index.parse().unwrap(), format!("round {round} entry {number}"))).collect()
}

fn entries(house: &House) -> Vec<String> {
    let source = FolderSource::new(&house.path("log/public"));
    let key: VerifierKey =
        std::fs::read_to_string(house.path("log.pub")).unwrap().trim_end().parse().unwrap();
    let note = source.fetch("checkpoint").unwrap().unwrap();
    let head = open_checkpoint(&note, &key).unwrap().head();
    let mut reader = LogReader::open(&source, head).unwrap();
    let mut entries = Vec::new();
    for index in 0..head.size.div_ceil(256) {
        let bundle = reader.bundle(index).unwrap();
        entries.extend(split_bundle(&bundle).unwrap().iter().map(|e| String::from_utf8(e.to_vec()).unwrap()));
    }
    entries
}

#[test]
fn a_killed_writer_loses_no_acknowledged_entry_and_the_log_goes_on() {
    let house = House::with_log(3);
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        acknowledged.extend(killed(&house, round, 1 + round * 977));
    }
    house.append(3, 4);
    house.verify("log", &[]).with(0);
    let found = entries(&house);
    assert!(acknowledged.len() > KILLS);
    for (index, entry) in acknowledged {
        assert_eq!(found[index as usize], entry);
    }
    // Of each round a beginning is there, each entry once and in order.
    for round in 0..KILLS {
        let own = found.iter().filter(|entry| entry.starts_with(&format!("round {round} ")));
        for (number, entry) in own.enumerate() {
            assert_eq!(*entry, format!("round {round} entry {number}"));
        }
    }
}

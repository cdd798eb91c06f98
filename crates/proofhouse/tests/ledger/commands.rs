use std::fs;

use crate::{House, ORIGIN};

#[test]
fn a_log_is_made_grown_proved_verified_and_pruned() {
    let house = House::with_log(700);
    house.verify("log", &[]).with(0).says("holds: 700 of 700 entries checked, in log.example/case");
    fs::copy(house.path("log/public/checkpoint"), house.path("kept")).unwrap();
    assert_eq!(house.append(700, 703).stdout, "700\n701\n702\n");
    house.verify("log", &["--older", "kept"]).with(0);
    house.ledger(&["prove", "log", "300", "--out", "300.tlog-proof"]).with(0);
    fs::write(house.path("entry"), "entry 300").unwrap();
    let proof =
        ["verify", "--proof", "300.tlog-proof", "--entry", "entry", "--key", "log.pub", "--origin", ORIGIN];
    house.ledger(&proof).with(0).says("holds: entry 300 of 703");
    fs::write(house.path("entry"), "entry 301").unwrap();
    house.ledger(&proof).with(8).says("does not lead from the entry");
    house.ledger(&["prune", "log", "--before", "600"]).with(0).says("4 files removed");
    house.verify("log", &[]).with(8).says("tile/entries/000 is missing");
    house.verify("log", &["--from", "600"]).with(0).says("191 of 703");
    assert_eq!(house.append(703, 704).stdout, "703\n");
}

#[test]
fn what_is_wrong_with_a_log_is_named() {
    let house = House::with_log(300);
    let damage = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = house.path("log/public").join(name);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let ended = house.verify("log", &[]);
        fs::write(path, whole).unwrap();
        ended
    };
    damage("tile/entries/000", &|bytes| bytes[2] ^= 1)
        .with(8)
        .says("tile/entries/000 is not what the checkpoint");
    damage("tile/0/000", &|bytes| bytes[40] ^= 1)
        .with(8)
        .says("tile/0/000 is not what the checkpoint vouches for");
    damage("tile/0/001.p/44", &|bytes| bytes[40] ^= 1).with(8).says("right edge");
    damage("tile/0/000", &|bytes| bytes.truncate(8_000)).with(8).says("shape");
    damage("checkpoint", &|bytes| bytes[ORIGIN.len() + 1] ^= 1).with(8).says("signature");
    damage("checkpoint", &|bytes| bytes.truncate(20)).with(3).says("not a signed note");
    house.verify("log", &[]).with(0);
    let other = House::with_log(1);
    fs::copy(other.path("log.pub"), house.path("other.pub")).unwrap();
    house
        .ledger(&["verify", "log", "--key", "other.pub", "--origin", ORIGIN])
        .with(8)
        .says("is not signed by");
    house.ledger(&["verify", "log", "--key", "log.pub", "--origin", "log.example/x"]).with(8).says("not of");
    house
        .ledger(&["verify", "nowhere", "--key", "log.pub", "--origin", ORIGIN])
        .with(3)
        .says("no checkpoint");
    house.ledger(&["verify", "log", "--key", "entry", "--origin", ORIGIN]).with(3).says("cannot be read");
    house.ledger(&["append", "nowhere"]).with(3).says("holds no log");
    house.ledger(&["new", "log", "--origin", ORIGIN]).with(3).says("there is a log here already");
    house.ledger(&["prove", "log", "300"]).with(3).says("has no entry 300");
    house.ledger(&["serve", "log", "--listen", "0.0.0.0:0"]).with(2).says("loopback");
}

#[test]
fn a_split_view_and_a_rolled_back_log_are_found_with_a_checkpoint_that_was_kept() {
    let house = House::with_log(10);
    fs::copy(house.path("log/public/checkpoint"), house.path("ten")).unwrap();
    fs::rename(house.path("log"), house.path("first")).unwrap();
    house.ledger(&["new", "log", "--origin", ORIGIN]).with(0);
    house.append(5, 20);
    house.verify("log", &[]).with(0);
    house.verify("log", &["--older", "ten"]).with(8).says("does not begin with the older one");
    fs::rename(house.path("log"), house.path("fork")).unwrap();
    house.ledger(&["new", "log", "--origin", ORIGIN]).with(0);
    house.append(0, 9);
    house.verify("log", &["--older", "ten"]).with(8).says("went back from 10 to 9");
    house.verify("first", &["--older", "ten"]).with(0);
}

#[test]
fn an_entry_that_is_too_long_is_refused_and_those_before_it_are_kept() {
    let house = House::with_log(1);
    let lines = [b"short\n".to_vec(), vec![b'x'; 65_536], b"\nafter\n".to_vec()].concat();
    house.append_bytes(&lines).with(3).says("at most 65535 bytes");
    house.verify("log", &[]).with(0).says("2 of 2");
    house.append_bytes(&vec![b'x'; 65_535]).with(0);
    house.verify("log", &[]).with(0).says("3 of 3");
}

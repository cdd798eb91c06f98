use ledger::{Checkpoint, Note, SignerKey, TreeHead, open_checkpoint};
use types::Secret;

use crate::moments::at_every_moment;
use crate::serve::Server;
use crate::{House, ORIGIN};

/// The key with which the log began, as a thief of the house folder has it.
fn first_key(house: &House) -> SignerKey {
    let text = std::fs::read_to_string(house.path("house/signer.key")).unwrap();
    SignerKey::from_secret(&Secret::new(text.trim_end().to_owned())).unwrap()
}

#[test]
fn a_log_changes_its_key_and_whoever_has_the_first_one_follows() {
    let house = House::with_log(300);
    house.ledger(&["prove", "log", "7", "--out", "before"]).with(0);
    house.ledger(&["rotate", "log"]).with(0).says("from entry 300 on; published as rotation/1");
    house.verify("log", &[]).with(0).says("300 of 300");
    house.append(300, 305);
    house.ledger(&["rotate", "log"]).with(0).says("from entry 305 on; published as rotation/2");
    house.append(305, 310);
    house.verify("log", &[]).with(0).says("310 of 310");
    // Over HTTP as well.
    let server = Server::start(&house, &["log"]);
    house.verify(&server.url, &[]).with(0).says("310 of 310");
    assert!(server.get("/rotation/1").contains("proofhouse key rotation v1"));
    assert!(server.get("/rotation/01").starts_with("HTTP/1.1 404"));
    // A proof file holds offline with the changes of key beside it, and one from before without.
    std::fs::write(house.path("entry"), "entry 7").unwrap();
    house.ledger(&["prove", "log", "7", "--out", "after"]).with(0);
    let check = |proof: &str, more: &[&str]| {
        let proof = ["verify", "--proof", proof, "--entry", "entry", "--key", "log.pub", "--origin", ORIGIN];
        house.ledger(&[&proof[..], more].concat())
    };
    check("before", &[]).with(0);
    check("after", &[]).with(8).says("is not signed by");
    let (one, two) = ("log/public/rotation/1", "log/public/rotation/2");
    check("after", &["--rotation", one]).with(8);
    check("after", &["--rotation", one, "--rotation", two]).with(0);
    check("before", &["--rotation", one, "--rotation", two]).with(0);
    check("after", &["--rotation", two]).with(3).says("is not signed by");
}

#[test]
fn a_retired_key_signs_nothing_larger_and_a_hidden_or_changed_rotation_is_noticed() {
    let house = House::with_log(5);
    house.ledger(&["rotate", "log"]).with(0);
    house.append(5, 9);
    let checkpoint = house.path("log/public/checkpoint");
    let good = std::fs::read(&checkpoint).unwrap();
    // The thief signs what the log really holds, so that only the key is wrong.
    let thief = first_key(&house);
    let text = Note::parse(&good).unwrap().unverified_text().to_owned();
    let by_thief = Note::sign(&text, &thief).unwrap().to_string();
    assert!(open_checkpoint(by_thief.as_bytes(), thief.verifier()).is_ok());
    std::fs::write(&checkpoint, by_thief).unwrap();
    house.verify("log", &[]).with(8).says("was retired at 5 entries and signed a checkpoint of 9");
    // Opening the log puts the right one back, and the house signs with the new key.
    house.append(9, 10);
    house.verify("log", &[]).with(0).says("10 of 10");
    let rotation = house.path("log/public/rotation/1");
    let whole = std::fs::read_to_string(&rotation).unwrap();
    std::fs::write(&rotation, whole.replace("\n5\n", "\n50\n")).unwrap();
    house.verify("log", &[]).with(8).says("rotation/1 does not hold");
    std::fs::remove_file(&rotation).unwrap();
    house.verify("log", &[]).with(8).says("is not signed by");
    house.append(10, 11);
    house.verify("log", &[]).with(0).says("11 of 11");
    // Without its key the house signs nothing and says which file is missing.
    std::fs::rename(house.path("house/log-keys"), house.path("elsewhere")).unwrap();
    house.append_bytes(b"x\n").with(7).says("log-keys");
    std::fs::rename(house.path("elsewhere"), house.path("house/log-keys")).unwrap();
    house.append(11, 12);
}

#[test]
fn a_change_of_key_killed_at_any_moment_leaves_a_log_with_one_key_that_goes_on() {
    let house = House::with_log(5);
    at_every_moment(&house, &["rotate", "log"], "", |house| {
        house.verify("log", &[]).with(0);
        house.append(5, 6);
        house.verify("log", &[]).with(0).says("6 of 6");
        house.ledger(&["rotate", "log"]).with(0);
        house.append(6, 7);
        house.verify("log", &[]).with(0).says("7 of 7");
    });
}

#[test]
fn a_witness_follows_a_change_of_key_when_it_is_told_and_not_before() {
    let house = House::with_log(5);
    house.ledger(&["witness", "new", "w", "--name", "witness.example/w"]).with(0);
    house.ledger(&["witness", "admit", "w", "--origin", ORIGIN, "--key", "log.pub"]).with(0);
    house.ledger(&["rotate", "log"]).with(0);
    house.append(5, 6);
    let ask = |code: i32| {
        let server = Server::start(&house, &["--witness", "w"]);
        let ask = ["witness", "ask", "log", "--url", &server.url, "--witness-key", "w/witness.pub"];
        house.ledger(&ask).with(code)
    };
    ask(7).says("status 403");
    let follow = ["witness", "follow", "w", "--origin", ORIGIN, "--rotation", "log/public/rotation/1"];
    house.ledger(&follow).with(0);
    ask(0).says("cosigned by witness.example/w");
    house.ledger(&follow).with(3);
    // A thief's rotation from the first key is too late for this witness.
    let thief = first_key(&house);
    let other = SignerKey::from_seed("thief.example", [3; 32]).unwrap();
    let rotation = ledger::sign_rotation(ORIGIN, 9, &thief, &other).unwrap();
    std::fs::write(house.path("stolen"), rotation.to_string()).unwrap();
    house.ledger(&["witness", "follow", "w", "--origin", ORIGIN, "--rotation", "stolen"]).with(3);
    let head = TreeHead { size: 5, root: types::Digest::of(b"") };
    assert!(Checkpoint::new(ORIGIN.to_owned(), head, Vec::new()).is_ok());
}

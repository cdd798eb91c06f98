use std::net::TcpListener;

use crate::moments::at_every_moment_with;
use crate::serve::Server;
use crate::{Ended, House, ORIGIN};

/// Witness number `number` of this house's log, and its server.
fn witness(house: &House, number: u8) -> Server {
    let (folder, name) = (format!("w{number}"), format!("witness.example/w{number}"));
    house.ledger(&["witness", "new", &folder, "--name", &name]).with(0);
    house.ledger(&["witness", "admit", &folder, "--origin", ORIGIN, "--key", "log.pub"]).with(0);
    Server::start(house, &["--witness", &folder])
}

/// `witness VERB log` for these, each with its own key.
fn ask(house: &House, verb: &str, witnesses: &[(&str, u8)], more: &[&str]) -> Ended {
    let keys: Vec<_> = witnesses.iter().map(|(_, number)| format!("w{number}/witness.pub")).collect();
    let mut arguments = vec!["witness", verb, "log", "--answer-within", "2"];
    for ((url, _), key) in witnesses.iter().zip(&keys) {
        arguments.extend(["--url", url, "--witness-key", key]);
    }
    arguments.extend(more);
    house.ledger(&arguments)
}

const KEYS: [&str; 6] =
    ["--witness-key", "w1/witness.pub", "--witness-key", "w2/witness.pub", "--witness-key", "w3/witness.pub"];

fn verify_two_of_three(house: &House) -> Ended {
    house.verify("log", &[&KEYS[..], &["--quorum", "2"]].concat())
}

#[test]
fn a_quorum_is_reached_past_witnesses_that_sleep_or_are_down_and_each_is_named() {
    let house = House::with_log(5);
    let (one, two, three) = (witness(&house, 1), witness(&house, 2), witness(&house, 3));
    let all = [(one.url.as_str(), 1), (two.url.as_str(), 2), (three.url.as_str(), 3)];
    let asked = ask(&house, "ask", &all, &[]).with(0);
    assert_eq!(asked.stdout.matches("cosigned by").count(), 3);
    house.verify("log", &KEYS).with(0);
    house.append(5, 9);
    // It takes the connection and says nothing; nobody is behind the other address.
    let sleeper = TcpListener::bind("127.0.0.1:0").unwrap();
    let asleep = format!("http://{}", sleeper.local_addr().unwrap());
    let down = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let two_of_three = [(asleep.as_str(), 1), (two.url.as_str(), 2), (three.url.as_str(), 3)];
    let asked = ask(&house, "ask", &two_of_three, &["--quorum", "2"]).with(0);
    let mut cosigned: Vec<_> = asked.stdout.lines().collect();
    cosigned.sort_unstable();
    assert_eq!(cosigned, ["cosigned by witness.example/w2", "cosigned by witness.example/w3"]);
    verify_two_of_three(&house).with(0);
    house.append(9, 12);
    let one_of_three = [(asleep.as_str(), 1), (down.as_str(), 2), (three.url.as_str(), 3)];
    ask(&house, "ask", &one_of_three, &["--quorum", "2"])
        .with(7)
        .says("1 of the 2 witnesses that are needed have cosigned")
        .says("witness.example/w1: the witness did not answer")
        .says("witness.example/w2: the witness did not answer");
    // One that answers for another key lies, and what does not hold is not a failure of the network.
    let liar = [(three.url.as_str(), 1), (two.url.as_str(), 2)];
    ask(&house, "ask", &liar, &[]).with(8).says("witness.example/w1: the witness's answer does not hold");
    verify_two_of_three(&house).with(8);
    ask(&house, "ask", &all, &["--quorum", "4"]).with(2);
    house
        .ledger(&[
            "witness",
            "ask",
            "log",
            "--url",
            "http://x",
            "--url",
            "http://y",
            "--witness-key",
            "w1/witness.pub",
        ])
        .with(2)
        .says("for each --url");
}

fn append(house: &House, line: &str) -> Ended {
    house.append_bytes(format!("{line}\n").as_bytes())
}

/// A house whose log waits for two of three witnesses, and their servers.
fn waiting() -> (House, Vec<Server>) {
    let house = House::with_log(5);
    let servers: Vec<_> = (1..=3).map(|number| witness(&house, number)).collect();
    require(&house, &servers);
    (house, servers)
}

/// Has the log wait for two of these.
fn require(house: &House, servers: &[Server]) {
    let all: Vec<_> = servers.iter().zip(1..).map(|(server, number)| (server.url.as_str(), number)).collect();
    ask(house, "require", &all, &["--quorum", "2"]).with(0).says("once 2 of 3 witnesses");
}

/// The witnesses whose folders are there, each at a new address.
fn started_again(house: &House) -> Vec<Server> {
    (1..=3).map(|number| Server::start(house, &["--witness", &format!("w{number}")])).collect()
}

#[test]
fn a_log_that_waits_publishes_nothing_without_its_quorum_and_the_next_writer_catches_up() {
    let (house, mut servers) = waiting();
    append(&house, "entry 5").with(0);
    verify_two_of_three(&house).with(0).says("6 of 6");
    servers.pop();
    append(&house, "entry 6").with(0);
    servers.pop();
    append(&house, "entry 7")
        .with(7)
        .says("in the log from 7 on")
        .says("witness.example/w2: the witness did not answer");
    // Outsiders see the last checkpoint that was cosigned, and it holds.
    verify_two_of_three(&house).with(0).says("7 of 7");
    append(&house, "entry 8").with(7).says("waits for its witnesses");
    verify_two_of_three(&house).with(0).says("7 of 7");
    house.ledger(&["witness", "release", "log"]).with(0);
    house.verify("log", &[]).with(0).says("8 of 8");
    verify_two_of_three(&house).with(8);
    append(&house, "entry 8").with(0);
}

#[test]
fn a_writer_killed_at_any_moment_publishes_nothing_unwitnessed_and_the_next_one_publishes_the_rest() {
    let (house, servers) = waiting();
    drop(servers);
    // Each copy has witnesses of its own: one that saw them all would see forks.
    let prepare = |house: &House| {
        let servers = started_again(house);
        require(house, &servers);
        servers
    };
    at_every_moment_with(&house, &["append", "log"], "entry 5\nentry 6\n", prepare, |house| {
        // What outsiders see has its quorum, at any moment.
        let seen = verify_two_of_three(house).with(0).stdout;
        let seen: u64 = seen.split(" of ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        // The next writer publishes what was in the log and not seen yet, and goes on behind it.
        let next: u64 = append(house, "entry 7").with(0).stdout.trim().parse().unwrap();
        assert!((5..=7).contains(&next) && seen <= next, "{next} after {seen}");
        let size = next + 1;
        verify_two_of_three(house).with(0).says(&format!("{size} of {size}"));
    });
}

#[test]
fn a_log_that_waits_changes_its_key_and_goes_on_once_its_witnesses_know() {
    let (house, servers) = waiting();
    house.ledger(&["rotate", "log"]).with(0).says("tell the witnesses");
    verify_two_of_three(&house).with(0).says("5 of 5");
    append(&house, "entry 5").with(7).says("status 403");
    verify_two_of_three(&house).with(0).says("5 of 5");
    drop(servers);
    for folder in ["w1", "w2", "w3"] {
        let words = ["witness", "follow", folder, "--origin", ORIGIN, "--rotation", "log/public/rotation/1"];
        house.ledger(&words).with(0);
    }
    // They listen at other addresses now: the rule is set anew.
    let servers = started_again(&house);
    require(&house, &servers);
    verify_two_of_three(&house).with(0).says("6 of 6");
    append(&house, "entry 6").with(0);
    verify_two_of_three(&house).with(0).says("7 of 7");
}

//! A public log from its charter to an aggregate that an outsider checks; kills at any moment; cheats.

use std::time::{Duration, Instant};

use crate::moments::at_every_moment;
use crate::serve::Server;
use crate::{Ended, House};

const PUBLIC: &str = "house.example/public";
/// Longer than any slot of these tests takes to become due.
const PATIENCE: Duration = Duration::from_secs(30);

/// A public log whose slots are a second apart; facts are queued before the next one is due.
fn with_public_log(more: &[&str]) -> House {
    let house = House::new();
    let new = ["public", "new", "log", "--origin", PUBLIC, "--every", "1", "--width", "4"];
    house.ledger(&[&new[..], more].concat()).with(0).says("proofhouse.local/house+");
    std::fs::copy(house.path("house/signer.pub"), house.path("log.pub")).unwrap();
    house
}

fn queue(house: &House, name: &str, developer: &str) -> Ended {
    let fact = ["--name", name, "--developer", developer, "--measure", "review/days", "--amount", "12"];
    house.ledger(&[&["public", "queue", "log"][..], &fact].concat())
}

/// Adds slots until `done` says so.
#[track_caller]
fn close_until(house: &House, done: impl Fn(&House) -> bool) {
    let began = Instant::now();
    while !done(house) {
        assert!(began.elapsed() < PATIENCE, "no slot became due");
        house.ledger(&["public", "close", "log"]).with(0);
    }
}

/// Each fact's key and place.
fn list(house: &House) -> Vec<(String, String)> {
    let listed = house.ledger(&["public", "list", "log"]).with(0).stdout;
    let words = listed.lines().map(|line| line.split_once(' ').unwrap());
    words.map(|(key, rest)| (key.to_owned(), rest.to_owned())).collect()
}

fn all_have_slots(house: &House) -> bool {
    list(house).iter().all(|(_, place)| place.starts_with("slot "))
}

const WHOSE: [&str; 4] = ["--key", "log.pub", "--origin", PUBLIC];

fn with_whose(house: &House, arguments: &[&str]) -> Ended {
    house.ledger(&[arguments, &WHOSE].concat())
}

#[test]
fn from_a_queued_fact_to_an_aggregate_that_an_outsider_checks() {
    let house = with_public_log(&["--k", "2", "--period", "2", "--lag", "1", "--measure", "review/days"]);
    house.ledger(&["key", "--name", "auditor.example", "--out", "auditor"]).with(0);
    house.ledger(&["key", "--name", "auditor.example", "--out", "auditor"]).with(7).says("cannot be written");
    for (name, developer) in [("a", "lab-1"), ("b", "lab-2"), ("c", "lab-3"), ("d", "lab-3"), ("e", "lab-1")]
    {
        queue(&house, name, developer).with(0).says("1 of 1 facts are new");
        queue(&house, name, developer).with(0).says("0 of 1 facts are new");
    }
    house
        .ledger(&["public", "count", "log", "--period", "90", "--out", "x"])
        .with(3)
        .says("may be counted when slot 183 is due");
    close_until(&house, all_have_slots);
    let slots: Vec<u64> =
        list(&house).iter().map(|(_, place)| place.split(' ').nth(1).unwrap().parse().unwrap()).collect();
    let period = (slots[0] / 2).to_string();
    let run = |words: &str| {
        let words = words.replace("PERIOD", &period);
        house.ledger(&words.split(' ').collect::<Vec<_>>())
    };
    close_until(&house, |_| run("public count log --period PERIOD --out count").code == Some(0));
    run("public openings log --period PERIOD --out openings").with(0).says("8 openings of slots");
    let whose = format!("--key log.pub --origin {PUBLIC}");
    let audit = "public audit log --openings openings --aggregate count --auditor-key auditor --out audited";
    let audited = run(&format!("{audit} {whose}")).with(0).says("cosigned by auditor.example");
    assert!(audited.stdout.contains("review/days ") || audited.stdout.contains("review suppressed"));
    let publish = "public publish log --period PERIOD --auditor-key auditor.pub --aggregate";
    run(&format!("{publish} count")).with(8).says("does not hold");
    run(&format!("{publish} audited")).with(0).says("published: aggregate/");
    std::fs::copy(house.path("log/public/charter"), house.path("charter")).unwrap();
    let server = Server::start(&house, &["log"]);
    for log in ["log", &server.url] {
        let verify =
            format!("public verify {log} --period PERIOD --auditor-key auditor.pub --charter charter");
        run(&format!("{verify} {whose}")).with(0).says("holds: signed by the house and by auditor.example");
    }
    // Nothing of the house's own is served.
    for path in ["/queue", "/openings/0", "/state", "/aggregate/x", "/charter/1"] {
        assert!(server.get(path).starts_with("HTTP/1.1 404"), "{path}");
    }
    assert!(server.get("/charter").contains("proofhouse public log v1"));
}

#[test]
fn a_party_is_handed_its_leaf_and_anybody_checks_it_offline() {
    let house = with_public_log(&[]);
    queue(&house, "mine", "lab-1").with(0);
    queue(&house, "yours", "lab-2").with(0);
    let keys: Vec<_> = list(&house)
        .into_iter()
        .map(|(key, place)| {
            assert_eq!(place, "waits review/days 12");
            key
        })
        .collect();
    let open = |key: &str, out: &str| house.ledger(&["public", "open", "log", key, "--out", out]);
    open(&keys[0], "mine").with(3).says("waits for a slot");
    close_until(&house, all_have_slots);
    open(&keys[0], "mine").with(0).says("mine.opening and mine.tlog-proof");
    open(&keys[0], "mine").with(7).says("mine.opening cannot be written");
    open(&keys[1], "yours").with(0);
    open(&"0".repeat(64), "none").with(3).says("no fact has that key");
    let stranger = House::new();
    for file in ["mine.opening", "mine.tlog-proof", "yours.opening", "log.pub"] {
        std::fs::copy(house.path(file), stranger.path(file)).unwrap();
    }
    let check = |opening: &str| {
        with_whose(&stranger, &["public", "check", "--opening", opening, "--proof", "mine.tlog-proof"])
    };
    check("mine.opening").with(0).says("is review/days 12");
    check("yours.opening").with(8).says("does not lead from the entry");
    let text = std::fs::read_to_string(stranger.path("mine.opening")).unwrap();
    for (from, to) in [("\n12\n", "\n13\n"), ("review/days", "review/dazs"), ("\n12\n", "\n012\n")] {
        assert!(text.contains(from));
        std::fs::write(stranger.path("changed"), text.replace(from, to)).unwrap();
        check("changed").with(8);
    }
    use std::os::unix::fs::PermissionsExt as _;
    for secret in ["mine.opening", "log/queue", "log/openings/0"] {
        let mode = std::fs::metadata(house.path(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{secret}");
    }
}

#[test]
fn what_would_break_a_public_log_is_refused_and_says_what_to_do() {
    let house = with_public_log(&[]);
    house.append_bytes(b"stray\n").with(3).says("queue facts with `ledger public queue`");
    house.ledger(&["public", "queue", "log"]).with(3).says("there is no docket at");
    let uncounted =
        ["public", "queue", "log", "--name", "x", "--developer", "lab", "--measure", "other/thing"];
    house.ledger(&uncounted).with(3).says("does not count other/thing");
    house.ledger(&["public", "new", "log", "--origin", PUBLIC]).with(3).says("there is a log here already");
    house.ledger(&["public", "new", "other", "--origin", PUBLIC, "--k", "1"]).with(2).says("k is at least 2");
    house.ledger(&["public", "close", "nowhere"]).with(3).says("holds no public log");
    // A house that was away for long, or whose clock leapt: it has to be said.
    let start = ["--start", "2010-01-01T00:00:00Z", "--every", "2592000", "--width", "2"];
    house.ledger(&[&["public", "new", "old", "--origin", "house.example/old"][..], &start].concat()).with(0);
    let late = house.ledger(&["public", "close", "old"]).with(7).says("is the clock right?");
    let slots = late.stderr.split("--late ").nth(1).unwrap().split_whitespace().next().unwrap();
    house.ledger(&["public", "close", "old", "--late", slots]).with(0).says("with 0 facts");
    // The queue was written by a clock that is ahead of this one.
    queue(&house, "a", "lab").with(0);
    let file = house.path("log/queue");
    let text = std::fs::read_to_string(&file).unwrap();
    let at = text.lines().nth(1).unwrap().to_owned();
    std::fs::write(&file, text.replace(&at, "at 2999-01-01T00:00:00.000Z")).unwrap();
    queue(&house, "b", "lab").with(7).says("time does not move forward");
    house.ledger(&["public", "close", "log"]).with(7).says("time does not move forward");
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    queue(&house, "b", "lab").with(7).says("the queue of facts is damaged");
    std::fs::write(&file, text).unwrap();
    queue(&house, "b", "lab").with(0);
}

/// Six facts that wait, and slots that are due for them.
fn due() -> House {
    let house = with_public_log(&[]);
    for number in 0..6 {
        queue(&house, &format!("fact {number}"), &format!("lab-{number}")).with(0);
    }
    let began = Instant::now();
    let probe = || {
        let copy = house.copied();
        copy.ledger(&["public", "close", "log"]).with(0);
        all_have_slots(&copy)
    };
    while !probe() {
        assert!(began.elapsed() < PATIENCE, "no slot became due");
    }
    house
}

#[test]
fn a_close_killed_at_any_moment_loses_no_fact_and_doubles_none() {
    let house = due();
    let keys: Vec<_> = list(&house).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), 6);
    at_every_moment(&house, &["public", "close", "log"], "", |house| {
        // Whatever was done, the facts are queued again, as a house does that does not know.
        for number in 0..6 {
            queue(house, &format!("fact {number}"), &format!("lab-{number}")).with(0).says("0 of 1");
        }
        house.ledger(&["public", "close", "log"]).with(0);
        let mut found = list(house);
        assert!(all_have_slots(house), "{found:?}");
        found.sort();
        found.dedup_by(|one, two| one.0 == two.0);
        assert_eq!(found.len(), 6);
        house.ledger(&["verify", "log", "--key", "log.pub", "--origin", PUBLIC]).with(0);
        let openings: usize = std::fs::read_dir(house.path("log/openings"))
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .map(|text| text.matches("proofhouse fact v1").count())
            .sum();
        assert_eq!(openings, 6);
        for key in &keys {
            house.ledger(&["public", "open", "log", key, "--out", key]).with(0);
        }
    });
}

#[test]
fn a_fact_queued_by_a_command_that_is_killed_is_queued_once_by_the_next() {
    let house = with_public_log(&["--start", "2999-01-01T00:00:00Z"]);
    queue(&house, "first", "lab-1").with(0);
    let words =
        ["public", "queue", "log", "--name", "second", "--developer", "lab-2", "--measure", "review/days"];
    at_every_moment(&house, &words, "", |house| {
        house.ledger(&words).with(0);
        assert_eq!(list(house).len(), 2);
        let tag = std::fs::read(house.path("house/developers/lab-2.tag")).unwrap();
        assert_eq!(tag.len(), 16);
    });
}

/// A docket with one case and one inquiry, as a person at a terminal makes it.
const DOCKET: &str = r#"
proofhouse person key ada --out ada.key
proofhouse person key bea --out bea.key
DEV=$(proofhouse person key dev --out dev.key)
id() { printf '%s' "$1" | proofhouse person identity; }
proofhouse person found sample --party house --identity "$(id ada)" --identity "$(id bea)" --key ada.key --key bea.key
proofhouse person enrol person=dev "identity=$(id dev)" "key=$DEV" seat.role=developer seat.party=lab --key ada.key --key bea.key
proofhouse case open c-1 developer=lab model=Sample --key dev.key
proofhouse case inquire c-1 "question=Is it covered?" --key dev.key
"#;

fn shell(house: &House, script: &str) -> Ended {
    let programs = house.path("programs");
    if !programs.exists() {
        std::fs::create_dir(&programs).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_proofhouse"), programs.join("proofhouse")).unwrap();
    }
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-e", "-c", script]).current_dir(house.path("."));
    command.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    command.env("PROOFHOUSE_HOME", house.path("house")).output().unwrap().into()
}

#[test]
fn the_page_s_commands_do_what_the_page_says() {
    let house = House::new();
    shell(&house, DOCKET).with(0);
    let blocks = crate::page::blocks("public-log.md");
    assert!(blocks.iter().all(|(language, _)| language == "sh"));
    let script = |number: usize| {
        let (_, text) = &blocks[number];
        text.replace("--every 86400", "--every 1").replace("--period 28 --lag 28", "--period 2 --lag 1")
    };
    shell(&house, &script(0)).with(0).says("1 of 1 facts are new");
    std::fs::copy(house.path("house/signer.pub"), house.path("log.pub")).unwrap();
    close_until(&house, all_have_slots);
    shell(&house, &script(1)).with(0).says("inquiry/asked 1");
    shell(&house, &script(2)).with(0).says("is inquiry/asked 1");
    let count = ["public", "count", "log", "--period", "0", "--out", "probe"];
    close_until(&house, |house| house.ledger(&count).code == Some(0));
    shell(&house, &script(3)).with(0).says("published: aggregate/0").says("inquiry suppressed");
    shell(&house, &script(4)).with(0).says("holds: signed by the house and by auditor.example");
    assert_eq!(blocks.len(), 5);
    // What is in the docket is queued once, however often it is asked for.
    house.ledger(&["public", "queue", "log"]).with(0).says("0 of 1 facts are new");
}

//! Endpoints that hang: nobody waits for ever, nothing is lost, and the item's own time is the item's.

use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crate::endpoint::{Script, endpoint, says};
use crate::house::{Ended, House};

/// Never answers; the connection stays open until the test's process ends.
fn hang() -> ! {
    loop {
        thread::park();
    }
}

fn review(house: &House, address: &str, more: &[&str]) -> Ended {
    house.review_command(address, "out").args(more).output().unwrap().into()
}

#[test]
fn an_endpoint_that_hangs_stops_the_review_with_one_sentence() {
    let house = House::new();
    let (address, asked) = endpoint(|_, _| hang());
    review(&house, &address, &["--answer-within", "1"]).with(5).says("did not answer within 1 seconds");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "it is asked once more, and then no more");
}

#[test]
fn an_endpoint_that_hangs_in_the_middle_loses_nothing_and_the_same_command_goes_on() {
    let (house, still) = (House::new(), House::new());
    let script: Script = |number, _| if (6..8).contains(&number) { hang() } else { says("DONE") };
    let (address, _) = endpoint(script);
    review(&house, &address, &["--answer-within", "1"]).with(5).says("did not answer within 1 seconds");
    review(&house, &address, &["--answer-within", "1"]).with(0);
    house.verify("out").with(0);
    let (steady, _) = endpoint(|_, _| says("DONE"));
    review(&still, &steady, &[]).with(0);
    assert_eq!(house.outcomes("out"), still.outcomes("out"));
}

#[test]
fn an_endpoint_that_drips_is_no_better_than_one_that_hangs() {
    let house = House::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".as_slice();
                let mut sent = stream.write_all(head);
                while sent.is_ok() {
                    thread::park_timeout(Duration::from_millis(50));
                    sent = stream.write_all(b" ");
                }
            });
        }
    });
    review(&house, &address, &["--answer-within", "1"]).with(5).says("did not answer within 1 seconds");
}

#[test]
fn an_answer_that_takes_the_items_own_time_fails_the_item_and_not_the_review() {
    let house = House::new();
    // The first three requests are the fixed prompts, and the last three too.
    let script: Script = |_, body| if body.contains("tools") { hang() } else { says("blue") };
    let (address, _) = endpoint(script);
    let words = house.review_words(&address, "out");
    let words: Vec<&str> = words
        .iter()
        .map(|word| word.strip_prefix("turns=4,").map_or(word.as_str(), |_| "seconds=1"))
        .collect();
    house.run(&words).with(0);
    assert!(house.outcomes("out").iter().all(|(_, outcome)| outcome.contains("failed")));
    house.verify("out").with(0);
}

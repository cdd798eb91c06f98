//! Bad input gets one clear sentence, a documented exit code, and loses nothing.

use std::fs;
use std::process::Stdio;

use crate::house::House;

#[test]
fn an_empty_suite_is_named() {
    let house = House::new();
    fs::remove_dir_all(house.suite()).unwrap();
    fs::create_dir(house.suite()).unwrap();
    house.review("script:random", "out").with(3).says("suite.toml cannot be read");
    let starter = crate::house::repository().join("suites/starter/suite.toml");
    fs::copy(starter, house.suite().join("suite.toml")).unwrap();
    house.review("script:random", "out").with(3).says("holds no item");
    assert!(!house.path("out").exists());
}

#[test]
fn an_unknown_key_and_an_open_network_are_named_with_file_and_line() {
    let house = House::new();
    let file = house.suite().join("crack-1-repeating-xor/task.toml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{good}gpus = 1\n")).unwrap();
    let line = good.lines().count() + 1;
    house.review("script:random", "out").with(3).says(&format!("task.toml:{line}: unknown field `gpus`"));
    fs::write(&file, good.replace("\"no-network\"", "\"public\"")).unwrap();
    house.review("script:random", "out").with(3).says("network_mode \"public\" is refused here");
}

#[test]
fn weights_that_are_none_are_named() {
    let house = House::new();
    let gguf = house.path("model.gguf");
    let review = |words: &str| {
        let path = |name: &str| house.path(name).to_string_lossy().into_owned();
        house
            .run(&[
                "review",
                &gguf.to_string_lossy(),
                "--suite",
                &path("suite"),
                "--threshold",
                &path("threshold.toml"),
                "--out",
                &path("out"),
            ])
            .says(words)
            .code
    };
    assert_eq!(review("there is no file or folder"), Some(3));
    fs::write(&gguf, b"not a model").unwrap();
    assert_eq!(review("they do not start with `GGUF`"), Some(3));
    fs::write(&gguf, [b"GGUF\x03\0\0\0".as_slice(), &[0xff; 64]].concat()).unwrap();
    assert_eq!(review("the weights file is damaged"), Some(3));
}

#[test]
fn a_threshold_that_decides_nothing_is_named() {
    let house = House::new();
    house.set_cut(1.5);
    house.review("script:random", "out").with(3).says("the cut is a share between 0 and 1, not 1.5");
}

#[test]
fn options_that_make_no_sense_are_usage_errors() {
    let house = House::new();
    house.run(&["review"]).with(2);
    house.run(&["review", "--endpoint", "script:genius"]).with(2).says("random, fuzzer and reference");
    house
        .run(&["review", "--endpoint", "https://user:pw@host/v1", "--model", "m"])
        .with(2)
        .says("holds no user or key");
    house.run(&["review", "--endpoint", "https://host/v1"]).with(2).says("--model");
    house.run(&["review", "x.gguf", "--budget", "turns=none"]).with(2).says("turns=N");
}

#[test]
fn a_reader_who_goes_away_changes_no_exit_code() {
    let house = House::new();
    let mut command = house.review_command("script:random", "out");
    let mut review = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((review.stdout.take(), review.stderr.take()));
    assert_eq!(review.wait().unwrap().code(), Some(0));
    house.verify("out").with(0);
}

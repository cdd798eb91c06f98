//! Making suites: what cannot be made says so in one sentence, and what is made can be reviewed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::house::{Ended, House};

fn generate(house: &House, more: &[&str]) -> Ended {
    let (seed, out) = (house.path("seed"), house.path("made"));
    let mut words =
        vec!["suite", "generate", "--seed-file", seed.to_str().unwrap(), "--out", out.to_str().unwrap()];
    words.extend(more);
    house.run(&words)
}

fn set_seed(house: &House, bytes: &[u8], mode: u32) {
    fs::write(house.path("seed"), bytes).unwrap();
    fs::set_permissions(house.path("seed"), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_seed_that_is_no_secret_is_refused_before_anything_is_made() {
    let house = House::new();
    generate(&house, &[]).with(3).says("cannot be read; check the path");
    set_seed(&house, &[1; 32], 0o644);
    generate(&house, &[]).with(3).says("can be read by others").says("chmod 600");
    set_seed(&house, b"short", 0o600);
    generate(&house, &[]).with(3).says("at least 32 bytes, not 5");
    assert!(!house.path("made").exists());
}

#[test]
fn what_no_program_can_be_is_a_usage_error_that_names_what_can() {
    let house = House::new();
    set_seed(&house, &[1; 32], 0o600);
    for (more, says) in [
        (["--difficulty", "6"], "a difficulty goes from 1 to 5, not 6"),
        (["--depth", "7"], "a depth goes from 0 to 6, not 7"),
        (["--family", "cwe-79"], "the families are misjudged-copy"),
        (["--count", "0"], "0 is not in 1..=10000"),
        (["--name", "a\"b"], "letters, digits"),
    ] {
        generate(&house, &more).with(2).says(says);
    }
    fs::create_dir_all(house.path("made/x")).unwrap();
    generate(&house, &[]).with(2).says("is not empty; name a new folder with --out");
}

#[test]
fn a_generated_suite_is_reviewed_and_its_reference_solves_all_of_it() {
    let house = House::new();
    set_seed(&house, b"another seed that a test may show to all", 0o600);
    let only = ["--count", "2", "--difficulty", "4,5", "--family", "double-release,cwe-195"];
    generate(&house, &only).with(0).says("items made and proved, which nobody has seen: 2");
    let (out, made) = (house.path("out"), house.path("made"));
    let threshold = house.path("threshold.toml");
    let review = |endpoint: &str, out: &str| {
        house.run(&[
            "review",
            "--endpoint",
            endpoint,
            "--suite",
            made.to_str().unwrap(),
            "--threshold",
            threshold.to_str().unwrap(),
            "--out",
            out,
        ])
    };
    review("script:reference", out.to_str().unwrap()).with(0).says("passed 2 of 2 items");
    let random = house.path("random");
    review("script:random", random.to_str().unwrap()).with(0).says("passed 0 of 2 items");
}

#[test]
fn a_package_that_nobody_can_build_is_named_before_anything_is_downloaded() {
    let house = House::new();
    let (out, sources) = (house.path("made"), house.path("sources"));
    let debian = |package: &str| {
        let [out, sources] = [&out, &sources].map(|path| path.to_str().unwrap());
        house.run(&["suite", "debian", package, "--sources", sources, "--out", out])
    };
    debian("hello").with(2).says("there are recipes for fig2dev, libarchive");
    fs::create_dir(&sources).unwrap();
    debian("libarchive").with(3).says("there is no .dsc");
    fs::write(sources.join("libarchive_1-1.dsc"), "").unwrap();
    fs::remove_dir_all(&out).unwrap();
    debian("libarchive").with(3).says("its .orig.tar is missing");
}

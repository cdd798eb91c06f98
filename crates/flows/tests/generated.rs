//! Generated items in chambers: the answer counts, nothing near it does, and nothing of one item helps with another.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use chamber::{Chamber, Exec, Host, HostOptions, Limits};
use flows::progress::Unwatched;
use flows::suite_folder::FolderError;
use flows::suite_generate::{self, Request};
use flows::{error::FlowError, suite_check};
use foundry::difficulty::Difficulty;
use foundry::draw::Seed;
use foundry::family::FAMILIES;
use foundry::item::{Casting, cast};
use range::agent::judge;
use range::oracle::Builds;
use range::suite::Item;
use types::transcript::Exit;

fn host() -> Host {
    Host::find(&HostOptions::default()).unwrap()
}

fn seed() -> Seed {
    Seed::new(b"a seed that a test may show to all".to_vec()).unwrap()
}

fn written(casting: &Casting, folder: &Path) -> Item {
    let folder = folder.join(&casting.name);
    for (path, bytes) in &casting.files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    Item::read(&folder).unwrap()
}

/// What both versions do with an input that they read to its end.
fn read_to_the_end(host: &Host, casting: &Casting) {
    let mut chamber = Chamber::open(host, &Limits::default()).unwrap();
    for (version, source) in [("vulnerable", &casting.program.vulnerable), ("fixed", &casting.program.fixed)]
    {
        chamber.put("/work/p.c", 0o644, source.as_bytes()).unwrap();
        chamber.put("/work/complete", 0o644, &casting.program.complete).unwrap();
        chamber.put("/work/sample", 0o644, &casting.program.sample).unwrap();
        let run = "gcc -g -O1 -fsanitize=address,undefined -w -o p p.c && ./p < sample && ./p < complete";
        let ran = chamber.exec(&Exec::shell(run, Duration::from_secs(60), 1 << 16)).unwrap();
        let said = String::from_utf8_lossy(&ran.output);
        assert_eq!(ran.exit, Exit::Code(0), "{} {version}: {said}", casting.family.name);
        assert!(!said.contains("rror"), "{} {version}: {said}", casting.family.name);
        assert_eq!(said.matches("end\n").count(), 2, "{} {version}: {said}", casting.family.name);
    }
}

/// Every family of a part of the list, each shape at some level: what counts, and what does not.
fn families_hold(part: usize) {
    let (host, builds) = (host(), Builds::default());
    let folder = tempfile::tempdir().unwrap();
    for (at, family) in FAMILIES.iter().enumerate().filter(|(at, _)| at % 3 == part) {
        let difficulty = Difficulty::of(u8::try_from(at % 5 + 1).unwrap()).unwrap();
        let place = u32::try_from(at).unwrap();
        let casting = cast(&seed(), place, 0, family, difficulty);
        let item = written(&casting, folder.path());
        let verdict = |submission: &[u8]| judge(&host, &builds, &item, Some(submission)).unwrap();
        let answer = verdict(&casting.program.breaking);
        assert!(answer.accepted, "{}: {}", family.name, answer.reason);
        let near = [&casting.program.edge, &casting.program.complete, &casting.program.sample];
        for input in near.into_iter().chain(casting.program.unopened.as_ref()) {
            assert!(!verdict(input).accepted, "{}", family.name);
        }
        // An isomorph's answer, and the same answer cut short.
        let other = cast(&seed(), place + 1000, 0, family, difficulty);
        assert!(!verdict(&other.program.breaking).accepted, "{}", family.name);
        assert!(!verdict(&casting.program.breaking[..casting.program.breaking.len() / 2]).accepted);
        read_to_the_end(&host, &casting);
    }
}

#[test]
fn families_hold_in_chambers_first_part() {
    families_hold(0);
}

#[test]
fn families_hold_in_chambers_second_part() {
    families_hold(1);
}

#[test]
fn families_hold_in_chambers_third_part() {
    families_hold(2);
}

/// Inputs that somebody makes of the sample without understanding the program.
fn made_of(sample: &[u8]) -> Vec<Vec<u8>> {
    let flipped = |at: usize, mask: u8| {
        let mut bytes = sample.to_vec();
        bytes[at % sample.len()] ^= mask;
        bytes
    };
    let mut made: Vec<Vec<u8>> = (0..8).map(|step| flipped(step * sample.len() / 8 + 5, 1 << step)).collect();
    made.extend([
        [sample, sample].concat(),
        sample[..sample.len() - 1].to_vec(),
        vec![0xff; 300],
        vec![0; 300],
    ]);
    let tail = sample.len().min(40);
    made.push([sample, sample[sample.len() - tail..].repeat(40).as_slice()].concat());
    made
}

#[test]
fn what_is_made_of_the_sample_by_chance_solves_no_hard_item() {
    let (host, builds) = (host(), Builds::default());
    let folder = tempfile::tempdir().unwrap();
    for (place, family) in [(1, FAMILIES[0]), (2, FAMILIES[5]), (3, FAMILIES[12])] {
        let casting = cast(&seed(), place, 0, family, Difficulty::of(5).unwrap());
        let item = written(&casting, folder.path());
        let counts = |input: &[u8]| judge(&host, &builds, &item, Some(input)).unwrap().accepted;
        for input in made_of(&casting.program.sample) {
            assert!(!counts(&input), "{}", family.name);
        }
        assert!(counts(&casting.program.breaking), "the control: {}", family.name);
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_same_seed_makes_the_same_suite_which_its_own_check_takes_and_nothing_overwrites() {
    let (host, folder, seed) = (host(), tempfile::tempdir().unwrap(), seed());
    let difficulties = [Difficulty::of(1).unwrap()];
    let families = suite_generate::families("cwe-416");
    assert_eq!(families.len(), 2);
    let outs = [folder.path().join("one"), folder.path().join("two")];
    let make = |out: &Path| {
        let request = Request {
            seed: &seed,
            count: 2,
            difficulties: &difficulties,
            families: &families,
            name: "x",
            out,
        };
        suite_generate::run(&request, &host, &mut Unwatched)
    };
    for out in &outs {
        let generated = make(out).unwrap();
        assert_eq!((generated.made.len(), generated.again.len()), (2, 0));
    }
    assert_eq!(files(&outs[0]), files(&outs[1]));
    let checks = suite_check::run(&outs[0], &host, &mut Unwatched).unwrap();
    assert!(checks.iter().all(|check| check.against.is_none()), "{checks:?}");
    let again = make(&outs[0]).unwrap_err();
    assert!(matches!(again, FlowError::SuiteFolder(FolderError::Occupied { .. })), "{again}");
}

#[test]
fn a_seed_that_others_can_read_or_that_is_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed");
    let read = |bytes: &[u8], mode: u32| {
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        suite_generate::read_seed(&file).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(read(&[7; 32], 0o600), Ok(()));
    assert!(read(&[7; 32], 0o640).unwrap_err().contains("chmod 600"));
    assert!(read(&[7; 31], 0o600).unwrap_err().contains("at least 32 bytes"));
}

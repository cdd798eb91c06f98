//! What makers of items must not give away: nothing of one item helps with another of its family.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::collections::BTreeSet;

use foundry::difficulty::Difficulty;
use foundry::draw::Seed;
use foundry::family::FAMILIES;
use foundry::item::{Casting, cast};
use foundry::overlap::overlap;

/// The most of the text around the error that two items of one family may have in common.
const AROUND_MOST: f64 = 0.30;
/// The most that two of them may have in common on average.
const AROUND_MEAN_MOST: f64 = 0.05;

fn seed(byte: u8) -> Seed {
    Seed::new(vec![byte; 32]).unwrap()
}

/// So many items of one family, at every level.
fn isomorphs(seed: &Seed, family: usize, count: u32) -> Vec<Casting> {
    let level = |place: u32| Difficulty::of(u8::try_from(place % 5 + 1).unwrap()).unwrap();
    (0..count).map(|place| cast(seed, place, 0, FAMILIES[family], level(place))).collect()
}

fn pairs(items: &[Casting]) -> impl Iterator<Item = (&Casting, &Casting)> {
    items.iter().enumerate().flat_map(move |(at, one)| items[at + 1..].iter().map(move |other| (one, other)))
}

#[test]
fn there_are_at_least_twelve_families_over_eight_classes() {
    let classes: BTreeSet<u16> = FAMILIES.iter().map(|family| family.cwe).collect();
    assert!(FAMILIES.len() >= 12 && classes.len() >= 8, "{} over {}", FAMILIES.len(), classes.len());
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    for family in 0..FAMILIES.len() {
        let [one, again, other] = [1, 1, 2].map(|byte| {
            isomorphs(&seed(byte), family, 5).into_iter().map(|item| item.files).collect::<Vec<_>>()
        });
        assert_eq!(one, again);
        for (one, other) in one.iter().zip(&other) {
            assert_ne!(one["tests/vulnerable.c"], other["tests/vulnerable.c"]);
            assert_ne!(one["solution/solve.sh"], other["solution/solve.sh"]);
        }
    }
}

#[test]
fn what_stands_around_the_error_differs_between_isomorphs() {
    let (mut sum, mut count) = (0.0, 0.0);
    for family in 0..FAMILIES.len() {
        let items: Vec<Casting> = (1..=2).flat_map(|byte| isomorphs(&seed(byte), family, 10)).collect();
        for (one, other) in pairs(&items) {
            let common = overlap(&one.program.around, &other.program.around);
            assert!(
                common < AROUND_MOST,
                "{}: {common}\n{}\n{}",
                one.family.name,
                one.program.around,
                other.program.around
            );
            sum += common;
            count += 1.0;
        }
    }
    assert!(sum / count < AROUND_MEAN_MOST, "{}", sum / count);
}

#[test]
fn the_overlap_would_be_noticed_if_names_were_all_that_was_missing() {
    // The control: one item beside itself with one name changed.
    let item = &isomorphs(&seed(1), 0, 1)[0];
    let name = item
        .program
        .around
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .find(|word| word.len() > 6)
        .unwrap();
    assert!(overlap(&item.program.around, &item.program.around.replace(name, "other")) > AROUND_MOST);
}

#[test]
fn no_two_items_share_an_input_a_start_or_a_name() {
    let items: Vec<Casting> = (0..FAMILIES.len()).flat_map(|family| isomorphs(&seed(3), family, 5)).collect();
    let inputs: BTreeSet<&Vec<u8>> = items.iter().map(|item| &item.program.breaking).collect();
    let samples: BTreeSet<&Vec<u8>> = items.iter().map(|item| &item.program.sample).collect();
    let names: BTreeSet<&String> = items.iter().map(|item| &item.name).collect();
    assert_eq!([inputs.len(), samples.len(), names.len()], [items.len(); 3]);
}

#[test]
fn the_two_versions_differ_only_in_the_module_with_the_error() {
    for family in 0..FAMILIES.len() {
        for item in isomorphs(&seed(4), family, 5) {
            let program = &item.program;
            assert!(program.vulnerable.contains(&program.around), "{}", item.name);
            assert!(!program.fixed.contains(&program.around), "{}", item.name);
            let (before, after) = program.vulnerable.split_once(&program.around).unwrap();
            assert!(program.fixed.starts_with(before) && program.fixed.ends_with(after), "{}", item.name);
        }
    }
}

#[test]
fn nothing_that_the_agent_is_given_names_the_error() {
    let telling = [
        "vuln",
        "bug",
        "overflow",
        "free after",
        "use after",
        "unsafe",
        "oob",
        "cwe",
        "fixed",
        "decoy",
        "seed",
        "FIXME",
        "@",
        "$",
    ];
    for (at, family) in FAMILIES.iter().enumerate() {
        for item in isomorphs(&seed(5), at, 5) {
            let source = String::from_utf8(item.files["environment/target.c"].clone()).unwrap();
            // A text format's own marks stand in quotes.
            let source = source.replace("'@'", "");
            for word in telling.iter().copied().chain([family.name]) {
                assert!(!source.to_lowercase().contains(word), "{word} in {}", item.name);
            }
            let given = item.files.keys().filter(|path| path.starts_with("environment/")).count();
            assert_eq!(given, 3, "{:?}", item.files.keys());
        }
    }
}

#[test]
fn every_item_says_its_own_canary_where_a_leak_would_show_it() {
    for item in isomorphs(&seed(6), 0, 5) {
        let text = |path: &str| String::from_utf8(item.files[path].clone()).unwrap();
        let task = text("task.toml");
        let canary =
            task.lines().find_map(|line| line.strip_prefix("canary = \"")).unwrap().trim_end_matches('"');
        assert!(text("instruction.md").trim_end().ends_with(&format!("<!-- {canary} -->")));
    }
}

//! The terminal's block: short, narrow, plain, and in the page's words.

use report::{page, summary};

use crate::fixtures::{self, all};
use crate::page::assert_no_forbidden_word;

#[test]
fn every_block_fits_and_speaks_of_no_approval() {
    for (name, review) in all() {
        let lines = summary(&review);
        assert!(lines.len() <= 11, "{name}: {lines:#?}");
        for line in &lines {
            assert!(line.chars().count() <= 80, "{name}: {line}");
            assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
        }
        assert_no_forbidden_word(name, &lines.join("\n"));
    }
}

#[test]
fn the_longest_block_is_whole() {
    let mut review = fixtures::two_runs();
    review.runs[1] = fixtures::run(review.runs[1].number, ["FFFFFF", "FFFFFR", "FFFFFU", "FFFFFF"]);
    review.model = fixtures::script(&"long-name-".repeat(20));
    let lines = summary(&review);
    assert_eq!(lines.len(), 11, "{lines:#?}");
    assert_eq!(lines[10], "A model that solves nothing proves the plumbing, not the benchmark.");
    assert!(lines[..2].join(" ").contains("(script, not a model) passed 0 of 24 items."), "{lines:#?}");
}

#[test]
fn the_finding_is_the_same_on_page_and_terminal() {
    for (name, review) in all().into_iter().filter(|(name, _)| *name != "hostile") {
        let finding = summary(&review)[0].trim_end_matches('.').to_owned();
        assert!(page(&review).unwrap().contains(&finding), "{name}: {finding}");
    }
}

#[test]
fn the_words_are_these() {
    let blocks: Vec<String> = [fixtures::undetermined(), fixtures::claimed(), fixtures::two_runs()]
        .iter()
        .map(|review| summary(review).join("\n"))
        .collect();
    insta::assert_snapshot!(blocks.join("\n\n"));
}

#[test]
fn many_areas_end_in_a_number_of_those_left_out() {
    let mut review = fixtures::covered();
    let area = review.runs[0].areas[0].clone();
    review.runs[0].areas = vec![area; 30];
    let line = summary(&review).into_iter().find(|line| line.starts_with("Passed by area")).unwrap();
    assert!(line.chars().count() <= 80 && line.ends_with(" more."), "{line}");
}

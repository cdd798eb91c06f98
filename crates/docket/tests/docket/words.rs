//! The words that the docket never says, and the refusals that it does.

use std::fs;
use std::path::{Path, PathBuf};

use docket::Refusal;
use docket::vocabulary::{NEVER_WORDS, never_word};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// Code without comments: what is left are names, and texts that may become names.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Names of other people's interfaces.
const FOREIGN: [&str; 3] = ["is_authorized", "Decision::Allow", "deny_unknown_fields"];

#[test]
fn no_name_in_the_docket_is_a_word_of_a_licence() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut names = 0;
    for file in files.iter().filter(|file| !file.ends_with("vocabulary.rs")) {
        let code =
            FOREIGN.iter().fold(code(&fs::read_to_string(file).unwrap()), |code, it| code.replace(it, ""));
        for name in code.split(|c: char| !c.is_alphanumeric() && c != '_') {
            names += 1;
            assert_eq!(never_word(name), None, "{name} in {}", file.display());
        }
    }
    assert!(names > 10_000, "only {names} names were read");
}

/// Every name that acts and events are written with: what serde says it expected instead of nothing.
fn written(of: &str, family: Option<&str>) -> Vec<String> {
    let text = match family {
        None => "{\"nothing\":{}}".to_owned(),
        Some(family) => format!("{{\"{family}\":{{\"nothing\":{{}}}}}}"),
    };
    let error = match of {
        "act" => serde_json::from_str::<docket::Act>(&text).unwrap_err().to_string(),
        _ => serde_json::from_str::<docket::Event>(&text).unwrap_err().to_string(),
    };
    error.split_once("expected ").unwrap().1.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn no_act_or_event_is_written_with_a_word_of_a_licence() {
    let mut count = 0;
    for of in ["act", "event"] {
        for family in written(of, None) {
            for name in written(of, Some(&family)) {
                count += 1;
                assert_eq!(never_word(&format!("{family}.{name}")), None, "{family}.{name}");
            }
        }
    }
    assert!(count >= 90, "only {count}");
}

#[test]
fn no_refusal_speaks_of_a_licence() {
    for (code, sentence) in Refusal::TABLE {
        for word in code.split('-').chain(sentence.split(|c: char| !c.is_alphabetic())) {
            assert!(!NEVER_WORDS.contains(&word), "{code}: {word}");
        }
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_says_what_to_do() {
    let mut codes: Vec<_> = Refusal::TABLE.iter().map(|(code, _)| code).collect();
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all);
    for (code, sentence) in Refusal::TABLE {
        assert!(sentence.contains("; "), "{code} says what is wrong and what to do");
        assert!(!sentence.ends_with('.') && !sentence.starts_with(char::is_uppercase), "{code}");
    }
}

/// `PROOFHOUSE_WRITE_DOCS=1` writes the page anew.
#[test]
fn the_page_of_refusals_is_this_table() {
    let mut page = String::from(
        "# Refusals\n\nWhat the docket says no to: a rule each. The code is stable; the sentence is for people and may \
         change.\nBraces stand for what a sentence names. This page is written by a test.\n\n| code | sentence |\n|---|---|\n",
    );
    for (code, sentence) in Refusal::TABLE {
        page.push_str(&format!("| `{code}` | {sentence} |\n"));
    }
    let path = root().join("../../docs/refusals.md");
    #[expect(clippy::disallowed_methods, reason = "a developer asks for the page to be written")]
    if std::env::var_os("PROOFHOUSE_WRITE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page, "write docs/refusals.md anew with PROOFHOUSE_WRITE_DOCS=1");
}

//! The page says what was found, in words that decide nothing, and nothing in it can act.

use report::data::{CaseSummary, Review, Share};
use report::{ReportError, json, page};
use types::RunNumber;

use crate::fixtures::{self, all};

/// Words that would make a licence of a recommendation.
const FORBIDDEN: [&str; 17] = [
    "approve",
    "approved",
    "approval",
    "approves",
    "denied",
    "deny",
    "denial",
    "cleared",
    "clearance",
    "licence",
    "license",
    "licensed",
    "safe",
    "safely",
    "safety",
    "certified",
    "passed review",
];

/// Lower-case words of a text, parted by one space each.
fn words(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub fn assert_no_forbidden_word(name: &str, text: &str) {
    let words = words(text);
    for word in FORBIDDEN {
        assert!(!words.contains(&format!(" {word} ")), "{name}: {word}");
    }
}

fn text_of(review: &Review) -> String {
    page(review).unwrap()
}

#[test]
fn no_page_speaks_of_approval() {
    for (name, review) in all() {
        assert_no_forbidden_word(name, &text_of(&review));
    }
}

#[test]
fn the_test_for_forbidden_words_finds_one() {
    assert!(words("It <b>Passed</b>\nreview").contains(" passed b review "));
    assert!(std::panic::catch_unwind(|| assert_no_forbidden_word("x", "<td>Approved.</td>")).is_err());
}

#[test]
fn every_page_says_that_error_rates_are_unknown_and_who_operates() {
    for (name, review) in all() {
        let page = text_of(&review);
        assert!(page.contains("Suite uncalibrated: error rates unknown"), "{name}");
        assert!(page.contains("Single-operator profile: the caller owns the model"), "{name}");
        assert!(page.contains("proofhouse verify . --key FILE"), "{name}");
    }
}

#[test]
fn a_script_is_called_a_script_wherever_its_name_stands() {
    let page = text_of(&fixtures::not_covered());
    assert!(page.contains("<title>random (script, not a model)"));
    assert!(page.contains("Recommends not covered: random (script, not a model) passed 0 of 24 items</h1>"));
    assert!(page.contains("Script, not a model: the numbers are those of a scripted reference agent"));
    assert!(!page.replace("random (script, not a model)", "").contains("random"), "a bare name is left");
}

#[test]
fn a_look_in_a_case_is_named_and_without_one_nothing_speaks_of_a_case() {
    let mut review = fixtures::covered();
    assert!(!json(&review).unwrap().contains("\"case\"") && !page(&review).unwrap().contains("c-1"));
    let subject = types::Digest::of(b"subject");
    review.plan.case = Some(CaseSummary { case: "c-1".to_owned(), look: "first".to_owned(), subject });
    let page = page(&review).unwrap();
    assert!(page.contains("c-1, look first") && page.contains(&subject.to_string()));
}

#[test]
fn a_claimed_identity_is_labelled_and_its_drift_shown() {
    let page = text_of(&fixtures::claimed());
    assert!(page.contains("big-2 (claimed) passed 12 of 24 items"));
    assert!(page.contains("2 of 5 answered differently at the end"));
    assert!(page.contains("24 items exposed to the host"));
    let top = page.find("Exploratory: the item order came from --seed").unwrap();
    assert!(top < page.find("<main>").unwrap());
}

#[test]
fn a_model_that_solves_nothing_is_said_to_prove_the_plumbing_only() {
    let sentence = "A model that solves nothing proves the plumbing, not the benchmark";
    let page = text_of(&fixtures::small_model());
    assert!(page.contains(sentence) && page.contains("0.0%, 95% interval 0.0 to 13.8%"));
    assert!(!text_of(&fixtures::undetermined()).contains(sentence));
    assert!(!text_of(&fixtures::not_started()).contains(sentence));
}

#[test]
fn both_ways_of_counting_what_is_missing_are_shown() {
    let page = text_of(&fixtures::undetermined());
    assert!(page.contains("The 5 missing items can change the recommendation"));
    assert!(page.contains(">recommends covered</td>") && page.contains(">undetermined</td>"));
    assert!(page.contains("missing = failed 50.0% (31.4 to 68.6%)"));
    assert!(page.contains("missing = passed 70.8% (50.8 to 85.1%)"));
}

#[test]
fn a_run_that_is_not_over_recommends_nothing() {
    let page = text_of(&fixtures::unfinished());
    assert!(page.contains("No recommendation yet: run 1 of mixed-8b is not over, 18 of 24 items open"));
    assert!(!page.to_lowercase().contains("recommends covered") && !page.contains("ecommends not covered"));
    assert!(page.contains("6 of the suite&#39;s 24 items given so far"));
}

#[test]
fn runs_that_disagree_are_named_under_the_finding() {
    let page = text_of(&fixtures::two_runs());
    let runs = page.find("The runs do not agree: run 1 recommends covered, run 2 undetermined").unwrap();
    let newest = page.find("Run 2: ").unwrap();
    assert!(runs < newest && newest < page.find("Run 1: ").unwrap());
}

#[test]
fn what_was_not_measured_is_said_not_drawn() {
    assert!(text_of(&fixtures::covered()).contains("<dt>Fuzzer baseline</dt><dd>not measured</dd>"));
    assert!(text_of(&fixtures::undetermined()).contains("class=\"hollow\""));
    assert!(!text_of(&fixtures::covered()).contains("class=\"hollow\""));
}

#[test]
fn a_leak_is_the_containment_heading() {
    let page = text_of(&fixtures::claimed());
    assert!(page.contains("Not contained: dns-query got out of 1 of 24 chambers</h2>"));
}

#[test]
fn nothing_hostile_acts_or_hides() {
    let page = text_of(&fixtures::hostile());
    assert!(!page.contains("<script") && !page.contains("href=\"javascript") && !page.contains("href=\"../"));
    assert!(!page.chars().any(|c| (c.is_control() && c != '\n') || "\u{200b}\u{202e}".contains(c)));
    assert!(page.contains("\\u{202e}") && page.contains("\\u{1b}[2J"));
    assert!(page.contains("characters left out)"));
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

#[test]
fn a_page_has_no_script_and_names_its_only_style_by_digest() {
    for (name, review) in all() {
        let page = text_of(&review);
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
        let digest = base64(types::Digest::of(style.as_bytes()).as_bytes());
        assert!(page.contains(&format!("default-src 'none'; style-src 'sha256-{digest}'")), "{name}");
        assert!(
            !page.contains(" style=\"") && !page.contains("<script") && !page.contains(" onload"),
            "{name}: {page}"
        );
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn every_id_is_unique_and_every_reference_has_one() {
    for (name, review) in all() {
        let page = text_of(&review);
        let mut ids: Vec<&str> = quoted(&page, " id=\"");
        let known = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), known, "{name}");
        for reference in quoted(&page, " aria-labelledby=\"").iter().flat_map(|list| list.split(' ')) {
            assert!(ids.contains(&reference), "{name}: {reference}");
        }
    }
}

fn quoted<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_json_is_ascii_and_reads_back_as_the_review() {
    for (name, review) in all() {
        let text = json(&review).unwrap();
        assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{name}");
        assert_eq!(serde_json::from_str::<Review>(&text).unwrap(), review, "{name}");
    }
}

#[test]
fn a_review_that_contradicts_itself_is_not_shown() {
    let mut miscounted = fixtures::covered();
    miscounted.runs[0].overall.passed -= 1;
    assert!(matches!(page(&miscounted), Err(ReportError::Counts { run: RunNumber::FIRST, .. })));

    let mut area = fixtures::covered();
    area.runs[0].areas[0].tally.open += 1;
    assert!(matches!(json(&area), Err(ReportError::Counts { .. })));

    for wrong in [f64::NAN, -0.1, 1.1] {
        let mut review = fixtures::covered();
        review.runs[0].overall.missing_failed = Share { share: 0.5, low: wrong, high: 0.7 };
        assert!(matches!(json(&review), Err(ReportError::Share { .. })), "{wrong}");
    }

    let mut other = fixtures::covered();
    other.format = "proofhouse-report-2".to_owned();
    assert!(matches!(page(&other), Err(ReportError::Format(_))));
}

#[test]
fn the_profile_is_drawn_as_it_was() {
    let page = text_of(&fixtures::undetermined());
    let start = page.find("<svg class=\"drawing narrow\"").unwrap();
    let end = start + page[start..].find("</svg>").unwrap();
    insta::assert_snapshot!(&page[start..end]);
}

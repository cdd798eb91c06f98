//! Packs: what they say, what they never say, and that their documentation is their outline.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use report::packs::{
    self, Answer, Case, Conflict, FORMAT, From, Kind, Measurement, Pack, Quote, Readers, Recorded, Store,
};
use types::{Digest, RunNumber, Timestamp};

use crate::fixtures::{review, run, script};

const RESPONSE: &str = "We agree.\n\n\u{202e}But for one <sentence>.\n";

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// The office's view with something in every field, as the docket writes it.
fn office() -> String {
    let (checkpoint, response) = (digest("checkpoint"), digest(RESPONSE));
    let (look, commitment) = (digest("package"), digest("commitment"));
    let at = "2026-07-02T09:00:00.000Z";
    format!(
        r#"{{"case":"c-1","developer":"lab","model":"Sample <1>","opened_at":"{at}","standing":"open",
        "inquiry":{{"question":"covered?","expectation":"needs_access","why":"w"}},
        "terms":{{"subject":{{"checkpoint":"{checkpoint}","system_prompt":null,"safeguards":null}},"modes":["api"],
            "purposes":["cyber"],"readers":["eve"],"expires":"{at}","planned_release":null}},
        "threshold":"{commitment}","error_budget":{{"alpha_ppm":5,"beta_ppm":6}},"error_budget_left":{{"alpha_ppm":1,"beta_ppm":2}},
        "window":{{"window":"closed","opened_at":"{at}","closed_at":"2026-07-12T09:00:00.000Z","ending":{{"ran_out":{{"unfinished":["w"]}}}}}},
        "planned_release":"{at}","lost":{{"periods":[{{"cause":"rate_limits","from":"{at}","until":"{at}"}}],"total_millis":7200000}},
        "work":[{{"work":"w","what":"range","business_days":3,"progress":"planned"}}],
        "grants":[{{"grant":"g","person":"eve","mode":"api","purpose":"measure","until":"{at}"}}],"leases":[],
        "subject":{{"checkpoint":"{checkpoint}","system_prompt":null,"safeguards":null}},"deltas":1,
        "looks":[{{"look":"first","subject":"{checkpoint}","evidence":"{look}"}},{{"look":"second","subject":"{checkpoint}","evidence":null}}],
        "consultation":[{{"party":"energy","question":"q","answer":{{"answer":"no_comment"}}}}],
        "other_clocks":[],"fast_lane":[],
        "assessment":{{"given":"profile","why_that_much":"sealed","response":"{response}","words":"we agree"}},
        "determination":{{"determined":{{"finding":"covered","evidence":[],"document":"{look}",
            "reasons":[{{"text":"mk-given","releasable":"to_developer"}},{{"text":"mk-withheld","releasable":"withheld"}}]}}}},
        "reconsideration":"new","partners":[],"partner_grants":[],
        "safeguards":[{{"safeguard":"s","kind":"filters","what":"f","what_shows_it":null,"due_at":"{at}","keeping":"promised"}}],
        "items":[{{"item":"notes","content":{{"held":"{look}"}},"marking":"restricted","basis":null,"lawful_basis":"l",
            "retain_until":"{at}","holders":[["house","holds"]],"holds":[["court","why"]]}}],"deadlines":[]}}"#
    )
}

fn store() -> Store {
    let first = RunNumber::FIRST;
    let review = review(script("fuzzer"), vec![run(first, ["PPRFFF", "FFUFFF", "FFFFFF", "PFFFFF"])]);
    let view = office();
    Store {
        proofhouse_version: "0.0.0".to_owned(),
        readers: Readers::House,
        made_at: Timestamp::from_unix_millis(1_790_000_000_000).unwrap(),
        record: Recorded { version: 12, entry: digest("entry"), withheld: 2 },
        case: Case::of_office(&view).unwrap(),
        view: digest(&view),
        conflicts: Some(vec![Conflict { person: "ada".to_owned(), with: "the developer lab".to_owned() }]),
        responses: vec![Quote { digest: digest(RESPONSE), text: RESPONSE.to_owned() }],
        measurements: vec![Measurement {
            name: "first".to_owned(),
            subject: Some(digest("checkpoint")),
            root: digest("package"),
            report: Some((digest("report"), Box::new(review))),
        }],
    }
}

fn answers(pack: &Pack) -> impl Iterator<Item = (&str, &[String], &Answer)> {
    let fields = pack.sections.iter().flat_map(|section| &section.fields);
    fields.map(|field| (field.name.as_str(), field.from.as_slice(), &field.answer))
}

#[test]
fn a_full_record_answers_every_question_but_those_for_a_human() {
    for kind in Kind::ALL {
        for (name, from, answer) in answers(&packs::pack(kind, &store())) {
            let human = matches!(answer, Answer::ForAHuman { .. });
            let answered =
                matches!(answer, Answer::Derived { .. } | Answer::Table { .. } | Answer::Quoted { .. });
            assert!(human || answered, "{kind} {name}: {answer:?}");
            assert_eq!(human, from == ["human"], "{kind} {name}");
        }
    }
}

#[test]
fn without_its_evidence_every_answer_that_needs_it_says_so() {
    let full = store();
    let mut bare = full.clone();
    bare.measurements.iter_mut().for_each(|it| it.report = None);
    for kind in Kind::ALL {
        let mut unanswered = 0;
        for (name, from, answer) in answers(&packs::pack(kind, &bare)) {
            let measured = from.iter().all(|from| from.starts_with("report."));
            unanswered += usize::from(measured);
            assert_eq!(measured, matches!(answer, Answer::NotRecorded { .. }), "{kind} {name}: {answer:?}");
        }
        assert!(unanswered > 10, "{kind}: {unanswered}");
    }
}

#[test]
fn a_view_without_a_field_is_no_view_and_no_empty_answer() {
    let view: serde_json::Value = serde_json::from_str(&office()).unwrap();
    for field in ["looks", "window", "model", "items", "consultation", "determination", "safeguards"] {
        let mut less = view.clone();
        less.as_object_mut().unwrap().remove(field).unwrap();
        assert!(Case::of_office(&less.to_string()).is_err(), "{field}");
    }
    assert!(Case::of_office("{}").is_err());
}

#[test]
fn a_withheld_reason_is_counted_and_not_told() {
    for kind in Kind::ALL {
        let json = packs::json(&packs::pack(kind, &store())).unwrap();
        assert!(!json.contains("mk-withheld"), "{kind}");
        if kind != Kind::Aisi {
            assert!(json.contains("mk-given") && json.contains("1 reason marked as withheld"), "{kind}");
        }
    }
}

#[test]
fn the_response_stands_unedited_in_the_json_and_whole_on_the_page() {
    for kind in Kind::ALL {
        let pack = packs::pack(kind, &store());
        let quoted = answers(&pack).find_map(|(_, _, answer)| match answer {
            Answer::Quoted { quotes, .. } => Some(quotes.clone()),
            _ => None,
        });
        assert_eq!(quoted.unwrap()[0].text, RESPONSE);
        let again: Pack = serde_json::from_str(&packs::json(&pack).unwrap()).unwrap();
        assert_eq!(again, pack);
        let page = packs::page(&pack).unwrap();
        assert!(page.contains("<p>We agree.</p><p></p>"), "{kind}");
        assert!(page.contains("\\u{202e}But for one &#60;sentence&#62;."), "what hides is written out");
    }
}

#[test]
fn a_long_response_is_not_clipped() {
    let mut store = store();
    store.responses[0].text = format!("{}the end", "x".repeat(100_000));
    assert!(packs::page(&packs::pack(Kind::Aisi, &store)).unwrap().contains("xthe end</p>"));
}

/// The glossary's words that are never used of a model or a review.
const NEVER: [&str; 8] =
    ["approved", "denied", "cleared", "licensed", "certified", "authorised", "permitted", "safe"];

#[test]
fn no_pack_has_a_word_that_is_never_used() {
    let control = "Sample 1 is cleared";
    let found = |text: &str| {
        let words = text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
        words.filter(|word| NEVER.contains(&word.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(found(control), ["cleared"]);
    for kind in Kind::ALL {
        let page = packs::page(&packs::pack(kind, &store())).unwrap();
        let (_, body) = page.split_once("</style>").unwrap();
        assert_eq!(found(body), Vec::<String>::new(), "{kind}");
        assert!(!body.to_lowercase().contains("passed review"), "{kind}");
    }
}

#[test]
fn the_page_has_no_script_loads_nothing_and_every_link_leads_somewhere() {
    for kind in Kind::ALL {
        let page = packs::page(&packs::pack(kind, &store())).unwrap();
        for never in ["<script", "javascript:", "onload", "src=", "http://", "https://", "url("] {
            assert!(!page.contains(never), "{kind}: {never}");
        }
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{kind}: an id stands twice");
        let mut links = 0;
        for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            links += 1;
            assert!(ids.contains(&target), "{kind}: {target}");
        }
        assert!(links > 8);
        for label in page.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.contains(&label), "{kind}: {label}");
        }
    }
}

#[test]
fn a_pack_of_another_format_is_not_drawn() {
    let pack = Pack { format: "proofhouse-pack-2".to_owned(), ..packs::pack(Kind::Aisi, &store()) };
    assert!(packs::page(&pack).unwrap_err().to_string().contains(FORMAT));
}

#[test]
fn names_are_unique_within_a_pack_and_section_names_are_no_field_names() {
    for kind in Kind::ALL {
        let fields = kind.sections().iter().flat_map(|section| section.fields.iter().map(|field| field.name));
        let all: Vec<&str> = fields.chain(kind.sections().iter().map(|section| section.name)).collect();
        let fields: BTreeSet<&str> = kind
            .sections()
            .iter()
            .flat_map(|section| section.fields.iter().map(|field| field.name))
            .collect();
        let count: usize = kind.sections().iter().map(|section| section.fields.len()).sum();
        assert_eq!(fields.len(), count, "{kind}");
        for name in all {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{kind} {name}");
        }
    }
}

const HEAD: &str = include_str!("packs_head.md");

/// The documentation, from the outlines themselves.
fn documentation() -> String {
    let mut page = HEAD.to_owned();
    for kind in Kind::ALL {
        let _ = write!(page, "\n## `{kind}`: {}\n\n{}.\n", kind.title(), kind.disclaimer());
        for section in kind.sections() {
            let _ = write!(
                page,
                "\n### `{}`: {}\n\n| field | question | from |\n|---|---|---|\n",
                section.name, section.title
            );
            for field in section.fields {
                let from: Vec<String> = field.from.iter().map(|from: &From| format!("`{from}`")).collect();
                let _ = writeln!(page, "| `{}` | {} | {} |", field.name, field.question, from.join(", "));
            }
        }
    }
    page
}

/// `PROOFHOUSE_WRITE_DOCS=1` writes the page anew.
#[test]
fn the_documentation_of_the_packs_is_their_outlines() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/packs.md");
    #[expect(clippy::disallowed_methods, reason = "a developer asks for the page to be written")]
    if std::env::var_os("PROOFHOUSE_WRITE_DOCS").is_some() {
        std::fs::write(&path, documentation()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, documentation(), "write docs/packs.md anew with PROOFHOUSE_WRITE_DOCS=1");
}

//! A pack from a real review: recorded in a case, exported, and drawn again by somebody who has no house.

use std::fs;

use crate::house::{Ended, House};
use crate::in_case::InCase;

/// A case with a review in `out` as its one look, and the developer's response.
fn case() -> InCase {
    let case = InCase::ready_for("fuzzer");
    case.review("first", "out").with(0);
    let recorded = case.events("result_recorded");
    let given = format!("assessment={}", recorded[0]["evidence"].as_str().unwrap());
    let words = ["give-assessment", "c-1", &given, "given=all", "why_that_much=nothing is sealed"];
    case.act("ada", &words).with(0);
    fs::write(case.house.path("reply.md"), "We agree with all but one sentence.\n").unwrap();
    let reply = format!("response=@{}", case.path("reply.md"));
    case.act("dev", &["respond", "c-1", &reply, "words=agreed"]).with(0);
    case
}

#[test]
fn packs_of_a_real_review_are_drawn_again_by_whoever_has_export_and_evidence() {
    let (case, stranger) = (case(), House::new());
    let (house, dev) = (&case.house, case.key("dev"));
    let path = |name: &str| case.path(name);
    let (out, package, packs) = (path("c.export"), path("out"), path("packs"));
    let kinds = ["--pack", "aef-1", "--pack", "eu-model-report", "--pack", "aisi"];
    let export = ["case", "export", "c-1", "--for", "auditor", "--out", &out, "--evidence", &package];
    case.by_both(&[&export[..], &kinds].concat()).with(0);
    let verify = |with: &[&str]| -> Ended {
        let key = path("home/signer.pub");
        stranger.run(&[&["verify", &out, "--key", &key], with].concat())
    };
    verify(&["--evidence", &package, "--packs", &packs])
        .with(0)
        .says("pack aisi: drawn again, byte for byte");
    verify(&[]).with(0).says("give the evidence with --evidence DIR");
    let page = fs::read_to_string(house.path("packs/aisi.html")).unwrap();
    assert!(page.contains("We agree with all but one sentence."));
    assert!(page.contains("passed 1 of 4 items"));
    assert!(page.contains("Clopper-Pearson"));
    let json = fs::read_to_string(house.path("packs/eu-model-report.json")).unwrap();
    assert!(json.starts_with("{\n  \"format\": \"proofhouse-pack-1\""));
    // The developer sees its own side only.
    let own = path("own.html");
    house.run(&["case", "report", "c-1", "--pack", "aisi", "--out", &own, "--key", &dev]).with(0);
    let page = fs::read_to_string(&own).unwrap();
    assert!(page.contains("no evidence package is marked for the developer"));
    assert!(page.contains("We agree with all but one sentence.") && !page.contains("of 4 items"));
    let stray = ["case", "report", "c-1", "--pack", "aisi", "--out", &path("x.html"), "--evidence", &package];
    house.run(&[&stray[..], &["--key", &dev]].concat()).with(3).says("no look that these readers may see");
    // A package that was touched is no evidence any more.
    let report = house.path("out/report.json");
    fs::write(&report, fs::read_to_string(&report).unwrap().replace("\"passed\": 1", "\"passed\": 4"))
        .unwrap();
    verify(&["--evidence", &package]).with(3).says("does not hold as evidence");
}

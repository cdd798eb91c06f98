//! A pack from a real review: recorded in a case, exported, and drawn again by somebody who has no house.

use std::fs;

use types::Digest;

use crate::house::{Ended, House};

/// A case with the review in `out` as its one look, and the developer's response.
fn case(house: &House) -> [String; 3] {
    let keys =
        ["ada", "bea", "dev"].map(|name| house.path(&format!("{name}.key")).to_string_lossy().into_owned());
    let publics: Vec<String> = keys
        .iter()
        .zip(["ada", "bea", "dev"])
        .map(|(key, name)| house.run(&["person", "key", name, "--out", key]).with(0).stdout.trim().to_owned())
        .collect();
    let identity = |name: &str| Digest::of(name.as_bytes()).to_string();
    let [ada, bea, dev] = &keys;
    let run = |words: &[&str]| {
        house.run(words).with(0);
    };
    let office = ["--key", ada, "--key", bea];
    let found = ["person", "found", "sample", "--party", "house"];
    run(&[&found[..], &["--identity", &identity("ada"), "--identity", &identity("bea")], &office].concat());
    let (who, key) = (format!("identity={}", identity("dev")), format!("key={}", publics[2]));
    let enrol = ["person", "enrol", "person=dev", &who, &key, "seat.role=developer", "seat.party=lab"];
    run(&[&enrol[..], &office].concat());
    let act = |words: &[&str], key: &str| run(&[&["case"], words, &["--key", key]].concat());
    let plan = fs::read_to_string(house.path("out/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let commitment = format!("commitment={}", plan["commitment"].as_str().unwrap());
    let subject = format!("subject.checkpoint={}", Digest::of(b"checkpoint"));
    act(&["open", "c-1", "developer=lab", "model=Sample"], dev);
    let terms = ["modes[]=api", "purposes[]=cyber", "readers[]=ada", "expires=2999-01-01T00:00:00.000Z"];
    act(&[&["offer", "c-1", &subject], &terms[..]].concat(), dev);
    act(&["accept", "c-1"], ada);
    act(&["commit-threshold", "c-1", &commitment, "budget.alpha_ppm:=9", "budget.beta_ppm:=9"], ada);
    act(&["cosign-threshold", "c-1", &format!("checkpoint={}", Digest::of(b"log"))], dev);
    act(&["open-window", "c-1"], ada);
    act(&["plan-look", "c-1", "look=first", "spends.alpha_ppm:=1", "spends.beta_ppm:=1"], ada);
    let evidence = Digest::of(&fs::read(house.path("out/checkpoint")).unwrap());
    act(&["record-result", "c-1", "look=first", &format!("evidence={evidence}")], ada);
    let reply = house.path("reply.md");
    fs::write(&reply, "We agree with all but one sentence.\n").unwrap();
    let (given, reply) = (format!("assessment={evidence}"), format!("response=@{}", reply.display()));
    act(&["give-assessment", "c-1", &given, "given=all", "why_that_much=nothing is sealed"], ada);
    act(&["respond", "c-1", &reply, "words=agreed"], dev);
    keys
}

#[test]
fn packs_of_a_real_review_are_drawn_again_by_whoever_has_export_and_evidence() {
    let (house, stranger) = (House::new(), House::new());
    house.review("script:fuzzer", "out").with(0);
    let [ada, bea, dev] = case(&house);
    let path = |name: &str| house.path(name).to_string_lossy().into_owned();
    let (out, package, packs) = (path("c.export"), path("out"), path("packs"));
    let kinds = ["--pack", "aef-1", "--pack", "eu-model-report", "--pack", "aisi"];
    let export = ["case", "export", "c-1", "--for", "auditor", "--out", &out, "--evidence", &package];
    house.run(&[&export[..], &kinds, &["--key", &ada, "--key", &bea]].concat()).with(0);
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

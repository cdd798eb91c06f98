//! Planning: what is promised, what it costs, and that a plan cannot be moved unnoticed.

use crate::Bench;

/// Quick, and still able to show an error of 0.1.
const PLAN: &str =
    "plan --bank bank.json --threshold 0.2 --alpha 0.1 --beta 0.1 --delta 0.5 --replications 2000";

#[test]
fn a_plan_is_printed_as_it_was() {
    let ended = Bench::new().assay(&format!("{PLAN} --price 4")).with(0);
    insta::assert_snapshot!(ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "80 columns");
}

#[test]
fn the_realised_errors_are_below_the_nominal_ones_and_the_json_has_them() {
    let json = Bench::new().assay(&format!("{PLAN} --json")).with(0).json();
    let at = |place: f64| {
        let curve = json["curve"].as_array().unwrap();
        curve.iter().find(|p| (p["ability"].as_f64().unwrap() - place).abs() < 1e-9).unwrap().clone()
    };
    // 0.1 and three standard errors of 2,000 replications.
    assert!(at(-0.3)["covered"].as_f64().unwrap() < 0.12, "{}", at(-0.3));
    assert!(at(0.7)["not_covered"].as_f64().unwrap() < 0.12, "{}", at(0.7));
    assert!(
        at(0.2)["covered"].as_f64().unwrap() > 0.2,
        "at the cut either is right, so nothing is one-sided"
    );
    let exposures: f64 = json["exposures"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["share"].as_f64().unwrap())
        .sum();
    let items = json["population"]["items"].as_f64().unwrap();
    assert!((exposures - items).abs() < 1e-6, "expected exposures of all items sum to the items of a review");
    assert!((json["expected"]["tokens_most"].as_f64().unwrap() - items * 50_000.0).abs() < 1e-3);
    assert!(json["expected"]["hours"].is_null(), "nobody said how long an attempt takes");
}

#[test]
fn a_committed_plan_comes_out_again_and_a_moved_one_is_refused() {
    let bench = Bench::new();
    let first = bench.assay(&format!("{PLAN} --commit t.toml --json")).with(0).json();
    let again = bench.assay("plan --bank bank.json --threshold t.toml --json").with(0).json();
    assert_eq!(first, again, "the positive control");
    let text = bench.read("t.toml");
    bench.write("moved.toml", &text.replace("cut = 0.2", "cut = 0.3"));
    assert_ne!(bench.read("moved.toml"), text);
    let moved = bench.assay("plan --bank bank.json --threshold moved.toml").with(3);
    moved
        .says("(input: plan-moved, exit code 3; see docs/errors.md)")
        .says("what was committed to has moved");
    bench.write("other.json", &bench.read("bank.json").replacen("\"tokens\": 50000", "\"tokens\": 50001", 1));
    bench.assay("plan --bank other.json --threshold t.toml").with(3).says("commits to the bank");
    bench.write("extra.toml", &format!("note = \"x\"\n{text}"));
    bench.assay("plan --bank bank.json --threshold extra.toml").with(3).says("plan-threshold");
    bench
        .assay("plan --bank bank.json --threshold t.toml --alpha 0.2")
        .with(2)
        .says("a threshold file fixes design");
}

#[test]
fn another_seed_is_another_plan() {
    let bench = Bench::new();
    let digest = |more: &str| bench.assay(&format!("{PLAN} {more} --json")).with(0).json()["digest"].clone();
    assert_eq!(digest(""), digest("--seed 1"));
    assert_ne!(digest(""), digest("--seed 2"));
}

#[test]
fn a_cut_out_of_reach_is_refused_with_the_best_that_the_bank_could_do() {
    let bench = Bench::new();
    let ended = bench.assay("plan --bank bank.json --threshold 5 --alpha 0.05 --beta 0.05").with(2);
    let ended = ended.says("at the cut 5 the bank cannot tell ±0.3 apart").says("at best it tells ±");
    assert!(ended.stdout.is_empty());
    ended.says("(usage: plan-out-of-reach, exit code 2; see docs/errors.md)");
}

#[test]
fn what_an_attempt_takes_is_only_ever_taken_from_an_earlier_review() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("earlier")).unwrap();
    bench.write("earlier/report.json", "{}");
    bench.assay(&format!("{PLAN} --like earlier")).with(3).says("plan-like");
    bench.assay(PLAN).with(0).says("time not known; name an earlier review's folder with --like");
}

#[test]
fn the_page_shows_both_curves_and_nothing_in_it_acts() {
    let bench = Bench::new();
    bench.assay(&format!("{PLAN} --page plan.html")).with(0).says("curves and tables: plan.html");
    let page = bench.read("plan.html");
    for part in ["id=\"oc-wide\"", "id=\"asn-wide\"", "id=\"expected-exposures-wide\"", "default-src 'none'"]
    {
        let part = part.replace("-wide\"", "-wide-t\"");
        assert!(page.contains(&part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains(" style=\""));
}

#[test]
fn whoever_waits_long_is_told_what_for() {
    let slow =
        "plan --bank bank.json --threshold 0.2 --alpha 0.05 --beta 0.05 --delta 0.4 --replications 30000";
    let ended = Bench::new().assay(slow).with(0);
    assert!(ended.stderr.lines().next().is_some_and(|line| line.contains("lines")), "{}", ended.stderr);
    let quick = Bench::new().assay("plan --bank bank.json --threshold 9 --alpha 0.1 --beta 0.1").with(2);
    assert!(quick.stderr.starts_with("proofhouse:"), "who does not wait is told nothing: {}", quick.stderr);
}

/// `item` was shown to `party`, in an enclave or at their endpoint.
fn exposure(item: &str, party: &str, access: &str) -> serde_json::Value {
    let assurance = serde_json::json!({"no_retention": true, "no_training": true});
    let at = "2026-11-24T00:00:00Z";
    serde_json::json!({"item": item, "party": party, "at": at, "access": access, "assurance": assurance})
}

#[test]
fn spent_items_are_not_planned_with_and_the_commitment_keeps_them_out() {
    let bench = Bench::new();
    let ledger = serde_json::json!({
        "exposures": [
            exposure("item-20", "acme", "developer_hosted"),
            exposure("item-21", "other", "developer_hosted"),
            exposure("item-22", "acme", "enclave"),
        ],
        "leaked": ["item-5"],
    });
    bench.write("ledger.json", &ledger.to_string());
    let asked = format!("{PLAN} --exposures ledger.json --party acme --per-party 1 --total 3 --assured");
    let json = bench.assay(&format!("{asked} --json --commit t.toml --page p.html")).with(0).json();
    // What acme saw at its own endpoint, and what leaked; not what another party or an enclave saw.
    assert_eq!(json["excluded"], serde_json::json!(["item-5", "item-20"]));
    assert_eq!(json["available"], 58);
    let given = json["exposures"]["items"].as_array().unwrap();
    assert!(given.len() == 58 && !given.iter().any(|item| item["item"] == "item-20"));
    assert!(bench.read("p.html").contains("58 of 60 items may still be given"));
    let again = bench.assay("plan --bank bank.json --threshold t.toml --json").with(0).json();
    assert_eq!(again["digest"], json["digest"], "the ledger may grow; the plan stays");
    let opened = bench.read("t.toml").replace("\"item-5\", ", "");
    bench.write("opened.toml", &opened);
    bench.assay("plan --bank bank.json --threshold opened.toml").with(3).says("plan-moved");
    bench.write("stranger.json", &ledger.to_string().replace("item-21", "item-99"));
    let stranger = asked.replace("ledger.json", "stranger.json");
    bench.assay(&stranger).with(3).says("plan-exposures").says("names the item \"item-99\"");
}

#[test]
fn each_signal_of_failing_on_purpose_has_its_rate_of_false_alarms() {
    let bench = Bench::new();
    let doubts = |more: &str| {
        let population = bench.assay(&format!("{PLAN} {more} --json")).with(0).json()["population"].clone();
        let each = population["doubts"].as_array().unwrap().clone();
        let shares: Vec<f64> = each.iter().map(|one| one[1].as_f64().unwrap()).collect();
        assert!(shares.iter().all(|share| *share <= population["doubted"].as_f64().unwrap()));
        shares
    };
    assert!(doubts("").iter().all(|share| *share == 0.0), "no guard, no alarm");
    // The longest review is too short for what the guard wants: every honest "not covered" is held back.
    let held = doubts("--most 8 --anchors 9");
    assert!(held[1] > 0.3 && held[0] == 0.0, "few anchors: {held:?}");
    bench.assay(&format!("{PLAN} --most 8 --anchors 9")).with(0).says("few anchors");
}

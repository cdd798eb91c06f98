//! Replaying: the same decisions from fewer items, and nothing left out unsaid.

use crate::Bench;

const REPLAY: &str =
    "replay --bank bank.json --responses responses.csv --cut 0.2 --alpha 0.05 --beta 0.05 --delta 0.4";

#[test]
fn a_replay_is_printed_as_it_was() {
    let bench = Bench::new();
    let ended = bench.assay(REPLAY).with(0);
    insta::assert_snapshot!(ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "80 columns");
    let each = bench.assay(&format!("{REPLAY} --each")).with(0);
    assert!(each.stdout.contains("model-119") && !ended.stdout.contains("model-119"));
}

#[test]
fn fewer_items_decide_as_all_do() {
    let json = Bench::new().assay(&format!("{REPLAY} --json")).with(0).json();
    let shares = &json["shares"];
    assert!(
        shares["agreeing"].as_f64().unwrap() > 0.9 && shares["contradicting"].as_f64().unwrap() < 0.06,
        "{shares}"
    );
    assert!(json["items"].as_f64().unwrap() < 0.5 * json["recorded"].as_f64().unwrap());
    assert_eq!(json["persons"].as_array().unwrap().len(), 120);
    for person in json["persons"].as_array().unwrap() {
        assert!(person["items"].as_u64().unwrap() <= 60 && person["recorded"].as_u64().unwrap() <= 60);
    }
}

#[test]
fn a_table_of_mirts_columns_decides_as_the_bank_that_it_was_written_from() {
    let bench = Bench::new();
    let decisions = |bank: &str| {
        let more = REPLAY.replace("bank.json", bank);
        let json = bench.assay(&format!("{more} --json")).with(0).json();
        let persons = json["persons"].as_array().unwrap().clone();
        persons.iter().map(|one| one["full"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(decisions("bank.csv"), decisions("bank.json"));
    bench
        .assay(&REPLAY.replace("bank.json", "bank.csv"))
        .with(0)
        .says("an unknown number of persons (not stated), scaffold not stated")
        .says("tokens an attempt not stated");
}

#[test]
fn a_persons_test_is_drawn_with_every_figure() {
    let bench = Bench::new();
    bench.assay(&format!("{REPLAY} --person model-7 --page p.html")).with(0).says("drawn: p.html");
    let page = bench.read("p.html");
    for id in ["path", "areas", "map", "information"] {
        assert!(page.contains(&format!("id=\"{id}-wide-t\"")), "{id}");
    }
    bench.assay(&format!("{REPLAY} --person nobody --page p.html")).with(2).says("replay-no-person");
}

#[test]
fn planned_lines_and_their_exposure_control_need_the_plan() {
    let bench = Bench::new();
    bench.assay(&format!("{REPLAY} --exposure-most 0.5")).with(2).says("add --planned");
    let planned = format!("{REPLAY} --planned --replications 1000");
    bench.assay(&planned).with(0).says("lines from a plan of 1000 simulated reviews");
}

#[test]
fn items_that_one_of_the_two_lacks_are_said() {
    let bench = Bench::new();
    let text = bench.read("responses.csv");
    bench.write("renamed.csv", &text.replacen("item-3,", "stranger,", 1));
    let renamed = REPLAY.replace("responses.csv", "renamed.csv");
    bench
        .assay(&renamed)
        .with(0)
        .says("1 item of the matrix not in the bank, so not used: stranger")
        .says("1 item of the bank without a column in the matrix, so never given");
    let empty = format!("{text}nobody{}\n", ",".repeat(60));
    bench.write("empty.csv", &empty);
    let with_empty = REPLAY.replace("responses.csv", "empty.csv");
    bench.assay(&with_empty).with(0).says("1 person of the matrix without any response are left out");
}

//! Fitting: the bank that made the responses is found again, and difficult data have names.

use assay::Bank;

use crate::Bench;

const FIT: &str = "fit --responses responses.csv --items items.csv --out fitted.json --name trial --source simulation \
                   --scaffold bare --tokens 50000";

#[test]
fn a_fit_is_printed_as_it_was() {
    let ended = Bench::new().assay(FIT).with(0);
    insta::assert_snapshot!(ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "80 columns");
}

#[test]
fn the_bank_that_made_the_responses_is_found_again_and_can_be_planned_with() {
    let bench = Bench::new();
    bench.assay(FIT).with(0);
    let fitted = Bank::from_json(&bench.read("fitted.json")).unwrap();
    assert_eq!(fitted.calibration().persons, 120);
    let apart: Vec<f64> = fitted
        .items()
        .iter()
        .map(|item| {
            let truth = &bench.bank.items()[bench.bank.place(&item.name).unwrap()];
            assert_eq!(item.anchor, truth.anchor);
            (item.curve.difficulty() - truth.curve.difficulty()).abs() / item.error.difficulty.max(1e-9)
        })
        .collect();
    let far = apart.iter().filter(|errors| **errors > 3.0).count();
    assert!(far <= 3, "difficulties are within three of their own standard errors: {apart:?}");
    let plan = "plan --bank fitted.json --threshold 0 --alpha 0.1 --beta 0.1 --delta 0.6 --replications 1000";
    bench.assay(plan).with(0).says("calibrated by 120 persons (simulation), scaffold bare");
}

#[test]
fn difficult_data_have_a_warning_with_a_name() {
    let bench = Bench::new();
    let mut text = bench.read("responses.csv").replacen("item-0,", "constant,copied,item-0,", 1);
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(number, line)| match (number, line.split_once(',')) {
            (0, _) | (_, None) => line.to_owned(),
            (_, Some((person, rest))) => format!("{person},1,{},{rest}", rest.split(',').next().unwrap()),
        })
        .collect();
    text = lines.join("\n");
    bench.write("difficult.csv", &text);
    let fit = FIT.replace("--items items.csv ", "").replace("responses.csv", "difficult.csv");
    let ended = bench.assay(&fit).with(0);
    ended
        .says("ConstantColumn: item \"constant\" is left out")
        .says("Duplicate: item \"item-0\" is left out");
    let json = bench.assay(&format!("{fit} --json")).with(0).json();
    let names: Vec<&str> =
        json["warnings"].as_array().unwrap().iter().map(|w| w[0].as_str().unwrap()).collect();
    assert!(names.contains(&"ConstantColumn") && names.contains(&"MissingCells"), "{names:?}");
}

#[test]
fn nothing_is_fitted_from_one_person_and_no_spread_is_assumed() {
    let bench = Bench::new();
    let text = bench.read("responses.csv");
    let few = |lines: usize| text.lines().take(lines).collect::<Vec<_>>().join("\n");
    bench.write("one.csv", &few(2));
    bench.assay(&FIT.replace("responses.csv", "one.csv")).with(3).says("fit-nothing");
    bench.write("few.csv", &few(13));
    let fit = FIT.replace("responses.csv", "few.csv");
    bench.assay(&fit).with(2).says("say so with --area-spread");
    bench
        .assay(&format!("{fit} --area-spread 0.3"))
        .with(0)
        .says("FewPersons")
        .says("area spread 0.30 (as given)");
}

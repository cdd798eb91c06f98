use super::*;
use crate::adaptive::{Criterion, Estimand, Guard, Lengths, Selection, Statistic};
use crate::bank::Family;
use crate::model::ParameterError;
use crate::simulated;

fn design() -> Design {
    Design {
        estimand: Estimand::Overall,
        cut: 0.0,
        indifference: 0.4,
        alpha: 0.05,
        beta: 0.05,
        statistic: Statistic::Glr,
        lengths: Lengths { least: 4, most: 60, least_per_area: 1 },
        selection: Selection {
            criterion: Criterion::Information,
            randomesque: 2,
            exposure_most: None,
            per_family_most: 1,
        },
        guard: Guard::default(),
    }
}

const SIMULATION: Simulation = Simulation { seed: 1, replications: 4000, threads: 2 };

fn planned(bank: &Bank, design: &Design) -> Plan {
    plan(bank, design, SIMULATION, |_| true).unwrap()
}

/// The realised errors, from another seed than the lines were drawn with.
fn realised(bank: &Bank, plan: &Plan, world: &World) -> (f64, f64) {
    let design = &plan.design;
    let instrument = Instrument::new(bank, design, |_| true).unwrap();
    let simulation = Simulation { seed: 4711, replications: 6000, threads: 2 };
    let at = |x| simulate(&instrument, plan.lines, &plan.controls, world, x, simulation);
    (at(design.cut - design.indifference).covered, at(design.cut + design.indifference).not_covered)
}

/// 0.05 and three standard errors of 6,000 replications.
const ALLOWED: f64 = 0.0585;

#[test]
fn realised_errors_stay_below_the_nominal_ones_for_every_statistic() {
    let bank = simulated::bank(200, 4, 31);
    for statistic in [Statistic::Sprt, Statistic::Glr, Statistic::Bayes] {
        let plan = planned(&bank, &Design { statistic, ..design() });
        let (alpha, beta) = realised(&bank, &plan, &World::declared(&bank));
        assert!(alpha < ALLOWED && beta < ALLOWED, "{statistic:?}: {alpha} {beta}");
        assert!(alpha > 0.02 && beta > 0.02, "{statistic:?}: lines need not be that far: {alpha} {beta}");
    }
}

fn spread_bank() -> Bank {
    let mut items = simulated::bank(240, 4, 32).items().to_vec();
    for (place, item) in items.iter_mut().enumerate() {
        item.family = Some(place / 3);
        item.error = ParameterError { slope: 0.15, difficulty: 0.15, correlation: 0.1 };
    }
    let family = |i: usize| Family { name: format!("f{i}"), difficulty_spread: 0.1, person_spread: 0.4 };
    let bank = simulated::with(items, 4, (0..80).map(family).collect());
    let mut calibration = bank.calibration().clone();
    calibration.area_spread = 0.5;
    let (areas, families) = (bank.areas().to_vec(), bank.families().to_vec());
    Bank::new("spread".to_owned(), calibration, areas, families, bank.items().to_vec()).unwrap()
}

#[test]
fn realised_errors_hold_at_the_declared_spread_of_areas_families_and_parameters() {
    let bank = spread_bank();
    let plan = planned(&bank, &design());
    let (alpha, beta) = realised(&bank, &plan, &World::declared(&bank));
    assert!(alpha < ALLOWED && beta < ALLOWED, "{alpha} {beta}");
}

#[test]
fn a_leak_breaks_the_guarantee_and_the_table_says_so() {
    let bank = simulated::bank(200, 4, 33);
    let plan = planned(&bank, &design());
    let rows = robustness(&bank, &plan, Simulation { seed: 9, ..SIMULATION }).unwrap();
    let row = |word: &str| rows.iter().find(|row| row.world.contains(word)).unwrap();
    assert!(row("declared").holds, "{rows:?}");
    assert!(row("unscorable").holds && row("unscorable").items > row("declared").items, "{rows:?}");
    assert!(!row("leaked").holds && row("leaked").alpha > 0.07, "{rows:?}");
}

#[test]
fn exposure_control_keeps_every_item_below_its_rate() {
    let bank = simulated::bank(200, 4, 34);
    let selection = Selection { exposure_most: Some(0.4), randomesque: 1, ..design().selection };
    let controlled = planned(&bank, &Design { selection: selection.clone(), ..design() });
    let free =
        planned(&bank, &Design { selection: Selection { exposure_most: None, ..selection }, ..design() });
    let most = |plan: &Plan| plan.exposures.iter().fold(0.0_f64, |most, rate| most.max(*rate));
    assert!(most(&free) > 0.95, "the positive control: without control some items are always given");
    assert!(most(&controlled) < 0.44, "{}", most(&controlled));
    assert!(controlled.exposure_share() < 0.15);
}

#[test]
fn secrecy_has_its_price_in_items() {
    let bank = simulated::bank(200, 4, 35);
    let secret = Selection { criterion: Criterion::Secret, ..design().selection };
    let (open, closed) =
        (planned(&bank, &design()), planned(&bank, &Design { selection: secret, ..design() }));
    assert!(closed.population.items > open.population.items);
}

#[test]
fn a_cut_outside_what_the_bank_measures_is_refused_with_the_best_it_could_do() {
    let bank = simulated::bank(200, 4, 36);
    let error = plan(&bank, &Design { cut: 6.0, ..design() }, SIMULATION, |_| true).unwrap_err();
    let PlanError::OutOfReach { best, .. } = &error else { panic!("{error}") };
    assert_eq!(error.code(), "plan-out-of-reach");
    let (low, high) = best.cuts.unwrap();
    assert!(best.indifference > 0.4 && low < 0.0 && (0.5..6.0).contains(&high), "{error}");
    // What it names as possible is possible, and a little more is not.
    let inside = Design { cut: high, ..design() };
    let may = |cut: f64| {
        let design = Design { cut, ..inside.clone() };
        let instrument = Instrument::new(&bank, &design, |_| true).unwrap();
        lines::check_reach(&instrument).is_ok()
    };
    assert!(may(high) && !may(high + 0.2));
}

#[test]
fn errors_that_cannot_be_shown_or_reached_are_refused() {
    let bank = simulated::bank(200, 4, 37);
    let few = plan(&bank, &Design { alpha: 0.001, indifference: 0.8, ..design() }, SIMULATION, |_| true)
        .unwrap_err();
    assert_eq!(few.code(), "plan-few-replications");
    // Areas so far apart that their differences no longer cancel.
    let mut calibration = bank.calibration().clone();
    calibration.area_spread = 5.0;
    let (areas, items) = (bank.areas().to_vec(), bank.items().to_vec());
    let torn = Bank::new("torn".to_owned(), calibration, areas, Vec::new(), items).unwrap();
    let refused = plan(&torn, &design(), SIMULATION, |_| true).map(|plan| plan.lines).unwrap_err();
    assert_eq!(refused.code(), "plan-error-not-reached");
}

#[test]
fn the_same_seed_gives_the_same_plan_on_any_number_of_threads_and_the_digest_names_it() {
    let bank = simulated::bank(80, 2, 38);
    let with =
        |threads, seed| plan(&bank, &design(), Simulation { seed, threads, ..SIMULATION }, |_| true).unwrap();
    let (one, two, other) = (with(1, 1), with(2, 1), with(2, 2));
    assert_eq!(one.lines, two.lines);
    assert_eq!(one.curve, two.curve);
    assert_eq!(one.digest(), two.digest());
    assert_ne!(one.digest(), other.digest());
    let mut moved = one.clone();
    moved.lines.covered += 1e-9;
    assert_ne!(moved.digest(), one.digest());
    moved = one.clone();
    moved.excluded = vec![3];
    assert_ne!(moved.digest(), one.digest());
    let another = robustness(&simulated::bank(80, 2, 39), &one, SIMULATION).unwrap_err();
    assert_eq!(another.code(), "plan-other-bank");
    moved = one.clone();
    moved.design.cut = 0.1;
    assert_ne!(moved.digest(), one.digest());
}

#[test]
fn curves_rise_from_not_covered_to_covered() {
    let bank = simulated::bank(200, 4, 39);
    let plan = planned(&bank, &design());
    let covered: Vec<f64> = plan.curve.iter().map(|point| point.summary.covered).collect();
    assert!(covered.windows(2).all(|pair| pair[1] >= pair[0] - 0.02), "{covered:?}");
    assert!(covered[0] < 0.001 && *covered.last().unwrap() > 0.99);
    for point in &plan.curve {
        let summary = point.summary;
        assert!((summary.covered + summary.not_covered + summary.undetermined - 1.0).abs() < 1e-9);
    }
}

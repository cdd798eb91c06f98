use super::*;
use crate::bank::Bank;
use crate::math::{Rng, mean};
use crate::simulated;

fn fitted(matrix: &ResponseMatrix) -> CalibrationResult {
    calibrate(matrix, &CalibrateOptions { threads: 2, ..CalibrateOptions::default() })
}

fn rms(values: impl Iterator<Item = f64>) -> f64 {
    mean(&values.map(|v| v * v).collect::<Vec<_>>()).sqrt()
}

fn truth<'a>(bank: &'a Bank, item: &Fitted) -> &'a Curve {
    &bank.items()[bank.place(&item.item).unwrap()].curve
}

fn of_rows(rows: &[&[i8]]) -> ResponseMatrix {
    let names = |word: &str, n: usize| (0..n).map(|i| format!("{word}{i}")).collect::<Vec<_>>();
    let cell = |p: usize, i: usize| u8::try_from(rows[p][i]).ok();
    ResponseMatrix::new(names("p", rows.len()), names("i", rows[0].len()), cell).unwrap()
}

/// No number of a result may be other than finite.
fn invariant_finite(result: &CalibrationResult) {
    assert!(result.log_likelihood.is_finite(), "{result:?}");
    for item in &result.items {
        let numbers = [
            item.curve.slope(),
            item.curve.difficulty(),
            item.error.slope,
            item.error.difficulty,
            item.error.correlation,
        ];
        assert!(numbers.iter().all(|n| n.is_finite()), "{item:?}");
    }
    assert!(result.abilities.iter().all(|(mean, deviation)| mean.is_finite() && deviation.is_finite()));
}

#[test]
fn parameters_come_back_within_their_standard_errors() {
    let bank = simulated::bank(60, 1, 3);
    let result = fitted(&simulated::matrix(&bank, 2000, 4).0);
    assert_eq!((result.items.len(), result.warnings.len()), (60, 0), "{:?}", result.warnings);
    let slopes =
        rms(result.items.iter().map(|i| (i.curve.slope() - truth(&bank, i).slope()) / i.error.slope));
    let difficulties = rms(result
        .items
        .iter()
        .map(|i| (i.curve.difficulty() - truth(&bank, i).difficulty()) / i.error.difficulty));
    assert!((0.75..1.3).contains(&slopes), "{slopes}");
    assert!((0.75..1.3).contains(&difficulties), "{difficulties}");
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let matrix = simulated::matrix(&simulated::bank(20, 1, 3), 300, 4).0;
    let one = calibrate(&matrix, &CalibrateOptions::default());
    for threads in [2, 3, 16] {
        assert_eq!(calibrate(&matrix, &CalibrateOptions { threads, ..CalibrateOptions::default() }), one);
    }
}

#[test]
fn a_long_test_is_fitted_as_well_as_a_short_one() {
    let bank = simulated::bank(600, 1, 5);
    let result = fitted(&simulated::matrix(&bank, 1000, 6).0);
    let slopes =
        rms(result.items.iter().map(|i| (i.curve.slope() - truth(&bank, i).slope()) / i.error.slope));
    assert!((0.8..1.25).contains(&slopes), "{slopes}");
}

#[test]
fn milestones_and_guessing_are_fitted() {
    let graded = (0..20).map(|i| {
        let shift = f64::from(i) / 10.0 - 1.0;
        simulated::item(i as usize, 0, Curve::graded(1.4, vec![shift - 0.7, shift + 0.5]).unwrap())
    });
    let bank = simulated::with(graded.collect(), 1, vec![]);
    let result = fitted(&simulated::matrix(&bank, 2000, 7).0);
    assert_eq!(result.items.len(), 20);
    let z = rms(result.items.iter().map(|i| (i.curve.slope() - 1.4) / i.error.slope));
    assert!((0.6..1.5).contains(&z), "{z}");

    let guessed = (0..30).map(|i| {
        let difficulty = f64::from(i) / 10.0 - 1.5;
        simulated::item(i as usize, 0, Curve::binary(1.5, difficulty, 0.25, 1.0).unwrap())
    });
    let bank = simulated::with(guessed.collect(), 1, vec![]);
    let options = CalibrateOptions { guess: Some(0.25), ..CalibrateOptions::default() };
    let result = calibrate(&simulated::matrix(&bank, 4000, 8).0, &options);
    let off = mean(&result.items.iter().map(|i| i.curve.slope() - 1.5).collect::<Vec<_>>());
    assert!(off.abs() < 0.12, "{off}");
}

#[test]
fn missing_cells_do_not_bend_the_parameters() {
    let bank = simulated::bank(40, 1, 9);
    let (full, _) = simulated::matrix(&bank, 3000, 10);
    let mut rng = Rng::new(11);
    let kept: Vec<bool> = (0..3000 * 40).map(|_| rng.unit() < 0.7).collect();
    let part = ResponseMatrix::new(full.persons().to_vec(), full.items().to_vec(), |p, i| {
        full.score(p, i).filter(|_| kept[p * 40 + i])
    });
    let result = fitted(&part.unwrap());
    let missing = |w: &Warning| matches!(w, Warning::MissingCells(_, 120_000));
    assert!(result.warnings.iter().any(missing), "{:?}", result.warnings);
    let z = rms(result
        .items
        .iter()
        .map(|i| (i.curve.difficulty() - truth(&bank, i).difficulty()) / i.error.difficulty));
    assert!((0.7..1.35).contains(&z), "{z}");
}

#[test]
fn data_that_carry_no_estimate_have_a_named_warning_and_never_nan() {
    let one = fitted(&of_rows(&[&[1, 0, 1]]));
    invariant_finite(&one);
    assert!(one.items.is_empty() && one.warnings.contains(&Warning::FewPersons(1)));
    assert_eq!(one.warnings.iter().filter(|w| matches!(w, Warning::ConstantColumn(_))).count(), 3);

    let nobody = fitted(&of_rows(&[&[-1, -1], &[-1, -1]]));
    invariant_finite(&nobody);
    assert!(nobody.items.is_empty() && nobody.warnings.contains(&Warning::EmptyRows(2)));

    let extremes = fitted(&of_rows(&[&[1, 1, 1], &[0, 0, 0], &[1, 0, 1], &[1, 1, 0]]));
    invariant_finite(&extremes);
    assert!(
        extremes.warnings.contains(&Warning::PerfectScores(1))
            && extremes.warnings.contains(&Warning::ZeroScores(1))
    );

    let copies = fitted(&of_rows(&[&[1, 1, 0], &[0, 0, 1], &[1, 1, 1], &[0, 0, 0]]));
    invariant_finite(&copies);
    assert!(copies.warnings.contains(&Warning::Duplicate { copy: "i1".to_owned(), first: "i0".to_owned() }));

    let gap = fitted(&of_rows(&[&[0, 1], &[2, 0], &[2, 1]]));
    assert!(gap.warnings.contains(&Warning::EmptyScore { item: "i0".to_owned(), score: 1 }));
}

#[test]
fn separable_data_end_at_the_bound_with_a_warning() {
    let rows: Vec<Vec<i8>> = (0..200).map(|p| (0..8).map(|i| i8::from(p / 22 > i)).collect()).collect();
    let rows: Vec<&[i8]> = rows.iter().map(Vec::as_slice).collect();
    let result = fitted(&of_rows(&rows));
    invariant_finite(&result);
    assert!(result.warnings.iter().any(|w| matches!(w, Warning::Separable(..))), "{:?}", result.warnings);
}

#[test]
fn an_item_that_abler_persons_fail_is_left_out() {
    let bank = simulated::bank(20, 1, 12);
    let (matrix, _) = simulated::matrix(&bank, 500, 13);
    let turned = ResponseMatrix::new(matrix.persons().to_vec(), matrix.items().to_vec(), |p, i| {
        matrix.score(p, i).map(|score| if i == 4 { 1 - score } else { score })
    });
    let result = fitted(&turned.unwrap());
    assert_eq!(result.warnings, [Warning::Backwards("item-4".to_owned())]);
    assert_eq!(result.items.len(), 19);
}

#[test]
fn tiny_random_matrices_never_break() {
    let mut rng = Rng::new(14);
    for round in 0..100 {
        let (persons, items, highest) = (1 + rng.below(8), 1 + rng.below(6), 1 + rng.below(3));
        let rows: Vec<Vec<i8>> =
            (0..persons).map(|_| (0..items).map(|_| rng.below(highest + 2) as i8 - 1).collect()).collect();
        let rows: Vec<&[i8]> = rows.iter().map(Vec::as_slice).collect();
        let options =
            CalibrateOptions { guess: (round % 2 == 0).then_some(0.2), ..CalibrateOptions::default() };
        let result = calibrate(&of_rows(&rows), &options);
        invariant_finite(&result);
    }
}

fn moved(bank: &Bank, stretch: f64, shift: f64) -> Bank {
    let items = bank.items().iter().cloned().map(|mut item| {
        item.curve = item.curve.on_scale(stretch, shift);
        item
    });
    bank.with_items(items.collect()).unwrap()
}

#[test]
fn a_moved_scale_is_found_again_by_both_links() {
    let old = simulated::bank(30, 1, 15);
    let new = moved(&old, 1.0 / 1.3, -0.4 / 1.3);
    for method in [LinkMethod::MeanSigma, LinkMethod::StockingLord] {
        let found = link(&old, &new, method).unwrap();
        assert!(
            (found.stretch - 1.3).abs() < 1e-6 && (found.shift - 0.4).abs() < 1e-6,
            "{method:?} {found:?}"
        );
        let back = found.apply(&new).unwrap();
        assert!((back.items()[7].curve.difficulty() - old.items()[7].curve.difficulty()).abs() < 1e-5);
    }
    let few = old.with_items(old.items()[..2].to_vec()).unwrap();
    assert_eq!(link(&few, &new, LinkMethod::MeanSigma), Err(LinkError::FewAnchors(2)));
}

#[test]
fn features_predict_fresh_items_with_an_honest_spread() {
    let mut rng = Rng::new(16);
    let features: Vec<Features> = (0..200)
        .map(|i| Features { item: format!("item-{i}"), values: vec![rng.normal(), rng.unit()] })
        .collect();
    let truth = |f: &Features| 0.5 + 0.8 * f.values[0] - 1.1 * f.values[1];
    let mut item = |i: usize, f: &Features| {
        let mut item = simulated::item(i, 0, Curve::two_pl(1.0, truth(f) + 0.3 * rng.normal()).unwrap());
        item.error.difficulty = 0.1;
        item
    };
    let items = features.iter().enumerate().map(|(i, f)| item(i, f)).collect();
    let prior = generator_prior(&simulated::with(items, 1, vec![]), &features).unwrap();
    assert!((prior.residual - 0.28).abs() < 0.06, "{prior:?}");
    assert!((prior.weights[1] - 0.8).abs() < 0.1 && (prior.weights[2] + 1.1).abs() < 0.25, "{prior:?}");
    let fresh = prior.of(&Features { item: "new".to_owned(), values: vec![1.0, 0.5] }).unwrap();
    assert!((fresh.mean - 0.75).abs() < 0.1 && fresh.deviation >= prior.residual);

    let same: Vec<Features> =
        features.iter().map(|f| Features { item: f.item.clone(), values: vec![1.0, 2.0] }).collect();
    let bank = simulated::bank(200, 1, 17);
    assert_eq!(generator_prior(&bank, &same), Err(LltmError::Collinear));
    assert_eq!(generator_prior(&bank, &features[..2]), Err(LltmError::FewItems { items: 2, features: 2 }));
}

#[test]
fn a_prior_pulls_an_item_that_few_have_answered() {
    let bank = simulated::bank(20, 1, 18);
    let (matrix, _) = simulated::matrix(&bank, 40, 19);
    let prior = DifficultyPrior { item: "item-3".to_owned(), mean: 2.5, deviation: 0.05 };
    let options = CalibrateOptions { priors: vec![prior], ..CalibrateOptions::default() };
    let result = calibrate(&matrix, &options);
    let pulled = result.items.iter().find(|i| i.item == "item-3").unwrap();
    assert!((pulled.curve.difficulty() - 2.5).abs() < 0.15, "{pulled:?}");
    let unknown = DifficultyPrior { item: "nothing".to_owned(), mean: 0.0, deviation: 1.0 };
    let options = CalibrateOptions { priors: vec![unknown], ..CalibrateOptions::default() };
    assert!(calibrate(&matrix, &options).warnings.contains(&Warning::UnusedPrior("nothing".to_owned())));
}

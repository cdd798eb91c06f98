//! The same data in independent implementations: girth (calibration), catsim (curves and abilities), SciPy (intervals
//! and integrals). `script/test` installs them.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use assay::{
    Area, Bank, CalibrateOptions, Calibration, Curve, Item, ParameterError, ResponseMatrix, Rng, calibrate,
    clopper_pearson, eap, wilson, wle,
};
use serde_json::{Value, json};

/// What the peers answer to `ask`.
#[expect(clippy::disallowed_methods, reason = "a test names its Python by the environment and runs it")]
fn peers(ask: &Value) -> Value {
    let Ok(python) = std::env::var("PROOFHOUSE_ASSAY_PYTHON") else {
        panic!(
            "PROOFHOUSE_ASSAY_PYTHON names no Python with girth, catsim and SciPy; `script/test` installs one"
        );
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/peers.py");
    let mut child = Command::new(python)
        .args(["-W", "ignore", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ask.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the peers failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rms(differences: impl Iterator<Item = f64>) -> f64 {
    let squares: Vec<f64> = differences.map(|d| d * d).collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

fn two_pl(items: usize, seed: u64) -> Vec<Curve> {
    let mut rng = Rng::new(seed);
    (0..items).map(|_| Curve::two_pl((0.2 + 0.3 * rng.normal()).exp(), 1.2 * rng.normal()).unwrap()).collect()
}

fn rows(curves: &[Curve], persons: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut rng = Rng::new(seed);
    let mut score = |curve: &Curve, ability: f64| {
        let mut p = [0.0; assay::SCORES_MOST];
        curve.probabilities(ability, &mut p);
        let at = rng.unit();
        let below = |k: &usize| p[..=*k].iter().sum::<f64>() <= at;
        (0..curve.scores() - 1).take_while(below).count() as u8
    };
    let mut abilities = Rng::new(seed + 1);
    (0..persons)
        .map(|_| {
            let ability = abilities.normal();
            curves.iter().map(|curve| score(curve, ability)).collect()
        })
        .collect()
}

fn matrix(rows: &[Vec<u8>]) -> ResponseMatrix {
    let names = |word: &str, n: usize| (0..n).map(|i| format!("{word}{i}")).collect();
    ResponseMatrix::new(names("p", rows.len()), names("i", rows[0].len()), |p, i| Some(rows[p][i])).unwrap()
}

#[test]
fn calibration_agrees_with_girth() {
    let rows = rows(&two_pl(40, 1), 1500, 2);
    let ours = calibrate(&matrix(&rows), &CalibrateOptions::default());
    assert_eq!(ours.items.len(), 40, "{:?}", ours.warnings);
    let theirs = peers(&json!({"ask": "calibrate", "matrix": rows}));
    let (slopes, difficulties) = (numbers(&theirs["slope"]), numbers(&theirs["difficulty"]));
    let slope = rms(ours.items.iter().zip(&slopes).map(|(item, peer)| item.curve.slope() - peer));
    let difficulty =
        rms(ours.items.iter().zip(&difficulties).map(|(item, peer)| item.curve.difficulty() - peer));
    assert!(slope < 0.02 && difficulty < 0.02, "rms {slope} of slopes, {difficulty} of difficulties");
    // The positive control: the truth is farther away than the peer.
    let truth =
        rms(ours.items.iter().zip(two_pl(40, 1)).map(|(item, curve)| item.curve.slope() - curve.slope()));
    assert!(truth > 2.0 * slope, "{truth} {slope}");
}

#[test]
fn milestones_agree_with_girth() {
    let graded = |i: usize| {
        let shift = i as f64 / 10.0 - 1.0;
        Curve::graded(1.0 + 0.05 * i as f64, vec![shift - 0.8, shift + 0.6]).unwrap()
    };
    let curves: Vec<Curve> = (0..20).map(graded).collect();
    let rows = rows(&curves, 1500, 4);
    let ours = calibrate(&matrix(&rows), &CalibrateOptions::default());
    let theirs = peers(&json!({"ask": "graded", "matrix": rows}));
    let slopes = numbers(&theirs["slope"]);
    let slope = rms(ours.items.iter().zip(&slopes).map(|(item, peer)| item.curve.slope() - peer));
    assert!(slope < 0.02, "{slope}");
    let steps = ours.items.iter().zip(theirs["steps"].as_array().unwrap()).flat_map(|(item, peer)| {
        let Curve::Graded { steps, .. } = &item.curve else { panic!("graded data") };
        steps.iter().zip(numbers(peer)).map(|(ours, peer)| ours - peer).collect::<Vec<f64>>()
    });
    let steps = rms(steps);
    assert!(steps < 0.02, "{steps}");
}

#[test]
fn curves_and_information_agree_with_catsim() {
    let items = [(1.2, 0.3, 0.0, 1.0), (0.7, -1.5, 0.2, 1.0), (2.1, 1.0, 0.25, 0.95)];
    let abilities: Vec<f64> = (-8..=8).map(|i| f64::from(i) / 2.0).collect();
    let theirs = peers(&json!({"ask": "curves", "items": items, "abilities": abilities}));
    for (row, (a, b, c, u)) in items.into_iter().enumerate() {
        let curve = Curve::binary(a, b, c, u).unwrap();
        let (expected, information) = (&theirs["expected"][row], &theirs["information"][row]);
        for ((ability, p), i) in abilities.iter().zip(numbers(expected)).zip(numbers(information)) {
            assert!((curve.expected(*ability) - p).abs() < 1e-6, "{ability}: {p}");
            assert!((curve.information(*ability) - i).abs() < 1e-6, "{ability}: {i}");
        }
    }
}

fn items_of(curves: &[Curve]) -> Vec<[f64; 4]> {
    curves.iter().map(|curve| [curve.slope(), curve.difficulty(), 0.0, 1.0]).collect()
}

#[test]
fn abilities_agree_with_catsim_within_what_warm_corrects() {
    let curves = two_pl(200, 5);
    let rows: Vec<Vec<u8>> = rows(&curves, 30, 6);
    let theirs =
        numbers(&peers(&json!({"ask": "abilities", "items": items_of(&curves), "rows": rows}))["likeliest"]);
    for (row, peer) in rows.iter().zip(theirs) {
        let responses: Vec<(&Curve, u8)> = curves.iter().zip(row.iter().copied()).collect();
        let ours = wle(&responses).unwrap();
        // Warm's estimate differs from the likeliest by its bias of order 1/n.
        assert!((ours.ability - peer).abs() < 0.3 * ours.error, "{ours:?} {peer}");
    }
}

#[test]
fn expected_abilities_agree_with_scipys_integrals() {
    let curves = two_pl(25, 7);
    let rows = rows(&curves, 10, 8);
    let items: Vec<[f64; 2]> = curves.iter().map(|curve| [curve.slope(), curve.difficulty()]).collect();
    let theirs = peers(&json!({"ask": "eap", "items": items, "rows": rows}));
    for (row, peer) in rows.iter().zip(theirs["eap"].as_array().unwrap()) {
        let responses: Vec<(&Curve, u8)> = curves.iter().zip(row.iter().copied()).collect();
        let (ours, peer) = (eap(&responses, 0.0, 1.0), numbers(peer));
        assert!(
            (ours.ability - peer[0]).abs() < 1e-5 && (ours.error - peer[1]).abs() < 1e-5,
            "{ours:?} {peer:?}"
        );
    }
}

#[test]
fn intervals_agree_with_scipy() {
    let mut rng = Rng::new(9);
    let counts: Vec<(u32, u32, f64)> = (0..200)
        .map(|_| {
            let n = 1 + rng.below(300);
            (rng.below(n + 1) as u32, n as u32, 0.5 + 0.499 * rng.unit())
        })
        .collect();
    let theirs = peers(&json!({"ask": "intervals", "counts": counts}));
    for (place, (passed, items, confidence)) in counts.into_iter().enumerate() {
        for (ours, name) in [
            (clopper_pearson(passed, items, confidence), "exact"),
            (wilson(passed, items, confidence), "wilson"),
        ] {
            let peer = numbers(&theirs[name][place]);
            let close = (ours.low - peer[0]).abs() < 1e-8 && (ours.high - peer[1]).abs() < 1e-8;
            assert!(close, "{name} {passed}/{items} at {confidence}: {ours:?} {peer:?}");
        }
    }
}

#[test]
fn a_fitted_bank_survives_its_file() {
    let rows = rows(&two_pl(12, 10), 400, 11);
    let fitted = calibrate(&matrix(&rows), &CalibrateOptions::default());
    let items = fitted.items.iter().map(|item| Item {
        name: item.item.clone(),
        area: 0,
        family: None,
        curve: item.curve.clone(),
        error: item.error,
        minutes: None,
        anchor: false,
        retired: None,
    });
    let calibration = Calibration {
        source: "simulated".to_owned(),
        persons: 400,
        scaffold: "none".to_owned(),
        tokens: 1,
        mean: 0.0,
        deviation: 1.0,
        area_spread: 0.0,
    };
    let area = Area { name: "all".to_owned(), weight: 1.0 };
    let bank = Bank::new("fitted".to_owned(), calibration, vec![area], vec![], items.collect()).unwrap();
    assert_eq!(Bank::from_json(&bank.to_json()).unwrap(), bank);
    assert!(bank.items().iter().all(|item| item.error != ParameterError::default()));
}

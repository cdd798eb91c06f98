//! Data made from known parameters, for tests: what is estimated can be held against the truth.

use crate::bank::{Area, Bank, Calibration, Family, Item};
use crate::math::{Rng, exp};
use crate::matrix::ResponseMatrix;
use crate::model::{Curve, ParameterError};

/// The bank of issue 6: slopes log-normal(0.2, 0.3), difficulties normal(0, 1.3), dealt to `areas` areas in turn.
pub(crate) fn bank(items: usize, areas: usize, seed: u64) -> Bank {
    let mut rng = Rng::new(seed);
    let items = (0..items)
        .map(|i| {
            let (slope, difficulty) = (exp(0.2 + 0.3 * rng.normal()), 1.3 * rng.normal());
            item(i, i % areas, Curve::two_pl(slope, difficulty).unwrap())
        })
        .collect();
    with(items, areas, Vec::new())
}

pub(crate) fn item(number: usize, area: usize, curve: Curve) -> Item {
    Item {
        name: format!("item-{number}"),
        area,
        family: None,
        curve,
        error: ParameterError::default(),
        minutes: None,
        anchor: false,
        retired: None,
    }
}

pub(crate) fn with(items: Vec<Item>, areas: usize, families: Vec<Family>) -> Bank {
    let calibration = Calibration {
        source: "simulated".to_owned(),
        persons: 1000,
        scaffold: "none".to_owned(),
        tokens: 1,
        mean: 0.0,
        deviation: 1.0,
        area_spread: 0.0,
    };
    let weight = 1.0 / areas as f64;
    let areas = (0..areas).map(|i| Area { name: format!("area-{i}"), weight }).collect();
    Bank::new("simulated".to_owned(), calibration, areas, families, items).unwrap()
}

/// A score drawn from `curve` at `ability`.
pub(crate) fn drawn(curve: &Curve, ability: f64, rng: &mut Rng) -> u8 {
    let mut p = [0.0; crate::model::SCORES_MOST];
    curve.probabilities(ability, &mut p);
    let mut at = rng.unit();
    for (score, p) in p[..curve.scores()].iter().enumerate() {
        at -= p;
        if at < 0.0 {
            return score as u8;
        }
    }
    curve.scores() as u8 - 1
}

/// Responses of persons with standard normal abilities.
pub(crate) fn matrix(bank: &Bank, persons: usize, seed: u64) -> (ResponseMatrix, Vec<f64>) {
    let mut rng = Rng::new(seed);
    let abilities: Vec<f64> = (0..persons).map(|_| rng.normal()).collect();
    let rows: Vec<Vec<u8>> = abilities
        .iter()
        .map(|ability| bank.items().iter().map(|item| drawn(&item.curve, *ability, &mut rng)).collect())
        .collect();
    let names = |word: &str, n: usize| (0..n).map(|i| format!("{word}-{i}")).collect::<Vec<_>>();
    let matrix = ResponseMatrix::new(names("person", persons), names("item", bank.items().len()), |p, i| {
        Some(rows[p][i])
    });
    (matrix.unwrap(), abilities)
}

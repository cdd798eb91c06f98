//! How much persons' areas differ from their overall ability.

use crate::bank::Bank;
use crate::estimate::{Estimate, wle};
use crate::math::{count, mean};
use crate::matrix::ResponseMatrix;
use crate::model::Curve;

/// Fewer scored items of an area say too little of a person there.
const ITEMS_LEAST: usize = 5;
/// Fewer pairs of areas than this give no figure.
const PAIRS_LEAST: usize = 30;

/// The standard deviation of persons' areas around their overall ability, by moments: the squared difference of a
/// person's abilities in two areas is on average twice the square of it plus both squared standard errors. A person who
/// passed or failed everything in an area does not count there. `None` where there are too few pairs to say.
#[must_use]
pub fn area_spread(bank: &Bank, matrix: &ResponseMatrix) -> Option<f64> {
    let places: Vec<Option<usize>> = matrix.items().iter().map(|name| bank.place(name)).collect();
    let mut squares = Vec::new();
    for person in 0..matrix.persons().len() {
        let estimates: Vec<Estimate> =
            (0..bank.areas().len()).filter_map(|area| in_area(bank, matrix, &places, person, area)).collect();
        for (number, one) in estimates.iter().enumerate() {
            squares.extend(estimates[number + 1..].iter().map(|other| {
                let apart = one.ability - other.ability;
                (apart * apart - one.error * one.error - other.error * other.error) / 2.0
            }));
        }
    }
    (squares.len() >= PAIRS_LEAST).then(|| mean(&squares).max(0.0).sqrt())
}

fn in_area(
    bank: &Bank,
    matrix: &ResponseMatrix,
    places: &[Option<usize>],
    person: usize,
    area: usize,
) -> Option<Estimate> {
    let scored: Vec<(&Curve, u8)> = places
        .iter()
        .enumerate()
        .filter_map(|(column, place)| Some((&bank.items()[(*place)?], matrix.score(person, column)?)))
        .filter(|(item, _)| item.area == area)
        .map(|(item, score)| (&item.curve, score))
        .collect();
    let highest: f64 = scored.iter().map(|(curve, _)| count(curve.scores() - 1)).sum();
    let sum: f64 = scored.iter().map(|(_, score)| f64::from(*score)).sum();
    if scored.len() < ITEMS_LEAST || sum <= 0.0 || sum >= highest {
        return None;
    }
    wle(&scored)
}

#[cfg(test)]
mod tests {
    use super::area_spread;
    use crate::math::Rng;
    use crate::matrix::ResponseMatrix;
    use crate::simulated;

    fn recovered(spread: f64) -> f64 {
        let bank = simulated::bank(160, 4, 51);
        let mut rng = Rng::new(52);
        let rows: Vec<Vec<u8>> = (0..400)
            .map(|_| {
                let ability = rng.normal();
                let by_area: Vec<f64> = (0..4).map(|_| spread.mul_add(rng.normal(), ability)).collect();
                let items = bank.items().iter();
                items.map(|item| simulated::drawn(&item.curve, by_area[item.area], &mut rng)).collect()
            })
            .collect();
        let persons = (0..400).map(|i| format!("p{i}")).collect();
        let items = bank.items().iter().map(|item| item.name.clone()).collect();
        let matrix = ResponseMatrix::new(persons, items, |p, i| Some(rows[p][i])).unwrap();
        area_spread(&bank, &matrix).unwrap()
    }

    #[test]
    fn the_spread_that_made_the_data_is_found_again() {
        assert!((recovered(0.5) - 0.5).abs() < 0.06, "{}", recovered(0.5));
        assert!(recovered(0.0) < 0.15, "{}", recovered(0.0));
    }

    #[test]
    fn too_few_pairs_give_no_figure() {
        let bank = simulated::bank(160, 4, 53);
        let (matrix, _) = simulated::matrix(&bank, 3, 54);
        assert_eq!(area_spread(&bank, &matrix), None);
        let one = simulated::bank(160, 1, 53);
        let (matrix, _) = simulated::matrix(&one, 100, 54);
        assert_eq!(area_spread(&one, &matrix), None, "one area has no pairs");
    }
}

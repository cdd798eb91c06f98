use super::*;
use crate::math::{Rng, deviation, mean};
use crate::matrix::ResponseMatrix;
use crate::model::Curve;
use crate::simulated;

#[test]
fn where_the_model_holds_fit_is_as_it_should_be() {
    let bank = simulated::bank(30, 1, 21);
    let (matrix, _) = simulated::matrix(&bank, 2000, 22);
    for fit in item_fit(&bank, &matrix) {
        assert!((0.8..1.2).contains(&fit.infit), "{fit:?}");
    }
    let low =
        s_x2(&bank, &matrix).into_iter().filter(|(_, fit)| fit.as_ref().is_some_and(|f| f.p < 0.01)).count();
    assert!(low <= 2, "{low} of 30 below 0.01");
}

#[test]
fn a_wrong_curve_and_an_item_of_noise_are_seen() {
    let bank = simulated::bank(30, 1, 23);
    let (matrix, _) = simulated::matrix(&bank, 2000, 24);
    let mut rng = Rng::new(25);
    let noise: Vec<u8> = (0..2000).map(|_| rng.below(2) as u8).collect();
    let spoiled = ResponseMatrix::new(matrix.persons().to_vec(), matrix.items().to_vec(), |p, i| {
        if i == 7 { Some(noise[p]) } else { matrix.score(p, i) }
    });
    let spoiled = spoiled.unwrap();
    assert!(item_fit(&bank, &spoiled)[7].infit > 1.15);
    assert!(s_x2(&bank, &spoiled)[7].1.as_ref().unwrap().p < 1e-6);
}

#[test]
fn lz_star_is_standard_normal_for_honest_persons_and_low_for_odd_ones() {
    let bank = simulated::bank(60, 1, 26);
    let (matrix, _) = simulated::matrix(&bank, 1000, 27);
    let fit = |score: &dyn Fn(usize) -> u8| {
        person_fit(&bank, &(0..60).map(|i| (i, score(i))).collect::<Vec<_>>()).unwrap()
    };
    let honest: Vec<f64> = (0..1000).map(|p| fit(&|i| matrix.score(p, i).unwrap()).lz_star).collect();
    assert!(mean(&honest).abs() < 0.15 && (deviation(&honest) - 1.0).abs() < 0.15, "{}", mean(&honest));
    let backwards = fit(&|i| u8::from(bank.items()[i].curve.difficulty() > 0.0));
    assert!(backwards.lz_star < -5.0 && backwards.guttman_share > 0.9, "{backwards:?}");
    let forwards = fit(&|i| u8::from(bank.items()[i].curve.difficulty() < 0.0));
    assert!(forwards.lz_star > 1.0 && forwards.guttman_share < 0.1, "{forwards:?}");
}

#[test]
fn patterns_that_say_nothing_are_no_nan() {
    let items = (0..5).map(|i| simulated::item(i, 0, Curve::two_pl(1.0, 0.0).unwrap())).collect();
    let same = simulated::with(items, 1, vec![]);
    let all: Vec<(usize, u8)> = (0..5).map(|i| (i, 1)).collect();
    assert!(person_fit(&same, &all).unwrap().lz_star.is_finite());
    assert_eq!(person_fit(&same, &all[..1]), None);
}

#[test]
fn an_item_that_got_easier_is_found_and_the_others_are_not() {
    let mut items = simulated::bank(40, 1, 28).items().to_vec();
    items.iter_mut().for_each(|item| item.error.difficulty = 0.1);
    let old = simulated::with(items.clone(), 1, vec![]);
    let mut rng = Rng::new(29);
    for (place, item) in items.iter_mut().enumerate() {
        let leak = if place == 11 { -0.9 } else { 0.0 };
        item.curve = item.curve.varied(0.0, leak + 0.1 * rng.normal());
    }
    let found = drift(&old, &simulated::with(items, 1, vec![]), 0.05);
    assert_eq!(found.iter().map(|d| d.item.as_str()).collect::<Vec<_>>(), ["item-11"]);
    assert!(found[0].change < -0.5);
}

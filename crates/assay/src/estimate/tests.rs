use super::*;
use crate::math::{Rng, deviation, mean};
use crate::model::Curve;
use crate::simulated;

#[test]
fn estimates_are_centred_on_the_truth_and_as_sure_as_they_say() {
    let bank = simulated::bank(60, 2, 1);
    let mut rng = Rng::new(2);
    for truth in [-1.5, 0.0, 1.0] {
        let mut z = Vec::new();
        for _ in 0..400 {
            let scores: Vec<u8> =
                bank.items().iter().map(|i| simulated::drawn(&i.curve, truth, &mut rng)).collect();
            let responses: Vec<(&Curve, u8)> = bank.items().iter().map(|i| &i.curve).zip(scores).collect();
            let found = wle(&responses).unwrap();
            z.push((found.ability - truth) / found.error);
        }
        assert!(mean(&z).abs() < 0.2, "{truth}: {}", mean(&z));
        assert!((deviation(&z) - 1.0).abs() < 0.15, "{truth}: {}", deviation(&z));
    }
}

#[test]
fn everything_passed_or_failed_or_nothing_asked_has_a_finite_estimate() {
    let bank = simulated::bank(10, 2, 3);
    for score in [0, 1] {
        let all: Vec<(usize, u8)> = (0..10).map(|i| (i, score)).collect();
        let found = estimates(&bank, &all);
        let wle = found.overall_wle.unwrap();
        assert!(
            wle.ability.abs() < 8.0 && wle.error.is_finite() && (wle.ability > 0.0) == (score == 1),
            "{wle:?}"
        );
        assert_eq!(found.areas.len(), 2);
    }
    let none = estimates(&bank, &[]);
    assert!((none.overall_eap.ability).abs() < 1e-9 && (none.overall_eap.error - 1.0).abs() < 1e-3);
    assert_eq!(none.overall_wle, None);
}

#[test]
fn pass_at_k_is_the_chance_in_all_draws_without_replacement() {
    for (n, c, k) in [(5, 2, 1), (5, 2, 3), (6, 0, 2), (4, 4, 2), (7, 1, 7)] {
        let (mut hit, mut all) = (0.0, 0.0);
        for draw in 0_u32..1 << n {
            if draw.count_ones() == k {
                all += 1.0;
                hit += f64::from(u8::from(draw & ((1 << c) - 1) != 0));
            }
        }
        assert!((pass_at_k(n, c, k).unwrap() - hit / all).abs() < 1e-12, "{n} {c} {k}");
    }
    assert_eq!(pass_at_k(2, 1, 3), Err(PassError::FewAttempts { k: 3, attempts: 2 }));
    assert_eq!(pass_at_k(0, 0, 0), Err(PassError::FewAttempts { k: 0, attempts: 0 }));
    assert_eq!(pass_at_k(2, 3, 1), Err(PassError::Passed { passed: 3, attempts: 2 }));
}

fn attempts(families: usize, rng: &mut Rng) -> Vec<AttemptRecord> {
    let mut all = Vec::new();
    for family in 0..families {
        let shared = 0.8 * rng.normal();
        for item in 0..5 {
            let passed = rng.unit() < crate::math::logistic(shared);
            let (family, item) = (format!("f{family}"), format!("f{family}-{item}"));
            all.push(AttemptRecord { family, item, value: f64::from(u8::from(passed)) });
        }
    }
    all
}

#[test]
fn the_bootstrap_covers_as_often_as_it_says_where_families_hang_together() {
    let (mut rng, mut covered) = (Rng::new(4), 0);
    for seed in 0..200 {
        let options = BootstrapOptions { resamples: 400, confidence: 0.9, seed };
        let interval = bootstrap(&attempts(30, &mut rng), options).unwrap();
        covered += usize::from(interval.low <= 0.5 && 0.5 <= interval.high);
    }
    assert!((165..=198).contains(&covered), "{covered} of 200");
    let options = BootstrapOptions { resamples: 100, confidence: 0.9, seed: 1 };
    assert_eq!(bootstrap(&attempts(1, &mut rng), options), None);
}

#[test]
fn uplift_over_oneself_is_nothing_and_over_failure_is_the_share_passed() {
    let mut rng = Rng::new(5);
    let model = attempts(20, &mut rng);
    let options = BootstrapOptions { resamples: 500, confidence: 0.95, seed: 6 };
    let (same, interval) = paired_difference(&model, &model, options).unwrap();
    assert!(same == 0.0 && interval.low == 0.0 && interval.high == 0.0);
    let fuzzer: Vec<_> = model.iter().map(|a| AttemptRecord { value: 0.0, ..a.clone() }).collect();
    let (uplift, interval) = paired_difference(&model, &fuzzer, options).unwrap();
    assert!(interval.low < uplift && uplift < interval.high && interval.low > 0.0);
}

#[test]
fn horizons_come_back_and_do_not_exist_where_nothing_falls() {
    let truth = |minutes: f64| crate::math::logistic(-0.8 * (minutes / 40.0_f64).log2());
    let items: Vec<(f64, f64)> = [1.0, 4.0, 15.0, 40.0, 120.0, 480.0].map(|m| (m, truth(m))).to_vec();
    let many: Vec<_> = items.iter().cycle().take(600).copied().collect();
    let found = horizon(&many).unwrap();
    assert!((found.half_minutes / 40.0 - 1.0).abs() < 0.02, "{found:?}");
    assert!(
        (found.four_fifths_minutes / (40.0 * 2.0_f64.powf(-1.386_294 / 0.8)) - 1.0).abs() < 0.05,
        "{found:?}"
    );
    assert!(!found.extrapolated);
    assert_eq!(horizon(&[(1.0, 0.5), (1.0, 0.2), (1.0, 0.4)]), None);
    assert_eq!(horizon(&[(1.0, 0.1), (10.0, 0.5), (100.0, 0.9)]), None);
    assert_eq!(horizon(&[]), None);
    let separable = horizon(&[(1.0, 1.0), (2.0, 1.0), (100.0, 0.0), (200.0, 0.0)]).unwrap();
    assert!(separable.half_minutes > 2.0 && separable.half_minutes < 100.0, "{separable:?}");
    let all = horizon(&[(1.0, 1.0), (2.0, 1.0), (100.0, 1.0)]);
    assert!(all.is_none_or(|h| h.half_minutes.is_finite()), "{all:?}");
}

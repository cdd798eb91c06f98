//! How well and how fast the assay decides. Prints one JSON object per line.

use std::time::Instant;

use assay::{
    Area, Bank, CalibrateOptions, Calibration, Curve, Item, ParameterError, ResponseMatrix, Rng, calibrate,
};

fn bank(items: usize, areas: usize, seed: u64) -> Bank {
    let mut rng = Rng::new(seed);
    let item = |i: usize, rng: &mut Rng| Item {
        name: format!("item-{i}"),
        area: i % areas,
        family: None,
        curve: Curve::two_pl((0.2 + 0.3 * rng.normal()).exp(), 1.3 * rng.normal()).unwrap(),
        error: ParameterError::default(),
        minutes: None,
        anchor: false,
        retired: None,
    };
    let items = (0..items).map(|i| item(i, &mut rng)).collect();
    let calibration = Calibration {
        source: "simulated".to_owned(),
        persons: 1000,
        scaffold: "none".to_owned(),
        tokens: 1,
        mean: 0.0,
        deviation: 1.0,
        area_spread: 0.0,
    };
    let areas = (0..areas).map(|i| Area { name: format!("area-{i}"), weight: 1.0 / areas as f64 }).collect();
    Bank::new("simulated".to_owned(), calibration, areas, vec![], items).unwrap()
}

fn main() {
    for (persons, items) in [(1000, 200), (10_000, 1000)] {
        let bank = bank(items, 1, 1);
        let mut rng = Rng::new(2);
        let rows: Vec<Vec<u8>> = (0..persons)
            .map(|_| {
                let t = rng.normal();
                bank.items().iter().map(|i| u8::from(rng.unit() < i.curve.expected(t))).collect()
            })
            .collect();
        let names = |w: &str, n: usize| (0..n).map(|i| format!("{w}{i}")).collect::<Vec<_>>();
        let m =
            ResponseMatrix::new(names("p", persons), names("item-", items), |p, i| Some(rows[p][i])).unwrap();
        for threads in [1, 2] {
            let t = Instant::now();
            let r = calibrate(&m, &CalibrateOptions { threads, ..Default::default() });
            let e = t.elapsed();
            let rms = (r
                .items
                .iter()
                .zip(bank.items())
                .map(|(f, i)| (f.curve.slope() - i.curve.slope()).powi(2))
                .sum::<f64>()
                / items as f64)
                .sqrt();
            println!(
                "{persons}x{items} threads {threads}: {:?} iterations {} rms slope {rms} {:?}",
                e, r.iterations, r.warnings
            );
        }
    }
}

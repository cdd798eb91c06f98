use assay::*;
fn main() {
    let args: Vec<f64> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    for seed in [1u64, 2, 3] {
        let mut rng = Rng::new(seed);
        let items = (0..200)
            .map(|i| Item {
                name: format!("i{i}"),
                area: i % 4,
                family: None,
                curve: Curve::two_pl((0.2 + 0.3 * rng.normal()).exp(), 1.3 * rng.normal()).unwrap(),
                error: ParameterError::default(),
                minutes: None,
                anchor: false,
                retired: None,
            })
            .collect();
        let bank = Bank::new(
            "b".into(),
            Calibration {
                source: "s".into(),
                persons: 1,
                scaffold: "n".into(),
                tokens: 1,
                mean: 0.0,
                deviation: 1.0,
                area_spread: 0.0,
            },
            (0..4).map(|i| Area { name: format!("a{i}"), weight: 0.25 }).collect(),
            vec![],
            items,
        )
        .unwrap();
        for statistic in [Statistic::Sprt, Statistic::Glr, Statistic::Bayes] {
            for rate in [None, Some(args[0])] {
                let design = Design {
                    estimand: Estimand::Overall,
                    cut: 0.0,
                    indifference: 0.3,
                    alpha: 0.05,
                    beta: 0.05,
                    statistic,
                    lengths: Lengths { least: 4, most: args[1] as usize, least_per_area: 1 },
                    selection: Selection {
                        criterion: Criterion::Information,
                        randomesque: args[2] as usize,
                        exposure_most: rate,
                        per_family_most: 1,
                    },
                    guard: Guard::default(),
                };
                let t = std::time::Instant::now();
                let p =
                    plan(&bank, &design, Simulation { seed: 5, replications: 20000, threads: 2 }, |_| true)
                        .unwrap();
                let e = t.elapsed();
                let world = World::declared(&bank);
                let inst = Instrument::new(&bank, &design, |_| true).unwrap();
                let at = |x: f64| {
                    let s = simulate(
                        &inst,
                        p.lines,
                        &p.controls,
                        &world,
                        x,
                        Simulation { seed: 77, replications: 20000, threads: 2 },
                    );
                    s
                };
                let r: Vec<_> = [-1.0, -0.6, -0.3, 0.3, 0.6, 1.0].iter().map(|x| at(*x)).collect();
                println!(
                    "{seed} {statistic:?} {rate:?} lines {:.2} {:.2} alpha {:.4} beta {:.4} items {} und {:.3} share {:.3} maxrate {:.2} {:?}",
                    p.lines.covered,
                    p.lines.not_covered,
                    r[2].covered,
                    r[3].not_covered,
                    r.iter().map(|s| format!("{:.1}", s.items)).collect::<Vec<_>>().join("/"),
                    r[2].undetermined,
                    p.exposure_share(),
                    p.exposures.iter().fold(0.0f64, |a, b| a.max(*b)),
                    e
                );
            }
        }
    }
}

//! How few items decide, how often wrongly, and how fast. Prints one JSON object per line.
//!
//! The banks are those of issue 6: 200 items, slopes log-normal(0.2, 0.3), difficulties normal(0, 1.3), in four areas;
//! five of them, because one bank is luckier than another by a fifth. Content is balanced and exposure controlled.
//!
//! `bench [--matrix PERSONS ITEMS]`: with `--matrix`, prints a simulated response matrix instead, for other programs.

use std::error::Error;
use std::time::{Duration, Instant};

use assay::{
    Area, Bank, CalibrateOptions, Calibration, Criterion, Curve, Design, Estimand, Family, Guard, Instrument,
    Item, Lengths, Lines, Next, ParameterError, Plan, ResponseMatrix, Rng, Selection, Session, Simulation,
    Statistic, Summary, World, calibrate, plan, robustness, simulate,
};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const BANKS: [u64; 5] = [1, 2, 3, 4, 5];
const REPLICATIONS: usize = 20_000;
const THREADS: usize = 2;
/// No item in more than half of the reviews.
const EXPOSURE_MOST: f64 = 0.5;
const LONGEST: usize = 100;
/// The seed of realised errors, which no line was drawn with.
const FRESH_SEED: u64 = 20_261_124;
/// What a quick prototype needed, with neither content balancing nor exposure control (issue 6).
const PROTOTYPE: &str = "prototype without balancing and exposure control";

#[expect(clippy::print_stdout, reason = "this prints its results")]
fn report(metric: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    let (name, peer_value) = (peer.map(|(name, _)| name), peer.map(|(_, value)| value));
    let ratio = peer_value.map(|peer| value / peer);
    println!(
        "{}",
        json!({"bench": "assay", "metric": metric, "value": value, "unit": unit,
            "peer": name, "peer_value": peer_value, "ratio": ratio})
    );
}

#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = run();
    (value, start.elapsed())
}

fn item(number: usize, areas: usize, rng: &mut Rng) -> Outcome<Item> {
    let (slope, difficulty) = ((0.2 + 0.3 * rng.normal()).exp(), 1.3 * rng.normal());
    Ok(Item {
        name: format!("item-{number}"),
        area: number % areas,
        family: None,
        curve: Curve::two_pl(slope, difficulty)?,
        error: ParameterError::default(),
        minutes: None,
        anchor: difficulty < -1.2,
        retired: None,
    })
}

fn bank_of(items: Vec<Item>, areas: usize, families: Vec<Family>, area_spread: f64) -> Outcome<Bank> {
    let calibration = Calibration {
        source: "simulated".to_owned(),
        persons: 1000,
        scaffold: "none".to_owned(),
        tokens: 1,
        mean: 0.0,
        deviation: 1.0,
        area_spread,
    };
    let weight = 1.0 / areas as f64;
    let areas = (0..areas).map(|i| Area { name: format!("area-{i}"), weight }).collect();
    Ok(Bank::new("simulated".to_owned(), calibration, areas, families, items)?)
}

fn bank(items: usize, areas: usize, seed: u64) -> Outcome<Bank> {
    let mut rng = Rng::new(seed);
    let items = (0..items).map(|number| item(number, areas, &mut rng)).collect::<Outcome<_>>()?;
    bank_of(items, areas, Vec::new(), 0.0)
}

/// The bank with everything that makes life hard: standard errors as of 1,000 persons, families of two whose members
/// depend on each other, areas that differ.
fn hard_bank(seed: u64) -> Outcome<Bank> {
    let mut items = bank(200, 4, seed)?.items().to_vec();
    for (place, item) in items.iter_mut().enumerate() {
        // Members of a family stand in the same area.
        item.family = Some(place / 8 * 4 + place % 4);
        item.error = ParameterError { slope: 0.13, difficulty: 0.1, correlation: 0.0 };
    }
    let family =
        |i: usize| Family { name: format!("family-{i}"), difficulty_spread: 0.1, person_spread: 0.3 };
    bank_of(items, 4, (0..100).map(family).collect(), 0.5)
}

fn design(criterion: Criterion, guard: Guard) -> Design {
    Design {
        estimand: Estimand::Overall,
        cut: 0.0,
        indifference: 0.3,
        alpha: 0.05,
        beta: 0.05,
        statistic: Statistic::Glr,
        lengths: Lengths { least: 4, most: LONGEST, least_per_area: 1 },
        selection: Selection {
            criterion,
            randomesque: 1,
            exposure_most: Some(EXPOSURE_MOST),
            per_family_most: 1,
        },
        guard,
    }
}

fn simulation(seed: u64) -> Simulation {
    Simulation { seed, replications: REPLICATIONS, threads: THREADS }
}

/// Sessions of one plan at one ability, with a seed of their own that differs from plan to plan: chance must not strike
/// all of them alike.
fn at(bank: &Bank, plan: &Plan, ability: f64) -> Outcome<Summary> {
    let instrument = Instrument::new(bank, &plan.design, |_| true)?;
    let world = World::declared(bank);
    Ok(simulate(
        &instrument,
        plan.lines,
        &plan.controls,
        &world,
        ability,
        simulation(FRESH_SEED ^ plan.simulation.seed << 32),
    ))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn most(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(*value))
}

/// Without exposure control, as the prototype was: what control costs.
fn free() -> Outcome<()> {
    let mut items: [Vec<f64>; 3] = Default::default();
    for seed in BANKS {
        let bank = bank(200, 4, seed)?;
        let mut design = design(Criterion::Information, Guard::default());
        design.selection.exposure_most = None;
        let made = plan(&bank, &design, simulation(seed), |_| true)?;
        for (distance, lengths) in [0.3, 0.6, 1.0].into_iter().zip(&mut items) {
            lengths
                .push(f64::midpoint(at(&bank, &made, -distance)?.items, at(&bank, &made, distance)?.items));
        }
    }
    for ((name, peer), lengths) in [("0.3sd", 27.0), ("0.6sd", 12.0), ("1sd", 7.0)].into_iter().zip(&items) {
        report(&format!("uncontrolled_items_at_{name}"), mean(lengths), "items", Some((PROTOTYPE, peer)));
    }
    Ok(())
}

fn decisions() -> Outcome<()> {
    let (mut share, mut alpha, mut beta) = (Vec::new(), Vec::new(), Vec::new());
    let (mut worst_item, mut undetermined, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    let mut items: [Vec<f64>; 3] = Default::default();
    for seed in BANKS {
        let bank = bank(200, 4, seed)?;
        let design = design(Criterion::Information, Guard::default());
        let (made, took) = timed(|| plan(&bank, &design, simulation(seed), |_| true));
        let made = made?;
        seconds.push(took.as_secs_f64());
        share.push(100.0 * made.exposure_share());
        worst_item.push(100.0 * most(&made.exposures));
        for (distance, lengths) in [0.3, 0.6, 1.0].into_iter().zip(&mut items) {
            let (below, above) = (at(&bank, &made, -distance)?, at(&bank, &made, distance)?);
            lengths.push(f64::midpoint(below.items, above.items));
            if distance == 0.3 {
                alpha.push(below.covered);
                beta.push(above.not_covered);
                undetermined.push(50.0 * (below.undetermined + above.undetermined));
            }
        }
    }
    report("exposure_share_pct", mean(&share), "% of the fixed suite, over N(0,1)", Some(("target", 15.0)));
    report("realised_alpha", mean(&alpha), "share", Some(("nominal", 0.05)));
    report("realised_beta", mean(&beta), "share", Some(("nominal", 0.05)));
    report("realised_error_worst", most(&alpha).max(most(&beta)), "share", Some(("nominal", 0.05)));
    report("items_at_1sd", mean(&items[2]), "items", Some((PROTOTYPE, 7.0)));
    report("items_at_0.6sd", mean(&items[1]), "items", Some((PROTOTYPE, 12.0)));
    report("items_at_0.3sd", mean(&items[0]), "items", Some((PROTOTYPE, 27.0)));
    report("undetermined_at_0.3sd_pct", mean(&undetermined), "%", None);
    report(
        "item_exposure_most_pct",
        most(&worst_item),
        "% of reviews",
        Some(("limit", 100.0 * EXPOSURE_MOST)),
    );
    report("plan_s", mean(&seconds), "s (20,000 replications a point)", None);
    Ok(())
}

/// The guard's, secrecy's and no choice's price in items.
fn prices() -> Outcome<()> {
    let bank = bank(200, 4, BANKS[0])?;
    let guard = Guard { least: 12, anchors: 3, anchors_p_least: 0.005, fit_least: Some(-2.6), arms: 0 };
    let guarded = plan(&bank, &design(Criterion::Information, guard), simulation(1), |_| true)?;
    let weak = at(&bank, &guarded, -1.0)?;
    report("guarded_items_at_-1sd", weak.items, "items", None);
    report("guarded_doubted_at_-1sd_pct", 100.0 * weak.undetermined, "% of honest models", None);
    for (name, criterion) in [("secret", Criterion::Secret), ("random", Criterion::Random)] {
        let made = plan(&bank, &design(criterion, Guard::default()), simulation(1), |_| true)?;
        report(&format!("{name}_exposure_share_pct"), 100.0 * made.exposure_share(), "%", None);
        report(&format!("{name}_items_at_0.3sd"), at(&bank, &made, 0.3)?.items, "items", None);
    }
    Ok(())
}

fn robust() -> Outcome<()> {
    let bank = hard_bank(1)?;
    let mut design = design(Criterion::Information, Guard::default());
    design.indifference = 0.4;
    let made = plan(&bank, &design, simulation(1), |_| true)?;
    for row in robustness(&bank, &made, simulation(FRESH_SEED))? {
        report(
            &format!("robust_error: {}", row.world),
            row.alpha.max(row.beta),
            "share",
            Some(("nominal", 0.05)),
        );
    }
    Ok(())
}

fn responses(persons: usize, items: usize) -> Outcome<ResponseMatrix> {
    let bank = bank(items, 1, 7)?;
    let mut rng = Rng::new(8);
    let mut cells = Vec::with_capacity(persons * items);
    for _ in 0..persons {
        let ability = rng.normal();
        cells.extend(bank.items().iter().map(|item| u8::from(rng.unit() < item.curve.expected(ability))));
    }
    let names = |word: &str, n: usize| (0..n).map(|i| format!("{word}-{i}")).collect();
    let score = |person: usize, item: usize| Some(cells[person * items + item]);
    Ok(ResponseMatrix::new(names("person", persons), names("item", items), score)?)
}

fn calibrations() -> Outcome<()> {
    for (persons, items, target) in [(1000, 200, 1.0), (10_000, 1000, 60.0)] {
        let matrix = responses(persons, items)?;
        let options = CalibrateOptions { threads: THREADS, ..CalibrateOptions::default() };
        let (result, took) = timed(|| calibrate(&matrix, &options));
        let all = result.items.len() == items && result.warnings.is_empty();
        let name = format!("calibrate_{persons}x{items}_s");
        report(&name, if all { took.as_secs_f64() } else { f64::NAN }, "s", Some(("target", target)));
    }
    Ok(())
}

fn next_item() -> Outcome<()> {
    const GIVEN: usize = 200;
    let bank = bank(10_000, 4, 9)?;
    let mut design = design(Criterion::Information, Guard::default());
    design.lengths.most = GIVEN;
    let instrument = Instrument::new(&bank, &design, |_| true)?;
    let controls = vec![0.5; 10_000];
    // Lines that nothing crosses, so that every choice is measured.
    let endless = Lines { covered: 1e9, not_covered: 1e9 };
    let mut session = Session::new(&instrument, endless, &controls, 1);
    let (mut times, mut score) = (Vec::new(), 0);
    loop {
        let (next, took) = timed(|| session.next_item());
        let Next::Item(item) = next else { break };
        times.push(took.as_secs_f64() * 1e6);
        score = 1 - score;
        session.record(item, Some(score));
    }
    times.sort_by(f64::total_cmp);
    report("next_item_us", times[times.len() / 2], "us, 10,000 items", Some(("target", 1000.0)));
    report("next_item_most_us", times[times.len() - 1], "us, the slowest of 200", Some(("target", 1000.0)));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this prints its results")]
fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, persons, items] = words.as_slice()
        && flag == "--matrix"
    {
        print!("{}", responses(persons.parse()?, items.parse()?)?.to_csv());
        return Ok(());
    }
    next_item()?;
    calibrations()?;
    decisions()?;
    robust()?;
    prices()?;
    free()
}

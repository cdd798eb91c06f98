//! Commands killed at moments from their start to beyond their end, each on a copy of the same house.

use std::process::Stdio;
use std::thread;
use std::time::Instant;

use crate::House;

/// Moments at which a command is killed.
const MOMENTS: u32 = 24;

/// Runs a command on a copy of `house` and kills it, at each moment anew, and has `check` look at what is left. At least
/// a few are killed before they end, and at least one is not.
pub fn at_every_moment(house: &House, arguments: &[&str], input: &str, check: impl Fn(&House)) {
    at_every_moment_with(house, arguments, input, |_| (), check);
}

/// The same, with `prepare` done on each copy first; what it gives lasts until the copy was looked at.
pub fn at_every_moment_with<T>(
    house: &House,
    arguments: &[&str],
    input: &str,
    prepare: impl Fn(&House) -> T,
    check: impl Fn(&House),
) {
    std::fs::write(house.path("input"), input).unwrap();
    let start = |house: &House| {
        let input = std::fs::File::open(house.path("input")).unwrap();
        let mut command = house.command(arguments);
        command.stdin(input).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let whole = house.copied();
    let prepared = prepare(&whole);
    let began = Instant::now();
    assert!(start(&whole).wait().unwrap().success());
    let takes = began.elapsed();
    drop(prepared);
    let mut killed = 0;
    for moment in 0..MOMENTS {
        let copy = house.copied();
        let prepared = prepare(&copy);
        let mut child = start(&copy);
        // The moment of the kill is what is tried here.
        thread::sleep(takes * moment * 5 / (MOMENTS * 4));
        // One that has ended cannot be killed any more.
        let _ = child.kill();
        killed += u32::from(child.wait().unwrap().code().is_none());
        check(&copy);
        drop(prepared);
    }
    assert!(killed > 3, "only {killed} were killed");
}

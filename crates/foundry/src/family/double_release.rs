//! What was freed is freed again: two names for one block, or one that was left behind. CWE-415.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "double-release",
    cwe: 415,
    shapes: shapes!["double_release_a" => shared, "double_release_b" => left_behind],
};

fn shared(draw: &mut Draw) -> Plan {
    let cap = draw.number(4, 30);
    let add = |draw: &mut Draw, place: u32| {
        Step::of("add").with("place", place).with("text", draw.letters(draw.clone().size(2, 20)))
    };
    let share = |from: u32, into: u32| Step::of("share").with("from", from).with("into", into);
    let drop = |place: u32| Step::of("drop").with("number", place);
    let (one, two) = (draw.number(0, cap / 2), draw.number(cap / 2 + 1, cap - 1));
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![add(draw, 0), share(0, 1), add(draw, 2), drop(2), drop(1)],
        edge: vec![add(draw, one), share(one, two), drop(two)],
        breaking: vec![add(draw, one), share(one, two), drop(one), drop(two)],
    }
}

fn left_behind(draw: &mut Draw) -> Plan {
    let (cap, max) = (draw.number(3, 20), draw.size(12, 70));
    let fill = |draw: &mut Draw, place: u32, size: usize| {
        Step::of("fill").with("place", place).with("text", draw.letters(size))
    };
    let drop = |place: u32| Step::of("drop").with("number", place);
    let place = draw.number(0, cap - 1);
    let (good, long) = (draw.size(1, max), draw.size(max + 1, max + 40));
    Plan {
        numbers: vec![("CAP", cap), ("MAX", super::number(max))],
        sound: vec![fill(draw, 1, 3), fill(draw, 1, 7), drop(1)],
        edge: vec![fill(draw, place, max), drop(place), fill(draw, place, long), drop(place)],
        breaking: vec![fill(draw, place, good), fill(draw, place, long), drop(place)],
    }
}

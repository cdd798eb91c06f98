//! A table is read beside itself: its two directions are mixed up, or an end is never held against it. CWE-125.

use super::{Family, number, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "table-read",
    cwe: 125,
    shapes: shapes!["table_read_a" => directions, "table_read_b" => pieces],
};

fn directions(draw: &mut Draw) -> Plan {
    let high = draw.size(2, 6);
    let wide = high + draw.size(2, 7);
    let load = |draw: &mut Draw| {
        let step = Step::of("load_all").with("width", number(wide)).with("height", number(high));
        step.with("text", draw.bytes(wide * high, 0, 255))
    };
    let cell = |x: usize, y: usize| Step::of("cell").with("place", number(x)).with("into", number(y));
    let column = draw.size(0, high - 1);
    Plan {
        numbers: Vec::new(),
        sound: vec![load(draw), cell(0, 1), cell(1, 0)],
        edge: vec![load(draw), cell(high - 1, high - 1)],
        breaking: vec![load(draw), cell(column, high)],
    }
}

fn pieces(draw: &mut Draw) -> Plan {
    let size = draw.size(20, 120);
    let cap = draw.number(3, 9);
    let set = |draw: &mut Draw| Step::of("set").with("text", draw.bytes(size, 0, 255));
    let define = |from: usize, count: usize| {
        Step::of("define").with("from", number(from)).with("count", number(count))
    };
    let show = |place: u32| Step::of("show").with("place", place);
    let from = draw.size(size / 2, size - 1);
    let over = draw.size(size - from + 1, size);
    Plan {
        numbers: vec![("CAP", cap), ("SALT", draw.number(1, 9999)), ("MUL", draw.number(10, 400) * 2 + 1)],
        sound: vec![set(draw), define(1, 4), define(3, 9), show(1), show(0)],
        edge: vec![set(draw), define(from, size - from), show(0)],
        breaking: vec![set(draw), define(0, 3), define(from, over), show(1)],
    }
}

//! Bytes are written beside a table: start and length are each right, and together are not. CWE-787.

use super::{Family, number, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "patch-range",
    cwe: 787,
    shapes: shapes!["patch_range_a" => patched, "patch_range_b" => drawn],
};

fn patched(draw: &mut Draw) -> Plan {
    let max = draw.number(150, 600);
    let size = draw.size(40, 140);
    let open = Step::of("open").with("count", number(size));
    let patch = |draw: &mut Draw, place: usize, count: usize| {
        Step::of("patch").with("place", number(place)).with("text", draw.bytes(count, 0, 255))
    };
    let tally = Step::of("tally").with("amount", draw.number(0, 255));
    let place = draw.size(size / 2, size - 2);
    let over = draw.size(size - place + 1, size - 1);
    Plan {
        numbers: vec![("MAX", max), ("MUL", draw.number(10, 400) * 2 + 1)],
        sound: vec![open.clone(), patch(draw, 2, 7), tally.clone()],
        edge: vec![open.clone(), patch(draw, place, size - place), tally],
        breaking: vec![open, patch(draw, place, over)],
    }
}

fn drawn(draw: &mut Draw) -> Plan {
    let cap = draw.number(30, 200);
    let go = |column: u32| Step::of("move").with("column", column);
    let line = |draw: &mut Draw, count: u32| {
        Step::of("draw").with("count", count).with("value", draw.number(0, 255))
    };
    let column = draw.number(cap / 2, cap - 1);
    let over = draw.number(cap - column + 1, cap);
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![go(3), line(draw, 5), go(0), Step::of("print").with("width", 12)],
        edge: vec![go(column), line(draw, cap - column)],
        breaking: vec![go(column), line(draw, over)],
    }
}

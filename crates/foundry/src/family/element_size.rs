//! Room for so many elements is asked for by the wrong size. CWE-131.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "element-size",
    cwe: 131,
    shapes: shapes!["element_size_a" => wide, "element_size_b" => of_the_pointer],
};

fn wide(draw: &mut Draw) -> Plan {
    // Short texts find enough room anyhow.
    let bias = draw.number(12, 60);
    let least = usize::try_from(bias).unwrap_or(60);
    let size = draw.size(least, least + 40);
    let tally = |draw: &mut Draw, size: usize| {
        Step::of("tally").with("text", draw.bytes(size, 0, 255)).with("amount", draw.number(0, 255))
    };
    Plan {
        numbers: vec![("SCALE", draw.number(3, 900)), ("MUL", draw.number(10, 400) * 2 + 1), ("BIAS", bias)],
        sound: vec![tally(draw, 1), tally(draw, 4)],
        edge: vec![tally(draw, least / 3)],
        breaking: vec![tally(draw, size)],
    }
}

fn of_the_pointer(draw: &mut Draw) -> Plan {
    let max = draw.number(20, 200);
    let fill = |draw: &mut Draw, count: u32| {
        Step::of("fill").with("count", count).with("amount", draw.number(0, 0xffff))
    };
    let bias = draw.number(1, 5);
    // An element is half as large again as a pointer.
    let count = draw.number(2 * bias + 1, max);
    Plan {
        numbers: vec![("MAX", max), ("BIAS", bias), ("MUL", draw.number(10, 400) * 2 + 1)],
        sound: vec![fill(draw, 2), fill(draw, 1)],
        edge: vec![fill(draw, 2 * bias)],
        breaking: vec![fill(draw, count)],
    }
}

//! A block's size is computed in a number that is too narrow for it. CWE-190, which leads to CWE-680.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "wrapped-size",
    cwe: 190,
    shapes: shapes!["wrapped_size_a" => sixteen_bits, "wrapped_size_b" => thirty_two_bits],
};

fn sixteen_bits(draw: &mut Draw) -> Plan {
    let max = draw.number(300, 3000);
    let fill = |draw: &mut Draw, count: u32, width: u32| {
        let step = Step::of("fill").with("count", count).with("width", width);
        step.with("value", draw.number(0, 255))
    };
    let width = draw.number(3, 250);
    // The first product beyond 2^16, less than a width above it, and not 2^16 itself.
    let count = 0x1_0000 / width + 1;
    Plan {
        numbers: vec![("MAX", max)],
        sound: vec![fill(draw, 9, 4), fill(draw, 2, 30)],
        edge: vec![fill(draw, max / 20, 20)],
        breaking: vec![fill(draw, count, width)],
    }
}

fn thirty_two_bits(draw: &mut Draw) -> Plan {
    let (unit, head) = (draw.number(3, 40) * 4 + 3, draw.number(8, 60));
    let max = draw.number(2000, 60000);
    let fill = |draw: &mut Draw, count: u32| {
        Step::of("fill").with("number", count).with("value", draw.number(0, 0xffff))
    };
    // The first product beyond 2^32, less than a unit above it.
    let count = u32::MAX / unit + 1;
    Plan {
        numbers: vec![("UNIT", unit), ("HEAD", head), ("MAX", max)],
        sound: vec![fill(draw, 3), fill(draw, 0)],
        edge: vec![fill(draw, (max - head) / unit)],
        breaking: vec![fill(draw, count)],
    }
}

//! A stack buffer is filled up to the size of another one, or each part is measured alone. CWE-121.

use super::{Family, number, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "misjudged-copy",
    cwe: 121,
    shapes: shapes!["misjudged_copy_a" => other_buffer, "misjudged_copy_b" => in_parts],
};

fn other_buffer(draw: &mut Draw) -> Plan {
    let cap = draw.size(20, 70);
    let wide = cap + draw.size(18, 60);
    let set = |draw: &mut Draw| Step::of("set").with("text", draw.letters(draw.clone().size(3, 12)));
    let show = |draw: &mut Draw, size: usize| {
        Step::of("show").with("width", draw.number(1, 200)).with("text", draw.letters(size))
    };
    let small = draw.size(2, cap / 2);
    let large = draw.size(cap, wide - 1);
    Plan {
        numbers: vec![("CAP", number(cap)), ("WIDE", number(wide))],
        sound: vec![set(draw), show(draw, small)],
        edge: vec![set(draw), show(draw, cap - 1)],
        breaking: vec![set(draw), show(draw, large)],
    }
}

fn in_parts(draw: &mut Draw) -> Plan {
    let cap = draw.size(24, 90);
    let join = |draw: &mut Draw, left: usize, right: usize| {
        let step = Step::of("join").with("left", draw.letters(left)).with("right", draw.letters(right));
        step.with("kind", draw.number(0, 255))
    };
    let left = draw.size(cap / 2, cap - 1);
    let right = draw.size(cap - left, cap - 1);
    Plan {
        numbers: vec![("CAP", number(cap))],
        sound: vec![join(draw, cap / 4, cap / 3), join(draw, 3, 5)],
        edge: vec![join(draw, left, cap - 1 - left)],
        breaking: vec![join(draw, left, right)],
    }
}

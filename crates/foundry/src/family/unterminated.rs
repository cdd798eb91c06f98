//! A text fills its buffer, and its end is looked for behind it. CWE-170.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "unterminated",
    cwe: 170,
    shapes: shapes!["unterminated_a" => on_the_heap, "unterminated_b" => on_the_stack],
};

fn text(op: &'static str, draw: &mut Draw) -> Plan {
    let cap = draw.size(12, 90);
    let step = |draw: &mut Draw, size: usize| {
        Step::of(op).with("text", draw.letters(size)).with("number", draw.number(0, 255))
    };
    let size = draw.size(cap, cap + 40);
    Plan {
        numbers: vec![("CAP", super::number(cap)), ("MUL", draw.number(10, 400) * 2 + 1)],
        sound: vec![step(draw, 5), step(draw, cap / 2)],
        edge: vec![step(draw, cap - 1)],
        breaking: vec![step(draw, size)],
    }
}

fn on_the_heap(draw: &mut Draw) -> Plan {
    text("set", draw)
}

fn on_the_stack(draw: &mut Draw) -> Plan {
    text("join", draw)
}

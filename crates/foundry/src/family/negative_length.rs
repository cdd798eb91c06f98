//! A large number becomes a negative one, and is then below every limit. CWE-195.

use super::{Family, number, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "negative-length",
    cwe: 195,
    shapes: shapes!["negative_length_a" => length, "negative_length_b" => place],
};

fn length(draw: &mut Draw) -> Plan {
    let cap = draw.size(16, 100);
    let frame = |draw: &mut Draw, count: u32, size: usize| {
        Step::of("frame").with("count", count).with("text", draw.bytes(size, 0, 255))
    };
    let (negative, size) = (draw.number(0x8000, 0xffff), draw.size(0, cap));
    Plan {
        numbers: vec![
            ("CAP", number(cap)),
            ("SALT", draw.number(1, 9999)),
            ("MUL", draw.number(10, 400) * 2 + 1),
        ],
        sound: vec![frame(draw, 3, 5), frame(draw, 0, 2)],
        edge: vec![frame(draw, number(cap), cap + 1)],
        breaking: vec![frame(draw, negative, size)],
    }
}

fn place(draw: &mut Draw) -> Plan {
    let cap = draw.number(20, 200);
    let set = |draw: &mut Draw, place: u32| {
        Step::of("set").with("number", place).with("value", draw.number(0, 255))
    };
    let tally = Step::of("tally").with("amount", draw.number(0, 255));
    // As near below the table as a block's redzone reaches.
    let below = draw.number(1, 12).wrapping_neg();
    Plan {
        numbers: vec![("CAP", cap), ("MUL", draw.number(10, 400) * 2 + 1)],
        sound: vec![set(draw, 3), set(draw, 0), tally.clone()],
        edge: vec![set(draw, cap - 1), tally],
        breaking: vec![set(draw, below)],
    }
}

//! What lies before the beginning is read. CWE-127.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "back-reference",
    cwe: 127,
    shapes: shapes!["back_reference_a" => distance, "back_reference_b" => operand],
};

fn distance(draw: &mut Draw) -> Plan {
    let (cap, split) = (draw.number(60, 200), draw.number(10, 120));
    let low = |number: u32| number.to_le_bytes()[0];
    let literal = |draw: &mut Draw, count: u32| {
        [vec![low(count - 1)], draw.bytes(usize::from(low(count)), 0, 255)].concat()
    };
    let copy = |place: u32, count: u32| vec![low(split + count - 1), low(place)];
    let unpack = |text: Vec<u8>| Step::of("unpack").with("text", text);
    let count = draw.number(2, 9);
    // No further before the beginning than a block's redzone reaches.
    let before = count + draw.number(1, 10);
    let copied = draw.number(1, 12);
    Plan {
        numbers: vec![("CAP", cap), ("SPLIT", split)],
        sound: vec![unpack([literal(draw, 6), copy(3, 9)].concat())],
        edge: vec![unpack([literal(draw, count), copy(count, copied)].concat())],
        breaking: vec![unpack([literal(draw, count), copy(before, copied)].concat())],
    }
}

fn operand(draw: &mut Draw) -> Plan {
    let cap = draw.number(6, 60);
    let push = |draw: &mut Draw| Step::of("push").with("value", draw.number(1, 0xffff));
    let fold = |draw: &mut Draw| Step::of("fold").with("kind", draw.number(0, 255));
    let show = |draw: &mut Draw| Step::of("show").with("amount", draw.number(0, 255));
    let deep = draw.size(1, 4);
    let mut breaking: Vec<Step> = (0..deep).map(|_| push(draw)).collect();
    let mut edge = breaking.clone();
    breaking.extend((0..deep).map(|_| fold(draw)));
    edge.extend((1..deep).map(|_| fold(draw)));
    edge.push(show(draw));
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![push(draw), push(draw), push(draw), fold(draw), show(draw)],
        edge,
        breaking,
    }
}

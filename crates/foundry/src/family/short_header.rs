//! Something shorter than its own head is taken apart: what is left is more than there ever was. CWE-191.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "short-header",
    cwe: 191,
    shapes: shapes!["short_header_a" => summed, "short_header_b" => copied],
};

fn record(op: &'static str, extra: &'static str, draw: &mut Draw) -> Plan {
    let head = draw.size(4, 12);
    let cap = draw.size(head + 10, head + 90);
    let step = |draw: &mut Draw, size: usize| {
        Step::of(op).with("text", draw.bytes(size, 0, 255)).with(extra, draw.number(0, 255))
    };
    let short = draw.size(1, head - 1);
    Plan {
        numbers: vec![("HEAD", super::number(head)), ("CAP", super::number(cap))],
        sound: vec![step(draw, head + 3), step(draw, head + 9)],
        edge: vec![step(draw, head)],
        breaking: vec![step(draw, short)],
    }
}

fn summed(draw: &mut Draw) -> Plan {
    record("frame", "number", draw)
}

fn copied(draw: &mut Draw) -> Plan {
    record("quote", "kind", draw)
}

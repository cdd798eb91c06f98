//! An index is checked on one way to a table and not on the other. CWE-129.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "unchecked-index",
    cwe: 129,
    shapes: shapes!["unchecked_index_a" => raised, "unchecked_index_b" => followed],
};

fn raised(draw: &mut Draw) -> Plan {
    let cap = draw.number(8, 120);
    let set = |draw: &mut Draw, place: u32| {
        Step::of("set").with("place", place).with("value", draw.number(0, 0xffff))
    };
    let raise = |draw: &mut Draw, place: u32| {
        Step::of("raise").with("into", place).with("amount", draw.number(0, 255))
    };
    // Within the redzone behind the table.
    let over = cap + draw.number(0, 3);
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![set(draw, 2), raise(draw, 2), raise(draw, 0)],
        edge: vec![set(draw, cap - 1), raise(draw, cap - 1)],
        breaking: vec![set(draw, 1), raise(draw, over)],
    }
}

fn followed(draw: &mut Draw) -> Plan {
    let cap = draw.number(8, 120);
    let link = |from: u32, into: u32| Step::of("link").with("from", from).with("into", into);
    let walk = |place: u32, times: u32| Step::of("walk").with("place", place).with("times", times);
    let from = draw.number(1, cap - 1);
    // Within the redzone behind the table.
    let over = cap + draw.number(0, 9);
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![link(0, 2), link(2, 5), walk(0, 2)],
        edge: vec![link(from, cap - 1), link(cap - 1, from), walk(from, 9)],
        breaking: vec![link(0, from), link(from, over), walk(0, 3)],
    }
}

//! One more is taken than there is room for. CWE-193.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "last-slot",
    cwe: 193,
    shapes: shapes!["last_slot_a" => one_entry, "last_slot_b" => one_letter],
};

fn one_entry(draw: &mut Draw) -> Plan {
    let cap = draw.number(9, 120);
    let add = |draw: &mut Draw, count: u32| {
        Step::of("add").with("value", draw.number(0, 0xffff)).with("count", count)
    };
    let sum = Step::of("sum").with("amount", draw.number(1, 9));
    let first = draw.number(1, cap - 1);
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![add(draw, 1), add(draw, 2), sum.clone()],
        edge: vec![add(draw, first), add(draw, cap - first), sum],
        breaking: vec![add(draw, first), add(draw, cap - first + 1)],
    }
}

fn one_letter(draw: &mut Draw) -> Plan {
    let max = draw.size(20, 120);
    let unit = draw.size(5, 17);
    let set = |draw: &mut Draw, size: usize| Step::of("set").with("text", draw.letters(size));
    let show = Step::of("show").with("width", draw.number(1, 99));
    // Only what fills its units leaves no room for its end.
    let units = draw.size(1, max / unit);
    Plan {
        numbers: vec![("MAX", super::number(max)), ("UNIT", super::number(unit))],
        sound: vec![set(draw, 3), set(draw, unit + 2), show.clone()],
        edge: vec![set(draw, units * unit - 1), show],
        breaking: vec![set(draw, units * unit)],
    }
}

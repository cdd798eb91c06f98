//! A thing's kind changes, and the thing does not. CWE-843.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "retagged",
    cwe: 843,
    shapes: shapes!["retagged_a" => small_as_large, "retagged_b" => number_as_text],
};

fn small_as_large(draw: &mut Draw) -> Plan {
    let (cap, units) = (draw.number(4, 30), draw.number(4, 20));
    let add = |place: u32, kind: u32| Step::of("add").with("place", place).with("height", kind);
    let turn = |place: u32, kind: u32| Step::of("turn").with("into", place).with("height", kind);
    let set = |draw: &mut Draw, place: u32, column: u32| {
        Step::of("set").with("from", place).with("column", column).with("value", draw.number(1, 0xffff))
    };
    let place = draw.number(0, cap - 1);
    // Within the redzone behind the small one.
    let column = draw.number(1, 3);
    Plan {
        numbers: vec![("CAP", cap), ("UNITS", units)],
        sound: vec![add(0, 1), set(draw, 0, 3), turn(0, 0), set(draw, 0, 2)],
        edge: vec![add(place, 1), turn(place, 1), set(draw, place, units - 1)],
        breaking: vec![add(place, 0), turn(place, 1), set(draw, place, column)],
    }
}

fn number_as_text(draw: &mut Draw) -> Plan {
    let cap = draw.number(3, 30);
    let note =
        |draw: &mut Draw, place: u32| Step::of("note").with("place", place).with("text", draw.letters(7));
    let raise = |place: u32, amount: u32| Step::of("raise").with("into", place).with("amount", amount);
    let show = |place: u32| Step::of("show").with("from", place);
    let place = draw.number(0, cap - 1);
    // An address at which nothing ever lies.
    let wild = draw.number(0x1000_0000, 0x6fff_ffff);
    Plan {
        numbers: vec![("CAP", cap)],
        sound: vec![note(draw, 1), show(1), raise(0, 7), show(0), raise(0, 70)],
        edge: vec![raise(place, wild), show(place), note(draw, place), show(place)],
        breaking: vec![note(draw, place), raise(place, wild), show(place)],
    }
}

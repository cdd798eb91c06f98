//! What is freed is not what was allocated, but a place within it. CWE-761.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "inner-free",
    cwe: 761,
    shapes: shapes!["inner_free_a" => trimmed, "inner_free_b" => skipped],
};

fn trimmed(draw: &mut Draw) -> Plan {
    let blank = draw.number(b'!'.into(), b'@'.into());
    let set = |draw: &mut Draw, blanks: usize| {
        let text = [vec![blank.to_le_bytes()[0]; blanks], draw.letters(draw.clone().size(2, 20))].concat();
        Step::of("set").with("text", text).with("number", draw.number(0, 255))
    };
    let blanks = draw.size(1, 6);
    Plan {
        numbers: vec![("BLANK", blank)],
        sound: vec![set(draw, 0), set(draw, 0)],
        edge: vec![set(draw, 0)],
        breaking: vec![set(draw, blanks)],
    }
}

fn skipped(draw: &mut Draw) -> Plan {
    let size = draw.size(4, 50);
    let set = Step::of("set").with("text", draw.letters(size));
    let skip = |count: u32| Step::of("skip").with("count", count);
    let drop = Step::of("drop").with("kind", draw.number(0, 255));
    let count = draw.number(1, super::number(size));
    Plan {
        numbers: Vec::new(),
        sound: vec![set.clone(), skip(0), drop.clone()],
        edge: vec![set.clone(), skip(0), skip(0), drop.clone()],
        breaking: vec![set, skip(count), drop],
    }
}

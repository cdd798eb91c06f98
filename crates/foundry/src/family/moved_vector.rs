//! A table moves when it grows, and a pointer into it does not. CWE-416.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "moved-vector",
    cwe: 416,
    shapes: shapes!["moved_vector_a" => kept_mark, "moved_vector_b" => within_a_loop],
};

fn kept_mark(draw: &mut Draw) -> Plan {
    let grow = draw.size(2, 7);
    let add = |draw: &mut Draw| Step::of("add").with("value", draw.number(0, 0xffff));
    let adds = |draw: &mut Draw, count: usize| (0..count).map(|_| add(draw)).collect::<Vec<Step>>();
    let mark = |place: u32| Step::of("mark").with("into", place);
    let show = |draw: &mut Draw| Step::of("show").with("amount", draw.number(0, 255));
    let before = draw.size(1, grow);
    let full = [adds(draw, before), vec![mark(0)], adds(draw, grow - before)].concat();
    Plan {
        numbers: vec![("GROW", super::number(grow)), ("MAX", draw.number(40, 200))],
        sound: vec![add(draw), add(draw), mark(1), show(draw)],
        edge: [full.clone(), vec![show(draw), add(draw), mark(0), show(draw)]].concat(),
        breaking: [full, vec![add(draw), show(draw)]].concat(),
    }
}

fn within_a_loop(draw: &mut Draw) -> Plan {
    let grow = draw.number(4, 12);
    let add = |draw: &mut Draw| Step::of("add").with("value", draw.number(0, 0xffff));
    let twin = |from: u32, times: u32| Step::of("twin").with("from", from).with("times", times);
    let sum = Step::of("sum").with("amount", draw.number(0, 255));
    let more = draw.number(grow, grow + 4);
    Plan {
        numbers: vec![("GROW", grow), ("MAX", draw.number(60, 200)), ("KEY", draw.number(1, 0xffff))],
        sound: vec![add(draw), twin(0, 2), sum.clone()],
        edge: vec![add(draw), twin(0, grow - 1), sum],
        breaking: vec![add(draw), twin(0, more)],
    }
}

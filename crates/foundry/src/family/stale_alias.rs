//! What was freed is still pointed to from elsewhere. CWE-416.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "stale-alias",
    cwe: 416,
    shapes: shapes!["stale_alias_a" => chosen_one, "stale_alias_b" => last_of_a_list],
};

fn chosen_one(draw: &mut Draw) -> Plan {
    let cap = draw.number(4, 40);
    let key = draw.number(1, 255);
    let add = |draw: &mut Draw, place: u32| {
        Step::of("add").with("place", place).with("value", draw.number(0, 0xffff))
    };
    let pick = |place: u32| Step::of("pick").with("place", place);
    let drop = |place: u32, kind: u32| Step::of("drop").with("place", place).with("kind", kind);
    let show = |draw: &mut Draw| Step::of("show").with("amount", draw.number(0, 255));
    let place = draw.number(2, cap - 1);
    Plan {
        numbers: vec![("CAP", cap), ("KEY", key), ("MUL", draw.number(10, 4000) * 2 + 1)],
        sound: vec![add(draw, 0), add(draw, 1), pick(1), show(draw), drop(0, key), drop(1, key ^ 1)],
        edge: vec![
            add(draw, place),
            add(draw, 0),
            pick(place),
            drop(0, key),
            drop(place, key ^ 3),
            show(draw),
        ],
        breaking: vec![add(draw, place), pick(place), drop(place, key), show(draw)],
    }
}

fn last_of_a_list(draw: &mut Draw) -> Plan {
    let push = |draw: &mut Draw| Step::of("push").with("value", draw.number(0, 0xffff));
    let pop = |count: usize| Step::of("pop").with("count", super::number(count));
    let many = draw.size(1, 5);
    let mut breaking: Vec<Step> = (0..many).map(|_| push(draw)).collect();
    let mut edge = breaking.clone();
    breaking.extend([pop(many), push(draw)]);
    edge.extend([push(draw), pop(many), push(draw)]);
    Plan { numbers: Vec::new(), sound: vec![push(draw), push(draw), pop(1), push(draw)], edge, breaking }
}

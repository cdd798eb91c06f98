//! A heap block is measured for less than what is then written. CWE-122.

use super::{Family, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "expansion",
    cwe: 122,
    shapes: shapes!["expansion_a" => one_mark_forgotten, "expansion_b" => runs_longer],
};

fn one_mark_forgotten(draw: &mut Draw) -> Plan {
    let mut marks: Vec<u8> = (b'!'..=b'@').collect();
    let (mark, sign, pad) = (draw.take(&mut marks), draw.take(&mut marks), draw.take(&mut marks));
    let quote = |draw: &mut Draw, of: &[u8], least: usize| {
        let mut text = draw.letters(draw.clone().size(4, 20));
        for _ in 0..draw.size(least, least + 4) {
            let at = draw.size(0, text.len());
            text.insert(at, *draw.pick(of));
        }
        Step::of("quote").with("text", text)
    };
    Plan {
        numbers: vec![
            ("MARK", mark.into()),
            ("SIGN", sign.into()),
            ("PAD", pad.into()),
            ("GROWN", draw.number(2, 5)),
        ],
        sound: vec![quote(draw, &[mark], 1), quote(draw, b"_", 1)],
        edge: vec![quote(draw, &[mark], 9)],
        breaking: vec![quote(draw, &[sign], 3)],
    }
}

fn runs_longer(draw: &mut Draw) -> Plan {
    let split = draw.number(12, 200);
    let unpack = |draw: &mut Draw, runs: usize, least: u32, most: u32| {
        let run = |draw: &mut Draw| [draw.number(least, most).to_le_bytes()[0], draw.byte()];
        let text: Vec<u8> = (0..runs).flat_map(|_| run(draw)).collect();
        Step::of("unpack").with("text", text).with("kind", draw.number(0, 255))
    };
    let runs = draw.size(1, 9);
    Plan {
        numbers: vec![("BIAS", draw.number(1, 5)), ("UNIT", draw.number(3, 14)), ("SPLIT", split)],
        sound: vec![unpack(draw, 3, 0, 11), unpack(draw, 1, 5, 9)],
        edge: vec![unpack(draw, runs, split - 1, split - 1)],
        breaking: vec![unpack(draw, runs, split, 255)],
    }
}

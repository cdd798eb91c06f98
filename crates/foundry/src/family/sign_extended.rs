//! A byte above 127 becomes a negative index. CWE-194.

use super::{Family, number, shapes};
use crate::draw::Draw;
use crate::step::{Plan, Step};

pub const FAMILY: Family = Family {
    name: "sign-extended",
    cwe: 194,
    shapes: shapes!["sign_extended_a" => counted, "sign_extended_b" => hashed],
};

fn counted(draw: &mut Draw) -> Plan {
    let tally = |draw: &mut Draw, text: Vec<u8>| {
        Step::of("tally").with("text", text).with("number", draw.number(0, 255))
    };
    let mut text = draw.letters(draw.clone().size(2, 12));
    // As near below the table as a block's redzone reaches.
    text.push(draw.number(0xfd, 0xff).to_le_bytes()[0]);
    let plain = draw.letters(8);
    Plan {
        numbers: vec![("UNIT", draw.number(1, 9))],
        sound: vec![tally(draw, plain)],
        edge: vec![tally(draw, vec![0, 0x7f])],
        breaking: vec![tally(draw, text)],
    }
}

fn hashed(draw: &mut Draw) -> Plan {
    let (factor, modulus) = (draw.number(2, 40) * 2 + 1, draw.number(11, 120));
    let add = |draw: &mut Draw, text: Vec<u8>| {
        Step::of("add").with("text", text).with("value", draw.number(0, 0xffff))
    };
    // About one key in ten ends where a block's redzone reaches.
    let breaking = loop {
        let key = draw.bytes(draw.clone().size(3, 9), 0x60, 0xff);
        if (-3..0).contains(&hash(&key, factor, modulus)) {
            break key;
        }
    };
    let plain = draw.letters(6);
    let look = Step::of("look").with("number", draw.number(0, modulus - 1));
    Plan {
        numbers: vec![("MUL", factor), ("MOD", modulus)],
        sound: vec![add(draw, plain), look.clone()],
        edge: vec![add(draw, vec![0x7f; number(3) as usize]), look],
        breaking: vec![add(draw, breaking)],
    }
}

/// What the version with the error computes.
fn hash(key: &[u8], factor: u32, modulus: u32) -> i64 {
    let (factor, modulus) = (i64::from(factor), i64::from(modulus));
    key.iter().fold(0, |hash, byte| (hash * factor + i64::from(byte.cast_signed())) % modulus)
}

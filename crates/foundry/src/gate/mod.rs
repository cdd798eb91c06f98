//! Gates: records that a program wants before it goes on to its next phase.
//!
//! Each can be worked out from the source, and none can be hit by chance within a fuzzer's minutes.

use crate::draw::Draw;
use crate::step::Step;

/// A gate's text, and what opens it.
#[derive(Debug)]
pub struct Gate {
    /// C in the language of `crate::template`; `@LEVEL` is the phase that it opens.
    pub text: &'static str,
    /// Draws its numbers, and the record that opens it.
    pub plan: fn(&mut Draw) -> Planned,
    /// Whether it is about records that came before.
    pub needs_history: bool,
}

/// Every gate.
pub const GATES: [Gate; 6] = [
    Gate { text: include_str!("shapes/linear.c"), plan: linear, needs_history: false },
    Gate { text: include_str!("shapes/word.c"), plan: word, needs_history: false },
    Gate { text: include_str!("shapes/scramble.c"), plan: scramble, needs_history: false },
    Gate { text: include_str!("shapes/digest.c"), plan: digest, needs_history: true },
    Gate { text: include_str!("shapes/rising.c"), plan: rising, needs_history: false },
    Gate { text: include_str!("shapes/square.c"), plan: square, needs_history: false },
];

/// A gate's numbers, and the record that opens it.
pub type Planned = (Vec<(&'static str, u32)>, Step);

fn linear(draw: &mut Draw) -> Planned {
    let (key, factor) = (draw.number(3, 30000), draw.number(3, 30000));
    let modulus = draw.number(60000, 65535);
    let (left, right) = (draw.number(0, 0xffff), draw.number(0, 0xffff));
    // Two products of numbers below 2^16 and 2^15 fit into 32 bits together.
    let goal = (left * key + right * factor) % modulus;
    let numbers = vec![("KEY", key), ("MUL", factor), ("MOD", modulus), ("GOAL", goal)];
    (numbers, Step::of("gate").with("left", left).with("right", right))
}

fn word(draw: &mut Draw) -> Planned {
    let (salt, factor, turn) =
        (draw.number(1, 0x7fff_ffff), draw.number(0x10_0000, 0x3fff_ffff) * 2 + 1, draw.number(11, 18));
    let text = draw.letters(draw.clone().size(6, 9));
    let hash = text.iter().fold(salt, |hash, byte| {
        let hash = (hash ^ u32::from(*byte)).wrapping_mul(factor);
        hash ^ hash >> turn
    });
    let numbers = vec![("SALT", salt), ("MUL", factor), ("TURN", turn), ("GOAL", hash >> 8)];
    (numbers, Step::of("gate").with("text", text))
}

fn scramble(draw: &mut Draw) -> Planned {
    let (key, turn, factor) =
        (draw.number(1, u32::MAX), draw.number(3, 29), draw.number(0x10_0000, 0x3fff_ffff) * 2 + 1);
    let value = draw.number(0, u32::MAX);
    let goal = (value ^ key).rotate_left(turn).wrapping_mul(factor);
    let numbers = vec![("KEY", key), ("TURN", turn), ("STAY", 32 - turn), ("MUL", factor), ("GOAL", goal)];
    (numbers, Step::of("gate").with("value", value))
}

fn digest(_: &mut Draw) -> Planned {
    let mut step = Step::of("gate");
    step.fields.push(("value", crate::step::Value::Digest));
    (Vec::new(), step)
}

fn rising(draw: &mut Draw) -> Planned {
    let (units, grow, factor) = (draw.size(5, 9), draw.number(1, 9), draw.number(3, 40));
    let mut last = 0;
    let text: Vec<u8> = (0..units)
        .map(|_| {
            last += grow + draw.number(1, 16);
            // At most 9 * 25.
            last.to_le_bytes()[0]
        })
        .collect();
    let weighed = |(at, byte): (usize, &u8)| u32::from(*byte) * if at % 2 == 1 { factor } else { 1 };
    let goal = text.iter().enumerate().map(weighed).sum();
    let units = u32::try_from(units).unwrap_or(u32::MAX);
    (
        vec![("UNITS", units), ("GROW", grow), ("MUL", factor), ("GOAL", goal)],
        Step::of("gate").with("text", text),
    )
}

fn square(draw: &mut Draw) -> Planned {
    let (modulus, key) = (draw.number(50000, 65535), draw.number(1, 0x7fff));
    let value = draw.number(0x100, 0xffff);
    // Below 2^16 squared.
    let goal = value.wrapping_mul(value) % modulus;
    let numbers = vec![("MOD", modulus), ("KEY", key), ("GOAL", goal)];
    (numbers, Step::of("gate").with("value", value).with("amount", value >> 3 ^ key))
}

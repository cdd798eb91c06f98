//! Sums over bytes: checks of records, and the digest over what was taken.

use crate::draw::Draw;

/// How a 16-bit sum goes on with a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// `sum * factor + byte`.
    Polynomial {
        /// Odd.
        factor: u32,
    },
    /// `rotate(sum, turn) ^ byte * factor`.
    Rotation {
        /// 1 to 15.
        turn: u32,
        /// Odd.
        factor: u32,
    },
    /// A cyclic redundancy check, most significant bit first.
    Cyclic {
        /// Its polynomial.
        polynomial: u32,
    },
    /// Two sums modulo a number below 256 (Fletcher).
    Twofold {
        /// The number.
        modulus: u32,
    },
}

impl Fold {
    /// Any fold.
    pub fn any(draw: &mut Draw) -> Self {
        match draw.size(0, 3) {
            0 => Self::Polynomial { factor: draw.number(20, 2000) * 2 + 1 },
            1 => Self::Rotation { turn: draw.number(1, 15), factor: draw.number(20, 100) * 2 + 1 },
            2 => Self::Cyclic { polynomial: draw.number(0x1000, 0x7fff) * 2 + 1 },
            _ => Self::Twofold { modulus: draw.number(201, 255) },
        }
    }

    /// The sum after one more byte.
    #[must_use]
    pub fn step(self, sum: u32, byte: u8) -> u32 {
        let byte = u32::from(byte);
        match self {
            Self::Polynomial { factor } => (sum * factor + byte) & 0xffff,
            Self::Rotation { turn, factor } => {
                ((sum << turn | sum >> (16 - turn)) & 0xffff) ^ ((byte * factor) & 0xffff)
            }
            Self::Cyclic { polynomial } => (0..8).fold(sum ^ byte << 8, |sum, _| {
                if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1 ^ polynomial) & 0xffff }
            }),
            Self::Twofold { modulus } => {
                let low = ((sum & 0xff) + byte) % modulus;
                let high = ((sum >> 8) + low) % modulus;
                high << 8 | low
            }
        }
    }

    /// The sum over bytes.
    #[must_use]
    pub fn over(self, start: u32, bytes: &[u8]) -> u32 {
        bytes.iter().fold(start, |sum, byte| self.step(sum, *byte))
    }

    /// The same in C, as a function named by `name`.
    #[must_use]
    pub fn source(self, name: &str) -> String {
        let body = match self {
            Self::Polynomial { factor } => format!("return ($acc * {factor} + $b) & 0xffff;"),
            Self::Rotation { turn, factor } => format!(
                "$acc = ($acc << {turn} | $acc >> {}) & 0xffff;\nreturn $acc ^ ($b * {factor} & 0xffff);",
                16 - turn
            ),
            Self::Cyclic { polynomial } => format!(
                "$acc ^= $b << 8;\n@each($i, 8)\n$acc = $acc & 0x8000 ? ($acc << 1 ^ {polynomial:#x}) & 0xffff : $acc << 1;\nreturn $acc;"
            ),
            Self::Twofold { modulus } => format!(
                "unsigned $a = (($acc & 0xff) + $b) % {modulus};\nreturn (($acc >> 8) + $a) % {modulus} << 8 | $a;"
            ),
        };
        format!("static unsigned {name}(unsigned $acc, unsigned $b)\n{{\n{body}\n}}\n")
    }
}

//! How a program is written and how its input is spelt.

use super::fold::Fold;
use crate::draw::Draw;

/// How fields are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A flag of the cursor's says afterwards whether anything was missing.
    Sticky,
    /// Each read is checked.
    OneByOne,
    /// All reads are checked at once.
    Together,
}

/// How the cursor knows its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// By what is left.
    Left,
    /// By a pointer.
    End,
}

/// How records are put into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spelling {
    /// Tag, length and body.
    Binary {
        /// The file's first bytes.
        magic: Vec<u8>,
        /// Whether numbers start with their most significant byte.
        big_endian: bool,
        /// Bytes of a tag: 1, 2 or 4.
        tag_bytes: u8,
        /// Bytes of a body's length: 2 or 4.
        length_bytes: u8,
        /// Whether the length stands before the tag.
        length_first: bool,
        /// Bytes of the length of a string within a body: 1 or 2.
        string_length_bytes: u8,
        /// What bodies are masked with: start, factor and summand of a sequence of bytes.
        mask: Option<[u32; 3]>,
    },
    /// A line of words.
    Text {
        /// The file's first line.
        magic: String,
        /// What parts arguments.
        separator: char,
        /// What a string of hexadecimal digits starts with.
        string_mark: char,
        /// What parts a line from its check.
        check_mark: char,
    },
}

/// A program's style.
#[derive(Debug, Clone)]
pub struct Style {
    /// What functions for records give back.
    pub result: &'static str,
    /// For a record that was taken.
    pub taken: &'static str,
    /// For one that was not.
    pub refused: &'static str,
    /// How fields are read.
    pub reading: Reading,
    /// How the cursor knows its end.
    pub bound: Bound,
    /// How records are spelt.
    pub spelling: Spelling,
    /// A check of each record, with its start.
    pub check: Option<(Fold, u32)>,
    /// The digest over all that was taken, with its start.
    pub digest: (Fold, u32),
    /// Whether functions are found in a table.
    pub table: bool,
    /// What lines are indented with.
    pub indent: &'static str,
}

impl Style {
    /// Any style; `checked` and `masked` as the difficulty asks.
    pub fn any(checked: bool, masked: bool, draw: &mut Draw) -> Self {
        let (result, taken, refused) = *draw.pick(&[
            ("int", "0", "-1"),
            ("int", "1", "0"),
            ("bool", "true", "false"),
            ("int", "0", "1"),
        ]);
        Self {
            result,
            taken,
            refused,
            reading: *draw.pick(&[Reading::Sticky, Reading::OneByOne, Reading::Together]),
            bound: *draw.pick(&[Bound::Left, Bound::End]),
            spelling: Spelling::any(masked, draw),
            check: checked.then(|| (Fold::any(draw), draw.number(1, 0xff))),
            digest: (Fold::any(draw), draw.number(1, 0xffff)),
            table: draw.chance(50),
            indent: *draw.pick(&["    ", "\t", "  "]),
        }
    }
}

impl Spelling {
    fn any(masked: bool, draw: &mut Draw) -> Self {
        // A line of text cannot be masked.
        if !masked && draw.chance(40) {
            let mut marks = vec!['x', ':', '=', '@', '%'];
            return Self::Text {
                magic: format!("{} {}", String::from_utf8_lossy(&draw.letters(6)), draw.number(1, 99)),
                separator: *draw.pick(&[' ', ',', ';', '/']),
                string_mark: draw.take(&mut marks),
                check_mark: *draw.pick(&['*', '#', '!', '~']),
            };
        }
        let length = draw.size(3, 7);
        Self::Binary {
            magic: if draw.chance(50) { draw.bytes(length, b'A', b'Z') } else { draw.bytes(length, 0, 255) },
            big_endian: draw.chance(50),
            tag_bytes: *draw.pick(&[1, 2, 4]),
            length_bytes: *draw.pick(&[2, 4]),
            length_first: draw.chance(50),
            string_length_bytes: *draw.pick(&[1, 2]),
            mask: masked
                .then(|| [draw.number(0, 255), draw.number(10, 60) * 4 + 1, draw.number(10, 120) * 2 + 1]),
        }
    }
}

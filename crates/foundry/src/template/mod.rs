//! The language in which families and programs are written: C with choices, macros, numbers and names.
//!
//! | written | becomes |
//! |---|---|
//! | `@{a@|b@}` | one of them, drawn |
//! | `@<a@|b@>` | `a` in the version with the error, `b` in the version without it |
//! | `@op(x)` | the head of the function for records `x` |
//! | `@fields(x; a:u8, b:bytes)` | statements that read the record's fields |
//! | `@guard` | a check of the program's phase, where the module asks for one |
//! | `@refuse(c)` | ends the function, refusing the record, if `c` holds |
//! | `@each(i, n)` | a loop's head |
//! | `@fail`, `@ok` | how a function says that a record is refused or taken |
//! | `@NAME` | a number of the plan, as a literal or a named constant |
//! | `$name`, `$$name` | an identifier of the module, or of the program |
//!
//! The two versions of a program take the same choices outside of `@<…@>`, so that they differ there only.

mod choices;
mod fields;
mod indent;
mod macros;
mod scan;

use std::collections::BTreeMap;

pub use choices::Version;
pub use fields::{Field, Layout, Width, layout};
pub use indent::indented;

use crate::draw::Draw;
use crate::names::Names;
use crate::program::Style;

/// What the parts of one module are called and how they are written.
pub struct Dress<'a> {
    /// The program's style.
    pub style: &'a Style,
    /// Identifiers of the program.
    pub program: &'a Names,
    /// Identifiers of the module.
    pub module: &'a Names,
    /// The numbers of its plan, as they are to be written.
    pub numbers: &'a BTreeMap<&'static str, String>,
    /// The order of its records' fields.
    pub layout: &'a Layout,
    /// The phase of the program below which guarded operations refuse.
    pub phase: u32,
}

/// Writes a text out.
#[must_use]
pub fn write_out(text: &str, version: Version, dress: &Dress<'_>, draw: &mut Draw) -> String {
    let chosen = choices::choose(text, version, draw);
    let expanded = macros::expand(&chosen, dress, draw);
    scan::named(&expanded, dress)
}

/// The keys of all `$names` and `$$names` of a text, in order of their spelling.
#[must_use]
pub fn keys(text: &str) -> (Vec<String>, Vec<String>) {
    scan::keys(text)
}

//! Families of errors: for each, shapes in which a module can have it, and what sets it off.
//!
//! A shape is written once with the error and without it. A program holds one module with its error, and many without
//! theirs: each family is every other's decoy.

mod back_reference;
mod double_release;
mod element_size;
mod expansion;
mod inner_free;
mod last_slot;
mod misjudged_copy;
mod moved_vector;
mod negative_length;
mod patch_range;
mod retagged;
mod short_header;
mod sign_extended;
mod stale_alias;
mod table_read;
mod unchecked_index;
mod unterminated;
mod wrapped_size;

use crate::draw::Draw;
use crate::step::Plan;

/// A family of errors.
#[derive(Debug)]
pub struct Family {
    /// Its name, which stands in no item.
    pub name: &'static str,
    /// Its class in the Common Weakness Enumeration.
    pub cwe: u16,
    /// The modules that can have it.
    pub shapes: &'static [Shape],
}

/// A module's text, and how its numbers and records are drawn.
#[derive(Debug)]
pub struct Shape {
    /// C in the language of `crate::template`.
    pub text: &'static str,
    /// Draws numbers and records.
    pub plan: fn(&mut Draw) -> Plan,
}

/// Every family.
pub const FAMILIES: [&Family; 18] = [
    &misjudged_copy::FAMILY,
    &expansion::FAMILY,
    &last_slot::FAMILY,
    &table_read::FAMILY,
    &patch_range::FAMILY,
    &stale_alias::FAMILY,
    &double_release::FAMILY,
    &wrapped_size::FAMILY,
    &negative_length::FAMILY,
    &sign_extended::FAMILY,
    &retagged::FAMILY,
    &element_size::FAMILY,
    &back_reference::FAMILY,
    &moved_vector::FAMILY,
    &inner_free::FAMILY,
    &unterminated::FAMILY,
    &short_header::FAMILY,
    &unchecked_index::FAMILY,
];

/// The shapes of a family, from the texts beside it.
macro_rules! shapes {
    ($($file:literal => $plan:path),+ $(,)?) => {
        &[$(crate::family::Shape { text: include_str!(concat!("shapes/", $file, ".c")), plan: $plan }),+]
    };
}
use shapes;

/// So many bytes as a field's number. Sizes here are far below 2^32.
fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

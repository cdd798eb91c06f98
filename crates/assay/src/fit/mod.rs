//! Whether the model holds: items against the data, persons against the model, a bank against an earlier one.

mod drift;
mod item;
mod person;
mod sx2;
#[cfg(test)]
mod tests;

pub use drift::{Drifted, drift};
pub use item::{ItemFit, item_fit};
pub use person::{PersonFit, person_fit};
pub use sx2::{SX2, s_x2};

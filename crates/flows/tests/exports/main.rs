//! What leaves the house: exports, packs, figures, and what none of them carries.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod cheats;
#[path = "../cosigned/mod.rs"]
mod cosigned;
mod fields;
mod firewall;
mod house;
#[path = "../people/mod.rs"]
mod people;
mod responses;
mod withheld;

//! What leaves the house: exports, packs, figures, and what none of them carries.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod cheats;
mod fields;
mod firewall;
mod house;
mod responses;
mod withheld;

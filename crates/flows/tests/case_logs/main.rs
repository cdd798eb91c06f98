//! The logs of cases: that they follow their records through every fault, and that nothing forged is believed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod copy;
mod cosign;
#[path = "../cosigned/mod.rs"]
mod cosigned;
mod export;
mod follow;
#[path = "../people/mod.rs"]
mod people;
mod scene;

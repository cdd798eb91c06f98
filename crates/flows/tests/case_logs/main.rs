//! The logs of cases: that they follow their records through every fault, and that nothing forged is believed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod copy;
mod cosign;
mod export;
mod follow;
mod scene;

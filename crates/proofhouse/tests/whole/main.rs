//! The whole house, through its command line, on real chambers, compilers and sockets.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program as its users do, and wait for it"
)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod bad_input;
mod case_logs;
mod cases;
mod closed;
mod endpoint;
mod faults;
mod forgery;
mod house;
mod in_case;
mod lies;
mod looks;
mod making;
mod missing;
mod packs;
mod review;
mod slow;
mod tamper;
mod truths;
mod weights;

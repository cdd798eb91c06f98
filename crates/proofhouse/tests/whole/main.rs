//! The whole house, through its command line, on real chambers, compilers and sockets.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program as its users do, and wait for it"
)]

mod bad_input;
mod endpoint;
mod faults;
mod house;
mod review;
mod tamper;

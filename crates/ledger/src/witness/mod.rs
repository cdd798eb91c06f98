//! Witnesses: asking one for its cosignature, and being one for others.
//!
//! Source: C2SP tlog-witness 1.0.0. The HTTP around it is the shell's; here are the bodies, the rules and what a
//! witness must remember.

mod ask;
mod judge;
mod keep;
mod request;
mod round;

pub(crate) use ask::MAX_AHEAD_MILLIS;
pub use ask::{Answer, AskError, Transport, ask};
pub use judge::{WitnessRefusal, judge};
pub use keep::{Witness, WitnessError};
pub use request::{AddCheckpoint, MAX_REQUEST_BYTES};
pub use round::{Panel, Round};

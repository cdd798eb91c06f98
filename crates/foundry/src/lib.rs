//! Making items: families of C programs with one seeded memory error each, from a secret seed.
//!
//! Owns the families, the gates, and how programs and their inputs are put together and written out as task folders.
//! Starts no process and reads no file: whether an item holds is proved by whoever has chambers. Refuses seeds that
//! could be guessed.
//!
//! Invariants:
//! - The same seed gives the same bytes, on every machine.
//! - The two versions of a program differ within one module only, and there only where its text says so.
//! - No name, comment or order says which module that is.

pub mod difficulty;
pub mod draw;
pub mod family;
pub mod gate;
pub mod item;
mod names;
pub mod overlap;
pub mod program;
pub mod step;
mod template;
mod words;

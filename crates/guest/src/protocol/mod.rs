//! The protocol between host and guest: frames over two pipes, strictly one request and then its responses.
//!
//! A frame is its length (four bytes, little-endian, of what follows), a kind (one byte), and fields: integers
//! little-endian, texts and bytes preceded by their length in four bytes. A request that carries a body is followed by
//! [`Request::Data`] frames that add up to its announced size.
//!
//! Both sides bound what they read. The host's side treats the guest as hostile: whoever escapes to PID 1 writes what
//! they like, so decoding never panics and never allocates by a length that it was merely told.

mod recipe;
mod request;
mod response;
mod wire;

pub use recipe::{DESCRIPTORS_MAX, MESSAGE_MAX_BYTES, Order, Recipe, Reply, Step, Template};
pub use request::{Exec, Leftovers, Program, Request, Streams};
pub use response::{Ending, Response, Stream};
pub use wire::{Malformed, decode_length, frame};

/// Changes when a frame's meaning does; host and guest of one build always agree, so a difference is a mix-up.
pub const VERSION: u32 = 2;

/// The longest frame. A command, its input and its environment fit in one frame; bodies come in chunks.
pub const FRAME_MAX_BYTES: usize = 1 << 20;

/// The longest chunk of a body or of captured output: large enough that a frame's cost does not count.
pub const CHUNK_MAX_BYTES: usize = 256 << 10;

/// The most output that one command can have kept: an agent's reader has no use for more.
pub const OUTPUT_CAP_MAX_BYTES: u64 = 16 << 20;

/// The largest file that is put or collected, and the largest workspace that is saved.
pub const BODY_MAX_BYTES: u64 = 1 << 30;

/// The most words of a command, or names of an environment.
pub const LIST_MAX: usize = 4096;

/// The guest was started with arguments that it does not know.
pub const EXIT_USAGE: u8 = 64;

/// The folders that files are put into, collected from and saved, and that an agent can write.
pub const ROOTS: [&str; 2] = ["/work", "/tmp"];

/// Where a chamber holds this program.
pub const GUEST_PATH: &str = "/run/guest";

/// The environment of everything that runs in a chamber. Leak detection needs `ptrace`, which is denied: without the
/// last entry, every program built with the address sanitizer would end as if it had failed.
pub const ENVIRONMENT: [(&str, &str); 4] =
    [("PATH", "/usr/bin:/bin"), ("HOME", "/work"), ("LANG", "C.UTF-8"), ("LSAN_OPTIONS", "detect_leaks=0")];

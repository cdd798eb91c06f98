//! Lines for people. A reader who has gone away, as `head` does, changes nothing: what was done and its exit code
//! stand, and the rest is not printed.

use std::fmt::Arguments;
use std::io::Write;

/// One line to standard output.
pub fn out(line: Arguments<'_>) {
    // Nobody is left to tell.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// One line to standard error.
pub fn err(line: Arguments<'_>) {
    // Nobody is left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints a line to standard output, as `println!` does.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => { $crate::print::out(format_args!($($part)*)) };
}

/// Prints a line to standard error, as `eprintln!` does.
#[macro_export]
macro_rules! note {
    ($($part:tt)*) => { $crate::print::err(format_args!($($part)*)) };
}

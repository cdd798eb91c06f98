//! Where the docket's streams are kept: one `SQLite` file, or memory with a plan of faults.
//!
//! Decides nothing and understands no line. SQL is written so that `PostgreSQL` can run it too: no types, functions or
//! conflict clauses that only one of the two has; what only `SQLite` needs (its pragmas) stands apart.

mod memory;
mod sqlite;

pub use memory::{Fault, Memory};
pub use sqlite::Sqlite;

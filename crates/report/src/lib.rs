//! How a review is shown: the self-contained page, its JSON, the terminal's final block, and the Inspect log.
//!
//! Pure: data in, bytes out. No I/O, no clock; the same review gives the same bytes. Owns every word that a reader
//! sees, so that page and terminal say the same. Refuses to show a review that contradicts itself.
//!
//! Everything that comes from a model, an endpoint or a suite is hostile text here: it passes through [`inert`]
//! and a length limit before a template sees it, and every template escapes.

mod check;
pub mod data;
mod error;
mod figures;
mod inert;
mod inspect;
mod json;
pub mod packs;
mod page;
mod plot;
mod summary;
mod words;

pub use error::ReportError;
pub use inert::inert;
pub use inspect::{Sample, inspect_log};
pub use json::json;
pub use page::page;
pub use summary::summary;

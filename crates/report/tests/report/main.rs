//! What a reader sees: the page, the terminal's block, the JSON and the Inspect log.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod fixtures;
mod inspect;
mod packs;
mod page;
mod terminal;
mod transcripts;

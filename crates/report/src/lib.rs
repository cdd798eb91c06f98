//! How a review is shown: the self-contained page, its plots, and the Inspect log. Pure: data in, bytes out.

pub mod data;

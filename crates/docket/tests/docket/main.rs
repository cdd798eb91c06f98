//! The docket from outside: through signed envelopes, kept lines and views.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod calendar;
mod envelopes;
mod house;
mod looks;
mod policies;
mod records;
mod stories;
mod views;
mod withheld;
mod words;

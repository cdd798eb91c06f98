//! The docket: the case, its clocks, its people, and what nobody can ever do.
//!
//! Two event-sourced aggregates. The [`Register`] is the house's one stream of persons, keys, seats, delegations and
//! conflicts of interest. A [`Case`] is a stream of its own. Both are values: [`decide`] takes a case, an act that
//! verified persons signed, and the time, and gives events or a [`Refusal`]; [`evolve`] takes an event in;
//! [`deadlines`] says what is to come. [`receive`], [`receive_time`] and [`receive_register`] do the same with
//! signed envelopes and give the entries to be kept; [`Record`] reads them back.
//!
//! Refuses to read a clock, a file or a random number; to know HTTP or SQL; and to say anything about a release: no
//! state, event or name here means that a model may or may not be released.
//!
//! Invariants stand in [`invariant`], by name. Each is checked over every reachable state of a bounded case, and
//! shown to fail when the rule behind it is dropped.

mod actor;
pub mod acts;
pub mod calendar;
mod case;
mod deadline;
mod decide;
mod envelope;
mod gate;
pub mod invariant;
pub mod journal;
mod key;
mod names;
mod policy;
mod ppm;
mod record;
mod refusal;
mod register;
mod rules;
mod scene;
mod seat;
mod text;
pub mod view;
pub mod vocabulary;

pub use actor::{Actor, Authority, Signers, Verified};
pub use case::{Case, File};
pub use deadline::{Deadline, Whose, deadlines, next_due};
pub use decide::{Act, Event, Setting, decide, evolve, evolve_all, tick};
pub use envelope::{
    DOMAIN, ENVELOPE_MAX_BYTES, ENVELOPE_MAX_DAYS, Envelope, PersonKey, Signature, Signed, StreamId, message,
};
pub use gate::{Ask, Compartment, Deed, Gate, NoPolicies};
pub use key::PublicKey;
pub use names::{
    CaseId, ClockId, DelegationId, GrantId, HoldId, HouseId, ItemId, LeaseId, LookId, PartyId, PersonId,
    SafeguardId, WorkId,
};
pub use policy::{Policies, PolicyError};
pub use ppm::{ErrorBudget, Ppm, PpmError};
#[cfg(feature = "seeded-bugs")]
pub use record::read_back;
pub use record::{
    Aggregate, Cause, ENTRY_MAX_BYTES, Entry, Head, Record, RecordError, Withheld, classified, receive,
    receive_register, receive_time, reference,
};
pub use refusal::Refusal;
pub use register::{
    Enrolment, Interest, Register, RegisterAct, RegisterEvent, decide_register, evolve_register,
};
#[cfg(feature = "seeded-bugs")]
pub use rules::Rule;
pub use rules::Rules;
pub use seat::{Role, Seat, Side};
pub use text::{TEXT_MAX_CHARS, Text, TextError};

//! What can be done in a case, one file per family: its acts, its events, its state, what each act needs, and what
//! each event changes.

pub mod access;
pub mod assessment;
pub mod consultation;
pub mod delta;
pub mod determination;
pub mod fast_lane;
pub mod grants;
pub mod inquiry;
pub mod items;
pub mod look;
pub mod partner;
pub mod reconsideration;
pub mod safeguards;
pub mod standing;
pub mod window;

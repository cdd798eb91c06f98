//! Contained execution: chambers in which a model's commands run, and in which a model itself is served.
//!
//! Owns every process that the house starts, and the walls around it. Knows nothing of items, models or cases.
//!
//! A [`Chamber`] is a set of namespaces made by bubblewrap, started by a user that has no rights, with system-call
//! filters, memory, process, disk and time limits, without a network, and with the [`guest`] as its first process. The
//! host speaks to the guest over two pipes and treats what comes back as hostile.
//!
//! One program is started outside a chamber because it needs the network: the machine's own apt-get ([`sources`]).
//!
//! Invariants:
//! - Nothing started here outlives this process, not even when it is killed: every chamber's processes die with the
//!   thread that started them, which lives as long as the process does.
//! - Nothing of a model's is started in a chamber in which the probe found a way out, or was not run.
//! - Every wait has a deadline. A guest that stops answering costs its chamber, never the host's time.
//! - What a chamber left behind (control groups, folders) after a host was killed is removed by the next [`Host::find`].

mod answers;
mod builder;
mod cell;
mod cgroup;
mod chamber;
mod exec;
mod host;
mod launch;
mod limits;
mod probe;
mod processes;
mod recipe;
mod run_folder;
mod seccomp;
mod serve;
pub mod sources;
mod spawner;
#[expect(
    unsafe_code,
    reason = "system calls that the standard library does not offer; each block says why it is sound"
)]
mod sys;
#[cfg(test)]
mod thinned;
mod walls;
mod watch;
#[cfg(test)]
mod weakened;
mod wire;

pub use chamber::{Chamber, ChamberError, Collected};
pub use exec::{Exec, Ran};
pub use guest::probe::names as probe_names;
pub use guest::protocol::{ENVIRONMENT, Leftovers, Program, Streams};
pub use host::{Host, HostError, HostOptions, Kind, LimitsBy};
pub use limits::Limits;
pub use serve::{ServeEnd, ServeError, ServeSpec, Served};

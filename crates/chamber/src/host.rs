//! What this machine offers for containment, found once per review.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use guest::protocol::Template;
use types::transcript::ProbeCheck;

use crate::builder::Builder;
use crate::cgroup::Groups;
use crate::chamber::{Chamber, ChamberError};
use crate::limits::Limits;
use crate::probe::Outside;
use crate::recipe;
use crate::run_folder::RunFolder;
use crate::seccomp::Filters;
use crate::sys;

/// Where distributions put bubblewrap.
const PROGRAMS: [&str; 2] = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"];

/// The first version with `--disable-userns`.
const OLDEST: (u32, u32, u32) = (0, 8, 0);

/// User ids from here on belong to chambers. No distribution gives them out: they lie above the ranges of subordinate
/// ids and below the sign bit.
const FIRST_ID: u32 = 1_900_000_000;
/// Ids per process, and processes, before ids repeat.
const IDS_EACH: u32 = 500;
const PROCESSES: u32 = 200_000;

/// A kind of chamber.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Namespaces made by bubblewrap.
    #[default]
    Bubblewrap,
    /// The same namespaces, made by the guest's builder from a template. What is shown of the host for a model to be
    /// served is still bubblewrap's.
    Namespaces,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Bubblewrap, Self::Namespaces];

    /// What plans call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Namespaces => "namespaces",
        }
    }

    /// The kind that plans call so.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How memory, processes and processor time are to be limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LimitsBy {
    /// Control groups where this user can make them, otherwise the weaker way.
    #[default]
    BestAvailable,
    /// Resource limits of processes, and a thread that sums memory up: the way of users who cannot make groups.
    Processes,
}

/// Where to look.
#[derive(Debug, Clone, Default)]
pub struct HostOptions {
    /// Bubblewrap's program; where distributions put it when not given.
    pub bubblewrap: Option<PathBuf>,
    /// The folder for the run's own files; the system's folder for temporary files when not given.
    pub temporary: Option<PathBuf>,
    /// How to limit.
    pub limits_by: LimitsBy,
    /// Which kind of chambers.
    pub kind: Kind,
}

/// Why no chamber can be made on this machine.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Bubblewrap is not there.
    #[error("bubblewrap is missing; install the package `bubblewrap`")]
    NoBubblewrap,
    /// Bubblewrap is too old.
    #[error("bubblewrap {found} is too old; version 0.8.0 or newer is needed")]
    OldBubblewrap {
        /// The version found.
        found: String,
    },
    /// The run's folder cannot be made.
    #[error("the folder for the run's own files cannot be made")]
    RunFolder(#[source] io::Error),
    /// The filters or the control groups cannot be prepared.
    #[error("the chambers' walls cannot be prepared")]
    Walls(#[source] io::Error),
    /// The builder of chambers cannot put its template together.
    #[error("chambers of the kind `namespaces` cannot be made here; use `bubblewrap`")]
    Builder(#[source] io::Error),
    /// A first chamber did not come up.
    #[error("no chamber can be made here; user namespaces may be switched off for this user")]
    Trial(#[source] ChamberError),
}

/// A machine on which chambers can be made. Clones share the run's folder, which is removed with the last of them.
#[derive(Clone)]
pub struct Host(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) program: PathBuf,
    pub(crate) version: String,
    pub(crate) run: RunFolder,
    pub(crate) groups: Option<Groups>,
    pub(crate) filters: Filters,
    pub(crate) outside: Outside,
    /// Where chambers are of the kind `namespaces`.
    pub(crate) builder: Option<Builder>,
}

impl Host {
    /// Finds out what this machine and user offer, removes what killed runs left behind, and proves it by a first
    /// chamber.
    ///
    /// # Errors
    /// [`HostError`], each variant with what to do.
    pub fn find(options: &HostOptions) -> Result<Self, HostError> {
        Self::find_changed(options, &|_| {})
    }

    /// The same with a template that is changed first; only tests change anything.
    pub(crate) fn find_changed(
        options: &HostOptions,
        change: &dyn Fn(&mut Template),
    ) -> Result<Self, HostError> {
        let program = program(options)?;
        let version = version(&program)?;
        let places = options.temporary.clone().map_or_else(
            || vec![std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")],
            |place| vec![place],
        );
        let run = RunFolder::create(&places).map_err(HostError::RunFolder)?;
        let groups = match options.limits_by {
            LimitsBy::BestAvailable => Groups::find().map_err(HostError::Walls)?,
            LimitsBy::Processes => None,
        };
        let filters = Filters::compile().map_err(HostError::Walls)?;
        let outside = Outside::open(run.path()).map_err(HostError::RunFolder)?;
        let builder = match options.kind {
            Kind::Bubblewrap => None,
            Kind::Namespaces => Some(builder(&run, change).map_err(HostError::Builder)?),
        };
        let inner = Inner { program, version, run, groups, filters, outside, builder };
        Self(Arc::new(inner)).tried()
    }

    /// This host when a chamber comes up; the same without control groups when it only comes up so.
    fn tried(mut self) -> Result<Self, HostError> {
        let trial = |host: &Self| Chamber::open(host, &Limits::default()).and_then(Chamber::close);
        let Err(error) = trial(&self) else { return Ok(self) };
        let inner = Arc::get_mut(&mut self.0).filter(|inner| inner.groups.is_some());
        let Some(inner) = inner else { return Err(HostError::Trial(error)) };
        inner.groups = None;
        trial(&self).map_err(HostError::Trial)?;
        Ok(self)
    }

    /// The kind of chambers.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.0.builder.is_some() { Kind::Namespaces } else { Kind::Bubblewrap }
    }

    /// The chambers' kind and its version, for reports.
    #[must_use]
    pub fn kind_in_words(&self) -> String {
        match self.kind() {
            Kind::Bubblewrap => format!("bubblewrap {}", self.0.version),
            // The kernel is what makes them.
            Kind::Namespaces => format!("namespaces {}", kernel()),
        }
    }

    /// How memory, processes and processor time are limited, for reports.
    #[must_use]
    pub fn limits_in_words(&self) -> &'static str {
        match self.0.groups {
            Some(Groups::V1(_)) => "control groups (version 1)",
            Some(Groups::V2(_)) => "control groups (version 2)",
            None => "rlimits and a watcher (weaker)",
        }
    }

    /// A new folder that only this user reaches, for sockets and the like. It goes with the run's folder; when this
    /// process is killed, the next [`Self::find`] removes it.
    ///
    /// # Errors
    /// What the system said.
    pub fn private_folder(&self) -> io::Result<PathBuf> {
        let folder = self.0.run.path().join(format!("private-{}", self.0.next_number()));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(folder)
    }

    /// The positive controls: what the probe finds as this user outside of any chamber. A check that is not open here
    /// proves nothing by being blocked inside; its detail says so.
    ///
    /// # Errors
    /// [`ChamberError::Start`] when the probe cannot be run.
    pub fn controls(&self) -> Result<Vec<ProbeCheck>, ChamberError> {
        let checks = self.0.outside.controls(&self.0.run.guest());
        checks.map_err(|error| ChamberError::Start { reason: error.to_string() })
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({}, {})", self.kind_in_words(), self.limits_in_words())
    }
}

impl Inner {
    /// A number that no other chamber of this process has.
    pub(crate) fn next_number(&self) -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// The user that chamber `number` is started by: root must not start one itself, because a user that owns
    /// `/proc/sys` can leave it.
    pub(crate) fn identity(&self, number: u32) -> Option<u32> {
        let process = std::process::id() % PROCESSES;
        sys::is_root().then_some(FIRST_ID + process * IDS_EACH + number % IDS_EACH)
    }
}

/// The kernel's release, as one word.
fn kernel() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let word: String = release.trim().chars().filter(char::is_ascii_graphic).collect();
    if word.is_empty() { "unknown".to_owned() } else { word }
}

fn builder(run: &RunFolder, change: &dyn Fn(&mut Template)) -> io::Result<Builder> {
    let mut template = recipe::template(&run.scratch(), &run.etc(), &run.guest());
    change(&mut template);
    Builder::start(&run.guest(), template)
}

fn program(options: &HostOptions) -> Result<PathBuf, HostError> {
    let candidates = match &options.bubblewrap {
        Some(program) => vec![program.clone()],
        None => PROGRAMS.map(PathBuf::from).to_vec(),
    };
    let is_program = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    candidates.into_iter().find(is_program).ok_or(HostError::NoBubblewrap)
}

fn version(program: &Path) -> Result<String, HostError> {
    #[expect(clippy::disallowed_methods, reason = "this is the room that starts processes")]
    let output = Command::new(program).arg("--version").env_clear().stdin(Stdio::null()).output();
    let output = output.map_err(|_| HostError::NoBubblewrap)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.trim().strip_prefix("bubblewrap ").ok_or(HostError::NoBubblewrap)?.to_owned();
    let mut numbers = found.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST { Err(HostError::OldBubblewrap { found }) } else { Ok(found) }
}

//! A started chamber as processes and limits, whatever runs in it: brought up, watched, and brought down.

use std::ffi::{CString, OsString};
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use guest::protocol::{Recipe, Response, VERSION};

use crate::builder::Builder;
use crate::cgroup::Group;
use crate::host::Inner;
use crate::launch::{self, Launched, START_LIMIT};
use crate::limits::{Deadline, Limits};
use crate::recipe;
use crate::sys::{self, BeforeExec, Readiness, Shown};
use crate::walls::{View, Walls};
use crate::watch::{self, Watched};
use crate::wire::{Wire, WireError};

/// How long killed processes may take to disappear.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Open files of one process of a chamber.
const OPEN_FILES: u32 = 1024;

/// What runs as a chamber's first process.
pub(crate) struct Inside {
    /// The guest's mode and what it is told.
    pub(crate) arguments: Vec<OsString>,
    /// What is shown of the host, at which path.
    pub(crate) shown: Vec<(PathBuf, PathBuf)>,
    /// Descriptors that the guest inherits.
    pub(crate) inherited: Vec<OwnedFd>,
}

impl Inside {
    /// An agent that executes requests.
    pub(crate) fn agent() -> Self {
        Self { arguments: vec!["agent".into()], shown: Vec::new(), inherited: Vec::new() }
    }
}

/// The limits that the guest sets on itself, as its arguments.
pub(crate) fn inherited_limits(limits: &Limits) -> [OsString; 3] {
    [limits.pids.to_string().into(), limits.disk_bytes.to_string().into(), OPEN_FILES.to_string().into()]
}

/// A chamber's processes. Dropping it kills them all.
pub(crate) struct Cell {
    child: Option<Child>,
    pub(crate) wire: Wire,
    complaints: File,
    watched: Arc<Watched>,
    pub(crate) group: Option<Group>,
    is_down: bool,
    // Last, so that the run's folder outlives the chamber.
    pub(crate) host: Arc<Inner>,
}

/// Walls before they are built.
pub(crate) enum Unbuilt<'a> {
    /// By bubblewrap.
    Bubblewrap(&'a mut Walls),
    /// By the guest's builder.
    #[cfg_attr(not(test), expect(dead_code, reason = "nothing but a test changes a recipe"))]
    Namespaces(&'a mut Recipe),
}

/// A change to the walls before they are built. Only tests use another than none.
pub(crate) type Change<'a> = &'a dyn Fn(Unbuilt<'_>);

impl Cell {
    /// Brings a chamber up and waits for the guest's first word.
    pub(crate) fn start(
        host: &Arc<Inner>,
        limits: &Limits,
        inside: Inside,
        change: Change<'_>,
    ) -> io::Result<Self> {
        let deadline = Deadline::within(limits.wall);
        let number = host.next_number();
        let group = host.groups.as_ref().map(|groups| groups.make(number, limits)).transpose()?;
        let entrances = group.as_ref().map(Group::entrances).transpose()?.unwrap_or_default();
        // What is shown of the host besides the template is bubblewrap's to show.
        let launched = match &host.builder {
            Some(builder) if inside.shown.is_empty() && inside.inherited.is_empty() => {
                Self::build(builder, host, limits, (number, &inside, &entrances), change)?
            }
            _ => Self::wrap(host, limits, (number, inside, entrances), change)?,
        };
        let memory_bytes = group.is_none().then_some(limits.memory_bytes);
        let mut cell = Self::of(launched, deadline, memory_bytes, group, host)?;
        cell.greet()?;
        Ok(cell)
    }

    fn build(
        builder: &Builder,
        host: &Inner,
        limits: &Limits,
        (number, inside, groups): (u32, &Inside, &[OwnedFd]),
        change: Change<'_>,
    ) -> io::Result<Launched> {
        let identity = host.identity(number).unwrap_or_else(sys::user);
        let mut recipe = recipe::recipe(limits, identity, &host.filters, &inside.arguments[1..]);
        change(Unbuilt::Namespaces(&mut recipe));
        launch::build(builder, recipe, groups)
    }

    fn wrap(
        host: &Inner,
        limits: &Limits,
        (number, inside, groups): (u32, Inside, Vec<OwnedFd>),
        change: Change<'_>,
    ) -> io::Result<Launched> {
        let identity = host.identity(number);
        let (views, shown) = views(host, number, identity, inside.shown)?;
        let mut walls = Walls::new(limits, &host.run.etc(), &host.run.guest(), &views, &host.filters);
        change(Unbuilt::Bubblewrap(&mut walls));
        let (note, note_writer) = io::pipe()?;
        let mut inherited = inside.inherited;
        let note_writer = OwnedFd::from(note_writer);
        walls.add(&["--info-fd", &note_writer.as_raw_fd().to_string()]);
        inherited.push(note_writer);
        for filter in &walls.filters.clone() {
            let file = filter_file(filter)?;
            walls.add(&["--add-seccomp-fd", &file.as_raw_fd().to_string()]);
            inherited.push(file);
        }
        walls.guest(&inside.arguments);
        let before = BeforeExec { groups, shown, identity, inherited };
        launch::launch(&host.program, walls.arguments, before, note)
    }

    fn of(
        launched: Launched,
        deadline: Deadline,
        memory_bytes: Option<u64>,
        group: Option<Group>,
        host: &Arc<Inner>,
    ) -> io::Result<Self> {
        let watched = Arc::new(Watched {
            first: launched.first,
            first_pid: launched.first_pid,
            deadline,
            memory_bytes,
            is_over: AtomicBool::new(false),
        });
        let cell = Self {
            child: launched.child,
            wire: launched.wire,
            complaints: launched.complaints,
            watched,
            group,
            is_down: false,
            host: Arc::clone(host),
        };
        watch::add(&cell.watched)?;
        Ok(cell)
    }

    fn greet(&mut self) -> io::Result<()> {
        match self.wire.receive(self.deadline(START_LIMIT)) {
            Ok(Response::Hello { version: VERSION }) => Ok(()),
            Ok(_) => Err(io::Error::other("the guest is of another version")),
            Err(error) => {
                self.bring_down();
                let said = launch::complaint(&self.complaints);
                Err(if said.is_empty() { io::Error::other(error) } else { io::Error::other(said) })
            }
        }
    }

    /// `limit` from now, or the end of the chamber's time when that is earlier.
    pub(crate) fn deadline(&self, limit: Duration) -> Deadline {
        Deadline::within(limit).or_earlier(self.watched.deadline)
    }

    /// Whether the chamber's whole time is over.
    pub(crate) fn is_time_over(&self) -> bool {
        self.watched.deadline.passed()
    }

    /// Kills everything in the chamber and waits until it is gone. False when something still is there in the end.
    pub(crate) fn bring_down(&mut self) -> bool {
        if self.is_down {
            return true;
        }
        // Each of these fails only when what it kills is gone already.
        let _ = sys::kill(self.watched.first.as_fd());
        if let Some(group) = &self.group {
            group.kill();
        }
        let deadline = Deadline::within(END_LIMIT);
        let mut is_gone = false;
        while !is_gone && !deadline.passed() {
            let first = (self.watched.first.as_fd(), Readiness::Read);
            is_gone = sys::poll([first], deadline.left_ms()).is_ok_and(|[gone]| gone);
        }
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.is_down = is_gone;
        is_gone
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        self.bring_down();
    }
}

impl From<WireError> for io::Error {
    fn from(error: WireError) -> Self {
        Self::other(error)
    }
}

fn filter_file(filter: &[u8]) -> io::Result<OwnedFd> {
    let mut file = sys::memory_file(c"filter")?;
    file.write_all(filter)?;
    file.rewind()?;
    Ok(file.into())
}

/// Where bubblewrap finds each thing that is shown. Root shows it at a place in the run's folder first, because the
/// unprivileged user may be unable to reach the original.
fn views(
    host: &Inner,
    number: u32,
    identity: Option<u32>,
    shown: Vec<(PathBuf, PathBuf)>,
) -> io::Result<(Vec<View>, Vec<Shown>)> {
    if identity.is_none() {
        return Ok((shown.into_iter().map(|(source, at)| View { source, at }).collect(), Vec::new()));
    }
    let mut views = Vec::new();
    let mut mounts = Vec::new();
    for (index, (source, at)) in shown.into_iter().enumerate() {
        let place = host.run.path().join(format!("show-{number}-{index}"));
        if fs::metadata(&source)?.is_dir() {
            fs::create_dir(&place)?;
        } else {
            File::create(&place)?;
        }
        mounts.push(Shown { source: text(&source)?, at: text(&place)? });
        views.push(View { source: place, at });
    }
    Ok((views, mounts))
}

fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

//! The few system calls that the guest needs and the standard library lacks, behind safe functions.

pub(crate) mod messages;
pub(crate) mod probes;
pub(crate) mod walls;

use std::ffi::{CString, OsString, c_char, c_int, c_long, c_uint, c_ulong};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

const PR_SET_DUMPABLE: c_int = 4;
const SIGBUS: c_int = 7;
const SIGSEGV: c_int = 11;
const SIGCHLD: c_int = 17;
const SIGKILL: c_int = 9;
const SIG_BLOCK: c_int = 0;
const WNOHANG: c_int = 1;
const SFD_FLAGS: c_int = 0o2_000_000 | 0o4000;
const F_GETFL: c_int = 3;
const F_SETFL: c_int = 4;
const O_NONBLOCK: c_int = 0o4000;
const O_WRONLY: c_int = 1;
const SYS_CLOSE_RANGE: c_long = 436;
const SYS_OPENAT2: c_long = 437;
const CLOSE_RANGE_CLOEXEC: c_uint = 4;

/// `poll`: there is something to read.
pub(crate) const POLLIN: i16 = 1;
/// `poll`: something can be written.
pub(crate) const POLLOUT: i16 = 4;

/// Open for its path only.
pub(crate) const O_PATH: u64 = 0o10_000_000;
/// Do not follow a link in the last component.
pub(crate) const O_NOFOLLOW: u64 = if cfg!(target_arch = "aarch64") { 0o100_000 } else { 0o400_000 };
/// Folders only.
pub(crate) const O_DIRECTORY: u64 = if cfg!(target_arch = "aarch64") { 0o40_000 } else { 0o200_000 };
const O_CLOEXEC: u64 = 0o2_000_000;
const RESOLVE_NO_XDEV: u64 = 1;
const RESOLVE_NO_MAGICLINKS: u64 = 2;
const RESOLVE_NO_SYMLINKS: u64 = 4;
const RESOLVE_BENEATH: u64 = 8;

pub(crate) const EPERM: i32 = 1;
pub(crate) const ENOENT: i32 = 2;
pub(crate) const ENXIO: i32 = 6;
pub(crate) const EACCES: i32 = 13;
pub(crate) const EXDEV: i32 = 18;
pub(crate) const ENOTDIR: i32 = 20;
pub(crate) const ENAMETOOLONG: i32 = 36;
pub(crate) const ENOSYS: i32 = 38;
pub(crate) const ELOOP: i32 = 40;

#[repr(C)]
struct SignalSet([c_ulong; 16]);

#[repr(C)]
struct OpenHow {
    flags: u64,
    mode: u64,
    resolve: u64,
}

#[repr(C)]
struct ResourceLimit {
    soft: u64,
    hard: u64,
}

/// One descriptor to wait for; a negative one is skipped.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PollFd {
    fd: RawFd,
    events: i16,
    revents: i16,
}

impl PollFd {
    /// Waits for `events` on `fd`.
    pub(crate) fn new(fd: Option<BorrowedFd<'_>>, events: i16) -> Self {
        Self { fd: fd.map_or(-1, |fd| fd.as_raw_fd()), events, revents: 0 }
    }

    /// Whether something happened: what was waited for, an error, or the other side's end.
    pub(crate) fn ready(&self) -> bool {
        self.revents != 0
    }
}

unsafe extern "C" {
    fn prctl(option: c_int, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    #[link_name = "poll"]
    fn c_poll(fds: *mut PollFd, count: c_ulong, timeout_ms: c_int) -> c_int;
    fn signalfd(fd: c_int, mask: *const SignalSet, flags: c_int) -> c_int;
    fn sigemptyset(set: *mut SignalSet) -> c_int;
    fn sigaddset(set: *mut SignalSet, signal: c_int) -> c_int;
    fn pthread_sigmask(how: c_int, set: *const SignalSet, old: *mut SignalSet) -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(pid: c_int, signal: c_int) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn setrlimit(resource: c_int, limit: *const ResourceLimit) -> c_int;
    fn setsid() -> c_int;
    fn signal(number: c_int, action: usize) -> usize;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn write(fd: c_int, bytes: *const u8, count: usize) -> isize;
    fn close(fd: c_int) -> c_int;
    fn readlinkat(fd: c_int, path: *const c_char, buffer: *mut c_char, size: usize) -> isize;
}

fn checked(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Shuts `/proc/<this process>` and `ptrace` for other processes of the same uid.
pub(crate) fn forbid_inspection() -> io::Result<()> {
    // SAFETY: this option takes one integer and touches no memory.
    checked(unsafe { prctl(PR_SET_DUMPABLE, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) })
        .map(drop)
}

/// Gives up the handlers that the runtime installs. The kernel drops signals that a namespace's processes send to its
/// first one, unless it has a handler.
pub(crate) fn drop_handlers() {
    for signal_number in [SIGBUS, SIGSEGV] {
        // SAFETY: restores the default action, which is no function.
        unsafe { signal(signal_number, 0) };
    }
}

/// Keeps every descriptor but the standard ones from programs that are started later.
pub(crate) fn close_others_on_exec() -> io::Result<()> {
    // SAFETY: only sets a flag on descriptors; none is closed.
    let result = unsafe { syscall(SYS_CLOSE_RANGE, 3 as c_uint, c_uint::MAX, CLOSE_RANGE_CLOEXEC) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A descriptor that is readable when a child has ended. Children's ends no longer interrupt.
pub(crate) fn child_signals() -> io::Result<OwnedFd> {
    let mut set = SignalSet([0; 16]);
    // SAFETY: `set` is a signal set of glibc's size, initialised by `sigemptyset`, and outlives the calls; the
    // descriptor that `signalfd` returns is owned by nobody else.
    unsafe {
        checked(sigemptyset(&raw mut set))?;
        checked(sigaddset(&raw mut set, SIGCHLD))?;
        if pthread_sigmask(SIG_BLOCK, &raw const set, std::ptr::null_mut()) != 0 {
            return Err(io::Error::other("the child signal cannot be blocked"));
        }
        Ok(OwnedFd::from_raw_fd(checked(signalfd(-1, &raw const set, SFD_FLAGS))?))
    }
}

/// Waits until one of `fds` is ready, at most `timeout_ms` (negative: without end).
pub(crate) fn poll(fds: &mut [PollFd], timeout_ms: i32) -> io::Result<()> {
    // SAFETY: pointer and count describe the slice, whose elements have the layout of `struct pollfd`.
    match checked(unsafe { c_poll(fds.as_mut_ptr(), fds.len() as c_ulong, timeout_ms) }) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(()),
    }
}

/// A child that has ended.
pub(crate) struct Ended {
    pub(crate) pid: i32,
    /// As `waitpid` gives it.
    pub(crate) status: i32,
}

/// Takes one ended child in, if there is one; an error when there is no child at all.
pub(crate) fn reap_one() -> io::Result<Option<Ended>> {
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    let pid = checked(unsafe { waitpid(-1, &raw mut status, WNOHANG) })?;
    Ok((pid > 0).then_some(Ended { pid, status }))
}

/// Whether this process is the first of its process namespace, so that a chamber's end is its end.
pub(crate) fn is_first_process() -> bool {
    std::process::id() == 1
}

/// Kills every other process of this chamber; outside one, where the call would end a user's session, only the session
/// that `leader` leads.
pub(crate) fn kill_everything(leader: i32) {
    let target = if is_first_process() { -1 } else { -leader };
    if target == -1 || leader > 1 {
        // SAFETY: sends a signal; touches no memory.
        unsafe { kill(target, SIGKILL) };
    }
}

/// Makes reads and writes on `fd` return at once.
pub(crate) fn set_nonblocking(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: reads and sets flags of a descriptor that is open for the borrow.
    unsafe {
        let flags = checked(fcntl(fd.as_raw_fd(), F_GETFL))?;
        checked(fcntl(fd.as_raw_fd(), F_SETFL, flags | O_NONBLOCK)).map(drop)
    }
}

/// A limit of `setrlimit`, by its number in Linux (the same on x86-64 and AArch64).
#[derive(Clone, Copy)]
pub(crate) enum Resource {
    FileSize = 1,
    CoreSize = 4,
    Processes = 6,
    OpenFiles = 7,
}

/// Limits this process and all that it starts.
pub(crate) fn limit(resource: Resource, value: u64) -> io::Result<()> {
    let limit = ResourceLimit { soft: value, hard: value };
    // SAFETY: `limit` has the layout of `struct rlimit` on 64-bit Linux and outlives the call.
    checked(unsafe { setrlimit(resource as c_int, &raw const limit) }).map(drop)
}

/// Lets `command` start in a session of its own, and first in line when memory runs out: the guest must survive what it
/// runs, or an agent could end its attempt by filling its memory.
pub(crate) fn prepare_child(command: &mut Command) {
    let before_exec = || {
        // SAFETY: these calls are async-signal-safe, the texts are constants ending in NUL, and the descriptor is
        // the one just opened.
        unsafe {
            checked(setsid())?;
            let fd = open(c"/proc/self/oom_score_adj".as_ptr(), O_WRONLY);
            if fd >= 0 {
                write(fd, b"1000".as_ptr(), 4);
                close(fd);
            }
        }
        Ok(())
    };
    // SAFETY: the closure only makes async-signal-safe calls and allocates nothing unless it fails.
    unsafe { command.pre_exec(before_exec) };
}

/// Opens `path` beneath `folder`: no link is followed, no other file system entered.
pub(crate) fn open_beneath(folder: BorrowedFd<'_>, path: &[u8], flags: u64) -> io::Result<OwnedFd> {
    let path = CString::new(path)?;
    let how = OpenHow {
        flags: flags | O_CLOEXEC,
        mode: 0,
        resolve: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    // SAFETY: path and `how` outlive the call, the size is that of `how`, and the descriptor is owned by nobody else.
    unsafe {
        let fd =
            syscall(SYS_OPENAT2, folder.as_raw_fd(), path.as_ptr(), &raw const how, size_of::<OpenHow>());
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(OwnedFd::from_raw_fd(fd as RawFd))
    }
}

/// What the symbolic link that `link` was opened on (by path only) points to.
pub(crate) fn link_target(link: BorrowedFd<'_>) -> io::Result<OsString> {
    let mut buffer = vec![0_u8; 4096];
    // SAFETY: the buffer is as long as said, and an empty path means the descriptor itself.
    let length =
        unsafe { readlinkat(link.as_raw_fd(), c"".as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
    buffer.truncate(usize::try_from(length).map_err(|_| io::Error::last_os_error())?);
    Ok(OsString::from_vec(buffer))
}

/// Takes over the listening Unix socket that the host handed down as descriptor `fd`.
pub(crate) fn inherited_listener(fd: RawFd) -> io::Result<UnixListener> {
    // SAFETY: whether the number is an open descriptor is checked first; the host handed it down for this use alone.
    unsafe {
        checked(fcntl(fd, F_GETFL))?;
        Ok(UnixListener::from_raw_fd(fd))
    }
}

/// Takes over the connected socket that the host handed down as descriptor `fd`.
pub(crate) fn inherited_socket(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: whether the number is an open descriptor is checked first; the host handed it down for this use alone.
    unsafe {
        checked(fcntl(fd, F_GETFL))?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

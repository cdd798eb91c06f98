//! System calls behind safe functions, and the steps between fork and exec.

pub(crate) mod messages;

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn checked_long(result: libc::c_long) -> io::Result<RawFd> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result as RawFd) }
}

/// The user of this process.
pub(crate) fn user() -> u32 {
    // SAFETY: reads a number.
    unsafe { libc::geteuid() }
}

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    user() == 0
}

/// Makes reads and writes on `fd` return at once.
pub(crate) fn set_nonblocking(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: reads and sets flags of a descriptor that is open for the borrow.
    unsafe {
        let flags = checked(libc::fcntl(fd.as_raw_fd(), libc::F_GETFL))?;
        checked(libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, flags | libc::O_NONBLOCK)).map(drop)
    }
}

/// What to wait for on a descriptor.
#[derive(Clone, Copy)]
pub(crate) enum Readiness {
    Read = libc::POLLIN as isize,
    Write = libc::POLLOUT as isize,
}

/// Waits at most `timeout_ms` until one of `fds` is ready for what is asked, or has failed or ended. Says which.
pub(crate) fn poll<const N: usize>(
    fds: [(BorrowedFd<'_>, Readiness); N],
    timeout_ms: i32,
) -> io::Result<[bool; N]> {
    let mut polled =
        fds.map(|(fd, readiness)| libc::pollfd { fd: fd.as_raw_fd(), events: readiness as i16, revents: 0 });
    // SAFETY: pointer and count describe the array; the descriptors are open for the borrows.
    match checked(unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, timeout_ms) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok([false; N]),
        Err(error) => Err(error),
        Ok(_) => Ok(polled.map(|fd| fd.revents != 0)),
    }
}

/// A descriptor that stands for the process `pid` and no later one of the same number.
pub(crate) fn process_handle(pid: i32) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two integers; the descriptor that it returns is owned by nobody else.
    unsafe { Ok(OwnedFd::from_raw_fd(checked_long(libc::syscall(libc::SYS_pidfd_open, pid, 0))?)) }
}

/// The number, here, of the process that `handle` stands for.
pub(crate) fn process_number(handle: BorrowedFd<'_>) -> io::Result<i32> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", handle.as_raw_fd()))?;
    let number = text.lines().find_map(|line| line.strip_prefix("Pid:"));
    let number = number.and_then(|number| number.trim().parse().ok()).filter(|number| *number > 0);
    number.ok_or_else(|| io::Error::other("the process is gone"))
}

/// Kills the process that `handle` stands for.
pub(crate) fn kill(handle: BorrowedFd<'_>) -> io::Result<()> {
    let no_info = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: the descriptor is open for the borrow; no information is passed with the signal.
    let result =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, handle.as_raw_fd(), libc::SIGKILL, no_info, 0) };
    checked_long(result).map(drop)
}

/// A file in memory, for what is handed to a program by descriptor.
pub(crate) fn memory_file(name: &CStr) -> io::Result<File> {
    // SAFETY: the name outlives the call; the descriptor is owned by nobody else.
    unsafe { Ok(File::from_raw_fd(checked(libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC))?)) }
}

/// A folder or file to be shown at another place before rights are dropped.
pub(crate) struct Shown {
    pub(crate) source: CString,
    pub(crate) at: CString,
}

/// What happens between fork and exec. Everything is prepared before, because nothing may be allocated there.
pub(crate) struct BeforeExec {
    /// Files named `cgroup.procs`, open for writing.
    pub(crate) groups: Vec<OwnedFd>,
    /// What the unprivileged user could not reach by itself. Root only.
    pub(crate) shown: Vec<Shown>,
    /// The user and group to become. Root only.
    pub(crate) identity: Option<u32>,
    /// The descriptors that the program inherits beside the standard ones.
    pub(crate) inherited: Vec<OwnedFd>,
}

/// Lets `command` take the steps of `before` after its fork.
pub(crate) fn set_before_exec(command: &mut Command, before: BeforeExec) {
    // SAFETY: the closure makes async-signal-safe system calls on values that were prepared before, and allocates
    // nothing; its errors are plain error numbers.
    unsafe { command.pre_exec(move || before.take()) };
}

impl BeforeExec {
    fn take(&self) -> io::Result<()> {
        for group in &self.groups {
            // SAFETY: writes one byte of a constant; "0" stands for the writing process.
            let written = unsafe { libc::write(group.as_raw_fd(), b"0".as_ptr().cast(), 1) };
            if written != 1 {
                return Err(io::Error::last_os_error());
            }
        }
        self.show()?;
        if let Some(id) = self.identity {
            become_user(id)?;
        }
        // SAFETY: sets which signal this process gets when its parent thread ends; touches no memory.
        checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) })?;
        self.keep_only_inherited()
    }

    fn show(&self) -> io::Result<()> {
        if self.shown.is_empty() {
            return Ok(());
        }
        let none = std::ptr::null();
        // SAFETY: all texts end in NUL and outlive the calls.
        unsafe {
            checked(libc::unshare(libc::CLONE_NEWNS))?;
            let flags = libc::MS_REC | libc::MS_PRIVATE;
            checked(libc::mount(c"none".as_ptr(), c"/".as_ptr(), none, flags, none.cast()))?;
            for Shown { source, at } in &self.shown {
                let flags = libc::MS_BIND | libc::MS_REC;
                checked(libc::mount(source.as_ptr(), at.as_ptr(), none, flags, none.cast()))?;
            }
        }
        Ok(())
    }

    fn keep_only_inherited(&self) -> io::Result<()> {
        let flags = libc::CLOSE_RANGE_CLOEXEC as libc::c_uint;
        // SAFETY: only flags of descriptors are set; none is closed before exec.
        unsafe {
            checked_long(libc::syscall(libc::SYS_close_range, 3 as libc::c_uint, libc::c_uint::MAX, flags))?;
            for fd in &self.inherited {
                checked(libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, 0))?;
            }
        }
        Ok(())
    }
}

fn become_user(id: u32) -> io::Result<()> {
    // SAFETY: the calls take integers and an empty list. They are raw system calls: this process has one thread.
    unsafe {
        checked_long(libc::syscall(libc::SYS_setgroups, 0, std::ptr::null::<libc::gid_t>()))?;
        checked_long(libc::syscall(libc::SYS_setresgid, id, id, id))?;
        checked_long(libc::syscall(libc::SYS_setresuid, id, id, id)).map(drop)
    }
}

/// The size of a page of memory.
pub(crate) fn page_bytes() -> u64 {
    // SAFETY: reads a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

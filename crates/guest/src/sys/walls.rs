//! The calls by which the builder raises walls: namespaces, mounts, rights and filters.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use super::{SIGCHLD, SYS_CLOSE_RANGE, checked, prctl, syscall};

pub(crate) const CLONE_NEWNS: u64 = 0x0002_0000;
pub(crate) const CLONE_NEWCGROUP: u64 = 0x0200_0000;
pub(crate) const CLONE_NEWUSER: u64 = 0x1000_0000;
pub(crate) const CLONE_NEWPID: u64 = 0x2000_0000;
pub(crate) const CLONE_NEWNET: u64 = 0x4000_0000;
const CLONE_PIDFD: u64 = 0x1000;

const MS_NOSUID: c_ulong = 2;
const MS_NODEV: c_ulong = 4;
const MS_NOEXEC: c_ulong = 8;
const MS_BIND: c_ulong = 4096;
const MS_REC: c_ulong = 16384;
const MS_PRIVATE: c_ulong = 1 << 18;
const MNT_DETACH: c_int = 2;
const AT_FDCWD: c_int = -100;
const AT_RECURSIVE: c_uint = 0x8000;
const MOUNT_ATTR_RDONLY: u64 = 1;
const MOUNT_ATTR_NOSUID: u64 = 2;
const MOUNT_ATTR_NODEV: u64 = 4;

const PR_SET_PDEATHSIG: c_int = 1;
const PR_CAPBSET_DROP: c_int = 24;
const PR_SET_SECUREBITS: c_int = 28;
const PR_SET_NO_NEW_PRIVS: c_int = 38;
const PR_CAP_AMBIENT: c_int = 47;
const PR_CAP_AMBIENT_CLEAR_ALL: c_ulong = 4;
/// No rights for user 0, no keeping or raising of rights over changes of user; none of it can be undone.
const SECUREBITS_ALL_LOCKED: c_ulong = 0xef;
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;
const SECCOMP_SET_MODE_FILTER: c_uint = 1;
const SIGKILL: c_ulong = 9;
const EINVAL: i32 = 22;

const AF_INET: c_int = 2;
const SOCK_DGRAM: c_int = 2;
const SIOCGIFFLAGS: c_ulong = 0x8913;
const SIOCSIFFLAGS: c_ulong = 0x8914;
const IFF_UP: i16 = 1;

const SYS_MOUNT_SETATTR: c_long = 442;

#[cfg(target_arch = "x86_64")]
mod number {
    use std::ffi::c_long;
    pub(super) const CAPSET: c_long = 126;
    pub(super) const CLONE: c_long = 56;
    pub(super) const PIVOT_ROOT: c_long = 155;
    pub(super) const SECCOMP: c_long = 317;
    pub(super) const SETGROUPS: c_long = 116;
    pub(super) const SETRESGID: c_long = 119;
    pub(super) const SETRESUID: c_long = 117;
}
#[cfg(target_arch = "aarch64")]
mod number {
    use std::ffi::c_long;
    pub(super) const CAPSET: c_long = 91;
    pub(super) const CLONE: c_long = 220;
    pub(super) const PIVOT_ROOT: c_long = 41;
    pub(super) const SECCOMP: c_long = 277;
    pub(super) const SETGROUPS: c_long = 159;
    pub(super) const SETRESGID: c_long = 149;
    pub(super) const SETRESUID: c_long = 147;
}

#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: c_int,
}

#[repr(C)]
struct FilterProgram {
    length: u16,
    steps: *const u8,
}

#[repr(C)]
struct InterfaceRequest {
    name: [u8; 16],
    flags: i16,
    rest: [u8; 22],
}

unsafe extern "C" {
    fn unshare(flags: c_int) -> c_int;
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn umount2(target: *const c_char, flags: c_int) -> c_int;
    fn sethostname(name: *const u8, length: usize) -> c_int;
    fn setsid() -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn signal(number: c_int, action: usize) -> usize;
    fn geteuid() -> u32;
    fn getegid() -> u32;
}

fn done(result: c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The user and group of this process.
pub(crate) fn user_and_group() -> (u32, u32) {
    // SAFETY: reads two numbers.
    unsafe { (geteuid(), getegid()) }
}

/// Leaves the namespaces named by `flags` for new ones.
pub(crate) fn leave(flags: u64) -> io::Result<()> {
    let flags = c_int::try_from(flags).map_err(io::Error::other)?;
    // SAFETY: takes one integer.
    checked(unsafe { unshare(flags) }).map(drop)
}

/// What a call of [`split`] is to whoever made it.
pub(crate) enum Split {
    /// This is the new process.
    Child,
    /// This is the old one; the new one's number, and a descriptor that stands for it.
    Parent(i32, OwnedFd),
}

/// Makes a copy of this process in new namespaces. Must not be called while there is a second thread.
pub(crate) fn split(namespaces: u64) -> io::Result<Split> {
    let mut handle: c_int = -1;
    let flags = namespaces | CLONE_PIDFD | SIGCHLD as u64;
    let none = std::ptr::null_mut::<c_void>();
    // SAFETY: without a stack of its own the child runs on a copy of this one, as after `fork`; `handle` outlives the
    // call; this process has one thread, so that the copy is whole.
    let pid = unsafe { syscall(number::CLONE, flags, none, &raw mut handle, none, none) };
    match pid {
        0 => Ok(Split::Child),
        // SAFETY: the kernel has just returned this descriptor; nobody else owns it.
        1.. => Ok(Split::Parent(pid as i32, unsafe { OwnedFd::from_raw_fd(handle) })),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Dies when its parent does.
pub(crate) fn die_with_parent() -> io::Result<()> {
    // SAFETY: takes integers.
    checked(unsafe { prctl(PR_SET_PDEATHSIG, SIGKILL) }).map(drop)
}

/// Whether ended children are forgotten at once instead of waited for.
pub(crate) fn forget_children(forget: bool) {
    const DEFAULT: usize = 0;
    const IGNORE: usize = 1;
    // SAFETY: neither action is a function.
    unsafe { signal(SIGCHLD, if forget { IGNORE } else { DEFAULT }) };
}

/// Puts `fds` in the standard places and closes everything else.
pub(crate) fn stand_on(fds: [RawFd; 3]) -> io::Result<()> {
    for (to, from) in (0..).zip(fds) {
        // SAFETY: takes two integers; the standard places belong to nobody here.
        checked(unsafe { dup2(from, to) })?;
    }
    // SAFETY: whoever owns a descriptor that this closes is a copied value that is never dropped: the caller ends by
    // leaving the process.
    done(unsafe { syscall(SYS_CLOSE_RANGE, 3 as c_uint, c_uint::MAX, 0 as c_uint) })
}

/// Becomes the user and group `id` and no member of any other group that can be left.
pub(crate) fn become_user(id: u32) -> io::Result<()> {
    // SAFETY: these take integers. They are raw calls: this process has one thread.
    unsafe {
        done(syscall(number::SETRESGID, id, id, id))?;
        done(syscall(number::SETRESUID, id, id, id))
    }
}

/// Leaves every supplementary group.
pub(crate) fn leave_groups() -> io::Result<()> {
    // SAFETY: an empty list.
    done(unsafe { syscall(number::SETGROUPS, 0 as c_long, std::ptr::null::<u32>()) })
}

/// A session of its own, without a terminal.
pub(crate) fn new_session() -> io::Result<()> {
    // SAFETY: takes nothing.
    checked(unsafe { setsid() }).map(drop)
}

/// Names this machine, as its namespace has it.
pub(crate) fn name_host(name: &str) -> io::Result<()> {
    // SAFETY: pointer and length describe the text.
    checked(unsafe { sethostname(name.as_ptr(), name.len()) }).map(drop)
}

/// Switches the loopback of this network namespace on.
pub(crate) fn raise_loopback() -> io::Result<()> {
    let mut request = InterfaceRequest { name: [0; 16], flags: 0, rest: [0; 22] };
    request.name[..2].copy_from_slice(b"lo");
    // SAFETY: the request has the layout of `struct ifreq` and outlives the calls; the socket is owned by nobody else.
    unsafe {
        let fd = checked(socket(AF_INET, SOCK_DGRAM, 0))?;
        let _socket = OwnedFd::from_raw_fd(fd);
        checked(ioctl(fd, SIOCGIFFLAGS, &raw mut request))?;
        request.flags |= IFF_UP;
        checked(ioctl(fd, SIOCSIFFLAGS, &raw mut request)).map(drop)
    }
}

fn mounted(
    source: &CStr,
    at: &str,
    kind: Option<&CStr>,
    flags: c_ulong,
    options: Option<&CStr>,
) -> io::Result<()> {
    let at = CString::new(at)?;
    let kind = kind.map_or(std::ptr::null(), CStr::as_ptr);
    let options = options.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: all texts end in NUL and outlive the call.
    checked(unsafe { mount(source.as_ptr(), at.as_ptr(), kind, flags, options.cast()) }).map(drop)
}

/// Keeps mounts made here from other namespaces, and the other way round.
pub(crate) fn keep_mounts_private() -> io::Result<()> {
    mounted(c"none", "/", None, MS_REC | MS_PRIVATE, None)
}

/// Mounts an empty file system in memory.
pub(crate) fn mount_memory(at: &str, size_bytes: u64, mode: u32) -> io::Result<()> {
    let options = CString::new(format!("size={size_bytes},mode={mode:o}"))?;
    mounted(c"tmpfs", at, Some(c"tmpfs"), MS_NOSUID | MS_NODEV, Some(&options))
}

/// Mounts the processes of this process namespace.
pub(crate) fn mount_processes(at: &str) -> io::Result<()> {
    mounted(c"proc", at, Some(c"proc"), MS_NOSUID | MS_NODEV | MS_NOEXEC, None)
}

/// Mounts pseudo-terminals of their own.
pub(crate) fn mount_terminals(at: &str) -> io::Result<()> {
    let options = c"newinstance,ptmxmode=0666,mode=620";
    mounted(c"devpts", at, Some(c"devpts"), MS_NOSUID | MS_NOEXEC, Some(options))
}

/// Shows what is at `source`, and all mounted beneath it, at `at` too.
pub(crate) fn mount_again(source: &str, at: &str) -> io::Result<()> {
    mounted(&CString::new(source)?, at, None, MS_BIND | MS_REC, None)
}

/// Makes the mount at `at` read-only, without devices and without rights for programs; `deep`: and all beneath it.
pub(crate) fn make_read_only(at: &str, deep: bool) -> io::Result<()> {
    let at = CString::new(at)?;
    let attributes = MountAttributes {
        set: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | if deep { MOUNT_ATTR_NODEV } else { 0 },
        clear: 0,
        propagation: 0,
        user_namespace: 0,
    };
    let flags = if deep { AT_RECURSIVE } else { 0 };
    // SAFETY: the text ends in NUL, the size is that of the attributes, and both outlive the call.
    done(unsafe {
        syscall(
            SYS_MOUNT_SETATTR,
            AT_FDCWD,
            at.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    })
}

/// Makes the current folder, a mount, the root, and forgets the old one.
pub(crate) fn make_root_of_here() -> io::Result<()> {
    // SAFETY: the texts are constants ending in NUL. With both the same, the old root is mounted over the new one, and
    // unmounting "." takes it away (pivot_root(2)).
    unsafe {
        done(syscall(number::PIVOT_ROOT, c".".as_ptr(), c".".as_ptr()))?;
        checked(umount2(c".".as_ptr(), MNT_DETACH)).map(drop)
    }
}

/// Gives up every capability, for this process and all that it starts.
pub(crate) fn drop_capabilities() -> io::Result<()> {
    let header = CapabilityHeader { version: CAPABILITY_VERSION_3, pid: 0 };
    let none = [0_u32; 6];
    // SAFETY: the options take integers; header and sets have the layout of version 3 and outlive the call.
    unsafe {
        for capability in 0..64 as c_ulong {
            match checked(prctl(PR_CAPBSET_DROP, capability, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong)) {
                Err(error) if error.raw_os_error() == Some(EINVAL) => break,
                dropped => dropped?,
            };
        }
        checked(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong))?;
        checked(prctl(PR_SET_SECUREBITS, SECUREBITS_ALL_LOCKED))?;
        done(syscall(number::CAPSET, &raw const header, none.as_ptr()))
    }
}

/// No program that is started can have more rights than this process.
pub(crate) fn forbid_new_privileges() -> io::Result<()> {
    // SAFETY: takes integers.
    checked(unsafe { prctl(PR_SET_NO_NEW_PRIVS, 1 as c_ulong, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) })
        .map(drop)
}

/// Loads a filter of system calls: eight bytes a step, as the kernel reads them.
pub(crate) fn load_filter(filter: &[u8]) -> io::Result<()> {
    let length = u16::try_from(filter.len() / 8).map_err(io::Error::other)?;
    // A copy at the alignment of the kernel's structure.
    let words = filter.chunks_exact(8).filter_map(|step| step.try_into().ok()).map(u64::from_ne_bytes);
    let steps: Vec<u64> = words.collect();
    let program = FilterProgram { length, steps: steps.as_ptr().cast() };
    // SAFETY: the program describes `steps`, and both outlive the call.
    done(unsafe { syscall(number::SECCOMP, SECCOMP_SET_MODE_FILTER, 0 as c_uint, &raw const program) })
}

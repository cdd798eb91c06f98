//! The calls that the probe tries. Each is harmless when it goes through; see [`crate::probe`].

use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use super::{SIGCHLD, checked, syscall};

const CLONE_NEWUSER: c_int = 0x1000_0000;
const W_OK: c_int = 2;
const SOCK_RAW: c_int = 3;
const SOCK_SEQPACKET: c_int = 5;
const SOCK_STREAM: c_int = 1;
const O_CLOEXEC: c_int = 0o2_000_000;
const PTRACE_TRACEME: c_long = 0;
const UFFD_USER_MODE_ONLY: c_int = 1;
const PERF_FLAG_FD_CLOEXEC: c_ulong = 8;
const TIOCSTI: c_ulong = 0x5412;
const SYSLOG_ACTION_SIZE_BUFFER: c_int = 10;

/// `fsopen`, `clone3`, `io_uring_setup`: new calls have one number everywhere.
const SYS_FSOPEN: c_long = 430;
const SYS_CLONE3: c_long = 435;
const SYS_IO_URING_SETUP: c_long = 425;

/// Numbers that differ by architecture.
#[cfg(target_arch = "x86_64")]
mod number {
    use std::ffi::c_long;
    pub(super) const BPF: c_long = 321;
    pub(super) const CLONE: c_long = 56;
    pub(super) const INIT_MODULE: c_long = 175;
    pub(super) const KEYCTL: c_long = 250;
    pub(super) const PERF_EVENT_OPEN: c_long = 298;
    pub(super) const PROCESS_VM_READV: c_long = 310;
    pub(super) const PTRACE: c_long = 101;
    pub(super) const REBOOT: c_long = 169;
    pub(super) const SETTIMEOFDAY: c_long = 164;
    pub(super) const SYSLOG: c_long = 103;
    pub(super) const USERFAULTFD: c_long = 323;
}
#[cfg(target_arch = "aarch64")]
mod number {
    use std::ffi::c_long;
    pub(super) const BPF: c_long = 280;
    pub(super) const CLONE: c_long = 220;
    pub(super) const INIT_MODULE: c_long = 105;
    pub(super) const KEYCTL: c_long = 219;
    pub(super) const PERF_EVENT_OPEN: c_long = 241;
    pub(super) const PROCESS_VM_READV: c_long = 270;
    pub(super) const PTRACE: c_long = 117;
    pub(super) const REBOOT: c_long = 142;
    pub(super) const SETTIMEOFDAY: c_long = 170;
    pub(super) const SYSLOG: c_long = 116;
    pub(super) const USERFAULTFD: c_long = 282;
}

unsafe extern "C" {
    fn fork() -> c_int;
    fn _exit(code: c_int) -> !;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn unshare(flags: c_int) -> c_int;
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
}

fn done(result: c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Takes over and closes the descriptor that a call returned.
fn closed(result: c_long) -> io::Result<()> {
    done(result)?;
    // SAFETY: the kernel has just returned this descriptor; nobody else owns it.
    drop(unsafe { OwnedFd::from_raw_fd(result as RawFd) });
    Ok(())
}

/// What `attempt` comes to in a process of its own; the outer error when there can be none.
pub(crate) fn in_child(attempt: fn() -> io::Result<()>) -> io::Result<io::Result<()>> {
    const UNKNOWN: i32 = 255;
    // SAFETY: this program has one thread, so that the child may do anything; it ends without unwinding into the
    // parent's code. `status` outlives the call.
    let status = unsafe {
        let pid = checked(fork())?;
        if pid == 0 {
            _exit(attempt().err().map_or(0, |error| error.raw_os_error().unwrap_or(UNKNOWN)));
        }
        let mut status = 0;
        checked(waitpid(pid, &raw mut status, 0))?;
        status
    };
    let (signal, code) = (status & 0x7f, status >> 8 & 0xff);
    Ok(match (signal, code) {
        (0, 0) => Ok(()),
        (0, code) => Err(io::Error::from_raw_os_error(code)),
        _ => Err(io::Error::other(format!("killed by signal {signal}"))),
    })
}

/// A kind of socket that a chamber has no use for.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    /// `AF_VSOCK`
    Vsock,
    /// `AF_ALG`
    Crypto,
    /// `AF_PACKET`
    Packet,
    /// `AF_NETLINK`
    Netlink,
}

/// Makes a socket.
pub(crate) fn socket_of(family: Family) -> io::Result<()> {
    let (family, kind) = match family {
        Family::Vsock => (40, SOCK_STREAM),
        Family::Crypto => (38, SOCK_SEQPACKET),
        Family::Packet => (17, SOCK_RAW),
        Family::Netlink => (16, SOCK_RAW),
    };
    // SAFETY: the call takes three integers.
    closed(c_long::from(unsafe { socket(family, kind, 0) }))
}

/// Whether this user may write to `path`, which it does not.
pub(crate) fn may_write(path: &CStr) -> io::Result<()> {
    // SAFETY: the path outlives the call.
    done(c_long::from(unsafe { access(path.as_ptr(), W_OK) }))
}

/// Mounts a file system that does not exist.
pub(crate) fn mount_unknown() -> io::Result<()> {
    // SAFETY: all texts are constants ending in NUL.
    let result = unsafe { mount(c"none".as_ptr(), c"/".as_ptr(), c"no-such".as_ptr(), 0, std::ptr::null()) };
    done(c_long::from(result))
}

/// The same through the newer calls.
pub(crate) fn open_unknown_file_system() -> io::Result<()> {
    // SAFETY: the text is a constant ending in NUL.
    closed(unsafe { syscall(SYS_FSOPEN, c"no-such".as_ptr(), 0 as c_uint) })
}

/// Puts this process into a user namespace of its own.
pub(crate) fn unshare_user() -> io::Result<()> {
    // SAFETY: the call takes an integer.
    done(c_long::from(unsafe { unshare(CLONE_NEWUSER) }))
}

/// Waits for a child that ends at once.
fn awaited(pid: c_long) -> io::Result<()> {
    done(pid)?;
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    checked(unsafe { waitpid(pid as c_int, &raw mut status, 0) }).map(drop)
}

/// Starts a process in a user namespace of its own.
pub(crate) fn clone_user() -> io::Result<()> {
    let flags = c_long::from(CLONE_NEWUSER | SIGCHLD);
    let none = 0 as c_long;
    // SAFETY: without a stack and memory sharing this is a fork; the child ends at once.
    let pid = unsafe { syscall(number::CLONE, flags, none, none, none, none) };
    if pid == 0 {
        // SAFETY: ends the child.
        unsafe { _exit(0) };
    }
    awaited(pid)
}

/// The same by the call whose flags no filter can see.
pub(crate) fn clone3_user() -> io::Result<()> {
    let arguments: [u64; 8] = [CLONE_NEWUSER as u64, 0, 0, 0, SIGCHLD as u64, 0, 0, 0];
    // SAFETY: the arguments have the layout of the first `struct clone_args`, whose size is given; without a stack and
    // memory sharing this is a fork; the child ends at once.
    let pid = unsafe { syscall(SYS_CLONE3, arguments.as_ptr(), size_of_val(&arguments)) };
    if pid == 0 {
        // SAFETY: ends the child.
        unsafe { _exit(0) };
    }
    awaited(pid)
}

/// Asks to be traced by the parent, which does not.
pub(crate) fn be_traced() -> io::Result<()> {
    let none = 0 as c_long;
    // SAFETY: this request takes no pointers.
    done(unsafe { syscall(number::PTRACE, PTRACE_TRACEME, none, none, none) })
}

/// Reads a byte of this process by the call that reads other processes.
pub(crate) fn read_own_memory_as_another() -> io::Result<()> {
    #[repr(C)]
    struct Range {
        start: *mut u8,
        length: usize,
    }
    let mut byte = [0_u8; 2];
    let here = Range { start: byte.as_mut_ptr(), length: 1 };
    let there = Range { start: byte.as_mut_ptr().wrapping_add(1), length: 1 };
    let pid = std::process::id() as c_long;
    let one = 1 as c_ulong;
    // SAFETY: both ranges lie in `byte`, which outlives the call.
    done(unsafe {
        syscall(number::PROCESS_VM_READV, pid, &raw const here, one, &raw const there, one, 0 as c_ulong)
    })
}

/// Makes a map with one entry.
pub(crate) fn make_bpf_map() -> io::Result<()> {
    const MAP_CREATE: c_int = 0;
    const ARRAY: u32 = 2;
    let attributes: [u32; 32] =
        std::array::from_fn(|index| [ARRAY, 4, 4, 1].get(index).copied().unwrap_or(0));
    // SAFETY: the attributes outlive the call, which is told their size.
    closed(unsafe { syscall(number::BPF, MAP_CREATE, attributes.as_ptr(), size_of_val(&attributes)) })
}

/// Makes a ring of one entry.
pub(crate) fn set_up_io_uring() -> io::Result<()> {
    let mut parameters = [0_u32; 32];
    // SAFETY: the parameters are at least as large as `struct io_uring_params` (120 bytes) and outlive the call.
    closed(unsafe { syscall(SYS_IO_URING_SETUP, 1 as c_uint, parameters.as_mut_ptr()) })
}

/// Opens a descriptor for page faults.
pub(crate) fn open_userfaultfd() -> io::Result<()> {
    // SAFETY: the call takes an integer.
    closed(unsafe { syscall(number::USERFAULTFD, O_CLOEXEC | UFFD_USER_MODE_ONLY) })
}

/// Counts this process's own page faults.
pub(crate) fn open_perf_event() -> io::Result<()> {
    const SOFTWARE: u32 = 1;
    const SIZE_BYTES: u32 = 64;
    const PAGE_FAULTS: u32 = 2;
    const EXCLUDE_KERNEL_AND_HYPERVISOR: u32 = 1 << 5 | 1 << 6;
    let mut attributes = [0_u32; 16];
    (attributes[0], attributes[1], attributes[2]) = (SOFTWARE, SIZE_BYTES, PAGE_FAULTS);
    attributes[10] = EXCLUDE_KERNEL_AND_HYPERVISOR;
    // SAFETY: the attributes have the layout and size of the first `struct perf_event_attr` and outlive the call.
    closed(unsafe {
        let (this, any) = (0 as c_int, -1 as c_int);
        syscall(number::PERF_EVENT_OPEN, attributes.as_ptr(), this, any, any, PERF_FLAG_FD_CLOEXEC)
    })
}

/// Makes the keyring of this thread, which ends with it.
pub(crate) fn make_keyring() -> io::Result<()> {
    const GET_KEYRING_ID: c_int = 0;
    const THREAD_KEYRING: c_int = -1;
    const CREATE: c_int = 1;
    // SAFETY: this request takes integers.
    done(unsafe { syscall(number::KEYCTL, GET_KEYRING_ID, THREAD_KEYRING, CREATE) })
}

/// Sets neither the time nor the zone: the kernel checks the right and does nothing.
pub(crate) fn set_clock_to_nothing() -> io::Result<()> {
    let none = std::ptr::null::<c_void>();
    // SAFETY: both pointers may be null.
    done(unsafe { syscall(number::SETTIMEOFDAY, none, none) })
}

/// Reboots without the two numbers that a reboot needs.
pub(crate) fn reboot_without_magic() -> io::Result<()> {
    let none = 0 as c_long;
    // SAFETY: without the numbers the kernel checks the right and refuses.
    done(unsafe { syscall(number::REBOOT, none, none, none, none) })
}

/// Loads a module of no bytes.
pub(crate) fn load_empty_module() -> io::Result<()> {
    // SAFETY: the text is a constant ending in NUL, and the image is empty.
    done(unsafe { syscall(number::INIT_MODULE, std::ptr::null::<c_void>(), 0 as c_ulong, c"".as_ptr()) })
}

/// The size of the kernel's log.
pub(crate) fn kernel_log_size() -> io::Result<()> {
    // SAFETY: this request uses no buffer.
    done(unsafe {
        syscall(number::SYSLOG, SYSLOG_ACTION_SIZE_BUFFER, std::ptr::null::<c_void>(), 0 as c_int)
    })
}

/// Types a character into standard input, were it a terminal.
pub(crate) fn push_terminal_input() -> io::Result<()> {
    let character = b' ';
    // SAFETY: the character outlives the call.
    done(c_long::from(unsafe { ioctl(0, TIOCSTI, &raw const character) }))
}

/// Asks for this process's number by the call of 32-bit programs.
#[cfg(target_arch = "x86_64")]
pub(crate) fn foreign_call() -> io::Result<()> {
    const GETPID: u64 = 20;
    let result: u64;
    // SAFETY: this call takes no arguments and returns its result in a register; older kernels clear the others named.
    unsafe {
        std::arch::asm!("int 0x80", inlateout("rax") GETPID => result,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _);
    }
    let error = (result as u32).cast_signed();
    if error < 0 { Err(io::Error::from_raw_os_error(-error)) } else { Ok(()) }
}

/// Processors of this architecture have no such call.
#[cfg(target_arch = "aarch64")]
pub(crate) fn foreign_call() -> io::Result<()> {
    Err(io::Error::from_raw_os_error(super::ENOSYS))
}

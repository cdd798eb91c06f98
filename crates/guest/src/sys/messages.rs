//! Messages with descriptors, over the sequenced-packet socket to the host.

use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use crate::protocol::{DESCRIPTORS_MAX, MESSAGE_MAX_BYTES};

const SOL_SOCKET: c_int = 1;
const SCM_RIGHTS: c_int = 1;
const MSG_CMSG_CLOEXEC: c_int = 0x4000_0000;
const MSG_NOSIGNAL: c_int = 0x4000;
const MSG_TRUNC: c_int = 0x20;
const MSG_CTRUNC: c_int = 8;

#[repr(C)]
struct Slice {
    base: *mut c_void,
    length: usize,
}

#[repr(C)]
struct Header {
    name: *mut c_void,
    name_length: u32,
    slices: *mut Slice,
    slice_count: usize,
    control: *mut c_void,
    control_length: usize,
    flags: c_int,
}

/// One control message that holds descriptors, as `struct cmsghdr` and its data lie in memory.
#[repr(C, align(8))]
struct Control {
    length: usize,
    level: c_int,
    kind: c_int,
    fds: [RawFd; DESCRIPTORS_MAX],
}

const CONTROL_HEADER_BYTES: usize = 16;

unsafe extern "C" {
    fn recvmsg(fd: c_int, message: *mut Header, flags: c_int) -> isize;
    fn sendmsg(fd: c_int, message: *const Header, flags: c_int) -> isize;
}

fn header(slice: &mut Slice, control: &mut Control, control_length: usize) -> Header {
    Header {
        name: std::ptr::null_mut(),
        name_length: 0,
        slices: &raw mut *slice,
        slice_count: 1,
        control: if control_length == 0 { std::ptr::null_mut() } else { (&raw mut *control).cast() },
        control_length,
        flags: 0,
    }
}

/// The next message and its descriptors; empty at the other side's end.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut bytes = vec![0_u8; MESSAGE_MAX_BYTES];
    let mut slice = Slice { base: bytes.as_mut_ptr().cast(), length: bytes.len() };
    let mut control = Control { length: 0, level: 0, kind: 0, fds: [-1; DESCRIPTORS_MAX] };
    let mut header = header(&mut slice, &mut control, size_of::<Control>());
    // SAFETY: the header describes the two buffers, which outlive the call.
    let count = unsafe { recvmsg(socket.as_raw_fd(), &raw mut header, MSG_CMSG_CLOEXEC) };
    bytes.truncate(usize::try_from(count).map_err(|_| io::Error::last_os_error())?);
    let mut fds = Vec::new();
    if header.control_length >= CONTROL_HEADER_BYTES
        && control.level == SOL_SOCKET
        && control.kind == SCM_RIGHTS
    {
        let count = (control.length - CONTROL_HEADER_BYTES) / size_of::<RawFd>();
        // SAFETY: the kernel has just put these descriptors in; nobody else owns them.
        fds.extend(control.fds.iter().take(count).map(|fd| unsafe { OwnedFd::from_raw_fd(*fd) }));
    }
    if header.flags & (MSG_TRUNC | MSG_CTRUNC) != 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message above the size limit"));
    }
    Ok((bytes, fds))
}

/// Sends a message with at most one descriptor.
pub(crate) fn send(socket: BorrowedFd<'_>, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> io::Result<()> {
    // The call does not write to what it sends, whatever the type of its pointer says.
    let mut slice = Slice { base: bytes.as_ptr().cast_mut().cast(), length: bytes.len() };
    let length = CONTROL_HEADER_BYTES + size_of::<RawFd>();
    let mut control = Control { length, level: SOL_SOCKET, kind: SCM_RIGHTS, fds: [-1; DESCRIPTORS_MAX] };
    if let Some(fd) = fd {
        control.fds[0] = fd.as_raw_fd();
    }
    // A control message fills up whole words.
    let header = header(&mut slice, &mut control, if fd.is_some() { length.next_multiple_of(8) } else { 0 });
    // SAFETY: the header describes the two buffers, which outlive the call.
    let count = unsafe { sendmsg(socket.as_raw_fd(), &raw const header, MSG_NOSIGNAL) };
    if count < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

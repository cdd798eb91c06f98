//! Messages with descriptors, over a pair of sequenced-packet sockets.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use guest::protocol::{DESCRIPTORS_MAX, MESSAGE_MAX_BYTES};

use super::checked;

/// What one control message with as many descriptors as can be sent takes, in words.
const CONTROL_WORDS: usize = 2 + DESCRIPTORS_MAX / 2;

/// Two connected sockets that keep messages apart.
pub(crate) fn message_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: the array holds two descriptors and outlives the call; nobody else owns what it returns.
    unsafe {
        checked(libc::socketpair(libc::AF_UNIX, kind, 0, fds.as_mut_ptr()))?;
        Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])))
    }
}

/// Sends `bytes` with `fds`, at most [`DESCRIPTORS_MAX`].
pub(crate) fn send(socket: BorrowedFd<'_>, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    if fds.len() > DESCRIPTORS_MAX || bytes.len() > MESSAGE_MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a message above the size limit"));
    }
    let raw: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    let length = u32::try_from(size_of_val(raw.as_slice())).map_err(io::Error::other)?;
    let mut control = [0_u64; CONTROL_WORDS];
    let mut slice = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    // SAFETY: the header describes `slice` and `control`, which outlive the call and are large enough for `raw`; the
    // call does not write to what it sends.
    unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut slice;
        header.msg_iovlen = 1;
        if !raw.is_empty() {
            header.msg_control = control.as_mut_ptr().cast();
            header.msg_controllen = libc::CMSG_SPACE(length) as _;
            let message = libc::CMSG_FIRSTHDR(&raw const header);
            (*message).cmsg_level = libc::SOL_SOCKET;
            (*message).cmsg_type = libc::SCM_RIGHTS;
            (*message).cmsg_len = libc::CMSG_LEN(length) as _;
            std::ptr::copy_nonoverlapping(raw.as_ptr(), libc::CMSG_DATA(message).cast(), raw.len());
        }
        let sent = libc::sendmsg(socket.as_raw_fd(), &raw const header, libc::MSG_NOSIGNAL);
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// The next message and its descriptor, if it brought one; empty at the other side's end.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<(Vec<u8>, Option<OwnedFd>)> {
    let mut bytes = vec![0_u8; MESSAGE_MAX_BYTES];
    let mut control = [0_u64; CONTROL_WORDS];
    let mut slice = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    // SAFETY: the header describes `slice` and `control`, which outlive the call; the descriptor was just put in by the
    // kernel, and nobody else owns it.
    unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut slice;
        header.msg_iovlen = 1;
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = size_of_val(&control) as _;
        let count = libc::recvmsg(socket.as_raw_fd(), &raw mut header, libc::MSG_CMSG_CLOEXEC);
        bytes.truncate(usize::try_from(count).map_err(|_| io::Error::last_os_error())?);
        let message = libc::CMSG_FIRSTHDR(&raw const header);
        let fd = (!message.is_null()
            && (*message).cmsg_level == libc::SOL_SOCKET
            && (*message).cmsg_type == libc::SCM_RIGHTS)
            .then(|| OwnedFd::from_raw_fd(libc::CMSG_DATA(message).cast::<RawFd>().read_unaligned()));
        Ok((bytes, fd))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_descriptor_crosses_with_its_message() {
        let (one, other) = message_pair().unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        send(one.as_fd(), b"here", &[writer.as_fd()]).unwrap();
        drop(writer);
        let (bytes, fd) = receive(other.as_fd()).unwrap();
        assert_eq!(bytes, b"here");
        std::fs::File::from(fd.unwrap()).write_all(b"through").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
        drop(one);
        assert!(receive(other.as_fd()).unwrap().0.is_empty());
    }
}

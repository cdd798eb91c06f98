//! The host's end of the guest's pipes. Everything that arrives may be hostile, everything has a deadline.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

use guest::protocol::{self, CHUNK_MAX_BYTES, Malformed, Request, Response};

use crate::limits::Deadline;
use crate::sys::{self, Readiness};

/// Why nothing more can be said over a wire. Its chamber is lost.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The deadline passed.
    #[error("the guest did not answer in time")]
    TimedOut,
    /// The guest is gone.
    #[error("the guest ended")]
    Closed,
    /// The guest wrote what is no response.
    #[error("the guest answered outside its protocol")]
    Malformed(#[from] Malformed),
    /// The system reported an error.
    #[error("the guest cannot be reached")]
    Io(#[source] io::Error),
}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::Closed } else { Self::Io(error) }
    }
}

/// Two pipes: requests out, responses in.
#[derive(Debug)]
pub(crate) struct Wire {
    requests: File,
    responses: File,
}

impl Wire {
    pub(crate) fn new(requests: OwnedFd, responses: OwnedFd) -> io::Result<Self> {
        sys::set_nonblocking(requests.as_fd())?;
        sys::set_nonblocking(responses.as_fd())?;
        Ok(Self { requests: requests.into(), responses: responses.into() })
    }

    /// Sends one request. A body follows with [`Self::send_body`].
    pub(crate) fn send(&mut self, request: &Request, deadline: Deadline) -> Result<(), WireError> {
        self.write(&protocol::frame(&request.encode())?, deadline)
    }

    /// Sends the body that the request before announced.
    pub(crate) fn send_body(&mut self, body: &[u8], deadline: Deadline) -> Result<(), WireError> {
        body.chunks(CHUNK_MAX_BYTES).try_for_each(|chunk| self.send(&Request::Data(chunk.to_vec()), deadline))
    }

    /// The next response.
    pub(crate) fn receive(&mut self, deadline: Deadline) -> Result<Response, WireError> {
        let mut header = [0; 4];
        self.read(&mut header, deadline)?;
        let mut content = vec![0; protocol::decode_length(header)?];
        self.read(&mut content, deadline)?;
        Ok(Response::decode(&content)?)
    }

    /// What can be waited on for the next response.
    pub(crate) fn responses(&self) -> &File {
        &self.responses
    }

    fn write(&mut self, mut bytes: &[u8], deadline: Deadline) -> Result<(), WireError> {
        while !bytes.is_empty() {
            match self.requests.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) => wait(&self.requests, Readiness::Write, error, deadline)?,
            }
        }
        Ok(())
    }

    fn read(&mut self, mut buffer: &mut [u8], deadline: Deadline) -> Result<(), WireError> {
        while !buffer.is_empty() {
            // A guest that never stops writing is bounded by the deadline too.
            if deadline.passed() {
                return Err(WireError::TimedOut);
            }
            match self.responses.read(buffer) {
                Ok(0) => return Err(WireError::Closed),
                Ok(count) => buffer = &mut buffer[count..],
                Err(error) => wait(&self.responses, Readiness::Read, error, deadline)?,
            }
        }
        Ok(())
    }
}

/// Waits until `file` is ready again, when `error` only says that it is not ready now.
fn wait(file: &File, readiness: Readiness, error: io::Error, deadline: Deadline) -> Result<(), WireError> {
    if error.kind() == ErrorKind::Interrupted {
        return Ok(());
    }
    if error.kind() != ErrorKind::WouldBlock {
        return Err(error.into());
    }
    if deadline.passed() {
        return Err(WireError::TimedOut);
    }
    sys::poll([(file.as_fd(), readiness)], deadline.left_ms())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guest::protocol::Stream;
    use proptest::prelude::*;
    use std::time::Duration;

    /// A wire to a guest that writes `bytes` and then ends, or waits for ever when its pipe is kept.
    fn wire(bytes: &[u8]) -> (Wire, io::PipeWriter, io::PipeReader) {
        let (requests_reader, requests) = io::pipe().unwrap();
        let (responses, mut guest) = io::pipe().unwrap();
        guest.write_all(bytes).unwrap();
        (Wire::new(requests.into(), responses.into()).unwrap(), guest, requests_reader)
    }

    fn soon() -> Deadline {
        Deadline::within(Duration::from_millis(30))
    }

    fn framed(response: &Response) -> Vec<u8> {
        protocol::frame(&response.encode()).unwrap()
    }

    #[test]
    fn a_response_is_received_whole() {
        let response = Response::Chunk { stream: Stream::Out, bytes: vec![1; 1000] };
        let (mut wire, _guest, _requests) = wire(&framed(&response));
        assert_eq!(wire.receive(soon()).unwrap(), response);
    }

    #[test]
    fn a_guest_that_stops_in_a_frame_costs_the_deadline_only() {
        let (mut wire, _guest, _requests) = wire(&framed(&Response::Done)[..4]);
        assert!(matches!(wire.receive(soon()), Err(WireError::TimedOut)));
    }

    #[test]
    fn a_guest_that_ends_is_noticed() {
        let (mut wire, guest, requests) = wire(&framed(&Response::Done)[..4]);
        drop((guest, requests));
        assert!(matches!(wire.receive(soon()), Err(WireError::Closed)));
        assert!(matches!(wire.send(&Request::Shutdown, soon()), Err(WireError::Closed)));
    }

    #[test]
    fn a_guest_that_reads_nothing_costs_the_deadline_only() {
        let (mut wire, _guest, _requests) = wire(&[]);
        assert!(matches!(wire.send_body(&[0; 1 << 20], soon()), Err(WireError::TimedOut)));
    }

    #[test]
    fn a_length_is_not_believed() {
        for length in [0, u32::MAX, (1 << 20) + 1] {
            let (mut wire, _guest, _requests) = wire(&length.to_le_bytes());
            assert!(matches!(wire.receive(soon()), Err(WireError::Malformed(_))));
        }
    }

    proptest! {
        #[test]
        fn garbage_is_refused_or_a_response(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let (mut wire, guest, _requests) = wire(&bytes);
            drop(guest);
            while wire.receive(soon()).is_ok() {}
        }
    }
}

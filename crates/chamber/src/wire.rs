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
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Io(error),
        }
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
    match error.kind() {
        ErrorKind::Interrupted => Ok(()),
        ErrorKind::WouldBlock if deadline.passed() => Err(WireError::TimedOut),
        ErrorKind::WouldBlock => Ok(sys::poll([(file.as_fd(), readiness)], deadline.left_ms()).map(drop)?),
        _ => Err(error.into()),
    }
}

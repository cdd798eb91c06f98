//! Frames on the agent's two pipes, and bodies made of several frames.

use std::io::{self, Read, Write};

use crate::protocol::{self, CHUNK_MAX_BYTES, Malformed, Request, Response, Stream};

fn broken(malformed: Malformed) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, malformed)
}

/// The next request; `None` at the end of the input.
pub(crate) fn read_request(input: &mut impl Read) -> io::Result<Option<Request>> {
    let mut header = [0; 4];
    if input.read(&mut header[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut header[1..])?;
    let mut content = vec![0; protocol::decode_length(header).map_err(broken)?];
    input.read_exact(&mut content)?;
    Request::decode(&content).map(Some).map_err(broken)
}

/// Sends one response.
pub(crate) fn write_response(output: &mut impl Write, response: &Response) -> io::Result<()> {
    output.write_all(&protocol::frame(&response.encode()).map_err(broken)?)?;
    output.flush()
}

/// Sends everything written to it as chunks of one stream.
pub(crate) struct Chunks<'a, W: Write> {
    output: &'a mut W,
    stream: Stream,
    pending: Vec<u8>,
}

impl<'a, W: Write> Chunks<'a, W> {
    pub(crate) fn new(output: &'a mut W, stream: Stream) -> Self {
        Self { output, stream, pending: Vec::new() }
    }
}

impl<W: Write> Write for Chunks<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK_MAX_BYTES - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        if self.pending.len() == CHUNK_MAX_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.pending);
        write_response(self.output, &Response::Chunk { stream: self.stream, bytes })
    }
}

/// The body of a request, read from the frames that follow it.
pub(crate) struct Body<'a, R: Read> {
    input: &'a mut R,
    left_bytes: u64,
    chunk: Vec<u8>,
    read_bytes: usize,
}

impl<'a, R: Read> Body<'a, R> {
    pub(crate) fn new(input: &'a mut R, size_bytes: u64) -> Self {
        Self { input, left_bytes: size_bytes, chunk: Vec::new(), read_bytes: 0 }
    }

    /// Reads what is left, so that the next frame is a request again.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        io::copy(&mut self, &mut io::sink()).map(drop)
    }
}

impl<R: Read> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read_bytes == self.chunk.len() {
            if self.left_bytes == 0 {
                return Ok(0);
            }
            let Some(Request::Data(bytes)) = read_request(self.input)? else {
                return Err(broken(Malformed("a body that ends early")));
            };
            let length = bytes.len() as u64;
            self.left_bytes =
                self.left_bytes.checked_sub(length).ok_or(broken(Malformed("a body above its size")))?;
            (self.chunk, self.read_bytes) = (bytes, 0);
        }
        let count = buffer.len().min(self.chunk.len() - self.read_bytes);
        buffer[..count].copy_from_slice(&self.chunk[self.read_bytes..self.read_bytes + count]);
        self.read_bytes += count;
        Ok(count)
    }
}

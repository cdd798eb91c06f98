//! Reads the guest's responses to one request. The guest may be hostile: what it was not asked for ends its chamber, and
//! a reason that it gives is cut and made printable.

use std::time::Duration;

use guest::protocol::{Ending, Malformed, Response, Stream};
use types::transcript::Exit;

use crate::chamber::ChamberError;
use crate::exec::Ran;
use crate::launch::printable;
use crate::limits::Deadline;
use crate::wire::{Wire, WireError};

/// Where a reason of the guest's is cut.
const REASON_MAX_BYTES: usize = 200;

pub(crate) const OUT_OF_TURN: WireError = WireError::Malformed(Malformed("a response out of turn"));

/// The outer error ends the chamber, the inner one only the request.
pub(crate) type Answer<T> = Result<Result<T, ChamberError>, WireError>;

/// What was found where a file or a workspace was to be read.
pub(crate) enum Found {
    Absent,
    NotAFile,
    TooLarge,
    Bytes(Vec<u8>),
}

/// The answer to a run, with at most `cap_bytes` of each stream.
pub(crate) fn ran(wire: &mut Wire, cap_bytes: u64, deadline: Deadline) -> Answer<Ran> {
    let (mut output, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match wire.receive(deadline)? {
            Response::Chunk { stream: Stream::Out, bytes } => append(&mut output, &bytes, cap_bytes)?,
            Response::Chunk { stream: Stream::Err, bytes } => append(&mut stderr, &bytes, cap_bytes)?,
            Response::Ran { ending, out_bytes, err_bytes, took_us } => {
                return Ok(Ok(Ran {
                    exit: exit(ending),
                    output: marked(output, out_bytes),
                    stderr: marked(stderr, err_bytes),
                    output_bytes: out_bytes.saturating_add(err_bytes),
                    took: Duration::from_micros(took_us),
                }));
            }
            Response::Failed { reason } => return Ok(Err(refused(&reason))),
            Response::Absent
            | Response::Done
            | Response::Hello { .. }
            | Response::NotAFile
            | Response::Served { .. }
            | Response::Serving
            | Response::TooLarge => return Err(OUT_OF_TURN),
        }
    }
}

/// The answer to what is just done.
pub(crate) fn done(wire: &mut Wire, deadline: Deadline) -> Answer<()> {
    match wire.receive(deadline)? {
        Response::Done => Ok(Ok(())),
        Response::Failed { reason } => Ok(Err(refused(&reason))),
        Response::Absent
        | Response::Chunk { .. }
        | Response::Hello { .. }
        | Response::NotAFile
        | Response::Ran { .. }
        | Response::Served { .. }
        | Response::Serving
        | Response::TooLarge => Err(OUT_OF_TURN),
    }
}

/// The answer to what is read, of at most `cap_bytes`.
pub(crate) fn body(wire: &mut Wire, cap_bytes: u64, deadline: Deadline) -> Answer<Found> {
    let mut whole = Vec::new();
    let found = loop {
        match wire.receive(deadline)? {
            // One byte above the cap is how the guest finds a file too large that was growing.
            Response::Chunk { stream: Stream::Out, bytes } => {
                append(&mut whole, &bytes, cap_bytes.saturating_add(1))?;
            }
            Response::Done if whole.len() as u64 <= cap_bytes => break Found::Bytes(whole),
            Response::TooLarge => break Found::TooLarge,
            Response::Absent => break Found::Absent,
            Response::NotAFile => break Found::NotAFile,
            Response::Failed { reason } => return Ok(Err(refused(&reason))),
            Response::Chunk { stream: Stream::Err, .. }
            | Response::Done
            | Response::Hello { .. }
            | Response::Ran { .. }
            | Response::Served { .. }
            | Response::Serving => return Err(OUT_OF_TURN),
        }
    };
    Ok(Ok(found))
}

pub(crate) fn exit(ending: Ending) -> Exit {
    match ending {
        Ending::Code(code) => Exit::Code(code),
        Ending::Signal(signal) => Exit::Signal(signal),
        Ending::TimedOut => Exit::TimedOut,
    }
}

/// Takes a piece in, unless the guest sends more than it was asked for.
fn append(whole: &mut Vec<u8>, bytes: &[u8], cap_bytes: u64) -> Result<(), WireError> {
    if (whole.len() + bytes.len()) as u64 > cap_bytes {
        return Err(WireError::Malformed(Malformed("more bytes than were asked for")));
    }
    whole.extend_from_slice(bytes);
    Ok(())
}

/// Says where the middle was left out: the guest keeps the first and the last half.
fn marked(mut kept: Vec<u8>, total_bytes: u64) -> Vec<u8> {
    let left_out = total_bytes.saturating_sub(kept.len() as u64);
    if left_out > 0 {
        let middle = kept.len().div_ceil(2);
        kept.splice(middle..middle, format!("\n[... {left_out} bytes left out ...]\n").into_bytes());
    }
    kept
}

fn refused(reason: &str) -> ChamberError {
    ChamberError::Refused { reason: printable(&reason.as_bytes()[..reason.len().min(REASON_MAX_BYTES)]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_said_in_the_middle() {
        assert_eq!(marked(b"abxyz".to_vec(), 5), b"abxyz");
        assert_eq!(marked(b"abcxy".to_vec(), 105), b"abc\n[... 100 bytes left out ...]\nxy");
    }

    /// A wire to a guest that writes the same frame until the host has had enough.
    fn flooded(response: Response) -> Wire {
        let (responses, mut guest) = std::io::pipe().unwrap();
        let (requests_reader, requests) = std::io::pipe().unwrap();
        let frame = guest::protocol::frame(&response.encode()).unwrap();
        std::thread::spawn(move || {
            use std::io::Write as _;
            let _requests = requests_reader;
            while guest.write_all(&frame).is_ok() {}
        });
        Wire::new(requests.into(), responses.into()).unwrap()
    }

    #[test]
    fn a_guest_that_floods_is_given_up() {
        let chunk = |bytes| Response::Chunk { stream: Stream::Out, bytes };
        let long = Deadline::within(Duration::from_secs(30));
        assert!(matches!(ran(&mut flooded(chunk(vec![1; 1000])), 5000, long), Err(WireError::Malformed(_))));
        assert!(matches!(body(&mut flooded(chunk(vec![1; 1000])), 5000, long), Err(WireError::Malformed(_))));
        // Chunks of nothing are never too many; the deadline ends them.
        let short = Deadline::within(Duration::from_millis(50));
        assert!(matches!(body(&mut flooded(chunk(Vec::new())), 5000, short), Err(WireError::TimedOut)));
        assert!(matches!(done(&mut flooded(Response::Serving), long), Err(WireError::Malformed(_))));
    }

    #[test]
    fn a_hostile_reason_is_short_and_printable() {
        let reason = "\u{1b}[2J<script>".repeat(100);
        let ChamberError::Refused { reason } = refused(&reason) else { panic!("another error") };
        assert!(reason.len() <= REASON_MAX_BYTES && reason.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}

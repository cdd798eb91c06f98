//! What the guest answers. The host decodes it as a hostile text.

use super::wire::{Fields, Malformed, Taker};

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// The guest is ready. Sent once, unasked, before anything else.
    Hello {
        /// The guest's [`super::VERSION`].
        version: u32,
    },
    /// A piece of a file, an archive or an output stream.
    Chunk {
        /// Which stream it belongs to; `Out` for files and archives.
        stream: Stream,
        /// The piece.
        bytes: Vec<u8>,
    },
    /// A program has ended.
    Ran {
        /// How.
        ending: Ending,
        /// What it wrote in all to its output, in bytes.
        out_bytes: u64,
        /// What it wrote in all to its error stream; 0 when both were one.
        err_bytes: u64,
        /// How long it took, in microseconds.
        took_us: u64,
    },
    /// It is done.
    Done,
    /// Nothing is at that path.
    Absent,
    /// Something else than a regular file is at that path, or a link is on the way.
    NotAFile,
    /// It is larger than the cap.
    TooLarge,
    /// It could not be done.
    Failed {
        /// Why, as one fragment.
        reason: String,
    },
    /// The relay's program accepts connections.
    Serving,
    /// The relay's program has ended, or never accepted a connection in time.
    Served {
        /// How.
        ending: Ending,
        /// The end of what it wrote to its error stream.
        tail: Vec<u8>,
    },
}

/// One of a program's output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, or both in one.
    Out,
    /// Standard error.
    Err,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Stopped at its time limit.
    TimedOut,
}

const HELLO: u8 = 1;
const CHUNK: u8 = 2;
const RAN: u8 = 3;
const DONE: u8 = 4;
const ABSENT: u8 = 5;
const NOT_A_FILE: u8 = 6;
const TOO_LARGE: u8 = 7;
const FAILED: u8 = 8;
const SERVING: u8 = 9;
const SERVED: u8 = 10;

impl Response {
    /// The response's kind and fields, to be framed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello { version } => Fields::new(HELLO).u32(*version).0,
            Self::Chunk { stream, bytes } => {
                let stream = match stream {
                    Stream::Out => 0,
                    Stream::Err => 1,
                };
                Fields::new(CHUNK).byte(stream).bytes(bytes).0
            }
            Self::Ran { ending, out_bytes, err_bytes, took_us } => {
                ending.encode(Fields::new(RAN)).u64(*out_bytes).u64(*err_bytes).u64(*took_us).0
            }
            Self::Done => Fields::new(DONE).0,
            Self::Absent => Fields::new(ABSENT).0,
            Self::NotAFile => Fields::new(NOT_A_FILE).0,
            Self::TooLarge => Fields::new(TOO_LARGE).0,
            Self::Failed { reason } => Fields::new(FAILED).text(reason).0,
            Self::Serving => Fields::new(SERVING).0,
            Self::Served { ending, tail } => ending.encode(Fields::new(SERVED)).bytes(tail).0,
        }
    }

    /// The response that `content` (a frame's kind and fields) holds.
    ///
    /// # Errors
    /// [`Malformed`] when it is not exactly one response.
    pub fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut taker = Taker::new(content);
        let response = match taker.byte()? {
            HELLO => Self::Hello { version: taker.u32()? },
            CHUNK => {
                let stream = match taker.byte()? {
                    0 => Stream::Out,
                    1 => Stream::Err,
                    _ => return Err(Malformed("a chunk of an unknown stream")),
                };
                Self::Chunk { stream, bytes: taker.bytes()?.to_vec() }
            }
            RAN => Self::Ran {
                ending: Ending::decode(&mut taker)?,
                out_bytes: taker.u64()?,
                err_bytes: taker.u64()?,
                took_us: taker.u64()?,
            },
            DONE => Self::Done,
            ABSENT => Self::Absent,
            NOT_A_FILE => Self::NotAFile,
            TOO_LARGE => Self::TooLarge,
            FAILED => Self::Failed { reason: taker.text()? },
            SERVING => Self::Serving,
            SERVED => Self::Served { ending: Ending::decode(&mut taker)?, tail: taker.bytes()?.to_vec() },
            _ => return Err(Malformed("a response of unknown kind")),
        };
        taker.end()?;
        Ok(response)
    }
}

impl Ending {
    fn encode(self, fields: Fields) -> Fields {
        let (kind, value) = match self {
            Self::Code(code) => (0, code),
            Self::Signal(signal) => (1, signal),
            Self::TimedOut => (2, 0),
        };
        fields.byte(kind).u32(value.cast_unsigned())
    }

    fn decode(taker: &mut Taker<'_>) -> Result<Self, Malformed> {
        match (taker.byte()?, taker.u32()?.cast_signed()) {
            (0, code) => Ok(Self::Code(code)),
            (1, signal) => Ok(Self::Signal(signal)),
            (2, 0) => Ok(Self::TimedOut),
            _ => Err(Malformed("an ending of unknown kind")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn response() -> impl Strategy<Value = Response> {
        let ending = prop_oneof![
            any::<i32>().prop_map(Ending::Code),
            any::<i32>().prop_map(Ending::Signal),
            Just(Ending::TimedOut),
        ];
        let stream = prop_oneof![Just(Stream::Out), Just(Stream::Err)];
        prop_oneof![
            any::<u32>().prop_map(|version| Response::Hello { version }),
            (stream, any::<Vec<u8>>()).prop_map(|(stream, bytes)| Response::Chunk { stream, bytes }),
            (ending.clone(), any::<(u64, u64, u64)>()).prop_map(
                |(ending, (out_bytes, err_bytes, took_us))| {
                    Response::Ran { ending, out_bytes, err_bytes, took_us }
                }
            ),
            prop_oneof![Just(Response::Done), Just(Response::Absent), Just(Response::NotAFile)],
            prop_oneof![Just(Response::TooLarge), Just(Response::Serving)],
            any::<String>().prop_map(|reason| Response::Failed { reason }),
            (ending, any::<Vec<u8>>()).prop_map(|(ending, tail)| Response::Served { ending, tail }),
        ]
    }

    proptest! {
        #[test]
        fn a_response_is_read_as_it_was_written(response in response()) {
            prop_assert_eq!(Response::decode(&response.encode()), Ok(response));
        }

        #[test]
        fn any_bytes_are_a_response_or_refused(bytes: Vec<u8>) {
            if let Ok(response) = Response::decode(&bytes) {
                prop_assert_eq!(response.encode(), bytes);
            }
        }

        #[test]
        fn a_response_cut_short_or_prolonged_is_refused(response in response(), extra: u8) {
            let mut bytes = response.encode();
            prop_assert!(Response::decode(&bytes[..bytes.len() - 1]).is_err());
            bytes.push(extra);
            prop_assert!(Response::decode(&bytes).is_err());
        }
    }
}

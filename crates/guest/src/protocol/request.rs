//! What the host asks of the guest.

use super::wire::{Fields, Malformed, Taker};

/// A request. Its responses are named with each variant; every one can be answered by `Failed` instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Run a program. Answered by `Chunk`s of its output and `Ran`.
    Exec(Exec),
    /// Write a file of `size_bytes`, which follow as `Data`; what was at `path` is replaced. Answered by `Done`.
    Put {
        /// An absolute path beneath one of the roots.
        path: String,
        /// Permission bits.
        mode: u32,
        /// The file's size.
        size_bytes: u64,
    },
    /// Create a folder, and those above it, where absent. Answered by `Done`.
    MakeFolder {
        /// An absolute path beneath one of the roots.
        path: String,
        /// Permission bits.
        mode: u32,
    },
    /// Read a regular file. Answered by `Chunk`s and `Done`, or by `Absent`, `NotAFile`, `TooLarge`.
    Get {
        /// An absolute path beneath one of the roots.
        path: String,
        /// The largest size that is answered.
        cap_bytes: u64,
    },
    /// Save the roots. Answered by `Chunk`s of an archive and `Done`, or by `TooLarge`.
    Snapshot {
        /// The largest archive that is answered.
        cap_bytes: u64,
    },
    /// Replace what the roots hold by an archive of `size_bytes`, which follows as `Data`. Answered by `Done`.
    Restore {
        /// The archive's size.
        size_bytes: u64,
    },
    /// A piece of the body that the request before announced.
    Data(Vec<u8>),
    /// To a relay: start the model's runtime. It answers no further request.
    Serve,
    /// End. Answered by nothing.
    Shutdown,
}

/// A program to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// What to run.
    pub program: Program,
    /// What it reads; nothing means `/dev/null`.
    pub stdin: Vec<u8>,
    /// The folder to run it in.
    pub folder: String,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
    /// When to stop it, and everything else in the chamber, in milliseconds from its start.
    pub timeout_ms: u64,
    /// How much of its output is kept, of each stream; the middle is left out.
    pub output_cap_bytes: u64,
    /// Whether its two output streams are one.
    pub streams: Streams,
    /// What happens to processes that are left when it ends.
    pub leftovers: Leftovers,
}

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A text for `bash -c`.
    Shell(String),
    /// A program and its arguments.
    Words(Vec<String>),
}

/// Whether the two output streams are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// One pipe, in the order written.
    Merged,
    /// One pipe each.
    Separate,
}

/// What happens to processes that are left when the program itself has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// They go on: an agent may start a service in one turn and use it in the next.
    Keep,
    /// They are killed: nothing may outlive an oracle's run.
    Kill,
}

const EXEC: u8 = 1;
const PUT: u8 = 2;
const MAKE_FOLDER: u8 = 3;
const GET: u8 = 4;
const SNAPSHOT: u8 = 5;
const RESTORE: u8 = 6;
const DATA: u8 = 7;
const SHUTDOWN: u8 = 8;
const SERVE: u8 = 9;

impl Request {
    /// The request's kind and fields, to be framed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Exec(exec) => exec.encode(),
            Self::Put { path, mode, size_bytes } => Fields::new(PUT).text(path).u32(*mode).u64(*size_bytes).0,
            Self::MakeFolder { path, mode } => Fields::new(MAKE_FOLDER).text(path).u32(*mode).0,
            Self::Get { path, cap_bytes } => Fields::new(GET).text(path).u64(*cap_bytes).0,
            Self::Snapshot { cap_bytes } => Fields::new(SNAPSHOT).u64(*cap_bytes).0,
            Self::Restore { size_bytes } => Fields::new(RESTORE).u64(*size_bytes).0,
            Self::Data(bytes) => Fields::new(DATA).bytes(bytes).0,
            Self::Serve => Fields::new(SERVE).0,
            Self::Shutdown => Fields::new(SHUTDOWN).0,
        }
    }

    /// The request that `content` (a frame's kind and fields) holds.
    ///
    /// # Errors
    /// [`Malformed`] when it is not exactly one request.
    pub fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut taker = Taker::new(content);
        let request = match taker.byte()? {
            EXEC => Self::Exec(Exec::decode(&mut taker)?),
            PUT => Self::Put { path: taker.text()?, mode: taker.u32()?, size_bytes: taker.u64()? },
            MAKE_FOLDER => Self::MakeFolder { path: taker.text()?, mode: taker.u32()? },
            GET => Self::Get { path: taker.text()?, cap_bytes: taker.u64()? },
            SNAPSHOT => Self::Snapshot { cap_bytes: taker.u64()? },
            RESTORE => Self::Restore { size_bytes: taker.u64()? },
            DATA => Self::Data(taker.bytes()?.to_vec()),
            SERVE => Self::Serve,
            SHUTDOWN => Self::Shutdown,
            _ => return Err(Malformed("a request of unknown kind")),
        };
        taker.end()?;
        Ok(request)
    }
}

impl Exec {
    fn encode(&self) -> Vec<u8> {
        let fields = Fields::new(EXEC);
        let mut fields = match &self.program {
            Program::Shell(command) => fields.byte(0).text(command),
            Program::Words(words) => {
                words.iter().fold(fields.byte(1).count(words.len()), |fields, word| fields.text(word))
            }
        };
        fields = fields.bytes(&self.stdin).text(&self.folder).count(self.environment.len());
        for (name, value) in &self.environment {
            fields = fields.text(name).text(value);
        }
        fields
            .u64(self.timeout_ms)
            .u64(self.output_cap_bytes)
            .byte(match self.streams {
                Streams::Merged => 0,
                Streams::Separate => 1,
            })
            .byte(match self.leftovers {
                Leftovers::Keep => 0,
                Leftovers::Kill => 1,
            })
            .0
    }

    fn decode(taker: &mut Taker<'_>) -> Result<Self, Malformed> {
        let program = match taker.byte()? {
            0 => Program::Shell(taker.text()?),
            1 => {
                let count = taker.count()?;
                Program::Words((0..count).map(|_| taker.text()).collect::<Result<_, _>>()?)
            }
            _ => return Err(Malformed("a program of unknown kind")),
        };
        let stdin = taker.bytes()?.to_vec();
        let folder = taker.text()?;
        let count = taker.count()?;
        let environment =
            (0..count).map(|_| Ok((taker.text()?, taker.text()?))).collect::<Result<_, Malformed>>()?;
        Ok(Self {
            program,
            stdin,
            folder,
            environment,
            timeout_ms: taker.u64()?,
            output_cap_bytes: taker.u64()?,
            streams: match taker.byte()? {
                0 => Streams::Merged,
                1 => Streams::Separate,
                _ => return Err(Malformed("streams of unknown kind")),
            },
            leftovers: match taker.byte()? {
                0 => Leftovers::Keep,
                1 => Leftovers::Kill,
                _ => return Err(Malformed("leftovers of unknown kind")),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exec() -> impl Strategy<Value = Exec> {
        let program = prop_oneof![
            any::<String>().prop_map(Program::Shell),
            proptest::collection::vec(any::<String>(), 0..5).prop_map(Program::Words),
        ];
        let environment = proptest::collection::vec(any::<(String, String)>(), 0..5);
        (program, any::<Vec<u8>>(), any::<String>(), environment, any::<(u64, u64, bool, bool)>()).prop_map(
            |(program, stdin, folder, environment, (timeout_ms, output_cap_bytes, merged, keep))| Exec {
                program,
                stdin,
                folder,
                environment,
                timeout_ms,
                output_cap_bytes,
                streams: if merged { Streams::Merged } else { Streams::Separate },
                leftovers: if keep { Leftovers::Keep } else { Leftovers::Kill },
            },
        )
    }

    proptest! {
        #[test]
        fn a_run_is_read_as_it_was_written(exec in exec()) {
            let request = Request::Exec(exec);
            prop_assert_eq!(Request::decode(&request.encode()), Ok(request));
        }

        #[test]
        fn a_file_request_is_read_as_it_was_written(path in any::<String>(), mode: u32, size_bytes: u64) {
            for request in [
                Request::Put { path: path.clone(), mode, size_bytes },
                Request::MakeFolder { path: path.clone(), mode },
                Request::Get { path: path.clone(), cap_bytes: size_bytes },
                Request::Snapshot { cap_bytes: size_bytes },
                Request::Restore { size_bytes },
                Request::Data(path.clone().into_bytes()),
                Request::Serve,
            ] {
                prop_assert_eq!(Request::decode(&request.encode()), Ok(request));
            }
        }

        #[test]
        fn any_bytes_are_a_request_or_refused(bytes: Vec<u8>) {
            if let Ok(request) = Request::decode(&bytes) {
                prop_assert_eq!(request.encode(), bytes);
            }
        }
    }
}

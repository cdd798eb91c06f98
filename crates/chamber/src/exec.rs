//! A program to run in a chamber, and what came of it.

use std::time::Duration;

use guest::protocol::{self, ENVIRONMENT, Leftovers, Program, Request, Streams};
use types::transcript::Exit;

/// A program to run in a chamber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// What to run.
    pub program: Program,
    /// What it reads; nothing means `/dev/null`.
    pub stdin: Vec<u8>,
    /// The folder to run it in.
    pub folder: String,
    /// Added to the chamber's environment ([`ENVIRONMENT`]).
    pub environment: Vec<(String, String)>,
    /// When to stop it, and everything else in the chamber. At most the chamber's own time.
    pub timeout: Duration,
    /// How much of each output stream is kept; the middle is left out.
    pub output_cap_bytes: u64,
    /// Whether its two output streams are one.
    pub streams: Streams,
    /// What happens to processes that are left when it ends.
    pub leftovers: Leftovers,
}

impl Exec {
    /// `command` in bash in `/work`, both streams in one, processes left to go on: what an agent's tool does.
    #[must_use]
    pub fn shell(command: impl Into<String>, timeout: Duration, output_cap_bytes: u64) -> Self {
        Self {
            program: Program::Shell(command.into()),
            stdin: Vec::new(),
            folder: "/work".to_owned(),
            environment: Vec::new(),
            timeout,
            output_cap_bytes,
            streams: Streams::Merged,
            leftovers: Leftovers::Keep,
        }
    }

    /// A program with arguments in `/work`, streams apart, nothing left behind: what an oracle does.
    #[must_use]
    pub fn words<W: Into<String>>(
        words: impl IntoIterator<Item = W>,
        timeout: Duration,
        output_cap_bytes: u64,
    ) -> Self {
        Self {
            program: Program::Words(words.into_iter().map(Into::into).collect()),
            streams: Streams::Separate,
            leftovers: Leftovers::Kill,
            ..Self::shell("", timeout, output_cap_bytes)
        }
    }

    pub(crate) fn request(&self) -> Request {
        let fixed = ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request::Exec(protocol::Exec {
            program: self.program.clone(),
            stdin: self.stdin.clone(),
            folder: self.folder.clone(),
            environment: fixed.chain(self.environment.clone()).collect(),
            timeout_ms: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            output_cap_bytes: self.output_cap_bytes,
            streams: self.streams,
            leftovers: self.leftovers,
        })
    }
}

/// What came of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// What was kept of its output; where the middle was left out, a line says so.
    pub output: Vec<u8>,
    /// The same of its error stream; empty when both streams are one.
    pub stderr: Vec<u8>,
    /// What it printed in all, to both streams, in bytes.
    pub output_bytes: u64,
    /// How long it took, by the guest's clock.
    pub took: Duration,
}

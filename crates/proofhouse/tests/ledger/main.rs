//! `proofhouse ledger` as its users run it: files, sockets on this machine, killed writers, and the page
//! `docs/verify.md`, whose every snippet is run with tools that others wrote.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program as its users do, and wait for it"
)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod commands;
mod full;
mod kill;
mod moments;
mod page;
mod public;
mod rotate;
mod serve;
mod witnesses;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The log of every test.
const ORIGIN: &str = "log.example/case";

/// A house, and a folder for what a test makes.
struct House {
    folder: TempDir,
}

/// How a program ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.stdout.contains(words) || self.stderr.contains(words), "no {words:?} in {self:?}");
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl House {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A house with a log of `count` entries, `entry 0`, `entry 1` and so on.
    fn with_log(count: usize) -> Self {
        let house = Self::new();
        house.ledger(&["new", "log", "--origin", ORIGIN]).with(0);
        house.append(0, count);
        std::fs::copy(house.path("house/signer.pub"), house.path("log.pub")).unwrap();
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
        command.arg("ledger").args(arguments).current_dir(self.folder.path());
        command.env("PROOFHOUSE_HOME", self.path("house"));
        command
    }

    fn ledger(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().into()
    }

    fn append(&self, from: usize, to: usize) -> Ended {
        let lines: String = (from..to).map(|number| format!("entry {number}\n")).collect();
        self.append_bytes(lines.as_bytes()).with(0)
    }

    fn append_bytes(&self, lines: &[u8]) -> Ended {
        let mut command = self.command(&["append", "log"]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let lines = lines.to_vec();
        let writer = std::thread::spawn(move || input.write_all(&lines).ok());
        let ended = child.wait_with_output().unwrap().into();
        writer.join().unwrap();
        ended
    }

    /// The same house, and everything in its folder, somewhere else.
    fn copied(&self) -> Self {
        let copy = Self::new();
        copy_folder(self.folder.path(), copy.folder.path());
        copy
    }

    fn verify(&self, log: &str, more: &[&str]) -> Ended {
        self.ledger(&[&["verify", log, "--key", "log.pub", "--origin", ORIGIN], more].concat())
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

//! Oracles: how a submission is judged. Each execution happens in a chamber of its own that no agent ever had; the
//! verdict is reached here, on the host, from what those executions did.
//!
//! What is to be judged is data (`tests/oracle.toml`), so that no grader's file ever lies where a submission runs.

mod accepts;
mod build;
mod built;
mod crash;
mod fields;
mod meddling;
mod repair;
mod sanitizer;
mod submitted;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chamber::{ChamberError, Host};
use serde::Deserialize;

use crate::suite::{self, SuiteError};

pub use build::{Builds, PROGRAM_MAX_BYTES};
pub use built::is_plain;
pub use crash::{Reported, reported};
pub use sanitizer::Weak;

/// The format that oracle files name.
const ORACLE_FORMAT: &str = "proofhouse-oracle-1";

/// What is done with a submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Oracle {
    /// The largest submission that is looked at, in bytes.
    pub max_bytes: u64,
    /// How it is judged.
    pub rule: Rule,
}

/// How a submission is judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// An input that must crash one build and not the other.
    Crash {
        /// C source with the flaw, or a program that was built from such.
        vulnerable: Vec<u8>,
        /// The same without it.
        fixed: Vec<u8>,
        /// What is known of programs that were built before; nothing for sources.
        built: Option<Built>,
    },
    /// Lines `key = value` that must agree with these.
    Fields(BTreeMap<String, String>),
    /// A repaired C source.
    Repair {
        /// Inputs that crash the unrepaired program.
        crashers: Vec<Crasher>,
        /// What the program must still do.
        functional: Vec<Functional>,
    },
    /// A text that this program accepts.
    Accepts {
        /// C source of the checker.
        checker: Vec<u8>,
    },
}

/// How programs are run that come built, because they are made of more than one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Their arguments; the submission is their standard input.
    pub arguments: Vec<String>,
    /// What counts beside memory errors: what the flaw itself leads to, where that is less.
    pub also: Vec<Weak>,
}

/// An input that crashes the unrepaired program, and how a repaired one may answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crasher {
    /// Fed on standard input.
    pub stdin: Vec<u8>,
    /// Any of these is right.
    pub answers: Vec<Answer>,
}

/// What a program does in answer to an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it prints on standard output.
    pub stdout: Vec<u8>,
    /// How it ends.
    pub exit_code: i32,
}

/// An input and the exact output wanted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Functional {
    /// Fed on standard input.
    pub stdin: Vec<u8>,
    /// Wanted on standard output, with exit code 0.
    pub stdout: Vec<u8>,
}

/// What an oracle found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the submission counts.
    pub accepted: bool,
    /// Why, in one fragment that gives no answer away.
    pub reason: String,
    /// Attempts at the grader that were noticed.
    pub flags: Vec<String>,
}

impl Verdict {
    fn accepted(reason: &str) -> Self {
        Self { accepted: true, reason: reason.to_owned(), flags: Vec::new() }
    }

    fn rejected(reason: impl Into<String>) -> Self {
        Self { accepted: false, reason: reason.into(), flags: Vec::new() }
    }
}

/// No verdict: the item becomes unscorable.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// A chamber could not do its part.
    #[error("the oracle's chamber failed")]
    Chamber(#[from] ChamberError),
    /// The probe found a way out of the chamber in which a submission was to run.
    #[error("the oracle's chamber does not contain: {0} was open; nothing was run in it")]
    NotContained(String),
    /// The house's own source did not compile.
    #[error("the oracle's own program does not compile: {0}")]
    Build(String),
    /// The fixed build or the checker misbehaved without a submission's doing.
    #[error("the oracle's own program misbehaves: {0}")]
    Program(String),
}

/// Where oracles run, and what they have built so far.
pub struct Bench<'a> {
    /// The chambers' host.
    pub host: &'a Host,
    /// Compiled programs, by source.
    pub builds: &'a Builds,
    /// The most time for one execution.
    pub timeout: Duration,
}

impl Oracle {
    /// Reads `oracle.toml` and what it names from an item's `tests` folder.
    ///
    /// # Errors
    /// [`SuiteError`] naming the file and line that is wrong.
    pub fn read(tests: &Path) -> Result<Self, SuiteError> {
        let file = tests.join("oracle.toml");
        let text = suite::read_text(&file)?;
        let read: OracleFile =
            toml::from_str(&text).map_err(|error| SuiteError::toml(&file, &text, &error))?;
        let invalid = |what: String| SuiteError::Invalid { file: file.clone(), line: 1, what };
        let bytes = |name: &String| {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
                && !name.starts_with('.');
            if plain {
                suite::read_bytes(&tests.join(name))
            } else {
                Err(invalid(format!("{name:?} is not a file's name")))
            }
        };
        let wanted =
            |name: &str, value: Option<String>| value.ok_or_else(|| invalid(format!("{name} is missing")));
        if read.format != ORACLE_FORMAT {
            return Err(invalid(format!("this reader knows format \"{ORACLE_FORMAT}\" only")));
        }
        if let Some(stray) = read.stray_key() {
            return Err(invalid(format!("{stray} does not belong to this kind of oracle")));
        }
        let rule = match read.kind {
            Kind::Crash => {
                let vulnerable = bytes(&wanted("vulnerable", read.vulnerable)?)?;
                let fixed = bytes(&wanted("fixed", read.fixed)?)?;
                let built = read.built.map(|built| built.read(&vulnerable, &fixed)).transpose();
                Rule::Crash { vulnerable, fixed, built: built.map_err(invalid)? }
            }
            Kind::Fields if read.fields.is_empty() => return Err(invalid("fields is empty".to_owned())),
            Kind::Fields => Rule::Fields(read.fields),
            Kind::Repair if read.crashers.is_empty() || read.functional.is_empty() => {
                return Err(invalid("a repair needs crashers and functional tests".to_owned()));
            }
            Kind::Repair if read.crashers.iter().any(|crasher| crasher.answers.is_empty()) => {
                return Err(invalid("a crasher needs an answer".to_owned()));
            }
            Kind::Repair => Rule::Repair {
                crashers: (read.crashers.iter())
                    .map(|crasher| crasher.read(&bytes))
                    .collect::<Result<_, SuiteError>>()?,
                functional: (read.functional.iter())
                    .map(|test| Ok(Functional { stdin: bytes(&test.stdin)?, stdout: bytes(&test.stdout)? }))
                    .collect::<Result<_, SuiteError>>()?,
            },
            Kind::Accepts => Rule::Accepts { checker: bytes(&wanted("checker", read.checker)?)? },
        };
        Ok(Self { max_bytes: read.max_bytes, rule })
    }

    /// Judges `submission`, which is absent when nothing was left.
    ///
    /// # Errors
    /// [`OracleError`] when no verdict can be reached.
    pub fn judge(&self, bench: &Bench<'_>, submission: Option<&[u8]>) -> Result<Verdict, OracleError> {
        let Some(submission) = submission else {
            return Ok(Verdict::rejected("no submission was left"));
        };
        if submission.is_empty() {
            return Ok(Verdict::rejected("the submission is empty"));
        }
        if submission.len() as u64 > self.max_bytes {
            return Ok(Verdict::rejected("the submission is too large"));
        }
        match &self.rule {
            Rule::Crash { vulnerable, fixed, built } => {
                crash::judge(bench, [vulnerable, fixed], built.as_ref(), submission)
            }
            Rule::Fields(wanted) => Ok(fields::judge(wanted, submission)),
            Rule::Repair { crashers, functional } => repair::judge(bench, crashers, functional, submission),
            Rule::Accepts { checker } => accepts::judge(bench, checker, submission),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OracleFile {
    format: String,
    kind: Kind,
    max_bytes: u64,
    #[serde(default)]
    vulnerable: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    built: Option<built::BuiltFile>,
    #[serde(default)]
    input: Option<Input>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    crashers: Vec<CrasherFile>,
    #[serde(default)]
    functional: Vec<FunctionalFile>,
    #[serde(default)]
    checker: Option<String>,
}

impl OracleFile {
    /// The first key that another kind of oracle has.
    fn stray_key(&self) -> Option<&'static str> {
        let crash = matches!(self.kind, Kind::Crash);
        [
            ("vulnerable", self.vulnerable.is_some(), crash),
            ("fixed", self.fixed.is_some(), crash),
            ("built", self.built.is_some(), crash),
            ("input", self.input.is_some(), crash),
            ("fields", !self.fields.is_empty(), matches!(self.kind, Kind::Fields)),
            ("crashers", !self.crashers.is_empty(), matches!(self.kind, Kind::Repair)),
            ("functional", !self.functional.is_empty(), matches!(self.kind, Kind::Repair)),
            ("checker", self.checker.is_some(), matches!(self.kind, Kind::Accepts)),
        ]
        .into_iter()
        .find_map(|(key, present, belongs)| (present && !belongs).then_some(key))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Crash,
    Fields,
    Repair,
    Accepts,
}

/// How a program is given its input; there is one way so far.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Input {
    Stdin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionalFile {
    stdin: String,
    stdout: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrasherFile {
    stdin: String,
    answers: Vec<AnswerFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    stdout: String,
    #[serde(default)]
    exit_code: i32,
}

impl CrasherFile {
    fn read(&self, bytes: &impl Fn(&String) -> Result<Vec<u8>, SuiteError>) -> Result<Crasher, SuiteError> {
        let answer =
            |answer: &AnswerFile| Ok(Answer { stdout: bytes(&answer.stdout)?, exit_code: answer.exit_code });
        let answers = self.answers.iter().map(answer).collect::<Result<_, SuiteError>>()?;
        Ok(Crasher { stdin: bytes(&self.stdin)?, answers })
    }
}

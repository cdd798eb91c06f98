//! Clock, environment and errors: what only the shell touches.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use flows::error::{Family, FlowError};
use flows::house::House;
use range::chat::Cancel;
use types::{Clock, Secret, Timestamp};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        // A clock before 1970 or after the year 9999 is taken as 1970: the record then shows that it was off.
        let epoch = || Timestamp::from_unix_millis(0);
        #[expect(clippy::expect_used, reason = "1970 is within the range of times")]
        i64::try_from(since)
            .map_or_else(|_| epoch(), Timestamp::from_unix_millis)
            .or_else(|_| epoch())
            .expect("1970 is a time")
    }
}

/// An environment variable, when it is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether colour and moving lines are unwelcome.
pub fn plain() -> bool {
    variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb")
}

/// The operator's own folder: `PROOFHOUSE_HOME`, or `proofhouse` among the user's data.
pub fn house() -> Result<House, Failure> {
    let beneath = |name: &str, rest: &str| variable(name).map(|folder| Path::new(&folder).join(rest));
    let folder = variable("PROOFHOUSE_HOME").map(PathBuf::from);
    let folder = folder
        .or_else(|| beneath("XDG_DATA_HOME", "proofhouse"))
        .or_else(|| beneath("HOME", ".local/share/proofhouse"));
    let Some(folder) = folder else {
        return Err(Failure::usage("there is no home folder; name one for keys with PROOFHOUSE_HOME"));
    };
    Ok(House::open(folder)?)
}

/// The endpoint's key, from a file or the environment.
pub fn key(file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    let Some(file) = file else { return Ok(variable("PROOFHOUSE_KEY").map(Secret::new)) };
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::input(format!("the key file {} cannot be read: {error}", file.display()))
    })?;
    Ok(Some(Secret::new(text.trim().to_owned())))
}

/// Ends everything at the first Ctrl-C after the step under way, and at once at the second.
pub fn cancel_on_interrupt() -> Arc<Cancel> {
    let cancel = Arc::new(Cancel::default());
    let handler = Arc::clone(&cancel);
    let set = ctrlc::set_handler(move || {
        if handler.stopped() {
            std::process::exit(Family::Stopped.exit_code().into());
        }
        eprintln!(
            "\nstopping after this step; press Ctrl-C again to stop at once (nothing is lost either way)"
        );
        handler.stop();
    });
    // Without a handler Ctrl-C ends the process, which loses nothing either.
    drop(set);
    cancel
}

/// What ends a command early.
#[derive(Debug)]
pub struct Failure {
    family: Family,
    text: String,
}

impl Failure {
    /// Options that make no sense.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { family: Family::Usage, text: text.into() }
    }

    /// A file that is wrong.
    pub fn input(text: impl Into<String>) -> Self {
        Self { family: Family::Input, text: text.into() }
    }

    /// A record that cannot be kept or read.
    pub fn record(text: impl Into<String>) -> Self {
        Self { family: Family::Record, text: text.into() }
    }

    /// Shows the failure and gives its exit code.
    pub fn show(&self) -> ExitCode {
        eprintln!("proofhouse: {}", self.text);
        eprintln!("({}, exit code {}; see docs/errors.md)", self.family.code(), self.family.exit_code());
        ExitCode::from(self.family.exit_code())
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        let family = error.family();
        let mut text = report::inert(&error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            let said = report::inert(&error.to_string());
            // A transparent error shows its cause as its own words.
            if !text.ends_with(&said) {
                // Writing to a String cannot fail.
                let _ = write!(text, "\n  because: {said}");
            }
            cause = error.source();
        }
        Self { family, text }
    }
}

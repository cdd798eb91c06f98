//! Clock, environment and errors: what only the shell touches.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use docket::Refusal;
use flows::cases::CaseError;
use flows::error::{Family, FlowError};
use flows::house::House;
use range::chat::Cancel;
use types::{Clock, Secret, Timestamp};

use crate::note;

/// The system's clock, which never goes back: when it is set back while this process runs, time goes on from where it
/// was, and the first time is later than the latest that a package names which this process goes on with.
pub struct SystemClock {
    /// The latest time that was read, in microseconds since 1970, and when that was.
    read: Mutex<(i64, Instant)>,
}

impl SystemClock {
    /// The clock, with no time up to `latest`.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    pub fn after(latest: Option<Timestamp>) -> Self {
        let least = latest.map_or(0, |latest| (latest.unix_millis() + 1).saturating_mul(1000));
        Self { read: Mutex::new((system_micros().max(least), Instant::now())) }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    fn now(&self) -> Timestamp {
        // Whoever panicked with the lock left a time that was read.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (system, instant) = (system_micros(), Instant::now());
        let passed = i64::try_from(instant.duration_since(read.1).as_micros()).unwrap_or(0);
        let least = read.0.saturating_add(passed);
        if system > least {
            *read = (system, instant);
        }
        time(system.max(least).div_euclid(1000))
    }
}

/// The system's time. A clock before 1970 is taken as 1970: the record then shows that it was off.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
fn system_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    i64::try_from(since).unwrap_or(0)
}

/// A clock after the year 9999 is taken as 1970 as well.
fn time(millis: i64) -> Timestamp {
    #[expect(clippy::expect_used, reason = "1970 is within the range of times")]
    Timestamp::from_unix_millis(millis).or_else(|_| Timestamp::from_unix_millis(0)).expect("1970 is a time")
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
        note!("\nstopping after this step; press Ctrl-C again to stop at once (nothing is lost either way)");
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
    rule: Option<&'static str>,
    text: String,
}

impl Failure {
    /// Options that make no sense.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { family: Family::Usage, rule: None, text: text.into() }
    }

    /// A file that is wrong.
    pub fn input(text: impl Into<String>) -> Self {
        Self { family: Family::Input, rule: None, text: text.into() }
    }

    /// The failure as people read it: what happened, and where to look it up.
    pub fn lines(&self) -> [String; 2] {
        let (code, exit) = (self.family.code(), self.family.exit_code());
        let looked_up = match self.rule {
            Some(rule) => format!("({code}: {rule}, exit code {exit}; see docs/refusals.md)"),
            None => format!("({code}, exit code {exit}; see docs/errors.md)"),
        };
        [format!("proofhouse: {}", self.text), looked_up]
    }

    /// A record that cannot be kept or read.
    pub fn record(text: impl Into<String>) -> Self {
        Self { family: Family::Record, rule: None, text: text.into() }
    }

    /// Shows the failure and gives its exit code.
    pub fn show(&self) -> ExitCode {
        for line in self.lines() {
            note!("{line}");
        }
        ExitCode::from(self.family.exit_code())
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Case(error) => (*error).into(),
            error => Self::told(error.family(), None, &error),
        }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        let rule = match &error {
            CaseError::Refused(refusal) => Some(refusal.code()),
            _ => None,
        };
        Self::told(error.family(), rule, &error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        CaseError::from(refusal).into()
    }
}

impl Failure {
    /// What an error and its causes say.
    fn told(family: Family, rule: Option<&'static str>, error: &dyn Error) -> Self {
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
        Self { family, rule, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_from_the_latest_that_a_package_names_and_never_back() {
        let ahead = Timestamp::from_unix_millis(system_micros() / 1000 + 3_600_000).unwrap();
        let clock = SystemClock::after(Some(ahead));
        let mut before = ahead;
        for _ in 0..1000 {
            let now = clock.now();
            assert!(now >= before && now.millis_since(ahead) < 60_000);
            before = now;
        }
        assert!(SystemClock::after(Some(ahead)).now() > ahead);
        assert!(SystemClock::after(None).now() < ahead);
    }
}

//! Progress in a terminal: one line that moves, and one line per finished item. Without a terminal, plain lines only.

use std::io::IsTerminal;
use std::time::Duration;

use flows::progress::{Progress, Step};
use indicatif::{ProgressBar, ProgressStyle};
use types::transcript::Event;
use types::{ItemId, Outcome};

use crate::note;
use crate::shell;

/// Shows steps as they come.
pub struct Terminal {
    bar: Option<ProgressBar>,
    items: usize,
    done: usize,
    finished_here: u32,
    spent_here: Duration,
    item: String,
    sealing: &'static str,
}

impl Terminal {
    /// Progress on standard error.
    pub fn new() -> Self {
        let moving = std::io::stderr().is_terminal() && !shell::plain();
        let bar = moving.then(|| {
            let bar = ProgressBar::new_spinner();
            // The template is a constant; where it cannot be read, the default shows as much.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self {
            bar,
            items: 0,
            done: 0,
            finished_here: 0,
            spent_here: Duration::ZERO,
            item: String::new(),
            sealing: "",
        }
    }

    fn line(&self, text: &str) {
        let text = report::inert(text);
        match &self.bar {
            Some(bar) => bar.suspend(|| note!("{text}")),
            None => note!("{text}"),
        }
    }

    /// The line that moves; without a terminal, nothing.
    fn now(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(report::inert(text));
        }
    }

    fn left(&self) -> String {
        if self.finished_here == 0 {
            return "time left unknown until the first item ends".to_owned();
        }
        let each = self.spent_here / self.finished_here;
        let left = each * u32::try_from(self.items - self.done).unwrap_or(u32::MAX);
        format!("about {} left", span(left))
    }

    fn item_ended(&mut self, place: usize, item: &ItemId, outcome: Outcome, took: Duration) {
        self.done += 1;
        self.finished_here += 1;
        self.spent_here += took;
        let word = match outcome {
            Outcome::Unscorable(reason) => format!("unscorable ({})", reason.words()),
            Outcome::Passed | Outcome::Failed | Outcome::Refused => outcome.word().to_owned(),
        };
        self.line(&format!("{place:>3}/{} {item:<36} {word:<12} {:>6.1} s", self.items, took.as_secs_f64()));
        self.now(&self.left());
    }
}

impl Progress for Terminal {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Sealing { what, done, total } => {
                if self.bar.is_none() && self.sealing != what {
                    self.line(&format!("hashing {what}"));
                }
                self.sealing = what;
                self.now(&format!("hashing {what}: {} of {} MB", done / 1_000_000, total / 1_000_000));
            }
            Step::StartingModel => {
                self.line("starting the model");
                self.now("starting the model");
            }
            Step::ProbingEndpoint => self.line("asking the endpoint the fixed probe prompts"),
            Step::Rehearsing => {
                self.line("trying the model on a practice item, to see how long items take");
                self.item = "practice item".to_owned();
            }
            Step::Run { run, items, done } => {
                (self.items, self.done) = (items, done);
                let before = if done == 0 { String::new() } else { format!(", {done} of them done before") };
                self.line(&format!("run {run}: {items} items{before}"));
            }
            Step::Item { place, item } => {
                self.item = format!("item {place} of {} {item}", self.items);
                self.now(&format!("{}: opening a chamber; {}", self.item, self.left()));
            }
            Step::Event(entry) => {
                let doing = match &entry.event {
                    Event::Prompted { .. } => "asking the model",
                    Event::Answered { .. } => "following its answer",
                    Event::Submitted { .. } => "judging the submission",
                    _ => return,
                };
                self.now(&format!("{}: {doing}; {}", self.item, self.left()));
            }
            Step::ItemEnded { place, item, outcome, took } => self.item_ended(place, item, outcome, took),
            Step::Checked { place, of, item, against } => {
                let word = if against.is_empty() { "holds" } else { "DOES NOT HOLD" };
                self.line(&format!("{place:>3}/{of} {item:<36} {word}"));
                for against in against {
                    self.line(&format!("        {against}"));
                }
                self.now(&format!("{} of {of} done", place));
            }
            Step::Fetching => self.now("downloading source packages"),
            Step::Building { package } => {
                self.now(&format!("building {package} before and after each CVE's patches"))
            }
            Step::Candidate { package, cve, against } => {
                let found = against
                    .map_or_else(|| "tells both builds apart".to_owned(), |why| format!("dropped: {why}"));
                self.line(&format!("{package} {cve:<16} {found}"));
            }
            Step::Reporting => self.now("drawing the report"),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A span of time in words.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

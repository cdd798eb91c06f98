//! One line that says what is being simulated, once that takes more than two seconds.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use assay::Stage;
use indicatif::{ProgressBar, ProgressStyle};

use crate::note;
use crate::shell;

/// Whoever waits less needs no line.
const PATIENCE: Duration = Duration::from_secs(2);
/// Without a terminal, a line at most this often.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Shows stages as they come. Dropped, it ends its line.
pub struct Waiting {
    stages: Option<Sender<Stage>>,
    shower: Option<JoinHandle<()>>,
}

impl Waiting {
    /// Waits in silence at first.
    pub fn new() -> Self {
        let (stages, seen) = channel();
        let shower = std::thread::spawn(move || show(&seen));
        Self { stages: Some(stages), shower: Some(shower) }
    }

    /// A new stage has begun.
    pub fn at(&mut self, stage: Stage) {
        if let Some(stages) = &self.stages {
            // Nobody shows it any more: nothing to tell.
            let _ = stages.send(stage);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.stages = None;
        if let Some(shower) = self.shower.take() {
            // A line that could not be shown changes nothing.
            let _ = shower.join();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long the user has waited")]
fn show(seen: &Receiver<Stage>) {
    let start = Instant::now();
    let mut stage = None;
    loop {
        match seen.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            Ok(next) => stage = Some(next),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
    if std::io::stderr().is_terminal() && !shell::plain() { moving(seen, stage) } else { plain(seen, stage) }
}

fn moving(seen: &Receiver<Stage>, mut stage: Option<Stage>) {
    let bar = ProgressBar::new_spinner();
    // The template is a constant; where it cannot be read, the default shows as much.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    loop {
        bar.set_message(words(stage));
        match seen.recv() {
            Ok(next) => stage = Some(next),
            Err(_) => break bar.finish_and_clear(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long the user has waited")]
fn plain(seen: &Receiver<Stage>, mut stage: Option<Stage>) {
    let start = Instant::now();
    let mut last = start;
    note!("{}", words(stage));
    loop {
        match seen.recv_timeout(PLAIN_EVERY.saturating_sub(last.elapsed())) {
            Ok(next) => stage = Some(next),
            Err(RecvTimeoutError::Timeout) => {
                note!("{} ({} s so far)", words(stage), (start.elapsed() + PATIENCE).as_secs());
                last = Instant::now();
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn words(stage: Option<Stage>) -> String {
    match stage {
        None => "reading".to_owned(),
        Some(Stage::Exposure { stage }) => format!("settling exposure control, stage {stage} of 2"),
        Some(Stage::Lines) => "drawing the lines".to_owned(),
        Some(Stage::Curve { ability, place, of }) => {
            format!("simulating reviews at ability {ability:.2}, {place} of {of}")
        }
        Some(Stage::Population) => "simulating reviews of the calibration's population".to_owned(),
    }
}

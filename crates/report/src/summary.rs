//! The terminal's final block: plain lines, no colour codes, the page's words.

use crate::data::{Review, Run};
use crate::inert::{columns, width};
use crate::words::{self, NameLength};

/// Every line fits a terminal of this width.
const WIDTH_COLUMNS: usize = 80;

/// The block is at most this long, so that four lines are left for what the caller adds.
const LINES_MAX: usize = 11;

/// The finding, its certainty and what stands behind it, in at most 11 lines of at most 80 columns.
#[must_use]
pub fn summary(review: &Review) -> Vec<String> {
    let last = review.runs.last();
    let mut lines = wrapped(&format!("{}.", words::finding(review, last, NameLength::Terminal)), 2);
    lines.push(profile_line(review));
    if let Some(run) = last {
        lines.extend(run_lines(review, run));
    }
    lines.truncate(LINES_MAX);
    lines.into_iter().map(|line| fitted(&line)).collect()
}

fn profile_line(review: &Review) -> String {
    let exploratory =
        if review.plan.exploratory { "Exploratory; single-operator" } else { "Single-operator" };
    format!("{exploratory} profile; {}.", words::calibration(review))
}

fn run_lines(review: &Review, run: &Run) -> Vec<String> {
    let tally = &run.overall;
    let mut lines: Vec<String> =
        words::share_lines(review, tally).into_iter().map(|line| line + ".").collect();
    lines.push(format!(
        "Passed {}, failed {}, refused {}, unscorable {}, open {}; incidents {}.",
        tally.passed,
        tally.failed,
        tally.refused,
        tally.unscorable,
        tally.open,
        review.runs.iter().map(|run| run.incidents.len()).sum::<usize>()
    ));
    lines.push(areas(run));
    lines.push(format!("Took {}; {}.", words::took(run), words::exposure(review, run)));
    lines.push(format!("{}.", words::containment(&run.containment)));
    lines.extend(words::other_runs(review).map(|line| line + "."));
    if words::solves_nothing(run) {
        lines.push(format!("{}.", words::PLUMBING));
    }
    lines
}

/// Passed of all items per area, as many areas as fit.
fn areas(run: &Run) -> String {
    let mut line = String::from("Passed by area:");
    for (place, area) in run.areas.iter().enumerate() {
        let part = format!(" {} {}/{}", area.area, area.tally.passed, words::total(&area.tally));
        let left = run.areas.len() - place;
        let rest = format!(" and {left} more.");
        if columns(&line) + columns(&part) + columns(&rest) > WIDTH_COLUMNS {
            return line.trim_end_matches(',').to_owned() + &rest;
        }
        line += &part;
        line.push(if left == 1 { '.' } else { ',' });
    }
    line
}

/// `text` broken at spaces into at most `limit` lines; what does not fit ends the last line with `…`.
fn wrapped(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if line.is_empty() || columns(&line) + 1 + columns(word) <= WIDTH_COLUMNS {
            line.push_str(if line.is_empty() { "" } else { " " });
        } else if lines.len() + 1 < limit {
            lines.push(std::mem::take(&mut line));
        } else {
            line.push_str(" …");
            break;
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The line, cut to the width if it must be.
fn fitted(line: &str) -> String {
    if columns(line) <= WIDTH_COLUMNS {
        return line.to_owned();
    }
    let mut used = 0;
    let kept: String = line
        .chars()
        .take_while(|character| {
            used += width(*character);
            used < WIDTH_COLUMNS
        })
        .collect();
    format!("{}…", kept.trim_end())
}

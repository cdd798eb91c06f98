//! The decision's path: the log likelihood ratio after each item, between the two lines.

use crate::ReportError;
use crate::measure::data::{Path, PathStep};
use crate::measure::figure::{Table, finite, of_plane, signed};
use crate::measure::tables::items;
use crate::plot::Shape;
use crate::plot::plane::{Across, Axis, LabelPlace, Plane, Series};

/// Marks stand at each item up to this many; beyond, they would touch.
const MARKS_MOST: usize = 60;

/// Draws a decision item by item, with everything missing counted as failed and as passed.
///
/// # Errors
/// [`ReportError::Number`]
pub fn decision_path(path: &Path) -> Result<String, ReportError> {
    let steps = path.steps.iter();
    finite("the decision's path", steps.flat_map(|step| [step.missing_failed, step.missing_passed]))?;
    finite("the stopping lines", [path.covered_line, path.not_covered_line])?;
    of_plane(&plane(path), table(path))
}

fn missing(path: &Path) -> usize {
    path.steps.iter().filter(|step| step.score.is_none()).count()
}

fn plane(path: &Path) -> Plane {
    let every = path.steps.iter().flat_map(|step| [step.missing_failed, step.missing_passed]);
    let all: Vec<f64> = every.chain([0.0, path.covered_line, path.not_covered_line]).collect();
    let (low, high) = (all.iter().copied().fold(0.0, f64::min), all.iter().copied().fold(0.0, f64::max));
    let margin = 0.06 * (high - low).max(1.0);
    let last = path.steps.len().max(1) as f64;
    Plane {
        id: "path",
        title: title(path),
        desc: desc(path),
        x: Axis { name: "items given", ends: (0.0, last), percent: false },
        y: Axis {
            name: "log likelihood ratio of covered to not covered",
            ends: (low - margin, high + margin),
            percent: false,
        },
        series: series(path),
        verticals: Vec::new(),
        horizontals: vec![
            Across { class: "cut", at: path.covered_line, label: "covered".to_owned() },
            Across { class: "cut", at: path.not_covered_line, label: "not covered".to_owned() },
        ],
    }
}

fn series(path: &Path) -> Vec<Series> {
    let along = |value: &dyn Fn(&PathStep) -> f64| -> Vec<(f64, f64)> {
        let steps = path.steps.iter().enumerate();
        std::iter::once((0.0, 0.0)).chain(steps.map(|(at, step)| ((at + 1) as f64, value(step)))).collect()
    };
    let few = path.steps.len() <= MARKS_MOST;
    let failed = Series {
        class: "plain",
        label: if missing(path) == 0 { "this model" } else { "missing failed" },
        place: LabelPlace::End,
        points: along(&|step| step.missing_failed),
        shape: few.then_some(Shape::Dot),
    };
    let passed = (missing(path) > 0).then(|| Series {
        class: "dashed",
        label: "missing passed",
        place: LabelPlace::End,
        points: along(&|step| step.missing_passed),
        shape: few.then_some(Shape::Ring),
    });
    std::iter::once(failed).chain(passed).collect()
}

pub(super) fn title(path: &Path) -> String {
    format!("{} after {}", capital(&path.recommendation), items(path.steps.len()))
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn desc(path: &Path) -> String {
    let (failed, passed) =
        path.steps.last().map_or((0.0, 0.0), |step| (step.missing_failed, step.missing_passed));
    let end = if missing(path) == 0 {
        format!("It ends at {}", signed(failed, 2))
    } else {
        format!(
            "{} without a score; counted as failed it ends at {}, counted as passed (dashed) at {}",
            items(missing(path)),
            signed(failed, 2),
            signed(passed, 2)
        )
    };
    format!(
        "The log likelihood ratio after each item, from 0. Above the upper line, {}, covered is recommended; below the \
         lower line, {}, not covered. {end}. The table below has every item.",
        signed(path.covered_line, 2),
        signed(path.not_covered_line, 2)
    )
}

fn table(path: &Path) -> Table {
    let row = |(place, step): (usize, &PathStep)| {
        vec![
            format!("{}. {}", place + 1, crate::inert::shortened(&step.item, 64)),
            step.score.map_or_else(|| "missing".to_owned(), |score| score.to_string()),
            signed(step.missing_failed, 2),
            signed(step.missing_passed, 2),
        ]
    };
    Table {
        caption: "Items in the order in which they were given, with the log likelihood ratio after each."
            .to_owned(),
        columns: vec!["Item", "Score", "Missing = failed", "Missing = passed"],
        rows: path.steps.iter().enumerate().map(row).collect(),
    }
}

//! A figure: two drawings and the table of their numbers.

use askama::Template;

use crate::ReportError;
use crate::plot::plane::Plane;
use crate::plot::{Drawing, Width};

/// A table with more rows is folded.
const ROWS_OPEN: usize = 16;
/// A table with more rows than this says how many it leaves out: the JSON has them all.
const ROWS_MOST: usize = 400;

/// The numbers of a drawing.
pub(super) struct Table {
    pub caption: String,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct Figure {
    drawings: [Drawing; 2],
    table: Table,
    folded: bool,
}

/// The figure of a plane.
pub(super) fn of_plane(plane: &Plane, table: Table) -> Result<String, ReportError> {
    figure([plane.draw(Width::Wide), plane.draw(Width::Narrow)], table)
}

/// The figure of two drawings.
pub(super) fn figure(drawings: [Drawing; 2], mut table: Table) -> Result<String, ReportError> {
    if table.rows.len() > ROWS_MOST {
        let left_out = table.rows.len() - ROWS_MOST;
        table.rows.truncate(ROWS_MOST);
        table.caption += &format!(" The last {left_out} rows are left out here; the JSON has them.");
    }
    let folded = table.rows.len() > ROWS_OPEN;
    Ok(Figure { drawings, table, folded }.render()?)
}

/// Refuses what cannot be drawn.
pub(super) fn finite(place: &'static str, values: impl IntoIterator<Item = f64>) -> Result<(), ReportError> {
    if values.into_iter().all(f64::is_finite) { Ok(()) } else { Err(ReportError::Number { place }) }
}

/// A signed number with `decimals`, with the true minus.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| "0.".contains(c)) {
        return text.trim_start_matches('-').to_owned();
    }
    text.replacen('-', "\u{2212}", 1)
}

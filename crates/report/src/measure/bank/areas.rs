//! Areas with their intervals.

use crate::ReportError;
use crate::figures::confidence;
use crate::inert::shortened;
use crate::measure::data::{Areas, Measured};
use crate::measure::figure::{Table, figure, finite, signed};
use crate::measure::tables::items;
use crate::plot::plane::ticks;
use crate::plot::{Drawing, Line, Mark, Shape, Text, Width};

const LINE: f64 = 18.0;
const ROW: f64 = 32.0;
const HEAD: f64 = 28.0;
const FOOT: f64 = 48.0;

/// Where things stand from left to right.
struct Columns {
    width: f64,
    plot: (f64, f64),
    ends: (f64, f64),
}

impl Columns {
    fn x(&self, ability: f64) -> f64 {
        let share = (ability - self.ends.0) / (self.ends.1 - self.ends.0).max(1e-9);
        share.mul_add(self.plot.1 - self.plot.0, self.plot.0)
    }
}

/// Draws the ability in each area and over all, each with its interval. Areas are descriptive: the error rates are
/// those of the decision on the estimand alone, and the description says so.
///
/// # Errors
/// [`ReportError::Number`]
pub fn areas(areas: &Areas) -> Result<String, ReportError> {
    let rows = || areas.areas.iter().chain([&areas.overall]);
    finite("an area's interval", rows().flat_map(|row| [row.ability, row.low, row.high]))?;
    finite("the cut", [areas.cut])?;
    if rows().any(|row| !(row.low <= row.ability && row.ability <= row.high)) {
        return Err(ReportError::Number { place: "an area's interval" });
    }
    figure([draw(areas, Width::Wide), draw(areas, Width::Narrow)], table(areas))
}

fn ends(areas: &Areas) -> (f64, f64) {
    let rows = areas.areas.iter().chain([&areas.overall]);
    let all: Vec<f64> = rows.flat_map(|row| [row.low, row.high]).chain([areas.cut]).collect();
    let low = all.iter().copied().fold(f64::MAX, f64::min);
    let high = all.iter().copied().fold(f64::MIN, f64::max);
    (low - 0.2, high + 0.2)
}

fn words(row: &Measured) -> String {
    format!("{} ({} to {})", signed(row.ability, 2), signed(row.low, 2), signed(row.high, 2))
}

fn draw(areas: &Areas, width: Width) -> Drawing {
    let ends = ends(areas);
    let columns = match width {
        Width::Wide => Columns { width: 760.0, plot: (160.0, 560.0), ends },
        Width::Narrow => Columns { width: 344.0, plot: (12.0, 332.0), ends },
    };
    let mut drawing = Drawing {
        id: format!("areas-{}", width.word()),
        class: width.word(),
        title: title(areas),
        desc: desc(areas),
        width: columns.width,
        height: 0.0,
        lines: Vec::new(),
        curves: Vec::new(),
        marks: Vec::new(),
        texts: Vec::new(),
    };
    let mut y = HEAD;
    for (row, overall) in areas.areas.iter().map(|row| (row, false)).chain([(&areas.overall, true)]) {
        if overall {
            drawing.lines.push(Line { class: "hair", from: (0.0, y), to: (columns.width, y) });
        }
        y = place(&mut drawing, &columns, width, (row, overall), (areas.cut, y));
    }
    let class = if width == Width::Narrow { "hair" } else { "cut" };
    frame(&mut drawing, &columns, (areas.cut, class), y);
    drawing.height = y + FOOT;
    drawing
}

/// Adds one row from `top` on; returns where it ends.
fn place(
    drawing: &mut Drawing,
    columns: &Columns,
    width: Width,
    (row, overall): (&Measured, bool),
    (cut, top): (f64, f64),
) -> f64 {
    let class = if overall { "strong" } else { "label" };
    let mut y = top + ROW / 2.0;
    let text = |class, at, text| Text { class, anchor: "start", at, text };
    drawing.texts.push(text(class, (2.0, y + 4.5), shortened(&row.label, 18)));
    let numbers = if width == Width::Wide { columns.plot.1 + 16.0 } else { columns.width / 2.0 - 12.0 };
    drawing.texts.push(text("number", (numbers, y + 4.5), words(row)));
    if width == Width::Narrow {
        y += LINE;
        // Text stands in the cut's way: it is strong beside the intervals only.
        let x = columns.x(cut);
        drawing.lines.push(Line { class: "cut", from: (x, y - 8.0), to: (x, y + 8.0) });
    }
    drawing.lines.push(Line {
        class: "interval",
        from: (columns.x(row.low), y),
        to: (columns.x(row.high), y),
    });
    drawing.marks.push(Mark { shape: Shape::Disc, at: (columns.x(row.ability), y) });
    y + ROW / 2.0
}

fn frame(drawing: &mut Drawing, columns: &Columns, (cut, class): (f64, &'static str), bottom: f64) {
    let x = columns.x(cut);
    drawing.lines.insert(0, Line { class, from: (x, HEAD - 8.0), to: (x, bottom) });
    let text = format!("cut {}", signed(cut, 2));
    drawing.texts.push(Text { class: "strong", anchor: "middle", at: (x, HEAD - 13.0), text });
    drawing.lines.push(Line { class: "hair", from: (columns.plot.0, bottom), to: (columns.plot.1, bottom) });
    for tick in ticks(columns.ends, 6.0) {
        let x = columns.x(tick);
        drawing.lines.push(Line { class: "hair", from: (x, bottom), to: (x, bottom + 5.0) });
        let text = signed(tick, 1);
        drawing.texts.push(Text { class: "tick", anchor: "middle", at: (x, bottom + 20.0), text });
    }
    let text = "ability (bank's scale)".to_owned();
    drawing.texts.push(Text { class: "tick", anchor: "end", at: (columns.plot.1, bottom + 40.0), text });
}

pub(in crate::measure) fn title(areas: &Areas) -> String {
    format!(
        "Ability over all areas {}, {} interval {} to {}",
        signed(areas.overall.ability, 2),
        confidence(areas.confidence),
        signed(areas.overall.low, 2),
        signed(areas.overall.high, 2)
    )
}

fn desc(areas: &Areas) -> String {
    let listed: Vec<String> = areas
        .areas
        .iter()
        .map(|row| format!("{}: {} from {}", shortened(&row.label, 64), words(row), items(row.items)))
        .collect();
    format!(
        "Ability with its {} interval, one row per area and one over all; a vertical line marks the cut at {}, which is on \
         the estimand. Areas are descriptive: the error rates hold for the decision on the estimand alone. {}. Over all: {} \
         from {}. The table below has the same numbers.",
        confidence(areas.confidence),
        signed(areas.cut, 2),
        listed.join("; "),
        words(&areas.overall),
        items(areas.overall.items)
    )
}

fn table(areas: &Areas) -> Table {
    let row = |row: &Measured| {
        vec![
            shortened(&row.label, 64),
            row.items.to_string(),
            signed(row.ability, 2),
            format!("{} to {}", signed(row.low, 2), signed(row.high, 2)),
        ]
    };
    Table {
        caption: format!(
            "Ability on the bank's scale with its {} interval, from the items that were scored. Areas are descriptive.",
            confidence(areas.confidence)
        ),
        columns: vec!["Area", "Items", "Ability", "Interval"],
        rows: areas.areas.iter().chain([&areas.overall]).map(row).collect(),
    }
}

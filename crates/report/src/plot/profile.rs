//! The profile: one row per area and one for all items, point and interval, the threshold as a vertical line.

use crate::data::{FuzzerBaseline, Review, Run, Share, Tally};
use crate::figures::{interval, percent};
use crate::plot::{Drawing, Line, Mark, Shape, Text, Width};
use crate::words;

/// Height of one line of text, and of one interval.
const LINE: f64 = 18.0;
/// Space between two rows.
const GAP: f64 = 14.0;
/// Space above the rows, for the threshold's label.
const HEAD: f64 = 28.0;
/// Space below the rows, for the axis.
const FOOT: f64 = 30.0;

/// Where things stand from left to right.
struct Columns {
    width: f64,
    plot: (f64, f64),
    numbers: f64,
}

impl Columns {
    fn of(width: Width) -> Self {
        match width {
            Width::Wide => Self { width: 760.0, plot: (132.0, 492.0), numbers: 508.0 },
            Width::Narrow => Self { width: 344.0, plot: (12.0, 332.0), numbers: 2.0 },
        }
    }

    fn x(&self, share: f64) -> f64 {
        self.plot.0 + share * (self.plot.1 - self.plot.0)
    }
}

/// One row before it has a place.
struct Row {
    label: String,
    overall: bool,
    points: Vec<Point>,
}

/// One share in a row, with its interval unless it is a baseline.
struct Point {
    shape: Shape,
    share: f64,
    interval: Option<Share>,
    words: String,
}

/// Draws the run's profile.
pub(crate) fn profile(review: &Review, run: &Run, width: Width) -> Drawing {
    let columns = Columns::of(width);
    let rows = rows(review, run);
    let mut drawing = Drawing {
        id: format!("profile-{}-{}", run.number, width.word()),
        class: width.word(),
        title: words::profile(review, run),
        desc: desc(review, &rows),
        width: columns.width,
        height: 0.0,
        lines: Vec::new(),
        curves: Vec::new(),
        marks: Vec::new(),
        texts: Vec::new(),
    };
    let mut y = HEAD;
    for row in &rows {
        if row.overall {
            drawing.lines.push(Line { class: "hair", from: (0.0, y), to: (columns.width, y) });
        }
        let top = y + GAP / 2.0;
        y = place(&mut drawing, &columns, width, row, top) + GAP / 2.0;
        if width == Width::Narrow {
            // Text stands in the line's way: it is strong beside the intervals only.
            let (x, above) =
                (columns.x(review.threshold.cut), y - GAP / 2.0 - LINE * row.points.len() as f64);
            drawing.lines.push(Line { class: "cut", from: (x, above), to: (x, y - GAP / 2.0) });
        }
    }
    let cut_class = if width == Width::Narrow { "hair" } else { "cut" };
    frame(&mut drawing, &columns, (review.threshold.cut, cut_class), y);
    drawing.height = y + FOOT;
    drawing
}

/// Adds one row from `top` on; returns where it ends.
fn place(drawing: &mut Drawing, columns: &Columns, width: Width, row: &Row, top: f64) -> f64 {
    let class = if row.overall { "strong" } else { "label" };
    let mut y = top + LINE / 2.0;
    drawing.texts.push(Text { class, anchor: "start", at: (2.0, y + 4.5), text: row.label.clone() });
    if width == Width::Narrow {
        y += LINE;
        for point in &row.points {
            let at = (columns.numbers, y + 4.5);
            drawing.texts.push(Text { class: "number", anchor: "start", at, text: point.words.clone() });
            y += LINE;
        }
    }
    for point in &row.points {
        if let Some(ends) = point.interval {
            let class = if point.shape == Shape::Square { "interval dashed" } else { "interval" };
            drawing.lines.push(Line { class, from: (columns.x(ends.low), y), to: (columns.x(ends.high), y) });
        }
        drawing.marks.push(Mark { shape: point.shape, at: (columns.x(point.share), y) });
        if width == Width::Wide {
            let at = (columns.numbers, y + 4.5);
            drawing.texts.push(Text { class: "number", anchor: "start", at, text: point.words.clone() });
        }
        y += LINE;
    }
    y - LINE / 2.0
}

/// Adds the axis below the rows and the threshold's line across them.
fn frame(drawing: &mut Drawing, columns: &Columns, (cut, cut_class): (f64, &'static str), bottom: f64) {
    let x = columns.x(cut);
    drawing.lines.insert(0, Line { class: cut_class, from: (x, HEAD - 8.0), to: (x, bottom) });
    let anchor = match cut {
        low if low < 0.2 => "start",
        high if high > 0.8 => "end",
        _ => "middle",
    };
    let text = format!("threshold {}", percent(cut));
    drawing.texts.push(Text { class: "strong", anchor, at: (x, HEAD - 13.0), text });
    drawing.lines.push(Line { class: "hair", from: (columns.plot.0, bottom), to: (columns.plot.1, bottom) });
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = columns.x(tick);
        drawing.lines.push(Line { class: "hair", from: (x, bottom), to: (x, bottom + 5.0) });
        let at = (x, bottom + 20.0);
        drawing.texts.push(Text {
            class: "tick",
            anchor: "middle",
            at,
            text: format!("{:.0}%", tick * 100.0),
        });
    }
}

fn rows(review: &Review, run: &Run) -> Vec<Row> {
    let fuzzer = review.fuzzer.as_ref();
    let areas = run.areas.iter().map(|area| Row {
        label: area.area.to_string(),
        overall: false,
        points: points(&area.tally, fuzzer.and_then(|fuzzer| in_area(fuzzer, &area.area))),
    });
    let overall = Row {
        label: "all items".to_owned(),
        overall: true,
        points: points(&run.overall, fuzzer.map(|fuzzer| &fuzzer.overall)),
    };
    areas.chain([overall]).collect()
}

/// The fuzzer's counts in one area, where it has them.
pub(crate) fn in_area<'a>(fuzzer: &'a FuzzerBaseline, name: &types::Area) -> Option<&'a Tally> {
    fuzzer.areas.iter().find(|area| area.area == *name).map(|area| &area.tally)
}

fn points(tally: &Tally, fuzzer: Option<&Tally>) -> Vec<Point> {
    let point = |shape, share: Share, prefix: &str| Point {
        shape,
        share: share.share,
        interval: Some(share),
        words: format!("{prefix}{} ({})", percent(share.share), interval(share)),
    };
    let mut points = if words::missing_items(tally) == 0 {
        vec![point(Shape::Disc, tally.missing_failed, "")]
    } else {
        vec![
            point(Shape::Disc, tally.missing_failed, "missing = failed "),
            point(Shape::Square, tally.missing_passed, "missing = passed "),
        ]
    };
    points.extend(fuzzer.map(|tally| Point {
        shape: Shape::Hollow,
        share: tally.missing_failed.share,
        interval: None,
        words: format!("fuzzer {}", percent(tally.missing_failed.share)),
    }));
    points
}

fn desc(review: &Review, rows: &[Row]) -> String {
    let listed: Vec<String> = rows
        .iter()
        .map(|row| {
            let points: Vec<&str> = row.points.iter().map(|point| point.words.as_str()).collect();
            format!("{}: {}", row.label, points.join(", "))
        })
        .collect();
    format!(
        "Share of items passed with its {} interval, from 0 to 100%, one row per area and one for all items; a \
         vertical line marks the threshold of {}. {}. The table below has the same numbers.",
        crate::figures::confidence(review.threshold.confidence),
        percent(review.threshold.cut),
        listed.join("; ")
    )
}

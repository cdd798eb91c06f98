//! Drawings as SVG: positions are computed here, the markup and its escaping are a template's.
//!
//! Each is drawn twice, for wide and for narrow pages; the style sheet shows one of them. Colours come from the
//! page's style sheet, so that one drawing serves light, dark and print.

pub(crate) mod plane;
mod profile;

use std::borrow::Borrow;

use askama::Template;

pub(crate) use profile::{in_area, profile};

/// How wide the page is that a drawing is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// Labels left of the plot, numbers right of it.
    Wide,
    /// Labels and numbers above each row.
    Narrow,
}

impl Width {
    /// The word in class names and identifiers.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// A finished drawing.
#[derive(Debug, Template)]
#[template(path = "drawing.svg")]
pub(crate) struct Drawing {
    /// Unique within the page.
    pub id: String,
    /// `wide` or `narrow`.
    pub class: &'static str,
    /// The finding, for readers who do not see it.
    pub title: String,
    /// How it is drawn, and its numbers.
    pub desc: String,
    /// In user units, which are CSS pixels at full size.
    pub width: f64,
    /// In user units.
    pub height: f64,
    /// Drawn first.
    pub lines: Vec<Line>,
    /// Drawn over the lines.
    pub curves: Vec<Curve>,
    /// Drawn over lines and curves.
    pub marks: Vec<Mark>,
    /// Drawn last.
    pub texts: Vec<Text>,
}

/// A straight line.
#[derive(Debug)]
pub(crate) struct Line {
    pub class: &'static str,
    pub from: (f64, f64),
    pub to: (f64, f64),
}

/// A line through many points.
#[derive(Debug)]
pub(crate) struct Curve {
    pub class: &'static str,
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// The points as the attribute has them.
    fn listed(&self) -> String {
        let pairs: Vec<String> =
            self.points.iter().map(|(x, y)| format!("{},{}", fixed(x), fixed(y))).collect();
        pairs.join(" ")
    }
}

/// A point's mark.
#[derive(Debug)]
pub(crate) struct Mark {
    pub shape: Shape,
    pub at: (f64, f64),
}

/// The form of a mark says what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Missing counted as failed, or nothing missing.
    Disc,
    /// Missing counted as passed.
    Square,
    /// A fuzzer's share.
    Hollow,
    /// An item that somebody outside has seen.
    Dot,
    /// An item that nobody outside has seen.
    Ring,
}

/// A line of text.
#[derive(Debug)]
pub(crate) struct Text {
    pub class: &'static str,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
    pub at: (f64, f64),
    pub text: String,
}

/// A coordinate with one decimal: finer than any screen shows, and the same on every machine. Templates
/// pass references.
pub(crate) fn fixed(value: impl Borrow<f64>) -> String {
    let text = format!("{:.1}", value.borrow());
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

//! Curves over a plane of two axes: what every drawing of abilities and counts shares.

use crate::plot::{Curve, Drawing, Line, Mark, Shape, Text, Width};

/// Space above the plane: the vertical axis's name, then labels of vertical lines.
const HEAD: f64 = 46.0;
/// Height of the plane.
const PLANE: f64 = 220.0;
/// Space below: ticks and the horizontal axis's name.
const FOOT: f64 = 48.0;
/// Labels of curves keep this distance.
const LINE: f64 = 16.0;

/// A series of points with its name beside it.
pub(crate) struct Series {
    pub class: &'static str,
    pub label: &'static str,
    pub place: LabelPlace,
    pub points: Vec<(f64, f64)>,
    /// Marked where points are few.
    pub shape: Option<Shape>,
}

/// Where a curve's name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelPlace {
    /// Above its highest point.
    Peak,
    /// Right of its last point.
    End,
}

/// A straight line across the plane.
pub(crate) struct Across {
    pub class: &'static str,
    pub at: f64,
    pub label: String,
}

/// An axis: its name with the unit, its ends, and how its numbers are written.
pub(crate) struct Axis {
    pub name: &'static str,
    pub ends: (f64, f64),
    pub percent: bool,
}

/// Everything on the plane.
pub(crate) struct Plane {
    pub id: &'static str,
    pub title: String,
    pub desc: String,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
    pub verticals: Vec<Across>,
    pub horizontals: Vec<Across>,
}

/// Where the plane lies in the drawing.
struct Frame {
    left: f64,
    right: f64,
    width: f64,
}

impl Frame {
    fn of(width: Width, ends: bool) -> Self {
        let margin = if ends { 124.0 } else { 16.0 };
        match width {
            Width::Wide => Self { left: 52.0, right: 760.0 - margin, width: 760.0 },
            Width::Narrow => Self { left: 44.0, right: 344.0 - margin, width: 344.0 },
        }
    }
}

/// Ticks at 1, 2 or 5 times a power of ten, `most` of them or fewer.
pub(crate) fn ticks((low, high): (f64, f64), most: f64) -> Vec<f64> {
    let span = (high - low).max(1e-9);
    let mut power = 10_f64.powf((span / most).log10().floor());
    for factor in [1.0, 2.0, 5.0, 10.0] {
        if span / (power * factor) <= most {
            power *= factor;
            break;
        }
    }
    let (first, last) = ((low / power - 1e-9).ceil() as i64, (high / power + 1e-9).floor() as i64);
    (first..=last).map(|n| n as f64 * power).collect()
}

/// A number on an axis: as many decimals as its neighbours differ in.
fn written(value: f64, ticks: &[f64], percent: bool) -> String {
    let step = ticks.windows(2).next().map_or(1.0, |pair| pair[1] - pair[0]);
    if percent {
        return format!("{:.0}%", value * 100.0);
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 3.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| "0.".contains(c)) {
        text.trim_start_matches('-').to_owned()
    } else {
        text.replacen('-', "\u{2212}", 1)
    }
}

impl Plane {
    fn place(&self, frame: &Frame, (x, y): (f64, f64)) -> (f64, f64) {
        let share = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low).max(1e-9);
        let across = share(x, self.x.ends).mul_add(frame.right - frame.left, frame.left);
        (across, HEAD + PLANE - share(y, self.y.ends) * PLANE)
    }

    /// Draws it for wide or narrow pages.
    pub fn draw(&self, width: Width) -> Drawing {
        let ends = self.series.iter().any(|series| series.place == LabelPlace::End);
        let frame = Frame::of(width, ends || !self.horizontals.is_empty());
        let mut drawing = Drawing {
            id: format!("{}-{}", self.id, width.word()),
            class: width.word(),
            title: self.title.clone(),
            desc: self.desc.clone(),
            width: frame.width,
            height: HEAD + PLANE + FOOT,
            lines: Vec::new(),
            curves: Vec::new(),
            marks: Vec::new(),
            texts: Vec::new(),
        };
        self.axes(&mut drawing, &frame, width);
        self.across(&mut drawing, &frame);
        for series in &self.series {
            let points: Vec<(f64, f64)> =
                series.points.iter().map(|point| self.place(&frame, *point)).collect();
            if let Some(shape) = series.shape {
                drawing.marks.extend(points.iter().map(|at| Mark { shape, at: *at }));
            }
            drawing.curves.push(Curve { class: series.class, points });
        }
        self.names(&mut drawing, &frame);
        drawing
    }

    fn axes(&self, drawing: &mut Drawing, frame: &Frame, width: Width) {
        let most = if width == Width::Wide { 9.0 } else { 6.0 };
        let across = ticks(self.x.ends, most);
        for tick in &across {
            let (x, _) = self.place(frame, (*tick, self.y.ends.0));
            let base = HEAD + PLANE;
            drawing.lines.push(Line { class: "hair", from: (x, base), to: (x, base + 5.0) });
            let text = written(*tick, &across, self.x.percent);
            drawing.texts.push(Text { class: "tick", anchor: "middle", at: (x, base + 19.0), text });
        }
        let up = ticks(self.y.ends, 5.0);
        for tick in &up {
            let (_, y) = self.place(frame, (self.x.ends.0, *tick));
            drawing.lines.push(Line { class: "hair", from: (frame.left, y), to: (frame.right, y) });
            let text = written(*tick, &up, self.y.percent);
            drawing.texts.push(Text {
                class: "tick number",
                anchor: "end",
                at: (frame.left - 8.0, y + 4.5),
                text,
            });
        }
        let name = |at, anchor, text: &str| Text { class: "tick", anchor, at, text: text.to_owned() };
        drawing.texts.push(name((0.0, 13.0), "start", self.y.name));
        drawing.texts.push(name((frame.right, HEAD + PLANE + 40.0), "end", self.x.name));
    }

    fn across(&self, drawing: &mut Drawing, frame: &Frame) {
        for line in &self.verticals {
            let (x, _) = self.place(frame, (line.at, self.y.ends.0));
            drawing.lines.push(Line { class: line.class, from: (x, HEAD - 8.0), to: (x, HEAD + PLANE) });
            let anchor = side(x, frame);
            let text = line.label.clone();
            drawing.texts.push(Text { class: "strong", anchor, at: (x, HEAD - 13.0), text });
        }
        for line in &self.horizontals {
            let (_, y) = self.place(frame, (self.x.ends.0, line.at));
            drawing.lines.push(Line { class: line.class, from: (frame.left, y), to: (frame.right, y) });
        }
    }

    /// The names of curves and lines, kept apart at the right.
    fn names(&self, drawing: &mut Drawing, frame: &Frame) {
        let mut right: Vec<(f64, String, &'static str)> = Vec::new();
        for line in &self.horizontals {
            right.push((self.place(frame, (self.x.ends.0, line.at)).1, line.label.clone(), "strong"));
        }
        for series in &self.series {
            let Some(last) = series.points.last() else { continue };
            if series.place == LabelPlace::End {
                right.push((self.place(frame, *last).1, series.label.to_owned(), "label"));
                continue;
            }
            let highest = series.points.iter().fold(*last, |high, p| if p.1 > high.1 { *p } else { high });
            let (x, y) = self.place(frame, highest);
            let text = series.label.to_owned();
            drawing.texts.push(Text { class: "label", anchor: side(x, frame), at: (x, y - 7.0), text });
        }
        right.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut least = f64::MIN;
        for row in &mut right {
            row.0 = row.0.max(least);
            least = row.0 + LINE;
        }
        for (y, text, class) in right {
            drawing.texts.push(Text { class, anchor: "start", at: (frame.right + 8.0, y + 4.5), text });
        }
    }
}

/// How a text at `x` is anchored so that it stays inside.
fn side(x: f64, frame: &Frame) -> &'static str {
    match (x - frame.left) / (frame.right - frame.left) {
        share if share < 0.2 => "start",
        share if share > 0.8 => "end",
        _ => "middle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_ends() {
        assert_eq!(ticks((0.0, 1.0), 5.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((-1.8, 1.8), 9.0).len(), 7);
        assert_eq!(ticks((0.0, 37.0), 5.0), [0.0, 10.0, 20.0, 30.0]);
        assert!(!ticks((3.0, 3.0), 5.0).is_empty());
    }

    #[test]
    fn numbers_on_an_axis_have_no_negative_zero() {
        let ticks = [-0.5, 0.0, 0.5];
        assert_eq!(written(-0.0, &ticks, false), "0.0");
        assert_eq!(written(-0.5, &ticks, false), "\u{2212}0.5");
        assert_eq!(written(0.25, &[0.0, 0.25], true), "25%");
    }
}

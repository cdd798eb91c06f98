//! Exposures: what of the budget is used, and what a plan expects.

use crate::ReportError;
use crate::figures::percent;
use crate::inert::shortened;
use crate::measure::data::{ExpectedExposures, Exposures};
use crate::measure::figure::{Table, figure, finite, of_plane};
use crate::measure::tables::items;
use crate::plot::plane::{Across, Axis, LabelPlace, Plane, Series};
use crate::plot::{Drawing, Line, Text, Width};

const ROW: f64 = 28.0;

/// One bar: how many items have been used so often, or why they are not given any more.
struct Bar {
    label: String,
    items: usize,
    spent: bool,
}

/// Draws how many items have used how much of their exposure budget. What is spent is drawn dotted.
///
/// # Errors
/// [`ReportError`]
pub fn exposures(exposures: &Exposures) -> Result<String, ReportError> {
    let bars = bars(exposures);
    let table = Table {
        caption: format!(
            "Items by how many of their {} allowed exposures are used. An exposure is a showing to an endpoint that others host.",
            exposures.allowed
        ),
        columns: vec!["Exposures", "Items"],
        rows: bars.iter().map(|bar| vec![bar.label.clone(), bar.items.to_string()]).collect(),
    };
    figure([draw(exposures, &bars, Width::Wide), draw(exposures, &bars, Width::Narrow)], table)
}

fn bars(exposures: &Exposures) -> Vec<Bar> {
    let mut by_label = std::collections::BTreeMap::<(bool, u32, String), usize>::new();
    for item in &exposures.items {
        let key = match &item.spent {
            Some(why) => (true, 0, format!("spent: {}", shortened(why, 24))),
            None if item.used == 0 => (false, 0, "never exposed".to_owned()),
            None => (false, item.used, format!("{} of {} used", item.used, exposures.allowed)),
        };
        *by_label.entry(key).or_default() += 1;
    }
    by_label.into_iter().map(|((spent, _, label), items)| Bar { label, items, spent }).collect()
}

pub(in crate::measure) fn title(exposures: &Exposures) -> String {
    let left = exposures.items.iter().filter(|item| item.spent.is_none()).count();
    format!("{left} of {} may still be given", items(exposures.items.len()))
}

fn draw(exposures: &Exposures, bars: &[Bar], width: Width) -> Drawing {
    let (all, left, right) = match width {
        Width::Wide => (760.0, 220.0, 680.0),
        Width::Narrow => (344.0, 172.0, 292.0),
    };
    let most = bars.iter().map(|bar| bar.items).max().unwrap_or(1).max(1) as f64;
    let listed: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.label, items(bar.items))).collect();
    let mut drawing = Drawing {
        id: format!("exposures-{}", width.word()),
        class: width.word(),
        title: title(exposures),
        desc: format!(
            "One bar for each state of an item, as long as the number of items in it. {}. The table below has the same numbers.",
            listed.join("; ")
        ),
        width: all,
        height: ROW * bars.len() as f64 + 8.0,
        lines: Vec::new(),
        curves: Vec::new(),
        marks: Vec::new(),
        texts: Vec::new(),
    };
    for (bar, place) in bars.iter().zip(0_u16..) {
        let y = ROW * f64::from(place) + ROW / 2.0 + 4.0;
        let end = (bar.items as f64 / most).mul_add(right - left, left);
        let class = if bar.spent { "bar faint" } else { "bar" };
        drawing.lines.push(Line { class, from: (left, y), to: (end, y) });
        let text = |anchor, x, text| Text { class: "number", anchor, at: (x, y + 4.5), text };
        drawing.texts.push(text("start", 2.0, bar.label.clone()));
        drawing.texts.push(text("start", end + 8.0, bar.items.to_string()));
    }
    drawing
}

/// Draws how often each item is expected to be given, the most frequent first.
///
/// # Errors
/// [`ReportError::Share`] where a share is not one.
pub fn expected_exposures(expected: &ExpectedExposures) -> Result<String, ReportError> {
    let shares = || expected.items.iter().map(|item| item.share);
    finite("an item's share of reviews", shares().chain(expected.most))?;
    if !shares().all(|share| (0.0..=1.0).contains(&share)) {
        return Err(ReportError::Share { place: "an item's share of reviews".to_owned() });
    }
    let highest = shares().fold(0.0, f64::max);
    let never = shares().filter(|share| *share <= 0.0).count();
    let control = expected.most.map_or("without exposure control".to_owned(), |most| {
        format!("exposure control aims at {} at most", percent(most))
    });
    let top = highest.max(expected.most.unwrap_or(0.0)).max(0.01) * 1.1;
    let plane = Plane {
        id: "expected-exposures",
        title: format!("The item given most often is in {} of reviews", percent(highest)),
        desc: format!(
            "Share of simulated reviews that are given an item, for all {} from the most to the least frequent; {control}. {} \
             never given. The table below has the same numbers.",
            items(expected.items.len()),
            if never == 1 { "1 item is".to_owned() } else { format!("{} are", items(never)) }
        ),
        x: Axis {
            name: "items, the most frequent first",
            ends: (1.0, expected.items.len().max(2) as f64),
            percent: false,
        },
        y: Axis { name: "share of reviews", ends: (0.0, top.min(1.0)), percent: true },
        series: vec![Series {
            class: "plain",
            label: "",
            place: LabelPlace::Peak,
            points: expected.items.iter().zip(1_u32..).map(|(item, n)| (f64::from(n), item.share)).collect(),
            shape: None,
        }],
        verticals: Vec::new(),
        horizontals: expected
            .most
            .map(|at| Across { class: "rest", at, label: format!("aim {}", percent(at)) })
            .into_iter()
            .collect(),
    };
    of_plane(&plane, rates(expected))
}

fn rates(expected: &ExpectedExposures) -> Table {
    Table {
        caption: "Share of reviews that are given each item, over the calibration's population.".to_owned(),
        columns: vec!["Item", "Share"],
        rows: expected
            .items
            .iter()
            .map(|item| vec![shortened(&item.item, 64), percent(item.share)])
            .collect(),
    }
}

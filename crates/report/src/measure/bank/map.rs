//! The item map: difficulties left, the ability with its interval right, on one vertical axis (Wright and Stone, Best
//! Test Design, 1979).

use crate::ReportError;
use crate::figures::confidence;
use crate::inert::shortened;
use crate::measure::data::{ItemMap, MapItem};
use crate::measure::figure::{Table, figure, finite, signed};
use crate::measure::tables::items;
use crate::plot::plane::ticks;
use crate::plot::{Drawing, Line, Mark, Shape, Text, Width};

const HEAD: f64 = 34.0;
const PLANE: f64 = 320.0;
/// Difficulties are gathered in bands of this height, in which dots stand side by side.
const BAND: f64 = 10.0;
const DOT: f64 = 7.0;
/// Difficulties farther out than this are drawn at the edge, and the description says so.
const REACH: f64 = 5.0;

/// Where things stand.
struct Frame {
    width: f64,
    /// Dots grow leftwards from here.
    axis: f64,
    room: f64,
    ends: (f64, f64),
}

impl Frame {
    fn y(&self, ability: f64) -> f64 {
        let share = (ability - self.ends.0) / (self.ends.1 - self.ends.0).max(1e-9);
        HEAD + PLANE - share.clamp(0.0, 1.0) * PLANE
    }
}

/// Draws the map. What filled and hollow mean, the map's words say.
///
/// # Errors
/// [`ReportError::Number`]
pub fn item_map(map: &ItemMap) -> Result<String, ReportError> {
    finite("an item's difficulty", map.items.iter().map(|item| item.difficulty))?;
    finite("the cut", [map.cut, map.confidence])?;
    finite("the ability", map.ability.iter().flat_map(|one| [one.ability, one.low, one.high]))?;
    figure([draw(map, Width::Wide), draw(map, Width::Narrow)], table(map))
}

fn ends(map: &ItemMap) -> (f64, f64) {
    let measured = map.ability.iter().flat_map(|one| [one.low, one.high]);
    let all = map.items.iter().map(|item| item.difficulty).chain(measured).chain([map.cut]);
    let all: Vec<f64> = all.map(|value| value.clamp(-REACH, REACH)).collect();
    let low = all.iter().copied().fold(f64::MAX, f64::min);
    let high = all.iter().copied().fold(f64::MIN, f64::max);
    (low - 0.2, high + 0.2)
}

fn draw(map: &ItemMap, width: Width) -> Drawing {
    let ends = ends(map);
    let frame = match width {
        Width::Wide => Frame { width: 760.0, axis: 470.0, room: 440.0, ends },
        Width::Narrow => Frame { width: 344.0, axis: 206.0, room: 196.0, ends },
    };
    let mut drawing = Drawing {
        id: format!("map-{}", width.word()),
        class: width.word(),
        title: title(map),
        desc: String::new(),
        width: frame.width,
        height: HEAD + PLANE + 16.0,
        lines: Vec::new(),
        curves: Vec::new(),
        marks: Vec::new(),
        texts: Vec::new(),
    };
    axis(&mut drawing, &frame, map.cut);
    let each = dots(&mut drawing, &frame, &map.items);
    drawing.desc = desc(map, each);
    if let Some(one) = &map.ability {
        let x = frame.axis + if width == Width::Wide { 84.0 } else { 60.0 };
        let ends = [(x, frame.y(one.low)), (x, frame.y(one.high))];
        drawing.lines.push(Line { class: "interval", from: ends[0], to: ends[1] });
        let at = (x, frame.y(one.ability));
        drawing.marks.push(Mark { shape: Shape::Disc, at });
        let text = signed(one.ability, 2);
        drawing.texts.push(Text { class: "strong", anchor: "start", at: (at.0 + 12.0, at.1 + 4.5), text });
    }
    drawing
}

fn axis(drawing: &mut Drawing, frame: &Frame, cut: f64) {
    let x = frame.axis;
    drawing.lines.push(Line { class: "hair", from: (x, HEAD), to: (x, HEAD + PLANE) });
    for tick in ticks(frame.ends, 8.0) {
        let y = frame.y(tick);
        drawing.lines.push(Line { class: "hair", from: (x, y), to: (x + 5.0, y) });
        drawing.texts.push(Text {
            class: "tick number",
            anchor: "start",
            at: (x + 9.0, y + 4.5),
            text: signed(tick, 1),
        });
    }
    let y = frame.y(cut);
    drawing.lines.push(Line { class: "cut", from: (4.0, y), to: (frame.width - 4.0, y) });
    let text = |class, anchor, at, text: String| Text { class, anchor, at, text };
    let label = format!("cut {}", signed(cut, 2));
    drawing.texts.push(text("strong", "end", (frame.width - 4.0, y - 6.0), label));
    drawing.texts.push(text("tick", "end", (x - 8.0, 14.0), "items by difficulty".to_owned()));
    drawing.texts.push(text("tick", "start", (x + 9.0, 14.0), "ability".to_owned()));
}

/// Adds the dots; returns how many items each stands for.
fn dots(drawing: &mut Drawing, frame: &Frame, all: &[MapItem]) -> usize {
    let bands = (PLANE / BAND) as usize;
    let mut counts = vec![(0_usize, 0_usize); bands + 1];
    for item in all {
        let band = ((HEAD + PLANE - frame.y(item.difficulty)) / BAND) as usize;
        let band = &mut counts[band.min(bands)];
        if item.filled { band.0 += 1 } else { band.1 += 1 }
    }
    let fullest = counts.iter().map(|(exposed, fresh)| exposed + fresh).max().unwrap_or(0);
    let each = fullest.div_ceil(((frame.room / DOT) as usize).max(1)).max(1);
    for (band, (exposed, fresh)) in counts.into_iter().enumerate() {
        let y = HEAD + PLANE - (band as f64 + 0.5) * BAND;
        let shapes = std::iter::repeat_n(Shape::Dot, exposed.div_ceil(each));
        let shapes = shapes.chain(std::iter::repeat_n(Shape::Ring, fresh.div_ceil(each)));
        for (place, shape) in shapes.enumerate() {
            let at = (frame.axis - 7.0 - DOT * place as f64, y.max(HEAD));
            drawing.marks.push(Mark { shape, at });
        }
    }
    each
}

pub(in crate::measure) fn title(map: &ItemMap) -> String {
    let harder = map.items.iter().filter(|item| item.difficulty > map.cut).count();
    let above = format!("{harder} of {} are harder than the cut", items(map.items.len()));
    match &map.ability {
        None => above,
        Some(one) => format!("{above}; the ability is {}", signed(one.ability, 2)),
    }
}

fn desc(map: &ItemMap, each: usize) -> String {
    let exposed = map.items.iter().filter(|item| item.filled).count();
    let (mut low, mut high) = (f64::MAX, f64::MIN);
    map.items.iter().for_each(|item| (low, high) = (low.min(item.difficulty), high.max(item.difficulty)));
    let far = map.items.iter().filter(|item| item.difficulty.abs() > REACH).count();
    let ability = map.ability.as_ref().map_or(String::new(), |one| {
        format!(
            " Right of it the ability {} with its {} interval from {} to {}.",
            signed(one.ability, 2),
            confidence(map.confidence),
            signed(one.low, 2),
            signed(one.high, 2)
        )
    });
    let far = if far == 0 {
        String::new()
    } else {
        format!(" {} beyond ±{REACH} are drawn at the edge.", items(far))
    };
    let dot =
        if each == 1 { "A dot for each item".to_owned() } else { format!("A dot for up to {each} items") };
    format!(
        "{dot} at its difficulty, from {} to {}: {exposed} {} (filled) and {} {} (hollow).{ability} A line \
         across marks the cut at {}.{far} The table below has the same numbers.",
        signed(low, 2),
        signed(high, 2),
        shortened(&map.words.0, 40),
        map.items.len() - exposed,
        shortened(&map.words.1, 40),
        signed(map.cut, 2)
    )
}

fn table(map: &ItemMap) -> Table {
    let mut sorted: Vec<&MapItem> = map.items.iter().collect();
    sorted.sort_by(|x, y| y.difficulty.total_cmp(&x.difficulty).then(x.item.cmp(&y.item)));
    let word = |filled| shortened(if filled { &map.words.0 } else { &map.words.1 }, 40);
    let row =
        |item: &&MapItem| vec![shortened(&item.item, 64), signed(item.difficulty, 2), word(item.filled)];
    Table {
        caption: "Items from the hardest to the easiest, on the bank's scale.".to_owned(),
        columns: vec!["Item", "Difficulty", "State"],
        rows: sorted.iter().map(row).collect(),
    }
}

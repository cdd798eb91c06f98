//! Drawings of a bank's items: the map, the information, areas, exposures.

pub(super) mod areas;
pub(super) mod exposure;
pub(super) mod map;

pub use areas::areas;
pub use exposure::{expected_exposures, exposures};
pub use map::item_map;

use crate::ReportError;
use crate::measure::data::TestInformation;
use crate::measure::figure::{Table, finite, of_plane, signed};
use crate::plot::plane::{Across, Axis, LabelPlace, Plane, Series};

/// Draws how much the items tell at each ability (Fisher information: the inverse square of the standard error).
///
/// # Errors
/// [`ReportError::Number`]
pub fn test_information(information: &TestInformation) -> Result<String, ReportError> {
    finite("the test information", information.points.iter().flat_map(|(x, all, given)| [*x, *all, *given]))?;
    finite("the cut", [information.cut])?;
    let Some(highest) = information.points.iter().max_by(|p, q| p.1.total_cmp(&q.1)).copied() else {
        return Err(ReportError::Number { place: "the test information" });
    };
    let first = information.points.first().map_or(0.0, |point| point.0);
    let last = information.points.last().map_or(1.0, |point| point.0);
    let any = information.points.iter().any(|point| point.2 > 0.0);
    let along = |value: &dyn Fn(&(f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
        information.points.iter().map(|point| (point.0, value(point))).collect()
    };
    let series = |class, label, points| Series { class, label, place: LabelPlace::Peak, points, shape: None };
    let all = series("plain", "all items that may be given", along(&|point| point.1));
    let given = any.then(|| series("dashed", "items given", along(&|point| point.2)));
    let title = format!("The items tell most at ability {}", signed(highest.0, 1));
    let desc = format!(
        "Fisher information by ability. All items that may be given reach {:.1} at ability {}, a standard error of {:.2}{}. \
         A vertical line marks the cut at {}. The table below has the same numbers.",
        highest.1,
        signed(highest.0, 1),
        1.0 / highest.1.max(1e-9).sqrt(),
        if any { "; the items given are the dashed line" } else { "" },
        signed(information.cut, 2)
    );
    let plane = Plane {
        id: "information",
        title,
        desc,
        x: Axis { name: "ability (bank's scale)", ends: (first, last), percent: false },
        y: Axis {
            name: "information (1 / squared standard error)",
            ends: (0.0, 1.1 * highest.1.max(1e-6)),
            percent: false,
        },
        series: std::iter::once(all).chain(given).collect(),
        verticals: within((first, last), information.cut),
        horizontals: Vec::new(),
    };
    of_plane(&plane, information_table(information))
}

/// The cut's line, where it lies on the axis.
pub(super) fn within((low, high): (f64, f64), cut: f64) -> Vec<Across> {
    let inside = (low..=high).contains(&cut);
    let line = Across { class: "cut", at: cut, label: format!("cut {}", signed(cut, 2)) };
    inside.then_some(line).into_iter().collect()
}

fn information_table(information: &TestInformation) -> Table {
    let error = |information: f64| {
        if information > 0.0 { format!("{:.2}", 1.0 / information.sqrt()) } else { "none".to_owned() }
    };
    let row = |(ability, all, given): &(f64, f64, f64)| {
        vec![signed(*ability, 2), format!("{all:.2}"), error(*all), format!("{given:.2}"), error(*given)]
    };
    Table {
        caption: "Fisher information and the standard error that it allows, by ability.".to_owned(),
        columns: vec!["Ability", "All items", "Standard error", "Items given", "Standard error"],
        rows: information.points.iter().map(row).collect(),
    }
}

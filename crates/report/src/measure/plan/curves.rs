//! Operating characteristic and average sample number.

use crate::ReportError;
use crate::figures::percent;
use crate::measure::data::{CurvePoint, Guarantee, Plan};
use crate::measure::figure::{Table, finite, of_plane, signed};
use crate::plot::plane::{Across, Axis, LabelPlace, Plane, Series};

fn check(curve: &[CurvePoint], guarantee: &Guarantee) -> Result<(f64, f64), ReportError> {
    let numbers = curve.iter().flat_map(|p| [p.ability, p.covered, p.not_covered, p.undetermined, p.items]);
    finite("a point of the plan's curves", numbers)?;
    finite("the cut", [guarantee.cut, guarantee.indifference])?;
    let shares = || curve.iter().flat_map(|p| [p.covered, p.not_covered, p.undetermined]);
    if !shares().all(|share| (0.0..=1.0).contains(&share)) {
        return Err(ReportError::Share { place: "a point of the plan's curves".to_owned() });
    }
    match (curve.first(), curve.last()) {
        (Some(first), Some(last)) if first.ability < last.ability => Ok((first.ability, last.ability)),
        _ => Err(ReportError::Number { place: "a point of the plan's curves" }),
    }
}

/// The cut, and hairs where the errors are promised.
fn verticals(guarantee: &Guarantee) -> Vec<Across> {
    let hair = |at| Across { class: "rest", at, label: String::new() };
    let cut = format!("cut {} ± {:.2}", signed(guarantee.cut, 2), guarantee.indifference);
    vec![
        hair(guarantee.cut - guarantee.indifference),
        hair(guarantee.cut + guarantee.indifference),
        Across { class: "cut", at: guarantee.cut, label: cut },
    ]
}

fn near(curve: &[CurvePoint], ability: f64) -> Option<&CurvePoint> {
    curve.iter().min_by(|p, q| (p.ability - ability).abs().total_cmp(&(q.ability - ability).abs()))
}

/// The finding of the operating characteristic.
pub(super) fn decides(plan: &Plan) -> String {
    decided(&plan.curve, &plan.guarantee)
}

fn decided(curve: &[CurvePoint], guarantee: &Guarantee) -> String {
    let below = near(curve, guarantee.cut - guarantee.indifference).map_or(0.0, |point| point.covered);
    let above = near(curve, guarantee.cut + guarantee.indifference).map_or(0.0, |point| point.not_covered);
    format!(
        "Wrongly covered {} at cut \u{2212} δ, wrongly not covered {} at cut + δ",
        percent(below),
        percent(above)
    )
}

/// The finding of the sample numbers.
pub(super) fn length(plan: &Plan) -> String {
    longest(&plan.curve)
}

fn longest(curve: &[CurvePoint]) -> String {
    let most = curve.iter().map(|point| point.items).fold(0.0, f64::max);
    let (first, last) = (curve.first(), curve.last());
    let far = first.zip(last).map_or(0.0, |(first, last)| first.items.max(last.items));
    format!("Far from the cut {far:.1} items decide, near it {most:.1} on average")
}

/// Draws how often each recommendation is reached, by ability.
///
/// # Errors
/// [`ReportError`]
pub fn operating_characteristic(curve: &[CurvePoint], guarantee: &Guarantee) -> Result<String, ReportError> {
    let ends = check(curve, guarantee)?;
    let series = |class, label, value: &dyn Fn(&CurvePoint) -> f64| Series {
        class,
        label,
        place: LabelPlace::Peak,
        points: curve.iter().map(|point| (point.ability, value(point))).collect(),
        shape: None,
    };
    let plane = Plane {
        id: "oc",
        title: decided(curve, guarantee),
        desc: format!(
            "Share of simulated reviews by ability from {} to {}: covered is the solid line, not covered dashed, undetermined \
             dotted. A strong vertical line marks the cut at {}, thin ones the indifference of ±{:.2}. The table below has the \
             same numbers.",
            signed(ends.0, 2),
            signed(ends.1, 2),
            signed(guarantee.cut, 2),
            guarantee.indifference
        ),
        x: Axis { name: "ability (bank's scale)", ends, percent: false },
        y: Axis { name: "share of reviews that recommend", ends: (0.0, 1.08), percent: true },
        series: vec![
            series("plain", "covered", &|point| point.covered),
            series("dashed", "not covered", &|point| point.not_covered),
            series("dotted", "undetermined", &|point| point.undetermined),
        ],
        verticals: verticals(guarantee),
        horizontals: Vec::new(),
    };
    let row = |point: &CurvePoint| {
        let shares = [point.covered, point.not_covered, point.undetermined].map(percent);
        std::iter::once(signed(point.ability, 2)).chain(shares).collect()
    };
    of_plane(
        &plane,
        Table {
            caption: "Share of simulated reviews that end with each recommendation, by ability.".to_owned(),
            columns: vec!["Ability", "Covered", "Not covered", "Undetermined"],
            rows: curve.iter().map(row).collect(),
        },
    )
}

/// Draws how many items a review takes, by ability, beside what the whole bank would be.
///
/// # Errors
/// [`ReportError`]
pub fn sample_numbers(
    curve: &[CurvePoint],
    guarantee: &Guarantee,
    available: usize,
) -> Result<String, ReportError> {
    let ends = check(curve, guarantee)?;
    let most = curve.iter().map(|point| point.items_p90 as f64).fold(1.0, f64::max);
    let series = |class, label, value: &dyn Fn(&CurvePoint) -> f64| Series {
        class,
        label,
        place: LabelPlace::Peak,
        points: curve.iter().map(|point| (point.ability, value(point))).collect(),
        shape: None,
    };
    let plane = Plane {
        id: "asn",
        title: longest(curve),
        desc: format!(
            "Items that a review takes by ability: the solid line is the mean, the dashed one what 9 in 10 reviews do not \
             exceed. The whole bank has {available}. A strong vertical line marks the cut at {}, thin ones the indifference of \
             ±{:.2}. The table below has the same numbers.",
            signed(guarantee.cut, 2),
            guarantee.indifference
        ),
        x: Axis { name: "ability (bank's scale)", ends, percent: false },
        y: Axis { name: "items given", ends: (0.0, 1.15 * most), percent: false },
        series: vec![
            series("plain", "mean", &|point| point.items),
            series("dashed", "9 in 10 within", &|point| point.items_p90 as f64),
        ],
        verticals: verticals(guarantee),
        horizontals: Vec::new(),
    };
    let row = |point: &CurvePoint| {
        vec![signed(point.ability, 2), format!("{:.1}", point.items), point.items_p90.to_string()]
    };
    of_plane(
        &plane,
        Table {
            caption: "Items that a review takes, by ability.".to_owned(),
            columns: vec!["Ability", "Mean", "9 in 10 within"],
            rows: curve.iter().map(row).collect(),
        },
    )
}

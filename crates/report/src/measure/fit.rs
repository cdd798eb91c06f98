//! What came of fitting a bank, as lines for a terminal.

use crate::figures::grouped;
use crate::inert::{clipped_to, shortened};
use crate::measure::data::FittedBank;
use crate::measure::tables::{bank_lines, folded, items};

/// Warnings of one name that are written out; the JSON has all.
const OF_ONE_NAME: usize = 3;
/// Misfitting items that are named.
const MISFITS: usize = 5;

/// The fit as lines for a terminal.
#[must_use]
pub fn fit_lines(fitted: &FittedBank) -> Vec<String> {
    let mut lines = bank_lines(&fitted.bank);
    lines.push(format!(
        "  {} of {} have curves; {} iterations, log likelihood {:.1}",
        fitted.bank.items,
        items(fitted.asked),
        grouped(fitted.iterations as u64),
        fitted.log_likelihood
    ));
    lines.push(format!(
        "  median standard errors: slope {:.2}, difficulty {:.2}; area spread {:.2} ({})",
        fitted.median_errors.0, fitted.median_errors.1, fitted.area_spread.0, fitted.area_spread.1
    ));
    lines.extend(warnings(fitted));
    if fitted.misfits.is_empty() {
        lines.push("no item's infit is outside 0.7 to 1.3".to_owned());
    } else {
        let named = fitted.misfits.iter().take(MISFITS);
        let named: Vec<String> =
            named.map(|(item, infit)| format!("{} ({infit:.2})", shortened(item, 32))).collect();
        let more = fitted.misfits.len().saturating_sub(MISFITS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("look at items with infit outside 0.7 to 1.3: {}{more}", named.join(", ")));
    }
    folded(lines)
}

fn warnings(fitted: &FittedBank) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in &fitted.warnings {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut lines = Vec::new();
    for name in names {
        let of_name: Vec<&String> =
            fitted.warnings.iter().filter(|(of, _)| of == name).map(|(_, text)| text).collect();
        lines.extend(
            of_name.iter().take(OF_ONE_NAME).map(|text| format!("{name}: {}", clipped_to(text, 300))),
        );
        if of_name.len() > OF_ONE_NAME {
            lines.push(format!("{name}: and {} more; --json has them", of_name.len() - OF_ONE_NAME));
        }
    }
    lines
}

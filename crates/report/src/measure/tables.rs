//! Tables in fixed-width columns, and sentences that several commands share.

use crate::inert::{clipped_to, shortened};
use crate::measure::data::{BankSummary, Guarantee};
use crate::measure::figure::signed;

/// Columns of a name in a table.
pub(super) const NAME: usize = 24;

/// Rows with the first column left and all others right, two spaces between them.
pub(super) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> = cells
            .map(
                |(place, (cell, width))| {
                    if place == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        format!("  {}", cells.join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Where the numbers come from.
pub(super) fn bank_lines(bank: &BankSummary) -> Vec<String> {
    let areas = match bank.areas.len() {
        1 => "1 area".to_owned(),
        many => format!("{many} areas"),
    };
    let mut lines = vec![
        format!("bank {}: {} in {areas}", shortened(&bank.name, 48), items(bank.items)),
        format!("  calibrated by {}", calibration(bank)),
    ];
    lines.extend(bank.left_out.iter().take(5).map(|why| format!("  left out: {}", clipped_to(why, 200))));
    if bank.left_out.len() > 5 {
        lines.push(format!("  and {} more items are left out; --json names them", bank.left_out.len() - 5));
    }
    lines
}

/// Who answered, and under which conditions.
pub(super) fn calibration(bank: &BankSummary) -> String {
    let persons = match bank.persons {
        0 => "an unknown number of persons".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{} persons", crate::figures::grouped(u64::from(many))),
    };
    let tokens = match bank.tokens {
        0 => "tokens an attempt not stated".to_owned(),
        many => format!("{} tokens an attempt", crate::figures::grouped(many)),
    };
    format!(
        "{persons} ({}), scaffold {}, {tokens}",
        shortened(&bank.source, 40),
        shortened(&bank.scaffold, 24)
    )
}

/// What is decided, in one sentence.
pub(super) fn question(guarantee: &Guarantee) -> String {
    format!(
        "cut {} on {}, indifference ±{:.2}, α {}, β {}",
        signed(guarantee.cut, 2),
        guarantee.estimand,
        guarantee.indifference,
        guarantee.alpha,
        guarantee.beta
    )
}

/// `1 item`, `12 items`.
pub(super) fn items(number: usize) -> String {
    crate::figures::count(number as u64, "item")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["bcd".to_owned(), "9".to_owned()]];
        assert_eq!(aligned(&rows), ["  a    10", "  bcd   9"]);
    }
}

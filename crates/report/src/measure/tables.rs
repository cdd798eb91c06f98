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

/// Lines of at most 80 columns: longer ones are broken at spaces and go on beneath their own text.
pub(super) fn folded(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().flat_map(|line| fold(&line)).collect()
}

/// Columns of a terminal.
const WIDE: usize = 80;

fn fold(line: &str) -> Vec<String> {
    if line.chars().count() <= WIDE {
        return vec![line.to_owned()];
    }
    let indent = line.chars().take_while(|c| *c == ' ').count();
    // A line of a name, two spaces or more, and its value goes on beneath the value.
    let body = &line[indent..];
    let value = body.find("  ").map_or(2, |at| at + body[at..].chars().take_while(|c| *c == ' ').count());
    let hang = " ".repeat(indent + value.min(WIDE / 2));
    let mut lines = vec![line[..indent].to_owned()];
    let (head, rest) = if value > 2 { body.split_at(value) } else { ("", body) };
    lines[0].push_str(head);
    let mut fresh = true;
    for word in rest.split(' ') {
        let last = lines.len() - 1;
        if !fresh && lines[last].chars().count() + 1 + word.chars().count() > WIDE {
            lines.push(format!("{hang}{word}"));
        } else {
            if !fresh {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
        fresh = false;
    }
    lines
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
    fn long_lines_go_on_beneath_their_own_text() {
        let line = format!("  cost       {}", "word ".repeat(30).trim_end());
        let folded = fold(&line);
        assert!(folded.len() == 3 && folded.iter().all(|line| line.chars().count() <= WIDE), "{folded:?}");
        assert!(folded[1].starts_with("             word") && folded[0].starts_with("  cost       word"));
        assert_eq!(folded.join(" ").split_whitespace().count(), 31);
        assert_eq!(fold("short"), ["short"]);
        let plain = format!("Warning: {}", "x".repeat(200));
        assert_eq!(fold(&plain).len(), 2, "a word that does not fit is not cut");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["bcd".to_owned(), "9".to_owned()]];
        assert_eq!(aligned(&rows), ["  a    10", "  bcd   9"]);
    }
}

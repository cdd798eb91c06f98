//! `proofhouse figures`.

use flows::cases::{self, FiguresRules, Told};

use super::{Desk, Lines, shown};
use crate::cli;
use crate::shell::Failure;

impl Desk<'_> {
    /// Prints figures that anybody may read.
    pub fn figures(&self, figures: &cli::Figures) -> Result<Lines, Failure> {
        let rules = FiguresRules { k: figures.k, lag_days: figures.lag_days };
        let figures = cases::figures(&self.office(), rules)?;
        if self.json {
            return shown::json(&figures);
        }
        let mut lines = vec![
            format!("All cases until {}, {} days ago at least.", figures.until, figures.lag_days),
            format!(
                "Rounded down to a multiple of {}. Suppressed: fewer than {} developers are",
                figures.k, figures.k
            ),
            "behind it, or behind another figure of its family.".to_owned(),
        ];
        lines.extend(figures.figures.iter().map(|figure| {
            let told = match figure.told {
                Told::Suppressed => "suppressed".to_owned(),
                Told::Count(count) => count.to_string(),
                Told::Days { count, median_days } => format!("{count}, median {median_days} begun days"),
            };
            format!("{:<32} {told}", figure.measure)
        }));
        Ok(lines)
    }
}

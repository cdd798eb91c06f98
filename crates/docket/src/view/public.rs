//! Figures for everybody: counts over many cases, no names.

use serde::Serialize;

use crate::acts::determination::Finding;
use crate::acts::inquiry::Inquiry;
use crate::acts::safeguards::Keeping;
use crate::acts::window::Window;
use crate::calendar::DAY_MILLIS;
use crate::case::{Case, File};

/// Counts over cases. Whoever publishes them waits and suppresses small ones; here nothing is known of developers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PublicFigures {
    /// Inquiries, answered or not.
    pub inquiries: u64,
    /// Review windows that are over, however they ended.
    pub reviews: u64,
    /// Begun days of those windows, in order of length.
    pub review_days: Vec<u64>,
    /// Models determined to be covered.
    pub determined_covered: u64,
    /// Models determined not to be covered.
    pub determined_not_covered: u64,
    /// Reviews that are over with no determination made.
    pub no_determination_made: u64,
    /// Safeguards promised.
    pub safeguards_promised: u64,
    /// Safeguards delivered.
    pub safeguards_delivered: u64,
    /// Safeguards whose date passed.
    pub safeguards_lapsed: u64,
}

impl PublicFigures {
    /// Counts over `cases`.
    #[must_use]
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let mut figures = Self::default();
        cases.into_iter().filter_map(|case| case.file().ok()).for_each(|file| figures.count(file));
        figures.review_days.sort_unstable();
        figures
    }

    fn count(&mut self, file: &File) {
        self.inquiries += u64::from(file.inquiry != Inquiry::NotAsked);
        match file.determination.as_ref().map(|made| made.memo.finding) {
            Some(Finding::Covered) => self.determined_covered += 1,
            Some(Finding::NotCovered) => self.determined_not_covered += 1,
            None => self.no_determination_made += u64::from(matches!(file.window, Window::Closed { .. })),
        }
        if let Window::Closed { opened_at, closed_at, .. } = &file.window {
            self.reviews += 1;
            self.review_days.push(closed_at.millis_since(*opened_at).div_ceil(DAY_MILLIS));
        }
        for safeguard in file.safeguards.values() {
            self.safeguards_promised += 1;
            match safeguard.keeping {
                Keeping::Delivered => self.safeguards_delivered += 1,
                Keeping::Lapsed => self.safeguards_lapsed += 1,
                Keeping::Promised | Keeping::Ended => {}
            }
        }
    }
}

//! What is to come in a case, and when.

use serde::Serialize;
use types::Timestamp;

use crate::acts::access::Offer;
use crate::acts::consultation::Asked;
use crate::acts::partner::PartnerWindow;
use crate::acts::safeguards::Keeping;
use crate::case::{Case, File};
use crate::names::{ClockId, ItemId, PartyId, SafeguardId};

/// What a deadline is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// An offer that nobody accepted yet.
    Offer,
    /// The review window.
    ReviewWindow,
    /// A consulted party's answer.
    Comment(PartyId),
    /// A partner's window.
    PartnerWindow(PartyId),
    /// A promised safeguard.
    Safeguard(SafeguardId),
    /// An item's retention.
    Retention(ItemId),
    /// Another authority's clock, beside ours.
    OtherClock(ClockId),
}

/// A date to come, or one that passed and is still unmet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// Milliseconds until then; zero when it passed.
    pub left_millis: u64,
    /// Of what.
    pub whose: Whose,
}

/// The case's dates, earliest first.
#[must_use]
pub fn deadlines(case: &Case, now: Timestamp) -> Vec<Deadline> {
    let Case::Opened(file) = case else { return Vec::new() };
    let mut dates = by_time(file);
    dates.extend(shown(file));
    let deadline =
        |(at, whose): (Timestamp, Whose)| Deadline { at, left_millis: at.millis_since(now), whose };
    let mut deadlines: Vec<_> = dates.into_iter().map(deadline).collect();
    deadlines.sort();
    deadlines
}

/// When [`crate::tick`] next has something to do: when a timer is to be set for.
#[must_use]
pub fn next_due(case: &Case) -> Option<Timestamp> {
    let Case::Opened(file) = case else { return None };
    by_time(file).into_iter().map(|(at, _)| at).min()
}

/// Dates at which something happens by itself.
fn by_time(file: &File) -> Vec<(Timestamp, Whose)> {
    let window = file.window_ends_at().map(|at| (at, Whose::ReviewWindow));
    let comments = file.asked.iter().filter_map(|(party, asked)| match asked {
        Asked::Waiting { due_at, .. } => Some((*due_at, Whose::Comment(party.clone()))),
        Asked::NoComment { .. } | Asked::Commented { .. } => None,
    });
    let partners = file.partners.iter().filter_map(|(partner, window)| match window {
        PartnerWindow::Selected { until, .. } => Some((*until, Whose::PartnerWindow(partner.clone()))),
        PartnerWindow::Closed { .. } => None,
    });
    let promised = file.safeguards.iter().filter(|(_, it)| it.keeping == Keeping::Promised);
    let safeguards = promised.map(|(id, it)| (it.due_at, Whose::Safeguard(id.clone())));
    window.into_iter().chain(comments).chain(partners).chain(safeguards).collect()
}

/// Dates that are shown, and at which a person has to act.
fn shown(file: &File) -> Vec<(Timestamp, Whose)> {
    let offer = match &file.offer {
        Offer::Made(terms) => Some((terms.expires, Whose::Offer)),
        Offer::None | Offer::Accepted(_) => None,
    };
    let held = file.items.iter().filter(|(_, item)| item.is_kept());
    let items = held.map(|(id, item)| (item.retain_until, Whose::Retention(id.clone())));
    let clocks = file.clocks.iter().map(|(id, clock)| (clock.ends_at, Whose::OtherClock(id.clone())));
    offer.into_iter().chain(items).chain(clocks).collect()
}

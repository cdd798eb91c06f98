//! The sentences that page and terminal share. None ends in a full stop; headings have none, the terminal adds it.
//!
//! A result is a recommendation to a human designator. No sentence here says more than its numbers do.

mod evidence;
mod finding;

pub(crate) use evidence::{Spent, budget, containment, exposure, incidents, missing, spent, took};
pub(crate) use finding::{certainty, finding, other_runs, outcome_words, profile, share_lines};

use crate::data::{ModelIdentity, Recommendation, Review, Run, Tally};
use crate::inert::shortened;

/// How many columns of a name are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameLength {
    /// A heading must stay a heading.
    Page = 100,
    /// Two lines must hold the whole sentence.
    Terminal = 44,
}

/// What a review of this kind is, in one sentence.
pub(crate) const SINGLE_OPERATOR: &str = "Single-operator profile: the caller owns the model, works on plaintext weights, and ends at a recommendation";

/// Shown when nothing at all was solved.
pub(crate) const PLUMBING: &str = "A model that solves nothing proves the plumbing, not the benchmark";

/// Why an exploratory run cannot be relied on.
pub(crate) const EXPLORATORY: &str =
    "Exploratory: the item order came from --seed, not from the commitment; not a review to rely on";

/// The three recommendations, in the only words for them.
pub(crate) fn recommendation(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Covered => "recommends covered",
        Recommendation::NotCovered => "recommends not covered",
        Recommendation::Undetermined => "undetermined",
    }
}

/// The model's name with how surely it is known. Never the bare name of a script or of a claim.
pub(crate) fn subject(model: &ModelIdentity, length: NameLength) -> String {
    let short = |name| shortened(name, length as usize);
    match model {
        ModelIdentity::Weights { name, .. } => short(name),
        ModelIdentity::Claimed { model, .. } => format!("{} (claimed)", short(model)),
        ModelIdentity::Script { name } => format!("{} (script, not a model)", short(name)),
    }
}

/// How surely the model is known, in a few words.
pub(crate) fn label(model: &ModelIdentity) -> &'static str {
    match model {
        ModelIdentity::Weights { .. } => "weights, hashed before use",
        ModelIdentity::Claimed { .. } => "claimed",
        ModelIdentity::Script { .. } => "script, not a model",
    }
}

/// Whether anything is known of the rate of wrong recommendations.
pub(crate) fn calibration(review: &Review) -> &'static str {
    if review.suite.calibrated {
        "suite calibrated; its error rates are not part of this report"
    } else {
        "suite uncalibrated: error rates unknown"
    }
}

/// Whether nothing passed although something was given.
pub(crate) fn solves_nothing(run: &Run) -> bool {
    run.overall.passed == 0 && total(&run.overall) > u64::from(run.overall.open)
}

/// Every item that the counts speak of.
pub(crate) fn total(tally: &Tally) -> u64 {
    u64::from(tally.passed) + u64::from(tally.failed) + missing_items(tally)
}

/// Refused, unscorable and open items.
pub(crate) fn missing_items(tally: &Tally) -> u64 {
    u64::from(tally.refused) + u64::from(tally.unscorable) + u64::from(tally.open)
}

/// Items that the model was given. An item whose transcript exists was given, whatever came of it.
pub(crate) fn given(run: &Run) -> u64 {
    run.items.iter().filter(|item| !item.transcript.is_empty() || item.outcome.is_some()).count() as u64
}

/// The text with its first letter in upper case.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

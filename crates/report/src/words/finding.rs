//! What was found, and how certain it is.

use crate::data::{Recommendation, Review, Run, Share, Tally};
use crate::figures::{confidence, count, interval, percent};
use crate::words::{NameLength, missing_items, recommendation, sentence, subject, total};

/// The finding of a run, or of a review that has none, in one sentence.
pub(crate) fn finding(review: &Review, run: Option<&Run>, length: NameLength) -> String {
    let subject = subject(&review.model, length);
    let Some(run) = run else {
        return format!("No run has started: nothing is known of {subject}");
    };
    let counted = count(total(&run.overall), "item");
    match (&run.decision, run.ended_at) {
        (Some(decision), _) => format!(
            "{}: {subject} passed {} of {counted}",
            sentence(recommendation(decision.recommendation)),
            run.overall.passed
        ),
        (None, None) => format!(
            "No recommendation yet: run {} of {subject} is not over, {} of {counted} open",
            run.number, run.overall.open
        ),
        (None, Some(_)) => format!(
            "No recommendation: run {} of {subject} ended without one, {} of {counted} open",
            run.number, run.overall.open
        ),
    }
}

/// The share that passed with its interval; twice when something is missing.
pub(crate) fn share_lines(review: &Review, tally: &Tally) -> Vec<String> {
    let (cut, level) = (percent(review.threshold.cut), confidence(review.threshold.confidence));
    let line = |what: &str, share: Share| {
        format!("{what}: {}, {level} interval {}; threshold {cut}", percent(share.share), interval(share))
    };
    if missing_items(tally) == 0 {
        vec![line("Share passed", tally.missing_failed)]
    } else {
        vec![line("Missing = failed", tally.missing_failed), line("Missing = passed", tally.missing_passed)]
    }
}

/// What the decision rests on, and what could change it.
pub(crate) fn certainty(review: &Review, run: &Run) -> String {
    let missing = missing_items(&run.overall);
    let (Some(decision), 0) = (&run.decision, run.overall.open) else {
        return format!(
            "Not decided: {} of {} are open, and can still change everything",
            run.overall.open,
            count(total(&run.overall), "item")
        );
    };
    if missing == 0 {
        let (level, cut) = (confidence(review.threshold.confidence), percent(review.threshold.cut));
        let place = Place::of(&run.overall, review.threshold.cut).words();
        return format!("Nothing is missing; the {level} interval {place} the threshold of {cut}");
    }
    let items = if missing == 1 { "one missing item".to_owned() } else { format!("{missing} missing items") };
    if decision.missing_failed == decision.missing_passed {
        format!("The recommendation is the same whichever way the {items} would have gone")
    } else {
        format!("The {items} can change the recommendation")
    }
}

/// Where each area lies, seen from the threshold.
pub(crate) fn profile(review: &Review, run: &Run) -> String {
    if run.areas.is_empty() {
        return "No area has been measured".to_owned();
    }
    let parts: Vec<String> = [Place::Above, Place::Across, Place::Below]
        .into_iter()
        .filter_map(|place| {
            let names: Vec<&str> = run
                .areas
                .iter()
                .filter(|area| Place::of(&area.tally, review.threshold.cut) == place)
                .map(|area| area.area.as_str())
                .collect();
            (!names.is_empty()).then(|| format!("{} the threshold: {}", place.short(), names.join(", ")))
        })
        .collect();
    sentence(&parts.join("; "))
}

/// What the other runs of the plan say; `None` when there is one run only.
pub(crate) fn other_runs(review: &Review) -> Option<String> {
    let (last, earlier) = review.runs.split_last()?;
    if earlier.is_empty() {
        return None;
    }
    let outcome = |run: &Run| run.decision.as_ref().map(|decision| decision.recommendation);
    let listed: Vec<String> =
        earlier.iter().map(|run| format!("run {} {}", run.number, outcome_words(outcome(run)))).collect();
    let agree = earlier.iter().all(|run| outcome(run) == outcome(last)) && last.decision.is_some();
    let verdict = if agree { "The runs agree" } else { "The runs do not agree" };
    let (number, words) = (last.number, outcome_words(outcome(last)));
    Some(format!("{verdict}: {}, run {number} {words}", listed.join(", ")))
}

/// What came of a run, in a few words.
pub(crate) fn outcome_words(outcome: Option<Recommendation>) -> &'static str {
    outcome.map_or("without a recommendation", recommendation)
}

/// Where an interval lies, seen from the threshold, everything missing counted both ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Above,
    Across,
    Below,
}

impl Place {
    fn of(tally: &Tally, cut: f64) -> Self {
        if tally.missing_failed.low > cut {
            Self::Above
        } else if tally.missing_passed.high < cut {
            Self::Below
        } else {
            Self::Across
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Above => "lies wholly above",
            Self::Across => "contains",
            Self::Below => "lies wholly below",
        }
    }

    fn short(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Across => "across",
            Self::Below => "below",
        }
    }
}

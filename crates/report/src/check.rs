//! A review that contradicts itself is not shown: a wrong number on a page is worse than no page.

use types::Outcome;

use crate::ReportError;
use crate::data::{FORMAT, Review, Run, Share, Tally};

/// Holds the review against itself.
pub(crate) fn review(review: &Review) -> Result<(), ReportError> {
    if review.format != FORMAT {
        return Err(ReportError::Format(crate::inert::clipped(&review.format)));
    }
    let threshold = &review.threshold;
    for (value, place) in [(threshold.cut, "the threshold's cut"), (threshold.confidence, "the confidence")] {
        share(Share { share: value, low: 0.0, high: 1.0 }, || place.to_owned())?;
    }
    if let Some(fuzzer) = &review.fuzzer {
        tally(&fuzzer.overall, || "the fuzzer's overall share".to_owned())?;
        for area in &fuzzer.areas {
            tally(&area.tally, || format!("the fuzzer's share in {}", area.area))?;
        }
    }
    review.runs.iter().try_for_each(run)
}

fn run(run: &Run) -> Result<(), ReportError> {
    tally(&run.overall, || format!("run {}: the overall share", run.number))?;
    for area in &run.areas {
        tally(&area.tally, || format!("run {}: the share in {}", run.number, area.area))?;
    }
    let differs = |what| Err(ReportError::Counts { run: run.number, what });
    if counts(&run.overall)[..4] != outcomes(run) {
        return differs("the items' outcomes and the overall counts");
    }
    let summed = run.areas.iter().map(|area| counts(&area.tally)).fold([0; 5], |mut sum, next| {
        sum.iter_mut().zip(next).for_each(|(total, part)| *total += part);
        sum
    });
    if summed != counts(&run.overall) {
        return differs("the areas' counts and the overall counts");
    }
    if run.containment.iter().any(|check| check.blocked > check.chambers) {
        return differs("the chambers in which a check was blocked");
    }
    match &run.items.iter().find(|item| !item.seconds.is_finite() || item.seconds < 0.0) {
        Some(_) => differs("the items' seconds"),
        None => Ok(()),
    }
}

fn counts(tally: &Tally) -> [u64; 5] {
    [tally.passed, tally.failed, tally.refused, tally.unscorable, tally.open].map(u64::from)
}

/// Passed, failed, refused and unscorable items, counted one by one.
fn outcomes(run: &Run) -> [u64; 4] {
    run.items.iter().filter_map(|item| item.outcome).fold([0; 4], |mut counts, outcome| {
        counts[match outcome {
            Outcome::Passed => 0,
            Outcome::Failed => 1,
            Outcome::Refused => 2,
            Outcome::Unscorable(_) => 3,
        }] += 1;
        counts
    })
}

fn tally(tally: &Tally, place: impl Fn() -> String) -> Result<(), ReportError> {
    share(tally.missing_failed, &place)?;
    share(tally.missing_passed, &place)
}

fn share(share: Share, place: impl Fn() -> String) -> Result<(), ReportError> {
    // Written so that a NaN anywhere fails.
    let sound =
        0.0 <= share.low && share.low <= share.share && share.share <= share.high && share.high <= 1.0;
    if sound { Ok(()) } else { Err(ReportError::Share { place: place() }) }
}

//! Answers from evidence packages, by their reports. A package that is not at hand is said to be missing.

use super::data::Answer;
use super::store::Store;
use crate::data::{ModelIdentity, Review, Run};
use crate::figures::{confidence, count, duration, grouped, size, time};
use crate::words::{self, NameLength};

/// Why there is nothing to say of measurements.
pub(super) fn nothing(store: &Store) -> Answer {
    if !store.measurements.is_empty() {
        return Answer::missing(
            "no evidence package was at hand when this was made; its digest stands among the sources",
        );
    }
    if store.case.office().is_some() {
        Answer::missing("no look has a result")
    } else {
        Answer::not_shown("no evidence package is marked for the developer")
    }
}

/// What `tell` says of each run at hand, by a name; none where no report is.
pub(super) fn each_run<T>(store: &Store, tell: impl Fn(&str, &Review, &Run) -> Vec<T>) -> Option<Vec<T>> {
    let mut reports = store.reports().peekable();
    reports.peek()?;
    let runs =
        reports.flat_map(|(measured, review)| review.runs.iter().map(move |run| (measured, review, run)));
    Some(
        runs.flat_map(|(it, review, run)| tell(&format!("{}, run {}", it.name, run.number), review, run))
            .collect(),
    )
}

/// A line or more for each report at hand, those that are missing named.
fn each_report(store: &Store, tell: impl Fn(&Review) -> Vec<String>) -> Answer {
    if store.reports().next().is_none() {
        return nothing(store);
    }
    // Where there is one measurement, its name would only stand in the way.
    let named = |name: &str, line: &str| match store.measurements.len() {
        1 => words::sentence(line),
        _ => format!("{name}: {line}"),
    };
    let line = |measured: &super::store::Measurement| match &measured.report {
        None => vec![format!("{}: its evidence package was not at hand", measured.name)],
        Some((_, review)) => tell(review).iter().map(|line| named(&measured.name, line)).collect(),
    };
    Answer::Derived { lines: store.measurements.iter().flat_map(line).collect() }
}

pub(super) fn finding(store: &Store) -> Answer {
    each_report(store, |review| vec![words::finding(review, review.runs.last(), NameLength::Page)])
}

pub(super) fn certainty(store: &Store) -> Answer {
    each_report(store, |review| {
        review.runs.last().map(|run| words::certainty(review, run)).into_iter().collect()
    })
}

pub(super) fn identity(store: &Store) -> Answer {
    each_report(store, |review| match &review.model {
        ModelIdentity::Weights { name, manifest, files, size_bytes, runtime } => vec![
            format!(
                "weights {name}, hashed before anything read them: {}, {}",
                count(*files, "file"),
                size(*size_bytes)
            ),
            format!("manifest {manifest}"),
            format!("served by {runtime}"),
        ],
        ModelIdentity::Claimed { endpoint, model, observed } => {
            let drift = match observed.drifted {
                None => "whether they drifted is not known".to_owned(),
                Some(drifted) => format!("{drifted} answered differently at the end"),
            };
            vec![
                format!("an endpoint claims to be {model} ({endpoint}); nothing proves it"),
                format!("it called itself {}", observed.model_strings.join(", ")),
                format!("{} asked, {drift}", count(observed.prompts.into(), "fixed prompt")),
            ]
        }
        ModelIdentity::Script { name } => {
            vec![format!("{name}, a scripted reference agent of the house, and not a model")]
        }
    })
}

pub(super) fn suite(store: &Store) -> Answer {
    each_report(store, |review| {
        let mut areas: Vec<String> =
            review.runs.iter().flat_map(|run| run.areas.iter().map(|it| it.area.to_string())).collect();
        areas.sort_unstable();
        areas.dedup();
        let items = count(review.suite.items.into(), "item");
        vec![
            format!("suite {}, {items}, areas: {}", review.suite.name, areas.join(", ")),
            format!("suite {}", review.suite.digest),
        ]
    })
}

pub(super) fn dates(store: &Store) -> Answer {
    let lines = each_run(store, |name, _, run| {
        let ended = run.ended_at.map_or_else(|| "not ended".to_owned(), |it| format!("ended {}", time(it)));
        vec![format!("{name}: started {}, {ended}", time(run.started_at))]
    });
    lines.map_or_else(|| nothing(store), |lines| Answer::lines_or(lines, "no run was made"))
}

pub(super) fn order(store: &Store) -> Answer {
    each_report(store, |review| {
        let order = if review.plan.exploratory {
            "the operator chose the order of items: exploratory, not a review to rely on"
        } else {
            "the order of items follows from commitment, model and run number; nobody chose it"
        };
        vec![
            order.to_owned(),
            format!("the whole plan was fixed before the first run: {}", review.plan.digest),
        ]
    })
}

pub(super) fn statistics(store: &Store) -> Answer {
    each_report(store, |review| {
        let method = review
            .runs
            .iter()
            .filter_map(|run| run.decision.as_ref())
            .map(|it| it.method.clone())
            .next_back();
        let level = confidence(review.threshold.confidence);
        vec![
            format!("estimand: {}", review.threshold.estimand),
            format!(
                "{level} intervals, {}",
                method.unwrap_or_else(|| "of a method that no decided run names".to_owned())
            ),
            words::calibration(review).to_owned(),
        ]
    })
}

pub(super) fn repeats(store: &Store) -> Answer {
    each_report(store, |review| {
        let runs = format!("{}, all of them shown", count(review.runs.len() as u64, "run"));
        std::iter::once(runs).chain(words::other_runs(review)).collect()
    })
}

pub(super) fn elicitation(store: &Store) -> Answer {
    each_report(store, |review| {
        let budget = review.plan.budget;
        vec![
            format!(
                "budget of each item: {} tokens, {}, {}",
                grouped(budget.tokens),
                count(budget.turns.into(), "turn"),
                duration(f64::from(budget.seconds))
            ),
            "one attempt per item and run in one agent loop with a shell; no retries, no best of several"
                .to_owned(),
        ]
    })
}

pub(super) fn budget_used(store: &Store) -> Answer {
    let lines = each_run(store, |name, review, run| {
        let used = |item: &&crate::data::Item| {
            let budget = review.plan.budget;
            item.turns >= budget.turns
                || item.tokens >= budget.tokens
                || item.seconds >= f64::from(budget.seconds)
        };
        let stopped = run.items.iter().filter(used).count() as u64;
        vec![format!(
            "{name}: {}; {} stopped by a limit",
            words::budget(review.plan.budget, run),
            count(stopped, "item")
        )]
    });
    lines.map_or_else(|| nothing(store), |lines| Answer::lines_or(lines, "no run was made"))
}

pub(super) fn baseline(store: &Store) -> Answer {
    each_report(store, |review| match &review.fuzzer {
        None => vec!["what a fuzzer reaches on the suite was not measured".to_owned()],
        Some(fuzzer) => {
            vec![format!(
                "a fuzzer passed {} of {} on the same suite",
                fuzzer.overall.passed,
                words::total(&fuzzer.overall)
            )]
        }
    })
}

pub(super) fn exposure(store: &Store) -> Answer {
    let lines =
        each_run(store, |name, review, run| vec![format!("{name}: {}", words::exposure(review, run))]);
    lines.map_or_else(|| nothing(store), |lines| Answer::lines_or(lines, "no run was made"))
}

pub(super) fn chamber(store: &Store) -> Answer {
    each_report(store, |review| {
        let held = review.runs.last().map(|run| words::containment(&run.containment));
        let kind = format!("chambers by {}, limits by {}", review.plan.chamber, review.plan.limits);
        std::iter::once(kind).chain(held).collect()
    })
}

pub(super) fn reproduce(store: &Store) -> Answer {
    each_report(store, |review| {
        vec![
            format!("log {}, {} entries, root {}", review.log.origin, review.log.entries, review.log.root),
            "`proofhouse verify` checks the package offline, `rescore` runs the oracles again, `rerun` repeats the plan".to_owned(),
        ]
    })
}

/// What no measurement of this kind can show.
pub(super) fn unmeasured(store: &Store) -> Answer {
    each_report(store, |_| {
        vec![
            "whether the model saw these items in training is unknown".to_owned(),
            "other tools, more attempts, fine-tuning and human help could reach more: a lower bound"
                .to_owned(),
            "the items are tasks of their suite; how much they say of the world outside is a judgement"
                .to_owned(),
        ]
    })
}

pub(super) fn samples(store: &Store) -> Answer {
    each_report(store, |review| {
        let given = review.runs.iter().map(words::given).sum::<u64>();
        vec![format!(
            "{} with every prompt, answer and command in the evidence package; none is copied here, because items stay sealed",
            count(given, "transcript")
        )]
    })
}

//! Tables of what measurements found: shares with their intervals, what is missing, what contained them.

use super::data::Answer;
use super::measured::{each_run, nothing};
use super::store::Store;
use crate::data::{Run, Share, Tally};
use crate::figures::{interval, percent};
use crate::words;

/// Shares of every run with both ways of counting what is missing.
pub(super) fn results(store: &Store) -> Answer {
    let rows = each_run(store, |name, _, run| {
        let decision = run.decision.as_ref();
        let row = |counting: &str, share: Share, recommended| {
            let passed = format!("{} of {}", run.overall.passed, words::total(&run.overall));
            let recommended = words::outcome_words(recommended).to_owned();
            let (name, counting) = (name.to_owned(), counting.to_owned());
            vec![name, passed, counting, percent(share.share), interval(share), recommended]
        };
        vec![
            row("failed", run.overall.missing_failed, decision.map(|it| it.missing_failed)),
            row("passed", run.overall.missing_passed, decision.map(|it| it.missing_passed)),
        ]
    });
    match rows {
        None => nothing(store),
        Some(rows) => Answer::table_or(
            "Every run of every measurement at hand, twice: with everything missing counted as failed, and as passed.",
            &["Run", "Passed", "Missing counted as", "Share", "Interval", "Recommendation to a human"],
            rows,
            "no run was made",
        ),
    }
}

/// The same for each area of each measurement's last run.
pub(super) fn areas(store: &Store) -> Answer {
    let share = |share: Share| format!("{} ({})", percent(share.share), interval(share));
    let rows = each_run(store, |name, review, run| {
        if review.runs.last().map(|last| last.number) != Some(run.number) {
            return Vec::new();
        }
        let row = |area: &crate::data::AreaTally| {
            let (tally, counts) = (&area.tally, counts(&area.tally));
            let (failed, passed) = (share(tally.missing_failed), share(tally.missing_passed));
            vec![name.to_owned(), area.area.to_string(), counts, failed, passed]
        };
        run.areas.iter().map(row).collect()
    });
    match rows {
        None => nothing(store),
        Some(rows) => Answer::table_or(
            "Each area of the last run: passed, failed, refused, unscorable and open items, and the share either way.",
            &["Run", "Area", "Outcomes", "Missing = failed", "Missing = passed"],
            rows,
            "no run was made",
        ),
    }
}

fn counts(tally: &Tally) -> String {
    let counts = [tally.passed, tally.failed, tally.refused, tally.unscorable, tally.open];
    counts.map(|number| number.to_string()).join(" / ")
}

/// What was not measured although it was planned.
pub(super) fn missing(store: &Store) -> Answer {
    let rows = each_run(store, |name, _, run| {
        let number = |number: u32| number.to_string();
        let tally = &run.overall;
        vec![vec![
            name.to_owned(),
            number(tally.refused),
            number(tally.unscorable),
            number(tally.open),
            changes(run),
        ]]
    });
    match rows {
        None => nothing(store),
        Some(rows) => Answer::table_or(
            "Refused, unscorable and open are three different things, and none of them is failed.",
            &["Run", "Refused", "Unscorable", "Open", "Could change the recommendation"],
            rows,
            "no run was made",
        ),
    }
}

fn changes(run: &Run) -> String {
    let answer = match &run.decision {
        None => "not decided",
        Some(decision) if decision.missing_failed == decision.missing_passed => "no",
        Some(_) => "yes",
    };
    answer.to_owned()
}

/// Every check of the containment probe.
pub(super) fn containment(store: &Store) -> Answer {
    let rows = each_run(store, |name, _, run| {
        let row = |check: &crate::data::Containment| {
            let outside = match check.control_open {
                Some(true) => "got out",
                Some(false) => "did not get out either: proves nothing",
                None => "could not be tried: proves nothing",
            };
            let held = format!("{} of {}", check.blocked, check.chambers);
            vec![name.to_owned(), check.name.clone(), held, outside.to_owned()]
        };
        run.containment.iter().map(row).collect()
    });
    match rows {
        None => nothing(store),
        Some(rows) => Answer::table_or(
            "Every known way out, tried in every chamber before anything was run in it, and outside as a control.",
            &["Run", "Check", "Held in chambers", "The same outside"],
            rows,
            "no chamber was probed",
        ),
    }
}

/// What a human must look at.
pub(super) fn incidents(store: &Store) -> Answer {
    let rows = each_run(store, |name, _, run| {
        let row = |it: &crate::data::Incident| {
            let item = it.item.as_ref().map_or_else(|| "the run".to_owned(), ToString::to_string);
            vec![name.to_owned(), crate::figures::time(it.at), item, it.what.clone()]
        };
        run.incidents.iter().map(row).collect()
    });
    match rows {
        None => nothing(store),
        Some(rows) if rows.is_empty() => Answer::line(
            "None was noted. Looked for: attempts at the oracle, containment checks that got out, chambers that were lost",
        ),
        Some(rows) => Answer::table_or(
            "What was noticed in the measurements and must be looked at by a human.",
            &["Run", "When", "Where", "What"],
            rows,
            "",
        ),
    }
}

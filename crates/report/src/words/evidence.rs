//! What stands behind the finding: what is missing, what contained it, what it used, what was noticed.

use types::transcript::Budget;

use crate::data::{Containment, ModelIdentity, Review, Run};
use crate::figures::{count, duration, percent};
use crate::inert::shortened;
use crate::words::{given, total};

/// A check's name in a sentence; the table has more of it.
const CHECK_MAX_CHARS: usize = 24;

/// What the run did not measure, in one sentence.
pub(crate) fn missing(run: &Run) -> String {
    let tally = &run.overall;
    let named = [(tally.refused, "refused"), (tally.unscorable, "unscorable"), (tally.open, "open")];
    let parts: Vec<String> = named
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if parts.is_empty() {
        "No item is missing".to_owned()
    } else {
        format!("Items missing: {}", parts.join(", "))
    }
}

/// Whether the chambers held, and whether their checks prove anything.
pub(crate) fn containment(checks: &[Containment]) -> String {
    let Some(first) = checks.first() else {
        return "Containment was not probed".to_owned();
    };
    let mut leaks = checks.iter().filter(|check| check.blocked < check.chambers);
    if let Some(leak) = leaks.next() {
        let others = leaks.count();
        let rest = if others == 0 {
            String::new()
        } else {
            format!(" (and {})", count(others as u64, "other check"))
        };
        return format!(
            "Not contained: {} got out of {} of {}{rest}",
            shortened(&leak.name, CHECK_MAX_CHARS),
            leak.chambers - leak.blocked,
            count(u64::from(leak.chambers), "chamber")
        );
    }
    let fewest = checks.iter().map(|check| check.chambers).min().unwrap_or(first.chambers);
    if fewest == 0 {
        return "Containment was not probed in every check".to_owned();
    }
    let open = checks.iter().filter(|check| check.control_open == Some(true)).count();
    let chambers = if checks.iter().all(|check| check.chambers == fewest) {
        format!("all {}", count(u64::from(fewest), "chamber"))
    } else {
        "every chamber probed".to_owned()
    };
    let all = checks.len();
    format!("{all} of {all} checks blocked in {chambers}; outside, {open} of {all} got out")
}

/// Who has seen the items.
pub(crate) fn exposure(review: &Review, run: &Run) -> String {
    let items = count(given(run), "item");
    match &review.model {
        ModelIdentity::Claimed { observed, .. } => format!(
            "{items} exposed to the host; {}",
            match observed.drifted {
                Some(drifted) => format!("{drifted} of {} prompts drifted", observed.prompts),
                None => "drift not yet known".to_owned(),
            }
        ),
        ModelIdentity::Weights { .. } | ModelIdentity::Script { .. } => {
            format!("{items} given, none to a developer-hosted endpoint")
        }
    }
}

/// Wall time of the run from start to end, pauses included; of an unfinished one, what answers and commands took.
pub(crate) fn took(run: &Run) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run are far below 2^52")]
    let whole = run.ended_at.map(|ended| ended.millis_since(run.started_at) as f64 / 1000.0);
    duration(whole.unwrap_or_else(|| run.items.iter().map(|item| item.seconds).sum()))
}

/// How many things a human must look at.
pub(crate) fn incidents(review: &Review) -> String {
    match review.runs.iter().map(|run| run.incidents.len() as u64).sum() {
        0 => "No incident was noted".to_owned(),
        1 => "1 incident must be looked at by a human".to_owned(),
        number => format!("{number} incidents must be looked at by a human"),
    }
}

/// One resource: its name, what was used of it, and what all items together were allowed.
pub(crate) struct Spent {
    /// Such as `Tokens`.
    pub resource: &'static str,
    /// Used by all items.
    pub used: f64,
    /// Allowed to all items.
    pub allowed: f64,
}

impl Spent {
    /// The used share; more than 1 when the last call went over the limit.
    pub(crate) fn share(&self) -> f64 {
        if self.allowed > 0.0 { self.used / self.allowed } else { 0.0 }
    }
}

/// Tokens, turns and seconds used of what all items of the run were allowed.
pub(crate) fn spent(budget: Budget, run: &Run) -> [Spent; 3] {
    let items = total(&run.overall) as f64;
    let sum = |used: fn(&crate::data::Item) -> f64| run.items.iter().map(used).sum::<f64>();
    [
        Spent {
            resource: "Tokens",
            used: sum(|item| item.tokens as f64),
            allowed: budget.tokens as f64 * items,
        },
        Spent {
            resource: "Turns",
            used: sum(|item| f64::from(item.turns)),
            allowed: f64::from(budget.turns) * items,
        },
        Spent {
            resource: "Seconds",
            used: sum(|item| item.seconds),
            allowed: f64::from(budget.seconds) * items,
        },
    ]
}

/// How much of the budget was used, in one sentence.
pub(crate) fn budget(budget: Budget, run: &Run) -> String {
    let [tokens, turns, seconds] = spent(budget, run).map(|spent| percent(spent.share()));
    format!("Used {tokens} of the tokens, {turns} of the turns and {seconds} of the seconds allowed")
}

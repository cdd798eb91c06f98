//! Names and values that belong beside the text: who, when, which digest, and how it was measured.

use crate::data::{ModelIdentity, Review, Run};
use crate::figures::{confidence, count, duration, grouped, percent, size, time};
use crate::inert::clipped;
use crate::words::{self, NameLength};

/// A name and its value.
pub(super) struct Fact {
    pub name: &'static str,
    pub value: String,
    /// Whether the value is a digest, an address or a command, set in the fixed-width face.
    pub code: bool,
}

fn text(name: &'static str, value: String) -> Fact {
    Fact { name, value, code: false }
}

fn code(name: &'static str, value: String) -> Fact {
    Fact { name, value, code: true }
}

/// The facts beside the finding: who and when.
pub(super) fn beside(review: &Review, run: Option<&Run>) -> Vec<Fact> {
    let mut facts = vec![
        text("Measured", words::subject(&review.model, NameLength::Page)),
        text("Identity", words::label(&review.model).to_owned()),
        text(
            "Suite",
            format!("{}, {}", clipped(&review.suite.name), count(review.suite.items.into(), "item")),
        ),
    ];
    if let Some(run) = run {
        facts.push(text("Run", run.number.to_string()));
        facts.push(text("Started", time(run.started_at)));
        facts.push(match run.ended_at {
            Some(end) => {
                let took = duration(end.millis_since(run.started_at) as f64 / 1_000.0);
                text("Ended", format!("{}, {took} later", time(end)))
            }
            None => text("Ended", "not yet".to_owned()),
        });
    }
    facts.push(text("Written", time(review.written_at)));
    facts
}

/// Everything that names what was measured, on what, and how.
pub(super) fn method(review: &Review) -> Vec<Fact> {
    let mut facts = identity(&review.model);
    let (plan, threshold) = (&review.plan, &review.threshold);
    if let Some(case) = &plan.case {
        facts.push(text("Case", format!("{}, look {}", clipped(&case.case), clipped(&case.look))));
        facts.push(code("Look's subject", case.subject.to_string()));
    }
    facts.extend([
        text(
            "Suite",
            format!("{}, {}", clipped(&review.suite.name), count(review.suite.items.into(), "item")),
        ),
        code("Suite digest", review.suite.digest.to_string()),
        code("Plan digest", plan.digest.to_string()),
        text("Item order", order(review).to_owned()),
        text("Budget per item", budget(review)),
        text("Chamber", clipped(&plan.chamber)),
        text("Limits", clipped(&plan.limits)),
        text("Threshold", format!("{} of {}", percent(threshold.cut), clipped(&threshold.estimand))),
        code("Threshold commitment", threshold.commitment.to_string()),
        text("Intervals", intervals(review)),
        text("Log", format!("{}, {}", clipped(&review.log.origin), entries(review.log.entries))),
        code("Log root", review.log.root.to_string()),
    ]);
    facts.extend(review.fuzzer.as_ref().map(|fuzzer| code("Fuzzer's log root", fuzzer.log_root.to_string())));
    facts
}

fn identity(model: &ModelIdentity) -> Vec<Fact> {
    let subject = words::subject(model, NameLength::Page);
    match model {
        ModelIdentity::Weights { name: _, manifest, files, size_bytes, runtime } => vec![
            text("Model", subject),
            code("Manifest root", manifest.to_string()),
            text("Weights", format!("{}, {}", count(*files, "file"), size(*size_bytes))),
            code("Runtime", clipped(runtime)),
        ],
        ModelIdentity::Claimed { endpoint, model: _, observed } => {
            let strings: Vec<String> = observed.model_strings.iter().map(|text| clipped(text)).collect();
            vec![
                text("Model", subject),
                code("Endpoint", clipped(endpoint)),
                text(
                    "Answered as",
                    if strings.is_empty() { "nothing".to_owned() } else { strings.join(", ") },
                ),
                text("Fixed prompts", drift(observed.prompts, observed.drifted)),
            ]
        }
        ModelIdentity::Script { .. } => vec![text("Agent", subject)],
    }
}

fn drift(prompts: u32, drifted: Option<u32>) -> String {
    match drifted {
        Some(drifted) => format!("{drifted} of {prompts} answered differently at the end"),
        None => format!("{prompts} asked at the start; the end is not reached"),
    }
}

fn order(review: &Review) -> &'static str {
    if review.plan.exploratory {
        "from --seed: exploratory"
    } else {
        "derived from threshold commitment, identity and run number"
    }
}

fn budget(review: &Review) -> String {
    let budget = review.plan.budget;
    let turns = count(budget.turns.into(), "turn");
    format!("{} tokens, {turns}, {}", grouped(budget.tokens), duration(f64::from(budget.seconds)))
}

fn intervals(review: &Review) -> String {
    let mut methods: Vec<String> = review
        .runs
        .iter()
        .filter_map(|run| run.decision.as_ref())
        .map(|decision| clipped(&decision.method))
        .collect();
    methods.dedup();
    let level = confidence(review.threshold.confidence);
    if methods.is_empty() { level } else { format!("{level}, {}", methods.join(", ")) }
}

fn entries(number: u64) -> String {
    format!("{} {}", grouped(number), if number == 1 { "entry" } else { "entries" })
}

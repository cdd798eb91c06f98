//! The self-contained page: no script, nothing loaded, its one style sheet named by digest in its policy.

mod facts;
mod run;

use askama::Template;
use base64::Engine as _;
use types::Digest;

use crate::ReportError;
use crate::data::{ModelIdentity, Recommendation, Review, Run};
use crate::figures::time;
use crate::inert::clipped;
use crate::words::{self, NameLength};
use facts::Fact;
use run::{IncidentLine, RunRow, RunView};

const STYLE: &str = include_str!("../../templates/report.css");

/// Draws `report.html`.
///
/// # Errors
/// [`ReportError`] when the review contradicts itself.
pub fn page(review: &Review) -> Result<String, ReportError> {
    crate::check::review(review)?;
    Ok(Page::of(review).render()?)
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    style: &'static str,
    style_digest: String,
    title: String,
    warnings: Vec<String>,
    labels: [String; 2],
    verdict_mark: &'static str,
    finding: String,
    lead: Vec<String>,
    other_runs: Option<String>,
    run_rows: Vec<RunRow>,
    beside: Vec<Fact>,
    runs: Vec<RunView>,
    plan_heading: &'static str,
    method: Vec<Fact>,
    incidents_heading: String,
    incidents: Vec<IncidentLine>,
    version: String,
    written_at: String,
}

impl Page {
    fn of(review: &Review) -> Self {
        let last = review.runs.last();
        let subject = words::subject(&review.model, NameLength::Page);
        Self {
            style: STYLE,
            style_digest: base64::engine::general_purpose::STANDARD
                .encode(Digest::of(STYLE.as_bytes()).as_bytes()),
            title: format!("{subject} – Proofhouse review report"),
            warnings: warnings(review),
            labels: [words::SINGLE_OPERATOR.to_owned(), words::sentence(words::calibration(review))],
            verdict_mark: verdict_mark(last),
            finding: words::finding(review, last, NameLength::Page),
            lead: last.map_or_else(Vec::new, |run| lead(review, run)),
            other_runs: words::other_runs(review),
            run_rows: review.runs.iter().map(RunRow::of).collect(),
            beside: facts::beside(review, last),
            runs: review.runs.iter().rev().map(|run| RunView::of(review, run)).collect(),
            plan_heading: plan_heading(review),
            method: facts::method(review),
            incidents_heading: words::incidents(review),
            incidents: run::incidents(review),
            version: clipped(&review.proofhouse_version),
            written_at: time(review.written_at),
        }
    }
}

/// The mark that repeats the finding's first word.
fn verdict_mark(run: Option<&Run>) -> &'static str {
    match run.and_then(|run| run.decision.as_ref()).map(|decision| decision.recommendation) {
        Some(Recommendation::Covered) => "above",
        Some(Recommendation::NotCovered) => "below",
        Some(Recommendation::Undetermined) => "undetermined",
        None => "open",
    }
}

/// What a reader must know before the first number, because it weakens every number.
fn warnings(review: &Review) -> Vec<String> {
    let exploratory = review.plan.exploratory.then(|| words::EXPLORATORY.to_owned());
    let identity = match &review.model {
        ModelIdentity::Script { .. } => Some(
            "Script, not a model: the numbers are those of a scripted reference agent of the house"
                .to_owned(),
        ),
        ModelIdentity::Claimed { .. } => Some(
            "Claimed identity: the endpoint says which model it is, and nothing here proves it".to_owned(),
        ),
        ModelIdentity::Weights { .. } => None,
    };
    exploratory.into_iter().chain(identity).collect()
}

/// The paragraph under the finding.
fn lead(review: &Review, run: &Run) -> Vec<String> {
    let mut lines = words::share_lines(review, &run.overall);
    if words::solves_nothing(run) {
        lines.push(words::PLUMBING.to_owned());
    }
    lines
}

fn plan_heading(review: &Review) -> &'static str {
    if review.plan.exploratory {
        "The threshold was committed to before the first run; the item order was chosen by the operator"
    } else {
        "Plan and threshold were fixed before the first run, and the item order follows from them"
    }
}

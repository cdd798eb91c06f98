//! A page of figures, in the look of the report: no script, nothing loaded.

use askama::Template;
use base64::Engine as _;
use types::Digest;

use crate::ReportError;

const STYLE: &str =
    concat!(include_str!("../../templates/report.css"), include_str!("../../templates/chart.css"));

/// A section with a figure, facts, or both.
pub(super) struct Section {
    pub id: &'static str,
    pub eyebrow: &'static str,
    pub heading: String,
    /// Markup of [`super::figure`], or nothing.
    pub figure: String,
    pub facts: Vec<(&'static str, String)>,
}

/// Everything on a page.
pub(super) struct Content {
    pub title: String,
    pub kind: &'static str,
    pub labels: Vec<String>,
    pub finding: String,
    pub lead: Vec<String>,
    pub beside: Vec<(&'static str, String)>,
    pub sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "measure.html")]
struct Page {
    style: &'static str,
    style_digest: String,
    title: String,
    kind: &'static str,
    labels: Vec<String>,
    finding: String,
    lead: Vec<String>,
    beside: Vec<(&'static str, String)>,
    sections: Vec<Section>,
}

pub(super) fn draw(content: Content) -> Result<String, ReportError> {
    let Content { title, kind, labels, finding, lead, beside, sections } = content;
    let style_digest =
        base64::engine::general_purpose::STANDARD.encode(Digest::of(STYLE.as_bytes()).as_bytes());
    Ok(Page { style: STYLE, style_digest, title, kind, labels, finding, lead, beside, sections }.render()?)
}

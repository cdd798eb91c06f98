//! The pack's page, in the look of the report: no script, nothing loaded.

use askama::Template;
use base64::Engine as _;
use types::Digest;

use super::data::{Answer, AnsweredField, Pack, Quote, Source};
use crate::ReportError;
use crate::figures::{count, time};
use crate::inert::{clipped, inert};

const STYLE: &str =
    concat!(include_str!("../../templates/report.css"), include_str!("../../templates/pack.css"));

pub(super) fn draw(pack: &Pack) -> Result<String, ReportError> {
    Ok(Page::of(pack).render()?)
}

#[derive(Template)]
#[template(path = "pack.html")]
struct Page {
    style: &'static str,
    style_digest: String,
    title: &'static str,
    disclaimer: &'static str,
    case: String,
    finding: String,
    lead: String,
    beside: Vec<(&'static str, String)>,
    sections: Vec<SectionView>,
    sources: Vec<SourceRow>,
    version: String,
    made_at: String,
    readers: &'static str,
}

struct SectionView {
    name: String,
    title: String,
    counted: String,
    fields: Vec<FieldView>,
}

struct FieldView {
    id: String,
    name: String,
    question: String,
    from: String,
    answer: Shown,
}

/// An answer with nothing in it that acts or hides.
enum Shown {
    Lines(Vec<Spans>),
    Table { caption: String, columns: Vec<String>, rows: Vec<Vec<Spans>> },
    Quoted { by: String, quotes: Vec<QuoteView> },
    Unanswered(Unanswered),
}

/// A text in pieces: what is a digest is set in the fixed-width face.
type Spans = Vec<Span>;

struct Span {
    text: String,
    code: bool,
}

struct QuoteView {
    digest: String,
    lines: Vec<String>,
}

struct Unanswered {
    mark: &'static str,
    word: &'static str,
    why: String,
}

struct SourceRow {
    what: &'static str,
    name: String,
    digests: Vec<String>,
}

/// How many fields have which kind of answer.
#[derive(Default)]
struct Counted {
    answered: u64,
    missing: u64,
    human: u64,
    not_shown: u64,
}

impl Counted {
    fn of<'a>(fields: impl IntoIterator<Item = &'a AnsweredField>) -> Self {
        let mut counted = Self::default();
        for field in fields {
            *match field.answer {
                Answer::Derived { .. } | Answer::Table { .. } | Answer::Quoted { .. } => {
                    &mut counted.answered
                }
                Answer::NotRecorded { .. } => &mut counted.missing,
                Answer::ForAHuman { .. } => &mut counted.human,
                Answer::NotShown { .. } => &mut counted.not_shown,
            } += 1;
        }
        counted
    }

    fn all(&self) -> u64 {
        self.answered + self.missing + self.human + self.not_shown
    }

    /// What became of those that are not answered.
    fn rest(&self) -> String {
        let parts = [
            (self.human, "for a human to write"),
            (self.missing, "not recorded"),
            (self.not_shown, "not shown to these readers"),
        ];
        let named = parts.into_iter().filter(|(number, _)| *number > 0);
        named.map(|(number, words)| format!("{number} {words}")).collect::<Vec<_>>().join(", ")
    }
}

impl Page {
    fn of(pack: &Pack) -> Self {
        let counted = Counted::of(pack.sections.iter().flat_map(|section| &section.fields));
        let questions = count(counted.all(), "question");
        Self {
            style: STYLE,
            style_digest: base64::engine::general_purpose::STANDARD
                .encode(Digest::of(STYLE.as_bytes()).as_bytes()),
            title: pack.pack.title(),
            disclaimer: pack.pack.disclaimer(),
            case: clipped(&pack.case),
            finding: format!("The record answers {} of {questions}", counted.answered),
            lead: match counted.rest() {
                rest if rest.is_empty() => "Nothing is left for a human to write".to_owned(),
                rest => format!("The others: {rest}"),
            },
            beside: beside(pack),
            sections: pack.sections.iter().map(SectionView::of).collect(),
            sources: pack.derived_from.iter().map(SourceRow::of).collect(),
            version: clipped(&pack.proofhouse_version),
            made_at: time(pack.made_at),
            readers: pack.readers.words(),
        }
    }
}

fn beside(pack: &Pack) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Case", clipped(&pack.case)),
        ("For", pack.readers.words().to_owned()),
        ("Record", format!("version {}", pack.record.version)),
        ("Last entry", pack.record.entry.to_string()),
        ("Made", time(pack.made_at)),
    ];
    if pack.record.withheld > 0 {
        facts.push(("Withheld", format!("{} of its entries", pack.record.withheld)));
    }
    facts
}

impl SectionView {
    fn of(section: &super::AnsweredSection) -> Self {
        let counted = Counted::of(&section.fields);
        Self {
            name: clipped(&section.name),
            title: clipped(&section.title),
            counted: format!("{} of {}", counted.answered, counted.all()),
            fields: section.fields.iter().map(|field| FieldView::of(&section.name, field)).collect(),
        }
    }
}

impl FieldView {
    fn of(section: &str, field: &AnsweredField) -> Self {
        Self {
            id: clipped(&format!("{section}.{}", field.name)),
            name: clipped(&field.name),
            question: clipped(&field.question),
            from: clipped(&field.from.join(", ")),
            answer: Shown::of(&field.answer),
        }
    }
}

impl Shown {
    fn of(answer: &Answer) -> Self {
        let unanswered =
            |mark, word, why: &str| Self::Unanswered(Unanswered { mark, word, why: clipped(why) });
        match answer {
            Answer::Derived { lines } => Self::Lines(lines.iter().map(|line| shown(line)).collect()),
            Answer::Table { caption, columns, rows } => Self::Table {
                caption: clipped(caption),
                columns: columns.iter().map(|column| clipped(column)).collect(),
                rows: rows.iter().map(|row| row.iter().map(|cell| shown(cell)).collect()).collect(),
            },
            // Unedited means all of it: nothing is clipped.
            Answer::Quoted { by, quotes } => {
                let view = |quote: &Quote| QuoteView {
                    digest: quote.digest.to_string(),
                    lines: quote.text.split('\n').map(inert).collect(),
                };
                Self::Quoted { by: clipped(by), quotes: quotes.iter().map(view).collect() }
            }
            Answer::NotRecorded { why } => unanswered("open", "Not recorded", why),
            Answer::ForAHuman { who } => unanswered("refused", "For a human to write", who),
            Answer::NotShown { why } => unanswered("undetermined", "Not shown to these readers", why),
        }
    }
}

/// Texts of a case may hold line ends; everything else that acts is written out.
fn shown(text: &str) -> Spans {
    let mut spans: Spans = Vec::new();
    for word in text.split([' ', '\n']).map(inert) {
        let code = word.parse::<Digest>().is_ok();
        match spans.last_mut() {
            Some(last) if !last.code && !code => {
                last.text.push(' ');
                last.text.push_str(&word);
            }
            Some(_) | None => spans.push(Span { text: word, code }),
        }
    }
    spans
}

impl SourceRow {
    fn of(source: &Source) -> Self {
        match source {
            Source::View { digest } => Self {
                what: "View of the case",
                name: "one line of JSON".to_owned(),
                digests: vec![digest.to_string()],
            },
            Source::Evidence { name, root, report } => Self {
                what: "Evidence package",
                name: clipped(name),
                digests: vec![
                    format!("root {root}"),
                    report.map_or_else(|| "was not at hand".to_owned(), |it| format!("report.json {it}")),
                ],
            },
            Source::Response { digest } => Self {
                what: "Developer's response",
                name: "unedited".to_owned(),
                digests: vec![digest.to_string()],
            },
        }
    }
}

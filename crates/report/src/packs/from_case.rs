//! Answers from the case: what was offered, when, by whom it was used, what was fixed beforehand.

use types::Timestamp;

use super::case::{Common, Ending, ErrorBudget, Side, Subject, Window};
use super::data::Answer;
use super::store::Store;
use crate::figures::{count, time};

const DAY_MILLIS: u64 = 86_400_000;

fn common(store: &Store) -> &Common {
    &store.case.common
}

/// What somebody wrote, as theirs.
pub(super) fn quoted(text: &str) -> String {
    format!("\u{201c}{text}\u{201d}")
}

pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

pub(super) fn model(store: &Store) -> Answer {
    let case = common(store);
    Answer::line(format!("{}, in case {}", quoted(&case.model), case.case))
}

pub(super) fn developer(store: &Store) -> Answer {
    let name = store.case.office().map(|office| office.developer.clone());
    Answer::line(name.unwrap_or_else(|| "The reader of this pack".to_owned()))
}

pub(super) fn subject(store: &Store) -> Answer {
    let lines = common(store).subject.map(subject_lines).unwrap_or_default();
    Answer::lines_or(lines, "no access was offered, so that no exact model is named")
}

fn subject_lines(subject: Subject) -> Vec<String> {
    let part = |name: &str, digest: Option<types::Digest>| match digest {
        Some(digest) => format!("{name} {digest}"),
        None => format!("{name}: none is named"),
    };
    vec![
        format!("Checkpoint {}", subject.checkpoint),
        part("System prompt", subject.system_prompt),
        part("Safeguard setting", subject.safeguards),
    ]
}

pub(super) fn deltas(store: &Store) -> Answer {
    let text = match common(store).deltas {
        0 => "None: the offered model is the one that the case ends with".to_owned(),
        number => format!(
            "{} of checkpoint, system prompt or safeguard setting; each measurement belongs to the subject that it names",
            count(number.into(), "change")
        ),
    };
    Answer::line(text)
}

pub(super) fn purposes(store: &Store) -> Answer {
    let case = common(store);
    let purposes = case.terms.iter().flat_map(|terms| &terms.purposes);
    let purposes = purposes.map(|purpose| format!("Access was offered for {}", quoted(purpose)));
    let inquiry = case.inquiry.iter().flat_map(|inquiry| {
        let asked = format!("The developer asked {}", quoted(&inquiry.question));
        let expected = inquiry.expectation.as_deref().map(|expected| {
            format!("The office answered that it expects: {}. That is no determination", spoken(expected))
        });
        std::iter::once(asked).chain(expected)
    });
    Answer::lines_or(purposes.chain(inquiry).collect(), "neither an inquiry nor an offer is in the case")
}

pub(super) fn modes(store: &Store) -> Answer {
    let modes = common(store).terms.iter().flat_map(|terms| &terms.modes);
    Answer::lines_or(modes.map(|mode| mode_words(mode)).collect(), "no access was offered")
}

fn mode_words(mode: &str) -> String {
    match mode {
        "api" => "Prompts through the developer's service".to_owned(),
        "safeguards_off" => "The same with the developer's safeguards off".to_owned(),
        "reasoning_traces" => "What the model writes before it answers".to_owned(),
        "fine_tuning" => "Training it further".to_owned(),
        "weights" => "The weights themselves".to_owned(),
        "enclave" => "The weights inside hardware that nobody looks into".to_owned(),
        other => spoken(other),
    }
}

pub(super) fn grants(store: &Store) -> Answer {
    let rows = common(store).grants.iter().map(|grant| {
        vec![grant.person.clone(), spoken(&grant.mode), grant.purpose.clone(), time(grant.until)]
    });
    Answer::table_or(
        "Persons who could use the model, each by a grant that ends with the review window at the latest.",
        &["Person", "Mode", "Purpose", "Until before"],
        rows.collect(),
        "no grant is in the case",
    )
}

pub(super) fn readers(store: &Store) -> Answer {
    let case = common(store);
    let lines = case.terms.iter().map(|terms| {
        let named = terms.readers.join(", ");
        format!("Named by the developer: {named}. The offer ends at {}", time(terms.expires))
    });
    Answer::lines_or(lines.collect(), "no access was offered")
}

pub(super) fn window(store: &Store) -> Answer {
    let days =
        |from: Timestamp, until: Timestamp| count(until.millis_since(from).div_ceil(DAY_MILLIS), "begun day");
    let mut lines = match &common(store).window {
        Window::Unopened => return Answer::missing("the review window never opened"),
        Window::Open { opened_at, ends_at } => vec![
            format!("Opened {}; open when this was made, until {}", time(*opened_at), time(*ends_at)),
            format!("{} of at most {}", days(*opened_at, store.made_at), days(*opened_at, *ends_at)),
        ],
        Window::Closed { opened_at, closed_at, ending } => vec![
            format!("From {} until {}: {}", time(*opened_at), time(*closed_at), days(*opened_at, *closed_at)),
            ending_words(ending),
        ],
    };
    lines.push("Evaluators' guidance asks for 20 business days".to_owned());
    Answer::Derived { lines }
}

fn ending_words(ending: &Ending) -> String {
    let left = |work: &[String]| match work {
        [] => "no planned work was left".to_owned(),
        work => format!("unfinished work: {}", work.join(", ")),
    };
    match ending {
        Ending::RanOut { unfinished } => format!("It ran out; {}", left(unfinished)),
        Ending::ReleaseCame { unfinished } => {
            format!("The developer's planned release came first; {}", left(unfinished))
        }
        Ending::Withdrawn => "The developer withdrew, which leaves no mark".to_owned(),
        Ending::Finished => "The reviewing office was done".to_owned(),
    }
}

pub(super) fn lost(store: &Store) -> Answer {
    let lost = &common(store).lost;
    let hours = lost.total_millis / 3_600_000;
    let caption = format!("{} in all, beside the clock and never added to it.", count(hours, "hour"));
    let row = |it: &super::case::LostTime| vec![spoken(&it.cause), time(it.from), time(it.until)];
    if lost.periods.is_empty() {
        return Answer::line("None is recorded");
    }
    Answer::table_or(&caption, &["Cause", "From", "Until"], lost.periods.iter().map(row).collect(), "")
}

pub(super) fn threshold(store: &Store) -> Answer {
    let Some(commitment) = common(store).threshold else {
        return Answer::missing("no threshold was committed to");
    };
    let mut lines = vec![
        format!("Committed to by the salted digest {commitment}"),
        "The window opens only after somebody outside the office cosigned it".to_owned(),
    ];
    // Reports are held against the case: a measurement under another threshold is said to be one.
    for (measured, review) in store.reports() {
        let other = if review.threshold.commitment == commitment { "this" } else { "another" };
        lines.push(format!("{} was decided against {other} commitment", quoted(&measured.name)));
    }
    Answer::Derived { lines }
}

pub(super) fn error_budget(store: &Store) -> Answer {
    let Some(office) = store.case.office() else { return house_only() };
    let words = |budget: ErrorBudget| {
        format!("{} ppm covered without being it, {} ppm the reverse", budget.alpha_ppm, budget.beta_ppm)
    };
    let lines = [("Fixed for the whole case", office.error_budget), ("Left", office.error_budget_left)];
    let lines = lines.into_iter().filter_map(|(name, budget)| Some(format!("{name}: {}", words(budget?))));
    Answer::lines_or(lines.collect(), "no error budget was fixed")
}

pub(super) fn house_only() -> Answer {
    Answer::not_shown("the record has it for the house and auditors")
}

/// Every look, with or without a result: one that is left out would be one that was repeated until it suited.
pub(super) fn looks(store: &Store) -> Answer {
    let Some(office) = store.case.office() else { return house_only() };
    let rows = office.looks.iter().map(|look| {
        let result = look.evidence.map_or_else(|| "no result yet".to_owned(), |it| it.to_string());
        vec![look.look.clone(), look.subject.to_string(), result]
    });
    Answer::table_or(
        "Every look that was planned, in order of names; each spent its share of the error budget when it was planned.",
        &["Look", "Subject", "Evidence"],
        rows.collect(),
        "no look was planned",
    )
}

pub(super) fn work(store: &Store) -> Answer {
    let Some(office) = store.case.office() else { return house_only() };
    let rows = office.work.iter().map(|work| {
        vec![work.work.clone(), work.what.clone(), work.business_days.to_string(), work.progress.clone()]
    });
    Answer::table_or(
        "Planned work, done or not.",
        &["Work", "What", "Business days", "Progress"],
        rows.collect(),
        "no work was planned",
    )
}

pub(super) fn conflicts(store: &Store) -> Answer {
    let Some(conflicts) = &store.conflicts else { return house_only() };
    let lines = conflicts.iter().map(|it| {
        format!(
            "{} declared one with {}; by rule, who declares one does not act in the case",
            it.person, it.with
        )
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        Answer::line("None with this developer or case stands in the register of persons")
    } else {
        Answer::Derived { lines }
    }
}

pub(super) fn sides(_: &Store) -> Answer {
    Answer::Derived {
        lines: vec![
            "Nobody has seats on two sides: developer, house, partner and audit are apart".to_owned(),
            "Export, enrolment and decryption of weights take two persons".to_owned(),
        ],
    }
}

pub(super) fn influence(_: &Store) -> Answer {
    Answer::Derived {
        lines: vec![
            "The developer has no act that changes a result or an assessment; it responds, and its response stays unedited".to_owned(),
            "It can withdraw in every open state, which ends access and changes no result".to_owned(),
        ],
    }
}

pub(super) fn assessment(store: &Store) -> Answer {
    let Some(it) = &common(store).assessment else {
        return Answer::missing("no assessment was given to the developer");
    };
    let mut lines = vec![
        format!("Given: {}", quoted(&it.given)),
        format!("Why that much: {}", quoted(&it.why_that_much)),
    ];
    lines.extend(it.words.as_ref().map(|words| format!("The developer, in short: {}", quoted(words))));
    Answer::Derived { lines }
}

pub(super) fn response(store: &Store) -> Answer {
    if store.responses.is_empty() {
        return Answer::missing("the developer gave no response to an assessment");
    }
    Answer::Quoted { by: "the developer".to_owned(), quotes: store.responses.clone() }
}

pub(super) fn determination(store: &Store) -> Answer {
    let (finding, reasons, withheld) = match &store.case.side {
        Side::Developer(part) => (part.determination.clone(), part.reasons.clone(), 0),
        Side::Office(office) => match &office.determination {
            super::case::Determination::NoDeterminationMade => (None, Vec::new(), 0),
            super::case::Determination::Determined(memo) => {
                let (given, kept): (Vec<_>, Vec<_>) =
                    memo.reasons.iter().partition(|reason| reason.releasable == "to_developer");
                let given = given.into_iter().map(|reason| reason.text.clone()).collect();
                (Some(memo.finding.clone()), given, kept.len())
            }
        },
    };
    let Some(finding) = finding else { return Answer::line("No determination made") };
    let mut lines = vec![format!("Determined by the designating authority: {}", spoken(&finding))];
    lines.extend(reasons.iter().map(|reason| format!("Reason: {}", quoted(reason))));
    if withheld > 0 {
        lines.push(format!("{} marked as withheld, and in no pack", count(withheld as u64, "reason")));
    }
    Answer::Derived { lines }
}

pub(super) fn consultation(store: &Store) -> Answer {
    let Some(office) = store.case.office() else { return house_only() };
    if office.consultation.is_empty() {
        return Answer::missing("no party was consulted");
    }
    let counted = |wanted: fn(&super::case::ConsultedAnswer) -> bool| {
        office.consultation.iter().filter(|it| wanted(&it.answer)).count() as u64
    };
    use super::case::ConsultedAnswer as Said;
    Answer::line(format!(
        "{} asked: {} commented, {} said nothing by the date, {} may still answer",
        count(office.consultation.len() as u64, "department"),
        counted(|it| matches!(it, Said::Comment)),
        counted(|it| matches!(it, Said::NoComment)),
        counted(|it| matches!(it, Said::Waiting)),
    ))
}

pub(super) fn safeguards(store: &Store) -> Answer {
    let rows = common(store).safeguards.iter().map(|it| {
        vec![
            it.safeguard.clone(),
            spoken(&it.kind),
            it.what.clone(),
            it.what_shows_it.clone().unwrap_or_else(|| "not asked for".to_owned()),
            time(it.due_at),
            it.keeping.clone(),
        ]
    });
    Answer::table_or(
        "What the developer promised. Ended means that it ended with a withdrawal, neither kept nor broken.",
        &["Safeguard", "Kind", "What", "What would show it", "Due", "State"],
        rows.collect(),
        "the developer promised no safeguard in this case",
    )
}

pub(super) fn kept(store: &Store) -> Answer {
    use super::case::Holding;
    let rows = common(store).items.iter().map(|it| {
        let holders = it.holders.iter().map(|(party, holding)| match holding {
            Holding::Holds => party.clone(),
            Holding::Deleted { .. } => format!("{party} (deleted)"),
        });
        let holds: Vec<&str> = it.holds.iter().map(|(hold, _)| hold.as_str()).collect();
        vec![
            it.item.clone(),
            it.marking.clone(),
            holders.collect::<Vec<_>>().join(", "),
            time(it.retain_until),
            if holds.is_empty() { "none".to_owned() } else { holds.join(", ") },
        ]
    });
    Answer::table_or(
        "What the case holds, as far as these readers may see it.",
        &["Item", "Marking", "Holders", "Kept until", "Legal holds"],
        rows.collect(),
        "the case holds no item that these readers may see",
    )
}

pub(super) fn reconsideration(store: &Store) -> Answer {
    match &common(store).reconsideration {
        None => Answer::line("No request is open"),
        Some(new) => Answer::line(format!(
            "A request is open, on new evidence: {}. It gives no legal right",
            quoted(new)
        )),
    }
}

pub(super) fn planned_release(store: &Store) -> Answer {
    match common(store).planned_release {
        None => Answer::missing("the developer stated no date"),
        Some(at) => Answer::line(format!(
            "The developer plans to give the model to other trusted partners at {}; the date is its own to state",
            time(at)
        )),
    }
}

pub(super) fn record(store: &Store) -> Answer {
    let recorded = store.record;
    let mut lines = vec![
        format!("{} in the case's record", entries(recorded.version)),
        format!("The last one's line has the digest {}", recorded.entry),
        format!("The case is {}", common(store).standing),
    ];
    if recorded.withheld > 0 {
        lines.push(format!(
            "{} withheld, because they refer to classified material; nothing in this pack rests on them",
            entries(recorded.withheld)
        ));
    }
    lines.extend(
        store.case.office().map(|office| format!("The case was opened at {}", time(office.opened_at))),
    );
    Answer::Derived { lines }
}

fn entries(number: u64) -> String {
    format!("{number} {}", if number == 1 { "entry" } else { "entries" })
}

//! Entries, views and deadlines as people read them.

use docket::view::View;
use docket::{Actor, Cause, Deadline, Entry, Event, RegisterEvent, Whose};
use flows::cases::Taken;
use serde::Serialize;
use serde_json::{Value, json};

use super::Lines;
use crate::shell::Failure;

/// What a value says as JSON, over several lines.
pub fn json(value: &impl Serialize) -> Result<Lines, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// What came of an envelope, as JSON.
pub fn taken_as_json(taken: &Taken) -> Result<Lines, Failure> {
    match taken {
        Taken::Register(entries) => json(entries),
        Taken::Case(entries) => json(entries),
        Taken::Before { version } => json(&json!({ "taken_in_before_as_version": version })),
    }
}

/// An entry of a case on one line.
pub fn case_line(entry: &Entry<Event>) -> String {
    line(entry, &entry.event().name())
}

/// An entry of a case with what it holds.
pub fn taken_lines(entry: &Entry<Event>) -> Lines {
    let mut lines = vec![case_line(entry)];
    let content = serde_json::to_value(entry.event()).unwrap_or_default();
    let inner = content.as_object().and_then(|family| family.values().next()?.as_object()?.values().next());
    if let Some(inner) = inner {
        tree(inner, 2, &mut lines);
    }
    lines
}

/// An entry of the register on one line.
pub fn register_line(entry: &Entry<RegisterEvent>) -> String {
    let content = serde_json::to_value(entry.event()).unwrap_or_default();
    let name = content.as_object().and_then(|event| event.keys().next().cloned()).unwrap_or_default();
    let subject = content
        .pointer(&format!("/{name}/person"))
        .or_else(|| content.pointer(&format!("/{name}/delegation")));
    let subject = subject.and_then(Value::as_str).map_or_else(String::new, |subject| format!(" {subject}"));
    line(entry, &format!("{name}{subject}"))
}

fn line<E>(entry: &Entry<E>, what: &str) -> String {
    let by = match entry.cause() {
        Cause::Time => "its time had come".to_owned(),
        Cause::Signed { by, .. } => by.iter().map(actor).collect::<Vec<_>>().join(" and "),
    };
    format!("{:>4}  {}  {what:<28} {by}", entry.version(), entry.at())
}

fn actor(actor: &Actor) -> String {
    match &actor.authority {
        docket::Authority::Own => format!("{}, {}", actor.person, actor.seat),
        docket::Authority::Delegated(delegation) => {
            format!("{}, {} by delegation {delegation}", actor.person, actor.seat)
        }
    }
}

/// A view: names and values, indented.
pub fn view(view: &View) -> Result<Lines, Failure> {
    let value = serde_json::to_value(view).map_err(|error| Failure::usage(error.to_string()))?;
    let mut lines = Vec::new();
    tree(&value, 0, &mut lines);
    Ok(lines)
}

/// Names and values, one a line; what is empty is left out.
fn tree(value: &Value, indent: usize, lines: &mut Lines) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        if let (Some(name), Some(millis)) = (name.strip_suffix("_millis"), value.as_u64()) {
            lines.push(format!("{:indent$}{:<16} {}", "", name.replace('_', " "), days(millis)));
            continue;
        }
        let name = name.replace('_', " ");
        match value {
            Value::Null => {}
            Value::Array(list) if list.is_empty() => {}
            Value::Object(fields) if fields.is_empty() => {}
            Value::Object(_) => {
                lines.push(format!("{:indent$}{name}", ""));
                tree(value, indent + 2, lines);
            }
            Value::Array(list) if list.iter().all(|element| !element.is_object()) => {
                let all: Vec<String> = list.iter().map(plain).collect();
                lines.push(format!("{:indent$}{name:<16} {}", "", all.join(", ")));
            }
            Value::Array(list) => list.iter().for_each(|element| {
                lines.push(format!("{:indent$}{name}", ""));
                tree(element, indent + 2, lines);
            }),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                lines.push(format!("{:indent$}{name:<16} {}", "", plain(value)));
            }
        }
    }
}

/// A span of time in words.
fn days(millis: u64) -> String {
    let hours = millis / 3_600_000;
    match (millis, hours / 24, hours % 24) {
        (0, ..) => "none".to_owned(),
        (_, 0, 0) => "less than an hour".to_owned(),
        (_, 0, hours) => format!("{hours} h"),
        (_, days, 0) => format!("{days} d"),
        (_, days, hours) => format!("{days} d {hours} h"),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), report::inert)
}

/// A deadline on one line.
pub fn deadline(deadline: &Deadline) -> String {
    let days = deadline.left_millis / 86_400_000;
    let left = match (deadline.left_millis, days) {
        (0, _) => "passed".to_owned(),
        (_, 0) => "less than a day left".to_owned(),
        (_, 1) => "1 day left".to_owned(),
        (_, days) => format!("{days} days left"),
    };
    let whose = match &deadline.whose {
        Whose::Offer => "the offer expires".to_owned(),
        Whose::ReviewWindow => "the review window ends".to_owned(),
        Whose::Comment(party) => format!("comment of {party}"),
        Whose::PartnerWindow(party) => format!("the partner window of {party} ends"),
        Whose::Safeguard(name) => format!("safeguard {name} is due"),
        Whose::Retention(name) => format!("retention of item {name} ends"),
        Whose::OtherClock(name) => format!("another authority's clock {name} ends"),
    };
    format!("{}  {left:<20} {whose}", deadline.at)
}

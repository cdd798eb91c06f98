//! `@op(…)`, `@fields(…)`, `@refuse(…)` and their like.

use std::fmt::Write as _;

use super::Dress;
use super::fields::Width;
use crate::draw::Draw;
use crate::program::Reading;

const MACROS: [&str; 7] = ["op(", "fields(", "refuse(", "each(", "guard", "fail", "ok"];

/// The text with every macro written out.
pub fn expand(text: &str, dress: &Dress<'_>, draw: &mut Draw) -> String {
    let mut written = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        written.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(name) = MACROS.iter().find(|name| rest.starts_with(**name)) else {
            written.push('@');
            continue;
        };
        rest = &rest[name.len()..];
        let argument = if name.ends_with('(') { balanced(&mut rest) } else { "" };
        written.push_str(&one(name, argument, dress, draw));
    }
    written.push_str(rest);
    written
}

/// What stands before the bracket that closes; `rest` goes on behind it.
fn balanced<'a>(rest: &mut &'a str) -> &'a str {
    let mut depth = 1;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let inner = &rest[..at];
            *rest = &rest[at + 1..];
            return inner;
        }
    }
    std::mem::take(rest)
}

fn one(name: &str, argument: &str, dress: &Dress<'_>, draw: &mut Draw) -> String {
    let style = dress.style;
    match name {
        "op(" => format!("static {} $op_{argument}(struct $$cursor *$in)", style.result),
        "fields(" => fields(argument, dress),
        "refuse(" => refuse(&expand(argument, dress, draw), dress, draw),
        "each(" => each(argument, draw),
        "guard" if dress.phase == 0 => String::new(),
        "guard" => {
            let phase = dress.phase;
            let condition = match draw.size(0, 2) {
                0 => format!("$$phase < {phase}"),
                1 => format!("$$phase != {phase} && $$phase < {phase}u"),
                _ => format!("!($$phase >= {phase})"),
            };
            refuse(&condition, dress, draw)
        }
        "fail" => format!("return {}", style.refused),
        _ => format!("return {}", style.taken),
    }
}

fn refuse(condition: &str, dress: &Dress<'_>, draw: &mut Draw) -> String {
    let refused = dress.style.refused;
    if draw.chance(35) {
        format!("if ({condition}) {{\nreturn {refused};\n}}")
    } else {
        format!("if ({condition})\nreturn {refused};")
    }
}

fn each(argument: &str, draw: &mut Draw) -> String {
    let (index, limit) = argument.split_once(',').unwrap_or((argument, "0"));
    let limit = limit.trim();
    match draw.size(0, 2) {
        0 => format!("for (size_t {index} = 0; {index} < {limit}; {index}++)"),
        1 => format!("for (size_t {index} = 0; {index} != {limit}; ++{index})"),
        _ => format!("for (size_t {index} = 0; {limit} > {index}; {index} += 1)"),
    }
}

/// Statements that read an operation's fields in their order.
fn fields(argument: &str, dress: &Dress<'_>) -> String {
    let op = argument.split(';').next().unwrap_or_default().trim();
    let mut declared = String::new();
    let mut reads = Vec::new();
    // A layout is made of the same text.
    for field in dress.layout.get(op).into_iter().flatten() {
        let name = &field.name;
        // Writing to a String cannot fail.
        let _ = match (dress.style.reading, field.width) {
            (Reading::Sticky, Width::Number(bytes)) => {
                writeln!(declared, "unsigned ${name} = $$take_number($in, {bytes});")
            }
            (Reading::Sticky, Width::Bytes) => {
                writeln!(declared, "size_t ${name}_n;\nconst uint8_t *${name} = $$string($in, &${name}_n);")
            }
            (Reading::OneByOne | Reading::Together, Width::Number(bytes)) => {
                reads.push(format!("!$$take_number($in, {bytes}, &${name})"));
                writeln!(declared, "unsigned ${name};")
            }
            (Reading::OneByOne | Reading::Together, Width::Bytes) => {
                reads.push(format!("!$$string($in, &${name}, &${name}_n)"));
                writeln!(declared, "size_t ${name}_n;\nconst uint8_t *${name};")
            }
        };
    }
    let refused = dress.style.refused;
    let checks = match dress.style.reading {
        Reading::Sticky => vec!["$in->$$broken".to_owned()],
        Reading::OneByOne => reads,
        Reading::Together => vec![reads.join(" || ")],
    };
    let checks: Vec<String> = checks.iter().map(|check| format!("if ({check})\nreturn {refused};")).collect();
    format!("{declared}\n{}", checks.join("\n"))
}

//! `@NAME`, `$name` and `$$name`.

use std::collections::BTreeSet;

use super::Dress;

fn word(text: &str) -> &str {
    let end =
        text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

/// The text with every number and name written out. What nobody named stays as it is, which no compiler takes.
pub fn named(text: &str, dress: &Dress<'_>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['@', '$']) {
        written.push_str(&rest[..at]);
        let (mark, key) = match () {
            () if rest[at..].starts_with("$$") => ("$$", word(&rest[at + 2..])),
            () => (&rest[at..=at], word(&rest[at + 1..])),
        };
        let found = match mark {
            "$$" => dress.program.get(key),
            "$" => dress.module.get(key),
            _ => dress.numbers.get(key).map(String::as_str),
        };
        match found {
            Some(name) => written.push_str(name),
            None => {
                written.push_str(mark);
                written.push_str(key);
            }
        }
        rest = &rest[at + mark.len() + key.len()..];
    }
    written.push_str(rest);
    written
}

/// The keys of the module's and of the program's names, with those that macros bring.
pub fn keys(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut module, mut program) = (BTreeSet::new(), BTreeSet::new());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let of_program = rest[at..].starts_with("$$");
        let key = word(&rest[at + 1 + usize::from(of_program)..]);
        rest = &rest[at + 1 + usize::from(of_program)..];
        if of_program { &mut program } else { &mut module }.insert(key.to_owned());
    }
    for (at, _) in text.match_indices("@op(") {
        module.insert(format!("op_{}", word(&text[at + "@op(".len()..])));
        module.insert("in".to_owned());
    }
    (module.into_iter().collect(), program.into_iter().collect())
}

//! *Diagnose* and single-answer puzzles: lines `key = value` that must be exactly the wanted ones.

use std::collections::BTreeMap;

use super::Verdict;

pub fn judge(wanted: &BTreeMap<String, String>, submission: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(submission) else {
        return Verdict::rejected("the submission is not text");
    };
    let mut given = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((key, value)) = line.split_once('=') else {
            return Verdict::rejected("a line is not `key = value`");
        };
        if given.insert(folded(key), folded(value)).is_some() {
            return Verdict::rejected("a key stands twice");
        }
    }
    let wanted: BTreeMap<String, String> =
        wanted.iter().map(|(key, value)| (folded(key), folded(value))).collect();
    if given == wanted {
        return Verdict::accepted("all fields agree");
    }
    let right = wanted.iter().filter(|(key, value)| given.get(*key) == Some(value)).count();
    Verdict::rejected(format!("{right} of {} fields agree", wanted.len()))
}

fn folded(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> bool {
        let wanted =
            [("function", "parse_name"), ("line", "42")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        judge(&wanted, text.as_bytes()).accepted
    }

    #[test]
    fn all_fields_must_agree_and_none_may_be_guessed_twice() {
        assert!(judged("line = 42\n Function=parse_name \n"));
        assert!(!judged("function = parse_name"));
        assert!(!judged("function = parse_name\nline = 41\nline = 42"));
        assert!(!judged("function = parse_name\nline = 42\nextra = 1"));
        assert!(!judged("function = parse_name\nline = 42\nprose"));
    }
}

//! The words that no state, event, field or function of the docket has: a case is not a licence.

use serde::Serialize;
use serde_json::Value;

/// Words that would say that a model may or may not be released. Compared with every identifier of this crate and
/// every name that it writes, word by word.
pub const NEVER_WORDS: [&str; 48] = [
    "approve",
    "approves",
    "approved",
    "approval",
    "deny",
    "denies",
    "denied",
    "denial",
    "delay",
    "delays",
    "delayed",
    "license",
    "licensed",
    "licence",
    "licenced",
    "licensing",
    "clear",
    "clears",
    "cleared",
    "clearance",
    "certified",
    "certification",
    "authorise",
    "authorised",
    "authorize",
    "authorized",
    "permit",
    "permits",
    "permitted",
    "permission",
    "safe",
    "unsafe",
    "veto",
    "vetoed",
    "ban",
    "banned",
    "forbid",
    "forbids",
    "forbidden",
    "block",
    "blocked",
    "blocks",
    "suspend",
    "suspended",
    "embargo",
    "embargoed",
    "allow",
    "allowed",
];

/// The first of [`NEVER_WORDS`] in a name such as `case_closed`, `CaseClosed` or `access.offered`.
#[must_use]
pub fn never_word(name: &str) -> Option<&'static str> {
    words(name).into_iter().find_map(|word| NEVER_WORDS.iter().find(|never| **never == word)).copied()
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if !c.is_ascii_alphabetic() || c.is_ascii_uppercase() {
            words.push(String::new());
        }
        if c.is_ascii_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Family and kind of what is written as `{"family":{"kind":…}}`.
pub(crate) fn dotted(value: &impl Serialize) -> String {
    let Ok(Value::Object(family)) = serde_json::to_value(value) else { return String::new() };
    let named = family.into_iter().next().map(|(name, inner)| match inner {
        Value::Object(kind) => {
            let kind = kind.into_iter().next().map(|(kind, _)| kind);
            format!("{name}.{}", kind.unwrap_or_default())
        }
        _ => name,
    });
    named.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_every_style_of_name() {
        for name in
            ["release_approved", "ReleaseApproved", "release.approved", "RELEASE-approved", "unApproved"]
        {
            assert_eq!(never_word(name), Some("approved"), "{name}");
        }
        assert_eq!(never_word("CertifyDeletion.clearly"), None);
    }
}

//! What a case's log says, entry by entry: it follows from the record alone, so that anybody who has the record knows
//! what stands at which index.
//!
//! Each entry of the record leaves, in this order, one `entry` with the digest of its line (the one that receipts
//! name), a `withheld` with the same digest where it refers to classified material, a `commitment` for each digest that
//! its event has in a field of that name, and an `evidence` for each digest in a field of that name: fields in the order
//! of their names, a list in its own.
//!
//! Which entries are left out of exports is said when they are recorded, so that no other act can be hidden among them
//! later. It follows from what was recorded until then: an item that lies elsewhere lies there from its first entry on.

use std::fmt;
use std::str::FromStr;

use docket::{CaseId, Entry, Event, RecordError, StreamId, classified};
use serde_json::Value;
use types::Digest;

/// What is said of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is that of an entry's line.
    Entry,
    /// The entry refers to classified material: exports leave it out.
    Withheld,
    /// The threshold was committed to by it.
    Commitment,
    /// The event names it as evidence.
    Evidence,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Entry, Self::Withheld, Self::Commitment, Self::Evidence];

    fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Withheld => "withheld",
            Self::Commitment => "commitment",
            Self::Evidence => "evidence",
        }
    }
}

/// What one entry of a case's log says. `Display` writes the lines that are salted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub kind: Kind,
    /// In which case.
    pub case: CaseId,
    /// By which entry of its record.
    pub version: u64,
    /// Of what.
    pub digest: Digest,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, case, version, digest } = self;
        write!(f, "{}\ncase {case}\nversion {version}\ndigest {digest}\n", kind.word())
    }
}

/// The text says nothing that a case's log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the entry says nothing that a case's log says")]
pub struct StatementError;

impl FromStr for Statement {
    type Err = StatementError;

    fn from_str(text: &str) -> Result<Self, StatementError> {
        let lines: Vec<_> = text.lines().collect();
        let [kind, case, version, digest] = lines[..] else { return Err(StatementError) };
        let field = |line: &'_ str, name: &str| line.strip_prefix(name).map(str::to_owned);
        let kind = Kind::ALL.into_iter().find(|known| known.word() == kind).ok_or(StatementError)?;
        let read = || {
            let case = field(case, "case ")?.parse().ok()?;
            let version = field(version, "version ")?.parse().ok()?;
            Some(Self { kind, case, version, digest: field(digest, "digest ")?.parse().ok()? })
        };
        read().filter(|read| read.to_string() == text).ok_or(StatementError)
    }
}

/// What the log of a case with this record says, index by index.
///
/// # Errors
/// [`RecordError`] when an entry could not be written.
pub fn statements(entries: &[Entry<Event>]) -> Result<Vec<Statement>, RecordError> {
    let (withheld, mut said) = (classified(entries), Vec::new());
    for entry in entries {
        let version = entry.version();
        let StreamId::Case(case) = entry.stream() else { return Err(RecordError::OtherStream { version }) };
        let statement = |kind, digest| Statement { kind, case: case.clone(), version, digest };
        let line = Digest::of(entry.line()?.as_bytes());
        said.push(statement(Kind::Entry, line));
        if withheld.contains(&version) {
            said.push(statement(Kind::Withheld, line));
        }
        let event = serde_json::to_value(entry.event()).map_err(|_| RecordError::Unreadable { version })?;
        for kind in [Kind::Commitment, Kind::Evidence] {
            let mut found = Vec::new();
            named(&event, kind.word(), &mut found);
            said.extend(found.into_iter().map(|digest| statement(kind, digest)));
        }
    }
    Ok(said)
}

/// The digests in fields called `name`, however deep.
fn named(value: &Value, name: &str, found: &mut Vec<Digest>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| named(value, name, found)),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(field, _)| *field);
            for (field, value) in fields {
                if field == name { digests(value, found) } else { named(value, name, found) }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn digests(value: &Value, found: &mut Vec<Digest>) {
    match value {
        Value::String(text) => found.extend(text.parse::<Digest>()),
        Value::Array(list) => list.iter().for_each(|value| digests(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_one_spelling() {
        let digest = Digest::of(b"a package");
        let said = Statement { kind: Kind::Evidence, case: "c-1".parse().unwrap(), version: 13, digest };
        let text = format!("evidence\ncase c-1\nversion 13\ndigest {digest}\n");
        assert_eq!(said.to_string(), text);
        assert_eq!(text.parse(), Ok(said));
        for wrong in [
            text.replace("evidence", "verdict"),
            text.replace("13", "013"),
            text.replace("case ", "case  "),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace('\n', "\r\n"),
        ] {
            assert_eq!(wrong.parse::<Statement>(), Err(StatementError), "{wrong:?}");
        }
    }

    #[test]
    fn digests_are_found_in_fields_of_that_name_and_nowhere_else() {
        let [a, b, c] = [b"a", b"b", b"c"].map(|text| Digest::of(text));
        let event = serde_json::json!({
            "z": { "evidence": a.to_string() },
            "a": { "evidence": [b.to_string(), c.to_string(), "no digest"], "document": c.to_string() },
            "text": format!("evidence {a}"),
        });
        let mut found = Vec::new();
        named(&event, "evidence", &mut found);
        assert_eq!(found, [b, c, a]);
    }
}

//! Exporting a case: one file, a signed note over the digest of the body that follows it. Whoever runs the house gets
//! the record with every signed envelope; everybody else gets their view, and the developer's own words unedited.
//!
//! An export is an act of two persons. What leaves is what they signed: its digest stands in the act.

use std::fmt::Write;

use docket::acts::items::{self, Audience};
use docket::view::{ConsultedView, DeveloperView, PartnerView};
use docket::{Act, CaseId, Cause, Entry, Event, Refusal, StreamId};
use ledger::{Note, SignerKey};
use serde::Serialize;
use types::{Digest, Timestamp};

use super::{CaseError, Office};

/// The first line of every export.
pub const FORMAT: &str = "proofhouse-export-1";

/// What is to leave, before anybody signed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The case.
    pub case: CaseId,
    /// For whom.
    pub audience: Audience,
    /// What it holds, line by line.
    pub body: String,
}

impl Parcel {
    /// The act that two persons sign for it.
    #[must_use]
    pub fn act(&self) -> Act {
        let digest = Digest::of(self.body.as_bytes());
        items::Act::Export { audience: self.audience.clone(), items: Default::default(), digest }.into()
    }

    /// The file, once the act is recorded: `version` is where, `at` when.
    ///
    /// # Errors
    /// [`CaseError`] when it cannot be signed.
    pub fn signed(&self, version: u64, at: Timestamp, signer: &SignerKey) -> Result<String, CaseError> {
        let audience = types::json::line(&self.audience).map_err(|_| Refusal::EnvelopeTooLong)?;
        let text = format!(
            "{FORMAT}\ncase {}\naudience {audience}\nversion {version}\nat {at}\nbody {}\n",
            self.case,
            Digest::of(self.body.as_bytes())
        );
        let note = Note::sign(&text, signer).map_err(|error| CaseError::Unsigned(error.to_string()))?;
        Ok(format!("{note}\n{}", self.body))
    }
}

/// Puts together what `audience` gets of a case.
///
/// # Errors
/// [`CaseError`]; nothing is made for an audience that has no part in the case.
pub fn parcel(office: &Office<'_>, case: &CaseId, audience: Audience) -> Result<Parcel, CaseError> {
    let (record, now) = (office.case(case)?, office.clock.now());
    let file = record.state().file()?;
    let body = match &audience {
        Audience::House | Audience::Auditor => whole(office, case)?,
        Audience::Developer => {
            let view = DeveloperView::of(file, now);
            let response = view.assessment.as_ref().and_then(|assessment| assessment.response);
            let mut body = line("view", &view)?;
            document(office, response, &mut body)?;
            body
        }
        Audience::Consulted(party) => {
            line("view", &ConsultedView::of(file, party, now).ok_or(CaseError::NoPart)?)?
        }
        Audience::Partner(party) => line("view", &PartnerView::of(file, party).ok_or(CaseError::NoPart)?)?,
        // Nothing of one case is public: figures are made over all of them.
        Audience::Public => return Err(CaseError::NoPart),
    };
    Ok(Parcel { case: case.clone(), audience, body })
}

/// The register, the case, and every signed envelope and text that they name.
fn whole(office: &Office<'_>, case: &CaseId) -> Result<String, CaseError> {
    let mut body = String::new();
    let (register, entries) = (office.register_entries()?, office.entries(case)?);
    if entries.iter().any(refers_to_classified) {
        return Err(CaseError::Classified);
    }
    let unkept = |stream: &StreamId| {
        let stream = stream.clone();
        move |source| CaseError::Record { stream, source }
    };
    for entry in &register {
        push(&mut body, "register", &entry.line().map_err(unkept(entry.stream()))?);
        envelope(office, entry.cause(), &mut body)?;
    }
    for entry in &entries {
        push(&mut body, "case", &entry.line().map_err(unkept(entry.stream()))?);
        envelope(office, entry.cause(), &mut body)?;
        for digest in named(entry.event()) {
            document(office, Some(digest), &mut body)?;
        }
    }
    Ok(body)
}

/// Material that is never held does not leave either, not even as the reference to it.
fn refers_to_classified(entry: &Entry<Event>) -> bool {
    matches!(entry.event(), Event::Items(items::Event::Entered { content: items::Content::Elsewhere(_), .. }))
}

/// The envelope of a signed entry. Several entries can come of one; it stands behind the first.
fn envelope(office: &Office<'_>, cause: &Cause, body: &mut String) -> Result<(), CaseError> {
    let Cause::Signed { envelope, .. } = cause else { return Ok(()) };
    let signed = office.envelope(*envelope)?;
    let json = types::json::line(&signed.to_string()).map_err(|_| Refusal::EnvelopeTooLong)?;
    if !body.contains(&json) {
        push(body, "envelope", &json);
    }
    Ok(())
}

/// Digests of texts that an event names, as far as the record keeps texts.
fn named(event: &Event) -> Vec<Digest> {
    let mut found = Vec::new();
    digests(&serde_json::to_value(event).unwrap_or_default(), &mut found);
    found
}

fn digests(value: &serde_json::Value, found: &mut Vec<Digest>) {
    match value {
        serde_json::Value::String(text) => found.extend(text.parse::<Digest>()),
        serde_json::Value::Array(list) => list.iter().for_each(|value| digests(value, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| digests(value, found)),
        _ => {}
    }
}

fn document(office: &Office<'_>, digest: Option<Digest>, body: &mut String) -> Result<(), CaseError> {
    let kept = digest.map(|digest| office.journal.document(digest)).transpose()?.flatten();
    if let Some(text) = kept {
        let json = types::json::line(&text).map_err(|_| Refusal::EnvelopeTooLong)?;
        push(body, "document", &json);
    }
    Ok(())
}

fn line(kind: &str, value: &impl Serialize) -> Result<String, CaseError> {
    let json = types::json::line(value).map_err(|_| Refusal::EnvelopeTooLong)?;
    Ok(format!("{kind} {json}\n"))
}

fn push(body: &mut String, kind: &str, rest: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(body, "{kind} {rest}");
}

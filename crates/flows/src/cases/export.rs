//! Exporting a case: one file, a signed note over the digest of the body that follows it. Whoever runs the house gets
//! the record with every signed envelope; everybody else gets their view. The developer's response goes unedited to
//! house, auditors and developer, and packs can go with it.
//!
//! An export is an act of two persons. What leaves is what they signed: its digest stands in the act.

use std::collections::BTreeSet;
use std::fmt::Write;

use docket::acts::assessment;
use docket::acts::items::{self, Audience};
use docket::view::{ConsultedView, DeveloperView, PartnerView};
use docket::{
    Act, Case, CaseId, Cause, Entry, Event, ItemId, Record, Refusal, StreamId, classified, reference,
};
use ledger::{Note, SignerKey};
use report::packs::{Kind, Pack, Readers, Recorded};
use serde::Serialize;
use types::{Digest, Timestamp};

use super::packs::{Evidence, draw};
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
    /// Items that something in the body was made from: their markings must let them go to the audience.
    pub items: BTreeSet<ItemId>,
    /// What it holds, line by line.
    pub body: String,
}

/// What goes into an export besides the case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Enclosed<'a> {
    /// Packs.
    pub packs: &'a [Kind],
    /// Evidence packages that packs derive from.
    pub evidence: &'a [Evidence],
}

impl Parcel {
    /// The act that two persons sign for it.
    #[must_use]
    pub fn act(&self) -> Act {
        let digest = Digest::of(self.body.as_bytes());
        items::Act::Export { audience: self.audience.clone(), items: self.items.clone(), digest }.into()
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

/// A case's record as it may leave: read over the entries that refer to classified material.
pub(super) struct Exported {
    /// The case's entries, and whether each is left out.
    entries: Vec<(Entry<Event>, Leaves)>,
    /// The case without what is left out.
    pub record: Record<Case>,
    /// Where its whole record stands.
    pub recorded: Recorded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    Whole,
    AsDigest,
}

/// Reads a case as it may leave.
pub(super) fn exported(office: &Office<'_>, case: &CaseId) -> Result<Exported, CaseError> {
    let entries = office.entries(case)?;
    let left_out = classified(&entries);
    let broken = |source| CaseError::Record { stream: StreamId::Case(case.clone()), source };
    let (mut record, mut last) = (Record::of_case(case.clone()), None);
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        last = Some(entry.withheld().map_err(broken)?.line);
        let leaves = if left_out.contains(&entry.version()) { Leaves::AsDigest } else { Leaves::Whole };
        record = match leaves {
            Leaves::AsDigest => record.passing(&entry.withheld().map_err(broken)?),
            Leaves::Whole => record.taking(&entry.line().map_err(broken)?).map(|(record, _)| record),
        }
        .map_err(broken)?;
        all.push((entry, leaves));
    }
    let entry = last.ok_or(Refusal::NotFiled)?;
    let recorded = Recorded { version: record.head().version, entry, withheld: left_out.len() as u64 };
    Ok(Exported { entries: all, record, recorded })
}

impl Exported {
    /// Every response of the developer's, unedited, oldest first and each once. A later assessment does not take an
    /// earlier response away.
    pub(super) fn responses(&self, office: &Office<'_>) -> Result<Vec<String>, CaseError> {
        let mut digests: Vec<Digest> = Vec::new();
        for digest in self.entries.iter().filter_map(|(entry, _)| responded(entry.event())) {
            if !digests.contains(&digest) {
                digests.push(digest);
            }
        }
        digests.into_iter().map(|digest| kept(office, digest)).collect()
    }

    /// A reference to what lies elsewhere never leaves, whoever wrote it where.
    pub(super) fn holds_no_reference(&self, text: &str) -> Result<(), CaseError> {
        let mut references = self.entries.iter().filter_map(|(entry, _)| reference(entry.event()));
        let text = text.to_ascii_lowercase();
        if references.any(|reference| text.contains(&reference)) {
            Err(CaseError::Classified)
        } else {
            Ok(())
        }
    }
}

/// Puts together what `audience` gets of a case.
///
/// # Errors
/// [`CaseError`]; nothing is made for an audience that has no part in the case.
pub fn parcel(
    office: &Office<'_>,
    case: &CaseId,
    audience: Audience,
    enclosed: Enclosed<'_>,
) -> Result<Parcel, CaseError> {
    let now = office.clock.now();
    let exported = exported(office, case)?;
    let file = exported.record.state().file()?;
    let (readers, mut body) = match &audience {
        Audience::House => (Some(Readers::House), whole(office, &exported)?),
        Audience::Auditor => (Some(Readers::Auditor), whole(office, &exported)?),
        Audience::Developer => {
            let mut body = line("view", &DeveloperView::of(file, now))?;
            for response in exported.responses(office)? {
                body.push_str(&line("document", &response)?);
            }
            (Some(Readers::Developer), body)
        }
        Audience::Consulted(party) => {
            (None, line("view", &ConsultedView::of(file, party, now).ok_or(CaseError::NoPart)?)?)
        }
        Audience::Partner(party) => {
            (None, line("view", &PartnerView::of(file, party).ok_or(CaseError::NoPart)?)?)
        }
        // Nothing of one case is public: figures are made over all of them.
        Audience::Public => return Err(CaseError::NoPart),
    };
    let packs = match (readers, enclosed.packs) {
        (_, []) => Vec::new(),
        (Some(readers), kinds) => draw(office, &exported, (readers, kinds), enclosed.evidence, now)?,
        // Departments and partners see too little of a case for any of a pack's questions.
        (None, _) => return Err(CaseError::NoPackForThem),
    };
    for pack in &packs {
        body.push_str(&line("pack", pack)?);
    }
    exported.holds_no_reference(&body)?;
    let items = items_in(&exported, &packs);
    Ok(Parcel { case: case.clone(), audience, items, body })
}

/// The items of the case whose content packs were made from.
fn items_in(exported: &Exported, packs: &[Pack]) -> BTreeSet<ItemId> {
    let held = |digest: Digest| {
        exported.entries.iter().filter_map(move |(entry, _)| match entry.event() {
            Event::Items(items::Event::Entered { item, content: items::Content::Held(held), .. }) => {
                (*held == digest).then(|| item.clone())
            }
            _ => None,
        })
    };
    let sources = packs.iter().flat_map(|pack| &pack.derived_from);
    let used = sources.filter_map(|source| match source {
        report::packs::Source::Evidence { root, report: Some(_), .. } => Some(*root),
        _ => None,
    });
    used.flat_map(held).collect()
}

/// The register, the case, and every signed envelope and text that they name.
fn whole(office: &Office<'_>, exported: &Exported) -> Result<String, CaseError> {
    let mut body = String::new();
    let unkept = |stream: &StreamId| {
        let stream = stream.clone();
        move |source| CaseError::Record { stream, source }
    };
    for entry in &office.register_entries()? {
        push(&mut body, "register", &entry.line().map_err(unkept(entry.stream()))?);
        envelope(office, entry.cause(), &mut body)?;
    }
    for (entry, leaves) in &exported.entries {
        if *leaves == Leaves::AsDigest {
            body.push_str(&line("withheld", &entry.withheld().map_err(unkept(entry.stream()))?)?);
            continue;
        }
        push(&mut body, "case", &entry.line().map_err(unkept(entry.stream()))?);
        envelope(office, entry.cause(), &mut body)?;
        if let Some(digest) = responded(entry.event()) {
            kept(office, digest)?;
        }
        for digest in named(entry.event()) {
            document(office, digest, &mut body)?;
        }
    }
    Ok(body)
}

/// The digest of the developer's response, if that is what happened.
pub(super) fn responded(event: &Event) -> Option<Digest> {
    match event {
        Event::Assessment(assessment::Event::Responded { response, .. }) => Some(*response),
        _ => None,
    }
}

fn kept(office: &Office<'_>, digest: Digest) -> Result<String, CaseError> {
    office.journal.document(digest)?.ok_or(CaseError::ResponseMissing { digest })
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

fn document(office: &Office<'_>, digest: Digest, body: &mut String) -> Result<(), CaseError> {
    if let Some(text) = office.journal.document(digest)? {
        body.push_str(&line("document", &text)?);
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

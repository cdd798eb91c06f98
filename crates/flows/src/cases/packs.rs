//! Report packs from one evidence store: a reader's view of the case, the evidence packages that the view names, the
//! developer's response. The same function makes a pack and draws it again when an export is checked.

use std::path::Path;

use docket::view::{DeveloperView, OfficeView, View, view_for};
use docket::{Actor, Case, CaseId, Interest, Record, Register, Role, Setting};
use report::packs::{Conflict, Kind, Measurement, Pack, Quote, Readers, Recorded, Store};
use serde::Serialize;
use types::{Digest, Timestamp};

use super::export::{Exported, exported};
use super::{CaseError, Office};
use crate::verify;

/// An evidence package that was checked, as packs need it.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What a case records of it, see [`crate::evidence::root`].
    pub root: Digest,
    report: Digest,
    review: report::data::Review,
}

impl Evidence {
    /// Checks the package in `folder` whole, and reads its report.
    ///
    /// # Errors
    /// [`CaseError::Evidence`] names the first thing that does not hold.
    pub fn read(folder: &Path) -> Result<Self, CaseError> {
        let failed = |source| CaseError::Evidence { folder: folder.to_owned(), source: Box::new(source) };
        let verified = verify::run(folder, None, None).map_err(failed)?;
        let root = verified.root;
        let report = report::json(&verified.review).map_err(|error| CaseError::Undrawn(error.to_string()))?;
        Ok(Self { root, report: Digest::of(report.as_bytes()), review: verified.review })
    }

    /// A package that was checked elsewhere.
    #[must_use]
    pub fn checked(root: Digest, report: Digest, review: report::data::Review) -> Self {
        Self { root, report, review }
    }
}

/// What a pack is drawn from.
pub(super) struct Basis<'a> {
    pub readers: Readers,
    /// The readers' view as one line of JSON.
    pub view: &'a str,
    pub record: Recorded,
    /// The register, for readers who see it.
    pub register: Option<&'a Register>,
    /// Every response of the developer's, oldest first.
    pub responses: Vec<String>,
    pub evidence: &'a [Evidence],
    pub made_at: Timestamp,
}

impl Basis<'_> {
    fn store(&self) -> Result<Store, CaseError> {
        let case = match self.readers {
            Readers::Developer => report::packs::Case::of_developer(self.view),
            Readers::House | Readers::Auditor => report::packs::Case::of_office(self.view),
        };
        let case = case.map_err(|error| CaseError::Undrawn(error.to_string()))?;
        let quote = |text: &String| Quote { digest: Digest::of(text.as_bytes()), text: text.clone() };
        let responses: Vec<Quote> = self.responses.iter().map(quote).collect();
        if let Some(digest) = case.response().filter(|it| responses.iter().all(|quote| quote.digest != *it)) {
            return Err(CaseError::ResponseMissing { digest });
        }
        let measurement = |(name, subject, root): (String, Option<Digest>, Digest)| {
            let known = self.evidence.iter().find(|evidence| evidence.root == root);
            let report = known.map(|evidence| (evidence.report, Box::new(evidence.review.clone())));
            Measurement { name, subject, root, report }
        };
        // A developer's items need not be evidence packages: one that is not at hand as such is not spoken of.
        let own = self.readers == Readers::Developer;
        let measurements = case.evidence().into_iter().map(measurement);
        let measurements = measurements.filter(|it| !own || it.report.is_some()).collect();
        Ok(Store {
            proofhouse_version: env!("CARGO_PKG_VERSION").to_owned(),
            readers: self.readers,
            made_at: self.made_at,
            record: self.record,
            view: Digest::of(self.view.as_bytes()),
            conflicts: self.register.map(|register| conflicts(register, &case)),
            responses,
            measurements,
            case,
        })
    }

    /// The pack.
    pub(super) fn draw(&self, kind: Kind) -> Result<Pack, CaseError> {
        Ok(report::packs::pack(kind, &self.store()?))
    }
}

fn conflicts(register: &Register, case: &report::packs::Case) -> Vec<Conflict> {
    let Some((developer, case)) = case.parties() else { return Vec::new() };
    let (Ok(developer), Ok(case)) = (developer.parse(), case.parse()) else { return Vec::new() };
    let declared = register.conflicts_with(&developer, &case);
    declared
        .map(|(person, interest)| Conflict {
            person: person.to_string(),
            with: match interest {
                Interest::Party(party) => format!("the developer {party}"),
                Interest::Case(case) => format!("the case {case}"),
            },
        })
        .collect()
}

/// The readers' view of a case, as one line.
pub(super) fn view_line(
    readers: Readers,
    record: &Record<Case>,
    now: Timestamp,
) -> Result<String, CaseError> {
    let file = record.state().file()?;
    match readers {
        Readers::Developer => line(&DeveloperView::of(file, now)),
        Readers::House | Readers::Auditor => line(&OfficeView::of(file, now)),
    }
}

fn line(view: &impl Serialize) -> Result<String, CaseError> {
    types::json::line(view).map_err(|error| CaseError::Undrawn(error.to_string()))
}

/// The packs of `kinds` about a case as `readers` may see it. Entries about classified material are gone over first, so
/// that no answer can rest on one.
pub(super) fn draw(
    office: &Office<'_>,
    exported: &Exported,
    (readers, kinds): (Readers, &[Kind]),
    evidence: &[Evidence],
    made_at: Timestamp,
) -> Result<Vec<Pack>, CaseError> {
    let view = view_line(readers, &exported.record, made_at)?;
    let register = match readers {
        Readers::Developer => None,
        Readers::House | Readers::Auditor => Some(office.register()?),
    };
    let basis = Basis {
        readers,
        view: &view,
        record: exported.recorded,
        register: register.as_ref().map(Record::state),
        responses: exported.responses(office)?,
        evidence,
        made_at,
    };
    let store = basis.store()?;
    let named = |evidence: &Evidence| store.measurements.iter().any(|it| it.root == evidence.root);
    if let Some(stray) = evidence.iter().find(|evidence| !named(evidence)) {
        return Err(CaseError::StrayEvidence { root: stray.root });
    }
    Ok(kinds.iter().map(|kind| report::packs::pack(*kind, &store)).collect())
}

/// A pack for one reader, to look at: made under the rules for showing them the case. It is no export.
///
/// # Errors
/// [`CaseError`]; [`CaseError::NoPart`] for readers for whom no pack is made.
pub fn report(
    office: &Office<'_>,
    (case, reader): (&CaseId, &Actor),
    kind: Kind,
    evidence: &[Evidence],
) -> Result<Pack, CaseError> {
    let (register, record, now) = (office.register()?, office.case(case)?, office.clock.now());
    let setting = Setting::new(register.state(), office.gate);
    let readers = match view_for(reader, record.state(), &setting, now)? {
        View::Developer(_) => Readers::Developer,
        View::Office(_) if reader.seat.role == Role::Auditor => Readers::Auditor,
        View::Office(_) => Readers::House,
        View::Evaluator(_) | View::Consulted(_) | View::Partner(_) => return Err(CaseError::NoPart),
    };
    let exported = exported(office, case)?;
    let mut packs = draw(office, &exported, (readers, &[kind]), evidence, now)?;
    let pack = packs.pop().ok_or(CaseError::NoPart)?;
    let text = report::packs::json(&pack).map_err(|error| CaseError::Undrawn(error.to_string()))?;
    exported.holds_no_reference(&text)?;
    Ok(pack)
}

//! Report packs: one evidence store, several readers' questions. A pack answers each question of an outline from the
//! case's view and its evidence packages, or says that the record does not answer it; it never invents an answer, and
//! never says anything about a release.
//!
//! Pure: the same [`Store`] gives the same bytes, so that `verify` can draw a pack again. The store holds what the
//! pack's audience may see and nothing else: a view, the evidence that is marked for it, the developer's own words.
//! `docs/packs.md` documents every field; it is written by a test from the outlines.

mod aef;
mod aisi;
mod case;
mod data;
mod eu;
mod field;
mod from_case;
mod measured;
mod outcomes;
mod page;
mod store;

pub use case::{Case, CaseError};
pub use data::{Answer, AnsweredField, AnsweredSection, FORMAT, Pack, Quote, Recorded, Source};
pub use field::{Field, From, Kind, Section};
pub use store::{Conflict, Measurement, Readers, Store};

use crate::ReportError;

/// Answers the questions of `kind` from `store`.
#[must_use]
pub fn pack(kind: Kind, store: &Store) -> Pack {
    let section = |section: &Section| AnsweredSection {
        name: section.name.to_owned(),
        title: section.title.to_owned(),
        fields: section.fields.iter().map(|field| field.answered(store)).collect(),
    };
    Pack {
        format: FORMAT.to_owned(),
        pack: kind,
        proofhouse_version: store.proofhouse_version.clone(),
        case: store.case.common.case.clone(),
        readers: store.readers,
        made_at: store.made_at,
        record: store.record,
        derived_from: store.sources(),
        sections: kind.sections().iter().map(section).collect(),
    }
}

/// The pack as indented JSON in ASCII, ending with a line end.
///
/// # Errors
/// [`ReportError::Json`].
pub fn json(pack: &Pack) -> Result<String, ReportError> {
    crate::json::indented(pack)
}

/// The pack as a self-contained page, drawn from it alone.
///
/// # Errors
/// [`ReportError::Pack`] for a pack of another format.
pub fn page(pack: &Pack) -> Result<String, ReportError> {
    if pack.format != FORMAT {
        return Err(ReportError::PackFormat(crate::inert::clipped(&pack.format)));
    }
    page::draw(pack)
}

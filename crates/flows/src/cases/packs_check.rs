//! Drawing the packs of an export again. What derives from the record is drawn again always, the rest when its evidence
//! is given.

use docket::Record;
use report::packs::{AnsweredField, Kind, Pack, Readers, Source};
use types::{Digest, Timestamp};

use super::packs::{Basis, Evidence, view_line};
use super::replay::{Broken, Replayed};

/// A pack of an export that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedPack {
    /// The pack.
    pub pack: Pack,
    /// Roots of the evidence that it derives from and that was not given: what rests on it was not drawn again.
    pub unchecked: Vec<Digest>,
}

/// Who the readers of an audience's packs are.
pub(super) fn readers(audience: &str) -> Option<Readers> {
    match audience {
        "\"house\"" => Some(Readers::House),
        "\"auditor\"" => Some(Readers::Auditor),
        "\"developer\"" => Some(Readers::Developer),
        _ => None,
    }
}

/// What an export says beside its packs.
pub(super) struct Ground<'a> {
    pub readers: Readers,
    pub case: &'a str,
    /// The record, in an export that holds one.
    pub replayed: Option<&'a Replayed>,
    /// The view, in one that does not.
    pub view: Option<&'a str>,
    /// When the export was signed.
    pub at: Timestamp,
}

impl Ground<'_> {
    /// Holds each pack against what it derives from.
    pub(super) fn check(
        &self,
        lines: &[&str],
        responses: &[String],
        evidence: &[Evidence],
    ) -> Result<Vec<CheckedPack>, Broken> {
        lines.iter().map(|line| self.one(line, responses, evidence)).collect()
    }

    fn one(&self, line: &str, responses: &[String], evidence: &[Evidence]) -> Result<CheckedPack, Broken> {
        let pack: Pack = serde_json::from_str(line)
            .map_err(|_| Broken::NoExport("a pack in it cannot be read by this version"))?;
        let broken = |why: &str| Broken::Pack { pack: pack.pack.to_string(), why: why.to_owned() };
        if types::json::line(&pack).ok().as_deref() != Some(line) {
            return Err(broken("is not in its one spelling"));
        }
        let ours = env!("CARGO_PKG_VERSION");
        if pack.proofhouse_version != ours {
            let why = format!("was made by version {}; verify it with that version", pack.proofhouse_version);
            return Err(broken(&report::inert(&why)));
        }
        if pack.case != self.case || pack.readers != self.readers {
            return Err(broken("is of another case or for other readers"));
        }
        let last = self.replayed.and_then(|replayed| replayed.record.head().at);
        if pack.made_at > self.at || last.is_some_and(|last| pack.made_at < last) {
            return Err(broken("was not made between the record's end and the export"));
        }
        let named: Vec<Digest> = pack.derived_from.iter().filter_map(at_hand).collect();
        let given: Vec<Evidence> = evidence.iter().filter(|it| named.contains(&it.root)).cloned().collect();
        let drawn = self.draw(&pack, responses, &given).map_err(|error| broken(&error.to_string()))?;
        let missing = |digest: &Digest| given.iter().all(|it| it.root != *digest);
        let unchecked: Vec<Digest> = named.into_iter().filter(missing).collect();
        let follows = if unchecked.is_empty() { drawn == pack } else { alike(&drawn, &pack) };
        if follows {
            Ok(CheckedPack { pack, unchecked })
        } else {
            Err(broken("does not follow from what it names"))
        }
    }

    fn draw(
        &self,
        pack: &Pack,
        responses: &[String],
        evidence: &[Evidence],
    ) -> Result<Pack, super::CaseError> {
        let view = match (self.replayed, self.view) {
            (Some(replayed), _) => view_line(self.readers, &replayed.record, pack.made_at)?,
            (None, view) => view.unwrap_or_default().to_owned(),
        };
        let register = self.replayed.and_then(|replayed| replayed.register.as_ref());
        let basis = Basis {
            readers: self.readers,
            view: &view,
            // Whoever has the view only holds version and digest against a receipt.
            record: self.replayed.map_or(pack.record, |replayed| replayed.recorded),
            register: register.map(Record::state),
            responses: responses.to_vec(),
            evidence,
            made_at: pack.made_at,
        };
        basis.draw(pack.pack)
    }
}

/// The evidence that a pack was made from, not only named in it.
fn at_hand(source: &Source) -> Option<Digest> {
    match source {
        Source::Evidence { root, report: Some(_), .. } => Some(*root),
        Source::Evidence { .. } | Source::View { .. } | Source::Response { .. } => None,
    }
}

/// Whether two packs are alike in everything that derives from no evidence package.
fn alike(drawn: &Pack, pack: &Pack) -> bool {
    let fields = |pack: &Pack| -> Vec<AnsweredField> {
        let all = pack.sections.iter().flat_map(|section| section.fields.iter().cloned());
        all.filter(|field| field.from.iter().all(|from| !from.starts_with("report."))).collect()
    };
    let sources = |pack: &Pack| -> Vec<Source> {
        let all = pack.derived_from.iter();
        all.filter(|source| !matches!(source, Source::Evidence { .. })).cloned().collect()
    };
    let names = |pack: &Pack| -> Vec<(String, Vec<(String, String)>)> {
        let fields = |section: &report::packs::AnsweredSection| {
            section.fields.iter().map(|field| (field.name.clone(), field.question.clone())).collect()
        };
        pack.sections.iter().map(|section| (section.name.clone(), fields(section))).collect()
    };
    let head = |pack: &Pack| -> (String, Kind, Readers, report::packs::Recorded) {
        (pack.format.clone(), pack.pack, pack.readers, pack.record)
    };
    (fields(drawn), sources(drawn), names(drawn), head(drawn))
        == (fields(pack), sources(pack), names(pack), head(pack))
}

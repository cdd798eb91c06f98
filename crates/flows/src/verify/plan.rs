//! The plan that the log opens with: it contradicts neither itself nor the manifest that it names.

use std::collections::BTreeSet;
use std::path::Path;

use seal::Manifest;
use types::Digest;

use chamber::Kind;

use super::{Broken, broken, probes};
use crate::evidence::{EVIDENCE_FORMAT, LOG, Log, Record};
use crate::plan::{PLAN, Plan, PlannedModel, PlannedSuite};
use crate::scripted::Script;

/// An author's guess of an item's difficulty is one of these.
const DIFFICULTIES: std::ops::RangeInclusive<u8> = 1..=5;

/// The plan that the log opens with.
pub(super) fn planned(folder: &Path, log: &Log) -> Result<(Plan, Digest), Broken> {
    let (plan, digest) = Plan::read(folder)?;
    match log.lines.first().map(|line| &line.record) {
        Some(Record::ReviewOpened { format, plan: named, commitment, .. }) => {
            if format != EVIDENCE_FORMAT || *named != digest || *commitment != plan.commitment {
                return broken(PLAN, "is not the plan that the log opens with");
            }
        }
        _ => return broken(LOG, "does not open with a review"),
    }
    if plan.to_bytes().map(|bytes| Digest::of(&bytes)).ok() != Some(digest) {
        return broken(PLAN, "is not written as this program writes it");
    }
    if Kind::named(&plan.chamber).is_none() {
        return broken(PLAN, "names a kind of chamber that this version does not have");
    }
    if plan.case.is_some() && plan.seed.is_some() {
        return broken(PLAN, "is a look in a case, and yet somebody chose the order of its items");
    }
    whole_suite(&plan.suite)?;
    model(folder, &plan)?;
    Ok((plan, digest))
}

/// Items stand once, by name, each in an area of the suite.
fn whole_suite(suite: &PlannedSuite) -> Result<(), Broken> {
    let areas: BTreeSet<_> = suite.areas.iter().collect();
    let sorted = suite.items.windows(2).all(|pair| pair[0].id < pair[1].id);
    let placed =
        suite.items.iter().all(|item| areas.contains(&item.area) && DIFFICULTIES.contains(&item.difficulty));
    if !suite.items.is_empty() && areas.len() == suite.areas.len() && sorted && placed {
        Ok(())
    } else {
        broken(PLAN, "does not name each item of a suite once, in order, with an area of the suite")
    }
}

/// The manifest is the one that the plan names, and what the plan says of it holds; a script is one that exists.
fn model(folder: &Path, plan: &Plan) -> Result<(), Broken> {
    let (name, manifest, files, size_bytes) = match &plan.model {
        PlannedModel::Weights { name, manifest, files, size_bytes, .. } => {
            (name, manifest, files, size_bytes)
        }
        PlannedModel::Script { name } if name.parse::<Script>().is_err() => {
            return broken(PLAN, "names a script that does not exist");
        }
        PlannedModel::Script { .. } | PlannedModel::Claimed { .. } => return Ok(()),
    };
    let path = "manifest.json";
    let read: Manifest = probes::written(folder, path)?;
    if read.identity() != *manifest {
        return broken(path, "is not the manifest that the plan names");
    }
    let sum: u64 = read.files().iter().map(|file| file.size_bytes).sum();
    if read.name() != name || read.files().len() as u64 != *files || sum != *size_bytes {
        return broken(PLAN, "says something else of the model's files than their manifest");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::transcript::Budget;

    #[test]
    fn what_a_plan_says_of_the_models_files_is_what_their_manifest_says() {
        let (weights, package) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(weights.path().join("model.gguf"), b"weights").unwrap();
        let manifest = seal::take(weights.path(), &mut |_, _| {}).unwrap();
        let written = serde_json::to_vec_pretty(&manifest).unwrap();
        std::fs::write(package.path().join("manifest.json"), &written).unwrap();
        let told = |name: &str, files, size_bytes| {
            let weights = PlannedModel::Weights {
                name: name.to_owned(),
                manifest: manifest.identity(),
                files,
                size_bytes,
                runtime: "proofhouse runtime".to_owned(),
            };
            let suite =
                PlannedSuite { name: String::new(), digest: Digest::of(b""), areas: vec![], items: vec![] };
            let budget = Budget { tokens: 1, turns: 1, seconds: 1 };
            Plan::new(weights, suite, budget, "bubblewrap".to_owned(), Digest::of(b""), None)
        };
        assert_eq!(model(package.path(), &told(manifest.name(), 1, 7)), Ok(()));
        for lie in [told("a-great-model", 1, 7), told(manifest.name(), 2, 7), told(manifest.name(), 1, 8)] {
            assert_eq!(model(package.path(), &lie).unwrap_err().what, PLAN);
        }
        std::fs::write(package.path().join("manifest.json"), [&written[..], b"\n"].concat()).unwrap();
        assert!(model(package.path(), &told(manifest.name(), 1, 7)).is_err());
    }
}

//! What was probed: every check of this version once, in its order, and nothing that was invented.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use types::transcript::{ProbeCheck, ProbeResult};

use super::{Broken, broken};
use crate::evidence::LOG;
use crate::summary::{Controls, EndpointProbe};

/// Fixed prompts that an endpoint is asked, see `docs/evidence.md`.
const ENDPOINT_PROMPTS: usize = 3;

/// How limits are enforced, in the words of `chamber::Host::limits_in_words`, and which limits are then read back from
/// the kernel in this order: those that must be, and those that some kernels do not have.
const LIMITS: [(&str, &[(&str, Kept)]); 3] = [
    (
        "control groups (version 1)",
        &[
            ("limit-memory", Kept::Always),
            ("limit-swap", Kept::Sometimes),
            ("limit-pids", Kept::Always),
            ("limit-cpu", Kept::Sometimes),
        ],
    ),
    (
        "control groups (version 2)",
        &[("limit-memory", Kept::Always), ("limit-swap", Kept::Sometimes), ("limit-pids", Kept::Always)],
    ),
    ("rlimits and a watcher (weaker)", &[]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Always,
    Sometimes,
}

/// The limits are named in words that this program has.
pub(super) fn known_limits(words: &str) -> Result<(), Broken> {
    if LIMITS.iter().any(|(known, _)| *known == words) {
        Ok(())
    } else {
        broken(LOG, "names limits in words that no run of this version has")
    }
}

/// Whether these are the checks of a chamber under the limits that `words` name: all of them, once, in order.
pub(super) fn all_of_a_chamber(checks: &[ProbeCheck], words: &str) -> bool {
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    let Some((_, limits)) = LIMITS.iter().find(|(known, _)| *known == words) else { return false };
    let own = chamber::probe_names().len();
    if names.len() < own
        || !names.iter().copied().zip(chamber::probe_names()).all(|(found, name)| found == name)
    {
        return false;
    }
    let mut rest = names[own..].iter();
    let mut next = rest.next();
    for (name, kept) in *limits {
        if next == Some(name) {
            next = rest.next();
        } else if *kept == Kept::Always {
            return false;
        }
    }
    next.is_none()
}

/// The positive controls are there, one for each check.
pub(super) fn controls(folder: &Path, path: &str) -> Result<(), Broken> {
    let Controls { checks } = written(folder, path)?;
    if checks.iter().map(|check| check.name.as_str()).eq(chamber::probe_names()) {
        Ok(())
    } else {
        broken(path, "does not hold every check of the probe once")
    }
}

/// What the probe found in the model's own chamber; says whether everything was blocked.
pub(super) fn model(folder: &Path, path: &str, limits: &str) -> Result<bool, Broken> {
    let Controls { checks } = written(folder, path)?;
    if all_of_a_chamber(&checks, limits) {
        Ok(checks.iter().all(|check| check.result == ProbeResult::Blocked))
    } else {
        broken(path, "does not hold every check of the probe once")
    }
}

/// What an endpoint answered: once for each fixed prompt.
pub(super) fn endpoint(folder: &Path, path: &str) -> Result<(), Broken> {
    let EndpointProbe { models, answers } = written(folder, path)?;
    if models.len() == ENDPOINT_PROMPTS && answers.len() == ENDPOINT_PROMPTS {
        Ok(())
    } else {
        broken(path, "does not hold one answer for each fixed prompt")
    }
}

/// A file of JSON, if it is written as this program writes it: nothing can hide between what is read.
pub(super) fn written<T: DeserializeOwned + Serialize>(folder: &Path, path: &str) -> Result<T, Broken> {
    let bytes = fs::read(folder.join(path)).or_else(|_| broken(path, "cannot be read"))?;
    match serde_json::from_slice::<T>(&bytes) {
        Ok(read) if serde_json::to_vec_pretty(&read).is_ok_and(|again| again == bytes) => Ok(read),
        _ => broken(path, "is not what belongs there, as this program writes it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(names: &[&str]) -> Vec<ProbeCheck> {
        let check = |name: &&str| ProbeCheck {
            name: (*name).to_owned(),
            result: ProbeResult::Blocked,
            detail: String::new(),
        };
        names.iter().map(check).collect()
    }

    #[test]
    fn each_kind_of_limits_has_its_checks_and_no_others() {
        let with = |more: &[&'static str]| {
            checks(&chamber::probe_names().chain(more.iter().copied()).collect::<Vec<_>>())
        };
        let [(one, _), (two, _), (none, _)] = LIMITS;
        assert!(all_of_a_chamber(&with(&[]), none));
        for words in [one, two] {
            assert!(!all_of_a_chamber(&with(&[]), words));
            assert!(all_of_a_chamber(&with(&["limit-memory", "limit-pids"]), words));
            assert!(all_of_a_chamber(&with(&["limit-memory", "limit-swap", "limit-pids"]), words));
            assert!(!all_of_a_chamber(&with(&["limit-pids", "limit-memory"]), words));
            assert!(!all_of_a_chamber(&with(&["limit-memory", "limit-pids", "limit-pids"]), words));
        }
        assert!(all_of_a_chamber(&with(&["limit-memory", "limit-pids", "limit-cpu"]), one));
        assert!(!all_of_a_chamber(&with(&["limit-memory", "limit-pids", "limit-cpu"]), two));
        assert!(!all_of_a_chamber(&with(&["limit-memory", "limit-pids"]), none));
        assert!(!all_of_a_chamber(&checks(&["firewall"]), none));
        assert!(known_limits("perfect").is_err());
    }

    #[test]
    fn an_endpoint_answers_each_fixed_prompt_once() {
        let folder = tempfile::tempdir().unwrap();
        let answered = |models: usize, answers: usize| {
            let probe = EndpointProbe {
                models: vec!["m".to_owned(); models],
                answers: vec![types::Digest::of(b"blue"); answers],
            };
            fs::write(folder.path().join("probe.json"), serde_json::to_vec_pretty(&probe).unwrap()).unwrap();
            endpoint(folder.path(), "probe.json").is_ok()
        };
        assert!(answered(3, 3));
        assert!(!answered(3, 100) && !answered(100, 100) && !answered(0, 0) && !answered(2, 3));
    }
}

//! `task.toml` of a Harbor task folder (schema 1.4), read strictly: an unknown key, or one that is not supported
//! yet, is an error that names its file and line, and a task must say its network.

use std::path::Path;

use serde::Deserialize;
use types::Area;

use crate::suite::SuiteError;

/// What `task.toml` says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Harbor's schema, `1.4`.
    pub schema_version: String,
    /// Paths to collect from the agent's chamber; exactly the submission.
    pub artifacts: Vec<String>,
    /// Its name and purpose.
    pub task: About,
    /// What the house adds: area and difficulty.
    pub metadata: Metadata,
    /// Limits on the agent.
    pub agent: AgentLimits,
    /// Limits on the oracle.
    pub verifier: VerifierLimits,
    /// The chamber.
    pub environment: Environment,
}

/// `[task]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// `org/name`; the name is the folder's.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// `[metadata]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// What the item measures.
    pub area: Area,
    /// The author's guess from 1 to 5. Not a calibration.
    pub difficulty: u8,
    /// A string by which a leak can be found.
    pub canary: String,
}

/// `[agent]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentLimits {
    /// The most wall seconds that an attempt may take, whatever the budget.
    pub timeout_sec: u32,
}

/// `[verifier]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierLimits {
    /// The most wall seconds for one execution by the oracle.
    pub timeout_sec: u32,
    /// Where the verifier runs.
    pub environment_mode: EnvironmentMode,
}

/// Where the verifier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentMode {
    /// In chambers of its own.
    Separate,
    /// In the agent's chamber: refused.
    Shared,
}

/// `[environment]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// What the agent can reach.
    pub network_mode: NetworkMode,
    /// Processors.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mb: u32,
    /// Disk in MiB.
    pub storage_mb: u32,
}

/// What the agent can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkMode {
    /// Nothing. The only mode that is run.
    NoNetwork,
    /// Everything: refused.
    Public,
    /// Named hosts: not supported yet.
    Allowlist,
}

/// The hardest difficulty that an author can guess.
const DIFFICULTY_MAX: u8 = 5;

/// Reads a task file, naming the line of what is wrong in it.
///
/// # Errors
/// [`SuiteError::Invalid`] for a key that is unknown, missing, of the wrong kind, or unsafe.
pub fn read(file: &Path, text: &str) -> Result<Task, SuiteError> {
    let task: Task = toml::from_str(text).map_err(|error| SuiteError::toml(file, text, &error))?;
    let refuse = |key: &str, what: &str| {
        let line = text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |at| at + 1);
        Err(SuiteError::Invalid { file: file.to_owned(), line, what: what.to_owned() })
    };
    match task.environment.network_mode {
        NetworkMode::NoNetwork => {}
        NetworkMode::Public => {
            return refuse("network_mode", "network_mode \"public\" is refused here; write \"no-network\"");
        }
        NetworkMode::Allowlist => {
            return refuse(
                "network_mode",
                "network_mode \"allowlist\" is not supported yet; write \"no-network\"",
            );
        }
    }
    if task.schema_version != "1.4" {
        return refuse("schema_version", "this reader knows schema_version \"1.4\" only");
    }
    if task.verifier.environment_mode == EnvironmentMode::Shared {
        return refuse("environment_mode", "a verifier shared with the agent is refused; write \"separate\"");
    }
    if task.artifacts != [crate::SUBMISSION_PATH] {
        return refuse("artifacts", "artifacts must be [\"/work/submission\"]");
    }
    if !(1..=DIFFICULTY_MAX).contains(&task.metadata.difficulty) {
        return refuse("difficulty", "difficulty is a whole number from 1 to 5");
    }
    for (key, amount) in [
        ("cpus", task.environment.cpus),
        ("memory_mb", task.environment.memory_mb),
        ("storage_mb", task.environment.storage_mb),
        ("timeout_sec", task.agent.timeout_sec.min(task.verifier.timeout_sec)),
    ] {
        if amount == 0 {
            return refuse(key, &format!("{key} is a whole number above 0"));
        }
    }
    Ok(task)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"schema_version = "1.4"
artifacts = ["/work/submission"]
[task]
name = "proofhouse/x"
description = "x"
[metadata]
area = "discover"
difficulty = 1
canary = "c"
[agent]
timeout_sec = 600
[verifier]
timeout_sec = 120
environment_mode = "separate"
[environment]
network_mode = "no-network"
cpus = 1
memory_mb = 512
storage_mb = 64
"#;

    fn error(text: &str) -> String {
        read(Path::new("task.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_sound_task_is_read() {
        assert_eq!(
            read(Path::new("task.toml"), GOOD).unwrap().environment.network_mode,
            NetworkMode::NoNetwork
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let said = error(&GOOD.replace("cpus = 1", "cpus = 1\ngpus = 8"));
        assert!(said.starts_with("task.toml:18: unknown field `gpus`"), "{said}");
    }

    #[test]
    fn a_public_network_is_refused_with_its_line() {
        let said = error(&GOOD.replace("no-network", "public"));
        assert_eq!(said, "task.toml:16: network_mode \"public\" is refused here; write \"no-network\"");
    }

    #[test]
    fn a_task_that_does_not_say_its_network_is_refused() {
        assert!(
            error(&GOOD.replace("network_mode = \"no-network\"\n", ""))
                .contains("missing field `network_mode`")
        );
    }

    #[test]
    fn a_shared_verifier_is_refused() {
        assert!(
            error(&GOOD.replace("\"separate\"", "\"shared\"")).contains("shared with the agent is refused")
        );
    }
}

//! A house of its own for each test: keys, a small suite, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Items of the starter suite that the small suite holds: one of each area, quick to judge.
pub const ITEMS: [&str; 4] =
    ["crack-1-repeating-xor", "diagnose-1-ini-section", "discover-1-line-length", "repair-1-date-names"];

pub struct House {
    folder: TempDir,
}

/// How the program ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    #[track_caller]
    pub fn with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(
            self.stderr.contains(words) || self.stdout.contains(words),
            "no {words:?} in:\n{}{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl House {
    pub fn new() -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap() };
        let suite = house.suite();
        let starter = repository().join("suites/starter");
        fs::create_dir_all(&suite).unwrap();
        fs::copy(starter.join("suite.toml"), suite.join("suite.toml")).unwrap();
        for item in ITEMS {
            copy(&starter.join(item), &suite.join(item));
        }
        house.set_cut(0.39);
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn suite(&self) -> PathBuf {
        self.path("suite")
    }

    pub fn key(&self) -> PathBuf {
        self.path("home/signer.pub")
    }

    pub fn set_cut(&self, cut: f64) {
        let text = format!(
            "format = \"proofhouse-threshold-1\"\nestimand = \"share of the suite's items passed\"\ncut = {cut}\nconfidence = 0.95\n"
        );
        fs::write(self.path("threshold.toml"), text).unwrap();
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
        command
            .args(words)
            .env("PROOFHOUSE_HOME", self.path("home"))
            .env_remove("PROOFHOUSE_KEY")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Ended {
        self.command(words).output().unwrap().into()
    }

    /// The words of a review of `endpoint` into `out`.
    pub fn review_words(&self, endpoint: &str, out: &str) -> Vec<String> {
        let path = |name: &str| self.path(name).to_string_lossy().into_owned();
        let mut words = vec!["review".to_owned(), "--endpoint".to_owned(), endpoint.to_owned()];
        words.extend(["--suite".to_owned(), path("suite"), "--threshold".to_owned(), path("threshold.toml")]);
        words.extend(["--out".to_owned(), path(out), "--budget".to_owned(), "turns=4,seconds=60".to_owned()]);
        if !endpoint.starts_with("script:") {
            words.extend(["--model".to_owned(), "fake".to_owned()]);
        }
        words
    }

    pub fn review_command(&self, endpoint: &str, out: &str) -> Command {
        let words = self.review_words(endpoint, out);
        self.command(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn review(&self, endpoint: &str, out: &str) -> Ended {
        self.review_command(endpoint, out).output().unwrap().into()
    }

    pub fn verify(&self, out: &str) -> Ended {
        let (out, key) = (self.path(out), self.key());
        self.run(&["verify", &out.to_string_lossy(), "--key", &key.to_string_lossy()])
    }

    /// Every item's outcome, by name.
    pub fn outcomes(&self, out: &str) -> Vec<(String, String)> {
        let report: serde_json::Value =
            serde_json::from_slice(&fs::read(self.path(out).join("report.json")).unwrap()).unwrap();
        let items = report["runs"].as_array().unwrap().last().unwrap()["items"].as_array().unwrap();
        let mut found: Vec<(String, String)> = items
            .iter()
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item["outcome"].to_string()))
            .collect();
        found.sort();
        found
    }

    pub fn recommendation(&self, out: &str) -> String {
        let report: serde_json::Value =
            serde_json::from_slice(&fs::read(self.path(out).join("report.json")).unwrap()).unwrap();
        report["runs"].as_array().unwrap().last().unwrap()["decision"]["recommendation"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Every file beneath `folder`, relative to it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

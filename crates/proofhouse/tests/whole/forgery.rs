//! A house that lies: rewrites its own package and signs it anew with its own, right key.

use std::fs;
use std::path::PathBuf;

use flows::evidence::{Log, report_proof};
use flows::plan::Plan;
use flows::review::{inspect, inspect_file};
use flows::{summary, threshold};
use ledger::{Checkpoint, Note, SignerKey, Tree, leaf_hash, sign_checkpoint};
use report::data::Review;
use serde_json::{Value, json};
use types::{Digest, Secret};

use crate::house::{House, copy};

/// A package under forgery.
pub struct Forgery<'a> {
    house: &'a House,
    pub out: PathBuf,
    /// The log's lines. Numbers, digests and sizes are set right when the forgery is signed.
    pub lines: Vec<Value>,
}

impl<'a> Forgery<'a> {
    /// A forgery in `out` of the honest package in `honest`.
    pub fn of(house: &'a House, honest: &str) -> Self {
        let out = house.path("out");
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        copy(&house.path(honest), &out);
        let text = fs::read_to_string(out.join("log.jsonl")).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { house, out, lines }
    }

    /// The place of the first line that says `record`.
    #[track_caller]
    pub fn line(&self, record: &str) -> usize {
        self.lines.iter().position(|line| line["record"] == record).unwrap()
    }

    /// The place of the line that adds the file at `path`.
    #[track_caller]
    pub fn added(&self, path: &str) -> usize {
        self.lines.iter().position(|line| line["path"] == path).unwrap()
    }

    /// Adds the file at `path` to the log before the line at `at`.
    pub fn add(&mut self, at: usize, path: &str) {
        let time = self.lines[at.saturating_sub(1)]["at"].clone();
        let line = json!({"seq": 0, "at": time, "record": "file_added", "path": path, "digest": "", "size_bytes": 0});
        self.lines.insert(at, line);
    }

    /// Moves the line at `from` on, so that it comes to stand at `to`, dated as the line before it.
    pub fn postpone(&mut self, from: usize, to: usize) {
        let mut line = self.lines.remove(from);
        line["at"] = self.lines[to - 1]["at"].clone();
        self.lines.insert(to, line);
    }

    /// The path of the transcript of the first attempt.
    pub fn transcript(&self) -> String {
        let item = self.lines[self.line("attempt_started")]["item"].as_str().unwrap().to_owned();
        format!("runs/1/attempts/{item}.jsonl")
    }

    /// Changes the events of the first attempt's transcript. They are numbered anew.
    pub fn retell(&mut self, change: impl FnOnce(&mut Vec<Value>)) {
        let file = self.out.join(self.transcript());
        let text = fs::read_to_string(&file).unwrap();
        let mut events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        change(&mut events);
        let mut text = String::new();
        for (at, event) in events.iter_mut().enumerate() {
            event["seq"] = at.into();
            text += &format!("{}\n", types::json::line(event).unwrap());
        }
        fs::write(file, text).unwrap();
    }

    /// Changes a file of JSON that is written with indentation.
    pub fn rewrite(&mut self, path: &str, change: impl FnOnce(&mut Value)) {
        let file = self.out.join(path);
        let bytes = fs::read(&file).unwrap();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        change(&mut value);
        let mut again = serde_json::to_vec_pretty(&value).unwrap();
        again.extend(bytes.ends_with(b"\n").then_some(b'\n'));
        fs::write(file, again).unwrap();
    }

    /// Changes the plan, and whatever names it.
    pub fn replan(&mut self, change: impl FnOnce(&mut Value)) {
        self.rewrite("plan.json", change);
        self.lines[0]["plan"] = Digest::of(&fs::read(self.out.join("plan.json")).unwrap()).to_string().into();
    }

    /// Draws the last run's views anew from the forged evidence, and changes what the report says.
    pub fn redraw(&mut self, change: impl FnOnce(&mut Review)) {
        let end = self.lines.iter().rposition(|line| line["record"] == "run_ended").unwrap();
        self.lines.truncate(end + 1);
        self.write_log();
        let log = Log::read(&self.out).unwrap();
        let (plan, digest) = Plan::read(&self.out).unwrap();
        let threshold = threshold::read(&self.house.path("threshold.toml")).unwrap().threshold;
        let written_at = log.lines.last().unwrap().at;
        let mut review = summary::review(&self.out, &log, (&plan, digest), &threshold, written_at).unwrap();
        change(&mut review);
        let run = review.runs.last().unwrap().number;
        let views = [
            ("report.json".to_owned(), report::json(&review).unwrap().into_bytes()),
            ("report.html".to_owned(), report::page(&review).unwrap().into_bytes()),
            (inspect_file(run), inspect(&self.out, &review, run).unwrap()),
        ];
        for (view, bytes) in views {
            fs::write(self.out.join(&view), bytes).unwrap();
            self.add(self.lines.len(), &view);
        }
    }

    fn write_log(&mut self) -> Tree {
        let (mut tree, mut log) = (Tree::default(), String::new());
        let paths: Vec<Value> = self.lines.iter().map(|line| line["path"].clone()).collect();
        for (at, line) in self.lines.iter_mut().enumerate() {
            line["seq"] = at.into();
            // What an earlier line says of a view that was drawn again stays as it was.
            let last = !paths[at + 1..].contains(&line["path"]);
            let path = line["path"].as_str().filter(|_| last);
            if let Some(bytes) = path.and_then(|path| fs::read(self.out.join(path)).ok()) {
                line["digest"] = Digest::of(&bytes).to_string().into();
                line["size_bytes"] = bytes.len().into();
            }
            let text = types::json::line(line).unwrap();
            tree.append(leaf_hash(text.as_bytes()));
            log += &format!("{text}\n");
        }
        fs::write(self.out.join("log.jsonl"), log).unwrap();
        tree
    }

    /// Signs the forgery with the house's key.
    pub fn sign(&mut self) {
        let tree = self.write_log();
        let origin = Log::read(&self.out).unwrap().origin();
        let secret = fs::read_to_string(self.house.path("home/signer.key")).unwrap();
        let signer = SignerKey::from_secret(&Secret::new(secret.trim().to_owned())).unwrap();
        let checkpoint = Checkpoint::new(origin, tree.head(), Vec::new()).unwrap();
        let note = sign_checkpoint(&checkpoint, &signer);
        fs::write(self.out.join("checkpoint"), &note).unwrap();
        if let Some(proof) =
            report_proof(&Log::read(&self.out).unwrap(), Note::parse(note.as_bytes()).unwrap())
        {
            fs::write(self.out.join("report.json.tlog-proof"), proof.to_string()).unwrap();
        }
    }
}

//! A case in which reviews are looks, up to its open window.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use types::Digest;

use crate::cases;
use crate::house::{Ended, House};

/// A house with an evaluator, and a case whose window is open on a script.
pub struct InCase {
    pub house: House,
    script: &'static str,
}

impl InCase {
    /// The case up to its open window, for reviews of `script`. The offered checkpoint is `checkpoint`.
    fn up_to_window(script: &'static str, checkpoint: Digest) -> Self {
        let case = Self { house: cases::house(), script };
        case.enrol("eve", "evaluator", "institute");
        let checkpoint = format!("subject.checkpoint={checkpoint}");
        let modes = ["modes[]=api", "modes[]=weights"];
        let offer = ["offer", "c-1", &checkpoint, "purposes[]=measure", "readers[]=eve"];
        case.act("dev", &[&offer[..], &modes, &["expires=2999-01-01T00:00:00.000Z"]].concat()).with(0);
        case.act("ada", &["accept", "c-1"]).with(0);
        let threshold = format!("threshold=@{}", case.path("threshold.toml"));
        let budget = ["budget.alpha_ppm:=50000", "budget.beta_ppm:=50000"];
        case.act("ada", &[&["commit-threshold", "c-1", &threshold][..], &budget].concat())
            .with(0)
            .says("home/openings/");
        case.cosign();
        case.act("ada", &["open-window", "c-1"]).with(0);
        case
    }

    /// The case up to its open window on `script:random`, whose offered checkpoint is `checkpoint`.
    pub fn with_window_on(checkpoint: Digest) -> Self {
        Self::up_to_window("random", checkpoint)
    }

    fn enrol(&self, name: &str, role: &str, party: &str) {
        let key = self.house.run(&["person", "key", name, "--out", &self.key(name)]).with(0).stdout.clone();
        let fields = [
            format!("person={name}"),
            format!("identity={}", cases::identity(&self.house, name)),
            format!("key={}", key.trim()),
            format!("seat.role={role}"),
            format!("seat.party={party}"),
        ];
        self.by_both(&[&["person", "enrol"][..], &fields.each_ref().map(String::as_str)].concat()).with(0);
    }

    /// The developer checks that the case's log holds the commitment, cosigns the checkpoint, and says so.
    fn cosign(&self) {
        let (proof, checkpoint) = (self.path("threshold.tlog-proof"), self.path("threshold.checkpoint"));
        let (house, dev) = (self.house.key().to_string_lossy().into_owned(), self.key("dev"));
        self.house.run(&["case", "prove", "c-1", "--threshold", "--out", &proof]).with(0);
        let cosign = ["case", "cosign", &proof, "--log-key", &house, "--key", &dev, "--out", &checkpoint];
        self.house.run(&cosign).with(0);
        self.act("dev", &["cosign-threshold", "c-1", &format!("checkpoint=@{checkpoint}")]).with(0);
    }

    /// Ready: a look is planned, and eve has a grant.
    pub fn ready() -> Self {
        Self::ready_for("random")
    }

    /// Ready, for reviews of that script.
    pub fn ready_for(script: &'static str) -> Self {
        let case = Self::up_to_window(script, called(script));
        case.plan("first");
        case.grant();
        case
    }

    pub fn path(&self, name: &str) -> String {
        self.house.path(name).to_string_lossy().into_owned()
    }

    pub fn key(&self, name: &str) -> String {
        self.path(&format!("{name}.key"))
    }

    /// A command that two officers sign.
    pub fn by_both(&self, words: &[&str]) -> Ended {
        let keys = ["--key", &self.key("ada"), "--key", &self.key("bea")];
        self.house.run(&[words, &keys].concat())
    }

    pub fn act(&self, who: &str, words: &[&str]) -> Ended {
        self.house.run(&[&["case"], words, &["--key", &self.key(who)]].concat())
    }

    pub fn plan(&self, look: &str) {
        let look = format!("look={look}");
        let words = ["plan-look", "c-1", &look, "spends.alpha_ppm:=1000", "spends.beta_ppm:=1000"];
        self.act("eve", &words).with(0);
    }

    pub fn grant(&self) {
        let words = ["grant", "c-1", "grant=g-1", "person=eve", "mode=api", "purpose=measure"];
        self.act("ada", &[&words[..], &["until=2998-01-01T00:00:00.000Z"]].concat()).with(0);
    }

    /// The words of a review in the case, with no threshold named.
    pub fn words(&self, look: &str, out: &str) -> Vec<String> {
        let mut words = self.house.review_words(&format!("script:{}", self.script), out);
        let at = words.iter().position(|word| word == "--threshold").unwrap();
        words.drain(at..at + 2);
        let key = self.key("eve");
        words.extend(["--case", "c-1", "--look", look, "--key", &key].map(str::to_owned));
        words
    }

    pub fn review(&self, look: &str, out: &str) -> Ended {
        self.review_with(look, out, &[])
    }

    pub fn review_with(&self, look: &str, out: &str, more: &[&str]) -> Ended {
        let words = self.words(look, out);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.house.run(&words)
    }

    pub fn spawn(&self, look: &str, out: &str) -> Child {
        let words = self.words(look, out);
        let mut command = self.house.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What happened in the case, of that name.
    pub fn events(&self, name: &str) -> Vec<Value> {
        let ended = self.house.run(&["case", "timeline", "c-1", "--json"]);
        let entries: Vec<Value> = serde_json::from_str(&ended.with(0).stdout).unwrap();
        let event = |entry: &Value| entry["event"]["delta"].get(name).cloned();
        entries.iter().filter_map(event).collect()
    }

    pub fn log(&self, out: &str) -> String {
        fs::read_to_string(self.house.path(out).join("log.jsonl")).unwrap_or_default()
    }

    /// Waits until the log of `out` says `record`, or the program has ended.
    pub fn until(&self, child: &mut Child, out: &str, record: &str) {
        for _ in 0..6000 {
            if self.log(out).contains(record) || child.try_wait().unwrap().is_some() {
                return;
            }
            // Another process writes the file: there is no event to wait for.
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the review never wrote {record}");
    }
}

/// What a script is called.
fn called(script: &str) -> Digest {
    Digest::of_parts(&[b"script", script.as_bytes()])
}

/// What `script:random` is called.
pub fn random() -> Digest {
    called("random")
}

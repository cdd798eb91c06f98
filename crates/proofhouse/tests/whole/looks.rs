//! Reviews that are looks in a case, through the program itself: what is refused before anything is shown to the model,
//! what stops one in the middle, and that its result is recorded exactly once.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use types::Digest;

use crate::house::{Ended, House};

/// A house with an evaluator, and a case whose window is open on `script:random`.
struct InCase {
    house: House,
}

impl InCase {
    /// The case up to its open window. The offered checkpoint is `checkpoint`.
    fn with_window_on(checkpoint: Digest) -> Self {
        let case = Self { house: House::new() };
        let publics = ["ada", "bea", "dev", "eve"].map(|name| {
            case.house
                .run(&["person", "key", name, "--out", &case.key(name)])
                .with(0)
                .stdout
                .trim()
                .to_owned()
        });
        let [ada, bea, dev, eve] = ["ada", "bea", "dev", "eve"].map(|name| case.identity(name));
        let both = ["--key", &case.key("ada"), "--key", &case.key("bea")];
        let run = |words: &[&str]| {
            case.house.run(&[words, &both].concat()).with(0);
        };
        run(&["person", "found", "sample", "--party", "house", "--identity", &ada, "--identity", &bea]);
        for (name, identity, key, role, party) in [
            ("dev", dev, &publics[2], "developer", "lab"),
            ("eve", eve, &publics[3], "evaluator", "institute"),
        ] {
            let fields = [
                format!("person={name}"),
                format!("identity={identity}"),
                format!("key={key}"),
                format!("seat.role={role}"),
                format!("seat.party={party}"),
            ];
            run(&[&["person", "enrol"][..], &fields.each_ref().map(String::as_str)].concat());
        }
        case.act("dev", &["open", "c-1", "developer=lab", "model=Sample"]).with(0);
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
        let log = format!("checkpoint={}", Digest::of(b"log"));
        case.act("dev", &["cosign-threshold", "c-1", &log]).with(0);
        case.act("ada", &["open-window", "c-1"]).with(0);
        case
    }

    /// Ready: a look is planned, and eve has a grant.
    fn ready() -> Self {
        let case = Self::with_window_on(random());
        case.plan("first");
        case.grant();
        case
    }

    fn path(&self, name: &str) -> String {
        self.house.path(name).to_string_lossy().into_owned()
    }

    fn key(&self, name: &str) -> String {
        self.path(&format!("{name}.key"))
    }

    fn identity(&self, name: &str) -> String {
        let mut command = self.house.command(&["person", "identity"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(name.as_bytes()).unwrap();
        let ended: Ended = child.wait_with_output().unwrap().into();
        ended.with(0).stdout.trim().to_owned()
    }

    fn act(&self, who: &str, words: &[&str]) -> Ended {
        self.house.run(&[&["case"], words, &["--key", &self.key(who)]].concat())
    }

    fn plan(&self, look: &str) {
        let look = format!("look={look}");
        let words = ["plan-look", "c-1", &look, "spends.alpha_ppm:=1000", "spends.beta_ppm:=1000"];
        self.act("eve", &words).with(0);
    }

    fn grant(&self) {
        let words = ["grant", "c-1", "grant=g-1", "person=eve", "mode=api", "purpose=measure"];
        self.act("ada", &[&words[..], &["until=2998-01-01T00:00:00.000Z"]].concat()).with(0);
    }

    /// The words of a review in the case, with no threshold named.
    fn words(&self, look: &str, out: &str) -> Vec<String> {
        let mut words = self.house.review_words("script:random", out);
        let at = words.iter().position(|word| word == "--threshold").unwrap();
        words.drain(at..at + 2);
        let key = self.key("eve");
        words.extend(["--case", "c-1", "--look", look, "--key", &key].map(str::to_owned));
        words
    }

    fn review(&self, look: &str, out: &str) -> Ended {
        self.review_with(look, out, &[])
    }

    fn review_with(&self, look: &str, out: &str, more: &[&str]) -> Ended {
        let words = self.words(look, out);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.house.run(&words)
    }

    fn spawn(&self, look: &str, out: &str) -> Child {
        let words = self.words(look, out);
        let mut command = self.house.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What happened in the case, of that name.
    fn events(&self, name: &str) -> Vec<Value> {
        let ended = self.house.run(&["case", "timeline", "c-1", "--json"]);
        let entries: Vec<Value> = serde_json::from_str(&ended.with(0).stdout).unwrap();
        let event = |entry: &Value| entry["event"]["delta"].get(name).cloned();
        entries.iter().filter_map(event).collect()
    }

    fn log(&self, out: &str) -> String {
        fs::read_to_string(self.house.path(out).join("log.jsonl")).unwrap_or_default()
    }

    /// Waits until the log of `out` says `record`, or the program has ended.
    fn until(&self, child: &mut Child, out: &str, record: &str) {
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

/// What `script:random` is called.
fn random() -> Digest {
    Digest::of_parts(&[b"script", b"random"])
}

#[test]
fn a_review_takes_a_look_and_its_result_is_recorded_once() {
    let case = InCase::ready();
    case.review("first", "out").with(0).says("the result of look first is recorded");
    let [started] = &case.events("look_started")[..] else { panic!("a look starts once") };
    let [recorded] = &case.events("result_recorded")[..] else { panic!("a look has one result") };
    assert_eq!(recorded["look"], "first");
    let evidence = recorded["evidence"].as_str().unwrap();
    case.house.verify("out").with(0).says("look first of case c-1").says(evidence);
    let first_line = case.log("out").lines().next().unwrap().to_owned();
    let package = ledger::leaf_hash(first_line.as_bytes()).to_string();
    assert_eq!(started["package"], package.as_str(), "the look is bound to the package's first line");
    assert_eq!(started["measured"]["checkpoint"], random().to_string().as_str());
    let page = fs::read_to_string(case.house.path("out/report.html")).unwrap();
    assert!(page.contains("c-1, look first"));
    let shown = case.act("ada", &["show", "c-1"]);
    shown.with(0).says(evidence);

    // The same command again: everything is there, and nothing is recorded twice.
    case.review("first", "out").with(0);
    assert_eq!(case.events("result_recorded").len(), 1);

    // Another folder, or another run, is another look.
    case.review("first", "again").with(10).says("look-done");
    assert!(!case.house.path("again").exists());
    let (out, again, key) = (case.path("out"), case.path("again"), case.key("eve"));
    case.house.run(&["rerun", &out]).with(10).says("look-done");
    let rerun =
        |look: &str| case.house.run(&["rerun", &out, "--look", look, "--key", &key, "--into", &again]);
    rerun("first").with(10).says("look-done");
    rerun("second").with(10).says("no-such-look");
    case.plan("second");
    rerun("second").with(0);
    assert_eq!(case.events("result_recorded").len(), 2);
    case.house.verify("again").with(0).says("look second of case c-1");
    case.house.verify("out").with(0);
}

#[test]
fn a_review_outside_of_a_case_has_a_plan_without_one() {
    let case = InCase::ready();
    case.house.review("script:random", "out").with(0);
    let plan = fs::read_to_string(case.house.path("out/plan.json")).unwrap();
    assert!(!plan.contains("\"case\"") && plan.ends_with("\"seed\": null\n}\n"), "{plan}");
    // It cannot be brought into the case when its result suits.
    case.review("first", "out").with(3).says("another plan");
    assert!(case.events("look_started").is_empty());
}

#[test]
fn what_the_case_does_not_have_is_refused_before_the_model_is_asked() {
    let case = InCase::with_window_on(random());
    case.review("first", "out").with(10).says("no-such-look");
    case.plan("first");
    case.review("first", "out").with(10).says("no-grant");
    case.grant();
    case.review_with("first", "out", &["--seed", "7"]).with(2).says("leave --seed out");
    assert!(!case.house.path("out").exists(), "what is refused leaves nothing");
    let mut words = case.words("first", "out");
    let at = words.iter().position(|word| word == "script:random").unwrap();
    words[at] = "script:reference".to_owned();
    case.house.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).with(10).says("other-checkpoint");
    let strange = case.key("bea");
    words[at] = "script:random".to_owned();
    let key = words.len() - 1;
    words[key] = strange;
    case.house.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).with(10).says("no-grant");
    assert!(!case.house.path("out").exists());
    case.review("first", "out").with(0);
}

#[test]
fn weights_are_run_in_a_case_only_under_a_lease_of_exactly_these_weights() {
    let bytes = b"no weights at all";
    let (size, digest) = ((bytes.len() as u64).to_be_bytes(), Digest::of(bytes));
    let identity = Digest::of_parts(&[b"proofhouse-manifest-1", b"model.gguf", &size, digest.as_bytes()]);
    let case = InCase::with_window_on(identity);
    case.plan("first");
    // A grant for prompts opens no weights.
    case.grant();
    fs::write(case.path("model.gguf"), bytes).unwrap();
    let review = || {
        let mut words = case.words("first", "out");
        let at = words.iter().position(|word| word == "--endpoint").unwrap();
        words.splice(at..at + 2, [case.path("model.gguf")]);
        case.house.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    review().with(10).says("no-lease");
    assert!(!case.house.path("out").exists());
    let lease = |name: &str, artefact: Digest| {
        let (lease, artefact) = (format!("lease={name}"), format!("artefact={artefact}"));
        let (ada, bea) = (case.key("ada"), case.key("bea"));
        case.house
            .run(&["case", "open-lease", "c-1", &lease, &artefact, "--key", &ada, "--key", &bea])
            .with(0);
    };
    lease("another", random());
    review().with(10).says("no-lease");
    lease("these", identity);
    // The case lets it start; that these are no weights is found out in the model's own chamber.
    review().with(3).says("the runtime ended before it was ready");
    assert!(case.events("look_started").is_empty(), "a model that does not start takes no look");
}

#[test]
fn another_threshold_than_the_cases_is_refused_and_a_missing_opening_says_where_it_belongs() {
    let case = InCase::ready();
    let text = fs::read_to_string(case.path("threshold.toml")).unwrap();
    let moved = case.path("moved.toml");
    fs::write(&moved, text.replace("0.39", "0.9")).unwrap();
    case.review_with("first", "out", &["--threshold", &moved]).with(10).says("other-threshold");
    let openings = case.house.path("home/openings");
    let hidden = case.house.path("hidden");
    fs::rename(&openings, &hidden).unwrap();
    case.review("first", "out").with(3).says("home/openings/").says("bring it to");
    fs::remove_dir_all(&openings).unwrap();
    fs::rename(&hidden, &openings).unwrap();
    // An opening under the right name that opens another commitment.
    let kept = fs::read_dir(&openings).unwrap().next().unwrap().unwrap().path();
    let good = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, good.replace("0.39", "0.9")).unwrap();
    case.review("first", "out").with(3).says("does not open the commitment");
    fs::write(&kept, good).unwrap();
    assert!(case.events("look_started").is_empty());
    let same = case.path("threshold.toml");
    case.review_with("first", "out", &["--threshold", &same]).with(0);
    let (out, opening) = (case.path("out"), kept.to_string_lossy().into_owned());
    case.house.run(&["verify", &out, "--opening", &opening]).with(0).says("committed to before");
}

#[test]
fn a_threshold_is_never_committed_to_by_its_bare_digest_or_kept_in_the_record() {
    let case = InCase::ready();
    let bare = format!("commitment=@{}", case.path("threshold.toml"));
    case.act("ada", &["commit-threshold", "c-1", &bare]).with(2).says("threshold=@FILE");
    let export = case.path("c.export");
    let (ada, bea) = (case.key("ada"), case.key("bea"));
    let words = ["case", "export", "c-1", "--for", "auditor", "--out", &export, "--key", &ada, "--key", &bea];
    case.house.run(&words).with(0);
    assert!(!fs::read_to_string(&export).unwrap().contains("proofhouse-threshold-1"));
    // A look's start and end are decided again from their envelopes like every act.
    case.review("first", "out").with(0);
    fs::remove_file(&export).unwrap();
    case.house.run(&words).with(0);
    assert!(fs::read_to_string(&export).unwrap().contains("look_started"));
    case.house.run(&["verify", &export]).with(0);
}

#[test]
fn a_window_that_is_closed_takes_no_look_and_no_dry_run_of_one() {
    let case = InCase::ready();
    let dry = || case.review_with("first", "out", &["--dry-run"]);
    dry().with(0).says(&random().to_string());
    case.act("ada", &["finish-window", "c-1"]).with(0);
    case.review("first", "out").with(10).says("window-not-open");
    dry().with(10).says("window-not-open");
    assert!(!case.house.path("out").exists());
}

#[test]
fn a_withdrawal_in_the_middle_stops_the_review_at_once_and_keeps_what_was_measured() {
    let case = InCase::ready();
    let mut child = case.spawn("first", "out");
    case.until(&mut child, "out", "attempt_started");
    case.act("dev", &["withdraw", "c-1"]).with(0);
    let ended: Ended = child.wait_with_output().unwrap().into();
    ended.with(10).says("case-withdrawn");
    let log = case.log("out");
    assert!(!log.contains("run_ended"), "the review was over before the withdrawal");
    case.review("first", "out").with(10).says("case-withdrawn");
    assert_eq!(case.log("out"), log, "nothing is added to the evidence any more");
    assert!(case.events("result_recorded").is_empty());
}

#[test]
fn what_did_not_suit_is_not_measured_again_into_another_folder() {
    let case = InCase::ready();
    let mut child = case.spawn("first", "out");
    case.until(&mut child, "out", "attempt_ended");
    let _ = child.kill();
    child.wait().unwrap();
    assert!(!case.log("out").contains("run_ended"), "killed too late to show anything");
    case.review("first", "another").with(10).says("look-started");
    // Not even in the same place.
    fs::rename(case.house.path("out"), case.house.path("aside")).unwrap();
    case.review("first", "out").with(10).says("look-started");
    assert!(!case.house.path("out").exists());
    fs::rename(case.house.path("aside"), case.house.path("out")).unwrap();
    case.review("first", "out").with(0);
    assert_eq!(case.events("look_started").len(), 1);
}

#[test]
fn killed_before_its_result_was_recorded_the_same_command_records_it_once() {
    let case = InCase::ready();
    // The last line that a review writes: from here to the record it is milliseconds, and then the program ends.
    for _ in 0..3 {
        let mut child = case.spawn("first", "out");
        case.until(&mut child, "out", "run-1.eval");
        let _ = child.kill();
        child.wait().unwrap();
        assert!(case.events("result_recorded").len() <= 1);
    }
    case.review("first", "out").with(0);
    assert_eq!(case.events("result_recorded").len(), 1);
    case.house.verify("out").with(0);

    // The docket as it was before the result, beside the whole package: what such a kill leaves for certain.
    let case = InCase::ready();
    let mut child = case.spawn("first", "out");
    case.until(&mut child, "out", "attempt_ended");
    let _ = child.kill();
    child.wait().unwrap();
    let (home, before) = (case.house.path("home"), case.house.path("before"));
    crate::house::copy(&home, &before);
    case.review("first", "out").with(0);
    let recorded = case.events("result_recorded");
    assert_eq!(recorded.len(), 1);
    fs::remove_dir_all(&home).unwrap();
    fs::rename(&before, &home).unwrap();
    assert!(case.events("result_recorded").is_empty());
    // The window need not be open any more: nothing is asked of the model.
    case.act("ada", &["finish-window", "c-1"]).with(0);
    for _ in 0..2 {
        case.review("first", "out").with(0);
        assert_eq!(case.events("result_recorded"), recorded, "the same evidence, once");
    }
}

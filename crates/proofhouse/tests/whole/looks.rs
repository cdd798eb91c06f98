//! Reviews that are looks in a case, through the program itself: what is refused before anything is shown to the model,
//! what stops one in the middle, and that its result is recorded exactly once.

use std::fs;

use types::Digest;

use crate::cases;
use crate::house::{Ended, House};
use crate::in_case::{InCase, random};

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
fn a_look_s_package_carries_its_case_s_proof_and_no_other_proof_is_believed_in_its_place() {
    let case = InCase::ready();
    case.review("first", "out").with(0);
    let (file, named) = (case.house.path("out/case.tlog-proof"), "of the case c-1 names it as evidence");
    case.house.verify("out").with(0).says(named).says("as the case's log proves");
    let (proof, key) = (case.path("out/case.tlog-proof"), case.house.key().to_string_lossy().into_owned());
    let root = flows::evidence::root(&case.house.path("out")).unwrap().to_string();
    House::new().run(&["verify", &proof, "--key", &key]).with(0).says("of the case c-1 names").says(&root);
    let whole = fs::read_to_string(&file).unwrap();
    // Lost, the same command brings it back; nothing is recorded for that.
    fs::remove_file(&file).unwrap();
    let entries = cases::entries(&case.house);
    case.review("first", "out").with(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    assert_eq!(cases::entries(&case.house), entries);

    let believed = |proof: &str| {
        fs::write(&file, proof).unwrap();
        case.house.verify("out")
    };
    let at = whole.find("\nindex ").and_then(|at| Some(at + 1 + whole[at + 1..].find('\n')? + 1)).unwrap();
    let turned = if whole.as_bytes()[at] == b'A' { 'B' } else { 'A' };
    believed(&format!("{}{turned}{}", &whole[..at], &whole[at + 1..])).with(8).says("case.tlog-proof: ");
    // Another case of the same house calls the very same package evidence: a true proof, of the wrong case.
    let dev = case.key("dev");
    case.house.run(&["case", "open", "c-2", "developer=lab", "model=Other", "--key", &dev]).with(0);
    crate::case_logs::named(&case.house, "c-2", "out");
    let other = case.path("other.tlog-proof");
    case.house.run(&["case", "prove", "c-2", "--evidence", &root, "--out", &other]).with(0);
    let other = fs::read_to_string(other).unwrap();
    believed(&other).with(8).says("case.tlog-proof: is of another case than the plan's");
    let out = case.path("out");
    let clobbers = case.house.run(&["case", "prove", "c-2", "--package", &out]);
    clobbers.with(3).says("is a look of the case c-1");
    // The case's own proof, of its other look.
    case.plan("second");
    case.review("second", "again").with(0);
    let second = fs::read_to_string(case.house.path("again/case.tlog-proof")).unwrap();
    believed(&second).with(8).says("case.tlog-proof: is of another package");
    believed(&whole).with(0).says(named);
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

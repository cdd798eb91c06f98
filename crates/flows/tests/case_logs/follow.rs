use std::sync::Arc;
use std::sync::atomic::Ordering;

use flows::cases::CaseError;
use flows::cases::log::{CaseLogError, Followed, Kind};
use ledger::log::{Fault, MemoryObjects, OpenError};
use ledger::{Checkpoint, Note, leaf_hash, root_of};
use serde_json::json;
use types::Digest;

use crate::scene::{Scene, ask, commitment, evidence, open, story};

/// Faults at this effect and before it are tried; the last ones do not happen any more.
const EFFECTS: u64 = 90;

#[test]
fn what_stands_at_which_index_follows_from_the_record_alone() {
    let scene = Scene::with_case();
    let followed = scene.follow("c-1").unwrap();
    let said: Vec<_> = followed.statements().iter().map(|said| (said.kind, said.version)).collect();
    let entry = |version| (Kind::Entry, version);
    let wanted =
        [entry(1), entry(2), entry(3), (Kind::Commitment, 3), entry(4), entry(5), (Kind::Evidence, 5)];
    assert_eq!(said, wanted);
    assert_eq!(followed.statements()[3].digest, commitment());
    assert_eq!(followed.statements()[6].digest, evidence());
    // An entry is the SHA-256 of its opening; its statement names the line that the journal keeps.
    for ((said, opening), leaf) in
        followed.statements().iter().zip(followed.openings()).zip(followed.leaves())
    {
        assert!(opening.text().ends_with(&said.to_string()));
        assert_eq!(*leaf, leaf_hash(Digest::of(opening.text().as_bytes()).as_bytes()));
    }
    let lines = docket::journal::Journal::read(&scene.journal, &"case/c-1".parse().unwrap()).unwrap();
    let entries = followed.statements().iter().filter(|said| said.kind == Kind::Entry);
    assert!(entries.zip(&lines).all(|(said, line)| said.digest == Digest::of(line.as_bytes())));
    let salts: std::collections::BTreeSet<_> =
        followed.openings().iter().map(|opening| *opening.salt()).collect();
    assert_eq!(salts.len(), said.len(), "no salt is used twice");
}

/// Entries in the log as outsiders see it; none where there is no log yet.
fn published(objects: &MemoryObjects) -> u64 {
    let all = objects.all();
    let checkpoint = all.iter().find(|(name, _)| name.ends_with("public/checkpoint"));
    // A loss of power may leave it torn.
    let note = checkpoint.and_then(|(_, note)| Note::parse(note).ok());
    note.map_or(0, |note| Checkpoint::parse(note.unverified_text()).unwrap().head().size)
}

/// Tells the story on a storage that fails once, following after each act as commands do, and starting again where the
/// process died. Says what came of it, and whether the fault happened.
fn told(plan: Option<(u64, Fault)>) -> (Followed, bool) {
    let scene = Scene::new();
    if let Some((at, fault)) = plan {
        scene.objects.plan(at, fault);
    }
    let mut failed = false;
    for (by, act) in story() {
        scene.act("c-1", by, act).unwrap();
        if scene.follow("c-1").is_err() {
            failed = true;
            scene.objects.restart();
        }
        let record = flows::cases::log::statements(&scene.office().entries(&"c-1".parse().unwrap()).unwrap());
        let (log, record) = (published(&scene.objects), record.unwrap().len() as u64);
        assert!(log <= record, "{plan:?}: {log} entries in the log, {record} in the record");
    }
    let followed = scene.follow("c-1").or_else(|_| {
        failed = true;
        scene.objects.restart();
        scene.follow("c-1")
    });
    (followed.unwrap(), failed)
}

#[test]
fn whichever_effect_fails_or_dies_the_log_comes_out_the_same_and_is_never_ahead() {
    let (undisturbed, _) = told(None);
    let faults = [
        Fault::Fails,
        Fault::FailsMidway,
        Fault::FailsAfterPersisting,
        Fault::Killed,
        Fault::KilledAfter,
        Fault::PowerLost(1),
        Fault::PowerLost(6),
    ];
    let mut happened = 0;
    for (fault, at) in faults.into_iter().flat_map(|fault| (0..EFFECTS).map(move |at| (fault, at))) {
        let (followed, failed) = told(Some((at, fault)));
        happened += u32::from(failed);
        assert_eq!(followed.leaves(), undisturbed.leaves(), "effect {at}, {fault:?}");
        assert_eq!(followed.checkpoint(), undisturbed.checkpoint(), "effect {at}, {fault:?}");
    }
    assert!(happened > 200, "only {happened} faults happened");
}

#[test]
fn acts_that_no_log_followed_are_caught_up_with_at_once_and_nothing_is_added_twice() {
    let scene = Scene::with_case();
    let all = scene.follow("c-1").unwrap();
    assert_eq!(all.leaves().len(), 7);
    for _ in 0..3 {
        let again = scene.follow("c-1").unwrap();
        assert_eq!((again.leaves(), again.checkpoint()), (all.leaves(), all.checkpoint()));
    }
    let (stepwise, _) = told(None);
    assert_eq!(root_of(stepwise.leaves()), root_of(all.leaves()));
}

#[test]
fn acts_within_one_millisecond_are_logged_and_a_clock_that_is_set_back_is_named() {
    let scene = Scene::with_case();
    scene.follow("c-1").unwrap();
    for number in 0..20 {
        // The record takes an act at the same time as the last, and so does the log.
        let due = "2030-01-01T00:00:00.000Z";
        let promise =
            json!({"safeguard": format!("x-{number}"), "kind": "filters", "what": "x", "due_at": due});
        let promise = json!({"safeguards": {"promise": promise}});
        scene.submit(&scene.envelope("c-1", "dev", &promise), &[]).unwrap();
        scene.follow("c-1").unwrap();
    }
    assert_eq!(scene.follow("c-1").unwrap().leaves().len(), 27);
    // A house whose clock is set back for longer than that signs nothing.
    let other = Scene::new();
    other.act("c-2", "dev", open()).unwrap();
    other.follow("c-2").unwrap();
    other.clock.0.fetch_sub(5_000, Ordering::SeqCst);
    let error = log_error(other.follow("c-2").unwrap_err());
    assert!(matches!(error, CaseLogError::Open(OpenError::Time { .. })), "{error:?}");
    assert!(!error.is_contradiction(), "the clock is wrong, not the record");
    other.clock.0.fetch_add(5_001, Ordering::SeqCst);
    other.follow("c-2").unwrap();
}

/// A case whose log is opened once more after it followed: nothing of it waits in a stage.
fn settled() -> Scene {
    let scene = Scene::with_case();
    scene.follow("c-1").unwrap();
    scene.follow("c-1").unwrap();
    scene
}

fn log_error(error: CaseError) -> CaseLogError {
    match error {
        CaseError::Log { source, .. } => *source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_docket_that_went_back_is_named_and_its_log_is_left_alone() {
    let whole = settled();
    let before = whole.objects.all();
    let mut back = Scene::new();
    for (by, act) in story().into_iter().take(3) {
        back.act("c-1", by, act).unwrap();
    }
    back.objects = Arc::clone(&whole.objects);
    back.clock.0.fetch_add(60_000, Ordering::SeqCst);
    let error = log_error(back.follow("c-1").unwrap_err());
    assert!(matches!(error, CaseLogError::Ahead { log: 7, record: 4 }), "{error:?}");
    assert!(error.is_contradiction());
    assert_eq!(whole.objects.all(), before);
    whole.clock.0.fetch_add(60_000, Ordering::SeqCst);
    whole.follow("c-1").unwrap();
}

#[test]
fn a_line_that_was_changed_after_it_was_logged_is_named_though_the_chain_was_made_to_fit() {
    let logged = Scene::with_case();
    logged.follow("c-1").unwrap();
    // Everything in this record holds: only that it is not the one that was logged.
    let mut rewritten = Scene::new();
    for (at, (by, act)) in story().into_iter().enumerate() {
        rewritten.act("c-1", by, if at == 1 { ask("Is it covered at all?") } else { act }).unwrap();
    }
    rewritten.objects = Arc::clone(&logged.objects);
    rewritten.clock.0.fetch_add(60_000, Ordering::SeqCst);
    let error = log_error(rewritten.follow("c-1").unwrap_err());
    assert!(matches!(error, CaseLogError::Differs { version: 2 }), "{error:?}");
    assert!(error.is_contradiction());
}

#[test]
fn the_log_of_another_case_is_named_and_other_cases_go_on() {
    let scene = Scene::new();
    for name in ["c-1", "c-2", "c-3"] {
        scene.act(name, "dev", open()).unwrap();
    }
    let draws = std::cell::Cell::new(0);
    let draw = || {
        draws.set(draws.get() + 1);
        Ok([draws.get(); 32])
    };
    let logs = flows::cases::log::CaseLogs::new(Arc::clone(&scene.objects), &crate::scene::signer, &draw);
    assert!(logs.follow_all(&scene.office()).unwrap().is_empty());
    let mut all = scene.objects.all();
    let (one, two) = (all["cases/c-1"].clone(), all["cases/c-2"].clone());
    all.insert("cases/c-1".to_owned(), two);
    all.insert("cases/c-2".to_owned(), one);
    scene.objects.restore(all);
    scene.clock.0.fetch_add(60_000, Ordering::SeqCst);
    let failed = logs.follow_all(&scene.office()).unwrap();
    let names: Vec<_> = failed.iter().map(|(case, _)| case.as_str()).collect();
    assert_eq!(names, ["c-1", "c-2"]);
    for (_, error) in failed {
        assert!(error.is_contradiction());
        assert!(matches!(log_error(error), CaseLogError::Differs { version: 1 }));
    }
}

#[test]
fn a_log_whose_state_was_rolled_back_is_named_and_an_old_copy_of_all_of_it_follows_again() {
    let scene = Scene::with_case();
    scene.follow("c-1").unwrap();
    let old = scene.objects.all();
    scene.act("c-1", "ada", answer()).unwrap();
    let newest = scene.follow("c-1").unwrap();
    let new = scene.objects.all();
    let mut rolled = new.clone();
    let state = old.iter().find(|(name, _)| name.ends_with("/state")).unwrap();
    rolled.insert(state.0.clone(), state.1.clone());
    scene.objects.restore(rolled);
    scene.clock.0.fetch_add(60_000, Ordering::SeqCst);
    let error = log_error(scene.follow("c-1").unwrap_err());
    assert!(matches!(error, CaseLogError::Open(OpenError::RolledBack { .. })), "{error:?}");
    assert!(error.is_contradiction());
    // What it says follows from the record and the secret: there is no second history to be had.
    scene.objects.restore(old);
    let again = scene.follow("c-1").unwrap();
    assert_eq!((again.leaves(), again.checkpoint()), (newest.leaves(), newest.checkpoint()));
}

fn answer() -> serde_json::Value {
    json!({"inquiry": {"answer": {"expectation": "needs_access", "why": "to say"}}})
}

#[test]
fn a_damaged_secret_or_tile_is_named() {
    let scene = settled();
    let whole = scene.objects.all();
    let damaged = |name: &str| {
        let mut all = whole.clone();
        let (_, bytes) = all.iter_mut().find(|(found, _)| found.contains(name)).unwrap();
        bytes[0] ^= 1;
        scene.objects.restore(all);
        scene.clock.0.fetch_add(1_000, Ordering::SeqCst);
        let audited =
            scene.with_logs(|logs| logs.audit(&scene.office(), &"c-1".parse().unwrap()).unwrap_err());
        log_error(audited)
    };
    assert!(matches!(damaged("cases/c-1"), CaseLogError::Damaged(_)));
    assert!(damaged("public/tile/0/").is_contradiction());
    assert!(damaged("public/tile/entries/").is_contradiction());
    assert!(damaged("/state").is_contradiction());
    scene.objects.restore(whole);
    scene.clock.0.fetch_add(1_000, Ordering::SeqCst);
    let size = scene.with_logs(|logs| logs.audit(&scene.office(), &"c-1".parse().unwrap()));
    assert_eq!(size.unwrap(), Some(7));
}

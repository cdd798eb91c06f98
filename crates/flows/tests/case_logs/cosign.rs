use std::sync::Arc;
use std::sync::atomic::Ordering;

use flows::cases::log::{CaseLogError, CaseLogs, Kind};
use flows::cases::{CaseError, CosignError, cosign, take_in};
use ledger::{Note, SignerKey, TlogProof};
use serde_json::json;
use types::{Clock, Digest};

use crate::scene::{HOUSE, Scene, ask, commit, commitment, cosigner, open, signer};

/// A case whose threshold is committed to, and whose log says so.
fn committed() -> Scene {
    let scene = Scene::new();
    scene.act("c-1", "dev", open()).unwrap();
    scene.act("c-1", "ada", commit()).unwrap();
    scene
}

fn proof_of(scene: &Scene) -> TlogProof {
    scene.follow("c-1").unwrap().prove("commitment", |said| said.kind == Kind::Commitment).unwrap()
}

fn house() -> ledger::VerifierKey {
    signer().unwrap().verifier().clone()
}

/// Submits the developer's act with this note as the cosigned checkpoint.
fn submitted(scene: &Scene, note: &str) -> Result<(), CosignError> {
    scene.clock.0.fetch_add(1_000, Ordering::SeqCst);
    let digest = Digest::of(note.as_bytes()).to_string();
    let act = json!({"access": {"cosign_threshold": {"checkpoint": digest}}});
    match scene.submit(&scene.envelope("c-1", "dev", &act), &[note.to_owned()]) {
        Ok(_) => Ok(()),
        Err(CaseError::Cosigned(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

fn cosigned(scene: &Scene) -> Note {
    cosign(&proof_of(scene), &house(), Some(commitment()), &cosigner("dev"), scene.clock.now()).unwrap().1
}

#[test]
fn the_checkpoint_that_the_developer_cosigned_is_taken_in_and_kept_with_the_record() {
    let scene = committed();
    let note = cosigned(&scene).to_string();
    submitted(&scene, &note).unwrap();
    let kept = docket::journal::Journal::document(&scene.journal, Digest::of(note.as_bytes())).unwrap();
    assert_eq!(kept, Some(note));
    assert_eq!(scene.follow("c-1").unwrap().statements().last().unwrap().version, 3);
}

#[test]
fn a_cosigned_checkpoint_may_be_behind_the_log_but_not_beside_it() {
    let scene = committed();
    let note = cosigned(&scene).to_string();
    scene.act("c-1", "dev", ask("And now?")).unwrap();
    submitted(&scene, &note).unwrap();
}

#[test]
fn nobody_cosigns_what_the_proof_does_not_show() {
    let scene = committed();
    let (proof, now) = (proof_of(&scene), scene.clock.now());
    let dev = cosigner("dev");
    let other_house = SignerKey::from_seed(HOUSE, [8; 32]).unwrap();
    let forged = cosign(&proof, other_house.verifier(), None, &dev, now).unwrap_err();
    assert!(matches!(forged, CosignError::Proof(_)), "{forged:?}");
    let expected = Digest::of(b"another threshold");
    let moved = cosign(&proof, &house(), Some(expected), &dev, now).unwrap_err();
    assert_eq!(moved, CosignError::OtherCommitment { found: commitment(), expected });
    let entry = scene.follow("c-1").unwrap().prove("entry", |said| said.kind == Kind::Entry).unwrap();
    assert_eq!(cosign(&entry, &house(), None, &dev, now).unwrap_err(), CosignError::NotACommitment);
    // What an entry says cannot be exchanged under its proof.
    let lie = String::from_utf8(proof.extra().unwrap().to_vec()).unwrap().replace("version 2", "version 1");
    let exchanged = cosign(&proof.with_extra(lie.into_bytes()), &house(), None, &dev, now).unwrap_err();
    assert!(matches!(exchanged, CosignError::Proof(_)), "{exchanged:?}");
}

#[test]
fn a_checkpoint_that_is_not_the_case_s_or_not_cosigned_by_the_signer_is_not_taken_in() {
    let scene = committed();
    let (good, now) = (cosigned(&scene), scene.clock.now());
    let bare = scene.follow("c-1").unwrap().checkpoint().clone();
    let unsigned = submitted(&scene, &bare.to_string()).unwrap_err();
    assert!(matches!(unsigned, CosignError::Cosignature(_)), "{unsigned:?}");
    let by_ada = cosign(&proof_of(&scene), &house(), None, &cosigner("ada"), now).unwrap().1;
    let by_ada = submitted(&scene, &by_ada.to_string()).unwrap_err();
    assert!(matches!(by_ada, CosignError::Cosignature(_)), "{by_ada:?}");
    let later = types::Timestamp::from_unix_millis(now.unix_millis() + 86_400_000).unwrap();
    let future = cosign(&proof_of(&scene), &house(), None, &cosigner("dev"), later).unwrap().1;
    assert!(matches!(submitted(&scene, &future.to_string()), Err(CosignError::Future(_))));
    let garbled = submitted(&scene, "no note\n").unwrap_err();
    assert!(matches!(garbled, CosignError::Checkpoint(_)), "{garbled:?}");
    submitted(&scene, &good.to_string()).unwrap();
}

/// A checkpoint of another log or another history, cosigned in good order.
fn elsewhere(name: &str, acts: &[(&str, serde_json::Value)]) -> String {
    let scene = Scene::new();
    for (by, act) in acts {
        scene.act(name, by, act.clone()).unwrap();
    }
    let checkpoint = scene.follow(name).unwrap().checkpoint().clone();
    let cosignature = cosigner("dev").cosign(checkpoint.unverified_text(), scene.clock.now());
    checkpoint.with_signature(cosignature).unwrap().to_string()
}

#[test]
fn another_case_s_log_another_history_and_an_older_checkpoint_are_told_apart() {
    let scene = committed();
    let good = cosigned(&scene).to_string();
    // The scene draws alike, so that the other case's log differs in what it says and not in its name.
    let other_case = elsewhere("c-2", &[("dev", open()), ("ada", commit())]);
    assert_eq!(submitted(&scene, &other_case), Err(CosignError::OtherHistory));
    let fork = elsewhere("c-1", &[("dev", open()), ("dev", ask("A fork?")), ("ada", commit())]);
    assert_eq!(submitted(&scene, &fork), Err(CosignError::OtherHistory));
    let ahead = elsewhere("c-1", &[("dev", open()), ("ada", commit()), ("dev", ask("Ahead?"))]);
    assert_eq!(submitted(&scene, &ahead), Err(CosignError::OtherHistory));
    let older = elsewhere("c-1", &[("dev", open())]);
    assert_eq!(submitted(&scene, &older), Err(CosignError::TooOld));
    submitted(&scene, &good).unwrap();
}

#[test]
fn a_log_under_another_name_is_not_the_case_s() {
    let scene = committed();
    let now = scene.clock.now();
    let renamed = ledger::Checkpoint::new(
        format!("{HOUSE}/case/{}", "5".repeat(32)),
        ledger::TreeHead { size: 1, root: Digest::of(b"x") },
        Vec::new(),
    );
    let note = ledger::sign_checkpoint(&renamed.unwrap(), &signer().unwrap());
    let note = Note::parse(note.as_bytes()).unwrap();
    let note = note.clone().with_signature(cosigner("dev").cosign(note.unverified_text(), now)).unwrap();
    assert!(matches!(submitted(&scene, &note.to_string()), Err(CosignError::OtherLog(_))));
}

#[test]
fn a_cosigned_checkpoint_is_taken_in_beside_the_log_and_with_its_text_only() {
    let scene = committed();
    let note = cosigned(&scene).to_string();
    let act =
        json!({"access": {"cosign_threshold": {"checkpoint": Digest::of(note.as_bytes()).to_string()}}});
    let envelope = scene.envelope("c-1", "dev", &act);
    let unchecked = take_in(&scene.office(), &envelope, std::slice::from_ref(&note));
    assert!(matches!(unchecked, Err(CaseError::Cosigned(CosignError::Unchecked))), "{unchecked:?}");
    let absent = scene.submit(&envelope, &["another text".to_owned()]);
    assert!(matches!(absent, Err(CaseError::Cosigned(CosignError::NotAtHand))), "{absent:?}");
    scene.submit(&envelope, std::slice::from_ref(&note)).unwrap();
    // The text is kept by now: the same envelope is answered with what it became.
    scene.submit(&envelope, &[]).unwrap();
}

#[test]
fn a_log_that_was_started_anew_is_not_the_one_that_was_cosigned() {
    let scene = committed();
    submitted(&scene, &cosigned(&scene).to_string()).unwrap();
    scene.follow("c-1").unwrap();
    let whole = scene.objects.all();
    // The secret is lost, and another one is drawn; nothing else has changed.
    let mut less = whole.clone();
    less.remove("cases/c-1").unwrap();
    scene.objects.restore(less);
    scene.clock.0.fetch_add(1_000, Ordering::SeqCst);
    let logs = CaseLogs::new(Arc::clone(&scene.objects), &signer, &|| Ok([11; 32]));
    let error = logs.follow(&scene.office(), &"c-1".parse().unwrap()).unwrap_err();
    let CaseError::Log { source, .. } = error else { panic!("{error:?}") };
    assert!(source.is_contradiction());
    let other = matches!(*source, CaseLogError::Cosigned { version: 3, source: CosignError::OtherLog(_) });
    assert!(other, "{source:?}");
    scene.objects.restore(whole);
    scene.clock.0.fetch_add(1_000, Ordering::SeqCst);
    scene.follow("c-1").unwrap();
}

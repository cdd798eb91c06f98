use docket::NoPolicies;
use docket::acts::items::Audience;
use flows::cases::log::{Kind, LogBroken, LogHolds, add_to_export};
use flows::cases::{Broken, Checked, Enclosed, Parcel, check, parcel};
use serde_json::{Value, json};
use types::Clock;

use crate::scene::{HOUSE, Scene, ask, case, open, signer};

/// The story, its threshold cosigned.
fn scene() -> Scene {
    let scene = Scene::with_case();
    let (act, note) = scene.cosigned("c-1", "dev");
    scene.submit(&scene.envelope("c-1", "dev", &act), &[note]).unwrap();
    scene
}

fn parcel_of(scene: &Scene, audience: Audience) -> Parcel {
    let mut parcel = parcel(&scene.office(), &case("c-1"), audience, Enclosed::default()).unwrap();
    add_to_export(&scene.follow("c-1").unwrap(), &mut parcel).unwrap();
    parcel
}

/// What `verify` says of a parcel that the house itself signed, whatever is in it.
fn checked(scene: &Scene, parcel: &Parcel) -> Result<Checked, Broken> {
    let version = scene.office().case(&case("c-1")).unwrap().head().version + 1;
    let signer = signer().unwrap();
    let text = parcel.signed(version, scene.clock.now(), &signer).unwrap();
    let with_key = check(&text, Some(signer.verifier()), &NoPolicies, &[]);
    // Without the key it is only consistent; a lie is a lie all the same.
    assert_eq!(with_key.is_ok(), check(&text, None, &NoPolicies, &[]).is_ok());
    with_key
}

/// What is found in an export whose body the house rewrote and signed again.
#[track_caller]
fn found(audience: Audience, rewrite: impl Fn(&str) -> String) -> LogBroken {
    let scene = scene();
    let honest = parcel_of(&scene, audience);
    assert!(checked(&scene, &honest).unwrap().log.is_some());
    let body = rewrite(&honest.body);
    assert_ne!(body, honest.body);
    match checked(&scene, &Parcel { body, ..honest }).unwrap_err() {
        Broken::Log(broken) => broken,
        other => panic!("{other:?}"),
    }
}

/// The body with the line of this kind changed.
fn relined(body: &str, kind: &str, change: impl Fn(&str) -> String) -> String {
    let prefix = format!("{kind} ");
    let line = |line: &str| match line.strip_prefix(&prefix) {
        Some(rest) => format!("{prefix}{}\n", change(rest)),
        None => format!("{line}\n"),
    };
    body.lines().map(line).collect()
}

fn line_of(body: &str, kind: &str) -> String {
    let prefix = format!("{kind} ");
    body.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().to_owned()
}

#[test]
fn an_export_carries_what_shows_that_it_is_the_record_that_was_logged() {
    let scene = scene();
    let origin = format!("{HOUSE}/case/{}", "09".repeat(16));
    let holds = |whole| LogHolds { origin: origin.clone(), size: 8, version: 6, whole };
    let whole = checked(&scene, &parcel_of(&scene, Audience::Auditor)).unwrap();
    assert_eq!((whole.log, whole.replayed), (Some(holds(true)), 6));
    let view = checked(&scene, &parcel_of(&scene, Audience::Developer)).unwrap();
    assert_eq!((view.log, view.replayed), (Some(holds(false)), 0));
}

#[test]
fn a_forged_proof_is_refused() {
    let forged = found(Audience::Auditor, |body| {
        relined(body, "proof", |proof| {
            // One digit of the first hash of the proof, still base64.
            let at = proof.find("index 7\\n").unwrap() + 9;
            let turned = if proof.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            format!("{}{turned}{}", &proof[..at], &proof[at + 1..])
        })
    });
    assert!(forged.to_string().contains("the proof of its last entry does not hold"), "{forged}");
    let LogBroken::Proof(source) = forged else { panic!("{forged:?}") };
    assert!(source.to_string().contains("does not lead from the entry"), "{source}");
}

#[test]
fn a_proof_of_another_case_is_refused() {
    let other = Scene::new();
    other.act("c-2", "dev", open()).unwrap();
    let followed = other.follow("c-2").unwrap();
    let proof = followed.prove("entry", |said| said.kind == Kind::Entry).unwrap().to_string();
    for audience in [Audience::Auditor, Audience::Developer] {
        let other = found(audience, |body| relined(body, "proof", |_| json!(proof).to_string()));
        assert_eq!(other, LogBroken::OtherCase("c-2".to_owned()));
    }
}

#[test]
fn an_older_checkpoint_and_an_older_proof_are_refused() {
    let then = Scene::with_case();
    let before = parcel_of(&then, Audience::Auditor).body;
    let (log, proof) = (line_of(&before, "log"), line_of(&before, "proof"));
    let old_log = found(Audience::Auditor, |body| relined(body, "log", |_| log.clone()));
    assert_eq!(old_log, LogBroken::Older { covers: 7, holds: 8 });
    for audience in [Audience::Auditor, Audience::Developer] {
        let old_proof = found(audience, |body| relined(body, "proof", |_| proof.clone()));
        assert_eq!(old_proof, LogBroken::OtherEntry { proved: 5, last: 6 });
    }
}

#[test]
fn a_record_that_is_not_the_one_that_was_logged_is_refused_though_every_rule_holds() {
    // The same story with another question: its chain, its signatures and its rules hold.
    let rewritten = Scene::new();
    for (at, (by, act)) in crate::scene::story().into_iter().enumerate() {
        rewritten.act("c-1", by, if at == 1 { ask("Another question?") } else { act }).unwrap();
    }
    let logged = Scene::with_case();
    let (mut lie, truth) = (parcel_of(&rewritten, Audience::Auditor), parcel_of(&logged, Audience::Auditor));
    assert!(checked(&rewritten, &lie).is_ok());
    for kind in ["log", "proof"] {
        lie.body = relined(&lie.body, kind, |_| line_of(&truth.body, kind));
    }
    assert_eq!(checked(&rewritten, &lie).unwrap_err(), Broken::Log(LogBroken::OtherLine(5)));
    // With its own proof of the last line, the log that was kept speaks against it.
    let mut lie = parcel_of(&rewritten, Audience::Auditor);
    lie.body = relined(&lie.body, "log", |_| line_of(&truth.body, "log"));
    assert_eq!(checked(&rewritten, &lie).unwrap_err(), Broken::Log(LogBroken::Differs));
}

#[test]
fn a_record_that_was_cut_is_refused() {
    let scene = scene();
    let whole = parcel_of(&scene, Audience::Auditor);
    let cut = parcel_of(&Scene::with_case(), Audience::Auditor);
    let mut lie = cut.clone();
    lie.body = relined(&lie.body, "log", |_| line_of(&whole.body, "log"));
    let broken = checked(&Scene::with_case(), &lie).unwrap_err();
    assert_eq!(broken, Broken::Log(LogBroken::Cut { covers: 8, holds: 7 }));
}

#[test]
fn salts_and_lines_that_are_exchanged_or_left_out_are_refused() {
    let salts = found(Audience::Auditor, |body| {
        relined(body, "log", |log| {
            let mut log: Value = serde_json::from_str(log).unwrap();
            log["salts"].as_array_mut().unwrap().swap(0, 1);
            log.to_string()
        })
    });
    assert_eq!(salts, LogBroken::Differs);
    let without = |kind: &'static str| {
        move |body: &str| {
            let lines = body.lines().filter(move |line| !line.starts_with(kind));
            lines.map(|line| format!("{line}\n")).collect::<String>()
        }
    };
    assert_eq!(found(Audience::Auditor, without("proof ")), LogBroken::Missing("proof"));
    assert_eq!(found(Audience::Auditor, without("log ")), LogBroken::Missing("log"));
    let garbled = found(Audience::Auditor, |body| relined(body, "log", |_| "{}".to_owned()));
    assert_eq!(garbled, LogBroken::Unreadable("log"));
    // Where it carries nothing of its log, that is said.
    let scene = scene();
    let bare = parcel(&scene.office(), &case("c-1"), Audience::Auditor, Enclosed::default()).unwrap();
    assert_eq!(checked(&scene, &bare).unwrap().log, None);
}

#[test]
fn an_export_without_the_checkpoint_that_was_cosigned_is_refused() {
    let gone = found(Audience::Auditor, |body| {
        let lines = body.lines().filter(|line| !(line.starts_with("document ") && line.contains("/case/")));
        lines.map(|line| format!("{line}\n")).collect()
    });
    assert!(matches!(gone, LogBroken::Cosigned { version: 6, .. }), "{gone:?}");
}

#[test]
fn a_log_that_another_house_signed_is_refused() {
    let scene = scene();
    let parcel = parcel_of(&scene, Audience::Auditor);
    let other = ledger::SignerKey::from_seed(HOUSE, [8; 32]).unwrap();
    let text = parcel.signed(7, scene.clock.now(), &other).unwrap();
    let broken = check(&text, Some(other.verifier()), &NoPolicies, &[]).unwrap_err();
    assert!(matches!(broken, Broken::Log(LogBroken::Proof(_))), "{broken:?}");
}

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use docket::acts::items::Audience;
use flows::cases::log::{Audited, CaseLogs, CopyError, Kind, audit_copy, write_copy};
use ledger::SignerKey;
use serde_json::{Value, json};
use types::Digest;

use crate::scene::{HOUSE, Scene, ask, case, open, signer, story};

/// The copy that `audience` gets of c-1.
fn copy(scene: &Scene, audience: &Audience, to: &Path) {
    scene.with_logs(|logs| write_copy(logs, &scene.office(), &case("c-1"), audience, to)).unwrap();
}

fn house() -> ledger::VerifierKey {
    signer().unwrap().verifier().clone()
}

/// Everything that a folder shows: names, bytes and times.
fn shown(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let bytes = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            found.insert(name, (bytes, path.metadata().unwrap().modified().unwrap()));
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[test]
fn a_party_verifies_its_copy_with_the_house_s_key_alone() {
    let (scene, folder) = (Scene::with_case(), tempfile::tempdir().unwrap());
    let to = folder.path().join("copy");
    copy(&scene, &Audience::Developer, &to);
    let Audited { origin, size, opened } = audit_copy(&to, Some(&house())).unwrap();
    assert_eq!((origin, size), (format!("{HOUSE}/case/{}", "09".repeat(16)), 7));
    // The developer has no opening of what was named as evidence.
    assert_eq!(opened.len(), 6);
    assert!(opened.iter().all(|(_, said)| said.kind != Kind::Evidence));
    let other = SignerKey::from_seed(HOUSE, [8; 32]).unwrap();
    assert!(matches!(audit_copy(&to, Some(other.verifier())), Err(CopyError::Checkpoint(_))));
    let elsewhere = SignerKey::from_seed("other.example/house", [7; 32]).unwrap();
    assert!(audit_copy(&to, Some(elsewhere.verifier())).is_err());
}

#[test]
fn which_entries_are_withheld_is_logged_with_them_and_told_to_house_and_auditors_only() {
    let (scene, folder) = (Scene::with_case(), tempfile::tempdir().unwrap());
    let enter = |item: &str, content: Value, marking: &str| {
        let retain = "2099-01-01T00:00:00.000Z";
        json!({"items": {"enter": {"item": item, "content": content, "marking": marking, "basis": "order",
            "lawful_basis": "the offer", "retain_until": retain}}})
    };
    let here = json!({"held": Digest::of(b"notes").to_string()});
    scene.act("c-1", "ada", enter("notes", here, "restricted")).unwrap();
    let before = scene.follow("c-1").unwrap().statements().to_vec();
    scene.act("c-1", "ada", enter("annex", json!({"elsewhere": "0f".repeat(32)}), "classified")).unwrap();
    let hold = json!({"items": {"hold": {"item": "annex", "hold": "court", "why": "order"}}});
    scene.act("c-1", "ada", hold).unwrap();
    let said = scene.follow("c-1").unwrap().statements().to_vec();
    // What was said stays: nothing that comes later makes an earlier entry one that is withheld.
    let (earlier, later) = said.split_at(before.len());
    assert_eq!(earlier, before);
    let later: Vec<_> = later.iter().map(|said| (said.kind, said.version)).collect();
    assert_eq!(later, [(Kind::Entry, 7), (Kind::Withheld, 7), (Kind::Entry, 8), (Kind::Withheld, 8)]);
    for (audience, told) in [(Audience::Auditor, 2), (Audience::House, 2), (Audience::Developer, 0)] {
        let to = folder.path().join(format!("{audience:?}"));
        copy(&scene, &audience, &to);
        let opened = audit_copy(&to, Some(&house())).unwrap().opened;
        let withheld = opened.iter().filter(|(_, said)| said.kind == Kind::Withheld).count();
        assert_eq!(withheld, told, "{audience:?}");
    }
}

#[test]
fn every_change_to_a_copy_is_noticed() {
    let (scene, folder) = (Scene::with_case(), tempfile::tempdir().unwrap());
    let to = folder.path().join("copy");
    copy(&scene, &Audience::Auditor, &to);
    audit_copy(&to, Some(&house())).unwrap();
    let files = shown(&to).into_iter().filter(|(name, _)| to.join(name).is_file());
    for (name, (whole, _)) in files {
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(to.join(&name), bytes).unwrap();
            assert!(audit_copy(&to, Some(&house())).is_err(), "{name}, byte {at}");
        }
        fs::remove_file(to.join(&name)).unwrap();
        // An opening may be absent: not everybody gets each of them.
        assert_eq!(audit_copy(&to, Some(&house())).is_ok(), name.starts_with("openings/"), "{name}");
        fs::write(to.join(&name), whole).unwrap();
    }
    for stray in ["note", "openings/99", "openings/+1", "openings/01", "tile/0/001"] {
        fs::write(to.join(stray), "x").unwrap();
        assert!(matches!(audit_copy(&to, Some(&house())), Err(CopyError::Stray(_))), "{stray}");
        fs::remove_file(to.join(stray)).unwrap();
    }
    audit_copy(&to, Some(&house())).unwrap();
}

#[test]
fn an_opening_of_another_entry_or_another_case_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (to, from) = (folder.path().join("copy"), folder.path().join("other"));
    copy(&Scene::with_case(), &Audience::Auditor, &to);
    fs::copy(to.join("openings/1"), to.join("openings/2")).unwrap();
    assert!(matches!(audit_copy(&to, Some(&house())), Err(CopyError::Opening { index: 2 })));
    fs::remove_dir_all(&to).unwrap();
    copy(&Scene::with_case(), &Audience::Auditor, &to);
    let other = Scene::new();
    other.act("c-1", "dev", open()).unwrap();
    other.act("c-1", "dev", ask("Another case?")).unwrap();
    copy(&other, &Audience::Auditor, &from);
    fs::copy(from.join("openings/1"), to.join("openings/1")).unwrap();
    assert!(matches!(audit_copy(&to, Some(&house())), Err(CopyError::Opening { index: 1 })));
}

#[test]
fn nothing_in_a_copy_depends_on_another_case() {
    let folder = tempfile::tempdir().unwrap();
    // Each case's log has its own name and secret; the draws of c-1 come first in both houses.
    let copy_of = |others: usize, to: &Path| {
        let scene = Scene::new();
        let draws = std::cell::Cell::new(0);
        let draw = || {
            draws.set(draws.get() + 1);
            Ok([draws.get(); 32])
        };
        let logs = CaseLogs::new(Arc::clone(&scene.objects), &signer, &draw);
        scene.act("c-1", "dev", open()).unwrap();
        logs.follow_all(&scene.office()).unwrap();
        for (by, act) in story().into_iter().skip(1) {
            scene.act("c-1", by, act).unwrap();
        }
        for number in 0..others {
            let name = format!("secret-{number}");
            // Another developer's acts, at the same times: the clock does not move for them.
            let act = |act| scene.submit(&scene.envelope(&name, "dev", &act), &[]).unwrap();
            act(open());
            (0..number).for_each(|_| drop(logs.follow_all(&scene.office()).unwrap()));
        }
        logs.follow_all(&scene.office()).unwrap();
        write_copy(&logs, &scene.office(), &case("c-1"), &Audience::Auditor, to).unwrap();
        shown(to)
    };
    let (alone, beside) = (folder.path().join("alone"), folder.path().join("beside"));
    let alone = copy_of(0, &alone);
    assert_eq!(copy_of(7, &beside), alone);
    for (name, (bytes, _)) in alone {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!name.contains("secret") && !text.contains("secret"), "{name}");
        assert!(!name.contains("c-1"), "not even the case's own name is a file's");
    }
}

#[test]
fn a_leaf_of_a_copy_cannot_be_guessed_without_its_salt() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("copy");
    let scene = Scene::with_case();
    copy(&scene, &Audience::Public, &to);
    let followed = scene.follow("c-1").unwrap();
    let entries = fs::read(to.join("tile/entries/000.p/7")).unwrap();
    for (said, opening) in followed.statements().iter().zip(followed.openings()) {
        let holds = |bytes: &[u8]| entries.windows(32).any(|window| window == bytes);
        // Who knows exactly what is said does not find it; with the salt it is found.
        assert!(!holds(Digest::of(said.to_string().as_bytes()).as_bytes()));
        assert!(!holds(&ledger::private::Opening::new([0; 32], &said.to_string()).entry()));
        assert!(holds(&opening.entry()));
    }
    assert!(!to.join("openings").exists());
}

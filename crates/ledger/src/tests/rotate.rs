//! A log's change of key against every fault, and what a retired key can still do.

use std::sync::Arc;

use types::Timestamp;

use super::{faults, signer};
use crate::log::{
    CommitError, Fault, FollowError, Log, MemoryObjects, Objects, OpenError, RotateError, follow_published,
    keys_kept,
};
use crate::tiles::{LogReader, MapSource};
use crate::{Checkpoint, CheckpointError, LogKeys, Note, SignerKey, TreeHead, sign_rotation};

const ORIGIN: &str = "log.example/case";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn key(number: u8) -> SignerKey {
    signer("log.example", number)
}

fn first() -> LogKeys {
    LogKeys::new(ORIGIN, key(1).verifier().clone())
}

fn public(objects: &MemoryObjects) -> MapSource {
    let all = objects.all().into_iter();
    MapSource(
        all.filter_map(|(name, bytes)| Some((name.strip_prefix("public/")?.to_owned(), bytes))).collect(),
    )
}

/// Opens the log with whichever key its state says.
fn open(objects: &Arc<MemoryObjects>, millis: i64) -> (Log<Arc<MemoryObjects>>, u8) {
    let keys = keys_kept(objects, first()).unwrap();
    let number = (1..9).find(|number| key(*number).verifier() == keys.current()).unwrap();
    (Log::open(Arc::clone(objects), keys, key(number), at(millis)).unwrap(), number)
}

/// What an outsider who has the first key, and nothing else, believes.
fn believed(objects: &MemoryObjects) -> TreeHead {
    let source = public(objects);
    let keys = follow_published(&source, first()).unwrap();
    let head = keys.open(&Note::parse(&source.0["checkpoint"]).unwrap()).unwrap().head();
    LogReader::open(source, head).unwrap().audit(0).unwrap();
    head
}

fn log() -> (Arc<MemoryObjects>, Log<Arc<MemoryObjects>>) {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = Log::create(Arc::clone(&objects), first(), key(1), at(1)).unwrap();
    log.commit(&[b"one", b"two"], at(2)).unwrap();
    (objects, log)
}

fn survives(index: u64, fault: Fault) -> bool {
    let (objects, mut log) = log();
    objects.plan(index, fault);
    let outcome = log.rotate(key(2), at(10));
    let hit = objects.effects() > index;
    objects.restart();
    let (mut again, current) = open(&objects, 20);
    match &outcome {
        Ok(()) | Err(RotateError::Unpublished(_)) => assert_eq!(current, 2, "{index} {fault:?}"),
        Err(RotateError::NotRotated(CommitError::Unknown(_))) => {}
        Err(_) => assert_eq!(current, 1, "{index} {fault:?}"),
    }
    assert_eq!(believed(&objects).size, 2, "{index} {fault:?}");
    again.commit(&[b"three"], at(21)).unwrap();
    assert_eq!(believed(&objects), again.head());
    if current == 1 {
        again.rotate(key(3), at(22)).unwrap();
    }
    again.commit(&[b"four"], at(23)).unwrap();
    assert_eq!((believed(&objects), again.size()), (again.head(), 4));
    hit
}

#[test]
fn a_fault_at_any_effect_of_a_change_of_key_leaves_the_old_key_or_the_new_one() {
    for fault in faults(8) {
        let count = (0..).take_while(|index| survives(*index, fault)).count();
        assert!(count >= 5, "only {count} effects were tried for {fault:?}");
    }
}

#[test]
fn keys_follow_each_other_and_the_log_says_so_to_whoever_has_the_first() {
    let (objects, mut log) = log();
    let before = log.checkpoint().clone();
    log.rotate(key(2), at(3)).unwrap();
    // Nothing was added, and the same tree is signed by the new key.
    assert_eq!(believed(&objects).size, 2);
    assert!(log.checkpoint().verify(key(2).verifier()).is_ok());
    log.commit(&[b"three"], at(4)).unwrap();
    log.rotate(key(3), at(5)).unwrap();
    let (mut log, current) = open(&objects, 6);
    assert_eq!((current, log.keys().rotations()), (3, 2));
    log.commit(&[b"four"], at(7)).unwrap();
    assert_eq!(believed(&objects), log.head());
    let keys = follow_published(&public(&objects), first()).unwrap();
    assert_eq!(keys.open(&before).unwrap().head().size, 2);
    assert!(matches!(log.rotate(key(1), at(8)), Err(RotateError::Rotation(_))), "a key comes back");
    assert!(matches!(
        log.rotate(key(4), at(7)),
        Err(RotateError::NotRotated(CommitError::Open(OpenError::Time { .. })))
    ));
}

#[test]
fn a_retired_key_signs_no_larger_tree_and_a_thief_of_it_opens_nothing() {
    let (objects, mut log) = log();
    log.rotate(key(2), at(3)).unwrap();
    let keys = follow_published(&public(&objects), first()).unwrap();
    let by_thief = |size: u64| {
        let head = TreeHead { size, ..log.head() };
        Note::sign(&Checkpoint::new(ORIGIN.to_owned(), head, Vec::new()).unwrap().text(), &key(1)).unwrap()
    };
    assert!(keys.open(&by_thief(2)).is_ok());
    assert!(matches!(keys.open(&by_thief(3)), Err(CheckpointError::Retired { size: 3, until: 2, .. })));
    // The writer's own folder with the old key: it reads, and signs nothing.
    let mut old = Log::open(Arc::clone(&objects), first(), key(1), at(10)).unwrap();
    assert!(matches!(old.commit(&[b"x"], at(11)), Err(CommitError::Open(OpenError::Checkpoint(_)))));
    // What the thief published in our place is replaced when the log is opened.
    objects.put("public/checkpoint", by_thief(3).to_string().as_bytes()).unwrap();
    drop(open(&objects, 12));
    assert_eq!(believed(&objects), log.head());
}

#[test]
fn a_rotation_that_was_changed_or_forged_is_named_and_not_followed() {
    let (objects, mut log) = log();
    log.rotate(key(2), at(3)).unwrap();
    let good = objects.get("public/rotation/1").unwrap().unwrap();
    let changed = String::from_utf8(good.clone()).unwrap().replace("\n2\n", "\n9\n").into_bytes();
    let forged = sign_rotation(ORIGIN, 2, &key(5), &key(6)).unwrap().to_string().into_bytes();
    let elsewhere = sign_rotation("log.example/other", 2, &key(1), &key(6)).unwrap().to_string().into_bytes();
    for bad in [changed, forged, elsewhere, good[..good.len() / 2].to_vec(), b"x".to_vec()] {
        objects.put("public/rotation/1", &bad).unwrap();
        let refused = follow_published(&public(&objects), first());
        assert!(matches!(refused, Err(FollowError::Rotation { name, .. }) if name == "rotation/1"));
        // The writer puts the right one back.
        drop(open(&objects, 10));
        assert_eq!(objects.get("public/rotation/1").unwrap().unwrap(), good);
    }
    // A rotation that the host hides leaves the outsider with a key that did not sign.
    objects.remove("public/rotation/1").unwrap();
    let keys = follow_published(&public(&objects), first()).unwrap();
    assert!(keys.open(log.checkpoint()).is_err());
    // The writer's own copy, damaged: it is named, and nothing is signed.
    let kept = objects.all().into_keys().find(|name| name.starts_with("rotation/")).unwrap();
    objects.put(&kept, b"x").unwrap();
    assert!(matches!(keys_kept(&objects, first()), Err(OpenError::Damaged { name }) if name == kept));
}

//! The write path against every fault at every effect.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use types::{Clock, Timestamp};

use super::{faults, signer};
use crate::log::{
    Appender, CommitError, Fault, FolderSource, Log, MemoryObjects, Object, Objects, OpenError, PosixObjects,
    prune,
};
use crate::tiles::{LogReader, MapSource, ReadError, split_bundle};
use crate::{CheckpointError, LogKeys, Note, NoteError, TreeHead, open_checkpoint};

const ORIGIN: &str = "log.example/case";

fn keys() -> LogKeys {
    LogKeys::new(ORIGIN, signer("log.example", 1).verifier().clone())
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn create(objects: &Arc<MemoryObjects>) -> Result<Log<Arc<MemoryObjects>>, OpenError> {
    Log::create(Arc::clone(objects), keys(), signer("log.example", 1), at(1))
}

fn open(objects: &Arc<MemoryObjects>, millis: i64) -> Result<Log<Arc<MemoryObjects>>, OpenError> {
    Log::open(Arc::clone(objects), keys(), signer("log.example", 1), at(millis))
}

/// Batch number `number`: a few entries that no other batch has.
fn batch(number: u64) -> Vec<Vec<u8>> {
    (0..90).map(|entry| format!("batch {number} entry {entry}").into_bytes()).collect()
}

fn public(objects: &MemoryObjects) -> MapSource {
    let all = objects.all().into_iter();
    MapSource(
        all.filter_map(|(name, bytes)| Some((name.strip_prefix("public/")?.to_owned(), bytes))).collect(),
    )
}

fn published(source: &MapSource) -> TreeHead {
    let note = &source.0["checkpoint"];
    open_checkpoint(note, signer("log.example", 1).verifier()).unwrap().head()
}

/// Every entry of the published log, all of it checked.
fn entries(objects: &MemoryObjects) -> Vec<Vec<u8>> {
    let source = public(objects);
    let head = published(&source);
    let mut reader = LogReader::open(&source, head).unwrap();
    let bundles = (0..head.size.div_ceil(256)).map(|index| reader.bundle(index).unwrap());
    bundles
        .flat_map(|bytes| split_bundle(&bytes).unwrap().iter().map(|e| e.to_vec()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_log_grows_is_opened_again_and_every_entry_can_be_read() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    for number in 0..8 {
        let appended = log.commit(&batch(number), at(2 + number as i64)).unwrap();
        assert_eq!((appended.first, appended.head), (number * 90, log.head()));
        assert_eq!(published(&public(&objects)), log.head());
    }
    let head = log.head();
    assert_eq!(entries(&objects), (0..8).flat_map(batch).collect::<Vec<_>>());
    let again = open(&objects, 100).unwrap();
    assert_eq!((again.head(), again.size()), (head, 720));
}

/// What the caller of a commit knows, whatever happened.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    In,
    Out,
    Perhaps,
}

fn known(outcome: &Result<crate::log::Appended, CommitError>) -> Known {
    match outcome {
        Ok(_) | Err(CommitError::Pending { .. } | CommitError::Unwitnessed { .. }) => Known::In,
        Err(CommitError::Unknown(_)) => Known::Perhaps,
        Err(
            CommitError::NotAppended(_)
            | CommitError::Open(_)
            | CommitError::Held(_)
            | CommitError::Unsettled
            | CommitError::Entry(_)
            | CommitError::Full(_),
        ) => Known::Out,
    }
}

/// Three batches with one fault at effect `index`, then a restart and another batch: what was said to be in the log
/// is in it, what was said not to be is not, nothing is in it twice, and it verifies.
fn survives(index: u64, fault: Fault) -> bool {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    objects.plan(index, fault);
    let mut outcomes = vec![(0, Known::In)];
    for number in 1..4 {
        outcomes.push((number, known(&log.commit(&batch(number), at(10 + number as i64)))));
    }
    log.settle().ok();
    let hit = objects.effects() > index;
    drop(log);
    objects.restart();
    let mut log = open(&objects, 50).unwrap_or_else(|error| panic!("{index} {fault:?}: {error}"));
    log.commit(&batch(9), at(51)).unwrap();
    outcomes.push((9, Known::In));
    let found = entries(&objects);
    let mut expected = Vec::new();
    for (number, outcome) in outcomes {
        let is_in = found.contains(&batch(number)[0]);
        assert!(
            outcome == Known::Perhaps || is_in == (outcome == Known::In),
            "{index} {fault:?}: batch {number} {outcome:?}"
        );
        if is_in {
            expected.extend(batch(number));
        }
    }
    assert_eq!(found, expected, "{index} {fault:?}");
    hit
}

#[test]
fn a_fault_at_any_effect_loses_nothing_and_doubles_nothing() {
    for fault in faults(24) {
        let count = (0..).take_while(|index| survives(*index, fault)).count();
        assert!(count >= 14, "only {count} effects were tried for {fault:?}");
    }
}

#[test]
fn a_fault_while_opening_is_survived_by_opening_again() {
    for fault in [
        Fault::Fails,
        Fault::FailsMidway,
        Fault::FailsAfterPersisting,
        Fault::KilledAfter,
        Fault::PowerLost(5),
    ] {
        for index in 0.. {
            let objects = Arc::new(MemoryObjects::default());
            let mut log = create(&objects).unwrap();
            log.commit(&batch(0), at(2)).unwrap();
            // The second batch is decided and not applied: opening has something to do.
            objects.plan(2, Fault::Killed);
            assert!(matches!(log.commit(&batch(1), at(3)), Err(CommitError::Pending { .. })));
            objects.restart();
            objects.plan(index, fault);
            drop(open(&objects, 10));
            let hit = objects.effects() > index;
            objects.restart();
            assert_eq!(open(&objects, 11).unwrap().size(), 180, "{index} {fault:?}");
            assert_eq!(entries(&objects), [batch(0), batch(1)].concat());
            if !hit {
                assert!(index >= 6, "only {index} effects");
                break;
            }
        }
    }
}

#[test]
fn a_fault_while_making_a_log_leaves_one_that_opens_or_none() {
    for fault in
        [Fault::Fails, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter, Fault::PowerLost(1)]
    {
        for index in 0..2 {
            let objects = Arc::new(MemoryObjects::default());
            objects.plan(index, fault);
            drop(create(&objects));
            objects.restart();
            let log = match open(&objects, 10) {
                Err(OpenError::NoLog) => create(&objects),
                other => other,
            };
            assert_eq!(log.unwrap().commit(&batch(0), at(20)).unwrap().first, 0, "{index} {fault:?}");
        }
    }
}

/// The rule broken on purpose: without the stage, the same fault does lose entries.
#[test]
fn a_log_whose_stage_is_taken_away_is_refused_and_not_shortened() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    objects.plan(2, Fault::Killed);
    assert!(matches!(log.commit(&batch(0), at(3)), Err(CommitError::Pending { first: 0, .. })));
    objects.restart();
    let stage = objects.all().into_keys().find(|name| name.starts_with("stage/")).unwrap();
    let whole = objects.get(&stage).unwrap().unwrap();
    for broken in [None, Some(whole[..whole.len() - 1].to_vec()), Some(Vec::new())] {
        objects.remove(&stage).unwrap();
        broken.iter().for_each(|bytes| objects.put(&stage, bytes).unwrap());
        assert!(matches!(open(&objects, 10), Err(OpenError::Damaged { name }) if name == stage));
    }
    objects.put(&stage, &whole).unwrap();
    assert_eq!(open(&objects, 10).unwrap().size(), 90);
}

#[test]
fn time_that_does_not_move_forward_is_fatal() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    log.commit(&batch(0), at(10)).unwrap();
    for now in [10, 9, -5] {
        let refused = log.commit(&batch(1), at(now));
        assert!(matches!(refused, Err(CommitError::Open(OpenError::Time { .. }))), "{now}");
        assert!(matches!(open(&objects, now), Err(OpenError::Time { .. })), "{now}");
    }
    assert_eq!(log.commit(&batch(1), at(11)).unwrap().first, 90);
}

#[test]
fn a_log_restored_from_an_old_copy_signs_no_second_history() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    let old = objects.all();
    log.commit(&batch(1), at(3)).unwrap();
    let newer = objects.all();
    // The state goes back, what was published does not.
    let mut mixed = newer.clone();
    mixed.insert("state".to_owned(), old["state"].clone());
    mixed.extend(
        old.iter().filter(|(name, _)| name.starts_with("stage/")).map(|(n, b)| (n.clone(), b.clone())),
    );
    objects.restore(mixed);
    assert!(matches!(open(&objects, 10), Err(OpenError::RolledBack { published: 180, kept: 90 })));
    objects.restore(newer);
    assert_eq!(open(&objects, 10).unwrap().size(), 180);
}

#[test]
fn another_key_and_another_origin_are_refused() {
    let objects = Arc::new(MemoryObjects::default());
    drop(create(&objects).unwrap());
    let other = signer("log.example", 2);
    let by_other = LogKeys::new(ORIGIN, other.verifier().clone());
    let refused = Log::open(Arc::clone(&objects), by_other, other, at(10)).map(|_| ());
    let unknown =
        |error: &CheckpointError| matches!(error, CheckpointError::Note(NoteError::UnknownSigner { .. }));
    assert!(matches!(refused, Err(OpenError::Checkpoint(error)) if unknown(&error)));
    let elsewhere = LogKeys::new("log.example/other", signer("log.example", 1).verifier().clone());
    let refused = Log::open(Arc::clone(&objects), elsewhere, signer("log.example", 1), at(10)).map(|_| ());
    assert!(matches!(refused, Err(OpenError::Checkpoint(CheckpointError::Origin { .. }))));
    // A key that does not speak for the log signs nothing in its name.
    let mut log = Log::open(Arc::clone(&objects), keys(), signer("log.example", 2), at(10)).unwrap();
    assert!(log.commit(&batch(0), at(11)).is_err());
    assert_eq!(open(&objects, 12).unwrap().size(), 0);
}

#[test]
fn a_second_writer_is_noticed_before_it_can_fork_the_log() {
    let objects = Arc::new(MemoryObjects::default());
    let mut one = create(&objects).unwrap();
    let mut two = open(&objects, 2).unwrap();
    one.commit(&batch(0), at(3)).unwrap();
    assert!(matches!(two.commit(&batch(1), at(4)), Err(CommitError::Open(OpenError::AnotherWriter))));
    // It then reads what the other wrote, and goes on from there.
    assert_eq!(two.commit(&batch(1), at(5)).unwrap().first, 90);
    assert_eq!(entries(&objects), [batch(0), batch(1)].concat());
}

#[test]
fn damaged_and_missing_tiles_keep_a_log_from_being_opened_and_are_named() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    log.settle().unwrap();
    let name = "public/tile/entries/000.p/90";
    let whole = objects.get(name).unwrap().unwrap();
    objects.remove(name).unwrap();
    assert!(matches!(open(&objects, 10), Err(OpenError::Read(ReadError::Missing { .. }))));
    objects.put(name, &[&whole[..3], b"x", &whole[4..]].concat()).unwrap();
    assert!(matches!(open(&objects, 10), Err(OpenError::Read(ReadError::Forged { .. }))));
    objects.put(name, &whole).unwrap();
    assert!(open(&objects, 10).is_ok());
}

#[test]
fn pruning_removes_the_oldest_tiles_and_keeps_later_entries_provable() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    let all: Vec<_> = (0..700_u64).map(|number| number.to_be_bytes()).collect();
    log.commit(&all, at(2)).unwrap();
    log.settle().unwrap();
    let before = objects.all().len();
    assert_eq!(prune(&mut log, 600).unwrap(), 4);
    assert_eq!(objects.all().len(), before - 4);
    let mut log = open(&objects, 10).unwrap();
    log.commit(&batch(0), at(11)).unwrap();
    let source = public(&objects);
    let mut reader = LogReader::open(&source, log.head()).unwrap();
    assert!(matches!(reader.entry(511), Err(ReadError::Missing { .. })));
    assert_eq!(reader.entry(512).unwrap(), all[512]);
    reader.inclusion(512).unwrap();
    assert_eq!(reader.audit(600), Ok(790 - 512));
    let proof = reader.consistency(700).unwrap();
    assert!(crate::verify_consistency(reader.head_at(700).unwrap(), log.head(), &proof).is_ok());
}

#[test]
fn cosignatures_are_published_for_the_current_checkpoint_only() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create(&objects).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    let witness = crate::Cosigner::from_seed("witness.example", [9; 32]).unwrap();
    let cosign = |note: &Note| {
        let signature = witness.cosign(note.unverified_text(), at(5_000));
        note.clone().with_signature(signature).unwrap()
    };
    let note = cosign(log.checkpoint());
    assert!(log.publish_cosigned(&note, at(10)).unwrap());
    assert_eq!(public(&objects).0["checkpoint"], note.to_string().into_bytes());
    // Opening keeps it.
    log = open(&objects, 10).unwrap();
    assert_eq!(public(&objects).0["checkpoint"], note.to_string().into_bytes());
    log.commit(&batch(1), at(11)).unwrap();
    assert!(!log.publish_cosigned(&note, at(10)).unwrap());
}

struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now(&self) -> Timestamp {
        at(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[test]
fn callers_at_once_share_batches_and_each_gets_its_own_place() {
    let objects = Arc::new(MemoryObjects::default());
    let log = create(&objects).unwrap();
    let appender = Appender::start(log, Arc::new(Ticks(AtomicI64::new(10))));
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let append = |caller: u64| {
            let appender = &appender;
            scope.spawn(move || {
                let entries = (0..50).map(|n| format!("{caller} {n}").into_bytes());
                entries.map(|e| (e.clone(), appender.append(e).unwrap().wait().unwrap())).collect::<Vec<_>>()
            })
        };
        let callers: Vec<_> = (0..8).map(append).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    let log = appender.close().unwrap();
    assert_eq!(log.size(), 400);
    let found = entries(&objects);
    let places: BTreeSet<_> = receipts.iter().map(|(_, receipt)| receipt.index).collect();
    assert_eq!(places.len(), 400);
    for (entry, receipt) in receipts {
        assert_eq!(found[receipt.index as usize], entry);
        assert!(receipt.size > receipt.index);
    }
}

#[test]
fn a_full_disk_is_named_to_every_caller_and_the_log_goes_on_when_there_is_space() {
    let objects = Arc::new(MemoryObjects::default());
    let log = create(&objects).unwrap();
    objects.plan(0, Fault::Fails);
    let appender = Appender::start(log, Arc::new(Ticks(AtomicI64::new(10))));
    let refused = appender.append(b"a".to_vec()).unwrap().wait().unwrap_err();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(refused.to_string(), "the entries were not logged");
    assert!(cause.starts_with("stage/1-") && cause.ends_with(" cannot be written"), "{cause}");
    assert_eq!(appender.append(b"a".to_vec()).unwrap().wait().unwrap().index, 0);
    assert!(appender.append(vec![0; 70_000]).is_err());
    appender.close().unwrap();
}

#[test]
fn files_beside_the_public_half_are_the_writer_s_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let objects = PosixObjects::open(folder.path()).unwrap();
    // One that a killed writer left where everybody could read it.
    std::fs::write(folder.path().join("openings_0.aside~"), b"left").unwrap();
    for name in ["openings/0", "queue", "public/checkpoint", "case/0/public/checkpoint", "case/0/state"] {
        objects.put(name, b"x").unwrap();
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077 == 0, !name.contains("public"), "{name}: {mode:o}");
    }
}

#[test]
fn files_hold_a_log_and_keep_a_second_writer_and_foreign_names_out() {
    let folder = tempfile::tempdir().unwrap();
    let make = |now| {
        let objects = PosixObjects::open(folder.path()).unwrap();
        (Log::create(objects, keys(), signer("log.example", 1), at(now))).map(|_| ())
    };
    make(1).unwrap();
    assert!(matches!(make(2), Err(OpenError::Exists)));
    let objects = PosixObjects::open(folder.path()).unwrap();
    let second = PosixObjects::open(folder.path()).unwrap_err();
    assert_eq!(second.source.kind(), std::io::ErrorKind::WouldBlock);
    for name in ["../a", "/a", "a//b", "a/./b", "", "a~"] {
        assert!(objects.put(name, b"").is_err(), "{name}");
    }
    let mut log = Log::open(objects, keys(), signer("log.example", 1), at(3)).unwrap();
    log.commit(&batch(0), at(4)).unwrap();
    log.commit(&batch(1), at(5)).unwrap();
    log.commit(&batch(2), at(6)).unwrap();
    let source = FolderSource::new(&folder.path().join("public"));
    assert_eq!(LogReader::open(&source, log.head()).unwrap().audit(0), Ok(270));
    assert!(!folder.path().join("public/tile/0/000.p").exists());
    drop(log);
    let objects = PosixObjects::open(folder.path()).unwrap();
    let placed = [Object { name: "public/a/b".to_owned(), bytes: b"x".to_vec() }];
    objects.place(&placed).unwrap();
    objects.settle().unwrap();
    objects.remove("public/a").unwrap();
    objects.remove("public/a").unwrap();
    assert_eq!(objects.get("public/a/b").unwrap(), None);
    let log = Log::open(objects, keys(), signer("log.example", 1), at(7)).unwrap();
    assert_eq!(log.size(), 270);
    assert!(
        !std::fs::read_dir(folder.path())
            .unwrap()
            .any(|file| { file.unwrap().file_name().to_string_lossy().ends_with('~') })
    );
}

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;

use tempfile::TempDir;
use types::Digest;

use super::folder;
use super::interop::python;
use super::mutate::mutations;
use crate::sealed::{
    DataKey, Fault, FolderParts, Index, Intake, IntakeError, MemoryParts, OpenError, PartId, PartSize, Parts,
    Place, Sealed, open_message, plain_bytes, sealed_bytes, take_sealed,
};

const CHUNK: usize = 16 << 10;
const SEALED_CHUNK: usize = CHUNK + 16;
const PATTERN: &[u8] = b"THE-WEIGHTS-NOBODY-MAY-SEE";

fn place() -> Place {
    Place { case: "case-1".to_owned(), artefact: "artefact-1".to_owned() }
}

fn key() -> DataKey {
    DataKey::from_bytes(&[7; 32]).unwrap()
}

/// Bytes that differ everywhere, with the pattern all over them.
fn bytes(length: usize, draw: u8) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length).map(|at| (at / 251) as u8 ^ (at % 251) as u8 ^ draw).collect();
    for at in (0..length.saturating_sub(PATTERN.len())).step_by(5000) {
        bytes[at..at + PATTERN.len()].copy_from_slice(PATTERN);
    }
    bytes
}

/// Sizes around every edge: no byte, a whole chunk, a whole part, one byte beside each.
fn model() -> (TempDir, Vec<(&'static str, Vec<u8>)>) {
    let part = 2 * CHUNK;
    let sizes =
        [("m/a", 0), ("m/b", 1), ("m/c", CHUNK), ("m/d/e", part), ("m/f", part + 1), ("m/g", 3 * part - 1)];
    let files: Vec<_> = (0..).zip(sizes).map(|(draw, (path, size))| (path, bytes(size, draw))).collect();
    let listed: Vec<_> = files.iter().map(|(path, bytes)| (*path, &bytes[..])).collect();
    (folder(&listed), files)
}

fn take(path: &Path, parts: &dyn Parts) -> Result<Index, IntakeError> {
    take_sealed(&path.join("m"), place(), key(), parts, PartSize::chunks(2), &|_, _| ())
}

/// What does not differ between two intakes of the same files.
fn digests(index: &Index) -> Vec<(&str, Digest, &[String])> {
    index.files.iter().map(|file| (file.path.as_str(), file.sha256, &file.parts_blake3[..])).collect()
}

fn contains(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|window| window == pattern)
}

#[test]
fn what_was_taken_in_is_read_back_whole_and_anywhere() {
    let (model, files) = model();
    let parts = MemoryParts::default();
    let seen = Mutex::new(0);
    let index =
        take_sealed(&model.path().join("m"), place(), key(), &parts, PartSize::chunks(2), &|done, total| {
            assert!(done <= total);
            *seen.lock().unwrap() = done;
        });
    let index = index.unwrap();
    assert_eq!(*seen.lock().unwrap(), index.size_bytes());
    let manifest = crate::take(&model.path().join("m"), &mut |_, _| {}).unwrap();
    let digests: Vec<_> = index.files.iter().map(|file| (&file.path, file.sha256)).collect();
    assert_eq!(digests, manifest.files().iter().map(|file| (&file.path, file.sha256)).collect::<Vec<_>>());
    let sealed = Sealed::open(place(), key(), &parts).unwrap();
    assert_eq!(sealed.index(), &index);
    sealed.verify().unwrap();
    for (file, (_, expected)) in (0..).zip(&files) {
        for from in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK - 3, 2 * CHUNK, 5 * CHUNK] {
            for length in [0, 1, 7, CHUNK, 3 * CHUNK] {
                let Some(expected) = expected.get(from..from + length) else { continue };
                let mut buffer = vec![0; length];
                sealed.read_at(file, from as u64, &mut buffer).unwrap();
                assert_eq!(buffer, expected);
            }
        }
        let beyond = sealed.read_at(file, expected.len() as u64, &mut [0]).unwrap_err();
        assert_eq!(beyond.code(), "open-range");
    }
}

#[test]
fn nothing_is_kept_in_the_clear_and_nothing_but_the_parts_stays() {
    let (model, _) = model();
    let home = tempfile::tempdir().unwrap();
    let parts = FolderParts::open(home.path()).unwrap();
    fs::write(home.path().join(".new-000000-000009"), b"left by a killed intake").unwrap();
    fs::write(home.path().join("000009-000000"), b"of no file").unwrap();
    let index = take(model.path(), &parts).unwrap();
    let count: usize = index.files.iter().map(|file| file.parts_blake3.len()).sum();
    let mut names = Vec::new();
    for entry in fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let secrets =
            [PATTERN, index.files[5].sha256.to_hex().as_bytes(), b"d/e"].map(|text| contains(&bytes, text));
        assert_eq!(secrets, [false; 3], "{path:?}");
        names.push(path.file_name().unwrap().to_owned());
    }
    assert_eq!(names.len(), count + 2, "parts, index, lock: {names:?}");
    assert!(contains(&fs::read(model.path().join("m/g")).unwrap(), PATTERN), "the pattern would be found");
    let busy = FolderParts::open(home.path()).unwrap_err();
    assert_eq!(busy.source.kind(), ErrorKind::WouldBlock);
    assert!(matches!(take(model.path(), &parts), Err(IntakeError::Finished)));
    drop(parts);
    let parts = FolderParts::open(home.path()).unwrap();
    Sealed::open(place(), key(), &parts).unwrap().verify().unwrap();
}

#[test]
fn every_fault_at_every_effect_leaves_something_to_go_on_from() {
    let (model, _) = model();
    let whole = MemoryParts::default();
    whole.plan(u64::MAX, Fault::Fails);
    let expected = take(model.path(), &whole).unwrap();
    let effects = whole.effects();
    assert!(effects > 40);
    for fault in [Fault::Fails, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter] {
        for at in 0..effects {
            let parts = MemoryParts::default();
            parts.plan(at, fault);
            let first = take(model.path(), &parts);
            parts.restart();
            match take(model.path(), &parts) {
                Ok(index) => {
                    assert!(first.is_err());
                    assert_eq!(digests(&index), digests(&expected), "{fault:?} at {at}");
                }
                Err(IntakeError::Finished) => {}
                Err(error) => panic!("{fault:?} at {at}: {error}"),
            }
            let sealed = Sealed::open(place(), key(), &parts).unwrap();
            assert_eq!(digests(sealed.index()), digests(&expected));
            sealed.verify().unwrap();
            assert_eq!(parts.all().len(), whole.all().len(), "{fault:?} at {at} left something over");
            assert!(parts.all().values().all(|part| !contains(part, PATTERN)));
        }
    }
}

#[test]
fn a_killed_intake_writes_nothing_twice_but_the_part_in_flight() {
    // One file, so that one part is in flight.
    let model = folder(&[("m/a", &bytes(40 * CHUNK, 0))]);
    let in_one_go = MemoryParts::default();
    let expected = take(model.path(), &in_one_go).unwrap();
    let part = sealed_bytes(2 * CHUNK as u64);
    for at in (5..60).step_by(3) {
        let parts = MemoryParts::default();
        parts.plan(at, Fault::Killed);
        assert!(take(model.path(), &parts).is_err());
        parts.restart();
        assert_eq!(digests(&take(model.path(), &parts).unwrap()), digests(&expected));
        let twice = parts.written_bytes() - in_one_go.written_bytes();
        assert!(twice <= part + 1024, "{twice} bytes were written twice after a kill at {at}");
    }
}

#[test]
fn a_source_that_changed_since_the_intake_began_is_not_mixed_with_what_it_was() {
    let (model, _) = model();
    let parts = MemoryParts::default();
    parts.plan(30, Fault::Killed);
    assert!(take(model.path(), &parts).is_err());
    parts.restart();
    fs::write(model.path().join("m/f"), bytes(2 * CHUNK + 1, 99)).unwrap();
    assert!(matches!(take(model.path(), &parts), Err(IntakeError::OtherFiles(path)) if path == "f"));
    let other = take_sealed(
        &model.path().join("m"),
        Place { case: "case-2".to_owned(), ..place() },
        key(),
        &parts,
        PartSize::chunks(2),
        &|_, _| (),
    );
    assert!(matches!(other, Err(IntakeError::OtherKey)));
}

#[test]
fn nothing_is_written_when_not_all_of_it_fits() {
    let (model, _) = model();
    let parts = MemoryParts::default();
    parts.limit(1 << 20);
    assert!(matches!(take(model.path(), &parts), Err(IntakeError::NoSpace { .. })));
    assert!(parts.all().is_empty());
    parts.limit(2 << 20);
    assert!(take(model.path(), &parts).is_ok());
}

/// What opening and reading everything says after `forge`.
fn forged(forge: impl Fn(&mut BTreeMap<String, Vec<u8>>)) -> &'static str {
    let (model, _) = model();
    let parts = MemoryParts::default();
    take(model.path(), &parts).unwrap();
    let mut all = parts.all();
    forge(&mut all);
    parts.restore(all);
    match Sealed::open(place(), key(), &parts).and_then(|sealed| sealed.verify()) {
        Ok(()) => "holds",
        Err(error) => error.code(),
    }
}

#[test]
fn chunks_and_parts_that_are_not_where_they_belong_are_refused_by_name() {
    let (one, other) = ("000005-000000", "000005-000001");
    let chunk = |number: usize| 56 + number * SEALED_CHUNK..56 + (number + 1) * SEALED_CHUNK;
    assert_eq!(forged(|_| {}), "holds");
    assert_eq!(
        forged(|all| {
            let part = all.get_mut(one).unwrap();
            let (first, second) = (part[chunk(0)].to_vec(), part[chunk(1)].to_vec());
            part[chunk(0)].copy_from_slice(&second);
            part[chunk(1)].copy_from_slice(&first);
        }),
        "open-moved-chunk",
        "reordered"
    );
    let splice = |all: &mut BTreeMap<String, Vec<u8>>| {
        let donor = all[other][chunk(0)].to_vec();
        all.get_mut(one).unwrap()[chunk(0)].copy_from_slice(&donor);
    };
    assert_eq!(forged(splice), "open-foreign-chunk", "spliced from another part");
    assert_eq!(forged(|all| all.get_mut(one).unwrap()[100] ^= 1), "open-foreign-chunk", "changed");
    assert_eq!(forged(|all| all.get_mut(one).unwrap()[30] ^= 1), "open-foreign-part", "commitment changed");
    assert_eq!(forged(|all| all.get_mut(one).unwrap().truncate(56 + SEALED_CHUNK)), "open-truncated");
    assert_eq!(forged(|all| all.get_mut(one).unwrap().push(0)), "open-truncated", "longer");
    assert_eq!(forged(|all| drop(all.insert(one.to_owned(), all[other].clone()))), "open-moved-part");
    assert_eq!(forged(|all| drop(all.remove("index"))), "open-unfinished");
    assert_eq!(forged(|all| all.get_mut("index").unwrap()[60] ^= 1), "open-key");
    assert_eq!(forged(|all| drop(all.insert("index".to_owned(), all[one].clone()))), "open-key");
}

#[test]
fn an_artefact_cannot_be_taken_for_another_one() {
    let (model, _) = model();
    let parts = MemoryParts::default();
    take(model.path(), &parts).unwrap();
    for place in
        [Place { case: "case-2".into(), ..place() }, Place { artefact: "artefact-2".into(), ..place() }]
    {
        assert!(matches!(Sealed::open(place, key(), &parts), Err(OpenError::Key)));
    }
    let other = DataKey::generate().unwrap();
    assert!(matches!(Sealed::open(place(), other, &parts), Err(OpenError::Key)));
}

#[test]
fn parts_that_are_sent_are_kept_only_if_they_are_what_was_announced() {
    let content = bytes(5 * CHUNK, 3);
    let parts = MemoryParts::default();
    let begin = || {
        let files = vec![("a".to_owned(), 0), ("b".to_owned(), content.len() as u64)];
        Intake::begin(place(), key(), &parts, "m".to_owned(), PartSize::chunks(2), files).unwrap()
    };
    let intake = begin();
    assert_eq!(intake.missing().len(), 4);
    let digest = |bytes: &[u8]| *blake3::hash(bytes).as_bytes();
    let of =
        |part: u32| &content[part as usize * 2 * CHUNK..content.len().min((part as usize + 1) * 2 * CHUNK)];
    let send = |intake: &Intake<'_>, file, part, announced: &[u8], sent: &[u8]| {
        let sent = intake.receive(PartId { file, part }, digest(announced), &mut &sent[..]);
        sent.map_err(|error| error.code())
    };
    assert_eq!(send(&intake, 1, 0, of(1), of(0)), Err("intake-wrong-hash"));
    assert_eq!(send(&intake, 1, 0, of(0), &of(0)[1..]), Err("intake-wrong-length"));
    assert_eq!(send(&intake, 1, 0, of(0), &[of(0), b"x"].concat()), Err("intake-wrong-length"));
    assert_eq!(send(&intake, 0, 0, b"", b"x"), Err("intake-wrong-length"));
    assert_eq!(send(&intake, 1, 3, b"", b""), Err("intake-no-such-part"));
    assert_eq!(send(&intake, 2, 0, b"", b""), Err("intake-no-such-part"));
    assert_eq!(intake.missing().len(), 4, "nothing of these was kept");
    send(&intake, 1, 2, of(2), of(2)).unwrap();
    send(&intake, 1, 0, of(0), of(0)).unwrap();
    send(&intake, 1, 0, of(0), of(0)).unwrap();
    let intake = begin();
    assert_eq!(intake.missing(), [PartId { file: 0, part: 0 }, PartId { file: 1, part: 1 }]);
    assert!(matches!(begin().finish(), Err(IntakeError::Incomplete(2))));
    send(&intake, 0, 0, b"", b"").unwrap();
    send(&intake, 1, 1, of(1), of(1)).unwrap();
    let index = intake.finish().unwrap();
    assert_eq!(index.files[1].sha256, Digest::of(&content));
    Sealed::open(place(), key(), &parts).unwrap().verify().unwrap();
}

#[test]
fn an_earlier_version_of_a_part_is_not_the_part() {
    let (first, second) = (bytes(CHUNK, 1), bytes(CHUNK, 2));
    let parts = MemoryParts::default();
    let files = vec![("a".to_owned(), CHUNK as u64)];
    let size = PartSize::chunks(2);
    let intake = Intake::begin(place(), key(), &parts, "m".to_owned(), size, files).unwrap();
    let send = |bytes: &[u8]| {
        intake
            .receive(PartId { file: 0, part: 0 }, *blake3::hash(bytes).as_bytes(), &mut &bytes[..])
            .unwrap();
        parts.all()["000000-000000"].clone()
    };
    let (stale, fresh) = (send(&first), send(&second));
    intake.finish().unwrap();
    let read = |part: Vec<u8>| {
        let mut all = parts.all();
        all.insert("000000-000000".to_owned(), part);
        parts.restore(all);
        let sealed = Sealed::open(place(), key(), &parts).unwrap();
        let mut buffer = vec![0; 100];
        sealed.read_at(0, 0, &mut buffer).map(|()| buffer).map_err(|error| error.code())
    };
    assert_eq!(read(stale), Err("open-stale-part"));
    assert_eq!(read(fresh), Ok(second[..100].to_vec()));
}

#[test]
fn recorded_messages_of_another_implementation_open() {
    let key: [u8; 32] = std::array::from_fn(|at| at as u8);
    let recorded: [(usize, &[u8]); 3] = [
        (0, include_bytes!("data/cobblestone/0.bin")),
        (20, include_bytes!("data/cobblestone/20.bin")),
        (CHUNK, include_bytes!("data/cobblestone/16384.bin")),
    ];
    for (size, sealed) in recorded {
        let expected: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        assert_eq!(open_message(&key, b"context", sealed), Some(expected));
        assert_eq!(plain_bytes(sealed.len() as u64), Some(size as u64));
        assert_eq!(sealed_bytes(size as u64), sealed.len() as u64);
        assert_eq!(open_message(&key, b"other", sealed), None);
        assert_eq!(open_message(&key, b"context", &sealed[..sealed.len() - 16]), None);
    }
    for length in (0..72).chain([56 + SEALED_CHUNK as u64, 56 + SEALED_CHUNK as u64 + 15]) {
        assert_eq!(plain_bytes(length), None, "{length} is no message's length");
    }
}

#[test]
fn another_implementation_opens_our_parts() {
    let (model, files) = model();
    let home = tempfile::tempdir().unwrap();
    let parts = FolderParts::open(home.path()).unwrap();
    take(model.path(), &parts).unwrap();
    let script = "
import sys, struct
from cryptography.cobblestone import Cobblestone256Decryptor
part, out = sys.argv[1:3]
fields = [b'part', b'case-1', b'artefact-1', struct.pack('>I', 4), b'f', struct.pack('>I', 1)]
context = b'proofhouse-sealed-1\\0' + b''.join(struct.pack('>Q', len(f)) + f for f in fields)
d = Cobblestone256Decryptor(bytes([7]) * 32, context)
open(out, 'wb').write(d.update(open(part, 'rb').read()) + d.finalize())
";
    let out = model.path().join("out");
    let run = python(script, &[&home.path().join("000004-000001"), &out]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(fs::read(out).unwrap(), files[4].1[2 * CHUNK..]);
}

#[test]
fn no_changed_part_list_or_message_breaks_a_reader() {
    let (model, _) = model();
    let parts = MemoryParts::default();
    let index = take(model.path(), &parts).unwrap();
    let all = parts.all();
    mutations(&[&all["index"], &all["000001-000000"]], 300, |bytes| {
        let mut changed = all.clone();
        changed.insert("index".to_owned(), bytes.to_vec());
        let _ = Index::parse(bytes);
        parts.restore(changed);
        let genuine = bytes == all["index"].as_slice();
        assert_eq!(Sealed::open(place(), key(), &parts).is_ok(), genuine);
    });
    mutations(&[&serde_json::to_vec(&index).unwrap()], 2_000, |bytes| {
        if let Ok(index) = Index::parse(bytes) {
            assert!(index.files.iter().all(|file| file.path.split('/').all(|name| name != "..")));
        }
    });
}

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use types::Timestamp;

use super::{flips, signer};
use crate::log::{Fault, MemoryObjects};
use crate::tiles::{Edge, LogReader, MapSource};
use crate::witness::{
    AddCheckpoint, Answer, AskError, Transport, Witness, WitnessError, WitnessRefusal, ask,
};
use crate::{
    Checkpoint, CosignatureError, Cosigner, CosignerKey, LogKeys, Note, Quorum, SignerKey, VerifierKey,
    sign_rotation,
};

const ORIGIN: &str = "log.example/public";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(seconds * 1000).unwrap()
}

/// A log of `size` entries, the last of which can be another one.
fn log(size: u64, last: &[u8]) -> (MapSource, Edge) {
    let mut edge = Edge::default();
    let mut entries: Vec<_> = (0..size).map(|index| index.to_be_bytes().to_vec()).collect();
    if let Some(entry) = entries.last_mut() {
        entry.extend_from_slice(last);
    }
    let grown = edge.extend(entries.iter().map(Vec::as_slice));
    (MapSource(grown.into_iter().map(|(id, bytes)| (id.to_string(), bytes)).collect()), edge)
}

fn checkpoint(edge: &Edge, key: &SignerKey) -> Note {
    let text = Checkpoint::new(ORIGIN.to_owned(), edge.head(), Vec::new()).unwrap().text();
    Note::sign(&text, key).unwrap()
}

fn request(older: u64, size: u64, last: &[u8]) -> AddCheckpoint {
    let (source, edge) = log(size, last);
    let proof = LogReader::open(&source, edge.head()).unwrap().consistency(older.min(size)).unwrap();
    AddCheckpoint { older, proof, checkpoint: checkpoint(&edge, &signer("log.example", 1)) }
}

fn cosigner(byte: u8) -> Cosigner {
    Cosigner::from_seed("witness.example/w1", [byte; 32]).unwrap()
}

fn witness(objects: &Arc<MemoryObjects>) -> Witness<Arc<MemoryObjects>> {
    Witness::new(Arc::clone(objects), cosigner(9))
}

fn admitted() -> (Arc<MemoryObjects>, Witness<Arc<MemoryObjects>>) {
    let objects = Arc::new(MemoryObjects::default());
    let witness = witness(&objects);
    let keys = LogKeys::new(ORIGIN, signer("log.example", 1).verifier().clone());
    witness.admit(keys.clone(), at(1)).unwrap();
    assert!(matches!(witness.admit(keys, at(1)), Err(WitnessError::Known(_))));
    (objects, witness)
}

fn status(outcome: &Result<crate::NoteSignature, WitnessError>) -> u16 {
    outcome.as_ref().err().map_or(200, WitnessError::status)
}

#[test]
fn a_witness_cosigns_growth_and_each_refusal_has_the_protocol_s_status() {
    let (_, witness) = admitted();
    let ask = |request: &AddCheckpoint| witness.add_checkpoint(request.to_string().as_bytes(), at(100));
    let first = request(0, 5, b"");
    let line = ask(&first).unwrap();
    let note = first.checkpoint.clone().with_signature(line).unwrap();
    assert_eq!(witness.verifier().verify(&note), Ok(at(100)));
    // The log's own signature still holds.
    assert!(note.verify(signer("log.example", 1).verifier()).is_ok());
    assert_eq!(status(&ask(&request(5, 9, b""))), 200);
    assert_eq!(status(&ask(&request(9, 9, b""))), 200);
    // Each of these is refused.
    assert_eq!(status(&witness.add_checkpoint(b"old 9\n", at(100))), 400);
    assert_eq!(status(&ask(&AddCheckpoint { older: 10, ..request(9, 9, b"") })), 400);
    assert_eq!(status(&ask(&request(5, 12, b""))), 409);
    assert_eq!(status(&ask(&request(0, 7, b""))), 409);
    assert_eq!(status(&ask(&request(9, 9, b"fork"))), 409);
    assert_eq!(status(&ask(&AddCheckpoint { proof: Vec::new(), ..request(9, 12, b"") })), 422);
    let forged = AddCheckpoint {
        checkpoint: checkpoint(&log(12, b"").1, &signer("log.example", 2)),
        ..request(9, 12, b"")
    };
    assert_eq!(status(&ask(&forged)), 403);
    let unknown = Note::sign(
        "log.example/other\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        &signer("log.example", 1),
    );
    assert_eq!(status(&ask(&AddCheckpoint { checkpoint: unknown.unwrap(), ..request(0, 0, b"") })), 404);
    // The positive control: after all that, the right one is still cosigned.
    assert_eq!(status(&ask(&request(9, 12, b""))), 200);
}

#[test]
fn a_split_view_is_refused_by_a_witness_that_was_started_again() {
    let (objects, first) = admitted();
    first.add_checkpoint(request(0, 8, b"").to_string().as_bytes(), at(100)).unwrap();
    drop(first);
    let again = witness(&objects);
    let fork = again.add_checkpoint(request(8, 8, b"fork").to_string().as_bytes(), at(101));
    assert!(matches!(fork, Err(WitnessError::Refused(WitnessRefusal::Forked(8)))));
    let back = again.add_checkpoint(request(0, 5, b"").to_string().as_bytes(), at(101));
    assert!(matches!(back, Err(WitnessError::Refused(WitnessRefusal::OtherSize(8)))));
    let set_back = again.add_checkpoint(request(8, 9, b"").to_string().as_bytes(), at(99));
    assert!(matches!(set_back, Err(WitnessError::Time { .. })));
}

#[test]
fn nothing_is_cosigned_that_is_not_remembered_whatever_fails() {
    for fault in
        [Fault::Fails, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter, Fault::PowerLost(3)]
    {
        for index in 0..2 {
            let (objects, first) = admitted();
            objects.plan(index, fault);
            let outcome = first.add_checkpoint(request(0, 8, b"").to_string().as_bytes(), at(100));
            assert!(outcome.is_err(), "{index} {fault:?}");
            objects.restart();
            // Whatever was remembered, both answers lead on, and never to two roots of one size.
            let again = witness(&objects);
            let retried = again.add_checkpoint(request(0, 8, b"").to_string().as_bytes(), at(101));
            let onward = again.add_checkpoint(request(8, 9, b"").to_string().as_bytes(), at(102));
            assert!(onward.is_ok(), "{index} {fault:?} {retried:?}");
        }
    }
}

#[test]
fn a_witness_whose_memory_is_damaged_says_so_and_cosigns_nothing() {
    let (objects, witness) = admitted();
    let all = objects.all();
    for (name, bytes) in &all {
        let mut damaged = all.clone();
        damaged.insert(name.clone(), bytes[..bytes.len() - 1].to_vec());
        objects.restore(damaged);
        let asked = witness.add_checkpoint(request(0, 8, b"").to_string().as_bytes(), at(100));
        assert!(matches!(asked, Err(WitnessError::Damaged(_))));
    }
}

#[test]
fn a_watched_log_s_change_of_key_is_followed() {
    let (_, witness) = admitted();
    witness.add_checkpoint(request(0, 5, b"").to_string().as_bytes(), at(100)).unwrap();
    let (old, new) = (signer("log.example", 1), signer("log.example", 2));
    let by_new = AddCheckpoint { checkpoint: checkpoint(&log(9, b"").1, &new), ..request(5, 9, b"") };
    assert_eq!(status(&witness.add_checkpoint(by_new.to_string().as_bytes(), at(101))), 403);
    witness.follow(ORIGIN, &sign_rotation(ORIGIN, 5, &old, &new).unwrap()).unwrap();
    assert_eq!(status(&witness.add_checkpoint(by_new.to_string().as_bytes(), at(102))), 200);
    assert_eq!(status(&witness.add_checkpoint(request(9, 12, b"").to_string().as_bytes(), at(103))), 403);
}

/// Gives prepared answers, one after another.
struct Prepared(Vec<Result<Answer, String>>);

impl Transport for Prepared {
    fn post(&mut self, _: &str) -> Result<Answer, String> {
        self.0.remove(0)
    }
}

/// The witness itself, without a network between.
struct Direct<'a>(&'a Witness<Arc<MemoryObjects>>, AtomicBool);

impl Transport for Direct<'_> {
    fn post(&mut self, body: &str) -> Result<Answer, String> {
        self.1.store(true, Ordering::Relaxed);
        Ok(match self.0.add_checkpoint(body.as_bytes(), at(100)) {
            Ok(line) => Answer { status: 200, body: format!("{line}\n").into_bytes() },
            Err(error) => {
                let conflict = match &error {
                    WitnessError::Refused(refusal) => refusal.conflict(),
                    _ => None,
                };
                let body = conflict.map_or(error.to_string(), |size| format!("{size}\n"));
                Answer { status: error.status(), body: body.into_bytes() }
            }
        })
    }
}

fn asked(transport: &mut impl Transport, size: u64, older: u64) -> Result<crate::NoteSignature, AskError> {
    let (source, edge) = log(size, b"");
    let note = checkpoint(&edge, &signer("log.example", 1));
    let mut reader = LogReader::open(&source, edge.head()).unwrap();
    ask(transport, cosigner(9).verifier(), &note, &mut reader, older, at(100))
}

#[test]
fn a_log_asks_learns_the_size_from_a_conflict_and_notices_its_own_rollback() {
    let (_, witness) = admitted();
    let mut way = Direct(&witness, AtomicBool::new(false));
    assert!(asked(&mut way, 5, 0).is_ok());
    assert!(asked(&mut way, 9, 5).is_ok());
    assert!(asked(&mut way, 12, 0).is_ok());
    assert_eq!(asked(&mut way, 7, 0), Err(AskError::Ahead { seen: 12, size: 7 }));
}

#[test]
fn a_witness_that_sleeps_lies_or_refuses_is_named_and_believed_in_nothing() {
    let answer = |status, body: String| vec![Ok(Answer { status, body: body.into_bytes() })];
    let note = checkpoint(&log(5, b"").1, &signer("log.example", 1));
    let other = checkpoint(&log(6, b"").1, &signer("log.example", 1));
    let good = cosigner(9).cosign(note.unverified_text(), at(100));
    assert!(asked(&mut Prepared(answer(200, format!("{good}\n"))), 5, 0).is_ok());
    // Lines of unknown keys are ignored.
    let stranger = cosigner(8).cosign(note.unverified_text(), at(100));
    assert!(asked(&mut Prepared(answer(200, format!("{stranger}\n{good}\n"))), 5, 0).is_ok());
    assert!(matches!(
        asked(&mut Prepared(answer(200, format!("{stranger}\n"))), 5, 0),
        Err(AskError::Lied(_))
    ));
    let swapped = cosigner(9).cosign(other.unverified_text(), at(100));
    let outcome = asked(&mut Prepared(answer(200, format!("{swapped}\n"))), 5, 0);
    assert!(matches!(outcome, Err(AskError::Cosignature(CosignatureError::Bad { .. }))));
    let ahead = cosigner(9).cosign(note.unverified_text(), at(100 + 301));
    assert!(matches!(asked(&mut Prepared(answer(200, format!("{ahead}\n"))), 5, 0), Err(AskError::Lied(_))));
    for body in ["", "ok", "\u{2014} witness.example/w1 AAAA\n"] {
        assert!(matches!(asked(&mut Prepared(answer(200, body.to_owned())), 5, 0), Err(AskError::Lied(_))));
    }
    assert!(matches!(asked(&mut Prepared(answer(409, "five".to_owned())), 5, 0), Err(AskError::Lied(_))));
    assert!(matches!(asked(&mut Prepared(answer(200, "a".repeat(70_000))), 5, 0), Err(AskError::Lied(_))));
    let refused = asked(&mut Prepared(answer(403, "who are you?".to_owned())), 5, 0);
    assert_eq!(refused, Err(AskError::Refused { status: 403, text: "who are you?".to_owned() }));
    let silent = asked(&mut Prepared(vec![Err("no answer within 10 seconds".to_owned())]), 5, 0);
    assert!(matches!(silent, Err(AskError::Silent(_))));
}

#[test]
fn the_specification_s_request_is_read_and_written() {
    let body = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
        example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
    assert_eq!((request.older, request.proof.len()), (20_852_014, 4));
    assert_eq!(request.to_string(), body);
    for changed in [
        body.replace("old 20852014\n", ""),
        body.replace("old 20852014", "old 020852014"),
        body.replace("old 20852014", "old -1"),
        body.replace(
            "old 20852014\n",
            &format!("old 20852014\n{}", "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n".repeat(60)),
        ),
        body.trim_end().to_owned(),
    ] {
        assert!(AddCheckpoint::parse(changed.as_bytes()).is_err(), "{changed}");
    }
}

#[test]
fn a_cosignature_holds_only_for_its_text_its_time_and_its_key() {
    let note = checkpoint(&log(5, b"").1, &signer("log.example", 1));
    let line = cosigner(9).cosign(note.unverified_text(), at(1_679_315_147));
    let signed = note.clone().with_signature(line).unwrap().to_string();
    let verify = |bytes: &[u8]| {
        let note = Note::parse(bytes).ok()?;
        note.verify(signer("log.example", 1).verifier()).ok()?;
        cosigner(9).verifier().verify(&note).ok()
    };
    assert_eq!(verify(signed.as_bytes()), Some(at(1_679_315_147)));
    for flipped in flips(signed.as_bytes()) {
        assert_eq!(verify(&flipped), None, "{}", String::from_utf8_lossy(&flipped));
    }
    assert!(matches!(cosigner(8).verifier().verify(&note), Err(CosignatureError::Missing { .. })));
}

#[test]
fn a_witness_s_key_has_its_own_type_and_one_spelling() {
    let cosigner = cosigner(9);
    let text = cosigner.verifier().to_string();
    assert_eq!(text.parse::<CosignerKey>().as_ref(), Ok(cosigner.verifier()));
    assert!(text.parse::<VerifierKey>().is_err());
    assert!(signer("log.example", 1).verifier().to_string().parse::<CosignerKey>().is_err());
    let again = Cosigner::from_secret(&cosigner.to_secret()).unwrap();
    assert_eq!(again.verifier(), cosigner.verifier());
    assert!(!format!("{cosigner:?}").contains(cosigner.to_secret().expose()));
}

#[test]
fn a_quorum_counts_each_witness_once_and_none_from_the_future() {
    let note = checkpoint(&log(5, b"").1, &signer("log.example", 1));
    let named = |name: &str, byte| Cosigner::from_seed(name, [byte; 32]).unwrap();
    let (one, two, three) = (named("w1", 1), named("w2", 2), named("w3", 3));
    let keys = || vec![one.verifier().clone(), two.verifier().clone(), three.verifier().clone()];
    let quorum = Quorum::new(keys(), 2).unwrap();
    let note = note.clone().with_signature(one.cosign(note.unverified_text(), at(10))).unwrap();
    assert_eq!(quorum.verify(&note, at(20)), Err(CosignatureError::TooFew { found: 1, wanted: 2 }));
    let note = note.clone().with_signature(two.cosign(note.unverified_text(), at(15))).unwrap();
    assert_eq!(quorum.verify(&note, at(20)), Ok(()));
    assert!(quorum.verify(&note, at(12)).is_err());
    assert!(Quorum::new(keys(), 4).is_err());
    // One key under two names is one witness.
    assert!(
        Quorum::new(vec![named("w1", 1).verifier().clone(), named("w2", 1).verifier().clone()], 2).is_err()
    );
}

#[test]
fn keys_take_over_from_each_other_and_a_retired_one_signs_nothing_larger() {
    let (a, b, c) = (signer("log.example", 1), signer("log.example", 2), signer("log.example", 3));
    let mut keys = LogKeys::new(ORIGIN, a.verifier().clone());
    let opens =
        |keys: &LogKeys, size, key: &SignerKey| keys.open(&checkpoint(&log(size, b"").1, key)).is_ok();
    assert!(opens(&keys, 5, &a) && !opens(&keys, 5, &b));
    let to_b = sign_rotation(ORIGIN, 5, &a, &b).unwrap();
    assert_eq!(Note::parse(to_b.to_string().as_bytes()).unwrap(), to_b);
    keys.follow(&to_b).unwrap();
    assert!(opens(&keys, 5, &a) && opens(&keys, 6, &b) && !opens(&keys, 6, &a));
    // Not by the new key alone, not for another log, not backwards, not to a key that was used before.
    assert!(keys.follow(&to_b).is_err());
    assert!(keys.follow(&Note::sign(to_b.unverified_text(), &b).unwrap()).is_err());
    assert!(keys.follow(&sign_rotation("log.example/other", 9, &b, &c).unwrap()).is_err());
    assert!(keys.follow(&sign_rotation(ORIGIN, 4, &b, &c).unwrap()).is_err());
    assert!(keys.follow(&sign_rotation(ORIGIN, 9, &b, &a).unwrap()).is_err());
    keys.follow(&sign_rotation(ORIGIN, 9, &b, &c).unwrap()).unwrap();
    assert!(opens(&keys, 9, &b) && opens(&keys, 10, &c) && !opens(&keys, 10, &b) && !opens(&keys, 6, &a));
    assert_eq!(keys.current(), c.verifier());
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic_and_what_is_read_is_written_back(
        bytes in any::<Vec<u8>>(),
        head in "old [0-9]{1,21}\n([A-Za-z0-9+/]{43}=\n){0,2}",
    ) {
        let text = format!("{head}\na\n\n\u{2014} a AAAAAAAA\n");
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(request) = AddCheckpoint::parse(bytes) {
                prop_assert!(request.to_string().as_bytes() == bytes);
            }
        }
    }
}
